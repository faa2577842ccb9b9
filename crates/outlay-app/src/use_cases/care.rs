//! Care for a company file: a check, backup and restore, and what is to be forgotten.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use outlay_ledger::backup::{self, Kept};
use outlay_ledger::doctor::{self, Finding, Going, Mend, Part};
use outlay_ledger::forget::{Forget, Forgotten};
use outlay_model::time::{Period, local};

use crate::replies::{
    BackupReply, BackupRequest, DoctorFinding, DoctorReply, DoctorRequest, ErrorReply, ForgetReply, ForgetRequest,
    LedgerPart, Progress, RestoreRequest,
};
use crate::task::Task;
use crate::{App, now};

/// Is everything that was written still there and whole?
///
/// # Errors
/// `no_ledger`; `locked` where something is to be mended while another process writes; `cancelled`.
pub async fn doctor(app: &App, request: DoctorRequest, task: &Task) -> Result<DoctorReply, ErrorReply> {
    let open = app.opened().await.ok().map(|open| open.ledger.root().to_path_buf());
    let root = match (&request.path, &open) {
        (Some(path), _) => PathBuf::from(path),
        (None, Some(root)) => root.clone(),
        (None, None) => match app.at_hand().await {
            Some(root) => root,
            None => return app.opened().await.map(|_| DoctorReply::default()),
        },
    };
    let mend = match (request.repair, request.set_aside) {
        (_, true) => Mend::SetAside,
        (true, false) => Mend::Lossless,
        (false, false) => Mend::Nothing,
    };
    let this_one = mend != Mend::Nothing && open.is_some_and(|open| open == root);
    if this_one {
        // A catalogue that is replaced must not be in use.
        app.close().await;
    }
    let found = doctor::examine(&root, mend, now(), going("checking", task)).await;
    if this_one {
        app.open(&root, false).await?;
    }
    let checkup = found?;
    let findings: Vec<DoctorFinding> = checkup.findings.into_iter().map(told).collect();
    let healthy = findings.iter().all(|f| f.mended || f.part == LedgerPart::LeftBehind);
    let path = root.to_string_lossy().into_owned();
    Ok(DoctorReply { path, files: checkup.files, bytes: checkup.bytes, healthy, findings })
}

fn told(finding: Finding) -> DoctorFinding {
    let Finding { part, path, reason, mended } = finding;
    let mut read_again = Vec::new();
    let (part, message, remedy) = match part {
        Part::Catalogue { copy: 0, .. } => (
            LedgerPart::Catalogue,
            format!("The catalogue is damaged: {reason}."),
            "There is no copy of it that is whole. Restore a backup.".to_owned(),
        ),
        Part::Catalogue { copy, at, behind } => {
            let made = local(at, chrono_tz::Tz::UTC).format("%Y-%m-%d %H:%M UTC");
            let lost = if behind { " A later import was lost with it: read its files again." } else { "" };
            let of = format!("its copy, of data version {copy} ({made})");
            let remedy = if mended {
                format!("It was replaced by {of}.{lost} The damaged one is kept as outlay.db.damaged.")
            } else {
                format!("`outlay doctor --repair` puts {of} in its place.{lost}")
            };
            (LedgerPart::Catalogue, format!("The catalogue is damaged: {reason}."), remedy)
        }
        Part::Audit { .. } => (
            LedgerPart::AuditLog,
            format!("The log of changes was changed: {reason}."),
            "Figures do not depend on it. A backup from before has the log as it was.".to_owned(),
        ),
        Part::Rows { rows, imports } => {
            read_again = imports.iter().flat_map(|(_, files)| files.iter().cloned()).collect();
            read_again.dedup();
            let remedy = if mended {
                "They were taken out in a new data version. Read the files again that they came from: only what is \
                 missing comes in."
            } else {
                "Restore a backup; or take them out with `outlay doctor --set-aside` and read the files again that \
                 they came from."
            };
            (LedgerPart::Rows, format!("A file with {rows} rows is damaged: {reason}."), remedy.to_owned())
        }
        Part::Rollup => (
            LedgerPart::Sums,
            format!("A file of sums is damaged: {reason}."),
            if mended { "Made again of its rows." } else { "`outlay doctor --repair` makes it again of its rows." }
                .to_owned(),
        ),
        Part::LeftBehind { files, bytes } => (
            LedgerPart::LeftBehind,
            format!("{files} files ({bytes} bytes) belong to nothing: {reason}."),
            if mended { "Removed." } else { "The next import removes them." }.to_owned(),
        ),
    };
    DoctorFinding { part, path, message, remedy, mended, read_again }
}

