//! Queries kept as data: files of snippets that blank lines separate.

use std::fs;
use std::path::{Path, PathBuf};

/// The `.kql` files of a folder of this crate, sorted.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "kql"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

/// The snippets of a file. A line that begins with `//` is a comment of the file, not of the snippet.
pub fn of(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("//")).collect();
    let text = lines.join("\n");
    text.split("\n\n")
        .map(|snippet| snippet.trim_matches('\n').to_owned())
        .filter(|s| !s.is_empty())
        .collect()
}
