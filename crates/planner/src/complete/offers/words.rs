//! Words of the language: operators, their parameters and clauses, comparisons, charts.

use kql_functions::registry;
use kql_types::ScalarType;

use crate::bind::watch::Seen;
use crate::complete::place::first_words;
use crate::complete::{Suggestion, SuggestionKind};
use crate::{OPERATOR_HELP, OperatorHelp, OperatorPlace};

/// The properties of `render`.
pub(in crate::complete) const CHART_PROPERTIES: &[(&str, &str)] = &[
    ("title", "the title"),
    ("xcolumn", "the column of the x axis"),
    ("ycolumns", "the columns of the y axis"),
    ("series", "the columns that tell series apart"),
    ("kind", "how series stand to each other"),
    ("xtitle", "what the x axis is called"),
    ("ytitle", "what the y axis is called"),
    ("ymin", "the least value of the y axis"),
    ("ymax", "the greatest value of the y axis"),
    ("xmin", "the least value of the x axis"),
    ("xmax", "the greatest value of the x axis"),
    ("xaxis", "linear or log"),
    ("yaxis", "linear or log"),
    ("legend", "visible or hidden"),
    ("ysplit", "whether each column has an axis of its own"),
    ("accumulate", "whether values add up"),
    ("anomalycolumns", "the columns that mark anomalies"),
];

/// `kind=` of `render`.
pub(in crate::complete) const CHART_KINDS: &[(&str, &str)] = &[
    ("default", "side by side"),
    ("unstacked", "side by side"),
    ("stacked", "on top of each other"),
    ("stacked100", "on top of each other, as shares"),
];

/// `legend=` of `render`.
pub(in crate::complete) const LEGENDS: &[(&str, &str)] =
    &[("visible", "show the legend"), ("hidden", "hide the legend")];

/// `xaxis=` of `render`.
pub(in crate::complete) const AXES: &[(&str, &str)] = &[("linear", "even steps"), ("log", "steps of powers")];

/// Parameters that are true or false.
pub(in crate::complete) const TRUTH: &[(&str, &str)] = &[("true", ""), ("false", "")];

/// What a statement may begin with besides a table.
const STATEMENTS: &[(&str, &str)] = &[
    ("let", "gives a name to a value, a table or a function"),
    ("set", "sets an option"),
    ("declare query_parameters(", "declares values that are given from outside"),
];

