//! Shows on a terminal how far a query has come, once it takes longer than a second.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kql_executor::Progress;

use crate::first_rows::FirstRows;
use crate::terminal::{push_cut, push_visible};

/// Nothing is told before.
const PATIENCE: Duration = Duration::from_secs(1);
/// No rows are shown before: those of a quick query would only flicker.
const PATIENCE_WITH_ROWS: Duration = Duration::from_millis(150);
const INTERVAL: Duration = Duration::from_millis(100);

/// Cells for the name of the query that is at work.
const LABEL_WIDTH: usize = 40;

/// A line on standard error that tells how far a query has come; it goes away when the value is dropped.
#[derive(Debug)]
pub struct ProgressLine {
    /// Dropping the sender ends the thread.
    running: Option<(Sender<()>, JoinHandle<()>)>,
    /// How many bytes there are to read; 0 where that is not known.
    total: Arc<AtomicU64>,
    /// Which of several queries is at work.
    label: Arc<Mutex<String>>,
}

impl ProgressLine {
    /// Starts watching. Without a terminal on standard error nothing is ever shown. The first rows of a result stand above
    /// the line.
    pub fn start(progress: Arc<Progress>, first_rows: Option<Arc<FirstRows>>) -> Self {
        let total = Arc::<AtomicU64>::default();
        let label = Arc::<Mutex<String>>::default();
        if !std::io::stderr().is_terminal() {
            return Self { running: None, total, label };
        }
        let (to_read, at_work) = (total.clone(), label.clone());
        let (sender, receiver) = channel::<()>();
        let watch = move || {
            let started = Instant::now();
            let mut shown = false;
            let mut wait = if first_rows.is_some() { PATIENCE_WITH_ROWS } else { PATIENCE };
            while receiver.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = INTERVAL;
                if let Some(rows) = &first_rows
                    && rows.has_more()
                {
                    show("\r\u{1b}[K");
                    rows.show();
                }
                if started.elapsed() < PATIENCE {
                    continue;
                }
                let (bytes, rows) = (progress.bytes(), progress.rows());
                let so_far = line(bytes, rows, to_read.load(Ordering::Relaxed), started.elapsed());
                let label = at_work.lock().unwrap_or_else(PoisonError::into_inner).clone();
                show(&format!("\r{so_far}{label}\u{1b}[K"));
                shown = true;
            }
            if shown {
                show("\r\u{1b}[K");
            }
            if let Some(rows) = first_rows {
                rows.clear();
            }
        };
        // A query runs as well without the line.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(watch);
        Self { running: thread.ok().map(|thread| (sender, thread)), total, label }
    }

    /// Names the query that is at work.
    pub fn show(&self, name: &str) {
        let (mut label, mut visible) = (String::from("  "), String::new());
        push_visible(&mut visible, name);
        push_cut(&mut label, &visible, LABEL_WIDTH);
        *self.label.lock().unwrap_or_else(PoisonError::into_inner) = label;
    }

    /// Says how many bytes there are to read.
    pub fn expect(&self, bytes: Option<u64>) {
        self.total.store(bytes.unwrap_or(0), Ordering::Relaxed);
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.running.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

fn show(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Frames of the part that moves.
const FRAMES: &[char] = &['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// Cells of the bar.
const BAR: u64 = 20;

fn line(bytes: u64, rows: u64, total: u64, elapsed: Duration) -> String {
    let frame = FRAMES[elapsed.as_millis() as usize / 100 % FRAMES.len()];
    let seconds = elapsed.as_secs_f64();
    let rate = (bytes as f64 / seconds) as u64;
    let (read, per_second) = (size(bytes), size(rate));
    if bytes == 0 {
        return format!("{frame} {seconds:.0} s");
    }
    // Tables that are read more often than expected end the bar before the query ends.
    if total <= bytes {
        return format!("{frame} {seconds:.0} s, {read} read ({per_second}/s), {} rows", grouped(rows));
    }
    let full = (BAR * bytes / total) as usize;
    let bar = "█".repeat(full) + &"░".repeat(BAR as usize - full);
    let left = if rate == 0 { String::new() } else { format!(", {} s left", (total - bytes).div_ceil(rate)) };
    format!("{frame} {bar} {}% of {} ({per_second}/s){left}", 100 * bytes / total, size(total))
}

/// Bytes in the largest unit of which there is one.
pub fn size(bytes: u64) -> String {
    const UNITS: &[&str] = &["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A number with a comma between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_shows_what_is_left() {
        assert_eq!(
            line(25_000_000, 10, 100_000_000, Duration::from_secs(5)),
            "⠋ █████░░░░░░░░░░░░░░░ 25% of 100.0 MB (5.0 MB/s), 15 s left"
        );
        assert_eq!(line(0, 0, 0, Duration::from_secs(2)), "⠋ 2 s");
        assert_eq!(line(7_000, 1234, 0, Duration::from_secs(2)), "⠋ 2 s, 7.0 kB read (3.5 kB/s), 1,234 rows");
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([999, 1000, 1_250_000_000].map(size), ["999 B", "1.0 kB", "1.2 GB"]);
    }
}
