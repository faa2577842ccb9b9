//! `outlay calls`: a page of calls, the bill of one, the steps of a trace

use std::fmt::Write as _;

use outlay_analysis::analyses::bill::Bill;
use outlay_analysis::analyses::calls::CallsPage;
use outlay_analysis::analyses::trace::Trace;
use outlay_app::replies::{CallsRequest, ErrorReply, ExportOf, IdRequest};
use outlay_app::task::Task;
use outlay_app::{tables, use_cases};
use outlay_model::view::{Cell, Row, RowKind, TableSpec, Unit};

use super::overview::paragraph;
use super::price::bill_table;
use crate::args::{CallsArgs, CallsCommand, OrderArg};
use crate::context::{Answer, Context, Missing};
use crate::print::table::{column, count_or, item, money_or, pairs, table, text};
use crate::print::{FAINT, Look, STRONG, STRUCK, WARN, inert, sentence};

const UNKNOWN: &str = "unknown";
/// Calls that are listed unless told, as CSV too: all of them are only written where they are asked for.
const LISTED: usize = 100;

pub async fn run(context: &Context, args: CallsArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    match args.command {
        Some(CallsCommand::Show { id }) => show(context, id).await,
        Some(CallsCommand::Trace { id }) => trace(context, id).await,
        None => list(context, args).await,
    }
}

async fn list(context: &Context, args: CallsArgs) -> Result<Answer, ErrorReply> {
    let request = CallsRequest {
        filter: args.filter.filter(context.zone.clone()),
        order: args.order.into(),
        offset: args.offset,
        limit: args.top,
    };
    if args.output.csv {
        let limit = request.limit.or(Some(LISTED));
        return context.as_csv(ExportOf::Calls(CallsRequest { limit, ..request }), None).await;
    }
    if let Some(file) = &args.output.pdf {
        return context.as_pdf(ExportOf::Calls(request), file).await;
    }
    let page = use_cases::calls(&context.app, request, &Task::silent()).await?;
    if context.json {
        return context.as_json(&page);
    }
    let look = context.look().await;
    let mut out = opening(&page, args.order, &look);
    if !page.rows.is_empty() {
        out.push_str(&paragraph(&table(&tables::calls(&page.rows), &look)));
    }
    out.push_str(&paragraph(&sentence::trust(&page.trust, &look)));
    out.push_str(&paragraph(&sentence::footer(&page.period, &page.trust, &look)));
    Ok(Answer::from(out))
}

fn opening(page: &CallsPage, order: OrderArg, look: &Look) -> String {
    let n = look.numbers;
    if page.total == 0 {
        return "No calls. Calls come from own logs and traces; usage exports and invoices know none.\n".to_owned();
    }
    let order = match order {
        OrderArg::Cost => "dearest first",
        OrderArg::Time => "latest first",
        OrderArg::Tokens => "most tokens first",
        OrderArg::Latency => "slowest first",
    };
    let all = format!("{} {}, {}", n.count(page.total), plural(page.total), n.phrase(page.cost));
    let last = page.offset + i64::try_from(page.rows.len()).unwrap_or(0);
    let shown = if page.rows.is_empty() {
        "none here: --offset is behind the last".to_owned()
    } else {
        format!("{} to {}, {order}", n.count(page.offset + 1), n.count(last))
    };
    format!("{}; {shown}.\n", look.paint(STRONG, &all))
}

fn plural(calls: i64) -> &'static str {
    if calls == 1 { "call" } else { "calls" }
}

async fn show(context: &Context, id: String) -> Result<Answer, ErrorReply> {
    let bill = use_cases::bill(&context.app, IdRequest { id }, &Task::silent()).await?;
    if context.json {
        return context.as_json(&bill);
    }
    Ok(Answer::from(bill_printed(&bill, &context.look().await)))
}

