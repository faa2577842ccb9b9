//! A real log with published totals (evidence B5), through a mapping, from file to answers.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::{Company, pico, run_folder, shared};

const FILE: &str = "evidence/data/aider/aider_message_send_2024-08_2025-04.csv.gz";

/// The log in a company file of its own, read through the mapping that is suggested for it.
async fn aider() -> Option<Company> {
    static MADE: OnceLock<()> = OnceLock::new();
    let file = shared(FILE)?;
    let path = run_folder().join("aider");
    let ledger = path.clone();
    let made = tokio::task::spawn_blocking(move || {
        MADE.get_or_init(|| {
            crate::support::finish(async move {
                let company = Company::at(&ledger, true).await;
                let suggested = company.ask("mapping", json!({ "path": file })).await;
                assert_eq!((&suggested["fault"], &suggested["questions"]), (&Value::Null, &json!([])), "{suggested}");
                let request = json!({ "paths": [file], "mapping": suggested["mapping"] });
                let reply = company.ask("import", request).await;
                let counts = ["rows", "imported", "duplicate", "rejected"].map(|k| reply[k].as_u64().unwrap());
                assert_eq!(counts, [4991, 4991, 0, 0], "{reply}");
            });
        });
    });
    made.await.unwrap();
    Some(Company::at(&path, false).await)
}

/// All calls that a filter selects.
async fn calls(company: &Company, filter: Value) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let request = json!({ "filter": filter, "order": "time", "offset": all.len(), "limit": 1000 });
        let page = company.ask("calls", request).await;
        let rows = page["rows"].as_array().unwrap();
        all.extend(rows.iter().cloned());
        if all.len() as i64 >= page["total"].as_i64().unwrap() || rows.is_empty() {
            return all;
        }
    }
}

fn recorded(calls: &[Value]) -> i128 {
    calls.iter().filter(|c| !c["recorded"].is_null()).map(|c| pico(&c["recorded"])).sum()
}

/// Dollars rounded to so many decimals, half to even.
fn rounded(pico: i128, decimals: u32) -> String {
    let unit = 10_i128.pow(12 - decimals);
    let (floor, rest) = (pico / unit, pico % unit);
    let up = rest * 2 > unit || (rest * 2 == unit && floor % 2 == 1);
    let whole = floor + i128::from(up);
    let one = 10_i128.pow(decimals);
    format!("{}.{:0width$}", whole / one, whole % one, width = decimals as usize)
}

fn model(name: &str) -> Value {
    json!({ "from": "2024-08-01", "to": "2025-04-30", "conditions": [{ "dimension": "model", "values": [name] }] })
}

#[tokio::test]
async fn the_published_totals() {
    let Some(company) = aider().await else { return };
    let all = calls(&company, json!({ "from": "2024-08-01", "to": "2025-04-30" })).await;
    assert_eq!((all.len(), rounded(recorded(&all), 8)), (4991, "163.12958030".to_owned()));
    let tokens = |bucket: &str| all.iter().map(|c| c["tokens"][bucket].as_i64().unwrap_or(0)).sum::<i64>();
    assert_eq!((tokens("uncached_input"), tokens("output")), (63_232_331, 2_529_283));
    for (month, cost, rows) in [
        ("2024-08", "0.249494", 14),
        ("2024-10", "0.760365", 19),
        ("2024-11", "25.420730", 844),
        ("2024-12", "31.665670", 956),
        ("2025-01", "7.902199", 497),
        ("2025-02", "9.621099", 339),
        ("2025-03", "80.918653", 1777),
        ("2025-04", "6.591370", 545),
    ] {
        let found = calls(&company, json!({ "month": month })).await;
        assert_eq!((found.len(), rounded(recorded(&found), 6).as_str()), (rows, cost), "{month}");
    }
    for (name, rows, cost) in [
        ("anthropic/claude-3-7-sonnet-20250219", 1184, "74.422470"),
        ("claude-3-5-sonnet-20241022", 1577, "64.507482"),
        ("openrouter/anthropic/claude-3.7-sonnet", 97, "4.170357"),
    ] {
        let found = calls(&company, model(name)).await;
        assert_eq!((found.len(), rounded(recorded(&found), 6).as_str()), (rows, cost), "{name}");
    }
}

/// Of the messages under this exact spelling, per ten thousand: how many have a list price within 1 % of what the log
/// recorded. Every message counts, those without a recorded cost or without a price as not within.
async fn within_one_percent(company: &Company, name: &str) -> (usize, usize) {
    let found = calls(company, model(name)).await;
    let near = found
        .iter()
        .filter(|call| {
            if call["cost"].is_null() || call["recorded"].is_null() {
                return false;
            }
            let (ours, theirs) = (pico(&call["cost"]), pico(&call["recorded"]));
            (ours - theirs).abs() * 100 <= theirs
        })
        .count();
    (near, found.len())
}

#[tokio::test]
async fn recomputed_costs_are_what_was_recorded() {
    let Some(company) = aider().await else { return };
    for (name, share) in [("claude-3-5-sonnet-20241022", 98.73), ("anthropic/claude-3-7-sonnet-20250219", 99.92)] {
        let (near, of) = within_one_percent(&company, name).await;
        let percent = near as f64 / of as f64 * 100.0;
        assert!((percent - share).abs() < 0.005, "{name}: {near} of {of} = {percent:.3} %, published {share} %");
    }
}
