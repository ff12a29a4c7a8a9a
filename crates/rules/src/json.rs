//! JSON text as a tree.

use kql_parser::Span;
use serde_json::value::RawValue;

use crate::{Node, NodeValue};

/// Deeper than any template nests.
const DEPTH_LIMIT: usize = 64;

/// Reads a document.
///
/// # Errors
///
/// What is wrong with the text, and the line, in one sentence.
pub fn read(text: &str) -> Result<Node, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
    node(text, raw, 0).map_err(|error| error.to_string())
}

fn node(text: &str, raw: &RawValue, depth: usize) -> Result<Node, serde_json::Error> {
    let written = raw.get();
    // A raw value is a part of the text that it was read from.
    let start = (written.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let span = Span::new(start, start + written.len());
    let value = match written.as_bytes().first() {
        Some(b'{' | b'[') if depth >= DEPTH_LIMIT => NodeValue::Null,
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(written)?;
            let members = members.0.into_iter();
            NodeValue::Map(
                members.map(|(key, raw)| Ok((key, node(text, raw, depth + 1)?))).collect::<Result<_, _>>()?,
            )
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(written)?;
            NodeValue::List(
                items.into_iter().map(|raw| node(text, raw, depth + 1)).collect::<Result<_, _>>()?,
            )
        }
        Some(b'"') => NodeValue::Text(serde_json::from_str(written)?),
        Some(b'n') => NodeValue::Null,
        _ => NodeValue::Text(written.to_owned()),
    };
    Ok(Node { value, span })
}

/// The members of an object in order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> serde::de::Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut access: A,
            ) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_knows_where_it_stands() {
        let text = r#" {"a": [1.10, "x\ny", {"b": true}], "n": null} "#;
        let tree = read(text).unwrap();
        let items = tree.member("a").unwrap().items();
        assert_eq!(items[0].text(), Some("1.10"));
        assert_eq!((items[1].text(), items[1].span.text(text)), (Some("x\ny"), r#""x\ny""#));
        assert_eq!(items[2].member("b").unwrap().span.text(text), "true");
        assert!(tree.member("n").is_none());
        assert!(read("{\n\"a\": }").unwrap_err().contains("line 2"));
    }
}
