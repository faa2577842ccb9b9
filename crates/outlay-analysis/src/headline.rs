//! Where a total comes from: the one rule.
//!
//! For every provider account and local day exactly one source counts: billed lines, else provider usage × price,
//! else own logs × price. A dated decision overrides the order. Two sources are never added.
//!
//! - **Coverage.** A billed line counts on the day it starts. On the other days that it covers (an invoice line for a
//!   month), it counts as 0 and hides usage and calls; which days those are is told by the presence of charges in the
//!   [`Context`], because a cube knows starts only. Under a filter that billed lines cannot answer (by feature, say)
//!   no line is selected and nothing is hidden, so the answer comes from own logs.
//! - **Accounts.** Sources spell accounts unlike each other, and logs rarely tell one. Where a provider has at most one
//!   named account, "not told" is that account. Where it has several, records without an account could belong to any:
//!   on a day on which any named account has a better source, they are left out; on a day on which they are the better
//!   source themselves, the named accounts' poorer sources are left out. So nothing is counted twice.
//! - **Currency.** Only amounts in the reporting currency are added. A day billed in another currency stays billed:
//!   its amount is told apart and its usage is not used in its stead, so that adding both by hand counts nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::{Cube, Grain, Group, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Currency, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::{Period, date_day, day_date};

use crate::answer::{HeadlineSource, SourceShare, Unpriced};
use crate::context::{Context, selects_account};
use crate::prices::{Cost, Prices};

/// What the headline's cubes are cut by, in the order of their keys.
pub const BY: [Dimension; 3] = [Dimension::Provider, Dimension::Account, Dimension::Model];

/// The cubes of a headline: charges, usage, calls, by day.
#[must_use]
pub fn slices(period: Period, conditions: &[Condition]) -> Vec<Slice> {
    let slice = |kind| Slice {
        kind,
        period,
        grain: Grain::Day,
        by: BY.to_vec(),
        conditions: conditions.to_vec(),
        only_waste: false,
    };
    vec![slice(Kind::Charge), slice(Kind::Usage), slice(Kind::Call)]
}

/// A provider account on a local day.
pub type AccountDay = (String, String, i32);

/// A part of the headline. The parts add up to the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Local day.
    pub day: i32,
    /// Provider.
    pub provider: String,
    /// Account, under one spelling for all sources.
    pub account: String,
    /// Model; empty = not told.
    pub model: String,
    /// Source.
    pub source: HeadlineSource,
    /// Amount, at its lowest.
    pub low: Pico,
    /// Amount, at its highest.
    pub high: Pico,
    /// Calls; `None` where the source does not tell.
    pub calls: Option<i64>,
    /// Tokens; 0 for billed lines.
    pub tokens: i64,
    /// Of them without a price.
    pub unpriced_tokens: i64,
}

/// The headline of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    /// Total in the reporting currency, at its lowest.
    pub total: Pico,
    /// Total, at its highest.
    pub high: Pico,
    /// Parts by day, provider, account, model.
    pub parts: Vec<Part>,
    /// Which source won each account-day.
    pub won: BTreeMap<AccountDay, HeadlineSource>,
    /// What each source of each account gave.
    pub shares: Vec<SourceShare>,
    /// Own logs × price on account-days that another source won: what they explain of [`Headline::explained_of`].
    pub explained: Pico,
    /// The headline of those other sources.
    pub explained_of: Pico,
    /// Amounts in other currencies: not in the total.
    pub other_currencies: BTreeMap<Currency, Pico>,
    /// Tokens that this answer prices: of the winning source, or of the calls that explain an invoice.
    pub tokens: i64,
    /// Of them without a price.
    pub unpriced_tokens: i64,
    /// What has no price, most tokens first.
    pub unpriced: Vec<Unpriced>,
    /// Calls whose usage is unknown.
    pub unknown_usage: i64,
    /// Whether rows had to be read.
    pub from_rows: bool,
}

/// One spelling of every account, over all sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts(BTreeMap<String, BTreeSet<String>>);

impl Accounts {
    /// Collects the named accounts of presence and cubes (cut by [`BY`]).
    #[must_use]
    pub fn of(context: &Context, cubes: &[&Cube]) -> Accounts {
        let mut accounts = Accounts::default();
        let mut note = |provider: &str, account: &str| {
            if !account.is_empty() {
                accounts.0.entry(provider.to_owned()).or_default().insert(account.to_owned());
            }
        };
        for presence in context.presence.iter().filter(|p| p.kind != Kind::Score) {
            note(&presence.provider, &presence.account);
        }
        for cube in cubes {
            for group in &cube.groups {
                note(cube.key(group, 0), cube.key(group, 1));
            }
        }
        accounts
    }

    /// How many named accounts a provider has.
    #[must_use]
    pub fn named(&self, provider: &str) -> usize {
        self.0.get(provider).map_or(0, BTreeSet::len)
    }

