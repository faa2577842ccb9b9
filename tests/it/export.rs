//! Answers as files: their totals are the screen's, only the named file is written, and both shells write the same bytes.

use std::path::Path;

use csv::StringRecord;
use serde_json::{Value, json};

use crate::cli::{code, run, stdout};
use crate::support::{Company, pico, sample_data, temporary};

/// Headings and records of an exported table.
fn table(text: &str) -> (StringRecord, Vec<StringRecord>) {
    // Not flexible: every record, notes too, has as many cells as the head.
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    (head, reader.records().map(Result::unwrap).collect())
}

struct Exported {
    head: StringRecord,
    records: Vec<StringRecord>,
}

impl Exported {
    fn read(path: &Path) -> Exported {
        let (head, records) = table(&std::fs::read_to_string(path).unwrap());
        Exported { head, records }
    }

    fn cell<'r>(&self, record: &'r StringRecord, column: &str) -> &'r str {
        let at = self.head.iter().position(|c| c == column).unwrap_or_else(|| panic!("no column {column}"));
        &record[at]
    }

    fn of(&self, kind: &str) -> Vec<&StringRecord> {
        self.records.iter().filter(|r| self.cell(r, "row") == kind).collect()
    }

    /// The cost column of rows of these kinds, added up; what has no price adds nothing.
    fn sum(&self, kinds: &[&str]) -> i128 {
        let rows = kinds.iter().flat_map(|kind| self.of(kind));
        rows.filter(|r| !self.cell(r, "cost").is_empty())
            .map(|r| pico(&json!({ "amount": self.cell(r, "cost"), "currency": self.cell(r, "cost_currency") })))
            .sum()
    }

    fn notes(&self) -> Vec<&str> {
        self.of("note").into_iter().map(|r| &r[0]).collect()
    }
}

fn request(question: &str, request: &Value, format: &str, path: &Path) -> Value {
    json!({ "of": { "question": question, "request": request }, "format": format, "path": path })
}

/// Names of what lies in a folder, sorted.
fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn totals_are_the_screens() {
    let company = Company::sample().await;
    let folder = temporary();
    let anthropic = json!([{ "dimension": "provider", "values": ["anthropic"], "negate": false }]);
    let october = json!({ "month": "2026-10" });
    let filtered = json!({ "month": "2026-10", "conditions": anthropic });
    let cases = [
        ("overview", json!({ "filter": october })),
        ("overview", json!({ "filter": filtered })),
        ("trend", json!({ "filter": october, "by": "day" })),
        ("trend", json!({ "filter": october, "by": "weekday_hour" })),
        ("hotspots", json!({ "filter": october, "by": ["feature", "model"], "top": 5 })),
        ("hotspots", json!({ "filter": filtered, "by": ["model"] })),
    ];
    for (at, (question, asked)) in cases.into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.csv"));
        let shown = company.ask(question, asked.clone()).await;
        let reply = company.ask("export", request(question, &asked, "csv", &path)).await;
        assert_eq!(reply["bytes"], std::fs::metadata(&path).unwrap().len());
        let file = Exported::read(&path);
        assert_eq!(file.of("total").len(), 1, "{question}");
        assert_eq!(file.sum(&["total"]), pico(&shown["total"]), "{question} {asked}");
        assert_eq!(file.sum(&["item", "rest"]), pico(&shown["total"]), "{question} {asked}: parts and rest");
        assert_eq!(file.records.len() - file.of("note").len(), shown["table"]["rows"].as_array().unwrap().len());
        let notes = file.notes();
        for note in ["Period: October 2026 (2026-10-01 to 2026-10-31)", "Zone: Europe/Berlin"] {
            assert!(notes.contains(&note), "{note} in {notes:?}");
        }
        let version = format!("Data version: {}", shown["trust"]["data_version"]);
        assert_eq!(notes.last(), Some(&version.as_str()));
        for name in ["Source: ", "Priced: ", "Price book: "] {
            assert!(notes.iter().any(|n| n.starts_with(name)), "{name} in {notes:?}");
        }
        let filter = asked["filter"]["conditions"].is_array();
        assert_eq!(notes.contains(&"Filter: Provider is anthropic"), filter, "{notes:?}");
    }
    assert_eq!(listing(folder.path()).len(), 6, "temporary files stay behind");
}

