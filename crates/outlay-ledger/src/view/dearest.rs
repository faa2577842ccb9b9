//! The dearest calls and traces of a selection, exactly, in bounded memory.
//!
//! Calls are the top of a list. A trace's cost is a sum over calls that may lie anywhere, and there may be millions of
//! traces, so they are found in two steps. The first reads all calls once and sums costs by a hash of the trace; what a
//! trace costs cannot be more than the sum of its bucket. The second reads the calls of the dearest buckets again,
//! some at a time, and keeps each trace by its own id, until no bucket that is left could hold a dearer one.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use outlay_model::money::{Currency, Pico};
use outlay_model::time::Micros;
use xxhash_rust::xxh3::xxh3_64;

use super::calls::{CallsOrder, StoredCall};
use super::rows::{Again, Progress, Rows};
use super::{Selection, View};
use crate::catalogue::files::FileRow;
use crate::datasets::ids;
use crate::error::Result;
use crate::pricing::RateTable;

/// What to find, and among which calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Calls.
    pub selection: Selection,
    /// Costs in another currency are not compared, and count as unknown.
    pub currency: Currency,
    /// How many calls, and how many traces.
    pub most: usize,
    /// What the search may hold.
    pub memory: Memory,
}

/// What a search may hold in memory. With less it finds the same, and reads calls more often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Buckets of traces, a power of two: some 60 bytes each.
    pub buckets: usize,
    /// Calls, or traces of calls, at a time: some 200 bytes each.
    pub calls: u64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { buckets: 1 << 20, calls: 250_000 }
    }
}

/// The calls of a selection that have one trace id.
#[derive(Clone, Debug, Default)]
pub struct StoredTrace {
    /// Trace id.
    pub trace_id: String,
    /// Start of the first.
    pub first: Micros,
    /// End of the last: its start, where no log tells how long it took.
    pub last: Micros,
    /// How many.
    pub calls: i64,
    /// How many of them have no known cost.
    pub unpriced_calls: i64,
    /// What they cost together.
    pub cost: Pico,
    /// The dearest of them.
    pub call: StoredCall,
}

/// Dearest first; of those that cost the same, the latest.
#[derive(Clone, Debug, Default)]
pub struct Dearest {
    /// Calls; those of unknown cost come last.
    pub calls: Vec<StoredCall>,
    /// Traces of any known cost. Calls without a trace are in none.
    pub traces: Vec<StoredTrace>,
}

impl View {
    /// Fetches what was found.
    pub(super) async fn found(&self, files: Vec<FileRow>, calls: Vec<Place>, traces: Vec<Found>) -> Result<Dearest> {
        let number = calls.len();
        let places = calls.into_iter().chain(traces.iter().map(|(_, trace)| trace.dearest.place)).collect();
        let mut calls = self.page(&CallsOrder::new(files, places), 0, usize::MAX).await?;
        let of_traces = calls.split_off(number);
        let traces = traces.into_iter().zip(of_traces).map(|((id, sums), call)| StoredTrace {
            trace_id: ids::unpack(&id),
            first: sums.first,
            last: sums.last,
            calls: sums.calls,
            unpriced_calls: sums.unpriced,
            cost: Pico(sums.cost),
            call,
        });
        Ok(Dearest { calls, traces: traces.collect() })
    }
}

/// File and row.
pub type Place = (u32, u32);
/// A trace's id and its calls.
pub type Found = (Vec<u8>, Sums);

/// A call among others; the greater is the dearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    /// -1 = unknown.
    cost: i128,
    time: Micros,
    key: i64,
    place: Place,
}

/// The calls whose traces have one hash.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    cost: i128,
    /// The most that one of the calls costs: some trace in it costs no less.
    most: i128,
    calls: u32,
    /// The files that they lie in.
    first: u32,
    last: u32,
}

/// The calls of one trace.
#[derive(Clone, Copy, Debug)]
pub struct Sums {
    cost: i128,
    calls: i64,
    unpriced: i64,
    first: Micros,
    last: Micros,
    dearest: Ranked,
}

/// Traces by id.
type Traces = HashMap<Vec<u8>, Sums, FixedState>;

/// The search for the dearest.
pub struct Search {
    wanted: Wanted,
    top: Vec<Ranked>,
    buckets: Vec<Bucket>,
}

impl Search {
    /// A search among as many calls.
    pub fn new(wanted: Wanted, calls: u64) -> Search {
        let number = (calls.max(1) as usize).next_power_of_two().min(wanted.memory.buckets.next_power_of_two());
        Search { wanted, top: Vec::new(), buckets: vec![Bucket::default(); number] }
    }

    /// Adds calls.
    pub fn add(&mut self, rows: &Rows, rates: &RateTable) {
        let (most, number) = (self.wanted.most, self.buckets.len());
        for (call, id, _) in ranked(rows, rates, self.wanted.currency) {
            self.top.push(call);
            if self.top.len() >= 2 * most + 1024 {
                shorten(&mut self.top, most);
            }
            let Some(id) = id else { continue };
            let bucket = &mut self.buckets[place_of(id, number)];
            let (cost, file) = (call.cost.max(0), call.place.0);
            bucket.first = if bucket.calls == 0 { file } else { bucket.first.min(file) };
            bucket.last = bucket.last.max(file);
            bucket.calls = bucket.calls.saturating_add(1);
            bucket.cost += cost;
            bucket.most = bucket.most.max(cost);
        }
    }

