//! Calls themselves: sorted pages, one call, one trace.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use outlay_model::money::Pico;
use outlay_model::report::Kind;
use outlay_model::time::{DAY, Micros, day_date, utc_day};
use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;
use rayon::prelude::*;

use super::scan::{Columns, each, selected, within};
use super::{Selection, View, overlap};
use crate::catalogue::files::FileRow;
use crate::datasets::schema::{Dataset, Type};
use crate::datasets::{files, ids};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::ledger::blocking;
use crate::pricing::RateTable;

/// What calls are sorted by; ties by time, and then as they lie.
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
}

impl CallsOrder {
    /// Calls at places, which are numbers of files and rows.
    pub(super) fn new(files: Vec<FileRow>, places: Vec<(u32, u32)>) -> CallsOrder {
        CallsOrder { files, places }
    }
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
    /// The score in its row, where there is one.
    pub score: Option<StoredScore>,
    /// Rate set, resolved.
    pub rate_set: u32,
}

/// What a call is sorted by, largest first, and where it lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SortKey {
    by: i64,
    time: Micros,
    file: u32,
    place: u32,
}

/// How calls are to be sorted.
struct Sorting {
    layout: Layout,
    rates: RateTable,
    selection: Selection,
    order: Order,
    /// Which rows count, where not all do.
    counting: Option<Expr>,
}

impl Sorting {
    /// Adds the keys of the calls that a file has of the selection.
    fn keys(&self, file: &FileRow, at: usize, out: &mut Vec<SortKey>) -> Result<()> {
        let by_cost = self.order == Order::Cost;
        let mut columns = vec![col("place"), col("time")];
        if by_cost || self.order == Order::Tokens {
            columns.extend(BUCKETS.iter().map(|b| col(*b)));
        }
        match self.order {
            Order::Cost => columns.push(col("rate_set")),
            Order::Latency => columns.push(col("latency_ms")),
            Order::Time | Order::Tokens => {}
        }
        let found = each(&self.layout, std::slice::from_ref(file), |lazy| {
            selected(lazy.with_row_index("place", None), &self.selection, self.counting.as_ref())
                .select(columns.clone())
        })?;
        let Some(frame) = found else { return Ok(()) };
        let read = Columns(&frame);
        let (place, time) = (read.ints("place")?, read.ints("time")?);
        let by = match self.order {
            Order::Time => time.clone(),
            // Slowest first, and what has no latency last.
            Order::Latency => read.options("latency_ms")?.into_iter().map(|ms| ms.unwrap_or(-1)).collect(),
            Order::Tokens => tokens_of(&frame)?.iter().map(|t| t.map_or(-1, |t| t.total())).collect(),
            Order::Cost => {
                let set = read.ints("rate_set")?;
                let cost = |row: usize, tokens: &Option<Tokens>| {
                    let tokens = tokens.as_ref()?;
                    let set = self.rates.resolve(set[row] as u32, time[row], tokens.total_input());
                    Some(i64::try_from(self.rates.cost(set, tokens)?.low).unwrap_or(i64::MAX))
                };
                tokens_of(&frame)?.iter().enumerate().map(|(row, t)| cost(row, t).unwrap_or(-1)).collect::<Vec<_>>()
            }
        };
        out.extend((0..frame.height()).map(|row| SortKey {
            by: by[row],
            time: time[row],
            file: at as u32,
            place: place[row] as u32,
        }));
        Ok(())
    }
}

