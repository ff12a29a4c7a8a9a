//! Columns of a Parquet file as columns of their own KQL type.

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Decimal256Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kql_types::dynamic::write_json_string;
use kql_types::{Column, Decimal, ScalarType, datetime};

use super::nested;
use super::stored::Meaning;
use crate::extract::sixteen_bytes;
use crate::json::{Form, canonical, check};

/// A column, and how many of its values have no place in their KQL type.
pub(crate) struct Converted {
    /// The column.
    pub column: Column,
    /// Values that became null.
    pub misfits: usize,
}

impl From<Column> for Converted {
    fn from(column: Column) -> Self {
        Self { column, misfits: 0 }
    }
}

/// The values of an array as `data_type`, which is that of its column.
pub(crate) fn native(array: &ArrayRef, data_type: ScalarType, meaning: Meaning) -> Converted {
    let converted = match data_type {
        ScalarType::Bool => Column::Bool(array.as_boolean().clone()),
        ScalarType::Int => Column::Int(int(array)),
        ScalarType::Long => Column::Long(long(array)),
        ScalarType::Real => Column::Real(real(array)),
        ScalarType::Decimal => decimal(array),
        ScalarType::DateTime => Column::DateTime(datetime(array)),
        ScalarType::Timespan => Column::Timespan(timespan(array)),
        ScalarType::Guid => Column::Guid(array.as_fixed_size_binary().clone()),
        ScalarType::String => return Column::String(text(array).into()).into(),
        ScalarType::Dynamic => return Column::Dynamic(json(array, meaning).into()).into(),
    };
    // Nulls that were none before.
    let misfits = converted.array().null_count().saturating_sub(array.logical_null_count());
    Converted { column: converted, misfits }
}

/// Any array as another, value by value.
fn each<T: ArrowPrimitiveType, O: ArrowPrimitiveType>(
    array: &ArrayRef,
    convert: impl Fn(T::Native) -> O::Native,
) -> PrimitiveArray<O> {
    array.as_primitive::<T>().unary(convert)
}

/// The same, null where there is no value for it.
fn each_if<T: ArrowPrimitiveType, O: ArrowPrimitiveType>(
    array: &ArrayRef,
    convert: impl Fn(T::Native) -> Option<O::Native>,
) -> PrimitiveArray<O> {
    array.as_primitive::<T>().unary_opt(convert)
}

fn int(array: &ArrayRef) -> PrimitiveArray<Int32Type> {
    match array.data_type() {
        DataType::Int8 => each::<Int8Type, _>(array, i32::from),
        DataType::Int16 => each::<Int16Type, _>(array, i32::from),
        DataType::UInt8 => each::<UInt8Type, _>(array, i32::from),
        DataType::UInt16 => each::<UInt16Type, _>(array, i32::from),
        _ => array.as_primitive::<Int32Type>().clone(),
    }
}

fn long(array: &ArrayRef) -> PrimitiveArray<Int64Type> {
    match array.data_type() {
        DataType::UInt32 => each::<UInt32Type, _>(array, i64::from),
        DataType::UInt64 => each_if::<UInt64Type, _>(array, |value| i64::try_from(value).ok()),
        _ => array.as_primitive::<Int64Type>().clone(),
    }
}

fn real(array: &ArrayRef) -> PrimitiveArray<Float64Type> {
    match array.data_type() {
        DataType::Float16 => each::<Float16Type, _>(array, f64::from),
        DataType::Float32 => each::<Float32Type, _>(array, f64::from),
        _ => array.as_primitive::<Float64Type>().clone(),
    }
}

/// Ticks from the year 1 to 1970.
const UNIX_EPOCH: i64 = 621_355_968_000_000_000;
const TICKS_PER_DAY: i64 = 864_000_000_000;
const TICKS_PER_SECOND: i64 = 10_000_000;
const TICKS_PER_MILLISECOND: i64 = 10_000;
const TICKS_PER_MICROSECOND: i64 = 10;
const NANOSECONDS_PER_TICK: i64 = 100;

/// Ticks of a span that counts a unit.
pub(crate) fn ticks(count: i64, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => count.checked_mul(TICKS_PER_SECOND),
        TimeUnit::Millisecond => count.checked_mul(TICKS_PER_MILLISECOND),
        TimeUnit::Microsecond => count.checked_mul(TICKS_PER_MICROSECOND),
        TimeUnit::Nanosecond => Some(count.div_euclid(NANOSECONDS_PER_TICK)),
    }
}

/// The datetime that lies so many units after 1970; `None` beyond the range of datetime.
pub(crate) fn moment(count: i64, unit: TimeUnit) -> Option<i64> {
    ticks(count, unit)?.checked_add(UNIX_EPOCH).and_then(datetime::in_range)
}

