//! Which columns records have, and of which types: a pass over all of them.

use hashbrown::HashMap;
use kql_types::ScalarType;

use crate::json::{Fault, Splitter, blank};
use crate::json_scan::PROPERTIES;
use crate::locate::{Span, member};
use crate::time::parse_iso;

/// Which kinds of values a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    const BOOL: u8 = 1;
    const LONG: u8 = 2;
    const REAL: u8 = 4;
    const TIME: u8 = 8;
    const TEXT: u8 = 16;
    const NESTED: u8 = 32;

    /// Adds the kinds of another column.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Adds a JSON value. Null and `""` say nothing.
    fn add_json(&mut self, value: &[u8]) {
        self.0 |= match value {
            [b'"', text @ ..] => {
                if self.0 & Self::TEXT != 0 || text == b"\"" {
                    return;
                }
                let is_time = text.strip_suffix(b"\"").is_some_and(|text| parse_iso(text).is_some());
                if is_time { Self::TIME } else { Self::TEXT }
            }
            [b'{' | b'[', ..] => Self::NESTED,
            [b't' | b'f', ..] => Self::BOOL,
            [b'n', ..] | [] => return,
            number => number_kind(number),
        };
    }

    /// Adds a field of separated values.
    pub(crate) fn add_text(&mut self, text: &str) {
        if text.is_empty() || self.0 & Self::TEXT != 0 {
            return;
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let numeric = digits.starts_with(|first: char| first.is_ascii_digit())
            && !(digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0."))
            && text.parse::<f64>().is_ok();
        self.0 |= if numeric {
            number_kind(text.as_bytes())
        } else if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            Self::BOOL
        } else if parse_iso(text.as_bytes()).is_some() {
            Self::TIME
        } else {
            Self::TEXT
        };
    }

    /// The type that holds all values: dynamic for a mixture, but real for long and real. A column without any value
    /// is a string.
    pub(crate) fn data_type(self) -> ScalarType {
        const LONG_AND_REAL: u8 = Kinds::LONG | Kinds::REAL;
        const TIME_AND_TEXT: u8 = Kinds::TIME | Kinds::TEXT;
        match self.0 {
            0 | Self::TEXT | TIME_AND_TEXT => ScalarType::String,
            Self::BOOL => ScalarType::Bool,
            Self::LONG => ScalarType::Long,
            Self::REAL | LONG_AND_REAL => ScalarType::Real,
            Self::TIME => ScalarType::DateTime,
            _ => ScalarType::Dynamic,
        }
    }

    /// The type for separated values, where a mixture is text.
    pub(crate) fn text_type(self) -> ScalarType {
        match self.data_type() {
            ScalarType::Dynamic => ScalarType::String,
            other => other,
        }
    }
}

fn number_kind(number: &[u8]) -> u8 {
    let long =
        number.len() <= 18 || std::str::from_utf8(number).is_ok_and(|text| text.parse::<i64>().is_ok());
    let whole = !number.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    if whole && long { Kinds::LONG } else { Kinds::REAL }
}

/// A column that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kinds: Kinds,
}

/// The columns of some records, in order of appearance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Those of the records themselves.
    pub columns: Vec<Seen>,
    /// Those inside `properties`.
    pub properties: Vec<Seen>,
    /// Whether a record looks like one of diagnostic settings.
    pub diagnostics: bool,
}

impl Findings {
    /// Adds what was found behind these records.
    pub(crate) fn merge(&mut self, later: Self) {
        merge(&mut self.columns, later.columns);
        merge(&mut self.properties, later.properties);
        self.diagnostics |= later.diagnostics;
    }
}

fn merge(columns: &mut Vec<Seen>, later: Vec<Seen>) {
    let mut places: HashMap<String, usize> =
        columns.iter().enumerate().map(|(at, seen)| (seen.name.clone(), at)).collect();
    for seen in later {
        match places.get(&seen.name) {
            Some(&at) => columns[at].kinds.merge(seen.kinds),
            None => {
                places.insert(seen.name.clone(), columns.len());
                columns.push(seen);
            }
        }
    }
}

