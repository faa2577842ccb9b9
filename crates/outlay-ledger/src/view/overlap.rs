//! Exports that tell the same traffic in different cuts, and which of them counts.
//!
//! A provider lets its users export a month by day and by hour, grouped by model or by project or not at all. Each such
//! file tells the whole traffic, so two of them must not be added, although no row of one is a row of the other.
//!
//! - A file's **cut** is what it tells at all (which dimensions have a value in any of its rows), the longest of its
//!   buckets, and its format. Files of one cut are one source: their rows are added, and de-duplicated by identity.
//!   Files that share a row are of one cut, whatever else they tell.
//! - Where files of several cuts tell the same UTC day of an account, the one with the largest total counts, as it is
//!   the most complete; of those within half a per cent the one that tells most, then the finer one.
//! - Usage is compared within a capability (an export of embeddings does not repeat one of completions), charges within
//!   a category (a list of credits does not repeat the lines that they are for). A billed line of more than a day is
//!   compared with all lines of its month; one of more than a month is a commitment, and compared with nothing.
//!
//! It is a function of the rows that stand, so it does not depend on the order of imports.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use chrono::Datelike;
use outlay_model::report::Kind;
use outlay_model::time::{DAY, HOUR, date_day, day_date};
use outlay_model::tokens::BUCKETS;
use polars::prelude::*;
use sqlx::Row;

use super::View;
use super::scan::{Columns, each};
use crate::catalogue::files::FileRow;
use crate::datasets::schema::{DIMENSIONS, Dataset};
use crate::error::Result;
use crate::layout::Layout;
use crate::ledger::blocking;

/// A file of an import.
pub type FileId = (i64, i64);

/// Rows of a file that do not count, because a more complete export tells the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Usage or charges.
    pub kind: Kind,
    /// Provider.
    pub provider: String,
    /// Account as the rows spell it.
    pub account: String,
    /// Import and file within it.
    pub file: FileId,
    /// The file's name, as it was given.
    pub name: String,
    /// First UTC day.
    pub from: i32,
    /// Last UTC day, included; every day between is left out.
    pub to: i32,
    /// Capability or category.
    part: String,
}

/// What is left out of a data version, by dataset.
pub(crate) type Cache = Arc<Mutex<HashMap<(i64, &'static str), Arc<Vec<LeftOut>>>>>;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cut {
    /// A bit for each dimension that any row tells.
    told: u32,
    /// Longest bucket, in microseconds, rounded up to a minute, hour, day or month.
    width: i64,
    format: String,
}

/// What a file tells of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fact {
    file: FileId,
    provider: String,
    account: String,
    day: i32,
    part: String,
    total: i128,
    /// Whether a line covers more than a day.
    wide: bool,
}

impl View {
    /// The rows of usage or charges that do not count in this data version.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn left_out(&self, kind: Kind) -> Result<Arc<Vec<LeftOut>>> {
        let dataset = match kind {
            Kind::Usage => Dataset::Usage,
            Kind::Charge => Dataset::Charges,
            Kind::Call | Kind::Score => return Ok(Arc::default()),
        };
        let key = (self.snapshot.id, dataset.name());
        let lock = || self.overlaps.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let found = Arc::new(self.compare(kind, dataset).await?);
        let mut kept = lock();
        // Older data versions are not asked about again.
        kept.retain(|(snapshot, _), _| *snapshot == key.0);
        kept.insert(key, found.clone());
        Ok(found)
    }

    async fn compare(&self, kind: Kind, dataset: Dataset) -> Result<Vec<LeftOut>> {
        let standing = self.files(dataset.name()).await?;
        let layout = self.layout.clone();
        let (files, place) = (standing.clone(), layout.clone());
        let facts = blocking(move || facts(&place, &files, dataset)).await?;
        let accounts = self.accounts().await?;
        if contested(&facts, &accounts).is_empty() {
            return Ok(Vec::new());
        }
        let aside = self.files(&format!("{}-aside", dataset.name())).await?;
        let formats = self.formats().await?;
        let (mut cuts, links) = blocking(move || {
            Ok((
                cuts(&layout, &[standing.clone(), aside.clone()].concat(), dataset)?,
                links(&layout, &standing, &aside, dataset)?,
            ))
        })
        .await?;
        for (file, cut) in &mut cuts {
            cut.format = formats.get(file).map(|(format, _)| format.clone()).unwrap_or_default();
        }
        let mut left_out = decide(kind, &facts, &cuts, &links, &accounts);
        for row in &mut left_out {
            row.name = formats.get(&row.file).map(|(_, name)| name.clone()).unwrap_or_default();
        }
        Ok(left_out)
    }

    /// The named accounts of each provider, of all kinds of record.
    async fn accounts(&self) -> Result<Accounts> {
        let rows = sqlx::query("SELECT DISTINCT provider, account FROM presence WHERE account <> ''")
            .fetch_all(&self.pool)
            .await?;
        let mut out = Accounts::new();
        for row in &rows {
            out.entry(row.get(0)).or_default().insert(row.get(1));
        }
        Ok(out)
    }

    /// Format and name of every file of every import.
    async fn formats(&self) -> Result<HashMap<FileId, (String, String)>> {
        let rows = sqlx::query("SELECT import, file, report ->> '$.format', report ->> '$.file' FROM import_file")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect())
    }
}

