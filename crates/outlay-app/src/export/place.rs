//! A file that appears whole under the name that the user gave it, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::replies::ErrorReply;

/// A file under construction beside its place; gone again unless it is kept.
pub struct Unfinished {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
}

fn cannot(target: &Path, error: &io::Error) -> ErrorReply {
    ErrorReply::new(
        "disk",
        format!("cannot write {}: {error}", target.display()),
        "Check the folder, its access rights and the room on the disk.",
    )
}

impl Unfinished {
    /// Begins a file that will be `target`. It must not lie inside the company file, `ledger`.
    pub fn beside(target: &Path, ledger: Option<&Path>) -> Result<Unfinished, ErrorReply> {
        let refused = |why: &str, remedy: &str| {
            Err(ErrorReply::new("bad_request", format!("{}: {why}", target.display()), remedy))
        };
        let (true, Some(name), Some(folder)) = (target.is_absolute(), target.file_name(), target.parent()) else {
            return refused("is not the whole name of a file", "Name the file with its folder.");
        };
        if target.is_dir() {
            return refused("is a folder", "Name a file in it.");
        }
        let folder = folder.canonicalize().map_err(|e| cannot(target, &e))?;
        // Its files belong to the ledger alone.
        if ledger.and_then(|l| l.canonicalize().ok()).is_some_and(|ledger| folder.starts_with(ledger)) {
            return refused("lies inside the company file", "Choose a folder outside of it.");
        }
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!(".{}.{}-{number}.part", name.to_string_lossy(), std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(|e| cannot(target, &e))?;
        Ok(Unfinished { file, temporary, target: target.to_path_buf() })
    }

    /// Gives the file its name; its size.
    pub fn keep(self) -> Result<u64, ErrorReply> {
        let done = || -> io::Result<u64> {
            self.file.sync_all()?;
            let bytes = self.file.metadata()?.len();
            fs::rename(&self.temporary, &self.target)?;
            Ok(bytes)
        };
        done().map_err(|e| cannot(&self.target, &e))
    }
}

impl Write for Unfinished {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a rename there is nothing by this name any more.
        let _ = fs::remove_file(&self.temporary);
    }
}
