//! The planted facts, with the ids and dollars that the rows really came to.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::bill::{batch_discount, contract_discount};
use super::calendar::{berlin_day, date, day, month_of, rfc3339, utc_day};
use super::cells::dollars;
use super::planted::{
    CREDIT, DEPLOYMENT, DEPLOYMENT_DAYS, LATE, MISSING_DAY, MONTH_CUT, RESTART, SPIKE, SPIKE_DAY, TAX, in_loop,
};
use super::price::{CONTRACT, GPT_41, GPT_56_SOL, HAIKU, PRICE_CUT, Provider, Rate, SONNET, rate};
use super::row::{Outcome, Row};
use super::traffic::OUTAGE;
use super::world::{
    BLOCK_TOKENS, CODE_REVIEW, DOC_TAGGING, FEATURES, LEAD_SCORE, NOTEBOOK, PREFIX_BLOCKS, SQL_COPILOT, SUPPORT_REPLY,
    TICKET_TRIAGE, UPGRADE, WORSE_PROMPT,
};

/// One planted fact.
pub struct Fact {
    pub id: &'static str,
    /// First and last day.
    pub from: i64,
    pub to: i64,
    pub what: String,
    pub detail: Value,
}

/// Sum of list prices of the rows that match.
fn list(rows: &[Row], matches: impl Fn(&Row) -> bool) -> Result<(i64, i64)> {
    let mut sum = (0, 0);
    for row in rows.iter().filter(|row| row.charged() && matches(row)) {
        sum.0 += 1;
        sum.1 += row.list()?;
    }
    Ok(sum)
}

/// What the rows would have cost at one fixed rate.
fn at_rate(rows: &[Row], price: Rate, matches: impl Fn(&Row) -> bool) -> i64 {
    rows.iter().filter(|row| row.charged() && matches(row)).map(|row| price.cost(&row.tokens)).sum()
}

fn mean(sum: i64, n: i64) -> i64 {
    if n == 0 { 0 } else { sum / n }
}

/// All facts.
pub fn all(rows: &[Row]) -> Result<Vec<Fact>> {
    let mut facts = vec![spike(rows)?, price_cut(rows)?, upgrade(rows)?, worse_prompt(rows)?, stable_prefix(rows)?];
    facts.extend([easy_calls(rows)?, repeats(rows)?, outage(rows)?, retries(rows)?]);
    facts.extend(differences(rows)?);
    Ok(facts)
}

fn spike(rows: &[Row]) -> Result<Fact> {
    let (calls, nano) = list(rows, in_loop)?;
    let day_before = SPIKE_DAY - 1;
    let (_, usual) = list(rows, |row| row.feature == CODE_REVIEW && berlin_day(row.at) == day_before)?;
    let (_, whole) = list(rows, |row| row.in_logs && berlin_day(row.at) == SPIKE_DAY)?;
    let row = rows.iter().find(|row| in_loop(row)).context("the loop has no rows")?;
    Ok(Fact {
        id: "spike",
        from: SPIKE_DAY,
        to: SPIKE_DAY,
        what: format!(
            "code-review reads its own reviews again: {calls} calls in {} traces of {}, prompts six times as long, ${}; \
             the day before the feature cost ${}",
            SPIKE.0,
            SPIKE.1,
            dollars(nano),
            dollars(usual)
        ),
        detail: json!({"feature": "code-review", "model": row.model, "calls": calls, "nano": nano,
            "feature_day_before_nano": usual, "all_logged_that_day_nano": whole,
            "first_trace_id": format!("{:032x}", row.trace)}),
    })
}

fn price_cut(rows: &[Row]) -> Result<Fact> {
    let sol = |row: &Row| row.model == GPT_56_SOL && row.in_logs;
    let after = |row: &Row| sol(row) && (PRICE_CUT..31).contains(&utc_day(row.at));
    let old = rate(GPT_56_SOL, 0, 0)?;
    let (calls, nano) = list(rows, after)?;
    let (_, october) = list(rows, |row| sol(row) && month_of(utc_day(row.at)) == 2)?;
    let october_old = at_rate(rows, old, |row| sol(row) && month_of(utc_day(row.at)) == 2);
    let before = at_rate(rows, old, after);
    Ok(Fact {
        id: "price_change",
        from: PRICE_CUT,
        to: PRICE_CUT,
        what: format!(
            "gpt-5.6-sol falls from 5/0.5/30 to 4/0.4/20 USD per million tokens (input/cached/output); the {calls} logged \
             calls of 21 to 31 August cost ${}, at the old price ${}",
            dollars(nano),
            dollars(before)
        ),
        detail: json!({"model": GPT_56_SOL, "feature": "research-agent", "august_calls": calls, "august_nano": nano,
            "august_at_old_price_nano": before, "october_nano": october, "october_at_old_price_nano": october_old}),
    })
}

