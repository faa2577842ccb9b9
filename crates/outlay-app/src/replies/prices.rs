//! Prices asked for, listed and changed.

use outlay_analysis::answer::HeadlineSource;
use outlay_model::money::Money;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks the book for a price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PriceRequest {
    /// Provider.
    pub provider: String,
    /// Model as seen.
    pub model: String,
    /// Date or RFC 3339 instant; a date means noon UTC.
    pub date: String,
    /// Service tier.
    pub tier: String,
    /// Region.
    pub region: String,
    /// Tokens.
    pub tokens: outlay_model::tokens::Tokens,
}

/// A line of a priced call.
pub type PriceLine = outlay_analysis::analyses::bill::BillLine;

/// One call priced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceReply {
    /// Cost; `None` = unpriced, which is never 0.
    pub cost: Option<Money>,
    /// Upper end, where cache writes of unknown duration leave it open.
    pub high: Option<Money>,
    /// Line by line.
    pub rate_set: Vec<PriceLine>,
    /// Which rule matched, in words.
    pub rule: String,
    /// Book and its version.
    pub book: String,
    /// Valid from, RFC 3339.
    pub valid_from: Option<String>,
    /// Valid to, RFC 3339, excluded.
    pub valid_to: Option<String>,
    /// Why there is no price, where there is none.
    pub unpriced: Option<String>,
}

/// Searches the book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PricesRequest {
    /// Part of a provider or model id.
    pub search: String,
    /// Explain how this exact id is matched, with its history.
    pub explain: Option<String>,
    /// Provider, for the explanation.
    pub provider: Option<String>,
}

/// A price as listed: dollars per million tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceEntry {
    /// Provider.
    pub provider: String,
    /// Model.
    pub model: String,
    /// Tier.
    pub tier: String,
    /// Size band, such as `> 200,000 tokens`; empty = any.
    pub band: String,
    /// Region; empty = any.
    pub region: String,
    /// Valid from, as a date or instant; none = from the start.
    pub valid_from: Option<String>,
    /// Valid to, excluded.
    pub valid_to: Option<String>,
    /// Per million tokens: uncached input.
    pub uncached_input: Option<Money>,
    /// Cache read.
    pub cache_read: Option<Money>,
    /// Five-minute cache write.
    pub cache_write_5m: Option<Money>,
    /// One-hour cache write.
    pub cache_write_1h: Option<Money>,
    /// Output.
    pub output: Option<Money>,
    /// `published`, `assumed`, `undated`, `user`, `announced`.
    pub status: String,
    /// Which book.
    pub book: String,
    /// Used by this ledger: tokens at this price.
    #[ts(type = "number")]
    pub used_tokens: i64,
}

/// Prices found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PricesReply {
    /// Book version.
    pub book: String,
    /// Entries.
    pub entries: Vec<PriceEntry>,
    /// How the asked id was matched, in words.
    pub explanation: Option<String>,
    /// What the ledger has without a price.
    pub unpriced: Vec<outlay_analysis::answer::Unpriced>,
}

/// Adds the user's own prices or aliases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserPricesRequest {
    /// CSV: provider, model, valid_from, valid_to, tier, uncached_input, cache_read, cache_write_5m, cache_write_1h,
    /// output, currency; dollars per million tokens.
    pub csv: String,
    /// Take prices far outside the usual range too.
    #[serde(default)]
    pub allow_odd: bool,
    /// Only tell what it would change.
    #[serde(default)]
    pub preview: bool,
}

/// Says which model an id means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AliasRequest {
    /// Provider as seen.
    pub provider: String,
    /// Id as seen, such as an Azure deployment.
    pub id: String,
    /// Provider whose price applies.
    pub means_provider: String,
    /// Model whose price applies.
    pub means_model: String,
    /// Only tell what it would change.
    #[serde(default)]
    pub preview: bool,
}

/// What a change of prices makes of the stored records of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceEffect {
    /// Own logs or provider usage. The two describe the same money and are not added.
    pub source: HeadlineSource,
    /// Provider.
    pub provider: String,
    /// Model as seen.
    pub model: String,
    /// Calls or usage buckets whose price changes.
    #[ts(type = "number")]
    pub records: i64,
    /// Their tokens.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Their cost until now, a currency each; none where nothing had a price.
    pub before: Vec<Money>,
    /// Tokens without a price until now.
    #[ts(type = "number")]
    pub before_unpriced_tokens: i64,
    /// Their cost after the change.
    pub after: Vec<Money>,
    /// Tokens without a price after it.
    #[ts(type = "number")]
    pub after_unpriced_tokens: i64,
}

/// What changing prices did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RepriceReply {
    /// Rates or aliases taken.
    pub taken: usize,
    /// Rate sets whose price changed.
    pub changed: usize,
    /// What that makes of the stored records, by source, the most tokens first.
    pub effects: Vec<PriceEffect>,
    /// Data version after it; `None` for a preview, which changes nothing.
    #[ts(type = "number | null")]
    pub data_version: Option<i64>,
}
