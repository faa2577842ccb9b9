//! Generated files: write them, or say which are stale.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Arguments of a chore that generates files.
#[derive(clap::Args)]
pub struct CheckArgs {
    /// Write nothing; fail where a file is not as it would be written
    #[arg(long)]
    pub check: bool,
}

/// Writes `files` (path from the workspace's root, content), or with `check` fails where one differs.
pub fn settle(root: &Path, files: &[(String, Vec<u8>)], check: bool, chore: &str) -> Result<()> {
    let mut stale = Vec::new();
    for (name, content) in files {
        let path = root.join(name);
        if fs::read(&path).is_ok_and(|old| old == *content) {
            continue;
        }
        if check {
            stale.push(name.as_str());
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content).with_context(|| format!("writing {name}"))?;
        println!("wrote {name}");
    }
    if !stale.is_empty() {
        bail!("stale, run `cargo xtask {chore}`: {}", stale.join(", "));
    }
    Ok(())
}
