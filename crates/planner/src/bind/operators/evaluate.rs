//! `evaluate plugin(arguments) : (schema)`

use std::sync::Arc;

use kql_functions::{
    ParameterCount, Plugin, PluginArgument, PluginParameter, PluginParameterKind as Kind, PluginSchema,
    PluginShape, registry,
};
use kql_parser::ast::{self, ExprKind as Ast, Literal, Name, NamedExpr};
use kql_parser::{Code, Span};
use kql_types::{Field, ScalarType, Schema, Value};

use super::summarize::aggregation;
use crate::bind::Binder;
use crate::bind::names::Namer;
use crate::bind::overload::{convert, widens};
use crate::bind::plans::Column;
use crate::bind::tables::empty;
use crate::plan::{Aggregate, Operator};
use crate::whole_table::PluginOperation;
use crate::{Expr, ExprKind, Plan};

/// Arguments of a plugin while they are matched to its parameters.
struct Given {
    inputs: Vec<Plan>,
    arguments: Vec<Vec<PluginArgument>>,
    expressions: Vec<Expr>,
}

impl<'q> Binder<'q> {
    /// A plugin over the rows before the `|`.
    pub(super) fn evaluate(
        &mut self,
        input: Plan,
        call: &'q ast::Expr,
        schema: Option<&'q ast::EvaluateSchema>,
    ) -> Option<Plan> {
        let Ast::Call { name, arguments } = &call.kind else {
            return self.mistake("A plugin call is expected", call.span);
        };
        let Some(plugin) = registry::plugin(&name.text) else { return self.unknown_plugin(name) };
        let is_pivot = plugin.parameters.iter().any(|parameter| parameter.kind == Kind::Aggregate);
        let given = match is_pivot {
            true => self.pivot_arguments(plugin, input, arguments, call.span)?,
            false => self.plugin_arguments(plugin, input, arguments, call.span)?,
        };
        let declared = match schema {
            Some(schema) => Some(Arc::new(self.declared_result(&given, schema)?)),
            None => None,
        };
        self.plugin_plan(plugin, given, declared, call.span)
    }

    fn unknown_plugin<T>(&mut self, name: &Name) -> Option<T> {
        if registry::is_known("plugin", &name.text) {
            return self.not_supported(format_args!("the plugin {}", name.text), name.span);
        }
        let message = format!("The name '{}' does not refer to any known plugin", name.text);
        let names = registry::plugins().flat_map(|plugin| plugin.names.iter().copied());
        self.unknown_name(message, &name.text, names, name.span)
    }

    /// The declared schema; a leading `*` stands for the columns of the first input without the one that the first
    /// argument names.
    fn declared_result(&mut self, given: &Given, schema: &'q ast::EvaluateSchema) -> Option<Schema> {
        let declared = self.declared_columns(&schema.columns)?;
        let mut fields: Vec<Field> = Vec::new();
        if schema.star {
            let left_out = match given.arguments.first().and_then(|first| first.first()) {
                Some(PluginArgument::Column(index)) => Some(*index),
                _ => None,
            };
            let input = &given.inputs[0].schema;
            fields.extend(
                (0..input.len()).filter(|index| Some(*index) != left_out).map(|i| input.fields[i].clone()),
            );
        }
        fields.extend(declared.fields);
        Some(Schema::new(fields))
    }

    fn plugin_plan(
        &mut self,
        plugin: &'static Plugin,
        given: Given,
        declared: Option<Arc<Schema>>,
        span: Span,
    ) -> Option<Plan> {
        let schemas: Vec<Arc<Schema>> = given.inputs.iter().map(|input| input.schema.clone()).collect();
        let schema = match (plugin.schema, &declared) {
            (_, Some(declared)) => Some(declared.clone()),
            (PluginSchema::Known(schema), None) => {
                let inputs: Vec<&Schema> = schemas.iter().map(|schema| &**schema).collect();
                let shape = PluginShape { inputs: &inputs, arguments: &given.arguments };
                match schema(&shape) {
                    Ok(schema) => Some(Arc::new(schema)),
                    Err(why) => return self.mistake(why, span),
                }
            }
            (PluginSchema::FromRows, None) => None,
        };
        let Given { inputs, arguments, expressions } = given;
        let operation = PluginOperation { plugin, arguments, expressions, declared, span };
        let plan =
            |schema| Plan::new(Operator::WholeTable { inputs, operation: Arc::new(operation) }, schema);
        match schema {
            Some(schema) => Some(plan(schema)),
            None => self.computed_rows(plan(Arc::new(Schema::default())), plugin.names[0], span),
        }
    }

    /// The rows of a plan whose columns only show when it runs: it runs now. In a query that is only checked it cannot.
    fn computed_rows(&mut self, plan: Plan, name: &str, span: Span) -> Option<Plan> {
        let Some(evaluator) = self.surroundings.evaluator else {
            let message = format!("the columns that {name} gives depend on the data");
            return self.undetermined(Code::Semantic, message, span);
        };
        match evaluator.plan(&crate::optimize(plan)) {
            Ok(batch) => {
                if batch.rows == 0 {
                    self.leave_out(name);
                }
                let schema = batch.schema.clone();
                Some(Plan::new(Operator::Rows(Arc::new(batch)), schema))
            }
            Err(error) => self.mistake(error.message, error.span.unwrap_or(span)),
        }
    }

