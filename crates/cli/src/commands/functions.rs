//! `kql functions`: lists the functions, or explains one. All of it comes from the definitions.

use std::io::Write;

use kql_functions::{Example, registry};
use kql_types::{ScalarType, Value};

use super::signature;
use crate::answer::{ResultBuilder, ResultTable};
use crate::args::{Format, FunctionsArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn functions(arguments: &FunctionsArguments) -> Result<Outcome, Failure> {
    if let Some(name) = &arguments.name {
        let help = help(name).ok_or_else(|| Failure::Usage(format!("there is no function {name} here")))?;
        write!(std::io::stdout(), "{help}").map_err(|error| Failure::io("cannot write", &error))?;
        return Ok(Outcome::Ran);
    }
    let mut output = arguments.output.clone();
    if arguments.markdown {
        output.format = Some(Format::Markdown);
    }
    let mut output = Output::open(&output, false)?;
    output.result(None, &list(arguments.markdown))?;
    output.finish()?;
    Ok(Outcome::Ran)
}

/// What is shown of a definition.
struct Entry {
    names: &'static [&'static str],
    kind: &'static str,
    doc: &'static str,
    signatures: Vec<String>,
    examples: &'static [Example],
}

/// All definitions: scalar functions, aggregates, plugins; each kind by name.
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
    let mut entries: Vec<Entry> = scalars.chain(aggregates).chain(plugins).collect();
    entries.sort_by_key(|entry| (entry.kind, entry.names[0]));
    entries
}

/// One row a definition; with signatures for the support matrix.
fn list(signatures: bool) -> ResultTable {
    let mut columns = vec![("Name", ScalarType::String), ("Kind", ScalarType::String)];
    columns.extend(signatures.then_some(("Signatures", ScalarType::String)));
    columns.push(("What it does", ScalarType::String));
    let mut rows = ResultBuilder::new(&columns);
    for entry in entries() {
        let text = |text: &str| Value::String(text.to_owned());
        let mut row = vec![text(&entry.names.join(", ")), text(entry.kind)];
        row.extend(signatures.then(|| text(&entry.signatures.join("\n"))));
        row.push(text(entry.doc));
        rows.push(&row);
    }
    rows.finish()
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