impl StoredCall {
    /// What is left where other spans tell its tokens.
    fn tell_nothing_twice(&mut self) {
        self.tokens = None;
        self.recorded = None;
        self.rate_set = 0;
        self.texts.insert("step_kind", "chain".to_owned());
    }

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
        let found = self.sorted(selection, order).await?;
        let found = Arc::new(found);
        *lock() = Some((self.snapshot.id, selection.clone(), order, found.clone()));
        Ok(found)
    }

    async fn sorted(&self, selection: &Selection, order: Order) -> Result<CallsOrder> {
        let files = self.files(Dataset::Calls.name()).await?;
        let files = within(files, selection.period.start(), selection.period.end());
        let (layout, rates) = (self.layout.clone(), self.rates.clone());
        let counting = self.counting_calls(&selection.period).await?;
        let sort = Sorting { layout, rates, selection: selection.clone(), order, counting };
        blocking(move || {
            let mut keys: Vec<SortKey> = Vec::new();
            for (at, file) in files.iter().enumerate() {
                sort.keys(file, at, &mut keys)?;
            }
            keys.sort_unstable_by(|a, b| b.cmp(a));
            let places = keys.into_iter().map(|key| (key.file, key.place)).collect();
            Ok(CallsOrder { files, places })
        })
        .await
    }

    /// A page of a sorted list. Of ids, its calls have those of their trace and session only.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn page(&self, order: &CallsOrder, offset: usize, limit: usize) -> Result<Vec<StoredCall>> {
        let places: Vec<(u32, u32)> = order.places.iter().skip(offset).take(limit).copied().collect();
        let mut by_file: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (file, place) in &places {
            by_file.entry(*file).or_default().push(*place);
        }
        let mut wanted: Vec<(u32, PathBuf, Vec<u32>)> = Vec::with_capacity(by_file.len());
        for (file, mut rows) in by_file {
            rows.sort_unstable();
            rows.dedup();
            wanted.push((file, self.layout.file(&order.files[file as usize].path), rows));
        }
        let read = blocking(move || {
            let one = |(file, path, rows): &(u32, PathBuf, Vec<u32>)| {
                let frame = files::read_places(path, rows, &listed())?;
                Ok((rows.iter().map(|row| (*file, *row)).collect::<Vec<_>>(), frame))
            };
            wanted.par_iter().map(one).collect::<Result<Vec<_>>>()
        })
        .await?;
        let mut found: HashMap<(u32, u32), StoredCall> = HashMap::new();
        for (places, frame) in read {
            found.extend(places.into_iter().zip(self.calls_of(&frame)?));
        }
        Ok(places.iter().filter_map(|place| found.get(place).cloned()).collect())
    }

    fn calls_of(&self, frame: &DataFrame) -> Result<Vec<StoredCall>> {
        let read = Columns(frame);
        let mut out = vec![StoredCall::default(); frame.height()];
        for (name, _) in texts().filter(|(name, _)| frame.schema().contains(name)) {
            for (call, text) in out.iter_mut().zip(read.texts(name)?) {
                if !text.is_empty() {
                    call.texts.insert(name, text);
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
        if frame.schema().contains("score") {
            for (call, score) in out.iter_mut().zip(scores_of(frame, IN_CALLS)?) {
                call.score = Some(score).filter(|score| !score.name.is_empty());
            }
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
        let frame = blocking(move || each(&layout, &files, |lazy| lazy.filter(condition.clone()))).await?;
        frame.map_or_else(|| Ok(Vec::new()), |frame| self.calls_of(&frame))
    }

    /// All calls and steps of a trace, by time.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is none.
    pub async fn trace(&self, trace_id: &str) -> Result<Vec<StoredCall>> {
        let mut packed = Vec::new();
        ids::pack(trace_id, &mut packed);
        let of_trace = || col("trace_id").eq(lit(packed.clone()));
        let calls = self.files(Dataset::Calls.name()).await?;
        let mut all = match overlap::counting(Dataset::Calls, &self.left_out(Kind::Call).await?) {
            // Of two logs of one trace the one that counts.
            Some(counting) => self.rows(calls.clone(), of_trace().and(counting)).await?,
            None => Vec::new(),
        };
        if all.is_empty() {
            all = self.rows(calls, of_trace()).await?;
        }
        all.extend(self.rows(self.files(Dataset::Steps.name()).await?, of_trace()).await?);
        // A span that those of another file repeat is a step here; a call that came twice is there already.
        let mut spans: HashSet<String> = all.iter().map(|call| call.text("span_id").to_owned()).collect();
        let mut aside = self.rows(self.files(&Dataset::Calls.aside()).await?, of_trace()).await?;
        aside.retain(|call| !call.text("span_id").is_empty());
        // One above another is found by the one below it.
        while let Some(at) = aside.iter().position(|call| {
            let span = call.text("span_id");
            !spans.contains(span) && all.iter().any(|other| other.text("parent_id") == span)
        }) {
            let mut above = aside.swap_remove(at);
            above.tell_nothing_twice();
            spans.insert(above.text("span_id").to_owned());
            all.push(above);
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
            return Ok(call.score.iter().cloned().collect());
        };
        let of_call = is.clone();
        let files = self.files(Dataset::Scores.name()).await?;
        let layout = self.layout.clone();
        let frame = blocking(move || each(&layout, &files, |lazy| lazy.filter(is.clone()))).await?;
        let mut out = self.scores_in_rows(call, of_call).await?;
        let Some(frame) = frame else { return Ok(out) };
        out.extend(scores_of(&frame, OF_THEIR_OWN)?);
        out.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(out)
    }

    /// The scores in the rows of a call: its own, and those of rows that it displaced, of scorers that it does not name.
    async fn scores_in_rows(&self, call: &StoredCall, is: Expr) -> Result<Vec<StoredScore>> {
        let mut out: Vec<StoredScore> = call.score.iter().cloned().collect();
        let files = within(self.files(&Dataset::Calls.aside()).await?, call.time - DAY, call.time + DAY);
        for other in self.rows(files, is.and(col("score_name").is_not_null())).await? {
            let scorer = |score: &StoredScore| (score.name.clone(), score.version.clone(), score.kind.clone());
            if let Some(score) = other.score.filter(|score| !out.iter().any(|known| scorer(known) == scorer(score))) {
                out.push(score);
            }
        }
        Ok(out)
    }
}

/// Columns of a score: name, version, kind of scorer, label, value.
type ScoreColumns = [&'static str; 5];
const IN_CALLS: ScoreColumns = ["score_name", "score_version", "score_kind", "score_label", "score"];
const OF_THEIR_OWN: ScoreColumns = ["name", "version", "scorer_kind", "label", "value"];

fn scores_of(frame: &DataFrame, [name, version, kind, label, value]: ScoreColumns) -> Result<Vec<StoredScore>> {
    let read = Columns(frame);
    let (name, version) = (read.texts(name)?, read.texts(version)?);
    let (kind, label) = (read.texts(kind)?, read.texts(label)?);
    let values = frame.column(value)?.f64()?.iter();
    let words = name.into_iter().zip(version).zip(kind.into_iter().zip(label));
    let scores = words.zip(values);
    Ok(scores
        .map(|(((name, version), (kind, label)), value)| StoredScore { name, version, kind, value, label })
        .collect())
}

/// Columns of words and ids that a stored call has.
fn texts() -> impl Iterator<Item = (&'static str, Type)> {
    let columns = Dataset::Calls.columns().into_iter().filter(|(_, kind)| matches!(kind, Type::Dim | Type::Id));
    columns.filter(|(name, _)| !matches!(*name, "minhash" | "block_hashes") && !IN_CALLS.contains(name))
}

/// The columns of a call in a list. Other ids are of no use there, and are most of what a row takes.
fn listed() -> Vec<&'static str> {
    let texts = texts().filter(|(name, kind)| *kind == Type::Dim || matches!(*name, "trace_id" | "session"));
    let numbers =
        ["time", "key_a", "key_b", "attempt", "rate_set", "recorded_cost", "latency_ms", "ttft_ms", "reasoning"];
    texts.map(|(name, _)| name).chain(numbers).chain(BUCKETS).collect()
}

pub(super) fn tokens_of(frame: &DataFrame) -> Result<Vec<Option<Tokens>>> {
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
