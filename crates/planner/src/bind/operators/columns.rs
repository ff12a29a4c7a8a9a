//! Operators that make and choose columns: `extend`, `project` and its forms.

use globset::{GlobBuilder, GlobMatcher};
use hashbrown::HashSet;
use kql_functions::{ResultColumns, ResultName, registry};
use kql_parser::ast::{self, ExprKind as Ast, NamedExpr, ReorderKey, ReorderOrder};
use kql_types::dynamic::Json;
use kql_types::{PathStep, ScalarType, Schema, Value};

use crate::bind::names::{Namer, name_of};
use crate::bind::{Binder, column_names};
use crate::complete::NameMeaning;
use crate::{Expr, ExprKind, Plan};

/// A column that an item makes.
pub(super) struct Made {
    name: String,
    value: Expr,
}

impl Made {
    /// Its name and value.
    pub(super) fn into_parts(self) -> (String, Expr) {
        (self.name, self.value)
    }
}

impl<'q> Binder<'q> {
    /// `extend`: a column whose name is there already is replaced where it stands. All expressions see the old row.
    pub(super) fn extend(&mut self, input: Plan, items: &'q [NamedExpr]) -> Option<Plan> {
        let mut columns = input.all_columns();
        for made in self.made_columns(items, &input.schema)? {
            match columns.iter_mut().find(|(name, _)| *name == made.name) {
                Some((_, value)) => *value = made.value,
                None => columns.push((made.name, made.value)),
            }
        }
        Some(input.project(columns))
    }

    /// `project`
    pub(super) fn project(&mut self, input: Plan, items: &'q [NamedExpr]) -> Option<Plan> {
        let made = self.made_columns(items, &input.schema)?;
        Some(input.project(made.into_iter().map(|made| (made.name, made.value)).collect()))
    }

    /// The columns that items make; a mistake in one does not hide those in others.
    pub(super) fn made_columns(&mut self, items: &'q [NamedExpr], row: &Schema) -> Option<Vec<Made>> {
        let mut namer = Namer::over(row);
        let mut columns = Vec::with_capacity(items.len());
        let mut sound = true;
        for item in items {
            match self.made_by_item(&mut namer, item, row) {
                Some(made) => columns.extend(made),
                None => sound = false,
            }
        }
        sound.then_some(columns)
    }

    fn made_by_item(&mut self, namer: &mut Namer, item: &'q NamedExpr, row: &Schema) -> Option<Vec<Made>> {
        let value = self.scalar(&item.value, row)?;
        if let Some(several) = self.several_columns(item, &value, row) {
            return self.unpacked(namer, item, value, several);
        }
        if item.names.len() > 1 {
            return self
                .mistake("Only a function that gives several columns may have several names", item.span);
        }
        let name = self.item_name(namer, item, name_of(&item.value, row))?;
        Some(vec![Made { name, value }])
    }

    /// The names and types of the columns of a call that gives several.
    fn several_columns(
        &self,
        item: &NamedExpr,
        value: &Expr,
        row: &Schema,
    ) -> Option<Vec<(String, ScalarType)>> {
        let Ast::Call { name, arguments } = &item.value.kind else { return None };
        if self.environment.get(&name.text).is_some() {
            return None;
        }
        let function = registry::scalar(&name.text)?;
        let ResultName::Columns(columns) = function.result_name else { return None };
        let argument_name =
            |index: usize| arguments.get(index).and_then(|argument| name_of(&argument.value, row));
        Some(match columns {
            ResultColumns::Fixed { prefix, columns } => {
                let of = argument_name(0).unwrap_or_default();
                columns
                    .iter()
                    .map(|(suffix, data_type)| (format!("{prefix}_{of}_{suffix}"), *data_type))
                    .collect()
            }
            ResultColumns::Sorted => {
                let is_array = |index: &usize| match (&value.kind, &arguments[*index].value.kind) {
                    (ExprKind::Call { arguments, .. }, _) => arguments
                        .get(*index)
                        .is_some_and(|argument| argument.data_type == ScalarType::Dynamic),
                    (_, Ast::Literal(literal)) => matches!(literal, ast::Literal::Dynamic(_)),
                    _ => true,
                };
                (0..arguments.len())
                    .filter(is_array)
                    .map(|index| {
                        let name = argument_name(index).unwrap_or_else(|| format!("array{index}"));
                        (format!("{name}_sorted"), ScalarType::Dynamic)
                    })
                    .collect()
            }
        })
    }

