//! Cost exports: usage times the price of the day, with what a contract, a batch, a tax and a credit make of it.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::calendar::{MONTHS, date, month_of};
use super::cells::{Cell, Cells, Columns, Fault, Lines, header, text};
use super::draw::Draw;
use super::files::File;
use super::planted::{CREDIT, TAX};
use super::price::{CONTRACT, CONTRACT_PERMILLE, GPT_41, HAIKU, Provider, SONNET, rate};
use super::row::{Row, Tokens};
use super::usage::{Key, Used, bucket, span};
use super::world::{COMPANY, OPENAI_ORGANISATION};

/// A billed line before it is written.
#[derive(Clone, Debug)]
pub struct Line {
    pub day: i64,
    pub group: &'static str,
    pub key: &'static str,
    /// What is billed: a line item, or a token kind.
    pub item: String,
    pub model: &'static str,
    /// Exact amount, nano-dollars.
    pub exact: i64,
    /// As printed: Anthropic prints cents.
    pub billed: i64,
}

/// What a row takes off its list price because it went through the batch interface.
pub fn batch_discount(row: &Row) -> Result<i64> {
    if row.batch { Ok(row.list()? / 2) } else { Ok(0) }
}

/// What the contract for gpt-4.1 takes off.
pub fn contract_discount(row: &Row) -> Result<i64> {
    let covered = row.model == GPT_41 && row.billed_day() >= CONTRACT;
    if covered { Ok(row.list()? * (1000 - CONTRACT_PERMILLE) / 1000) } else { Ok(0) }
}

/// OpenAI's lines: a day, project, model and kind of token each, then tax and credit.
pub fn openai(used: &BTreeMap<Key, Used>) -> Result<Vec<Line>> {
    let mut amounts: BTreeMap<(i64, &'static str, &'static str, usize), i64> = BTreeMap::new();
    for (key, u) in used {
        let price = rate(key.model, key.day, 0)?;
        let t = &u.tokens;
        let kinds = [t.uncached * price.input, t.read * price.cached, t.output * price.output];
        for (kind, list) in kinds.into_iter().enumerate() {
            let permille = if key.model == GPT_41 && key.day >= CONTRACT { CONTRACT_PERMILLE } else { 1000 };
            let amount = list * permille / 1000 / if key.batch { 2 } else { 1 };
            *amounts.entry((key.day, key.group, key.model, kind)).or_default() += amount;
        }
    }
    let mut lines = Vec::new();
    for ((day, group, model, kind), exact) in amounts {
        if exact > 0 {
            let item = format!("{model}, {}", ["input", "cached input", "output"][kind]);
            lines.push(Line { day, group, key: "", item, model, exact, billed: exact });
        }
    }
    for ((day, exact), item) in [(TAX, "Tax"), (CREDIT, "Service credit")] {
        let line = Line { day, group: "", key: "", item: item.to_owned(), model: "", exact, billed: exact };
        lines.push(line);
    }
    lines.sort_by_key(|line| line.day);
    Ok(lines)
}

/// Anthropic's lines: a day, model, workspace, key and kind of token each, rounded to cents.
pub fn anthropic(used: &BTreeMap<Key, Used>) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (key, u) in used {
        let price = rate(key.model, key.day, 0)?;
        let t: &Tokens = &u.tokens;
        let kinds = [
            ("input_no_cache", t.uncached * price.input),
            ("input_cache_read", t.read * price.cached),
            ("input_cache_write_5m", t.write_5m * price.write_5m),
            ("input_cache_write_1h", t.write_1h * price.write_1h),
            ("output", t.output * price.output),
        ];
        for (item, exact) in kinds.into_iter().filter(|(_, exact)| *exact > 0) {
            let billed = (exact + 5_000_000) / 10_000_000 * 10_000_000;
            let (day, group, name, model) = (key.day, key.group, key.key, key.model);
            lines.push(Line { day, group, key: name, item: item.to_owned(), model, exact, billed });
        }
    }
    Ok(lines)
}

/// All cost exports.
pub fn files(seed: u64, openai: &[Line], anthropic: &[Line]) -> Vec<File> {
    let mut files = Vec::new();
    for month in 0..MONTHS.len() {
        files.push(openai_file(seed, &of_month(openai, month), month));
        files.push(anthropic_file(&of_month(anthropic, month), month));
    }
    files
}

