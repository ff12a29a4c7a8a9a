//! The state of `tdigest()`: `[["TYPE"],[VALUE,...],[WEIGHT,...]]`, the distinct values in order and how often each
//! counts.

use std::collections::BTreeMap;

use kql_types::dynamic::{Json, write_value};
use kql_types::{ScalarType, Value, datetime, timespan};

use crate::aggregates::rank::Weight;

/// Values of one type, each with how often it counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Digest {
    /// long, real, datetime or timespan.
    data_type: ScalarType,
    /// By keys that are ordered as the values are.
    weights: BTreeMap<i64, i64>,
}

impl Digest {
    /// No values, of the type that values of that type are kept as. `None` for types that have no order or no use here.
    pub(crate) fn new(data_type: ScalarType) -> Option<Self> {
        let data_type = match data_type {
            ScalarType::Int | ScalarType::Long => ScalarType::Long,
            ScalarType::Real | ScalarType::Decimal => ScalarType::Real,
            ScalarType::DateTime | ScalarType::Timespan => data_type,
            _ => return None,
        };
        Some(Self { data_type, weights: BTreeMap::new() })
    }

    /// Adds a value of long, datetime or timespan. A weight that is not positive adds nothing.
    pub(crate) fn add(&mut self, value: i64, weight: i64) {
        if weight > 0 {
            let sum = self.weights.entry(value).or_default();
            *sum = sum.saturating_add(weight);
        }
    }

    /// Adds a real; NaN has no place among others.
    pub(crate) fn add_real(&mut self, value: f64, weight: i64) {
        if !value.is_nan() {
            self.add(ordered(value), weight);
        }
    }

    /// Adds all values of another one of the same type; whether it is.
    #[must_use]
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        if self.weights.is_empty() {
            self.clone_from(other);
            return true;
        }
        other.weights.iter().for_each(|(value, weight)| self.add(*value, *weight));
        other.weights.is_empty() || self.data_type == other.data_type
    }

    /// The state that the text is; `None` if it is none.
    pub(crate) fn read(state: &str) -> Option<Self> {
        let state = Json::new(state);
        let data_type = ScalarType::from_name(&state.index(0)?.index(0)?.as_str()?)?;
        let mut digest = Self::new(data_type)?;
        let (values, weights) = (state.index(1)?, state.index(2)?);
        for (value, weight) in values.elements().zip(weights.elements()) {
            digest.add(digest.key(value)?, weight.as_i64()?);
        }
        Some(digest)
    }

    /// Appends the state.
    pub(crate) fn write(&self, out: &mut String) {
        out.push_str(&format!("[[\"{}\"],[", self.data_type));
        for (position, key) in self.weights.keys().enumerate() {
            out.push_str(if position > 0 { "," } else { "" });
            write_value(out, &self.value(*key));
        }
        out.push_str("],[");
        for (position, weight) in self.weights.values().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            out.push_str(&format!("{comma}{weight}"));
        }
        out.push_str("]]");
    }

    /// The percentile by nearest rank, as `percentile()` gives it.
    pub(crate) fn percentile(&self, point: f64) -> Option<Value> {
        if !(0.0..=100.0).contains(&point) {
            return None;
        }
        let mut weighted: Vec<(i64, i64)> =
            self.weights.iter().map(|(key, weight)| (*key, *weight)).collect();
        Weight::pick(&mut weighted, point, i64::cmp).map(|key| self.value(key))
    }

    /// How many values are not greater than that one, and how many there are.
    pub(crate) fn rank(&self, value: Json<'_>) -> Option<(f64, f64)> {
        let limit = self.key(value)?;
        let sum = |weights: &mut dyn Iterator<Item = (&i64, &i64)>| weights.map(|(_, one)| *one as f64).sum();
        Some((sum(&mut self.weights.range(..=limit)), sum(&mut self.weights.iter())))
    }

    fn key(&self, value: Json<'_>) -> Option<i64> {
        match self.data_type {
            ScalarType::Real => value.as_f64().map(ordered),
            ScalarType::DateTime => datetime::parse(&value.as_str()?),
            ScalarType::Timespan => timespan::parse(&value.as_str()?),
            _ => value.as_i64().or_else(|| value.as_f64().map(|real| real.floor() as i64)),
        }
    }

    fn value(&self, key: i64) -> Value {
        match self.data_type {
            ScalarType::Real => Value::Real(unordered(key)),
            ScalarType::DateTime => Value::DateTime(key),
            ScalarType::Timespan => Value::Timespan(key),
            _ => Value::Long(key),
        }
    }
}

/// An integer that compares as the real does, by its bits; -0.0 is 0.0.
fn ordered(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (bits >> 63) & i64::MAX
}

fn unordered(key: i64) -> f64 {
    f64::from_bits((key ^ (key >> 63) & i64::MAX) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_keep_their_order() {
        let reals = [f64::NEG_INFINITY, -1e300, -1.5, 0.0, 1e-300, 2.0, f64::INFINITY];
        assert!(reals.is_sorted_by_key(|real| ordered(*real)));
        assert!(reals.iter().all(|real| unordered(ordered(*real)) == *real));
        assert_eq!(ordered(-0.0), ordered(0.0));
    }

    #[test]
    fn what_is_written_is_read() {
        for data_type in [ScalarType::Int, ScalarType::Decimal, ScalarType::DateTime, ScalarType::Timespan] {
            let mut digest = Digest::new(data_type).unwrap();
            for value in [-15, 0, 600_000_000, -15] {
                if digest.data_type == ScalarType::Real {
                    digest.add_real(value as f64 / 4.0, 2);
                } else {
                    digest.add(value.max(0), 2);
                }
            }
            let mut state = String::new();
            digest.write(&mut state);
            assert_eq!(Digest::read(&state), Some(digest), "{state}");
        }
    }

    #[test]
    fn foreign_states_are_not_read() {
        for foreign in ["1", "[[7],[91,30],[1,1]]", r#"[["long"],["x"],[1]]"#, r#"[["string"],[],[]]"#] {
            assert_eq!(Digest::read(foreign), None, "{foreign}");
        }
    }
}
