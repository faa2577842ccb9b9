//! Why something is dear, in dollars above a stated reference.
//!
//! Causes of one row may be the same dollars seen twice (a repeated prompt can be a long one): they are never added,
//! and the later one names the earlier one that it overlaps.

use std::collections::BTreeMap;

use outlay_model::cube::Cube;
use outlay_model::money::Pico;
use outlay_model::tokens::Tokens;

use crate::analyses::hotspots::{Cause, CauseKind};
use crate::context::Context;
use crate::prices::{Cost, Prices};
use crate::words;

/// What only rows can tell about a group's calls under one rate set. The ledger finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Values of the dimensions asked for.
    pub keys: Vec<String>,
    /// Rate set.
    pub rate_set: u32,
    /// Median of the input tokens of a call, over all calls with these keys.
    pub median_input: i64,
    /// Median of the output tokens of a call.
    pub median_output: i64,
    /// Sum over the calls under this rate set of the input above the median.
    pub excess_input_tokens: i64,
    /// Sum over the calls under this rate set of the output above the median.
    pub excess_output_tokens: i64,
    /// Tokens of calls whose prompt had been sent before within the slice and that no cache served.
    pub repeat: Tokens,
}

#[derive(Clone, Debug, Default)]
struct Waste {
    cost: Pico,
    calls: i64,
}

/// Finds causes for the items of a breakdown.
pub struct Causes<'a> {
    context: &'a Context,
    prices: &'a dyn Prices,
    waste: BTreeMap<Vec<String>, Waste>,
    excess: BTreeMap<Vec<String>, Vec<&'a Excess>>,
    tokens: BTreeMap<(Vec<String>, u32), Tokens>,
    dear: BTreeMap<Vec<String>, (Pico, String)>,
}

impl<'a> Causes<'a> {
    /// Causes from errors and retries alone: `waste` is a cube of `only_waste`, whose first `dimensions` keys are the
    /// items' keys.
    #[must_use]
    pub fn of_waste(waste: &Cube, dimensions: usize, context: &'a Context, prices: &'a dyn Prices) -> Causes<'a> {
        let mut sums: BTreeMap<Vec<String>, Waste> = BTreeMap::new();
        for group in &waste.groups {
            let entry = sums.entry(keys(waste, group, dimensions)).or_default();
            entry.cost += Cost::of(group.rate_set, &group.sums, context, prices).low;
            entry.calls += group.sums.records;
        }
        Causes { context, prices, waste: sums, excess: BTreeMap::new(), tokens: BTreeMap::new(), dear: BTreeMap::new() }
    }

    /// Adds what rows tell. `calls` is cut by the items' dimensions first: its tokens give the effective price.
    #[must_use]
    pub fn with_excess(mut self, excess: &'a [Excess], calls: &Cube, dimensions: usize) -> Causes<'a> {
        for entry in excess {
            self.excess.entry(entry.keys.clone()).or_default().push(entry);
        }
        for group in &calls.groups {
            let sum = self.tokens.entry((keys(calls, group, dimensions), group.rate_set)).or_default();
            *sum = plus(sum, &group.sums.tokens);
        }
        self
    }

    /// Adds models dearer than the one that the item's peers mostly use. `models` is cut by the items' dimensions, then
    /// operation, then model. Peers are the other items' calls of the same operation; their most used model is the one
    /// with most calls, at the rate set that carries most of its tokens.
    #[must_use]
    pub fn with_models(mut self, models: &Cube, dimensions: usize) -> Causes<'a> {
        self.dear = dear_models(models, dimensions, self.context, self.prices);
        self
    }

    /// The causes of an item, largest first; those below 1 % of its cost are left out.
    #[must_use]
    pub fn of(&self, item: &[String], cost: Pico) -> Vec<Cause> {
        let style = self.context.style;
        let part = |amount| style.part(amount, self.context.currency);
        let mut found: Vec<(CauseKind, Pico, String)> = Vec::new();
        if let Some(waste) = self.waste.get(item) {
            let calls = words::several(style, usize::try_from(waste.calls).unwrap_or(0), "call", "calls");
            found.push((
                CauseKind::ErrorsAndRetries,
                waste.cost,
                format!("errors and retries, {} on {calls}", part(waste.cost)),
            ));
        }
        if let Some((amount, model)) = self.dear.get(item) {
            let sentence =
                format!("dear model, {} above the price of {model}, which its peers mostly use", part(*amount));
            found.push((CauseKind::DearModel, *amount, sentence));
        }
        if let Some(excess) = self.excess.get(item) {
            let mut sums = [Pico::ZERO; 3];
            for entry in excess {
                for (sum, amount) in sums.iter_mut().zip(self.excess_amounts(item, entry)) {
                    *sum += amount;
                }
            }
            let [input, output, repeat] = sums;
            let median = |of: fn(&Excess) -> i64| style.count(excess.first().map_or(0, |e| of(e)));
            found.push((
                CauseKind::LongInput,
                input,
                format!("long input, {} above its median of {} tokens", part(input), median(|e| e.median_input)),
            ));
            found.push((
                CauseKind::LongOutput,
                output,
                format!("long output, {} above its median of {} tokens", part(output), median(|e| e.median_output)),
            ));
            found.push((CauseKind::Repeats, repeat, format!("repeats not cached, {}", part(repeat))));
        }
        found.retain(|(_, amount, _)| amount.0 > 0 && amount.0.saturating_mul(100) >= cost.0);
        found.sort_by_key(|(kind, amount, _)| (std::cmp::Reverse(*amount), *kind));
        let mut causes: Vec<Cause> = Vec::new();
        for (kind, amount, mut sentence) in found {
            let overlapped: Vec<&str> = causes.iter().filter(|c| overlap(c.kind, kind)).map(|c| name(c.kind)).collect();
            if !overlapped.is_empty() {
                sentence.push_str(&format!("; overlaps {}", overlapped.join(", ")));
            }
            causes.push(Cause { kind, amount: self.context.money(amount), sentence });
        }
        causes
    }

    /// Input above the median, output above the median, and repeats, at the price that the item effectively paid.
    fn excess_amounts(&self, item: &[String], entry: &Excess) -> [Pico; 3] {
        let tokens = self.tokens.get(&(item.to_vec(), entry.rate_set)).copied().unwrap_or_default();
        let output = Tokens {
            output: tokens.output,
            audio_output: tokens.audio_output,
            image_output: tokens.image_output,
            ..Tokens::default()
        };
        let input = Tokens { output: 0, reasoning: 0, audio_output: 0, image_output: 0, ..tokens };
        let cost = |t: &Tokens| Cost::of_tokens(entry.rate_set, t, 0, self.context, self.prices).low;
        let at = |excess: i64, of: &Tokens| match (i128::from(excess)).checked_mul(cost(of).0) {
            Some(product) if of.total() > 0 => Pico(words::divide(product, i128::from(of.total()))),
            _ => Pico::ZERO,
        };
        [at(entry.excess_input_tokens, &input), at(entry.excess_output_tokens, &output), cost(&entry.repeat)]
    }
}

