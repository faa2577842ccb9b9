//! Decisions on what makes a total.

use outlay_analysis::analyses::coverage::Decided;
use outlay_analysis::answer::HeadlineSource;
use outlay_model::view::{TableSpec, Unit};

use super::{column, item, text};

/// Which sources were chosen, for which days, and why.
#[must_use]
pub fn decisions(decided: &[Decided]) -> TableSpec {
    let rows = decided.iter().map(|of| {
        item(vec![
            text(&of.provider),
            text(&of.account),
            text(&of.from),
            text(&of.to),
            text(of.source.map_or("the usual order", HeadlineSource::title)),
            text(&of.reason),
        ])
    });
    TableSpec {
        title: "Who chose otherwise?".to_owned(),
        columns: vec![
            column("provider", "provider", Unit::Text),
            column("account", "account", Unit::Text),
            column("from", "from", Unit::Text),
            column("to", "to", Unit::Text),
            column("source", "source", Unit::Text),
            column("reason", "why", Unit::Text),
        ],
        rows: rows.collect(),
    }
}
