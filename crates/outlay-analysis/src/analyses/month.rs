//! Why did it change, and can I close it?
//!
//! # Question
//! What did the month cost, what made it cost more or less than the month before, and what is still missing from it?
//!
//! # Definition
//! Total as in Overview. The bridge leads from the total of the period before to this one in the steps of `bridge`, which
//! add up to the last unit. The cost of a provider is taken apart by own logs × price where they tell at least half of
//! the tokens that its usage exports tell, else by provider usage × price, with tokens for volume where no calls are
//! told, as far as they are there in both periods; what its headline has beyond that is "billed, not in the logs". Lines of a bill that are no usage are a step of
//! their own. While a period runs, it is compared with the same days of the one before.
//!
//! # Reads
//! Charges, usage and calls by day, provider, account and model, of both periods; charges by provider and category;
//! calls, failed calls and retries by provider, account, model, service tier and feature, and by the dimension asked for;
//! usage by the same but feature.
//!
//! # Caveats
//! The order in which factors are changed is a choice, and prices come last: what two factors did together goes to the
//! later one. Prices are those of the tokens used, so that a price that changed within a month counts for the tokens
//! behind it. Tokens without a price are in no step. Amounts in other currencies are not added, so that an exchange rate
//! moves nothing.
//!
//! # Reading the chart
//! The bars at both ends are the two totals; each bar between them begins where the one before ended. A step that these
//! sources cannot tell is not drawn; the table says why.

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::{Cube, Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Money, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::Period;
use outlay_model::view::{Cell as Shown, ChartSpec, Column, Hue, Row, RowKind, Series, Shape, TableSpec, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::analyses::overview;
use crate::answer::{PeriodView, Sentence, Tone, Trust};
use crate::breakdown::column;
use crate::bridge::{self, Cell, Effects, STEPS, Step};
use crate::cells::{BY, Cells, Detail, OF_USAGE, PROVIDER, Part, Sources, sum};
use crate::context::{Context, period_view};
use crate::headline::{self, Headline};
use crate::prices::Prices;
use crate::trust::{incomplete, trust};
use crate::words;

/// Steps named in the sentence.
const NAMED: usize = 3;
/// Values of a dimension that are told apart.
const TOP: usize = 20;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The dimension that the bridge is cut by besides.
    pub by: Option<Dimension>,
}

/// Whether a month can be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was imported for it.
    Empty,
    /// It is not over.
    Running,
    /// A day of an expected account is missing.
    Incomplete,
    /// Every expected day is there.
    Ready,
}

/// A bar of the bridge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Bar {
    /// Step.
    pub step: Step,
    /// What it is called.
    pub title: String,
    /// What it added; less than 0 where it took away.
    pub change: Money,
    /// Whether the sources tell it at all; where not, the change is 0 and means nothing.
    pub told: bool,
    /// What there is to know about it.
    pub note: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Month {
    /// Period.
    pub period: PeriodView,
    /// What it is compared with: the period before, or the part of it that is as long as this one is now.
    pub previous: PeriodView,
    /// What that is called.
    pub against: String,
    /// The answer in a sentence.
    pub sentence: Sentence,
    /// Second line: what drove it, what is missing.
    pub detail: Sentence,
    /// State.
    pub state: State,
    /// Total.
    pub total: Money,
    /// Total of the period before, where it has records.
    pub before: Option<Money>,
    /// The bridge from one to the other; empty where there is nothing before.
    pub bars: Vec<Bar>,
    /// The bridge as a chart.
    pub chart: ChartSpec,
    /// The bridge as a table, from total to total.
    pub table: TableSpec,
    /// The bridge by the dimension asked for.
    pub by: Option<TableSpec>,
    /// Trust.
    pub trust: Trust,
}

/// The days of the period before that stand against those of the period.
fn compared(context: &Context) -> Period {
    let mut period = context.previous;
    if context.running() {
        let days = i64::from(context.elapsed_days()).clamp(1, period.days());
        period.to = period.from + chrono::Duration::days(days - 1);
    }
    period
}

