//! When two cells, rows and sets of rows are the same.

use serde_json::Value;

use crate::support::Column;

/// How cells are compared.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// Their types.
    pub columns: &'a [Column],
    /// Whether the order of arrays means nothing.
    pub arrays_are_sets: bool,
}

/// The same rows, in any order.
pub fn same_rows(how: Comparison<'_>, ours: &[Vec<Value>], theirs: &[Vec<Value>]) -> bool {
    is_permutation(ours, theirs, |a, b| same_row(how, a, b))
}

pub fn same_row(how: Comparison<'_>, ours: &[Value], theirs: &[Value]) -> bool {
    ours.iter().zip(theirs).enumerate().all(|(column, (a, b))| same_cell(how, column, a, b))
}

pub fn same_cell(how: Comparison<'_>, column: usize, ours: &Value, theirs: &Value) -> bool {
    let as_text = |compare: fn(&str, &str) -> bool| match (ours.as_str(), theirs.as_str()) {
        (Some(a), Some(b)) => compare(a, b),
        _ => ours == theirs,
    };
    match how.columns[column].kind.as_str() {
        "real" => same_real(ours, theirs),
        "dynamic" => same_dynamic(how, ours, theirs),
        "datetime" | "timespan" => as_text(|a, b| without_idle_fraction(a) == without_idle_fraction(b)),
        "decimal" => as_text(|a, b| digits(a) == digits(b)),
        _ => ours == theirs,
    }
}

fn same_real(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-12_f64.max(1e-9 * a.abs().max(b.abs())),
        _ => ours == theirs,
    }
}

fn same_dynamic(how: Comparison<'_>, ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(a), Value::Array(b)) if how.arrays_are_sets => {
            is_permutation(a, b, |a, b| same_dynamic(how, a, b))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_dynamic(how, a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| same_dynamic(how, value, other)))
        }
        (Value::Number(_), Value::Number(_)) => same_real(ours, theirs),
        _ => ours == theirs,
    }
}

fn is_permutation<T>(ours: &[T], theirs: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    let mut left: Vec<&T> = theirs.iter().collect();
    ours.len() == theirs.len()
        && ours.iter().all(|item| {
            let found = left.iter().position(|other| same(item, other));
            found.map(|place| left.swap_remove(place)).is_some()
        })
}

/// A time without the zeros that end its fraction: `00:00:01.50Z` -> `00:00:01.5`.
fn without_idle_fraction(time: &str) -> &str {
    let time = time.trim_end_matches('Z');
    let clock = time.rfind(':').unwrap_or(0);
    if time[clock..].contains('.') { time.trim_end_matches('0').trim_end_matches('.') } else { time }
}

/// A decimal as sign, digits without idle zeros, and the power of ten that stands behind them.
fn digits(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{}{fraction}", whole.trim_start_matches('-'));
    let kept = all.trim_end_matches('0');
    let exponent: i64 = exponent.parse().ok()?;
    let idle = i64::try_from(all.len() - kept.len()).ok()? - i64::try_from(fraction.len()).ok()?;
    let kept = kept.trim_start_matches('0').to_owned();
    let power = if kept.is_empty() { 0 } else { exponent + idle };
    Some((whole.starts_with('-') && !kept.is_empty(), kept, power))
}
