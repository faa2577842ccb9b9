//! Pages of OpenAI's usage and cost interfaces.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::calendar::{DAY_MS, START_MS, day};
use super::super::cells::{Cell, Cells, json, number, text};
use super::super::price::EMBEDDING;
use super::calls::{Call, END, FROM};
use super::sheet::{Item, Pages, Sheet, decimal, object, spoilt};
use super::truth;
use super::used::{Key, Line, Meter, Used, counted, lines, sum};
use super::world::{ORGANISATION, Vendor};

const PAGES: Pages = Pages { opening: "{\"object\":\"page\",\"data\":[" };
/// The first day of the second page.
const SECOND: i64 = day(10, 16);

/// The reports.
pub fn sheets(calls: &[Call]) -> Result<Vec<Sheet>> {
    let used = counted(calls, Vendor::OpenAi);
    Ok(vec![usage(&used, false)?, usage(&used, true)?, costs(&lines(calls, Vendor::OpenAi)?)?])
}

fn bucket(day: i64) -> String {
    let at = (START_MS + day * DAY_MS) / 1000;
    format!("\"object\":\"bucket\",\"start_time\":{at},\"end_time\":{}", at + DAY_MS / 1000)
}

/// Both pages of a report, one behind the other, as a loop over `next_page` saves them.
fn pages(sheet: &mut Sheet, of_day: impl Fn(i64) -> Result<Vec<Item>>) -> Result<()> {
    for (from, end, next) in [(FROM, SECOND, Some("page_AAAAAGkvTqVdR7mYAAAAAGkwoia9")), (SECOND, END, None)] {
        let mut buckets = Vec::new();
        for day in from..end {
            buckets.push((bucket(day), of_day(day)?));
        }
        PAGES.write(sheet, &buckets, next);
    }
    Ok(())
}

/// Completions, or embeddings.
fn usage(used: &BTreeMap<Key, Used>, embeddings: bool) -> Result<Sheet> {
    let name = if embeddings { "embeddings" } else { "completions" };
    let mut sheet = Sheet::new(&format!("openai-admin-usage/{name}_2026-10.json"));
    let mine: Vec<(&Key, &Used)> = used.iter().filter(|(key, _)| (key.model == EMBEDDING) == embeddings).collect();
    pages(&mut sheet, |on| {
        let mut items: Vec<Item> = Vec::new();
        for (key, used) in mine.iter().filter(|(key, _)| key.day == on) {
            let line = result(name, key, used);
            let count = |name: &str, count: i64| format!("\"{name}\":{count},");
            let fault = match (embeddings, on - FROM + 1, key.lane().batch) {
                (false, 7, false) => {
                    let from = count("input_cached_tokens", used.tokens.read);
                    Some((spoilt(&line, &from, &count("input_cached_tokens", 999_999_999))?, "impossible total"))
                }
                (false, 21, true) => {
                    let from = count("input_tokens", used.tokens.input());
                    Some((spoilt(&line, &from, &count("input_tokens", -512))?, "negative number"))
                }
                (true, 14, _) => {
                    let from = count("input_tokens", used.tokens.input());
                    Some((spoilt(&line, &from, "\"input_tokens\":\"12k\",")?, "bad number"))
                }
                _ => None,
            };
            items.push((line, None));
            items.extend(fault.map(|(line, fault)| (line, Some(fault))));
        }
        Ok(items)
    })?;
    sheet.sums = truth::usage(mine.iter().map(|(key, used)| (**key, **used)))?;
    Ok(sheet)
}

fn result(name: &str, key: &Key, used: &Used) -> String {
    let (lane, t) = (key.lane(), &used.tokens);
    let mut cells: Cells = vec![
        ("object", text(format!("organization.usage.{name}.result"))),
        ("input_tokens", number(t.input())),
        ("num_model_requests", number(used.requests)),
        ("project_id", text(lane.group)),
        ("user_id", Cell::Null),
        ("api_key_id", text(lane.key)),
        ("model", text(key.model)),
    ];
    if name == "completions" {
        cells.extend([
            ("batch", Cell::Raw(lane.batch.to_string())),
            ("service_tier", Cell::Null),
            ("output_tokens", number(t.output)),
            ("input_cached_tokens", number(t.read)),
            ("input_uncached_tokens", number(t.uncached)),
            ("input_text_tokens", number(t.uncached)),
            ("output_text_tokens", number(t.output)),
            ("input_audio_tokens", number(0)),
            ("output_audio_tokens", number(0)),
        ]);
    }
    json(&cells)
}

/// Costs by project and line item: the tokens of all keys and both tiers of a project together.
fn costs(lines: &[Line]) -> Result<Sheet> {
    let mut sheet = Sheet::new("openai-admin-costs/costs_2026-10.json");
    let mut amounts: BTreeMap<(i64, &str, &str, Meter), i64> = BTreeMap::new();
    for line in lines {
        let key = (line.key.day, line.key.lane().group, line.key.model, line.meter);
        *amounts.entry(key).or_default() += line.nano;
    }
    pages(&mut sheet, |on| {
        let mut items: Vec<Item> = Vec::new();
        for ((day, group, model, meter), nano) in amounts.iter().filter(|((day, ..), _)| *day == on) {
            let kind = match meter {
                Meter::Cached => "cached input",
                Meter::Output => "output",
                Meter::Input | Meter::Write => "input",
            };
            // Printed from a binary number, whose noise is far below a pico-dollar.
            let value = format!("{}{:07}", decimal(*nano, 9), (day + nano) % 5);
            let amount = vec![("value", Cell::Raw(value.clone())), ("currency", text("usd"))];
            let line = json(&vec![
                ("object", text("organization.costs.result")),
                ("amount", object(&amount)),
                ("line_item", text(format!("{model}, {kind}"))),
                ("project_id", text(*group)),
                ("organization_id", text(ORGANISATION)),
            ]);
            let fault = match (on - FROM + 1, meter, model) {
                (9, Meter::Output, _) => Some((spoilt(&line, &value, "\"12k\"")?, "bad number")),
                (23, Meter::Cached, _) => Some((spoilt(&line, &value, "null")?, "no amount")),
                _ => None,
            };
            items.push((line, None));
            let seen = |fault: &str| items.iter().any(|(_, told)| *told == Some(fault));
            if let Some((line, fault)) = fault.filter(|(_, fault)| !seen(fault)) {
                items.push((line, Some(fault)));
            }
        }
        Ok(items)
    })?;
    sheet.sums = truth::billed(sum(lines));
    Ok(sheet)
}
