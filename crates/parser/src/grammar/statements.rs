//! Statements: `let`, `set`, `declare`, `alias`, `restrict`, and the query itself.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::{many0, many1};
use nom::sequence::{preceded, terminated};

use super::brackets::{in_braces, in_brackets, in_parentheses};
use super::calls::{call, query_call, wildcard_entity};
use super::expressions::{AN_EXPRESSION, required_scalar, scalar};
use super::input::Input;
use super::literals::literal;
use super::names::{declared_name, declared_name_length, name, name_expression, name_length, plain_word};
use super::pipeline::{after_pipes, expression};
use super::recovery;
use super::reject::{Parse, Reject, expected, fail, fail_expecting, no_match, required};
use super::schema::{declared_type, row_schema};
use super::tables::properties;
use super::terminals::{ends_list, keyword, list0, list1, required_keyword, required_sign, sign, spanned};
use crate::ast::{
    Expr, ExprKind, FunctionDeclaration, FunctionParameter, Name, ParameterKind, PatternCase,
    PatternDeclaration, Query, Statement, StatementKind,
};
use crate::lexer::{Sign, TokenKind};
use crate::{Code, Diagnostic};

/// All statements of the text. What is wrong is reported; the statements that could be read remain.
pub(crate) fn query(input: Input<'_>) -> Query {
    if input.is_sign(0, Sign::Dot) {
        input.context().report(control_command(input));
        return Query { statements: Vec::new() };
    }
    let (mut rest, mut statements) = statement_list(input);
    while !rest.is_empty() {
        let after = match rest.kind_at(0) {
            Some(TokenKind::Sign(
                Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace | Sign::Bar,
            )) => stray_sign(rest),
            Some(TokenKind::Sign(Sign::Semicolon)) => {
                recovery::skip_statement(rest, expected(rest, "a statement"))
            }
            _ => recovery::skip_statement(rest, expected(rest, "`|`, `;` or the end of the query")),
        };
        let (after, more) = match after.is_sign(0, Sign::Semicolon) {
            true => statement_list(after.skip(1)),
            false => (after, Vec::new()),
        };
        statements.extend(more);
        rest = after;
    }
    Query { statements }
}

