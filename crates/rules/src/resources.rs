//! Rules in JSON: exports of the portal, replies of its interface, and ARM templates.
//!
//! A rule is any object that has a `query`, itself or in its `properties`, and says that it is one: by its `type`
//! (`.../alertRules`, `AlertRuleTemplates`, `scheduledAnalyticsRules`, a saved search of the category Hunting Queries),
//! its `kind` (`Scheduled`, `NRT`), or by a schedule. Objects are looked for at any depth, as templates nest.
//!
//! <https://learn.microsoft.com/azure/templates/microsoft.securityinsights/alertrules>

use kql_parser::Span;

use crate::{Metadata, Node, NodeValue};

/// A rule found in JSON.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The query.
    pub query: String,
    /// Where the query stands: the JSON string with its quotes.
    pub query_span: Span,
    /// What it is for.
    pub metadata: Metadata,
}

/// The rules in a tree, in the order of the file.
pub fn find(tree: &Node) -> Vec<Resource> {
    let mut found = Vec::new();
    visit(tree, &mut found);
    found
}

fn visit(node: &Node, found: &mut Vec<Resource>) {
    if let Some(resource) = resource(node) {
        found.push(resource);
        return;
    }
    for (_, member) in node.members() {
        visit(member, found);
    }
    if let NodeValue::List(items) = &node.value {
        for item in items {
            visit(item, found);
        }
    }
}

fn resource(node: &Node) -> Option<Resource> {
    let properties =
        node.member("properties").filter(|inner| inner.member("query").is_some()).unwrap_or(node);
    let query = properties.member("query")?;
    let text = query.text().filter(|text| !is_expression(text))?;
    if !says_rule(node, properties) {
        return None;
    }
    let mut metadata = Metadata::read(&literal(properties, node));
    let ids = [properties.member("id"), node.member("id"), node.member("name")];
    metadata.id = ids.into_iter().flatten().filter_map(Node::text).find_map(identifier);
    metadata.name = metadata.name.or_else(|| node.member("name").and_then(Node::text).map(str::to_owned));
    Some(Resource {
        query: text.strip_prefix("[[").map_or(text.to_owned(), |rest| format!("[{rest}")),
        query_span: query.span,
        metadata,
    })
}

fn says_rule(node: &Node, properties: &Node) -> bool {
    let text = |node: &Node, name| node.member(name).and_then(Node::text).unwrap_or("").to_ascii_lowercase();
    let kind = text(node, "type");
    let is_search = kind.ends_with("savedsearches") && text(properties, "category") == "hunting queries";
    let is_rule = ["alertrule", "analyticsrule", "analyticrule"].iter().any(|name| kind.contains(name));
    let is_kind = matches!(&*text(node, "kind"), "scheduled" | "nrt");
    is_search || is_rule || is_kind || properties.member("queryFrequency").is_some()
}

/// What an ARM template computes when it is deployed.
fn is_expression(text: &str) -> bool {
    text.starts_with('[') && !text.starts_with("[[") && text.ends_with(']')
}

/// The properties whose values are known, with the resource's kind. The tags of a saved search are its fields.
fn literal(properties: &Node, node: &Node) -> Node {
    let is_known = |member: &&(String, Node)| member.1.text().is_none_or(|text| !is_expression(text));
    let mut members: Vec<(String, Node)> = properties.members().iter().filter(is_known).cloned().collect();
    members.extend(node.member("kind").map(|kind| ("kind".to_owned(), kind.clone())));
    let fields: Vec<(String, Node)> = properties
        .member("tags")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(named_value)
        .collect();
    if !fields.is_empty() {
        members.retain(|(name, _)| name != "tags");
        members.extend(fields);
    }
    Node { value: NodeValue::Map(members), span: properties.span }
}

/// What `{"name": ..., "value": ...}` says.
fn named_value(tag: &Node) -> Option<(String, Node)> {
    Some((tag.member("name")?.text()?.to_owned(), tag.member("value")?.clone()))
}

/// The GUID in a text such as `.../alertRules/8cd003d2-7a8b-4eba-b50a-39287757120d`.
fn identifier(text: &str) -> Option<String> {
    const LENGTH: usize = 36;
    let is_guid = |part: &&str| {
        part.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let starts = 0..(text.len() + 1).saturating_sub(LENGTH);
    starts.filter_map(|at| text.get(at..at + LENGTH)).find(is_guid).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Kind;
    use crate::{Severity, json};

    fn found(text: &str) -> Vec<Resource> {
        find(&json::read(text).unwrap())
    }

    #[test]
    fn an_export_of_the_portal() {
        let text = r#"{"$schema": "x", "resources": [{
            "id": "[concat(resourceId('x'), '/alertRules/8cd003d2-7a8b-4eba-b50a-39287757120d')]",
            "name": "[concat('x')]",
            "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
            "kind": "NRT",
            "properties": {"displayName": "Ownership", "severity": "Medium", "enabled": true,
                "query": "AuditLogs\n| where Result == \"success\"", "triggerOperator": "GreaterThan",
                "tactics": ["Persistence"], "techniques": ["T1098"], "subTechniques": ["T1098.001"],
                "alertRuleTemplateName": null, "version": "[variables('v')]"}}]}"#;
        let rules = found(text);
        assert_eq!(rules.len(), 1);
        let rule = &rules[0];
        assert_eq!(rule.query, "AuditLogs\n| where Result == \"success\"");
        assert!(rule.query_span.text(text).starts_with("\"AuditLogs\\n"));
        let about = &rule.metadata;
        assert_eq!(about.id.as_deref(), Some("8cd003d2-7a8b-4eba-b50a-39287757120d"));
        assert_eq!((about.name.as_deref(), about.severity), (Some("Ownership"), Some(Severity::Medium)));
        assert_eq!((about.kind, about.techniques.len()), (Kind::NearRealTime, 2));
        assert_eq!((about.version.as_deref(), about.faults.len()), (None, 0));
    }

    #[test]
    fn templates_nest_and_hold_other_things() {
        let text = r#"{"resources": [{"properties": {"mainTemplate": {"resources": [
            {"type": "Microsoft.SecurityInsights/AlertRuleTemplates", "kind": "Scheduled",
             "properties": {"query": "A", "queryFrequency": "PT1H"}}]}}},
            {"type": "savedSearches", "properties": {"category": "Hunting Queries", "displayName": "B", "query": "B",
             "tags": [{"name": "tactics", "value": "Execution,Impact"}, {"name": "techniques", "value": "T1070"}]}},
            {"type": "savedSearches", "properties": {"category": "Functions", "query": "a parser"}},
            {"type": "workbook", "query": "a tile"},
            {"kind": "Scheduled", "properties": {"query": "[parameters('query')]"}}]}"#;
        let rules = found(text);
        assert_eq!(rules.iter().map(|rule| &*rule.query).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(rules[1].metadata.tactics.len(), 2);
        assert_eq!(rules[1].metadata.techniques[0].text, "T1070");
    }

    #[test]
    fn a_flat_list_of_rules() {
        let text = r#"{"Scheduled": [{"displayName": "A", "query": "T", "queryFrequency": "5H", "severity": "Low"}]}"#;
        let rules = found(text);
        assert_eq!(rules[0].metadata.name.as_deref(), Some("A"));
        assert_eq!(rules[0].metadata.kind, Kind::Scheduled);
    }
}
