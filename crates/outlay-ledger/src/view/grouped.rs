//! Grouping over tables in memory.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use outlay_model::cube::{Cube, Grain, Group, Slice, Sums};
use outlay_model::time::{DAY, HOUR, Micros, date_day};
use outlay_model::tokens::{BUCKETS, Tokens};

use super::dictionary::Dictionary;
use super::kept::{Codes, Dim, Ints, Table};
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

/// Answers a slice from the tables of files, of which some are read at a time.
///
/// # Errors
/// What reading them says.
pub fn answer<T: Sync>(
    files: &[T],
    from: &impl Source<T>,
    times: Times,
    slice: &Slice,
    rates: &RateTable,
) -> Result<Cube> {
    let asked = Asked::new(slice, times, rates);
    let untold = Dim::untold();
    let mut values: Vec<Dictionary> = slice.by.iter().map(|_| Dictionary::default()).collect();
    let mut currencies = Dictionary::default();
    let mut groups: HashMap<Vec<u32>, u32, FixedState> = HashMap::with_hasher(FixedState::default());
    let mut sums = Columns::default();
    for table in files.chunks(at_once()).flat_map(|some| together(some, from)) {
        let table = table?;
        let taken = asked.rows(&table);
        if taken.len() == 0 {
            continue;
        }
        let by: Vec<&Dim> = slice.by.iter().map(|by| table.dim(by.name()).unwrap_or(&untold)).collect();
        let mut parts = Parts::of(&taken);
        let moments = asked.moments(&table, &taken);
        if let Some((codes, of)) = &moments {
            parts.cut(codes.iter().copied(), of.len());
        }
        for dim in std::iter::once(&table.currency).chain(by.iter().copied()) {
            match dim.codes() {
                Some(Codes::Bytes(codes)) => parts.cut_by(&taken, codes, dim.words.len()),
                Some(Codes::Small(codes)) => parts.cut_by(&taken, codes, dim.words.len()),
                Some(Codes::Each(codes)) => parts.cut_by(&taken, codes, dim.words.len()),
                None => {}
            }
        }
        let (mut places, firsts) = parts.done();
        // What a group of this table is among all groups. A word counts as a value of the slice only where a row of it
        // is taken.
        let mut currency: Vec<Option<u32>> = vec![None; table.currency.words.len()];
        let mut codes: Vec<Vec<Option<u32>>> = by.iter().map(|dim| vec![None; dim.words.len()]).collect();
        let among: Vec<u32> = firsts
            .into_iter()
            .map(|first| {
                let row = taken.row(first as usize);
                let coded = |code: &mut Option<u32>, words: &mut Dictionary, word: &String| {
                    *code.get_or_insert_with(|| words.code(word))
                };
                let (day, hour, set) = match &moments {
                    Some((codes, of)) => of[codes[first as usize] as usize],
                    None => asked.moment(&table, row),
                };
                let word = table.currency.at(row);
                let mut key = vec![day as u32, hour as u32, set];
                key.push(coded(&mut currency[word], &mut currencies, &table.currency.words[word]));
                for ((dim, codes), words) in by.iter().zip(&mut codes).zip(&mut values) {
                    let word = dim.at(row);
                    key.push(coded(&mut codes[word], words, &dim.words[word]));
                }
                let next = groups.len() as u32;
                *groups.entry(key).or_insert(next)
            })
            .collect();
        places.iter_mut().for_each(|place| *place = among[*place as usize]);
        sums.add(&table, &taken, &places, groups.len());
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
            sums: sums.group(group as usize),
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

/// Where the tables of files come from.
pub trait Source<T>: Sync {
    /// The table of a file, if it is in memory.
    fn known(&self, file: &T) -> Option<Arc<Table>>;
    /// The same, read where it is not.
    fn read(&self, file: &T) -> Result<Arc<Table>>;
}

fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Tables of files: those that are not in memory are read at the same time, each by a thread of its own. A pool's thread
/// would take on another question's file while it waits, and that may be the very one that it holds.
fn together<T: Sync>(files: &[T], from: &impl Source<T>) -> Vec<Result<Arc<Table>>> {
    let known: Vec<_> = files.iter().map(|file| from.known(file)).collect();
    std::thread::scope(|threads| {
        let read: Vec<_> = files
            .iter()
            .zip(known)
            .map(|(file, known)| known.ok_or_else(|| threads.spawn(|| from.read(file))))
            .collect();
        read.into_iter()
            .map(|read| match read {
                Ok(known) => Ok(known),
                Err(reading) => reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            })
            .collect()
    })
}

/// Day, hour and rate set of a row, as far as the slice tells them apart.
type Moment = (i64, i64, u32);

/// What is asked of every table.
struct Asked<'a> {
    slice: &'a Slice,
    times: Times,
    rates: &'a RateTable,
    divided: Vec<u32>,
    clock: Clock,
    /// Local days.
    days: std::ops::Range<i64>,
    /// Instants.
    span: std::ops::Range<Micros>,
}

impl<'a> Asked<'a> {
    fn new(slice: &'a Slice, times: Times, rates: &'a RateTable) -> Asked<'a> {
        let period = &slice.period;
        let span = period.start()..period.end();
        Asked {
            slice,
            times,
            rates,
            divided: rates.divided(),
            clock: Clock(offsets(period.zone, span.start - DAY, span.end + DAY)),
            days: i64::from(date_day(period.from))..i64::from(date_day(period.to)) + 1,
            span,
        }
    }

    fn day_and_hour(&self, table: &Table, row: usize) -> (i64, i64) {
        let at = table.time[row];
        match self.times {
            Times::Days => (at, 0),
            Times::Buckets if table.whole_days.as_ref().is_some_and(|whole| whole[row]) => (at.div_euclid(DAY), 0),
            Times::Instants | Times::Buckets => {
                let local = self.clock.local(at);
                (local.div_euclid(DAY), local.rem_euclid(DAY) / HOUR)
            }
        }
    }

    fn within(&self, table: &Table, row: usize) -> bool {
        match self.times {
            Times::Instants => self.span.contains(&table.time[row]),
            Times::Days => self.days.contains(&table.time[row]),
            Times::Buckets => self.days.contains(&self.day_and_hour(table, row).0),
        }
    }

    /// The rows that the slice takes, a condition after the other, and each asked of words instead of rows.
    fn rows(&self, table: &Table) -> Taken {
        let untold = Dim::untold();
        // Most tables lie in the period with all of their rows.
        let whole = match self.times {
            Times::Instants => table.span.start() >= &self.span.start && table.span.end() < &self.span.end,
            Times::Days => table.span.start() >= &self.days.start && table.span.end() < &self.days.end,
            Times::Buckets => false,
        };
        let mut taken = Taken::All(table.rows);
        if !whole {
            taken = taken.kept_where(|row| self.within(table, row));
        }
        if self.slice.only_waste {
            taken = taken.kept_where(|row| table.waste.at(row) != 0);
        }
        for condition in &self.slice.conditions {
            let dim = table.dim(condition.dimension.name()).unwrap_or(&untold);
            let takes: Vec<bool> =
                dim.words.iter().map(|word| condition.values.contains(word) != condition.negate).collect();
            if !takes.iter().all(|takes| *takes) {
                taken = taken.kept_where(|row| takes[dim.at(row)]);
            }
        }
        taken
    }

    fn moment(&self, table: &Table, row: usize) -> Moment {
        let (day, hour) = match self.slice.grain {
            Grain::Whole => (0, 0),
            Grain::Day => (self.day_and_hour(table, row).0, 0),
            Grain::Hour => self.day_and_hour(table, row),
        };
        let mut set = table.rate_set.at(row) as u32;
        if self.divided.binary_search(&set).is_ok() {
            let bin = table.size_bin.at(row);
            // The size that stands for a bin: just above the threshold that names it.
            let size = if bin > 0 { bin + 1 } else { 0 };
            let at = if self.times == Times::Days { 0 } else { table.time[row] };
            set = self.rates.resolve(set, at, size);
        }
        (day, hour, set)
    }

    /// Moments of rows as codes, and what they stand for; nothing where all rows have the same.
    fn moments(&self, table: &Table, taken: &Taken) -> Option<(Vec<u32>, Vec<Moment>)> {
        let mut known: HashMap<Moment, u32, FixedState> = HashMap::default();
        let mut of: Vec<Moment> = Vec::new();
        if self.slice.grain == Grain::Whole && matches!(table.rate_set, Ints::Same(_)) && self.divided.is_empty() {
            return None;
        }
        let mut code = |moment: Moment| {
            *known.entry(moment).or_insert_with(|| {
                of.push(moment);
                of.len() as u32 - 1
            })
        };
        // Rows lie by time, then by price: what two neighbours share is looked up once.
        let mut last: Option<((Micros, bool, i64, i64), u32)> = None;
        let codes = (0..taken.len())
            .map(|at| {
                let row = taken.row(at);
                let of = (
                    if self.slice.grain == Grain::Whole && self.divided.is_empty() { 0 } else { table.time[row] },
                    // A day of a provider keeps its date where an hour that begins with it does not.
                    table.whole_days.as_ref().is_some_and(|whole| whole[row]),
                    table.rate_set.at(row),
                    if self.divided.is_empty() { 0 } else { table.size_bin.at(row) },
                );
                match last {
                    Some((before, code)) if before == of => code,
                    _ => {
                        let code = code(self.moment(table, row));
                        last = Some((of, code));
                        code
                    }
                }
            })
            .collect();
        Some((codes, of))
    }
}

