//! Functions, aggregates and plugins, from their definitions.

use std::sync::LazyLock;

use kql_functions::{registry, signature};

use crate::SPECIAL_FUNCTIONS;
use crate::complete::{Suggestion, SuggestionKind};

/// What rules about logs call most, the most frequent first.
#[rustfmt::skip]
const USUAL: &[&str] = &[
    "ago", "tostring", "parse_json", "isnotempty", "not", "bin", "split", "extract", "tolower", "strcat", "case",
    "todynamic", "iff", "isempty", "array_length", "now", "datetime_diff", "startofday", "coalesce", "toint",
    "replace_string", "ipv4_is_private", "substring", "parse_url", "todatetime", "strlen", "pack_array",
    "base64_decode_tostring", "indexof", "round",
];

/// What rules summarize by most.
#[rustfmt::skip]
const USUAL_AGGREGATES: &[&str] = &[
    "count", "make_set", "dcount", "arg_max", "max", "min", "countif", "make_list", "sum", "arg_min", "dcountif",
    "make_set_if", "take_any", "avg", "percentile",
];

/// Literals that look like calls.
const LITERALS: &[(&str, &str)] = &[
    ("datetime", "datetime(2024-05-14T12:00:00Z)"),
    ("timespan", "timespan(1.12:30:00)"),
    ("dynamic", "dynamic([\"a\", {\"b\": 1}])"),
    ("guid", "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"),
];

static SCALARS: LazyLock<Vec<Suggestion>> = LazyLock::new(|| {
    let scalars = registry::scalar_functions().filter(|one| is_word(one.names[0])).flat_map(|function| {
        let signature = |name: &str| {
            function.overloads.first().map_or_else(String::new, |one| signature::scalar(name, one))
        };
        function.names.iter().map(move |name| call(name, SuggestionKind::Function, signature(name)))
    });
    let special = SPECIAL_FUNCTIONS.iter().flat_map(|function| {
        let signature = function.signatures.first().copied().unwrap_or_default();
        function.names.iter().map(|name| call(name, SuggestionKind::Function, signature.to_owned()))
    });
    let literals =
        LITERALS.iter().map(|(name, form)| call(name, SuggestionKind::Function, (*form).to_owned()));
    in_usual_order(scalars.chain(special).chain(literals).collect(), USUAL)
});

static AGGREGATES: LazyLock<Vec<Suggestion>> = LazyLock::new(|| {
    let aggregates = registry::aggregate_functions().flat_map(|function| {
        let signature = signature::aggregates(function).into_iter().next().unwrap_or_default();
        function.names.iter().map(move |name| call(name, SuggestionKind::Aggregate, signature.clone()))
    });
    in_usual_order(aggregates.collect(), USUAL_AGGREGATES)
});

/// The scalar functions.
pub(super) fn scalars() -> Vec<Suggestion> {
    SCALARS.clone()
}

/// The aggregates.
pub(super) fn aggregates() -> Vec<Suggestion> {
    AGGREGATES.clone()
}

/// The plugins.
pub(super) fn plugins() -> Vec<Suggestion> {
    let plugins = registry::plugins();
    plugins.map(|plugin| call(plugin.names[0], SuggestionKind::Plugin, signature::plugin(plugin))).collect()
}

/// A function with its open bracket.
pub(super) fn call(name: &str, kind: SuggestionKind, signature: String) -> Suggestion {
    let takes_nothing = [format!("{name}() "), format!("{name}([")];
    let takes_nothing = takes_nothing.iter().any(|beginning| signature.starts_with(beginning));
    let text = if takes_nothing { format!("{name}()") } else { format!("{name}(") };
    Suggestion { name: name.to_owned(), text, kind, detail: signature }
}

/// Whether it is a name and not an operator's sign.
fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && !is_comparison(name)
}

/// Words that stand between values.
fn is_comparison(name: &str) -> bool {
    ["has", "contains", "startswith", "endswith", "matches", "between", "in", "in~", "has_any", "has_all"]
        .iter()
        .any(|word| name == *word || name.strip_suffix("_cs") == Some(word))
        || matches!(name, "hasprefix" | "hassuffix" | "hasprefix_cs" | "hassuffix_cs" | "matches regex")
}

fn in_usual_order(mut offers: Vec<Suggestion>, usual: &[&str]) -> Vec<Suggestion> {
    let place = |name: &str| usual.iter().position(|known| *known == name).unwrap_or(usual.len());
    offers.sort_by(|a, b| (place(&a.name), &a.name).cmp(&(place(&b.name), &b.name)));
    offers.dedup_by(|a, b| a.name == b.name);
    offers
}