/// More shapes of records than that are not kept.
const MOST_SHAPES: usize = 64;

/// Counts columns.
#[derive(Debug)]
pub(crate) struct Census {
    splitter: Splitter,
    columns: Vec<Seen>,
    places: HashMap<Box<[u8]>, usize>,
    shapes: Vec<Shape>,
    last: usize,
    ends: Vec<u32>,
    /// For what stands in `properties`.
    inside: Option<Box<Census>>,
    diagnostics: bool,
}

/// The keys of a record that was seen: what each member begins with, and its column.
#[derive(Debug)]
struct Shape {
    members: Vec<(Box<[u8]>, usize)>,
    /// The member whose object is looked into.
    properties: Option<usize>,
}

impl Census {
    /// A census of records; it looks into `properties` where a record is one of diagnostic settings.
    pub(crate) fn new(splitter: Splitter) -> Self {
        Self { inside: Some(Box::new(Self::flat(splitter))), ..Self::flat(splitter) }
    }

    fn flat(splitter: Splitter) -> Self {
        Self {
            splitter,
            columns: Vec::new(),
            places: HashMap::new(),
            shapes: Vec::new(),
            last: 0,
            ends: Vec::new(),
            inside: None,
            diagnostics: false,
        }
    }

    /// Adds the object at `start`; gives its end.
    pub(crate) fn add(&mut self, bytes: &[u8], start: usize, limit: usize) -> Result<usize, Fault> {
        let mut ends = std::mem::take(&mut self.ends);
        let added = self.add_members(bytes, start, limit, &mut ends);
        self.ends = ends;
        added
    }

    fn add_members(
        &mut self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        ends: &mut Vec<u32>,
    ) -> Result<usize, Fault> {
        let end = self.splitter.split(bytes, start, limit, ends)?;
        let fits = |shape: &Shape| shape.fits(bytes, start, ends);
        let known = match self.shapes.get(self.last) {
            Some(shape) if fits(shape) => Some(self.last),
            _ => self.shapes.iter().position(fits),
        };
        let Some(known) = known else {
            self.examine(bytes, start, ends)?;
            return Ok(end);
        };
        self.last = known;
        let mut begin = start + 1;
        for (index, &member_end) in ends.iter().enumerate() {
            let (lead, column) = &self.shapes[known].members[index];
            let mut value = begin + lead.len();
            while value < member_end as usize && blank(bytes[value]) {
                value += 1;
            }
            let value = &bytes[value..member_end as usize];
            self.columns[*column].kinds.add_json(value.trim_ascii_end());
            begin = member_end as usize + 1;
        }
        if let Some(index) = self.shapes[known].properties {
            let begin = if index == 0 { start + 1 } else { ends[index - 1] as usize + 1 };
            let value = begin + self.shapes[known].members[index].0.len();
            self.look_inside(bytes, Span { start: value as u32, end: ends[index] })?;
        }
        Ok(end)
    }

