//! What is shown behind and below what is typed: the rest of an earlier entry, and the function at the cursor.

use kql_functions::{registry, signature};
use kql_planner::complete::open_call;
use kql_planner::{OPERATOR_HELP, OperatorHelp, SPECIAL_FUNCTIONS};

use crate::terminal::push_cut;

/// What is said of a function: its signature, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub signature: String,
    pub doc: &'static str,
}

/// The function whose call holds the cursor, if it is one of the language.
pub fn function_at(text: &str, cursor: usize) -> Option<Explained> {
    let call = open_call(text, cursor)?;
    explain(&call.name, call.argument)
}

/// What is said of a function, with the signature that has an argument at that position.
fn explain(name: &str, argument: usize) -> Option<Explained> {
    if let Some(function) = registry::scalar(name) {
        let takes = |overload: &&kql_functions::Overload| overload.parameters.len() > argument;
        let overload = function.overloads.iter().find(takes).or(function.overloads.first())?;
        return Some(Explained { signature: signature::scalar(name, overload), doc: function.doc });
    }
    if let Some(function) = registry::aggregate(name) {
        let signature = signature::aggregates(function).into_iter().next()?;
        return Some(Explained { signature, doc: function.doc });
    }
    if let Some(plugin) = registry::plugin(name) {
        return Some(Explained { signature: signature::plugin(plugin), doc: plugin.doc });
    }
    let special = SPECIAL_FUNCTIONS.iter().find(|function| function.names.contains(&name))?;
    let signature = (*special.signatures.first()?).to_owned();
    Some(Explained { signature, doc: special.doc })
}

/// The operator that the text ends with, if nothing stands behind its word yet.
pub fn operator_at(text: &str, cursor: usize) -> Option<Explained> {
    let before = text.get(..cursor)?;
    let word = before.trim_end().rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next()?;
    let is_behind_pipe = before.trim_end().strip_suffix(word)?.trim_end().ends_with('|');
    let operator: &OperatorHelp = OPERATOR_HELP.iter().find(|operator| operator.names.contains(&word))?;
    (is_behind_pipe && before.ends_with(' '))
        .then(|| Explained { signature: operator.syntax.to_owned(), doc: operator.doc })
}

/// One line of at most that many cells.
pub fn line(explained: &Explained, cells: usize) -> String {
    let mut out = String::new();
    push_cut(&mut out, &format!("{}  {}", explained.signature, explained.doc), cells);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature_at(text: &str) -> Option<String> {
        function_at(text, text.len()).map(|found| found.signature)
    }

    #[test]
    fn the_innermost_call_is_explained() {
        assert_eq!(signature_at("T | where strlen("), Some("strlen(string|dynamic) -> long".to_owned()));
        let split = signature_at("T | extend a = strlen(split(b, ").unwrap();
        assert!(split.starts_with("split("), "{split}");
        assert_eq!(signature_at("T | where strlen(a)"), None);
        assert_eq!(signature_at("T | join (U | where a == 1"), None);
        assert!(signature_at("T | summarize dcount(").is_some());
        assert!(signature_at("T | evaluate bag_unpack(").is_some());
    }

    #[test]
    fn an_operator_is_explained_where_its_operands_begin() {
        let found = |text: &str| operator_at(text, text.len()).map(|found| found.signature);
        assert_eq!(found("T | take "), Some("take NUMBER".to_owned()));
        assert_eq!(found("T | take"), None);
        assert_eq!(found("T | take 5 "), None);
        assert_eq!(found("take "), None);
    }
}
