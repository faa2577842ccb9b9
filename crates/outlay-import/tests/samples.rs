//! The real samples against figures that Python's csv module and Decimal gave for the same files
//! (`sum(int(float(row[column])))` over `csv.DictReader`).

mod common;

use common::{read_as, shared};
use outlay_model::money::Pico;

fn usd(text: &str) -> Pico {
    Pico::parse(text).expect("an amount")
}

#[test]
fn openai_usage() {
    let Some(text) = shared("formats/samples/openai-usage-csv/dashboard_completions_usage_2025-10.tsv") else { return };
    let (summary, sums) = read_as("openai-usage-csv", text);
    assert_eq!((summary.rows, sums.rejects.len(), sums.idle, sums.requests), (7, 0, 1, 53));
    let total = sums.total();
    assert_eq!((total.uncached_input, total.cache_read, total.output), (325_759, 13_952, 549_459));
    assert_eq!(total.total(), 339_711 + 549_459);
    assert!(sums.shown[0].contains("discriminator: \"completions\""), "{}", sums.shown[0]);
}

#[test]
fn openai_cost() {
    let Some(text) = shared("formats/samples/openai-usage-csv/dashboard_cost_export_2025-10.tsv") else { return };
    let (summary, sums) = read_as("openai-cost-csv", text);
    assert_eq!((summary.rows, sums.rejects.len()), (8, 0));
    assert_eq!(sums.billed, usd("2.98595375"));
    assert_eq!(summary.notes.len(), 2, "{:?}", summary.notes);
}

#[test]
fn openai_activity() {
    let Some(text) = shared("formats/samples/openai-usage-csv/activity_legacy_dashboard.csv") else { return };
    let (summary, sums) = read_as("openai-activity-csv", text);
    assert_eq!((summary.rows, sums.rejects.len(), sums.requests), (4, 0, 65));
    assert_eq!((sums.total().uncached_input, sums.total().output), (8_000, 1_150));
}

#[test]
fn anthropic_usage() {
    // Input without cache, written for 5 minutes, for an hour, read, output.
    for (file, rows, tokens) in [
        ("claude_api_tokens_2026_02.csv", 2, [16_808, 302_527, 0, 3_301_672, 34_378]),
        ("fluxkompensator_claude_api_tokens_2026_02_12-columns.csv", 1, [436, 414_433, 0, 645_199, 8_042]),
        ("usage_2026-07_14-columns_hourly.csv", 3, [208_671, 0, 1_000, 50_000, 39_451]),
        ("wellfleetmike_claude_api_tokens_2026_02_14-columns.csv", 6, [10_779_468, 0, 0, 0, 70_663]),
    ] {
        let Some(text) = shared(&format!("formats/samples/anthropic-console-csv/{file}")) else { return };
        let (summary, sums) = read_as("anthropic-usage-csv", text);
        assert_eq!((summary.rows, sums.rejects.len()), (rows, 0), "{file}");
        let t = sums.total();
        assert_eq!([t.uncached_input, t.cache_write_5m, t.cache_write_1h, t.cache_read, t.output], tokens, "{file}");
    }
}

#[test]
fn anthropic_cost() {
    for (file, rows, billed) in
        [("claude_api_cost_2026_02_01_to_2026_02_01.csv", 6, "4.39"), ("cost_2026-03_11-columns.csv", 4, "14.00")]
    {
        let Some(text) = shared(&format!("formats/samples/anthropic-console-csv/{file}")) else { return };
        let (summary, sums) = read_as("anthropic-cost-csv", text);
        assert_eq!((summary.rows, sums.rejects.len(), sums.billed), (rows, 0, usd(billed)), "{file}");
        assert!(sums.shown[0].contains("claude-haiku-4-5-20251001"), "{}", sums.shown[0]);
    }
}
