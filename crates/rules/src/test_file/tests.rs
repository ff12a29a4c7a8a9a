use super::rewrite::{Replacement, rewrite};
use super::*;

const TEXT: &str = "# Shared\nnow: 2024-05-15\ntables:\n  T: []\ncases:\n  - name: finds\n    now: 2024-05-16\n    tables:\n      \
                    T:\n        - {a: 1, b: \"2\", c: [x, {d: true}], e: }\n      U: data/u.json\n    rows:\n    - a: 1\n      b: x\n\n    \
                    # Why.\n    count: 1\n  - rows: [] # none\n    alerts: false\n";

#[test]
fn what_the_file_says_holds_for_cases_that_say_nothing() {
    let file = read(Path::new("p/r.test.yaml"), TEXT).unwrap();
    let [first, second] = &file.cases[..] else { panic!("{:?}", file.cases) };
    assert_eq!((first.name.as_str(), first.now.as_deref()), ("finds", Some("2024-05-16")));
    assert_eq!(second.now.as_deref(), Some("2024-05-15"));
    let rows = "{\"a\":1,\"b\":\"2\",\"c\":[\"x\",{\"d\":true}],\"e\":null}\n";
    assert_eq!(first.tables[0], ("T".to_owned(), Data::Rows(rows.to_owned())));
    assert_eq!(first.tables[1], ("U".to_owned(), Data::Path("p/data/u.json".into())));
    assert_eq!(second.tables, [("T".to_owned(), Data::Rows(String::new()))]);
    assert!(first.is_positive() && !first.is_negative() && second.is_negative() && !second.is_positive());
}

#[test]
fn what_makes_no_sense_is_told_with_its_line() {
    let why = |text: &str| read(Path::new("r.test.yaml"), text).unwrap_err();
    assert_eq!(why("cases: []"), "there are no cases in it");
    assert_eq!(why("cases:\n  - name: x\n"), "line 2: the case expects nothing");
    assert_eq!(why("cases:\n  - rowz: []\n"), "line 2: there is no `rowz` in a test; did you mean `rows`?");
    assert_eq!(why("now: 2024-05-15\n"), "there are no cases in it");
    assert_eq!(
        why("count: 1\ncases:\n  - rows: []\n"),
        "line 1: `count` belongs to a case, not to all of them"
    );
    assert_eq!(
        why("cases:\n  - rows: []\n    tables: {T: [5]}\n"),
        "line 3: a row is a map of columns and values"
    );
}

#[test]
fn expectations_are_replaced_and_the_rest_stays() {
    let file = read(Path::new("r.test.yaml"), TEXT).unwrap();
    let items = |items: &[&str]| Replacement::Items(items.iter().map(|item| (*item).to_owned()).collect());
    let [first, second] = &file.cases[..] else { panic!() };
    let text = rewrite(
        &file,
        &[
            (&second.expected[0], items(&["{a: 2}"])),
            (&first.expected[0], items(&["{a: 1}", "{a: 3}"])),
            (&first.expected[1], Replacement::Value("2".to_owned())),
        ],
    );
    let expected = TEXT
        .replace("    rows:\n    - a: 1\n      b: x\n", "    rows:\n      - {a: 1}\n      - {a: 3}\n")
        .replace("count: 1", "count: 2")
        .replace("  - rows: [] # none\n", "  - rows:\n      - {a: 2}\n");
    assert_eq!(text, expected);
}

#[test]
fn a_file_without_cases_is_one() {
    let text = "tables:\n  T: [{a: 1}]\nrows:\n  - {a: 2}\n";
    let file = read(Path::new("r.tests/a found row.yaml"), text).unwrap();
    let [case] = &file.cases[..] else { panic!("{:?}", file.cases) };
    assert_eq!((case.name.as_str(), case.tables.len()), ("a found row", 1));
    let new = Replacement::Items(vec!["{a: 1}".to_owned()]);
    assert_eq!(rewrite(&file, &[(&case.expected[0], new)]), text.replace("{a: 2}", "{a: 1}"));
    let file = read(Path::new("r.test.yaml"), &format!("name: N\n{text}")).unwrap();
    assert_eq!(file.cases[0].name, "N");
}
