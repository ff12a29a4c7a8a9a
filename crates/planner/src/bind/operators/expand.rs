//! `mv-expand` and its legacy spelling `mvexpand`.

use std::sync::Arc;

use kql_parser::ast::{self, MvExpandColumn};
use kql_types::{Field, ScalarType, Schema};

use crate::Plan;
use crate::bind::Binder;
use crate::bind::names::{Namer, name_of};
use crate::plan::{ExpandedColumn, MvExpand, Operator};

/// `mvexpand` makes at most that many rows of a row; `mv-expand` has no practical limit.
const LEGACY_LIMIT: u64 = 128;

impl<'q> Binder<'q> {
    /// `mv-expand`: a column that keeps its name is replaced where it stands, others are appended.
    pub(super) fn mv_expand(
        &mut self,
        input: Plan,
        columns: &'q [MvExpandColumn],
        limit: Option<&'q ast::Expr>,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let mut fields = input.schema.fields.clone();
        let mut expanded = Vec::with_capacity(columns.len());
        let mut namer = Namer::over(&input.schema);
        for column in columns {
            let expression = self.scalar(&column.value.value, &input.schema)?;
            let data_type = match &column.to_type {
                Some(written) => self.type_name(written)?,
                None => ScalarType::Dynamic,
            };
            if expression.data_type != ScalarType::Dynamic {
                let message =
                    format!("The expression must have the type dynamic, not {}", expression.data_type);
                return self.mistake(message, column.value.span);
            }
            let automatic = name_of(&column.value.value, &input.schema);
            let name = self.item_name(&mut namer, &column.value, automatic)?;
            let output = match fields.iter().position(|field| *field.name == *name) {
                Some(place) if place < input.schema.len() => place,
                _ => {
                    fields.push(Field::new(name.as_str(), data_type));
                    fields.len() - 1
                }
            };
            fields[output] = Field::new(name.as_str(), data_type);
            expanded.push(ExpandedColumn { expression, output, data_type });
        }
        let item_index = Self::parameter_word(operator, "with_itemindex");
        if let Some(name) = item_index {
            fields.push(Field::new(name, ScalarType::Long));
        }
        let limit = match limit {
            Some(limit) => Some(self.row_count(limit)?),
            None => (operator.keyword == "mvexpand").then_some(LEGACY_LIMIT),
        };
        let bags = Self::parameter_word(operator, "bagexpansion").or(Self::parameter_word(operator, "kind"));
        let expand = MvExpand {
            input: Box::new(input),
            columns: expanded,
            item_index: item_index.is_some(),
            limit,
            bags_as_arrays: bags == Some("array"),
        };
        Some(Plan::new(Operator::MvExpand(expand), Arc::new(Schema::new(fields))))
    }
}
