//! The Parquet files, and what lies about without belonging to any data version.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use outlay_model::time::utc_day;

use super::{Finding, Going, Mend, Part};
use crate::catalogue::files::{self, FileRow};
use crate::catalogue::{audit, imports};
use crate::datasets::likeness::{LIKENESS, likeness};
use crate::datasets::rollup;
use crate::datasets::schema::Dataset;
use crate::datasets::words::Words;
use crate::datasets::{files as parquet, schema};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::ledger::{Ledger, blocking};

/// A file with its parent, where it is a rollup.
type Known = (FileRow, Option<i64>);

/// The files that are not as they were written, by id, each with the reason.
pub fn check(layout: &Layout, known: &[Known], of: u64, going: &Going) -> Result<HashMap<i64, String>> {
    let mut faulty = HashMap::new();
    let mut read = 0;
    for (file, _) in known {
        let path = layout.file(&file.path);
        match hash(&path, &mut |bytes| {
            read += bytes;
            going(read, of)
        }) {
            Ok((bytes, hash)) if hash == file.hash && bytes == file.bytes => {}
            Ok((bytes, _)) if bytes != file.bytes => {
                faulty.insert(file.id, format!("it has {bytes} bytes, not {}", file.bytes));
            }
            Ok(_) => {
                faulty.insert(file.id, "its bytes are not those that were written".to_owned());
            }
            Err(Error::Io { source, .. }) => {
                faulty.insert(file.id, format!("it cannot be read: {source}"));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(faulty)
}

/// Bytes and BLAKE3 of a file.
fn hash(path: &Path, going: &mut dyn FnMut(u64) -> bool) -> Result<(i64, String)> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let (mut hasher, mut bytes) = (blake3::Hasher::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).map_err(Error::io(path))?;
        if read == 0 {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        hasher.update(&buffer[..read]);
        bytes += read as i64;
        if !going(read as u64) {
            return Err(Error::Cancelled);
        }
    }
}

/// Findings of faulty files, mended as far as that may be.
pub async fn mend(
    ledger: &Ledger,
    known: &[Known],
    faulty: &HashMap<i64, String>,
    mend: Mend,
    now: i64,
) -> Result<Vec<Finding>> {
    if faulty.is_empty() {
        return Ok(Vec::new());
    }
    let lock = if mend == Mend::Nothing { None } else { Some(ledger.writer().await?) };
    let parents: HashMap<i64, &FileRow> = known.iter().map(|(file, _)| (file.id, file)).collect();
    let mut findings = Vec::new();
    let mut aside = Vec::new();
    for (file, parent) in known {
        let Some(reason) = faulty.get(&file.id) else { continue };
        let mut mended = false;
        let part = match parent {
            Some(parent) => {
                let whole = parents.get(parent).filter(|_| !faulty.contains_key(parent));
                if let (Some(rows), true) = (whole, lock.is_some()) {
                    again(ledger, rows, file).await?;
                    mended = true;
                }
                Part::Rollup
            }
            None => {
                if mend == Mend::SetAside {
                    aside.push(file);
                    mended = true;
                }
                let days = (utc_day(file.first), utc_day(file.last));
                Part::Rows { rows: file.rows, imports: imports::with_rows(&ledger.pool, days).await? }
            }
        };
        // The rollup of damaged rows goes with them.
        let goes = parent.is_some_and(|parent| faulty.contains_key(&parent)) && mend == Mend::SetAside;
        findings.push(Finding {
            part,
            path: format!("data/{}", file.path),
            reason: reason.clone(),
            mended: mended || goes,
        });
    }
    if !aside.is_empty() {
        set_aside(ledger, &aside, now).await?;
    }
    drop(lock);
    Ok(findings)
}

/// Makes a rollup again of its rows. The same rows make the same bytes, unless another version of Outlay wrote them.
async fn again(ledger: &Ledger, rows: &FileRow, file: &FileRow) -> Result<()> {
    let (layout, rows, file) = (ledger.layout.clone(), rows.clone(), file.clone());
    let id = file.id;
    let (count, bytes, hash) = blocking(move || {
        let zone = file.zone.split('|').next().and_then(|zone| zone.parse().ok()).unwrap_or(chrono_tz::Tz::UTC);
        let mut words = Words::new(Default::default());
        let columns: Vec<schema::Column> = Dataset::Calls.columns();
        let calls = words.encode(&parquet::read(&layout.file(&rows.path), None)?, &columns)?;
        let made = match file.dataset.as_str() {
            LIKENESS => Some(likeness(&calls, &words)?),
            name => {
                let all = rollup::roll_up(&calls, &mut words, zone, &mut rollup::Room::default())?;
                all.into_iter().find(|made| made.rollup.name == name).map(|made| made.frame)
            }
        };
        let frame =
            made.ok_or_else(|| Error::Unknown(format!("rollup {}, which this version could make", file.dataset)))?;
        let (bytes, hash) = parquet::write(&frame, Some(&words), &layout.scratch(), &layout.file(&file.path))?;
        Ok((frame.height() as i64, bytes, hash))
    })
    .await?;
    files::rewritten(&ledger.pool, id, count, bytes, &hash).await
}

/// A new data version without the files.
async fn set_aside(ledger: &Ledger, aside: &[&FileRow], now: i64) -> Result<()> {
    let before = files::newest(&ledger.pool).await?;
    let snapshot = before.id + 1;
    let mut tx = ledger.pool.begin().await?;
    files::add_snapshot(&mut tx, snapshot, now, "repair", None, before.mapping, ledger.book().version()).await?;
    for file in aside {
        files::remove(&mut tx, file.id, snapshot).await?;
        audit::append(&mut tx, now, "set aside", &format!("{}: {} rows", file.path, file.rows)).await?;
    }
    tx.commit().await?;
    ledger.keep_copy().await;
    Ok(())
}

/// What no data version knows. Where another process writes, it may be at work on it: nothing is said then.
pub async fn left_behind(ledger: &Ledger, mend: bool) -> Result<Option<Finding>> {
    let Ok(lock) = crate::lock::WriterLock::take(&ledger.layout) else { return Ok(None) };
    let known = files::all_paths(&ledger.pool).await?;
    let (mut count, mut bytes) = (0, 0);
    unknown(&ledger.layout.data(), &ledger.layout.data(), &known, &mut count, &mut bytes);
    unknown(&ledger.layout.scratch(), &ledger.layout.data(), &HashSet::new(), &mut count, &mut bytes);
    drop(lock);
    if count == 0 {
        return Ok(None);
    }
    if mend {
        // Who takes the lock to write sweeps.
        drop(ledger.writer().await?);
    }
    Ok(Some(Finding {
        part: Part::LeftBehind { files: count, bytes },
        path: "data".to_owned(),
        reason: "no data version knows them; a writer was stopped before it had finished".to_owned(),
        mended: mend,
    }))
}

fn unknown(folder: &Path, data: &Path, known: &HashSet<String>, count: &mut usize, bytes: &mut u64) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            unknown(&path, data, known, count, bytes);
        } else {
            let relative = path.strip_prefix(data).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if !known.contains(&relative) {
                *count += 1;
                *bytes += entry.metadata().map_or(0, |meta| meta.len());
            }
        }
    }
}
