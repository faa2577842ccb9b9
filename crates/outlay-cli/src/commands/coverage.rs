//! `outlay coverage`

use std::fmt::Write as _;

use outlay_analysis::analyses::coverage::{AccountCoverage, Coverage, DayCoverage};
use outlay_analysis::answer::HeadlineSource;
use outlay_app::replies::{ErrorReply, ExportOf, FilterRequest, SourceRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;

use super::overview::{cut_table, paragraph};
use crate::args::{CoverageArgs, CoverageCommand, DecideArgs};
use crate::context::{Answer, Context, Missing};
use crate::print::{FAINT, Look, STRONG, bars, inert, left, sentence};

pub async fn run(context: &Context, args: CoverageArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    if let Some(CoverageCommand::Decide(decision)) = args.command {
        return decide(context, decision).await;
    }
    let request = FilterRequest { filter: args.filter.filter(context.zone.clone()) };
    if args.output.csv {
        return context.as_csv(ExportOf::Coverage(request), None).await;
    }
    if let Some(file) = &args.output.pdf {
        return context.as_pdf(ExportOf::Coverage(request), file).await;
    }
    let reply = use_cases::coverage(&context.app, request, &Task::silent()).await?;
    printed(context, &reply).await
}

async fn decide(context: &Context, args: DecideArgs) -> Result<Answer, ErrorReply> {
    let request = SourceRequest {
        provider: args.provider,
        account: args.account.unwrap_or_default(),
        from: args.from,
        to: args.to,
        source: args.source.into(),
        reason: args.reason.unwrap_or_default(),
    };
    let reply = use_cases::source_set(&context.app, request, &Task::silent()).await?;
    printed(context, &reply).await
}

async fn printed(context: &Context, reply: &Coverage) -> Result<Answer, ErrorReply> {
    if context.json {
        return context.as_json(reply);
    }
    let look = context.look().await;
    let mut out = sentence::sentence(&reply.sentence, &look);
    out.push_str(&paragraph(&strips(reply, &look)));
    out.push_str(&cut_table(&reply.table, None, &look));
    out.push_str(&paragraph(&decisions(reply, &look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, &look)));
    Ok(Answer::from(out))
}

/// A line of days for every source: which makes the total, which is there beside it, and what is missing.
fn strips(reply: &Coverage, look: &Look) -> String {
    let name = |account: &AccountCoverage, source: HeadlineSource| {
        format!("{}, {}", sentence::account(&account.provider, &account.account), source.title())
    };
    let names = reply.accounts.iter().flat_map(|a| a.sources.iter().map(|s| name(a, s.source)));
    let width = names.map(|name| crate::print::columns(&name)).max().unwrap_or(0);
    let room = look.chart_width().saturating_sub(width + 2).clamp(31, 93);
    let mut out = String::new();
    if width > 0 {
        let key = "█ makes the total  ▒ there, another counts  · no record  × missing";
        let _ = writeln!(out, "{}  {}", look.paint(STRONG, "Days"), look.paint(FAINT, key));
    }
    for account in &reply.accounts {
        for source in &account.sources {
            let marks: String = account.days.iter().map(|day| mark(day, source.source)).collect();
            for (at, line) in bars::wrapped(&marks, room).iter().enumerate() {
                let name = if at == 0 { name(account, source.source) } else { String::new() };
                let _ = writeln!(out, "{}  {line}", left(&name, width));
            }
        }
    }
    out
}

fn mark(day: &DayCoverage, source: HeadlineSource) -> char {
    match (day.used == Some(source), day.sources.contains(&source), day.missing) {
        (true, true, _) => '█',
        (_, true, _) => '▒',
        (_, false, true) => '×',
        _ => '·',
    }
}

fn decisions(reply: &Coverage, look: &Look) -> String {
    let mut out = String::new();
    for decided in &reply.decisions {
        let source = decided.source.map_or("the usual order", HeadlineSource::title);
        let account = sentence::account(&decided.provider, &decided.account);
        let _ = write!(out, "decided: {account}, {} to {}: {source}", inert(&decided.from), inert(&decided.to));
        let why = if decided.reason.is_empty() { String::new() } else { format!(" ({})", inert(&decided.reason)) };
        let _ = writeln!(out, "{}", look.paint(FAINT, &why));
    }
    out
}
