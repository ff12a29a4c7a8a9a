//! The arguments of a command line.

use kql_types::dynamic::write_json_string;
use kql_types::{Column, ScalarType::Dynamic};

use crate::kernel::rows::dynamics;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_COMMAND_LINE];

scalar_function!(
    PARSE_COMMAND_LINE, ["parse_command_line"],
    "The arguments of a command line, as an array, split as Windows splits them (CommandLineToArgvW); the second argument must be \"windows\". <https://learn.microsoft.com/kusto/query/parse-command-line-function>",
    [
        r#"print parse_command_line("echo \"hello world!\"", "windows")"# => r#"["echo","hello world!"]"#,
        r#"print parse_command_line(@'reg add HK\a "C:\x y\\" /f', "windows")"# => r#"["reg","add","HK\\a","C:\\x y\\","/f"]"#,
    ],
    ResultName::Generated,
    [columns(&[ParameterType::Text, TEXT], Dynamic, parse_command_line)],
);

fn parse_command_line(call: &Call<'_>) -> Result<Column, KernelError> {
    let (lines, kinds) = (call.arguments[0].strings(), call.arguments[1].strings());
    if let Some(kind) = (0..call.rows).map(|row| kinds.text(row)).find(|kind| *kind != "windows") {
        return Err(KernelError::new(format!(
            "parse_command_line() reads \"windows\" command lines, not \"{kind}\""
        )));
    }
    let mut argument = String::new();
    Ok(Column::Dynamic(
        dynamics(call.rows, |row, out| {
            let mut rest = lines.text(row);
            out.push('[');
            while !rest.is_empty() {
                argument.clear();
                rest = match out.len() {
                    1 => program(rest, &mut argument),
                    _ => next_argument(rest, &mut argument),
                };
                out.push_str(if out.len() == 1 { "" } else { "," });
                write_json_string(out, &argument);
                rest = rest.trim_start_matches([' ', '\t']);
            }
            out.push(']');
            Some(())
        })
        .into(),
    ))
}

/// Takes the program's name off the front: in quotes, or up to a blank. A backslash means nothing in it.
fn program<'a>(line: &'a str, name: &mut String) -> &'a str {
    let (found, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => line.split_at(line.find([' ', '\t']).unwrap_or(line.len())),
    };
    name.push_str(found);
    rest
}

/// Takes one argument off the front. Quotes go on and off; backslashes count only before a quote, where two are one and
/// an odd one makes the quote an ordinary character; so do the second and third of three quotes.
fn next_argument<'a>(line: &'a str, argument: &mut String) -> &'a str {
    let (mut quotes, mut backslashes) = (0, 0);
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            ' ' | '\t' if quotes == 0 => return &line[at..],
            '"' => {
                argument.truncate(argument.len() - backslashes / 2 - backslashes % 2);
                match backslashes % 2 {
                    0 => quotes += 1,
                    _ => argument.push('"'),
                }
                while characters.next_if(|(_, next)| *next == '"').is_some() {
                    quotes += 1;
                    if quotes == 3 {
                        argument.push('"');
                        quotes = 0;
                    }
                }
                quotes %= 2;
                backslashes = 0;
            }
            _ => {
                backslashes = if character == '\\' { backslashes + 1 } else { 0 };
                argument.push(character);
            }
        }
    }
    ""
}
