//! Regular expressions.
//!
//! Kusto's are those of the `regex` crate: Unicode classes by default, no look-around, no back-references, matching in
//! linear time. <https://learn.microsoft.com/kusto/query/regex>

use hashbrown::HashMap;
use regex::{Regex, RegexBuilder};

use crate::{ArgumentInfo, KernelError};

/// The most memory a compiled expression may take, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

/// Compiles an expression that is known before a row is read.
pub(crate) fn compile(pattern: &str) -> Result<Regex, KernelError> {
    RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build().map_err(|error| {
        let reason = error.to_string();
        // The crate draws the expression with a marker over several lines; the last one says what is wrong.
        let reason = reason.lines().next_back().unwrap_or_default().trim_start_matches("error: ");
        KernelError::new(format!("'{pattern}' is not a valid regular expression: {reason}"))
    })
}

/// Compiled expressions of one batch, for expressions that differ from row to row.
#[derive(Debug, Default)]
pub(crate) struct RegexCache {
    compiled: HashMap<String, Regex>,
}

impl RegexCache {
    /// Expressions kept at a time.
    const CAPACITY: usize = 256;

    /// The compiled expression.
    pub(crate) fn get(&mut self, pattern: &str) -> Result<&Regex, KernelError> {
        if !self.compiled.contains_key(pattern) {
            if self.compiled.len() == Self::CAPACITY {
                self.compiled.clear();
            }
            self.compiled.insert(pattern.to_owned(), compile(pattern)?);
        }
        Ok(&self.compiled[pattern])
    }
}

/// The compiled expression at that argument, if it is constant.
pub(crate) fn constant_regex(
    arguments: &[ArgumentInfo<'_>],
    index: usize,
) -> Result<Option<Regex>, KernelError> {
    let constant = arguments.get(index).and_then(|argument| argument.constant);
    constant.map(|pattern| compile(&pattern.to_text())).transpose()
}
