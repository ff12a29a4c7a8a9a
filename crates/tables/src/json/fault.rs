//! Why a record is malformed.

use std::fmt;

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not begin with the bracket of a record.
    NoRecord,
    /// It ends inside a string.
    OpenString,
    /// It ends before its brackets are closed, or is closed by the wrong one.
    Unclosed,
    /// A control character (a line break, say) stands inside a string without an escape.
    ControlCharacter,
    /// Something follows its closing bracket.
    Trailing,
    /// It is not UTF-8.
    Encoding,
    /// A member is not `"key": value`.
    Member,
    /// A value is not JSON.
    Value,
    /// A comma is followed by no member.
    TrailingComma,
    /// It is longer than offsets can say.
    TooLong,
    /// A line of separated values that does not have as many as the header.
    FieldCount,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::NoRecord => "no JSON record",
            Fault::OpenString => "a string is not closed",
            Fault::Unclosed => "a bracket is not closed",
            Fault::ControlCharacter => "a control character inside a string",
            Fault::Trailing => "text after the end of the record",
            Fault::Encoding => "not UTF-8",
            Fault::Member => "not a list of \"key\": value",
            Fault::Value => "a value is not JSON",
            Fault::TrailingComma => "a comma with nothing after it",
            Fault::TooLong => "a record of more than 1 GiB",
            Fault::FieldCount => "not as many values as the header has",
        })
    }
}
