//! Texts that a record must hold to pass the scan's predicate, so that a scan may leave out a record without reading it
//! when a search through its bytes does not find them.
//!
//! A needle must never be missing where the predicate holds. A scan sees the record as it is written, the predicate sees
//! values, and these differ: JSON may write a character as an escape, a nested value loses its white space, and numbers in
//! there are written anew. So needles are pieces of the predicate's texts:
//!
//! - without the characters that JSON or separated values always write otherwise (quotes, backslashes, control
//!   characters). What is left a record has as it is, or with needless escapes (`\u0041`, `\/`), for which the scan cares;
//! - where the value may be a nested one, without the characters between its tokens, and nothing that a number could be;
//! - below a dynamic, without `/` too: JSON inside of a JSON string may have escaped it twice.

mod constants;
mod pieces;

use kql_tables::{Needle, NeedleGroup, ScanColumn};
use kql_types::{ScalarType, Value};

use super::tree::map_inputs;
use crate::{Expr, ExprKind, Operator, Plan};
use constants::{listed, number_forms, number_texts};
use pieces::{Place, piece};

/// The rule.
pub(super) fn derive_needles(plan: Plan) -> Plan {
    let mut plan = map_inputs(plan, &mut derive_needles);
    if let Operator::Scan(scan) = &mut plan.operator
        && let Some(predicate) = &scan.predicate
    {
        scan.needles = groups(predicate, &scan.columns);
    }
    plan
}

/// Shorter needles are in nearly every record.
const SHORTEST: usize = 2;

/// The groups that every record meets for which the predicate holds.
fn groups(predicate: &Expr, columns: &[ScanColumn]) -> Vec<NeedleGroup> {
    match &predicate.kind {
        ExprKind::And(operands) => operands.iter().flat_map(|operand| groups(operand, columns)).collect(),
        ExprKind::Or(operands) => {
            let best = operands.iter().map(|operand| best(groups(operand, columns)));
            let any: Option<Vec<NeedleGroup>> = best.collect();
            let any = any.unwrap_or_default().into_iter().flat_map(|group| group.any);
            group(any.map(Some)).into_iter().collect()
        }
        ExprKind::Call { function, arguments, .. } => of_call(function.names[0], arguments, columns),
        _ => Vec::new(),
    }
}

/// The group that is met least often: that whose shortest needle is longest.
fn best(groups: Vec<NeedleGroup>) -> Option<NeedleGroup> {
    groups.into_iter().max_by_key(|group| group.any.iter().map(|needle| needle.text.len()).min())
}

/// A group of these needles, if there is one for each alternative.
fn group(alternatives: impl IntoIterator<Item = Option<Needle>>) -> Option<NeedleGroup> {
    let mut any: Vec<Needle> = Vec::new();
    for needle in alternatives {
        let needle = needle.filter(|needle| needle.text.chars().count() >= SHORTEST)?;
        if !any.contains(&needle) {
            any.push(needle);
        }
    }
    (!any.is_empty()).then_some(NeedleGroup { any })
}

/// What is compared: how its text comes out of the record.
#[derive(Clone, Copy, Debug)]
struct Subject {
    origin: Origin,
    /// Whether it is a dynamic still, not its text.
    is_dynamic: bool,
    /// Whether letters of the record may have been turned to the other case.
    case_lost: bool,
}

/// The kind of column that a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A string column: characters of a JSON string, a number or bool as written, or a nested value.
    Text,
    /// A dynamic column or a part of one.
    Dynamic,
    /// An int or long column.
    Integer,
}

fn subject(expression: &Expr, columns: &[ScanColumn]) -> Option<Subject> {
    match &expression.kind {
        ExprKind::Column(index) => {
            let origin = match columns.get(*index)?.data_type {
                ScalarType::String => Origin::Text,
                ScalarType::Dynamic => Origin::Dynamic,
                ScalarType::Int | ScalarType::Long => Origin::Integer,
                _ => return None,
            };
            Some(Subject { origin, is_dynamic: origin == Origin::Dynamic, case_lost: false })
        }
        ExprKind::Path { input, .. } => subject(input, columns).filter(|subject| subject.is_dynamic),
        ExprKind::Call { function, arguments, .. } => {
            let [argument] = arguments.as_slice() else { return None };
            let inner = subject(argument, columns).filter(|inner| inner.origin != Origin::Integer)?;
            match function.names[0] {
                "tostring" => Some(Subject { is_dynamic: false, ..inner }),
                "tolower" | "toupper" => Some(Subject { is_dynamic: false, case_lost: true, ..inner }),
                _ => None,
            }
        }
        _ => None,
    }
}

