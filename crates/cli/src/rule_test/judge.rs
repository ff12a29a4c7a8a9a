//! Compares what a rule gave with what a case expects.

use kql_rules::alert::{Alert, Row, Rows};
use kql_rules::test_file::rewrite::Replacement;
use kql_rules::test_file::rows::{differing, is_row, quoted, write};
use kql_rules::test_file::{Expectation, Kind, TestCase};
use kql_rules::{Node, NodeValue};

use super::Mismatch;

/// What a rule gave.
pub struct Given<'a> {
    pub rows: Rows<'a>,
    pub alerts: &'a [Alert],
}

/// What is not as the case expects. `text` is that of its file.
pub fn judge(case: &TestCase, text: &str, given: &Given<'_>) -> Vec<Mismatch> {
    let one = |(at, expectation): (usize, &Expectation)| {
        let mismatch = match expectation.kind {
            Kind::Rows => rows(expectation, text, given.rows),
            Kind::Contains => contains(expectation, text, given.rows),
            Kind::Count => count(expectation, given.rows.count()),
            Kind::Alerts => alerts(expectation, given.alerts),
            Kind::Entities => entities(expectation, given.alerts),
        }?;
        let instead = mismatch.instead.map(|(_, replacement)| (at, replacement));
        Some(Mismatch { instead, ..mismatch })
    };
    case.expected.iter().enumerate().filter_map(one).collect()
}

fn mismatch(message: String, lines: Vec<String>, instead: Option<Replacement>) -> Option<Mismatch> {
    Some(Mismatch { message, lines, instead: instead.map(|replacement| (0, replacement)) })
}

fn rows(expectation: &Expectation, text: &str, given: Rows<'_>) -> Option<Mismatch> {
    let (missing, unexpected) = unmatched(expectation.value.items(), text, given, true);
    if missing.is_empty() && unexpected.is_empty() {
        return None;
    }
    let expected = expectation.value.items().len();
    let message = format!("rows: {} expected, {} found", expected, given.count());
    let lines = difference(&missing, unexpected, text, given, true);
    let all = given.iter().map(|row| write(given.schema, row)).collect();
    mismatch(message, lines, Some(Replacement::Items(all)))
}

fn contains(expectation: &Expectation, text: &str, given: Rows<'_>) -> Option<Mismatch> {
    let (missing, others) = unmatched(expectation.value.items(), text, given, false);
    if missing.is_empty() {
        return None;
    }
    let message =
        format!("contains: {} of {} rows are missing", missing.len(), expectation.value.items().len());
    mismatch(message, difference(&missing, others, text, given, false), None)
}

/// The expected rows that are not there, and the rows that are not expected.
fn unmatched<'n, 'r>(
    expected: &'n [Node],
    text: &str,
    given: Rows<'r>,
    whole: bool,
) -> (Vec<&'n Node>, Vec<Row<'r>>) {
    let mut rest: Vec<Row<'r>> = given.iter().collect();
    let missing = |node: &&Node| {
        let found = rest.iter().position(|row| is_row(node, text, given.schema, *row, whole));
        found.map(|at| rest.remove(at)).is_none()
    };
    let missing = expected.iter().filter(missing).collect();
    (missing, rest)
}

/// Each missing row, below it the row that is most like it and in which columns that differs, then the other rows.
fn difference(
    missing: &[&Node],
    mut others: Vec<Row<'_>>,
    text: &str,
    given: Rows<'_>,
    whole: bool,
) -> Vec<String> {
    let mut lines = Vec::new();
    for node in missing {
        lines.push(format!("- {}", written(node, text)));
        let distance = |row: &Row<'_>| differing(node, text, given.schema, *row, whole).len();
        let nearest = (0..others.len()).min_by_key(|at| distance(&others[*at]));
        // Rows with more different than equal columns are other rows.
        let columns = node.members().len().max(1);
        if let Some(at) = nearest.filter(|at| distance(&others[*at]) <= columns / 2) {
            let row = others.remove(at);
            lines.push(format!("+ {}", write(given.schema, row)));
            lines
                .push(format!("  differs in {}", differing(node, text, given.schema, row, whole).join(", ")));
        }
    }
    if whole {
        lines.extend(others.into_iter().map(|row| format!("+ {}", write(given.schema, row))));
    }
    lines
}

/// A row as the test has it, in one line.
fn written(node: &Node, text: &str) -> String {
    let value = |value: &Node| match &value.value {
        NodeValue::Text(word) => {
            let own = value.span.text(text);
            if own.contains('\n') || own.is_empty() { quoted(word) } else { own.to_owned() }
        }
        NodeValue::Null => String::new(),
        NodeValue::List(_) | NodeValue::Map(_) => nested(value, text),
    };
    let members: Vec<String> =
        node.members().iter().map(|(name, own)| format!("{name}: {}", value(own))).collect();
    format!("{{{}}}", members.join(", "))
}

fn nested(node: &Node, text: &str) -> String {
    match &node.value {
        NodeValue::List(items) => {
            let items: Vec<String> = items.iter().map(|item| nested(item, text)).collect();
            format!("[{}]", items.join(", "))
        }
        NodeValue::Map(_) => written(node, text),
        NodeValue::Text(word) => word.clone(),
        NodeValue::Null => "null".to_owned(),
    }
}

fn count(expectation: &Expectation, given: usize) -> Option<Mismatch> {
    let expected = expectation.value.text().unwrap_or_default();
    let message = format!("count: {expected} expected, {given} found");
    if expected == given.to_string() {
        return None;
    }
    mismatch(message, Vec::new(), Some(Replacement::Value(given.to_string())))
}

fn alerts(expectation: &Expectation, given: &[Alert]) -> Option<Mismatch> {
    let expected = expectation.value.text().unwrap_or_default();
    let is_met = match expected {
        "true" => !given.is_empty(),
        "false" => given.is_empty(),
        number => number == given.len().to_string(),
    };
    if is_met {
        return None;
    }
    let instead = if expected.parse::<u64>().is_ok() {
        given.len().to_string()
    } else {
        (!given.is_empty()).to_string()
    };
    let names = given.iter().map(|alert| format!("+ {}", alert.name)).collect();
    let message = format!("alerts: {expected} expected, {} raised", given.len());
    mismatch(message, names, Some(Replacement::Value(instead)))
}

fn entities(expectation: &Expectation, given: &[Alert]) -> Option<Mismatch> {
    let mut found: Vec<String> = Vec::new();
    for entity in given.iter().flat_map(|alert| &alert.entities).map(ToString::to_string) {
        if !found.contains(&entity) {
            found.push(entity);
        }
    }
    let expected: Vec<&str> = expectation.value.items().iter().filter_map(Node::text).collect();
    let missing = expected.iter().filter(|entity| !found.iter().any(|known| known == *entity));
    let unexpected = found.iter().filter(|entity| !expected.contains(&entity.as_str()));
    let lines: Vec<String> = missing
        .map(|entity| format!("- {entity}"))
        .chain(unexpected.map(|entity| format!("+ {entity}")))
        .collect();
    if lines.is_empty() {
        return None;
    }
    let message = format!("entities: {} expected, {} found", expected.len(), found.len());
    mismatch(message, lines, Some(Replacement::Items(found.iter().map(|entity| quoted(entity)).collect())))
}
