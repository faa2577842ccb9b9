//! `outlay hotspots`

use std::fmt::Write as _;

use outlay_analysis::analyses::hotspots::Hotspots;
use outlay_app::replies::{ErrorReply, ExportOf, HotspotsRequest};
use outlay_app::task::Task;
use outlay_app::{tables, use_cases};

use super::overview::{cut_table, paragraph};
use crate::args::HotspotsArgs;
use crate::context::{Answer, Context, Missing};
use crate::print::{FAINT, Look, STRONG, bars, inert, sentence, table};

/// Hotspots whose causes are printed.
const EXPLAINED: usize = 8;
/// Dearest calls and traces printed.
const DEAREST: usize = 5;

pub async fn run(context: &Context, args: HotspotsArgs) -> Result<Answer, ErrorReply> {
    if args.by.len() > 3 {
        return Err(ErrorReply::bad_request("--by takes one to three dimensions"));
    }
    context.open(Missing::Fail).await?;
    let request = HotspotsRequest {
        filter: args.filter.filter(context.zone.clone()),
        by: args.by,
        top: args.top,
        from_sums: false,
    };
    if args.output.csv {
        return context.as_csv(ExportOf::Hotspots(request), None).await;
    }
    if let Some(file) = &args.output.pdf {
        return context.as_pdf(ExportOf::Hotspots(request), file).await;
    }
    if args.output.svg {
        return context.as_svg(ExportOf::Hotspots(request)).await;
    }
    let reply = use_cases::hotspots(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    Ok(Answer::from(printed(&reply, &context.look().await)))
}

fn printed(reply: &Hotspots, look: &Look) -> String {
    let mut out = sentence::sentence(&reply.sentence, look);
    out.push_str(&paragraph(&bars::chart(&reply.chart, look)));
    out.push_str(&cut_table(&reply.table, None, look));
    if reply.found > reply.rows.len() {
        let shown = format!("{} of {} shown; --top shows more", reply.rows.len(), reply.found);
        let _ = writeln!(out, "{}", look.paint(FAINT, &shown));
    }
    out.push_str(&paragraph(&causes(reply, look)));
    out.push_str(&paragraph(&bars::chart(&reply.when, look)));
    let traces = reply.dearest_traces.as_deref().unwrap_or_default();
    if !traces.is_empty() {
        let mut spec = tables::traces(&traces[..traces.len().min(DEAREST)]);
        spec.title = "Dearest traces (outlay calls trace ID)".to_owned();
        out.push_str(&paragraph(&table::table(&spec, look)));
    }
    let dearest = reply.dearest.as_deref().unwrap_or_default();
    if !dearest.is_empty() {
        let mut spec = tables::calls(&dearest[..dearest.len().min(DEAREST)]);
        spec.title = "Dearest calls (outlay calls show ID)".to_owned();
        out.push_str(&paragraph(&table::table(&spec, look)));
    }
    out.push_str(&paragraph(&sentence::trust(&reply.trust, look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, look)));
    out
}

/// Why the largest are dear.
fn causes(reply: &Hotspots, look: &Look) -> String {
    let mut out = String::new();
    for row in reply.rows.iter().filter(|r| !r.causes.is_empty()).take(EXPLAINED) {
        if out.is_empty() {
            let _ = writeln!(out, "{}", look.paint(STRONG, "Why? Causes overlap and are not added"));
        }
        let labels: Vec<String> =
            row.labels.iter().map(|l| if l.is_empty() { "not told".to_owned() } else { inert(l) }).collect();
        let sentences: Vec<String> = row.causes.iter().map(|c| inert(&c.sentence)).collect();
        let _ = writeln!(out, "{}: {}", labels.join(" / "), sentences.join("; "));
    }
    out
}
