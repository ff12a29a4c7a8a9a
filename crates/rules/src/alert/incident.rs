//! Incidents: which of a rule's alerts belong together.
//!
//! Each alert is an incident, unless the rule groups them. Then an alert goes to the incident of the rule that was opened
//! last for alerts like it, if that was no longer ago than the rule says and it is not full; else it opens one. Nobody closes
//! an incident here, so that `reopenClosedIncident` makes no difference.
//!
//! <https://learn.microsoft.com/azure/sentinel/create-analytics-rules#configure-the-incident-creation-settings>

use std::collections::HashMap;

use kql_types::timespan::TICKS_PER_HOUR;

use super::entity::{Entity, TYPES};
use super::{Alert, identifier_of};
use crate::metadata::{Incidents, Matching};
use crate::{Rule, Severity};

/// An incident has no more alerts than that.
pub const MOST_ALERTS: usize = 150;

/// Alerts further apart are not grouped, where the rule does not say: what the portal proposes.
const USUAL_LOOKBACK: i64 = 5 * TICKS_PER_HOUR;

/// Alerts of a rule that belong together.
#[derive(Clone, Debug)]
pub struct Incident<'a> {
    /// From 1, in the order in which incidents are opened.
    pub number: i32,
    /// A GUID that follows from the first alert and from what is before it.
    pub name: String,
    /// The rule.
    pub rule: &'a Rule,
    /// Its alerts in the order of time, at least one, each with its place in what was grouped.
    pub alerts: Vec<(usize, &'a Alert)>,
}

impl<'a> Incident<'a> {
    fn new(before: usize, rule: &'a Rule, opens: (usize, &'a Alert)) -> Self {
        let number = i32::try_from(before + 1).unwrap_or(i32::MAX);
        let name = identifier_of([b"incident".as_slice(), &number.to_le_bytes(), opens.1.id.as_bytes()]);
        Self { number, name, rule, alerts: vec![opens] }
    }

    /// The alert that opened it.
    pub fn first(&self) -> &'a Alert {
        self.alerts[0].1
    }

    /// When it was opened, in ticks of 100 ns.
    pub fn opened(&self) -> i64 {
        self.first().window.until
    }

    /// When its last alert came.
    pub fn changed(&self) -> i64 {
        self.alerts.iter().map(|(_, alert)| alert.window.until).max().unwrap_or_default()
    }

    /// The severity of its gravest alert.
    pub fn severity(&self) -> Severity {
        self.alerts.iter().map(|(_, alert)| alert.severity).max().unwrap_or(self.first().severity)
    }

    /// What its alerts are about, each once.
    pub fn entities(&self) -> Vec<&'a Entity> {
        let mut entities: Vec<&Entity> = Vec::new();
        for entity in self.alerts.iter().flat_map(|(_, alert)| &alert.entities) {
            if !entities.contains(&entity) {
                entities.push(entity);
            }
        }
        entities
    }
}

/// Groups alerts, in any order of time. Rules are told apart by where they are in memory.
pub fn group<'a>(alerts: &[(&'a Rule, &'a Alert)]) -> Vec<Incident<'a>> {
    let mut order: Vec<usize> = (0..alerts.len()).collect();
    order.sort_by_key(|at| alerts[*at].1.window.until);
    let mut incidents: Vec<Incident<'a>> = Vec::new();
    // The incidents of each rule that groups, by their places in the list.
    let mut of_rules: HashMap<*const Rule, Vec<usize>> = HashMap::new();
    for at in order {
        let (rule, alert) = alerts[at];
        let settings = &rule.metadata.incidents;
        if !settings.create {
            continue;
        }
        let own = of_rules.entry(rule).or_default();
        let oldest = alert.window.until.saturating_sub(settings.lookback.unwrap_or(USUAL_LOOKBACK));
        let recent = own.iter().rev().take_while(|place| incidents[**place].opened() >= oldest);
        let open = recent.copied().find(|place| is_alike(settings, incidents[*place].first(), alert));
        match open.filter(|place| incidents[*place].alerts.len() < MOST_ALERTS) {
            Some(place) => incidents[place].alerts.push((at, alert)),
            None => {
                if settings.matching.is_some() {
                    own.push(incidents.len());
                }
                incidents.push(Incident::new(incidents.len(), rule, (at, alert)));
            }
        }
    }
    incidents
}

/// Whether the rule puts these two alerts into one incident.
fn is_alike(rule: &Incidents, first: &Alert, second: &Alert) -> bool {
    match rule.matching {
        None => false,
        Some(Matching::AnyAlert) => true,
        Some(Matching::AllEntities) => same(&first.entities, &second.entities),
        Some(Matching::Selected) => {
            rule.by_entities.iter().all(|kind| same(of_kind(first, kind), of_kind(second, kind)))
                && rule.by_alert_details.iter().all(|name| detail(first, name) == detail(second, name))
                && rule.by_custom_details.iter().all(|name| custom(first, name) == custom(second, name))
        }
    }
}

/// Whether both have the same entities, in any order.
fn same<'e>(
    first: impl IntoIterator<Item = &'e Entity>,
    second: impl IntoIterator<Item = &'e Entity>,
) -> bool {
    let [first, second]: [Vec<&Entity>; 2] = [first.into_iter().collect(), second.into_iter().collect()];
    first.len() == second.len() && first.iter().all(|entity| second.contains(entity))
}

/// The entities of a type as rules write it.
fn of_kind<'e>(alert: &'e Alert, entity_type: &'e str) -> impl Iterator<Item = &'e Entity> {
    let known = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(entity_type));
    let kind = known.map_or(entity_type, |(_, kind)| kind);
    alert.entities.iter().filter(move |entity| entity.kind.eq_ignore_ascii_case(kind))
}

/// `DisplayName` and `Severity` are what alerts can be grouped by.
fn detail<'a>(alert: &'a Alert, name: &str) -> Option<&'a str> {
    match name.to_ascii_lowercase().as_str() {
        "displayname" => Some(&alert.name),
        "severity" => Some(alert.severity.name()),
        _ => None,
    }
}

fn custom<'a>(alert: &'a Alert, name: &str) -> Option<&'a Vec<String>> {
    alert.custom_details.iter().find(|(own, _)| own == name).map(|(_, values)| values)
}
