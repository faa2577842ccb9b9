//! Which files are of one cut, and which cut counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use outlay_model::report::Kind;
use outlay_model::time::{date_day, day_date};

use super::{FileId, LeftOut};

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    /// A bit for each dimension that any row tells.
    pub told: u32,
    /// Longest bucket, in microseconds, rounded up to a minute, hour, day or month.
    pub width: i64,
    pub format: String,
}

/// What a file tells of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub file: FileId,
    pub provider: String,
    pub account: String,
    pub day: i32,
    pub part: String,
    pub total: i128,
    /// Whether a line covers more than a day.
    pub wide: bool,
}

/// The named accounts of each provider.
pub(super) type Accounts = BTreeMap<String, BTreeSet<String>>;

/// Where a provider has one named account, records that name none are of it.
pub(super) fn canonical<'a>(accounts: &'a Accounts, provider: &str, account: &'a str) -> &'a str {
    match accounts.get(provider) {
        Some(names) if account.is_empty() && names.len() == 1 => names.first().map_or("", String::as_str),
        _ => account,
    }
}

/// A day, or a month where lines of more than a day are among them.
type Unit<'a> = (&'a str, &'a str, i32);

/// The facts of units that more than one file tells.
pub(super) fn contested<'a>(facts: &'a [Fact], accounts: &'a Accounts) -> Vec<Vec<&'a Fact>> {
    let month = |day: i32| day_date(day).with_day(1).map_or(day, date_day);
    let wide: BTreeSet<Unit<'_>> = facts
        .iter()
        .filter(|f| f.wide)
        .map(|f| (f.provider.as_str(), canonical(accounts, &f.provider, &f.account), month(f.day)))
        .collect();
    let mut units: BTreeMap<(Unit<'_>, bool), Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let account = canonical(accounts, &fact.provider, &fact.account);
        let whole_month = (fact.provider.as_str(), account, month(fact.day));
        let unit = if wide.contains(&whole_month) {
            (whole_month, true)
        } else {
            ((fact.provider.as_str(), account, fact.day), false)
        };
        units.entry(unit).or_default().push(fact);
    }
    units.into_values().filter(|unit| unit.iter().any(|fact| fact.file != unit[0].file)).collect()
}

/// Which rows do not count.
pub(super) fn decide(
    kind: Kind,
    facts: &[Fact],
    cuts: &BTreeMap<FileId, Cut>,
    links: &BTreeSet<(FileId, FileId)>,
    accounts: &Accounts,
) -> Vec<LeftOut> {
    let class = classes(cuts, links);
    let mut out: Vec<LeftOut> = Vec::new();
    for unit in contested(facts, accounts) {
        // Usage that names no capability is of all of them.
        let all = kind == Kind::Usage && unit.iter().any(|f| f.part.is_empty());
        let mut parts: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for fact in unit {
            // Behind the capability stands what the export divides it by (sizes of images, say).
            let part = fact.part.split(' ').next().unwrap_or_default();
            parts.entry(if all { "" } else { part }).or_default().push(fact);
        }
        parts.values().for_each(|facts| out.extend(beside_the_best(kind, facts, &class, cuts)));
    }
    runs(out)
}

/// The facts of all classes but the one that counts: the fullest, and of those within half a per cent the one that
/// tells most.
pub(super) fn beside_the_best(
    kind: Kind,
    facts: &[&Fact],
    class: &BTreeMap<FileId, FileId>,
    cuts: &BTreeMap<FileId, Cut>,
) -> Vec<LeftOut> {
    let mut totals: BTreeMap<FileId, i128> = BTreeMap::new();
    for fact in facts {
        if let Some(of) = class.get(&fact.file) {
            *totals.entry(*of).or_default() += fact.total;
        }
    }
    let Some(most) = totals.values().max().copied() else { return Vec::new() };
    let close = |total: i128| (most - total) * 200 <= most.abs();
    let best = totals.iter().filter(|(_, total)| close(**total)).min_by_key(|(of, total)| {
        // The best of a class speaks for it.
        let tells = cuts
            .iter()
            .filter(|(file, _)| class.get(file) == Some(of))
            .map(|(_, cut)| (Reverse(cut.told.count_ones()), cut.width, cut.format.clone(), cut.told))
            .min();
        (tells, Reverse(**total))
    });
    let best = best.map(|(of, _)| *of);
    let others = facts.iter().filter(|fact| class.get(&fact.file).copied() != best);
    others
        .map(|fact| LeftOut {
            kind,
            provider: fact.provider.clone(),
            account: fact.account.clone(),
            file: fact.file,
            name: String::new(),
            from: fact.day,
            to: fact.day,
            part: fact.part.clone(),
        })
        .collect()
}

/// For each file the file that stands for its cut.
fn classes(cuts: &BTreeMap<FileId, Cut>, links: &BTreeSet<(FileId, FileId)>) -> BTreeMap<FileId, FileId> {
    let mut class: BTreeMap<FileId, FileId> = cuts.keys().map(|file| (*file, *file)).collect();
    let mut join = |a: FileId, b: FileId| {
        if let (Some(a), Some(b)) = (class.get(&a).copied(), class.get(&b).copied()) {
            let (keep, lose) = (a.min(b), a.max(b));
            class.values_mut().filter(|of| **of == lose).for_each(|of| *of = keep);
        }
    };
    let mut first: BTreeMap<&Cut, FileId> = BTreeMap::new();
    for (file, cut) in cuts {
        join(*first.entry(cut).or_insert(*file), *file);
    }
    for (a, b) in links {
        join(*a, *b);
    }
    class
}

