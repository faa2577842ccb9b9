//! Is everything that was written still there and whole? And what of it can be mended.
//!
//! The catalogue is checked by SQLite itself, the audit chain by its hashes, every Parquet file by size and BLAKE3 hash.
//! A damaged catalogue is replaced by its copy, a damaged rollup is made again of its rows. Rows that are damaged can
//! only come from a backup or from the files that they were imported from.

mod catalogue;
mod data;

use std::path::Path;
use std::sync::Arc;

use crate::catalogue::{audit, files};
use crate::error::Result;
use crate::ledger::{Ledger, blocking};

/// What may be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mend {
    /// Nothing: only look.
    #[default]
    Nothing,
    /// What can be made again without loss.
    Lossless,
    /// Damaged rows are taken out as well, in a new data version, so that the rest answers and they can be read again.
    SetAside,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub part: Part,
    /// File, below the ledger's folder.
    pub path: String,
    /// What is wrong.
    pub reason: String,
    /// Whether it was mended.
    pub mended: bool,
}

/// The part of a ledger that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `outlay.db`. Where it was mended: the data version of the copy and when that was made.
    Catalogue {
        /// Data version of the copy; 0 without one.
        copy: i64,
        /// When it was made, in microseconds since 1970.
        at: i64,
        /// Data files are newer than the copy: an import was lost with the catalogue.
        behind: bool,
    },
    /// The audit chain, from an entry on.
    Audit {
        /// First entry that does not follow from the one before.
        entry: i64,
    },
    /// Rows.
    Rows {
        /// How many.
        rows: i64,
        /// Imports with rows in those days, each with its files.
        imports: Vec<(i64, Vec<String>)>,
    },
    /// Sums of rows that are whole.
    Rollup,
    /// Files that no data version knows, left behind by a writer that was killed.
    LeftBehind {
        /// How many.
        files: usize,
        /// Their bytes.
        bytes: u64,
    },
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkup {
    /// Parquet files checked.
    pub files: usize,
    /// Their bytes as catalogued.
    pub bytes: u64,
    /// What is not as it was written.
    pub findings: Vec<Finding>,
}

/// Told how many bytes of how many were read; the answer is whether to go on.
pub type Going = Arc<dyn Fn(u64, u64) -> bool + Send + Sync>;

/// Checks the ledger in a folder, and mends what it may.
///
/// # Errors
/// [`crate::Error::NotThere`], [`crate::Error::Locked`] where something is to be mended while another process writes,
/// [`crate::Error::Cancelled`], and what disk and SQLite say. What is damaged is no error but a finding.
pub async fn examine(root: &Path, mend: Mend, now: i64, going: Going) -> Result<Checkup> {
    let mut checkup = Checkup::default();
    if let Some(finding) = catalogue::check(root, mend != Mend::Nothing).await? {
        let mended = finding.mended;
        checkup.findings.push(finding);
        if !mended {
            // Without a catalogue nobody knows what the files should be.
            return Ok(checkup);
        }
    }
    let ledger = Ledger::open(root, false).await?;
    if let Some(entry) = audit::first_broken(&ledger.pool).await? {
        checkup.findings.push(Finding {
            part: Part::Audit { entry },
            path: "outlay.db".to_owned(),
            reason: format!(
                "entry {entry} of the audit log does not follow from the one before: it was changed afterwards"
            ),
            mended: false,
        });
    }
    let known = files::all(&ledger.pool).await?;
    checkup.files = known.len();
    checkup.bytes = known.iter().map(|(file, _)| u64::try_from(file.bytes).unwrap_or_default()).sum();
    let (layout, of) = (ledger.layout.clone(), checkup.bytes);
    let (known, faulty) = blocking(move || {
        let faulty = data::check(&layout, &known, of, &going)?;
        Ok((known, faulty))
    })
    .await?;
    checkup.findings.extend(data::mend(&ledger, &known, &faulty, mend, now).await?);
    checkup.findings.extend(data::left_behind(&ledger, mend != Mend::Nothing).await?);
    Ok(checkup)
}
