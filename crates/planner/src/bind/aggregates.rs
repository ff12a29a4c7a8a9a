//! Calls of aggregate functions.

use std::sync::Arc;

use kql_functions::{AggregateForm, AggregateFunction, AggregateOverload};
use kql_parser::Span;
use kql_parser::ast::{self, Name, NamedExpr};
use kql_types::{Field, ScalarType, Schema};

use super::Binder;
use super::names::{by_rule, name_of, point_suffix};
use super::overload::{Resolved, resolve};
use super::plans::column;
use crate::plan::{Aggregate, AggregateCall};
use crate::{Expr, ExprKind};

/// Where aggregate calls go while the items of a `summarize` are bound. An aggregate's value is then a column of the
/// aggregation's result.
#[derive(Debug)]
pub(super) struct AggregateSite {
    /// The rows that are aggregated.
    pub input: Arc<Schema>,
    /// Column of the aggregation's result where the next aggregate's outputs begin.
    pub next: usize,
    /// The calls so far.
    pub found: Vec<Aggregate>,
}

impl AggregateSite {
    /// `keys` columns come before the aggregates.
    pub(super) fn new(input: Arc<Schema>, keys: usize) -> Self {
        Self { input, next: keys, found: Vec::new() }
    }

    /// Adds a call; gives the columns of its outputs.
    fn add(&mut self, aggregate: Aggregate) -> Vec<Expr> {
        let span = aggregate.span;
        let columns = aggregate
            .outputs
            .iter()
            .enumerate()
            .map(|(index, data_type)| Expr::new(ExprKind::Column(self.next + index), *data_type, span))
            .collect();
        self.next += aggregate.outputs.len();
        self.found.push(aggregate);
        columns
    }
}

/// A column that an item of `summarize` gives.
pub(super) struct ItemColumn {
    /// How it is called if the query does not say; `None` for `Column1`.
    pub name: Option<String>,
    pub value: Expr,
}

impl<'q> Binder<'q> {
    /// An item of `summarize` between the commas: one column, or several of a call such as `arg_max(a, *)`.
    pub(super) fn aggregate_item(&mut self, item: &'q ast::Expr) -> Option<Vec<ItemColumn>> {
        if let ast::ExprKind::Call { name, arguments } = &item.kind
            && self.environment.get(&name.text).is_none()
            && let Some(aggregate) = kql_functions::registry::aggregate(&name.text)
            && self.aggregates.is_some()
        {
            return self.aggregate_columns(aggregate, name, arguments, item.span);
        }
        let input = self.aggregates.as_ref().map(|site| site.input.clone()).unwrap_or_default();
        let value = self.scalar(item, &Schema::default())?;
        Some(vec![ItemColumn { name: name_of(item, &input), value }])
    }

    /// An aggregate call inside a larger expression.
    pub(super) fn aggregate_value(
        &mut self,
        aggregate: &'static AggregateFunction,
        name: &'q Name,
        arguments: &'q [NamedExpr],
        span: Span,
    ) -> Option<Expr> {
        if self.aggregates.is_none() {
            let message = format!("The aggregate function '{}' is not allowed here", name.text);
            return self.mistake(message, name.span);
        }
        let columns = self.aggregate_columns(aggregate, name, arguments, span)?;
        let count = columns.len();
        match columns.into_iter().next() {
            Some(only) if count == 1 => Some(only.value),
            _ => self.mistake(
                format!("'{}' gives several columns and cannot stand inside an expression", name.text),
                span,
            ),
        }
    }

    fn aggregate_columns(
        &mut self,
        aggregate: &'static AggregateFunction,
        name: &'q Name,
        arguments: &'q [NamedExpr],
        span: Span,
    ) -> Option<Vec<ItemColumn>> {
        // While the arguments are bound no aggregate may stand in them.
        let mut site = self.aggregates.take()?;
        let columns = self.aggregate_call(aggregate, name, arguments, span, &mut site);
        self.aggregates = Some(site);
        columns
    }

