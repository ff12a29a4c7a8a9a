//! Columns of a join's inputs.

use kql_types::Schema;

use super::exactly;
use super::parts::{Layout, Part, Parts};
use crate::plan::{Join, JoinKind, JoinOutput};
use crate::{Expr, Operator, Plan};

/// The join with those columns alone that are wanted or that are keys.
pub(super) fn prune(join: Join, schema: &Schema, wanted: Parts) -> (Plan, Layout) {
    let (left_keys, right_keys): (Vec<&Expr>, Vec<&Expr>) =
        join.keys.iter().map(|(left, right)| (left, right)).unzip();
    let (mut left, mut right) = (Parts::default(), Parts::default());
    match join.kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => left = wanted.clone(),
        JoinKind::RightSemi | JoinKind::RightAnti => right = wanted.clone(),
        _ => {
            for part in wanted.iter() {
                match join.outputs[part.column] {
                    JoinOutput::Left(column) => left.add(Part { column, path: part.path.clone() }),
                    JoinOutput::Right(column) => right.add(Part { column, path: part.path.clone() }),
                }
            }
        }
    }
    let left = left.and_read_by(left_keys).sorted();
    let right = right.and_read_by(right_keys).sorted();
    let (left_layout, right_layout) = (left.clone().into_layout(), right.clone().into_layout());
    let keys = join
        .keys
        .into_iter()
        .map(|(left, right)| (left_layout.rewrite(left), right_layout.rewrite(right)))
        .collect();
    let (left, right) = (Box::new(exactly(*join.left, left)), Box::new(exactly(*join.right, right)));
    match join.kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => {
            let schema = left.schema.clone();
            (Plan { operator: Operator::Join(Join { left, right, keys, ..join }), schema }, left_layout)
        }
        JoinKind::RightSemi | JoinKind::RightAnti => {
            let schema = right.schema.clone();
            (Plan { operator: Operator::Join(Join { left, right, keys, ..join }), schema }, right_layout)
        }
        kind => {
            let wanted = given(&wanted, &join.outputs, &left_layout, &right_layout);
            let outputs = wanted
                .iter()
                .filter_map(|part| output(part, &join.outputs, &left_layout, &right_layout))
                .collect();
            let operator = Operator::Join(Join { left, right, kind, keys, outputs });
            (Plan { operator, schema: wanted.schema(schema) }, wanted.into_layout())
        }
    }
}

/// The wanted parts; the whole column where the input gives that, because a key needs it.
fn given(wanted: &Parts, outputs: &[JoinOutput], left: &Layout, right: &Layout) -> Parts {
    wanted.clone().whole_unless(|column| {
        let (layout, position) = match outputs[column] {
            JoinOutput::Left(position) => (left, position),
            JoinOutput::Right(position) => (right, position),
        };
        layout.position(position, &[]).is_none()
    })
}

/// Where the part is in the inputs.
fn output(part: &Part, outputs: &[JoinOutput], left: &Layout, right: &Layout) -> Option<JoinOutput> {
    match outputs[part.column] {
        JoinOutput::Left(column) => left.position(column, &part.path).map(JoinOutput::Left),
        JoinOutput::Right(column) => right.position(column, &part.path).map(JoinOutput::Right),
    }
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, String};

    use super::super::prune_columns;
    use super::*;
    use crate::optimize::testing::*;

    fn inputs() -> (Plan, Plan) {
        let left = scan("L", &[("k", String), ("a", String), ("d", Dynamic)]);
        (left, scan("R", &[("k", String), ("b", String), ("e", Dynamic)]))
    }

    #[test]
    fn inputs_give_keys_and_what_is_wanted() {
        let (left, right) = inputs();
        let joined = join(left, right, JoinKind::LeftOuter);
        let plan = project(joined, &[("b", column(4, String)), ("x", path(column(5, Dynamic), &["x"]))]);
        assert_eq!(
            shown(prune_columns(plan)),
            [
                "project b, x = ['e.x']",
                "  join kind=leftouter on $left.k == $right.k (b, ['e.x'] = $right.e.x)",
                "    scan L (k: string)",
                "    scan R (k: string, b: string, e.x: dynamic)"
            ]
        );
    }

    #[test]
    fn a_semi_join_gives_its_input() {
        let (left, right) = inputs();
        let plan = project(join(left, right, JoinKind::LeftSemi), &[("a", column(1, String))]);
        assert_eq!(
            shown(prune_columns(plan)),
            [
                "project a",
                "  join kind=leftsemi on $left.k == $right.k",
                "    scan L (k: string, a: string)",
                "    scan R (k: string)"
            ]
        );
    }
}
