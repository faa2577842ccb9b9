//! What providers count and bill: the charged calls by day, program and model, and each kind of token by itself.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::row::Tokens;
use super::calls::Call;
use super::rates::rate;
use super::world::{LANES, Lane, Vendor};

/// What is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub day: i64,
    pub lane: usize,
    pub model: &'static str,
    /// Prompts that have the price of long ones.
    pub long: bool,
}

impl Key {
    pub fn lane(&self) -> &'static Lane {
        &LANES[self.lane]
    }
}

/// What was used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    pub requests: i64,
    pub tokens: Tokens,
}

/// A kind of token with a price of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meter {
    Input,
    Cached,
    Write,
    Output,
}

/// A billed amount.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub key: Key,
    pub meter: Meter,
    pub tokens: i64,
    pub nano: i64,
}

/// Everything that a vendor counted in October.
pub fn counted(calls: &[Call], vendor: Vendor) -> BTreeMap<Key, Used> {
    let mut all: BTreeMap<Key, Used> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.failed.is_empty() && call.lane().vendor == vendor) {
        let key = Key { day: call.day, lane: call.lane, model: call.model, long: call.long() };
        let used = all.entry(key).or_default();
        used.requests += 1;
        used.tokens.add(&call.tokens);
    }
    all
}

/// The same in money, a line for each kind of token that there was any of.
pub fn lines(calls: &[Call], vendor: Vendor) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (key, used) in counted(calls, vendor) {
        let (rate, t) = (rate(key.model, key.long)?, used.tokens);
        let half = if key.lane().batch { 2 } else { 1 };
        let meters = [
            (Meter::Input, t.uncached, rate.input),
            (Meter::Cached, t.read, rate.cached),
            (Meter::Write, t.write_5m, rate.write_5m),
            (Meter::Output, t.output, rate.output),
        ];
        for (meter, tokens, each) in meters.into_iter().filter(|(_, tokens, _)| *tokens > 0) {
            lines.push(Line { key, meter, tokens, nano: tokens * each / half });
        }
    }
    Ok(lines)
}

/// Sum of lines, in nano-dollars.
pub fn sum(lines: &[Line]) -> i64 {
    lines.iter().map(|line| line.nano).sum()
}