/// Days in a row put together.
pub(super) fn runs(mut days: Vec<LeftOut>) -> Vec<LeftOut> {
    let of = |l: &LeftOut| (l.file, l.provider.clone(), l.account.clone(), l.part.clone(), l.from);
    days.sort_by_cached_key(of);
    let mut out: Vec<LeftOut> = Vec::new();
    for day in days {
        match out.last_mut() {
            Some(last)
                if (last.file, &last.provider, &last.account, &last.part)
                    == (day.file, &day.provider, &day.account, &day.part)
                    && day.from <= last.to + 1 =>
            {
                last.to = last.to.max(day.to);
            }
            _ => out.push(day),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::time::{DAY, HOUR};

    fn fact(file: i64, day: i32, part: &str, total: i128) -> Fact {
        let (provider, account) = ("openai".to_owned(), String::new());
        Fact { file: (1, file), provider, account, day, part: part.to_owned(), total, wide: false }
    }

    fn cut(told: u32, width: i64) -> Cut {
        Cut { told, width, format: "f".to_owned() }
    }

    /// File, days from and to, of what is left out.
    fn left(kind: Kind, facts: &[Fact], cuts: &[Cut], links: &[(i64, i64)]) -> Vec<(i64, i32, i32)> {
        let cuts = cuts.iter().enumerate().map(|(at, cut)| ((1, at as i64), cut.clone())).collect();
        let links = links.iter().map(|(a, b)| ((1, *a), (1, *b))).collect();
        let out = decide(kind, facts, &cuts, &links, &Accounts::new());
        out.iter().map(|l| (l.file.1, l.from, l.to)).collect()
    }

    #[test]
    fn of_two_cuts_the_fuller_counts_then_the_one_that_tells_more() {
        let cuts = [cut(0b1, DAY), cut(0b11, DAY)];
        let same = [fact(0, 1, "", 1000), fact(1, 1, "", 1000), fact(0, 2, "", 500), fact(1, 2, "", 501)];
        assert_eq!(left(Kind::Usage, &same, &cuts, &[]), [(0, 1, 2)]);
        // The second was exported while its last day was running.
        let running = [fact(0, 1, "", 1000), fact(1, 1, "", 1000), fact(0, 2, "", 500), fact(1, 2, "", 100)];
        assert_eq!(left(Kind::Usage, &running, &cuts, &[]), [(0, 1, 1), (1, 2, 2)]);
        // By hour and by day, the rest alike.
        assert_eq!(left(Kind::Usage, &same, &[cut(1, DAY), cut(1, HOUR)], &[]), [(0, 1, 2)]);
        // Days that only one of them tells are its own.
        assert_eq!(left(Kind::Usage, &[fact(0, 1, "", 9), fact(1, 2, "", 9)], &cuts, &[]), []);
    }

    #[test]
    fn one_cut_is_added() {
        let facts = [fact(0, 1, "", 1000), fact(1, 1, "", 10)];
        assert_eq!(left(Kind::Usage, &facts, &[cut(1, DAY), cut(1, DAY)], &[]), []);
        // They share a row: what else they tell differs by chance.
        assert_eq!(left(Kind::Usage, &facts, &[cut(1, DAY), cut(3, DAY)], &[(1, 0)]), []);
    }

    #[test]
    fn capabilities_and_categories_are_apart() {
        let cuts = [cut(0b1, DAY), cut(0b11, DAY), cut(0, DAY)];
        let facts = [fact(0, 1, "completions", 1000), fact(1, 1, "embeddings", 10)];
        assert_eq!(left(Kind::Usage, &facts, &cuts, &[]), []);
        // The third knows no capabilities: it tells both again.
        let facts = [facts[0].clone(), facts[1].clone(), fact(2, 1, "", 1010)];
        assert_eq!(left(Kind::Usage, &facts, &cuts, &[]), [(0, 1, 1), (1, 1, 1)]);
        // An export that divides a capability tells it all the same.
        let facts = [fact(0, 1, "images", 100), fact(1, 1, "images 1024x1024", 60), fact(1, 1, "images 512x512", 40)];
        assert_eq!(left(Kind::Usage, &facts, &cuts, &[]), [(0, 1, 1)]);
        let bill = [fact(0, 1, "Usage", 1000), fact(1, 1, "Credit", -10)];
        assert_eq!(left(Kind::Charge, &bill, &cuts, &[]), []);
    }

    #[test]
    fn a_line_of_a_month_is_compared_with_the_month() {
        // 2026-10-01 is day 20,727.
        let cuts = [cut(0b1, DAY), cut(0b1, 32 * DAY)];
        let mut facts: Vec<Fact> = (20_727..20_758).map(|day| fact(0, day, "Usage", 100)).collect();
        facts.push(Fact { wide: true, ..fact(1, 20_727, "Usage", 3100) });
        assert_eq!(left(Kind::Charge, &facts, &cuts, &[]), [(1, 20_727, 20_727)]);
        // Half of the days were exported: the line is fuller.
        let half: Vec<Fact> = facts.iter().filter(|f| f.wide || f.day < 20_742).cloned().collect();
        assert_eq!(left(Kind::Charge, &half, &cuts, &[]), [(0, 20_727, 20_741)]);
        assert_eq!(left(Kind::Charge, &facts[..31], &cuts, &[]), []);
    }
}
