//! Logs of the same calls that share no id: found by what the calls are like.
//!
//! Two files are **twins** on the days on which at least half of the marks of the one that has fewer are marks of the
//! other, if on all days that both tell [`LEAST`] different marks meet, and [`BEYOND_CHANCE`] times as many as the one has
//! with the other an hour later. A day of fewer than [`LEAST`] marks cannot be judged alone: it goes with all such days of
//! the two together. Sketches hold the smallest marks: where one is full, only marks as small as all that both can have
//! are compared.
//!
//! A log may come in many files. Files of a day that are twins of one another hang together, and so do those that overlap
//! less because they were cut at other hours ([`OVERLAP`]); neighbours are on opposite sides, and the fuller side counts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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

/// Of the marks of the smaller file, one in so many is enough between files that have twins that day.
const OVERLAP: usize = 10;

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
        // By what the files tell, so that ids decide nothing but where all else is the same.
        let mut files: Vec<FileId> = logs.iter().map(|log| log.fact.file).collect();
        let of = |file: FileId| logs.iter().find(|log| log.fact.file == file);
        files.sort_by_cached_key(|file| {
            let log = of(*file);
            let told = log.map(|log| (std::cmp::Reverse(log.fact.total), log.marks.clone()));
            (cuts.get(file).cloned(), told, *file)
        });
        let places: HashMap<FileId, usize, FixedState> =
            files.iter().enumerate().map(|(at, file)| (*file, at)).collect();
        for class in sides(&pairs, |file| places.get(&file).copied().unwrap_or(usize::MAX)) {
            let facts: Vec<&Fact> =
                logs.iter().map(|log| &log.fact).filter(|fact| class.contains_key(&fact.file)).collect();
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

/// What meets between two files.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    marks: usize,
    of: usize,
    chance: usize,
}

impl Met {
    fn of(a: &Log, b: &Log) -> Met {
        let (marks, of) = common(&a.marks, &b.marks);
        Met { marks: marks.len(), of, chance: common(&a.marks, &b.later).0.len() }
    }

    fn add(&mut self, other: Met) {
        self.marks += other.marks;
        self.of += other.of;
        self.chance += other.chance;
    }

    fn half(&self) -> bool {
        2 * self.marks >= self.of
    }

    fn beyond_chance(&self) -> bool {
        self.marks >= BEYOND_CHANCE * self.chance
    }
}

/// Days on which two files are twins.
fn twin_days(a: &Days<'_>, b: &Days<'_>) -> Vec<i32> {
    let (mut all, mut thin) = (Met::default(), Met::default());
    let mut marks: BTreeSet<u64> = BTreeSet::new();
    let mut days: BTreeMap<i32, Met> = BTreeMap::new();
    for (day, a) in a {
        for (_, b) in b.iter().filter(|(other, _)| other == day) {
            days.entry(*day).or_default().add(Met::of(a, b));
            marks.extend(common(&a.marks, &b.marks).0);
        }
    }
    for met in days.values() {
        all.add(*met);
        if met.of < LEAST {
            thin.add(*met);
        }
    }
    if marks.len() < LEAST || !all.beyond_chance() {
        return Vec::new();
    }
    let alike = |met: &Met| if met.of < LEAST { thin.of > 0 && thin.half() } else { met.half() && met.beyond_chance() };
    // Days of which nothing can be compared go with the others, if all of these are alike.
    let blind = |met: &Met| met.of == 0 && thin.of == 0 && all.half();
    days.iter().filter(|(_, met)| alike(met) || blind(met)).map(|(day, _)| *day).collect()
}

/// Twins of each unit, and other pairs of files that have twins there and overlap.
fn twins<'a>(units: &BTreeMap<Unit<'a>, Vec<&'a Log>>) -> BTreeMap<Unit<'a>, HashSet<Pair, FixedState>> {
    let mut meet: BTreeSet<(&str, &str, Pair)> = BTreeSet::new();
    let mut of_file: HashMap<(&str, &str, FileId), Days<'_>, FixedState> = HashMap::default();
    for (unit, logs) in units {
        let files = |(a, b): (usize, usize)| (logs[a].fact.file, logs[b].fact.file);
        meet.extend(meeting(logs).into_iter().map(files).map(|(a, b)| (unit.0, unit.1, (a.min(b), a.max(b)))));
        for log in logs {
            of_file.entry((unit.0, unit.1, log.fact.file)).or_default().push((unit.2, log));
        }
    }
    let mut out: BTreeMap<Unit<'a>, HashSet<Pair, FixedState>> = BTreeMap::new();
    for (provider, account, pair) in &meet {
        let days = |file| of_file.get(&(*provider, *account, file));
        if let (Some(a), Some(b)) = (days(pair.0), days(pair.1)) {
            for day in twin_days(a, b) {
                out.entry((*provider, *account, day)).or_default().insert(*pair);
            }
        }
    }
    for (unit, pairs) in &mut out {
        let Some(logs) = units.get(unit) else { continue };
        let members: HashSet<FileId, FixedState> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let logs: Vec<&Log> = logs.iter().filter(|log| members.contains(&log.fact.file)).copied().collect();
        for (a, b) in meeting(&logs) {
            let met = Met::of(logs[a], logs[b]);
            if OVERLAP * met.marks >= met.of && met.beyond_chance() {
                let (a, b) = (logs[a].fact.file, logs[b].fact.file);
                pairs.insert((a.min(b), a.max(b)));
            }
        }
    }
    out
}

