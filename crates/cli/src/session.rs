//! Runs query texts over the tables that the command line names: parse -> bind -> optimize -> execute.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kql_executor::{Options, QueryError};
use kql_functions::{LocationDatabase, Warnings};
use kql_parser::{Diagnostic, Severity};
use kql_planner::{Bound, BoundResult, FunctionLibrary, Plan, Surroundings};
use kql_tables::{Catalog, DataCatalog, ReadOptions, ScanRequest};
use kql_types::{Batch, ScalarType, Value};

use crate::answer::{Answer, ResultTable};
use crate::args::{DataArguments, Moment};
use crate::asked_tables::AskedTables;
use crate::failure::Failure;
use crate::function_files;
use crate::notes::Notes;
use crate::progress::ProgressLine;
use crate::source::{Source, quoted_name};
use crate::this_machine;

/// Tables, and how queries over them are run.
#[derive(Debug)]
pub struct Session {
    catalog: DataCatalog,
    library: FunctionLibrary,
    options: Options,
    /// Whether `now()` stays as it is.
    now_is_fixed: bool,
    parameters: BTreeMap<String, String>,
    /// The table over which a text runs that begins with `|` or an operator.
    first_table: Option<String>,
    /// Whether queries that run may fetch what `externaldata` names.
    may_fetch: bool,
    /// What the queries so far met in the data.
    notes: Notes,
    verbose: bool,
}

impl Session {
    /// Opens the tables that the arguments name; `files` are tables called by their stems.
    pub fn open(data: &DataArguments, files: &[String]) -> Result<Self, Failure> {
        Self::open_beside(data, files, &[], 0)
    }

    /// The same, for many queries: columns that one has read are kept for the next.
    pub fn open_to_stay(data: &DataArguments) -> Result<Self, Failure> {
        Self::open_beside(data, &[], &[], data.cache.unwrap_or_else(|| this_machine::memory() / 4))
    }

    /// Opens the tables that the arguments name, and the functions that stand beside the rules at these paths.
    pub fn open_for_rules(data: &DataArguments, rules: &[PathBuf]) -> Result<Self, Failure> {
        Self::open_beside(data, &[], rules, 0)
    }

    fn open_beside(
        data: &DataArguments,
        files: &[String],
        rules: &[PathBuf],
        column_cache: usize,
    ) -> Result<Self, Failure> {
        let mut options = Options::default();
        options.threads = data.threads.unwrap_or(options.threads);
        options.memory_limit = data.memory_limit.unwrap_or_else(|| this_machine::memory() / 4 * 3);
        options.locations = data.locations.as_deref().map(open_locations).transpose()?;
        let read = ReadOptions { strict: data.strict, threads: options.threads, column_cache };
        let (catalog, first_table) = open_catalog(data, files, read)?;
        let mut session = Self {
            catalog,
            library: function_files::library(&data.functions, rules)?,
            options,
            now_is_fixed: data.now.is_some(),
            parameters: data.parameters.iter().cloned().collect(),
            first_table,
            may_fetch: data.allow_net,
            notes: Notes::default(),
            verbose: data.verbose,
        };
        match data.now {
            None => {}
            Some(Moment::At(ticks)) => session.options.now = ticks,
            Some(Moment::Latest) => session.options.now = session.latest()?,
        }
        Ok(session)
    }

    /// The tables.
    pub fn catalog(&self) -> &DataCatalog {
        &self.catalog
    }

    /// Set it, from any thread, to stop the query that runs.
    pub fn cancel(&self) -> Arc<AtomicBool> {
        self.options.cancel.clone()
    }

    /// The text as it runs here: one that begins with `|` or an operator runs over the first file.
    pub fn place(&self, source: Source) -> Result<Source, Failure> {
        let source = match &self.first_table {
            Some(table) => source.over(table),
            None => source,
        };
        if source.needs_table() {
            let message = "the text begins with `|`, but no FILE is given to run it over";
            return Err(Failure::Usage(message.to_owned()));
        }
        Ok(source)
    }

