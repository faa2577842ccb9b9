//! What is listed, as tables: each shell prints them, and exports write them.

mod calls;
mod coverage;
mod imports;
mod prices;

use outlay_model::money::Money;
use outlay_model::view::{Cell, Column, Row, RowKind, Unit};

pub use calls::{calls, traces};
pub use coverage::decisions;
pub use imports::{days, files, imports, rejects};
pub use prices::prices;

/// A column of a table made here.
#[must_use]
pub fn column(key: &str, title: &str, unit: Unit) -> Column {
    Column { key: key.to_owned(), title: title.to_owned(), unit }
}

/// A row that is one of the things listed.
#[must_use]
pub fn item(cells: Vec<Cell>) -> Row {
    Row { cells, kind: RowKind::Item, keys: None }
}

/// Words.
#[must_use]
pub fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

/// A count that may be unknown.
#[must_use]
pub fn count_or(count: Option<i64>, unknown: &str) -> Cell {
    count.map_or_else(|| Cell::Unknown(unknown.to_owned()), Cell::Count)
}

/// Money that may be unknown.
#[must_use]
pub fn money_or(money: Option<Money>, unknown: &str) -> Cell {
    money.map_or_else(|| Cell::Unknown(unknown.to_owned()), Cell::Money)
}
