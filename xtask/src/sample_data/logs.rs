//! The logs that services of the company write, each in its own spelling.

use anyhow::Result;

use super::calendar::{MONTHS, berlin_offset, month_of, rfc3339, utc_day, written};
use super::cells::{Cell, Cells, Columns, Fault, Lines, dollars, header, number, score, some_text, text};
use super::files::File;
use super::planted::RESTART;
use super::price::{EMBEDDING, Provider};
use super::row::{Kind, Row};
use super::world::{FEATURES, Source, customer, hashed};

const TRACE: Columns =
    Columns { number: "input_tokens", part: "cached_input_tokens", time: "timestamp", id: "span_id" };

/// All log files.
pub fn files(seed: u64, rows: &[Row]) -> Result<Vec<File>> {
    let mut files = gateway(seed, rows)?;
    files.push(search(seed, rows)?);
    files.push(mapped(rows)?);
    files.push(eval(seed, rows)?);
    files.push(calls(rows)?);
    Ok(files)
}

fn of_source(rows: &[Row], source: Source) -> Vec<&Row> {
    rows.iter().filter(|row| row.in_logs && FEATURES[row.feature].source == source).collect()
}

fn gateway(seed: u64, rows: &[Row]) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for (month, (name, _, _)) in MONTHS.iter().enumerate() {
        let mut entries: Vec<(i64, &Row)> = Vec::new();
        for row in of_source(rows, Source::Gateway) {
            if month_of(utc_day(row.at)) == month {
                entries.push((row.at, row));
                if row.twice {
                    entries.push((RESTART, row));
                }
            }
        }
        entries.sort_by_key(|(at, row)| (*at, row.span));
        let mut cells = Vec::new();
        for (_, row) in &entries {
            cells.push(trace_cells(seed, row, true)?);
        }
        let at = first_prompt(&entries);
        let faults: &[(usize, Fault)] = match month {
            0 => &[(at, Fault::BadNumber)],
            1 => &[(at, Fault::ImpossibleTotal), (at, Fault::YearOne)],
            _ => &[(at, Fault::Negative), (at, Fault::Truncated)],
        };
        let mut lines = Lines::json();
        lines.fill(&cells, faults, &TRACE);
        let logged: Vec<&Row> = entries.iter().map(|(_, row)| *row).collect();
        files.push(File::log(&format!("trace-jsonl/gateway-{name}.jsonl.gz"), lines, &logged)?);
    }
    Ok(files)
}

/// A call with a prompt, some way into the file, of which a spoilt copy can be made.
fn first_prompt(entries: &[(i64, &Row)]) -> usize {
    let from = entries.len() / 3;
    entries.iter().skip(from).position(|(_, row)| row.charged()).map_or(0, |i| i + from)
}

fn search(seed: u64, rows: &[Row]) -> Result<File> {
    let logged = of_source(rows, Source::Search);
    let cells = logged.iter().map(|row| trace_cells(seed, row, false)).collect::<Result<Vec<_>>>()?;
    let mut lines = Lines::csv(&cells.first().map(header).unwrap_or_default());
    let faults = [
        (charged_from(&logged, 100), Fault::BadNumber),
        (charged_from(&logged, 300), Fault::ImpossibleTotal),
        (charged_from(&logged, 500), Fault::YearOne),
        (charged_from(&logged, 700), Fault::Negative),
        (0, Fault::Truncated),
    ];
    lines.fill(&cells, &faults, &TRACE);
    File::log("trace-csv/search-service.csv.gz", lines, &logged)
}

fn charged_from(rows: &[&Row], from: usize) -> usize {
    rows.iter().skip(from).position(|row| row.charged()).map_or(0, |i| i + from)
}

/// What the gateway's own price list made of a call; none for a deployment that it does not know.
pub fn recorded(row: &Row) -> Result<Option<i64>> {
    if row.deployment.is_some() || !row.is_call() { Ok(None) } else { row.list().map(Some) }
}

