//! What computers do to a company file: disks that fill up, folders that cannot be written, clocks that jump, files that
//! go, and programs side by side. Each is the real thing; where the system does not allow it, the test says so.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use outlay_ledger::Ledger;
use outlay_ledger::import::ImportOptions;
use outlay_model::cube::{Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;
use outlay_model::time::{DAY, Period};
use serde_json::{Value, json};

use crate::cli::{code, outlay, run};
use crate::support::{Company, files_below, finish, same, sample_data, say, temporary, timeless};

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// A company file with some calls, and more calls to import.
struct Stage {
    ledger: PathBuf,
    new: PathBuf,
    before: Value,
}

async fn answers(root: &Path) -> Value {
    let company = Company::at(root, false).await;
    let filter = json!({ "month": "2026-10" });
    let mut out = Vec::new();
    for question in ["overview", "hotspots", "calls"] {
        out.push(company.ask(question, json!({ "filter": filter })).await);
    }
    out.push(company.ask("imports", json!({})).await);
    timeless(json!(out))
}

impl Stage {
    fn set(folder: &Path) -> Stage {
        let packed = sample_data().join("trace-jsonl/gateway-2026-10.jsonl.gz");
        let text = Command::new("gzip").arg("-dc").arg(packed).output().unwrap().stdout;
        let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
        let (old, new, ledger) = (folder.join("old.jsonl"), folder.join("new.jsonl"), folder.join("ledger"));
        std::fs::write(&old, lines[..300].join(&b'\n')).unwrap();
        std::fs::write(&new, lines[300..4000].join(&b'\n')).unwrap();
        let root = ledger.clone();
        let before = finish(async move {
            let company = Company::at(&root, true).await;
            company.import(&[old]).await;
            answers(&root).await
        });
        Stage { ledger, new, before }
    }

    /// Nothing was lost, nothing is at fault, and the import that failed works.
    fn holds(&self, root: &Path, what: &str) {
        let path = root.to_owned();
        same(&finish(async move { answers(&path).await }), &self.before, what);
        let again = run(root, &["import", "--json", &self.new.to_string_lossy()]);
        assert_eq!(code(&again), 0, "{what}: {again:?}");
        let reply: Value = serde_json::from_slice(&again.stdout).unwrap();
        assert!(reply["imported"].as_u64().unwrap() > 3000, "{what}: {reply}");
        let doctor = run(root, &["doctor", "--json"]);
        let reply: Value = serde_json::from_slice(&doctor.stdout).unwrap();
        assert_eq!((code(&doctor), &reply["findings"]), (0, &json!([])), "{what}");
    }
}

/// Copies a company file. Connections that were dropped may still be taking their files away.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let copied = |_: &i32| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap().success()
    };
    assert!((0..20).any(|turn| copied(&turn)), "{} cannot be copied", from.display());
}

/// A refusal that says what happened and what to do, and is not ours.
fn refused(output: &Output, words: &[&str], what: &str) {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{what}: {text}");
    assert!(words.iter().any(|word| text.contains(word)), "{what}: {text}");
    assert!(!text.contains("panicked"), "{what}: {text}");
}

fn shell(script: &str, names: &[(&str, &Path)]) -> Output {
    Command::new("sh")
        .args(["-c", script])
        .env_remove("OUTLAY_LEDGER")
        .env("OUTLAY", outlay())
        .envs(names.iter().copied())
        .output()
        .unwrap()
}

