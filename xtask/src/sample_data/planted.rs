//! What is planted on purpose, so that tests and a first look have something to find; [`super::facts`] tells it.

use super::calendar::{START_MS, berlin_day, day, utc_day, weekday};
use super::draw::Draw;
use super::price::{GPT_41, GPT_54_PRO, OPUS, Provider};
use super::row::{Outcome, Row, Tokens};
use super::world::{CODE_REVIEW, CONTRACT_CHECK, FEATURES, Source, customer_weights, hashed};
use super::{agent, traffic};

/// The Anthropic calls of this UTC day never reached the log.
pub const MISSING_DAY: i64 = day(9, 17);
/// The reviewing bot reads its own review again, on this day.
pub const SPIKE_DAY: i64 = day(10, 22);
/// Traces of the loop, and calls in each.
pub const SPIKE: (i64, i64) = (20, 30);
/// Days on which the gateway logged a deployment's name instead of gpt-4.1.
pub const DEPLOYMENT_DAYS: (i64, i64) = (day(10, 5), day(10, 7));
pub const DEPLOYMENT: &str = "harbour-contracts-prod";
/// The gateway restarted at 10:02 UTC on 6 October and wrote rows of the last hour again.
pub const RESTART: i64 = START_MS + day(10, 6) * 86_400_000 + 36_120_000;
/// How many rows it wrote again.
const REPLAYED: usize = 24;
/// Billed a UTC day after it was logged: begun 12 seconds before midnight.
pub const LATE: (i64, u64) = (START_MS + day(10, 15) * 86_400_000 - 12_000, 0x00c0_ffee_0000_1510);
/// 30 September in UTC and on the bill, 1 October in Berlin.
pub const MONTH_CUT: (i64, u64) = (START_MS + day(10, 1) * 86_400_000 - 1_140_000, 0x00c0_ffee_0000_0110);
/// Tax line of the OpenAI bill: day and nano-dollars.
pub const TAX: (i64, i64) = (day(10, 31), 86_400_000_000);
/// Credit line of the OpenAI bill: day and nano-dollars.
pub const CREDIT: (i64, i64) = (day(10, 15), -150_000_000_000);

/// Days on which somebody used a notebook past the gateway.
pub fn notebook_day(on: i64) -> bool {
    let weeks = (day(9, 7)..=day(9, 25)).contains(&on) || (day(10, 12)..=day(10, 16)).contains(&on);
    weeks && weekday(on) < 5
}

/// Every row of the company, in the order of time.
pub fn company(seed: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, feature) in FEATURES.iter().enumerate() {
        rows.extend(if feature.agent { agent::traces(seed, index) } else { traffic::ordinary(seed, index) });
    }
    rows.extend(spike(seed));
    rows.extend(night_calls(seed));
    rows.sort_by_key(|row| (row.at, row.span));
    let mut replayed = 0;
    for row in &mut rows {
        let on = utc_day(row.at);
        if on == MISSING_DAY && row.provider() == Provider::Anthropic {
            row.in_logs = false;
        }
        if row.feature == CONTRACT_CHECK && row.model == GPT_41 && (DEPLOYMENT_DAYS.0..=DEPLOYMENT_DAYS.1).contains(&on)
        {
            row.deployment = Some(DEPLOYMENT);
        }
        let before = (RESTART - 3_600_000..RESTART).contains(&row.at);
        let plain = row.charged() && row.deployment.is_none() && FEATURES[row.feature].source == Source::Gateway;
        if before && plain && row.provider() != Provider::Google && replayed < REPLAYED {
            row.twice = true;
            replayed += 1;
        }
    }
    rows
}

/// True for a row of the loop.
pub fn in_loop(row: &Row) -> bool {
    row.feature == CODE_REVIEW && berlin_day(row.at) == SPIKE_DAY && row.session.is_some()
}

/// The loop: some traces of many calls whose prompts are six times as long as usual.
fn spike(seed: u64) -> Vec<Row> {
    let mut draw = Draw::new(seed, 100, 0);
    let mut rows = Vec::new();
    let (traces, calls) = SPIKE;
    for trace in 0..traces {
        let start = START_MS + SPIKE_DAY * 86_400_000 + 26_000_000 + trace * 1_260_000;
        let mut like = traffic::one(seed, CODE_REVIEW, start, &customer_weights(), &mut draw);
        (like.staging, like.outcome, like.model) = (false, Outcome::Stop, OPUS);
        like.session = Some(draw.bits() >> 32);
        let mut at = start;
        for _ in 0..calls {
            let mut row = like.clone();
            (row.at, row.span, row.prompt) = (at, draw.bits(), draw.bits());
            let median = FEATURES[CODE_REVIEW].input * 6;
            row.tokens =
                Tokens { uncached: median + draw.bell(24_000), output: draw.spread(2400), ..Tokens::default() };
            (row.feedback, row.score) = (0, None);
            row.latency = 5000 + row.tokens.output * 8;
            at += row.latency + draw.within(200, 4000);
            rows.push(row);
        }
    }
    rows
}

/// Two dear calls just before midnight, UTC.
fn night_calls(seed: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for ((at, span), later) in [(LATE, 1), (MONTH_CUT, 0)] {
        let mut draw = Draw::new(seed, 101, span);
        let mut row = traffic::one(seed, CONTRACT_CHECK, at, &customer_weights(), &mut draw);
        (row.model, row.span, row.billed_later, row.staging) = (GPT_54_PRO, span, later, false);
        row.tokens = Tokens { uncached: 118_400, output: 16_250, ..Tokens::default() };
        (row.latency, row.outcome) = (41_500, Outcome::Stop);
        row.trace = u128::from(hashed(&[seed, span])) << 64 | u128::from(hashed(&[span, seed]));
        rows.push(row);
    }
    rows
}
