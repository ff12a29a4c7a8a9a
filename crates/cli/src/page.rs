//! Pages for people, each in one file: they ask nothing of the network, and their script does nothing but sort tables.

use std::fmt::Write;

use kql_types::{Batch, Column, ScalarType};

use crate::answer::ResultTable;
use crate::markup::Escaped;
use crate::output::cell::write_text;
use crate::progress::grouped;

const STYLE: &str = include_str!("page/page.css");
const SORT: &str = include_str!("page/sort.js");

/// A page that grows.
#[derive(Default)]
pub(crate) struct Page {
    body: String,
    has_tables: bool,
}

/// How a column of a table is sorted and set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By its letters, unless its cells have a rank.
    Text,
    /// Number by number, to the right.
    Number,
    /// By the ranks of its cells; those that have none come last.
    Time,
}

impl Kind {
    fn of(data_type: ScalarType) -> Self {
        match data_type {
            ScalarType::DateTime | ScalarType::Timespan => Kind::Time,
            number if number.is_number() => Kind::Number,
            _ => Kind::Text,
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Kind::Text => "",
            Kind::Number => " class=\"number\"",
            Kind::Time => " class=\"time\"",
        }
    }
}

impl Page {
    /// Appends text that is HTML.
    pub(crate) fn add(&mut self, html: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.body.write_fmt(html);
    }

    /// Begins a table that can be sorted by its columns.
    pub(crate) fn table_head<'a>(&mut self, columns: impl Iterator<Item = (&'a str, Kind)>) {
        self.has_tables = true;
        self.add(format_args!("<div class=\"wide\"><table><thead><tr>"));
        for (name, kind) in columns {
            let class = kind.attribute();
            self.add(format_args!("<th{class}><button type=\"button\">{}</button></th>", Escaped(name)));
        }
        self.add(format_args!("</tr></thead><tbody>\n"));
    }

    /// Ends it.
    pub(crate) fn table_end(&mut self) {
        self.add(format_args!("</tbody></table></div>\n"));
    }

    /// Adds a result as a table, up to so many rows.
    pub(crate) fn result(&mut self, result: &ResultTable, most: usize) {
        let fields = result.schema.fields.iter();
        self.table_head(fields.map(|field| (&*field.name, Kind::of(field.data_type))));
        let mut shown = 0;
        for batch in &result.batches {
            for row in (0..batch.rows).take(most - shown) {
                self.row(batch, row);
                shown += 1;
            }
        }
        self.table_end();
        if shown < result.rows() {
            let (shown, rows) = (grouped(shown as u64), grouped(result.rows() as u64));
            self.add(format_args!("<p>The first {shown} of {rows} rows.</p>\n"));
        }
    }

    fn row(&mut self, batch: &Batch, row: usize) {
        let mut cell = String::new();
        self.add(format_args!("<tr>"));
        for column in &batch.columns {
            cell.clear();
            write_text(&mut cell, column, row);
            let class = Kind::of(column.data_type()).attribute();
            self.add(format_args!("<td{class}{}><div>{}</div></td>", Rank(column, row), Escaped(&cell)));
        }
        self.add(format_args!("</tr>\n"));
    }

    /// The whole page. A script of its own goes behind the one that sorts.
    pub(crate) fn finish(self, title: &str, script: &str) -> String {
        let sort = if self.has_tables { SORT } else { "" };
        let (allowed, scripts) = match (sort, script) {
            ("", "") => ("", String::new()),
            _ => (" script-src 'unsafe-inline';", format!("<script>\n{sort}{script}</script>\n")),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline';{allowed} img-src data:\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{}\
             {scripts}</body>\n</html>\n",
            Escaped(title),
            self.body
        )
    }
}

/// By what a time is sorted: milliseconds, which a script's numbers hold with some of their fraction.
struct Rank<'a>(&'a Column, usize);

impl std::fmt::Display for Rank<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Column::DateTime(ticks) | Column::Timespan(ticks)) = self.0 else { return Ok(()) };
        if self.0.is_null(self.1) {
            return Ok(());
        }
        write!(f, " data-rank=\"{}\"", ticks.value(self.1) as f64 / 1e4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ResultBuilder;
    use kql_types::Value;

    #[test]
    fn cells_are_no_markup_and_times_have_a_rank() {
        let mut rows = ResultBuilder::new(&[("<n>", ScalarType::String), ("t", ScalarType::Timespan)]);
        rows.push(&[Value::String("<b>".to_owned()), Value::Timespan(15_000)]);
        rows.push(&[Value::String(String::new()), Value::Null(ScalarType::Timespan)]);
        let mut page = Page::default();
        page.result(&rows.finish(), 1);
        let page = page.finish("T", "");
        assert!(page.contains("<button type=\"button\">&lt;n&gt;</button>"), "{page}");
        assert!(page.contains("<td><div>&lt;b&gt;</div></td>"), "{page}");
        assert!(
            page.contains("<td class=\"time\" data-rank=\"1.5\"><div>00:00:00.0015000</div></td>"),
            "{page}"
        );
        assert!(
            page.contains("<p>The first 1 of 2 rows.</p>") && page.contains("addEventListener"),
            "{page}"
        );
    }

    #[test]
    fn a_page_without_tables_has_no_script() {
        let page = Page::default().finish("T", "");
        assert!(!page.contains("script"), "{page}");
    }
}
