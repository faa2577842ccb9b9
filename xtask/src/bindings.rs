//! `ui/src/backend/bindings.ts`: the core's types for the pages.

use anyhow::Result;

use crate::place::Place;
use crate::{check, proc};

/// Writes the types, or with `check` says whether they are stale.
pub fn run(place: &Place, check: bool) -> Result<()> {
    let args = ["run", "--quiet", "--package", "outlay-app", "--example", "bindings"];
    let text = proc::output(&mut proc::cargo(place, &args))?;
    check::settle(&place.root, &[("ui/src/backend/bindings.ts".to_owned(), text.into_bytes())], check, "bindings")
}
