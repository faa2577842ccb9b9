//! Rows of an import that wait for publication, sorted by time in chunks: in memory while few, on disk beyond.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use outlay_model::time::utc_day;
use polars::prelude::*;

use crate::error::{Error, Result};

#[derive(Debug)]
enum Store {
    Memory(DataFrame),
    Disk(PathBuf),
}

#[derive(Debug)]
struct Chunk {
    store: Store,
    /// Offset and length per UTC day.
    days: BTreeMap<i32, (usize, usize)>,
}

/// Spilled rows of one dataset.
#[derive(Debug)]
pub struct Spill {
    folder: PathBuf,
    name: &'static str,
    chunks: Vec<Chunk>,
    in_memory: usize,
    /// Rows that may stay in memory.
    budget: usize,
}

/// The instants of a frame in microseconds.
pub fn times(frame: &DataFrame) -> PolarsResult<Vec<i64>> {
    let time = frame.column("time")?.cast(&DataType::Int64)?;
    Ok(time.i64()?.into_no_null_iter().collect())
}

impl Spill {
    /// Nothing yet; chunks go to `folder` once more than `budget` rows are held.
    #[must_use]
    pub fn new(folder: &Path, name: &'static str, budget: usize) -> Spill {
        Spill { folder: folder.to_path_buf(), name, chunks: Vec::new(), in_memory: 0, budget }
    }

    /// Adds rows in any order.
    pub fn add(&mut self, frame: &DataFrame) -> Result<()> {
        if frame.height() == 0 {
            return Ok(());
        }
        let mut at = times(frame)?;
        let sorted = if at.is_sorted() {
            frame.clone()
        } else {
            at.sort_unstable();
            frame.sort(["time"], SortMultipleOptions::default().with_maintain_order(true))?
        };
        let mut days: BTreeMap<i32, (usize, usize)> = BTreeMap::new();
        for (row, time) in at.iter().enumerate() {
            days.entry(utc_day(*time)).or_insert((row, 0)).1 += 1;
        }
        let store = if self.in_memory + sorted.height() <= self.budget {
            self.in_memory += sorted.height();
            Store::Memory(sorted)
        } else {
            let path = self.folder.join(format!("{}-{}.ipc", self.name, self.chunks.len()));
            let file = File::create(&path).map_err(Error::io(&path))?;
            let mut sorted = sorted;
            IpcWriter::new(file).finish(&mut sorted)?;
            Store::Disk(path)
        };
        self.chunks.push(Chunk { store, days });
        Ok(())
    }

    /// UTC days with rows, and how many.
    #[must_use]
    pub fn days(&self) -> BTreeMap<i32, usize> {
        let mut all = BTreeMap::new();
        for chunk in &self.chunks {
            for (day, (_, rows)) in &chunk.days {
                *all.entry(*day).or_default() += rows;
            }
        }
        all
    }

    /// All rows of the days from `first` to `last`, or only some of their columns; `None` where there are none.
    pub fn rows(&self, first: i32, last: i32, columns: Option<&[&str]>) -> Result<Option<DataFrame>> {
        let mut out: Option<DataFrame> = None;
        for chunk in &self.chunks {
            let mut range = chunk.days.range(first..=last);
            let Some((_, &(start, mut length))) = range.next() else { continue };
            for (_, (_, rows)) in range {
                length += rows;
            }
            let part = match &chunk.store {
                Store::Memory(frame) => match columns {
                    Some(names) => frame.select(names.iter().copied())?.slice(start as i64, length),
                    None => frame.slice(start as i64, length),
                },
                Store::Disk(path) => {
                    let file = File::open(path).map_err(Error::io(path))?;
                    let reader = IpcReader::new(file);
                    let reader = match columns {
                        Some(names) => reader.with_columns(Some(names.iter().map(|n| (*n).to_owned()).collect())),
                        None => reader,
                    };
                    reader.finish()?.slice(start as i64, length)
                }
            };
            match &mut out {
                Some(frame) => {
                    frame.vstack_mut(&part)?;
                }
                None => out = Some(part),
            }
        }
        Ok(out)
    }
}
