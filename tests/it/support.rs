//! What all tests share: places, company files, and exact money as text.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use outlay_app::App;
use outlay_app::commands::dispatch;
use outlay_app::replies::ErrorReply;
use outlay_app::task::Task;
use outlay_app::use_cases::make_sample;
use outlay_ledger::Ledger;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The files of the sample company.
pub fn sample_data() -> PathBuf {
    root().join("sample-data")
}

/// Something of `../shared`; where it is not there, says on the terminal that the test checks nothing.
pub fn shared(part: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(part);
    if path.exists() {
        return Some(path);
    }
    say(&format!("SKIPPED: ../shared/{part} is not there"));
    None
}

/// Prints past the test harness, which swallows what a passing test prints.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The exact totals of the sample company.
pub fn truth() -> &'static Value {
    static TRUTH: OnceLock<Value> = OnceLock::new();
    TRUTH.get_or_init(|| {
        let text = std::fs::read_to_string(sample_data().join("truth.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    })
}

/// A whole number of nano-dollars as money is printed in replies.
pub fn usd(nano: i64) -> Value {
    let sign = if nano < 0 { "-" } else { "" };
    let (whole, rest) = (nano.unsigned_abs() / 1_000_000_000, nano.unsigned_abs() % 1_000_000_000);
    json!({ "amount": format!("{sign}{whole}.{rest:09}"), "currency": "USD" })
}

/// A money of a reply in pico-dollars, read without our own code.
pub fn pico(money: &Value) -> i128 {
    assert_eq!(money["currency"], "USD", "{money}");
    let text = money["amount"].as_str().unwrap();
    let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap();
    let size = format!("{whole}{fraction:0<12}").parse::<i128>().unwrap();
    if text.starts_with('-') { -size } else { size }
}

/// A folder of this run, gone with the process's successor: statics are never dropped.
pub fn run_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let old = |path: &Path| {
            let made = path.metadata().and_then(|m| m.modified()).unwrap_or_else(|_| SystemTime::now());
            made.elapsed().is_ok_and(|age| age > Duration::from_secs(3600))
        };
        for entry in std::fs::read_dir(all).unwrap().filter_map(Result::ok) {
            let ours = entry.file_name().to_string_lossy().starts_with("run-");
            if ours && old(&entry.path()) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        let folder = all.join(format!("run-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// A temporary folder beside the build's own.
pub fn temporary() -> TempDir {
    tempfile::Builder::new().prefix("run-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Runs work of an own runtime to its end, for statics.
pub fn finish<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(work)).join().unwrap()
}

/// An open company file.
pub struct Company {
    pub app: App,
    pub path: PathBuf,
    _folder: Option<TempDir>,
}

impl Company {
    /// A new, empty one, gone with the test.
    pub async fn new() -> Company {
        let folder = temporary();
        let path = folder.path().join("ledger");
        Company { _folder: Some(folder), ..Company::at(&path, true).await }
    }

    /// A new one whose days begin in `zone`, with keys as in every other ledger of these tests.
    pub async fn in_zone(zone: &str) -> Company {
        let company = Company::new().await;
        company.salted().await;
        company.ask("settings_set", json!({ "zone": zone, "company": "Test" })).await;
        company
    }

    /// Ids and ties depend on a random salt of each ledger: two ledgers can be compared only where it is the same.
    pub async fn salted(&self) {
        let ledger = Ledger::open(&self.path, false).await.unwrap();
        ledger.set_setting("salt", &"5a".repeat(32), 0).await.unwrap();
    }

    /// The one in a folder.
    pub async fn at(path: &Path, create: bool) -> Company {
        let app = App::new(None);
        app.open(path, create).await.unwrap();
        Company { app, path: path.to_path_buf(), _folder: None }
    }

    /// The sample company, made once a run: ask only what changes nothing.
    pub async fn sample() -> Company {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        let made = tokio::task::spawn_blocking(|| {
            MADE.get_or_init(|| {
                let path = run_folder().join("sample");
                let ledger = path.clone();
                finish(async move {
                    let made = Company::at(&ledger, true).await;
                    made.salted().await;
                    make_sample(&made.app, &ledger, &sample_data(), &Task::silent()).await.unwrap();
                });
                path
            })
        });
        Company::at(made.await.unwrap(), false).await
    }

    /// Asks as both shells do.
    pub async fn try_ask(&self, command: &str, request: Value) -> Result<Value, ErrorReply> {
        dispatch(&self.app, command, request, &Task::silent()).await
    }

    /// The answer.
    pub async fn ask(&self, command: &str, request: Value) -> Value {
        match self.try_ask(command, request.clone()).await {
            Ok(reply) => reply,
            Err(error) => panic!("{command} {request}: {error:?}"),
        }
    }

    /// The error.
    pub async fn refused(&self, command: &str, request: Value) -> ErrorReply {
        match self.try_ask(command, request.clone()).await {
            Ok(reply) => panic!("{command} {request} was answered: {reply}"),
            Err(error) => error,
        }
    }

    /// Imports files or folders.
    pub async fn import(&self, paths: &[PathBuf]) -> Value {
        self.ask("import", json!({ "paths": paths })).await
    }
}

/// A filter by month and zone.
pub fn month(month: &str, zone: &str) -> Value {
    json!({ "filter": { "month": month, "zone": zone } })
}

/// A reply without what names one data version or import: the rest must be the same whatever way led there.
pub fn timeless(mut reply: Value) -> Value {
    fn strip(node: &mut Value) {
        match node {
            Value::Object(map) => {
                for key in ["data_version", "path"] {
                    map.remove(key);
                }
                map.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut reply);
    reply
}

/// Every file below a folder but what SQLite keeps open, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if !path.to_string_lossy().contains("outlay.db-") {
                found.push(path.strip_prefix(folder).unwrap().to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// A Python with duckdb and numpy, made once below the build's folder; `None`, said on the terminal, where none can be.
pub fn python() -> Option<PathBuf> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON
        .get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside-venv");
            let python = folder.join("bin/python");
            let ready = || {
                let probe = Command::new(&python).args(["-c", "import duckdb, numpy"]).output();
                probe.is_ok_and(|run| run.status.success())
            };
            if !ready() {
                let _ = Command::new("python3").arg("-m").arg("venv").arg(&folder).output();
                let _ = Command::new(&python).args(["-m", "pip", "install", "-q", "duckdb", "numpy"]).output();
            }
            if ready() {
                return Some(python);
            }
            say("SKIPPED: there is no Python with duckdb and numpy, and pip could not get them");
            None
        })
        .clone()
}

/// Where two replies differ, as JSON pointers with both values.
pub fn differences(left: &Value, right: &Value) -> Vec<String> {
    fn walk(at: &str, left: &Value, right: &Value, out: &mut Vec<String>) {
        match (left, right) {
            (Value::Object(a), Value::Object(b)) => {
                let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                for key in keys {
                    let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                    walk(&format!("{at}/{key}"), &of(a), &of(b), out);
                }
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (i, (a, b)) in a.iter().zip(b).enumerate() {
                    walk(&format!("{at}/{i}"), a, b, out);
                }
            }
            (a, b) if a != b => out.push(format!("{at}: {a} != {b}")),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk("", left, right, &mut out);
    out
}

/// Asserts that two replies are the same, and says where they are not.
#[track_caller]
pub fn same(left: &Value, right: &Value, what: &str) {
    let found = differences(left, right);
    let first: Vec<String> = found.iter().take(8).map(|line| line.chars().take(600).collect()).collect();
    assert!(found.is_empty(), "{what}: {} differences\n{}", found.len(), first.join("\n"));
}
