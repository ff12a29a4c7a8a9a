//! Chance: `rand`, `new_guid`.
//!
//! The numbers follow from `now()` and a count of those drawn before, so that a query with a fixed `--now` on one
//! thread gives the same ones again. They are not for cryptography.

use std::sync::atomic::{AtomicU64, Ordering};

use kql_types::{Column, ScalarType, ScalarType::Real};

use crate::kernel::rows::{guids, reals};
use crate::scalar::signature::columns;
use crate::{Call, Example, ParameterType, ResultName, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&RAND, &NEW_GUID];

static RAND: ScalarFunction = ScalarFunction {
    names: &["rand"],
    doc: "A random real from 0.0 up to but not 1.0; with a number, one of 0.0, 1.0, ... below it.",
    examples: &[Example { query: "print x = rand() | project x >= 0 and x < 1", result: "True" }],
    result_name: ResultName::FirstArgument,
    overloads: &[
        columns(&[], Real, |call| {
            let draw = Draw::new(call, call.rows);
            Ok(Column::Real(reals(call.rows, |row| Some(draw.fraction(row)))))
        }),
        columns(&[ParameterType::Integer], Real, |call| {
            let (draw, limits) = (Draw::new(call, call.rows), call.arguments[0].longs());
            Ok(Column::Real(reals(call.rows, |row| {
                Some((draw.fraction(row) * limits.get(row)? as f64).floor())
            })))
        }),
    ],
    support: Support::Volatile,
};

static NEW_GUID: ScalarFunction = ScalarFunction {
    names: &["new_guid"],
    doc: "A random guid.",
    examples: &[Example { query: "print strlen(tostring(new_guid()))", result: "36" }],
    result_name: ResultName::Generated,
    overloads: &[columns(&[], ScalarType::Guid, |call| {
        let draw = Draw::new(call, 2 * call.rows);
        Ok(Column::Guid(guids(call.rows, |row| {
            let bits = u128::from(draw.bits(2 * row)) << 64 | u128::from(draw.bits(2 * row + 1));
            Some(bits & !VERSION_AND_VARIANT | RANDOM_GUID)
        })))
    })],
    support: Support::Volatile,
};

/// The bits of a guid that say of which kind it is.
const VERSION_AND_VARIANT: u128 = 0xf000_c000_0000_0000_0000;
/// Those of a random one: version 4.
const RANDOM_GUID: u128 = 0x4000_8000_0000_0000_0000;

/// How many numbers were drawn in this process.
static DRAWN: AtomicU64 = AtomicU64::new(0);

/// Random numbers for a batch: SplitMix64 (Steele, Lea and Flood, 2014), which takes any place in its sequence.
struct Draw {
    state: u64,
}

impl Draw {
    fn new(call: &Call<'_>, count: usize) -> Self {
        let place = DRAWN.fetch_add(count as u64, Ordering::Relaxed);
        Self { state: mix(call.context.now as u64).wrapping_add(place.wrapping_mul(STEP)) }
    }

    fn bits(&self, index: usize) -> u64 {
        mix(self.state.wrapping_add((index as u64 + 1).wrapping_mul(STEP)))
    }

    /// From 0 up to but not 1, in steps of 2^-53.
    fn fraction(&self, index: usize) -> f64 {
        (self.bits(index) >> 11) as f64 / (1u64 << 53) as f64
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use kql_types::{Column, Operand, ScalarType, Value};

    use crate::{Call, Context, Kernel, registry};

    fn column(function: &str, arguments: &[Operand], rows: usize) -> Column {
        let function = registry::scalar(function).unwrap();
        let overload = function.overloads.iter().find(|o| o.parameters.len() == arguments.len()).unwrap();
        let context = Context::default();
        let call = Call { arguments, rows, returns: ScalarType::Real, context: &context };
        match overload.kernel {
            Kernel::Columns(kernel) => kernel(&call).unwrap(),
            Kernel::Prepared(_) => unreachable!(),
        }
    }

    #[test]
    fn reals_fill_the_range_evenly() {
        let Column::Real(numbers) = column("rand", &[], 10_000) else { panic!("not real") };
        assert!(numbers.values().iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.values().iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }

    #[test]
    fn numbers_below_a_limit_are_whole() {
        let Column::Real(numbers) = column("rand", &[Operand::Constant(Value::Long(3))], 1000) else {
            panic!("not real")
        };
        for wanted in [0.0, 1.0, 2.0] {
            assert!(numbers.values().contains(&wanted), "{wanted}");
        }
        assert!(numbers.values().iter().all(|number| [0.0, 1.0, 2.0].contains(number)));
    }

    #[test]
    fn guids_are_of_version_4_and_differ() {
        let texts: std::collections::HashSet<String> = {
            let guids = column("new_guid", &[], 1000);
            (0..1000).map(|row| guids.value(row).to_text()).collect()
        };
        assert_eq!(texts.len(), 1000);
        assert!(texts.iter().all(|text| &text[14..15] == "4" && "89ab".contains(&text[19..20])));
    }
}
