//! What checks may know of tables: which have a time, and what columns hold that rules compare with texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use kql_rules::Rule;
use kql_rules::lint::{self, Tables};
use kql_tables::{Catalog, DataCatalog};
use kql_types::{ScalarType, Schema, Value};

use crate::answer::Answer;
use crate::session::{Job, Session};
use crate::source::{Source, quoted_name};

/// Tables with more bytes than this are not read for a check.
const MOST_BYTES: u64 = 1 << 30;

/// A column has few texts if it has no more different ones, and each of them so often on average.
const MOST_TEXTS: usize = 200;
const LEAST_ROWS: i64 = 10;

/// The texts of columns that have few, by table and column.
#[derive(Default)]
pub struct KnownTexts(HashMap<String, HashMap<String, Vec<String>>>);

/// The tables of a session.
pub struct KnownTables<'a> {
    /// The tables.
    pub catalog: &'a DataCatalog,
    /// What some of their columns hold.
    pub texts: &'a KnownTexts,
}

impl Tables for KnownTables<'_> {
    fn has_time(&self, table: &str) -> bool {
        let times = ["TimeGenerated", "Timestamp"];
        let has_time = |schema: &Schema| times.iter().any(|name| schema.index_of(name).is_some());
        self.catalog.table(table).is_some_and(|table| has_time(&table.schema()))
    }

    fn texts(&self, table: &str, column: &str) -> Option<&[String]> {
        self.texts.0.get(table)?.get(column).map(Vec::as_slice)
    }
}

impl KnownTexts {
    /// Looks at what the rules ask for. Each table is read once; one that cannot be read tells nothing.
    pub fn of(session: &mut Session, rules: &[Rule]) -> Self {
        let mut compared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for rule in rules {
            for (table, column) in lint::compared_columns(&kql_parser::parse(&rule.query).query) {
                compared.entry(table).or_default().insert(column);
            }
        }
        let files: HashMap<String, Vec<PathBuf>> = session.catalog().files().into_iter().collect();
        compared.retain(|table, columns| {
            let is_small = files.get(table).is_some_and(|paths| bytes(paths) <= MOST_BYTES);
            is_small && keep_texts(session.catalog(), table, columns)
        });
        let jobs: Vec<Job> = compared.iter().map(|(table, columns)| job(table, columns)).collect();
        let mut known = Self::default();
        for ((table, columns), answer) in compared.into_iter().zip(session.run_all(&jobs)) {
            if let Ok(answer) = answer {
                known.0.insert(table, few_texts(columns, &answer));
            }
        }
        // What is wrong with the data is no matter of the rules.
        session.take_notes();
        known
    }
}

/// Whether there is a column of texts among these; the others are left out.
fn keep_texts(catalog: &DataCatalog, table: &str, columns: &mut BTreeSet<String>) -> bool {
    let Some(table) = catalog.table(table).filter(|table| table.has_data()) else { return false };
    let schema = table.schema();
    let is_text = |column: &String| {
        let place = schema.index_of(column);
        place.is_some_and(|at| schema.fields[at].data_type == ScalarType::String)
    };
    columns.retain(is_text);
    !columns.is_empty()
}

/// Counts the texts of each column, and gathers the different ones up to one more than there may be.
fn job(table: &str, columns: &BTreeSet<String>) -> Job {
    let gather = |(at, column): (usize, &String)| {
        let column = quoted_name(column);
        format!("n{at} = countif(isnotempty({column})), c{at} = make_set({column}, {})", MOST_TEXTS + 2)
    };
    let columns: Vec<String> = columns.iter().enumerate().map(gather).collect();
    let text = format!("{} | summarize {}", quoted_name(table), columns.join(", "));
    Job::new(Source::new(format!("the texts of {table}"), text))
}

/// The texts of the columns that have few.
fn few_texts(columns: BTreeSet<String>, answer: &Answer) -> HashMap<String, Vec<String>> {
    let batch = answer.results.first().and_then(|result| result.batches.iter().find(|batch| batch.rows > 0));
    let Some(batch) = batch else { return HashMap::new() };
    let cells: Vec<Value> = batch.columns.iter().map(|column| column.value(0)).collect();
    let texts = |(column, cells): (String, &[Value])| {
        let [Value::Long(rows), set] = cells else { return None };
        let mut texts: Vec<String> = serde_json::from_str(&set.to_text()).ok()?;
        texts.retain(|text| !text.is_empty());
        let are_few = !texts.is_empty()
            && texts.len() <= MOST_TEXTS
            && *rows >= LEAST_ROWS.saturating_mul(texts.len() as i64);
        are_few.then_some((column, texts))
    };
    columns.into_iter().zip(cells.chunks(2)).filter_map(texts).collect()
}

fn bytes(paths: &[PathBuf]) -> u64 {
    paths
        .iter()
        .map(|path| std::fs::metadata(path).map_or(u64::MAX, |file| file.len()))
        .fold(0, u64::saturating_add)
}
