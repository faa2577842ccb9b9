//! Provider usage: the charged calls summed per UTC day, account, model and tier.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::calendar::{DAY_MS, MONTHS, START_MS, date, month_of, written};
use super::cells::{Cell, Cells, Columns, Fault, Lines, header, number, text};
use super::files::{File, tokens};
use super::price::{EMBEDDING, Provider};
use super::row::{Row, Tokens};
use super::world::account;

/// What makes a usage row of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub day: i64,
    /// Project or workspace.
    pub group: &'static str,
    pub key: &'static str,
    pub owner: &'static str,
    pub model: &'static str,
    pub batch: bool,
}

/// What was used in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    pub requests: i64,
    pub tokens: Tokens,
    /// At list price of the standard tier, nano-dollars.
    pub list: i64,
}

/// Everything that a provider counted.
pub fn counted(rows: &[Row], provider: Provider) -> Result<BTreeMap<Key, Used>> {
    let mut buckets: BTreeMap<Key, Used> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.charged() && row.provider() == provider) {
        let who = account(row.feature, provider, row.staging);
        let key = Key {
            day: row.billed_day(),
            group: who.group,
            key: who.key,
            owner: who.owner,
            model: row.model,
            batch: row.batch,
        };
        let used = buckets.entry(key).or_default();
        used.requests += 1;
        used.tokens.add(&row.tokens);
        used.list += row.list()?;
    }
    Ok(buckets)
}

/// All usage exports.
pub fn files(openai: &BTreeMap<Key, Used>, anthropic: &BTreeMap<Key, Used>) -> Vec<File> {
    let mut files = Vec::new();
    for month in 0..MONTHS.len() {
        files.push(completions(openai, month));
        files.push(embeddings(openai, month));
        files.push(console(anthropic, month));
    }
    let time: Vec<&str> = vec!["start_time", "end_time", "start_time_iso", "end_time_iso"];
    let name = format!("openai-usage-csv/images_usage_{}.csv", span(2));
    files.push(File::new(&name, Lines::csv(&time.join(",")), json!({"requests": 0})));
    files
}

/// `2026-08-01_2026-08-31`.
pub fn span(month: usize) -> String {
    let (_, from, end) = MONTHS[month];
    format!("{}_{}", date(from), date(end - 1))
}

/// The four time columns of an OpenAI bucket.
pub fn bucket(day: i64) -> Cells {
    let (start, end) = (START_MS + day * DAY_MS, START_MS + (day + 1) * DAY_MS);
    let iso = |at| text(written(at, "%Y-%m-%dT%H:%M:%S+00:00"));
    vec![
        ("start_time", number(start / 1000)),
        ("end_time", number(end / 1000)),
        ("start_time_iso", iso(start)),
        ("end_time_iso", iso(end)),
    ]
}

fn in_month(day: i64, month: usize) -> bool {
    month_of(day) == month
}

/// OpenAI prints counts as floats.
fn float(value: i64) -> Cell {
    Cell::Raw(format!("{value}.0"))
}

fn sums(used: &[(&Key, &Used)]) -> serde_json::Value {
    let mut all = Used::default();
    for (_, u) in used {
        all.requests += u.requests;
        all.tokens.add(&u.tokens);
        all.list += u.list;
    }
    let mut t = tokens(&all.tokens);
    if let Some(fields) = t.as_object_mut() {
        fields.remove("reasoning");
    }
    json!({"requests": all.requests, "tokens": t, "list_nano": all.list})
}

