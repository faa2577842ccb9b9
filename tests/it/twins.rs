//! Two logs of the same calls without shared ids: they are found, only one of them counts, and the other is named.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Duration};
use serde_json::{Value, json};

use crate::support::{Company, differences, files_below, sample_data, temporary};

const OCTOBER: &str = "2026-10";

/// The gateway's log of a month, as it is and as rows.
fn gateway(month: &str) -> (PathBuf, Vec<Value>) {
    let path = sample_data().join(format!("trace-jsonl/gateway-{month}.jsonl.gz"));
    let text = Command::new("gzip").arg("-dc").arg(&path).output().unwrap().stdout;
    // A few lines are broken on purpose, some calls are told twice, and steps are no calls.
    let rows = text.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let mut seen = BTreeSet::new();
    let calls = rows.filter(|row| row["provider"].is_string() && seen.insert(row["span_id"].to_string()));
    (path, calls.collect())
}

fn time(row: &Value) -> Option<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc3339(row["timestamp"].as_str()?).ok()
}

/// What another tracer would have written of the same calls: clocks some seconds apart, no ids that the gateway knows,
/// and no word about features, prompts and customers. `keep` chooses rows by their number.
fn other_tracer(folder: &Path, name: &str, rows: &[Value], shift: Duration, keep: impl Fn(usize) -> bool) -> PathBuf {
    let path = folder.join(name);
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| keep(*at)) {
        let Some(time) = time(row) else { continue };
        let told = time + shift + Duration::milliseconds((at as i64 * 7919) % 4000);
        let mut line = json!({ "timestamp": told.to_rfc3339(), "trace_id": format!("{at:032x}") });
        let same = ["provider", "model", "operation", "input_tokens", "cached_input_tokens", "cache_write_tokens"];
        for key in same.into_iter().chain(["output_tokens", "latency_ms", "status"]) {
            line[key] = row[key].clone();
        }
        writeln!(out, "{line}").unwrap();
    }
    out.flush().unwrap();
    path
}

async fn overview(company: &Company) -> Value {
    company.ask("overview", json!({ "filter": { "month": OCTOBER, "zone": "UTC" } })).await
}

/// What each screen says: total, what its causes and dearest rest on, and how many calls are listed.
async fn all(company: &Company) -> [Value; 5] {
    let filter = json!({ "month": OCTOBER, "zone": "UTC" });
    let hotspots = company.ask("hotspots", json!({ "filter": filter, "by": ["feature"], "top": 1000 })).await;
    let calls = company.ask("calls", json!({ "filter": filter, "limit": 10 })).await;
    [
        overview(company).await["total"].clone(),
        hotspots["rows"].clone(),
        hotspots["dearest"].clone(),
        hotspots["dearest_traces"].clone(),
        calls["total"].clone(),
    ]
}

fn same(found: &[Value], expected: &[Value]) {
    let differ = differences(&json!(found), &json!(expected));
    assert!(differ.is_empty(), "{differ:?}");
}