/// Rows of a table that are taken.
enum Taken {
    /// The first so many.
    All(usize),
    /// These, in ascending order.
    Some(Vec<u32>),
}

impl Taken {
    fn len(&self) -> usize {
        match self {
            Taken::All(rows) => *rows,
            Taken::Some(rows) => rows.len(),
        }
    }

    /// The row at a place.
    fn row(&self, at: usize) -> usize {
        match self {
            Taken::All(_) => at,
            Taken::Some(rows) => rows[at] as usize,
        }
    }

    fn kept_where(self, takes: impl Fn(usize) -> bool) -> Taken {
        Taken::Some(match self {
            Taken::All(rows) => (0..rows as u32).filter(|row| takes(*row as usize)).collect(),
            Taken::Some(mut rows) => {
                rows.retain(|row| takes(*row as usize));
                rows
            }
        })
    }

    /// Gives each of these rows' values away, in order.
    fn each<V: Copy>(&self, values: &[V], mut to: impl FnMut(usize, V)) {
        match self {
            Taken::All(_) => values.iter().enumerate().for_each(|(at, value)| to(at, *value)),
            Taken::Some(rows) => rows.iter().enumerate().for_each(|(at, row)| to(at, values[*row as usize])),
        }
    }
}

/// Groups of rows, cut finer by one column after the other: numbers instead of keys, of which a table has few.
struct Parts {
    codes: Vec<u32>,
    /// Codes lie below this.
    most: usize,
}