    fn plugin_arguments(
        &mut self,
        plugin: &'static Plugin,
        input: Plan,
        arguments: &'q [NamedExpr],
        span: Span,
    ) -> Option<Given> {
        let mut given = Given {
            inputs: vec![input],
            arguments: vec![Vec::new(); plugin.parameters.len()],
            expressions: Vec::new(),
        };
        let mut next = 0;
        for argument in arguments {
            let place = match argument.names.first() {
                Some(name) => plugin.parameters.iter().position(|parameter| parameter.name == name.text),
                None => (next..plugin.parameters.len())
                    .find(|index| self.fits(&plugin.parameters[*index], &argument.value, &given)),
            };
            let Some(place) = place else {
                let message = format!("The plugin {} does not take this argument here", plugin.names[0]);
                return self.mistake(message, argument.span);
            };
            if argument.names.is_empty() {
                next = match plugin.parameters[place].count {
                    ParameterCount::Repeated => place,
                    _ => place + 1,
                };
            }
            let bound = self.plugin_argument(plugin.parameters[place].kind, &argument.value, &mut given)?;
            given.arguments[place].push(bound);
        }
        for (parameter, bound) in plugin.parameters.iter().zip(&given.arguments) {
            if parameter.count == ParameterCount::One && bound.is_empty() {
                let message = format!("The plugin {} needs a {}", plugin.names[0], parameter.name);
                return self.mistake(message, span);
            }
        }
        Some(given)
    }

    /// Whether a positional argument may be for that parameter.
    fn fits(&mut self, parameter: &PluginParameter, argument: &'q ast::Expr, given: &Given) -> bool {
        let name = match &argument.kind {
            Ast::Name(name) => Some(name.text.as_str()),
            _ => None,
        };
        let input = given.inputs[0].schema.clone();
        let in_input = name.is_some_and(|name| input.index_of(name).is_some());
        match parameter.kind {
            Kind::Column => name.is_some() && (in_input || parameter.count == ParameterCount::One),
            // Never passed over: the tilde is how it is left out.
            Kind::ColumnOrDefault => true,
            Kind::TableColumn => name.is_some() && given.inputs.len() > 1,
            Kind::CommonColumn => {
                in_input
                    && given
                        .inputs
                        .get(1)
                        .is_some_and(|table| name.is_some_and(|n| table.schema.index_of(n).is_some()))
            }
            Kind::Table => self.is_tabular(argument, &input),
            Kind::Expression(_) => true,
            Kind::Constant(_) | Kind::AnyConstant => !in_input && !self.is_tabular(argument, &input),
            Kind::Aggregate => false,
        }
    }

    fn plugin_argument(
        &mut self,
        kind: Kind,
        argument: &'q ast::Expr,
        given: &mut Given,
    ) -> Option<PluginArgument> {
        let input = given.inputs[0].schema.clone();
        match kind {
            Kind::Column => Some(PluginArgument::Column(self.column_argument(argument, &input)?)),
            Kind::ColumnOrDefault if is_tilde(argument) => {
                Some(PluginArgument::Constant(Value::String("~".to_owned())))
            }
            Kind::ColumnOrDefault => Some(PluginArgument::Column(self.column_argument(argument, &input)?)),
            Kind::TableColumn => {
                let table = given.inputs.get(1).map(|table| table.schema.clone()).unwrap_or_default();
                Some(PluginArgument::TableColumn(self.column_argument(argument, &table)?))
            }
            Kind::CommonColumn => {
                let table = given.inputs.get(1).map(|table| table.schema.clone()).unwrap_or_default();
                let (left, right) =
                    (self.column_argument(argument, &input)?, self.column_argument(argument, &table)?);
                Some(PluginArgument::CommonColumn(left, right))
            }
            Kind::Constant(wanted) => Some(PluginArgument::Constant(self.constant(argument, wanted)?)),
            Kind::AnyConstant => {
                let bound = self.scalar(argument, &Schema::default())?;
                match bound.as_constant() {
                    Some(value) => Some(PluginArgument::Constant(value.clone())),
                    None => self.mistake("The expression must be a constant", argument.span),
                }
            }
            Kind::Expression(wanted) => {
                let bound = self.scalar(argument, &input)?;
                if !widens(bound.data_type, wanted) {
                    let message = format!("A value of type {wanted} expected, not {}", bound.data_type);
                    return self.mistake(message, argument.span);
                }
                given.expressions.push(convert(bound, wanted, self.surroundings.context));
                Some(PluginArgument::Expression(given.expressions.len() - 1))
            }
            Kind::Table => {
                let plan = self.table(argument)?;
                given.inputs.push(plan);
                Some(PluginArgument::Table(given.inputs.len() - 1))
            }
            Kind::Aggregate => self.mistake("An aggregate is not expected here", argument.span),
        }
    }