fn of_call(operator: &str, arguments: &[Expr], columns: &[ScanColumn]) -> Vec<NeedleGroup> {
    let swapped = match arguments {
        [constant, other] if matches!(operator, "==" | "=~") && constant.as_constant().is_some() => {
            Some([other.clone(), constant.clone()])
        }
        _ => None,
    };
    let arguments = swapped.as_ref().map_or(arguments, |swapped| swapped.as_slice());
    let Some((first, rest)) = arguments.split_first() else { return Vec::new() };
    let constants: Option<Vec<&Value>> = rest.iter().map(Expr::as_constant).collect();
    let (Some(subject), Some(constants)) = (subject(first, columns), constants) else { return Vec::new() };
    let one = |group: Option<NeedleGroup>| group.into_iter().collect();
    let text = |place, case_sensitive| match constants.as_slice() {
        [Value::String(text)] => one(group([subject.needle(text, place, case_sensitive)])),
        _ => Vec::new(),
    };
    match operator {
        "==" | "in" => one(subject.equal_to_any(&constants)),
        "=~" => text(Place::Whole, false),
        "in~" => one(subject.texts(&constants, Place::Whole).and_then(group)),
        "has_any" => one(subject.texts(&constants, Place::Inside).and_then(group)),
        "has_all" => {
            let needles = subject.texts(&constants, Place::Inside).unwrap_or_default();
            needles.into_iter().filter_map(|needle| group([needle])).collect()
        }
        "startswith" => text(Place::Start, false),
        "startswith_cs" => text(Place::Start, true),
        "endswith" => text(Place::End, false),
        "endswith_cs" => text(Place::End, true),
        "contains" | "has" | "hasprefix" | "hassuffix" => text(Place::Inside, false),
        "contains_cs" | "has_cs" | "hasprefix_cs" | "hassuffix_cs" => text(Place::Inside, true),
        _ => Vec::new(),
    }
}

impl Subject {
    /// A needle for a text that stands there.
    fn needle(self, text: &str, place: Place, case_sensitive: bool) -> Option<Needle> {
        match self.origin {
            Origin::Text | Origin::Dynamic => {
                let text_is_raw = self.origin == Origin::Text;
                piece(text, place, text_is_raw, case_sensitive && !self.case_lost)
            }
            Origin::Integer => None,
        }
    }

    /// Needles for the listed texts, case ignored; `None` where something else than text is listed.
    fn texts(self, constants: &[&Value], place: Place) -> Option<Vec<Option<Needle>>> {
        let needle = |value: Value| match value {
            Value::String(text) => Some(self.needle(&text, place, false)),
            _ => None,
        };
        listed(constants).into_iter().map(needle).collect()
    }

    /// The group of a value that equals one of the constants.
    fn equal_to_any(self, constants: &[&Value]) -> Option<NeedleGroup> {
        let mut needles = Vec::new();
        for value in listed(constants) {
            match (value, self.origin) {
                // Null equals nothing.
                (Value::Null(_), _) => {}
                (Value::String(text), Origin::Integer) => {
                    needles.extend(number_forms(kql_types::convert::to_long(&text)?)?);
                }
                (Value::String(text), _) => needles.push(self.needle(&text, Place::Whole, true)),
                (Value::Long(number), _) => needles.extend(self.number(number)?),
                (Value::Int(number), _) => needles.extend(self.number(number.into())?),
                _ => return None,
            }
        }
        group(needles)
    }