impl Parts {
    /// Codes that are looked up by place.
    const PLACES: usize = 1 << 20;

    /// All rows in one group.
    fn of(taken: &Taken) -> Parts {
        Parts { codes: vec![0; taken.len()], most: 1 }
    }

    /// Cuts by a column of a table, whose codes lie below `of`.
    fn cut_by<C: Copy + Into<u32>>(&mut self, taken: &Taken, codes: &[C], of: usize) {
        match taken {
            Taken::All(_) => self.cut(codes.iter().map(|code| (*code).into()), of),
            Taken::Some(rows) => self.cut(rows.iter().map(|row| codes[*row as usize].into()), of),
        }
    }

    /// Cuts by codes below `of`.
    fn cut(&mut self, by: impl Iterator<Item = u32>, of: usize) {
        if self.most.saturating_mul(of) > Parts::PLACES {
            self.renumber();
        }
        if self.most.saturating_mul(of) > Parts::PLACES {
            let mut known: HashMap<(u32, u32), u32, FixedState> = HashMap::default();
            for (code, by) in self.codes.iter_mut().zip(by) {
                let next = known.len() as u32;
                *code = *known.entry((*code, by)).or_insert(next);
            }
            self.most = known.len();
        } else {
            self.codes.iter_mut().zip(by).for_each(|(code, by)| *code = *code * of as u32 + by);
            self.most *= of;
        }
    }

    /// Numbers the groups in the order of their first rows, which are given back by place.
    fn renumber(&mut self) -> Vec<u32> {
        const NONE: u32 = u32::MAX;
        let mut number = vec![NONE; self.most];
        let mut firsts = Vec::new();
        for (at, code) in self.codes.iter_mut().enumerate() {
            let known = &mut number[*code as usize];
            if *known == NONE {
                *known = firsts.len() as u32;
                firsts.push(at as u32);
            }
            *code = *known;
        }
        self.most = firsts.len();
        firsts
    }

    /// The group of each row, and the place of each group's first row.
    fn done(mut self) -> (Vec<u32>, Vec<u32>) {
        let firsts = self.renumber();
        (self.codes, firsts)
    }
}

/// Sums of all groups, a column a figure.
#[derive(Default)]
struct Columns {
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
    /// Adds rows of a table, each to its group of so many.
    fn add(&mut self, table: &Table, taken: &Taken, groups: &[u32], of: usize) {
        for (sums, values) in self.whole.iter_mut().zip(figures(table)) {
            sums.resize(of, 0);
            match values {
                Ints::Same(0) => {}
                Ints::Same(value) => groups.iter().for_each(|group| sums[*group as usize] += value),
                Ints::Small(values) => {
                    taken.each(values, |at, value| sums[groups[at] as usize] += i64::from(value));
                }
                Ints::Each(values) => taken.each(values, |at, value| sums[groups[at] as usize] += value),
            }
        }
        self.amount.resize(of, 0);
        if let Some(amounts) = &table.amount {
            taken.each(amounts, |at, amount| self.amount[groups[at] as usize] += amount);
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