type Accounts = BTreeMap<String, BTreeSet<String>>;

/// Where a provider has one named account, records that name none are of it.
fn canonical<'a>(accounts: &'a Accounts, provider: &str, account: &'a str) -> &'a str {
    match accounts.get(provider) {
        Some(names) if account.is_empty() && names.len() == 1 => names.first().map_or("", String::as_str),
        _ => account,
    }
}

/// A day, or a month where lines of more than a day are among them.
type Unit<'a> = (&'a str, &'a str, i32);

/// The facts of units that more than one file tells.
fn contested<'a>(facts: &'a [Fact], accounts: &'a Accounts) -> Vec<Vec<&'a Fact>> {
    let month = |day: i32| day_date(day).with_day(1).map_or(day, date_day);
    let wide: BTreeSet<Unit<'_>> = facts
        .iter()
        .filter(|f| f.wide)
        .map(|f| (f.provider.as_str(), canonical(accounts, &f.provider, &f.account), month(f.day)))
        .collect();
    let mut units: BTreeMap<(Unit<'_>, bool), Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let account = canonical(accounts, &fact.provider, &fact.account);
        let whole_month = (fact.provider.as_str(), account, month(fact.day));
        let unit = if wide.contains(&whole_month) {
            (whole_month, true)
        } else {
            ((fact.provider.as_str(), account, fact.day), false)
        };
        units.entry(unit).or_default().push(fact);
    }
    units.into_values().filter(|unit| unit.iter().any(|fact| fact.file != unit[0].file)).collect()
}

/// Which rows do not count.
fn decide(
    kind: Kind,
    facts: &[Fact],
    cuts: &BTreeMap<FileId, Cut>,
    links: &BTreeSet<(FileId, FileId)>,
    accounts: &Accounts,
) -> Vec<LeftOut> {
    let class = classes(cuts, links);
    let mut out: Vec<LeftOut> = Vec::new();
    for unit in contested(facts, accounts) {
        // Usage that names no capability is of all of them.
        let all = kind == Kind::Usage && unit.iter().any(|f| f.part.is_empty());
        let mut parts: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for fact in unit {
            // Behind the capability stands what the export divides it by (sizes of images, say).
            let part = fact.part.split(' ').next().unwrap_or_default();
            parts.entry(if all { "" } else { part }).or_default().push(fact);
        }
        for facts in parts.into_values() {
            let mut totals: BTreeMap<FileId, i128> = BTreeMap::new();
            for fact in &facts {
                if let Some(of) = class.get(&fact.file) {
                    *totals.entry(*of).or_default() += fact.total;
                }
            }
            let Some(most) = totals.values().max().copied() else { continue };
            let close = |total: i128| (most - total) * 200 <= most.abs();
            let best = totals.iter().filter(|(_, total)| close(**total)).map(|(of, _)| *of).min_by_key(|of| {
                // The best of a class speaks for it.
                cuts.iter()
                    .filter(|(file, _)| class.get(file) == Some(of))
                    .map(|(_, cut)| (std::cmp::Reverse(cut.told.count_ones()), cut.clone()))
                    .map(|(told, cut)| (told, cut.width, cut.format, cut.told))
                    .min()
            });
            for fact in facts {
                if class.get(&fact.file).copied() != best {
                    out.push(LeftOut {
                        kind,
                        provider: fact.provider.clone(),
                        account: fact.account.clone(),
                        file: fact.file,
                        name: String::new(),
                        from: fact.day,
                        to: fact.day,
                        part: fact.part.clone(),
                    });
                }
            }
        }
    }
    runs(out)
}

