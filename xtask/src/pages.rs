//! The window's pages: built with npm where something they are made of changed.

use std::fs;

use anyhow::Result;

use crate::place::Place;
use crate::{proc, tools};

/// What goes into ui/dist.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

/// Installs the packages and builds ui/dist, each only where it is out of date.
pub fn build(place: &Place) -> Result<()> {
    let folder = place.root.join("ui");
    tools::node()?;
    tools::npm_ci(&folder)?;
    // Not in dist, whose every file goes into the binary.
    let stamp = folder.join("node_modules/.outlay-built");
    let sources: Vec<_> = SOURCES.iter().map(|name| folder.join(name)).filter(|path| path.exists()).collect();
    let made_of = tools::digest(&sources)?;
    if folder.join("dist/index.html").is_file() && fs::read_to_string(&stamp).is_ok_and(|old| old == made_of) {
        return Ok(());
    }
    proc::run(proc::command(tools::npm(), &folder).args(["run", "--silent", "build"]))?;
    Ok(fs::write(stamp, made_of)?)
}

/// Whether the window can be built: its pages are there.
pub fn are_built(place: &Place) -> bool {
    place.root.join("ui/dist/index.html").is_file()
}
