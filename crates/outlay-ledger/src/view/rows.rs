//! Calls of a selection, read once for all that asks about each of them.

use std::sync::Arc;

use outlay_model::dimension::Dimension;
use outlay_model::time::Micros;
use outlay_model::tokens::Tokens;
use polars::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::Selection;
use super::calls::tokens_of;
use super::dictionary::Dictionary;
use super::scan::{Columns, each, selected};
use crate::catalogue::files::FileRow;
use crate::datasets::schema::Dataset;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::ledger::blocking;
use crate::pricing::RateTable;
use crate::view::View;
use crate::view::dearest::{Dearest, Search, Wanted};
use crate::view::excess::{ExcessGroup, Tallies};

/// What the rows of a selection tell that no sum can.
#[derive(Clone, Debug, Default)]
pub struct FromRows {
    /// Calls beyond their own group's usual.
    pub excess: Vec<ExcessGroup>,
    /// The dearest calls and traces.
    pub dearest: Dearest,
}

impl View {
    /// Reads the calls of a selection: how far they go beyond the usual of their group, and the dearest. `go_on` is asked
    /// between files with the rows read so far, and with what there is to read as far as that is known. The last answer is
    /// kept.
    ///
    /// # Errors
    /// Where files of the data version cannot be read; [`Error::Cancelled`].
    pub async fn from_rows(
        &self,
        wanted: Wanted,
        by: &[Dimension],
        go_on: impl Fn(u64, u64) -> bool + Send + 'static,
    ) -> Result<Arc<FromRows>> {
        let lock = || self.rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((snapshot, asked, cut, found)) = lock().as_ref()
            && (*snapshot, asked, cut.as_slice()) == (self.snapshot.id, &wanted, by)
        {
            return Ok(found.clone());
        }
        let (asked, cut) = (wanted.clone(), by.to_vec());
        let files = self.files(Dataset::Calls.name()).await?;
        let period = &wanted.selection.period;
        let files = super::scan::within(files, period.start(), period.end());
        let reader = Reader {
            layout: self.layout.clone(),
            rates: self.rates.clone(),
            selection: wanted.selection.clone(),
            counting: self.counting_calls(period).await?,
        };
        let mut dictionaries: Vec<Dictionary> = by.iter().map(|_| Dictionary::default()).collect();
        let (dimensions, standing) = (by.to_vec(), files.clone());
        let (excess, calls, traces) = blocking(move || {
            let all = standing.iter().map(|f| f.rows as u64).sum();
            let mut progress = Progress { done: 0, all, go_on };
            let mut tallies = Tallies::default();
            let keeps = all <= wanted.memory.calls;
            let mut search = Search::new(wanted, all);
            let mut kept = keeps.then(Vec::new);
            for together in overlapping(&standing) {
                let mut rows = Rows::default();
                for at in together {
                    progress.next(&standing[at])?;
                    reader.read(at, &standing[at], &dimensions, &mut dictionaries, &mut rows)?;
                }
                tallies.add(&rows);
                search.add(&rows, &reader.rates);
                if let Some(kept) = &mut kept {
                    kept.push(rows);
                }
            }
            let again = Again { reader: &reader, files: &standing, kept };
            let (calls, traces) = search.finish(&again, &mut progress)?;
            Ok((tallies.finish(&dictionaries), calls, traces))
        })
        .await?;
        let found = Arc::new(FromRows { excess, dearest: self.found(files, calls, traces).await? });
        *lock() = Some((self.snapshot.id, asked, cut, found.clone()));
        Ok(found)
    }
}

/// Places of files in the order of time; those whose times overlap are together, so that "earlier" can be told by
/// sorting their rows.
fn overlapping(files: &[FileRow]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|at| (files[*at].first, files[*at].last, &files[*at].path));
    let mut out: Vec<Vec<usize>> = Vec::new();
    let mut end = Micros::MIN;
    for at in order {
        match out.last_mut() {
            Some(together) if files[at].first <= end => together.push(at),
            _ => out.push(vec![at]),
        }
        end = end.max(files[at].last);
    }
    out
}

/// How far reading has come.
pub struct Progress<F> {
    done: u64,
    all: u64,
    go_on: F,
}

impl<F: Fn(u64, u64) -> bool> Progress<F> {
    /// Before a file is read.
    fn next(&mut self, file: &FileRow) -> Result<()> {
        if !(self.go_on)(self.done, self.all) {
            return Err(Error::Cancelled);
        }
        self.done += file.rows as u64;
        Ok(())
    }
}

