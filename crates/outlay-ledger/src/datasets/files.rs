//! Writing and reading single Parquet files.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::layout::{make_dir, sync_dir};

/// Rows of a row group.
pub const ROW_GROUP: usize = 1 << 18;

/// Writes a frame under a temporary name, makes it durable and renames it to `target`. Returns bytes and BLAKE3 hash.
pub fn write(frame: &mut DataFrame, scratch: &Path, target: &Path) -> Result<(i64, String)> {
    let temporary = scratch.join("under-construction.parquet");
    let file = File::create(&temporary).map_err(Error::io(&temporary))?;
    let mut hashing = Hashing { file, hasher: blake3::Hasher::new(), bytes: 0 };
    ParquetWriter::new(&mut hashing)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(ROW_GROUP))
        .with_statistics(StatisticsOptions::default())
        .finish(frame)
        .map_err(|e| disk_error(e, &temporary))?;
    hashing.file.sync_all().map_err(Error::io(&temporary))?;
    let (bytes, hash) = (hashing.bytes, hashing.hasher.finalize().to_hex().to_string());
    drop(hashing);
    let folder = target.parent().unwrap_or(target);
    make_dir(folder)?;
    fs::rename(&temporary, target).map_err(Error::io(target))?;
    sync_dir(folder)?;
    Ok((bytes, hash))
}

/// A full disk reaches us through polars: give it back its own face.
fn disk_error(error: PolarsError, path: &Path) -> Error {
    match error {
        PolarsError::IO { error, .. } => {
            Error::Io { path: path.to_path_buf(), source: std::io::Error::new(error.kind(), error.to_string()) }
        }
        other => Error::Frame(other),
    }
}

struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    bytes: i64,
}

impl Write for Hashing {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buf)?;
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
    let file = File::open(path).map_err(Error::io(path))?;
    let reader = ParquetReader::new(file);
    let reader = match columns {
        Some(names) => reader.with_columns(Some(names.iter().map(|n| (*n).to_owned()).collect())),
        None => reader,
    };
    reader.finish().map_err(|e| Error::Damaged { path: path.to_path_buf(), reason: e.to_string() })
}
