//! `find`

use std::sync::Arc;

use kql_parser::Span;
use kql_parser::ast::{self, BinaryOperator, ExprKind as Ast, FindColumn, Literal, OperatorKind};
use kql_types::{ScalarType, Schema, Value};

use super::search::{SearchedRow, below_each_other};
use super::union::Leg;
use crate::bind::Binder;
use crate::bind::overload::common_of;
use crate::bind::plans::Column;
use crate::{Expr, Plan};

/// The bag of the columns that are not columns of the result.
const PACK_COLUMN: &str = "pack_";

/// What a predicate reads.
#[derive(Default)]
struct Reads<'q> {
    names: Vec<&'q str>,
    /// Whether a term or `*` reads all columns.
    all: bool,
}

/// A column that some of the tables have. Where they disagree about the type it is the wider one, or dynamic (measured on
/// the official binder).
struct FoundColumn {
    name: String,
    data_type: ScalarType,
}

/// A column of the result.
enum Output {
    Column(String, ScalarType),
    /// The bag of these columns, or rather of those that a row's table has.
    Pack(Vec<String>),
}

impl<'q> Binder<'q> {
    /// `find [withsource=..] [in (tables)] [where] predicate [project ..]`: the rows of all the tables that meet the
    /// predicate, with the table's name. Tables that have none of the columns that it reads are left out.
    pub(super) fn find(&mut self, operator: &'q ast::Operator) -> Option<Plan> {
        let OperatorKind::Find { tables, predicate, project, project_away, .. } = &operator.kind else {
            return None;
        };
        if let Some(first) = project_away.first() {
            return self.not_supported("project-away of 'find'", first.span);
        }
        let source = Self::parameter_word(operator, "withsource")
            .or_else(|| Self::parameter_word(operator, "with_source"))
            .unwrap_or("source_");
        let mut legs = self.tables_to_search(tables, operator)?;
        let all = found_columns(&legs);
        let reads = reads(predicate, &all);
        if !reads.all && !reads.names.is_empty() {
            let reads_one =
                |leg: &Leg| reads.names.iter().any(|name| leg.plan.schema.index_of(name).is_some());
            legs.retain(reads_one);
        }
        let outputs = match project.as_slice() {
            [] => smart_outputs(&legs, &reads),
            project => self.projected_outputs(project, &all)?,
        };
        let mut found = Vec::with_capacity(legs.len());
        for leg in legs {
            found.push(self.found_in(leg, &all, predicate, &outputs, source)?);
        }
        if found.is_empty() {
            let nothing = Plan::new(
                crate::Operator::Rows(Arc::new(kql_types::Batch::empty(Arc::default()))),
                Arc::default(),
            );
            let leg = Leg { plan: nothing, label: String::new() };
            found.push(self.found_in(leg, &all, predicate, &outputs, source)?);
        }
        Some(below_each_other(found))
    }

    /// The rows of one table.
    fn found_in(
        &mut self,
        leg: Leg,
        all: &[FoundColumn],
        predicate: &'q ast::Expr,
        outputs: &[Output],
        source: &str,
    ) -> Option<Plan> {
        let span = predicate.span;
        let own = leg.plan.schema.clone();
        let columns: Vec<Column> = all
            .iter()
            .map(|column| {
                let value = match own.index_of(&column.name) {
                    Some(index) => self.converted(leg.plan.column(index, span), column.data_type),
                    None => Expr::constant(Value::absent(column.data_type), span),
                };
                (column.name.clone(), value)
            })
            .collect();
        let plan = leg.plan.project(columns);
        let searched: Vec<usize> =
            (0..all.len()).filter(|index| own.index_of(&all[*index].name).is_some()).collect();
        let row = SearchedRow { schema: &plan.schema, searched: &searched, case_sensitive: false };
        let condition = self.search_condition(predicate, &row)?;
        let plan = plan.filter(condition);
        let mut columns = vec![(source.to_owned(), Expr::constant(Value::String(leg.label), span))];
        for output in outputs {
            columns.push(match output {
                Output::Column(name, data_type) => {
                    let value = match plan.schema.index_of(name) {
                        Some(index) => plan.column(index, span),
                        None => Expr::constant(Value::absent(*data_type), span),
                    };
                    (name.clone(), self.converted(value, *data_type))
                }
                Output::Pack(names) => (PACK_COLUMN.to_owned(), self.packed(&plan, names, &own, span)?),
            });
        }
        Some(plan.project(columns))
    }

