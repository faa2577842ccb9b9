//! A company file made of sample-data/, kept beside the builds and made anew where its files or the ledger's form changed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::place::Place;
use crate::{proc, tools};

/// What decides the form of a ledger.
const FORM: &[&str] = &["sample-data", "crates/outlay-ledger/migrations", "crates/outlay-ledger/src/datasets"];

/// The folder of the sample company file, up to date.
pub fn make(place: &Place) -> Result<PathBuf> {
    let ledger = place.target.join("sample-ledger");
    let stamp = place.target.join("sample-ledger.stamp");
    let form: Vec<_> = FORM.iter().map(|name| place.root.join(name)).collect();
    let made_of = tools::digest(&form)?;
    if ledger.is_dir() && fs::read_to_string(&stamp).is_ok_and(|old| old == made_of) {
        return Ok(ledger);
    }
    if ledger.is_dir() {
        fs::remove_dir_all(&ledger).with_context(|| format!("removing {}", ledger.display()))?;
    }
    let data = place.root.join("sample-data");
    ensure!(data.is_dir(), "there is no sample-data/; `cargo xtask sample-data` writes it");
    let mut made = proc::command(place.built("outlay"), &place.root);
    made.arg("--ledger").arg(&ledger).arg("sample").arg(&data);
    proc::run(&mut made)?;
    fs::write(stamp, made_of)?;
    Ok(ledger)
}
