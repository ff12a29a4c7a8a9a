//! Expressions in KQL's syntax.

use super::line;
use super::literal::{path_text, value};
use crate::{Expr, ExprKind, Plan};

/// How tightly operators bind: the operands of a tighter one need brackets around a looser one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    /// Names, constants, calls.
    Closed,
}

/// How a call is written.
enum Form {
    /// `f(a, b)`
    Function,
    /// `a + b`
    Infix(Binding),
    /// `a in (b, c)`
    List,
    /// `a between (b .. c)`
    Between,
    /// `a[b]`
    Element,
}

fn form(name: &str, arguments: usize) -> Form {
    match (name, arguments) {
        ("in" | "!in" | "in~" | "!in~" | "has_any" | "has_all", 2..) => Form::List,
        ("between" | "!between", 3) => Form::Between,
        ("[]", 2) => Form::Element,
        ("+" | "-", 2) => Form::Infix(Binding::Sum),
        ("*" | "/" | "%", 2) => Form::Infix(Binding::Product),
        ("matches regex", 2) => Form::Infix(Binding::Comparison),
        (name, 2)
            if is_text_operator(name)
                || !name.starts_with(|first: char| first.is_alphabetic() || first == '_') =>
        {
            Form::Infix(Binding::Comparison)
        }
        _ => Form::Function,
    }
}

/// Whether the name without `!` and `_cs` is an operator that is written as a word.
fn is_text_operator(name: &str) -> bool {
    let name = name.strip_prefix('!').unwrap_or(name);
    let name = name.strip_suffix("_cs").unwrap_or(name);
    matches!(name, "has" | "hasprefix" | "hassuffix" | "contains" | "startswith" | "endswith")
}

/// The expression; `names` are those of the columns that it reads.
pub(super) fn shown(expression: &Expr, names: &[String]) -> String {
    written(expression, names).0
}

/// Several, with commas between.
pub(super) fn list<'e>(expressions: impl IntoIterator<Item = &'e Expr>, names: &[String]) -> String {
    let shown: Vec<String> = expressions.into_iter().map(|expression| shown(expression, names)).collect();
    shown.join(", ")
}

fn written(expression: &Expr, names: &[String]) -> (String, Binding) {
    let closed = |text: String| (text, Binding::Closed);
    match &expression.kind {
        ExprKind::Column(index) => {
            closed(names.get(*index).cloned().unwrap_or_else(|| format!("column({index})")))
        }
        ExprKind::Constant(constant) => closed(value(constant)),
        ExprKind::And(operands) => (joined(operands, " and ", Binding::And, names), Binding::And),
        ExprKind::Or(operands) => (joined(operands, " or ", Binding::Or, names), Binding::Or),
        ExprKind::Path { input, steps } => {
            closed(format!("{}{}", tighter(input, Binding::Product, names), path_text(steps)))
        }
        ExprKind::ScalarQuery(plan) => closed(format!("toscalar({})", pipeline(plan))),
        ExprKind::InQuery { function, value, plan, .. } => {
            let value = tighter(value, Binding::Comparison, names);
            (format!("{value} {} ({})", function.names[0], pipeline(plan)), Binding::Comparison)
        }
        ExprKind::Call { function, arguments, .. } => written_call(function.names[0], arguments, names),
    }
}

fn written_call(name: &str, arguments: &[Expr], names: &[String]) -> (String, Binding) {
    match (form(name, arguments.len()), arguments) {
        (Form::Infix(binding), [left, right]) => {
            // Operators of one binding are taken from the left; comparisons are not chained at all.
            let left = match binding {
                Binding::Comparison => tighter(left, binding, names),
                _ => at_least(left, binding, names),
            };
            (format!("{left} {name} {}", tighter(right, binding, names)), binding)
        }
        (Form::List, [value, items @ ..]) => {
            let value = tighter(value, Binding::Comparison, names);
            (format!("{value} {name} ({})", list(items, names)), Binding::Comparison)
        }
        (Form::Between, [value, low, high]) => {
            let value = tighter(value, Binding::Comparison, names);
            let (low, high) = (shown(low, names), shown(high, names));
            (format!("{value} {name} ({low} .. {high})"), Binding::Comparison)
        }
        (Form::Element, [input, index]) => {
            let input = tighter(input, Binding::Product, names);
            (format!("{input}[{}]", shown(index, names)), Binding::Closed)
        }
        _ => (format!("{name}({})", list(arguments, names)), Binding::Closed),
    }
}

