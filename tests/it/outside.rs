//! An independent reader agrees: DuckDB's SQL over the Parquet files, SQLite's own reader for which of them count, and
//! list prices written down beside the SQL (`outside/reader.py`). Nothing of ours runs there.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Company, pico, python, root, sample_data};

fn read(ledger: &Path, month: &str) -> Option<Value> {
    let script = root().join("tests/outside/reader.py");
    let run = Command::new(python()?).arg(script).arg(ledger).arg(month).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(serde_json::from_slice(&run.stdout).unwrap())
}

fn by<'a>(rows: &'a Value, key: &str, value: &str) -> &'a Value {
    rows.as_array().unwrap().iter().find(|row| row[key] == value).unwrap_or_else(|| panic!("no {value} in {rows}"))
}

fn exact(text: &Value) -> i128 {
    text.as_str().unwrap().parse().unwrap()
}

/// Compares what the app says of a month with what the reader finds in the files.
async fn agrees(company: &Company, outside: &Value, month: &str) {
    let filter = |conditions: Value| json!({ "month": month, "zone": "UTC", "conditions": conditions });
    let info = company.ask("ledger_info", json!({})).await;
    for (kind, dataset) in [("call", "calls"), ("usage", "usage"), ("charge", "charges"), ("score", "scores")] {
        let told = info["records"].as_array().unwrap().iter().find(|r| r["kind"] == kind);
        let told = told.map_or(0, |r| r["records"].as_i64().unwrap());
        assert_eq!(told, outside["records"][dataset].as_i64().unwrap_or(0), "{dataset}");
    }
    assert_eq!(
        outside["rollups"],
        json!({ "rollup-a": true, "rollup-a-day": true, "rollup-a-hour": true, "rollup-b": true })
    );
    let features =
        company.ask("hotspots", json!({ "filter": filter(json!([])), "by": ["feature"], "top": 1000 })).await;
    let found = outside["features"].as_array().unwrap();
    assert_eq!(features["rows"].as_array().unwrap().len(), found.len());
    for row in features["rows"].as_array().unwrap() {
        let feature = row["keys"][0].as_str().unwrap();
        let want = by(&outside["features"], "feature", feature);
        assert_eq!(row["calls"], want["calls"], "{feature}");
        assert_eq!(pico(&row["cost"]), exact(&want["pico"]), "{feature}");
    }
    for want in outside["calls"].as_array().unwrap() {
        let provider = want["provider"].as_str().unwrap();
        let one = json!([{ "dimension": "provider", "values": [provider] }]);
        let page = company.ask("calls", json!({ "filter": filter(one.clone()), "limit": 1 })).await;
        assert_eq!(page["total"], want["calls"], "{provider}");
        // Every bucket, summed over all pages.
        let mut sums = vec![0; 7];
        let mut recorded = 0;
        let mut offset = 0;
        while offset < want["calls"].as_i64().unwrap() {
            let request = json!({ "filter": filter(one.clone()), "order": "time", "offset": offset, "limit": 1000 });
            let page = company.ask("calls", request).await;
            let rows = page["rows"].as_array().unwrap();
            for row in rows {
                for (sum, name) in sums.iter_mut().zip(BUCKETS) {
                    *sum += row["tokens"][name].as_i64().unwrap_or(0);
                }
                recorded += if row["recorded"].is_null() { 0 } else { pico(&row["recorded"]) };
            }
            offset += rows.len() as i64;
        }
        let wanted: Vec<i64> = BUCKETS.iter().map(|name| want[name].as_i64().unwrap()).collect();
        assert_eq!(sums, wanted, "{provider}");
        assert_eq!(recorded, exact(&want["recorded_pico"]), "{provider}");
    }
    if let Some(charges) = outside["charges"].as_array() {
        assert_eq!(outside["billed_type"], "DECIMAL(38,12)");
        let overview = company.ask("overview", json!({ "filter": filter(json!([])) })).await;
        for want in charges {
            let source = by(&overview["trust"]["sources"], "provider", want["provider"].as_str().unwrap());
            assert_eq!((&source["source"], &want["currency"]), (&json!("invoice"), &json!("USD")));
            let billed = want["billed"].as_str().unwrap().replace('.', "");
            assert_eq!(pico(&source["amount"]), billed.parse::<i128>().unwrap(), "{want}");
        }
    }
}

const BUCKETS: [&str; 7] =
    ["uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_unknown", "output", "reasoning"];

#[tokio::test]
async fn duckdb_finds_the_same_in_the_sample_company() {
    let company = Company::sample().await;
    let Some(outside) = read(&company.path, "2026-10") else { return };
    agrees(&company, &outside, "2026-10").await;
    // And both agree with the generator.
    assert_eq!(by(&outside["charges"], "provider", "openai")["billed"], "7198.984985550000");
    assert_eq!(by(&outside["calls"], "provider", "google")["recorded_pico"], "1450133738500000");
}

#[tokio::test]
async fn only_the_newest_data_version_counts() {
    let company = Company::new().await;
    let file = |name: &str| sample_data().join(name);
    company.import(&[file("trace-jsonl/gateway-2026-10.jsonl.gz")]).await;
    let search = company.import(&[file("trace-csv/search-service.csv.gz")]).await;
    company.import(&[file("inhouse-eval/chat-assist.jsonl")]).await;
    company.ask("import_undo", json!({ "import": search["import"] })).await;
    let Some(outside) = read(&company.path, "2026-10") else { return };
    agrees(&company, &outside, "2026-10").await;
    let features = outside["features"].as_array().unwrap();
    assert!(features.iter().all(|f| f["feature"] != "rag-answer"), "what was undone is still there");
}