fn upgrade(rows: &[Row]) -> Result<Fact> {
    let moved = |row: &Row| row.feature == TICKET_TRIAGE && berlin_day(row.at) >= UPGRADE && row.in_logs;
    let (calls, nano) = list(rows, moved)?;
    let before = at_rate(rows, rate(HAIKU, 0, 0)?, moved);
    Ok(Fact {
        id: "model_upgrade",
        from: UPGRADE,
        to: UPGRADE,
        what: format!(
            "ticket-triage moves from {HAIKU} to {SONNET} (prompt v11 to v12): its {calls} logged calls since then cost \
             ${}, on Haiku ${}; scores rise by about 0.04",
            dollars(nano),
            dollars(before)
        ),
        detail: json!({"feature": "ticket-triage", "from_model": HAIKU, "to_model": SONNET, "calls": calls,
            "nano": nano, "at_old_model_nano": before}),
    })
}

fn worse_prompt(rows: &[Row]) -> Result<Fact> {
    let mut sides = Vec::new();
    for version in [6, 7] {
        let of: Vec<&Row> =
            rows.iter().filter(|row| row.feature == SQL_COPILOT && row.version == version && row.charged()).collect();
        let good: Vec<i64> = of.iter().filter_map(|row| row.score).collect();
        let (calls, scored) = (of.len() as i64, good.len() as i64);
        let input: i64 = of.iter().map(|row| row.tokens.input()).sum();
        let nano = of.iter().map(|row| row.list()).sum::<Result<i64>>()?;
        sides.push(json!({"version": format!("v{version}"), "calls": calls, "scored": scored,
            "score_sum_1e4": good.iter().sum::<i64>(), "mean_score_1e4": mean(good.iter().sum(), scored),
            "mean_input_tokens": mean(input, calls), "nano": nano}));
    }
    let at = |i: usize, key: &str| sides[i][key].as_i64().unwrap_or(0);
    Ok(Fact {
        id: "worse_prompt_version",
        from: WORSE_PROMPT,
        to: WORSE_PROMPT,
        what: format!(
            "sql-copilot.main goes from v6 to v7: mean score {} to {} ten-thousandths ({} and {} scored), mean prompt {} \
             to {} tokens",
            at(0, "mean_score_1e4"),
            at(1, "mean_score_1e4"),
            at(0, "scored"),
            at(1, "scored"),
            at(0, "mean_input_tokens"),
            at(1, "mean_input_tokens")
        ),
        detail: json!({"prompt_name": "sql-copilot.main", "feature": "sql-copilot", "versions": sides}),
    })
}

/// What a cache with a time to live would have made of the manual that every support-reply prompt begins with.
fn stable_prefix(rows: &[Row]) -> Result<Fact> {
    let price = rate(SONNET, 0, 0)?;
    let prefix = PREFIX_BLOCKS * BLOCK_TOKENS;
    let support: Vec<&Row> =
        rows.iter().filter(|row| row.feature == SUPPORT_REPLY && row.charged() && row.in_logs).collect();
    let with = |ttl: i64, write: i64| -> (i64, i64) {
        let (mut hits, mut nano) = (0, 0);
        let mut last: Option<&Row> = None;
        for &row in &support {
            let warm = last.is_some_and(|l| l.version == row.version && row.at - l.at <= ttl);
            hits += i64::from(warm);
            nano += prefix * if warm { price.cached } else { write };
            last = Some(row);
        }
        (hits, nano)
    };
    let calls = support.len() as i64;
    let paid = calls * prefix * price.input;
    let (short, hour) = (with(300_000, price.write_5m), with(3_600_000, price.write_1h));
    Ok(Fact {
        id: "stable_prefix",
        from: 0,
        to: day(10, 31),
        what: format!(
            "support-reply sends the same {prefix} tokens of manual in each of {calls} prompts, never cached: ${}; with a \
             5-minute cache ${} ({} hits), with a 1-hour cache ${} ({} hits), a hit renewing the time",
            dollars(paid),
            dollars(short.1),
            short.0,
            dollars(hour.1),
            hour.0
        ),
        detail: json!({"feature": "support-reply", "model": SONNET, "prefix_tokens": prefix,
            "block_tokens": BLOCK_TOKENS, "prefix_blocks": PREFIX_BLOCKS, "calls": calls, "prefix_paid_nano": paid,
            "ttl_5m": {"hits": short.0, "nano": short.1}, "ttl_1h": {"hits": hour.0, "nano": hour.1}}),
    })
}