/// Runs a script that may mount; nothing where the system lets nobody do so.
fn with_mounts(script: &str, names: &[(&str, &Path)]) -> Option<Output> {
    let may = |flags: &str| {
        let probe = Command::new("unshare").args([flags, "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]).output();
        probe.is_ok_and(|run| run.status.success())
    };
    let flags = ["-m", "-rm"].into_iter().find(|flags| may(flags))?;
    let mut command = Command::new("unshare");
    command.args([flags, "sh", "-c", script]).env_remove("OUTLAY_LEDGER").env("OUTLAY", outlay());
    Some(command.envs(names.iter().copied()).output().unwrap())
}

#[test]
fn a_file_that_may_not_grow_loses_nothing() {
    let folder = temporary();
    let stage = Stage::set(folder.path());
    let mut failures = 0;
    // Blocks of 512 bytes: in the catalogue's log, in a spill, in a file of calls, in a rollup.
    for blocks in [8_u32, 64, 160, 400, 900] {
        let root = folder.path().join(format!("limit-{blocks}"));
        copy(&stage.ledger, &root);
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$OUTLAY\" --ledger \"$ROOT\" import --rows-in-memory 500 \"$NEW\""
        );
        let output = shell(&script, &[("ROOT", &root), ("NEW", &stage.new)]);
        if output.status.success() {
            continue;
        }
        failures += 1;
        refused(&output, &["too large", "disk I/O", "full"], &format!("{blocks} blocks"));
        stage.holds(&root, &format!("{blocks} blocks"));
    }
    assert!(failures >= 3, "only {failures} limits were met");
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = temporary();
    let stage = Stage::set(folder.path());
    let mut failures = 0;
    for spare in [150_u64, 300, 600, 1400] {
        let (root, out) = (folder.path().join(format!("disk-{spare}")), folder.path().join(format!("out-{spare}")));
        std::fs::create_dir_all(&root).unwrap();
        // What the small disk held is carried out of it, for the mount ends with the script.
        let script = format!(
            "size=$(du -sk \"$LEDGER\" | cut -f1)\n\
             mount -t tmpfs -o size=$((size + {spare}))k none \"$ROOT\" || exit 99\n\
             cp -a \"$LEDGER\"/. \"$ROOT\" || exit 98\n\
             \"$OUTLAY\" --ledger \"$ROOT\" import \"$NEW\"\ncode=$?\n\
             mkdir -p \"$OUT\" && cp -a \"$ROOT\"/. \"$OUT\" || exit 97\nexit $code"
        );
        let names = [("ROOT", root.as_path()), ("LEDGER", &stage.ledger), ("NEW", &stage.new), ("OUT", &out)];
        let Some(output) = with_mounts(&script, &names) else {
            say("SKIPPED: nobody may mount a small disk here");
            return;
        };
        if output.status.success() {
            continue;
        }
        failures += 1;
        refused(&output, &["Free some space"], &format!("{spare} kB left"));
        stage.holds(&out, &format!("{spare} kB left"));
    }
    assert!(failures >= 2, "only {failures} disks filled up");
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    let folder = temporary();
    let stage = Stage::set(folder.path());
    for question in ["import \"$NEW\"", "overview", "settings set zone UTC"] {
        // Permissions do not stop the superuser; a disk that can only be read does.
        let script = format!(
            "mount --bind \"$ROOT\" \"$ROOT\" && mount -o remount,ro,bind \"$ROOT\" || exit 99\n\
             exec \"$OUTLAY\" --ledger \"$ROOT\" {question}"
        );
        let names = [("ROOT", stage.ledger.as_path()), ("NEW", &stage.new)];
        let Some(output) = with_mounts(&script, &names) else {
            say("SKIPPED: nobody may mount a folder read-only here");
            return;
        };
        refused(&output, &["write permission"], question);
    }
    stage.holds(&stage.ledger, "read-only");
}

#[tokio::test]
async fn a_file_that_is_gone_is_named_with_what_to_do() {
    let folder = temporary();
    let path = folder.path().to_owned();
    let stage = tokio::task::spawn_blocking(move || Stage::set(&path)).await.unwrap();
    for file in files_below(&stage.ledger.join("data")) {
        std::fs::remove_file(stage.ledger.join("data").join(file)).unwrap();
    }
    let company = Company::at(&stage.ledger, false).await;
    for command in ["overview", "calls"] {
        let error = company.refused(command, json!({ "filter": { "month": "2026-10" } })).await;
        assert_eq!(error.code, "damaged", "{command}: {error:?}");
        assert!(error.message.contains(".parquet") && error.remedy.contains("doctor"), "{error:?}");
    }
}

#[test]
fn a_second_program_waits_its_turn() {
    let folder = temporary();
    let stage = Stage::set(folder.path());
    let root = stage.ledger.clone();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ledger = runtime.block_on(Ledger::open(&root, false)).unwrap();
    let held = runtime.block_on(ledger.begin_import(ImportOptions::default())).unwrap();
    let output = run(&root, &["import", &stage.new.to_string_lossy()]);
    refused(&output, &["another Outlay is writing"], "import");
    // Reading goes on.
    assert_eq!(code(&run(&root, &["overview", "--month", "2026-10"])), 0);
    drop(held);
    stage.holds(&root, "after the other has ended");
}

#[test]
fn a_clock_that_jumps_changes_no_answer() {
    let folder = temporary();
    let stage = Stage::set(folder.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let ledger = Ledger::open(&stage.ledger, false).await.unwrap();
        // Years ahead, and back.
        let ahead = ledger.view(now() + 3000 * DAY).await.unwrap();
        ledger.set_setting("company", "Test", now() + 3000 * DAY).await.unwrap();
        let import = ledger.begin_import(ImportOptions::default()).await.unwrap();
        let second = ledger.publish(import, now() + 3000 * DAY, |_| Vec::new()).await.unwrap();
        let import = ledger.begin_import(ImportOptions::default()).await.unwrap();
        let third = ledger.publish(import, 0, |_| Vec::new()).await.unwrap();
        assert!(third.snapshot > second.snapshot && third.import > second.import);
        ledger.undo(third.import, 1).await.unwrap();
        ledger.undo(second.import, 2).await.unwrap();
        ahead.close().await.unwrap();
        ledger.close().await;
    });
    let root = stage.ledger.clone();
    let now = finish(async move { answers(&root).await });
    for at in 0..3 {
        same(&now[at], &stage.before[at], "after the clock jumped");
    }
    let doctor = run(&stage.ledger, &["doctor", "--json"]);
    assert_eq!(code(&doctor), 0, "{doctor:?}");
}

