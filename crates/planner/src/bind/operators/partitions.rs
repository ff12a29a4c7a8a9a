//! `mv-apply` and `partition`: a sub-pipeline over each part of the rows.
//!
//! The sub-pipeline is bound once, over rows that stand for a part. Where it has only operators that can work on all
//! parts at once, with the part's key beside the other columns, it does; else it runs part by part.

use std::sync::Arc;

use kql_parser::ast::{self, MvExpandColumn};
use kql_types::{Batch, Field, ScalarType, Schema};

use crate::bind::Binder;
use crate::bind::plans::Column;
use crate::plan::{self, ExpandedColumn, JoinKind, JoinOutput, Operator, SortKey};
use crate::whole_table::{FirstOfRun, PartByPart, SubPlan};
use crate::{Expr, ExprKind, Plan};

/// The column that tells the parts apart. No query can name it.
const PART: &str = "#part";

impl<'q> Binder<'q> {
    /// `mv-apply x = a on (sub-pipeline)`: the elements of each row make a part. The result has the row's columns, and
    /// those that the sub-pipeline gives.
    pub(super) fn mv_apply(
        &mut self,
        input: Plan,
        columns: &'q [MvExpandColumn],
        limit: Option<&'q ast::Expr>,
        sub: &'q ast::Expr,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let numbered = self.numbered(input, operator)?;
        let rows = self.shared(numbered);
        let expanded = self.mv_expand(rows.clone(), columns, limit, operator)?;
        let outer = rows.schema.len() - 1;
        // A column that is expanded under its own name leaves its place, unless the name is spelled out.
        let replaced: Vec<usize> = match &expanded.operator {
            Operator::MvExpand(expand) => expand
                .columns
                .iter()
                .zip(columns)
                .filter(|(_, written)| written.value.names.is_empty())
                .map(|(column, _): (&ExpandedColumn, _)| column.output)
                .collect(),
            _ => Vec::new(),
        };
        // The number of the row goes to the end.
        let mut order: Vec<usize> = (0..expanded.schema.len()).filter(|index| *index != outer).collect();
        order.push(outer);
        let parts = expanded.keep(&order);
        let (sub, leaf) = self.bound_part(&parts, sub)?;
        let kept: Vec<usize> = (0..outer).filter(|index| !replaced.contains(index)).collect();
        let mut outputs = Vec::with_capacity(kept.len() + sub.schema.len());
        for index in kept {
            // What the sub-pipeline gives under the name of a column of the row takes its place.
            outputs.push(match sub.schema.index_of(&rows.schema.fields[index].name) {
                Some(given) => JoinOutput::Right(given),
                None => JoinOutput::Left(index),
            });
        }
        let further = (0..sub.schema.len()).map(JoinOutput::Right);
        let further: Vec<JoinOutput> = further.filter(|output| !outputs.contains(output)).collect();
        outputs.extend(further);
        let result = over_parts(&sub, &leaf, parts);
        Some(beside(rows, result, outer, outputs))
    }

    /// `partition by column (sub-pipeline)`
    pub(super) fn partition(
        &mut self,
        input: Plan,
        by: &'q ast::Expr,
        sub: &'q ast::Expr,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        if !matches!(&sub.kind, ast::ExprKind::Pipe { source: None, .. }) {
            return self.not_supported("partition with a query in braces", operator.keyword_span);
        }
        let key = match &by.kind {
            ast::ExprKind::Name(name) => self.column_position(name, &input.schema)?,
            _ => return self.mistake("A column name is expected", by.span),
        };
        let mut columns = input.all_columns();
        columns.push((PART.to_owned(), input.column(key, by.span)));
        let parts = input.project(columns);
        let (sub, leaf) = self.bound_part(&parts, sub)?;
        let count = sub.schema.len();
        Some(over_parts(&sub, &leaf, parts).keep(&(0..count).collect::<Vec<_>>()))
    }

    /// The rows with their number behind the other columns.
    fn numbered(&mut self, input: Plan, operator: &ast::Operator) -> Option<Plan> {
        let number = self.named_call("row_number", &[], operator.keyword_span)?;
        let mut columns = input.all_columns();
        columns.push((PART.to_owned(), number));
        Some(input.project(columns))
    }

    /// The sub-pipeline over rows that stand for a part: all columns but the last.
    fn bound_part(&mut self, parts: &Plan, sub: &'q ast::Expr) -> Option<(Plan, Arc<Batch>)> {
        let mut fields = parts.schema.fields.clone();
        fields.pop();
        let schema = Arc::new(Schema::new(fields));
        let leaf = Arc::new(Batch::empty(schema.clone()));
        let input = Plan::new(Operator::Rows(leaf.clone()), schema);
        Some((self.sub_pipeline(input, sub)?, leaf))
    }
}

