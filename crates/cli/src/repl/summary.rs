//! What the columns of a table hold, found in one pass over it: nulls, different values, the most frequent ones, the least
//! and the greatest.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use kql_tables::{ScanColumn, ScanRequest, Table, TableError};
use kql_types::{Column, Field, ScalarType, Value};

use crate::answer::{ResultBuilder, ResultTable};
use crate::failure::Failure;
use crate::progress::grouped;
use crate::terminal::{push_cut, push_visible};

/// Of a column with more different values no further ones are told apart.
const MOST_DISTINCT: usize = 100_000;

/// So many of the most frequent values are shown.
const TOP: usize = 3;

/// One row a column of the table.
pub fn summarize(table: &dyn Table, threads: usize, cancel: &AtomicBool) -> Result<ResultTable, Failure> {
    let schema = table.schema();
    let request = ScanRequest {
        columns: schema.fields.iter().map(ScanColumn::whole).collect(),
        ..ScanRequest::default()
    };
    let scan = table.scan(request)?;
    let tallies: Mutex<Vec<Tally>> =
        Mutex::new(schema.fields.iter().map(|field| Tally::new(field.data_type)).collect());
    let work = || -> Result<(), TableError> {
        let mut own: Vec<Tally> = schema.fields.iter().map(|field| Tally::new(field.data_type)).collect();
        while let Some(morsel) = scan.next()? {
            if cancel.load(Ordering::Relaxed) {
                return Err(TableError::new("stopped"));
            }
            let batch = scan.read(morsel)?;
            for (tally, column) in own.iter_mut().zip(&batch.columns) {
                tally.add(column);
            }
        }
        let mut all = tallies.lock().unwrap_or_else(PoisonError::into_inner);
        for (all, own) in all.iter_mut().zip(own) {
            all.merge(own);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut outcome = work();
        for helper in helpers {
            outcome = outcome.and(helper.join().unwrap_or_else(|_| Err(TableError::new("a thread failed"))));
        }
        outcome
    })?;
    let tallies = tallies.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(listed(&schema.fields, &tallies))
}

fn listed(fields: &[Field], tallies: &[Tally]) -> ResultTable {
    let mut rows = ResultBuilder::new(&[
        ("Column", ScalarType::String),
        ("Type", ScalarType::String),
        ("Empty", ScalarType::Long),
        ("Distinct", ScalarType::String),
        ("Min", ScalarType::String),
        ("Max", ScalarType::String),
        ("Top", ScalarType::String),
    ]);
    for (field, tally) in fields.iter().zip(tallies) {
        let bound = |bound: &Option<Value>| {
            Value::String(bound.as_ref().map_or_else(String::new, |value| short(&value.to_text())))
        };
        rows.push(&[
            Value::String(field.name.to_string()),
            Value::String(field.data_type.name().to_owned()),
            Value::Long(i64::try_from(tally.empty).unwrap_or(i64::MAX)),
            Value::String(tally.distinct()),
            bound(&tally.least),
            bound(&tally.greatest),
            Value::String(tally.top()),
        ]);
    }
    rows.finish()
}

/// So wide is a value shown.
const SHOWN: usize = 32;

/// The beginning of a value's text, without a fraction of seconds that is zero.
fn short(text: &str) -> String {
    let (mut visible, mut cut) = (String::new(), String::new());
    push_visible(&mut visible, &text.replace(".0000000Z", "Z"));
    push_cut(&mut cut, &visible, SHOWN);
    cut
}

/// What was seen of a column.
struct Tally {
    data_type: ScalarType,
    rows: u64,
    /// Nulls, and empty strings.
    empty: u64,
    counts: HashMap<String, u64>,
    /// Whether there are more different values than are told apart.
    is_full: bool,
    least: Option<Value>,
    greatest: Option<Value>,
}

impl Tally {
    fn new(data_type: ScalarType) -> Self {
        Self {
            data_type,
            rows: 0,
            empty: 0,
            counts: HashMap::new(),
            is_full: false,
            least: None,
            greatest: None,
        }
    }

