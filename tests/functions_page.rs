//! `docs/functions.md` is what `kql functions --markdown` writes, below a preface.
//!
//! `UPDATE_GOLDEN=1` writes it anew.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::process::Command;

use similar::TextDiff;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");

const PREFACE: &str = "# Functions

Everything that `kql functions --markdown` knows: what runs, and at the end what KQL has besides. `kql functions NAME`
explains one, with an example. A test holds this file against the command; `UPDATE_GOLDEN=1 cargo test --test
functions_page` writes it anew.

";

#[test]
fn the_page_is_what_the_command_writes() {
    let command = Command::new(env!("CARGO_BIN_EXE_kql")).args(["functions", "--markdown"]).output().unwrap();
    assert!(command.status.success());
    let page = PREFACE.to_owned() + str::from_utf8(&command.stdout).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(PAGE, page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    let difference = TextDiff::from_lines(&kept, &page).unified_diff().context_radius(0).to_string();
    assert!(difference.is_empty(), "docs/functions.md is not up to date:\n{difference}");
}
