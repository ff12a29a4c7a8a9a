//! Incidents as rows of the table SecurityIncident, each as it is at the end.
//!
//! <https://learn.microsoft.com/azure/azure-monitor/reference/tables/securityincident>

use std::sync::Arc;

use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value};
use serde_json::json;

use super::incident::Incident;

/// The table's name.
const TABLE: &str = "SecurityIncident";

use ScalarType::{DateTime, Dynamic, Int, String as Text};

/// The table's columns.
const COLUMNS: &[(&str, ScalarType)] = &[
    ("TimeGenerated", DateTime),
    ("IncidentName", Text),
    ("Title", Text),
    ("Description", Text),
    ("Severity", Text),
    ("Status", Text),
    ("Classification", Text),
    ("ClassificationComment", Text),
    ("ClassificationReason", Text),
    ("Owner", Dynamic),
    ("ProviderName", Text),
    ("ProviderIncidentId", Text),
    ("FirstActivityTime", DateTime),
    ("LastActivityTime", DateTime),
    ("FirstModifiedTime", DateTime),
    ("LastModifiedTime", DateTime),
    ("CreatedTime", DateTime),
    ("ClosedTime", DateTime),
    ("IncidentNumber", Int),
    ("RelatedAnalyticRuleIds", Dynamic),
    ("AlertIds", Dynamic),
    ("BookmarkIds", Dynamic),
    ("Comments", Dynamic),
    ("Tasks", Dynamic),
    ("Labels", Dynamic),
    ("IncidentUrl", Text),
    ("AdditionalData", Dynamic),
    ("ModifiedBy", Text),
    ("SourceSystem", Text),
    ("Type", Text),
];

/// The incidents as rows of the table.
pub fn batch(incidents: &[Incident<'_>]) -> Batch {
    let schema: Schema = COLUMNS.iter().map(|&(name, data_type)| Field::new(name, data_type)).collect();
    let mut columns: Vec<ColumnBuilder> =
        COLUMNS.iter().map(|&(_, data_type)| ColumnBuilder::new(data_type)).collect();
    for incident in incidents {
        for (builder, &(name, data_type)) in columns.iter_mut().zip(COLUMNS) {
            builder.push(&value(incident, name, data_type));
        }
    }
    let columns = columns.into_iter().map(ColumnBuilder::finish).collect();
    Batch::new(Arc::new(schema), columns, incidents.len())
}

fn value(incident: &Incident<'_>, name: &str, data_type: ScalarType) -> Value {
    let alerts = || incident.alerts.iter().map(|(_, alert)| *alert);
    let moment = |ticks: Option<i64>| ticks.map_or(Value::Null(DateTime), Value::DateTime);
    let dynamic = |value: serde_json::Value| Value::Dynamic(value.to_string());
    let text = match name {
        "TimeGenerated" | "LastModifiedTime" => return Value::DateTime(incident.changed()),
        "FirstModifiedTime" | "CreatedTime" => return Value::DateTime(incident.opened()),
        "FirstActivityTime" => return moment(alerts().map(|alert| alert.start).min()),
        "LastActivityTime" => return moment(alerts().map(|alert| alert.end).max()),
        "IncidentNumber" => return Value::Int(incident.number),
        "RelatedAnalyticRuleIds" => return dynamic(json!([incident.rule.identifier()])),
        "AlertIds" => return dynamic(alerts().map(|alert| alert.id.as_str()).collect()),
        "BookmarkIds" | "Comments" | "Tasks" | "Labels" => return dynamic(json!([])),
        "AdditionalData" => return dynamic(additional_data(incident)),
        "IncidentName" => incident.name.clone(),
        "Title" => incident.first().name.clone(),
        "Description" => incident.first().description.clone(),
        "Severity" => incident.severity().name().to_owned(),
        "Status" => "New".to_owned(),
        "ProviderName" => "Azure Sentinel".to_owned(),
        "ProviderIncidentId" => incident.number.to_string(),
        "ModifiedBy" if incident.alerts.len() > 1 => "Alert updated".to_owned(),
        "ModifiedBy" => "Incident created from alert".to_owned(),
        "SourceSystem" => "Azure".to_owned(),
        "Type" => TABLE.to_owned(),
        _ => return Value::absent(data_type),
    };
    Value::String(text)
}

fn additional_data(incident: &Incident<'_>) -> serde_json::Value {
    let mut tactics: Vec<&str> = Vec::new();
    let mut techniques: Vec<&str> = Vec::new();
    for (_, alert) in &incident.alerts {
        add_new(&mut tactics, &alert.tactics);
        add_new(&mut techniques, &alert.techniques);
    }
    json!({
        "alertsCount": incident.alerts.len(),
        "bookmarksCount": 0,
        "commentsCount": 0,
        "alertProductNames": ["Azure Sentinel"],
        "tactics": tactics,
        "techniques": techniques,
    })
}

fn add_new<'a>(known: &mut Vec<&'a str>, names: &'a [String]) {
    for name in names {
        if !known.contains(&name.as_str()) {
            known.push(name);
        }
    }
}
