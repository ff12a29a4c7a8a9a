//! Expressions that can be written shorter: constants in `and` and `or`, conversions that do nothing, paths below paths.
//!
//! Calls over constants are not computed here: the binder has done that.

use kql_parser::Span;
use kql_types::{ScalarType, Value};

use super::expression::{map_operands, path_below};
use super::tree::{map_expressions, map_inputs};
use crate::{Expr, ExprKind, Operator, Plan};

/// The rule. A filter that lets everything pass is dropped.
pub(super) fn simplify(plan: Plan) -> Plan {
    let plan = map_inputs(plan, &mut simplify);
    let plan = map_expressions(plan, &mut simplified);
    match plan.operator {
        Operator::Filter { input, predicate } if predicate.as_constant() == Some(&Value::Bool(true)) => {
            *input
        }
        operator => Plan { operator, ..plan },
    }
}

fn simplified(expression: Expr) -> Expr {
    let Expr { kind, data_type, span } = map_operands(expression, &mut simplified);
    let kind = match kind {
        ExprKind::And(operands) => return logic(operands, true, span),
        ExprKind::Or(operands) => return logic(operands, false, span),
        ExprKind::Path { input, steps } => return path_below(*input, steps, span),
        ExprKind::Call { function, overload, mut arguments } => {
            if let [argument] = arguments.as_slice()
                && does_nothing(function.names[0], argument)
            {
                return arguments.remove(0);
            }
            ExprKind::Call { function, overload, arguments }
        }
        other => other,
    };
    Expr { kind, data_type, span }
}

/// Whether the conversion gives its argument as it is.
fn does_nothing(name: &str, argument: &Expr) -> bool {
    match name {
        "tostring" => argument.data_type == ScalarType::String,
        "todynamic" => argument.data_type == ScalarType::Dynamic,
        _ => false,
    }
}

/// An `and` (whose neutral operand is true) or an `or` (false). One that is decided by a constant is that constant.
fn logic(operands: Vec<Expr>, neutral: bool, span: Span) -> Expr {
    let mut kept = Vec::with_capacity(operands.len());
    for operand in operands {
        match (operand.kind, neutral) {
            (ExprKind::Constant(Value::Bool(value)), _) if value == neutral => {}
            (ExprKind::Constant(Value::Bool(value)), _) => return Expr::constant(Value::Bool(value), span),
            (ExprKind::And(inner), true) | (ExprKind::Or(inner), false) => kept.extend(inner),
            (kind, _) => kept.push(Expr { kind, ..operand }),
        }
    }
    let kind = match (kept.len(), neutral) {
        (0, _) => ExprKind::Constant(Value::Bool(neutral)),
        (1, _) => return kept.remove(0),
        (_, true) => ExprKind::And(kept),
        (_, false) => ExprKind::Or(kept),
    };
    Expr::new(kind, ScalarType::Bool, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::testing::*;

    fn predicate(predicate: Expr) -> Vec<String> {
        let input = scan("T", &[("s", ScalarType::String), ("d", ScalarType::Dynamic)]);
        shown(simplify(filter(input, predicate)))
    }

    fn truth(value: bool) -> Expr {
        constant(Value::Bool(value))
    }

    const SCAN: &str = "  scan T (s: string, d: dynamic)";

    #[test]
    fn constants_decide_or_drop_out() {
        assert_eq!(predicate(and(vec![truth(true), equals(0, "a")])), [r#"where s == "a""#, SCAN]);
        assert_eq!(predicate(or(vec![equals(0, "a"), truth(false)])), [r#"where s == "a""#, SCAN]);
        assert_eq!(predicate(and(vec![truth(false), equals(0, "a")])), ["where false", SCAN]);
        assert_eq!(predicate(or(vec![equals(0, "a"), truth(true)])), [SCAN.trim_start()]);
        let null = constant(Value::Null(ScalarType::Bool));
        assert_eq!(predicate(and(vec![truth(true), null])), ["where bool(null)", SCAN]);
    }

    #[test]
    fn nested_logic_is_flat() {
        let nested =
            and(vec![and(vec![equals(0, "a"), equals(0, "b")]), or(vec![equals(0, "c"), equals(0, "d")])]);
        let expected = r#"where s == "a" and s == "b" and (s == "c" or s == "d")"#;
        assert_eq!(predicate(nested), [expected, SCAN]);
    }

    #[test]
    fn conversions_to_the_own_type_go() {
        let twice = call("tostring", vec![call("tostring", vec![column(1, ScalarType::Dynamic)])]);
        let parsed = path(call("todynamic", vec![column(1, ScalarType::Dynamic)]), &["a"]);
        let input = scan("T", &[("s", ScalarType::String), ("d", ScalarType::Dynamic)]);
        let plan = project(input, &[("x", twice), ("y", path(parsed, &["b"]))]);
        assert_eq!(shown(simplify(plan)), ["project x = tostring(d), y = d.a.b", SCAN]);
    }
}
