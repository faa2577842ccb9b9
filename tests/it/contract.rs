//! What the two shells are told: every command is asked with JSON, and its reply is kept in `tests/golden/replies`, which
//! the window's own tests draw and print too. `OUTLAY_BLESS=1 cargo test -p outlay-tests contract` writes them anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use outlay_app::App;
use outlay_app::commands::{NAMES, dispatch};
use outlay_app::task::Task;
use serde_json::{Value, json};

use crate::support::{Company, differences, files_below, root, sample_data, temporary, truth, usd};

/// A larger reply would make the window's tests slow.
const MOST_BYTES: usize = 300_000;

struct Golden {
    folder: PathBuf,
    /// Folders of this run, replaced by a fixed one.
    volatile: Vec<String>,
    asked: BTreeSet<String>,
    written: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Golden {
    fn new(volatile: &[&Path]) -> Golden {
        Golden {
            folder: root().join("tests/golden/replies"),
            volatile: volatile.iter().map(|p| p.to_string_lossy().into_owned()).collect(),
            asked: BTreeSet::new(),
            written: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// Replaces what differs from run to run: folders, times of writing, versions.
    fn settle(&self, node: &mut Value) {
        match node {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    match (key.as_str(), &value) {
                        ("data_version", Value::Number(_)) => *value = json!(1),
                        ("at", Value::String(_)) => *value = json!("2026-11-12T09:30:00Z"),
                        ("book", Value::String(text)) if text.contains('+') => *value = json!("2026-11-12"),
                        _ => self.settle(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.settle(item)),
            Value::String(text) => {
                for folder in &self.volatile {
                    *text = text.replace(folder, "/home/ada/Outlay");
                }
            }
            _ => {}
        }
    }

    /// A file in a folder of this run.
    fn place(&self, name: &str) -> PathBuf {
        Path::new(&self.volatile[1]).join(name)
    }

    /// Compares a reply with the one kept, or keeps it.
    fn check(&mut self, command: &str, variant: &str, reply: &Value) {
        let dash = if variant.is_empty() { "" } else { "-" };
        let name = format!("{command}{dash}{variant}.json");
        let mut settled = reply.clone();
        self.settle(&mut settled);
        let text = serde_json::to_string_pretty(&settled).unwrap() + "\n";
        assert!(text.len() < MOST_BYTES, "{name} has {} bytes", text.len());
        let file = self.folder.join(&name);
        if std::env::var_os("OUTLAY_BLESS").is_some() {
            std::fs::create_dir_all(&self.folder).unwrap();
            std::fs::write(&file, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        if kept != text {
            let told = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
            let lines: Vec<String> = differences(&told(&kept), &told(&text))
                .into_iter()
                .take(4)
                .map(|l| l.chars().take(300).collect())
                .collect();
            self.wrong.push(format!("{name}:\n  {}", lines.join("\n  ")));
        }
        self.asked.insert(command.to_owned());
        self.written.insert(name);
    }

    /// Asks, checks and returns a reply.
    async fn ask(&mut self, company: &Company, command: &str, variant: &str, request: Value) -> Value {
        let reply = company.ask(command, request).await;
        self.check(command, variant, &reply);
        reply
    }

    async fn refuse(&mut self, company: &Company, code: &str, command: &str, request: Value) {
        let error = company.refused(command, request).await;
        assert_eq!(error.code, code, "{error:?}");
        self.check("error", code, &serde_json::to_value(&error).unwrap());
        self.asked.remove("error");
    }
}

fn october(conditions: &[(&str, &str)]) -> Value {
    let conditions: Vec<Value> =
        conditions.iter().map(|(dimension, value)| json!({ "dimension": dimension, "values": [value] })).collect();
    json!({ "month": "2026-10", "conditions": conditions })
}

#[tokio::test]
async fn every_command_answers_as_kept() {
    let folder = temporary();
    let sample = Company::sample().await;
    let mut golden = Golden::new(&[&sample.path, folder.path(), &sample_data()]);
    ask_sample(&mut golden, &sample).await;
    ask_mapping(&mut golden, &sample, folder.path()).await;
    ask_empty(&mut golden, folder.path()).await;
    ask_changes(&mut golden, folder.path()).await;

    let missing: Vec<&&str> = NAMES.iter().filter(|name| !golden.asked.contains(**name)).collect();
    assert!(missing.is_empty(), "nobody asks {missing:?}");
    let kept = std::fs::read_dir(&golden.folder).unwrap();
    let kept: BTreeSet<String> = kept.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    let stale: Vec<&String> = kept.difference(&golden.written).collect();
    assert!(stale.is_empty(), "nobody writes {stale:?} any more");
    assert!(
        golden.wrong.is_empty(),
        "{} replies differ from those kept (kept != now); where they should, OUTLAY_BLESS=1 writes them anew\n{}",
        golden.wrong.len(),
        golden.wrong.join("\n")
    );
}

/// Questions that change nothing; their totals are the generator's.
async fn ask_sample(golden: &mut Golden, sample: &Company) {
    let info = golden.ask(sample, "ledger_info", "", json!({})).await;
    assert_eq!((&info["sample"], &info["months"]), (&json!(true), &json!(["2026-08", "2026-09", "2026-10"])));
    golden.ask(sample, "formats", "", json!({})).await;
    let imports = golden.ask(sample, "imports", "", json!({})).await;
    assert_eq!(imports["imports"][0]["files"].as_array().unwrap().len(), 23);

    for (month, total) in [("2026-10", "11268.488724050"), ("2026-09", "9853.705320820"), ("2026-08", "8809.332246440")]
    {
        let request = json!({ "filter": { "month": month } });
        let overview = golden.ask(sample, "overview", month, request).await;
        assert_eq!(overview["total"]["amount"], total);
        assert_eq!(overview["total"], usd(truth()["headline"]["berlin"][month]["total_nano"].as_i64().unwrap()));
    }
    let anthropic = json!({ "filter": october(&[("provider", "anthropic")]) });
    let overview = golden.ask(sample, "overview", "anthropic", anthropic).await;
    assert_eq!(overview["total"]["amount"], "2619.370000000");
    let none = json!({ "filter": { "month": "2026-12" } });
    golden.ask(sample, "overview", "no-records", none).await;

    for by in ["day", "week", "weekday_hour"] {
        golden.ask(sample, "trend", by, json!({ "filter": october(&[]), "by": by })).await;
    }
    let quarter = json!({ "from": "2026-08-01", "to": "2026-10-31" });
    golden.ask(sample, "trend", "month", json!({ "filter": quarter, "by": "month" })).await;

    let all = |by: &[&str], conditions: &[(&str, &str)]| json!({ "filter": october(conditions), "by": by });
    golden.ask(sample, "month", "", json!({ "filter": october(&[]), "by": "feature" })).await;
    golden.ask(sample, "coverage", "", json!({ "filter": october(&[]) })).await;
    golden
        .ask(
            sample,
            "coverage",
            "anthropic",
            json!({ "filter": { "month": "2026-09",
        "conditions": [{ "dimension": "provider", "values": ["anthropic"] }] } }),
        )
        .await;
    let features = golden.ask(sample, "hotspots", "feature", all(&["feature"], &[])).await;
    let first = &features["rows"][0];
    assert_eq!(
        (&features["total"]["amount"], &first["keys"][0]),
        (&json!("11268.488724050"), &json!("contract-check"))
    );
    assert_eq!(
        first["cost"],
        usd(truth()["features"]["berlin"]["2026-10"]["contract-check"]["list_nano"].as_i64().unwrap())
    );
    golden.ask(sample, "hotspots", "default", json!({ "filter": october(&[]) })).await;
    golden.ask(sample, "hotspots", "model", all(&["model"], &[])).await;
    golden.ask(sample, "hotspots", "provider", all(&["provider"], &[])).await;
    golden.ask(sample, "hotspots", "feature-model", all(&["feature", "model"], &[])).await;
    golden.ask(sample, "hotspots", "drilled", all(&["model"], &[("feature", "contract-check")])).await;
    golden.ask(sample, "hotspots", "customer", all(&["customer"], &[("environment", "production")])).await;

    let page = |offset: i64, limit: i64, order: &str, conditions: &[(&str, &str)]| json!({ "filter": october(conditions), "offset": offset, "limit": limit, "order": order });
    let calls = golden.ask(sample, "calls", "", page(0, 100, "cost", &[])).await;
    let logged: i64 =
        truth()["logs"]["berlin"]["2026-10"].as_object().unwrap().values().map(|p| p["calls"].as_i64().unwrap()).sum();
    assert_eq!((&calls["total"], logged), (&json!(logged), 9234));
    golden.ask(sample, "calls", "second-page", page(100, 100, "cost", &[])).await;
    golden.ask(sample, "calls", "latency", page(0, 20, "latency", &[])).await;
    golden.ask(sample, "calls", "time", page(0, 20, "time", &[])).await;
    golden.ask(sample, "calls", "past-the-end", page(9230, 100, "cost", &[])).await;
    let unpriced =
        golden.ask(sample, "calls", "unpriced", page(0, 5, "tokens", &[("model", "harbour-contracts-prod")])).await;
    let failed = golden
        .ask(sample, "calls", "failed", page(0, 5, "cost", &[("status", "error"), ("feature", "code-agent")]))
        .await;
    let judged = sample.ask("calls", page(0, 1, "cost", &[("feature", "sql-copilot"), ("status", "ok")])).await;

    let id = |page: &Value| json!({ "id": page["rows"][0]["id"] });
    let bill = golden.ask(sample, "bill", "", id(&calls)).await;
    assert_eq!(bill["call"]["cost"], calls["rows"][0]["cost"]);
    let bill = golden.ask(sample, "bill", "unpriced", id(&unpriced)).await;
    assert_eq!(bill["call"]["cost"], Value::Null);
    assert!(bill["unpriced"].as_str().unwrap().contains("harbour-contracts-prod"), "{bill}");
    golden.ask(sample, "bill", "scored", id(&judged)).await;
    let uncharged = sample.ask("calls", page(0, 1, "time", &[("error_type", "rate_limit")])).await;
    golden.ask(sample, "bill", "failed", id(&uncharged)).await;
    let trace = json!({ "id": failed["rows"][0]["trace_id"] });
    let trace = golden.ask(sample, "trace", "retries", trace).await;
    assert!(trace.to_string().contains("\"attempt\":2"), "no later attempt in {trace}");

    let tokens = json!({ "uncached_input": 12_000, "cache_read": 0, "cache_write_5m": 0, "cache_write_1h": 0,
        "cache_write_30m": 0, "cache_write_12h": 0, "cache_write_unknown": 0, "output": 800, "reasoning": 0,
        "audio_input": 0, "audio_output": 0, "image_input": 0, "image_output": 0 });
    let price = |model: &str| json!({ "provider": "openai", "model": model, "date": "2026-11-05", "tokens": tokens });
    let reply = golden.ask(sample, "price", "", price("gpt-4o")).await;
    assert_eq!(reply["cost"]["amount"], "0.038000000");
    golden.ask(sample, "price", "unpriced", price("harbour-contracts-prod")).await;
    golden.ask(sample, "prices", "used", json!({})).await;
    golden.ask(sample, "prices", "search", json!({ "search": "gpt-4.1-mini" })).await;
    golden.ask(sample, "prices", "explain", json!({ "explain": "gpt-4o-2024-08-06", "provider": "openai" })).await;
    golden.ask(sample, "names", "", json!({})).await;

    let (table, chart) = (golden.place("october.csv"), golden.place("hours.svg"));
    let of = |question: &str, request: Value| json!({ "question": question, "request": request });
    let asked = of("overview", json!({ "filter": october(&[]) }));
    let mut reply = sample.ask("export", json!({ "of": asked, "format": "csv", "path": table })).await;
    assert_eq!(reply["bytes"], std::fs::metadata(&table).unwrap().len());
    // The file names the price book, whose version has no fixed length.
    reply["bytes"] = json!(2048);
    golden.check("export", "csv", &reply);
    let asked = of("trend", json!({ "filter": october(&[]), "by": "weekday_hour" }));
    let written = sample.ask("export", json!({ "of": asked, "format": "svg", "path": chart })).await;
    assert_eq!(written["path"], json!(chart));

    golden.refuse(sample, "bad_request", "overview", json!({ "filter": { "month": "October" } })).await;
    golden.refuse(sample, "sample_company", "import", json!({ "paths": [sample_data()] })).await;
    for (command, request) in [("bill", json!({ "id": "2026-10-01.00" })), ("trace", json!({ "id": "none" }))] {
        assert_eq!(sample.refused(command, request).await.code, "bad_request", "{command}");
    }
    let error = sample.refused("no_such_command", json!({})).await;
    assert_eq!(error.code, "bad_request");
}

async fn ask_mapping(golden: &mut Golden, company: &Company, folder: &Path) {
    let odd = folder.join("odd.csv");
    let text = "When,Engine,Prompt Tok,Completion Tok,Dollars,Department\n\
        2026-10-03 14:05:00,gpt-4o,1200,80,0.0038,Legal\n\
        2026-10-03 14:06:00,gpt-4o,900,60,0.00285,Legal\n\
        2026-10-04 09:00:00,gpt-4o,oops,60,0.00285,Sales\n";
    std::fs::write(&odd, text).unwrap();
    golden.ask(company, "mapping", "odd", json!({ "path": odd })).await;
    let told = "kind = \"call\"\n[columns]\ntimestamp = \"When\"\nmodel = \"Engine\"\ninput_tokens = \"Prompt Tok\"\n\
        output_tokens = \"Completion Tok\"\ncost_usd = \"Dollars\"\nteam = \"Department\"\n";
    let tried = json!({ "path": odd, "mapping": told, "zone": "Europe/Berlin" });
    let reply = golden.ask(company, "mapping", "tried", tried).await;
    // 1,200 tokens at 2.5 and 80 at 10 dollars per million.
    assert_eq!((&reply["fault"], &reply["example_cost"]["amount"]), (&Value::Null, &json!("0.003800000")));
    let mut spec = reply["spec"].clone();
    spec["token_multiplier"] = json!(1000);
    spec["constants"] = json!({ "provider": "openai", "feature": "contracts" });
    let reply = golden.ask(company, "mapping", "widgets", json!({ "path": odd, "spec": spec })).await;
    assert_eq!(reply["example_cost"]["amount"], "3.800000000");
    golden.ask(company, "mapping", "scores", json!({ "path": odd, "spec": spec, "kind": "score" })).await;
    let known = sample_data().join("mapped/invoice-extract.csv");
    golden.ask(company, "mapping", "saved", json!({ "path": known })).await;
}

async fn ask_empty(golden: &mut Golden, folder: &Path) {
    let nothing = App::new(None);
    let error = dispatch(&nothing, "ledger_info", json!({}), &Task::silent()).await.unwrap_err();
    assert_eq!(error.code, "no_ledger");
    golden.check("error", "no_ledger", &serde_json::to_value(&error).unwrap());
    golden.asked.remove("error");
    let empty = Company::at(&folder.join("empty"), true).await;
    for command in ["ledger_info", "imports", "names"] {
        golden.ask(&empty, command, "empty", json!({})).await;
    }
    let filter = json!({ "filter": { "month": "2026-10" } });
    for command in ["overview", "trend", "hotspots", "coverage", "calls"] {
        golden.ask(&empty, command, "empty", filter.clone()).await;
    }
}

/// Commands that change something, on a company file of their own.
async fn ask_changes(golden: &mut Golden, folder: &Path) {
    let app_data = folder.join("app-data");
    let app = App::new(Some(app_data)).with_sample_data(sample_data());
    let reply = dispatch(&app, "sample_open", json!({}), &Task::silent()).await.unwrap();
    assert_eq!((&reply["sample"], &reply["settings"]["company"]), (&json!(true), &json!("Harbour Labs")));
    golden.check("sample_open", "", &reply);
    let own = folder.join("own");
    let request = json!({ "path": own, "create": true });
    let reply = dispatch(&app, "ledger_open", request, &Task::silent()).await.unwrap();
    assert_eq!(reply["recent"].as_array().unwrap().len(), 2);
    golden.check("ledger_open", "", &reply);

    let company = Company::at(&own, false).await;
    company.salted().await;
    let settings = json!({ "company": "Example Ltd", "zone": "Europe/Berlin", "currency": "USD", "number_format": "1.234,56",
        "fiscal_year_start": 4, "keep_text": false, "hash_users": true });
    let reply = golden.ask(&company, "settings_set", "", settings).await;
    assert_eq!(reply["settings"]["zone"], "Europe/Berlin");

    let logs = sample_data().join("inhouse-eval/chat-assist.jsonl");
    let note = folder.join("note.txt");
    std::fs::write(&note, "Dear Ada,\n").unwrap();
    let reply = golden.ask(&company, "import", "", json!({ "paths": [logs, note] })).await;
    assert_eq!(["rows", "imported", "duplicate", "rejected"].map(|k| reply[k].as_u64().unwrap()), [370, 366, 0, 4]);
    golden.ask(&company, "rejects", "", json!({ "import": reply["import"] })).await;
    let again = golden.ask(&company, "import", "again", json!({ "paths": [logs] })).await;
    assert_eq!((&again["imported"], &again["duplicate"]), (&json!(0), &json!(366)));
    golden.ask(&company, "import", "refused", json!({ "paths": [note] })).await;
    let bill = sample_data().join("openai-cost-csv");
    let bill = golden.ask(&company, "import", "folder", json!({ "paths": [bill] })).await;
    golden.ask(&company, "import_undo", "", json!({ "import": bill["import"] })).await;
    golden.ask(&company, "imports", "undone", json!({})).await;

    let name = json!({ "dimension": "project", "id": "proj_HLGateway000000000000001", "name": "Gateway", "team": "platform", "cost_centre": "4711" });
    golden.ask(&company, "names_set", "", json!({ "set": [name] })).await;
    let csv = "provider,model,valid_from,valid_to,tier,uncached_input,cache_read,cache_write_5m,cache_write_1h,output,currency\n\
        google,gemini-2.5-flash,2026-08-01,,standard,0.27,0.027,,,2.25,USD\n";
    let reply = golden.ask(&company, "user_prices", "", json!({ "csv": csv })).await;
    assert_eq!(reply["taken"], 1);
    let alias =
        json!({ "provider": "azure", "id": "my-deployment", "means_provider": "openai", "means_model": "gpt-4o" });
    golden.ask(&company, "alias_set", "", alias).await;
    golden.ask(&company, "overview", "own-prices", json!({ "filter": { "month": "2026-10" } })).await;

    let coverage = company.ask("coverage", json!({ "filter": { "month": "2026-10" } })).await;
    let provider = &coverage["accounts"][0]["provider"];
    let decision = json!({ "provider": provider, "from": "2026-10-01", "to": "2026-10-31", "source": "own_logs",
        "reason": "the invoice is late" });
    golden.ask(&company, "source_set", "", decision).await;

    golden.ask(&company, "forget", "", json!({ "from": "2026-08-01", "to": "2026-08-07" })).await;
    let (file, restored) = (folder.join("backup.tar"), folder.join("restored"));
    let files = files_below(&own.join("data"));
    let kept = [
        ("backup", json!({ "path": file })),
        ("restore", json!({ "from": file, "to": restored })),
        ("doctor", json!({ "path": restored })),
    ];
    for (command, request) in kept {
        let mut reply = company.ask(command, request).await;
        assert_eq!(reply["files"], files.len(), "{command}");
        // How many bytes a version of the libraries writes is not for this page to say.
        reply["bytes"] = json!(204_800);
        golden.check(command, "", &reply);
    }
    let sums = files.iter().find(|path| path.starts_with("rollup-b")).unwrap();
    std::fs::remove_file(restored.join("data").join(sums)).unwrap();
    let mut reply = company.ask("doctor", json!({ "path": restored })).await;
    reply["bytes"] = json!(204_800);
    golden.check("doctor", "damaged", &reply);
}
