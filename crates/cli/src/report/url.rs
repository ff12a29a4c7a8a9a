//! Paths as references.

use std::path::Path;

/// A path as a relative reference: what a URL gives a meaning of its own is escaped.
/// <https://www.rfc-editor.org/rfc/rfc3986#section-3.3>
pub fn of_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            other => out += &format!("%{other:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(of_path(Path::new("./a b/é#?.kql")), "a%20b/%C3%A9%23%3F.kql");
    }
}
