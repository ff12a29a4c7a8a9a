//! Dynamic values as compact JSON text: reading, writing, and bringing any JSON text into that form.
//!
//! <https://learn.microsoft.com/kusto/query/scalar-data-types/dynamic>

mod canonical;
mod json;
mod scan;
mod write;

pub use canonical::{MAX_DEPTH, canonicalize, is_compact};
pub use json::{Elements, Json, JsonKind, Members};
pub use write::{write_json_string, write_value};

use std::borrow::Cow;

/// The value as `tostring` shows it: a string without its quotes, null as `""`, anything else as its JSON text.
pub fn to_text(json: &str) -> Cow<'_, str> {
    let json = Json::new(json);
    match json.kind() {
        JsonKind::Null => Cow::Borrowed(""),
        JsonKind::String => json.as_str().unwrap_or_default(),
        _ => Cow::Borrowed(json.text()),
    }
}