fn of_month(lines: &[Line], month: usize) -> Vec<&Line> {
    lines.iter().filter(|line| month_of(line.day) == month).collect()
}

fn sums(lines: &[&Line]) -> serde_json::Value {
    let billed: i64 = lines.iter().map(|line| line.billed).sum();
    let exact: i64 = lines.iter().map(|line| line.exact).sum();
    json!({"billed_nano": billed, "unrounded_nano": exact})
}

/// Nano-dollars as OpenAI prints them: 16 decimals, some with the noise of a binary float below the pico-dollar.
fn long_tail(nano: i64, draw: &mut Draw) -> String {
    let noise = if draw.chance(250) { draw.within(-4, 5) } else { 0 };
    let units = i128::from(nano) * 10_000_000 + i128::from(noise);
    let sign = if units < 0 { "-" } else { "" };
    format!("{sign}{}.{:016}", units.abs() / 10_000_000_000_000_000, units.abs() % 10_000_000_000_000_000)
}

fn openai_file(seed: u64, lines: &[&Line], month: usize) -> File {
    let mut draw = Draw::new(seed, 110, month as u64);
    let mut rows: Vec<Cells> = Vec::new();
    for line in lines {
        let mut cells = bucket(line.day);
        cells.extend([
            ("amount_value", Cell::Raw(long_tail(line.billed, &mut draw))),
            ("amount_currency", text("usd")),
            ("line_item", text(line.item.clone())),
            ("project_id", text(line.group)),
            ("organization_id", text(OPENAI_ORGANISATION)),
            ("organization_name", text(COMPANY)),
        ]);
        rows.push(cells);
    }
    let mut out = Lines::csv(&rows.first().map(header).unwrap_or_default());
    let columns = Columns { number: "amount_value", part: "", time: "", id: "" };
    let faults: &[(usize, Fault)] = match month {
        0 => &[],
        1 => &[(200, Fault::BadNumber)],
        _ => &[(0, Fault::Truncated)],
    };
    out.fill(&rows, faults, &columns);
    File::new(&format!("openai-cost-csv/cost_{}.csv", span(month)), out, sums(lines))
}

fn anthropic_file(lines: &[&Line], month: usize) -> File {
    let mut rows: Vec<Cells> = Vec::new();
    for line in lines {
        let shown = match line.model {
            SONNET => "Claude Sonnet 4.5",
            HAIKU => "Claude Haiku 4.5",
            _ => "Claude Opus 4.5",
        };
        let cents = line.billed / 10_000_000;
        let mut cells: Cells = vec![
            ("usage_date_utc", text(date(line.day))),
            ("model", text(shown)),
            ("workspace", text(line.group)),
            ("api_key", text(line.key)),
            ("usage_type", text("message")),
            ("context_window", text("≤ 200k")),
            ("token_type", text(line.item.clone())),
            ("cost_usd", Cell::Raw(format!("{}.{:02}", cents / 100, cents % 100))),
            ("cost_type", text("token")),
        ];
        if month > 0 {
            cells.extend([("inference_geo", text("global")), ("speed", Cell::Null)]);
        }
        rows.push(cells);
    }
    let mut out = Lines::csv(&rows.first().map(header).unwrap_or_default());
    let columns = Columns { number: "cost_usd", part: "", time: "usage_date_utc", id: "" };
    let faults: &[(usize, Fault)] = match month {
        0 => &[(100, Fault::YearOne)],
        1 => &[(150, Fault::BadNumber)],
        _ => &[(0, Fault::Truncated)],
    };
    out.fill(&rows, faults, &columns);
    let (_, from, end) = MONTHS[month];
    let name = format!("{}_to_{}", date(from), date(end - 1)).replace('-', "_");
    File::new(&format!("anthropic-cost-csv/claude_api_cost_{name}.csv"), out, sums(lines))
}

/// Sum of a provider's billed lines in a month, nano-dollars.
pub fn billed(lines: &[Line], month: usize) -> i64 {
    of_month(lines, month).iter().map(|line| line.billed).sum()
}

/// What rounding to cents added in a month, nano-dollars.
pub fn rounding(lines: &[Line], month: usize) -> i64 {
    of_month(lines, month).iter().map(|line| line.billed - line.exact).sum()
}

/// The providers that send a bill.
pub const BILLERS: [Provider; 2] = [Provider::OpenAi, Provider::Anthropic];
