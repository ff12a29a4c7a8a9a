//! Text operators: `has`, `contains`, `startswith`, `endswith`, `=~` and their relatives.
//!
//! Case is ignored unless the operator ends in `_cs`. Over nulls (only a dynamic can be null): false when one operand is
//! null (true for the negated operator), null when both are.

use arrow_array::BooleanArray;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use kql_types::{Column, Operand, ScalarType::Bool, ScalarType::Dynamic, ScalarType::String, Value};

use crate::text::{Pattern, Place, Texts, text_of};
use crate::{
    ArgumentInfo, Arity, BoundKernel, Call, Example, Kernel, KernelError, Overload, ParameterType,
    ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &EQUALS_TILDE,
    &NOT_EQUALS_TILDE,
    &HAS,
    &NOT_HAS,
    &HAS_CS,
    &NOT_HAS_CS,
    &HAS_PREFIX,
    &NOT_HAS_PREFIX,
    &HAS_PREFIX_CS,
    &NOT_HAS_PREFIX_CS,
    &HAS_SUFFIX,
    &NOT_HAS_SUFFIX,
    &HAS_SUFFIX_CS,
    &NOT_HAS_SUFFIX_CS,
    &CONTAINS,
    &NOT_CONTAINS,
    &CONTAINS_CS,
    &NOT_CONTAINS_CS,
    &STARTS_WITH,
    &NOT_STARTS_WITH,
    &STARTS_WITH_CS,
    &NOT_STARTS_WITH_CS,
    &ENDS_WITH,
    &NOT_ENDS_WITH,
    &ENDS_WITH_CS,
    &NOT_ENDS_WITH_CS,
];

/// The operand types of a text operator: each side string or dynamic, unconverted, so that the kernel sees nulls.
macro_rules! text_overloads {
    ($kernel:expr) => {
        &[
            text_overloads!(String, String, $kernel),
            text_overloads!(Dynamic, String, $kernel),
            text_overloads!(String, Dynamic, $kernel),
            text_overloads!(Dynamic, Dynamic, $kernel),
        ]
    };
    ($left:ident, $right:ident, $kernel:expr) => {
        Overload {
            parameters: &[ParameterType::Exact($left), ParameterType::Exact($right)],
            arity: Arity::Exact,
            returns: Returns::Exact(Bool),
            kernel: $kernel,
        }
    };
}
pub(super) use text_overloads;

macro_rules! text_operators {
    ($($constant:ident = $names:expr, $place:ident, ignore_case: $ignore_case:literal, negated: $negated:literal,
        $doc:literal, $query:literal => $result:literal;)*) => {
        $(static $constant: ScalarFunction = ScalarFunction {
            names: &$names,
            doc: $doc,
            examples: &[Example { query: $query, result: $result }],
            result_name: ResultName::Generated,
            overloads: text_overloads!(Kernel::Prepared(|arguments| {
                const OPERATOR: TextOperator =
                    TextOperator { place: Place::$place, ignore_case: $ignore_case, negated: $negated };
                Ok(OPERATOR.bind(arguments))
            })),
            support: Support::Rows,
        };)*
    };
}

