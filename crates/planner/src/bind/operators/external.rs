//! `externaldata`

use std::sync::Arc;

use kql_parser::Span;
use kql_parser::ast::{self, ColumnDeclaration, ExprKind as Ast, Literal, Parameter};
use kql_tables::{ExternalFormat, ExternalTable};
use kql_types::{ScalarType, Value};

use crate::Plan;
use crate::bind::Binder;

impl<'q> Binder<'q> {
    /// `externaldata (a: t, ...) [ 'path', ... ] with (format='csv', ...)`: the files are read when the query runs.
    pub(in crate::bind) fn external_data(
        &mut self,
        columns: &'q [ColumnDeclaration],
        paths: &'q [ast::Expr],
        properties: &'q [Parameter],
        span: Span,
    ) -> Option<Plan> {
        let schema = Arc::new(self.declared_columns(columns)?);
        let mut places = Vec::with_capacity(paths.len());
        for path in paths {
            match self.constant(path, ScalarType::String)? {
                Value::String(place) => places.push(place),
                _ => return self.mistake("A path or address is expected", path.span),
            }
        }
        if places.is_empty() {
            return self.mistake("externaldata needs the path or address of a file", span);
        }
        let mut table =
            ExternalTable::new(schema, places).with_network(self.surroundings.catalog.may_fetch());
        for property in properties {
            let value = property_text(property);
            match property.name.text.to_ascii_lowercase().as_str() {
                "format" => match ExternalFormat::from_name(&value) {
                    Some(format) => table = table.with_format(format),
                    None => {
                        let what = format_args!("the format '{value}' of externaldata");
                        return self.not_supported(what, property.value.span);
                    }
                },
                "ignorefirstrecord" => {
                    table = table.with_ignored_first_record(value.eq_ignore_ascii_case("true"));
                }
                "ingestionmapping" => table = table.with_mapping(),
                name => self.note(format!("the property '{name}' has no effect here"), property.span),
            }
        }
        Some(self.scan(Arc::new(table)))
    }
}

fn property_text(property: &Parameter) -> String {
    match &property.value.kind {
        Ast::Name(word) => word.text.clone(),
        Ast::Literal(Literal::String(text)) => text.clone(),
        Ast::Literal(Literal::Bool(Some(value))) => value.to_string(),
        Ast::Literal(Literal::Long(Some(value))) => (*value != 0).to_string(),
        _ => String::new(),
    }
}
