//! Annotations of GitHub's workflows.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-a-warning-message>

use kql_rules::lint::Level;

use super::{Checked, Found};

/// A line for each finding.
pub fn lines(checked: &Checked) -> String {
    checked.found.iter().map(|found| line(checked, found)).collect()
}

fn line(checked: &Checked, found: &Found) -> String {
    let command = match found.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "notice",
    };
    let (source, start, end) = checked.region(found);
    let mut place = format!("file={},line={},endLine={}", property(&source.name), start.line, end.line);
    // Columns are shown only of what lies in one line.
    if start.line == end.line {
        place += &format!(",col={},endColumn={}", start.column, end.column);
    }
    format!("::{command} {place},title={}::{}\n", found.code, message(&found.sentence()))
}

/// What would end a message.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What would end a property.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_property_is_escaped() {
        assert_eq!(property("a,b:50%\n"), "a%2Cb%3A50%25%0A");
        assert_eq!(message("a,b: 50%"), "a,b: 50%25");
    }
}
