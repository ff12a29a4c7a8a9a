//! The shape of a definition.

use std::fmt;

use kql_types::{Column, Operand, ScalarType, Value};

use crate::{Context, KernelError};

/// A scalar function or operator.
#[derive(Debug)]
pub struct ScalarFunction {
    /// The canonical name first, then aliases and legacy spellings. Operators are listed by their symbol.
    pub names: &'static [&'static str],
    /// What it does, in one line, with the documentation page or measurement where behaviour is not obvious.
    pub doc: &'static str,
    /// Queries that show it; they are run as tests.
    pub examples: &'static [Example],
    /// How an unnamed result column is called.
    pub result_name: ResultName,
    /// Tried in order; the first whose parameters accept the argument types is taken.
    pub overloads: &'static [Overload],
    /// How it may be evaluated.
    pub support: Support,
}

/// A query and what it answers.
#[derive(Debug)]
pub struct Example {
    /// A complete query, e.g. `print strlen("abc")`.
    pub query: &'static str,
    /// The first cell of its result as `tostring` would show it.
    pub result: &'static str,
}

/// How a function may be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Row by row, from its arguments alone; over constants it is folded.
    Rows,
    /// Row by row, but each row anew: `rand()`, `new_guid()`. Never folded.
    Volatile,
    /// Over the whole serialized table, in order: `row_number()`, `prev()`. The kernel gets whole columns.
    WholeTable,
}

/// How Kusto names a result column that the query does not name.
/// Rules as listed by the official binder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultName {
    /// `Column1`, `Column2`, ... (`print_0` in `print`).
    Generated,
    /// The name that the first argument would have: `tostring(a.b)` is `a_b`.
    FirstArgument,
    /// A prefix, `_`, and the first argument's name: `strlen(z)` is `strlen_z`, `count()` is `count_`.
    PrefixAndFirstArgument(&'static str),
    /// A prefix and that many arguments' names, joined by `_`: `covariance(x, y)` is `covariance_x_y`.
    PrefixAndArguments(&'static str, usize),
    /// The prefix alone.
    Prefix(&'static str),
    /// The call gives several columns where it is a whole item of `extend`, `project` or `print`; see
    /// [`ResultColumns`]. Anywhere else (`series_stats(a)[2]`, `tostring(array_sort_asc(a))`) it is one value without a
    /// name.
    Columns(ResultColumns),
}

/// The columns of a call that gives several.
///
/// The kernel itself returns one dynamic: with two or more columns an array of their values in order, with one column
/// the value itself. The planner unpacks: it computes the call once, takes element `i` and converts it to column `i`'s
/// type. Explicit names stand for the first columns, `(a, b) = f(x)` for two and `a = f(x)` for one; the rest keep the
/// names given here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultColumns {
    /// Always these. Their names are prefix, `_`, the first argument's name (empty if it has none), `_` and suffix:
    /// `series_stats(d.load)` starts with `series_stats_d_load_min`.
    Fixed {
        /// The first part of every name.
        prefix: &'static str,
        /// Suffix and type of each column.
        columns: &'static [(&'static str, ScalarType)],
    },
    /// One dynamic column for each dynamic argument, called as that argument with `_sorted` behind it, or
    /// `array0_sorted`, `array1_sorted`, ... by position where the argument has no name. The name of a `let` counts.
    Sorted,
}

/// One signature and its kernel.
#[derive(Debug)]
pub struct Overload {
    /// The parameters. With [`Arity::Repeat`] the last `n` stand for any number of repetitions.
    pub parameters: &'static [ParameterType],
    /// How many arguments are accepted.
    pub arity: Arity,
    /// The result type.
    pub returns: Returns,
    /// The code.
    pub kernel: Kernel,
}

