//! Version numbers that compare.

use kql_types::{Column, Decimal, ScalarType};

use crate::kernel::rows::decimals;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_VERSION];

scalar_function!(
    PARSE_VERSION, ["parse_version"],
    "A number that orders versions of one to four parts of at most eight digits each; null if it is none. <https://learn.microsoft.com/kusto/query/parse-version-function>",
    [
        r#"print parse_version("0.0.0.5")"# => "5",
        r#"print parse_version("1.2.3.4")"# => "1000000020000000300000004",
        r#"print parse_version("1.2.beta")"# => "",
    ],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::Decimal, parse_version)],
);

/// One more than the largest part.
const BASE: i128 = 100_000_000;

fn parse_version(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::Decimal(decimals(call.rows, |row| version(texts.text(row)))))
}

fn version(text: &str) -> Option<Decimal> {
    let (mut number, mut parts) = (0, 0);
    for part in text.split('.') {
        let is_part = (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        number = number * BASE + part.parse::<i128>().ok().filter(|_| is_part)?;
        parts += 1;
    }
    let missing = 4u32.checked_sub(parts)?;
    // At most 32 digits, while a decimal holds 28 of any and 29 of some.
    Decimal::try_from_i128_with_scale(number * BASE.pow(missing), 0).ok()
}
