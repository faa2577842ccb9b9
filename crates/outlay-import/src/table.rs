//! Delimited text: rows of borrowed cells, one reused buffer, quotes as RFC 4180 has them.
//!
//! A row may span lines inside quotes, but never more than [`crate::lines::MAX_ROW`] bytes: a stray quotation mark
//! costs one rejected row, not the memory of the machine.

use std::io::BufRead;

use crate::error::Fault;
use crate::lines::{Lines, MAX_ROW, is_blank};

/// A column's name as compared: trimmed, in lower case.
pub(crate) fn normal(column: &str) -> String {
    column.trim().to_lowercase()
}

/// What was found; its cells are read through [`Splitter::row`].
pub(crate) enum Step {
    /// A row that begins at this line.
    Row(u64),
    /// Lines that are no row, with the reason.
    Bad(u64, String),
}

/// Cells of the row found last.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a str,
    spans: &'a [(u32, u32)],
}

impl<'a> Row<'a> {
    pub fn len(&self) -> usize {
        self.spans.len()
    }
    /// The cell, trimmed; empty where the row is shorter.
    pub fn get(&self, column: usize) -> &'a str {
        let text = self.text;
        self.spans.get(column).and_then(|(from, to)| text.get(*from as usize..*to as usize)).unwrap_or("").trim_ascii()
    }
    /// The whole row, for a message.
    pub fn text(&self) -> &'a str {
        self.text
    }
}

pub(crate) struct Splitter<R> {
    pub lines: Lines<R>,
    delimiter: u8,
    scratch: Vec<u8>,
    spans: Vec<(u32, u32)>,
    quoted: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    Closed,
}

impl<R: BufRead> Splitter<R> {
    pub fn new(reader: R, delimiter: u8) -> Self {
        Splitter { lines: Lines::new(reader), delimiter, scratch: Vec::new(), spans: Vec::new(), quoted: false }
    }

    /// The first row that is not blank, as column names.
    pub fn header(&mut self) -> Option<Vec<String>> {
        match self.advance()? {
            Step::Bad(..) => None,
            Step::Row(_) => {
                let row = self.row().ok()?;
                Some((0..row.len()).map(|i| row.get(i).trim_start_matches('\u{feff}').to_owned()).collect())
            }
        }
    }

    /// Finds the next row; blank lines are none.
    pub fn advance(&mut self) -> Option<Step> {
        loop {
            let line = self.lines.advance()?;
            if line.too_long {
                return Some(Step::Bad(line.number, format!("the line is longer than {} MiB", MAX_ROW >> 20)));
            }
            let bytes = self.lines.bytes();
            if is_blank(bytes) && !bytes.contains(&self.delimiter) {
                continue;
            }
            self.spans.clear();
            self.quoted = bytes.contains(&b'"');
            if !self.quoted {
                let mut from = 0;
                for (at, byte) in bytes.iter().enumerate() {
                    if *byte == self.delimiter {
                        self.spans.push((from, at as u32));
                        from = at as u32 + 1;
                    }
                }
                self.spans.push((from, bytes.len() as u32));
                return Some(Step::Row(line.number));
            }
            return Some(self.unquote(line.number));
        }
    }

    fn unquote(&mut self, number: u64) -> Step {
        self.scratch.clear();
        let mut state = State::Start;
        let mut from = 0;
        let mut last = number;
        loop {
            let bytes = self.lines.bytes();
            let mut at = 0;
            while at < bytes.len() {
                let byte = bytes[at];
                at += 1;
                state = match (state, byte) {
                    (State::Start, b'"') => State::Quoted,
                    (State::Quoted, b'"') if bytes.get(at) == Some(&b'"') => {
                        at += 1;
                        self.scratch.push(b'"');
                        State::Quoted
                    }
                    (State::Quoted, b'"') => State::Closed,
                    (State::Quoted, _) => {
                        self.scratch.push(byte);
                        State::Quoted
                    }
                    (_, byte) if byte == self.delimiter => {
                        self.spans.push((from, self.scratch.len() as u32));
                        from = self.scratch.len() as u32;
                        State::Start
                    }
                    (State::Closed, _) => {
                        self.scratch.push(byte);
                        State::Closed
                    }
                    _ => {
                        self.scratch.push(byte);
                        State::Plain
                    }
                };
            }
            if state != State::Quoted {
                self.spans.push((from, self.scratch.len() as u32));
                return Step::Row(number);
            }
            self.scratch.push(b'\n');
            let next = self.lines.advance();
            match next {
                Some(line) if !line.too_long && self.scratch.len() + self.lines.bytes().len() <= MAX_ROW => {
                    last = line.number;
                }
                _ => {
                    let last = next.map_or(last, |line| line.number);
                    self.scratch = Vec::new();
                    return Step::Bad(
                        number,
                        format!(
                            "a quotation mark that opens here is not closed; lines {number} to {last} were not read"
                        ),
                    );
                }
            }
        }
    }

    fn raw(&self) -> &[u8] {
        if self.quoted { &self.scratch } else { self.lines.bytes() }
    }

    /// The row found last, if it is whole: as many cells as the header has columns, or fewer where `short` allows that.
    pub fn cells(&self, width: usize, short: bool, broken: Option<String>) -> Result<Row<'_>, Fault> {
        let row = self.row().map_err(|shown| Fault::new("", "the row is not UTF-8 text", &shown))?;
        if let (false, Some(broken)) = (self.lines.ended, broken) {
            return Err(Fault::new("", format!("the row is cut off: {broken}"), row.text()));
        }
        let told = row.len();
        let extra = (width..told).any(|i| !row.get(i).is_empty());
        if extra || (told < width && !short) {
            let reason = format!("the row has {told} cells, the header has {width} columns");
            return Err(Fault::new("", reason, row.text()));
        }
        Ok(row)
    }

    /// The row found last.
    ///
    /// # Errors
    /// The bytes, with replacements, where they are not UTF-8.
    pub fn row(&self) -> Result<Row<'_>, String> {
        match std::str::from_utf8(self.raw()) {
            Ok(text) => Ok(Row { text, spans: &self.spans }),
            Err(_) => Err(String::from_utf8_lossy(&self.raw()[..self.raw().len().min(400)]).into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &[u8]) -> Vec<Vec<String>> {
        let mut splitter = Splitter::new(text, b',');
        let mut out = Vec::new();
        while let Some(step) = splitter.advance() {
            if let Step::Row(_) = step {
                let row = splitter.row().expect("UTF-8");
                out.push((0..row.len()).map(|i| row.get(i).to_owned()).collect());
            }
        }
        out
    }

    #[test]
    fn quotes() {
        let text = b"a,\"b, \"\"c\"\"\",d\n\"two\nlines\",5\" disk,\n\n,,\n\"open,1\n2,3\n";
        assert_eq!(rows(text), vec![vec!["a", "b, \"c\"", "d"], vec!["two\nlines", "5\" disk", ""], vec!["", "", ""]]);
    }

    proptest! {
        /// Whatever the csv crate writes is read back alike.
        #[test]
        fn as_the_csv_crate_writes(cells in prop::collection::vec(prop::collection::vec("[a-z\",\n;é]{0,6}", 2..5), 1..6)) {
            let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &cells {
                out.write_record(row).expect("writes");
            }
            let text = out.into_inner().expect("ends");
            let want: Vec<Vec<String>> =
                cells.iter().map(|row| row.iter().map(|c| c.trim_ascii().to_owned()).collect()).collect();
            prop_assert_eq!(rows(&text), want);
        }
    }
}