/// For each file the file that stands for its cut.
fn classes(cuts: &BTreeMap<FileId, Cut>, links: &BTreeSet<(FileId, FileId)>) -> BTreeMap<FileId, FileId> {
    let mut class: BTreeMap<FileId, FileId> = cuts.keys().map(|file| (*file, *file)).collect();
    let mut join = |a: FileId, b: FileId| {
        if let (Some(a), Some(b)) = (class.get(&a).copied(), class.get(&b).copied()) {
            let (keep, lose) = (a.min(b), a.max(b));
            class.values_mut().filter(|of| **of == lose).for_each(|of| *of = keep);
        }
    };
    let mut first: BTreeMap<&Cut, FileId> = BTreeMap::new();
    for (file, cut) in cuts {
        join(*first.entry(cut).or_insert(*file), *file);
    }
    for (a, b) in links {
        join(*a, *b);
    }
    class
}

/// Days in a row put together.
fn runs(mut days: Vec<LeftOut>) -> Vec<LeftOut> {
    let of = |l: &LeftOut| (l.file, l.provider.clone(), l.account.clone(), l.part.clone(), l.from);
    days.sort_by_cached_key(of);
    let mut out: Vec<LeftOut> = Vec::new();
    for day in days {
        match out.last_mut() {
            Some(last)
                if (last.file, &last.provider, &last.account, &last.part)
                    == (day.file, &day.provider, &day.account, &day.part)
                    && day.from <= last.to + 1 =>
            {
                last.to = last.to.max(day.to);
            }
            _ => out.push(day),
        }
    }
    out
}

/// Rows that count.
pub(super) fn counting(dataset: Dataset, left_out: &[LeftOut]) -> Option<Expr> {
    let word = |name: &str, text: &str| {
        if text.is_empty() { col(name).is_null() } else { col(name).eq_missing(lit(text.to_owned())) }
    };
    let time = || col("time").cast(DataType::Int64);
    let mut any: Vec<Expr> = left_out
        .iter()
        .map(|row| {
            col("import")
                .eq(lit(row.file.0))
                .and(col("file").eq(lit(row.file.1)))
                .and(word("provider", &row.provider))
                .and(word("account", &row.account))
                .and(word(part(dataset), &row.part))
                .and(time().gt_eq(lit(i64::from(row.from) * DAY)))
                .and(time().lt(lit((i64::from(row.to) + 1) * DAY)))
        })
        .collect();
    // As a tree: a chain of thousands would be as deep as it is long.
    while any.len() > 1 {
        any = any.chunks(2).map(|two| two.iter().cloned().reduce(Expr::or).unwrap_or_else(|| lit(false))).collect();
    }
    any.pop().map(Expr::not)
}

/// The column within whose values cuts are compared.
fn part(dataset: Dataset) -> &'static str {
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

fn facts(layout: &Layout, files: &[FileRow], dataset: Dataset) -> Result<Vec<Fact>> {
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
    // A month's part may lie in several files of the data version.
    let mut sums: BTreeMap<(FileId, String, String, i32, String), (i128, bool)> = BTreeMap::new();
    for i in 0..frame.height() {
        let key = ((import[i], file[i]), provider[i].clone(), account[i].clone(), day[i] as i32, parts[i].clone());
        let sum = sums.entry(key).or_default();
        sum.0 += totals[i];
        sum.1 |= wide[i] != 0 && dataset == Dataset::Charges;
    }
    Ok(sums
        .into_iter()
        .map(|((file, provider, account, day, part), (total, wide))| Fact {
            file,
            provider,
            account,
            day,
            part,
            total,
            wide,
        })
        .collect())
}

/// Dimensions that a cut is made of, and columns that take a dimension's place.
fn told(dataset: Dataset) -> Vec<&'static str> {
    let own: &[&str] = if dataset == Dataset::Usage { &["context_window"] } else { &["line_item", "meter"] };
    DIMENSIONS.iter().map(|(name, _)| *name).filter(|name| *name != "provider").chain(own.iter().copied()).collect()
}

