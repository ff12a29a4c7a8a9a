//! What the editor knows of the session while a query is typed. A key must never wait for a file: what is not known yet
//! is found out beside, and is there some keys later.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kql_executor::Options;
use kql_functions::Context;
use kql_parser::{Diagnostic, Span};
use kql_planner::complete::{Completions, NameMeaning, complete, meanings};
use kql_planner::{FunctionLibrary, Surroundings};
use kql_tables::{Catalog, DataCatalog, Scan, ScanRequest, Table, TableError};
use kql_types::{Field, Schema};

use super::samples::Samples;
use crate::session::Session;
use crate::source::Source;

/// So long an answer is waited for while a key is handled.
const PATIENCE: Duration = Duration::from_millis(6);

/// What the editor knows. Clones share it.
#[derive(Clone)]
pub struct Knowledge {
    known: Arc<Known>,
    samples: Samples,
}

/// The names that a text may use, whoever reads it.
pub struct Known {
    tables: PatientCatalog,
    library: FunctionLibrary,
    parameters: BTreeMap<String, String>,
    first_table: Option<String>,
}

impl Knowledge {
    /// What is known of the session at the beginning.
    pub fn of(session: &Session) -> Self {
        Self { known: Arc::new(Known::of(session, Slow::default())), samples: Samples::default() }
    }

    /// Looks at the session again: tables may have been added, files may have changed.
    pub fn refresh(&mut self, session: &Session) {
        let schemas = self.known.tables.schemas.clone();
        schemas.doubt();
        self.samples.doubt();
        self.known = Arc::new(Known::of(session, schemas));
    }

    /// The names that a text may use.
    pub fn known(&self) -> &Arc<Known> {
        &self.known
    }

    /// The tables.
    pub fn catalog(&self) -> &DataCatalog {
        &self.known.tables.catalog
    }

    /// What may be written at that offset.
    pub fn complete(&self, text: &str, offset: usize) -> Completions {
        let known = &*self.known;
        let source = known.placed(text);
        let added = source.text().len() - text.len();
        let context = Context::default();
        let data = self.samples.of(&known.tables.catalog, &known.library);
        let mut found = complete(source.text(), offset + added, &known.surroundings(&context), &data);
        found.replaced = source.written_span(found.replaced);
        found
    }
}

impl Known {
    fn of(session: &Session, schemas: Slow<String, Arc<Schema>>) -> Self {
        Self {
            tables: PatientCatalog { catalog: Arc::new(session.catalog().clone()), schemas },
            library: session.library().clone(),
            parameters: session.parameters().clone(),
            first_table: session.first_table().map(str::to_owned),
        }
    }

    /// What is wrong with a text, and what its names mean.
    pub fn meanings(&self, text: &str) -> (Vec<Diagnostic>, Vec<(Span, NameMeaning)>) {
        let source = self.placed(text);
        let context = Options::default().context();
        let (mut found, mut names) = meanings(source.text(), &self.surroundings(&context));
        for diagnostic in &mut found {
            diagnostic.span = source.written_span(diagnostic.span);
        }
        for (span, _) in &mut names {
            *span = source.written_span(*span);
        }
        (found, names)
    }

    /// The text as it would run: perhaps over the only table.
    fn placed(&self, text: &str) -> Source {
        let source = Source::new("query", text);
        match &self.first_table {
            Some(table) => source.over(table),
            None => source,
        }
    }

    fn surroundings<'a>(&'a self, context: &'a Context) -> Surroundings<'a> {
        Surroundings {
            catalog: &self.tables,
            context,
            parameters: self.parameters.clone(),
            library: &self.library,
            evaluator: None,
            lookback: None,
        }
    }
}

/// The tables of the session with what is known of their columns.
#[derive(Debug)]
struct PatientCatalog {
    catalog: Arc<DataCatalog>,
    schemas: Slow<String, Arc<Schema>>,
}

impl Catalog for PatientCatalog {
    fn table(&self, name: &str) -> Option<Arc<dyn Table>> {
        let table = self.catalog.table(name)?;
        if !table.has_data() {
            return Some(table);
        }
        let reads = table.clone();
        let known = self.schemas.get(name.to_owned(), PATIENCE, move || reads.schema());
        let is_complete = known.is_some();
        let schema = known.unwrap_or_else(|| Arc::new(kql_tables::known_schema(name).unwrap_or_default()));
        Some(Arc::new(TableAsKnown { table, schema, is_complete }))
    }

