//! Running programs: their failures become errors that name the command.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::place::Place;

/// A program in a folder; it never waits for input.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Cargo in the workspace, building into our target folder.
pub fn cargo(place: &Place, args: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(program, &place.root);
    command.args(args).env("CARGO_TARGET_DIR", &place.target);
    // What cargo told this xtask about itself must not look like settings to the cargo that we start.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"] {
        command.env_remove(name);
    }
    command
}

/// Runs to the end, showing what it prints.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {}", line(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs to the end and gives what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let out = command.stderr(Stdio::inherit()).output().with_context(|| format!("starting {}", line(command)))?;
    if !out.status.success() {
        bail!("{} ended with {}", line(command), out.status);
    }
    String::from_utf8(out.stdout).with_context(|| format!("{} printed something that is not UTF-8", line(command)))
}

/// Runs to the end, showing what it prints, and gives that too, with whether it succeeded.
pub fn tee(command: &mut Command) -> Result<(String, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("starting {}", line(command)))?;
    let mut text = String::new();
    let stdout = child.stdout.take().context("no standard output")?;
    for read in BufReader::new(stdout).split(b'\n') {
        let read = read?;
        let read = String::from_utf8_lossy(&read);
        println!("{read}");
        text.push_str(&read);
        text.push('\n');
    }
    Ok((text, child.wait()?.success()))
}

/// Whether a program can be started at all.
pub fn exists(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|w| w.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
