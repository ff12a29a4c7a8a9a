//! What is found out about the text while it is typed: on a thread of its own, as a long text takes longer to bind than a
//! key may. What is not known in time is carried over from the text before, and is there some keys later.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kql_parser::{Diagnostic, Span};
use kql_planner::complete::NameMeaning;

use crate::commands::STACK;
use crate::repl::knowledge::Known;

/// So long a key waits for what is found, in a text that is read in that time.
const PATIENCE: Duration = Duration::from_millis(5);

/// Of a text with more bytes than that nothing is found in time, so no key waits for it.
const LONG: usize = 4 << 10;

/// A text with more bytes than that has the colours of its tokens alone: to read it at each key would keep a processor busy.
const LONGEST: usize = 20 << 10;

/// What is known of a text besides its tokens.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub diagnostics: Vec<Diagnostic>,
    pub meanings: Vec<(Span, NameMeaning)>,
}

/// Finds out about texts, the newest first.
#[derive(Default)]
pub struct Reading {
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// The text that was read last, and what was found.
    found: (String, Findings),
    /// The text that is to be read next.
    wanted: Option<(String, Arc<Known>)>,
    is_reading: bool,
}

impl Reading {
    /// What is found about the text, or what of the text before still holds.
    pub fn of(&self, text: &str, known: &Arc<Known>) -> Findings {
        if text.len() > LONGEST {
            return Findings::default();
        }
        let mut state = locked(&self.shared.0);
        if state.found.0 == text {
            return state.found.1.clone();
        }
        state.wanted = Some((text.to_owned(), known.clone()));
        if !state.is_reading {
            let shared = self.shared.clone();
            let thread = std::thread::Builder::new().name("read".to_owned()).stack_size(STACK);
            // Without the thread there are the colours of the tokens alone.
            state.is_reading = thread.spawn(move || read(&shared)).is_ok();
        }
        let until = Instant::now() + if text.len() > LONG { Duration::ZERO } else { PATIENCE };
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            state = self.shared.1.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            if state.found.0 == text {
                return state.found.1.clone();
            }
        }
        carried_over(&state.found, text)
    }

    /// Forgets what was found: the tables have changed.
    pub fn forget(&self) {
        locked(&self.shared.0).found = Default::default();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(shared: &(Mutex<State>, Condvar)) {
    loop {
        let mut state = locked(&shared.0);
        let Some((text, known)) = state.wanted.take() else {
            state.is_reading = false;
            return;
        };
        drop(state);
        let (diagnostics, meanings) = known.meanings(&text);
        locked(&shared.0).found = (text, Findings { diagnostics, meanings });
        shared.1.notify_all();
    }
}

/// What was found about a text, as far as it stands in another one too: before and behind what was changed.
fn carried_over((old, found): &(String, Findings), text: &str) -> Findings {
    let same = |(one, other): &(u8, u8)| one == other;
    let before = old.bytes().zip(text.bytes()).take_while(same).count();
    let most = old.len().min(text.len()) - before;
    let behind = old.bytes().rev().zip(text.bytes().rev()).take(most).take_while(same).count();
    let moved = |span: Span| match span {
        _ if span.end <= before => Some(span),
        _ if span.start >= old.len() - behind => {
            let at = |offset: usize| offset + text.len() - old.len();
            Some(Span::new(at(span.start), at(span.end)))
        }
        _ => None,
    };
    let diagnostic = |one: &Diagnostic| Some(Diagnostic { span: moved(one.span)?, ..one.clone() });
    Findings {
        diagnostics: found.diagnostics.iter().filter_map(diagnostic).collect(),
        meanings: found
            .meanings
            .iter()
            .filter_map(|&(span, meaning)| Some((moved(span)?, meaning)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_holds_before_and_behind_a_change() {
        let name = |start, end| (Span::new(start, end), NameMeaning::Column);
        let meanings = vec![name(0, 1), name(10, 14), name(20, 24)];
        let found = ("T | where User == 1 and Code".to_owned(), Findings { meanings, ..Findings::default() });
        let carried = |text: &str| carried_over(&found, text).meanings;
        assert_eq!(carried("T | where Usser == 1 and Code"), [name(0, 1), name(21, 25)]);
        assert_eq!(carried("T | where User == 1 and Code "), found.1.meanings);
        assert_eq!(carried("T"), [name(0, 1)]);
        assert_eq!(carried(""), []);
    }
}
