//! Why a run gave no answer.

use crate::support::Outcome;

/// What Rust's exit code is after a panic.
const PANIC: i32 = 101;

/// Whether the program panicked, was ended by a signal, or did not end in time.
pub fn crashed(outcome: &Outcome) -> bool {
    let code = outcome.status.and_then(|status| status.code());
    code.is_none_or(|code| code == PANIC) || outcome.errors.contains("panicked at")
}

/// What the program complained of, in one line: its first error message.
pub fn complaint(outcome: &Outcome) -> String {
    if outcome.status.is_none() {
        return "no answer in time".to_owned();
    }
    let lines = || outcome.errors.lines().map(str::trim).filter(|line| !line.is_empty());
    let panic: Vec<&str> = lines().skip_while(|line| !line.contains("panicked at")).take(2).collect();
    if !panic.is_empty() {
        return panic.join(" ");
    }
    lines().find(|line| line.contains("error")).or(lines().next()).unwrap_or("no message").to_owned()
}
