//! SOURCES.md: where the sample comes from, and what is in it.

use std::fmt::Write;

use anyhow::Result;

use super::calendar::{DAYS, MONTHS, date};
use super::cells::dollars;
use super::price::{GEMINI_PRO, GPT_56_SOL, MODELS, Provider, rate};
use super::truth::World;
use super::world::{COMPANY, FEATURES, Source, ZONE};

/// The page.
pub fn page(world: &World<'_>) -> Result<String> {
    let mut page = String::new();
    intro(&mut page, world.seed)?;
    files(&mut page, world)?;
    months(&mut page, world)?;
    planted(&mut page, world)?;
    features(&mut page)?;
    prices(&mut page)?;
    Ok(page)
}

fn intro(page: &mut String, seed: u64) -> Result<()> {
    write!(
        page,
        "# The sample company\n\n\
         `cargo xtask sample-data --seed {seed}` wrote everything here: {COMPANY}, an imaginary company in {ZONE}, from \
         {} to {}. No row comes from anybody's account; column names follow what the providers export. The same seed \
         gives the same rows. `truth.json` holds every total as a whole number (nano-dollars, tokens).\n\n\
         Who tells what:\n\n\
         - OpenAI and Anthropic send usage and cost exports; what they charged for is the calls in the logs, but for the \
         differences below. Days on them are UTC days.\n\
         - Google sends no invoice here: its calls are in the gateway's log and in two small services' own logs, each call \
         in one place only.\n\
         - No call is in two logs. `trace-jsonl` is the gateway; `trace-csv` the search team's service (OpenAI); `mapped` \
         the invoice reader (OpenAI) with column names of its own; `inhouse-eval` and `inhouse-calls` use Google.\n\
         - In all logs the input includes cached and cache-written tokens, and the output includes reasoning. In `mapped`, \
         `ts` is in seconds. `inhouse-calls` writes Berlin's clock without a zone, and no feature.\n\
         - `block_hashes` (support-reply) are chained hashes of blocks of 4,096 tokens; the last block may be shorter.\n\
         - The cost in a log is the list price of the day, at the standard tier.\n",
        date(0),
        date(DAYS - 1)
    )?;
    Ok(())
}

fn files(page: &mut String, world: &World<'_>) -> Result<()> {
    write!(page, "\n## Files\n\n| file | rows | good | broken (line: why) |\n|---|---|---|---|\n")?;
    for file in world.files {
        let broken: Vec<String> = file.broken.iter().map(|b| format!("{}: {}", b.line, b.fault.name())).collect();
        let rows = file.good + file.broken.len() as u64;
        writeln!(page, "| `{}` | {rows} | {} | {} |", file.path, file.good, broken.join("; "))?;
    }
    write!(
        page,
        "\nA broken row is a spoilt copy of a good one beside it, so that the good rows add up without it. Lines count from \
         1, the header with them. `images_usage` is a period without usage: four columns and no row. August's Anthropic \
         files have the older headers (12 and 9 columns). Days without embeddings are idle buckets, as rows with nothing but the times.\n"
    )?;
    Ok(())
}

fn months(page: &mut String, world: &World<'_>) -> Result<()> {
    write!(
        page,
        "\n## Months\n\nOpenAI and Anthropic as billed, Google's logged calls at list price (UTC days), US dollars.\n\n\
         | month | OpenAI | Anthropic | Google | total | logged calls |\n|---|---|---|---|---|---|\n"
    )?;
    let truth = world.truth()?;
    for (name, _, _) in MONTHS {
        let month = &truth["headline"]["utc"][name];
        let sum = |key: &str| month[key].as_i64().map(dollars).unwrap_or_default();
        let calls: i64 =
            Provider::ALL.iter().filter_map(|p| truth["logs"]["utc"][name][p.name()]["calls"].as_i64()).sum();
        writeln!(
            page,
            "| {name} | {} | {} | {} | {} | {calls} |",
            sum("openai_billed_nano"),
            sum("anthropic_billed_nano"),
            sum("google_list_nano"),
            sum("total_nano")
        )?;
    }
    Ok(())
}

fn planted(page: &mut String, world: &World<'_>) -> Result<()> {
    write!(
        page,
        "\n## Planted on purpose\n\nList prices unless it says billed; ids and exact amounts are in `truth.json`.\n\n"
    )?;
    for fact in world.facts {
        let when = if fact.from == fact.to {
            date(fact.from)
        } else if fact.to - fact.from >= DAYS - 1 {
            "all three months".to_owned()
        } else {
            format!("{} to {}", date(fact.from), date(fact.to))
        };
        writeln!(page, "- **{}** ({when}): {}.", fact.id.replace('_', " "), fact.what)?;
    }
    Ok(())
}

fn features(page: &mut String) -> Result<()> {
    write!(page, "\n## Features\n\n| feature | team | models | log |\n|---|---|---|---|\n")?;
    for feature in &FEATURES {
        let models: Vec<&str> = feature.models.iter().map(|(model, _)| *model).collect();
        let log = match feature.source {
            Source::Gateway => "trace-jsonl",
            Source::Search => "trace-csv",
            Source::Mapped => "mapped",
            Source::Eval => "inhouse-eval",
            Source::Calls => "inhouse-calls",
            Source::None => "none",
        };
        writeln!(page, "| {} | {} | {} | {log} |", feature.name, feature.team, models.join(", "))?;
    }
    Ok(())
}

fn prices(page: &mut String) -> Result<()> {
    write!(
        page,
        "\n## Prices\n\nUSD per million tokens, as list prices stood on these days (checked against genai-prices 0.2.3, \
         MIT).\n\n| model | from | input | cached | write 5m | write 1h | output |\n|---|---|---|---|---|---|---|\n"
    )?;
    let mut row = |name: &str, from: i64, model: &str, prompt: i64| -> Result<()> {
        let r = rate(model, from, prompt)?;
        let usd = |nano: i64| if nano == 0 { String::new() } else { dollars(nano * 1_000_000) };
        let cells = [r.input, r.cached, r.write_5m, r.write_1h, r.output].map(usd);
        writeln!(page, "| {name} | {} | {} |", date(from), cells.join(" | "))?;
        Ok(())
    };
    for model in MODELS {
        row(model, 0, model, 0)?;
        if model == GPT_56_SOL {
            row(model, super::price::PRICE_CUT, model, 0)?;
        }
        if model == GEMINI_PRO {
            row("gemini-2.5-pro, prompt over 200,000", 0, model, 200_001)?;
        }
    }
    Ok(())
}
