//! Drives the interactive session through a real pseudo-terminal: keys in, screen out.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Lines and cells in a line.
const LINES: u16 = 30;
const CELLS: u16 = 100;

/// So long a test waits for what it expects to see.
const PATIENCE: Duration = Duration::from_secs(20);

/// How keys are written.
pub const ENTER: &str = "\r";
pub const TAB: &str = "\t";
pub const CTRL_C: &str = "\u{3}";
pub const CTRL_D: &str = "\u{4}";
pub const CTRL_R: &str = "\u{12}";
pub const ALT_ENTER: &str = "\u{1b}\r";
pub const UP: &str = "\u{1b}[A";
pub const RIGHT: &str = "\u{1b}[C";
pub const PAGE_DOWN: &str = "\u{1b}[6~";

/// A home folder, in which the history is kept and data may be.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With this file too.
    pub fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// A session in a terminal of this home.
    pub fn session(&self, arguments: &[&str]) -> Session {
        Session::start(self.folder.path(), arguments, &[])
    }

    /// The same with these variables.
    pub fn session_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Session {
        Session::start(self.folder.path(), arguments, variables)
    }
}

/// A session in a terminal.
pub struct Session {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// All that the terminal was sent, and when the last of it came.
    sent: Arc<Mutex<(Vec<u8>, Instant)>>,
}

impl Session {
    fn start(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: LINES, cols: CELLS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kql"));
        command.args(arguments);
        command.cwd(home);
        for variable in ["NO_COLOR", "KQL_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "COLORFGBG", "VISUAL"]
        {
            command.env_remove(variable);
        }
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen =
            Arc::new(Mutex::new(vt100::Parser::new(LINES.try_into().unwrap(), CELLS.try_into().unwrap(), 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (shown, sent) = (screen.clone(), Arc::new(Mutex::new((Vec::new(), Instant::now()))));
        let received = sent.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                let mut received = received.lock().unwrap();
                received.0.extend_from_slice(&buffer[..read]);
                received.1 = Instant::now();
                drop(received);
                shown.lock().unwrap().process(&buffer[..read]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, keys, child, screen, sent }
    }

    /// Types keys.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    /// Pastes a text, as a terminal does that marks what is pasted.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.keys(&format!("\u{1b}[200~{}\u{1b}[201~", text.replace('\n', "\r")))
    }

    /// Waits until the screen holds a text.
    pub fn see(&mut self, text: &str) -> &mut Self {
        self.wait(&format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the last line with anything on it is this one.
    pub fn see_last(&mut self, line: &str) -> &mut Self {
        self.wait(&format!("{line:?} as the last line"), |screen| {
            screen.trim_end().lines().next_back().map(str::trim_end) == Some(line.trim_end())
        })
    }

    /// Waits until the result of that number is there, and the prompt behind it.
    pub fn gives(&mut self, number: usize) -> &mut Self {
        self.see(&format!("_{number})")).prompt()
    }

    /// Waits for an empty prompt.
    pub fn prompt(&mut self) -> &mut Self {
        self.see_last("kql>")
    }

    /// Waits until the terminal was sent these bytes, which need not show.
    pub fn is_sent(&mut self, bytes: &[u8]) -> &mut Self {
        let sent = self.sent.clone();
        self.wait(&format!("{:?}", String::from_utf8_lossy(bytes)), |_| {
            sent.lock().unwrap().0.windows(bytes.len()).any(|part| part == bytes)
        })
    }

    /// How long it takes from a key to the last of what it puts on the screen.
    pub fn time_of(&mut self, keys: &str) -> Duration {
        const QUIET: Duration = Duration::from_millis(200);
        let pressed = Instant::now();
        self.keys(keys);
        loop {
            std::thread::sleep(QUIET / 10);
            let last = self.sent.lock().unwrap().1;
            if last > pressed && last.elapsed() > QUIET {
                return last - pressed;
            }
            assert!(pressed.elapsed() < PATIENCE, "nothing comes of {keys:?}:\n{}", self.screen());
        }
    }

    fn wait(&mut self, what: &str, is_there: impl Fn(&str) -> bool) -> &mut Self {
        let started = Instant::now();
        while !is_there(&self.screen()) {
            assert!(started.elapsed() < PATIENCE, "{what} does not appear:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// What the screen holds.
    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// The screen with the styles of its text.
    pub fn styled_line(&self, number: u16) -> Vec<(String, vt100::Color, bool)> {
        let parser = self.screen.lock().unwrap();
        let cells = (0..CELLS).filter_map(|column| parser.screen().cell(number, column));
        cells.map(|cell| (cell.contents().to_owned(), cell.fgcolor(), cell.underline())).collect()
    }

    /// The number of the line that holds a text.
    pub fn line_of(&self, text: &str) -> u16 {
        let screen = self.screen();
        u16::try_from(screen.lines().position(|line| line.contains(text)).unwrap()).unwrap()
    }

    /// Compares the screen with the file of that name. With `KQL_WRITE_SCREENS` set, writes the file instead.
    pub fn screen_is(&mut self, name: &str) -> &mut Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(format!("{name}.txt"));
        let actual = without_numbers(&self.screen());
        if std::env::var_os("KQL_WRITE_SCREENS").is_some() {
            std::fs::write(&path, &actual).unwrap();
            return self;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let difference = similar::TextDiff::from_lines(expected.as_str(), actual.as_str());
        assert!(expected == actual, "{name}:\n{}", difference.unified_diff());
        self
    }

    /// Ends the session with ctrl-d, and waits until it has ended.
    pub fn end(&mut self) {
        self.keys(CTRL_D);
        let started = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < PATIENCE, "it does not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.master.get_size();
    }
}

/// The screen with `N ms` for every time and `… N more` for every list that goes on, without blanks at the ends of lines:
/// what differs from run to run, or with every function that is added.
fn without_numbers(screen: &str) -> String {
    let mut out = String::new();
    for line in screen.trim_end().lines() {
        let words: Vec<&str> = line.trim_end().split(' ').collect();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            let number = word.trim_start_matches('(');
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let next = words.get(index + 1).copied().unwrap_or_default();
            let differs = is_number && (next.starts_with("ms") || next == "more:");
            out.push_str(if differs { &word[..word.len() - number.len()] } else { word });
            out.push_str(if differs { "N" } else { "" });
        }
        out.push('\n');
    }
    out
}
