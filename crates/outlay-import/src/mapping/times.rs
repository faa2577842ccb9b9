//! Times written as people write them: a pattern in the words of `strftime`, and which patterns a column may have.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{NaiveDate, NaiveDateTime};

use crate::value::{self, Epoch, Stamp};

/// Patterns that exports have, each order of day and month beside its twin.
pub(super) const PATTERNS: &[&str] = &[
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    // `%.f` also stands for nothing.
    "%m/%d/%Y %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S%.f",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%d/%m/%Y, %H:%M:%S",
    "%m/%d/%y",
    "%d/%m/%y",
    "%m/%d/%y %H:%M",
    "%d/%m/%y %H:%M",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%m-%d-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y, %H:%M:%S",
    "%d.%m.%y",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y%m%d",
    "%Y%m%dT%H%M%SZ",
    "%Y-%m-%d %I:%M:%S %p",
    "%b %d, %Y",
    "%b %d, %Y %H:%M",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y, %I:%M %p",
    "%b %d, %Y, %I:%M:%S %p",
    "%d %b %Y",
    "%d %b %Y %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d-%b-%Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a %b %d %H:%M:%S %Y",
];

/// A pattern, ready to read with.
pub(super) struct Pattern(Vec<Item<'static>>);

const BAD: &str = "is not written as the mapping's time_format says";

impl Pattern {
    /// Reads a pattern; why not, where it cannot tell a date.
    pub fn new(pattern: &str) -> Result<Pattern, &'static str> {
        let items =
            StrftimeItems::new(pattern).parse_to_owned().map_err(|_| "has a part that strftime does not know")?;
        // What it writes of an instant must tell that instant's date again.
        let shown = example().and_utc().format_with_items(items.iter()).to_string();
        let pattern = Pattern(items);
        match pattern.stamp(&shown) {
            Ok(stamp) if stamp.micros.div_euclid(DAY) == example().and_utc().timestamp_micros().div_euclid(DAY) => {
                Ok(pattern)
            }
            _ => Err("does not tell year, month and day"),
        }
    }

    /// A text as a time.
    pub fn stamp(&self, text: &str) -> Result<Stamp, &'static str> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text.trim(), self.0.iter()).map_err(|_| BAD)?;
        let date = parsed.to_naive_date().map_err(|_| BAD)?;
        let clock = parsed.hour_div_12().is_some() || parsed.hour_mod_12().is_some();
        let zoned = parsed.offset().is_some() || self.ends_in_z();
        let time = if clock { parsed.to_naive_time().map_err(|_| BAD)? } else { chrono::NaiveTime::MIN };
        let offset = i64::from(parsed.offset().unwrap_or(0)) * 1_000_000;
        let micros = date.and_time(time).and_utc().timestamp_micros() - offset;
        Ok(Stamp { micros, zoned, date_only: !clock })
    }

    /// `20261003T140509Z` and `… GMT` tell their zone in a letter that is no field.
    fn ends_in_z(&self) -> bool {
        matches!(self.0.last(), Some(Item::OwnedLiteral(text)) if matches!(text.as_ref(), "Z" | "GMT" | "UTC"))
    }
}

const DAY: i64 = outlay_model::time::DAY;

/// 3 October 2026, 14:05:09: no two of its parts are alike.
fn example() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 10, 3).and_then(|date| date.and_hms_opt(14, 5, 9)).unwrap_or_default()
}

/// What a pattern writes for 3 October 2026, 14:05:09.
pub(super) fn shown(pattern: &str) -> Option<String> {
    let pattern = Pattern::new(pattern).ok()?;
    Some(example().and_utc().format_with_items(pattern.0.iter()).to_string())
}

/// The patterns under which every one of these texts is a time, where they are no times as they stand.
pub(super) fn patterns_of(texts: &[&str]) -> Vec<&'static str> {
    let plain = |text: &&str| value::stamp(text, Epoch::Auto).is_ok_and(|s| s.place(value::Naive::Utc).is_ok());
    if texts.iter().all(plain) {
        return Vec::new();
    }
    let fits = |pattern: &&str| {
        Pattern::new(pattern).is_ok_and(|pattern| {
            texts.iter().all(|text| pattern.stamp(text).is_ok_and(|stamp| stamp.place(value::Naive::Utc).is_ok()))
        })
    };
    PATTERNS.iter().copied().filter(fits).collect()
}

