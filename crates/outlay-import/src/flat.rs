//! Objects on one line whose values are texts, numbers and words: what most logs are made of. They are walked by
//! comparing what stands between two values with what stood there in the row before.
//!
//! Everything else, nested, escaped or at fault, is left to the JSON parser: this walk takes part of what that takes,
//! and nothing that it refuses.

use memchr::memchr;

/// What stood before a value in the row before, `,"model":`, where in it the key's text lies, and what it means.
#[derive(Debug)]
struct Lead<M> {
    text: Box<[u8]>,
    key: (usize, usize),
    means: M,
}

/// What is known of the rows so far, by the place of the key in its row.
#[derive(Debug)]
pub(crate) struct Flat<M> {
    leads: Vec<Lead<M>>,
}

/// Most places that are remembered.
const MOST: usize = 256;

/// A value. Texts have no escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// What stands between the quotes.
    Text(&'a str),
    /// A number, `true` or `false`.
    Bare(&'a str),
    /// `null`.
    Null,
}

impl<M: Copy> Flat<M> {
    pub fn new() -> Self {
        Flat { leads: Vec::new() }
    }

    /// Walks over an object, and tells what each key means, the key and its value; `None` where the object is not one
    /// of those that can be walked, of which some values may have been told already.
    pub fn walk<'a>(
        &mut self,
        text: &'a str,
        mut mean: impl FnMut(&'a str) -> M,
        mut tell: impl FnMut(M, &'a str, Value<'a>),
    ) -> Option<()> {
        let bytes = text.as_bytes();
        if bytes.iter().fold(false, |odd, byte| odd | (*byte < b' ') | (*byte == b'\\')) {
            return None;
        }
        let mut at = 0;
        let mut place = 0;
        loop {
            let (key, from, means) = match self.leads.get(place) {
                Some(lead) if bytes[at..].starts_with(&lead.text) => {
                    ((at + lead.key.0, at + lead.key.1), at + lead.text.len(), lead.means)
                }
                _ => {
                    let (key, from) = lead(bytes, at, place == 0)?;
                    let means = mean(text.get(key.0..key.1)?);
                    if place < MOST {
                        let found = Lead { text: bytes[at..from].into(), key: (key.0 - at, key.1 - at), means };
                        match self.leads.get_mut(place) {
                            Some(lead) => *lead = found,
                            None => self.leads.push(found),
                        }
                    }
                    (key, from, means)
                }
            };
            let end = from + value(&bytes[from..])?;
            let value = match bytes[from] {
                b'"' => Value::Text(text.get(from + 1..end - 1)?),
                b'n' => Value::Null,
                _ => Value::Bare(text.get(from..end)?),
            };
            tell(means, text.get(key.0..key.1)?, value);
            place += 1;
            match bytes.get(end) {
                Some(b',') => at = end,
                _ => {
                    let rest = spaces(bytes, end);
                    match bytes.get(rest)? {
                        b',' => at = end,
                        b'}' if spaces(bytes, rest + 1) == bytes.len() => return Some(()),
                        _ => return None,
                    }
                }
            }
        }
    }
}

fn spaces(bytes: &[u8], from: usize) -> usize {
    bytes.get(from..).map_or(from, |rest| from + rest.iter().take_while(|byte| **byte == b' ').count())
}

/// Where the key lies that begins behind a value, and where its value begins.
fn lead(bytes: &[u8], at: usize, is_first: bool) -> Option<((usize, usize), usize)> {
    let open = spaces(bytes, at);
    let quote = spaces(bytes, open + 1);
    let wanted = if is_first { b'{' } else { b',' };
    if *bytes.get(open)? != wanted || *bytes.get(quote)? != b'"' {
        return None;
    }
    let key = (quote + 1, quote + 1 + memchr(b'"', &bytes[quote + 1..])?);
    let colon = spaces(bytes, key.1 + 1);
    (*bytes.get(colon)? == b':').then(|| (key, spaces(bytes, colon + 1)))
}

/// Length of the value that begins here.
fn value(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'"' => Some(memchr(b'"', &bytes[1..])? + 2),
        b'-' | b'0'..=b'9' => number(bytes),
        b't' => bytes.starts_with(b"true").then_some(4),
        b'f' => bytes.starts_with(b"false").then_some(5),
        b'n' => bytes.starts_with(b"null").then_some(4),
        _ => None,
    }
}