/// The dimension that cells have to be cut by besides.
fn finer(params: &Params) -> Option<Dimension> {
    params.by.filter(|dimension| !BY.contains(dimension))
}

/// The cubes that [`run`] takes, in order: two headlines, billed lines by category, and the cells, each of this period
/// and the one before.
#[must_use]
pub fn slices(params: &Params, context: &Context) -> Vec<Slice> {
    let before = compared(context);
    let mut slices = headline::slices(context.period, &params.conditions);
    slices.extend(headline::slices(before, &params.conditions));
    for period in [context.period, before] {
        slices.push(Slice {
            kind: Kind::Charge,
            period,
            grain: Grain::Day,
            by: vec![Dimension::Provider, Dimension::Account, Dimension::Category],
            conditions: params.conditions.clone(),
            only_waste: false,
        });
    }
    let mut cut = |by: Vec<Dimension>, kind, only_waste| {
        for period in [context.period, before] {
            let (by, conditions) = (by.clone(), params.conditions.clone());
            slices.push(Slice { kind, period, grain: Grain::Whole, by, conditions, only_waste });
        }
    };
    for finer in [None].into_iter().chain(finer(params).map(Some)) {
        let with = |by: &[Dimension]| by.iter().copied().chain(finer).collect::<Vec<_>>();
        cut(with(&BY), Kind::Call, false);
        cut(with(&BY), Kind::Call, true);
        cut(with(&BY[..OF_USAGE]), Kind::Usage, false);
    }
    slices
}

/// Answers from the cubes of [`slices`].
#[must_use]
pub fn run(cubes: &[Cube], params: &Params, context: &Context, prices: &dyn Prices) -> Month {
    let empty = Cube::default();
    let cube = |at: usize| cubes.get(at).unwrap_or(&empty);
    let three = |from: usize| cubes.get(from..from + 3).unwrap_or_default();
    let conditions = &params.conditions;
    let earlier = Context { period: compared(context), ..context.clone() };
    let headline = Headline::of(three(0), &context.period, conditions, context, prices);
    let previous = Headline::of(three(3), &earlier.period, conditions, &earlier, prices);
    let mut trust = trust(&headline, conditions, context);
    trust.from_rows = cubes.iter().any(|cube| cube.from_rows);
    let state = match () {
        () if !headline.has_records() => State::Empty,
        () if context.running() => State::Running,
        () if !trust.missing.is_empty() => State::Incomplete,
        () => State::Ready,
    };
    let against = match context.running() {
        true => words::dates(&earlier.period.dates().collect::<Vec<_>>()),
        false => words::before(&context.period, &context.previous),
    };
    let mut month = Month {
        period: period_view(&context.period),
        previous: period_view(&earlier.period),
        against: against.clone(),
        sentence: overview::sentence(&headline, &previous, context),
        detail: Sentence::default(),
        state,
        total: context.money(headline.total),
        before: previous.has_records().then(|| context.money(previous.total)),
        bars: Vec::new(),
        chart: ChartSpec {
            title: "Why did it change?".to_owned(),
            subtitle: format!("{} from {against} to {}", words::unit(context.currency), context.period.label()),
            shape: Shape::Waterfall { totals: Vec::new() },
            unit: Unit::Money,
            categories: Vec::new(),
            missing: Vec::new(),
            series: Vec::new(),
            marks: Vec::new(),
        },
        table: TableSpec::default(),
        by: None,
        trust,
    };
    if previous.has_records() && headline.has_records() {
        let sources = Sources::of(cubes, &headline, &previous, [context, &earlier], conditions, prices);
        let cells = sources.cells([cube(8), cube(9)], [cube(10), cube(11)], [cube(12), cube(13)], &BY);
        let effects = bridge::bridge(&cells.values().copied().collect::<Vec<_>>(), sources.days);
        let beyond = sources.beyond(&cells);
        let all = sum(effects.iter().chain(beyond.values()));
        let lesser = Lesser::of(&sources, &cells);
        month.bars = bars(&all, &lesser, context);
        fill(&mut month, &headline, &previous, context);
        if let Some(dimension) = params.by {
            let parts = match BY.iter().position(|d| *d == dimension) {
                Some(at) => sources.parts(at, &cells, &effects),
                None => {
                    let by: Vec<Dimension> = BY.iter().copied().chain([dimension]).collect();
                    let cells = sources.cells([cube(14), cube(15)], [cube(16), cube(17)], [cube(18), cube(19)], &by);
                    let effects = bridge::bridge(&cells.values().copied().collect::<Vec<_>>(), sources.days);
                    sources.parts(BY.len(), &cells, &effects)
                }
            };
            month.by = Some(by_value(dimension, parts, &all, [previous.total, headline.total], context));
        }
    }
    month.detail = detail(&month, context);
    month
}

