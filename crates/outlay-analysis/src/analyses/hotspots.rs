//! Where do I start?
//!
//! # Question
//! Which few features, models, customers … make most of the cost, and why is each of them dear?
//!
//! # Definition
//! Cost per combination of one to three dimensions. Where the headline's own sources know all of them (provider and
//! account; model, unless an invoice line names none), the headline is cut; otherwise own logs × price are cut, and the
//! rest of the headline is the last row. Rows + others + rest = headline, exactly. Running share = sum of the rows so
//! far / headline. A cause is dollars above a reference that its sentence states: tokens above the median call of the
//! row, repeats that no cache served, failed calls and later attempts, or the price that the row's peers (the other
//! rows' calls of the same operation) pay on their most used model for the same tokens.
//!
//! # Reads
//! Charges, usage and calls by day, provider, account and model; calls by the dimensions asked for, once more with
//! operation and model, once by hour; failed calls and retries by the dimensions; medians, repeats, and the dearest calls
//! and traces from rows.
//!
//! # Caveats
//! Causes of one row overlap and must not be added. Half of all calls lie above their median by definition: "long
//! input" says how much money that half is about, not that it is wasted. That peers use a cheaper model does not say it
//! would do here. A trace below is the sum of its calls of this cut and period; the rest of it may have cost more.
//!
//! # Reading the chart
//! A bar is a row of the table, the dearest first; the line is the running share of the whole. The hatched bar is what
//! was billed and no log tells of. The heat map shows cost by weekday and hour, from own logs.

use std::collections::BTreeMap;

use crate::analyses::calls::CallRow;
use crate::analyses::trace::TraceRow;
use crate::answer::{PeriodView, Sentence, Tone, Trust};
use crate::breakdown::{Breakdown, Detail, Item, Layout, labels, rest_label, rest_note};
use crate::causes::{Causes, Excess};
use crate::context::{Context, period_view};
use crate::headline::{self, Headline};
use crate::prices::{Cost, Prices};
use crate::trust::trust;
use crate::words;
use outlay_model::cube::{Cube, Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Money, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::day_date;
use outlay_model::view::{ChartSpec, Hue, Series, Shape, TableSpec, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// One to three dimensions.
    pub by: Vec<Dimension>,
    /// How many rows.
    pub top: usize,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

impl Default for Params {
    fn default() -> Self {
        Params { by: vec![Dimension::Feature], top: 20, conditions: Vec::new() }
    }
}

/// What the ledger finds in rows, beside the cubes.
#[derive(Clone, Copy, Debug, Default)]
pub struct FromRows<'a> {
    /// Medians, excess and repeats by the dimensions asked for.
    pub excess: &'a [Excess],
    /// The dearest calls, dearest first.
    pub dearest: &'a [CallRow],
    /// The dearest traces, dearest first.
    pub traces: &'a [TraceRow],
}

/// Why something is dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// Input above the group's own median.
    LongInput,
    /// Output above the group's own median.
    LongOutput,
    /// The same prompt sent again, not served by a cache.
    Repeats,
    /// Failed calls and later attempts.
    ErrorsAndRetries,
    /// A model dearer per token than the one its peers mostly use.
    DearModel,
}

/// A cause with its dollars above a stated reference. Causes of one row overlap and are not added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Cause {
    /// Which.
    pub kind: CauseKind,
    /// Dollars above the reference.
    pub amount: Money,
    /// `long input, $11,204 above its median of 2,104 tokens`.
    pub sentence: String,
}

