//! Expressions that give a value for a row.

use std::sync::Arc;

use kql_functions::{ScalarFunction, registry};
use kql_parser::ast::{self, BinaryOperator, ExprKind as Ast, ListOperator, Name};
use kql_parser::{Code, Span};
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{PathStep, ScalarType, Schema, Value};

use super::environment::Binding;
use super::fold::{fold_call, fold_logic};
use super::overload::{Mismatch, convert, resolve};
use super::plans::column;
use super::{Binder, column_names, literals};
use crate::complete::NameMeaning;
use crate::{Expr, ExprKind};

impl<'q> Binder<'q> {
    /// The expression over a row of that schema. `None` if it is wrong; the diagnostics then say why.
    pub(super) fn scalar(&mut self, expression: &'q ast::Expr, row: &Schema) -> Option<Expr> {
        let bound = self.scalar_of_kind(expression, row)?;
        match &self.library_call {
            Some((_, span)) => Some(at(bound, *span)),
            None => Some(bound),
        }
    }

    fn scalar_of_kind(&mut self, expression: &'q ast::Expr, row: &Schema) -> Option<Expr> {
        let span = expression.span;
        match &expression.kind {
            Ast::Literal(literal) => Some(Expr::constant(literals::value(literal), span)),
            Ast::Name(name) => self.name(name, row),
            Ast::Call { name, arguments } => self.call(name, arguments, row, span),
            Ast::Member { object, member } => self.member(object, member, row, span),
            Ast::Index { object, index } => self.index(object, index, row, span),
            Ast::Unary { operator, operand } => {
                let operand = self.scalar(operand, row)?;
                self.operator(operator.as_str(), vec![operand], span)
            }
            Ast::Binary { operator, operator_span, left, right } => match operator {
                BinaryOperator::And | BinaryOperator::Or => self.logic(*operator, expression, row),
                BinaryOperator::Search => {
                    self.mistake("':' is only meaningful in the search operator", *operator_span)
                }
                _ if matches!(left.kind, Ast::Star) => self.any_column(*operator, right, row, span),
                _ => self.binary(*operator, left, right, row, span),
            },
            Ast::InList { operator, value, list, .. } => self.in_list(*operator, value, list, row, span),
            Ast::Between { negated, value, low, high } => {
                let parts = [value, low, high].map(|part| self.scalar(part, row));
                let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
                self.operator(if *negated { "!between" } else { "between" }, parts, span)
            }
            Ast::TypeOf { columns, star } => self.type_of(*star, columns, span),
            Ast::Star | Ast::Wildcard(_) => self.mistake("The * syntax is not allowed here", span),
            Ast::Bracketed(_) => self.mistake("A name or a value is expected here", span),
            Ast::Pipe { .. }
            | Ast::Source(_)
            | Ast::DataTable { .. }
            | Ast::ExternalData { .. }
            | Ast::InlineExternalTable => self.mistake("A scalar value is expected here, not a table", span),
            Ast::EntityGroup(_) => self.mistake("A scalar value is expected here, not an entity group", span),
        }
    }

    /// A bool expression; a dynamic is not one.
    pub(super) fn predicate(&mut self, expression: &'q ast::Expr, row: &Schema) -> Option<Expr> {
        let bound = self.scalar(expression, row)?;
        match bound.data_type {
            ScalarType::Bool => Some(bound),
            other => {
                self.mistake(format!("The expression must have the type bool, not {other}"), expression.span)
            }
        }
    }

    /// A constant of that type.
    pub(super) fn constant(&mut self, expression: &'q ast::Expr, wanted: ScalarType) -> Option<Value> {
        let bound = self.scalar(expression, &Schema::default())?;
        if !super::overload::widens(bound.data_type, wanted) {
            let given = bound.data_type;
            return self.mistake(format!("A value of type {wanted} expected, not {given}"), expression.span);
        }
        let converted = convert(bound, wanted, self.surroundings.context);
        match converted.as_constant() {
            Some(value) => Some(value.clone()),
            None => self.mistake("The expression must be a constant", expression.span),
        }
    }

