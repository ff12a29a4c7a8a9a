//! Whether a plan is sound: every column that an expression reads exists and has the type that the expression says, and
//! what operators give has the types of their schemas.

use kql_types::{ScalarType, Schema};

use crate::plan::{Aggregate, AggregateCall, Join, JoinKind, JoinOutput, MvExpand, Scan, SortKey};
use crate::walk::{aggregate_expressions, for_each_operand};
use crate::{Expr, ExprKind, Operator, Plan};

/// What is wrong, if anything is.
type Outcome = Result<(), String>;

/// Checks the plan and all its inputs.
pub(super) fn check(plan: &Plan) -> Outcome {
    let schema = &plan.schema;
    match &plan.operator {
        Operator::Scan(scan) => check_scan(scan, schema),
        Operator::Rows(batch) => same_types("rows", types(&batch.schema), schema),
        Operator::Print(cells) => {
            expressions(cells, &Schema::default())?;
            same_types("print", types_of(cells), schema)
        }
        Operator::Range { from, to, step } => {
            expressions([from, to, step], &Schema::default())?;
            same_types("range", vec![from.data_type], schema)
        }
        Operator::Filter { input, predicate } => {
            check(input)?;
            is_bool(predicate, &input.schema)?;
            same_types("filter", types(&input.schema), schema)
        }
        Operator::Project { input, columns } => {
            check(input)?;
            expressions(columns, &input.schema)?;
            same_types("project", types_of(columns), schema)
        }
        Operator::Aggregate { input, keys, aggregates } => {
            check(input)?;
            check_aggregate(&input.schema, keys, aggregates, schema)
        }
        Operator::Sort { input, keys } | Operator::Top { input, keys, .. } => {
            check(input)?;
            expressions(keys.iter().map(|key: &SortKey| &key.expression), &input.schema)?;
            same_types("sort", types(&input.schema), schema)
        }
        Operator::Take { input, .. } => {
            check(input)?;
            same_types("take", types(&input.schema), schema)
        }
        Operator::Join(join) => check_join(join, schema),
        Operator::Union(inputs) => inputs.iter().try_for_each(|input| {
            check(input)?;
            same_types("union", types(&input.schema), schema)
        }),
        Operator::MvExpand(expand) => check_expand(expand, schema),
        Operator::Shared { input, .. } => {
            check(input)?;
            same_types("shared", types(&input.schema), schema)
        }
        Operator::WholeTable { inputs, .. } => inputs.iter().try_for_each(check),
    }
}

fn types(schema: &Schema) -> Vec<ScalarType> {
    schema.fields.iter().map(|field| field.data_type).collect()
}

fn types_of<'e>(expressions: impl IntoIterator<Item = &'e Expr>) -> Vec<ScalarType> {
    expressions.into_iter().map(|expression| expression.data_type).collect()
}

fn same_types(operator: &str, given: Vec<ScalarType>, schema: &Schema) -> Outcome {
    match given == types(schema) {
        true => Ok(()),
        false => Err(format!("{operator} gives {given:?} for {:?}", schema.fields)),
    }
}

fn expressions<'e>(expressions: impl IntoIterator<Item = &'e Expr>, input: &Schema) -> Outcome {
    expressions.into_iter().try_for_each(|one| expression(one, input))
}

fn expression(expression: &Expr, input: &Schema) -> Outcome {
    if let ExprKind::Column(index) = expression.kind
        && input.fields.get(index).map(|field| field.data_type) != Some(expression.data_type)
    {
        let wanted = expression.data_type;
        return Err(format!("column {index} should be of type {wanted}: {:?}", input.fields));
    }
    let mut outcome = Ok(());
    for_each_operand(expression, &mut |operand| {
        if outcome.is_ok() {
            outcome = self::expression(operand, input);
        }
    });
    outcome
}

fn is_bool(predicate: &Expr, input: &Schema) -> Outcome {
    expression(predicate, input)?;
    match predicate.data_type {
        ScalarType::Bool => Ok(()),
        other => Err(format!("a predicate of type {other}")),
    }
}

fn check_scan(scan: &Scan, schema: &Schema) -> Outcome {
    for column in &scan.columns {
        if !column.path.is_empty() && column.data_type != ScalarType::Dynamic {
            return Err(format!("a part of type {}: {}", column.data_type, column.name));
        }
    }
    scan.predicate.iter().try_for_each(|predicate| is_bool(predicate, schema))?;
    same_types("scan", scan.columns.iter().map(|column| column.data_type).collect(), schema)
}

fn check_aggregate(input: &Schema, keys: &[Expr], aggregates: &[Aggregate], schema: &Schema) -> Outcome {
    expressions(keys, input)?;
    let mut given = types_of(keys);
    for aggregate in aggregates {
        expressions(aggregate_expressions(aggregate), input)?;
        let picked = match &aggregate.call {
            AggregateCall::Function { .. } => aggregate.outputs.clone(),
            AggregateCall::Extreme { by, values, .. } => types_of(std::iter::once(by).chain(values)),
            AggregateCall::First { values } => types_of(values),
        };
        if picked != aggregate.outputs {
            return Err(format!("an aggregate gives {picked:?} for {:?}", aggregate.outputs));
        }
        given.extend(picked);
    }
    same_types("aggregate", given, schema)
}

fn check_join(join: &Join, schema: &Schema) -> Outcome {
    check(&join.left)?;
    check(&join.right)?;
    let (left, right) = (&join.left.schema, &join.right.schema);
    for (left_key, right_key) in &join.keys {
        expression(left_key, left)?;
        expression(right_key, right)?;
        if left_key.data_type != right_key.data_type {
            return Err(format!("keys of types {} and {}", left_key.data_type, right_key.data_type));
        }
    }
    let given = match join.kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => types(left),
        JoinKind::RightSemi | JoinKind::RightAnti => types(right),
        _ => {
            let field = |output: &JoinOutput| match output {
                JoinOutput::Left(index) => left.fields.get(*index),
                JoinOutput::Right(index) => right.fields.get(*index),
            };
            let outputs = join.outputs.iter();
            outputs
                .map(|output| field(output).map(|field| field.data_type))
                .collect::<Option<Vec<ScalarType>>>()
                .ok_or_else(|| format!("a join has outputs that its inputs have not: {:?}", join.outputs))?
        }
    };
    same_types("join", given, schema)
}

fn check_expand(expand: &MvExpand, schema: &Schema) -> Outcome {
    check(&expand.input)?;
    let mut given: Vec<Option<ScalarType>> = types(&expand.input.schema).into_iter().map(Some).collect();
    given.resize(schema.len(), None);
    for column in &expand.columns {
        expression(&column.expression, &expand.input.schema)?;
        match given.get_mut(column.output) {
            Some(place) => *place = Some(column.data_type),
            None => return Err(format!("mv-expand has no column {}", column.output)),
        }
    }
    if expand.item_index
        && let Some(last) = given.last_mut()
    {
        *last = Some(ScalarType::Long);
    }
    same_types("mv-expand", given.into_iter().flatten().collect(), schema)
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Long, String};

    use super::*;
    use crate::optimize::testing::*;

    #[test]
    fn columns_must_exist_and_have_their_type() {
        let table = || scan("T", &[("s", String)]);
        assert_eq!(check(&filter(table(), equals(0, "a"))), Ok(()));
        for wrong in [
            filter(table(), equals(1, "a")),
            filter(table(), column(0, String)),
            project(table(), &[("x", column(0, Long))]),
            sort(table(), call("strlen", vec![column(3, String)])),
        ] {
            assert!(check(&wrong).is_err(), "{wrong:?}");
        }
    }
}
