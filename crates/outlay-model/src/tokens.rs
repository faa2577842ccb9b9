//! Token counts in disjoint buckets, and the two conventions that sources print them in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Tokens of one call or usage bucket. Every bucket is disjoint from every other, but [`Tokens::reasoning`], which
/// is a part of [`Tokens::output`]. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Tokens {
    /// Text input that no cache served or stored.
    pub uncached_input: i64,
    /// Input read from the provider's prompt cache.
    pub cache_read: i64,
    /// Input written to the cache for five minutes.
    pub cache_write_5m: i64,
    /// Input written to the cache for one hour.
    pub cache_write_1h: i64,
    /// Input written to the cache for thirty minutes (OpenAI).
    pub cache_write_30m: i64,
    /// Input written to the cache for twelve hours (OpenAI).
    pub cache_write_12h: i64,
    /// Input written to the cache for a time that the source does not tell: priced as a range.
    pub cache_write_unknown: i64,
    /// Text output, reasoning included.
    pub output: i64,
    /// The part of `output` that was reasoning, where told.
    pub reasoning: i64,
    /// Audio input.
    pub audio_input: i64,
    /// Audio output.
    pub audio_output: i64,
    /// Image input.
    pub image_input: i64,
    /// Image output.
    pub image_output: i64,
}

/// Why token counts cannot be kept as told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// A count is negative, or a part is larger than the whole that should contain it.
    Negative(&'static str),
    /// The parts do not add up to the total that the row gives.
    Total {
        /// What the row says.
        told: i64,
        /// What its parts add up to.
        parts: i64,
    },
    /// A count is beyond what one record can hold ([`MAX_CALL_TOKENS`], [`MAX_USAGE_TOKENS`]).
    Absurd(&'static str),
}

impl std::fmt::Display for TokenFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TokenFault::Negative(name) => write!(f, "{name} is negative or larger than the total that contains it"),
            TokenFault::Total { told, parts } => write!(f, "the total says {told} tokens, its parts add up to {parts}"),
            TokenFault::Absurd(name) => write!(f, "{name} is larger than any real count"),
        }
    }
}

/// The most tokens one call may claim in a bucket: its cost then stays inside 64 bits of pico-units at any real rate.
pub const MAX_CALL_TOKENS: i64 = 1_000_000_000;
/// The most tokens a usage bucket may claim.
pub const MAX_USAGE_TOKENS: i64 = 1_000_000_000_000_000;

/// Names and values of all disjoint buckets, in pricing order (without `reasoning`, which is a part of output).
pub const BUCKETS: [&str; 12] = [
    "uncached_input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "cache_write_30m",
    "cache_write_12h",
    "cache_write_unknown",
    "output",
    "audio_input",
    "audio_output",
    "image_input",
    "image_output",
];

impl Tokens {
    /// Counts in the order of [`BUCKETS`].
    #[must_use]
    pub fn buckets(&self) -> [i64; 12] {
        [
            self.uncached_input,
            self.cache_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.cache_write_30m,
            self.cache_write_12h,
            self.cache_write_unknown,
            self.output,
            self.audio_input,
            self.audio_output,
            self.image_input,
            self.image_output,
        ]
    }

    /// From counts in the order of [`BUCKETS`], without reasoning.
    #[must_use]
    pub fn from_buckets(b: [i64; 12]) -> Tokens {
        Tokens {
            uncached_input: b[0],
            cache_read: b[1],
            cache_write_5m: b[2],
            cache_write_1h: b[3],
            cache_write_30m: b[4],
            cache_write_12h: b[5],
            cache_write_unknown: b[6],
            output: b[7],
            reasoning: 0,
            audio_input: b[8],
            audio_output: b[9],
            image_input: b[10],
            image_output: b[11],
        }
    }

    /// Everything that went in: the number that context thresholds are measured on.
    #[must_use]
    pub fn total_input(&self) -> i64 {
        self.uncached_input + self.cached_input() + self.audio_input + self.image_input
    }

    /// Read from or written to the prompt cache.
    #[must_use]
    pub fn cached_input(&self) -> i64 {
        self.cache_read
            + self.cache_write_5m
            + self.cache_write_1h
            + self.cache_write_30m
            + self.cache_write_12h
            + self.cache_write_unknown
    }

    /// Everything that came out.
    #[must_use]
    pub fn total_output(&self) -> i64 {
        self.output + self.audio_output + self.image_output
    }

    /// All tokens.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.total_input() + self.total_output()
    }

    /// Turns a source's input number that *includes* cached tokens (OpenAI, OpenTelemetry, Gemini) into the
    /// uncached bucket, given the other input buckets already set.
    ///
    /// # Errors
    /// [`TokenFault::Negative`] where the cached parts exceed the input that should contain them.
    pub fn set_inclusive_input(&mut self, input: i64) -> Result<(), TokenFault> {
        self.uncached_input = input - self.cached_input() - self.audio_input - self.image_input;
        if self.uncached_input < 0 { Err(TokenFault::Negative("cached input")) } else { Ok(()) }
    }

    /// Checks signs, bounds and that reasoning lies inside output.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self, most: i64) -> Result<(), TokenFault> {
        for (name, count) in BUCKETS.iter().zip(self.buckets()) {
            if count < 0 {
                return Err(TokenFault::Negative(name));
            }
            if count > most {
                return Err(TokenFault::Absurd(name));
            }
        }
        if self.reasoning < 0 || self.reasoning > self.output {
            return Err(TokenFault::Negative("reasoning"));
        }
        Ok(())
    }
}
