//! The accounting between a reader of rows and the sink: every row is pushed or rejected, once; lines of a bill that
//! are about something else than models are counted apart.

use std::sync::Arc;

use chrono_tz::Tz;
use outlay_model::record::{Place, Record, Refusal, Rejected, Sink};

use crate::error::{Broken, Fault, ImportError};
use crate::format::ReadSummary;
use crate::source::Meter;

const STRIDE: u64 = 256 * 1024;

/// Something that knows where in a JSON document the row at hand lies: `data[17]`, or nothing.
pub(crate) trait InDocument {
    fn place(&self) -> String;
}

/// Where a row stands: its line, and in a JSON document what tells it from other rows on that line.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'p> {
    pub line: u64,
    pub document: Option<&'p dyn InDocument>,
}

impl From<u64> for Spot<'_> {
    fn from(line: u64) -> Self {
        Spot { line, document: None }
    }
}

impl Spot<'_> {
    fn column(&self, column: &str) -> String {
        match self.document.map(InDocument::place) {
            Some(place) if !place.is_empty() && !column.is_empty() => format!("{place}.{column}"),
            Some(place) if !place.is_empty() => place,
            _ => column.to_owned(),
        }
    }
}

pub(crate) struct Feed<'s> {
    sink: &'s mut dyn Sink,
    meter: Arc<Meter>,
    name: String,
    told: u64,
    rows: u64,
    left_out: u64,
    notes: Vec<String>,
    /// Rows whose cached tokens exceed the input that should contain them, and the first of them.
    outside: u64,
    first_outside: u64,
}

impl<'s> Feed<'s> {
    pub fn new(name: &str, meter: &Arc<Meter>, sink: &'s mut dyn Sink) -> Self {
        Feed {
            sink,
            meter: Arc::clone(meter),
            name: name.to_owned(),
            told: 0,
            rows: 0,
            left_out: 0,
            notes: Vec::new(),
            outside: 0,
            first_outside: 0,
        }
    }

    /// Says something once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Tells progress about every 256 KiB of the stored file.
    pub fn tick(&mut self) -> Result<(), ImportError> {
        let bytes = self.meter.bytes();
        if bytes >= self.told + STRIDE {
            self.told = bytes;
            self.sink.progress(bytes).map_err(|_| ImportError::Stopped)?;
        }
        Ok(())
    }

    /// One row into the sink; what the sink refuses is rejected.
    pub fn push<'p>(&mut self, at: impl Into<Spot<'p>>, record: Record<'_, '_>) -> Result<(), ImportError> {
        let at = at.into();
        self.tick()?;
        match self.sink.push(Place { line: at.line }, record) {
            Ok(()) => {
                self.rows += 1;
                Ok(())
            }
            Err(Refusal::Row { column, reason }) => self.reject(at, &Fault::new(column, reason, "")),
            Err(Refusal::Stop) => Err(ImportError::Stopped),
        }
    }

    /// One line that is sound and about something else than models: counted apart, neither pushed nor rejected.
    pub fn leave_out(&mut self) -> Result<(), ImportError> {
        self.left_out += 1;
        self.tick()
    }

    /// One row that is none.
    pub fn reject<'p>(&mut self, at: impl Into<Spot<'p>>, fault: &Fault) -> Result<(), ImportError> {
        let at = at.into();
        self.rows += 1;
        if fault.proves_outside {
            if self.outside == 0 {
                self.first_outside = at.line;
            }
            self.outside += 1;
        }
        self.sink.reject(Rejected::new(at.line, &at.column(&fault.column), fault.reason.clone(), &fault.value));
        self.tick()
    }

    /// A row that broke: rejected, or the end of the import where a zone is missing.
    pub fn broken<'p>(&mut self, at: impl Into<Spot<'p>>, broken: Broken) -> Result<(), ImportError> {
        let at = at.into();
        match broken {
            Broken::Row(fault) => self.reject(at, &fault),
            Broken::Zone(value) => Err(ImportError::ZoneNeeded { name: self.name.clone(), line: at.line, value }),
        }
    }

    /// A JSON document that ended inside its list.
    pub fn unclosed(&mut self) {
        self.note("the JSON document is not closed: rows after the last one may be missing; export or copy it again");
    }

    /// Where the compression broke off, if it did.
    pub fn broken_tail(&self) -> Option<String> {
        self.meter.broken()
    }

    /// The end: what the system said if reading failed, else what was read.
    pub fn finish(mut self, zone: Option<Tz>) -> Result<ReadSummary, ImportError> {
        if let Some(source) = self.meter.take_failure() {
            return Err(ImportError::Read { name: self.name, bytes: self.meter.bytes(), source });
        }
        if let Some(broken) = self.meter.broken() {
            self.note(format!("{broken}; the rows before that were read: download or copy the file again"));
        }
        // One such row is a fault of its own; a file full of them counts the other way round.
        if self.outside > 1 && self.outside * 100 >= self.rows {
            let (count, first) = (self.outside, self.first_outside);
            self.note(format!(
                "cached tokens are outside the input tokens in this file: {count} rows prove it, the first on line {first}; \
                 rows that do not show it were read as if they were inside, so read it again with a mapping that says \
                 cached_input = \"outside\""
            ));
        }
        if self.rows + self.left_out == 0 {
            self.note("a file without any rows");
        }
        let bytes = self.meter.bytes();
        if bytes > self.told {
            self.sink.progress(bytes).map_err(|_| ImportError::Stopped)?;
        }
        Ok(ReadSummary { rows: self.rows, left_out: self.left_out, notes: self.notes, zone, spans: false })
    }
}
