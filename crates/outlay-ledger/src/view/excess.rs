//! How far calls go beyond their own group's usual: from rows, because a sum cannot tell.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::FixedState;
use outlay_model::tokens::{BUCKETS, Tokens};

use super::dictionary::Dictionary;
use super::rows::Rows;

/// Tokens beyond a group's median call, and tokens of prompts sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Rate set.
    pub rate_set: u32,
    /// Input tokens above the group's median, summed over its calls.
    pub input: i64,
    /// Output tokens above the group's median.
    pub output: i64,
    /// Tokens of calls whose prompt hash an earlier call of the selection had, and that read nothing from a cache.
    pub repeats: Tokens,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExcessGroup {
    /// One value per dimension.
    pub keys: Vec<String>,
    /// Median of whole input tokens.
    pub median_input: i64,
    /// Median of output tokens.
    pub median_output: i64,
    /// By rate set.
    pub by_rate_set: Vec<Excess>,
}

/// Values and how often each occurred: what a median and the sum above it need, however many calls there are.
#[derive(Default)]
struct Counts(HashMap<i64, u64, FixedState>);

impl Counts {
    fn add(&mut self, value: i64) {
        *self.0.entry(value).or_default() += 1;
    }

    /// The sum of what lies above `median`.
    fn above(&self, median: i64) -> i64 {
        self.0.iter().map(|(value, times)| (value - median).max(0) * *times as i64).sum()
    }
}

/// The upper median of all values together.
fn median<'a>(all: impl Iterator<Item = &'a Counts>) -> i64 {
    let mut merged: BTreeMap<i64, u64> = BTreeMap::new();
    for (value, times) in all.flat_map(|counts| &counts.0) {
        *merged.entry(*value).or_default() += times;
    }
    let middle = merged.values().sum::<u64>() / 2;
    let mut before = 0;
    for (value, times) in merged {
        before += times;
        if before > middle {
            return value;
        }
    }
    0
}

/// Calls of one group at one rate set.
#[derive(Default)]
struct Tally {
    input: Counts,
    output: Counts,
    repeats: [i64; BUCKETS.len()],
}

/// Calls added up by group.
#[derive(Default)]
pub struct Tallies {
    groups: HashMap<(Vec<u32>, u32), Tally, FixedState>,
    /// Hashes of the prompts met so far.
    seen: HashSet<u64, FixedState>,
}

impl Tallies {
    /// Adds calls that are all later than those before.
    pub fn add(&mut self, rows: &Rows) {
        let mut order: Vec<u32> = (0..rows.time.len() as u32).collect();
        if !rows.time.is_sorted() {
            order.sort_by_key(|row| rows.time[*row as usize]);
        }
        let mut key = (Vec::with_capacity(rows.keys.len()), 0);
        for row in order.into_iter().map(|row| row as usize) {
            // What a call of unknown usage exceeds nobody knows.
            let Some(tokens) = &rows.tokens[row] else { continue };
            key.0.clear();
            key.0.extend(rows.keys.iter().map(|codes| codes[row]));
            key.1 = rows.rate_set[row];
            let tally = match self.groups.get_mut(&key) {
                Some(tally) => tally,
                None => self.groups.entry(key.clone()).or_default(),
            };
            tally.input.add(tokens.total_input());
            tally.output.add(tokens.output);
            let repeated = rows.prompt[row].is_some_and(|hash| !self.seen.insert(hash));
            if repeated && tokens.cache_read == 0 {
                tally.repeats.iter_mut().zip(tokens.buckets()).for_each(|(sum, count)| *sum += count);
            }
        }
    }

    /// The groups, sorted by keys.
    pub fn finish(self, dictionaries: &[Dictionary]) -> Vec<ExcessGroup> {
        let mut groups: BTreeMap<Vec<&str>, BTreeMap<u32, &Tally>> = BTreeMap::new();
        for ((codes, set), tally) in &self.groups {
            let words = codes.iter().zip(dictionaries).map(|(code, d)| d.words[*code as usize].as_str());
            groups.entry(words.collect()).or_default().insert(*set, tally);
        }
        groups
            .into_iter()
            .map(|(keys, sets)| {
                let median_input = median(sets.values().map(|t| &t.input));
                let median_output = median(sets.values().map(|t| &t.output));
                let by_rate_set = sets
                    .into_iter()
                    .map(|(rate_set, tally)| Excess {
                        rate_set,
                        input: tally.input.above(median_input),
                        output: tally.output.above(median_output),
                        repeats: Tokens::from_buckets(tally.repeats),
                    })
                    .collect();
                let keys = keys.into_iter().map(str::to_owned).collect();
                ExcessGroup { keys, median_input, median_output, by_rate_set }
            })
            .collect()
    }
}
