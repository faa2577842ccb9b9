//! An in-house call log with local times.
//!
//! # Where the file comes from
//! A thin wrapper around providers' clients that writes a line for each call, stamped by the machine's own clock.
//!
//! # Shape
//! JSON lines or CSV with all of `timestamp`, `provider`, `model`, `operation`, `prompt_tokens`, `completion_tokens`,
//! `total_tokens`, `latency_ms` and `cost_usd`, and `error` where one was logged; further columns are read as in the
//! trace format, and one for tokens that it does not know makes the file one that needs a mapping.
//!
//! # Mapping
//! `prompt_tokens` is the whole input, `completion_tokens` the whole output; `error` is the error word, or an object
//! with a `type` or `code`, and a row that has one failed. `total_tokens` must be the sum of the two, or the row is
//! rejected.
//!
//! # Known quirks
//! Times have no zone and are local: the zone has to be given. A time that the clock shows twice is read as the earlier
//! one; one that it skips is rejected.

use outlay_model::record::Sink;
use outlay_model::report::Kind;

use crate::calls::{self, Dialect};
use crate::error::ImportError;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &[
    "timestamp",
    "provider",
    "model",
    "operation",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "latency_ms",
    "cost_usd",
];

const DIALECT: Dialect = Dialect {
    renamed: &[("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens")],
    naive_is_utc: false,
};

pub(crate) struct InhouseCalls;

impl Format for InhouseCalls {
    fn id(&self) -> &'static str {
        "inhouse-calls"
    }
    fn title(&self) -> &'static str {
        "In-house call log, local time"
    }
    fn about(&self) -> About {
        About {
            from: "An in-house wrapper that logs each call with prompt, completion and total tokens in local time",
            kind: Some(Kind::Call),
            cannot_tell: &["what the provider billed", "the zone of its times", "feature, user, cached tokens"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.has_all(SIGNATURE) && !DIALECT.would_lose_tokens(head)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        calls::read(input, &DIALECT, options, sink)
    }
}
