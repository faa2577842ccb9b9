//! OpenInference spans as Phoenix and Python write them.
//!
//! # Where the file comes from
//! Arize Phoenix (spans of a project as JSON, or its table of spans saved as CSV or JSON), and the console exporter of
//! OpenTelemetry's SDK for Python, whose output has the same shape.
//!
//! # Shape
//! JSON objects with `name`, `context` (`trace_id`, `span_id`), `parent_id`, `start_time`, `end_time`, `status_code` or
//! `status` and `attributes`: one, several, a list, or the list `data` of a page. Attributes have dots in their names or
//! are nested. Or a table with the columns `context.trace_id`, `context.span_id`, `parent_id`, `span_kind`,
//! `start_time`, `end_time`, `status_code` and `attributes.…`.
//!
//! # Mapping
//! As for OpenTelemetry traces (`otlp-json`), from `openinference.span.kind`, `llm.model_name`, `llm.provider` (who
//! bills) before `llm.system`, but Vertex AI where that is Google's `vertexai`, `llm.token_count.*`, `llm.cost.total`,
//! `session.id`, `user.id`, `evaluations.N` and `annotations.N`, or from the other conventions' names. Kinds LLM and
//! EMBEDDING are calls, all others steps.
//!
//! # Known quirks
//! Ids are kept as they are spelled, but for a leading `0x`. Times without a zone need to be told one. Where spans above
//! repeat the tokens of those below, these are counted once, as for OpenTelemetry traces. In a table the numbered
//! messages are texts of Python objects and not read.

use std::borrow::Cow;

use outlay_model::record::Sink;
use outlay_model::report::Kind;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use sonic_rs::LazyValue;

use crate::calls::Key;
use crate::error::{Broken, Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::{Head, Layout};
use crate::json::{self, JsonRows};
use crate::source::Input;
use crate::spans::{Attributes, Resource, Span, Spans, plain};
use crate::table::{self, Splitter};
use crate::value::{self, Epoch, Naive, NoInstant};

/// What makes an attribute one of spans of language models.
const MARKS: &[&str] = &["openinference.span.kind", "\"gen_ai.", "\"llm."];

/// Columns that make a table recognised.
const TABLE: &[&str] = &["context.trace_id", "context.span_id", "start_time"];

/// Field of the start of a span.
const BEGIN: &str = "start_time";

/// Beginning of a column's name that holds an attribute.
const ATTRIBUTE: &str = "attributes.";

pub(crate) struct OpeninferenceJson;

impl Format for OpeninferenceJson {
    fn id(&self) -> &'static str {
        "openinference-json"
    }
    fn title(&self) -> &'static str {
        "OpenInference spans (Phoenix), JSON or CSV"
    }
    fn about(&self) -> About {
        About {
            from: "Arize Phoenix: the spans of a project as JSON or as a table; or the Python SDK's console exporter",
            kind: Some(Kind::Call),
            cannot_tell: &[
                "what the provider billed",
                "calls whose spans were not sampled",
                "how long cached input is kept",
                "the account that pays",
            ],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        if head.is_table() || head.has_all(TABLE) {
            return head.has_all(TABLE).then(|| Match::exact(TABLE));
        }
        let signature = ["context", "attributes", "start_time"];
        let marked = |marks: &[&str]| marks.iter().any(|mark| head.text.contains(mark));
        let inside = |key: &&str| head.wrapped.as_ref().is_some_and(|inner| inner.columns.iter().any(|c| c == key));
        let spans = head.has_all(&signature) || signature.iter().all(inside);
        let bare = head.has("attributes") && marked(&MARKS[..1]);
        (head.is_json() && ((spans && marked(MARKS)) || bare)).then(|| Match::exact(&signature))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let mut feed = Feed::new(&input.name, &input.meter, sink);
        let mut clock = Clock { naive: options.zone.map_or(Naive::Ask, Naive::Zone), used: false };
        let mut spans = Spans::new(&mut feed, options.account.as_deref());
        let open = match input.head().layout {
            Layout::Table { delimiter } => {
                of_table(input, delimiter, &mut clock, &mut spans)?;
                false
            }
            layout => of_json(input, layout, &mut clock, &mut spans)?,
        };
        spans.finish()?;
        if open {
            feed.unclosed();
        }
        Ok(ReadSummary { spans: true, ..feed.finish(options.zone.filter(|_| clock.used))? })
    }
}

/// How local times are read, and whether there were any.
struct Clock {
    naive: Naive,
    used: bool,
}

