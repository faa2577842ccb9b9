//! Is it all here?
//!
//! # Question
//! Which sources does each provider account have on each day, which of them makes the total, and what is missing?
//!
//! # Definition
//! A provider account is expected from its first record on, where it has any in the period or in the three months
//! before. A day of it without a record is missing, as is a day on which the decided source has none. The source of a
//! day is the billed lines, else provider usage × price, else own logs × price, unless a dated decision says otherwise.
//! Explained: own logs × price on the days that another source made, divided by what that source gave on them.
//!
//! # Reads
//! Charges, usage and calls by day, provider, account and model; presence of every source by day; decisions.
//!
//! # Caveats
//! Providers' exports are there by UTC day, as they cut them, and logs by day of the zone asked about; before the period,
//! where only the fact counts that an account had records, all by UTC day. A source that is there can still lack records
//! of its own, which only another source of the same day shows: the explained share does.
//!
//! # Reading the chart
//! A strip is a source of a provider account, a mark a day: full where it makes the total, half where it does and the day
//! was not over when it was imported, light where it is there and another one counts, a dot where it has no record,
//! crossed where the account is expected and no source has one.

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::{Cube, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Money, Pico};
use outlay_model::query::Condition;
use outlay_model::report::Kind;
use outlay_model::time::date_day;
use outlay_model::view::{Cell, ChartSpec, DayMark, Hue, Row, RowKind, Series, Shape, TableSpec, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::answer::{HeadlineSource, PeriodView, Sentence, Tone, Trust};
use crate::breakdown::column;
use crate::context::{Context, period_view, selects_account};
use crate::headline::{self, Accounts, Headline, ORDER, amount_of};
use crate::prices::Prices;
use crate::trust::{decision, incomplete, trust};
use crate::words;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Coverage {
    /// Period.
    pub period: PeriodView,
    /// The answer in a sentence.
    pub sentence: Sentence,
    /// Provider accounts.
    pub accounts: Vec<AccountCoverage>,
    /// Decisions that touch the period, the one that holds last.
    pub decisions: Vec<Decided>,
    /// A strip of days for each source of each account, in the order of the accounts and their sources.
    pub chart: ChartSpec,
    /// What each source of each account gave.
    pub table: TableSpec,
    /// Trust.
    pub trust: Trust,
}

/// A provider account in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AccountCoverage {
    /// Provider.
    pub provider: String,
    /// Account as it is named in a decision; empty where no source names one.
    pub account: String,
    /// Whether records are expected of it.
    pub expected: bool,
    /// A day each, in order.
    pub days: Vec<DayCoverage>,
    /// Its sources that have any record in the period.
    pub sources: Vec<SourceCoverage>,
    /// Share of what other sources made that own logs explain; `None` where there is nothing to explain.
    pub explained: Option<f64>,
}

/// A provider account on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayCoverage {
    /// Local date.
    pub date: String,
    /// Sources with a record, or a billed line that covers the day.
    pub sources: Vec<HeadlineSource>,
    /// The one that makes the total.
    pub used: Option<HeadlineSource>,
    /// Whether a decision chose it.
    pub decided: bool,
    /// Whether a record is expected and none is there.
    pub missing: bool,
    /// Whether what makes the total was imported before the day was over.
    pub partial: bool,
}

/// A source of a provider account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourceCoverage {
    /// Source.
    pub source: HeadlineSource,
    /// Days with a record.
    #[ts(type = "number")]
    pub days: i64,
    /// Days on which it makes the total.
    #[ts(type = "number")]
    pub used_days: i64,
    /// What all of it comes to, whether or not it counts.
    pub amount: Money,
}

/// A decision on the source of a provider account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Decided {
    /// Provider.
    pub provider: String,
    /// Account; empty = the provider's only one.
    pub account: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The source; none: the usual order again.
    pub source: Option<HeadlineSource>,
    /// Why.
    pub reason: String,
}

/// The cubes that [`run`] takes, in order.
#[must_use]
pub fn slices(params: &Params, context: &Context) -> Vec<Slice> {
    headline::slices(context.period, &params.conditions)
}

