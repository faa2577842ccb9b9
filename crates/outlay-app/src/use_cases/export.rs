//! Answers as files: the question is asked as the screen asks it, so that its figures are the screen's.

use std::io::Write;
use std::path::PathBuf;

use chrono::DateTime;
use outlay_analysis::analyses::month::narrow;
use outlay_analysis::answer::{Sentence, Tone};
use outlay_analysis::words::Style;
use outlay_model::money::Pico;
use outlay_model::report::FileReport;
use outlay_model::view::{Cell, ChartSpec, TableSpec, Unit};

use super::answers::{each_call, hotspots, month, overview, trend};
use super::{coverage, imports, ledger_info, prices};
use crate::export::paper::{self, Paper};
use crate::export::place::Unfinished;
use crate::export::{Sheet, calls, notes, shorten, svg};
use crate::numbers::Numbers;
use crate::replies::{CallsRequest, ErrorReply, ExportFormat, ExportOf, ExportReply, ExportRequest, Nothing};
use crate::tables::{self, column, item, text};
use crate::task::Task;
use crate::{App, opened};

/// Calls on paper, unless fewer are asked for.
const ON_PAPER: usize = 300;

/// Writes an answer into a file. It appears whole, or not at all.
///
/// # Errors
/// As the question's own; `bad_request` where the file must not be there or the answer has no chart, `disk` where it
/// cannot be written, `cancelled`.
pub async fn export(app: &App, request: ExportRequest, task: &Task) -> Result<ExportReply, ErrorReply> {
    let ledger = app.opened().await?.ledger.root().to_path_buf();
    let target = PathBuf::from(&request.path);
    let mut file = Unfinished::beside(&target, Some(&ledger))?;
    let bytes = match request.format {
        ExportFormat::Csv => {
            export_csv(app, request.of, None, &mut file, task).await?;
            Vec::new()
        }
        ExportFormat::Svg => export_svg(app, request.of, task).await?.into_bytes(),
        ExportFormat::Pdf => export_pdf(app, request.of, task).await?,
    };
    file.write_all(&bytes).map_err(|e| {
        ErrorReply::new("disk", format!("the file could not be written: {e}"), "Check that there is room on the disk.")
    })?;
    if task.is_cancelled() {
        return Err(outlay_ledger::Error::Cancelled.into());
    }
    Ok(ExportReply { bytes: file.keep()?, path: request.path })
}

/// What files are made of.
#[derive(Default)]
struct Answer {
    /// What the files are called by.
    name: &'static str,
    question: &'static str,
    sentence: Sentence,
    table: TableSpec,
    /// What paper has in its place, where it has no room for all columns.
    narrow: Option<TableSpec>,
    /// The first is the picture.
    charts: Vec<ChartSpec>,
    /// Further tables on paper.
    below: Vec<paper::Table>,
    notes: Vec<String>,
    data_version: i64,
}

/// Steps of a month's bridge that have room on paper beside the values of a dimension.
const STEPS: usize = 4;

/// Two sentences as one line of text.
fn two(first: Sentence, second: Sentence) -> Sentence {
    let ends = first.text().ends_with(['.', '!', '?']);
    let between = if second.0.is_empty() {
        ""
    } else if ends {
        " "
    } else {
        ". "
    };
    let first = if between.is_empty() { first } else { first.say(Tone::Plain, between) };
    Sentence(first.0.into_iter().chain(second.0).collect())
}

