//! Operations on the bits of whole numbers.

use kql_types::{Column, ScalarType::Long};

use crate::ResultName::FirstArgument;
use crate::kernel::rows::longs;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, Overload, ParameterType, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &BINARY_AND,
    &BINARY_OR,
    &BINARY_XOR,
    &BINARY_NOT,
    &BINARY_SHIFT_LEFT,
    &BINARY_SHIFT_RIGHT,
    &BITSET_COUNT_ONES,
];

const fn two(kernel: fn(&Call<'_>) -> Result<Column, KernelError>) -> Overload {
    columns(&[ParameterType::Integer, ParameterType::Integer], Long, kernel)
}

const fn one(kernel: fn(&Call<'_>) -> Result<Column, KernelError>) -> Overload {
    columns(&[ParameterType::Integer], Long, kernel)
}

scalar_function!(
    BINARY_AND, ["binary_and"], "The bits that are set in both numbers.",
    ["print binary_and(6, 3)" => "2"],
    FirstArgument, [two(|call| combine(call, |left, right| Some(left & right)))],
);
scalar_function!(
    BINARY_OR, ["binary_or"], "The bits that are set in either number.",
    ["print binary_or(5, 3)" => "7"],
    FirstArgument, [two(|call| combine(call, |left, right| Some(left | right)))],
);
scalar_function!(
    BINARY_XOR, ["binary_xor"], "The bits that are set in one number only.",
    ["print binary_xor(5, 3)" => "6"],
    FirstArgument, [two(|call| combine(call, |left, right| Some(left ^ right)))],
);
scalar_function!(
    BINARY_NOT, ["binary_not"], "The bits that are not set.",
    ["print binary_not(100)" => "-101"],
    FirstArgument, [one(|call| map(call, |number| !number))],
);
scalar_function!(
    BINARY_SHIFT_LEFT, ["binary_shift_left"],
    "The bits moved to the left by the second number modulo 64; null if it is negative.",
    ["print binary_shift_left(1, 2)" => "4"],
    FirstArgument, [two(|call| combine(call, |bits, by| (by >= 0).then(|| bits.wrapping_shl(by as u32))))],
);
scalar_function!(
    BINARY_SHIFT_RIGHT, ["binary_shift_right"],
    "The bits moved to the right by the second number modulo 64, the sign filling up; null if it is negative.",
    ["print binary_shift_right(1, 2)" => "0"],
    FirstArgument, [two(|call| combine(call, |bits, by| (by >= 0).then(|| bits.wrapping_shr(by as u32))))],
);
scalar_function!(
    BITSET_COUNT_ONES, ["bitset_count_ones"], "How many bits are set.",
    ["print bitset_count_ones(42)" => "3"],
    FirstArgument, [one(|call| map(call, |number| number.count_ones().into()))],
);

fn combine(call: &Call<'_>, operation: impl Fn(i64, i64) -> Option<i64>) -> Result<Column, KernelError> {
    let (left, right) = (call.arguments[0].longs(), call.arguments[1].longs());
    Ok(Column::Long(longs(call.rows, |row| operation(left.get(row)?, right.get(row)?))))
}

fn map(call: &Call<'_>, operation: impl Fn(i64) -> i64) -> Result<Column, KernelError> {
    let numbers = call.arguments[0].longs();
    Ok(Column::Long(longs(call.rows, |row| numbers.get(row).map(&operation))))
}

#[cfg(test)]
mod tests {
    use kql_types::Value;

    use crate::testing::{call, l, text};

    #[test]
    fn shifts_count_modulo_64() {
        assert_eq!(call("binary_shift_left", &[l(1), l(65)]), Ok(l(2)));
        assert_eq!(call("binary_shift_right", &[l(-8), l(66)]), Ok(l(-2)));
        assert_eq!(text("binary_shift_left", &[l(1), l(-1)]), "");
    }

    #[test]
    fn ints_become_longs() {
        assert_eq!(call("binary_or", &[Value::Int(5), Value::Int(3)]), Ok(l(7)));
        assert_eq!(call("bitset_count_ones", &[l(-1)]), Ok(l(64)));
    }
}
