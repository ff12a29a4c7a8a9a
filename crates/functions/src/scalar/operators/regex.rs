//! `matches regex`.

use arrow_array::BooleanArray;
use arrow_buffer::BooleanBuffer;
use kql_types::{Column, ScalarType::Bool, ScalarType::Dynamic, ScalarType::String, Strings};

use super::text::{compare_rows, compare_with_null, test_dynamics, text_overloads};
use crate::regular_expression::{RegexCache, compile};
use crate::text::{Texts, text_of};
use crate::{
    ArgumentInfo, Arity, BoundKernel, Call, Example, Kernel, KernelError, Overload, ParameterType,
    ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&MATCHES_REGEX];

static MATCHES_REGEX: ScalarFunction = ScalarFunction {
    names: &["matches regex"],
    doc: "Whether the regular expression matches anywhere in the text.",
    examples: &[
        Example { query: r#"print "FabriKam" matches regex "b.*k""#, result: "False" },
        Example { query: r#"print "FabriKam" matches regex "(?i)b.*k""#, result: "True" },
    ],
    result_name: ResultName::Generated,
    overloads: text_overloads!(Kernel::Prepared(bind)),
    support: Support::Rows,
};

fn bind(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let Some(pattern) = arguments.get(1).and_then(|pattern| pattern.constant) else {
        return Ok(Box::new(|call| {
            let mut cache = RegexCache::default();
            compare_rows(call, false, |text, pattern| Ok(cache.get(pattern)?.is_match(text)))
        }));
    };
    let Some(pattern) = text_of(pattern) else {
        return Ok(Box::new(|call| Ok(compare_with_null(&call.arguments[0], call.rows, false))));
    };
    let regex = compile(&pattern)?;
    Ok(Box::new(move |call| Ok(test(call, &regex))))
}

fn test(call: &Call<'_>, regex: &regex::Regex) -> Column {
    let matches = match Texts::of(&call.arguments[0]) {
        Texts::String(Strings::Array(array)) => {
            BooleanBuffer::collect_bool(call.rows, |row| regex.is_match(array.value(row)))
        }
        Texts::String(texts) => BooleanBuffer::collect_bool(call.rows, |row| regex.is_match(texts.text(row))),
        Texts::Dynamic(_) => return test_dynamics(call, false, |text| regex.is_match(text)),
    };
    Column::Bool(BooleanArray::new(matches, None))
}

#[cfg(test)]
mod tests {
    use crate::testing::{call, d, s, text};

    #[test]
    fn matches_anywhere_and_knows_unicode() {
        assert_eq!(text("matches regex", &[s("x٣"), s(r"\d")]), "True");
        assert_eq!(text("matches regex", &[s("abc"), s("^b")]), "False");
        assert_eq!(text("matches regex", &[d(r#""a\nb""#), s("a.b")]), "False");
        assert_eq!(text("matches regex", &[s("a\nb"), s("(?s)a.b")]), "True");
    }

    #[test]
    fn says_what_is_wrong_with_an_expression() {
        let error = call("matches regex", &[s("x"), s("(?=x)")]).err().map(|error| error.message);
        let message = error.unwrap_or_default();
        assert!(message.starts_with("'(?=x)' is not a valid regular expression: look-around"), "{message}");
    }
}
