//! Functions that the binder itself understands, because they are about names, tables and sub-queries rather than
//! values. They have no kernel, so they are no part of the registry.

use kql_functions::Example;

/// What is said of such a function.
#[derive(Debug)]
pub struct SpecialFunction {
    /// The canonical name first, then others for the same.
    pub names: &'static [&'static str],
    /// How it is called.
    pub signatures: &'static [&'static str],
    /// What it does, in one line.
    pub doc: &'static str,
    /// Queries that show it; they are run as tests, beside a watchlist `Vips` whose first key is `dana`.
    pub examples: &'static [Example],
}

/// In front of `.Table` each of these names a place where tables are. All tables are local, whatever place that is.
pub(crate) const PLACES: &[&str] = &["cluster", "database", "workspace", "app", "resource", "adx", "arg"];

/// All of them, by name.
#[rustfmt::skip]
pub const SPECIAL_FUNCTIONS: &[SpecialFunction] = &[
    SpecialFunction {
        names: &["_GetWatchlist"],
        signatures: &["_GetWatchlist(string literal) -> table"],
        doc: "The rows of watchlists/NAME.csv beside the data, as text, behind the columns that the service adds.",
        examples: &[Example { query: "_GetWatchlist('Vips') | project SearchKey", result: "dana" }],
    },
    SpecialFunction {
        names: &["_GetWatchlistAlias"],
        signatures: &["_GetWatchlistAlias -> table"],
        doc: "The names that _GetWatchlist takes.",
        examples: &[Example { query: "_GetWatchlistAlias", result: "Vips" }],
    },
    SpecialFunction {
        names: PLACES,
        signatures: &["cluster(string).database(string).Table", "workspace(string).Table"],
        doc: "The local table of that name, wherever it is said to be.",
        examples: &[Example { query: "workspace('soc').SigninLogs | count", result: "0" }],
    },
    SpecialFunction {
        names: &["column_ifexists", "columnifexists"],
        signatures: &["column_ifexists(string literal, any) -> type of the column"],
        doc: "The column of that name, or the second argument if there is none.",
        examples: &[Example { query: r#"print x = 1 | project y = column_ifexists("z", "none")"#, result: "none" }],
    },
    SpecialFunction {
        names: &["column_names_of"],
        signatures: &["column_names_of(table) -> dynamic"],
        doc: "The names of a table's columns.",
        examples: &[Example {
            query: "let T = datatable(a: long, b: string) []; print column_names_of(T)",
            result: r#"["a","b"]"#,
        }],
    },
    SpecialFunction {
        names: &["ingestion_time"],
        signatures: &["ingestion_time() -> datetime"],
        doc: "When the record came in: its _TimeReceived, or else its TimeGenerated or Timestamp, as files do not tell.",
        examples: &[Example {
            query: "datatable(TimeGenerated: datetime)[datetime(2024-05-14)] | project ingestion_time()",
            result: "2024-05-14T00:00:00.0000000Z",
        }],
    },
    SpecialFunction {
        names: &["materialize"],
        signatures: &["materialize(table) -> table"],
        doc: "The same rows, computed once however often they are used.",
        examples: &[Example { query: "let T = materialize(range x from 1 to 3 step 1); T | count", result: "3" }],
    },
    SpecialFunction {
        names: &["table"],
        signatures: &["table(string literal) -> table"],
        doc: "The table of that name.",
        examples: &[Example { query: "table('SigninLogs') | count", result: "0" }],
    },
    SpecialFunction {
        names: &["toscalar"],
        signatures: &["toscalar(table) -> type of the first column"],
        doc: "The first cell of the first row, computed once.",
        examples: &[Example {
            query: "print toscalar(range x from 1 to 3 step 1 | summarize max(x))",
            result: "3",
        }],
    },
];
