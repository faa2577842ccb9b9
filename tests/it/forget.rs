//! What is forgotten is gone from every data version and from the disk, and the rest answers as if it had never been there.

use std::process::Command;

use serde_json::{Value, json};

use crate::cli::{code, run, stdout};
use crate::support::{Company, files_below, python, same, sample_data, temporary, timeless};

fn month_of_calls() -> Vec<Value> {
    let packed = sample_data().join("trace-jsonl/gateway-2026-10.jsonl.gz");
    let out = Command::new("gzip").arg("-dc").arg(packed).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines().take(4000).filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn write(path: &std::path::Path, rows: &[&Value]) {
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

async fn answers(company: &Company) -> Value {
    let filter = json!({ "month": "2026-10", "zone": "UTC" });
    let asked = [
        company.ask("overview", json!({ "filter": filter })).await,
        company.ask("hotspots", json!({ "filter": filter, "by": ["feature", "model"], "top": 100 })).await,
        company.ask("hotspots", json!({ "filter": filter, "by": ["user"], "top": 1000 })).await,
        company.ask("calls", json!({ "filter": filter, "limit": 200 })).await,
    ];
    timeless(json!(asked))
}

/// Whether any file of the ledger has a text: the catalogue and its copy as bytes, Parquet by an outside reader.
fn anywhere(company: &Company, text: &str) -> bool {
    let plain = files_below(&company.path).into_iter().filter(|path| path.extension().is_none_or(|e| e != "parquet"));
    let in_bytes = plain
        .map(|path| std::fs::read(company.path.join(path)).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()));
    let Some(python) = python() else { return in_bytes };
    let script = "import duckdb, glob, sys\n\
        hits = 0\n\
        for path in glob.glob(sys.argv[1] + '/data/**/*.parquet', recursive=True):\n\
        \x20   for row in duckdb.sql(f\"select * from read_parquet('{path}')\").fetchall():\n\
        \x20       hits += any(sys.argv[2] in (v.decode('latin-1') if isinstance(v, bytes) else str(v)) for v in row)\n\
        print(hits)";
    let out = Command::new(python).args(["-c", script]).arg(&company.path).arg(text).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    in_bytes || String::from_utf8(out.stdout).unwrap().trim() != "0"
}

#[tokio::test]
async fn a_forgotten_user_was_never_there() {
    let folder = temporary();
    let rows = month_of_calls();
    let user = rows[5]["user_id_hash"].as_str().unwrap().to_owned();
    let (all, others) = (folder.path().join("calls.jsonl"), folder.path().join("others").join("calls.jsonl"));
    std::fs::create_dir(folder.path().join("others")).unwrap();
    let of_others: Vec<&Value> = rows.iter().filter(|row| row["user_id_hash"] != user.as_str()).collect();
    assert!(of_others.len() < rows.len() && !of_others.is_empty());
    // A row that is refused has the id in its value.
    let mut broken = rows[5].clone();
    broken["timestamp"] = json!(user);
    write(&all, &rows.iter().chain([&broken]).collect::<Vec<_>>());
    write(&others, &of_others);

    let (company, without) = (Company::in_zone("UTC").await, Company::in_zone("UTC").await);
    company.import(&[all]).await;
    without.import(&[others]).await;
    assert!(anywhere(&company, &user));
    let before = answers(&company).await;
    let expected = answers(&without).await;
    assert_ne!(before, expected);
    let reply = company.ask("forget", json!({ "user": user })).await;
    let of_user = rows.iter().filter(|row| row["user_id_hash"] == user.as_str());
    let scores = |row: &Value| ["eval_score", "user_feedback"].iter().filter(|name| !row[**name].is_null()).count();
    let records: usize = of_user.map(|row| 1 + scores(row)).sum();
    assert_eq!(reply["records"].as_u64().unwrap() as usize, records, "calls and what was said of them");
    same(&answers(&company).await, &expected, "without the user");
    assert!(!anywhere(&company, &user), "something of {user} is left");
    let doctor = company.ask("doctor", json!({})).await;
    assert_eq!((&doctor["healthy"], doctor["findings"].as_array().unwrap().len()), (&json!(true), 0));
    let again = company.ask("forget", json!({ "user": user })).await;
    assert_eq!(again["records"], 0);
}

#[tokio::test]
async fn a_forgotten_time_was_never_there_and_the_rest_stays() {
    let folder = temporary();
    let rows = month_of_calls();
    let before = |row: &&Value| row["timestamp"].as_str().unwrap() < "2026-10-08";
    let (first, rest): (Vec<&Value>, Vec<&Value>) = rows.iter().partition(before);
    assert!(!first.is_empty() && !rest.is_empty());
    let (all, later) = (folder.path().join("calls.jsonl"), folder.path().join("later.jsonl"));
    write(&all, &rows.iter().collect::<Vec<_>>());
    write(&later, &rest);
    let (company, without) = (Company::in_zone("UTC").await, Company::in_zone("UTC").await);
    let notes = |reply: Value| reply["files"][0]["notes"].to_string();
    assert!(!notes(company.import(std::slice::from_ref(&all)).await).contains("forgotten"));
    without.import(&[later]).await;
    let out = run(&company.path, &["forget", "--from", "2026-10-01", "--to", "2026-10-07"]);
    assert_eq!(code(&out), 2, "without --yes nothing is forgotten");
    let out = run(&company.path, &["forget", "--from", "2026-10-01", "--to", "2026-10-07", "--yes", "--json"]);
    let reply: Value = serde_json::from_str(&stdout(&out)).unwrap();
    let scores = |row: &&&Value| ["eval_score", "user_feedback"].iter().filter(|name| !row[**name].is_null()).count();
    let records = first.len() + first.iter().map(|row| scores(&row)).sum::<usize>();
    assert_eq!(reply["records"].as_u64().unwrap() as usize, records);
    same(&answers(&company).await, &answers(&without).await, "without the first week");
    // What no row is left of leaves no day behind.
    let coverage = company.ask("coverage", json!({ "filter": { "month": "2026-10", "zone": "UTC" } })).await;
    let days = coverage["accounts"][0]["days"].as_array().unwrap();
    assert!(days[..7].iter().all(|day| day["sources"] == json!([])), "{days:?}");
    // Whoever imports the file once more is told what that brings back.
    assert!(notes(company.import(&[all]).await).contains("before something was forgotten"));
}

#[tokio::test]
async fn requests_that_forget_nothing_or_too_much_are_refused() {
    let company = Company::new().await;
    for request in [
        json!({}),
        json!({ "user": "a", "texts": true }),
        json!({ "user": " " }),
        json!({ "from": "2026-10-08", "to": "2026-10-01" }),
        json!({ "from": "2026-10-08" }),
    ] {
        assert_eq!(company.refused("forget", request).await.code, "bad_request");
    }
}
