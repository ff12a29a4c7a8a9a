//! Runs query texts over the tables that the command line names: parse -> bind -> optimize -> execute.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kql_executor::{Options, QueryError};
use kql_functions::{LocationDatabase, Warnings};
use kql_parser::{Diagnostic, Severity};
use kql_planner::{Bound, BoundResult, FunctionLibrary, Lookback, Plan, Surroundings};
use kql_tables::{
    Catalog, DataCatalog, GROUP_ROWS, ImportOptions, Imported, Keep, MemoryTable, ReadOptions, ScanRequest,
};
use kql_types::{Batch, ScalarType, Value};

use crate::answer::{Answer, ResultTable};
use crate::args::{DataArguments, Moment};
use crate::asked_tables::AskedTables;
use crate::failure::Failure;
use crate::first_rows::FirstRows;
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
    /// A table that stands in place of the data's table of that name.
    overlay: Option<Arc<MemoryTable>>,
    /// What the queries so far met in the data.
    notes: Notes,
    verbose: bool,
}

/// A query that is to run, and when.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its text.
    pub source: Source,
    /// What `now()` gives; the session's moment without one.
    pub now: Option<i64>,
    /// How far back tables have rows, in ticks of 100 ns; without an end without one.
    pub period: Option<i64>,
}

impl Job {
    /// A query that runs now and over everything.
    pub fn new(source: Source) -> Self {
        Self { source, now: None, period: None }
    }
}

impl Session {
    /// Opens the tables that the arguments name; `files` are tables called by their stems.
    pub fn open(data: &DataArguments, files: &[String]) -> Result<Self, Failure> {
        Self::open_beside(data, files, &[], None)
    }

    /// The same, for many queries: columns that one has read are kept for the next.
    pub fn open_to_stay(data: &DataArguments) -> Result<Self, Failure> {
        Self::open_beside(data, &[], &[], Some(Keep::Scanned))
    }

    /// Opens the tables that the arguments name, and the functions that stand beside the rules at these paths.
    pub fn open_for_rules(data: &DataArguments, rules: &[PathBuf]) -> Result<Self, Failure> {
        Self::open_beside(data, &[], rules, Some(Keep::ReadAhead))
    }

    fn open_beside(
        data: &DataArguments,
        files: &[String],
        rules: &[PathBuf],
        keep: Option<Keep>,
    ) -> Result<Self, Failure> {
        let mut options = Options::default();
        options.threads = data.threads.unwrap_or(options.threads);
        options.memory_limit = data.memory_limit.unwrap_or_else(|| this_machine::memory() / 4 * 3);
        options.locations = data.locations.as_deref().map(open_locations).transpose()?;
        let read = ReadOptions {
            strict: data.strict,
            threads: options.threads,
            column_cache: keep.map_or(0, |_| data.cache.unwrap_or_else(|| this_machine::memory() / 4)),
            keep: keep.unwrap_or_default(),
        };
        let (catalog, first_table) = open_catalog(data, files, read)?;
        let mut session = Self {
            catalog,
            library: function_files::library(&data.functions, rules)?,
            options,
            now_is_fixed: data.now.is_some(),
            parameters: data.parameters.iter().cloned().collect(),
            first_table,
            may_fetch: data.allow_net,
            overlay: None,
            notes: Notes::default(),
            verbose: data.verbose,
        };
        session.set_now(data.now)?;
        Ok(session)
    }

    /// The tables.
    pub fn catalog(&self) -> &DataCatalog {
        &self.catalog
    }

    /// The functions that are stored apart from queries.
    pub fn library(&self) -> &FunctionLibrary {
        &self.library
    }

    /// Values for `declare query_parameters`.
    pub fn parameters(&self) -> &BTreeMap<String, String> {
        &self.parameters
    }

    /// The table over which a text runs that begins with `|` or an operator.
    pub fn first_table(&self) -> Option<&str> {
        self.first_table.as_deref()
    }

    /// How queries are run; for the query that ran last also what it came to.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Adds a table made of a file, a folder or the files that match a glob; by the stem of the file, without a name.
    /// Gives the table's name.
    pub fn load(&mut self, path: &str, name: Option<&str>) -> Result<String, Failure> {
        let name = match name {
            Some(name) => {
                self.catalog.add_table(name, path)?;
                name.to_owned()
            }
            None => self.catalog.add_file(path)?,
        };
        self.first_table = match &self.catalog.names()[..] {
            [only] => Some(only.clone()),
            _ => None,
        };
        Ok(name)
    }

