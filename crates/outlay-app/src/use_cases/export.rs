//! Answers as files: the question is asked as the screen asks it, so that its figures are the screen's.

use std::io::Write;
use std::path::PathBuf;

use outlay_analysis::answer::{PeriodView, Trust};
use outlay_analysis::words::Style;
use outlay_model::money::Pico;
use outlay_model::query::Condition;
use outlay_model::view::{ChartSpec, TableSpec};

use super::answers::{each_call, hotspots, overview, trend};
use crate::export::place::Unfinished;
use crate::export::{Sheet, calls, notes, shorten, svg};
use crate::replies::{CallsRequest, ErrorReply, ExportFormat, ExportOf, ExportReply, ExportRequest};
use crate::task::Task;
use crate::{App, opened};

/// Writes the table or the chart of an answer into a file. It appears whole, or not at all.
///
/// # Errors
/// As the question's own; `bad_request` where the file must not be there or the answer has no chart, `disk` where it
/// cannot be written, `cancelled`.
pub async fn export(app: &App, request: ExportRequest, task: &Task) -> Result<ExportReply, ErrorReply> {
    let ledger = app.opened().await?.ledger.root().to_path_buf();
    let target = PathBuf::from(&request.path);
    let mut file = Unfinished::beside(&target, Some(&ledger))?;
    match request.format {
        ExportFormat::Csv => export_csv(app, request.of, None, &mut file, task).await?,
        ExportFormat::Svg => {
            let picture = export_svg(app, request.of, task).await?;
            file.write_all(picture.as_bytes()).map_err(|e| {
                ErrorReply::new(
                    "disk",
                    format!("the chart could not be written: {e}"),
                    "Check that there is room on the disk.",
                )
            })?;
        }
    }
    if task.is_cancelled() {
        return Err(outlay_ledger::Error::Cancelled.into());
    }
    Ok(ExportReply { bytes: file.keep()?, path: request.path })
}

/// What a file needs of an answer.
struct Answer {
    table: TableSpec,
    chart: ChartSpec,
    period: PeriodView,
    trust: Trust,
    conditions: Vec<Condition>,
}

async fn ask(app: &App, of: ExportOf, task: &Task) -> Result<Answer, ErrorReply> {
    macro_rules! answer {
        ($question:ident, $request:expr) => {{
            let conditions = $request.filter.conditions.clone();
            let reply = $question(app, $request, task).await?;
            let (table, chart, period, trust) = (reply.table, reply.chart, reply.period, reply.trust);
            Ok(Answer { table, chart, period, trust, conditions })
        }};
    }
    match of {
        ExportOf::Overview(request) => answer!(overview, request),
        ExportOf::Trend(request) => answer!(trend, request),
        ExportOf::Hotspots(request) => answer!(hotspots, request),
        // Its table may be too long for an answer: see `csv_of_calls`.
        ExportOf::Calls(_) => {
            Err(ErrorReply::new("bad_request", "a list of calls has no chart", "Take its table as CSV."))
        }
    }
}

/// How figures in notes are printed.
async fn style(app: &App) -> Result<Style, ErrorReply> {
    Ok(Style::like(&opened::settings(&app.opened().await?.ledger).await?.number_format))
}

/// Writes the table of an answer as CSV with notes of what it rests on: `most` of its items, or all of them.
///
/// # Errors
/// As the question's own; `disk` where `out` takes no more.
pub async fn export_csv(
    app: &App,
    of: ExportOf,
    most: Option<usize>,
    out: &mut (dyn Write + Send),
    task: &Task,
) -> Result<(), ErrorReply> {
    if let ExportOf::Calls(request) = of {
        return csv_of_calls(app, &request, out, task).await;
    }
    let style = style(app).await?;
    let answer = ask(app, of, task).await?;
    let (table, _) = shorten(&answer.table, most);
    let mut sheet = Sheet::new(out, &table.columns, true)?;
    table.rows.iter().try_for_each(|row| sheet.row(row))?;
    finish(sheet, &notes(&answer.period, &answer.trust, &answer.conditions, style))
}

/// A list of calls, from row to file; below it what was not listed and the total that the screen shows.
async fn csv_of_calls(
    app: &App,
    request: &CallsRequest,
    out: &mut (dyn Write + Send),
    task: &Task,
) -> Result<(), ErrorReply> {
    let style = style(app).await?;
    let mut sheet = Sheet::new(out, &calls::columns(), true)?;
    let (mut listed, mut cost) = (0, Pico::ZERO);
    let page = each_call(app, request, task, |call, currency| {
        listed += 1;
        cost.0 += call.cost.filter(|c| c.currency == currency).map_or(0, |c| c.amount.0);
        sheet.row(&calls::row(call))
    })
    .await?;
    calls::ends(&page, listed, cost).iter().try_for_each(|row| sheet.row(row))?;
    finish(sheet, &notes(&page.period, &page.trust, &request.filter.conditions, style))
}

fn finish(mut sheet: Sheet<&mut (dyn Write + Send)>, notes: &[String]) -> Result<(), ErrorReply> {
    notes.iter().try_for_each(|note| sheet.note(note))?;
    sheet.finish()
}

/// The chart of an answer as SVG with notes of what it rests on.
///
/// # Errors
/// As the question's own; `bad_request` where the answer has no chart.
pub async fn export_svg(app: &App, mut of: ExportOf, task: &Task) -> Result<String, ErrorReply> {
    if let ExportOf::Hotspots(request) = &mut of {
        // What rows tell is not in the picture.
        request.from_sums = true;
    }
    let style = style(app).await?;
    let answer = ask(app, of, task).await?;
    svg(&answer.chart, &notes(&answer.period, &answer.trust, &answer.conditions, style))
}
