//! The calls of one user or customer: no rollup tells them apart by everything else, they are few, and every part of a
//! screen asks for them. They are read once.

use std::sync::{Arc, Mutex, PoisonError};

use outlay_model::cube::Slice;
use outlay_model::dimension::Dimension;
use outlay_model::query::Condition;
use outlay_model::tokens::BUCKETS;
use polars::prelude::*;
use rayon::prelude::*;

use super::scan::holds;
use crate::catalogue::files::FileRow;
use crate::datasets::files;
use crate::datasets::matching::Matching;
use crate::datasets::schema::{Dataset, Type};
use crate::error::{Error, Result};
use crate::layout::Layout;

/// More rows than this are not few, about 100 MB.
const MOST_ROWS: usize = 150_000;

/// What there are many of, so that one of them has few rows.
const MANY: [Dimension; 2] = [Dimension::User, Dimension::Customer];

/// Rows as they were found, a frame a file.
pub type Frames = Arc<Vec<DataFrame>>;

/// The rows that were found last, and where. None where they were too many.
#[derive(Debug)]
pub struct Found {
    matching: Matching,
    files: Vec<String>,
    frames: Option<Frames>,
}

/// Shared between all views of a ledger.
pub type Cache = Arc<Mutex<Option<Found>>>;

/// The condition that few calls meet, where these calls can answer a slice.
pub fn narrow(slice: &Slice) -> Option<&Condition> {
    let conditions = &slice.conditions;
    let mut dimensions = slice.by.iter().copied().chain(conditions.iter().map(|c| c.dimension));
    let on_ids = dimensions.any(|dimension| matches!(dimension, Dimension::Trace | Dimension::Session));
    let few = |c: &&Condition| {
        MANY.contains(&c.dimension) && !c.negate && c.values.len() <= 3 && !c.values.iter().any(String::is_empty)
    };
    conditions.iter().find(few).filter(|_| !on_ids)
}

/// The calls of some files that meet a narrow condition, from memory where they were asked for last; nothing where they
/// are too many to be kept.
///
/// # Errors
/// Where a file cannot be read.
pub fn rows(cache: &Cache, layout: &Layout, from: &[FileRow], condition: &Condition) -> Result<Option<Frames>> {
    let matching = Matching { column: condition.dimension.name().to_owned(), words: condition.values.clone() };
    // Files never change, and a name is given once.
    let names: Vec<String> = from.iter().map(|file| file.path.clone()).collect();
    let lock = || cache.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = lock().as_ref()
        && (&found.matching, &found.files) == (&matching, &names)
    {
        return Ok(found.frames.clone());
    }
    let read = |file: &FileRow, columns: &[&str]| {
        let path = layout.file(&file.path);
        let lazy = files::lazy_where(&path, Some(&matching))?.filter(holds(condition));
        let columns: Vec<Expr> = columns.iter().map(|name| col(*name)).collect();
        lazy.select(columns).collect().map_err(|e| Error::Damaged { path, reason: e.to_string() })
    };
    // How many there are is known before they are read.
    let mut with: Vec<&FileRow> = Vec::new();
    let mut rows = 0;
    for some in from.chunks(rayon::current_num_threads()) {
        let count = |file: &FileRow| Ok(read(file, &[condition.dimension.name()])?.height());
        for (file, found) in some.iter().zip(some.par_iter().map(count).collect::<Result<Vec<usize>>>()?) {
            rows += found;
            with.extend((found > 0).then_some(file));
        }
        if rows > MOST_ROWS {
            *lock() = Some(Found { matching, files: names, frames: None });
            return Ok(None);
        }
    }
    let columns = columns();
    let frames = with.par_iter().map(|file| read(file, &columns)).collect::<Result<Vec<_>>>()?;
    let frames = Some(Arc::new(frames));
    *lock() = Some(Found { matching, files: names, frames: frames.clone() });
    Ok(frames)
}

/// What sums of calls are made of.
fn columns() -> Vec<&'static str> {
    let dims = Dataset::Calls.columns().into_iter().filter(|(_, kind)| *kind == Type::Dim).map(|(name, _)| name);
    let numbers = ["time", "rate_set", "attempt", "recorded_cost", "reasoning", "import", "file"];
    dims.chain(numbers).chain(BUCKETS).collect()
}
