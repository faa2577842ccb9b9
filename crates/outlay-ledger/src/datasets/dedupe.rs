//! Which of several rows with the same identity stands: a function of the set of rows, so that neither the order of
//! rows nor that of imports matters, importing twice is importing once, and undoing an import is never having made it.
//!
//! A row with an id of its own stands unless a better row with the same id lies on the same UTC day or one to a side.
//! A row without one is identified by its content; identical rows within one file are all real, so the n-th of a file
//! meets only the n-th of another. A file that holds several sections, as buckets of an API's pages, is several files in this.

use std::cmp::Ordering;

use outlay_model::time::utc_day;
use polars::prelude::DataFrame;

use super::rollup::read_ints;
use super::spill::times;
use crate::error::Result;

/// Columns that identity and precedence need.
pub const KEY_COLUMNS: [&str; 8] = ["time", "key_a", "key_b", "by_id", "rank", "import", "file", "row"];

/// What a row is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// An id of its own.
    Id,
    /// Its content; rows of one section that are alike are all real.
    Content {
        /// Which section of its file, from 1 on; 0 = the file is one.
        section: u32,
    },
}

impl Known {
    /// By its id, or else by its content in a file that is one section.
    #[must_use]
    pub fn by(id: bool) -> Known {
        if id { Known::Id } else { Known::Content { section: 0 } }
    }

    /// As the column `by_id` has it: 1 an id, 0 content, a number above 1 the content of that section, counted from 2 on.
    #[must_use]
    pub fn stored(self) -> i64 {
        match self {
            Known::Id => 1,
            Known::Content { section: 0 } => 0,
            Known::Content { section } => i64::from(section) + 1,
        }
    }
}

/// Identity and precedence of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    key: (i64, i64),
    by_id: bool,
    /// As [`Known`] stores it, where the row has no id.
    section: i64,
    rank: i64,
    time: i64,
    /// A hash of the row's content, set only where precedence and time leave the order open.
    pub tie: i64,
    /// Import that brought the row.
    pub import: i64,
    /// File within the import.
    pub file: i64,
    row: i64,
    /// Where the row lies: an index into the caller's list of sources.
    pub source: u32,
    /// Row number in that source.
    pub index: u32,
}

impl Candidate {
    /// Whether the row has an id of its own.
    #[must_use]
    pub fn has_id(&self) -> bool {
        self.by_id
    }

    /// When.
    #[must_use]
    pub fn instant(&self) -> i64 {
        self.time
    }

    fn day(&self) -> i32 {
        utc_day(self.time)
    }

    /// Better rows first. Import, file and row only break ties between rows of equal content.
    fn precedence(&self, other: &Candidate) -> Ordering {
        (other.rank, other.time, other.tie)
            .cmp(&(self.rank, self.time, self.tie))
            .then((self.import, self.file, self.row).cmp(&(other.import, other.file, other.row)))
    }
}

/// Candidates of a frame.
pub fn candidates(frame: &DataFrame, source: u32, out: &mut Vec<Candidate>) -> Result<()> {
    let time = times(frame)?;
    let ints = |name: &str| read_ints(frame, name);
    let (key_a, key_b, by_id) = (ints("key_a")?, ints("key_b")?, ints("by_id")?);
    let rank = ints("rank")?;
    let (import, file, row) = (ints("import")?, ints("file")?, ints("row")?);
    out.extend(time.into_iter().enumerate().map(|(i, time)| Candidate {
        key: (key_a.at(i), key_b.at(i)),
        by_id: by_id.at(i) == Known::Id.stored(),
        section: by_id.at(i),
        rank: rank.at(i),
        time,
        tie: 0,
        import: import.at(i),
        file: file.at(i),
        row: row.at(i),
        source,
        index: i as u32,
    }));
    Ok(())
}

/// What [`decide`] says.
#[derive(Debug)]
pub struct Decided {
    /// For each candidate, whether it stands.
    pub stands: Vec<bool>,
    /// Candidates that are alike but for their content, which has to be compared.
    pub tied: Vec<u32>,
}

