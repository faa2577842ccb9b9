//! Results of the nightly message batches at Anthropic.

use anyhow::Result;

use super::super::calendar::{DAY_MS, START_MS, day, written};
use super::super::cells::{Cell, json, number, text};
use super::calls::{Call, END, FROM};
use super::sheet::{Sheet, list, object, spoilt};
use super::truth;
use super::world::Vendor;

/// Every night's batch object with its results behind it.
pub fn sheet(calls: &[Call]) -> Result<Sheet> {
    let mut sheet = Sheet::new("anthropic-batch/ticket-digest_2026-10.jsonl.gz");
    let mine: Vec<&Call> =
        calls.iter().filter(|call| call.lane().vendor == Vendor::Anthropic && call.lane().batch).collect();
    let mut last = String::new();
    for on in FROM..END {
        let night: Vec<&&Call> = mine.iter().filter(|call| call.day == on).collect();
        let Some(first) = night.first() else { continue };
        sheet.line(&batch(on, first, &night));
        let answered = night.iter().position(|call| call.failed.is_empty());
        for (place, call) in night.iter().enumerate() {
            let line = result(call, on, place);
            sheet.row(&line);
            if answered == Some(place) && on == day(10, 13) {
                sheet.bad(&spoilt(&line, "\"type\":\"succeeded\"", "\"type\":\"perhaps\"")?, "unknown result");
            }
            last = line;
        }
    }
    sheet.cut(&last, 150);
    sheet.sums = truth::log(&mine)?;
    Ok(sheet)
}

fn batch(on: i64, first: &Call, night: &[&&Call]) -> String {
    let at = START_MS + on * DAY_MS + 2 * 3_600_000 + 123;
    let iso = |at: i64| text(written(at, "%Y-%m-%dT%H:%M:%S%.6fZ"));
    let errored = night.iter().filter(|call| !call.failed.is_empty()).count();
    let id = format!("msgbatch_01{}", first.hex(22));
    let counts = vec![
        ("processing", number(0)),
        ("succeeded", Cell::Raw((night.len() - errored).to_string())),
        ("errored", Cell::Raw(errored.to_string())),
        ("canceled", number(0)),
        ("expired", number(0)),
    ];
    json(&vec![
        ("id", text(id.clone())),
        ("type", text("message_batch")),
        ("processing_status", text("ended")),
        ("request_counts", object(&counts)),
        ("created_at", iso(at)),
        ("ended_at", iso(at + 1_500_000)),
        ("expires_at", iso(at + DAY_MS)),
        ("archived_at", Cell::Null),
        ("cancel_initiated_at", Cell::Null),
        ("results_url", text(format!("https://api.anthropic.com/v1/messages/batches/{id}/results"))),
    ])
}

fn result(call: &Call, on: i64, place: usize) -> String {
    let result = if call.failed.is_empty() {
        let t = &call.tokens;
        let written =
            vec![("ephemeral_5m_input_tokens", number(t.write_5m)), ("ephemeral_1h_input_tokens", number(t.write_1h))];
        let usage = vec![
            ("input_tokens", number(t.uncached)),
            ("cache_creation_input_tokens", number(t.written())),
            ("cache_read_input_tokens", number(t.read)),
            ("cache_creation", object(&written)),
            ("output_tokens", number(t.output)),
            ("service_tier", text("batch")),
        ];
        let content = json(&vec![("type", text("text")), ("text", text("What the ticket is about."))]);
        let message = vec![
            ("id", text(format!("msg_01{}", call.hex(22)))),
            ("type", text("message")),
            ("role", text("assistant")),
            ("model", text(call.model)),
            ("content", list(&[content])),
            ("stop_reason", text("end_turn")),
            ("stop_sequence", Cell::Null),
            ("usage", object(&usage)),
        ];
        vec![("type", text("succeeded")), ("message", object(&message))]
    } else {
        let inner = vec![("type", text("api_error")), ("message", text("Internal server error"))];
        let error = vec![("type", text("error")), ("error", object(&inner)), ("request_id", Cell::Null)];
        vec![("type", text("errored")), ("error", object(&error))]
    };
    let custom = format!("ticket-digest-{}-{place}", on - FROM + 1);
    json(&vec![("custom_id", text(custom)), ("result", object(&result))])
}
