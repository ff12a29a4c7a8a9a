//! Files in every form in which rules are written, and what is read from each: `forms/NAME` and `forms/NAME.expected`.
//! `UPDATE_FORMS=1` writes what is read into the latter; read `git diff` afterwards.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use kql_parser::{Span, line_column};
use kql_rules::{Metadata, Pack, Rule, Text};

#[test]
fn every_form_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending != "expected"));
    files.sort();
    assert!(files.len() > 5);
    let mut differences = Vec::new();
    for file in files {
        let expected = PathBuf::from(format!("{}.expected", file.display()));
        let found = shown(&Pack::read(std::slice::from_ref(&file)));
        if std::env::var_os("UPDATE_FORMS").is_some() {
            std::fs::write(&expected, &found).unwrap();
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        if found != wanted {
            differences.push(format!("{}:\n{found}", expected.display()));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn shown(pack: &Pack) -> String {
    let mut out = String::new();
    for rule in &pack.rules {
        writeln!(out, "rule {}", rule.key).unwrap();
        about(&mut out, rule);
        query(&mut out, rule);
    }
    for error in &pack.errors {
        writeln!(out, "error {:?}", error.reason).unwrap();
    }
    out
}

fn about(out: &mut String, rule: &Rule) {
    let Metadata {
        id, name, description, kind, version, status, severity, tags, connectors, schedule, ..
    } = &rule.metadata;
    let mut line = |name: &str, value: String| {
        if !matches!(&*value, "" | "None" | "[]") {
            writeln!(out, "  {name}: {value}").unwrap();
        }
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let texts = |values: &[Text]| values.iter().map(|value| &*value.text).collect::<Vec<_>>().join(", ");
    let minutes = |ticks: i64| format!("{} min", ticks / 600_000_000);
    line("id", text(id));
    line("name", text(name));
    line("description", text(description));
    line("kind", format!("{kind:?}"));
    line("version", text(version));
    line("status", text(status));
    line("severity", severity.map(|severity| severity.to_string()).unwrap_or_default());
    line("tactics", texts(&rule.metadata.tactics));
    line("techniques", texts(&rule.metadata.techniques));
    line("tags", tags.join(", "));
    for connector in connectors {
        line("connector", format!("{}: {}", connector.id, connector.data_types.join(", ")));
    }
    line("frequency", schedule.frequency.map(minutes).unwrap_or_default());
    line("period", schedule.period.map(minutes).unwrap_or_default());
    line("trigger", format!("{} {}", schedule.trigger.comparison.name(), schedule.trigger.threshold));
    for entity in &rule.metadata.entities {
        let fields: Vec<String> = entity
            .fields
            .iter()
            .map(|field| format!("{} = {}", field.identifier, placed(rule, &field.column)))
            .collect();
        line("entity", format!("{}: {}", entity.entity_type, fields.join(", ")));
    }
    for detail in &rule.metadata.custom_details {
        line("detail", format!("{} = {}", detail.name, placed(rule, &detail.column)));
    }
    let details = &rule.metadata.alert_details;
    line("alert name", details.display_name.as_ref().map(|name| placed(rule, name)).unwrap_or_default());
    line(
        "alert severity",
        details.severity_column.as_ref().map(|name| placed(rule, name)).unwrap_or_default(),
    );
    line("grouping", format!("{:?}", rule.metadata.event_grouping));
    line("incidents by", rule.metadata.incidents.by_entities.join(", "));
    line("suppression", rule.metadata.suppression.map(minutes).unwrap_or_default());
    for fault in &rule.metadata.faults {
        line("fault", format!("{}: {}", position(rule.metadata_file().1, fault.span), fault.message));
    }
}

/// A text with the place where the file has it.
fn placed(rule: &Rule, text: &Text) -> String {
    let file = rule.metadata_file().1;
    assert!(text.span.text(file).contains(&text.text), "{text:?}");
    format!("{} ({})", text.text, position(file, text.span))
}

/// The query, each line with the place where the file has it.
fn query(out: &mut String, rule: &Rule) {
    let mut start = 0;
    for line in rule.query.split_inclusive('\n') {
        let lead = line.len() - line.trim_start().len();
        if !line.trim().is_empty() {
            let span = rule.origin.place(Span::new(start + lead, start + lead + 1));
            writeln!(out, "  {:>6} {}", position(rule.origin.file(), span), line.trim()).unwrap();
        }
        start += line.len();
    }
}

fn position(file: &str, span: Span) -> String {
    let place = line_column(file, span.start);
    format!("{}:{}", place.line, place.column)
}
