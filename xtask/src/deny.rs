//! Dependencies: their licences, where they come from, and what must not be among them, by cargo-deny and `.deny.toml`.

use anyhow::Result;

use crate::place::Place;
use crate::{proc, tools};

/// Checks the locked dependencies. Advisories are left to `cargo deny check advisories`, which asks their server.
pub fn run(place: &Place) -> Result<()> {
    let program = tools::cargo_deny(place)?;
    // Building downloads this system's crates only; licences are looked at for every system that Outlay is made for.
    proc::run(&mut proc::cargo(place, &["fetch", "--locked"]))?;
    let mut check = proc::command(program, &place.root);
    check.args(["--workspace", "--locked", "--offline", "--config", ".deny.toml", "check"]);
    check.args(["--hide-inclusion-graph", "--show-stats", "bans", "licenses", "sources"]);
    proc::run(&mut check)
}
