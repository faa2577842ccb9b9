//! Taking a user, texts or a time range out of every data version.
//!
//! Files with such rows are written anew without them; the data versions before are given up with their files, so that
//! nothing of it is left on the disk, and the catalogue is written anew as well. It cannot be undone, but importing the
//! same files again would bring it back.

use std::collections::HashSet;
use std::sync::Arc;

use outlay_model::time::{DAY, Micros, utc_day};
use polars::prelude::*;

use crate::catalogue::files::{self, FileRow};
use crate::catalogue::{audit, imports};
use crate::datasets::files as parquet;
use crate::datasets::frames::conform;
use crate::datasets::lineage::Ancestors;
use crate::datasets::parts::folder;
use crate::datasets::rollup::Room;
use crate::datasets::schema::Dataset;
use crate::datasets::spill::times;
use crate::datasets::words::Words;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::ledger::{Ledger, blocking};
use crate::publish::{Written, scored, write_rollups};

/// Columns of texts.
const TEXTS: [&str; 3] = ["system_text", "prompt_text", "output_text"];

/// What is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forget {
    /// Every record of a user, by the id as the sources spell it.
    User(String),
    /// All prompt and answer texts; the records stay.
    Texts,
    /// Every record from an instant up to another, excluded.
    Time(Micros, Micros),
}

impl Forget {
    /// Whether a file can have rows that go.
    fn concerns(&self, file: &FileRow) -> bool {
        !matches!(self, Forget::Time(from, to) if file.last < *from || file.first >= *to)
    }

    /// Which rows of a frame go, by themselves.
    fn marks(&self, frame: &DataFrame, user: &[String]) -> Result<Vec<bool>> {
        match self {
            Forget::User(_) => of_user(frame, user),
            Forget::Time(from, to) => Ok(times(frame)?.iter().map(|time| (*from..*to).contains(time)).collect()),
            Forget::Texts => Ok(vec![false; frame.height()]),
        }
    }
}

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Records taken out, or whose texts were.
    pub records: i64,
    /// Files written anew.
    pub files: usize,
    /// The data version without it.
    pub data_version: i64,
}

impl Ledger {
    /// Takes something out of every data version.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::Busy`] while another process reads an older data version; what disk and SQLite say.
    /// Nothing is changed then.
    pub async fn forget(&self, what: &Forget, now: i64) -> Result<Forgotten> {
        let lock = self.writer().await?;
        let reading = files::readers(&self.pool, now, std::process::id()).await?;
        if reading > 0 {
            return Err(Error::Busy(format!("{reading} readers of it are open")));
        }
        let before = files::newest(&self.pool).await?;
        let snapshot = before.id + 1;
        // Ids may be stored as keyed hashes.
        let user = match what {
            Forget::User(id) => vec![id.clone(), self.digester().await?.pseudonym(id)],
            _ => Vec::new(),
        };
        // What was said of a forgotten call goes with it, whether or not it names the user.
        let mut about = About::default();
        if matches!(what, Forget::User(_)) {
            for dataset in [Dataset::Calls, Dataset::Steps] {
                for name in [dataset.name().to_owned(), dataset.aside()] {
                    let files = files::seen(&self.pool, before.id, &name).await?;
                    let (layout, user) = (self.layout.clone(), user.clone());
                    about = blocking(move || about.of(&layout, &files, &user)).await?;
                }
            }
        }
        let about = Arc::new(about);
        let above = Arc::new(self.above(before.id, what, &user).await?);
        let mut done = Forgotten { data_version: snapshot, ..Forgotten::default() };
        let mut plans: Vec<(i64, Option<Written>)> = Vec::new();
        for dataset in Dataset::ALL {
            for (name, rolled) in [(dataset.name().to_owned(), true), (dataset.aside(), false)] {
                for file in files::seen(&self.pool, before.id, &name).await? {
                    // A span can begin long before what it repeats.
                    let repeats = dataset == Dataset::Calls && !rolled && !above.is_empty();
                    if !what.concerns(&file) && !repeats {
                        continue;
                    }
                    let job = Job {
                        layout: self.layout.clone(),
                        what: what.clone(),
                        user: user.clone(),
                        about: about.clone(),
                        above: (dataset == Dataset::Calls && !rolled).then(|| above.clone()),
                        dataset,
                        snapshot,
                    };
                    let number = plans.len();
                    let id = file.id;
                    let made = blocking(move || job.run(&file, rolled && dataset == Dataset::Calls, number)).await?;
                    if let Some((gone, written)) = made {
                        done.records += gone;
                        plans.push((id, written));
                    }
                }
            }
        }
        done.files = plans.len();
        let mut tx = self.pool.begin().await?;
        let book = self.book().version().to_owned();
        files::add_snapshot(&mut tx, snapshot, now, "forget", None, before.mapping, &book).await?;
        for (id, written) in &plans {
            files::remove(&mut tx, *id, snapshot).await?;
            if let Some(written) = written {
                let parent = files::add(&mut tx, &written.file, None, snapshot).await?;
                for rollup in &written.rollups {
                    files::add(&mut tx, rollup, Some(parent), snapshot).await?;
                }
            }
        }
        match what {
            Forget::User(id) => imports::forget_text(&mut tx, Some(id)).await?,
            Forget::Texts => imports::forget_text(&mut tx, None).await?,
            Forget::Time(from, to) => {
                // A day that is gone in part is still there in part.
                let (first, last) = (utc_day(from + DAY - 1), utc_day(*to) - 1);
                imports::forget_days(&mut tx, first, last).await?;
            }
        }
        let detail = match what {
            // The log must not keep what it says was forgotten.
            Forget::User(_) => "a user".to_owned(),
            Forget::Texts => "texts".to_owned(),
            Forget::Time(from, to) => format!("{from} to {to}"),
        };
        audit::append(&mut tx, now, "forget", &format!("{detail}: {} records", done.records)).await?;
        let gone = files::give_up_before(&mut tx, snapshot).await?;
        tx.commit().await?;
        self.vacuum(&gone);
        self.rewrite_catalogue().await?;
        self.keep_copy().await;
        drop(lock);
        Ok(done)
    }

