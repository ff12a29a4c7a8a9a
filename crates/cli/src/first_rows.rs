//! The first rows of a result, on the screen while its query still runs. They go away when it has ended, for the whole
//! result to be shown.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use kql_types::{Batch, Schema};

use crate::answer::ResultTable;
use crate::output::{Output, TableStyle};
use crate::terminal;

/// Lines of the screen that are left for the entry, the head of the table and how far the query has come.
const OTHER_LINES: usize = 6;

/// The first rows of a result.
#[derive(Debug)]
pub struct FirstRows {
    style: TableStyle,
    /// So many are shown.
    most: usize,
    come: Mutex<Come>,
}

/// What has come of a result.
#[derive(Debug, Default)]
struct Come {
    /// Nothing is shown of a result whose columns are not known.
    schema: Option<Arc<Schema>>,
    batches: Vec<Batch>,
    rows: usize,
    /// Rows and lines that are on the screen.
    shown: (usize, usize),
}

impl FirstRows {
    /// As many as the terminal has room for.
    pub fn of_terminal(style: TableStyle) -> Self {
        let most = terminal::size().1.saturating_sub(OTHER_LINES).max(1);
        Self { style, most, come: Mutex::default() }
    }

    /// Says which columns the rows have.
    pub fn expect(&self, schema: Arc<Schema>) {
        self.come().schema = Some(schema);
    }

    /// Takes the next rows.
    pub fn add(&self, batch: &Batch) {
        let mut come = self.come();
        let room = self.most - come.rows;
        if room > 0 && batch.rows > 0 && come.schema.is_some() {
            let taken = batch.rows.min(room);
            come.rows += taken;
            // Of a large batch that is kept for its first rows the others would be kept too.
            come.batches.push(Batch::concat(&batch.schema, &[batch.slice(0, taken)]));
        }
    }

    /// Whether there are rows that are not on the screen yet.
    pub fn has_more(&self) -> bool {
        let come = self.come();
        come.rows > come.shown.0
    }

    /// Shows them too.
    pub fn show(&self) {
        let mut come = self.come();
        let Some(schema) = come.schema.clone().filter(|_| come.rows > come.shown.0) else { return };
        let result = ResultTable::new(schema, come.batches.clone());
        // Rows that cannot be shown now are shown in the end.
        let Ok(text) = Output::rows_for_screen(&result, self.style.clone()) else { return };
        let before = erasure(come.shown.1);
        come.shown = (come.rows, text.lines().count());
        write(&format!("{before}{text}"));
    }

    /// Takes them off the screen.
    pub fn clear(&self) {
        let shown = std::mem::take(&mut self.come().shown);
        if shown.1 > 0 {
            write(&erasure(shown.1));
        }
    }

    fn come(&self) -> std::sync::MutexGuard<'_, Come> {
        self.come.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What takes the last lines off the screen.
fn erasure(lines: usize) -> String {
    if lines == 0 { String::new() } else { format!("\r\u{1b}[{lines}A\u{1b}[J") }
}

fn write(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
