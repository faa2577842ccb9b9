//! Delimited text: rows of borrowed cells in reused buffers, quotes as RFC 4180 has them and as csv-core reads them.
//!
//! A row may span lines inside quotes, but never more than [`crate::lines::MAX_ROW`] bytes. A quotation mark that is
//! not closed, or that is closed where the row then does not fit the header, costs the line on which it stands and
//! nothing else: the lines behind it are read again as rows of their own. How often lines are searched again is bounded
//! ([`Searched`]), so that the time is proportional to the size of the file whatever is in it.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Terminator};

use crate::error::Fault;
use crate::lines::{Lines, MAX_ROW, is_blank};

/// Bytes of a bad row that are kept for a message.
const SHOWN: usize = 400;

/// How many marks inside of lines that were searched in vain may be searched for again, where each may end otherwise.
const TRIES: u8 = 8;

/// The lines through which the end of a cell was searched in vain.
///
/// A later one of them that leaves a cell open at its own end has from there on the same text before it in the same
/// state, and so ends where that search ended. Without this a file of nothing but such lines would be read to its end
/// for each of them.
#[derive(Clone, Copy, Default)]
struct Searched {
    /// Last line that was searched.
    last: u64,
    /// How many of the lines before it may still be searched from.
    tries: u8,
}

/// Why a row in another encoding is none.
pub(crate) const NOT_UTF8: &str = "the row is not UTF-8 text; save the file again as CSV UTF-8";

/// A column's name as compared: trimmed, in lower case.
pub(crate) fn normal(column: &str) -> String {
    column.trim().to_lowercase()
}

/// Pairs of columns of one name, of those names that are read.
pub(crate) fn doubles(header: &[String], read: impl IntoIterator<Item = usize>) -> Vec<(usize, usize)> {
    let others = |first: usize| (first + 1..header.len()).filter(move |other| header[*other] == header[first]);
    read.into_iter().flat_map(|first| others(first).map(move |other| (first, other))).collect()
}

/// A name that is there twice tells one thing, or nobody knows what.
pub(crate) fn agree(row: Row<'_>, header: &[String], doubles: &[(usize, usize)]) -> Result<(), Fault> {
    for (first, other) in doubles {
        let (one, two) = (row.get(*first), row.get(*other));
        if one != two {
            let name = &header[*first];
            let reason = format!("the column {name} is there twice, and its cells differ; remove or rename one");
            return Err(Fault::new(name, reason, &format!("{one} and {two}")));
        }
    }
    Ok(())
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
    shown: &'a [u8],
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
    /// The row's first line as it stands, or the beginning of it, for a message.
    pub fn shown(&self) -> &'a str {
        match std::str::from_utf8(self.shown) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&self.shown[..error.valid_up_to()]).unwrap_or_default(),
        }
    }
}

pub(crate) struct Splitter<R> {
    pub lines: Lines<R>,
    delimiter: u8,
    quotes: csv_core::Reader,
    /// Cells of a row with quotes, one after the other, and how much of it is filled.
    scratch: Vec<u8>,
    filled: usize,
    /// Where each of them ends, and how many were found.
    ends: Vec<usize>,
    found: usize,
    /// The beginning of a row's first line, as it stands.
    first: Vec<u8>,
    /// The lines behind the first of a row, as they stand.
    behind: Vec<u8>,
    spans: Vec<(u32, u32)>,
    quoted: bool,
    /// Columns of the header, once it was read.
    width: Option<usize>,
    searched: Searched,
}

impl<R: BufRead> Splitter<R> {
    pub fn new(reader: R, delimiter: u8) -> Self {
        Splitter {
            lines: Lines::new(reader),
            delimiter,
            // Lines are cut before they come here; a carriage return inside of one is text.
            quotes: csv_core::ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build(),
            scratch: Vec::new(),
            filled: 0,
            ends: vec![0; 64],
            found: 0,
            first: Vec::new(),
            behind: Vec::new(),
            spans: Vec::new(),
            quoted: false,
            width: None,
            searched: Searched::default(),
        }
    }

    /// The first row that is not blank, as column names.
    pub fn header(&mut self) -> Option<Vec<String>> {
        match self.advance()? {
            Step::Bad(..) => None,
            Step::Row(_) => {
                let row = self.row().ok()?;
                let names: Vec<String> =
                    (0..row.len()).map(|i| row.get(i).trim_start_matches('\u{feff}').to_owned()).collect();
                self.width = Some(names.len());
                Some(names)
            }
        }
    }

    /// Finds the next row; blank lines are none.
    pub fn advance(&mut self) -> Option<Step> {
        loop {
            let line = self.lines.advance()?;
            self.quoted = false;
            if line.too_long {
                return Some(Step::Bad(line.number, format!("the line is longer than {} MiB", MAX_ROW >> 20)));
            }
            let bytes = self.lines.bytes();
            if is_blank(bytes) && !bytes.contains(&self.delimiter) {
                continue;
            }
            self.spans.clear();
            self.quoted = memchr::memchr(b'"', bytes).is_some();
            if !self.quoted {
                let mut from = 0;
                for at in memchr::memchr_iter(self.delimiter, bytes) {
                    self.spans.push((from, at as u32));
                    from = at as u32 + 1;
                }
                self.spans.push((from, bytes.len() as u32));
                return Some(Step::Row(line.number));
            }
            return Some(self.unquote(line.number));
        }
    }