impl Overload {
    /// A signature with exactly these parameters, over whole columns.
    pub const fn new(
        parameters: &'static [ParameterType],
        returns: Returns,
        kernel: fn(&Call<'_>) -> Result<Column, KernelError>,
    ) -> Self {
        Self { parameters, arity: Arity::Exact, returns, kernel: Kernel::Columns(kernel) }
    }

    /// The same, of which only the first `least` parameters are required.
    pub const fn at_least(mut self, least: usize) -> Self {
        self.arity = Arity::AtLeast(least);
        self
    }

    /// The same, whose last `group` parameters repeat together; at least `least` arguments.
    pub const fn repeating(mut self, group: usize, least: usize) -> Self {
        self.arity = Arity::Repeat { group, least };
        self
    }
}

/// How many arguments an overload accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Exactly as many as there are parameters.
    Exact,
    /// At least `n`; the remaining parameters are optional and may be left out from the end.
    AtLeast(usize),
    /// At least as many as there are parameters; the last `group` parameters repeat together.
    Repeat {
        /// How many parameters, counted from the end, repeat as a group.
        group: usize,
        /// The least number of arguments.
        least: usize,
    },
    /// All parameters but the last repeat together, at least once; behind them comes the last:
    /// `case(condition, value, condition, value, otherwise)`.
    RepeatThenLast,
}

/// Which argument types a parameter accepts. The binder converts the argument to what [`ParameterType`] says the
/// kernel gets, so a kernel sees exactly the types that it is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// That type; the binder widens int to long to real where the wanted type is the wider one. A dynamic argument
    /// is converted (as `tolong(...)` and its siblings do) only for [`ParameterType::ExactOrDynamic`].
    Exact(ScalarType),
    /// That type, or a dynamic, which is converted to it. With `String` this is Kusto's usual text parameter: a
    /// dynamic string arrives unquoted, null as `""`.
    ExactOrDynamic(ScalarType),
    /// String, dynamic or any other scalar; arrives as string, converted as `tostring` does.
    Text,
    /// int, long, real or decimal, unchanged.
    Number,
    /// int or long; arrives as long.
    Integer,
    /// Any type, unchanged.
    Any,
    /// Any type but dynamic, unchanged.
    AnyButDynamic,
    /// Like the others of this kind in the call: all are converted to their common type (int, long, real, decimal
    /// widen; anything with dynamic is the other type; unlike types are dynamic).
    Common,
    /// Like [`ParameterType::Common`], but unlike types are an error (KS232), as in `coalesce`, `max_of`.
    StrictCommon,
    /// Any type, and it must be a literal or constant.
    Literal(ScalarType),
}

/// An overload's result type.
#[derive(Clone, Copy)]
pub enum Returns {
    /// Always that type.
    Exact(ScalarType),
    /// The type of the argument at that position, after conversion.
    Argument(usize),
    /// Int counts as long: the arithmetic result type of the argument at that position.
    Promoted(usize),
    /// The common type of all `Common` arguments.
    Common,
    /// Decided by the arguments; an error is the user's mistake, in one sentence.
    Computed(fn(&[ArgumentInfo<'_>]) -> Result<ScalarType, String>),
}

impl fmt::Debug for Returns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Returns::Exact(data_type) => write!(f, "{data_type}"),
            Returns::Argument(index) => write!(f, "type of argument {index}"),
            Returns::Promoted(index) => write!(f, "promoted type of argument {index}"),
            Returns::Common => f.write_str("common type of the arguments"),
            Returns::Computed(_) => f.write_str("decided by the arguments"),
        }
    }
}

/// What is known of an argument before a row is read.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentInfo<'a> {
    /// Its type.
    pub data_type: ScalarType,
    /// Its value, where it is constant. `typeof(long)` arrives as the string constant `long`.
    pub constant: Option<&'a Value>,
}

/// A function's code.
#[derive(Clone, Copy)]
pub enum Kernel {
    /// Works on whole columns.
    Columns(fn(&Call<'_>) -> Result<Column, KernelError>),
    /// First sees the constant arguments (a regular expression to compile, a path to parse, a set to build) and
    /// makes the code that then works on whole columns. Called once a query.
    Prepared(fn(&[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError>),
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kernel::Columns(_) => "Columns",
            Kernel::Prepared(_) => "Prepared",
        })
    }
}

/// What a [`Kernel::Prepared`] makes.
pub type BoundKernel = Box<dyn Fn(&Call<'_>) -> Result<Column, KernelError> + Send + Sync>;

/// One call over a batch.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The arguments, already converted to the types that the overload asks for.
    pub arguments: &'a [Operand],
    /// Number of rows to produce.
    pub rows: usize,
    /// The result type that was bound.
    pub returns: ScalarType,
    /// The query's surroundings.
    pub context: &'a Context,
}

/// An aggregate function.
#[derive(Debug)]
pub struct AggregateFunction {
    /// The canonical name first, then aliases and legacy spellings with the same behaviour.
    pub names: &'static [&'static str],
    /// What it does, in one line.
    pub doc: &'static str,
    /// Queries that show it; they are run as tests.
    pub examples: &'static [Example],
    /// How an unnamed result column is called.
    pub result_name: ResultName,
    /// How a call is bound, and how many columns it gives.
    pub form: AggregateForm,
    /// Tried in order.
    pub overloads: &'static [AggregateOverload],
}