/// One hotspot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Hotspot {
    /// One value per dimension; an empty text means "not told".
    pub keys: Vec<String>,
    /// What to print for them: a given name, else the id.
    pub labels: Vec<String>,
    /// Cost.
    pub cost: Money,
    /// Share of the headline.
    pub share: f64,
    /// Running share.
    pub running: f64,
    /// Calls; `None` where the source knows none.
    #[ts(type = "number | null")]
    pub calls: Option<i64>,
    /// Tokens.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Tokens without a price among them.
    #[ts(type = "number")]
    pub unpriced_tokens: i64,
    /// Causes, largest first.
    pub causes: Vec<Cause>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Hotspots {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence.
    pub sentence: Sentence,
    /// What it is cut by.
    pub by: Vec<Dimension>,
    /// The headline that the rows and the rest add up to.
    pub total: Money,
    /// Largest first.
    pub rows: Vec<Hotspot>,
    /// How many there are in all, before `top`.
    pub found: usize,
    /// Everything below `top`.
    pub others: Option<Money>,
    /// Billed, not in the logs; negative where the logs say more than the invoice.
    pub not_in_logs: Option<Money>,
    /// What that rest is called; empty where there is none.
    pub rest_label: String,
    /// Pareto bars.
    pub chart: ChartSpec,
    /// The same as a table.
    pub table: TableSpec,
    /// Weekday × hour, from own logs.
    pub when: ChartSpec,
    /// The dearest calls; `None` where rows were not read, and causes are then of errors, retries and dear models alone.
    pub dearest: Option<Vec<CallRow>>,
    /// The dearest traces by what their calls of this cut cost together; `None` where rows were not read.
    pub dearest_traces: Option<Vec<TraceRow>>,
    /// Trust.
    pub trust: Trust,
}

/// The cut to offer first: by feature where any record tells one, else by model.
#[must_use]
pub fn default_by(known: &[Dimension]) -> Vec<Dimension> {
    vec![if known.contains(&Dimension::Feature) { Dimension::Feature } else { Dimension::Model }]
}

/// The cubes that [`run`] takes, in order.
#[must_use]
pub fn slices(params: &Params, context: &Context) -> Vec<Slice> {
    let calls = |by: Vec<Dimension>, grain, only_waste| Slice {
        kind: Kind::Call,
        period: context.period,
        grain,
        by,
        conditions: params.conditions.clone(),
        only_waste,
    };
    let by = &params.by;
    let mut slices = headline::slices(context.period, &params.conditions);
    slices.push(calls(by.clone(), Grain::Whole, false));
    slices.push(calls(by.clone(), Grain::Whole, true));
    slices.push(calls(Vec::new(), Grain::Hour, false));
    for kind in [Kind::Usage, Kind::Charge] {
        slices.push(Slice { kind, ..calls(by.clone(), Grain::Whole, false) });
    }
    if !by.contains(&Dimension::Model) && !by.contains(&Dimension::Operation) {
        let models = by.iter().copied().chain([Dimension::Operation, Dimension::Model]).collect();
        slices.push(calls(models, Grain::Whole, false));
    }
    slices
}