/// For each file the first file of its side, by groups of files that hang together. `order` ranks files by what they
/// tell, whatever their ids.
fn sides(pairs: &HashSet<Pair, FixedState>, order: impl Fn(FileId) -> usize) -> Vec<BTreeMap<FileId, FileId>> {
    let mut neighbours: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    for (a, b) in pairs {
        neighbours.entry(*a).or_default().push(*b);
        neighbours.entry(*b).or_default().push(*a);
    }
    let mut files: Vec<FileId> = neighbours.keys().copied().collect();
    files.sort_by_key(|file| order(*file));
    let mut side: HashMap<FileId, usize, FixedState> = HashMap::default();
    let mut out = Vec::new();
    for first in files {
        if side.contains_key(&first) {
            continue;
        }
        let (mut group, mut at) = (vec![first], 0);
        side.insert(first, 0);
        while at < group.len() {
            let mut next: Vec<FileId> = neighbours.get(&group[at]).cloned().unwrap_or_default();
            next.sort_by_key(|file| order(*file));
            at += 1;
            for file in next {
                if side.contains_key(&file) {
                    continue;
                }
                // The first side without a neighbour: two logs have two sides, three have three.
                let taken: Vec<usize> =
                    neighbours.get(&file).into_iter().flatten().filter_map(|other| side.get(other)).copied().collect();
                side.insert(file, (0..).find(|number| !taken.contains(number)).unwrap_or_default());
                group.push(file);
            }
        }
        let mut names: BTreeMap<usize, FileId> = BTreeMap::new();
        let numbers = group.iter().filter_map(|file| Some((*file, *side.get(file)?)));
        out.push(numbers.map(|(file, number)| (file, *names.entry(number).or_insert(file))).collect());
    }
    out
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

    #[test]
    fn logs_that_were_cut_at_other_hours_are_two_sides() {
        // 24 hours of ten calls; one is cut at 10 o'clock, the other at 14.
        let logs = [log(0, 1, 0, 100), log(2, 1, 100, 140), log(1, 1, 0, 140), log(3, 1, 140, 100)];
        let out = left(&logs);
        assert!(out == [(0, 1, 1), (2, 1, 1)] || out == [(1, 1, 1), (3, 1, 1)], "{out:?}");
    }

    #[test]
    fn a_fifth_in_common_is_no_twin_on_any_day() {
        // A gateway of 30,000 calls a day, and a tracer of 300 of which 60 go through it.
        let logs: Vec<Log> = (0..90_u64)
            .flat_map(|day| {
                let first = day * 1_000_000;
                let mut tracer = log(1, day as i32, first, 60);
                tracer.marks.extend(log(1, 0, first + 500_000, 240).marks);
                tracer.marks.sort_unstable();
                tracer.marks.truncate(KEPT);
                tracer.fact.total = 300_000;
                [log(0, day as i32, first, 30_000), tracer]
            })
            .collect();
        assert_eq!(left(&logs), []);
        // All of them go through it: a hundredth of its calls.
        let logs: Vec<Log> = (0..90_u64)
            .flat_map(|day| [log(0, day as i32, day * 1_000_000, 30_000), log(1, day as i32, day * 1_000_000, 300)])
            .collect();
        assert_eq!(left(&logs), [(1, 0, 89)]);
    }

    #[test]
    fn which_of_two_alike_counts_does_not_hang_on_ids() {
        let cuts = |logs: &[Log]| Ok::<_, ()>(logs.iter().map(|log| (log.fact.file, Cut::default())).collect());
        let larger = |big: i64, small: i64| {
            let mut logs = [log(big, 1, 0, 1000), log(small, 1, 0, 1000)];
            logs[0].fact.total += 4000;
            let out = decide(&logs, &Accounts::new(), || cuts(&logs)).unwrap();
            out.iter().map(|l| l.file.1).collect::<Vec<_>>()
        };
        assert_eq!((larger(0, 1), larger(1, 0)), (vec![1], vec![0]));
    }
}
