//! Grouped sums: from a rollup where one holds the answer, from rows where not.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use chrono_tz::Tz;
use outlay_model::cube::{Cube, Grain, Group, Slice, Sums};
use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;
use outlay_model::time::DAY;
use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;

use super::dictionary::Dictionary;
use super::grouped::{Source, Times, answer};
use super::kept::{self, Table};
use super::scan::{
    Columns, day_and_hour, each, each_matching, holds, in_period, local, matching, offsets, under_one_another, within,
};
use super::{View, few, overlap};
use crate::catalogue::files::FileRow;
use crate::datasets::rollup::{AMOUNT_HALF, Cut, ROLLUPS, Rollup, SUMS, TOKENS, grain};
use crate::datasets::schema::Dataset;
use crate::error::Result;
use crate::layout::Layout;
use crate::ledger::blocking;

impl View {
    /// Answers a slice.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn slice(&self, slice: &Slice) -> Result<Cube> {
        self.slice_from(slice, true, false).await
    }

    /// Answers a slice from all records, also those of sources that are left out of totals because another one tells
    /// the same: enough to know what the sources tell, and never to be shown as a sum.
    ///
    /// # Errors
    /// As [`View::slice`].
    pub async fn slice_of_all(&self, slice: &Slice) -> Result<Cube> {
        self.slice_from(slice, true, true).await
    }

    /// Answers a slice from rows, whatever rollups could say: for checking that they say the same.
    ///
    /// # Errors
    /// As [`View::slice`].
    pub async fn slice_of_rows(&self, slice: &Slice) -> Result<Cube> {
        self.slice_from(slice, false, false).await
    }

    async fn slice_from(&self, slice: &Slice, rollups: bool, all: bool) -> Result<Cube> {
        let dataset = match slice.kind {
            Kind::Call => Dataset::Calls,
            Kind::Usage => Dataset::Usage,
            Kind::Charge => Dataset::Charges,
            Kind::Score => Dataset::Scores,
        };
        let near = |files| within(files, slice.period.start() - DAY, slice.period.end() + DAY);
        let asked = (self.snapshot.id, all, slice);
        let answered = || self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if rollups {
            if let Some(cube) = answered().get(asked) {
                return Ok(cube);
            }
            if let Some(cube) = self.kept_slice(slice, dataset, all, near).await? {
                answered().keep(asked, &cube);
                return Ok(cube);
            }
        }
        let files = near(self.files(dataset.name()).await?);
        let from_rows = slice.kind == Kind::Call;
        let counting = match slice.kind {
            _ if all => None,
            Kind::Call => self.counting_calls(&slice.period).await?,
            kind => overlap::counting(dataset, &self.left_out(kind).await?),
        };
        let (layout, wanted, divided) = (self.layout.clone(), slice.clone(), self.rates.divided());
        let _alone = self.scan.lock().await;
        if rollups && let Some(cube) = answered().get(asked) {
            return Ok(cube);
        }
        let few = self.few.clone();
        let frame = blocking(move || {
            let ask = |lazy| {
                let lazy = counting.iter().cloned().fold(lazy, LazyFrame::filter);
                query(lazy, dataset, &wanted, &divided)
            };
            if dataset == Dataset::Calls
                && let Some(narrow) = few::narrow(&wanted)
                && let Some(rows) = few::rows(&few, &layout, &files, narrow)?
            {
                return under_one_another(rows.iter().map(|frame| Ok(ask(frame.clone().lazy()).collect()?)));
            }
            match matching(&wanted.conditions, dataset) {
                Some(matching) => each_matching(&layout, &files, &matching, ask),
                None => each(&layout, &files, ask),
            }
        })
        .await?;
        let cube = match frame {
            Some(frame) => self.cube(slice, &frame, from_rows)?,
            None => Cube { by: slice.by.clone(), values: vec![Vec::new(); slice.by.len()], ..Cube::default() },
        };
        if rollups {
            answered().keep(asked, &cube);
        }
        Ok(cube)
    }

    /// Answers from tables in memory, where there are such: rollups that hold the answer, usage, billed lines.
    async fn kept_slice(
        &self,
        slice: &Slice,
        dataset: Dataset,
        all: bool,
        near: impl Fn(Vec<FileRow>) -> Vec<FileRow>,
    ) -> Result<Option<Cube>> {
        let (cache, layout, wanted) = (self.kept.clone(), self.layout.clone(), slice.clone());
        let (rates, snapshot) = (self.rates.clone(), self.snapshot.id);
        match dataset {
            Dataset::Calls => {
                // Rollups sum all rows.
                if !all && self.counting_calls(&slice.period).await?.is_some() {
                    return Ok(None);
                }
                let calls = near(self.files(dataset.name()).await?).len();
                for rollup in ROLLUPS.iter().rev() {
                    let found = near(self.files(rollup.name).await?);
                    // Each calls file has one of each, but for files written before there was that rollup.
                    if found.len() == calls && answers(rollup, slice, &found, !self.rates.divided().is_empty()) {
                        let times = if rollup.cut == Cut::Day { Times::Days } else { Times::Instants };
                        let tables = Tables { cache, layout, version: 0, of: Of::Rollup(rollup) };
                        return Ok(Some(blocking(move || answer(&found, &tables, times, &wanted, &rates)).await?));
                    }
                }
                Ok(None)
            }
            Dataset::Usage | Dataset::Charges => {
                let files = near(self.files(dataset.name()).await?);
                let counting = match all {
                    true => None,
                    false => overlap::counting(dataset, &self.left_out(slice.kind).await?),
                };
                let version = if counting.is_some() { snapshot } else { 0 };
                let tables = Tables { cache, layout, version, of: Of::Buckets(dataset, counting) };
                Ok(Some(blocking(move || answer(&files, &tables, Times::Buckets, &wanted, &rates)).await?))
            }
            Dataset::Steps | Dataset::Scores => Ok(None),
        }
    }

    fn cube(&self, slice: &Slice, frame: &DataFrame, from_rows: bool) -> Result<Cube> {
        let columns = Columns(frame);
        let mut cube = Cube { by: slice.by.clone(), from_rows, ..Cube::default() };
        let mut keys: Vec<Vec<u32>> = Vec::new();
        for at in 0..slice.by.len() {
            let (codes, values) = codes(frame.column(&format!("k{at}"))?)?;
            keys.push(codes);
            cube.values.push(values);
        }
        let (currency, currencies) = codes(frame.column("currency")?)?;
        cube.currencies = currencies;
        let (day, hour) = (columns.ints("day")?, columns.ints("hour")?);
        let (rate_set, at, size) = (columns.ints("rate_set")?, columns.ints("at")?, columns.ints("size")?);
        let ints = |name: &str| columns.ints(name);
        let (records, errors, retries) = (ints("records")?, ints("errors")?, ints("retries")?);
        let unknown = ints("unknown_usage")?;
        let amount = amounts(frame, slice.kind)?;
        let (with_amount, searches) = (ints("with_amount")?, ints("web_searches")?);
        let (requests, untold) = (ints("requests")?, ints("requests_untold")?);
        let tokens = SUMS[TOKENS..].iter().map(|name| ints(name)).collect::<Result<Vec<_>>>()?;
        // Rate sets that time or size divides come in pieces: put them together again by their resolved price.
        let mut groups: BTreeMap<(i32, u8, Vec<u32>, u32, u32), Sums> = BTreeMap::new();
        for row in 0..frame.height() {
            let set = self.rates.resolve(rate_set[row] as u32, at[row], size[row]);
            let mut buckets = [0; BUCKETS.len()];
            for (to, from) in buckets.iter_mut().zip(&tokens) {
                *to = from[row];
            }
            let sums = Sums {
                records: records[row],
                requests: (untold[row] == 0).then_some(requests[row]),
                errors: errors[row],
                retries: retries[row],
                unknown_usage: unknown[row],
                tokens: Tokens { reasoning: tokens[BUCKETS.len()][row], ..Tokens::from_buckets(buckets) },
                amount: amount[row],
                with_amount: with_amount[row],
                web_searches: searches[row],
            };
            let key = (day[row] as i32, hour[row] as u8, keys.iter().map(|k| k[row]).collect(), set, currency[row]);
            groups.entry(key).or_default().add(&sums);
        }
        cube.groups = groups
            .into_iter()
            .map(|((day, hour, keys, rate_set, currency), sums)| Group { day, hour, keys, rate_set, currency, sums })
            .collect();
        Ok(cube)
    }
}

