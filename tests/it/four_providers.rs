//! The second sample company: a file of every format that the first has none of, all of them telling one month of the
//! same calls. Imported in one go, against the sums that their generator wrote down.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use outlay_app::task::Task;
use outlay_app::use_cases::make_sample;
use serde_json::{Value, json};

use crate::support::{Company, month, sample_data, usd};

const OCTOBER: &str = "2026-10";

fn folder() -> PathBuf {
    sample_data().join("four-providers")
}

fn truth() -> &'static Value {
    static TRUTH: OnceLock<Value> = OnceLock::new();
    TRUTH.get_or_init(|| serde_json::from_str(&std::fs::read_to_string(folder().join("truth.json")).unwrap()).unwrap())
}

/// What the generator says of a month.
fn of(month: &str) -> &'static Value {
    let node = &truth()["months"][month];
    assert!(node.is_object(), "nothing of {month}");
    node
}

fn list(node: &Value) -> &[Value] {
    node.as_array().unwrap_or_else(|| panic!("not a list: {node}"))
}

fn whole(node: &Value) -> i64 {
    node.as_i64().unwrap_or_else(|| panic!("not a whole number: {node}"))
}

/// The company, and what importing its folder gave.
async fn imported() -> (Company, Value) {
    let company = Company::in_zone("UTC").await;
    let reply = company.import(&[folder()]).await;
    (company, reply)
}

/// Shares are printed as binary numbers.
#[track_caller]
fn near(found: &Value, part: i64, all: i64) {
    let (found, want) = (found.as_f64().unwrap_or_else(|| panic!("not a share: {found}")), part as f64 / all as f64);
    assert!((found - want).abs() < 1e-9, "{found} is not {want}");
}

#[tokio::test]
async fn every_row_of_every_format_is_accounted_for() {
    let (_, reply) = imported().await;
    let told = list(&truth()["files"]);
    let mut found = 0;
    for file in list(&reply["files"]) {
        let path = Path::new(file["file"].as_str().unwrap());
        let Some(want) = told.iter().find(|want| path.ends_with(want["path"].as_str().unwrap())) else {
            // What stands beside the folders tells about them, and is no export.
            assert!(file["refused"].is_string(), "{file}");
            continue;
        };
        found += 1;
        assert_eq!(file["refused"], Value::Null, "{file}");
        for key in ["format", "rows", "imported", "duplicate", "rejected", "left_out"] {
            assert_eq!(file[key], want[key], "{key} of {}", path.display());
        }
        // The format of a file is its folder.
        assert_eq!(file["format"].as_str(), path.parent().and_then(Path::file_name).and_then(|name| name.to_str()));
        let count = |key: &str| whole(&file[key]);
        assert_eq!(count("imported") + count("duplicate") + count("rejected"), count("rows"), "{}", path.display());
        let lines = |rows: &Value| list(rows).iter().map(|row| whole(&row["line"])).collect::<Vec<_>>();
        assert_eq!(lines(&file["rejects"]), lines(&want["broken"]), "{}", path.display());
        assert!(list(&file["rejects"]).iter().all(|row| !row["reason"].as_str().unwrap().is_empty()));
    }
    assert_eq!(found, told.len());
    for key in ["rows", "imported", "duplicate", "rejected"] {
        assert_eq!(whole(&reply[key]), told.iter().map(|file| whole(&file[key])).sum::<i64>(), "{key}");
    }
}

#[tokio::test]
async fn the_month_costs_what_its_bills_say() {
    let (company, _) = imported().await;
    let want = of(OCTOBER);
    let total = whole(&want["total_nano"]);
    let overview = company.ask("overview", month(OCTOBER, "UTC")).await;
    assert_eq!(overview["total"], usd(total));
    let trust = &overview["trust"];
    // Nothing is told twice, and nothing is missing.
    for key in ["left_out", "missing", "unpriced", "other_currencies"] {
        assert_eq!(trust[key], json!([]), "{key}");
    }
    assert_eq!((&trust["range"], whole(&trust["days_present"])), (&Value::Null, 31));
    assert_eq!(trust["unknown_usage_calls"], want["own_logs"]["failed"]);
    near(&trust["explained"], whole(&want["own_logs"]["list_nano"]), total);

    let request = json!({ "filter": { "month": OCTOBER, "zone": "UTC" }, "by": ["provider"] });
    let hotspots = company.ask("hotspots", request).await;
    assert_eq!(hotspots["total"], usd(total));
    let providers = want["providers"].as_object().unwrap();
    assert_eq!(list(&hotspots["rows"]).len(), providers.len());
    for row in list(&hotspots["rows"]) {
        let provider = row["keys"][0].as_str().unwrap();
        assert_eq!(row["cost"], usd(whole(&providers[provider])), "{provider}");
    }
}

