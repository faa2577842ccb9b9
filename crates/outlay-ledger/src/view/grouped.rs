//! Grouping over tables in memory.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use outlay_model::cube::{Cube, Grain, Group, Slice, Sums};
use outlay_model::time::{DAY, HOUR, Micros, date_day};
use outlay_model::tokens::{BUCKETS, Tokens};

use super::dictionary::Dictionary;
use super::kept::{Dim, Table};
use super::scan::offsets;
use crate::error::Result;
use crate::pricing::RateTable;

/// Local day and hour of instants, given where a zone's offset changes.
struct Clock(Vec<(Micros, i64)>);

impl Clock {
    fn local(&self, at: Micros) -> Micros {
        let place = self.0.partition_point(|(from, _)| *from <= at);
        at + self.0[place.saturating_sub(1)].1
    }
}

/// What the times of a table's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Instants, or grains of them.
    Instants,
    /// Local days of the slice's zone.
    Days,
    /// Instants at which a provider's buckets begin. A bucket of a whole UTC day keeps its date in every zone.
    Buckets,
}

/// Answers a slice from tables, which `get` gives one after the other.
///
/// # Errors
/// What `get` says.
pub fn answer<T>(
    files: &[T],
    get: impl Fn(&T) -> Result<Arc<Table>>,
    times: Times,
    slice: &Slice,
    rates: &RateTable,
) -> Result<Cube> {
    let period = &slice.period;
    let first_day = i64::from(date_day(period.from));
    let end_day = i64::from(date_day(period.to)) + 1;
    let (start, end) = (period.start(), period.end());
    let clock = Clock(offsets(period.zone, start - DAY, end + DAY));
    let divided = rates.divided();
    let untold = Dim::untold();
    let mut values: Vec<Dictionary> = slice.by.iter().map(|_| Dictionary::default()).collect();
    let mut currencies = Dictionary::default();
    let mut groups: HashMap<Vec<u32>, usize, FixedState> = HashMap::with_hasher(FixedState::default());
    let mut sums: Vec<Sums> = Vec::new();
    let mut key: Vec<u32> = Vec::new();
    for file in files {
        let table = get(file)?;
        let dim = |name: &str| table.dim(name).unwrap_or(&untold);
        // What the conditions take, and what the words' codes are, once per word instead of once per row.
        let taken: Vec<(&Dim, Vec<bool>)> = slice
            .conditions
            .iter()
            .map(|condition| {
                let dim = dim(condition.dimension.name());
                (dim, dim.words.iter().map(|w| condition.values.contains(w) != condition.negate).collect())
            })
            .collect();
        // A word counts as a value of the slice only where a row of it is taken.
        let mut by: Vec<(&Dim, Vec<Option<u32>>)> = slice
            .by
            .iter()
            .map(|dimension| dim(dimension.name()))
            .map(|dim| (dim, vec![None; dim.words.len()]))
            .collect();
        let mut currency: Vec<Option<u32>> = vec![None; table.currency.words.len()];
        let packing = Packing::of(&table.currency, by.iter().map(|(dim, _)| *dim));
        let mut packed: HashMap<u128, usize, FixedState> = HashMap::default();
        for row in 0..table.rows {
            let at = table.time[row];
            let (day, hour) = match times {
                Times::Days => (at, 0),
                Times::Buckets if table.whole_days.as_ref().is_some_and(|whole| whole[row]) => (at.div_euclid(DAY), 0),
                Times::Instants | Times::Buckets => {
                    let local = clock.local(at);
                    (local.div_euclid(DAY), local.rem_euclid(DAY) / HOUR)
                }
            };
            let within = match times {
                Times::Instants => at >= start && at < end,
                Times::Days | Times::Buckets => day >= first_day && day < end_day,
            };
            if !within || (slice.only_waste && table.waste.at(row) == 0) {
                continue;
            }
            if !taken.iter().all(|(dim, takes)| takes[dim.at(row)]) {
                continue;
            }
            let (day, hour) = match slice.grain {
                Grain::Whole => (0, 0),
                Grain::Day => (day, 0),
                Grain::Hour => (day, hour),
            };
            let mut set = table.rate_set.at(row) as u32;
            if divided.binary_search(&set).is_ok() {
                let bin = table.size_bin.at(row);
                // The size that stands for a bin: just above the threshold that names it.
                let size = if bin > 0 { bin + 1 } else { 0 };
                set = rates.resolve(set, if times == Times::Days { 0 } else { at }, size);
            }
            let place = packing.as_ref().and_then(|packing| packing.key(row, day, hour, set));
            let known = place.and_then(|place| packed.get(&place).copied());
            let group = known.unwrap_or_else(|| {
                let coded = |code: &mut Option<u32>, words: &mut Dictionary, word: &String| {
                    *code.get_or_insert_with(|| words.code(word))
                };
                key.clear();
                let word = table.currency.at(row);
                key.extend([day as u32, hour as u32, set]);
                key.push(coded(&mut currency[word], &mut currencies, &table.currency.words[word]));
                for ((dim, codes), words) in by.iter_mut().zip(&mut values) {
                    let word = dim.at(row);
                    key.push(coded(&mut codes[word], words, &dim.words[word]));
                }
                let group = match groups.get(&key) {
                    Some(group) => *group,
                    None => {
                        groups.insert(key.clone(), sums.len());
                        sums.push(Sums::default());
                        sums.len() - 1
                    }
                };
                if let Some(place) = place {
                    packed.insert(place, group);
                }
                group
            });
            sums[group].add(&row_sums(&table, row));
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

/// A row's group within one table as one number, where its parts fit: the table's rows are many and its groups few.
struct Packing<'t> {
    /// Dimensions, each with the bits that its words need.
    dims: Vec<(&'t Dim, u32)>,
}

impl<'t> Packing<'t> {
    /// Bits of day, hour and rate set.
    const FIXED: u32 = 20 + 5 + 32;

    fn of(currency: &'t Dim, by: impl Iterator<Item = &'t Dim>) -> Option<Packing<'t>> {
        let bits = |dim: &Dim| usize::BITS - dim.words.len().leading_zeros();
        let dims: Vec<(&Dim, u32)> = std::iter::once(currency).chain(by).map(|dim| (dim, bits(dim))).collect();
        let needed = dims.iter().map(|(_, bits)| bits).sum::<u32>() + Packing::FIXED;
        (needed <= u128::BITS).then_some(Packing { dims })
    }

    fn key(&self, row: usize, day: i64, hour: i64, set: u32) -> Option<u128> {
        let day = u32::try_from(day).ok().filter(|day| day >> 20 == 0)?;
        let fixed = u128::from(day) << 37 | (hour as u128) << 32 | u128::from(set);
        Some(self.dims.iter().fold(fixed, |key, (dim, bits)| key << bits | dim.at(row) as u128))
    }
}

fn row_sums(table: &Table, row: usize) -> Sums {
    let mut buckets = [0; BUCKETS.len()];
    for (bucket, column) in buckets.iter_mut().zip(&table.tokens) {
        *bucket = column.at(row);
    }
    Sums {
        records: table.records.at(row),
        requests: (table.requests_untold.at(row) == 0).then(|| table.requests.at(row)),
        errors: table.errors.at(row),
        retries: table.retries.at(row),
        unknown_usage: table.unknown_usage.at(row),
        tokens: Tokens { reasoning: table.reasoning.at(row), ..Tokens::from_buckets(buckets) },
        amount: table.amount.as_ref().map_or(0, |amounts| amounts[row]),
        with_amount: table.with_amount.at(row),
        web_searches: table.web_searches.at(row),
    }
}
