//! The periods that `datetime_add` and `datetime_diff` count in.

use kql_types::Value;
use kql_types::datetime::{Date, days_in_month, in_range};
use kql_types::timespan::{
    TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
};

use crate::{ArgumentInfo, KernelError};

/// A period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// That many months.
    Months(i64),
    /// Seven days, which begin on Sunday.
    Week,
    /// That many ticks.
    Ticks(i64),
    /// A hundredth of a tick.
    Nanosecond,
}

impl Period {
    /// Reads the first argument.
    pub(super) fn constant(arguments: &[ArgumentInfo<'_>]) -> Result<Self, KernelError> {
        let name = constant_name(arguments, "period")?;
        Self::from_name(&name).ok_or_else(|| {
            KernelError::new(format!(
                "there is no period '{name}'; there are year, quarter, month, week, day, hour, minute, second, millisecond, microsecond and nanosecond"
            ))
        })
    }

    /// The period of that name in lower case.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "year" => Period::Months(12),
            "quarter" => Period::Months(3),
            "month" => Period::Months(1),
            "week" => Period::Week,
            "day" => Period::Ticks(TICKS_PER_DAY),
            "hour" => Period::Ticks(TICKS_PER_HOUR),
            "minute" => Period::Ticks(TICKS_PER_MINUTE),
            "second" => Period::Ticks(TICKS_PER_SECOND),
            "millisecond" => Period::Ticks(TICKS_PER_MILLISECOND),
            "microsecond" => Period::Ticks(TICKS_PER_MICROSECOND),
            "nanosecond" => Period::Nanosecond,
            _ => return None,
        })
    }

    /// The moment `amount` periods later; null if it is no datetime.
    pub(super) fn add(self, ticks: i64, amount: i64) -> Option<i64> {
        let length = match self {
            Period::Months(months) => return add_months(ticks, amount.checked_mul(months)?),
            Period::Week => amount.checked_mul(7 * TICKS_PER_DAY)?,
            Period::Ticks(length) => amount.checked_mul(length)?,
            Period::Nanosecond => amount / 100,
        };
        in_range(ticks.checked_add(length)?)
    }
}

/// The same day and time some months later, or the month's last day if it has no such day.
fn add_months(ticks: i64, months: i64) -> Option<i64> {
    let date = Date::from_ticks(ticks);
    let month = months_since_year_0(ticks).checked_add(months)?;
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let month = month.rem_euclid(12) as u32 + 1;
    let date = Date::new(year, month, date.day.min(days_in_month(year, month)))?;
    Some(date.ticks() + ticks % TICKS_PER_DAY)
}

/// A number for each month.
pub(super) fn months_since_year_0(ticks: i64) -> i64 {
    let date = Date::from_ticks(ticks);
    i64::from(date.year) * 12 + i64::from(date.month) - 1
}

/// The first argument in lower case, which must be a constant text.
pub(super) fn constant_name(arguments: &[ArgumentInfo<'_>], of: &str) -> Result<String, KernelError> {
    match arguments.first().and_then(|argument| argument.constant) {
        Some(Value::String(name)) => Ok(name.to_ascii_lowercase()),
        _ => Err(KernelError::new(format!("the {of} must be a constant"))),
    }
}
