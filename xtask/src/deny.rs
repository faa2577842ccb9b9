//! Dependencies: their licences, where they come from, and what must not be among them, by cargo-deny and `.deny.toml`.

use anyhow::Result;

use crate::place::Place;
use crate::{proc, tools};

/// Checks the locked dependencies; needs no network. Advisories would: they are left to `cargo deny check advisories`.
pub fn run(place: &Place) -> Result<()> {
    let program = tools::cargo_deny(place)?;
    let mut check = proc::command(program, &place.root);
    check.args(["--workspace", "--locked", "--offline", "--config", ".deny.toml", "check"]);
    check.args(["--hide-inclusion-graph", "--show-stats", "bans", "licenses", "sources"]);
    proc::run(&mut check)
}
