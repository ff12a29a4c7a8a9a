//! The typed state behind an [`Accumulator`], and short ways to write signatures down.

use std::any::Any;

use kql_types::{Column, Operand};

use crate::{
    Accumulator, AggregateKernel, AggregateOverload, Arity, KernelError, MakeAccumulator, ParameterType,
    Returns,
};

/// What one aggregate knows of all groups. Every state is an [`Accumulator`]; this trait only spares each of them the
/// way through [`Any`].
pub(super) trait State: Send + Sized + 'static {
    /// As [`Accumulator::is_order_free`].
    const ORDER_FREE: bool = false;
    /// As [`Accumulator::begin_run`]; to tell a state that does not keep the order in which things came up.
    fn begin_run(&mut self, _run: u32) {}
    /// Makes room for groups `0..groups`.
    fn grow(&mut self, groups: usize);
    /// Adds rows: row `i` of the arguments belongs to `groups[i]`.
    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError>;
    /// Adds what came after all rows seen so far, or is order-free; its group `g` is `mapping[g]` here.
    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError>;
    /// One row a group; consumes what is known.
    fn results(&mut self) -> Column;
}

impl<S: State> Accumulator for S {
    fn is_order_free(&self) -> bool {
        S::ORDER_FREE
    }

    fn begin_run(&mut self, run: u32) {
        State::begin_run(self, run);
    }

    fn resize(&mut self, groups: usize) {
        self.grow(groups);
    }

    fn update(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        self.add(groups, arguments)
    }

    fn merge(&mut self, later: Box<dyn Accumulator>, mapping: &[u32]) -> Result<(), KernelError> {
        match later.into_any().downcast::<S>() {
            Ok(later) => self.absorb(*later, mapping),
            Err(_) => Err(KernelError::new("accumulators of different aggregates cannot be merged")),
        }
    }

    fn finish(&mut self) -> Column {
        self.results()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// A boxed accumulator, as [`MakeAccumulator`] returns it.
pub(super) type Made = Result<Box<dyn Accumulator>, KernelError>;

/// Boxes a state.
pub(super) fn made(state: impl State) -> Made {
    Ok(Box::new(state))
}

/// A signature of exactly these parameters, none of them a predicate.
pub(super) const fn signature(
    parameters: &'static [ParameterType],
    returns: Returns,
    make: MakeAccumulator,
) -> AggregateOverload {
    AggregateOverload {
        parameters,
        arity: Arity::Exact,
        returns,
        condition: None,
        kernel: AggregateKernel(make),
    }
}

impl AggregateOverload {
    /// The same with only the first `least` parameters required.
    pub(super) const fn optional_after(mut self, least: usize) -> Self {
        self.arity = Arity::AtLeast(least);
        self
    }

    /// The same with the last parameter given once or more often.
    pub(super) const fn repeating(mut self) -> Self {
        self.arity = Arity::Repeat { group: 1, least: self.parameters.len() };
        self
    }

    /// The same with the predicate at `position`.
    pub(super) const fn conditional(mut self, position: usize) -> Self {
        self.condition = Some(position);
        self
    }
}
