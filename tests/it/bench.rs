//! 100,000 seeded calls whose exact totals are known (`../shared/bench`), as JSON lines and as CSV.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use outlay_ledger::Ledger;
use outlay_ledger::view::{Memory, Selection, Wanted};
use outlay_model::cube::{Cube, Grain, Group, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::Currency;
use outlay_model::report::Kind;
use outlay_model::time::Period;
use serde_json::{Value, json};

use crate::support::{Company, finish, pico, python, run_folder, shared};

/// The generated files, and a ledger made of each.
struct Made {
    folder: PathBuf,
    truth: Value,
}

fn made() -> Option<&'static Made> {
    static MADE: OnceLock<Option<Made>> = OnceLock::new();
    MADE.get_or_init(|| {
        let script = shared("bench/make_data.py")?;
        let folder = run_folder().join("bench");
        let run = Command::new(python()?)
            .arg(script)
            .args(["--rows", "100000", "--format", "jsonl,csv", "--out"])
            .arg(&folder)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let truth = serde_json::from_str(&std::fs::read_to_string(folder.join("truth.json")).unwrap()).unwrap();
        let (a, b) = (folder.clone(), folder.clone());
        let one = std::thread::spawn(move || finish(async move { import(&a, "jsonl").await }));
        finish(async move { import(&b, "csv").await });
        one.join().unwrap();
        Some(Made { folder, truth })
    })
    .as_ref()
}

async fn import(folder: &Path, kind: &str) {
    let company = Company::at(&folder.join(kind), true).await;
    let reply = company.import(&[folder.join(format!("requests.{kind}"))]).await;
    assert_eq!(counts(&reply), [100_000, 100_000, 0, 0], "{reply}");
}

fn counts(reply: &Value) -> [u64; 4] {
    ["rows", "imported", "duplicate", "rejected"].map(|name| reply[name].as_u64().unwrap())
}

async fn cube(ledger: &Path, by: Vec<Dimension>) -> Cube {
    let view = Ledger::open(ledger, false).await.unwrap().view(0).await.unwrap();
    let period =
        Period { from: "2025-09-01".parse().unwrap(), to: "2026-12-31".parse().unwrap(), zone: "UTC".parse().unwrap() };
    let slice = Slice { kind: Kind::Call, period, grain: Grain::Whole, by, conditions: Vec::new(), only_waste: false };
    let cube = view.slice(&slice).await.unwrap();
    assert!(!cube.from_rows);
    view.close().await.unwrap();
    cube
}

fn sum(cube: &Cube, key: Option<&str>, pick: impl Fn(&Group) -> i128) -> i128 {
    cube.groups.iter().filter(|g| key.is_none_or(|k| cube.key(g, 0) == k)).map(pick).sum()
}

#[tokio::test]
async fn both_spellings_give_the_known_totals() {
    let Some(made) = tokio::task::spawn_blocking(made).await.unwrap() else { return };
    let want = |name: &str| i128::from(made.truth["totals"][name].as_i64().unwrap());
    for kind in ["jsonl", "csv"] {
        let ledger = made.folder.join(kind);
        let models = cube(&ledger, vec![Dimension::Model]).await;
        let all = |pick: fn(&Group) -> i64| sum(&models, None, |g| i128::from(pick(g)));
        assert_eq!(all(|g| g.sums.records), want("rows"), "{kind}");
        assert_eq!(all(|g| g.sums.errors), want("errors"), "{kind}");
        assert_eq!(all(|g| g.sums.retries), want("retries"), "{kind}");
        assert_eq!(all(|g| g.sums.tokens.cache_read), want("cached_input_tokens"), "{kind}");
        assert_eq!(all(|g| g.sums.tokens.cache_write_unknown), want("cache_write_tokens"), "{kind}");
        assert_eq!(all(|g| g.sums.tokens.output), want("output_tokens"), "{kind}");
        assert_eq!(all(|g| g.sums.tokens.reasoning), want("reasoning_tokens"), "{kind}");
        let input =
            all(|g| g.sums.tokens.uncached_input + g.sums.tokens.cache_read + g.sums.tokens.cache_write_unknown);
        assert_eq!(input, want("input_tokens"), "{kind}");
        assert_eq!(sum(&models, None, |g| g.sums.amount), want("cost_nano") * 1000, "{kind}");
        for (name, by) in [("model", models), ("feature", cube(&ledger, vec![Dimension::Feature]).await)] {
            for (value, told) in made.truth[name].as_object().unwrap() {
                let nano = i128::from(told["cost_nano"].as_i64().unwrap());
                assert_eq!(sum(&by, Some(value), |g| g.sums.amount), nano * 1000, "{kind} {value}");
                let rows = i128::from(told["rows"].as_i64().unwrap());
                assert_eq!(sum(&by, Some(value), |g| i128::from(g.sums.records)), rows, "{kind} {value}");
            }
        }
    }
}

