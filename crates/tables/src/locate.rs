//! Finds the wanted members of records. Records of one source look alike, so the keys of the last records serve as a
//! guess for the next one; what is guessed is checked, so that the answer does not depend on the guess.

use hashbrown::HashMap;

use crate::json::{Fault, Splitter, blank, trim, unescape};

/// Where a value stands in the bytes of a morsel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// First byte.
    pub start: u32,
    /// Past the last byte; 0 if there is no value.
    pub end: u32,
}

impl Span {
    /// No value.
    pub(crate) const ABSENT: Self = Self { start: 0, end: 0 };

    /// Whether there is a value.
    pub(crate) fn is_present(self) -> bool {
        self.end != 0
    }

    /// Its bytes.
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// Which of several members of the same name counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// The first, as everywhere inside dynamic values.
    First,
    /// The last, as for the members of a record.
    Last,
}

/// How well a key fits a column; a better one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Not found.
    None,
    /// Under another name (`time` for TimeGenerated).
    Alias,
    /// In another letter case.
    OtherCase,
    /// Exactly.
    Exact,
}

/// The keys that are wanted. Each has a slot, its place in the list.
#[derive(Debug)]
pub(crate) struct Keys {
    exact: HashMap<Box<[u8]>, usize>,
    /// Lower-case spellings and other names, where these are allowed.
    loose: HashMap<Box<[u8]>, (usize, Rank)>,
    count: usize,
    duplicates: Duplicates,
}

impl Keys {
    /// These keys, as they are written.
    pub(crate) fn exact<'a>(names: impl IntoIterator<Item = &'a str>, duplicates: Duplicates) -> Self {
        let mut exact = HashMap::new();
        let mut count = 0;
        for name in names {
            exact.entry(name.as_bytes().into()).or_insert(count);
            count += 1;
        }
        Self { exact, loose: HashMap::new(), count, duplicates }
    }

    /// These keys, in any letter case if a record has none that is written so, and `time` for `TimeGenerated`.
    pub(crate) fn loose<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        let mut keys = Self::exact(names.clone(), Duplicates::Last);
        for (slot, name) in names.into_iter().enumerate() {
            let folded = name.to_ascii_lowercase().into_bytes().into_boxed_slice();
            keys.loose.entry(folded).or_insert((slot, Rank::OtherCase));
            if name == "TimeGenerated" {
                keys.loose.entry(b"time".as_slice().into()).or_insert((slot, Rank::Alias));
            }
        }
        keys
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The slot that a key of a record belongs to.
    pub(crate) fn find(&self, key: &[u8]) -> Option<(usize, Rank)> {
        if let Some(&slot) = self.exact.get(key) {
            return Some((slot, Rank::Exact));
        }
        if self.loose.is_empty() {
            return None;
        }
        self.loose.get(key.to_ascii_lowercase().as_slice()).copied()
    }

    /// Whether a key that begins with `start` and goes on could be a wanted one.
    fn may_begin(&self, start: &[u8]) -> bool {
        let begins = |key: &[u8]| key.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        self.exact.keys().chain(self.loose.keys()).any(|key| begins(key))
    }
}

/// A member of a record: where its key stands and where its value may begin.
pub(crate) struct Member<'a> {
    /// The key, without quotes, escapes resolved.
    pub key: std::borrow::Cow<'a, [u8]>,
    /// Place of the key's opening quote.
    pub quote: usize,
    /// The value, without white space around it.
    pub value: Span,
    /// The place after the colon.
    pub after_colon: usize,
}

