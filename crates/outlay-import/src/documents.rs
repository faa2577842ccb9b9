//! Rows inside JSON documents: the objects of a list, of a list behind a path such as `data.items`, or objects one
//! after another. Streamed: only the row at hand is held, and at most [`MAX_ROW`] bytes of it.
//!
//! A document's other keys are passed over without being looked at, whatever their size; but for values beside the rows
//! that tell something about them, where a reader asks for those ([`Documents::within`]).

use std::io::BufRead;

use crate::lines::MAX_ROW;

/// What was found; a row's bytes are in [`Documents::row`].
pub(crate) enum Found {
    /// An object that begins at this line.
    Row(u64),
    /// Something else where a row should be, or a document without the list.
    Bad(u64, String),
}

/// Deepest lists and objects on the way to the rows.
const DEEPEST: usize = 64;
/// Bytes of something that is no row that are kept for the message.
const SHOWN: usize = 400;
/// Longest key that is compared with the path.
const LONGEST_KEY: usize = 4096;

/// Bytes of a value beside the rows that are kept; a longer one is passed over.
const LONGEST_BESIDE: usize = 1024 * 1024;

/// A step of the way from a document to its rows.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    /// Keys that lead on from here; the one that does is told by [`Documents::key`].
    pub keys: &'static [&'static str],
    /// Keys of objects beside it that tell about the rows.
    pub beside: &'static [&'static str],
    /// Whether an object without any of the keys is one without rows, as an empty object always is.
    pub optional: bool,
}

/// The same with keys of its own.
struct Way {
    keys: Vec<String>,
    beside: &'static [&'static str],
    optional: bool,
    may_be_empty: bool,
}

/// The value beside the rows of a level.
#[derive(Default)]
struct Beside {
    text: Vec<u8>,
    change: u64,
}

/// An open list or object on the way to the rows.
enum Open {
    List { begun: u64 },
    Object { found: Option<usize>, bare: bool, line: u64 },
}

#[derive(Clone, Copy)]
enum State {
    /// Before a value that leads to rows or is one.
    Value,
    /// Before a key of an open object, or behind a value of it.
    Key,
    /// Inside a key.
    Name { escaped: bool },
    /// Between a key and its value.
    Colon,
    /// Before a value that does not matter.
    Unwanted,
    /// Before a value that tells about the rows.
    Wanted,
    /// Inside a row.
    Row(Scan),
    /// Inside a value that tells about the rows.
    Beside(Scan),
    /// Inside a text, list or object that does not matter.
    Skip(Scan),
    /// Inside a number or word that does not matter.
    Word,
    /// After something that is not JSON: until the line ends.
    Lost,
}

pub(crate) struct Documents<R> {
    reader: R,
    path: Vec<Way>,
    beside: Vec<Beside>,
    changes: u64,
    /// Values beside the rows that came behind them.
    late: u64,
    by_line: bool,
    state: State,
    open: Vec<Open>,
    key: Vec<u8>,
    row: Vec<u8>,
    long: bool,
    /// Whether the value that is passed over stands where a row should.
    bad: bool,
    line: u64,
    begun: u64,
    /// A key of the documents beside their lists that is listened to, and what it said.
    watched: &'static str,
    listening: bool,
    heard: Heard,
}

/// What a key that is true or false said in the documents so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub yes: bool,
    pub no: bool,
}

impl<R: BufRead> Documents<R> {
    /// `path` leads from a document to its list of rows, and is empty where the documents are the rows; with `by_line`
    /// each line is a document of its own, so that a broken one costs only itself.
    pub fn new(reader: R, path: &str, by_line: bool) -> Self {
        let way = |key| Way { keys: vec![key], beside: &[], optional: false, may_be_empty: false };
        Self::along(reader, steps(path).into_iter().map(way).collect(), by_line)
    }

    /// The same by levels, whose values beside the rows are kept.
    pub fn within(reader: R, levels: &[Level], by_line: bool) -> Self {
        let way = |level: &Level| Way {
            keys: level.keys.iter().map(|key| (*key).to_owned()).collect(),
            beside: level.beside,
            optional: level.optional,
            may_be_empty: true,
        };
        Self::along(reader, levels.iter().map(way).collect(), by_line)
    }

