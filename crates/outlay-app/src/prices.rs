//! The price book as replies and analyses see it.

use chrono::SecondsFormat;
use outlay_analysis::analyses::bill::BillLine;
use outlay_analysis::prices::{Priced, Prices};
use outlay_ledger::pricing::RateTable;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::time::{Micros, to_utc};
use outlay_model::tokens::Tokens;
use outlay_price::{RateSet, RuleKind, Source, Status};

use crate::replies::PriceEntry;

/// Prices of a data version, as the analyses ask for them.
#[derive(Debug)]
pub struct Table<'a>(pub &'a RateTable);

impl Prices for Table<'_> {
    fn cost(&self, rate_set: u32, tokens: &Tokens, web_searches: i64) -> Option<Priced> {
        let set = self.0.price(rate_set)?;
        let cost = outlay_price::cost(&set.rates, tokens);
        let searches = set.rates.web_search.map_or(0, |rate| i128::from(rate) * i128::from(web_searches));
        Some(Priced {
            low: Pico(cost.low + searches),
            high: Pico(cost.high + searches),
            unpriced_tokens: cost.unpriced_tokens,
        })
    }
    fn valid_from(&self, rate_set: u32) -> Option<Micros> {
        self.0.price(rate_set)?.valid_from
    }
    fn valid_to(&self, rate_set: u32) -> Option<Micros> {
        self.0.price(rate_set)?.valid_to
    }
    fn currency(&self, rate_set: u32) -> Currency {
        self.0.price(rate_set).map_or(Currency::USD, |set| set.currency)
    }
}

/// An instant as RFC 3339.
#[must_use]
pub fn instant(at: Micros) -> String {
    to_utc(at).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A rate per token as a price per million.
#[must_use]
pub fn per_million(rate: i64, currency: Currency) -> Money {
    Money::new(Pico(i128::from(rate) * 1_000_000), currency)
}

/// Line by line: bucket × price = amount.
#[must_use]
pub fn bill(set: &RateSet, tokens: &Tokens) -> Vec<BillLine> {
    outlay_price::bill(set, tokens)
        .into_iter()
        .map(|line| BillLine {
            bucket: line.bucket.to_owned(),
            tokens: line.tokens,
            per_million: line.rate.map(|rate| per_million(rate, set.currency)),
            amount: line.rate.map(|_| Money::new(Pico(line.amount), set.currency)),
        })
        .collect()
}

/// The name of a book.
#[must_use]
pub fn book_name(source: &Source) -> &'static str {
    match source {
        Source::Base => "genai-prices",
        Source::Litellm => "LiteLLM",
        Source::LitellmFrozen => "LiteLLM, older copy",
        Source::Correction => "Outlay's corrections",
        Source::User => "your own prices",
    }
}

/// The word for a price's status.
#[must_use]
pub fn status_name(status: &Status) -> &'static str {
    match status {
        Status::Published => "published",
        Status::Assumed => "assumed",
        Status::Undated => "undated",
        Status::User => "user",
        Status::Announced => "announced",
    }
}

/// Which rule found a price, in words.
#[must_use]
pub fn rule(set: &RateSet) -> String {
    let rule = &set.rule;
    let how = match rule.kind {
        RuleKind::User => "your own rule",
        RuleKind::Exact => "exact id",
        RuleKind::Alias => "declared alias",
        RuleKind::Pattern => "declared pattern",
    };
    let matched = match rule.matched.rsplit_once(": ") {
        Some((condition, model)) => format!("{model}, found by {how} (id {condition})"),
        None => format!("{}, found by {how}", rule.matched),
    };
    let note = if rule.note.is_empty() { String::new() } else { format!("; {}", rule.note) };
    format!("{matched}, in {} ({}){note}", book_name(&rule.book), status_name(&rule.status))
}

/// A price as listed.
#[must_use]
pub fn entry(set: &RateSet, used_tokens: i64) -> PriceEntry {
    let bucket = |name: &str| set.rates.get(name).map(|rate| per_million(rate, set.currency));
    let band = match (set.band.min_exclusive, set.band.max_inclusive) {
        (None, None) => String::new(),
        (Some(low), None) => format!("> {low} tokens"),
        (None, Some(high)) => format!("≤ {high} tokens"),
        (Some(low), Some(high)) => format!("> {low} to {high} tokens"),
    };
    PriceEntry {
        provider: set.provider.clone(),
        model: set.model.clone(),
        tier: set.tier.clone(),
        band,
        region: set.region.clone(),
        valid_from: set.valid_from.map(instant),
        valid_to: set.valid_to.map(instant),
        uncached_input: bucket("uncached_input"),
        cache_read: bucket("cache_read"),
        cache_write_5m: bucket("cache_write_5m"),
        cache_write_1h: bucket("cache_write_1h"),
        output: bucket("output"),
        status: status_name(&set.rule.status).to_owned(),
        book: book_name(&set.rule.book).to_owned(),
        used_tokens,
    }
}
