//! Runs the binary in a folder of its own and looks at what it did.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A temporary folder with files.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With this file too.
    pub fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(path)).unwrap()
    }

    /// The names in a folder, in order.
    pub fn names(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join(path)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The binary, to be run in this folder.
    pub fn kql<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Kql {
        let mut kql = kql(arguments);
        kql.command.current_dir(self.folder.path());
        kql
    }
}

/// The binary, to be run.
pub struct Kql {
    command: Command,
    stdin: String,
}

/// The binary with these arguments.
pub fn kql<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Kql {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kql"));
    command.args(arguments);
    // The servers of tests are on this machine.
    command.env("NO_PROXY", "127.0.0.1");
    // Nothing of the user's home is read or written.
    command.env("XDG_STATE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")));
    command.env("XDG_CONFIG_HOME", Path::new(env!("CARGO_TARGET_TMPDIR"))).env_remove("KQL_CONFIG");
    Kql { command, stdin: String::new() }
}

impl Kql {
    pub fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.args([argument])
    }

    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.to_owned();
        self
    }

    pub fn run(self) -> Run {
        self.run_until(|stdout| {
            let mut text = String::new();
            stdout.read_to_string(&mut text).unwrap();
            text
        })
    }

    /// Reads but a little of the output and closes the pipe.
    pub fn run_and_close_stdout(self) -> Run {
        self.run_until(|stdout| {
            let mut bytes = [0; 10];
            stdout.read_exact(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }

    fn run_until(mut self, read: impl FnOnce(&mut dyn Read) -> String) -> Run {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        // Small enough for the pipe; who does not read it may close it.
        let _ = child.stdin.take().unwrap().write_all(self.stdin.as_bytes());
        let stdout = read(&mut child.stdout.take().unwrap());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let code = output.status.code().expect("the program ends by itself");
        Run { code, stdout, stderr }
    }
}

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn stdout(self, expected: &str) -> Self {
        assert_eq!(self.stdout, expected, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn stderr(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn stdout_has(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "no {part:?} in {self:#?}");
        self
    }

    #[track_caller]
    pub fn stderr_has(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "no {part:?} in {self:#?}");
        self
    }
}
