//! Price books: model, tier, time and tokens in; rate set, cost and rule out.
//!
//! A [`Book`] holds the bundled price data (genai-prices first, then LiteLLM's map, then an older LiteLLM map), our own
//! [`corrections`], and the user's rates. A caller resolves a [`Key`] once into a [`Schedule`] and then asks
//! the schedule for every call by time and size, which allocates nothing. Every cost comes from [`cost::cost`].
//!
//! Rates are whole pico-dollars per token (a price of 2.50 USD per million tokens is 2,500,000), times are UTC
//! microseconds. A model is found by its exact id, a declared alias or a declared pattern, never by likeness; what is
//! not found is [`Unpriced`] with the reason, never 0.
//!
//! ```
//! use outlay_model::tokens::Tokens;
//! use outlay_price::{Book, Key, cost};
//! let book = Book::bundled()?;
//! let schedule = book.schedule(&Key::new("openai", "gpt-4o"));
//! let tokens = Tokens { uncached_input: 12_000, output: 800, ..Tokens::default() };
//! let set = schedule.at(1_793_880_000_000_000, tokens.total_input()).expect("a rate");
//! assert_eq!(cost::cost(&set.rates, &tokens).low, 38_000_000_000);
//! # Ok::<(), outlay_price::PriceError>(())
//! ```
#![deny(missing_docs)]

mod aliases;
pub mod book;
mod compile;
pub mod corrections;
pub mod cost;
pub mod error;
mod layer;
mod matcher;
pub mod rates;
mod resolve;
pub mod schedule;
pub mod user;

pub use book::Book;
pub use cost::{BillLine, Cost, bill, cost};
pub use error::{PriceError, Unpriced, UserError};
pub use rates::Rates;
pub use schedule::{Band, Hours, Key, Query, RateSet, Resolution, Rule, RuleKind, Schedule, Source, Status};
pub use user::{UserAliases, UserRates};
