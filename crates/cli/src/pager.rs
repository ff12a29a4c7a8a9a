//! Shows a result that is larger than the screen: rows up and down, columns to the left and right. The first column
//! stays. Only what is on the screen is turned into text.

use std::io::{self, Write};

use anstyle::Style;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, queue, terminal};

use crate::answer::ResultTable;
use crate::failure::Failure;
use crate::output::{LineWriter, Shown, TableStyle};
use crate::progress::grouped;
use crate::terminal::{display_width, push_cut, push_visible};

/// Of so many rows the widths of columns are measured.
const MEASURED: usize = 5_000;

/// No column is wider, but for the only one.
const WIDEST: usize = 60;

/// Lines that are no rows: names, types, rule, status.
const FRAME: usize = 4;

/// Whether the result has more rows than the screen has lines for them.
pub fn is_taller_than_screen(result: &ResultTable) -> bool {
    terminal::size().is_ok_and(|(_, lines)| result.rows() + FRAME + 1 > usize::from(lines))
}

/// Shows it until `q` is pressed.
pub fn page(result: &ResultTable, style: &TableStyle) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::io("cannot use the terminal", &error);
    let shown = show(result, style);
    // Whatever happened, the terminal is as it was.
    let _ = execute!(io::stdout(), LeaveAlternateScreen, cursor::Show);
    let _ = terminal::disable_raw_mode();
    shown.map_err(failed)
}

fn show(result: &ResultTable, style: &TableStyle) -> io::Result<()> {
    terminal::enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, cursor::Hide)?;
    let mut view = View::new(result, style, size()?);
    loop {
        view.draw(&mut io::stdout().lock())?;
        match read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => match action(key) {
                Some(Action::Leave) => return Ok(()),
                Some(Action::Move(step)) => view.go(step),
                None => {}
            },
            Event::Resize(columns, lines) => view.screen = (usize::from(columns), usize::from(lines)),
            _ => {}
        }
    }
}

fn size() -> io::Result<(usize, usize)> {
    let (columns, lines) = terminal::size()?;
    Ok((usize::from(columns), usize::from(lines)))
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Leave,
    Move(Step),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Rows(isize),
    Pages(isize),
    First,
    Last,
    Columns(isize),
    FirstColumn,
    LastColumn,
}

fn action(key: KeyEvent) -> Option<Action> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if is_control => Action::Leave,
        KeyCode::Char('q') | KeyCode::Esc => Action::Leave,
        KeyCode::Down | KeyCode::Char('j') | KeyCode::Enter => Action::Move(Step::Rows(1)),
        KeyCode::Up | KeyCode::Char('k') => Action::Move(Step::Rows(-1)),
        KeyCode::PageDown | KeyCode::Char(' ' | 'f') => Action::Move(Step::Pages(1)),
        KeyCode::PageUp | KeyCode::Char('b') => Action::Move(Step::Pages(-1)),
        KeyCode::Home | KeyCode::Char('g') => Action::Move(Step::First),
        KeyCode::End | KeyCode::Char('G') => Action::Move(Step::Last),
        KeyCode::Right | KeyCode::Char('l') => Action::Move(Step::Columns(1)),
        KeyCode::Left | KeyCode::Char('h') => Action::Move(Step::Columns(-1)),
        KeyCode::Char('0' | '^') => Action::Move(Step::FirstColumn),
        KeyCode::Char('$') => Action::Move(Step::LastColumn),
        _ => return None,
    })
}

/// The part of a result that is on the screen.
struct View<'a> {
    result: &'a ResultTable,
    style: &'a TableStyle,
    shown: Shown<'a>,
    widths: Vec<usize>,
    /// Cells in a line, and lines.
    screen: (usize, usize),
    /// The first row that is shown.
    row: usize,
    /// How many columns behind the first are left out.
    skipped: usize,
}

impl<'a> View<'a> {
    fn new(result: &'a ResultTable, style: &'a TableStyle, screen: (usize, usize)) -> Self {
        let shown = Shown::of(result, style);
        let widths = (0..result.schema.len()).map(|at| width(result, style, &shown, at)).collect();
        Self { result, style, shown, widths, screen, row: 0, skipped: 0 }
    }

    /// Lines for rows.
    fn page(&self) -> usize {
        self.screen.1.saturating_sub(FRAME).max(1)
    }

    fn go(&mut self, step: Step) {
        let last_row = self.result.rows().saturating_sub(self.page());
        let last_column = self.widths.len().saturating_sub(2);
        let page = isize::try_from(self.page()).unwrap_or(isize::MAX);
        match step {
            Step::Rows(number) => self.row = self.row.saturating_add_signed(number).min(last_row),
            Step::Pages(number) => {
                self.row = self.row.saturating_add_signed(number.saturating_mul(page)).min(last_row);
            }
            Step::First => self.row = 0,
            Step::Last => self.row = last_row,
            Step::Columns(number) => {
                self.skipped = self.skipped.saturating_add_signed(number).min(last_column);
            }
            Step::FirstColumn => self.skipped = 0,
            Step::LastColumn => self.skipped = last_column,
        }
    }

    /// Positions and widths of the columns that are shown: the first, and those behind the skipped ones that have room.
    fn columns(&self) -> Vec<(usize, usize)> {
        let mut left = self.screen.0;
        let mut columns = Vec::new();
        let positions = (0..self.widths.len()).filter(|at| *at == 0 || *at > self.skipped);
        for at in positions {
            let gap = if columns.is_empty() { 0 } else { 2 };
            if left < gap + 4 {
                break;
            }
            let width = self.widths[at].min(left - gap);
            left -= gap + width;
            columns.push((at, width));
        }
        columns
    }

