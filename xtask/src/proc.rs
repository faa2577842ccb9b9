//! Running programs: their failures become errors that name the command.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

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
///
/// What it started and left running ends with it: such a program would hold the output open, and this would wait for ever.
/// Past `limit` all of it is ended, and that is an error.
pub fn tee(command: &mut Command, limit: Duration) -> Result<(String, bool)> {
    let mut family = Family::start(command.stdout(Stdio::piped()))?;
    let stdout = family.head.stdout.take().context("no standard output")?;
    let reader = std::thread::spawn(move || show(stdout));
    let ended = family.wait(limit);
    // Only now does nobody hold the other end of what is being read.
    drop(family);
    let text = reader.join().map_err(|_| anyhow!("what {} printed could not be read", line(command)))??;
    match ended? {
        Some(status) => Ok((text, status.success())),
        None => bail!("{} did not end within {} minutes and was stopped", line(command), limit.as_secs() / 60),
    }
}

/// Like [`run`], ended past `limit`, with all that it started.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let ended = Family::start(command)?.wait(limit)?;
    match ended {
        Some(status) if status.success() => Ok(()),
        Some(status) => bail!("{} ended with {status}", line(command)),
        None => bail!("{} did not end within {} minutes and was stopped", line(command), limit.as_secs() / 60),
    }
}

fn show(from: impl Read) -> Result<String> {
    let mut text = String::new();
    for read in BufReader::new(from).split(b'\n') {
        let read = read?;
        let read = String::from_utf8_lossy(&read);
        println!("{read}");
        text.push_str(&read);
        text.push('\n');
    }
    Ok(text)
}

/// A program and all that it starts, in a process group of their own; all of them end with this value.
struct Family {
    head: Child,
}

impl Family {
    fn start(command: &mut Command) -> Result<Family> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let head = command.spawn().with_context(|| format!("starting {}", line(command)))?;
        Ok(Family { head })
    }

    /// How the program ended; nothing if it did not within this time.
    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            if let Some(status) = self.head.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(None)
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        if cfg!(unix) {
            // Fails where nobody is left, which is the usual case.
            let group = format!("-{}", self.head.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        }
        let _ = self.head.kill();
        let _ = self.head.wait();
    }
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut shell = command("sh", Path::new("/"));
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn what_is_left_running_holds_nothing_up() {
        let (text, succeeded) = tee(&mut shell("sleep 600 & echo done"), Duration::from_secs(60)).unwrap();
        assert_eq!((text.as_str(), succeeded), ("done\n", true));
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let error = tee(&mut shell("echo begun; sleep 600"), Duration::from_millis(300)).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
        assert!(run_within(&mut shell("sleep 600 & wait"), Duration::from_millis(300)).is_err());
        assert!(run_within(&mut shell("exit 3"), Duration::from_secs(60)).is_err());
    }
}