    /// A name: parameters and locals of a function hide columns, columns hide what else `let` declares.
    fn name(&mut self, name: &Name, row: &Schema) -> Option<Expr> {
        let local = self.environment.get_local(&name.text);
        if let Some(Binding::Scalar(value)) = local {
            let value = at(value.clone(), name.span);
            self.note_meaning(name.span, NameMeaning::Variable);
            return Some(value);
        }
        if let Some(index) = row.index_of(&name.text) {
            self.note_meaning(name.span, NameMeaning::Column);
            return Some(column(row, index, name.span));
        }
        match self.environment.get(&name.text) {
            Some(Binding::Scalar(value)) => {
                let value = at(value.clone(), name.span);
                self.note_meaning(name.span, NameMeaning::Variable);
                Some(value)
            }
            Some(Binding::Table(_)) => self.mistake(
                format!(
                    "'{}' is a table, and a scalar value is expected here; toscalar() takes its first cell",
                    name.text
                ),
                name.span,
            ),
            Some(Binding::Row { .. }) => {
                self.mistake(format!("'{}' is a step; write '{}.column'", name.text, name.text), name.span)
            }
            Some(Binding::Function(_) | Binding::Pattern(_)) => {
                self.mistake(format!("'{}' is a function and needs an argument list", name.text), name.span)
            }
            None => self.unknown_column(name, row),
        }
    }

    fn unknown_column<T>(&mut self, name: &Name, row: &Schema) -> Option<T> {
        if let Some(site) = &self.aggregates
            && site.input.index_of(&name.text).is_some()
        {
            let message =
                format!("'{}' must stand inside an aggregate function or in the by clause", name.text);
            return self.mistake(message, name.span);
        }
        if !self.left_out.is_empty() {
            self.unresolved.insert(name.text.clone());
            let message = format!(
                "'{}' refers to nothing known; it may be a column of {}, whose columns are not known",
                name.text,
                self.left_out.join(", ")
            );
            return self.undetermined(Code::UnknownName, message, name.span);
        }
        let message = format!(
            "The name '{}' does not refer to any known column, table, variable or function",
            name.text
        );
        let others: Vec<String> = self.environment.names().map(str::to_owned).collect();
        let candidates = column_names(row).chain(others.iter().map(String::as_str));
        self.unknown_name(message, &name.text, candidates, name.span)
    }

    fn member(
        &mut self,
        object: &'q ast::Expr,
        member: &'q ast::Expr,
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        let Ast::Name(key) = &member.kind else {
            return self.mistake("A property name is expected after the point", member.span);
        };
        if let Ast::Name(name) = &object.kind
            && let Some(Binding::Row { first, schema }) = self.environment.get_local(&name.text)
        {
            let (first, schema) = (*first, schema.clone());
            return match schema.index_of(&key.text) {
                Some(index) => {
                    Some(Expr::new(ExprKind::Column(first + index), schema.fields[index].data_type, span))
                }
                None => self.unknown_column(key, &schema),
            };
        }
        let object = self.scalar(object, row)?;
        if object.data_type != ScalarType::Dynamic {
            let message = format!(
                "'{}' cannot be a property of a {}; only a dynamic has properties",
                key.text, object.data_type
            );
            return self.mistake(message, member.span);
        }
        Some(step(object, PathStep::Key(key.text.as_str().into()), span))
    }

    fn index(
        &mut self,
        object: &'q ast::Expr,
        index: &'q ast::Expr,
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        let (object, index) = (self.scalar(object, row), self.scalar(index, row));
        let (object, index) = (object?, index?);
        if object.data_type != ScalarType::Dynamic {
            let message = format!("[] needs a dynamic before it, not a {}", object.data_type);
            return self.mistake(message, span);
        }
        match index.as_constant() {
            Some(Value::Long(position)) => Some(step(object, PathStep::Index(*position), span)),
            Some(Value::Int(position)) => Some(step(object, PathStep::Index((*position).into()), span)),
            Some(Value::String(key)) => Some(step(object, PathStep::Key(key.as_str().into()), span)),
            _ => self.operator("[]", vec![object, index], span),
        }
    }

    fn type_of(&mut self, star: bool, columns: &[ast::ColumnDeclaration], span: Span) -> Option<Expr> {
        match columns {
            [one] if !star && one.name.text.is_empty() => {
                let data_type = self.type_name(&one.type_name)?;
                Some(Expr::constant(Value::String(data_type.name().to_owned()), span))
            }
            _ => self.mistake("typeof of a single type is expected here", span),
        }
    }