/// Tells for each candidate whether it stands.
pub fn decide(all: &[Candidate]) -> Decided {
    let mut stands = vec![true; all.len()];
    let mut tied = Vec::new();
    // Most rows share their key with no other: half of it, beside the row's place, is quickly sorted.
    let mut order: Vec<(i64, u32)> = all.iter().enumerate().map(|(at, c)| (c.key.0, at as u32)).collect();
    order.sort_unstable();
    for alike in order.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        let mut alike: Vec<(&Candidate, u32)> = alike.iter().map(|(_, at)| (&all[*at as usize], *at)).collect();
        alike.sort_unstable_by(|(x, _), (y, _)| {
            x.by_id.cmp(&y.by_id).then(x.key.cmp(&y.key)).then_with(|| x.precedence(y))
        });
        for group in alike.chunk_by(|(x, _), (y, _)| (x.key, x.by_id) == (y.key, y.by_id)) {
            for even in group.chunk_by(|(x, _), (y, _)| (x.rank, x.time) == (y.rank, y.time)) {
                if even.len() > 1 {
                    tied.extend(even.iter().map(|(_, at)| *at));
                }
            }
            if group[0].0.by_id {
                for (i, (row, at)) in group.iter().enumerate() {
                    let displaced = group[..i].iter().any(|(better, _)| (better.day() - row.day()).abs() <= 1);
                    stands[*at as usize] = !displaced;
                }
                continue;
            }
            let mut seen: Vec<((i64, i64, i64), usize)> = Vec::new();
            let mut taken = 0;
            // In order of precedence: a row stands when its file has more of the kind than stand already.
            for (row, at) in group {
                let file = (row.import, row.file, row.section);
                let place = match seen.iter_mut().find(|(f, _)| *f == file) {
                    Some((_, count)) => {
                        *count += 1;
                        *count
                    }
                    None => {
                        seen.push((file, 1));
                        1
                    }
                };
                stands[*at as usize] = place > taken;
                taken = taken.max(place);
            }
        }
    }
    Decided { stands, tied }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::time::DAY;
    use proptest::prelude::*;

    fn row(key: i64, by_id: bool, rank: i64, day: i64, import: i64, file: i64, row: i64) -> Candidate {
        Candidate {
            key: (key, 0),
            by_id,
            section: 0,
            rank,
            time: day * DAY,
            tie: rank,
            import,
            file,
            row,
            source: 0,
            index: 0,
        }
    }

    fn standing(rows: &[Candidate]) -> Vec<(i64, i64, i64)> {
        let stands = decide(rows).stands;
        let mut out: Vec<_> =
            rows.iter().zip(stands).filter(|(_, s)| *s).map(|(r, _)| (r.key.0, r.rank, r.time / DAY)).collect();
        out.sort_unstable();
        out
    }

    #[test]
    fn the_more_complete_wins_one_day_to_a_side() {
        let rows = vec![row(1, true, 5, 10, 1, 0, 0), row(1, true, 9, 11, 2, 0, 0), row(1, true, 7, 13, 2, 0, 1)];
        assert_eq!(standing(&rows), [(1, 7, 13), (1, 9, 11)]);
    }

    #[test]
    fn identical_cheap_calls_are_real() {
        let twice = |import| vec![row(1, false, 5, 10, import, 0, 0), row(1, false, 5, 10, import, 0, 1)];
        let mut both = twice(1);
        assert_eq!(standing(&both).len(), 2);
        both.extend(twice(2));
        assert_eq!(standing(&both).len(), 2);
    }

    #[test]
    fn a_section_repeats_another_of_its_file() {
        let listed = |rank, section, place| Candidate { section, ..row(1, false, rank, 10, 1, 0, place) };
        let twice = [listed(5, 2, 0), listed(6, 3, 1)];
        assert_eq!(standing(&twice), [(1, 6, 10)]);
        // What one section has twice is there twice.
        let more = [listed(1, 3, 2)];
        assert_eq!(standing(&[&twice[..], &more].concat()), [(1, 1, 10), (1, 6, 10)]);
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_a_second_import_changes_nothing(
            rows in proptest::collection::vec((0_i64..4, any::<bool>(), 0_i64..3, 0_i64..4, 0_i64..2), 0..24),
        ) {
            let made: Vec<Candidate> = rows.iter().enumerate()
                .map(|(i, (key, by_id, rank, day, file))| {
                    // Content keys hold the time: the same key never lies on two days.
                    let (key, day) = if *by_id { (*key, *day) } else { (key * 10 + day, *day) };
                    row(key, *by_id, *rank, day, 1, *file, i as i64)
                })
                .collect();
            let expected = standing(&made);
            let mut reversed = made.clone();
            reversed.reverse();
            prop_assert_eq!(standing(&reversed), expected.clone());
            let mut twice = made.clone();
            twice.extend(made.iter().map(|c| Candidate { import: 2, ..*c }));
            prop_assert_eq!(standing(&twice), expected);
        }
    }
}
