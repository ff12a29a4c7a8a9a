//! Operator trees as text.

mod expression;
mod literal;

use kql_tables::{NeedleGroup, ScanColumn};
use kql_types::{Field, ScalarType, Schema};

use crate::plan::{Aggregate, AggregateCall, Join, JoinKind, JoinOutput, MvExpand, Scan, SortKey};
use crate::{Expr, Operator, Plan};
use expression::{list, shown};
use literal::{name, string};

pub(crate) use literal::path_text;

/// The tree, an operator a line, inputs indented below.
///
/// Operators, expressions and constants are written as a query would have them. A column has the name that it has in the
/// operator's input; in brackets behind a table stand the columns that its scan produces.
pub fn explain(plan: &Plan) -> String {
    let mut text = String::new();
    write_plan(plan, 0, &mut text);
    text
}

fn write_plan(plan: &Plan, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(&line(plan));
    out.push('\n');
    for input in plan.inputs() {
        write_plan(input, depth + 1, out);
    }
}

/// The names that expressions over the plan's result use: those of its columns; the parts of columns that a scan gives
/// are written as paths.
fn names(plan: &Plan) -> Vec<String> {
    match &plan.operator {
        Operator::Scan(scan) => scan.columns.iter().map(source).collect(),
        Operator::Filter { input, .. }
        | Operator::Sort { input, .. }
        | Operator::Top { input, .. }
        | Operator::Take { input, .. } => names(input),
        _ => plan.schema.fields.iter().map(|field| name(&field.name)).collect(),
    }
}

/// What of the table the column is.
fn source(column: &ScanColumn) -> String {
    format!("{}{}", name(&column.source), path_text(&column.path))
}

fn line(plan: &Plan) -> String {
    match &plan.operator {
        Operator::Scan(scan) => scan_line(scan),
        Operator::Rows(batch) => format!("rows {} {}", batch.rows, columns(&plan.schema)),
        Operator::Print(cells) => format!("print {}", assignments(&plan.schema, cells, &[])),
        Operator::Range { from, to, step } => {
            let column = plan.schema.fields.first().map(|field| name(&field.name)).unwrap_or_default();
            let [from, to, step] = [from, to, step].map(|bound| shown(bound, &[]));
            format!("range {column} from {from} to {to} step {step}")
        }
        Operator::Filter { input, predicate } => format!("where {}", shown(predicate, &names(input))),
        Operator::Project { input, columns } => {
            format!("project {}", assignments(&plan.schema, columns, &names(input)))
        }
        Operator::Aggregate { input, keys, aggregates } => {
            aggregate_line(&plan.schema, keys, aggregates, &names(input))
        }
        Operator::Sort { input, keys } => format!("sort by {}", sort_keys(keys, &names(input))),
        Operator::Top { input, keys, count } => format!("top {count} by {}", sort_keys(keys, &names(input))),
        Operator::Take { count, .. } => format!("take {count}"),
        Operator::Join(join) => join_line(join, &plan.schema),
        Operator::Union(_) => "union".to_owned(),
        Operator::MvExpand(expand) => expand_line(expand, &plan.schema),
        Operator::Shared { id, .. } => format!("shared {id}"),
        Operator::WholeTable { operation, .. } => operation.name().to_owned(),
    }
}

fn columns(schema: &Schema) -> String {
    let column = |field: &Field| format!("{}: {}", name(&field.name), field.data_type);
    format!("({})", schema.fields.iter().map(column).collect::<Vec<_>>().join(", "))
}

fn scan_line(scan: &Scan) -> String {
    let column = |column: &ScanColumn| format!("{}: {}", source(column), column.data_type);
    let columns: Vec<String> = scan.columns.iter().map(column).collect();
    let mut line = format!("scan {} ({})", name(scan.table.name()), columns.join(", "));
    if let Some(predicate) = &scan.predicate {
        let names: Vec<String> = scan.columns.iter().map(source).collect();
        line.push_str(&format!(" where {}", shown(predicate, &names)));
    }
    if !scan.needles.is_empty() {
        let groups: Vec<String> = scan.needles.iter().map(needle_group).collect();
        line.push_str(&format!(" needles {}", groups.join(" and ")));
    }
    if let Some(limit) = scan.limit {
        line.push_str(&format!(" limit {limit}"));
    }
    line
}

/// The alternatives; `~` marks one whose letters may be in either case.
fn needle_group(group: &NeedleGroup) -> String {
    let needles: Vec<String> = group
        .any
        .iter()
        .map(|needle| format!("{}{}", if needle.case_sensitive { "" } else { "~" }, string(&needle.text)))
        .collect();
    match needles.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", needles.join(" or ")),
    }
}

/// `name = expression`, or the name alone where the expression is the column of that name.
fn assignment(output: &str, value: String) -> String {
    if value == output { value } else { format!("{output} = {value}") }
}

