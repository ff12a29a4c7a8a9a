//! `declare pattern`: a call whose literal arguments, and the path behind it, choose one of several bodies.
//!
//! <https://learn.microsoft.com/kusto/query/pattern-statement>

use kql_parser::Span;
use kql_parser::ast::{self, ExprKind as Ast, Literal, Name, NamedExpr};
use kql_types::Value;

use super::environment::Binding;
use super::{Binder, literals};
use crate::Plan;

/// A call of a pattern: its declaration, the arguments, and the path if there is one.
pub(super) struct PatternCall<'q> {
    declaration: &'q ast::PatternDeclaration,
    name: &'q Name,
    arguments: &'q [NamedExpr],
    path: Option<&'q str>,
}

impl<'q> Binder<'q> {
    /// The call of a pattern that the expression is, if it is one: `f("a")`, `f("a").b`, `f("a").["b c"]`.
    pub(super) fn pattern_call(&self, expression: &'q ast::Expr) -> Option<PatternCall<'q>> {
        let (call, path) = match &expression.kind {
            Ast::Member { object, member } => match &member.kind {
                Ast::Name(path) => (&**object, Some(path.text.as_str())),
                _ => return None,
            },
            _ => (expression, None),
        };
        let Ast::Call { name, arguments } = &call.kind else { return None };
        match self.environment.get(&name.text) {
            Some(Binding::Pattern(declaration)) => Some(PatternCall { declaration, name, arguments, path }),
            _ => None,
        }
    }

    /// The rows that the chosen body gives.
    pub(super) fn call_pattern(&mut self, call: &PatternCall<'q>, span: Span) -> Option<Plan> {
        let values: Option<Vec<Value>> =
            call.arguments.iter().map(|argument| literal(&argument.value)).collect();
        let Some(values) = values else {
            return self.mistake("The arguments of a pattern must be literals", span);
        };
        let chosen = call.declaration.cases.iter().find(|case| {
            let wanted: Option<Vec<Value>> = case.values.iter().map(literal).collect();
            let path = case.path.as_ref().and_then(path_text);
            wanted.as_ref() == Some(&values) && path == call.path
        });
        let Some(case) = chosen else {
            return self.mistake(format!("The pattern '{}' has no case for this call", call.name.text), span);
        };
        let environment = self.environment.clone();
        self.in_body(&case.body, case.span, environment, span, |binder, last| binder.table(last?))
    }
}

fn literal(expression: &ast::Expr) -> Option<Value> {
    match &expression.kind {
        Ast::Literal(literal) => Some(literals::value(literal)),
        _ => None,
    }
}

fn path_text(expression: &ast::Expr) -> Option<&str> {
    match &expression.kind {
        Ast::Literal(Literal::String(text)) => Some(text),
        Ast::Name(name) => Some(&name.text),
        _ => None,
    }
}