    fn unquote(&mut self, number: u64) -> Step {
        self.behind.clear();
        self.first.clear();
        let line = self.lines.bytes();
        self.first.extend_from_slice(&line[..line.len().min(SHOWN)]);
        self.quotes.reset();
        (self.filled, self.found) = (0, 0);
        let mut last = number;
        while !self.split_line() {
            if last == number && number < self.searched.last && self.searched.tries == 0 {
                return self.stray(number, "is not closed on its line");
            }
            match self.lines.advance() {
                Some(line) if line.too_long => {
                    // Its end is gone already, and so cannot be read again.
                    let reason =
                        format!("a quotation mark opens here; lines {number} to {} were not read", line.number);
                    self.scratch = Vec::new();
                    self.filled = 0;
                    return Step::Bad(number, reason);
                }
                Some(line) => {
                    last = line.number;
                    self.behind.extend_from_slice(self.lines.raw());
                    if self.filled + self.lines.bytes().len() > MAX_ROW {
                        self.search_ended(number, last, 0);
                        return self.stray(number, "is not closed within 16 MiB");
                    }
                }
                None => {
                    self.search_ended(number, u64::MAX, 0);
                    return self.stray(number, "is not closed");
                }
            }
        }
        let mut from = 0;
        for end in &self.ends[..self.found] {
            self.spans.push((from, *end as u32));
            from = *end as u32;
        }
        if last > number {
            let closed = closes(self.lines.bytes(), self.delimiter);
            if !(closed && self.fits()) {
                // Another row that ends there has other cells before, and may fit.
                self.search_ended(number, last, if closed { TRIES } else { 0 });
                return self.stray(number, &format!("is closed on line {last}, where the row does not fit the header"));
            }
        }
        Step::Row(number)
    }

    /// Splits the line at hand behind what was found of its row; whether the row ends with it.
    fn split_line(&mut self) -> bool {
        let line = self.lines.bytes();
        // Cells are never longer than what is written of them.
        let room = self.filled + line.len();
        if self.scratch.len() < room {
            self.scratch.resize(room, 0);
        }
        // Nothing at all would tell the parser that the text ends here.
        for mut input in [line, b"\n"].into_iter().filter(|part| !part.is_empty()) {
            loop {
                let (out, ends) = (&mut self.scratch[self.filled..], &mut self.ends[self.found..]);
                let (result, read, written, found) = self.quotes.read_record(input, out, ends);
                input = &input[read..];
                self.filled += written;
                self.found += found;
                match result {
                    ReadRecordResult::InputEmpty => break,
                    ReadRecordResult::OutputFull => self.scratch.resize(self.filled + input.len() + 1, 0),
                    ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                    ReadRecordResult::Record | ReadRecordResult::End => return true,
                }
            }
        }
        false
    }

    /// Whether the cells are as many as the header has columns, empty ones behind them aside.
    fn fits(&self) -> bool {
        self.width
            .is_none_or(|width| self.spans.len() >= width && self.spans[width..].iter().all(|(from, to)| from == to))
    }

    /// Notes how far was searched in vain from this line, and how many of the lines on the way may be searched from.
    fn search_ended(&mut self, number: u64, last: u64, tries: u8) {
        let Searched { last: before, tries: left } = self.searched;
        let tries = if number < before { tries.min(left.saturating_sub(1)) } else { tries };
        self.searched = Searched { last: last.max(before), tries };
    }

    /// Gives up on the line on which a quotation mark opens a cell, and reads those behind it again.
    fn stray(&mut self, number: u64, why: &str) -> Step {
        // Giving nothing back would still move all that was given back before.
        if !self.behind.is_empty() {
            self.lines.unread(&self.behind, number);
            self.behind = Vec::new();
        }
        (self.filled, self.found) = (0, 0);
        self.scratch = Vec::new();
        self.spans.clear();
        Step::Bad(number, format!("a quotation mark that opens a cell here {why}; double it or remove it"))
    }

    fn raw(&self) -> &[u8] {
        if self.quoted { &self.scratch[..self.filled] } else { self.lines.bytes() }
    }

    fn shown(&self) -> &[u8] {
        let line = if self.quoted { &self.first } else { self.lines.bytes() };
        &line[..line.len().min(SHOWN)]
    }

    /// The beginning of what was found last, with replacements, for a message.
    pub fn lossy(&self) -> String {
        String::from_utf8_lossy(self.shown()).into_owned()
    }