/// A reader keeps its data version, however many come after it; afterwards its files go.
#[test]
fn files_that_are_read_are_not_swept() {
    let folder = temporary();
    let stage = Stage::set(folder.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let ledger = Ledger::open(&stage.ledger, false).await.unwrap();
        let period = Period::month_of("2026-10-01".parse().unwrap(), "UTC".parse().unwrap());
        let by = vec![Dimension::Feature];
        let slice =
            Slice { kind: Kind::Call, period, grain: Grain::Day, by, conditions: Vec::new(), only_waste: false };
        let reader = ledger.view(now()).await.unwrap();
        let company = Company::at(&stage.ledger, false).await;
        let before = reader.slice_of_rows(&slice).await.unwrap();
        let old: Vec<PathBuf> = files_below(&stage.ledger.join("data/calls"));
        // A file that grows into the month's: it is rewritten. Then more versions than are kept.
        company.import(std::slice::from_ref(&stage.new)).await;
        for turn in 0..25 {
            let import = ledger.begin_import(ImportOptions::default()).await.unwrap();
            ledger.publish(import, now() + turn, |_| Vec::new()).await.unwrap();
        }
        assert_eq!(reader.slice_of_rows(&slice).await.unwrap().groups, before.groups);
        let there = |file: &PathBuf| stage.ledger.join("data/calls").join(file).is_file();
        assert!(old.iter().all(there), "swept under a reader");
        reader.close().await.unwrap();
        let import = ledger.begin_import(ImportOptions::default()).await.unwrap();
        ledger.publish(import, now() + 99, |_| Vec::new()).await.unwrap();
        assert!(!old.iter().any(there), "never swept");
    });
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_contains_itself_is_read_once() {
    use std::os::unix::fs::symlink;
    let folder = temporary();
    let inner = folder.path().join("exports/deep");
    std::fs::create_dir_all(&inner).unwrap();
    let row = "{\"timestamp\":\"2026-10-03T10:00:00Z\",\"model\":\"gpt-4o\",\"input_tokens\":10,\"output_tokens\":1}\n";
    std::fs::write(inner.join("calls.jsonl"), row).unwrap();
    symlink(folder.path().join("exports"), inner.join("again")).unwrap();
    symlink("calls.jsonl", inner.join("link.jsonl")).unwrap();
    symlink("nowhere", inner.join("broken.jsonl")).unwrap();
    let company = Company::in_zone("UTC").await;
    let reply = company.import(&[folder.path().join("exports")]).await;
    assert_eq!((&reply["rows"], &reply["imported"]), (&json!(1), &json!(1)), "{reply}");
}

/// A log that is written, cut off and written again while it is read: what was there when it was read is accounted for.
#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_accounted_for() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let folder = temporary();
    let path = folder.path().join("live.jsonl");
    let line = |at: usize| {
        format!(
            "{{\"timestamp\":\"2026-10-03T10:{:02}:{:02}Z\",\"model\":\"gpt-4o\",\"input_tokens\":{at},\"output_tokens\":1}}\n",
            at / 60 % 60,
            at % 60
        )
    };
    let long: String = (0..40_000).map(line).collect();
    std::fs::write(&path, &long).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let (writer, ended) = (path.clone(), done.clone());
    let other = std::thread::spawn(move || {
        let half = long.len() / 2 + 17;
        while !ended.load(Ordering::SeqCst) {
            let file = std::fs::OpenOptions::new().write(true).open(&writer).unwrap();
            file.set_len(half as u64).unwrap();
            std::fs::write(&writer, long.as_bytes()).unwrap();
        }
    });
    let company = Company::in_zone("UTC").await;
    for _ in 0..4 {
        let reply = company.import(std::slice::from_ref(&path)).await;
        let [rows, imported, duplicate, rejected] =
            ["rows", "imported", "duplicate", "rejected"].map(|key| reply[key].as_u64().unwrap());
        assert_eq!(rows, imported + duplicate + rejected, "{reply}");
    }
    done.store(true, Ordering::SeqCst);
    other.join().unwrap();
    let reply = company.import(&[path]).await;
    assert_eq!((&reply["rows"], &reply["rejected"]), (&json!(40_000), &json!(0)), "{reply}");
    let filter = json!({ "filter": { "month": "2026-10", "zone": "UTC" }, "limit": 1 });
    let calls = company.ask("calls", filter).await["total"].as_u64().unwrap();
    // Rows that were cut off in the middle were refused, and none was made up.
    assert_eq!(calls, 40_000);
}
