//! Pages of a provider's usage or cost API: buckets of time with a list of results each, as one page, several, a list
//! of them, or the bare buckets. A result is a row, and a bucket without any is one too, an idle one.
//!
//! Streamed: one bucket is held at a time.

use std::borrow::Cow;

use outlay_model::record::Sink;
use outlay_model::time::{DAY, HOUR, Micros};

use crate::buckets::{Cells, Told};
use crate::error::{Fault, ImportError};
use crate::feed::{Feed, InDocument, Spot};
use crate::format::ReadSummary;
use crate::head::Head;
use crate::json::{self, JsonRows, Step};
use crate::mapping;
use crate::object::{Object, items};
use crate::source::Input;

/// What the lists of buckets and of results are called. The older spelling is in the first documentation of OpenAI.
const BUCKETS: &str = "data";
const RESULTS: [&str; 2] = ["results", "result"];

const MINUTE: Micros = HOUR / 60;

/// The first text behind this key in the head of a document.
pub(crate) fn first_told(head: &Head, key: &str) -> Option<String> {
    let quoted = format!("\"{key}\"");
    head.text.match_indices(&quoted).find_map(|(at, _)| {
        let value = head.text[at + quoted.len()..].trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let (text, _) = value.split_once('"')?;
        (!text.is_empty() && !text.contains('\\')).then(|| text.to_owned())
    })
}

/// How an API names what the export of the same provider has columns for.
pub(crate) struct Api {
    /// Id of the format, for messages.
    pub format: &'static str,
    /// The bucket's own keys that each of its rows has.
    pub bucket: &'static [&'static str],
    /// Objects inside a result: what is in them goes by `amount.value`.
    pub nested: &'static [&'static str],
    /// Names here, and in the export.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// A row, or a bucket without any.
pub(crate) struct Found<'a, 'p> {
    pub at: Spot<'p>,
    pub cells: Cells<'a>,
    pub idle: bool,
    /// Number of the bucket: pages that were asked for on several days repeat one another's.
    pub section: u32,
    /// Results in the bucket.
    pub of: usize,
}

/// Where the buckets are: in a list of the documents, or the documents themselves.
fn path(head: &Head) -> &'static str {
    if head.columns.iter().any(|key| key == BUCKETS) { BUCKETS } else { "" }
}

/// The keys of a file's first result; `None` where the file has no buckets, and none where its first buckets are idle.
pub(crate) fn first_result(head: &Head, time: &str) -> Option<Vec<String>> {
    let beginning = head.columns.iter().map(String::as_str);
    if !head.is_json() || !beginning.clone().any(|key| key == BUCKETS || RESULTS.contains(&key)) {
        return None;
    }
    let path = path(head);
    let bucket = mapping::keys_behind(head, path);
    if !bucket.iter().any(|key| key == time) || !bucket.iter().any(|key| RESULTS.contains(&key.as_str())) {
        return None;
    }
    let keys = RESULTS.iter().map(|results| mapping::keys_behind(head, &format!("{path}.{results}")));
    Some(keys.max_by_key(Vec::len).unwrap_or_default())
}

/// A row's place in the list of its bucket.
struct Item<'d> {
    bucket: &'d dyn InDocument,
    list: &'d str,
    at: usize,
}

impl InDocument for Item<'_> {
    fn place(&self) -> String {
        let Item { list, at, .. } = self;
        match self.bucket.place() {
            place if place.is_empty() => format!("{list}[{at}]"),
            place => format!("{place}.{list}[{at}]"),
        }
    }
}

