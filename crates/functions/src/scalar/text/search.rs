//! Where and how often something occurs in a string.

use kql_types::{Column, Longs, ScalarType::Long, Strings};
use memchr::memmem;
use regex::Regex;

use crate::kernel::rows::longs;
use crate::regular_expression::{RegexCache, constant_regex};
use crate::scalar::signature::{TEXT, columns, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&INDEXOF, &INDEXOF_REGEX, &COUNTOF];

scalar_function!(
    INDEXOF, ["indexof"],
    "0-based position of the first (or given) occurrence that starts within the given range of characters, or -1. Both texts are taken in their text form.",
    [
        r#"print indexof("abcdefg", "cde")"# => "2",
        r#"print indexof("abcdefg", "cde", 3, 4)"# => "-1",
        r#"print indexof("abcdefg", "cde", -5)"# => "2",
        r#"print indexof("abcdefgabcdefg", "cde", 1, 10, 2)"# => "9",
    ],
    ResultName::Generated,
    [columns(
        &[
            ParameterType::Text,
            ParameterType::Text,
            ParameterType::Integer,
            ParameterType::Integer,
            ParameterType::Integer,
        ],
        Long,
        indexof,
    )
    .at_least(2)],
);
scalar_function!(
    INDEXOF_REGEX, ["indexof_regex"],
    "0-based position of the first (or given) match of a regular expression that starts within the given range of characters, or -1.",
    [
        r#"print indexof_regex("abcabc", "a.c")"# => "0",
        r#"print indexof_regex("abcabcdefg", "a.c", 0, 9, 2)"# => "3",
        r#"print indexof_regex("ababaa", "a.a", 0, -1, 2)"# => "-1",
        r#"print indexof_regex("abcabc", "a|ab", -1)"# => "",
    ],
    ResultName::Generated,
    [prepared(
        &[ParameterType::Text, TEXT, ParameterType::Integer, ParameterType::Integer, ParameterType::Integer],
        Long,
        bind_indexof_regex,
    )
    .at_least(2)],
);
scalar_function!(
    COUNTOF, ["countof"],
    "How often a text occurs, overlaps included; with the kind 'regex', how often a regular expression matches, without overlaps.",
    [
        r#"print countof("aaaa", "aa")"# => "3",
        r#"print countof("ababa", "aba", "regex")"# => "1",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT, TEXT], Long, bind_countof).at_least(2)],
);

/// The optional range of characters and number of the occurrence.
struct Window<'a> {
    start: Option<Longs<'a>>,
    length: Option<Longs<'a>>,
    occurrence: Option<Longs<'a>>,
}

/// The window of one row: the occurrence is the `skip`-th (0-based) of those that start in `first..end`.
struct RowWindow {
    start: i64,
    length: Option<i64>,
    skip: usize,
}

impl<'a> Window<'a> {
    fn of(call: &Call<'a>) -> Self {
        let argument = |index: usize| call.arguments.get(index).map(|argument| argument.longs());
        Self { start: argument(2), length: argument(3), occurrence: argument(4) }
    }

    /// `None`: the arguments are out of range, and the result is null.
    fn row(&self, row: usize) -> Option<RowWindow> {
        let read =
            |numbers: &Option<Longs<'_>>, default| numbers.as_ref().map_or(Some(default), |n| n.get(row));
        let length = match read(&self.length, -1)? {
            -1 => None,
            length @ 0.. => Some(length),
            _ => return None,
        };
        let occurrence = usize::try_from(read(&self.occurrence, 1)?).ok()?;
        Some(RowWindow { start: read(&self.start, 0)?, length, skip: occurrence.saturating_sub(1) })
    }
}

