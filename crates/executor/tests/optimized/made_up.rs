//! Queries put together at random, over tables with nulls, empty strings and dynamics of all kinds.

use kql_tables::MemoryCatalog;
use kql_types::ScalarType::{Dynamic, Long, Real, String as Text};
use kql_types::Value;

use super::{check, plans, table};

/// A sequence of numbers that looks random and is the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    pub(super) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }
}

fn catalog() -> MemoryCatalog {
    let columns = [("s", Text), ("t", Text), ("n", Long), ("r", Real), ("d", Dynamic)];
    let texts = ["", "a", "B", "b", "Azure Portal", "10", "00"];
    let dynamics = [
        r#"{"a":"x","b":{"c":1},"l":[1,2]}"#,
        r#"{"a":5,"b":null,"l":[]}"#,
        r#"{"a":"5","b":[1,{"c":2}]}"#,
        r#"[1,"x",null]"#,
        r#""x""#,
        "5",
    ];
    let mut dice = Dice(7);
    let mut row = |_| {
        let long = match dice.roll(6) {
            0 => Value::Null(Long),
            number => Value::Long(number as i64),
        };
        let real = match dice.roll(5) {
            0 => Value::Null(Real),
            1 => Value::Real(-0.0),
            number => Value::Real(number as f64 - 2.0),
        };
        let dynamic = match dice.roll(7) {
            6 => Value::Null(Dynamic),
            index => Value::Dynamic(dynamics[index].to_owned()),
        };
        let mut text = || Value::String(texts[dice.roll(texts.len())].to_owned());
        vec![text(), text(), long, real, dynamic]
    };
    let mut rows = |count: usize| (0..count).map(&mut row).collect::<Vec<_>>();
    MemoryCatalog::new([
        table("T", &columns, &rows(40)),
        table("U", &columns, &rows(25)),
        table("E", &columns, &rows(0)),
    ])
}

const PREDICATES: &[&str] = &[
    r#"s == "a""#,
    r#"s != "a""#,
    r#"s =~ "b" or t has "azure""#,
    r#"s in ("a", "10") and n > 2"#,
    "s == 10",
    "n > 3",
    "isnull(n)",
    "not(n == 2)",
    "n in (1, 2)",
    "r < 1",
    r#"tostring(r) == "-0.0""#,
    r#"tostring(d.a) == "x""#,
    "d.b.c == 1",
    "isnull(d.a)",
    r#"d has "x""#,
    "n == toscalar(U | summarize max(n))",
    "s in ((U | where n > 2 | project s, n))",
    "true",
    "n + 0 > 10 or s matches regex t",
];

/// Operators that keep the columns `s, t, n, r, d`.
const KEEPING: &[&str] = &[
    "sort by n asc, s",
    "sort by r desc",
    "extend n = n * 2",
    "extend s = strcat(s, t), t = toupper(t)",
    "extend x = tostring(d.a) | extend s = x | project-away x",
    "extend p = d.b | extend d = p.c | project s, t, n, r, d",
    "mv-expand d",
    "extend l = d.l | mv-expand l to typeof(long) | extend n = l | project-away l",
    "union U",
    "union (U | where n > 1 | take 3), E",
    "take 7",
    "sort by n | take 5",
    "top 6 by r",
    "project d, r, n, t, s | project-reorder s, t, n, r, d",
    "serialize i = row_number() | where i > 2 | project-away i",
    "join kind=innerunique U on s | project s, t = t1, n, r = r1, d",
    "join kind=inner (U | where n > 1) on s, n | project s, t, n = n1, r, d = d1",
    "join kind=leftouter U on n | project s = s1, t, n, r, d = d1",
    "join kind=rightouter U on n | project s = s1, t, n = n1, r, d = d1",
    "join kind=fullouter U on n | project s, t = t1, n, r, d",
    "join kind=leftsemi U on s",
    "join kind=leftanti U on n",
    "join kind=rightsemi U on n",
    "summarize arg_max(n, *) by s | project s, t, n, r, d",
    "summarize arg_min(r, d, t), n = count() by s | project s, t, n, r, d",
    "summarize n = sum(n), d = take_any(d), r = avg(r) by s, t | project s, t, n, r, d",
    "summarize take_any(t, r, d), n = count() by s = tolower(s) | project s, t, n, r, d",
    "summarize n = count() by s, r | extend t = \"\", d = dynamic({}) | project s, t, n, r, d",
];

/// How a query may end.
const ENDINGS: &[&str] = &[
    "",
    "| count",
    "| project d.a, d.b.c, s",
    "| project tostring(d), n",
    "| summarize count(), dcount(t) by s",
    "| summarize make_list(n)",
    "| distinct s, n",
    "| project x = 1",
    "| summarize by tostring(d.a) | sort by d_a asc",
    "| where false",
];

fn query(dice: &mut Dice) -> String {
    let mut query = String::from("T");
    for _ in 0..=dice.roll(4) {
        query.push_str(" | ");
        match dice.roll(2) {
            0 => query.push_str(dice.pick(KEEPING)),
            _ => query.extend(["where ", dice.pick(PREDICATES)]),
        }
    }
    query.push_str(&format!(" | where {} {}", dice.pick(PREDICATES), dice.pick(ENDINGS)));
    query
}

#[test]
fn every_piece_binds() {
    let catalog = catalog();
    let keeping = KEEPING.iter().map(|piece| format!("T | {piece} | project s, t, n, r, d"));
    let predicates = PREDICATES.iter().map(|predicate| format!("T | where {predicate}"));
    let endings = ENDINGS.iter().map(|ending| format!("T {ending}"));
    let bind = |query: String| plans(&query, &catalog).err().map(|wrong| format!("{query}: {wrong}"));
    let wrong: Vec<String> = keeping.chain(predicates).chain(endings).filter_map(bind).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn made_up_queries_give_the_same_rows() {
    let catalog = catalog();
    let mut dice = Dice(1);
    for _ in 0..1500 {
        let query = query(&mut dice);
        for plan in plans(&query, &catalog).unwrap_or_else(|wrong| panic!("{query}: {wrong}")) {
            check(&query, plan);
        }
    }
}
