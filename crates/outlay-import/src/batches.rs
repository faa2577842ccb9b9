//! Results of a provider's batch: one JSON object a line, in any order. Some of them tell no time; the batch's own
//! object does, and may stand before its results, on a line or over several.

use std::io::Read;

use outlay_model::record::Sink;
use outlay_model::time::Micros;

use crate::documents::Scan;
use crate::error::{Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::format::ReadSummary;
use crate::head::{Head, Layout};
use crate::json::{JsonRows, Step};
use crate::object::Object;
use crate::source::Input;

/// How a provider writes the object of a batch.
pub(crate) struct Kind {
    /// The key and the word that tell such an object from a result.
    pub mark: (&'static str, &'static str),
    /// Its times, the best one first.
    pub times: &'static [&'static str],
}

/// A batch: what its object tells of all its results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// When it began, as far as that is told.
    pub time: Option<Micros>,
    /// How many results it says that it has, by their kind.
    pub counts: Vec<(String, i64)>,
}

impl Kind {
    fn is_batch(&self, object: &Object<'_>) -> bool {
        object.word(self.mark.0) == self.mark.1
    }

    /// A batch without a readable time has none; what then needs one says so.
    fn batch(&self, object: &Object<'_>) -> Batch {
        let counts = object.any("request_counts");
        Batch {
            time: self.times.iter().find_map(|key| object.time(key).ok().flatten()),
            counts: counts
                .fields()
                .iter()
                .filter_map(|(key, _)| Some((key.to_string(), counts.count(key).ok().flatten()?)))
                .collect(),
        }
    }

    /// The batch at the beginning of a file, and how many bytes it takes.
    pub fn first(&self, head: &Head) -> Option<(Batch, usize)> {
        let begins = head.text.len() - head.text.trim_start().len();
        let text = &head.text[begins..];
        let mut scan = Scan::default();
        let length = text.bytes().position(|byte| scan.ends(byte))? + 1;
        let object = Object::of(text.get(..length)?);
        // A replaced byte would make the text longer than the file.
        let sound = !text[..length].contains(char::REPLACEMENT_CHARACTER);
        (sound && self.is_batch(&object)).then(|| (self.batch(&object), begins + length))
    }
}

/// Reads every result. `each` gets the result, the batch that stands before it, and the feed; a fault that it returns
/// rejects the row. `done` is told when the results of a batch are over.
pub(crate) fn read(
    mut input: Input,
    kind: &Kind,
    sink: &mut dyn Sink,
    mut each: impl FnMut(Spot<'_>, &Object<'_>, &Batch, &mut Feed<'_>) -> Result<Result<(), ImportError>, Fault>,
    mut done: impl FnMut(&Batch, &mut Feed<'_>),
) -> Result<ReadSummary, ImportError> {
    let mut layout = input.head().layout;
    let (mut batch, mut lines) = (Batch::default(), 0);
    if let Some((first, length)) = kind.first(input.head()) {
        lines = input.head().text.as_bytes()[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
        batch = first;
        layout = Layout::JsonLines;
        // The head was read from these bytes, so they are there.
        let _ = std::io::copy(&mut input.reader.by_ref().take(length as u64), &mut std::io::sink());
    }
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut rows = JsonRows::new(input.reader, layout, "");
    while let Some(step) = rows.advance() {
        let (line, broken) = match step {
            Step::Object(line) => (line + lines, rows.check()),
            Step::Bad(line, reason) => (line + lines, Some(Fault::new("", reason, &rows.lossy()))),
        };
        let at = Spot { line, document: Some(&rows) };
        if let Some(mut fault) = broken {
            if let (true, Some(broken)) = (rows.is_cut(), feed.broken_tail()) {
                fault.reason = format!("{}; {broken}", fault.reason);
            }
            feed.reject(at, &fault)?;
            continue;
        }
        let object = Object::of(rows.text().unwrap_or_default());
        if kind.is_batch(&object) {
            done(&batch, &mut feed);
            batch = kind.batch(&object);
            continue;
        }
        match each(at, &object, &batch, &mut feed) {
            Ok(pushed) => pushed?,
            Err(fault) => feed.reject(at, &fault)?,
        }
    }
    if rows.is_open() {
        feed.unclosed();
    }
    done(&batch, &mut feed);
    feed.finish(None)
}
