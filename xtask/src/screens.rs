//! `cargo xtask screens`: how long each screen of the real window takes to answer the sample company, in the profile of
//! `cargo xtask run`.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::driver::{Screen, node};
use crate::place::Place;
use crate::{apt, pages, proc, run, sample_ledger};

/// Arguments of `screens`.
#[derive(clap::Args)]
pub struct ScreensArgs {
    /// Visits of each screen; the figures are of all of them
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

#[derive(Deserialize)]
struct Visits {
    name: String,
    /// Milliseconds of the first visit, and of all in turn.
    first: f64,
    times: Vec<f64>,
}

/// Measures, prints, and writes docs/screens.md.
pub fn run(place: &Place, args: &ScreensArgs) -> Result<()> {
    apt::install(&[apt::BUILD, apt::TEST].concat())?;
    pages::build(place)?;
    run::build(place, &["outlay", "outlay-desktop"])?;
    let ledger = sample_ledger::make(place)?;
    let screen = Screen::start(1280, 800)?;
    let mut measure = node(place, &screen)?;
    measure.arg("screens.mjs").arg(&ledger).arg(args.rounds.max(2).to_string());
    let said = proc::output(&mut measure)?;
    // The driver talks on the same stream.
    let measured = said.lines().rev().find(|line| line.starts_with("[{")).context("the page measured nothing")?;
    let found: Vec<Visits> = serde_json::from_str(measured).context("what the page measured")?;
    let page = page(&found);
    println!("{page}");
    fs::write(place.root.join("docs/screens.md"), page)?;
    Ok(())
}

fn page(found: &[Visits]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut out = format!(
        "# How soon a screen answers\n\nWritten by `cargo xtask screens` on {cores} cores: the real window on the sample \
         company, in the build that `cargo xtask run` makes, on a virtual screen without a graphics card. Milliseconds \
         from the change of address until the answer is painted whole, counted in the page; the median and the slowest \
         are of the visits after the first.\n\n| screen | first | median | slowest | visits |\n|---|---:|---:|---:|---:|\n"
    );
    for visits in found {
        let mut later = visits.times[1..].to_vec();
        later.sort_by(f64::total_cmp);
        let _ = writeln!(
            out,
            "| {} | {:.0} | {:.0} | {:.0} | {} |",
            visits.name,
            visits.first,
            later.get(later.len() / 2).copied().unwrap_or(f64::NAN),
            later.last().copied().unwrap_or(f64::NAN),
            visits.times.len()
        );
    }
    out
}