    fn look_inside(&mut self, bytes: &[u8], properties: Span) -> Result<(), Fault> {
        let Some(inside) = &mut self.inside else { return Ok(()) };
        let start = (properties.start as usize..properties.end as usize).find(|&at| !blank(bytes[at]));
        match start {
            Some(start) if bytes[start] == b'{' => {
                inside.add(bytes, start, properties.end as usize).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// Looks at every key, and remembers them.
    fn examine(&mut self, bytes: &[u8], start: usize, ends: &[u32]) -> Result<(), Fault> {
        if let [only] = *ends
            && bytes[start + 1..only as usize].iter().all(|&byte| blank(byte))
        {
            return Ok(());
        }
        let mut shape = Shape { members: Vec::with_capacity(ends.len()), properties: None };
        let mut properties = Span::ABSENT;
        let (mut time, mut about, mut escapes) = (false, false, false);
        let mut begin = start + 1;
        for (index, &end) in ends.iter().enumerate() {
            let found = member(bytes, begin, end as usize)?;
            let column = self.column(&found.key);
            self.columns[column].kinds.add_json(found.value.of(bytes));
            let lead = &bytes[begin..found.after_colon];
            escapes |= lead.contains(&b'\\');
            shape.members.push((lead.into(), column));
            time |= &*found.key == b"time";
            about |= [b"category".as_slice(), b"operationname", b"resourceid"]
                .iter()
                .any(|key| found.key.eq_ignore_ascii_case(key));
            if found.key.eq_ignore_ascii_case(PROPERTIES.as_bytes())
                && bytes[found.value.start as usize] == b'{'
            {
                shape.properties = Some(index);
                properties = found.value;
            }
            begin = end as usize + 1;
        }
        if time && about && shape.properties.is_some() {
            self.diagnostics = true;
            self.look_inside(bytes, properties)?;
        } else {
            shape.properties = None;
        }
        if self.shapes.len() < MOST_SHAPES && !escapes {
            self.last = self.shapes.len();
            self.shapes.push(shape);
        }
        Ok(())
    }

    fn column(&mut self, key: &[u8]) -> usize {
        if let Some(&place) = self.places.get(key) {
            return place;
        }
        self.places.insert(key.into(), self.columns.len());
        self.columns.push(Seen { name: String::from_utf8_lossy(key).into_owned(), kinds: Kinds::default() });
        self.columns.len() - 1
    }

    /// What was found.
    pub(crate) fn finish(self) -> Findings {
        Findings {
            columns: self.columns,
            properties: self.inside.map(|inside| inside.columns).unwrap_or_default(),
            diagnostics: self.diagnostics,
        }
    }
}

impl Shape {
    fn fits(&self, bytes: &[u8], record: usize, ends: &[u32]) -> bool {
        let mut begin = record + 1;
        self.members.len() == ends.len()
            && self.members.iter().zip(ends).all(|((lead, _), &end)| {
                let fits = bytes[begin..end as usize].starts_with(lead);
                begin = end as usize + 1;
                fits
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(records: &[&str]) -> Vec<(String, ScalarType)> {
        let mut census = Census::new(Splitter::detect());
        for record in records {
            assert_eq!(census.add(record.as_bytes(), 0, record.len()), Ok(record.len()));
        }
        let findings = census.finish();
        let inside = if findings.diagnostics { findings.properties } else { Vec::new() };
        findings.columns.into_iter().chain(inside).map(|seen| (seen.name, seen.kinds.data_type())).collect()
    }

    #[test]
    fn a_type_holds_all_values() {
        let records = [
            r#"{"a":1,"b":1.5,"c":"x","d":null,"e":"2024-01-01T00:00:00Z","f":"","g":[],"h":true,"i":1}"#,
            r#"{"a":2,"b":1,"c":"2024-01-01T00:00:00Z","d":null,"e":"","f":"","g":{},"h":false,"i":"x"}"#,
            r#"{"late":12345678901234567890}"#,
        ];
        let expected = [
            ("a", ScalarType::Long),
            ("b", ScalarType::Real),
            ("c", ScalarType::String),
            ("d", ScalarType::String),
            ("e", ScalarType::DateTime),
            ("f", ScalarType::String),
            ("g", ScalarType::Dynamic),
            ("h", ScalarType::Bool),
            ("i", ScalarType::Dynamic),
            ("late", ScalarType::Real),
        ];
        let expected: Vec<_> = expected.map(|(name, data_type)| (name.to_owned(), data_type)).into();
        assert_eq!(types(&records), expected);
    }

    #[test]
    fn properties_are_looked_into_only_in_diagnostic_records() {
        let diagnostic = r#"{"time":"x","category":"y","properties":{"a":1}}"#;
        assert_eq!(types(&[diagnostic, diagnostic]).len(), 4);
        assert_eq!(types(&[r#"{"type":"Feature","properties":{"a":1}}"#]).len(), 2);
    }
}
