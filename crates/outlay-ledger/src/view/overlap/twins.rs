//! Logs of the same calls that share no id: found by what the calls are like.
//!
//! On a day, two files are alike where at least half of the marks of the one that has fewer are marks of the other. They
//! are **twins** on the days on which they are alike, if on these they have [`LEAST`] different marks in common, and
//! [`BEYOND_CHANCE`] times as many as the one has with the other an hour later. A day of too few calls to tell goes with
//! the others. Sketches hold the smallest marks: where one is full, only marks as small as all that both can have are
//! compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;
use outlay_model::report::Kind;

use super::decide::{Accounts, Cut, Fact, beside_the_best, canonical, runs};
use super::{FileId, LeftOut};
use crate::datasets::likeness::KEPT;

/// Marks in common.
const LEAST: usize = 10;
/// Times as many as meet by chance.
const BEYOND_CHANCE: usize = 3;

/// What a file's calls of a day and account are like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Log {
    /// With the tokens as total.
    pub fact: Fact,
    /// Ascending, [`KEPT`] at most.
    pub marks: Vec<u64>,
    /// Of the same calls an hour later.
    pub later: Vec<u64>,
}

/// Provider, account and day.
type Unit<'a> = (&'a str, &'a str, i32);
/// What a file's calls of an account are like, by day.
type Days<'a> = Vec<(i32, &'a Log)>;
/// Two files; the first is the smaller id.
type Pair = (FileId, FileId);

/// Which rows of calls do not count. `cuts` gives what the files tell, and is only asked where there are twins.
pub(super) fn decide<E>(
    logs: &[Log],
    accounts: &Accounts,
    cuts: impl FnOnce() -> Result<BTreeMap<FileId, Cut>, E>,
) -> Result<Vec<LeftOut>, E> {
    let mut units: BTreeMap<Unit<'_>, Vec<&Log>> = BTreeMap::new();
    for log in logs {
        let Fact { provider, account, day, .. } = &log.fact;
        units.entry((provider, canonical(accounts, provider, account), *day)).or_default().push(log);
    }
    units.retain(|_, logs| logs.iter().any(|log| log.fact.file != logs[0].fact.file));
    let twins = twins(&units);
    if twins.is_empty() {
        return Ok(Vec::new());
    }
    let cuts = cuts()?;
    let mut out = Vec::new();
    for (unit, pairs) in twins {
        let Some(logs) = units.get(&unit) else { continue };
        for files in connected(&pairs) {
            let facts: Vec<&Fact> = logs.iter().map(|log| &log.fact).filter(|f| files.contains(&f.file)).collect();
            let class = sides(&files, &pairs, &cuts);
            out.extend(beside_the_best(Kind::Call, &facts, &class, &cuts));
        }
    }
    Ok(runs(out))
}

/// Marks of both where both can have them, and how many the one with fewer has.
fn common(a: &[u64], b: &[u64]) -> (Vec<u64>, usize) {
    let limit = |marks: &[u64]| if marks.len() < KEPT { u64::MAX } else { marks.last().copied().unwrap_or(u64::MAX) };
    let limit = limit(a).min(limit(b));
    let below = |marks: &[u64]| marks.partition_point(|mark| *mark <= limit);
    let (a, b) = (&a[..below(a)], &b[..below(b)]);
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    (few.iter().filter(|mark| many.binary_search(mark).is_ok()).copied().collect(), few.len())
}

/// Pairs of files of one unit that have any mark in common. Most files of agents have none, and there may be hundreds a day.
fn meeting(logs: &[&Log]) -> BTreeSet<(usize, usize)> {
    let mut holders: HashMap<u64, Vec<usize>, FixedState> = HashMap::default();
    for (at, log) in logs.iter().enumerate() {
        log.marks.iter().for_each(|mark| holders.entry(*mark).or_default().push(at));
    }
    let mut out = BTreeSet::new();
    for holders in holders.values() {
        for (place, a) in holders.iter().enumerate() {
            let others = holders[place + 1..].iter().filter(|b| logs[**b].fact.file != logs[*a].fact.file);
            out.extend(others.map(|b| (*a, *b)));
        }
    }
    out
}

/// Twins of each unit.
fn twins<'a>(units: &BTreeMap<Unit<'a>, Vec<&'a Log>>) -> BTreeMap<Unit<'a>, Vec<Pair>> {
    #[derive(Default)]
    struct Found<'a> {
        alike: Vec<Unit<'a>>,
        marks: BTreeSet<u64>,
        chance: usize,
    }
    let mut meet: BTreeSet<(&str, &str, Pair)> = BTreeSet::new();
    for (unit, logs) in units {
        let files = |(a, b): (usize, usize)| (logs[a].fact.file, logs[b].fact.file);
        meet.extend(meeting(logs).into_iter().map(files).map(|(a, b)| (unit.0, unit.1, (a.min(b), a.max(b)))));
    }
    let mut of_file: HashMap<(&str, &str, FileId), Days<'_>, FixedState> = HashMap::default();
    for (unit, logs) in units {
        for log in logs {
            of_file.entry((unit.0, unit.1, log.fact.file)).or_default().push((unit.2, log));
        }
    }
    let mut out: BTreeMap<Unit<'a>, Vec<Pair>> = BTreeMap::new();
    for (provider, account, pair) in meet {
        let days = |file| of_file.get(&(provider, account, file)).map_or(&[][..], Vec::as_slice);
        let mut found = Found::default();
        let mut marks_of_alike = 0;
        for (day, a) in days(pair.0) {
            for (_, b) in days(pair.1).iter().filter(|(other, _)| other == day) {
                let (marks, of) = common(&a.marks, &b.marks);
                if 2 * marks.len() < of {
                    continue;
                }
                found.alike.push((provider, account, *day));
                found.chance += common(&a.marks, &b.later).0.len();
                marks_of_alike += marks.len();
                found.marks.extend(marks);
            }
        }
        if found.marks.len() >= LEAST && marks_of_alike >= BEYOND_CHANCE * found.chance {
            found.alike.dedup();
            found.alike.into_iter().for_each(|unit| out.entry(unit).or_default().push(pair));
        }
    }
    out
}

