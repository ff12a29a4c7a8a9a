//! Commands about rules.

use std::path::PathBuf;

use kql_types::{ScalarType, Value};

use super::needs;
use crate::answer::ResultBuilder;
use crate::config::in_home;
use crate::failure::Failure;
use crate::repl::{Flow, Repl, show};
use crate::rule_files;
use crate::source::Source;

pub fn rules(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let folders = match argument {
        "" => repl.settings.rules.clone(),
        folder => vec![in_home(std::path::Path::new(folder))],
    };
    let mut rows = ResultBuilder::new(&[("Rule", ScalarType::String), ("File", ScalarType::String)]);
    for path in files(&folders)? {
        let name = Value::String(rule_files::rule_name(&path));
        rows.push(&[name, Value::String(path.display().to_string())]);
    }
    if !argument.is_empty() {
        repl.settings.rules = folders;
    }
    show::result(&repl.settings, None, &rows.finish(), None)?;
    Ok(Flow::RAN)
}

/// The rules in those of the folders that are there.
fn files(folders: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let there: Vec<PathBuf> = folders.iter().filter(|folder| folder.exists()).cloned().collect();
    if there.is_empty() {
        let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        return Err(Failure::Usage(format!("there is no folder {}", names.join(" or "))));
    }
    rule_files::find(&there)
}

pub fn run(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".run", "the name or the file of a rule"));
    }
    let path = in_home(std::path::Path::new(argument));
    let path = if path.is_file() { path } else { named(repl, argument)? };
    let source = Source::read(&path)?;
    repl.last_query = Some(source.text().trim_end().to_owned());
    repl.query(&source)
}

fn named(repl: &Repl, name: &str) -> Result<PathBuf, Failure> {
    let found = files(&repl.settings.rules)?;
    let names: Vec<String> = found.iter().map(|path| rule_files::rule_name(path)).collect();
    if let Some(at) = names.iter().position(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(found[at].clone());
    }
    let hint = kql_parser::nearest(name, names.iter().map(String::as_str))
        .map_or(".rules lists them".to_owned(), |near| format!("did you mean {near}?"));
    Err(Failure::Usage(format!("there is no rule {name}; {hint}")))
}
