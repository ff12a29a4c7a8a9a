//! The syntax tree. Every node carries the span of its text.
//!
//! KQL cannot tell scalar from tabular by syntax (`let x = f(a)` may be either), so both are one [`Expr`];
//! the planner decides which it is. The tree keeps what was written: legacy spellings, parameters and hints
//! reach the planner as they stand.

use crate::Span;

/// A whole query text: statements separated by `;`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// In the order of the text.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its text, without the `;`.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `let name = expression`
    Let {
        /// The declared name.
        name: Name,
        /// The value, scalar or tabular.
        value: Expr,
    },
    /// `let name = [view] (parameters) { body }`
    Function(FunctionDeclaration),
    /// `set name [= value]`
    Set {
        /// The option.
        name: Name,
        /// Its value, if one is given.
        value: Option<Expr>,
    },
    /// `declare query_parameters (name: type = default, ...)`
    QueryParameters(Vec<FunctionParameter>),
    /// `alias database name = expression`
    Alias {
        /// The new name of the database.
        name: Name,
        /// What it stands for.
        value: Expr,
    },
    /// `restrict access to (entity, ...)`
    Restrict(Vec<Expr>),
    /// `declare pattern name ...`
    Pattern(PatternDeclaration),
    /// An expression; the last tabular one gives the query's result.
    Expression(Expr),
}

/// A function made by `let`.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDeclaration {
    /// The declared name.
    pub name: Name,
    /// Whether `view` stands before the parameters.
    pub view: bool,
    /// The parameters.
    pub parameters: Vec<FunctionParameter>,
    /// The statements between the braces; the last is the result.
    pub body: Vec<Statement>,
    /// Span of the braces and what they hold.
    pub body_span: Span,
}

/// A parameter of a function or of the query.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionParameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: ParameterKind,
    /// The value taken when the caller gives none.
    pub default: Option<Expr>,
    /// The whole parameter.
    pub span: Span,
}

/// The declared type of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterKind {
    /// `x: long`
    Scalar(TypeName),
    /// `T: (a: string, b: long)`
    Table(Vec<ColumnDeclaration>),
    /// `T: (*)`: any table.
    AnyTable,
}

/// `declare pattern name = (p: string)[path: string] { (values).[path] = { body }; ... }`
#[derive(Clone, Debug, PartialEq)]
pub struct PatternDeclaration {
    /// The declared name.
    pub name: Name,
    /// The parameters; empty for the form that only declares the name.
    pub parameters: Vec<FunctionParameter>,
    /// The path parameter in brackets.
    pub path: Option<FunctionParameter>,
    /// The cases in order.
    pub cases: Vec<PatternCase>,
}

/// One case of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternCase {
    /// The literal arguments that select it.
    pub values: Vec<Expr>,
    /// The literal path that selects it.
    pub path: Option<Expr>,
    /// What it stands for.
    pub body: Vec<Statement>,
    /// The whole case.
    pub span: Span,
}

/// `name: type`
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDeclaration {
    /// The column.
    pub name: Name,
    /// Its type.
    pub type_name: TypeName,
}

/// A type as it is written (`string`, `double`, `datetime`, ...); the planner resolves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The written word.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// An identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name itself: without brackets and quotes, escapes resolved.
    pub text: String,
    /// Where, brackets included.
    pub span: Span,
}