    fn along(reader: R, path: Vec<Way>, by_line: bool) -> Self {
        Documents {
            reader,
            beside: path.iter().map(|_| Beside::default()).collect(),
            path,
            changes: 0,
            late: 0,
            by_line,
            state: State::Value,
            open: Vec::new(),
            key: Vec::new(),
            row: Vec::new(),
            long: false,
            bad: false,
            line: 1,
            begun: 1,
            watched: "",
            listening: false,
            heard: Heard::default(),
        }
    }

    /// Listens to what a key beside the lists says, such as whether more pages follow.
    pub fn watch(&mut self, key: &'static str) {
        self.watched = key;
    }

    /// What the key that is listened to said so far.
    pub fn heard(&self) -> Heard {
        self.heard
    }

    /// The bytes of the row found last, or the beginning of what stands in its place.
    pub fn row(&self) -> &[u8] {
        &self.row
    }

    /// Puts a text in the place of the row found last.
    pub fn replace(&mut self, row: Vec<u8>) {
        self.row = row;
    }

    /// Whether the source ended inside a list or object.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The object beside the way to the row found last at a level, and a number that changes whenever it may have.
    pub fn beside(&self, level: usize) -> (&[u8], u64) {
        self.beside.get(level).map_or((&[], 0), |beside| (&beside.text, beside.change))
    }

    /// How many objects beside the rows came behind the rows that they tell about.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Which of its keys led from a level to the row found last.
    pub fn key(&self, level: usize) -> usize {
        let mut objects = self.open.iter().filter_map(|open| match open {
            Open::Object { found, .. } => Some(found.unwrap_or(0)),
            Open::List { .. } => None,
        });
        objects.nth(level).unwrap_or(0)
    }

    /// Where the row found last lies in its document, such as `data[17]`; empty for a document of its own.
    pub fn place(&self) -> String {
        let mut ways = self.path.iter();
        let mut place = String::new();
        for open in &self.open {
            match open {
                Open::List { begun } => place.push_str(&format!("[{}]", begun.saturating_sub(1))),
                // An object whose list was not come to yet has no part in it.
                Open::Object { found: None, .. } => {}
                Open::Object { found: Some(key), .. } => {
                    if !place.is_empty() {
                        place.push('.');
                    }
                    place.push_str(ways.next().and_then(|way| way.keys.get(*key)).map_or("", String::as_str));
                }
            }
        }
        place
    }

