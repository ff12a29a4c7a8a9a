//! Which rows a predicate lets pass.

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use kql_functions::Context;
use kql_types::{Column, Operand, Value};

use super::{CompiledExpr, Node, logic};
use crate::QueryError;

/// When fewer than one in so many rows are left, the next conjunct is evaluated over these alone.
const SPARSE: usize = 4;

impl CompiledExpr {
    /// The rows for which the predicate is true. The conjuncts of an `and` are taken in order, and each only decides
    /// about the rows that are left.
    pub(crate) fn select(
        &self,
        columns: &[Column],
        rows: usize,
        context: &Context,
    ) -> Result<BooleanBuffer, QueryError> {
        let Node::Logic { operator: logic::Operator::And, operands } = &self.node else {
            return Ok(true_rows(&self.evaluate(columns, rows, context)?, rows));
        };
        let mut kept = BooleanBuffer::new_set(rows);
        for operand in operands {
            let left = kept.count_set_bits();
            if left == 0 {
                break;
            }
            kept = if left < rows / SPARSE {
                operand.select_among(&kept, columns, context)?
            } else {
                let passes = operand.select(columns, rows, context)?;
                if left == rows { passes } else { &kept & &passes }
            };
        }
        Ok(kept)
    }

    /// The rows among `kept` for which the predicate is true.
    fn select_among(
        &self,
        kept: &BooleanBuffer,
        columns: &[Column],
        context: &Context,
    ) -> Result<BooleanBuffer, QueryError> {
        let mut read = Vec::new();
        self.columns_read(&mut read);
        let few: Vec<Column> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| if read.contains(&index) { column.filter(kept) } else { column.clone() })
            .collect();
        let passes = self.select(&few, kept.count_set_bits(), context)?;
        let mut spread = BooleanBufferBuilder::new(kept.len());
        spread.append_n(kept.len(), false);
        for (row, pass) in kept.set_indices().zip(passes.iter()) {
            if pass {
                spread.set_bit(row, true);
            }
        }
        Ok(spread.finish())
    }
}

fn true_rows(operand: &Operand, rows: usize) -> BooleanBuffer {
    match operand {
        Operand::Column(Column::Bool(values)) => match arrow_array::Array::nulls(values) {
            Some(valid) => values.values() & valid.inner(),
            None => values.values().clone(),
        },
        Operand::Constant(Value::Bool(true)) => BooleanBuffer::new_set(rows),
        _ => BooleanBuffer::new_unset(rows),
    }
}
