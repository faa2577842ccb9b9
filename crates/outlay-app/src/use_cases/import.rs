//! Importing files, listing imports, and undoing one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono_tz::Tz;
use outlay_import::mapping::Mapping;
use outlay_import::{Format, ImportError, Input, ReadOptions, detect, formats};
use outlay_ledger::import::{Import, ImportOptions};
use outlay_ledger::redact::Redactor;
use outlay_ledger::tabular::is_parquet;
use outlay_model::report::{FileReport, Kind, Needs};
use outlay_model::time::day_date;

use super::again::{self, Again};
use super::company::is_sample;
use super::files::{Files, Found, expand, finish, open};
use super::mapping::{saved_alike, saved_for};
use super::noted;
use crate::replies::{
    ErrorReply, ImportEntry, ImportId, ImportReply, ImportRequest, ImportsReply, Nothing, Progress, SourceStrip,
};
use crate::task::Task;
use crate::{App, now, opened};

/// Rejected rows that a reply carries; all are kept with the import.
const REJECTS_SHOWN: usize = 50;

/// What reading one file gave, before the ledger decided which rows stand.
struct ReadFile {
    report: FileReport,
    hash: String,
}

/// How naive local times are read when nothing says their zone; kept once told.
const LOCAL_ZONE: &str = "local_zone";