    /// The spans above all that goes. Those of them that lie aside tell its tokens once more, and would stand in its
    /// place when the day is decided about again.
    async fn above(&self, snapshot: i64, what: &Forget, user: &[String]) -> Result<Ancestors> {
        let spans = imports::of_spans(&self.pool).await?;
        if spans.is_empty() || matches!(what, Forget::Texts) {
            return Ok(Ancestors::default());
        }
        let mut all = Vec::new();
        for dataset in [Dataset::Calls, Dataset::Steps] {
            for name in [dataset.name().to_owned(), dataset.aside()] {
                all.extend(files::seen(&self.pool, snapshot, &name).await?);
            }
        }
        let (layout, what, user) = (self.layout.clone(), what.clone(), user.to_vec());
        blocking(move || {
            let mut above = Ancestors::of(spans);
            let columns: Vec<&str> = ["time", "user"].into_iter().chain(Ancestors::COLUMNS).collect();
            for file in all.iter().filter(|file| what.concerns(file)) {
                let frame = parquet::read(&layout.file(&file.path), Some(&columns))?;
                above.ask(&frame, &what.marks(&frame, &user)?)?;
            }
            if !above.is_empty() {
                for file in &all {
                    above.learn(&parquet::read(&layout.file(&file.path), Some(&Ancestors::COLUMNS))?)?;
                }
                above.climb();
            }
            Ok(above)
        })
        .await
    }

    /// Writes the catalogue anew, so that free pages and the log beside it hold nothing of what was deleted.
    async fn rewrite_catalogue(&self) -> Result<()> {
        sqlx::query("VACUUM").execute(&self.pool).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        Ok(())
    }
}

/// One file to look through.
struct Job {
    layout: Layout,
    what: Forget,
    user: Vec<String>,
    about: Arc<About>,
    /// Spans that tell the tokens of what goes, for displaced rows.
    above: Option<Arc<Ancestors>>,
    dataset: Dataset,
    snapshot: i64,
}

