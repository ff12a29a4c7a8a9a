//! Text in HTML and XML.

use std::fmt::{Display, Formatter, Result, Write};

use crate::terminal::push_visible;

/// Text that is no markup. Logs hold what attackers wrote, which must neither be markup nor turn the direction of
/// writing.
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut visible = String::new();
        for (at, line) in self.0.split('\n').enumerate() {
            if at > 0 {
                visible.push('\n');
            }
            push_visible(&mut visible, line.trim_end_matches('\r'));
        }
        for character in visible.chars() {
            match character {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // These may not stand in XML.
                '\u{fffe}' | '\u{ffff}' => f.write_char(char::REPLACEMENT_CHARACTER)?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
