//! A rule.

use std::path::PathBuf;

use crate::{Metadata, Origin};

/// A query, and what it is for.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What results and messages call it, short: the stem of its file, the heading above its fence, or the name that a
    /// JSON export gives it.
    pub key: String,
    /// The file that holds its query.
    pub path: PathBuf,
    /// The file that holds its metadata where that is another one.
    pub metadata_path: Option<PathBuf>,
    /// The text of that other file, which the places in the metadata are about.
    pub metadata_text: Option<String>,
    /// The query.
    pub query: String,
    /// Where the query stands in its file.
    pub origin: Origin,
    /// What it is for.
    pub metadata: Metadata,
}

impl Rule {
    /// What people call it.
    pub fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or(&self.key)
    }

    /// What tells it from others: the identifier that its metadata gives it, else its key.
    pub fn identifier(&self) -> &str {
        self.metadata.id.as_deref().unwrap_or(&self.key)
    }

    /// The file and its text that places in [`Rule::metadata`] are about.
    pub fn metadata_file(&self) -> (&std::path::Path, &str) {
        match (&self.metadata_path, &self.metadata_text) {
            (Some(path), Some(text)) => (path, text),
            _ => (&self.path, self.origin.file()),
        }
    }
}
