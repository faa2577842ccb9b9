//! Texts of cells to numbers and instants. Numbers of tokens and money never pass through a float.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use outlay_model::time::{DAY, EARLIEST, LATEST, Micros, from_local};

/// More than any real count; small enough that sums of several cannot overflow.
const MOST: i64 = 1_000_000_000_000_000_000 / 64;

/// A count of something: digits, or a whole number printed as a float (`59200.0`).
pub(crate) fn count(text: &str) -> Result<i64, &'static str> {
    let bytes = text.as_bytes();
    if !bytes.is_empty() && bytes.len() <= 15 && bytes.iter().all(u8::is_ascii_digit) {
        return Ok(bytes.iter().fold(0_i64, |n, b| n * 10 + i64::from(b - b'0')));
    }
    let told = decimal(text, 0).ok_or("is not a number")?;
    if told.negative && (told.value > 0 || told.tail != Tail::Nothing) {
        return Err("is negative");
    }
    if told.tail != Tail::Nothing {
        return Err("is not a whole number");
    }
    match i64::try_from(told.value) {
        Ok(n) if n >= 100_000_000_000 && is_shortened(text) => Err(SHORTENED),
        Ok(n) if n <= MOST => Ok(n),
        _ => Err("is larger than any real count"),
    }
}

const SHORTENED: &str = "was shortened by a spreadsheet; export it again and import it without opening it there";

/// Whether a number has an exponent and six digits or fewer: how spreadsheets save a long one, whose other digits are
/// lost.
fn is_shortened(text: &str) -> bool {
    text.find(['e', 'E']).is_some_and(|at| text[..at].bytes().filter(u8::is_ascii_digit).count() <= 6)
}

/// Whether a text is how programs write that there is nothing.
pub(crate) fn is_null(text: &str) -> bool {
    match text.len() {
        2 => text == "\\N",
        3 => matches!(text, "NaN" | "nan" | "N/A" | "n/a"),
        4 => matches!(text, "null" | "NULL" | "None" | "<NA>"),
        13 => text == "not_available",
        _ => false,
    }
}

/// Whether a text in the place of an id names nothing: dashes, zeros, or a word that says so. Rows that share it would
/// otherwise pass for one.
pub(crate) fn is_no_id(text: &str) -> bool {
    const WORDS: [&str; 7] = ["none", "null", "nil", "na", "n/a", "unknown", "undefined"];
    let text = text.trim();
    text.chars().all(|c| c == '0' || !c.is_alphanumeric()) || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// How the numbers of a table are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// Whether a comma is known to stand before the decimals.
    pub comma: bool,
}

const EITHER: &str = "may mean thousands or decimals; write it without the separator";

