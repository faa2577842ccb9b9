//! A ledger as one file, and back: a tar archive of the catalogue and of every Parquet file that it knows.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::catalogue::{copy, files, open};
use crate::doctor::Going;
use crate::error::{Error, Result};
use crate::layout::{Layout, make_dir, sync_dir};
use crate::ledger::{Ledger, blocking};

/// The first entry of an archive, by which it is known.
const CATALOGUE: &str = "outlay.db";
/// A catalogue beyond this is not read: rejected rows and days are all that grows in it.
const MOST_CATALOGUE: u64 = 16 << 30;

/// A backup made or restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Parquet files in it.
    pub files: usize,
    /// Bytes of the archive (made) or of what it holds (restored).
    pub bytes: u64,
    /// Newest data version in it.
    pub data_version: i64,
}

impl Ledger {
    /// Writes everything that the ledger holds into one file, which appears whole or not at all. Importing waits
    /// meanwhile, reading goes on.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Cancelled`], [`Error::Damaged`] where a file is not as it was written, and what disk
    /// and SQLite say.
    pub async fn backup(&self, target: &Path, going: Going) -> Result<Kept> {
        let lock = self.writer().await?;
        let catalogue = self.layout.scratch().join(CATALOGUE);
        copy::write(&self.pool, &catalogue).await?;
        let known = files::all(&self.pool).await?;
        let data_version = files::newest(&self.pool).await?.id;
        let mut part = target.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let count = known.len();
        let (layout, made) = (self.layout.clone(), part.clone());
        let packed = blocking(move || pack(&layout, &made, &catalogue, &known, &going)).await;
        let bytes = packed.inspect_err(|_| drop(fs::remove_file(&part)))?;
        fs::rename(&part, target).map_err(Error::io(target))?;
        target.parent().map_or(Ok(()), sync_dir)?;
        drop(lock);
        Ok(Kept { files: count, bytes, data_version })
    }
}

/// Writes the archive; returns its bytes.
fn pack(
    layout: &Layout,
    part: &Path,
    catalogue: &Path,
    known: &[(files::FileRow, Option<i64>)],
    going: &Going,
) -> Result<u64> {
    let size = |path: &Path| fs::metadata(path).map(|meta| meta.len()).map_err(Error::io(path));
    let of = size(catalogue)? + known.iter().map(|(f, _)| u64::try_from(f.bytes).unwrap_or(0)).sum::<u64>();
    let mut done = 0;
    let mut archive = tar::Builder::new(BufWriter::new(File::create(part).map_err(Error::io(part))?));
    let mut add = |path: &Path, name: &str, expected: Option<&files::FileRow>| -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size(path)?);
        header.set_mode(0o644);
        let file = File::open(path).map_err(Error::io(path))?;
        let before = done;
        let mut watched = Watched::new(file, |bytes| going(before + bytes, of));
        archive.append_data(&mut header, name, &mut watched).map_err(|e| stopped(e, part))?;
        done += watched.bytes;
        match expected {
            Some(file) if watched.hash() != file.hash => Err(Error::Damaged {
                path: path.to_path_buf(),
                reason: "its bytes are not those that were written".to_owned(),
            }),
            _ => Ok(()),
        }
    };
    add(catalogue, CATALOGUE, None)?;
    for (file, _) in known {
        add(&layout.file(&file.path), &format!("data/{}", file.path), Some(file))?;
    }
    let mut writer = archive.into_inner().map_err(Error::io(part))?;
    writer.flush().map_err(Error::io(part))?;
    let file = writer.into_inner().map_err(|e| Error::io(part)(e.into_error()))?;
    file.sync_all().map_err(Error::io(part))?;
    size(part)
}

/// Makes the ledger that a backup holds in a new folder. Every file is checked against its hash; the folder appears whole
/// or not at all.
///
/// # Errors
/// [`Error::Request`] where the folder is there already or the file is no backup, [`Error::Damaged`] where the backup is
/// not whole, [`Error::Newer`], [`Error::Cancelled`], and what the disk says.
pub async fn restore(archive: &Path, root: &Path, going: Going) -> Result<Kept> {
    if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::Request(format!("{} is there already; a backup goes into a new folder", root.display())));
    }
    let name = root.file_name().ok_or_else(|| Error::Request(format!("{} names no folder", root.display())))?;
    let parent = root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dir(parent)?;
    let part = parent.join(format!(".{}.restoring", name.to_string_lossy()));
    if part.is_dir() {
        fs::remove_dir_all(&part).map_err(Error::io(&part))?;
    }
    make_dir(&part)?;
    let restored = unpack(archive, &part, going).await;
    let kept = restored.inspect_err(|_| drop(fs::remove_dir_all(&part)))?;
    if root.is_dir() {
        fs::remove_dir(root).map_err(Error::io(root))?;
    }
    fs::rename(&part, root).map_err(Error::io(root))?;
    sync_dir(parent)?;
    Ok(kept)
}

