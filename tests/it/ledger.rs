//! What must always hold of a ledger, whatever is put into it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use outlay_app::App;
use outlay_app::commands::dispatch;
use outlay_app::task::Task;
use outlay_ledger::Ledger;
use outlay_ledger::import::ImportOptions;
use outlay_model::cube::{Cube, Grain, Slice, Sums};
use outlay_model::dimension::Dimension;
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::Period;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde_json::{Value, json};

use crate::support::{Company, files_below, pico, same, sample_data, temporary, timeless};

const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"];
/// Instants about which something changes: a month's end, prices of a model (21 August), clocks in Berlin (25 October,
/// 01:00 UTC) and New York (1 November, 06:00 UTC). Seconds since 1970.
const EDGES: [i64; 5] = [1_787_270_400, 1_788_220_800, 1_790_812_800, 1_792_890_000, 1_793_512_800];
const MODELS: [&str; 6] = [
    "gpt-5.6-sol",
    "gemini-2.5-pro",
    "claude-sonnet-4-5-20250929",
    "gpt-4.1-2025-04-14",
    "text-embedding-3-small",
    "nobody-knows-this",
];
const WORDS: [&str; 3] = ["", "alpha", "beta, \"gamma\""];

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 12, failure_persistence: None, ..ProptestConfig::default() }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// A logged call.
#[derive(Clone, Debug)]
struct Row {
    /// Names the call; none: the row itself is its identity.
    id: Option<u8>,
    /// Seconds since 1970.
    at: i64,
    model: usize,
    words: [usize; 5],
    attempt: u8,
    failed: bool,
    /// None: the log tells no usage.
    tokens: Option<[u32; 4]>,
    nano: Option<u32>,
}

fn row() -> impl Strategy<Value = Row> {
    let time = (0..EDGES.len(), -36..36_i64).prop_map(|(edge, hours)| EDGES[edge] + hours * 1800);
    let tokens = prop_oneof![
        1 => Just(None),
        6 => (0..260_000_u32, 0..3000_u32, 0..3000_u32, 0..9000_u32).prop_map(|(a, b, c, d)| Some([a + b + c, b, c, d])),
    ];
    (
        proptest::option::of(0..10_u8),
        time,
        0..MODELS.len(),
        proptest::array::uniform5(0..WORDS.len()),
        1..4_u8,
        proptest::bool::weighted(0.2),
        tokens,
        proptest::option::of(1..90_000_000_u32),
    )
        .prop_map(|(id, at, model, words, attempt, failed, tokens, nano)| Row {
            id,
            at,
            model,
            words,
            attempt,
            failed,
            tokens,
            nano,
        })
}

impl Row {
    fn line(&self) -> String {
        let word = |at: usize| WORDS[self.words[at]];
        let mut line = json!({
            "timestamp": self.at,
            "model": MODELS[self.model],
            "feature": word(0),
            "customer": word(1),
            "user_id": word(2),
            "environment": word(3),
            "api_key_id": word(4),
            "attempt": self.attempt,
            "input_tokens": null,
        });
        if let Some(id) = self.id {
            line["span_id"] = json!(format!("{id:016x}"));
            line["trace_id"] = json!(format!("{:032x}", id / 4));
        }
        if self.failed {
            line["error_type"] = json!("timeout");
        }
        if let Some([input, cached, written, output]) = self.tokens {
            line["input_tokens"] = json!(input);
            line["cached_input_tokens"] = json!(cached);
            line["cache_write_tokens"] = json!(written);
            line["output_tokens"] = json!(output);
        }
        if let Some(nano) = self.nano {
            line["cost_usd"] = json!(format!("0.{nano:09}"));
        }
        line.to_string() + "\n"
    }
}

fn write(folder: &Path, name: &str, rows: &[Row]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, rows.iter().map(Row::line).collect::<String>()).unwrap();
    path
}

/// All that a company file answers about its records, without what names a data version.
async fn answers(company: &Company) -> Value {
    let all = json!({ "from": "2026-08-01", "to": "2026-11-30" });
    let mut out = Vec::new();
    for (command, request) in [
        ("ledger_info", json!({})),
        ("overview", json!({ "filter": all })),
        ("overview", json!({ "filter": { "month": "2026-10" } })),
        ("trend", json!({ "filter": all, "by": "month" })),
        ("hotspots", json!({ "filter": all, "by": ["model", "customer"] })),
        ("hotspots", json!({ "filter": all, "by": ["user"] })),
        ("calls", json!({ "filter": all, "limit": 1000 })),
        ("prices", json!({})),
        ("names", json!({})),
    ] {
        out.push(json!([command, company.ask(command, request).await]));
    }
    out.push(company.ask("imports", json!({})).await["strips"].clone());
    timeless(Value::Array(out))
}

