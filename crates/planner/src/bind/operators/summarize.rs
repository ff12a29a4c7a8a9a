//! `summarize`

use std::sync::Arc;

use kql_parser::ast::{self, NamedExpr};
use kql_types::{Field, ScalarType, Schema};

use crate::bind::Binder;
use crate::bind::aggregates::{AggregateSite, ItemColumn, aggregation_schema};
use crate::bind::names::{Namer, name_of};
use crate::bind::plans::Column;
use crate::plan::{Aggregate, Operator};
use crate::{Expr, ExprKind, Plan};

impl<'q> Binder<'q> {
    /// Group keys come first, then the aggregates in order. What surrounds an aggregate call is a projection above.
    pub(super) fn summarize(
        &mut self,
        input: Plan,
        aggregates: &'q [NamedExpr],
        by: &'q [NamedExpr],
    ) -> Option<Plan> {
        let mut namer = Namer::over(&input.schema);
        let keys = self.group_keys(&mut namer, &input.schema, by)?;
        let (items, found) = self.aggregated(&mut namer, &input.schema, &keys, aggregates.iter())?;
        Some(aggregation(input, keys, found, items))
    }

    /// The keys of `by`.
    pub(super) fn group_keys(
        &mut self,
        namer: &mut Namer,
        row: &Schema,
        by: &'q [NamedExpr],
    ) -> Option<Vec<Column>> {
        let mut keys = Vec::with_capacity(by.len());
        let mut sound = true;
        for item in by {
            match self.group_key(namer, row, item) {
                Some(key) => keys.push(key),
                None => sound = false,
            }
        }
        sound.then_some(keys)
    }

    fn group_key(&mut self, namer: &mut Namer, row: &Schema, item: &'q NamedExpr) -> Option<Column> {
        let value = self.scalar(&item.value, row)?;
        if value.data_type == ScalarType::Dynamic {
            return self
                .mistake("Rows cannot be grouped by a dynamic; convert it, e.g. with tostring()", item.span);
        }
        let name = self.item_name(namer, item, name_of(&item.value, row))?;
        Some((name, value))
    }

    /// The items before `by`: their columns over the aggregation's result, and the aggregate calls in them.
    pub(super) fn aggregated(
        &mut self,
        namer: &mut Namer,
        row: &Arc<Schema>,
        keys: &[Column],
        aggregates: impl Iterator<Item = &'q NamedExpr>,
    ) -> Option<(Vec<Column>, Vec<Aggregate>)> {
        self.at_aggregate_site(row, keys, |binder| {
            let mut columns = Vec::new();
            let mut sound = true;
            for item in aggregates {
                match binder.summarize_item(namer, item) {
                    Some(made) => columns.extend(made),
                    None => sound = false,
                }
            }
            sound.then_some(columns)
        })
    }

    /// One item without a name of its own, as [`Binder::aggregated`] gives several.
    pub(super) fn one_aggregated(
        &mut self,
        namer: &mut Namer,
        row: &Arc<Schema>,
        keys: &[Column],
        item: &'q ast::Expr,
    ) -> Option<(Vec<Column>, Vec<Aggregate>)> {
        self.at_aggregate_site(row, keys, |binder| {
            let made = binder.aggregate_item(item)?;
            Some(made.into_iter().map(|made| (namer.automatic(made.name), made.value)).collect())
        })
    }

    /// What `bind` gives while aggregate calls are allowed, with the calls that it met.
    fn at_aggregate_site(
        &mut self,
        row: &Arc<Schema>,
        keys: &[Column],
        bind: impl FnOnce(&mut Self) -> Option<Vec<Column>>,
    ) -> Option<(Vec<Column>, Vec<Aggregate>)> {
        let group_columns = keys
            .iter()
            .filter_map(|(_, key)| match key.kind {
                ExprKind::Column(index) => Some(index),
                _ => None,
            })
            .collect();
        let outer_columns = std::mem::replace(&mut self.group_columns, group_columns);
        let outer = self.aggregates.replace(AggregateSite::new(row.clone(), keys.len()));
        let columns = bind(self);
        let site = std::mem::replace(&mut self.aggregates, outer);
        self.group_columns = outer_columns;
        let found = site.map(|site| site.found).unwrap_or_default();
        Some((columns?, found))
    }

    fn summarize_item(&mut self, namer: &mut Namer, item: &'q NamedExpr) -> Option<Vec<Column>> {
        let made = self.aggregate_item(&item.value)?;
        if item.names.len() > made.len() {
            return self.mistake(format!("The function gives {} columns", made.len()), item.span);
        }
        let mut columns = Vec::with_capacity(made.len());
        for (index, ItemColumn { name, value }) in made.into_iter().enumerate() {
            let name = match item.names.get(index) {
                Some(given) => self.explicit_name(namer, given)?,
                None => namer.automatic(name),
            };
            columns.push((name, value));
        }
        Some(columns)
    }
}

/// An aggregation, and the projection that computes the items from its result.
pub(super) fn aggregation(input: Plan, keys: Vec<Column>, found: Vec<Aggregate>, items: Vec<Column>) -> Plan {
    let is_plain = items.iter().enumerate().all(
        |(index, (_, value))| matches!(value.kind, ExprKind::Column(column) if column == keys.len() + index),
    );
    let outputs: usize = found.iter().map(|aggregate| aggregate.outputs.len()).sum();
    let raw = aggregation_schema(&keys, &found);
    let key_count = keys.len();
    let named: Schema = if is_plain && outputs == items.len() {
        let names = keys.iter().map(|(name, _)| name).chain(items.iter().map(|(name, _)| name));
        names.zip(&raw.fields).map(|(name, field)| Field::new(name.as_str(), field.data_type)).collect()
    } else {
        raw
    };
    let is_complete = is_plain && outputs == items.len();
    let key_names: Vec<String> = keys.iter().map(|(name, _)| name.clone()).collect();
    let keys: Vec<Expr> = keys.into_iter().map(|(_, key)| key).collect();
    let operator = Operator::Aggregate { input: Box::new(input), keys, aggregates: found };
    let plan = Plan::new(operator, Arc::new(named));
    if is_complete {
        return plan;
    }
    let mut columns: Vec<Column> = key_names
        .into_iter()
        .enumerate()
        .map(|(index, name)| (name, plan.column(index, kql_parser::Span::default())))
        .collect();
    debug_assert_eq!(columns.len(), key_count);
    columns.extend(items);
    plan.project(columns)
}