    /// The row found last, if it is whole: as many cells as the header has columns, or fewer where `short` allows that.
    pub fn cells(&self, width: usize, short: bool, broken: Option<String>) -> Result<Row<'_>, Fault> {
        let row = self.row().map_err(|shown| Fault::new("", NOT_UTF8, &shown))?;
        if let (false, Some(broken)) = (self.lines.ended, broken) {
            return Err(Fault::new("", format!("the row is cut off: {broken}"), row.shown()));
        }
        let told = row.len();
        let extra = (width..told).any(|i| !row.get(i).is_empty());
        if extra || (told < width && !short) {
            let reason = format!("the row has {told} cells, the header has {width} columns");
            return Err(Fault::new("", reason, row.shown()));
        }
        Ok(row)
    }

    /// The row found last.
    ///
    /// # Errors
    /// The bytes, with replacements, where they are not UTF-8.
    pub fn row(&self) -> Result<Row<'_>, String> {
        match std::str::from_utf8(self.raw()) {
            Ok(text) => Ok(Row { text, spans: &self.spans, shown: self.shown() }),
            Err(_) => Err(self.lossy()),
        }
    }
}

/// Whether a line that closes a cell opened before it does so in front of a delimiter or at its end: a mark with other
/// text behind it opens a cell of its own, and the one before was a stray.
fn closes(line: &[u8], delimiter: u8) -> bool {
    let mut at = 0;
    while let Some(mark) = line[at..].iter().position(|byte| *byte == b'"').map(|mark| at + mark) {
        match line.get(mark + 1) {
            Some(b'"') => at = mark + 2,
            behind => return behind.is_none_or(|byte| *byte == delimiter || byte.is_ascii_whitespace()),
        }
    }
    true
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
        assert_eq!(
            rows(text),
            vec![vec!["a", "b, \"c\"", "d"], vec!["two\nlines", "5\" disk", ""], vec!["", "", ""], vec!["2", "3"]]
        );
    }

    #[test]
    fn a_stray_quotation_mark_costs_its_line() {
        let text = b"a,b\n1,\"x\n2,y\n3,\"z\"\n4,\"two\nlines\"\n5,\"w\n6,v\n";
        let mut splitter = Splitter::new(text.as_slice(), b',');
        assert_eq!(splitter.header().map(|names| names.len()), Some(2));
        let mut out = Vec::new();
        while let Some(step) = splitter.advance() {
            out.push(match step {
                Step::Row(line) => format!("{line} {:?}", splitter.row().map(|row| row.get(1).to_owned())),
                Step::Bad(line, why) => format!("{line} !{why}"),
            });
        }
        assert_eq!(out.len(), 6, "{out:?}");
        assert!(out[0].starts_with("2 !") && out[0].contains("closed on line 4"), "{out:?}");
        assert_eq!(out[1..4], ["3 Ok(\"y\")", "4 Ok(\"z\")", "5 Ok(\"two\\nlines\")"]);
        assert!(out[4].starts_with("7 !") && out[4].contains("is not closed"), "{out:?}");
        assert_eq!(out[5], "8 Ok(\"v\")");
    }

    /// Each line opens a cell at its end, and goes on inside of one that was opened before: searching the end anew from
    /// each of 300,000 lines would read 300 GB.
    #[test]
    fn a_file_of_nothing_but_open_cells_is_read_in_time() {
        let begun = std::time::Instant::now();
        // Not closed; closed in front of text; closed where the row has far too many cells.
        for end in ["", "\"x\n", "\",x\n"] {
            let text = format!("a,b\n{}{end}1,2\n", "\",b\"c,\"\n".repeat(300_000));
            let mut splitter = Splitter::new(text.as_bytes(), b',');
            assert_eq!(splitter.header().map(|names| names.len()), Some(2));
            let (mut bad, mut good) = (0, Vec::new());
            while let Some(step) = splitter.advance() {
                match step {
                    Step::Row(line) => good.push(line),
                    Step::Bad(..) => bad += 1,
                }
                assert!(begun.elapsed().as_secs() < 60, "{bad} lines took a minute");
            }
            // Each line costs itself alone, and the last one is a row.
            let lines = text.lines().count() as u64;
            assert_eq!(good.last(), Some(&lines), "{end:?}");
            assert_eq!(bad + good.len() as u64, lines - 1, "{end:?}");
        }
    }

    #[test]
    fn a_row_over_two_lines_is_found_behind_a_stray() {
        // Line 2 would have four cells: 1, x and 5 disk, 2, two and lines. Line 3 has the three of the header.
        let text = b"a,b,c\n1,\"x\n5\" disk,2,\"two\nlines\"\n6,7,8\n";
        let mut splitter = Splitter::new(text.as_slice(), b',');
        splitter.header();
        assert!(matches!(splitter.advance(), Some(Step::Bad(2, _))));
        assert!(matches!(splitter.advance(), Some(Step::Row(3))));
        assert_eq!(splitter.row().map(|row| row.get(2).to_owned()), Ok("two\nlines".to_owned()));
        assert!(matches!(splitter.advance(), Some(Step::Row(5))));
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
