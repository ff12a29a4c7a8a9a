//! Finds the values of the keys of `parse-kv`.

use kql_types::{Column, ScalarType};

use super::key_values::{KeyValues, Mode, Quotes};
use super::pattern::constant_texts;
use super::spans;
use crate::kernel::rows::strings;
use crate::regular_expression::compile;
use crate::{
    ArgumentInfo, Arity, BoundKernel, Kernel, KernelError, Overload, ParameterType, ResultName, Returns,
    ScalarFunction, Support,
};

const LITERAL: ParameterType = ParameterType::Literal(ScalarType::String);

/// Finds the values of keys: text, then two strings for each key (`key`, its name) and each property (its name and
/// value). Captures are numbered by their keys.
/// <https://learn.microsoft.com/kusto/query/parse-kv-operator>
pub static PARSE_KV: ScalarFunction = ScalarFunction {
    names: &["parse-kv"],
    doc: "Where the values of keys are in the text.",
    examples: &[],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Exact(ScalarType::String), LITERAL, LITERAL],
        arity: Arity::Repeat { group: 2, least: 3 },
        returns: Returns::Exact(ScalarType::String),
        kernel: Kernel::Prepared(bind),
    }],
    support: Support::Rows,
};

fn bind(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let pairs = key_values(&constant_texts(arguments.get(1..).unwrap_or_default())?)?;
    Ok(Box::new(move |call| {
        let texts = call.arguments[0].strings();
        let mut captures = vec![None; pairs.keys.len()];
        Ok(Column::String(
            strings(call.rows, |row, out| {
                let text = texts.text(row);
                captures.fill(None);
                if text.len() <= spans::LONGEST {
                    pairs.find(text, &mut captures);
                }
                spans::write(out, &captures);
            })
            .into(),
        ))
    }))
}

fn key_values(arguments: &[&str]) -> Result<KeyValues, KernelError> {
    let mut keys = Vec::new();
    let mut quotes = Quotes::default();
    let (mut pair, mut key_value, mut regex, mut greedy) = (None, None, None, false);
    for argument in arguments.chunks_exact(2) {
        let text = argument[1];
        match argument[0] {
            "key" => keys.push(text.to_owned()),
            "pair_delimiter" => pair = Some(text),
            "kv_delimiter" => key_value = Some(text),
            "regex" => regex = Some(text),
            "greedy" => greedy = text == "true",
            "quote" => quotes.add(text)?,
            "escape" => quotes.escapes.extend(text.chars()),
            other => return Err(KernelError::new(format!("parse-kv has no property '{other}'"))),
        }
    }
    let mode = match (regex, pair, key_value) {
        (Some(pattern), None, None) => {
            let regex = compile(pattern)?;
            if regex.captures_len() != 3 {
                let message = format!("the regex of parse-kv must have two groups, and '{pattern}' has not");
                return Err(KernelError::new(message));
            }
            Mode::Expression(regex)
        }
        (Some(_), ..) => return Err(KernelError::new("parse-kv takes delimiters or a regex, not both")),
        (None, Some(pair), Some(key_value)) if !pair.is_empty() && !key_value.is_empty() => {
            Mode::delimited(pair, key_value, greedy)
        }
        (None, None, None) => Mode::Words,
        _ => return Err(KernelError::new("parse-kv needs both pair_delimiter and kv_delimiter, or neither")),
    };
    Ok(KeyValues { keys, quotes, mode })
}
