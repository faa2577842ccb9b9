//! Files to import: expanding folders, opening with progress-counting readers and a hash on the way.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use outlay_import::mapping::Mapping;

use crate::replies::ErrorReply;

/// A file to import.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// How it is called in reports: as given, or below the given folder.
    pub name: String,
    /// Bytes as stored.
    pub bytes: u64,
}

/// Files and the mappings that lie beside them.
#[derive(Debug, Default)]
pub struct Files {
    /// Files, in order of name.
    pub found: Vec<Found>,
    /// Mappings: every `.toml` file that is one.
    pub mappings: Vec<Mapping>,
}

fn cannot_read(path: &Path, error: impl std::fmt::Display) -> ErrorReply {
    ErrorReply::new(
        "bad_request",
        format!("cannot read {}: {error}", path.display()),
        "Check the name and the access rights.",
    )
}

/// Expands folders; links are not followed, so that no loop can form.
pub fn expand(paths: &[String]) -> Result<Files, ErrorReply> {
    let mut files = Files::default();
    for given in paths {
        let root = Path::new(given);
        let meta = std::fs::metadata(root).map_err(|e| cannot_read(root, e))?;
        if meta.is_file() {
            files.found.push(Found { path: root.to_path_buf(), name: given.clone(), bytes: meta.len() });
            continue;
        }
        let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|e| e.depth() == 0 || !e.file_name().to_string_lossy().starts_with('.')) {
            let entry = entry.map_err(|e| cannot_read(root, e))?;
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path().to_path_buf();
            if path.extension().is_some_and(|e| e == "toml") {
                if let Some(mapping) = std::fs::read_to_string(&path).ok().and_then(|t| Mapping::from_toml(&t).ok()) {
                    files.mappings.push(mapping);
                }
                continue;
            }
            let bytes = entry.metadata().map(|m| m.len()).unwrap_or_default();
            let name = path.strip_prefix(root.parent().unwrap_or(root)).unwrap_or(&path).to_string_lossy().into_owned();
            files.found.push(Found { path, name, bytes });
        }
    }
    if files.found.is_empty() {
        return Err(ErrorReply::new("bad_request", "there is no file to import", "Name files or a folder with files."));
    }
    Ok(files)
}

/// The hash of what was read so far.
pub type SharedHash = Arc<Mutex<blake3::Hasher>>;

struct Hashing {
    file: File,
    hash: SharedHash,
}

impl Read for Hashing {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buf)?;
        if let Ok(mut hasher) = self.hash.lock() {
            hasher.update(&buf[..read]);
        }
        Ok(read)
    }
}

/// Opens a file as a source; its hash is complete once it was read to the end.
pub fn open(found: &Found) -> Result<(outlay_import::Source, SharedHash), ErrorReply> {
    let file = File::open(&found.path).map_err(|e| cannot_read(&found.path, e))?;
    let hash = SharedHash::default();
    let reader = Hashing { file, hash: hash.clone() };
    Ok((outlay_import::Source::new(found.name.clone(), reader), hash))
}

/// The finished hash as hexadecimal digits.
pub fn finish(hash: &SharedHash) -> String {
    hash.lock().map(|h| h.finalize().to_hex().to_string()).unwrap_or_default()
}
