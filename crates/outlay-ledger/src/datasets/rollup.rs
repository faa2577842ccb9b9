//! Rollups, defined as data: which dimensions, at which grain. One belongs to each calls file and is made of its rows
//! alone, so that sums over files are sums over rows, and a removed file takes its rollups with it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;
use foldhash::fast::FixedState;
use outlay_model::time::{HOUR, date_day, local_date};
use polars::prelude::*;

use super::spill::times;
use super::words::Words;
use crate::error::Result;

/// How a rollup cuts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// By the grain of the ledger's zone: an hour, or 15 minutes where the zone's offset is not whole hours.
    Grain,
    /// By day of the ledger's zone.
    Day,
}

/// A rollup of calls.
#[derive(Clone, Copy, Debug)]
pub struct Rollup {
    /// Dataset name.
    pub name: &'static str,
    /// Time cut.
    pub cut: Cut,
    /// Dimensions.
    pub dims: &'static [&'static str],
    /// Whether size bins are kept apart.
    pub sizes: bool,
}

const DIMS_A: &[&str] = &[
    "provider",
    "channel",
    "account",
    "model",
    "tier",
    "environment",
    "operation",
    "feature",
    "prompt_name",
    "prompt_version",
    "team",
    "project",
    "status",
    "recorded_currency",
];

/// What most questions are cut by, at the grain of the ledger's zone.
const BY_GRAIN: Rollup = Rollup { name: "rollup-a", cut: Cut::Grain, dims: DIMS_A, sizes: true };
/// The same by day: an eighth of the rows, and enough for every question that does not ask for hours.
const BY_DAY: Rollup = Rollup { name: "rollup-a-day", cut: Cut::Day, dims: DIMS_A, sizes: true };
/// Who: keys, workspaces and customers.
const BY_WHO: Rollup = Rollup {
    name: "rollup-b",
    cut: Cut::Day,
    dims: &["provider", "account", "model", "api_key", "workspace", "customer", "recorded_currency"],
    sizes: false,
};

/// When: hours of the whole, however many features and teams there are.
const BY_HOUR: Rollup =
    Rollup { name: "rollup-a-hour", cut: Cut::Grain, dims: &["provider", "account", "recorded_currency"], sizes: true };

/// The rollups of sums, the cheapest last.
pub const ROLLUPS: &[Rollup] = &[BY_GRAIN, BY_WHO, BY_HOUR, BY_DAY];

/// More values than this of a dimension a day are summed under [`OTHER`].
pub const MOST_VALUES: usize = 4096;
/// What they are summed under.
pub const OTHER: &str = "(other)";

/// Pico-units are summed in two parts, this many to the higher one, so that no 64-bit sum can overflow.
pub const AMOUNT_HALF: i64 = 1_000_000;
/// Where the waste mark stands among [`SUMS`].
pub const WASTE: usize = 7;
/// Where tokens begin among [`SUMS`].
pub const TOKENS: usize = 8;

/// Columns of sums, in order.
pub const SUMS: [&str; 21] = [
    "records",
    "errors",
    "retries",
    "unknown_usage",
    "amount_high",
    "amount_low",
    "with_amount",
    "waste",
    "uncached_input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "cache_write_30m",
    "cache_write_12h",
    "cache_write_unknown",
    "output",
    "audio_input",
    "audio_output",
    "image_input",
    "image_output",
    "reasoning",
];

/// The grain in microseconds for a zone.
#[must_use]
pub fn grain(zone: Tz) -> i64 {
    use chrono::{Offset, TimeZone};
    let whole_hours = [1_767_225_600, 1_782_864_000].iter().all(|at| {
        let at = chrono::DateTime::from_timestamp(*at, 0).unwrap_or_default();
        zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() % 3600 == 0
    });
    if whole_hours { HOUR } else { HOUR / 4 }
}

/// A rollup's rows and the dimensions that overflow in it.
#[derive(Debug)]
pub struct Rolled {
    /// Which.
    pub rollup: &'static Rollup,
    /// Rows, words as codes.
    pub frame: DataFrame,
    /// Dimensions of which some values are under [`OTHER`].
    pub overflow: Vec<&'static str>,
}