    fn draw(&self, out: &mut impl Write) -> io::Result<()> {
        let columns = self.columns();
        let fields = &self.result.schema.fields;
        let names = self.line(&columns, |at, cell| cell.push_str(&fields[at].name));
        let types = self.line(&columns, |at, cell| cell.push_str(&self.shown.type_of(at)));
        let rule: Vec<String> = columns.iter().map(|(_, width)| "─".repeat(*width)).collect();
        let (strong, dim) = match crate::terminal::stdout_is_styled() {
            true => (Style::new().bold(), Style::new().dimmed()),
            false => (Style::new(), Style::new()),
        };
        queue!(out, cursor::MoveTo(0, 0))?;
        put(out, &format!("{strong}{names}{strong:#}"))?;
        put(out, &format!("{dim}{types}{dim:#}"))?;
        put(out, &rule.join("  "))?;
        for row in self.row..self.row + self.page() {
            match self.cells(row) {
                Some(cells) => put(out, &self.line(&columns, |at, cell| cells(at, cell)))?,
                None => put(out, "")?,
            }
        }
        write!(out, "{dim}{}{dim:#}", self.status(columns.len()))?;
        queue!(out, Clear(ClearType::UntilNewLine))?;
        out.flush()
    }

    fn line(&self, columns: &[(usize, usize)], text: impl Fn(usize, &mut String)) -> String {
        let mut line = LineWriter::default();
        let mut cell = String::new();
        for (number, (at, width)) in columns.iter().enumerate() {
            cell.clear();
            text(*at, &mut cell);
            let is_number = self.result.schema.fields[*at].data_type.is_number();
            line.cell(&cell, *width, is_number, number + 1 == columns.len());
        }
        line.take().to_owned()
    }

    /// What writes the cells of a row; `None` behind the last one.
    fn cells(&self, row: usize) -> Option<impl Fn(usize, &mut String)> {
        let mut before = 0;
        for batch in &self.result.batches {
            if row < before + batch.rows {
                let row = row - before;
                let write = move |at, cell: &mut String| self.shown.write(cell, at, &batch.columns[at], row);
                return Some(write);
            }
            before += batch.rows;
        }
        None
    }

    fn status(&self, columns: usize) -> String {
        let rows = self.result.rows();
        let last = (self.row + self.page()).min(rows);
        let mut text = format!(
            "rows {}–{} of {}",
            grouped(self.row as u64 + 1),
            grouped(last as u64),
            grouped(rows as u64)
        );
        if columns < self.widths.len() {
            let first = self.skipped + 2;
            text += &format!(", columns 1 and {first}–{} of {}", self.skipped + columns, self.widths.len());
        }
        if !self.style.note.is_empty() {
            text += &format!(", {}", self.style.note);
        }
        text += "   arrows move, q leaves";
        let mut cut = String::new();
        push_cut(&mut cut, &text, self.screen.0);
        cut
    }
}

fn put(out: &mut impl Write, line: &str) -> io::Result<()> {
    write!(out, "{line}")?;
    queue!(out, Clear(ClearType::UntilNewLine))?;
    write!(out, "\r\n")
}

fn width(result: &ResultTable, style: &TableStyle, shown: &Shown<'_>, at: usize) -> usize {
    let field = &result.schema.fields[at];
    let mut widest = display_width(&field.name).max(shown.type_of(at).len()).max(display_width(&style.null));
    let (mut cell, mut visible) = (String::new(), String::new());
    let mut left = MEASURED;
    for batch in &result.batches {
        for row in 0..batch.rows.min(left) {
            cell.clear();
            visible.clear();
            shown.write(&mut cell, at, &batch.columns[at], row);
            push_visible(&mut visible, &cell);
            widest = widest.max(display_width(&visible));
        }
        left = left.saturating_sub(batch.rows);
    }
    if result.schema.len() == 1 { widest } else { widest.min(WIDEST) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ResultBuilder;
    use kql_types::{ScalarType, Value};

    fn result(rows: usize) -> ResultTable {
        let mut builder = ResultBuilder::new(&[
            ("Id", ScalarType::Long),
            ("First", ScalarType::String),
            ("Second", ScalarType::String),
        ]);
        for row in 0..rows {
            builder.push(&[
                Value::Long(row as i64),
                Value::String(format!("a{row}")),
                Value::String(format!("b{row}")),
            ]);
        }
        builder.finish()
    }

    fn drawn(view: &View<'_>) -> Vec<String> {
        let mut out = Vec::new();
        view.draw(&mut out).unwrap();
        let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
        text.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn rows_and_columns_move_and_the_first_column_stays() {
        let (result, style) = (result(100), TableStyle::default());
        let mut view = View::new(&result, &style, (60, 7));
        assert_eq!(
            drawn(&view)[..4],
            ["  Id  First   Second", "long  string  string", "────  ──────  ──────", "   0  a0      b0"]
        );
        view.go(Step::Pages(1));
        view.go(Step::Columns(1));
        let lines = drawn(&view);
        assert_eq!(lines[0], "  Id  Second");
        assert_eq!(lines[3], "   3  b3");
        assert!(lines[6].starts_with("rows 4–6 of 100, columns 1 and 3–3 of 3"), "{}", lines[6]);
        view.go(Step::Last);
        assert_eq!(drawn(&view)[5], "  99  b99");
        view.go(Step::Rows(5));
        assert_eq!(drawn(&view)[5], "  99  b99", "there is nothing behind the last row");
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        let (result, style) = (result(9), TableStyle::default());
        let view = View::new(&result, &style, (16, 7));
        assert_eq!(drawn(&view)[0], "  Id  First   S…".replace("S…", "").trim_end());
    }
}
