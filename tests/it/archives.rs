//! Files in archives, packed by other programs: what is in them comes in as if it lay in a folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Company, same, sample_data, temporary};

const PARTS: [&str; 3] = ["mapped", "openai-cost-csv", "trace-csv"];

fn run(program: &str, folder: &Path, args: &[&str]) {
    let out = Command::new(program).current_dir(folder).args(args).output().unwrap();
    assert!(out.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// Packs files below a folder with Python's zipfile.
fn zip(folder: &Path, target: &Path, names: &[&str]) {
    let target = target.to_str().unwrap();
    run("python3", folder, &[&["-m", "zipfile", "-c", target], names].concat());
}

async fn import(paths: &[PathBuf]) -> (Company, Value) {
    let company = Company::in_zone("Europe/Berlin").await;
    let reply = company.ask("import", json!({ "paths": paths, "zone": "Europe/Berlin" })).await;
    (company, reply)
}

fn counts(reply: &Value) -> Vec<&Value> {
    ["rows", "imported", "duplicate", "rejected"].map(|key| &reply[key]).to_vec()
}

/// Format, rows and refusal of every file, by its own name.
fn files(reply: &Value) -> Vec<(String, Value, Value, Value)> {
    let name = |file: &Value| file["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let mut out: Vec<_> = reply["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (name(f), f["format"].clone(), f["rows"].clone(), f["refused"].clone()))
        .collect();
    out.sort_by(|a, b| a.0.cmp(&b.0));
    out
}

#[tokio::test]
async fn an_archive_is_read_like_the_folder_that_it_was_made_of() {
    let folder = temporary();
    let plain: Vec<PathBuf> = PARTS.iter().map(|part| sample_data().join(part)).collect();
    let (company, expected) = import(&plain).await;
    let asked = json!({ "filter": { "month": "2026-10" } });
    let overview = company.ask("overview", asked.clone()).await;
    let at = |name: &str| folder.path().join(name);
    zip(&sample_data(), &at("all.zip"), &PARTS);
    for (name, how) in [("all.tar", "-cf"), ("all.tar.gz", "-czf")] {
        run("tar", &sample_data(), &[&[how, at(name).to_str().unwrap()], &PARTS[..]].concat());
    }
    // Without a telling name: archives are known by content.
    std::fs::copy(at("all.zip"), at("export")).unwrap();
    for name in ["all.zip", "all.tar", "all.tar.gz", "export"] {
        let (company, reply) = import(&[at(name)]).await;
        assert_eq!(counts(&reply), counts(&expected), "{name}");
        assert_eq!(files(&reply), files(&expected), "{name}");
        let first = reply["files"][0]["file"].as_str().unwrap();
        assert!(first.contains(&format!("{name}/")), "{first}");
        same(&company.ask("overview", asked.clone()).await["total"], &overview["total"], name);
    }
}

#[tokio::test]
async fn archives_that_are_broken_or_bombs_are_refused() {
    let folder = temporary();
    let at = |name: &str| folder.path().join(name);
    let company = Company::in_zone("UTC").await;
    zip(&sample_data(), &at("good.zip"), &["openai-cost-csv"]);
    let good = std::fs::read(at("good.zip")).unwrap();

    // Cut off before its directory.
    std::fs::write(at("cut.zip"), &good[..good.len() / 2]).unwrap();
    let error = company.refused("import", json!({ "paths": [at("cut.zip")] })).await;
    assert!(error.code == "bad_request" && error.message.contains("cut.zip"), "{error:?}");

    // A byte of a packed file is another one: its rows are not to be trusted.
    let mut flipped = good.clone();
    flipped[good.len() / 4] ^= 0x10;
    std::fs::write(at("flipped.zip"), &flipped).unwrap();
    let reply = company.try_ask("import", json!({ "paths": [at("flipped.zip")] })).await;
    let said = reply.map_or_else(|e| e.message, |reply| reply.to_string());
    assert!(
        said.contains("breaks off") || said.contains("not those that were packed") || said.contains("corrupt"),
        "{said}"
    );

    // An archive in an archive is a file that no format knows.
    zip(folder.path(), &at("nested.zip"), &["good.zip"]);
    let reply = company.ask("import", json!({ "paths": [at("nested.zip")] })).await;
    assert!(reply["files"][0]["refused"].is_string() && reply["import"] == 0, "{reply}");

    // 600 MB of zeros in 600 kB.
    let zeros = std::fs::File::create(at("zeros.jsonl")).unwrap();
    zeros.set_len(600 << 20).unwrap();
    zip(folder.path(), &at("bomb.zip"), &["zeros.jsonl"]);
    run("tar", folder.path(), &["-czf", "bomb.tar.gz", "zeros.jsonl"]);
    for name in ["bomb.zip", "bomb.tar.gz"] {
        assert!(at(name).metadata().unwrap().len() < 1 << 20);
        let reply = company.try_ask("import", json!({ "paths": [at(name)] })).await;
        let said = reply.map_or_else(|e| e.message, |reply| reply["files"][0]["refused"].to_string());
        assert!(said.contains("bomb"), "{name}: {said}");
    }
}