/// Reads every result of every bucket. `each` gets the row and the feed; a fault that it returns rejects the row.
pub(crate) fn read(
    input: Input,
    api: &Api,
    sink: &mut dyn Sink,
    mut each: impl FnMut(Found<'_, '_>, &mut Feed<'_>) -> Result<Result<(), ImportError>, Fault>,
) -> Result<ReadSummary, ImportError> {
    let head = input.head();
    if !head.is_json() {
        return Err(ImportError::Header {
            name: input.name.clone(),
            format: api.format.to_owned(),
            missing: RESULTS[0].to_owned(),
        });
    }
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let (layout, path) = (head.layout, path(head));
    let mut rows = JsonRows::new(input.reader, layout, path);
    rows.watch("has_more");
    let mut section = 0_u32;
    while let Some(step) = rows.advance() {
        section = section.saturating_add(1);
        let (line, broken) = match step {
            Step::Object(line) => (line, rows.check()),
            Step::Bad(line, reason) => (line, Some(Fault::new("", reason, &rows.lossy()))),
        };
        let at = Spot { line, document: Some(&rows) };
        match (broken, rows.text()) {
            (None, Ok(text)) => bucket(text, section, at, &rows, api, &mut feed, &mut each)?,
            (Some(mut fault), _) => {
                if let (true, Some(broken)) = (rows.is_cut(), feed.broken_tail()) {
                    fault.reason = format!("{}; {broken}", fault.reason);
                }
                feed.reject(at, &fault)?;
            }
            (None, Err(reason)) => feed.reject(at, &Fault::new("", reason, &rows.lossy()))?,
        }
    }
    if rows.is_open() {
        feed.unclosed();
    }
    if rows.heard().yes && !rows.heard().no {
        feed.note("the last page says that more follow (has_more): ask for the next pages and import them too");
    }
    feed.finish(None)
}

/// The rows of one bucket.
fn bucket(
    text: &str,
    section: u32,
    at: Spot<'_>,
    document: &dyn InDocument,
    api: &Api,
    feed: &mut Feed<'_>,
    each: &mut impl FnMut(Found<'_, '_>, &mut Feed<'_>) -> Result<Result<(), ImportError>, Fault>,
) -> Result<(), ImportError> {
    let bucket = Object::of(text);
    let own = bucket.fields().iter().filter(|(key, _)| api.bucket.contains(&key.as_ref()));
    let mut told: Vec<Told<'_>> = Vec::new();
    for (key, raw) in own {
        told.push((named(api, key.clone()), scalar(raw)));
    }
    let Some(results_key) = RESULTS.iter().copied().find(|key| bucket.has(key)) else {
        return feed.reject(at, &Fault::new(RESULTS[0], "the bucket has no list of results", text));
    };
    let results = match bucket.raw(results_key) {
        Some(raw) if !raw.starts_with('[') => return feed.reject(at, &bucket.fault(results_key, "is not a list")),
        raw => items(raw.unwrap_or_default()),
    };
    if results.is_empty() {
        let found = Found { at, cells: Cells::told(&told, text), idle: true, section, of: 0 };
        return match each(found, feed) {
            Ok(pushed) => pushed,
            Err(fault) => feed.reject(at, &spelled(api, fault)),
        };
    }
    let (mut line, mut counted) = (at.line, 0);
    let times = told.len();
    for (index, result) in results.iter().enumerate() {
        // A result is a piece of its bucket's text.
        let begins = (result.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).clamp(counted, text.len());
        line += text.as_bytes()[counted..begins].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = begins;
        let item = Item { bucket: document, list: results_key, at: index };
        let at = Spot { line, document: Some(&item) };
        if !result.starts_with('{') {
            feed.reject(at, &Fault::new("", "this is not a JSON object", result))?;
            continue;
        }
        told.truncate(times);
        flatten(api, &Object::of(result), "", &mut told);
        let cells = Cells::told(&told, result);
        let odd = api.nested.iter().find(|key| !cells.text(key).is_empty());
        let found = Found { at, cells, idle: false, section, of: results.len() };
        let done = match odd {
            Some(key) => Err(Fault::new(key, format!("{key} is not an object"), cells.text(key))),
            None => each(found, feed),
        };
        match done {
            Ok(pushed) => pushed?,
            Err(fault) => feed.reject(at, &spelled(api, fault))?,
        }
    }
    Ok(())
}

/// The keys of a result under the names of the export.
fn flatten<'a>(api: &Api, object: &Object<'a>, prefix: &str, told: &mut Vec<Told<'a>>) {
    for (key, raw) in object.fields() {
        if prefix.is_empty() && raw.starts_with('{') && api.nested.contains(&key.as_ref()) {
            flatten(api, &Object::of(raw), &format!("{key}."), told);
        } else {
            let key = if prefix.is_empty() { key.clone() } else { Cow::Owned(format!("{prefix}{key}")) };
            told.push((named(api, key), scalar(raw)));
        }
    }
}

/// The name that the export has for a key.
fn named<'a>(api: &Api, key: Cow<'a, str>) -> Cow<'a, str> {
    api.renamed.iter().find(|(here, _)| *here == key).map_or(key, |(_, there)| Cow::Borrowed(*there))
}

/// A fault in the words of the API.
fn spelled(api: &Api, mut fault: Fault) -> Fault {
    if let Some((here, there)) = api.renamed.iter().find(|(_, there)| *there == fault.column) {
        fault.reason = fault.reason.replace(there, here);
        (*here).clone_into(&mut fault.column);
    }
    fault
}

/// A value as the text of a cell; what cannot be one stays as written, so that whoever reads it says so.
fn scalar(raw: &str) -> Cow<'_, str> {
    match json::scalar(Cow::Borrowed(raw)) {
        Ok(text) => text.unwrap_or_default(),
        Err(_) => Cow::Borrowed(raw),
    }
}

/// Texts of a row must not be lists or objects.
pub(crate) fn words(cells: &Cells<'_>, columns: &[&str]) -> Result<(), Fault> {
    match columns.iter().find(|column| cells.text(column).starts_with(['{', '['])) {
        Some(column) => Err(Fault::new(column, format!("{column} is not a text"), cells.text(column))),
        None => Ok(()),
    }
}

/// The first bucket that begins late: exports that have it whole would count its time again.
#[derive(Default)]
pub(crate) struct Late(Option<Micros>);

impl Late {
    pub fn see(&mut self, time: Micros, end: Micros) {
        // The bucket that is still running ends early, and begins when it should.
        if ![MINUTE, HOUR, DAY].contains(&(end - time)) && time % DAY != 0 && end % HOUR == 0 {
            self.0 = self.0.or(Some(time));
        }
    }

    pub fn note(self) -> Option<String> {
        let told = outlay_model::time::to_utc(self.0?).format("%Y-%m-%d %H:%M");
        Some(format!(
            "the bucket that begins at {told} UTC is cut off at its beginning: do not import a report that has all of \
             it besides, and ask for whole days next time"
        ))
    }
}
