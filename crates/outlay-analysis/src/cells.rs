//! What each model, service tier and feature of a provider account did in two periods, from cubes: the cells that
//! [`crate::bridge`] takes apart, and what a provider's headline has beyond them.

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::{Cube, Group, Sums};
use outlay_model::dimension::Dimension;
use outlay_model::money::Pico;
use outlay_model::query::Condition;
use outlay_model::tokens::{BUCKETS, Tokens};

use crate::answer::HeadlineSource;
use crate::bridge::{self, Cell, Effects, STEPS, Side, Step, place};
use crate::context::Context;
use crate::headline::{Accounts, Headline, amount_of};
use crate::prices::{Cost, Prices};
use crate::trust::missing_days;

/// What cells are cut by.
pub const BY: [Dimension; 5] =
    [Dimension::Provider, Dimension::Account, Dimension::Model, Dimension::Tier, Dimension::Feature];
pub const PROVIDER: usize = 0;
const ACCOUNT: usize = 1;
const MODEL: usize = 2;
const FEATURE: usize = 4;
/// Dimensions of [`BY`] that provider usage knows: the first ones.
pub const OF_USAGE: usize = FEATURE;
/// Category of the lines of a bill that are usage.
pub const USAGE: &str = "Usage";

/// Which records take a provider's cost apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    OwnLogs,
    Usage,
}

/// What all cells have in common.
pub struct Sources<'a> {
    pub context: &'a Context,
    prices: &'a dyn Prices,
    accounts: Accounts,
    pub details: BTreeMap<String, Detail>,
    /// Headline by provider, before and now.
    pub totals: BTreeMap<String, [Pico; 2]>,
    /// Lines of bills that are no usage, by provider, before and now.
    pub beside: BTreeMap<String, [Pico; 2]>,
    /// Days of the period before, and now.
    pub days: (i64, i64),
    /// Days missing by provider and account, before and now.
    missing: BTreeMap<(String, String), [i64; 2]>,
}

/// A cell's cost before and now, by its keys.
pub type Cells = BTreeMap<Vec<String>, Cell>;

impl<'a> Sources<'a> {
    pub fn of(
        cubes: &[Cube],
        headline: &Headline,
        previous: &Headline,
        contexts: [&'a Context; 2],
        conditions: &[Condition],
        prices: &'a dyn Prices,
    ) -> Sources<'a> {
        let context = contexts[0];
        let all: Vec<&Cube> = cubes.iter().take(6).collect();
        let accounts = Accounts::of(context, &all);
        let mut totals: BTreeMap<String, [Pico; 2]> = BTreeMap::new();
        for (at, side) in [previous, headline].into_iter().enumerate() {
            for part in &side.parts {
                totals.entry(part.provider.clone()).or_default()[at] += part.low;
            }
        }
        let mut beside: BTreeMap<String, [Pico; 2]> = BTreeMap::new();
        for (at, side) in [(1, headline), (0, previous)] {
            // The cube of lines by category: this period first.
            let Some(cube) = cubes.get(7 - at) else { continue };
            for group in cube.groups.iter().filter(|group| !matches!(cube.key(group, 2), "" | USAGE)) {
                let provider = cube.key(group, PROVIDER);
                let account = accounts.canonical(provider, cube.key(group, ACCOUNT));
                let of = (provider.to_owned(), account, group.day);
                if side.won.get(&of) == Some(&HeadlineSource::Invoice) {
                    let cost = amount_of(cube, group, HeadlineSource::Invoice, context, prices);
                    beside.entry(provider.to_owned()).or_default()[at] += cost.low;
                }
            }
        }
        let mut missing: BTreeMap<(String, String), [i64; 2]> = BTreeMap::new();
        for (at, context) in [(1, contexts[0]), (0, contexts[1])] {
            for days in missing_days(conditions, context) {
                missing.entry((days.provider, days.account)).or_default()[at] = days.dates.len() as i64;
            }
        }
        let elapsed = i64::from(context.elapsed_days()).clamp(1, context.period.days());
        Sources {
            context,
            prices,
            details: details(cubes, &totals),
            accounts,
            totals,
            beside,
            days: (contexts[1].period.days(), elapsed),
            missing,
        }
    }

    /// Cells from cubes of this period and the one before: calls, those of them that are waste, and usage. `by` are the
    /// keys of calls; usage knows no feature.
    pub fn cells(&self, calls: [&Cube; 2], waste: [&Cube; 2], usage: [&Cube; 2], by: &[Dimension]) -> Cells {
        let mut cells = Cells::new();
        for (cubes, detail) in [(calls, Detail::OwnLogs), (usage, Detail::Usage)] {
            for (at, cube) in [(1, cubes[0]), (0, cubes[1])] {
                for group in &cube.groups {
                    if let Some(keys) = self.keys(cube, group, detail, by) {
                        let logs = detail == Detail::OwnLogs;
                        let calls = if logs { Some(group.sums.records) } else { group.sums.requests };
                        self.add(side(cells.entry(keys).or_default(), at), group.rate_set, &group.sums, calls);
                    }
                }
            }
        }
        for (at, cube) in [(1, waste[0]), (0, waste[1])] {
            for group in &cube.groups {
                if let Some(keys) = self.keys(cube, group, Detail::OwnLogs, by) {
                    self.take(side(cells.entry(keys).or_default(), at), group.rate_set, &group.sums);
                }
            }
        }
        self.settle(&mut cells, by);
        cells
    }

