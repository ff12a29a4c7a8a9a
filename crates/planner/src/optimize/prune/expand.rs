//! Columns that `mv-expand` repeats for nobody.

use std::sync::Arc;

use kql_types::Schema;

use super::parts::{Layout, Part, Parts};
use crate::optimize::expression::as_part;
use crate::plan::{ExpandedColumn, MvExpand};
use crate::{Operator, Plan};

/// The expansion of all its columns (each has a say in how many rows there are) beside those columns that are wanted.
/// An expanded column stands where the column that it was made of stood, if nobody else wants that, or behind the input's.
pub(super) fn prune(expand: MvExpand, schema: &Schema, wanted: Parts) -> (Plan, Layout) {
    let width = expand.input.schema.len();
    let is_expanded = |column: usize| expand.columns.iter().any(|expanded| expanded.output == column);
    let mut repeated = Parts::default();
    for part in wanted.iter().filter(|part| part.column < width && !is_expanded(part.column)) {
        repeated.add(part.clone());
    }
    let below = repeated.clone().and_read_by(expand.columns.iter().map(|column| &column.expression));
    let (input, below) = super::prune(*expand.input, below);

    let mut layout: Vec<Part> = below.iter().cloned().collect();
    for part in layout.iter_mut().filter(|part| is_expanded(part.column)) {
        // As a column of the input it is read by the expansion only; the result has another one in its place.
        *part = Part::nobodys();
    }
    let mut fields = input.schema.fields.clone();
    let mut columns = Vec::with_capacity(expand.columns.len());
    for column in expand.columns {
        let made_of_itself =
            column.output < width && as_part(&column.expression) == Some((column.output, &[]));
        let place = if made_of_itself { below.position(column.output, &[]) } else { None };
        let field = schema.fields[column.output].clone();
        let output = place.unwrap_or(layout.len());
        if place.is_some() {
            (layout[output], fields[output]) = (Part::whole(column.output), field);
        } else {
            layout.push(Part::whole(column.output));
            fields.push(field);
        }
        columns.push(ExpandedColumn { expression: below.rewrite(column.expression), output, ..column });
    }
    if expand.item_index {
        let index = schema.len() - 1;
        layout.push(Part::whole(index));
        fields.push(schema.fields[index].clone());
    }
    let expand = MvExpand { input: Box::new(input), columns, ..expand };
    let plan = Plan { operator: Operator::MvExpand(expand), schema: Arc::new(Schema::new(fields)) };
    (plan, Layout::new(layout))
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, String};

    use super::super::prune_columns;
    use crate::optimize::testing::*;

    #[test]
    fn other_columns_are_repeated_only_if_wanted() {
        let input = || scan("T", &[("s", String), ("d", Dynamic), ("t", String)]);
        let plan = project(expand(input(), 1, 1), &[("d", column(1, Dynamic)), ("t", column(2, String))]);
        assert_eq!(
            shown(prune_columns(plan)),
            ["project d, t", "  mv-expand d", "    scan T (d: dynamic, t: string)"]
        );
        let appended = project(expand(input(), 1, 3), &[("x", column(3, Dynamic))]);
        assert_eq!(
            shown(prune_columns(appended)),
            ["project x", "  mv-expand x = d", "    scan T (d: dynamic)"]
        );
    }

    #[test]
    fn what_is_replaced_is_not_taken_for_what_replaces_it() {
        let input = scan("T", &[("s", String), ("d", Dynamic)]);
        let expanded = expand_expression(input, path(column(1, Dynamic), &["a"]), 1);
        let plan = project(expanded, &[("x", path(column(1, Dynamic), &["a"]))]);
        assert_eq!(
            shown(prune_columns(plan)),
            ["project x = d.a", "  mv-expand d = d.a", "    scan T (d.a: dynamic)"]
        );
    }
}
