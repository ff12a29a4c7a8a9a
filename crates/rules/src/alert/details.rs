//! What a rule takes from the columns of its result.

use kql_types::{ScalarType, Schema, Value};

use super::Row;
use super::entity::Entity;
use crate::mapping::{AlertDetails, CustomDetail, Text};
use crate::{Rule, Severity};

/// Characters of an alert's name, of its description, and entities of an alert: the service's limits.
/// <https://learn.microsoft.com/azure/sentinel/customize-alert-details>
pub(super) const LONGEST_NAME: usize = 256;
pub(super) const LONGEST_DESCRIPTION: usize = 5000;
const MOST_ENTITIES: usize = 500;
/// Values of a custom detail.
/// <https://learn.microsoft.com/azure/sentinel/surface-custom-details-in-alerts>
const MOST_VALUES: usize = 50;

/// A column that a rule names and its query does not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumn {
    /// What names it, such as `the entity mapping Account.FullName`.
    pub what: String,
    /// The name and its place in the metadata; of a format the place of the format.
    pub column: Text,
}

/// The columns that the rule's metadata names and a result with this schema does not have.
pub fn missing_columns(rule: &Rule, schema: &Schema) -> Vec<MissingColumn> {
    let about = &rule.metadata;
    let mut named: Vec<(String, Text)> = Vec::new();
    for entity in &about.entities {
        for field in &entity.fields {
            let what = format!("the entity mapping {}.{}", entity.entity_type, field.identifier);
            named.push((what, field.column.clone()));
        }
    }
    let details = |what: &str, details: &[CustomDetail]| -> Vec<(String, Text)> {
        details.iter().map(|detail| (format!("the {what} {}", detail.name), detail.column.clone())).collect()
    };
    named.extend(details("custom detail", &about.custom_details));
    let override_ = &about.alert_details;
    for format in [&override_.display_name, &override_.description].into_iter().flatten() {
        for (_, column) in AlertDetails::placeholders(&format.text) {
            let column = Text { text: column.to_owned(), span: format.span };
            named.push(("the alert's name or description".to_owned(), column));
        }
    }
    let columns = [("severity", &override_.severity_column), ("tactics", &override_.tactics_column)];
    for (what, column) in columns {
        named.extend(column.iter().map(|column| (format!("the alert's {what}"), column.clone())));
    }
    named.extend(details("alert property", &override_.properties));
    named.retain(|(_, column)| schema.index_of(&column.text).is_none());
    named.into_iter().map(|(what, column)| MissingColumn { what, column }).collect()
}

/// The positions of the columns that a rule's metadata names. What is not there is left out.
pub(super) struct Columns<'r> {
    rule: &'r Rule,
    schema: &'r Schema,
    /// For each mapping with a column that is there: the type, and identifiers with positions.
    entities: Vec<(&'r str, Vec<(&'r str, usize)>)>,
    time: Option<usize>,
}

impl<'r> Columns<'r> {
    pub(super) fn find(rule: &'r Rule, schema: &'r Schema) -> Self {
        let mapping = |mapping: &'r crate::EntityMapping| {
            let field = |field: &'r crate::FieldMapping| {
                Some((field.identifier.as_str(), schema.index_of(&field.column.text)?))
            };
            let fields: Vec<_> = mapping.fields.iter().filter_map(field).collect();
            (!fields.is_empty()).then_some((mapping.entity_type.as_str(), fields))
        };
        let entities = rule.metadata.entities.iter().filter_map(mapping).collect();
        let time = schema.index_of("TimeGenerated");
        let time = time.filter(|at| schema.fields[*at].data_type == ScalarType::DateTime);
        Self { rule, schema, entities, time }
    }

    /// The first and the last moment of the rows.
    pub(super) fn times<'a>(&self, rows: impl Iterator<Item = Row<'a>>) -> Option<(i64, i64)> {
        let time = self.time?;
        let mut range: Option<(i64, i64)> = None;
        for row in rows {
            if let Value::DateTime(ticks) = row.value(time) {
                let (first, last) = range.unwrap_or((ticks, ticks));
                range = Some((first.min(ticks), last.max(ticks)));
            }
        }
        range
    }

    pub(super) fn entities<'a>(&self, rows: impl Iterator<Item = Row<'a>>) -> Vec<Entity> {
        let mut found: Vec<Entity> = Vec::new();
        for row in rows {
            for (entity_type, fields) in &self.entities {
                let value = |(name, column): &(&str, usize)| Some(((*name).to_owned(), row.text(*column)?));
                let fields: Vec<(String, String)> = fields.iter().filter_map(value).collect();
                let entity = Entity::new(entity_type, fields);
                if !entity.fields.is_empty() && !found.contains(&entity) {
                    found.push(entity);
                }
                if found.len() == MOST_ENTITIES {
                    return found;
                }
            }
        }
        found
    }

    pub(super) fn custom_details<'a>(
        &self,
        rows: impl Iterator<Item = Row<'a>> + Clone,
    ) -> Vec<(String, Vec<String>)> {
        let detail = |detail: &CustomDetail| {
            let column = self.schema.index_of(&detail.column.text)?;
            let mut values: Vec<String> = Vec::new();
            for value in rows.clone().filter_map(|row| row.text(column)) {
                if !values.contains(&value) {
                    values.push(value);
                }
                if values.len() == MOST_VALUES {
                    break;
                }
            }
            Some((detail.name.clone(), values))
        };
        self.rule.metadata.custom_details.iter().filter_map(detail).collect()
    }

    /// A text with the values of a row in place of `{{column}}`. What has no value stays as it is.
    pub(super) fn fill(&self, format: &Text, row: Option<Row<'_>>, longest: usize) -> String {
        let mut filled = String::new();
        let mut from = 0;
        for (span, column) in AlertDetails::placeholders(&format.text) {
            let value = row.and_then(|row| row.text(self.schema.index_of(column)?));
            filled.push_str(&format.text[from..span.start]);
            filled.push_str(value.as_deref().unwrap_or(span.text(&format.text)));
            from = span.end;
        }
        filled.push_str(&format.text[from..]);
        filled.chars().take(longest).collect()
    }

    fn override_text(&self, column: &Option<Text>, row: Option<Row<'_>>) -> Option<String> {
        row?.text(self.schema.index_of(&column.as_ref()?.text)?)
    }

    pub(super) fn severity(&self, row: Option<Row<'_>>) -> Option<Severity> {
        self.override_text(&self.rule.metadata.alert_details.severity_column, row)?.parse().ok()
    }

    /// A list of tactics, or names with commas between.
    pub(super) fn tactics(&self, row: Option<Row<'_>>) -> Option<Vec<String>> {
        let text = self.override_text(&self.rule.metadata.alert_details.tactics_column, row)?;
        let marks =
            |character: char| matches!(character, '[' | ']' | '"' | '\'') || character.is_whitespace();
        let names = text.split(',').map(|name| name.trim_matches(marks).to_owned());
        Some(names.filter(|name| !name.is_empty()).collect())
    }

    pub(super) fn properties(&self, row: Option<Row<'_>>) -> Vec<(String, String)> {
        let property = |property: &CustomDetail| {
            let value = row?.text(self.schema.index_of(&property.column.text)?)?;
            Some((property.name.clone(), value))
        };
        self.rule.metadata.alert_details.properties.iter().filter_map(property).collect()
    }
}
