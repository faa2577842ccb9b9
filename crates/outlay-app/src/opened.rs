//! What every question about an open company file needs: settings, the period asked about, and the context of an
//! analysis.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use outlay_analysis::answer::HeadlineSource;
use outlay_analysis::context::{Context, Decision, LeftOut, Presence};
use outlay_analysis::words::Style;
use outlay_ledger::Ledger;
use outlay_ledger::catalogue::imports::PresenceRow;
use outlay_ledger::view::View;
use outlay_model::cube::{Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::Currency;
use outlay_model::query::Filter;
use outlay_model::report::Kind;
use outlay_model::time::{Period, day_date, local_date, utc_day};

use crate::now;
use crate::replies::{ErrorReply, Settings};

/// The settings of a company file.
pub async fn settings(ledger: &Ledger) -> Result<Settings, ErrorReply> {
    let mut settings: Settings = match ledger.setting("settings").await? {
        Some(text) => serde_json::from_str(&text).unwrap_or_default(),
        None => Settings::default(),
    };
    settings.zone = ledger.zone().await?.name().to_owned();
    Ok(settings)
}

/// The kind that a presence row is about.
pub fn kind(row: &PresenceRow) -> Option<Kind> {
    [Kind::Call, Kind::Usage, Kind::Charge, Kind::Score].into_iter().find(|k| k.dataset() == row.kind)
}

/// Reads a zone name.
pub fn zone(name: &str) -> Result<Tz, ErrorReply> {
    name.parse().map_err(|_| {
        ErrorReply::new(
            "bad_request",
            format!("there is no time zone \"{name}\""),
            "Name an IANA zone such as Europe/Berlin or UTC.",
        )
    })
}

/// Months with money records, oldest first, as first days.
pub fn months(presence: &[PresenceRow]) -> Vec<NaiveDate> {
    let months: BTreeSet<NaiveDate> = presence
        .iter()
        .filter(|row| kind(row).is_some_and(|k| k != Kind::Score))
        .filter_map(|row| day_date(row.day).with_day(1))
        .collect();
    months.into_iter().collect()
}

/// The month to show first: the last one that was over by `today` and has records, else the last with records.
pub fn first_month(presence: &[PresenceRow], today: NaiveDate) -> Option<NaiveDate> {
    let months = months(presence);
    let full = months.iter().rev().find(|m| Period::month_of(**m, Tz::UTC).to < today);
    full.or(months.last()).copied()
}

fn month(text: &str) -> Result<NaiveDate, ErrorReply> {
    format!("{text}-01")
        .parse()
        .map_err(|_| ErrorReply::new("bad_request", format!("\"{text}\" is not a month"), "Write it as 2026-10."))
}

/// The period that a filter asks about.
pub fn period(filter: &Filter, presence: &[PresenceRow], ledger_zone: Tz) -> Result<Period, ErrorReply> {
    let zone = match &filter.zone {
        Some(name) => zone(name)?,
        None => ledger_zone,
    };
    if let Some(text) = &filter.month {
        return Ok(Period::month_of(month(text)?, zone));
    }
    let days = || presence.iter().filter(|r| kind(r).is_some_and(|k| k != Kind::Score)).map(|r| day_date(r.day));
    let today = local_date(now(), zone);
    let period = match (filter.from, filter.to) {
        (None, None) => Period::month_of(first_month(presence, today).unwrap_or(today), zone),
        (from, to) => Period {
            from: from.or_else(|| days().min()).unwrap_or(today),
            to: to.or_else(|| days().max()).unwrap_or(today),
            zone,
        },
    };
    if period.from > period.to {
        return Err(ErrorReply::new(
            "bad_request",
            format!("the period ends ({}) before it begins ({})", period.to, period.from),
            "Swap --from and --to.",
        ));
    }
    if period.days() > 3700 {
        return Err(ErrorReply::new("bad_request", "the period is longer than ten years", "Ask about a shorter one."));
    }
    Ok(period)
}

/// The context of an analysis.
pub async fn context(ledger: &Ledger, view: &View, filter: &Filter) -> Result<Context, ErrorReply> {
    let settings = settings(ledger).await?;
    let presence = ledger.presence().await?;
    let period = period(filter, &presence, ledger.zone().await?)?;
    let mut context = Context::new(period, local_date(now(), period.zone));
    context.currency = Currency::parse(&settings.currency).unwrap_or(Currency::USD);
    context.style = Style::like(&settings.number_format);
    context.book = ledger.book().version().to_owned();
    context.data_version = view.snapshot.id;
    for name in ledger.names().await? {
        if let Ok(dimension) = name.dimension.parse::<Dimension>() {
            context.names.insert((dimension, name.id), name.name);
        }
    }
    context.decisions = decisions(ledger).await?;
    let since = context.previous.from - chrono::Months::new(3);
    // All days, and those that were not over when they were last imported.
    let mut days = DaysOf::new();
    for row in &presence {
        let date = day_date(row.day);
        if let Some(kind) = kind(row)
            && date >= since
            && date <= period.to
        {
            let [all, partial] = days.entry((row.provider.clone(), row.account.clone(), kind)).or_default();
            all.insert(date);
            // Logs are told by local days, providers' exports by UTC days.
            let zone = if kind == Kind::Call { period.zone } else { Tz::UTC };
            if row.at < (Period { from: date, to: date, zone }).end() {
                partial.insert(date);
            }
        }
    }
    local_days_of_calls(view, &period, &presence, &mut days).await?;
    context.presence = days
        .into_iter()
        .map(|((provider, account, kind), [days, partial])| Presence { provider, account, kind, days, partial })
        .collect();
    for kind in [Kind::Charge, Kind::Usage, Kind::Call] {
        let mut exports: BTreeMap<(String, String, String), BTreeSet<NaiveDate>> = BTreeMap::new();
        for row in view.left_out(kind).await?.iter() {
            let days = exports.entry((row.provider.clone(), row.account.clone(), row.name.clone())).or_default();
            days.extend((row.from..=row.to).map(day_date));
        }
        context.left_out.extend(exports.into_iter().map(|((provider, account, file), days)| LeftOut {
            provider,
            account,
            kind,
            file,
            days,
        }));
    }
    Ok(context)
}

/// Days by account and kind: all, and those that were not over when they were last imported.
type DaysOf = BTreeMap<(String, String, Kind), [BTreeSet<NaiveDate>; 2]>;

/// The days of calls by the period's zone. The catalogue knows UTC days, of which two can hide that a local one is
/// missing.
async fn local_days_of_calls(
    view: &View,
    period: &Period,
    presence: &[PresenceRow],
    days: &mut DaysOf,
) -> Result<(), ErrorReply> {
    let told = |kind: &Kind| *kind == Kind::Call;
    if period.zone == Tz::UTC || !days.keys().any(|(.., kind)| told(kind)) {
        return Ok(());
    }
    let slice = Slice {
        kind: Kind::Call,
        period: *period,
        grain: Grain::Day,
        by: vec![Dimension::Provider, Dimension::Account],
        conditions: Vec::new(),
        only_waste: false,
    };
    let cube = view.slice_of_all(&slice).await?;
    for (_, sets) in days.iter_mut().filter(|((.., kind), _)| told(kind)) {
        sets.iter_mut().for_each(|set| set.retain(|date| *date < period.from || *date > period.to));
    }
    let mut at: BTreeMap<(&str, &str), BTreeMap<i32, i64>> = BTreeMap::new();
    for row in presence.iter().filter(|row| kind(row) == Some(Kind::Call)) {
        let last = at.entry((&row.provider, &row.account)).or_default().entry(row.day).or_default();
        *last = row.at.max(*last);
    }
    for group in &cube.groups {
        let (provider, account, date) = (cube.key(group, 0), cube.key(group, 1), day_date(group.day));
        let local = Period { from: date, to: date, zone: period.zone };
        let touched = utc_day(local.start())..=utc_day(local.end() - 1);
        let last = at.get(&(provider, account)).and_then(|days| days.range(touched).map(|(_, at)| *at).max());
        let [all, partial] = days.entry((provider.to_owned(), account.to_owned(), Kind::Call)).or_default();
        all.insert(date);
        if last.is_some_and(|at| at < local.end()) {
            partial.insert(date);
        }
    }
    Ok(())
}

async fn decisions(ledger: &Ledger) -> Result<Vec<Decision>, ErrorReply> {
    let rows = ledger.decisions().await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let source = match row.source.as_str() {
                "invoice" => Some(HeadlineSource::Invoice),
                "provider_usage" => Some(HeadlineSource::ProviderUsage),
                "own_logs" => Some(HeadlineSource::OwnLogs),
                "" => None,
                _ => return None,
            };
            let (from, to) = (day_date(row.first_day), day_date(row.last_day));
            Some(Decision { provider: row.provider, account: row.account, from, to, source, reason: row.reason })
        })
        .collect())
}
