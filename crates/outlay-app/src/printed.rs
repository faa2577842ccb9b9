//! Tables with their cells as people read them, for a terminal and for paper.

use outlay_analysis::words::unit;
use outlay_model::money::{Currency, Money};
use outlay_model::view::{Cell, Column, TableSpec, Unit};

use crate::numbers::{Numbers, decimals};

/// A table whose cells are printed; all amounts of a column have as many decimals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Headings with their units.
    pub headings: Vec<String>,
    /// As many texts as there are headings, a row.
    pub rows: Vec<Vec<String>>,
}

/// Whether the cells of a column are figures, which end in one line.
#[must_use]
pub fn is_figure(unit: Unit) -> bool {
    matches!(unit, Unit::Count | Unit::Tokens | Unit::Money | Unit::Share | Unit::Milliseconds)
}

/// Prints a table.
#[must_use]
pub fn printed(spec: &TableSpec, numbers: Numbers) -> Printed {
    let columns: Vec<(u32, bool)> = (0..spec.columns.len())
        .map(|at| (decimals(amounts(spec, at).map(|m| m.amount)), currency(spec, at).is_some()))
        .collect();
    let rows = spec.rows.iter().map(|row| {
        let cells = columns.iter().enumerate();
        let print = |(at, how): (usize, &(u32, bool))| {
            row.cells.get(at).map_or_else(String::new, |c| cell(c, spec.columns[at].unit, *how, numbers))
        };
        cells.map(print).collect()
    });
    Printed {
        headings: spec.columns.iter().enumerate().map(|(at, column)| heading(spec, at, column)).collect(),
        rows: rows.collect(),
    }
}

/// The currency that all money of a column has.
fn currency(spec: &TableSpec, at: usize) -> Option<Currency> {
    let mut codes = amounts(spec, at).map(|m| m.currency);
    let first = codes.next()?;
    codes.all(|c| c == first).then_some(first)
}

fn amounts(spec: &TableSpec, at: usize) -> impl Iterator<Item = Money> + '_ {
    spec.rows.iter().filter_map(move |row| match row.cells.get(at) {
        Some(Cell::Money(money)) => Some(*money),
        _ => None,
    })
}

/// The heading with its unit.
fn heading(spec: &TableSpec, at: usize, column: &Column) -> String {
    let title = &column.title;
    let told = match column.unit {
        Unit::Money => {
            currency(spec, at).filter(|code| title != &unit(*code)).map_or_else(String::new, |c| c.to_string())
        }
        Unit::Share => "%".to_owned(),
        Unit::Milliseconds => "ms".to_owned(),
        _ => String::new(),
    };
    if told.is_empty() || title.contains(&told) { title.clone() } else { format!("{title}, {told}") }
}

fn cell(cell: &Cell, unit: Unit, (decimals, one_currency): (u32, bool), numbers: Numbers) -> String {
    match cell {
        // Most prices begin and end at midnight, UTC, as everything in a price book.
        Cell::Text(text) if unit == Unit::Date => text.strip_suffix("T00:00:00Z").unwrap_or(text).to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => numbers.count(*count),
        Cell::Money(money) if one_currency => numbers.amount(money.amount, decimals),
        Cell::Money(money) => format!("{} {}", numbers.amount(money.amount, decimals), money.currency),
        Cell::Share(share) => numbers.percentage(*share),
        Cell::Unknown(text) if text.is_empty() => "unknown".to_owned(),
        Cell::Unknown(text) => text.clone(),
    }
}
