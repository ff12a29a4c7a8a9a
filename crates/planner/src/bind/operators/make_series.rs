//! `make-series`
//!
//! <https://learn.microsoft.com/kusto/query/make-series-operator>

use std::sync::Arc;

use kql_parser::ast;
use kql_types::{Batch, Field, ScalarType, Schema};

use super::summarize::aggregation;
use crate::bind::Binder;
use crate::bind::names::{Namer, name_of};
use crate::bind::overload::convert;
use crate::bind::plans::Column;
use crate::plan::{Aggregate, AggregateCall, Operator};
use crate::whole_table::{MakeSeries, SeriesAxis, SubPlan};
use crate::{Expr, ExprKind, Plan};

/// The column of bin numbers in the rows that are aggregated.
const BIN: &str = "#bin";

impl<'q> Binder<'q> {
    /// `make-series a = count() default = 0 on axis from .. to .. step .. by keys`. The result has the keys, an array for
    /// each aggregate, and the array of the axis.
    pub(super) fn make_series(
        &mut self,
        input: Plan,
        series: &'q ast::MakeSeries,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let row = input.schema.clone();
        let axis_value = self.scalar(&series.on.value, &row)?;
        let axis = self.series_axis(series, axis_value.data_type, operator)?;
        let mut namer = Namer::over(&row);
        let keys = self.group_keys(&mut namer, &row, &series.by)?;
        // The bin number is a further key, which no item of the query can name.
        let mut all_keys = keys.clone();
        all_keys.push((BIN.to_owned(), Expr::new(ExprKind::Column(0), ScalarType::Long, operator.span)));
        let (items, found, defaults) = self.series_items(&mut namer, &row, &all_keys, series)?;
        let axis_name = self.item_name(&mut namer, &series.on, name_of(&series.on.value, &row))?;

        let mut arguments = Arguments { columns: vec![("#axis".to_owned(), axis_value)] };
        let keys: Vec<Column> = keys.into_iter().map(|(name, key)| (name, arguments.take(key))).collect();
        let found: Vec<Aggregate> =
            found.into_iter().map(|aggregate| arguments.take_all(aggregate)).collect();
        let input = input.project(arguments.columns);
        let sub = binned_aggregation(&input, keys.clone(), found, items.clone());
        let mut fields: Vec<Field> =
            keys.iter().map(|(name, key)| Field::new(name.as_str(), key.data_type)).collect();
        fields.extend(items.iter().map(|(name, _)| Field::new(name.as_str(), ScalarType::Dynamic)));
        fields.push(Field::new(axis_name, ScalarType::Dynamic));
        let schema = Arc::new(Schema::new(fields));
        let operation = MakeSeries {
            axis,
            sub,
            keys: keys.len(),
            defaults,
            schema: schema.clone(),
            nonempty: Self::parameter_word(operator, "kind") == Some("nonempty"),
            span: operator.keyword_span,
        };
        Some(Plan::new(Operator::WholeTable { inputs: vec![input], operation: Arc::new(operation) }, schema))
    }

    /// The bounds and the step, in the axis' type.
    fn series_axis(
        &mut self,
        series: &'q ast::MakeSeries,
        axis: ScalarType,
        operator: &ast::Operator,
    ) -> Option<SeriesAxis> {
        use ScalarType::{DateTime, Int, Long, Real, Timespan};
        let (bound_type, step_type) = match axis {
            DateTime => (DateTime, Timespan),
            Timespan => (Timespan, Timespan),
            Int | Long => (Long, Long),
            Real => (Real, Real),
            other => {
                let message = format!("The axis of make-series must be a time or a number, not {other}");
                return self.mistake(message, series.on.span);
            }
        };
        let (from, to, step, inclusive) = match &series.in_range {
            Some((from, to, step)) => (Some(from), Some(to), Some(step), true),
            None => (series.from.as_ref(), series.to.as_ref(), series.step.as_ref(), false),
        };
        let Some(step) = step else {
            return self.mistake("make-series needs a step", operator.keyword_span);
        };
        let from = match from {
            Some(from) => Some(self.axis_value(from, bound_type)?),
            None => None,
        };
        let to = match to {
            Some(to) => Some(self.axis_value(to, bound_type)?),
            None => None,
        };
        let step = self.axis_value(step, step_type)?;
        Some(SeriesAxis { data_type: bound_type, from, to, step, inclusive })
    }

