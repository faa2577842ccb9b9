//! Keys and values inside a cell: a JSON object, Azure's object without its braces, a list of keys and values, or
//! `k=v`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use outlay_model::record::Dimensions;
use sonic_rs::LazyValue;

use crate::feed::Feed;
use crate::json;

/// What clouds put before the keys of their customers.
const PREFIXES: &[&str] = &["user:", "user_"];

/// What the tags of a line say, where a key is exactly one of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    team: String,
    feature: String,
    environment: String,
    project: String,
}

impl Tags {
    /// Takes one tag. The first that tells something stands.
    pub fn set(&mut self, key: &str, value: &str) {
        let key = key.trim();
        let key = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(key);
        let own = [
            ("team", &mut self.team),
            ("feature", &mut self.feature),
            ("environment", &mut self.environment),
            ("project", &mut self.project),
        ];
        for (name, field) in own {
            if name.eq_ignore_ascii_case(key) && field.is_empty() {
                value.trim().clone_into(field);
            }
        }
    }

    /// Takes the tags in a cell, and notes where they cannot be read: the amount of the line stands without them.
    pub fn take(&mut self, cell: &str, feed: &mut Feed<'_>) {
        if !self.read(cell) {
            feed.note("some tags are neither JSON nor k=v and were not read");
        }
    }

    fn read(&mut self, cell: &str) -> bool {
        match pairs(cell) {
            Some(pairs) => {
                pairs.iter().for_each(|(key, value)| self.set(key, value));
                true
            }
            None => false,
        }
    }

    /// Fills the dimensions that the line itself does not tell.
    pub fn fill(self, dims: &mut Dimensions<'_>) {
        dims.team = self.team.into();
        dims.feature = self.feature.into();
        dims.environment = self.environment.into();
        if !self.project.is_empty() {
            dims.project = self.project.into();
        }
    }
}

/// The keys and values in a cell; `None` where it is written in no known way. Values inside lists and objects are not
/// told, but for a list of one.
pub(crate) fn pairs(cell: &str) -> Option<Vec<(String, String)>> {
    let cell = cell.trim();
    match cell.as_bytes().first() {
        None => Some(Vec::new()),
        Some(b'{' | b'[' | b'"') if json::too_deep(cell.as_bytes()) => None,
        Some(b'{') => object(cell),
        Some(b'"') => object(&format!("{{{cell}}}")),
        Some(b'[') => {
            let items = sonic_rs::from_str::<Vec<LazyValue<'_>>>(cell).ok()?;
            items.iter().map(|item| item_of(&item.as_raw_cow())).collect()
        }
        Some(_) => {
            let separator = if cell.contains(';') { ';' } else { ',' };
            let all = cell.split(separator).map(str::trim).filter(|pair| !pair.is_empty());
            all.map(|pair| pair.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())))
                .collect()
        }
    }
}

fn object(text: &str) -> Option<Vec<(String, String)>> {
    let fields = sonic_rs::from_str::<BTreeMap<String, LazyValue<'_>>>(text).ok()?;
    Some(fields.into_iter().map(|(key, value)| (key, text_of(&value))).collect())
}

/// One of `[{"key": "team", "value": "search"}]`.
fn item_of(text: &str) -> Option<(String, String)> {
    let find = |name: &str| sonic_rs::get_from_str(text, [name]).ok().map(|value| text_of(&value));
    Some((find("key").or_else(|| find("Key"))?, find("value").or_else(|| find("Value")).unwrap_or_default()))
}

fn text_of(value: &LazyValue<'_>) -> String {
    let mut raw = value.as_raw_cow();
    // Some write every value as a list.
    if raw.starts_with('[')
        && let Ok(only) = sonic_rs::from_str::<[LazyValue<'_>; 1]>(&raw).map(|[only]| only.as_raw_cow().into_owned())
    {
        raw = only.into();
    }
    if raw.starts_with(['{', '[']) {
        return String::new();
    }
    json::scalar(raw).ok().flatten().map(Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_spellings() {
        let read = |cell: &str| {
            let mut tags = Tags::default();
            tags.read(cell).then_some(tags)
        };
        let want = Tags { team: "search".into(), environment: "prod".into(), ..Tags::default() };
        for cell in [
            r#"{"Team": "search", "environment": "prod", "env": "no", "n": 1, "l": [1, 2], "o": {"team": "x"}}"#,
            r#""team": "search","environment": "prod""#,
            r#"[{"key": "team", "value": "search"}, {"key": "environment", "value": "prod"}]"#,
            r#"{"user_team": ["search"], "user:environment": "prod"}"#,
            "team=search;environment = prod",
            "team=search, environment=prod",
        ] {
            assert_eq!(read(cell), Some(want.clone()), "{cell}");
        }
        assert_eq!(read("  "), Some(Tags::default()));
        for broken in ["{\"team\": ", "[1]", "team", "\"team\"", &"[".repeat(10_000)] {
            assert_eq!(read(broken), None);
        }
    }

    #[test]
    fn the_first_stands() {
        let mut tags = Tags::default();
        tags.set("team", "a");
        tags.set("TEAM", "b");
        tags.set("steam", "c");
        let mut dims = Dimensions { project: "p".into(), ..Dimensions::default() };
        tags.fill(&mut dims);
        assert_eq!((dims.team.as_ref(), dims.project.as_ref()), ("a", "p"));
    }
}
