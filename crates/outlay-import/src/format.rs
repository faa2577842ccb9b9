//! What a format is, and what reading a file gives.

use chrono_tz::Tz;
use outlay_model::record::Sink;
use outlay_model::report::Kind;

use crate::error::ImportError;
use crate::head::Head;
use crate::mapping::Mapping;
use crate::source::Input;

/// Where files of a format come from and what they are good for, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// How to get the file: the click path or the program that writes it.
    pub from: &'static str,
    /// Kind of record; `None` where a mapping decides.
    pub kind: Option<Kind>,
    /// What such a file cannot tell.
    pub cannot_tell: &'static [&'static str],
}

/// How sure a format is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Could be.
    Partial,
    /// Nothing else looks like this.
    Exact,
}

/// A format recognising a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// How sure.
    pub certainty: Certainty,
    /// Number of columns or keys that the signature names: of two exact matches the more specific one is taken.
    pub weight: usize,
    /// What was recognised, in words.
    pub why: String,
}

impl Match {
    /// All columns of a signature are there.
    pub(crate) fn exact(signature: &[&str]) -> Match {
        Match {
            certainty: Certainty::Exact,
            weight: signature.len(),
            why: format!("it has the columns {}", signature.join(", ")),
        }
    }
}

/// What the caller knows and the file does not.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Zone of local times, for formats and mappings whose times do not tell theirs.
    pub zone: Option<Tz>,
    /// Provider account, in place of whatever the file says.
    pub account: Option<String>,
    /// Mapping, for the `mapped` format.
    pub mapping: Option<Mapping>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Rows read: each was pushed or rejected.
    pub rows: u64,
    /// Lines about something else than models, such as the storage on a cloud's bill: not among the rows.
    pub left_out: u64,
    /// What a reader of the totals should know.
    pub notes: Vec<String>,
    /// Zone that local times were read in, where there were any.
    pub zone: Option<Tz>,
    /// Whether its calls are spans, so that one above others may tell their tokens again.
    pub spans: bool,
}

/// A file format. Stateless: one file in `src/formats`, one line in [`crate::formats()`], one folder of samples.
pub trait Format: Sync {
    /// Stable id, as on the command line.
    fn id(&self) -> &'static str;
    /// What a person reads.
    fn title(&self) -> &'static str;
    /// Where it comes from and what it cannot tell.
    fn about(&self) -> About;
    /// Recognises the beginning of a file by its content, never by its name.
    fn sniff(&self, head: &Head) -> Option<Match>;
    /// Reads everything, calling exactly one of push and reject per row.
    ///
    /// # Errors
    /// [`ImportError`], where the file as a whole cannot be read.
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError>;
}
