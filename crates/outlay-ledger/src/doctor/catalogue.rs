//! The catalogue itself, and its copy.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Finding, Part};
use crate::catalogue::{copy, files, open};
use crate::error::{Error, Result};
use crate::layout::{Layout, sync_dir};
use crate::lock::WriterLock;

/// What is wrong with the catalogue, where anything is; with `mend` it is replaced by its copy.
pub async fn check(root: &Path, mend: bool) -> Result<Option<Finding>> {
    let layout = Layout::new(root);
    let (path, kept) = (layout.catalogue(), layout.copy());
    let reason = if path.is_file() {
        copy::faults(&path).await.join("; ")
    } else if kept.is_file() {
        "it is gone".to_owned()
    } else {
        return Err(Error::NotThere(root.to_path_buf()));
    };
    if reason.is_empty() {
        return Ok(None);
    }
    let sound = kept.is_file() && copy::faults(&kept).await.is_empty();
    let (mut version, mut at) = (0, 0);
    if sound {
        let pool = open(&kept, false).await?;
        version = files::newest(&pool).await?.id;
        at = files::made_at(&pool, version).await?;
        pool.close().await;
    }
    let behind = sound && newest_on_disk(&layout.data()) > version;
    if sound && mend {
        let lock = WriterLock::take(&layout)?;
        replace(&path, &kept)?;
        drop(lock);
    }
    Ok(Some(Finding {
        part: Part::Catalogue { copy: version, at, behind },
        path: "outlay.db".to_owned(),
        reason,
        mended: sound && mend,
    }))
}

/// Puts the copy in place of the catalogue, which is kept beside it under another name.
fn replace(path: &Path, kept: &Path) -> Result<()> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    for end in ["-wal", "-shm", ""] {
        let (from, to) = (beside(end), beside(&format!("{end}.damaged")));
        match fs::rename(&from, &to) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(&from)(e)),
            _ => {}
        }
    }
    let part = beside(".part");
    fs::copy(kept, &part).map_err(Error::io(&part))?;
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(Error::io(&part))?;
    fs::rename(&part, path).map_err(Error::io(path))?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// The newest data version that a data file was written for: its number begins the file's name.
fn newest_on_disk(folder: &Path) -> i64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return newest_on_disk(&path);
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            name.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
        })
        .max()
        .unwrap_or(0)
}
