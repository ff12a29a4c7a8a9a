//! Replacing parts of strings.

use std::ops::Range;

use kql_types::dynamic::Json;
use kql_types::{Column, ScalarType::String, Strings, Value};
use memchr::memmem;
use regex::{CaptureLocations, Regex};

use crate::kernel::rows::strings;
use crate::regular_expression::{RegexCache, constant_regex};
use crate::scalar::signature::{DYNAMIC, TEXT, columns, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&REPLACE_STRING, &REPLACE_STRINGS, &REPLACE_REGEX, &REPLACE];

scalar_function!(
    REPLACE_STRING, ["replace_string"], "The text with every occurrence of the second string replaced by the third.",
    [r#"print replace_string("A cat and a cat", "cat", "hamster")"# => "A hamster and a hamster"],
    ResultName::Generated,
    [columns(&[TEXT, TEXT, TEXT], String, replace_string)],
);
scalar_function!(
    REPLACE_STRINGS, ["replace_strings"],
    "The text with every occurrence of the listed strings replaced by the string at the same place in the other list; what an earlier one has matched is out of reach for a later one.",
    [
        r#"print replace_strings("a cat into a dog", dynamic(["cat", "dog"]), dynamic(["dog", "pigeon"]))"# => "a dog into a pigeon",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, DYNAMIC, DYNAMIC], String, bind_replace_strings)],
);
scalar_function!(
    REPLACE_REGEX, ["replace_regex"],
    r"The text with every match of the regular expression replaced; \1 in the replacement stands for the first group, \0 for the match.",
    [r#"print replace_regex("Number is 1", @"is (\d+)", @"was: \1")"# => "Number was: 1"],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT, TEXT], String, |arguments| {
        bind_replace_regex(arguments, Order { text: 0, pattern: 1, rewrite: 2 })
    })],
);
scalar_function!(
    REPLACE, ["replace"], "The older form of replace_regex(): regular expression, replacement, text.",
    [r#"print replace(@"is (\d+)", @"was: \1", "Number is 1")"# => "Number was: 1"],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT, TEXT], String, |arguments| {
        bind_replace_regex(arguments, Order { text: 2, pattern: 0, rewrite: 1 })
    })],
);

fn replace_string(call: &Call<'_>) -> Result<Column, KernelError> {
    let [texts, lookups, rewrites] = [0, 1, 2].map(|index| call.arguments[index].strings());
    let constant = call.arguments[1].constant().map(|_| memmem::Finder::new(lookups.text(0).as_bytes()));
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let (text, rewrite) = (texts.text(row), rewrites.text(row));
            match &constant {
                _ if lookups.text(row).is_empty() => out.push_str(text),
                Some(finder) => replace_all(text, finder, rewrite, out),
                None => replace_all(text, &memmem::Finder::new(lookups.text(row).as_bytes()), rewrite, out),
            }
        })
        .into(),
    ))
}

fn replace_all(text: &str, lookup: &memmem::Finder<'_>, rewrite: &str, out: &mut std::string::String) {
    let mut rest = 0;
    for start in lookup.find_iter(text.as_bytes()) {
        out.push_str(&text[rest..start]);
        out.push_str(rewrite);
        rest = start + lookup.needle().len();
    }
    out.push_str(&text[rest..]);
}

/// Strings to look for, and what each is replaced by; `None` leaves what was found as it is.
struct Replacements(Vec<(memmem::Finder<'static>, Option<std::string::String>)>);

impl Replacements {
    /// Lookups that are no strings do not count; rewrites that are none keep what was found (measured).
    fn new(lookups: &Value, rewrites: &Value) -> Self {
        let list = |value: &Value| -> Vec<Option<std::string::String>> {
            match value {
                Value::Dynamic(json) => {
                    Json::new(json).elements().map(|e| e.as_str().map(|text| text.into_owned())).collect()
                }
                _ => Vec::new(),
            }
        };
        let mut rewrites = list(rewrites).into_iter();
        let pairs = list(lookups).into_iter().map(|lookup| (lookup, rewrites.next().flatten()));
        let usable = pairs.filter_map(|(lookup, rewrite)| {
            let lookup = lookup.filter(|lookup| !lookup.is_empty())?;
            Some((memmem::Finder::new(lookup.as_bytes()).into_owned(), rewrite))
        });
        Self(usable.collect())
    }

    fn write(&self, text: &str, out: &mut std::string::String) {
        let mut taken: Vec<(Range<usize>, Option<&str>)> = Vec::new();
        for (lookup, rewrite) in &self.0 {
            let mut found = Vec::new();
            let mut gap = 0;
            for end in
                taken.iter().map(|(range, _)| range.clone()).chain(std::iter::once(text.len()..text.len()))
            {
                let starts = lookup.find_iter(&text.as_bytes()[gap..end.start]);
                found.extend(
                    starts
                        .map(|start| (gap + start..gap + start + lookup.needle().len(), rewrite.as_deref())),
                );
                gap = end.end;
            }
            taken.extend(found);
            taken.sort_by_key(|(range, _)| range.start);
        }
        let mut rest = 0;
        for (range, rewrite) in taken {
            out.push_str(&text[rest..range.start]);
            out.push_str(rewrite.unwrap_or(&text[range.clone()]));
            rest = range.end;
        }
        out.push_str(&text[rest..]);
    }
}

fn bind_replace_strings(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let constant = match (arguments[1].constant, arguments[2].constant) {
        (Some(lookups), Some(rewrites)) => Some(Replacements::new(lookups, rewrites)),
        _ => None,
    };
    Ok(Box::new(move |call| {
        let texts = call.arguments[0].strings();
        Ok(Column::String(
            strings(call.rows, |row, out| match &constant {
                Some(replacements) => replacements.write(texts.text(row), out),
                None => {
                    let [lookups, rewrites] = [1, 2].map(|index| call.arguments[index].value(row));
                    Replacements::new(&lookups, &rewrites).write(texts.text(row), out);
                }
            })
            .into(),
        ))
    }))
}

/// At which argument each part of a call stands.
#[derive(Clone, Copy, Debug)]
struct Order {
    text: usize,
    pattern: usize,
    rewrite: usize,
}

/// A replacement in pieces.
#[derive(Debug)]
enum Piece {
    Text(std::string::String),
    Group(usize),
}

/// `\` and a digit is that group, `\\` a backslash; any other backslash stands for itself.
fn pieces(rewrite: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = std::string::String::new();
    let mut characters = rewrite.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek().copied()) {
            ('\\', Some(digit @ '0'..='9')) => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Group(digit as usize - '0' as usize));
                characters.next();
            }
            ('\\', Some('\\')) => {
                text.push('\\');
                characters.next();
            }
            (other, _) => text.push(other),
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}

