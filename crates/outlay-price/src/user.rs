//! The user's own rates and names for models.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use outlay_model::money::{Currency, Pico};
use outlay_model::names;
use outlay_model::time::{DAY, Micros, date_day};

use crate::error::UserError;
use crate::rates::{OUTPUT, READ, Rates, UNCACHED, WRITE_1H, WRITE_5M};
use crate::schedule::{Band, Key, RateSet, Rule, RuleKind, Source, Status};

/// Rates that the user gives: contracts, self-hosted models, deployments. They go before every book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserRates {
    rates: Vec<UserRate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct UserRate {
    provider: String,
    model: String,
    tier: String,
    valid_from: Option<Micros>,
    valid_to: Option<Micros>,
    rates: Rates,
    currency: Currency,
}

/// The columns of a rate file, in any order.
pub const COLUMNS: [&str; 11] = [
    "provider",
    "model",
    "valid_from",
    "valid_to",
    "tier",
    "uncached_input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "output",
    "currency",
];

/// Columns that hold a rate, and their buckets.
const RATES: [(&str, usize); 5] = [
    ("uncached_input", UNCACHED),
    ("cache_read", READ),
    ("cache_write_5m", WRITE_5M),
    ("cache_write_1h", WRITE_1H),
    ("output", OUTPUT),
];

impl UserRates {
    /// Reads a rate file: a header line with [`COLUMNS`], rates in currency units per million tokens. `model` and one
    /// rate must be there; an empty rate stays unknown, an empty provider fits all, an empty tier is standard, an
    /// empty currency is USD. Days are UTC, `valid_to` is the last day that counts.
    ///
    /// # Errors
    /// On the first cell that cannot be used, with its place and a remedy. Rates outside of 0.0001 to 2,000 per
    /// million tokens (other than 0) are refused unless `allow_odd`: they are nearly always in the wrong unit.
    pub fn from_csv(text: &str, allow_odd: bool) -> Result<UserRates, UserError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let unreadable = |line: u64, e: &csv::Error| fault(line, "", &e.to_string(), "save the file as CSV in UTF-8");
        let header = reader.headers().map_err(|e| unreadable(1, &e))?.clone();
        let mut places = BTreeMap::new();
        for (at, name) in header.iter().enumerate() {
            if !COLUMNS.contains(&name) {
                return Err(fault(1, name, "no such column", &format!("use {}", COLUMNS.join(", "))));
            }
            places.insert(name.to_owned(), at);
        }
        for needed in ["model", "uncached_input"] {
            if !places.contains_key(needed) {
                return Err(fault(
                    1,
                    needed,
                    "the column is missing",
                    &format!("add it; the columns are {}", COLUMNS.join(", ")),
                ));
            }
        }
        let mut rates = Vec::new();
        for record in reader.records() {
            let line = rates.len() as u64 + 2;
            let record = record.map_err(|e| unreadable(line, &e))?;
            let line = record.position().map_or(line, csv::Position::line);
            let cell = |name: &str| places.get(name).and_then(|at| record.get(*at)).unwrap_or_default();
            rates.push(row(line, &cell, allow_odd)?);
        }
        Ok(UserRates { rates })
    }

    /// Adds rates given later: where both know a price, the later one counts.
    pub fn extend(&mut self, later: UserRates) {
        self.rates.splice(0..0, later.rates);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rates.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// Rate sets for a key, a later row before an earlier one.
    pub(crate) fn sets(&self, key: &Key) -> Vec<RateSet> {
        let (provider, tier, model) = (names::provider(&key.provider), names::tier(&key.tier), key.model.trim());
        let fits = |rate: &&UserRate| {
            rate.model.eq_ignore_ascii_case(model)
                && rate.tier == tier
                && (rate.provider.is_empty() || provider.is_empty() || rate.provider == provider)
        };
        let set = |rate: &UserRate| RateSet {
            provider: if provider.is_empty() { rate.provider.clone() } else { provider.clone() },
            channel: key.channel.clone(),
            model: rate.model.clone(),
            region: String::new(),
            tier: tier.clone(),
            band: Band::default(),
            valid_from: rate.valid_from,
            valid_to: rate.valid_to,
            hours: None,
            rates: rate.rates,
            currency: rate.currency,
            rule: Rule {
                kind: RuleKind::User,
                matched: format!("is \"{}\"", rate.model),
                book: Source::User,
                status: Status::User,
                note: String::new(),
            },
        };
        self.rates.iter().rev().filter(fits).map(set).collect()
    }
}

