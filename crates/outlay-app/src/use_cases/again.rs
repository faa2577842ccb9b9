//! Reading an import's files again: what it was asked, and the rows that it refused.

use chrono_tz::Tz;
use outlay_ledger::Ledger;
use outlay_model::report::FileReport;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::replies::{ErrorReply, ImportRequest, RejectEntry, RejectsReply, RejectsRequest};
use crate::task::Task;

/// Rows on a page of refused rows, at most.
const PAGE: i64 = 1000;

/// The rows that an import refused, by file and line.
///
/// # Errors
/// `bad_request` where there is no such import.
pub async fn rejects(app: &App, request: RejectsRequest, _: &Task) -> Result<RejectsReply, ErrorReply> {
    let open = app.opened().await?;
    let imports = open.ledger.imports().await?;
    let import = imports
        .into_iter()
        .find(|row| row.id == request.import)
        .ok_or_else(|| ErrorReply::bad_request(format!("there is no import {}", request.import)))?;
    let limit = request.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let (total, rows) = open.ledger.rejected(request.import, request.file, request.offset.max(0), limit).await?;
    let name = |file: i64| usize::try_from(file).ok().and_then(|at| import.files.get(at)).map(|f| f.file.clone());
    let rows = rows.into_iter().map(|(file, row)| RejectEntry { file: name(file).unwrap_or_default(), row }).collect();
    Ok(RejectsReply { total, rows })
}

/// What an import was asked, and what was known then that nobody said with it.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    #[serde(flatten)]
    request: ImportRequest,
    /// Zone of local times that was remembered from an import before.
    remembered_zone: Option<String>,
}

/// What an import was asked, in a form that can be asked again from any folder. Mappings are kept by header.
pub fn kept(request: &ImportRequest, remembered_zone: Option<Tz>) -> Result<String, ErrorReply> {
    let absolute = |path: &String| {
        std::path::absolute(path).map_or_else(|_| path.clone(), |path| path.to_string_lossy().into_owned())
    };
    let request = ImportRequest {
        paths: request.paths.iter().map(absolute).collect(),
        mapping: None,
        rows_in_memory: None,
        replaces: None,
        ..request.clone()
    };
    let kept = Kept { request, remembered_zone: remembered_zone.map(|zone| zone.name().to_owned()) };
    serde_json::to_string(&kept).map_err(|e| ErrorReply::fault(e.to_string()))
}

/// The paths that an import was asked to read.
pub fn paths(request: &str) -> Vec<String> {
    serde_json::from_str::<Kept>(request).map(|kept| kept.request.paths).unwrap_or_default()
}

/// An import that is to be read again.
pub struct Again {
    import: i64,
    /// What was read then.
    reports: Vec<FileReport>,
    /// Zone of local times that was remembered then.
    pub remembered_zone: Option<Tz>,
    /// Whether other files are named now.
    named: bool,
}

fn nothing_changed(message: &str, remedy: impl Into<String>) -> ErrorReply {
    ErrorReply::new("bad_request", format!("{message}; nothing was changed"), remedy)
}

impl Again {
    /// The import that a request takes the place of, if it names one, and the request with what was asked then.
    pub async fn of(ledger: &Ledger, request: ImportRequest) -> Result<(Option<Again>, ImportRequest), ErrorReply> {
        let Some(import) = request.replaces else { return Ok((None, request)) };
        let found = ledger.imports().await?.into_iter().find(|row| row.id == import && row.state == "kept");
        let Some(row) = found else {
            return Err(ErrorReply::new(
                "bad_request",
                format!("there is no import {import} that could be read again"),
                "`outlay imports` lists them; one that is undone is imported as usual.",
            ));
        };
        let before: Kept = serde_json::from_str(&row.request).unwrap_or_default();
        let named = !request.paths.is_empty() && request.paths != before.request.paths;
        let paths = if request.paths.is_empty() { before.request.paths } else { request.paths };
        let gone = paths.iter().find(|path| !std::path::Path::new(path).exists());
        if paths.is_empty() || gone.is_some() {
            let what = gone.map_or_else(|| "the files of this import".to_owned(), Clone::clone);
            return Err(nothing_changed(
                &format!("{what} cannot be found any more"),
                format!("Say where they are now: `outlay imports again {import} FILES`."),
            ));
        }
        let remembered_zone = before.remembered_zone.and_then(|name| name.parse().ok());
        let again = Again { import, reports: row.files, remembered_zone, named };
        let request = ImportRequest {
            paths,
            format: request.format.or(before.request.format),
            zone: request.zone.or(before.request.zone),
            account: request.account.or(before.request.account),
            ..request
        };
        Ok((Some(again), request))
    }

    /// Whether what was read now may take the place of what was read then: `good` rows of files with these reports and
    /// hashes.
    pub async fn check(&self, ledger: &Ledger, read: &[(&FileReport, &str)], good: u64) -> Result<(), ErrorReply> {
        let import = self.import;
        let were_read = || self.reports.iter().filter(|report| report.refused.is_none());
        for before in were_read() {
            match read.iter().find(|(report, _)| report.file == before.file).map(|(report, _)| &report.refused) {
                Some(None) => {}
                Some(Some(why)) => {
                    return Err(nothing_changed(&format!("{} cannot be read now: {why}", before.file), ""));
                }
                // Files that are named anew are called otherwise.
                None if self.named => {}
                None => {
                    return Err(nothing_changed(
                        &format!("{} was read with import {import} and is not there any more", before.file),
                        format!("Say where its files are now: `outlay imports again {import} FILES`."),
                    ));
                }
            }
        }
        let had: u64 = were_read().map(|report| report.rows - report.rejected).sum();
        if good < had {
            return Err(nothing_changed(
                &format!("the files hold {good} good rows, and import {import} read {had}"),
                format!("If that is meant, undo import {import} and import them as usual."),
            ));
        }
        let hashes: Vec<&str> = read.iter().filter(|(r, _)| r.refused.is_none()).map(|(_, hash)| *hash).collect();
        if let Some((other, file)) = ledger.holding_the_same(import, &hashes).await? {
            return Err(nothing_changed(
                &format!("import {other} holds {file} as well: read another way here, its rows would count twice"),
                format!("Undo import {other} first."),
            ));
        }
        Ok(())
    }
}
