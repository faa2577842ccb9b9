//! What readers of providers' exports share: rows whose columns are looked up by name, in tables and in JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;

use outlay_model::money::{NotAnAmount, Pico};
use outlay_model::record::Sink;
use outlay_model::time::Micros;

use crate::error::{Fault, ImportError};
use crate::feed::Feed;
use crate::format::ReadSummary;
use crate::head::{Head, Layout};
use crate::source::Input;
use crate::table::{Row, Splitter, Step, normal};
use crate::value::{self, Epoch, Naive, NoInstant, Numbers};

/// One row with its columns' names.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    held: Held<'a>,
    numbers: Numbers,
}

/// Where the cells are.
#[derive(Clone, Copy)]
enum Held<'a> {
    /// In a row of a table.
    Row { row: Row<'a>, columns: &'a HashMap<String, usize> },
    /// In an object of JSON, under the names that a table has for them.
    Told { told: &'a [Told<'a>], whole: &'a str },
}

/// A column's name, and what a row has there.
pub(crate) type Told<'a> = (Cow<'a, str>, Cow<'a, str>);

impl<'a> Cells<'a> {
    /// The row of an object, which as a whole is this text.
    pub fn told(told: &'a [Told<'a>], whole: &'a str) -> Cells<'a> {
        Cells { held: Held::Told { told, whole }, numbers: Numbers::default() }
    }

    /// The cell, trimmed; empty where the column is missing, or a word says that there is nothing.
    pub fn text(&self, column: &str) -> &'a str {
        let text = match self.held {
            Held::Row { row, columns } => columns.get(column).map_or("", |at| row.get(*at)),
            Held::Told { told, .. } => {
                told.iter().rev().find(|(name, _)| name == column).map_or("", |(_, text)| text.trim_ascii())
            }
        };
        if value::is_null(text) { "" } else { text }
    }

    /// Whether the file has this column.
    pub fn has(&self, column: &str) -> bool {
        match self.held {
            Held::Row { columns, .. } => columns.contains_key(column),
            Held::Told { told, .. } => told.iter().any(|(name, _)| name == column),
        }
    }

    /// Whether every column but these is empty.
    pub fn tells_only(&self, columns: &[&str]) -> bool {
        let nothing = |name: &str| columns.contains(&name) || self.text(name).is_empty();
        match self.held {
            Held::Row { columns, .. } => columns.keys().all(|name| nothing(name)),
            Held::Told { told, .. } => told.iter().all(|(name, _)| nothing(name)),
        }
    }

    /// Whether the row has a cell for each column.
    pub fn is_full(&self) -> bool {
        match self.held {
            Held::Row { row, columns } => row.len() >= columns.len(),
            Held::Told { .. } => true,
        }
    }

    /// The row as it stands.
    pub fn whole(&self) -> &'a str {
        match self.held {
            Held::Row { row, .. } => row.shown(),
            Held::Told { whole, .. } => whole,
        }
    }

    /// A count; `None` where the cell is empty or the column missing.
    pub fn count(&self, column: &str) -> Result<Option<i64>, Fault> {
        match self.text(column) {
            "" => Ok(None),
            text => self
                .numbers
                .plain(text)
                .and_then(|plain| value::count(&plain))
                .map(Some)
                .map_err(|why| Fault::new(column, format!("{column} {why}"), text)),
        }
    }

    /// A count of something that older files have no column for, and that is 0 then.
    pub fn count_or_0(&self, column: &str) -> Result<i64, Fault> {
        Ok(self.count(column)?.unwrap_or(0))
    }

    /// A count without which the others of the row mean nothing.
    pub fn needed(&self, column: &str) -> Result<i64, Fault> {
        self.count(column)?.ok_or_else(|| Fault::new(column, format!("{column} is empty"), self.whole()))
    }

    /// An amount; `None` where the cell is empty.
    pub fn money(&self, column: &str) -> Result<Option<Pico>, Fault> {
        self.amount(column, Pico::parse)
    }

    /// An amount in hundredths of the currency's unit; `None` where the cell is empty.
    pub fn cents(&self, column: &str) -> Result<Option<Pico>, Fault> {
        self.amount(column, Pico::parse_cents)
    }

    fn amount(&self, column: &str, parse: fn(&str) -> Result<Pico, NotAnAmount>) -> Result<Option<Pico>, Fault> {
        match self.text(column) {
            "" => Ok(None),
            text => self
                .numbers
                .amount(text)
                .and_then(|plain| parse(&plain).map_err(|why| why.0))
                .map(Some)
                .map_err(|why| Fault::new(column, format!("{column} is not an amount: {why}"), text)),
        }
    }

    /// An instant of UTC from the first of these columns that is not empty, and whether it was a date alone.
    pub fn time(&self, columns: &[&str]) -> Result<(Micros, bool), Fault> {
        let column = columns.iter().copied().find(|c| !self.text(c).is_empty()).unwrap_or(columns[0]);
        let text = self.text(column);
        let fault = |why: &str| Fault::new(column, format!("{column} {why}"), text);
        if text.is_empty() {
            return Err(fault("is empty"));
        }
        // An epoch may have been saved as 1759622400,0.
        let plain =
            if text.len() > 8 && text.contains(',') { self.numbers.plain(text).map_err(fault)? } else { text.into() };
        let stamp = value::stamp(&plain, Epoch::Auto).map_err(fault)?;
        match stamp.place(Naive::Utc) {
            Ok(at) => Ok((at, stamp.date_only)),
            Err(NoInstant::Fault(why)) => Err(fault(why)),
            Err(NoInstant::Zone) => Err(fault("has no zone")),
        }
    }
}

