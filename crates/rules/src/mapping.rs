//! What of a result's columns an alert shows, and as what.
//!
//! <https://learn.microsoft.com/azure/sentinel/map-data-fields-to-entities>,
//! <https://learn.microsoft.com/azure/sentinel/surface-custom-details-in-alerts>,
//! <https://learn.microsoft.com/azure/sentinel/customize-alert-details>

use kql_parser::Span;

/// A text of a rule file and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Its place in the file that holds it.
    pub span: Span,
}

/// An entity that an alert names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityMapping {
    /// `Account`, `IP`, `Host`, `URL`, ...
    pub entity_type: String,
    /// What identifies it.
    pub fields: Vec<FieldMapping>,
}

/// A column whose values identify an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMapping {
    /// `FullName`, `Address`, `HostName`, ...
    pub identifier: String,
    /// The column.
    pub column: Text,
}

/// A column that an alert shows under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDetail {
    /// The name.
    pub name: String,
    /// The column.
    pub column: Text,
}

/// What a rule says of its alerts in place of its own name, description, severity and tactics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertDetails {
    /// A name with `{{column}}` in it.
    pub display_name: Option<Text>,
    /// A description with `{{column}}` in it.
    pub description: Option<Text>,
    /// The column that holds the severity.
    pub severity_column: Option<Text>,
    /// The column that holds the tactics.
    pub tactics_column: Option<Text>,
    /// Other properties of an alert, such as `AlertLink`, and the columns that hold them.
    pub properties: Vec<CustomDetail>,
}

impl AlertDetails {
    /// The columns named in `{{column}}` parts of a text, without the braces, each with its place in the text.
    pub fn placeholders(text: &str) -> impl Iterator<Item = (Span, &str)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let open = from + text.get(from..)?.find("{{")?;
            let close = open + text[open..].find("}}")?;
            from = close + 2;
            Some((Span::new(open, from), text[open + 2..close].trim()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_name_columns() {
        let text = "{{User}} from {{ IP }} {{open";
        let found: Vec<_> = AlertDetails::placeholders(text).collect();
        assert_eq!(found, [(Span::new(0, 8), "User"), (Span::new(14, 22), "IP")]);
    }
}
