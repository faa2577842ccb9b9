//! `cargo xtask shots`: pictures of every screen of the real window, light and dark, small and large.

use std::fs;

use anyhow::{Result, ensure};

use crate::driver::{Screen, node};
use crate::place::Place;
use crate::{apt, pages, proc, run, sample_ledger};

/// Arguments of `shots`.
#[derive(clap::Args)]
pub struct ShotsArgs {
    /// Also copy the README's pictures to docs/pictures
    #[arg(long)]
    keep: bool,
}

/// Pictures that README shows.
const KEPT: &[&str] =
    &["overview-light-1280", "overview-dark-1280", "hotspots-dark-1280", "bill-light-1280", "files-light-1280"];

/// Builds, and takes the pictures into `shots` below the target folder.
pub fn run(place: &Place, args: &ShotsArgs) -> Result<()> {
    apt::install(&[apt::BUILD, apt::TEST].concat())?;
    pages::build(place)?;
    run::build(place, &["outlay", "outlay-desktop"])?;
    let ledger = sample_ledger::make(place)?;
    let out = place.target.join("shots");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out)?;
    for (width, height) in [(1280, 800), (1920, 1080)] {
        let screen = Screen::start(width, height)?;
        let mut shots = node(place, &screen)?;
        shots.arg("shots.mjs").arg(&ledger).arg(&out).args([width.to_string(), height.to_string()]);
        proc::run(&mut shots)?;
    }
    let count = fs::read_dir(&out)?.count();
    ensure!(count > 0, "no picture was taken");
    println!("{count} pictures in {}", out.display());
    if args.keep {
        let kept = place.root.join("docs/pictures");
        fs::create_dir_all(&kept)?;
        for name in KEPT {
            let file = format!("{name}.png");
            fs::copy(out.join(&file), kept.join(&file))?;
        }
    }
    Ok(())
}