/// Calls as columns, in the order of their files.
#[derive(Default)]
pub struct Rows {
    pub time: Vec<Micros>,
    /// Start and latency; the start where no log tells how long it took.
    pub end: Vec<Micros>,
    pub key_a: Vec<i64>,
    /// File and row.
    pub place: Vec<(u32, u32)>,
    pub tokens: Vec<Option<Tokens>>,
    /// Rate sets, resolved.
    pub rate_set: Vec<u32>,
    /// Hashes of the prompts' hashes.
    pub prompt: Vec<Option<u64>>,
    /// Codes of each dimension asked for.
    pub keys: Vec<Vec<u32>>,
    traces: Vec<Column>,
}

impl Rows {
    /// Trace ids, packed; nothing where a call has none.
    pub fn traces(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.traces.iter().flat_map(|column| {
            let ids = column.binary().ok();
            let untold = if ids.is_some() { 0 } else { column.len() };
            ids.into_iter().flat_map(ChunkedArray::iter).chain(std::iter::repeat_n(None, untold))
        })
    }
}

/// The calls once more.
pub struct Again<'a> {
    pub reader: &'a Reader,
    files: &'a [FileRow],
    kept: Option<Vec<Rows>>,
}

impl Again<'_> {
    /// Gives the calls of the files from `first` to `last` of any of these spans, and perhaps those of others.
    pub fn each(
        &self,
        spans: impl Iterator<Item = (u32, u32)>,
        progress: &mut Progress<impl Fn(u64, u64) -> bool>,
        mut give: impl FnMut(&Rows),
    ) -> Result<()> {
        if let Some(kept) = &self.kept {
            kept.iter().for_each(give);
            return Ok(());
        }
        let mut holding = vec![false; self.files.len()];
        spans.for_each(|(first, last)| holding[first as usize..=last as usize].fill(true));
        let files = || self.files.iter().enumerate().filter(|(at, _)| holding[*at]);
        progress.all += files().map(|(_, file)| file.rows as u64).sum::<u64>();
        for (at, file) in files() {
            progress.next(file)?;
            let mut rows = Rows::default();
            self.reader.read(at, file, &[], &mut [], &mut rows)?;
            give(&rows);
        }
        Ok(())
    }
}

/// Reads calls of a selection.
pub struct Reader {
    pub layout: Layout,
    pub rates: RateTable,
    pub selection: Selection,
    /// Which rows count, where not all do.
    pub counting: Option<Expr>,
}

impl Reader {
    /// Adds the calls that a file has of the selection.
    pub fn read(
        &self,
        at: usize,
        file: &FileRow,
        by: &[Dimension],
        dictionaries: &mut [Dictionary],
        rows: &mut Rows,
    ) -> Result<()> {
        let mut columns: Vec<Expr> = outlay_model::tokens::BUCKETS.iter().map(|b| col(*b)).collect();
        let own = ["place", "time", "key_a", "rate_set", "trace_id", "latency_ms", "prompt_hash"];
        columns.extend(own.map(col));
        for (place, dimension) in by.iter().enumerate() {
            columns.push(col(dimension.name()).alias(format!("k{place}")));
        }
        let found = each(&self.layout, std::slice::from_ref(file), |lazy| {
            selected(lazy.with_row_index("place", None), &self.selection, self.counting.as_ref())
                .select(columns.clone())
        })?;
        let Some(frame) = found else { return Ok(()) };
        let read = Columns(&frame);
        let (time, set) = (read.ints("time")?, read.ints("rate_set")?);
        let tokens = tokens_of(&frame)?;
        let latency = read.ints("latency_ms")?;
        rows.end.extend(time.iter().zip(latency).map(|(t, ms)| t.saturating_add(ms.max(0).saturating_mul(1000))));
        rows.rate_set.extend((0..time.len()).map(|row| {
            let size = tokens[row].as_ref().map_or(0, Tokens::total_input);
            self.rates.resolve(set[row] as u32, time[row], size)
        }));
        rows.time.extend(time);
        rows.tokens.extend(tokens);
        rows.key_a.extend(read.ints("key_a")?);
        rows.place.extend(read.ints("place")?.into_iter().map(|row| (at as u32, row as u32)));
        rows.prompt.extend(frame.column("prompt_hash")?.binary()?.iter().map(|hash| hash.map(xxh3_64)));
        rows.keys.resize_with(by.len(), Vec::new);
        for (place, dictionary) in dictionaries.iter_mut().enumerate() {
            rows.keys[place].extend(dictionary.column(frame.column(&format!("k{place}"))?)?);
        }
        rows.traces.push(frame.column("trace_id")?.clone());
        Ok(())
    }
}
