//! What a rule file says of its rule, besides the query.
//!
//! Every field that published rules have is accepted. What is not understood is left in [`Metadata::fields`]; a known
//! field with a value that makes no sense is a [`Fault`], and the rule runs all the same.
//!
//! <https://github.com/Azure/Azure-Sentinel/wiki/Query-Style-Guide>

use kql_parser::Span;
use kql_types::timespan::TICKS_PER_MINUTE;

use crate::mapping::{AlertDetails, CustomDetail, EntityMapping, FieldMapping, Text};
use crate::schedule::{Comparison, Schedule};
use crate::{Node, NodeValue, Severity, timespan};

/// What a rule is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The identifier, a GUID in published rules.
    pub id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// What it looks for.
    pub description: Option<String>,
    /// How it is used.
    pub kind: Kind,
    /// The version of the rule.
    pub version: Option<String>,
    /// `Available`, `Experimental`, ...
    pub status: Option<String>,
    /// How grave what it finds is.
    pub severity: Option<Severity>,
    /// Tactics of MITRE ATT&CK as rules write them: `InitialAccess`.
    pub tactics: Vec<Text>,
    /// Techniques of MITRE ATT&CK: `T1078`, `T1078.004`.
    pub techniques: Vec<Text>,
    /// Free words; those with a value as `name=value`.
    pub tags: Vec<String>,
    /// Where the data comes from.
    pub connectors: Vec<Connector>,
    /// When it runs and alerts.
    pub schedule: Schedule,
    /// The entities of its alerts.
    pub entities: Vec<EntityMapping>,
    /// What else its alerts show.
    pub custom_details: Vec<CustomDetail>,
    /// How its alerts are called.
    pub alert_details: AlertDetails,
    /// Whether rows become one alert or one each.
    pub event_grouping: EventGrouping,
    /// What becomes of its alerts.
    pub incidents: Incidents,
    /// For how long no further alert is raised after one, in ticks of 100 ns; `None` where that is switched off.
    pub suppression: Option<i64>,
    /// Known fields whose values make no sense.
    pub faults: Vec<Fault>,
    /// All that the file says; empty where it says nothing.
    pub fields: Vec<(String, Node)>,
}

/// How a rule is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// By hand: a hunting query, or a query about which nothing is said.
    #[default]
    Hunting,
    /// On a schedule.
    Scheduled,
    /// Every minute.
    NearRealTime,
}

/// Whether rows become one alert or one each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventGrouping {
    /// All rows of a run are one alert.
    #[default]
    SingleAlert,
    /// Every row is an alert.
    AlertPerResult,
}

/// A data connector and the tables that it fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// Its identifier.
    pub id: String,
    /// The tables.
    pub data_types: Vec<String>,
}

/// What becomes of a rule's alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incidents {
    /// Whether alerts open incidents.
    pub create: bool,
    /// Which alerts are grouped; `None` where none are.
    pub matching: Option<Matching>,
    /// Alerts further apart are not grouped, in ticks of 100 ns.
    pub lookback: Option<i64>,
    /// The entity types by which alerts are grouped.
    pub by_entities: Vec<String>,
    /// The alert details by which alerts are grouped.
    pub by_alert_details: Vec<String>,
    /// The custom details by which alerts are grouped.
    pub by_custom_details: Vec<String>,
}

/// Which alerts of a rule are grouped into one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Those with the same entities.
    AllEntities,
    /// All.
    AnyAlert,
    /// Those with the same entities of some types, alert details and custom details.
    Selected,
}

impl Default for Incidents {
    /// What the portal does unless told otherwise: an incident for each alert.
    fn default() -> Self {
        Self {
            create: true,
            matching: None,
            lookback: None,
            by_entities: Vec::new(),
            by_alert_details: Vec::new(),
            by_custom_details: Vec::new(),
        }
    }
}

/// A known field whose value makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl Metadata {
    /// Reads the fields of a rule file.
    pub fn read(tree: &Node) -> Self {
        let mut reader = Reader { tree, faults: Vec::new() };
        let kind = reader.kind();
        let mut read = Self {
            id: reader.text("id"),
            name: reader.text("name").or_else(|| reader.text("displayName")),
            description: reader.text("description"),
            kind,
            version: reader.text("version"),
            status: reader.text("status"),
            severity: reader.severity(),
            tactics: reader.words(&["tactics"]),
            techniques: reader.words(&["relevantTechniques", "techniques", "subTechniques"]),
            tags: tags(tree),
            connectors: connectors(tree),
            schedule: reader.schedule(kind),
            entities: entities(tree),
            custom_details: details(tree.member("customDetails")),
            alert_details: alert_details(tree),
            event_grouping: reader.event_grouping(),
            incidents: reader.incidents(),
            suppression: reader.suppression(),
            faults: Vec::new(),
            fields: tree.members().to_vec(),
        };
        read.faults = reader.faults;
        read
    }
}