/// Writes the open company file into one file.
///
/// # Errors
/// `no_ledger`, `locked`, `damaged`, `disk`, `cancelled`; nothing is kept then.
pub async fn backup(app: &App, request: BackupRequest, task: &Task) -> Result<BackupReply, ErrorReply> {
    let open = app.opened().await?;
    let target = std::path::absolute(&request.path)
        .map_err(|e| ErrorReply::new("disk", format!("{}: {e}", request.path), "Name another file."))?;
    let inside = target.parent().and_then(|folder| folder.canonicalize().ok());
    if inside.is_some_and(|folder| open.ledger.root().canonicalize().is_ok_and(|root| folder.starts_with(root))) {
        return Err(ErrorReply::new(
            "bad_request",
            format!("{} lies inside the company file itself", target.display()),
            "Name a file elsewhere, best on another disk.",
        ));
    }
    let kept = open.ledger.backup(&target, going("writing", task)).await?;
    Ok(said(&target, kept))
}

/// Makes the company file that a backup holds in a new folder; it is not opened.
///
/// # Errors
/// `bad_request`, `damaged`, `newer_ledger`, `disk`, `cancelled`; nothing is kept then.
pub async fn restore(_: &App, request: RestoreRequest, task: &Task) -> Result<BackupReply, ErrorReply> {
    let root = PathBuf::from(&request.to);
    let kept = backup::restore(Path::new(&request.from), &root, going("restoring", task)).await?;
    Ok(said(&root, kept))
}

/// Takes a user, texts or a time range out of the open company file, in every data version.
///
/// # Errors
/// `no_ledger`, `locked`; `bad_request` where not exactly one thing is named.
pub async fn forget(app: &App, request: ForgetRequest, _: &Task) -> Result<ForgetReply, ErrorReply> {
    let ledger = app.opened().await?.ledger.clone();
    let one = || {
        let remedy = "Name a user, or texts, or a first and a last day.";
        ErrorReply::new("bad_request", "exactly one thing can be forgotten at once", remedy)
    };
    let what = match (request.user, request.texts, request.from, request.to) {
        (Some(user), false, None, None) if !user.trim().is_empty() => Forget::User(user.trim().to_owned()),
        (None, true, None, None) => Forget::Texts,
        (None, false, Some(from), Some(to)) if from <= to => {
            let period = Period { from, to, zone: ledger.zone().await? };
            Forget::Time(period.start(), period.end())
        }
        _ => return Err(one()),
    };
    let Forgotten { records, files, data_version } = ledger.forget(&what, now()).await?;
    Ok(ForgetReply { records, files, data_version })
}

fn said(path: &Path, kept: Kept) -> BackupReply {
    let Kept { files, bytes, data_version } = kept;
    BackupReply { path: path.to_string_lossy().into_owned(), files, bytes, data_version }
}

/// Tells a task how far reading bytes has come.
fn going(phase: &'static str, task: &Task) -> Going {
    let (task, start) = (task.clone(), Instant::now());
    Arc::new(move |bytes, of_bytes| {
        let seconds = start.elapsed().as_secs_f64();
        let left = of_bytes.saturating_sub(bytes) as f64;
        let seconds_left = (bytes > 0).then(|| seconds * left / bytes as f64);
        task.report(Progress { phase: phase.to_owned(), bytes, of_bytes, seconds_left, ..Progress::default() });
        !task.is_cancelled()
    })
}
