//! Rollups, usage and billed lines as columns in memory.
//!
//! They are small beside calls and their files never change, so a process reads each once and answers every further
//! question from memory. Beyond [`KEPT_BYTES`], those that were asked for longest ago are let go.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outlay_model::time::DAY;
use outlay_model::tokens::BUCKETS;
use polars::prelude::*;

use super::dictionary::Dictionary;
use super::scan::Columns;
use crate::catalogue::files::FileRow;
use crate::datasets::files;
use crate::datasets::rollup::{AMOUNT_HALF, Cut, Rollup};
use crate::datasets::schema::{Dataset, Type};
use crate::error::{Error, Result};
use crate::layout::Layout;

/// Bytes that a process keeps: about two million rows.
const KEPT_BYTES: usize = 256 << 20;

/// Whole numbers of rows; most columns of most files hold one value, and most others small ones.
#[derive(Debug)]
pub enum Ints {
    Same(i64),
    Small(Vec<u32>),
    Each(Vec<i64>),
}

impl Ints {
    pub fn at(&self, row: usize) -> i64 {
        match self {
            Ints::Same(value) => *value,
            Ints::Small(values) => i64::from(values[row]),
            Ints::Each(values) => values[row],
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Ints::Same(_) => 0,
            Ints::Small(values) => size_of_val(values.as_slice()),
            Ints::Each(values) => size_of_val(values.as_slice()),
        }
    }
}

impl From<Vec<i64>> for Ints {
    fn from(values: Vec<i64>) -> Ints {
        let first = values.first().copied().unwrap_or_default();
        if values.iter().all(|value| *value == first) {
            return Ints::Same(first);
        }
        let small: Option<Vec<u32>> = values.iter().map(|value| u32::try_from(*value).ok()).collect();
        small.map_or(Ints::Each(values), Ints::Small)
    }
}

/// Codes of rows, as narrow as the words allow.
#[derive(Debug)]
pub enum Codes {
    Bytes(Vec<u8>),
    Small(Vec<u16>),
    Each(Vec<u32>),
}

impl Codes {
    fn of(codes: Vec<u32>, words: usize) -> Codes {
        // No code is as large as there are words.
        if words <= 1 << u8::BITS {
            Codes::Bytes(codes.into_iter().map(|code| code as u8).collect())
        } else if words <= 1 << u16::BITS {
            Codes::Small(codes.into_iter().map(|code| code as u16).collect())
        } else {
            Codes::Each(codes)
        }
    }

    fn at(&self, row: usize) -> usize {
        match self {
            Codes::Bytes(codes) => usize::from(codes[row]),
            Codes::Small(codes) => usize::from(codes[row]),
            Codes::Each(codes) => codes[row] as usize,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Codes::Bytes(codes) => size_of_val(codes.as_slice()),
            Codes::Small(codes) => size_of_val(codes.as_slice()),
            Codes::Each(codes) => size_of_val(codes.as_slice()),
        }
    }
}

/// A dimension: codes of its words; the empty word is "not told".
#[derive(Debug)]
pub struct Dim {
    /// Nothing where all rows have the first word.
    codes: Option<Codes>,
    pub words: Vec<String>,
}

impl Dim {
    /// What a table does not know is not told.
    pub fn untold() -> Dim {
        Dim { codes: None, words: vec![String::new()] }
    }

    fn of(column: &Column) -> Result<Dim> {
        let mut dictionary = Dictionary::default();
        let codes = dictionary.column(column)?;
        if dictionary.words.is_empty() {
            return Ok(Dim::untold());
        }
        let words = dictionary.words;
        Ok(Dim { codes: (words.len() > 1).then(|| Codes::of(codes, words.len())), words })
    }

    /// The code of each row; nothing where all rows have the first word.
    pub fn codes(&self) -> Option<&Codes> {
        self.codes.as_ref()
    }

    pub fn at(&self, row: usize) -> usize {
        self.codes.as_ref().map_or(0, |codes| codes.at(row))
    }