/// Answers from the cubes of [`slices`].
#[must_use]
pub fn run(cubes: &[Cube], params: &Params, context: &Context, prices: &dyn Prices) -> Coverage {
    let headline = Headline::of(cubes, &context.period, &params.conditions, context, prices);
    let trust = trust(&headline, &params.conditions, context);
    let accounts = accounts(cubes, params, &headline, &trust, context, prices);
    let decisions = context
        .decisions
        .iter()
        .filter(|d| d.from <= context.period.to && d.to >= context.period.from)
        .map(|d| Decided {
            provider: d.provider.clone(),
            account: d.account.clone(),
            from: d.from.to_string(),
            to: d.to.to_string(),
            source: d.source,
            reason: d.reason.clone(),
        })
        .collect();
    Coverage {
        period: period_view(&context.period),
        sentence: sentence(&accounts, &trust, context),
        chart: chart(&accounts, context),
        table: table(&accounts, context),
        accounts,
        decisions,
        trust,
    }
}

fn accounts(
    cubes: &[Cube],
    params: &Params,
    headline: &Headline,
    trust: &Trust,
    context: &Context,
    prices: &dyn Prices,
) -> Vec<AccountCoverage> {
    let known = Accounts::of(context, &cubes.iter().collect::<Vec<_>>());
    // Amounts by account, day and source.
    let mut gave: BTreeMap<(String, String), BTreeMap<(i32, HeadlineSource), Pico>> = BTreeMap::new();
    for (cube, source) in cubes.iter().zip(ORDER) {
        for group in &cube.groups {
            let provider = cube.key(group, 0);
            let account = known.canonical(provider, cube.key(group, 1));
            let low = amount_of(cube, group, source, context, prices).low;
            let days = gave.entry((provider.to_owned(), account)).or_default();
            *days.entry((group.day, source)).or_default() += low;
        }
    }
    let mut there: BTreeMap<(String, String), BTreeSet<(i32, HeadlineSource)>> = BTreeMap::new();
    for (account, days) in &gave {
        there.entry(account.clone()).or_default().extend(days.keys().copied());
    }
    for presence in &context.presence {
        let source = match presence.kind {
            Kind::Charge => HeadlineSource::Invoice,
            Kind::Usage => HeadlineSource::ProviderUsage,
            Kind::Call => HeadlineSource::OwnLogs,
            Kind::Score => continue,
        };
        let account = known.canonical(&presence.provider, &presence.account);
        if selects_account(&params.conditions, &presence.provider, &presence.account)
            || selects_account(&params.conditions, &presence.provider, &account)
        {
            let days = presence.days.range(context.period.from..=context.period.to).map(|d| (date_day(*d), source));
            there.entry((presence.provider.clone(), account)).or_default().extend(days);
        }
    }
    // Days without a record, and days of which there are not all.
    let missing = |provider: &str, account: &str| {
        let shown = known.shown(provider, account);
        let of = trust.missing.iter().find(|m| m.provider == provider && m.account == shown);
        let set = |dates: &[String]| dates.iter().cloned().collect::<BTreeSet<String>>();
        of.map(|m| [set(&m.dates), set(&m.partial)]).unwrap_or_default()
    };
    let mut out = Vec::new();
    for ((provider, account), there) in there {
        let [missing, partial] = missing(&provider, &account);
        if there.is_empty() && missing.is_empty() {
            continue;
        }
        let won = |day: i32| headline.won.get(&(provider.clone(), account.clone(), day)).copied();
        let days: Vec<DayCoverage> = context
            .period
            .dates()
            .map(|date| {
                let day = date_day(date);
                let decided = decision(context, &known, &provider, &account, date).is_some_and(|d| d.source.is_some());
                DayCoverage {
                    sources: ORDER.into_iter().filter(|source| there.contains(&(day, *source))).collect(),
                    used: won(day),
                    decided,
                    missing: missing.contains(&date.to_string()),
                    partial: partial.contains(&date.to_string()),
                    date: date.to_string(),
                }
            })
            .collect();
        let gave = gave.get(&(provider.clone(), account.clone()));
        let sum = |holds: &dyn Fn(i32, HeadlineSource) -> bool| -> Pico {
            gave.into_iter().flatten().filter(|((day, source), _)| holds(*day, *source)).map(|(_, low)| *low).sum()
        };
        let sources = ORDER
            .into_iter()
            .map(|source| SourceCoverage {
                source,
                days: days.iter().filter(|d| d.sources.contains(&source)).count() as i64,
                used_days: days.iter().filter(|d| d.used == Some(source)).count() as i64,
                amount: context.money(sum(&|_, of| of == source)),
            })
            .filter(|source| source.days > 0)
            .collect();
        let others = |day: i32| won(day).filter(|source| *source != HeadlineSource::OwnLogs);
        let of = sum(&|day, source| others(day) == Some(source));
        let by_logs = sum(&|day, source| others(day).is_some() && source == HeadlineSource::OwnLogs);
        let explained = (of.0 != 0).then(|| by_logs.share_of(of));
        let expected = !account.is_empty() || known.named(&provider) <= 1;
        out.push(AccountCoverage { provider, account, expected, days, sources, explained });
    }
    out
}