/// Tables of a rollup, or of usage or billed lines.
struct Tables {
    cache: kept::Cache,
    layout: Layout,
    /// The data version, where it says which rows count.
    version: i64,
    of: Of,
}

enum Of {
    Rollup(&'static Rollup),
    /// And which rows count, where not all do.
    Buckets(Dataset, Option<Expr>),
}

impl Tables {
    fn key(&self, file: &FileRow) -> (String, i64) {
        (file.path.clone(), self.version)
    }
}

impl Source<FileRow> for Tables {
    fn known(&self, file: &FileRow) -> Option<Arc<Table>> {
        kept::known(&self.cache, &self.key(file))
    }

    fn read(&self, file: &FileRow) -> Result<Arc<Table>> {
        kept::get(&self.cache, self.key(file), || match &self.of {
            Of::Rollup(rollup) => Table::rollup(&self.layout, file, rollup),
            Of::Buckets(dataset, counting) => Table::buckets(&self.layout, file, *dataset, counting.as_ref()),
        })
    }
}

/// Whether a rollup's files hold the answer to a slice. They are the very files that it would be read from.
fn answers(rollup: &Rollup, slice: &Slice, files: &[FileRow], divided: bool) -> bool {
    // A price that begins within a rate set's validity divides it by time: days are too coarse for that.
    if divided && rollup.cut == Cut::Day {
        return false;
    }
    let needed = || slice.by.iter().copied().chain(slice.conditions.iter().map(|c| c.dimension)).map(Dimension::name);
    if !needed().all(|name| rollup.dims.contains(&name)) {
        return false;
    }
    let (start, end) = (slice.period.start(), slice.period.end());
    files.iter().all(|file| {
        let mut words = file.zone.split('|');
        let zone: Tz = words.next().and_then(|z| z.parse().ok()).unwrap_or(Tz::UTC);
        if words.any(|overflow| needed().any(|name| name == overflow)) {
            return false;
        }
        match rollup.cut {
            Cut::Day => slice.grain != Grain::Hour && zone == slice.period.zone,
            Cut::Grain => {
                let grain = grain(zone);
                offsets(slice.period.zone, start, end).iter().all(|(_, offset)| offset.rem_euclid(grain) == 0)
            }
        }
    })
}

fn amounts(frame: &DataFrame, kind: Kind) -> Result<Vec<i128>> {
    if kind == Kind::Charge {
        let billed = frame.column("billed")?.as_materialized_series().decimal()?.physical().clone();
        return Ok(billed.iter().map(Option::unwrap_or_default).collect());
    }
    let columns = Columns(frame);
    let (high, low) = (columns.ints("amount_high")?, columns.ints("amount_low")?);
    Ok(high.into_iter().zip(low).map(|(h, l)| i128::from(h) * i128::from(AMOUNT_HALF) + i128::from(l)).collect())
}

/// Codes of a column and its words, sorted.
fn codes(column: &Column) -> Result<(Vec<u32>, Vec<String>)> {
    let mut dictionary = Dictionary::default();
    let mut codes = dictionary.column(column)?;
    let place = dictionary.sort();
    codes.iter_mut().for_each(|code| *code = place[*code as usize]);
    Ok((codes, dictionary.words))
}

/// The groups of one file. A group may be in several files: [`View::cube`] adds them up.
fn query(lazy: LazyFrame, dataset: Dataset, slice: &Slice, divided: &[u32]) -> LazyFrame {
    let period = &slice.period;
    let time = col("time").cast(DataType::Int64);
    // A provider's daily bucket is a UTC day: it keeps its date in every zone, instead of being shifted to the day before.
    let buckets = matches!(dataset, Dataset::Usage | Dataset::Charges);
    let local_time = local(&time, &offsets(period.zone, period.start() - DAY, period.end() + DAY));
    let local_time = if buckets {
        let whole_days = (time.clone() % lit(DAY)).eq(lit(0_i64)).and((col("end") - time.clone()).gt_eq(lit(DAY)));
        when(whole_days).then(time.clone()).otherwise(local_time)
    } else {
        local_time
    };
    let mut lazy = if buckets {
        let first = i64::from(outlay_model::time::date_day(period.from)) * DAY;
        let end = i64::from(outlay_model::time::date_day(period.to) + 1) * DAY;
        lazy.filter(local_time.clone().gt_eq(lit(first)).and(local_time.clone().lt(lit(end))))
    } else {
        lazy.filter(in_period(&time, period))
    };
    let known: Vec<&str> = dataset.columns().iter().map(|(name, _)| *name).collect();
    for condition in &slice.conditions {
        let expr = if known.contains(&condition.dimension.name()) {
            holds(condition)
        } else {
            // What the source cannot tell is "not told": only a condition that takes that holds.
            lit(condition.values.iter().any(String::is_empty) != condition.negate)
        };
        lazy = lazy.filter(expr);
    }
    let (day, hour) = day_and_hour(local_time);
    let zero = || lit(0_i64);
    let day = if slice.grain == Grain::Whole { zero() } else { day };
    let hour = if slice.grain == Grain::Hour { hour } else { zero() };
    let priced = matches!(slice.kind, Kind::Call | Kind::Usage);
    let rate_set = if priced { col("rate_set") } else { zero() };
    // Divided rate sets need time and size to find their price.
    let is_divided =
        divided.iter().map(|id| rate_set.clone().eq(lit(i64::from(*id)))).reduce(Expr::or).filter(|_| priced);
    let (at, size) = match is_divided {
        Some(is) => {
            // A bucket sums many calls: its size is the band that its source names.
            let size = if dataset == Dataset::Usage { bin_size(col("size_bin")) } else { total_input() };
            (when(is.clone()).then(time.clone()).otherwise(zero()), when(is).then(size).otherwise(zero()))
        }
        None => (zero(), zero()),
    };
    let currency = match dataset {
        Dataset::Calls | Dataset::Steps => col("recorded_currency"),
        Dataset::Charges => col("currency"),
        _ => lit(""),
    };
    let mut keys = vec![
        day.alias("day"),
        hour.alias("hour"),
        rate_set.alias("rate_set"),
        at.alias("at"),
        size.alias("size"),
        currency.alias("currency"),
    ];
    for (place, dimension) in slice.by.iter().enumerate() {
        let column = if known.contains(&dimension.name()) { col(dimension.name()) } else { lit("") };
        keys.push(column.alias(format!("k{place}")));
    }
    if slice.only_waste {
        lazy = lazy.filter(col("attempt").gt(lit(1_i64)).or(col("status").eq(lit("error"))));
    }
    lazy.group_by(keys).agg(sums(dataset))
}

fn total_input() -> Expr {
    BUCKETS
        .iter()
        .filter(|b| !b.contains("output"))
        .map(|b| col(*b).fill_null(lit(0_i64)))
        .reduce(|a, b| a + b)
        .unwrap_or_else(|| lit(0_i64))
}

/// The aggregations, under the same names for every source.
fn sums(dataset: Dataset) -> Vec<Expr> {
    let whole = |name: &str, expr: Expr| expr.cast(DataType::Int64).alias(name.to_owned());
    let zero = |name: &str| lit(0_i64).sum().alias(name.to_owned());
    let halves = |pico: Expr| {
        [
            whole("amount_high", (pico.clone() / lit(AMOUNT_HALF)).sum()),
            whole("amount_low", (pico % lit(AMOUNT_HALF)).sum()),
        ]
    };
    let mut out: Vec<Expr> = Vec::new();
    out.push(whole("records", len()));
    match dataset {
        Dataset::Calls | Dataset::Steps => {
            out.push(whole("errors", col("status").eq(lit("error")).sum()));
            out.push(whole("retries", col("attempt").gt(lit(1_i64)).sum()));
            out.push(whole("unknown_usage", col("uncached_input").is_null().sum()));
            out.push(whole("with_amount", col("recorded_cost").is_not_null().sum()));
            out.extend(halves(col("recorded_cost")));
            out.extend([whole("requests", len()), zero("requests_untold"), zero("web_searches")]);
        }
        Dataset::Usage => {
            out.extend(["errors", "retries", "unknown_usage", "with_amount"].map(zero));
            out.extend(["amount_high", "amount_low"].map(zero));
            // An idle bucket has no requests, and says so.
            let told = col("requests").is_not_null().or(col("idle").gt(lit(0_i64)));
            out.push(whole("requests", col("requests").sum()));
            out.push(whole("requests_untold", told.not().sum()));
            out.push(whole("web_searches", col("web_searches").sum()));
        }
        Dataset::Charges => {
            out.extend(["errors", "retries", "unknown_usage"].map(zero));
            out.push(whole("with_amount", col("billed").is_not_null().sum()));
            out.push(col("billed").sum().alias("billed"));
            out.extend(["requests", "web_searches"].map(zero));
            out.push(whole("requests_untold", len()));
        }
        Dataset::Scores => {
            out.extend(["errors", "retries", "unknown_usage", "with_amount"].map(zero));
            out.extend(["amount_high", "amount_low", "requests", "web_searches"].map(zero));
            out.push(whole("requests_untold", len()));
        }
    }
    if matches!(dataset, Dataset::Charges | Dataset::Scores) {
        out.extend(SUMS[TOKENS..].iter().map(|name| zero(name)));
    } else {
        out.extend(SUMS[TOKENS..].iter().map(|name| whole(name, col(*name).sum())));
    }
    out
}

/// The size that stands for a bin: just above the threshold that names it.
fn bin_size(bin: Expr) -> Expr {
    when(bin.clone().gt(lit(0_i64))).then(bin + lit(1_i64)).otherwise(lit(0_i64))
}