    /// Makes a result a table.
    pub fn keep(&mut self, name: &str, result: &ResultTable) {
        let rows = Batch::concat(&result.schema, &result.batches);
        self.catalog.keep(MemoryTable::new(name, rows));
    }

    /// Forgets a result that was made a table.
    pub fn forget(&mut self, name: &str) {
        self.catalog.forget(name);
    }

    /// Says what `now()` gives from now on; without a moment, the time when a query runs.
    pub fn set_now(&mut self, now: Option<Moment>) -> Result<(), Failure> {
        match now {
            None => {}
            Some(Moment::At(ticks)) => self.options.now = ticks,
            Some(Moment::Latest) => self.options.now = self.latest()?,
        }
        self.now_is_fixed = now.is_some();
        Ok(())
    }

    /// What `now()` gives, if that was said.
    pub fn fixed_now(&self) -> Option<i64> {
        self.now_is_fixed.then_some(self.options.now)
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
        Ok(self.bind_over(&self.catalog, &Job::new(source.clone()), true)?.0)
    }

    /// The same, but no rows are read: where the columns depend on them there is no result.
    pub fn check(&self, source: &Source) -> Result<Bound, Failure> {
        Ok(self.bind_over(&self.catalog, &Job::new(source.clone()), false)?.0)
    }

    /// The bound text, and the options that it is to run with: what `now()` gives may be said in the text.
    fn bind_over(
        &self,
        catalog: &dyn Catalog,
        job: &Job,
        may_run: bool,
    ) -> Result<(Bound, Options), Failure> {
        let source = &job.source;
        let failed = |found| Err(Failure::Query(Box::new(source.clone()), found));
        let text = source.text();
        let parsed = kql_parser::parse(text);
        if parsed.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            return failed(parsed.diagnostics);
        }
        let mut options = self.options.clone();
        options.now = job.now.unwrap_or(options.now);
        let usual = options.context();
        let surroundings = Surroundings {
            catalog,
            context: &usual,
            parameters: self.parameters.clone(),
            library: &self.library,
            evaluator: None,
            lookback: None,
        };
        if let Some(now) = kql_planner::query_now(&parsed.query, text, &surroundings) {
            options.now = now;
        }
        let context = options.context();
        let evaluator = may_run.then(|| kql_executor::evaluator(&options));
        let until = options.now;
        let lookback = job.period.map(|period| Lookback { after: until.saturating_sub(period), until });
        let surroundings =
            Surroundings { context: &context, evaluator: evaluator.as_deref(), lookback, ..surroundings };
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
        self.run_all(&[Job::new(source.clone())]).pop().unwrap_or_else(nothing)
    }

    /// Runs a text; the first rows of its result, if it has one that is not drawn, are shown while it runs.
    pub fn run_showing(&mut self, source: &Source, first_rows: FirstRows) -> Result<Answer, Failure> {
        let nothing = || Err(Failure::Data("the query gave no answer".to_owned()));
        let jobs = [Job::new(source.clone())];
        self.run_watched(&jobs, Some(Arc::new(first_rows))).pop().unwrap_or_else(nothing)
    }

    /// Runs several texts. What they read of one table is read once where that is possible; one that fails leaves the
    /// others alone. The answers come in the order of the texts.
    pub fn run_all(&mut self, jobs: &[Job]) -> Vec<Result<Answer, Failure>> {
        self.run_watched(jobs, None)
    }

    fn run_watched(
        &mut self,
        jobs: &[Job],
        first_rows: Option<Arc<FirstRows>>,
    ) -> Vec<Result<Answer, Failure>> {
        self.options.cancel.store(false, Ordering::Relaxed);
        self.options.progress = Arc::default();
        self.options.warnings = Warnings::default();
        if !self.now_is_fixed {
            self.options.now = Options::default().now;
        }
        let answers = self.answers(jobs, first_rows);
        self.notes.take(self.catalog.report());
        self.notes.add_warnings(self.options.warnings.texts());
        answers
    }

    fn answers(&self, jobs: &[Job], first_rows: Option<Arc<FirstRows>>) -> Vec<Result<Answer, Failure>> {
        let line = ProgressLine::start(self.options.progress.clone(), first_rows.clone());
        let tables = AskedTables::new(&self.catalog, self.overlay.as_ref(), self.may_fetch);
        let prepared: Vec<Result<Prepared, Failure>> =
            jobs.iter().map(|job| self.prepare(job, &tables)).collect();
        for name in tables.without_data() {
            self.options
                .warnings
                .add(&format!("there is no data for {name}; it counts as a table without rows"));
        }
        line.expect(tables.bytes());
        let ready: Vec<(&Source, &Prepared)> = jobs
            .iter()
            .zip(&prepared)
            .filter_map(|(job, prepared)| Some((&job.source, prepared.as_ref().ok()?)))
            .collect();
        let outcomes = execute(&ready, &line, first_rows.as_deref());
        let mut outcomes = outcomes.into_iter();
        let answer = |(job, prepared): (&Job, Result<Prepared, Failure>)| {
            let prepared = prepared?;
            let outcomes: Vec<_> = outcomes.by_ref().take(prepared.results.len()).collect();
            prepared.answer(&job.source, outcomes)
        };
        jobs.iter().zip(prepared).map(answer).collect()
    }

    fn prepare(&self, job: &Job, tables: &AskedTables<'_>) -> Result<Prepared, Failure> {
        let started = Instant::now();
        let (bound, options) = self.bind_over(tables, job, true)?;
        let optimized =
            |result: BoundResult| BoundResult { plan: kql_planner::optimize(result.plan), ..result };
        let results = bound.results.into_iter().map(optimized).collect();
        Ok(Prepared { results, options, warnings: bound.diagnostics, time: started.elapsed() })
    }

    /// The moment that `now()` gives.
    pub fn now(&self) -> i64 {
        self.options.now
    }

    /// From now on this table stands in place of the data's table of that name.
    pub fn put_table(&mut self, table: MemoryTable) {
        self.overlay = Some(Arc::new(table));
    }

    /// Adds a file as a table by its stem; gives that name.
    pub fn add_file(&mut self, path: &str) -> Result<String, Failure> {
        Ok(self.catalog.add_file(path)?)
    }

    /// Writes a table as a Parquet file.
    pub fn import(&mut self, table: &str, target: &Path, keep_order: bool) -> Result<Imported, Failure> {
        self.options.progress = Arc::default();
        let progress = self.options.progress.clone();
        let line = ProgressLine::start(progress.clone(), None);
        let tables = AskedTables::new(&self.catalog, None, false);
        tables.table(table);
        line.expect(tables.bytes());
        let imported = self.catalog.import(
            table,
            target,
            &ImportOptions {
                threads: self.options.threads,
                group_rows: GROUP_ROWS,
                keep_order,
                memory_limit: self.options.memory_limit,
                cancel: &self.options.cancel,
                progress: &|rows, bytes| progress.add(rows, bytes),
            },
        );
        self.notes.take(self.catalog.report());
        Ok(imported?)
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
    /// How long that took.
    time: Duration,
}

