//! `parse-kv`

use kql_functions::scalar::parsing::PARSE_KV;
use kql_parser::ast::{self, ColumnDeclaration, ExprKind as Ast, Literal, Parameter};

use super::captures::Captures;
use crate::Plan;
use crate::bind::Binder;

impl<'q> Binder<'q> {
    /// `parse-kv expression as (a: t, ...) with (...)`: a column for each key.
    pub(super) fn parse_kv(
        &mut self,
        input: Plan,
        value: &'q ast::Expr,
        columns: &'q [ColumnDeclaration],
        properties: &'q [Parameter],
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let text = self.scalar(value, &input.schema);
        let schema = self.declared_columns(columns)?;
        let keys: Vec<_> = schema.fields.iter().map(|field| (&*field.name, field.data_type)).collect();
        let mut words: Vec<&str> = keys.iter().flat_map(|(name, _)| ["key", *name]).collect();
        let mut escapes = String::new();
        for property in properties {
            let text = self.property_text(property)?;
            words.extend([property.name.text.as_str(), text]);
            if property.name.text == "escape" {
                escapes.push_str(text);
            }
        }
        let captures = Captures::bind(self, input, text?, &PARSE_KV, &words, operator.span)?;
        captures.into_columns(self, &keys, &escapes, operator.keyword_span)
    }

    fn property_text(&mut self, property: &'q Parameter) -> Option<&'q str> {
        match (&property.value.kind, property.name.text.as_str()) {
            (Ast::Literal(Literal::Bool(Some(value))), "greedy") => {
                Some(if *value { "true" } else { "false" })
            }
            (Ast::Literal(Literal::String(text)), name) if name != "greedy" => Some(text),
            (_, name) => {
                let wanted = if name == "greedy" { "true or false" } else { "a string" };
                self.mistake(format!("The property '{name}' must be {wanted}"), property.value.span)
            }
        }
    }
}