    fn aggregate_call(
        &mut self,
        aggregate: &'static AggregateFunction,
        name: &'q Name,
        arguments: &'q [NamedExpr],
        span: Span,
        site: &mut AggregateSite,
    ) -> Option<Vec<ItemColumn>> {
        let input = site.input.clone();
        let own_name = || {
            by_rule(aggregate.result_name, |index| {
                arguments.get(index).and_then(|argument| name_of(&argument.value, &input))
            })
        };
        match aggregate.form {
            AggregateForm::Function => {
                let bound = self.arguments(arguments, &input)?;
                let call = self.aggregate_function(aggregate, name, bound, span)?;
                Some(named(site.add(call), [own_name()]))
            }
            AggregateForm::PerPoint { leading } => {
                let bound = self.arguments(arguments, &input)?;
                if bound.len() <= leading {
                    return self.mistake(format!("'{}' needs a percentile", name.text), span);
                }
                let mut columns = Vec::new();
                for (point, argument) in bound[leading..].iter().zip(&arguments[leading..]) {
                    let mut one = bound[..leading].to_vec();
                    one.push(point.clone());
                    let call = self.aggregate_function(aggregate, name, one, span)?;
                    let point_name = own_name().map(|own| format!("{own}_{}", point_suffix(&argument.value)));
                    columns.extend(named(site.add(call), [point_name]));
                }
                Some(columns)
            }
            AggregateForm::First => self.first(aggregate, name, arguments, span, site),
            AggregateForm::Extreme { largest } => self.extreme(aggregate, largest, arguments, span, site),
        }
    }

    /// A call with the overload that fits.
    pub(super) fn aggregate_function(
        &mut self,
        function: &'static AggregateFunction,
        name: &Name,
        arguments: Vec<Expr>,
        span: Span,
    ) -> Option<Aggregate> {
        let resolved = match resolve(function.overloads, &arguments, self.surroundings.context) {
            Ok(resolved) => resolved,
            Err(mismatch) => {
                let spans: Vec<Span> = arguments.iter().map(|argument| argument.span).collect();
                return self.refuse_arguments(name, mismatch, &spans);
            }
        };
        Some(function_call(function, resolved, span))
    }

    fn first(
        &mut self,
        aggregate: &'static AggregateFunction,
        name: &'q Name,
        arguments: &'q [NamedExpr],
        span: Span,
        site: &mut AggregateSite,
    ) -> Option<Vec<ItemColumn>> {
        let input = site.input.clone();
        let values = self.picked_values(arguments, &input, site)?;
        let names: Vec<Option<String>> =
            values.iter().map(|(own, _)| by_rule(aggregate.result_name, |_| own.clone())).collect();
        let is_star = matches!(arguments, [one] if matches!(one.value.kind, ast::ExprKind::Star));
        let mut exprs: Vec<Expr> = values.into_iter().map(|(_, value)| value).collect();
        if exprs.len() == 1 && !is_star {
            let call = self.aggregate_function(aggregate, name, exprs, span)?;
            return Some(named(site.add(call), names));
        }
        let outputs = exprs.iter().map(|value| value.data_type).collect();
        let call = AggregateCall::First { values: std::mem::take(&mut exprs) };
        Some(named(site.add(Aggregate { call, condition: None, outputs, span }), names))
    }

