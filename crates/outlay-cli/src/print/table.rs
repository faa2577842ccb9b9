//! Tables: aligned for people, exact as CSV.

use std::fmt::Write as _;

use outlay_app::printed::{Printed, is_figure, printed};
use outlay_app::replies::ErrorReply;
pub use outlay_app::tables::{column, count_or, item, money_or, text};
use outlay_model::view::{Column, RowKind, TableSpec};

use super::{FAINT, Look, REST, STRONG, columns, fit, inert, left, right};

const GAP: &str = "  ";
/// What ids are copied from is never cut.
const WHOLE: [&str; 2] = ["id", "trace_id"];
/// The least that a text column is cut to.
const LEAST: usize = 8;

/// A table for people: its title, aligned columns, units in the headings, cut to the terminal.
pub fn table(spec: &TableSpec, look: &Look) -> String {
    let mut out = String::new();
    if !spec.title.is_empty() {
        let _ = writeln!(out, "{}", look.paint(STRONG, &inert(&spec.title)));
    }
    if spec.rows.is_empty() {
        let _ = writeln!(out, "{}", look.paint(FAINT, "none"));
        return out;
    }
    let Printed { headings, rows } = printed(spec, look.numbers);
    let headings: Vec<String> = headings.iter().map(|text| inert(text)).collect();
    let printed: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|text| inert(text)).collect()).collect();
    let mut widths: Vec<usize> = headings.iter().map(|h| columns(h)).collect();
    for row in &printed {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(text));
        }
    }
    shrink(&mut widths, &spec.columns, look.width);

    let line = |texts: &[String]| -> String {
        let cells: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(i, text)| {
                let text = fit(text, widths[i]);
                if is_figure(spec.columns[i].unit) { right(&text, widths[i]) } else { left(&text, widths[i]) }
            })
            .collect();
        cells.join(GAP).trim_end().to_owned()
    };
    let _ = writeln!(out, "{}", look.paint(FAINT, &line(&headings)));
    for (row, texts) in spec.rows.iter().zip(&printed) {
        let line = line(texts);
        let _ = match row.kind {
            RowKind::Item => writeln!(out, "{line}"),
            RowKind::Rest => writeln!(out, "{}", look.paint(REST, &line)),
            RowKind::Total => {
                let rule: usize = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
                writeln!(out, "{}\n{}", look.paint(FAINT, &"─".repeat(rule)), look.paint(STRONG, &line))
            }
        };
    }
    out
}

/// Takes columns from the widest texts until the table fits; figures and ids are never cut.
fn shrink(widths: &mut [usize], columns: &[Column], limit: Option<usize>) {
    let Some(limit) = limit else { return };
    loop {
        let total = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        let widest = (0..widths.len())
            .filter(|&i| !is_figure(columns[i].unit) && !WHOLE.contains(&columns[i].key.as_str()) && widths[i] > LEAST)
            .max_by_key(|&i| widths[i]);
        match widest {
            Some(i) if total > limit => widths[i] -= 1,
            _ => return,
        }
    }
}

/// A table as CSV, as the window's exports are written.
pub fn csv(spec: &TableSpec, look: &Look) -> Result<String, ErrorReply> {
    Ok(as_shown(outlay_app::export::csv(spec, false)?, look))
}

/// CSV as it is in a file or pipe; on a terminal also harmless there.
pub fn as_shown(csv: String, look: &Look) -> String {
    if look.width.is_none() { csv } else { csv.lines().map(|line| inert(line) + "\n").collect() }
}

/// Lines of `name  value`, aligned; empty values are left out.
pub fn pairs(pairs: &[(&str, String)], look: &Look) -> String {
    let width = pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(k, _)| columns(k)).max().unwrap_or(0);
    let mut out = String::new();
    for (key, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
        let _ = writeln!(out, "{}{GAP}{}", look.paint(FAINT, &left(key, width)), inert(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::money::{Money, Pico};
    use outlay_model::view::{Cell, Row, Unit};

    fn usd(text: &str) -> Cell {
        Cell::Money(Money::usd(Pico::parse(text).expect("an amount")))
    }

    fn sample() -> TableSpec {
        TableSpec {
            title: "Where do I start?".to_owned(),
            columns: vec![
                column("feature", "Feature", Unit::Text),
                column("calls", "Calls", Unit::Count),
                column("cost", "Cost", Unit::Money),
                column("share", "Share", Unit::Share),
            ],
            rows: vec![
                item(vec![text("search"), Cell::Count(41_210), usd("1204.125"), Cell::Share(0.713)]),
                item(vec![
                    text("模型"),
                    Cell::Unknown("not in this source".to_owned()),
                    usd("9.5"),
                    Cell::Share(0.006),
                ]),
                item(vec![text("=cmd()"), Cell::Count(1), Cell::Unknown(String::new()), Cell::Share(0.0)]),
                Row {
                    cells: vec![text("All"), Cell::Count(41_211), usd("1213.625"), Cell::Share(1.0)],
                    kind: RowKind::Total,
                    keys: None,
                },
            ],
        }
    }

    #[test]
    fn figures_end_in_one_column() {
        let printed = table(&sample(), &Look::plain());
        let want = "\
Where do I start?
Feature               Calls  Cost, USD  Share, %
search               41,210   1,204.12      71.3
模型     not in this source       9.50       0.6
=cmd()                    1    unknown       0.0
────────────────────────────────────────────────
All                  41,211   1,213.62     100.0
";
        assert_eq!(printed, want);
    }

    #[test]
    fn a_narrow_terminal_cuts_texts_not_figures() {
        let mut spec = sample();
        spec.rows[0].cells[0] = text("a very long feature name that nobody wants to read");
        let printed = table(&spec, &Look { width: Some(60), ..Look::plain() });
        assert!(printed.lines().all(|l| columns(l) <= 60), "{printed}");
        assert!(printed.contains("a very lo") && printed.contains('…') && printed.contains("1,204.12"), "{printed}");
    }

    #[test]
    fn several_currencies_are_named_in_the_cells() {
        let mut spec = sample();
        let eur = outlay_model::money::Currency::parse("EUR").expect("a code");
        spec.rows[1].cells[2] = Cell::Money(Money::new(Pico(PICO), eur));
        let printed = table(&spec, &Look::plain());
        assert!(printed.contains("1.00 EUR") && printed.contains("1,204.12 USD"), "{printed}");
        assert!(!printed.contains("Cost, "), "{printed}");
    }

    const PICO: i128 = outlay_model::money::PICO;

    #[test]
    fn csv_is_whole_in_a_file_and_harmless_on_a_terminal() {
        let mut spec = sample();
        spec.rows[0].cells[0] = text("a\u{1b}[2J");
        let whole = csv(&spec, &Look::plain()).expect("CSV");
        assert!(
            whole.starts_with("feature,calls,cost,cost_currency,share\na\u{1b}[2J,41210,1204.125000000,USD,"),
            "{whole}"
        );
        let shown = csv(&spec, &Look { width: Some(60), ..Look::plain() }).expect("CSV");
        assert!(shown.contains("\na\\u{1b}[2J,41210,") && shown.ends_with('\n'), "{shown}");
    }
}
