//! OpenTelemetry traces as JSON.
//!
//! # Where the file comes from
//! The file exporter of an OpenTelemetry Collector, or an SDK's own file exporter (OTLP/JSON): traces of programs that
//! are instrumented by the GenAI conventions, OpenLLMetry, OpenInference or the AI SDK.
//!
//! # Shape
//! Objects with `resourceSpans`, one a line, one after another or a single one; inside of it `scopeSpans` (before 2022
//! `instrumentationLibrarySpans`) with `spans`, each a row. Names may also be written `resource_spans`. Lines with
//! `resourceLogs` and `resourceMetrics` of the same folder may stand between them.
//!
//! # Mapping
//! A span of kind LLM or embedding, or any that carries tokens, is a call; tools, retrievers, agents, chains and the
//! rest are steps of its trace. The kind comes from `gen_ai.operation.name`, `llm.request.type`,
//! `openinference.span.kind`, `ai.operationId`, `langfuse.observation.type` or `traceloop.span.kind`, or else from a
//! model or token counts.
//!
//! Each field has several names, of which the first that is there counts: provider (`gen_ai.provider.name`,
//! `gen_ai.system`, `llm.provider`, `llm.system`, `ai.model.provider`), model (as served, then as requested), input,
//! output, cached, written and reasoning tokens (`gen_ai.usage.*`, `llm.usage.*`, `llm.token_count.*`, `ai.usage.*`),
//! cost (`gen_ai.usage.cost`, `llm.cost.total`, `operation.cost`: the program's own estimate in US dollars), session
//! (`gen_ai.conversation.id`, `session.id` …), user, prompt and its version, tier, response id, finish reasons joined
//! by commas, and time to the first token in seconds, in milliseconds or from the event of the first chunk. The feature
//! is the workflow, else the agent, else `service.name`; the environment is `deployment.environment.name` or
//! `deployment.environment` of span or resource. Writes to the cache tell no lifetime.
//!
//! An error is a status code 2, `error.type`, or both; its word is `error.type` or that of an `exception` event. Events
//! `gen_ai.evaluation.result`, `evaluations.N` and `annotations.N` are scores of the span. An event or log record that
//! names another response is a score of its own, and a row. Texts of prompts and answers are hashed and dropped, as
//! everywhere.
//!
//! # Known quirks
//! Agents, wrappers and second instrumentations repeat the tokens of spans below them: tokens count only where no span
//! below carries any, and the span above becomes a step. Spans with the same response id are one call. Children may
//! come before their parents and in other blocks of the file; where they come behind, by more than 64 MiB of calls, the
//! one that was counted first stands. Those that came with another file are found by the ledger.
//!
//! Cached tokens are inside the input tokens, as the convention says; where any span of an instrumentation and provider
//! has more of them than input, all of its spans are read as counting them apart, and a note says so. The same holds
//! for reasoning and output.
//!
//! Whole numbers are texts or numbers, times are nanoseconds. Ids are kept as they are spelled. Spans that have nothing
//! to do with language models are steps where their trace has such spans, and are counted and left out where it has
//! none; so are metrics, which tell sums of the same calls, and other log records. Resource and scope are taken as
//! standing before the spans that they tell about.

use std::borrow::Cow;

use outlay_model::record::Sink;
use outlay_model::report::Kind;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sonic_rs::LazyValue;

