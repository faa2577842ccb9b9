//! Calls themselves: sorted pages, one call, one trace.

use std::collections::HashMap;
use std::sync::Arc;

use outlay_model::money::Pico;
use outlay_model::time::{DAY, Micros, day_date, utc_day};
use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;

use super::scan::{Columns, holds, in_period, scan, within};
use super::{Selection, View};
use crate::catalogue::files::FileRow;
use crate::datasets::ids;
use crate::datasets::schema::{Dataset, Type};
use crate::error::{Error, Result};
use crate::ledger::blocking;

/// What calls are sorted by; ties by time and identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Dearest first; unpriced last.
    Cost,
    /// Latest first.
    Time,
    /// Most tokens first.
    Tokens,
    /// Slowest first.
    Latency,
}

/// All calls of a selection in order, by place.
#[derive(Debug, Default)]
pub struct CallsOrder {
    files: Vec<FileRow>,
    places: Vec<(u32, u32)>,
    /// Sum of all costs, low ends.
    pub cost: Pico,
}

impl CallsOrder {
    /// How many calls there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// A call or step as stored.
#[derive(Clone, Debug, Default)]
pub struct StoredCall {
    /// Identity in this ledger: UTC date and key.
    pub id: String,
    /// When.
    pub time: Micros,
    /// Words and ids by column; not told = absent.
    pub texts: HashMap<&'static str, String>,
    /// Tokens; `None` where unknown.
    pub tokens: Option<Tokens>,
    /// Attempt, 0 where not told.
    pub attempt: i64,
    /// The log's own estimate.
    pub recorded: Option<Pico>,
    /// Milliseconds.
    pub latency_ms: Option<i64>,
    /// Milliseconds to the first token.
    pub ttft_ms: Option<i64>,
    /// Rate set, resolved.
    pub rate_set: u32,
}

impl StoredCall {
    /// A word or id; empty where not told.
    #[must_use]
    pub fn text(&self, column: &str) -> &str {
        self.texts.get(column).map_or("", String::as_str)
    }
}

/// A score as stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredScore {
    /// Scorer.
    pub name: String,
    /// Version of the scorer.
    pub version: String,
    /// Kind of scorer.
    pub kind: String,
    /// Value.
    pub value: Option<f64>,
    /// Label.
    pub label: String,
}