    fn unpacked(
        &mut self,
        namer: &mut Namer,
        item: &NamedExpr,
        value: Expr,
        columns: Vec<(String, ScalarType)>,
    ) -> Option<Vec<Made>> {
        if item.names.len() > columns.len() {
            return self.mistake(format!("The function gives {} columns", columns.len()), item.span);
        }
        let single = columns.len() == 1;
        let mut made = Vec::with_capacity(columns.len());
        for (index, (own_name, data_type)) in columns.into_iter().enumerate() {
            let name = match item.names.get(index) {
                Some(given) => self.explicit_name(namer, given)?,
                None => namer.automatic(Some(own_name)),
            };
            let part = if single {
                value.clone()
            } else {
                let steps = vec![PathStep::Index(index as i64)];
                let kind = ExprKind::Path { input: Box::new(value.clone()), steps };
                Expr::new(kind, ScalarType::Dynamic, value.span)
            };
            made.push(Made { name, value: self.converted(part, data_type) });
        }
        Some(made)
    }

    /// `project-away a, b*`
    pub(super) fn project_away(&mut self, input: Plan, columns: &'q [ast::Expr]) -> Option<Plan> {
        let away = self.matched_columns(columns, &input.schema)?;
        let kept: Vec<usize> = (0..input.schema.len()).filter(|index| !away.contains(index)).collect();
        Some(input.keep(&kept))
    }

    /// `project-keep a, b*`: in the order of the input.
    pub(super) fn project_keep(&mut self, input: Plan, columns: &'q [ast::Expr]) -> Option<Plan> {
        let mut kept = self.matched_columns(columns, &input.schema)?;
        kept.sort_unstable();
        Some(input.keep(&kept))
    }

    /// `project-by-names a, "b*", dynamic(["c"])`: in the order of the list. What a text or an array of texts names and
    /// is no column is left out. <https://learn.microsoft.com/kusto/query/project-by-names-operator>
    pub(super) fn project_by_names(&mut self, input: Plan, columns: &'q [ast::Expr]) -> Option<Plan> {
        let mut kept = Vec::new();
        for expression in columns {
            let value = self.scalar(expression, &input.schema)?;
            match (value.as_constant(), &expression.kind) {
                (Some(Value::String(pattern)), _) => kept.extend(named_by(pattern, &input.schema)),
                (Some(Value::Dynamic(json)), _) => {
                    let patterns = Json::new(json).elements().filter_map(|element| element.as_str());
                    kept.extend(patterns.flat_map(|pattern| named_by(&pattern, &input.schema)));
                }
                (None, Ast::Name(name)) => kept.push(self.column_position(name, &input.schema)?),
                _ => return self.mistake("Names of columns are expected", expression.span),
            }
        }
        let mut seen = HashSet::new();
        kept.retain(|index| seen.insert(*index));
        Some(input.keep(&kept))
    }

    /// `project-rename new = old`
    pub(super) fn project_rename(&mut self, input: Plan, items: &'q [NamedExpr]) -> Option<Plan> {
        let mut columns = input.all_columns();
        for item in items {
            let (Some(new), Ast::Name(old)) = (item.names.first(), &item.value.kind) else {
                return self.mistake("`new = old` is expected", item.span);
            };
            let Some(index) = self.column_position(old, &input.schema) else { continue };
            columns[index].0.clone_from(&new.text);
        }
        for new in items.iter().filter_map(|item| item.names.first()) {
            if columns.iter().filter(|(name, _)| *name == new.text).count() > 1 {
                return self.already_declared(&new.text, new.span);
            }
        }
        Some(input.project(columns))
    }

