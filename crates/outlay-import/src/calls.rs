//! Reads rows of calls by the table of fields: JSON objects and delimited text of our own trace format and of in-house
//! formats that differ from it by a few names.

use std::borrow::Cow;
use std::collections::HashSet;

use outlay_model::record::{Record, Sink};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};

use crate::error::{Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::fields::{self, Draft, Rules, Slot, Times, kinds};
use crate::flat::{Flat, Value};
use crate::format::{ReadOptions, ReadSummary};
use crate::head::{Head, Layout};
use crate::json::{self, JsonRows};
use crate::mapping;
use crate::source::Input;
use crate::table::{self, Splitter};
use crate::value::Naive;

/// How a format differs from the table of fields.
pub(crate) struct Dialect {
    /// Its own names (in lower case), and the fields that they are.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Whether local times are UTC by its documentation; otherwise the zone has to be told.
    pub naive_is_utc: bool,
}

impl Dialect {
    fn slot(&self, key: &str) -> Option<Slot> {
        let key = table::normal(key);
        let name = self.renamed.iter().find(|(own, _)| *own == key).map_or(key.as_str(), |(_, field)| *field);
        fields::slot(name, kinds::CALL)
    }

    /// Whether a file that begins like this has a column that may hold tokens and that would be left out. Its sums
    /// would be wrong without anyone noticing, so such a file is not recognised: a mapping says where the column goes.
    pub fn would_lose_tokens(&self, head: &Head) -> bool {
        let lost = |name: &String| may_be_tokens(name) && self.slot(name).is_none();
        match head.layout {
            Layout::Table { .. } => head.columns.iter().any(lost),
            // A log may begin with rows that have no tokens.
            layout => mapping::all_keys_behind(&head.text, layout, "").iter().any(lost),
        }
    }
}

/// Objects in which providers' answers have their counts.
const USAGE: &[&str] = &["usage", "usage_metadata", "usagemetadata"];

/// Whether a name may be that of a number of tokens. Where that is not sure, it may.
fn may_be_tokens(name: &str) -> bool {
    let name = table::normal(name);
    if USAGE.contains(&name.as_str()) {
        return true;
    }
    if !name.contains("token") && !name.contains("cache") {
        return false;
    }
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    // DeepSeek counts in `prompt_cache_hit_tokens`.
    let counts = name.contains("tokens") || words.clone().any(|word| matches!(word, "count" | "counts"));
    !words.any(|word| is_no_count(word) || (!counts && is_label(word)))
}

/// Words of the name of a rate, a limit, a duration or an amount, for which nothing is billed.
fn is_no_count(word: &str) -> bool {
    matches!(word, "per" | "rate" | "ratio" | "percent" | "pct" | "max" | "limit" | "budget" | "remaining")
        || matches!(word, "first" | "time" | "latency" | "ttft" | "ttl" | "ms" | "seconds" | "cost" | "price" | "usd")
}

/// Words of the name of something that tells rows apart.
fn is_label(word: &str) -> bool {
    matches!(word, "hit" | "key" | "id" | "hash" | "name" | "status" | "control" | "tokenizer")
}

/// Most names of either kind that a note lists.
const MOST_LEFT_OUT: usize = 20;

/// Columns and keys that no field takes.
#[derive(Default)]
struct LeftOut {
    /// Those that may hold tokens.
    tokens: Vec<String>,
    others: Vec<String>,
}

impl LeftOut {
    fn add(&mut self, name: &str) {
        // Rows of two shapes come here for every row.
        if self.tokens.iter().chain(&self.others).any(|known| *known == name) {
            return;
        }
        let name = outlay_model::record::shorten(name.trim(), 60);
        let list = if may_be_tokens(&name) { &mut self.tokens } else { &mut self.others };
        // One more than is listed shows that there are more.
        if !name.is_empty() && list.len() <= MOST_LEFT_OUT && !list.contains(&name) {
            list.push(name);
        }
    }

    fn tell(&self, feed: &mut Feed<'_>) {
        if !self.tokens.is_empty() {
            feed.note(format!(
                "left out, although they may hold tokens: {}; the sums lack these, so read the file again with a mapping",
                listed(&self.tokens)
            ));
        }
        if !self.others.is_empty() {
            feed.note(format!("left out, because no field has their name: {}", listed(&self.others)));
        }
    }
}

fn listed(names: &[String]) -> String {
    let shown = names[..names.len().min(MOST_LEFT_OUT)].join(", ");
    if names.len() > MOST_LEFT_OUT { format!("{shown} and more") } else { shown }
}

/// Reads a whole file of calls.
pub(crate) fn read(
    input: Input,
    dialect: &Dialect,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<ReadSummary, ImportError> {
    let naive = match (dialect.naive_is_utc, options.zone) {
        (true, _) => Naive::Utc,
        (false, Some(zone)) => Naive::Zone(zone),
        (false, None) => Naive::Ask,
    };
    let rules = Rules { cached_inside: true, zero_cost_is_unknown: true, naive };
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut times = Times::default();
    let account = options.account.as_deref();
    match input.head().layout {
        Layout::Table { delimiter } => table_rows(input, delimiter, dialect, account, &rules, &mut times, &mut feed)?,
        layout => json_rows(input, layout, dialect, account, &rules, &mut times, &mut feed)?,
    }
    if times.zone == Some(chrono_tz::Tz::UTC) && naive == Naive::Utc {
        feed.note("times without a zone were read as UTC");
    }
    feed.finish(times.zone)
}

/// Pushes a filled draft as a call.
fn deliver<'a>(
    draft: Draft<'a>,
    at: Spot<'_>,
    account: Option<&'a str>,
    rules: &Rules,
    times: &mut Times,
    feed: &mut Feed<'_>,
) -> Result<(), ImportError> {
    match draft.call(account, rules, times, |call| feed.push(at, Record::Call(call))) {
        Ok(pushed) => pushed,
        Err(broken) => feed.broken(at, broken),
    }
}

fn table_rows(
    input: Input,
    delimiter: u8,
    dialect: &Dialect,
    account: Option<&str>,
    rules: &Rules,
    times: &mut Times,
    feed: &mut Feed<'_>,
) -> Result<(), ImportError> {
    let numbers = input.head().numbers;
    let mut rows = Splitter::new(input.reader, delimiter);
    let header: Vec<String> = rows.header().unwrap_or_default().iter().map(|c| table::normal(c)).collect();
    let mut seen = HashSet::new();
    let mut slots: Vec<(usize, Slot, bool)> = Vec::new();
    let mut left_out = LeftOut::default();
    for (column, name) in header.iter().enumerate().filter(|(_, name)| seen.insert(*name)) {
        match dialect.slot(name) {
            Some(slot) => slots.push((column, slot, slot.is_number())),
            None => left_out.add(name),
        }
    }
    left_out.tell(feed);
    let doubles = table::doubles(&header, slots.iter().map(|(column, ..)| *column));
    while let Some(step) = rows.advance() {
        let line = match step {
            table::Step::Row(line) => line,
            table::Step::Bad(line, reason) => {
                feed.reject(line, &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        let row = rows.cells(header.len(), false, feed.broken_tail());
        let row = match row.and_then(|row| table::agree(row, &header, &doubles).map(|()| row)) {
            Ok(row) => row,
            Err(fault) => {
                feed.reject(line, &fault)?;
                continue;
            }
        };
        let mut draft = Draft::default();
        let mut fault = None;
        for (column, slot, is_number) in &slots {
            let text = row.get(*column);
            if text.is_empty() {
                continue;
            }
            let key = Cow::Borrowed(header[*column].as_str());
            let set = match is_number {
                true => match slot.plain(text, numbers) {
                    Ok(plain) => draft.set(*slot, &key, &plain),
                    Err(reason) => Err(Fault::new(&key, format!("{key} {reason}"), text)),
                },
                false => draft.set(*slot, &key, &Cow::Borrowed(text)),
            };
            if let Err(found) = set {
                fault = Some(found);
                break;
            }
        }
        match fault {
            Some(fault) => feed.reject(line, &fault)?,
            None => deliver(draft, line.into(), account, rules, times, feed)?,
        }
    }
    Ok(())
}

fn json_rows(
    input: Input,
    layout: Layout,
    dialect: &Dialect,
    account: Option<&str>,
    rules: &Rules,
    times: &mut Times,
    feed: &mut Feed<'_>,
) -> Result<(), ImportError> {
    let mut rows = JsonRows::new(input.reader, layout, "");
    let mut keys = Keys { dialect, known: Vec::new(), left_out: LeftOut::default() };
    let mut flat = Flat::new();
    while let Some(step) = rows.advance() {
        let at = |line| Spot { line, document: Some(&rows) };
        let line = match step {
            json::Step::Object(line) => line,
            json::Step::Bad(line, reason) => {
                feed.reject(at(line), &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        let text = match rows.text() {
            Ok(text) => text,
            Err(reason) => {
                feed.reject(at(line), &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        let mut parsed = one(text, &mut keys, &mut flat, |draft| deliver(draft, at(line), account, rules, times, feed));
        if parsed.is_err() && rows.mend() {
            let at = |line| Spot { line, document: Some(&rows) };
            let text = rows.text().unwrap_or_default();
            parsed = one(text, &mut keys, &mut flat, |draft| deliver(draft, at(line), account, rules, times, feed));
        }
        match parsed {
            Ok(delivered) => delivered?,
            Err(mut fault) => {
                if let (true, Some(broken)) = (rows.is_cut(), feed.broken_tail()) {
                    fault.reason = format!("{}; {broken}", fault.reason);
                }
                feed.reject(Spot { line, document: Some(&rows) }, &fault)?;
            }
        }
    }
    keys.left_out.tell(feed);
    if rows.is_open() {
        feed.unclosed();
    }
    Ok(())
}

/// Keys by position: rows of one file mostly have the same keys in the same order, so that one comparison finds the
/// field.
struct Keys<'d> {
    dialect: &'d Dialect,
    known: Vec<(Box<str>, Option<Slot>)>,
    left_out: LeftOut,
}

impl Keys<'_> {
    fn find(&mut self, key: &str) -> Option<Slot> {
        let slot = self.dialect.slot(key);
        if slot.is_none() {
            self.left_out.add(key);
        }
        slot
    }

    fn slot(&mut self, at: usize, key: &str) -> Option<Slot> {
        if let Some((known, slot)) = self.known.get(at)
            && **known == *key
        {
            return *slot;
        }
        let slot = self.find(key);
        if let Some(known) = self.known.get_mut(at) {
            *known = (key.into(), slot);
        } else if at == self.known.len() && at < 256 {
            self.known.push((key.into(), slot));
        }
        slot
    }
}

/// Parses a row and hands it on.
fn one<'a, R>(
    text: &'a str,
    keys: &mut Keys<'_>,
    flat: &mut Flat<Option<Slot>>,
    take: impl FnOnce(Draft<'a>) -> R,
) -> Result<R, Fault> {
    let mut draft = Draft::default();
    let mut fault = None;
    let walked = flat.walk(
        text,
        |key| keys.find(key),
        |slot, key, value| {
            let (Some(slot), Value::Text(text) | Value::Bare(text)) = (slot, value) else { return };
            if text.is_empty() {
                return;
            }
            if let (Err(found), None) = (draft.set(slot, &Cow::Borrowed(key), &Cow::Borrowed(text)), &fault) {
                fault = Some(found);
            }
        },
    );
    match (walked, fault) {
        (None, _) => parse(text, keys).map(take),
        (Some(()), Some(fault)) => Err(fault),
        (Some(()), None) => Ok(take(draft)),
    }
}

fn parse<'a>(text: &'a str, keys: &mut Keys<'_>) -> Result<Draft<'a>, Fault> {
    let mut draft = Draft::default();
    let mut fault = None;
    let mut parser = sonic_rs::Deserializer::from_str(text);
    let seed = Object { keys, draft: &mut draft, fault: &mut fault };
    let parsed = seed.deserialize(&mut parser).and_then(|()| parser.end());
    if let Err(error) = parsed {
        return Err(json::not_json(text, &error));
    }
    match fault {
        Some(fault) => Err(fault),
        None => Ok(draft),
    }
}

/// Reads one object into a draft; the first text at fault is kept, the rest of the object is still checked.
struct Object<'x, 'k, 'a> {
    keys: &'x mut Keys<'k>,
    draft: &'x mut Draft<'a>,
    fault: &'x mut Option<Fault>,
}

impl<'a> DeserializeSeed<'a> for Object<'_, '_, 'a> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let mut at = 0;
        while let Some(Key(key)) = map.next_key::<Key<'a>>()? {
            let slot = self.keys.slot(at, &key);
            at += 1;
            let Some(slot) = slot else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let raw = map.next_value::<sonic_rs::LazyValue<'a>>()?.as_raw_cow();
            let set = match json::scalar(raw) {
                Ok(None) => Ok(()),
                Ok(Some(text)) if text.is_empty() => Ok(()),
                Ok(Some(text)) => self.draft.set(slot, &key, &text),
                Err(reason) => Err(Fault::new(&key, reason, "")),
            };
            if let (Err(found), None) = (set, &self.fault) {
                *self.fault = Some(found);
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
pub(crate) struct Key<'a>(pub Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        from.deserialize_str(Text)
    }
}