/// What a result comes to, and how long it took.
type Timed = (Result<Vec<Batch>, QueryError>, Duration);

/// Runs all results of the texts, in order.
fn execute(
    ready: &[(&Source, &Prepared)],
    line: &ProgressLine,
    first_rows: Option<&FirstRows>,
) -> Vec<Timed> {
    let (plans, names): (Vec<(&Plan, &Options)>, Vec<&str>) = ready
        .iter()
        .flat_map(|(source, one)| {
            one.results.iter().map(|result| ((&result.plan, &one.options), source.name.as_str()))
        })
        .unzip();
    // Rows of several results would stand below each other, and those of a chart are not looked at.
    let only = match ready {
        [(_, one)] if one.results.len() == 1 && one.results[0].visualization.is_none() => first_rows,
        _ => None,
    };
    if let (Some(first_rows), Some((plan, _))) = (only, plans.first()) {
        first_rows.expect(plan.schema.clone());
    }
    let mut begun = Vec::with_capacity(plans.len() + 1);
    let begins = |at: usize| {
        if names.len() > 1 {
            line.show(names[at]);
        }
        begun.push(Instant::now());
    };
    let outcomes = kql_executor::execute_all_watched(&plans, begins, &|_, batch| {
        only.iter().for_each(|first_rows| first_rows.add(batch));
    });
    begun.push(Instant::now());
    let times = begun.windows(2).map(|pair| pair[1] - pair[0]);
    outcomes.into_iter().zip(times).collect()
}

impl Prepared {
    fn answer(self, source: &Source, outcomes: Vec<Timed>) -> Result<Answer, Failure> {
        let failed = |error: QueryError| Failure::Run(Box::new(source.clone()), error);
        let time = outcomes.iter().fold(self.time, |sum, (_, time)| sum + *time);
        let table = |(result, (outcome, _)): (BoundResult, Timed)| {
            Ok(ResultTable {
                name: result.name,
                schema: result.plan.schema,
                batches: outcome.map_err(failed)?,
                visualization: result.visualization,
            })
        };
        let results = self.results.into_iter().zip(outcomes).map(table).collect::<Result<_, Failure>>()?;
        Ok(Answer { results, warnings: self.warnings, time })
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