/// Reads the member in `start..end`.
pub(crate) fn member(bytes: &[u8], start: usize, end: usize) -> Result<Member<'_>, Fault> {
    let mut at = start;
    while at < end && blank(bytes[at]) {
        at += 1;
    }
    if at == end {
        return Err(Fault::TrailingComma);
    }
    let quote = at;
    if bytes[quote] != b'"' {
        return Err(Fault::Member);
    }
    at += 1;
    let mut escaped = false;
    while at < end && bytes[at] != b'"' {
        escaped |= bytes[at] == b'\\';
        at += 1 + usize::from(bytes[at] == b'\\');
    }
    if at >= end {
        return Err(Fault::Member);
    }
    let raw = &bytes[quote + 1..at];
    let key = if escaped {
        let mut key = Vec::with_capacity(raw.len());
        unescape(raw, &mut key)?;
        key.into()
    } else {
        raw.into()
    };
    at += 1;
    while at < end && blank(bytes[at]) {
        at += 1;
    }
    if at >= end || bytes[at] != b':' {
        return Err(Fault::Member);
    }
    let (value_start, value_end) = trim(bytes, at + 1, end);
    if value_start == value_end {
        return Err(Fault::Value);
    }
    let value = Span { start: value_start as u32, end: value_end as u32 };
    Ok(Member { key, quote, value, after_colon: at + 1 })
}

/// The keys of a record that was seen.
#[derive(Debug)]
struct Shape {
    /// For each member its first eight bytes, and which of their bits belong to the key.
    starts: Vec<(u64, u64)>,
    /// The members whose keys must be compared in full.
    checks: Vec<Check>,
}

#[derive(Debug)]
struct Check {
    member: usize,
    /// What the member begins with, up to its colon.
    lead: Box<[u8]>,
    /// The slot that its value goes to.
    slot: Option<usize>,
}

/// More shapes than that are not kept.
const MOST_SHAPES: usize = 32;

/// What was learnt of the records so far. It makes finding keys faster, and changes nothing of what is found.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    shapes: Vec<Shape>,
    /// The shape of the last record.
    last: usize,
}

/// Finds wanted keys in one record after another.
#[derive(Debug)]
pub(crate) struct Locator<'k> {
    keys: &'k Keys,
    splitter: Splitter,
    learnt: Learnt,
    ends: Vec<u32>,
    ranks: Vec<Rank>,
}

impl<'k> Locator<'k> {
    /// Finds these keys.
    pub(crate) fn new(keys: &'k Keys, splitter: Splitter) -> Self {
        Self::knowing(keys, splitter, Learnt::default())
    }

    /// The same, with what another one has learnt that looked for the same keys.
    pub(crate) fn knowing(keys: &'k Keys, splitter: Splitter, learnt: Learnt) -> Self {
        Self { keys, splitter, learnt, ends: Vec::new(), ranks: vec![Rank::None; keys.len()] }
    }

    /// What it has learnt.
    pub(crate) fn into_learnt(self) -> Learnt {
        self.learnt
    }

    /// Finds the keys in the object at `start`, which must end before `limit`. `spans` has a place for each slot.
    /// Gives the place after the object.
    pub(crate) fn locate(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        spans: &mut [Span],
    ) -> Result<usize, Fault> {
        let end = self.splitter.split(bytes, start, limit, &mut self.ends)?;
        self.find(bytes, start, spans)?;
        Ok(end)
    }

    /// The same for an object that ends in its line; see [`Splitter::split_line`].
    pub(crate) fn locate_line(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        spans: &mut [Span],
    ) -> Result<usize, Fault> {
        let end = self.splitter.split_line(bytes, start, limit, &mut self.ends)?;
        self.find(bytes, start, spans)?;
        Ok(end)
    }

    /// Finds the keys in the object at `start`, whose members end where `ends` says.
    fn find(&mut self, bytes: &[u8], start: usize, spans: &mut [Span]) -> Result<(), Fault> {
        if bytes[start] != b'{' {
            return Err(Fault::NoRecord);
        }
        let Learnt { shapes, last } = &mut self.learnt;
        let guess = shapes.get(*last).is_some_and(|shape| shape.fits(bytes, start, &self.ends));
        if !guess {
            match shapes.iter().position(|shape| shape.fits(bytes, start, &self.ends)) {
                Some(other) => *last = other,
                None => return self.examine(bytes, start, spans),
            }
        }
        spans.fill(Span::ABSENT);
        for check in &self.learnt.shapes[self.learnt.last].checks {
            let Some(slot) = check.slot else { continue };
            let begin = member_start(start, &self.ends, check.member) + check.lead.len();
            let (value_start, value_end) = trim(bytes, begin, self.ends[check.member] as usize);
            if value_start == value_end {
                return Err(Fault::Value);
            }
            spans[slot] = Span { start: value_start as u32, end: value_end as u32 };
        }
        Ok(())
    }

