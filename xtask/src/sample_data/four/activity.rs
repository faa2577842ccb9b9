//! OpenAI's older activity export, of November 2024: the first models that the company tried.

use anyhow::Result;

use super::super::draw::Draw;
use super::super::price::{EMBEDDING, GPT_4O};
use super::super::row::Tokens;
use super::rates::{GPT_4O_MINI, rate};
use super::sheet::{Columns, Sheet, spoilt};
use super::truth;
use super::world::ORGANISATION;

/// 2024-11-01T00:00:00Z, in seconds; a Friday.
const START: i64 = 1_730_419_200;
const DAYS: i64 = 30;
/// A topic that no other draws have.
const TOPIC: u64 = 450;

const COLUMNS: Columns = Columns(&[
    "organization_id",
    "organization_name",
    "operation",
    "n_context_tokens_total",
    "n_generated_tokens_total",
    "api_key_id",
    "api_key_name",
    "api_key_redacted",
    "api_key_type",
    "project_id",
    "project_name",
    "request_type",
    "n_cached_context_tokens_total",
    "n_context_audio_tokens_total",
    "n_generated_audio_tokens_total",
    "usage_type",
    "model",
    "timestamp",
    "user",
    "num_requests",
    "num_images",
    "image_size",
    "num_characters",
]);

/// The export, and what its usage costs at list price.
pub fn sheet(seed: u64) -> Result<(Sheet, i64)> {
    let mut sheet = Sheet::new("openai-activity-csv/activity-2024-11-01-2024-11-30.csv");
    sheet.line(&COLUMNS.header());
    let (mut all, mut requests, mut list, mut last) = (Tokens::default(), 0, 0, String::new());
    for on in 0..DAYS {
        let mut draw = Draw::new(seed, TOPIC, on.unsigned_abs());
        if on % 7 == 1 || on % 7 == 2 {
            continue;
        }
        for (model, usual, answer) in [(GPT_4O, 40_000, 3_000), (GPT_4O_MINI, 120_000, 9_000), (EMBEDDING, 200_000, 0)]
        {
            let input = draw.spread(usual);
            let output = if answer > 0 { draw.spread(answer) } else { 0 };
            let read = if answer > 0 { input / 4 / 128 * 128 } else { 0 };
            let tokens = Tokens { uncached: input - read, read, output, ..Tokens::default() };
            let count = draw.within(2, 9);
            let line = row(model, on, &tokens, count)?;
            sheet.row(&line);
            match (on, model) {
                (10, GPT_4O) => {
                    let (from, to) = (format!("completion,{input}.0"), "completion,-512.0");
                    sheet.bad(&spoilt(&line, &from, to)?, "negative number");
                }
                (17, GPT_4O_MINI) => {
                    // The cached part is larger than the whole.
                    let (from, to) = (format!(",{read}.0,0.0,0.0,text"), ",999999999.0,0.0,0.0,text");
                    sheet.bad(&spoilt(&line, &from, to)?, "impossible total");
                }
                _ => {}
            }
            all.add(&tokens);
            requests += count;
            list += rate(model, false)?.cost(&tokens);
            last = line;
        }
    }
    sheet.cut(&last, 60);
    sheet.sums = truth::counted(&all, requests, list);
    Ok((sheet, list))
}

fn row(model: &str, on: i64, tokens: &Tokens, count: i64) -> Result<String> {
    let float = |value: i64| format!("{value}.0");
    let embedding = model == EMBEDDING;
    let mut cells = vec![
        ("organization_id", ORGANISATION.to_owned()),
        ("organization_name", "Saltmarsh Supply".to_owned()),
        ("operation", if embedding { "embeddings" } else { "completion" }.to_owned()),
        ("n_context_tokens_total", float(tokens.input())),
        ("api_key_id", "key_SMFirstTrials001".to_owned()),
        ("api_key_name", "first-trials".to_owned()),
        ("api_key_redacted", "redacted".to_owned()),
        ("api_key_type", "project".to_owned()),
        ("project_id", "proj_SMTrials0000000000000009".to_owned()),
        ("project_name", "Trials".to_owned()),
        ("usage_type", "text".to_owned()),
        ("model", model.to_owned()),
        ("timestamp", (START + on * 86_400).to_string()),
        ("user", "trials-service".to_owned()),
        ("num_requests", count.to_string()),
    ];
    if !embedding {
        cells.extend([
            ("n_generated_tokens_total", float(tokens.output)),
            ("n_cached_context_tokens_total", float(tokens.read)),
            ("n_context_audio_tokens_total", float(0)),
            ("n_generated_audio_tokens_total", float(0)),
        ]);
    }
    COLUMNS.line(&cells)
}
