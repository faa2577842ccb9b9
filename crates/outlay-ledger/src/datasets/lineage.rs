//! Spans of one trace in several files: a call whose tokens are told by spans below it, which came with another file,
//! counts no more than it would if all of them had come with one.
//!
//! Within a file the importer has decided already. Here only traces are looked at of which more than one file tells.
//! [`Ancestors`] finds the other end: the spans above rows that go for good.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;
use outlay_model::time::utc_day;
use polars::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::rollup::read_ints;
use super::spill::times;
use crate::error::Result;

/// Columns that a tree of spans needs.
pub const COLUMNS: [&str; 7] = ["time", "trace_id", "span_id", "parent_id", "uncached_input", "import", "file"];

/// Longest way up that is followed; a longer one is taken for a circle.
const HIGHEST: usize = 10_000;
const NO_SPAN: u64 = 0;

/// A span that is a call, or a step between calls.
#[derive(Clone, Copy, Debug)]
struct Span {
    trace: u64,
    span: u64,
    parent: u64,
    day: i32,
    source: (i64, i64),
    call: bool,
    tokens: bool,
    /// Which of the rows that are decided about, if it is one of them.
    row: Option<u32>,
}

/// The spans of some days.
#[derive(Debug)]
pub struct Lineage<'a> {
    /// Files whose calls are spans: in a log of calls, one above another is a call of its own.
    files: &'a HashSet<(i64, i64)>,
    spans: Vec<Span>,
}

/// Whether any row of a frame names the span above it.
pub fn names_parents(frame: &DataFrame) -> Result<bool> {
    let parents = frame.column("parent_id")?;
    Ok(parents.null_count() < parents.len())
}

impl<'a> Lineage<'a> {
    /// No spans yet; of these files, by import and number.
    #[must_use]
    pub fn of(files: &'a HashSet<(i64, i64)>) -> Lineage<'a> {
        Lineage { files, spans: Vec::new() }
    }

    /// Adds rows with [`COLUMNS`], which are calls or steps: for each, its place in the frame and, where it is decided
    /// about, its number.
    pub fn add(
        &mut self,
        frame: &DataFrame,
        calls: bool,
        rows: impl Iterator<Item = (u32, Option<u32>)>,
    ) -> Result<()> {
        let ids = |name: &str| -> Result<BinaryChunked> { Ok(frame.column(name)?.binary()?.rechunk().into_owned()) };
        let (traces, spans, parents) = (ids("trace_id")?, ids("span_id")?, ids("parent_id")?);
        let tokens = frame.column("uncached_input")?.is_not_null();
        let (import, file) = (read_ints(frame, "import")?, read_ints(frame, "file")?);
        let time = times(frame)?;
        for (at, row) in rows {
            let place = at as usize;
            let (Some(trace), Some(span)) = (traces.get(place), spans.get(place)) else { continue };
            let source = (import.at(place), file.at(place));
            if !self.files.contains(&source) {
                continue;
            }
            let trace = xxh3_64_with_seed(trace, 0);
            let of = |id: &[u8]| hashed(id, trace);
            self.spans.push(Span {
                trace,
                span: of(span),
                parent: parents.get(place).map_or(NO_SPAN, of),
                day: utc_day(time[place]),
                source,
                call: calls,
                tokens: calls && tokens.get(place) == Some(true),
                row,
            });
        }
        Ok(())
    }

    /// The rows that are decided about and that spans below them repeat. Each is judged by the spans of its day and of
    /// one to each side, however much else happens to be there.
    pub fn repeated(mut self) -> Vec<u32> {
        self.spans.sort_unstable_by_key(|span| (span.trace, span.day));
        let mut out = Vec::new();
        for whole in self.spans.chunk_by(|a, b| a.trace == b.trace) {
            for day in whole.chunk_by(|a, b| a.day == b.day).map(|spans| spans[0].day) {
                let from = whole.partition_point(|span| span.day < day - 1);
                let to = whole.partition_point(|span| span.day <= day + 1);
                let near = &whole[from..to];
                let rows = below(near).into_iter().filter(|span| span.day == day);
                out.extend(rows.filter_map(|span| span.row));
            }
        }
        out
    }
}

/// The spans above some rows in their traces: these repeat the rows' tokens.
#[derive(Debug, Default)]
pub struct Ancestors {
    files: HashSet<(i64, i64)>,
    traces: HashSet<u64, FixedState>,
    /// Two files may tell one span, and not agree on what is above it.
    parents: HashMap<u64, Vec<u64>, FixedState>,
    above: HashSet<u64, FixedState>,
}

impl Ancestors {
    /// Columns that are read.
    pub const COLUMNS: [&'static str; 5] = ["trace_id", "span_id", "parent_id", "import", "file"];

    /// Of no rows yet; among those of these files, by import and number.
    #[must_use]
    pub fn of(files: HashSet<(i64, i64)>) -> Ancestors {
        Ancestors { files, ..Ancestors::default() }
    }

    /// Asks for the spans above the marked rows of a frame with [`Ancestors::COLUMNS`].
    pub fn ask(&mut self, frame: &DataFrame, marked: &[bool]) -> Result<()> {
        let mut found = Vec::new();
        self.each(frame, |row, trace, _, parent| {
            if marked[row] && parent != NO_SPAN {
                found.push((trace, parent));
            }
        })?;
        for (trace, parent) in found {
            self.traces.insert(trace);
            self.above.insert(parent);
        }
        Ok(())
    }

    /// Whether anything is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.above.is_empty()
    }

