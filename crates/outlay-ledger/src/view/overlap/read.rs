//! What files say of themselves and of each day, read from the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use outlay_model::time::{DAY, HOUR};
use outlay_model::tokens::BUCKETS;
use polars::prelude::*;

use super::FileId;
use super::decide::{Cut, Fact};
use crate::catalogue::files::FileRow;
use crate::datasets::schema::{DIMENSIONS, Dataset};
use crate::error::Result;
use crate::layout::Layout;
use crate::view::scan::{Columns, each};

/// The column within whose values cuts are compared.
pub(super) fn part(dataset: Dataset) -> &'static str {
    if dataset == Dataset::Usage { "discriminator" } else { "category" }
}

/// Rows that tell anything: of days without usage there are any number.
fn telling(dataset: Dataset) -> Expr {
    match dataset {
        Dataset::Usage => col("idle").eq(lit(0_i64)),
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
        col(part(dataset)).alias("part"),
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
    let own: &[&str] = if dataset == Dataset::Usage { &["context_window"] } else { &["line_item", "meter"] };
    DIMENSIONS.iter().map(|(name, _)| *name).filter(|name| *name != "provider").chain(own.iter().copied()).collect()
}

/// What every file tells at all.
pub(super) fn cuts(layout: &Layout, files: &[FileRow], dataset: Dataset) -> Result<BTreeMap<FileId, Cut>> {
    let names = told(dataset);
    let found = each(layout, files, |lazy| {
        let mut sums: Vec<Expr> =
            names.iter().map(|name| col(*name).is_not_null().max().cast(DataType::Int64).alias(*name)).collect();
        sums.push((col("end") - time()).max().alias("width"));
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
