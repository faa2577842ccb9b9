//! How does spend move over time?
//!
//! # Question
//! How does spend move by day, week or month, and at which hours is it spent?
//!
//! # Definition
//! By day, week (from Monday) or month: the headline, summed by local date. Weekday × hour: own logs × price by local
//! weekday and hour, because no other source tells the hour.
//!
//! # Reads
//! Charges, usage and calls by day, provider, account and model; calls by hour.
//!
//! # Caveats
//! The first and last week or month hold only the days inside the period; their labels say which. A billed line lies on
//! the day it starts, so an invoice by month is one high bar. Weekday × hour adds up to own logs, not to the headline.
//!
//! # Reading the chart
//! A bar is a day, week or month, stacked by provider, the largest at the bottom; a dashed box says that something is
//! missing there. In the heat map a darker cell cost more.

use std::collections::BTreeMap;

use crate::analyses::hotspots;
use crate::analyses::overview::{by_provider, day_labels, missing_categories, verb};
use crate::answer::{PeriodView, Sentence, Tone, Trust};
use crate::breakdown::column;
use crate::context::{Context, period_view};
use crate::headline::{self, Headline};
use crate::prices::{Cost, Prices};
use crate::trust::trust;
use crate::words;
use chrono::{Datelike, NaiveDate};
use outlay_model::cube::{Cube, Grain, Slice};
use outlay_model::money::{Money, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::{date_day, day_date};
use outlay_model::view::{Cell, ChartSpec, Row, RowKind, Shape, TableSpec, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// How time is cut.
    pub by: TrendBy,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// How a trend is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrendBy {
    /// By local day.
    #[default]
    Day,
    /// By week from Monday.
    Week,
    /// By calendar month.
    Month,
    /// Weekday by hour, from own logs.
    WeekdayHour,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Trend {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence.
    pub sentence: Sentence,
    /// Total.
    pub total: Money,
    /// Chart.
    pub chart: ChartSpec,
    /// The same as a table.
    pub table: TableSpec,
    /// Trust.
    pub trust: Trust,
}

/// The cubes that [`run`] takes, in order.
#[must_use]
pub fn slices(params: &Params, context: &Context) -> Vec<Slice> {
    let mut slices = headline::slices(context.period, &params.conditions);
    if params.by == TrendBy::WeekdayHour {
        slices.push(Slice {
            kind: Kind::Call,
            period: context.period,
            grain: Grain::Hour,
            by: Vec::new(),
            conditions: params.conditions.clone(),
            only_waste: false,
        });
    }
    slices
}

/// Answers from the cubes of [`slices`].
#[must_use]
pub fn run(cubes: &[Cube], params: &Params, context: &Context, prices: &dyn Prices) -> Trend {
    let three = cubes.get(..3).unwrap_or_default();
    let headline = Headline::of(three, &context.period, &params.conditions, context, prices);
    let mut trust = trust(&headline, &params.conditions, context);
    trust.from_rows = cubes.iter().any(|cube| cube.from_rows);
    let period = period_view(&context.period);
    if params.by == TrendBy::WeekdayHour {
        let empty = Cube::default();
        let hours = cubes.get(3).unwrap_or(&empty);
        let table = hour_table(hours, context, prices);
        let total = hours.groups.iter().map(|g| Cost::of(g.rate_set, &g.sums, context, prices).low).sum();
        let sentence = spent("priced from your own logs", total, "hour", &table, context);
        let chart = hotspots::when(hours, context, prices);
        return Trend { period, sentence, total: context.money(total), chart, table, trust };
    }
    let buckets = Buckets::of(params.by, context);
    let mut sums = vec![Pico::ZERO; buckets.labels.len()];
    for part in &headline.parts {
        if let Some(sum) = buckets.at(part.day).and_then(|at| sums.get_mut(at)) {
            *sum += part.low;
        }
    }
    let labels: Vec<(String, Pico)> = buckets.titles.iter().cloned().zip(sums).collect();
    let table = table(params.by, if headline.has_records() { &labels } else { &[] }, context);
    let categories = buckets.labels.len();
    let first = date_day(context.period.from);
    let days = missing_categories(&trust, context).into_iter();
    let mut missing: Vec<usize> = days.filter_map(|day| buckets.at(first + i32::try_from(day).ok()?)).collect();
    missing.dedup();
    let chart = ChartSpec {
        title: "How does spend move?".to_owned(),
        subtitle: format!("{} a {}, by provider", words::unit(context.currency), word(params.by)),
        shape: Shape::StackedBars,
        unit: Unit::Money,
        categories: buckets.labels.clone(),
        missing,
        series: by_provider(&headline, context, categories, |day| buckets.at(day)),
        marks: Vec::new(),
    };
    let sentence = spent(verb(&headline), headline.total, word(params.by), &table, context);
    Trend { period, sentence, total: context.money(headline.total), chart, table, trust }
}

fn word(by: TrendBy) -> &'static str {
    match by {
        TrendBy::Day => "day",
        TrendBy::Week => "week",
        TrendBy::Month => "month",
        TrendBy::WeekdayHour => "hour",
    }
}

/// Where each day of the period belongs, with a short label for the axis and a full one for the table.
struct Buckets {
    first: i32,
    of_day: Vec<usize>,
    labels: Vec<String>,
    titles: Vec<String>,
}

impl Buckets {
    fn of(by: TrendBy, context: &Context) -> Buckets {
        let start = |date: NaiveDate| match by {
            TrendBy::Week => date - chrono::Duration::days(i64::from(date.weekday().num_days_from_monday())),
            TrendBy::Month => date.with_day(1).unwrap_or(date),
            _ => date,
        };
        let mut runs: BTreeMap<NaiveDate, Vec<NaiveDate>> = BTreeMap::new();
        for date in context.period.dates() {
            runs.entry(start(date)).or_default().push(date);
        }
        let days = day_labels(&context.period);
        let (mut of_day, mut labels, mut titles) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (start, dates)) in runs.iter().enumerate() {
            of_day.extend(dates.iter().map(|_| at));
            let whole = by == TrendBy::Month && dates.len() == month_length(*start);
            titles.push(if whole { start.format("%B %Y").to_string() } else { words::dates(dates) });
            labels.push(match by {
                TrendBy::Month => start.format("%b %Y").to_string(),
                TrendBy::Week => dates.first().map(|date| words::date(*date)).unwrap_or_default(),
                _ => days.get(at).cloned().unwrap_or_default(),
            });
        }
        Buckets { first: date_day(context.period.from), of_day, labels, titles }
    }

    fn at(&self, day: i32) -> Option<usize> {
        self.of_day.get(usize::try_from(day - self.first).ok()?).copied()
    }
}

