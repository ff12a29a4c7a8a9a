//! Plans for the tests of rules, written as queries read.

use std::sync::Arc;

use kql_functions::registry;
use kql_parser::Span;
use kql_tables::{KnownTable, ScanColumn};
use kql_types::{Field, PathStep, ScalarType, Schema, Value};

use super::check::check;
use crate::plan::{
    Aggregate, AggregateCall, ExpandedColumn, Join, JoinKind, JoinOutput, MvExpand, Scan, SortKey,
};
use crate::{Expr, ExprKind, Operator, Plan};

pub(crate) use super::tree::filter;

/// The lines of the plan's `explain`. The plan must be sound.
pub(crate) fn shown(plan: Plan) -> Vec<String> {
    check(&plan).unwrap_or_else(|wrong| panic!("{wrong}: {plan:#?}"));
    crate::explain(&plan).lines().map(str::to_owned).collect()
}

pub(crate) fn column(index: usize, data_type: ScalarType) -> Expr {
    Expr::new(ExprKind::Column(index), data_type, Span::default())
}

pub(crate) fn constant(value: Value) -> Expr {
    Expr::constant(value, Span::default())
}

pub(crate) fn text(text: &str) -> Expr {
    constant(Value::String(text.to_owned()))
}

pub(crate) fn long(value: i64) -> Expr {
    constant(Value::Long(value))
}

/// A call of the first overload that takes as many arguments.
pub(crate) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let function = registry::scalar(name).unwrap_or_else(|| panic!("no function {name}"));
    let fits = |overload: &&kql_functions::Overload| overload.parameters.len() >= arguments.len();
    let overload = function.overloads.iter().find(fits).unwrap_or(&function.overloads[0]);
    let infos: Vec<_> = arguments
        .iter()
        .map(|argument| kql_functions::ArgumentInfo {
            data_type: argument.data_type,
            constant: argument.as_constant(),
        })
        .collect();
    let data_type = match overload.returns {
        kql_functions::Returns::Exact(data_type) => data_type,
        kql_functions::Returns::Computed(returns) => returns(&infos).unwrap_or(ScalarType::Long),
        _ => ScalarType::Long,
    };
    Expr::new(ExprKind::Call { function, overload, arguments }, data_type, Span::default())
}

/// `column == "text"` of a string column.
pub(crate) fn equals(index: usize, value: &str) -> Expr {
    call("==", vec![column(index, ScalarType::String), text(value)])
}

pub(crate) fn and(operands: Vec<Expr>) -> Expr {
    Expr::new(ExprKind::And(operands), ScalarType::Bool, Span::default())
}

pub(crate) fn or(operands: Vec<Expr>) -> Expr {
    Expr::new(ExprKind::Or(operands), ScalarType::Bool, Span::default())
}

pub(crate) fn key(key: &str) -> PathStep {
    PathStep::Key(key.into())
}

pub(crate) fn path(input: Expr, keys: &[&str]) -> Expr {
    let steps = keys.iter().map(|name| key(name)).collect();
    Expr::new(ExprKind::Path { input: Box::new(input), steps }, ScalarType::Dynamic, Span::default())
}

fn plan(operator: Operator, fields: Vec<Field>) -> Plan {
    Plan { operator, schema: Arc::new(Schema::new(fields)) }
}

fn fields(columns: &[(&str, Expr)]) -> Vec<Field> {
    columns.iter().map(|(name, expression)| Field::new(*name, expression.data_type)).collect()
}

fn expressions(columns: &[(&str, Expr)]) -> Vec<Expr> {
    columns.iter().map(|(_, expression)| expression.clone()).collect()
}

/// A scan of all columns.
pub(crate) fn scan(name: &str, columns: &[(&str, ScalarType)]) -> Plan {
    let schema: Schema = columns.iter().map(|(name, data_type)| Field::new(*name, *data_type)).collect();
    let columns = schema.fields.iter().map(ScanColumn::whole).collect();
    let table = Arc::new(KnownTable::new(name, schema.clone()));
    let scan =
        Scan { table, columns, predicate: None, needles: Vec::new(), conditions: Vec::new(), limit: None };
    plan(Operator::Scan(scan), schema.fields)
}

pub(crate) fn print(cells: &[(&str, Expr)]) -> Plan {
    plan(Operator::Print(expressions(cells)), fields(cells))
}

pub(crate) fn project(input: Plan, columns: &[(&str, Expr)]) -> Plan {
    let operator = Operator::Project { input: Box::new(input), columns: expressions(columns) };
    plan(operator, fields(columns))
}

