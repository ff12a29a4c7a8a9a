//! Functions that are stored apart from queries, as `.kql` files: those that are built in, and those of a folder.

use std::collections::BTreeMap;

use kql_parser::ast::{FunctionDeclaration, Name, Query, Statement, StatementKind};
use kql_parser::{Severity, Span, line_column};

/// Functions that every query may call.
#[derive(Clone, Debug, Default)]
pub struct FunctionLibrary {
    functions: BTreeMap<String, StoredFunction>,
}

/// A function with its text.
#[derive(Clone, Debug)]
pub struct StoredFunction {
    /// How it is called, and its body. Spans are those of its own text.
    pub(crate) declaration: FunctionDeclaration,
    /// Whether it stands for a service that only the cloud has: it gives that service's columns, empty.
    pub(crate) is_substitute: bool,
}

/// What is built in, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("AssignedIPAddresses", include_str!("../library/AssignedIPAddresses.kql")),
    ("DeviceFromIP", include_str!("../library/DeviceFromIP.kql")),
    ("FileProfile", include_str!("../library/FileProfile.kql")),
    ("SeenBy", include_str!("../library/SeenBy.kql")),
];

impl FunctionLibrary {
    /// The functions that are built in.
    pub fn built_in() -> Self {
        let mut library = Self::default();
        for (name, text) in BUILT_IN {
            // They are tested to parse; one that did not would be missing, and calls of it refused.
            if let Ok(declaration) = declaration(name, text) {
                let function = StoredFunction { declaration, is_substitute: true };
                library.functions.insert((*name).to_owned(), function);
            }
        }
        library
    }

    /// The names of the functions that are built in, each with the first sentence of its text.
    pub fn built_in_docs() -> impl Iterator<Item = (&'static &'static str, &'static str)> {
        let first_sentence = |text: &'static str| {
            let line = text.lines().next().unwrap_or_default().trim_start_matches("// ");
            line.split_inclusive(". ").next().unwrap_or_default().trim_end()
        };
        BUILT_IN.iter().map(move |(name, text)| (name, first_sentence(text)))
    }

    /// Adds a function, or replaces one of that name. The text is either `let NAME = (parameters) { body };`, with other
    /// declarations before it, or a command `.create-or-alter function NAME(parameters) { body }`, or a query, which is
    /// the body of a function without parameters.
    ///
    /// # Errors
    /// What is wrong with the text, with its place, in one sentence.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), String> {
        let declaration = declaration(name, text)?;
        let function = StoredFunction { declaration, is_substitute: false };
        self.functions.insert(name.to_owned(), function);
        Ok(())
    }

    /// The names of all functions, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&StoredFunction> {
        self.functions.get(name)
    }
}

fn declaration(name: &str, text: &str) -> Result<FunctionDeclaration, String> {
    let from_command = command_body(name, text);
    let text = from_command.as_deref().unwrap_or(text);
    let parsed = kql_parser::parse(text);
    if let Some(error) = parsed.diagnostics.iter().find(|found| found.severity == Severity::Error) {
        let place = line_column(text, error.span.start);
        return Err(format!("line {}, column {}: {}", place.line, place.column, error.message));
    }
    Ok(function_of(name, parsed.query))
}

/// A command that stores a function, as a `let` statement.
fn command_body(name: &str, text: &str) -> Option<String> {
    let text = text.trim_start();
    let command = text.strip_prefix(".create-or-alter").or_else(|| text.strip_prefix(".create"))?;
    let rest = command.trim_start().strip_prefix("function")?;
    // What comes before the name are properties: `ifnotexists with (docstring = "...")`.
    let body = rest.find('{')?;
    let parameters = rest[..body].rfind(&format!("{name}("))? + name.len();
    Some(format!("let {name} = {}", &rest[parameters..]))
}

/// The function of that name, or the last one, with what is declared before it; else the query as a body.
fn function_of(name: &str, query: Query) -> FunctionDeclaration {
    let is_function = |statement: &Statement| matches!(&statement.kind, StatementKind::Function(_));
    let is_named = |statement: &Statement| matches!(&statement.kind, StatementKind::Function(function) if function.name.text == name);
    let mut statements = query.statements;
    let has_result = statements.iter().any(|one| matches!(one.kind, StatementKind::Expression(_)));
    let place = statements.iter().position(is_named).or_else(|| statements.iter().rposition(is_function));
    if let Some(place) = place.filter(|_| !has_result) {
        let after = statements.split_off(place);
        if let Some(Statement { kind: StatementKind::Function(mut function), .. }) = after.into_iter().next()
        {
            statements.append(&mut function.body);
            function.body = statements;
            return function;
        }
    }
    let span = Span::default();
    FunctionDeclaration {
        name: Name { text: name.to_owned(), span },
        view: false,
        parameters: Vec::new(),
        body: statements,
        body_span: span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_parses() {
        let library = FunctionLibrary::built_in();
        assert_eq!(library.names().count(), BUILT_IN.len());
        for name in library.names() {
            let parameters = library.get(name).map(|function| function.declaration.parameters.len());
            assert!(parameters > Some(0), "{name} has parameters");
        }
    }

    #[test]
    fn each_way_to_write_a_function_is_read() {
        let parameters = |text: &str| {
            declaration("F", text).map(|function| (function.parameters.len(), function.body.len()))
        };
        assert_eq!(parameters("let a = 1; let F = (x:long) { print x + a };"), Ok((1, 2)));
        assert_eq!(
            parameters(".create-or-alter function with (folder='f') F(x:long, y:long=2) { print x }"),
            Ok((2, 1))
        );
        assert_eq!(parameters("let a = 1; T | where x == a"), Ok((0, 2)));
        assert_eq!(
            parameters("T |"),
            Err("line 1, column 4: expected an operator after `|`, but the text ends here".to_owned())
        );
    }
}