fn month_length(first: NaiveDate) -> usize {
    let next = first + chrono::Months::new(1);
    usize::try_from((next - first).num_days()).unwrap_or(0)
}

fn spent(verb: &str, total: Pico, word: &str, table: &TableSpec, context: &Context) -> Sentence {
    let style = context.style;
    let label = context.period.label();
    if table.rows.is_empty() {
        return Sentence::default().say(Tone::Plain, format!("{label}: no records yet."));
    }
    let said = Sentence::default()
        .say(Tone::Plain, format!("{label}: "))
        .say(Tone::Strong, style.total(total, context.currency))
        .say(Tone::Plain, format!(" {verb}"));
    let items = table.rows.iter().filter(|row| row.kind == RowKind::Item);
    let dearest = items.filter_map(|row| match row.cells.as_slice() {
        [Cell::Text(label), Cell::Money(money), ..] => Some((money.amount, label.clone())),
        _ => None,
    });
    match dearest.reduce(|a, b| if b.0 > a.0 { b } else { a }) {
        Some((amount, label)) if amount.0 > 0 => {
            let amount = style.part(amount, context.currency);
            said.say(Tone::Plain, format!("; the dearest {word} was "))
                .say(Tone::Strong, label)
                .say(Tone::Plain, format!(" with {amount}"))
        }
        _ => said,
    }
}

fn table(by: TrendBy, rows: &[(String, Pico)], context: &Context) -> TableSpec {
    let total: Pico = rows.iter().map(|(_, cost)| *cost).sum();
    let row = |label: &str, cost: Pico, kind| Row {
        cells: vec![Cell::Text(label.to_owned()), Cell::Money(context.money(cost)), Cell::Share(cost.share_of(total))],
        kind,
        keys: None,
    };
    let mut out: Vec<Row> = rows.iter().map(|(label, cost)| row(label, *cost, RowKind::Item)).collect();
    if !out.is_empty() {
        out.push(row("total", total, RowKind::Total));
    }
    TableSpec {
        title: "How does spend move?".to_owned(),
        columns: vec![
            column("when", word(by), Unit::Text),
            column("cost", &words::unit(context.currency), Unit::Money),
            column("share", "share", Unit::Share),
        ],
        rows: out,
    }
}