fn replace_matches(
    text: &str,
    regex: &Regex,
    locations: &mut CaptureLocations,
    rewrite: &[Piece],
    out: &mut std::string::String,
) {
    let (mut rest, mut from) = (0, 0);
    while let Some(found) =
        (from <= text.len()).then(|| regex.captures_read_at(locations, text, from)).flatten()
    {
        out.push_str(&text[rest..found.start()]);
        for piece in rewrite {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(group) => {
                    out.push_str(locations.get(*group).map_or("", |(start, end)| &text[start..end]));
                }
            }
        }
        rest = found.end();
        let step = text[rest..].chars().next().map_or(1, char::len_utf8);
        from = if found.is_empty() { rest + step } else { rest };
    }
    out.push_str(&text[rest..]);
}

fn bind_replace_regex(arguments: &[ArgumentInfo<'_>], order: Order) -> Result<BoundKernel, KernelError> {
    let regex = constant_regex(arguments, order.pattern)?;
    let rewrite = arguments[order.rewrite].constant.map(|rewrite| pieces(&rewrite.to_text()));
    Ok(Box::new(move |call| {
        let argument = |index: usize| -> Strings<'_> { call.arguments[index].strings() };
        let (texts, patterns, rewrites) =
            (argument(order.text), argument(order.pattern), argument(order.rewrite));
        let mut cache = RegexCache::default();
        let mut failure = None;
        let mut constant = regex.as_ref().map(|regex| (regex, regex.capture_locations()));
        let replaced = strings(call.rows, |row, out| {
            let of_row;
            let rewrite = match &rewrite {
                Some(rewrite) => rewrite,
                None => {
                    of_row = pieces(rewrites.text(row));
                    &of_row
                }
            };
            match (&mut constant, texts.text(row)) {
                (Some((regex, locations)), text) => replace_matches(text, regex, locations, rewrite, out),
                (None, text) => match cache.get(patterns.text(row)) {
                    Ok(regex) => replace_matches(text, regex, &mut regex.capture_locations(), rewrite, out),
                    Err(error) => failure = Some(error),
                },
            }
        });
        failure.map_or(Ok(Column::String(replaced.into())), Err)
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{d, s, text};

    #[test]
    fn replaces_text_as_it_is() {
        assert_eq!(text("replace_string", &[s("aaa"), s("aa"), s("b")]), "ba");
        assert_eq!(text("replace_string", &[s("a.b"), s("."), s("\\1")]), "a\\1b");
        assert_eq!(text("replace_string", &[s("abc"), s(""), s("x")]), "abc");
        assert_eq!(text("replace_string", &[s("añb"), s("ñ"), s("")]), "ab");
    }

    #[test]
    fn earlier_lookups_take_precedence() {
        let source = "This is an example of using replace_strings()";
        for (lookups, rewrites, expected) in [
            (r#"["This","is"]"#, r#"["This","was"]"#, "This was an example of using replace_strings()"),
            (r#"["is","This"]"#, r#"["was","This"]"#, "Thwas was an example of using replace_strings()"),
            (r#"["This","is"]"#, r#"[12345,"was"]"#, "This was an example of using replace_strings()"),
            (r#"[1,""," an"]"#, r#"["x","y",""]"#, "This is example of using replace_strings()"),
            ("[]", "[]", source),
        ] {
            assert_eq!(text("replace_strings", &[s(source), d(lookups), d(rewrites)]), expected);
        }
    }

    #[test]
    fn groups_stand_in_the_replacement() {
        for (source, pattern, rewrite, expected) in [
            ("a1b22", r"(\d)", r"<\1\0\\>", r"a<11\>b<22\><22\>"),
            ("abc", "(x)?b", r"[\1]", "a[]c"),
            ("abc", "b", "$0", "a$0c"),
            ("abc", "", "-", "-a-b-c-"),
            ("é", "x*", "-", "-é-"),
            ("abc", "b", r"\9\n", r"a\nc"),
        ] {
            assert_eq!(
                text("replace_regex", &[s(source), s(pattern), s(rewrite)]),
                expected,
                "{pattern} {rewrite}"
            );
            assert_eq!(
                text("replace", &[s(pattern), s(rewrite), s(source)]),
                expected,
                "{pattern} {rewrite}"
            );
        }
    }
}
