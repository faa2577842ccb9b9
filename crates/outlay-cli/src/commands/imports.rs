//! `outlay imports`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use outlay_app::replies::{
    ErrorReply, ExportOf, ImportId, ImportRequest, ImportsReply, Nothing, RejectsReply, RejectsRequest,
};
use outlay_app::task::Task;
use outlay_app::{tables, use_cases};

use super::import::{file, read, summary};
use crate::args::{ImportsArgs, ImportsCommand};
use crate::context::{Answer, Context, Missing, path_text, read_text};
use crate::print::table::table;
use crate::print::{FAINT, Look, STRONG, bars, inert, left, sentence};

pub async fn run(context: &Context, args: ImportsArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    match args.command {
        None if args.output.csv => context.as_csv(ExportOf::Imports(Nothing {}), None).await,
        None => match &args.output.pdf {
            Some(file) => context.as_pdf(ExportOf::Imports(Nothing {}), file).await,
            None => list(context).await,
        },
        Some(ImportsCommand::Show { id }) => show(context, id).await,
        Some(ImportsCommand::Refused { id }) => refused(context, id).await,
        Some(ImportsCommand::Undo { id }) => undo(context, id).await,
        Some(ImportsCommand::Again { id, files, map }) => again(context, id, &files, map.as_deref()).await,
    }
}

async fn list(context: &Context) -> Result<Answer, ErrorReply> {
    let reply = use_cases::imports(&context.app, Nothing {}, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let look = context.look().await;
    Ok(Answer::from(format!("{}{}", table(&tables::imports(&reply), &look), strips(&reply, &look))))
}

/// Days by source, so that holes are seen.
fn strips(reply: &ImportsReply, look: &Look) -> String {
    if reply.strips.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", look.paint(STRONG, "Days with records (· none)"));
    let name = |s: &outlay_app::replies::SourceStrip| {
        format!("{}, {}", sentence::account(&s.provider, &s.account), s.kind.title())
    };
    let width = reply.strips.iter().map(|s| crate::print::columns(&name(s))).max().unwrap_or(0);
    let room = look.chart_width().saturating_sub(width + 2).clamp(31, 93);
    for strip in &reply.strips {
        let missing = strip.days.chars().filter(|d| *d != 'x').count();
        let held = if missing == 0 { "no hole".to_owned() } else { format!("{missing} days missing") };
        let span = format!("{} to {}, {held}", inert(&strip.from), inert(&strip.to));
        let _ = writeln!(out, "{}  {}", left(&name(strip), width), look.paint(FAINT, &span));
        for line in bars::strip(&strip.days, room) {
            let _ = writeln!(out, "{}  {line}", " ".repeat(width));
        }
    }
    out
}

async fn show(context: &Context, id: i64) -> Result<Answer, ErrorReply> {
    let reply = use_cases::imports(&context.app, Nothing {}, &Task::silent()).await?;
    let Some(entry) = reply.imports.iter().find(|e| e.import == id) else {
        return Err(ErrorReply::new("bad_request", format!("there is no import {id}"), "`outlay imports` lists them."));
    };
    if context.json {
        return context.as_json(entry);
    }
    let look = context.look().await;
    let head = format!("Import {id}, {}, {}", inert(&entry.at), inert(&entry.state));
    let mut out = format!("{}\n", look.paint(STRONG, &head));
    for report in &entry.files {
        out.push('\n');
        out.push_str(&file(report, &look));
    }
    Ok(Answer::from(out))
}

/// All of the rows, page by page.
async fn refused(context: &Context, id: i64) -> Result<Answer, ErrorReply> {
    let mut all = RejectsReply { total: 0, rows: Vec::new() };
    loop {
        let offset = i64::try_from(all.rows.len()).unwrap_or(i64::MAX);
        let request = RejectsRequest { import: id, offset, ..RejectsRequest::default() };
        let page = use_cases::rejects(&context.app, request, &Task::silent()).await?;
        all.total = page.total;
        if page.rows.is_empty() {
            break;
        }
        all.rows.extend(page.rows);
    }
    if context.json {
        return context.as_json(&all);
    }
    let look = context.look().await;
    let next = format!("Mend the mapping or the file, then: outlay imports again {id}");
    let next = if all.rows.is_empty() { "This import refused no row.".to_owned() } else { next };
    Ok(Answer::from(format!("{}{}\n", table(&tables::rejects(&all), &look), look.paint(FAINT, &next))))
}

async fn again(context: &Context, id: i64, files: &[PathBuf], map: Option<&Path>) -> Result<Answer, ErrorReply> {
    let request = ImportRequest {
        paths: files.iter().map(|f| path_text(f)).collect::<Result<_, _>>()?,
        mapping: map.map(read_text).transpose()?,
        zone: context.zone.clone(),
        replaces: Some(id),
        ..ImportRequest::default()
    };
    read(context, request).await
}

async fn undo(context: &Context, id: i64) -> Result<Answer, ErrorReply> {
    let reply = use_cases::import_undo(&context.app, ImportId { import: id }, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let look = context.look().await;
    let counts = [reply.rows, reply.imported, reply.duplicate, reply.rejected];
    let what = summary(look.numbers, counts, reply.secrets_removed);
    let out = format!("Import {id} is undone; it was: {what}\nData version {}.\n", reply.data_version);
    Ok(Answer::from(out))
}