/// What the sources cannot tell, in words.
struct Lesser {
    /// Providers whose volume is tokens.
    by_tokens: Vec<String>,
    /// Providers of which nothing but a bill is there.
    billed_only: Vec<String>,
    /// Whether any provider is taken apart by calls.
    calls: bool,
    /// Whether any errors can be told.
    logs: bool,
    /// Whether any bill is there.
    bills: bool,
    /// Whether any billed line is marked as something else than usage.
    marked: bool,
}

impl Lesser {
    fn of(sources: &Sources<'_>, cells: &Cells) -> Lesser {
        let label = |provider: &str| sources.context.label(Dimension::Provider, provider);
        let by_tokens: BTreeSet<&str> =
            cells.iter().filter(|(_, cell)| !cell.by_calls()).map(|(keys, _)| keys[PROVIDER].as_str()).collect();
        let told: BTreeSet<&str> = cells.keys().map(|keys| keys[PROVIDER].as_str()).collect();
        let billed = sources.totals.iter().filter(|(provider, [before, now])| {
            !told.contains(provider.as_str()) && (*before != Pico::ZERO || *now != Pico::ZERO)
        });
        Lesser {
            by_tokens: by_tokens.into_iter().map(label).collect(),
            billed_only: billed.map(|(provider, _)| label(provider)).collect(),
            calls: cells.values().any(Cell::by_calls),
            logs: sources.details.values().any(|detail| *detail == Detail::OwnLogs),
            marked: !sources.beside.is_empty(),
            bills: sources.context.presence.iter().any(|presence| presence.kind == Kind::Charge),
        }
    }
}

fn bars(all: &Effects, lesser: &Lesser, context: &Context) -> Vec<Bar> {
    let names = |names: &[String]| match names {
        [first, second, _, ..] => format!("{first}, {second} and {} more", names.len() - 2),
        few => few.join(" and "),
    };
    STEPS
        .into_iter()
        .zip(all)
        .map(|(step, change)| {
            let (told, note) = match step {
                Step::Volume if !lesser.by_tokens.is_empty() => {
                    (true, format!("tokens, for no calls are told: {}", names(&lesser.by_tokens)))
                }
                Step::TokensPerCall if !lesser.calls => (false, "these sources tell no calls".to_owned()),
                Step::ErrorsAndRetries if !lesser.logs => (false, "these sources tell no errors".to_owned()),
                Step::ContractAndCredits if !lesser.bills => (false, "no bill was imported".to_owned()),
                Step::ContractAndCredits if !lesser.marked => (true, "no billed line is marked as one".to_owned()),
                Step::ExchangeRate => (false, "other currencies are not added".to_owned()),
                Step::NotExplained if !lesser.billed_only.is_empty() => {
                    (true, format!("nothing else in both periods: {}", names(&lesser.billed_only)))
                }
                Step::NotImported if *change != Pico::ZERO => (true, "missing days, at the pace of before".to_owned()),
                _ => (true, String::new()),
            };
            Bar { step, title: step.title().to_owned(), change: context.money(*change), told, note }
        })
        .collect()
}

