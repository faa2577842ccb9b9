//! `cargo xtask`: every chore of building, running, testing and measuring Outlay. Uses no crate of ours, so that it runs
//! before anything else builds.

mod apt;
mod bench;
mod bindings;
mod check;
mod counts;
mod deny;
mod docs;
mod driver;
mod fuzz;
mod icons;
mod pages;
mod place;
mod prices;
mod proc;
mod run;
mod sample_data;
mod sample_ledger;
mod screens;
mod shots;
mod steps;
mod test;
mod tools;
mod torture;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of Outlay's workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build everything, make a company file from sample-data/ and open the window on it
    Run(run::RunArgs),
    /// Everything that CI runs; ends with `N passed, N failed`
    Test,
    /// Measure Outlay beside DuckDB on the same files and write docs/benchmarks.md
    Bench(bench::BenchArgs),
    /// Write ui/src/backend/bindings.ts from the Rust types
    Bindings(check::CheckArgs),
    /// Write docs/formats and docs/analyses from the source files' own headers
    Docs(check::CheckArgs),
    /// Check licences, sources and banned crates against .deny.toml
    Deny,
    /// Build the window's pages into ui/dist
    Ui,
    /// Take pictures of every screen of the real window
    Shots(shots::ShotsArgs),
    /// Measure how soon each screen of the real window answers and write docs/screens.md
    Screens(screens::ScreensArgs),
    /// Kill imports in every phase and check that nothing is lost
    Torture(torture::TortureArgs),
    /// Give every reader files that went wrong
    Fuzz(fuzz::FuzzArgs),
    /// Draw the window's icons
    Icons(check::CheckArgs),
    /// Convert the price packages into the bundled price book
    #[command(disable_help_flag = true)]
    Prices(Passed),
    /// Make the sample files
    #[command(disable_help_flag = true)]
    SampleData(Passed),
    /// What is quick to check before a commit: format, lints, generated files, dependencies
    Check,
}

/// Arguments that the chore reads itself.
#[derive(clap::Args)]
struct Passed {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> ExitCode {
    match chore() {
        Ok(true) => ExitCode::SUCCESS,
        // What failed was said already, and the last line is the count.
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("xtask: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> anyhow::Result<bool> {
    let place = place::Place::find()?;
    let done = match Cli::parse().chore {
        Chore::Run(args) => run::run(&place, &args),
        Chore::Test => return test::run(&place),
        Chore::Bench(args) => bench::run(&place, &args),
        Chore::Bindings(args) => bindings::run(&place, args.check),
        Chore::Docs(args) => docs::run(&place, args.check),
        Chore::Deny => deny::run(&place),
        Chore::Ui => pages::build(&place),
        Chore::Shots(args) => shots::run(&place, &args),
        Chore::Screens(args) => screens::run(&place, &args),
        Chore::Torture(args) => torture::run(&place, &args),
        Chore::Fuzz(args) => fuzz::run(&place, &args),
        Chore::Icons(args) => icons::run(&place, args.check),
        Chore::Prices(passed) => prices::run(&passed.args),
        Chore::SampleData(passed) => sample_data::run(&passed.args),
        Chore::Check => return test::quick(&place),
    };
    done.map(|()| true)
}