    fn axis_value(&mut self, value: &'q ast::Expr, wanted: ScalarType) -> Option<Expr> {
        let bound = self.scalar(value, &Schema::default())?;
        let given = bound.data_type;
        let fits =
            given == wanted || given == ScalarType::Dynamic || (given.is_number() && wanted.is_number());
        if !fits {
            return self.mistake(format!("A value of type {wanted} expected, not {given}"), value.span);
        }
        Some(convert(bound, wanted, self.surroundings.context))
    }

    fn series_items(
        &mut self,
        namer: &mut Namer,
        row: &Arc<Schema>,
        keys: &[Column],
        series: &'q ast::MakeSeries,
    ) -> Option<SeriesItems> {
        let (items, found) =
            self.aggregated(namer, row, keys, series.aggregates.iter().map(|one| &one.value))?;
        if items.len() != series.aggregates.len() {
            let span = series.aggregates.first().map_or(series.on.span, |one| one.value.span);
            return self.mistake("Each aggregate of make-series must give one column", span);
        }
        let mut defaults = Vec::with_capacity(items.len());
        for (aggregate, (_, item)) in series.aggregates.iter().zip(&items) {
            defaults.push(match &aggregate.default {
                Some(default) => {
                    let bound = self.scalar(default, &Schema::default())?;
                    Some(convert(bound, item.data_type, self.surroundings.context))
                }
                None => None,
            });
        }
        Some((items, found, defaults))
    }
}

/// The items' columns, the aggregate calls in them, and what empty bins hold.
type SeriesItems = (Vec<Column>, Vec<Aggregate>, Vec<Option<Expr>>);

/// The aggregation by keys and bin, over rows that have the bin number behind the input's columns.
fn binned_aggregation(input: &Plan, keys: Vec<Column>, found: Vec<Aggregate>, items: Vec<Column>) -> SubPlan {
    let mut fields = input.schema.fields.clone();
    fields.push(Field::new(BIN, ScalarType::Long));
    let schema = Arc::new(Schema::new(fields));
    let leaf = Arc::new(Batch::empty(schema.clone()));
    let rows = Plan::new(Operator::Rows(leaf.clone()), schema);
    let mut keys = keys;
    keys.push((BIN.to_owned(), rows.column(rows.schema.len() - 1, kql_parser::Span::default())));
    SubPlan { plan: aggregation(rows, keys, found, items), leaf }
}

/// What the aggregates read, computed before: only that has to be read of the table.
struct Arguments {
    columns: Vec<Column>,
}

impl Arguments {
    /// The expression as a column of the rows that are aggregated.
    fn take(&mut self, expression: Expr) -> Expr {
        if expression.as_constant().is_some() {
            return expression;
        }
        let (data_type, span) = (expression.data_type, expression.span);
        self.columns.push((format!("#{}", self.columns.len()), expression));
        Expr::new(ExprKind::Column(self.columns.len() - 1), data_type, span)
    }

    fn take_all(&mut self, mut aggregate: Aggregate) -> Aggregate {
        aggregate.condition = aggregate.condition.map(|condition| self.take(condition));
        let take_each = |values: Vec<Expr>, arguments: &mut Self| -> Vec<Expr> {
            values.into_iter().map(|value| arguments.take(value)).collect()
        };
        aggregate.call = match aggregate.call {
            AggregateCall::Function { function, overload, arguments } => {
                AggregateCall::Function { function, overload, arguments: take_each(arguments, self) }
            }
            AggregateCall::Extreme { largest, by, values } => {
                let by = self.take(by);
                AggregateCall::Extreme { largest, by, values: take_each(values, self) }
            }
            AggregateCall::First { values } => AggregateCall::First { values: take_each(values, self) },
        };
        aggregate
    }
}
