//! Drives `kql watch`: what it shows when data and rules change.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod running;

use std::io::Write;
use std::path::Path;
use std::process::Command;

use running::Running;

fn append(path: &Path, line: &str) {
    let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}

#[test]
fn only_what_is_new_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let [data, rules] = ["data", "rules"].map(|name| folder.path().join(name));
    std::fs::create_dir(&data).unwrap();
    std::fs::create_dir(&rules).unwrap();
    let table = data.join("Logs.json");
    std::fs::write(&table, "{\"User\":\"ann\"}\n{\"User\":\"bob\"}\n").unwrap();
    std::fs::write(rules.join("a.kql"), "Logs | where User != 'bob'").unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_kql"));
    program.arg("watch").arg(&rules).arg("--data").arg(&data).args(["--format", "ndjson"]);
    let running = Running::start(&mut program);
    running.shown.next_has("ann");
    append(&table, "{\"User\":\"cyd\"}");
    running.shown.next_has("cyd");
    std::fs::write(rules.join("b.kql"), "Logs | where Nowhere == 1").unwrap();
    running.told.next_has("KQL002");
    std::fs::write(rules.join("b.kql"), "Logs | where User == 'bob'").unwrap();
    running.shown.next_has("bob");
    append(&table, "{\"User\":\"dan\"}");
    running.shown.next_has("dan");
    running.shown.is_silent();
}
