//! The operator tree.

use std::sync::Arc;

use kql_functions::{AggregateFunction, AggregateOverload};
use kql_parser::Span;
use kql_tables::{Condition, NeedleGroup, ScanColumn, Table};
use kql_types::{Batch, ScalarType, Schema};

use crate::Expr;

/// An operator and the schema of what it produces.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it does.
    pub operator: Operator,
    /// The columns of its result.
    pub schema: Arc<Schema>,
}

impl Plan {
    /// The plans whose rows it works on.
    pub fn inputs(&self) -> Vec<&Plan> {
        match &self.operator {
            Operator::Scan(_) | Operator::Rows(_) | Operator::Print(_) | Operator::Range { .. } => Vec::new(),
            Operator::Filter { input, .. }
            | Operator::Project { input, .. }
            | Operator::Aggregate { input, .. }
            | Operator::Sort { input, .. }
            | Operator::Top { input, .. }
            | Operator::Take { input, .. } => vec![input],
            Operator::MvExpand(expand) => vec![&expand.input],
            Operator::Join(join) => vec![&join.left, &join.right],
            Operator::Union(inputs) | Operator::WholeTable { inputs, .. } => inputs.iter().collect(),
            Operator::Shared { input, .. } => vec![input],
        }
    }

    /// The plans whose rows it works on, to change them. What is shared with others is not among them.
    pub(crate) fn inputs_mut(&mut self) -> Vec<&mut Plan> {
        match &mut self.operator {
            Operator::Scan(_)
            | Operator::Rows(_)
            | Operator::Print(_)
            | Operator::Range { .. }
            | Operator::Shared { .. } => Vec::new(),
            Operator::Filter { input, .. }
            | Operator::Project { input, .. }
            | Operator::Aggregate { input, .. }
            | Operator::Sort { input, .. }
            | Operator::Top { input, .. }
            | Operator::Take { input, .. } => vec![input],
            Operator::MvExpand(expand) => vec![&mut expand.input],
            Operator::Join(join) => vec![&mut join.left, &mut join.right],
            Operator::Union(inputs) | Operator::WholeTable { inputs, .. } => inputs.iter_mut().collect(),
        }
    }
}

/// The operators. An input is the first field.
#[derive(Clone, Debug)]
pub enum Operator {
    /// Reads a table.
    Scan(Scan),
    /// Rows that the plan holds: `datatable`, `print`, constant `range`, a result computed while planning.
    Rows(Arc<Batch>),
    /// One row whose cells are expressions without columns: `print`, `range` bounds that call `now()`.
    Print(Vec<Expr>),
    /// `range name from a to b step c`; all three of the column's type.
    Range {
        /// First value.
        from: Expr,
        /// Last value, inclusive.
        to: Expr,
        /// Distance.
        step: Expr,
    },
    /// Keeps the rows for which the predicate is true.
    Filter {
        /// Input.
        input: Box<Plan>,
        /// A bool expression.
        predicate: Expr,
    },
    /// One expression an output column: `project` and its forms, `extend`. Names are in the schema. Where an
    /// expression calls a whole-table function the executor evaluates over the whole input at once.
    Project {
        /// Input.
        input: Box<Plan>,
        /// One for each column of the schema.
        columns: Vec<Expr>,
    },
    /// `summarize`, `distinct` (no aggregates), `count`. Output: the keys, then the aggregates, in this order; groups in
    /// order of first appearance. Without keys there is exactly one row, also over no input.
    Aggregate {
        /// Input.
        input: Box<Plan>,
        /// The group keys.
        keys: Vec<Expr>,
        /// The aggregates. What surrounds an aggregate call (`round(avg(x), 2)`) is a `Project` above.
        aggregates: Vec<Aggregate>,
    },
    /// `sort`; stable.
    Sort {
        /// Input.
        input: Box<Plan>,
        /// Major key first.
        keys: Vec<SortKey>,
    },
    /// `top n by keys`, and `sort | take`.
    Top {
        /// Input.
        input: Box<Plan>,
        /// Major key first.
        keys: Vec<SortKey>,
        /// At most that many rows.
        count: u64,
    },
    /// `take n`: the first `n` rows in input order, so that a query gives the same rows every time.
    Take {
        /// Input.
        input: Box<Plan>,
        /// At most that many rows.
        count: u64,
    },
    /// `join`, `lookup`.
    Join(Join),
    /// `union`; the inputs have been projected to the common schema. Rows in the order of the inputs.
    Union(Vec<Plan>),
    /// `mv-expand`
    MvExpand(MvExpand),
    /// `materialize(...)`, and any sub-plan that is used more than once: computed once a query, by `id`.
    Shared {
        /// Same number, same rows.
        id: usize,
        /// What is computed.
        input: Arc<Plan>,
    },
    /// An operator that works on its whole input at once and is described by code that stands with its definition:
    /// plugins, `parse-kv`, `top-nested`, `make-series`, `scan`, ... See [`WholeTable`].
    WholeTable {
        /// Inputs, the piped one first.
        inputs: Vec<Plan>,
        /// What is done.
        operation: Arc<dyn WholeTable>,
    },
}

