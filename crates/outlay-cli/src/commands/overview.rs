//! `outlay overview`

use std::fmt::Write as _;

use outlay_analysis::analyses::overview::Overview;
use outlay_app::replies::{ErrorReply, FilterRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;

use crate::args::OverviewArgs;
use crate::context::{Answer, Context, Missing};
use crate::print::{Look, STRONG, bars, left, right, sentence, table};

pub async fn run(context: &Context, args: OverviewArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    let request = FilterRequest { filter: args.filter.filter(context.zone.clone()) };
    let reply = use_cases::overview(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let look = context.look().await;
    if args.output.csv {
        return Ok(Answer::from(table::csv(&table::shorten(&reply.table, args.top).0, true, &look)?));
    }
    Ok(Answer::from(printed(&reply, args.top, &look)))
}

fn printed(reply: &Overview, top: Option<usize>, look: &Look) -> String {
    let mut out = sentence::sentence(&reply.sentence, look);
    out.push_str(&sentence::sentence(&reply.detail, look));
    out.push_str(&paragraph(&bars::chart(&reply.chart, look)));
    if !reply.movers.is_empty() {
        let _ = writeln!(out, "\n{}", look.paint(STRONG, "What moved it?"));
        let changes: Vec<String> = reply
            .movers
            .iter()
            .map(|m| {
                let change = look.numbers.phrase(m.change);
                if m.change.amount.0 > 0 { format!("+{change}") } else { change }
            })
            .collect();
        let width = changes.iter().map(String::len).max().unwrap_or(0);
        for (mover, change) in reply.movers.iter().zip(&changes) {
            let words = sentence::sentence(&mover.sentence, look);
            let _ = write!(out, "{}  {}", right(change, width), left(&words, 0));
        }
    }
    out.push_str(&cut_table(&reply.table, top, look));
    out.push_str(&paragraph(&sentence::trust(&reply.trust, look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, look)));
    out
}

/// A part of an answer behind an empty line.
pub fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{text}") }
}

/// A table of which `top` items are printed, with how many are not.
pub fn cut_table(spec: &outlay_model::view::TableSpec, top: Option<usize>, look: &Look) -> String {
    if spec.columns.is_empty() {
        return String::new();
    }
    let (shown, cut) = table::shorten(spec, top);
    let mut out = format!("\n{}", table::table(&shown, look));
    if cut > 0 {
        let more = format!("{cut} more rows; --top shows them");
        let _ = writeln!(out, "{}", look.paint(crate::print::FAINT, &more));
    }
    out
}