text_operators! {
    EQUALS_TILDE = ["=~"], Whole, ignore_case: true, negated: false,
        "Whether two texts are equal, case ignored.",
        r#"print "Kusto" =~ "kusto""# => "True";
    NOT_EQUALS_TILDE = ["!~"], Whole, ignore_case: true, negated: true,
        "Whether two texts differ, case ignored.",
        r#"print "Kusto" !~ "kusto""# => "False";
    HAS = ["has"], Term, ignore_case: true, negated: false,
        "Whether the text has the other as a whole term, case ignored. Terms are runs of letters and digits.",
        r#"print "North America" has "america""# => "True";
    NOT_HAS = ["!has", "nothas"], Term, ignore_case: true, negated: true,
        "Whether the text does not have the other as a whole term, case ignored.",
        r#"print "error" !has "err""# => "True";
    HAS_CS = ["has_cs"], Term, ignore_case: false, negated: false,
        "Whether the text has the other as a whole term.",
        r#"print "North America" has_cs "america""# => "False";
    NOT_HAS_CS = ["!has_cs"], Term, ignore_case: false, negated: true,
        "Whether the text does not have the other as a whole term.",
        r#"print "North America" !has_cs "america""# => "True";
    HAS_PREFIX = ["hasprefix"], TermStart, ignore_case: true, negated: false,
        "Whether a term of the text begins with the other, case ignored.",
        r#"print "North America" hasprefix "ame""# => "True";
    NOT_HAS_PREFIX = ["!hasprefix"], TermStart, ignore_case: true, negated: true,
        "Whether no term of the text begins with the other, case ignored.",
        r#"print "North America" !hasprefix "ica""# => "True";
    HAS_PREFIX_CS = ["hasprefix_cs"], TermStart, ignore_case: false, negated: false,
        "Whether a term of the text begins with the other.",
        r#"print "North America" hasprefix_cs "Ame""# => "True";
    NOT_HAS_PREFIX_CS = ["!hasprefix_cs"], TermStart, ignore_case: false, negated: true,
        "Whether no term of the text begins with the other.",
        r#"print "North America" !hasprefix_cs "ame""# => "True";
    HAS_SUFFIX = ["hassuffix"], TermEnd, ignore_case: true, negated: false,
        "Whether a term of the text ends with the other, case ignored.",
        r#"print "North America" hassuffix "ICA""# => "True";
    NOT_HAS_SUFFIX = ["!hassuffix"], TermEnd, ignore_case: true, negated: true,
        "Whether no term of the text ends with the other, case ignored.",
        r#"print "North America" !hassuffix "ame""# => "True";
    HAS_SUFFIX_CS = ["hassuffix_cs"], TermEnd, ignore_case: false, negated: false,
        "Whether a term of the text ends with the other.",
        r#"print "North America" hassuffix_cs "ica""# => "True";
    NOT_HAS_SUFFIX_CS = ["!hassuffix_cs"], TermEnd, ignore_case: false, negated: true,
        "Whether no term of the text ends with the other.",
        r#"print "North America" !hassuffix_cs "ICA""# => "True";
    CONTAINS = ["contains"], Anywhere, ignore_case: true, negated: false,
        "Whether the text has the other anywhere in it, case ignored.",
        r#"print "FabriKam" contains "brik""# => "True";
    NOT_CONTAINS = ["!contains", "notcontains"], Anywhere, ignore_case: true, negated: true,
        "Whether the text does not have the other anywhere in it, case ignored.",
        r#"print "Fabrikam" !contains "xyz""# => "True";
    CONTAINS_CS = ["contains_cs", "containscs"], Anywhere, ignore_case: false, negated: false,
        "Whether the text has the other anywhere in it.",
        r#"print "FabriKam" contains_cs "Kam""# => "True";
    NOT_CONTAINS_CS = ["!contains_cs", "notcontainscs"], Anywhere, ignore_case: false, negated: true,
        "Whether the text does not have the other anywhere in it.",
        r#"print "Fabrikam" !contains_cs "Kam""# => "True";
    STARTS_WITH = ["startswith"], Start, ignore_case: true, negated: false,
        "Whether the text begins with the other, case ignored.",
        r#"print "Fabrikam" startswith "fab""# => "True";
    NOT_STARTS_WITH = ["!startswith"], Start, ignore_case: true, negated: true,
        "Whether the text does not begin with the other, case ignored.",
        r#"print "Fabrikam" !startswith "kam""# => "True";
    STARTS_WITH_CS = ["startswith_cs"], Start, ignore_case: false, negated: false,
        "Whether the text begins with the other.",
        r#"print "Fabrikam" startswith_cs "Fab""# => "True";
    NOT_STARTS_WITH_CS = ["!startswith_cs"], Start, ignore_case: false, negated: true,
        "Whether the text does not begin with the other.",
        r#"print "Fabrikam" !startswith_cs "fab""# => "True";
    ENDS_WITH = ["endswith"], End, ignore_case: true, negated: false,
        "Whether the text ends with the other, case ignored.",
        r#"print "Fabrikam" endswith "Kam""# => "True";
    NOT_ENDS_WITH = ["!endswith"], End, ignore_case: true, negated: true,
        "Whether the text does not end with the other, case ignored.",
        r#"print "Fabrikam" !endswith "brik""# => "True";
    ENDS_WITH_CS = ["endswith_cs"], End, ignore_case: false, negated: false,
        "Whether the text ends with the other.",
        r#"print "Fabrikam" endswith_cs "kam""# => "True";
    NOT_ENDS_WITH_CS = ["!endswith_cs"], End, ignore_case: false, negated: true,
        "Whether the text does not end with the other.",
        r#"print "Fabrikam" !endswith_cs "brik""# => "True";
}

