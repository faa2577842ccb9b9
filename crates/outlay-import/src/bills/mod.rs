//! What bills of clouds share: which lines are about models, units, tags, dates in American order, and how the lines
//! of other services are counted.

pub(crate) mod bedrock;
pub(crate) mod services;
pub(crate) mod tags;

use std::borrow::Cow;
use std::collections::BTreeMap;

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Charge, Dimensions};
use outlay_model::time::Micros;

use crate::buckets::Cells;
use crate::error::{Fault, ImportError};
use crate::feed::Feed;
use crate::format::ReadSummary;
use crate::value::{self, Epoch, Naive, NoInstant};

/// Services that are counted one by one.
const MOST_SERVICES: usize = 200;
/// The largest unit of tokens; a quantity of them cannot overflow.
const MOST_TOKENS: i128 = 1_000_000_000;
/// Services that a note names.
const NAMED: usize = 5;

/// Lines of other services: what a bill has beside models.
#[derive(Default)]
pub(crate) struct Others {
    lines: u64,
    services: BTreeMap<String, u64>,
    amounts: BTreeMap<Currency, Pico>,
}

impl Others {
    /// Leaves a line out, under the name of its service.
    pub fn leave_out(
        &mut self,
        service: &str,
        amount: Option<(Pico, Currency)>,
        feed: &mut Feed<'_>,
    ) -> Result<(), ImportError> {
        self.count(service, amount);
        feed.leave_out()
    }

    /// Counts a line that its reader leaves out.
    pub fn count(&mut self, service: &str, amount: Option<(Pico, Currency)>) {
        self.lines += 1;
        let service = if service.is_empty() { "no service told" } else { service };
        if let Some(count) = self.services.get_mut(service) {
            *count += 1;
        } else if self.services.len() < MOST_SERVICES {
            self.services.insert(service.to_owned(), 1);
        }
        if let Some((amount, currency)) = amount {
            *self.amounts.entry(currency).or_default() += amount;
        }
    }

    /// Says what was left out.
    pub fn tell(self, summary: &mut ReadSummary) {
        if self.lines == 0 {
            return;
        }
        let mut services: Vec<(String, u64)> = self.services.into_iter().collect();
        services.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = services.len().saturating_sub(NAMED);
        let mut names: Vec<String> =
            services.iter().take(NAMED).map(|(service, count)| format!("{service} {count}")).collect();
        if more > 0 {
            names.push(format!("{more} more services"));
        }
        let amounts: Vec<String> =
            self.amounts.iter().map(|(currency, amount)| format!("{} {currency}", amount.fixed(2))).collect();
        let worth = if amounts.is_empty() { String::new() } else { format!(", worth {}", amounts.join(" and ")) };
        if summary.rows == 0 {
            summary.notes.push("no line of this bill is about language models".to_owned());
        }
        summary.notes.push(format!(
            "lines left out because they are not about language models: {} ({}){worth}",
            self.lines,
            names.join(", ")
        ));
    }
}

/// A charge of an amount, with nothing else told.
pub(crate) fn charge(time: Micros, end: Micros, billed: Pico, currency: Currency) -> Charge<'static> {
    Charge {
        time,
        end,
        dims: Dimensions::default(),
        billed,
        effective: None,
        list: None,
        contracted: None,
        currency,
        category: "".into(),
        line_item: "".into(),
        meter: "".into(),
        quantity: None,
        unit: "".into(),
        invoice_id: "".into(),
        rounding: Pico::ZERO,
        section: 0,
    }
}

/// The first of these columns that has something, and what.
pub(crate) fn first<'a>(cells: &Cells<'a>, columns: &[&'static str]) -> (&'static str, &'a str) {
    let told = columns.iter().map(|column| (*column, cells.text(column))).find(|(_, text)| !text.is_empty());
    told.unwrap_or((columns.first().copied().unwrap_or_default(), ""))
}