    /// The type that a written name means.
    pub(super) fn type_name(&mut self, written: &ast::TypeName) -> Option<ScalarType> {
        match ScalarType::from_name(&written.text) {
            Some(found) => Some(found),
            None => {
                let names = ScalarType::ALL.iter().map(|known| known.name());
                let message = format!("'{}' is not a type", written.text);
                self.unknown_name(message, &written.text, names, written.span)
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &'q ast::Expr,
        right: &'q ast::Expr,
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        let (left, right) = (self.scalar(left, row), self.scalar(right, row));
        let operands = vec![left?, right?];
        match operator {
            BinaryOperator::Like
            | BinaryOperator::NotLike
            | BinaryOperator::LikeCs
            | BinaryOperator::NotLikeCs => self.like(operator, operands, span),
            _ => self.operator(operator.as_str(), operands, span),
        }
    }

    /// The legacy `like` and its relatives: the whole text matches a pattern in which `*` stands for anything.
    fn like(&mut self, operator: BinaryOperator, mut operands: Vec<Expr>, span: Span) -> Option<Expr> {
        let pattern = match operands.pop().as_ref().and_then(Expr::as_constant) {
            Some(Value::String(pattern)) => pattern.clone(),
            _ => {
                let message = format!("The pattern of '{}' must be a constant string", operator.as_str());
                return self.mistake(message, span);
            }
        };
        let case_sensitive = matches!(operator, BinaryOperator::LikeCs | BinaryOperator::NotLikeCs);
        let expression = super::terms::like_expression(&pattern, case_sensitive);
        let is_text = |data_type| matches!(data_type, ScalarType::String | ScalarType::Dynamic);
        if let Some(other) = operands.iter().find(|operand| !is_text(operand.data_type)) {
            let message =
                format!("The operator '{}' is not defined for a {}", operator.as_str(), other.data_type);
            return self.mistake(message, other.span);
        }
        operands.push(Expr::constant(Value::String(expression), span));
        let matches = self.operator("matches regex", operands, span)?;
        match operator {
            BinaryOperator::NotLike | BinaryOperator::NotLikeCs => self.named_call("not", &[matches], span),
            _ => Some(matches),
        }
    }

    /// `and`, `or`: a run of the same operator becomes one node.
    fn logic(&mut self, operator: BinaryOperator, expression: &'q ast::Expr, row: &Schema) -> Option<Expr> {
        let mut parts = Vec::new();
        operands(operator, expression, &mut parts);
        let bound: Vec<Option<Expr>> = parts.iter().map(|part| self.condition(operator, part, row)).collect();
        let operands: Vec<Expr> = bound.into_iter().collect::<Option<_>>()?;
        Some(logic(operator == BinaryOperator::Or, operands, expression.span))
    }

    fn condition(&mut self, operator: BinaryOperator, part: &'q ast::Expr, row: &Schema) -> Option<Expr> {
        let bound = self.scalar(part, row)?;
        match bound.data_type {
            ScalarType::Bool => Some(bound),
            ScalarType::Dynamic => Some(convert(bound, ScalarType::Bool, self.surroundings.context)),
            other => self.mistake(
                format!("The operator '{}' needs conditions on both sides, not a {other}", operator.as_str()),
                part.span,
            ),
        }
    }

    /// `* has "x"`: true where it is true of any column.
    fn any_column(
        &mut self,
        operator: BinaryOperator,
        right: &'q ast::Expr,
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        let right = self.scalar(right, row)?;
        let columns = (0..row.len()).map(|index| column(row, index, span)).collect();
        self.any_of(operator, &right, columns, span)
    }

    /// Whether the operator is true of any of the values.
    pub(super) fn any_of(
        &mut self,
        operator: BinaryOperator,
        right: &Expr,
        values: Vec<Expr>,
        span: Span,
    ) -> Option<Expr> {
        let as_text = !matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
        let mut alternatives = Vec::with_capacity(values.len());
        for mut value in values {
            if as_text && value.data_type != ScalarType::Dynamic {
                value = convert(value, ScalarType::String, self.surroundings.context);
            }
            alternatives.push(self.operator(operator.as_str(), vec![value, right.clone()], span)?);
        }
        Some(logic(true, alternatives, span))
    }

    fn in_list(
        &mut self,
        operator: ListOperator,
        value: &'q ast::Expr,
        list: &'q [ast::Expr],
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        if matches!(value.kind, Ast::Star) {
            return self.not_supported(format_args!("'* {}'", operator.as_str()), span);
        }
        if let [only] = list
            && self.is_tabular(only, row)
        {
            let value = self.scalar(value, row);
            let plan = self.table(only)?;
            return self.in_query(operator, value?, plan, span);
        }
        let mut arguments = vec![self.scalar(value, row)];
        arguments.extend(list.iter().map(|element| self.scalar(element, row)));
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        self.operator(operator.as_str(), arguments, span)
    }

    fn in_query(
        &mut self,
        operator: ListOperator,
        value: Expr,
        plan: crate::Plan,
        span: Span,
    ) -> Option<Expr> {
        if plan.schema.is_empty() {
            return self.mistake("The table must have a column", span);
        }
        let function = self.operator_definition(operator.as_str(), span)?;
        let list = Expr::constant(Value::Dynamic("[]".to_owned()), span);
        let resolved = match resolve(function.overloads, &[value, list], self.surroundings.context) {
            Ok(resolved) => resolved,
            Err(mismatch) => return self.refuse_operands(operator.as_str(), mismatch, &[], span),
        };
        let value = Box::new(resolved.arguments.into_iter().next()?);
        let plan = Arc::new(plan.keep(&[0]));
        let kind = ExprKind::InQuery { function, overload: resolved.overload, value, plan };
        Some(Expr::new(kind, ScalarType::Bool, span))
    }

    /// An operator over operands.
    pub(super) fn operator(&mut self, symbol: &str, operands: Vec<Expr>, span: Span) -> Option<Expr> {
        let function = self.operator_definition(symbol, span)?;
        match self.resolved_call(function, &operands, span) {
            Ok(call) => Some(call),
            Err(mismatch) => self.refuse_operands(symbol, mismatch, &operands, span),
        }
    }

    fn operator_definition(&mut self, symbol: &str, span: Span) -> Option<&'static ScalarFunction> {
        match registry::scalar(symbol) {
            Some(function) => Some(function),
            None => self.not_supported(format_args!("the operator '{symbol}'"), span),
        }
    }

    /// A call with the overload that fits; folded if all arguments are constant.
    pub(super) fn resolved_call(
        &self,
        function: &'static ScalarFunction,
        arguments: &[Expr],
        span: Span,
    ) -> Result<Expr, Mismatch> {
        let context = self.surroundings.context;
        let resolved = resolve(function.overloads, arguments, context)?;
        let (overload, arguments, returns) = (resolved.overload, resolved.arguments, resolved.returns);
        Ok(match fold_call(function, overload, &arguments, returns, context) {
            Some(value) => Expr::constant(value, span),
            None => Expr::new(ExprKind::Call { function, overload, arguments }, returns, span),
        })
    }

    fn refuse_operands<T>(
        &mut self,
        symbol: &str,
        mismatch: Mismatch,
        operands: &[Expr],
        span: Span,
    ) -> Option<T> {
        let message = match mismatch {
            Mismatch::Together(why) => why,
            Mismatch::Count | Mismatch::Argument(..) => {
                let types: Vec<&str> = operands.iter().map(|operand| operand.data_type.name()).collect();
                format!("The operator '{symbol}' is not defined for the operand types {}", listed(&types))
            }
        };
        self.fail(Code::Semantic, message, span)
    }
}

/// `a`, `a and b`, `a, b and c`
fn listed(words: &[&str]) -> String {
    match words {
        [] => "given".to_owned(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The same expression, shown as standing at `span`.
fn at(mut expression: Expr, span: Span) -> Expr {
    expression.span = span;
    expression
}

/// A step further into a dynamic.
fn step(object: Expr, step: PathStep, span: Span) -> Expr {
    if let Some(value) = object.as_constant() {
        let found = match value {
            Value::Dynamic(text) => Json::new(text)
                .walk(std::slice::from_ref(&step))
                .filter(|found| found.kind() != JsonKind::Null),
            _ => None,
        };
        let found =
            found.map_or(Value::Null(ScalarType::Dynamic), |json| Value::Dynamic(json.text().to_owned()));
        return Expr::constant(found, span);
    }
    let kind = match object.kind {
        ExprKind::Path { input, mut steps } => {
            steps.push(step);
            ExprKind::Path { input, steps }
        }
        _ => ExprKind::Path { input: Box::new(object), steps: vec![step] },
    };
    Expr::new(kind, ScalarType::Dynamic, span)
}

/// `and` or `or` over bools.
pub(super) fn logic(or: bool, operands: Vec<Expr>, span: Span) -> Expr {
    let (mut left, decided) = fold_logic(operands, or);
    if let Some(value) = decided {
        return Expr::constant(Value::Bool(value), span);
    }
    if left.len() == 1
        && let Some(only) = left.pop()
    {
        return only;
    }
    Expr::new(if or { ExprKind::Or(left) } else { ExprKind::And(left) }, ScalarType::Bool, span)
}

fn operands<'e>(operator: BinaryOperator, expression: &'e ast::Expr, found: &mut Vec<&'e ast::Expr>) {
    match &expression.kind {
        Ast::Binary { operator: here, left, right, .. } if *here == operator => {
            operands(operator, left, found);
            operands(operator, right, found);
        }
        _ => found.push(expression),
    }
}