async fn unpack(path: &Path, into: &Path, going: Going) -> Result<Kept> {
    let of = fs::metadata(path).map_err(Error::io(path))?.len();
    let layout = Layout::new(into);
    let (archive, catalogue) = (path.to_path_buf(), layout.catalogue());
    blocking(move || first(&archive, &catalogue)).await?;
    let faults = copy::faults(&layout.catalogue()).await;
    if !faults.is_empty() {
        return Err(damaged(path, format!("its catalogue: {}", faults.join("; "))));
    }
    let pool = open(&layout.catalogue(), false).await?;
    let known = files::all(&pool).await?;
    let data_version = files::newest(&pool).await?.id;
    copy::write(&pool, &layout.copy()).await?;
    pool.close().await;
    let count = known.len();
    let archive = path.to_path_buf();
    let bytes = blocking(move || rest(&archive, &layout, known, &mut |bytes| going(bytes, of))).await?;
    sync_dir(into)?;
    Ok(Kept { files: count, bytes, data_version })
}

fn damaged(path: &Path, reason: String) -> Error {
    Error::Backup { path: path.to_path_buf(), reason }
}

fn archive(path: &Path) -> Result<tar::Archive<BufReader<File>>> {
    Ok(tar::Archive::new(BufReader::new(File::open(path).map_err(Error::io(path))?)))
}

/// The catalogue, which comes first.
fn first(path: &Path, target: &Path) -> Result<()> {
    let foreign = || Error::Request(format!("{} is not a backup that Outlay made", path.display()));
    let mut archive = archive(path)?;
    let entry = archive.entries().map_err(Error::io(path))?.next();
    let mut entry = entry.and_then(std::result::Result::ok).ok_or_else(foreign)?;
    let is_file = entry.header().entry_type().is_file();
    if entry.path_bytes().as_ref() != CATALOGUE.as_bytes() || !is_file || entry.size() > MOST_CATALOGUE {
        return Err(foreign());
    }
    save(&mut entry, target, &mut |_| true).map(drop)
}

/// The data files; returns the bytes of all that was restored.
fn rest(
    path: &Path,
    layout: &Layout,
    known: Vec<(files::FileRow, Option<i64>)>,
    going: &mut dyn FnMut(u64) -> bool,
) -> Result<u64> {
    let mut missing: HashMap<String, files::FileRow> =
        known.into_iter().map(|(file, _)| (format!("data/{}", file.path), file)).collect();
    let mut archive = archive(path)?;
    let mut done = 0;
    for (at, entry) in archive.entries().map_err(Error::io(path))?.enumerate() {
        let mut entry = entry.map_err(|e| damaged(path, format!("it ends early: {e}")))?;
        let size = entry.size();
        if at == 0 {
            done += size;
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        // Only names that the catalogue knows are written, so that no archive writes anywhere else.
        let expected = missing
            .remove(&name)
            .filter(|file| entry.header().entry_type().is_file() && i64::try_from(size) == Ok(file.bytes))
            .filter(|file| !file.path.split(['/', '\\']).any(|part| part == ".." || part.contains(':')))
            .ok_or_else(|| damaged(path, format!("it holds {name}, which its catalogue does not know like this")))?;
        let target = layout.file(&expected.path);
        if !target.starts_with(layout.data()) {
            return Err(damaged(path, format!("it holds {name}, which lies outside")));
        }
        target.parent().map_or(Ok(()), make_dir)?;
        let before = done;
        let hash = save(&mut entry, &target, &mut |bytes| going(before + bytes))?;
        if hash != expected.hash {
            return Err(damaged(path, format!("{name} in it is not as it was written")));
        }
        done += size;
    }
    match missing.keys().min() {
        Some(name) => {
            let lacking = missing.len();
            Err(damaged(path, format!("it lacks {lacking} files that its catalogue knows, such as {name}")))
        }
        None => Ok(done),
    }
}

/// Writes an entry durably; returns its BLAKE3. `going` hears how many bytes of it were read.
fn save(entry: &mut impl Read, target: &Path, going: &mut dyn FnMut(u64) -> bool) -> Result<String> {
    let mut out = File::create(target).map_err(Error::io(target))?;
    let mut watched = Watched::new(entry, going);
    io::copy(&mut watched, &mut out).map_err(|e| stopped(e, target))?;
    out.sync_all().map_err(Error::io(target))?;
    Ok(watched.hash())
}

/// Says through a reader that the work was cancelled.
#[derive(Debug, thiserror::Error)]
#[error("cancelled")]
struct Stop;

fn stopped(error: io::Error, path: &Path) -> Error {
    let cancelled = error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Stop>);
    if cancelled { Error::Cancelled } else { Error::io(path)(error) }
}

/// Counts and hashes what is read, and ends where it is told to.
struct Watched<R, F> {
    from: R,
    hasher: blake3::Hasher,
    bytes: u64,
    going: F,
}

impl<R: Read, F: FnMut(u64) -> bool> Watched<R, F> {
    fn new(from: R, going: F) -> Watched<R, F> {
        Watched { from, hasher: blake3::Hasher::new(), bytes: 0, going }
    }
    fn hash(&self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }
}

impl<R: Read, F: FnMut(u64) -> bool> Read for Watched<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        if (self.going)(self.bytes) { Ok(read) } else { Err(io::Error::other(Stop)) }
    }
}
