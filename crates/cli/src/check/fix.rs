//! Writes what makes findings right into the files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kql_parser::Span;

use super::{Checked, Found};
use crate::failure::Failure;

/// The edits of a finding as places in its file. `None` where a part of the query is not written in the file as it runs,
/// such as an escape, so that the text cannot be changed there.
pub fn places<'c>(checked: &Checked, found: &'c Found) -> Option<Vec<(Span, &'c str)>> {
    let text = checked.query.text();
    let place = |edit: &'c kql_rules::lint::Edit| {
        // An insertion stands behind the character before it.
        let seen = if edit.span.start == edit.span.end {
            let before = text.get(..edit.span.start)?.chars().next_back()?;
            Span::new(edit.span.start - before.len_utf8(), edit.span.start)
        } else {
            edit.span
        };
        let written = checked.query.written_span(seen);
        let is_same = written.text(checked.query.written()) == seen.text(text);
        let span =
            if edit.span.start == edit.span.end { Span::new(written.end, written.end) } else { written };
        is_same.then_some((span, edit.text.as_str()))
    };
    found.edits.iter().map(place).collect()
}

/// A file's text, and what takes the place of parts of it.
type Rewrite<'c> = (&'c str, Vec<(Span, &'c str)>);

/// Changes the files of these rules. Gives how many findings are right now.
pub fn write(all: &[Checked]) -> Result<usize, Failure> {
    let mut files: BTreeMap<PathBuf, Rewrite<'_>> = BTreeMap::new();
    let mut fixed = 0;
    for checked in all.iter().filter(|checked| checked.rule.path.as_os_str() != "-") {
        for found in checked.found.iter().filter(|found| !found.edits.is_empty()) {
            if let Some(edits) = places(checked, found) {
                fixed += 1;
                let entry = files.entry(checked.rule.path.clone());
                entry.or_insert_with(|| (checked.query.written(), Vec::new())).1.extend(edits);
            }
        }
    }
    for (path, (text, mut edits)) in files {
        edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = String::with_capacity(text.len() + 64);
        let mut from = 0;
        for (span, replacement) in edits {
            out += text.get(from..span.start).unwrap_or_default();
            out += replacement;
            from = span.end;
        }
        out += &text[from..];
        std::fs::write(&path, out)
            .map_err(|error| Failure::io(format!("cannot write {}", path.display()), &error))?;
    }
    Ok(fixed)
}
