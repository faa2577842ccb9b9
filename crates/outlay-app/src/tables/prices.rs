//! Prices.

use outlay_model::view::{Cell, TableSpec, Unit};

use super::{column, item, money_or, text};
use crate::replies::PriceEntry;

/// Prices per million tokens; the columns that no entry fills only with `all`.
#[must_use]
pub fn prices(entries: &[PriceEntry], all: bool) -> TableSpec {
    type Pick = fn(&PriceEntry) -> Cell;
    let told: [(&str, &str, Unit, Pick); 15] = [
        ("provider", "Provider", Unit::Text, |e| text(&e.provider)),
        ("model", "Model", Unit::Text, |e| text(&e.model)),
        ("tier", "Tier", Unit::Text, |e| text(&e.tier)),
        ("band", "Size", Unit::Text, |e| text(&e.band)),
        ("region", "Region", Unit::Text, |e| text(&e.region)),
        ("valid_from", "From", Unit::Date, |e| text(e.valid_from.as_deref().unwrap_or(""))),
        ("valid_to", "To", Unit::Date, |e| text(e.valid_to.as_deref().unwrap_or(""))),
        ("uncached_input", "Input", Unit::Money, |e| money_or(e.uncached_input, "none")),
        ("cache_read", "Cache read", Unit::Money, |e| money_or(e.cache_read, "none")),
        ("cache_write_5m", "Write 5m", Unit::Money, |e| money_or(e.cache_write_5m, "none")),
        ("cache_write_1h", "Write 1h", Unit::Money, |e| money_or(e.cache_write_1h, "none")),
        ("output", "Output", Unit::Money, |e| money_or(e.output, "none")),
        ("status", "Status", Unit::Text, |e| text(&e.status)),
        ("book", "Book", Unit::Text, |e| text(&e.book)),
        ("used_tokens", "Used tokens", Unit::Tokens, |e| Cell::Count(e.used_tokens)),
    ];
    let empty = |cell: Cell| match cell {
        Cell::Text(t) => t.is_empty(),
        Cell::Unknown(_) => true,
        Cell::Count(c) => c == 0,
        _ => false,
    };
    let told: Vec<_> = told.into_iter().filter(|(.., pick)| all || !entries.iter().all(|e| empty(pick(e)))).collect();
    TableSpec {
        title: String::new(),
        columns: told.iter().map(|(key, title, unit, _)| column(key, title, *unit)).collect(),
        rows: entries.iter().map(|e| item(told.iter().map(|(.., pick)| pick(e)).collect())).collect(),
    }
}
