//! JSON rows: lines, arrays and strings of objects, streamed; and the scalars inside them.

use std::borrow::Cow;
use std::io::BufRead;

use crate::error::Fault;
use crate::head::Layout;
use crate::lines::{Lines, MAX_ROW, is_blank};

/// What was found; its text is in [`JsonRows::text`].
pub(crate) enum Step {
    /// An object that begins at this line; whether it is known to be whole.
    Object(u64),
    /// Something else, with the reason.
    Bad(u64, String),
}

/// Deepest nesting that is read; the JSON parser recurses without a bound of its own.
const DEEPEST: usize = 100;

pub(crate) struct JsonRows<R> {
    lines: Lines<R>,
    streamed: bool,
    object: Vec<u8>,
    line: u64,
}

impl<R: BufRead> JsonRows<R> {
    pub fn new(reader: R, layout: Layout) -> Self {
        JsonRows { lines: Lines::new(reader), streamed: layout == Layout::Json, object: Vec::new(), line: 1 }
    }

    fn bytes(&self) -> &[u8] {
        if self.streamed { &self.object } else { self.lines.bytes() }
    }

    /// Whether the source ended inside the line found last.
    pub fn is_cut(&self) -> bool {
        !self.streamed && !self.lines.ended
    }

    /// The bytes found last, with replacements, for a message.
    pub fn lossy(&self) -> String {
        let bytes = self.bytes();
        String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned()
    }

    /// The text of the object found last.
    pub fn text(&self) -> Result<&str, &'static str> {
        let text = std::str::from_utf8(self.bytes()).map_err(|_| "the row is not UTF-8 text")?;
        if too_deep(text.as_bytes()) { Err("the row is nested deeper than 100 levels") } else { Ok(text) }
    }

    /// Finds the next object; blank lines are none.
    pub fn advance(&mut self) -> Option<Step> {
        if self.streamed {
            return self.next_object();
        }
        loop {
            let line = self.lines.advance()?;
            if line.too_long {
                return Some(Step::Bad(line.number, format!("the line is longer than {} MiB", MAX_ROW >> 20)));
            }
            if !is_blank(self.lines.bytes()) {
                return Some(Step::Object(line.number));
            }
        }
    }

    fn next_object(&mut self) -> Option<Step> {
        self.object.clear();
        let mut scan = Scan::default();
        let mut begun = None;
        let mut long = false;
        loop {
            let chunk = match self.lines.reader.fill_buf() {
                Ok(chunk) if !chunk.is_empty() => chunk,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                _ => {
                    return begun.map(|line| Step::Bad(line, "the last object is cut off".to_owned()));
                }
            };
            let mut used = 0;
            let mut found = None;
            for byte in chunk {
                used += 1;
                self.line += u64::from(*byte == b'\n');
                if begun.is_none() {
                    if byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']') {
                        continue;
                    }
                    begun = Some(self.line);
                    scan = Scan { depth: 0, in_text: false, escaped: false, plain: *byte != b'{' };
                }
                if self.object.len() < MAX_ROW {
                    self.object.push(*byte);
                } else {
                    long = true;
                }
                if scan.ends(*byte) {
                    found = begun;
                    break;
                }
            }
            self.lines.reader.consume(used);
            if let Some(line) = found {
                return Some(if long {
                    self.object.truncate(1024);
                    self.object.shrink_to(64 * 1024);
                    Step::Bad(line, format!("the object is longer than {} MiB", MAX_ROW >> 20))
                } else if scan.plain {
                    Step::Bad(line, "this is not a JSON object".to_owned())
                } else {
                    Step::Object(line)
                });
            }
        }
    }
}

#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Not an object: ends with its line.
    plain: bool,
}

impl Scan {
    fn ends(&mut self, byte: u8) -> bool {
        if self.plain {
            return byte == b'\n';
        }
        if self.in_text {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.in_text = false;
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

/// Whether brackets nest too deep; only texts with many brackets are looked at closely.
fn too_deep(text: &[u8]) -> bool {
    // '[' and '{' differ in one bit.
    if text.iter().filter(|b| **b | 0x20 == b'{').count() <= DEEPEST {
        return false;
    }
    let mut scan = Scan::default();
    text.iter().any(|byte| {
        scan.ends(*byte);
        scan.depth > DEEPEST
    })
}

/// A raw JSON value as the text of a cell: strings without quotes, `null` as `None`, anything else as written.
///
/// # Errors
/// On a string with a broken escape.
pub(crate) fn scalar(raw: Cow<'_, str>) -> Result<Option<Cow<'_, str>>, &'static str> {
    match raw.as_bytes().first() {
        Some(b'n') | None => Ok(None),
        Some(b'"') if raw.contains('\\') => match sonic_rs::from_str::<String>(&raw) {
            Ok(text) => Ok(Some(Cow::Owned(text))),
            Err(_) => Err("has a broken escape"),
        },
        Some(b'"') => Ok(Some(match raw {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(1..text.len() - 1).unwrap_or("")),
            Cow::Owned(text) => Cow::Owned(text.trim_matches('"').to_owned()),
        })),
        _ => Ok(Some(raw)),
    }
}

/// What is wrong with a text that should be one JSON object, if anything.
pub(crate) fn fault(text: &str) -> Option<Fault> {
    match sonic_rs::from_str::<sonic_rs::LazyValue<'_>>(text) {
        Ok(_) if text.trim_start().starts_with('{') => None,
        Ok(_) => Some(Fault::new("", "this is not a JSON object", text)),
        Err(error) => Some(not_json(text, &error)),
    }
}

/// A row that is not a JSON object, with what a person can do about it.
pub(crate) fn not_json(text: &str, error: &sonic_rs::Error) -> Fault {
    let reason = if !text.trim_start().starts_with('{') {
        "this is not a JSON object".to_owned()
    } else if error.is_eof() {
        "the row is cut off: it ends inside a JSON object".to_owned()
    } else {
        format!("this is not JSON (near character {})", error.offset() + 1)
    };
    Fault::new("", reason, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, layout: Layout) -> Vec<String> {
        let mut rows = JsonRows::new(text.as_bytes(), layout);
        let mut out = Vec::new();
        while let Some(step) = rows.advance() {
            out.push(match step {
                Step::Object(line) => format!("{line} {}", rows.text().unwrap_or("bad")),
                Step::Bad(line, why) => format!("{line} !{why}"),
            });
        }
        out
    }

    #[test]
    fn arrays_and_strings_of_objects() {
        let text = "[{\"a\": \"}{\"},\n {\"b\": [1, {}]}, 7\n, {\"c\":";
        assert_eq!(
            all(text, Layout::Json),
            [
                "1 {\"a\": \"}{\"}",
                "2 {\"b\": [1, {}]}",
                "2 !this is not a JSON object",
                "3 !the last object is cut off"
            ]
        );
        assert_eq!(all("{\"a\":1}\n\n{\"b\":2}", Layout::JsonLines), ["1 {\"a\":1}", "3 {\"b\":2}"]);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
        assert_eq!(all(&deep, Layout::JsonLines), ["1 bad"]);
        assert!(!too_deep("[[],[]]".repeat(100).as_bytes()));
    }
}