fn joined(operands: &[Expr], operator: &str, binding: Binding, names: &[String]) -> String {
    let operands: Vec<String> = operands.iter().map(|operand| tighter(operand, binding, names)).collect();
    operands.join(operator)
}

/// The expression, in brackets unless it binds tighter than that.
fn tighter(expression: &Expr, binding: Binding, names: &[String]) -> String {
    match written(expression, names) {
        (text, own) if own > binding => text,
        (text, _) => format!("({text})"),
    }
}

/// The expression, in brackets if it binds looser than that.
fn at_least(expression: &Expr, binding: Binding, names: &[String]) -> String {
    match written(expression, names) {
        (text, own) if own >= binding => text,
        (text, _) => format!("({text})"),
    }
}

/// A sub-query on one line: its operators as they are piped, further inputs in brackets.
fn pipeline(plan: &Plan) -> String {
    let inputs = plan.inputs();
    let Some((first, others)) = inputs.split_first() else { return line(plan) };
    let others: String = others.iter().map(|other| format!(" ({})", pipeline(other))).collect();
    format!("{} | {}{others}", pipeline(first), line(plan))
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, Long, String};

    use super::*;
    use crate::optimize::testing::*;

    fn n() -> Expr {
        column(1, Long)
    }

    fn text_of(expression: Expr) -> std::string::String {
        super::shown(&expression, &["s", "n", "d"].map(str::to_owned))
    }

    #[test]
    fn brackets_stand_where_binding_needs_them() {
        let sum = || call("+", vec![n(), long(1)]);
        assert_eq!(text_of(call("*", vec![sum(), long(2)])), "(n + 1) * 2");
        assert_eq!(text_of(call("-", vec![sum(), sum()])), "n + 1 - (n + 1)");
        let greater = || call(">", vec![sum(), long(2)]);
        assert_eq!(text_of(greater()), "n + 1 > 2");
        assert_eq!(text_of(call("==", vec![greater(), greater()])), "(n + 1 > 2) == (n + 1 > 2)");
        let either = or(vec![greater(), equals(0, "a")]);
        assert_eq!(text_of(and(vec![either, equals(0, "b")])), r#"(n + 1 > 2 or s == "a") and s == "b""#);
    }

    #[test]
    fn each_form_is_written_as_in_a_query() {
        let s = || column(0, String);
        let d = || column(2, Dynamic);
        for (expression, expected) in [
            (call("in", vec![s(), text("a"), text("b")]), r#"s in ("a", "b")"#),
            (call("has_any", vec![s(), text("a")]), r#"s has_any ("a")"#),
            (call("!has_cs", vec![s(), text("a")]), r#"s !has_cs "a""#),
            (call("!~", vec![s(), text("a")]), r#"s !~ "a""#),
            (call("matches regex", vec![s(), text("a.b")]), r#"s matches regex "a.b""#),
            (call("between", vec![n(), long(1), long(5)]), "n between (1 .. 5)"),
            (call("[]", vec![d(), n()]), "d[n]"),
            (call("strcat", vec![s(), text("a")]), r#"strcat(s, "a")"#),
            (call("has_any_index", vec![s(), d()]), "has_any_index(s, d)"),
            (path(call("todynamic", vec![s()]), &["a", "b c"]), "todynamic(s).a['b c']"),
        ] {
            assert_eq!(text_of(expression), expected);
        }
    }
}
