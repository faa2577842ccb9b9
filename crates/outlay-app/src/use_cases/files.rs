//! Files to import: expanding folders and archives, opening with progress-counting readers and a hash on the way.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use outlay_import::mapping::Mapping;
use outlay_ledger::tabular::{MAGIC, ParquetText, is_parquet};
use tempfile::{NamedTempFile, TempPath};

use super::archives::{self, Member};
use crate::replies::ErrorReply;

/// A file to import.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// How it is called in reports: as given, or below the given folder.
    pub name: String,
    /// Bytes as stored; of a file in an archive, unpacked.
    pub bytes: u64,
    /// Where `path` is an archive: the file in it.
    pub member: Option<Member>,
}

/// Files and the mappings that lie beside them.
#[derive(Debug, Default)]
pub struct Files {
    /// Files, in order of name.
    pub found: Vec<Found>,
    /// Mappings: every `.toml` file that is one.
    pub mappings: Vec<Mapping>,
}

impl Files {
    /// Adds a file, or those in it where it is an archive.
    fn add(&mut self, path: &Path, name: String, bytes: u64) -> Result<(), ErrorReply> {
        let Some(members) = archives::members(path).map_err(|e| cannot_read(path, e))? else {
            self.found.push(Found { path: path.to_path_buf(), name, bytes, member: None });
            return Ok(());
        };
        for member in members {
            let found = Found {
                path: path.to_path_buf(),
                name: format!("{name}/{}", member.name),
                bytes: member.bytes,
                member: Some(member),
            };
            // A mapping lies beside its files, there as in a folder.
            if found.name.ends_with(".toml") {
                self.mappings.extend(mapping(&found));
            } else {
                self.found.push(found);
            }
        }
        Ok(())
    }
}

/// Largest file that may be a mapping.
const MOST_MAPPING: u64 = 1 << 20;

fn mapping(found: &Found) -> Option<Mapping> {
    let mut text = String::new();
    content(found).ok()?.take(MOST_MAPPING).read_to_string(&mut text).ok()?;
    Mapping::from_toml(&text).ok()
}

/// What is in a file, or in the file of an archive; of a Parquet file, as a table of text.
fn content(found: &Found) -> std::io::Result<Box<dyn Read + Send>> {
    match &found.member {
        Some(member) => {
            let mut packed = archives::open(&found.path, member)?;
            let mut begin = Vec::new();
            packed.by_ref().take(MAGIC.len() as u64).read_to_end(&mut begin)?;
            let parquet = begin == MAGIC;
            let mut whole = Cursor::new(begin).chain(packed);
            if parquet { Ok(Box::new(Unpacked::of(&mut whole)?)) } else { Ok(Box::new(whole)) }
        }
        None if is_parquet(&found.path) => Ok(Box::new(ParquetText::open(&found.path).map_err(std::io::Error::other)?)),
        None => Ok(Box::new(File::open(&found.path)?)),
    }
}

/// A Parquet file of an archive. It is read from its end and in jumps, so that it cannot be read where it lies.
struct Unpacked {
    text: ParquetText,
    /// Goes when this does.
    _file: TempPath,
}

impl Unpacked {
    fn of(packed: &mut impl Read) -> std::io::Result<Unpacked> {
        let mut file = NamedTempFile::new()?;
        std::io::copy(packed, &mut file)?;
        let file = file.into_temp_path();
        Ok(Unpacked { text: ParquetText::open(&file).map_err(std::io::Error::other)?, _file: file })
    }
}

impl Read for Unpacked {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.text.read(buf)
    }
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
            files.add(root, given.clone(), meta.len())?;
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
            files.add(&path, name, bytes)?;
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
    file: Box<dyn Read + Send>,
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
    let file = content(found).map_err(|e| cannot_read(&found.path, e))?;
    let hash = SharedHash::default();
    let reader = Hashing { file, hash: hash.clone() };
    Ok((outlay_import::Source::new(found.name.clone(), reader), hash))
}

/// The hash of all that is in a file; `None` where it cannot be read.
pub fn hash_of(found: &Found) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut content(found).ok()?, &mut hasher).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

/// The finished hash as hexadecimal digits.
pub fn finish(hash: &SharedHash) -> String {
    hash.lock().map(|h| h.finalize().to_hex().to_string()).unwrap_or_default()
}
