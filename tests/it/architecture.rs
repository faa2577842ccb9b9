//! Who may use whom, and what may lie where.

use std::collections::BTreeSet;
use std::path::Path;

use outlay_app::App;
use outlay_app::commands::dispatch;
use outlay_app::task::Task;
use serde_json::json;
use toml::Table;

use crate::support::{root, sample_data};

/// Package folder, and which of our packages it may use. Packages for tests alone are not counted.
const MAY_USE: &[(&str, &[&str])] = &[
    ("crates/outlay-model", &[]),
    ("crates/outlay-import", &["outlay-model"]),
    ("crates/outlay-price", &["outlay-model"]),
    ("crates/outlay-stats", &["outlay-model"]),
    ("crates/outlay-draw", &["outlay-model"]),
    ("crates/outlay-report", &["outlay-model", "outlay-draw"]),
    ("crates/outlay-ledger", &["outlay-model", "outlay-price"]),
    ("crates/outlay-analysis", &["outlay-model", "outlay-stats", "outlay-price"]),
    (
        "crates/outlay-app",
        &[
            "outlay-model",
            "outlay-import",
            "outlay-price",
            "outlay-ledger",
            "outlay-stats",
            "outlay-analysis",
            "outlay-draw",
            "outlay-report",
        ],
    ),
    ("crates/outlay-cli", &["outlay-app", "outlay-model", "outlay-analysis"]),
    ("src-tauri", &["outlay-app", "outlay-model"]),
    ("tests", &[]),
    ("xtask", &[]),
];

/// Heavy packages, and the only folders that may name them.
const HEAVY: &[(&str, &[&str])] = &[
    ("sqlx", &["crates/outlay-ledger"]),
    ("polars", &["crates/outlay-ledger"]),
    ("plotters", &["crates/outlay-draw"]),
    ("typst", &["crates/outlay-report"]),
    ("typst-pdf", &["crates/outlay-report"]),
    ("tauri", &["src-tauri"]),
    ("tauri-build", &["src-tauri"]),
    ("rfd", &["src-tauri"]),
    ("clap", &["crates/outlay-cli", "src-tauri", "xtask"]),
];

/// Packages that speak to a network. Nobody may name one.
const NETWORK: &[&str] = &[
    "attohttpc",
    "awc",
    "curl",
    "hyper",
    "hyper-util",
    "isahc",
    "minreq",
    "native-tls",
    "object_store",
    "opendal",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "socket2",
    "surf",
    "tokio-tungstenite",
    "tungstenite",
    "ureq",
];

fn manifest(folder: &str) -> Table {
    std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap().parse().unwrap()
}

