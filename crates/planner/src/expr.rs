//! Bound scalar expressions.

use std::sync::Arc;

use kql_functions::{Overload, ScalarFunction, Support};
use kql_parser::Span;
use kql_types::{PathStep, ScalarType, Value};

use crate::Plan;

/// A typed expression over the columns of one input.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Its type.
    pub data_type: ScalarType,
    /// The text it comes from; an error at run time points there.
    pub span: Span,
}

/// The kinds of bound expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// The input's column at that position.
    Column(usize),
    /// A value.
    Constant(Value),
    /// A function or operator; the arguments have exactly the types that the overload asks for.
    Call {
        /// The definition.
        function: &'static ScalarFunction,
        /// The chosen signature.
        overload: &'static Overload,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// Three-valued `and` over two or more bools.
    And(Vec<Expr>),
    /// Three-valued `or` over two or more bools.
    Or(Vec<Expr>),
    /// Property and element access with constant steps below a dynamic: `a.b[0].c`. Access with a computed index is a
    /// call of the operator `[]`.
    Path {
        /// The dynamic.
        input: Box<Expr>,
        /// The steps.
        steps: Vec<PathStep>,
    },
    /// `toscalar(...)`: the first cell of the sub-query's result, evaluated once; null (or `""`) if it has no rows.
    ScalarQuery(Arc<Plan>),
    /// `value in (subquery)`, `value has_any (subquery)`: the first column of the sub-query's result, evaluated once,
    /// becomes the list of the operator.
    InQuery {
        /// The list operator (`in`, `!in`, `in~`, `!in~`, `has_any`, `has_all`).
        function: &'static ScalarFunction,
        /// Its signature over (value, dynamic array).
        overload: &'static Overload,
        /// What is looked for.
        value: Box<Expr>,
        /// Where.
        plan: Arc<Plan>,
    },
}

impl Expr {
    /// An expression of these parts.
    pub fn new(kind: ExprKind, data_type: ScalarType, span: Span) -> Self {
        Self { kind, data_type, span }
    }

    /// A constant.
    pub fn constant(value: Value, span: Span) -> Self {
        Self { data_type: value.data_type(), kind: ExprKind::Constant(value), span }
    }

    /// The value, if the expression is one.
    pub fn as_constant(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it calls a function that must see the whole table at once, such as `row_number()`.
    pub fn needs_whole_table(&self) -> bool {
        match &self.kind {
            ExprKind::Call { function, arguments, .. } => {
                function.support == Support::WholeTable || arguments.iter().any(Expr::needs_whole_table)
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().any(Expr::needs_whole_table),
            ExprKind::Path { input, .. } => input.needs_whole_table(),
            ExprKind::InQuery { value, .. } => value.needs_whole_table(),
            ExprKind::Column(_) | ExprKind::Constant(_) | ExprKind::ScalarQuery(_) => false,
        }
    }
}
