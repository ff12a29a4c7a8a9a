//! The first shipped rule as a program written by hand, to hold the engine against: what is left to gain.
//!
//!     KQL_SIGNINS=SigninLogs.json cargo bench -p kql-executor --bench by_hand
//!
//! It is no JSON reader. It finds `"ResultType":"` and its like by their bytes, and is wrong where a key stands elsewhere,
//! is written with spaces, or has an escape in its value; it counts rows and does not write them. So it does less than an
//! engine may.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use hashbrown::{HashMap, HashSet};
use memchr::memmem::Finder;

const PIECE: usize = 1 << 20;
const LONGEST_LINE: usize = 1 << 16;
const RUNS: usize = 9;
/// Addresses with more accounts than that are taken for safe.
const THRESHOLD: usize = 100;
/// So many accounts of an address are shown.
const SHOWN: usize = 15;
const DISABLED: &[u8] = b"User account is disabled. The account has been disabled by an administrator.";

/// A key and what stands before its value.
struct Key(Finder<'static>);

impl Key {
    fn new(text: &'static str) -> Self {
        Self(Finder::new(text))
    }

    /// The value; nothing where the key is missing.
    fn value<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let Some(found) = self.0.find(line) else { return b"" };
        let rest = &line[found + self.0.needle().len()..];
        &rest[..memchr::memchr(b'"', rest).unwrap_or(rest.len())]
    }
}

struct Keys {
    code: Key,
    description: Key,
    address: Key,
    account: Key,
    application: Key,
    time: Key,
}

/// Texts under numbers.
#[derive(Default)]
struct Numbers(HashMap<Vec<u8>, u32>);

impl Numbers {
    fn of(&mut self, text: &[u8]) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry_ref(text).or_insert(next)
    }
}

/// Attempts on disabled accounts from an address.
#[derive(Default)]
struct Attempts {
    first: Vec<u8>,
    last: Vec<u8>,
    count: usize,
}

#[derive(Default)]
struct Found {
    addresses: Numbers,
    accounts: Numbers,
    applications: Numbers,
    attempts: HashMap<u32, Attempts>,
    targeted: HashSet<(u32, u32)>,
    used: HashSet<(u32, u32)>,
    successes: HashSet<(u32, u32)>,
}

impl Found {
    fn line(&mut self, keys: &Keys, line: &[u8]) {
        match keys.code.value(line) {
            b"0" => {
                let address = self.addresses.of(keys.address.value(line));
                let account = self.accounts.of(keys.account.value(line));
                self.successes.insert((address, account));
            }
            b"50057" if keys.description.value(line) == DISABLED => {
                let address = self.addresses.of(keys.address.value(line));
                let account = self.accounts.of(keys.account.value(line));
                let application = self.applications.of(keys.application.value(line));
                self.targeted.insert((address, account));
                self.used.insert((address, application));
                self.attempts.entry(address).or_default().add(keys.time.value(line));
            }
            _ => {}
        }
    }

    fn absorb(&mut self, other: Found) {
        let place = |numbers: &mut Numbers, other: &Numbers| -> HashMap<u32, u32> {
            other.0.iter().map(|(text, number)| (*number, numbers.of(text))).collect()
        };
        let addresses = place(&mut self.addresses, &other.addresses);
        let accounts = place(&mut self.accounts, &other.accounts);
        let applications = place(&mut self.applications, &other.applications);
        let account = |(address, account): (u32, u32)| (addresses[&address], accounts[&account]);
        self.targeted.extend(other.targeted.into_iter().map(account));
        self.successes.extend(other.successes.into_iter().map(account));
        self.used
            .extend(other.used.into_iter().map(|(address, used)| (addresses[&address], applications[&used])));
        for (address, attempts) in other.attempts {
            let own = self.attempts.entry(addresses[&address]).or_default();
            own.add(&attempts.first);
            own.add(&attempts.last);
            own.count += attempts.count - 2;
        }
    }

    /// How many rows the rule has.
    fn rows(&self) -> usize {
        let mut successful: HashMap<u32, usize> = HashMap::new();
        self.successes.iter().for_each(|(address, _)| *successful.entry(*address).or_default() += 1);
        let rows = |address: &u32| match successful.get(address) {
            Some(&accounts) if accounts < THRESHOLD => accounts.min(SHOWN),
            // Without a match the row stays, with nothing to expand.
            _ => 1,
        };
        self.attempts.keys().map(rows).sum()
    }
}

impl Attempts {
    fn add(&mut self, time: &[u8]) {
        if self.count == 0 || time < self.first.as_slice() {
            self.first = time.to_vec();
        }
        if self.count == 0 || time > self.last.as_slice() {
            self.last = time.to_vec();
        }
        self.count += 1;
    }
}

fn keys() -> Keys {
    Keys {
        code: Key::new("\"ResultType\":\""),
        description: Key::new("\"ResultDescription\":\""),
        address: Key::new("\"IPAddress\":\""),
        account: Key::new("\"UserPrincipalName\":\""),
        application: Key::new("\"AppDisplayName\":\""),
        time: Key::new("\"TimeGenerated\":\""),
    }
}

/// Takes pieces until none is left. A line belongs to the piece in which it begins.
fn work(file: &File, length: usize, next: &AtomicUsize) -> io::Result<Found> {
    let (keys, mut found) = (keys(), Found::default());
    let mut buffer = vec![0; 1 + PIECE + LONGEST_LINE];
    loop {
        let start = next.fetch_add(PIECE, Ordering::Relaxed);
        if start >= length {
            return Ok(found);
        }
        // From the byte before on, which shows whether a line begins at `start`.
        let from = start.saturating_sub(1);
        let size = buffer.len().min(length - from);
        file.read_exact_at(&mut buffer[..size], from as u64)?;
        let bytes = &buffer[..size];
        let mut at = if start == 0 { 0 } else { memchr::memchr(b'\n', bytes).map_or(size, |end| end + 1) };
        let border = (start + PIECE - from).min(size);
        while at < border {
            let end = memchr::memchr(b'\n', &bytes[at..]).map_or(size, |end| at + end);
            found.line(&keys, &bytes[at..end]);
            at = end + 1;
        }
    }
}

fn answer(path: &str, threads: usize) -> io::Result<usize> {
    let file = File::open(path)?;
    let length = file.metadata()?.len() as usize;
    let next = AtomicUsize::new(0);
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&file, length, &next))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker ended"))))
            .collect::<io::Result<Vec<Found>>>()
    })?;
    let mut all = Found::default();
    parts.into_iter().for_each(|part| all.absorb(part));
    Ok(all.rows())
}

fn main() -> io::Result<()> {
    let Ok(path) = std::env::var("KQL_SIGNINS") else {
        println!("skipped: KQL_SIGNINS names no file of sign-in records");
        return Ok(());
    };
    let bytes = std::fs::metadata(&path)?.len() as f64;
    for threads in [1, 2] {
        let mut seconds = Vec::new();
        let mut rows = 0;
        for _ in 0..RUNS {
            let begin = Instant::now();
            rows = answer(&path, threads)?;
            seconds.push(begin.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let median = seconds[RUNS / 2];
        println!("{threads} threads: {rows} rows, {:.0} ms, {:.2} GB/s", 1e3 * median, bytes / median / 1e9);
    }
    Ok(())
}
