//! Ordinary calls: so many a day per feature, with the rhythm of day and week, growth, repeats and retries.

use super::calendar::{DAYS, START_MS, berlin_day, berlin_midnight, day, weekday};
use super::draw::Draw;
use super::price::{GPT_41, GPT_54_PRO, Provider, SONNET};
use super::row::{Kind, Outcome, Row, Tokens};
use super::world::{
    BLOCK_TOKENS, CONTRACT_CHECK, FEATURES, Feature, Hours, PREFIX_BLOCKS, SEMANTIC_INDEX, SQL_COPILOT, SUPPORT_REPLY,
    Source, TICKET_TRIAGE, UPGRADE, WORSE_PROMPT, customer_weights, hashed,
};

/// Hours of a Berlin day by weight.
const OFFICE: [i64; 24] = [2, 1, 1, 1, 1, 2, 6, 14, 34, 56, 64, 62, 48, 54, 62, 60, 54, 42, 26, 18, 14, 10, 6, 3];
const NIGHT: [i64; 24] = [30, 60, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// Anthropic is overloaded on 20 October, 12:00 to 15:00 UTC.
pub const OUTAGE: (i64, i64) =
    (START_MS + day(10, 20) * 86_400_000 + 12 * 3_600_000, START_MS + day(10, 20) * 86_400_000 + 15 * 3_600_000);

/// How many calls (traces, for an agent) a feature has on a Berlin day.
pub fn count(feature: &Feature, day: i64, draw: &mut Draw) -> i64 {
    let week = if weekday(day) >= 5 { feature.weekend } else { 1000 };
    let growth = 1000 + day * 4;
    let noise = 1000 + draw.bell(160);
    let thousandths = feature.weekday * 100 * week / 1000 * growth / 1000 * noise / 1000;
    thousandths / 1000 + i64::from(draw.chance(thousandths % 1000))
}

/// An instant on a Berlin day.
pub fn instant(day: i64, hours: Hours, draw: &mut Draw) -> i64 {
    let weights = if hours == Hours::Night { &NIGHT } else { &OFFICE };
    let hour = i64::try_from(draw.pick(weights)).unwrap_or(0);
    berlin_midnight(day) + hour * 3_600_000 + draw.within(0, 3_600_000)
}

/// The ordinary calls of one feature; agents are made by [`super::agent`].
pub fn ordinary(seed: u64, index: usize) -> Vec<Row> {
    let feature = &FEATURES[index];
    let topic = index as u64;
    let weights = customer_weights();
    let mut rows = Vec::new();
    for day in 0..DAYS {
        let mut draw = Draw::new(seed, topic, day.unsigned_abs());
        if skipped(index, day) {
            continue;
        }
        for _ in 0..count(feature, day, &mut draw) {
            let at = instant(day, feature.hours, &mut draw);
            if at >= START_MS {
                let row = one(seed, index, at, &weights, &mut draw);
                rows.extend(attempts(row, &mut draw));
            }
        }
    }
    rows
}

/// Days on which a feature does not run at all.
fn skipped(index: usize, day: i64) -> bool {
    match FEATURES[index].source {
        Source::None => !super::planted::notebook_day(day),
        _ => index == SEMANTIC_INDEX && weekday(day) == 6,
    }
}

/// A call that succeeds, as intended.
pub fn one(seed: u64, index: usize, at: i64, weights: &[i64], draw: &mut Draw) -> Row {
    let feature = &FEATURES[index];
    let day = berlin_day(at);
    let version = feature.version_on(day);
    let customer = draw.pick(weights);
    let shares: Vec<i64> = feature.models.iter().map(|(_, share)| *share).collect();
    let mut model = feature.models[draw.pick(&shares)].0;
    if index == TICKET_TRIAGE && day >= UPGRADE {
        model = SONNET;
    }
    let prompt = if draw.chance(feature.repeats) {
        let slot = draw.within(0, feature.pool) * draw.within(0, feature.pool) / feature.pool;
        hashed(&[seed, index as u64, slot.unsigned_abs()])
    } else {
        draw.bits()
    };
    // What the prompt decides comes from the prompt, so that a repeat has the same length and blocks.
    let mut of_prompt = Draw::new(prompt, index as u64, version.unsigned_abs());
    let mut median = feature.input;
    if index == CONTRACT_CHECK && model == GPT_41 {
        median *= 5;
    }
    if index == SQL_COPILOT && day >= WORSE_PROMPT {
        median = median * 122 / 100;
    }
    let limit = if index == CONTRACT_CHECK && model == GPT_41 { 900_000 } else { feature.limit };
    let mut input = of_prompt.spread(median).min(limit - draw_free(prompt, 3000));
    let mut blocks = Vec::new();
    if index == SUPPORT_REPLY {
        blocks = support_blocks(seed, version, input, &mut of_prompt);
        input += PREFIX_BLOCKS * BLOCK_TOKENS;
    }
    let output = if feature.output == 0 { 0 } else { draw.spread(feature.output).clamp(3, 32_000) };
    let read = if model != GPT_54_PRO && draw.chance(feature.hit) {
        input * (feature.hit_share + draw.within(-150, 150)) / 1000 / 128 * 128
    } else {
        0
    };
    let tokens = Tokens {
        uncached: input - read,
        read,
        output,
        reasoning: output * feature.reasoning / 1000,
        ..Tokens::default()
    };
    let mut score = feature.score + draw.bell(1500);
    if index == SQL_COPILOT && day >= WORSE_PROMPT {
        score -= 700;
    }
    if index == TICKET_TRIAGE && day >= UPGRADE {
        score += 400;
    }
    let first_token = (output > 0).then(|| draw.spread(500) + input / 40);
    let finish = if output > 0 && draw.chance(30) { Outcome::Length } else { Outcome::Stop };
    Row {
        at,
        feature: index,
        kind: Kind::Call,
        model,
        deployment: None,
        customer,
        user: customer * 5 + usize::try_from(draw.within(0, 5)).unwrap_or(0),
        staging: draw.chance(60),
        version,
        prompt,
        blocks,
        attempt: 1,
        tokens,
        latency: first_token.unwrap_or(400) + output * draw.within(6, 10),
        first_token,
        outcome: finish,
        feedback: if draw.chance(50) { if draw.within(0, 10_000) < score { 1 } else { -1 } } else { 0 },
        score: draw.chance(feature.scored).then(|| score.clamp(0, 10_000)),
        session: None,
        trace: draw.wide(),
        span: draw.bits(),
        parent: None,
        batch: index == super::world::DOC_TAGGING,
        billed_later: 0,
        in_logs: feature.source != Source::None,
        twice: false,
    }
}

/// A number below `high` that depends on the prompt alone.
fn draw_free(prompt: u64, high: u64) -> i64 {
    i64::try_from(hashed(&[prompt, 77]) % high).unwrap_or(0)
}

/// Chained hashes of a support prompt: the manual's blocks, the same in every prompt of a version, then its own.
fn support_blocks(seed: u64, version: i64, own: i64, of_prompt: &mut Draw) -> Vec<u64> {
    let manual = (0..PREFIX_BLOCKS).map(|i| hashed(&[seed, version.unsigned_abs(), i.unsigned_abs()]) >> 24);
    let rest = (0..(own + BLOCK_TOKENS - 1) / BLOCK_TOKENS).map(|_| of_prompt.bits() >> 24);
    manual.chain(rest).collect()
}

/// The attempts that end in `row`: some are refused, some time out after the prompt was paid for.
pub fn attempts(mut row: Row, draw: &mut Draw) -> Vec<Row> {
    let outage = row.provider() == Provider::Anthropic && (OUTAGE.0..OUTAGE.1).contains(&row.at);
    let mut failed = Vec::new();
    let risk = if outage { 550 } else { 28 };
    while failed.len() < 3 && row.in_logs && !row.batch && draw.chance(risk) {
        let mut lost = row.clone();
        lost.span = draw.bits();
        lost.outcome = if outage {
            Outcome::Timeout
        } else {
            [Outcome::RateLimit, Outcome::Timeout, Outcome::ServerError][draw.pick(&[50, 32, 18])]
        };
        let paid = lost.outcome == Outcome::Timeout;
        let output = if outage { lost.tokens.output / 3 } else { 0 };
        lost.tokens = if paid { Tokens { output, reasoning: 0, ..lost.tokens } } else { Tokens::default() };
        lost.latency = if paid { 60_000 } else { draw.within(90, 400) };
        (lost.first_token, lost.feedback, lost.score) = (None, 0, None);
        row.at += lost.latency + 1000 * row.attempt + draw.within(0, 900);
        row.attempt += 1;
        failed.push(lost);
    }
    failed.push(row);
    failed
}
