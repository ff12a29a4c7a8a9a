//! Operators that give several results: `fork`, `facet`.

use kql_functions::registry;
use kql_parser::Span;
use kql_parser::ast::{self, Name, NamedExpr, OperatorKind};

use super::summarize::aggregation;
use crate::bind::Binder;
use crate::bind::statements::result_name;
use crate::bound::BoundResult;
use crate::{Expr, ExprKind, Plan};

impl<'q> Binder<'q> {
    /// `fork a = (...) (...)`: each sub-query over the same rows is a result.
    pub(super) fn fork(&mut self, input: Plan, branches: &'q [NamedExpr]) -> Option<Plan> {
        let input = self.shared(input);
        let environment = self.environment.clone();
        let mut sound = true;
        for branch in branches {
            self.environment = environment.clone();
            match self.sub_pipeline(input.clone(), &branch.value) {
                Some(plan) => {
                    let given = branch.names.first().map(|name| name.text.clone());
                    let name = given.or_else(|| result_name(&branch.value));
                    self.add_result(name, plan);
                }
                None => sound = false,
            }
        }
        self.environment = environment;
        sound.then_some(input)
    }

    /// `facet by a, b [with (...)]`: a result of the sub-query, and one of each column's values and their numbers.
    pub(super) fn facet(
        &mut self,
        input: Plan,
        columns: &'q [ast::Expr],
        with: Option<&'q ast::Expr>,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let input = self.shared(input);
        if let Some(with) = with {
            let plan = self.sub_pipeline(input.clone(), with)?;
            self.add_result(None, plan);
        }
        for column in columns {
            let value = self.named_column(column, &input.schema)?;
            let ast::ExprKind::Name(name) = &column.kind else { continue };
            let plan = self.counted(input.clone(), &name.text, value, operator.keyword_span)?;
            self.add_result(None, plan);
        }
        Some(input)
    }

    fn add_result(&mut self, name: Option<String>, plan: Plan) {
        let visualization = self.visualization.take();
        self.further.push(BoundResult { name, plan, visualization });
    }

    /// Each value and how often it occurs.
    fn counted(&mut self, input: Plan, name: &str, value: Expr, span: Span) -> Option<Plan> {
        let written = Name { text: "count".to_owned(), span };
        let count = self.aggregate_function(registry::aggregate("count")?, &written, Vec::new(), span)?;
        let total = Expr::new(ExprKind::Column(1), *count.outputs.first()?, span);
        let items = vec![(format!("count_{name}"), total)];
        Some(aggregation(input, vec![(name.to_owned(), value)], vec![count], items))
    }

    /// Notes a mistake if an operator that gives several results does not end the query.
    pub(in crate::bind) fn check_several_results(&mut self, expression: &'q ast::Expr) {
        if !self.further.is_empty() && !gives_several(expression) {
            self.further.clear();
            self.mistake::<()>("'fork' and 'facet' must be the last operator of the query", expression.span);
        }
    }
}

fn gives_several(expression: &ast::Expr) -> bool {
    let ast::ExprKind::Pipe { operators, .. } = &expression.kind else { return false };
    operators
        .last()
        .is_some_and(|last| matches!(last.kind, OperatorKind::Fork(_) | OperatorKind::Facet { .. }))
}
