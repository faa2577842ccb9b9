//! What files say of themselves and of each day, read from the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use outlay_model::time::{DAY, HOUR};
use outlay_model::tokens::BUCKETS;
use polars::prelude::*;

use super::FileId;
use super::decide::{Cut, Fact};
use super::twins::Log;
use crate::catalogue::files::FileRow;
use crate::datasets::files;
use crate::datasets::likeness::{KEPT, likeness, marks, needed};
use crate::datasets::schema::{DIMENSIONS, Dataset};
use crate::datasets::words::Words;
use crate::error::Result;
use crate::layout::Layout;
use crate::view::scan::{Columns, each};

/// The column within whose values cuts are compared.
pub(super) fn part(dataset: Dataset) -> Option<&'static str> {
    match dataset {
        Dataset::Usage => Some("discriminator"),
        Dataset::Charges => Some("category"),
        Dataset::Calls | Dataset::Steps | Dataset::Scores => None,
    }
}

/// Rows that tell anything: of days without usage there are any number.
fn telling(dataset: Dataset) -> Expr {
    match dataset {
        Dataset::Usage => col("idle").eq(lit(0_i64)),
        Dataset::Calls => lit(true),
        _ => col("billed").neq(lit(0_i64)).and((col("end") - time()).lt_eq(lit(32 * DAY))),
    }
}

fn time() -> Expr {
    col("time").cast(DataType::Int64)
}

/// What every file tells of every day.
pub(super) fn facts(layout: &Layout, files: &[FileRow], dataset: Dataset) -> Result<Vec<Fact>> {
    let total = match dataset {
        Dataset::Usage => BUCKETS
            .iter()
            .copied()
            .chain(["requests"])
            .map(|name| col(name).fill_null(lit(0_i64)))
            .reduce(|a, b| a + b)
            .unwrap_or_else(|| lit(0_i64)),
        _ => col("billed"),
    };
    let keys = [
        col("import"),
        col("file"),
        col("provider"),
        col("account"),
        (time() / lit(DAY)).alias("day"),
        part(dataset).map_or_else(|| lit(""), col).alias("part"),
    ];
    let found = each(layout, files, |lazy| {
        lazy.filter(telling(dataset)).group_by(keys.clone()).agg([
            total.clone().sum().alias("total"),
            (col("end") - time()).gt(lit(DAY + HOUR)).max().cast(DataType::Int64).alias("wide"),
        ])
    })?;
    let Some(frame) = found else { return Ok(Vec::new()) };
    let columns = Columns(&frame);
    let (import, file, day) = (columns.ints("import")?, columns.ints("file")?, columns.ints("day")?);
    let (provider, account) = (columns.texts("provider")?, columns.texts("account")?);
    let (parts, wide) = (columns.texts("part")?, columns.ints("wide")?);
    let totals: Vec<i128> = match dataset {
        Dataset::Usage => columns.ints("total")?.into_iter().map(i128::from).collect(),
        _ => {
            let billed = frame.column("total")?.as_materialized_series().decimal()?.physical().clone();
            billed.iter().map(Option::unwrap_or_default).collect()
        }
    };
    let mut all: Vec<Fact> = (0..frame.height())
        .map(|i| Fact {
            file: (import[i], file[i]),
            provider: provider[i].clone(),
            account: account[i].clone(),
            day: day[i] as i32,
            part: parts[i].clone(),
            total: totals[i],
            wide: wide[i] != 0 && dataset == Dataset::Charges,
        })
        .collect();
    // A day may lie in several files of the data version.
    let key = |f: &Fact| (f.file, f.provider.clone(), f.account.clone(), f.day, f.part.clone());
    all.sort_by_cached_key(key);
    all.dedup_by(|later, first| {
        let same = key(later) == key(first);
        if same {
            first.total += later.total;
            first.wide |= later.wide;
        }
        same
    });
    Ok(all)
}

