//! `cargo xtask bench`: Outlay beside DuckDB on the same files, in the same rounds, every answer checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::driver::{self, Screen};
use crate::place::Place;
use crate::{apt, pages, proc, tools};

/// What measures: one process a measurement, in turns.
const DRIVER: &str = include_str!("bench.py");

/// What the figures do not say of themselves: which bars are missed, and why.
const MISSED: &str = include_str!("bench_missed.md");

/// File of what the window took.
const PAINTED: &str = "window.json";

/// Spans in the file of spans.
const SPANS: u64 = 300_000;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub struct BenchArgs {
    /// Calls in the made files, a measurement each
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 10_000_000])]
    rows: Vec<u64>,
    /// Rounds; the figures are medians over them
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Measure how long the window takes on a company file instead: until its first chart, and until that of a changed
    /// filter
    #[arg(long, value_name = "LEDGER")]
    window: Option<PathBuf>,
    /// Measure nothing, and write the page from the last figures of every size
    #[arg(long)]
    page: bool,
    /// Files that were made before (requests.jsonl, requests.csv, prices.csv, truth.json), instead of new ones
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Measure the quick build and write nothing: to try the benchmark itself
    #[arg(long)]
    dry: bool,
}

#[derive(Deserialize)]
struct Found {
    duckdb: String,
    rows: u64,
    import: BTreeMap<String, Vec<Import>>,
    questions: BTreeMap<String, Vec<Question>>,
    mb: Vec<f64>,
    /// Imports of spans.
    spans: Vec<Spans>,
    /// Runs of resolving and pricing alone.
    priced: Vec<Priced>,
    /// Shares of CPU time by what it is spent on; empty where the system has no profiler.
    profiles: BTreeMap<String, Vec<(String, f64)>>,
}

#[derive(Deserialize)]
struct Import {
    duckdb: Process,
    outlay: Process,
    bytes: f64,
    right: bool,
}

#[derive(Deserialize)]
struct Process {
    cpu: f64,
    wall: f64,
    mb: f64,
    stored: f64,
}

#[derive(Deserialize)]
struct Spans {
    cpu: f64,
    bytes: f64,
    rows: f64,
    right: bool,
}

#[derive(Deserialize)]
struct Priced {
    calls: f64,
    seconds: f64,
}

#[derive(Deserialize)]
struct Question {
    duckdb: f64,
    outlay: f64,
    first: f64,
    /// With another filter; nothing for a question that reads all rows by its nature.
    changed: Option<f64>,
    right: bool,
}

/// Milliseconds until something was painted.
#[derive(Deserialize)]
struct Painted {
    calls: u64,
    /// The first chart after the start of the program.
    first: Vec<f64>,
    /// The chart of an answer after a change of filter, by screen.
    changed: BTreeMap<String, Vec<f64>>,
}

/// Measures, prints, and writes docs/benchmarks.md.
pub fn run(place: &Place, args: &BenchArgs) -> Result<()> {
    if let Some(ledger) = &args.window {
        window(place, ledger)?;
    }
    if args.page || args.window.is_some() {
        let page = page(&measured_before(place)?, painted_before(place)?.as_ref());
        fs::write(place.root.join("docs/benchmarks.md"), page)?;
        return Ok(());
    }
    apt::install(&["python3", "python3-venv"])?;
    // In one build: apart, they would see other features of their dependencies, and build polars twice.
    let mut build =
        proc::cargo(place, &["build", "--workspace", "--bin", "outlay", "--example", "ask", "--example", "rate"]);
    if !args.dry {
        build.arg("--release");
    }
    proc::run(&mut build)?;
    let built = |name: &str| if args.dry { place.built(name) } else { place.released(name) };
    let python = tools::python(place, &["duckdb", "numpy"])?;
    let data = match &args.data {
        Some(made) => vec![made.clone()],
        None => {
            make(place, &python, "otlp", SPANS, "otlp")?;
            let made = args.rows.iter().map(|rows| make(place, &python, &rows.to_string(), *rows, "jsonl,csv"));
            made.collect::<Result<_>>()?
        }
    };
    let mut dry = Vec::new();
    for folder in &data {
        let mut measure = proc::command(&python, &place.root);
        measure.args(["-c", DRIVER]).arg(folder).arg(place.target.join("bench/work"));
        measure.arg(built("outlay")).arg(built("examples/ask")).arg(args.rounds.to_string());
        measure.arg(built("examples/rate"));
        let printed = proc::output(&mut measure)?;
        let found: Found = serde_json::from_str(&printed).context("what the benchmark printed")?;
        if args.dry {
            dry.push(found);
        } else {
            fs::write(place.target.join(format!("bench/{}.json", found.rows)), printed)?;
        }
    }
    let all = if args.dry { dry } else { measured_before(place)? };
    let page = page(&all, painted_before(place)?.as_ref());
    println!("{page}");
    if !args.dry {
        fs::write(place.root.join("docs/benchmarks.md"), page)?;
    }
    let right =
        |f: &Found| f.import.values().flatten().all(|i| i.right) && f.questions.values().flatten().all(|q| q.right);
    if !all.iter().all(right) {
        bail!("an answer is not the true one");
    }
    Ok(())
}

