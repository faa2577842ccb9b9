//! A JSON object as its keys and what stands behind them, one level at a time: for rows whose fields are nested.

use std::borrow::Cow;

use outlay_model::time::Micros;

use crate::error::Fault;
use crate::json;
use crate::value::{self, Epoch, Naive, NoInstant};

/// An object of a row, and its path from there. Of a key that is there twice the last one counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object<'a> {
    path: String,
    fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Object<'a> {
    /// Takes a text that is known to be JSON apart; what is no object has no fields.
    pub fn of(text: &'a str) -> Object<'a> {
        Object::at(String::new(), text)
    }

    /// The same for an object that lies behind a path, for messages.
    pub fn at(path: String, text: &'a str) -> Object<'a> {
        let mut fields = Vec::new();
        if text.trim_start().starts_with('{') {
            for pair in sonic_rs::to_object_iter(text) {
                let Ok((key, value)) = pair else { break };
                // The value of a borrowed text is a piece of it.
                if let Cow::Borrowed(raw) = value.as_raw_cow() {
                    fields.push((key, raw.trim_ascii()));
                }
            }
        }
        Object { path, fields }
    }

    /// Keys and raw values, in the order of the text.
    pub fn fields(&self) -> &[(Cow<'a, str>, &'a str)] {
        &self.fields
    }

    /// Where a key of this object lies in its row.
    pub fn path(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    /// What is wrong with the value of a key.
    pub fn fault(&self, key: &str, why: &str) -> Fault {
        Fault::new(&self.path(key), format!("{key} {why}"), self.raw(key).unwrap_or_default())
    }

    /// Whether the key is there, be it with `null`.
    pub fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|(name, _)| name == key)
    }

    /// The value as written; `None` for `null`.
    pub fn raw(&self, key: &str) -> Option<&'a str> {
        self.fields.iter().rev().find(|(name, _)| name == key).map(|(_, raw)| *raw).filter(|raw| *raw != "null")
    }

    /// A text, number or truth as a text, trimmed; empty where it is not told.
    pub fn text(&self, key: &str) -> Result<Cow<'a, str>, Fault> {
        let Some(raw) = self.raw(key) else { return Ok(Cow::Borrowed("")) };
        if raw.starts_with(['{', '[']) {
            return Err(self.fault(key, "is not a text"));
        }
        match json::scalar(Cow::Borrowed(raw)) {
            Ok(Some(text)) if !value::is_null(&text) => Ok(trimmed(text)),
            Ok(_) => Ok(Cow::Borrowed("")),
            Err(why) => Err(self.fault(key, why)),
        }
    }

    /// A count; `None` where it is not told.
    pub fn count(&self, key: &str) -> Result<Option<i64>, Fault> {
        match self.text(key)? {
            text if text.is_empty() => Ok(None),
            text => value::count(&text).map(Some).map_err(|why| self.fault(key, why)),
        }
    }

    /// A duration in milliseconds; `None` where it is not told.
    pub fn millis(&self, key: &str) -> Result<Option<i64>, Fault> {
        match self.text(key)? {
            text if text.is_empty() => Ok(None),
            text => value::millis(&text, false).map(Some).map_err(|why| self.fault(key, why)),
        }
    }

    /// An instant of a source whose times are UTC; `None` where it is not told.
    pub fn time(&self, key: &str) -> Result<Option<Micros>, Fault> {
        let text = self.text(key)?;
        if text.is_empty() {
            return Ok(None);
        }
        let stamp = value::stamp(&text, Epoch::Auto).map_err(|why| self.fault(key, why))?;
        stamp.place(Naive::Utc).map(Some).map_err(|why| match why {
            NoInstant::Fault(why) => self.fault(key, why),
            NoInstant::Zone => self.fault(key, "has no zone"),
        })
    }

    /// An object inside this one, without fields where it is not told.
    pub fn object(&self, key: &str) -> Result<Object<'a>, Fault> {
        match self.raw(key) {
            Some(raw) if !raw.starts_with('{') => Err(self.fault(key, "is not an object")),
            raw => Ok(Object::at(self.path(key), raw.unwrap_or_default())),
        }
    }

    /// An object inside this one, without fields where there is anything else: for bodies that another party wrote.
    pub fn any(&self, key: &str) -> Object<'a> {
        Object::at(self.path(key), self.raw(key).unwrap_or_default())
    }

    /// A text inside a body that another party wrote; empty where there is anything else.
    pub fn word(&self, key: &str) -> Cow<'a, str> {
        self.text(key).unwrap_or_default()
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    }
}

/// The values of a list that is known to be JSON, as written; none of anything else.
pub(crate) fn items(list: &str) -> Vec<&str> {
    let mut items = Vec::new();
    if list.starts_with('[') {
        for value in sonic_rs::to_array_iter(list) {
            let Ok(value) = value else { break };
            if let Cow::Borrowed(raw) = value.as_raw_cow() {
                items.push(raw.trim_ascii());
            }
        }
    }
    items
}

/// What people and models wrote in a message: a text, or the texts of a list of blocks, joined; `None` without any.
pub(crate) fn written(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => json::scalar(Cow::Borrowed(raw)).ok().flatten(),
        b'[' => {
            let mut texts: Vec<Cow<'_, str>> = Vec::new();
            for item in items(raw) {
                let text = if item.starts_with('{') { Object::of(item).raw("text") } else { Some(item) };
                let text =
                    text.filter(|raw| raw.starts_with('"')).and_then(|raw| json::scalar(Cow::Borrowed(raw)).ok());
                texts.extend(text.flatten());
            }
            match texts.len() {
                0 => None,
                1 => texts.pop(),
                _ => Some(Cow::Owned(texts.join("\n"))),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_what_is_behind_them() {
        let inner = r#"{"t":"2026-10-03T14:05:00Z","l":[1, "b" ,{}]}"#;
        let text = format!(r#"{{"a": "x\u0041", "n": 12 , "s":"13","f":14.0,"z":null,"o":{inner},"a":"y "}}"#);
        let row = Object::of(&text);
        assert_eq!(row.text("a").ok().as_deref(), Some("y"));
        let counts = ["n", "s", "f", "z", "none"].map(|key| row.count(key).ok().flatten());
        assert_eq!(counts, [Some(12), Some(13), Some(14), None, None]);
        assert!(row.has("z") && !row.has("none") && row.raw("z").is_none());
        let inner = row.object("o").expect("an object");
        assert_eq!(inner.time("t").ok().flatten(), Some(1_791_036_300_000_000));
        assert_eq!(items(inner.raw("l").unwrap_or_default()), ["1", "\"b\"", "{}"]);
        let fault = inner.text("l").expect_err("a list");
        assert_eq!((fault.column.as_str(), fault.value.as_str()), ("o.l", "[1, \"b\" ,{}]"));
        assert_eq!(row.object("n").map_err(|fault| fault.column).err().as_deref(), Some("n"));
        assert!(row.any("n").fields().is_empty() && Object::of("[1]").fields().is_empty());
    }

    #[test]
    fn what_was_written() {
        assert_eq!(written(r#""a \"b\"""#).as_deref(), Some("a \"b\""));
        assert_eq!(written(r#"[{"text":"a"},{"image":{}},"b"]"#).as_deref(), Some("a\nb"));
        assert_eq!([written("[]"), written("7"), written(r#"[{"text":7}]"#), written("")], [None, None, None, None]);
    }
}