    fn bytes(&self) -> usize {
        let words = self.words.iter().map(|word| size_of::<String>() + word.len()).sum::<usize>();
        words + self.codes.as_ref().map_or(0, Codes::bytes)
    }
}

/// What the rows of one file sum up to, each as columns.
#[derive(Debug)]
pub struct Table {
    pub rows: usize,
    /// Instants, or local day numbers in a rollup by day.
    pub time: Vec<i64>,
    /// From the first time to the last.
    pub span: RangeInclusive<i64>,
    /// Rows that are a provider's whole UTC days; nothing where there are none.
    pub whole_days: Option<Vec<bool>>,
    dims: HashMap<&'static str, Dim>,
    pub currency: Dim,
    pub rate_set: Ints,
    pub size_bin: Ints,
    pub records: Ints,
    pub requests: Ints,
    pub requests_untold: Ints,
    pub errors: Ints,
    pub retries: Ints,
    pub unknown_usage: Ints,
    /// Whether a row of a rollup sums retries and failed calls.
    pub waste: Ints,
    /// Pico-units; nothing where no row has an amount.
    pub amount: Option<Vec<i128>>,
    pub with_amount: Ints,
    pub web_searches: Ints,
    pub tokens: [Ints; BUCKETS.len()],
    pub reasoning: Ints,
}

impl Table {
    /// A dimension by its name, if the table knows it.
    pub fn dim(&self, name: &str) -> Option<&Dim> {
        self.dims.get(name)
    }

    fn bytes(&self) -> usize {
        let ints = [
            &self.rate_set,
            &self.size_bin,
            &self.records,
            &self.requests,
            &self.requests_untold,
            &self.errors,
            &self.retries,
            &self.unknown_usage,
            &self.waste,
            &self.with_amount,
            &self.web_searches,
            &self.reasoning,
        ];
        let ints = ints.into_iter().chain(&self.tokens).map(Ints::bytes).sum::<usize>();
        let dims = self.dims.values().chain([&self.currency]).map(Dim::bytes).sum::<usize>();
        let amount = self.amount.as_ref().map_or(0, |amount| size_of_val(amount.as_slice()));
        let whole_days = self.whole_days.as_ref().map_or(0, Vec::len);
        size_of::<Table>() + size_of_val(self.time.as_slice()) + ints + dims + amount + whole_days
    }

    /// Rows of which nothing but the time is known, and everything else is 0.
    fn bare(time: Vec<i64>) -> Table {
        let zero = || Ints::Same(0);
        Table {
            rows: time.len(),
            span: span(&time),
            time,
            whole_days: None,
            dims: HashMap::new(),
            currency: Dim::untold(),
            rate_set: zero(),
            size_bin: zero(),
            records: zero(),
            requests: zero(),
            requests_untold: zero(),
            errors: zero(),
            retries: zero(),
            unknown_usage: zero(),
            waste: zero(),
            amount: None,
            with_amount: zero(),
            web_searches: zero(),
            tokens: BUCKETS.map(|_| zero()),
            reasoning: zero(),
        }
    }

    /// From a rollup's file.
    pub fn rollup(layout: &Layout, file: &FileRow, rollup: &Rollup) -> Result<Table> {
        let frame = files::read(&layout.file(&file.path), None)?;
        let read = Columns(&frame);
        let ints = |name: &str| read.ints(name).map(Ints::from);
        let (high, low) = (read.ints("amount_high")?, read.ints("amount_low")?);
        let whole = high.iter().zip(&low).map(|(h, l)| i128::from(*h) * i128::from(AMOUNT_HALF) + i128::from(*l));
        let amount = (high.iter().chain(&low).any(|half| *half != 0)).then(|| whole.collect());
        let time = read.ints(if rollup.cut == Cut::Day { "day" } else { "time" })?;
        Ok(Table {
            rows: frame.height(),
            span: span(&time),
            time,
            whole_days: None,
            dims: dims(&frame, rollup.dims.iter().copied())?,
            currency: Dim::of(frame.column("recorded_currency")?)?,
            rate_set: ints("rate_set")?,
            size_bin: ints("size_bin")?,
            records: ints("records")?,
            requests: ints("records")?,
            requests_untold: Ints::Same(0),
            errors: ints("errors")?,
            retries: ints("retries")?,
            unknown_usage: ints("unknown_usage")?,
            waste: ints("waste")?,
            amount,
            with_amount: ints("with_amount")?,
            web_searches: Ints::Same(0),
            tokens: tokens(&read)?,
            reasoning: ints("reasoning")?,
        })
    }

