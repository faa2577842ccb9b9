//! Outputs of the nightly batches at OpenAI.

use anyhow::Result;

use super::super::calendar::{DAY_MS, START_MS, day};
use super::super::cells::{Cell, Cells, json, number, text};
use super::calls::{Call, END, FROM};
use super::sheet::{Sheet, list, object, spoilt};
use super::truth;
use super::world::Vendor;

/// Every night's batch object with its output and error file behind it.
pub fn sheet(calls: &[Call]) -> Result<Sheet> {
    let mut sheet = Sheet::new("openai-batch/catalogue-texts_2026-10.jsonl.gz");
    let mine: Vec<&Call> =
        calls.iter().filter(|call| call.lane().vendor == Vendor::OpenAi && call.lane().batch).collect();
    let mut last = String::new();
    for on in FROM..END {
        let night: Vec<&&Call> = mine.iter().filter(|call| call.day == on).collect();
        let Some(first) = night.first() else { continue };
        sheet.line(&batch(on, first, &night));
        let answered = night.iter().position(|call| call.failed.is_empty());
        for (place, call) in night.iter().enumerate() {
            let line = answer(call, on, place);
            sheet.row(&line);
            if answered == Some(place) && on == day(10, 8) {
                let total = call.tokens.input() + call.tokens.output;
                let from = format!("\"total_tokens\":{total}");
                let to = format!("\"total_tokens\":{}", total + 1);
                sheet.bad(&spoilt(&line, &from, &to)?, "impossible total");
            }
            if answered == Some(place) && on == day(10, 20) {
                let from = format!("\"prompt_tokens\":{}", call.tokens.input());
                sheet.bad(&spoilt(&line, &from, "\"prompt_tokens\":-512")?, "negative number");
            }
            last = line;
        }
    }
    sheet.cut(&last, 160);
    sheet.sums = truth::log(&mine)?;
    Ok(sheet)
}

fn batch(on: i64, first: &Call, night: &[&&Call]) -> String {
    let at = (START_MS + on * DAY_MS) / 1000 + 20 * 3600 + 45 * 60;
    let failed = night.iter().filter(|call| !call.failed.is_empty()).count();
    let counts = vec![
        ("total", Cell::Raw(night.len().to_string())),
        ("completed", Cell::Raw((night.len() - failed).to_string())),
        ("failed", Cell::Raw(failed.to_string())),
    ];
    json(&vec![
        ("id", text(format!("batch_{}", first.hex(24)))),
        ("object", text("batch")),
        ("endpoint", text("/v1/chat/completions")),
        ("errors", Cell::Null),
        ("input_file_id", text(format!("file-{}", first.hex(22)))),
        ("completion_window", text("24h")),
        ("status", text("completed")),
        ("created_at", number(at)),
        ("in_progress_at", number(at + 300)),
        ("completed_at", number(at + 3 * 3600)),
        ("request_counts", object(&counts)),
    ])
}

fn answer(call: &Call, on: i64, place: usize) -> String {
    let custom = format!("catalogue-{}-{place}", on - FROM + 1);
    let id = format!("batch_req_{}", call.hex(24));
    let of = |status: i64, body: &Cells| {
        object(&vec![("status_code", number(status)), ("request_id", text(call.hex(32))), ("body", object(body))])
    };
    let failed = !call.failed.is_empty();
    let response = if failed {
        let error = vec![
            ("message", text("The server had an error while processing this request")),
            ("type", text(call.failed)),
        ];
        of(500, &vec![("error", object(&error))])
    } else {
        let t = &call.tokens;
        let details = vec![("cached_tokens", number(t.read)), ("audio_tokens", number(0))];
        let usage = vec![
            ("prompt_tokens", number(t.input())),
            ("completion_tokens", number(t.output)),
            ("total_tokens", number(t.input() + t.output)),
            ("prompt_tokens_details", object(&details)),
            ("completion_tokens_details", object(&vec![("reasoning_tokens", number(0))])),
        ];
        let message = vec![("role", text("assistant")), ("content", text("A short text for the catalogue."))];
        let choice = json(&vec![("index", number(0)), ("message", object(&message)), ("finish_reason", text("stop"))]);
        of(
            200,
            &vec![
                ("id", text(format!("chatcmpl-{}", call.hex(28)))),
                ("object", text("chat.completion")),
                ("created", number(call.at / 1000)),
                ("model", text(call.model)),
                ("choices", list(&[choice])),
                ("usage", object(&usage)),
            ],
        )
    };
    json(&vec![("id", text(id)), ("custom_id", text(custom)), ("response", response), ("error", Cell::Null)])
}