async fn ask(app: &App, of: ExportOf, task: &Task) -> Result<Answer, ErrorReply> {
    let style = style(app).await?;
    match of {
        ExportOf::Overview(request) => {
            let conditions = request.filter.conditions.clone();
            let reply = overview(app, request, task).await?;
            let notes = notes(&reply.period, &reply.trust, &conditions, style);
            let moved = TableSpec {
                columns: vec![column("what", "What moved", Unit::Text), column("change", "Change", Unit::Money)],
                rows: reply
                    .movers
                    .iter()
                    .map(|m| item(vec![text(&m.sentence.text()), Cell::Money(m.change)]))
                    .collect(),
                ..TableSpec::default()
            };
            Ok(Answer {
                name: "overview",
                question: "What did it cost, and is that number right?",
                sentence: two(reply.sentence, reply.detail),
                table: reply.table,
                charts: vec![reply.chart],
                below: vec![paper::Table::of("What moved it?", moved)],
                notes,
                data_version: reply.trust.data_version,
                narrow: None,
            })
        }
        ExportOf::Month(request) => {
            let conditions = request.filter.conditions.clone();
            let reply = month(app, request, task).await?;
            let notes = notes(&reply.period, &reply.trust, &conditions, style);
            let below = reply.by.map(|by| {
                let few = narrow(&by, STEPS);
                paper::Table::of(&by.title, TableSpec { title: String::new(), ..few })
            });
            Ok(Answer {
                name: "month",
                question: "Why did it change, and can I close it?",
                sentence: two(reply.sentence, reply.detail),
                notes,
                data_version: reply.trust.data_version,
                table: reply.table,
                charts: vec![reply.chart],
                below: below.into_iter().collect(),
                narrow: None,
            })
        }
        ExportOf::Trend(request) => {
            let conditions = request.filter.conditions.clone();
            let reply = trend(app, request, task).await?;
            Ok(Answer {
                name: "trend",
                question: "How does spend move over time?",
                notes: notes(&reply.period, &reply.trust, &conditions, style),
                data_version: reply.trust.data_version,
                sentence: reply.sentence,
                table: reply.table,
                charts: vec![reply.chart],
                ..Answer::default()
            })
        }
        ExportOf::Hotspots(request) => {
            let conditions = request.filter.conditions.clone();
            let reply = hotspots(app, request, task).await?;
            let traces = tables::traces(reply.dearest_traces.as_deref().unwrap_or_default());
            let calls = tables::calls(reply.dearest.as_deref().unwrap_or_default());
            let below = vec![
                paper::Table::of("Which tasks were dearest?", traces),
                paper::Table::of("Which calls were dearest?", calls),
            ];
            Ok(Answer {
                name: "hotspots",
                question: "Where do I start?",
                notes: notes(&reply.period, &reply.trust, &conditions, style),
                data_version: reply.trust.data_version,
                sentence: reply.sentence,
                table: reply.table,
                charts: vec![reply.chart, reply.when],
                below,
                narrow: None,
            })
        }
        ExportOf::Coverage(request) => {
            let conditions = request.filter.conditions.clone();
            let reply = coverage(app, request, task).await?;
            Ok(Answer {
                name: "coverage",
                question: "Is it all here?",
                notes: notes(&reply.period, &reply.trust, &conditions, style),
                data_version: reply.trust.data_version,
                below: vec![paper::Table::of("Who chose otherwise?", tables::decisions(&reply.decisions))],
                sentence: reply.sentence,
                table: reply.table,
                charts: vec![reply.chart],
                ..Answer::default()
            })
        }
        ExportOf::Calls(request) => listed_calls(app, &request, task, style).await,
        ExportOf::Imports(request) => {
            let reply = imports(app, request, task).await?;
            let sum = |pick: fn(&FileReport) -> u64| {
                let files = reply.imports.iter().filter(|i| i.state == "kept").flat_map(|i| &i.files);
                style.count(i64::try_from(files.map(pick).sum::<u64>()).unwrap_or(i64::MAX))
            };
            let sentence = Sentence::default()
                .say(Tone::Strong, format!("{} rows", sum(|f| f.rows)))
                .say(Tone::Plain, ": ")
                .say(Tone::Strong, format!("{} in", sum(|f| f.imported)))
                .say(Tone::Plain, format!(", {} already there, ", sum(|f| f.duplicate)))
                .say(Tone::Plain, format!("{} refused.", sum(|f| f.rejected)));
            let days = tables::days(&reply);
            let table = tables::files(&reply);
            without_period(
                app,
                Answer { name: "imports", question: "Did everything come in?", sentence, table, ..Answer::default() },
                days,
            )
            .await
        }
        ExportOf::Prices(request) => {
            let reply = prices(app, request, task).await?;
            let sentence = Sentence::default()
                .say(Tone::Strong, style.count(reply.entries.len() as i64))
                .say(Tone::Plain, " prices per million tokens, as of ")
                .say(Tone::Plain, format!("{}.", reply.book));
            let table = tables::prices(&reply.entries, true);
            let narrow = Some(tables::prices(&reply.entries, false));
            let answer = Answer {
                name: "prices",
                question: "What do tokens cost?",
                sentence,
                table,
                narrow,
                ..Answer::default()
            };
            without_period(app, answer, TableSpec::default()).await
        }
    }
}

/// What is not about a period: the company file as it is.
async fn without_period(app: &App, answer: Answer, below: TableSpec) -> Result<Answer, ErrorReply> {
    let open = app.opened().await?;
    let data_version = ledger_info(app, Nothing {}, &Task::silent()).await?.data_version;
    let notes = vec![format!("Zone: {}", open.ledger.zone().await?), format!("Data version: {data_version}")];
    let below = vec![paper::Table::of(&below.title.clone(), below)];
    Ok(Answer { below, notes, data_version, ..answer })
}

