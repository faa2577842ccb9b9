//! Calls and traces, the short way: see [`crate::export`] for everything that is known of a call.

use outlay_analysis::analyses::calls::CallRow;
use outlay_analysis::analyses::trace::TraceRow;
use outlay_model::view::{Cell, TableSpec, Unit};

use super::{column, count_or, item, money_or, text};

const UNKNOWN: &str = "unknown";

/// What is worth a column for a person.
#[must_use]
pub fn calls(rows: &[CallRow]) -> TableSpec {
    let any_feature = rows.iter().any(|r| !r.feature.is_empty());
    let mut columns = vec![
        column("time", "Time", Unit::Instant),
        column("model", "Model", Unit::Text),
        column("feature", if any_feature { "Feature" } else { "Operation" }, Unit::Text),
        column("input", "Tokens in", Unit::Tokens),
        column("output", "out", Unit::Tokens),
        column("cost", "Cost", Unit::Money),
        column("latency", "Latency", Unit::Milliseconds),
        column("status", "Status", Unit::Text),
    ];
    columns.push(column("id", "Id", Unit::Text));
    TableSpec {
        title: String::new(),
        columns,
        rows: rows
            .iter()
            .map(|r| {
                let status = if r.error_type.is_empty() { &r.status } else { &r.error_type };
                item(vec![
                    text(&r.local_time),
                    text(&r.model),
                    text(if any_feature { &r.feature } else { &r.operation }),
                    count_or(r.tokens.map(|t| t.total_input()), UNKNOWN),
                    count_or(r.tokens.map(|t| t.total_output()), UNKNOWN),
                    money_or(r.cost, if r.tokens.is_some() { "unpriced" } else { UNKNOWN }),
                    count_or(r.latency_ms, UNKNOWN),
                    text(status),
                    text(&r.id),
                ])
            })
            .collect(),
    }
}

/// Traces as a table.
#[must_use]
pub fn traces(rows: &[TraceRow]) -> TableSpec {
    let columns = vec![
        column("time", "Time", Unit::Instant),
        column("feature", "Feature", Unit::Text),
        column("model", "Dearest call's model", Unit::Text),
        column("calls", "Calls", Unit::Count),
        column("duration", "Took", Unit::Milliseconds),
        column("cost", "Cost", Unit::Money),
        column("id", "Id", Unit::Text),
    ];
    let rows = rows.iter().map(|trace| {
        item(vec![
            text(&trace.local_time),
            text(&trace.dearest.feature),
            text(&trace.dearest.model),
            Cell::Count(trace.calls),
            Cell::Count(trace.duration_ms),
            Cell::Money(trace.cost),
            text(&trace.trace_id),
        ])
    });
    TableSpec { title: String::new(), columns, rows: rows.collect() }
}