impl Job {
    /// Records that go, and the file that is left; `None` where nothing goes.
    fn run(&self, file: &FileRow, rolled: bool, number: usize) -> Result<Option<(i64, Option<Written>)>> {
        let frame = parquet::read(&self.layout.file(&file.path), None)?;
        let (gone, left) = match &self.what {
            Forget::Texts => {
                if !TEXTS.iter().any(|name| frame.schema().contains(name)) {
                    return Ok(None);
                }
                let told = TEXTS.map(|name| col(name).is_not_null()).into_iter().reduce(Expr::or);
                let any = told.unwrap_or_else(|| lit(false));
                let count = frame.clone().lazy().filter(any).collect()?.height() as i64;
                if count == 0 {
                    return Ok(None);
                }
                let empty = TEXTS.map(|name| lit(NULL).cast(DataType::Binary).alias(name));
                (count, frame.lazy().with_columns(empty).collect()?)
            }
            Forget::User(_) | Forget::Time(..) => {
                let mut goes = self.what.marks(&frame, &self.user)?;
                if self.dataset == Dataset::Scores {
                    self.about.mark(&frame, &mut goes)?;
                }
                if let Some(above) = &self.above {
                    above.mark(&frame, &mut goes)?;
                }
                let left = frame.filter(&goes.iter().map(|goes| Some(!goes)).collect::<BooleanChunked>())?;
                (goes.iter().filter(|goes| **goes).count() as i64, left)
            }
        };
        if gone == 0 {
            return Ok(None);
        }
        let gone = match &self.what {
            Forget::Texts => gone,
            Forget::User(_) | Forget::Time(..) => gone + file.scores - scored(&left),
        };
        let written = if left.height() == 0 { None } else { Some(self.write(left, file, rolled, number)?) };
        Ok(Some((gone, written)))
    }

    fn write(&self, frame: DataFrame, file: &FileRow, rolled: bool, number: usize) -> Result<Written> {
        let path = |name: &str| format!("{name}/{}/{:06}-f{number}.parquet", folder(&file.part), self.snapshot);
        let times = times(&frame)?;
        let zone_name = file.zone.split('|').next().unwrap_or_default();
        let mut row = FileRow {
            id: 0,
            path: path(&file.dataset),
            rows: frame.height() as i64,
            first: times.first().copied().unwrap_or_default(),
            last: times.last().copied().unwrap_or_default(),
            scores: scored(&frame),
            ..file.clone()
        };
        let save = |frame: &DataFrame, words: &Words, row: &mut FileRow| -> Result<()> {
            let target = self.layout.file(&row.path);
            (row.bytes, row.hash) = parquet::write(frame, Some(words), &self.layout.scratch(), &target)?;
            Ok(())
        };
        let mut words = Words::new(Default::default());
        let columns = self.dataset.columns();
        let rows = words.encode(&conform(&frame, &columns)?, &columns)?;
        drop(frame);
        save(&rows, &words, &mut row)?;
        let rollups = if rolled {
            let zone = zone_name.parse().unwrap_or(chrono_tz::Tz::UTC);
            write_rollups(&rows, &mut words, &mut Room::default(), zone, &row, path, save)?
        } else {
            Vec::new()
        };
        Ok(Written { file: row, rollups })
    }
}

/// Which rows are of a user.
fn of_user(frame: &DataFrame, user: &[String]) -> Result<Vec<bool>> {
    let column = frame.column("user")?;
    if column.dtype() == &DataType::Null {
        return Ok(vec![false; frame.height()]);
    }
    Ok(column.str()?.iter().map(|id| id.is_some_and(|id| user.iter().any(|u| u == id))).collect())
}

/// Ids that a score may be about.
const IDS: [&str; 3] = ["request_id", "span_id", "trace_id"];

/// Ids of forgotten calls.
#[derive(Default)]
struct About([HashSet<Vec<u8>>; IDS.len()]);

impl About {
    /// Adds the ids of a user's calls.
    fn of(mut self, layout: &Layout, files: &[FileRow], user: &[String]) -> Result<About> {
        for file in files {
            let frame = parquet::read(&layout.file(&file.path), Some(&["user", IDS[0], IDS[1], IDS[2]]))?;
            let goes = of_user(&frame, user)?;
            for (ids, name) in self.0.iter_mut().zip(IDS) {
                let Ok(column) = frame.column(name)?.binary() else { continue };
                ids.extend(
                    column.iter().zip(&goes).filter(|(_, goes)| **goes).filter_map(|(id, _)| id.map(<[u8]>::to_vec)),
                );
            }
        }
        Ok(self)
    }

    /// Marks the scores of these calls: by the narrowest id that a score has.
    fn mark(&self, scores: &DataFrame, goes: &mut [bool]) -> Result<()> {
        let mut open = vec![true; goes.len()];
        for (ids, name) in self.0.iter().zip(IDS) {
            let Ok(column) = scores.column(name)?.binary() else { continue };
            for ((id, goes), open) in column.iter().zip(goes.iter_mut()).zip(&mut open) {
                if let Some(id) = id.filter(|_| *open) {
                    *goes |= ids.contains(id);
                    *open = false;
                }
            }
        }
        Ok(())
    }
}
