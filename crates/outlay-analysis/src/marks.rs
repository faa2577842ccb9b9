//! What happened inside a period that could have moved its cost: new models, new prompt versions, price changes.
//!
//! All three are found in cubes of calls cut by feature, model, prompt name and prompt version, by day. "New" means
//! seen in the period and not in the one before, which must have had records; it must carry 1 % of the period's cost.
//! A price change is a rate set that begins to hold inside the period, for a model that was used before that day.

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::{Cube, Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::Pico;
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::{Period, date_day, local_date};
use outlay_model::tokens::Tokens;
use outlay_model::view::Mark;

use crate::context::Context;
use crate::prices::{Cost, Prices};

/// What the cubes are cut by, in the order of their keys.
pub const BY: [Dimension; 4] = [Dimension::Feature, Dimension::Model, Dimension::PromptName, Dimension::PromptVersion];

/// The most marks on a chart.
const MOST: usize = 6;

/// Calls of a period by day and [`BY`].
#[must_use]
pub fn slice(period: Period, conditions: &[Condition]) -> Slice {
    Slice {
        kind: Kind::Call,
        period,
        grain: Grain::Day,
        by: BY.to_vec(),
        conditions: conditions.to_vec(),
        only_waste: false,
    }
}

/// A prompt version that is new in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// Prompt name.
    pub prompt: String,
    /// Version.
    pub version: String,
    /// First day.
    pub day: i32,
    /// Cost by feature.
    pub features: BTreeMap<String, Pico>,
    /// Cost.
    pub cost: Pico,
}

/// Prompt versions first seen in the period, of prompts that the period before knew under another version, in the
/// order of name and version.
#[must_use]
pub fn new_versions(calls: &Cube, before: &Cube, context: &Context, prices: &dyn Prices) -> Vec<NewVersion> {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut prompts: BTreeSet<&str> = BTreeSet::new();
    for group in &before.groups {
        known.insert((before.key(group, 2), before.key(group, 3)));
        prompts.insert(before.key(group, 2));
    }
    let mut found: BTreeMap<(&str, &str), NewVersion> = BTreeMap::new();
    for group in &calls.groups {
        let (prompt, version) = (calls.key(group, 2), calls.key(group, 3));
        if version.is_empty() || known.contains(&(prompt, version)) || !prompts.contains(prompt) {
            continue;
        }
        let cost = Cost::of(group.rate_set, &group.sums, context, prices).low;
        let entry = found.entry((prompt, version)).or_insert_with(|| NewVersion {
            prompt: prompt.to_owned(),
            version: version.to_owned(),
            day: group.day,
            features: BTreeMap::new(),
            cost: Pico::ZERO,
        });
        entry.day = entry.day.min(group.day);
        entry.cost += cost;
        *entry.features.entry(calls.key(group, 0).to_owned()).or_default() += cost;
    }
    found.into_values().collect()
}

/// `prompt v7`: how a version is called in words.
#[must_use]
pub fn version_words(prompt: &str, version: &str) -> String {
    let digits = version.starts_with(|c: char| c.is_ascii_digit());
    let version = if digits { format!("v{version}") } else { version.to_owned() };
    if prompt.is_empty() { format!("prompt {version}") } else { format!("{prompt} {version}") }
}

/// A change of a model's price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// Model.
    pub model: String,
    /// First local day of the new price.
    pub day: i32,
    /// Cost of the period's tokens at the new price.
    pub now: Pico,
    /// Cost of the same tokens at the old one; `None` where several could be meant.
    pub then: Option<Pico>,
}

/// Price changes inside the period, by model.
#[must_use]
pub fn price_changes(calls: &Cube, before: &Cube, context: &Context, prices: &dyn Prices) -> Vec<PriceChange> {
    let mut sets: BTreeMap<&str, BTreeMap<u32, Tokens>> = BTreeMap::new();
    for (cube, counts) in [(calls, true), (before, false)] {
        for group in cube.groups.iter().filter(|g| g.rate_set != 0) {
            let sum = sets.entry(cube.key(group, 1)).or_default().entry(group.rate_set).or_default();
            if counts {
                let mut buckets = sum.buckets();
                buckets.iter_mut().zip(group.sums.tokens.buckets()).for_each(|(a, b)| *a += b);
                *sum = Tokens::from_buckets(buckets);
            }
        }
    }
    let (start, end) = (context.period.start(), context.period.end());
    let mut changes: BTreeMap<(&str, i32), PriceChange> = BTreeMap::new();
    for (model, sets) in &sets {
        for (set, tokens) in sets {
            let Some(from) = prices.valid_from(*set).filter(|from| *from > start && *from < end) else { continue };
            let old: Vec<u32> = sets.keys().copied().filter(|old| prices.valid_to(*old) == Some(from)).collect();
            if old.is_empty() {
                continue;
            }
            let cost = |set: u32| Cost::of_tokens(set, tokens, 0, context, prices).low;
            let then = match old.as_slice() {
                [one] => Some(cost(*one)),
                _ => None,
            };
            let day = date_day(local_date(from, context.period.zone));
            let entry = changes.entry((model, day)).or_insert_with(|| PriceChange {
                model: (*model).to_owned(),
                day,
                now: Pico::ZERO,
                then: Some(Pico::ZERO),
            });
            entry.now += cost(*set);
            entry.then = entry.then.zip(then).map(|(a, b)| a + b);
        }
    }
    changes.into_values().collect()
}

