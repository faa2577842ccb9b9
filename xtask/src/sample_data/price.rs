//! List prices of the models that appear here, in nano-dollars per token (1 USD per million tokens = 1,000).

use anyhow::{Result, bail};

use super::calendar::day;
use super::row::Tokens;

/// The day from which gpt-5.6-sol costs less.
pub const PRICE_CUT: i64 = day(8, 21);
/// The day from which gpt-4.1 is billed under a contract.
pub const CONTRACT: i64 = day(10, 1);
/// What the contract leaves of the list price of gpt-4.1, in thousandths.
pub const CONTRACT_PERMILLE: i64 = 920;
/// Prompts longer than this cost more on gemini-2.5-pro.
const LONG_PROMPT: i64 = 200_000;

pub const GPT_4O: &str = "gpt-4o-2024-08-06";
pub const GPT_41: &str = "gpt-4.1-2025-04-14";
pub const GPT_41_MINI: &str = "gpt-4.1-mini-2025-04-14";
pub const GPT_5_MINI: &str = "gpt-5-mini-2025-08-07";
pub const GPT_54_PRO: &str = "gpt-5.4-pro-2026-03-05";
pub const GPT_56_SOL: &str = "gpt-5.6-sol";
pub const O3: &str = "o3-2025-04-16";
pub const EMBEDDING: &str = "text-embedding-3-small";
pub const SONNET: &str = "claude-sonnet-4-5-20250929";
pub const HAIKU: &str = "claude-haiku-4-5-20251001";
pub const OPUS: &str = "claude-opus-4-5-20251101";
pub const GEMINI_PRO: &str = "gemini-2.5-pro";
pub const GEMINI_FLASH: &str = "gemini-2.5-flash";

/// Every model, for the table in SOURCES.md.
pub const MODELS: [&str; 13] = [
    GPT_4O,
    GPT_41,
    GPT_41_MINI,
    GPT_5_MINI,
    GPT_54_PRO,
    GPT_56_SOL,
    O3,
    EMBEDDING,
    SONNET,
    HAIKU,
    OPUS,
    GEMINI_PRO,
    GEMINI_FLASH,
];

/// Nano-dollars per token.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub input: i64,
    pub cached: i64,
    pub write_5m: i64,
    pub write_1h: i64,
    pub output: i64,
}

/// Who bills a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    OpenAi,
    Anthropic,
    Google,
}

impl Provider {
    pub const ALL: [Provider; 3] = [Provider::OpenAi, Provider::Anthropic, Provider::Google];

    pub fn of(model: &str) -> Provider {
        match model {
            SONNET | HAIKU | OPUS => Provider::Anthropic,
            GEMINI_PRO | GEMINI_FLASH => Provider::Google,
            _ => Provider::OpenAi,
        }
    }

    /// The name in truth.json.
    pub fn name(self) -> &'static str {
        match self {
            Provider::OpenAi => "openai",
            Provider::Anthropic => "anthropic",
            Provider::Google => "google",
        }
    }

    /// The name that the gateway logs, in OpenTelemetry's words.
    pub fn logged(self) -> &'static str {
        if self == Provider::Google { "gcp.gemini" } else { self.name() }
    }
}

/// The list price of a model on a UTC day for a prompt of `prompt` tokens.
pub fn rate(model: &str, utc_day: i64, prompt: i64) -> Result<Rate> {
    let plain = |input, cached, output| Rate { input, cached, write_5m: 0, write_1h: 0, output };
    let claude =
        |input| Rate { input, cached: input / 10, write_5m: input * 5 / 4, write_1h: input * 2, output: input * 5 };
    Ok(match model {
        GPT_4O => plain(2500, 1250, 10_000),
        GPT_41 => plain(2000, 500, 8000),
        GPT_41_MINI => plain(400, 100, 1600),
        GPT_5_MINI => plain(250, 25, 2000),
        GPT_54_PRO => plain(30_000, 0, 180_000),
        GPT_56_SOL if utc_day < PRICE_CUT => plain(5000, 500, 30_000),
        GPT_56_SOL => plain(4000, 400, 20_000),
        O3 => plain(2000, 500, 8000),
        EMBEDDING => plain(20, 0, 0),
        SONNET => claude(3000),
        HAIKU => claude(1000),
        OPUS => claude(5000),
        GEMINI_PRO if prompt > LONG_PROMPT => plain(2500, 250, 15_000),
        GEMINI_PRO => plain(1250, 125, 10_000),
        GEMINI_FLASH => plain(300, 30, 2500),
        other => bail!("no price for {other}"),
    })
}

impl Rate {
    /// What tokens cost, in nano-dollars.
    pub fn cost(&self, t: &Tokens) -> i64 {
        t.uncached * self.input
            + t.read * self.cached
            + t.write_5m * self.write_5m
            + t.write_1h * self.write_1h
            + t.output * self.output
    }
}