fn counts(reply: &Value) -> [u64; 4] {
    ["rows", "imported", "duplicate", "rejected"].map(|name| reply[name].as_u64().unwrap())
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn the_order_of_files_does_not_matter_and_twice_is_once(
        files in proptest::collection::vec(proptest::collection::vec(row(), 1..14), 3),
    ) {
        wait(async {
            let folder = temporary();
            let paths: Vec<PathBuf> =
                files.iter().enumerate().map(|(i, rows)| write(folder.path(), &format!("{i}.jsonl"), rows)).collect();
            let one = Company::in_zone("Europe/Berlin").await;
            let reply = one.import(&paths).await;
            let [rows, imported, duplicate, rejected] = counts(&reply);
            assert_eq!(rows, files.iter().map(|f| f.len() as u64).sum::<u64>());
            assert_eq!((imported + duplicate, rejected), (rows, 0), "{reply}");
            let expected = answers(&one).await;

            let other = Company::in_zone("Europe/Berlin").await;
            for at in [2, 0, 1] {
                other.import(&paths[at..=at]).await;
            }
            same(&answers(&other).await, &expected, "another order");

            let again = one.import(&paths).await;
            assert_eq!(counts(&again), [rows, 0, rows, 0], "{again}");
            same(&answers(&one).await, &expected, "twice");
        });
    }

    #[test]
    fn undoing_an_import_is_never_having_made_it(
        files in proptest::collection::vec(proptest::collection::vec(row(), 1..14), 3),
        undone in 0..3_usize,
    ) {
        wait(async {
            let folder = temporary();
            let paths: Vec<PathBuf> =
                files.iter().enumerate().map(|(i, rows)| write(folder.path(), &format!("{i}.jsonl"), rows)).collect();
            let company = Company::in_zone("Asia/Kolkata").await;
            let mut imports = Vec::new();
            for path in &paths {
                imports.push(company.import(std::slice::from_ref(path)).await["import"].clone());
            }
            company.ask("import_undo", json!({ "import": imports[undone] })).await;
            let never = Company::in_zone("Asia/Kolkata").await;
            for (at, path) in paths.iter().enumerate() {
                if at != undone {
                    never.import(std::slice::from_ref(path)).await;
                }
            }
            same(&answers(&company).await, &answers(&never).await, "undone");
            let again = company.refused("import_undo", json!({ "import": imports[undone] })).await;
            assert_eq!(again.code, "bad_request");
        });
    }
}

/// Groups of a cube in a form that does not depend on how its words are numbered.
type Plain = (i32, u8, Vec<String>, u32, String, Sums);

fn plain(cube: &Cube) -> Vec<Plain> {
    let mut groups: Vec<Plain> = cube
        .groups
        .iter()
        .map(|g| {
            let keys = (0..cube.by.len()).map(|at| cube.key(g, at).to_owned()).collect();
            (g.day, g.hour, keys, g.rate_set, cube.currency(g).to_owned(), g.sums)
        })
        .collect();
    groups.sort_by(|a, b| (a.0, a.1, &a.2, a.3, &a.4).cmp(&(b.0, b.1, &b.2, b.3, &b.4)));
    groups
}

fn slice() -> impl Strategy<Value = Slice> {
    // Mostly what rollups know; a user never is.
    const CUTS: [Dimension; 14] = [
        Dimension::Feature,
        Dimension::Model,
        Dimension::Provider,
        Dimension::Environment,
        Dimension::Status,
        Dimension::Team,
        Dimension::Operation,
        Dimension::PromptVersion,
        Dimension::Tier,
        Dimension::Customer,
        Dimension::ApiKey,
        Dimension::Workspace,
        Dimension::Account,
        Dimension::User,
    ];
    const VALUES: [&str; 10] = [
        "",
        "alpha",
        "beta, \"gamma\"",
        "openai",
        "error",
        "gpt-5.6-sol",
        "gemini-2.5-pro",
        "support-reply",
        "elbe-bau",
        "production",
    ];
    let dimension = || (0..CUTS.len()).prop_map(|at| CUTS[at]);
    let condition = (dimension(), proptest::sample::subsequence(VALUES.to_vec(), 1..4), any::<bool>()).prop_map(
        |(dimension, values, negate)| Condition {
            dimension,
            values: values.into_iter().map(str::to_owned).collect(),
            negate,
        },
    );
    let days = prop_oneof![Just((0, 122)), (0..115_i64, 0..20_i64)];
    (
        days,
        0..ZONES.len(),
        prop_oneof![Just(Grain::Whole), Just(Grain::Day), Just(Grain::Hour)],
        proptest::collection::vec(dimension(), 0..3),
        proptest::collection::vec(condition, 0..3),
        proptest::bool::weighted(0.2),
    )
        .prop_map(|((from, long), zone, grain, mut by, conditions, only_waste)| {
            by.dedup();
            let first: chrono::NaiveDate = "2026-08-01".parse().unwrap();
            let from = first + chrono::Days::new(from.unsigned_abs());
            let to = from + chrono::Days::new(long.unsigned_abs());
            let period = Period { from, to, zone: ZONES[zone].parse().unwrap() };
            Slice { kind: Kind::Call, period, grain, by, conditions, only_waste }
        })
}

