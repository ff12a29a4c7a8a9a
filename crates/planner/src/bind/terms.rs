//! Texts in which `*` stands for anything: the terms of `search`, the patterns of `like`.

use kql_types::ScalarType;

/// What a term of `search` asks for.
/// <https://learn.microsoft.com/kusto/query/search-operator>
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Term<'t> {
    /// `x`
    Whole(&'t str),
    /// `x*`
    Start(&'t str),
    /// `*x`
    End(&'t str),
    /// `*x*`
    Part(&'t str),
    /// `x*y`
    Pieces(Pieces<'t>),
}

/// A text with a `*` inside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pieces<'t> {
    text: &'t str,
}

impl<'t> Term<'t> {
    /// What the text asks for; `None` if anything meets it.
    pub(super) fn new(text: &'t str) -> Option<Self> {
        let inner = text.trim_matches('*');
        Some(match (text.starts_with('*'), text.ends_with('*')) {
            (true, _) if inner.is_empty() => return None,
            _ if inner.contains('*') => Term::Pieces(Pieces { text }),
            (false, false) => Term::Whole(inner),
            (false, true) => Term::Start(inner),
            (true, false) => Term::End(inner),
            (true, true) => Term::Part(inner),
        })
    }

    fn text(&self) -> &'t str {
        match self {
            Term::Whole(text) | Term::Start(text) | Term::End(text) | Term::Part(text) => text,
            Term::Pieces(pieces) => pieces.text,
        }
    }

    /// Whether the text of a value of that type can have the term: it must have all of the term's characters.
    pub(super) fn may_occur_in(&self, data_type: ScalarType) -> bool {
        let alphabet = match data_type {
            ScalarType::String | ScalarType::Dynamic => return true,
            ScalarType::Bool => "truefals",
            ScalarType::Int | ScalarType::Long => "0123456789-",
            ScalarType::Real | ScalarType::Decimal => "0123456789-+.einfatyn",
            ScalarType::DateTime => "0123456789-:.tz",
            ScalarType::Timespan => "0123456789-:.",
            ScalarType::Guid => "0123456789abcdef-",
        };
        self.text().chars().all(|c| c == '*' || alphabet.contains(c.to_ascii_lowercase()))
    }
}

impl Pieces<'_> {
    /// The expression of a term with these pieces; on the sides without `*` it must end there.
    pub(super) fn expression(&self, case_sensitive: bool) -> String {
        let mut expression = String::from(if case_sensitive { "" } else { "(?i)" });
        expression.push_str(if self.text.starts_with('*') { "" } else { r"\b" });
        expression.push_str(&joined(self.text.trim_matches('*')));
        expression.push_str(if self.text.ends_with('*') { "" } else { r"\b" });
        expression
    }
}

/// The expression of a `like` pattern, which covers the whole text.
pub(super) fn like_expression(pattern: &str, case_sensitive: bool) -> String {
    let flags = if case_sensitive { "s" } else { "is" };
    format!("(?{flags})^{}$", joined(pattern))
}

/// The pieces between the `*`, and anything between them.
fn joined(text: &str) -> String {
    let mut expression = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '^' | '\\' => expression.extend(['\\', c]),
            c if c.is_ascii_punctuation() => expression.extend(['[', c, ']']),
            c => expression.push(c),
        }
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_tell_what_is_asked_for() {
        assert_eq!(Term::new("x"), Some(Term::Whole("x")));
        assert_eq!(Term::new("x*"), Some(Term::Start("x")));
        assert_eq!(Term::new("**x"), Some(Term::End("x")));
        assert_eq!(Term::new("*x*"), Some(Term::Part("x")));
        assert_eq!(Term::new("*x*y"), Some(Term::Pieces(Pieces { text: "*x*y" })));
        assert_eq!(Term::new("*"), None);
        assert_eq!(Term::new(""), Some(Term::Whole("")));
    }

    #[test]
    fn expressions_take_all_but_stars_as_it_is() {
        assert_eq!(Pieces { text: "Lab*P.C" }.expression(false), r"(?i)\bLab.*P[.]C\b");
        assert_eq!(Pieces { text: "*a*^b" }.expression(true), r"a.*\^b\b");
        assert_eq!(like_expression("x*]", true), "(?s)^x.*[]]$");
    }

    #[test]
    fn a_number_holds_no_words() {
        let term = |text| Term::new(text).unwrap_or_else(|| panic!("{text}"));
        assert!(term("42").may_occur_in(ScalarType::Long));
        assert!(!term("admin").may_occur_in(ScalarType::Long));
        assert!(term("2024-01*").may_occur_in(ScalarType::DateTime));
        assert!(!term("2024-Jan").may_occur_in(ScalarType::DateTime));
        assert!(term("TRUE").may_occur_in(ScalarType::Bool));
        assert!(term("NaN").may_occur_in(ScalarType::Real));
    }
}
