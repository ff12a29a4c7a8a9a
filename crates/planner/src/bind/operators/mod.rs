//! The operators of a pipeline, a file a family.

mod captures;
mod columns;
mod evaluate;
mod expand;
mod external;
mod find;
mod join;
mod make_series;
mod parse;
mod parse_kv;
mod partitions;
mod rows;
mod samples;
mod scan;
mod search;
mod several;
mod sources;
mod summarize;
mod top_nested;
mod union;

use kql_parser::ast::{self, OperatorKind};

use super::Binder;
use crate::Plan;

impl<'q> Binder<'q> {
    /// An operator over the rows before the `|`.
    pub(super) fn piped(&mut self, input: Plan, operator: &'q ast::Operator) -> Option<Plan> {
        match &operator.kind {
            OperatorKind::As(name) => Some(self.name_rows(input, name)),
            OperatorKind::Consume => self.consume(input),
            OperatorKind::Count(name) => Some(self.count(input, name.as_ref(), operator)),
            OperatorKind::Distinct(columns) => self.distinct(input, columns),
            OperatorKind::Evaluate { call, schema } => self.evaluate(input, call, schema.as_ref()),
            OperatorKind::Extend(items) => self.extend(input, items),
            OperatorKind::Where(predicate) => self.where_(input, predicate),
            OperatorKind::GetSchema => Some(rows::schema_rows(&input)),
            OperatorKind::Join { right, on } => self.join(input, right, on, operator),
            OperatorKind::Lookup { right, on } => self.lookup(input, right, on, operator),
            OperatorKind::MvExpand { columns, limit } => {
                self.mv_expand(input, columns, limit.as_ref(), operator)
            }
            OperatorKind::MakeSeries(series) => self.make_series(input, series, operator),
            OperatorKind::MvApply { columns, limit, subquery, .. } => {
                self.mv_apply(input, columns, limit.as_ref(), subquery, operator)
            }
            OperatorKind::Partition { by, subquery, .. } => self.partition(input, by, subquery, operator),
            OperatorKind::Scan(scan) => self.scan_rows(input, scan, operator),
            OperatorKind::TopNested(clauses) => self.top_nested(input, clauses),
            OperatorKind::Sort(keys) => self.sort(input, keys),
            OperatorKind::Project(items) => self.project(input, items),
            OperatorKind::ProjectAway(columns) => self.project_away(input, columns),
            OperatorKind::ProjectKeep(columns) => self.project_keep(input, columns),
            OperatorKind::ProjectRename(items) => self.project_rename(input, items),
            OperatorKind::ProjectReorder(keys) => self.project_reorder(input, keys),
            OperatorKind::ProjectByNames(columns) => self.project_by_names(input, columns),
            OperatorKind::Render { chart, properties } => Some(self.render(input, chart, properties)),
            OperatorKind::Serialize(items) => match items.is_empty() {
                true => Some(input),
                false => self.extend(input, items),
            },
            OperatorKind::Summarize { aggregates, by } => self.summarize(input, aggregates, by),
            OperatorKind::Take(count) => self.take(input, count),
            OperatorKind::Top { count, by } => self.top(input, count, by),
            OperatorKind::Union(tables) => self.union(Some(input), tables, operator),
            OperatorKind::Invoke(call) => self.invoke(input, call),
            OperatorKind::Parse { value, pattern } => self.parse(input, value, pattern, operator),
            OperatorKind::ParseKv { value, columns, properties } => {
                self.parse_kv(input, value, columns, properties, operator)
            }
            OperatorKind::Search { tables, predicate } => {
                self.search(Some(input), tables, predicate, operator)
            }
            OperatorKind::Sample(count) => self.sample(input, count),
            OperatorKind::SampleDistinct { count, of } => self.sample_distinct(input, count, of),
            OperatorKind::TopHitters { count, of, by } => {
                self.top_hitters(input, count, of, by.as_ref(), operator)
            }
            OperatorKind::Fork(branches) => self.fork(input, branches),
            OperatorKind::Facet { columns, with } => self.facet(input, columns, with.as_deref(), operator),
            OperatorKind::Print(_) | OperatorKind::Range { .. } | OperatorKind::Find { .. } => self.mistake(
                format!("'{}' makes rows of its own and cannot follow a '|'", operator.keyword),
                operator.keyword_span,
            ),
            _ => {
                self.not_supported(format_args!("the operator '{}'", operator.keyword), operator.keyword_span)
            }
        }
    }

    /// An operator that begins a pipeline.
    pub(super) fn source(&mut self, operator: &'q ast::Operator) -> Option<Plan> {
        match &operator.kind {
            OperatorKind::Print(items) => self.print(items),
            OperatorKind::Range { name, from, to, step } => self.range(name, [from, to, step]),
            OperatorKind::Union(tables) => self.union(None, tables, operator),
            OperatorKind::Evaluate { call, .. } => self.not_supported(
                format_args!("evaluate {} without rows before it", call.span.text(self.text)),
                operator.keyword_span,
            ),
            OperatorKind::Search { tables, predicate } => self.search(None, tables, predicate, operator),
            OperatorKind::Find { .. } => self.find(operator),
            OperatorKind::MacroExpand { .. } | OperatorKind::Graph(_) => {
                self.not_supported(format_args!("the operator '{}'", operator.keyword), operator.keyword_span)
            }
            _ => self.mistake(
                format!("'{}' needs rows before it: write a table and '|'", operator.keyword),
                operator.keyword_span,
            ),
        }
    }

    /// The value of an operator's parameter, if it is given.
    fn parameter(operator: &'q ast::Operator, name: &str) -> Option<&'q ast::Parameter> {
        operator.parameters.iter().find(|parameter| parameter.name.text == name)
    }

    /// The word of an operator's parameter: `inner` of `kind=inner`.
    fn parameter_word(operator: &'q ast::Operator, name: &str) -> Option<&'q str> {
        match &Self::parameter(operator, name)?.value.kind {
            ast::ExprKind::Name(word) => Some(&word.text),
            ast::ExprKind::Literal(ast::Literal::String(text)) => Some(text),
            _ => None,
        }
    }
}