fn cuts(layout: &Layout, files: &[FileRow], dataset: Dataset) -> Result<BTreeMap<FileId, Cut>> {
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
fn links(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(file: i64, day: i32, part: &str, total: i128) -> Fact {
        let (provider, account) = ("openai".to_owned(), String::new());
        Fact { file: (1, file), provider, account, day, part: part.to_owned(), total, wide: false }
    }

    fn cut(told: u32, width: i64) -> Cut {
        Cut { told, width, format: "f".to_owned() }
    }

    /// File, days from and to, of what is left out.
    fn left(kind: Kind, facts: &[Fact], cuts: &[Cut], links: &[(i64, i64)]) -> Vec<(i64, i32, i32)> {
        let cuts = cuts.iter().enumerate().map(|(at, cut)| ((1, at as i64), cut.clone())).collect();
        let links = links.iter().map(|(a, b)| ((1, *a), (1, *b))).collect();
        let out = decide(kind, facts, &cuts, &links, &Accounts::new());
        out.iter().map(|l| (l.file.1, l.from, l.to)).collect()
    }

    #[test]
    fn of_two_cuts_the_fuller_counts_then_the_one_that_tells_more() {
        let cuts = [cut(0b1, DAY), cut(0b11, DAY)];
        let same = [fact(0, 1, "", 1000), fact(1, 1, "", 1000), fact(0, 2, "", 500), fact(1, 2, "", 501)];
        assert_eq!(left(Kind::Usage, &same, &cuts, &[]), [(0, 1, 2)]);
        // The second was exported while its last day was running.
        let running = [fact(0, 1, "", 1000), fact(1, 1, "", 1000), fact(0, 2, "", 500), fact(1, 2, "", 100)];
        assert_eq!(left(Kind::Usage, &running, &cuts, &[]), [(0, 1, 1), (1, 2, 2)]);
        // By hour and by day, the rest alike.
        assert_eq!(left(Kind::Usage, &same, &[cut(1, DAY), cut(1, HOUR)], &[]), [(0, 1, 2)]);
        // Days that only one of them tells are its own.
        assert_eq!(left(Kind::Usage, &[fact(0, 1, "", 9), fact(1, 2, "", 9)], &cuts, &[]), []);
    }

    #[test]
    fn one_cut_is_added() {
        let facts = [fact(0, 1, "", 1000), fact(1, 1, "", 10)];
        assert_eq!(left(Kind::Usage, &facts, &[cut(1, DAY), cut(1, DAY)], &[]), []);
        // They share a row: what else they tell differs by chance.
        assert_eq!(left(Kind::Usage, &facts, &[cut(1, DAY), cut(3, DAY)], &[(1, 0)]), []);
    }

    #[test]
    fn capabilities_and_categories_are_apart() {
        let cuts = [cut(0b1, DAY), cut(0b11, DAY), cut(0, DAY)];
        let facts = [fact(0, 1, "completions", 1000), fact(1, 1, "embeddings", 10)];
        assert_eq!(left(Kind::Usage, &facts, &cuts, &[]), []);
        // The third knows no capabilities: it tells both again.
        let facts = [facts[0].clone(), facts[1].clone(), fact(2, 1, "", 1010)];
        assert_eq!(left(Kind::Usage, &facts, &cuts, &[]), [(0, 1, 1), (1, 1, 1)]);
        // An export that divides a capability tells it all the same.
        let facts = [fact(0, 1, "images", 100), fact(1, 1, "images 1024x1024", 60), fact(1, 1, "images 512x512", 40)];
        assert_eq!(left(Kind::Usage, &facts, &cuts, &[]), [(0, 1, 1)]);
        let bill = [fact(0, 1, "Usage", 1000), fact(1, 1, "Credit", -10)];
        assert_eq!(left(Kind::Charge, &bill, &cuts, &[]), []);
    }

    #[test]
    fn a_line_of_a_month_is_compared_with_the_month() {
        // 2026-10-01 is day 20,727.
        let cuts = [cut(0b1, DAY), cut(0b1, 32 * DAY)];
        let mut facts: Vec<Fact> = (20_727..20_758).map(|day| fact(0, day, "Usage", 100)).collect();
        facts.push(Fact { wide: true, ..fact(1, 20_727, "Usage", 3100) });
        assert_eq!(left(Kind::Charge, &facts, &cuts, &[]), [(1, 20_727, 20_727)]);
        // Half of the days were exported: the line is fuller.
        let half: Vec<Fact> = facts.iter().filter(|f| f.wide || f.day < 20_742).cloned().collect();
        assert_eq!(left(Kind::Charge, &half, &cuts, &[]), [(0, 20_727, 20_741)]);
        assert_eq!(left(Kind::Charge, &facts[..31], &cuts, &[]), []);
    }
}