fn trace_cells(seed: u64, row: &Row, gateway: bool) -> Result<Cells> {
    let feature = &FEATURES[row.feature];
    let index = row.feature as u64;
    let environment = if row.staging { "staging" } else { "production" };
    let mut cells: Cells = vec![
        ("trace_id", text(format!("{:032x}", row.trace))),
        ("span_id", text(format!("{:016x}", row.span))),
        ("timestamp", text(rfc3339(row.at))),
    ];
    if !row.is_call() {
        cells.extend([
            ("environment", text(environment)),
            ("feature", text(feature.name)),
            ("team", text(feature.team)),
            ("customer", text(customer(row.customer))),
            ("latency_ms", number(row.latency)),
            ("status", text("ok")),
        ]);
        cells.extend(agent_cells(row));
        return Ok(cells);
    }
    let operation = match row.provider() {
        _ if row.model == EMBEDDING => "embeddings",
        Provider::Google => "generate_content",
        _ => "chat",
    };
    let t = &row.tokens;
    cells.extend([
        ("provider", text(row.provider().logged())),
        ("model", text(row.deployment.unwrap_or(row.model))),
        ("operation", text(operation)),
        ("prompt_name", text(format!("{}.main", feature.name))),
        ("prompt_version", text(format!("v{}", row.version))),
        ("environment", text(environment)),
        ("feature", text(feature.name)),
        ("team", text(feature.team)),
        ("customer", text(customer(row.customer))),
        ("user_id_hash", text(format!("{:016x}", hashed(&[seed, 5, row.user as u64])))),
        ("system_prompt_hash", text(format!("{:016x}", hashed(&[seed, 6, index, row.version.unsigned_abs()])))),
        ("prompt_hash", text(format!("{:016x}", row.prompt))),
        ("attempt", number(row.attempt)),
        ("input_tokens", number(t.input())),
        ("cached_input_tokens", number(t.read)),
        ("cache_write_tokens", number(t.written())),
        ("output_tokens", number(t.output)),
        ("reasoning_tokens", number(t.reasoning)),
        ("latency_ms", number(row.latency)),
        ("ttft_ms", row.first_token.map_or(Cell::Null, number)),
        ("status", text(if row.outcome.failed() { "error" } else { "ok" })),
        ("error_type", some_text(row.outcome.error_type())),
        ("finish_reason", some_text(row.outcome.finish())),
        ("cost_usd", recorded(row)?.map_or(Cell::Null, |nano| Cell::Raw(dollars(nano)))),
        ("user_feedback", if row.feedback == 0 { Cell::Null } else { number(row.feedback) }),
        ("eval_score", score(row.score)),
    ]);
    if gateway {
        if t.written() > 0 {
            cells.push(("cache_write_5m_tokens", number(t.write_5m)));
            cells.push(("cache_write_1h_tokens", number(t.write_1h)));
        }
        if feature.agent {
            cells.extend(agent_cells(row));
        } else if let Some(session) = row.session {
            cells.push(("session_id", text(format!("sess-{session:08x}"))));
        }
        if !row.blocks.is_empty() {
            let blocks: Vec<String> = row.blocks.iter().map(u64::to_string).collect();
            cells.push(("block_hashes", Cell::Raw(format!("[{}]", blocks.join(",")))));
        }
    }
    Ok(cells)
}

fn agent_cells(row: &Row) -> Cells {
    let mut cells: Cells = Vec::new();
    if let Some(session) = row.session {
        cells.push(("session_id", text(format!("sess-{session:08x}"))));
    }
    cells.push(("agent", text(FEATURES[row.feature].name)));
    let kind = match row.kind {
        Kind::Call => "llm",
        Kind::Chain => "chain",
        Kind::Tool(_) => "tool",
    };
    cells.push(("step_kind", text(kind)));
    if let Kind::Tool(name) = row.kind {
        cells.push(("tool", text(name)));
    }
    if let Some(parent) = row.parent {
        cells.push(("parent_id", text(format!("{parent:016x}"))));
    }
    cells
}

