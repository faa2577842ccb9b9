//! Rows of an import that wait for publication: in memory while few, beyond that in one file of segments, each holding
//! the rows that one chunk had of one UTC day. Whatever the order of the rows, a day is read back from its own segments.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use outlay_model::time::utc_day;
use polars::prelude::*;
use polars_io::prelude::{IpcReader, IpcWriter};
use polars_io::{SerReader, SerWriter};

use super::dedupe::KEY_COLUMNS;
use super::frames::stack;
use crate::error::{Error, Result};

/// Offset and length per UTC day of a sorted frame.
type Places = BTreeMap<i32, (usize, usize)>;

/// A part of the spill file: what rows are told apart by, which is asked for more than once, and after it all else.
#[derive(Clone, Debug)]
struct Segment {
    offset: u64,
    /// Bytes of the keys, and of the rest.
    bytes: [usize; 2],
    rows: usize,
    /// Names of all columns, in order.
    names: Arc<[PlSmallStr]>,
    /// Columns of one value, which are not in the file.
    constants: Arc<[Column]>,
}

/// Spilled rows of one dataset.
#[derive(Debug)]
pub struct Spill {
    path: PathBuf,
    /// Frames in memory, each with offset and length per UTC day.
    memory: Vec<(DataFrame, Places)>,
    in_memory: usize,
    /// Rows that may stay in memory.
    budget: usize,
    file: Option<File>,
    written: u64,
    segments: BTreeMap<i32, Vec<Segment>>,
    rows: BTreeMap<i32, usize>,
}

/// The instants of a frame in microseconds.
pub fn times(frame: &DataFrame) -> PolarsResult<Vec<i64>> {
    let time = frame.column("time")?.as_materialized_series().to_physical_repr();
    Ok(values(time.i64()?))
}

/// The values of a column that every row has.
fn values(column: &Int64Chunked) -> Vec<i64> {
    let mut out = Vec::with_capacity(column.len());
    for chunk in column.downcast_iter() {
        out.extend_from_slice(chunk.values());
    }
    out
}

