//! Published prices, retyped: what the book must answer, and what it must leave unpriced.

use outlay_model::money::Pico;
use outlay_model::tokens::Tokens;
use outlay_price::{Book, Key, cost};

/// Microseconds of `2026-11-05` (noon) or `2026-11-05T03:30`.
fn instant(text: &str) -> i64 {
    let text = if text.contains('T') { format!("{text}:00Z") } else { format!("{text}T12:00:00Z") };
    chrono::DateTime::parse_from_rfc3339(&text).expect("a time").timestamp_micros()
}

/// Provider, model, region, tier, time, [uncached, read, 5m write, 1h write, output], USD ("-" for unpriced).
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, [i64; 5], &'static str);

fn check(cases: &[Case]) {
    let book = Book::bundled().expect("the bundled book");
    let mut wrong = Vec::new();
    for (provider, model, region, tier, at, counts, want) in cases {
        let tokens = Tokens {
            uncached_input: counts[0],
            cache_read: counts[1],
            cache_write_5m: counts[2],
            cache_write_1h: counts[3],
            output: counts[4],
            ..Tokens::default()
        };
        let schedule = book.schedule(&Key::new(provider, model).region(region).tier(tier));
        let set = schedule.at(instant(at), tokens.total_input());
        let got = set.map(|set| cost(&set.rates, &tokens));
        let fine = match (got, *want) {
            (None, "-") => schedule.unpriced().is_some(),
            (Some(cost), want) => {
                Pico::parse(want) == Ok(Pico(cost.low)) && cost.high == cost.low && cost.unpriced_tokens == 0
            }
            (None, _) => false,
        };
        if !fine {
            let rule = set.map(|set| (&set.model, &set.rule, &set.rates));
            let why = schedule.unpriced();
            wrong.push(format!("{provider} {model} {region} {tier} {at}: {got:?}, wanted {want}; {rule:?} {why:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

const NOW: &str = "2026-11-05";

#[test]
fn standard_rates_today() {
    check(&[
        ("openai", "gpt-4o", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "13.75"),
        ("openai", "gpt-4o-mini", "", "default", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.825"),
        ("openai", "gpt-4.1-nano", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.525"),
        ("openai", "gpt-4o-2024-05-13", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "20"),
        ("openai", "gpt-3.5-turbo-0125", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("openai", "gpt-4-0613", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "90"),
        ("openai", "gpt-4-turbo-2024-04-09", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "40"),
        ("openai", "o1-2024-12-17", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "82.5"),
        ("openai", "o4-mini-2025-04-16", "", "", NOW, [100_000, 100_000, 0, 0, 10_000], "0.1815"),
        ("openai", "o3-pro", "", "", NOW, [100_000, 0, 0, 0, 10_000], "2.8"),
        ("openai", "gpt-5-nano", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.455"),
        ("openai", "gpt-5-pro", "", "", NOW, [10_000, 0, 0, 0, 1_000], "0.27"),
        ("openai", "text-embedding-3-large", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.13"),
        ("openai", "text-embedding-ada-002", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.10"),
        ("openai", "omni-moderation-latest", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0"),
        ("anthropic", "claude-opus-4-1-20250805", "", "", NOW, [10_000, 100_000, 10_000, 10_000, 1_000], "0.8625"),
        ("anthropic", "claude-3-opus-20240229", "", "", "2024-06-01", [10_000, 0, 0, 0, 1_000], "0.225"),
        ("anthropic", "claude-3-haiku-20240307", "", "", "2024-06-01", [1_000_000, 0, 0, 0, 1_000_000], "1.5"),
        ("anthropic", "claude-3-7-sonnet-20250219", "", "", "2025-03-01", [1_000_000, 0, 0, 1_000_000, 0], "9"),
        ("anthropic", "claude-2.1", "", "", "2024-01-15", [1_000_000, 0, 0, 0, 1_000_000], "32"),
        ("google", "gemini-2.5-flash", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "2.83"),
        ("google", "gemini-2.0-flash", "", "", "2025-08-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.525"),
        ("google", "models/gemini-2.5-flash-lite", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.5"),
        ("google", "gemini-embedding-001", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.15"),
        ("mistral", "mistral-large-2411", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "8"),
        ("mistral", "mistral-small-2506", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.4"),
        ("mistral", "codestral-2501", "", "", "2025-06-01", [1_000_000, 0, 0, 0, 1_000_000], "1.2"),
        ("mistral", "mistral-embed", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.1"),
        ("xai", "grok-3", "", "", NOW, [100_000, 0, 0, 0, 10_000], "0.45"),
        ("xai", "grok-4-0709", "", "", NOW, [100_000, 0, 0, 0, 10_000], "0.45"),
        ("xai", "grok-3-mini", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.875"),
        ("groq", "llama-3.3-70b-versatile", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "1.38"),
        ("groq", "llama-3.1-8b-instant", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.13"),
        ("cohere", "command-r-plus-08-2024", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "12.5"),
        ("cohere", "command-r", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.75"),
        ("perplexity", "sonar-pro", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "18"),
        ("azure", "gpt-4o-2024-08-06", "", "", NOW, [1_000_000, 1_000_000, 0, 0, 1_000_000], "13.75"),
        ("azure", "gpt-4o-mini", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.75"),
        ("azure", "gpt-35-turbo", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("azure", "eu/gpt-4o-2024-08-06", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "13.75"),
        ("openrouter", "anthropic/claude-3.7-sonnet", "", "", "2025-06-01", [1_000_000, 0, 0, 0, 1_000_000], "18"),
    ]);
}

#[test]
fn rates_before_and_after_a_change() {
    check(&[
        ("openai", "o3", "", "", "2025-06-09T23:59", [1_000_000, 1_000_000, 0, 0, 1_000_000], "52.5"),
        ("openai", "o3", "", "", "2025-06-10T00:00", [1_000_000, 1_000_000, 0, 0, 1_000_000], "10.5"),
        ("azure", "o3-2025-04-16", "", "", "2025-05-15", [20_000, 0, 0, 0, 5_000], "0.4"),
        ("openai", "gpt-4o", "", "", "2024-09-01", [1_000_000, 0, 0, 0, 1_000_000], "20"),
        ("openai", "gpt-4o-2024-08-06", "", "", "2024-09-01", [1_000_000, 0, 0, 0, 1_000_000], "12.5"),
        ("openai", "gpt-4o", "", "", "2024-10-02", [1_000_000, 0, 0, 0, 1_000_000], "12.5"),
        ("openai", "gpt-5.6-luna", "", "", "2026-07-29", [100_000, 0, 0, 0, 10_000], "0.16"),
        ("openai", "gpt-5.6-luna", "", "", "2026-07-30", [100_000, 0, 0, 0, 10_000], "0.032"),
        ("openai", "gpt-5.6-terra", "", "", "2026-07-01", [100_000, 0, 10_000, 0, 10_000], "0.43125"),
        ("openai", "gpt-5.6-sol", "", "", "2026-08-20", [30_000, 90_000, 0, 0, 4_000], "0.315"),
        ("openai", "gpt-5.6-sol", "", "", "2026-08-21", [30_000, 90_000, 0, 0, 4_000], "0.236"),
        ("anthropic", "claude-3-5-haiku-20241022", "", "", "2024-11-15", [1_000_000, 0, 0, 0, 1_000_000], "6"),
        ("anthropic", "claude-3-5-haiku-20241022", "", "", "2025-01-15", [1_000_000, 0, 0, 0, 1_000_000], "4.8"),
        ("anthropic", "claude-opus-4-6", "", "", "2026-02-20", [150_000, 60_000, 0, 0, 2_000], "1.635"),
        ("anthropic", "claude-opus-4-6", "", "", "2026-03-13", [150_000, 60_000, 0, 0, 2_000], "0.83"),
        ("anthropic", "claude-sonnet-4-6", "", "", "2026-03-13", [250_000, 0, 0, 0, 2_000], "0.78"),
        ("mistral", "mistral-small-latest", "", "", "2026-03-15", [1_000_000, 0, 0, 0, 1_000_000], "0.4"),
        ("mistral", "mistral-small-latest", "", "", "2026-03-16", [1_000_000, 0, 0, 0, 1_000_000], "0.75"),
        ("xai", "grok-4.20", "", "", "2026-04-29", [100_000, 0, 0, 0, 10_000], "0.26"),
        ("xai", "grok-4.20", "", "", "2026-04-30", [100_000, 0, 0, 0, 10_000], "0.15"),
        ("google", "gemini-4-argon", "", "", "2026-11-30", [1_000_000, 0, 0, 0, 100_000], "3"),
        ("google", "gemini-4-argon", "", "", "2026-12-01", [1_000_000, 0, 0, 0, 100_000], "6"),
    ]);
}

#[test]
fn openai_prices_and_aliases_of_the_past() {
    check(&[
        ("openai", "o1-mini", "", "", "2025-01-30", [1_000_000, 1_000_000, 0, 0, 1_000_000], "16.5"),
        ("openai", "o1-mini", "", "", "2025-01-31", [1_000_000, 1_000_000, 0, 0, 1_000_000], "6.05"),
        ("openai", "o1-mini-2024-09-12", "", "", "2024-10-15", [1_000_000, 0, 0, 0, 1_000_000], "15"),
        ("openai", "o1-mini-2024-09-12", "", "", "2025-03-01", [1_000_000, 0, 0, 0, 1_000_000], "5.5"),
        ("azure", "o1-mini", "", "", "2024-12-01", [1_000_000, 0, 0, 0, 1_000_000], "15"),
        ("azure", "o1-mini", "", "", "2025-03-01", [1_000_000, 0, 0, 0, 1_000_000], "5.5"),
        ("openai", "gpt-3.5-turbo", "", "", "2024-02-15", [1_000_000, 0, 0, 0, 1_000_000], "3.5"),
        ("openai", "gpt-3.5-turbo", "", "", "2024-02-16", [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("openai", "gpt-3.5-turbo-0125", "", "", "2024-02-10", [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("openai", "openai/gpt-4o", "", "", "2024-09-01", [1_000_000, 0, 0, 0, 1_000_000], "20"),
        ("openai", "gpt-4o", "", "", "2024-10-01T23:59", [1_000_000, 0, 0, 0, 1_000_000], "20"),
        ("openai", "computer-use-preview", "", "batch", "2025-06-01", [100_000, 0, 0, 0, 10_000], "0.21"),
        ("openrouter", "openai/o3", "", "", "2025-05-15", [20_000, 0, 0, 0, 5_000], "0.4"),
        ("openrouter", "openai/o3", "", "", "2025-06-15", [20_000, 0, 0, 0, 5_000], "0.08"),
        ("openrouter", "openai/o1-mini", "", "", "2024-12-01", [1_000_000, 0, 0, 0, 1_000_000], "15"),
        ("openrouter", "openai/gpt-5.6-sol", "", "", "2026-08-10", [30_000, 90_000, 0, 0, 4_000], "0.315"),
        ("openrouter", "openai/gpt-5.6-terra", "", "", "2026-07-20", [100_000, 0, 0, 0, 10_000], "0.4"),
        ("openrouter", "openai/gpt-5.6-luna", "", "", "2026-07-20", [100_000, 0, 0, 0, 10_000], "0.16"),
        ("openrouter", "openai/gpt-4o", "", "", "2024-09-01", [1_000_000, 0, 0, 0, 1_000_000], "20"),
        ("openrouter", "openai/gpt-4o", "", "", "2025-04-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "13.75"),
        ("openrouter", "openai/o1-mini", "", "", "2025-04-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "6.05"),
        ("openrouter", "openai/gpt-4.5-preview", "", "", "2025-04-01", [0, 10_000, 0, 0, 0], "0.375"),
    ]);
}

#[test]
fn claude_prices_of_the_past() {
    check(&[
        (
            "bedrock",
            "anthropic.claude-3-5-haiku-20241022-v1:0",
            "",
            "",
            "2024-11-15",
            [1_000_000, 0, 0, 0, 1_000_000],
            "6",
        ),
        (
            "bedrock",
            "us.anthropic.claude-3-5-haiku-20241022-v1:0",
            "",
            "",
            "2025-01-15",
            [1_000_000, 0, 0, 0, 1_000_000],
            "4.8",
        ),
        ("vertex", "claude-3-5-haiku@20241022", "", "", "2024-11-15", [1_000_000, 0, 0, 0, 1_000_000], "6"),
        ("vertex", "claude-3-5-haiku@20241022", "", "", "2025-01-15", [1_000_000, 0, 0, 0, 1_000_000], "4.8"),
        ("openrouter", "anthropic/claude-3.5-haiku", "", "", "2024-11-15", [1_000_000, 0, 0, 0, 1_000_000], "6"),
        ("openrouter", "anthropic/claude-3.5-haiku", "", "", "2025-04-01", [0, 10_000, 10_000, 0, 0], "0.0108"),
        (
            "openrouter",
            "anthropic/claude-3.5-sonnet",
            "",
            "",
            "2025-04-01",
            [1_000, 10_000, 10_000, 0, 1_000],
            "0.0585",
        ),
        (
            "openrouter",
            "anthropic/claude-3.7-sonnet",
            "",
            "",
            "2025-04-01",
            [1_000, 10_000, 10_000, 0, 1_000],
            "0.0585",
        ),
        ("openrouter", "anthropic/claude-3-haiku", "", "", "2025-04-01", [0, 100_000, 10_000, 0, 0], "0.006"),
        ("openrouter", "anthropic/claude-3-opus", "", "", "2025-04-01", [0, 10_000, 10_000, 0, 0], "0.2025"),
        ("vertex", "claude-sonnet-4-6", "", "", "2026-02-20", [250_000, 0, 0, 0, 2_000], "1.545"),
        ("vertex", "claude-sonnet-4-6", "", "", "2026-03-13", [250_000, 0, 0, 0, 2_000], "0.78"),
        ("bedrock", "us.anthropic.claude-opus-4-6-v1:0", "", "", "2026-02-20", [250_000, 0, 0, 0, 2_000], "2.8325"),
        ("bedrock", "us.anthropic.claude-opus-4-6-v1:0", "", "", "2026-03-13", [250_000, 0, 0, 0, 2_000], "1.43"),
        ("bedrock", "global.anthropic.claude-opus-4-6-v1:0", "", "", "2026-02-20", [250_000, 0, 0, 0, 2_000], "2.575"),
        (
            "bedrock",
            "global.anthropic.claude-sonnet-4-6-v1:0",
            "",
            "",
            "2026-02-20",
            [250_000, 0, 0, 0, 2_000],
            "1.545",
        ),
        ("bedrock", "eu.anthropic.claude-sonnet-4-6-v1:0", "", "", "2026-02-20", [250_000, 0, 0, 0, 2_000], "1.6995"),
        ("bedrock", "eu.anthropic.claude-sonnet-4-6-v1:0", "", "", "2026-02-20", [100_000, 0, 0, 0, 2_000], "0.363"),
        ("openrouter", "anthropic/claude-sonnet-4", "", "", "2025-10-01", [250_000, 0, 0, 0, 2_000], "1.545"),
        ("openrouter", "anthropic/claude-sonnet-4.6", "", "", "2026-02-20", [250_000, 0, 0, 0, 2_000], "1.545"),
        ("openrouter", "anthropic/claude-sonnet-4.6", "", "", "2026-04-01", [250_000, 0, 0, 0, 2_000], "0.78"),
        ("openrouter", "anthropic/claude-opus-4.6", "", "", "2026-02-20", [250_000, 0, 0, 0, 2_000], "2.575"),
        ("anthropic", "claude-opus-4-6", "", "fast", "2026-04-20", [10_000, 10_000, 10_000, 10_000, 1_000], "1.455"),
        ("anthropic", "claude-opus-4-6", "", "fast", "2026-02-20", [250_000, 0, 0, 0, 2_000], "15.45"),
        ("anthropic", "claude-opus-4-7", "", "fast", "2026-05-20", [10_000, 0, 0, 0, 1_000], "0.45"),
    ]);
}

#[test]
fn gemini_prices_and_aliases_of_the_past() {
    check(&[
        ("google", "gemini-1.5-pro", "", "", "2024-09-30", [100_000, 0, 0, 0, 10_000], "0.455"),
        ("google", "gemini-1.5-pro", "", "", "2024-10-01", [100_000, 0, 0, 0, 10_000], "0.175"),
        ("google", "gemini-1.5-pro", "", "", "2024-09-30", [100_000, 100_000, 0, 0, 10_000], "1.085"),
        ("google", "gemini-1.5-pro-002", "", "", "2024-11-01", [50_000, 50_000, 0, 0, 0], "0.078125"),
        ("google", "gemini-1.5-flash", "", "", "2024-08-11", [100_000, 0, 0, 0, 10_000], "0.0455"),
        ("google", "gemini-1.5-flash-001", "", "", "2024-08-12", [100_000, 0, 0, 0, 10_000], "0.0105"),
        ("google", "gemini-1.5-flash", "", "", "2024-07-01", [150_000, 0, 0, 0, 10_000], "0.126"),
        ("google", "gemini-1.5-flash-8b", "", "", "2024-11-01", [100_000, 0, 0, 0, 10_000], "0.00525"),
        ("google", "models/gemini-1.5-flash-8b-001", "", "", "2025-03-01", [150_000, 0, 0, 0, 10_000], "0.01425"),
        ("google", "gemini-1.5-flash-8b", "", "", "2024-11-01", [0, 100_000, 0, 0, 0], "0.001"),
        ("google", "gemini-1.0-pro", "", "", "2024-06-01", [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("vertex", "gemini-2.0-flash-001", "", "", "2025-06-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.7875"),
        ("vertex", "gemini-2.0-flash", "", "batch", "2025-06-01", [1_000_000, 0, 0, 0, 1_000_000], "0.375"),
        ("google", "gemini-2.0-flash-001", "", "", "2025-06-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.525"),
        (
            "openrouter",
            "google/gemini-2.0-flash-001",
            "",
            "",
            "2025-06-01",
            [1_000_000, 1_000_000, 0, 0, 1_000_000],
            "0.525",
        ),
        ("google", "gemini-2.5-pro", "", "", "2025-07-01", [0, 100_000, 0, 0, 0], "0.031"),
        ("google", "gemini-2.5-pro", "", "", "2025-07-01", [0, 300_000, 0, 0, 0], "0.1875"),
        ("google", "gemini-2.5-pro", "", "", "2025-11-01", [0, 100_000, 0, 0, 0], "0.0125"),
        ("google", "gemini-2.5-flash", "", "", "2025-07-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "2.875"),
        ("google", "gemini-2.5-flash", "", "", "2025-11-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "2.83"),
        ("google", "gemini-2.5-flash-lite", "", "", "2025-08-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "0.525"),
        (
            "google",
            "gemini-2.5-flash-preview-04-17",
            "",
            "",
            "2025-05-01",
            [1_000_000, 1_000_000, 0, 0, 1_000_000],
            "0.7875",
        ),
        ("google", "gemini-2.5-flash-preview:thinking", "", "", "2025-05-01", [1_000_000, 0, 0, 0, 1_000_000], "3.65"),
        ("google", "gemini-3.6-flash", "", "", "2026-08-01", [1_000_000, 1_000_000, 0, 0, 1_000_000], "9.15"),
        ("google", "gemini-3.6-flash", "", "", "2026-08-13", [1_000_000, 1_000_000, 0, 0, 1_000_000], "4.575"),
        ("google", "gemini-3.6-flash", "", "batch", "2026-08-01", [1_000_000, 0, 0, 0, 1_000_000], "4.5"),
        (
            "openrouter",
            "google/gemini-3.6-flash",
            "",
            "",
            "2026-08-01",
            [1_000_000, 1_000_000, 0, 0, 1_000_000],
            "9.15",
        ),
        ("google", "gemini-flash-latest", "", "", "2025-10-15", [1_000_000, 0, 0, 0, 1_000_000], "2.8"),
        ("google", "gemini-flash-latest", "", "", "2026-03-01", [1_000_000, 0, 0, 0, 1_000_000], "3.5"),
        ("google", "gemini-flash-latest", "", "", "2026-06-15", [1_000_000, 0, 0, 0, 1_000_000], "10.5"),
        ("google", "gemini-flash-latest", "", "", "2026-08-01", [1_000_000, 0, 0, 0, 1_000_000], "9"),
        ("google", "models/gemini-flash-latest", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "4.5"),
        ("google", "gemini-flash-lite-latest", "", "", "2025-10-15", [1_000_000, 0, 0, 0, 1_000_000], "0.5"),
        ("google", "gemini-flash-lite-latest", "", "", "2026-05-15", [1_000_000, 0, 0, 0, 1_000_000], "1.75"),
        ("google", "gemini-flash-lite-latest", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "2.8"),
        ("openrouter", "google/gemini-2.5-pro", "", "", "2025-12-01", [250_000, 0, 0, 0, 2_000], "0.655"),
        ("openrouter", "google/gemini-2.5-pro", "", "", "2025-07-01", [0, 100_000, 0, 0, 0], "0.031"),
        (
            "openrouter",
            "google/gemini-2.5-flash",
            "",
            "",
            "2025-12-01",
            [1_000_000, 1_000_000, 0, 0, 1_000_000],
            "2.83",
        ),
    ]);
}

#[test]
fn other_providers_prices_and_aliases_of_the_past() {
    check(&[
        ("mistral", "mistral-large-latest", "", "", "2024-05-01", [1_000_000, 0, 0, 0, 1_000_000], "32"),
        ("mistral", "mistral-large-latest", "", "", "2024-08-01", [1_000_000, 0, 0, 0, 1_000_000], "12"),
        ("mistral", "mistral-large-latest", "", "", "2024-06-15", [1_000_000, 0, 0, 0, 1_000_000], "16"),
        ("mistral", "mistral-large-2402", "", "", "2024-04-15", [1_000_000, 0, 0, 0, 1_000_000], "32"),
        ("mistral", "mistral-large-2402", "", "", "2024-08-15", [1_000_000, 0, 0, 0, 1_000_000], "16"),
        ("mistral", "ministral-3b-latest", "", "", "2025-06-15", [1_000_000, 0, 0, 0, 1_000_000], "0.08"),
        ("mistral", "ministral-3b-latest", "", "", "2026-01-15", [1_000_000, 0, 0, 0, 1_000_000], "0.2"),
        ("groq", "openai/gpt-oss-120b", "", "", "2025-08-20", [1_000_000, 0, 0, 0, 1_000_000], "0.9"),
        ("groq", "openai/gpt-oss-20b", "", "", "2025-08-20", [1_000_000, 0, 0, 0, 1_000_000], "0.6"),
        ("groq", "openai/gpt-oss-20b", "", "", "2026-01-20", [1_000_000, 0, 0, 0, 1_000_000], "0.375"),
        ("mistral", "mistral-large-latest", "", "", "2025-06-01", [1_000_000, 0, 0, 0, 1_000_000], "8"),
        ("mistral", "mistral-large-latest", "", "", "2026-01-10", [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("mistral", "mistral-large-2407", "", "", "2024-08-01", [1_000_000, 0, 0, 0, 1_000_000], "12"),
        ("mistral", "mistral-large-2411", "", "", "2026-01-10", [1_000_000, 0, 0, 0, 1_000_000], "8"),
        ("mistral", "mistral-small-latest", "", "", "2024-08-01", [1_000_000, 0, 0, 0, 1_000_000], "4"),
        ("mistral", "mistral-small-latest", "", "", "2024-04-01", [1_000_000, 0, 0, 0, 1_000_000], "8"),
        ("mistral", "mistral-small-latest", "", "", "2024-10-15", [1_000_000, 0, 0, 0, 1_000_000], "0.8"),
        ("mistral", "mistral-small-latest", "", "", "2025-02-15", [1_000_000, 0, 0, 0, 1_000_000], "0.4"),
        ("mistral", "mistral-small", "", "", "2024-04-01", [1_000_000, 0, 0, 0, 1_000_000], "8"),
        ("mistral", "mistral-small", "", "", "2024-08-01", [1_000_000, 0, 0, 0, 1_000_000], "4"),
        ("mistral", "mistral-small", "", "", "2024-10-15", [1_000_000, 0, 0, 0, 1_000_000], "0.8"),
        ("mistral", "codestral-latest", "", "", "2024-07-01", [1_000_000, 0, 0, 0, 1_000_000], "4"),
        ("mistral", "codestral-latest", "", "", "2024-12-01", [1_000_000, 0, 0, 0, 1_000_000], "0.8"),
        ("mistral", "codestral-latest", "", "", "2025-02-01", [1_000_000, 0, 0, 0, 1_000_000], "1.2"),
        ("mistral", "open-mistral-nemo", "", "", "2024-08-01", [1_000_000, 0, 0, 0, 1_000_000], "0.6"),
        ("mistral", "open-mistral-nemo", "", "", "2024-11-01", [1_000_000, 0, 0, 0, 1_000_000], "0.3"),
        ("mistral", "mistral-medium-latest", "", "", "2025-04-01", [1_000_000, 0, 0, 0, 1_000_000], "10.8"),
        ("mistral", "mistral-medium-latest", "", "", "2025-06-01", [1_000_000, 0, 0, 0, 1_000_000], "2.4"),
        ("mistral", "mistral-medium", "", "", "2024-06-01", [1_000_000, 0, 0, 0, 1_000_000], "10.8"),
        ("cohere", "command-r", "", "", "2024-06-01", [1_000_000, 0, 0, 0, 1_000_000], "2"),
        ("cohere", "command-r-plus", "", "", "2024-06-01", [1_000_000, 0, 0, 0, 1_000_000], "18"),
        ("cohere", "command-r-plus-08-2024", "", "", "2024-10-01", [1_000_000, 0, 0, 0, 1_000_000], "12.5"),
        ("xai", "grok-4-fast-reasoning", "", "", "2025-10-01", [150_000, 0, 0, 0, 10_000], "0.07"),
        ("xai", "grok-4-fast", "", "", "2025-10-01", [50_000, 100_000, 0, 0, 0], "0.025"),
        ("xai", "grok-4-0709", "", "", "2025-09-01", [50_000, 100_000, 0, 0, 0], "0.375"),
        ("xai", "grok-4", "", "", "2025-09-01", [28_000, 100_000, 0, 0, 10_000], "0.309"),
        ("openrouter", "x-ai/grok-4", "", "", "2025-09-01", [200_000, 0, 0, 0, 10_000], "1.5"),
    ]);
}

#[test]
fn size_bands_are_strict_and_count_cached_tokens() {
    check(&[
        ("google", "gemini-2.5-pro", "", "", NOW, [40_000, 160_000, 0, 0, 3_000], "0.1"),
        ("google", "gemini-2.5-pro", "", "", NOW, [40_001, 160_000, 0, 0, 3_000], "0.1850025"),
        ("vertex", "gemini-2.5-pro", "", "", NOW, [300_000, 0, 0, 0, 1_000], "0.765"),
        ("google", "gemini-1.5-pro", "", "", "2025-02-01", [130_000, 0, 0, 0, 1_000], "0.335"),
        ("openai", "gpt-5.4", "", "", NOW, [272_000, 0, 0, 0, 2_000], "0.71"),
        ("openai", "gpt-5.4", "", "", NOW, [200_000, 100_000, 0, 0, 2_000], "1.095"),
        ("xai", "grok-4.5", "", "", NOW, [199_999, 0, 0, 0, 0], "0.399998"),
        ("xai", "grok-4.5", "", "", NOW, [200_000, 0, 0, 0, 0], "0.8"),
        ("xai", "grok-4", "", "", NOW, [200_000, 0, 0, 0, 10_000], "1.5"),
        ("anthropic", "claude-haiku-5-5", "", "", NOW, [100_000, 0, 0, 0, 1_000], "0.0105"),
        ("anthropic", "claude-haiku-5-5", "", "", NOW, [100_001, 0, 0, 0, 0], "0.0500005"),
        ("anthropic", "claude-sonnet-4-20250514", "", "", "2025-10-01", [250_000, 0, 0, 0, 2_000], "1.545"),
        (
            "bedrock",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "",
            "",
            "2025-12-01",
            [250_000, 0, 0, 0, 2_000],
            "1.6995",
        ),
    ]);
}

#[test]
fn service_tiers_now_and_in_the_past() {
    check(&[
        ("openai", "gpt-4.1-mini", "", "batch", "2025-11-20", [200_000, 0, 0, 0, 10_000], "0.048"),
        ("openai", "gpt-4o", "", "batch", "2025-03-01", [100_000, 100_000, 0, 0, 10_000], "0.3"),
        ("openai", "o3", "", "flex", "2025-05-15", [20_000, 0, 0, 0, 5_000], "0.2"),
        ("openai", "o3", "", "flex", "2025-05-15", [0, 20_000, 0, 0, 0], "0.025"),
        ("openai", "o4-mini", "", "flex", "2025-08-01", [20_000, 0, 0, 0, 5_000], "0.022"),
        ("openai", "gpt-5", "", "flex", "2025-10-01", [100_000, 100_000, 0, 0, 10_000], "0.11875"),
        ("openai", "gpt-5", "", "priority", "2025-10-01", [100_000, 100_000, 0, 0, 10_000], "0.475"),
        ("openai", "gpt-4.1", "", "priority", "2025-09-01", [10_000, 0, 0, 0, 1_000], "0.049"),
        ("openai", "gpt-5.6-sol", "", "batch", "2026-08-10", [30_000, 90_000, 0, 0, 4_000], "0.1575"),
        ("openai", "gpt-5.6-sol", "", "priority", "2026-08-10", [30_000, 90_000, 0, 0, 4_000], "0.63"),
        ("openai", "text-embedding-3-small", "", "batch", NOW, [1_000_000, 0, 0, 0, 0], "0.01"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123", "", "batch", NOW, [8_000, 0, 0, 0, 500], "0.0015"),
        ("anthropic", "claude-sonnet-4-20250514", "", "batch", "2025-08-01", [100_000, 0, 0, 0, 10_000], "0.225"),
        (
            "anthropic",
            "claude-3-5-sonnet-20241022",
            "",
            "batch",
            "2025-01-01",
            [10_000, 10_000, 10_000, 10_000, 0],
            "0.06525",
        ),
        ("anthropic", "claude-sonnet-4-5", "", "batch", "2026-01-10", [1_200, 40_000, 6_000, 0, 900], "0.0258"),
        ("anthropic", "claude-sonnet-4-6", "", "batch", "2026-02-20", [250_000, 0, 0, 0, 2_000], "0.7725"),
        ("anthropic", "claude-opus-4-8", "", "fast", NOW, [10_000, 0, 0, 0, 1_000], "0.15"),
        ("google", "gemini-2.5-pro", "", "batch", "2026-01-10", [100_000, 0, 0, 0, 10_000], "0.1125"),
        ("google", "gemini-2.5-pro", "", "flex", NOW, [210_000, 0, 0, 0, 1_000], "0.27"),
        ("google", "gemini-2.0-flash", "", "batch", "2025-09-10", [1_000_000, 0, 0, 0, 1_000_000], "0.25"),
        ("mistral", "mistral-large-2411", "", "batch", "2025-06-01", [1_000_000, 0, 0, 0, 1_000_000], "4"),
        ("vertex", "claude-haiku-4-5@20251001", "", "batch", NOW, [10_000, 0, 0, 10_000, 1_000], "0.0175"),
        ("azure", "gpt-4o", "", "batch", NOW, [1_000_000, 0, 0, 0, 1_000_000], "6.25"),
        ("openai", "gpt-4-32k", "", "priority", NOW, [1, 0, 0, 0, 0], "-"),
        ("anthropic", "claude-sonnet-4-5", "", "flex", NOW, [1, 0, 0, 0, 0], "-"),
    ]);
}

#[test]
fn other_spellings_as_declared() {
    check(&[
        ("openai", "openai/gpt-4o", "", "", NOW, [12_000, 0, 0, 0, 800], "0.038"),
        ("", "openai/gpt-4o", "", "", NOW, [12_000, 0, 0, 0, 800], "0.038"),
        ("litellm", "anthropic/claude-sonnet-4-5-20250929", "", "", NOW, [1_200, 40_000, 6_000, 0, 900], "0.0516"),
        ("", "gpt-4o", "", "", NOW, [12_000, 0, 0, 0, 800], "0.038"),
        ("OpenAI", " GPT-4o ", "", "", NOW, [12_000, 0, 0, 0, 800], "0.038"),
        ("openai", "gpt-5.2-20251211", "", "", NOW, [5_000, 0, 0, 0, 1_000], "0.02275"),
        ("openai", "gpt-4o-20240806", "", "", NOW, [12_000, 0, 0, 0, 800], "0.038"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123", "", "", NOW, [8_000, 8_000, 0, 0, 500], "0.0042"),
        ("openai", "ft:gpt-4.1-mini-2025-04-14:acme::x1", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "4"),
        ("openai", "ft:gpt-3.5-turbo-0125:acme::x1", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "9"),
        ("anthropic", "claude-3-5-sonnet-latest", "", "", "2025-09-01", [4_000, 0, 0, 0, 600], "0.021"),
        ("anthropic", "claude-sonnet-4-0", "", "", "2025-09-01", [4_000, 0, 0, 0, 600], "0.021"),
        ("anthropic", "claude-3-opus-latest", "", "", "2025-01-01", [4_000, 0, 0, 0, 600], "0.105"),
        ("vertex", "claude-sonnet-4-5@20250929", "", "", NOW, [4_000, 0, 0, 0, 600], "0.021"),
        (
            "vertex_ai",
            "publishers/anthropic/models/claude-opus-4-5@20251101",
            "",
            "",
            NOW,
            [4_000, 0, 0, 0, 600],
            "0.035",
        ),
        (
            "vertex",
            "projects/p1/locations/global/publishers/google/models/gemini-2.5-flash",
            "",
            "",
            NOW,
            [1_000_000, 0, 0, 0, 0],
            "0.3",
        ),
        ("gemini", "gemini/gemini-2.5-flash", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.3"),
        ("openrouter", "openrouter/anthropic/claude-3.7-sonnet", "", "", "2025-06-01", [1_000_000, 0, 0, 0, 0], "3"),
        (
            "bedrock",
            "bedrock/anthropic.claude-3-haiku-20240307-v1:0",
            "",
            "",
            NOW,
            [1_000_000, 0, 0, 0, 1_000_000],
            "1.5",
        ),
        ("bedrock", "anthropic.claude-3-5-sonnet-20240620-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 0], "3"),
        ("azure", "azure/gpt-4o", "", "", NOW, [12_000, 0, 0, 0, 800], "0.038"),
        ("azure", "gpt-5-nano-2025-08-07", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.05"),
        ("azure", "claude-haiku-4-5-20251001", "", "", NOW, [1_000_000, 0, 0, 0, 0], "1"),
        ("azure", "gpt-4o-mini-2024-07-18.ft-0a1b2c", "", "", NOW, [1_000_000, 0, 0, 0, 0], "0.3"),
        ("xai", "xai/grok-3", "", "", NOW, [100_000, 0, 0, 0, 10_000], "0.45"),
        ("mistral_ai", "mistral/mistral-large-2411", "", "", NOW, [1_000_000, 0, 0, 0, 0], "2"),
    ]);
}

#[test]
fn regions_cost_what_they_cost() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let model = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-sonnet-20241022-v2:0";
    let counts = [2_000, 20_000, 4_000, 0, 800];
    check(&[
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", "", NOW, counts, "0.0429"),
        ("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "", "", NOW, counts, "0.0429"),
        ("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", "us-east-1", "", NOW, counts, "0.0429"),
        ("bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "", "", NOW, counts, "0.039"),
        ("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "", "", NOW, [0, 0, 0, 10_000, 0], "0.022"),
        ("bedrock", "us.anthropic.claude-opus-4-5-20251101-v1:0", "", "", NOW, [10_000, 0, 0, 0, 1_000], "0.0825"),
        (
            "bedrock",
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
            "",
            "",
            "2025-06-01",
            [10_000, 0, 0, 0, 1_000],
            "0.045",
        ),
        ("bedrock", arn, "", "", NOW, counts, "0.0429"),
        ("bedrock", model, "", "", NOW, [1_000_000, 0, 0, 0, 0], "3"),
        ("", arn, "", "", NOW, counts, "0.0429"),
        ("bedrock", "amazon.nova-pro-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "4"),
        ("bedrock", "us.amazon.nova-lite-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.3"),
        ("bedrock", "us.meta.llama3-3-70b-instruct-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "1.44"),
        ("vertex", "claude-sonnet-4-5@20250929", "us-east5", "", NOW, [1_000_000 / 10, 0, 0, 0, 10_000], "0.495"),
        ("vertex", "claude-sonnet-4-5@20250929", "global", "", NOW, [100_000, 0, 0, 0, 10_000], "0.45"),
        ("anthropic", "claude-opus-4-6", "us", "", NOW, [10_000, 0, 0, 0, 1_000], "0.0825"),
        ("anthropic", "claude-opus-4-6", "global", "", NOW, [10_000, 0, 0, 0, 1_000], "0.075"),
        ("bedrock", "eu.amazon.nova-lite-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.39"),
        ("bedrock", "apac.amazon.nova-pro-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "4.2"),
        ("bedrock", "eu.amazon.nova-pro-v1:0", "", "batch", NOW, [1_000_000, 0, 0, 0, 1_000_000], "2.625"),
        ("bedrock", "eu.meta.llama3-2-1b-instruct-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.26"),
        ("bedrock", "eu-west-2/meta.llama3-8b-instruct-v1:0", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "1.17"),
        (
            "bedrock",
            "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "",
            "",
            NOW,
            [10_000, 0, 0, 10_000, 1_000],
            "0.126",
        ),
        ("bedrock", "us-gov.anthropic.claude-sonnet-5-5", "", "", NOW, [10_000, 0, 0, 0, 1_000], "0.036"),
        ("azure", "deepseek-r1", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "6.75"),
        ("azure", "deepseek-v4-pro", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "5.22"),
        ("azure", "gpt-oss-120b", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "0.75"),
        ("azure", "grok-3-mini", "", "", NOW, [1_000_000, 0, 0, 0, 1_000_000], "1.52"),
        ("azure", "claude-sonnet-4-5", "", "", NOW, [100_000, 0, 0, 0, 10_000], "0.45"),
        ("vertex", "gemini-3.8-flash-cyber", "", "", NOW, [100_000, 0, 0, 0, 10_000], "0.225"),
    ]);
}

#[test]
fn deepseek_by_date_hour_and_weekday() {
    let one = [1_000_000, 1_000_000, 0, 0, 1_000_000];
    check(&[
        ("deepseek", "deepseek-chat", "", "", "2025-01-15", one, "0.434"),
        ("deepseek", "deepseek-chat", "", "", "2025-02-20T20:00", one, "1.44"),
        ("deepseek", "deepseek-chat", "", "", "2025-05-15T12:00", one, "1.44"),
        ("deepseek", "deepseek-chat", "", "", "2025-05-15T16:29", one, "1.44"),
        ("deepseek", "deepseek-chat", "", "", "2025-05-15T16:30", one, "0.72"),
        ("deepseek", "deepseek-chat", "", "", "2025-05-15T00:29", one, "0.72"),
        ("deepseek", "deepseek-chat", "", "", "2025-05-15T00:30", one, "1.44"),
        ("deepseek", "deepseek-reasoner", "", "", "2025-05-15T12:00", one, "2.88"),
        ("deepseek", "deepseek-reasoner", "", "", "2025-05-15T20:00", one, "0.72"),
        ("deepseek", "deepseek-chat", "", "", "2025-09-20T20:00", one, "2.31"),
        ("deepseek", "deepseek-chat", "", "", "2026-01-10", one, "0.728"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-07-01T02:00", one, "0.4228"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-11-05T02:00", one, "5.324"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-11-05T05:00", one, "2.662"),
        // A Saturday.
        ("deepseek", "deepseek-v4-pro", "", "", "2026-11-07T02:00", one, "2.662"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-08-22T02:00", one, "5.324"),
        ("deepseek", "deepseek-flash", "", "", "2026-11-05T07:00", one, "1.506"),
        ("deepseek", "deepseek-flash", "", "", "2026-11-08T07:00", one, "0.753"),
        ("deepseek", "deepseek-chat", "", "", "2025-02-08T15:59", one, "0.434"),
        ("deepseek", "deepseek-chat", "", "", "2025-02-08T16:00", one, "1.44"),
        ("deepseek", "deepseek-chat", "", "", "2025-09-05T15:59", one, "1.44"),
        ("deepseek", "deepseek-chat", "", "", "2025-09-05T16:00", one, "2.31"),
        ("deepseek", "deepseek-reasoner", "", "", "2025-09-28T20:00", one, "2.31"),
        ("deepseek", "deepseek-reasoner", "", "", "2025-09-29", one, "0.728"),
        ("deepseek", "deepseek-chat", "", "", "2026-05-15", one, "0.4228"),
        ("deepseek", "deepseek-reasoner", "", "", "2026-04-25", one, "0.448"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-04-25", one, "0.448"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-04-25", one, "5.365"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-05-01", one, "1.308625"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-08-16T15:59", one, "0.4228"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-08-16T16:00", one, "0.887"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-08-18T02:00", one, "1.774"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-08-29T02:00", one, "0.887"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-09-09T15:59", one, "0.887"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-09-09T16:00", one, "0.753"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-09-10T02:00", one, "1.506"),
        // Public holidays in China, a Friday and a Thursday; the first working day after them.
        ("deepseek", "deepseek-flash", "", "", "2026-09-25T07:00", one, "0.753"),
        ("deepseek", "deepseek-v4-flash", "", "", "2026-10-01T02:00", one, "0.753"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-10-01T02:00", one, "2.662"),
        ("deepseek", "deepseek-v4-pro", "", "", "2026-10-08T02:00", one, "5.324"),
    ]);
}

#[test]
fn retired_models_are_in_the_older_books() {
    check(&[
        ("azure", "gpt-4.5-preview", "", "", "2025-05-01", [1_000_000, 0, 0, 0, 1_000_000], "225"),
        ("xai", "grok-beta", "", "", "2025-01-01", [1_000_000, 0, 0, 0, 1_000_000], "20"),
        ("openai", "text-davinci-003", "", "", "2023-05-01", [1_000_000, 0, 0, 0, 0], "20"),
        ("openai", "gpt-4.5-preview-2025-02-27", "", "", "2025-05-01", [10_000, 0, 0, 0, 1_000], "0.9"),
        ("google", "gemini-1.5-flash-002", "", "", "2025-02-01", [100_000, 0, 0, 0, 10_000], "0.0105"),
        ("anthropic", "claude-instant-1.2", "", "", "2024-01-01", [1_000_000, 0, 0, 0, 1_000_000], "3.2"),
    ]);
}

#[test]
fn what_names_no_model_stays_unpriced() {
    let application = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6";
    let provisioned = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1b2c3d4e5f6";
    let some = [1_000, 0, 0, 0, 100];
    check(&[
        ("azure", "acme-chat-prod", "", "", NOW, some, "-"),
        ("azure", "prod-o4-mini-eastus", "", "", NOW, some, "-"),
        ("azure", "gpt4o-deployment", "", "", NOW, some, "-"),
        ("azure", "my-gpt-4o", "", "", NOW, some, "-"),
        ("azure", "gpt-5-nano-prod", "", "", NOW, some, "-"),
        ("azure", "claude-haiku-4-5-prod", "", "", NOW, some, "-"),
        ("azure", "deepseek-r1-acme", "", "", NOW, some, "-"),
        ("openai", "my-model", "", "", NOW, some, "-"),
        ("openai", "gpt-9", "", "", NOW, some, "-"),
        ("openai", "gpt-4o-super", "", "", NOW, some, "-"),
        ("openai", "", "", "", NOW, some, "-"),
        ("", "acme-chat-prod", "", "", NOW, some, "-"),
        ("bedrock", application, "", "", NOW, some, "-"),
        ("bedrock", provisioned, "", "", NOW, some, "-"),
        ("ollama", "llama3", "", "", NOW, some, "-"),
        ("ollama", "llama3.1:8b", "", "", NOW, some, "-"),
        ("", "ollama/llama3", "", "", NOW, some, "-"),
        ("vllm", "meta-llama/Llama-3.1-70B-Instruct", "", "", NOW, some, "-"),
        ("hosted_vllm", "qwen2.5-72b", "", "", NOW, some, "-"),
        ("self-hosted", "gpt-4o", "", "", NOW, some, "-"),
        ("acme", "gpt-4o-acme", "", "", NOW, some, "-"),
        ("openai", "whisper-1", "", "", NOW, some, "-"),
    ]);
    let book = Book::bundled().expect("the bundled book");
    let own = Key { channel: "self".to_owned(), ..Key::new("openai", "gpt-4o") };
    assert!(book.schedule(&own).at(instant(NOW), 1).is_none());
}

#[test]
fn every_correction_reaches_its_models_and_gives_its_source() {
    let book = Book::bundled().expect("the bundled book");
    for correction in book.corrections() {
        let provider = match correction.provider.as_str() {
            "aws" => "bedrock",
            "x-ai" => "xai",
            other => other,
        };
        if correction.what == "rates" || correction.what == "history" {
            let asked = if correction.ids.is_empty() { &correction.models } else { &correction.ids };
            for model in asked {
                let schedule = book.schedule(&Key::new(provider, model));
                let told = schedule.sets().iter().any(|set| set.rule.note.contains(&correction.source));
                assert!(told, "{provider} {model}: {}", correction.source);
            }
        } else {
            let any = book.search(&correction.models[0], instant(NOW), 400).into_iter().any(|found| {
                let key = Key::new(provider, &found.model).tier(&correction.what);
                found.provider == provider
                    && book.schedule(&key).sets().iter().any(|set| set.rule.note.contains(&correction.source))
            });
            assert!(any || correction.models[0].is_empty(), "{provider} {}", correction.source);
        }
    }
}