/// The invoice reader: other names, seconds since 1970, cached tokens inside `in_tok`.
fn mapped(rows: &[Row]) -> Result<File> {
    let logged = of_source(rows, Source::Mapped);
    let mut cells: Vec<Cells> = Vec::new();
    for row in &logged {
        cells.push(vec![
            ("req_id", text(format!("rq_{:016x}", row.span))),
            ("ts", number(row.at / 1000)),
            ("llm", text(row.model)),
            ("svc", text(FEATURES[row.feature].name)),
            ("dept", text(FEATURES[row.feature].team)),
            ("client", text(customer(row.customer))),
            ("stage", text(if row.staging { "stg" } else { "prd" })),
            ("in_tok", number(row.tokens.input())),
            ("cached", number(row.tokens.read)),
            ("out_tok", number(row.tokens.output)),
            ("usd", Cell::Raw(dollars(row.list()?))),
            ("ms", number(row.latency)),
            ("try", number(row.attempt)),
            ("err", some_text(row.outcome.error_type())),
        ]);
    }
    let mut lines = Lines::csv(&cells.first().map(header).unwrap_or_default());
    let columns = Columns { number: "in_tok", part: "", time: "ts", id: "req_id" };
    let faults = [(40, Fault::BadNumber), (110, Fault::YearOne), (180, Fault::Negative), (0, Fault::Truncated)];
    lines.fill(&cells, &faults, &columns);
    File::log("mapped/invoice-extract.csv", lines, &logged)
}

fn eval(seed: u64, rows: &[Row]) -> Result<File> {
    let logged = of_source(rows, Source::Eval);
    let mut cells: Vec<Cells> = Vec::new();
    for row in &logged {
        let system = hashed(&[seed, 6, row.feature as u64, row.version.unsigned_abs()]);
        let finish = if row.outcome.failed() { "error" } else { row.outcome.finish() };
        cells.push(vec![
            ("trace_id", text(format!("{:032x}", row.trace))),
            ("timestamp", text(rfc3339(row.at))),
            ("model", text(row.model)),
            ("prompt_version", text(format!("v{}", row.version))),
            ("environment", text(if row.staging { "staging" } else { "production" })),
            ("feature", text(FEATURES[row.feature].name)),
            ("system_prompt_hash", text(format!("{system:016x}"))),
            ("input_tokens", number(row.tokens.input())),
            ("user_message_length", number(80 + i64::try_from(row.prompt % 1900).unwrap_or(0))),
            ("output_tokens", number(row.tokens.output)),
            ("latency_ms", number(row.latency)),
            ("finish_reason", text(finish)),
            ("cost_usd", Cell::Raw(dollars(row.list()?))),
            ("user_feedback", if row.feedback == 0 { Cell::Null } else { number(row.feedback) }),
            ("automated_eval_score", score(row.score)),
        ]);
    }
    let mut lines = Lines::json();
    let columns = Columns { number: "input_tokens", part: "", time: "timestamp", id: "trace_id" };
    let faults = [(70, Fault::BadNumber), (170, Fault::YearOne), (270, Fault::Negative), (0, Fault::Truncated)];
    lines.fill(&cells, &faults, &columns);
    File::log("inhouse-eval/chat-assist.jsonl", lines, &logged)
}

/// The meeting notes service writes Berlin's clock without saying so.
fn calls(rows: &[Row]) -> Result<File> {
    let logged = of_source(rows, Source::Calls);
    let mut cells: Vec<Cells> = Vec::new();
    for row in &logged {
        let t = &row.tokens;
        cells.push(vec![
            ("timestamp", text(written(row.at + berlin_offset(row.at), "%Y-%m-%d %H:%M:%S%.3f"))),
            ("provider", text(row.provider().name())),
            ("model", text(row.model)),
            ("operation", text("generate_content")),
            ("prompt_tokens", number(t.input())),
            ("completion_tokens", number(t.output)),
            ("total_tokens", number(t.input() + t.output)),
            ("latency_ms", number(row.latency)),
            ("cost_usd", Cell::Raw(dollars(row.list()?))),
            ("error", some_text(row.outcome.error_type())),
        ]);
    }
    let mut lines = Lines::csv(&cells.first().map(header).unwrap_or_default());
    let columns = Columns { number: "prompt_tokens", part: "total_tokens", time: "timestamp", id: "" };
    let faults = [
        (40, Fault::BadNumber),
        (90, Fault::ImpossibleTotal),
        (140, Fault::YearOne),
        (190, Fault::Negative),
        (0, Fault::Truncated),
    ];
    lines.fill(&cells, &faults, &columns);
    File::log("inhouse-calls/meeting-notes.csv", lines, &logged)
}