#[tokio::test]
async fn every_call_of_a_list_is_written_once() {
    let company = Company::sample().await;
    let folder = temporary();
    let path = folder.path().join("calls.csv");
    let filter = json!({ "month": "2026-10" });
    let asked = json!({ "filter": filter, "order": "tokens" });
    let shown = company.ask("calls", asked.clone()).await;
    company.ask("export", request("calls", &asked, "csv", &path)).await;
    let file = Exported::read(&path);
    let items = file.of("item");
    assert_eq!((items.len(), file.of("rest").len()), (9234, 0));
    let ids: std::collections::BTreeSet<&str> = items.iter().map(|r| file.cell(r, "id")).collect();
    assert_eq!(ids.len(), 9234);
    // In the order of the screen, each at the cost that the screen says.
    for (row, item) in shown["rows"].as_array().unwrap().iter().zip(&items) {
        assert_eq!(file.cell(item, "id"), row["id"]);
        assert_eq!(file.cell(item, "cost"), row["cost"]["amount"].as_str().unwrap_or_default());
    }
    assert_eq!(file.sum(&["total"]), pico(&shown["cost"]));
    assert_eq!(file.sum(&["item"]), pico(&shown["cost"]));
    // A part of the list says what it leaves out.
    let part = json!({ "filter": filter, "order": "tokens", "offset": 10, "limit": 7 });
    company.ask("export", request("calls", &part, "csv", &path)).await;
    let file = Exported::read(&path);
    assert_eq!(file.of("item").len(), 7);
    assert_eq!(file.cell(file.of("item")[0], "id"), shown["rows"][10]["id"]);
    assert!(file.of("rest")[0][0].starts_with("9227 further calls"));
    assert_eq!(file.sum(&["item", "rest"]), pico(&shown["cost"]));
}

#[tokio::test]
async fn a_chart_says_what_it_rests_on() {
    let company = Company::sample().await;
    let folder = temporary();
    let path = folder.path().join("october.svg");
    for (question, asked) in [
        ("overview", json!({ "filter": { "month": "2026-10" } })),
        ("hotspots", json!({ "filter": { "month": "2026-10" }, "by": ["model"] })),
        ("trend", json!({ "filter": { "month": "2026-10" }, "by": "weekday_hour" })),
    ] {
        company.ask("export", request(question, &asked, "svg", &path)).await;
        let picture = std::fs::read_to_string(&path).unwrap();
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"), "{question}");
        for words in ["October 2026", "Zone: Europe/Berlin", "Priced: ", "Data version: "] {
            assert!(picture.contains(words), "{words} in the picture of {question}");
        }
    }
    let calls = json!({ "filter": { "month": "2026-10" } });
    let before = std::fs::read(&path).unwrap();
    let error = company.refused("export", request("calls", &calls, "svg", &path)).await;
    assert_eq!(error.code, "bad_request");
    assert_eq!(std::fs::read(&path).unwrap(), before, "a file that is refused stays as it was");
    assert_eq!(listing(folder.path()), ["october.svg"]);
}