    /// From a file of usage or billed lines; rows for which `counting` does not hold are left out.
    pub fn buckets(layout: &Layout, file: &FileRow, dataset: Dataset, counting: Option<&Expr>) -> Result<Table> {
        let path = layout.file(&file.path);
        let frame = match counting {
            Some(counting) => files::lazy(&path)?
                .filter(counting.clone())
                .collect()
                .map_err(|e| Error::Damaged { path, reason: e.to_string() })?,
            None => files::read(&path, None)?,
        };
        let read = Columns(&frame);
        let (time, end) = (read.ints("time")?, read.ints("end")?);
        let whole_days: Vec<bool> = time.iter().zip(&end).map(|(t, end)| t % DAY == 0 && end - t >= DAY).collect();
        let mut table = Table {
            whole_days: whole_days.contains(&true).then_some(whole_days),
            dims: dims(
                &frame,
                dataset.columns().into_iter().filter(|(_, kind)| *kind == Type::Dim).map(|(name, _)| name),
            )?,
            records: Ints::Same(1),
            requests_untold: Ints::Same(1),
            ..Table::bare(time)
        };
        if dataset == Dataset::Charges {
            let billed = frame.column("billed")?.as_materialized_series().decimal()?.physical().clone();
            table.currency = Dim::of(frame.column("currency")?)?;
            table.with_amount = billed.iter().map(|b| i64::from(b.is_some())).collect::<Vec<_>>().into();
            table.amount = Some(billed.iter().map(Option::unwrap_or_default).collect());
        } else {
            let idle = read.ints("idle")?;
            let told = read.options("requests")?.into_iter().zip(idle).map(|(told, idle)| told.is_some() || idle > 0);
            table.requests_untold = told.map(|told| i64::from(!told)).collect::<Vec<_>>().into();
            table.requests = read.ints("requests")?.into();
            table.web_searches = read.ints("web_searches")?.into();
            table.rate_set = read.ints("rate_set")?.into();
            table.size_bin = read.ints("size_bin")?.into();
            table.tokens = tokens(&read)?;
            table.reasoning = read.ints("reasoning")?.into();
        }
        Ok(table)
    }
}

fn span(time: &[i64]) -> RangeInclusive<i64> {
    let ends = time.iter().fold((i64::MAX, i64::MIN), |(first, last), at| (first.min(*at), last.max(*at)));
    ends.0..=ends.1
}