/// An operation over whole tables. Each lives in a file of its own in the executor's or the planner's `whole_table`
/// room, with its arguments as fields.
pub trait WholeTable: std::fmt::Debug + Send + Sync {
    /// The operator's name, for `explain` and errors.
    fn name(&self) -> &'static str;
    /// Whether it holds plans or expressions of its own, which rewrites do not see. Then what is shared between plans is
    /// left as it is.
    fn may_hold_plans(&self) -> bool {
        true
    }
    /// Computes the result. Each input is one batch.
    fn run(&self, inputs: &[Batch], evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError>;
}

/// What a [`WholeTable`] operation may ask of the executor.
pub trait Evaluate {
    /// The expression over a batch.
    fn expression(&self, expression: &Expr, input: &Batch) -> Result<kql_types::Column, EvaluateError>;
    /// A plan, e.g. of a sub-query over the rows that [`Operator::Rows`] holds.
    fn plan(&self, plan: &Plan) -> Result<Batch, EvaluateError>;
    /// What kernels may know of the query.
    fn context(&self) -> &kql_functions::Context;
}

/// Evaluation failed: the message, and the text that it concerns.
#[derive(Clone, Debug)]
pub struct EvaluateError {
    /// What went wrong.
    pub message: String,
    /// Where in the query.
    pub span: Option<Span>,
}

/// A read of a table with what was pushed into it.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The table.
    pub table: Arc<dyn Table>,
    /// The columns and paths to produce; the plan's schema has the same order.
    pub columns: Vec<ScanColumn>,
    /// A bool expression over `columns`.
    pub predicate: Option<Expr>,
    /// Derived from the predicate.
    pub needles: Vec<NeedleGroup>,
    /// Derived from the predicate.
    pub conditions: Vec<Condition>,
    /// At most that many rows.
    pub limit: Option<u64>,
}

/// One aggregate call.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// What is computed.
    pub call: AggregateCall,
    /// Rows for which it is not true are left out (`sumif`); a bool expression.
    pub condition: Option<Expr>,
    /// Output columns, in order: one, except for the picking aggregates.
    pub outputs: Vec<ScalarType>,
    /// Where it stands in the query.
    pub span: Span,
}

/// What an aggregate computes.
#[derive(Clone, Debug)]
pub enum AggregateCall {
    /// A function over its arguments.
    Function {
        /// The definition.
        function: &'static AggregateFunction,
        /// The chosen signature.
        overload: &'static AggregateOverload,
        /// The arguments, without the condition.
        arguments: Vec<Expr>,
    },
    /// `arg_max(by, values...)`, `arg_min`: the outputs are `by` and the values, of the first row with the extreme value.
    /// Rows whose `by` is null count only in a group without any other, which then gives its first row.
    Extreme {
        /// Whether the largest is wanted.
        largest: bool,
        /// What is compared.
        by: Expr,
        /// What else of that row is wanted.
        values: Vec<Expr>,
    },
    /// `take_any(values...)`: of the first row.
    First {
        /// What is wanted of that row.
        values: Vec<Expr>,
    },
}

/// A sort key.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// What is compared.
    pub expression: Expr,
    /// Smallest first.
    pub ascending: bool,
    /// Nulls before all values.
    pub nulls_first: bool,
}

/// `join`, `lookup`. Keys match as Kusto's `==` does, but null matches null.
#[derive(Clone, Debug)]
pub struct Join {
    /// Left input.
    pub left: Box<Plan>,
    /// Right input.
    pub right: Box<Plan>,
    /// Which rows come out.
    pub kind: JoinKind,
    /// Pairs of expressions over the left and the right input, of one type each.
    pub keys: Vec<(Expr, Expr)>,
    /// What comes out of a pair of rows, for the kinds that give pairs.
    pub outputs: Vec<JoinOutput>,
}

/// A column of a join's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutput {
    /// Position in the left input.
    Left(usize),
    /// Position in the right input.
    Right(usize),
}

/// The kinds of join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// All pairs, after the left side was reduced to its first row per key.
    InnerUnique,
    /// All pairs.
    Inner,
    /// All pairs, and the left rows without a match.
    LeftOuter,
    /// All pairs, and the right rows without a match.
    RightOuter,
    /// All pairs, and the rows of either side without a match.
    FullOuter,
    /// Left rows with a match.
    LeftSemi,
    /// Right rows with a match.
    RightSemi,
    /// Left rows without a match.
    LeftAnti,
    /// Right rows without a match.
    RightAnti,
}

/// `mv-expand`
#[derive(Clone, Debug)]
pub struct MvExpand {
    /// Input.
    pub input: Box<Plan>,
    /// What is expanded, in lockstep.
    pub columns: Vec<ExpandedColumn>,
    /// Output column of `with_itemindex`, always the last.
    pub item_index: bool,
    /// At most that many rows for each input row.
    pub limit: Option<u64>,
    /// `kind=array`: a bag gives `[key, value]` pairs instead of one-key bags.
    pub bags_as_arrays: bool,
}

/// An expanded column.
#[derive(Clone, Debug)]
pub struct ExpandedColumn {
    /// A dynamic expression over the input.
    pub expression: Expr,
    /// Position in the output: an input column's place, or appended.
    pub output: usize,
    /// The type of the elements: dynamic, or that of `to typeof(...)`.
    pub data_type: ScalarType,
}
