use std::sync::Arc;

use kql_types::{ColumnBuilder, Field, ScalarType, timespan::TICKS_PER_HOUR};

use super::details::missing_columns;
use super::*;
use crate::{Metadata, Origin, yaml};

const NOW: i64 = 638_500_000_000_000_000;

fn rule(about: &str) -> Rule {
    Rule {
        key: "Key".to_owned(),
        path: "Key.kql".into(),
        metadata_path: None,
        metadata_text: None,
        query: "T".to_owned(),
        origin: Origin::part("T".into(), 0),
        metadata: Metadata::read(&yaml::read(about).unwrap()),
    }
}

/// Users with a number and a time an hour apart.
fn rows(users: &[&str]) -> (Schema, Vec<Batch>) {
    let columns =
        [("TimeGenerated", ScalarType::DateTime), ("User", ScalarType::String), ("n", ScalarType::Long)];
    let schema: Schema = columns.iter().map(|&(name, data_type)| Field::new(name, data_type)).collect();
    let mut builders: Vec<ColumnBuilder> =
        columns.iter().map(|&(_, kind)| ColumnBuilder::new(kind)).collect();
    for (at, user) in users.iter().enumerate() {
        let time = NOW - (at as i64 + 1) * TICKS_PER_HOUR;
        let values = [Value::DateTime(time), Value::String((*user).to_owned()), Value::Long(at as i64)];
        builders.iter_mut().zip(&values).for_each(|(builder, value)| builder.push(value));
    }
    let columns = builders.into_iter().map(ColumnBuilder::finish).collect();
    let batch = Batch::new(Arc::new(schema.clone()), columns, users.len());
    (schema, vec![batch])
}

fn raised(about: &str, users: &[&str]) -> Vec<Alert> {
    let (schema, batches) = rows(users);
    raise(&rule(about), Rows { schema: &schema, batches: &batches }, Window { after: None, until: NOW })
}

const MAPPED: &str = "
name: Many failures
severity: Low
tactics: [InitialAccess]
relevantTechniques: [T1078]
entityMappings:
  - entityType: Account
    fieldMappings: [{identifier: FullName, columnName: User}]
  - entityType: IP
    fieldMappings: [{identifier: Address, columnName: Nowhere}]
customDetails: {Number: n}
alertDetailsOverride:
  alertDisplayNameFormat: '{{ User }} failed {{n}} times {{Nowhere}}'
";

#[test]
fn all_rows_are_one_alert() {
    let alerts = raised(MAPPED, &["ann@x.org", "bob@x.org", "ann@x.org", ""]);
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!(alert.name, "ann@x.org failed 0 times {{Nowhere}}");
    assert_eq!((alert.severity, alert.rows), (Severity::Low, 4));
    let entities: Vec<String> = alert.entities.iter().map(Entity::to_string).collect();
    assert_eq!(entities, ["account ann@x.org", "account bob@x.org"]);
    assert_eq!(alert.custom_details[0].1, ["0", "1", "2", "3"]);
    assert_eq!((alert.start, alert.end), (NOW - 4 * TICKS_PER_HOUR, NOW - TICKS_PER_HOUR));
    assert_eq!(alert.id, raised(MAPPED, &["ann@x.org", "bob@x.org", "ann@x.org", ""])[0].id);
    assert_ne!(alert.id, raised(MAPPED, &["ann@x.org", "bob@x.org", "ann@x.org"])[0].id);
}

#[test]
fn every_row_is_an_alert_up_to_the_limit() {
    let about = "eventGroupingSettings: {aggregationKind: AlertPerResult}\n";
    let alerts = raised(about, &["ann", "bob"]);
    assert_eq!(alerts.iter().map(|alert| alert.rows).collect::<Vec<_>>(), [1, 1]);
    assert_ne!(alerts[0].id, alerts[1].id);
    assert_eq!((&*alerts[0].name, alerts[0].severity), ("Key", Severity::Medium));
    let many = raised(about, &["ann"; 200]);
    assert_eq!(many.len(), MOST_ALERTS);
    assert_eq!((many[148].rows, many[149].rows), (1, 200));
    assert_eq!(raised(about, &["ann"; 150]).last().unwrap().rows, 1);
}