    fn extreme(
        &mut self,
        aggregate: &'static AggregateFunction,
        largest: bool,
        arguments: &'q [NamedExpr],
        span: Span,
        site: &mut AggregateSite,
    ) -> Option<Vec<ItemColumn>> {
        let input = site.input.clone();
        let Some((by, values)) = arguments.split_first() else {
            return self.mistake("An argument is expected: what is compared", span);
        };
        let given = by.names.first().map(|name| name.text.clone());
        let by_name = name_of(&by.value, &input);
        let legacy = matches!(aggregate.result_name, kql_functions::ResultName::PrefixAndFirstArgument(_));
        let by_expr = self.scalar(&by.value, &input)?;
        let first_name = match (legacy, &by_name) {
            _ if given.is_some() => given,
            (false, None) => Some(format!("{}_", if largest { "max" } else { "min" })),
            _ => by_rule(aggregate.result_name, |_| by_name.clone()),
        };
        let mut picked = self.picked_values(values, &input, site)?;
        if matches!(values, [one] if matches!(one.value.kind, ast::ExprKind::Star)) {
            // Of the star's columns the compared one comes first and only once.
            picked.retain(|(name, _)| by_name.is_none() || *name != by_name);
        }
        let mut names = vec![first_name.clone()];
        for (index, (own, _)) in picked.iter().enumerate() {
            names.push(match (legacy, own) {
                (true, Some(own)) => first_name.as_ref().map(|first| format!("{first}_{own}")),
                (false, Some(own)) => Some(own.clone()),
                (_, None) => {
                    let prefix = if largest { "max" } else { "min" };
                    Some(format!("{prefix}_{}_arg{}", by_name.clone().unwrap_or_default(), index + 1))
                }
            });
        }
        let values: Vec<Expr> = picked.into_iter().map(|(_, value)| value).collect();
        let outputs =
            std::iter::once(by_expr.data_type).chain(values.iter().map(|value| value.data_type)).collect();
        let call = AggregateCall::Extreme { largest, by: by_expr, values };
        Some(named(site.add(Aggregate { call, condition: None, outputs, span }), names))
    }

    /// The values that a picking aggregate takes from a row; `*` is all columns but the group keys.
    fn picked_values(
        &mut self,
        arguments: &'q [NamedExpr],
        input: &Arc<Schema>,
        site: &AggregateSite,
    ) -> Option<Vec<(Option<String>, Expr)>> {
        let mut values = Vec::new();
        for argument in arguments {
            if matches!(argument.value.kind, ast::ExprKind::Star) {
                for (index, field) in input.fields.iter().enumerate() {
                    if !self.group_columns.contains(&index) {
                        values.push((Some(field.name.to_string()), column(input, index, argument.span)));
                    }
                }
            } else {
                let value = self.scalar(&argument.value, &site.input)?;
                let name = match argument.names.first() {
                    Some(name) => Some(name.text.clone()),
                    None => name_of(&argument.value, input),
                };
                values.push((name, value));
            }
        }
        Some(values)
    }
}

fn function_call(
    function: &'static AggregateFunction,
    resolved: Resolved<AggregateOverload>,
    span: Span,
) -> Aggregate {
    let overload = resolved.overload;
    let mut arguments = resolved.arguments;
    let condition = match overload.condition {
        Some(position) if position < arguments.len() => Some(arguments.remove(position)),
        _ => None,
    };
    let call = AggregateCall::Function { function, overload, arguments };
    Aggregate { call, condition, outputs: vec![resolved.returns], span }
}

fn named(columns: Vec<Expr>, names: impl IntoIterator<Item = Option<String>>) -> Vec<ItemColumn> {
    columns.into_iter().zip(names).map(|(value, name)| ItemColumn { name, value }).collect()
}

/// The fields of an aggregation's result: keys, then the outputs of every call.
pub(super) fn aggregation_schema(keys: &[(String, Expr)], aggregates: &[Aggregate]) -> Schema {
    let outputs = aggregates.iter().flat_map(|aggregate| aggregate.outputs.iter().copied());
    let keys = keys.iter().map(|(name, key)| Field::new(name.as_str(), key.data_type));
    let types: Vec<ScalarType> = outputs.collect();
    keys.chain(
        types.into_iter().enumerate().map(|(index, data_type)| Field::new(format!("#{index}"), data_type)),
    )
    .collect()
}
