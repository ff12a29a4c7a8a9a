//! YAML text as a tree.

use std::fmt;

use kql_parser::Span;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

use crate::{Node, NodeValue};

/// Reads a document; of several the first.
///
/// # Errors
///
/// What is wrong with the text, and the line, in one sentence.
pub fn read(text: &str) -> Result<Node, String> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::FirstWins,
        with_snippet: false,
        // A column may be called `n` or `Yes`.
        strict_booleans: true,
    };
    let read: Placed =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| one_line(&error))?;
    Ok(read.node(text))
}

fn one_line(error: &serde_saphyr::Error) -> String {
    let message = error.to_string();
    message.lines().next().unwrap_or_default().to_owned()
}

/// A value with the place that the reader of YAML gives it.
struct Placed(Spanned<Raw>);

enum Raw {
    Null,
    Scalar(String),
    List(Vec<Placed>),
    Map(Vec<(String, Placed)>),
}

impl Placed {
    fn node(self, text: &str) -> Node {
        let place = self.0.referenced.span();
        let start = place.byte_offset().unwrap_or(0) as usize;
        let span = Span::new(start, start + place.byte_len().unwrap_or(0) as usize);
        let value = match self.0.value {
            Raw::Null => NodeValue::Null,
            Raw::Scalar(decoded) => NodeValue::Text(decoded),
            Raw::List(items) => NodeValue::List(items.into_iter().map(|item| item.node(text)).collect()),
            Raw::Map(members) => {
                NodeValue::Map(members.into_iter().map(|(key, value)| (key, value.node(text))).collect())
            }
        };
        Node { value: as_written(value, span.text(text)), span }
    }
}

/// A number or a boolean as it is written: `1.10` is a version as well, and `TRUE` a column.
fn as_written(value: NodeValue, written: &str) -> NodeValue {
    match value {
        NodeValue::Text(decoded) if is_same(&decoded, written) => NodeValue::Text(written.to_owned()),
        other => other,
    }
}

fn is_same(decoded: &str, written: &str) -> bool {
    let are_numbers = decoded.parse::<f64>().is_ok() && written.parse::<f64>().is_ok();
    are_numbers || decoded.eq_ignore_ascii_case(written)
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Placed)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Raw::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_knows_where_it_stands() {
        let text = "name: é\nversion: 1.10\nenabled: yes\nupper: TRUE\nnothing:\nlist:\n  - a: 'it''s'\n";
        let tree = read(text).unwrap();
        let written = |node: &Node| node.span.text(text).to_owned();
        assert_eq!(tree.member("Version").and_then(Node::text), Some("1.10"));
        assert_eq!(tree.member("enabled").and_then(Node::text), Some("yes"));
        assert_eq!(tree.member("upper").and_then(Node::text), Some("TRUE"));
        assert_eq!(tree.member("name").map(written), Some("é".to_owned()));
        assert!(tree.member("nothing").is_none());
        let inner = tree.member("list").unwrap().items()[0].member("a").unwrap();
        assert_eq!((inner.text(), written(inner)), (Some("it's"), "'it''s'".to_owned()));
    }

    #[test]
    fn the_first_of_two_members_counts() {
        let tree = read("a: 1\na: 2\n").unwrap();
        assert_eq!(tree.member("a").and_then(Node::text), Some("1"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let why = read("a: [1\nb: 2\n").unwrap_err();
        assert!(why.contains("line"), "{why}");
        assert!(!why.contains('\n'));
    }
}
