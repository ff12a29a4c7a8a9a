//! Syntax tree -> bound operator tree: names are resolved to positions, every expression gets a type.
//!
//! - [`environment`]: what names mean besides columns. [`statements`]: how `let`, `set` and the others change that.
//! - [`tabular`]: expressions that give rows. [`operators`]: the operators of a pipeline, a file a family.
//! - [`scalar`]: expressions that give a value. [`calls`], [`aggregates`], [`overload`]: calls of built-in functions.
//!   [`functions`]: calls of functions made by `let`.
//! - [`options`]: what `set` changes.
//! - [`watch`]: what editors ask: what is in scope, what names mean.
//! - [`names`]: how Kusto names columns that a query does not name.

mod aggregates;
mod calls;
mod environment;
mod fold;
mod functions;
mod literals;
mod names;
mod operators;
mod options;
mod overload;
mod patterns;
mod plans;
mod scalar;
mod statements;
mod tables;
mod tabular;
mod terms;
pub(crate) mod watch;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashMap;
use kql_parser::{Code, Diagnostic, Span, ast};
use kql_tables::Table;
use kql_types::Schema;

use self::aggregates::AggregateSite;
use self::environment::Environment;
use self::options::QueryOptions;
use self::watch::Watch;
use crate::bound::{Bound, BoundResult, Surroundings, Visualization};

pub use self::options::query_now;
pub(crate) use self::watch::{meanings, scope_at};

/// How deep calls of functions made by `let` may nest, and how many times hidden columns are looked for.
const DEPTH_LIMIT: usize = 64;

/// Binds a query that parsed without errors. `text` is what it was parsed from.
pub fn bind<'q>(query: &'q ast::Query, text: &'q str, surroundings: &'q Surroundings<'q>) -> Bound {
    // A name that resolves to nothing may be a column that a table's schema leaves out. Such names are looked for in a
    // second pass, because to find them may mean to read all of the data.
    let mut hidden = BTreeSet::new();
    let mut next_shared = 0;
    loop {
        let mut binder = Binder::new(text, surroundings, hidden.clone());
        // Numbers are not used again: the evaluator remembers the rows of an earlier pass by them.
        binder.next_shared = next_shared;
        binder.query(query);
        next_shared = binder.next_shared;
        let found = binder.hidden_columns();
        if found.is_empty() {
            return binder.finish();
        }
        hidden.extend(found);
    }
}

/// The state of one pass over a query.
struct Binder<'q> {
    text: &'q str,
    surroundings: &'q Surroundings<'q>,
    /// Names of columns to look for beyond the schemas of tables.
    hidden: BTreeSet<String>,
    /// Names that resolved to nothing.
    unresolved: BTreeSet<String>,
    /// The tables that were looked for, found or not.
    found_tables: RefCell<HashMap<String, Option<Arc<dyn Table>>>>,
    /// The tables that the query reads.
    tables: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
    environment: Environment<'q>,
    /// What `set` says.
    options: QueryOptions,
    /// Whether statements are those of a function's body.
    in_function: bool,
    depth: usize,
    /// The call of a library function that is bound, and where it stands in the query.
    library_call: Option<(String, Span)>,
    /// Columns of the rows that are aggregated which are group keys: `*` leaves them out.
    group_columns: Vec<usize>,
    /// Where aggregate calls go, while the items of a `summarize` are bound.
    aggregates: Option<AggregateSite>,
    next_shared: usize,
    /// What the last `render` of the pipeline at hand said.
    visualization: Option<Visualization>,
    /// What has columns that are not known, so that a name which nothing has may be one of them: tables that a fuzzy union
    /// left out, plugins that unpack what no row holds.
    left_out: Vec<String>,
    /// Further results, those of `fork` and `facet`.
    further: Vec<BoundResult>,
    results: Vec<BoundResult>,
    /// What is noted for an editor.
    watch: Option<Watch>,
}

