//! Short forms for the signatures of scalar functions.

use kql_types::{Column, ScalarType};

use crate::{ArgumentInfo, Arity, BoundKernel, Call, Kernel, KernelError, Overload, ParameterType, Returns};

/// Kusto's usual text parameter: a dynamic arrives as its text.
pub(crate) const TEXT: ParameterType = ParameterType::ExactOrDynamic(ScalarType::String);
/// A dynamic, as JSON text.
pub(crate) const DYNAMIC: ParameterType = ParameterType::Exact(ScalarType::Dynamic);

/// Works on whole columns.
pub(crate) type ColumnsKernel = fn(&Call<'_>) -> Result<Column, KernelError>;
/// Sees the constants first.
pub(crate) type PreparedKernel = fn(&[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError>;

/// Exactly these parameters.
pub(crate) const fn columns(
    parameters: &'static [ParameterType],
    returns: ScalarType,
    kernel: ColumnsKernel,
) -> Overload {
    Overload::new(parameters, Returns::Exact(returns), kernel)
}

/// Exactly these parameters, of which constant ones are prepared.
pub(crate) const fn prepared(
    parameters: &'static [ParameterType],
    returns: ScalarType,
    kernel: PreparedKernel,
) -> Overload {
    Overload {
        parameters,
        arity: Arity::Exact,
        returns: Returns::Exact(returns),
        kernel: Kernel::Prepared(kernel),
    }
}

impl Overload {
    /// The same with another result type.
    pub(crate) const fn returning(mut self, returns: Returns) -> Self {
        self.returns = returns;
        self
    }
}

/// Defines a scalar function: its names, doc line, examples, result name and overloads.
macro_rules! scalar_function {
    ($constant:ident, [$($name:literal),+], $doc:literal,
     [$($query:literal => $result:literal),+ $(,)?], $result_name:expr, $overloads:expr $(,)?) => {
        static $constant: $crate::ScalarFunction = $crate::ScalarFunction {
            names: &[$($name),+],
            doc: $doc,
            examples: &[$($crate::Example { query: $query, result: $result }),+],
            result_name: $result_name,
            overloads: &$overloads,
            support: $crate::Support::Rows,
        };
    };
}
pub(crate) use scalar_function;