/// Reports a sign that belongs to nothing before it, and reads the operators that follow for their mistakes.
fn stray_sign(input: Input<'_>) -> Input<'_> {
    let found = input.text_at(0);
    let is_bar = input.is_sign(0, Sign::Bar);
    let message = if is_bar {
        "no table stands before this `|`".to_owned()
    } else {
        format!("`{found}` closes nothing")
    };
    let diagnostic = Diagnostic::error(Code::Syntax, message, input.next_span());
    input.context().report(match is_bar && input.text_before().ends_with(';') {
        true => diagnostic.with_hint("the `;` before it ends the query"),
        false => diagnostic,
    });
    after_pipes(if is_bar { input } else { input.skip(1) }, &mut Vec::new())
}

/// The diagnostic for `.show tables` and its like, which are no queries.
fn control_command(input: Input<'_>) -> Diagnostic {
    let span = input.span_up_to(&input.skip(2));
    let message = format!("`{}` is a control command; only queries are understood here", input.text(span));
    Diagnostic::error(Code::Syntax, message, span)
}

/// Statements separated by `;`, up to what is none.
pub(crate) fn statement_list(input: Input<'_>) -> (Input<'_>, Vec<Statement>) {
    let mut statements = Vec::new();
    let mut rest = input;
    loop {
        rest = match statement(rest) {
            Ok((after, found)) => {
                statements.push(found);
                after
            }
            Err(nom::Err::Failure(Reject::Because(diagnostic))) => {
                recovery::skip_statement(rest, *diagnostic)
            }
            Err(_) => return (rest, statements),
        };
        match sign(Sign::Semicolon)(rest) {
            Ok((after, _)) => rest = after,
            Err(_) => return (rest, statements),
        }
    }
}

fn statement(input: Input<'_>) -> Parse<'_, Statement> {
    let mut kind = alt((
        let_statement,
        set_statement,
        query_parameters,
        pattern_statement,
        alias_statement,
        restrict_statement,
        map(expression, StatementKind::Expression),
    ));
    let (rest, kind) = kind.parse(input)?;
    Ok((rest, Statement { kind, span: input.span_up_to(&rest) }))
}

/// `let name = value`, where the value may be a function.
pub(crate) fn let_statement(input: Input<'_>) -> Parse<'_, StatementKind> {
    if !input.is_keyword(0, "let") || name_length(input, 1).is_none() {
        return no_match();
    }
    let (rest, name) = preceded(keyword("let"), required(name, "a name")).parse(input)?;
    let (rest, _) = required_sign(Sign::Equal)(rest)?;
    if starts_function(rest) || has_body(rest) {
        return function(rest, name);
    }
    let value = alt((materialize, entity_group, expression));
    let (rest, value) = required(value, AN_EXPRESSION).parse(rest)?;
    Ok((rest, StatementKind::Let { name, value }))
}

/// `materialize(query)`, which nothing may follow.
fn materialize(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, span) = keyword("materialize")(input)?;
    query_call(rest, Name { text: "materialize".to_owned(), span })
}

/// `entity_group [a, b]`, or a call of `entity_group(name)`.
pub(crate) fn entity_group(input: Input<'_>) -> Parse<'_, Expr> {
    if !input.is_keyword(0, "entity_group") {
        return no_match();
    }
    if input.is_sign(1, Sign::OpenParenthesis) {
        return call(input);
    }
    let members = in_brackets(list1(scalar, AN_EXPRESSION));
    let (rest, members) = preceded(keyword("entity_group"), members).parse(input)?;
    Ok((rest, Expr { kind: ExprKind::EntityGroup(members), span: input.span_up_to(&rest) }))
}

/// Whether a function begins: `view`, then parentheses that are empty or hold parameters.
fn starts_function(input: Input<'_>) -> bool {
    let open = usize::from(input.is_keyword(0, "view"));
    if !input.is_sign(open, Sign::OpenParenthesis) {
        return false;
    }
    input.is_sign(open + 1, Sign::CloseParenthesis)
        || input.is_sign(open + 1, Sign::Star)
        || declared_name_length(input, open + 1)
            .is_some_and(|length| input.is_sign(open + 1 + length, Sign::Colon))
}

/// Whether parentheses with a brace behind them begin here: a function whose parameters lack their types.
fn has_body(input: Input<'_>) -> bool {
    let mut offset = 1;
    while matches!(input.kind_at(offset), Some(TokenKind::Identifier | TokenKind::Sign(Sign::Comma))) {
        offset += 1;
    }
    input.is_sign(0, Sign::OpenParenthesis)
        && input.is_sign(offset, Sign::CloseParenthesis)
        && input.is_sign(offset + 1, Sign::OpenBrace)
}

fn function(input: Input<'_>, name: Name) -> Parse<'_, StatementKind> {
    let (rest, view) = opt(keyword("view")).parse(input)?;
    let (rest, parameters) = in_parentheses(list0(function_parameter, "a parameter")).parse(rest)?;
    let (rest, (body, body_span)) = spanned(body).parse(rest)?;
    let declaration = FunctionDeclaration { name, view: view.is_some(), parameters, body, body_span };
    Ok((rest, StatementKind::Function(declaration)))
}

/// `name: type [= default]`
pub(crate) fn function_parameter(input: Input<'_>) -> Parse<'_, FunctionParameter> {
    let (rest, name) = declared_name(input)?;
    let (rest, kind) = preceded(required_sign(Sign::Colon), parameter_kind).parse(rest)?;
    let value = alt((literal, map(plain_word, Expr::from)));
    let (rest, default) = opt(preceded(sign(Sign::Equal), required(value, "a literal"))).parse(rest)?;
    Ok((rest, FunctionParameter { name, kind, default, span: input.span_up_to(&rest) }))
}

fn parameter_kind(input: Input<'_>) -> Parse<'_, ParameterKind> {
    if !input.is_sign(0, Sign::OpenParenthesis) {
        return map(declared_type, ParameterKind::Scalar).parse(input);
    }
    if input.is_sign(1, Sign::Star) {
        return map(in_parentheses(sign(Sign::Star)), |_| ParameterKind::AnyTable).parse(input);
    }
    map(row_schema, ParameterKind::Table).parse(input)
}

/// `{ statements; expression }`
fn body(input: Input<'_>) -> Parse<'_, Vec<Statement>> {
    in_braces(body_statements).parse(input)
}

fn body_statements(input: Input<'_>) -> Parse<'_, Vec<Statement>> {
    let declaration = alt((let_statement, query_parameters));
    let declaration = map(spanned(declaration), |(kind, span)| Statement { kind, span });
    let (rest, mut statements) =
        many0(terminated(declaration, required_sign(Sign::Semicolon))).parse(input)?;
    // no result of a function may begin with these words, names though they are elsewhere
    if rest.is_keyword(0, "declare") {
        return fail_expecting(rest.skip(1), "`query_parameters`");
    }
    if rest.is_keyword(0, "let") {
        return fail_expecting(rest.skip(1), "a name");
    }
    let (rest, result) = opt(expression).parse(rest)?;
    statements
        .extend(result.map(|value| Statement { span: value.span, kind: StatementKind::Expression(value) }));
    let (rest, _) = opt(sign(Sign::Semicolon)).parse(rest)?;
    Ok((rest, statements))
}

/// `set name [= value]`
fn set_statement(input: Input<'_>) -> Parse<'_, StatementKind> {
    let value = opt(preceded(sign(Sign::Equal), required_scalar));
    map(preceded(keyword("set"), (required(name, "the name of an option"), value)), |(name, value)| {
        StatementKind::Set { name, value }
    })
    .parse(input)
}

/// `declare query_parameters (name: type = default, ...)`
fn query_parameters(input: Input<'_>) -> Parse<'_, StatementKind> {
    if !input.is_keyword(0, "declare") || !input.is_keyword(1, "query_parameters") {
        return no_match();
    }
    map(in_parentheses(list1(function_parameter, "a parameter")), StatementKind::QueryParameters)
        .parse(input.skip(2))
}

/// `alias database name = expression`
fn alias_statement(input: Input<'_>) -> Parse<'_, StatementKind> {
    if !input.is_keyword(0, "alias") || !input.is_keyword(1, "database") {
        return no_match();
    }
    let value = preceded(required_sign(Sign::Equal), required_scalar);
    map((required(name, "a name"), value), |(name, value)| StatementKind::Alias { name, value })
        .parse(input.skip(2))
}

/// `restrict access to (entity, ...)`
fn restrict_statement(input: Input<'_>) -> Parse<'_, StatementKind> {
    if !input.is_keyword(0, "restrict") || !input.is_keyword(1, "access") {
        return no_match();
    }
    let entity = alt((wildcard_entity, name_expression));
    let entities = in_parentheses(list1(entity, "a table"));
    let (rest, entities) = preceded(required_keyword("to"), entities).parse(input.skip(2))?;
    let (rest, _) = opt(preceded(keyword("with"), properties)).parse(rest)?;
    Ok((rest, StatementKind::Restrict(entities)))
}

/// `declare pattern name [= (parameters)[path] { cases }]`
fn pattern_statement(input: Input<'_>) -> Parse<'_, StatementKind> {
    if !input.is_keyword(0, "declare") || !input.is_keyword(1, "pattern") {
        return no_match();
    }
    let (rest, name) = required(name, "a name").parse(input.skip(2))?;
    let (rest, definition) = opt(preceded(sign(Sign::Equal), pattern_definition)).parse(rest)?;
    let (parameters, path, cases) = definition.unwrap_or_default();
    Ok((rest, StatementKind::Pattern(PatternDeclaration { name, parameters, path, cases })))
}

type PatternDefinition = (Vec<FunctionParameter>, Option<FunctionParameter>, Vec<PatternCase>);

fn pattern_definition(input: Input<'_>) -> Parse<'_, PatternDefinition> {
    let (rest, parameters) = in_parentheses(list0(undefaulted_parameter, "a parameter")).parse(input)?;
    let (rest, path) = match rest.is_sign(0, Sign::OpenBracket) {
        true => map(in_brackets(required(undefaulted_parameter, "a parameter")), Some).parse(rest)?,
        false => (rest, None),
    };
    let cases = required(many1(pattern_case), "a case of the pattern");
    let (rest, cases) = in_braces(cases).parse(rest)?;
    Ok((rest, (parameters, path, cases)))
}

fn undefaulted_parameter(input: Input<'_>) -> Parse<'_, FunctionParameter> {
    let (rest, name) = declared_name(input)?;
    let (rest, kind) = preceded(required_sign(Sign::Colon), parameter_kind).parse(rest)?;
    Ok((rest, FunctionParameter { name, kind, default: None, span: input.span_up_to(&rest) }))
}

/// `(values)[.[path]] = { body };`
fn pattern_case(input: Input<'_>) -> Parse<'_, PatternCase> {
    if !input.is_sign(0, Sign::OpenParenthesis) {
        return no_match();
    }
    let (rest, values) = in_parentheses(list1(scalar, "a literal")).parse(input)?;
    let path = preceded(sign(Sign::Dot), in_brackets(required(literal, "a literal")));
    let (rest, path) = opt(path).parse(rest)?;
    let (rest, body) = preceded(required_sign(Sign::Equal), body).parse(rest)?;
    let (rest, _) = required_sign(Sign::Semicolon)(rest)?;
    Ok((rest, PatternCase { values, path, body, span: input.span_up_to(&rest) }))
}

/// Statements inside the parentheses of `macro-expand`.
pub(crate) fn inner_statements(input: Input<'_>) -> Parse<'_, Vec<Statement>> {
    let (rest, statements) = statement_list(input);
    if !ends_list(rest) {
        return fail(expected(rest, "`)`"));
    }
    Ok((rest, statements))
}