    /// The account's one spelling.
    #[must_use]
    pub fn canonical(&self, provider: &str, account: &str) -> String {
        match self.0.get(provider) {
            Some(names) if account.is_empty() && names.len() == 1 => names.first().cloned().unwrap_or_default(),
            _ => account.to_owned(),
        }
    }

    /// What to show for it: nothing where the provider has only one.
    #[must_use]
    pub fn shown(&self, provider: &str, account: &str) -> String {
        if self.named(provider) <= 1 { String::new() } else { account.to_owned() }
    }
}

/// The usual order of sources, the best first.
pub(crate) const ORDER: [HeadlineSource; 3] =
    [HeadlineSource::Invoice, HeadlineSource::ProviderUsage, HeadlineSource::OwnLogs];

impl Headline {
    /// Applies the rule to the cubes of [`slices`] for `period`.
    #[must_use]
    pub fn of(
        cubes: &[Cube],
        period: &Period,
        conditions: &[Condition],
        context: &Context,
        prices: &dyn Prices,
    ) -> Headline {
        let empty = Cube::default();
        let cube = |at: usize| cubes.get(at).unwrap_or(&empty);
        let three = [cube(0), cube(1), cube(2)];
        let accounts = Accounts::of(context, &three);
        let present = sources_present(&three, &accounts, period, conditions, context);
        let won = winners(&present, &accounts, context);
        let mut headline = Headline { from_rows: three.iter().any(|c| c.from_rows), ..Headline::default() };
        let mut parts: BTreeMap<(i32, String, String, String), Part> = BTreeMap::new();
        let mut unpriced: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
        for (cube, source) in three.iter().zip(ORDER) {
            for group in &cube.groups {
                let provider = cube.key(group, 0).to_owned();
                let account = accounts.canonical(&provider, cube.key(group, 1));
                let model = cube.key(group, 2).to_owned();
                let key = (provider.clone(), account.clone(), group.day);
                let wins = won.get(&key) == Some(&source);
                let cost = amount_of(cube, group, source, context, prices);
                if source == HeadlineSource::OwnLogs {
                    headline.unknown_usage += group.sums.unknown_usage;
                    if !wins {
                        headline.explained += cost.low;
                    }
                }
                let has_calls = present.get(&key).is_some_and(|p| p[2]);
                let priced_here = match source {
                    HeadlineSource::Invoice => false,
                    HeadlineSource::ProviderUsage => {
                        wins || (won.get(&key) == Some(&HeadlineSource::Invoice) && !has_calls)
                    }
                    HeadlineSource::OwnLogs => wins || won.get(&key) != Some(&HeadlineSource::ProviderUsage),
                };
                if priced_here {
                    headline.tokens += cost.tokens;
                    headline.unpriced_tokens += cost.unpriced_tokens;
                    if cost.unpriced_tokens > 0 {
                        let entry = unpriced.entry((provider.clone(), model.clone())).or_default();
                        entry.0 += cost.unpriced_tokens;
                        entry.1 += group.sums.requests.unwrap_or(0);
                    }
                }
                if !wins {
                    continue;
                }
                if let Some((currency, amount)) = cost.foreign {
                    *headline.other_currencies.entry(currency).or_default() += amount;
                }
                headline.total += cost.low;
                headline.high += cost.high;
                let part = parts.entry((group.day, provider.clone(), account.clone(), model.clone())).or_insert(Part {
                    day: group.day,
                    provider,
                    account,
                    model,
                    source,
                    low: Pico::ZERO,
                    high: Pico::ZERO,
                    calls: (source != HeadlineSource::Invoice).then_some(0),
                    tokens: 0,
                    unpriced_tokens: 0,
                });
                part.low += cost.low;
                part.high += cost.high;
                part.calls = part.calls.zip(group.sums.requests).map(|(a, b)| a + b);
                part.tokens += cost.tokens;
                part.unpriced_tokens += cost.unpriced_tokens;
            }
        }
        headline.parts = parts.into_values().collect();
        headline.explained_of =
            headline.parts.iter().filter(|p| p.source != HeadlineSource::OwnLogs).map(|p| p.low).sum();
        headline.shares = shares(&headline.parts, &won, &accounts, context);
        headline.unpriced = unpriced
            .into_iter()
            .map(|((provider, model), (tokens, calls))| Unpriced { provider, model, tokens, calls })
            .collect();
        headline.unpriced.sort_by_key(|u| std::cmp::Reverse(u.tokens));
        headline.won = won;
        headline
    }

    /// Whether any record was there to make a total of.
    #[must_use]
    pub fn has_records(&self) -> bool {
        !self.won.is_empty()
    }

    /// The one source of the whole total, where there is one.
    #[must_use]
    pub fn only_source(&self) -> Option<HeadlineSource> {
        let mut sources = self.won.values();
        let first = *sources.next()?;
        sources.all(|s| *s == first).then_some(first)
    }