fn fill(month: &mut Month, headline: &Headline, previous: &Headline, context: &Context) {
    let ends = [month.against.clone(), context.period.label()];
    let drawn: Vec<&Bar> = month.bars.iter().filter(|bar| bar.change.amount != Pico::ZERO).collect();
    let values = [previous.total]
        .into_iter()
        .chain(drawn.iter().map(|bar| bar.change.amount))
        .chain([headline.total])
        .map(|amount| Some(amount.to_plot()));
    let name = ends[1].clone();
    month.chart.series = vec![Series { name, values: values.collect(), hue: Hue::Main }];
    month.chart.categories = [ends[0].clone()]
        .into_iter()
        .chain(drawn.iter().map(|bar| bar.title.clone()))
        .chain([ends[1].clone()])
        .collect();
    month.chart.shape = Shape::Waterfall { totals: vec![0, drawn.len() + 1] };
    let row = |title: String, change: Shown, total: Pico, note: String, kind: RowKind| Row {
        cells: vec![Shown::Text(title), change, Shown::Money(context.money(total)), Shown::Text(note)],
        kind,
        keys: None,
    };
    let none = || Shown::Text(String::new());
    let mut at = previous.total;
    let mut rows = vec![row(ends[0].clone(), none(), at, String::new(), RowKind::Item)];
    for bar in &month.bars {
        at += bar.change.amount;
        let change = if bar.told { Shown::Money(bar.change) } else { Shown::Unknown("cannot tell".to_owned()) };
        rows.push(row(bar.title.clone(), change, at, bar.note.clone(), RowKind::Item));
    }
    let change = Shown::Money(context.money(headline.total - previous.total));
    rows.push(row(ends[1].clone(), change, headline.total, String::new(), RowKind::Total));
    month.table = TableSpec {
        title: "What is each step?".to_owned(),
        columns: vec![
            column("step", "step", Unit::Text),
            column("change", "change", Unit::Money),
            column("total", "total behind it", Unit::Money),
            column("note", "note", Unit::Text),
        ],
        rows,
    };
}

/// The bridge of each value, what moved between values, and the whole.
fn by_value(
    dimension: Dimension,
    parts: BTreeMap<String, Part>,
    all: &Effects,
    totals: [Pico; 2],
    context: &Context,
) -> TableSpec {
    let mut parts: Vec<(String, Part)> = parts.into_iter().collect();
    parts.sort_by_key(|(_, part)| std::cmp::Reverse((part.now - part.before).0.abs()));
    let mut rest = Part { before: totals[0], now: totals[1], effects: *all };
    for (_, part) in &parts {
        rest.before = rest.before - part.before;
        rest.now = rest.now - part.now;
        rest.effects.iter_mut().zip(part.effects).for_each(|(sum, effect)| *sum = *sum - effect);
    }
    let others = parts.split_off(parts.len().min(TOP));
    let steps: Vec<usize> = (0..STEPS.len())
        .filter(|at| {
            let moved = |part: &Part| part.effects[*at] != Pico::ZERO;
            all[*at] != Pico::ZERO || parts.iter().chain(&others).any(|(_, part)| moved(part))
        })
        .collect();
    let row = |label: String, part: &Part, kind: RowKind, keys: Option<Vec<String>>| {
        let money = |amount: Pico| Shown::Money(context.money(amount));
        let cells = [Shown::Text(label), money(part.before), money(part.now), money(part.now - part.before)];
        Row { cells: cells.into_iter().chain(steps.iter().map(|at| money(part.effects[*at]))).collect(), kind, keys }
    };
    let mut rows: Vec<Row> = parts
        .iter()
        .map(|(value, part)| row(context.label(dimension, value), part, RowKind::Item, Some(vec![value.clone()])))
        .collect();
    if !others.is_empty() {
        let mut sum = Part::default();
        for (_, part) in &others {
            sum.before += part.before;
            sum.now += part.now;
            sum.effects.iter_mut().zip(part.effects).for_each(|(sum, effect)| *sum += effect);
        }
        rows.push(row(words::several(context.style, others.len(), "other", "others"), &sum, RowKind::Item, None));
    }
    if rest.before != Pico::ZERO || rest.now != Pico::ZERO || rest.effects.iter().any(|effect| *effect != Pico::ZERO) {
        rows.push(row("between them, or not told by it".to_owned(), &rest, RowKind::Rest, None));
    }
    let whole = Part { before: totals[0], now: totals[1], effects: *all };
    rows.push(row("total".to_owned(), &whole, RowKind::Total, None));
    let mut columns = vec![
        column(dimension.name(), dimension.title(), Unit::Text),
        column("before", "before", Unit::Money),
        column("now", "now", Unit::Money),
        column("change", "change", Unit::Money),
    ];
    columns.extend(steps.iter().map(|at| {
        let step = STEPS[*at];
        column(&step.title().replace([' ', '-', ','], "_"), step.title(), Unit::Money)
    }));
    TableSpec { title: format!("Which {} moved it?", dimension.plural()), columns, rows }
}