#[tokio::test]
async fn only_the_named_file_is_written() {
    let company = Company::sample().await;
    let folder = temporary();
    let asked = json!({ "filter": { "month": "2026-10" } });
    let there = folder.path().join("there.csv");
    std::fs::write(&there, "something longer than nothing\n".repeat(10_000)).unwrap();
    let reply = company.ask("export", request("overview", &asked, "csv", &there)).await;
    assert_eq!(std::fs::metadata(&there).unwrap().len(), reply["bytes"].as_u64().unwrap());
    let before = listing(&company.path);
    let inside = [company.path.join("outlay.db"), company.path.join("data/x.csv"), company.path.join("./x.csv")];
    let elsewhere =
        [folder.path().to_path_buf(), folder.path().join("no/such/x.csv"), Path::new("x.csv").to_path_buf()];
    for path in inside.iter().chain(&elsewhere) {
        let error = company.refused("export", request("overview", &asked, "csv", path)).await;
        assert!(["bad_request", "disk"].contains(&error.code.as_str()) && !error.remedy.is_empty(), "{error:?}");
    }
    let bad = json!({ "filter": { "month": "October" } });
    company.refused("export", request("overview", &bad, "csv", &folder.path().join("never.csv"))).await;
    assert_eq!(listing(&company.path), before);
    assert_eq!(listing(folder.path()), ["there.csv"]);
    assert!(!Path::new("x.csv").exists());
}

#[tokio::test]
async fn texts_start_no_formula_and_negative_amounts_stay_numbers() {
    let folder = temporary();
    let company = Company::new().await;
    let hostile = ["=1+1", "+1", "-1", "@a", "\t=1"];
    let rows: Vec<String> = hostile
        .iter()
        .map(|feature| {
            json!({ "timestamp": "2026-10-05T10:00:00Z", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 10,
                "feature": feature, "customer": feature })
            .to_string()
        })
        .collect();
    let logs = folder.path().join("logs.jsonl");
    std::fs::write(&logs, rows.join("\n") + "\n").unwrap();
    // Billed less than the logs say: what is left over is below nothing.
    let bill = folder.path().join("bill.csv");
    std::fs::write(&bill, "day,amount\n2026-10-05T00:00:00Z,0.001\n").unwrap();
    let told =
        "kind = \"charge\"\n[columns]\ntimestamp = \"day\"\nbilled = \"amount\"\n[constants]\nprovider = \"openai\"\n";
    company.import(std::slice::from_ref(&logs)).await;
    company.ask("import", json!({ "paths": [bill], "mapping": told })).await;
    let path = folder.path().join("out.csv");
    for (question, asked) in [
        ("hotspots", json!({ "filter": { "month": "2026-10" }, "by": ["feature"] })),
        ("calls", json!({ "filter": { "month": "2026-10" } })),
    ] {
        company.ask("export", request(question, &asked, "csv", &path)).await;
        let file = Exported::read(&path);
        for record in &file.records {
            for (column, cell) in file.head.iter().zip(record) {
                let number = cell.parse::<f64>().is_ok() && !["feature", "customer"].contains(&column);
                assert!(
                    number || !cell.trim_start().starts_with(['=', '+', '-', '@']),
                    "{question}: {column} {cell:?}"
                );
            }
        }
        assert_eq!(file.of("item").len(), hostile.len());
        if question == "hotspots" {
            let rest = file.of("rest");
            assert!(file.cell(rest[0], "cost").starts_with("-0.0"), "{rest:?}");
        }
    }
}

#[tokio::test]
async fn the_command_line_writes_the_same_bytes() {
    let sample = Company::sample().await;
    let folder = temporary();
    let path = folder.path().join("out");
    let filter = json!({ "month": "2026-10" });
    let calls = json!({ "filter": filter, "order": "latency", "limit": 12 });
    let cases: [(&[&str], &str, Value, &str); 5] = [
        (&["overview", "--csv"], "overview", json!({ "filter": filter }), "csv"),
        (&["overview", "--svg"], "overview", json!({ "filter": filter }), "svg"),
        (&["hotspots", "--by", "model", "--csv"], "hotspots", json!({ "filter": filter, "by": ["model"] }), "csv"),
        (
            &["trend", "--by", "weekday-hour", "--svg"],
            "trend",
            json!({ "filter": filter, "by": "weekday_hour" }),
            "svg",
        ),
        (&["calls", "--order", "latency", "--top", "12", "--csv"], "calls", calls, "csv"),
    ];
    for (args, question, asked, format) in cases {
        sample.ask("export", request(question, &asked, format, &path)).await;
        let output = run(&sample.path, &[args, &["--month", "2026-10"]].concat());
        assert_eq!(code(&output), 0, "{args:?}");
        assert_eq!(stdout(&output), std::fs::read_to_string(&path).unwrap(), "{args:?}");
    }
}

