//! Writing and reading single Parquet files.

use std::any::Any;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;

use super::frames::{self, conform};
use super::identity;
use super::lean;
use super::matching::{self, Matching};
use super::parquet;
use super::schema::{Dataset, Type};
use super::words::Words;
use crate::error::{Error, Result};
use crate::layout::{make_dir, sync_dir};

/// Writes a frame under a temporary name, makes it durable and renames it to `target`. Returns bytes and BLAKE3 hash.
/// Codes are written as words, where these are given.
pub fn write(frame: &DataFrame, words: Option<&Words>, scratch: &Path, target: &Path) -> Result<(i64, String)> {
    let mut frame = identity::without_derived(frame)?;
    lean::lean(&mut frame)?;
    let temporary = scratch.join("under-construction.parquet");
    let file = File::create(&temporary).map_err(Error::io(&temporary))?;
    let mut hashing = Hashing { file, hasher: blake3::Hasher::new(), bytes: 0, failed: None };
    // The footer comes in pieces of a few bytes.
    let mut together = BufWriter::with_capacity(1 << 18, &mut hashing);
    let written = parquet::write(&frame, words, &mut together).and_then(|()| Ok(together.flush()?));
    // What could not be written is not to be tried again.
    let _ = together.into_parts();
    if let Err(error) = written {
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
    taken(open(path)?, columns).map_err(|e| damaged(path, &e))
}

/// Reads columns, or all that there are.
fn taken(mut file: ParquetReader<File>, columns: Option<&[&str]>) -> PolarsResult<DataFrame> {
    let schema = file.schema()?;
    let Some(columns) = columns else {
        let mut frame = file.finish()?;
        lean::full(&mut frame)?;
        let all = frame.get_column_names_owned();
        return whole(frame, &schema, &all.iter().map(PlSmallStr::as_str).collect::<Vec<_>>());
    };
    let stored = identity::stored(columns, &schema).into_iter().map(str::to_owned).collect();
    whole(file.with_columns(Some(stored)).finish()?, &schema, columns)
}

/// The same of the rows that have some words, where the file can tell which these are.
fn matched(path: &Path, columns: &[&str], matching: &Matching) -> PolarsResult<DataFrame> {
    let schema = ParquetReader::new(File::open(path)?).schema()?;
    let stored = identity::stored(columns, &schema);
    match matching::read(&mut File::open(path)?, matching, |name| stored.contains(name))? {
        Some(found) => whole(found, &schema, columns),
        None => taken(ParquetReader::new(File::open(path)?), Some(columns)),
    }
}

/// The columns wanted, from those that are stored: what is kept leaner is made whole, what calls do not hold is derived,
/// and what an earlier version did not write is unknown.
fn whole(mut frame: DataFrame, schema: &ArrowSchema, wanted: &[&str]) -> PolarsResult<DataFrame> {
    lean::full(&mut frame)?;
    if !identity::of_calls(schema.iter_names().map(PlSmallStr::as_str)) {
        return frame.select(wanted.iter().copied());
    }
    identity::derive(&mut frame, |name| wanted.contains(&name))?;
    let declared = Dataset::Calls.columns();
    let asked: Vec<_> = wanted.iter().filter_map(|name| declared.iter().find(|(n, _)| n == name).copied()).collect();
    if asked.len() < wanted.len() {
        return frame.select(wanted.iter().copied());
    }
    conform(&frame, &asked)
}

/// Reads some columns of the rows at sorted places, of which none comes twice.
pub fn read_places(path: &Path, places: &[u32], columns: &[&str]) -> Result<DataFrame> {
    let schema = open(path)?.schema().map_err(|e| damaged(path, &e))?;
    let stored = identity::stored(columns, &schema);
    let mut file = File::open(path).map_err(Error::io(path))?;
    let found = matching::read_places(&mut file, places, |name| stored.contains(name));
    found.and_then(|found| whole(found, &schema, columns)).map_err(|e| damaged(path, &e))
}

/// A file whose columns are read when a query is collected, and only those that it names.
///
/// Polars' own lazy Parquet scan cannot be built without its cloud readers.
pub fn lazy(path: &Path) -> Result<LazyFrame> {
    lazy_where(path, None)
}

/// The same; where `matching` is given, the query must select none but matching rows, and no other may be there.
pub fn lazy_where(path: &Path, matching: Option<&Matching>) -> Result<LazyFrame> {
    let stored = open(path)?.schema().map_err(|e| damaged(path, &e))?;
    let mut schema = Schema::from_arrow_schema(stored.as_ref());
    schema.shift_remove(lean::UNIT);
    if let Some(time) = schema.get_mut("time") {
        *time = frames::stored(Type::Time);
    }
    if identity::of_calls(stored.iter_names().map(PlSmallStr::as_str)) {
        for (name, kind) in Dataset::Calls.columns() {
            if !schema.contains(name) {
                schema.with_column(name.into(), frames::stored(kind));
            }
        }
    }
    let schema = Arc::new(schema);
    let args = ScanArgsAnonymous { schema: Some(schema), name: "parquet", ..ScanArgsAnonymous::default() };
    let scan = Scan { path: path.to_owned(), matching: matching.cloned() };
    Ok(LazyFrame::anonymous_scan(Arc::new(scan), args)?)
}

struct Scan {
    path: PathBuf,
    matching: Option<Matching>,
}

impl AnonymousScan for Scan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn scan(&self, asked: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let names: Vec<&str> = match &asked.with_columns {
            Some(names) => names.iter().map(PlSmallStr::as_str).collect(),
            None => asked.schema.iter_names().map(PlSmallStr::as_str).collect(),
        };
        match &self.matching {
            Some(matching) => matched(&self.path, &names, matching),
            None => taken(ParquetReader::new(File::open(&self.path)?), Some(&names)),
        }
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

/// What a file that cannot be read is told as.
pub fn damaged(path: &Path, error: &PolarsError) -> Error {
    Error::Damaged { path: path.to_path_buf(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::frames::constant;
    use crate::datasets::{identity, ids};

    const FIRST: i64 = 1_790_000_000_000_000;

    /// Three calls: by request id, by span, and by what it says.
    fn calls(step: i64) -> DataFrame {
        let ints = |values: [i64; 3]| Int64Chunked::from_vec("".into(), values.to_vec()).into_column();
        let pack = |id: &str| {
            let mut packed = Vec::new();
            ids::pack(id, &mut packed);
            (!packed.is_empty()).then_some(packed)
        };
        let packed =
            |ids: [&str; 3]| BinaryChunked::from_iter_options("".into(), ids.map(pack).into_iter()).into_column();
        let words =
            |words: [Option<&str>; 3]| StringChunked::from_iter_options("".into(), words.into_iter()).into_column();
        let columns = Dataset::Calls.columns().into_iter().map(|(name, kind)| {
            let column = match name {
                "time" => Int64Chunked::from_vec("".into(), vec![FIRST, FIRST + step, FIRST + 2 * step])
                    .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                    .into_column(),
                "request_id" => packed(["chatcmpl-9x", "", ""]),
                "trace_id" => packed(["4bf92f3577b34da6a3ce929d0e0e4736"; 3]),
                "span_id" => packed(["00f067aa0ba902b7", "00f067aa0ba902b8", ""]),
                "account" => words([Some("acme"), None, Some("acme")]),
                "finish_reason" => words([Some("stop"), None, None]),
                "status" => words([Some("ok"), Some("error"), Some("ok")]),
                "attempt" => ints([1, 2, 1]),
                "by_id" => ints([1, 1, 0]),
                "uncached_input" | "output" => ints([7, 0, 9]),
                "key_a" | "key_b" => ints([-1, -2, -3]),
                _ => constant("".into(), frames::stored(kind), AnyValue::Null, 3),
            };
            column.with_name(name.into())
        });
        DataFrame::new(3, columns.collect()).unwrap()
    }

    #[test]
    fn what_is_derived_is_not_stored_and_comes_back() {
        for (step, unit) in [(1_000, TimeUnit::Milliseconds), (1_001, TimeUnit::Microseconds)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("calls.parquet");
            let calls = calls(step);
            write(&calls, None, folder.path(), &path).unwrap();

            let raw = ParquetReader::new(File::open(&path).unwrap()).finish().unwrap();
            let nulls = ["key_a", "key_b", "rank"].map(|name| raw.column(name).unwrap().null_count());
            assert_eq!(nulls, [2, 2, 3]);
            assert_eq!(raw.column("time").unwrap().dtype(), &DataType::Datetime(unit, Some(TimeZone::UTC)));

            let back = read(&path, None).unwrap();
            let mut identity = Vec::new();
            let mut key = |account: &str, ids: [&[u8]; 3], attempt: i64| {
                assert!(identity::identify(&mut identity, account, ids[0], ids[1], ids[2], attempt));
                identity::key(&identity)
            };
            let mut packed = [Vec::new(), Vec::new(), Vec::new()];
            for (id, packed) in
                ["chatcmpl-9x", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b8"].iter().zip(&mut packed)
            {
                ids::pack(id, packed);
            }
            let [request, trace, span] = &packed;
            let expected = [key("acme", [request, &[], &[]], 1), key("", [&[], trace, span], 2), (-3, -3)];
            for (at, name) in ["key_a", "key_b"].into_iter().enumerate() {
                let keys: Vec<i64> = back.column(name).unwrap().i64().unwrap().into_no_null_iter().collect();
                assert_eq!(keys, expected.map(|key| if at == 0 { key.0 } else { key.1 }));
            }
            let ranks: Vec<i64> = back.column("rank").unwrap().i64().unwrap().into_no_null_iter().collect();
            // Final with two known buckets; failed with none above 0; neither.
            assert_eq!(ranks, [(1 << 60) | (3 << 50) | (7 << 1), (1 << 60) | (1 << 50), (3 << 50) | (9 << 1)]);
            for column in calls.columns().iter().filter(|c| !["key_a", "key_b", "rank"].contains(&c.name().as_str())) {
                assert!(back.column(column.name()).unwrap().equals_missing(column), "{}", column.name());
            }
            let some = read(&path, Some(&["time", "key_b", "output"])).unwrap();
            assert!(some.equals_missing(&back.select(["time", "key_b", "output"]).unwrap()));
            let lazy = super::lazy(&path).unwrap().select([col("rank"), col("time")]).collect().unwrap();
            assert!(lazy.equals_missing(&back.select(["rank", "time"]).unwrap()));
        }
    }

    #[test]
    fn a_file_of_before_lacks_what_came_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.parquet");
        let before = calls(1).drop_many(["score_name", "score"]);
        write(&before, None, folder.path(), &path).unwrap();
        let found = read(&path, Some(&["score", "output"])).unwrap();
        assert_eq!((found.column("score").unwrap().null_count(), found.width()), (3, 2));
        let told = super::lazy(&path).unwrap().filter(col("score_name").is_not_null()).collect().unwrap();
        assert_eq!(told.height(), 0);
        let whole = conform(&read(&path, None).unwrap(), &Dataset::Calls.columns()).unwrap();
        assert_eq!(whole.width(), Dataset::Calls.columns().len());
    }
}
