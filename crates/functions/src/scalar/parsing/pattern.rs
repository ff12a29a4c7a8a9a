//! A pattern of `parse`, as the planner hands it over: a call's constant arguments.

use kql_types::{ScalarType, Value};

use crate::{ArgumentInfo, KernelError};

/// `kind=simple`: texts as they are, typed captures must convert.
pub const KIND_SIMPLE: &str = "simple";
/// `kind=relaxed`: texts as they are, a typed capture that does not convert is null.
pub const KIND_RELAXED: &str = "relaxed";
/// `kind=regex`: texts are regular expressions, typed captures must convert.
pub const KIND_REGEX: &str = "regex";

/// The first of the two arguments of a part that skips; the second is empty.
pub const PART_SKIP: &str = "*";
/// The first of the two arguments of a text; the second is the text. Of a capture the first is its type, the second its
/// name.
pub const PART_TEXT: &str = "text";

/// How texts and captures match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Simple,
    Relaxed,
    Regex,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `*`
    Skip,
    /// A text, or in `kind=regex` an expression.
    Text(String),
    /// A capture of that type.
    Capture(ScalarType),
}

/// A whole pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub kind: Kind,
    pub flags: String,
    pub parts: Vec<Part>,
}

impl Pattern {
    /// Reads kind, flags and the parts, two arguments each.
    pub(super) fn read(arguments: &[ArgumentInfo<'_>]) -> Result<Self, KernelError> {
        let texts = constant_texts(arguments)?;
        let [kind, flags, parts @ ..] = texts.as_slice() else {
            return Err(KernelError::new("a pattern of parse has a kind and flags"));
        };
        let kind = match *kind {
            KIND_SIMPLE => Kind::Simple,
            KIND_RELAXED => Kind::Relaxed,
            KIND_REGEX => Kind::Regex,
            other => return Err(KernelError::new(format!("'{other}' is not a kind of parse"))),
        };
        let parts = parts.chunks_exact(2).map(|pair| part(pair[0], pair[1])).collect::<Result<_, _>>()?;
        Ok(Self { kind, flags: (*flags).to_owned(), parts })
    }

    /// The types of the captures, in order.
    pub(super) fn capture_types(&self) -> Vec<ScalarType> {
        let of = |part: &Part| match part {
            Part::Capture(data_type) => Some(*data_type),
            Part::Skip | Part::Text(_) => None,
        };
        self.parts.iter().filter_map(of).collect()
    }
}

fn part(form: &str, text: &str) -> Result<Part, KernelError> {
    Ok(match form {
        PART_SKIP => Part::Skip,
        PART_TEXT => Part::Text(text.to_owned()),
        name => Part::Capture(
            ScalarType::from_name(name)
                .ok_or_else(|| KernelError::new(format!("'{name}' is not the name of a type")))?,
        ),
    })
}

/// Arguments that are constant strings.
pub(super) fn constant_texts<'a>(arguments: &[ArgumentInfo<'a>]) -> Result<Vec<&'a str>, KernelError> {
    let text = |argument: &ArgumentInfo<'a>| match argument.constant {
        Some(Value::String(text)) => Ok(text.as_str()),
        _ => Err(KernelError::new("the pattern must be constant")),
    };
    arguments.iter().map(text).collect()
}
