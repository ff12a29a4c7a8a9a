//! Operators that choose, order, count or describe rows.

use std::sync::Arc;

use kql_functions::registry;
use kql_parser::Span;
use kql_parser::ast::{self, Name, NamedExpr};
use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value};

use crate::bind::Binder;
use crate::bind::names::{Namer, name_of};
use crate::bind::plans::column;
use crate::bind::tables::empty;
use crate::bound::Visualization;
use crate::plan::{Aggregate, Operator, SortKey};
use crate::{Expr, Plan};

impl<'q> Binder<'q> {
    /// `where predicate`
    pub(super) fn where_(&mut self, input: Plan, predicate: &'q ast::Expr) -> Option<Plan> {
        let predicate = self.predicate(predicate, &input.schema)?;
        Some(input.filter(predicate))
    }

    /// `take n`
    pub(super) fn take(&mut self, input: Plan, count: &'q ast::Expr) -> Option<Plan> {
        let count = self.row_count(count)?;
        let schema = input.schema.clone();
        Some(Plan::new(Operator::Take { input: Box::new(input), count }, schema))
    }

    /// A number of rows; a negative one is none.
    pub(super) fn row_count(&mut self, count: &'q ast::Expr) -> Option<u64> {
        match self.constant(count, ScalarType::Long)? {
            Value::Long(count) => Some(u64::try_from(count).unwrap_or(0)),
            _ => self.mistake("A number of rows is expected, not null", count.span),
        }
    }

    /// `sort by keys`
    pub(super) fn sort(&mut self, input: Plan, keys: &'q [ast::SortKey]) -> Option<Plan> {
        let mut sort_keys = Vec::with_capacity(keys.len());
        for key in keys {
            let bound = self.sort_key(key, &input.schema)?;
            if bound.expression.data_type == ScalarType::Dynamic {
                return self.mistake(
                    "Rows cannot be ordered by a dynamic; convert it, e.g. with tostring()",
                    key.value.span,
                );
            }
            sort_keys.push(bound);
        }
        let schema = input.schema.clone();
        Some(Plan::new(Operator::Sort { input: Box::new(input), keys: sort_keys }, schema))
    }

    /// `top n by key`
    pub(super) fn top(&mut self, input: Plan, count: &'q ast::Expr, by: &'q ast::SortKey) -> Option<Plan> {
        let count = self.row_count(count);
        let keys = vec![self.sort_key(by, &input.schema)?];
        let schema = input.schema.clone();
        Some(Plan::new(Operator::Top { input: Box::new(input), keys, count: count? }, schema))
    }

    /// Descending unless said otherwise; nulls are the smallest values unless said otherwise.
    pub(super) fn sort_key(&mut self, key: &'q ast::SortKey, row: &Schema) -> Option<SortKey> {
        let expression = self.scalar(&key.value.value, row)?;
        let ascending = key.ascending.unwrap_or(false);
        Some(SortKey { expression, ascending, nulls_first: key.nulls_first.unwrap_or(ascending) })
    }

    /// `distinct a, b`, `distinct *`
    pub(super) fn distinct(&mut self, input: Plan, columns: &'q [NamedExpr]) -> Option<Plan> {
        let mut namer = Namer::over(&input.schema);
        let mut keys = Vec::new();
        for item in columns {
            if matches!(item.value.kind, ast::ExprKind::Star) {
                for (index, field) in input.schema.fields.iter().enumerate() {
                    if field.data_type == ScalarType::Dynamic {
                        let message =
                            format!("Rows cannot be distinguished by '{}', which is dynamic", field.name);
                        return self.mistake(message, item.span);
                    }
                    keys.push((namer.free(&field.name), column(&input.schema, index, item.span)));
                }
                continue;
            }
            let value = self.scalar(&item.value, &input.schema)?;
            if value.data_type == ScalarType::Dynamic {
                return self.mistake(
                    "Rows cannot be distinguished by a dynamic; convert it, e.g. with tostring()",
                    item.span,
                );
            }
            let name = self.item_name(&mut namer, item, name_of(&item.value, &input.schema))?;
            keys.push((name, value));
        }
        Some(grouped(input, keys))
    }

