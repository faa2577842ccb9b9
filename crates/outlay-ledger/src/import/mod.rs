//! An import under way: a sink that prices, redacts, hashes and buffers records, and spills them until publication.

mod call;
mod charge;
mod dims;
mod options;
mod row;
mod score;
mod tally;
mod usage;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use foldhash::fast::FixedState;
use outlay_model::record::{Place, Record, Refusal, Rejected, Sink, shorten};
use outlay_model::report::{Kind, RejectedRow};
use outlay_model::time::{Micros, utc_day};

use self::dims::{ACCOUNT, PROVIDER, Slots};
pub use self::options::ImportOptions;
pub use self::tally::FileTally;
use crate::datasets::buffer::Buffer;
use crate::datasets::schema::Dataset;
use crate::datasets::spill::Spill;
use crate::datasets::words::{Interner, Words};
use crate::digest::Digester;
use crate::error::{Error, Result};
use crate::lock::WriterLock;
use crate::pricing::Pricer;

/// Marks the file number of a score that came inside a call's row, so that rows are counted once.
pub const IN_ROW: i64 = 1 << 32;
/// Rejected rows of one file that are kept word for word; beyond, they are only counted.
pub const REJECTS_KEPT: usize = 100_000;

/// Number of datasets.
const SETS: usize = Dataset::ALL.len();

/// An import under way. Dropping it leaves nothing behind.
pub struct Import {
    pub(crate) id: i64,
    pub(crate) scratch: PathBuf,
    pub(crate) words: Words,
    pub(crate) pricer: Pricer,
    pub(crate) spills: [Spill; SETS],
    pub(crate) presence: HashMap<(Kind, u32, u32, i32), i64, FixedState>,
    /// UTC days with rows of any dataset: what an undo has to look at.
    pub(crate) days: BTreeSet<i32>,
    pub(crate) tallies: Vec<FileTally>,
    _lock: WriterLock,
    pub(crate) fault: Option<Error>,
    slots: Slots,
    buffers: [Buffer; SETS],
    digester: Digester,
    /// Keys of rows are of this ledger alone.
    seed: u64,
    pub(crate) options: ImportOptions,
    /// Normalised code by raw codes: providers by (told, model), tiers by told.
    providers: HashMap<(u32, u32), u32, FixedState>,
    tiers: HashMap<u32, u32, FixedState>,
    users: HashMap<Box<str>, u32, FixedState>,
    told: Interner,
    told_tiers: Interner,
    content: Vec<u8>,
    /// Packed ids of the call under way.
    ids: [Vec<u8>; 6],
    bytes_before: u64,
    bytes: u64,
    rows: u64,
}

impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import").field("id", &self.id).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        // The lock is still held: nobody else can be using the scratch folder. What stays behind is swept later.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

impl Import {
    pub(crate) fn new(
        id: i64,
        scratch: PathBuf,
        lock: WriterLock,
        pricer: Pricer,
        digester: Digester,
        options: ImportOptions,
    ) -> Import {
        let words = Words::new(crate::redact::Redactor::default());
        let budget = options.rows_in_memory;
        Import {
            id,
            slots: Slots::of(&words),
            words,
            pricer,
            spills: Dataset::ALL.map(|d| Spill::new(&scratch, d.name(), budget)),
            buffers: Dataset::ALL.map(Buffer::new),
            scratch,
            presence: HashMap::with_hasher(FixedState::default()),
            days: BTreeSet::new(),
            tallies: Vec::new(),
            _lock: lock,
            fault: None,
            seed: digester.hash(&[b"rows"]) as u64,
            digester,
            options,
            providers: HashMap::with_hasher(FixedState::default()),
            tiers: HashMap::with_hasher(FixedState::default()),
            users: HashMap::with_hasher(FixedState::default()),
            told: Default::default(),
            told_tiers: Default::default(),
            content: Vec::new(),
            ids: Default::default(),
            bytes_before: 0,
            bytes: 0,
            rows: 0,
        }
    }

