//! How values of each type are kept and ordered for percentiles.

use std::cmp::Ordering;
use std::marker::PhantomData;

use arrow_array::builder::StringViewBuilder;
use kql_types::dynamic::{Json, write_json_string, write_value};
use kql_types::{Column, Operand, ScalarType};

use super::super::interner::Interner;
use super::super::rows::{Fixed, for_each_text};

/// What values of a type become, and their order.
pub(super) trait Scale: Send + 'static {
    /// What is kept of a value.
    type Kept: Copy + Send + 'static;

    /// Calls `f(group, kept)` for each row that has a value.
    fn for_each(&mut self, groups: &[u32], operand: &Operand, f: impl FnMut(usize, Self::Kept));
    /// Takes over what another one knows; the result is what [`Scale::translate`] needs.
    fn absorb(&mut self, later: &Self) -> Vec<u32>;
    /// What stands here for what the other one kept.
    fn translate(kept: Self::Kept, translation: &[u32]) -> Self::Kept;
    /// The order.
    fn compare(&self, a: &Self::Kept, b: &Self::Kept) -> Ordering;
    /// The values as a column.
    fn column(&self, data_type: ScalarType, values: Vec<Option<Self::Kept>>) -> Column;
    /// Appends a value as JSON.
    fn write(&self, out: &mut String, data_type: ScalarType, kept: Self::Kept);
}

/// Values of fixed width.
pub(super) struct Numbers<T>(PhantomData<T>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// A total order.
pub(super) trait TotalOrder: Fixed {
    fn total(&self, other: &Self) -> Ordering;
}

macro_rules! total_order {
    ($($type:ty),*) => {
        $(impl TotalOrder for $type {
            fn total(&self, other: &Self) -> Ordering {
                self.cmp(other)
            }
        })*
    };
}

total_order!(bool, i64, u128);

/// NaN comes before all numbers.
impl TotalOrder for f64 {
    fn total(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).unwrap_or_else(|| other.is_nan().cmp(&self.is_nan()))
    }
}

impl<T: TotalOrder> Scale for Numbers<T> {
    type Kept = T;

    fn for_each(&mut self, groups: &[u32], operand: &Operand, f: impl FnMut(usize, T)) {
        T::for_each(groups, operand, f);
    }

    fn absorb(&mut self, _: &Self) -> Vec<u32> {
        Vec::new()
    }

    fn translate(kept: T, _: &[u32]) -> T {
        kept
    }

    fn compare(&self, a: &T, b: &T) -> Ordering {
        a.total(b)
    }

    fn column(&self, data_type: ScalarType, values: Vec<Option<T>>) -> Column {
        let valid = values.iter().map(Option::is_some).collect();
        T::column(data_type, values.into_iter().map(|value| value.unwrap_or(T::BLANK)).collect(), Some(valid))
    }

    fn write(&self, out: &mut String, data_type: ScalarType, kept: T) {
        write_value(out, &T::column(data_type, vec![kept], None).value(0));
    }
}

/// Strings in the order of their code points, or dynamic numbers in that of their values.
pub(super) struct Texts {
    texts: Interner,
    json: bool,
}

impl Texts {
    pub(super) fn strings() -> Self {
        Self { texts: Interner::default(), json: false }
    }

    /// Of dynamics only the numbers count.
    pub(super) fn json_numbers() -> Self {
        Self { texts: Interner::default(), json: true }
    }

    fn number(&self, kept: u32) -> f64 {
        Json::new(self.texts.get(kept)).as_f64().unwrap_or(f64::NAN)
    }
}

impl Scale for Texts {
    type Kept = u32;

    fn for_each(&mut self, groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, u32)) {
        for_each_text(groups, operand, |group, text| {
            if !self.json || Json::new(text).as_f64().is_some() {
                f(group, self.texts.intern(text));
            }
        });
    }

    fn absorb(&mut self, later: &Self) -> Vec<u32> {
        self.texts.absorb(&later.texts)
    }

    fn translate(kept: u32, translation: &[u32]) -> u32 {
        translation[kept as usize]
    }

    fn compare(&self, a: &u32, b: &u32) -> Ordering {
        if self.json {
            self.number(*a).total(&self.number(*b))
        } else {
            self.texts.get(*a).cmp(self.texts.get(*b))
        }
    }

    fn column(&self, _: ScalarType, values: Vec<Option<u32>>) -> Column {
        let mut builder = StringViewBuilder::with_capacity(values.len());
        for value in values {
            match value {
                Some(kept) => builder.append_value(self.texts.get(kept)),
                None if self.json => builder.append_null(),
                None => builder.append_value(""),
            }
        }
        if self.json {
            Column::Dynamic(builder.finish().into())
        } else {
            Column::String(builder.finish().into())
        }
    }

    fn write(&self, out: &mut String, _: ScalarType, kept: u32) {
        if self.json {
            out.push_str(self.texts.get(kept));
        } else {
            write_json_string(out, self.texts.get(kept));
        }
    }
}
