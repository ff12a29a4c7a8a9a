//! Alerts as rows of the table SecurityAlert.
//!
//! <https://learn.microsoft.com/azure/sentinel/security-alert-schema>

use std::sync::Arc;

use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value, datetime};
use serde_json::{Map, json};

use super::Alert;
use super::incident::Incident;
use crate::metadata::{EventGrouping, Kind};
use crate::{Rule, Schedule};

/// The table's name.
pub const TABLE: &str = "SecurityAlert";

use ScalarType::{Bool, DateTime, Real, String as Text};

/// The table's columns.
const COLUMNS: &[(&str, ScalarType)] = &[
    ("TimeGenerated", DateTime),
    ("DisplayName", Text),
    ("AlertName", Text),
    ("AlertSeverity", Text),
    ("Description", Text),
    ("ProviderName", Text),
    ("VendorName", Text),
    ("VendorOriginalId", Text),
    ("SystemAlertId", Text),
    ("ResourceId", Text),
    ("SourceComputerId", Text),
    ("AlertType", Text),
    ("ConfidenceLevel", Text),
    ("ConfidenceScore", Real),
    ("IsIncident", Bool),
    ("StartTime", DateTime),
    ("EndTime", DateTime),
    ("ProcessingEndTime", DateTime),
    ("RemediationSteps", Text),
    ("ExtendedProperties", Text),
    ("Entities", Text),
    ("SourceSystem", Text),
    ("WorkspaceSubscriptionId", Text),
    ("WorkspaceResourceGroup", Text),
    ("ExtendedLinks", Text),
    ("ProductName", Text),
    ("ProductComponentName", Text),
    ("AlertLink", Text),
    ("Status", Text),
    ("CompromisedEntity", Text),
    ("Tactics", Text),
    ("Techniques", Text),
    ("Type", Text),
];

/// The table's columns.
pub fn schema() -> Schema {
    COLUMNS.iter().map(|&(name, data_type)| Field::new(name, data_type)).collect()
}

/// The alerts as rows of the table. Those of an incident have its number and name among their extended properties.
pub fn batch(alerts: &[(&Rule, &Alert)], incidents: &[Incident<'_>]) -> Batch {
    let mut of_alerts: Vec<Option<&Incident<'_>>> = vec![None; alerts.len()];
    for incident in incidents {
        incident.alerts.iter().for_each(|(at, _)| of_alerts[*at] = Some(incident));
    }
    let mut columns: Vec<ColumnBuilder> =
        COLUMNS.iter().map(|&(_, data_type)| ColumnBuilder::new(data_type)).collect();
    for ((rule, alert), incident) in alerts.iter().zip(of_alerts) {
        let row = Record { rule, alert, incident };
        for (builder, &(name, data_type)) in columns.iter_mut().zip(COLUMNS) {
            builder.push(&row.value(name, data_type));
        }
    }
    let columns = columns.into_iter().map(ColumnBuilder::finish).collect();
    Batch::new(Arc::new(schema()), columns, alerts.len())
}

struct Record<'a> {
    rule: &'a Rule,
    alert: &'a Alert,
    incident: Option<&'a Incident<'a>>,
}

impl Record<'_> {
    fn value(&self, name: &str, data_type: ScalarType) -> Value {
        let alert = self.alert;
        // What the rule says itself comes first.
        if let Some((_, given)) = alert.properties.iter().find(|(own, _)| own == name)
            && data_type == Text
        {
            return Value::String(given.clone());
        }
        let text = match name {
            "TimeGenerated" | "ProcessingEndTime" => return Value::DateTime(alert.window.until),
            "StartTime" => return Value::DateTime(alert.start),
            "EndTime" => return Value::DateTime(alert.end),
            "IsIncident" => return Value::Bool(false),
            "DisplayName" | "AlertName" => alert.name.clone(),
            "AlertSeverity" => alert.severity.name().to_owned(),
            "Description" => alert.description.clone(),
            "ProviderName" => format!("ASI {} Alerts", self.component()),
            "VendorName" => "Microsoft".to_owned(),
            "VendorOriginalId" | "SystemAlertId" => alert.id.clone(),
            "AlertType" => self.rule.identifier().to_owned(),
            "ExtendedProperties" => self.extended_properties(),
            "Entities" => entities(alert),
            "SourceSystem" => "Detection".to_owned(),
            "ProductName" => "Azure Sentinel".to_owned(),
            "ProductComponentName" => format!("{} Alerts", self.component()),
            "Status" => "New".to_owned(),
            "Tactics" => alert.tactics.join(", "),
            "Techniques" => json!(alert.techniques).to_string(),
            "Type" => TABLE.to_owned(),
            _ => return Value::absent(data_type),
        };
        Value::String(text)
    }

    fn component(&self) -> &'static str {
        match self.rule.metadata.kind {
            Kind::NearRealTime => "NRT",
            Kind::Scheduled | Kind::Hunting => "Scheduled",
        }
    }

    fn extended_properties(&self) -> String {
        let Schedule { frequency, period, trigger } = self.rule.metadata.schedule;
        let mut members = Map::new();
        let mut add = |name: &str, value: String| members.insert(name.to_owned(), value.into());
        if let Some(after) = self.alert.window.after {
            add("Query Start Time UTC", moment(after));
        }
        add("Query End Time UTC", moment(self.alert.window.until));
        add("Query", self.rule.query.clone());
        for (name, length) in [("Query Frequency", frequency), ("Query Period", period)] {
            if let Some(ticks) = length {
                add(name, Value::Timespan(ticks).to_text());
            }
        }
        add("Trigger Operator", trigger.comparison.name().to_owned());
        add("Trigger Threshold", trigger.threshold.to_string());
        add("Search Query Results Overall Count", self.alert.rows.to_string());
        let kind = match self.rule.metadata.event_grouping {
            EventGrouping::SingleAlert => "SingleAlert",
            EventGrouping::AlertPerResult => "AlertPerResult",
        };
        add("Query Results Aggregation Kind", kind.to_owned());
        add("Analytic Rule Ids", json!([self.rule.identifier()]).to_string());
        add("Analytic Rule Name", self.rule.name().to_owned());
        if let Some(incident) = self.incident {
            add("Incident Number", incident.number.to_string());
            add("Incident Name", incident.name.clone());
        }
        if !self.alert.custom_details.is_empty() {
            let details: Map<_, _> = self
                .alert
                .custom_details
                .iter()
                .map(|(name, values)| (name.clone(), json!(values)))
                .collect();
            add("Custom Details", serde_json::Value::Object(details).to_string());
        }
        serde_json::Value::Object(members).to_string()
    }
}

/// `[{"$id":"1","Name":"ann","Type":"account"}]`
fn entities(alert: &Alert) -> String {
    let entity = |(at, entity): (usize, &super::entity::Entity)| {
        let mut members = Map::new();
        members.insert("$id".to_owned(), (at + 1).to_string().into());
        for (name, value) in &entity.fields {
            members.insert(name.clone(), value.clone().into());
        }
        members.insert("Type".to_owned(), entity.kind.clone().into());
        serde_json::Value::Object(members)
    };
    alert.entities.iter().enumerate().map(entity).collect::<serde_json::Value>().to_string()
}

fn moment(ticks: i64) -> String {
    let mut text = String::new();
    datetime::write(&mut text, ticks);
    text
}