fn hour_table(hours: &Cube, context: &Context, prices: &dyn Prices) -> TableSpec {
    let mut sums: BTreeMap<(u32, u8), (String, Pico)> = BTreeMap::new();
    for group in &hours.groups {
        let weekday = day_date(group.day).weekday();
        let label = || format!("{weekday} {:02}:00", group.hour);
        let entry = sums.entry((weekday.num_days_from_monday(), group.hour)).or_insert_with(|| (label(), Pico::ZERO));
        entry.1 += Cost::of(group.rate_set, &group.sums, context, prices).low;
    }
    let rows: Vec<(String, Pico)> = sums.into_values().collect();
    table(TrendBy::WeekdayHour, &rows, context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;
    use outlay_model::time::Period;
    use proptest::prelude::*;

    fn ask(by: TrendBy, rows: &[R], context: &Context) -> Trend {
        let cubes = [cube(&headline::BY, rows), Cube::default(), Cube::default()];
        run(&cubes, &Params { by, conditions: Vec::new() }, context, &TestPrices)
    }

    #[test]
    fn weeks_begin_on_monday_and_months_are_named() {
        let mut context = october();
        let rows = [
            billed("2026-10-04", &["openai", "", ""], "1", "USD"),
            billed("2026-10-05", &["openai", "", ""], "2", "USD"),
        ];
        let weeks = ask(TrendBy::Week, &rows, &context);
        let first = |t: &Trend, row: usize| format!("{:?}", t.table.rows[row].cells[0]);
        assert!(first(&weeks, 0).contains("1 to 4 Oct") && first(&weeks, 1).contains("5 to 11 Oct"));
        let expected = "October 2026: $3.00 billed; the dearest week was 5 to 11 Oct with $2.00";
        assert_eq!(weeks.sentence.text(), expected);
        assert_eq!(ask(TrendBy::Day, &rows, &context).chart.series[0].values[4], Some(2.0));
        context.period = Period { to: date("2026-11-05"), ..context.period };
        let months = ask(TrendBy::Month, &rows, &context);
        assert!(first(&months, 0).contains("October 2026") && first(&months, 1).contains("1 to 5 Nov"));
    }

    #[test]
    fn hours_come_from_logs() {
        let mut row = used("2026-10-12", &[], 1, 1, 3_000_000, 0);
        row.hour = 9;
        let cubes = [Cube::default(), Cube::default(), Cube::default(), cube(&[], &[row])];
        let params = Params { by: TrendBy::WeekdayHour, conditions: Vec::new() };
        let trend = run(&cubes, &params, &october(), &TestPrices);
        assert_eq!(trend.total.amount, usd("3"));
        assert!(trend.sentence.text().ends_with("the dearest hour was Mon 09:00 with $3.00"));
        assert_eq!(slices(&params, &october()).len(), 4);
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        for by in [TrendBy::Day, TrendBy::Week, TrendBy::Month, TrendBy::WeekdayHour] {
            let trend = run(&[], &Params { by, conditions: Vec::new() }, &october(), &TestPrices);
            assert_eq!(trend.sentence.text(), "October 2026: no records yet.");
            assert!(trend.table.rows.is_empty() && trend.chart.series.is_empty());
        }
    }

    proptest! {
        #[test]
        fn every_cut_adds_up(rows in proptest::collection::vec((1_u32..32, 0_i64..1_000_000), 1..40)) {
            let line = |(d, n): &(u32, i64)| billed(&format!("2026-10-{d:02}"), &["x", "", ""], &n.to_string(), "USD");
            let rows: Vec<R> = rows.iter().map(line).collect();
            let total: Pico = rows.iter().map(|r| Pico(r.sums.amount)).sum();
            for by in [TrendBy::Day, TrendBy::Week, TrendBy::Month] {
                let trend = ask(by, &rows, &october());
                let sums = table_sums(&trend.table, "cost");
                prop_assert_eq!(trend.total.amount, total);
                prop_assert_eq!((sums["parts"], sums["total"]), (total, total));
                let mut back = rows.clone();
                back.reverse();
                prop_assert_eq!(ask(by, &back, &october()), trend);
            }
        }
    }
}
