//! Writing and reading single Parquet files.

use std::any::Any;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;

use super::parquet::{self, ROW_GROUP};
use super::words::Words;
use crate::error::{Error, Result};
use crate::layout::{make_dir, sync_dir};

/// Writes a frame under a temporary name, makes it durable and renames it to `target`. Returns bytes and BLAKE3 hash.
/// Codes are written as words, where these are given.
pub fn write(frame: &DataFrame, words: Option<&Words>, scratch: &Path, target: &Path) -> Result<(i64, String)> {
    let temporary = scratch.join("under-construction.parquet");
    let file = File::create(&temporary).map_err(Error::io(&temporary))?;
    let mut hashing = Hashing { file, hasher: blake3::Hasher::new(), bytes: 0, failed: None };
    if let Err(error) = parquet::write(frame, words, &mut hashing) {
        return Err(match hashing.failed.take() {
            Some(source) => Error::Io { path: temporary, source },
            None => Error::Frame(error),
        });
    }
    hashing.file.sync_all().map_err(Error::io(&temporary))?;
    let (bytes, hash) = (hashing.bytes, hashing.hasher.finalize().to_hex().to_string());
    drop(hashing);
    let folder = target.parent().unwrap_or(target);
    make_dir(folder)?;
    fs::rename(&temporary, target).map_err(Error::io(target))?;
    sync_dir(folder)?;
    Ok((bytes, hash))
}

struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    bytes: i64,
    /// What the system said of a full disk: it reaches us as a text of polars.
    failed: Option<std::io::Error>,
}

impl Write for Hashing {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let written = match self.file.write(buf) {
            Ok(written) => written,
            Err(error) => {
                let copy = std::io::Error::new(error.kind(), error.to_string());
                self.failed = Some(copy);
                return Err(error);
            }
        };
        self.hasher.update(&buf[..written]);
        self.bytes += written as i64;
        Ok(written)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Reads a whole file, or some of its columns.
pub fn read(path: &Path, columns: Option<&[&str]>) -> Result<DataFrame> {
    let names = columns.map(|names| names.iter().map(|n| (*n).to_owned()).collect());
    open(path)?.with_columns(names).finish().map_err(|e| damaged(path, &e))
}

/// Reads some columns of the rows at sorted places. Only the pages between the first and the last place of a row group are decoded.
pub fn read_places(path: &Path, places: &[u32], columns: &[&str]) -> Result<DataFrame> {
    let mut out: Option<DataFrame> = None;
    for group in places.chunk_by(|a, b| *a as usize / ROW_GROUP == *b as usize / ROW_GROUP) {
        let (first, last) = (group[0], group[group.len() - 1]);
        let span = (first as usize, (last - first) as usize + 1);
        let names = Some(columns.iter().map(|n| (*n).to_owned()).collect());
        let frame = open(path)?.with_columns(names).with_slice(Some(span)).finish().map_err(|e| damaged(path, &e))?;
        let within = IdxCa::from_vec("place".into(), group.iter().map(|place| place - first).collect());
        let found = frame.take(&within)?;
        match &mut out {
            Some(all) => {
                all.vstack_mut(&found)?;
            }
            None => out = Some(found),
        }
    }
    Ok(out.unwrap_or_default())
}

/// A file whose columns are read when a query is collected, and only those that it names.
///
/// Polars' own lazy Parquet scan cannot be built without its cloud readers.
pub fn lazy(path: &Path) -> Result<LazyFrame> {
    let schema = open(path)?.schema().map_err(|e| damaged(path, &e))?;
    let schema = Arc::new(Schema::from_arrow_schema(schema.as_ref()));
    let args = ScanArgsAnonymous { schema: Some(schema), name: "parquet", ..ScanArgsAnonymous::default() };
    Ok(LazyFrame::anonymous_scan(Arc::new(Scan(path.to_owned())), args)?)
}

struct Scan(PathBuf);

impl AnonymousScan for Scan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn scan(&self, asked: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let names = asked.with_columns.map(|names| names.iter().map(ToString::to_string).collect());
        ParquetReader::new(File::open(&self.0)?).with_columns(names).finish()
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }
}

fn open(path: &Path) -> Result<ParquetReader<File>> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::Damaged { path: path.to_path_buf(), reason: "it is gone".to_owned() },
        _ => Error::io(path)(error),
    })?;
    Ok(ParquetReader::new(file))
}

fn damaged(path: &Path, error: &PolarsError) -> Error {
    Error::Damaged { path: path.to_path_buf(), reason: error.to_string() }
}