/// Answers from the cubes of [`slices`], and from rows where they were read.
#[must_use]
pub fn run(
    cubes: &[Cube],
    rows: Option<FromRows<'_>>,
    params: &Params,
    context: &Context,
    prices: &dyn Prices,
) -> Hotspots {
    let empty = Cube::default();
    let cube = |at: usize| cubes.get(at).unwrap_or(&empty);
    let dimensions = params.by.len();
    let headline =
        Headline::of(cubes.get(..3).unwrap_or_default(), &context.period, &params.conditions, context, prices);
    let cut = Breakdown::of_headline(&headline, &params.by)
        .unwrap_or_else(|| Breakdown::of_details([cube(3), cube(6), cube(7)], dimensions, &headline, context, prices));
    let mut causes = Causes::of_waste(cube(4), dimensions, context, prices);
    if let Some(rows) = rows {
        causes = causes.with_excess(rows.excess, cube(3), dimensions);
    }
    if cubes.len() > 8 {
        causes = causes.with_models(cube(8), dimensions);
    }
    let costs: Vec<i128> = cut.items.iter().map(|item| item.cost.0).collect();
    let running = outlay_stats::shares::running(&costs, cut.total.0);
    let hotspots: Vec<Hotspot> = cut
        .items
        .iter()
        .zip(&running)
        .take(params.top)
        .map(|(item, running)| Hotspot {
            keys: item.keys.clone(),
            labels: labels(&params.by, &item.keys, context),
            cost: context.money(item.cost),
            share: item.cost.share_of(cut.total),
            running: *running,
            calls: item.calls,
            tokens: item.tokens,
            unpriced_tokens: item.unpriced_tokens,
            // What own logs tell of calls says nothing about parts that come from elsewhere.
            causes: match cut.detail {
                Detail::Headline | Detail::OwnLogs => causes.of(&item.keys, item.cost),
                Detail::ProviderUsage | Detail::Invoice => Vec::new(),
            },
        })
        .collect();
    let mut trust = trust(&headline, &params.conditions, context);
    trust.from_rows = rows.is_some_and(|rows| !rows.excess.is_empty()) || cubes.iter().any(|cube| cube.from_rows);
    Hotspots {
        period: period_view(&context.period),
        sentence: sentence(&cut, &running, &headline, params, context),
        by: params.by.clone(),
        total: context.money(cut.total),
        found: cut.items.len(),
        others: cut.others(params.top).map(|(_, cost)| context.money(cost)),
        not_in_logs: cut.rest.map(|rest| context.money(rest)),
        rest_label: cut.rest.map(|_| rest_label(&headline, &cut)).unwrap_or_default(),
        chart: chart(&cut, &headline, params, context),
        table: table(&cut, &headline, cube(2), &hotspots, params, context),
        rows: hotspots,
        when: when(cube(5), context, prices),
        dearest: rows.map(|rows| rows.dearest.to_vec()),
        dearest_traces: rows.map(|rows| rows.traces.to_vec()),
        trust,
    }
}

fn sentence(cut: &Breakdown, running: &[f64], headline: &Headline, params: &Params, context: &Context) -> Sentence {
    let style = context.style;
    let (one, many) = match params.by.as_slice() {
        [dimension] => (dimension.title().to_lowercase().replace("api", "API"), dimension.plural().to_owned()),
        _ => ("combination".to_owned(), "combinations".to_owned()),
    };
    if cut.items.is_empty() {
        let text = match cut.total {
            Pico::ZERO => format!("{}: nothing was spent.", context.period.label()),
            _ => format!("These exports carry no {one}: add a rule, or import a log that has it."),
        };
        return Sentence::default().say(Tone::Plain, text);
    }
    let found = cut.items.len();
    // The few that make 70 %; where it takes many, or where too little is in the logs, the first three.
    let few = outlay_stats::shares::head(running, 0.7).filter(|few| *few <= 10).unwrap_or(3.min(found));
    let share = style.share(running.get(few - 1).copied().unwrap_or_default());
    let said = if found == 1 {
        let label = labels(&params.by, &cut.items[0].keys, context).join(" · ");
        Sentence::default().say(Tone::Strong, label).say(Tone::Plain, " makes ")
    } else {
        let makes = if few == 1 { "makes" } else { "make" };
        Sentence::default()
            .say(Tone::Strong, style.count(few as i64))
            .say(Tone::Plain, format!(" of {} {makes} ", words::several(style, found, &one, &many)))
    };
    let said = said.say(Tone::Strong, share).say(Tone::Plain, ".");
    match cut.rest {
        Some(rest) if rest.0 > 0 => {
            let share = style.share(rest.share_of(cut.total));
            said.say(Tone::Plain, format!(" {share} is {}.", rest_label(headline, cut)))
        }
        Some(_) if cut.detail == Detail::OwnLogs => said.say(Tone::Plain, " The logs say more than the bill."),
        Some(_) => said.say(Tone::Plain, " Usage at list price is more than the bill."),
        None => said,
    }
}