impl Clock {
    /// Nanoseconds since 1970.
    fn nanos(&mut self, key: &str, told: &str) -> Result<Option<i64>, Broken> {
        if told.is_empty() || value::is_null(told) {
            return Ok(None);
        }
        let fault = |why: &str| Fault::new(key, format!("{key} {why}"), told);
        let stamp = value::stamp(told, Epoch::Auto).map_err(fault)?;
        self.used |= !stamp.zoned;
        match stamp.place(self.naive) {
            Ok(micros) => Ok(Some(micros.saturating_mul(1000))),
            Err(NoInstant::Fault(why)) => Err(fault(why).into()),
            Err(NoInstant::Zone) => Err(Broken::Zone(told.to_owned())),
        }
    }
}

/// An id without the mark of hexadecimal digits that Python writes.
fn id(told: Cow<'_, str>) -> Cow<'_, str> {
    match told {
        Cow::Borrowed(told) => Cow::Borrowed(told.strip_prefix("0x").unwrap_or(told)),
        Cow::Owned(told) => Cow::Owned(told.strip_prefix("0x").unwrap_or(&told).to_owned()),
    }
}

/// Whether a word of a status says that the span failed.
fn is_error(word: &str) -> bool {
    matches!(word, "ERROR" | "Error" | "StatusCode.ERROR" | "STATUS_CODE_ERROR" | "2")
}

fn of_table(input: Input, delimiter: u8, clock: &mut Clock, spans: &mut Spans<'_, '_>) -> Result<(), ImportError> {
    let mut rows = Splitter::new(input.reader, delimiter);
    let header = rows.header().unwrap_or_default();
    let resource = Resource::default();
    while let Some(step) = rows.advance() {
        let line = match step {
            table::Step::Row(line) => line,
            table::Step::Bad(line, reason) => {
                spans.feed().reject(line, &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        let broken = spans.feed().broken_tail();
        let row = match rows.cells(header.len(), false, broken) {
            Ok(row) => row,
            Err(fault) => {
                spans.feed().reject(line, &fault)?;
                continue;
            }
        };
        let mut span = Span::default();
        let mut fault = None;
        for (at, column) in header.iter().enumerate() {
            let cell = row.get(at);
            if cell.is_empty() || value::is_null(cell) {
                continue;
            }
            let mut time = |slot: &mut Option<i64>| match clock.nanos(column, cell) {
                Ok(time) => *slot = time,
                Err(broken) => fault = fault.take().or(Some(broken)),
            };
            match column.as_str() {
                "context.trace_id" => span.trace = id(cell.into()),
                "context.span_id" => span.id = id(cell.into()),
                "parent_id" => span.parent = id(cell.into()),
                "name" => span.name = cell.into(),
                "start_time" => time(&mut span.start),
                "end_time" => time(&mut span.end),
                "status_code" => span.failed = is_error(cell),
                "span_kind" => span.cell(column, cell),
                other => span.cell(other.strip_prefix(ATTRIBUTE).unwrap_or(""), cell),
            }
        }
        match fault {
            Some(broken) => spans.feed().broken(line, broken)?,
            None => spans.add(line.into(), span, "", &resource, BEGIN)?,
        }
    }
    Ok(())
}

/// Reads all objects; whether the text ended inside of one.
fn of_json(input: Input, layout: Layout, clock: &mut Clock, spans: &mut Spans<'_, '_>) -> Result<bool, ImportError> {
    let head = input.head();
    let own = ["attributes", "context", "context.span_id"].iter().any(|key| head.has(key));
    let path = head.wrapped.as_ref().filter(|_| !own).map_or("", |inner| inner.path.as_str()).to_owned();
    let mut rows = JsonRows::new(input.reader, layout, &path);
    let mut resources = Resources::default();
    while let Some(step) = rows.advance() {
        let line = match step {
            json::Step::Object(line) => line,
            json::Step::Bad(line, reason) => {
                let at = Spot { line, document: Some(&rows) };
                spans.feed().reject(at, &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        if let Some(mut fault) = rows.check() {
            if let (true, Some(broken)) = (rows.is_cut(), spans.feed().broken_tail()) {
                fault.reason = format!("{}; {broken}", fault.reason);
            }
            spans.feed().reject(Spot { line, document: Some(&rows) }, &fault)?;
            continue;
        }
        let at = Spot { line, document: Some(&rows) };
        let text = rows.text().unwrap_or_default();
        let mut row =
            Row { clock, broken: None, span: Span::default(), scope: String::new(), resource: Cow::Borrowed("") };
        let mut parser = sonic_rs::Deserializer::from_str(text);
        let parsed = RowObject(&mut row).deserialize(&mut parser).and_then(|()| parser.end());
        let Row { span, broken, scope, resource, .. } = row;
        match (parsed, broken) {
            (Err(error), _) => spans.feed().reject(at, &json::not_json(text, &error))?,
            (Ok(()), Some(broken)) => spans.feed().broken(at, broken)?,
            (Ok(()), None) => spans.add(at, span, &scope, resources.of(&resource), BEGIN)?,
        }
    }
    Ok(rows.is_open())
}

/// The resource of the last span, which mostly is that of the next one.
#[derive(Default)]
struct Resources {
    text: String,
    resource: Resource,
}

impl Resources {
    fn of(&mut self, text: &str) -> &Resource {
        if self.text != text {
            text.clone_into(&mut self.text);
            self.resource = Resource::of(text);
        }
        &self.resource
    }
}

/// A row under construction.
struct Row<'c, 'a> {
    clock: &'c mut Clock,
    broken: Option<Broken>,
    span: Span<'a>,
    scope: String,
    resource: Cow<'a, str>,
}

impl<'a> Row<'_, 'a> {
    fn text(&mut self, key: &str, raw: Cow<'a, str>) -> Cow<'a, str> {
        if raw.starts_with(['{', '[']) {
            self.broken.get_or_insert_with(|| Fault::new(key, format!("{key} is not a text"), &raw).into());
            return Cow::Borrowed("");
        }
        json::scalar(raw).ok().flatten().unwrap_or_default()
    }

    fn time(&mut self, key: &str, raw: Cow<'a, str>) -> Option<i64> {
        let told = self.text(key, raw);
        self.clock.nanos(key, &told).unwrap_or_else(|broken| {
            self.broken.get_or_insert(broken);
            None
        })
    }

    fn events(&mut self, list: &str) {
        if !list.starts_with('[') {
            return;
        }
        for event in sonic_rs::to_array_iter(list).map_while(Result::ok) {
            let raw = event.as_raw_cow();
            let get =
                |key: &str| sonic_rs::get_from_str(&raw, &[key]).ok().map(|value| value.as_raw_cow().into_owned());
            let text = |key: &str| get(key).and_then(|raw| json::scalar(raw.into()).ok().flatten()).unwrap_or_default();
            let name = text("name");
            if Span::minds(&name) {
                // A time that cannot be read tells nothing about the span.
                let time = self.clock.nanos("timestamp", &text("timestamp")).ok().flatten();
                self.span.event(&name, time, &get("attributes").unwrap_or_default());
            }
        }
    }
}

struct RowObject<'r, 'c, 'a>(&'r mut Row<'c, 'a>);

impl<'a> DeserializeSeed<'a> for RowObject<'_, '_, 'a> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for RowObject<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a span")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let row = self.0;
        while let Some(Key(key)) = map.next_key::<Key<'a>>()? {
            if key == "attributes" {
                map.next_value_seed(Attributes(&mut row.span))?;
                continue;
            }
            let attribute = key.strip_prefix(ATTRIBUTE).unwrap_or("");
            let known = matches!(
                key.as_ref(),
                "name"
                    | "context"
                    | "context.trace_id"
                    | "context.span_id"
                    | "trace_id"
                    | "span_id"
                    | "parent_id"
                    | "start_time"
                    | "end_time"
                    | "status_code"
                    | "status"
                    | "span_kind"
                    | "events"
                    | "resource"
                    | "scope"
                    | "instrumentation_scope"
            );
            if !known && attribute.is_empty() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<LazyValue<'a>>()?.as_raw_cow();
            let member = |name: &str| {
                let found = sonic_rs::get_from_str(&raw, &[name]).ok().map(|value| value.as_raw_cow().into_owned());
                found.and_then(|raw| json::scalar(raw.into()).ok().flatten()).unwrap_or_default()
            };
            match key.as_ref() {
                "name" => row.span.name = row.text(&key, raw),
                "context" => (row.span.trace, row.span.id) = (id(member("trace_id")), id(member("span_id"))),
                "trace_id" | "context.trace_id" => row.span.trace = id(row.text(&key, raw)),
                "span_id" | "context.span_id" => row.span.id = id(row.text(&key, raw)),
                "parent_id" => row.span.parent = id(row.text(&key, raw)),
                "start_time" => row.span.start = row.time(&key, raw),
                "end_time" => row.span.end = row.time(&key, raw),
                "status_code" => row.span.failed |= is_error(&row.text(&key, raw)),
                "status" => row.span.failed |= is_error(&member("status_code")),
                "events" => row.events(&raw),
                "resource" => row.resource = raw,
                "scope" | "instrumentation_scope" => row.scope = member("name").into_owned(),
                "span_kind" => plain(&mut row.span, &key, raw, 0),
                _ => plain(&mut row.span, attribute, raw, 0),
            }
        }
        Ok(())
    }
}
