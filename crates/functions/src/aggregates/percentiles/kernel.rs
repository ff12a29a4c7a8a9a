//! The state of a percentile: all values.

use kql_types::{Column, Operand, ScalarType};

use super::super::grouped_set::by_group;
use super::super::json_rows::Arrays;
use super::super::rows::Fixed;
use super::super::state::State;
use super::rank::Weight;
use super::scale::Scale;
use crate::KernelError;

/// What comes out, of values of which type.
#[derive(Clone, Copy)]
pub(super) enum Outcome {
    /// The percentile of the only point.
    Value(ScalarType),
    /// An array of the percentiles of all points.
    Array(ScalarType),
}

/// Reads the weights beside the values.
pub(super) trait Weighing: Weight {
    fn for_each<S: Scale>(
        scale: &mut S,
        groups: &[u32],
        arguments: &[Operand],
        f: impl FnMut(usize, (S::Kept, Self)),
    );
}

impl Weighing for () {
    fn for_each<S: Scale>(
        scale: &mut S,
        groups: &[u32],
        arguments: &[Operand],
        mut f: impl FnMut(usize, (S::Kept, ())),
    ) {
        scale.for_each(groups, &arguments[0], |group, kept| f(group, (kept, ())));
    }
}

impl Weighing for i64 {
    fn for_each<S: Scale>(
        scale: &mut S,
        groups: &[u32],
        arguments: &[Operand],
        mut f: impl FnMut(usize, (S::Kept, i64)),
    ) {
        let rows: Vec<u32> = (0..groups.len() as u32).collect();
        let mut weights = vec![0; rows.len()];
        <i64 as Fixed>::for_each(&rows, &arguments[1], |row, weight| weights[row] = weight);
        scale.for_each(&rows, &arguments[0], |row, kept| {
            if weights[row] > 0 {
                f(groups[row] as usize, (kept, weights[row]));
            }
        });
    }
}

pub(super) struct Percentiles<S: Scale, W> {
    scale: S,
    points: Vec<f64>,
    outcome: Outcome,
    counts: Vec<u32>,
    values: Vec<(u32, (S::Kept, W))>,
}

impl<S: Scale, W> Percentiles<S, W> {
    pub(super) fn new(scale: S, points: Vec<f64>, outcome: Outcome) -> Self {
        Self { scale, points, outcome, counts: Vec::new(), values: Vec::new() }
    }
}

impl<S: Scale, W: Weighing> State for Percentiles<S, W> {
    fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let Self { scale, counts, values, .. } = self;
        W::for_each(scale, groups, arguments, |group, value| {
            counts[group] += 1;
            values.push((group as u32, value));
        });
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        let translation = self.scale.absorb(&later.scale);
        for (group, (kept, weight)) in later.values {
            let group = mapping[group as usize];
            self.counts[group as usize] += 1;
            self.values.push((group, (S::translate(kept, &translation), weight)));
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let counts = std::mem::take(&mut self.counts);
        let mut values = by_group(&std::mem::take(&mut self.values), &counts);
        let mut picked = Vec::with_capacity(counts.len() * self.points.len());
        let mut rest = values.as_mut_slice();
        for count in &counts {
            let (group, others) = rest.split_at_mut(*count as usize);
            let compare = |a: &S::Kept, b: &S::Kept| self.scale.compare(a, b);
            picked.extend(self.points.iter().map(|point| W::pick(group, *point, compare)));
            rest = others;
        }
        match self.outcome {
            Outcome::Value(data_type) => self.scale.column(data_type, picked),
            Outcome::Array(data_type) => {
                let mut arrays = Arrays::with_capacity(counts.len());
                for group in 0..counts.len() {
                    let all = &picked[group * self.points.len()..(group + 1) * self.points.len()];
                    arrays.push(all, |array, kept| match kept {
                        Some(kept) => self.scale.write(array, data_type, *kept),
                        None => array.push_str("null"),
                    });
                }
                arrays.finish()
            }
        }
    }
}