#[tokio::test]
async fn each_account_says_which_source_makes_its_total() {
    let (company, _) = imported().await;
    let coverage = company.ask("coverage", month(OCTOBER, "UTC")).await;
    let wanted = list(&of(OCTOBER)["accounts"]);
    assert_eq!(list(&coverage["accounts"]).len(), wanted.len());
    for want in wanted {
        let same = |found: &&Value| found["provider"] == want["provider"] && found["account"] == want["account"];
        let account = list(&coverage["accounts"]).iter().find(same).unwrap_or_else(|| panic!("no account as {want}"));
        assert!(list(&account["days"]).iter().all(|day| day["used"] == want["source"] && day["missing"] == false));
        let gave = |source: &str| list(&account["sources"]).iter().find(|found| found["source"] == source);
        let amount = |source: &str| gave(source).map(|found| found["amount"].clone());
        let told = |nano: &Value| nano.as_i64().map(usd);
        let total = whole(&want["total_nano"]);
        assert_eq!(amount("invoice"), Some(usd(total)), "{want}");
        assert_eq!(amount("provider_usage"), told(&want["usage_nano"]), "{want}");
        assert_eq!(amount("own_logs"), told(&want["logs"]["list_nano"]), "{want}");
        for found in list(&account["sources"]) {
            let used = if found["source"] == want["source"] { 31 } else { 0 };
            assert_eq!(whole(&found["used_days"]), used, "{found}");
        }
        if let Some(logged) = want["logs"]["list_nano"].as_i64() {
            near(&account["explained"], logged, total);
        }
    }
}

#[tokio::test]
async fn own_logs_tell_the_calls_that_were_drawn() {
    let (company, _) = imported().await;
    let ask = async |conditions: Value| {
        let filter = json!({ "month": OCTOBER, "zone": "UTC", "conditions": conditions });
        company.ask("calls", json!({ "filter": filter, "limit": 1000 })).await
    };
    let all = &of(OCTOBER)["own_logs"];
    let calls = ask(json!([])).await;
    assert_eq!((&calls["total"], &calls["cost"]), (&all["calls"], &usd(whole(&all["list_nano"]))));
    for account in list(&of(OCTOBER)["accounts"]).iter().filter(|account| account["logs"].is_object()) {
        let logs = &account["logs"];
        let calls = ask(json!([{ "dimension": "provider", "values": [account["provider"]] }])).await;
        assert_eq!((&calls["total"], &calls["cost"]), (&logs["calls"], &usd(whole(&logs["list_nano"]))), "{account}");
        let rows = list(&calls["rows"]);
        assert_eq!(rows.len() as i64, whole(&logs["calls"]), "{account}");
        // A failed call tells no tokens.
        let told: Vec<&Value> = rows.iter().map(|row| &row["tokens"]).filter(|tokens| tokens.is_object()).collect();
        assert_eq!((rows.len() - told.len()) as i64, whole(&logs["failed"]), "{account}");
        let sum = |keys: &[&str]| -> i64 {
            told.iter().flat_map(|tokens| keys.iter().map(move |key| whole(&tokens[*key]))).sum()
        };
        let written = ["cache_write_5m", "cache_write_1h", "cache_write_unknown"];
        assert_eq!(sum(&["cache_read"]), whole(&logs["tokens"]["cached"]), "{account}");
        assert_eq!(sum(&written), whole(&logs["tokens"]["written"]), "{account}");
        assert_eq!(sum(&["output"]), whole(&logs["tokens"]["output"]), "{account}");
        let input = sum(&["uncached_input", "cache_read"]) + sum(&written);
        assert_eq!(input, whole(&logs["tokens"]["input"]), "{account}");
    }
}

/// The older export is of two years before, and has no bill beside it.
#[tokio::test]
async fn usage_of_2024_has_the_prices_of_then() {
    let (company, _) = imported().await;
    let overview = company.ask("overview", month("2024-11", "UTC")).await;
    assert_eq!(overview["total"], usd(whole(&of("2024-11")["total_nano"])));
    assert_eq!(overview["trust"]["left_out"], json!([]));
    let sources = list(&overview["trust"]["sources"]);
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert_eq!((&sources[0]["provider"], &sources[0]["source"]), (&json!("openai"), &json!("provider_usage")));
}

#[tokio::test]
async fn it_is_a_company_of_its_own() {
    let company = Company::new().await;
    make_sample(&company.app, &company.path, &folder(), &Task::silent()).await.unwrap();
    let info = company.ask("ledger_info", json!({})).await;
    assert_eq!(info["sample"], true);
    assert_eq!((&info["settings"]["company"], &info["settings"]["zone"]), (&truth()["company"], &truth()["zone"]));
    let overview = company.ask("overview", json!({ "filter": { "month": OCTOBER } })).await;
    assert_eq!(overview["total"], usd(whole(&of(OCTOBER)["total_nano"])));
}