    /// `count`
    pub(super) fn count(&mut self, input: Plan, name: Option<&Name>, operator: &ast::Operator) -> Plan {
        let name = name.map_or("Count", |name| name.text.as_str());
        let schema = Arc::new(Schema::new(vec![Field::new(name, ScalarType::Long)]));
        let call = self.count_call(operator.keyword_span);
        let aggregates = call.into_iter().collect();
        Plan::new(Operator::Aggregate { input: Box::new(input), keys: Vec::new(), aggregates }, schema)
    }

    /// A call of `count()`.
    pub(super) fn count_call(&mut self, span: Span) -> Option<Aggregate> {
        let count = registry::aggregate("count")?;
        self.aggregate_function(count, &Name { text: "count".to_owned(), span }, Vec::new(), span)
    }

    /// `consume`: the rows are computed for nothing.
    pub(super) fn consume(&mut self, _input: Plan) -> Option<Plan> {
        Some(empty(Arc::new(Schema::default())))
    }

    /// `render chart with (...)`: the rows stay as they are.
    pub(super) fn render(&mut self, input: Plan, chart: &str, properties: &'q [ast::Parameter]) -> Plan {
        let properties = properties
            .iter()
            .map(|property| {
                let text = match &property.value.kind {
                    ast::ExprKind::Literal(ast::Literal::String(text)) => text.clone(),
                    _ => property.value.span.text(self.text).to_owned(),
                };
                (property.name.text.clone(), text)
            })
            .collect();
        self.visualization = Some(Visualization { chart: chart.to_owned(), properties });
        input
    }

    /// The name of a result column: the one that is spelled out, or an automatic one.
    pub(super) fn item_name(
        &mut self,
        namer: &mut Namer,
        item: &NamedExpr,
        automatic: Option<String>,
    ) -> Option<String> {
        let explicit = match (item.names.as_slice(), &item.value.kind) {
            ([name, ..], _) => Some(name.text.as_str()),
            ([], ast::ExprKind::Name(name)) => Some(name.text.as_str()),
            _ => None,
        };
        match explicit {
            None => Some(namer.automatic(automatic)),
            Some(name) => match namer.explicit(name) {
                Some(name) => Some(name),
                None => self.already_declared(name, item.span),
            },
        }
    }

    /// A name that the query spells out.
    pub(super) fn explicit_name(&mut self, namer: &mut Namer, name: &Name) -> Option<String> {
        match namer.explicit(&name.text) {
            Some(free) => Some(free),
            None => self.already_declared(&name.text, name.span),
        }
    }

    /// Refuses a second column of that name.
    pub(super) fn already_declared<T>(&mut self, name: &str, span: Span) -> Option<T> {
        self.mistake(format!("A column with the name '{name}' is already declared"), span)
    }
}

/// The groups that the keys make.
pub(super) fn grouped(input: Plan, keys: Vec<(String, Expr)>) -> Plan {
    let schema = keys.iter().map(|(name, key)| Field::new(name.as_str(), key.data_type)).collect();
    let keys = keys.into_iter().map(|(_, key)| key).collect();
    Plan::new(Operator::Aggregate { input: Box::new(input), keys, aggregates: Vec::new() }, Arc::new(schema))
}

/// `getschema`: a row a column. The ordinal is an int, as the engine gives it; the binder's package says long.
pub(super) fn schema_rows(input: &Plan) -> Plan {
    let schema: Schema = [
        ("ColumnName", ScalarType::String),
        ("ColumnOrdinal", ScalarType::Int),
        ("DataType", ScalarType::String),
        ("ColumnType", ScalarType::String),
    ]
    .into_iter()
    .map(|(name, data_type)| Field::new(name, data_type))
    .collect();
    let mut builders: Vec<ColumnBuilder> =
        schema.fields.iter().map(|field| ColumnBuilder::new(field.data_type)).collect();
    for (ordinal, field) in input.schema.fields.iter().enumerate() {
        let row = [
            Value::String(field.name.to_string()),
            Value::Int(i32::try_from(ordinal).unwrap_or(i32::MAX)),
            Value::String(field.data_type.clr_name().to_owned()),
            Value::String(field.data_type.name().to_owned()),
        ];
        builders.iter_mut().zip(&row).for_each(|(builder, value)| builder.push(value));
    }
    let columns = builders.into_iter().map(ColumnBuilder::finish).collect();
    let schema = Arc::new(schema);
    let batch = Batch::new(schema.clone(), columns, input.schema.len());
    Plan::new(Operator::Rows(Arc::new(batch)), schema)
}