    /// Looks at every key, and remembers them.
    fn examine(&mut self, bytes: &[u8], start: usize, spans: &mut [Span]) -> Result<(), Fault> {
        spans.fill(Span::ABSENT);
        self.ranks.fill(Rank::None);
        if let [only] = *self.ends {
            let (first, last) = trim(bytes, start + 1, only as usize);
            if first == last {
                return Ok(());
            }
        }
        let mut chosen = vec![None; spans.len()];
        for (at, &end) in self.ends.iter().enumerate() {
            let found = member(bytes, member_start(start, &self.ends, at), end as usize)?;
            let Some((slot, rank)) = self.keys.find(&found.key) else { continue };
            let better = match self.keys.duplicates {
                Duplicates::First => rank > self.ranks[slot],
                Duplicates::Last => rank >= self.ranks[slot],
            };
            if better {
                self.ranks[slot] = rank;
                spans[slot] = found.value;
                chosen[slot] = Some(at);
            }
        }
        let Learnt { shapes, last } = &mut self.learnt;
        if shapes.len() < MOST_SHAPES
            && let Some(shape) = Shape::of(bytes, start, &self.ends, self.keys, &chosen)
        {
            *last = shapes.len();
            shapes.push(shape);
        }
        Ok(())
    }
}

/// Where the member begins that stands at `index`.
#[inline(always)]
fn member_start(record: usize, ends: &[u32], index: usize) -> usize {
    if index == 0 { record + 1 } else { ends[index - 1] as usize + 1 }
}

/// Eight bytes as a number.
#[inline(always)]
fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

impl Shape {
    /// The shape of a record, `None` if its keys cannot be compared as bytes.
    fn of(bytes: &[u8], record: usize, ends: &[u32], keys: &Keys, chosen: &[Option<usize>]) -> Option<Self> {
        let mut shape = Self { starts: Vec::with_capacity(ends.len()), checks: Vec::new() };
        for (index, &end) in ends.iter().enumerate() {
            let start = member_start(record, ends, index);
            let found = member(bytes, start, end as usize).ok()?;
            let lead = &bytes[start..found.after_colon];
            if lead.contains(&b'\\') {
                return None;
            }
            // The key with both its quotes, as far as eight bytes show it.
            let quoted = found.quote - start + found.key.len() + 2;
            let shown = quoted.min(8);
            let mask = if shown == 8 { !0 } else { (1u64 << (8 * shown)) - 1 };
            shape.starts.push((eight(bytes, start)? & mask, mask));
            let slot = chosen.iter().position(|&member| member == Some(index));
            let visible = bytes.get(found.quote + 1..start + shown).unwrap_or_default();
            if slot.is_some() || (quoted > 8 && keys.may_begin(visible)) {
                shape.checks.push(Check { member: index, lead: lead.into(), slot });
            }
        }
        Some(shape)
    }

