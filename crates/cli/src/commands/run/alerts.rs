//! The alerts of a run, and the incidents that they are grouped into, as tables.

use kql_rules::Rule;
use kql_rules::alert::entity::Entity;
use kql_rules::alert::incident::{self, Incident};
use kql_rules::alert::{Alert, security_alert, security_incident};
use kql_types::{ScalarType, Value};

use crate::answer::{ResultBuilder, ResultTable};
use crate::args::{Format, RunArguments};
use crate::rule_run::RunReport;

use ScalarType::{DateTime, Long, String as Text};

/// What is written: in formats for people what they want to know, in others all columns of the service's tables.
pub(super) fn table(arguments: &RunArguments, run: &RunReport, format: Format) -> ResultTable {
    let alerts: Vec<(&Rule, &Alert)> =
        run.rules.iter().flat_map(|report| report.alerts.iter().map(|alert| (&report.rule, alert))).collect();
    let incidents = incident::group(&alerts);
    let is_read_by_people = matches!(format, Format::Table | Format::Markdown);
    match (arguments.incidents, is_read_by_people) {
        (true, true) => brief_incidents(&incidents),
        (true, false) => whole(security_incident::batch(&incidents)),
        (false, true) => brief_alerts(&alerts, &incidents),
        (false, false) => whole(security_alert::batch(&alerts, &incidents)),
    }
}

fn whole(batch: kql_types::Batch) -> ResultTable {
    ResultTable::new(batch.schema.clone(), vec![batch])
}

fn brief_alerts(alerts: &[(&Rule, &Alert)], incidents: &[Incident<'_>]) -> ResultTable {
    let mut numbers: Vec<Option<i32>> = vec![None; alerts.len()];
    for incident in incidents {
        incident.alerts.iter().for_each(|(at, _)| numbers[*at] = Some(incident.number));
    }
    let columns = [
        ("Severity", Text),
        ("Alert", Text),
        ("Start", DateTime),
        ("End", DateTime),
        ("Rows", Long),
        ("Incident", Long),
        ("Entities", Text),
    ];
    let mut table = ResultBuilder::new(&columns);
    for ((_, alert), number) in alerts.iter().zip(numbers) {
        table.push(&[
            Value::String(alert.severity.name().to_owned()),
            Value::String(alert.name.clone()),
            Value::DateTime(alert.start),
            Value::DateTime(alert.end),
            Value::Long(alert.rows as i64),
            number.map_or(Value::Null(Long), |number| Value::Long(number.into())),
            Value::String(listed(alert.entities.iter())),
        ]);
    }
    table.finish()
}

fn brief_incidents(incidents: &[Incident<'_>]) -> ResultTable {
    let columns = [
        ("Incident", Long),
        ("Severity", Text),
        ("Title", Text),
        ("Opened", DateTime),
        ("Changed", DateTime),
        ("Alerts", Long),
        ("Entities", Text),
    ];
    let mut table = ResultBuilder::new(&columns);
    for incident in incidents {
        table.push(&[
            Value::Long(incident.number.into()),
            Value::String(incident.severity().name().to_owned()),
            Value::String(incident.first().name.clone()),
            Value::DateTime(incident.opened()),
            Value::DateTime(incident.changed()),
            Value::Long(incident.alerts.len() as i64),
            Value::String(listed(incident.entities().into_iter())),
        ]);
    }
    table.finish()
}

fn listed<'e>(entities: impl Iterator<Item = &'e Entity>) -> String {
    entities.map(Entity::to_string).collect::<Vec<_>>().join(", ")
}
