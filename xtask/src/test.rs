//! `cargo xtask test`: everything that CI runs, step by step, and how many tests passed in all.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::counts::{self, Counts};
use crate::driver::{Screen, node};
use crate::place::Place;
use crate::steps::Steps;
use crate::{apt, bindings, deny, docs, icons, pages, proc, tools};

/// A runner of tests that has not ended by then never will: three times what the longest takes on a cold, busy machine.
const LIMIT: Duration = Duration::from_mins(25);

/// Runs every step; whether all of them passed.
///
/// Each crate is compiled at most twice: once to run (one `--workspace` build, so that features are the same for tests and
/// programs) and once to be looked at (clippy and rustdoc share those files).
pub fn run(place: &Place) -> Result<bool> {
    println!("building into {}", place.target.display());
    let mut steps = Steps::default();
    steps.holds("system packages", || apt::install(&[apt::BUILD, apt::TEST].concat()));
    steps.holds("format", || proc::run(&mut proc::cargo(place, &["fmt", "--all", "--check"])));
    steps.holds("pages: build", || pages::build(place));
    // Without its pages the window cannot be built; the rest still can.
    let all: &[&str] =
        if pages::are_built(place) { &["--workspace"] } else { &["--workspace", "--exclude", "outlay-desktop"] };
    let built = steps.holds("build", || cargo(place, &["build", "--locked", "--all-targets"], all));
    steps.step("tests", || cargo_tests(place, all));
    steps.holds("clippy", || {
        let args = ["clippy", "--locked", "--keep-going", "--all-targets"];
        cargo_with(place, &args, all, &["--", "--deny", "warnings"])
    });
    steps.holds("rustdoc", || {
        let mut doc = proc::cargo(place, &["doc", "--locked", "--keep-going", "--no-deps", "--document-private-items"]);
        proc::run(doc.args(all).env("RUSTDOCFLAGS", "--deny warnings"))
    });
    generated(place, &mut steps);
    steps.holds("dependencies", || deny::run(place));
    of_pages(place, &mut steps);
    if built {
        steps.step("window", || window(place));
        outside(place, &mut steps);
    }
    Ok(steps.close())
}

/// What takes seconds on a warm build; whether all of it passed.
pub fn quick(place: &Place) -> Result<bool> {
    let mut steps = Steps::default();
    steps.holds("format", || proc::run(&mut proc::cargo(place, &["fmt", "--all", "--check"])));
    steps.holds("pages: build", || pages::build(place));
    steps.holds("clippy", || {
        cargo_with(place, &["clippy", "--all-targets"], &["--workspace"], &["--", "--deny", "warnings"])
    });
    generated(place, &mut steps);
    steps.holds("dependencies", || deny::run(place));
    Ok(steps.close())
}

fn generated(place: &Place, steps: &mut Steps) {
    steps.holds("bindings are fresh", || bindings::run(place, true));
    steps.holds("docs are fresh", || docs::run(place, true));
    steps.holds("icons are fresh", || icons::run(place, true));
}

fn cargo(place: &Place, args: &[&str], packages: &[&str]) -> Result<()> {
    cargo_with(place, args, packages, &[])
}

fn cargo_with(place: &Place, args: &[&str], packages: &[&str], rest: &[&str]) -> Result<()> {
    proc::run(proc::cargo(place, args).args(packages).args(rest))
}

fn cargo_tests(place: &Place, packages: &[&str]) -> Result<Counts> {
    let mut tests = proc::cargo(place, &["test", "--locked", "--no-fail-fast"]);
    let (text, succeeded) = proc::tee(tests.args(packages), LIMIT)?;
    counts::cargo(&text).of_runner(succeeded)
}

fn of_pages(place: &Place, steps: &mut Steps) {
    let folder = place.root.join("ui");
    let script = |name: &str| npm(&folder, &["run", "--silent", name]);
    steps.holds("pages: types", || proc::run(&mut script("check")));
    steps.holds("pages: lint", || proc::run(&mut script("lint")));
    steps.step("pages: known faults of packages", || audit(&folder));
    steps.step("pages: unit tests", || {
        let report = place.target.join("vitest.json");
        let _ = std::fs::remove_file(&report);
        let mut tests = script("test");
        tests.args(["--", "--reporter=default", "--reporter=json"]);
        tests.arg(format!("--outputFile.json={}", report.display()));
        let succeeded = proc::run_within(&mut tests, LIMIT).inspect_err(|e| println!("{e:#}")).is_ok();
        counts::vitest(&std::fs::read_to_string(report).context("vitest left no report")?)?.of_runner(succeeded)
    });
    steps.step("pages: browser tests", || {
        let report = place.target.join("playwright.json");
        let _ = std::fs::remove_file(&report);
        let mut tests = script("e2e");
        tests.args(["--", "--reporter=list,json"]).env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
        let succeeded = proc::run_within(&mut tests, LIMIT).inspect_err(|e| println!("{e:#}")).is_ok();
        counts::playwright(&std::fs::read_to_string(report).context("Playwright left no report")?)?.of_runner(succeeded)
    });
}

fn npm(folder: &Path, args: &[&str]) -> Command {
    let mut npm = proc::command(tools::npm(), folder);
    npm.args(args);
    npm
}

/// Known faults of what is shipped; where the registry has no list of them, that is said and no failure.
fn audit(folder: &Path) -> Result<Counts> {
    let out = npm(folder, &["audit", "--omit=dev", "--json"]).output().context("starting npm audit")?;
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    let Some(found) = report.pointer("/metadata/vulnerabilities/total").and_then(serde_json::Value::as_u64) else {
        println!("the registry that is set up here does not answer `npm audit`: left out");
        return Ok(Counts::SKIPPED);
    };
    if found > 0 {
        bail!("npm audit knows {found} faults of packages that are shipped: run it in ui/");
    }
    Ok(Counts::ONE)
}

fn window(place: &Place) -> Result<Counts> {
    let screen = Screen::start(1280, 800)?;
    let mut tests = node(place, &screen)?;
    tests.args(["--test", "--test-reporter=tap", "--test-concurrency=1"]);
    let (text, succeeded) = proc::tee(tests.arg("window.test.mjs"), LIMIT)?;
    counts::tap(&text).of_runner(succeeded)
}

/// Checks that know nothing of our code: published figures, and real files. (Another reader of the same folder is in tests/it.)
fn outside(place: &Place, steps: &mut Steps) {
    let outlay = place.built("outlay");
    for name in ["prices", "real-files"] {
        steps.step(&format!("outside: {name}"), || {
            let script = place.shared().map(|shared| shared.join("check").join(name)).filter(|s| s.is_file());
            let Some(script) = script else {
                println!("the folder with outside checks is not beside this repository: left out");
                return Ok(Counts::SKIPPED);
            };
            proc::run(proc::command("python3", &place.root).arg(script).env("OUTLAY", &outlay)).map(|()| Counts::ONE)
        });
    }
}
