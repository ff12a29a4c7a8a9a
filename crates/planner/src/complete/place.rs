//! What is expected at the cursor.

use kql_parser::lexer::Sign;

use super::cursor::Cursor;
use super::frames::{Frame, Nesting, Role};
use super::segment::{Segment, Unit};
use crate::OperatorHelp;

/// What is expected at the cursor.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// What nobody but the user knows: a number, a new name.
    Unknown,
    /// The beginning of a statement; in a function's body that may also be its value.
    Statement { in_function: bool },
    /// What a `let` declares.
    Declared,
    /// A table.
    Table { start_of: Option<&'static OperatorHelp> },
    /// An operator.
    Operator,
    /// A value.
    Value(ValuePlace),
    /// A column, and no other value.
    Columns { start_of: Option<&'static OperatorHelp> },
    /// A condition of `join`, over this right side.
    JoinKeys { right: Unit },
    /// What stands behind a point: a member of what the path names.
    Member { path: Vec<String> },
    /// What goes on behind a value, or words alone.
    AfterValue { words: Vec<&'static str>, comparisons: bool, left: Option<String> },
    /// A text in quotes that is compared with this column.
    Text { column: Option<String> },
    /// A parameter of an operator.
    Parameter(Option<&'static OperatorHelp>),
    /// The value of an operator's parameter.
    ParameterValue(&'static [(&'static str, &'static str)]),
    /// The name of a property of `render`.
    Property,
    /// A chart.
    Chart,
    /// A plugin.
    Plugin,
    /// A function that takes rows.
    RowFunction,
    /// A type.
    Type,
}

/// Where a value is expected.
#[derive(Clone, Debug, Default)]
pub(super) struct ValuePlace {
    /// Whether it is one over the rows of a group.
    pub aggregates: bool,
    /// Whether a table may stand there too.
    pub tables: bool,
    /// The operator whose parameters may stand there too.
    pub start_of: Option<&'static OperatorHelp>,
}

impl Place {
    fn value() -> Self {
        Place::Value(ValuePlace::default())
    }
}

/// What is expected at the cursor.
pub(super) fn find(cursor: &Cursor<'_>, nesting: &Nesting) -> Place {
    let inner = nesting.innermost();
    let last = cursor.tokens.len().checked_sub(1);
    if cursor.string.is_some() {
        return match inner.role {
            Role::Properties | Role::Cells | Role::Declarations => Place::Unknown,
            _ => Place::Text { column: compared_column(cursor, inner) },
        };
    }
    if let Some(last) = last.filter(|last| cursor.is_sign(*last, Sign::Dot)) {
        let is_hint = last.checked_sub(1).is_some_and(|before| cursor.at(before) == "hint");
        return match is_hint {
            true => Place::Parameter(Segment::new(cursor, nesting).operator),
            false => member(cursor, last),
        };
    }
    match inner.role {
        Role::Declarations => match last.is_some_and(|last| cursor.is_sign(last, Sign::Colon)) {
            true => Place::Type,
            false if inner.opener.is_some_and(|open| open > 0 && cursor.at(open - 1) == "typeof") => {
                Place::Type
            }
            false => Place::Unknown,
        },
        Role::Properties => property(cursor, nesting, inner, last),
        Role::Cells => Place::Unknown,
        Role::Steps => Place::value(),
        Role::Call | Role::List | Role::Group | Role::Index if inner.bar.is_none() => {
            in_expression(cursor, nesting, inner, last)
        }
        _ => in_pipeline(cursor, nesting),
    }
}

/// Inside the brackets of an expression.
fn in_expression(cursor: &Cursor<'_>, nesting: &Nesting, inner: &Frame, last: Option<usize>) -> Place {
    if last.is_some_and(|last| cursor.ends_value(last) && Some(last) != inner.opener) {
        return after_value(cursor, Vec::new(), last);
    }
    let segment = Segment::new(cursor, nesting);
    let operator = segment.operator.map_or("", |operator| operator.names[0]);
    match (operator, inner.role) {
        ("evaluate", Role::Call) => {
            Place::Value(ValuePlace { tables: true, aggregates: true, ..ValuePlace::default() })
        }
        ("summarize" | "make-series", _) if segment.clause.is_none() => {
            // `array_sort_asc(make_set(` holds an aggregate, and an aggregate holds none.
            let name =
                inner.opener.and_then(|opener| opener.checked_sub(1)).map_or("", |name| cursor.at(name));
            let aggregates = inner.role != Role::Call || !is_in_aggregate(cursor, nesting, name);
            Place::Value(ValuePlace { aggregates, ..ValuePlace::default() })
        }
        _ => Place::Value(ValuePlace { tables: inner.role == Role::List, ..ValuePlace::default() }),
    }
}

/// Whether one of the calls that are open is that of an aggregate.
fn is_in_aggregate(cursor: &Cursor<'_>, nesting: &Nesting, innermost: &str) -> bool {
    let calls = nesting.frames[nesting.home..].iter().filter(|frame| frame.role == Role::Call);
    let names = calls.filter_map(|frame| frame.opener?.checked_sub(1)).map(|name| cursor.at(name));
    names.chain([innermost]).any(|name| kql_functions::registry::aggregate(name).is_some())
}

/// At the level of a pipeline.
fn in_pipeline(cursor: &Cursor<'_>, nesting: &Nesting) -> Place {
    let home = nesting.home();
    let segment = Segment::new(cursor, nesting);
    let Some(operator) = segment.operator else {
        return match segment.last() {
            None if home.bar.is_some() || home.role == Role::Operators => Place::Operator,
            None if home.declares.is_some() => Place::Declared,
            None if home.role == Role::Rows => Place::Table { start_of: None },
            None => Place::Statement { in_function: home.role == Role::Body },
            // `project-` is the beginning of an operator's word.
            Some(_) if home.bar.is_some() && is_partial_word(cursor, &segment) => Place::Operator,
            Some(_) if home.bar.is_some() => Place::Unknown,
            Some(_) if matches!(cursor.at(home.statement), "let" | "set" | "declare" | "alias") => {
                Place::Unknown
            }
            Some(last) if cursor.ends_value(last) => after_value(cursor, Vec::new(), Some(last)),
            Some(_) => Place::value(),
        };
    };
    if is_partial_word(cursor, &segment) {
        return Place::Operator;
    }
    if let Some(parameter) = segment.open_parameter(cursor) {
        return match parameter.values {
            [] => Place::Unknown,
            values => Place::ParameterValue(values),
        };
    }
    in_operator(cursor, &segment, operator)
}

/// Whether the cursor stands in a word with `-`: behind `project-`, `mv-ex`.
fn is_partial_word(cursor: &Cursor<'_>, segment: &Segment<'_>) -> bool {
    let Some(last) = segment.last().filter(|last| cursor.is_sign(*last, Sign::Minus)) else { return false };
    let length = segment.units.len() + usize::from(segment.operator.is_some());
    length == 2 && cursor.end(last) == cursor.word && last > 0 && cursor.start(last) == cursor.end(last - 1)
}

/// What an operator expects at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Unknown,
    Word,
    Value,
    Aggregate,
    Column,
    Table,
    Keys,
    Chart,
    Plugin,
    RowFunction,
    NewName,
}

fn in_operator(cursor: &Cursor<'_>, segment: &Segment<'_>, operator: &'static OperatorHelp) -> Place {
    let expected = expected(operator.names[0], segment.clause);
    let body = segment.body();
    let start_of = body.is_empty().then_some(operator);
    let last = segment.last();
    match last.map_or("", |last| cursor.at(last)) {
        "nulls" => return words_alone(&["first", "last"]),
        "to" if matches!(operator.names[0], "mv-expand" | "mv-apply") => return words_alone(&["typeof("]),
        ":" if matches!(operator.names[0], "parse" | "parse-where") => return Place::Type,
        _ => {}
    }
    let is_clause_word = last.is_some_and(|last| segment.clause == Some(cursor.at(last)));
    let ends_value = !body.is_empty()
        && !is_clause_word
        && last.is_some_and(|last| {
            cursor.ends_value(last) || is_sort_word(cursor.at(last)) || expected == Expected::Chart
        });
    if ends_value && !matches!(expected, Expected::Word) {
        let words = words_behind(segment, operator);
        return match expected {
            Expected::Value | Expected::Aggregate => after_value(cursor, words, last),
            _ => Place::AfterValue { words, comparisons: false, left: None },
        };
    }
    match expected {
        Expected::Unknown | Expected::NewName => Place::Unknown,
        Expected::Word => words_alone(&operator.words[..operator.words.len().min(1)]),
        Expected::Value => Place::Value(ValuePlace { start_of, ..ValuePlace::default() }),
        Expected::Aggregate => {
            Place::Value(ValuePlace { aggregates: true, start_of, ..ValuePlace::default() })
        }
        Expected::Column => Place::Columns { start_of },
        Expected::Table => Place::Table { start_of },
        Expected::Keys => match body.first() {
            Some(right) => Place::JoinKeys { right: *right },
            None => Place::Unknown,
        },
        Expected::Chart => Place::Chart,
        Expected::Plugin => Place::Plugin,
        Expected::RowFunction => Place::RowFunction,
    }
}

fn words_alone(words: &[&'static str]) -> Place {
    Place::AfterValue { words: words.to_vec(), comparisons: false, left: None }
}

fn is_sort_word(word: &str) -> bool {
    matches!(word, "asc" | "desc" | "first" | "last")
}

/// The clause words with which an operator may begin.
pub(super) fn first_words(operator: &str) -> &'static [&'static str] {
    match operator {
        "summarize" => &["by"],
        "search" => &["in ("],
        "find" => &["in (", "where"],
        "top-nested" => &["of"],
        _ => &[],
    }
}

/// The clause words that may follow, those of this clause and of the later ones.
fn words_behind(segment: &Segment<'_>, operator: &'static OperatorHelp) -> Vec<&'static str> {
    let is_used = |word: &str| {
        let first = word.split([' ', '(']).next().unwrap_or(word);
        segment.words.contains(&first) && !matches!(first, "asc" | "desc" | "nulls")
    };
    let is_sorting = |word: &str| {
        let first = word.split(' ').next().unwrap_or(word);
        matches!(first, "asc" | "desc" | "nulls")
    };
    let words = operator.words.iter().copied().filter(|word| !is_used(word));
    words
        .filter(|word| !is_sorting(word) || segment.clause == Some("by") || operator.words.len() == 4)
        .collect()
}

/// What stands in the clause of an operator; `None` is what comes before the first clause word.
fn expected(operator: &str, clause: Option<&str>) -> Expected {
    match (operator, clause) {
        ("where" | "extend" | "project" | "print" | "serialize" | "distinct" | "project-rename", _) => {
            Expected::Value
        }
        ("project-away" | "project-keep" | "project-reorder" | "project-by-names", _) => Expected::Column,
        ("summarize" | "make-series", None) => Expected::Aggregate,
        ("make-series", Some("on" | "by")) => Expected::Column,
        ("make-series", Some("in")) => Expected::Unknown,
        ("sort" | "partition" | "facet", None) => Expected::Word,
        ("partition" | "facet", Some("by")) => Expected::Column,
        ("top" | "sample-distinct" | "top-hitters" | "top-nested", None) => Expected::Unknown,
        ("sample-distinct", Some("of")) => Expected::Column,
        ("top-nested", Some("by")) => Expected::Aggregate,
        ("join" | "lookup", None) | ("union", _) | ("search" | "find", Some("in")) => Expected::Table,
        ("join" | "lookup", Some("on")) => Expected::Keys,
        ("find", Some("project")) => Expected::Column,
        ("parse-kv", Some(_)) => Expected::Unknown,
        ("render", None) => Expected::Chart,
        ("evaluate", _) => Expected::Plugin,
        ("invoke", _) => Expected::RowFunction,
        ("take" | "sample" | "count" | "consume" | "getschema" | "fork" | "scan" | "render", _) => {
            Expected::Unknown
        }
        ("mv-expand" | "mv-apply", Some("limit")) | ("parse" | "parse-where", Some("with")) => {
            Expected::Unknown
        }
        ("as" | "range" | "datatable" | "externaldata", None) => Expected::NewName,
        _ => Expected::Value,
    }
}

fn after_value(cursor: &Cursor<'_>, words: Vec<&'static str>, last: Option<usize>) -> Place {
    let left = last.filter(|last| cursor.is_word(*last)).map(|last| cursor.at(last).to_owned());
    Place::AfterValue { words, comparisons: true, left }
}

/// `a.b.`: the path before the point.
fn member(cursor: &Cursor<'_>, point: usize) -> Place {
    let mut path = Vec::new();
    let mut index = point;
    while cursor.is_sign(index, Sign::Dot) {
        let Some(name) = index.checked_sub(1).filter(|name| cursor.is_word(*name)) else {
            return Place::Unknown;
        };
        path.push(cursor.at(name).to_owned());
        let Some(before) = name.checked_sub(1) else { break };
        index = before;
    }
    path.reverse();
    Place::Member { path }
}

/// Inside `with (...)`.
fn property(cursor: &Cursor<'_>, nesting: &Nesting, inner: &Frame, last: Option<usize>) -> Place {
    let operator = nesting.home().segment();
    if cursor.at(operator) != "render" {
        return Place::Unknown;
    }
    let begins = last == inner.opener || last == inner.comma;
    let name = last.and_then(|last| last.checked_sub(1)).map_or("", |name| cursor.at(name));
    match (begins, last.is_some_and(|last| cursor.is_sign(last, Sign::Equal)), name) {
        (true, ..) => Place::Property,
        (_, true, "xcolumn" | "ycolumns" | "series" | "anomalycolumns") => Place::Columns { start_of: None },
        (_, true, "kind") => Place::ParameterValue(super::offers::CHART_KINDS),
        (_, true, "legend") => Place::ParameterValue(super::offers::LEGENDS),
        (_, true, "xaxis" | "yaxis") => Place::ParameterValue(super::offers::AXES),
        (_, true, "accumulate") => Place::ParameterValue(super::offers::TRUTH),
        _ => Place::Unknown,
    }
}

/// The column that a string at the cursor is compared with: `Column == "`, `Column in ("a", "`.
fn compared_column(cursor: &Cursor<'_>, inner: &Frame) -> Option<String> {
    let operator = match inner.role {
        Role::List => inner.opener?.checked_sub(1)?,
        _ => cursor.tokens.len().checked_sub(1)?,
    };
    let compares = matches!(
        cursor.at(operator),
        "==" | "!="
            | "=~"
            | "!~"
            | "has"
            | "!has"
            | "has_cs"
            | "contains"
            | "!contains"
            | "contains_cs"
            | "startswith"
            | "!startswith"
            | "startswith_cs"
            | "endswith"
            | "!endswith"
            | "endswith_cs"
            | "in"
            | "!in"
            | "in~"
            | "!in~"
            | "has_any"
            | "has_all"
    );
    let column = operator.checked_sub(1).filter(|_| compares)?;
    let is_member = column.checked_sub(1).is_some_and(|before| cursor.is_sign(before, Sign::Dot));
    (cursor.is_word(column) && !is_member).then(|| cursor.at(column).to_owned())
}
