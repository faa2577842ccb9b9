//! Our corrections to the bundled books: `prices/corrections.toml`, each with its source.

use chrono::{NaiveDate, NaiveDateTime};
use outlay_model::money::Pico;
use outlay_model::time::Micros;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::error::PriceError;
use crate::layer::{Entry, Meter, Prices};
use crate::schedule::{Source, Status};

/// All corrections.
#[derive(Debug, Default)]
pub(crate) struct Corrections {
    /// Rates that replace a model's for a time.
    pub patches: Vec<Patch>,
    /// Whole histories that replace a model's.
    pub histories: Vec<History>,
    /// Discounts for service tiers that no book lists.
    pub tiers: Vec<TierRule>,
    /// Why tier rates are opened backwards.
    pub open_tiers: String,
}

#[derive(Debug)]
pub(crate) struct Patch {
    pub place: Place,
    /// The book that is corrected.
    pub book: Source,
    /// Only when the id that was asked for, or its last part, is one of these; empty: under any id.
    pub ids: Vec<String>,
    /// Only for calls of this provider, where the base keeps two under one name.
    pub asked: Option<String>,
    pub from: Option<Micros>,
    pub until: Option<Micros>,
    pub prices: Prices,
    pub status: Status,
}

#[derive(Debug)]
pub(crate) struct History {
    pub place: Place,
    pub entries: Vec<Entry>,
    pub status: Status,
}

#[derive(Debug)]
pub(crate) struct TierRule {
    pub place: Place,
    pub tier: String,
    /// In thousandths.
    pub factor: i64,
    pub meters: Vec<String>,
}

/// Which models a correction is for (under the book's provider id), and where it comes from.
#[derive(Debug)]
pub(crate) struct Place {
    pub provider: String,
    pub models: Vec<String>,
    pub source: String,
}

impl Place {
    pub(crate) fn names(&self, provider: &str, model: &str) -> bool {
        self.provider == provider && self.models.iter().any(|m| m == model)
    }

    pub(crate) fn starts(&self, provider: &str, model: &str) -> bool {
        self.provider == provider && self.models.iter().any(|m| model.starts_with(m.as_str()))
    }
}

/// One correction, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The base book's provider id, or our own where the correction is for one of two that share it.
    pub provider: String,
    /// Model ids, or prefixes for tier rules.
    pub models: Vec<String>,
    /// The only ids under which the correction applies; empty: under any that means the model.
    pub ids: Vec<String>,
    /// What is corrected: `rates`, `history`, or the name of a service tier.
    pub what: String,
    /// Where the correction comes from.
    pub source: String,
}

impl Corrections {
    pub(crate) fn list(&self) -> Vec<Correction> {
        let told = |place: &Place, ids: &[String], what: &str| Correction {
            provider: place.provider.clone(),
            models: place.models.clone(),
            ids: ids.to_vec(),
            what: what.to_owned(),
            source: place.source.clone(),
        };
        let mut all: Vec<Correction> = self.patches.iter().map(|p| told(&p.place, &p.ids, "rates")).collect();
        for (listed, patch) in all.iter_mut().zip(&self.patches) {
            listed.provider = patch.asked.clone().unwrap_or_else(|| listed.provider.clone());
        }
        all.extend(self.histories.iter().map(|h| told(&h.place, &[], "history")));
        all.extend(self.tiers.iter().map(|t| told(&t.place, &[], &t.tier)));
        all
    }