fn left_out(overview: &Value) -> Vec<String> {
    let sentences = overview["trust"]["left_out"].as_array().unwrap().iter();
    sentences.map(|export| export["sentence"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn two_logs_of_the_same_calls_count_once() {
    let folder = temporary();
    let (path, rows) = gateway(OCTOBER);
    let second = other_tracer(folder.path(), "tracer.jsonl", &rows, Duration::zero(), |_| true);
    let company = Company::in_zone("UTC").await;
    company.import(std::slice::from_ref(&path)).await;
    let before = all(&company).await;
    assert_eq!(left_out(&overview(&company).await), Vec::<String>::new());

    let reply = company.import(std::slice::from_ref(&second)).await;
    assert_eq!(reply["rows"], rows.len());
    // One call has a negative count.
    assert_eq!((&reply["duplicate"], &reply["rejected"]), (&json!(0), &json!(1)), "{reply}");
    let notes = reply["files"][0]["notes"].to_string();
    assert!(notes.contains("another log tells the same calls without shared ids"), "{notes}");
    same(&all(&company).await, &before);
    let sentences = left_out(&overview(&company).await);
    assert!(sentences.len() >= 2, "{sentences:?}");
    assert!(
        sentences.iter().any(|s| s.starts_with("tracer.jsonl tells OpenAI's calls of 1 to 31 Oct once more")),
        "{sentences:?}"
    );

    // The other way round.
    let other = Company::in_zone("UTC").await;
    other.import(std::slice::from_ref(&second)).await;
    let alone = overview(&other).await["total"].clone();
    other.import(std::slice::from_ref(&path)).await;
    same(&all(&other).await, &before);

    // Undone, the other one counts again.
    let imports = other.ask("imports", json!({})).await;
    other.ask("import_undo", json!({ "import": imports["imports"][0]["import"] })).await;
    assert_eq!(overview(&other).await["total"], alone);
}

#[tokio::test]
async fn a_sample_of_the_calls_is_told_once_more() {
    let folder = temporary();
    let (path, rows) = gateway(OCTOBER);
    let fifth = other_tracer(folder.path(), "sampled.jsonl", &rows, Duration::zero(), |at| at % 5 == 0);
    let company = Company::in_zone("UTC").await;
    company.import(std::slice::from_ref(&path)).await;
    let before = all(&company).await;
    company.import(&[fifth]).await;
    same(&all(&company).await, &before);
}

/// A log that comes in a file a day is one log.
#[tokio::test]
async fn a_log_in_many_files_is_compared_as_one() {
    let folder = temporary();
    let (path, rows) = gateway(OCTOBER);
    let day = |row: &Value| time(row).map(|time| time.format("%d").to_string());
    let days: Vec<PathBuf> = (1..=31)
        .map(|number| {
            let of = format!("{number:02}");
            let name = format!("tracer-{of}.jsonl");
            other_tracer(folder.path(), &name, &rows, Duration::zero(), |at| day(&rows[at]).as_ref() == Some(&of))
        })
        .collect();
    let company = Company::in_zone("UTC").await;
    company.import(&days).await;
    company.import(std::slice::from_ref(&path)).await;
    let alone = Company::in_zone("UTC").await;
    alone.import(std::slice::from_ref(&path)).await;
    same(&all(&company).await, &all(&alone).await);
    assert_eq!(left_out(&overview(&company).await).len() % 31, 0);
}

#[tokio::test]
async fn other_calls_are_added() {
    let folder = temporary();
    let (path, _) = gateway(OCTOBER);
    // What the same company's calls of September would be in October: much alike, but not the same calls.
    let (_, rows) = gateway("2026-09");
    let moved = other_tracer(folder.path(), "moved.jsonl", &rows, Duration::days(30), |_| true);
    let alone = Company::in_zone("UTC").await;
    alone.import(std::slice::from_ref(&moved)).await;
    let company = Company::in_zone("UTC").await;
    company.import(&[path, moved]).await;
    assert_eq!(left_out(&overview(&company).await), Vec::<String>::new());
    let calls = |company| async move { all(company).await[4].as_u64().unwrap() };
    let first = Company::in_zone("UTC").await;
    first.import(&[gateway(OCTOBER).0]).await;
    assert_eq!(calls(&company).await, calls(&alone).await + calls(&first).await);
}

/// Every file of calls has its sketch, which goes with it.
#[tokio::test]
async fn sketches_lie_beside_their_calls() {
    let company = Company::in_zone("UTC").await;
    company.import(&[gateway(OCTOBER).0]).await;
    let files = files_below(&company.path.join("data"));
    let of = |name: &str| -> Vec<PathBuf> {
        files.iter().filter_map(|path| path.strip_prefix(name).ok().map(Path::to_path_buf)).collect()
    };
    assert!(!of("calls").is_empty());
    assert_eq!(of("calls"), of("likeness"));
}
