//! A tree of named values, as YAML and JSON write them. Everything in it knows where it stands.

use kql_parser::Span;

/// A value and its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub value: NodeValue,
    /// Where it stands, in bytes of the file. Lists and maps of YAML have the place of their beginning only.
    pub span: Span,
}

/// A value. Numbers and booleans are their text: what type a field has is decided by who reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeValue {
    /// Nothing.
    Null,
    /// A text, a number or a boolean.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Named values in order; of a name that occurs twice the first counts.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The member of that name, whatever the case of its letters: published rules write `DisplayName` too.
    pub fn member(&self, name: &str) -> Option<&Node> {
        let found = self.members().iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).filter(|value| value.value != NodeValue::Null)
    }

    /// The members of a map; of anything else none.
    pub fn members(&self) -> &[(String, Node)] {
        match &self.value {
            NodeValue::Map(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; of a single value that value.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::List(items) => items,
            NodeValue::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The text of a text, number or boolean.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) => Some(text),
            _ => None,
        }
    }
}