/// An expression, scalar or tabular.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its text, parentheses included.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A literal value.
    Literal(Literal),
    /// A name: column, table, variable; also `$left` and `$right`.
    Name(Name),
    /// A name with `*` in it, as `union`, `find`, `search` and the `project-` family take: `Sec*`.
    Wildcard(String),
    /// `*` alone, as in `count(*)`, `arg_max(T, *)`, `where * has "x"`, `distinct *`.
    Star,
    /// `name(arguments)`
    Call {
        /// The function.
        name: Name,
        /// The arguments; one may be named (`columnsConflict='keep_source'`) or `*`.
        arguments: Vec<NamedExpr>,
    },
    /// `object.name`, `object.['name']`; also `cluster('c').database('d').T` and `database('d').f(x)`.
    Member {
        /// What stands before the point.
        object: Box<Expr>,
        /// A [`ExprKind::Name`], [`ExprKind::Wildcard`] or [`ExprKind::Call`].
        member: Box<Expr>,
    },
    /// `object[index]`
    Index {
        /// What is indexed.
        object: Box<Expr>,
        /// Position or key.
        index: Box<Expr>,
    },
    /// `[expression]` where a name may stand. It parses, and nothing gives it a meaning.
    Bracketed(Box<Expr>),
    /// `-x`, `+x`
    Unary {
        /// The sign.
        operator: UnaryOperator,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `left operator right`
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Span of the operator itself.
        operator_span: Span,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `value in (a, b, ...)` and its relatives over a list: `!in`, `in~`, `!in~`, `has_any`, `has_all`.
    /// The list may be one tabular expression.
    InList {
        /// The operator.
        operator: ListOperator,
        /// Span of the operator itself.
        operator_span: Span,
        /// What is looked for.
        value: Box<Expr>,
        /// The elements between the parentheses.
        list: Vec<Expr>,
    },
    /// `value [!]between (low .. high)`
    Between {
        /// `!between`
        negated: bool,
        /// What is tested.
        value: Box<Expr>,
        /// Lower bound, inclusive.
        low: Box<Expr>,
        /// Upper bound, inclusive.
        high: Box<Expr>,
    },
    /// `typeof(type)`, `typeof(a: type, ...)`, `typeof(*, a: type)`.
    TypeOf {
        /// A leading `*`: all columns of the input as well.
        star: bool,
        /// One unnamed type, or declared columns (an unnamed type has an empty name).
        columns: Vec<ColumnDeclaration>,
    },
    /// `source | operator | operator ...`
    Pipe {
        /// What feeds the first operator. `None` where the text begins with an operator that acts on an
        /// implied input (`mv-apply x on (where ...)`, `partition by k (top 1 by a)`, `fork (count)`).
        source: Option<Box<Expr>>,
        /// The operators in order, at least one.
        operators: Vec<Operator>,
    },
    /// An operator that makes rows: `print`, `range`, `union T1, T2`, `search`, `find`, `evaluate`, ... at the
    /// beginning of a pipeline.
    Source(Box<Operator>),
    /// `datatable (a: string, ...) [ literals ]`
    DataTable {
        /// The columns.
        columns: Vec<ColumnDeclaration>,
        /// The cells, row by row.
        values: Vec<Expr>,
    },
    /// `externaldata (a: string, ...) [ 'path', ... ] [with (format='csv', ...)]`
    ExternalData {
        /// The columns.
        columns: Vec<ColumnDeclaration>,
        /// Where the data is.
        paths: Vec<Expr>,
        /// The `with` properties.
        properties: Vec<Parameter>,
    },
    /// `inline_external_table ...`, of which nothing is kept: nothing here reads such a table.
    InlineExternalTable,
    /// `entity_group [ a, b ]`
    EntityGroup(Vec<Expr>),
}

/// A literal. Its text is already resolved: escapes, verbatim and multi-line strings, adjacent parts joined.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true`, `false`, `bool(1)`; `None` for `bool(null)`.
    Bool(Option<bool>),
    /// `int(5)`; `None` for `int(null)`.
    Int(Option<i32>),
    /// `5`, `0x1f`, `long(5)`; `None` for `long(null)`.
    Long(Option<i64>),
    /// `1.5`, `1e3`, `real(nan)`, `double(1)`; `None` for `real(null)`.
    Real(Option<f64>),
    /// `decimal(1.5)`: the text between the parentheses; `None` for `decimal(null)`.
    Decimal(Option<String>),
    /// `datetime(2024-01-01)`, `date(...)`: the text between the parentheses, unquoted; `None` for null.
    DateTime(Option<String>),
    /// `timespan(1.02:03:04)`, `time(1d)`: the text between the parentheses, unquoted; `None` for null.
    /// `1d`, `1.5h`, `10min` keep their text as well.
    Timespan(Option<String>),
    /// `guid(...)`: the text between the parentheses; `None` for null.
    Guid(Option<String>),
    /// A string.
    String(String),
    /// `dynamic(...)`
    Dynamic(DynamicLiteral),
}

/// What stands inside `dynamic(...)`.
#[derive(Clone, Debug, PartialEq)]
pub enum DynamicLiteral {
    /// `null`
    Null,
    /// Any scalar literal: number, string, bool, datetime, timespan, guid.
    Scalar(Box<Literal>),
    /// `[a, b]`
    Array(Vec<DynamicLiteral>),
    /// `{"k": v}`; keys in the order of the text.
    Bag(Vec<(String, DynamicLiteral)>),
}

/// Signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// Operators between two scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is named for the operator that its `as_str` shows")]
pub enum BinaryOperator {
    Or,
    And,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    EqualTilde,
    NotEqualTilde,
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    MatchesRegex,
    Like,
    NotLike,
    LikeCs,
    NotLikeCs,
    /// `value : "text"`, the term search of `search`.
    Search,
}

/// Operators that look a value up in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is named for the operator that its `as_str` shows")]
pub enum ListOperator {
    In,
    NotIn,
    InTilde,
    NotInTilde,
    HasAny,
    HasAll,
}

/// `expression`, `name = expression` or `(a, b) = expression`.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedExpr {
    /// The names to the left of `=`: none, one, or a list in parentheses.
    pub names: Vec<Name>,
    /// The value.
    pub value: Expr,
    /// The whole.
    pub span: Span,
}

/// A `name = value` or `hint.name = value` that qualifies an operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name as written, points included: `kind`, `hint.strategy`.
    pub name: Name,
    /// The value; a bare word is an [`ExprKind::Name`].
    pub value: Expr,
    /// The whole.
    pub span: Span,
}

/// A tabular operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// What it does.
    pub kind: OperatorKind,
    /// The word it was written with, in lower case: `take` or `limit`, `mvexpand` or `mv-expand`.
    pub keyword: String,
    /// The word's span, where an error about the operator points.
    pub keyword_span: Span,
    /// `kind=`, `hint.*=`, `flags=`, `withsource=`, `isfuzzy=`, ... in the order of the text.
    pub parameters: Vec<Parameter>,
    /// The whole operator without the `|`.
    pub span: Span,
}

