//! The .kql files that paths name.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The files, in the order of the paths; those of a folder sorted. A folder is walked for `.kql` files; a file named by
/// itself may have any ending. Names that begin with a dot are left out of a walk.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            walk(path, &mut files)?;
            if files.len() == before {
                return Err(Failure::Data(format!("no .kql file in {}", path.display())));
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io(format!("cannot read {}", folder.display()), &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            // Functions are no rules.
            if path.file_name().is_none_or(|name| name != "functions") {
                walk(&path, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("kql")) {
            files.push(path);
        }
    }
    Ok(())
}

/// What a rule is called: the file's stem.
pub fn rule_name(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
