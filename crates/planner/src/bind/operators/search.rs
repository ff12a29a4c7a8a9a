//! `search`, and its conditions, which `find` takes too.

use std::sync::Arc;

use kql_parser::Span;
use kql_parser::ast::{self, BinaryOperator, ExprKind as Ast, Literal};
use kql_types::{Field, ScalarType, Schema, Value};

use super::union::{Leg, common_columns, leg_plan};
use crate::bind::Binder;
use crate::bind::plans::column;
use crate::bind::scalar::logic;
use crate::bind::tables::empty;
use crate::bind::terms::Term;
use crate::plan::Operator;
use crate::{Expr, ExprKind, Plan};

/// The column that says where a row comes from.
const TABLE_COLUMN: &str = "$table";

/// A row in which a condition is looked for.
pub(super) struct SearchedRow<'s> {
    /// All columns, also those that the row's table has not and that are absent in it.
    pub schema: &'s Schema,
    /// Positions of those in which terms are looked for.
    pub searched: &'s [usize],
    /// Whether letter case counts.
    pub case_sensitive: bool,
}

impl<'q> Binder<'q> {
    /// `search [in (tables)] condition`: the rows of all the tables that meet the condition, with the table's name.
    pub(super) fn search(
        &mut self,
        input: Option<Plan>,
        tables: &'q [ast::Expr],
        condition: &'q ast::Expr,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let legs = match input {
            Some(_) if !tables.is_empty() => {
                return self.mistake("'search in (...)' must begin a query", operator.keyword_span);
            }
            Some(input) => self.piped_legs(input),
            None => self.tables_to_search(tables, operator)?,
        };
        let case_sensitive = Self::parameter_word(operator, "kind") == Some("case_sensitive");
        let schemas: Vec<Arc<Schema>> = legs.iter().map(|leg| leg.plan.schema.clone()).collect();
        let mut columns = common_columns(&schemas, false);
        columns.retain(|column| column.source != TABLE_COLUMN);
        if legs.is_empty() {
            let field = Field::new(TABLE_COLUMN, ScalarType::String);
            return Some(empty(Arc::new(Schema::new(vec![field]))));
        }
        let mut found = Vec::with_capacity(legs.len());
        for leg in legs {
            let present = present_columns(&leg.plan);
            let is_searched =
                |name: &str, data_type: ScalarType| present.contains(&Field::new(name, data_type));
            let searched: Vec<usize> = columns
                .iter()
                .enumerate()
                .filter(|(_, column)| is_searched(&column.source, column.data_type))
                .map(|(index, _)| index + 1)
                .collect();
            let plan = leg_plan(leg, &columns, Some(TABLE_COLUMN), &|value, to| self.converted(value, to));
            let row = SearchedRow { schema: &plan.schema, searched: &searched, case_sensitive };
            let condition = self.search_condition(condition, &row)?;
            found.push(plan.filter(condition));
        }
        Some(below_each_other(found))
    }

    /// The tables of `in (...)`, or all that have data.
    pub(super) fn tables_to_search(
        &mut self,
        tables: &'q [ast::Expr],
        operator: &'q ast::Operator,
    ) -> Option<Vec<Leg>> {
        let mut legs = Vec::new();
        if tables.is_empty() {
            self.add_matching(&mut legs, "*", operator.keyword_span, true)?;
        }
        let mut sound = true;
        for table in tables {
            sound &= self.add_legs(&mut legs, table, self.is_fuzzy(operator)).is_some();
        }
        sound.then_some(legs)
    }

    /// Rows before a `|`. Those of a union are searched one by one, since most columns are absent in each.
    fn piped_legs(&self, input: Plan) -> Vec<Leg> {
        let plans = match input.operator {
            Operator::Union(plans) => plans,
            _ => vec![input],
        };
        let leg = |(position, plan): (usize, Plan)| {
            let label = self.name_of_rows(&plan).or_else(|| table_of(&plan));
            Leg { label: label.unwrap_or_else(|| format!("union_arg{position}")), plan }
        };
        plans.into_iter().enumerate().map(leg).collect()
    }

    /// A condition in which a string stands for a term in any column, and `column:"term"` for one in that column.
    pub(super) fn search_condition(
        &mut self,
        condition: &'q ast::Expr,
        row: &SearchedRow<'_>,
    ) -> Option<Expr> {
        let span = condition.span;
        match &condition.kind {
            Ast::Star => Some(Expr::constant(Value::Bool(true), span)),
            Ast::Literal(Literal::String(text)) => self.term(text, searched_columns(row, span), row, span),
            Ast::Binary { operator, left, right, .. } => match operator {
                BinaryOperator::And | BinaryOperator::Or => {
                    let (left, right) = (self.search_condition(left, row), self.search_condition(right, row));
                    Some(logic(*operator == BinaryOperator::Or, vec![left?, right?], span))
                }
                BinaryOperator::Search => self.term_in(left, right, row, span),
                _ if matches!(left.kind, Ast::Star) => {
                    let operator = sensitive(*operator, row.case_sensitive);
                    let right = self.scalar(right, row.schema)?;
                    self.any_of(operator, &right, searched_columns(row, span), span)
                }
                _ => {
                    let operator = sensitive(*operator, row.case_sensitive);
                    let bound = self.binary(operator, left, right, row.schema, span)?;
                    match bound.data_type {
                        ScalarType::Bool => Some(bound),
                        other => {
                            self.mistake(format!("The expression must have the type bool, not {other}"), span)
                        }
                    }
                }
            },
            _ => self.predicate(condition, row.schema),
        }
    }

    /// `column:"term"`
    fn term_in(
        &mut self,
        left: &'q ast::Expr,
        right: &'q ast::Expr,
        row: &SearchedRow<'_>,
        span: Span,
    ) -> Option<Expr> {
        let text = match self.scalar(right, row.schema)?.as_constant() {
            Some(value) => value.to_text(),
            None => return self.mistake("A string is expected after ':'", right.span),
        };
        let columns = match &left.kind {
            Ast::Star => searched_columns(row, span),
            _ => vec![self.scalar(left, row.schema)?],
        };
        self.term(&text, columns, row, span)
    }

    /// True where one of the values has the term.
    fn term(&mut self, text: &str, values: Vec<Expr>, row: &SearchedRow<'_>, span: Span) -> Option<Expr> {
        let Some(term) = Term::new(text) else { return Some(Expr::constant(Value::Bool(true), span)) };
        let mut alternatives = Vec::with_capacity(values.len());
        for value in values {
            if term.may_occur_in(value.data_type) {
                alternatives.push(self.has_term(&term, value, row.case_sensitive, span)?);
            }
        }
        Some(logic(true, alternatives, span))
    }

    fn has_term(&mut self, term: &Term<'_>, value: Expr, case_sensitive: bool, span: Span) -> Option<Expr> {
        let value = match value.data_type {
            ScalarType::Dynamic => value,
            _ => self.converted(value, ScalarType::String),
        };
        let (operator, needle) = match term {
            Term::Whole(text) => ("has", (*text).to_owned()),
            Term::Start(text) => ("hasprefix", (*text).to_owned()),
            Term::End(text) => ("hassuffix", (*text).to_owned()),
            Term::Part(text) => ("contains", (*text).to_owned()),
            Term::Pieces(pieces) => ("matches regex", pieces.expression(case_sensitive)),
        };
        let sensitive = case_sensitive && !matches!(term, Term::Pieces(_));
        let operator = if sensitive { format!("{operator}_cs") } else { operator.to_owned() };
        self.operator(&operator, vec![value, Expr::constant(Value::String(needle), span)], span)
    }
}

