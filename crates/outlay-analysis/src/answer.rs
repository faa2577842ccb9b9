//! What every answer shares: its sentence, its period, and how far it can be trusted.

use outlay_model::money::Money;
use outlay_model::report::Kind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a part of a sentence is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As running text.
    #[default]
    Plain,
    /// A name or figure.
    Strong,
    /// Dearer than before.
    Up,
    /// Cheaper than before.
    Down,
    /// Something is missing.
    Warn,
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Span {
    /// Words.
    pub text: String,
    /// How they are set.
    pub tone: Tone,
}

/// A sentence that answers the question with a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct Sentence(pub Vec<Span>);

impl Sentence {
    /// Adds words.
    #[must_use]
    pub fn say(mut self, tone: Tone, text: impl Into<String>) -> Sentence {
        self.0.push(Span { text: text.into(), tone });
        self
    }
    /// The words alone.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|s| s.text.as_str()).collect()
    }
}

/// The period an answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PeriodView {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// `October 2026`.
    pub label: String,
    /// The month as `2026-10`, where the period is one.
    pub month: Option<String>,
    /// Zone the days begin and end in.
    pub zone: String,
}

/// Where a total comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HeadlineSource {
    /// Billed lines.
    Invoice,
    /// Provider usage × price.
    ProviderUsage,
    /// Own logs × price.
    OwnLogs,
}

impl HeadlineSource {
    /// What a person reads.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            HeadlineSource::Invoice => "invoice",
            HeadlineSource::ProviderUsage => "provider usage × price",
            HeadlineSource::OwnLogs => "own logs × price",
        }
    }
}

/// What one source of one provider account gave to a total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourceShare {
    /// Provider.
    pub provider: String,
    /// Account; empty where the provider has only one.
    pub account: String,
    /// Source.
    pub source: HeadlineSource,
    /// Days that it was the source for.
    pub days: i64,
    /// What it gave.
    pub amount: Money,
}

/// An export that tells the same as another one in another cut, or a log of calls that another log tells too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftOutExport {
    /// Provider.
    pub provider: String,
    /// Account; empty where the provider has only one.
    pub account: String,
    /// Usage, charges or calls.
    pub kind: Kind,
    /// The file's name.
    pub file: String,
    /// Days of the period on which it is left out, in words.
    pub label: String,
    /// All of it in a sentence.
    pub sentence: String,
}

/// Days on which a provider account that is expected has no record, or only records that were imported before the day was
/// over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MissingDays {
    /// Provider.
    pub provider: String,
    /// Account.
    pub account: String,
    /// Dates without a record, in order.
    pub dates: Vec<String>,
    /// `29 to 31 Oct`; empty where there are none.
    pub label: String,
    /// Dates that are there in part, in order.
    pub partial: Vec<String>,
    /// As `label`.
    pub partial_label: String,
}

/// Something that has no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Unpriced {
    /// Provider.
    pub provider: String,
    /// Model.
    pub model: String,
    /// Its tokens in the period.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Its calls.
    #[ts(type = "number")]
    pub calls: i64,
}

/// How far a figure can be trusted; stands beside every total.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Trust {
    /// Sources of the headline.
    pub sources: Vec<SourceShare>,
    /// Share of tokens that have a price; `None` where there are no tokens.
    pub priced: Option<f64>,
    /// What has none.
    pub unpriced: Vec<Unpriced>,
    /// Calls whose usage no source tells.
    #[ts(type = "number")]
    pub unknown_usage_calls: i64,
    /// Share of the headline that own logs explain; `None` where the logs are the headline.
    pub explained: Option<f64>,
    /// Days of the period on which every expected account has records.
    #[ts(type = "number")]
    pub days_present: i64,
    /// Days of the period.
    #[ts(type = "number")]
    pub days: i64,
    /// What is missing.
    pub missing: Vec<MissingDays>,
    /// Exports that repeat others, and are not added to them.
    pub left_out: Vec<LeftOutExport>,
    /// Where cache writes of unknown duration leave the cost open: low (the headline) and high.
    pub range: Option<(Money, Money)>,
    /// Amounts in other currencies, not added.
    pub other_currencies: Vec<Money>,
    /// Whether rows had to be read.
    pub from_rows: bool,
    /// Version of the price book.
    pub book: String,
    /// Data version.
    #[ts(type = "number")]
    pub data_version: i64,
}
