//! `cargo xtask torture`: kills imports in every phase, many more times than the tests do.

use anyhow::Result;

use crate::place::Place;
use crate::{pages, proc};

/// Arguments of `torture`.
#[derive(clap::Args)]
pub struct TortureArgs {
    /// How many imports are killed; four of five in a phase that is aimed at, the rest anywhere
    #[arg(long, default_value_t = 1000)]
    kills: usize,
}

/// Runs the test of killed imports so often; it says where they died and fails where anything was lost.
pub fn run(place: &Place, args: &TortureArgs) -> Result<()> {
    pages::build(place)?;
    let mut test = proc::cargo(
        place,
        &["test", "--workspace", "--test", "it", "--", "a_killed_import_loses_nothing_and", "--nocapture"],
    );
    proc::run(test.env("OUTLAY_KILLS", args.kills.to_string()))
}