fn chart(cut: &Breakdown, headline: &Headline, params: &Params, context: &Context) -> ChartSpec {
    let shown: Vec<&Item> = cut.items.iter().take(params.top).collect();
    let mut categories: Vec<String> =
        shown.iter().map(|item| labels(&params.by, &item.keys, context).join(" · ")).collect();
    let mut amounts: Vec<Pico> = shown.iter().map(|item| item.cost).collect();
    let mut values: Vec<Option<f64>> =
        shown.iter().map(|item| (!item.is_unpriced()).then(|| item.cost.to_plot())).collect();
    if let Some((number, cost)) = cut.others(params.top) {
        categories.push(words::several(context.style, number, "other", "others"));
        amounts.push(cost);
        values.push(Some(cost.to_plot()));
    }
    let mut series = Vec::new();
    if let Some(rest) = cut.rest {
        categories.push(rest_label(headline, cut));
        amounts.push(rest);
        values.push(None);
        let mut hatched = vec![None; amounts.len()];
        if let Some(last) = hatched.last_mut() {
            *last = Some(rest.to_plot());
        }
        series.push(Series { name: rest_label(headline, cut), values: hatched, hue: Hue::Missing });
    }
    if !amounts.is_empty() {
        series.insert(0, Series { name: "cost".to_owned(), values, hue: Hue::Main });
    }
    let amounts: Vec<i128> = amounts.iter().map(|amount| amount.0).collect();
    ChartSpec {
        title: "Where do I start?".to_owned(),
        subtitle: format!("{}; line: running share", words::unit(context.currency)),
        shape: Shape::Pareto { running: outlay_stats::shares::running(&amounts, cut.total.0) },
        unit: Unit::Money,
        categories,
        missing: Vec::new(),
        series,
        marks: Vec::new(),
    }
}

fn table(
    cut: &Breakdown,
    headline: &Headline,
    calls: &Cube,
    hotspots: &[Hotspot],
    params: &Params,
    context: &Context,
) -> TableSpec {
    let causes: BTreeMap<&[String], &str> = hotspots
        .iter()
        .filter_map(|spot| Some((spot.keys.as_slice(), spot.causes.first()?.sentence.as_str())))
        .collect();
    let layout = Layout {
        title: "Where do I start?",
        by: &params.by,
        top: params.top,
        rest_label: rest_label(headline, cut),
        rest_note: rest_note(headline, calls, cut, context),
        context,
    };
    cut.table(&layout, |item| causes.get(item.keys.as_slice()).copied().unwrap_or_default().to_owned())
}

/// Cost by weekday (series) and hour (categories) of a cube of calls by hour.
#[must_use]
pub fn when(hours: &Cube, context: &Context, prices: &dyn Prices) -> ChartSpec {
    use chrono::Datelike;
    let mut cells = [[Pico::ZERO; 24]; 7];
    for group in &hours.groups {
        let weekday = day_date(group.day).weekday().num_days_from_monday() as usize;
        cells[weekday % 7][usize::from(group.hour) % 24] += Cost::of(group.rate_set, &group.sums, context, prices).low;
    }
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let series = names.iter().zip(cells).map(|(name, row)| Series {
        name: (*name).to_owned(),
        values: row.iter().map(|cost| Some(cost.to_plot())).collect(),
        hue: Hue::Main,
    });
    let unit = words::unit(context.currency);
    ChartSpec {
        title: "When is it spent?".to_owned(),
        subtitle: format!("{unit} by weekday and hour, {}, from own logs", context.period.zone),
        shape: Shape::HeatMap,
        unit: Unit::Money,
        categories: (0..24).map(|hour| format!("{hour}")).collect(),
        missing: Vec::new(),
        series: if hours.groups.is_empty() { Vec::new() } else { series.collect() },
        marks: Vec::new(),
    }
}

#[cfg(test)]
#[path = "hotspots_tests.rs"]
mod tests;
