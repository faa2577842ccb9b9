//! A company file: opened or made, written under a lock, read at a snapshot.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, RwLock};

use chrono_tz::Tz;
use outlay_model::report::{FileReport, RejectedRow};
use outlay_model::time::Micros;
use outlay_price::Book;
use sqlx::SqlitePool;

use crate::catalogue::imports::PresenceRow;
use crate::catalogue::{self, audit, copy, files, imports, meta, prices, words};
use crate::datasets::schema::Dataset;
use crate::digest::Digester;
use crate::error::{Error, Result};
use crate::import::{FileTally, Import, ImportOptions};
use crate::layout::{Layout, make_dir, network_file_system};
use crate::lock::WriterLock;
use crate::pricing::Pricer;
use crate::publish::{Plan, Rebuild};
use crate::reprice::{bundled, with_user};
use crate::view::{Caches, View};

/// An open ledger. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(crate) layout: Layout,
    pub(crate) pool: SqlitePool,
    pins: SqlitePool,
    book: Arc<RwLock<Arc<Book>>>,
    caches: Caches,
}

/// What a publication did.
#[derive(Debug)]
pub struct Published {
    /// Number of the import.
    pub import: i64,
    /// New data version.
    pub snapshot: i64,
    /// What each file gave, with imported and duplicate counted.
    pub tallies: Vec<FileTally>,
    /// Secrets removed.
    pub secrets: u64,
}

/// The presence kind that says on which days an import has rows at all, steps included.
const ANY_ROWS: &str = "rows";

