//! A program that stays, and what it says as it says it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// A running program. It is ended also where an assertion fails.
pub struct Running {
    child: Child,
    /// Lines of standard output.
    pub shown: Lines,
    /// Lines of standard error.
    pub told: Lines,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let shown = Lines::of(child.stdout.take().unwrap());
        let told = Lines::of(child.stderr.take().unwrap());
        Self { child, shown, told }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lines of a stream as they come.
pub struct Lines(Receiver<String>);

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// The next line has this text.
    #[track_caller]
    pub fn next_has(&self, text: &str) {
        let line = self.0.recv_timeout(LIMIT).unwrap();
        assert!(line.contains(text), "no {text:?} in {line:?}");
    }

    /// For a moment there is no other line.
    #[track_caller]
    pub fn is_silent(&self) {
        assert_eq!(self.0.recv_timeout(Duration::from_secs(1)).ok(), None);
    }
}
