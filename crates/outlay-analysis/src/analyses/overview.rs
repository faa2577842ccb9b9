//! What did the period cost, and is that number right?
//!
//! # Question
//! What did the month cost, when did it move, what moved it, and how far can the number be trusted?
//!
//! # Definition
//! Total = sum over provider accounts and days of the one source that counts there (see `headline`): billed lines, else
//! provider usage × price, else own logs × price. Change = total − total of the period before; while a period runs, it
//! is compared with the same days of the one before. Explained = own logs × price on the account-days of invoices and
//! usage, divided by what these gave. Features come from own logs; what they leave of the total is a row of its own.
//!
//! # Reads
//! Charges, usage and calls by day, provider, account and model, of both periods; calls by day, feature, model, prompt
//! name and version, of both periods; failed calls and retries by day, feature and model; calls by feature, operation and
//! model.
//!
//! # Caveats
//! Cache writes of unknown duration are counted at the shorter one's price; the range says up to what the total could
//! be. Amounts in other currencies are told apart and not added. Movers are measured on own logs, so their changes need
//! not add up to the change of an invoice. A sentence about a mover ranks its factors; only its amount is exact.
//!
//! # Reading the chart
//! A bar is a local day, stacked by provider, the largest at the bottom; the grey line is the period before, day by
//! day. A dashed box is a day on which an expected account has no record: the bar below it is too short. A dotted
//! vertical line says what happened that day.

use std::collections::BTreeSet;

