//! Scans, file by file: which files, which rows, and local days by expression.

use std::collections::VecDeque;

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;
use outlay_model::cube::{Cube, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::query::Condition;
use outlay_model::time::{DAY, HOUR, Micros, Period};
use polars::prelude::*;
use rayon::prelude::*;

use super::Selection;
use crate::catalogue::files::FileRow;
use crate::datasets::matching::Matching;
use crate::datasets::schema::{Dataset, Type};
use crate::datasets::{files, ids};
use crate::error::{Error, Result};
use crate::layout::Layout;

/// Asks each file the same and puts what they give under one another; `None` where there are no files.
///
/// One file is in memory at a time, whatever their number.
pub fn each(layout: &Layout, files: &[FileRow], ask: impl Fn(LazyFrame) -> LazyFrame) -> Result<Option<DataFrame>> {
    under_one_another(files.iter().map(|file| {
        let path = layout.file(&file.path);
        let found = ask(files::lazy(&path)?).collect();
        found.map_err(|e| Error::Damaged { path, reason: e.to_string() })
    }))
}

/// Puts frames of the same columns under one another; `None` where there are none.
pub fn under_one_another(frames: impl Iterator<Item = Result<DataFrame>>) -> Result<Option<DataFrame>> {
    let mut out: Option<DataFrame> = None;
    for frame in frames {
        match &mut out {
            Some(all) => {
                all.vstack_mut(&frame?)?;
            }
            None => out = Some(frame?),
        }
    }
    Ok(out)
}

/// Asks the rows of each file that match, several files at a time: of few rows little is in memory.
pub fn each_matching(
    layout: &Layout,
    files: &[FileRow],
    matching: &Matching,
    ask: impl Fn(LazyFrame) -> LazyFrame + Sync,
) -> Result<Option<DataFrame>> {
    let one = |file: &FileRow| {
        let path = layout.file(&file.path);
        let found = ask(files::lazy_where(&path, Some(matching))?).collect();
        found.map_err(|e| Error::Damaged { path, reason: e.to_string() })
    };
    under_one_another(files.par_iter().map(one).collect::<Vec<_>>().into_iter())
}

/// What one of some conditions says of a column of words, so that other rows need not be read.
pub fn matching(conditions: &[Condition], dataset: Dataset) -> Option<Matching> {
    let columns = dataset.columns();
    let is_word = |name: &str| columns.iter().any(|(n, kind)| *n == name && *kind == Type::Dim);
    let told = |condition: &&Condition| {
        let some = !condition.negate && !condition.values.iter().any(String::is_empty);
        some && is_word(condition.dimension.name())
    };
    // The narrowest first: a customer has fewer rows than a model.
    const NARROW: [Dimension; 4] = [Dimension::User, Dimension::Customer, Dimension::PromptName, Dimension::Feature];
    let place = |condition: &&Condition| NARROW.iter().position(|d| *d == condition.dimension).unwrap_or(NARROW.len());
    let found = conditions.iter().filter(told).min_by_key(place)?;
    Some(Matching { column: found.dimension.name().to_owned(), words: found.values.clone() })
}

/// Answers that were asked for last: the same sums stand above every screen, and people go back and forth.
#[derive(Debug, Default)]
pub struct Answered(VecDeque<(i64, bool, Slice, Cube)>);

impl Answered {
    /// Groups of all answers that are kept, about 30 MB.
    const MOST_GROUPS: usize = 100_000;

    /// The answer to a slice of a data version, from all rows or from those that count.
    pub fn get(&mut self, (snapshot, all, slice): (i64, bool, &Slice)) -> Option<Cube> {
        let same = |(s, a, of, _): &(i64, bool, Slice, Cube)| (*s, *a, of) == (snapshot, all, slice);
        let found = self.0.iter().position(same)?;
        let found = self.0.remove(found)?;
        let cube = found.3.clone();
        self.0.push_front(found);
        Some(cube)
    }

    /// Keeps an answer, in place of those that were asked for longest ago.
    pub fn keep(&mut self, (snapshot, all, slice): (i64, bool, &Slice), cube: &Cube) {
        if cube.groups.len() > Answered::MOST_GROUPS / 2 {
            return;
        }
        // Two may have asked the same at once.
        self.0.retain(|(s, a, of, _)| (*s, *a, of) != (snapshot, all, slice));
        self.0.push_front((snapshot, all, slice.clone(), cube.clone()));
        // An answer without groups takes room, too.
        let size = |(.., cube): &(i64, bool, Slice, Cube)| cube.groups.len() + 100;
        let mut groups: usize = self.0.iter().map(size).sum();
        while groups > Answered::MOST_GROUPS
            && let Some(oldest) = self.0.pop_back()
        {
            groups -= size(&oldest);
        }
    }
}

/// Files that can hold rows of a span.
pub fn within(files: Vec<FileRow>, start: Micros, end: Micros) -> Vec<FileRow> {
    files.into_iter().filter(|f| f.last >= start && f.first < end).collect()
}

/// Offsets of a zone over a span: each holds from its instant on.
pub fn offsets(zone: Tz, start: Micros, end: Micros) -> Vec<(Micros, i64)> {
    let offset = |at: Micros| {
        let at = chrono::DateTime::from_timestamp_micros(at).unwrap_or_default().naive_utc();
        i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc()) * 1_000_000
    };
    let mut out = vec![(start, offset(start))];
    let mut low = start;
    // No zone changes its clock twice within a day: look day by day, then halve to the quarter of an hour.
    while low < end {
        let high = (low + DAY).min(end);
        if offset(low) != offset(high) {
            let (mut before, mut after) = (low.div_euclid(HOUR / 4), high.div_euclid(HOUR / 4) + 1);
            while after - before > 1 {
                let middle = (before + after) / 2;
                if offset(middle * (HOUR / 4)) == offset(low) { before = middle } else { after = middle }
            }
            out.push((after * (HOUR / 4), offset(high)));
        }
        low = high;
    }
    out
}

