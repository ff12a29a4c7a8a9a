//! Functions over a serialized row set: what they give depends on the rows before or after.
//!
//! <https://learn.microsoft.com/kusto/query/window-functions>

pub mod neighbours;
pub mod numbering;
pub mod running;
#[cfg(test)]
mod testing;

use kql_types::Operand;

use crate::Call;

/// Whether the count or sum begins anew with that row: where the predicate at that position, if there is one, is true.
fn restarts<'a>(call: &Call<'a>, position: usize) -> impl Fn(usize) -> bool + 'a {
    let predicate = call.arguments.get(position).map(Operand::bools);
    move |row| predicate.and_then(|predicate| predicate.get(row)) == Some(true)
}