impl Numbers {
    /// A number of a table with a point before its decimals and nothing between its thousands: `0,895874`,
    /// `1,234.50` and `1.234,50` show what they mean, and `1,234` only in a file whose other numbers do.
    pub fn plain<'t>(self, text: &'t str) -> Result<Cow<'t, str>, &'static str> {
        let points = text.bytes().filter(|b| *b == b'.').count();
        let commas = text.bytes().filter(|b| *b == b',').count();
        if commas == 0 && !(self.comma && points > 0) {
            return Ok(Cow::Borrowed(text));
        }
        match (commas, points) {
            (0, 1) if !is_grouped(text, '.') => Ok(Cow::Borrowed(text)),
            (0, 1) => Err(EITHER),
            (0, _) if is_grouped(text, '.') => Ok(Cow::Owned(text.replace('.', ""))),
            (1, 0) if self.comma || !is_grouped(text, ',') => Ok(Cow::Owned(text.replace(',', "."))),
            (1, 0) => Err(EITHER),
            (_, 0) if is_grouped(text, ',') => Ok(Cow::Owned(text.replace(',', ""))),
            (_, 1) if text.split_once('.').is_some_and(|(whole, _)| is_grouped(whole, ',')) => {
                Ok(Cow::Owned(text.replace(',', "")))
            }
            (1, _) if text.split_once(',').is_some_and(|(whole, _)| is_grouped(whole, '.')) => {
                Ok(Cow::Owned(text.replace('.', "").replace(',', ".")))
            }
            _ => Ok(Cow::Borrowed(text)),
        }
    }

    /// An amount of a table: as [`Numbers::plain`], also with a dollar sign, and in brackets where it is negative.
    pub fn amount<'t>(self, text: &'t str) -> Result<Cow<'t, str>, &'static str> {
        if !text.contains(['$', '(']) {
            return self.plain(text);
        }
        let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let (negative, body) = match (inner, text.strip_prefix('-')) {
            (Some(inner), _) => (true, inner),
            (None, Some(rest)) => (true, rest),
            (None, None) => (false, text),
        };
        let body = body.strip_prefix('$').unwrap_or(body).trim_start();
        let (negative, body) = match (negative, body.strip_prefix('-')) {
            (false, Some(rest)) => (true, rest),
            _ => (negative, body),
        };
        let plain = self.plain(body)?;
        Ok(Cow::Owned(if negative { format!("-{plain}") } else { plain.into_owned() }))
    }

    /// What the numbers in these cells show.
    pub fn of<'c>(cells: impl Iterator<Item = &'c str>, delimiter: u8) -> Numbers {
        let (mut comma, mut either, mut point) = (false, false, false);
        for cell in cells {
            if !is_numeral(cell) {
                continue;
            }
            let sign = cell.trim_start_matches(['-', '+']);
            match (sign.rfind(','), sign.rfind('.')) {
                (Some(c), Some(p)) => {
                    comma |= c > p;
                    point |= p > c;
                }
                (Some(_), None) if sign.matches(',').count() > 1 => point = true,
                (Some(_), None) if is_grouped(sign, ',') => either = true,
                (Some(_), None) => comma = true,
                // Two points are thousands, or a date, which shows nothing.
                (None, Some(_)) if sign.matches('.').count() > 1 => comma |= is_grouped(sign, '.'),
                (None, Some(_)) if !is_grouped(sign, '.') => point = true,
                _ => {}
            }
        }
        // A program that separates columns by semicolons does so because the comma is taken.
        Numbers { comma: !point && (comma || (either && delimiter == b';')) }
    }
}

/// Whether a text is made of digits and what may stand between them.
pub(crate) fn is_numeral(text: &str) -> bool {
    let body = text.trim_start_matches(['-', '+']);
    body.starts_with(|c: char| c.is_ascii_digit())
        && body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'))
}

/// Whether a number has groups of three digits behind a first one of one to three, which is not 0.
fn is_grouped(text: &str, separator: char) -> bool {
    let mut groups = text.trim_start_matches(['-', '+']).split(separator);
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    text.contains(separator)
        && groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && digits(first) && !first.starts_with('0'))
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// What was left of a decimal number below its last kept digit, as a part of that digit's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Nothing,
    BelowHalf,
    Half,
    AboveHalf,
}

/// A decimal number cut after some decimals.
struct Decimal {
    negative: bool,
    value: i128,
    tail: Tail,
}

/// Reads a decimal text, with or without exponent, in units of 10^-`decimals`; `None` where it is no number, or more
/// than 30 digits long before the cut.
fn decimal(text: &str, decimals: i32) -> Option<Decimal> {
    let text = text.trim();
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], body[at + 1..].parse::<i32>().ok().filter(|e| e.abs() <= 400)?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = || whole.bytes().chain(fraction.bytes());
    if whole.len() + fraction.len() == 0 || !all().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = whole.len() as i64 + i64::from(exponent) + i64::from(decimals);
    let (mut value, mut first, mut rest) = (0_i128, 0_u8, false);
    let mut at = 0_i64;
    for digit in all().map(|b| b - b'0') {
        if at < point {
            value = value * 10 + i128::from(digit);
            if value >= 1_000_000_000_000_000_000_000_000_000_000 {
                return None;
            }
        } else if at == point {
            first = digit;
        } else {
            rest |= digit != 0;
        }
        at += 1;
    }
    if value > 0 && point - at > 30 {
        return None;
    }
    while at < point && value > 0 {
        value = value.checked_mul(10)?;
        at += 1;
    }
    let tail = match (first, rest) {
        _ if point < 0 => match first != 0 || rest {
            true => Tail::BelowHalf,
            false => Tail::Nothing,
        },
        (0, false) => Tail::Nothing,
        (0..=4, _) => Tail::BelowHalf,
        (5, false) => Tail::Half,
        _ => Tail::AboveHalf,
    };
    Some(Decimal { negative, value, tail })
}