/// Dimensions that a cut is made of, and columns that take a dimension's place.
fn told(dataset: Dataset) -> Vec<&'static str> {
    let own: &[&str] = match dataset {
        Dataset::Usage => &["context_window"],
        Dataset::Charges => &["line_item", "meter"],
        _ => &[],
    };
    DIMENSIONS.iter().map(|(name, _)| *name).filter(|name| *name != "provider").chain(own.iter().copied()).collect()
}

/// What every file tells at all.
pub(super) fn cuts(layout: &Layout, files: &[FileRow], dataset: Dataset) -> Result<BTreeMap<FileId, Cut>> {
    let names = told(dataset);
    let found = each(layout, files, |lazy| {
        let mut sums: Vec<Expr> =
            names.iter().map(|name| col(*name).is_not_null().max().cast(DataType::Int64).alias(*name)).collect();
        let width = if dataset == Dataset::Calls { lit(0_i64) } else { col("end") - time() };
        sums.push(width.max().alias("width"));
        lazy.filter(telling(dataset)).group_by([col("import"), col("file")]).agg(sums)
    })?;
    let mut out: BTreeMap<FileId, Cut> = BTreeMap::new();
    let Some(frame) = found else { return Ok(out) };
    let columns = Columns(&frame);
    let (import, file, width) = (columns.ints("import")?, columns.ints("file")?, columns.ints("width")?);
    let bits = names.iter().map(|name| columns.ints(name)).collect::<Result<Vec<_>>>()?;
    for i in 0..frame.height() {
        let cut = out.entry((import[i], file[i])).or_default();
        cut.width = cut.width.max(step(width[i]));
        for (at, bit) in bits.iter().enumerate() {
            cut.told |= u32::from(bit[i] != 0) << at;
        }
    }
    Ok(out)
}

/// The usual length of a bucket, of which a running one is a part.
pub(crate) fn step(length: i64) -> i64 {
    [HOUR / 60, HOUR, DAY, 32 * DAY].into_iter().find(|step| length <= *step).unwrap_or(i64::MAX)
}

/// Pairs of files that have a row in common.
pub(super) fn links(
    layout: &Layout,
    standing: &[FileRow],
    aside: &[FileRow],
    dataset: Dataset,
) -> Result<BTreeSet<(FileId, FileId)>> {
    const KEYS: [&str; 4] = ["key_a", "key_b", "import", "file"];
    let rows = |files: &[FileRow]| -> Result<Vec<((i64, i64), FileId)>> {
        let found = each(layout, files, |lazy| lazy.filter(telling(dataset)).select(KEYS.map(col)))?;
        let Some(frame) = found else { return Ok(Vec::new()) };
        let columns = Columns(&frame);
        let [a, b, import, file] = KEYS.map(|name| columns.ints(name));
        let (a, b, import, file) = (a?, b?, import?, file?);
        Ok((0..frame.height()).map(|i| ((a[i], b[i]), (import[i], file[i]))).collect())
    };
    let mut known: HashMap<(i64, i64), BTreeSet<FileId>> = HashMap::new();
    for (key, file) in rows(aside)? {
        known.entry(key).or_default().insert(file);
    }
    let mut out = BTreeSet::new();
    if known.is_empty() {
        return Ok(out);
    }
    for (key, file) in rows(standing)? {
        out.extend(known.get(&key).into_iter().flatten().filter(|other| **other != file).map(|other| (file, *other)));
    }
    Ok(out)
}

/// What the calls of every file are like, from the sketches.
pub(super) fn logs(layout: &Layout, sketches: &[FileRow]) -> Result<Vec<Log>> {
    let mut out = Vec::new();
    for file in sketches {
        out.extend(logs_in(&files::read(&layout.file(&file.path), None)?)?);
    }
    Ok(together(out))
}

/// The same, from the rows.
pub(super) fn logs_of_rows(layout: &Layout, calls: &[FileRow]) -> Result<Vec<Log>> {
    let mut out = Vec::new();
    for file in calls {
        let frame = files::read(&layout.file(&file.path), Some(&needed()))?;
        let mut words = Words::new(Default::default());
        let frame = words.encode(&frame, &Dataset::Calls.columns())?;
        out.extend(logs_in(&words.spell(&likeness(&frame, &words)?)?)?);
    }
    Ok(together(out))
}

