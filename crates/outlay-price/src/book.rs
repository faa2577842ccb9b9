//! The price book: resolution, search, history, and checks.

use std::sync::{Arc, OnceLock};

use outlay_model::time::{DAY, Micros, date_day};

use crate::aliases;
use crate::corrections::{Correction, Corrections};
use crate::error::{PriceError, Unpriced};
use crate::layer::Layer;
use crate::resolve;
use crate::schedule::{Key, Query, RateSet, Resolution, Schedule};
use crate::user::{UserAliases, UserRates};

/// All price data: bundled books, corrections, and the user's rates. Cheap to clone.
#[derive(Clone)]
pub struct Book {
    pub(crate) base: Arc<Layer>,
    pub(crate) litellm: Arc<Layer>,
    pub(crate) frozen: Arc<Layer>,
    pub(crate) corrections: Arc<Corrections>,
    rates: UserRates,
    aliases: UserAliases,
    version: String,
}

/// A model of a book that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who bills, under our name.
    pub provider: String,
    /// The book's id.
    pub model: String,
    /// Rates of the standard tier at the time asked for, smallest band; `None` where it has none then.
    pub current: Option<RateSet>,
}

/// A model on which the base and LiteLLM's map differ, in pico-dollars per token of uncached input and output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Who bills, under our name.
    pub provider: String,
    /// The id that both know.
    pub model: String,
    /// Input, cache read and output of the base, after our corrections.
    pub base: [Option<i64>; 3],
    /// The same of LiteLLM's map.
    pub litellm: [Option<i64>; 3],
}

impl Book {
    /// The books compiled into the program. Unpacked once; later calls share it.
    ///
    /// # Errors
    /// Only where the bundled data is broken, which the tests exclude.
    pub fn bundled() -> Result<Book, PriceError> {
        static BOOK: OnceLock<Book> = OnceLock::new();
        if let Some(book) = BOOK.get() {
            return Ok(book.clone());
        }
        let book = Book::load()?;
        Ok(BOOK.get_or_init(|| book).clone())
    }

    fn load() -> Result<Book, PriceError> {
        let base = Layer::load("base.zst", include_bytes!("../prices/base.zst"))?;
        let litellm = Layer::load("litellm.zst", include_bytes!("../prices/litellm.zst"))?;
        let frozen = Layer::load("litellm-frozen.zst", include_bytes!("../prices/litellm-frozen.zst"))?;
        let corrections = Corrections::parse(include_str!("../prices/corrections.toml"))?;
        let version = format!(
            "{}+{}-{}+{}-{}",
            base.header.as_of, base.header.source, base.header.version, litellm.header.source, litellm.header.version
        );
        Ok(Book {
            base: Arc::new(base),
            litellm: Arc::new(litellm),
            frozen: Arc::new(frozen),
            corrections: Arc::new(corrections),
            rates: UserRates::default(),
            aliases: UserAliases::default(),
            version,
        })
    }

    /// The same book under the user's rates, which go before all others, and the user's names for models.
    #[must_use]
    pub fn with_user(&self, rates: UserRates, aliases: UserAliases) -> Book {
        let mut book = self.clone();
        let mark = |count: usize, what: &str| if count == 0 { String::new() } else { format!("+{count}-user-{what}") };
        book.version = format!("{}{}{}", self.version, mark(rates.len(), "rates"), mark(aliases.len(), "aliases"));
        book.rates = rates;
        book.aliases = aliases;
        book
    }

    /// Date and versions of the bundled data, such as `2026-11-12+genai-prices-0.2.3+litellm-1.109.1`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All rates of a key: resolve once, then ask the schedule for every call. Never fails: a schedule without rates
    /// says why in [`Schedule::unpriced`].
    #[must_use]
    pub fn schedule(&self, key: &Key) -> Schedule {
        let mut schedule = Schedule { sets: self.rates.sets(key), unpriced: None };
        let meant = self.aliases.apply(key);
        if meant != *key {
            schedule.sets.extend(self.rates.sets(&meant));
        }
        let key = meant;
        let found = resolve::normal(&key).and_then(|(provider, id)| {
            let found = self.find(&provider, &id, key.region.trim());
            let found = found.ok_or_else(|| Unpriced::NoRule { provider, model: key.model.clone() })?;
            self.sets(&found, &key)
        });
        match found {
            Ok(sets) => schedule.sets.extend(sets),
            Err(reason) => schedule.unpriced = Some(reason),
        }
        schedule
    }

    /// The rates of one call.
    #[must_use]
    pub fn resolve(&self, query: &Query) -> Resolution {
        let schedule = self.schedule(&query.key);
        match schedule.at(query.at, query.total_input) {
            Some(set) => Resolution::Priced(Box::new(set.clone())),
            None => Resolution::Unpriced(
                schedule.unpriced.unwrap_or_else(|| Unpriced::NotThen { model: query.key.model.clone() }),
            ),
        }
    }