fn completions(openai: &BTreeMap<Key, Used>, month: usize) -> File {
    let used: Vec<_> = openai.iter().filter(|(k, _)| in_month(k.day, month) && k.model != EMBEDDING).collect();
    let mut rows: Vec<Cells> = Vec::new();
    for (key, u) in &used {
        let t = &u.tokens;
        let mut cells = bucket(key.day);
        cells.extend([
            ("project_id", text(key.group)),
            ("num_model_requests", float(u.requests)),
            ("user_id", text(key.owner)),
            ("api_key_id", text(key.key)),
            ("model", text(key.model)),
            ("batch", text(if key.batch { "TRUE" } else { "FALSE" })),
            ("service_tier", text("default")),
            ("input_tokens", float(t.input())),
            ("output_tokens", float(t.output)),
            ("input_cached_tokens", float(t.read)),
            ("input_uncached_tokens", float(t.uncached)),
            ("input_text_tokens", float(t.uncached)),
            ("output_text_tokens", float(t.output)),
            ("input_cached_text_tokens", float(t.read)),
        ]);
        let others = [
            "input_audio_tokens",
            "input_cached_audio_tokens",
            "output_audio_tokens",
            "input_image_tokens",
            "input_cached_image_tokens",
            "output_image_tokens",
        ];
        cells.extend(others.map(|name| (name, float(0))));
        rows.push(cells);
    }
    let mut lines = Lines::csv(&rows.first().map(header).unwrap_or_default());
    let columns = Columns { number: "input_tokens", part: "input_cached_tokens", time: "", id: "" };
    let faults: &[(usize, Fault)] = match month {
        0 => &[],
        1 => &[(120, Fault::BadNumber)],
        _ => &[(90, Fault::ImpossibleTotal), (200, Fault::Negative)],
    };
    lines.fill(&rows, faults, &columns);
    File::new(&format!("openai-usage-csv/completions_usage_{}.csv", span(month)), lines, sums(&used))
}

/// Embeddings run on six days a week; the seventh is an idle bucket.
fn embeddings(openai: &BTreeMap<Key, Used>, month: usize) -> File {
    let used: Vec<_> = openai.iter().filter(|(k, _)| in_month(k.day, month) && k.model == EMBEDDING).collect();
    let (_, from, end) = MONTHS[month];
    let columns = ["project_id", "num_model_requests", "user_id", "api_key_id", "model", "input_tokens"];
    let mut idle = 0;
    let mut rows: Vec<Cells> = Vec::new();
    for day in from..end {
        let before = rows.len();
        for (key, u) in used.iter().filter(|(key, _)| key.day == day) {
            let values = [
                text(key.group),
                float(u.requests),
                text(key.owner),
                text(key.key),
                text(key.model),
                float(u.tokens.input()),
            ];
            rows.push(bucket(day).into_iter().chain(columns.into_iter().zip(values)).collect());
        }
        if rows.len() == before {
            idle += 1;
            rows.push(bucket(day).into_iter().chain(columns.map(|name| (name, Cell::Null))).collect());
        }
    }
    let mut lines = Lines::csv(&rows.first().map(header).unwrap_or_default());
    lines.fill(&rows, &[], &Columns { number: "", part: "", time: "", id: "" });
    let mut sums = sums(&used);
    sums["idle_buckets"] = json!(idle);
    File::new(&format!("openai-usage-csv/embeddings_usage_{}.csv", span(month)), lines, sums)
}

fn console(anthropic: &BTreeMap<Key, Used>, month: usize) -> File {
    let used: Vec<_> = anthropic.iter().filter(|(k, _)| in_month(k.day, month)).collect();
    let mut rows: Vec<Cells> = Vec::new();
    for (key, u) in &used {
        let t = &u.tokens;
        let mut cells: Cells = vec![
            ("usage_date_utc", text(date(key.day))),
            ("model_version", text(key.model)),
            ("api_key", text(key.key)),
            ("workspace", text(key.group)),
            ("usage_type", text("standard")),
            ("context_window", text("≤ 200k")),
            ("usage_input_tokens_no_cache", number(t.uncached)),
            ("usage_input_tokens_cache_write_5m", number(t.write_5m)),
            ("usage_input_tokens_cache_write_1h", number(t.write_1h)),
            ("usage_input_tokens_cache_read", number(t.read)),
            ("usage_output_tokens", number(t.output)),
            ("web_search_count", number(0)),
        ];
        // August is in the older header of 12 columns.
        if month > 0 {
            cells.extend([("inference_geo", text("global")), ("speed", Cell::Null)]);
        }
        rows.push(cells);
    }
    let mut lines = Lines::csv(&rows.first().map(header).unwrap_or_default());
    let columns = Columns { number: "usage_input_tokens_no_cache", part: "", time: "usage_date_utc", id: "" };
    let faults: &[(usize, Fault)] = match month {
        0 => &[(50, Fault::YearOne)],
        1 => &[(80, Fault::BadNumber)],
        _ => &[(70, Fault::Negative), (0, Fault::Truncated)],
    };
    lines.fill(&rows, faults, &columns);
    let name = MONTHS[month].0.replace('-', "_");
    File::new(&format!("anthropic-usage-csv/claude_api_tokens_{name}.csv"), lines, sums(&used))
}
