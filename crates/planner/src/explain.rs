//! Operator trees as text.

use crate::Plan;

/// The tree, an operator a line, inputs indented below.
pub fn explain(plan: &Plan) -> String {
    format!("{plan:?}")
}
