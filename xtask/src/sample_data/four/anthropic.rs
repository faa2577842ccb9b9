//! Anthropic's usage and cost reports.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::calendar::date;
use super::super::cells::{Cell, json, number, text};
use super::super::price::SONNET;
use super::calls::{Call, END, FROM};
use super::sheet::{Item, Pages, Sheet, decimal, object, spoilt};
use super::truth;
use super::used::{Key, Line, Meter, Used, counted, lines, sum};
use super::world::Vendor;

const PAGES: Pages = Pages { opening: "{\"data\":[" };

/// The reports.
pub fn sheets(calls: &[Call]) -> Result<Vec<Sheet>> {
    Ok(vec![usage(&counted(calls, Vendor::Anthropic))?, costs(&lines(calls, Vendor::Anthropic)?)?])
}

fn report(sheet: &mut Sheet, of_day: impl Fn(i64) -> Result<Vec<Item>>) -> Result<()> {
    let mut buckets = Vec::new();
    for day in FROM..END {
        let head = format!("\"starting_at\":\"{}T00:00:00Z\",\"ending_at\":\"{}T00:00:00Z\"", date(day), date(day + 1));
        buckets.push((head, of_day(day)?));
    }
    PAGES.write(sheet, &buckets, None);
    Ok(())
}

fn tier(key: &Key) -> Cell {
    text(if key.lane().batch { "batch" } else { "standard" })
}

fn usage(used: &BTreeMap<Key, Used>) -> Result<Sheet> {
    let mut sheet = Sheet::new("anthropic-admin-usage/messages_2026-10.json");
    report(&mut sheet, |on| {
        let mut items: Vec<Item> = Vec::new();
        for (key, used) in used.iter().filter(|(key, _)| key.day == on) {
            let t = &used.tokens;
            let written = vec![
                ("ephemeral_1h_input_tokens", number(t.write_1h)),
                ("ephemeral_5m_input_tokens", number(t.write_5m)),
            ];
            let line = json(&vec![
                ("uncached_input_tokens", number(t.uncached)),
                ("cache_creation", object(&written)),
                ("cache_read_input_tokens", number(t.read)),
                ("output_tokens", number(t.output)),
                ("server_tool_use", object(&vec![("web_search_requests", number(0))])),
                ("api_key_id", text(key.lane().key)),
                ("workspace_id", text(key.lane().group)),
                ("model", text(key.model)),
                ("service_tier", tier(key)),
                ("context_window", text("0-200k")),
                ("inference_geo", text("global")),
            ]);
            let fault = match (on - FROM + 1, key.lane().batch) {
                (6, false) => {
                    let from = format!("\"uncached_input_tokens\":{}", t.uncached);
                    Some((spoilt(&line, &from, "\"uncached_input_tokens\":null")?, "no count"))
                }
                (19, true) => {
                    let from = format!("\"output_tokens\":{}", t.output);
                    Some((spoilt(&line, &from, "\"output_tokens\":-512")?, "negative number"))
                }
                _ => None,
            };
            items.push((line, None));
            items.extend(fault.map(|(line, fault)| (line, Some(fault))));
        }
        Ok(items)
    })?;
    sheet.sums = truth::usage(used.iter().map(|(key, used)| (*key, *used)))?;
    Ok(sheet)
}

fn costs(lines: &[Line]) -> Result<Sheet> {
    let mut sheet = Sheet::new("anthropic-admin-cost/cost_2026-10.json.gz");
    report(&mut sheet, |on| {
        let mut items: Vec<Item> = Vec::new();
        for line in lines.iter().filter(|line| line.key.day == on) {
            let (kind, words) = match line.meter {
                Meter::Input => ("uncached_input_tokens", "Input Tokens"),
                Meter::Cached => ("cache_read_input_tokens", "Input Tokens, Cache Read"),
                Meter::Write => ("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write"),
                Meter::Output => ("output_tokens", "Output Tokens"),
            };
            let model = if line.key.model == SONNET { "Claude Sonnet 4.5" } else { "Claude Haiku 4.5" };
            let how = if line.key.lane().batch { " (Batch)" } else { "" };
            // In cents.
            let amount = decimal(line.nano, 7);
            let row = json(&vec![
                ("currency", text("USD")),
                ("amount", text(amount.clone())),
                ("workspace_id", text(line.key.lane().group)),
                ("description", text(format!("{model} Usage{how} - {words}"))),
                ("cost_type", text("tokens")),
                ("context_window", text("0-200k")),
                ("model", text(line.key.model)),
                ("service_tier", tier(&line.key)),
                ("token_type", text(kind)),
                ("inference_geo", text("global")),
            ]);
            let fault = match (on - FROM + 1, line.meter, line.key.lane().batch) {
                (12, Meter::Output, false) => Some((spoilt(&row, &format!("\"{amount}\""), "null")?, "no amount")),
                (28, Meter::Output, true) => Some((spoilt(&row, &amount, "12 cents")?, "bad number")),
                _ => None,
            };
            items.push((row, None));
            items.extend(fault.map(|(row, fault)| (row, Some(fault))));
        }
        Ok(items)
    })?;
    sheet.sums = truth::billed(sum(lines));
    Ok(sheet)
}
