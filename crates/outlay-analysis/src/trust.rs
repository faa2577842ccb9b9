//! How far an answer can be trusted: which sources, what has a price, which days are there.
//!
//! An account is expected from its first record on, where it has any in the period or in the three months before. A day
//! is present when every expected account has a record on it, of any kind (of the decided kind, where a decision names
//! the source). It is there in part where the kind that makes the total was imported before the day was over. Days after
//! today are not missing, and nobody expects all of today.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use outlay_model::dimension::Dimension;
use outlay_model::money::Money;
use outlay_model::query::Condition;
use outlay_model::report::Kind;

use crate::answer::{HeadlineSource, LeftOutExport, MissingDays, Trust};
use crate::context::{Context, Decision, selects_account};
use crate::headline::{Accounts, Headline};
use crate::words;

/// What stands beside the total of `headline`.
#[must_use]
pub fn trust(headline: &Headline, conditions: &[Condition], context: &Context) -> Trust {
    let missing = missing_days(conditions, context);
    let holes: BTreeSet<&str> =
        missing.iter().flat_map(|m| m.dates.iter().chain(&m.partial)).map(String::as_str).collect();
    let any: BTreeSet<NaiveDate> =
        context.presence.iter().filter(|p| p.kind != Kind::Score).flat_map(|p| p.days.iter().copied()).collect();
    let here = |d: &NaiveDate| *d <= context.today && any.contains(d) && !holes.contains(d.to_string().as_str());
    let priced = headline.tokens - headline.unpriced_tokens;
    Trust {
        sources: headline.shares.clone(),
        priced: (headline.tokens > 0).then(|| priced as f64 / headline.tokens as f64),
        unpriced: headline.unpriced.clone(),
        unknown_usage_calls: headline.unknown_usage,
        explained: (headline.explained_of.0 != 0).then(|| headline.explained.share_of(headline.explained_of)),
        days_present: context.period.dates().filter(here).count() as i64,
        days: context.period.days(),
        missing,
        left_out: left_out(conditions, context),
        range: (headline.high > headline.total).then(|| (context.money(headline.total), context.money(headline.high))),
        other_currencies: headline.other_currencies.iter().map(|(c, a)| Money::new(*a, *c)).collect(),
        from_rows: headline.from_rows,
        book: context.book.clone(),
        data_version: context.data_version,
    }
}

fn left_out(conditions: &[Condition], context: &Context) -> Vec<LeftOutExport> {
    let accounts = Accounts::of(context, &[]);
    let of_period = |days: &BTreeSet<NaiveDate>| -> Vec<NaiveDate> {
        days.range(context.period.from..=context.period.to).copied().collect()
    };
    context
        .left_out
        .iter()
        .filter(|export| selects_account(conditions, &export.provider, &export.account))
        .map(|export| (export, of_period(&export.days)))
        .filter(|(_, days)| !days.is_empty())
        .map(|(export, days)| {
            let label = words::dates(&days);
            let provider = context.label(Dimension::Provider, &export.provider);
            let name = export.file.rsplit(['/', '\\']).next().unwrap_or_default();
            let how = if export.kind == Kind::Call { "without shared ids" } else { "in another cut" };
            let account = match accounts.shown(&export.provider, &export.account) {
                account if account.is_empty() => String::new(),
                account => format!(" ({})", context.label(Dimension::Account, &account)),
            };
            let sentence = format!(
                "{name} tells {provider}'s {}{account} of {label} once more, {how}: it is not added",
                export.kind.records()
            );
            LeftOutExport {
                provider: export.provider.clone(),
                account: accounts.shown(&export.provider, &export.account),
                kind: export.kind,
                file: export.file.clone(),
                label,
                sentence,
            }
        })
        .collect()
}

/// Kinds of a day, and whether their records of it may be all.
type KindsByDay = BTreeMap<NaiveDate, Vec<(Kind, bool)>>;