fn assignments(schema: &Schema, expressions: &[Expr], names: &[String]) -> String {
    let one = |(field, expression): (&Field, &Expr)| assignment(&name(&field.name), shown(expression, names));
    schema.fields.iter().zip(expressions).map(one).collect::<Vec<_>>().join(", ")
}

fn sort_keys(keys: &[SortKey], names: &[String]) -> String {
    let one = |key: &SortKey| {
        let direction = if key.ascending { "asc" } else { "desc" };
        // By themselves nulls are the smallest values.
        let nulls = match key.nulls_first {
            first if first == key.ascending => "",
            true => " nulls first",
            false => " nulls last",
        };
        format!("{} {direction}{nulls}", shown(&key.expression, names))
    };
    keys.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn aggregate_line(schema: &Schema, keys: &[Expr], aggregates: &[Aggregate], names: &[String]) -> String {
    let mut outputs = schema.fields[keys.len().min(schema.len())..].iter();
    let one = |aggregate: &Aggregate| {
        let outputs: Vec<String> =
            outputs.by_ref().take(aggregate.outputs.len()).map(|field| name(&field.name)).collect();
        let call = aggregate_call(aggregate, names);
        match outputs.as_slice() {
            [output] => assignment(output, call),
            _ => format!("({}) = {call}", outputs.join(", ")),
        }
    };
    let aggregates: Vec<String> = aggregates.iter().map(one).collect();
    match (aggregates.is_empty(), keys.is_empty()) {
        (true, _) => format!("distinct {}", assignments(schema, keys, names)),
        (false, true) => format!("summarize {}", aggregates.join(", ")),
        (false, false) => {
            format!("summarize {} by {}", aggregates.join(", "), assignments(schema, keys, names))
        }
    }
}

fn aggregate_call(aggregate: &Aggregate, names: &[String]) -> String {
    let call = match &aggregate.call {
        AggregateCall::Function { function, arguments, .. } => {
            format!("{}({})", function.names[0], list(arguments, names))
        }
        AggregateCall::Extreme { largest, by, values } => {
            let function = if *largest { "arg_max" } else { "arg_min" };
            format!("{function}({})", list(std::iter::once(by).chain(values), names))
        }
        AggregateCall::First { values } => format!("take_any({})", list(values, names)),
    };
    match &aggregate.condition {
        Some(condition) => format!("{call} if {}", shown(condition, names)),
        None => call,
    }
}

fn kind_name(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::InnerUnique => "innerunique",
        JoinKind::Inner => "inner",
        JoinKind::LeftOuter => "leftouter",
        JoinKind::RightOuter => "rightouter",
        JoinKind::FullOuter => "fullouter",
        JoinKind::LeftSemi => "leftsemi",
        JoinKind::RightSemi => "rightsemi",
        JoinKind::LeftAnti => "leftanti",
        JoinKind::RightAnti => "rightanti",
    }
}

fn join_line(join: &Join, schema: &Schema) -> String {
    let (left, right) = (names(&join.left), names(&join.right));
    let key = |(of_left, of_right): &(Expr, Expr)| {
        format!("$left.{} == $right.{}", shown(of_left, &left), shown(of_right, &right))
    };
    let keys: Vec<String> = join.keys.iter().map(key).collect();
    let line = format!("join kind={} on {}", kind_name(join.kind), keys.join(", "));
    let gives_one_side = matches!(
        join.kind,
        JoinKind::LeftSemi | JoinKind::RightSemi | JoinKind::LeftAnti | JoinKind::RightAnti
    );
    if gives_one_side {
        return line;
    }
    let output = |(field, output): (&Field, &JoinOutput)| {
        let (side, input) = match output {
            JoinOutput::Left(index) => ("$left", left.get(*index)),
            JoinOutput::Right(index) => ("$right", right.get(*index)),
        };
        match (name(&field.name), input) {
            (output, Some(input)) if output != *input => format!("{output} = {side}.{input}"),
            (output, _) => output,
        }
    };
    let outputs: Vec<String> = schema.fields.iter().zip(&join.outputs).map(output).collect();
    format!("{line} ({})", outputs.join(", "))
}

