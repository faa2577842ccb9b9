//! Grouping over tables in memory.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use outlay_model::cube::{Cube, Grain, Group, Slice, Sums};
use outlay_model::time::{DAY, HOUR, Micros, date_day};
use outlay_model::tokens::{BUCKETS, Tokens};

use super::dictionary::Dictionary;
use super::kept::{Dim, Ints, Table};
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
    let mut sums = Columns::default();
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
        let mut packed = Packed::of(&table.currency, by.iter().map(|(dim, _)| *dim));
        let (mut rows, mut places): (Vec<u32>, Vec<u32>) = (Vec::with_capacity(table.rows), Vec::new());
        places.reserve_exact(table.rows);
        let mut memory = Memory::default();
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
            let place = packed.place(row, memory.code((day, hour, set)));
            let known = packed.group(place);
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
                        groups.insert(key.clone(), sums.groups);
                        sums.groups += 1;
                        sums.groups - 1
                    }
                };
                packed.remember(place, group as u32);
                group as u32
            });
            rows.push(row as u32);
            places.push(group);
        }
        sums.add(&table, &rows, &places);
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
            sums: sums.group(group),
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

/// Codes of what a row has beside words: day, hour and rate set, of which a table has few.
#[derive(Default)]
struct Memory {
    codes: HashMap<(i64, i64, u32), u32, FixedState>,
    last: Option<((i64, i64, u32), u32)>,
}

impl Memory {
    fn code(&mut self, of: (i64, i64, u32)) -> u32 {
        if let Some((before, code)) = self.last
            && before == of
        {
            return code;
        }
        let next = self.codes.len() as u32;
        let code = *self.codes.entry(of).or_insert(next);
        self.last = Some((of, code));
        code
    }
}

/// A row's group within one table, found by one number that is put together of its words' codes: a table has many rows
/// and few groups.
struct Packed<'t> {
    /// Dimensions, each with the bits that its words need.
    dims: Vec<(&'t Dim, u32)>,
    /// Whether the words fit into a number.
    fits: bool,
    /// Groups by the lowest bits, while there are few.
    few: Vec<u32>,
    many: HashMap<u128, u32, FixedState>,
}

const NO_GROUP: u32 = u32::MAX;

impl<'t> Packed<'t> {
    /// Groups found by their place alone.
    const FEW: usize = 1 << 16;

    fn of(currency: &'t Dim, by: impl Iterator<Item = &'t Dim>) -> Packed<'t> {
        let bits = |dim: &Dim| usize::BITS - (dim.words.len() - 1).leading_zeros();
        let dims: Vec<(&Dim, u32)> =
            std::iter::once(currency).chain(by).map(|dim| (dim, bits(dim))).filter(|(_, bits)| *bits > 0).collect();
        let fits = dims.iter().map(|(_, bits)| bits).sum::<u32>() + u32::BITS <= u128::BITS;
        Packed { dims, fits, few: vec![NO_GROUP; Packed::FEW], many: HashMap::default() }
    }

    fn place(&self, row: usize, beside: u32) -> Option<u128> {
        let words = |key, (dim, bits): &(&Dim, u32)| key << bits | dim.at(row) as u128;
        self.fits.then(|| self.dims.iter().fold(u128::from(beside), words))
    }

    fn group(&self, place: Option<u128>) -> Option<u32> {
        let place = place?;
        match usize::try_from(place) {
            Ok(place) if place < Packed::FEW => Some(self.few[place]).filter(|group| *group != NO_GROUP),
            _ => self.many.get(&place).copied(),
        }
    }

    fn remember(&mut self, place: Option<u128>, group: u32) {
        let Some(place) = place else { return };
        match usize::try_from(place) {
            Ok(place) if place < Packed::FEW => self.few[place] = group,
            _ => {
                self.many.insert(place, group);
            }
        }
    }
}

/// Sums of all groups, a column a figure.
#[derive(Default)]
struct Columns {
    groups: usize,
    whole: [Vec<i64>; FIGURES],
    amount: Vec<i128>,
}

/// Figures beside the amount: see [`figures`].
const FIGURES: usize = 9 + BUCKETS.len();

/// The columns of a table that are summed, in the order in which [`Columns::group`] takes them apart.
fn figures(table: &Table) -> [&Ints; FIGURES] {
    let own = [
        &table.records,
        &table.requests,
        &table.requests_untold,
        &table.errors,
        &table.retries,
        &table.unknown_usage,
        &table.with_amount,
        &table.web_searches,
        &table.reasoning,
    ];
    std::array::from_fn(|at| own.get(at).copied().unwrap_or_else(|| &table.tokens[at - own.len()]))
}

impl Columns {
    /// Adds rows of a table, each to its group.
    fn add(&mut self, table: &Table, rows: &[u32], groups: &[u32]) {
        for (sums, values) in self.whole.iter_mut().zip(figures(table)) {
            sums.resize(self.groups, 0);
            match values {
                Ints::Same(0) => {}
                Ints::Same(value) => groups.iter().for_each(|group| sums[*group as usize] += value),
                Ints::Each(values) => {
                    rows.iter().zip(groups).for_each(|(row, group)| sums[*group as usize] += values[*row as usize]);
                }
            }
        }
        self.amount.resize(self.groups, 0);
        if let Some(amounts) = &table.amount {
            let pairs = rows.iter().zip(groups);
            pairs.for_each(|(row, group)| self.amount[*group as usize] += amounts[*row as usize]);
        }
    }

    fn group(&self, group: usize) -> Sums {
        let [
            records,
            requests,
            untold,
            errors,
            retries,
            unknown_usage,
            with_amount,
            web_searches,
            reasoning,
            tokens @ ..,
        ] = self.whole.each_ref().map(|sums| sums[group]);
        Sums {
            records,
            requests: (untold == 0).then_some(requests),
            errors,
            retries,
            unknown_usage,
            tokens: Tokens { reasoning, ..Tokens::from_buckets(tokens) },
            amount: self.amount[group],
            with_amount,
            web_searches,
        }
    }
}
