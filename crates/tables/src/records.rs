//! Where the records of a piece of a file begin and end.

use std::ops::Range;

use crate::json::{Fault, Splitter, blank, trim};

/// Whether a line, without white space around it, can be an object: it has its brackets, a key follows the first one,
/// and a value stands before the last one. Everything else is checked only of records whose members are read.
pub(crate) fn check_line(line: &[u8]) -> Result<(), Fault> {
    let Some((b'{', rest)) = line.split_first() else { return Err(Fault::NoRecord) };
    let Some((b'}', inside)) = rest.split_last() else { return Err(Fault::Unclosed) };
    let (start, end) = trim(inside, 0, inside.len());
    match &inside[start..end] {
        [] => Ok(()),
        [b'"', .., b'"' | b'0'..=b'9' | b'e' | b'l' | b'}' | b']'] => Ok(()),
        [b'"', .., b','] => Err(Fault::TrailingComma),
        _ => Err(Fault::Member),
    }
}

/// The place after the first line break at or after `from`, `limit` if there is none.
pub(crate) fn line_end(bytes: &[u8], from: usize, limit: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..limit]).map_or(limit, |at| from + at + 1)
}

/// Records one after another, with white space, commas, and the brackets of an array between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence {
    /// The bracket that a record begins with.
    pub open: u8,
}

impl Sequence {
    /// Where the next record, or what stands in its place, begins.
    pub(crate) fn next(&self, bytes: &[u8], mut at: usize, limit: usize) -> Option<usize> {
        let separates = |byte: u8| {
            blank(byte) || byte == b',' || byte == 0x1e || (self.open == b'{' && matches!(byte, b'[' | b']'))
        };
        while at < limit && separates(bytes[at]) {
            at += 1;
        }
        (at < limit).then_some(at)
    }

    /// After a record that is malformed: where to go on. The next line that begins with a record's bracket, no deeper
    /// indented than the malformed record.
    pub(crate) fn resume(&self, bytes: &[u8], record: usize, limit: usize) -> usize {
        let line_start = memchr::memrchr(b'\n', &bytes[..record]).map_or(0, |at| at + 1);
        let indent = record - line_start;
        let mut at = line_end(bytes, record, limit);
        while at < limit {
            let next = line_end(bytes, at, limit);
            let begin = (at..next).find(|&place| !blank(bytes[place])).unwrap_or(next);
            if begin < next && bytes[begin] == self.open && begin - at <= indent {
                return begin;
            }
            at = next;
        }
        limit
    }

    /// Where a piece that begins at `start` ends, if it should have about `size` bytes: after a record.
    pub(crate) fn cut(
        &self,
        bytes: &[u8],
        extent: &Range<usize>,
        start: usize,
        size: usize,
        splitter: Splitter,
    ) -> usize {
        let mut ends = Vec::new();
        let mut at = start;
        while at - start < size {
            let Some(record) = self.next(bytes, at, extent.end) else { return extent.end };
            at = match splitter.split(bytes, record, extent.end, &mut ends) {
                Ok(end) if bytes[record] == self.open => end,
                _ => self.resume(bytes, record, extent.end),
            };
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cannot_be_records_are_named() {
        for good in
            ["{}", "{ }", r#"{"a":1}"#, r#"{"a":true}"#, r#"{"a":null }"#, r#"{"a":{}}"#, r#"{"a":[]}"#]
        {
            assert_eq!(check_line(good.as_bytes()), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("", Fault::NoRecord),
            ("not json at all", Fault::NoRecord),
            ("}{", Fault::NoRecord),
            (r#"{"a":1"#, Fault::Unclosed),
            (r#"{"a":1,}"#, Fault::TrailingComma),
            ("{a:1}", Fault::Member),
            ("{\"a\":}", Fault::Member),
        ] {
            assert_eq!(check_line(bad.as_bytes()), Err(fault), "{bad}");
        }
    }

    #[test]
    fn a_malformed_record_does_not_swallow_the_next_ones() {
        let text = b"[\n  {\"a\":1},\n  {\"a\":\"open,\n  {\"a\":{\n    \"b\":2}}\n]";
        let sequence = Sequence { open: b'{' };
        let broken = sequence.next(text, 11, text.len());
        assert_eq!(broken, Some(15));
        let next = sequence.resume(text, 15, text.len());
        assert_eq!(&text[next..next + 6], b"{\"a\":{");
    }
}