/// Starts the released window on a company file some times.
fn window(place: &Place, ledger: &Path) -> Result<()> {
    apt::install(&[apt::BUILD, apt::TEST].concat())?;
    pages::build(place)?;
    proc::run(&mut proc::cargo(
        place,
        &["build", "--release", "--workspace", "--bin", "outlay", "--bin", "outlay-desktop"],
    ))?;
    let screen = Screen::start(1280, 800)?;
    let mut paint = driver::node(place, &screen)?;
    paint.arg("paint.mjs").env("OUTLAY_LEDGER", ledger);
    paint.env("OUTLAY", place.released("outlay")).env("OUTLAY_WINDOW", place.released("outlay-desktop"));
    fs::write(place.target.join("bench").join(PAINTED), proc::output(&mut paint)?)?;
    Ok(())
}

fn painted_before(place: &Place) -> Result<Option<Painted>> {
    let path = place.target.join("bench").join(PAINTED);
    if !path.is_file() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&fs::read(&path)?).with_context(|| path.display().to_string())?))
}

/// The last figures of every size, smallest first: one size can be measured again without the others.
fn measured_before(place: &Place) -> Result<Vec<Found>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(place.target.join("bench"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "json") && path.file_name().is_some_and(|name| name != PAINTED) {
            all.push(serde_json::from_slice::<Found>(&fs::read(&path)?).with_context(|| path.display().to_string())?);
        }
    }
    all.sort_by_key(|found| found.rows);
    Ok(all)
}

