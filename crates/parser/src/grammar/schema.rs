//! Types and schemas: `string`, `(a: string, b: long)`, `typeof(...)`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::brackets::in_parentheses;
use super::input::Input;
use super::names::declared_name;
use super::reject::{Parse, fail, fail_expecting, no_match, required};
use super::suggestion;
use super::terminals::{list_with_trailing_comma, list0, required_sign, sign, spanned};
use crate::ast::{ColumnDeclaration, EvaluateSchema, Expr, ExprKind, Name, TypeName};
use crate::lexer::{Sign, TokenKind};
use crate::{Code, Diagnostic};

/// The types that a column or parameter may be declared with.
const DECLARABLE: &[&str] = &[
    "bool", "boolean", "date", "datetime", "decimal", "double", "dynamic", "guid", "int", "int64", "int8",
    "long", "real", "string", "time", "timespan", "uniqueid",
];

/// The types that only `typeof(...)` knows besides.
const ONLY_IN_TYPE_OF: &[&str] =
    &["float", "int16", "int32", "uint", "uint16", "uint32", "uint64", "uint8", "ulong"];

/// A column with its type: `a: string`.
pub(crate) fn column_declaration(input: Input<'_>) -> Parse<'_, ColumnDeclaration> {
    if input.is_sign(0, Sign::Colon) {
        return fail_expecting(input, "a name before `:`");
    }
    let (rest, name) = declared_name(input)?;
    let (rest, type_name) = preceded(required_sign(Sign::Colon), declared_type).parse(rest)?;
    Ok((rest, ColumnDeclaration { name, type_name }))
}

/// The type of a declaration.
pub(crate) fn declared_type(input: Input<'_>) -> Parse<'_, TypeName> {
    let Some(TokenKind::Keyword | TokenKind::Identifier) = input.kind_at(0) else {
        return fail_expecting(input, "a type");
    };
    match type_word(input, &[DECLARABLE]) {
        Err(nom::Err::Error(_)) => {
            let word = input.text_at(0);
            let message = format!("`{word}` is no type that can be declared");
            let diagnostic = Diagnostic::error(Code::Syntax, message, input.next_span());
            fail(match suggestion::for_type(word, DECLARABLE) {
                Some(hint) => diagnostic.with_hint(hint),
                None => diagnostic,
            })
        }
        result => result,
    }
}

/// As [`declared_type`] for the columns of `find`, where more types are known.
pub(crate) fn extended_type(input: Input<'_>) -> Parse<'_, TypeName> {
    alt((|rest| type_word(rest, &[DECLARABLE, ONLY_IN_TYPE_OF]), declared_type)).parse(input)
}

fn type_word<'a>(input: Input<'a>, known: &[&[&str]]) -> Parse<'a, TypeName> {
    let text = input.text_at(0);
    if !known.iter().any(|types| types.contains(&text)) {
        return no_match();
    }
    Ok((input.skip(1), TypeName { text: text.to_owned(), span: input.next_span() }))
}

/// `(a: string, b: long)`; commas may also begin and end the list.
pub(crate) fn row_schema(input: Input<'_>) -> Parse<'_, Vec<ColumnDeclaration>> {
    let columns = list_with_trailing_comma(column_declaration, "a column with its type");
    in_parentheses(preceded(opt(sign(Sign::Comma)), columns)).parse(input)
}

/// `(*, a: string)` behind `evaluate f() :`
pub(crate) fn evaluate_schema(input: Input<'_>) -> Parse<'_, EvaluateSchema> {
    let columns = list_with_trailing_comma(column_declaration, "a column with its type");
    let star = (opt(sign(Sign::Comma)), opt(sign(Sign::Star)), opt(sign(Sign::Comma)));
    map(in_parentheses((star, columns)), |((_, star, _), columns)| EvaluateSchema {
        star: star.is_some(),
        columns,
    })
    .parse(input)
}

/// `typeof(type)`, `typeof(a: type, ...)`, `typeof(*, a: type)`
pub(crate) fn type_of(input: Input<'_>) -> Parse<'_, Expr> {
    if !input.is_keyword(0, "typeof") || !input.is_sign(1, Sign::OpenParenthesis) {
        return no_match();
    }
    let content = alt((one_type, columns_and_stars));
    let (rest, ((star, columns), span)) = spanned(in_parentheses(content)).parse(input.skip(1))?;
    let span = input.next_span().to(span);
    Ok((rest, Expr { kind: ExprKind::TypeOf { star, columns }, span }))
}

type Columns = (bool, Vec<ColumnDeclaration>);

fn one_type(input: Input<'_>) -> Parse<'_, Columns> {
    let known = |rest| type_word(rest, &[DECLARABLE, ONLY_IN_TYPE_OF]);
    let is_other =
        input.kind_at(0) == Some(TokenKind::Identifier) && input.is_sign(1, Sign::CloseParenthesis);
    let (rest, type_name) = match known(input) {
        Err(nom::Err::Error(_)) if is_other => {
            (input.skip(1), TypeName { text: input.text_at(0).to_owned(), span: input.next_span() })
        }
        result => result?,
    };
    if !rest.is_sign(0, Sign::CloseParenthesis) {
        return fail_expecting(rest, "`)`");
    }
    let name = Name { text: String::new(), span: type_name.span };
    Ok((rest, (false, vec![ColumnDeclaration { name, type_name }])))
}

fn columns_and_stars(input: Input<'_>) -> Parse<'_, Columns> {
    let element = alt((map(sign(Sign::Star), |_| None), map(column_declaration, Some)));
    map(list0(element, "a column with its type"), |elements| {
        let star = elements.iter().any(Option::is_none);
        (star, elements.into_iter().flatten().collect())
    })
    .parse(input)
}

/// `to typeof(type)`: the type. Several columns in place of one type are no mistake of syntax.
pub(crate) fn to_type_of(input: Input<'_>) -> Parse<'_, TypeName> {
    let (rest, _) = super::terminals::keyword("to")(input)?;
    let (after, found) = required(type_of, "`typeof(...)`").parse(rest)?;
    if let ExprKind::TypeOf { star: false, columns } = found.kind
        && let Ok([only]) = <[ColumnDeclaration; 1]>::try_from(columns)
        && only.name.text.is_empty()
    {
        return Ok((after, only.type_name));
    }
    input.context().report(Diagnostic::error(Code::Semantic, "expected one type", found.span));
    Ok((after, TypeName { text: "dynamic".to_owned(), span: found.span }))
}