/// The datetime at which that day after 1970 begins.
pub(crate) fn day(days: i64) -> Option<i64> {
    days.checked_mul(TICKS_PER_DAY)?.checked_add(UNIX_EPOCH).and_then(datetime::in_range)
}

/// How many units a datetime lies after 1970, if it does so exactly.
pub(crate) fn since_1970(datetime: i64, unit: TimeUnit) -> Option<i64> {
    let ticks = datetime - UNIX_EPOCH;
    match unit {
        TimeUnit::Nanosecond => ticks.checked_mul(NANOSECONDS_PER_TICK),
        TimeUnit::Microsecond => exactly(ticks, TICKS_PER_MICROSECOND),
        TimeUnit::Millisecond => exactly(ticks, TICKS_PER_MILLISECOND),
        TimeUnit::Second => exactly(ticks, TICKS_PER_SECOND),
    }
}

fn exactly(ticks: i64, unit: i64) -> Option<i64> {
    (ticks % unit == 0).then_some(ticks / unit)
}

fn datetime(array: &ArrayRef) -> PrimitiveArray<Int64Type> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match array.data_type() {
        DataType::Timestamp(Second, _) => each_if::<TimestampSecondType, _>(array, |n| moment(n, Second)),
        DataType::Timestamp(Millisecond, _) => {
            each_if::<TimestampMillisecondType, _>(array, |n| moment(n, Millisecond))
        }
        DataType::Timestamp(Microsecond, _) => {
            each_if::<TimestampMicrosecondType, _>(array, |n| moment(n, Microsecond))
        }
        DataType::Timestamp(Nanosecond, _) => {
            each_if::<TimestampNanosecondType, _>(array, |n| moment(n, Nanosecond))
        }
        DataType::Date32 => each_if::<Date32Type, _>(array, |days| day(days.into())),
        DataType::Date64 => each_if::<Date64Type, _>(array, |n| moment(n, Millisecond)),
        _ => each_if::<Int64Type, _>(array, datetime::in_range),
    }
}

fn timespan(array: &ArrayRef) -> PrimitiveArray<Int64Type> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match array.data_type() {
        DataType::Time32(Second) => each_if::<Time32SecondType, _>(array, |n| ticks(n.into(), Second)),
        DataType::Time32(_) => each_if::<Time32MillisecondType, _>(array, |n| ticks(n.into(), Millisecond)),
        DataType::Time64(Microsecond) => {
            each_if::<Time64MicrosecondType, _>(array, |n| ticks(n, Microsecond))
        }
        DataType::Time64(_) => each_if::<Time64NanosecondType, _>(array, |n| ticks(n, Nanosecond)),
        DataType::Duration(Second) => each_if::<DurationSecondType, _>(array, |n| ticks(n, Second)),
        DataType::Duration(Millisecond) => {
            each_if::<DurationMillisecondType, _>(array, |n| ticks(n, Millisecond))
        }
        DataType::Duration(Microsecond) => {
            each_if::<DurationMicrosecondType, _>(array, |n| ticks(n, Microsecond))
        }
        DataType::Duration(Nanosecond) => {
            each_if::<DurationNanosecondType, _>(array, |n| ticks(n, Nanosecond))
        }
        _ => array.as_primitive::<Int64Type>().clone(),
    }
}

fn decimal(array: &ArrayRef) -> Column {
    let serialized = |value: Option<Decimal>| value.map(|value| value.serialize());
    Column::Decimal(match array.data_type() {
        DataType::Decimal128(_, scale) => {
            let values = array.as_primitive::<Decimal128Type>().iter();
            sixteen_bytes(values.map(|value| serialized(value.and_then(|digits| scaled(digits, *scale)))))
        }
        DataType::Decimal256(_, scale) => {
            let values = array.as_primitive::<Decimal256Type>().iter();
            let value = |digits: arrow_buffer::i256| scaled(digits.to_i128()?, *scale);
            sixteen_bytes(values.map(|digits| serialized(digits.and_then(value))))
        }
        _ => {
            let texts = array.as_string_view().iter();
            sixteen_bytes(texts.map(|text| serialized(text.and_then(kql_types::decimal::parse))))
        }
    })
}

/// More decimal places a decimal cannot have.
const MOST_PLACES: i8 = Decimal::MAX_SCALE as i8;

