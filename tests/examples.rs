//! The examples in the definitions of functions, aggregates, plugins and operators give what the definitions say.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;

use kql_executor::Options;
use kql_functions::{Example, registry};
use kql_parser::Severity;
use kql_planner::{FunctionLibrary, OPERATOR_HELP, SPECIAL_FUNCTIONS, Surroundings};
use kql_tables::{DataCatalog, ReadOptions};

#[test]
fn every_definition_has_an_example() {
    let bare: Vec<&str> =
        definitions().filter(|(_, examples)| examples.is_empty()).map(|(name, _)| name).collect();
    // What reads files, and what gives nothing to show.
    let bare: Vec<&str> =
        bare.into_iter().filter(|name| !["externaldata", "consume"].contains(name)).collect();
    assert!(bare.is_empty(), "definitions without an example: {bare:?}");
}

#[test]
fn examples_give_what_they_say() {
    let examples: Vec<(&str, &Example)> =
        definitions().flat_map(|(name, examples)| examples.iter().map(move |one| (name, one))).collect();
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir(data.path().join("watchlists")).unwrap();
    std::fs::write(data.path().join("watchlists/Vips.csv"), "User,Floor\ndana,3\n").unwrap();
    let wrong: Vec<String> =
        examples.iter().filter_map(|(name, example)| mistake(name, example, data.path())).collect();
    assert!(wrong.is_empty(), "{} of {} examples:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
}

/// The name and the examples of each definition.
fn definitions() -> impl Iterator<Item = (&'static str, &'static [Example])> {
    let scalars = registry::scalar_functions().map(|one| (one.names[0], one.examples));
    let aggregates = registry::aggregate_functions().map(|one| (one.names[0], one.examples));
    let plugins = registry::plugins().map(|one| (one.names[0], one.examples));
    let special = SPECIAL_FUNCTIONS.iter().map(|one| (one.names[0], one.examples));
    let operators = OPERATOR_HELP.iter().map(|one| (one.names[0], one.examples));
    scalars.chain(aggregates).chain(plugins).chain(special).chain(operators)
}

/// What is wrong with an example.
fn mistake(name: &str, example: &Example, data: &Path) -> Option<String> {
    let complaint = match first_cell(example.query, data) {
        Ok(actual) if actual == example.result => return None,
        Ok(actual) => format!("gives {actual:?}, not {:?}", example.result),
        Err(message) => message,
    };
    Some(format!("{name}: {}\n    {complaint}", example.query))
}

/// The first cell of a query's first result, as `tostring` shows it.
fn first_cell(query: &str, data: &Path) -> Result<String, String> {
    let parsed = kql_parser::parse(query);
    let first_error = |diagnostics: &[kql_parser::Diagnostic]| {
        let error = diagnostics.iter().find(|found| found.severity == Severity::Error);
        error.map_or(Ok(()), |found| Err(found.message.clone()))
    };
    first_error(&parsed.diagnostics)?;
    let mut catalog = DataCatalog::new(ReadOptions { strict: true, threads: 1, ..ReadOptions::default() });
    catalog.add_folder(data).map_err(|error| error.to_string())?;
    let options = Options { threads: 1, ..Options::default() };
    let bound = kql_planner::bind(
        &parsed.query,
        query,
        &Surroundings {
            catalog: &catalog,
            context: &options.context(),
            parameters: [].into(),
            library: &FunctionLibrary::built_in(),
            evaluator: Some(&*kql_executor::evaluator(&options)),
            lookback: None,
        },
    );
    first_error(&bound.diagnostics)?;
    let result = bound.results.into_iter().next().ok_or("gives no result")?;
    let plan = kql_planner::optimize(result.plan);
    let batches = kql_executor::execute(&plan, &options).map_err(|error| error.to_string())?;
    let batch = batches.iter().find(|batch| batch.rows > 0).ok_or("gives no rows")?;
    Ok(batch.columns[0].value(0).to_text())
}
