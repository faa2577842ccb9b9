//! From buffered rows to files: which parts change, which rows stand, what is written and what goes.
//!
//! Nothing here touches the catalogue: the result is a [`Plan`], which one SQLite transaction makes true.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono_tz::Tz;
use outlay_model::time::{DAY, utc_day};
use polars::prelude::*;

use crate::catalogue::files::FileRow;
use crate::datasets::dedupe::{Candidate, KEY_COLUMNS, candidates, decide};
use crate::datasets::files;
use crate::datasets::frames::{conform, stack};
use crate::datasets::identity::contents;
use crate::datasets::likeness::{LIKENESS, likeness};
use crate::datasets::lineage::{self, Lineage};
use crate::datasets::parts::{Cut, Span, folder};
use crate::datasets::rollup::{self, Room, read_ints};
use crate::datasets::schema::Dataset;
use crate::datasets::spill::{Spill, times};
use crate::datasets::words::{NONE, Words};
use crate::error::Result;
use crate::layout::Layout;

/// Files with fewer rows are merged with new ones.
const SMALL: i64 = 1 << 18;
/// A part with more files than this is merged into one.
const MOST_FILES: usize = 4;
const NEW: u32 = u32::MAX;
const NEIGHBOUR: u32 = u32::MAX - 1;

/// A file written, with its rollups.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub file: FileRow,
    /// Its rollups.
    pub rollups: Vec<FileRow>,
}

/// What a publication changes.
#[derive(Debug, Default)]
pub struct Plan {
    /// Ids of files that the new snapshot no longer sees.
    pub removed: Vec<i64>,
    /// Files that it sees from now on.
    pub added: Vec<Written>,
    /// Rows of this import that stand, by file number.
    pub standing: HashMap<i64, u64>,
}

/// What a rebuild needs to know.
pub struct Rebuild<'a> {
    /// Where things lie.
    pub layout: &'a Layout,
    /// Folder for files under construction.
    pub scratch: &'a std::path::Path,
    /// Dataset.
    pub dataset: Dataset,
    /// Its files of standing rows.
    pub standing: Vec<FileRow>,
    /// Its files of displaced rows.
    pub aside: Vec<FileRow>,
    /// New rows.
    pub spill: Option<&'a Spill>,
    /// The ledger's steps, where calls are decided about: what lies between them in a trace.
    pub steps: Vec<FileRow>,
    /// New steps.
    pub new_steps: Option<&'a Spill>,
    /// Files whose calls are spans.
    pub of_spans: &'a HashSet<(i64, i64)>,
    /// Import to leave out.
    pub exclude: Option<i64>,
    /// UTC days that change beside those of the new rows.
    pub days: BTreeSet<i32>,
    /// Number of the snapshot to be.
    pub snapshot: i64,
    /// Zone that rollups cut days in.
    pub zone: Tz,
    /// Whether to go on.
    pub go_on: &'a dyn Fn() -> bool,
}

/// What the next file begins with.
#[derive(Default)]
struct Next {
    number: u32,
    room: Room,
}

struct Part {
    span: Span,
    /// The month's layout changes: existing files are only sources.
    moves: bool,
}