fn names(manifest: &Table, sections: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut tables = vec![manifest];
    tables.extend(
        manifest.get("target").and_then(|t| t.as_table()).into_iter().flatten().filter_map(|(_, t)| t.as_table()),
    );
    for table in tables {
        for section in sections {
            names.extend(
                table.get(*section).and_then(|t| t.as_table()).into_iter().flatten().map(|(name, _)| name.clone()),
            );
        }
    }
    names
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["node_modules", "target", "gen"].contains(&name.as_str()) {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_table_names_every_member() {
    let members = manifest(".")["workspace"]["members"].clone();
    let members: BTreeSet<&str> = members.as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(members, MAY_USE.iter().map(|(folder, _)| *folder).collect());
}

#[test]
fn packages_use_only_what_lies_before_them() {
    for (folder, allowed) in MAY_USE {
        let used = names(&manifest(folder), &["dependencies", "build-dependencies"]);
        let ours: Vec<&String> =
            used.iter().filter(|n| n.starts_with("outlay-") && !allowed.contains(&n.as_str())).collect();
        assert!(ours.is_empty(), "{folder} must not use {ours:?}");
    }
    // The chores must run before anything else can be built, their tests included.
    let xtask = names(&manifest("xtask"), &["dependencies", "build-dependencies", "dev-dependencies"]);
    assert!(!xtask.iter().any(|n| n.starts_with("outlay-")), "{xtask:?}");
}

#[test]
fn heavy_packages_stay_where_they_belong() {
    for (folder, _) in MAY_USE {
        let used = names(&manifest(folder), &["dependencies", "build-dependencies", "dev-dependencies"]);
        for (heavy, allowed) in HEAVY {
            assert!(!used.contains(*heavy) || allowed.contains(folder), "{folder} must not use {heavy}");
        }
    }
}

/// Packages and the features that a build gives them.
fn features(edges: &str) -> BTreeSet<String> {
    let out = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--offline", "--prefix", "none", "--format", "{p}|{f}", "--edges"])
        .arg(edges)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

/// A package for tests that asked for one more feature would make `cargo xtask test` build polars a second time.
#[test]
fn programs_and_tests_share_one_build() {
    let (programs, all) = (features("normal,build"), features("normal,build,dev"));
    assert!(programs.iter().any(|line| line.starts_with("polars v")), "{programs:?}");
    let other: Vec<&String> = programs.difference(&all).collect();
    assert!(other.is_empty(), "tests give other features to {other:?}");
}

#[test]
fn nothing_speaks_to_a_network() {
    let all = ["dependencies", "build-dependencies", "dev-dependencies"];
    for (folder, _) in MAY_USE {
        let used = names(&manifest(folder), &all);
        let bad: Vec<&&str> = NETWORK.iter().filter(|n| used.contains(**n)).collect();
        assert!(bad.is_empty(), "{folder} must not use {bad:?}");
    }
    let workspace = manifest(".")["workspace"]["dependencies"].clone();
    let workspace = workspace.as_table().unwrap();
    assert!(NETWORK.iter().all(|name| !workspace.contains_key(*name)));
    let features = |name: &str| workspace[name]["features"].to_string();
    assert!(!features("tokio").contains("\"net\""), "{}", features("tokio"));
    for feature in ["cloud", "aws", "azure", "gcp", "http"] {
        assert!(!features("polars").contains(&format!("\"{feature}\"")), "{}", features("polars"));
    }
    let mut found = Vec::new();
    for folder in ["crates", "src-tauri/src"] {
        sources(&root().join(folder), &mut found);
    }
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["std::net", "tokio::net", "TcpStream", "UdpSocket"] {
            assert!(!text.contains(word), "{} speaks of {word}", path.display());
        }
    }
}

#[test]
fn nothing_is_unsafe() {
    assert_eq!(manifest(".")["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (folder, _) in MAY_USE {
        assert_eq!(manifest(folder)["lints"]["workspace"].as_bool(), Some(true), "{folder} has lints of its own");
    }
    let mut found = Vec::new();
    for folder in ["crates", "src-tauri", "tests/it", "xtask"] {
        sources(&root().join(folder), &mut found);
    }
    assert!(found.len() > 100, "only {} sources", found.len());
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for after in ["{", "fn", "impl", "extern", "trait"] {
            let word = format!("{} {after}", "unsafe");
            let line = text.lines().position(|l| !l.trim_start().starts_with("//") && l.contains(&word));
            assert_eq!(line, None, "{} is unsafe", path.display());
        }
    }
}

#[test]
fn the_top_level_holds_what_it_should() {
    const ALLOWED: &[&str] = &[
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "crates",
        "docs",
        "sample-data",
        "src-tauri",
        "tests",
        "ui",
        "xtask",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        // `target` is where a plain cargo builds; git does not see it.
        assert!(name.starts_with('.') || name == "target" || ALLOWED.contains(&name.as_str()), "{name}");
    }
}

/// In one of the two sample companies.
#[tokio::test]
async fn every_format_has_a_sample() {
    const SECOND: &str = "four-providers";
    let reply = dispatch(&App::new(None), "formats", json!({}), &Task::silent()).await.unwrap();
    let ids: BTreeSet<String> =
        reply["formats"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect();
    let folders = |company: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(company).unwrap().map(|e| e.unwrap().path());
        entries.filter(|p| p.is_dir()).map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    let mut found = folders(&sample_data());
    assert!(found.remove(SECOND), "{found:?}");
    found.extend(folders(&sample_data().join(SECOND)));
    assert_eq!(found, ids);
}
