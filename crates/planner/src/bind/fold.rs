//! Constants are computed while binding.

use kql_functions::{ArgumentInfo, Call, Context, Kernel, Overload, ScalarFunction, Support};
use kql_types::{Operand, ScalarType, Value};

use crate::{Expr, ExprKind};

/// What is known of an expression before a row is read.
pub(crate) fn argument_info(expression: &Expr) -> ArgumentInfo<'_> {
    ArgumentInfo { data_type: expression.data_type, constant: expression.as_constant() }
}

/// The value of a call whose arguments are all constant. `None` where it has to wait for the query to run: a volatile
/// function, or one that fails, whose error belongs to the run.
pub(crate) fn fold_call(
    function: &ScalarFunction,
    overload: &Overload,
    arguments: &[Expr],
    returns: ScalarType,
    context: &Context,
) -> Option<Value> {
    if function.support != Support::Rows {
        return None;
    }
    let values: Option<Vec<&Value>> = arguments.iter().map(Expr::as_constant).collect();
    let operands: Vec<Operand> = values?.into_iter().map(|value| Operand::Constant(value.clone())).collect();
    let call = Call { arguments: &operands, rows: 1, returns, context };
    let column = match overload.kernel {
        Kernel::Columns(kernel) => kernel(&call),
        Kernel::Prepared(prepare) => {
            let infos: Vec<ArgumentInfo<'_>> = arguments.iter().map(argument_info).collect();
            prepare(&infos).and_then(|kernel| kernel(&call))
        }
    };
    column
        .ok()
        .filter(|column| column.len() == 1 && column.data_type() == returns)
        .map(|column| column.value(0))
}

/// The truth value of `and`/`or` over operands, if constants decide it; operands that cannot change it are left out.
pub(crate) fn fold_logic(operands: Vec<Expr>, decisive: bool) -> (Vec<Expr>, Option<bool>) {
    let mut left = Vec::with_capacity(operands.len());
    for operand in operands {
        match operand.as_constant() {
            Some(Value::Bool(value)) if *value == decisive => return (Vec::new(), Some(decisive)),
            Some(Value::Bool(_)) => {}
            _ => left.push(operand),
        }
    }
    let decided = left.is_empty().then_some(!decisive);
    (left, decided)
}

impl Expr {
    /// Makes it read columns that stand `by` places further left.
    pub(crate) fn shift_columns(&mut self, by: usize) {
        match &mut self.kind {
            ExprKind::Column(index) => *index = index.saturating_sub(by),
            ExprKind::Constant(_) | ExprKind::ScalarQuery(_) => {}
            ExprKind::Call { arguments: inner, .. } | ExprKind::And(inner) | ExprKind::Or(inner) => {
                inner.iter_mut().for_each(|one| one.shift_columns(by));
            }
            ExprKind::Path { input, .. } => input.shift_columns(by),
            ExprKind::InQuery { value, .. } => value.shift_columns(by),
        }
    }

    /// Whether the expression reads no column and no row, so that it has one value for the whole query.
    pub(crate) fn is_row_independent(&self) -> bool {
        match &self.kind {
            ExprKind::Column(_) => false,
            ExprKind::Constant(_) | ExprKind::ScalarQuery(_) => true,
            ExprKind::Call { function, arguments, .. } => {
                function.support == Support::Rows && arguments.iter().all(Expr::is_row_independent)
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().all(Expr::is_row_independent),
            ExprKind::Path { input, .. } => input.is_row_independent(),
            ExprKind::InQuery { value, .. } => value.is_row_independent(),
        }
    }
}
