//! Evaluates scalar expressions over batches, whole columns at a time.

mod by_code;
mod compile;
mod filter;
mod logic;
mod path;

use std::sync::Arc;

use kql_functions::{ArgumentInfo, BoundKernel, Call, Context, KernelError};
use kql_parser::Span;
use kql_types::{Column, Operand, PathStep, ScalarType, Value};

use crate::QueryError;

use crate::by_code::ByCode;
use by_code::Answers;
pub(crate) use compile::argument_info;

/// An expression that is ready to run: kernels are prepared, sub-queries have been computed.
pub(crate) struct CompiledExpr {
    node: Node,
    data_type: ScalarType,
    span: Span,
}

enum Node {
    /// The input's column at that position.
    Column(usize),
    /// The same value for every row.
    Constant(Value),
    /// A function or operator; `by_code` if it looks at each row by itself.
    Call { kernel: CompiledKernel, arguments: Vec<CompiledExpr>, by_code: Option<ByCode<Answers>> },
    /// `and`, `or`.
    Logic { operator: logic::Operator, operands: Vec<CompiledExpr> },
    /// Access below a dynamic.
    Path { input: Box<CompiledExpr>, steps: Arc<[PathStep]>, by_code: ByCode<Answers> },
}

enum CompiledKernel {
    Columns(fn(&Call<'_>) -> Result<Column, KernelError>),
    Bound(BoundKernel),
}

impl std::fmt::Debug for CompiledExpr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CompiledExpr").field("span", &self.span).finish_non_exhaustive()
    }
}

impl CompiledExpr {
    /// The type of its values.
    pub(crate) fn data_type(&self) -> ScalarType {
        self.data_type
    }

    /// The value, if it is the same for every row.
    pub(crate) fn constant(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Where it stands in the query.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// What is known of it before a row is read.
    pub(crate) fn info(&self) -> ArgumentInfo<'_> {
        argument_info(self)
    }

    /// Its values over `rows` rows of `columns`.
    pub(crate) fn evaluate(
        &self,
        columns: &[Column],
        rows: usize,
        context: &Context,
    ) -> Result<Operand, QueryError> {
        match &self.node {
            Node::Column(index) => Ok(Operand::Column(columns[*index].clone())),
            Node::Constant(value) => Ok(Operand::Constant(value.clone())),
            Node::Call { kernel, arguments, by_code } => {
                let arguments = arguments
                    .iter()
                    .map(|argument| argument.evaluate(columns, rows, context))
                    .collect::<Result<Vec<Operand>, QueryError>>()?;
                let answer = by_code
                    .as_ref()
                    .and_then(|by_code| self.call_by_code(by_code, kernel, &arguments, context));
                match answer {
                    Some(column) => Ok(Operand::Column(column)),
                    None => Ok(Operand::Column(self.call(kernel, &arguments, rows, context)?)),
                }
            }
            Node::Logic { operator, operands } => {
                logic::evaluate(*operator, operands, columns, rows, context)
            }
            Node::Path { input, steps, by_code } => {
                let input = input.evaluate(columns, rows, context)?;
                let answer = match &input {
                    Operand::Column(column @ Column::Dynamic(_)) => {
                        by_code::answer(by_code, column, |texts| {
                            Ok(path::walk(Operand::Column(texts), steps).into_column(0))
                        })
                    }
                    _ => None,
                };
                Ok(answer.map_or_else(|| path::walk(input, steps), Operand::Column))
            }
        }
    }

    /// Its values as a column.
    pub(crate) fn column(
        &self,
        columns: &[Column],
        rows: usize,
        context: &Context,
    ) -> Result<Column, QueryError> {
        Ok(self.evaluate(columns, rows, context)?.into_column(rows))
    }

    fn call(
        &self,
        kernel: &CompiledKernel,
        arguments: &[Operand],
        rows: usize,
        context: &Context,
    ) -> Result<Column, QueryError> {
        let call = Call { arguments, rows, returns: self.data_type, context };
        let column = match kernel {
            CompiledKernel::Columns(kernel) => kernel(&call),
            CompiledKernel::Bound(kernel) => kernel(&call),
        };
        let column = column.map_err(|error| QueryError::kernel(error, self.span))?;
        if column.len() != rows || column.data_type() != self.data_type {
            return Err(self.broken_kernel(&column, rows));
        }
        Ok(column)
    }

    /// The values, computed once for each code where only one argument varies and its texts come from a dictionary.
    fn call_by_code(
        &self,
        by_code: &ByCode<Answers>,
        kernel: &CompiledKernel,
        arguments: &[Operand],
        context: &Context,
    ) -> Option<Column> {
        let (position, column) = by_code::varying(arguments)?;
        by_code::answer(by_code, column, |texts| {
            let codes = texts.len();
            let mut arguments = arguments.to_vec();
            arguments[position] = Operand::Column(texts);
            self.call(kernel, &arguments, codes, context)
        })
    }

    fn broken_kernel(&self, column: &Column, rows: usize) -> QueryError {
        QueryError::Internal(format!(
            "a function at {}..{} gave {} values of type {} for {rows} rows of type {}",
            self.span.start,
            self.span.end,
            column.len(),
            column.data_type(),
            self.data_type
        ))
    }

    /// Adds the positions of the input columns that it reads.
    pub(crate) fn columns_read(&self, positions: &mut Vec<usize>) {
        match &self.node {
            Node::Column(index) if !positions.contains(index) => positions.push(*index),
            Node::Column(_) | Node::Constant(_) => {}
            Node::Call { arguments: inner, .. } | Node::Logic { operands: inner, .. } => {
                inner.iter().for_each(|one| one.columns_read(positions));
            }
            Node::Path { input, .. } => input.columns_read(positions),
        }
    }

    /// Makes it read a batch that has only these columns of its input, in this order.
    pub(crate) fn renumber(&mut self, positions: &[usize]) {
        self.map_columns(&|index| positions.iter().position(|position| *position == index).unwrap_or(index));
    }

    /// Makes it read a batch in which each of its input's columns stands in another place.
    pub(crate) fn move_columns(&mut self, places: &[usize]) {
        self.map_columns(&|index| places.get(index).copied().unwrap_or(index));
    }

    fn map_columns(&mut self, place: &dyn Fn(usize) -> usize) {
        match &mut self.node {
            Node::Column(index) => *index = place(*index),
            Node::Constant(_) => {}
            Node::Call { arguments: inner, .. } | Node::Logic { operands: inner, .. } => {
                inner.iter_mut().for_each(|one| one.map_columns(place));
            }
            Node::Path { input, .. } => input.map_columns(place),
        }
    }
}