/// Room for sums, kept from one file to the next: given back to the system, its pages would have to be cleared again.
#[derive(Default)]
pub struct Room {
    by_grain: Groups,
    /// Of one rollup after the other.
    other: Groups,
}

/// All rollups of sums of calls given as codes, sorted by time.
pub fn roll_up(calls: &DataFrame, words: &mut Words, zone: Tz, room: &mut Room) -> Result<Vec<Rolled>> {
    let Room { by_grain, other } = room;
    let overflow = groups(&BY_GRAIN, calls, words, zone, by_grain)?;
    let by_grain_frame = by_grain.frame(&BY_GRAIN)?;
    by_grain.by_day(zone, other);
    let by_day = other.frame(&BY_DAY)?;
    by_grain.narrowed(&BY_GRAIN, &BY_HOUR, other);
    let by_hour = other.frame(&BY_HOUR)?;
    let overflow_hour = overflow.iter().copied().filter(|name| BY_HOUR.dims.contains(name)).collect();
    let overflow_who = groups(&BY_WHO, calls, words, zone, other)?;
    let by_who = other.frame(&BY_WHO)?;
    // While the next file is put together, there is room for one of them.
    *other = Groups::default();
    Ok(vec![
        Rolled { rollup: &BY_GRAIN, frame: by_grain_frame, overflow: overflow.clone() },
        Rolled { rollup: &BY_HOUR, frame: by_hour, overflow: overflow_hour },
        Rolled { rollup: &BY_DAY, frame: by_day, overflow },
        Rolled { rollup: &BY_WHO, frame: by_who, overflow: overflow_who },
    ])
}

/// Codes of the dimensions, rate set, size bin, and whether the records are waste.
type Group = [u32; MOST_DIMS + 3];

/// Sums by bucket of time and group.
#[derive(Default)]
struct Groups {
    at: Vec<i64>,
    keys: Vec<Group>,
    sums: Vec<[i64; SUMS.len()]>,
    /// Places of the groups of the newest bucket: records come by time, so the table stays small.
    places: HashMap<Group, usize, FixedState>,
}

impl Groups {
    fn clear(&mut self) {
        self.at.clear();
        self.keys.clear();
        self.sums.clear();
        self.places.clear();
    }

    /// The sums of a group; buckets come in ascending order.
    fn sum(&mut self, at: i64, key: Group) -> &mut [i64; SUMS.len()] {
        if self.at.last().is_some_and(|last| *last != at) {
            self.places.clear();
        }
        let place = *self.places.entry(key).or_insert_with(|| {
            self.at.push(at);
            self.keys.push(key);
            self.sums.push([0; SUMS.len()]);
            self.keys.len() - 1
        });
        &mut self.sums[place]
    }

    /// Buckets of time added up to local days.
    fn by_day(&self, zone: Tz, out: &mut Groups) {
        let mut day_of = DayCache::new(zone);
        self.added_up(out, |at, key| (i64::from(day_of.day(at)), key));
    }

    /// Groups of all the dimensions of a rollup added up to those of another, which has some of them.
    fn narrowed(&self, all: &Rollup, some: &Rollup, out: &mut Groups) {
        let place = |name: &&str| all.dims.iter().position(|of_all| of_all == name);
        let places: Vec<usize> = some.dims.iter().filter_map(place).collect();
        self.added_up(out, |at, key| {
            let mut kept = [0; MOST_DIMS + 3];
            kept[MOST_DIMS..].copy_from_slice(&key[MOST_DIMS..]);
            kept.iter_mut().zip(&places).for_each(|(to, place)| *to = key[*place]);
            (at, kept)
        });
    }

    fn added_up(&self, out: &mut Groups, mut to: impl FnMut(i64, Group) -> (i64, Group)) {
        out.clear();
        for ((at, key), from) in self.at.iter().zip(&self.keys).zip(&self.sums) {
            let (at, key) = to(*at, *key);
            let sum = out.sum(at, key);
            sum.iter_mut().zip(from).for_each(|(sum, part)| *sum += part);
            // A mark, not a sum.
            sum[WASTE] = from[WASTE];
        }
    }