/// The input's columns, and a new one behind them.
pub(crate) fn extend(input: Plan, name: &str, expression: Expr) -> Plan {
    let schema = input.schema.clone();
    let passed = schema.fields.iter().enumerate();
    let mut columns: Vec<(&str, Expr)> =
        passed.map(|(index, field)| (&*field.name, column(index, field.data_type))).collect();
    columns.push((name, expression));
    project(input, &columns)
}

/// Descending.
pub(crate) fn sort(input: Plan, expression: Expr) -> Plan {
    let fields = input.schema.fields.clone();
    let keys = vec![SortKey { expression, ascending: false, nulls_first: false }];
    plan(Operator::Sort { input: Box::new(input), keys }, fields)
}

pub(crate) fn take(input: Plan, count: u64) -> Plan {
    let fields = input.schema.fields.clone();
    plan(Operator::Take { input: Box::new(input), count }, fields)
}

pub(crate) fn union(inputs: Vec<Plan>) -> Plan {
    let fields = inputs[0].schema.fields.clone();
    plan(Operator::Union(inputs), fields)
}

/// `summarize` with a `count()` for each name.
pub(crate) fn summarize(input: Plan, keys: &[(&str, Expr)], counts: &[&str]) -> Plan {
    let function = registry::aggregate("count").unwrap_or_else(|| panic!("no count"));
    let count = |_: &&str| Aggregate {
        call: AggregateCall::Function { function, overload: &function.overloads[0], arguments: Vec::new() },
        condition: None,
        outputs: vec![ScalarType::Long],
        span: Span::default(),
    };
    let mut schema = fields(keys);
    schema.extend(counts.iter().map(|name| Field::new(*name, ScalarType::Long)));
    let aggregates = counts.iter().map(count).collect();
    plan(Operator::Aggregate { input: Box::new(input), keys: expressions(keys), aggregates }, schema)
}

/// `summarize (names) = arg_max(by, values) by key`.
pub(crate) fn arg_max(input: Plan, key: (&str, Expr), by: Expr, values: Vec<Expr>, names: &[&str]) -> Plan {
    let outputs: Vec<ScalarType> =
        std::iter::once(&by).chain(&values).map(|expression| expression.data_type).collect();
    let mut schema = vec![Field::new(key.0, key.1.data_type)];
    schema.extend(names.iter().zip(&outputs).map(|(name, data_type)| Field::new(*name, *data_type)));
    let call = AggregateCall::Extreme { largest: true, by, values };
    let aggregates = vec![Aggregate { call, condition: None, outputs, span: Span::default() }];
    plan(Operator::Aggregate { input: Box::new(input), keys: vec![key.1], aggregates }, schema)
}

/// A join on the first columns; its result has the columns of both.
pub(crate) fn join(left: Plan, right: Plan, kind: JoinKind) -> Plan {
    let first = |side: &Plan| column(0, side.schema.fields[0].data_type);
    let keys = vec![(first(&left), first(&right))];
    let outputs = (0..left.schema.len()).map(JoinOutput::Left);
    let outputs = outputs.chain((0..right.schema.len()).map(JoinOutput::Right)).collect();
    let fields = match kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => left.schema.fields.clone(),
        JoinKind::RightSemi | JoinKind::RightAnti => right.schema.fields.clone(),
        _ => {
            let suffixed = |field: &Field| match left.schema.index_of(&field.name) {
                Some(_) => Field::new(format!("{}1", field.name), field.data_type),
                None => field.clone(),
            };
            left.schema.fields.iter().cloned().chain(right.schema.fields.iter().map(suffixed)).collect()
        }
    };
    let (left, right) = (Box::new(left), Box::new(right));
    plan(Operator::Join(Join { left, right, kind, keys, outputs }), fields)
}

/// `mv-expand` of a dynamic column, in its place or (`x`) behind the others.
pub(crate) fn expand(input: Plan, index: usize, output: usize) -> Plan {
    expand_expression(input, column(index, ScalarType::Dynamic), output)
}

/// `mv-expand` of an expression.
pub(crate) fn expand_expression(input: Plan, expression: Expr, output: usize) -> Plan {
    let mut fields = input.schema.fields.clone();
    if output == fields.len() {
        fields.push(Field::new("x", ScalarType::Dynamic));
    }
    let columns = vec![ExpandedColumn { expression, output, data_type: ScalarType::Dynamic }];
    let input = Box::new(input);
    let expand = MvExpand { input, columns, item_index: false, limit: None, bags_as_arrays: false };
    plan(Operator::MvExpand(expand), fields)
}
