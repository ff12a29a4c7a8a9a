//! Conditions on columns that every row meets which passes the scan's predicate, so that a scan which knows the extremes
//! of a column's values in many rows may leave these rows out without reading them.
//!
//! A condition must hold wherever the predicate does. It says no more than that: the predicate runs afterwards.

use kql_functions::kernel::members::list_elements;
use kql_tables::{Comparison, Condition, ScanColumn};
use kql_types::{ScalarType, Value, guid};

use super::tree::map_inputs;
use crate::{Expr, ExprKind, Operator, Plan};

/// The rule.
pub(super) fn derive_conditions(plan: Plan) -> Plan {
    let mut plan = map_inputs(plan, &mut derive_conditions);
    if let Operator::Scan(scan) = &mut plan.operator
        && let Some(predicate) = &scan.predicate
    {
        scan.conditions = conditions(predicate, &scan.columns);
    }
    plan
}

/// The conditions that all hold where the predicate does.
fn conditions(predicate: &Expr, columns: &[ScanColumn]) -> Vec<Condition> {
    match &predicate.kind {
        ExprKind::And(operands) => operands.iter().flat_map(|operand| conditions(operand, columns)).collect(),
        ExprKind::Or(operands) => {
            let alternative = |operand| {
                let mut all = conditions(operand, columns);
                let last = all.pop()?;
                Some(if all.is_empty() { last } else { Condition::All([all, vec![last]].concat()) })
            };
            let alternatives: Option<Vec<Condition>> = operands.iter().map(alternative).collect();
            alternatives.map(Condition::Any).into_iter().collect()
        }
        ExprKind::Call { function, arguments, .. } => of_call(function.names[0], arguments, columns),
        _ => Vec::new(),
    }
}

fn of_call(operator: &str, arguments: &[Expr], columns: &[ScanColumn]) -> Vec<Condition> {
    let comparison = match operator {
        "<" => Some(Comparison::Less),
        "<=" => Some(Comparison::LessOrEqual),
        ">" => Some(Comparison::Greater),
        ">=" => Some(Comparison::GreaterOrEqual),
        _ => None,
    };
    if let ([constant, other], true) = (arguments, comparison.is_some() || operator == "==")
        && let (Some(value), Some(subject)) = (constant.as_constant(), subject(other, columns))
    {
        return subject.compared(comparison.map(Comparison::swapped), value).into_iter().collect();
    }
    let Some((first, rest)) = arguments.split_first() else { return Vec::new() };
    let constants: Option<Vec<&Value>> = rest.iter().map(Expr::as_constant).collect();
    let (Some(subject), Some(constants)) = (subject(first, columns), constants) else { return Vec::new() };
    match (operator, constants.as_slice()) {
        ("==" | "<" | "<=" | ">" | ">=", [value]) => {
            subject.compared(comparison, value).into_iter().collect()
        }
        ("in", values) => subject.one_of(list_elements(values.iter().copied())).into_iter().collect(),
        ("between", [from, to]) => subject.between(from, to),
        ("startswith_cs", [Value::String(start)]) => subject.starts_with(start),
        _ => Vec::new(),
    }
}

/// A column that is compared.
#[derive(Clone, Copy, Debug)]
struct Subject {
    column: usize,
    data_type: ScalarType,
}

fn subject(expression: &Expr, columns: &[ScanColumn]) -> Option<Subject> {
    let ExprKind::Column(column) = expression.kind else { return None };
    let scanned = columns.get(column)?;
    scanned.path.is_empty().then_some(Subject { column, data_type: scanned.data_type })
}

impl Subject {
    /// `None` compares for equality.
    fn compared(self, comparison: Option<Comparison>, value: &Value) -> Option<Condition> {
        match comparison {
            Some(comparison) if self.data_type != ScalarType::String => self.ordered(comparison, value),
            Some(_) => None,
            None => self.one_of(vec![value.clone()]),
        }
    }

    fn ordered(self, comparison: Comparison, value: &Value) -> Option<Condition> {
        let value = self.comparable(value)?;
        Some(Condition::Compare { column: self.column, comparison, value })
    }

    fn one_of(self, values: Vec<Value>) -> Option<Condition> {
        let values: Option<Vec<Value>> = values.iter().map(|value| self.comparable(value)).collect();
        Some(Condition::OneOf { column: self.column, values: values? })
    }

    /// The end of `between` may be a distance from its beginning.
    fn between(self, from: &Value, to: &Value) -> Vec<Condition> {
        let to = match (from, to) {
            (Value::DateTime(from), Value::Timespan(distance)) => {
                from.checked_add(*distance).map(Value::DateTime)
            }
            (_, to) => Some(to.clone()),
        };
        let least = self.ordered(Comparison::GreaterOrEqual, from);
        let greatest = to.and_then(|to| self.ordered(Comparison::LessOrEqual, &to));
        least.into_iter().chain(greatest).collect()
    }