    fn number(self, number: i64) -> Option<Vec<Option<Needle>>> {
        match self.origin {
            Origin::Integer => number_forms(number),
            Origin::Dynamic if self.is_dynamic => number_forms(number),
            Origin::Dynamic | Origin::Text => Some(number_texts(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{DateTime, Dynamic, Long, String};

    use super::*;
    use crate::optimize::testing::*;

    /// The needles for a predicate over `s: string, d: dynamic, n: long, t: datetime`: groups separated by `&`.
    fn needles(predicate: Expr) -> std::string::String {
        let mut plan = scan("T", &[("s", String), ("d", Dynamic), ("n", Long), ("t", DateTime)]);
        if let Operator::Scan(scan) = &mut plan.operator {
            scan.predicate = Some(predicate);
        }
        let Operator::Scan(scan) = derive_needles(plan).operator else { panic!("no scan") };
        let group = |group: &NeedleGroup| {
            let needle =
                |needle: &Needle| format!("{}{}", if needle.case_sensitive { "" } else { "~" }, needle.text);
            group.any.iter().map(needle).collect::<Vec<_>>().join("|")
        };
        scan.needles.iter().map(group).collect::<Vec<_>>().join(" & ")
    }

    fn s() -> Expr {
        column(0, String)
    }

    fn part() -> Expr {
        path(column(1, Dynamic), &["a"])
    }

    fn text_operator(operator: &str, subject: Expr, other: &str) -> std::string::String {
        needles(call(operator, vec![subject, text(other)]))
    }

    #[test]
    fn texts_that_must_occur() {
        assert_eq!(text_operator("==", s(), "50057"), "50057");
        assert_eq!(needles(call("==", vec![text("abc"), s()])), "abc");
        assert_eq!(text_operator("=~", s(), "Abc"), "~Abc");
        assert_eq!(text_operator("has", s(), "Azure Portal"), "~Azure Portal");
        assert_eq!(text_operator("contains_cs", s(), "Azure"), "Azure");
        assert_eq!(text_operator("endswith", s(), ".exe"), "~.exe");
        assert_eq!(text_operator("==", call("tolower", vec![s()]), "abc"), "~abc");
        assert_eq!(text_operator("==", call("tostring", vec![part()]), "Windows 10"), "Windows 10");
        assert_eq!(text_operator("==", part(), "Windows"), "Windows");
    }

    #[test]
    fn nothing_for_what_holds_without_a_text() {
        for operator in ["!=", "!contains", "!has", "!~", "matches regex", "<"] {
            assert_eq!(text_operator(operator, s(), "abc"), "", "{operator}");
        }
        assert_eq!(text_operator("==", s(), ""), "");
        assert_eq!(text_operator("has", s(), ""), "");
        assert_eq!(text_operator("==", column(3, DateTime), "2024-01-01"), "");
        assert_eq!(text_operator("has", call("tostring", vec![column(2, Long)]), "4625"), "");
        assert_eq!(needles(call("not", vec![equals(0, "abc")])), "");
        assert_eq!(needles(call("has", vec![text("abc"), s()])), "");
    }

    #[test]
    fn lists_are_alternatives() {
        let list = |operator: &str, items: &[&str]| {
            let mut arguments = vec![s()];
            arguments.extend(items.iter().map(|item| text(item)));
            needles(call(operator, arguments))
        };
        assert_eq!(list("in", &["abc", "def", "abc"]), "abc|def");
        assert_eq!(list("in~", &["abc", "def"]), "~abc|~def");
        assert_eq!(list("in", &["abc", ""]), "");
        assert_eq!(list("!in", &["abc"]), "");
        assert_eq!(list("has_any", &["abc", "def"]), "~abc|~def");
        assert_eq!(list("has_all", &["abc", "def", ""]), "~abc & ~def");
        let array = constant(Value::Dynamic(r#"["abc","def",null]"#.to_owned()));
        assert_eq!(needles(call("in", vec![s(), array.clone()])), "abc|def");
        assert_eq!(needles(call("has_any", vec![s(), array])), "");
    }

    #[test]
    fn and_asks_for_all_and_or_for_one() {
        let long_and_short = and(vec![equals(0, "ab"), equals(0, "abcd")]);
        assert_eq!(needles(long_and_short.clone()), "ab & abcd");
        assert_eq!(needles(or(vec![long_and_short, equals(0, "xyz")])), "abcd|xyz");
        let open = call("isempty", vec![s()]);
        assert_eq!(needles(or(vec![equals(0, "xyz"), open.clone()])), "");
        assert_eq!(needles(and(vec![equals(0, "xyz"), open])), "xyz");
    }

    #[test]
    fn numbers_are_looked_for_in_all_forms() {
        let equal = |subject: Expr, number| needles(call("==", vec![subject, long(number)]));
        assert_eq!(equal(s(), 50057), "50057|~0x");
        assert_eq!(equal(s(), -4600), "4600|~0x");
        assert_eq!(equal(s(), 0), "");
        assert_eq!(equal(column(2, Long), 4625), "4625|4.625|46.25|462.5|99999|~0x");
        assert_eq!(equal(part(), 4600), "46|4.6|99999|~0x");
        assert_eq!(equal(column(2, Long), 4000), "");
        assert_eq!(equal(column(2, Long), 1 << 16), "");
        let listed = call("in", vec![column(2, Long), long(4624), text("4625")]);
        assert!(needles(listed).starts_with("4624|4.624|46.24|462.4|99999|~0x|4625|"));
        assert_eq!(needles(call("in", vec![s(), text("abc"), long(12)])), "abc|12|~0x");
        let of_text = call("tostring", vec![part()]);
        assert_eq!(needles(call("==", vec![of_text, long(4600)])), "4600|~0x");
    }
}
