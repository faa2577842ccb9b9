//! The one pricing function: tokens times rates.

use outlay_model::tokens::{BUCKETS, Tokens};

use crate::rates::{Rates, WRITE_UNKNOWN};
use crate::schedule::RateSet;

/// What tokens cost, in pico-units of the rate set's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The least it can be. Equal to `high` unless cache writes of unknown time to live are in it.
    pub low: i128,
    /// The most it can be.
    pub high: i128,
    /// Tokens in buckets without a rate: in neither figure.
    pub unpriced_tokens: i64,
}

/// One line of the bill of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillLine {
    /// A name of [`BUCKETS`].
    pub bucket: &'static str,
    /// How many tokens; never 0.
    pub tokens: i64,
    /// Pico-units per token; `None` where the bucket has no rate, and the lower one where the rate is a range.
    pub rate: Option<i64>,
    /// `tokens` times `rate`; 0 without a rate.
    pub amount: i128,
    /// The most it can be: above `amount` only for cache writes of unknown time to live.
    pub amount_high: i128,
}

/// The cost of tokens under rates. Exact: a sum of integer products. Reasoning is inside output and not added again.
#[must_use]
pub fn cost(rates: &Rates, tokens: &Tokens) -> Cost {
    let mut cost = Cost::default();
    for (at, count) in tokens.buckets().into_iter().enumerate() {
        if count == 0 {
            continue;
        }
        match range(rates, at) {
            Some((low, high)) => {
                cost.low += i128::from(count) * i128::from(low);
                cost.high += i128::from(count) * i128::from(high);
            }
            None => cost.unpriced_tokens += count,
        }
    }
    cost
}

/// The bill of one call: a line for every bucket that has tokens, in the order of [`BUCKETS`]. Its amounts add up to
/// [`cost`].
#[must_use]
pub fn bill(set: &RateSet, tokens: &Tokens) -> Vec<BillLine> {
    let counts = tokens.buckets();
    let lines = BUCKETS.iter().zip(counts).enumerate().filter(|(_, (_, count))| *count != 0);
    lines
        .map(|(at, (bucket, tokens))| {
            let range = range(&set.rates, at);
            let (low, high) = range.unwrap_or_default();
            BillLine {
                bucket,
                tokens,
                rate: range.map(|_| low),
                amount: i128::from(tokens) * i128::from(low),
                amount_high: i128::from(tokens) * i128::from(high),
            }
        })
        .collect()
}

fn range(rates: &Rates, at: usize) -> Option<(i64, i64)> {
    if at == WRITE_UNKNOWN { rates.unknown_write() } else { rates.buckets[at].map(|rate| (rate, rate)) }
}