    /// Learns from a frame which spans lie above those of the traces asked for.
    pub fn learn(&mut self, frame: &DataFrame) -> Result<()> {
        let mut found = Vec::new();
        self.each(frame, |_, trace, span, parent| {
            if parent != NO_SPAN && self.traces.contains(&trace) {
                found.push((span, parent));
            }
        })?;
        for (span, parent) in found {
            let known = self.parents.entry(span).or_default();
            if !known.contains(&parent) {
                known.push(parent);
            }
        }
        Ok(())
    }

    /// Goes all the way up from what is asked for.
    pub fn climb(&mut self) {
        let mut open: Vec<u64> = self.above.iter().copied().collect();
        while let Some(span) = open.pop() {
            for parent in self.parents.get(&span).into_iter().flatten() {
                if self.above.insert(*parent) {
                    open.push(*parent);
                }
            }
        }
    }

    /// Marks the rows of a frame that lie above.
    pub fn mark(&self, frame: &DataFrame, marked: &mut [bool]) -> Result<()> {
        self.each(frame, |row, _, span, _| marked[row] |= self.above.contains(&span))
    }

    /// Row, trace, span and parent of the frame's spans.
    fn each(&self, frame: &DataFrame, mut of: impl FnMut(usize, u64, u64, u64)) -> Result<()> {
        let ids = |name: &str| -> Result<BinaryChunked> { Ok(frame.column(name)?.binary()?.rechunk().into_owned()) };
        let (traces, spans, parents) = (ids("trace_id")?, ids("span_id")?, ids("parent_id")?);
        let (import, file) = (read_ints(frame, "import")?, read_ints(frame, "file")?);
        for row in 0..frame.height() {
            let (Some(trace), Some(span)) = (traces.get(row), spans.get(row)) else { continue };
            if self.files.contains(&(import.at(row), file.at(row))) {
                let trace = xxh3_64_with_seed(trace, 0);
                of(row, trace, hashed(span, trace), parents.get(row).map_or(NO_SPAN, |id| hashed(id, trace)));
            }
        }
        Ok(())
    }
}

/// A span's id within its trace.
fn hashed(span: &[u8], trace: u64) -> u64 {
    xxh3_64_with_seed(span, trace).max(NO_SPAN + 1)
}

/// The spans of a trace that others of it repeat, where more than one file tells of it.
fn below(trace: &[Span]) -> Vec<Span> {
    if trace.iter().all(|span| span.source == trace[0].source) {
        return Vec::new();
    }
    let mut above: HashMap<u64, u64, FixedState> = HashMap::default();
    for span in trace.iter().filter(|span| span.parent != NO_SPAN && span.parent != span.span) {
        // Two files may tell one span: whichever of them comes first, the same parent has to be taken.
        above.entry(span.span).and_modify(|known| *known = span.parent.min(*known)).or_insert(span.parent);
    }
    // Of spans with calls below them: whether these have tokens.
    let mut below: HashMap<u64, bool, FixedState> = HashMap::default();
    let mut way = Vec::new();
    for call in trace.iter().filter(|span| span.call) {
        way.clear();
        let mut at = call.span;
        let mut circle = false;
        while let Some(parent) = above.get(&at).copied() {
            if below.get(&parent).is_some_and(|tokens| *tokens || !call.tokens) {
                // Those above were told then.
                break;
            }
            circle = parent == call.span || way.len() >= HIGHEST;
            if circle {
                break;
            }
            way.push(parent);
            at = parent;
        }
        if !circle {
            way.iter().for_each(|span| *below.entry(*span).or_default() |= call.tokens);
        }
    }
    let repeats = |span: &&Span| below.get(&span.span).is_some_and(|tokens| *tokens || !span.tokens);
    trace.iter().filter(repeats).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of (span, parent, tokens, file), all calls of one trace on one day.
    fn repeated(rows: &[(&str, &str, Option<i64>, i64)]) -> Vec<u32> {
        on_days(
            &rows.iter().map(|(span, parent, tokens, file)| (*span, *parent, *tokens, *file, 0)).collect::<Vec<_>>(),
        )
    }

    fn on_days(rows: &[(&str, &str, Option<i64>, i64, i64)]) -> Vec<u32> {
        let ids = |name: &str, of: &dyn Fn(usize) -> Option<&'static [u8]>| {
            BinaryChunked::from_iter_options(name.into(), (0..rows.len()).map(of)).into_column()
        };
        let leak = |id: &str| (!id.is_empty()).then(|| &*id.as_bytes().to_vec().leak());
        let ints = |name: &str, of: &dyn Fn(usize) -> Option<i64>| {
            Int64Chunked::from_iter_options(name.into(), (0..rows.len()).map(of)).into_column()
        };
        let frame = DataFrame::new(
            rows.len(),
            vec![
                ints("time", &|at| Some(rows[at].4 * outlay_model::time::DAY))
                    .cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
                    .unwrap(),
                ids("trace_id", &|_| Some(b"t")),
                ids("span_id", &|at| leak(rows[at].0)),
                ids("parent_id", &|at| leak(rows[at].1)),
                ints("uncached_input", &|at| rows[at].2),
                ints("import", &|_| Some(1)),
                ints("file", &|at| Some(rows[at].3)),
            ],
        )
        .unwrap();
        let files = rows.iter().map(|row| (1, row.3)).filter(|(_, file)| *file < 9).collect();
        let mut lineage = Lineage::of(&files);
        lineage.add(&frame, true, (0..rows.len() as u32).map(|at| (at, Some(at)))).unwrap();
        let mut out = lineage.repeated();
        out.sort_unstable();
        out
    }

