//! An in-house request log with feedback and a judge's score in each row.
//!
//! # Where the file comes from
//! A program that logs prompt version, feature, user feedback and an automated evaluation beside each call.
//!
//! # Shape
//! JSON lines or CSV with all of `trace_id`, `timestamp`, `model`, `prompt_version`, `environment`, `feature`,
//! `system_prompt_hash`, `user_message_length`, `input_tokens`, `output_tokens`, `latency_ms`, `finish_reason`,
//! `cost_usd`, `user_feedback` and `automated_eval_score`; further columns are read as in the trace format,
//! and one for tokens that it does not know makes the file one that needs a mapping.
//!
//! # Mapping
//! As in the trace format. `user_feedback` becomes a score of kind feedback, `automated_eval_score` one of kind judge,
//! both with their raw values; `user_message_length` is the length of the prompt in characters.
//!
//! # Known quirks
//! Times have no zone and are UTC. Feedback may be a number, true or false, up or down, or text. `trace_id` repeats
//! where a request was retried.

use outlay_model::record::Sink;
use outlay_model::report::Kind;

use super::trace_jsonl::DIALECT;
use crate::calls;
use crate::error::ImportError;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &[
    "trace_id",
    "timestamp",
    "model",
    "prompt_version",
    "environment",
    "feature",
    "system_prompt_hash",
    "input_tokens",
    "user_message_length",
    "output_tokens",
    "latency_ms",
    "finish_reason",
    "cost_usd",
    "user_feedback",
    "automated_eval_score",
];

pub(crate) struct InhouseEval;

impl Format for InhouseEval {
    fn id(&self) -> &'static str {
        "inhouse-eval"
    }
    fn title(&self) -> &'static str {
        "In-house log with evaluation"
    }
    fn about(&self) -> About {
        About {
            from: "An in-house logger that writes feedback and an automated score beside each call",
            kind: Some(Kind::Call),
            cannot_tell: &["what the provider billed", "cached tokens, unless the log has a column for them"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.has_all(SIGNATURE) && !DIALECT.would_lose_tokens(head)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        calls::read(input, &DIALECT, options, sink)
    }
}