/// `digits` with the point so many places from the right, without zeros at the end of the fraction.
fn scaled(mut digits: i128, mut scale: i8) -> Option<Decimal> {
    while scale > 0 && digits % 10 == 0 && digits != 0 {
        digits /= 10;
        scale -= 1;
    }
    if digits == 0 {
        return Some(Decimal::ZERO);
    }
    if scale < 0 {
        digits = digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs().into())?)?;
        scale = 0;
    }
    if scale > MOST_PLACES {
        return None;
    }
    Decimal::try_from_i128_with_scale(digits, scale.unsigned_abs().into()).ok()
}

/// Text, where null is `""`.
fn text(array: &ArrayRef) -> StringViewArray {
    match array.data_type() {
        DataType::Utf8View => without_nulls(array.as_string_view()),
        DataType::BinaryView => {
            let values = array.as_binary_view();
            values.iter().map(|bytes| Some(bytes.map_or(String::new(), text_of_bytes))).collect()
        }
        DataType::FixedSizeBinary(_) => {
            let values = array.as_fixed_size_binary();
            values
                .iter()
                .map(|bytes| Some(bytes.map_or(String::new(), |bytes| STANDARD.encode(bytes))))
                .collect()
        }
        _ => std::iter::repeat_n(Some(""), array.len()).collect(),
    }
}

/// Bytes as text if they are, else in Base64.
pub(super) fn text_of_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => STANDARD.encode(bytes),
    }
}

fn without_nulls(texts: &StringViewArray) -> StringViewArray {
    let Some(nulls) = texts.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return texts.clone();
    };
    let views = texts.views().iter().zip(nulls).map(|(&view, valid)| if valid { view } else { 0 });
    let views: Vec<u128> = views.collect();
    // SAFETY: the views are those of a valid array, but for those of nulls, which are now that of an empty text.
    unsafe { StringViewArray::new_unchecked(views.into(), texts.data_buffers().clone(), None) }
}

fn json(array: &ArrayRef, meaning: Meaning) -> StringViewArray {
    match (array.data_type(), meaning) {
        (DataType::Utf8View, Meaning::Own) => array.as_string_view().clone(),
        (DataType::Utf8View, _) => checked(array.as_string_view()),
        _ => nested::json_texts(array),
    }
}

/// Text that is JSON as dynamic columns hold it; text that is none as a JSON string.
fn checked(texts: &StringViewArray) -> StringViewArray {
    let stays = |text: &str| matches!(check(text.as_bytes()), Ok(Form::Canonical)) && text != "null";
    if texts.iter().flatten().all(stays) {
        return texts.clone();
    }
    let mut builder = StringViewBuilder::with_capacity(texts.len());
    for text in texts {
        match text {
            None | Some("") => builder.append_null(),
            Some(text) if stays(text) => builder.append_value(text),
            Some(text) => match canonical(text) {
                Some(json) if json == "null" => builder.append_null(),
                Some(json) => builder.append_value(json),
                None => {
                    let mut quoted = String::new();
                    write_json_string(&mut quoted, text);
                    builder.append_value(quoted);
                }
            },
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_value() {
        for (digits, scale, expected) in [
            (1500_i128, 2, Some("15")),
            (-1, 28, Some("-0.0000000000000000000000000001")),
            (10_i128.pow(37), 37, Some("1")),
            (5, -3, Some("5000")),
            (0, 38, Some("0")),
            (1, 29, None),
            (i128::MAX, 0, None),
        ] {
            assert_eq!(scaled(digits, scale).map(|value| value.to_string()).as_deref(), expected, "{digits}");
        }
    }

    #[test]
    fn moments_are_in_range_or_none() {
        assert_eq!(moment(-1, TimeUnit::Nanosecond), Some(UNIX_EPOCH - 1));
        assert_eq!(moment(i64::MAX, TimeUnit::Second), None);
        assert_eq!(moment(-62_135_596_800, TimeUnit::Second), Some(0));
        assert_eq!(moment(-62_135_596_801, TimeUnit::Second), None);
        assert_eq!(day(0), Some(UNIX_EPOCH));
        assert_eq!(since_1970(UNIX_EPOCH + 25, TimeUnit::Microsecond), None);
        assert_eq!(since_1970(UNIX_EPOCH + 25, TimeUnit::Nanosecond), Some(2500));
        assert_eq!(since_1970(0, TimeUnit::Nanosecond), None);
    }

    #[test]
    fn json_is_brought_into_its_form() {
        let texts: StringViewArray =
            [Some("{ \"a\": 1 }"), Some("[1]"), Some("not json"), Some("null"), None].into_iter().collect();
        let expected: StringViewArray =
            [Some("{\"a\":1}"), Some("[1]"), Some("\"not json\""), None, None].into_iter().collect();
        assert_eq!(checked(&texts), expected);
    }
}
