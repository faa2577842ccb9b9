//! Tools that are not system packages: Node's, one from crates.io, and Python packages in a folder of their own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::place::Place;
use crate::proc;

/// The oldest Node.js that the pages build with.
const NODE: (u32, u32) = (20, 19);
/// The bridge from WebDriver to the window: the last version for Tauri 2.
const TAURI_DRIVER: &str = "^2";
/// Reads .deny.toml as it is written today.
const CARGO_DENY: &str = "^0.20.2";

/// Checks that Node.js is there and new enough.
pub fn node() -> Result<()> {
    let (major, minor) = NODE;
    let how =
        format!("Node.js {major}.{minor} or newer with npm is needed: https://nodejs.org, or your system's package");
    let version = proc::output(proc::command("node", Path::new(".")).arg("--version")).context(how.clone())?;
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|n| n.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    ensure!(found >= NODE, "{how}; found {}", version.trim());
    if !proc::exists(npm()) {
        bail!(how);
    }
    Ok(())
}

/// npm's name on this system.
pub fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Installs a folder's locked npm packages, where the lock changed since the last time.
pub fn npm_ci(folder: &Path) -> Result<()> {
    let stamp = folder.join("node_modules/.outlay-installed");
    let lock = digest(&[folder.join("package-lock.json"), folder.join("package.json")])?;
    if fs::read_to_string(&stamp).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    proc::run(proc::command(npm(), folder).args(["ci", "--no-fund", "--no-audit"]))?;
    Ok(fs::write(stamp, lock)?)
}

/// The bridge from WebDriver to the window, built where it is missing: under a minute.
pub fn tauri_driver(place: &Place) -> Result<PathBuf> {
    from_crates_io(place, "tauri-driver", TAURI_DRIVER)
}

/// The check of dependencies, built where it is missing: three minutes of one core.
pub fn cargo_deny(place: &Place) -> Result<PathBuf> {
    from_crates_io(place, "cargo-deny", CARGO_DENY)
}

fn from_crates_io(place: &Place, name: &str, version: &str) -> Result<PathBuf> {
    let folder = place.target.join("tools");
    let program = folder.join("bin").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    if !program.is_file() {
        let mut install = proc::cargo(place, &["install", name, "--version", version, "--locked", "--root"]);
        install.arg(&folder).env("CARGO_TARGET_DIR", folder.join("build"));
        proc::run(&mut install)?;
        // Hundreds of megabytes that nothing asks for again.
        let _ = fs::remove_dir_all(folder.join("build"));
    }
    Ok(program)
}

/// A Python with `packages` (pip requirements), in a folder of its own below the target folder.
pub fn python(place: &Place, packages: &[&str]) -> Result<PathBuf> {
    let folder = place.target.join("tools/python");
    let program = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python3") };
    let stamp = folder.join("outlay-installed");
    let mut have = fs::read_to_string(&stamp).unwrap_or_default();
    if !program.is_file() {
        have.clear();
        proc::run(proc::command("python3", &place.root).args(["-m", "venv", "--clear"]).arg(&folder))?;
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|p| !have.lines().any(|h| h == *p)).collect();
    if !missing.is_empty() {
        let mut pip = proc::command(&program, &place.root);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(&missing);
        proc::run(&mut pip)?;
        for package in missing {
            have.push_str(package);
            have.push('\n');
        }
        fs::write(stamp, have)?;
    }
    Ok(program)
}

/// A digest of files and of all files below folders: their names and contents.
pub fn digest(paths: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        add(&mut hash, path)?;
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn add(hash: &mut Sha256, path: &Path) -> Result<()> {
    if path.is_dir() {
        let mut inside = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        inside.sort();
        return inside.iter().try_for_each(|inner| add(hash, inner));
    }
    let content = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
    hash.update(content.len().to_le_bytes());
    hash.update(content);
    Ok(())
}
