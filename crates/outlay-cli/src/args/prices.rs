//! Arguments of `price` and `prices`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use outlay_model::tokens::Tokens;

use super::filter::ListArgs;

/// `outlay price`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay price --provider openai --model gpt-4o --date 2026-11-05 --uncached-input 12000 --output 800
  outlay price --provider anthropic --model claude-sonnet-4-5 --cache-read 90000 --cache-write-5m 4000 --output 600
  outlay price --provider openai --model gpt-4.1 --tier batch --uncached-input 50000 --output 4000 --json

Input buckets are disjoint: cached tokens are not part of --uncached-input. No ledger is needed; where there is one, its
own prices and aliases count.")]
pub struct PriceArgs {
    /// Provider that bills
    #[arg(long)]
    pub provider: String,
    /// Model id as your files spell it
    #[arg(long)]
    pub model: String,
    /// Date, or instant such as 2026-11-05T12:00:00Z; a date means noon UTC [default: today]
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// Service tier: standard, batch, priority …
    #[arg(long, default_value = "standard")]
    pub tier: String,
    /// Region
    #[arg(long, default_value = "")]
    pub region: String,
    #[command(flatten)]
    pub tokens: TokensArgs,
}

/// Token buckets.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Tokens")]
pub struct TokensArgs {
    /// Text input that no cache served or stored
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub uncached_input: i64,
    /// Input read from the prompt cache
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_read: i64,
    /// Input written to the cache for five minutes
    #[arg(long = "cache-write-5m", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_5m: i64,
    /// Input written to the cache for one hour
    #[arg(long = "cache-write-1h", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_1h: i64,
    /// Input written to the cache for thirty minutes
    #[arg(long = "cache-write-30m", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_30m: i64,
    /// Input written to the cache for twelve hours
    #[arg(long = "cache-write-12h", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_12h: i64,
    /// Input written to the cache for an unknown time: priced as a range
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_unknown: i64,
    /// Text output, reasoning included
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub output: i64,
    /// Audio input
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub audio_input: i64,
    /// Audio output
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub audio_output: i64,
    /// Image input
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub image_input: i64,
    /// Image output
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub image_output: i64,
}

impl From<TokensArgs> for Tokens {
    fn from(t: TokensArgs) -> Tokens {
        Tokens {
            uncached_input: t.uncached_input,
            cache_read: t.cache_read,
            cache_write_5m: t.cache_write_5m,
            cache_write_1h: t.cache_write_1h,
            cache_write_30m: t.cache_write_30m,
            cache_write_12h: t.cache_write_12h,
            cache_write_unknown: t.cache_write_unknown,
            output: t.output,
            reasoning: 0,
            audio_input: t.audio_input,
            audio_output: t.audio_output,
            image_input: t.image_input,
            image_output: t.image_output,
        }
    }
}

fn tokens() -> clap::builder::RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(0..)
}

/// `outlay prices`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  outlay prices sonnet                             prices per million tokens
  outlay prices explain gpt-4o-2024-08-06 --provider openai
  outlay prices import contract.csv --preview      what your own prices would change
  outlay prices import contract.csv                take them; they win over the book
  outlay prices alias azure my-deployment --means azure gpt-4o

The CSV has the columns provider, model, valid_from, valid_to, tier, uncached_input, cache_read, cache_write_5m,
cache_write_1h, output, currency; per million tokens."
)]
pub struct PricesArgs {
    /// What to do; none: search.
    #[command(subcommand)]
    pub command: Option<PricesCommand>,
    /// Part of a provider or model id
    #[arg(default_value = "", hide_default_value = true)]
    pub search: String,
    #[command(flatten)]
    pub output: ListArgs,
}

/// `outlay prices …`
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// How an id is matched, with the history of its price
    Explain {
        /// Model id as your files spell it
        id: String,
        /// Provider that bills
        #[arg(long)]
        provider: Option<String>,
    },
    /// Add your own prices
    Import {
        /// CSV file
        file: PathBuf,
        /// Take prices far outside the usual range too
        #[arg(long)]
        allow_odd: bool,
        /// Only show what they would change
        #[arg(long)]
        preview: bool,
    },
    /// Say which model an id means, such as an Azure deployment
    Alias {
        /// Provider as seen
        provider: String,
        /// Id as seen
        id: String,
        /// Provider and model whose price applies
        #[arg(long, required = true, num_args = 2, value_names = ["PROVIDER", "MODEL"])]
        means: Vec<String>,
        /// Only show what it would change
        #[arg(long)]
        preview: bool,
    },
}