/// Ledgers with the same odd rows, cut in each of the zones, and the sample company.
fn rolled() -> &'static [PathBuf] {
    static MADE: OnceLock<Vec<PathBuf>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let rows = proptest::collection::vec(row(), 900);
        let rows = rows.new_tree(&mut runner).unwrap().current();
        let folder = crate::support::run_folder();
        let file = write(folder, "odd-rows.jsonl", &rows);
        crate::support::finish(async move {
            let mut made = vec![Company::sample().await.path];
            for zone in ZONES {
                let path = folder.join(zone.replace('/', "-"));
                let company = Company::at(&path, true).await;
                company.ask("settings_set", json!({ "zone": zone })).await;
                company.import(std::slice::from_ref(&file)).await;
                made.push(path);
            }
            made
        })
    })
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn rollups_answer_as_rows_do(slices in proptest::collection::vec(slice(), 2), at in 0..5_usize) {
        wait(async {
            let view = Ledger::open(&rolled()[at], false).await.unwrap().view(0).await.unwrap();
            for slice in &slices {
                let rolled = view.slice(slice).await.unwrap();
                let rows = view.slice_of_rows(slice).await.unwrap();
                assert!(rows.from_rows || rows.groups.is_empty(), "{slice:?}");
                assert_eq!(plain(&rolled), plain(&rows), "{slice:?}");
            }
            view.close().await.unwrap();
        });
    }
}

#[tokio::test]
async fn a_day_at_the_end_of_the_records_is_the_same_from_rows() {
    let ledgers = tokio::task::spawn_blocking(rolled).await.unwrap();
    for path in ledgers {
        let view = Ledger::open(path, false).await.unwrap().view(0).await.unwrap();
        let day = |d: &str| d.parse().unwrap();
        let zone = "America/New_York".parse().unwrap();
        for (from, to) in [("2026-11-02", "2026-11-02"), ("2026-11-01", "2026-11-01"), ("2026-11-02", "2026-11-05")] {
            for grain in [Grain::Whole, Grain::Day, Grain::Hour] {
                let slice = Slice {
                    kind: Kind::Call,
                    period: Period { from: day(from), to: day(to), zone },
                    grain,
                    by: Vec::new(),
                    conditions: Vec::new(),
                    only_waste: false,
                };
                let (rolled, rows) = (view.slice(&slice).await.unwrap(), view.slice_of_rows(&slice).await.unwrap());
                assert_eq!(plain(&rolled), plain(&rows), "{} {slice:?}", path.display());
            }
        }
        view.close().await.unwrap();
    }
}

#[tokio::test]
async fn rollups_are_used_where_they_hold_the_answer() {
    let view = {
        let path = tokio::task::spawn_blocking(rolled).await.unwrap()[2].clone();
        Ledger::open(&path, false).await.unwrap().view(0).await.unwrap()
    };
    let ask = |by: Vec<Dimension>, grain, zone: &str| {
        let period = Period::month_of("2026-10-01".parse().unwrap(), zone.parse().unwrap());
        let slice = Slice { kind: Kind::Call, period, grain, by, conditions: Vec::new(), only_waste: false };
        let view = &view;
        async move { view.slice(&slice).await.unwrap().from_rows }
    };
    // The ledger's days are Berlin's; its hours serve every zone of whole hours.
    assert!(!ask(vec![Dimension::Feature], Grain::Hour, "Europe/Berlin").await);
    assert!(!ask(vec![Dimension::Feature], Grain::Hour, "America/New_York").await);
    assert!(!ask(vec![Dimension::Customer], Grain::Day, "Europe/Berlin").await);
    assert!(ask(vec![Dimension::Feature], Grain::Day, "Asia/Kolkata").await);
    assert!(ask(vec![Dimension::Customer], Grain::Day, "UTC").await);
    assert!(ask(vec![Dimension::Customer], Grain::Hour, "Europe/Berlin").await);
    assert!(ask(vec![Dimension::User], Grain::Whole, "Europe/Berlin").await);
    view.close().await.unwrap();
}

