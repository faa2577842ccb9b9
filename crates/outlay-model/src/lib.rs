//! The nouns of Outlay: records, tokens, money, time, filters and views.
//!
//! Takes nothing in and does no I/O; every other crate speaks these types.
//! Four kinds of record exist and are never added across kinds: a [`record::Call`] (one attempt at a
//! provider), a [`record::Usage`] bucket of a provider's export, a [`record::Charge`] (a billed line) and a
//! [`record::Score`]. Calls carry disjoint [`tokens::Tokens`]; money is exact ([`money`]).
//!
//! ```
//! use outlay_model::{money::Pico, tokens::Tokens};
//! let tokens = Tokens { uncached_input: 12_000, output: 800, ..Tokens::default() };
//! // 2.50 and 10.00 USD per million tokens are 2,500,000 and 10,000,000 pico-dollars per token.
//! let cost = tokens.uncached_input as i128 * 2_500_000 + tokens.output as i128 * 10_000_000;
//! assert_eq!(Pico(cost).to_string(), "0.038000000");
//! ```
#![deny(missing_docs)]

pub mod cube;
pub mod dimension;
pub mod money;
pub mod names;
pub mod query;
pub mod record;
pub mod report;
pub mod time;
pub mod tokens;
pub mod view;