impl Rebuild<'_> {
    /// Decides and writes.
    pub fn run(&self, words: &mut Words) -> Result<Plan> {
        let mut plan = Plan::default();
        let new_days = self.spill.map(Spill::days).unwrap_or_default();
        let mut days: BTreeSet<i32> = self.days.clone();
        // A new row can displace one with the same id a day before or after.
        // And a new step can show that calls of two files are one.
        let new_steps = self.new_steps.map(Spill::days).unwrap_or_default();
        for day in new_days.keys().chain(new_steps.keys()) {
            days.extend([day - 1, *day, day + 1]);
        }
        let mut next = Next::default();
        let mut keys = KeyCache::default();
        let mut moved: BTreeSet<i64> = BTreeSet::new();
        for part in self.parts(&days, &new_days) {
            if !(self.go_on)() {
                return Err(crate::error::Error::Cancelled);
            }
            if part.moves {
                moved.extend(self.files().filter(|f| overlaps(f, part.span.first, part.span.last)).map(|f| f.id));
            }
            self.part(&part, words, &mut keys, &mut plan, &mut next)?;
        }
        plan.removed.extend(moved);
        plan.removed.sort_unstable();
        plan.removed.dedup();
        Ok(plan)
    }

    fn files(&self) -> impl Iterator<Item = &FileRow> {
        self.standing.iter().chain(&self.aside)
    }

    /// Parts that the days fall into. Days of which nobody has a row make no part.
    fn parts(&self, days: &BTreeSet<i32>, new_days: &BTreeMap<i32, usize>) -> Vec<Part> {
        let mut months: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        for day in days {
            months.entry(Cut::Month.around(*day).first).or_default().push(*day);
        }
        let mut parts = Vec::new();
        for (first, days) in months {
            let month = Cut::Month.around(first);
            let existing: Vec<&FileRow> = self.files().filter(|f| f.part.starts_with(&month.label)).collect();
            let new: usize = new_days.range(month.first..=month.last).map(|(_, rows)| rows).sum();
            let rows = existing.iter().map(|f| f.rows as usize).sum::<usize>() + new;
            if rows == 0 {
                continue;
            }
            // What was cut once is not put together again.
            let before = existing.iter().map(|f| Cut::of(&f.part));
            let cut = before.clone().fold(Cut::for_rows(rows), Ord::max);
            let moves = before.min().is_some_and(|coarsest| coarsest < cut);
            let days = if moves { (month.first..=month.last).collect() } else { days };
            let mut spans: Vec<Span> = days.into_iter().map(|day| cut.around(day)).collect();
            spans.dedup();
            parts.extend(spans.into_iter().map(|span| Part { span, moves }));
        }
        parts
    }

    fn part(
        &self,
        part: &Part,
        words: &mut Words,
        keys: &mut KeyCache,
        plan: &mut Plan,
        next: &mut Next,
    ) -> Result<()> {
        let here = |f: &&FileRow| {
            if part.moves { overlaps(f, part.span.first, part.span.last) } else { f.part == part.span.label }
        };
        let standing: Vec<&FileRow> = self.standing.iter().filter(here).collect();
        let aside: Vec<&FileRow> = self.aside.iter().filter(here).collect();
        let new_keys = match self.spill {
            Some(spill) => spill.rows(part.span.first, part.span.last, Some(&KEY_COLUMNS))?,
            None => None,
        };
        if standing.is_empty() && aside.is_empty() && new_keys.is_none() {
            return Ok(());
        }
        let mut all: Vec<Candidate> = Vec::new();
        if let Some(frame) = &new_keys {
            candidates(frame, NEW, &mut all)?;
        }
        let sources: Vec<&FileRow> = standing.iter().chain(&aside).copied().collect();
        for (source, file) in sources.iter().enumerate() {
            let frame = keys.get(self.layout, file)?;
            candidates(&frame, source as u32, &mut all)?;
        }
        all.retain(|c| (part.span.first..=part.span.last).contains(&c.day_number()) && Some(c.import) != self.exclude);
        if all.iter().any(Candidate::has_id) {
            self.neighbours(part, keys, &mut all)?;
        }
        let some_new = new_keys.is_some();
        drop(new_keys);
        let mut fresh = match self.spill {
            Some(spill) if some_new => spill.rows(part.span.first, part.span.last, None)?,
            _ => None,
        };
        let mut decided = decide(&all);
        if !decided.tied.is_empty() {
            self.compare(&mut all, &decided.tied, fresh.as_ref(), &sources, words)?;
            decided = decide(&all);
        }
        let mut stands = decided.stands;
        for row in self.repeated(part, &all, fresh.as_ref(), &sources)? {
            stands[row as usize] = false;
        }

        // What becomes of every row that lies here.
        let mut new_standing = Vec::new();
        let mut new_aside = Vec::new();
        let mut kept: Vec<Vec<u32>> = vec![Vec::new(); sources.len()];
        let mut crossing: Vec<Vec<u32>> = vec![Vec::new(); sources.len()];
        for (candidate, stands) in all.iter().zip(stands) {
            match candidate.source {
                NEIGHBOUR => {}
                NEW => {
                    if stands {
                        *plan.standing.entry(candidate.file).or_default() += 1;
                        new_standing.push(candidate.index);
                    } else {
                        new_aside.push(candidate.index);
                    }
                }
                source => {
                    let was_standing = (source as usize) < standing.len();
                    let target = if stands == was_standing { &mut kept } else { &mut crossing };
                    target[source as usize].push(candidate.index);
                }
            }
        }
        drop(all);
        let mut to_standing = Pieces::default();
        let mut to_aside = Pieces::default();
        if let Some(frame) = fresh.take() {
            if new_aside.is_empty() {
                to_standing.push(frame);
            } else {
                to_standing.take(&frame, &mut new_standing)?;
                to_aside.take(&frame, &mut new_aside)?;
            }
        }
        for (at, file) in sources.iter().enumerate() {
            if !crossing[at].is_empty() {
                let frame = self.load(file, words)?;
                let target = if at < standing.len() { &mut to_aside } else { &mut to_standing };
                target.take(&frame, &mut crossing[at])?;
            }
        }
        let (standing_files, aside_files) = kept.split_at_mut(standing.len());
        self.settle(part, &standing, standing_files, to_standing, words, plan, next, self.dataset.name(), true)?;
        let aside_name = self.dataset.aside();
        self.settle(part, &aside, aside_files, to_aside, words, plan, next, &aside_name, false)
    }

    /// Adds rows with ids from one day to each side.
    fn neighbours(&self, part: &Part, keys: &mut KeyCache, all: &mut Vec<Candidate>) -> Result<()> {
        for day in [part.span.first - 1, part.span.last + 1] {
            let start = all.len();
            if let Some(spill) = self.spill
                && let Some(frame) = spill.rows(day, day, Some(&KEY_COLUMNS))?
            {
                candidates(&frame, NEIGHBOUR, all)?;
            }
            let files: Vec<&FileRow> = self.files().filter(|f| overlaps(f, day, day)).collect();
            for file in files {
                let frame = keys.get(self.layout, file)?;
                candidates(&frame, NEIGHBOUR, all)?;
            }
            let mut at = start;
            while at < all.len() {
                let c = &all[at];
                if c.day_number() == day && c.has_id() && Some(c.import) != self.exclude {
                    at += 1;
                } else {
                    all.swap_remove(at);
                }
            }
        }
        Ok(())
    }

    /// The calls of a part, by their number in `all`, whose tokens are told by spans of other files below them.
    fn repeated(
        &self,
        part: &Part,
        all: &[Candidate],
        fresh: Option<&DataFrame>,
        sources: &[&FileRow],
    ) -> Result<Vec<u32>> {
        if self.dataset != Dataset::Calls {
            return Ok(Vec::new());
        }
        // A file alone was decided about when it was read.
        if self.of_spans.len() < 2 || !all.iter().any(|c| self.of_spans.contains(&(c.import, c.file))) {
            return Ok(Vec::new());
        }
        let (first, last) = (part.span.first - 1, part.span.last + 1);
        let steps: Vec<&FileRow> = self.steps.iter().filter(|file| overlaps(file, first, last)).collect();
        let read = |file: &FileRow, columns: &[&str]| files::read(&self.layout.file(&file.path), Some(columns));
        let days = |frame: &DataFrame, range: std::ops::RangeInclusive<i32>| -> Result<Vec<u32>> {
            let time = times(frame)?;
            let (imports, gone) = (read_ints(frame, "import")?, self.exclude);
            let within = |row: &u32| {
                let row = *row as usize;
                range.contains(&utc_day(time[row])) && Some(imports.at(row)) != gone
            };
            Ok((0..time.len() as u32).filter(within).collect())
        };
        let beside: Vec<&FileRow> =
            self.files().filter(|file| overlaps(file, first, first) || overlaps(file, last, last)).collect();
        // Most logs name no parents, and nothing else of them is read.
        let mut any = fresh.is_some_and(|frame| lineage::names_parents(frame).unwrap_or(true));
        for file in sources.iter().chain(&beside).chain(&steps) {
            any = any || lineage::names_parents(&read(file, &["parent_id"])?)?;
        }
        for spill in [self.spill, self.new_steps].into_iter().flatten() {
            if any {
                break;
            }
            let rows = spill.rows(first, last, Some(&["parent_id"]))?;
            any = rows.is_some_and(|frame| lineage::names_parents(&frame).unwrap_or(true));
        }
        if !any {
            return Ok(Vec::new());
        }
        let mut tree = Lineage::of(self.of_spans);
        for (number, file) in (0..).zip(sources) {
            let rows = all.iter().zip(0..).filter(|(c, _)| c.source == number).map(|(c, row)| (c.index, Some(row)));
            tree.add(&read(file, &lineage::COLUMNS)?, true, rows)?;
        }
        if let Some(frame) = fresh {
            let rows = all.iter().zip(0..).filter(|(c, _)| c.source == NEW).map(|(c, row)| (c.index, Some(row)));
            tree.add(frame, true, rows)?;
        }
        let sides = [first..=first, last..=last];
        for (spill, calls, ranges) in
            [(self.spill, true, &sides[..]), (self.new_steps, false, std::slice::from_ref(&(first..=last)))]
        {
            for range in ranges {
                let rows = spill.map(|spill| spill.rows(*range.start(), *range.end(), Some(&lineage::COLUMNS)));
                if let Some(frame) = rows.transpose()?.flatten() {
                    tree.add(&frame, calls, (0..frame.height() as u32).map(|row| (row, None)))?;
                }
            }
        }
        for file in beside {
            let frame = read(file, &lineage::COLUMNS)?;
            for range in sides.clone() {
                let rows = days(&frame, range)?;
                tree.add(&frame, true, rows.into_iter().map(|row| (row, None)))?;
            }
        }
        for file in steps {
            let frame = read(file, &lineage::COLUMNS)?;
            let rows = days(&frame, first..=last)?;
            tree.add(&frame, false, rows.into_iter().map(|row| (row, None)))?;
        }
        Ok(tree.repeated())
    }

    /// Compares the content of rows between which precedence and time do not decide. Those of other days' parts are
    /// left as they are: of rows of one time, all stand or fall with this part's rows alike.
    fn compare(
        &self,
        all: &mut [Candidate],
        tied: &[u32],
        fresh: Option<&DataFrame>,
        sources: &[&FileRow],
        words: &mut Words,
    ) -> Result<()> {
        let columns = self.dataset.columns();
        let mut by_source: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for at in tied {
            by_source.entry(all[*at as usize].source).or_default().push(*at);
        }
        by_source.remove(&NEIGHBOUR);
        for (source, candidates) in by_source {
            let loaded;
            let frame = match (source, fresh) {
                (NEW, Some(frame)) => frame,
                (NEW, None) => continue,
                _ => {
                    loaded = self.load(sources[source as usize], words)?;
                    &loaded
                }
            };
            let rows = candidates.iter().map(|at| all[*at as usize].index).collect();
            let rows = frame.take(&IdxCa::from_vec("rows".into(), rows))?;
            for (at, content) in candidates.into_iter().zip(contents(&rows, words, &columns)?) {
                all[at as usize].tie = content;
            }
        }
        Ok(())
    }

    fn load(&self, file: &FileRow, words: &mut Words) -> Result<DataFrame> {
        let columns = self.dataset.columns();
        let frame = conform(&files::read(&self.layout.file(&file.path), None)?, &columns)?;
        Ok(words.encode(&frame, &columns)?)
    }

    /// Keeps, merges or rewrites the files of a part, given the rows that each keeps and the rows to add.
    #[expect(clippy::too_many_arguments, reason = "the one place where a part's files change")]
    fn settle(
        &self,
        part: &Part,
        old: &[&FileRow],
        kept: &mut [Vec<u32>],
        mut add: Pieces,
        words: &mut Words,
        plan: &mut Plan,
        next: &mut Next,
        dataset: &str,
        rolled: bool,
    ) -> Result<()> {
        let changed = |at: usize| part.moves || kept[at].len() as i64 != old[at].rows;
        let grows = !add.is_empty();
        let too_many = grows && old.len() >= MOST_FILES;
        let merged: Vec<usize> =
            (0..old.len()).filter(|&at| changed(at) || (grows && (old[at].rows < SMALL || too_many))).collect();
        if merged.is_empty() && !grows {
            return Ok(());
        }
        for &at in &merged {
            if !kept[at].is_empty() {
                let frame = self.load(old[at], words)?;
                if kept[at].len() == frame.height() {
                    add.push(frame);
                } else {
                    add.take(&frame, &mut kept[at])?;
                }
            }
            if !part.moves {
                plan.removed.push(old[at].id);
            }
        }
        let Some(frame) = add.into_frame()? else { return Ok(()) };
        let frame = in_order(frame)?;
        let path = |name: &str, sequence: u32| {
            format!("{name}/{}/{:06}-{sequence}.parquet", folder(&part.span.label), self.snapshot)
        };
        let at = times(&frame)?;
        let (first, last) = (at.first().copied().unwrap_or_default(), at.last().copied().unwrap_or_default());
        let mut row = FileRow {
            id: 0,
            dataset: dataset.to_owned(),
            part: part.span.label.clone(),
            path: path(dataset, next.number),
            rows: frame.height() as i64,
            bytes: 0,
            hash: String::new(),
            first,
            last,
            zone: self.zone.name().to_owned(),
            scores: scored(&frame),
        };
        self.write(&frame, words, &mut row)?;
        let rollups = if rolled && self.dataset == Dataset::Calls {
            let number = next.number;
            let named = |name: &str| path(name, number);
            let room = &mut next.room;
            write_rollups(&frame, words, room, self.zone, &row, named, |frame, words, file| {
                self.write(frame, words, file)
            })?
        } else {
            Vec::new()
        };
        next.number += 1;
        plan.added.push(Written { file: row, rollups });
        Ok(())
    }

    fn write(&self, frame: &DataFrame, words: &Words, file: &mut FileRow) -> Result<()> {
        (file.bytes, file.hash) = files::write(frame, Some(words), self.scratch, &self.layout.file(&file.path))?;
        Ok(())
    }
}

