//! Finds the parts of plans that can be computed in a pass over a table.

use hashbrown::HashSet;
use kql_planner::plan::{Join, JoinKind, Operator};
use kql_planner::{Plan, plan};

use super::Part;
use crate::query::Query;

/// The parts of these plans, in order. That the rows of a whole plan are gathered is worth a pass if there are others.
pub(super) fn parts<'p>(jobs: &[(&'p Query, &'p Plan)]) -> Vec<Part<'p>> {
    let mut parts = Vec::new();
    for (query, plan) in jobs {
        let mut search = Search { query, parts: &mut parts, seen: HashSet::new() };
        if jobs.len() == 1 || !search.gathered(plan, plan) {
            search.plan(plan);
        }
    }
    parts
}

struct Search<'s, 'p> {
    query: &'p Query,
    parts: &'s mut Vec<Part<'p>>,
    /// Plans that are used several times and were looked at.
    seen: HashSet<usize>,
}

impl<'p> Search<'_, 'p> {
    fn plan(&mut self, plan: &'p Plan) {
        for subquery in plan.subqueries() {
            self.once(subquery, false);
        }
        match &plan.operator {
            Operator::Aggregate { input, .. }
            | Operator::Sort { input, .. }
            | Operator::Top { input, .. }
                if plan.subqueries().is_empty() && self.gathered(plan, input) => {}
            Operator::Shared { input, .. } => self.once(input, true),
            Operator::Join(join) => self.join(join),
            _ => plan.inputs().into_iter().for_each(|input| self.plan(input)),
        }
    }

    /// A plan that may be met again. `collected`: its rows are kept as they are.
    fn once(&mut self, plan: &'p Plan, collected: bool) {
        let is_new = self.seen.insert(std::ptr::from_ref(plan).addr());
        if is_new && !(collected && self.gathered(plan, plan)) {
            self.plan(plan);
        }
    }

    /// Of these joins the right side is kept in memory as it is.
    fn join(&mut self, join: &'p Join) {
        let keeps_right = matches!(
            join.kind,
            JoinKind::Inner | JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter
        );
        self.plan(&join.left);
        if !(keeps_right && self.gathered(&join.right, &join.right)) {
            self.plan(&join.right);
        }
    }

    /// Whether the rows come straight from a table; then that is a part.
    fn gathered(&mut self, plan: &'p Plan, rows: &'p Plan) -> bool {
        let Some((scan, scanned)) = scan_below(rows) else { return false };
        self.parts.push(Part { query: self.query, plan, rows, scan, scanned });
        true
    }
}

/// The scan below operators that look at each row alone. What asks for other plans first, or stops early, is none.
fn scan_below(plan: &Plan) -> Option<(&plan::Scan, &Plan)> {
    if !plan.subqueries().is_empty() {
        return None;
    }
    match &plan.operator {
        Operator::Scan(scan) if scan.limit.is_none() => Some((scan, plan)),
        _ => scan_below(plan.row_wise_input()?),
    }
}
