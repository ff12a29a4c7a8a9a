//! Filters go down to where their columns come from, so that rows are dropped before work is done for them; at a table
//! they become the predicate of its scan. Filters that meet on the way become one.
//!
//! A conjunct stays where it is if it is evaluated anew in every row, sees the whole table, or can fail: it must be
//! evaluated over the rows that the query says.

mod join;

use super::expression::{
    columns_read, conjunction, conjuncts, finds_captures, is_pure, may_fail, size, substitute,
};
use super::tree::{self, map_inputs};
use crate::plan::{MvExpand, Scan};
use crate::{Expr, Operator, Plan};
use kql_types::ScalarType;

/// Conjuncts do not grow beyond that by having columns replaced by what computes them: a chain of projections could make
/// them grow without bound.
const LARGEST: usize = 100;

/// The rule.
pub(super) fn push_filters(plan: Plan) -> Plan {
    push(plan, Vec::new())
}

/// The plan with only the rows for which all conjuncts hold. All of them are such as may be evaluated elsewhere.
fn push(plan: Plan, conjuncts: Vec<Expr>) -> Plan {
    let Plan { operator, schema } = plan;
    match operator {
        Operator::Scan(scan) if scan.limit.is_none() => Plan { operator: into_scan(scan, conjuncts), schema },
        Operator::Filter { input, predicate } => through_filter(*input, predicate, conjuncts),
        Operator::Project { input, columns } => {
            let (below, above) = below_project(conjuncts, &columns);
            let operator = Operator::Project { input: Box::new(push(*input, below)), columns };
            with_filter(Plan { operator, schema }, above)
        }
        Operator::Sort { input, keys } if keys.iter().all(|key| is_pure(&key.expression)) => {
            let input = Box::new(push(*input, conjuncts));
            Plan { operator: Operator::Sort { input, keys }, schema }
        }
        Operator::Aggregate { input, keys, aggregates } => {
            let (below, above) = split(conjuncts, |conjunct| reads_keys_only(conjunct, &keys));
            let below = below.into_iter().map(|conjunct| substitute(conjunct, &keys)).collect();
            let input = Box::new(push(*input, below));
            with_filter(Plan { operator: Operator::Aggregate { input, keys, aggregates }, schema }, above)
        }
        Operator::Union(inputs) => {
            let inputs = inputs.into_iter().map(|input| push(input, conjuncts.clone())).collect();
            Plan { operator: Operator::Union(inputs), schema }
        }
        Operator::MvExpand(expand) => {
            let (below, above) = split(conjuncts, |conjunct| reads_no_element(conjunct, &expand));
            let input = Box::new(push(*expand.input, below));
            with_filter(Plan { operator: Operator::MvExpand(MvExpand { input, ..expand }), schema }, above)
        }
        Operator::Join(join) => {
            let sides = join::sides(conjuncts, &join);
            let operator = join::with_filters(join, sides.left, sides.right);
            with_filter(Plan { operator, schema }, sides.above)
        }
        operator => with_filter(map_inputs(Plan { operator, schema }, &mut push_filters), conjuncts),
    }
}

/// Whether a conjunct may be evaluated elsewhere.
fn is_movable(conjunct: &Expr) -> bool {
    is_pure(conjunct) && !may_fail(conjunct)
}

fn split(conjuncts: Vec<Expr>, test: impl Fn(&Expr) -> bool) -> (Vec<Expr>, Vec<Expr>) {
    conjuncts.into_iter().partition(|conjunct| test(conjunct))
}

fn with_filter(plan: Plan, conjuncts: Vec<Expr>) -> Plan {
    match conjunction(conjuncts) {
        Some(predicate) => tree::filter(plan, predicate),
        None => plan,
    }
}

fn into_scan(scan: Scan, more: Vec<Expr>) -> Operator {
    let mut all = scan.predicate.map(conjuncts).unwrap_or_default();
    all.extend(more);
    Operator::Scan(Scan { predicate: conjunction(all), ..scan })
}

fn through_filter(input: Plan, predicate: Expr, above: Vec<Expr>) -> Plan {
    if predicate.needs_whole_table() {
        // It sees the rows that its input has, not fewer.
        return with_filter(tree::filter(push_filters(input), predicate), above);
    }
    let (mut below, staying) = split(conjuncts(predicate), is_movable);
    below.extend(above);
    with_filter(push(input, below), staying)
}

