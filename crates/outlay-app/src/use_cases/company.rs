//! Company files: which is open, its settings, and the sample company.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use outlay_ledger::Ledger;
use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;
use outlay_model::time::local_date;

use crate::replies::{ErrorReply, ImportRequest, KindCount, LedgerInfo, LedgerRequest, Nothing, Settings};
use crate::task::Task;
use crate::{App, now, opened, recent};

/// Marks a company file as the sample company.
const SAMPLE: &str = "sample";

/// The sample company, and its zone.
const FIRST: (&str, &str) = ("Harbour Labs", "Europe/Berlin");
/// A second one, of the formats that the first has no file of, in this folder below the first one's.
const SECOND: (&str, &str) = ("Saltmarsh Supply", "UTC");
const SECOND_FOLDER: &str = "four-providers";

/// Whether a ledger is the sample company.
pub async fn is_sample(ledger: &Ledger) -> Result<bool, ErrorReply> {
    Ok(ledger.setting(SAMPLE).await?.is_some_and(|v| v == "true"))
}

/// Settings of the open company file.
///
/// # Errors
/// `no_ledger`.
pub async fn settings(app: &App) -> Result<Settings, ErrorReply> {
    opened::settings(&app.opened().await?.ledger).await
}

/// What is open, and what it holds.
///
/// # Errors
/// `no_ledger`.
pub async fn ledger_info(app: &App, _: Nothing, _: &Task) -> Result<LedgerInfo, ErrorReply> {
    let open = app.opened().await?;
    let ledger = &open.ledger;
    let settings = opened::settings(ledger).await?;
    let zone = ledger.zone().await?;
    let presence = ledger.presence().await?;
    let months = opened::months(&presence);
    let view = ledger.view(now()).await?;
    let mut records: Vec<KindCount> = Vec::new();
    for kind in [Kind::Call, Kind::Usage, Kind::Charge, Kind::Score] {
        let count = view.records(kind).await?;
        if count > 0 {
            records.push(KindCount { kind, records: count });
        }
    }
    let dimensions = known_dimensions(&view).await?;
    let month = opened::first_month(&presence, local_date(now(), zone));
    let info = LedgerInfo {
        path: ledger.root().to_string_lossy().into_owned(),
        sample: is_sample(ledger).await?,
        settings,
        data_version: view.snapshot.id,
        book: ledger.book().version().to_owned(),
        months: months.iter().map(|m| m.format("%Y-%m").to_string()).collect(),
        month: month.map(|m| m.format("%Y-%m").to_string()),
        records,
        dimensions,
        recent: app.app_data.as_deref().map(recent::list).unwrap_or_default(),
    };
    view.close().await?;
    Ok(info)
}

/// Dimensions worth offering that any record tells.
async fn known_dimensions(view: &outlay_ledger::view::View) -> Result<Vec<Dimension>, ErrorReply> {
    const OFFERED: &[Dimension] = &[
        Dimension::Feature,
        Dimension::Model,
        Dimension::Provider,
        Dimension::Team,
        Dimension::Customer,
        Dimension::PromptName,
        Dimension::PromptVersion,
        Dimension::Environment,
        Dimension::Operation,
        Dimension::Project,
        Dimension::ApiKey,
        Dimension::Workspace,
        Dimension::Tier,
        Dimension::Status,
        Dimension::User,
        Dimension::Agent,
        Dimension::ErrorType,
        Dimension::Session,
    ];
    let mut told = BTreeSet::new();
    for kind in [Kind::Call, Kind::Usage, Kind::Charge] {
        told.extend(view.told(kind).await?);
    }
    Ok(OFFERED.iter().copied().filter(|dimension| told.contains(dimension)).collect())
}

/// Opens a company file.
///
/// # Errors
/// As [`App::open`].
pub async fn ledger_open(app: &App, request: LedgerRequest, task: &Task) -> Result<LedgerInfo, ErrorReply> {
    app.open(Path::new(&request.path), request.create).await?;
    ledger_info(app, Nothing {}, task).await
}

/// Opens the sample company, making it where it is not there yet.
///
/// # Errors
/// `bad_request` where this build carries no sample files.
pub async fn sample_open(app: &App, _: Nothing, task: &Task) -> Result<LedgerInfo, ErrorReply> {
    let (Some(data), Some(folder)) = (&app.sample_data, &app.app_data) else {
        return Err(ErrorReply::new(
            "bad_request",
            "this build carries no sample files",
            "Import the folder sample-data of the source instead.",
        ));
    };
    let ledger = folder.join("sample-company");
    if !ledger.join("outlay.db").is_file() {
        make_sample(app, &ledger, data, task).await?;
    }
    app.open(&ledger, false).await?;
    ledger_info(app, Nothing {}, task).await
}

/// Makes the sample company in `ledger` from the files in `data`, one folder a format, and leaves it open. A folder
/// that holds folders is another company's, and is left alone.
///
/// # Errors
/// As import.
pub async fn make_sample(app: &App, ledger: &Path, data: &Path, task: &Task) -> Result<(), ErrorReply> {
    app.open(ledger, true).await?;
    let open = app.opened().await?;
    let (company, zone) = if data.file_name().is_some_and(|name| name == SECOND_FOLDER) { SECOND } else { FIRST };
    let settings = Settings { company: company.to_owned(), zone: zone.to_owned(), ..Settings::default() };
    save(&open.ledger, &settings).await?;
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in folders_in(data)? {
        if folders_in(&folder)?.is_empty() {
            folders.push(folder);
        }
    }
    let request = ImportRequest {
        paths: folders.iter().map(|f| f.to_string_lossy().into_owned()).collect(),
        zone: Some(settings.zone.clone()),
        ..ImportRequest::default()
    };
    super::import::import(app, request, task).await?;
    open.ledger.set_setting(SAMPLE, "true", now()).await?;
    Ok(())
}

/// The folders directly in a folder, by name.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, ErrorReply> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| ErrorReply::new("disk", format!("{}: {e}", folder.display()), "Check the folder."))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    Ok(found)
}

async fn save(ledger: &Ledger, settings: &Settings) -> Result<(), ErrorReply> {
    opened::zone(&settings.zone)?;
    if outlay_model::money::Currency::parse(&settings.currency).is_none() {
        return Err(ErrorReply::new(
            "bad_request",
            format!("\"{}\" is not a currency", settings.currency),
            "Use a three-letter code such as USD or EUR.",
        ));
    }
    if !(1..=12).contains(&settings.fiscal_year_start) {
        return Err(ErrorReply::new("bad_request", "a fiscal year starts in month 1 to 12", "Use 1 for January."));
    }
    let text = serde_json::to_string(settings).map_err(|e| ErrorReply::fault(e.to_string()))?;
    ledger.set_setting("zone", &settings.zone, now()).await?;
    ledger.set_setting("settings", &text, now()).await?;
    Ok(())
}

/// Changes the settings.
///
/// # Errors
/// `bad_request` where a zone, currency or month does not exist.
pub async fn settings_set(app: &App, request: Settings, task: &Task) -> Result<LedgerInfo, ErrorReply> {
    let open = app.opened().await?;
    save(&open.ledger, &request).await?;
    if let Some(folder) = &app.app_data {
        recent::remember(folder, open.ledger.root(), &request.company);
    }
    ledger_info(app, Nothing {}, task).await
}
