//! Names, teams and cost centres of ids.

use outlay_ledger::catalogue::words::NameRow;
use outlay_model::cube::{Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;
use outlay_model::time::Period;

use crate::replies::{ErrorReply, NameEntry, NamesReply, NamesRequest, Nothing};
use crate::task::Task;
use crate::{App, now, opened};

/// Dimensions whose values are ids that nobody can read.
const IDS: &[Dimension] = &[Dimension::ApiKey, Dimension::Project, Dimension::Workspace, Dimension::Account];

/// All names, and ids that have none yet.
///
/// # Errors
/// `no_ledger`.
pub async fn names(app: &App, _: Nothing, _: &Task) -> Result<NamesReply, ErrorReply> {
    let open = app.opened().await?;
    let names: Vec<NameEntry> = open
        .ledger
        .names()
        .await?
        .into_iter()
        .map(|row| NameEntry {
            dimension: row.dimension.parse().ok(),
            id: row.id,
            name: row.name,
            team: row.team,
            cost_centre: row.cost_centre,
        })
        .collect();
    let mut unnamed = Vec::new();
    let months = opened::months(&open.ledger.presence().await?);
    if let (Some(first), Some(last)) = (months.first(), months.last()) {
        let zone = open.ledger.zone().await?;
        let period = Period { from: *first, to: Period::month_of(*last, zone).to, zone };
        let view = open.ledger.view(now()).await?;
        for dimension in IDS {
            let mut ids: Vec<String> = Vec::new();
            for kind in [Kind::Call, Kind::Usage, Kind::Charge] {
                let slice = Slice {
                    kind,
                    period,
                    grain: Grain::Whole,
                    by: vec![*dimension],
                    conditions: Vec::new(),
                    only_waste: false,
                };
                ids.extend(view.slice(&slice).await?.values.into_iter().flatten());
            }
            ids.sort_unstable();
            ids.dedup();
            ids.retain(|id| {
                !id.is_empty()
                    && !names.iter().any(|n| n.dimension == Some(*dimension) && n.id == *id && !n.name.is_empty())
            });
            unnamed.extend(ids.into_iter().map(|id| NameEntry {
                dimension: Some(*dimension),
                id,
                ..NameEntry::default()
            }));
        }
        view.close().await?;
    }
    Ok(NamesReply { names, unnamed })
}

/// Gives names, in place or by CSV.
///
/// # Errors
/// `bad_request` with line and column where the CSV is at fault; nothing is changed then.
pub async fn names_set(app: &App, request: NamesRequest, task: &Task) -> Result<NamesReply, ErrorReply> {
    let open = app.opened().await?;
    let mut rows = Vec::new();
    for entry in request.set {
        let Some(dimension) = entry.dimension else {
            return Err(ErrorReply::bad_request("a name needs the dimension of its id"));
        };
        rows.push(NameRow {
            dimension: dimension.name().to_owned(),
            id: entry.id,
            name: entry.name,
            team: entry.team,
            cost_centre: entry.cost_centre,
        });
    }
    if let Some(text) = &request.csv {
        rows.extend(read(text)?);
    }
    open.ledger.set_names(&rows, now()).await?;
    names(app, Nothing {}, task).await
}

fn read(text: &str) -> Result<Vec<NameRow>, ErrorReply> {
    const REMEDY: &str = "The columns are dimension, id, name, team, cost_centre; the last two may be left out.";
    let fault = |line: u64, column: &str, what: String| {
        ErrorReply::new("bad_request", format!("line {line}, column {column}: {what}"), REMEDY)
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|e| fault(1, "", e.to_string()))?.clone();
    let place = |name: &str| header.iter().position(|h| h.eq_ignore_ascii_case(name));
    let (Some(dimension), Some(id)) = (place("dimension"), place("id")) else {
        return Err(fault(1, "dimension, id", "the column is missing".to_owned()));
    };
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|e| fault(index as u64 + 2, "", e.to_string()))?;
        let line = record.position().map_or(index as u64 + 2, csv::Position::line);
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().to_owned();
        let told: Dimension = cell(Some(dimension)).parse().map_err(|e| fault(line, "dimension", e))?;
        let id = cell(Some(id));
        if id.is_empty() {
            return Err(fault(line, "id", "empty".to_owned()));
        }
        rows.push(NameRow {
            dimension: told.name().to_owned(),
            id,
            name: cell(place("name")),
            team: cell(place("team")),
            cost_centre: cell(place("cost_centre")),
        });
    }
    Ok(rows)
}