/// Reads fields, and notes values that make no sense.
struct Reader<'a> {
    tree: &'a Node,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let text = self.tree.member(name)?.text()?.trim();
        // Published descriptions stand in quotes inside of a block, so that the quotes are a part of them.
        let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let text = inner.unwrap_or(text).trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A field's value as the function reads it; a fault that says what it should be if it cannot.
    fn value<T>(&mut self, node: Option<&Node>, what: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let node = node?;
        let value = node.text().and_then(&read);
        if value.is_none() {
            let given = node.text().map_or("This".to_owned(), |text| format!("'{text}'"));
            self.faults.push(Fault { message: format!("{given} is not {what}"), span: node.span });
        }
        value
    }

    fn severity(&mut self) -> Option<Severity> {
        let what = "a severity: High, Medium, Low or Informational";
        self.value(self.tree.member("severity"), what, |text| text.parse().ok())
    }

    fn kind(&mut self) -> Kind {
        let is_scheduled = self.tree.member("queryFrequency").is_some();
        let usual = if is_scheduled { Kind::Scheduled } else { Kind::Hunting };
        let Some(node) = self.tree.member("kind") else { return usual };
        let read = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
            "scheduled" => Some(Kind::Scheduled),
            "nrt" => Some(Kind::NearRealTime),
            "hunting" => Some(Kind::Hunting),
            _ => None,
        };
        self.value(Some(node), "a kind of rule with a query: Scheduled, NRT or Hunting", read)
            .unwrap_or(usual)
    }

    /// The words of fields that are lists, or texts with commas between.
    fn words(&self, names: &[&str]) -> Vec<Text> {
        let mut words: Vec<Text> = Vec::new();
        for node in names.iter().filter_map(|name| self.tree.member(name)).flat_map(Node::items) {
            for word in node.text().unwrap_or_default().split(',') {
                let word = word.trim().trim_start_matches("- ");
                if !word.is_empty() && words.iter().all(|known| known.text != word) {
                    words.push(Text { text: word.to_owned(), span: node.span });
                }
            }
        }
        words
    }

    fn schedule(&mut self, kind: Kind) -> Schedule {
        const LENGTH: &str = "a length of time such as 1d, 5h or PT1H";
        let tree = self.tree;
        let mut schedule = Schedule {
            frequency: self.value(tree.member("queryFrequency"), LENGTH, timespan::parse),
            period: self.value(tree.member("queryPeriod"), LENGTH, timespan::parse),
            ..Schedule::default()
        };
        if kind == Kind::NearRealTime {
            schedule.frequency = schedule.frequency.or(Some(TICKS_PER_MINUTE));
            schedule.period = schedule.period.or(Some(TICKS_PER_MINUTE));
        }
        let operator = tree.member("triggerOperator");
        if let Some(comparison) = self.value(operator, "an operator: gt, lt, eq or ne", Comparison::parse) {
            schedule.trigger.comparison = comparison;
        }
        let threshold = tree.member("triggerThreshold");
        if let Some(threshold) = self.value(threshold, "a number of rows", |text| text.trim().parse().ok()) {
            schedule.trigger.threshold = threshold;
        }
        schedule
    }

    fn event_grouping(&mut self) -> EventGrouping {
        let node =
            self.tree.member("eventGroupingSettings").and_then(|settings| settings.member("aggregationKind"));
        let read = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
            "singlealert" => Some(EventGrouping::SingleAlert),
            "alertperresult" => Some(EventGrouping::AlertPerResult),
            _ => None,
        };
        self.value(node, "SingleAlert or AlertPerResult", read).unwrap_or_default()
    }

    fn incidents(&mut self) -> Incidents {
        let usual = Incidents::default();
        let Some(given) = self.tree.member("incidentConfiguration") else { return usual };
        let create = self.value(given.member("createIncident"), "true or false", boolean).unwrap_or(true);
        let Some(grouping) = given.member("groupingConfiguration") else {
            return Incidents { create, ..usual };
        };
        let texts = |name| grouping.member(name).map(texts).unwrap_or_default();
        let is_on = self.value(grouping.member("enabled"), "true or false", boolean).unwrap_or(false);
        let matching = self.matching(grouping.member("matchingMethod"));
        let lookback = grouping.member("lookbackDuration");
        Incidents {
            create,
            matching: is_on.then_some(matching),
            lookback: self.value(lookback, "a length of time such as 5h or PT5H", timespan::parse),
            by_entities: texts("groupByEntities"),
            by_alert_details: texts("groupByAlertDetails"),
            by_custom_details: texts("groupByCustomDetails"),
        }
    }

    /// Without a method it is the one that the portal recommends.
    fn matching(&mut self, node: Option<&Node>) -> Matching {
        let read = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
            "allentities" => Some(Matching::AllEntities),
            "anyalert" => Some(Matching::AnyAlert),
            "selected" => Some(Matching::Selected),
            _ => None,
        };
        self.value(node, "AllEntities, AnyAlert or Selected", read).unwrap_or(Matching::AllEntities)
    }

    fn suppression(&mut self) -> Option<i64> {
        let is_on = self.value(self.tree.member("suppressionEnabled"), "true or false", boolean)?;
        let length = self.tree.member("suppressionDuration");
        let length = self.value(length, "a length of time such as 5h or PT5H", timespan::parse);
        length.filter(|_| is_on)
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}