    /// Finds the next row.
    pub fn advance(&mut self) -> Option<Found> {
        self.row.clear();
        loop {
            let level = self.level().saturating_sub(1);
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) if !chunk.is_empty() => chunk,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                _ => return self.end(),
            };
            let (used, found) = match self.state {
                State::Row(mut scan) => {
                    let (used, ended) = scan.run(chunk, self.by_line);
                    let kept = used.min(MAX_ROW.saturating_sub(self.row.len()));
                    self.row.extend_from_slice(&chunk[..kept]);
                    self.long |= kept < used;
                    self.line += newlines(&chunk[..used]);
                    self.state = State::Row(scan);
                    let cut = !ended && used < chunk.len();
                    (used, if ended { Some(self.row_ended()) } else { cut.then(|| self.cut()) })
                }
                State::Beside(mut scan) => {
                    let (used, ended) = scan.run(chunk, self.by_line);
                    self.line += newlines(&chunk[..used]);
                    self.state = State::Beside(scan);
                    let cut = !ended && used < chunk.len();
                    if let Some(Beside { text, .. }) = self.beside.get_mut(level) {
                        let kept = used.min((LONGEST_BESIDE + 1).saturating_sub(text.len()));
                        text.extend_from_slice(&chunk[..kept]);
                        if ended && text.len() > LONGEST_BESIDE {
                            text.clear();
                        }
                    }
                    if ended {
                        self.behind_value();
                    }
                    (used, cut.then(|| self.cut()))
                }
                State::Skip(mut scan) => {
                    let (used, ended) = scan.run(chunk, self.by_line);
                    self.line += newlines(&chunk[..used]);
                    self.state = State::Skip(scan);
                    let cut = !ended && used < chunk.len();
                    if self.bad {
                        let kept = used.min(SHOWN.saturating_sub(self.row.len()));
                        self.row.extend_from_slice(&chunk[..kept]);
                    }
                    if ended {
                        self.behind_value();
                        (used, self.bad_value())
                    } else {
                        (used, cut.then(|| self.cut()))
                    }
                }
                _ => {
                    let byte = chunk[0];
                    if byte == b'\n' && self.by_line {
                        // The line ending closes whatever is open.
                        let open = !self.open.is_empty() && !matches!(self.state, State::Lost);
                        let found = if open { Some(self.cut()) } else { self.bad_value() };
                        self.line += 1;
                        self.begin_again();
                        (1, found)
                    } else {
                        let (taken, found) = self.take(byte);
                        self.line += u64::from(taken && byte == b'\n');
                        (usize::from(taken), found)
                    }
                }
            };
            self.reader.consume(used);
            if found.is_some() {
                return found;
            }
        }
    }

    fn end(&mut self) -> Option<Found> {
        let inside = matches!(self.state, State::Row(_));
        self.state = State::Value;
        if inside { Some(Found::Bad(self.begun, "the last object is cut off".to_owned())) } else { self.bad_value() }
    }

    fn bad_value(&mut self) -> Option<Found> {
        std::mem::take(&mut self.bad).then(|| Found::Bad(self.begun, "this is not a JSON object".to_owned()))
    }

    fn begin_again(&mut self) {
        self.open.clear();
        self.bad = false;
        self.state = State::Value;
    }

    /// The line ended inside a document; the line ending itself is still to come.
    fn cut(&mut self) -> Found {
        self.begin_again();
        Found::Bad(self.line, "the line is cut off: it ends inside a JSON object".to_owned())
    }

    fn row_ended(&mut self) -> Found {
        self.behind_value();
        if self.long {
            self.row.truncate(1024);
            self.row.shrink_to(64 * 1024);
            return Found::Bad(self.begun, format!("the object is longer than {} MiB", MAX_ROW >> 20));
        }
        Found::Row(self.begun)
    }

    /// Goes on behind a value.
    fn behind_value(&mut self) {
        self.state = match self.open.last() {
            Some(Open::Object { .. }) => State::Key,
            _ => State::Value,
        };
    }

    fn level(&self) -> usize {
        self.open.iter().filter(|open| matches!(open, Open::Object { .. })).count()
    }

    /// What stood beside the rows of another object at this level tells nothing about the next one.
    fn forget(&mut self, level: usize) {
        if let Some(beside) = self.beside.get_mut(level) {
            beside.text.clear();
            self.changes += 1;
            beside.change = self.changes;
        }
    }

    fn lost(&mut self, why: &str) -> Option<Found> {
        self.state = State::Lost;
        Some(Found::Bad(self.line, why.to_owned()))
    }

    /// One byte outside of rows and skipped values: whether it is used up, and what it shows.
    fn take(&mut self, byte: u8) -> (bool, Option<Found>) {
        let blank = byte.is_ascii_whitespace();
        match self.state {
            State::Value => return self.value(byte),
            State::Key => match byte {
                b'"' => {
                    self.key.clear();
                    self.state = State::Name { escaped: false };
                }
                b'}' => return (true, self.close_object()),
                b']' => return (true, self.lost("an object is not closed before its list is")),
                _ if blank || byte == b',' => {}
                _ => return (true, self.lost("this is not JSON")),
            },
            State::Name { escaped } => {
                if byte == b'"' && !escaped {
                    self.state = State::Colon;
                } else {
                    if self.key.len() <= LONGEST_KEY {
                        self.key.push(byte);
                    }
                    self.state = State::Name { escaped: byte == b'\\' && !escaped };
                }
            }
            State::Colon if blank => {}
            State::Colon if byte == b':' => {
                self.state = State::Unwanted;
                self.listening = !self.watched.is_empty() && is_key(&self.key, self.watched);
                let Some(way) = self.path.get(self.level().saturating_sub(1)) else { return (true, None) };
                let leads = way.keys.iter().position(|wanted| is_key(&self.key, wanted));
                let tells = leads.is_none() && way.beside.iter().any(|wanted| is_key(&self.key, wanted));
                if let Some(Open::Object { found, bare, .. }) = self.open.last_mut() {
                    *bare = false;
                    if leads.is_some() {
                        *found = leads;
                        self.state = State::Value;
                    } else if tells {
                        self.late += u64::from(found.is_some());
                        self.state = State::Wanted;
                    }
                }
            }
            State::Colon => return (true, self.lost("this is not JSON")),
            State::Unwanted | State::Wanted if blank => {}
            State::Wanted if byte == b'{' => {
                self.forget(self.level().saturating_sub(1));
                self.state = State::Beside(Scan::default());
                return (false, None);
            }
            State::Unwanted | State::Wanted => {
                if std::mem::take(&mut self.listening) {
                    self.heard.yes |= byte == b't';
                    self.heard.no |= byte == b'f';
                }
                self.state = match byte {
                    b'{' | b'[' | b'"' => State::Skip(Scan::default()),
                    _ => State::Word,
                };
                return (false, None);
            }
            State::Word => {
                if matches!(byte, b',' | b']' | b'}' | b'\n') {
                    self.behind_value();
                    return (false, self.bad_value());
                }
                if self.bad && self.row.len() < SHOWN {
                    self.row.push(byte);
                }
            }
            State::Lost => {
                if byte == b'\n' {
                    self.behind_value();
                }
            }
            State::Row(_) | State::Beside(_) | State::Skip(_) => return (false, None),
        }
        (true, None)
    }

    fn value(&mut self, byte: u8) -> (bool, Option<Found>) {
        let in_object = matches!(self.open.last(), Some(Open::Object { .. }));
        match byte {
            _ if byte.is_ascii_whitespace() => return (true, None),
            b',' | b'}' if in_object => {
                // A key without a value.
                self.state = State::Key;
                return (byte == b',', None);
            }
            b',' => return (true, None),
            b']' => {
                if matches!(self.open.last(), Some(Open::List { .. })) {
                    self.open.pop();
                    self.behind_value();
                }
                return (true, None);
            }
            b'}' => {
                if self.open.iter().any(|open| matches!(open, Open::Object { .. })) {
                    while matches!(self.open.last(), Some(Open::List { .. })) {
                        self.open.pop();
                    }
                    self.state = State::Key;
                    return (
                        false,
                        Some(Found::Bad(self.line, "a list is not closed before its object is".to_owned())),
                    );
                }
                return (true, None);
            }
            _ => {}
        }
        if let Some(Open::List { begun }) = self.open.last_mut() {
            *begun += 1;
        }
        self.begun = self.line;
        let at_rows = self.level() == self.path.len();
        match byte {
            b'{' | b'[' if self.open.len() >= DEEPEST => {
                self.state = State::Skip(Scan::default());
                (
                    false,
                    Some(Found::Bad(self.line, format!("lists and objects are nested deeper than {DEEPEST} levels"))),
                )
            }
            b'[' => {
                self.open.push(Open::List { begun: 0 });
                (true, None)
            }
            b'{' if at_rows => {
                self.long = false;
                self.state = State::Row(Scan::default());
                (false, None)
            }
            b'{' => {
                self.open.push(Open::Object { found: None, bare: true, line: self.line });
                self.forget(self.level().saturating_sub(1));
                self.state = State::Key;
                (true, None)
            }
            _ => {
                self.state = if byte == b'"' { State::Skip(Scan::default()) } else { State::Word };
                // `"data": null` is how some programs write a list without anything in it.
                self.bad = !(in_object && byte == b'n');
                (false, None)
            }
        }
    }

    fn close_object(&mut self) -> Option<Found> {
        let way = self.path.get(self.level().saturating_sub(1));
        let wanted = way.and_then(|way| way.keys.first()).cloned().unwrap_or_default();
        let (optional, may_be_empty) = way.map_or((false, false), |way| (way.optional, way.may_be_empty));
        let closed = self.open.pop();
        self.behind_value();
        match closed {
            Some(Open::Object { found: None, bare, line }) if !(optional || bare && may_be_empty) => {
                Some(Found::Bad(line, format!("the object has no \"{wanted}\" to take rows from")))
            }
            _ => None,
        }
    }
}

