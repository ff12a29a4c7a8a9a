//! The time zone in which people see datetimes. What programs read is in UTC.

use std::fmt::Write;

use chrono::{DateTime, Offset, TimeZone as _};
use chrono_tz::{TZ_VARIANTS, Tz};
use kql_types::datetime::{self, UNIX_EPOCH};
use kql_types::timespan::{TICKS_PER_MINUTE, TICKS_PER_SECOND};
use serde::Deserialize;

/// A time zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeZone(Tz);

impl Default for TimeZone {
    /// UTC.
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl TryFrom<String> for TimeZone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name)
    }
}

impl TimeZone {
    /// The time zone of that IANA name, such as `Europe/Berlin`; an error says which name is near.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name));
        found.copied().map(Self).ok_or_else(|| {
            let near = kql_parser::nearest(name, Self::names())
                .map(|near| format!("; did you mean {near}?"))
                .unwrap_or_default();
            format!("there is no time zone {name}{near}")
        })
    }

    /// The names of all time zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether its clocks show UTC by definition.
    pub fn is_utc(self) -> bool {
        matches!(self.0, Tz::UTC | Tz::Etc__UTC)
    }

    /// How far its clocks are ahead of UTC at a moment: both in ticks of 100 ns.
    pub fn offset(self, ticks: i64) -> i64 {
        if self.is_utc() {
            return 0;
        }
        let seconds = (ticks - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND);
        let seconds = DateTime::from_timestamp(seconds, 0)
            .map(|moment| self.0.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc());
        let offset = i64::from(seconds.unwrap_or(0)) * TICKS_PER_SECOND;
        // At the ends of the calendar there is no local time.
        if datetime::in_range(ticks + offset).is_some() { offset } else { 0 }
    }
}

/// Appends how far clocks are ahead of UTC, in ticks: `+02:00`, and seconds where there are any, as before there were
/// time zones.
pub fn write_offset(out: &mut String, offset: i64) {
    let sign = if offset < 0 { '-' } else { '+' };
    let (minutes, seconds) = (offset.abs() / TICKS_PER_MINUTE, offset.abs() / TICKS_PER_SECOND % 60);
    // Writing to a string cannot fail.
    let _ = write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    if seconds != 0 {
        let _ = write!(out, ":{seconds:02}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(zone: &str, time: &str) -> String {
        let mut text = String::new();
        let ticks = datetime::parse(time).unwrap();
        write_offset(&mut text, TimeZone::named(zone).unwrap().offset(ticks));
        text
    }

    #[test]
    fn clocks_change_with_the_season() {
        assert_eq!(offset("Europe/Berlin", "2024-03-31T00:59:59.9999999Z"), "+01:00");
        assert_eq!(offset("Europe/Berlin", "2024-03-31T01:00:00Z"), "+02:00");
        assert_eq!(offset("america/st_johns", "2024-01-01"), "-03:30");
        assert_eq!(offset("Europe/Amsterdam", "1800-01-01"), "+00:17:30", "by the sun, as in the database");
        assert_eq!(offset("UTC", "2024-01-01"), "+00:00");
        assert_eq!(offset("America/New_York", "0001-01-01"), "+00:00", "there is no day before the first");
    }

    #[test]
    fn a_name_that_does_not_exist_has_a_near_one() {
        assert_eq!(
            TimeZone::named("Europe/Berln").unwrap_err(),
            "there is no time zone Europe/Berln; did you mean Europe/Berlin?"
        );
    }
}