    /// The text's results as operator trees, before optimisation, and what is worth a note.
    pub fn bind(&self, source: &Source) -> Result<Bound, Failure> {
        Ok(self.bind_over(&self.catalog, source, true)?.0)
    }

    /// The same, but no rows are read: where the columns depend on them there is no result.
    pub fn check(&self, source: &Source) -> Result<Bound, Failure> {
        Ok(self.bind_over(&self.catalog, source, false)?.0)
    }

    /// The bound text, and the options that it is to run with: what `now()` gives may be said in the text.
    fn bind_over(
        &self,
        catalog: &dyn Catalog,
        source: &Source,
        may_run: bool,
    ) -> Result<(Bound, Options), Failure> {
        let failed = |found| Err(Failure::Query(Box::new(source.clone()), found));
        let text = source.text();
        let parsed = kql_parser::parse(text);
        if parsed.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            return failed(parsed.diagnostics);
        }
        let mut options = self.options.clone();
        let usual = options.context();
        let surroundings = Surroundings {
            catalog,
            context: &usual,
            parameters: self.parameters.clone(),
            library: &self.library,
            evaluator: None,
        };
        if let Some(now) = kql_planner::query_now(&parsed.query, text, &surroundings) {
            options.now = now;
        }
        let context = options.context();
        let evaluator = may_run.then(|| kql_executor::evaluator(&options));
        let surroundings =
            Surroundings { context: &context, evaluator: evaluator.as_deref(), ..surroundings };
        let mut bound = kql_planner::bind(&parsed.query, text, &surroundings);
        bound.diagnostics.splice(0..0, parsed.diagnostics);
        if bound.has_errors() {
            self.expect_readable(text)?;
            return failed(bound.diagnostics);
        }
        Ok((bound, options))
    }

    /// Runs a text.
    pub fn run(&mut self, source: &Source) -> Result<Answer, Failure> {
        let nothing = || Err(Failure::Data("the query gave no answer".to_owned()));
        self.run_all(std::slice::from_ref(source)).pop().unwrap_or_else(nothing)
    }

    /// Runs several texts. What they read of one table is read once where that is possible; one that fails leaves the
    /// others alone. The answers come in the order of the texts.
    pub fn run_all(&mut self, sources: &[Source]) -> Vec<Result<Answer, Failure>> {
        self.options.cancel.store(false, Ordering::Relaxed);
        self.options.progress = Arc::default();
        self.options.warnings = Warnings::default();
        if !self.now_is_fixed {
            self.options.now = Options::default().now;
        }
        let answers = self.answers(sources);
        self.notes.take(self.catalog.report());
        self.notes.add_warnings(self.options.warnings.texts());
        answers
    }

    fn answers(&self, sources: &[Source]) -> Vec<Result<Answer, Failure>> {
        let line = ProgressLine::start(self.options.progress.clone());
        let tables = AskedTables::new(&self.catalog, self.may_fetch);
        let prepared: Vec<Result<Prepared, Failure>> =
            sources.iter().map(|source| self.prepare(source, &tables)).collect();
        for name in tables.without_data() {
            self.options
                .warnings
                .add(&format!("there is no data for {name}; it counts as a table without rows"));
        }
        line.expect(tables.bytes());
        let jobs: Vec<(&Plan, &Options)> = prepared
            .iter()
            .flatten()
            .flat_map(|one| one.results.iter().map(|result| (&result.plan, &one.options)))
            .collect();
        let mut outcomes = kql_executor::execute_all(&jobs).into_iter();
        let answer = |(source, prepared): (&Source, Result<Prepared, Failure>)| {
            let prepared = prepared?;
            let outcomes: Vec<_> = outcomes.by_ref().take(prepared.results.len()).collect();
            prepared.answer(source, outcomes)
        };
        sources.iter().zip(prepared).map(answer).collect()
    }

    fn prepare(&self, source: &Source, tables: &AskedTables<'_>) -> Result<Prepared, Failure> {
        let (bound, options) = self.bind_over(tables, source, true)?;
        let optimized =
            |result: BoundResult| BoundResult { plan: kql_planner::optimize(result.plan), ..result };
        let results = bound.results.into_iter().map(optimized).collect();
        Ok(Prepared { results, options, warnings: bound.diagnostics })
    }

    /// From now on every query sees the same `now()`.
    pub fn fix_now(&mut self) {
        self.now_is_fixed = true;
    }

    /// What the queries so far met in the data, as it is shown; forgotten afterwards.
    pub fn take_notes(&mut self) -> (Notes, String) {
        let notes = std::mem::take(&mut self.notes);
        let text = notes.render(self.verbose);
        (notes, text)
    }

    /// A table that cannot be read has no columns, so that a query over it does not bind; then that is what is wrong.
    fn expect_readable(&self, text: &str) -> Result<(), Failure> {
        for name in self.catalog.names().into_iter().filter(|name| text.contains(name)) {
            if let Some(table) = self.catalog.table(&name) {
                table.scan(ScanRequest::default())?;
            }
        }
        Ok(())
    }

    /// The newest `TimeGenerated` of all tables.
    fn latest(&mut self) -> Result<i64, Failure> {
        let mut latest = None;
        for name in self.catalog.names() {
            let Some(table) = self.catalog.table(&name) else { continue };
            let schema = table.schema();
            let time = schema.index_of("TimeGenerated").map(|at| schema.fields[at].data_type);
            if time != Some(ScalarType::DateTime) {
                continue;
            }
            let text = format!("{} | summarize max(TimeGenerated)", quoted_name(&name));
            let answer = self.run(&Source::new("--now latest", text))?;
            let batches = answer.results.iter().flat_map(|result| &result.batches);
            for value in batches.filter(|batch| batch.rows > 0).map(|batch| batch.columns[0].value(0)) {
                if let Value::DateTime(ticks) = value {
                    latest = latest.max(Some(ticks));
                }
            }
        }
        latest.ok_or_else(|| Failure::Data("--now latest: no table has a TimeGenerated".to_owned()))
    }
}