/// Those conjuncts that can be evaluated below the projection, over its input, and those that cannot.
fn below_project(conjuncts: Vec<Expr>, columns: &[Expr]) -> (Vec<Expr>, Vec<Expr>) {
    if columns.iter().any(Expr::needs_whole_table) {
        return (Vec::new(), conjuncts);
    }
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for conjunct in conjuncts {
        let is_lent = |column: &Expr| is_movable(column) && !finds_captures(column);
        let movable = columns_read(&conjunct).iter().all(|&index| columns.get(index).is_some_and(is_lent));
        let replaced = movable.then(|| substitute(conjunct.clone(), columns));
        match replaced.filter(|replaced| size(replaced) <= LARGEST.max(size(&conjunct))) {
            Some(replaced) => below.push(replaced),
            None => above.push(conjunct),
        }
    }
    (below, above)
}

/// Whether all rows of a group agree on the conjunct. A conjunct without columns stays above: over no input an aggregate
/// may give a row.
fn reads_keys_only(conjunct: &Expr, keys: &[Expr]) -> bool {
    let read = columns_read(conjunct);
    let decided =
        |&index: &usize| keys.get(index).is_some_and(|key| is_movable(key) && has_one_form(key.data_type));
    !read.is_empty() && read.iter().all(decided)
}

/// Whether values of the type that are equal are also written alike. 0.0 and -0.0 are not, nor are 1.0 and 1.00 as
/// decimals.
fn has_one_form(data_type: ScalarType) -> bool {
    !matches!(data_type, ScalarType::Real | ScalarType::Decimal | ScalarType::Dynamic)
}

