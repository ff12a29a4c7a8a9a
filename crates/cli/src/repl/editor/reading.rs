//! What is found out about the text while it is typed: on a thread of its own, as a long text takes longer to bind than a
//! key may. What is not known in time is carried over from the text before, and is there some keys later.

use std::sync::Arc;
use std::time::Duration;

use kql_parser::{Diagnostic, Span};
use kql_planner::complete::{Completions, NameMeaning};

use super::newest::Newest;
use crate::repl::knowledge::{Knowledge, Known};

/// So long a key waits for what is found, in a text that is read in that time.
const PATIENCE: Duration = Duration::from_millis(5);

/// Tab waits longer: it asks.
const PATIENCE_OF_TAB: Duration = Duration::from_millis(9);

/// Of a text with more bytes than that nothing is found in time, so no key waits for it.
const LONG: usize = 4 << 10;

/// A text with more bytes than that has the colours of its tokens alone: to read it at each key would keep a processor busy.
const LONGEST: usize = 20 << 10;

/// Whether a text is so long that no key waits for what is found about it.
pub fn is_long(text: &str) -> bool {
    text.len() > LONG
}

/// What is known of a text besides its tokens.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub diagnostics: Vec<Diagnostic>,
    pub meanings: Vec<(Span, NameMeaning)>,
}

/// Finds out about texts.
#[derive(Default)]
pub struct Reading {
    findings: Newest<String, Findings>,
    /// What may be written at a place of a long text, which is looked for before tab is pressed.
    completions: Newest<(String, usize), Completions>,
}

impl Reading {
    /// What is found about the text, or what of the text before still holds.
    pub fn of(&self, text: &str, known: &Arc<Known>) -> Findings {
        if text.len() > LONGEST {
            return Findings::default();
        }
        let known = known.clone();
        let find = move |text: &String| {
            let (diagnostics, meanings) = known.meanings(text);
            Findings { diagnostics, meanings }
        };
        let patience = if is_long(text) { Duration::ZERO } else { PATIENCE };
        let found = self.findings.ask(text.to_owned(), patience, find);
        let before = |text: String| self.findings.last(|old, found| carried_over(old, found, &text));
        found.or_else(|text| before(text).ok_or(())).unwrap_or_default()
    }

    /// What may be written at that offset. In a long text nothing, if that is not found in time.
    pub fn complete(&self, text: &str, offset: usize, knowledge: &Knowledge) -> Completions {
        if !is_long(text) {
            return knowledge.complete(text, offset);
        }
        self.ask(text, offset, knowledge, PATIENCE_OF_TAB).unwrap_or_default()
    }

    /// Looks ahead at what tab would offer in a long text.
    pub fn expect(&self, text: &str, offset: usize, knowledge: &Knowledge) {
        if is_long(text) {
            self.ask(text, offset, knowledge, Duration::ZERO);
        }
    }

    fn ask(
        &self,
        text: &str,
        offset: usize,
        knowledge: &Knowledge,
        patience: Duration,
    ) -> Option<Completions> {
        let knowledge = knowledge.clone();
        let find = move |(text, offset): &(String, usize)| knowledge.complete(text, *offset);
        self.completions.ask((text.to_owned(), offset), patience, find).ok()
    }

    /// Forgets what was found: the tables have changed.
    pub fn forget(&self) {
        self.findings.forget();
        self.completions.forget();
    }
}

/// What was found about a text, as far as it stands in another one too: before and behind what was changed.
fn carried_over(old: &str, found: &Findings, text: &str) -> Findings {
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
        let found = Findings { meanings, ..Findings::default() };
        let carried = |text: &str| carried_over("T | where User == 1 and Code", &found, text).meanings;
        assert_eq!(carried("T | where Usser == 1 and Code"), [name(0, 1), name(21, 25)]);
        assert_eq!(carried("T | where User == 1 and Code "), found.meanings);
        assert_eq!(carried("T"), [name(0, 1)]);
        assert_eq!(carried(""), []);
    }
}
