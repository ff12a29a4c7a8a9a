//! Brings a plugin's result into the schema that the query declares.

use std::sync::Arc;

use kql_types::{Batch, Column, Operand, Schema};

use crate::scalar::conversion::convert_column;

/// The columns of `batch` by name, in the declared order, converted to the declared types; absent where there is none
/// of that name.
pub(super) fn conform(batch: &Batch, declared: &Schema) -> Batch {
    let columns = declared.fields.iter().map(|field| match batch.schema.index_of(&field.name) {
        None => Column::absent(field.data_type, batch.rows),
        Some(index) => {
            let operand = Operand::Column(batch.columns[index].clone());
            convert_column(&operand, batch.rows, field.data_type)
        }
    });
    Batch::new(Arc::new(declared.clone()), columns.collect(), batch.rows)
}
