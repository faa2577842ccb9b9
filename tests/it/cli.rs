//! The built command line: exit codes, JSON that is the app's own, and hostile names that stay text.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Company, same, sample_data, shared, temporary};

/// `outlay`, beside the test's own executable.
pub fn outlay() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let binary = here.parent().unwrap().parent().unwrap().join(format!("outlay{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "{} is not there; build it: cargo build -p outlay-cli", binary.display());
    binary
}

pub fn run(ledger: &Path, args: &[&str]) -> Output {
    Command::new(outlay()).env_remove("OUTLAY_LEDGER").arg("--ledger").arg(ledger).args(args).output().unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn reply(ledger: &Path, args: &[&str]) -> Value {
    let output = run(ledger, &[args, &["--json"]].concat());
    assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[tokio::test]
async fn json_is_what_the_app_replies() {
    let sample = Company::sample().await;
    let october = json!({ "month": "2026-10" });
    let production = json!([{ "dimension": "environment", "values": ["production"], "negate": false },
        { "dimension": "feature", "values": ["", "lead-score"], "negate": true }]);
    let page = sample.ask("calls", json!({ "filter": october, "limit": 1 })).await;
    let (id, trace) = (page["rows"][0]["id"].as_str().unwrap(), page["rows"][0]["trace_id"].as_str().unwrap());
    let (show, steps) = (["calls", "show", id], ["calls", "trace", trace]);
    let cases: Vec<(&[&str], &str, Value)> = vec![
        (&["overview", "--month", "2026-10"], "overview", json!({ "filter": october })),
        (
            &["overview", "--month", "2026-10", "--zone", "UTC"],
            "overview",
            json!({ "filter": { "month": "2026-10", "zone": "UTC" } }),
        ),
        (&["trend", "--by", "week", "--month", "2026-10"], "trend", json!({ "filter": october, "by": "week" })),
        (
            &["hotspots", "--by", "feature,model", "--top", "7", "--from", "2026-10-01", "--to", "2026-10-14"],
            "hotspots",
            json!({ "filter": { "from": "2026-10-01", "to": "2026-10-14" }, "by": ["feature", "model"], "top": 7 }),
        ),
        (
            &["hotspots", "--month", "2026-10", "--where", "environment=production", "--where", "feature!=,lead-score"],
            "hotspots",
            json!({ "filter": { "month": "2026-10", "conditions": production } }),
        ),
        (
            &["calls", "--month", "2026-10", "--order", "latency", "--top", "5", "--offset", "5"],
            "calls",
            json!({ "filter": october, "order": "latency", "limit": 5, "offset": 5 }),
        ),
        (&show, "bill", json!({ "id": id })),
        (&steps, "trace", json!({ "id": trace })),
        (&["imports"], "imports", json!({})),
        (&["formats"], "formats", json!({})),
        (&["names"], "names", json!({})),
        (&["prices", "gpt-4.1-mini"], "prices", json!({ "search": "gpt-4.1-mini" })),
        (
            &["prices", "explain", "gpt-4o-2024-08-06", "--provider", "openai"],
            "prices",
            json!({ "explain": "gpt-4o-2024-08-06", "provider": "openai" }),
        ),
        (&["settings"], "ledger_info", json!({})),
    ];
    for (args, command, request) in cases {
        // Both as text once, so that both print their numbers the same way.
        let want: Value = serde_json::from_str(&sample.ask(command, request).await.to_string()).unwrap();
        same(&reply(&sample.path, args), &want, &format!("outlay {}", args.join(" ")));
    }
}

#[tokio::test]
async fn what_is_printed_says_the_same() {
    let sample = Company::sample().await;
    let text = stdout(&run(&sample.path, &["overview", "--month", "2026-10"]));
    assert!(text.starts_with("October 2026: $11,268.49 spent"), "{text}");
    for part in ["no price for harbour-contracts-prod", "31 of 31", "zone Europe/Berlin", "billed, not in the logs"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "colours without a terminal");
    let csv = stdout(&run(&sample.path, &["hotspots", "--month", "2026-10", "--csv"]));
    assert!(csv.contains("contract-check,4985.968056"), "{csv}");
}

#[test]
fn exit_codes_say_whose_turn_it_is() {
    let folder = temporary();
    let ledger = folder.path().join("ledger");
    let there = |args: &[&str]| {
        let output = run(&ledger, args);
        (code(&output), stderr(&output) + &stdout(&output))
    };
    // Nothing is there yet: said, and nothing is made.
    let (exit, told) = there(&["overview"]);
    assert_eq!(exit, 2, "{told}");
    assert!(told.contains("no company file") && !ledger.exists(), "{told}");
    assert_eq!(there(&["overview", "--month", "October"]).0, 2);
    assert_eq!(there(&["nonsense"]).0, 2);
    assert_eq!(there(&["import", "/nowhere/at-all.csv"]).0, 2);
    assert_eq!(there(&["--help"]).0, 0);
    assert_eq!(there(&["--version"]).0, 0);
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "Dear Ada,\n").unwrap();
    let (exit, told) = there(&["import", note.to_str().unwrap()]);
    assert_eq!(exit, 2, "{told}");
    assert!(told.contains("refused") && told.contains("mapping"), "{told}");
    let logs = sample_data().join("inhouse-eval/chat-assist.jsonl");
    assert_eq!(there(&["import", logs.to_str().unwrap()]).0, 0);
    assert_eq!(there(&["overview", "--month", "2026-10"]).0, 0);
    assert_eq!(there(&["overview", "--zone", "Mars/Olympus"]).0, 2);
    assert_eq!(there(&["calls", "show", "2026-10-01.00"]).0, 2);
    assert_eq!(there(&["imports", "undo", "99"]).0, 2);
    assert_eq!(there(&["imports", "undo", "1"]).0, 0);
}

#[test]
fn an_import_as_json_accounts_for_every_row() {
    let folder = temporary();
    let ledger = folder.path().join("ledger");
    let files: Vec<PathBuf> =
        ["inhouse-calls/meeting-notes.csv", "mapped"].iter().map(|f| sample_data().join(f)).collect();
    let mut args = vec!["import", "--zone", "Europe/Berlin"];
    args.extend(files.iter().map(|f| f.to_str().unwrap()));
    let first = reply(&ledger, &args);
    let counts = |entry: &Value| ["rows", "imported", "duplicate", "rejected"].map(|k| entry[k].as_u64().unwrap());
    let entries = first["files"].as_array().unwrap();
    assert_eq!(entries.iter().map(counts).collect::<Vec<_>>(), [[296, 291, 0, 5], [294, 290, 0, 4]]);
    assert_eq!(counts(&first), [590, 581, 0, 9]);
    assert_eq!(counts(&reply(&ledger, &args)), [590, 0, 581, 9]);
}

/// As `../shared/check/real-files`: real files of the first formats, each in a ledger of its own.
#[test]
fn every_real_file_is_accounted_for() {
    let Some(samples) = shared("formats/samples") else { return };
    let mut seen = 0;
    for folder in ["openai-usage-csv", "anthropic-console-csv"] {
        for entry in std::fs::read_dir(samples.join(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|e| e == "md") {
                continue;
            }
            let ledger = temporary();
            let output = run(&ledger.path().join("l"), &["import", "--json", file.to_str().unwrap()]);
            let reply: Value = serde_json::from_str(&stdout(&output)).unwrap();
            let entries = reply["files"].as_array().unwrap();
            assert!(!entries.is_empty());
            for entry in entries {
                let count = |key: &str| entry[key].as_u64().unwrap();
                assert_eq!(count("imported") + count("duplicate") + count("rejected"), count("rows"), "{entry}");
                assert!(entry["refused"].is_null() && count("imported") > 0, "{entry}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} files");
}

#[test]
fn hostile_names_stay_text() {
    let folder = temporary();
    let ledger = folder.path().join("ledger");
    // A name that would rewrite the title of a terminal, hide what follows, and be a formula in a spreadsheet.
    let hostile = "=cmd|'/C calc'!A0\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}evil";
    let row = json!({ "timestamp": "2026-10-05T10:00:00Z", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 10, "feature": hostile,
        "customer": "</script><img src=x onerror=alert(1)>" });
    let file = folder.path().join("hostile\u{1b}[31m\u{202e}.jsonl");
    std::fs::write(&file, format!("{row}\n{{\"timestamp\": \"\u{1b}[2J\", broken\n")).unwrap();
    let path = file.to_str().unwrap();
    let inert = |args: &[&str]| {
        let output = run(&ledger, args);
        assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
        for text in [stdout(&output), stderr(&output)] {
            let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(bad, None, "{args:?}: {text:?}");
        }
        stdout(&output)
    };
    assert!(inert(&["import", path]).contains("1 in"));
    inert(&["imports"]);
    inert(&["imports", "show", "1"]);
    for command in [&["overview"][..], &["hotspots"], &["calls"], &["trend"]] {
        for how in [&[][..], &["--json"]] {
            inert(&[command, &["--month", "2026-10"], how].concat());
        }
    }
    // In JSON the name is whole again once it is read; in CSV, which goes to a file here, it is no formula.
    let answer = reply(&ledger, &["hotspots", "--month", "2026-10"]);
    assert_eq!(answer["rows"][0]["keys"][0], hostile);
    let csv = stdout(&run(&ledger, &["hotspots", "--month", "2026-10", "--csv"]));
    let line = csv.lines().nth(1).unwrap();
    assert!(line.starts_with("\"'=") || line.starts_with("'="), "a spreadsheet would run {line:?}");
}

#[test]
fn a_price_needs_no_ledger() {
    let folder = temporary();
    let nowhere = folder.path().join("nowhere");
    let args = [
        "price",
        "--provider",
        "openai",
        "--model",
        "gpt-4o",
        "--date",
        "2026-11-05",
        "--uncached-input",
        "12000",
        "--output",
        "800",
    ];
    let priced = reply(&nowhere, &args);
    assert_eq!(priced["cost"], json!({ "amount": "0.038000000", "currency": "USD" }));
    assert_eq!(priced["rate_set"].as_array().unwrap().len(), 2);
    let unknown =
        reply(&nowhere, &["price", "--provider", "openai", "--model", "nobody-knows-this", "--output", "800"]);
    assert_eq!((&unknown["cost"], unknown["unpriced"].is_string()), (&Value::Null, true));
    assert!(!nowhere.exists());
}

/// The lock and what was written go with a killed process; what was committed stays.
#[cfg(unix)]
#[test]
fn a_killed_import_loses_nothing_that_was_there() {
    let folder = temporary();
    let ledger = folder.path().join("ledger");
    let logs = sample_data().join("inhouse-eval/chat-assist.jsonl");
    reply(&ledger, &["import", logs.to_str().unwrap()]);
    let before = reply(&ledger, &["overview", "--month", "2026-10"]);
    let gateway = sample_data().join("trace-jsonl");
    for wait in [40, 150, 400, 900] {
        let mut child = Command::new(outlay())
            .env_remove("OUTLAY_LEDGER")
            .arg("--ledger")
            .arg(&ledger)
            .arg("import")
            .arg(&gateway)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().unwrap();
        let imports = reply(&ledger, &["imports"]);
        let made = imports["imports"].as_array().unwrap().len();
        // It may have finished before the signal came: then all of it is there, never a part.
        if made == 1 {
            same(&reply(&ledger, &["overview", "--month", "2026-10"]), &before, "killed");
        } else {
            assert_eq!(imports["imports"][0]["files"].as_array().unwrap().len(), 3);
            break;
        }
    }
    let reply = reply(&ledger, &["import", gateway.to_str().unwrap()]);
    let sum = reply["imported"].as_u64().unwrap() + reply["duplicate"].as_u64().unwrap();
    assert_eq!(sum, 7532 + 8369 + 10_120);
}
