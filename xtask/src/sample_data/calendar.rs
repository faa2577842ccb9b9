//! Three months of days, counted from the first, and the clock of Berlin in them.

use chrono::{DateTime, Utc};

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;
/// 2026-08-01T00:00:00Z.
pub const START_MS: i64 = 1_785_542_400_000;
/// Days from 1 August to 31 October.
pub const DAYS: i64 = 92;
/// The months, each with its first day and the first day after it.
pub const MONTHS: [(&str, i64, i64); 3] = [("2026-08", 0, 31), ("2026-09", 31, 61), ("2026-10", 61, 92)];
/// 2026-10-25T01:00:00Z: summer time ends in Berlin.
const WINTER_MS: i64 = START_MS + day(10, 25) * DAY_MS + 3_600_000;

/// Number of a day of August (8), September (9) or October (10).
pub const fn day(month: i64, of_month: i64) -> i64 {
    match month {
        8 => of_month - 1,
        9 => 30 + of_month,
        _ => 60 + of_month,
    }
}

/// Number of the UTC day in which an instant lies.
pub fn utc_day(at: i64) -> i64 {
    (at - START_MS).div_euclid(DAY_MS)
}

/// Number of the Berlin day in which an instant lies.
pub fn berlin_day(at: i64) -> i64 {
    utc_day(at + berlin_offset(at))
}

/// What Berlin's clock adds to UTC.
pub fn berlin_offset(at: i64) -> i64 {
    if at < WINTER_MS { 7_200_000 } else { 3_600_000 }
}

/// The instant at which a Berlin day begins.
pub fn berlin_midnight(day: i64) -> i64 {
    let utc = START_MS + day * DAY_MS;
    utc - berlin_offset(utc - 7_200_000)
}

/// 0 for Monday to 6 for Sunday; 1 August 2026 is a Saturday.
pub fn weekday(day: i64) -> i64 {
    (day + 5).rem_euclid(7)
}

/// Which of [`MONTHS`] a day lies in; a day outside them counts to the nearest.
pub fn month_of(day: i64) -> usize {
    MONTHS.iter().position(|(_, _, end)| day < *end).unwrap_or(2)
}

/// An instant in the pattern of `strftime`.
pub fn written(at: i64, pattern: &str) -> String {
    DateTime::<Utc>::from_timestamp_millis(at).map(|t| t.format(pattern).to_string()).unwrap_or_default()
}

/// `2026-08-01`.
pub fn date(day: i64) -> String {
    written(START_MS + day * DAY_MS, "%Y-%m-%d")
}

/// `2026-08-01T06:00:00.000Z`.
pub fn rfc3339(at: i64) -> String {
    written(at, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_clocks() {
        assert_eq!(date(day(8, 1)), "2026-08-01");
        assert_eq!(date(day(9, 1)), "2026-09-01");
        assert_eq!(date(day(10, 31)), "2026-10-31");
        assert_eq!(day(10, 31), DAYS - 1);
        assert_eq!(weekday(0), 5);
        assert_eq!(rfc3339(berlin_midnight(0)), "2026-07-31T22:00:00.000Z");
        assert_eq!(rfc3339(berlin_midnight(day(10, 25))), "2026-10-24T22:00:00.000Z");
        assert_eq!(rfc3339(berlin_midnight(day(10, 26))), "2026-10-25T23:00:00.000Z");
        assert_eq!(berlin_day(berlin_midnight(day(10, 26))), day(10, 26));
    }
}