fn bill_printed(bill: &Bill, look: &Look) -> String {
    let n = look.numbers;
    let mut out = match (bill.cost, bill.high) {
        (Some(cost), Some(high)) if high != cost => format!(
            "This call cost {} to {}: how long its cache writes were kept is not told.\n",
            look.paint(STRONG, &n.phrase(cost)),
            look.paint(STRONG, &n.phrase(high))
        ),
        (Some(cost), _) => format!("This call cost {}.\n", look.paint(STRONG, &n.phrase(cost))),
        (None, _) => {
            let why = bill.unpriced.as_deref().unwrap_or("What this call cost is unknown.");
            format!("{}\n", look.paint(WARN, &inert(why)))
        }
    };
    let call = &bill.call;
    let ms = |v: Option<i64>| v.map(|v| format!("{} ms", n.count(v))).unwrap_or_default();
    let attributes = [
        ("id", call.id.clone()),
        ("time", call.local_time.clone()),
        ("provider", call.provider.clone()),
        ("model", call.model.clone()),
        ("operation", call.operation.clone()),
        ("service tier", call.tier.clone()),
        ("feature", call.feature.clone()),
        ("team", call.team.clone()),
        ("customer", call.customer.clone()),
        ("environment", call.environment.clone()),
        ("prompt", [call.prompt_name.as_str(), call.prompt_version.as_str()].join(" ").trim().to_owned()),
        ("status", [call.status.as_str(), call.error_type.as_str()].join(" ").trim().to_owned()),
        ("finish reason", call.finish_reason.clone()),
        ("attempt", if call.attempt > 0 { call.attempt.to_string() } else { String::new() }),
        ("trace", call.trace_id.clone()),
        ("session", call.session.clone()),
        ("latency", ms(call.latency_ms)),
        ("first token", ms(call.ttft_ms)),
        ("log's own cost", call.recorded.map(|m| n.phrase(m)).unwrap_or_default()),
    ];
    out.push_str(&paragraph(&pairs(&attributes, look)));
    if !bill.lines.is_empty() {
        out.push_str(&paragraph(&table(&bill_table(&bill.lines, bill.cost), look)));
    }
    let price = [
        ("rule", bill.rule.clone()),
        ("prices", bill.book.clone()),
        ("valid", validity(bill.valid_from.as_deref(), bill.valid_to.as_deref())),
    ];
    out.push_str(&paragraph(&pairs(&price, look)));
    if !bill.scores.is_empty() {
        let spec = TableSpec {
            title: "Scores".to_owned(),
            columns: vec![
                column("name", "Scorer", Unit::Text),
                column("version", "Version", Unit::Text),
                column("kind", "Kind", Unit::Text),
                column("value", "Value", Unit::Text),
                column("label", "Label", Unit::Text),
            ],
            rows: bill
                .scores
                .iter()
                .map(|s| {
                    let value = s.value.map(|v| Cell::Text(v.to_string()));
                    let value = value.unwrap_or_else(|| Cell::Unknown("none".to_owned()));
                    item(vec![text(&s.name), text(&s.version), text(&s.kind), value, text(&s.label)])
                })
                .collect(),
        };
        out.push_str(&paragraph(&table(&spec, look)));
    }
    if !bill.command.is_empty() {
        let _ = writeln!(out, "\n{}", look.paint(FAINT, &inert(&bill.command)));
    }
    out
}

/// `2026-01-01 to 2026-06-01`, `since …`, `until …`; empty where nothing is told.
pub fn validity(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} to {to}, excluded"),
        (Some(from), None) => format!("since {from}"),
        (None, Some(to)) => format!("until {to}, excluded"),
        (None, None) => String::new(),
    }
}

async fn trace(context: &Context, id: String) -> Result<Answer, ErrorReply> {
    let trace = use_cases::trace(&context.app, IdRequest { id }, &Task::silent()).await?;
    if context.json {
        return context.as_json(&trace);
    }
    Ok(Answer::from(trace_printed(&trace, &context.look().await)))
}

