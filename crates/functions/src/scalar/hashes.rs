//! Hashes of values.
//!
//! <https://learn.microsoft.com/kusto/query/hash-function>. `hash` is xxHash64 with seed 0: of the bytes of a string,
//! and of the little-endian number that a long, datetime (its ticks), ... is (measured for string and datetime).

use kql_types::{Column, Operand, ScalarType, ScalarType::Long, ScalarType::String};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh64::xxh64;

use crate::kernel::rows::{longs, strings};
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&HASH, &HASH_SHA256, &HASH_SHA1, &HASH_MD5];

const ANY: ParameterType = ParameterType::AnyButDynamic;

scalar_function!(
    HASH, ["hash", "hash_xxhash64"],
    "The xxHash64 of a value; with a second argument, the remainder of its division by that, counting the hash as unsigned.",
    [r#"print hash("World")"# => "1846988464401551951", r#"print hash("World", 100)"# => "51"],
    ResultName::Generated,
    [columns(&[ANY, ParameterType::Integer], Long, hash).at_least(1)],
);
scalar_function!(
    HASH_SHA256, ["hash_sha256"],
    "The SHA-256 of the value's text form as hex digits; of the empty text the empty text.",
    [r#"print hash_sha256("World")"# => "78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524"],
    ResultName::Generated,
    [columns(&[TEXT_OF_ANY], String, digest::<Sha256>)],
);
scalar_function!(
    HASH_SHA1, ["hash_sha1"],
    "The SHA-1 of the value's text form as hex digits; of the empty text the empty text.",
    [r#"print hash_sha1("World")"# => "70c07ec18ef89c5309bbb0937f3a6342411e1fdd"],
    ResultName::Generated,
    [columns(&[TEXT_OF_ANY], String, digest::<Sha1>)],
);
scalar_function!(
    HASH_MD5, ["hash_md5"],
    "The MD5 of the value's text form as hex digits; of the empty text the empty text.",
    [r#"print hash_md5("World")"# => "f5a7924e621e84c9280a9a27e1bcb7f6"],
    ResultName::Generated,
    [columns(&[TEXT_OF_ANY], String, digest::<Md5>)],
);

const TEXT_OF_ANY: ParameterType = ParameterType::Text;

fn digest<D: Digest>(call: &Call<'_>) -> Result<Column, KernelError> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let texts = call.arguments[0].strings();
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let text = texts.text(row);
            if text.is_empty() {
                return;
            }
            for byte in D::digest(text.as_bytes()) {
                out.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
            }
        })
        .into(),
    ))
}

fn hash(call: &Call<'_>) -> Result<Column, KernelError> {
    let rows = call.rows;
    let moduli = call.arguments.get(1).map(Operand::longs);
    let reduce = |row: usize, hash: u64| match &moduli {
        None => Some(hash as i64),
        Some(moduli) => hash.checked_rem(u64::try_from(moduli.get(row)?).ok()?).map(|rest| rest as i64),
    };
    macro_rules! hashes {
        ($reader:ident, |$value:ident| $bytes:expr) => {{
            let values = call.arguments[0].$reader();
            longs(rows, |row| {
                let $value = values.get(row)?;
                reduce(row, xxh64($bytes.as_ref(), 0))
            })
        }};
    }
    Ok(Column::Long(match call.arguments[0].data_type() {
        ScalarType::String => hashes!(strings, |text| text.as_bytes()),
        ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => {
            hashes!(longs, |number| number.to_le_bytes())
        }
        ScalarType::Int => hashes!(ints, |number| number.to_le_bytes()),
        ScalarType::Real => hashes!(reals, |number| number.to_le_bytes()),
        ScalarType::Bool => hashes!(bools, |value| [u8::from(value)]),
        ScalarType::Guid => hashes!(guids, |guid| guid_bytes(guid)),
        ScalarType::Decimal | ScalarType::Dynamic => {
            let message = format!("hash of a {} is not supported", call.arguments[0].data_type());
            return Err(KernelError::new(message));
        }
    }))
}

/// The bytes of a guid as .NET lays them out: the first three groups as little-endian numbers.
fn guid_bytes(guid: u128) -> [u8; 16] {
    let mut bytes = guid.to_be_bytes();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime};

    use crate::testing::{call, l, s, text};

    fn moment(text: &str) -> Value {
        Value::DateTime(datetime::parse(text).unwrap())
    }

    /// The numbers are answers of the engine.
    #[test]
    fn answers_are_those_of_the_engine() {
        assert_eq!(call("hash", &[s("Hello")]), Ok(l(753694413698530628)));
        assert_eq!(call("hash_xxhash64", &[s("World")]), Ok(l(1846988464401551951)));
        assert_eq!(call("hash", &[s("World"), l(100)]), Ok(l(51)));
        assert_eq!(call("hash", &[moment("2015-01-01")]), Ok(l(1380966698541616202)));
        let at = [moment("2020-01-01")];
        assert_eq!(text("hash_md5", &at), "786c530672d1f8db31fee25ea8a9390b");
        assert_eq!(text("hash_sha1", &at), "e903e533f4d636b4fc0dcf3cf81e7b7f330de776");
        assert_eq!(
            text("hash_sha256", &at),
            "ba666752dc1a20eb750b0eb64e780cc4c968bc9fb8813461c1d7e750f302d71d"
        );
    }

    #[test]
    fn a_modulus_must_be_positive() {
        assert_eq!(text("hash", &[s("World"), l(0)]), "");
        assert_eq!(text("hash", &[s("World"), l(-5)]), "");
        assert_eq!(text("hash", &[Value::Null(ScalarType::Long)]), "");
    }

    #[test]
    fn nothing_has_no_digest() {
        assert_eq!(text("hash_md5", &[s("")]), "");
        assert_eq!(text("hash_sha256", &[Value::Null(ScalarType::Int)]), "");
    }
}
