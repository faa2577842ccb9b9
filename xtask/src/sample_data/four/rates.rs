//! List prices of the second company's models, in nano-dollars per token: those of the first and a few more.

use anyhow::Result;

use super::super::calendar::day;
use super::super::price::{self, Rate};

/// Claude Haiku 4.5 on Bedrock through the American regions: a tenth more than Anthropic asks.
pub const HAIKU_US: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
pub const NOVA_LITE: &str = "amazon.nova-lite-v1:0";
pub const NOVA_PRO: &str = "amazon.nova-pro-v1:0";
/// Of the older export, in 2024.
pub const GPT_4O_MINI: &str = "gpt-4o-mini-2024-07-18";

/// Prompts longer than this have a price of their own on gemini-2.5-pro.
pub const LONG_PROMPT: i64 = 200_000;

/// The list price of a model in October 2026 at the standard tier, for a long prompt or not.
pub fn rate(model: &str, long: bool) -> Result<Rate> {
    let plain = |input, cached, output| Rate { input, cached, write_5m: 0, write_1h: 0, output };
    Ok(match model {
        HAIKU_US => Rate { input: 1100, cached: 110, write_5m: 1375, write_1h: 2200, output: 5500 },
        NOVA_LITE => plain(60, 15, 240),
        NOVA_PRO => plain(800, 200, 3200),
        GPT_4O_MINI => plain(150, 75, 600),
        other => price::rate(other, day(10, 1), if long { LONG_PROMPT + 1 } else { 0 })?,
    })
}