#[tokio::test]
async fn the_planted_week_of_a_customer() {
    let Some(made) = tokio::task::spawn_blocking(made).await.unwrap() else { return };
    let week = &made.truth["q7_customer_week"];
    let company = Company::at(&made.folder.join("jsonl"), false).await;
    let first: chrono::NaiveDate = week["first_day"].as_str().unwrap().parse().unwrap();
    let filter = json!({ "from": first, "to": first + chrono::Days::new(6),
        "conditions": [{ "dimension": "customer", "values": [week["customer"]] }] });
    let page = company.ask("calls", json!({ "filter": filter, "limit": 1000 })).await;
    let hours = week["hours"].as_object().unwrap();
    assert_eq!(page["total"], hours.values().map(|h| h["rows"].as_i64().unwrap()).sum::<i64>());
    let mut found = BTreeMap::<String, (i64, i128)>::new();
    for call in page["rows"].as_array().unwrap() {
        let hour = found.entry(call["time"].as_str().unwrap()[..13].to_owned()).or_default();
        hour.0 += 1;
        hour.1 += if call["recorded"].is_null() { 0 } else { pico(&call["recorded"]) };
    }
    let want: BTreeMap<String, (i64, i128)> = hours
        .iter()
        .map(|(hour, h)| {
            (hour.clone(), (h["rows"].as_i64().unwrap(), i128::from(h["cost_nano"].as_i64().unwrap()) * 1000))
        })
        .collect();
    assert_eq!(found, want);
}

/// Calls, cost in nano-dollars and latest first call of every trace, summed over the generated file.
fn traces_of(file: &Path) -> BTreeMap<String, (i64, i128, String)> {
    let mut found = BTreeMap::<String, (i64, i128, String)>::new();
    for line in std::fs::read_to_string(file).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let time = row["timestamp"].as_str().unwrap();
        let trace = found.entry(row["trace_id"].as_str().unwrap().to_owned()).or_insert((0, 0, time.to_owned()));
        trace.0 += 1;
        trace.1 += (row["cost_usd"].as_f64().unwrap_or_default() * 1e9).round() as i128;
        trace.2 = trace.2.clone().min(time.to_owned());
    }
    found
}

#[tokio::test]
async fn the_dearest_traces_are_those_of_the_file() {
    let Some(made) = tokio::task::spawn_blocking(made).await.unwrap() else { return };
    let company = Company::new().await;
    let file = made.folder.join("requests.jsonl");
    company.import(std::slice::from_ref(&file)).await;
    // The prices that the file was made with.
    let mut own = "provider,model,uncached_input,cache_read,cache_write_5m,cache_write_1h,output\n".to_owned();
    let prices = std::fs::read_to_string(made.folder.join("prices.csv")).unwrap();
    let mut providers = BTreeMap::<String, String>::new();
    for line in std::fs::read_to_string(&file).unwrap().lines().take(20_000) {
        let row: Value = serde_json::from_str(line).unwrap();
        providers.insert(row["model"].as_str().unwrap().to_owned(), row["provider"].as_str().unwrap().to_owned());
    }
    for line in prices.lines().skip(1) {
        let [model, input, read, write, output] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let dollars = |nano: &str| format!("{:.3}", nano.parse::<f64>().unwrap() / 1000.0);
        let [input, read, write, output] = [input, read, write, output].map(dollars);
        own.push_str(&format!("{},{model},{input},{read},{write},{write},{output}\n", providers[model]));
    }
    company.ask("user_prices", json!({ "csv": own, "allow_odd": true })).await;

    let mut want: Vec<_> = traces_of(&file).into_iter().map(|(id, (n, cost, at))| (cost, at, id, n)).collect();
    want.sort_by(|a, b| (b.0, &b.1, &a.2).cmp(&(a.0, &a.1, &b.2)));
    want.truncate(10);
    let filter = json!({ "from": "2025-09-01", "to": "2026-12-31", "zone": "UTC" });
    let reply = company.ask("hotspots", json!({ "filter": filter, "by": ["model"] })).await;
    let found: Vec<_> = reply["dearest_traces"].as_array().unwrap().clone();
    let told =
        |row: &Value| (pico(&row["cost"]) / 1000, row["trace_id"].as_str().unwrap().to_owned(), row["calls"].as_i64());
    let want: Vec<_> = want.into_iter().map(|(cost, _, id, n)| (cost, id, Some(n))).collect();
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), want);

    // Little memory costs time and nothing else.
    let view = Ledger::open(&company.path, false).await.unwrap().view(0).await.unwrap();
    let period =
        Period { from: "2025-09-01".parse().unwrap(), to: "2026-12-31".parse().unwrap(), zone: "UTC".parse().unwrap() };
    for (buckets, calls) in [(64, 5_000), (4096, 20_000), (1 << 20, 1)] {
        let wanted = Wanted {
            selection: Selection { period, conditions: Vec::new() },
            currency: Currency::USD,
            most: 10,
            memory: Memory { buckets, calls },
        };
        let again = view.from_rows(wanted, &[], |_, _| true).await.unwrap();
        let told =
            again.dearest.traces.iter().map(|trace| (trace.cost.0 / 1000, trace.trace_id.clone(), Some(trace.calls)));
        assert_eq!(told.collect::<Vec<_>>(), want, "{buckets} buckets, {calls} calls");
    }
    view.close().await.unwrap();
}

#[tokio::test]
async fn one_spelling_is_all_duplicates_of_the_other() {
    let Some(made) = tokio::task::spawn_blocking(made).await.unwrap() else { return };
    // A ledger of its own: other tests read the shared ones meanwhile.
    let company = Company::new().await;
    company.import(&[made.folder.join("requests.jsonl")]).await;
    let reply = company.import(&[made.folder.join("requests.csv")]).await;
    assert_eq!(counts(&reply), [100_000, 0, 100_000, 0], "{reply}");
    assert_eq!(company.ask("ledger_info", json!({})).await["records"][0]["records"], 100_000);
}