fn expand_line(expand: &MvExpand, schema: &Schema) -> String {
    let names = names(&expand.input);
    let mut line = "mv-expand".to_owned();
    if expand.bags_as_arrays {
        line.push_str(" kind=array");
    }
    if expand.item_index
        && let Some(index) = schema.fields.last()
    {
        line.push_str(&format!(" with_itemindex={}", name(&index.name)));
    }
    for (place, column) in expand.columns.iter().enumerate() {
        let output = schema.fields.get(column.output).map(|field| name(&field.name)).unwrap_or_default();
        line.push_str(if place == 0 { " " } else { ", " });
        line.push_str(&assignment(&output, shown(&column.expression, &names)));
        if column.data_type != ScalarType::Dynamic {
            line.push_str(&format!(" to typeof({})", column.data_type));
        }
    }
    if let Some(limit) = expand.limit {
        line.push_str(&format!(" limit {limit}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, Long, String};
    use kql_types::{PathStep, Value};

    use super::*;
    use crate::ExprKind;
    use crate::optimize::testing::*;

    fn table() -> Plan {
        scan("Sign ins", &[("s", String), ("d", Dynamic), ("n", Long)])
    }

    #[test]
    fn a_tree_is_indented_and_names_columns() {
        let plan = summarize(
            filter(table(), equals(0, "a")),
            &[("k", column(2, Long)), ("s", column(0, String))],
            &["c"],
        );
        let plan = take(sort(plan, column(2, Long)), 5);
        let expected = [
            "take 5",
            "  sort by c desc",
            "    summarize c = count() by k = n, s",
            "      where s == \"a\"",
            "        scan ['Sign ins'] (s: string, d: dynamic, n: long)",
            "",
        ];
        assert_eq!(explain(&plan), expected.join("\n"));
    }

    #[test]
    fn a_scan_shows_what_was_pushed_into_it() {
        let mut plan = table();
        if let Operator::Scan(scan) = &mut plan.operator {
            scan.columns[1].path = vec![PathStep::Key("os name".into()), PathStep::Index(-1)];
            scan.predicate = Some(call("has", vec![column(1, Dynamic), text("x")]));
            let needle =
                |text: &str, case_sensitive| kql_tables::Needle { text: text.to_owned(), case_sensitive };
            scan.needles = vec![
                NeedleGroup { any: vec![needle("x", false)] },
                NeedleGroup { any: vec![needle("a", true), needle("\"", true)] },
            ];
            scan.limit = Some(7);
        }
        assert_eq!(
            explain(&plan),
            "scan ['Sign ins'] (s: string, d['os name'][-1]: dynamic, n: long) where d['os name'][-1] has \"x\" \
             needles ~\"x\" and (\"a\" or \"\\\"\") limit 7\n"
        );
    }

    #[test]
    fn every_operator_has_its_line() {
        let key = |ascending, nulls_first| SortKey { expression: column(2, Long), ascending, nulls_first };
        let mut sorted = sort(table(), column(2, Long));
        if let Operator::Sort { keys, .. } = &mut sorted.operator {
            *keys = vec![key(true, true), key(true, false), key(false, false), key(false, true)];
        }
        let range = Operator::Range { from: long(1), to: long(9), step: long(2) };
        let range = Plan { operator: range, schema: summarize(table(), &[], &["x"]).schema };
        let picked = arg_max(
            table(),
            ("s", column(0, String)),
            column(2, Long),
            vec![column(1, Dynamic)],
            &["n", "d"],
        );
        let joined = join(table(), table(), JoinKind::Inner);
        let semi = join(table(), table(), JoinKind::LeftAnti);
        let mut expanded = expand(table(), 1, 1);
        if let Operator::MvExpand(expand) = &mut expanded.operator {
            (expand.limit, expand.bags_as_arrays) = (Some(3), true);
            expand.columns[0].data_type = Long;
        }
        let distinct = summarize(table(), &[("s", column(0, String))], &[]);
        let shared =
            Plan { schema: table().schema, operator: Operator::Shared { id: 4, input: table().into() } };
        for (plan, expected) in [
            (sorted, "sort by n asc, n asc nulls last, n desc, n desc nulls first"),
            (range, "range x from 1 to 9 step 2"),
            (picked, "summarize (n, d) = arg_max(n, d) by s"),
            (
                joined,
                "join kind=inner on $left.s == $right.s (s, d, n, s1 = $right.s, d1 = $right.d, n1 = $right.n)",
            ),
            (semi, "join kind=leftanti on $left.s == $right.s"),
            (expanded, "mv-expand kind=array d to typeof(long) limit 3"),
            (distinct, "distinct s"),
            (shared, "shared 4"),
            (union(vec![table()]), "union"),
            (print(&[("x", text("a")), ("y", constant(Value::Bool(true)))]), "print x = \"a\", y = true"),
        ] {
            assert_eq!(explain(&plan).lines().next(), Some(expected));
        }
    }

    #[test]
    fn a_subquery_stands_in_its_expression() {
        let inside = std::sync::Arc::new(take(table(), 1));
        let scalar = Expr::new(ExprKind::ScalarQuery(inside), String, Default::default());
        let plan = filter(table(), call("==", vec![column(0, String), scalar]));
        let first = explain(&plan).lines().next().map(str::to_owned);
        assert_eq!(
            first.as_deref(),
            Some("where s == toscalar(scan ['Sign ins'] (s: string, d: dynamic, n: long) | take 1)")
        );
    }
}