/// How a call of an aggregate is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateForm {
    /// One result column, from the overload that accepts the arguments.
    Function,
    /// `arg_max(by, values...)`, `arg_min`: one column for each argument, picked from one row by the executor.
    /// The first argument is named by [`AggregateFunction::result_name`]; the others are, where that is a prefix
    /// (the legacy `argmax`), `max_by_value`, else as the argument itself. There are no overloads.
    Extreme {
        /// Whether the largest is wanted.
        largest: bool,
    },
    /// `take_any(values...)`: one column for each argument, all of the first row, picked by the executor. With a single
    /// argument that is not `*` the overload is taken as for [`AggregateForm::Function`]: it prefers a row with a value.
    First,
    /// `percentiles(x, points...)`: one column for each point. Each is bound as a call of the overload over the first
    /// `leading` arguments and that one point, and is named by [`AggregateFunction::result_name`], `_` and the point's
    /// text with `_` for what is no letter or digit: `percentile_x_99_9`.
    PerPoint {
        /// How many arguments come before the points.
        leading: usize,
    },
}

/// One signature of an aggregate.
#[derive(Debug)]
pub struct AggregateOverload {
    /// The parameters.
    pub parameters: &'static [ParameterType],
    /// How many arguments are accepted.
    pub arity: Arity,
    /// The result type.
    pub returns: Returns,
    /// Position of the parameter that is a bool predicate: `sumif(x, p)` 1, `countif(p)` 0, `make_set_if(x, p, limit)` 1.
    /// Rows for which it is not true are taken out before the accumulator sees them, and the accumulator is not given
    /// that argument.
    pub condition: Option<usize>,
    /// Makes the state.
    pub kernel: AggregateKernel,
}

/// Makes an accumulator, given what is known of the arguments (a constant limit or percentile is there) and the bound
/// result type.
pub type MakeAccumulator = fn(&[ArgumentInfo<'_>], ScalarType) -> Result<Box<dyn Accumulator>, KernelError>;

/// An aggregate's code.
#[derive(Clone, Copy)]
pub struct AggregateKernel(pub MakeAccumulator);

impl fmt::Debug for AggregateKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AggregateKernel")
    }
}

/// The state of one aggregate over all groups. Dispatched once a batch; the loops inside are typed.
///
/// Merging must give what one accumulator would have given over the rows in order, so that the result does not depend
/// on how the input was cut. Rows come in runs. A state of which [`Accumulator::is_order_free`] holds may see any of the
/// runs, in ascending order; of others there is one for each run, and they are merged in the order of the runs.
pub trait Accumulator: Send {
    /// Whether states that saw different runs may be merged in any order.
    fn is_order_free(&self) -> bool;
    /// Says of which run the rows are that come next. Only told to states that are order-free.
    fn begin_run(&mut self, run: u32);
    /// Makes room for groups `0..groups`. Called before rows of new groups come.
    fn resize(&mut self, groups: usize);
    /// Adds rows: row `i` of the arguments belongs to `groups[i]`.
    fn update(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError>;
    /// Adds the state of `later`, whose rows come after all rows seen so far, or which is order-free: its group `g` is
    /// `mapping[g]` here. `later` was made by the same kernel; it is taken by value through [`std::any::Any`].
    fn merge(&mut self, later: Box<dyn Accumulator>, mapping: &[u32]) -> Result<(), KernelError>;
    /// The results, one row a group, and consumes the state.
    fn finish(&mut self) -> Column;
    /// For [`Accumulator::merge`] to get at the concrete state.
    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any>;
}
