//! `outlay month`

use outlay_analysis::analyses::month::narrow;
use outlay_app::replies::{ErrorReply, ExportOf, MonthRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;

use super::overview::{cut_table, paragraph};
use crate::args::MonthArgs;
use crate::context::{Answer, Context, Missing};
use crate::print::{bars, sentence};

/// Steps that have room beside the values of a dimension.
const STEPS: usize = 3;

pub async fn run(context: &Context, args: MonthArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    let request = MonthRequest { filter: args.filter.filter(context.zone.clone()), by: args.by };
    if args.output.csv {
        return context.as_csv(ExportOf::Month(request), None).await;
    }
    if let Some(file) = &args.output.pdf {
        return context.as_pdf(ExportOf::Month(request), file).await;
    }
    if args.output.svg {
        return context.as_svg(ExportOf::Month(request)).await;
    }
    let reply = use_cases::month(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let look = context.look().await;
    let mut out = sentence::sentence(&reply.sentence, &look);
    out.push_str(&sentence::sentence(&reply.detail, &look));
    out.push_str(&paragraph(&bars::chart(&reply.chart, &look)));
    out.push_str(&cut_table(&reply.table, None, &look));
    if let Some(by) = &reply.by {
        out.push_str(&cut_table(&narrow(by, STEPS), args.top, &look));
    }
    out.push_str(&paragraph(&sentence::trust(&reply.trust, &look)));
    out.push_str(&paragraph(&sentence::footer(&reply.period, &reply.trust, &look)));
    Ok(Answer::from(out))
}
