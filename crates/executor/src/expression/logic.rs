//! `and` and `or` over truth values: true, false, null.

use arrow_array::{Array, BooleanArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use kql_functions::Context;
use kql_types::{Column, Operand, Value};

use super::CompiledExpr;
use crate::QueryError;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// False if any operand is false, else null if any is null.
    And,
    /// True if any operand is true, else null if any is null.
    Or,
}

/// Truth values of many rows.
struct Truth {
    /// Where it is true.
    yes: BooleanBuffer,
    /// Where it is false; `None` says: everywhere else, there is no null.
    no: Option<BooleanBuffer>,
}

impl Truth {
    fn of(operand: &Operand, rows: usize) -> Self {
        match operand {
            Operand::Column(Column::Bool(values)) => Self::of_array(values),
            Operand::Constant(Value::Bool(true)) => Self { yes: BooleanBuffer::new_set(rows), no: None },
            Operand::Constant(Value::Bool(false)) => Self { yes: BooleanBuffer::new_unset(rows), no: None },
            // The planner lets only bools come here; what else there were would count as null.
            _ => Self { yes: BooleanBuffer::new_unset(rows), no: Some(BooleanBuffer::new_unset(rows)) },
        }
    }

    fn of_array(values: &BooleanArray) -> Self {
        match values.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => Self { yes: values.values().clone(), no: None },
            Some(valid) => {
                let known = valid.inner();
                Self { yes: values.values() & known, no: Some(&!values.values() & known) }
            }
        }
    }

    fn no(&self) -> BooleanBuffer {
        self.no.clone().unwrap_or_else(|| !&self.yes)
    }

    fn combine(&self, other: &Self, operator: Operator) -> Self {
        let yes = match operator {
            Operator::And => &self.yes & &other.yes,
            Operator::Or => &self.yes | &other.yes,
        };
        let no = (self.no.is_some() || other.no.is_some()).then(|| match operator {
            Operator::And => &self.no() | &other.no(),
            Operator::Or => &self.no() & &other.no(),
        });
        Self { yes, no }
    }

    /// Whether no further operand can change anything.
    fn decided(&self, operator: Operator) -> bool {
        let deciding = match operator {
            Operator::And => self.no().count_set_bits(),
            Operator::Or => self.yes.count_set_bits(),
        };
        deciding == self.yes.len()
    }

    fn into_array(self) -> BooleanArray {
        let nulls = self.no.map(|no| NullBuffer::new(&self.yes | &no));
        BooleanArray::new(self.yes, nulls.filter(|nulls| nulls.null_count() > 0))
    }
}

/// Combines the operands, in order, until the rest cannot change anything.
pub(super) fn evaluate(
    operator: Operator,
    operands: &[CompiledExpr],
    columns: &[Column],
    rows: usize,
    context: &Context,
) -> Result<Operand, QueryError> {
    let mut result: Option<Truth> = None;
    for operand in operands {
        let truth = Truth::of(&operand.evaluate(columns, rows, context)?, rows);
        let combined = match &result {
            None => truth,
            Some(before) => before.combine(&truth, operator),
        };
        let decided = combined.decided(operator);
        result = Some(combined);
        if decided {
            break;
        }
    }
    let neutral = || BooleanArray::from(vec![operator == Operator::And; rows]);
    Ok(Operand::Column(Column::Bool(result.map_or_else(neutral, Truth::into_array))))
}
