//! `kql import`: writes tables as Parquet files.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use kql_tables::Catalog;
use kql_types::{ScalarType, Value};

use super::report_notes;
use crate::answer::ResultBuilder;
use crate::args::{DataArguments, ImportArguments, OutputArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;

pub(super) fn import(arguments: &ImportArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let mut session = Session::open(data, &[])?;
    let tables = tables(&mut session, &arguments.sources)?;
    let targets = targets(&tables, &arguments.target)?;
    let stop = session.cancel();
    // Without a handler Ctrl-C ends the program, and what is half written stays behind.
    let _ = ctrlc::set_handler(move || stop.store(true, Ordering::Relaxed));
    let mut list = ResultBuilder::new(&[
        ("Table", ScalarType::String),
        ("Rows", ScalarType::Long),
        ("File", ScalarType::String),
        ("Bytes", ScalarType::Long),
    ]);
    let mut written = Ok(());
    for (name, target) in tables.iter().zip(&targets) {
        match session.import(name, target, arguments.keep_order) {
            Ok(imported) => list.push(&[
                Value::String(name.clone()),
                Value::Long(i64::try_from(imported.rows).unwrap_or(i64::MAX)),
                Value::String(target.display().to_string()),
                Value::Long(i64::try_from(imported.bytes).unwrap_or(i64::MAX)),
            ]),
            Err(failure) => {
                written = Err(failure);
                break;
            }
        }
    }
    let mut outcome = super::settle(written.map(|()| Outcome::Ran));
    let list = list.finish();
    if list.rows() > 0 {
        let mut output = Output::open(&OutputArguments::default(), false)?;
        output.result(None, &list)?;
        output.finish()?;
    }
    outcome.and(report_notes(&mut session));
    Ok(outcome)
}

/// The names of the tables that are meant. What is no table of the data is a file.
fn tables(session: &mut Session, meant: &[String]) -> Result<Vec<String>, Failure> {
    let known = session.catalog().names();
    if !meant.is_empty() {
        let table = |text: &String| match known.contains(text) {
            true => Ok(text.clone()),
            false => session.add_file(text),
        };
        return meant.iter().map(table).collect();
    }
    match known.is_empty() {
        true => Err(Failure::Usage("there is nothing to import: name a file, or give --data".to_owned())),
        false => Ok(known),
    }
}

/// The file of each table.
fn targets(tables: &[String], target: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_file = target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    match tables {
        [_] if is_file && !target.is_dir() => return Ok(vec![target.to_owned()]),
        _ if is_file && !target.is_dir() => {
            let message = format!("{} is one file, and there are {} tables", target.display(), tables.len());
            return Err(Failure::Usage(message));
        }
        _ => {}
    }
    std::fs::create_dir_all(target)
        .map_err(|error| Failure::io(format!("cannot write {}", target.display()), &error))?;
    Ok(tables.iter().map(|name| target.join(format!("{name}.parquet"))).collect())
}
