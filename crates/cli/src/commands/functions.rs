//! `kql functions`: lists the functions, or explains one. All of it comes from the definitions.

use std::io::Write;

use kql_functions::{Example, registry, signature};
use kql_planner::{FunctionLibrary, SPECIAL_FUNCTIONS};
use kql_types::{ScalarType, Value};

use crate::answer::{ResultBuilder, ResultTable};
use crate::args::{Format, FunctionsArguments, OutputArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn functions(arguments: &FunctionsArguments) -> Result<Outcome, Failure> {
    if let Some(name) = &arguments.name {
        let help = help(name).ok_or_else(|| Failure::Usage(format!("there is no function {name} here")))?;
        write!(std::io::stdout(), "{help}").map_err(|error| Failure::io("cannot write", &error))?;
        return Ok(Outcome::Ran);
    }
    if arguments.markdown {
        return support_matrix(&arguments.output);
    }
    let mut output = Output::open(&arguments.output, false)?;
    output.result(None, &listed())?;
    output.finish()?;
    Ok(Outcome::Ran)
}

/// All of them, one row each.
pub(crate) fn listed() -> ResultTable {
    list(entries().iter(), false)
}

/// Writes all that runs, a table a kind, and what KQL has besides.
fn support_matrix(output: &OutputArguments) -> Result<Outcome, Failure> {
    let mut output =
        Output::open(&OutputArguments { format: Some(Format::Markdown), ..output.clone() }, true)?;
    let entries = entries();
    for (kind, heading) in KINDS {
        let of_kind = entries.iter().filter(|entry| entry.kind == *kind);
        output.result(Some(heading), &list(of_kind, true))?;
    }
    output.result(Some("Not supported"), &not_supported(&entries))?;
    output.finish()?;
    Ok(Outcome::Ran)
}

/// The kinds of definitions, and how they are headed.
const KINDS: &[(&str, &str)] = &[
    ("scalar", "Scalar functions"),
    ("operator", "Operators in expressions"),
    ("aggregate", "Aggregates"),
    ("plugin", "Plugins"),
    ("special", "Functions of names, tables and sub-queries"),
    ("stored", "Functions of services, without their data"),
];

/// What is shown of a definition.
struct Entry {
    names: &'static [&'static str],
    kind: &'static str,
    doc: &'static str,
    signatures: Vec<String>,
    examples: &'static [Example],
}

/// All definitions; each kind by name.
fn entries() -> Vec<Entry> {
    let scalars = registry::scalar_functions().map(|function| Entry {
        names: function.names,
        kind: if function.names[0].starts_with(|c: char| c.is_ascii_alphabetic()) {
            "scalar"
        } else {
            "operator"
        },
        doc: function.doc,
        signatures: function.overloads.iter().map(|one| signature::scalar(function.names[0], one)).collect(),
        examples: function.examples,
    });
    let aggregates = registry::aggregate_functions().map(|function| Entry {
        names: function.names,
        kind: "aggregate",
        doc: function.doc,
        signatures: signature::aggregates(function),
        examples: function.examples,
    });
    let plugins = registry::plugins().map(|plugin| Entry {
        names: plugin.names,
        kind: "plugin",
        doc: plugin.doc,
        signatures: vec![signature::plugin(plugin)],
        examples: plugin.examples,
    });
    let special = SPECIAL_FUNCTIONS.iter().map(|function| Entry {
        names: function.names,
        kind: "special",
        doc: function.doc,
        signatures: function.signatures.iter().map(|&one| one.to_owned()).collect(),
        examples: function.examples,
    });
    let mut entries: Vec<Entry> =
        scalars.chain(aggregates).chain(plugins).chain(special).chain(stored()).collect();
    entries.sort_by_key(|entry| (entry.kind, entry.names[0]));
    entries
}

/// The functions that are built in as KQL.
fn stored() -> impl Iterator<Item = Entry> {
    FunctionLibrary::built_in_docs().map(|(name, doc)| Entry {
        names: std::slice::from_ref(name),
        kind: "stored",
        doc,
        signatures: vec![format!("{name}(...) -> table")],
        examples: &[],
    })
}

/// One row a definition: with the kind for a list of all kinds, with signatures for one of a single kind.
fn list<'a>(entries: impl Iterator<Item = &'a Entry>, of_one_kind: bool) -> ResultTable {
    let second = if of_one_kind { "Signatures" } else { "Kind" };
    let columns =
        [("Name", ScalarType::String), (second, ScalarType::String), ("What it does", ScalarType::String)];
    let mut rows = ResultBuilder::new(&columns);
    for entry in entries {
        let second = if of_one_kind { entry.signatures.join("\n") } else { entry.kind.to_owned() };
        let texts = [entry.names.join(", "), second, entry.doc.to_owned()];
        rows.push(&texts.map(Value::String));
    }
    rows.finish()
}

/// What KQL has and is refused here by name. Names with two underscores in front are the engine's own.
fn not_supported(entries: &[Entry]) -> ResultTable {
    let mut rows = ResultBuilder::new(&[("Name", ScalarType::String), ("Kind", ScalarType::String)]);
    for (kind, defined_as) in [
        ("function", &["scalar", "operator", "special"][..]),
        ("aggregate", &["aggregate"]),
        ("plugin", &["plugin"]),
    ] {
        let is_defined = |name: &str| {
            entries.iter().any(|entry| defined_as.contains(&entry.kind) && entry.names.contains(&name))
        };
        let missing = registry::known_names(kind).filter(|name| !name.starts_with("__") && !is_defined(name));
        for name in missing {
            rows.push(&[Value::String(name.to_owned()), Value::String(kind.to_owned())]);
        }
    }
    rows.finish()
}

/// The name of a definition that is near to one that is not there.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let entries = entries();
    kql_parser::nearest(name, entries.iter().flat_map(|entry| entry.names.iter().copied()))
}

/// Everything about the definitions of that name: a scalar and an aggregate may share one.
pub(crate) fn help(name: &str) -> Option<String> {
    let mut out = String::new();
    for entry in entries().iter().filter(|entry| entry.names.contains(&name)) {
        if !out.is_empty() {
            out.push('\n');
        }
        out += &format!("{} ({})\n{}\n", entry.names[0], entry.kind, entry.doc);
        if let [_, aliases @ ..] = entry.names
            && !aliases.is_empty()
        {
            out += &format!("also: {}\n", aliases.join(", "));
        }
        for signature in &entry.signatures {
            out += &format!("  {signature}\n");
        }
        for example in entry.examples {
            out += &format!("example: {}\n      => {}\n", example.query, example.result);
        }
    }
    (!out.is_empty()).then_some(out)
}
