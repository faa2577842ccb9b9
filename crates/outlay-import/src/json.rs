//! JSON rows: objects line by line or inside documents; and the scalars inside them.

use std::borrow::Cow;
use std::io::BufRead;

use crate::documents::{Documents, Found, Heard, Level, Scan, count};
use crate::error::Fault;
use crate::feed::InDocument;
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

enum Rows<R> {
    /// One object a line.
    Lines(Lines<R>),
    /// Lists, pages and objects over several lines.
    Documents(Documents<R>),
}

pub(crate) struct JsonRows<R> {
    rows: Rows<R>,
}

impl<R: BufRead> JsonRows<R> {
    /// `path` leads to the list of rows inside each document, and is empty where a document is a row.
    pub fn new(reader: R, layout: Layout, path: &str) -> Self {
        let by_line = layout == Layout::JsonLines;
        JsonRows {
            rows: match by_line && path.is_empty() {
                true => Rows::Lines(Lines::new(reader)),
                false => Rows::Documents(Documents::new(reader, path, by_line)),
            },
        }
    }

    /// Rows behind levels of keys, with what stands beside them.
    pub fn within(reader: R, layout: Layout, levels: &[Level]) -> Self {
        JsonRows { rows: Rows::Documents(Documents::within(reader, levels, layout == Layout::JsonLines)) }
    }

    /// The documents that the rows lie in, where they do.
    pub fn documents(&self) -> Option<&Documents<R>> {
        match &self.rows {
            Rows::Lines(_) => None,
            Rows::Documents(documents) => Some(documents),
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.rows {
            Rows::Lines(lines) => lines.bytes(),
            Rows::Documents(documents) => documents.row(),
        }
    }

    /// Whether the source ended inside the line found last.
    pub fn is_cut(&self) -> bool {
        matches!(&self.rows, Rows::Lines(lines) if !lines.ended)
    }

    /// Whether the source ended inside a list or a document.
    pub fn is_open(&self) -> bool {
        matches!(&self.rows, Rows::Documents(documents) if documents.is_open())
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

    /// Puts `null` in the place of what Python writes for numbers that are none, in the row found last; whether there
    /// was any.
    pub fn mend(&mut self) -> bool {
        let Some(mended) = without_nan(self.bytes()) else { return false };
        match &mut self.rows {
            Rows::Lines(lines) => lines.replace(mended),
            Rows::Documents(documents) => documents.replace(mended),
        }
        true
    }

    /// What is wrong with the object found last, if anything; what Python writes for numbers that are none is mended.
    pub fn check(&mut self) -> Option<Fault> {
        let found = |rows: &Self| match rows.text() {
            Ok(text) => fault(text),
            Err(reason) => Some(Fault::new("", reason, &rows.lossy())),
        };
        match found(self) {
            Some(first) if self.mend() => found(self).map(|_| first),
            first => first,
        }
    }

    /// Listens to what a key beside the list of rows says.
    pub fn watch(&mut self, key: &'static str) {
        if let Rows::Documents(documents) = &mut self.rows {
            documents.watch(key);
        }
    }

    /// What the key that is listened to said so far.
    pub fn heard(&self) -> Heard {
        match &self.rows {
            Rows::Lines(_) => Heard::default(),
            Rows::Documents(documents) => documents.heard(),
        }
    }

    /// Finds the next object; blank lines are none.
    pub fn advance(&mut self) -> Option<Step> {
        let lines = match &mut self.rows {
            Rows::Lines(lines) => lines,
            Rows::Documents(documents) => {
                return documents.advance().map(|found| match found {
                    Found::Row(line) => Step::Object(line),
                    Found::Bad(line, reason) => Step::Bad(line, reason),
                });
            }
        };
        loop {
            let line = lines.advance()?;
            if line.too_long {
                return Some(Step::Bad(line.number, format!("the line is longer than {} MiB", MAX_ROW >> 20)));
            }
            if !is_blank(lines.bytes()) {
                return Some(Step::Object(line.number));
            }
        }
    }
}

impl<R: BufRead> InDocument for JsonRows<R> {
    fn place(&self) -> String {
        match &self.rows {
            Rows::Lines(_) => String::new(),
            Rows::Documents(documents) => documents.place(),
        }
    }
}

/// A row with `null` for each bare `NaN` and `Infinity`; `None` where it has neither.
fn without_nan(row: &[u8]) -> Option<Vec<u8>> {
    const WORDS: [&[u8]; 3] = [b"NaN", b"-Infinity", b"Infinity"];
    let mut out = Vec::with_capacity(row.len() + 16);
    let (mut in_text, mut at, mut found) = (false, 0, false);
    while let Some(byte) = row.get(at) {
        if in_text && *byte == b'\\' {
            out.extend(row.iter().skip(at).take(2));
            at += 2;
            continue;
        }
        in_text ^= *byte == b'"';
        match WORDS.iter().find(|word| !in_text && row[at..].starts_with(word)) {
            Some(word) => {
                found = true;
                out.extend_from_slice(b"null");
                at += word.len();
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    found.then_some(out)
}

/// Whether brackets nest too deep; only texts with many brackets are looked at closely.
pub(crate) fn too_deep(text: &[u8]) -> bool {
    // '[' and '{' differ in one bit.
    if count(text, |byte| byte | 0x20 == b'{') <= DEEPEST {
        return false;
    }
    let (mut scan, mut at) = (Scan::default(), 0);
    while at < text.len() {
        at += scan.run(&text[at..], false).0;
        if scan.deepest > DEEPEST {
            break;
        }
    }
    if scan.deepest <= DEEPEST {
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
        let mut rows = JsonRows::new(text.as_bytes(), layout, "");
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
    fn numbers_that_are_none() {
        let mended = |text: &str| without_nan(text.as_bytes()).map(|row| String::from_utf8_lossy(&row).into_owned());
        assert_eq!(
            mended(r#"{"a":NaN,"b":[-Infinity],"NaN":"\"NaN","c":Infinity}"#).as_deref(),
            Some(r#"{"a":null,"b":[null],"NaN":"\"NaN","c":null}"#)
        );
        assert_eq!(mended(r#"{"a":"NaN"}"#), None);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
        assert_eq!(all(&deep, Layout::JsonLines), ["1 bad"]);
        assert!(!too_deep("[[],[]]".repeat(100).as_bytes()));
    }
}