fn row<'a>(line: u64, cell: &impl Fn(&str) -> &'a str, allow_odd: bool) -> Result<UserRate, UserError> {
    let model = cell("model");
    if model.is_empty() {
        return Err(fault(line, "model", "it is empty", "give the model's id as your data spells it"));
    }
    let day = |column: &str| -> Result<Option<Micros>, UserError> {
        let text = cell(column);
        if text.is_empty() {
            return Ok(None);
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        let date =
            date.map_err(|_| fault(line, column, &format!("\"{text}\" is not a date"), "write it as 2026-11-05"))?;
        Ok(Some(Micros::from(date_day(date)) * DAY))
    };
    let (valid_from, last) = (day("valid_from")?, day("valid_to")?);
    if let (Some(from), Some(last)) = (valid_from, last)
        && last < from
    {
        return Err(fault(line, "valid_to", "it is before valid_from", "swap the two dates"));
    }
    let mut rates = Rates::default();
    for (column, bucket) in RATES {
        let text = cell(column);
        if !text.is_empty() {
            rates.buckets[bucket] = Some(rate(line, column, text, allow_odd)?);
        }
    }
    if rates.buckets.iter().all(Option::is_none) {
        return Err(fault(line, "uncached_input", "the row gives no rate", "give a price per million tokens"));
    }
    let currency = match cell("currency") {
        "" => Currency::USD,
        told => Currency::parse(told).ok_or_else(|| {
            fault(line, "currency", &format!("\"{told}\" is not a currency"), "use a code such as USD or EUR")
        })?,
    };
    let provider = cell("provider");
    Ok(UserRate {
        provider: if provider.is_empty() { String::new() } else { names::provider(provider) },
        model: model.to_owned(),
        tier: names::tier(cell("tier")),
        valid_from,
        valid_to: last.map(|last| last + DAY),
        rates,
        currency,
    })
}

fn rate(line: u64, column: &str, text: &str, allow_odd: bool) -> Result<i64, UserError> {
    let wrong = |what: &str, remedy: &str| fault(line, column, &format!("\"{text}\" {what}"), remedy);
    let digits = text.split(['e', 'E']).next().unwrap_or(text);
    if digits.contains(',') {
        return Err(wrong("has a comma", "write decimals with a point and no thousands separator"));
    }
    let amount =
        Pico::parse(text).map_err(|_| wrong("is not a number", "write a price per million tokens such as 2.50"))?.0;
    if amount < 0 {
        return Err(wrong("is negative", "give the price that is charged"));
    }
    // The limits of what list prices have ever been; a price per token or per thousand tokens falls outside.
    if amount != 0 && !allow_odd && !(100_000_000..=2_000_000_000_000_000).contains(&amount) {
        return Err(wrong(
            "is outside of 0.0001 to 2,000 per million tokens",
            "check that it is per million tokens, or allow odd prices",
        ));
    }
    if amount % 1_000_000 != 0 {
        return Err(wrong("has more than six decimals", "round it to six decimals"));
    }
    i64::try_from(amount / 1_000_000).map_err(|_| wrong("is too large", "check the unit"))
}

fn fault(line: u64, column: &str, what: &str, remedy: &str) -> UserError {
    UserError { line, column: column.to_owned(), what: what.to_owned(), remedy: remedy.to_owned() }
}

/// The user's names for models: an Azure deployment, an ARN or any id, to a provider and model of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserAliases {
    names: BTreeMap<(String, String), (String, String)>,
}

impl UserAliases {
    /// Says that `seen` under `provider` (empty: any) is `model` of `of` (empty: the same provider).
    pub fn add(&mut self, provider: &str, seen: &str, of: &str, model: &str) {
        let provider = if provider.trim().is_empty() { String::new() } else { names::provider(provider) };
        let key = (provider, seen.trim().to_ascii_lowercase());
        self.names.insert(key, (of.trim().to_owned(), model.trim().to_owned()));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The key with the model that the user means.
    pub(crate) fn apply(&self, key: &Key) -> Key {
        if self.names.is_empty() {
            return key.clone();
        }
        let seen = key.model.trim().to_ascii_lowercase();
        let any = (String::new(), seen.clone());
        let found = self.names.get(&(names::provider(&key.provider), seen)).or_else(|| self.names.get(&any));
        let mut key = key.clone();
        if let Some((provider, model)) = found {
            if !provider.is_empty() {
                key.provider.clone_from(provider);
            }
            key.model.clone_from(model);
        }
        key
    }
}
