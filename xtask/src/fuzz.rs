//! `cargo xtask fuzz`: changed sample files for every reader, for as long as is asked.

use anyhow::Result;

use crate::place::Place;
use crate::{pages, proc};

/// Arguments of `fuzz`.
#[derive(clap::Args)]
pub struct FuzzArgs {
    /// How long; all readers in turn
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
}

/// Runs the fuzz targets for so long. What breaks a reader is kept as a file, and the test says where it belongs.
pub fn run(place: &Place, args: &FuzzArgs) -> Result<()> {
    pages::build(place)?;
    let mut test = proc::cargo(place, &["test", "--workspace", "--test", "fuzz", "--", "--nocapture"]);
    proc::run(test.env("OUTLAY_FUZZ_MINUTES", args.minutes.to_string()))
}