/// Columns of a table by value before those of its steps.
const BEFORE_STEPS: usize = 4;

/// The table by value with its largest steps alone, and the others added up: for where there is no room for all.
#[must_use]
pub fn narrow(table: &TableSpec, most: usize) -> TableSpec {
    let steps = table.columns.len().saturating_sub(BEFORE_STEPS);
    if steps <= most + 1 {
        return table.clone();
    }
    let amount = |row: &Row, at: usize| match row.cells.get(at) {
        Some(Shown::Money(money)) => money.amount,
        _ => Pico::ZERO,
    };
    let whole = table.rows.iter().find(|row| row.kind == RowKind::Total);
    let mut order: Vec<usize> = (BEFORE_STEPS..table.columns.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(whole.map_or(0, |row| amount(row, *at).0.abs())));
    let (mut kept, others) = (order[..most].to_vec(), order[most..].to_vec());
    kept.sort_unstable();
    let places = || (0..BEFORE_STEPS).chain(kept.iter().copied());
    let mut columns: Vec<Column> = places().filter_map(|at| table.columns.get(at).cloned()).collect();
    columns.push(column("other_steps", "other steps", Unit::Money));
    let rows = table.rows.iter().map(|row| {
        let mut cells: Vec<Shown> = places().filter_map(|at| row.cells.get(at).cloned()).collect();
        if let Some(Shown::Money(money)) = row.cells.get(BEFORE_STEPS) {
            let rest = others.iter().map(|at| amount(row, *at)).sum();
            cells.push(Shown::Money(Money::new(rest, money.currency)));
        }
        Row { cells, ..row.clone() }
    });
    TableSpec { columns, rows: rows.collect(), title: table.title.clone() }
}

fn detail(month: &Month, context: &Context) -> Sentence {
    let mut said = Sentence::default();
    let mut moved: Vec<&Bar> = month.bars.iter().filter(|bar| bar.change.amount != Pico::ZERO).collect();
    moved.sort_by_key(|bar| std::cmp::Reverse(bar.change.amount.0.abs()));
    for (at, bar) in moved.iter().take(NAMED).enumerate() {
        let amount = context.style.part(Pico(bar.change.amount.0.abs()), context.currency);
        let (tone, sign) = if bar.change.amount.0 > 0 { (Tone::Up, "+") } else { (Tone::Down, "−") };
        said = said.say(Tone::Plain, if at == 0 { "Most of it: " } else { ", " });
        said = said.say(Tone::Plain, format!("{} ", bar.title)).say(tone, format!("{sign}{amount}"));
    }
    if !said.0.is_empty() {
        said = said.say(Tone::Plain, ".");
    }
    let mut warn = Vec::new();
    if !month.trust.missing.is_empty() {
        warn.push(incomplete(&month.trust.missing, context));
    }
    if let Some(priced) = month.trust.priced.filter(|priced| *priced < 1.0) {
        warn.push(format!("{} of tokens have no price", context.style.share(1.0 - priced)));
    }
    for text in warn {
        if !said.0.is_empty() {
            said = said.say(Tone::Plain, " ");
        }
        said = said.say(Tone::Warn, format!("{text}."));
    }
    said
}

#[cfg(test)]
#[path = "month_tests.rs"]
mod tests;