    pub(crate) fn parse(text: &str) -> Result<Corrections, PriceError> {
        let file: File = toml::from_str(text).map_err(|e| PriceError::Correction(e.to_string()))?;
        let mut corrections = Corrections { open_tiers: file.open_tiers.source, ..Corrections::default() };
        for told in file.patch {
            corrections.patches.push(Patch {
                book: told.book,
                ids: told.ids,
                asked: told.asked,
                from: told.from.as_deref().map(instant).transpose()?,
                until: told.until.as_deref().map(instant).transpose()?,
                prices: prices(&told.rates)?,
                status: told.status,
                place: Place { provider: told.provider, models: told.models, source: told.source },
            });
        }
        for told in file.history {
            corrections.histories.push(History {
                entries: told.entries.iter().map(entry).collect::<Result<_, _>>()?,
                status: told.status,
                place: Place { provider: told.provider, models: told.models, source: told.source },
            });
        }
        for told in file.tier {
            let factor = Pico::parse(&told.factor).map_err(|e| bad(&told.factor, &e.to_string()))?.0 / 1_000_000_000;
            corrections.tiers.push(TierRule {
                tier: told.tier,
                factor: i64::try_from(factor).map_err(|e| bad(&told.factor, &e.to_string()))?,
                meters: told.meters,
                place: Place { provider: told.provider, models: told.models, source: told.source },
            });
        }
        Ok(corrections)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    patch: Vec<PatchText>,
    history: Vec<HistoryText>,
    tier: Vec<TierText>,
    open_tiers: OpenText,
}

#[derive(Deserialize)]
struct OpenText {
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchText {
    #[serde(default = "base")]
    book: Source,
    provider: String,
    models: Vec<String>,
    #[serde(default)]
    ids: Vec<String>,
    asked: Option<String>,
    from: Option<String>,
    until: Option<String>,
    rates: BTreeMap<String, String>,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryText {
    provider: String,
    models: Vec<String>,
    status: Status,
    source: String,
    entries: Vec<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierText {
    provider: String,
    tier: String,
    models: Vec<String>,
    factor: String,
    meters: Vec<String>,
    source: String,
}

fn base() -> Source {
    Source::Base
}

fn bad(text: &str, why: &str) -> PriceError {
    PriceError::Correction(format!("\"{text}\": {why}"))
}

fn instant(text: &str) -> Result<Micros, PriceError> {
    let at = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => date.and_hms_opt(0, 0, 0).unwrap_or_default(),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map_err(|e| bad(text, &e.to_string()))?,
    };
    Ok(at.and_utc().timestamp_micros())
}

fn entry(told: &BTreeMap<String, String>) -> Result<Entry, PriceError> {
    let mut entry = Entry { from: None, until: None, hours: None, weekdays: 0, prices: Prices::new() };
    for (key, text) in told {
        match key.as_str() {
            "from" => entry.from = Some(instant(text)?),
            "until" => entry.until = Some(instant(text)?),
            "hours" => {
                let (from, to) = text.split_once('-').ok_or_else(|| bad(text, "not hours"))?;
                entry.hours = Some((minute(from)?, minute(to)?));
            }
            "weekdays" => {
                let days = text.split_once('-').and_then(|(a, b)| Some(a.parse::<u8>().ok()?..=b.parse::<u8>().ok()?));
                entry.weekdays = days
                    .ok_or_else(|| bad(text, "not weekdays"))?
                    .fold(0, |mask, day| mask | 1 << day.saturating_sub(1).min(6));
            }
            meter => {
                entry.prices.insert(meter.to_owned(), rates(text)?);
            }
        }
    }
    Ok(entry)
}

fn minute(text: &str) -> Result<u16, PriceError> {
    let parts = text.split_once(':').and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)));
    parts.map(|(h, m)| h * 60 + m).ok_or_else(|| bad(text, "not a time of day"))
}

fn prices(told: &BTreeMap<String, String>) -> Result<Prices, PriceError> {
    told.iter().map(|(meter, text)| Ok((meter.clone(), rates(text)?))).collect()
}

/// `"3>200000:6"`: USD per million tokens to pico-dollars per token.
fn rates(text: &str) -> Result<Meter, PriceError> {
    let mut parts = text.split('>');
    let mut meter = vec![rate(parts.next().unwrap_or_default())?];
    for band in parts {
        let (start, told) = band.split_once(':').ok_or_else(|| bad(text, "not a band"))?;
        meter.push(start.parse().map_err(|_| bad(text, "not a threshold"))?);
        meter.push(rate(told)?);
    }
    Ok(meter)
}

fn rate(text: &str) -> Result<i64, PriceError> {
    let amount = Pico::parse(text).map_err(|e| bad(text, &e.to_string()))?.0;
    if amount % 1_000_000 != 0 {
        return Err(bad(text, "more decimals than a pico-dollar per token holds"));
    }
    i64::try_from(amount / 1_000_000).map_err(|e| bad(text, &e.to_string()))
}
