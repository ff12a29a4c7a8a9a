//! Goes through a syntax tree.
//!
//! [`Visitor`] is told of every node; what it does not handle itself goes on to the nodes below.

use crate::ast::{
    BinaryOperator, EvaluateSchema, Expr, ExprKind, FunctionDeclaration, FunctionParameter, MvExpandColumn,
    NamedExpr, Operator, OperatorKind, Query, SortKey, Statement, StatementKind,
};

/// Is told of the nodes of a tree. A method that is overridden goes below its node with [`expression`], [`operator`] or
/// [`statement`], or leaves that out.
pub trait Visitor<'q> {
    /// An expression, scalar or tabular.
    fn expression(&mut self, found: &'q Expr) {
        expression(self, found);
    }

    /// A tabular operator.
    fn operator(&mut self, found: &'q Operator) {
        operator(self, found);
    }

    /// A statement.
    fn statement(&mut self, found: &'q Statement) {
        statement(self, found);
    }
}

/// All statements of a query.
pub fn query<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, query: &'q Query) {
    query.statements.iter().for_each(|one| visitor.statement(one));
}

/// What is below a statement.
pub fn statement<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, statement: &'q Statement) {
    match &statement.kind {
        StatementKind::Let { value, .. } | StatementKind::Alias { value, .. } => visitor.expression(value),
        StatementKind::Function(declaration) => function(visitor, declaration),
        StatementKind::Set { value, .. } => value.iter().for_each(|value| visitor.expression(value)),
        StatementKind::QueryParameters(parameters) => defaults(visitor, parameters),
        StatementKind::Restrict(entities) => entities.iter().for_each(|one| visitor.expression(one)),
        StatementKind::Pattern(declaration) => {
            declaration.cases.iter().flat_map(|case| &case.body).for_each(|one| visitor.statement(one));
        }
        StatementKind::Expression(value) => visitor.expression(value),
    }
}

fn function<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, declaration: &'q FunctionDeclaration) {
    defaults(visitor, &declaration.parameters);
    declaration.body.iter().for_each(|one| visitor.statement(one));
}

fn defaults<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, parameters: &'q [FunctionParameter]) {
    parameters.iter().filter_map(|one| one.default.as_ref()).for_each(|one| visitor.expression(one));
}

/// What is below an expression.
pub fn expression<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, expression: &'q Expr) {
    match &expression.kind {
        ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::Wildcard(_)
        | ExprKind::Star
        | ExprKind::TypeOf { .. }
        | ExprKind::InlineExternalTable => {}
        ExprKind::Call { arguments, .. } => named(visitor, arguments),
        ExprKind::Member { object, member } => {
            [object, member].into_iter().for_each(|one| visitor.expression(one))
        }
        ExprKind::Index { object, index } => {
            [object, index].into_iter().for_each(|one| visitor.expression(one))
        }
        ExprKind::Bracketed(inner) => visitor.expression(inner),
        ExprKind::Unary { operand, .. } => visitor.expression(operand),
        ExprKind::Binary { left, right, .. } => {
            [left, right].into_iter().for_each(|one| visitor.expression(one))
        }
        ExprKind::InList { value, list, .. } => {
            visitor.expression(value);
            list.iter().for_each(|one| visitor.expression(one));
        }
        ExprKind::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|one| visitor.expression(one));
        }
        ExprKind::Pipe { source, operators } => {
            source.iter().for_each(|source| visitor.expression(source));
            operators.iter().for_each(|one| visitor.operator(one));
        }
        ExprKind::Source(operator) => visitor.operator(operator),
        ExprKind::DataTable { values, .. } => values.iter().for_each(|one| visitor.expression(one)),
        ExprKind::ExternalData { paths, properties, .. } => {
            paths.iter().for_each(|one| visitor.expression(one));
            properties.iter().for_each(|one| visitor.expression(&one.value));
        }
        ExprKind::EntityGroup(members) => members.iter().for_each(|one| visitor.expression(one)),
    }
}

fn named<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, list: &'q [NamedExpr]) {
    list.iter().for_each(|one| visitor.expression(&one.value));
}

fn all<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, list: impl IntoIterator<Item = &'q Expr>) {
    list.into_iter().for_each(|one| visitor.expression(one));
}

fn keys<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, keys: &'q [SortKey]) {
    keys.iter().for_each(|key| visitor.expression(&key.value.value));
}

fn expanded<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, columns: &'q [MvExpandColumn]) {
    columns.iter().for_each(|column| visitor.expression(&column.value.value));
}

