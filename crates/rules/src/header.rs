//! Metadata in the comment lines at the head of a `.kql` file: `// severity: High`.
//!
//! Keys are those of Sentinel's rule files; lists have commas between. Entities are written
//! `// entity: Account.FullName = Column`, custom details `// customDetail: Name = Column`. Any other comment is just a
//! comment.

use kql_parser::Span;

use crate::{Node, NodeValue};

/// The keys that are metadata, and the field of a rule file that each stands for.
const KEYS: &[(&str, &str)] = &[
    ("id", "id"),
    ("name", "name"),
    ("title", "name"),
    ("description", "description"),
    ("kind", "kind"),
    ("version", "version"),
    ("status", "status"),
    ("severity", "severity"),
    ("tactics", "tactics"),
    ("techniques", "relevantTechniques"),
    ("relevantTechniques", "relevantTechniques"),
    ("tags", "tags"),
    ("queryFrequency", "queryFrequency"),
    ("frequency", "queryFrequency"),
    ("queryPeriod", "queryPeriod"),
    ("period", "queryPeriod"),
    ("triggerOperator", "triggerOperator"),
    ("triggerThreshold", "triggerThreshold"),
];

/// The fields that the comments at the head of a query give, as a map; `None` if there is no such comment. The query
/// begins at this byte of its file.
pub fn read(text: &str, query_start: usize) -> Option<Node> {
    let mut fields = Fields::default();
    let mut start = query_start;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix("//") {
            fields.add(line, start, comment);
        } else if !trimmed.is_empty() {
            break;
        }
        start += line.len();
    }
    fields.finish()
}

#[derive(Default)]
struct Fields {
    members: Vec<(String, Node)>,
    entities: Vec<Node>,
    details: Vec<(String, Node)>,
}

impl Fields {
    /// Takes over a comment, if it is metadata. Its line begins at `start`.
    fn add(&mut self, line: &str, start: usize, comment: &str) {
        let Some((key, value)) = comment.split_once(':') else { return };
        let (key, value) = (key.trim(), value.trim());
        if value.is_empty() {
            return;
        }
        let scalar = |part: &str| {
            let place = start + line.rfind(part).unwrap_or(0);
            let span = Span::new(place, place + part.len());
            Node { value: NodeValue::Text(part.to_owned()), span }
        };
        if let Some((_, field)) = KEYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            if self.members.iter().all(|(known, _)| known != field) {
                self.members.push(((*field).to_owned(), scalar(value)));
            }
        } else if let Some((left, column)) = value.split_once('=').map(|(l, r)| (l.trim(), r.trim())) {
            if key.eq_ignore_ascii_case("customDetail") {
                self.details.push((left.to_owned(), scalar(column)));
            } else if key.eq_ignore_ascii_case("entity")
                && let Some((entity, identifier)) = left.split_once('.')
            {
                self.entities.push(mapping(scalar(entity), scalar(identifier), scalar(column)));
            }
        }
    }

    fn finish(mut self) -> Option<Node> {
        let whole = Span::default();
        if !self.entities.is_empty() {
            let list = Node { value: NodeValue::List(self.entities), span: whole };
            self.members.push(("entityMappings".to_owned(), list));
        }
        if !self.details.is_empty() {
            let map = Node { value: NodeValue::Map(self.details), span: whole };
            self.members.push(("customDetails".to_owned(), map));
        }
        (!self.members.is_empty()).then_some(Node { value: NodeValue::Map(self.members), span: whole })
    }
}

fn mapping(entity: Node, identifier: Node, column: Node) -> Node {
    let span = entity.span;
    let map = |members: Vec<(&str, Node)>| {
        let members = members.into_iter().map(|(name, node)| (name.to_owned(), node)).collect();
        Node { value: NodeValue::Map(members), span }
    };
    let field = map(vec![("identifier", identifier), ("columnName", column)]);
    map(vec![("entityType", entity), ("fieldMappings", field)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metadata, Severity};

    #[test]
    fn comments_with_known_keys_are_metadata() {
        let text = "// Finds things. Note: slow\n// Severity: High\n//techniques: T1078, T1110.003\n\n\
                    // entity: Account.FullName = User\n// entity: IP.Address = Address\n\
                    // customDetail: Count = n\n// severity: Low\nT // name: no\n// tags: no\n";
        let rule = Metadata::read(&read(text, 0).unwrap());
        assert_eq!(rule.severity, Some(Severity::High));
        assert_eq!(rule.techniques.len(), 2);
        assert_eq!(rule.entities.len(), 2);
        assert_eq!(rule.entities[1].fields[0].column.span.text(text), "Address");
        assert_eq!(rule.custom_details[0].name, "Count");
        assert!(rule.name.is_none() && rule.tags.is_empty() && rule.faults.is_empty());
    }

    #[test]
    fn other_comments_are_comments() {
        assert!(read("// Data connector required: none\n// see https://example.org\nT", 0).is_none());
        assert!(read("T | count", 0).is_none());
    }
}