fn easy_calls(rows: &[Row]) -> Result<Fact> {
    let easy = |row: &Row| row.feature == LEAD_SCORE && row.in_logs;
    let (calls, nano) = list(rows, easy)?;
    let haiku = at_rate(rows, rate(HAIKU, 0, 0)?, easy);
    Ok(Fact {
        id: "easy_calls_on_dear_model",
        from: 0,
        to: day(10, 31),
        what: format!(
            "lead-score asks Claude Opus 4.5 for one word ({calls} calls, about 14 tokens out, scores near 0.94): ${}; the \
             same tokens on Haiku 4.5 ${}",
            dollars(nano),
            dollars(haiku)
        ),
        detail: json!({"feature": "lead-score", "calls": calls, "nano": nano, "on_haiku_nano": haiku}),
    })
}

/// Whole prompts that came again: the same hash, model and prompt version.
fn repeats(rows: &[Row]) -> Result<Fact> {
    let mut by_feature = serde_json::Map::new();
    let mut total = (0, 0);
    for (index, feature) in FEATURES.iter().enumerate().filter(|(_, f)| f.repeats > 0) {
        let mut seen = std::collections::HashSet::new();
        let (mut calls, mut nano) = (0, 0);
        for row in rows.iter().filter(|row| row.feature == index && row.in_logs && row.charged()) {
            if !row.outcome.failed() && !seen.insert((row.prompt, row.model, row.version)) {
                calls += 1;
                nano += row.list()?;
            }
        }
        total = (total.0 + calls, total.1 + nano);
        by_feature.insert(feature.name.to_owned(), json!({"calls": calls, "nano": nano}));
    }
    Ok(Fact {
        id: "repeated_prompts",
        from: 0,
        to: day(10, 31),
        what: format!(
            "{} successful calls of support-reply and rag-answer repeat an earlier prompt_hash on the same model and \
             prompt version: ${}",
            total.0,
            dollars(total.1)
        ),
        detail: json!({"calls": total.0, "nano": total.1, "by_feature": by_feature}),
    })
}

fn outage(rows: &[Row]) -> Result<Fact> {
    let hit = |row: &Row| {
        row.provider() == Provider::Anthropic
            && row.outcome == Outcome::Timeout
            && (OUTAGE.0..OUTAGE.1).contains(&row.at)
    };
    let (calls, nano) = list(rows, hit)?;
    Ok(Fact {
        id: "outage",
        from: day(10, 20),
        to: day(10, 20),
        what: format!(
            "Anthropic is overloaded from 12:00 to 15:00 UTC: {calls} attempts time out after prompt and part of the answer \
             were charged, and are paid for again: ${}",
            dollars(nano)
        ),
        detail: json!({"provider": "anthropic", "failed_attempts": calls, "nano": nano}),
    })
}

fn retries(rows: &[Row]) -> Result<Fact> {
    let failed = |row: &Row| row.in_logs && row.is_call() && row.outcome.failed();
    let (paid, nano) = list(rows, failed)?;
    let count = |outcome| rows.iter().filter(|row| failed(row) && row.outcome == outcome).count();
    let (limited, timeouts, errors) = (count(Outcome::RateLimit), count(Outcome::Timeout), count(Outcome::ServerError));
    Ok(Fact {
        id: "retries",
        from: 0,
        to: day(10, 31),
        what: format!(
            "failed attempts, each followed by another of the same trace: {limited} rate limits and {errors} server errors \
             without tokens, {timeouts} timeouts whose prompt was charged; the {paid} charged ones (with the outage) cost ${}",
            dollars(nano)
        ),
        detail: json!({"rate_limit": limited, "server_error": errors, "timeout": timeouts,
            "charged_attempts": paid, "nano": nano}),
    })
}

