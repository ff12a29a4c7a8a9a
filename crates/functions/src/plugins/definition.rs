//! The shape of a plugin's definition.

use std::fmt;

use kql_types::{Batch, Column, ScalarType, Schema, Value};

use crate::{Context, Example, KernelError};

/// A tabular function that `evaluate` calls: `T | evaluate name(arguments) : (output schema)`.
///
/// <https://learn.microsoft.com/kusto/query/evaluate-operator>
///
/// How the planner binds one: it matches the arguments to [`Plugin::parameters`], gets the output schema from
/// [`Plugin::schema`], and leaves a whole-table operation that calls [`Plugin::evaluate`].
#[derive(Debug)]
pub struct Plugin {
    /// The canonical name first, then aliases.
    pub names: &'static [&'static str],
    /// What it does, in one line.
    pub doc: &'static str,
    /// Queries that show it; they are run as tests.
    pub examples: &'static [Example],
    /// In order. An argument `name = value` goes to the parameter of that name, wherever it stands. A positional
    /// argument goes to the first parameter, from where the last one went, that it fits: a column name fits
    /// [`PluginParameterKind::Column`] and its siblings, an aggregate call [`PluginParameterKind::Aggregate`], and so
    /// on; parameters that may be absent are passed over.
    pub parameters: &'static [PluginParameter],
    /// The output columns.
    pub schema: PluginSchema,
    /// The code. Callers use [`Plugin::evaluate`].
    pub run: fn(&PluginCall<'_>) -> Result<Batch, KernelError>,
}

/// A parameter of a plugin.
#[derive(Debug)]
pub struct PluginParameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: PluginParameterKind,
    /// How often it must or may be given.
    pub count: ParameterCount,
}

/// How often a parameter of a plugin is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterCount {
    /// Exactly once.
    One,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Repeated,
}

/// What a parameter of a plugin takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginParameterKind {
    /// The name of a column of the piped input.
    Column,
    /// The name of a column of the piped input, or `'~'`, which stands for none. It is not passed over.
    ColumnOrDefault,
    /// A constant expression of that type; an int or long is widened to it.
    Constant(ScalarType),
    /// A constant expression of any type, unchanged.
    AnyConstant,
    /// An expression of that type over the piped input.
    Expression(ScalarType),
    /// A tabular expression. It becomes the next input.
    Table,
    /// The name of a column of the [`PluginParameterKind::Table`] input.
    TableColumn,
    /// A name that both inputs have as a column.
    CommonColumn,
    /// An aggregate call, `count()` where it is left out; only of `pivot`. The planner summarizes the input before:
    /// `summarize value = AGGREGATE by KEYS, PIVOT`, where the pivot is the plugin's first column argument and the keys
    /// are its further ones; without any, all columns but the pivot and those that the aggregate mentions. The plugin's
    /// input is that summary: keys, pivot, value.
    Aggregate,
}

/// An argument of a plugin.
#[derive(Clone, Debug)]
pub enum PluginArgument {
    /// Position of a column in the first input.
    Column(usize),
    /// Position of a column in the second input.
    TableColumn(usize),
    /// Positions of a column in the first and in the second input.
    CommonColumn(usize, usize),
    /// A value.
    Constant(Value),
    /// Position in [`PluginCall::expressions`].
    Expression(usize),
    /// Position in [`PluginCall::inputs`].
    Table(usize),
    /// The aggregate has been computed; its value over no rows is this.
    Aggregate(Value),
}

/// A plugin's output columns.
#[derive(Clone, Copy)]
pub enum PluginSchema {
    /// Follows from the input columns and the arguments.
    Known(fn(&PluginShape<'_>) -> Result<Schema, String>),
    /// Follows from the rows. Unless the query declares the output schema the planner evaluates the input while
    /// planning, runs the plugin and puts its result into the plan.
    FromRows,
}

impl fmt::Debug for PluginSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PluginSchema::Known(_) => "Known",
            PluginSchema::FromRows => "FromRows",
        })
    }
}

/// What is known of a call of a plugin before a row is read.
#[derive(Clone, Copy, Debug)]
pub struct PluginShape<'a> {
    /// The columns of the inputs, the piped one first.
    pub inputs: &'a [&'a Schema],
    /// As in [`PluginCall::arguments`].
    pub arguments: &'a [Vec<PluginArgument>],
}

/// A call of a plugin over its whole input.
#[derive(Clone, Copy, Debug)]
pub struct PluginCall<'a> {
    /// The piped rows, then those of the table argument.
    pub inputs: &'a [Batch],
    /// What was given for each parameter, in the order of [`Plugin::parameters`]; an entry is empty where a parameter was
    /// left out.
    pub arguments: &'a [Vec<PluginArgument>],
    /// The values of expression arguments over the first input.
    pub expressions: &'a [Column],
    /// The schema that the query declares after the call. A leading `*` in it has been replaced by the columns of the
    /// first input without the one that the plugin's first argument names.
    pub declared: Option<&'a Schema>,
    /// The query's surroundings.
    pub context: &'a Context,
}

impl Plugin {
    /// Runs the plugin. Where a schema is declared the result has it: columns are matched by name, converted to the
    /// declared type, and absent where the plugin gives none of that name.
    pub fn evaluate(&self, call: &PluginCall<'_>) -> Result<Batch, KernelError> {
        let result = (self.run)(call)?;
        match call.declared {
            Some(declared) => Ok(super::declared::conform(&result, declared)),
            None => Ok(result),
        }
    }
}

impl PluginShape<'_> {
    /// Position in the first input of the column given for a parameter.
    pub(super) fn column(&self, parameter: usize) -> Result<usize, String> {
        column(self.arguments, parameter)
    }
}

impl<'a> PluginCall<'a> {
    /// The piped rows.
    pub(super) fn input(&self) -> Result<&'a Batch, KernelError> {
        self.inputs.first().ok_or_else(|| KernelError::new("a plugin needs an input"))
    }

    /// Position in the first input of the column given for a parameter.
    pub(super) fn column(&self, parameter: usize) -> Result<usize, KernelError> {
        column(self.arguments, parameter).map_err(KernelError::new)
    }

    /// Positions in the first input of the columns given for a repeated parameter.
    pub(super) fn columns(&self, parameter: usize) -> Vec<usize> {
        columns(self.arguments, parameter)
    }

    /// The constant given for a parameter, if any.
    pub(super) fn constant(&self, parameter: usize) -> Option<&'a Value> {
        match self.arguments.get(parameter)?.first()? {
            PluginArgument::Constant(value) => Some(value),
            _ => None,
        }
    }
}

fn column(arguments: &[Vec<PluginArgument>], parameter: usize) -> Result<usize, String> {
    match arguments.get(parameter).and_then(|given| given.first()) {
        Some(PluginArgument::Column(index)) => Ok(*index),
        _ => Err(format!("argument {} must name a column", parameter + 1)),
    }
}

/// Positions in the first input of the columns given for a repeated parameter.
pub(super) fn columns(arguments: &[Vec<PluginArgument>], parameter: usize) -> Vec<usize> {
    arguments
        .get(parameter)
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            PluginArgument::Column(index) => Some(*index),
            _ => None,
        })
        .collect()
}