/// Makes the rollups of a file of calls, given as codes, and gives each to `save`, which fills in bytes and hash.
pub fn write_rollups(
    calls: &DataFrame,
    words: &mut Words,
    room: &mut Room,
    zone: Tz,
    of: &FileRow,
    path: impl Fn(&str) -> String,
    save: impl Fn(&DataFrame, &Words, &mut FileRow) -> Result<()>,
) -> Result<Vec<FileRow>> {
    let mut out = Vec::new();
    let mut add = |name: &str, frame: &DataFrame, words: &Words, overflow: &[&str]| -> Result<()> {
        let overflow: String = overflow.iter().map(|d| format!("|{d}")).collect();
        let mut file = FileRow {
            dataset: name.to_owned(),
            path: path(name),
            rows: frame.height() as i64,
            zone: format!("{}{overflow}", zone.name()),
            scores: 0,
            ..of.clone()
        };
        save(frame, words, &mut file)?;
        out.push(file);
        Ok(())
    };
    for rolled in rollup::roll_up(calls, words, zone, room)? {
        add(rolled.rollup.name, &rolled.frame, words, &rolled.overflow)?;
    }
    add(LIKENESS, &likeness(calls, words)?, words, &[])?;
    Ok(out)
}

/// Scores in the rows of calls, given as codes or as words.
pub fn scored(frame: &DataFrame) -> i64 {
    let Ok(column) = frame.column("score_name") else { return 0 };
    let count = |told: usize| told as i64;
    match (column.as_scalar_column(), column.dtype()) {
        (Some(one), DataType::UInt32) if one.scalar().value().extract::<u32>() == Some(NONE) => 0,
        (_, DataType::UInt32) => {
            column.u32().map_or(0, |codes| count(codes.iter().filter(|c| c.is_some_and(|c| c != NONE)).count()))
        }
        _ => count(column.len() - column.null_count()),
    }
}

