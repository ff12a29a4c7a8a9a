//! Takes captures out of texts.

use kql_types::{Column, Operand, ScalarType, Value};

use super::spans::{self, Span};
use crate::kernel::dynamic::Parts;
use crate::kernel::rows::strings;
use crate::{
    ArgumentInfo, Arity, BoundKernel, Call, Kernel, KernelError, Overload, ParameterType, ResultName,
    Returns, ScalarFunction, Support,
};

/// A capture of the text: text, what [`super::PARSE`] or [`super::PARSE_KV`] found in it, number of the capture, escape
/// characters.
pub static CAPTURED: ScalarFunction = ScalarFunction {
    names: &["captured"],
    doc: "A capture of the text; empty if there is none.",
    examples: &[],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[
            ParameterType::Exact(ScalarType::String),
            ParameterType::Exact(ScalarType::String),
            ParameterType::Literal(ScalarType::Long),
            ParameterType::Literal(ScalarType::String),
        ],
        arity: Arity::Exact,
        returns: Returns::Exact(ScalarType::String),
        kernel: Kernel::Prepared(bind),
    }],
    support: Support::Rows,
};

fn bind(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let constant = |index: usize| arguments.get(index).and_then(|argument| argument.constant);
    let (Some(Value::Long(index)), Some(Value::String(escapes))) = (constant(2), constant(3)) else {
        return Err(KernelError::new("the number of a capture and the escape characters must be constant"));
    };
    let index = usize::try_from(*index).unwrap_or(usize::MAX);
    let escapes: Vec<char> = escapes.chars().collect();
    Ok(Box::new(move |call| Ok(captured(call, index, &escapes))))
}

fn captured(call: &Call<'_>, index: usize, escapes: &[char]) -> Column {
    let found = call.arguments[1].strings();
    let part =
        |row: usize, text| spans::read(found.text(row), index).and_then(|span| Part::of(text, span, escapes));
    let Operand::Column(Column::String(texts)) = &call.arguments[0] else {
        let texts = call.arguments[0].strings();
        return Column::String(
            strings(call.rows, |row, out| match part(row, texts.text(row)) {
                Some(Part::Plain(text)) => out.push_str(text),
                Some(Part::Unescaped(text)) => out.push_str(&text),
                None => {}
            })
            .into(),
        );
    };
    let mut parts = Parts::new(texts);
    for row in 0..call.rows {
        match part(row, texts.value(row)) {
            Some(Part::Plain(text)) => parts.push(row, Some(text)),
            Some(Part::Unescaped(text)) => parts.push_copy(&text),
            None => parts.push_copy(""),
        }
    }
    parts.finish_strings()
}

enum Part<'a> {
    Plain(&'a str),
    Unescaped(String),
}

impl<'a> Part<'a> {
    fn of(text: &'a str, span: Span, escapes: &[char]) -> Option<Self> {
        let part = text.get(span.start..span.end)?;
        Some(if span.escaped { Part::Unescaped(unescaped(part, escapes)) } else { Part::Plain(part) })
    }
}

/// The text without the characters that escape another.
fn unescaped(text: &str, escapes: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match escapes.contains(&c) {
            true => out.extend(characters.next()),
            false => out.push(c),
        }
    }
    out
}
