use kql_types::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR};

use super::*;
use crate::yaml;

fn read(text: &str) -> Metadata {
    Metadata::read(&yaml::read(text).unwrap())
}

/// Every field that a rule template may have.
const WHOLE: &str = "
id: 4f1d8b9e-7a54-4c5f-9d4e-000000000001
name: Many failures
description: |
  'Looks for many failures.'
kind: Scheduled
version: 1.10
status: Available
severity: High
requiredDataConnectors:
  - connectorId: AzureActiveDirectory
    dataTypes: [SigninLogs, AuditLogs]
queryFrequency: 5h
queryPeriod: P1D
triggerOperator: gt
triggerThreshold: 3
tactics: [InitialAccess, CredentialAccess]
relevantTechniques: [T1078.004, T1110]
tags:
  - Identity
  - Schema: ASimAuthentication
    SchemaVersion: 0.1.0
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: Name
        columnName: User
      - identifier: UPNSuffix
        columnName: Suffix
customDetails:
  Count: Failures
alertDetailsOverride:
  alertDisplayNameFormat: 'Failures of {{User}}'
  alertDescriptionFormat: '{{Failures}} failures'
  alertSeverityColumnName: Level
  alertTacticsColumnName: Tactic
  alertDynamicProperties:
    - alertProperty: AlertLink
      value: Link
eventGroupingSettings:
  aggregationKind: AlertPerResult
incidentConfiguration:
  createIncident: false
  groupingConfiguration:
    enabled: true
    reopenClosedIncident: false
    lookbackDuration: PT5H
    matchingMethod: Selected
    groupByEntities: [Account]
    groupByAlertDetails: []
    groupByCustomDetails: [Count]
suppressionEnabled: true
suppressionDuration: 5h
metadata:
  author:
    name: nobody
";

#[test]
fn every_published_field_is_read() {
    let rule = read(WHOLE);
    assert_eq!(rule.faults, []);
    assert_eq!(rule.description.as_deref(), Some("Looks for many failures."));
    assert_eq!((rule.kind, rule.version.as_deref()), (Kind::Scheduled, Some("1.10")));
    assert_eq!((rule.severity, rule.status.as_deref()), (Some(Severity::High), Some("Available")));
    assert_eq!(rule.schedule.frequency, Some(5 * TICKS_PER_HOUR));
    assert_eq!(rule.schedule.period, Some(TICKS_PER_DAY));
    assert!(rule.schedule.trigger.is_met(4) && !rule.schedule.trigger.is_met(3));
    assert_eq!(rule.techniques.iter().map(|word| &*word.text).collect::<Vec<_>>(), ["T1078.004", "T1110"]);
    assert_eq!(rule.tags, ["Identity", "Schema=ASimAuthentication", "SchemaVersion=0.1.0"]);
    assert_eq!(rule.connectors[0].data_types, ["SigninLogs", "AuditLogs"]);
    assert_eq!(rule.event_grouping, EventGrouping::AlertPerResult);
    assert_eq!(rule.suppression, Some(5 * TICKS_PER_HOUR));
    assert!(!rule.incidents.create);
    assert_eq!(rule.incidents.matching, Some(Matching::Selected));
    assert_eq!(rule.incidents.by_custom_details, ["Count"]);
}

#[test]
fn what_alerts_show_is_read_with_its_place() {
    let rule = read(WHOLE);
    let fields = &rule.entities[0].fields;
    assert_eq!((&*rule.entities[0].entity_type, &*fields[1].identifier), ("Account", "UPNSuffix"));
    assert_eq!(fields[1].column.span.text(WHOLE), "Suffix");
    assert_eq!((&*rule.custom_details[0].name, &*rule.custom_details[0].column.text), ("Count", "Failures"));
    let details = rule.alert_details;
    assert_eq!(details.display_name.unwrap().text, "Failures of {{User}}");
    assert_eq!(details.severity_column.unwrap().span.text(WHOLE), "Level");
    assert_eq!((&*details.properties[0].name, &*details.properties[0].column.text), ("AlertLink", "Link"));
}

#[test]
fn a_hunting_query_needs_nothing() {
    let rule = read("Id: 1\nDisplayName: X\nTactics: InitialAccess, Execution\nunknown: [1, {a: b}]\n");
    assert_eq!((rule.kind, rule.name.as_deref(), rule.id.as_deref()), (Kind::Hunting, Some("X"), Some("1")));
    assert_eq!(rule.tactics.len(), 2);
    assert!(rule.schedule.trigger.is_met(1));
    assert!(rule.faults.is_empty() && rule.incidents.create);
}

#[test]
fn a_rule_near_real_time_looks_back_a_minute() {
    let schedule = read("kind: NRT\n").schedule;
    assert_eq!((schedule.frequency, schedule.period), (Some(TICKS_PER_MINUTE), Some(TICKS_PER_MINUTE)));
}

#[test]
fn values_that_make_no_sense_are_faults() {
    let text = "severity: Hight\nqueryFrequency: soon\ntriggerOperator: over\ntriggerThreshold: -1\nkind: Fusion\n\
                eventGroupingSettings: {aggregationKind: Each}\nsuppressionEnabled: perhaps\n";
    let rule = read(text);
    let found: Vec<&str> = rule.faults.iter().map(|fault| fault.span.text(text)).collect();
    assert_eq!(found, ["Fusion", "Hight", "soon", "over", "-1", "Each", "perhaps"]);
    assert_eq!(rule.severity, None);
}
