//! `kql tables`: lists the tables, or the columns of some.

use std::sync::Arc;

use kql_tables::{Catalog, Table};
use kql_types::dynamic::write_json_string;
use kql_types::{ScalarType, Value};

use super::report_notes;
use crate::answer::{ResultBuilder, ResultTable};
use crate::args::{DataArguments, TablesArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::source::{Source, quoted_name};
use crate::terminal;

pub(super) fn tables(arguments: &TablesArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let mut session = Session::open(data, &[])?;
    let mut outcome = Outcome::Ran;
    if arguments.names.is_empty() {
        let mut output = Output::open(&arguments.output, false)?;
        output.result(None, &list(&mut session, &mut outcome))?;
        output.finish()?;
    } else {
        let tables = arguments.names.iter().map(|name| find(&session, name));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let mut output = Output::open(&arguments.output, tables.len() > 1)?;
        for table in tables {
            let heading = (arguments.names.len() > 1).then(|| table.name());
            output.result(heading, &columns(&*table))?;
        }
        output.finish()?;
    }
    outcome.and(report_notes(&mut session));
    Ok(outcome)
}

fn find(session: &Session, name: &str) -> Result<Arc<dyn Table>, Failure> {
    let table = session.catalog().table(name);
    table.ok_or_else(|| Failure::Usage(format!("there is no table {name}, neither in the data nor known")))
}

/// One row a table. Files are an array; columns, the widest, come last: a bag of types by name.
pub(crate) fn list(session: &mut Session, outcome: &mut Outcome) -> ResultTable {
    let mut rows = ResultBuilder::new(&[
        ("Table", ScalarType::String),
        ("Rows", ScalarType::Long),
        ("Files", ScalarType::Dynamic),
        ("Columns", ScalarType::Dynamic),
    ]);
    for (name, files) in session.catalog().files() {
        let count = count(session, &name).unwrap_or_else(|failure| {
            terminal::say(&failure.render());
            outcome.and(failure.outcome());
            Value::Null(ScalarType::Long)
        });
        let schema = session.catalog().table(&name).map(|table| table.schema()).unwrap_or_default();
        let files = files.iter().map(|file| quoted(&file.display().to_string()));
        let files = files.collect::<Vec<_>>().join(",");
        let bag =
            schema.fields.iter().map(|field| format!("{}:\"{}\"", quoted(&field.name), field.data_type));
        let bag = bag.collect::<Vec<_>>().join(",");
        rows.push(&[
            Value::String(name),
            count,
            Value::Dynamic(format!("[{files}]")),
            Value::Dynamic(format!("{{{bag}}}")),
        ]);
    }
    rows.finish()
}

/// One row a column of a table.
pub(crate) fn columns(table: &dyn Table) -> ResultTable {
    let mut rows = ResultBuilder::new(&[("Column", ScalarType::String), ("Type", ScalarType::String)]);
    for field in &table.schema().fields {
        rows.push(&[Value::String(field.name.to_string()), Value::String(field.data_type.name().to_owned())]);
    }
    rows.finish()
}

/// How many rows the table has.
fn count(session: &mut Session, name: &str) -> Result<Value, Failure> {
    let source = Source::new("kql tables", format!("{} | count", quoted_name(name)));
    let answer = session.run(&source)?;
    let first = answer.results.first().and_then(|result| result.batches.first());
    let row = first.filter(|batch| batch.rows > 0).and_then(|batch| batch.columns.first());
    Ok(row.map_or(Value::Null(ScalarType::Long), |column| column.value(0)))
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_json_string(&mut out, text);
    out
}