/// Whether the conjunct reads only columns that `mv-expand` repeats as they are.
fn reads_no_element(conjunct: &Expr, expand: &MvExpand) -> bool {
    columns_read(conjunct).iter().all(|index| {
        *index < expand.input.schema.len() && expand.columns.iter().all(|column| column.output != *index)
    })
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, Long, Real, String};

    use kql_functions::scalar::parsing::PARSE;

    use super::*;
    use crate::ExprKind;
    use crate::optimize::testing::*;

    fn table() -> Plan {
        scan("T", &[("s", String), ("t", String), ("n", Long)])
    }

    const WHERE_S: &str = r#"scan T (s: string, t: string, n: long) where s == "a""#;
    const SCAN: &str = "scan T (s: string, t: string, n: long)";

    fn pushed(plan: Plan) -> Vec<std::string::String> {
        shown(push_filters(plan))
    }

    #[test]
    fn filters_meet_in_the_scan() {
        let plan = filter(filter(table(), equals(0, "a")), and(vec![equals(1, "b"), equals(0, "c")]));
        assert_eq!(pushed(plan), [format!(r#"{WHERE_S} and t == "b" and s == "c""#)]);
    }

    #[test]
    fn what_can_fail_stays_and_lets_others_pass() {
        let regex = call("matches regex", vec![column(0, String), column(1, String)]);
        let plan = filter(filter(table(), regex), equals(0, "a"));
        assert_eq!(pushed(plan), ["where s matches regex t".to_owned(), format!("  {WHERE_S}")]);
    }

    #[test]
    fn nothing_passes_what_sees_the_whole_table() {
        let numbered = call(">", vec![call("row_number", Vec::new()), long(5)]);
        let plan = filter(filter(table(), numbered), equals(0, "a"));
        assert_eq!(
            pushed(plan),
            [r#"where s == "a""#.to_owned(), "  where row_number() > 5".to_owned(), format!("    {SCAN}")]
        );
        let plan = filter(extend(table(), "i", call("row_number", Vec::new())), equals(0, "a"));
        assert_eq!(pushed(plan)[0], r#"where s == "a""#);
    }

    #[test]
    fn a_projection_lends_its_expressions() {
        let plan =
            project(table(), &[("x", call("toupper", vec![column(1, String)])), ("s", column(0, String))]);
        let plan = filter(plan, and(vec![equals(0, "B"), equals(1, "a")]));
        assert_eq!(
            pushed(plan),
            [
                "project x = toupper(t), s".to_owned(),
                format!(r#"  {SCAN} where toupper(t) == "B" and s == "a""#)
            ]
        );
    }

    #[test]
    fn captures_are_looked_for_once() {
        let arguments = [column(0, String), text("simple"), text(""), text("string"), text("x")];
        let (function, overload) = (&PARSE, &PARSE.overloads[0]);
        let kind = ExprKind::Call { function, overload, arguments: arguments.into() };
        let found = Expr::new(kind, String, kql_parser::Span::default());
        let plan = filter(extend(table(), "found", found), and(vec![equals(3, "="), equals(1, "a")]));
        assert_eq!(
            pushed(plan),
            [
                r#"where found == "=""#.to_owned(),
                r#"  project s, t, n, found = parse(s, "simple", "", "string", "x")"#.to_owned(),
                format!(r#"    {SCAN} where t == "a""#)
            ]
        );
    }

    #[test]
    fn conjuncts_do_not_grow_without_bound() {
        let mut plan = table();
        for _ in 0..20 {
            let twice = call("strcat", vec![column(0, String), column(0, String)]);
            plan = project(plan, &[("s", twice)]);
        }
        let found = push_filters(filter(plan, equals(0, "a")));
        let largest = shown(found).iter().map(|line| line.len()).max();
        assert!(largest < Some(1000), "{largest:?}");
    }

    #[test]
    fn sort_lets_pass_and_top_and_take_do_not() {
        assert_eq!(
            pushed(filter(sort(table(), column(2, Long)), equals(0, "a"))),
            ["sort by n desc".to_owned(), format!("  {WHERE_S}")]
        );
        let taken = filter(take(table(), 3), equals(0, "a"));
        assert_eq!(
            pushed(taken),
            [r#"where s == "a""#.to_owned(), "  take 3".to_owned(), format!("    {SCAN}")]
        );
    }

    #[test]
    fn a_limited_scan_is_not_filtered() {
        let mut limited = table();
        if let Operator::Scan(scan) = &mut limited.operator {
            scan.limit = Some(5);
        }
        let found = pushed(filter(limited, equals(0, "a")));
        assert_eq!(found, [r#"where s == "a""#.to_owned(), format!("  {SCAN} limit 5")]);
    }

    #[test]
    fn keys_of_groups_can_be_filtered_before() {
        let grouped = summarize(table(), &[("k", call("toupper", vec![column(0, String)]))], &["c"]);
        let plan = filter(grouped, and(vec![equals(0, "A"), call(">", vec![column(1, Long), long(5)])]));
        assert_eq!(
            pushed(plan),
            [
                "where c > 5".to_owned(),
                "  summarize c = count() by k = toupper(s)".to_owned(),
                format!(r#"    {SCAN} where toupper(s) == "A""#)
            ]
        );
        let real = summarize(table(), &[("k", call("toreal", vec![column(0, String)]))], &[]);
        let plan = filter(real, call("==", vec![call("tostring", vec![column(0, Real)]), text("-0.0")]));
        assert_eq!(pushed(plan)[0], r#"where tostring(k) == "-0.0""#);
        let constant = filter(summarize(table(), &[], &["c"]), constant(kql_types::Value::Bool(false)));
        assert_eq!(pushed(constant)[0], "where false");
    }

    #[test]
    fn every_branch_of_a_union_is_filtered() {
        let plan = filter(union(vec![table(), table()]), equals(0, "a"));
        assert_eq!(pushed(plan), ["union".to_owned(), format!("  {WHERE_S}"), format!("  {WHERE_S}")]);
    }

    #[test]
    fn expanded_columns_are_filtered_after() {
        let input = scan("T", &[("s", String), ("d", Dynamic)]);
        let expanded = expand(input, 1, 1);
        let has = call("has", vec![column(1, Dynamic), text("x")]);
        let plan = filter(expanded, and(vec![equals(0, "a"), has]));
        assert_eq!(
            pushed(plan),
            [r#"where d has "x""#, "  mv-expand d", r#"    scan T (s: string, d: dynamic) where s == "a""#]
        );
    }
}