/// Imports files and folders.
///
/// # Errors
/// `bad_request`, `needs_zone`, `locked`, `cancelled`, `disk`; nothing is kept then. A file that no format knows is
/// no error: its report says why it was refused.
pub async fn import(app: &App, request: ImportRequest, task: &Task) -> Result<ImportReply, ErrorReply> {
    let open = app.opened().await?;
    let ledger = open.ledger.clone();
    if is_sample(&ledger).await? {
        return Err(ErrorReply::new(
            "sample_company",
            "this is the sample company: own files never enter it",
            "Make a company file of your own first.",
        ));
    }
    let (again, request) = Again::of(&ledger, request).await?;
    let remembered = ledger.setting(LOCAL_ZONE).await?.and_then(|name| name.parse().ok());
    let zones = Zones {
        asked: request.zone.as_deref().map(opened::zone).transpose()?,
        remembered: again.as_ref().and_then(|again| again.remembered_zone).or(remembered),
    };
    let Files { found, mut mappings } = expand(&request.paths)?;
    if let Some(text) = &request.mapping {
        let mapping = Mapping::from_toml(text).map_err(|e| refused(&e))?;
        mappings.insert(0, mapping);
    }
    // Saved mappings are looked up by the header that a file turns out to have.
    let mut jobs = Vec::new();
    for file in found {
        let job = prepare(&ledger, file, &request, &mappings).await?;
        jobs.push(job);
    }
    let given: Vec<Option<Mapping>> = jobs.iter().map(|job| job.given.clone()).collect();
    let settings = opened::settings(&ledger).await?;
    let of_bytes: u64 = jobs.iter().map(|j| j.found.bytes).sum();
    let (started, watcher, canceller) = (Instant::now(), task.clone(), task.clone());
    let current = Arc::new(Mutex::new(String::new()));
    let file = current.clone();
    let options = ImportOptions {
        rows_in_memory: request.rows_in_memory.unwrap_or(ImportOptions::ROWS_IN_MEMORY),
        keep_text: settings.keep_text,
        hash_users: settings.hash_users,
        request: again::kept(&request, zones.remembered)?,
        replaces: request.replaces,
        progress: Box::new(move |bytes, rows| {
            let seconds = started.elapsed().as_secs_f64().max(1e-3);
            let seconds_left = (bytes > 0).then(|| seconds * (of_bytes.saturating_sub(bytes)) as f64 / bytes as f64);
            watcher.report(Progress {
                phase: "reading".to_owned(),
                file: file.lock().map(|name| name.clone()).unwrap_or_default(),
                bytes,
                of_bytes,
                rows,
                rate: rows as f64 / seconds,
                seconds_left,
            });
            !watcher.is_cancelled()
        }),
        cancelled: Box::new(move || canceller.is_cancelled()),
    };
    let import = ledger.begin_import(options).await?;
    let account = request.account.clone();
    let (import, read) =
        tokio::task::spawn_blocking(move || read_all(import, jobs, account.as_deref(), zones, &current))
            .await
            .map_err(|e| ErrorReply::fault(e.to_string()))??;
    if task.is_cancelled() {
        return Err(outlay_ledger::Error::Cancelled.into());
    }
    task.report(Progress { phase: "publishing".to_owned(), bytes: of_bytes, of_bytes, ..Progress::default() });
    if let Some(again) = &again {
        let files: Vec<(&FileReport, &str)> = read.iter().map(|r| (&r.report, r.hash.as_str())).collect();
        again.check(&ledger, &files, import.good_rows()).await?;
    }
    if read.iter().all(|r| r.report.refused.is_some()) {
        // Nothing was read: nothing is kept, and dropping the import leaves nothing behind.
        drop(import);
        return Ok(reply(
            0,
            read.into_iter().map(|r| r.report).collect(),
            0,
            ledger.view(now()).await?.snapshot.id,
            None,
        ));
    }
    let hashes: Vec<String> = read.iter().map(|r| r.hash.clone()).collect();
    let reports: Vec<FileReport> = read.into_iter().map(|r| r.report).collect();
    let (sender, receiver) = std::sync::mpsc::channel();
    let told = hashes.clone();
    let published = ledger
        .publish(import, now(), move |tallies| {
            let mut out = Vec::with_capacity(reports.len());
            for ((mut report, hash), tally) in reports.into_iter().zip(told).zip(tallies) {
                report.imported = tally.imported;
                report.duplicate = tally.duplicate;
                report.rejected = tally.rejected;
                report.rows = tally.rows;
                report.secrets_removed = tally.secrets;
                report.from = tally.span.map(|(from, _)| crate::prices::instant(from));
                report.to = tally.span.map(|(_, to)| crate::prices::instant(to));
                report.kind = tally.kinds.first().copied().or(report.kind);
                report.rejects = tally.rejects.iter().take(REJECTS_SHOWN).cloned().collect();
                out.push((hash, report));
            }
            let _ = sender.send(out.iter().map(|(_, report)| report.clone()).collect::<Vec<_>>());
            out
        })
        .await?;
    if let (Some(zone), None) = (zones.asked, &again) {
        ledger.set_setting(LOCAL_ZONE, zone.name(), now()).await?;
    }
    let mut files = receiver.recv().unwrap_or_default();
    // What a file was read through is kept for the next one of its kind.
    let mut kept = BTreeMap::new();
    for (mapping, file) in given.iter().zip(&files) {
        if let (Some(mapping), None) = (mapping, &file.refused) {
            kept.insert(mapping.signature().join(","), mapping.to_toml().map_err(|e| refused(&e))?);
        }
    }
    for (signature, text) in &kept {
        ledger.set_mapping(signature, text, now()).await?;
    }
    noted::repeats(&ledger, published.import, &mut files).await?;
    noted::forgotten(&ledger, published.import, &hashes, &mut files).await?;
    let presence = ledger.presence().await?;
    let today = outlay_model::time::local_date(now(), ledger.zone().await?);
    let month = opened::first_month(&presence, today).map(|m| m.format("%Y-%m").to_string());
    Ok(reply(published.import, files, published.secrets, published.snapshot, month))
}

fn reply(import: i64, files: Vec<FileReport>, secrets: u64, data_version: i64, month: Option<String>) -> ImportReply {
    let sum = |pick: fn(&FileReport) -> u64| files.iter().map(pick).sum();
    ImportReply {
        import,
        rows: sum(|f| f.rows),
        imported: sum(|f| f.imported),
        duplicate: sum(|f| f.duplicate),
        rejected: sum(|f| f.rejected),
        secrets_removed: secrets,
        data_version,
        month,
        files,
    }
}

fn refused(error: &ImportError) -> ErrorReply {
    let code = match error {
        ImportError::ZoneNeeded { .. } => "needs_zone",
        _ => "bad_request",
    };
    ErrorReply::new(code, error.to_string(), "")
}