fn logs_in(frame: &DataFrame) -> Result<Vec<Log>> {
    let columns = Columns(frame);
    let (import, file, day) = (columns.ints("import")?, columns.ints("file")?, columns.ints("day")?);
    let (provider, account) = (columns.texts("provider")?, columns.texts("account")?);
    let total = columns.ints("tokens")?;
    let sketches = |name: &str| -> Result<Vec<Vec<u64>>> {
        Ok(frame.column(name)?.binary()?.iter().map(|bytes| marks(bytes.unwrap_or_default())).collect())
    };
    let both = sketches("marks")?.into_iter().zip(sketches("later")?);
    Ok(both
        .enumerate()
        .map(|(i, (marks, later))| Log {
            fact: Fact {
                file: (import[i], file[i]),
                provider: provider[i].clone(),
                account: account[i].clone(),
                day: day[i] as i32,
                part: String::new(),
                total: i128::from(total[i]),
                wide: false,
            },
            marks,
            later,
        })
        .collect())
}

/// A day may lie in several files of the data version: their sketches are put together.
fn together(mut logs: Vec<Log>) -> Vec<Log> {
    let key = |log: &Log| {
        let Fact { file, provider, account, day, .. } = &log.fact;
        (*file, provider.clone(), account.clone(), *day)
    };
    let merge = |to: &mut Vec<u64>, from: &[u64]| {
        to.extend(from);
        to.sort_unstable();
        to.dedup();
        to.truncate(KEPT);
    };
    logs.sort_by_cached_key(key);
    logs.dedup_by(|later, first| {
        let same = key(later) == key(first);
        if same {
            first.fact.total += later.fact.total;
            merge(&mut first.marks, &later.marks);
            merge(&mut first.later, &later.later);
        }
        same
    });
    logs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A company file of an earlier build has no sketches: its rows tell the same.
    #[test]
    fn sketches_and_rows_are_alike() {
        const ROWS: i64 = 3000;
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        std::fs::create_dir_all(layout.scratch()).unwrap();
        let ints = |name: &'static str, value: fn(i64) -> i64| {
            Int64Chunked::from_vec(name.into(), (0..ROWS).map(value).collect()).into_column()
        };
        let words = |name: &'static str, value: fn(i64) -> Option<&'static str>| {
            StringChunked::from_iter_options(name.into(), (0..ROWS).map(value)).into_column()
        };
        let mut columns: Vec<Column> = BUCKETS.iter().map(|name| ints(name, |row| row * 31 % 977)).collect();
        columns.extend([
            ints("time", |row| 20_000 * DAY + row * HOUR / 30)
                .cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
                .unwrap(),
            ints("import", |_| 1),
            ints("file", |row| row % 2),
            words("provider", |row| Some(if row % 3 == 0 { "openai" } else { "anthropic" })),
            words("account", |row| (row % 5 == 0).then_some("main")),
        ]);
        let calls = DataFrame::new(ROWS as usize, columns).unwrap();
        let file = |path: &str| FileRow { path: path.to_owned(), ..FileRow::default() };
        let save = |frame: &DataFrame, words: Option<&Words>, path: &str| {
            files::write(frame, words, &layout.scratch(), &layout.file(path)).unwrap();
            file(path)
        };
        let rows = save(&calls, None, "calls/a.parquet");
        let mut known = Words::new(Default::default());
        let codes = known.encode(&calls, &Dataset::Calls.columns()).unwrap();
        let sketches = save(&likeness(&codes, &known).unwrap(), Some(&known), "likeness/a.parquet");
        let found = logs(&layout, &[sketches]).unwrap();
        // Two files, two providers, with and without account, five days.
        assert_eq!(found.len(), 2 * 2 * 2 * 5);
        assert_eq!(found, logs_of_rows(&layout, &[rows]).unwrap());
    }
}
