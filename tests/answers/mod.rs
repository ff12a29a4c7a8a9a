//! Recorded answers of the real engine, and how they are compared with ours.

mod cells;
mod failure;

use serde_json::Value;

use crate::support::{Column, Outcome, Reply, ResultTable};
use cells::{Comparison, same_cell, same_row, same_rows};
use failure::{complaint, crashed};

/// A query and what the real engine answers.
#[derive(Debug)]
pub struct Answer {
    /// The documentation page and the number of the sample on it.
    pub id: String,
    /// The text.
    pub query: String,
    table: ResultTable,
    order: Order,
}

#[derive(Debug)]
enum Order {
    None,
    Whole,
    /// These columns come in this order, tied rows in any.
    By(Vec<usize>),
}

/// How far an answer agrees. Each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// There is an answer.
    Runs,
    /// Its columns have the same names in the same order.
    Names,
    /// And the same types.
    Types,
    /// And the rows are the same.
    Values,
}

impl Level {
    /// From the least to the highest.
    pub const ALL: [Self; 4] = [Self::Runs, Self::Names, Self::Types, Self::Values];

    /// Its name in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Names => "names",
            Self::Types => "types",
            Self::Values => "values",
        }
    }
}

/// What was found about one case.
#[derive(Debug)]
pub struct Verdict {
    /// The highest level that the answer reaches.
    pub level: Option<Level>,
    /// Whether the program crashed or did not end.
    pub crashed: bool,
    /// Why it does not reach all levels; empty if it does.
    pub reason: String,
    /// What was answered instead, for the eye.
    pub answer: String,
}

impl Answer {
    /// Reads a case of the file.
    pub fn read(case: &Value) -> Option<Self> {
        let columns: Option<Vec<Column>> = case["columns"]
            .as_array()?
            .iter()
            .map(|column| {
                let text = |key: &str| column[key].as_str().map(str::to_owned);
                Some(Column { name: text("name")?, kind: text("type")? })
            })
            .collect();
        let columns = columns?;
        let rows =
            case["rows"].as_array()?.iter().map(|row| row.as_array().cloned()).collect::<Option<_>>()?;
        let order = match case["order_by"].as_array() {
            _ if !case["ordered"].as_bool()? => Order::None,
            None => Order::Whole,
            Some(keys) => {
                let place =
                    |key: &Value| columns.iter().position(|column| Some(&*column.name) == key.as_str());
                Order::By(keys.iter().map(place).collect::<Option<_>>()?)
            }
        };
        let text = |key: &str| case[key].as_str().map(str::to_owned);
        Some(Self { id: text("id")?, query: text("query")?, table: ResultTable { columns, rows }, order })
    }

    /// Whether its page is among those that the first releases aim at: all but geography, series, network addresses,
    /// plugins and graphs.
    pub fn is_core(&self) -> bool {
        let page = self.id.as_str();
        let left_out = page.starts_with("geo-")
            || page.starts_with("series-")
            || ["ipv4", "ipv6", "-plugin-", "graph"].iter().any(|part| page.contains(part));
        !left_out
    }

    /// Holds a run of the query against the answer.
    pub fn judge(&self, outcome: &Outcome) -> Verdict {
        let crashed = crashed(outcome);
        let failed = |reason: String, answer: &str| Verdict {
            level: None,
            crashed,
            reason,
            answer: answer.to_owned(),
        };
        if !outcome.succeeded() {
            return failed(complaint(outcome), &outcome.errors);
        }
        match Reply::parse(&outcome.output).map(|reply| reply.tables.into_iter().next()) {
            Ok(Some(table)) => {
                let (level, reason) = self.compare(&table);
                Verdict { level: Some(level), crashed, reason, answer: in_words(&table) }
            }
            Ok(None) => failed("reply has no table".to_owned(), &outcome.output),
            Err(reason) => failed(reason, &outcome.output),
        }
    }

    fn compare(&self, actual: &ResultTable) -> (Level, String) {
        let names =
            |table: &ResultTable| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let kinds =
            |table: &ResultTable| table.columns.iter().map(|column| column.kind.clone()).collect::<Vec<_>>();
        if names(&self.table) != names(actual) {
            (Level::Runs, "names of columns differ".to_owned())
        } else if kinds(&self.table) != kinds(actual) {
            (Level::Names, "types of columns differ".to_owned())
        } else if self.table.rows.len() != actual.rows.len() {
            (Level::Types, "number of rows differs".to_owned())
        } else if !self.same_values(actual) {
            (Level::Types, "values differ".to_owned())
        } else {
            (Level::Values, String::new())
        }
    }

    fn same_values(&self, actual: &ResultTable) -> bool {
        let how = Comparison { columns: &self.table.columns, arrays_are_sets: makes_sets(&self.query) };
        let (ours, theirs) = (&actual.rows, &self.table.rows);
        match &self.order {
            Order::None => same_rows(how, ours, theirs),
            Order::Whole => ours.iter().zip(theirs).all(|(a, b)| same_row(how, a, b)),
            Order::By(keys) => {
                let keyed =
                    |a: &[Value], b: &[Value]| keys.iter().all(|&key| same_cell(how, key, &a[key], &b[key]));
                ours.iter().zip(theirs).all(|(a, b)| keyed(a, b)) && same_rows(how, ours, theirs)
            }
        }
    }

    /// Query, expected and actual answer, for someone who looks into a case.
    pub fn compare_in_words(&self, verdict: &Verdict) -> String {
        let expected = in_words(&self.table);
        let reason = if verdict.reason.is_empty() { "agrees" } else { &verdict.reason };
        format!("--- {}: {reason}\n{}\nexpected\n{expected}actual\n{}\n", self.id, self.query, verdict.answer)
    }
}

/// Functions whose arrays have no order.
const MAKERS_OF_SETS: [&str; 7] =
    ["make_set", "make_set_if", "set_union", "set_intersect", "set_difference", "bag_keys", "buildschema"];

fn makes_sets(query: &str) -> bool {
    MAKERS_OF_SETS.iter().any(|name| query.contains(&format!("{name}(")))
}

fn in_words(table: &ResultTable) -> String {
    let head: Vec<String> =
        table.columns.iter().map(|column| format!("{}:{}", column.name, column.kind)).collect();
    let rows = table.rows.iter().map(|row| format!("  {}\n", Value::from(row.clone())));
    format!("  {}\n{}", head.join(" | "), rows.collect::<String>())
}
