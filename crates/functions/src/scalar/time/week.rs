//! Numbers of weeks.

use kql_types::datetime::Date;

/// The number of the ISO 8601 week: weeks begin on Monday and belong to the year of their Thursday.
pub(super) fn iso_week(day: i64) -> i64 {
    let thursday = day - day % 7 + 3;
    week_of(thursday)
}

/// The number that `weekofyear()` gives: weeks begin on Sunday and belong to the year of their Wednesday.
///
/// <https://learn.microsoft.com/kusto/query/week-of-year-function>
pub(super) fn week_by_wednesday(day: i64) -> i64 {
    let wednesday = day - (day + 1) % 7 + 3;
    week_of(wednesday)
}

fn week_of(middle: i64) -> i64 {
    (Date::from_day_number(middle).day_of_year() - 1) / 7 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> i64 {
        Date { year, month, day }.day_number()
    }

    #[test]
    fn weeks_belong_to_the_year_of_their_middle() {
        for ((year, month, date), iso, old) in [
            ((2020, 12, 31), 53, 53),
            ((2020, 6, 15), 25, 25),
            ((1970, 1, 1), 1, 53),
            ((2000, 1, 1), 52, 52),
            ((2017, 10, 30), 44, 44),
            ((2024, 12, 30), 1, 1),
        ] {
            assert_eq!(iso_week(day(year, month, date)), iso, "{year}-{month}-{date}");
            assert_eq!(week_by_wednesday(day(year, month, date)), old, "{year}-{month}-{date}");
        }
    }
}