    /// `project-reorder a, b* asc`: the listed columns first, the others behind them as they were.
    pub(super) fn project_reorder(&mut self, input: Plan, keys: &'q [ReorderKey]) -> Option<Plan> {
        let mut order: Vec<usize> = Vec::with_capacity(input.schema.len());
        for key in keys {
            let mut matched = self.matched_columns(std::slice::from_ref(&key.column), &input.schema)?;
            matched.retain(|index| !order.contains(index));
            if let Some(direction) = key.order {
                sort_by_name(&mut matched, &input.schema, direction);
            }
            order.extend(matched);
        }
        let rest: Vec<usize> = (0..input.schema.len()).filter(|index| !order.contains(index)).collect();
        order.extend(rest);
        Some(input.keep(&order))
    }

    /// Positions of the columns that names and wildcards mean, in the order of the list.
    fn matched_columns(&mut self, columns: &'q [ast::Expr], row: &Schema) -> Option<Vec<usize>> {
        let mut positions = Vec::new();
        for expression in columns {
            match &expression.kind {
                Ast::Name(name) => positions.push(self.column_position(name, row)?),
                Ast::Star => positions.extend(0..row.len()),
                Ast::Wildcard(pattern) => {
                    let Some(matcher) = wildcard(pattern) else {
                        return self.mistake("The pattern is not valid", expression.span);
                    };
                    let matched = (0..row.len()).filter(|index| matcher.is_match(&*row.fields[*index].name));
                    positions.extend(matched.collect::<Vec<_>>());
                }
                _ => return self.mistake("A column name is expected", expression.span),
            }
        }
        let mut seen = HashSet::new();
        positions.retain(|index| seen.insert(*index));
        Some(positions)
    }

    /// Position of a column that must be there.
    pub(super) fn column_position(&mut self, name: &ast::Name, row: &Schema) -> Option<usize> {
        match row.index_of(&name.text) {
            Some(index) => {
                self.note_meaning(name.span, NameMeaning::Column);
                Some(index)
            }
            None => {
                let message = format!("The name '{}' does not refer to any known column", name.text);
                self.unknown_name(message, &name.text, column_names(row), name.span)
            }
        }
    }

    /// The column that an expression names.
    pub(super) fn named_column(&mut self, expression: &'q ast::Expr, row: &Schema) -> Option<Expr> {
        match &expression.kind {
            Ast::Name(name) => {
                let index = self.column_position(name, row)?;
                Some(crate::bind::plans::column(row, index, name.span))
            }
            _ => self.mistake("A column name is expected", expression.span),
        }
    }
}

/// Positions of the columns of that name, in which `*` stands for any text.
fn named_by(pattern: &str, row: &Schema) -> Vec<usize> {
    let Some(matcher) = wildcard(pattern) else { return Vec::new() };
    (0..row.len()).filter(|index| matcher.is_match(&*row.fields[*index].name)).collect()
}

/// A pattern in which only `*` is special.
pub(super) fn wildcard(pattern: &str) -> Option<GlobMatcher> {
    let mut escaped = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        if matches!(c, '?' | '[' | ']' | '{' | '}' | '\\' | '!') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    let glob = GlobBuilder::new(&escaped).backslash_escape(true).literal_separator(false).build().ok()?;
    Some(glob.compile_matcher())
}

/// By name, letter case ignored; in the granny orders runs of digits count as numbers.
fn sort_by_name(positions: &mut [usize], row: &Schema, order: ReorderOrder) {
    let name = |index: &usize| row.fields[*index].name.to_lowercase();
    match order {
        ReorderOrder::Ascending | ReorderOrder::Descending => positions.sort_by_key(|index| name(index)),
        ReorderOrder::GrannyAscending | ReorderOrder::GrannyDescending => {
            positions.sort_by_key(|index| granny_key(&name(index)));
        }
    }
    if matches!(order, ReorderOrder::Descending | ReorderOrder::GrannyDescending) {
        positions.reverse();
    }
}

/// The name cut into runs of digits and of other characters; digits sort by their number.
fn granny_key(name: &str) -> Vec<(String, u128)> {
    let mut parts: Vec<(String, u128)> = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (text, after) = rest.split_at(text_end);
        let digits_end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (digits, after) = after.split_at(digits_end);
        parts.push((text.to_owned(), digits.parse().unwrap_or(u128::MAX)));
        rest = after;
    }
    parts
}