    /// A group's keys in the order of `by`; `None` where its provider is taken apart by other records.
    fn keys(&self, cube: &Cube, group: &Group, detail: Detail, by: &[Dimension]) -> Option<Vec<String>> {
        let provider = cube.key(group, PROVIDER);
        if self.details.get(provider) != Some(&detail) {
            return None;
        }
        let mut at = 0;
        let mut keys = Vec::with_capacity(by.len());
        for dimension in by {
            if detail == Detail::Usage && *dimension == Dimension::Feature {
                keys.push(String::new());
                continue;
            }
            let key = cube.key(group, at);
            keys.push(if at == ACCOUNT { self.accounts.canonical(provider, key) } else { key.to_owned() });
            at += 1;
        }
        Some(keys)
    }

    fn add(&self, side: &mut Side, rate_set: u32, sums: &Sums, calls: Option<i64>) {
        let (costs, other) = self.by_bucket(rate_set, sums);
        let first = *side == Side::default();
        side.calls = if first { calls } else { side.calls.zip(calls).map(|(a, b)| a + b) };
        side.tokens = added(&side.tokens, &sums.tokens, 1);
        side.costs.iter_mut().zip(costs).for_each(|(sum, cost)| *sum += cost);
        side.other += other;
    }

    /// Takes errors and retries out of a side: they are a step of their own.
    fn take(&self, side: &mut Side, rate_set: u32, sums: &Sums) {
        let (costs, other) = self.by_bucket(rate_set, sums);
        side.waste += costs.iter().copied().sum::<Pico>() + other;
        side.calls = side.calls.map(|calls| calls - sums.records);
        side.tokens = added(&side.tokens, &sums.tokens, -1);
        side.costs.iter_mut().zip(costs).for_each(|(sum, cost)| *sum += -cost);
        side.other += -other;
    }

    /// What each bucket costs, and what has no tokens; together exactly what the group costs.
    fn by_bucket(&self, rate_set: u32, sums: &Sums) -> ([Pico; BUCKETS.len()], Pico) {
        let mut costs = [Pico::ZERO; BUCKETS.len()];
        for (at, (cost, count)) in costs.iter_mut().zip(sums.tokens.buckets()).enumerate() {
            if count != 0 {
                let mut only = [0; BUCKETS.len()];
                only[at] = count;
                let tokens = Tokens::from_buckets(only);
                *cost = Cost::of_tokens(rate_set, &tokens, 0, self.context, self.prices).low;
            }
        }
        let all = Cost::of(rate_set, sums, self.context, self.prices).low;
        (costs, all - costs.iter().copied().sum())
    }

    /// Marks what is new or gone, and the days on which each cell's account is there.
    fn settle(&self, cells: &mut Cells, by: &[Dimension]) {
        let telling = [MODEL, FEATURE].into_iter().chain(by.iter().position(|d| *d == Dimension::Customer));
        let telling: Vec<usize> = telling.collect();
        let mut there: BTreeMap<(usize, String), [bool; 2]> = BTreeMap::new();
        for (keys, cell) in &*cells {
            for at in telling.iter().copied().filter(|at| !keys[*at].is_empty()) {
                let [before, now] = there.entry((at, keys[at].clone())).or_default();
                *before |= cell.then != Side::default();
                *now |= cell.now != Side::default();
            }
        }
        for (keys, cell) in cells {
            cell.new_or_gone = telling
                .iter()
                .any(|at| there.get(&(*at, keys[*at].clone())).is_some_and(|[before, now]| before != now));
            let shown = self.accounts.shown(&keys[PROVIDER], &keys[ACCOUNT]);
            let missing = self.missing.get(&(keys[PROVIDER].clone(), shown)).copied().unwrap_or_default();
            cell.present = ((self.days.0 - missing[0]).max(0), (self.days.1 - missing[1]).max(0));
        }
    }

    /// What a provider's headline has beyond its cells: lines that are no usage, and what nothing explains.
    pub fn beyond<'s>(&'s self, cells: &'s Cells) -> BTreeMap<&'s str, Effects> {
        let mut explained: BTreeMap<&str, [Pico; 2]> = BTreeMap::new();
        for (keys, cell) in cells {
            let sums = explained.entry(&keys[PROVIDER]).or_default();
            for (sum, side) in sums.iter_mut().zip([&cell.then, &cell.now]) {
                *sum += side.cost() + side.waste;
            }
        }
        let providers: BTreeSet<&str> =
            self.totals.keys().map(String::as_str).chain(explained.keys().copied()).collect();
        providers
            .into_iter()
            .map(|provider| {
                let of = |of: Option<&[Pico; 2]>| of.copied().unwrap_or_default();
                let (all, told) = (of(self.totals.get(provider)), of(explained.get(provider)));
                let beside = of(self.beside.get(provider));
                let [before, now] = [0, 1].map(|at| all[at] - told[at] - beside[at]);
                let mut effects = [Pico::ZERO; STEPS.len()];
                effects[place(Step::ContractAndCredits)] = beside[1] - beside[0];
                let missing = self.unexplained_days(provider, before);
                effects[place(Step::NotImported)] = missing;
                effects[place(Step::NotExplained)] = now - before - missing;
                (provider, effects)
            })
            .collect()
    }