/// Files that hang together by twins.
fn connected(pairs: &[Pair]) -> Vec<BTreeSet<FileId>> {
    let mut out: Vec<BTreeSet<FileId>> = Vec::new();
    for (a, b) in pairs {
        let (mut joined, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut out).into_iter().partition(|files| files.contains(a) || files.contains(b));
        out = others;
        joined.push(BTreeSet::from([*a, *b]));
        out.push(joined.into_iter().flatten().collect());
    }
    out
}

/// For each file the first file of its side. Twins are never of one side; a log may come in many files, which are.
fn sides(files: &BTreeSet<FileId>, pairs: &[Pair], cuts: &BTreeMap<FileId, Cut>) -> BTreeMap<FileId, FileId> {
    let mut order: Vec<FileId> = files.iter().copied().collect();
    order.sort_by_key(|file| (cuts.get(file), *file));
    let are_twins = |a: FileId, b: FileId| pairs.contains(&(a.min(b), a.max(b)));
    let mut sides: Vec<Vec<FileId>> = Vec::new();
    for file in order {
        match sides.iter_mut().find(|side| !side.iter().any(|other| are_twins(*other, file))) {
            Some(side) => side.push(file),
            None => sides.push(vec![file]),
        }
    }
    sides.into_iter().flat_map(|side| side.clone().into_iter().map(move |file| (file, side[0]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file's calls of a day: `calls` different ones from `first` on.
    fn log(file: i64, day: i32, first: u64, calls: u64) -> Log {
        // Spread as hashes are.
        let marks = |salt: u64| {
            let mut marks: Vec<u64> =
                (first..first + calls).map(|call| (call + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
            marks.sort_unstable();
            marks.truncate(KEPT);
            marks
        };
        let fact = Fact {
            file: (1, file),
            provider: "openai".to_owned(),
            account: String::new(),
            day,
            part: String::new(),
            total: i128::from(calls) * 1000,
            wide: false,
        };
        Log { fact, marks: marks(0), later: marks(1 << 40) }
    }

    /// File, days from and to, of what is left out. File 1 tells more than the others.
    fn left(logs: &[Log]) -> Vec<(i64, i32, i32)> {
        let cuts = || {
            let cut = |file: i64| Cut { told: if file == 1 { 3 } else { 1 }, ..Cut::default() };
            Ok::<_, ()>(logs.iter().map(|log| (log.fact.file, cut(log.fact.file.1))).collect())
        };
        let out = decide(logs, &Accounts::new(), cuts).unwrap();
        out.iter().map(|l| (l.file.1, l.from, l.to)).collect()
    }

    #[test]
    fn the_same_calls_in_two_files_count_once() {
        // The one that tells more.
        assert_eq!(left(&[log(0, 1, 0, 5000), log(1, 1, 0, 5000)]), [(0, 1, 1)]);
        // The fuller one: the other drew a tenth of the calls.
        assert_eq!(left(&[log(0, 1, 0, 5000), log(1, 1, 100, 500)]), [(1, 1, 1)]);
        // Other calls of the same day.
        assert_eq!(left(&[log(0, 1, 0, 5000), log(1, 1, 9000, 5000)]), []);
        // A third of each is the other's: most is not.
        assert_eq!(left(&[log(0, 1, 0, 3000), log(1, 1, 2000, 3000)]), []);
        // Too few to tell.
        assert_eq!(left(&[log(0, 1, 0, 9), log(1, 1, 0, 9)]), []);
    }

    #[test]
    fn days_are_apart() {
        let both = [log(0, 1, 0, 50), log(1, 1, 0, 50), log(0, 2, 100, 50), log(1, 2, 300, 50)];
        assert_eq!(left(&both), [(0, 1, 1)]);
        // A few calls a day are enough where there are many days.
        let thin: Vec<Log> = (0..12).flat_map(|day| [log(0, day, day as u64, 1), log(1, day, day as u64, 1)]).collect();
        assert_eq!(left(&thin), [(0, 0, 11)]);
        // The same call at the same time each day is one coincidence, not twelve.
        let nightly: Vec<Log> = (0..12).flat_map(|day| [log(0, day, 7, 1), log(1, day, 7, 1)]).collect();
        assert_eq!(left(&nightly), []);
    }

    #[test]
    fn what_meets_an_hour_later_as_well_is_chance() {
        let mut logs = [log(0, 1, 0, 40), log(1, 1, 0, 40)];
        logs[1].later = logs[1].marks.clone();
        assert_eq!(left(&logs), []);
    }

    #[test]
    fn a_log_in_many_files_is_one_side() {
        let hours = (0..4).map(|hour| log(2 + hour, 1, hour as u64 * 100, 100));
        let whole = log(1, 1, 0, 390);
        let logs: Vec<Log> = hours.chain([whole]).collect();
        // The hours have ten calls more, together.
        assert_eq!(left(&logs), [(1, 1, 1)]);
        let two: Vec<Log> = (0..4).flat_map(|i| [log(2 + i, 1, i as u64 / 2 * 100, 100)]).collect();
        assert_eq!(left(&two), [(3, 1, 1), (5, 1, 1)]);
    }
}