    /// The total of the days that hold.
    #[must_use]
    pub fn total_on(&self, holds: impl Fn(i32) -> bool) -> Pico {
        self.parts.iter().filter(|p| holds(p.day)).map(|p| p.low).sum()
    }
}

/// What a group of a source costs: the billed amount, or tokens × price.
pub(crate) fn amount_of(
    cube: &Cube,
    group: &Group,
    source: HeadlineSource,
    context: &Context,
    prices: &dyn Prices,
) -> Cost {
    if source != HeadlineSource::Invoice {
        return Cost::of(group.rate_set, &group.sums, context, prices);
    }
    let amount = Pico(group.sums.amount);
    match Currency::parse(cube.currency(group)) {
        Some(currency) if currency != context.currency => Cost { foreign: Some((currency, amount)), ..Cost::default() },
        _ => Cost { low: amount, high: amount, ..Cost::default() },
    }
}

/// Which of the three sources has a record, by account-day.
fn sources_present(
    three: &[&Cube; 3],
    accounts: &Accounts,
    period: &Period,
    conditions: &[Condition],
    context: &Context,
) -> BTreeMap<AccountDay, [bool; 3]> {
    let mut present: BTreeMap<AccountDay, [bool; 3]> = BTreeMap::new();
    for (at, cube) in three.iter().enumerate() {
        for group in &cube.groups {
            let provider = cube.key(group, 0);
            let account = accounts.canonical(provider, cube.key(group, 1));
            present.entry((provider.to_owned(), account, group.day)).or_default()[at] = true;
        }
    }
    let by_account_only = conditions.iter().all(|c| matches!(c.dimension, Dimension::Provider | Dimension::Account));
    for presence in context.presence.iter().filter(|p| p.kind == Kind::Charge) {
        let account = accounts.canonical(&presence.provider, &presence.account);
        let selected = selects_account(conditions, &presence.provider, &presence.account)
            || selects_account(conditions, &presence.provider, &account);
        let has_lines = || present.iter().any(|((p, a, _), s)| s[0] && *p == presence.provider && *a == account);
        if !selected || !(by_account_only || has_lines()) {
            continue;
        }
        for date in presence.days.range(period.from..=period.to) {
            present.entry((presence.provider.clone(), account.clone(), date_day(*date))).or_default()[0] = true;
        }
    }
    present
}

fn winners(
    present: &BTreeMap<AccountDay, [bool; 3]>,
    accounts: &Accounts,
    context: &Context,
) -> BTreeMap<AccountDay, HeadlineSource> {
    let mut won: BTreeMap<AccountDay, HeadlineSource> = BTreeMap::new();
    for (key, sources) in present {
        let date = day_date(key.2);
        let decided = context.decisions.iter().rev().find(|d| {
            d.provider == key.0
                && accounts.canonical(&d.provider, &d.account) == key.1
                && (d.from..=d.to).contains(&date)
        });
        let best = ORDER.into_iter().zip(sources).find(|(_, there)| **there).map(|(source, _)| source);
        if let Some(source) = decided.and_then(|d| d.source).or(best) {
            won.insert(key.clone(), source);
        }
    }
    // Records that do not tell which of several accounts they belong to: see the head of this file.
    let untold: Vec<(AccountDay, HeadlineSource)> = won
        .iter()
        .filter(|((provider, account, _), _)| account.is_empty() && accounts.named(provider) > 1)
        .map(|(key, source)| (key.clone(), *source))
        .collect();
    for (key, source) in untold {
        let named = |(provider, account, day): &AccountDay| *provider == key.0 && *day == key.2 && !account.is_empty();
        let best = won.iter().filter(|(k, _)| named(k)).map(|(_, s)| *s).min();
        if best.is_some_and(|best| best < source) {
            won.remove(&key);
        } else {
            won.retain(|k, s| !named(k) || *s <= source);
        }
    }
    won
}

fn shares(
    parts: &[Part],
    won: &BTreeMap<AccountDay, HeadlineSource>,
    accounts: &Accounts,
    context: &Context,
) -> Vec<SourceShare> {
    let mut sums: BTreeMap<(&str, &str, HeadlineSource), (i64, Pico)> = BTreeMap::new();
    for ((provider, account, _), source) in won {
        sums.entry((provider, account, *source)).or_default().0 += 1;
    }
    for part in parts {
        sums.entry((&part.provider, &part.account, part.source)).or_default().1 += part.low;
    }
    sums.into_iter()
        .map(|((provider, account, source), (days, amount))| SourceShare {
            provider: provider.to_owned(),
            account: accounts.shown(provider, account),
            source,
            days,
            amount: context.money(amount),
        })
        .collect()
}

#[cfg(test)]
#[path = "headline_tests.rs"]
mod tests;
