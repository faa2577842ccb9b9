//! What was written stays, or comes back: damage of every part of a company file, backups, restoring.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use outlay_ledger::Ledger;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::cli::{code, run, stdout};
use crate::support::{Company, files_below, run_folder, same, sample_data, temporary, timeless};

/// The questions whose answers must survive.
async fn answers(company: &Company) -> Value {
    let mut out = Vec::new();
    for month in ["2026-08", "2026-09", "2026-10"] {
        let filter = json!({ "month": month });
        out.push(company.ask("overview", json!({ "filter": filter })).await);
        out.push(company.ask("hotspots", json!({ "filter": filter, "by": ["feature", "model"] })).await);
    }
    out.push(company.ask("imports", json!({})).await);
    timeless(json!(out))
}

/// The sample company and a backup of it, made once a run: it keeps other writers waiting.
async fn backed_up() -> (Company, PathBuf) {
    static MADE: OnceCell<PathBuf> = OnceCell::const_new();
    let sample = Company::sample().await;
    let file = MADE.get_or_init(async || {
        let file = run_folder().join("backup.tar");
        sample.ask("backup", json!({ "path": file })).await;
        file
    });
    let file = file.await.clone();
    (sample, file)
}

/// A sample company of the test's own, to be damaged.
pub async fn own(folder: &Path) -> (Value, PathBuf) {
    let (sample, file) = backed_up().await;
    let root = folder.join("own");
    sample.ask("restore", json!({ "from": file, "to": root })).await;
    // Own files never enter the sample company.
    Ledger::open(&root, false).await.unwrap().set_setting("sample", "false", 0).await.unwrap();
    (answers(&sample).await, root)
}

/// Imports the sample company's files as they were imported: one folder a format, without the other company's.
async fn import_again(company: &Company) -> Value {
    let folders_in = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut folders = folders_in(&sample_data());
    folders.retain(|folder| folders_in(folder).is_empty());
    folders.sort();
    company.ask("import", json!({ "paths": folders, "zone": "Europe/Berlin" })).await
}

/// Changes one byte in the middle of a file.
fn scratch(path: &Path) {
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let middle = file.metadata().unwrap().len() / 2;
    let mut byte = [0];
    file.seek(SeekFrom::Start(middle)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(middle)).unwrap();
    file.write_all(&[byte[0] ^ 0x55]).unwrap();
}

fn some_file(root: &Path, part: &str) -> PathBuf {
    let found = files_below(root).into_iter().find(|path| path.to_string_lossy().contains(part));
    root.join(found.unwrap_or_else(|| panic!("no file with {part}")))
}

fn doctor(root: &Path, more: &[&str]) -> (i32, Value) {
    let out = run(root, &[&["doctor", "--json"], more].concat());
    let reply = serde_json::from_str(&stdout(&out)).unwrap_or_else(|e| panic!("{e}: {out:?}"));
    (code(&out), reply)
}

fn parts(reply: &Value) -> Vec<(&str, bool)> {
    let findings = reply["findings"].as_array().unwrap();
    findings.iter().map(|f| (f["part"].as_str().unwrap(), f["mended"].as_bool().unwrap())).collect()
}

#[tokio::test]
async fn a_backup_restored_answers_the_same() {
    let folder = temporary();
    let (before, root) = own(folder.path()).await;
    let restored = Company::at(&root, false).await;
    same(&answers(&restored).await, &before, "restored");
    let (exit, healthy) = doctor(&root, &[]);
    assert_eq!((exit, healthy["healthy"].as_bool(), parts(&healthy).len()), (0, Some(true), 0));
    let files = files_below(&root.join("data")).len();
    assert_eq!(healthy["files"], files);

    // A restored company goes on: the same files once more bring nothing, and the audit log still holds.
    let again = import_again(&restored).await;
    assert_eq!(again["imported"], 0);
    assert_eq!(doctor(&root, &[]).0, 0);
}

