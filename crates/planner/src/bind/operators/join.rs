//! `join` and `lookup`.

use std::sync::Arc;

use kql_parser::Span;
use kql_parser::ast::{self, BinaryOperator, ExprKind as Ast, Name};
use kql_types::{Field, ScalarType, Schema};

use crate::bind::Binder;
use crate::bind::overload::common_of;
use crate::bind::plans::column;
use crate::complete::NameMeaning;
use crate::plan::{self, JoinKind, JoinOutput, Operator};
use crate::{Expr, JOIN_KINDS, Plan};

/// Pairs of key expressions over the left and the right rows.
type Keys = Vec<(Expr, Expr)>;

impl<'q> Binder<'q> {
    /// `join kind=... (right) on ...`; without a kind it is `innerunique`.
    pub(super) fn join(
        &mut self,
        left: Plan,
        right: &'q ast::Expr,
        on: &'q [ast::Expr],
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let kind = self.join_kind(operator);
        let right = self.table(right)?;
        let keys = self.join_keys(&left.schema, &right.schema, on, operator)?;
        Some(joined(left, right, kind?, keys, &[]))
    }

    /// `lookup (right) on ...`: as a join, but the right side's key columns do not come out.
    pub(super) fn lookup(
        &mut self,
        left: Plan,
        right: &'q ast::Expr,
        on: &'q [ast::Expr],
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let kind = match Self::parameter_word(operator, "kind") {
            None | Some("leftouter") => Some(JoinKind::LeftOuter),
            Some("inner") => Some(JoinKind::Inner),
            Some(_) => {
                let span = Self::parameter(operator, "kind").map_or(operator.span, |kind| kind.value.span);
                self.mistake("lookup takes only the kinds leftouter and inner", span)
            }
        };
        let right = self.table(right)?;
        let keys = self.join_keys(&left.schema, &right.schema, on, operator)?;
        let right_keys: Vec<usize> = keys.iter().filter_map(|(_, key)| column_of(key)).collect();
        Some(joined(left, right, kind?, keys, &right_keys))
    }

    fn join_kind(&mut self, operator: &'q ast::Operator) -> Option<JoinKind> {
        let Some(word) = Self::parameter_word(operator, "kind") else { return Some(JoinKind::InnerUnique) };
        Some(match word {
            "innerunique" => JoinKind::InnerUnique,
            "inner" => JoinKind::Inner,
            "leftouter" => JoinKind::LeftOuter,
            "rightouter" => JoinKind::RightOuter,
            "fullouter" => JoinKind::FullOuter,
            "leftsemi" => JoinKind::LeftSemi,
            "rightsemi" => JoinKind::RightSemi,
            "leftanti" | "leftantisemi" | "anti" => JoinKind::LeftAnti,
            "rightanti" | "rightantisemi" => JoinKind::RightAnti,
            _ => {
                let span = Self::parameter(operator, "kind").map_or(operator.span, |kind| kind.value.span);
                let kinds = JOIN_KINDS.iter().map(|(kind, _)| *kind);
                return self.unknown_name(format!("'{word}' is not a kind of join"), word, kinds, span);
            }
        })
    }

    fn join_keys(
        &mut self,
        left: &Schema,
        right: &Schema,
        on: &'q [ast::Expr],
        operator: &ast::Operator,
    ) -> Option<Keys> {
        if on.is_empty() {
            let message = format!("'{}' needs `on` and the columns to match", operator.keyword);
            return self.mistake(message, operator.keyword_span);
        }
        let mut conditions = Vec::new();
        for condition in on {
            conjuncts(condition, &mut conditions);
        }
        let mut keys = Vec::with_capacity(conditions.len());
        let mut sound = true;
        for condition in conditions {
            match self.join_key(left, right, condition) {
                Some(key) => keys.push(key),
                None => sound = false,
            }
        }
        sound.then_some(keys)
    }

    fn join_key(&mut self, left: &Schema, right: &Schema, condition: &'q ast::Expr) -> Option<(Expr, Expr)> {
        let (left_key, right_key) = match &condition.kind {
            Ast::Name(name) => {
                (self.side_column(name, left, "left")?, self.side_column(name, right, "right")?)
            }
            Ast::Binary { operator: BinaryOperator::Equal, left: first, right: second, .. } => {
                match (side(first), side(second)) {
                    (Some(("$left", first)), Some(("$right", second))) => {
                        (self.side_column(first, left, "left")?, self.side_column(second, right, "right")?)
                    }
                    // The binder wants $left before $right; the engine takes either order.
                    (Some(("$right", first)), Some(("$left", second))) => {
                        (self.side_column(second, left, "left")?, self.side_column(first, right, "right")?)
                    }
                    _ => return self.wrong_condition(condition.span),
                }
            }
            _ => return self.wrong_condition(condition.span),
        };
        self.same_type(left_key, right_key, condition.span)
    }