/// One operator of the family.
#[derive(Clone, Copy, Debug)]
struct TextOperator {
    place: Place,
    ignore_case: bool,
    negated: bool,
}

impl TextOperator {
    fn bind(self, arguments: &[ArgumentInfo<'_>]) -> BoundKernel {
        match arguments.get(1).and_then(|needle| needle.constant) {
            Some(needle) => self.bind_constant(needle),
            None => Box::new(move |call| {
                compare_rows(call, self.negated, |text, needle| {
                    Ok(Pattern::new(self.place, needle, self.ignore_case).matches(text))
                })
            }),
        }
    }

    fn bind_constant(self, needle: &Value) -> BoundKernel {
        let Some(needle) = text_of(needle) else {
            return Box::new(move |call| Ok(compare_with_null(&call.arguments[0], call.rows, self.negated)));
        };
        let pattern = Pattern::new(self.place, &needle, self.ignore_case);
        Box::new(move |call| match Texts::of(&call.arguments[0]) {
            Texts::String(texts) => {
                let matches = pattern.scan(texts, call.rows, self.negated);
                Ok(Column::Bool(BooleanArray::new(matches, None)))
            }
            Texts::Dynamic(_) => Ok(test_dynamics(call, self.negated, |text| pattern.matches(text))),
        })
    }
}

/// A test of dynamics against something that is not null: null rows fail it.
pub(super) fn test_dynamics(call: &Call<'_>, negated: bool, test: impl Fn(&str) -> bool) -> Column {
    let texts = Texts::of(&call.arguments[0]);
    let matches = BooleanBuffer::collect_bool(call.rows, |row| {
        texts.get(row).is_some_and(|text| test(&text)) != negated
    });
    Column::Bool(BooleanArray::new(matches, None))
}

/// The comparison with a null: undecided where the other is null too.
pub(super) fn compare_with_null(operand: &Operand, rows: usize, negated: bool) -> Column {
    let decided = BooleanBuffer::collect_bool(rows, |row| !operand.is_null(row));
    let matches = if negated { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) };
    Column::Bool(BooleanArray::new(matches, Some(NullBuffer::new(decided))))
}

/// The comparison where both sides differ from row to row.
pub(super) fn compare_rows(
    call: &Call<'_>,
    negated: bool,
    mut compare: impl FnMut(&str, &str) -> Result<bool, KernelError>,
) -> Result<Column, KernelError> {
    let (left, right) = (Texts::of(&call.arguments[0]), Texts::of(&call.arguments[1]));
    let matches = (0..call.rows).map(|row| match (left.get(row), right.get(row)) {
        (Some(left), Some(right)) => Ok(Some(compare(&left, &right)? != negated)),
        (None, None) => Ok(None),
        _ => Ok(Some(negated)),
    });
    Ok(Column::Bool(matches.collect::<Result<BooleanArray, KernelError>>()?))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, s};

    fn answer(operator: &str, left: &Value, right: &Value) -> Value {
        call(operator, &[left.clone(), right.clone()]).unwrap_or_else(|error| panic!("{operator}: {error}"))
    }

    #[test]
    fn nulls_decide_unless_both_sides_are_null() {
        let null = Value::Null(ScalarType::Dynamic);
        for (operator, when_one_is_null) in
            [("has", false), ("!has", true), ("=~", false), ("!contains", true)]
        {
            let expected = Value::Bool(when_one_is_null);
            assert_eq!(answer(operator, &null, &s("x")), expected, "null {operator} x");
            assert_eq!(answer(operator, &s("x"), &null), expected, "x {operator} null");
            assert_eq!(answer(operator, &d("1"), &null), expected, "1 {operator} null");
            assert_eq!(answer(operator, &null, &null), Value::Null(ScalarType::Bool), "null {operator} null");
        }
    }

    #[test]
    fn dynamics_are_their_text() {
        assert_eq!(answer("has", &d(r#""a\"b""#), &s("b")), Value::Bool(true));
        assert_eq!(answer("contains", &d(r#"{"a":1}"#), &s("\"A\":1")), Value::Bool(true));
        assert_eq!(answer("=~", &s("ABC"), &d(r#""abc""#)), Value::Bool(true));
        assert_eq!(answer("startswith", &d(r#""abc""#), &d(r#""ABCD""#)), Value::Bool(false));
    }
}