fn digits(bytes: &[u8], from: usize) -> usize {
    bytes.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// Length of the number that begins here, as RFC 8259 writes numbers.
fn number(bytes: &[u8]) -> Option<usize> {
    let mut at = usize::from(bytes[0] == b'-');
    let whole = digits(bytes, at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(bytes, at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        let exponent = digits(bytes, at);
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::fault;
    use proptest::prelude::*;

    /// Keys and raw values; what a key means is here its length.
    fn walked(flat: &mut Flat<usize>, text: &str) -> Option<Vec<(String, String)>> {
        let mut out = Vec::new();
        flat.walk(text, str::len, |means, key, value| {
            assert_eq!(means, key.len());
            let raw = match value {
                Value::Text(text) => format!("\"{text}\""),
                Value::Bare(raw) => raw.to_owned(),
                Value::Null => "null".to_owned(),
            };
            out.push((key.to_owned(), raw));
        })?;
        Some(out)
    }

    #[test]
    fn rows_like_the_one_before_and_others() {
        let mut flat = Flat::new();
        for (text, told) in [
            (r#"{"a":1,"b":"x"}"#, [("a", "1"), ("b", r#""x""#)].as_slice()),
            (r#"{"a":-2.50e+3,"b":"é {,} "}"#, &[("a", "-2.50e+3"), ("b", r#""é {,} ""#)]),
            (r#"{"b":true,"c":null , "d":false}  "#, &[("b", "true"), ("c", "null"), ("d", "false")]),
            (r#" { "a" : 0 , "b" : "" } "#, &[("a", "0"), ("b", r#""""#)]),
        ] {
            let found = walked(&mut flat, text).unwrap_or_default();
            let found: Vec<(&str, &str)> = found.iter().map(|(key, raw)| (key.as_str(), raw.as_str())).collect();
            assert_eq!(found, told, "{text}");
        }
        for text in [
            "",
            "{",
            "{}",
            "[]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{"a":1}}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":-}"#,
            r#"{"a":1e}"#,
            r#"{"a":nul}"#,
            r#"{"a":"x}"#,
            r#"{"a":[1]}"#,
            r#"{"a":"\n"}"#,
            "{\"a\":\"\u{1}\"}",
            r#"{"a":1 2}"#,
            r#"{"a":truefalse}"#,
            "{a:1}",
            r#"{"a" 1}"#,
            r#"{"a":1 "b":2}"#,
        ] {
            assert_eq!(walked(&mut flat, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_taken_that_the_parser_refuses(
            rows in proptest::collection::vec("[ {}\\[\\]:,\"\\\\a-c0-2.eE+\\-ntrulfas]{0,24}", 1..6),
        ) {
            let mut flat = Flat::new();
            for row in rows {
                // Also inside rows that are sound so far, so that some are walked to their end.
                for text in [row.clone(), format!("{{{row}}}"), format!("{{\"a\":1,{row}}}"), format!("{{\"a\":{row}}}")] {
                    if let Some(found) = walked(&mut flat, &text) {
                        prop_assert!(fault(&text).is_none(), "{}", text);
                        for (key, raw) in found {
                            let lazy = sonic_rs::to_object_iter(text.as_str()).flatten();
                            let same = lazy.filter(|(name, value)| *name == key && value.as_raw_str() == raw);
                            prop_assert!(same.count() > 0, "{}", text);
                        }
                    }
                }
            }
        }
    }
}