    /// Texts that begin so stand, in the order of their bytes, between the beginning and what comes after all of them.
    fn starts_with(self, start: &str) -> Vec<Condition> {
        let text = |text: &str| Value::String(text.to_owned());
        let mut conditions = Vec::new();
        conditions.extend(self.ordered(Comparison::GreaterOrEqual, &text(start)));
        conditions.extend(after(start).and_then(|end| self.ordered(Comparison::Less, &text(&end))));
        conditions
    }

    /// The value as one that can be compared with the column's. Null can not: nothing equals it.
    fn comparable(self, value: &Value) -> Option<Value> {
        use ScalarType::{DateTime, Guid, Int, Long, Real, String, Timespan};
        match (self.data_type, value) {
            (Int | Long | Real, Value::Real(number)) if number.is_nan() => None,
            (String, Value::String(_))
            | (DateTime, Value::DateTime(_))
            | (Timespan, Value::Timespan(_))
            | (Guid, Value::Guid(_))
            | (Int | Long | Real, Value::Int(_) | Value::Long(_) | Value::Real(_)) => Some(value.clone()),
            (Guid, Value::String(text)) => guid::parse(text).map(Value::Guid),
            _ => None,
        }
    }
}

/// The least text that is greater than all that begin with this one; `None` where its last character has none after it
/// that keeps the order simple.
fn after(start: &str) -> Option<String> {
    let (at, last) = start.char_indices().next_back()?;
    let next = char::from_u32(u32::from(last) + 1)?;
    Some(format!("{}{next}", &start[..at]))
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{DateTime, Dynamic, Int, Long, String};

    use super::*;
    use crate::optimize::testing::*;

    /// The conditions for a predicate over `s: string, d: dynamic, n: long, t: datetime, i: int`.
    fn derived(predicate: Expr) -> Vec<Condition> {
        let mut plan = scan("T", &[("s", String), ("d", Dynamic), ("n", Long), ("t", DateTime), ("i", Int)]);
        if let Operator::Scan(scan) = &mut plan.operator {
            scan.predicate = Some(predicate);
        }
        let Operator::Scan(scan) = derive_conditions(plan).operator else { panic!("no scan") };
        scan.conditions
    }

    fn n() -> Expr {
        column(2, Long)
    }

    fn compare(column: usize, comparison: Comparison, value: Value) -> Condition {
        Condition::Compare { column, comparison, value }
    }

    #[test]
    fn comparisons_with_constants() {
        let less = compare(2, Comparison::Less, Value::Long(5));
        assert_eq!(derived(call("<", vec![n(), long(5)])), std::slice::from_ref(&less));
        assert_eq!(derived(call(">", vec![long(5), n()])), [less]);
        let equal = Condition::OneOf { column: 0, values: vec![Value::String("a".to_owned())] };
        assert_eq!(derived(equals(0, "a")), std::slice::from_ref(&equal));
        assert_eq!(derived(call("==", vec![text("a"), column(0, String)])), [equal]);
        let listed = call("in", vec![column(4, Int), long(1), long(2)]);
        let values = vec![Value::Long(1), Value::Long(2)];
        assert_eq!(derived(listed), [Condition::OneOf { column: 4, values }]);
    }

    #[test]
    fn ranges() {
        let time = |ticks| constant(Value::DateTime(ticks));
        let span = constant(Value::Timespan(10));
        let expected = [
            compare(3, Comparison::GreaterOrEqual, Value::DateTime(5)),
            compare(3, Comparison::LessOrEqual, Value::DateTime(15)),
        ];
        assert_eq!(derived(call("between", vec![column(3, DateTime), time(5), time(15)])), expected);
        assert_eq!(derived(call("between", vec![column(3, DateTime), time(5), span])), expected);
        let text_value = |text: &str| Value::String(text.to_owned());
        assert_eq!(
            derived(call("startswith_cs", vec![column(0, String), text("ab")])),
            [
                compare(0, Comparison::GreaterOrEqual, text_value("ab")),
                compare(0, Comparison::Less, text_value("ac")),
            ]
        );
        assert_eq!(after("a\u{10ffff}"), None);
    }

    #[test]
    fn alternatives_all_need_a_condition() {
        let less = || call("<", vec![n(), long(5)]);
        let has = call("has", vec![column(0, String), text("x")]);
        let expected = compare(2, Comparison::Less, Value::Long(5));
        let both = Condition::All(vec![expected.clone(), expected.clone()]);
        assert_eq!(
            derived(or(vec![less(), and(vec![less(), less()])])),
            [Condition::Any(vec![expected.clone(), both])]
        );
        assert_eq!(derived(or(vec![less(), has.clone()])), []);
        assert_eq!(derived(and(vec![has, less()])), [expected]);
    }

    #[test]
    fn nothing_where_the_value_is_null_or_of_another_kind() {
        assert_eq!(derived(call("==", vec![n(), constant(Value::Null(Long))])), []);
        assert_eq!(derived(call("==", vec![n(), text("5")])), []);
        assert_eq!(derived(call("!=", vec![n(), long(5)])), []);
        assert_eq!(derived(call("==", vec![path(column(1, Dynamic), &["a"]), long(5)])), []);
        let real = constant(Value::Real(f64::NAN));
        assert_eq!(derived(call("<", vec![n(), real])), []);
    }
}
