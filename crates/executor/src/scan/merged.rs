//! One scan for several readers of a table.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use kql_functions::Context;
use kql_planner::plan;
use kql_tables::{Condition, Needle, NeedleGroup, ScanColumn, ScanFilter, ScanRequest};
use kql_types::{Batch, Column, Schema};

use super::TableScan;
use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::pipeline::{Pipeline, Source};
use crate::query::Query;

/// What one reader wants of the table.
pub(crate) struct Reader<'p> {
    /// Its scan.
    pub(crate) scan: &'p plan::Scan,
    /// Its columns.
    pub(crate) schema: Arc<Schema>,
    /// Its query.
    pub(crate) query: &'p Query,
}

/// The rows and columns of the merged scan that are one reader's.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Positions in the merged batch.
    columns: Vec<usize>,
    schema: Arc<Schema>,
    /// Over the merged batch.
    predicate: Option<CompiledExpr>,
    context: Arc<Context>,
}

impl Selection {
    /// The reader's rows; none of an empty selection.
    pub(crate) fn apply(&self, merged: &Batch) -> Result<Option<Batch>, QueryError> {
        let keep = match &self.predicate {
            Some(predicate) => Some(predicate.select(&merged.columns, merged.rows, &self.context)?),
            None => None,
        };
        let rows = keep.as_ref().map_or(merged.rows, BooleanBuffer::count_set_bits);
        if rows == 0 {
            return Ok(None);
        }
        let columns: Vec<Column> =
            self.columns.iter().map(|&position| merged.columns[position].clone()).collect();
        let batch = Batch::new(self.schema.clone(), columns, merged.rows);
        Ok(Some(match keep {
            Some(keep) if rows < merged.rows => batch.filter(&keep),
            _ => batch,
        }))
    }
}

/// With more readers than that, hardly a record is wanted by none of them, and it does not pay to ask each one twice. They
/// look at columns often enough to have them in memory first, where what repeats is known.
const FEW_READERS: usize = 8;

/// More needles than that are not searched for.
const MOST_NEEDLES: usize = 64;

/// A scan of what any of the readers wants, and what of it is whose. There is at least one reader, and all read the
/// same table.
pub(crate) fn merged(readers: &[Reader<'_>]) -> Result<(Pipeline, Vec<Selection>), QueryError> {
    let mut columns: Vec<ScanColumn> = Vec::new();
    let mut selections = Vec::with_capacity(readers.len());
    for reader in readers {
        let places: Vec<usize> =
            reader.scan.columns.iter().map(|column| place(column, &mut columns)).collect();
        selections.push(Selection {
            predicate: reader.predicate(&places)?,
            columns: places,
            schema: reader.schema.clone(),
            context: reader.query.context.clone(),
        });
    }
    let filter = match readers.len() <= FEW_READERS {
        true => any_wants(readers, &selections)?,
        false => {
            read_ahead(&readers[0], &columns);
            None
        }
    };
    let needles = any_needles(readers);
    let conditions = any_conditions(readers, &selections);
    let request = ScanRequest { columns, needles, conditions, filter, limit: None };
    let schema = request.schema();
    let scan = readers[0].scan.table.scan(request)?;
    let source = Source::Scan(Arc::new(TableScan {
        scan,
        failure: Default::default(),
        progress: readers[0].query.progress.clone(),
    }));
    Ok((Pipeline::new(schema, source), selections))
}

fn read_ahead(reader: &Reader<'_>, columns: &[ScanColumn]) {
    let query = reader.query;
    reader.scan.table.read_ahead(columns, query.threads, &|bytes| {
        query.progress.add(0, bytes);
        query.check_cancelled().is_ok()
    });
}

/// The place of a column among those that are read; it is added if it is not yet there.
fn place(column: &ScanColumn, columns: &mut Vec<ScanColumn>) -> usize {
    let same = |other: &ScanColumn| {
        other.source == column.source && other.path == column.path && other.data_type == column.data_type
    };
    columns.iter().position(same).unwrap_or_else(|| {
        columns.push(column.clone());
        columns.len() - 1
    })
}

impl Reader<'_> {
    /// Fails where the predicate cannot be made ready.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        let Some(predicate) = &self.scan.predicate else { return Ok(()) };
        CompiledExpr::compile(predicate, self.query).map(|_| ())
    }

    /// The predicate over columns that stand in these places.
    fn predicate(&self, places: &[usize]) -> Result<Option<CompiledExpr>, QueryError> {
        let Some(predicate) = &self.scan.predicate else { return Ok(None) };
        let mut compiled = CompiledExpr::compile(predicate, self.query)?;
        compiled.move_columns(places);
        Ok(Some(compiled))
    }
}

/// The filter that leaves out records that no reader wants. `None` if one of them wants all.
fn any_wants(readers: &[Reader<'_>], selections: &[Selection]) -> Result<Option<ScanFilter>, QueryError> {
    let mut predicates = Vec::new();
    let mut columns = Vec::new();
    for (reader, selection) in readers.iter().zip(selections) {
        let Some(predicate) = reader.predicate(&selection.columns)? else { return Ok(None) };
        predicate.columns_read(&mut columns);
        predicates.push((predicate, selection.context.clone()));
    }
    predicates.iter_mut().for_each(|(predicate, _)| predicate.renumber(&columns));
    let evaluate = move |columns: &[Column], rows: usize| {
        let mut wanted = BooleanBuffer::new_unset(rows);
        for (predicate, context) in &predicates {
            // A reader whose predicate fails is told when it selects its rows; that must not concern the others.
            match predicate.select(columns, rows, context) {
                Ok(keep) => wanted = &wanted | &keep,
                Err(_) => return Ok(BooleanBuffer::new_set(rows)),
            }
        }
        Ok(wanted)
    };
    Ok(Some(ScanFilter { columns, evaluate: Arc::new(evaluate) }))
}

/// What holds of any row that some reader wants: the conditions of one of them. Nothing if there is a reader without.
fn any_conditions(readers: &[Reader<'_>], selections: &[Selection]) -> Vec<Condition> {
    let mut any = Vec::with_capacity(readers.len());
    for (reader, selection) in readers.iter().zip(selections) {
        let conditions = &reader.scan.conditions;
        if conditions.is_empty() {
            return Vec::new();
        }
        let moved = conditions.iter().map(|condition| condition.moved(&selection.columns));
        any.push(Condition::All(moved.collect()));
    }
    vec![Condition::Any(any)]
}

/// One group that any record that some reader wants must meet; nothing if there is a reader without needles.
fn any_needles(readers: &[Reader<'_>]) -> Vec<NeedleGroup> {
    let mut any: Vec<Needle> = Vec::new();
    for reader in readers {
        // The group with the longest shortest needle is likely to be met least.
        let shortest = |group: &&NeedleGroup| group.any.iter().map(|needle| needle.text.len()).min();
        let Some(group) = reader.scan.needles.iter().max_by_key(shortest) else { return Vec::new() };
        for needle in &group.any {
            if !any.contains(needle) {
                any.push(needle.clone());
            }
        }
    }
    if any.len() > MOST_NEEDLES { Vec::new() } else { vec![NeedleGroup { any }] }
}
