//! The rates of one rate set, by token bucket.

use outlay_model::tokens::BUCKETS;
use serde::{Deserialize, Serialize};

/// Whole pico-units of the currency per token (or per search, per request). `None`: not known, so tokens of that
/// bucket stay unpriced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rates {
    /// In the order of [`BUCKETS`]. The place of `cache_write_unknown` is always `None`: see [`Rates::unknown_write`].
    pub buckets: [Option<i64>; 12],
    /// Per web search of the provider's own tool.
    pub web_search: Option<i64>,
    /// Per request, on top of tokens.
    pub request: Option<i64>,
}

pub(crate) const UNCACHED: usize = 0;
pub(crate) const READ: usize = 1;
pub(crate) const WRITE_5M: usize = 2;
pub(crate) const WRITE_1H: usize = 3;
pub(crate) const WRITE_30M: usize = 4;
pub(crate) const WRITE_12H: usize = 5;
pub(crate) const WRITE_UNKNOWN: usize = 6;
pub(crate) const OUTPUT: usize = 7;
pub(crate) const AUDIO_IN: usize = 8;
pub(crate) const AUDIO_OUT: usize = 9;
pub(crate) const IMAGE_IN: usize = 10;
pub(crate) const IMAGE_OUT: usize = 11;

impl Rates {
    /// The rate of a bucket by its name in [`BUCKETS`]; `None` for a name that is no bucket, too.
    #[must_use]
    pub fn get(&self, bucket: &str) -> Option<i64> {
        BUCKETS.iter().position(|name| *name == bucket).and_then(|at| self.buckets[at])
    }

    /// Text input that no cache served.
    #[must_use]
    pub fn uncached_input(&self) -> Option<i64> {
        self.buckets[UNCACHED]
    }

    /// Input read from the cache.
    #[must_use]
    pub fn cache_read(&self) -> Option<i64> {
        self.buckets[READ]
    }

    /// Text output.
    #[must_use]
    pub fn output(&self) -> Option<i64> {
        self.buckets[OUTPUT]
    }

    /// The least and the most that a cache write of unknown time to live costs: the shortest and the longest that the
    /// provider offers. `None` where no write rate is known.
    #[must_use]
    pub fn unknown_write(&self) -> Option<(i64, i64)> {
        let low = self.buckets[WRITE_5M].or(self.buckets[WRITE_30M])?;
        let high = self.buckets[WRITE_1H].or(self.buckets[WRITE_12H]).unwrap_or(low);
        Some((low.min(high), low.max(high)))
    }
}
