//! Commands that explain.

use std::fmt::Write;

use kql_planner::{OPERATOR_HELP, OperatorHelp, OperatorPlace};
use kql_types::{ScalarType, Value};

use super::{COMMANDS, MetaCommand, find, needs};
use crate::answer::ResultBuilder;
use crate::commands::{function_help, function_list, nearest_function};
use crate::failure::Failure;
use crate::repl::{Flow, Repl, show};

pub fn help(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let usage = |command: &MetaCommand| {
        format!("{} {}", command.names.join(", "), command.arguments).trim_end().to_owned()
    };
    if !argument.is_empty() {
        let name = format!(".{}", argument.trim_start_matches('.'));
        return match find(&name) {
            Some(command) => print(&format!("{}\n{}\n", usage(command), command.doc)),
            None => docs(repl, argument),
        };
    }
    let mut rows =
        ResultBuilder::new(&[("Command", ScalarType::String), ("What it does", ScalarType::String)]);
    for command in COMMANDS {
        rows.push(&[Value::String(usage(command)), Value::String(command.doc.to_owned())]);
    }
    show::result(&repl.settings, None, &rows.finish(), None)?;
    Ok(Flow::RAN)
}

pub fn functions(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        show::result(&repl.settings, None, &function_list(), None)?;
        return Ok(Flow::RAN);
    }
    match function_help(argument) {
        Some(text) => print(&text),
        None => {
            let hint = nearest_function(argument)
                .map_or(".functions lists them".to_owned(), |near| format!("did you mean {near}?"));
            Err(Failure::Usage(format!("there is no function {argument} here; {hint}")))
        }
    }
}

pub fn docs(_repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(needs(".docs", "an operator or a function"));
    }
    let text = match OperatorHelp::find(argument) {
        Some(operator) => Some(operator_text(operator)),
        None => function_help(argument),
    };
    let Some(text) = text else {
        let names = OPERATOR_HELP.iter().flat_map(|operator| operator.names.iter().copied());
        let hint = kql_parser::nearest(argument, names)
            .or_else(|| nearest_function(argument))
            .map_or(String::new(), |near| format!("; did you mean {near}?"));
        return Err(Failure::Usage(format!("there is no operator or function {argument} here{hint}")));
    };
    print(&text)
}

/// What is said of an operator, with examples that run.
fn operator_text(operator: &OperatorHelp) -> String {
    let pipe = if operator.place == OperatorPlace::First { "" } else { "| " };
    let mut out = format!("{pipe}{}\n{}\n", operator.syntax, operator.doc);
    if let [_, others @ ..] = operator.names
        && !others.is_empty()
    {
        push(&mut out, format_args!("also: {}\n", others.join(", ")));
    }
    for parameter in operator.parameters {
        push(&mut out, format_args!("  {}=  {}\n", parameter.name, parameter.doc));
        for (value, meaning) in parameter.values {
            push(&mut out, format_args!("      {value:<12} {meaning}\n"));
        }
    }
    for example in operator.examples {
        push(&mut out, format_args!("example: {}\n      => {}\n", example.query, example.result));
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

pub fn print(text: &str) -> Result<Flow, Failure> {
    use std::io::Write;
    let mut out = std::io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::io("cannot write", &error))?;
    Ok(Flow::RAN)
}
