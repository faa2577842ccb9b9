//! A table as CSV, row by row, so that a list of any length needs the memory of one row.

use std::io::Write;

use outlay_model::view::{Cell, Column, Row, RowKind, Unit};

use crate::replies::ErrorReply;

/// A table that is being written. Every record has the same number of cells, notes too.
pub struct Sheet<W: Write> {
    writer: ::csv::Writer<W>,
    columns: Vec<Column>,
    kinds: bool,
}

fn lost(error: &dyn std::fmt::Display) -> ErrorReply {
    ErrorReply::new("disk", format!("the table could not be written: {error}"), "Check that there is room on the disk.")
}

impl<W: Write> Sheet<W> {
    /// Writes the headings.
    pub fn new(out: W, columns: &[Column], kinds: bool) -> Result<Sheet<W>, ErrorReply> {
        let mut writer = ::csv::Writer::from_writer(out);
        let mut head = Vec::new();
        for column in columns {
            head.push(column.key.clone());
            if column.unit == Unit::Money {
                head.push(format!("{}_currency", column.key));
            }
        }
        if kinds {
            head.push("row".to_owned());
        }
        writer.write_record(&head).map_err(|e| lost(&e))?;
        Ok(Sheet { writer, columns: columns.to_vec(), kinds })
    }

    /// Writes a row.
    pub fn row(&mut self, row: &Row) -> Result<(), ErrorReply> {
        let kind = match row.kind {
            RowKind::Item => "item",
            RowKind::Rest => "rest",
            RowKind::Total => "total",
        };
        self.record(&row.cells, kind)
    }

    /// Writes a note below the rows: a sentence in the first cell, which is a text in every table.
    pub fn note(&mut self, text: &str) -> Result<(), ErrorReply> {
        self.record(&[Cell::Text(text.to_owned())], "note")
    }

    fn record(&mut self, cells: &[Cell], kind: &str) -> Result<(), ErrorReply> {
        let mut record = Vec::with_capacity(self.columns.len() + 2);
        for (i, column) in self.columns.iter().enumerate() {
            let cell = cells.get(i);
            record.push(match cell {
                Some(Cell::Text(text)) => safe(text),
                Some(Cell::Count(count)) => count.to_string(),
                Some(Cell::Money(money)) => money.amount.to_string(),
                Some(Cell::Share(share)) => share.to_string(),
                Some(Cell::Unknown(_)) | None => String::new(),
            });
            if column.unit == Unit::Money {
                record.push(match cell {
                    Some(Cell::Money(money)) => money.currency.to_string(),
                    _ => String::new(),
                });
            }
        }
        if self.kinds {
            record.push(kind.to_owned());
        }
        self.writer.write_record(&record).map_err(|e| lost(&e))
    }

    /// Writes what is still buffered.
    pub fn finish(mut self) -> Result<(), ErrorReply> {
        self.writer.flush().map_err(|e| lost(&e))
    }
}

const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A text that no spreadsheet takes for a formula. Figures are no texts: a negative amount stays a number.
fn safe(text: &str) -> String {
    // A spreadsheet looks past blanks, tabs and line breaks.
    let formula = |cell: &str| cell.trim_start().starts_with(SIGNS) || cell.starts_with(['\t', '\r']);
    let mut out = String::with_capacity(text.len() + 1);
    // Where the system's list separator is another one than the comma, it begins a cell as well.
    for (at, cell) in text.split_inclusive([';', '\t']).enumerate() {
        if formula(cell) || (at > 0 && cell.trim_start().starts_with(SIGNS)) {
            out.push('\'');
        }
        out.push_str(cell);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{csv, shorten};
    use outlay_model::money::{Money, Pico};
    use outlay_model::view::TableSpec;

    fn usd(text: &str) -> Cell {
        Cell::Money(Money::usd(Pico::parse(text).expect("an amount")))
    }

    fn row(kind: RowKind, cells: Vec<Cell>) -> Row {
        Row { cells, kind, keys: None }
    }

    fn text(words: &str) -> Cell {
        Cell::Text(words.to_owned())
    }

    fn sample() -> TableSpec {
        let column = |key: &str, unit| Column { key: key.to_owned(), title: String::new(), unit };
        TableSpec {
            title: String::new(),
            columns: vec![
                column("feature", Unit::Text),
                column("calls", Unit::Count),
                column("cost", Unit::Money),
                column("share", Unit::Share),
            ],
            rows: vec![
                row(RowKind::Item, vec![text("search"), Cell::Count(41_210), usd("1204.125"), Cell::Share(0.713)]),
                row(RowKind::Item, vec![text("模型"), Cell::Unknown("no".to_owned()), usd("9.5"), Cell::Share(0.006)]),
                row(
                    RowKind::Item,
                    vec![text("=cmd()"), Cell::Count(1), Cell::Unknown(String::new()), Cell::Share(0.0)],
                ),
                row(RowKind::Rest, vec![text("-1"), Cell::Count(-2), usd("-0.5"), Cell::Share(-0.25)]),
                row(RowKind::Total, vec![text("All"), Cell::Count(41_211), usd("1213.125"), Cell::Share(1.0)]),
            ],
        }
    }

    #[test]
    fn figures_are_exact_and_texts_start_no_formula() {
        let want = "\
feature,calls,cost,cost_currency,share,row
search,41210,1204.125000000,USD,0.713,item
模型,,9.500000000,USD,0.006,item
'=cmd(),1,,,0,item
'-1,-2,-0.500000000,USD,-0.25,rest
All,41211,1213.125000000,USD,1,total
";
        assert_eq!(csv(&sample(), true).expect("CSV"), want);
        for hostile in ["=1", "+1", "-1", "@x", "\t=1", " =1", "\r1", "＝1"] {
            assert!(safe(hostile).starts_with('\''), "{hostile:?}");
        }
        assert_eq!(safe("a-b"), "a-b");
        assert_eq!(safe("x;=HYPERLINK(1);y"), "x;'=HYPERLINK(1);y");
    }

    #[test]
    fn notes_are_records_like_the_others() {
        let table = sample();
        let mut bytes = Vec::new();
        let mut sheet = Sheet::new(&mut bytes, &table.columns, true).expect("a sheet");
        sheet.row(&table.rows[0]).expect("a row");
        sheet.note("Filter: feature is a, \"b\"").expect("a note");
        sheet.finish().expect("CSV");
        let mut read = ::csv::Reader::from_reader(bytes.as_slice());
        let records: Vec<Vec<String>> =
            read.records().map(|r| r.expect("a record").iter().map(str::to_owned).collect()).collect();
        assert_eq!(records[1], ["Filter: feature is a, \"b\"", "", "", "", "", "note"]);
    }

    #[test]
    fn only_items_are_left_out() {
        let (short, cut) = shorten(&sample(), Some(1));
        assert_eq!((short.rows.len(), cut), (3, 2));
        assert_eq!(short.rows[2].kind, RowKind::Total);
        assert_eq!(shorten(&sample(), None).1, 0);
    }
}