    fn names(&self) -> Vec<String> {
        let kept = self.catalog.kept_names().map(str::to_owned);
        self.catalog.names().into_iter().chain(kept).collect()
    }

    fn watchlists(&self) -> Vec<String> {
        self.catalog.watchlists()
    }
}

/// A table with as many of its columns as are known.
#[derive(Debug)]
struct TableAsKnown {
    table: Arc<dyn Table>,
    schema: Arc<Schema>,
    is_complete: bool,
}

impl Table for TableAsKnown {
    fn name(&self) -> &str {
        self.table.name()
    }

    fn schema(&self) -> Arc<Schema> {
        self.schema.clone()
    }

    fn hidden_column(&self, _name: &str) -> Option<Field> {
        None
    }

    fn has_data(&self) -> bool {
        self.is_complete
    }

    fn scan(&self, request: ScanRequest) -> Result<Arc<dyn Scan>, TableError> {
        self.table.scan(request)
    }
}

/// Answers that may take long, by question. Each is found out on a thread of its own; what is doubted is found out again
/// the next time, and the old answer serves until then.
#[derive(Debug)]
pub struct Slow<Q, A> {
    shared: Arc<Shared<Q, A>>,
}

#[derive(Debug)]
struct Shared<Q, A> {
    answers: Mutex<HashMap<Q, Answer<A>>>,
    news: Condvar,
}

#[derive(Debug)]
struct Answer<A> {
    value: Option<A>,
    is_asked: bool,
    is_doubted: bool,
}

impl<Q, A> Clone for Slow<Q, A> {
    /// The same answers.
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<Q, A> Default for Slow<Q, A> {
    fn default() -> Self {
        Self { shared: Arc::new(Shared { answers: Mutex::default(), news: Condvar::new() }) }
    }
}

impl<Q, A> Slow<Q, A>
where
    Q: Clone + Eq + Hash + Send + 'static,
    A: Clone + Send + 'static,
{
    /// The answer, if it is there or comes before the patience ends.
    pub fn get(
        &self,
        question: Q,
        patience: Duration,
        find: impl FnOnce() -> A + Send + 'static,
    ) -> Option<A> {
        let mut answers = self.lock();
        let answer = answers.entry(question.clone()).or_insert(Answer {
            value: None,
            is_asked: false,
            is_doubted: true,
        });
        if !answer.is_doubted {
            return answer.value.clone();
        }
        if !answer.is_asked {
            answer.is_asked = true;
            let shared = self.shared.clone();
            let asked = question.clone();
            let finds = move || {
                let found = find();
                let mut answers = shared.answers.lock().unwrap_or_else(PoisonError::into_inner);
                answers.insert(asked, Answer { value: Some(found), is_asked: false, is_doubted: false });
                shared.news.notify_all();
            };
            // Without the thread the answer stays unknown.
            let _ = std::thread::Builder::new().name("look".to_owned()).spawn(finds);
        }
        if let Some(old) = answers.get(&question).and_then(|answer| answer.value.clone()) {
            return Some(old);
        }
        let until = Instant::now() + patience;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            answers = self.shared.news.wait_timeout(answers, left).unwrap_or_else(PoisonError::into_inner).0;
            if let Some(found) = answers.get(&question).and_then(|answer| answer.value.clone()) {
                return Some(found);
            }
        }
        None
    }

    /// What was found out may be old.
    pub fn doubt(&self) {
        for answer in self.lock().values_mut() {
            answer.is_doubted = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Q, Answer<A>>> {
        self.shared.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_there_later_and_serves_until_there_is_a_newer_one() {
        let answers: Slow<u8, u32> = Slow::default();
        let (say, wait) = std::sync::mpsc::channel();
        let first = answers.get(1, Duration::from_millis(1), move || wait.recv().unwrap_or(0));
        assert_eq!(first, None);
        say.send(5).unwrap();
        assert_eq!(answers.get(1, Duration::from_secs(10), || 6), Some(5));
        answers.doubt();
        assert_eq!(answers.get(1, Duration::ZERO, || 7), Some(5));
        let newer = (0..1000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(1));
            answers.get(1, Duration::ZERO, || 8).filter(|found| *found == 7)
        });
        assert_eq!(newer, Some(7));
    }
}
