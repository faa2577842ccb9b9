//! How far an answer can be trusted: which sources, what has a price, which days are there.
//!
//! An account is expected from its first record on, where it has any in the period or in the three months before. A day is present when every expected
//! account has a record on it, of any kind (of the decided kind, where a decision names the source). Days after today
//! are not missing.

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
    let holes: BTreeSet<&str> = missing.iter().flat_map(|m| m.dates.iter().map(String::as_str)).collect();
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
            let sentence = format!(
                "{name} tells {provider}'s {} of {label} once more, {how}: it is not added",
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

/// Days of the period, up to today, on which an expected account has no record.
#[must_use]
pub fn missing_days(conditions: &[Condition], context: &Context) -> Vec<MissingDays> {
    let accounts = Accounts::of(context, &[]);
    let mut days: BTreeMap<(String, String), BTreeMap<NaiveDate, Vec<Kind>>> = BTreeMap::new();
    for presence in context.presence.iter().filter(|p| p.kind != Kind::Score) {
        let account = accounts.canonical(&presence.provider, &presence.account);
        if !selects_account(conditions, &presence.provider, &presence.account)
            && !selects_account(conditions, &presence.provider, &account)
        {
            continue;
        }
        let kinds = days.entry((presence.provider.clone(), account)).or_default();
        for day in &presence.days {
            kinds.entry(*day).or_default().push(presence.kind);
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
        let there = |date: NaiveDate| {
            let Some(kinds) = days.get(&date) else { return false };
            decision(context, &accounts, &provider, &account, date)
                .and_then(|d| d.source)
                .is_none_or(|source| kinds.contains(&kind_of(source)))
        };
        let dates: Vec<NaiveDate> =
            context.period.dates().filter(|date| *date >= first && *date <= context.today && !there(*date)).collect();
        if !dates.is_empty() {
            missing.push(MissingDays {
                account: accounts.shown(&provider, &account),
                label: words::dates(&dates),
                dates: dates.iter().map(ToString::to_string).collect(),
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

/// `Azure 29 to 31 Oct, OpenAI 3 Oct`; beyond two accounts, how many more.
#[must_use]
pub fn missing_words(missing: &[MissingDays], context: &Context) -> String {
    let mut words: Vec<String> = missing
        .iter()
        .take(2)
        .map(|m| {
            let account = match m.account.as_str() {
                "" => String::new(),
                id => format!(" {}", context.label(Dimension::Account, id)),
            };
            format!("{}{account} {}", context.label(Dimension::Provider, &m.provider), m.label)
        })
        .collect();
    if missing.len() > 2 {
        words.push(format!("{} more", missing.len() - 2));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(missing_words(&trust.missing, &context), "Azure 29 to 31 Oct");
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