impl<'q> Binder<'q> {
    fn new(text: &'q str, surroundings: &'q Surroundings<'q>, hidden: BTreeSet<String>) -> Self {
        Self {
            text,
            surroundings,
            hidden,
            unresolved: BTreeSet::new(),
            found_tables: RefCell::default(),
            tables: BTreeSet::new(),
            diagnostics: Vec::new(),
            environment: Environment::default(),
            options: QueryOptions::default(),
            in_function: false,
            depth: 0,
            library_call: None,
            group_columns: Vec::new(),
            aggregates: None,
            next_shared: 0,
            visualization: None,
            left_out: Vec::new(),
            further: Vec::new(),
            results: Vec::new(),
            watch: None,
        }
    }

    fn finish(mut self) -> Bound {
        self.diagnostics.sort_by_key(|found| (found.span.start, found.span.end));
        self.diagnostics.dedup();
        Bound { results: self.results, diagnostics: self.diagnostics }
    }

    /// The unresolved names that are hidden columns of a table that the query reads, and were not looked for yet.
    fn hidden_columns(&self) -> Vec<String> {
        let tables: Vec<_> =
            self.tables.iter().filter_map(|name| self.surroundings.catalog.table(name)).collect();
        let is_hidden = |name: &String| tables.iter().any(|table| table.hidden_column(name).is_some());
        let unknown = self.unresolved.iter().filter(|name| !self.hidden.contains(*name));
        unknown.filter(|name| is_hidden(name)).cloned().collect()
    }

    /// Notes a mistake. Gives `None`, so that a caller can return it.
    fn fail<T>(&mut self, code: Code, message: impl Into<String>, span: Span) -> Option<T> {
        self.report(Diagnostic::error(code, message, span));
        None
    }

    /// Notes a diagnostic. One about a text of the library is told at its call.
    fn report(&mut self, mut diagnostic: Diagnostic) {
        if let Some((name, span)) = &self.library_call {
            diagnostic.message = format!("in {name}(): {}", diagnostic.message);
            diagnostic.span = *span;
        }
        self.diagnostics.push(diagnostic);
    }

    /// Notes a mistake in how parts that are known fit together.
    fn mistake<T>(&mut self, message: impl Into<String>, span: Span) -> Option<T> {
        self.fail(Code::Semantic, message, span)
    }

    /// Refuses what KQL has and this engine does not run.
    fn not_supported<T>(&mut self, what: impl std::fmt::Display, span: Span) -> Option<T> {
        self.fail(Code::NotSupported, format!("{what} is not supported yet"), span)
    }

    /// Notes a name that nothing has, with the nearest of the candidates.
    fn unknown_name<'n, T>(
        &mut self,
        message: String,
        name: &str,
        candidates: impl IntoIterator<Item = &'n str>,
        span: Span,
    ) -> Option<T> {
        self.unresolved.insert(name.to_owned());
        let mut diagnostic = Diagnostic::error(Code::UnknownName, message, span);
        if let Some(nearest) = kql_parser::nearest(name, candidates) {
            diagnostic = diagnostic.with_hint(format!("did you mean `{nearest}`?"));
        }
        self.report(diagnostic);
        None
    }

    /// Stops where nothing more can be said of the query. One that is only checked may still be right, and gets a note; one
    /// that is to run cannot, and must not pass for a query that found nothing.
    fn undetermined<T>(&mut self, code: Code, message: impl Into<String>, span: Span) -> Option<T> {
        let message = message.into();
        if self.surroundings.evaluator.is_some() {
            return self.fail(code, message, span);
        }
        self.note(format!("{message}; what comes after it was not checked"), span);
        None
    }

    /// Notes that something is accepted and has no effect, or deserves a look.
    fn note(&mut self, message: impl Into<String>, span: Span) {
        self.report(Diagnostic::warning(Code::Note, message, span));
    }

    /// A number for rows that are computed once and used several times.
    fn new_shared(&mut self) -> usize {
        self.next_shared += 1;
        self.next_shared
    }
}

/// The names of a schema's columns.
fn column_names(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.fields.iter().map(|field| &*field.name)
}