    /// The dearest calls, and the dearest traces out of the buckets that may hold them.
    pub fn finish(
        mut self,
        again: &Again<'_>,
        progress: &mut Progress<impl Fn(u64, u64) -> bool>,
    ) -> Result<(Vec<Place>, Vec<Found>)> {
        let most = self.wanted.most;
        shorten(&mut self.top, most);
        self.top.sort_unstable_by(|a, b| b.cmp(a));
        let calls = self.top.iter().map(|call| call.place).collect();
        let cost = |at: &u32| self.buckets[*at as usize].cost;
        // As many traces cost at least this much.
        let mut least = nth(self.buckets.iter().map(|bucket| bucket.most).collect(), most).max(1);
        let mut open: Vec<u32> = (0..self.buckets.len() as u32).filter(|at| cost(at) >= least).collect();
        open.sort_unstable_by_key(|at| (Reverse(cost(at)), *at));
        let mut open = open.into_iter().peekable();
        let mut best: Vec<Found> = Vec::new();
        while open.peek().is_some_and(|at| cost(at) >= least) {
            let (mut together, mut number) = (Vec::new(), 0);
            let calls_of = |at: &u32| u64::from(self.buckets[*at as usize].calls);
            while let Some(at) = open.next_if(|at| number == 0 || number + calls_of(at) <= self.wanted.memory.calls) {
                number += calls_of(&at);
                together.push(at);
            }
            best.extend(self.look_into(&together, again, progress)?);
            best.sort_unstable_by(|(a, x), (b, y)| (y.cost, y.first, a).cmp(&(x.cost, x.first, b)));
            best.truncate(most);
            if let (Some((_, last)), true) = (best.last(), best.len() == most) {
                least = least.max(last.cost);
            }
        }
        Ok((calls, best))
    }

    /// All traces of some buckets that cost anything.
    fn look_into(
        &self,
        together: &[u32],
        again: &Again<'_>,
        progress: &mut Progress<impl Fn(u64, u64) -> bool>,
    ) -> Result<Traces> {
        let mut wanted = vec![false; self.buckets.len()];
        together.iter().for_each(|at| wanted[*at as usize] = true);
        let spans = together.iter().map(|at| &self.buckets[*at as usize]).map(|bucket| (bucket.first, bucket.last));
        let mut traces = Traces::default();
        again.each(spans, progress, |rows| {
            for (call, id, end) in ranked(rows, &again.reader.rates, self.wanted.currency) {
                let Some(id) = id.filter(|id| wanted[place_of(id, wanted.len())]) else { continue };
                let sums = match traces.get_mut(id) {
                    Some(sums) => sums,
                    None => traces.entry(id.to_vec()).or_insert(Sums {
                        cost: 0,
                        calls: 0,
                        unpriced: 0,
                        first: call.time,
                        last: end,
                        dearest: call,
                    }),
                };
                sums.cost += call.cost.max(0);
                sums.calls += 1;
                sums.unpriced += i64::from(call.cost < 0);
                sums.first = sums.first.min(call.time);
                sums.last = sums.last.max(end);
                sums.dearest = sums.dearest.max(call);
            }
        })?;
        traces.retain(|_, sums| sums.cost > 0);
        Ok(traces)
    }
}

/// Calls with the ids of their traces and when they ended.
fn ranked<'a>(
    rows: &'a Rows,
    rates: &'a RateTable,
    currency: Currency,
) -> impl Iterator<Item = (Ranked, Option<&'a [u8]>, Micros)> {
    // Rows repeat their rate sets: what a set's currency is needs to be asked once.
    let mut known: HashMap<u32, bool, FixedState> = HashMap::default();
    rows.traces().enumerate().map(move |(row, trace)| {
        let set = rows.rate_set[row];
        let cost = rows.tokens[row].as_ref().and_then(|tokens| {
            let in_currency =
                *known.entry(set).or_insert_with(|| rates.price(set).is_some_and(|set| set.currency == currency));
            let cost = rates.cost(set, tokens).filter(|_| in_currency)?;
            // A cost of which nothing is known is not 0.
            (tokens.total() == 0 || cost.unpriced_tokens < tokens.total()).then_some(cost.low)
        });
        let call =
            Ranked { cost: cost.unwrap_or(-1), time: rows.time[row], key: rows.key_a[row], place: rows.place[row] };
        (call, trace, rows.end[row])
    })
}

fn place_of(id: &[u8], buckets: usize) -> usize {
    xxh3_64(id) as usize & (buckets - 1)
}

/// Keeps the dearest, in any order.
fn shorten(top: &mut Vec<Ranked>, most: usize) {
    if top.len() > most {
        top.select_nth_unstable_by(most, |a, b| b.cmp(a));
        top.truncate(most);
    }
}

/// The n-th largest; 0 where there are fewer.
fn nth(mut of: Vec<i128>, n: usize) -> i128 {
    match n.checked_sub(1) {
        Some(at) if at < of.len() => *of.select_nth_unstable_by(at, |a, b| b.cmp(a)).1,
        _ => 0,
    }
}
