//! A logged row: one attempt at a provider, or a step of an agent's trace.

use anyhow::Result;

use super::calendar::utc_day;
use super::price::{Provider, rate};

/// Disjoint token counts; reasoning lies inside the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub uncached: i64,
    pub read: i64,
    pub write_5m: i64,
    pub write_1h: i64,
    pub output: i64,
    pub reasoning: i64,
}

impl Tokens {
    /// The whole prompt.
    pub fn input(&self) -> i64 {
        self.uncached + self.read + self.write_5m + self.write_1h
    }

    /// Prompt tokens written into the provider's cache.
    pub fn written(&self) -> i64 {
        self.write_5m + self.write_1h
    }

    /// Adds another row's counts.
    pub fn add(&mut self, other: &Tokens) {
        self.uncached += other.uncached;
        self.read += other.read;
        self.write_5m += other.write_5m;
        self.write_1h += other.write_1h;
        self.output += other.output;
        self.reasoning += other.reasoning;
    }
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call,
    /// Root of an agent's trace.
    Chain,
    /// A tool that an agent ran.
    Tool(&'static str),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Stop,
    Length,
    ToolCalls,
    RateLimit,
    Timeout,
    ServerError,
}

impl Outcome {
    pub fn failed(self) -> bool {
        !self.error_type().is_empty()
    }

    /// The gateway's error word; empty for success.
    pub fn error_type(self) -> &'static str {
        match self {
            Outcome::RateLimit => "rate_limit",
            Outcome::Timeout => "timeout",
            Outcome::ServerError => "server_error",
            _ => "",
        }
    }

    /// The finish reason; empty for failure.
    pub fn finish(self) -> &'static str {
        match self {
            Outcome::Stop => "stop",
            Outcome::Length => "length",
            Outcome::ToolCalls => "tool_calls",
            _ => "",
        }
    }
}

/// One row, with what the bill knows of it and the log does not.
#[derive(Clone, Debug)]
pub struct Row {
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// Index into [`super::world::FEATURES`].
    pub feature: usize,
    pub kind: Kind,
    /// The model that served and was billed.
    pub model: &'static str,
    /// What the log names instead of the model: a deployment.
    pub deployment: Option<&'static str>,
    pub customer: usize,
    pub user: usize,
    pub staging: bool,
    pub version: i64,
    pub prompt: u64,
    pub blocks: Vec<u64>,
    pub attempt: i64,
    pub tokens: Tokens,
    pub latency: i64,
    pub first_token: Option<i64>,
    pub outcome: Outcome,
    /// 1, -1, or 0 for none.
    pub feedback: i64,
    /// In ten-thousandths.
    pub score: Option<i64>,
    pub session: Option<u64>,
    pub trace: u128,
    pub span: u64,
    pub parent: Option<u64>,
    /// Sent through the half-price batch interface, of which the log says nothing.
    pub batch: bool,
    /// Days by which the bill counts it later than the log.
    pub billed_later: i64,
    /// False where only the bill knows of it.
    pub in_logs: bool,
    /// The log holds it twice.
    pub twice: bool,
}

impl Row {
    pub fn is_call(&self) -> bool {
        self.kind == Kind::Call
    }

    pub fn provider(&self) -> Provider {
        Provider::of(self.model)
    }

    /// Cost at the list price of the day, in nano-dollars.
    pub fn list(&self) -> Result<i64> {
        if !self.is_call() {
            return Ok(0);
        }
        Ok(rate(self.model, utc_day(self.at), self.tokens.input())?.cost(&self.tokens))
    }

    /// UTC day on which the bill counts it.
    pub fn billed_day(&self) -> i64 {
        utc_day(self.at) + self.billed_later
    }

    /// Whether the provider charged anything: a refused attempt has no tokens.
    pub fn charged(&self) -> bool {
        self.is_call() && self.tokens.input() + self.tokens.output > 0
    }
}
