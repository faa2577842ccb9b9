//! What an answer is about, beside the sums: period, clock, names, decisions and which days have records.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use outlay_model::dimension::Dimension;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::{Period, date_day};

use crate::answer::{HeadlineSource, PeriodView};
use crate::words::{self, Style};

/// A dated decision on the headline source of a provider account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Provider.
    pub provider: String,
    /// Account; empty = the provider's only one.
    pub account: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// The source to use, whether or not it has a record that day; none: the usual order again.
    pub source: Option<HeadlineSource>,
    /// Why.
    pub reason: String,
}

/// The days for which a source of a provider account has records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Provider.
    pub provider: String,
    /// Account; empty = not told.
    pub account: String,
    /// Calls, usage or charges; scores say nothing here.
    pub kind: Kind,
    /// Local days. For charges every day that a billed line *covers*, so that a monthly line hides the usage of its
    /// whole month.
    pub days: BTreeSet<NaiveDate>,
    /// Those of them that were last imported before they were over: the rest of the day is not there.
    pub partial: BTreeSet<NaiveDate>,
}

/// An export or log whose rows of some days are left out, because another tells the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Provider.
    pub provider: String,
    /// Account; empty = not told.
    pub account: String,
    /// Usage, charges or calls.
    pub kind: Kind,
    /// The file's name.
    pub file: String,
    /// Days.
    pub days: BTreeSet<NaiveDate>,
}

/// Everything that an analysis is given beside sums, parameters and prices.
#[derive(Clone, Debug)]
pub struct Context {
    /// Period.
    pub period: Period,
    /// Period to compare with, in the same zone.
    pub previous: Period,
    /// Today in the zone: days after it are not missing.
    pub today: NaiveDate,
    /// Reporting currency: amounts in others are told apart, never added.
    pub currency: Currency,
    /// How figures in sentences are printed.
    pub style: Style,
    /// Version of the price book.
    pub book: String,
    /// Data version.
    pub data_version: i64,
    /// Names given to ids.
    pub names: BTreeMap<(Dimension, String), String>,
    /// Decisions; where several cover a day, the last one holds.
    pub decisions: Vec<Decision>,
    /// Which days have records: over both periods and three months before the period, or longer.
    pub presence: Vec<Presence>,
    /// Exports and logs that repeat others; their rows are in no cube.
    pub left_out: Vec<LeftOut>,
}

impl Context {
    /// A context without names, decisions and presence.
    #[must_use]
    pub fn new(period: Period, today: NaiveDate) -> Context {
        Context {
            period,
            previous: period.previous(),
            today,
            currency: Currency::USD,
            style: Style::default(),
            book: String::new(),
            data_version: 0,
            names: BTreeMap::new(),
            decisions: Vec::new(),
            presence: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Money in the reporting currency.
    #[must_use]
    pub fn money(&self, amount: Pico) -> Money {
        Money::new(amount, self.currency)
    }

    /// What to print for a value of a dimension: the given name, else a provider's usual spelling, else the id; for
    /// "not told" a few words that say so.
    #[must_use]
    pub fn label(&self, dimension: Dimension, id: &str) -> String {
        if id.is_empty() {
            return format!("no {} told", dimension.title().to_lowercase().replace("api", "API"));
        }
        match self.names.get(&(dimension, id.to_owned())) {
            Some(name) if !name.is_empty() => name.clone(),
            _ if dimension == Dimension::Provider => words::provider(id),
            _ => id.to_owned(),
        }
    }

    /// How many days of the period are to be compared: all, or those up to today while the period runs.
    #[must_use]
    pub fn elapsed_days(&self) -> i32 {
        let last = self.period.to.min(self.today);
        (date_day(last) - date_day(self.period.from) + 1).max(0)
    }

    /// Whether the period is not over yet.
    #[must_use]
    pub fn running(&self) -> bool {
        self.today < self.period.to
    }

    /// Whether a day of the period before stands against an elapsed day of the period. While a month runs, it is
    /// compared with the same days of the month before; afterwards with all of it.
    #[must_use]
    pub fn compared(&self, day: i32) -> bool {
        !self.running() || day - date_day(self.previous.from) < self.elapsed_days()
    }
}

/// A period as shells show it.
#[must_use]
pub fn period_view(period: &Period) -> PeriodView {
    PeriodView {
        from: period.from.to_string(),
        to: period.to.to_string(),
        label: period.label(),
        month: period.is_month().then(|| period.from.format("%Y-%m").to_string()),
        zone: period.zone.name().to_owned(),
    }
}

/// Whether a provider account is selected, by the conditions on provider and account alone.
#[must_use]
pub fn selects_account(conditions: &[Condition], provider: &str, account: &str) -> bool {
    conditions.iter().all(|condition| {
        let value = match condition.dimension {
            Dimension::Provider => provider,
            Dimension::Account => account,
            _ => return true,
        };
        condition.values.iter().any(|wanted| wanted == value) != condition.negate
    })
}
