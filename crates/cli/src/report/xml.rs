//! Text of XML.

use std::fmt::Write;
use std::time::Duration;

use kql_types::datetime;

/// A length of time as JUnit writes it.
pub fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A moment without fraction and zone.
pub fn timestamp(ticks: i64) -> String {
    let mut text = String::new();
    datetime::write(&mut text, ticks);
    text.truncate("2024-05-14T12:00:00".len());
    text
}

/// An attribute, its value escaped.
pub fn attribute(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, " {name}=\"");
    push_text(out, value);
    out.push('"');
}

/// Text of XML. Characters that XML does not have become a question mark.
pub fn push_text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            '\u{fffe}' | '\u{ffff}' => out.push('?'),
            control if control < ' ' => out.push('?'),
            other => out.push(other),
        }
    }
}
