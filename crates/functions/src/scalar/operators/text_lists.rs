//! `has_any`, `has_all` and `has_any_index`: term matches over a list.

use aho_corasick::AhoCorasick;
use arrow_array::{BooleanArray, Int64Array};
use arrow_buffer::BooleanBuffer;
use kql_types::dynamic::{self, Json, JsonKind};
use kql_types::{Column, ScalarType::Bool, ScalarType::Dynamic, ScalarType::Long, ScalarType::String, Value};

use crate::text::{Pattern, Place};
use crate::{
    ArgumentInfo, Arity, BoundKernel, Call, Example, Kernel, KernelError, Overload, ParameterType,
    ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&HAS_ANY, &HAS_ALL, &HAS_ANY_INDEX];

static HAS_ANY: ScalarFunction = ScalarFunction {
    names: &["has_any"],
    doc: "Whether the text has any of the listed values as a whole term, case ignored. A null in the list matches all.",
    examples: &[
        Example { query: r#"print "North Carolina" has_any ("south", "north")"#, result: "True" },
        Example { query: r#"print "errors" has_any ("error")"#, result: "False" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::ExactOrDynamic(String), ParameterType::Any],
        arity: Arity::Repeat { group: 1, least: 1 },
        returns: Returns::Exact(Bool),
        kernel: Kernel::Prepared(|arguments| bind(arguments, Quantifier::Any)),
    }],
    support: Support::Rows,
};

static HAS_ALL: ScalarFunction = ScalarFunction {
    names: &["has_all"],
    doc: "Whether the text has all of the listed values as whole terms, case ignored. Nulls in the list do not count.",
    examples: &[
        Example { query: r#"print "North Carolina" has_all ("carolina", "north")"#, result: "True" },
        Example { query: r#"print "North Carolina" has_all ("carolina", "south")"#, result: "False" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::ExactOrDynamic(String), ParameterType::Any],
        arity: Arity::Repeat { group: 1, least: 1 },
        returns: Returns::Exact(Bool),
        kernel: Kernel::Prepared(|arguments| bind(arguments, Quantifier::All)),
    }],
    support: Support::Rows,
};

static HAS_ANY_INDEX: ScalarFunction = ScalarFunction {
    names: &["has_any_index"],
    doc: "Position in the array of its first element that the text has as a whole term, or -1.",
    examples: &[
        Example {
            query: r#"print has_any_index("this is an example", dynamic(["not", "example"]))"#,
            result: "1",
        },
        Example { query: r#"print has_any_index("this is an example", dynamic([]))"#, result: "-1" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::ExactOrDynamic(String), ParameterType::Exact(Dynamic)],
        arity: Arity::Exact,
        returns: Returns::Exact(Long),
        kernel: Kernel::Prepared(bind_index),
    }],
    support: Support::Rows,
};

#[derive(Clone, Copy, Debug)]
enum Quantifier {
    Any,
    All,
}

fn bind(arguments: &[ArgumentInfo<'_>], quantifier: Quantifier) -> Result<BoundKernel, KernelError> {
    let constants: Option<Vec<&Value>> = arguments.iter().skip(1).map(|argument| argument.constant).collect();
    let Some(constants) = constants else {
        return Ok(Box::new(move |call| Ok(test_rows(call, quantifier))));
    };
    let needles: Vec<std::string::String> = constants.into_iter().flat_map(needles).collect();
    let terms = Terms::new(&needles)?;
    Ok(Box::new(move |call| {
        let texts = call.arguments[0].strings();
        let matches = BooleanBuffer::collect_bool(call.rows, |row| terms.test(texts.text(row), quantifier));
        Ok(Column::Bool(BooleanArray::new(matches, None)))
    }))
}

/// The list differs from row to row.
fn test_rows(call: &Call<'_>, quantifier: Quantifier) -> Column {
    let texts = call.arguments[0].strings();
    let matches = BooleanBuffer::collect_bool(call.rows, |row| {
        let listed = call.arguments[1..].iter().flat_map(|argument| needles(&argument.value(row)));
        let mut found = listed.map(|needle| has(&needle, texts.text(row)));
        match quantifier {
            Quantifier::Any => found.any(|found| found),
            Quantifier::All => found.all(|found| found),
        }
    });
    Column::Bool(BooleanArray::new(matches, None))
}

/// Whether the text has one listed value. A null, `""` here, is in every text: that decides `has_any` and leaves
/// `has_all` to the other values.
fn has(needle: &str, text: &str) -> bool {
    Pattern::new(Place::Term, needle, true).matches(text)
}

/// The listed values that one argument stands for: the elements of an array, else itself.
fn needles(value: &Value) -> Vec<std::string::String> {
    match value {
        Value::Dynamic(json) if Json::new(json).kind() == JsonKind::Array => {
            Json::new(json).elements().map(|element| dynamic::to_text(element.text()).into_owned()).collect()
        }
        value => vec![value.to_text()],
    }
}

/// Lists from this length on are looked for all at once.
const MANY: usize = 4;

/// The listed values made ready.
struct Terms {
    patterns: Vec<Pattern>,
    /// Finds every ASCII value of a long list in one pass; values beyond ASCII stay with their patterns.
    automaton: Option<(AhoCorasick, Vec<usize>)>,
}

impl Terms {
    fn new(needles: &[std::string::String]) -> Result<Self, KernelError> {
        let patterns = needles.iter().map(|needle| Pattern::new(Place::Term, needle, true)).collect();
        let ascii: Vec<usize> = (0..needles.len()).filter(|index| needles[*index].is_ascii()).collect();
        let automaton = if ascii.len() < MANY {
            None
        } else {
            let automaton = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(ascii.iter().map(|index| &needles[*index]))
                .map_err(|error| KernelError::new(format!("the list is too long: {error}")))?;
            Some((automaton, ascii))
        };
        Ok(Self { patterns, automaton })
    }

    fn test(&self, text: &str, quantifier: Quantifier) -> bool {
        match (quantifier, &self.automaton) {
            (Quantifier::All, _) => self.patterns.iter().all(|pattern| pattern.matches(text)),
            (Quantifier::Any, None) => self.patterns.iter().any(|pattern| pattern.matches(text)),
            (Quantifier::Any, Some((automaton, ascii))) => {
                let mut found = automaton.find_overlapping_iter(text);
                found.any(|hit| {
                    self.patterns[ascii[hit.pattern().as_usize()]].stands_at(text, hit.start()..hit.end())
                }) || self.beyond_ascii(ascii).any(|pattern| pattern.matches(text))
            }
        }
    }

    fn beyond_ascii<'a>(&'a self, ascii: &'a [usize]) -> impl Iterator<Item = &'a Pattern> {
        let wanted = if ascii.len() == self.patterns.len() { 0 } else { self.patterns.len() };
        (0..wanted).filter(|index| ascii.binary_search(index).is_err()).map(|index| &self.patterns[index])
    }

    fn first(&self, text: &str) -> Option<usize> {
        self.patterns.iter().position(|pattern| pattern.matches(text))
    }
}

fn bind_index(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let constant = match arguments.get(1).and_then(|list| list.constant) {
        Some(list) => Some(Terms::new(&needles(list))?),
        None => None,
    };
    Ok(Box::new(move |call| {
        let texts = call.arguments[0].strings();
        let positions = (0..call.rows).map(|row| {
            let found = match &constant {
                Some(terms) => terms.first(texts.text(row)),
                None => needles(&call.arguments[1].value(row))
                    .iter()
                    .position(|needle| has(needle, texts.text(row))),
            };
            found.map_or(-1, |index| index as i64)
        });
        Ok(Column::Long(Int64Array::from_iter_values(positions)))
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{d, s, text};

    #[test]
    fn lists_match_terms() {
        for (function, list, expected) in [
            ("has_any", r#"["error"]"#, "False"),
            ("has_any", r#"["x","ERRORS"]"#, "True"),
            ("has_any", r#"["a","b","c","d","e","Errors"]"#, "True"),
            ("has_any", r#"["a","b","c","d","e","error"]"#, "False"),
            ("has_any", r#"["a","b","c","d","é"]"#, "True"),
            ("has_any", r#"["a",null]"#, "True"),
            ("has_any", "[]", "False"),
            ("has_all", r#"["errors","É"]"#, "True"),
            ("has_all", r#"["errors",null]"#, "True"),
            ("has_all", r#"["errors","x"]"#, "False"),
            ("has_all", "[]", "True"),
            ("has_any_index", r#"["x",5,"errors"]"#, "1"),
            ("has_any_index", "[]", "-1"),
        ] {
            assert_eq!(text(function, &[s("5 errors: é"), d(list)]), expected, "{function} {list}");
        }
        assert_eq!(text("has_any", &[s("a b"), s("x"), s("B")]), "True");
    }
}