    fn column_argument(&mut self, argument: &'q ast::Expr, row: &Schema) -> Option<usize> {
        match &argument.kind {
            Ast::Name(name) => self.column_position(name, row),
            _ => self.mistake("A column name is expected", argument.span),
        }
    }

    /// `pivot(column, aggregate, keys...)`: the input is summarized first, by the keys and the pivot; without keys by all
    /// columns that neither are the pivot nor occur in the aggregate.
    fn pivot_arguments(
        &mut self,
        plugin: &'static Plugin,
        input: Plan,
        arguments: &'q [NamedExpr],
        span: Span,
    ) -> Option<Given> {
        let Some((pivot, rest)) = arguments.split_first() else {
            return self.mistake(format!("The plugin {} needs a column", plugin.names[0]), span);
        };
        let schema = input.schema.clone();
        let pivot_column = self.column_argument(&pivot.value, &schema)?;
        let (aggregate, keys) = match rest.split_first() {
            Some((aggregate, keys)) => (Some(&aggregate.value), keys),
            None => (None, rest),
        };
        let mut key_columns = Vec::with_capacity(keys.len());
        for key in keys {
            key_columns.push(self.column_argument(&key.value, &schema)?);
        }
        if keys.is_empty() {
            let mut used = Vec::new();
            if let Some(aggregate) = aggregate {
                names_in(aggregate, &mut used);
            }
            key_columns = (0..schema.len())
                .filter(|index| *index != pivot_column && !used.contains(&&*schema.fields[*index].name))
                .collect();
        }
        let group: Vec<Column> = key_columns
            .iter()
            .chain([&pivot_column])
            .map(|index| (schema.fields[*index].name.to_string(), input.column(*index, span)))
            .collect();
        let key_count = group.len();
        let (items, found) = match aggregate {
            Some(aggregate) => self.pivot_aggregate(aggregate, &schema, &group)?,
            None => {
                let value = Expr::new(ExprKind::Column(key_count), ScalarType::Long, span);
                (vec![("count_".to_owned(), value)], vec![self.count_call(span)?])
            }
        };
        let over_nothing = self.over_no_rows(&schema, &items, &found, key_count);
        let summary = aggregation(input, group, found, items);
        let mut bound = vec![Vec::new(); plugin.parameters.len()];
        bound[0].push(PluginArgument::Column(key_count - 1));
        bound[1].push(PluginArgument::Aggregate(over_nothing));
        if let Some(columns) = bound.get_mut(2) {
            columns.extend((0..key_count - 1).map(PluginArgument::Column));
        }
        Some(Given { inputs: vec![summary], arguments: bound, expressions: Vec::new() })
    }

    /// What an aggregate is over no rows: 0 for counts and sums, null for most others.
    fn over_no_rows(&self, input: &Arc<Schema>, items: &[Column], found: &[Aggregate], keys: usize) -> Value {
        let Some((name, item)) = items.first() else { return Value::Null(ScalarType::Dynamic) };
        let mut item = item.clone();
        item.shift_columns(keys);
        let data_type = item.data_type;
        let plan = aggregation(empty(input.clone()), Vec::new(), found.to_vec(), vec![(name.clone(), item)]);
        let computed = self.surroundings.evaluator.and_then(|evaluator| evaluator.plan(&plan).ok());
        match computed.as_ref().and_then(|batch| batch.columns.first()) {
            Some(column) if !column.is_empty() => column.value(0),
            _ => Value::absent(data_type),
        }
    }

    fn pivot_aggregate(
        &mut self,
        aggregate: &'q ast::Expr,
        schema: &Arc<Schema>,
        group: &[Column],
    ) -> Option<(Vec<Column>, Vec<Aggregate>)> {
        let mut namer = Namer::default();
        for (name, _) in group {
            namer.free(name);
        }
        let made = self.one_aggregated(&mut namer, schema, group, aggregate)?;
        match made.0.len() {
            1 => Some(made),
            _ => self.mistake("One aggregate with one column is expected", aggregate.span),
        }
    }
}

fn is_tilde(argument: &ast::Expr) -> bool {
    matches!(&argument.kind, Ast::Literal(Literal::String(text)) if text == "~")
}

fn names_in<'e>(expression: &'e ast::Expr, found: &mut Vec<&'e str>) {
    match &expression.kind {
        Ast::Name(name) => found.push(&name.text),
        Ast::Call { arguments, .. } => arguments.iter().for_each(|argument| names_in(&argument.value, found)),
        Ast::Member { object, .. } => names_in(object, found),
        Ast::Index { object, index } => {
            names_in(object, found);
            names_in(index, found);
        }
        Ast::Unary { operand, .. } => names_in(operand, found),
        Ast::Binary { left, right, .. } => {
            names_in(left, found);
            names_in(right, found);
        }
        Ast::InList { value, list, .. } => {
            names_in(value, found);
            list.iter().for_each(|element| names_in(element, found));
        }
        Ast::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|part| names_in(part, found));
        }
        _ => {}
    }
}