/// What the sub-plan gives over every part, and behind it the part's key.
fn over_parts(sub: &Plan, leaf: &Arc<Batch>, parts: Plan) -> Plan {
    if let Some(at_once) = with_key(sub, leaf, &parts) {
        return at_once;
    }
    let mut fields = sub.schema.fields.clone();
    fields.push(Field::new(PART, key_of(&parts).data_type));
    let operation = PartByPart { sub: SubPlan { plan: sub.clone(), leaf: leaf.clone() } };
    let operator = Operator::WholeTable { inputs: vec![parts], operation: Arc::new(operation) };
    Plan::new(operator, Arc::new(Schema::new(fields)))
}

/// The key column, always the last.
fn key_of(plan: &Plan) -> Expr {
    plan.column(plan.schema.len() - 1, kql_parser::Span::default())
}

/// The sub-plan over all parts at once: its leaf is replaced by the parts, and every operator passes the key on as its
/// last column. `None` where an operator cannot work that way.
fn with_key(sub: &Plan, leaf: &Arc<Batch>, parts: &Plan) -> Option<Plan> {
    match &sub.operator {
        Operator::Rows(batch) if Arc::ptr_eq(batch, leaf) => Some(parts.clone()),
        Operator::Filter { input, predicate } => {
            Some(with_key(input, leaf, parts)?.filter(predicate.clone()))
        }
        Operator::Project { input, columns } if !columns.iter().any(Expr::needs_whole_table) => {
            let input = with_key(input, leaf, parts)?;
            let key = key_of(&input);
            let mut named: Vec<Column> = names_of(sub).zip(columns.iter().cloned()).collect();
            named.push((PART.to_owned(), key));
            Some(input.project(named))
        }
        Operator::Aggregate { input, keys, aggregates } => {
            let input = with_key(input, leaf, parts)?;
            let mut all_keys = vec![key_of(&input)];
            all_keys.extend(keys.iter().cloned());
            let mut fields = vec![Field::new(PART, all_keys[0].data_type)];
            fields.extend(sub.schema.fields.iter().cloned());
            let operator = Operator::Aggregate {
                input: Box::new(input),
                keys: all_keys,
                aggregates: aggregates.clone(),
            };
            let plan = Plan::new(operator, Arc::new(Schema::new(fields)));
            let mut order: Vec<usize> = (1..plan.schema.len()).collect();
            order.push(0);
            Some(plan.keep(&order))
        }
        Operator::Sort { input, keys } => Some(sorted_parts(with_key(input, leaf, parts)?, keys)),
        Operator::Top { input, keys, count } => {
            Some(first_of_each(sorted_parts(with_key(input, leaf, parts)?, keys), *count))
        }
        Operator::Take { input, count } => {
            Some(first_of_each(sorted_parts(with_key(input, leaf, parts)?, &[]), *count))
        }
        _ => None,
    }
}

fn names_of(plan: &Plan) -> impl Iterator<Item = String> {
    plan.schema.fields.iter().map(|field| field.name.to_string())
}

/// Part by part, each in that order.
fn sorted_parts(plan: Plan, keys: &[SortKey]) -> Plan {
    let mut all = vec![SortKey { expression: key_of(&plan), ascending: true, nulls_first: true }];
    all.extend(keys.iter().cloned());
    let schema = plan.schema.clone();
    Plan::new(Operator::Sort { input: Box::new(plan), keys: all }, schema)
}

/// The first rows of each part, whose rows stand together.
fn first_of_each(plan: Plan, count: u64) -> Plan {
    let schema = plan.schema.clone();
    let operation = FirstOfRun { column: schema.len() - 1, count };
    Plan::new(Operator::WholeTable { inputs: vec![plan], operation: Arc::new(operation) }, schema)
}

/// Columns of the rows beside those of the results that belong to them.
fn beside(rows: Plan, results: Plan, row_number: usize, outputs: Vec<JoinOutput>) -> Plan {
    let fields = outputs
        .iter()
        .map(|output| match output {
            JoinOutput::Left(index) => rows.schema.fields[*index].clone(),
            JoinOutput::Right(index) => results.schema.fields[*index].clone(),
        })
        .collect();
    let nowhere = kql_parser::Span::default();
    let left_key = Expr::new(ExprKind::Column(row_number), ScalarType::Long, nowhere);
    let keys = vec![(left_key, key_of(&results))];
    let join =
        plan::Join { left: Box::new(rows), right: Box::new(results), kind: JoinKind::Inner, keys, outputs };
    Plan::new(Operator::Join(join), Arc::new(Schema::new(fields)))
}