use crate::answer::{HeadlineSource, PeriodView, Sentence, Tone, Trust};
use crate::breakdown::{Breakdown, Layout, rest_label, rest_note};
use crate::causes::Causes;
use crate::context::{Context, period_view};
use crate::headline::{self, Headline};
use crate::movers::{self, Inputs};
use crate::prices::Prices;
use crate::trust::{incomplete, trust};
use crate::{marks, words};
use chrono::NaiveDate;
use outlay_model::cube::{Cube, Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Money, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::{Period, date_day, day_date};
use outlay_model::view::{ChartSpec, Hue, Series, Shape, TableSpec, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Features listed one by one.
const TOP: usize = 5;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// Something that moved the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Mover {
    /// Change against the period before.
    pub change: Money,
    /// Dimension that the mover is a value of.
    pub dimension: Dimension,
    /// Value.
    pub value: String,
    /// What happened.
    pub sentence: Sentence,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Overview {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence; empty ledger: what to do first.
    pub sentence: Sentence,
    /// Second line: explained, incomplete.
    pub detail: Sentence,
    /// Total of the headline sources.
    pub total: Money,
    /// Total of the period before, where it has records.
    pub previous: Option<Money>,
    /// `false` where a day of an expected account is missing.
    pub complete: bool,
    /// When did it move?
    pub chart: ChartSpec,
    /// Where do I start? The largest features (or models), the rest, and what is billed but not in the logs.
    pub table: TableSpec,
    /// What moved it?
    pub movers: Vec<Mover>,
    /// What the period before is called: `September`.
    pub against: String,
    /// Trust.
    pub trust: Trust,
}

/// The cubes that [`run`] takes, in order.
#[must_use]
pub fn slices(params: &Params, context: &Context) -> Vec<Slice> {
    let conditions = &params.conditions;
    let waste = |period: Period| Slice {
        kind: Kind::Call,
        period,
        grain: Grain::Day,
        by: vec![Dimension::Feature, Dimension::Model],
        conditions: conditions.clone(),
        only_waste: true,
    };
    let mut slices = headline::slices(context.period, conditions);
    slices.extend(headline::slices(context.previous, conditions));
    slices.push(marks::slice(context.period, conditions));
    slices.push(marks::slice(context.previous, conditions));
    slices.push(waste(context.period));
    slices.push(waste(context.previous));
    slices.push(Slice {
        kind: Kind::Call,
        period: context.period,
        grain: Grain::Whole,
        by: vec![Dimension::Feature, Dimension::Operation, Dimension::Model],
        conditions: conditions.clone(),
        only_waste: false,
    });
    slices
}

/// Answers from the cubes of [`slices`].
#[must_use]
pub fn run(cubes: &[Cube], params: &Params, context: &Context, prices: &dyn Prices) -> Overview {
    let empty = Cube::default();
    let cube = |at: usize| cubes.get(at).unwrap_or(&empty);
    let conditions = &params.conditions;
    let three = |from: usize| cubes.get(from..from + 3).unwrap_or_default();
    let headline = Headline::of(three(0), &context.period, conditions, context, prices);
    let previous = Headline::of(three(3), &context.previous, conditions, context, prices);
    let mut trust = trust(&headline, conditions, context);
    trust.from_rows = cubes.iter().any(|cube| cube.from_rows);
    let inputs = Inputs { calls: cube(6), before: cube(7), waste: cube(8), waste_before: cube(9) };
    Overview {
        period: period_view(&context.period),
        sentence: sentence(&headline, &previous, context),
        detail: detail(&headline, &trust, context),
        total: context.money(headline.total),
        previous: previous.has_records().then(|| context.money(previous.total)),
        complete: trust.missing.is_empty(),
        chart: chart(&headline, &previous, &trust, &inputs, context, prices),
        table: table(&headline, cube(2), &inputs, cube(10), context, prices),
        against: words::before(&context.period, &context.previous),
        movers: movers::movers(&inputs, &headline, &previous, context, prices),
        trust,
    }
}

/// The words for where a total comes from.
#[must_use]
pub fn verb(headline: &Headline) -> &'static str {
    match headline.only_source() {
        Some(HeadlineSource::Invoice) => "billed",
        Some(HeadlineSource::ProviderUsage) => "from provider usage × price",
        Some(HeadlineSource::OwnLogs) => "priced from your own logs",
        None => "spent",
    }
}

pub(crate) fn sentence(headline: &Headline, previous: &Headline, context: &Context) -> Sentence {
    let label = context.period.label();
    if !headline.has_records() {
        let empty = Sentence::default();
        if context.presence.is_empty() {
            return empty.say(Tone::Strong, "Drop this month's exports here");
        }
        return empty.say(Tone::Plain, format!("{label}: no records yet. ")).say(Tone::Strong, "Drop its exports here");
    }
    let style = context.style;
    let so_far = if context.running() { " so far" } else { "" };
    let total = style.total(headline.total, context.currency);
    let said = Sentence::default()
        .say(Tone::Plain, format!("{label}: "))
        .say(Tone::Strong, total)
        .say(Tone::Plain, format!(" {}{so_far}", verb(headline)));
    if !previous.has_records() {
        return said;
    }
    let before = previous.total_on(|day| context.compared(day));
    let mut name = words::before(&context.period, &context.previous);
    if context.running() {
        let last = context.elapsed_days().clamp(1, i32::try_from(context.previous.days()).unwrap_or(i32::MAX));
        let to = context.previous.from + chrono::Duration::days(i64::from(last) - 1);
        let days: Vec<NaiveDate> = context.previous.from.iter_days().take_while(|d| *d <= to).collect();
        name = words::dates(&days);
    }
    // A ledger that begins inside the period before makes it look cheap: say so.
    let begun = previous.won.keys().map(|(_, _, day)| day_date(*day)).min();
    let earlier = |first: NaiveDate| context.presence.iter().any(|p| p.days.range(..first).next().is_some());
    if let Some(first) = begun.filter(|first| *first > context.previous.from && !earlier(*first)) {
        name.push_str(&format!(", where records begin on {}", words::date(first)));
    }
    let change = headline.total - before;
    if change == Pico::ZERO {
        return said.say(Tone::Plain, format!(", the same as {name}"));
    }
    let amount = style.part(Pico(change.0.abs()), context.currency);
    let (tone, word) = if change.0 > 0 { (Tone::Up, "more") } else { (Tone::Down, "less") };
    let percent = style.change(headline.total, before).map(|p| format!(" ({p})")).unwrap_or_default();
    said.say(Tone::Plain, ", ").say(tone, format!("{amount} {word}")).say(Tone::Plain, format!(" than {name}{percent}"))
}

fn detail(headline: &Headline, trust: &Trust, context: &Context) -> Sentence {
    let style = context.style;
    let mut plain: Vec<String> = Vec::new();
    if let Some(explained) = trust.explained {
        plain.push(if headline.explained > headline.explained_of {
            let above = style.part(headline.explained - headline.explained_of, context.currency);
            format!("Your logs explain all of it, and {above} more.")
        } else if headline.explained == Pico::ZERO {
            "Nothing is explained by your logs.".to_owned()
        } else {
            format!("{} is explained by your logs.", style.share(explained))
        });
    } else if headline.only_source() == Some(HeadlineSource::OwnLogs) {
        plain.push("No invoice or provider usage to check it against.".to_owned());
    }
    if let Some((_, high)) = trust.range {
        plain.push(format!("Up to {} if unknown cache writes were long.", style.total(high.amount, high.currency)));
    }
    for money in &trust.other_currencies {
        plain.push(format!("{} is not added.", style.total(money.amount, money.currency)));
    }
    let mut warn: Vec<String> = Vec::new();
    if !trust.missing.is_empty() {
        warn.push(incomplete(&trust.missing, context));
    }
    if headline.unpriced_tokens > 0 {
        let share = headline.unpriced_tokens as f64 / headline.tokens as f64;
        warn.push(format!("{} of tokens have no price", style.share(share)));
    }
    match trust.left_out.as_slice() {
        [] => {}
        [one] => warn.push(format!("{}.", one.sentence)),
        more => {
            let files: BTreeSet<&str> = more.iter().map(|export| export.file.as_str()).collect();
            warn.push(match files.len() {
                1 => "1 file tells the same as others and is not added.".to_owned(),
                files => format!("{files} files tell the same as others and are not added."),
            });
        }
    }
    if trust.unknown_usage_calls > 0 {
        warn.push(format!("{} calls tell no usage", style.count(trust.unknown_usage_calls)));
    }
    let mut said = Sentence::default();
    if !plain.is_empty() {
        said = said.say(Tone::Plain, plain.join(" "));
    }
    for text in warn {
        if !said.0.is_empty() {
            said = said.say(Tone::Plain, " ");
        }
        said = said.say(Tone::Warn, text);
    }
    said
}

fn chart(
    headline: &Headline,
    previous: &Headline,
    trust: &Trust,
    inputs: &Inputs<'_>,
    context: &Context,
    prices: &dyn Prices,
) -> ChartSpec {
    let first = date_day(context.period.from);
    let days = usize::try_from(context.period.days()).unwrap_or(0);
    let mut series = by_provider(headline, context, days, |day| usize::try_from(day - first).ok());
    let before = words::before(&context.period, &context.previous);
    if previous.has_records() {
        let start = date_day(context.previous.from);
        let values = (0..days)
            .map(|at| {
                let day = start + i32::try_from(at).unwrap_or(0);
                let inside = i64::from(day - start) < context.previous.days();
                inside.then(|| previous.total_on(|d| d == day).to_plot())
            })
            .collect();
        series.push(Series { name: before.clone(), values, hue: Hue::Reference });
    }
    let line = if previous.has_records() { format!("; grey line: {before}") } else { String::new() };
    ChartSpec {
        title: "When did it move?".to_owned(),
        subtitle: format!("{} a day, by provider{line}", words::unit(context.currency)),
        shape: Shape::StackedBars,
        unit: Unit::Money,
        categories: day_labels(&context.period),
        missing: missing_categories(trust, context),
        series,
        marks: marks::marks(inputs.calls, inputs.before, context, prices),
    }
}

/// `1` to `31` within a month, else `3 Oct`.
#[must_use]
pub fn day_labels(period: &Period) -> Vec<String> {
    let month = period.is_month();
    period.dates().map(|d| if month { d.format("%-d").to_string() } else { words::date(d) }).collect()
}

/// Categories (days of the period) on which an expected account has no record.
#[must_use]
pub fn missing_categories(trust: &Trust, context: &Context) -> Vec<usize> {
    let missing: std::collections::BTreeSet<&str> =
        trust.missing.iter().flat_map(|m| m.dates.iter().map(String::as_str)).collect();
    let dates = context.period.dates().enumerate();
    dates.filter(|(_, d)| missing.contains(d.to_string().as_str())).map(|(at, _)| at).collect()
}

/// A series a provider, the largest first; `category` says where a day belongs.
#[must_use]
pub fn by_provider(
    headline: &Headline,
    context: &Context,
    categories: usize,
    category: impl Fn(i32) -> Option<usize>,
) -> Vec<Series> {
    let mut sums: std::collections::BTreeMap<&str, (Pico, Vec<Option<Pico>>)> = std::collections::BTreeMap::new();
    for part in &headline.parts {
        let (sum, values) = sums.entry(&part.provider).or_insert_with(|| (Pico::ZERO, vec![None; categories]));
        *sum += part.low;
        if let Some(value) = category(part.day).and_then(|at| values.get_mut(at)) {
            *value = Some(value.unwrap_or_default() + part.low);
        }
    }
    let mut sums: Vec<_> = sums.into_iter().map(|(provider, (sum, values))| (sum, provider, values)).collect();
    sums.sort_by_key(|(sum, _, _)| std::cmp::Reverse(*sum));
    sums.into_iter()
        .map(|(_, provider, values)| Series {
            name: context.label(Dimension::Provider, provider),
            values: values.into_iter().map(|v| v.map(Pico::to_plot)).collect(),
            hue: Hue::Provider(provider.to_owned()),
        })
        .collect()
}

fn table(
    headline: &Headline,
    calls: &Cube,
    inputs: &Inputs<'_>,
    models: &Cube,
    context: &Context,
    prices: &dyn Prices,
) -> TableSpec {
    let told = |at: usize| inputs.calls.groups.iter().any(|group| !inputs.calls.key(group, at).is_empty());
    let of_calls = |at: usize| Breakdown::of_calls(inputs.calls, &[at], headline, context, prices);
    // By feature where any call tells one, else by model, from the headline itself where its sources know models.
    let (by, cut, causes) = if told(0) {
        (
            [Dimension::Feature],
            of_calls(0),
            Some(Causes::of_waste(inputs.waste, 1, context, prices).with_models(models, 1)),
        )
    } else if let Some(cut) = Breakdown::of_headline(headline, &[Dimension::Model]) {
        ([Dimension::Model], cut, None)
    } else if told(1) {
        ([Dimension::Model], of_calls(1), None)
    } else {
        let cut = Breakdown::of_headline(headline, &[Dimension::Provider]).unwrap_or_default();
        ([Dimension::Provider], cut, None)
    };
    let layout = Layout {
        title: "Where do I start?",
        by: &by,
        top: TOP,
        rest_label: rest_label(headline, &cut),
        rest_note: rest_note(headline, calls, &cut, context),
        context,
    };
    cut.table(&layout, |item| {
        let causes = causes.as_ref().map(|causes| causes.of(&item.keys, item.cost)).unwrap_or_default();
        causes.into_iter().next().map(|cause| cause.sentence).unwrap_or_default()
    })
}

#[cfg(test)]
#[path = "overview_tests.rs"]
mod tests;
