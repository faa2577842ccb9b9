//! Parquet files of others as delimited text, some thousand rows at a time, for readers that know tables of text only.
//!
//! The header has the columns' names. Numbers, decimals and texts are written exactly, instants as RFC 3339 (without an
//! offset where the file tells none), lists and structs as JSON, maps as JSON objects; null is an empty cell.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, SecondsFormat};
use polars::prelude::*;
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// How every Parquet file begins.
pub const MAGIC: [u8; 4] = *b"PAR1";

/// Rows that are in memory at a time; long texts are there once, however many rows have them.
const ROWS: usize = 8192;

/// Bytes of text that are made at a time, at least.
const TEXT: usize = 1 << 20;

/// Whether a file is one by its first bytes.
#[must_use]
pub fn is_parquet(path: &Path) -> bool {
    let mut begin = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == MAGIC
}

/// The text of a Parquet file.
#[derive(Debug)]
pub struct ParquetText {
    path: PathBuf,
    rows: usize,
    /// Rows that were read.
    at: usize,
    /// Columns of the rows at hand, and how many of them are text already.
    columns: Vec<Series>,
    spelled: usize,
    text: Cursor<Vec<u8>>,
}

impl ParquetText {
    /// Opens a file and reads what it says of itself.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be opened, [`Error::Damaged`] where it is no whole Parquet file.
    pub fn open(path: &Path) -> Result<ParquetText> {
        let mut reader = ParquetReader::new(File::open(path).map_err(Error::io(path))?);
        let schema = reader.schema().map_err(|e| damaged(path, &e))?;
        let rows = reader.num_rows().map_err(|e| damaged(path, &e))?;
        let mut text = csv::Writer::from_writer(Vec::new());
        text.write_record(schema.iter_names().map(PlSmallStr::as_str)).map_err(|e| no_table(path, &e))?;
        let text = text.into_inner().map_err(|e| no_table(path, &e))?;
        Ok(ParquetText {
            path: path.to_path_buf(),
            rows,
            at: 0,
            columns: Vec::new(),
            spelled: 0,
            text: Cursor::new(text),
        })
    }

    fn at_hand(&self) -> usize {
        self.columns.first().map_or(0, |column| column.len())
    }

    fn read_rows(&mut self) -> Result<()> {
        let file = File::open(&self.path).map_err(Error::io(&self.path))?;
        let frame = ParquetReader::new(file).with_slice(Some((self.at, ROWS))).finish();
        let frame = frame.map_err(|e| damaged(&self.path, &e))?;
        if frame.height() == 0 || frame.width() == 0 {
            let reason = format!("it says that it has {} rows, and ends after {}", self.rows, self.at);
            return Err(Error::Damaged { path: self.path.clone(), reason });
        }
        self.at += frame.height();
        self.spelled = 0;
        self.columns = frame.columns().iter().map(|column| column.as_materialized_series().rechunk()).collect();
        Ok(())
    }

    /// Some of the rows at hand as text.
    fn spell(&mut self) -> Result<Vec<u8>> {
        let mut text = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(Vec::new());
        while self.spelled < self.at_hand() && text.get_ref().len() < TEXT {
            for column in &self.columns {
                let value = column.get(self.spelled).map_err(|e| damaged(&self.path, &e))?;
                text.write_field(cell(&value)).map_err(|e| no_table(&self.path, &e))?;
            }
            text.write_record(None::<&[u8]>).map_err(|e| no_table(&self.path, &e))?;
            text.flush().map_err(|e| no_table(&self.path, &e))?;
            self.spelled += 1;
        }
        text.into_inner().map_err(|e| no_table(&self.path, &e))
    }
}

impl Read for ParquetText {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let broken = |e: Error| io::Error::new(io::ErrorKind::InvalidData, e);
        loop {
            let read = self.text.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            if self.spelled >= self.at_hand() {
                if self.at >= self.rows {
                    return Ok(0);
                }
                self.read_rows().map_err(broken)?;
            }
            self.text = Cursor::new(self.spell().map_err(broken)?);
        }
    }
}

fn damaged(path: &Path, error: &PolarsError) -> Error {
    Error::Damaged { path: path.to_path_buf(), reason: error.to_string() }
}

fn no_table(path: &Path, error: &impl std::fmt::Display) -> Error {
    Error::Damaged { path: path.to_path_buf(), reason: error.to_string() }
}