/// Operators between values, the frequent first: which types of a left side they are usual for.
const COMPARISONS: &[(&str, Usual)] = &[
    ("==", Usual::Always),
    ("!=", Usual::Always),
    ("in", Usual::Always),
    ("=~", Usual::Text),
    ("has_any", Usual::Text),
    ("contains", Usual::Text),
    ("has", Usual::Text),
    ("in~", Usual::Text),
    ("endswith", Usual::Text),
    ("matches regex", Usual::Text),
    ("startswith", Usual::Text),
    (">", Usual::Order),
    (">=", Usual::Order),
    ("<", Usual::Order),
    ("<=", Usual::Order),
    ("between", Usual::Order),
    ("!between", Usual::Order),
    ("!in", Usual::Always),
    ("has_all", Usual::Text),
    ("!in~", Usual::Text),
    ("!contains", Usual::Text),
    ("!startswith", Usual::Text),
    ("!has", Usual::Text),
    ("!endswith", Usual::Text),
    ("!~", Usual::Text),
    ("has_cs", Usual::Text),
    ("hasprefix", Usual::Text),
    ("hassuffix", Usual::Text),
    ("contains_cs", Usual::Text),
    ("startswith_cs", Usual::Text),
    ("endswith_cs", Usual::Text),
    ("!has_cs", Usual::Text),
    ("!hasprefix", Usual::Text),
    ("!hassuffix", Usual::Text),
    ("!contains_cs", Usual::Text),
    ("!startswith_cs", Usual::Text),
    ("!endswith_cs", Usual::Text),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Usual {
    Always,
    /// For texts.
    Text,
    /// For what has an order: numbers and times.
    Order,
}

/// The operators that may stand behind a pipe.
pub(super) fn operators() -> Vec<Suggestion> {
    let piped = OPERATOR_HELP.iter().filter(|operator| operator.place != OperatorPlace::First);
    let canonical = piped.clone().map(|operator| self::operator(operator.names[0], operator));
    let others =
        piped.flat_map(|operator| operator.names[1..].iter().map(|name| self::operator(name, operator)));
    canonical.chain(others).collect()
}

/// What a statement may begin with besides a table.
pub(super) fn statements() -> Vec<Suggestion> {
    let mut offers = listed(STATEMENTS, SuggestionKind::Word);
    offers.extend(first_operators());
    offers
}

/// The operators that may begin a query.
pub(super) fn first_operators() -> Vec<Suggestion> {
    let first = OPERATOR_HELP.iter().filter(|operator| operator.place != OperatorPlace::Piped);
    first.map(|operator| self::operator(operator.names[0], operator)).collect()
}

fn operator(name: &str, operator: &OperatorHelp) -> Suggestion {
    let takes_nothing = operator.syntax == operator.names[0];
    let text = if takes_nothing { name.to_owned() } else { format!("{name} ") };
    Suggestion {
        name: name.to_owned(),
        text,
        kind: SuggestionKind::Operator,
        detail: operator.doc.to_owned(),
    }
}

/// What may stand right behind an operator's word besides its operands: its parameters, with `=`, and the words of later
/// clauses where the first may be left out.
pub(super) fn parameters(operator: Option<&'static OperatorHelp>) -> Vec<Suggestion> {
    let Some(operator) = operator else { return Vec::new() };
    let offer = |parameter: &crate::ParameterHelp| Suggestion {
        name: parameter.name.to_owned(),
        text: format!("{}=", parameter.name),
        kind: SuggestionKind::Parameter,
        detail: parameter.doc.to_owned(),
    };
    let mut offers: Vec<Suggestion> = operator.parameters.iter().map(offer).collect();
    offers.extend(clauses(first_words(operator.names[0])));
    offers
}

/// The words of clauses.
pub(super) fn clauses(words: &[&'static str]) -> Vec<Suggestion> {
    words.iter().map(|word| self::word(word, "")).collect()
}

/// Words with what they mean.
pub(super) fn listed(values: &[(&str, &str)], kind: SuggestionKind) -> Vec<Suggestion> {
    let text = |name: &str| match kind {
        SuggestionKind::Parameter => format!("{name}="),
        SuggestionKind::Word if !name.ends_with('(') => format!("{name} "),
        _ => name.to_owned(),
    };
    let offer = |(name, detail): &(&str, &str)| Suggestion {
        name: (*name).to_owned(),
        text: text(name),
        kind,
        detail: (*detail).to_owned(),
    };
    values.iter().map(offer).collect()
}

/// The types.
pub(super) fn types() -> Vec<Suggestion> {
    let offer = |name: &str, detail: &str| Suggestion {
        name: name.to_owned(),
        text: name.to_owned(),
        kind: SuggestionKind::Type,
        detail: detail.to_owned(),
    };
    let names = ScalarType::ALL.iter().map(|data_type| offer(data_type.name(), ""));
    names.chain([offer("double", "the older name of real")]).collect()
}

/// What goes on behind a value: comparisons that suit its type, where it is a name that has one.
pub(super) fn comparisons(left: Option<&str>, scope: Option<&Seen>) -> Vec<Suggestion> {
    let columns = scope.map(|scope| &scope.columns);
    let column = left.and_then(|left| {
        let columns = columns?;
        columns.index_of(left).map(|index| columns.fields[index].data_type)
    });
    let suits = |usual: Usual| match column {
        None => true,
        Some(ScalarType::String | ScalarType::Dynamic) => {
            usual != Usual::Order || column != Some(ScalarType::String)
        }
        Some(ScalarType::Bool | ScalarType::Guid) => usual == Usual::Always,
        Some(_) => usual != Usual::Text,
    };
    let comparisons = COMPARISONS.iter().filter(|(_, usual)| suits(*usual)).map(|(sign, _)| {
        let doc = registry::scalar(sign).map_or("", |definition| definition.doc);
        comparison(sign, doc)
    });
    let logic = [("and", "both conditions"), ("or", "either condition")];
    let logic = logic.into_iter().map(|(sign, doc)| word(sign, doc));
    match column {
        Some(_) => comparisons.chain(logic).collect(),
        None => logic.chain(comparisons).collect(),
    }
}

fn comparison(sign: &str, doc: &str) -> Suggestion {
    let takes_list =
        matches!(sign, "in" | "!in" | "in~" | "!in~" | "has_any" | "has_all" | "between" | "!between");
    let text = if takes_list { format!("{sign} (") } else { format!("{sign} ") };
    Suggestion { name: sign.to_owned(), text, kind: SuggestionKind::Comparison, detail: doc.to_owned() }
}

fn word(word: &str, detail: &str) -> Suggestion {
    let text = if word.ends_with('(') { word.to_owned() } else { format!("{word} ") };
    Suggestion { name: word.to_owned(), text, kind: SuggestionKind::Word, detail: detail.to_owned() }
}