fn sentence(accounts: &[AccountCoverage], trust: &Trust, context: &Context) -> Sentence {
    let style = context.style;
    let label = context.period.label();
    if accounts.is_empty() {
        return Sentence::default().say(Tone::Plain, format!("{label}: no records yet."));
    }
    let said = Sentence::default()
        .say(Tone::Plain, format!("{label}: "))
        .say(Tone::Strong, words::several(style, accounts.len(), "provider account", "provider accounts"));
    if trust.missing.is_empty() {
        return said.say(Tone::Plain, ", and no day of them is missing.");
    }
    said.say(Tone::Plain, ". ").say(Tone::Warn, incomplete(&trust.missing, context)).say(Tone::Plain, ".")
}

fn named(account: &AccountCoverage, context: &Context) -> String {
    let provider = context.label(Dimension::Provider, &account.provider);
    if account.account.is_empty() {
        return provider;
    }
    format!("{provider} {}", context.label(Dimension::Account, &account.account))
}

impl DayCoverage {
    /// What a source of the account is on this day.
    #[must_use]
    pub fn mark(&self, source: HeadlineSource) -> DayMark {
        match (self.used == Some(source), self.sources.contains(&source)) {
            (true, true) if self.partial => DayMark::Partial,
            (true, true) => DayMark::Used,
            (_, true) => DayMark::There,
            (_, false) if self.missing => DayMark::Missing,
            _ => DayMark::Absent,
        }
    }
}

fn chart(accounts: &[AccountCoverage], context: &Context) -> ChartSpec {
    let sources = || accounts.iter().flat_map(|account| account.sources.iter().map(move |of| (account, of.source)));
    let strips: Vec<Vec<DayMark>> =
        sources().map(|(account, source)| account.days.iter().map(|day| day.mark(source)).collect()).collect();
    let there = |mark: &DayMark| (!matches!(mark, DayMark::Absent | DayMark::Missing)).then_some(1.0);
    let series = sources().zip(&strips).map(|((account, source), strip)| Series {
        name: format!("{}, {}", named(account, context), source.title()),
        values: strip.iter().map(there).collect(),
        hue: Hue::Provider(account.provider.clone()),
    });
    let missing = (0..accounts.first().map_or(0, |account| account.days.len()))
        .filter(|at| accounts.iter().any(|account| account.days[*at].missing || account.days[*at].partial));
    ChartSpec {
        title: "Which source makes each day?".to_owned(),
        subtitle: String::new(),
        unit: Unit::Count,
        categories: accounts.first().map(|a| a.days.iter().map(|day| day.date.clone()).collect()).unwrap_or_default(),
        missing: missing.collect(),
        series: series.collect(),
        marks: Vec::new(),
        shape: Shape::Days { strips },
    }
}