/// The tabular operators, legacy spellings included.
#[derive(Clone, Debug, PartialEq)]
pub enum OperatorKind {
    /// `as name`
    As(Name),
    /// `assert-schema (a: string, ...)`
    AssertSchema(Vec<ColumnDeclaration>),
    /// `consume`
    Consume,
    /// `count [as name]`
    Count(Option<Name>),
    /// `distinct a, b` or `distinct *`
    Distinct(Vec<NamedExpr>),
    /// `evaluate plugin(arguments) [: (schema)]`
    Evaluate {
        /// The plugin and its arguments.
        call: Expr,
        /// The declared result schema.
        schema: Option<EvaluateSchema>,
    },
    /// `execute-and-cache`
    ExecuteAndCache,
    /// `extend a = expr, ...`
    Extend(Vec<NamedExpr>),
    /// `facet by a, b [with (subquery)]`
    Facet {
        /// The columns.
        columns: Vec<Expr>,
        /// The sub-query over each.
        with: Option<Box<Expr>>,
    },
    /// `filter`, `where`
    Where(Expr),
    /// `find [in (tables)] [where] predicate [project ... | project-smart] [project-away ...]`
    Find {
        /// The tables; empty means all.
        tables: Vec<Expr>,
        /// The predicate.
        predicate: Expr,
        /// `project` columns, each with an optional type; a call `pack(*)` is kept as an expression.
        project: Vec<FindColumn>,
        /// `project-away` columns.
        project_away: Vec<Expr>,
        /// `project-smart`
        project_smart: bool,
    },
    /// `fork [name=] (subquery) ...`
    Fork(Vec<NamedExpr>),
    /// `getschema`
    GetSchema,
    /// The graph family: `make-graph`, `graph-match`, `graph-shortest-paths`, `graph-to-table`,
    /// `graph-mark-components`, `graph-where-nodes`, `graph-where-edges`, `graph-merge`.
    Graph(GraphOperator),
    /// `invoke function(arguments)`
    Invoke(Expr),
    /// `join kind=... (right) on conditions`
    Join {
        /// The right side.
        right: Box<Expr>,
        /// The conditions of `on`, `and` not yet taken apart.
        on: Vec<Expr>,
    },
    /// `lookup kind=... (right) on conditions`
    Lookup {
        /// The right side.
        right: Box<Expr>,
        /// The conditions of `on`.
        on: Vec<Expr>,
    },
    /// `macro-expand [kind=...] group as scope (subquery)`
    MacroExpand {
        /// The entity group.
        group: Expr,
        /// The scope's name, if one is given.
        scope: Option<Name>,
        /// The statements of the sub-query.
        body: Vec<Statement>,
    },
    /// `make-series ... on axis [from ..] [to ..] step .. [by ..]`
    MakeSeries(Box<MakeSeries>),
    /// `mv-apply ... on (subquery)`
    MvApply {
        /// What is expanded.
        columns: Vec<MvExpandColumn>,
        /// `limit n`
        limit: Option<Expr>,
        /// `id guid`
        context_id: Option<Expr>,
        /// The sub-query: a [`ExprKind::Pipe`] without a source.
        subquery: Box<Expr>,
    },
    /// `mv-expand a [to typeof(t)], ... [limit n]`
    MvExpand {
        /// What is expanded.
        columns: Vec<MvExpandColumn>,
        /// `limit n`
        limit: Option<Expr>,
    },
    /// `order by`, `sort by`
    Sort(Vec<SortKey>),
    /// `parse`, `parse-where`: `parse kind=.. flags=.. expr with pattern`
    Parse {
        /// What is parsed.
        value: Expr,
        /// The pattern's parts.
        pattern: Vec<ParsePart>,
    },
    /// `parse-kv expr as (a: t, ...) with (...)`
    ParseKv {
        /// What is parsed.
        value: Expr,
        /// The keys to find.
        columns: Vec<ColumnDeclaration>,
        /// The `with` properties.
        properties: Vec<Parameter>,
    },
    /// `partition by column (subquery)` and `partition by column { query }`
    Partition {
        /// The column.
        by: Expr,
        /// `in (...)` scope of a legacy form.
        scope: Option<Expr>,
        /// The sub-query: a [`ExprKind::Pipe`] without a source, or a whole query in braces.
        subquery: Box<Expr>,
    },
    /// `print a = expr, ...`
    Print(Vec<NamedExpr>),
    /// `project a, b = expr, ...`
    Project(Vec<NamedExpr>),
    /// `project-away a, b*`
    ProjectAway(Vec<Expr>),
    /// `project-by-names`
    ProjectByNames(Vec<Expr>),
    /// `project-keep a, b*`
    ProjectKeep(Vec<Expr>),
    /// `project-rename new = old, ...`
    ProjectRename(Vec<NamedExpr>),
    /// `project-reorder a, b* asc, ...`
    ProjectReorder(Vec<ReorderKey>),
    /// `range name from a to b step c`
    Range {
        /// The column.
        name: Name,
        /// The first value.
        from: Expr,
        /// The last value, inclusive.
        to: Expr,
        /// The distance.
        step: Expr,
    },
    /// `reduce by expr [with ...]`
    Reduce {
        /// What is reduced.
        by: Expr,
        /// The `with` parameters.
        properties: Vec<Parameter>,
    },
    /// `render chart [with (...)]`
    Render {
        /// `timechart`, `table`, ... ; empty for a bare `render`.
        chart: String,
        /// The properties.
        properties: Vec<Parameter>,
    },
    /// `sample n`
    Sample(Expr),
    /// `sample-distinct n of expr`
    SampleDistinct {
        /// How many.
        count: Expr,
        /// Of what.
        of: Expr,
    },
    /// `scan ... with (step ...;)`
    Scan(Box<Scan>),
    /// `search [in (tables)] predicate`
    Search {
        /// The tables; empty means all, or the piped input.
        tables: Vec<Expr>,
        /// The predicate; a bare string means `* has "string"`.
        predicate: Expr,
    },
    /// `serialize [a = expr, ...]`
    Serialize(Vec<NamedExpr>),
    /// `summarize aggregates by keys`
    Summarize {
        /// The aggregates.
        aggregates: Vec<NamedExpr>,
        /// The group keys.
        by: Vec<NamedExpr>,
    },
    /// `take n`, `limit n`
    Take(Expr),
    /// `top n by key`
    Top {
        /// How many.
        count: Expr,
        /// The key.
        by: SortKey,
    },
    /// `top-hitters n of expr [by expr]`
    TopHitters {
        /// How many.
        count: Expr,
        /// Of what.
        of: NamedExpr,
        /// Weighted by.
        by: Option<NamedExpr>,
    },
    /// `top-nested n of expr [with others = x] by aggregate, ...`
    TopNested(Vec<TopNestedClause>),
    /// `union T1, (T2 | ...), T3*`
    Union(Vec<Expr>),
}

