//! The history: each entry once, several lines as one entry, kept in a file.

use std::path::{Path, PathBuf};

use rustyline::history::{DefaultHistory, History, SearchDirection, SearchResult};
use rustyline::{Config, Result};

/// A history in which no entry comes twice: what is entered again moves to the end.
pub struct DistinctHistory {
    settings: Config,
    entries: DefaultHistory,
    /// Those that are not yet in the file.
    fresh: Vec<String>,
}

impl DistinctHistory {
    pub fn new(settings: &Config) -> Self {
        Self { settings: settings.clone(), entries: DefaultHistory::with_config(settings), fresh: Vec::new() }
    }

    /// The entries, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &String> {
        self.entries.iter()
    }

    /// Leaves out all but the last of entries that are the same.
    fn make_distinct(&mut self) -> Result<()> {
        let mut kept: Vec<String> = Vec::with_capacity(self.entries.len());
        let mut seen = std::collections::HashSet::new();
        let all: Vec<&String> = self.entries.iter().collect();
        for entry in all.into_iter().rev() {
            if seen.insert(entry.as_str()) {
                kept.push(entry.clone());
            }
        }
        if kept.len() < self.entries.len() {
            self.entries = self.made_of(kept.into_iter().rev())?;
        }
        Ok(())
    }

    fn made_of(&self, entries: impl Iterator<Item = String>) -> Result<DefaultHistory> {
        let mut history = DefaultHistory::with_config(&self.settings);
        for entry in entries {
            history.add_owned(entry)?;
        }
        Ok(history)
    }
}

impl History for DistinctHistory {
    fn get(&self, index: usize, direction: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        History::get(&self.entries, index, direction)
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.add_owned(line.to_owned())
    }

    fn add_owned(&mut self, line: String) -> Result<bool> {
        let is_known = self.entries.iter().any(|entry| *entry == line);
        let is_added = self.entries.add_owned(line.clone())?;
        if is_added {
            self.fresh.push(line);
        }
        if is_known && is_added {
            self.make_distinct()?;
        }
        Ok(is_added)
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn set_max_len(&mut self, len: usize) -> Result<()> {
        self.entries.set_max_len(len)
    }

    fn ignore_dups(&mut self, yes: bool) -> Result<()> {
        self.entries.ignore_dups(yes)
    }

    fn ignore_space(&mut self, yes: bool) {
        self.entries.ignore_space(yes);
    }

    fn save(&mut self, path: &Path) -> Result<()> {
        self.fresh.clear();
        self.made_of(self.entries.iter().cloned())?.save(path)
    }

    /// Adds what is new to the file, in which other sessions may have written in the meantime.
    fn append(&mut self, path: &Path) -> Result<()> {
        let fresh = std::mem::take(&mut self.fresh);
        self.made_of(fresh.into_iter())?.append(path)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.entries.load(path)?;
        self.make_distinct()
    }

    fn clear(&mut self) -> Result<()> {
        self.entries.clear()
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        self.entries.search(term, start, direction)
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        self.entries.starts_with(term, start, direction)
    }
}

/// `kql/history` in the user's state folder: `$XDG_STATE_HOME`, or `~/.local/state`; on Windows `%LOCALAPPDATA%`.
pub fn path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // A relative path there is to be ignored, says the XDG base directory specification.
    let state = folder("XDG_STATE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("kql").join("history"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_once_and_keeps_its_lines() {
        let settings = Config::builder().history_ignore_space(true).build();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let mut history = DistinctHistory::new(&settings);
        for entry in ["print 1", "T\n| count", "print 1", " secret"] {
            let added = history.add(entry).unwrap();
            assert_eq!(added, !entry.starts_with(' '), "{entry}");
        }
        history.append(&file).unwrap();
        history.add("print 2").unwrap();
        history.append(&file).unwrap();
        let mut read = DistinctHistory::new(&settings);
        read.load(&file).unwrap();
        let entries: Vec<&str> = read.iter().map(String::as_str).collect();
        assert_eq!(entries, ["T\n| count", "print 1", "print 2"]);
    }
}
