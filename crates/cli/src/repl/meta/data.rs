//! Commands about tables.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kql_tables::{Catalog, Table};
use kql_types::{ScalarType, Value};

use super::needs;
use crate::answer::ResultBuilder;
use crate::commands::table_columns;
use crate::failure::Failure;
use crate::repl::{Flow, Repl, show, summary};
use crate::source::{Source, quoted_name};

pub fn tables(repl: &mut Repl, _argument: &str) -> Result<Flow, Failure> {
    let mut rows = ResultBuilder::new(&[("Table", ScalarType::String), ("Files", ScalarType::String)]);
    for (name, files) in repl.session.catalog().files() {
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        rows.push(&[Value::String(name), Value::String(files.join(", "))]);
    }
    show::result(&repl.settings, None, &rows.finish(), None)?;
    Ok(Flow::RAN)
}

pub fn schema(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let table = find(repl, ".schema", argument)?;
    show::result(&repl.settings, None, &table_columns(&*table), None)?;
    Ok(Flow::RAN)
}

fn find(repl: &Repl, command: &str, name: &str) -> Result<Arc<dyn Table>, Failure> {
    if name.is_empty() {
        return Err(needs(command, "the name of a table"));
    }
    let catalog = repl.session.catalog();
    catalog.table(name).ok_or_else(|| {
        let mut names = catalog.names();
        names.extend(kql_tables::known_table_names().map(str::to_owned));
        let hint = kql_parser::nearest(name, names.iter().map(String::as_str))
            .map_or(".tables lists them".to_owned(), |near| format!("did you mean {near}?"));
        Failure::Usage(format!("there is no table {name}; {hint}"))
    })
}

pub fn columns(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".columns", "a part of a column's name"));
    }
    let mut rows = ResultBuilder::new(&[
        ("Table", ScalarType::String),
        ("Column", ScalarType::String),
        ("Type", ScalarType::String),
    ]);
    let catalog = repl.session.catalog();
    for name in catalog.names() {
        let Some(table) = catalog.table(&name) else { continue };
        for field in table.schema().fields.iter().filter(|field| is_like(&field.name, argument)) {
            let column = Value::String(field.name.to_string());
            let data_type = Value::String(field.data_type.name().to_owned());
            rows.push(&[Value::String(name.clone()), column, data_type]);
        }
    }
    show::result(&repl.settings, None, &rows.finish(), None)?;
    Ok(Flow::RAN)
}

/// Whether a name holds the pattern; with `*` in it, whether it is made so. Letter case does not matter.
fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.to_lowercase(), pattern.to_lowercase());
    let Some((first, rest)) = pattern.split_once('*') else { return name.contains(&pattern) };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

pub fn sample(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let (name, number) = match argument.rsplit_once(' ') {
        Some((name, number)) if number.parse::<u32>().is_ok() => (name.trim(), number),
        _ => (argument, "10"),
    };
    find(repl, ".sample", name)?;
    let query = format!("{} | sample {number}", quoted_name(name));
    repl.query(&Source::new(".sample", query))
}

pub fn summary(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let table = find(repl, ".summary", argument)?;
    let cancel = repl.session.cancel();
    cancel.store(false, Ordering::Relaxed);
    let found = summary::summarize(&*table, repl.session.options().threads, &cancel)?;
    show::result(&repl.settings, None, &found, None)?;
    Ok(Flow::RAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_or_have_stars() {
        for (pattern, expected) in
            [("addr", true), ("ip*", true), ("*ess", true), ("i*d*s", true), ("addr*", false), ("*dr", false)]
        {
            assert_eq!(is_like("IPAddress", pattern), expected, "{pattern}");
        }
    }
}