impl View {
    /// All calls of a selection in order. The last answer is kept, so that further pages cost no sort.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn order(&self, selection: &Selection, order: Order) -> Result<Arc<CallsOrder>> {
        let lock = || self.orders.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((snapshot, kept, by, found)) = lock().as_ref()
            && (*snapshot, kept, *by) == (self.snapshot.id, selection, order)
        {
            return Ok(found.clone());
        }
        let files = self.files(Dataset::Calls.name()).await?;
        let files = within(files, selection.period.start(), selection.period.end());
        let (layout, wanted, rates) = (self.layout.clone(), selection.clone(), self.rates.clone());
        let found = blocking(move || {
            let mut keys: Vec<(i64, Micros, i64, u32, u32)> = Vec::new();
            let mut cost = Pico::ZERO;
            for (at, file) in files.iter().enumerate() {
                let Some(lazy) = scan(&layout, std::slice::from_ref(file))? else { continue };
                let time = col("time").cast(DataType::Int64);
                let mut lazy = lazy.with_row_index("place", None).filter(in_period(&time, &wanted.period));
                for condition in &wanted.conditions {
                    lazy = lazy.filter(holds(condition));
                }
                let mut columns: Vec<Expr> = BUCKETS.iter().map(|b| col(*b)).collect();
                columns.extend(["place", "time", "rate_set", "latency_ms", "key_a"].map(col));
                let frame = lazy.select(columns).collect()?;
                let read = Columns(&frame);
                let (place, time, set) = (read.ints("place")?, read.ints("time")?, read.ints("rate_set")?);
                let (latency, key) = (read.ints("latency_ms")?, read.ints("key_a")?);
                let tokens = tokens_of(&frame)?;
                for row in 0..frame.height() {
                    let priced = tokens[row].and_then(|t| {
                        let set = rates.resolve(set[row] as u32, time[row], t.total_input());
                        rates.cost(set, &t)
                    });
                    if let Some(priced) = &priced {
                        cost += Pico(priced.low);
                    }
                    let by = match order {
                        Order::Cost => priced.map_or(-1, |p| i64::try_from(p.low).unwrap_or(i64::MAX)),
                        Order::Time => time[row],
                        Order::Tokens => tokens[row].map_or(-1, |t| t.total()),
                        Order::Latency => latency[row],
                    };
                    keys.push((by, time[row], key[row], at as u32, place[row] as u32));
                }
            }
            keys.sort_unstable_by(|a, b| b.cmp(a));
            let places = keys.into_iter().map(|(_, _, _, file, place)| (file, place)).collect();
            Ok(CallsOrder { files, places, cost })
        })
        .await?;
        let found = Arc::new(found);
        *lock() = Some((self.snapshot.id, selection.clone(), order, found.clone()));
        Ok(found)
    }

    /// A page of a sorted list.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn page(&self, order: &CallsOrder, offset: usize, limit: usize) -> Result<Vec<StoredCall>> {
        let places: Vec<(u32, u32)> = order.places.iter().skip(offset).take(limit).copied().collect();
        let mut by_file: HashMap<u32, Vec<u32>> = HashMap::new();
        for (file, place) in &places {
            by_file.entry(*file).or_default().push(*place);
        }
        let mut found: HashMap<(u32, u32), StoredCall> = HashMap::new();
        for (at, rows) in by_file {
            let file = order.files[at as usize].clone();
            let layout = self.layout.clone();
            let wanted = rows.clone();
            let frame = blocking(move || {
                let Some(lazy) = scan(&layout, &[file])? else { return Ok(DataFrame::empty()) };
                let wanted = UInt32Chunked::from_vec("wanted".into(), wanted).into_series();
                let any = col("place").is_in(lit(wanted).implode(true), false);
                Ok(lazy.with_row_index("place", None).filter(any).collect()?)
            })
            .await?;
            let places = Columns(&frame).ints("place")?;
            for (place, call) in places.into_iter().zip(self.calls_of(&frame)?) {
                found.insert((at, place as u32), call);
            }
        }
        Ok(places.iter().filter_map(|place| found.remove(place)).collect())
    }

    fn calls_of(&self, frame: &DataFrame) -> Result<Vec<StoredCall>> {
        let read = Columns(frame);
        let mut out = vec![StoredCall::default(); frame.height()];
        for (name, kind) in Dataset::Calls.columns() {
            if matches!(kind, Type::Dim | Type::Id) && !matches!(name, "minhash" | "block_hashes") {
                for (call, text) in out.iter_mut().zip(read.texts(name)?) {
                    if !text.is_empty() {
                        call.texts.insert(name, text);
                    }
                }
            }
        }
        let (time, key_a, key_b) = (read.ints("time")?, read.ints("key_a")?, read.ints("key_b")?);
        let (attempt, set) = (read.ints("attempt")?, read.ints("rate_set")?);
        let (recorded, latency) = (read.options("recorded_cost")?, read.options("latency_ms")?);
        let ttft = read.options("ttft_ms")?;
        let tokens = tokens_of(frame)?;
        for (row, call) in out.iter_mut().enumerate() {
            let date = day_date(utc_day(time[row]));
            call.id = format!("{date}.{:016x}{:016x}", key_a[row] as u64, key_b[row] as u64);
            call.time = time[row];
            call.tokens = tokens[row];
            call.attempt = attempt[row];
            call.recorded = recorded[row].map(|p| Pico(i128::from(p)));
            call.latency_ms = latency[row];
            call.ttft_ms = ttft[row];
            let size = tokens[row].map_or(0, |t| t.total_input());
            call.rate_set = self.rates.resolve(set[row] as u32, time[row], size);
        }
        Ok(out)
    }

    /// One call by its id.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none.
    pub async fn call(&self, id: &str) -> Result<StoredCall> {
        let unknown = || Error::Unknown(format!("call {id}"));
        let (date, key) = id.split_once('.').ok_or_else(unknown)?;
        let day = date.parse().map(outlay_model::time::date_day).map_err(|_| unknown())?;
        let half = |range: std::ops::Range<usize>| {
            key.get(range).and_then(|h| u64::from_str_radix(h, 16).ok()).map(|h| h as i64)
        };
        let (Some(a), Some(b)) = (half(0..16), half(16..32)) else { return Err(unknown()) };
        let start = i64::from(day) * DAY;
        for dataset in [Dataset::Calls, Dataset::Steps] {
            let files = within(self.files(dataset.name()).await?, start, start + DAY);
            let is = col("key_a").eq(lit(a)).and(col("key_b").eq(lit(b)));
            if let Some(found) = self.rows(files, is).await?.into_iter().next() {
                return Ok(found);
            }
        }
        Err(unknown())
    }

    async fn rows(&self, files: Vec<FileRow>, condition: Expr) -> Result<Vec<StoredCall>> {
        let layout = self.layout.clone();
        let frame = blocking(move || match scan(&layout, &files)? {
            Some(lazy) => Ok(Some(lazy.filter(condition).collect()?)),
            None => Ok(None),
        })
        .await?;
        frame.map_or_else(|| Ok(Vec::new()), |frame| self.calls_of(&frame))
    }

    /// All calls and steps of a trace, by time.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none.
    pub async fn trace(&self, trace_id: &str) -> Result<Vec<StoredCall>> {
        let mut packed = Vec::new();
        ids::pack(trace_id, &mut packed);
        let mut all = Vec::new();
        for dataset in [Dataset::Calls, Dataset::Steps] {
            let files = self.files(dataset.name()).await?;
            all.extend(self.rows(files, col("trace_id").eq(lit(packed.clone()))).await?);
        }
        if all.is_empty() {
            return Err(Error::Unknown(format!("trace {trace_id}")));
        }
        all.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        Ok(all)
    }

    /// Scores about a call, by its span or request id.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn scores(&self, call: &StoredCall) -> Result<Vec<StoredScore>> {
        let id = |column: &str| {
            let mut packed = Vec::new();
            ids::pack(call.text(column), &mut packed);
            (!packed.is_empty()).then(|| col(column.to_owned()).eq(lit(packed)))
        };
        let Some(is) = [id("request_id"), id("span_id")].into_iter().flatten().reduce(Expr::or) else {
            return Ok(Vec::new());
        };
        let files = self.files(Dataset::Scores.name()).await?;
        let layout = self.layout.clone();
        let frame = blocking(move || match scan(&layout, &files)? {
            Some(lazy) => Ok(lazy.filter(is).collect()?),
            None => Ok(DataFrame::empty()),
        })
        .await?;
        if frame.height() == 0 {
            return Ok(Vec::new());
        }
        let read = Columns(&frame);
        let (name, version) = (read.texts("name")?, read.texts("version")?);
        let (kind, label) = (read.texts("scorer_kind")?, read.texts("label")?);
        let values: Vec<Option<f64>> = frame.column("value")?.f64()?.iter().collect();
        let mut out: Vec<StoredScore> = (0..frame.height())
            .map(|i| StoredScore {
                name: name[i].clone(),
                version: version[i].clone(),
                kind: kind[i].clone(),
                value: values[i],
                label: label[i].clone(),
            })
            .collect();
        out.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(out)
    }
}

fn tokens_of(frame: &DataFrame) -> Result<Vec<Option<Tokens>>> {
    let read = Columns(frame);
    let buckets = BUCKETS.iter().map(|b| read.options(b)).collect::<Result<Vec<_>>>()?;
    let reasoning = read.options("reasoning").unwrap_or_else(|_| vec![None; frame.height()]);
    Ok((0..frame.height())
        .map(|row| {
            buckets[0][row]?;
            let mut counts = [0; BUCKETS.len()];
            for (to, from) in counts.iter_mut().zip(&buckets) {
                *to = from[row].unwrap_or_default();
            }
            Some(Tokens { reasoning: reasoning[row].unwrap_or_default(), ..Tokens::from_buckets(counts) })
        })
        .collect())
}
