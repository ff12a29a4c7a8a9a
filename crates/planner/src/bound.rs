//! What binding a query gives.

use std::collections::BTreeMap;

use kql_functions::Context;
use kql_parser::Diagnostic;
use kql_tables::Catalog;

use crate::plan::Evaluate;
use crate::{FunctionLibrary, Plan};

/// What the binder may know besides the text.
pub struct Surroundings<'a> {
    /// The tables that the query may name.
    pub catalog: &'a dyn Catalog,
    /// For constants that are computed while binding: `now()` is the same there as when the query runs.
    pub context: &'a Context,
    /// Values for `declare query_parameters`, as text, by name.
    pub parameters: BTreeMap<String, String>,
    /// Functions that are stored apart from the query.
    pub library: &'a FunctionLibrary,
    /// Runs plans whose columns only show when they run (`bag_unpack`, `pivot`). Without one, binding stops there with a
    /// note and the query has no result.
    pub evaluator: Option<&'a dyn Evaluate>,
    /// The only time of which tables have rows; of all times without one.
    pub lookback: Option<Lookback>,
}

/// How far back a scheduled rule looks. Tables have the rows only whose `TimeGenerated` lies in it, if they have that
/// column. The first moment is not in it and the last one is, so that runs one after the other miss nothing and see
/// nothing twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookback {
    /// Ticks of 100 ns since 0001-01-01T00:00:00Z; excluded.
    pub after: i64,
    /// Ticks; included.
    pub until: i64,
}

impl Lookback {
    /// The column that says when.
    pub const COLUMN: &'static str = "TimeGenerated";
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

/// What binding gives. Never fails: what is wrong is among the diagnostics.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// The results of the query, in order; complete only if no diagnostic is an error. A query has one, but several
    /// with `fork`, `facet` or several tabular statements. It is empty, without an error, where the result's columns depend
    /// on data that binding did not read.
    pub results: Vec<BoundResult>,
    /// What is wrong or worth a note, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Bound {
    /// Whether one of the diagnostics is an error, so that the query cannot run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == kql_parser::Severity::Error)
    }
}

/// One result of a query.
#[derive(Clone, Debug)]
pub struct BoundResult {
    /// Its name, if the query gives it one (`fork a=(...)`, `as name` at the end).
    pub name: Option<String>,
    /// How it is computed.
    pub plan: Plan,
    /// How it wants to be drawn.
    pub visualization: Option<Visualization>,
}

/// The annotation that `render` leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visualization {
    /// `timechart`, `table`, ...
    pub chart: String,
    /// The properties of `with (...)` as text, in order.
    pub properties: Vec<(String, String)>,
}
