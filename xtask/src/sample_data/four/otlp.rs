//! OpenTelemetry traces of the agent that runs on Azure.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::cells::{Cell, Cells, json, text};
use super::super::price::GPT_41_MINI;
use super::super::world::hashed;
use super::calls::Call;
use super::sheet::{Sheet, list, object, spoilt};
use super::truth;
use super::world::Vendor;

fn word(key: &str, value: &str) -> String {
    attribute(key, &vec![("stringValue", text(value))])
}

fn count(key: &str, value: i64) -> String {
    attribute(key, &vec![("intValue", text(value.to_string()))])
}

fn attribute(key: &str, value: &Cells) -> String {
    json(&vec![("key", text(key)), ("value", object(value))])
}

/// A span as the collector's file exporter writes it.
struct Span {
    trace: u128,
    id: u64,
    parent: Option<u64>,
    name: String,
    from: i64,
    to: i64,
    attributes: Vec<String>,
    failed: bool,
}

impl Span {
    fn json(&self) -> String {
        let nanos = |at: i64| text(format!("{at}000000"));
        let status = if self.failed { vec![("code", Cell::Raw("2".to_owned()))] } else { Vec::new() };
        json(&vec![
            ("traceId", text(format!("{:032x}", self.trace))),
            ("spanId", text(format!("{:016x}", self.id))),
            ("parentSpanId", text(self.parent.map(|id| format!("{id:016x}")).unwrap_or_default())),
            ("name", text(self.name.clone())),
            ("kind", Cell::Raw("3".to_owned())),
            ("startTimeUnixNano", nanos(self.from)),
            ("endTimeUnixNano", nanos(self.to)),
            ("attributes", list(&self.attributes)),
            ("status", object(&status)),
        ])
    }
}

/// What one request of the exporter holds.
fn request(spans: &[String]) -> String {
    let resource = [
        word("service.name", "tender-desk"),
        word("service.version", "3.8.1"),
        word("deployment.environment.name", "production"),
    ];
    let scope = vec![("name", text("opentelemetry.instrumentation.openai_v2")), ("version", text("2.2b0"))];
    let spans = json(&vec![("scope", object(&scope)), ("spans", list(spans))]);
    let resource = object(&vec![("attributes", list(&resource))]);
    let one = json(&vec![("resource", resource), ("scopeSpans", list(&[spans]))]);
    json(&vec![("resourceSpans", list(&[one]))])
}

/// The agent's traces, one a line: calls with a retriever and a tool between them, and the agent's own span last, as
/// spans are written when they end. On every fourth trace the framework repeats the tokens of all calls on it.
pub fn traces(calls: &[Call]) -> Result<Sheet> {
    let mut sheet = Sheet::new("otlp-json/tender-agent_2026-10.jsonl.gz");
    let mine: Vec<&Call> = calls.iter().filter(|call| call.lane().vendor == Vendor::Azure).collect();
    let mut runs: BTreeMap<(i64, u128), Vec<&Call>> = BTreeMap::new();
    let mut begins: BTreeMap<u128, i64> = BTreeMap::new();
    for call in &mine {
        let at = *begins.entry(call.trace).or_insert(call.at);
        runs.entry((at, call.trace)).or_default().push(call);
    }
    let (mut steps, mut last) = (0, String::new());
    for (place, ((_, trace), calls)) in runs.iter().enumerate() {
        let spans = run(*trace, calls, place % 4 == 0);
        let texts: Vec<String> = spans.iter().map(Span::json).collect();
        let line = request(&texts);
        sheet.line(&line);
        sheet.good += spans.len() as u64;
        steps += spans.len() - calls.len();
        if place == 11 {
            // The exporter had no answer, and sent it again.
            sheet.line(&line);
            sheet.duplicates += spans.len() as u64;
        }
        if let (17, Some(call)) = (place, calls.iter().find(|call| call.failed.is_empty())) {
            let good = leaf(call, 0).json();
            let from = count("gen_ai.usage.input_tokens", call.tokens.input());
            let bad = spoilt(&good, &from, &count("gen_ai.usage.input_tokens", -512))?;
            sheet.bad(&request(&[bad]), "negative number");
        }
        if let (29, Some(call)) = (place, calls.first()) {
            let good = leaf(call, 0).json();
            let from = format!("\"startTimeUnixNano\":\"{}000000\"", call.at);
            sheet.bad(&request(&[spoilt(&good, &from, "\"startTimeUnixNano\":\"0\"")?]), "no time");
        }
        if place % 20 == 7 {
            // A request to the desk's page, which has nothing to do with models.
            let at = calls.first().map_or(0, |call| call.at) - 90_000;
            let span = Span {
                trace: trace.rotate_left(64),
                id: hashed(&[*trace as u64, 9]),
                parent: None,
                name: "GET /health".to_owned(),
                from: at,
                to: at + 3,
                attributes: vec![word("http.route", "/health"), count("http.response.status_code", 200)],
                failed: false,
            };
            sheet.other(&request(&[span.json()]));
        }
        last = line;
    }
    sheet.cut(&last, 480);
    sheet.sums = truth::log_with(&mine, steps)?;
    Ok(sheet)
}

