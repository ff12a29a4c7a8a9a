use kql_parser::{Span, line_column};

use super::*;
use crate::Severity;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn read(files: &[(&str, &str)]) -> Pack {
    let folder = folder(files);
    Pack::read(&[folder.path().to_owned()])
}

fn keys(pack: &Pack) -> Vec<&str> {
    pack.rules.iter().map(|rule| &*rule.key).collect()
}

const YAML: &str = "id: 1\nname: Many\nseverity: Low\nquery: |\n  T\n  | where x == 1\n";

#[test]
fn a_folder_holds_rules_of_every_form_and_other_things() {
    let pack = read(&[
        ("a/Alone.kql", "// severity: High\nT"),
        ("a/Beside.kql", "T | take 1"),
        ("a/Beside.yaml", YAML),
        ("a/Beside.md", "# About it\n```kql\nT\n```\n"),
        ("b/Template.yml", YAML),
        ("b/export.json", r#"{"kind":"Scheduled","properties":{"displayName":"Exported","query":"T"}}"#),
        ("b/notes.md", "# Notes\n```kql\n// severity: Medium\nT\n```\n"),
        ("b/other.yaml", "a: [1\n"),
        ("b/logs.json", "{\"query\":1}\n{\"query\":2}\n"),
        ("b/Beside.test.yaml", YAML),
        ("functions/F.kql", "T"),
        (".git/x.kql", "T"),
    ]);
    assert!(pack.errors.is_empty(), "{:?}", pack.errors);
    assert_eq!(keys(&pack), ["Alone", "Beside", "Template", "Exported", "Notes"]);
    let severities: Vec<_> = pack.rules.iter().map(|rule| rule.metadata.severity).collect();
    let (low, medium) = (Some(Severity::Low), Some(Severity::Medium));
    assert_eq!(severities, [Some(Severity::High), low, low, None, medium]);
    assert_eq!(pack.rules[1].query, "T | take 1");
    assert_eq!(pack.rules[1].name(), "Many");
    assert!(pack.rules[1].metadata_file().0.ends_with("Beside.yaml"));
}

#[test]
fn places_are_those_of_the_file() {
    let pack = read(&[("t.yaml", YAML), ("u.md", "# U\n\n```kql\n// name: Uh\nT | where x == 1\n```\n")]);
    for (rule, line, column) in [(&pack.rules[0], 6, 11), (&pack.rules[1], 5, 11)] {
        let start = rule.query.find("x ==").unwrap();
        let place = rule.origin.place(Span::new(start, start + 1));
        let position = line_column(rule.origin.file(), place.start);
        assert_eq!((position.line, position.column), (line, column), "{}", rule.key);
        assert_eq!(place.text(rule.origin.file()), "x");
    }
    let name = &pack.rules[1].metadata.fields[0].1;
    assert_eq!(name.span.text(pack.rules[1].origin.file()), "Uh");
}

#[test]
fn what_cannot_be_read_does_not_stop_the_others() {
    let pack = read(&[
        ("a.yaml", "name: [\nquery: T\n"),
        ("b.kql", "T"),
        ("b.yaml", "name: [\n"),
        ("c.kql", "T"),
        ("d.json", "{\"query\": \"T\", \"queryFrequency\": }"),
    ]);
    assert_eq!(keys(&pack), ["c"]);
    let files: Vec<String> = pack.errors.iter().map(|error| stem(&error.path)).collect();
    assert_eq!(files, ["a", "b", "d"]);
    assert!(pack.errors[0].to_string().contains("line"), "{}", pack.errors[0]);
}

#[test]
fn a_file_named_by_itself_must_hold_a_rule() {
    let folder = folder(&[
        ("a.txt", YAML),
        ("b.txt", "T | take 1"),
        ("c.yaml", "a: 1\n"),
        ("d.txt", "# D\n```kql\nT\n```"),
    ]);
    let named = ["a.txt", "b.txt", "c.yaml", "d.txt", "e.kql"].map(|name| folder.path().join(name));
    let pack = Pack::read(&named);
    assert_eq!(keys(&pack), ["a", "b", "D"]);
    let reasons: Vec<String> = pack.errors.iter().map(PackError::to_string).collect();
    assert!(reasons[0].ends_with("c.yaml: there is no rule in it"), "{reasons:?}");
    assert!(matches!(pack.errors[1].reason, Reason::Io(_)));
}

#[test]
fn a_text_from_no_file_is_a_rule() {
    let mut pack = Pack::default();
    pack.add_text("-", "\u{feff}T | take 1");
    assert_eq!(keys(&pack), ["-"]);
    assert_eq!(pack.rules[0].query, "T | take 1");
}