impl Spill {
    /// Nothing yet; chunks go to `folder` once more than `budget` rows are held.
    #[must_use]
    pub fn new(folder: &Path, name: &'static str, budget: usize) -> Spill {
        Spill {
            path: folder.join(format!("{name}.spill")),
            memory: Vec::new(),
            in_memory: 0,
            budget,
            file: None,
            written: 0,
            segments: BTreeMap::new(),
            rows: BTreeMap::new(),
        }
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
            let mut order: Vec<IdxSize> = (0..at.len() as IdxSize).collect();
            order.sort_by_key(|row| at[*row as usize]);
            at.sort_unstable();
            frame.take(&IdxCa::from_vec("order".into(), order))?
        };
        let mut days = Places::new();
        for day in at.chunk_by(|a, b| utc_day(*a) == utc_day(*b)) {
            let before = days.last_key_value().map_or(0, |(_, (offset, length))| offset + length);
            days.insert(utc_day(day[0]), (before, day.len()));
        }
        for (day, (_, rows)) in &days {
            *self.rows.entry(*day).or_default() += rows;
        }
        if self.in_memory + sorted.height() <= self.budget {
            self.in_memory += sorted.height();
            self.memory.push((sorted, days));
            return Ok(());
        }
        let names: Arc<[PlSmallStr]> = sorted.columns().iter().map(|column| column.name().clone()).collect();
        let (constants, varying): (Vec<_>, Vec<_>) =
            sorted.columns().iter().cloned().partition(|column| column.as_scalar_column().is_some());
        let constants: Arc<[Column]> = constants.into();
        let (keys, rest): (Vec<_>, Vec<_>) =
            varying.into_iter().partition(|column| KEY_COLUMNS.contains(&column.name().as_str()));
        let halves = [DataFrame::new(sorted.height(), keys)?, DataFrame::new(sorted.height(), rest)?];
        for (day, (offset, length)) in days {
            let halves = halves.each_ref().map(|half| half.slice(offset as i64, length));
            self.write(day, halves, names.clone(), constants.clone())?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        day: i32,
        halves: [DataFrame; 2],
        names: Arc<[PlSmallStr]>,
        constants: Arc<[Column]>,
    ) -> Result<()> {
        let rows = halves[0].height();
        let (mut data, mut bytes) = (Vec::new(), [0; 2]);
        for (mut half, bytes) in halves.into_iter().zip(&mut bytes) {
            let before = data.len();
            if half.width() > 0 {
                IpcWriter::new(&mut data).finish(&mut half)?;
            }
            *bytes = data.len() - before;
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let options = OpenOptions::new().create_new(true).read(true).write(true).open(&self.path);
                self.file.insert(options.map_err(Error::io(&self.path))?)
            }
        };
        file.write_all(&data).map_err(Error::io(&self.path))?;
        let segment = Segment { offset: self.written, bytes, rows, names, constants };
        self.segments.entry(day).or_default().push(segment);
        self.written += data.len() as u64;
        Ok(())
    }

    /// UTC days with rows, and how many.
    #[must_use]
    pub fn days(&self) -> BTreeMap<i32, usize> {
        self.rows.clone()
    }

    /// All rows of the days from `first` to `last`, or only some of their columns; `None` where there are none.
    pub fn rows(&self, first: i32, last: i32, columns: Option<&[&str]>) -> Result<Option<DataFrame>> {
        let mut parts = Vec::new();
        for (frame, days) in &self.memory {
            let mut range = days.range(first..=last);
            let Some((_, &(start, mut length))) = range.next() else { continue };
            for (_, (_, rows)) in range {
                length += rows;
            }
            let part = match columns {
                Some(names) => frame.select(names.iter().copied())?,
                None => frame.clone(),
            };
            parts.push(part.slice(start as i64, length));
        }
        for segment in self.segments.range(first..=last).flat_map(|(_, segments)| segments) {
            parts.push(self.read(segment, columns)?);
        }
        Ok(stack(parts)?)
    }

    fn read(&self, segment: &Segment, columns: Option<&[&str]>) -> Result<DataFrame> {
        let keys_alone = columns.is_some_and(|names| names.iter().all(|name| KEY_COLUMNS.contains(name)));
        let [keys, rest] = segment.bytes;
        let mut file = File::open(&self.path).map_err(Error::io(&self.path))?;
        file.seek(SeekFrom::Start(segment.offset)).map_err(Error::io(&self.path))?;
        let mut bytes = vec![0; if keys_alone { keys } else { keys + rest }];
        file.read_exact(&mut bytes).map_err(Error::io(&self.path))?;
        let mut found: HashMap<PlSmallStr, Column> = HashMap::new();
        for half in [&bytes[..keys], &bytes[keys..]] {
            if !half.is_empty() {
                let frame = IpcReader::new(Cursor::new(half)).finish()?;
                found.extend(frame.into_columns().into_iter().map(|column| (column.name().clone(), column)));
            }
        }
        let all: Vec<&str>;
        let names = match columns {
            Some(names) => names,
            None => {
                all = segment.names.iter().map(PlSmallStr::as_str).collect();
                &all
            }
        };
        let mut column = |name: &&str| match found.remove(*name) {
            Some(column) => Ok(column),
            None => match segment.constants.iter().find(|column| column.name() == name) {
                Some(column) => Ok(column.new_from_index(0, segment.rows)),
                None => Err(PolarsError::ColumnNotFound((*name).to_owned().into())),
            },
        };
        let columns = names.iter().map(&mut column).collect::<PolarsResult<_>>()?;
        Ok(DataFrame::new(segment.rows, columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::time::{DAY, EARLIEST};

    #[test]
    fn days_come_back_whatever_the_order_and_the_budget() {
        for budget in [0, 3, 100] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut spill = Spill::new(folder.path(), "calls", budget);
            let day = utc_day(EARLIEST);
            for chunk in [[3, 0, 1], [1, 1, 0], [2, 3, 3]] {
                let time = Int64Chunked::from_vec("time".into(), chunk.iter().map(|d| EARLIEST + d * DAY).collect());
                let value = Int64Chunked::from_vec("value".into(), chunk.to_vec());
                let time = time.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_column();
                spill.add(&DataFrame::new(3, vec![time, value.into_column()]).expect("a frame")).expect("added");
            }
            assert_eq!(spill.days(), BTreeMap::from([(day, 2), (day + 1, 3), (day + 2, 1), (day + 3, 3)]));
            let rows = spill.rows(day + 1, day + 2, Some(&["value"])).expect("read").expect("rows");
            let mut values: Vec<i64> =
                rows.column("value").expect("kept").i64().expect("ints").into_no_null_iter().collect();
            values.sort_unstable();
            assert_eq!(values, [1, 1, 1, 2]);
            assert!(spill.rows(day + 9, day + 9, None).expect("read").is_none());
        }
    }
}
