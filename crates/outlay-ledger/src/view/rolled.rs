//! Rollup files in memory, and grouping over them.
//!
//! A rollup is small and its files never change, so a process reads each once and answers every further question from
//! memory. Beyond [`KEPT_ROWS`] rows nothing more is kept, and a file is read for the question alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use foldhash::fast::FixedState;
use outlay_model::cube::{Cube, Grain, Group, Slice, Sums};
use outlay_model::time::{DAY, HOUR, Micros, date_day};
use outlay_model::tokens::{BUCKETS, Tokens};

use super::dictionary::Dictionary;
use super::scan::{Columns, offsets};
use crate::catalogue::files::FileRow;
use crate::datasets::files;
use crate::datasets::rollup::{AMOUNT_HALF, Cut, Rollup, SUMS, TOKENS, WASTE};
use crate::error::Result;
use crate::layout::Layout;
use crate::pricing::RateTable;

/// Rows of rollups that a process keeps.
const KEPT_ROWS: usize = 1_000_000;

/// A rollup file in memory.
#[derive(Debug)]
pub struct Rolled {
    /// Instants of grains, or local day numbers.
    time: Vec<i64>,
    /// Per dimension of the rollup: codes and their words; the empty word is "not told".
    dims: Vec<(Vec<u32>, Vec<String>)>,
    rate_set: Vec<i64>,
    size_bin: Vec<i64>,
    /// Columns of [`SUMS`].
    sums: Vec<Vec<i64>>,
}

/// Rollup files that the process keeps, by path.
#[derive(Debug, Default)]
pub struct Kept {
    files: HashMap<String, Arc<Rolled>>,
    rows: usize,
}

/// Shared between all views of a ledger.
pub type Cache = Arc<Mutex<Kept>>;

fn load(layout: &Layout, file: &FileRow, rollup: &Rollup) -> Result<Rolled> {
    let frame = files::read(&layout.file(&file.path), None)?;
    let read = Columns(&frame);
    let mut dims = Vec::with_capacity(rollup.dims.len());
    for name in rollup.dims {
        let mut dictionary = Dictionary::default();
        let codes = dictionary.column(frame.column(name)?)?;
        dims.push((codes, dictionary.words));
    }
    Ok(Rolled {
        time: read.ints(if rollup.cut == Cut::Day { "day" } else { "time" })?,
        dims,
        rate_set: read.ints("rate_set")?,
        size_bin: read.ints("size_bin")?,
        sums: SUMS.iter().map(|name| read.ints(name)).collect::<Result<_>>()?,
    })
}

/// The file, from memory where it was read before.
fn get(cache: &Cache, layout: &Layout, file: &FileRow, rollup: &Rollup) -> Result<Arc<Rolled>> {
    let lock = || cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(kept) = lock().files.get(&file.path) {
        return Ok(kept.clone());
    }
    let loaded = Arc::new(load(layout, file, rollup)?);
    let mut kept = lock();
    if kept.rows + loaded.time.len() <= KEPT_ROWS {
        kept.rows += loaded.time.len();
        kept.files.insert(file.path.clone(), loaded.clone());
    }
    Ok(loaded)
}

/// Local day and hour of instants, given where a zone's offset changes.
struct Clock(Vec<(Micros, i64)>);

impl Clock {
    fn local(&self, at: Micros) -> Micros {
        let place = self.0.partition_point(|(from, _)| *from <= at);
        at + self.0[place.saturating_sub(1)].1
    }
}