    fn add(&mut self, column: &Column) {
        let mut text = String::new();
        for row in 0..column.len() {
            self.rows += 1;
            let value = column.value(row);
            let is_empty = match &value {
                Value::Null(_) => true,
                Value::String(text) => text.is_empty(),
                _ => false,
            };
            if is_empty {
                self.empty += 1;
                continue;
            }
            text.clear();
            value.write_text(&mut text);
            self.count(&text, 1);
            self.widen(value);
        }
    }

    fn count(&mut self, text: &str, number: u64) {
        let is_full = self.counts.len() >= MOST_DISTINCT;
        match self.counts.get_mut(text) {
            Some(count) => *count += number,
            None if is_full => self.is_full = true,
            None => {
                self.counts.insert(text.to_owned(), number);
            }
        }
    }

    fn widen(&mut self, value: Value) {
        if self.data_type == ScalarType::Dynamic {
            return;
        }
        if self.least.as_ref().is_none_or(|least| comes_before(&value, least)) {
            self.least = Some(value.clone());
        }
        if self.greatest.as_ref().is_none_or(|greatest| comes_before(greatest, &value)) {
            self.greatest = Some(value);
        }
    }

    fn merge(&mut self, other: Tally) {
        self.rows += other.rows;
        self.empty += other.empty;
        self.is_full |= other.is_full;
        for (text, number) in other.counts {
            self.count(&text, number);
        }
        [other.least, other.greatest].into_iter().flatten().for_each(|value| self.widen(value));
    }

    fn distinct(&self) -> String {
        let number = grouped(self.counts.len() as u64);
        if self.is_full { format!("more than {number}") } else { number }
    }

    /// The most frequent values with their numbers; none, where every value is another.
    fn top(&self) -> String {
        let mut counts: Vec<(&String, u64)> = self
            .counts
            .iter()
            .map(|(text, number)| (text, *number))
            .filter(|(_, number)| *number > 1)
            .collect();
        if self.is_full {
            return String::new();
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let shown =
            counts.iter().take(TOP).map(|(text, number)| format!("{} ({})", short(text), grouped(*number)));
        shown.collect::<Vec<_>>().join(", ")
    }
}

fn comes_before(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a < b,
        (Value::Int(a), Value::Int(b)) => a < b,
        (Value::Long(a), Value::Long(b)) => a < b,
        (Value::Real(a), Value::Real(b)) => a < b,
        (Value::DateTime(a), Value::DateTime(b)) | (Value::Timespan(a), Value::Timespan(b)) => a < b,
        (Value::String(a), Value::String(b)) => a < b,
        (Value::Decimal(a), Value::Decimal(b)) => a < b,
        (Value::Guid(a), Value::Guid(b)) => a < b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::cell::write_text;
    use kql_tables::MemoryTable;

    #[test]
    fn one_pass_tells_of_each_column() {
        let mut rows = ResultBuilder::new(&[("User", ScalarType::String), ("N", ScalarType::Long)]);
        for (user, number) in [("bob", Some(3)), ("ann", Some(1)), ("bob", None), ("", Some(2))] {
            let number = number.map_or(Value::Null(ScalarType::Long), Value::Long);
            rows.push(&[Value::String(user.to_owned()), number]);
        }
        let table = MemoryTable::new("T", rows.finish().batches.remove(0));
        let summary = summarize(&table, 2, &AtomicBool::new(false)).unwrap();
        let batch = &summary.batches[0];
        let line = |row: usize| {
            let cells = batch.columns.iter().map(|column| {
                let mut cell = String::new();
                write_text(&mut cell, column, row);
                cell
            });
            cells.collect::<Vec<_>>().join("|")
        };
        assert_eq!(line(0), "User|string|1|2|ann|bob|bob (2)");
        assert_eq!(line(1), "N|long|1|3|1|3|");
    }

    #[test]
    fn it_stops_when_asked() {
        let mut rows = ResultBuilder::new(&[("N", ScalarType::Long)]);
        rows.push(&[Value::Long(1)]);
        let table = MemoryTable::new("T", rows.finish().batches.remove(0));
        assert!(summarize(&table, 1, &AtomicBool::new(true)).is_err());
    }
}