/// A duration in milliseconds, rounded half-even, told in seconds or in milliseconds.
pub(crate) fn millis(text: &str, seconds: bool) -> Result<i64, &'static str> {
    if !seconds && let Ok(n) = count(text) {
        return Ok(n);
    }
    let told = decimal(text, if seconds { 3 } else { 0 }).ok_or("is not a number")?;
    let up = told.tail == Tail::AboveHalf || (told.tail == Tail::Half && told.value % 2 == 1);
    match i64::try_from(told.value + i128::from(up)) {
        Ok(n) if n > 0 && told.negative => Err("is negative"),
        Ok(n) if n <= MOST => Ok(n),
        _ => Err("is larger than any real duration"),
    }
}

/// A number of tokens told in thousands or millions.
pub(crate) fn tokens_in(text: &str, unit: i64) -> Result<i64, &'static str> {
    let told = decimal(text, unit.ilog10() as i32).ok_or("is not a number")?;
    match (told.tail, i64::try_from(told.value)) {
        (Tail::Nothing, Ok(n)) if !told.negative && n <= MOST => Ok(n),
        (Tail::Nothing, _) => Err("is negative or larger than any real count"),
        _ => Err("is not a whole number of tokens"),
    }
}

/// A finite number of a scale that is not money.
pub(crate) fn number(text: &str) -> Result<f64, &'static str> {
    match text.trim().parse::<f64>() {
        Ok(n) if n.is_finite() => Ok(n),
        _ => Err("is not a number"),
    }
}

/// The many spellings of yes and no.
pub(crate) fn truth(text: &str) -> Option<bool> {
    let text = text.trim();
    let any = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if any(&["true", "1", "yes", "t", "y", "1.0"]) {
        Some(true)
    } else if any(&["false", "0", "no", "f", "n", "0.0", ""]) {
        Some(false)
    } else {
        None
    }
}

/// A time as told: an instant, or a wall clock somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Microseconds; of UTC where `zoned`, else as if the wall clock showed UTC.
    pub micros: i64,
    /// Whether the text told its zone.
    pub zoned: bool,
    /// Whether it was a date alone.
    pub date_only: bool,
}

/// What to make of a wall clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naive {
    /// The source documents it as UTC.
    Utc,
    /// It was written in this zone.
    Zone(Tz),
    /// Nobody knows.
    Ask,
}

/// Why a time cannot be placed.
pub(crate) enum NoInstant {
    /// The row's fault.
    Fault(&'static str),
    /// A zone is needed.
    Zone,
}

impl Stamp {
    /// Whether it names a day: a date, or the midnight as which databases print one.
    pub fn is_day(self) -> bool {
        self.date_only || self.micros.rem_euclid(DAY) == 0
    }

    /// The end of the day that it names; any other time stays.
    pub fn end_of_day(self) -> Stamp {
        if self.is_day() { Stamp { micros: self.micros.saturating_add(DAY), ..self } } else { self }
    }

    pub fn place(self, naive: Naive) -> Result<Micros, NoInstant> {
        let micros = match naive {
            _ if self.zoned => self.micros,
            Naive::Utc => self.micros,
            Naive::Ask => return Err(NoInstant::Zone),
            Naive::Zone(zone) => {
                let clock: NaiveDateTime = DateTime::from_timestamp_micros(self.micros)
                    .ok_or(NoInstant::Fault("is out of range"))?
                    .naive_utc();
                from_local(clock, zone)
                    .ok_or(NoInstant::Fault("did not exist in that zone: the clocks were put forward over it"))?
            }
        };
        if (EARLIEST..LATEST).contains(&micros) {
            Ok(micros)
        } else {
            Err(NoInstant::Fault("is before 2000 or after 2100; check its unit"))
        }
    }
}

/// Unit of an epoch time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epoch {
    Auto,
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// Reads RFC 3339, a date, a date and time without zone, or an epoch number.
pub(crate) fn stamp(text: &str, epoch: Epoch) -> Result<Stamp, &'static str> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if bytes.len() >= 10 && matches!(bytes[4], b'-' | b'/') && bytes[7] == bytes[4] {
        return calendar(bytes);
    }
    const BAD: &str = "is not a time (RFC 3339, YYYY-MM-DD HH:MM:SS, or an epoch number)";
    let size = decimal(text, 0).ok_or(BAD)?.value;
    if is_shortened(text) {
        return Err(SHORTENED);
    }
    let unit = match epoch {
        Epoch::Auto if size < 100_000_000_000 => Epoch::Seconds,
        Epoch::Auto if size < 100_000_000_000_000 => Epoch::Millis,
        Epoch::Auto if size < 100_000_000_000_000_000 => Epoch::Micros,
        Epoch::Auto => Epoch::Nanos,
        told => told,
    };
    let decimals = match unit {
        Epoch::Seconds | Epoch::Auto => 6,
        Epoch::Millis => 3,
        Epoch::Micros => 0,
        Epoch::Nanos => -3,
    };
    let told = decimal(text, decimals).ok_or(BAD)?;
    let micros = i64::try_from(told.value).map_err(|_| "is before 2000 or after 2100; check its unit")?;
    Ok(Stamp { micros: if told.negative { -micros } else { micros }, zoned: true, date_only: false })
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