fn random_salt() -> [u8; 32] {
    // The standard library's hash keys come from the operating system's random source.
    use std::hash::{BuildHasher, Hasher};
    let mut out = [0; 32];
    for (i, eight) in out.chunks_exact_mut(8).enumerate() {
        let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
        hasher.write_usize(i);
        eight.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    out
}

impl Ledger {
    /// Opens the ledger in a folder, making it where `create` is set and the folder is new or empty.
    ///
    /// # Errors
    /// [`Error::NotThere`], [`Error::NotALedger`], [`Error::Newer`], [`Error::Network`], and what disk and SQLite say.
    pub async fn open(root: &Path, create: bool) -> Result<Ledger> {
        let layout = Layout::new(root);
        let exists = layout.catalogue().is_file();
        if !exists {
            let occupied = root.is_dir() && std::fs::read_dir(root).map_err(Error::io(root))?.next().is_some();
            match (create, occupied) {
                (_, true) => return Err(Error::NotALedger(root.to_path_buf())),
                (false, false) => return Err(Error::NotThere(root.to_path_buf())),
                (true, false) => make_dir(root)?,
            }
        }
        if let Some(kind) = network_file_system(root) {
            return Err(Error::Network { path: root.to_path_buf(), kind });
        }
        let pool = catalogue::open(&layout.catalogue(), !exists).await?;
        let format = meta::format(&pool).await?;
        if format.is_some_and(|format| format < catalogue::FORMAT) {
            // The migrations have run: older builds must not write to it any more.
            let mut tx = pool.begin().await?;
            meta::set(&mut tx, "format", &catalogue::FORMAT.to_string()).await?;
            tx.commit().await?;
        }
        if format.is_none() {
            let salt: String = random_salt().iter().map(|b| format!("{b:02x}")).collect();
            let mut tx = pool.begin().await?;
            meta::set(&mut tx, "salt", &salt).await?;
            meta::set(&mut tx, "format", &catalogue::FORMAT.to_string()).await?;
            tx.commit().await?;
        }
        let pins = catalogue::fleeting(&layout.catalogue());
        let ledger = Ledger { layout, pool, pins, book: Arc::new(RwLock::new(bundled()?)), caches: Caches::default() };
        ledger.reload_book().await?;
        Ok(ledger)
    }

    /// Lets go of the catalogue, in every clone.
    pub async fn close(&self) {
        self.pins.close().await;
        self.pool.close().await;
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.layout.root()
    }

    /// The price book, the user's prices on top.
    #[must_use]
    pub fn book(&self) -> Arc<Book> {
        self.book.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |book| book.clone())
    }

    pub(crate) async fn reload_book(&self) -> Result<()> {
        let csvs = prices::user_csvs(&self.pool).await?;
        let aliases = prices::aliases(&self.pool).await?;
        if csvs.is_empty() && aliases.is_empty() {
            return Ok(());
        }
        let book = Arc::new(with_user(bundled()?.as_ref(), &csvs, &aliases)?);
        match self.book.write() {
            Ok(mut current) => *current = book,
            Err(poisoned) => *poisoned.into_inner() = book,
        }
        Ok(())
    }

    /// A setting, as JSON text.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        meta::get(&self.pool, key).await
    }

    /// Changes a setting.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn set_setting(&self, key: &str, value: &str, now: i64) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        meta::set(&mut tx, key, value).await?;
        audit::append(&mut tx, now, "setting", &format!("{key} = {value}")).await?;
        tx.commit().await?;
        self.keep_copy().await;
        Ok(())
    }

    /// When a data version was made, in microseconds since 1970; 0 where there is none such.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn made_at(&self, data_version: i64) -> Result<Micros> {
        files::made_at(&self.pool, data_version).await
    }

    /// The reporting zone.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn zone(&self) -> Result<Tz> {
        Ok(self.setting("zone").await?.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC))
    }

    /// Begins an import: takes the writer's lock and sweeps what a killed writer left behind.
    ///
    /// # Errors
    /// [`Error::Locked`], and what disk and SQLite say.
    pub async fn begin_import(&self, options: ImportOptions) -> Result<Import> {
        let lock = self.writer().await?;
        let id = imports::next(&self.pool).await?;
        let scratch = self.layout.scratch().join(format!("import-{id}"));
        make_dir(&scratch)?;
        let known = prices::known(&self.pool).await?;
        let pricer = Pricer::new(self.book(), known);
        Ok(Import::new(id, scratch, lock, pricer, self.digester().await?, options))
    }

    pub(crate) async fn digester(&self) -> Result<Digester> {
        let text = meta::get(&self.pool, "salt").await?.unwrap_or_default();
        let mut salt = [0; 32];
        for (byte, at) in salt.iter_mut().zip(0..) {
            *byte = text.get(at * 2..at * 2 + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or_default();
        }
        Ok(Digester::new(salt))
    }

    /// Takes the lock and sweeps orphans: only the lock's holder may.
    pub(crate) async fn writer(&self) -> Result<WriterLock> {
        let lock = WriterLock::take(&self.layout)?;
        let scratch = self.layout.scratch();
        if scratch.is_dir() {
            std::fs::remove_dir_all(&scratch).map_err(Error::io(&scratch))?;
        }
        make_dir(&scratch)?;
        let known = files::all_paths(&self.pool).await?;
        sweep(&self.layout.data(), &self.layout.data(), &known)?;
        Ok(lock)
    }

    /// Publishes an import: decides which rows stand, writes files, and commits them as a new data version.
    /// `reports` turns the final tallies into the reports to keep, each with its file's hash.
    ///
    /// # Errors
    /// Whatever stopped the import, or disk and SQLite. Nothing is kept then.
    pub async fn publish(
        &self,
        mut import: Import,
        now: i64,
        reports: impl FnOnce(&[FileTally]) -> Vec<(String, FileReport)> + Send,
    ) -> Result<Published> {
        if let Some(fault) = import.fault.take() {
            return Err(fault);
        }
        let before = files::newest(&self.pool).await?;
        let snapshot = before.id + 1;
        let zone = self.zone().await?;
        let replaces = import.options.replaces;
        let days = match replaces {
            Some(old) => imports::days(&mut *self.pool.acquire().await?, old).await?,
            None => BTreeSet::new(),
        };
        let mut existing = Vec::new();
        for dataset in Dataset::ALL {
            existing.push((
                files::seen(&self.pool, before.id, dataset.name()).await?,
                files::seen(&self.pool, before.id, &dataset.aside()).await?,
            ));
        }
        let mut of_spans = imports::of_spans(&self.pool).await?;
        of_spans.extend((0..).zip(&import.tallies).filter(|(_, tally)| tally.spans).map(|(at, _)| (import.id, at)));
        let layout = self.layout.clone();
        let rebuilt = blocking(move || {
            import.flush()?;
            import.count_secrets();
            let cancelled = std::mem::replace(&mut import.options.cancelled, Box::new(|| false));
            let mut plans = Vec::new();
            let steps = existing[Dataset::Steps as usize].clone();
            for (at, (dataset, (standing, aside))) in Dataset::ALL.into_iter().zip(existing).enumerate() {
                let of_calls = dataset == Dataset::Calls;
                let rebuild = Rebuild {
                    layout: &layout,
                    scratch: &import.scratch,
                    dataset,
                    standing,
                    aside,
                    spill: Some(&import.spills[at]),
                    steps: if of_calls { [&steps.0[..], &steps.1].concat() } else { Vec::new() },
                    new_steps: of_calls.then_some(&import.spills[Dataset::Steps as usize]),
                    of_spans: &of_spans,
                    exclude: replaces,
                    days: days.clone(),
                    snapshot,
                    zone,
                    go_on: &|| !cancelled(),
                };
                plans.push(rebuild.run(&mut import.words)?);
            }
            Ok((import, plans))
        })
        .await;
        let (mut import, plans) = match rebuilt {
            Ok(done) => done,
            Err(error) => {
                // Files that were written already belong to no snapshot: taking the lock once more sweeps them.
                drop(self.writer().await);
                return Err(error);
            }
        };
        // Scores that came inside calls' rows are numbered apart: rows are counted once.
        for plan in &plans {
            for (file, rows) in &plan.standing {
                if let Some(tally) = usize::try_from(*file).ok().and_then(|at| import.tallies.get_mut(at)) {
                    tally.imported += rows;
                }
            }
        }
        for tally in &mut import.tallies {
            tally.duplicate = tally.rows - tally.rejected - tally.imported;
        }
        let reports = reports(&import.tallies);
        let mut tx = self.pool.begin().await?;
        let book = self.book().version().to_owned();
        files::add_snapshot(&mut tx, snapshot, now, "import", Some(import.id), before.mapping, &book).await?;
        for plan in &plans {
            commit(&mut tx, plan, snapshot).await?;
        }
        prices::add(&mut tx, &import.pricer.made, before.mapping).await?;
        imports::add(&mut tx, import.id, now, &import.options.request, replaces).await?;
        if let Some(old) = replaces
            && !imports::undo(&mut tx, old).await?
        {
            return Err(Error::Unknown(format!("import {old} that could be read again")));
        }
        for (at, (hash, report)) in reports.iter().enumerate() {
            let tally = import.tallies.get(at);
            imports::add_file(&mut tx, import.id, at as i64, hash, report, tally.is_some_and(|t| t.spans)).await?;
            if let Some(tally) = tally {
                imports::add_rejected(&mut tx, import.id, at as i64, &tally.rejects).await?;
            }
        }
        let (provider, account) = (import.words.slot("provider"), import.words.slot("account"));
        for ((kind, p, a, day), records) in &import.presence {
            let row = PresenceRow {
                kind: kind.dataset().to_owned(),
                provider: provider.map_or("", |slot| import.words.word(slot, *p)).to_owned(),
                account: account.map_or("", |slot| import.words.word(slot, *a)).to_owned(),
                day: *day,
                records: *records,
                at: now,
            };
            imports::add_presence(&mut tx, import.id, &row).await?;
        }
        for day in &import.days {
            let row = PresenceRow {
                kind: ANY_ROWS.to_owned(),
                provider: String::new(),
                account: String::new(),
                day: *day,
                records: 0,
                at: now,
            };
            imports::add_presence(&mut tx, import.id, &row).await?;
        }
        let names: Vec<&str> = reports.iter().map(|(_, r)| r.file.as_str()).collect();
        audit::append(&mut tx, now, "import", &format!("{}: {}", import.id, names.join(", "))).await?;
        let gone = files::forget_old(&mut tx, now).await?;
        tx.commit().await?;
        self.keep_copy().await;
        self.vacuum(&gone);
        let secrets = import.words.redactor.removed;
        Ok(Published { import: import.id, snapshot, tallies: std::mem::take(&mut import.tallies), secrets })
    }

    /// Undoes an import: the ledger then answers as if it had never been made.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such import or it is undone already; [`Error::Locked`].
    pub async fn undo(&self, import: i64, now: i64) -> Result<i64> {
        let lock = self.writer().await?;
        let before = files::newest(&self.pool).await?;
        let snapshot = before.id + 1;
        let zone = self.zone().await?;
        let mut tx = self.pool.begin().await?;
        let days = imports::days(&mut tx, import).await?;
        if !imports::undo(&mut tx, import).await? {
            return Err(Error::Unknown(format!("import {import} that could be undone")));
        }
        let mut plans = Vec::new();
        for dataset in Dataset::ALL {
            let standing = files::seen(&self.pool, before.id, dataset.name()).await?;
            let aside = files::seen(&self.pool, before.id, &dataset.aside()).await?;
            let mut steps = Vec::new();
            if dataset == Dataset::Calls {
                steps = files::seen(&self.pool, before.id, Dataset::Steps.name()).await?;
                steps.extend(files::seen(&self.pool, before.id, &Dataset::Steps.aside()).await?);
            }
            let of_spans = imports::of_spans(&self.pool).await?;
            let (layout, days) = (self.layout.clone(), days.clone());
            plans.push(
                blocking(move || {
                    let scratch = layout.scratch();
                    let rebuild = Rebuild {
                        layout: &layout,
                        scratch: &scratch,
                        dataset,
                        standing,
                        aside,
                        spill: None,
                        steps,
                        new_steps: None,
                        of_spans: &of_spans,
                        exclude: Some(import),
                        days,
                        snapshot,
                        zone,
                        go_on: &|| true,
                    };
                    rebuild.run(&mut crate::datasets::words::Words::new(Default::default()))
                })
                .await?,
            );
        }
        let book = self.book().version().to_owned();
        files::add_snapshot(&mut tx, snapshot, now, "undo", Some(import), before.mapping, &book).await?;
        for plan in &plans {
            commit(&mut tx, plan, snapshot).await?;
        }
        audit::append(&mut tx, now, "undo", &import.to_string()).await?;
        let gone = files::forget_old(&mut tx, now).await?;
        tx.commit().await?;
        self.keep_copy().await;
        self.vacuum(&gone);
        drop(lock);
        Ok(snapshot)
    }

    /// Copies the catalogue. A copy that cannot be made now is made after the next change: what it would protect is
    /// committed already.
    pub(crate) async fn keep_copy(&self) {
        let _ = copy::write(&self.pool, &self.layout.copy()).await;
    }

    pub(crate) fn vacuum(&self, gone: &[String]) {
        for path in gone {
            // A file that cannot be deleted now is an orphan, which the next writer sweeps.
            let _ = std::fs::remove_file(self.layout.file(path));
        }
    }

    /// Sets names of ids.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn set_names(&self, rows: &[words::NameRow], now: i64) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        for row in rows {
            words::set_name(&mut tx, row).await?;
        }
        audit::append(&mut tx, now, "names", &format!("{} set", rows.len())).await?;
        tx.commit().await?;
        self.keep_copy().await;
        Ok(())
    }

    /// All names.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn names(&self) -> Result<Vec<words::NameRow>> {
        words::names(&self.pool).await
    }

    /// All imports, latest first.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn imports(&self) -> Result<Vec<imports::ImportRow>> {
        imports::list(&self.pool).await
    }

    /// A kept import other than this one that holds a file of it, or one with one of these hashes, with the file's name.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn holding_the_same(&self, import: i64, hashes: &[&str]) -> Result<Option<(i64, String)>> {
        imports::holding_the_same(&self.pool, import, hashes).await
    }

    /// When something was last forgotten after a file had been imported by another import than this one.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn forgotten_after(&self, import: i64, hash: &str) -> Result<Option<Micros>> {
        imports::forgotten_after(&self.pool, import, hash).await
    }

    /// Rows that an import, or one file of it, refused: how many, and a page by file and line with the files' numbers.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn rejected(
        &self,
        import: i64,
        file: Option<i64>,
        offset: i64,
        limit: i64,
    ) -> Result<(i64, Vec<(i64, RejectedRow)>)> {
        imports::rejected(&self.pool, import, file, offset, limit).await
    }

    /// Hashes of all files of imports that were not undone.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn imported_hashes(&self) -> Result<BTreeSet<String>> {
        imports::hashes(&self.pool).await
    }

    /// Days with records by source.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn presence(&self) -> Result<Vec<PresenceRow>> {
        imports::presence(&self.pool).await
    }

    /// Headline decisions, in the order taken.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn decisions(&self) -> Result<Vec<words::DecisionRow>> {
        words::decisions(&self.pool).await
    }

    /// Takes a decision on the headline source of a provider account.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn decide(&self, row: &words::DecisionRow, now: i64) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        words::decide(&mut tx, now, row).await?;
        let detail = serde_json::json!({
            "provider": row.provider, "account": row.account, "from": row.first_day, "to": row.last_day,
            "source": row.source, "reason": row.reason,
        });
        audit::append(&mut tx, now, "decide", &detail.to_string()).await?;
        tx.commit().await?;
        self.keep_copy().await;
        Ok(())
    }

    /// The mapping saved for a header.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn mapping(&self, signature: &str) -> Result<Option<String>> {
        words::mapping(&self.pool, signature).await
    }

    /// All saved mappings, in the order of their headers.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn mappings(&self) -> Result<Vec<String>> {
        words::mappings(&self.pool).await
    }

    /// Saves a mapping for a header.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn set_mapping(&self, signature: &str, toml: &str, now: i64) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        words::set_mapping(&mut tx, now, signature, toml).await?;
        audit::append(&mut tx, now, "mapping", signature).await?;
        tx.commit().await?;
        self.keep_copy().await;
        Ok(())
    }

    /// The newest snapshot to read from. It stays readable until the view is closed or its pin expires.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn view(&self, now: i64) -> Result<View> {
        View::open(&self.pool, &self.pins, self.layout.clone(), self.caches.clone(), now).await
    }
}

async fn commit(tx: &mut sqlx::SqliteConnection, plan: &Plan, snapshot: i64) -> Result<()> {
    for id in &plan.removed {
        files::remove(tx, *id, snapshot).await?;
    }
    for written in &plan.added {
        let parent = files::add(tx, &written.file, None, snapshot).await?;
        for rollup in &written.rollups {
            files::add(tx, rollup, Some(parent), snapshot).await?;
        }
    }
    Ok(())
}

/// Deletes files below `folder` that no snapshot knows.
fn sweep(folder: &Path, data: &Path, known: &std::collections::HashSet<String>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if path.is_dir() {
            sweep(&path, data, known)?;
        } else {
            let relative = path.strip_prefix(data).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if !known.contains(&relative) {
                std::fs::remove_file(&path).map_err(Error::io(&path))?;
            }
        }
    }
    Ok(())
}

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Worker(e.to_string()))?
}