/// The mapping that widgets make is the mapping that is saved.
#[tokio::test]
async fn a_mapping_made_by_widgets_reads_the_file() {
    let folder = temporary();
    let company = Company::new().await;
    let odd = folder.path().join("odd.csv");
    let text = "When;Engine;In k;Out k;Rated\n1790841600000;gpt-4o;1.2;0.08;n/a\n1790841660000;gpt-4o;0.9;0.06;4\n";
    std::fs::write(&odd, text).unwrap();
    let ask = async |spec: &Value| company.ask("mapping", json!({ "path": odd, "spec": spec })).await;
    let mut spec = company.ask("mapping", json!({ "path": odd })).await["spec"].clone();
    let columns = json!({ "timestamp": "When", "model": "Engine", "input_tokens": "In k", "output_tokens": "Out k",
        "score.rated": "Rated" });
    spec["columns"] = columns;
    spec["constants"] = json!({ "team": "Legal", "feature": "" });
    spec["token_multiplier"] = json!(1000);
    spec["time_unit"] = json!("milliseconds");
    spec["skip_values"] = json!(["n/a"]);
    let reply = ask(&spec).await;
    assert_eq!((&reply["fault"], &reply["example_cost"]["amount"]), (&Value::Null, &json!("0.003800000")));
    // An empty text chooses nothing; everything else comes back as it was set.
    spec["constants"] = json!({ "team": "Legal" });
    assert_eq!(reply["spec"], spec);
    assert_eq!(ask(&reply["spec"]).await, reply);
    let again = company.ask("mapping", json!({ "path": odd, "mapping": reply["mapping"] })).await;
    assert_eq!(again["spec"], spec);

    // Another kind: its fields are listed, what it has no field for goes, and no cost is claimed.
    let scores = company.ask("mapping", json!({ "path": odd, "spec": spec, "kind": "score" })).await;
    assert_eq!(scores["spec"]["kind"], "score");
    assert_eq!(scores["spec"]["columns"]["score.rated"], "Rated");
    assert_eq!((&scores["spec"]["columns"]["input_tokens"], &scores["example_cost"]), (&Value::Null, &Value::Null));
    let names: Vec<&str> = scores["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert!(
        names.contains(&"score_value") && names.contains(&"score.rated") && !names.contains(&"latency_ms"),
        "{names:?}"
    );
    let wrong = json!({ "path": odd, "spec": { "kind": "call" } });
    assert_eq!(company.refused("mapping", wrong).await.code, "bad_request");

    let reply = company.ask("import", json!({ "paths": [odd], "mapping": reply["mapping"] })).await;
    assert_eq!((&reply["imported"], &reply["rejected"]), (&json!(2), &json!(0)));
    let page = company.ask("calls", json!({ "filter": { "from": "2026-10-01", "to": "2026-10-31" } })).await;
    assert_eq!(
        (&page["rows"][0]["team"], &page["rows"][0]["cost"]["amount"]),
        (&json!("Legal"), &json!("0.003800000"))
    );

    // JSON: columns are paths, deep ones too.
    let known = sample_data().join("trace-jsonl/gateway-2026-10.jsonl.gz");
    let reply = company.ask("mapping", json!({ "path": known })).await;
    assert_eq!(reply["paths"], true);
    assert_eq!(reply["rows"][0].as_array().unwrap().len(), reply["columns"].as_array().unwrap().len());
}