/// Whether all of these texts, and there are some, name days.
pub(super) fn are_days(texts: &[&str]) -> bool {
    let pattern = patterns_of(texts).first().and_then(|pattern| Pattern::new(pattern).ok());
    let is_day = |text: &&str| match &pattern {
        Some(pattern) => pattern.stamp(text).is_ok_and(Stamp::is_day),
        None => value::stamp(text, Epoch::Auto).is_ok_and(Stamp::is_day),
    };
    !texts.is_empty() && texts.iter().all(is_day)
}

/// The same time as RFC 3339 writes it, without a zone or time of day where it has none.
pub(super) fn rfc3339(stamp: Stamp) -> Result<String, &'static str> {
    let at = chrono::DateTime::from_timestamp_micros(stamp.micros).ok_or("is out of range")?;
    let form = match (stamp.date_only, stamp.zoned) {
        (true, _) => "%Y-%m-%d",
        (false, true) => "%Y-%m-%dT%H:%M:%S%.fZ",
        (false, false) => "%Y-%m-%dT%H:%M:%S%.f",
    };
    Ok(at.format(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for days in [&["2026-10-03", "2026-10-04"][..], &["10/14/2026"], &["2026-10-03 00:00:00"]] {
            assert!(are_days(days), "{days:?}");
        }
        for others in [&[][..], &["2026-10-03", "2026-10-04 09:00"], &["yesterday"]] {
            assert!(!are_days(others), "{others:?}");
        }
    }

    /// Instants from `date -u -d … +%s`.
    #[test]
    fn written_as_people_write_them() {
        for (pattern, text, micros, zoned, date_only) in [
            ("%m/%d/%Y", "10/3/2026", 1_790_985_600_000_000, false, true),
            ("%d/%m/%Y", "03/10/2026", 1_790_985_600_000_000, false, true),
            ("%m/%d/%Y %I:%M %p", "10/3/2026 2:05 PM", 1_791_036_300_000_000, false, false),
            ("%d.%m.%Y %H:%M:%S", "03.10.2026 14:05:09", 1_791_036_309_000_000, false, false),
            ("%Y%m%dT%H%M%SZ", "20261003T140509Z", 1_791_036_309_000_000, true, false),
            ("%d/%b/%Y:%H:%M:%S %z", "03/Oct/2026:16:05:09 +0200", 1_791_036_309_000_000, true, false),
            ("%a, %d %b %Y %H:%M:%S GMT", "Sat, 03 Oct 2026 14:05:09 GMT", 1_791_036_309_000_000, true, false),
            ("%m/%d/%Y %H:%M:%S%.f", "10/03/2026 14:05:09.250", 1_791_036_309_250_000, false, false),
            ("%m/%d/%Y %H:%M:%S%.f", "10/03/2026 14:05:09", 1_791_036_309_000_000, false, false),
        ] {
            let told = Pattern::new(pattern).and_then(|p| p.stamp(text));
            assert_eq!(told, Ok(Stamp { micros, zoned, date_only }), "{pattern} {text}");
        }
        let us = Pattern::new("%m/%d/%Y").expect("a pattern");
        for bad in ["13/10/2026", "2026-10-03", "10/3/2026 14:05", ""] {
            assert!(us.stamp(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pattern_must_tell_a_date() {
        for bad in ["%H:%M", "%m/%Y", "%Q", "", "%d/%m"] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
        for pattern in PATTERNS {
            assert!(shown(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn what_a_column_may_be() {
        let of = patterns_of;
        assert_eq!(of(&["10/03/2026", "10/14/2026"]), ["%m/%d/%Y"]);
        assert_eq!(of(&["03/10/2026", "14/10/2026"]), ["%d/%m/%Y"]);
        assert_eq!(of(&["10/14/2026 11:05:09"]), ["%m/%d/%Y %H:%M:%S%.f"]);
        assert_eq!(of(&["3/10/2026", "4/10/2026"]), ["%m/%d/%Y", "%d/%m/%Y"]);
        assert_eq!(of(&["20261003", "20261004"]), ["%Y%m%d"]);
        assert_eq!(of(&["2026-10-03", "1790985600"]), Vec::<&str>::new());
        assert_eq!(of(&["yesterday"]), Vec::<&str>::new());
    }
}
