//! Bedrock's log of the calls of one account.

use anyhow::Result;

use super::super::calendar::{date, written};
use super::super::cells::{Cells, json, number, text};
use super::calls::Call;
use super::sheet::{Sheet, list, object, spoilt};
use super::truth;
use super::world::{AWS_ACCOUNT, Vendor};

/// The log, a record a line.
pub fn sheet(calls: &[Call]) -> Result<Sheet> {
    let mut sheet = Sheet::new("bedrock-invocation-log/us-east-1_2026-10.json.gz");
    let mine: Vec<&Call> = calls.iter().filter(|call| call.lane().vendor == Vendor::Bedrock).collect();
    let mut last = String::new();
    for (place, call) in mine.iter().enumerate() {
        let line = record(call);
        sheet.row(&line);
        if call.failed.is_empty() && sheet.broken.is_empty() && place > 20 {
            let from = format!("\"inputTokenCount\":{}", call.tokens.uncached);
            sheet.bad(&spoilt(&line, &from, "\"inputTokenCount\":-512")?, "negative number");
        }
        if sheet.broken.len() == 1 && place > 60 {
            sheet.bad(&spoilt(&line, &date(call.day), "0001-01-01")?, "year 1");
        }
        last = line;
    }
    sheet.cut(&last, 180);
    sheet.sums = truth::log(&mine)?;
    Ok(sheet)
}

fn record(call: &Call) -> String {
    let (lane, t) = (call.lane(), &call.tokens);
    let worker = format!("i-0{}", &call.hex(32)[15..]);
    let arn = format!("arn:aws:sts::{AWS_ACCOUNT}:assumed-role/{}/{}", lane.feature, &worker[..12]);
    let told = vec![("feature", text(lane.feature)), ("team", text(lane.team)), ("environment", text("production"))];
    let mut cells: Cells = vec![
        ("schemaType", text("ModelInvocationLog")),
        ("schemaVersion", text("1.0")),
        ("timestamp", text(written(call.at, "%Y-%m-%dT%H:%M:%SZ"))),
        ("accountId", text(AWS_ACCOUNT)),
        ("identity", object(&vec![("arn", text(arn))])),
        ("region", text("us-east-1")),
        ("requestId", text(call.uuid())),
        ("operation", text("Converse")),
        ("modelId", text(call.model)),
        ("requestMetadata", object(&told)),
    ];
    if !call.failed.is_empty() {
        cells.push(("errorCode", text("ThrottlingException")));
        cells.extend([("input", object(&Vec::new())), ("output", object(&Vec::new()))]);
        return json(&cells);
    }
    let input = vec![
        ("inputContentType", text("application/json")),
        ("inputTokenCount", number(t.uncached)),
        ("cacheReadInputTokenCount", number(t.read)),
        ("cacheWriteInputTokenCount", number(t.written())),
    ];
    let mut usage = vec![
        ("inputTokens", number(t.uncached)),
        ("outputTokens", number(t.output)),
        ("totalTokens", number(t.input() + t.output)),
    ];
    if t.written() > 0 {
        let five = json(&vec![("ttl", text("5m")), ("inputTokens", number(t.write_5m))]);
        usage.push(("cacheDetails", list(&[five])));
    }
    let body = vec![
        ("stopReason", text("end_turn")),
        ("metrics", object(&vec![("latencyMs", number(call.latency))])),
        ("usage", object(&usage)),
    ];
    let output = vec![
        ("outputContentType", text("application/json")),
        ("outputBodyJson", object(&body)),
        ("outputTokenCount", number(t.output)),
    ];
    cells.extend([("input", object(&input)), ("output", object(&output))]);
    json(&cells)
}