/// A file with the format that will read it, or the reason why none can.
struct Job {
    found: Found,
    format: Result<(&'static dyn Format, String, Option<Mapping>), Unread>,
    /// Its mapping, where that came with the files.
    given: Option<Mapping>,
}

/// Why a file as a whole is not read.
struct Unread {
    reason: String,
    needs: Option<Needs>,
}

impl Unread {
    fn of(error: &ImportError) -> Unread {
        let needs = match error {
            ImportError::ZoneNeeded { .. } => Some(Needs::Zone),
            ImportError::Unknown { .. } | ImportError::Header { .. } => Some(Needs::Mapping),
            _ => None,
        };
        Unread { reason: error.to_string(), needs }
    }

    /// A file that nobody knows is told by what is in it, which may be a secret.
    fn tell(self, report: &mut FileReport) {
        report.refused = Some(Redactor::default().clean(&self.reason).unwrap_or(self.reason));
        report.needs = self.needs;
    }
}

/// The zones that times without one may be in.
#[derive(Clone, Copy)]
struct Zones {
    /// Named with this import.
    asked: Option<Tz>,
    /// Told once before. A mapping's own zone says more of its files.
    remembered: Option<Tz>,
}

impl Zones {
    fn of(self, mapping: Option<&Mapping>) -> Option<Tz> {
        self.asked.or(mapping.and_then(|m| m.zone)).or(self.remembered)
    }
}

/// Looks at the beginning of a file and finds its format: the one asked for, a mapping for its header, or by content.
async fn prepare(
    ledger: &outlay_ledger::Ledger,
    found: Found,
    request: &ImportRequest,
    mappings: &[Mapping],
) -> Result<Job, ErrorReply> {
    let (source, _) = match open(&found) {
        Ok(source) => source,
        // Beside others, a file that breaks off is told like any that cannot be read.
        Err(error) if is_parquet(&found.path) => {
            let unread = Unread { reason: error.message, needs: None };
            return Ok(Job { found, format: Err(unread), given: None });
        }
        Err(error) => return Err(error),
    };
    let input = match tokio::task::spawn_blocking(move || Input::open(source)).await {
        Ok(Ok(input)) => input,
        Ok(Err(error)) => return Ok(Job { found, format: Err(Unread::of(&error)), given: None }),
        Err(error) => return Err(ErrorReply::fault(error.to_string())),
    };
    let head = input.head();
    let mapped = || formats().iter().copied().find(|f| f.id() == "mapped");
    let signature = head.signature().to_vec();
    let fits = |m: &&Mapping| !m.headers.is_empty() && m.signature() == signature;
    let detected = detect(head, request.format.as_deref());
    // Where no format knows a file, a mapping that finds all it reads will do.
    let by_mapping = request.format.as_deref() == Some("mapped");
    let unknown = by_mapping || matches!(detected, Err(ImportError::Unknown { .. }));
    let given = mappings.iter().find(fits).or(if request.mapping.is_some() { mappings.first() } else { None });
    // Of files that are read again, those of other headers are read as they were.
    let given = given.filter(|m| request.replaces.is_none() || m.headers.is_empty() || fits(m));
    let chosen = match given {
        Some(mapping) if request.replaces.is_none() || unknown || fits(&mapping) => {
            Some((mapping.clone(), "the mapping given for it", true))
        }
        _ => match saved_for(ledger, head).await? {
            Some(mapping) => Some((mapping, "the mapping saved for this header", false)),
            None => mappings
                .iter()
                .filter(|m| unknown && m.covers(head))
                .max_by_key(|m| m.columns.len())
                .map(|m| (m.clone(), "the mapping beside it, which finds all that it reads", true)),
        },
    };
    let chosen = match chosen {
        None if unknown => {
            let saved = saved_alike(ledger, head).await?;
            saved.map(|mapping| (mapping, "a saved mapping, which finds all that it reads", false))
        }
        chosen => chosen,
    };
    if let (Some((mut mapping, why, is_given)), Some(format), true) =
        (chosen, mapped(), by_mapping || request.format.is_none())
    {
        mapping.made_for(head);
        let given = is_given.then(|| mapping.clone());
        return Ok(Job { found, format: Ok((format, why.to_owned(), Some(mapping))), given });
    }
    let format = detected.map(|detected| (detected.format, detected.why, None)).map_err(|e| Unread::of(&e));
    Ok(Job { found, format, given: None })
}

fn read_all(
    mut import: Import,
    jobs: Vec<Job>,
    account: Option<&str>,
    zones: Zones,
    current: &Mutex<String>,
) -> Result<(Import, Vec<ReadFile>), ErrorReply> {
    let mut out = Vec::with_capacity(jobs.len());
    for job in jobs {
        import.begin_file();
        let Job { found, format, .. } = job;
        if let Ok(mut name) = current.lock() {
            name.clone_from(&found.name);
        }
        let mut report = FileReport { file: found.name.clone(), bytes: found.bytes, ..FileReport::default() };
        let (format, why, mapping) = match format {
            Ok(known) => known,
            Err(unread) => {
                unread.tell(&mut report);
                out.push(ReadFile { report, hash: String::new() });
                continue;
            }
        };
        format.id().clone_into(&mut report.format);
        report.why = why;
        let about = format.about();
        report.kind = mapping.as_ref().map(|m| m.kind.kind()).or(about.kind);
        report.cannot_tell = about.cannot_tell.iter().map(|t| (*t).to_owned()).collect();
        let (source, hash) = open(&found)?;
        let options = ReadOptions { zone: zones.of(mapping.as_ref()), account: account.map(str::to_owned), mapping };
        let read = Input::open(source).and_then(|input| format.read(input, &options, &mut import));
        match read {
            Ok(summary) => {
                report.notes = summary.notes;
                report.left_out = summary.left_out;
                if summary.spans {
                    import.tells_spans();
                }
                report.zone = summary.zone.map_or_else(|| "UTC".to_owned(), |z| z.name().to_owned());
            }
            Err(ImportError::Stopped) => return Ok((import, out)),
            // Nothing of the file was taken yet: the others can go on.
            Err(error) if import.tally().is_none_or(|t| t.rows == 0) => Unread::of(&error).tell(&mut report),
            Err(error) => return Err(refused(&error)),
        }
        out.push(ReadFile { report, hash: finish(&hash) });
    }
    Ok((import, out))
}

/// All imports, latest first, and which days each source has records for.
///
/// # Errors
/// `no_ledger`.
pub async fn imports(app: &App, _: Nothing, _: &Task) -> Result<ImportsReply, ErrorReply> {
    let open = app.opened().await?;
    let imports = open
        .ledger
        .imports()
        .await?
        .into_iter()
        .map(|row| ImportEntry {
            import: row.id,
            at: crate::prices::instant(row.at),
            state: row.state,
            paths: again::paths(&row.request),
            replaces: row.replaces,
            files: row.files,
        })
        .collect();
    let mut days: BTreeMap<(Kind, String, String), Vec<i32>> = BTreeMap::new();
    for row in open.ledger.presence().await? {
        if let Some(kind) = opened::kind(&row) {
            days.entry((kind, row.provider.clone(), row.account.clone())).or_default().push(row.day);
        }
    }
    let strips = days
        .into_iter()
        .filter_map(|((kind, provider, account), days)| {
            let (first, last) = (*days.iter().min()?, *days.iter().max()?);
            Some(SourceStrip {
                provider,
                account,
                kind,
                from: day_date(first).to_string(),
                to: day_date(last).to_string(),
                days: (first..=last).map(|d| if days.contains(&d) { 'x' } else { '.' }).collect(),
            })
        })
        .collect();
    Ok(ImportsReply { imports, strips })
}

/// Undoes an import: everything answers as if it had never been made.
///
/// # Errors
/// `bad_request` where there is no such import, `locked`.
pub async fn import_undo(app: &App, request: ImportId, _: &Task) -> Result<ImportReply, ErrorReply> {
    let open = app.opened().await?;
    if is_sample(&open.ledger).await? {
        return Err(ErrorReply::new(
            "sample_company",
            "the sample company stays as it is",
            "Make a company file of your own first.",
        ));
    }
    let files = open
        .ledger
        .imports()
        .await?
        .into_iter()
        .find(|row| row.id == request.import)
        .map(|row| row.files)
        .ok_or_else(|| ErrorReply::bad_request(format!("there is no import {}", request.import)))?;
    let snapshot = open.ledger.undo(request.import, now()).await?;
    Ok(reply(request.import, files, 0, snapshot, None))
}
