//! `outlay prices`

use std::fmt::Write as _;

use outlay_app::replies::{
    AliasRequest, ErrorReply, ExportOf, PriceEffect, PricesReply, PricesRequest, RepriceReply, UserPricesRequest,
};
use outlay_app::task::Task;
use outlay_app::{tables, use_cases};
use outlay_model::money::Money;
use outlay_model::view::{Cell, TableSpec, Unit};

use super::overview::paragraph;
use crate::args::{PricesArgs, PricesCommand};
use crate::context::{Answer, Context, Missing, read_text};
use crate::print::table::{column, csv, item, table, text};
use crate::print::{FAINT, Look, STRONG, WARN, inert};

pub async fn run(context: &Context, args: PricesArgs) -> Result<Answer, ErrorReply> {
    let task = Task::silent();
    match args.command {
        None => {
            let request = PricesRequest { search: args.search, ..PricesRequest::default() };
            if let Some(file) = &args.output.pdf {
                context.open(Missing::Fail).await?;
                return context.as_pdf(ExportOf::Prices(request), file).await;
            }
            search(context, request, args.output.csv).await
        }
        Some(PricesCommand::Explain { id, provider }) => {
            search(context, PricesRequest { search: String::new(), explain: Some(id), provider }, false).await
        }
        Some(PricesCommand::Import { file, allow_odd, preview }) => {
            let request = UserPricesRequest { csv: read_text(&file)?, allow_odd, preview };
            context.open(Missing::Create).await?;
            let reply = use_cases::user_prices(&context.app, request, &task).await?;
            repriced(context, &reply, "prices").await
        }
        Some(PricesCommand::Alias { provider, id, means, preview }) => {
            let [means_provider, means_model]: [String; 2] =
                means.try_into().map_err(|_| ErrorReply::bad_request("--means takes a provider and a model"))?;
            context.open(Missing::Create).await?;
            let request = AliasRequest { provider, id, means_provider, means_model, preview };
            let reply = use_cases::alias_set(&context.app, request, &task).await?;
            repriced(context, &reply, "alias").await
        }
    }
}

async fn search(context: &Context, request: PricesRequest, as_csv: bool) -> Result<Answer, ErrorReply> {
    context.open(Missing::GoOn).await?;
    let reply = use_cases::prices(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let look = context.look().await;
    if as_csv {
        return Ok(Answer::from(csv(&tables::prices(&reply.entries, true), &look)?));
    }
    Ok(Answer::from(printed(&reply, &look)))
}

fn printed(reply: &PricesReply, look: &Look) -> String {
    let n = look.numbers;
    let mut out = String::new();
    if let Some(explanation) = &reply.explanation {
        for line in explanation.lines() {
            let _ = writeln!(out, "{}", look.paint(STRONG, &inert(line)));
        }
        out.push('\n');
    }
    if reply.entries.is_empty() {
        out.push_str("No price found. `outlay prices import FILE.csv` adds your own.\n");
    } else {
        out.push_str(&table(&tables::prices(&reply.entries, false), look));
    }
    if !reply.unpriced.is_empty() {
        let mut lines = format!("{}\n", look.paint(WARN, "In the ledger without a price"));
        for u in &reply.unpriced {
            let (provider, model) = (inert(&u.provider), inert(&u.model));
            let (tokens, calls) = (n.count(u.tokens), n.count(u.calls));
            let _ = writeln!(lines, "{model} at {provider}: {tokens} tokens, {calls} calls");
        }
        lines.push_str("Say which model one is: outlay prices alias PROVIDER ID --means PROVIDER MODEL\n");
        out.push_str(&paragraph(&lines));
    }
    let _ = writeln!(out, "\n{}", look.paint(FAINT, &format!("Per million tokens. Prices {}", inert(&reply.book))));
    out
}

async fn repriced(context: &Context, reply: &RepriceReply, what: &str) -> Result<Answer, ErrorReply> {
    if context.json {
        return context.as_json(reply);
    }
    let look = context.look().await;
    let count = |c: usize| look.numbers.count(i64::try_from(c).unwrap_or(i64::MAX));
    let (taken, changed) = (count(reply.taken), count(reply.changed));
    let said = match reply.data_version {
        Some(version) => {
            format!("{taken} {what} taken; the price of {changed} rate sets changed. Data version {version}.")
        }
        None => format!("{taken} {what} read; the price of {changed} rate sets would change. Nothing is written yet."),
    };
    let mut out = format!("{said}\n");
    if !reply.effects.is_empty() {
        out.push_str(&paragraph(&table(&changes(&reply.effects), &look)));
    }
    Ok(Answer::from(out))
}

/// What changed prices make of stored records. Sources describe the same money, so there is no total.
fn changes(effects: &[PriceEffect]) -> TableSpec {
    let rows = effects.iter().map(|e| {
        item(vec![
            text(e.source.title()),
            text(&e.provider),
            text(&e.model),
            Cell::Count(e.records),
            Cell::Count(e.tokens),
            costs(&e.before),
            costs(&e.after),
        ])
    });
    TableSpec {
        title: String::new(),
        columns: vec![
            column("source", "Source", Unit::Text),
            column("provider", "Provider", Unit::Text),
            column("model", "Model", Unit::Text),
            column("records", "Records", Unit::Count),
            column("tokens", "Tokens", Unit::Tokens),
            column("before", "Was", Unit::Money),
            column("after", "Would be", Unit::Money),
        ],
        rows: rows.collect(),
    }
}

/// Where prices are in two currencies, no figure is their sum.
fn costs(costs: &[Money]) -> Cell {
    match costs {
        [] => Cell::Unknown("unpriced".to_owned()),
        [one] => Cell::Money(*one),
        _ => Cell::Unknown("two currencies".to_owned()),
    }
}