/// The rows of plans of one schema, one below the other.
pub(super) fn below_each_other(mut plans: Vec<Plan>) -> Plan {
    match (plans.pop(), plans.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            let schema = last.schema.clone();
            plans.push(last);
            Plan::new(Operator::Union(plans), schema)
        }
        (None, _) => empty(Arc::new(Schema::default())),
    }
}

fn searched_columns(row: &SearchedRow<'_>, span: Span) -> Vec<Expr> {
    row.searched.iter().map(|index| column(row.schema, *index, span)).collect()
}

/// The table whose rows these are.
fn table_of(plan: &Plan) -> Option<String> {
    match &plan.operator {
        Operator::Scan(scan) => Some(scan.table.name().to_owned()),
        Operator::Filter { input, .. }
        | Operator::Project { input, .. }
        | Operator::Sort { input, .. }
        | Operator::Top { input, .. }
        | Operator::Take { input, .. } => table_of(input),
        Operator::Shared { input, .. } => table_of(input),
        _ => None,
    }
}

/// The columns that do not hold the absent value in all rows.
fn present_columns(plan: &Plan) -> Vec<Field> {
    let is_absent = |index: usize| match &plan.operator {
        Operator::Project { columns, .. } => match &columns[index].kind {
            ExprKind::Constant(value) => *value == Value::absent(value.data_type()),
            _ => false,
        },
        _ => false,
    };
    let fields = plan.schema.fields.iter().enumerate();
    fields.filter(|(index, _)| !is_absent(*index)).map(|(_, field)| field.clone()).collect()
}

/// The operator that `kind=case_sensitive` makes of it.
fn sensitive(operator: BinaryOperator, case_sensitive: bool) -> BinaryOperator {
    use BinaryOperator as B;
    match operator {
        other if !case_sensitive => other,
        B::EqualTilde => B::Equal,
        B::NotEqualTilde => B::NotEqual,
        B::Has => B::HasCs,
        B::NotHas => B::NotHasCs,
        B::HasPrefix => B::HasPrefixCs,
        B::NotHasPrefix => B::NotHasPrefixCs,
        B::HasSuffix => B::HasSuffixCs,
        B::NotHasSuffix => B::NotHasSuffixCs,
        B::Contains => B::ContainsCs,
        B::NotContains => B::NotContainsCs,
        B::StartsWith => B::StartsWithCs,
        B::NotStartsWith => B::NotStartsWithCs,
        B::EndsWith => B::EndsWithCs,
        B::NotEndsWith => B::NotEndsWithCs,
        B::Like => B::LikeCs,
        B::NotLike => B::NotLikeCs,
        other => other,
    }
}