/// A value as the cell of a table.
fn cell(value: &AnyValue<'_>) -> String {
    match json(value) {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A value as JSON. What JSON has no word for is a text.
fn json(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(told) => Value::Bool(*told),
        AnyValue::String(text) => Value::String((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::String(text.to_string()),
        AnyValue::Float32(number) => decimal(f64::from(*number), &number.to_string()),
        AnyValue::Float64(number) => decimal(*number, &number.to_string()),
        AnyValue::Decimal(digits, _, scale) => Value::String(fixed(*digits, *scale)),
        AnyValue::Date(days) => {
            let date = days.checked_add(719_163).and_then(NaiveDate::from_num_days_from_ce_opt);
            Value::String(date.map(|date| date.to_string()).unwrap_or_default())
        }
        AnyValue::Datetime(at, unit, zone) => instant(*at, *unit, zone.is_some()),
        AnyValue::DatetimeOwned(at, unit, zone) => instant(*at, *unit, zone.is_some()),
        AnyValue::Binary(bytes) => text_of(bytes),
        AnyValue::BinaryOwned(bytes) => text_of(bytes),
        AnyValue::List(items) => list(items),
        AnyValue::Struct(..) | AnyValue::StructOwned(_) => object(value),
        other => {
            // Whole numbers of every width, and what is rare.
            let text = other.to_string();
            text.parse::<i64>().map_or(Value::String(text), Value::from)
        }
    }
}

/// A floating-point number by its shortest decimal text, never in powers of ten.
fn decimal(number: f64, text: &str) -> Value {
    if number.is_finite() { Value::String(text.to_owned()) } else { Value::Null }
}

/// Digits with a decimal point.
fn fixed(digits: i128, scale: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn instant(at: i64, unit: TimeUnit, zoned: bool) -> Value {
    let found = match unit {
        TimeUnit::Nanoseconds => Some(DateTime::from_timestamp_nanos(at)),
        TimeUnit::Microseconds => DateTime::from_timestamp_micros(at),
        TimeUnit::Milliseconds => DateTime::from_timestamp_millis(at),
    };
    let text = found.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default();
    Value::String(if zoned { text } else { text.trim_end_matches('Z').to_owned() })
}

fn text_of(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or(Value::Null, |text| Value::String(text.to_owned()))
}

/// A list; one of keys and values is a map.
fn list(items: &Series) -> Value {
    let values: Vec<Value> = items.iter().map(|item| json(&item)).collect();
    let pair = |value: &Value| -> Option<(String, Value)> {
        let object = value.as_object().filter(|object| object.len() == 2)?;
        Some((object.get("key")?.as_str()?.to_owned(), object.get("value")?.clone()))
    };
    let pairs: Option<Map<String, Value>> = values.iter().map(pair).collect();
    match pairs {
        Some(map) if matches!(items.dtype(), DataType::Struct(_)) => Value::Object(map),
        _ => Value::Array(values),
    }
}

fn object(value: &AnyValue<'_>) -> Value {
    let AnyValue::StructOwned(owned) = value.clone().into_static() else { return Value::Null };
    let (values, fields) = *owned;
    let names = fields.iter().map(|field| field.name.to_string());
    Value::Object(names.zip(values.iter().map(json)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_instants_are_exact() {
        assert_eq!(fixed(-5, 3), "-0.005");
        assert_eq!(fixed(123_456, 2), "1234.56");
        assert_eq!(fixed(7, 0), "7");
        assert_eq!(cell(&AnyValue::Float64(1e-7)), "0.0000001");
        assert_eq!(cell(&AnyValue::Float64(0.1)), "0.1");
        assert_eq!(cell(&AnyValue::Float64(f64::NAN)), "");
        assert_eq!(cell(&AnyValue::UInt64(u64::MAX)), "18446744073709551615");
        assert_eq!(cell(&AnyValue::Date(20_729)), "2026-10-03");
        // 2026-10-03T10:00:00.25Z.
        let at = 1_791_021_600_250_000;
        assert_eq!(cell(&AnyValue::Datetime(at, TimeUnit::Microseconds, None)), "2026-10-03T10:00:00.250");
        assert_eq!(
            cell(&AnyValue::Datetime(at, TimeUnit::Microseconds, Some(&TimeZone::UTC))),
            "2026-10-03T10:00:00.250Z"
        );
    }
}
