//! Finds the parts of plans that can be computed in a pass over a table.

use hashbrown::{HashMap, HashSet};
use kql_planner::plan::{Join, JoinKind, Operator};
use kql_planner::{Plan, plan};

use super::{Leg, Part, legs};
use crate::query::Query;

/// What a search found.
pub(super) struct Found<'p> {
    /// The parts, in order.
    pub(super) parts: Vec<Part<'p>>,
    /// Whether there are others that ask for what these come to.
    pub(super) has_later: bool,
}

/// The parts of these plans for a round. In the first one these are what asks for no other plan; in each later one what
/// asks for plans of the round before. That the rows of a whole plan are gathered is worth a pass if there are others.
pub(super) fn parts<'p>(jobs: &[(&'p Query, &'p Plan)], round: usize) -> Found<'p> {
    let mut found = Found { parts: Vec::new(), has_later: false };
    let mut depths = HashMap::new();
    for (query, plan) in jobs {
        let mut search =
            Search { query, round, found: &mut found, seen: HashSet::new(), depths: &mut depths };
        if jobs.len() == 1 || !search.collected(plan) {
            search.plan(plan);
        }
    }
    found
}

struct Search<'s, 'p> {
    query: &'p Query,
    round: usize,
    found: &'s mut Found<'p>,
    /// Plans that are used several times and were looked at.
    seen: HashSet<usize>,
    /// How deeply plans ask for other plans, by their addresses.
    depths: &'s mut HashMap<usize, usize>,
}

impl<'p> Search<'_, 'p> {
    fn plan(&mut self, plan: &'p Plan) {
        self.subqueries(plan);
        match &plan.operator {
            Operator::Aggregate { input, .. } if self.gathered(plan, input) => {}
            Operator::Aggregate { input, .. } => match legs(input) {
                Some(legs) => self.legs(legs, Some(plan)),
                None => self.plan(input),
            },
            Operator::Sort { input, .. } if self.gathered(plan, input) => {}
            Operator::Sort { input, .. } => match legs(input) {
                Some(legs) => self.legs(legs, None),
                None => self.plan(input),
            },
            Operator::Top { input, .. } if self.gathered(plan, input) => {}
            Operator::Shared { input, .. } => self.once(input, true),
            Operator::Join(join) => self.join(join),
            _ => plan.inputs().into_iter().for_each(|input| self.plan(input)),
        }
    }

    fn subqueries(&mut self, plan: &'p Plan) {
        for subquery in plan.subqueries() {
            self.once(subquery, false);
        }
    }

    /// A plan that may be met again. `collected`: its rows are kept as they are.
    fn once(&mut self, plan: &'p Plan, collected: bool) {
        let is_new = self.seen.insert(std::ptr::from_ref(plan).addr());
        if is_new && !(collected && self.collected(plan)) {
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
        if !(keeps_right && self.collected(&join.right)) {
            self.plan(&join.right);
        }
    }

    /// Whether the rows of a plan that are kept as they are come straight from a table, or the legs of a union were looked
    /// at.
    fn collected(&mut self, plan: &'p Plan) -> bool {
        if self.gathered(plan, plan) {
            return true;
        }
        let Some(legs) = legs(plan) else { return false };
        self.legs(legs, None);
        true
    }

    /// The legs of a union, whose rows are kept or aggregated.
    fn legs(&mut self, legs: Vec<Leg<'p>>, aggregate: Option<&'p Plan>) {
        for (number, leg) in legs.into_iter().enumerate() {
            leg.above.iter().for_each(|plan| self.subqueries(plan));
            let above = if aggregate.is_some() { leg.above } else { Vec::new() };
            let ends = aggregate.map(|aggregate| (aggregate, number));
            if !self.part(leg.plan, leg.plan, above, ends) {
                self.plan(leg.plan);
            }
        }
    }

    /// Whether the rows come straight from a table; then that is a part.
    fn gathered(&mut self, plan: &'p Plan, rows: &'p Plan) -> bool {
        self.part(plan, rows, Vec::new(), None)
    }

    fn part(
        &mut self,
        plan: &'p Plan,
        rows: &'p Plan,
        mut streaming: Vec<&'p Plan>,
        leg_of: Option<(&'p Plan, usize)>,
    ) -> bool {
        let Some((scan, scanned)) = scan_below(rows, &mut streaming) else { return false };
        let asking = streaming.iter().copied().chain([plan, scanned]).chain(leg_of.map(|(plan, _)| plan));
        let depth = asking.map(|plan| self.asks(plan)).max().unwrap_or_default();
        if depth != self.round {
            self.found.has_later |= depth > self.round;
            return false;
        }
        let query = self.query;
        self.found.parts.push(Part {
            query,
            plan,
            rows,
            streaming,
            leg_of,
            scan,
            scanned,
            twins: Vec::new(),
        });
        true
    }

    /// How deeply the expressions of an operator ask for other plans: 0 if they do not.
    fn asks(&mut self, plan: &'p Plan) -> usize {
        plan.subqueries().into_iter().map(|subquery| 1 + self.depth(subquery)).max().unwrap_or_default()
    }

    /// The same of all of a plan's operators.
    fn depth(&mut self, plan: &'p Plan) -> usize {
        let address = std::ptr::from_ref(plan).addr();
        if let Some(depth) = self.depths.get(&address) {
            return *depth;
        }
        let inputs = match &plan.operator {
            Operator::Shared { input, .. } => vec![&**input],
            _ => plan.inputs(),
        };
        let below = inputs.into_iter().map(|input| self.depth(input)).max().unwrap_or_default();
        let depth = below.max(self.asks(plan));
        self.depths.insert(address, depth);
        depth
    }
}

/// The scan below operators that look at each row alone, which are added to `streaming`. What stops early is none.
fn scan_below<'p>(plan: &'p Plan, streaming: &mut Vec<&'p Plan>) -> Option<(&'p plan::Scan, &'p Plan)> {
    let mut plan = plan;
    loop {
        match &plan.operator {
            Operator::Scan(scan) if scan.limit.is_none() => return Some((scan, plan)),
            _ => {
                streaming.push(plan);
                plan = plan.row_wise_input()?;
            }
        }
    }
}