    /// What an amount of before loses by the days of its provider that are missing now, and gains by those of then.
    fn unexplained_days(&self, provider: &str, before: Pico) -> Pico {
        let missing: Vec<&[i64; 2]> =
            self.missing.iter().filter(|((of, _), _)| of == provider).map(|(_, days)| days).collect();
        if missing.is_empty() {
            return Pico::ZERO;
        }
        let accounts = self.accounts.named(provider).max(1) as i64;
        let there = |at: usize, days: i64| (accounts * days - missing.iter().map(|days| days[at]).sum::<i64>()).max(0);
        let (then, now) = (there(0, self.days.0), there(1, self.days.1));
        match then {
            0 => Pico::ZERO,
            _ => bridge::scaled(before, now, then) - bridge::scaled(before, self.days.1, self.days.0),
        }
    }

    /// Cost and effects of the values of a key, those of providers with what is beyond their cells.
    pub fn parts(&self, at: usize, cells: &Cells, effects: &[Effects]) -> BTreeMap<String, Part> {
        let mut parts: BTreeMap<String, Part> = BTreeMap::new();
        for ((keys, cell), effects) in cells.iter().zip(effects) {
            let part = parts.entry(keys[at].clone()).or_default();
            part.before += cell.then.cost() + cell.then.waste;
            part.now += cell.now.cost() + cell.now.waste;
            part.effects.iter_mut().zip(effects).for_each(|(sum, effect)| *sum += *effect);
        }
        if at == PROVIDER {
            for (provider, effects) in self.beyond(cells) {
                let part = parts.entry(provider.to_owned()).or_default();
                [part.before, part.now] = self.totals.get(provider).copied().unwrap_or_default();
                part.effects.iter_mut().zip(effects).for_each(|(sum, effect)| *sum += effect);
            }
        }
        parts
    }
}

/// A value of a dimension.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    pub before: Pico,
    pub now: Pico,
    pub effects: Effects,
}

fn side(cell: &mut Cell, at: usize) -> &mut Side {
    if at == 0 { &mut cell.then } else { &mut cell.now }
}

fn added(tokens: &Tokens, more: &Tokens, sign: i64) -> Tokens {
    let mut buckets = tokens.buckets();
    buckets.iter_mut().zip(more.buckets()).for_each(|(sum, more)| *sum += sign * more);
    Tokens::from_buckets(buckets)
}

pub fn sum<'e>(effects: impl Iterator<Item = &'e Effects>) -> Effects {
    let mut all = [Pico::ZERO; STEPS.len()];
    for effects in effects {
        all.iter_mut().zip(effects).for_each(|(sum, effect)| *sum += *effect);
    }
    all
}

/// Whether own logs or usage take a provider apart: what is there in both periods, as far as the provider is; and logs,
/// unless they tell less than half of what usage tells.
fn details(cubes: &[Cube], totals: &BTreeMap<String, [Pico; 2]>) -> BTreeMap<String, Detail> {
    // Tokens by provider: usage and calls, of this period and the one before.
    let mut tokens: BTreeMap<String, [[i64; 2]; 2]> = BTreeMap::new();
    for (kind, places) in [[1, 4], [2, 5]].into_iter().enumerate() {
        for (period, cube) in places.into_iter().enumerate().filter_map(|(at, place)| Some((at, cubes.get(place)?))) {
            for group in &cube.groups {
                tokens.entry(cube.key(group, PROVIDER).to_owned()).or_default()[kind][period] +=
                    group.sums.tokens.total();
            }
        }
    }
    let choose = |provider: &str, [usage, calls]: [[i64; 2]; 2]| {
        let totals = totals.get(provider).copied().unwrap_or_default();
        let whole = |tokens: [i64; 2]| {
            let there = |at: usize| tokens[at] > 0 || totals[at] == Pico::ZERO;
            tokens != [0, 0] && there(0) && there(1)
        };
        let fewer = usage.iter().zip(calls).any(|(usage, calls)| calls < usage / 2);
        match (whole(calls), whole(usage)) {
            (true, true) if fewer => Some(Detail::Usage),
            (true, _) => Some(Detail::OwnLogs),
            (false, true) => Some(Detail::Usage),
            (false, false) => None,
        }
    };
    let chosen = tokens.into_iter().map(|(provider, tokens)| (choose(&provider, tokens), provider));
    chosen.filter_map(|(detail, provider)| Some((provider, detail?))).collect()
}
