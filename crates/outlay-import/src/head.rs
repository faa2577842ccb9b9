//! The beginning of a file, as formats recognise it.

use crate::mapping;
use crate::outline;
use crate::table::{self, Splitter};
use crate::value::{self, Numbers};

/// How a text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Nothing but white space.
    Empty,
    /// One JSON object a line.
    JsonLines,
    /// A JSON array of objects, objects over several lines, or a document that wraps a list of them.
    Json,
    /// Delimited text with a header.
    Table {
        /// What separates the columns.
        delimiter: u8,
    },
}

/// The list inside a JSON document whose objects look like the rows of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// Path of the list, as a mapping's `rows` takes it.
    pub path: String,
    /// Keys of its first object.
    pub columns: Vec<String>,
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
    /// Where the first JSON document seems to have its rows, if not in itself.
    pub wrapped: Option<Wrapped>,
    /// Columns, or keys of all objects, in lower case, sorted, without repeats.
    set: Vec<String>,
    /// What tells files of this kind from others.
    signature: Vec<String>,
    /// How the numbers of a table are written.
    pub(crate) numbers: Numbers,
}

impl Head {
    /// Reads a head from the first bytes of a decoded text; `whole` where no more follow.
    #[must_use]
    pub fn new(name: &str, bytes: &[u8], whole: bool) -> Head {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut lists = Vec::new();
        let mut json = |layout| {
            let outline::Outline { keys, lists: found } = outline::outline(&text);
            lists = found;
            (layout, keys)
        };
        let (layout, columns) = match text.trim_start().as_bytes().first() {
            None => (Layout::Empty, Vec::new()),
            Some(b'[') => json(Layout::Json),
            Some(b'{') => json(if is_by_line(&text) { Layout::JsonLines } else { Layout::Json }),
            Some(_) => {
                let (delimiter, columns) = header(bytes);
                (Layout::Table { delimiter }, columns)
            }
        };
        let signature = sorted(columns.iter().map(|c| table::normal(c)));
        let mut set = signature.clone();
        if !matches!(layout, Layout::Table { .. } | Layout::Empty) {
            let all = mapping::all_keys_behind(&text, layout, "");
            set = sorted(set.into_iter().chain(all.iter().map(|key| table::normal(key))));
        }
        let numbers = match layout {
            Layout::Table { delimiter } => numbers(bytes, delimiter),
            _ => Numbers::default(),
        };
        let name = name.to_owned();
        let mut head = Head { name, layout, columns, text, whole, wrapped: None, set, signature, numbers };
        if let Some(path) = mapping::wrapped(&head, &lists) {
            let columns = mapping::keys_behind(&head, &path);
            // The keys around the list differ from page to page, and tell nothing about its rows.
            head.signature = sorted(columns.iter().map(|c| table::normal(&format!("{path}[].{c}"))));
            head.wrapped = Some(Wrapped { path, columns });
        }
        head
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

    /// What saved mappings are found by: the columns or the first object's keys in lower case, sorted; where rows lie
    /// in a list, the keys of those, such as `data[].model`.
    #[must_use]
    pub fn signature(&self) -> &[String] {
        &self.signature
    }

    /// What the file begins with, for a message.
    #[must_use]
    pub fn seen(&self) -> String {
        let list = outlay_model::record::shorten(&self.columns.join(", "), 300);
        match self.layout {
            Layout::Empty => "nothing but white space".to_owned(),
            Layout::Json | Layout::JsonLines if self.columns.is_empty() => "JSON without an object".to_owned(),
            Layout::Json | Layout::JsonLines => match &self.wrapped {
                None => format!("a JSON object with the keys {list}"),
                Some(Wrapped { path, columns }) => {
                    let inner = outlay_model::record::shorten(&columns.join(", "), 300);
                    format!("a JSON object with the keys {list}, whose list {path} has objects with the keys {inner}")
                }
            },
            Layout::Table { .. } if self.columns.len() > 1 => format!("the columns {list}"),
            Layout::Table { .. } => {
                format!("the text \"{}\"", outlay_model::record::shorten(self.text.trim_start(), 60))
            }
        }
    }
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
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

/// How the first rows of a table write their numbers, in columns that have nothing else.
fn numbers(bytes: &[u8], delimiter: u8) -> Numbers {
    if delimiter == b',' {
        return Numbers::default();
    }
    let mut splitter = Splitter::new(bytes, delimiter);
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); splitter.header().map_or(0, |names| names.len())];
    for _ in 0..200 {
        let Some(step) = splitter.advance() else { break };
        if let (table::Step::Row(_), Ok(row)) = (step, splitter.row()) {
            for (at, column) in columns.iter_mut().enumerate() {
                column.push(row.get(at).to_owned());
            }
        }
    }
    columns.retain(|cells| cells.iter().all(|cell| cell.is_empty() || value::is_null(cell) || value::is_numeral(cell)));
    Numbers::of(columns.iter().flatten().map(String::as_str), delimiter)
}

/// Whether each line of a text that begins with `{` is an object of its own. The first line tells; where that one is
/// broken, a whole object on a later line does, unless it stands where a list or an object is open.
fn is_by_line(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("");
    if outline::is_one_object(first) || text.trim().len() == first.len() {
        return true;
    }
    let mut before = first;
    for line in lines.take(20) {
        if outline::is_one_object(line) && !before.ends_with(['[', '{', ',', ':']) {
            return true;
        }
        before = line;
    }
    false
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
        assert_eq!(head("{\"a\":\n{\"a\":2}\n").layout, Layout::Json);
        assert_eq!(head("{\"a\": \"cut\n{\"a\":2}\n").layout, Layout::JsonLines);
        assert_eq!(head("{\"data\":[\n{\"a\":1},\n{\"a\":2}\n]}").layout, Layout::Json);
        assert_eq!(head("{\"a\":1},\n{\"a\":2}\n").layout, Layout::Json);
        let steps = head("{\"tool\":\"x\"}\n{\"model\":\"m\"}\n");
        assert!(steps.has_all(&["tool", "model"]) && steps.signature() == ["tool"]);
        assert_eq!(head(" \n ").layout, Layout::Empty);
        assert!(head("hello").seen().contains("hello"));
    }
}
