//! What the first rows of a table hold: values of a column, members of a dynamic column. For completion.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kql_executor::Options;
use kql_planner::complete::DataHints;
use kql_planner::{FunctionLibrary, Surroundings};
use kql_tables::{DataCatalog, Table};
use kql_types::Value;

use super::knowledge::Slow;
use crate::source::quoted_name;

/// So many rows are looked at, at most.
const ROWS: usize = 20_000;

/// So long they are looked at, at most.
const TIME: Duration = Duration::from_secs(3);

/// So long a key waits for what they hold.
const PATIENCE: Duration = Duration::from_millis(8);

/// What was found so far, by the query that found it.
#[derive(Clone, Default)]
pub struct Samples {
    texts: Slow<String, Vec<String>>,
}

impl Samples {
    /// What was found may be old.
    pub fn doubt(&self) {
        self.texts.doubt();
    }

    /// Answers over these tables.
    pub fn of<'a>(&'a self, catalog: &'a Arc<DataCatalog>, library: &'a FunctionLibrary) -> SamplesOf<'a> {
        SamplesOf { samples: self, catalog, library }
    }
}

/// Samples of tables.
pub struct SamplesOf<'a> {
    samples: &'a Samples,
    catalog: &'a Arc<DataCatalog>,
    library: &'a FunctionLibrary,
}

impl SamplesOf<'_> {
    fn texts(&self, query: String) -> Vec<String> {
        let (catalog, library) = (self.catalog.clone(), self.library.clone());
        let asked = query.clone();
        let found = self
            .samples
            .texts
            .get(query, PATIENCE, move || run(&catalog, &library, &asked).unwrap_or_default());
        found.unwrap_or_default()
    }
}

impl DataHints for SamplesOf<'_> {
    fn values(&self, table: &dyn Table, column: &str) -> Vec<String> {
        let (table, column) = (quoted_name(table.name()), quoted_name(column));
        // Of a column in which every value is another, none is worth offering.
        self.texts(format!(
            "{table} | take {ROWS} | where isnotempty({column}) | summarize n = count() by value = {column} \
             | as found | where n > 1 or toscalar(found | count) <= 50 | top 200 by n | project value"
        ))
    }

    fn members(&self, table: &dyn Table, path: &[String]) -> Vec<String> {
        let Some((column, members)) = path.split_first() else { return Vec::new() };
        let mut value = quoted_name(column);
        for member in members {
            value.push_str(&quoted_name(member));
        }
        let table = quoted_name(table.name());
        self.texts(format!(
            "{table} | take {ROWS} | project keys = bag_keys({value}) | mv-expand key = keys to typeof(string) \
             | where isnotempty(key) | summarize n = count() by key | top 200 by n | project key"
        ))
    }
}

/// The texts of the first column; nothing, if it takes too long.
fn run(catalog: &DataCatalog, library: &FunctionLibrary, text: &str) -> Option<Vec<String>> {
    let options = Options { threads: 1, ..Options::default() };
    let _stop = StopLater::start(options.cancel.clone());
    let parsed = kql_parser::parse(text);
    let context = options.context();
    let surroundings = Surroundings {
        catalog,
        context: &context,
        parameters: [].into(),
        library,
        evaluator: None,
        lookback: None,
    };
    let bound = kql_planner::bind(&parsed.query, text, &surroundings);
    let plan = kql_planner::optimize(bound.results.into_iter().next()?.plan);
    let batches = kql_executor::execute(&plan, &options).ok()?;
    let rows = batches.iter().flat_map(|batch| (0..batch.rows).map(|row| batch.columns[0].value(row)));
    Some(rows.filter_map(|value| if let Value::String(text) = value { Some(text) } else { None }).collect())
}

/// Stops a query when its time is over, unless it is dropped before.
struct StopLater {
    _ends: std::sync::mpsc::Sender<()>,
}

impl StopLater {
    fn start(cancel: Arc<AtomicBool>) -> Self {
        let (ends, is_over) = std::sync::mpsc::channel::<()>();
        let watch = move || {
            if is_over.recv_timeout(TIME) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        // Without the thread the number of rows is the only bound.
        let _ = std::thread::Builder::new().name("stop".to_owned()).spawn(watch);
        Self { _ends: ends }
    }
}