/// The marks of a chart whose categories are the days of the period; where there are many, those with most money.
#[must_use]
pub fn marks(calls: &Cube, before: &Cube, context: &Context, prices: &dyn Prices) -> Vec<Mark> {
    let cost_of = |group: &outlay_model::cube::Group| Cost::of(group.rate_set, &group.sums, context, prices).low;
    let total: Pico = calls.groups.iter().map(&cost_of).sum();
    let enough = |cost: Pico| cost.0 > 0 && cost.0.saturating_mul(100) >= total.0;
    let mut found: Vec<(Pico, i32, String)> = Vec::new();
    if !before.groups.is_empty() {
        let known: BTreeSet<&str> = before.groups.iter().map(|group| before.key(group, 1)).collect();
        let mut models: BTreeMap<&str, (i32, Pico)> = BTreeMap::new();
        for group in &calls.groups {
            let model = calls.key(group, 1);
            if model.is_empty() || known.contains(model) {
                continue;
            }
            let entry = models.entry(model).or_insert((group.day, Pico::ZERO));
            entry.0 = entry.0.min(group.day);
            entry.1 += cost_of(group);
        }
        for (model, (day, cost)) in models {
            if enough(cost) {
                found.push((cost, day, format!("new: {}", context.label(Dimension::Model, model))));
            }
        }
        for new in new_versions(calls, before, context, prices) {
            if enough(new.cost) {
                found.push((new.cost, new.day, version_words(&new.prompt, &new.version)));
            }
        }
    }
    for change in price_changes(calls, before, context, prices) {
        let what = match change.then {
            Some(then) if change.now < then => "price cut",
            Some(then) if change.now > then => "price rise",
            Some(_) => continue,
            None => "price change",
        };
        if enough(change.now.max(change.then.unwrap_or_default())) {
            found.push((change.now, change.day, format!("{what}: {}", context.label(Dimension::Model, &change.model))));
        }
    }
    found.sort_by(|a, b| (b.0, &a.2).cmp(&(a.0, &b.2)));
    found.truncate(MOST);
    let first = date_day(context.period.from);
    let mut marks: Vec<Mark> = found
        .into_iter()
        .filter_map(|(_, day, label)| Some(Mark { at: usize::try_from(day - first).ok()?, label }))
        .collect();
    marks.sort_by(|a, b| (a.at, &a.label).cmp(&(b.at, &b.label)));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;

    #[test]
    fn what_is_new_and_what_got_cheaper() {
        let before = cube(&BY, &[used("2026-09-10", &["review", "gpt", "review", "6"], 2, 10, 1_000_000, 0)]);
        let calls = cube(
            &BY,
            &[
                used("2026-10-05", &["review", "gpt", "review", "6"], 2, 10, 1_000_000, 0),
                used("2026-10-12", &["review", "gpt", "review", "7"], 2, 10, 1_000_000, 0),
                used("2026-10-21", &["review", "gpt", "review", "7"], 9, 10, 1_000_000, 0),
                used("2026-10-23", &["chat", "haiku", "", ""], 3, 10, 1_000_000, 0),
                used("2026-10-24", &["chat", "dust", "", ""], 1, 1, 100, 0),
            ],
        );
        let context = october();
        let words: Vec<(usize, String)> =
            marks(&calls, &before, &context, &TestPrices).into_iter().map(|m| (m.at, m.label)).collect();
        let expected = [(11, "review v7"), (20, "price cut: gpt"), (22, "new: haiku")];
        assert_eq!(words, expected.map(|(at, label)| (at, label.to_owned())));
        // Without a period before, nothing can be called new.
        assert_eq!(marks(&calls, &Cube::default(), &context, &TestPrices).len(), 1);
        assert!(marks(&Cube::default(), &Cube::default(), &context, &TestPrices).is_empty());
    }
}
