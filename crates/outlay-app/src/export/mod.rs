//! Answers as files: the table as CSV, the chart as SVG, each with what its figures rest on.
//!
//! Both shells write the same bytes: the window into a file that the user named, the command line to its standard
//! output. [`crate::use_cases::export`] asks the questions; this module only writes.

pub(crate) mod calls;
mod csv;
mod notes;
pub(crate) mod paper;
pub(crate) mod place;

use outlay_draw::Look;
use outlay_model::view::{ChartSpec, RowKind, Shape, TableSpec};

use crate::replies::ErrorReply;
pub(crate) use csv::Sheet;
pub(crate) use notes::notes;

/// A table as CSV: exact decimals with their currency in a column of its own, unknown as an empty cell, texts that a
/// spreadsheet would take for a formula behind an apostrophe. `kinds` adds a column that tells items, rest and total
/// apart.
///
/// # Errors
/// Our fault where the table cannot be written.
pub fn csv(table: &TableSpec, kinds: bool) -> Result<String, ErrorReply> {
    let mut bytes = Vec::new();
    let mut sheet = Sheet::new(&mut bytes, &table.columns, kinds)?;
    table.rows.iter().try_for_each(|row| sheet.row(row))?;
    sheet.finish()?;
    String::from_utf8(bytes).map_err(|e| ErrorReply::fault(e.to_string()))
}

/// A chart as SVG, with what it rests on below it.
pub(crate) fn svg(chart: &ChartSpec, notes: &[String]) -> Result<String, ErrorReply> {
    let mut look = Look::default();
    // Rows of words need their height.
    let rows = match chart.shape {
        Shape::Pareto { .. } | Shape::Waterfall { .. } => chart.categories.len(),
        Shape::Days { .. } => chart.series.len(),
        _ => 0,
    };
    let rows = u32::try_from(rows).unwrap_or(u32::MAX).min(500);
    look.height = look.height.max(60 + 20 * rows);
    // One after the other: a picture has no room for a line each.
    outlay_draw::sheet(chart, &look, &notes.join(" \u{b7} ")).map_err(|e| ErrorReply::fault(e.to_string()))
}

/// The first `most` items of a table, everything that is not an item, and how many items were left out.
#[must_use]
pub fn shorten(table: &TableSpec, most: Option<usize>) -> (TableSpec, usize) {
    let Some(most) = most else { return (table.clone(), 0) };
    let (mut items, mut cut) = (0, 0);
    let mut rows = Vec::new();
    for row in &table.rows {
        if row.kind == RowKind::Item {
            items += 1;
            if items > most {
                cut += 1;
                continue;
            }
        }
        rows.push(row.clone());
    }
    (TableSpec { title: table.title.clone(), columns: table.columns.clone(), rows }, cut)
}