/// The keys of a path such as `data.items`; `data[].items` means the same.
pub(crate) fn steps(path: &str) -> Vec<String> {
    path.split('.').map(|key| key.trim_end_matches("[]").to_owned()).filter(|key| !key.is_empty()).collect()
}

/// Whether a key as written, between its quotes, is this one.
fn is_key(written: &[u8], key: &str) -> bool {
    written == key.as_bytes()
        || (written.contains(&b'\\')
            && std::str::from_utf8(written)
                .is_ok_and(|text| sonic_rs::from_str::<String>(&format!("\"{text}\"")).is_ok_and(|text| text == key)))
}

fn newlines(bytes: &[u8]) -> u64 {
    count(bytes, |byte| byte == b'\n') as u64
}

/// How many bytes are of a kind; in sums of a byte each, which the processor takes many of at a time.
pub(crate) fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes.chunks(255).map(|few| usize::from(few.iter().map(|byte| u8::from(is(*byte))).sum::<u8>())).sum()
}

/// Follows one text, list or object to its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scan {
    /// Open lists and objects.
    pub depth: usize,
    /// At least as many as were ever open, and at most 64 more.
    pub deepest: usize,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    /// Takes one byte; whether the value ends with it.
    pub fn ends(&mut self, byte: u8) -> bool {
        if self.in_text {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.in_text = false;
                return self.depth == 0;
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => {
                self.depth += 1;
                self.deepest = self.deepest.max(self.depth);
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }

    /// Takes bytes up to the end of the value, or up to a line ending where `by_line`; how many, and whether the value
    /// ended.
    pub fn run(&mut self, bytes: &[u8], by_line: bool) -> (usize, bool) {
        let mut at = 0;
        loop {
            while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
                if !self.passes(block, by_line) {
                    break;
                }
                at += BLOCK;
            }
            // What does not pass as a block is looked at byte by byte, and then blocks are tried again.
            let until = bytes.len().min(at + BLOCK);
            while at < until {
                if self.in_text && !self.escaped {
                    at += plain(&bytes[at..]);
                }
                let Some(byte) = bytes.get(at) else { break };
                if by_line && *byte == b'\n' {
                    return (at, false);
                }
                at += 1;
                if self.ends(*byte) {
                    return (at, true);
                }
            }
            if at >= bytes.len() {
                return (bytes.len(), false);
            }
        }
    }

    /// Takes a block if the value does not end in it, and if it has neither escapes nor, where these matter, line
    /// endings.
    fn passes(&mut self, block: &[u8; BLOCK], by_line: bool) -> bool {
        if self.depth == 0 || self.escaped {
            return false;
        }
        let (mut quotes, mut opens, mut closes, mut others) = (0_u64, 0_u64, 0_u64, 0_u64);
        for (at, eight) in block.chunks_exact(8).enumerate() {
            let word = eight.try_into().map_or(0, u64::from_le_bytes);
            // `[` and `{` differ in one bit, and so do `]` and `}`.
            let either = word | (ONES * 0x20);
            quotes |= places(same(word, b'"')) << (at * 8);
            opens |= places(same(either, b'{')) << (at * 8);
            closes |= places(same(either, b'}')) << (at * 8);
            others |= same(word, b'\\') | if by_line { same(word, b'\n') } else { 0 };
        }
        if others != 0 {
            return false;
        }
        // A place is inside a text if an odd number of marks lies before it.
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        if self.in_text {
            inside = !inside;
        }
        let opened = (opens & !inside).count_ones() as usize;
        let closed = (closes & !inside).count_ones() as usize;
        if self.depth <= closed {
            return false;
        }
        self.deepest = self.deepest.max(self.depth + opened);
        self.depth = self.depth + opened - closed;
        self.in_text = inside >> (BLOCK - 1) == 1;
        true
    }
}