impl RowWindow {
    /// The characters of `text` to look at, as bytes at which an occurrence may start.
    fn bytes(&self, text: &str) -> (usize, usize) {
        let characters = if text.is_ascii() { text.len() } else { text.chars().count() };
        let start = match self.start {
            0.. => self.start,
            from_end => (characters as i64).saturating_add(from_end).max(0),
        };
        let end = self.length.map_or(i64::MAX, |length| start.saturating_add(length));
        let byte = |character: i64| {
            let character = usize::try_from(character).unwrap_or(usize::MAX);
            if text.is_ascii() {
                return character.min(text.len() + 1);
            }
            text.char_indices()
                .nth(character)
                .map_or(if character == characters { text.len() } else { text.len() + 1 }, |(offset, _)| {
                    offset
                })
        };
        (byte(start), byte(end))
    }

    /// The position in characters of the wanted one of `starts`, byte positions in ascending order.
    fn pick(&self, text: &str, end: usize, starts: impl Iterator<Item = usize>) -> i64 {
        let found = starts.take_while(|start| *start < end).nth(self.skip);
        found.map_or(
            -1,
            |byte| if text.is_ascii() { byte as i64 } else { text[..byte].chars().count() as i64 },
        )
    }
}

fn indexof(call: &Call<'_>) -> Result<Column, KernelError> {
    let (texts, needles) = (call.arguments[0].strings(), call.arguments[1].strings());
    let window = Window::of(call);
    let constant = call.arguments[1].constant().map(|_| memmem::Finder::new(needles.text(0).as_bytes()));
    Ok(Column::Long(longs(call.rows, |row| {
        let (window, text) = (window.row(row)?, texts.text(row));
        let (first, end) = window.bytes(text);
        Some(match &constant {
            Some(finder) => window.pick(text, end, occurrences(text, finder, first)),
            None => {
                let finder = memmem::Finder::new(needles.text(row).as_bytes());
                window.pick(text, end, occurrences(text, &finder, first))
            }
        })
    })))
}

/// Where the needle occurs at or after byte `from`, overlaps included.
fn occurrences<'a>(
    text: &'a str,
    finder: &'a memmem::Finder<'_>,
    mut from: usize,
) -> impl Iterator<Item = usize> + 'a {
    std::iter::from_fn(move || {
        let start = from + finder.find(text.as_bytes().get(from..)?)?;
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        Some(start)
    })
}

fn bind_indexof_regex(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let regex = constant_regex(arguments, 1)?;
    Ok(Box::new(move |call| {
        let mut cache = RegexCache::default();
        let (texts, patterns) = (call.arguments[0].strings(), call.arguments[1].strings());
        let window = Window::of(call);
        let positions = (0..call.rows).map(|row| {
            let regex = match &regex {
                Some(regex) => regex,
                None => cache.get(patterns.text(row))?,
            };
            Ok(window.row(row).and_then(|window| index_of_match(&window, texts.text(row), regex)))
        });
        Ok(Column::Long(positions.collect::<Result<_, KernelError>>()?))
    }))
}

/// Unlike `indexof`, a negative start is refused. <https://learn.microsoft.com/kusto/query/indexof-regex-function>
fn index_of_match(window: &RowWindow, text: &str, regex: &Regex) -> Option<i64> {
    if window.start < 0 {
        return None;
    }
    let (first, end) = window.bytes(text);
    let mut from = first;
    let starts = std::iter::from_fn(|| {
        let found = if from <= text.len() { regex.find_at(text, from)? } else { return None };
        let after = text[found.end()..].chars().next().map_or(1, char::len_utf8);
        from = if found.is_empty() { found.end() + after } else { found.end() };
        Some(found.start())
    });
    Some(window.pick(text, end, starts))
}

fn bind_countof(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let kind = arguments.get(2).map(|kind| kind.constant.map(|kind| kind.to_text()));
    match kind.as_ref().map(|kind| kind.as_deref()) {
        None | Some(Some("normal")) => Ok(Box::new(|call| Ok(count_texts(call)))),
        Some(Some("regex")) => {
            let regex = constant_regex(arguments, 1)?;
            Ok(Box::new(move |call| count_matches(call, regex.as_ref())))
        }
        Some(_) => Err(KernelError::new("the kind of countof() must be 'normal' or 'regex'")),
    }
}

