//! Every function and operator of the language: one definition each.
//!
//! A definition holds names, signatures, result type, result name, doc line, example and kernel. The binder,
//! `kql functions`, completion and the support matrix read it from [`registry`]; to add a function is to add
//! one definition to one family's list.

pub mod aggregates;
mod arrivals;
mod context;
mod definition;
pub mod kernel;
mod location;
mod network;
pub mod plugins;
pub mod registry;
mod regular_expression;
pub mod scalar;
pub mod signature;
mod sketches;
#[cfg(test)]
mod testing;
mod text;

pub use arrivals::Arrivals;
pub use context::{Context, KernelError, Warnings};
pub use definition::{
    Accumulator, AggregateForm, AggregateFunction, AggregateKernel, AggregateOverload, ArgumentInfo, Arity,
    BoundKernel, Call, Example, Kernel, MakeAccumulator, Overload, ParameterType, ResultColumns, ResultName,
    Returns, ScalarFunction, Support,
};
pub use location::LocationDatabase;
pub use plugins::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
    PluginShape,
};
