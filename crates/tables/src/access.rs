//! Whether the morsels of a file are better read or looked at through its map.
//!
//! It depends on how the file came into the page cache. What was read from a disk lies there in large pieces, which are
//! mapped in no time; of what was written in small portions each page is mapped by itself, and to copy it takes less. No
//! system tells, so some morsels are taken in one way and some in the other, and the rest in the way that took less time.
//! A file that was written to lately is always read (see [`OpenFile`](crate::morsels::OpenFile)).

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A way to get at the bytes of a morsel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// They are read into memory that is used again and again.
    Read,
    /// They are looked at where they are mapped.
    Map,
}

/// The first morsels find memory and tables that nobody has used yet.
const WARMING_UP: usize = 4;

/// Of each way so many morsels are timed.
const TRIALS: usize = 12;

/// Mapping must take less than this part of the time of reading.
const LESS: f64 = 0.98;

/// Finds out which way is better, and keeps to it.
#[derive(Debug, Default)]
pub(crate) struct AccessTrial {
    /// Nanoseconds a byte, of morsels that were read and of those that were mapped.
    times: Mutex<[Vec<f64>; 2]>,
    decided: AtomicU8,
}

const UNDECIDED: u8 = 0;
const READ: u8 = 1;
const MAP: u8 = 2;

impl AccessTrial {
    /// How to get at the morsel of that place in the order of the table.
    pub(crate) fn choose(&self, sequence: usize) -> Access {
        match self.decided.load(Ordering::Relaxed) {
            MAP => Access::Map,
            // Two of one kind in a row, so that each of two threads meets both.
            UNDECIDED if sequence >= WARMING_UP && sequence / 2 % 2 == 1 => Access::Map,
            _ => Access::Read,
        }
    }

    /// Notes how long it took to get at a morsel of so many bytes and to look at all of them.
    pub(crate) fn note(&self, sequence: usize, access: Access, bytes: usize, time: Duration) {
        if sequence < WARMING_UP || bytes == 0 || self.decided.load(Ordering::Relaxed) != UNDECIDED {
            return;
        }
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times[usize::from(access == Access::Map)].push(time.as_nanos() as f64 / bytes as f64);
        if times.iter().all(|times| times.len() >= TRIALS) {
            let [read, map] = &mut *times;
            let decision = if median(map) < LESS * median(read) { MAP } else { READ };
            self.decided.store(decision, Ordering::Relaxed);
        }
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_that_takes_less_time_is_kept_to() {
        for (read, map, expected) in
            [(1000, 700, Access::Map), (1000, 1000, Access::Read), (700, 1000, Access::Read)]
        {
            let trial = AccessTrial::default();
            let mut met = Vec::new();
            for sequence in 0..60 {
                let access = trial.choose(sequence);
                // The first ones, and one now and then, take much longer.
                let slow = if sequence < WARMING_UP || sequence % 9 == 0 { 50 } else { 1 };
                let time = slow * if access == Access::Map { map } else { read };
                trial.note(sequence, access, 1000, Duration::from_nanos(time));
                met.push(access);
            }
            assert!(met[..30].contains(&Access::Map) && met[..30].contains(&Access::Read));
            assert!(met[50..].iter().all(|access| *access == expected), "{read} {map}");
        }
    }
}