use crate::calls::Key;
use crate::documents::Level;
use crate::error::{Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::json::{self, JsonRows};
use crate::source::Input;
use crate::spans::{Attributes, Cursor, EVALUATION, Event, Resource, Span, Spans, nothing_else};
use crate::value::{self, Epoch};

const LEVELS: &[Level] = &[
    Level {
        keys: &[
            "resourceSpans",
            "resource_spans",
            "resourceLogs",
            "resource_logs",
            "resourceMetrics",
            "resource_metrics",
        ],
        beside: &[],
        optional: false,
    },
    Level {
        keys: &[
            "scopeSpans",
            "scope_spans",
            "instrumentationLibrarySpans",
            "scopeLogs",
            "scope_logs",
            "scopeMetrics",
            "scope_metrics",
        ],
        beside: &["resource"],
        optional: true,
    },
    Level {
        keys: &["spans", "logRecords", "log_records", "metrics"],
        beside: &["scope", "instrumentationLibrary"],
        optional: true,
    },
];

/// Field of the start of a span.
const BEGIN: &str = "startTimeUnixNano";

pub(crate) struct OtlpJson;

impl Format for OtlpJson {
    fn id(&self) -> &'static str {
        "otlp-json"
    }
    fn title(&self) -> &'static str {
        "OpenTelemetry traces, JSON"
    }
    fn about(&self) -> About {
        About {
            from: "OpenTelemetry Collector or SDK: the file exporter (OTLP/JSON)",
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
        let spans = ["resourcespans", "resource_spans"].iter().any(|key| head.has(key));
        let scores =
            ["resourcelogs", "resource_logs"].iter().any(|key| head.has(key)) && head.text.contains(EVALUATION);
        (head.is_json() && (spans || scores))
            .then(|| Match::exact(&[if spans { "resourceSpans" } else { "resourceLogs" }]))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let mut feed = Feed::new(&input.name, &input.meter, sink);
        let layout = input.head().layout;
        let mut rows = JsonRows::within(input.reader, layout, LEVELS);
        let mut spans = Spans::new(&mut feed, options.account.as_deref());
        let mut around = Around::default();
        while let Some(step) = rows.advance() {
            let at = |line| Spot { line, document: Some(&rows) };
            let line = match step {
                json::Step::Object(line) => line,
                json::Step::Bad(line, reason) => {
                    spans.feed().reject(at(line), &Fault::new("", reason, &rows.lossy()))?;
                    continue;
                }
            };
            match rows.documents().map_or(0, |documents| documents.key(0)) {
                0 | 1 => {}
                2 | 3 => {
                    log_record(&rows, at(line), &mut spans, &mut around)?;
                    continue;
                }
                _ => {
                    around.metrics += 1;
                    spans.feed().leave_out()?;
                    continue;
                }
            }
            if let Some(documents) = rows.documents() {
                around.look(documents.beside(1), documents.beside(2));
            }
            let text = match rows.text() {
                Ok(text) => text,
                Err(reason) => {
                    spans.feed().reject(at(line), &Fault::new("", reason, &rows.lossy()))?;
                    continue;
                }
            };
            let mut parsed = parse(text).map(|span| spans.add(at(line), span, &around.scope, &around.resource, BEGIN));
            if parsed.is_err() && rows.mend() {
                let at = |line| Spot { line, document: Some(&rows) };
                let text = rows.text().unwrap_or_default();
                parsed = parse(text).map(|span| spans.add(at(line), span, &around.scope, &around.resource, BEGIN));
            }
            match parsed {
                Ok(added) => added?,
                Err(fault) => spans.feed().reject(Spot { line, document: Some(&rows) }, &fault)?,
            }
        }
        spans.finish()?;
        if rows.is_open() {
            feed.unclosed();
        }
        if rows.documents().is_some_and(|documents| documents.late() > 0) {
            feed.note(
                "a resource or scope stands behind its spans in this file: what it tells was not applied to them",
            );
        }
        around.notes(&mut feed);
        Ok(ReadSummary { spans: true, ..feed.finish(None)? })
    }
}

/// What stands around the span at hand.
#[derive(Default)]
struct Around {
    resource: Resource,
    scope: String,
    seen: [u64; 2],
    metrics: u64,
    logs: u64,
}

impl Around {
    fn look(&mut self, (resource, change): (&[u8], u64), (scope, scope_change): (&[u8], u64)) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if self.seen[0] != change {
            self.seen[0] = change;
            self.resource = Resource::of(&text(resource));
        }
        if self.seen[1] != scope_change {
            self.seen[1] = scope_change;
            let scope = text(scope);
            let name = sonic_rs::get_from_str(&scope, &["name"]).ok().map(|name| name.as_raw_cow().into_owned());
            self.scope =
                name.and_then(|name| json::scalar(name.into()).ok().flatten()).unwrap_or_default().into_owned();
        }
    }

    fn notes(&self, feed: &mut Feed<'_>) {
        if self.metrics > 0 {
            feed.note(format!("{} metrics were left out: they are sums of the same calls", self.metrics));
        }
        if self.logs > 0 {
            feed.note(format!("{} log records without a score were left out", self.logs));
        }
    }
}

