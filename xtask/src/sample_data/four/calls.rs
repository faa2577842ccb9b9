//! The calls of October 2026, of which every file tells its part.

use anyhow::Result;

use super::super::calendar::{DAY_MS, START_MS, day, weekday};
use super::super::draw::Draw;
use super::super::price::{GEMINI_PRO, GPT_41_MINI};
use super::super::row::Tokens;
use super::rates::{LONG_PROMPT, rate};
use super::world::{AGENT, Cache, LANES, Lane};

/// First day of October and the first day after it.
pub const FROM: i64 = day(10, 1);
pub const END: i64 = day(10, 31) + 1;
/// Draws of the first company have lower topics.
const TOPIC: u64 = 400;
/// OpenAI, Gemini and Nova keep prefixes in whole blocks.
const BLOCK: i64 = 128;

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    pub day: i64,
    /// Index into [`LANES`].
    pub lane: usize,
    pub model: &'static str,
    pub tokens: Tokens,
    pub latency: i64,
    /// The error's word; empty for success. A failed call was not charged.
    pub failed: &'static str,
    pub id: u128,
    /// The agent's trace.
    pub trace: u128,
}

impl Call {
    pub fn lane(&self) -> &'static Lane {
        &LANES[self.lane]
    }

    /// Whether the prompt has the price of long ones, which only one model asks.
    pub fn long(&self) -> bool {
        self.model == GEMINI_PRO && self.tokens.input() > LONG_PROMPT
    }

    /// What it cost at list price, in nano-dollars; a batch costs half.
    pub fn cost(&self) -> Result<i64> {
        let list = rate(self.model, self.long())?.cost(&self.tokens);
        Ok(if self.lane().batch { list / 2 } else { list })
    }

    /// An id of so many hexadecimal digits.
    pub fn hex(&self, digits: usize) -> String {
        format!("{:032x}", self.id)[..digits.min(32)].to_owned()
    }

    /// An id as AWS and OpenAI write requests'.
    pub fn uuid(&self) -> String {
        let hex = self.hex(32);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// All calls in the order of time.
pub fn october(seed: u64) -> Vec<Call> {
    let mut calls = Vec::new();
    for (index, lane) in LANES.iter().enumerate() {
        for day in FROM..END {
            let mut draw = Draw::new(seed, TOPIC + index as u64, day.unsigned_abs());
            let usual = match weekday(day) {
                6 => lane.calls[2],
                5 => lane.calls[1],
                _ => lane.calls[0],
            };
            let count = if usual > 2 { usual + draw.within(-1, 2) } else { usual };
            for place in 0..count {
                // A day's first call goes through, so that every day has something to bill.
                let call = one(index, day, if place > 0 { 60 } else { 0 }, &mut draw);
                if index == AGENT {
                    calls.extend(steps(&call, &mut draw));
                } else {
                    calls.push(call);
                }
            }
        }
    }
    calls.sort_by_key(|call| (call.at, call.id));
    calls
}

fn one(index: usize, day: i64, fails: i64, draw: &mut Draw) -> Call {
    let lane = &LANES[index];
    let minutes = (lane.hours.1 - lane.hours.0 + 1) * 60;
    let at = START_MS + day * DAY_MS + lane.hours.0 * 3_600_000 + draw.within(0, minutes * 60_000);
    let tokens = tokens(lane, draw);
    let mut call = Call {
        at,
        day,
        lane: index,
        model: lane.model,
        tokens,
        latency: 300 + draw.spread(700) + tokens.output * 6,
        failed: "",
        id: draw.wide(),
        trace: draw.wide(),
    };
    if lane.logged && draw.chance(fails) {
        call.failed = if lane.batch { "server_error" } else { "rate_limit" };
        call.tokens = Tokens::default();
        call.latency = draw.spread(240);
    }
    call
}

fn tokens(lane: &Lane, draw: &mut Draw) -> Tokens {
    let input = draw.spread(lane.input);
    let output = if lane.output > 0 { draw.spread(lane.output) } else { 0 };
    let mut tokens = Tokens { uncached: input, output, ..Tokens::default() };
    let known = input * 6 / 10;
    match lane.cache {
        Cache::Never => {}
        Cache::Automatic if draw.chance(500) => tokens.read = known / BLOCK * BLOCK,
        Cache::Automatic => {}
        Cache::Written if draw.chance(600) => tokens.read = known,
        Cache::Written => tokens.write_5m = known,
    }
    tokens.uncached -= tokens.read + tokens.write_5m;
    tokens
}

/// The calls of one run of the agent: each sends what came before again, and a small model sums up at the end.
fn steps(first: &Call, draw: &mut Draw) -> Vec<Call> {
    let count = draw.within(2, 4);
    let mut calls = Vec::new();
    let (mut at, mut context, mut before) = (first.at, first.tokens.input().max(4_000), 0);
    for step in 0..=count {
        let output = draw.spread(first.lane().output);
        let read = before * 7 / 10 / BLOCK * BLOCK;
        let call = Call {
            at,
            model: if step == count { GPT_41_MINI } else { first.model },
            tokens: if step == count {
                Tokens { uncached: context / 3, output, ..Tokens::default() }
            } else {
                Tokens { uncached: context - read, read, output, ..Tokens::default() }
            },
            latency: 400 + output * 6,
            failed: "",
            id: draw.wide(),
            ..first.clone()
        };
        at += call.latency + draw.within(80, 900);
        calls.push(call);
        // A run that began badly was refused once, and went on.
        if step == 0 && !first.failed.is_empty() {
            let refused = Call { at, tokens: Tokens::default(), id: draw.wide(), ..first.clone() };
            at += refused.latency + 500;
            calls.push(refused);
        }
        before = context;
        context += output + draw.spread(first.lane().input / 4);
    }
    calls
}
