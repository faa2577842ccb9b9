//! `cargo xtask run`: from a fresh clone to the open window.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::place::Place;
use crate::{apt, pages, proc, sample_ledger, tools};

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct RunArgs {
    /// Answer on the command line instead of opening the window
    #[arg(long)]
    no_window: bool,
    /// Company file to open instead of the sample one; made where it does not exist
    #[arg(long, value_name = "DIR")]
    ledger: Option<std::path::PathBuf>,
}

/// Builds, makes the sample company file, and shows it.
pub fn run(place: &Place, args: &RunArgs) -> Result<()> {
    let start = Instant::now();
    let window = !args.no_window && has_display();
    if !window && !args.no_window {
        println!("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.");
        println!("The same questions follow on the command line.\n");
    }
    if window {
        tools::node()?;
        apt::install(apt::BUILD)?;
        said("the window's pages", || pages::build(place))?;
    }
    let bins: &[&str] = if window { &["outlay", "outlay-desktop"] } else { &["outlay"] };
    said("the programs (the first time takes about a quarter of an hour on two cores)", || build(place, bins))?;
    let ledger = match &args.ledger {
        Some(own) => own.clone(),
        None => sample_ledger::make(place)?,
    };
    println!("ready after {:.1} s", start.elapsed().as_secs_f64());
    if window {
        let mut open = proc::command(place.built("outlay-desktop"), &place.root);
        return proc::run(open.arg("--ledger").arg(&ledger));
    }
    on_command_line(place, &ledger)
}

/// Builds programs out of the whole workspace, so that dependencies have the features that every other build gives them.
pub fn build(place: &Place, bins: &[&str]) -> Result<()> {
    let mut build = proc::cargo(place, &["build", "--quiet", "--workspace"]);
    proc::run(build.args(bins.iter().flat_map(|bin| ["--bin", bin])))
}

fn on_command_line(place: &Place, ledger: &Path) -> Result<()> {
    let outlay = place.built("outlay");
    for question in ["overview", "hotspots"] {
        println!("\n$ outlay {question}");
        proc::run(proc::command(&outlay, &place.root).arg("--ledger").arg(ledger).arg(question))?;
    }
    println!(
        "\nMore of it:\n  export OUTLAY_LEDGER={}\n  export PATH={}:$PATH",
        ledger.display(),
        place.target.join("debug").display()
    );
    println!("  outlay trend --by week");
    println!("  outlay hotspots --by feature,model --top 10");
    println!("  outlay calls --top 10");
    println!(
        "  outlay --ledger my-company import ~/Downloads/usage.csv   your own files, in a company file of their own"
    );
    println!("  outlay help");
    Ok(())
}

fn said(what: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    println!("building {what}");
    work()?;
    println!("  {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Whether a window could be shown: everywhere but on a Linux without X or Wayland.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