fn table(accounts: &[AccountCoverage], context: &Context) -> TableSpec {
    let mut rows = Vec::new();
    for account in accounts {
        for source in &account.sources {
            let explained = match account.explained {
                Some(share) if source.source == HeadlineSource::OwnLogs => Cell::Share(share),
                _ => Cell::Text(String::new()),
            };
            rows.push(Row {
                cells: vec![
                    Cell::Text(named(account, context)),
                    Cell::Text(source.source.title().to_owned()),
                    Cell::Count(source.days),
                    Cell::Count(source.used_days),
                    Cell::Money(source.amount),
                    explained,
                ],
                kind: RowKind::Item,
                keys: Some(vec![account.provider.clone(), account.account.clone()]),
            });
        }
    }
    TableSpec {
        title: "What does each source say?".to_owned(),
        columns: vec![
            column("account", "provider account", Unit::Text),
            column("source", "source", Unit::Text),
            column("days", "days with records", Unit::Count),
            column("used_days", "days it makes the total", Unit::Count),
            column("amount", &words::unit(context.currency), Unit::Money),
            column("explained", "explains", Unit::Share),
        ],
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Decision, Presence};
    use crate::testing::TestPrices;
    use chrono::NaiveDate;
    use outlay_model::cube::{Group, Sums};
    use outlay_model::time::Period;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn october() -> Context {
        Context::new(Period::month_of(date("2026-10-01"), chrono_tz::Tz::UTC), date("2026-11-12"))
    }

    fn present(kind: Kind, from: &str, to: &str) -> Presence {
        let days = date(from).iter_days().take_while(|day| *day <= date(to)).collect();
        Presence { provider: "openai".to_owned(), account: String::new(), kind, days, partial: BTreeSet::new() }
    }

    #[test]
    fn days_say_what_is_there_what_counts_and_what_is_missing() {
        let mut context = october();
        context.presence =
            vec![present(Kind::Charge, "2026-10-01", "2026-10-20"), present(Kind::Call, "2026-10-01", "2026-10-29")];
        let found = run(&[], &Params::default(), &context, &TestPrices);
        let [account] = found.accounts.as_slice() else { panic!("{:?}", found.accounts) };
        let day = |n: usize| &account.days[n - 1];
        assert_eq!(day(20).sources, [HeadlineSource::Invoice, HeadlineSource::OwnLogs]);
        assert_eq!(day(21).sources, [HeadlineSource::OwnLogs]);
        assert!(!day(29).missing && day(30).missing && day(31).missing);
        let Shape::Days { strips } = &found.chart.shape else { panic!("strips of days") };
        let marks = |strip: usize, day: usize| strips[strip][day - 1];
        // A bill of nothing is a bill; of calls, no cube has any.
        assert_eq!([marks(0, 20), marks(0, 21), marks(0, 30)], [DayMark::Used, DayMark::Absent, DayMark::Missing]);
        assert_eq!([marks(1, 20), marks(1, 21), marks(1, 30)], [DayMark::There, DayMark::There, DayMark::Missing]);
        assert_eq!(found.chart.missing, [29, 30]);
        let days: Vec<i64> = account.sources.iter().map(|s| s.days).collect();
        assert_eq!(days, [20, 29]);
        assert_eq!(
            found.sentence.text(),
            "October 2026: 1 provider account. Incomplete: OpenAI 30 to 31 Oct not imported."
        );
    }

    #[test]
    fn a_day_that_was_not_over_is_there_in_part() {
        let mut context = october();
        let mut calls = present(Kind::Call, "2026-10-01", "2026-10-31");
        calls.partial.insert(date("2026-10-31"));
        context.presence = vec![calls];
        let group = |day: &str| Group {
            day: date_day(date(day)),
            hour: 0,
            keys: vec![0, 0, 0],
            rate_set: 1,
            currency: 0,
            sums: Sums { records: 1, ..Sums::default() },
        };
        let calls = Cube {
            by: vec![Dimension::Provider, Dimension::Account, Dimension::Model],
            values: vec![vec!["openai".to_owned()], vec![String::new()], vec!["gpt-5".to_owned()]],
            currencies: vec![String::new()],
            groups: vec![group("2026-10-30"), group("2026-10-31")],
            from_rows: false,
        };
        let found = run(&[Cube::default(), Cube::default(), calls], &Params::default(), &context, &TestPrices);
        let Shape::Days { strips } = &found.chart.shape else { panic!("strips of days") };
        assert_eq!(strips[0][28..], [DayMark::There, DayMark::Used, DayMark::Partial]);
        assert_eq!(found.chart.missing, [30]);
    }

    #[test]
    fn decisions_of_the_period_are_listed_and_the_last_holds() {
        let mut context = october();
        context.presence = vec![present(Kind::Charge, "2026-10-01", "2026-10-31")];
        let decide = |from: &str, to: &str, source| Decision {
            provider: "openai".to_owned(),
            account: String::new(),
            from: date(from),
            to: date(to),
            source,
            reason: "the invoice is late".to_owned(),
        };
        context.decisions = vec![
            decide("2026-10-01", "2026-10-31", Some(HeadlineSource::OwnLogs)),
            decide("2026-10-10", "2026-10-12", None),
            decide("2026-08-01", "2026-08-31", Some(HeadlineSource::OwnLogs)),
        ];
        let found = run(&[], &Params::default(), &context, &TestPrices);
        assert_eq!(found.decisions.len(), 2);
        let days = &found.accounts[0].days;
        assert!(days[8].decided && !days[9].decided && !days[11].decided && days[12].decided);
        // The decided source has no record there.
        assert!(days[8].missing && !days[9].missing);
    }
}