/// A span, or the first thing that is wrong with it.
fn parse(text: &str) -> Result<Span<'_>, Fault> {
    let (mut span, mut fault) = (Span::default(), None);
    if quick(text, &mut span, &mut fault).is_none() {
        (span, fault) = (Span::default(), None);
        let mut parser = sonic_rs::Deserializer::from_str(text);
        let seed = SpanObject { span: &mut span, fault: &mut fault };
        seed.deserialize(&mut parser).and_then(|()| parser.end()).map_err(|error| json::not_json(text, &error))?;
    }
    fault.map_or(Ok(span), Err)
}

/// Reads a span that is written as exporters do; `None` where it is not.
fn quick<'a>(text: &'a str, span: &mut Span<'a>, fault: &mut Option<Fault>) -> Option<()> {
    let mut cursor = Cursor::new(text);
    cursor.eat(b'{')?;
    if !cursor.is_empty(b'}')? {
        loop {
            match cursor.key()? {
                "attributes" => cursor.attributes(span)?,
                "events" => match cursor.value()? {
                    "[]" => {}
                    events => Events(span).deserialize(&mut sonic_rs::Deserializer::from_str(events)).ok()?,
                },
                key => member(span, key, Cow::Borrowed(cursor.value()?), fault),
            }
            if !cursor.more(b'}')? {
                break;
            }
        }
    }
    cursor.ended().then_some(())
}

/// Whether a member of a span is read that is neither its attributes nor its events.
fn is_read(key: &str) -> bool {
    matches!(
        key,
        "traceId"
            | "trace_id"
            | "spanId"
            | "span_id"
            | "parentSpanId"
            | "parent_span_id"
            | "name"
            | "startTimeUnixNano"
            | "start_time_unix_nano"
            | "endTimeUnixNano"
            | "end_time_unix_nano"
            | "status"
    )
}

/// Takes such a member.
fn member<'a>(span: &mut Span<'a>, key: &str, raw: Cow<'a, str>, fault: &mut Option<Fault>) {
    let slot = match key {
        "traceId" | "trace_id" => &mut span.trace,
        "spanId" | "span_id" => &mut span.id,
        "parentSpanId" | "parent_span_id" => &mut span.parent,
        "name" => &mut span.name,
        "startTimeUnixNano" | "start_time_unix_nano" => {
            span.start = time(raw, key, fault);
            return;
        }
        "endTimeUnixNano" | "end_time_unix_nano" => {
            span.end = time(raw, key, fault);
            return;
        }
        "status" => {
            span.failed = is_error(&raw);
            return;
        }
        _ => return,
    };
    *slot = text(raw, key, fault);
}

fn time(raw: Cow<'_, str>, key: &str, fault: &mut Option<Fault>) -> Option<i64> {
    let told = text(raw, key, fault);
    nanos(&told).unwrap_or_else(|why| {
        fault.get_or_insert_with(|| Fault::new(key, format!("{key} {why}"), &told));
        None
    })
}

/// Nanoseconds since 1970; 0 means that they are not told.
fn nanos(text: &str) -> Result<Option<i64>, &'static str> {
    if !text.is_empty() && text.len() <= 18 + 1 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.parse().ok().filter(|nanos| *nanos != 0));
    }
    match text {
        "" => Ok(None),
        _ => Ok(Some(value::stamp(text, Epoch::Nanos)?.micros.saturating_mul(1000))),
    }
}

/// A scalar as a text; a list or an object is a fault.
fn text<'a>(raw: Cow<'a, str>, key: &str, fault: &mut Option<Fault>) -> Cow<'a, str> {
    if raw.starts_with(['{', '[']) {
        fault.get_or_insert_with(|| Fault::new(key, format!("{key} is not a text"), &raw));
        return Cow::Borrowed("");
    }
    json::scalar(raw).ok().flatten().unwrap_or_default()
}

struct SpanObject<'x, 'a> {
    span: &'x mut Span<'a>,
    fault: &'x mut Option<Fault>,
}

