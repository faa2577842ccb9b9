//! The beginning of a file, as formats recognise it.

use crate::table::{self, Splitter};

/// How a text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Nothing but white space.
    Empty,
    /// One JSON object a line.
    JsonLines,
    /// A JSON array of objects, or objects over several lines.
    Json,
    /// Delimited text with a header.
    Table {
        /// What separates the columns.
        delimiter: u8,
    },
}

/// The first 64 KiB of decoded text with the header or the first object's keys.
#[derive(Clone, Debug)]
pub struct Head {
    /// Name of the source.
    pub name: String,
    /// Layout.
    pub layout: Layout,
    /// Header columns as written, or the top-level keys of the first object.
    pub columns: Vec<String>,
    /// The text, invalid bytes replaced.
    pub text: String,
    /// Whether the text is the whole file.
    pub whole: bool,
    /// The columns in lower case, sorted, without repeats.
    set: Vec<String>,
}

impl Head {
    /// Reads a head from the first bytes of a decoded text; `whole` where no more follow.
    #[must_use]
    pub fn new(name: &str, bytes: &[u8], whole: bool) -> Head {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (layout, columns) = match text.trim_start().as_bytes().first() {
            None => (Layout::Empty, Vec::new()),
            Some(b'[') => (Layout::Json, object_keys(&text)),
            Some(b'{') => {
                let lines = text.lines().take(20).any(|line| {
                    let line = line.trim();
                    line.len() > 2 && line.starts_with('{') && line.ends_with('}')
                });
                let one_line = !text.trim().contains('\n');
                (if lines || one_line { Layout::JsonLines } else { Layout::Json }, object_keys(&text))
            }
            Some(_) => {
                let (delimiter, columns) = header(bytes);
                (Layout::Table { delimiter }, columns)
            }
        };
        let mut set: Vec<String> = columns.iter().map(|c| table::normal(c)).collect();
        set.sort();
        set.dedup();
        Head { name: name.to_owned(), layout, columns, text, whole, set }
    }

    /// Whether the file is delimited text.
    #[must_use]
    pub fn is_table(&self) -> bool {
        matches!(self.layout, Layout::Table { .. })
    }

    /// Whether the file is JSON in some layout.
    #[must_use]
    pub fn is_json(&self) -> bool {
        matches!(self.layout, Layout::Json | Layout::JsonLines)
    }

    /// Whether a column or key is there, in any case.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.set.binary_search_by(|c| c.as_str().cmp(column)).is_ok()
    }

    /// Whether all are there.
    #[must_use]
    pub fn has_all(&self, columns: &[&str]) -> bool {
        columns.iter().all(|c| self.has(c))
    }

    /// The columns in lower case, sorted: what saved mappings are found by.
    #[must_use]
    pub fn signature(&self) -> &[String] {
        &self.set
    }

    /// What the file begins with, for a message.
    #[must_use]
    pub fn seen(&self) -> String {
        let list = outlay_model::record::shorten(&self.columns.join(", "), 300);
        match self.layout {
            Layout::Empty => "nothing but white space".to_owned(),
            Layout::Json | Layout::JsonLines if self.columns.is_empty() => "JSON without an object".to_owned(),
            Layout::Json | Layout::JsonLines => format!("a JSON object with the keys {list}"),
            Layout::Table { .. } if self.columns.len() > 1 => format!("the columns {list}"),
            Layout::Table { .. } => {
                format!("the text \"{}\"", outlay_model::record::shorten(self.text.trim_start(), 60))
            }
        }
    }
}

/// The delimiter that cuts the first line into most columns, and those columns.
fn header(bytes: &[u8]) -> (u8, Vec<String>) {
    let mut best = (b',', Vec::new());
    for delimiter in [b',', b'\t', b';'] {
        let mut splitter = Splitter::new(bytes, delimiter);
        let columns = splitter.header().unwrap_or_default();
        if columns.len() > best.1.len() {
            best = (delimiter, columns);
        }
    }
    best
}

/// Keys of the first object, also where the text breaks off inside it.
fn object_keys(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    let mut at = match bytes.iter().position(|b| *b == b'{') {
        Some(at) => at,
        None => return keys,
    };
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let next = bytes.get(at + 1..).and_then(|rest| rest.iter().find(|b| !b.is_ascii_whitespace()));
                if depth == 1
                    && next == Some(&b':')
                    && let Some(key) = text.get(start..at)
                {
                    keys.push(key.to_owned());
                }
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_keys() {
        let head = |text: &str| Head::new("t", text.as_bytes(), true);
        assert_eq!(head("A;b;c\n1;2;3").layout, Layout::Table { delimiter: b';' });
        assert_eq!(head("a\tB\n").signature(), ["a", "b"]);
        let json = head("{\"a\": {\"x\": 1}, \"b\\\"c\": [\"k\", {\"y\":2}], \"d\": \"e");
        assert_eq!(json.columns, ["a", "b\\\"c", "d"]);
        assert_eq!(head("{\"a\":1}\n{\"a\":2}\n").layout, Layout::JsonLines);
        assert_eq!(head("{\n \"a\":1\n}\n").layout, Layout::Json);
        assert_eq!(head(" \n ").layout, Layout::Empty);
        assert!(head("hello").seen().contains("hello"));
    }
}
