//! The exit codes, decided here and nowhere else.

use std::process::ExitCode;

/// The exit codes as the help shows them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  it ran
  1  it ran, found something, and --fail-on-results or --fail-on was given; or a test of a rule failed
  2  the query or the command line is wrong
  3  data or files could not be read or written, records were skipped as malformed,
     or the query was stopped by a limit
Where several apply, the greatest. A reader that closes the pipe early is no failure.";

/// How a command ended. Where several things happened the greatest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It ran.
    #[default]
    Ran,
    /// It ran, and there were rows where none were hoped for.
    Found,
    /// The query or the command line is wrong.
    BadQuery,
    /// Data could not be read or written in full.
    BadData,
}

impl Outcome {
    /// Notes that this happened too.
    pub fn and(&mut self, other: Outcome) {
        *self = (*self).max(other);
    }

    /// The code that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Ran => 0,
            Outcome::Found => 1,
            Outcome::BadQuery => 2,
            Outcome::BadData => 3,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(outcome.code())
    }
}
