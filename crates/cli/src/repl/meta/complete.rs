//! Completion of meta-commands and their arguments.

use std::path::{MAIN_SEPARATOR, Path};

use kql_functions::registry;
use kql_planner::OPERATOR_HELP;
use kql_tables::Catalog;

use super::{Argument, COMMANDS, find, state};
use crate::chart::KINDS;
use crate::config::in_home;
use crate::repl::editor::{Listed, listed, plain};
use crate::repl::knowledge::Knowledge;
use crate::repl::settings::SETTINGS;

/// What may be written at the cursor, and where the part begins that is there already.
pub fn complete(text: &str, cursor: usize, knowledge: &Knowledge) -> (usize, Vec<Listed>) {
    let before = &text[..text.floor_char_boundary(cursor)];
    let begins = before.len() - before.trim_start().len();
    let Some(at) = before[begins..].find(char::is_whitespace).map(|at| begins + at) else {
        return (begins, commands(&before[begins..]));
    };
    let Some(command) = find(&before[begins..at]) else { return (cursor, Vec::new()) };
    let start = at + before[at..].len() - before[at..].trim_start().len();
    let word = &before[start..];
    match command.argument {
        Argument::Other => (cursor, Vec::new()),
        Argument::Path => paths(start, word, false),
        Argument::Folder => paths(start, word, true),
        Argument::Query => {
            let found = knowledge.complete(word, word.len());
            (start + found.replaced.start, listed(&found))
        }
        Argument::Table => (start, matching(word, tables(word, knowledge))),
        Argument::Command => {
            let names = COMMANDS.iter().map(|command| command.names[0].trim_start_matches('.').to_owned());
            (start, matching(word, names))
        }
        Argument::Function => (start, matching(word, functions())),
        Argument::Operator => {
            let names = OPERATOR_HELP.iter().map(|operator| operator.names[0].to_owned());
            (start, matching(word, names.chain(functions())))
        }
        Argument::Setting => settings(start, word),
        Argument::Format => (start, matching(word, state::format_names())),
        Argument::Chart => (start, matching(word, KINDS.iter().map(|kind| (*kind).to_owned()))),
        Argument::Switch => (start, matching(word, ["on".to_owned(), "off".to_owned()].into_iter())),
    }
}

/// The names of settings, and behind one its values.
fn settings(start: usize, word: &str) -> (usize, Vec<Listed>) {
    let Some(at) = word.find(char::is_whitespace) else {
        return (start, matching(word, SETTINGS.iter().map(|setting| setting.name.to_owned())));
    };
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == &word[..at]) else {
        return (start, Vec::new());
    };
    let value = word[at..].trim_start();
    let begins = start + word.len() - value.len();
    (begins, matching(value, (setting.values)().into_iter().map(str::to_owned)))
}

fn commands(word: &str) -> Vec<Listed> {
    let fits = COMMANDS.iter().filter(|command| command.names[0].starts_with(word));
    fits.map(|command| {
        let blank = if command.arguments.is_empty() { "" } else { " " };
        plain(format!("{}{blank}", command.names[0]), command.doc)
    })
    .collect()
}

fn functions() -> impl Iterator<Item = String> {
    let scalars = registry::scalar_functions().map(|function| function.names[0]);
    let aggregates = registry::aggregate_functions().map(|function| function.names[0]);
    let plugins = registry::plugins().map(|plugin| plugin.names[0]);
    scalars.chain(aggregates).chain(plugins).map(str::to_owned)
}

/// Tables with data; known ones where none of these begins with the word.
fn tables(word: &str, knowledge: &Knowledge) -> impl Iterator<Item = String> {
    let catalog = knowledge.catalog();
    let mut names = catalog.names();
    names.extend(catalog.kept_names().map(str::to_owned));
    let lower = word.to_lowercase();
    if !names.iter().any(|name| name.to_lowercase().starts_with(&lower)) {
        names.extend(kql_tables::known_table_names().map(str::to_owned));
    }
    names.into_iter()
}

/// So many are listed.
const MOST: usize = 200;

fn matching(word: &str, names: impl Iterator<Item = String>) -> Vec<Listed> {
    let lower = word.to_lowercase();
    let mut names: Vec<String> = names.filter(|name| name.to_lowercase().starts_with(&lower)).collect();
    names.sort();
    names.dedup();
    names.truncate(MOST);
    names.into_iter().map(|name| plain(name, "")).collect()
}

/// The files and folders that a path may go on to.
fn paths(start: usize, word: &str, folders_only: bool) -> (usize, Vec<Listed>) {
    let is_separator = |c: char| c == '/' || c == MAIN_SEPARATOR;
    let (folder, name) = match word.rfind(is_separator) {
        Some(at) => word.split_at(at + 1),
        None => ("", word),
    };
    let path = if folder.is_empty() { Path::new(".").to_owned() } else { in_home(Path::new(folder)) };
    let Ok(entries) = std::fs::read_dir(path) else { return (start, Vec::new()) };
    let mut found: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let is_folder = entry.path().is_dir();
            let mut own = entry.file_name().to_string_lossy().into_owned();
            let is_hidden = own.starts_with('.') && !name.starts_with('.');
            if !own.starts_with(name) || is_hidden || (folders_only && !is_folder) {
                return None;
            }
            if is_folder {
                own.push('/');
            }
            Some(own)
        })
        .collect();
    found.sort();
    found.truncate(MOST);
    (start + folder.len(), found.into_iter().map(|name| plain(name, "")).collect())
}
