//! `outlay coverage`

use std::fmt::Write as _;

use outlay_analysis::analyses::coverage::Coverage;
use outlay_analysis::answer::HeadlineSource;
use outlay_app::replies::{ErrorReply, ExportOf, FilterRequest, SourceRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;

use super::overview::{cut_table, paragraph};
use crate::args::{CoverageArgs, CoverageCommand, DecideArgs};
use crate::context::{Answer, Context, Missing};
use crate::print::{FAINT, Look, bars, inert, sentence};

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
    out.push_str(&paragraph(&bars::chart(&reply.chart, &look)));
    out.push_str(&cut_table(&reply.table, None, &look));
    out.push_str(&paragraph(&decisions(reply, &look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, &look)));
    Ok(Answer::from(out))
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