/// The first calls of a list; below them what was not listed and the total that the screen shows.
async fn listed_calls(app: &App, request: &CallsRequest, task: &Task, style: Style) -> Result<Answer, ErrorReply> {
    let (mut rows, mut cost) = (Vec::new(), Pico::ZERO);
    let request = CallsRequest { limit: Some(request.limit.unwrap_or(ON_PAPER)), ..request.clone() };
    let page = each_call(app, &request, task, |call, currency| {
        cost.0 += call.cost.filter(|c| c.currency == currency).map_or(0, |c| c.amount.0);
        rows.push(call.clone());
        Ok(())
    })
    .await?;
    let listed = rows.len() as i64;
    let sentence = Sentence::default()
        .say(Tone::Strong, format!("{} {}", style.count(page.total), if page.total == 1 { "call" } else { "calls" }))
        .say(Tone::Plain, " cost ")
        .say(Tone::Strong, style.total(page.cost.amount, page.cost.currency))
        .say(Tone::Plain, ".");
    let mut table = tables::calls(&rows);
    table.rows.extend(calls::below(&page, listed, cost, &table.columns));
    Ok(Answer {
        name: "calls",
        question: "Which calls are these?",
        sentence,
        table,
        narrow: None,
        charts: Vec::new(),
        below: Vec::new(),
        notes: notes(&page.period, &page.trust, &request.filter.conditions, style),
        data_version: page.trust.data_version,
    })
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
    // A list of calls may be too long for an answer.
    if let ExportOf::Calls(request) = of {
        return csv_of_calls(app, &request, out, task).await;
    }
    let answer = ask(app, of, task).await?;
    write(&shorten(&answer.table, most).0, &answer, out)
}

fn write(table: &TableSpec, answer: &Answer, out: &mut (dyn Write + Send)) -> Result<(), ErrorReply> {
    let mut sheet = Sheet::new(out, &table.columns, true)?;
    table.rows.iter().try_for_each(|row| sheet.row(row))?;
    finish(sheet, &answer.notes)
}

/// A list of calls, from row to file; below it what was not listed and the total that the screen shows.
async fn csv_of_calls(
    app: &App,
    request: &CallsRequest,
    out: &mut (dyn Write + Send),
    task: &Task,
) -> Result<(), ErrorReply> {
    let style = style(app).await?;
    let columns = calls::columns();
    let mut sheet = Sheet::new(out, &columns, true)?;
    let (mut listed, mut cost) = (0, Pico::ZERO);
    let page = each_call(app, request, task, |call, currency| {
        listed += 1;
        cost.0 += call.cost.filter(|c| c.currency == currency).map_or(0, |c| c.amount.0);
        sheet.row(&calls::row(call))
    })
    .await?;
    calls::below(&page, listed, cost, &columns).iter().try_for_each(|row| sheet.row(row))?;
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
    let none = || ErrorReply::new("bad_request", "a list has no chart", "Take its table as CSV, or all of it as PDF.");
    match &mut of {
        // What rows tell is not in the picture.
        ExportOf::Hotspots(request) => request.from_sums = true,
        ExportOf::Coverage(_) | ExportOf::Calls(_) | ExportOf::Imports(Nothing {}) | ExportOf::Prices(_) => {
            return Err(none());
        }
        ExportOf::Overview(_) | ExportOf::Month(_) | ExportOf::Trend(_) => {}
    }
    let answer = ask(app, of, task).await?;
    answer.charts.first().map_or_else(|| Err(none()), |chart| svg(chart, &answer.notes))
}

/// An answer on paper, its table's CSV attached.
///
/// # Errors
/// As the question's own.
pub async fn export_pdf(app: &App, of: ExportOf, task: &Task) -> Result<Vec<u8>, ErrorReply> {
    let mut answer = ask(app, of, task).await?;
    let open = app.opened().await?;
    let settings = opened::settings(&open.ledger).await?;
    // Not now: the same data give the same bytes.
    let made = DateTime::from_timestamp_micros(open.ledger.made_at(answer.data_version).await?).unwrap_or_default();
    let mut csv = Vec::new();
    write(&answer.table, &answer, &mut csv)?;
    let attached = Some((format!("outlay-{}.csv", answer.name), csv));
    let shown = answer.narrow.take().unwrap_or(std::mem::take(&mut answer.table));
    let spec = TableSpec { title: String::new(), ..shown };
    let mut tables = vec![paper::Table { spec, attached }];
    tables.append(&mut answer.below);
    let paper = Paper {
        question: answer.question,
        answer: answer.sentence,
        charts: answer.charts,
        tables,
        notes: answer.notes,
    };
    let numbers = Numbers::parse(&settings.number_format);
    let made = tokio::task::spawn_blocking(move || paper::pdf(&paper, &settings.company, numbers, made)).await;
    made.map_err(|e| ErrorReply::fault(e.to_string()))?
}