fn calendar(bytes: &[u8]) -> Result<Stamp, &'static str> {
    const BAD: &str = "is not a time such as 2026-10-03T14:05:00Z";
    let part = |from: usize, to: usize| bytes.get(from..to).and_then(digits).ok_or(BAD);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let date = NaiveDate::from_ymd_opt(year as i32, month, day).ok_or("is not a date of the calendar")?;
    let days = i64::from(outlay_model::time::date_day(date));
    if bytes.len() == 10 {
        return Ok(Stamp { micros: days * 86_400_000_000, zoned: false, date_only: true });
    }
    if !matches!(bytes[10], b'T' | b't' | b' ') || bytes.get(13) != Some(&b':') {
        return Err(BAD);
    }
    let (hour, minute) = (part(11, 13)?, part(14, 16)?);
    let mut at = 16;
    let mut second = 0;
    let mut micros = 0_i64;
    if bytes.get(at) == Some(&b':') {
        second = part(17, 19)?;
        at = 19;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            at += 1;
            let mut unit = 100_000_i64;
            let start = at;
            while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
                micros += i64::from(digit - b'0') * unit;
                unit /= 10;
                at += 1;
            }
            if at == start {
                return Err(BAD);
            }
        }
    }
    if hour > 23 || minute > 59 || second > 60 {
        return Err("is not a time of day");
    }
    let rest = bytes[at..].trim_ascii();
    let (zoned, offset) = match rest {
        b"" => (false, 0),
        b"Z" | b"z" | b"UTC" | b"utc" | b"GMT" | b"+0000 UTC" => (true, 0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, minutes) = match rest.len() {
                2 => (digits(rest), Some(0)),
                4 => (digits(&rest[..2]), digits(&rest[2..])),
                5 if rest[2] == b':' => (digits(&rest[..2]), digits(&rest[3..])),
                _ => (None, None),
            };
            let (Some(h @ 0..=23), Some(m @ 0..=59)) = (hours, minutes) else { return Err(BAD) };
            let seconds = i64::from(h) * 3600 + i64::from(m) * 60;
            (true, if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return Err(BAD),
    };
    let seconds = days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second) - offset;
    Ok(Stamp { micros: seconds * 1_000_000 + micros, zoned, date_only: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(count("59200.0"), Ok(59_200));
        assert_eq!(count("9007199254740993"), Ok(9_007_199_254_740_993));
        assert_eq!(count("1e3"), Ok(1000));
        for bad in ["", "-1", "1.5", "NaN", "1,5", "99999999999999999999", "1.75962E+12"] {
            assert!(count(bad).is_err(), "{bad}");
        }
        assert_eq!(millis("0.8125", true), Ok(812));
        assert_eq!(millis("812.7", false), Ok(813));
    }

    #[test]
    fn separators_of_tables() {
        let (point, comma) = (Numbers { comma: false }, Numbers { comma: true });
        for (text, told) in [
            ("59200,0", "59200.0"),
            ("0,895874", "0.895874"),
            ("-0,50", "-0.50"),
            ("0,123", "0.123"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("12,345,678", "12345678"),
            ("5.92E+04", "5.92E+04"),
            ("word, other", "word. other"),
        ] {
            assert_eq!(point.plain(text).as_deref(), Ok(told), "{text}");
            assert_eq!(comma.plain(text).as_deref(), Ok(told), "{text}");
        }
        assert_eq!((point.plain("1,234"), comma.plain("1,234").as_deref()), (Err(EITHER), Ok("1.234")));
        assert_eq!((point.plain("1.234").as_deref(), comma.plain("1.234")), (Ok("1.234"), Err(EITHER)));
        for (text, told) in
            [("$0.25", "0.25"), ("-$1,234.50", "-1234.50"), ("$-2", "-2"), ("($3.00)", "-3.00"), ("1.5", "1.5")]
        {
            assert_eq!(point.amount(text).as_deref(), Ok(told), "{text}");
        }
        assert_eq!(point.amount("€1.00").as_deref(), Ok("€1.00"));
        let of = |cells: &[&str], delimiter| Numbers::of(cells.iter().copied(), delimiter).comma;
        assert!(of(&["2026-01-01", "0,25", "m-1,2"], b'\t') && of(&["1,234"], b';'));
        assert!(of(&["03.10.2026", "1.234.567"], b';') && of(&["03.10.2026", "0,25"], b';'));
        assert!(
            !of(&["03.10.2026"], b';') && !of(&["1,234"], b'\t') && !of(&["0,25", "0.25"], b';') && !of(&["3.5"], b';')
        );
    }

    #[test]
    fn placeholders_are_no_ids() {
        let (zero, id) = ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001");
        for no_id in ["-", "", "--", "–", "0", zero, "N/A", "None", "unknown", " null "] {
            assert!(is_no_id(no_id), "{no_id}");
        }
        for id in ["r-1", "7", id, "nine", "ü"] {
            assert!(!is_no_id(id), "{id}");
        }
    }

    #[test]
    fn days_and_their_ends() {
        let end = |text: &str| stamp(text, Epoch::Auto).expect("a time").end_of_day().micros;
        // date -u -d 2026-11-01 +%s
        for day in ["2026-10-31", "2026-10-31 00:00:00", "2026-10-31T00:00:00Z"] {
            assert_eq!(end(day), 1_793_491_200_000_000, "{day}");
        }
        assert_eq!(end("2026-10-31 00:00:01"), 1_793_404_801_000_000);
    }

    #[test]
    fn words_for_nothing_and_for_yes() {
        assert!(["NULL", "None", "null", "nan", "\\N", "not_available"].iter().all(|text| is_null(text)));
        assert!(["", "0", "none of it", "Nine"].iter().all(|text| !is_null(text)));
        assert_eq!([truth("Yes"), truth("FALSE"), truth("t"), truth("2")], [Some(true), Some(false), Some(true), None]);
    }

    #[test]
    fn times() {
        let utc = |text| stamp(text, Epoch::Auto).map(|s| (s.micros, s.zoned));
        let second = 1_756_684_818_955_000;
        for text in [
            "2025-09-01T00:00:18.955Z",
            "2025-09-01T02:00:18.955+02:00",
            "2025-08-31 19:00:18.955000 -0500",
            "2025-09-01 00:00:18.955 +0000 UTC",
            "2025/09/01 00:00:18.955 UTC",
            "1756684818.955",
            "1756684818955",
            "1756684818955000",
            "1756684818955000000",
        ] {
            assert_eq!(utc(text), Ok((second, true)), "{text}");
        }
        assert_eq!(utc("2025-09-01 00:00:18.955"), Ok((second, false)));
        for bad in [
            "2025-02-30",
            "2025-09-01T25:00:00Z",
            "2025-09-01T00:00:00X",
            "yesterday",
            "",
            "2025-09-01T1:00",
            "1.75962E+12",
        ] {
            assert!(stamp(bad, Epoch::Auto).is_err(), "{bad}");
        }
        let berlin = Naive::Zone(chrono_tz::Europe::Berlin);
        let gap = stamp("2026-03-29 02:30:00", Epoch::Auto).expect("a time").place(berlin);
        assert!(matches!(gap, Err(NoInstant::Fault(_))));
        let ask = stamp("2026-03-29 02:30:00", Epoch::Auto).expect("a time").place(Naive::Ask);
        assert!(matches!(ask, Err(NoInstant::Zone)));
    }
}
