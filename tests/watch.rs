//! Drives `kql watch`: what it shows when data and rules change.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// Lines of a stream as they come.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Ends the program also where an assertion fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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
    let mut child = Running(program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let shown = lines(child.0.stdout.take().unwrap());
    let told = lines(child.0.stderr.take().unwrap());
    let has = |text: &str, lines: &Receiver<String>| {
        let line = lines.recv_timeout(LIMIT).unwrap();
        assert!(line.contains(text), "no {text:?} in {line:?}");
    };
    has("ann", &shown);
    append(&table, "{\"User\":\"cyd\"}");
    has("cyd", &shown);
    std::fs::write(rules.join("b.kql"), "Logs | where Nowhere == 1").unwrap();
    has("KQL002", &told);
    std::fs::write(rules.join("b.kql"), "Logs | where User == 'bob'").unwrap();
    has("bob", &shown);
    append(&table, "{\"User\":\"dan\"}");
    has("dan", &shown);
    assert!(shown.recv_timeout(Duration::from_secs(1)).is_err());
}