#[tokio::test]
async fn parts_add_up_to_the_total_under_any_grouping() {
    let company = Company::sample().await;
    let or_nothing = |money: &Value| if money.is_null() { 0 } else { pico(money) };
    for by in [
        vec!["feature"],
        vec!["provider"],
        vec!["model"],
        vec!["customer", "model"],
        vec!["team", "environment", "status"],
        vec!["user"],
        vec!["prompt_name", "prompt_version"],
        vec!["project"],
    ] {
        for conditions in [json!([]), json!([{ "dimension": "provider", "values": ["openai", ""], "negate": false }])] {
            let filter = json!({ "month": "2026-10", "conditions": conditions });
            let request = json!({ "filter": filter, "by": by, "top": 3 });
            let answer = company.ask("hotspots", request).await;
            let rows: i128 = answer["rows"].as_array().unwrap().iter().map(|r| pico(&r["cost"])).sum();
            let parts = rows + or_nothing(&answer["others"]) + or_nothing(&answer["not_in_logs"]);
            assert_eq!(parts, pico(&answer["total"]), "{by:?} {conditions}");
            let overview = company.ask("overview", json!({ "filter": filter })).await;
            assert_eq!(overview["total"], answer["total"], "{by:?} {conditions}");
            // The table says the same: everything above its last line adds up to it.
            let table = &answer["table"];
            let columns = table["columns"].as_array().unwrap();
            let money = columns.iter().position(|c| c["unit"] == "money").unwrap();
            let lines = table["rows"].as_array().unwrap();
            let cells = |total: bool| {
                let lines = lines.iter().filter(|l| (l["kind"] == "total") == total);
                lines.map(|l| pico(&l["cells"][money]["value"])).sum::<i128>()
            };
            assert_eq!((cells(false), cells(true)), (parts, parts), "{by:?} {conditions}");
        }
    }
}

fn gateway() -> PathBuf {
    sample_data().join("trace-jsonl/gateway-2026-09.jsonl.gz")
}

fn small(folder: &Path) -> PathBuf {
    let row = |at: i64| Row {
        id: None,
        at: EDGES[0] + at,
        model: 0,
        words: [1; 5],
        attempt: 1,
        failed: false,
        tokens: Some([1000, 0, 0, 10]),
        nano: None,
    };
    write(folder, "small.jsonl", &[row(0), row(60)])
}

