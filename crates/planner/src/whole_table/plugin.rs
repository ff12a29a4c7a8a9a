//! `evaluate plugin(...)`

use std::sync::Arc;

use kql_functions::{Plugin, PluginArgument, PluginCall};
use kql_parser::Span;
use kql_types::{Batch, Column, Schema};

use crate::Expr;
use crate::plan::{Evaluate, EvaluateError, WholeTable};

/// A bound call of a plugin.
#[derive(Debug)]
pub(crate) struct PluginOperation {
    pub plugin: &'static Plugin,
    /// What was given for each parameter.
    pub arguments: Vec<Vec<PluginArgument>>,
    /// Over the first input.
    pub expressions: Vec<Expr>,
    /// The schema that the query declares after the call.
    pub declared: Option<Arc<Schema>>,
    /// The call.
    pub span: Span,
}

impl WholeTable for PluginOperation {
    fn name(&self) -> &'static str {
        self.plugin.names.first().copied().unwrap_or("evaluate")
    }

    fn run(&self, inputs: &[Batch], evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let expressions = match inputs.first() {
            Some(input) => self
                .expressions
                .iter()
                .map(|expression| evaluator.expression(expression, input))
                .collect::<Result<Vec<Column>, _>>()?,
            None => Vec::new(),
        };
        let call = PluginCall {
            inputs,
            arguments: &self.arguments,
            expressions: &expressions,
            declared: self.declared.as_deref(),
            context: evaluator.context(),
        };
        self.plugin
            .evaluate(&call)
            .map_err(|error| EvaluateError { message: error.message, span: Some(self.span) })
    }
}
