//! How far calls go beyond their own group's usual: from rows, because a sum cannot tell.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::FixedState;
use outlay_model::dimension::Dimension;
use outlay_model::time::Micros;
use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::dictionary::Dictionary;
use super::scan::{Columns, each, holds, in_period, within};
use super::{Selection, View};
use crate::catalogue::files::FileRow;
use crate::datasets::schema::Dataset;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::ledger::blocking;
use crate::pricing::RateTable;

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

impl View {
    /// Excess of every group, sorted by keys. Reads rows, a day's files at a time; `go_on` is asked between them with
    /// the rows read so far and in all.
    ///
    /// # Errors
    /// Where files of the data version cannot be read; [`Error::Cancelled`].
    pub async fn excess(
        &self,
        selection: &Selection,
        by: &[Dimension],
        go_on: impl Fn(u64, u64) -> bool + Send + 'static,
    ) -> Result<Vec<ExcessGroup>> {
        let files = self.files(Dataset::Calls.name()).await?;
        let files = within(files, selection.period.start(), selection.period.end());
        let mut scan = Scan {
            layout: self.layout.clone(),
            selection: selection.clone(),
            by: by.to_vec(),
            rates: self.rates.clone(),
            dictionaries: by.iter().map(|_| Dictionary::default()).collect(),
            groups: HashMap::default(),
            seen: HashSet::default(),
        };
        blocking(move || {
            let all = files.iter().map(|f| f.rows as u64).sum();
            let mut done = 0;
            for together in overlapping(files) {
                if !go_on(done, all) {
                    return Err(Error::Cancelled);
                }
                scan.read(&together)?;
                done += together.iter().map(|f| f.rows as u64).sum::<u64>();
            }
            Ok(scan.finish())
        })
        .await
    }
}

/// Files in the order of time; those whose times overlap are together, so that "earlier" can be told by sorting them.
fn overlapping(mut files: Vec<FileRow>) -> Vec<Vec<FileRow>> {
    files.sort_by(|a, b| (a.first, a.last, &a.path).cmp(&(b.first, b.last, &b.path)));
    let mut out: Vec<Vec<FileRow>> = Vec::new();
    let mut end = Micros::MIN;
    for file in files {
        let last = file.last;
        match out.last_mut() {
            Some(together) if file.first <= end => together.push(file),
            _ => out.push(vec![file]),
        }
        end = end.max(last);
    }
    out
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

struct Scan {
    layout: Layout,
    selection: Selection,
    by: Vec<Dimension>,
    rates: RateTable,
    dictionaries: Vec<Dictionary>,
    groups: HashMap<(Vec<u32>, u32), Tally, FixedState>,
    /// Hashes of the prompts met so far.
    seen: HashSet<u64, FixedState>,
}

impl Scan {
    fn read(&mut self, files: &[FileRow]) -> Result<()> {
        let mut columns: Vec<Expr> = BUCKETS.iter().map(|b| col(*b)).collect();
        columns.extend(["time", "rate_set", "prompt_hash"].map(col));
        for (place, dimension) in self.by.iter().enumerate() {
            columns.push(col(dimension.name()).alias(format!("k{place}")));
        }
        let found = each(&self.layout, files, |lazy| {
            let time = col("time").cast(DataType::Int64);
            let rows = lazy.filter(in_period(&time, &self.selection.period).and(col("uncached_input").is_not_null()));
            self.selection.conditions.iter().fold(rows, |rows, c| rows.filter(holds(c))).select(columns.clone())
        })?;
        let Some(frame) = found else { return Ok(()) };
        let read = Columns(&frame);
        let mut keys = Vec::with_capacity(self.by.len());
        for (place, dictionary) in self.dictionaries.iter_mut().enumerate() {
            keys.push(dictionary.column(frame.column(&format!("k{place}"))?)?);
        }
        let buckets = BUCKETS.iter().map(|b| read.ints(b)).collect::<Result<Vec<_>>>()?;
        let (time, set) = (read.ints("time")?, read.ints("rate_set")?);
        let hashes: Vec<Option<u64>> =
            frame.column("prompt_hash")?.binary()?.iter().map(|hash| hash.map(xxh3_64)).collect();
        let mut order: Vec<u32> = (0..frame.height() as u32).collect();
        if !time.is_sorted() {
            order.sort_by_key(|row| time[*row as usize]);
        }
        let mut key = (Vec::with_capacity(self.by.len()), 0);
        for row in order.into_iter().map(|row| row as usize) {
            let mut counts = [0; BUCKETS.len()];
            for (to, from) in counts.iter_mut().zip(&buckets) {
                *to = from[row];
            }
            let tokens = Tokens::from_buckets(counts);
            let input = tokens.total_input();
            key.0.clear();
            key.0.extend(keys.iter().map(|codes| codes[row]));
            key.1 = self.rates.resolve(set[row] as u32, time[row], input);
            let tally = match self.groups.get_mut(&key) {
                Some(tally) => tally,
                None => self.groups.entry(key.clone()).or_default(),
            };
            tally.input.add(input);
            tally.output.add(tokens.output);
            let repeated = hashes[row].is_some_and(|hash| !self.seen.insert(hash));
            if repeated && tokens.cache_read == 0 {
                tally.repeats.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        Ok(())
    }

    fn finish(self) -> Vec<ExcessGroup> {
        let mut groups: BTreeMap<Vec<&str>, BTreeMap<u32, &Tally>> = BTreeMap::new();
        for ((codes, set), tally) in &self.groups {
            let words = codes.iter().zip(&self.dictionaries).map(|(code, d)| d.words[*code as usize].as_str());
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
