//! Values of attributes: OpenTelemetry's wrapped ones, and plain JSON.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sonic_rs::LazyValue;

use crate::calls::Key;
use crate::documents::Scan;

/// Deepest objects whose keys are read as one name with dots.
const DEEPEST: usize = 16;

/// A raw JSON text without what OpenTelemetry wraps it in: `{"intValue":"5"}` is `"5"`. A text that is not wrapped
/// stays as it is; `None` where there is nothing.
pub(crate) fn unwrapped(raw: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'n' => None,
        b'{' => {
            let (from, to) = inner(&raw)?;
            Some(match raw {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(from..to)?),
                Cow::Owned(mut text) => {
                    text.truncate(to);
                    text.drain(..from);
                    Cow::Owned(text)
                }
            })
        }
        _ => Some(raw),
    }
}

/// Where the value of an object's first key lies, which is the only one.
fn inner(object: &str) -> Option<(usize, usize)> {
    let bytes = object.as_bytes();
    let after = |from: usize| bytes[from..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|more| from + more);
    let name = after(1).filter(|at| bytes[*at] == b'"')?;
    let mut scan = Scan::default();
    let (length, ended) = scan.run(&bytes[name..], false);
    let colon = after(name + length).filter(|at| ended && bytes[*at] == b':')?;
    let from = after(colon + 1)?;
    let to = match bytes[from] {
        b'"' | b'{' | b'[' => from + Scan::default().run(&bytes[from..], false).0,
        b'n' => return None,
        _ => from + bytes[from..].iter().position(|byte| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace())?,
    };
    Some((from, to))
}

/// The items of a list of either spelling, as raw texts.
pub(crate) fn items(raw: &str) -> Vec<Cow<'_, str>> {
    let list = match raw.as_bytes().first() {
        // What an arrayValue holds.
        Some(b'{') => inner(raw).and_then(|(from, to)| raw.get(from..to)).unwrap_or_default(),
        _ => raw,
    };
    if !list.starts_with('[') {
        return Vec::new();
    }
    sonic_rs::to_array_iter(list).map_while(Result::ok).filter_map(|item| unwrapped(item.as_raw_cow())).collect()
}

/// Takes attributes: first whether a key is wanted, then its raw value.
pub(crate) trait Take<'a> {
    fn wants(&mut self, key: &str) -> bool;
    fn take(&mut self, key: &str, value: Cow<'a, str>);
}

/// Reads attributes of either spelling: a list of keys with wrapped values, or an object.
pub(crate) struct Attributes<'t, T>(pub &'t mut T);

impl<'a, T: Take<'a>> DeserializeSeed<'a> for Attributes<'_, T> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

/// Visitors of anything that mind lists and objects only.
macro_rules! nothing_else {
    () => {
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list or an object")
        }
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            Ok(())
        }
        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            Ok(())
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            Ok(())
        }
        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            Ok(())
        }
        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            Ok(())
        }
    };
}
pub(crate) use nothing_else;

impl<'a, T: Take<'a>> Visitor<'a> for Attributes<'_, T> {
    type Value = ();
    nothing_else!();

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        while list.next_element_seed(KeyValue(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(Key(key)) = map.next_key::<Key<'a>>()? {
            let raw = map.next_value::<LazyValue<'a>>()?.as_raw_cow();
            plain(self.0, &key, raw, 0);
        }
        Ok(())
    }
}

/// A value of an object of attributes: objects inside it, and lists of objects, are read by names with dots.
pub(crate) fn plain<'a>(taker: &mut impl Take<'a>, key: &str, raw: Cow<'a, str>, depth: usize) {
    let first = raw.as_bytes().first().copied();
    let nested = matches!(first, Some(b'{')) || (first == Some(b'[') && raw[1..].trim_ascii_start().starts_with('{'));
    if !nested || depth >= DEEPEST {
        if taker.wants(key) && first.is_some_and(|byte| byte != b'n') {
            taker.take(key, raw);
        }
        return;
    }
    match raw {
        Cow::Borrowed(text) => members(text, |name, value| plain(taker, &format!("{key}.{name}"), value, depth + 1)),
        Cow::Owned(text) => members(&text, |name, value| {
            plain(taker, &format!("{key}.{name}"), Cow::Owned(value.into_owned()), depth + 1);
        }),
    }
}

