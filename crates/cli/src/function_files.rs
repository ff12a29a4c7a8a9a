//! Functions that are stored as `.kql` files.

use std::path::{Path, PathBuf};

use kql_planner::FunctionLibrary;

use crate::failure::Failure;
use crate::rule_files;

/// The folder that is taken where none is named.
const DEFAULT_FOLDER: &str = "functions";

/// The built-in functions, and those of the folders: the named ones, else `functions` here, beside the rules, or in the
/// folders of rules.
pub fn library(named: &[PathBuf], rules: &[PathBuf]) -> Result<FunctionLibrary, Failure> {
    let mut library = FunctionLibrary::built_in();
    let folders = if named.is_empty() { default_folders(rules) } else { named.to_vec() };
    for file in folders.iter().map(|folder| rule_files::find(std::slice::from_ref(folder))) {
        for path in file? {
            add(&mut library, &path)?;
        }
    }
    Ok(library)
}

fn default_folders(rules: &[PathBuf]) -> Vec<PathBuf> {
    let beside = rules.iter().map(|path| path.parent().unwrap_or(Path::new("")));
    let inside = rules.iter().map(PathBuf::as_path);
    let mut folders: Vec<PathBuf> =
        beside.chain(inside).chain([Path::new("")]).map(|folder| folder.join(DEFAULT_FOLDER)).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders.dedup();
    folders
}

fn add(library: &mut FunctionLibrary, path: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::io(format!("cannot read {}", path.display()), &error))?;
    let name = rule_files::rule_name(path);
    library.add(&name, &text).map_err(|why| Failure::Data(format!("{}: {why}", path.display())))
}