#[test]
fn the_trigger_decides() {
    assert!(raised("triggerOperator: gt\ntriggerThreshold: 2\n", &["ann", "bob"]).is_empty());
    assert_eq!(raised("triggerOperator: gt\ntriggerThreshold: 1\n", &["ann", "bob"]).len(), 1);
    let none = raised("triggerOperator: eq\ntriggerThreshold: 0\n", &[]);
    assert_eq!((none.len(), none[0].rows, none[0].end), (1, 0, NOW));
}

#[test]
fn columns_may_give_severity_tactics_and_properties() {
    let about = "alertDetailsOverride:\n  alertSeverityColumnName: User\n  alertTacticsColumnName: User\n  \
                 alertDynamicProperties: [{alertProperty: AlertLink, value: User}]\n";
    let alert = &raised(about, &["High"])[0];
    assert_eq!((alert.severity, &alert.tactics[..]), (Severity::High, &["High".to_owned()][..]));
    let row = security_alert::batch(&[(&rule(about), alert)], &[]);
    let value = |name: &str| row.columns[row.schema.index_of(name).unwrap()].value(0);
    assert_eq!(value("AlertLink"), Value::String("High".to_owned()));
}

#[test]
fn an_alert_is_a_row_of_the_table() {
    let alert = &raised(MAPPED, &["ann@x.org"])[0];
    let row = security_alert::batch(&[(&rule(MAPPED), alert)], &[]);
    let text = |name: &str| row.columns[row.schema.index_of(name).unwrap()].value(0).to_text();
    assert_eq!(text("Entities"), r#"[{"$id":"1","Name":"ann","UPNSuffix":"x.org","Type":"account"}]"#);
    assert_eq!([text("Tactics"), text("Techniques")], ["InitialAccess", r#"["T1078"]"#]);
    assert_eq!([text("ProviderName"), text("AlertType")], ["ASI Scheduled Alerts", "Key"]);
    let properties: serde_json::Value = serde_json::from_str(&text("ExtendedProperties")).unwrap();
    assert_eq!(properties["Custom Details"], r#"{"Number":["0"]}"#);
    assert_eq!(properties["Analytic Rule Name"], "Many failures");
}

#[test]
fn columns_that_are_not_there_are_found() {
    let (schema, _) = rows(&[]);
    let missing = missing_columns(&rule(MAPPED), &schema);
    let found: Vec<(&str, &str)> = missing.iter().map(|one| (&*one.what, &*one.column.text)).collect();
    assert_eq!(
        found,
        [("the entity mapping IP.Address", "Nowhere"), ("the alert's name or description", "Nowhere")]
    );
    assert_eq!(missing[0].column.span.text(MAPPED), "Nowhere");
}

/// The alerts of a rule at hours, each about a user, as the numbers of their incidents; 0 for none.
fn incidents(about: &str, alerts: &[(i64, &str)]) -> Vec<i32> {
    let rule = rule(&format!("{MAPPED}incidentConfiguration:\n{about}"));
    let raised: Vec<Alert> = alerts
        .iter()
        .flat_map(|(hour, user)| {
            let (schema, batches) = rows(&[user]);
            let window = Window { after: None, until: NOW + hour * TICKS_PER_HOUR };
            raise(&rule, Rows { schema: &schema, batches: &batches }, window)
        })
        .collect();
    let pairs: Vec<(&Rule, &Alert)> = raised.iter().map(|alert| (&rule, alert)).collect();
    let mut numbers = vec![0; alerts.len()];
    for incident in incident::group(&pairs) {
        incident.alerts.iter().for_each(|(at, _)| numbers[*at] = incident.number);
    }
    numbers
}

const GROUPED: &str =
    "  groupingConfiguration:\n    enabled: true\n    lookbackDuration: PT5H\n    matchingMethod: ";

#[test]
fn alerts_become_incidents_as_the_rule_says() {
    let alerts = [(0, "ann"), (1, "bob"), (5, "ann"), (6, "ann"), (7, "ann")];
    assert_eq!(incidents("  createIncident: true\n", &alerts), [1, 2, 3, 4, 5]);
    assert_eq!(incidents("  createIncident: false\n", &alerts), [0; 5]);
    let grouped = |method: &str| incidents(&format!("{GROUPED}{method}\n"), &alerts);
    // Five hours after an incident was opened it still takes alerts, later it does not.
    assert_eq!(grouped("AllEntities"), [1, 2, 1, 3, 3]);
    assert_eq!(grouped("AnyAlert"), [1, 1, 1, 2, 2]);
    assert_eq!(grouped("Selected\n    groupByEntities: [Account]"), [1, 2, 1, 3, 3]);
    // The rule maps no host, so that all have the same ones.
    assert_eq!(grouped("Selected\n    groupByEntities: [Host]"), [1, 1, 1, 2, 2]);
    assert_eq!(grouped("Selected\n    groupByAlertDetails: [Severity]"), [1, 1, 1, 2, 2]);
    assert_eq!(grouped("Selected\n    groupByAlertDetails: [DisplayName]"), [1, 2, 1, 3, 3]);
    assert_eq!(grouped("Selected\n    groupByCustomDetails: [Number]"), [1, 1, 1, 2, 2]);
    let off = GROUPED.replace("enabled: true", "enabled: false");
    assert_eq!(incidents(&format!("{off}AnyAlert\n"), &alerts), [1, 2, 3, 4, 5]);
    // The order of time counts, not that in which they are given.
    assert_eq!(incidents(&format!("{GROUPED}AnyAlert\n"), &[(9, "ann"), (0, "bob"), (1, "cyd")]), [2, 1, 1]);
}

#[test]
fn a_full_incident_is_followed_by_another() {
    let alerts = vec![(0, "ann"); incident::MOST_ALERTS + 1];
    let numbers = incidents(&format!("{GROUPED}AnyAlert\n"), &alerts);
    assert_eq!((numbers[149], numbers[150]), (1, 2));
}

#[test]
fn an_incident_is_a_row_of_the_table() {
    let rule = rule(&format!("{MAPPED}incidentConfiguration:\n{GROUPED}AnyAlert\n"));
    let (schema, batches) = rows(&["ann@x.org", "bob@x.org"]);
    let at =
        |until| raise(&rule, Rows { schema: &schema, batches: &batches }, Window { after: Some(0), until });
    let alerts: Vec<Alert> = [at(NOW), at(NOW + TICKS_PER_HOUR)].concat();
    let pairs: Vec<(&Rule, &Alert)> = alerts.iter().map(|alert| (&rule, alert)).collect();
    let incidents = incident::group(&pairs);
    let row = security_incident::batch(&incidents);
    let value = |name: &str| row.columns[row.schema.index_of(name).unwrap()].value(0);
    assert_eq!((row.rows, value("IncidentNumber")), (1, Value::Int(1)));
    assert_eq!(value("CreatedTime"), Value::DateTime(NOW));
    assert_eq!(value("LastModifiedTime"), Value::DateTime(NOW + TICKS_PER_HOUR));
    assert_eq!(value("LastActivityTime"), Value::DateTime(NOW - TICKS_PER_HOUR));
    let ids = serde_json::json!([alerts[0].id, alerts[1].id]).to_string();
    assert_eq!(value("AlertIds"), Value::Dynamic(ids));
    assert_eq!(value("Severity"), Value::String("Low".to_owned()));
    // The same alerts give the same incident, and each alert names it.
    assert_eq!(incidents[0].name, incident::group(&pairs)[0].name);
    let alerts = security_alert::batch(&pairs, &incidents);
    let properties = alerts.columns[alerts.schema.index_of("ExtendedProperties").unwrap()].value(1).to_text();
    let properties: serde_json::Value = serde_json::from_str(&properties).unwrap();
    assert_eq!(properties["Incident Name"], incidents[0].name.as_str());
    assert_eq!(incidents[0].entities().len(), 2);
}
