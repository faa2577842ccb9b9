//! SOURCES.md of the second company.

use std::fmt::Write;

use anyhow::Result;

use super::super::calendar::date;
use super::super::cells::dollars;
use super::calls::{END, FROM};
use super::rates::rate;
use super::sheet::Sheet;
use super::truth::Account;
use super::world::{COMPANY, FOLDER, LANES, ZONE};

/// The page.
pub fn page(seed: u64, sheets: &[Sheet], accounts: &[Account], november: i64) -> Result<String> {
    let mut page = String::new();
    write!(
        page,
        "# The second sample company\n\n\
         `cargo xtask sample-data --seed {seed}` wrote everything here: {COMPANY}, an imaginary wholesaler in {ZONE}, \
         from {} to {}, that buys models from OpenAI and Anthropic directly and from the clouds of Amazon, Microsoft and \
         Google. No row comes from anybody's account; names of columns and keys follow what is exported. The same seed \
         gives the same rows. `truth.json` holds every total as a whole number (nano-dollars, tokens). To look at it: \
         `outlay --ledger DIR sample sample-data/{FOLDER}`.\n\n\
         All files tell the same drawn calls, each its part:\n\n\
         - **OpenAI** and **Anthropic** answer over their usage and cost interfaces for the whole month; the own logs are \
         the results of nightly batches, at half the list price, and nothing logs the daytime calls. Nothing runs on \
         Sundays: those buckets are there without results. Every batch's own object stands before its results.\n\
         - **Amazon Bedrock** is billed to two accounts: one by a cost and usage report, with the invocation log of its \
         calls; the other by a FOCUS export, without logs. Each bill has a tax line.\n\
         - **Azure OpenAI** is billed by cost details; the calls are an agent's, in OpenTelemetry traces with a retriever \
         and a tool between them. Every fourth trace repeats its tokens on the agent's span, and one trace was exported \
         twice.\n\
         - **Vertex AI** is billed by the export to BigQuery, with one credit; the calls are in Phoenix, two spans of which \
         were saved twice. A credit counts as a row of its own.\n\
         - `openai-activity-csv` is of November 2024, from OpenAI's older dashboard: usage without a bill, {} US dollars \
         at the list prices of then.\n\n\
         Lines about other services (storage, machines, an invoice's tax, a health check) are left out by readers.\n",
        date(FROM),
        date(END - 1),
        dollars(november)
    )?;
    write!(
        page,
        "\n## Files\n\n| file | rows | good | twice | left out | broken (line: why) |\n|---|---|---|---|---|---|\n"
    )?;
    for sheet in sheets {
        let broken: Vec<String> = sheet.broken.iter().map(|(line, fault)| format!("{line}: {fault}")).collect();
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            sheet.path,
            sheet.rows(),
            sheet.good,
            sheet.duplicates,
            sheet.left_out,
            broken.join("; ")
        )?;
    }
    write!(
        page,
        "\nA broken row is a spoilt copy of a good one beside it, so that the good rows add up without it. Lines count \
         from 1, the header with them.\n\n\
         ## October 2026\n\nAs billed, US dollars, and what own logs tell of it at list price.\n\n\
         | provider | account | billed | logged calls | their list price |\n|---|---|---|---|---|\n"
    )?;
    for account in accounts {
        let told = |key: &str| account.logs[key].as_i64();
        writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            account.vendor.provider(),
            account.vendor.account(),
            dollars(account.total),
            told("calls").map(|calls| calls.to_string()).unwrap_or_default(),
            told("list_nano").map(dollars).unwrap_or_default()
        )?;
    }
    let total: i64 = accounts.iter().map(|account| account.total).sum();
    writeln!(page, "| all | | {} | | |", dollars(total))?;
    write!(
        page,
        "\n## Programs\n\nPrices in USD per million tokens, at the standard tier (checked against genai-prices 0.2.3, MIT).\n\n\
         | program | team | model | input | cached | written | output | |\n|---|---|---|---|---|---|---|---|\n"
    )?;
    for lane in &LANES {
        let price = rate(lane.model, false)?;
        let usd = |nano: i64| if nano == 0 { String::new() } else { dollars(nano * 1_000_000) };
        let prices = [price.input, price.cached, price.write_5m, price.output].map(usd);
        let how = if lane.batch { "batch" } else { "" };
        writeln!(page, "| {} | {} | {} | {} | {how} |", lane.feature, lane.team, lane.model, prices.join(" | "))?;
    }
    write!(
        page,
        "\nThe agent's last call of a run goes to gpt-4.1-mini-2025-04-14. Prompts of gemini-2.5-pro over 200,000 tokens \
         cost 2.5 and 15.\n"
    )?;
    Ok(page)
}
