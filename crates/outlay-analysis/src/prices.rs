//! What the analyses ask of a price book. The app implements it over the book that the data version is priced with.

use outlay_model::cube::Sums;
use outlay_model::money::{Currency, Pico};
use outlay_model::time::Micros;
use outlay_model::tokens::Tokens;

use crate::context::Context;

/// What tokens cost under one rate set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Priced {
    /// The least it can be: what totals show.
    pub low: Pico,
    /// The most it can be; above `low` only for cache writes of unknown duration.
    pub high: Pico,
    /// Tokens in buckets without a price: in neither figure.
    pub unpriced_tokens: i64,
}

/// Rate sets by their number in the ledger. Number 0 is "nothing prices this".
pub trait Prices {
    /// The cost of tokens and web searches; `None` where the rate set is 0 or unknown.
    fn cost(&self, rate_set: u32, tokens: &Tokens, web_searches: i64) -> Option<Priced>;
    /// From when on the rate set holds; `None` = from the start.
    fn valid_from(&self, rate_set: u32) -> Option<Micros>;
    /// Until when, excluded; `None` = open.
    fn valid_to(&self, rate_set: u32) -> Option<Micros>;
    /// The currency of its rates.
    fn currency(&self, _rate_set: u32) -> Currency {
        Currency::USD
    }
}

/// The cost of a group of records, in the reporting currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Least.
    pub low: Pico,
    /// Most.
    pub high: Pico,
    /// Tokens.
    pub tokens: i64,
    /// Tokens without a price among them.
    pub unpriced_tokens: i64,
    /// The cost in the price's own currency, where that is not the reporting one: then it is not in `low` and `high`.
    pub foreign: Option<(Currency, Pico)>,
}

impl Cost {
    /// Prices the sums of a group.
    #[must_use]
    pub fn of(rate_set: u32, sums: &Sums, context: &Context, prices: &dyn Prices) -> Cost {
        Cost::of_tokens(rate_set, &sums.tokens, sums.web_searches, context, prices)
    }

    /// Prices tokens.
    #[must_use]
    pub fn of_tokens(rate_set: u32, tokens: &Tokens, searches: i64, context: &Context, prices: &dyn Prices) -> Cost {
        let all = tokens.total();
        let Some(priced) = prices.cost(rate_set, tokens, searches) else {
            return Cost { tokens: all, unpriced_tokens: all, ..Cost::default() };
        };
        let cost = Cost { tokens: all, unpriced_tokens: priced.unpriced_tokens, ..Cost::default() };
        let currency = prices.currency(rate_set);
        if currency == context.currency {
            Cost { low: priced.low, high: priced.high, ..cost }
        } else {
            Cost { foreign: Some((currency, priced.low)), ..cost }
        }
    }
}