    /// Models whose id contains `text`, in the base first, with the rates that hold at `at` (UTC microseconds); at
    /// most `limit`. For a person who looks for a name: no price is ever taken from a search.
    #[must_use]
    pub fn search(&self, text: &str, at: Micros, limit: usize) -> Vec<Listed> {
        let text = text.trim().to_ascii_lowercase();
        let mut found: Vec<(String, String)> = Vec::new();
        let layers = [&self.base, &self.litellm, &self.frozen];
        for (provider, id) in layers.into_iter().flat_map(|layer| layer.ids_with(&text)) {
            let pair = (own_name(provider).to_owned(), id.to_owned());
            if found.len() < limit && !found.contains(&pair) {
                found.push(pair);
            }
        }
        let listed = |(provider, model): (String, String)| {
            let current = self.schedule(&Key::new(&provider, &model)).at(at, 0).cloned();
            Listed { provider, model, current }
        };
        found.into_iter().map(listed).collect()
    }

    /// All rate sets of a model, past, present and announced, in every service tier that the books have for it.
    #[must_use]
    pub fn history(&self, provider: &str, model: &str) -> Vec<RateSet> {
        let tiers = ["standard", "batch", "flex", "priority", "fast", "ultrafast"];
        let sets = tiers.iter().flat_map(|tier| self.schedule(&Key::new(provider, model).tier(tier)).sets);
        sets.collect()
    }

    /// All size thresholds of all books and user rates, ascending: size bins cut here re-price exactly.
    #[must_use]
    pub fn thresholds(&self) -> Vec<i64> {
        let mut all: Vec<i64> =
            self.corrections.patches.iter().flat_map(|p| p.prices.values()).flat_map(|rates| starts(rates)).collect();
        for layer in [&self.base, &self.litellm, &self.frozen] {
            all.extend(&layer.header.thresholds);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Our corrections, with their sources.
    #[must_use]
    pub fn corrections(&self) -> Vec<Correction> {
        self.corrections.list()
    }

    /// Models that the base and LiteLLM's map both know under one id and price differently on the book's date.
    #[must_use]
    pub fn disagreements(&self) -> Vec<Disagreement> {
        // Noon, so that no hourly window decides.
        let at = Micros::from(date_day(self.base.header.as_of)) * DAY + DAY / 2;
        let mut all = Vec::new();
        for (provider, id) in self.litellm.all() {
            let Some(found) = self.find(provider, id, "") else { continue };
            let key = Key::new(provider, id);
            let (Some(model), Ok(sets)) = (self.litellm.exact(provider, id), self.sets(&found, &key)) else { continue };
            let base = Schedule { sets, unpriced: None };
            let (Some(set), Some(entry)) = (base.at(at, 0), model.entries.first()) else { continue };
            if set.rule.book == crate::schedule::Source::Litellm {
                continue;
            }
            let rate = |meter: &str| entry.prices.get(meter).map(|rates| rates[0]);
            let theirs = [rate("in"), rate("cr"), rate("out")];
            let ours = [set.rates.uncached_input(), set.rates.cache_read(), set.rates.output()];
            if ours.iter().zip(&theirs).any(|(a, b)| a.is_some() && b.is_some_and(|b| b != 0) && a != b) {
                all.push(Disagreement {
                    provider: provider.to_owned(),
                    model: id.to_owned(),
                    base: ours,
                    litellm: theirs,
                });
            }
        }
        all
    }

    /// Everything in the books that should not be: lines that do not parse, batch rates at or above the standard rate,
    /// rates outside of 0.0001 to 2,000 USD per million tokens. Each finding is a sentence.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let mut findings = Vec::new();
        for layer in [&self.base, &self.litellm, &self.frozen] {
            findings.extend(layer.faults().into_iter().map(|id| format!("{id} does not parse")));
        }
        for (provider, id) in self.base.all().chain(self.litellm.all()) {
            let key = Key::new(own_name(provider), id);
            let standard = self.schedule(&key);
            for set in &standard.sets {
                for rate in set.rates.buckets.iter().flatten().filter(|rate| **rate != 0) {
                    if !(100..=2_000_000_000).contains(rate) {
                        findings.push(format!("{provider} {id}: {rate} pico-dollars per token is out of bounds"));
                    }
                }
            }
            for set in self.schedule(&key.tier("batch")).sets {
                let at = set.valid_from.unwrap_or(0).max(1_700_000_000_000_000);
                let Some(other) = standard.at(at, set.band.min_exclusive.map_or(0, |min| min + 1)) else { continue };
                let (batch, full) = (set.rates.uncached_input(), other.rates.uncached_input());
                if batch.is_some() && batch >= full && full != Some(0) {
                    findings.push(format!("{provider} {id}: batch is not below standard"));
                    break;
                }
            }
        }
        findings.sort();
        findings.dedup();
        findings
    }

    /// Whether any book knows a provider under this name.
    #[must_use]
    pub fn knows_provider(&self, provider: &str) -> bool {
        let name = outlay_model::names::provider(provider);
        self.base.has_provider(aliases::base_name(&name)) || self.litellm.has_provider(&name)
    }
}

fn starts(rates: &[i64]) -> impl Iterator<Item = i64> + '_ {
    rates.iter().skip(1).step_by(2).copied()
}

/// Our name for a provider of the base book.
fn own_name(provider: &str) -> &str {
    match provider {
        "aws" => "bedrock",
        "x-ai" => "xai",
        other => other,
    }
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("version", &self.version).finish_non_exhaustive()
    }
}