/// Bytes that are looked at together.
const BLOCK: usize = 64;
const ONES: u64 = u64::MAX / 255;

/// The bytes of a word that are this one, by their highest bits.
fn same(word: u64, byte: u8) -> u64 {
    const LOWS: u64 = ONES * 0x7f;
    let other = word ^ (ONES * u64::from(byte));
    !(((other & LOWS) + LOWS) | other | LOWS)
}

/// The highest bits of a word's bytes, side by side.
fn places(word: u64) -> u64 {
    ((word >> 7).wrapping_mul(0x0102_0408_1020_4080)) >> 56
}

/// How many bytes at the beginning mean nothing inside a text: neither a quotation mark, nor a backslash, nor a line
/// ending. Eight at a time, since most of a file is texts.
pub(crate) fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    for eight in bytes.chunks_exact(8) {
        let Ok(eight) = eight.try_into() else { break };
        let word = u64::from_le_bytes(eight);
        let marked = same(word, b'"') | same(word, b'\\') | same(word, b'\n');
        if marked != 0 {
            return at + marked.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
    rest.map_or(bytes.len(), |more| at + more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str, path: &str, by_line: bool) -> Vec<String> {
        let whole = read(text.as_bytes(), path, by_line);
        // The same, one byte a time.
        let trickle = read(std::io::BufReader::with_capacity(1, text.as_bytes()), path, by_line);
        assert_eq!(whole, trickle);
        whole
    }

    fn read(reader: impl BufRead, path: &str, by_line: bool) -> Vec<String> {
        let mut rows = Documents::new(reader, path, by_line);
        let mut out = Vec::new();
        while let Some(found) = rows.advance() {
            out.push(match found {
                Found::Row(line) => format!("{line} {} {}", rows.place(), String::from_utf8_lossy(rows.row())),
                Found::Bad(line, why) => format!("{line} {} !{why}", rows.place()),
            });
        }
        if rows.is_open() {
            out.push("open".to_owned());
        }
        out
    }

    #[test]
    fn lists_behind_paths() {
        let page = r#"{"object": "page", "meta": {"data": [{"no": 1}], "s": "]}\""}, "data": [{"a": "}]"}, {"b": [{}]}], "more": false}"#;
        assert_eq!(all(page, "data", false), [r#"1 data[0] {"a": "}]"}"#, r#"1 data[1] {"b": [{}]}"#]);
        assert_eq!(all(page, "meta.data", false), [r#"1 meta.data[0] {"no": 1}"#]);
        assert_eq!(all(page, "data", true), all(page, "data[]", false));
        let pages = "[{\"data\": [{\"a\": 1}]},\n {\"data\": null, \"x\": 1}, {\"data\":\n[\n{\"a\": 2}]}]";
        assert_eq!(all(pages, "data", false), ["1 [0].data[0] {\"a\": 1}", "4 [2].data[0] {\"a\": 2}"]);
        let nested = r#"{"days": [{"rows": [{"a": 1}]}, {"rows": {"a": 2}}, {"rows": []}]}"#;
        assert_eq!(all(nested, "days.rows", false), [r#"1 days[0].rows[0] {"a": 1}"#, r#"1 days[1].rows {"a": 2}"#]);
        assert_eq!(all(r#"{"d\u0061ta":[{"a":1}]}"#, "data", false), [r#"1 data[0] {"a":1}"#]);
    }

    #[test]
    fn a_key_beside_the_rows_is_heard() {
        let heard = |text: &str, path: &str| {
            let mut rows = Documents::new(text.as_bytes(), path, false);
            rows.watch("more");
            while rows.advance().is_some() {}
            (rows.heard().yes, rows.heard().no)
        };
        let page =
            |more: &str| format!("{{\"x\": {{\"more\": true}}, \"data\": [{{\"more\": true}}], \"more\" : {more}}}");
        assert_eq!(heard(&page("true"), "data"), (true, false));
        assert_eq!(heard(&page("false"), "data"), (false, true));
        assert_eq!(heard(&page("null"), "data"), (false, false));
        assert_eq!(heard(&format!("[{},{}]", page("true"), page("false")), "data"), (true, true));
        assert_eq!(heard(&page("true"), ""), (false, false));
    }

    #[test]
    fn what_is_not_a_row_is_told() {
        assert_eq!(
            all("{\"data\": [1, \"a,b\", {\"a\": 1}, [{\"b\": 2}]]}\n{\"error\": {\"data\": []}}", "data", false),
            [
                "1 data[0] !this is not a JSON object",
                "1 data[1] !this is not a JSON object",
                "1 data[2] {\"a\": 1}",
                "1 data[3][0] {\"b\": 2}",
                "2  !the object has no \"data\" to take rows from"
            ]
        );
        assert_eq!(all("{\"data\": \"none\"}", "data", false), ["1 data !this is not a JSON object"]);
        assert_eq!(
            all("{\"data\": [{\"a\": 1}}\n{\"data\": [{\"a\": 2}]}", "data", false),
            ["1 data[0] {\"a\": 1}", "1 data !a list is not closed before its object is", "2 data[0] {\"a\": 2}"]
        );
    }

    #[test]
    fn a_broken_line_costs_itself() {
        let text =
            "{\"data\":[{\"a\":1},{\"a\":\"\n{\"data\":[{\"a\":2}]}\n{nope\n{\"x\":{\"y\":\n{\"data\":[{\"a\":3}";
        assert_eq!(
            all(text, "data", true),
            [
                "1 data[0] {\"a\":1}",
                "1  !the line is cut off: it ends inside a JSON object",
                "2 data[0] {\"a\":2}",
                "3  !this is not JSON",
                "4  !the line is cut off: it ends inside a JSON object",
                "5 data[0] {\"a\":3}",
                "open"
            ]
        );
    }

    const TRACES: &[Level] = &[
        Level { keys: &["spans", "logs"], beside: &[], optional: false },
        Level { keys: &["rows"], beside: &["who", "where"], optional: true },
    ];

    #[test]
    fn values_beside_the_rows() {
        let text = r#"{"spans":[{"who":{"a":"}"},"rows":[{"x":1},{"x":2}]},{"rows":[{"x":3}],"who":{"late":1}},{"no":1}]}
            {} {"logs":[{"where":{"b":2},"who":null,"rows":[{"x":4}]}]} {"other":1}"#;
        for size in [1, 7, 1000] {
            let reader = std::io::BufReader::with_capacity(size, text.as_bytes());
            let mut rows = Documents::within(reader, TRACES, false);
            let mut out = Vec::new();
            while let Some(found) = rows.advance() {
                let beside = String::from_utf8_lossy(rows.beside(1).0).into_owned();
                out.push(match found {
                    Found::Row(_) => format!("{} {beside} {}", rows.key(0), rows.place()),
                    Found::Bad(_, why) => why,
                });
            }
            assert_eq!(
                out,
                [
                    "0 {\"a\":\"}\"} spans[0].rows[0]",
                    "0 {\"a\":\"}\"} spans[0].rows[1]",
                    "0  spans[1].rows[0]",
                    "1 {\"b\":2} logs[0].rows[0]",
                    "the object has no \"spans\" to take rows from"
                ]
            );
            assert_eq!((rows.late(), rows.is_open()), (1, false));
        }
    }

    proptest! {
        /// Texts are passed over as if byte by byte.
        #[test]
        fn eight_bytes_at_a_time(text in "[ax\\\\\"\n]{0,40}|[a-zé]{0,40}[\"\n]?") {
            let plainly = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            prop_assert_eq!(plain(text.as_bytes()), plainly.unwrap_or(text.len()));
        }

        /// Blocks end a value where single bytes do, and know at least how deep it went.
        #[test]
        fn blocks_as_single_bytes(text in "[\\[{\"]([\\[\\]{},:a\\\\\n]|\"|\"[a{\\]]{0,30}\"|[a-z]{60}){0,120}", by_line in any::<bool>()) {
            let bytes = text.as_bytes();
            let (mut quick, mut slow) = (Scan::default(), Scan::default());
            let (used, ended) = quick.run(bytes, by_line);
            let mut expected = (bytes.len(), false);
            let mut deepest = 0;
            for (at, byte) in bytes.iter().enumerate() {
                if by_line && *byte == b'\n' {
                    expected = (at, false);
                    break;
                }
                let ends = slow.ends(*byte);
                deepest = deepest.max(slow.depth);
                if ends {
                    expected = (at + 1, true);
                    break;
                }
            }
            prop_assert_eq!((used, ended), expected);
            prop_assert_eq!((quick.depth, quick.in_text, quick.escaped), (slow.depth, slow.in_text, slow.escaped));
            prop_assert!((deepest..=deepest + BLOCK).contains(&quick.deepest));
        }

        /// However the bytes come, the same is found; and reading comes to an end.
        #[test]
        fn any_text(text in "([\\[\\]{},: \n\\\\x]|\"data\":|\"|null|1){0,60}", by_line in any::<bool>()) {
            all(&text, "data", by_line);
            all(&text, "", by_line);
        }
    }

    #[test]
    fn nothing_is_held_but_the_row() {
        let mut text = b"{\"x\":\"".to_vec();
        text.extend(std::iter::repeat_n(b'x', MAX_ROW * 2));
        text.extend(b"\",\"data\":[{\"a\":\"");
        text.extend(std::iter::repeat_n(b'x', MAX_ROW + 5));
        text.extend(b"\"},{\"a\":1}]}");
        let mut rows = Documents::new(text.as_slice(), "data", false);
        assert!(matches!(rows.advance(), Some(Found::Bad(1, why)) if why.contains("16 MiB")));
        assert!(matches!(rows.advance(), Some(Found::Row(1))));
        assert_eq!((rows.row(), rows.place().as_str()), (b"{\"a\":1}".as_slice(), "data[1]"));
        assert!(rows.row.capacity() <= 1 << 20);
        assert_eq!(
            all(&"[".repeat(10_000), "data", false)[0].split('!').next_back(),
            Some("lists and objects are nested deeper than 64 levels")
        );
    }
}
