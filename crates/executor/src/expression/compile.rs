//! Makes bound expressions ready to run.

use std::sync::Arc;

use kql_functions::{ArgumentInfo, Kernel, Overload, ScalarFunction, Support};
use kql_parser::Span;
use kql_planner::{Expr, ExprKind, Plan};
use kql_types::{Batch, ScalarType, Value};

use super::{CompiledExpr, CompiledKernel, Node, logic};
use crate::QueryError;
use crate::by_code::ByCode;
use crate::query::Query;

impl CompiledExpr {
    /// Prepares kernels, and runs the sub-queries that the expression holds.
    pub(crate) fn compile(expression: &Expr, query: &Query) -> Result<Self, QueryError> {
        let node = match &expression.kind {
            ExprKind::Column(index) => Node::Column(*index),
            ExprKind::Constant(value) => Node::Constant(value.clone()),
            ExprKind::Call { function, overload, arguments } => {
                let arguments = Self::compile_all(arguments, query)?;
                return Self::bind_call(function, overload, arguments, expression, query);
            }
            ExprKind::And(operands) => logic(logic::Operator::And, operands, query)?,
            ExprKind::Or(operands) => logic(logic::Operator::Or, operands, query)?,
            ExprKind::Path { input, steps } => Node::Path {
                input: Box::new(Self::compile(input, query)?),
                steps: Arc::from(steps.as_slice()),
                by_code: ByCode::default(),
            },
            ExprKind::ScalarQuery(plan) => Node::Constant(scalar(plan, expression.data_type, query)?),
            ExprKind::InQuery { function, overload, value, plan } => {
                let list = Self::constant_at(list(plan, query)?, expression.span);
                let arguments = vec![Self::compile(value, query)?, list];
                return Self::bind_call(function, overload, arguments, expression, query);
            }
        };
        Ok(Self { node, data_type: expression.data_type, span: expression.span })
    }

    /// Prepares several expressions.
    pub(crate) fn compile_all(expressions: &[Expr], query: &Query) -> Result<Vec<Self>, QueryError> {
        expressions.iter().map(|expression| Self::compile(expression, query)).collect()
    }

    fn constant_at(value: Value, span: Span) -> Self {
        Self { data_type: value.data_type(), node: Node::Constant(value), span }
    }

    fn bind_call(
        function: &ScalarFunction,
        overload: &Overload,
        arguments: Vec<Self>,
        expression: &Expr,
        query: &Query,
    ) -> Result<Self, QueryError> {
        let kernel = match overload.kernel {
            Kernel::Columns(kernel) => CompiledKernel::Columns(kernel),
            Kernel::Prepared(prepare) => {
                let infos: Vec<ArgumentInfo<'_>> = arguments.iter().map(argument_info).collect();
                let bound = prepare(&infos).map_err(|error| QueryError::kernel(error, expression.span))?;
                CompiledKernel::Bound(bound)
            }
        };
        let foldable = function.support == Support::Rows
            && arguments.iter().all(|argument| matches!(argument.node, Node::Constant(_)));
        let (data_type, span) = (expression.data_type, expression.span);
        let by_code = (function.support == Support::Rows).then(ByCode::default);
        let call = Self { node: Node::Call { kernel, arguments, by_code }, data_type, span };
        if foldable && let Ok(column) = call.column(&[], 1, &query.context) {
            return Ok(Self { node: Node::Constant(column.value(0)), data_type, span });
        }
        Ok(call)
    }
}

fn logic(operator: logic::Operator, operands: &[Expr], query: &Query) -> Result<Node, QueryError> {
    Ok(Node::Logic { operator, operands: CompiledExpr::compile_all(operands, query)? })
}

/// What a kernel may know of an argument before a row is read.
pub(crate) fn argument_info(argument: &CompiledExpr) -> ArgumentInfo<'_> {
    ArgumentInfo { data_type: argument.data_type, constant: argument.constant() }
}

/// The first cell of a sub-query's result.
fn scalar(plan: &Arc<Plan>, data_type: ScalarType, query: &Query) -> Result<Value, QueryError> {
    query.subquery(plan, |batch| match batch.columns.first() {
        Some(column) if batch.rows > 0 && column.data_type() == data_type => column.value(0),
        _ => Value::absent(data_type),
    })
}

/// The first column of a sub-query's result as a dynamic array.
fn list(plan: &Arc<Plan>, query: &Query) -> Result<Value, QueryError> {
    query.subquery(plan, |batch: Batch| {
        let mut text = String::from("[");
        if let Some(column) = batch.columns.first() {
            for row in 0..batch.rows {
                if row > 0 {
                    text.push(',');
                }
                kql_types::dynamic::write_value(&mut text, &column.value(row));
            }
        }
        text.push(']');
        Value::Dynamic(text)
    })
}
