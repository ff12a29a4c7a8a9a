//! Plans inside of plans: sub-queries of expressions, and what is computed once and used several times.
//!
//! One that occurs several times is one [`Arc`], by which the executor knows that it has the result already. It is
//! rewritten once, and every occurrence gets the same new one.

use std::sync::Arc;

use hashbrown::HashMap;
use kql_types::{Field, Schema};

use super::apply_rules;
use super::expression::map_operands;
use super::shared_columns::Uses;
use super::tree::{map_expressions, map_inputs};
use crate::{Expr, ExprKind, Operator, Plan};

/// What was rewritten so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By the address of the plan, and by what is wanted of it. The old plan is kept so that its address stays its own.
    subqueries: HashMap<(usize, Wanted), (Arc<Plan>, Arc<Plan>)>,
    /// By id.
    shared: HashMap<usize, Arc<Plan>>,
    /// What is read of shared plans.
    uses: Uses,
}

/// How much of a sub-query's result an expression looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wanted {
    /// `toscalar(...)`.
    FirstCell,
    /// `in (...)`.
    FirstColumn,
}

/// The plan with everything inside optimized, itself as it was.
pub(super) fn optimize_nested(plan: Plan, known: &mut Known) -> Plan {
    let mut plan = map_inputs(plan, &mut |input| optimize_nested(input, known));
    if let Operator::Shared { id, input } = &mut plan.operator {
        *input = known.shared(*id, input);
    }
    map_expressions(plan, &mut |expression| in_expression(expression, known))
}

fn in_expression(expression: Expr, known: &mut Known) -> Expr {
    let mut expression = map_operands(expression, &mut |operand| in_expression(operand, known));
    match &mut expression.kind {
        ExprKind::ScalarQuery(plan) => *plan = known.subquery(plan, Wanted::FirstCell),
        ExprKind::InQuery { plan, .. } => *plan = known.subquery(plan, Wanted::FirstColumn),
        _ => {}
    }
    expression
}

impl Known {
    /// Nothing yet; of shared plans that much is read.
    pub(super) fn new(uses: Uses) -> Self {
        Self { uses, ..Self::default() }
    }

    fn shared(&mut self, id: usize, plan: &Arc<Plan>) -> Arc<Plan> {
        if let Some(optimized) = self.shared.get(&id) {
            return optimized.clone();
        }
        let narrow = self.uses.narrow(id, (**plan).clone());
        let optimized = Arc::new(apply_rules(optimize_nested(narrow, self)));
        self.shared.insert(id, optimized.clone());
        optimized
    }

    fn subquery(&mut self, plan: &Arc<Plan>, wanted: Wanted) -> Arc<Plan> {
        let place = (Arc::as_ptr(plan).addr(), wanted);
        if let Some((_, optimized)) = self.subqueries.get(&place) {
            return optimized.clone();
        }
        let mut inside = first_column(optimize_nested((**plan).clone(), self));
        if wanted == Wanted::FirstCell {
            let schema = inside.schema.clone();
            inside = Plan { operator: Operator::Take { input: Box::new(inside), count: 1 }, schema };
        }
        let optimized = Arc::new(apply_rules(inside));
        self.subqueries.insert(place, (plan.clone(), optimized.clone()));
        optimized
    }
}

/// The first column alone, if there are more.
fn first_column(plan: Plan) -> Plan {
    let [Field { data_type, .. }, _, ..] = plan.schema.fields.as_slice() else { return plan };
    let column = Expr::new(ExprKind::Column(0), *data_type, Default::default());
    let schema = Arc::new(Schema::new(vec![plan.schema.fields[0].clone()]));
    Plan { operator: Operator::Project { input: Box::new(plan), columns: vec![column] }, schema }
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Long, String};

    use super::*;
    use crate::optimize::testing::*;

    fn subquery_of(plan: &Plan) -> &Arc<Plan> {
        match &plan.operator {
            Operator::Print(cells) => match &cells[0].kind {
                ExprKind::ScalarQuery(plan) => plan,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_cell_is_read_and_one_plan_stays_one() {
        let inside = Arc::new(scan("T", &[("n", Long), ("s", String)]));
        let query = || Expr::new(ExprKind::ScalarQuery(inside.clone()), Long, Default::default());
        let mut known = Known::default();
        let [first, second] = [(); 2].map(|()| optimize_nested(print(&[("x", query())]), &mut known));
        assert!(Arc::ptr_eq(subquery_of(&first), subquery_of(&second)));
        assert_eq!(shown((**subquery_of(&first)).clone()), ["take 1", "  scan T (n: long) limit 1"]);
    }

    #[test]
    fn uses_of_what_is_shared_share_the_new_plan() {
        let input = Arc::new(filter(scan("T", &[("s", String)]), equals(0, "a")));
        let used = |schema: &Arc<Schema>| Plan {
            operator: Operator::Shared { id: 7, input: input.clone() },
            schema: schema.clone(),
        };
        let union = union(vec![used(&input.schema), used(&input.schema)]);
        let Operator::Union(inputs) = crate::optimize(union).operator else { panic!("no union") };
        let inside = inputs.iter().map(|plan| match &plan.operator {
            Operator::Shared { input, .. } => input.clone(),
            other => panic!("{other:?}"),
        });
        let inside: Vec<Arc<Plan>> = inside.collect();
        assert!(Arc::ptr_eq(&inside[0], &inside[1]));
        assert!(matches!(&inside[0].operator, Operator::Scan(scan) if scan.predicate.is_some()));
    }
}