    fn frame(&self, rollup: &Rollup) -> Result<DataFrame> {
        let mut out = Vec::with_capacity(rollup.dims.len() + SUMS.len() + 3);
        out.push(match rollup.cut {
            Cut::Grain => Int64Chunked::from_vec("time".into(), self.at.clone())
                .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                .into_column(),
            Cut::Day => Int64Chunked::from_vec("day".into(), self.at.clone()).into_column(),
        });
        for (place, name) in rollup.dims.iter().enumerate() {
            let column: Vec<u32> = self.keys.iter().map(|k| k[place]).collect();
            out.push(UInt32Chunked::from_vec((*name).into(), column).into_column());
        }
        for (name, place) in [("rate_set", MOST_DIMS), ("size_bin", MOST_DIMS + 1)] {
            let column: Vec<i64> = self.keys.iter().map(|k| i64::from(k[place])).collect();
            out.push(Int64Chunked::from_vec(name.into(), column).into_column());
        }
        for (place, name) in SUMS.iter().enumerate() {
            let column: Vec<i64> = self.sums.iter().map(|s| s[place]).collect();
            out.push(Int64Chunked::from_vec((*name).into(), column).into_column());
        }
        Ok(DataFrame::new(self.keys.len(), out)?)
    }
}

/// A column whose values are read row by row, or the one value that it has.
pub enum Read<'f, T: Clone> {
    /// The value of all rows.
    One(T),
    /// A value a row: the frame's own, where they lie in one piece and none is unknown.
    Rows(Cow<'f, [T]>),
}

impl<T: Copy> Read<'_, T> {
    /// The value of a row.
    pub fn at(&self, row: usize) -> T {
        match self {
            Read::One(value) => *value,
            Read::Rows(values) => values[row],
        }
    }
}

/// Whole numbers; null = 0.
pub fn read_ints<'f>(frame: &'f DataFrame, name: &str) -> Result<Read<'f, i64>> {
    let column = frame.column(name)?;
    if let Some(one) = column.as_scalar_column() {
        return Ok(Read::One(one.scalar().value().extract().unwrap_or_default()));
    }
    let column = column.i64()?;
    Ok(Read::Rows(match column.cont_slice() {
        Ok(values) => Cow::Borrowed(values),
        Err(_) => Cow::Owned(column.iter().map(Option::unwrap_or_default).collect()),
    }))
}

/// Codes of words.
pub fn read_codes<'f>(frame: &'f DataFrame, name: &str) -> Result<Read<'f, u32>> {
    let column = frame.column(name)?;
    if let Some(one) = column.as_scalar_column() {
        return Ok(Read::One(one.scalar().value().extract().unwrap_or_default()));
    }
    let column = column.u32()?;
    Ok(Read::Rows(match column.cont_slice() {
        Ok(codes) => Cow::Borrowed(codes),
        Err(_) => Cow::Owned(column.into_no_null_iter().collect()),
    }))
}

/// Most dimensions of a rollup.
const MOST_DIMS: usize = 14;