    /// Rows that were not refused so far.
    #[must_use]
    pub fn good_rows(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.rows - tally.rejected).sum()
    }

    /// Begins the next file.
    pub fn begin_file(&mut self) {
        self.count_secrets();
        self.tallies.push(FileTally::default());
        self.bytes_before += self.bytes;
        self.bytes = 0;
    }

    /// Says of the current file that its calls are spans.
    pub fn tells_spans(&mut self) {
        if let Some(tally) = self.tallies.last_mut() {
            tally.spans = true;
        }
    }

    /// Gives the last file the secrets that were removed while it was read.
    pub(crate) fn count_secrets(&mut self) {
        let before: u64 = self.tallies.iter().map(|t| t.secrets).sum();
        if let Some(tally) = self.tallies.last_mut() {
            tally.secrets += self.words.redactor.removed - before;
        }
    }

    /// What the current file gave so far.
    #[must_use]
    pub fn tally(&self) -> Option<&FileTally> {
        self.tallies.last()
    }

    /// Moves all buffered rows into the spills.
    pub(crate) fn flush(&mut self) -> Result<()> {
        for at in 0..SETS {
            self.spill(at)?;
        }
        Ok(())
    }

    fn spill(&mut self, at: usize) -> Result<()> {
        if self.buffers[at].rows() > 0 {
            let frame = self.buffers[at].take()?;
            self.spills[at].add(&frame)?;
        }
        Ok(())
    }

    fn full(&mut self, at: usize) -> std::result::Result<(), Refusal> {
        if self.buffers[at].is_full()
            && let Err(error) = self.spill(at)
        {
            self.fault = Some(error);
            return Err(Refusal::Stop);
        }
        Ok(())
    }

    fn see(&mut self, kind: Kind, codes: &[u32; 18], time: Micros) {
        self.present(kind, codes, time);
        self.count(kind, time);
    }

    fn present(&mut self, kind: Kind, codes: &[u32; 18], time: Micros) {
        *self.presence.entry((kind, codes[PROVIDER], codes[ACCOUNT], utc_day(time))).or_default() += 1;
    }

    fn count(&mut self, kind: Kind, time: Micros) {
        self.days.insert(utc_day(time));
        if let Some(tally) = self.tallies.last_mut() {
            tally.rows += 1;
            tally.span = Some(tally.span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
            if !tally.kinds.contains(&kind) {
                tally.kinds.push(kind);
            }
        }
        self.rows += 1;
    }

    fn file_number(&self) -> i64 {
        self.tallies.len() as i64 - 1
    }
}

impl Sink for Import {
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> std::result::Result<(), Refusal> {
        match record {
            Record::Call(call) => self.push_call(place, call),
            Record::Usage(usage) => self.push_usage(place, usage),
            Record::Charge(charge) => self.push_charge(place, charge),
            Record::Score(score) => self.push_score(place, score),
        }
    }

    fn reject(&mut self, rejected: Rejected) {
        self.rows += 1;
        let redactor = &mut self.words.redactor;
        // A row that could not be read at all may hold texts: little of it is enough to find it by.
        let most = if rejected.column.is_empty() { 40 } else { 80 };
        let value = shorten(&redactor.clean(&rejected.value).unwrap_or(rejected.value), most);
        let reason = redactor.clean(&rejected.reason).unwrap_or(rejected.reason);
        if let Some(tally) = self.tallies.last_mut() {
            tally.rows += 1;
            tally.rejected += 1;
            if tally.rejects.len() < REJECTS_KEPT {
                let Rejected { line, column, .. } = rejected;
                tally.rejects.push(RejectedRow { line, column, reason, value });
            }
        }
    }

    fn progress(&mut self, bytes: u64) -> std::result::Result<(), Refusal> {
        self.bytes = bytes;
        if (self.options.progress)(self.bytes_before + bytes, self.rows) {
            Ok(())
        } else {
            self.fault = Some(Error::Cancelled);
            Err(Refusal::Stop)
        }
    }
}