/// `: (a: t, ...)` or `: (*, a: t)` after `evaluate`.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluateSchema {
    /// A leading `*`: the input's columns as well.
    pub star: bool,
    /// The declared columns.
    pub columns: Vec<ColumnDeclaration>,
}

/// A column of `find ... project`.
#[derive(Clone, Debug, PartialEq)]
pub struct FindColumn {
    /// A name, or `pack(*)`.
    pub value: Expr,
    /// `: type`
    pub type_name: Option<TypeName>,
}

/// An expanded column of `mv-expand` or `mv-apply`.
#[derive(Clone, Debug, PartialEq)]
pub struct MvExpandColumn {
    /// `[name =] expression`
    pub value: NamedExpr,
    /// `to typeof(type)`
    pub to_type: Option<TypeName>,
}

/// A key of `sort` or `top`.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    /// What is sorted by; `[name =] expression`.
    pub value: NamedExpr,
    /// `asc` or `desc`, if written.
    pub ascending: Option<bool>,
    /// `nulls first` or `nulls last`, if written.
    pub nulls_first: Option<bool>,
}

/// A key of `project-reorder`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReorderKey {
    /// A name, wildcard or `*`.
    pub column: Expr,
    /// How the columns that a wildcard matches are ordered.
    pub order: Option<ReorderOrder>,
}

/// `asc`, `desc`, `granny-asc`, `granny-desc`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorderOrder {
    /// By name.
    Ascending,
    /// By name, backwards.
    Descending,
    /// By name, runs of digits compared as numbers.
    GrannyAscending,
    /// The same, backwards.
    GrannyDescending,
}

/// A part of a `parse` pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum ParsePart {
    /// `*`: skip.
    Star(Span),
    /// A literal that must occur.
    Text(String, Span),
    /// `name[: type]`: capture.
    Capture {
        /// The new column.
        name: Name,
        /// Its type; string if absent.
        type_name: Option<TypeName>,
    },
}

/// `make-series`
#[derive(Clone, Debug, PartialEq)]
pub struct MakeSeries {
    /// The aggregates.
    pub aggregates: Vec<SeriesAggregate>,
    /// The axis.
    pub on: NamedExpr,
    /// `from`
    pub from: Option<Expr>,
    /// `to`, exclusive.
    pub to: Option<Expr>,
    /// `step`
    pub step: Option<Expr>,
    /// `in range(from, to, step)`, the legacy form, inclusive.
    pub in_range: Option<(Expr, Expr, Expr)>,
    /// The group keys.
    pub by: Vec<NamedExpr>,
}

/// `[name =] aggregate [default = value]`
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesAggregate {
    /// The aggregate.
    pub value: NamedExpr,
    /// The value of an empty bin.
    pub default: Option<Expr>,
}

/// `scan [order by ..] [partition by ..] [declare (..)] with (steps)`
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// `order by`
    pub order_by: Vec<SortKey>,
    /// `partition by`
    pub partition_by: Vec<Expr>,
    /// `declare (name: type = default, ...)`
    pub declare: Vec<FunctionParameter>,
    /// The steps in order.
    pub steps: Vec<ScanStep>,
}

/// `step name [optional] [output=all|last|none]: condition [=> a = expr, ...];`
#[derive(Clone, Debug, PartialEq)]
pub struct ScanStep {
    /// Its name.
    pub name: Name,
    /// `optional`
    pub optional: bool,
    /// `output=`
    pub output: Option<Name>,
    /// The condition.
    pub condition: Expr,
    /// The assignments.
    pub assignments: Vec<NamedExpr>,
    /// The whole.
    pub span: Span,
}

/// `n of expr [with others = value] by aggregate [asc|desc]`
#[derive(Clone, Debug, PartialEq)]
pub struct TopNestedClause {
    /// How many; all if absent.
    pub count: Option<Expr>,
    /// The level's expression.
    pub of: NamedExpr,
    /// `with others = value`
    pub with_others: Option<Expr>,
    /// The aggregate.
    pub by: SortKey,
}

/// An operator of the graph family. They parse in full and are refused by the planner, so the tree keeps
/// only what an error message needs.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphOperator {
    /// The expressions that occur in it, in the order of the text.
    pub expressions: Vec<Expr>,
}