/// Local microseconds of an instant column.
pub fn local(time: &Expr, offsets: &[(Micros, i64)]) -> Expr {
    let mut expr = time.clone() + lit(offsets[0].1);
    for (from, offset) in &offsets[1..] {
        expr = when(time.clone().lt(lit(*from))).then(expr).otherwise(time.clone() + lit(*offset));
    }
    expr
}

/// Local day number and hour of a local instant.
pub fn day_and_hour(local: Expr) -> (Expr, Expr) {
    // Integer division truncates, and every instant that a record may have is after 1970.
    let day = local.clone() / lit(DAY);
    let hour = (local % lit(DAY)) / lit(HOUR);
    (day, hour)
}

/// Rows of a period.
pub fn in_period(time: &Expr, period: &Period) -> Expr {
    time.clone().gt_eq(lit(period.start())).and(time.clone().lt(lit(period.end())))
}

/// Calls of a selection, those for which `counting` holds.
pub fn selected(lazy: LazyFrame, selection: &Selection, counting: Option<&Expr>) -> LazyFrame {
    let rows = lazy.filter(in_period(&col("time").cast(DataType::Int64), &selection.period));
    let rows = counting.cloned().into_iter().fold(rows, LazyFrame::filter);
    selection.conditions.iter().fold(rows, |rows, condition| rows.filter(holds(condition)))
}

/// Whether a column keeps ids as bytes.
fn is_id(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Trace | Dimension::Session)
}

/// Rows for which a condition holds.
pub fn holds(condition: &Condition) -> Expr {
    let column = col(condition.dimension.name());
    let any = condition
        .values
        .iter()
        .map(|value| {
            if value.is_empty() {
                column.clone().is_null()
            } else if is_id(condition.dimension) {
                let mut packed = Vec::new();
                ids::pack(value, &mut packed);
                column.clone().eq_missing(lit(packed))
            } else {
                column.clone().eq_missing(lit(value.clone()))
            }
        })
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(false));
    if condition.negate { any.not() } else { any }
}

/// Columns as they are read back.
pub struct Columns<'a>(pub &'a DataFrame);

impl Columns<'_> {
    /// Whole numbers; null = 0.
    pub fn ints(&self, name: &str) -> Result<Vec<i64>> {
        let column = self.0.column(name)?.cast(&DataType::Int64)?;
        Ok(column.i64()?.iter().map(Option::unwrap_or_default).collect())
    }
    /// Whole numbers that may be unknown.
    pub fn options(&self, name: &str) -> Result<Vec<Option<i64>>> {
        let column = self.0.column(name)?.cast(&DataType::Int64)?;
        Ok(column.i64()?.iter().collect())
    }
    /// Words or ids; null = empty.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        let column = self.0.column(name)?;
        Ok(match column.dtype() {
            DataType::Binary => column.binary()?.iter().map(|b| b.map_or_else(String::new, ids::unpack)).collect(),
            DataType::Null => vec![String::new(); column.len()],
            _ => column.str()?.iter().map(|t| t.unwrap_or_default().to_owned()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_change_with_the_clock() {
        // 2026-10-25T01:00:00Z: Berlin goes back from +2 to +1.
        let change = 1_792_890_000_000_000;
        let found = offsets(chrono_tz::Europe::Berlin, change - 2 * DAY, change + DAY);
        assert_eq!(found, [(change - 2 * DAY, 2 * HOUR), (change, HOUR)]);
    }
}
