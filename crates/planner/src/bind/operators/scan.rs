//! `scan`
//!
//! <https://learn.microsoft.com/kusto/query/scan-operator>

use std::sync::Arc;

use kql_parser::ast::{self, ParameterKind};
use kql_types::{Field, ScalarType, Schema};

use crate::bind::Binder;
use crate::bind::environment::Binding;
use crate::bind::overload::convert;
use crate::plan::Operator;
use crate::whole_table::{Scan, ScanOutput, ScanStep};
use crate::{Expr, Plan};

impl<'q> Binder<'q> {
    /// `scan declare (...) with (step ...;)`: a state machine over the rows in order.
    ///
    /// Conditions and assignments are bound over a row that has the input's columns, the declared ones, and for each step
    /// both once more, called `step.column`: the state.
    pub(super) fn scan_rows(
        &mut self,
        input: Plan,
        scan: &'q ast::Scan,
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        if !scan.partition_by.is_empty() || !scan.order_by.is_empty() {
            return self.not_supported("scan with partition by or order by", operator.keyword_span);
        }
        let mut fields = input.schema.fields.clone();
        let mut defaults = Vec::with_capacity(scan.declare.len());
        for declared in &scan.declare {
            let ParameterKind::Scalar(type_name) = &declared.kind else {
                return self.mistake("A declared column must be a scalar", declared.span);
            };
            let data_type = self.type_name(type_name)?;
            defaults.push(match &declared.default {
                Some(default) => {
                    let bound = self.scalar(default, &Schema::default())?;
                    convert(bound, data_type, self.surroundings.context)
                }
                None => Expr::constant(kql_types::Value::absent(data_type), declared.span),
            });
            fields.push(Field::new(declared.name.text.as_str(), data_type));
        }
        let extended = Arc::new(Schema::new(fields.clone()));
        let mut state_fields = fields.clone();
        for step in &scan.steps {
            state_fields.extend(
                fields
                    .iter()
                    .map(|field| Field::new(format!("{}.{}", step.name.text, field.name), field.data_type)),
            );
        }
        let row = Schema::new(state_fields);
        let steps = scan
            .steps
            .iter()
            .map(|step| self.scan_step(step, scan, &extended))
            .collect::<Option<Vec<_>>>()?;
        let match_id = Self::parameter_word(operator, "with_match_id");
        if let Some(name) = match_id {
            fields.push(Field::new(name, ScalarType::Long));
        }
        let schema = Arc::new(Schema::new(fields));
        let operation = Scan {
            width: extended.len(),
            defaults,
            steps,
            row: Arc::new(row),
            schema: schema.clone(),
            match_id: match_id.is_some(),
        };
        Some(Plan::new(Operator::WholeTable { inputs: vec![input], operation: Arc::new(operation) }, schema))
    }

    fn scan_step(
        &mut self,
        step: &'q ast::ScanStep,
        scan: &'q ast::Scan,
        extended: &Arc<Schema>,
    ) -> Option<ScanStep> {
        let output = match step.output.as_ref().map(|word| word.text.as_str()) {
            None | Some("all") => ScanOutput::All,
            Some("last") => ScanOutput::Last,
            Some("none") => ScanOutput::None,
            Some(_) => return self.mistake("The output of a step is all, last or none", step.span),
        };
        if step.optional {
            return self.not_supported("an optional step of scan", step.name.span);
        }
        let outer = self.environment.clone();
        for (index, other) in scan.steps.iter().enumerate() {
            let state = Binding::Row { first: extended.len() * (1 + index), schema: extended.clone() };
            self.environment.declare(&other.name.text, state, true);
        }
        let bound = self.step_expressions(step, extended);
        self.environment = outer;
        let (condition, assignments) = bound?;
        Some(ScanStep { condition, assignments, output })
    }

    fn step_expressions(
        &mut self,
        step: &'q ast::ScanStep,
        extended: &Schema,
    ) -> Option<(Expr, Vec<(usize, Expr)>)> {
        let condition = self.predicate(&step.condition, extended)?;
        let mut assignments = Vec::with_capacity(step.assignments.len());
        for assignment in &step.assignments {
            let Some(name) = assignment.names.first() else {
                return self.mistake("`column = value` is expected", assignment.span);
            };
            let target = self.column_position(name, extended)?;
            let value = self.scalar(&assignment.value, extended)?;
            assignments
                .push((target, convert(value, extended.fields[target].data_type, self.surroundings.context)));
        }
        Some((condition, assignments))
    }
}
