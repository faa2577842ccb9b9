//! Phoenix' spans of the calls to Vertex AI.

use anyhow::Result;

use super::super::calendar::{date, rfc3339};
use super::super::cells::{Cell, Cells, json, number, text};
use super::super::world::hashed;
use super::calls::Call;
use super::sheet::{Sheet, list, object, spoilt};
use super::truth;
use super::world::Vendor;

/// A chain and the call in it, for each call; two of the spans were saved twice.
pub fn spans(calls: &[Call]) -> Result<Sheet> {
    let mut sheet = Sheet::new("openinference-json/phoenix-documents_2026-10.jsonl.gz");
    let mine: Vec<&Call> = calls.iter().filter(|call| call.lane().vendor == Vendor::Vertex).collect();
    let mut last = String::new();
    for (place, call) in mine.iter().enumerate() {
        let (chain, line) = (chain(call), leaf(call));
        sheet.row(&chain);
        sheet.row(&line);
        if place == 40 {
            for again in [&chain, &line] {
                sheet.line(again);
                sheet.duplicates += 1;
            }
        }
        match (call.failed.is_empty(), sheet.broken.len()) {
            (true, 0) if place > 15 => {
                let from = format!("\"llm.token_count.prompt\":{}", call.tokens.input());
                sheet.bad(&spoilt(&line, &from, "\"llm.token_count.prompt\":-512")?, "negative number");
            }
            (true, 1) if place > 55 => sheet.bad(&spoilt(&line, &date(call.day), "0001-01-01")?, "year 1"),
            _ => {}
        }
        last = line;
    }
    sheet.cut(&last, 140);
    sheet.sums = truth::log_with(&mine, mine.len())?;
    Ok(sheet)
}

fn span(call: &Call, id: &str, parent: Cell, kind: &str, from: i64, to: i64, attributes: &Cells) -> String {
    let context = vec![("trace_id", text(format!("{:032x}", call.trace))), ("span_id", text(id))];
    json(&vec![
        ("name", text(if kind == "LLM" { "generate_content" } else { call.lane().feature })),
        ("context", object(&context)),
        ("span_kind", text(kind)),
        ("parent_id", parent),
        ("start_time", text(rfc3339(from))),
        ("end_time", text(rfc3339(to))),
        ("status_code", text(if call.failed.is_empty() { "OK" } else { "ERROR" })),
        ("status_message", text("")),
        ("attributes", object(attributes)),
        ("events", list(&[])),
    ])
}

fn root(call: &Call) -> String {
    format!("{:016x}", hashed(&[call.id as u64, 1]))
}

fn chain(call: &Call) -> String {
    let attributes =
        vec![("openinference.span.kind", text("CHAIN")), ("gen_ai.workflow.name", text(call.lane().feature))];
    span(call, &root(call), Cell::Null, "CHAIN", call.at - 15, call.at + call.latency + 10, &attributes)
}

fn leaf(call: &Call) -> String {
    let t = &call.tokens;
    let mut attributes: Cells = vec![
        ("openinference.span.kind", text("LLM")),
        ("llm.provider", text("google")),
        ("llm.system", text("vertexai")),
        ("llm.model_name", text(call.model)),
        ("gen_ai.workflow.name", text(call.lane().feature)),
        ("session.id", text(format!("document-{}", call.hex(8)))),
    ];
    if call.failed.is_empty() {
        attributes.extend([
            ("llm.token_count.prompt", number(t.input())),
            ("llm.token_count.completion", number(t.output)),
            ("llm.token_count.total", number(t.input() + t.output)),
            ("llm.token_count.prompt_details.cache_read", number(t.read)),
        ]);
    } else {
        attributes.push(("error.type", text(call.failed)));
    }
    let id = format!("{:016x}", call.id as u64);
    span(call, &id, text(root(call)), "LLM", call.at, call.at + call.latency, &attributes)
}