fn common(operation: &str) -> Vec<String> {
    vec![word("gen_ai.operation.name", operation), word("gen_ai.agent.name", "tender-agent")]
}

/// A call's own span.
fn leaf(call: &Call, parent: u64) -> Span {
    let deployment = if call.model == GPT_41_MINI { "tenders-small" } else { "tenders-large" };
    let mut attributes = common("chat");
    attributes.extend([
        word("gen_ai.provider.name", "azure.ai.openai"),
        word("gen_ai.request.model", deployment),
        word("gen_ai.response.model", call.model),
    ]);
    if call.failed.is_empty() {
        let t = &call.tokens;
        attributes.extend([
            word("gen_ai.response.id", &format!("chatcmpl-{}", call.hex(24))),
            count("gen_ai.usage.input_tokens", t.input()),
            count("gen_ai.usage.output_tokens", t.output),
            count("gen_ai.usage.cache_read.input_tokens", t.read),
        ]);
    } else {
        attributes.push(word("error.type", call.failed));
    }
    Span {
        trace: call.trace,
        id: call.id as u64,
        parent: Some(parent),
        name: format!("chat {deployment}"),
        from: call.at,
        to: call.at + call.latency,
        attributes,
        failed: !call.failed.is_empty(),
    }
}

/// The spans of one run.
fn run(trace: u128, calls: &[&Call], repeats: bool) -> Vec<Span> {
    let root = hashed(&[trace as u64, 1]);
    let mut spans = Vec::new();
    for (place, call) in calls.iter().enumerate() {
        let span = leaf(call, root);
        let ended = span.to;
        spans.push(span);
        let between = match place {
            0 => ("retrieval", "search tenders", word("gen_ai.data_source.id", "tenders-2026")),
            1 if place + 1 < calls.len() => {
                ("execute_tool", "execute_tool price_lookup", word("gen_ai.tool.name", "price_lookup"))
            }
            _ => continue,
        };
        let mut attributes = common(between.0);
        attributes.push(between.2);
        spans.push(Span {
            trace,
            id: hashed(&[trace as u64, 2 + place as u64]),
            parent: Some(root),
            name: between.1.to_owned(),
            from: ended + 5,
            to: ended + 65,
            attributes,
            failed: false,
        });
    }
    let mut attributes = common("invoke_agent");
    attributes.push(word("gen_ai.conversation.id", &format!("tender-{:08x}", trace >> 96)));
    if repeats {
        let sum = |of: fn(&Call) -> i64| calls.iter().map(|call| of(call)).sum::<i64>();
        attributes.extend([
            count("gen_ai.usage.input_tokens", sum(|call| call.tokens.input())),
            count("gen_ai.usage.output_tokens", sum(|call| call.tokens.output)),
        ]);
    }
    let from = calls.first().map_or(0, |call| call.at) - 20;
    let to = spans.iter().map(|span| span.to).max().unwrap_or(from) + 12;
    spans.push(Span {
        trace,
        id: root,
        parent: None,
        name: "invoke_agent tender-agent".to_owned(),
        from,
        to,
        attributes,
        failed: false,
    });
    spans
}
