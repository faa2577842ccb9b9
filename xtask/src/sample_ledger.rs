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
    let folders = folders(place)?;
    ensure!(!folders.is_empty(), "sample-data/ has no files; `cargo xtask sample-data` writes them");
    let mut import = proc::command(place.built("outlay"), &place.root);
    import.arg("--ledger").arg(&ledger).arg("import").args(folders);
    proc::run(&mut import)?;
    fs::write(stamp, made_of)?;
    Ok(ledger)
}

/// The folders of sample-data, one a format.
fn folders(place: &Place) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(place.root.join("sample-data")).context("reading sample-data/")? {
        let path = entry?.path();
        // What no format knows needs a mapping: it is there to try that with.
        if path.is_dir() && !path.ends_with("mapped") {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}
