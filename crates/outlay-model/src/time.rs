//! Instants are UTC microseconds; zones matter only where a day begins.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Microseconds in an hour.
pub const HOUR: Micros = 3_600_000_000;
/// Microseconds in a day of 24 hours.
pub const DAY: Micros = 24 * HOUR;

/// The earliest instant that a record may have: 2000-01-01. Language models are younger; anything before is a fault
/// of the source, such as an epoch in the wrong unit.
pub const EARLIEST: Micros = 946_684_800_000_000;
/// The latest instant that a record may have: 2100-01-01.
pub const LATEST: Micros = 4_102_444_800_000_000;

/// A UTC instant as chrono knows it.
#[must_use]
pub fn to_utc(at: Micros) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at).unwrap_or_default()
}

/// The UTC day number since 1970 of an instant.
#[must_use]
pub fn utc_day(at: Micros) -> i32 {
    at.div_euclid(DAY) as i32
}

/// The date of a UTC day number.
#[must_use]
pub fn day_date(day: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day + 719_163).unwrap_or_default()
}

/// The UTC day number of a date.
#[must_use]
pub fn date_day(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - 719_163
}

/// The instant at which `date` begins in `zone`; where midnight does not exist (a clock change), the first instant
/// after the gap, and where it is there twice, the first.
#[must_use]
pub fn day_start(date: NaiveDate, zone: Tz) -> Micros {
    let mut at = date.and_hms_opt(0, 0, 0).unwrap_or_default();
    for _ in 0..8 {
        if let Some(found) = zone.from_local_datetime(&at).earliest() {
            return found.timestamp_micros();
        }
        at += chrono::Duration::minutes(30);
    }
    at.and_utc().timestamp_micros()
}

/// The date that an instant falls on in `zone`.
#[must_use]
pub fn local_date(at: Micros, zone: Tz) -> NaiveDate {
    to_utc(at).with_timezone(&zone).date_naive()
}

/// The date and hour that an instant falls on in `zone`.
#[must_use]
pub fn local(at: Micros, zone: Tz) -> NaiveDateTime {
    to_utc(at).with_timezone(&zone).naive_local()
}

/// Reads a naive local time as an instant of `zone`; of a time that a clock change doubled, the earlier reading. `None`
/// for a time that it skipped.
#[must_use]
pub fn from_local(at: NaiveDateTime, zone: Tz) -> Option<Micros> {
    zone.from_local_datetime(&at).earliest().map(|t| t.timestamp_micros())
}

/// A half-open span of local dates in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// Where the days begin and end.
    pub zone: Tz,
}

impl Period {
    /// The calendar month that contains `date`.
    #[must_use]
    pub fn month_of(date: NaiveDate, zone: Tz) -> Period {
        let from = date.with_day(1).unwrap_or(date);
        let to = (from + Months::new(1)).pred_opt().unwrap_or(from);
        Period { from, to, zone }
    }

    /// First instant.
    #[must_use]
    pub fn start(&self) -> Micros {
        day_start(self.from, self.zone)
    }

    /// First instant after the period.
    #[must_use]
    pub fn end(&self) -> Micros {
        day_start(self.to.succ_opt().unwrap_or(self.to), self.zone)
    }

    /// Number of days.
    #[must_use]
    pub fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// Whether this is exactly one calendar month.
    #[must_use]
    pub fn is_month(&self) -> bool {
        *self == Period::month_of(self.from, self.zone)
    }

    /// The period before: the calendar month before where this is a month, else as many days before.
    #[must_use]
    pub fn previous(&self) -> Period {
        if self.is_month() {
            return Period::month_of(self.from.pred_opt().unwrap_or(self.from), self.zone);
        }
        let to = self.from.pred_opt().unwrap_or(self.from);
        Period { from: to - chrono::Duration::days(self.days() - 1), to, zone: self.zone }
    }

    /// Every date, in order.
    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let to = self.to;
        self.from.iter_days().take_while(move |d| *d <= to)
    }

    /// `October 2026`, or `3 Oct to 9 Oct 2026`.
    #[must_use]
    pub fn label(&self) -> String {
        if self.is_month() {
            self.from.format("%B %Y").to_string()
        } else if self.from == self.to {
            self.from.format("%-d %b %Y").to_string()
        } else {
            format!("{} to {}", self.from.format("%-d %b"), self.to.format("%-d %b %Y"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_zone_says() {
        let berlin: Tz = chrono_tz::Europe::Berlin;
        let date = NaiveDate::from_ymd_opt(2026, 10, 25).expect("a date");
        let period = Period { from: date, to: date, zone: berlin };
        // The clocks go back: the day has 25 hours.
        assert_eq!(period.end() - period.start(), 25 * HOUR);
        assert_eq!(to_utc(period.start()).to_rfc3339(), "2026-10-24T22:00:00+00:00");
        assert_eq!(local_date(period.end() - 1, berlin), date);
        assert_eq!(day_date(date_day(date)), date);
    }

    #[test]
    fn the_month_before_january_is_december() {
        let month = Period::month_of(NaiveDate::from_ymd_opt(2026, 1, 15).expect("a date"), Tz::UTC);
        assert_eq!(month.previous().label(), "December 2025");
        assert_eq!(month.days(), 31);
    }
}
