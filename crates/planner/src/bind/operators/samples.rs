//! Operators that give some of the rows or values: `sample`, `sample-distinct`, `top-hitters`.
//!
//! The service answers at random or approximately. Here a query gives the same rows every time, and exact numbers.

use kql_functions::registry;
use kql_parser::ast::{self, Name, NamedExpr};
use kql_types::{ScalarType, Schema};

use super::rows::grouped;
use super::summarize::aggregation;
use crate::bind::Binder;
use crate::bind::names::name_of;
use crate::plan::{Operator, SortKey};
use crate::{Expr, ExprKind, Plan};

impl<'q> Binder<'q> {
    /// `sample n`: the first rows.
    pub(super) fn sample(&mut self, input: Plan, count: &'q ast::Expr) -> Option<Plan> {
        let count = self.rounded_count(count)?;
        let schema = input.schema.clone();
        Some(Plan::new(Operator::Take { input: Box::new(input), count }, schema))
    }

    /// `sample-distinct n of column`: the first values.
    pub(super) fn sample_distinct(
        &mut self,
        input: Plan,
        count: &'q ast::Expr,
        of: &'q ast::Expr,
    ) -> Option<Plan> {
        let count = self.rounded_count(count);
        let value = self.named_column(of, &input.schema)?;
        let name = self.value_name(of, &value, &input.schema)?;
        let distinct = grouped(input, vec![(name, value)]);
        let schema = distinct.schema.clone();
        Some(Plan::new(Operator::Take { input: Box::new(distinct), count: count? }, schema))
    }

    /// `top-hitters n of value [by number]`: the values that occur most often, or with the largest sum.
    pub(super) fn top_hitters(
        &mut self,
        input: Plan,
        count: &'q ast::Expr,
        of: &'q NamedExpr,
        by: Option<&'q NamedExpr>,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let span = operator.keyword_span;
        let count = self.rounded_count(count);
        let value = self.named_column(&of.value, &input.schema)?;
        let own_name = self.value_name(&of.value, &value, &input.schema)?;
        let name = given_name(of).unwrap_or(own_name);
        let (function, measured, measure_type, arguments) = match by {
            None => ("count", Some(name.clone()), ScalarType::Long, Vec::new()),
            Some(by) => {
                let number = self.scalar(&by.value, &input.schema)?;
                let measured = given_name(by).or_else(|| name_of(&by.value, &input.schema));
                ("sum", measured, number.data_type, vec![number])
            }
        };
        let definition = registry::aggregate(function)?;
        let written = Name { text: function.to_owned(), span };
        let aggregate = self.aggregate_function(definition, &written, arguments, span)?;
        let total = Expr::new(ExprKind::Column(1), *aggregate.outputs.first()?, span);
        let total = self.converted(total, measure_type);
        let total_name = format!("approximate_{function}_{}", measured.unwrap_or_default());
        let groups = aggregation(input, vec![(name, value)], vec![aggregate], vec![(total_name, total)]);
        let key = SortKey { expression: groups.column(1, span), ascending: false, nulls_first: false };
        let schema = groups.schema.clone();
        Some(Plan::new(Operator::Top { input: Box::new(groups), keys: vec![key], count: count? }, schema))
    }

    /// A number of rows, which may be real; a negative one is none.
    fn rounded_count(&mut self, count: &'q ast::Expr) -> Option<u64> {
        match self.constant(count, ScalarType::Real)?.to_text().parse::<f64>() {
            // The cast keeps what is in range, and takes what is not to the nearest number.
            Ok(number) => Some(number as u64),
            Err(_) => self.mistake("A number of rows is expected, not null", count.span),
        }
    }

    /// The name of a column whose values are told apart, which those of a dynamic are not.
    fn value_name(&mut self, expression: &'q ast::Expr, value: &Expr, row: &Schema) -> Option<String> {
        if value.data_type == ScalarType::Dynamic {
            let message = "Rows cannot be grouped by a dynamic; convert it, e.g. with tostring()";
            return self.mistake(message, expression.span);
        }
        Some(name_of(expression, row).unwrap_or_default())
    }
}

fn given_name(item: &NamedExpr) -> Option<String> {
    item.names.first().map(|name| name.text.clone())
}