    #[test]
    fn what_spans_of_another_file_repeat_does_not_count() {
        let agent = ("agent", "", Some(30), 0);
        let (chain, call) = (("chain", "agent", None, 1), ("call", "chain", Some(30), 1));
        assert_eq!(repeated(&[agent, chain, call]), [0, 1]);
        assert_eq!(repeated(&[call, agent, chain]), [1, 2]);
        // One file has been decided about by its importer.
        assert_eq!(repeated(&[(agent.0, agent.1, agent.2, 1), chain, call]), [0_u32; 0]);
        // A call without tokens takes nobody's away.
        assert_eq!(repeated(&[agent, ("call", "agent", None, 1)]), [0_u32; 0]);
        assert_eq!(repeated(&[("chat", "", None, 0), ("call", "chat", None, 1)]), [0]);
    }

    #[test]
    fn spans_of_far_days_are_not_asked() {
        let rows = |day| [("a", "", Some(1), 0, 10), ("b", "a", Some(1), 1, day)];
        assert_eq!([9, 10, 11].map(|day| on_days(&rows(day))), [[0]; 3]);
        assert_eq!([8, 12].map(|day| on_days(&rows(day))), [[0_u32; 0]; 2]);
    }

    #[test]
    fn calls_of_a_log_stand_for_themselves() {
        assert_eq!(repeated(&[("a", "", Some(1), 9), ("b", "a", Some(1), 1)]), [0_u32; 0]);
    }

    #[test]
    fn circles_and_spans_of_their_own_lose_nothing() {
        assert_eq!(repeated(&[("a", "a", Some(1), 0), ("b", "", Some(1), 1)]), [0_u32; 0]);
        assert_eq!(repeated(&[("a", "b", Some(1), 0), ("b", "a", Some(1), 1)]), [0_u32; 0]);
    }
}