#[tokio::test]
async fn one_writes_while_others_read() {
    let company = Company::new().await;
    let file = small(company.path.parent().unwrap());
    company.import(std::slice::from_ref(&file)).await;
    let writer = Ledger::open(&company.path, false).await.unwrap();
    let held = writer.begin_import(ImportOptions::default()).await.unwrap();
    for (command, request) in [
        ("import", json!({ "paths": [file] })),
        ("import_undo", json!({ "import": 1 })),
        ("alias_set", json!({ "provider": "x", "id": "y", "means_provider": "openai", "means_model": "gpt-4o" })),
    ] {
        let error = company.refused(command, request).await;
        assert_eq!(error.code, "locked", "{command}: {error:?}");
        assert!(!error.remedy.is_empty());
    }
    assert_eq!(company.ask("overview", json!({ "filter": { "month": "2026-08" } })).await["trust"]["data_version"], 1);
    drop(held);
    assert_eq!(company.import(&[file]).await["duplicate"], 2);
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing() {
    let company = Company::in_zone("UTC").await;
    let file = small(company.path.parent().unwrap());
    company.import(&[file]).await;
    let (before, answered) = (files_below(&company.path), answers(&company).await);
    let imports = company.ask("imports", json!({})).await;

    let early = Task::silent();
    early.cancel();
    let handle: Arc<OnceLock<Task>> = Arc::default();
    let inner = handle.clone();
    let midway = Task::new(move |progress| {
        if progress.rows > 0
            && let Some(task) = inner.get()
        {
            task.cancel();
        }
    });
    handle.set(midway.clone()).unwrap();
    for task in [early, midway] {
        let error = dispatch(&company.app, "import", json!({ "paths": [gateway()] }), &task).await.unwrap_err();
        assert!(task.is_cancelled());
        assert_eq!(error.code, "cancelled", "{error:?}");
        assert_eq!(files_below(&company.path), before);
        assert_eq!(company.ask("imports", json!({})).await, imports);
    }
    same(&answers(&company).await, &answered, "cancelled");
    assert_eq!(company.import(&[gateway()]).await["imported"], 8369);
}

#[tokio::test]
async fn a_newer_ledger_is_refused_and_left_alone() {
    let company = Company::new().await;
    let ledger = Ledger::open(&company.path, false).await.unwrap();
    ledger.set_setting("format", "99", 0).await.unwrap();
    let error = App::new(None).open(&company.path, true).await.unwrap_err();
    assert_eq!(error.code, "newer_ledger");
    assert!(error.message.contains("99") && error.remedy.contains("Update"), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_is_no_company_file_is_refused() {
    let folder = temporary();
    let there = folder.path().join("there");
    assert_eq!(App::new(None).open(&there, false).await.unwrap_err().code, "no_ledger");
    std::fs::create_dir(&there).unwrap();
    std::fs::write(there.join("thesis.txt"), "mine").unwrap();
    let error = App::new(None).open(&there, true).await.unwrap_err();
    assert_eq!(error.code, "no_ledger");
    assert_eq!(files_below(&there), [PathBuf::from("thesis.txt")]);
}

#[tokio::test]
async fn the_next_writer_sweeps_what_a_killed_one_left() {
    let company = Company::new().await;
    let file = small(company.path.parent().unwrap());
    company.import(std::slice::from_ref(&file)).await;
    let calls = company.path.join("data/calls");
    let part = std::fs::read_dir(&calls).unwrap().next().unwrap().unwrap().path();
    let orphan = part.join("000099-0.parquet");
    std::fs::write(&orphan, "half a file").unwrap();
    let spill = company.path.join("scratch/import-7");
    std::fs::create_dir_all(&spill).unwrap();
    std::fs::write(spill.join("calls-0.spill"), "half a spill").unwrap();
    // A reader leaves them where they are, and does not read them.
    let info = company.ask("ledger_info", json!({})).await;
    assert_eq!(info["records"], json!([{ "kind": "call", "records": 2 }]));
    assert!(orphan.is_file() && spill.is_dir());
    company.import(&[file]).await;
    assert!(!orphan.exists() && !spill.exists());
}

#[tokio::test]
async fn a_file_that_nobody_knows_is_refused_with_advice() {
    let company = Company::new().await;
    let folder = company.path.parent().unwrap();
    let (text, table, empty) = (folder.join("note.txt"), folder.join("odd.csv"), folder.join("empty.csv"));
    std::fs::write(&text, "Dear Ada,\nhello\n").unwrap();
    std::fs::write(&table, "colour,shape\nred,round\n").unwrap();
    std::fs::write(&empty, "").unwrap();
    let reply = company.import(&[text.clone(), table, empty]).await;
    assert_eq!((counts(&reply), &reply["import"]), ([0; 4], &json!(0)));
    for file in reply["files"].as_array().unwrap() {
        assert!(file["refused"].is_string(), "{file}");
    }
    let why = reply["files"][1]["refused"].as_str().unwrap();
    assert!(why.contains("colour, shape") && why.contains("mapping"), "{why}");
    assert_eq!(company.ask("imports", json!({})).await["imports"], json!([]));
    // Beside a good file, the good one is taken.
    let reply = company.import(&[text, small(folder)]).await;
    assert_eq!((counts(&reply), reply["files"][0]["refused"].is_string()), ([2, 2, 0, 0], true));
}

#[tokio::test]
async fn own_files_never_enter_the_sample_company() {
    let company = Company::sample().await;
    let folder = temporary();
    let error = company.refused("import", json!({ "paths": [small(folder.path())] })).await;
    assert_eq!(error.code, "sample_company");
    let error = company.refused("import_undo", json!({ "import": 1 })).await;
    assert_eq!(error.code, "sample_company");
}

#[tokio::test]
async fn a_damaged_file_is_named_with_what_to_do() {
    let company = Company::new().await;
    let folder = company.path.parent().unwrap();
    company.import(&[small(folder)]).await;
    let data = company.path.join("data");
    for file in files_below(&data) {
        let path = data.join(file);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let filter = json!({ "filter": { "month": "2026-08" } });
    for command in ["overview", "calls"] {
        let error = company.refused(command, filter.clone()).await;
        assert_eq!(error.code, "damaged", "{command}: {error:?}");
        assert!(error.message.contains(".parquet"), "{command}: {error:?}");
        assert!(error.remedy.contains("backup"), "{command}: {error:?}");
    }
}