/// Sums up calls given as codes, and tells which dimensions overflow.
fn groups(
    rollup: &Rollup,
    calls: &DataFrame,
    words: &mut Words,
    zone: Tz,
    out: &mut Groups,
) -> Result<Vec<&'static str>> {
    out.clear();
    let rows = calls.height();
    let time = times(calls)?;
    let grain = grain(zone);
    let mut day_of = DayCache::new(zone);
    let mut codes: Vec<Read<'_, u32>> = Vec::with_capacity(rollup.dims.len());
    let mut overflow = Vec::new();
    for name in rollup.dims {
        let mut column = read_codes(calls, name)?;
        if let (Some(slot), Read::Rows(column)) = (words.slot(name), &mut column)
            && words.count(slot) > MOST_VALUES
        {
            let distinct: HashSet<u32, FixedState> = column.iter().copied().collect();
            if distinct.len() > MOST_VALUES {
                overflow_days(column.to_mut(), &time, || words.code(slot, OTHER)).then(|| overflow.push(*name));
            }
        }
        codes.push(column);
    }
    let (rate_set, size_bin) = (read_ints(calls, "rate_set")?, read_ints(calls, "size_bin")?);
    let (attempt, status) = (read_ints(calls, "attempt")?, read_codes(calls, "status")?);
    let error = words.slot("status").map_or(u32::MAX, |slot| words.code(slot, "error"));
    let known: Vec<bool> = calls.column("uncached_input")?.is_not_null().iter().map(|k| k.unwrap_or(false)).collect();
    let amount: Vec<Option<i64>> = calls.column("recorded_cost")?.i64()?.iter().collect();
    // Most buckets are empty in most logs.
    let mut tokens: Vec<(usize, Read<'_, i64>)> = Vec::new();
    for (at, name) in SUMS.iter().enumerate().skip(TOKENS) {
        let column = read_ints(calls, name)?;
        if !matches!(column, Read::One(0)) {
            tokens.push((at, column));
        }
    }

    for row in 0..rows {
        let bucket = match rollup.cut {
            Cut::Grain => time[row].div_euclid(grain) * grain,
            Cut::Day => i64::from(day_of.day(time[row])),
        };
        let retry = attempt.at(row) > 1;
        let failed = status.at(row) == error;
        let mut key = [0; MOST_DIMS + 3];
        for (to, column) in key.iter_mut().zip(&codes) {
            *to = column.at(row);
        }
        key[MOST_DIMS] = rate_set.at(row) as u32;
        // Thresholds of context windows stay far below 2³² tokens.
        key[MOST_DIMS + 1] = if rollup.sizes { size_bin.at(row) as u32 } else { 0 };
        key[MOST_DIMS + 2] = u32::from(retry || failed);
        let sum = out.sum(bucket, key);
        sum[0] += 1;
        sum[1] += i64::from(failed);
        sum[2] += i64::from(retry);
        sum[3] += i64::from(!known[row]);
        if let Some(pico) = amount[row] {
            sum[4] += pico / AMOUNT_HALF;
            sum[5] += pico % AMOUNT_HALF;
            sum[6] += 1;
        }
        sum[WASTE] = i64::from(retry || failed);
        for (to, from) in &tokens {
            sum[*to] += from.at(row);
        }
    }
    Ok(overflow)
}

/// Puts all but the most frequent values of a day under one code, on the days that have too many.
fn overflow_days(column: &mut [u32], time: &[i64], other: impl FnOnce() -> u32) -> bool {
    let mut by_day: HashMap<i32, HashMap<u32, usize>> = HashMap::new();
    for (code, at) in column.iter().zip(time) {
        *by_day.entry(outlay_model::time::utc_day(*at)).or_default().entry(*code).or_default() += 1;
    }
    let mut kept: HashMap<i32, HashSet<u32>> = HashMap::new();
    for (day, counts) in by_day {
        if counts.len() > MOST_VALUES {
            let mut order: Vec<(usize, u32)> = counts.into_iter().map(|(code, n)| (n, code)).collect();
            order.sort_unstable_by(|a, b| b.cmp(a));
            kept.insert(day, order.into_iter().take(MOST_VALUES).map(|(_, code)| code).collect());
        }
    }
    if kept.is_empty() {
        return false;
    }
    let other = other();
    for (code, at) in column.iter_mut().zip(time) {
        if let Some(keep) = kept.get(&outlay_model::time::utc_day(*at))
            && !keep.contains(code)
        {
            *code = other;
        }
    }
    true
}

/// Local days of sorted or nearly sorted instants, an hour at a time.
struct DayCache {
    zone: Tz,
    hour: i64,
    day: i32,
}

impl DayCache {
    fn new(zone: Tz) -> DayCache {
        DayCache { zone, hour: i64::MIN, day: 0 }
    }
    fn day(&mut self, at: i64) -> i32 {
        // Every zone's midnights lie on a quarter of an hour.
        let quarter = at.div_euclid(HOUR / 4);
        if quarter != self.hour {
            self.hour = quarter;
            self.day = date_day(local_date(at, self.zone));
        }
        self.day
    }
}