/// An amount without which the line means nothing, from the first of these columns that has one.
pub(crate) fn amount(cells: &Cells<'_>, columns: &[&'static str]) -> Result<Pico, Fault> {
    let (column, _) = first(cells, columns);
    cells.money(column)?.ok_or_else(|| Fault::new(column, format!("{column} is empty"), cells.whole()))
}

/// The currency of a line.
pub(crate) fn currency(cells: &Cells<'_>, columns: &[&'static str]) -> Result<Currency, Fault> {
    let (column, code) = first(cells, columns);
    Currency::parse(code)
        .ok_or_else(|| Fault::new(column, format!("{column} is not a three-letter currency code"), code))
}

/// What a line that is left out is worth, where that can be read.
pub(crate) fn worth(
    cells: &Cells<'_>,
    amounts: &[&'static str],
    currencies: &[&'static str],
) -> Option<(Pico, Currency)> {
    amount(cells, amounts).ok().zip(currency(cells, currencies).ok())
}

/// An instant of UTC from a column, and whether it was a date alone.
pub(crate) fn time(cells: &Cells<'_>, columns: &[&'static str]) -> Result<(Micros, bool), Fault> {
    let (column, text) = first(cells, columns);
    if text.is_empty() {
        return Err(Fault::new(column, format!("{column} is empty"), cells.whole()));
    }
    instant(text).map_err(|why| Fault::new(column, format!("{column} {why}"), text))
}

/// An instant of UTC, and whether it was a date alone. A date with slashes that begins with its month or day has them
/// in American order, and a time without a zone is UTC: so these files are documented.
pub(crate) fn instant(text: &str) -> Result<(Micros, bool), &'static str> {
    let told = match american(text)? {
        Some(iso) => value::stamp(&iso, Epoch::Auto)?,
        None => value::stamp(text, Epoch::Auto)?,
    };
    match told.place(Naive::Utc) {
        Ok(at) => Ok((at, told.date_only)),
        Err(NoInstant::Fault(why)) => Err(why),
        Err(NoInstant::Zone) => Err("has no zone"),
    }
}

/// `5/1/25`, `05/01/2025` or `5/1/2025 0:00` as `2025-05-01…`; `None` where it is written in another way.
fn american(text: &str) -> Result<Option<String>, &'static str> {
    let (date, clock) = text.split_at(text.find([' ', 'T']).unwrap_or(text.len()));
    let mut parts = date.split('/');
    let (Some(month), Some(day), Some(year), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let digits = |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    let number = |part: &str| part.parse::<u32>().ok();
    if !digits(month, 2) || !digits(day, 2) || !matches!(year.len(), 2 | 4) || !digits(year, 4) {
        return Ok(None);
    }
    let (Some(month), Some(day), Some(year)) = (number(month), number(day), number(year)) else { return Ok(None) };
    if (13..=31).contains(&month) && (1..=12).contains(&day) {
        return Err("has its day before its month, but this format writes MM/DD/YYYY; export it again and import it \
                    without saving it in a spreadsheet");
    }
    let year = if year < 100 { 2000 + year } else { year };
    // A spreadsheet writes 0:00 for midnight.
    let pad = if clock.as_bytes().get(2) == Some(&b':') {
        format!("{}0{}", &clock[..1], &clock[1..])
    } else {
        clock.to_owned()
    };
    Ok(Some(format!("{year:04}-{month:02}-{day:02}{pad}")))
}

/// How many tokens one unit is, where the unit says that it is tokens: `Tokens`, `1K tokens`, `1M Tokens`,
/// `1,000,000 tokens`, `1000_tokens`, `Million tokens`.
pub(crate) fn tokens_each(unit: &str) -> Option<i128> {
    let lower = unit.trim().to_ascii_lowercase().replace('_', " ");
    let words = lower.strip_suffix("tokens").or_else(|| lower.strip_suffix("token"))?;
    multiple(words.trim_end_matches([' ', '-']))
}