/// One difference of every kind between invoice and logs.
fn differences(rows: &[Row]) -> Result<Vec<Fact>> {
    let fact = |id, from, to, what, detail| Fact { id, from, to, what, detail };
    let (n, nano) = list(rows, |row| row.feature == NOTEBOOK)?;
    let notebook = fact(
        "difference_missing_traffic",
        day(9, 7),
        day(10, 16),
        format!(
            "a notebook uses OpenAI past the gateway (project proj_HLNotebooks0000000000004), on weekdays of 7 to 25 \
            September and 12 to 16 October: {n} requests, ${}, billed and in no log",
            dollars(nano)
        ),
        json!({"provider": "openai", "project_id": "proj_HLNotebooks0000000000004", "requests": n, "nano": nano}),
    );
    let (n, nano) = list(rows, |row| !row.in_logs && row.provider() == Provider::Anthropic)?;
    let missing = fact(
        "difference_missing_day",
        MISSING_DAY,
        MISSING_DAY,
        format!(
            "no Anthropic row of this UTC day reached the logs; Anthropic counted {n} requests, ${}",
            dollars(nano)
        ),
        json!({"provider": "anthropic", "requests": n, "nano": nano}),
    );
    let (n, nano) = list(rows, |row| row.twice)?;
    let spans: Vec<String> = rows.iter().filter(|row| row.twice).map(|row| format!("{:016x}", row.span)).collect();
    let twice = fact(
        "difference_duplicates",
        utc_day(RESTART),
        utc_day(RESTART),
        format!(
            "the gateway restarts at {} and writes {n} rows again, byte for byte (same span_id): ${} twice in the log, \
            once on the bills",
            rfc3339(RESTART),
            dollars(nano)
        ),
        json!({"rows": n, "nano": nano, "span_ids": spans}),
    );
    let (n, nano) = list(rows, |row| row.deployment.is_some())?;
    let unpriced = fact(
        "difference_unpriced_model",
        DEPLOYMENT_DAYS.0,
        DEPLOYMENT_DAYS.1,
        format!(
            "the gateway logs {n} calls of contract-check under the deployment name {DEPLOYMENT}, without a cost; \
            OpenAI bills them as {GPT_41}: ${} at list price, before the contract",
            dollars(nano)
        ),
        json!({"provider": "openai", "logged_model": DEPLOYMENT, "billed_model": GPT_41, "calls": n, "list_nano": nano}),
    );
    let off = rows.iter().filter(|row| row.charged()).map(contract_discount).sum::<Result<i64>>()?;
    let contract = fact(
        "difference_contract_price",
        CONTRACT,
        day(10, 31),
        format!("{GPT_41} is billed 8 % under list from 1 October: ${} less than list", dollars(off)),
        json!({"provider": "openai", "model": GPT_41, "permille_of_list": 920, "nano": -off}),
    );
    let off = rows.iter().filter(|row| row.charged()).map(batch_discount).sum::<Result<i64>>()?;
    let (n, _) = list(rows, |row| row.feature == DOC_TAGGING)?;
    let batch = fact(
        "difference_service_tier",
        0,
        day(10, 31),
        format!(
            "doc-tagging runs through the batch interface, of which the log says nothing: {n} calls, billed at half, \
            ${} less than list",
            dollars(off)
        ),
        json!({"provider": "openai", "feature": "doc-tagging", "calls": n, "nano": -off}),
    );
    let find = |span: u64| rows.iter().find(|row| row.span == span).context("a planted call is gone");
    let (late, cut) = (find(LATE.1)?, find(MONTH_CUT.1)?);
    let zone = fact(
        "difference_zone_cut",
        utc_day(cut.at),
        utc_day(late.at),
        format!(
            "a call at {} (span {:016x}, ${}) is on OpenAI's bill of {}; a call at {} (span {:016x}, ${}) is of September \
            for OpenAI and of October in Berlin",
            rfc3339(late.at),
            late.span,
            dollars(late.list()?),
            date(late.billed_day()),
            rfc3339(cut.at),
            cut.span,
            dollars(cut.list()?)
        ),
        json!({"provider": "openai", "billed_next_day": {"span_id": format!("{:016x}", late.span), "nano": late.list()?},
            "month_in_berlin": {"span_id": format!("{:016x}", cut.span), "nano": cut.list()?}}),
    );
    let rounding = fact(
        "difference_rounding",
        0,
        day(10, 31),
        "every line of Anthropic's cost export is rounded to a cent; the sums by month are in `reconcile`".to_owned(),
        json!({"provider": "anthropic"}),
    );
    let tax = fact(
        "difference_tax_and_credit",
        CREDIT.0,
        TAX.0,
        format!(
            "OpenAI's cost export has a line \"Service credit\" of ${} on {} and a line \"Tax\" of ${} on {}",
            dollars(CREDIT.1),
            date(CREDIT.0),
            dollars(TAX.1),
            date(TAX.0)
        ),
        json!({"provider": "openai", "credit_nano": CREDIT.1, "tax_nano": TAX.1}),
    );
    Ok(vec![notebook, missing, twice, unpriced, contract, batch, zone, rounding, tax])
}
