//! Days of the proleptic Gregorian calendar.

use crate::timespan::TICKS_PER_DAY;

/// 1970-01-01T00:00:00Z in ticks.
pub const UNIX_EPOCH: i64 = 719_162 * TICKS_PER_DAY;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

impl Date {
    /// The date, if there is such a day within the years 1 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        valid.then_some(Self { year, month, day })
    }

    /// The day that a datetime lies in.
    pub fn from_ticks(ticks: i64) -> Self {
        Self::from_day_number(ticks.div_euclid(TICKS_PER_DAY))
    }

    /// The day that many days after 0001-01-01.
    ///
    /// Counts in years that begin in March, so that the leap day comes last: Howard Hinnant, "chrono-Compatible
    /// Low-Level Date Algorithms", `civil_from_days`.
    pub fn from_day_number(days: i64) -> Self {
        let days = days + 306;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
        let year = (year_of_era + era * 400) as i32 + i32::from(month <= 2);
        Self { year, month, day }
    }

    /// Days since 0001-01-01.
    pub fn day_number(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let month_from_march = (i64::from(self.month) + 9) % 12;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 306
    }

    /// The ticks of the day's midnight.
    pub fn ticks(self) -> i64 {
        self.day_number() * TICKS_PER_DAY
    }

    /// Days since Sunday, 0 to 6.
    pub fn day_of_week(self) -> i64 {
        (self.day_number() + 1).rem_euclid(7)
    }

    /// Day of the year, from 1.
    pub fn day_of_year(self) -> i64 {
        self.day_number() - Self { month: 1, day: 1, ..self }.day_number() + 1
    }
}

/// The number of days of a month.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_one_number() {
        let mut expected = Date { year: 1, month: 1, day: 1 };
        for number in 0..3_652_059 {
            let date = Date::from_day_number(number);
            assert_eq!(date, expected);
            assert_eq!(date.day_number(), number);
            expected = if date.day < days_in_month(date.year, date.month) {
                Date { day: date.day + 1, ..date }
            } else if date.month < 12 {
                Date { month: date.month + 1, day: 1, ..date }
            } else {
                Date { year: date.year + 1, month: 1, day: 1 }
            };
        }
    }

    #[test]
    fn weeks_begin_on_sunday() {
        assert_eq!(Date { year: 2024, month: 12, day: 1 }.day_of_week(), 0);
        assert_eq!(Date { year: 1970, month: 1, day: 1 }.day_of_week(), 4);
        assert_eq!(Date { year: 2024, month: 12, day: 31 }.day_of_year(), 366);
    }
}