/// A text that is ready to run.
struct Prepared {
    results: Vec<BoundResult>,
    options: Options,
    warnings: Vec<Diagnostic>,
}

impl Prepared {
    fn answer(
        self,
        source: &Source,
        outcomes: Vec<Result<Vec<Batch>, QueryError>>,
    ) -> Result<Answer, Failure> {
        let failed = |error: QueryError| Failure::Run(Box::new(source.clone()), error);
        let table = |(result, outcome): (BoundResult, Result<Vec<Batch>, QueryError>)| {
            Ok(ResultTable {
                name: result.name,
                schema: result.plan.schema,
                batches: outcome.map_err(failed)?,
                visualization: result.visualization,
            })
        };
        let results = self.results.into_iter().zip(outcomes).map(table).collect::<Result<_, Failure>>()?;
        Ok(Answer { results, warnings: self.warnings })
    }
}

fn open_locations(path: &Path) -> Result<Arc<LocationDatabase>, Failure> {
    LocationDatabase::open(path).map(Arc::new).map_err(Failure::Data)
}

/// The catalog, and the table of the first file, or the only table there is.
fn open_catalog(
    data: &DataArguments,
    files: &[String],
    options: ReadOptions,
) -> Result<(DataCatalog, Option<String>), Failure> {
    let mut catalog = DataCatalog::new(options);
    for path in &data.schemas {
        add_schemas(&mut catalog, path)?;
    }
    for folder in &data.folders {
        catalog.add_folder(folder)?;
    }
    for (name, pattern) in &data.tables {
        catalog.add_table(name, pattern)?;
    }
    let mut first = None;
    for file in files {
        let name = catalog.add_file(file)?;
        first.get_or_insert(name);
    }
    if first.is_none()
        && let [only] = &catalog.names()[..]
    {
        first = Some(only.clone());
    }
    Ok((catalog, first))
}

fn add_schemas(catalog: &mut DataCatalog, path: &Path) -> Result<(), Failure> {
    let failed = |what: &dyn std::fmt::Display| Failure::Data(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    catalog.add_schemas(&text).map_err(|error| failed(&error))
}
