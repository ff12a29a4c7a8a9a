//! Metadata that Sentinel's form of a rule does not allow.
//!
//! <https://learn.microsoft.com/azure/sentinel/sentinel-analytic-rules-creation>,
//! <https://learn.microsoft.com/azure/sentinel/entities-reference>

use kql_parser::Span;
use kql_types::timespan::{TICKS_PER_DAY, TICKS_PER_MINUTE};

use super::Finding;
use crate::alert::entity::TYPES;
use crate::{Kind, Node, Rule};

/// What Sentinel cannot do without in a scheduled rule.
const OF_SCHEDULED: &[&str] =
    &["id", "name", "severity", "queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];

/// Limits of the service.
const MOST_MAPPINGS: usize = 10;
const MOST_FIELDS: usize = 3;
const MOST_DETAILS: usize = 20;
const SHORTEST: i64 = 5 * TICKS_PER_MINUTE;
const LONGEST: i64 = 14 * TICKS_PER_DAY;

/// What identifies an entity of a type.
const IDENTIFIERS: &[(&str, &[&str])] = &[
    (
        "Account",
        &[
            "Name",
            "FullName",
            "NTDomain",
            "DnsDomain",
            "UPNSuffix",
            "Sid",
            "AadTenantId",
            "AadUserId",
            "PUID",
            "IsDomainJoined",
            "DisplayName",
            "ObjectGuid",
            "CloudAppAccountId",
            "Host",
        ],
    ),
    ("AzureResource", &["ResourceId"]),
    ("CloudApplication", &["AppId", "Name", "InstanceName"]),
    ("File", &["Directory", "Name"]),
    ("FileHash", &["Algorithm", "Value"]),
    (
        "Host",
        &[
            "DnsDomain",
            "NTDomain",
            "HostName",
            "FullName",
            "NetBiosName",
            "AzureID",
            "OMSAgentID",
            "OSFamily",
            "OSVersion",
            "IsDomainJoined",
        ],
    ),
    ("IP", &["Address", "AddressScope"]),
    ("Malware", &["Name", "Category"]),
    ("Process", &["ProcessId", "CommandLine", "ElevationToken", "CreationTimeUtc"]),
    ("RegistryKey", &["Hive", "Key"]),
    ("RegistryValue", &["Name", "Value", "ValueType"]),
    ("SecurityGroup", &["DistinguishedName", "SID", "ObjectGuid"]),
    ("URL", &["Url"]),
];

pub(super) fn run(rule: &Rule) -> Vec<Finding> {
    let faults = rule.metadata.faults.iter().map(|fault| finding(fault.message.clone(), fault.span));
    let mut found: Vec<Finding> = faults.collect();
    let (path, _) = rule.metadata_file();
    // Comments at the head of a query say what they like, and exports were accepted by the service.
    if path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
    {
        required(rule, &mut found);
        identifier(rule, &mut found);
    }
    schedule(rule, &mut found);
    mappings(rule, &mut found);
    details(rule, &mut found);
    found
}

fn finding(message: impl Into<String>, span: Span) -> Finding {
    Finding::in_metadata("KQL116", message, span)
}

fn field<'r>(rule: &'r Rule, name: &str) -> Option<&'r Node> {
    let found = rule.metadata.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, node)| node)
}

fn required(rule: &Rule, found: &mut Vec<Finding>) {
    if rule.metadata.kind != Kind::Scheduled {
        return;
    }
    let missing: Vec<&str> =
        OF_SCHEDULED.iter().copied().filter(|name| field(rule, name).is_none()).collect();
    if !missing.is_empty() {
        found.push(finding(format!("a scheduled rule needs {}", missing.join(", ")), Span::default()));
    }
}

fn identifier(rule: &Rule, found: &mut Vec<Finding>) {
    let Some(node) = field(rule, "id") else { return };
    let text = node.text().unwrap_or_default().trim();
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let is_guid =
        groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if !is_guid {
        found.push(finding(format!("the id '{text}' is no GUID"), node.span));
    }
}

fn schedule(rule: &Rule, found: &mut Vec<Finding>) {
    let schedule = rule.metadata.schedule;
    if rule.metadata.kind != Kind::Scheduled {
        return;
    }
    for (name, length) in [("queryFrequency", schedule.frequency), ("queryPeriod", schedule.period)] {
        if let (Some(length), Some(node)) = (length, field(rule, name))
            && !(SHORTEST..=LONGEST).contains(&length)
        {
            found.push(finding(format!("{name} must be between 5 minutes and 14 days"), node.span));
        }
    }
    if let (Some(frequency), Some(period), Some(node)) =
        (schedule.frequency, schedule.period, field(rule, "queryPeriod"))
        && period < frequency
    {
        let message = "queryPeriod is shorter than queryFrequency, so that runs leave gaps";
        found.push(finding(message, node.span));
    }
}

fn mappings(rule: &Rule, found: &mut Vec<Finding>) {
    let Some(node) = field(rule, "entityMappings") else { return };
    let mappings = node.items();
    if mappings.len() > MOST_MAPPINGS {
        found.push(finding(format!("there are more than {MOST_MAPPINGS} entity mappings"), node.span));
    }
    for mapping in mappings {
        entity_type(mapping, found);
        let fields = mapping.member("fieldMappings").map(Node::items).unwrap_or_default();
        if fields.is_empty() {
            found.push(finding("the entity mapping has no fieldMappings", mapping.span));
        }
        if fields.len() > MOST_FIELDS {
            found.push(finding(format!("an entity has more than {MOST_FIELDS} identifiers"), mapping.span));
        }
        for field in fields {
            field_mapping(mapping, field, found);
        }
    }
}

fn entity_type(mapping: &Node, found: &mut Vec<Finding>) {
    let Some(node) = mapping.member("entityType") else {
        found.push(finding("the entity mapping has no entityType", mapping.span));
        return;
    };
    let name = node.text().unwrap_or_default().trim();
    if !TYPES.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
        let message = format!("'{name}' is no type of entity");
        found.push(with_nearest(finding(message, node.span), name, TYPES.iter().map(|(known, _)| *known)));
    }
}

fn field_mapping(mapping: &Node, field: &Node, found: &mut Vec<Finding>) {
    if field.member("columnName").is_none() {
        found.push(finding("the field mapping has no columnName", field.span));
    }
    let Some(node) = field.member("identifier") else {
        found.push(finding("the field mapping has no identifier", field.span));
        return;
    };
    let entity = mapping.member("entityType").and_then(Node::text).unwrap_or_default().trim();
    let Some((entity, known)) = IDENTIFIERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(entity)) else {
        return;
    };
    let name = node.text().unwrap_or_default().trim();
    if !known.iter().any(|one| one.eq_ignore_ascii_case(name)) {
        let message = format!("'{name}' is no identifier of the entity {entity}");
        found.push(with_nearest(finding(message, node.span), name, known.iter().copied()));
    }
}

fn with_nearest<'n>(finding: Finding, name: &str, known: impl IntoIterator<Item = &'n str>) -> Finding {
    match kql_parser::nearest(name, known) {
        Some(nearest) => finding.with_hint(format!("did you mean `{nearest}`?")),
        None => finding,
    }
}

fn details(rule: &Rule, found: &mut Vec<Finding>) {
    if let Some(node) = field(rule, "customDetails").filter(|node| node.members().len() > MOST_DETAILS) {
        found.push(finding(format!("there are more than {MOST_DETAILS} custom details"), node.span));
    }
}
