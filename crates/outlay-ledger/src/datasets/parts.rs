//! How a month's records are cut into parts: a file's rows must fit into memory together, and a file of few rows costs a
//! question more than it tells.

use chrono_tz::Tz;
use outlay_model::time::{Period, date_day, day_date};

/// A month with at most this many rows of a dataset lies in one part; beyond, in parts of a few days.
const MONTH_ROWS: usize = 500_000;
/// With more rows than this, in a part a day.
const FEW_DAYS_ROWS: usize = 8 * MONTH_ROWS;
/// Days of the month in a part of a few days.
const FEW_DAYS: u32 = 3;

/// The cut of a month, the coarsest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// All of it in one part.
    Month,
    /// The first three days, the next three and so on.
    FewDays,
    /// A part a day.
    Day,
}

/// The UTC days of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// `2026-10`, `2026-10-04_06` or `2026-10-03`.
    pub label: String,
    /// First day.
    pub first: i32,
    /// Last day.
    pub last: i32,
}

impl Cut {
    /// The cut of a month with so many rows.
    #[must_use]
    pub fn for_rows(rows: usize) -> Cut {
        if rows <= MONTH_ROWS {
            Cut::Month
        } else if rows <= FEW_DAYS_ROWS {
            Cut::FewDays
        } else {
            Cut::Day
        }
    }

    /// The cut that a part is of, by its label.
    #[must_use]
    pub fn of(label: &str) -> Cut {
        match label.len() {
            ..=7 => Cut::Month,
            8..=10 => Cut::Day,
            _ => Cut::FewDays,
        }
    }

    /// The part that a day lies in.
    #[must_use]
    pub fn around(self, day: i32) -> Span {
        use chrono::Datelike as _;
        let date = day_date(day);
        let month = date.format("%Y-%m");
        let of_month = date.day();
        let first = day - of_month as i32 + 1;
        let last = date_day(Period::month_of(date, Tz::UTC).to);
        match self {
            Cut::Month => Span { label: month.to_string(), first, last },
            Cut::FewDays => {
                let begin = (of_month - 1) / FEW_DAYS * FEW_DAYS;
                let (from, to) = (first + begin as i32, last.min(first + (begin + FEW_DAYS) as i32 - 1));
                Span { label: format!("{month}-{:02}_{:02}", begin + 1, day_date(to).day()), first: from, last: to }
            }
            Cut::Day => Span { label: date.format("%Y-%m-%d").to_string(), first: day, last: day },
        }
    }
}

/// The folder of a part's files.
#[must_use]
pub fn folder(label: &str) -> String {
    let shape = match Cut::of(label) {
        Cut::Month => "month",
        Cut::FewDays => "days",
        Cut::Day => "day",
    };
    format!("{shape}={label}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_month_lie_side_by_side() {
        let days = |month: &str| {
            let first = date_day(format!("{month}-01").parse().unwrap());
            first..=Cut::Month.around(first).last
        };
        for (month, parts) in [("2026-10", 11), ("2026-02", 10), ("2024-02", 10)] {
            for (cut, number) in [(Cut::Month, 1), (Cut::FewDays, parts), (Cut::Day, days(month).count())] {
                let mut spans: Vec<Span> = days(month).map(|day| cut.around(day)).collect();
                assert!(days(month).zip(&spans).all(|(day, span)| (span.first..=span.last).contains(&day)));
                spans.dedup();
                assert_eq!((spans.len(), spans[0].first), (number, *days(month).start()));
                assert_eq!(spans[number - 1].last, *days(month).end());
                assert!(spans.windows(2).all(|two| two[0].last + 1 == two[1].first));
                assert!(spans.iter().all(|span| Cut::of(&span.label) == cut && span.label.starts_with(month)));
            }
        }
        let last = Cut::FewDays.around(date_day("2026-02-27".parse().unwrap()));
        assert_eq!(folder(&last.label), "days=2026-02-25_27");
        assert_eq!(Cut::for_rows(500_000), Cut::Month);
        assert_eq!(Cut::for_rows(4_000_000), Cut::FewDays);
    }
}