/// Answers a slice from rollup files.
pub fn answer(
    cache: &Cache,
    layout: &Layout,
    files: &[FileRow],
    rollup: &Rollup,
    slice: &Slice,
    rates: &RateTable,
) -> Result<Cube> {
    let period = &slice.period;
    let by_day = rollup.cut == Cut::Day;
    let (first, end) = if by_day {
        (i64::from(date_day(period.from)), i64::from(date_day(period.to)) + 1)
    } else {
        (period.start(), period.end())
    };
    let clock = Clock(offsets(period.zone, period.start(), period.end()));
    let divided = rates.divided();
    let place = |name: &str| rollup.dims.iter().position(|d| *d == name).unwrap_or_default();
    let by: Vec<usize> = slice.by.iter().map(|d| place(d.name())).collect();
    let currency_at = place("recorded_currency");
    let mut values: Vec<Dictionary> = slice.by.iter().map(|_| Dictionary::default()).collect();
    let mut currencies = Dictionary::default();
    let mut groups: HashMap<Vec<u32>, usize, FixedState> = HashMap::with_hasher(FixedState::default());
    let mut sums: Vec<Sums> = Vec::new();
    let mut key: Vec<u32> = Vec::new();
    for file in files {
        let rolled = get(cache, layout, file, rollup)?;
        // What the conditions take, and what the words' codes are, once per word instead of once per row.
        let taken: Vec<(usize, Vec<bool>)> = slice
            .conditions
            .iter()
            .map(|condition| {
                let at = place(condition.dimension.name());
                let words = &rolled.dims[at].1;
                (at, words.iter().map(|w| condition.values.contains(w) != condition.negate).collect())
            })
            .collect();
        let codes: Vec<Vec<u32>> = by
            .iter()
            .zip(&mut values)
            .map(|(at, global)| rolled.dims[*at].1.iter().map(|w| global.code(w)).collect())
            .collect();
        let currency: Vec<u32> = rolled.dims[currency_at].1.iter().map(|w| currencies.code(w)).collect();
        for row in 0..rolled.time.len() {
            let at = rolled.time[row];
            if at < first || at >= end || (slice.only_waste && rolled.sums[WASTE][row] == 0) {
                continue;
            }
            if !taken.iter().all(|(dim, takes)| takes[rolled.dims[*dim].0[row] as usize]) {
                continue;
            }
            let (day, hour) = match (slice.grain, by_day) {
                (Grain::Whole, _) => (0, 0),
                (_, true) => (at, 0),
                (grain, false) => {
                    let local = clock.local(at);
                    let hour = if grain == Grain::Hour { local.rem_euclid(DAY) / HOUR } else { 0 };
                    (local.div_euclid(DAY), hour)
                }
            };
            let mut set = rolled.rate_set[row] as u32;
            if divided.binary_search(&set).is_ok() {
                let bin = rolled.size_bin[row];
                let size = if bin > 0 { bin + 1 } else { 0 };
                set = rates.resolve(set, if by_day { 0 } else { at }, size);
            }
            key.clear();
            key.extend([day as u32, hour as u32, set, currency[rolled.dims[currency_at].0[row] as usize]]);
            key.extend(by.iter().zip(&codes).map(|(at, codes)| codes[rolled.dims[*at].0[row] as usize]));
            let group = match groups.get(&key) {
                Some(group) => *group,
                None => {
                    groups.insert(key.clone(), sums.len());
                    sums.push(Sums::default());
                    sums.len() - 1
                }
            };
            let column = |at: usize| rolled.sums[at][row];
            let mut buckets = [0; BUCKETS.len()];
            for (at, bucket) in buckets.iter_mut().enumerate() {
                *bucket = column(TOKENS + at);
            }
            sums[group].add(&Sums {
                records: column(0),
                requests: Some(column(0)),
                errors: column(1),
                retries: column(2),
                unknown_usage: column(3),
                amount: i128::from(column(4)) * i128::from(AMOUNT_HALF) + i128::from(column(5)),
                with_amount: column(6),
                tokens: Tokens { reasoning: column(TOKENS + BUCKETS.len()), ..Tokens::from_buckets(buckets) },
                web_searches: 0,
            });
        }
    }
    let places: Vec<Vec<u32>> = values.iter_mut().map(Dictionary::sort).collect();
    let currency_places = currencies.sort();
    let mut out: Vec<Group> = groups
        .into_iter()
        .map(|(key, group)| Group {
            day: key[0] as i32,
            hour: key[1] as u8,
            keys: key[4..].iter().zip(&places).map(|(code, place)| place[*code as usize]).collect(),
            rate_set: key[2],
            currency: currency_places[key[3] as usize],
            sums: sums[group],
        })
        .collect();
    out.sort_unstable_by(|a, b| {
        (a.day, a.hour, &a.keys, a.rate_set, a.currency).cmp(&(b.day, b.hour, &b.keys, b.rate_set, b.currency))
    });
    Ok(Cube {
        by: slice.by.clone(),
        values: values.into_iter().map(|g| g.words).collect(),
        currencies: currencies.words,
        groups: out,
        from_rows: false,
    })
}