    /// Whether a record has exactly these keys, as far as the wanted ones go.
    #[inline]
    fn fits(&self, bytes: &[u8], record: usize, ends: &[u32]) -> bool {
        if self.starts.len() != ends.len() {
            return false;
        }
        // Eight bytes can be read from every member, which begin one behind the other, if they can be from the last one.
        let last = member_start(record, ends, ends.len().saturating_sub(1));
        if bytes.len() < last + 8 {
            return false;
        }
        let mut at = record + 1;
        let mut difference = 0;
        for (&(start, mask), &end) in self.starts.iter().zip(ends) {
            debug_assert!(at <= last, "members end one behind the other");
            // SAFETY: `at` is not behind `last`.
            let word = unsafe { bytes.as_ptr().add(at).cast::<u64>().read_unaligned() };
            difference |= (u64::from_le(word) ^ start) & mask;
            at = end as usize + 1;
        }
        difference == 0
            && self
                .checks
                .iter()
                .all(|check| bytes[member_start(record, ends, check.member)..].starts_with(&check.lead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(keys: &Keys, records: &[&str]) -> Vec<Result<Vec<String>, Fault>> {
        let mut locator = Locator::new(keys, Splitter::detect());
        let text = records.join("\n");
        let mut start = 0;
        let mut answers = Vec::new();
        for record in records {
            let mut spans = vec![Span::ABSENT; keys.len()];
            let answer = locator.locate(text.as_bytes(), start, start + record.len(), &mut spans);
            answers.push(answer.map(|_| {
                spans
                    .iter()
                    .map(|span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned())
                    .collect()
            }));
            start += record.len() + 1;
        }
        answers
    }

    #[test]
    fn keys_are_found_whatever_came_before() {
        let keys = Keys::exact(["ResultType", "ResultDescription", "Id"], Duplicates::Last);
        let records = [
            r#"{"Id":1,"ResultType":"a","ResultSignature":"x","ResultDescription":"b","Other":0}"#,
            r#"{"Id":2,"ResultType":"c","ResultSignature":"y","ResultDescription":"d","Other":0}"#,
            r#"{"Id":2,"ResultType":"c","ResultDescription":"d","ResultSignature":"y","Other":0}"#,
            r#"{"Id":3,"ResultSignature":"y","ResultType":"c","ResultDescription":"d","Other":0}"#,
            r#"{"Id":3,"ResultType":"c","ResultDescriptio":"d","ResultDescription":"y","Other":0}"#,
            r#"{ "Id" : 4 , "ResultType" : [1,2], "x":{"Id":5} }"#,
            r#"{}"#,
            r#"{"Id":1,"Id":2}"#,
            r#"{"\u0049d":7,"Other":0}"#,
            r#"{"Xd":7,"\u0049d":0}"#,
        ];
        let expected: Vec<Vec<&str>> = vec![
            vec!["\"a\"", "\"b\"", "1"],
            vec!["\"c\"", "\"d\"", "2"],
            vec!["\"c\"", "\"d\"", "2"],
            vec!["\"c\"", "\"d\"", "3"],
            vec!["\"c\"", "\"y\"", "3"],
            vec!["[1,2]", "", "4"],
            vec!["", "", ""],
            vec!["", "", "2"],
            vec!["", "", "7"],
            vec!["", "", "0"],
        ];
        for (actual, expected) in values(&keys, &records).into_iter().zip(expected) {
            assert_eq!(actual, Ok(expected.into_iter().map(str::to_owned).collect()));
        }
    }

    #[test]
    fn an_exact_key_goes_before_another_case_and_that_before_an_alias() {
        let keys = Keys::loose(["TimeGenerated", "ResultType"]);
        let records = [
            r#"{"time":1,"resultType":2}"#,
            r#"{"time":1,"resultType":2,"ResultType":3,"resulttype":4}"#,
            r#"{"timegenerated":5,"time":1}"#,
        ];
        let expected = [["1", "2"], ["1", "3"], ["5", ""]];
        for (actual, expected) in values(&keys, &records).into_iter().zip(expected) {
            assert_eq!(actual, Ok(expected.map(str::to_owned).to_vec()));
        }
    }

    #[test]
    fn malformed_members_are_named() {
        let keys = Keys::exact(["a"], Duplicates::Last);
        let records = [r#"{"a":1,}"#, r#"{a:1}"#, r#"{"a"}"#, r#"{"a":}"#, r#"{,}"#, r#"{"a":1"b":2}"#];
        let faults: Vec<Option<Fault>> = values(&keys, &records).into_iter().map(Result::err).collect();
        assert_eq!(
            faults,
            [
                Some(Fault::TrailingComma),
                Some(Fault::Member),
                Some(Fault::Member),
                Some(Fault::Value),
                Some(Fault::TrailingComma),
                // What is between the members is looked at when the value is read.
                None
            ]
        );
    }
}
