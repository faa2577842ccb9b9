//! Outlay's own trace format as JSON lines.
//!
//! # Where the file comes from
//! Your own program writes one JSON object for each attempt at a provider.
//!
//! # Shape
//! One object a line (an array of objects is read too). `timestamp`, `model` and `input_tokens` make it recognised;
//! every other field is optional. Keys that are not in the table of fields are left out, and the import names them.
//!
//! A file that has such a key for tokens is not recognised, because its sums would lack them: it needs a mapping. Those
//! are the keys with `token` or `cache` in their name, such as `cache_read_input_tokens`, and an object `usage`. Names
//! of rates, limits, durations, amounts and labels are none: `tokens_per_second`, `max_tokens`, `first_token_ms`,
//! `cache_read_cost_usd`, `cache_hit`. A file that is recognised, or called a trace by name, and has such a key further
//! down is read without it, and the import says so.
//!
//! # Mapping
//! Each key is a field of the same name ([`crate::fields()`]). `input_tokens` includes cached, written, audio and image
//! parts, `output_tokens` includes reasoning; both are cut into disjoint buckets. Writes without a lifetime keep an
//! unknown one. `user_feedback`, `eval_score` and `scores` become scores of the call.
//!
//! # Known quirks
//! Steps may come first: any object near the beginning makes the file recognised. `null`, an empty text, the texts
//! `NULL`, `None`, `NaN` and `N/A`, and the bare `NaN` that Python writes all mean "not told". A time without a zone is
//! UTC. A recorded cost of 0 with tokens present is unknown. A row with more cached than input tokens is rejected: such
//! a log counts them apart and needs a mapping. A row of an array is named by its line and its place,
//! `[17].input_tokens`, counted from 0.

use outlay_model::record::Sink;
use outlay_model::report::Kind;

use crate::calls::{self, Dialect};
use crate::error::ImportError;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

/// Keys that make a file recognised.
pub(crate) const SIGNATURE: &[&str] = &["timestamp", "model", "input_tokens"];

/// Names and times as documented.
pub(crate) const DIALECT: Dialect = Dialect { renamed: &[], naive_is_utc: true };

/// What neither spelling of the format tells.
pub(crate) const CANNOT_TELL: &[&str] = &["what the provider billed: costs in a log are the program's own estimate"];

pub(crate) struct TraceJsonl;

impl Format for TraceJsonl {
    fn id(&self) -> &'static str {
        "trace-jsonl"
    }
    fn title(&self) -> &'static str {
        "Trace, JSON lines"
    }
    fn about(&self) -> About {
        About {
            from: "Your own program: one JSON object a line for each attempt at a provider",
            kind: Some(Kind::Call),
            cannot_tell: CANNOT_TELL,
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_json() && head.has_all(SIGNATURE) && !DIALECT.would_lose_tokens(head)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        calls::read(input, &DIALECT, options, sink)
    }
}
