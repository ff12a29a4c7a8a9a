//! What `let` statements declare, and moments that are known relative to `now()` before a query runs.

use std::collections::{HashMap, HashSet};

use kql_parser::ast::{
    BinaryOperator, Expr, ExprKind, FunctionDeclaration, Literal, Query, Statement, StatementKind,
    UnaryOperator,
};
use kql_parser::walk::{self, Visitor};
use kql_types::timespan;

use super::expressions::{call, name};

/// The values that a query declares, by name.
#[derive(Debug, Default)]
pub(super) struct Lets<'q> {
    values: HashMap<&'q str, &'q Expr>,
    /// The names of all parameters of functions.
    parameters: HashSet<&'q str>,
}

/// A moment before `now()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// How long before, in ticks of 100 ns; negative for the future.
    pub(super) ago: i64,
    /// Whether it was moved to the beginning or the end of a day or the like, so that it is known up to that.
    pub(super) is_rounded: bool,
}

/// Chains of names are followed so far.
const DEEPEST: usize = 20;

impl<'q> Lets<'q> {
    /// The declarations of a query. A name that a function has as a parameter too may mean something else and is left out.
    pub(super) fn of(query: &'q Query) -> Self {
        let mut parameters = Parameters::default();
        walk::query(&mut parameters, query);
        let mut values = HashMap::new();
        for statement in &query.statements {
            if let StatementKind::Let { name, value } = &statement.kind
                && !parameters.names.contains(&*name.text)
            {
                values.insert(&*name.text, value);
            }
        }
        Self { values, parameters: parameters.names }
    }

    /// Whether a name may be another thing than a table of the data or a column: a parameter, or a declared value.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.parameters.contains(name)
    }

    /// What an expression stands for: of a declared name its value.
    pub(super) fn resolve(&self, expression: &'q Expr) -> &'q Expr {
        let mut found = expression;
        for _ in 0..DEEPEST {
            match name(found).and_then(|name| self.values.get(name)) {
                Some(value) => found = value,
                None => break,
            }
        }
        found
    }

    /// A moment before now.
    pub(super) fn moment(&self, expression: &'q Expr) -> Option<Moment> {
        self.moment_within(expression, DEEPEST)
    }

    /// A length of time in ticks.
    fn length_within(&self, expression: &'q Expr, depth: usize) -> Option<i64> {
        let depth = depth.checked_sub(1)?;
        match &self.resolve(expression).kind {
            ExprKind::Literal(Literal::Timespan(Some(text))) => timespan::parse(text),
            ExprKind::Unary { operator: UnaryOperator::Minus, operand } => {
                self.length_within(operand, depth)?.checked_neg()
            }
            ExprKind::Binary { operator, left, right, .. } => {
                let length = |side| self.length_within(side, depth);
                match operator {
                    BinaryOperator::Add => length(left)?.checked_add(length(right)?),
                    BinaryOperator::Subtract => length(left)?.checked_sub(length(right)?),
                    BinaryOperator::Multiply => match (length(left), length(right)) {
                        (Some(ticks), None) => ticks.checked_mul(self.count(right)?),
                        (None, Some(ticks)) => ticks.checked_mul(self.count(left)?),
                        _ => None,
                    },
                    _ => None,
                }
            }
            ExprKind::Call { .. } => match call(self.resolve(expression))? {
                ("totimespan", arguments) => self.length_within(arguments.first()?, depth),
                _ => None,
            },
            _ => None,
        }
    }

    fn count(&self, expression: &'q Expr) -> Option<i64> {
        match &self.resolve(expression).kind {
            ExprKind::Literal(Literal::Long(count)) => *count,
            _ => None,
        }
    }

    fn moment_within(&self, expression: &'q Expr, depth: usize) -> Option<Moment> {
        let depth = depth.checked_sub(1)?;
        let found = self.resolve(expression);
        match &found.kind {
            ExprKind::Binary { operator, left, right, .. } => {
                let moment = self.moment_within(left, depth)?;
                let length = self.length_within(right, depth)?;
                let ago = match operator {
                    BinaryOperator::Add => moment.ago.checked_sub(length)?,
                    BinaryOperator::Subtract => moment.ago.checked_add(length)?,
                    _ => return None,
                };
                Some(Moment { ago, ..moment })
            }
            ExprKind::Call { .. } => {
                let (function, arguments) = call(found)?;
                let length = |at: usize| self.length_within(arguments.get(at)?, depth);
                match (function, arguments.len()) {
                    ("now", 0) => Some(Moment { ago: 0, is_rounded: false }),
                    ("now", 1) => Some(Moment { ago: length(0)?.checked_neg()?, is_rounded: false }),
                    ("ago", 1) => Some(Moment { ago: length(0)?, is_rounded: false }),
                    (
                        "startofday" | "startofweek" | "startofmonth" | "endofday" | "endofweek"
                        | "endofmonth",
                        1,
                    )
                    | ("bin" | "bin_at" | "floor", 2 | 3) => {
                        let moment = self.moment_within(arguments.first()?, depth)?;
                        Some(Moment { is_rounded: true, ..moment })
                    }
                    ("todatetime" | "datetime_utc_to_local", 1) => {
                        self.moment_within(arguments.first()?, depth)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The names of all parameters of functions.
#[derive(Default)]
struct Parameters<'q> {
    names: HashSet<&'q str>,
}

impl<'q> Visitor<'q> for Parameters<'q> {
    fn statement(&mut self, found: &'q Statement) {
        if let StatementKind::Function(FunctionDeclaration { parameters, .. }) = &found.kind {
            self.names.extend(parameters.iter().map(|parameter| &*parameter.name.text));
        }
        walk::statement(self, found);
    }
}
