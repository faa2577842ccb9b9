//! JSON as exporters write it, read token by token. What it does not expect it leaves to the JSON parser: `None`
//! means "read this again, slowly", and not "this is wrong".

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::value::Take;
use crate::documents::{Scan, plain};

pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Cursor { text, at: 0 }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        let mut byte = *bytes.get(self.at)?;
        while byte <= b' ' {
            self.at += 1;
            byte = *bytes.get(self.at)?;
        }
        Some(byte)
    }

    /// Takes this byte.
    pub fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Takes what separates members or items; whether another one follows, and not the end.
    pub fn more(&mut self, end: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        (byte == b',' || byte == end).then_some(byte == b',')
    }

    /// Takes the end of something empty, if it is there.
    pub fn is_empty(&mut self, end: u8) -> Option<bool> {
        let empty = self.peek()? == end;
        self.at += usize::from(empty);
        Some(empty)
    }

    /// Whether nothing follows.
    pub fn ended(&mut self) -> bool {
        self.peek().is_none()
    }

    /// A key without escapes, and its colon.
    pub fn key(&mut self) -> Option<&'a str> {
        let key = self.words()?;
        self.eat(b':')?;
        Some(key)
    }

    /// A text without escapes, without its quotes.
    fn words(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let from = self.at;
        let to = from + plain(&self.text.as_bytes()[from..]);
        self.at = to + 1;
        (self.text.as_bytes().get(to) == Some(&b'"')).then(|| &self.text[from..to])
    }

    /// Any value as it is written.
    pub fn value(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        let (from, bytes) = (self.at, self.text.as_bytes());
        match first {
            b'"' => {
                self.at += 1;
                loop {
                    self.at += plain(&bytes[self.at..]);
                    match bytes.get(self.at)? {
                        b'"' => break,
                        b'\\' => self.at += escape(&bytes[self.at..])?,
                        _ => return None,
                    }
                }
                self.at += 1;
            }
            b'{' | b'[' => {
                let (length, ended) = Scan::default().run(&bytes[from..], false);
                self.at += length;
                let raw = ended.then(|| &self.text[from..self.at])?;
                // Nothing else looks inside of it.
                if raw.len() > 2 {
                    sonic_rs::from_str::<IgnoredAny>(raw).ok()?;
                }
            }
            _ => {
                let length = bytes[from..].iter().position(|byte| matches!(byte, b',' | b'}' | b']' | 0..=b' '));
                self.at += length?;
                if !is_plain_value(&bytes[from..self.at]) {
                    return None;
                }
            }
        }
        self.text.get(from..self.at)
    }

    /// A list of attributes, each a key and a value that is wrapped.
    pub fn attributes<T: Take<'a>>(&mut self, taker: &mut T) -> Option<()> {
        if self.peek()? == b'n' {
            return self.value().map(|_| ());
        }
        self.eat(b'[')?;
        if self.is_empty(b']')? {
            return Some(());
        }
        loop {
            self.eat(b'{')?;
            if self.key()? != "key" {
                return None;
            }
            let key = self.words()?;
            self.eat(b',')?;
            if self.key()? != "value" {
                return None;
            }
            let wanted = taker.wants(key);
            let raw = match self.peek()? {
                b'{' => {
                    self.at += 1;
                    if self.is_empty(b'}')? {
                        "null"
                    } else {
                        self.key()?;
                        let raw = self.value()?;
                        self.eat(b'}')?;
                        raw
                    }
                }
                _ => self.value()?,
            };
            self.eat(b'}')?;
            if wanted && raw != "null" {
                taker.take(key, Cow::Borrowed(raw));
            }
            if !self.more(b']')? {
                return Some(());
            }
        }
    }
}

/// Length of the escape at the beginning, if it is one.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Whether this is a number, `true`, `false` or `null`.
fn is_plain_value(bytes: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let body = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(body);
    if whole == 0 {
        return matches!(bytes, b"true" | b"false" | b"null");
    }
    if whole > 1 && body[0] == b'0' {
        return false;
    }
    let mut rest = &body[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let length = digits(exponent);
        if length == 0 {
            return false;
        }
        rest = &exponent[length..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spans::value::tests::All;
    use proptest::prelude::*;

    #[test]
    fn plain_values() {
        for good in ["0", "-1", "1.5", "1e5", "-0.1E-3", "true", "false", "null", "123456789012345678901"] {
            assert!(is_plain_value(good.as_bytes()), "{good}");
        }
        for bad in ["", "-", "01", "1.", ".5", "1e", "NaN", "Infinity", "tru", "1x", "+1"] {
            assert!(!is_plain_value(bad.as_bytes()), "{bad}");
        }
    }

    proptest! {
        /// Where it reads attributes at all, it reads them as the JSON parser does.
        #[test]
        fn as_the_parser(
            items in prop::collection::vec(
                (
                    "\"(a|b|unwanted|\\\\u0061)\"|7",
                    "\\{\"(string|int)Value\" ?: ?(\"[ax\\\\n\"\\\\\\\\{}é]{0,6}\"|-?[0-9]{1,3}(\\.[0-9])?|NaN|null|\\[\\{\\},1\\]|\\{\"values\":\\[\\]\\})\\}|\\{\\}|null|\"x\"|\\{\"a\":1,\"b\":2\\}",
                    "(,\"z\":1)?",
                ),
                0..5,
            ),
            cut in 0_usize..400,
        ) {
            let items: Vec<String> =
                items.iter().map(|(key, value, more)| format!("{{\"key\":{key},\"value\":{value}{more}}}")).collect();
            let text = format!("[{}] ", items.join(", "));
            let mut end = cut.min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            for text in [text.as_str(), &text[..end]] {
                let mut quick = All::default();
                let mut cursor = Cursor::new(text);
                if cursor.attributes(&mut quick).is_some() && cursor.ended() {
                    let mut slow = All::default();
                    let mut parser = sonic_rs::Deserializer::from_str(text);
                    let seed = super::super::value::Attributes(&mut slow);
                    prop_assert!(serde::de::DeserializeSeed::deserialize(seed, &mut parser).is_ok(), "{text}");
                    prop_assert_eq!(quick, slow);
                }
            }
        }
    }
}