fn keys(cube: &Cube, group: &outlay_model::cube::Group, dimensions: usize) -> Vec<String> {
    (0..dimensions).map(|at| cube.key(group, at).to_owned()).collect()
}

fn plus(a: &Tokens, b: &Tokens) -> Tokens {
    let mut sum = a.buckets();
    for (bucket, more) in sum.iter_mut().zip(b.buckets()) {
        *bucket += more;
    }
    Tokens { reasoning: a.reasoning + b.reasoning, ..Tokens::from_buckets(sum) }
}

fn overlap(a: CauseKind, b: CauseKind) -> bool {
    // Input and output are disjoint; everything else may be the same dollars.
    !matches!((a, b), (CauseKind::LongInput, CauseKind::LongOutput) | (CauseKind::LongOutput, CauseKind::LongInput))
}

fn name(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::LongInput => "long input",
        CauseKind::LongOutput => "long output",
        CauseKind::Repeats => "repeats",
        CauseKind::ErrorsAndRetries => "errors and retries",
        CauseKind::DearModel => "dear model",
    }
}

/// Calls and tokens by rate set of a model.
type OfModel = (i64, BTreeMap<u32, i64>);

fn dear_models(
    models: &Cube,
    dimensions: usize,
    context: &Context,
    prices: &dyn Prices,
) -> BTreeMap<Vec<String>, (Pico, String)> {
    // Operation -> model -> calls and tokens by rate set, over all items; and the same calls by item.
    let mut all: BTreeMap<&str, BTreeMap<&str, OfModel>> = BTreeMap::new();
    let mut own: BTreeMap<(Vec<String>, &str), BTreeMap<&str, i64>> = BTreeMap::new();
    for group in &models.groups {
        let (operation, model) = (models.key(group, dimensions), models.key(group, dimensions + 1));
        let entry = all.entry(operation).or_default().entry(model).or_default();
        entry.0 += group.sums.records;
        *entry.1.entry(group.rate_set).or_default() += group.sums.tokens.total();
        *own.entry((keys(models, group, dimensions), operation)).or_default().entry(model).or_default() +=
            group.sums.records;
    }
    let mut reference: BTreeMap<(Vec<String>, &str), (&str, u32)> = BTreeMap::new();
    for ((item, operation), mine) in &own {
        let Some(everyone) = all.get(operation) else { continue };
        let peers = everyone.iter().map(|(model, (calls, sets))| (calls - mine.get(model).unwrap_or(&0), *model, sets));
        let most = peers
            .filter(|(calls, model, _)| *calls > 0 && !model.is_empty())
            .max_by_key(|(calls, model, _)| (*calls, std::cmp::Reverse(*model)));
        let Some((_, model, sets)) = most else { continue };
        let priced = sets.iter().filter(|(set, _)| **set != 0).max_by_key(|(set, tokens)| (**tokens, **set));
        if let Some((set, _)) = priced {
            reference.insert((item.clone(), operation), (model, *set));
        }
    }
    let mut found: BTreeMap<Vec<String>, BTreeMap<&str, Pico>> = BTreeMap::new();
    for group in &models.groups {
        let item = keys(models, group, dimensions);
        let (operation, model) = (models.key(group, dimensions), models.key(group, dimensions + 1));
        let Some((peer, set)) = reference.get(&(item.clone(), operation)) else { continue };
        if model == *peer {
            continue;
        }
        let ours = Cost::of_tokens(group.rate_set, &group.sums.tokens, 0, context, prices);
        let theirs = Cost::of_tokens(*set, &group.sums.tokens, 0, context, prices);
        let comparable = ours.unpriced_tokens == 0
            && theirs.unpriced_tokens == 0
            && ours.foreign.is_none()
            && theirs.foreign.is_none();
        if comparable && ours.low > theirs.low {
            *found.entry(item).or_default().entry(peer).or_default() += ours.low - theirs.low;
        }
    }
    found
        .into_iter()
        .filter_map(|(item, by_peer)| {
            let sum = by_peer.values().copied().sum();
            let (peer, _) = by_peer.iter().max_by_key(|(_, amount)| **amount)?;
            let others = if by_peer.len() > 1 { " and others" } else { "" };
            let label = context.label(outlay_model::dimension::Dimension::Model, peer);
            Some((item, (sum, format!("{label}{others}"))))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use outlay_model::dimension::Dimension::{Feature, Model, Operation};

    #[test]
    fn dollars_above_a_stated_reference() {
        let context = october();
        let item = vec!["review".to_owned()];
        // 8M in and 1M out at rate set 2: input 16 dollars (2 a million), output 8 dollars (8 a million).
        let calls = cube(&[Feature], &[used("2026-10-01", &["review"], 2, 100, 8_000_000, 1_000_000)]);
        let waste = cube(&[Feature], &[used("2026-10-01", &["review"], 2, 3, 500_000, 0)]);
        let excess = [Excess {
            keys: item.clone(),
            rate_set: 2,
            median_input: 2104,
            median_output: 90,
            excess_input_tokens: 4_000_000,
            excess_output_tokens: 10_000,
            repeat: Tokens { uncached_input: 1_000_000, ..Tokens::default() },
        }];
        let causes = Causes::of_waste(&waste, 1, &context, &TestPrices).with_excess(&excess, &calls, 1);
        let found = causes.of(&item, usd("24"));
        let lines: Vec<&str> = found.iter().map(|c| c.sentence.as_str()).collect();
        assert_eq!(
            lines,
            [
                "long input, $8.00 above its median of 2,104 tokens",
                "repeats not cached, $2.00; overlaps long input",
                "errors and retries, $1.00 on 3 calls; overlaps long input, repeats",
            ]
        );
        // 8 cents of long output are below 1 % of 24 dollars.
        assert_eq!(found[0].amount.amount, usd("8"));
    }

    #[test]
    fn a_dear_model_is_measured_on_its_peers() {
        let context = october();
        let models = cube(
            &[Feature, Operation, Model],
            &[
                used("2026-10-01", &["review", "chat", "large"], 4, 10, 1_000_000, 0),
                used("2026-10-01", &["chat", "chat", "small"], 1, 900, 1_000_000, 0),
                used("2026-10-01", &["rag", "chat", "large"], 4, 20, 0, 0),
            ],
        );
        let causes = Causes::of_waste(&Cube::default(), 1, &context, &TestPrices).with_models(&models, 1);
        let found = causes.of(&["review".to_owned()], usd("4"));
        assert_eq!(found[0].sentence, "dear model, $3.00 above the price of small, which its peers mostly use");
        // The cheap one is not dear.
        assert!(causes.of(&["chat".to_owned()], usd("1")).is_empty());
    }
}
