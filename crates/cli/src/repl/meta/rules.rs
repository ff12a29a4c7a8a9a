//! Commands about rules.

use std::path::{Path, PathBuf};

use kql_rules::{Pack, Rule, Severity};
use kql_types::{ScalarType, Value};

use super::needs;
use crate::answer::ResultBuilder;
use crate::config::in_home;
use crate::failure::Failure;
use crate::repl::{Flow, Repl, show};
use crate::source::Source;
use crate::{rule_pack, terminal};

pub fn rules(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let folders = match argument {
        "" => repl.settings.rules.clone(),
        folder => vec![in_home(Path::new(folder))],
    };
    let mut rows = ResultBuilder::new(&[
        ("Rule", ScalarType::String),
        ("Severity", ScalarType::String),
        ("Name", ScalarType::String),
        ("File", ScalarType::String),
    ]);
    let pack = read(&folders)?;
    for rule in &pack.rules {
        let severity = rule.metadata.severity.map_or("", Severity::name);
        let file = rule.path.display().to_string();
        let texts = [rule.key.clone(), severity.to_owned(), rule.name().to_owned(), file];
        rows.push(&texts.map(Value::String));
    }
    for error in &pack.errors {
        terminal::say(&rule_pack::failure(error).render());
    }
    if !argument.is_empty() {
        repl.settings.rules = folders;
    }
    show::result(&repl.settings, None, &rows.finish(), None)?;
    Ok(Flow::RAN)
}

/// The rules in those of the folders that are there.
fn read(folders: &[PathBuf]) -> Result<Pack, Failure> {
    let there: Vec<PathBuf> = folders.iter().filter(|folder| folder.exists()).cloned().collect();
    if there.is_empty() {
        let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        return Err(Failure::Usage(format!("there is no folder {}", names.join(" or "))));
    }
    Ok(Pack::read(&there))
}

pub fn run(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".run", "the name or the file of a rule"));
    }
    let path = in_home(Path::new(argument));
    let rule = if path.is_file() { only_rule(&path)? } else { named(repl, argument)? };
    let source = Source::of_rule(&rule);
    repl.last_query = Some(rule.query.trim_end().to_owned());
    repl.query(&source)
}

/// The rule of a file that has one.
fn only_rule(path: &Path) -> Result<Rule, Failure> {
    let pack = Pack::read(&[path.to_owned()]);
    if let Some(error) = pack.errors.first() {
        return Err(rule_pack::failure(error));
    }
    let count = pack.rules.len();
    let mut rules = pack.rules.into_iter();
    match (rules.next(), count) {
        (Some(rule), 1) => Ok(rule),
        _ => Err(Failure::Usage(format!(
            "{} holds {count} rules; .rules {} names them",
            path.display(),
            path.display()
        ))),
    }
}

fn named(repl: &Repl, name: &str) -> Result<Rule, Failure> {
    let mut rules = read(&repl.settings.rules)?.rules;
    let is_called =
        |rule: &Rule| rule.key.eq_ignore_ascii_case(name) || rule.name().eq_ignore_ascii_case(name);
    if let Some(at) = rules.iter().position(is_called) {
        return Ok(rules.swap_remove(at));
    }
    let hint = kql_parser::nearest(name, rules.iter().map(|rule| rule.key.as_str()))
        .map_or(".rules lists them".to_owned(), |near| format!("did you mean {near}?"));
    Err(Failure::Usage(format!("there is no rule {name}; {hint}")))
}
