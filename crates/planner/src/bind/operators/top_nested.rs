//! `top-nested`
//!
//! <https://learn.microsoft.com/kusto/query/top-nested-operator>

use std::sync::Arc;

use kql_parser::ast::{self, TopNestedClause};
use kql_types::{Batch, Field, ScalarType, Schema};

use super::summarize::aggregation;
use crate::bind::Binder;
use crate::bind::names::{Namer, name_of};
use crate::bind::overload::convert;
use crate::plan::Operator;
use crate::whole_table::{NestedLevel, SubPlan, TopNested};
use crate::{Expr, Plan};

impl<'q> Binder<'q> {
    /// `top-nested n of expr [with others = x] by aggregate, ...`: two columns for each clause.
    pub(super) fn top_nested(&mut self, input: Plan, clauses: &'q [TopNestedClause]) -> Option<Plan> {
        let row = input.schema.clone();
        let leaf = Arc::new(Batch::empty(row.clone()));
        let mut namer = Namer::over(&Schema::default());
        let mut fields = Vec::with_capacity(2 * clauses.len());
        let mut levels = Vec::with_capacity(clauses.len());
        for clause in clauses {
            levels.push(self.nested_level(clause, &row, &leaf, &mut namer, &mut fields)?);
        }
        let schema = Arc::new(Schema::new(fields));
        let operation = TopNested { levels, schema: schema.clone() };
        Some(Plan::new(Operator::WholeTable { inputs: vec![input], operation: Arc::new(operation) }, schema))
    }

    fn nested_level(
        &mut self,
        clause: &'q TopNestedClause,
        row: &Arc<Schema>,
        leaf: &Arc<Batch>,
        namer: &mut Namer,
        fields: &mut Vec<Field>,
    ) -> Option<NestedLevel> {
        let count = match &clause.count {
            Some(count) => Some(self.row_count(count)?),
            None => None,
        };
        let key = self.scalar(&clause.of.value, row)?;
        if key.data_type == ScalarType::Dynamic {
            return self.mistake(
                "Rows cannot be grouped by a dynamic; convert it, e.g. with tostring()",
                clause.of.span,
            );
        }
        let own_name =
            clause.of.names.first().map(|name| name.text.clone()).or(name_of(&clause.of.value, row));
        let key_name = namer.free(&own_name.clone().unwrap_or_default());
        let others = match &clause.with_others {
            Some(others) => {
                let bound = self.scalar(others, &Schema::default())?;
                Some(convert(bound, key.data_type, self.surroundings.context))
            }
            None => None,
        };
        let value_name = match clause.by.value.names.first() {
            Some(name) => namer.free(&name.text),
            None => namer.free(&format!("aggregated_{}", own_name.unwrap_or_default())),
        };
        let keyed =
            self.nested_plan(&clause.by.value.value, vec![("#key".to_owned(), key.clone())], row, leaf)?;
        let whole = self.nested_plan(&clause.by.value.value, Vec::new(), row, leaf)?;
        let value_type = keyed.plan.schema.fields[1].data_type;
        fields.push(Field::new(key_name, key.data_type));
        fields.push(Field::new(value_name, value_type));
        Some(NestedLevel {
            count,
            key,
            others,
            ascending: clause.by.ascending.unwrap_or(false),
            keyed,
            whole,
        })
    }

    /// The aggregate by these keys, over rows that are not known yet.
    fn nested_plan(
        &mut self,
        aggregate: &'q ast::Expr,
        keys: Vec<(String, Expr)>,
        row: &Arc<Schema>,
        leaf: &Arc<Batch>,
    ) -> Option<SubPlan> {
        let (items, found) = self.one_aggregated(&mut Namer::default(), row, &keys, aggregate)?;
        if items.len() != 1 {
            return self.mistake("An aggregate with one column is expected", aggregate.span);
        }
        let rows = Plan::new(Operator::Rows(leaf.clone()), row.clone());
        Some(SubPlan { plan: aggregation(rows, keys, found, items), leaf: leaf.clone() })
    }
}