/// Days of the period, up to today, on which an expected account has no record, or not all of them.
#[must_use]
pub fn missing_days(conditions: &[Condition], context: &Context) -> Vec<MissingDays> {
    let accounts = Accounts::of(context, &[]);
    let mut days: BTreeMap<(String, String), KindsByDay> = BTreeMap::new();
    for presence in context.presence.iter().filter(|p| p.kind != Kind::Score) {
        let account = accounts.canonical(&presence.provider, &presence.account);
        if !selects_account(conditions, &presence.provider, &presence.account)
            && !selects_account(conditions, &presence.provider, &account)
        {
            continue;
        }
        let kinds = days.entry((presence.provider.clone(), account)).or_default();
        for day in &presence.days {
            kinds.entry(*day).or_default().push((presence.kind, !presence.partial.contains(day)));
        }
    }
    // Records without account beside several named ones have no days of their own to expect.
    days.retain(|(provider, account), _| !account.is_empty() || accounts.named(provider) <= 1);
    let mut missing = Vec::new();
    for ((provider, account), days) in days {
        let Some(first) = days.keys().next().copied() else { continue };
        if days.range(context.period.from - chrono::Months::new(3)..).next().is_none() {
            continue;
        }
        let (mut dates, mut partial) = (Vec::new(), Vec::new());
        for date in context.period.dates().filter(|date| *date >= first && *date <= context.today) {
            let decided = decision(context, &accounts, &provider, &account, date).and_then(|d| d.source).map(kind_of);
            let kinds = || days.get(&date).into_iter().flatten();
            // Without a decision the first of these that is there makes the day's total.
            let heads = decided.or_else(|| {
                [Kind::Charge, Kind::Usage, Kind::Call].into_iter().find(|kind| kinds().any(|(of, _)| of == kind))
            });
            let mut whole = kinds().filter(|(kind, _)| Some(*kind) == heads).map(|(_, whole)| *whole).peekable();
            if whole.peek().is_none() {
                dates.push(date);
            } else if !whole.any(|whole| whole) && date < context.today {
                partial.push(date);
            }
        }
        if !(dates.is_empty() && partial.is_empty()) {
            let texts = |dates: &[NaiveDate]| dates.iter().map(ToString::to_string).collect();
            missing.push(MissingDays {
                account: accounts.shown(&provider, &account),
                label: words::dates(&dates),
                dates: texts(&dates),
                partial_label: words::dates(&partial),
                partial: texts(&partial),
                provider,
            });
        }
    }
    missing
}

/// The decision that holds for an account on a day.
pub(crate) fn decision<'a>(
    context: &'a Context,
    accounts: &Accounts,
    provider: &str,
    account: &str,
    date: NaiveDate,
) -> Option<&'a Decision> {
    context.decisions.iter().rev().find(|d| {
        d.provider == provider
            && accounts.canonical(&d.provider, &d.account) == account
            && (d.from..=d.to).contains(&date)
    })
}

fn kind_of(source: HeadlineSource) -> Kind {
    match source {
        HeadlineSource::Invoice => Kind::Charge,
        HeadlineSource::ProviderUsage => Kind::Usage,
        HeadlineSource::OwnLogs => Kind::Call,
    }
}