/// What is below an operator, in the order of the text.
pub fn operator<'q, V: Visitor<'q> + ?Sized>(visitor: &mut V, operator: &'q Operator) {
    use OperatorKind as Kind;
    operator.parameters.iter().for_each(|one| visitor.expression(&one.value));
    match &operator.kind {
        Kind::As(_)
        | Kind::AssertSchema(_)
        | Kind::Consume
        | Kind::Count(_)
        | Kind::ExecuteAndCache
        | Kind::GetSchema => {}
        Kind::Distinct(list)
        | Kind::Extend(list)
        | Kind::Print(list)
        | Kind::Project(list)
        | Kind::ProjectRename(list)
        | Kind::Serialize(list)
        | Kind::Fork(list) => named(visitor, list),
        Kind::ProjectAway(list)
        | Kind::ProjectByNames(list)
        | Kind::ProjectKeep(list)
        | Kind::Union(list) => all(visitor, list),
        Kind::Where(one) | Kind::Take(one) | Kind::Sample(one) | Kind::Invoke(one) => visitor.expression(one),
        Kind::Evaluate { call, schema: None | Some(EvaluateSchema { .. }) } => visitor.expression(call),
        Kind::Facet { columns, with } => all(visitor, columns.iter().chain(with.as_deref())),
        Kind::Find { tables, predicate, project, project_away, .. } => {
            all(visitor, tables.iter().chain([predicate]));
            all(visitor, project.iter().map(|column| &column.value).chain(project_away));
        }
        Kind::Graph(graph) => all(visitor, &graph.expressions),
        Kind::Join { right, on } | Kind::Lookup { right, on } => {
            all(visitor, std::iter::once(&**right).chain(on))
        }
        Kind::MacroExpand { group, body, .. } => {
            visitor.expression(group);
            body.iter().for_each(|one| visitor.statement(one));
        }
        Kind::MakeSeries(series) => {
            for aggregate in &series.aggregates {
                visitor.expression(&aggregate.value.value);
                all(visitor, &aggregate.default);
            }
            visitor.expression(&series.on.value);
            all(visitor, series.from.iter().chain(&series.to).chain(&series.step));
            all(visitor, series.in_range.iter().flat_map(|(from, to, step)| [from, to, step]));
            named(visitor, &series.by);
        }
        Kind::MvApply { columns, limit, context_id, subquery } => {
            expanded(visitor, columns);
            all(visitor, limit.iter().chain(context_id).chain([&**subquery]));
        }
        Kind::MvExpand { columns, limit } => {
            expanded(visitor, columns);
            all(visitor, limit);
        }
        Kind::Sort(list) => keys(visitor, list),
        Kind::Parse { value, .. } => visitor.expression(value),
        Kind::ParseKv { value, properties, .. } => {
            visitor.expression(value);
            properties.iter().for_each(|one| visitor.expression(&one.value));
        }
        Kind::Partition { by, scope, subquery } => {
            all(visitor, std::iter::once(by).chain(scope).chain([&**subquery]));
        }
        Kind::ProjectReorder(list) => list.iter().for_each(|key| visitor.expression(&key.column)),
        Kind::Range { from, to, step, .. } => all(visitor, [from, to, step]),
        Kind::Reduce { by, properties } => {
            visitor.expression(by);
            properties.iter().for_each(|one| visitor.expression(&one.value));
        }
        Kind::Render { properties, .. } => properties.iter().for_each(|one| visitor.expression(&one.value)),
        Kind::SampleDistinct { count, of } => all(visitor, [count, of]),
        Kind::Scan(scan) => {
            keys(visitor, &scan.order_by);
            all(visitor, &scan.partition_by);
            defaults(visitor, &scan.declare);
            for step in &scan.steps {
                visitor.expression(&step.condition);
                named(visitor, &step.assignments);
            }
        }
        Kind::Search { tables, predicate } => all(visitor, tables.iter().chain([predicate])),
        Kind::Summarize { aggregates, by } => {
            named(visitor, aggregates);
            named(visitor, by);
        }
        Kind::Top { count, by } => all(visitor, [count, &by.value.value]),
        Kind::TopHitters { count, of, by } => {
            all(visitor, [count, &of.value]);
            all(visitor, by.iter().map(|by| &by.value));
        }
        Kind::TopNested(clauses) => {
            for clause in clauses {
                all(visitor, clause.count.iter().chain([&clause.of.value]).chain(&clause.with_others));
                visitor.expression(&clause.by.value.value);
            }
        }
    }
}

/// The conditions that must all hold for the predicate to hold.
pub fn conjuncts(predicate: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut waiting = vec![predicate];
    while let Some(one) = waiting.pop() {
        match &one.kind {
            ExprKind::Binary { operator: BinaryOperator::And, left, right, .. } => {
                waiting.push(right);
                waiting.push(left);
            }
            _ => found.push(one),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gathers the names that are read.
    #[derive(Default)]
    struct Names<'q>(Vec<&'q str>);

    impl<'q> Visitor<'q> for Names<'q> {
        fn expression(&mut self, found: &'q Expr) {
            if let ExprKind::Name(name) = &found.kind {
                self.0.push(&name.text);
            }
            expression(self, found);
        }
    }

    #[test]
    fn every_part_of_a_query_is_met() {
        let text = "let f = (x: long = d) { A | where a == x };\nB | join kind=inner (C | extend e = b[c]) on k\n\
                    | summarize n = count(g) by h = bin(t, s) | make-series m = avg(n) default = z on t from p to q step r\n\
                    | mv-apply v on (where w in (D | project o)) | top 3 by y | project-reorder u";
        let parsed = crate::parse(text);
        let mut names = Names::default();
        query(&mut names, &parsed.query);
        let expected = "d A a x B inner C b c k g t s n z t p q r v w D o y u";
        assert_eq!(names.0.join(" "), expected);
    }
}
