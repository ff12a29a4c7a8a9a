//! Finds the captures of a `parse` pattern.

use arrow_array::Array;
use kql_types::{Column, Operand, ScalarType, Strings};

use super::expression::Expression;
use super::literals::Literals;
use super::pattern::{Kind, Pattern};
use super::spans::{self, Span};
use crate::kernel::rows::strings;
use crate::scalar::conversion::convert_column;
use crate::{
    ArgumentInfo, Arity, BoundKernel, Call, Kernel, KernelError, Overload, ParameterType, ResultName,
    Returns, ScalarFunction, Support,
};

const LITERAL: ParameterType = ParameterType::Literal(ScalarType::String);

/// Finds the captures of a pattern: text, kind, flags, then two strings for each part.
/// <https://learn.microsoft.com/kusto/query/parse-operator>
pub static PARSE: ScalarFunction = ScalarFunction {
    names: &["parse"],
    doc: "Where the captures of a parse pattern are in the text; empty if it does not match.",
    examples: &[],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Exact(ScalarType::String), LITERAL, LITERAL, LITERAL, LITERAL],
        arity: Arity::Repeat { group: 2, least: 3 },
        returns: Returns::Exact(ScalarType::String),
        kernel: Kernel::Prepared(bind),
    }],
    support: Support::Rows,
};

enum Matcher {
    Literals(Literals),
    Expression(Expression),
}

fn bind(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let pattern = Pattern::read(arguments.get(1..).unwrap_or_default())?;
    let matcher = match pattern.kind {
        Kind::Simple => Matcher::Literals(Literals::new(&pattern.parts, false)),
        Kind::Relaxed => Matcher::Literals(Literals::new(&pattern.parts, true)),
        Kind::Regex => Matcher::Expression(Expression::new(&pattern)?),
    };
    let types = pattern.capture_types();
    let strict = pattern.kind != Kind::Relaxed;
    Ok(Box::new(move |call| {
        let texts = call.arguments[0].strings();
        let mut found = Found::of(&matcher, texts, call, types.len());
        if strict {
            for (capture, data_type) in types.iter().enumerate() {
                found.drop_unconvertible(texts, capture, *data_type);
            }
        }
        Ok(found.into_column())
    }))
}

/// The captures of all rows, one row behind the other.
struct Found {
    matches: Vec<bool>,
    captures: Vec<Option<Span>>,
    width: usize,
}

impl Found {
    fn of(matcher: &Matcher, texts: Strings<'_>, call: &Call<'_>, width: usize) -> Self {
        let mut captures = vec![None; call.rows * width];
        let row_of = |row: usize| row * width..(row + 1) * width;
        let mut matches = vec![false; call.rows];
        match matcher {
            Matcher::Literals(literals) => {
                for (row, matches) in matches.iter_mut().enumerate() {
                    let text = texts.text(row);
                    *matches =
                        text.len() <= spans::LONGEST && literals.find(text, &mut captures[row_of(row)]);
                }
            }
            Matcher::Expression(expression) => {
                let mut locations = expression.locations();
                for (row, matches) in matches.iter_mut().enumerate() {
                    let text = texts.text(row);
                    *matches = text.len() <= spans::LONGEST
                        && expression.find(&mut locations, text, &mut captures[row_of(row)]);
                }
            }
        }
        Self { matches, captures, width }
    }

    /// A capture that does not convert to its type makes the whole row one that does not match (measured).
    fn drop_unconvertible(&mut self, texts: Strings<'_>, capture: usize, data_type: ScalarType) {
        if matches!(data_type, ScalarType::String | ScalarType::Dynamic) {
            return;
        }
        let captured = strings(self.matches.len(), |row, out| {
            if self.matches[row]
                && let Some(span) = self.captures[row * self.width + capture]
            {
                out.push_str(&texts.text(row)[span.start..span.end]);
            }
        });
        let rows = captured.len();
        let converted = convert_column(&Operand::Column(Column::String(captured.into())), rows, data_type);
        for (row, matches) in self.matches.iter_mut().enumerate() {
            *matches &= !converted.is_null(row);
        }
    }

    fn into_column(self) -> Column {
        Column::String(
            strings(self.matches.len(), |row, out| {
                if self.matches[row] {
                    spans::write(out, &self.captures[row * self.width..(row + 1) * self.width]);
                }
            })
            .into(),
        )
    }
}
