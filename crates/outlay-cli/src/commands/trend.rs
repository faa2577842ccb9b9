//! `outlay trend`

use outlay_app::replies::{ErrorReply, ExportOf, TrendRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;

use super::overview::{cut_table, paragraph};
use crate::args::TrendArgs;
use crate::context::{Answer, Context, Missing};
use crate::print::{bars, sentence};

pub async fn run(context: &Context, args: TrendArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    let request = TrendRequest { filter: args.filter.filter(context.zone.clone()), by: args.by.into() };
    if args.output.csv {
        return context.as_csv(ExportOf::Trend(request), args.top).await;
    }
    if let Some(file) = &args.output.pdf {
        return context.as_pdf(ExportOf::Trend(request), file).await;
    }
    if args.output.svg {
        return context.as_svg(ExportOf::Trend(request)).await;
    }
    let reply = use_cases::trend(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let look = context.look().await;
    let mut out = sentence::sentence(&reply.sentence, &look);
    out.push_str(&paragraph(&bars::chart(&reply.chart, &look)));
    out.push_str(&cut_table(&reply.table, args.top, &look));
    out.push_str(&paragraph(&sentence::trust(&reply.trust, &look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, &look)));
    Ok(Answer::from(out))
}
