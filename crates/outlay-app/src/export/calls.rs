//! Calls as rows of a table: everything that is known of each.

use outlay_analysis::analyses::calls::{CallRow, CallsPage};
use outlay_model::money::{Money, Pico};
use outlay_model::tokens::BUCKETS;
use outlay_model::view::{Cell, Column, Row, RowKind, Unit};

/// What a column reads.
type Words = fn(&CallRow) -> &String;

/// Attributes that are words, by column.
const WORDS: [(&str, Words); 19] = [
    ("id", |c| &c.id),
    ("time", |c| &c.time),
    ("local_time", |c| &c.local_time),
    ("provider", |c| &c.provider),
    ("model", |c| &c.model),
    ("operation", |c| &c.operation),
    ("tier", |c| &c.tier),
    ("feature", |c| &c.feature),
    ("team", |c| &c.team),
    ("customer", |c| &c.customer),
    ("environment", |c| &c.environment),
    ("prompt_name", |c| &c.prompt_name),
    ("prompt_version", |c| &c.prompt_version),
    ("status", |c| &c.status),
    ("error_type", |c| &c.error_type),
    ("finish_reason", |c| &c.finish_reason),
    ("trace_id", |c| &c.trace_id),
    ("session", |c| &c.session),
    ("step_kind", |c| &c.step_kind),
];

const COST: &str = "cost";

/// The columns.
pub fn columns() -> Vec<Column> {
    let column = |key: &str, unit: Unit| Column { key: key.to_owned(), title: key.to_owned(), unit };
    let mut out: Vec<Column> = WORDS.iter().map(|(name, _)| column(name, Unit::Text)).collect();
    out.push(column("attempt", Unit::Count));
    out.extend(BUCKETS.iter().map(|name| column(name, Unit::Tokens)));
    out.push(column("reasoning", Unit::Tokens));
    out.push(column(COST, Unit::Money));
    out.push(column("recorded", Unit::Money));
    out.push(column("latency_ms", Unit::Milliseconds));
    out.push(column("ttft_ms", Unit::Milliseconds));
    out
}

/// A call.
pub fn row(call: &CallRow) -> Row {
    let unknown = || Cell::Unknown(String::new());
    let count = |value: Option<i64>| value.map_or_else(unknown, Cell::Count);
    let money = |value: Option<Money>| value.map_or_else(unknown, Cell::Money);
    let mut cells: Vec<Cell> = WORDS.iter().map(|(_, told)| Cell::Text(told(call).clone())).collect();
    cells.push(count((call.attempt > 0).then_some(call.attempt)));
    match call.tokens {
        Some(tokens) => cells.extend(tokens.buckets().map(Cell::Count)),
        None => cells.extend(BUCKETS.map(|_| unknown())),
    }
    cells.push(count(call.tokens.map(|t| t.reasoning)));
    cells.push(money(call.cost));
    cells.push(money(call.recorded));
    cells.push(count(call.latency_ms));
    cells.push(count(call.ttft_ms));
    Row { cells, kind: RowKind::Item, keys: None }
}

/// What is below the calls: what was not listed, so that all rows add up, and the total that the screen shows.
pub fn below(page: &CallsPage, listed: i64, cost: Pico, columns: &[Column]) -> Vec<Row> {
    let mut out = Vec::new();
    if page.total > listed {
        let left = Money::new(Pico(page.cost.amount.0 - cost.0), page.cost.currency);
        out.push(sum(&format!("{} further calls", page.total - listed), left, RowKind::Rest, columns));
    }
    out.push(sum(&format!("total of {} calls", page.total), page.cost, RowKind::Total, columns));
    out
}

fn sum(label: &str, cost: Money, kind: RowKind, columns: &[Column]) -> Row {
    let cell = |(at, column): (usize, &Column)| match column.key.as_str() {
        COST => Cell::Money(cost),
        _ if at == 0 => Cell::Text(label.to_owned()),
        _ => Cell::Text(String::new()),
    };
    Row { cells: columns.iter().enumerate().map(cell).collect(), kind, keys: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_analysis::answer::{PeriodView, Trust};
    use outlay_model::view::TableSpec;

    #[test]
    fn every_row_has_a_cell_per_column_and_all_add_up() {
        let usd = |text: &str| Money::usd(Pico::parse(text).expect("an amount"));
        let call = CallRow { id: "a1".to_owned(), cost: Some(usd("0.038")), ..CallRow::default() };
        let unpriced = CallRow { id: "b2".to_owned(), ..CallRow::default() };
        let page = CallsPage {
            period: PeriodView::default(),
            total: 5,
            cost: usd("0.05"),
            offset: 0,
            rows: Vec::new(),
            trust: Trust::default(),
        };
        let mut rows = vec![row(&call), row(&unpriced)];
        rows.extend(below(&page, 2, usd("0.038").amount, &columns()));
        assert!(rows.iter().all(|r| r.cells.len() == columns().len()));
        let printed = crate::export::csv(&TableSpec { title: String::new(), columns: columns(), rows }, true);
        let printed = printed.expect("CSV");
        let ends = ["0.038000000,USD,,,,,item", ",,,,,,item", "0.012000000,USD,,,,,rest", "0.050000000,USD,,,,,total"];
        for (line, end) in printed.lines().skip(1).zip(ends) {
            assert!(line.ends_with(end), "{line}");
        }
        assert!(printed.contains("3 further calls,") && printed.contains("total of 5 calls,"), "{printed}");
    }
}