    fn wrong_condition<T>(&mut self, span: Span) -> Option<T> {
        self.mistake(
            "The join condition must be the name of a column common to both tables, or have the form \
             $left.<column> == $right.<column>",
            span,
        )
    }

    fn side_column(&mut self, name: &Name, row: &Schema, side: &str) -> Option<Expr> {
        match row.index_of(&name.text) {
            Some(index) => {
                self.note_meaning(name.span, NameMeaning::Column);
                Some(column(row, index, name.span))
            }
            None => {
                let message = format!("The {side} side has no column '{}'", name.text);
                self.unknown_name(message, &name.text, crate::bind::column_names(row), name.span)
            }
        }
    }

    /// The keys in one type.
    fn same_type(&mut self, left: Expr, right: Expr, span: Span) -> Option<(Expr, Expr)> {
        let (left_type, right_type) = (left.data_type, right.data_type);
        let common = match (left_type, right_type) {
            // A dynamic matches by its text.
            (ScalarType::Dynamic, ScalarType::Dynamic) => Some(ScalarType::String),
            _ => common_of(left_type, right_type),
        };
        match common {
            Some(common) => Some((self.converted(left, common), self.converted(right, common))),
            None => self
                .mistake(format!("Inconsistent data types for join keys: ({left_type}, {right_type})"), span),
        }
    }
}

/// The join, with the names that its result columns get: a right column whose name is taken gets `1`, `2`, ...
fn joined(left: Plan, right: Plan, kind: JoinKind, keys: Keys, right_hidden: &[usize]) -> Plan {
    let schema = match kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => left.schema.clone(),
        JoinKind::RightSemi | JoinKind::RightAnti => right.schema.clone(),
        _ => Arc::new(Schema::default()),
    };
    let mut outputs = Vec::new();
    let mut fields: Vec<Field> = Vec::new();
    let taken = |name: &str, fields: &[Field]| {
        let both = left.schema.fields.iter().chain(&right.schema.fields).chain(fields);
        both.into_iter().any(|field| &*field.name == name)
    };
    for (index, field) in left.schema.fields.iter().enumerate() {
        outputs.push(JoinOutput::Left(index));
        fields.push(field.clone());
    }
    for (index, field) in right.schema.fields.iter().enumerate() {
        if right_hidden.contains(&index) {
            continue;
        }
        // A number is free only where no column of either side has the name.
        let name = match left.schema.index_of(&field.name) {
            None => field.name.to_string(),
            Some(_) => (1..)
                .map(|number| format!("{}{number}", field.name))
                .find(|name| !taken(name, &fields))
                .unwrap_or_default(),
        };
        outputs.push(JoinOutput::Right(index));
        fields.push(Field::new(name, field.data_type));
    }
    let schema = if schema.is_empty() { Arc::new(Schema::new(fields)) } else { schema };
    let join = plan::Join { left: Box::new(left), right: Box::new(right), kind, keys, outputs };
    Plan::new(Operator::Join(join), schema)
}

/// `$left.x`: the side and the column.
fn side(expression: &ast::Expr) -> Option<(&str, &Name)> {
    let Ast::Member { object, member } = &expression.kind else { return None };
    match (&object.kind, &member.kind) {
        (Ast::Name(side), Ast::Name(column)) => Some((side.text.as_str(), column)),
        _ => None,
    }
}

/// The column that a key reads, through a conversion.
fn column_of(key: &Expr) -> Option<usize> {
    match &key.kind {
        crate::ExprKind::Column(index) => Some(*index),
        crate::ExprKind::Call { arguments, .. } => arguments.first().and_then(column_of),
        _ => None,
    }
}

fn conjuncts<'e>(expression: &'e ast::Expr, found: &mut Vec<&'e ast::Expr>) {
    match &expression.kind {
        Ast::Binary { operator: BinaryOperator::And, left, right, .. } => {
            conjuncts(left, found);
            conjuncts(right, found);
        }
        _ => found.push(expression),
    }
}