impl Candidate {
    fn day_number(&self) -> i32 {
        utc_day(self.instant())
    }
}

fn overlaps(file: &FileRow, first: i32, last: i32) -> bool {
    file.first < i64::from(last + 1) * DAY && file.last >= i64::from(first) * DAY
}

/// Rows by time, then identity: the same rows always make the same file.
fn in_order(frame: DataFrame) -> Result<DataFrame> {
    let at = times(&frame)?;
    let (key, origin) = (read_ints(&frame, "key_a")?, read_ints(&frame, "row")?);
    let place = |row: usize| (at[row], key.at(row), origin.at(row));
    if (1..at.len()).all(|row| at[row - 1] < at[row] || place(row - 1) <= place(row)) {
        return Ok(frame);
    }
    let mut order: Vec<(i64, IdxSize)> = at.iter().zip(0..).map(|(time, row)| (*time, row)).collect();
    order.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| place(*x as usize).cmp(&place(*y as usize))));
    let order = order.into_iter().map(|(_, row)| row).collect();
    Ok(frame.take(&IdxCa::from_vec("order".into(), order))?)
}

/// Frames to be put under one another.
#[derive(Default)]
struct Pieces(Vec<DataFrame>);

impl Pieces {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    fn push(&mut self, frame: DataFrame) {
        self.0.push(frame);
    }
    fn take(&mut self, frame: &DataFrame, rows: &mut Vec<u32>) -> Result<()> {
        if !rows.is_empty() {
            rows.sort_unstable();
            self.0.push(frame.take(&IdxCa::from_vec("rows".into(), std::mem::take(rows)))?);
        }
        Ok(())
    }
    fn into_frame(self) -> Result<Option<DataFrame>> {
        Ok(stack(self.0)?)
    }
}

/// Key columns of the files read last: a day's file is asked for by its neighbours too.
#[derive(Default)]
struct KeyCache(Vec<(String, DataFrame)>);

impl KeyCache {
    fn get(&mut self, layout: &Layout, file: &FileRow) -> Result<DataFrame> {
        if let Some((_, frame)) = self.0.iter().find(|(path, _)| *path == file.path) {
            return Ok(frame.clone());
        }
        let frame = files::read(&layout.file(&file.path), Some(&KEY_COLUMNS))?;
        if self.0.len() >= 8 {
            self.0.remove(0);
        }
        self.0.push((file.path.clone(), frame.clone()));
        Ok(frame)
    }
}