/// `Incomplete: Azure 29 to 31 Oct not imported; OpenAI 3 Oct only in part`; beyond two accounts each, how many more.
#[must_use]
pub fn incomplete(missing: &[MissingDays], context: &Context) -> String {
    let named = |label: fn(&MissingDays) -> &str, how: &str| {
        let of: Vec<&MissingDays> = missing.iter().filter(|m| !label(m).is_empty()).collect();
        let mut words: Vec<String> = of
            .iter()
            .take(2)
            .map(|m| {
                let account = match m.account.as_str() {
                    "" => String::new(),
                    id => format!(" {}", context.label(Dimension::Account, id)),
                };
                format!("{}{account} {}", context.label(Dimension::Provider, &m.provider), label(m))
            })
            .collect();
        if of.len() > 2 {
            words.push(format!("{} more", of.len() - 2));
        }
        (!words.is_empty()).then(|| format!("{} {how}", words.join(", ")))
    };
    let parts = [named(|m| &m.label, "not imported"), named(|m| &m.partial_label, "only in part")];
    format!("Incomplete: {}", parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Presence;
    use crate::testing::*;

    #[test]
    fn holes_are_named() {
        let mut context = october();
        context.presence = vec![
            present("openai", "", Kind::Call, "2026-08-01", "2026-10-31"),
            present("azure", "s", Kind::Usage, "2026-09-01", "2026-10-28"),
            present("azure", "", Kind::Call, "2026-10-01", "2026-10-02"),
            present("google", "", Kind::Charge, "2026-10-03", "2026-10-31"),
        ];
        let trust = trust(&Headline::default(), &[], &context);
        assert_eq!(trust.missing.len(), 1);
        assert_eq!(incomplete(&trust.missing, &context), "Incomplete: Azure 29 to 31 Oct not imported");
        assert_eq!((trust.days_present, trust.days), (28, 31));
        assert_eq!(trust.priced, None);
        // Only what is asked for is expected.
        let only = [Condition { dimension: Dimension::Provider, values: vec!["openai".to_owned()], negate: false }];
        assert!(missing_days(&only, &context).is_empty());
    }

    #[test]
    fn days_to_come_are_not_missing() {
        let mut context = october();
        context.today = date("2026-10-10");
        context.presence = vec![present("openai", "", Kind::Call, "2026-10-01", "2026-10-09")];
        let trust = trust(&Headline::default(), &[], &context);
        assert_eq!(trust.missing[0].label, "10 Oct");
        assert_eq!((trust.days_present, trust.days), (9, 31));
    }

    #[test]
    fn a_day_that_was_still_running_is_there_in_part() {
        let mut context = october();
        let mut logs = present("openai", "", Kind::Call, "2026-08-01", "2026-10-30");
        logs.partial = [date("2026-10-30")].into();
        context.presence = vec![logs.clone()];
        let missing = missing_days(&[], &context);
        assert_eq!((missing[0].label.as_str(), missing[0].partial_label.as_str()), ("31 Oct", "30 Oct"));
        assert_eq!(
            incomplete(&missing, &context),
            "Incomplete: OpenAI 31 Oct not imported; OpenAI 30 Oct only in part"
        );
        assert_eq!(trust(&Headline::default(), &[], &context).days_present, 29);
        // Provider usage has all of it, and makes the total.
        let usage = present("openai", "", Kind::Usage, "2026-10-30", "2026-10-31");
        context.presence = vec![logs, usage.clone()];
        assert!(missing_days(&[], &context).is_empty());
        // Logs have all of it, and usage, which makes the total, has not.
        let running = Presence { partial: [date("2026-10-30")].into(), ..usage };
        context.presence = vec![present("openai", "", Kind::Call, "2026-08-01", "2026-10-31"), running];
        assert_eq!(missing_days(&[], &context)[0].partial_label, "30 Oct");
    }

    #[test]
    fn an_account_long_gone_is_not_expected() {
        let mut context = october();
        context.presence = vec![present("azure", "", Kind::Usage, "2026-05-01", "2026-06-30")];
        assert!(missing_days(&[], &context).is_empty());
        context.presence = vec![present("azure", "", Kind::Usage, "2026-05-01", "2026-07-01")];
        assert_eq!(missing_days(&[], &context)[0].label, "1 to 31 Oct");
    }

    #[test]
    fn a_decided_source_must_be_there() {
        let mut context = october();
        context.presence = vec![
            present("openai", "", Kind::Call, "2026-10-01", "2026-10-31"),
            present("openai", "", Kind::Charge, "2026-10-01", "2026-10-30"),
        ];
        context.decisions = vec![Decision {
            provider: "openai".to_owned(),
            account: String::new(),
            from: date("2026-10-01"),
            to: date("2026-10-31"),
            source: Some(HeadlineSource::Invoice),
            reason: String::new(),
        }];
        assert_eq!(missing_days(&[], &context)[0].label, "31 Oct");
    }
}