/// Files of this many requests, made once.
fn make(place: &Place, python: &PathBuf, name: &str, rows: u64, formats: &str) -> Result<PathBuf> {
    let folder = place.target.join("bench").join(name);
    if folder.join("truth.json").is_file() {
        return Ok(folder);
    }
    let maker = place.shared().map(|shared| shared.join("bench/make_data.py")).filter(|script| script.is_file());
    let Some(maker) = maker else {
        bail!("the generator of the files is not beside this repository: name a folder with such files by --data DIR");
    };
    let mut make = proc::command(python, &place.root);
    make.arg(maker).args(["--rows", &rows.to_string(), "--format", formats, "--jobs", "2", "--out"]).arg(&folder);
    proc::run(&mut make)?;
    Ok(folder)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

fn page(all: &[Found], painted: Option<&Painted>) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let duckdb = all.first().map_or("", |f| f.duckdb.as_str());
    let mut out = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench` on {cores} cores. DuckDB {duckdb} and Outlay (release build) take \
         turns on the same files in every round. Ratios are Outlay / DuckDB of the same round, medians over the rounds: \
         less than 1 is faster or smaller. Every answer is checked against exact totals. Own memory is the peak of \
         anonymous memory, without pages of files.\n"
    );
    for found in all {
        section(&mut out, found);
    }
    if let Some(painted) = painted {
        let shown = |all: &[f64]| {
            let most = all.iter().copied().fold(0.0, f64::max);
            format!("{:.0} | {most:.0}", median(all.iter().copied()))
        };
        let _ = writeln!(
            out,
            "\n## The window, {} calls\n\nThe released window at 1280 × 800 on a screen without a graphics card, driven \
             through WebDriver. Until its first chart: from the start of the process. Until a changed filter's chart: \
             from the change of the address, each filter asked for the first time.\n\n\
             | until a chart is painted | median, ms | longest, ms |\n|---|---:|---:|\n| from the start | {} |",
            millions(painted.calls),
            shown(&painted.first),
        );
        for (screen, all) in &painted.changed {
            let _ = writeln!(out, "| {screen}, another model | {} |", shown(all));
        }
    }
    out.push('\n');
    out.push_str(MISSED);
    out
}

fn section(out: &mut String, found: &Found) {
    let calls = found.rows as f64;
    let _ = writeln!(
        out,
        "\n## {} calls, {} {}\n\n### Import\n",
        millions(found.rows),
        found.mb.len(),
        if found.mb.len() == 1 { "round" } else { "rounds" }
    );
    out.push_str("DuckDB: `create table … as read_…` with the types given. Outlay: `outlay import`, which also ");
    out.push_str("de-duplicates, prices, hashes, sorts and rolls up.\n\n");
    out.push_str("| file | CPU s, DuckDB | CPU s, Outlay | ratio | wall ratio | own memory, MB | ratio | bytes a call | ratio | right |\n");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n");
    for (name, all) in &found.import {
        let of = |pick: fn(&Import) -> f64| median(all.iter().map(pick));
        let _ = writeln!(
            out,
            "| {name}, {:.0} MB | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {:.2} | {:.1} | {:.2} | {} |",
            of(|i| i.bytes) / 1e6,
            of(|i| i.duckdb.cpu),
            of(|i| i.outlay.cpu),
            of(|i| i.outlay.cpu / i.duckdb.cpu),
            of(|i| i.outlay.wall / i.duckdb.wall),
            of(|i| i.outlay.mb),
            of(|i| i.outlay.mb / i.duckdb.mb),
            of(|i| i.outlay.stored) * 1e6 / calls,
            of(|i| i.outlay.stored / i.duckdb.stored),
            yes(all.iter().all(|i| i.right)),
        );
    }
    if let (Some(first), Some(jsonl)) = (found.spans.first(), found.import.get("requests.jsonl")) {
        let of = |pick: fn(&Spans) -> f64| median(found.spans.iter().map(pick));
        let flat = median(jsonl.iter().map(|i| i.bytes / i.outlay.cpu));
        let _ = writeln!(
            out,
            "\nSpans as OTLP/JSON, {:.0} of them in {:.0} MB: {:.1} MB a CPU second, {:.2} times as many as of \
             requests.jsonl ({:.1}); all of them there: {}.",
            first.rows,
            first.bytes / 1e6,
            of(|s| s.bytes / s.cpu) / 1e6,
            of(|s| s.bytes / s.cpu) / flat,
            flat / 1e6,
            yes(found.spans.iter().all(|s| s.right)),
        );
    }
    if !found.priced.is_empty() {
        let speed = median(found.priced.iter().map(|p| p.calls / p.seconds));
        let _ = writeln!(out, "\nResolving and pricing alone: {:.0} million calls a second of one core.", speed / 1e6);
    }
    out.push_str("\n### Questions\n\nWarm: the median of three after a first, in one process with the data open. An Outlay answer ");
    out.push_str(
        "also carries its chart, its sentence and what is missing from it; DuckDB's is the SQL of its figures. Sums that \
         were asked for are kept, so that our warm figure is the kept answer's. Changed is what nobody asked before, with \
         the data open: another period and model, another customer, a later page.\n\n",
    );
    out.push_str(
        "| question | DuckDB, ms | Outlay, ms | ratio | changed, ms | first, ms | right |\n\
         |---|---:|---:|---:|---:|---:|---|\n",
    );
    for (name, all) in &found.questions {
        let of = |pick: fn(&Question) -> f64| median(all.iter().map(pick));
        let _ = writeln!(
            out,
            "| {name} | {:.1} | {:.1} | {:.2} | {} | {:.1} | {} |",
            of(|q| q.duckdb) * 1e3,
            of(|q| q.outlay) * 1e3,
            of(|q| q.outlay / q.duckdb),
            if all.iter().any(|q| q.changed.is_none()) {
                String::new()
            } else {
                format!("{:.1}", of(|q| q.changed.unwrap_or_default()) * 1e3)
            },
            of(|q| q.first) * 1e3,
            yes(all.iter().all(|q| q.right)),
        );
    }
    let _ = writeln!(out, "\nOwn memory of the process that answers: {:.0} MB.", median(found.mb.iter().copied()));
    for (what, shares) in &found.profiles {
        let _ = writeln!(out, "\n### Where the time of {what} goes\n\n| part | share of CPU time |\n|---|---:|");
        for (part, share) in shares {
            let _ = writeln!(out, "| {part} | {:.0} % |", share * 100.0);
        }
    }
}

fn millions(rows: u64) -> String {
    if rows.is_multiple_of(1_000_000) { format!("{} million", rows / 1_000_000) } else { rows.to_string() }
}

fn yes(right: bool) -> &'static str {
    if right { "yes" } else { "**no**" }
}
