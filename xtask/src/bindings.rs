//! `ui/src/backend/bindings.ts`: the core's types for the pages.

use anyhow::Result;

use crate::place::Place;
use crate::{check, proc};

/// Writes the types, or with `check` says whether they are stale.
pub fn run(place: &Place, check: bool) -> Result<()> {
    // Of the whole workspace, so that dependencies have the features that every other build gives them.
    proc::run(&mut proc::cargo(place, &["build", "--quiet", "--workspace", "--example", "bindings"]))?;
    let program = place.built("examples/bindings");
    let text = proc::output(&mut proc::command(program, &place.root))?;
    check::settle(&place.root, &[("ui/src/backend/bindings.ts".to_owned(), text.into_bytes())], check, "bindings")
}