/// The number that `1K`, `1M`, `10K`, `1,000` or `million` is; 1 for nothing at all.
pub(crate) fn multiple(text: &str) -> Option<i128> {
    let lower = text.trim().to_ascii_lowercase();
    let (digits, scale) = match lower.as_str() {
        "" => return Some(1),
        "thousand" => return Some(1_000),
        "million" => return Some(1_000_000),
        other => match (
            other.strip_suffix(" thousand").or(other.strip_suffix('k')),
            other.strip_suffix(" million").or(other.strip_suffix('m')),
        ) {
            (Some(digits), _) => (digits, 1_000),
            (None, Some(digits)) => (digits, 1_000_000),
            (None, None) => (other, 1),
        },
    };
    let plain = digits.trim_end().replace(',', "");
    if plain.is_empty() || plain.len() > 9 || !plain.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    plain.parse::<i128>().ok().map(|n| n * scale).filter(|n| (1..=MOST_TOKENS).contains(n))
}

/// A quantity as tokens where its unit says so, else as it was told.
pub(crate) fn quantity<'a>(told: Option<Pico>, unit: &'a str) -> (Option<Pico>, Cow<'a, str>) {
    match (told, tokens_each(unit)) {
        (Some(told), Some(each)) => (Some(Pico(told.0 * each)), "tokens".into()),
        _ => (told, unit.into()),
    }
}

/// What is behind the last slash of a path-like id.
pub(crate) fn last_step(id: &str) -> &str {
    let id = id.trim_end_matches('/');
    id.rsplit_once('/').map_or(id, |(_, last)| last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn american_dates() {
        let day = |text| instant(text).map(|(at, date)| (at / 1_000_000, date));
        // date -u -d 2025-05-01 +%s
        for text in ["5/1/25", "05/01/2025", "5/1/2025", "2025-05-01"] {
            assert_eq!(day(text), Ok((1_746_057_600, true)), "{text}");
        }
        for text in
            ["5/1/25 0:00", "5/1/2025 00:00:00", "2025-05-01 00:00:00", "2025-05-01T00:00:00Z", "05/01/2025T00:00:00Z"]
        {
            assert_eq!(day(text), Ok((1_746_057_600, false)), "{text}");
        }
        assert!(day("13/05/2025").is_err_and(|why| why.contains("MM/DD/YYYY")));
        for bad in [
            "13/13/2025",
            "2/30/2025",
            "5/1",
            "5/1/2025/7",
            "a/b/2025",
            "5/1/20255",
            "",
            "/",
            "5/1/25 noon",
            "5/1/25 é:",
        ] {
            assert!(day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn units_of_tokens() {
        for (unit, each) in [
            ("Tokens", Some(1)),
            ("token", Some(1)),
            ("1K tokens", Some(1_000)),
            ("1K Token", Some(1_000)),
            ("1000_tokens", Some(1_000)),
            ("1M Tokens", Some(1_000_000)),
            ("1,000,000 tokens", Some(1_000_000)),
            ("1 Million tokens", Some(1_000_000)),
            ("thousand tokens", Some(1_000)),
            ("10K tokens", Some(10_000)),
            ("0 tokens", None),
            ("999999999M tokens", None),
            ("1K", None),
            ("Hours", None),
            ("1K characters", None),
            ("mega-tokens", None),
            ("", None),
        ] {
            assert_eq!(tokens_each(unit), each, "{unit}");
        }
        assert_eq!(
            quantity(Some(Pico(1_234_500_000_000)), "1K tokens"),
            (Some(Pico(1_234_500_000_000_000)), "tokens".into())
        );
        assert_eq!(quantity(None, "1K tokens"), (None, "1K tokens".into()));
        assert_eq!(quantity(Some(Pico(5)), "Hours"), (Some(Pico(5)), "Hours".into()));
        assert_eq!(
            [multiple("1K"), multiple("1M"), multiple("1 Hour"), multiple("100")],
            [Some(1_000), Some(1_000_000), None, Some(100)]
        );
        assert_eq!([last_step("/a/b/"), last_step("arn:x/y"), last_step("z")], ["b", "y", "z"]);
    }
}