#[tokio::test]
async fn a_backup_that_is_not_whole_makes_nothing() {
    let folder = temporary();
    let (sample, file) = backed_up().await;
    let whole = std::fs::read(&file).unwrap();
    let root = folder.path().join("new");
    let refused = async |bytes: &[u8]| {
        let broken = folder.path().join("broken.tar");
        std::fs::write(&broken, bytes).unwrap();
        let error = sample.refused("restore", json!({ "from": broken, "to": root })).await;
        assert!(!root.exists(), "{error:?}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("restoring")), "{left:?}");
        error
    };
    assert_eq!(refused(&whole[..whole.len() / 2]).await.code, "damaged");
    let mut flipped = whole.clone();
    let at = whole.len() - whole.len() / 4;
    flipped[at] ^= 1;
    let error = refused(&flipped).await;
    assert!(error.code == "damaged" && error.message.contains("not as it was written"), "{error:?}");
    for foreign in [&b"not a backup"[..], &[], &[0; 4096]] {
        assert_eq!(refused(foreign).await.code, "bad_request");
    }
    // Packed again by another program, without its last file.
    let tar = |args: &[&str]| {
        let out = Command::new("tar").current_dir(folder.path()).args(args).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let names = tar(&["-tf", file.to_str().unwrap()]);
    let (last, others) = names.lines().collect::<Vec<_>>().split_last().map(|(l, o)| (*l, o.to_vec())).unwrap();
    std::fs::create_dir(folder.path().join("unpacked")).unwrap();
    tar(&["-xf", file.to_str().unwrap(), "-C", "unpacked"]);
    tar(&[&["-cf", "shorter.tar", "-C", "unpacked"], &others[..]].concat());
    let shorter = folder.path().join("shorter.tar");
    let error = refused(&std::fs::read(&shorter).unwrap()).await;
    assert!(error.message.contains("lacks 1 files") && error.message.contains(last), "{error:?}");

    // What is there already is not overwritten, and a backup does not go into the ledger itself.
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("mine.txt"), "mine").unwrap();
    assert_eq!(sample.refused("restore", json!({ "from": file, "to": root })).await.code, "bad_request");
    assert_eq!(std::fs::read_to_string(root.join("mine.txt")).unwrap(), "mine");
    let inside = sample.path.join("data").join("backup.tar");
    assert_eq!(sample.refused("backup", json!({ "path": inside })).await.code, "bad_request");
}

#[tokio::test]
async fn damaged_sums_are_made_again_of_their_rows() {
    let folder = temporary();
    let (before, root) = own(folder.path()).await;
    let day = some_file(&root, "rollup-a-day/");
    let hours = some_file(&root, "rollup-a/");
    let written = std::fs::read(&day).unwrap();
    scratch(&day);
    std::fs::remove_file(&hours).unwrap();

    let company = Company::at(&root, false).await;
    let (exit, found) = doctor(&root, &[]);
    assert_eq!((exit, parts(&found)), (2, vec![("sums", false), ("sums", false)]));
    let (exit, mended) = doctor(&root, &["--repair"]);
    assert_eq!((exit, parts(&mended)), (0, vec![("sums", true), ("sums", true)]));
    assert_eq!(std::fs::read(&day).unwrap(), written, "the same rows make the same bytes");
    assert_eq!(doctor(&root, &[]).0, 0);
    same(&answers(&company).await, &before, "mended");
}

#[tokio::test]
async fn damaged_rows_are_named_and_come_back_from_their_files() {
    let folder = temporary();
    let (before, root) = own(folder.path()).await;
    let october = some_file(&root, "calls/month=2026-10");
    let torn = std::fs::read(&october).unwrap();
    std::fs::write(&october, &torn[..torn.len() / 2]).unwrap();

    // A question that needs the rows says which file is at fault and what to do.
    let company = Company::at(&root, false).await;
    let error = company.refused("calls", json!({ "filter": { "month": "2026-10" } })).await;
    assert!(error.code == "damaged" && error.message.contains("month=2026-10"), "{error:?}");
    assert!(error.remedy.contains("outlay doctor"), "{error:?}");
    let out = run(&root, &["calls", "--month", "2026-10"]);
    assert_eq!(code(&out), 2, "{out:?}");

    let (exit, found) = doctor(&root, &["--repair"]);
    assert_eq!((exit, parts(&found)), (2, vec![("rows", false)]));
    let again = found["findings"][0]["read_again"].as_array().unwrap();
    assert!(again.iter().any(|name| name.as_str().unwrap().contains("trace-jsonl")), "{again:?}");

    let (exit, aside) = doctor(&root, &["--set-aside"]);
    assert_eq!((exit, parts(&aside)), (0, vec![("rows", true)]));
    let utc = json!({ "filter": { "month": "2026-10", "zone": "UTC" } });
    let calls = company.ask("calls", utc).await;
    assert_eq!(calls["total"], 0, "{calls}");
    let back = import_again(&company).await;
    assert!(back["imported"].as_u64().unwrap() > 0);
    let after = answers(&company).await;
    // All but the list of imports, which has one more.
    let questions = |all: &Value| json!(all.as_array().unwrap()[..6]);
    same(&questions(&after), &questions(&before), "read again");
}

#[tokio::test]
async fn a_damaged_catalogue_is_replaced_by_its_copy() {
    let folder = temporary();
    let (before, root) = own(folder.path()).await;
    // The last change is in the copy too.
    let company = Company::at(&root, false).await;
    company.ask("names_set", json!({ "set": [{ "dimension": "team", "id": "search", "name": "Search team" }] })).await;
    let names = company.ask("names", json!({})).await;
    drop(company);

    let catalogue = root.join("outlay.db");
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(root.join(format!("outlay.db{end}")));
    }
    let bytes = std::fs::read(&catalogue).unwrap();
    let mut damaged = bytes.clone();
    for page in damaged.chunks_mut(4096).skip(2) {
        page[..64].fill(0xa5);
    }
    std::fs::write(&catalogue, &damaged).unwrap();
    let out = run(&root, &["overview"]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(code(&out) == 2 && said.contains("damaged") && said.contains("outlay doctor --repair"), "{said}");
    let (exit, found) = doctor(&root, &[]);
    assert_eq!((exit, parts(&found)), (2, vec![("catalogue", false)]));
    let (exit, mended) = doctor(&root, &["--repair"]);
    assert_eq!((exit, parts(&mended)), (0, vec![("catalogue", true)]));
    assert_eq!(std::fs::read(root.join("outlay.db.damaged")).unwrap(), damaged);
    let company = Company::at(&root, false).await;
    same(&answers(&company).await, &before, "from the copy");
    same(&company.ask("names", json!({})).await, &names, "names");

    // Neither catalogue nor copy: the doctor says so and changes nothing.
    drop(company);
    std::fs::write(&catalogue, "garbage").unwrap();
    std::fs::write(root.join("outlay.copy.db"), "garbage").unwrap();
    let (exit, lost) = doctor(&root, &["--repair"]);
    assert_eq!((exit, parts(&lost)), (2, vec![("catalogue", false)]));
    assert!(lost["findings"][0]["remedy"].as_str().unwrap().contains("Restore a backup"), "{lost}");
    assert_eq!(std::fs::read_to_string(&catalogue).unwrap(), "garbage");
}

#[tokio::test]
async fn what_a_killed_writer_left_is_told_and_removed() {
    let folder = temporary();
    let (before, root) = own(folder.path()).await;
    let orphan = root.join("data/calls/month=2026-10/000099-0.parquet");
    std::fs::write(&orphan, "half a file").unwrap();
    let (exit, found) = doctor(&root, &[]);
    assert_eq!((exit, parts(&found)), (0, vec![("left_behind", false)]));
    assert_eq!(parts(&doctor(&root, &["--repair"]).1), [("left_behind", true)]);
    assert!(!orphan.exists());
    same(&answers(&Company::at(&root, false).await).await, &before, "without the orphan");
}
