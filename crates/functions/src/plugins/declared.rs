//! Brings a plugin's result into the schema that the query declares.

use std::sync::Arc;

use kql_types::{Batch, Column, Schema};

use crate::KernelError;

/// The columns of `batch` by name, in the declared order and types; absent where there is none of that name.
///
/// Kusto refuses a type that differs from the declared one; so does this, except that a dynamic declaration takes
/// anything.
pub(super) fn conform(batch: &Batch, declared: &Schema) -> Result<Batch, KernelError> {
    let columns = declared
        .fields
        .iter()
        .map(|field| {
            let Some(index) = batch.schema.index_of(&field.name) else {
                return Ok(Column::absent(field.data_type, batch.rows));
            };
            let column = &batch.columns[index];
            if column.data_type() == field.data_type {
                return Ok(column.clone());
            }
            Err(KernelError::new(format!(
                "column '{}' is declared as {} but is {}",
                field.name,
                field.data_type,
                column.data_type()
            )))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Batch::new(Arc::new(declared.clone()), columns, batch.rows))
}