fn count_texts(call: &Call<'_>) -> Column {
    let (texts, needles) = (call.arguments[0].strings(), call.arguments[1].strings());
    let constant = call.arguments[1].constant().map(|_| memmem::Finder::new(needles.text(0).as_bytes()));
    Column::Long(longs(call.rows, |row| {
        let text = texts.text(row);
        Some(match &constant {
            _ if needles.text(row).is_empty() => 0,
            Some(finder) => occurrences(text, finder, 0).count() as i64,
            None => occurrences(text, &memmem::Finder::new(needles.text(row).as_bytes()), 0).count() as i64,
        })
    }))
}

fn count_matches(call: &Call<'_>, regex: Option<&Regex>) -> Result<Column, KernelError> {
    let mut cache = RegexCache::default();
    let (texts, patterns): (Strings<'_>, Strings<'_>) =
        (call.arguments[0].strings(), call.arguments[1].strings());
    let counts = (0..call.rows).map(|row| {
        let regex = match regex {
            Some(regex) => regex,
            None => cache.get(patterns.text(row))?,
        };
        Ok(Some(regex.find_iter(texts.text(row)).count() as i64))
    });
    Ok(Column::Long(counts.collect::<Result<_, KernelError>>()?))
}

#[cfg(test)]
mod tests {
    use crate::testing::{l, s, text};

    #[test]
    fn indexof_answers_as_the_engine_recorded() {
        for (source, needle, window, expected) in [
            ("abcdefg", "cde", vec![1, 4], "2"),
            // The range bounds where an occurrence starts, not where it ends.
            ("abcdefg", "cde", vec![1, 2], "2"),
            ("abcdefg", "cde", vec![3, 4], "-1"),
            ("abcdefg", "cde", vec![2, -1], "2"),
            ("abcdefgabcdefg", "cde", vec![1, -1, 3], "-1"),
            ("abcdefg", "cde", vec![0, -2], ""),
            ("abcdefg", "cde", vec![0, -1, -1], ""),
            ("abcdefg", "a", vec![-99], "0"),
            ("abcdefg", "a", vec![99], "-1"),
            ("äöüä", "ä", vec![1], "3"),
            ("äöüä", "ä", vec![0, 3, 2], "-1"),
            ("abc", "", vec![], "0"),
        ] {
            let mut arguments = vec![s(source), s(needle)];
            arguments.extend(window.iter().map(|number| l(*number)));
            assert_eq!(text("indexof", &arguments), expected, "{source} {needle} {window:?}");
        }
        assert_eq!(text("indexof", &[l(1234567), l(5), l(1), l(4)]), "4");
    }

    #[test]
    fn indexof_regex_finds_matches_without_overlap() {
        assert_eq!(text("indexof_regex", &[s("abcabc"), s("a.c"), l(1), l(-1), l(2)]), "-1");
        assert_eq!(text("indexof_regex", &[s("éa1b2"), s(r"\d"), l(0), l(-1), l(2)]), "4");
        assert_eq!(text("indexof_regex", &[s("ab"), s("x*"), l(0), l(-1), l(3)]), "2");
    }

    #[test]
    fn countof_counts_overlaps_unless_regex() {
        for (source, search, kind, expected) in [
            ("aaa", "a", "normal", "3"),
            ("ababa", "ab", "normal", "2"),
            ("ababa", "aba", "normal", "2"),
            ("abcabc", "a.c", "regex", "2"),
            ("aaaa", "aa", "regex", "2"),
            ("éé", "é", "normal", "2"),
            ("abc", "", "normal", "0"),
        ] {
            assert_eq!(
                text("countof", &[s(source), s(search), s(kind)]),
                expected,
                "{source} {search} {kind}"
            );
        }
    }
}
