//! A file that appears whole under the name that the user gave it, or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::replies::ErrorReply;

/// A file under construction beside its place; gone again unless it is kept.
pub struct Unfinished {
    file: NamedTempFile,
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
        let mut begin = tempfile::Builder::new();
        let prefix = format!(".{}.", name.to_string_lossy());
        begin.prefix(&prefix).suffix(".part");
        // As any file that a person saves: without this, only its owner could read it.
        #[cfg(unix)]
        begin.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = begin.tempfile_in(&folder).map_err(|e| cannot(target, &e))?;
        Ok(Unfinished { file, target: target.to_path_buf() })
    }

    /// Gives the file its name; its size.
    pub fn keep(self) -> Result<u64, ErrorReply> {
        let Unfinished { file, target } = self;
        let done = || -> io::Result<u64> {
            file.as_file().sync_all()?;
            let bytes = file.as_file().metadata()?.len();
            file.persist(&target).map_err(|e| e.error)?;
            Ok(bytes)
        };
        done().map_err(|e| cannot(&target, &e))
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