fn texts(list: &Node) -> Vec<String> {
    list.items().iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn tags(tree: &Node) -> Vec<String> {
    let mut tags = Vec::new();
    for item in tree.member("tags").map(Node::items).unwrap_or_default() {
        match &item.value {
            NodeValue::Text(text) => {
                tags.extend(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned));
            }
            NodeValue::Map(members) => tags
                .extend(members.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.text()?)))),
            NodeValue::Null | NodeValue::List(_) => {}
        }
    }
    tags
}

fn connectors(tree: &Node) -> Vec<Connector> {
    let items = tree.member("requiredDataConnectors").map(Node::items).unwrap_or_default();
    let connector = |item: &Node| {
        let id = item.member("connectorId")?.text()?.to_owned();
        Some(Connector { id, data_types: item.member("dataTypes").map(texts).unwrap_or_default() })
    };
    items.iter().filter_map(connector).collect()
}

/// A text with its place.
fn placed(node: Option<&Node>) -> Option<Text> {
    let node = node?;
    let text = node.text()?.trim();
    (!text.is_empty()).then(|| Text { text: text.to_owned(), span: node.span })
}

fn entities(tree: &Node) -> Vec<EntityMapping> {
    let field = |item: &Node| {
        let identifier = item.member("identifier")?.text()?.trim().to_owned();
        Some(FieldMapping { identifier, column: placed(item.member("columnName"))? })
    };
    let mapping = |item: &Node| {
        let entity_type = item.member("entityType")?.text()?.trim().to_owned();
        let fields = item.member("fieldMappings").map(Node::items).unwrap_or_default();
        Some(EntityMapping { entity_type, fields: fields.iter().filter_map(field).collect() })
    };
    let items = tree.member("entityMappings").map(Node::items).unwrap_or_default();
    items.iter().filter_map(mapping).collect()
}

fn details(map: Option<&Node>) -> Vec<CustomDetail> {
    let members = map.map(Node::members).unwrap_or_default();
    let detail = |(name, node): &(String, Node)| {
        Some(CustomDetail { name: name.clone(), column: placed(Some(node))? })
    };
    members.iter().filter_map(detail).collect()
}

fn alert_details(tree: &Node) -> AlertDetails {
    let Some(given) = tree.member("alertDetailsOverride") else { return AlertDetails::default() };
    let property = |item: &Node| {
        let name = item.member("alertProperty")?.text()?.to_owned();
        Some(CustomDetail { name, column: placed(item.member("value"))? })
    };
    let properties = given.member("alertDynamicProperties").map(Node::items).unwrap_or_default();
    AlertDetails {
        display_name: placed(given.member("alertDisplayNameFormat")),
        description: placed(given.member("alertDescriptionFormat")),
        severity_column: placed(given.member("alertSeverityColumnName")),
        tactics_column: placed(given.member("alertTacticsColumnName")),
        properties: properties.iter().filter_map(property).collect(),
    }
}

#[cfg(test)]
mod tests;