/// The members of an object by name, or of a list by number.
fn members<'r>(raw: &'r str, mut each: impl FnMut(&str, Cow<'r, str>)) {
    if raw.starts_with('{') {
        for (name, value) in sonic_rs::to_object_iter(raw).map_while(Result::ok) {
            each(&name, value.as_raw_cow());
        }
    } else {
        for (at, value) in sonic_rs::to_array_iter(raw).map_while(Result::ok).enumerate() {
            each(&at.to_string(), value.as_raw_cow());
        }
    }
}

/// One key with its wrapped value.
struct KeyValue<'t, T>(&'t mut T);

impl<'a, T: Take<'a>> DeserializeSeed<'a> for KeyValue<'_, T> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a, T: Take<'a>> Visitor<'a> for KeyValue<'_, T> {
    type Value = ();
    nothing_else!();

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let (mut key, mut value): (Option<Cow<'a, str>>, Option<Cow<'a, str>>) = (None, None);
        let mut unwanted = false;
        while let Some(Key(part)) = map.next_key::<Key<'a>>()? {
            match part.as_ref() {
                "key" => {
                    let raw = map.next_value::<LazyValue<'a>>()?.as_raw_cow();
                    key = crate::json::scalar(raw).ok().flatten();
                    unwanted = !key.as_deref().is_some_and(|key| self.0.wants(key));
                }
                // Most are not wanted, and the key comes first.
                "value" if !unwanted => value = Some(map.next_value::<LazyValue<'a>>()?.as_raw_cow()),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let (Some(key), Some(value), false) = (key, value.and_then(unwrapped), unwanted) {
            self.0.take(&key, value);
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Everything that a reader of attributes hands over.
    #[derive(Default, Debug, PartialEq)]
    pub struct All(pub Vec<String>);

    impl<'a> Take<'a> for All {
        fn wants(&mut self, key: &str) -> bool {
            key != "unwanted"
        }
        fn take(&mut self, key: &str, value: Cow<'a, str>) {
            self.0.push(format!("{key}={value}"));
        }
    }

    fn read(text: &str) -> Vec<String> {
        let mut all = All::default();
        let mut parser = sonic_rs::Deserializer::from_str(text);
        Attributes(&mut all).deserialize(&mut parser).expect("is JSON");
        all.0
    }

    #[test]
    fn wrapped_values() {
        let text = r#"[{"key":"a","value":{"stringValue":"x}\"y"}},{"value":{ "intValue" : "5" },"key":"b"},
            {"key":"c","value":{"doubleValue":0.25}},{"key":"unwanted","value":{"stringValue":"z"}},{"key":"d"},
            {"key":"e","value":null},{"key":"f","value":{}},{"key":"g","value":{"boolValue":true,"x":1}},7,"h",[1],
            {"key":"i","value":{"arrayValue":{"values":[{"stringValue":"stop"}]}}},{"key":7,"value":{"intValue":1}},
            {"key":"j","value":"plain"}]"#;
        assert_eq!(
            read(text),
            [
                r#"a="x}\"y""#,
                r#"b="5""#,
                "c=0.25",
                "g=true",
                r#"i={"values":[{"stringValue":"stop"}]}"#,
                "7=1",
                r#"j="plain""#
            ]
        );
        assert_eq!(
            items(r#"{"values":[{"stringValue":"stop"},{"stringValue":"length"}]}"#),
            ["\"stop\"", "\"length\""]
        );
        assert_eq!(items(r#"["stop"]"#), ["\"stop\""]);
        assert!(items(r#"{"values":null}"#).is_empty() && items("7").is_empty());
    }

    #[test]
    fn objects() {
        let text = r#"{"a":1,"unwanted":2,"b.c":"x","llm":{"token_count":{"prompt":5}},"none":null,
            "llm.input_messages":[{"message.role":"user","m":{"c":"x\ny"}},{"message.role":"tool"}],"f":["stop"]}"#;
        assert_eq!(
            read(text),
            [
                "a=1",
                "b.c=\"x\"",
                "llm.token_count.prompt=5",
                "llm.input_messages.0.message.role=\"user\"",
                "llm.input_messages.0.m.c=\"x\\ny\"",
                "llm.input_messages.1.message.role=\"tool\"",
                "f=[\"stop\"]"
            ]
        );
        for nothing in ["null", "5", "\"x\"", "[]", "{}", "true"] {
            assert!(read(nothing).is_empty(), "{nothing}");
        }
    }
}
