//! The rules that the command line names.

use std::path::{Path, PathBuf};

use kql_rules::{Pack, PackError, Reason, Rule};

use crate::args::SelectionArguments;
use crate::failure::Failure;
use crate::source::Source;

/// The selected rules at these paths, and the files that could not be read. `-` is standard input.
pub fn read(
    paths: &[PathBuf],
    selection: &SelectionArguments,
) -> Result<(Vec<Rule>, Vec<PackError>), Failure> {
    let selection = selection.selection()?;
    let mut pack = Pack::default();
    for path in paths {
        if path.as_os_str() == "-" {
            pack.add_text("-", Source::read(Path::new("-"))?.text());
            continue;
        }
        let found = Pack::read(std::slice::from_ref(path));
        if found.rules.is_empty() && found.errors.is_empty() {
            return Err(Failure::Data(format!("no rule in {}", path.display())));
        }
        pack.rules.extend(found.rules);
        pack.errors.extend(found.errors);
    }
    let count = pack.rules.len();
    pack.rules.retain(|rule| selection.fits(rule));
    if pack.rules.is_empty() && count > 0 {
        return Err(Failure::Usage(format!("none of {count} rules fits the selection")));
    }
    Ok((pack.rules, pack.errors))
}

/// Why a file could not be read.
pub fn failure(error: &PackError) -> Failure {
    match &error.reason {
        Reason::Io(cause) => Failure::io(format!("cannot read {}", error.path.display()), cause),
        Reason::Text(_) => Failure::Data(error.to_string()),
    }
}