impl<'a> DeserializeSeed<'a> for SpanObject<'_, 'a> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for SpanObject<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a span")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let SpanObject { span, fault } = self;
        while let Some(Key(key)) = map.next_key::<Key<'a>>()? {
            match key.as_ref() {
                "attributes" => map.next_value_seed(Attributes(&mut *span))?,
                "events" => map.next_value_seed(Events(&mut *span))?,
                key if is_read(key) => member(span, key, map.next_value::<LazyValue<'a>>()?.as_raw_cow(), fault),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a status says that the span failed.
fn is_error(status: &str) -> bool {
    // Most are empty or fine.
    if !status.contains("code") {
        return false;
    }
    let code = sonic_rs::get_from_str(status, &["code"]).ok().map(|code| code.as_raw_cow().into_owned());
    let code = code.and_then(|code| json::scalar(code.into()).ok().flatten()).unwrap_or_default();
    matches!(code.as_ref(), "2" | "STATUS_CODE_ERROR" | "ERROR" | "Error")
}

/// A list of events.
struct Events<'x, 'a>(&'x mut Span<'a>);

impl<'a> DeserializeSeed<'a> for Events<'_, 'a> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Events<'_, 'a> {
    type Value = ();
    nothing_else!();

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        while list.next_element_seed(OneEvent(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct OneEvent<'x, 'a>(&'x mut Span<'a>);

impl<'a> DeserializeSeed<'a> for OneEvent<'_, 'a> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for OneEvent<'_, 'a> {
    type Value = ();
    nothing_else!();

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let scalar = |raw: Cow<'a, str>| json::scalar(raw).ok().flatten();
        let (mut name, mut time) = (None, None);
        let mut attributes = Cow::Borrowed("");
        while let Some(Key(key)) = map.next_key::<Key<'a>>()? {
            match key.as_ref() {
                "name" => name = scalar(map.next_value::<LazyValue<'a>>()?.as_raw_cow()),
                "timeUnixNano" | "time_unix_nano" => {
                    let told = scalar(map.next_value::<LazyValue<'a>>()?.as_raw_cow());
                    time = told.and_then(|told| nanos(&told).ok().flatten());
                }
                // Texts of messages are told as events, too: they are passed over.
                "attributes" if name.as_deref().is_none_or(Span::minds) => {
                    attributes = map.next_value::<LazyValue<'a>>()?.as_raw_cow();
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(name) = name.filter(|name| Span::minds(name)) {
            self.0.event(&name, time, &attributes);
        }
        Ok(())
    }
}

/// A log record: a score, if it is the event of an evaluation.
fn log_record<R: std::io::BufRead>(
    rows: &JsonRows<R>,
    at: Spot<'_>,
    spans: &mut Spans<'_, '_>,
    around: &mut Around,
) -> Result<(), ImportError> {
    let record = match rows.text() {
        Ok(text) if text.contains(EVALUATION) => text,
        Ok(_) => {
            around.logs += 1;
            return spans.feed().leave_out();
        }
        Err(reason) => return spans.feed().reject(at, &Fault::new("", reason, &rows.lossy())),
    };
    if let Some(fault) = json::fault(record) {
        return spans.feed().reject(at, &fault);
    }
    let (mut time, mut observed, mut name) = (None, None, String::new());
    let [mut trace, mut span] = [String::new(), String::new()];
    let mut event = Event::default();
    for (key, raw) in sonic_rs::to_object_iter(record).map_while(Result::ok) {
        let scalar =
            |raw: &LazyValue<'_>| json::scalar(raw.as_raw_cow()).ok().flatten().unwrap_or_default().into_owned();
        match key.as_ref() {
            "timeUnixNano" | "time_unix_nano" => time = nanos(&scalar(&raw)).ok().flatten(),
            "observedTimeUnixNano" | "observed_time_unix_nano" => observed = nanos(&scalar(&raw)).ok().flatten(),
            "eventName" | "event_name" => name = scalar(&raw),
            "traceId" | "trace_id" => trace = scalar(&raw),
            "spanId" | "span_id" => span = scalar(&raw),
            "attributes" => event = Event::of(&raw.as_raw_cow()),
            _ => {}
        }
    }
    if name != EVALUATION && event.event != EVALUATION {
        around.logs += 1;
        return spans.feed().leave_out();
    }
    let fault = |column: &str, why: &str| Fault::new(column, format!("{column} {why}"), "");
    let Some(time) = time.or(observed) else {
        return spans.feed().reject(at, &fault("timeUnixNano", "is missing"));
    };
    let told = event.evaluation(None);
    if told.score.name.is_empty() {
        return spans.feed().reject(at, &fault("gen_ai.evaluation.name", "is missing"));
    }
    if told.score.value.is_none() && told.score.label.is_empty() {
        return spans.feed().reject(at, &fault("gen_ai.evaluation.score.value", "is missing"));
    }
    spans.score(at, told, [&trace, &span, ""], time / 1000)
}