    /// The bag of the columns that the row's own table has.
    fn packed(&mut self, plan: &Plan, names: &[String], own: &Schema, span: Span) -> Option<Expr> {
        let mut members = Vec::new();
        for name in names.iter().filter(|name| own.index_of(name).is_some()) {
            members.push(Expr::constant(Value::String(name.clone()), span));
            members.push(plan.column(plan.schema.index_of(name)?, span));
        }
        match members.is_empty() {
            true => Some(Expr::constant(Value::Dynamic("{}".to_owned()), span)),
            false => self.named_call("bag_pack", &members, span),
        }
    }

    /// The columns of `project a, b: type, pack(*)`.
    fn projected_outputs(&mut self, project: &'q [FindColumn], all: &[FoundColumn]) -> Option<Vec<Output>> {
        let mut outputs = Vec::with_capacity(project.len());
        for column in project {
            match &column.value.kind {
                Ast::Name(name) => {
                    let Some(known) = all.iter().find(|known| known.name == name.text) else {
                        let message = format!("The name '{}' does not refer to any known column", name.text);
                        let candidates: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
                        return self.unknown_name(message, &name.text, candidates, name.span);
                    };
                    let data_type = match &column.type_name {
                        Some(written) => self.type_name(written)?,
                        None => known.data_type,
                    };
                    outputs.push(Output::Column(name.text.clone(), data_type));
                }
                Ast::Call { .. } => {
                    outputs.push(Output::Pack(all.iter().map(|column| column.name.clone()).collect()));
                }
                // `*` adds nothing (measured on the official binder).
                Ast::Star => {}
                _ => return self.mistake("A column name is expected", column.value.span),
            }
        }
        Some(outputs)
    }
}

/// The columns of the tables, in order of first appearance.
fn found_columns(legs: &[Leg]) -> Vec<FoundColumn> {
    let mut found: Vec<FoundColumn> = Vec::new();
    for field in legs.iter().flat_map(|leg| &leg.plan.schema.fields) {
        match found.iter_mut().find(|column| column.name == *field.name) {
            Some(column) if column.data_type == field.data_type => {}
            Some(column) => {
                column.data_type = match (column.data_type, field.data_type) {
                    (ScalarType::Dynamic, _) | (_, ScalarType::Dynamic) => ScalarType::Dynamic,
                    (left, right) => common_of(left, right).unwrap_or(ScalarType::Dynamic),
                };
            }
            None => found.push(FoundColumn { name: field.name.to_string(), data_type: field.data_type }),
        }
    }
    found
}

/// The columns that all tables have, then the others that the predicate reads; the rest is packed.
fn smart_outputs(legs: &[Leg], reads: &Reads<'_>) -> Vec<Output> {
    let columns = found_columns(legs);
    let in_all = |name: &str| legs.iter().all(|leg| leg.plan.schema.index_of(name).is_some());
    let (common, others): (Vec<_>, Vec<_>) = columns.into_iter().partition(|column| in_all(&column.name));
    let (read, rest): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|column| reads.names.contains(&column.name.as_str()));
    let shown = common.into_iter().chain(read);
    let mut outputs: Vec<Output> =
        shown.map(|column| Output::Column(column.name, column.data_type)).collect();
    if !rest.is_empty() {
        outputs.push(Output::Pack(rest.into_iter().map(|column| column.name).collect()));
    }
    outputs
}

/// What the predicate reads of these columns.
fn reads<'q>(predicate: &'q ast::Expr, columns: &[FoundColumn]) -> Reads<'q> {
    let mut reads = Reads::default();
    reads.condition(predicate);
    reads.names.retain(|name| columns.iter().any(|column| column.name == *name));
    reads
}

impl<'q> Reads<'q> {
    /// A condition, in which a string is a term.
    fn condition(&mut self, condition: &'q ast::Expr) {
        match &condition.kind {
            Ast::Literal(Literal::String(_)) => self.all = true,
            Ast::Binary { operator: BinaryOperator::And | BinaryOperator::Or, left, right, .. } => {
                self.condition(left);
                self.condition(right);
            }
            _ => self.expression(condition),
        }
    }

    fn expression(&mut self, expression: &'q ast::Expr) {
        match &expression.kind {
            Ast::Name(name) => self.names.push(&name.text),
            Ast::Star => self.all = true,
            Ast::Call { arguments, .. } => {
                arguments.iter().for_each(|argument| self.expression(&argument.value));
            }
            Ast::Member { object, .. } => self.expression(object),
            Ast::Index { object, index } => {
                self.expression(object);
                self.expression(index);
            }
            Ast::Unary { operand, .. } => self.expression(operand),
            Ast::Binary { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            Ast::InList { value, list, .. } => {
                self.expression(value);
                list.iter().for_each(|element| self.expression(element));
            }
            Ast::Between { value, low, high, .. } => {
                for part in [value, low, high] {
                    self.expression(part);
                }
            }
            _ => {}
        }
    }
}