fn dims(frame: &DataFrame, names: impl Iterator<Item = &'static str>) -> Result<HashMap<&'static str, Dim>> {
    names.map(|name| Ok((name, Dim::of(frame.column(name)?)?))).collect()
}

fn tokens(read: &Columns) -> Result<[Ints; BUCKETS.len()]> {
    let mut out = BUCKETS.map(|_| Ints::Same(0));
    for (to, name) in out.iter_mut().zip(BUCKETS) {
        *to = read.ints(name)?.into();
    }
    Ok(out)
}

/// Tables that the process keeps.
#[derive(Debug, Default)]
pub struct Kept {
    /// By the file's path and, where not all of its rows count, the data version that says which do.
    tables: HashMap<(String, i64), Entry>,
    bytes: usize,
    /// Counts the times that a table was asked for.
    clock: u64,
}

/// Whoever reads a file holds its slot: a second question waits for the first instead of reading it as well.
type Slot = Arc<Mutex<Option<Arc<Table>>>>;

#[derive(Debug, Default)]
struct Entry {
    slot: Slot,
    /// Bytes of the table; 0 until it is read.
    bytes: usize,
    /// When it was last asked for.
    asked: u64,
}

/// Shared between all views of a ledger.
pub type Cache = Arc<Mutex<Kept>>;

/// A table is whole or not there: a panic elsewhere takes nothing from it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The table, if it was read before.
pub fn known(cache: &Cache, key: &(String, i64)) -> Option<Arc<Table>> {
    let mut kept = lock(cache);
    kept.clock += 1;
    let asked = kept.clock;
    let entry = kept.tables.get_mut(key)?;
    entry.asked = asked;
    // Whoever reads it at the moment holds it.
    let held = entry.slot.try_lock().ok()?;
    held.clone()
}

/// The table, from memory where it was read before.
///
/// # Errors
/// What `load` says.
pub fn get(cache: &Cache, key: (String, i64), load: impl FnOnce() -> Result<Table>) -> Result<Arc<Table>> {
    let slot = {
        let mut kept = lock(cache);
        kept.clock += 1;
        let asked = kept.clock;
        let entry = kept.tables.entry(key.clone()).or_default();
        entry.asked = asked;
        entry.slot.clone()
    };
    let mut held = lock(&slot);
    if let Some(table) = &*held {
        return Ok(table.clone());
    }
    let table = Arc::new(load()?);
    let bytes = table.bytes();
    let mut kept = lock(cache);
    while kept.bytes + bytes > KEPT_BYTES {
        let read = kept.tables.iter().filter(|(_, entry)| entry.bytes > 0);
        let Some(oldest) = read.min_by_key(|(_, entry)| entry.asked).map(|(key, _)| key.clone()) else { break };
        kept.bytes -= kept.tables.remove(&oldest).map_or(0, |entry| entry.bytes);
    }
    if bytes <= KEPT_BYTES {
        kept.bytes += bytes;
        let asked = kept.clock;
        // It may have been let go while this was read.
        let entry = kept.tables.entry(key).or_insert_with(|| Entry { asked, ..Entry::default() });
        entry.slot = slot.clone();
        entry.bytes = bytes;
        *held = Some(table.clone());
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn table(rows: usize) -> Table {
        Table::bare(vec![0; rows])
    }

    #[test]
    fn questions_at_once_read_a_file_once() {
        let (cache, reads) = (Cache::default(), AtomicUsize::new(0));
        let ask = || {
            get(&cache, ("a".to_owned(), 0), || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                reads.fetch_add(1, Ordering::SeqCst);
                Ok(table(3))
            })
        };
        std::thread::scope(|scope| {
            for asked in [scope.spawn(ask), scope.spawn(ask), scope.spawn(ask)] {
                assert_eq!(asked.join().unwrap().unwrap().rows, 3);
            }
        });
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        assert_eq!(lock(&cache).bytes, table(3).bytes());
    }

    #[test]
    fn what_could_not_be_read_is_read_again() {
        let cache = Cache::default();
        let key = || ("a".to_owned(), 0);
        let fails = get(&cache, key(), || Err(Error::Damaged { path: "a".into(), reason: "short".to_owned() }));
        assert!(fails.is_err());
        assert_eq!(get(&cache, key(), || Ok(table(2))).unwrap().rows, 2);
    }

    #[test]
    fn what_was_asked_for_longest_ago_makes_room() {
        let cache = Cache::default();
        let read = |file: &str, rows| get(&cache, (file.to_owned(), 0), || Ok(table(rows))).unwrap().rows;
        let third = (KEPT_BYTES / 3 - table(0).bytes()) / size_of::<i64>();
        for file in ["a", "b", "c", "a", "d"] {
            read(file, third);
        }
        let names = |rows: usize| {
            let kept = lock(&cache);
            assert_eq!(kept.bytes, rows * size_of::<i64>() + kept.tables.len() * table(0).bytes());
            let mut names: Vec<String> = kept.tables.keys().map(|(name, _)| name.clone()).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(names(3 * third), "a c d");
        let most = 3 * third;
        assert_eq!(read("large", most), most);
        assert_eq!(names(most), "large");
    }
}
