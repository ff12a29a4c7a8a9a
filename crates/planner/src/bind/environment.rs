//! What names mean: `let` bindings, function parameters, names given by `as`.

use std::rc::Rc;
use std::sync::Arc;

use kql_parser::ast;
use kql_types::Schema;

use crate::{Expr, Plan};

/// The names in force at a point of the query. A later name hides an earlier one; extending an environment leaves
/// those who hold the old one alone, so a function sees what was declared before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment<'q> {
    latest: Option<Rc<Node<'q>>>,
}

#[derive(Debug)]
struct Node<'q> {
    name: String,
    binding: Binding<'q>,
    local: bool,
    before: Environment<'q>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Binding<'q> {
    /// A value: a constant, a sub-query's cell, or a function's argument over the caller's row.
    Scalar(Expr),
    /// Rows.
    Table(Box<TableBinding>),
    /// A function made by `let`.
    Function(Rc<Function<'q>>),
    /// A row whose columns begin at `first` of the row at hand: the state of a step of `scan`.
    Row {
        /// Position of its first column.
        first: usize,
        /// Its columns.
        schema: Arc<Schema>,
    },
    /// A pattern.
    Pattern(&'q ast::PatternDeclaration),
}

/// Rows that have a name.
#[derive(Clone, Debug)]
pub(crate) struct TableBinding {
    /// How they are computed.
    pub plan: Plan,
    /// What `union withsource=` calls them: only `as` and views have a label of their own.
    pub label: Option<String>,
}

/// A function and the names that its body may use.
#[derive(Debug)]
pub(crate) struct Function<'q> {
    pub declaration: &'q ast::FunctionDeclaration,
    pub environment: Environment<'q>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a function comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A `let` of the query.
    Query,
    /// The library; its spans are those of a text of its own.
    Library,
    /// The library, where it stands for a service that only the cloud has.
    Substitute,
}

impl<'q> Environment<'q> {
    /// Adds a name. `local` says that it is a function's parameter or declared in its body: such a name hides columns,
    /// while columns hide the others.
    pub(crate) fn declare(&mut self, name: &str, binding: Binding<'q>, local: bool) {
        let before = std::mem::take(self);
        self.latest = Some(Rc::new(Node { name: name.to_owned(), binding, local, before }));
    }

    /// What the name stands for.
    pub(crate) fn get(&self, name: &str) -> Option<&Binding<'q>> {
        self.nodes().find(|node| node.name == name).map(|node| &node.binding)
    }

    /// What the name stands for, if it hides a column of the same name.
    pub(crate) fn get_local(&self, name: &str) -> Option<&Binding<'q>> {
        self.nodes().find(|node| node.name == name).filter(|node| node.local).map(|node| &node.binding)
    }

    /// All names, the latest first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes().map(|node| node.name.as_str())
    }

    /// What the names stand for, the latest first.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = &Binding<'q>> {
        self.nodes().map(|node| &node.binding)
    }

    fn nodes(&self) -> impl Iterator<Item = &Node<'q>> {
        std::iter::successors(self.latest.as_deref(), |node| node.before.latest.as_deref())
    }
}
