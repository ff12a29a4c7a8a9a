//! What is computed once and used several times keeps its columns, so that every use finds them in their places; but those
//! that no use reads are not computed: absent values stand in their places, and pruning takes it from there.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use kql_types::Value;

use super::expression::columns_read;
use crate::plan::{AggregateCall, Join, JoinKind, JoinOutput};
use crate::walk::for_each_operand;
use crate::{Expr, ExprKind, Operator, Plan};

/// Positions of columns.
type Columns = BTreeSet<usize>;

/// Of each shared plan the columns that its uses read. `None`: it cannot be told, all may be read.
#[derive(Debug, Default)]
pub(super) struct Uses {
    read: Option<HashMap<usize, Columns>>,
}

impl Uses {
    /// Looks through a plan, and all plans inside of it.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut search = Search::default();
        search.all_of(plan);
        Self { read: (!search.is_opaque).then_some(search.read) }
    }

    /// The plan that is shared under that number, without the work for columns that nobody reads.
    pub(super) fn narrow(&self, id: usize, plan: Plan) -> Plan {
        let Some(read) = self.read.as_ref().and_then(|read| read.get(&id)) else { return plan };
        if read.len() == plan.schema.len() {
            return plan;
        }
        let schema = plan.schema.clone();
        let column = |index: usize| {
            let (data_type, nowhere) = (schema.fields[index].data_type, Default::default());
            match read.contains(&index) {
                true => Expr::new(ExprKind::Column(index), data_type, nowhere),
                false => Expr::constant(Value::absent(data_type), nowhere),
            }
        };
        let columns = (0..schema.len()).map(column).collect();
        Plan { operator: Operator::Project { input: Box::new(plan), columns }, schema }
    }
}

#[derive(Default)]
struct Search {
    read: HashMap<usize, Columns>,
    /// Shared plans, and those of sub-queries, that were looked through.
    seen: HashSet<usize>,
    /// Whether there is an operation that may hold plans of its own.
    is_opaque: bool,
}

impl Search {
    fn all_of(&mut self, plan: &Plan) {
        self.of(plan, &(0..plan.schema.len()).collect());
    }

    /// Looks through a plan of whose result these columns are read.
    fn of(&mut self, plan: &Plan, wanted: &Columns) {
        match &plan.operator {
            Operator::Scan(scan) => self.expressions(&scan.predicate),
            Operator::Rows(_) => {}
            Operator::Print(cells) => self.expressions(cells),
            Operator::Range { from, to, step } => self.expressions([from, to, step]),
            Operator::Filter { input, predicate } => {
                self.expressions([predicate]);
                self.of(input, &with(wanted, [predicate]));
            }
            Operator::Project { input, columns } => {
                self.expressions(columns);
                let read = wanted.iter().filter_map(|index| columns.get(*index));
                self.of(input, &with(&Columns::new(), read));
            }
            Operator::Aggregate { input, keys, aggregates } => {
                let calls = aggregates.iter().flat_map(|aggregate| match &aggregate.call {
                    AggregateCall::Function { arguments, .. } => arguments.iter().collect::<Vec<_>>(),
                    AggregateCall::Extreme { by, values, .. } => std::iter::once(by).chain(values).collect(),
                    AggregateCall::First { values } => values.iter().collect(),
                });
                let conditions = aggregates.iter().filter_map(|aggregate| aggregate.condition.as_ref());
                let read: Vec<&Expr> = keys.iter().chain(calls).chain(conditions).collect();
                self.expressions(read.iter().copied());
                self.of(input, &with(&Columns::new(), read));
            }
            Operator::Sort { input, keys } | Operator::Top { input, keys, .. } => {
                let keys = || keys.iter().map(|key| &key.expression);
                self.expressions(keys());
                self.of(input, &with(wanted, keys()));
            }
            Operator::Take { input, .. } => self.of(input, wanted),
            Operator::Join(join) => self.join(join, wanted),
            Operator::Union(inputs) => inputs.iter().for_each(|input| self.of(input, wanted)),
            Operator::MvExpand(expand) => {
                let values = || expand.columns.iter().map(|column| &column.expression);
                self.expressions(values());
                let is_expanded = |index: &usize| expand.columns.iter().any(|column| column.output == *index);
                let passed = wanted.iter().copied().filter(|index| !is_expanded(index));
                let passed = passed.filter(|index| *index < expand.input.schema.len()).collect();
                self.of(&expand.input, &with(&passed, values()));
            }
            Operator::Shared { id, input } => {
                self.read.entry(*id).or_default().extend(wanted);
                if self.seen.insert(Arc::as_ptr(input).addr()) {
                    self.all_of(input);
                }
            }
            Operator::WholeTable { inputs, operation } => {
                self.is_opaque |= operation.may_hold_plans();
                inputs.iter().for_each(|input| self.all_of(input));
            }
        }
    }

    fn join(&mut self, join: &Join, wanted: &Columns) {
        let (mut left, mut right) = (Columns::new(), Columns::new());
        match join.kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => left.extend(wanted),
            JoinKind::RightSemi | JoinKind::RightAnti => right.extend(wanted),
            _ => {
                for output in wanted.iter().filter_map(|index| join.outputs.get(*index)) {
                    match output {
                        JoinOutput::Left(index) => left.insert(*index),
                        JoinOutput::Right(index) => right.insert(*index),
                    };
                }
            }
        }
        self.expressions(join.keys.iter().flat_map(|(left, right)| [left, right]));
        self.of(&join.left, &with(&left, join.keys.iter().map(|(key, _)| key)));
        self.of(&join.right, &with(&right, join.keys.iter().map(|(_, key)| key)));
    }

    /// Looks through the sub-queries of expressions.
    fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) {
        for expression in expressions {
            if let ExprKind::ScalarQuery(plan) | ExprKind::InQuery { plan, .. } = &expression.kind
                && self.seen.insert(Arc::as_ptr(plan).addr())
            {
                self.all_of(plan);
            }
            for_each_operand(expression, &mut |operand| self.expressions([operand]));
        }
    }
}

/// These columns and those that the expressions read.
fn with<'e>(columns: &Columns, expressions: impl IntoIterator<Item = &'e Expr>) -> Columns {
    expressions.into_iter().fold(columns.clone(), |mut all, expression| {
        all.extend(columns_read(expression));
        all
    })
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Long, String};

    use super::*;
    use crate::optimize::testing::*;

    #[test]
    fn what_no_use_reads_is_not_scanned() {
        let table = scan("T", &[("s", String), ("n", Long), ("m", Long)]);
        let schema = table.schema.clone();
        let input = Arc::new(table);
        let used =
            || Plan { operator: Operator::Shared { id: 1, input: input.clone() }, schema: schema.clone() };
        let first = project(used(), &[("s", column(0, String))]);
        let second = project(filter(used(), equals(0, "x")), &[("s", column(0, String))]);
        let plan = crate::optimize(union(vec![first, second]));
        let lines = shown(plan);
        let scans: Vec<&str> =
            lines.iter().map(|line| line.trim()).filter(|line| line.starts_with("scan")).collect();
        assert_eq!(scans, ["scan T (s: string)", "scan T (s: string)"], "{lines:#?}");
    }
}