fn trace_printed(trace: &Trace, look: &Look) -> String {
    let n = look.numbers;
    let mut out = format!(
        "Trace {} cost {} in {} steps and {} ms.",
        inert(&trace.trace_id),
        look.paint(STRONG, &n.phrase(trace.cost)),
        trace.nodes.len(),
        n.count(trace.duration_ms)
    );
    if trace.wasted.amount.0 != 0 {
        let _ = write!(out, " Of it, {} went for attempts that a later one replaced.", n.phrase(trace.wasted));
    }
    if trace.unpriced_calls > 0 {
        let _ = write!(
            out,
            " {} {} without a price are not in it.",
            n.count(trace.unpriced_calls),
            plural(trace.unpriced_calls)
        );
    }
    out.push_str("\n\n");
    let mut rows: Vec<Row> = trace
        .nodes
        .iter()
        .map(|node| {
            let mut status = node.status.clone();
            if node.attempt > 1 {
                let _ = write!(status, ", attempt {}", node.attempt);
            }
            if node.retried {
                status.push_str(", replaced");
            }
            item(vec![
                text(&format!("{}{}", "  ".repeat(node.depth.min(20)), node.label)),
                text(&node.kind),
                Cell::Count(node.start_ms),
                count_or(node.duration_ms, UNKNOWN),
                step_count(node.tokens, &node.kind),
                step_money(node),
                text(&status),
                text(&node.id),
            ])
        })
        .collect();
    rows.push(Row {
        cells: vec![
            text("All"),
            text(""),
            text(""),
            Cell::Count(trace.duration_ms),
            Cell::Count(trace.nodes.iter().filter_map(|s| s.tokens).sum()),
            Cell::Money(trace.cost),
            text(""),
            text(""),
        ],
        kind: RowKind::Total,
        keys: None,
    });
    let spec = TableSpec {
        title: String::new(),
        columns: vec![
            column("label", "Step", Unit::Text),
            column("kind", "Kind", Unit::Text),
            column("start", "Start", Unit::Milliseconds),
            column("duration", "Took", Unit::Milliseconds),
            column("tokens", "Tokens", Unit::Tokens),
            column("cost", "Cost", Unit::Money),
            column("status", "Status", Unit::Text),
            column("id", "Id", Unit::Text),
        ],
        rows,
    };
    let printed = table(&spec, look);
    for (at, line) in printed.lines().enumerate() {
        // The first line is the heading.
        let struck = at.checked_sub(1).and_then(|at| trace.nodes.get(at)).is_some_and(|node| node.retried);
        let _ = writeln!(out, "{}", if struck { look.paint(STRUCK, line) } else { line.to_owned() });
    }
    out
}

fn is_call(kind: &str) -> bool {
    kind.is_empty() || kind == "llm"
}

/// Steps that are no calls have no tokens to know.
fn step_count(tokens: Option<i64>, kind: &str) -> Cell {
    if tokens.is_none() && !is_call(kind) { text("") } else { count_or(tokens, UNKNOWN) }
}

fn step_money(node: &outlay_analysis::analyses::trace::TraceNode) -> Cell {
    if node.cost.is_none() && !is_call(&node.kind) {
        return text("");
    }
    money_or(node.cost, if node.tokens.is_some() { "unpriced" } else { UNKNOWN })
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_analysis::analyses::calls::CallRow;
    use outlay_model::tokens::Tokens;

    #[test]
    fn unknown_is_never_nothing() {
        let unpriced = CallRow { id: "a1".to_owned(), tokens: Some(Tokens::default()), ..CallRow::default() };
        let unknown = CallRow { id: "b2".to_owned(), ..CallRow::default() };
        let printed = table(&tables::calls(&[unpriced, unknown]), &Look::plain());
        assert!(printed.contains("unpriced") && printed.contains("unknown"), "{printed}");
    }

    #[test]
    fn validity_in_words() {
        assert_eq!(validity(Some("a"), None), "since a");
        assert_eq!(validity(None, None), "");
    }
}
