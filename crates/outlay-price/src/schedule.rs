//! Rates by time and size: what a resolved model costs when.

use outlay_model::money::Currency;
use outlay_model::time::{DAY, Micros};
use serde::{Deserialize, Serialize};

use crate::error::Unpriced;
use crate::rates::Rates;

/// What a price depends on, apart from time and size. Texts as the source spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// Who bills (`openai`, `bedrock`, `vertex` …); empty: deduced from the model's id where that says it.
    pub provider: String,
    /// `direct`, `gateway`, `self`; empty is direct. `self` has no list price.
    pub channel: String,
    /// The model's id, alias, or ARN.
    pub model: String,
    /// Inference region or geography; matters only where a provider charges more for one.
    pub region: String,
    /// Service tier as served; empty is `standard`.
    pub tier: String,
}

impl Key {
    /// A model of a provider, in the standard tier and no particular region.
    #[must_use]
    pub fn new(provider: &str, model: &str) -> Key {
        Key { provider: provider.to_owned(), model: model.to_owned(), ..Key::default() }
    }

    /// The same in another service tier.
    #[must_use]
    pub fn tier(mut self, tier: &str) -> Key {
        tier.clone_into(&mut self.tier);
        self
    }

    /// The same in a region.
    #[must_use]
    pub fn region(mut self, region: &str) -> Key {
        region.clone_into(&mut self.region);
        self
    }
}

/// One question: a key at a time, for a request of a size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What is asked for.
    pub key: Key,
    /// When the call began, UTC microseconds.
    pub at: Micros,
    /// Whole input of the request, cached tokens included.
    pub total_input: i64,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The rates, with the rule that found them.
    Priced(Box<RateSet>),
    /// Why there are none.
    Unpriced(Unpriced),
}

/// How a model was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// A rate of the user's.
    User,
    /// The id is the book's own id.
    Exact,
    /// The id is a declared other name of it.
    Alias,
    /// The id fits a declared pattern.
    Pattern,
}

/// Which book a rate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// genai-prices: dated.
    Base,
    /// LiteLLM's map: undated.
    Litellm,
    /// An older LiteLLM map, for retired ids: undated.
    LitellmFrozen,
    /// A correction of ours to the base.
    Correction,
    /// The user's own rates.
    User,
}

/// How much a rate can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A list price, for the time that the book gives.
    Published,
    /// Follows from a list price by a stated assumption: see the note.
    Assumed,
    /// A list price as of the snapshot; the book does not say since when.
    Undated,
    /// Given by the user.
    User,
    /// Announced for a time after the book's date; announcements have been withdrawn before.
    Announced,
}

/// Why a rate set applies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    /// How the model was matched.
    pub kind: RuleKind,
    /// What matched, such as `starts with "claude-3-5-sonnet"`.
    pub matched: String,
    /// Where the rates come from.
    pub book: Source,
    /// How much they can be relied on.
    pub status: Status,
    /// Source of a correction, assumption made, bucket filled from another book; empty where there is nothing to say.
    pub note: String,
}

/// A size band of one request's whole input, cached tokens included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Band {
    /// More tokens than this; `None` for the lowest band.
    pub min_exclusive: Option<i64>,
    /// At most this many; `None` for the highest band.
    pub max_inclusive: Option<i64>,
}

impl Band {
    /// Whether a request of that size falls into the band.
    #[must_use]
    pub fn holds(&self, total_input: i64) -> bool {
        self.min_exclusive.is_none_or(|min| total_input > min)
            && self.max_inclusive.is_none_or(|max| total_input <= max)
    }
}

/// A daily window in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hours {
    /// First minute of the UTC day.
    pub from: u16,
    /// First minute after it; smaller than `from` where the window crosses midnight.
    pub to: u16,
    /// UTC weekdays, Monday the lowest of 7 bits.
    pub weekdays: u8,
}

impl Hours {
    /// Whether the window is open at that instant.
    #[must_use]
    pub fn holds(&self, at: Micros) -> bool {
        let day = at.div_euclid(DAY);
        let minute = (at.rem_euclid(DAY) / 60_000_000) as u16;
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7) as u8;
        let open = if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        };
        open && self.weekdays >> weekday & 1 == 1
    }
}

/// Rates with everything that they depend on: what the ledger interns. Two equal sets are one set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateSet {
    /// Who bills, under our name for it.
    pub provider: String,
    /// As asked.
    pub channel: String,
    /// The model of the book that matched.
    pub model: String,
    /// As asked, where it changed the price; else empty.
    pub region: String,
    /// Service tier.
    pub tier: String,
    /// Size band.
    pub band: Band,
    /// First instant; `None`: as far back as the model goes.
    pub valid_from: Option<Micros>,
    /// First instant after it; `None`: open.
    pub valid_to: Option<Micros>,
    /// Daily window, where the price depends on the hour; outside of all windows another set applies.
    pub hours: Option<Hours>,
    /// The rates.
    pub rates: Rates,
    /// The rates' currency.
    pub currency: Currency,
    /// Why it applies.
    pub rule: Rule,
}

impl RateSet {
    /// Whether the set applies to a request of that size at that instant.
    #[must_use]
    pub fn holds(&self, at: Micros, total_input: i64) -> bool {
        self.valid_from.is_none_or(|from| at >= from)
            && self.valid_to.is_none_or(|to| at < to)
            && self.band.holds(total_input)
            && self.hours.is_none_or(|hours| hours.holds(at))
    }
}

/// All rate sets of a key, the first that holds winning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    pub(crate) sets: Vec<RateSet>,
    pub(crate) unpriced: Option<Unpriced>,
}

impl Schedule {
    /// The rate set of a request at a time (UTC microseconds) with a whole input (cached tokens included). Allocates
    /// nothing.
    #[must_use]
    pub fn at(&self, time: Micros, total_input: i64) -> Option<&RateSet> {
        self.sets.iter().find(|set| set.holds(time, total_input))
    }

    /// As [`Schedule::at`], as a place in [`Schedule::sets`].
    #[must_use]
    pub fn index_at(&self, time: Micros, total_input: i64) -> Option<usize> {
        self.sets.iter().position(|set| set.holds(time, total_input))
    }

    /// All rate sets, in order of precedence: the user's first, then by time, windows before the rest of the day.
    #[must_use]
    pub fn sets(&self) -> &[RateSet] {
        &self.sets
    }

    /// Why [`Schedule::at`] finds nothing; `None` where it has book rates.
    #[must_use]
    pub fn unpriced(&self) -> Option<&Unpriced> {
        self.unpriced.as_ref()
    }
}
