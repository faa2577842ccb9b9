//! What the calls of a file are like: sketches by which two logs of the same traffic are known although they share no id.
//!
//! A call of known usage is reduced to a **mark**: a hash of its ten minutes of the day, its whole input and its output.
//! Of each UTC day, provider, account and imported file the [`KEPT`] smallest different marks are kept, a bottom-k
//! sketch (Broder 1997; Cohen and Kaplan 2007). A second sketch, of the same calls an hour later, tells how many marks
//! meet by chance.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use outlay_model::time::{DAY, HOUR, utc_day};
use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::rollup::{read_codes, read_ints};
use super::spill::times;
use super::words::Words;
use crate::error::Result;

/// Dataset name.
pub const LIKENESS: &str = "likeness";

/// Marks of a sketch.
pub const KEPT: usize = 256;

/// Calls of one span have one mark where their tokens are the same: clocks and what is logged as the time differ.
const SPAN: i64 = HOUR / 6;

/// Columns of calls that a sketch is made of.
#[must_use]
pub fn needed() -> Vec<&'static str> {
    BUCKETS.iter().copied().chain(["time", "provider", "account", "import", "file"]).collect()
}

fn mark(time: i64, input: i64, output: i64) -> u64 {
    let span = time.rem_euclid(DAY) / SPAN;
    let mut bytes = [0; 24];
    for (to, from) in bytes.chunks_exact_mut(8).zip([span, input, output]) {
        to.copy_from_slice(&from.to_le_bytes());
    }
    xxh3_64(&bytes)
}

/// The smallest marks.
#[derive(Debug, Default)]
struct Sketch(BTreeSet<u64>);

impl Sketch {
    fn add(&mut self, mark: u64) {
        if self.0.len() < KEPT {
            self.0.insert(mark);
        } else if self.0.last().is_some_and(|last| mark < *last) && self.0.insert(mark) {
            self.0.pop_last();
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|mark| mark.to_le_bytes()).collect()
    }
}

/// The marks of a stored sketch, ascending.
#[must_use]
pub fn marks(bytes: &[u8]) -> Vec<u64> {
    let number = |eight: &[u8]| eight.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    bytes.chunks_exact(8).map(number).collect()
}

#[derive(Debug, Default)]
struct Day {
    tokens: i64,
    here: Sketch,
    later: Sketch,
}

/// Import, file, UTC day, provider and account.
type Key = (i64, i64, i32, u32, u32);

/// The sketches of calls given as codes, a row a day, account and file; words stay codes.
pub fn likeness(calls: &DataFrame, words: &Words) -> Result<DataFrame> {
    let time = times(calls)?;
    let known = calls.column("uncached_input")?.is_not_null();
    let buckets = BUCKETS.iter().map(|name| read_ints(calls, name)).collect::<Result<Vec<_>>>()?;
    let (import, file) = (read_ints(calls, "import")?, read_ints(calls, "file")?);
    let (provider, account) = (read_codes(calls, "provider")?, read_codes(calls, "account")?);
    let mut days: HashMap<Key, Day, FixedState> = HashMap::default();
    for (row, known) in known.iter().enumerate() {
        let mut counts = [0; BUCKETS.len()];
        counts.iter_mut().zip(&buckets).for_each(|(to, from)| *to = from.at(row));
        let tokens = Tokens::from_buckets(counts);
        let (input, output) = (tokens.total_input(), tokens.total_output());
        if known != Some(true) || tokens.total() == 0 {
            continue;
        }
        let key = (import.at(row), file.at(row), utc_day(time[row]), provider.at(row), account.at(row));
        let day = days.entry(key).or_default();
        day.tokens += tokens.total();
        day.here.add(mark(time[row], input, output));
        day.later.add(mark(time[row] + HOUR, input, output));
    }
    let mut rows: Vec<(Key, Day)> = days.into_iter().collect();
    // Codes are of this run alone: the same rows always make the same file.
    rows.sort_by_key(|((import, file, day, provider, account), _)| {
        let slot = |name: &str, code: u32| words.slot(name).map_or("", |slot| words.word(slot, code)).to_owned();
        (*import, *file, *day, slot("provider", *provider), slot("account", *account))
    });
    let ints = |name: &str, pick: fn(&(Key, Day)) -> i64| {
        Int64Chunked::from_vec(name.into(), rows.iter().map(pick).collect()).into_column()
    };
    let codes = |name: &str, pick: fn(&Key) -> u32| {
        UInt32Chunked::from_vec(name.into(), rows.iter().map(|(key, _)| pick(key)).collect()).into_column()
    };
    let sketches = |name: &str, pick: fn(&Day) -> &Sketch| {
        let all = rows.iter().map(|(_, day)| Some(pick(day).bytes()));
        BinaryChunked::from_iter_options(name.into(), all).into_column()
    };
    let columns = vec![
        ints("import", |(key, _)| key.0),
        ints("file", |(key, _)| key.1),
        ints("day", |(key, _)| i64::from(key.2)),
        codes("provider", |key| key.3),
        codes("account", |key| key.4),
        ints("tokens", |(_, day)| day.tokens),
        sketches("marks", |day| &day.here),
        sketches("later", |day| &day.later),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_holds_the_smallest_different_marks() {
        let mut sketch = Sketch::default();
        for mark in (0..10_000).rev().chain(0..10_000) {
            sketch.add(mark * 3);
        }
        let smallest: Vec<u64> = (0..KEPT as u64).map(|mark| mark * 3).collect();
        assert_eq!(marks(&sketch.bytes()), smallest);
    }

    #[test]
    fn marks_forget_the_date_and_the_minute() {
        let at = 20_000 * DAY + 5 * SPAN;
        assert_eq!(mark(at, 10, 2), mark(at + 3 * DAY + SPAN - 1, 10, 2));
        assert_ne!(mark(at, 10, 2), mark(at + HOUR, 10, 2));
        assert_ne!(mark(at, 10, 2), mark(at, 2, 10));
    }
}