/// A time that a row tells twice, as a number and in words, must be the same instant.
pub(crate) fn same_time(cells: &Cells<'_>, column: &str, twin: &str, at: Micros) -> Result<(), Fault> {
    match value::stamp(cells.text(twin), Epoch::Auto) {
        Ok(stamp) if stamp.zoned && stamp.micros != at => {
            Err(Fault::new(twin, format!("{twin} is another instant than {column}"), cells.text(twin)))
        }
        _ => Ok(()),
    }
}

/// A format's own part of reading: what its columns are, and each row.
pub(crate) struct Plan {
    /// Id, for messages.
    pub format: &'static str,
    /// Columns without which nothing can be read.
    pub required: &'static [&'static str],
}

/// Reads every row of a table. `each` gets the line, the row and the feed; a fault that it returns rejects the row.
pub(crate) fn read(
    input: Input,
    plan: &Plan,
    sink: &mut dyn Sink,
    mut each: impl FnMut(u64, Cells<'_>, &mut Feed<'_>) -> Result<Result<(), ImportError>, Fault>,
) -> Result<ReadSummary, ImportError> {
    let head = input.head();
    let refused = |missing| ImportError::Header { name: input.name.clone(), format: plan.format.to_owned(), missing };
    let delimiter = match head.layout {
        Layout::Empty => return Err(ImportError::Empty { name: input.name.clone() }),
        // Its keys may well be the names of the columns.
        Layout::Json | Layout::JsonLines => {
            return Err(refused(format!("{}: the file is JSON, and this format is a table", plan.required.join(", "))));
        }
        Layout::Table { delimiter } => delimiter,
    };
    let missing: Vec<&str> = plan.required.iter().copied().filter(|c| !head.has(c)).collect();
    if !missing.is_empty() {
        return Err(refused(missing.join(", ")));
    }
    let numbers = head.numbers;
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut rows = Splitter::new(input.reader, delimiter);
    let header = rows.header().unwrap_or_default();
    below(&mut rows, &header, numbers, &mut feed, &mut each)?;
    feed.finish(None)
}

/// Reads the rows below a header that was read already.
pub(crate) fn below<R: BufRead>(
    rows: &mut Splitter<R>,
    header: &[String],
    numbers: Numbers,
    feed: &mut Feed<'_>,
    each: &mut impl FnMut(u64, Cells<'_>, &mut Feed<'_>) -> Result<Result<(), ImportError>, Fault>,
) -> Result<(), ImportError> {
    let mut columns = HashMap::new();
    for (at, name) in header.iter().enumerate() {
        columns.entry(normal(name)).or_insert(at);
    }
    while let Some(step) = rows.advance() {
        let line = match step {
            Step::Row(line) => line,
            Step::Bad(line, reason) => {
                feed.reject(line, &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        let done = rows
            .cells(header.len(), true, feed.broken_tail())
            .and_then(|row| each(line, Cells { held: Held::Row { row, columns: &columns }, numbers }, feed));
        match done {
            Ok(pushed) => pushed?,
            Err(fault) => feed.reject(line, &fault)?,
        }
    }
    Ok(())
}

/// A row that has fewer cells than the header, where that has no meaning.
pub(crate) fn full(cells: &Cells<'_>) -> Result<(), Fault> {
    if cells.is_full() {
        Ok(())
    } else {
        Err(Fault::new("", "the row has fewer cells than the header has columns", cells.whole()))
    }
}

/// A context window as Anthropic's console writes it, empty for the lower band: `≤ 200k` is what a row without the
/// column means as well, and older exports of the same days have no such column.
pub(crate) fn upper_band(window: &str) -> &str {
    if window.starts_with(['≤', '<']) { "" } else { window }
}

/// The first cell of this column in the head of a table that tells something.
pub(crate) fn first_told(head: &Head, column: &str) -> Option<String> {
    let Layout::Table { delimiter } = head.layout else { return None };
    let mut rows = Splitter::new(head.text.as_bytes(), delimiter);
    let at = rows.header()?.iter().position(|name| normal(name) == column)?;
    while let Some(step) = rows.advance() {
        // The head may end inside of a row.
        if let (Step::Row(_), Ok(row), true) = (step, rows.row(), rows.lines.ended || head.whole) {
            let text = row.get(at);
            if !text.is_empty() && !value::is_null(text) {
                return Some(text.to_owned());
            }
        }
    }
    None
}

/// A part that must equal what it is computed from.
pub(crate) fn agree(column: &str, told: Option<i64>, parts: i64) -> Result<(), Fault> {
    match told {
        Some(told) if told != parts => Err(Fault::new(
            column,
            format!("{column} says {told} tokens, the other columns of the row give {parts}"),
            &told.to_string(),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_at_which_the_head_ends_is_not_believed() {
        let told = |text: &str, whole| first_told(&Head::new("t", text.as_bytes(), whole), "organization_id");
        assert_eq!(told("x,Organization_ID\n1,\n2,NULL\n3,org-a\n4,org-b\n", false), Some("org-a".to_owned()));
        assert_eq!(told("x,organization_id\n1,\n3,org-a", true), Some("org-a".to_owned()));
        assert_eq!(told("x,organization_id\n1,\n3,org", false), None);
        assert_eq!(told("x,y\n1,2\n", true), None);
    }
}
