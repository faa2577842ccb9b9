//! Answers: open a view, ask it for the slices that the analysis names, run the analysis.

use outlay_analysis::analyses::bill::{self, Bill, CallScore};
use outlay_analysis::analyses::calls::{self, CallOrder, CallRow, CallsPage};
use outlay_analysis::analyses::hotspots::{self, FromRows, Hotspots};
use outlay_analysis::analyses::month::{self, Month};
use outlay_analysis::analyses::overview::{self, Overview};
use outlay_analysis::analyses::trace::{self, Step, Trace, TraceRow};
use outlay_analysis::analyses::trend::{self, Trend};
use outlay_analysis::causes::Excess;
use outlay_analysis::context::Context;
use outlay_ledger::Ledger;
use outlay_ledger::view::{Memory, Order, Selection, StoredCall, StoredTrace, View, Wanted};
use outlay_model::cube::{Cube, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::query::Filter;
use outlay_model::time::{Micros, local};
use outlay_price::Key;

use crate::prices::{Table, instant, rule};
use crate::replies::{
    CallsRequest, ErrorReply, FilterRequest, HotspotsRequest, IdRequest, MonthRequest, Progress, TrendRequest,
};
use crate::task::Task;
use crate::{App, now, opened};

/// Calls on a page unless told.
const PAGE: usize = 100;
/// Most calls on a page.
const MOST: usize = 1000;
/// Calls that are read at once where all are wanted.
const PART: usize = 20_000;
/// Hotspots unless told.
const TOP: usize = 20;
/// Dearest calls and traces below hotspots.
const DEAREST: usize = 10;

/// What an answer needs: a pinned view and the context.
pub(super) struct Asked {
    ledger: Ledger,
    pub(super) view: View,
    pub(super) context: Context,
}

impl Asked {
    pub(super) async fn new(app: &App, filter: &Filter) -> Result<Asked, ErrorReply> {
        let open = app.opened().await?;
        let ledger = open.ledger.clone();
        let view = ledger.view(now()).await?;
        let context = opened::context(&ledger, &view, filter).await?;
        Ok(Asked { ledger, view, context })
    }

    /// Answers slices, two at a time; a cancelled request asks no further.
    pub(super) async fn cubes(&self, slices: &[Slice], task: &Task) -> Result<Vec<Cube>, ErrorReply> {
        let mut cubes = Vec::with_capacity(slices.len());
        for pair in slices.chunks(2) {
            if task.is_cancelled() {
                return Err(outlay_ledger::Error::Cancelled.into());
            }
            match pair {
                [one, other] => {
                    let (one, other) = tokio::try_join!(self.view.slice(one), self.view.slice(other))?;
                    cubes.extend([one, other]);
                }
                _ => {
                    for slice in pair {
                        cubes.push(self.view.slice(slice).await?);
                    }
                }
            }
        }
        Ok(cubes)
    }

    fn selection(&self, filter: &Filter) -> Selection {
        Selection { period: self.context.period, conditions: filter.conditions.clone() }
    }

    fn row(&self, call: &StoredCall) -> CallRow {
        let prices = Table(&self.view.rates);
        let text = |column: &str| call.text(column).to_owned();
        let recorded = Currency::parse(call.text("recorded_currency")).unwrap_or(Currency::USD);
        CallRow {
            id: call.id.clone(),
            time: instant(call.time),
            local_time: self.clock(call.time),
            provider: text("provider"),
            model: text("model"),
            operation: text("operation"),
            tier: text("tier"),
            feature: text("feature"),
            team: text("team"),
            customer: text("customer"),
            environment: text("environment"),
            prompt_name: text("prompt_name"),
            prompt_version: text("prompt_version"),
            status: text("status"),
            error_type: text("error_type"),
            finish_reason: text("finish_reason"),
            attempt: call.attempt,
            trace_id: text("trace_id"),
            session: text("session"),
            step_kind: text("step_kind"),
            tokens: call.tokens,
            cost: calls::cost(call.rate_set, call.tokens.as_ref(), &prices),
            recorded: call.recorded.map(|amount| Money::new(amount, recorded)),
            latency_ms: call.latency_ms,
            ttft_ms: call.ttft_ms,
        }
    }

    fn trace_row(&self, trace: &StoredTrace) -> TraceRow {
        let dearest = self.row(&trace.call);
        TraceRow {
            trace_id: trace.trace_id.clone(),
            local_time: self.clock(trace.first),
            calls: trace.calls,
            unpriced_calls: trace.unpriced_calls,
            cost: self.context.money(trace.cost),
            duration_ms: (trace.last - trace.first) / 1000,
            dearest,
        }
    }

    /// Local date and time.
    fn clock(&self, at: Micros) -> String {
        local(at, self.context.period.zone).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Waits for nothing more: the data version may go.
    pub(super) async fn done<T>(self, reply: T) -> Result<T, ErrorReply> {
        self.view.close().await?;
        Ok(reply)
    }
}

/// What did the period cost, and is that number right?
///
/// # Errors
/// `no_ledger`, `bad_request`, `cancelled`.
pub async fn overview(app: &App, request: FilterRequest, task: &Task) -> Result<Overview, ErrorReply> {
    let asked = Asked::new(app, &request.filter).await?;
    let params = overview::Params { conditions: request.filter.conditions };
    let cubes = asked.cubes(&overview::slices(&params, &asked.context), task).await?;
    let reply = overview::run(&cubes, &params, &asked.context, &Table(&asked.view.rates));
    asked.done(reply).await
}

/// Why did it change, and can I close it?
///
/// # Errors
/// `no_ledger`, `bad_request`, `cancelled`.
pub async fn month(app: &App, request: MonthRequest, task: &Task) -> Result<Month, ErrorReply> {
    let asked = Asked::new(app, &request.filter).await?;
    let params = month::Params { conditions: request.filter.conditions, by: request.by };
    let cubes = asked.cubes(&month::slices(&params, &asked.context), task).await?;
    let reply = month::run(&cubes, &params, &asked.context, &Table(&asked.view.rates));
    asked.done(reply).await
}

/// How does spend move over time?
///
/// # Errors
/// `no_ledger`, `bad_request`, `cancelled`.
pub async fn trend(app: &App, request: TrendRequest, task: &Task) -> Result<Trend, ErrorReply> {
    let asked = Asked::new(app, &request.filter).await?;
    let params = trend::Params { by: request.by, conditions: request.filter.conditions };
    let cubes = asked.cubes(&trend::slices(&params, &asked.context), task).await?;
    let reply = trend::run(&cubes, &params, &asked.context, &Table(&asked.view.rates));
    asked.done(reply).await
}

/// Where do I start?
///
/// # Errors
/// `no_ledger`, `bad_request`, `cancelled`.
pub async fn hotspots(app: &App, request: HotspotsRequest, task: &Task) -> Result<Hotspots, ErrorReply> {
    if request.by.len() > 3 {
        return Err(ErrorReply::bad_request("hotspots are cut by one to three dimensions"));
    }
    let asked = Asked::new(app, &request.filter).await?;
    let by = if request.by.is_empty() { default_by(&asked, &request.filter).await? } else { request.by };
    let params =
        hotspots::Params { by, top: request.top.unwrap_or(TOP), conditions: request.filter.conditions.clone() };
    let cubes = asked.cubes(&hotspots::slices(&params, &asked.context), task).await?;
    let selection = asked.selection(&request.filter);
    if request.from_sums {
        let reply = hotspots::run(&cubes, None, &params, &asked.context, &Table(&asked.view.rates));
        return asked.done(reply).await;
    }
    let memory = Memory::default();
    let wanted = Wanted { selection, currency: asked.context.currency, most: DEAREST, memory };
    let found = asked.view.from_rows(wanted, &params.by, reading(task)).await?;
    let excess: Vec<Excess> = found
        .excess
        .iter()
        .flat_map(|group| {
            group.by_rate_set.iter().map(|e| Excess {
                keys: group.keys.clone(),
                rate_set: e.rate_set,
                median_input: group.median_input,
                median_output: group.median_output,
                excess_input_tokens: e.input,
                excess_output_tokens: e.output,
                repeat: e.repeats,
            })
        })
        .collect();
    let dearest: Vec<CallRow> = found.dearest.calls.iter().map(|call| asked.row(call)).collect();
    let traces: Vec<TraceRow> = found.dearest.traces.iter().map(|trace| asked.trace_row(trace)).collect();
    let rows = Some(FromRows { excess: &excess, dearest: &dearest, traces: &traces });
    let reply = hotspots::run(&cubes, rows, &params, &asked.context, &Table(&asked.view.rates));
    asked.done(reply).await
}

/// Tells a task how far reading rows has come; the answer is whether to go on.
fn reading(task: &Task) -> impl Fn(u64, u64) -> bool + Send + 'static {
    let task = task.clone();
    let start = std::time::Instant::now();
    move |rows, of_rows| {
        let seconds = start.elapsed().as_secs_f64();
        let rate = if seconds > 0.0 { rows as f64 / seconds } else { 0.0 };
        let seconds_left = (rate > 0.0).then(|| of_rows.saturating_sub(rows) as f64 / rate);
        task.report(Progress { phase: "rows".to_owned(), rows, rate, seconds_left, ..Progress::default() });
        !task.is_cancelled()
    }
}

async fn default_by(asked: &Asked, filter: &Filter) -> Result<Vec<Dimension>, ErrorReply> {
    let slice = Slice {
        kind: outlay_model::report::Kind::Call,
        period: asked.context.period,
        grain: outlay_model::cube::Grain::Whole,
        by: vec![Dimension::Feature],
        conditions: filter.conditions.clone(),
        only_waste: false,
    };
    let cube = asked.view.slice(&slice).await?;
    let told = cube.values.first().is_some_and(|values| values.iter().any(|v| !v.is_empty()));
    Ok(hotspots::default_by(if told { &[Dimension::Feature] } else { &[] }))
}

/// A page of calls.
///
/// # Errors
/// `no_ledger`, `bad_request`, `cancelled`.
pub async fn calls(app: &App, request: CallsRequest, task: &Task) -> Result<CallsPage, ErrorReply> {
    let asked = Asked::new(app, &request.filter).await?;
    let params = calls::Params { conditions: request.filter.conditions.clone(), offset: request.offset.max(0) };
    let cubes = asked.cubes(&calls::slices(&params, &asked.context), task).await?;
    let sorted = asked.view.order(&asked.selection(&request.filter), sorting(request.order)).await?;
    let offset = usize::try_from(params.offset).unwrap_or_default();
    let limit = request.limit.unwrap_or(PAGE).min(MOST);
    let rows = asked.view.page(&sorted, offset, limit).await?.iter().map(|call| asked.row(call)).collect();
    let reply = calls::run(&cubes, rows, &params, &asked.context, &Table(&asked.view.rates));
    asked.done(reply).await
}

fn sorting(order: CallOrder) -> Order {
    match order {
        CallOrder::Cost => Order::Cost,
        CallOrder::Time => Order::Time,
        CallOrder::Tokens => Order::Tokens,
        CallOrder::Latency => Order::Latency,
    }
}

/// Goes through a list of calls, all of it without a limit, in one data version: `take` gets each call with the
/// currency of the list's cost. The answer is the list's head, without rows.
pub(super) async fn each_call(
    app: &App,
    request: &CallsRequest,
    task: &Task,
    mut take: impl FnMut(&CallRow, Currency) -> Result<(), ErrorReply> + Send,
) -> Result<CallsPage, ErrorReply> {
    let asked = Asked::new(app, &request.filter).await?;
    let params = calls::Params { conditions: request.filter.conditions.clone(), offset: request.offset.max(0) };
    let cubes = asked.cubes(&calls::slices(&params, &asked.context), task).await?;
    let page = calls::run(&cubes, Vec::new(), &params, &asked.context, &Table(&asked.view.rates));
    let sorted = asked.view.order(&asked.selection(&request.filter), sorting(request.order)).await?;
    let first = usize::try_from(params.offset).unwrap_or_default().min(sorted.len());
    let end = request.limit.map_or(sorted.len(), |limit| first.saturating_add(limit).min(sorted.len()));
    let go_on = reading(task);
    for at in (first..end).step_by(PART) {
        for call in asked.view.page(&sorted, at, PART.min(end - at)).await? {
            take(&asked.row(&call), page.cost.currency)?;
        }
        let read = (at + PART).min(end) - first;
        if !go_on(read as u64, (end - first) as u64) {
            return Err(outlay_ledger::Error::Cancelled.into());
        }
    }
    asked.done(page).await
}

/// Why did this call cost that?
///
/// # Errors
/// `bad_request` where there is no such call.
pub async fn bill(app: &App, request: IdRequest, _: &Task) -> Result<Bill, ErrorReply> {
    let asked = Asked::new(app, &Filter::default()).await?;
    let call = asked.view.call(&request.id).await?;
    let mut found = bill::Found {
        book: asked.context.book.clone(),
        region: call.text("region").to_owned(),
        ..bill::Found::default()
    };
    match (asked.view.rates.price(call.rate_set), &call.tokens) {
        (Some(set), Some(tokens)) => {
            found.lines = outlay_price::bill(set, tokens)
                .into_iter()
                .map(|line| bill::Line {
                    bucket: line.bucket,
                    tokens: line.tokens,
                    rate: line.rate,
                    amount: Pico(line.amount),
                    amount_high: Pico(line.amount_high),
                })
                .collect();
            found.currency = Some(set.currency);
            found.rule = rule(set);
            found.valid_from = set.valid_from;
            found.valid_to = set.valid_to;
        }
        (_, None) => {
            found.unpriced = Some("The log tells no usage for this attempt: its cost is unknown, not 0.".to_owned());
        }
        (None, Some(_)) => {
            let key = Key::new(call.text("provider"), call.text("model")).tier(call.text("tier"));
            let reason = asked.ledger.book().schedule(&key).unpriced().map(ToString::to_string);
            found.unpriced = Some(format!(
                "No price for {}: {}.",
                call.text("model"),
                reason.unwrap_or_else(|| "add one, or say which model it is".to_owned())
            ));
        }
    }
    let scores = asked
        .view
        .scores(&call)
        .await?
        .into_iter()
        .map(|s| CallScore { name: s.name, version: s.version, kind: s.kind, value: s.value, label: s.label })
        .collect();
    let reply = bill::run(asked.row(&call), found, scores);
    asked.done(reply).await
}

/// The steps of a trace, by the trace's id or by that of a call in it; a call without a trace is all of its own.
async fn steps(view: &View, id: &str) -> Result<Vec<StoredCall>, ErrorReply> {
    let Ok(call) = view.call(id).await else { return Ok(view.trace(id).await?) };
    match call.text("trace_id") {
        "" => Ok(vec![call]),
        trace => Ok(view.trace(trace).await?),
    }
}

/// The steps of a trace, by its id or by that of a call in it.
///
/// # Errors
/// `bad_request` where there is no such trace.
pub async fn trace(app: &App, request: IdRequest, _: &Task) -> Result<Trace, ErrorReply> {
    let asked = Asked::new(app, &Filter::default()).await?;
    let steps = steps(&asked.view, &request.id)
        .await?
        .iter()
        .map(|call| Step {
            call: asked.row(call),
            start: call.time,
            span_id: call.text("span_id").to_owned(),
            parent_id: call.text("parent_id").to_owned(),
            name: [call.text("tool"), call.text("agent")]
                .into_iter()
                .find(|n| !n.is_empty())
                .unwrap_or_default()
                .to_owned(),
            prompt_hash: call.text("prompt_hash").to_owned(),
        })
        .collect();
    let reply = trace::run(&request.id, steps, asked.context.currency);
    asked.done(reply).await
}
