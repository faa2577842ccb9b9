//! Anthropic's message batches, their results.
//!
//! # Where the file comes from
//! The Claude console's list of batches, or `results_url` of a batch. **The results tell no time**: put the batch's own
//! object, the answer of `GET /v1/messages/batches/<id>`, before them in the same file:
//!
//! ```text
//! cat batch.json results.jsonl > dated.jsonl
//! ```
//!
//! # Shape
//! One JSON object a line, in any order: `custom_id` and `result` with `type` `succeeded`, `errored`, `canceled` or
//! `expired`, and `message` or `error`. Before them the batch's object with `type` `message_batch`, on a line or over
//! several; each batch of a file has its own before its results.
//!
//! # Mapping
//! A result is a call of the batch tier; `message.id` is its request id and `custom_id` its trace. Its time is the
//! batch's `created_at`: the calls were made in the 24 hours behind it. `input_tokens` is without cache, reads and
//! writes by lifetime lie beside it, output includes thinking. Whatever did not succeed is a failed call whose usage is
//! unknown.
//!
//! # Known quirks
//! Without the batch's object nothing is read, since no time is made up. Where the batch says how many results it has
//! of each kind and the file has others, that is pointed out, as it shows a file that was cut or mixed up. Usage of
//! `iterations` that lies beside the message's own (compaction, an advisor's model) is not counted, and pointed out.

use std::borrow::Cow;
use std::cell::Cell;

use outlay_model::record::{Call, Dimensions, Record, Sink, Texts};
use outlay_model::report::Kind;
use outlay_model::tokens::{MAX_CALL_TOKENS, Tokens};

use crate::batches;
use crate::error::{Fault, ImportError};
use crate::format::{About, Certainty, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::object::{Object, items, written};
use crate::source::Input;

const SIGNATURE: &[&str] = &["custom_id", "result"];

/// How a request of a batch may end.
const ENDS: [&str; 4] = ["succeeded", "errored", "canceled", "expired"];

const BATCH: batches::Kind = batches::Kind { mark: ("type", "message_batch"), times: &["created_at"] };

const ADDRESS: &str = "/v1/messages/batches/<id>";

pub(crate) struct AnthropicBatch;

impl Format for AnthropicBatch {
    fn id(&self) -> &'static str {
        "anthropic-batch"
    }
    fn title(&self) -> &'static str {
        "Anthropic batch results"
    }
    fn about(&self) -> About {
        About {
            from: "Claude console: Batches, or results_url of a batch; with the batch's own object before the results",
            kind: Some(Kind::Call),
            cannot_tell: &[
                "when, without the batch's own object",
                "the time of each call: all have their batch's",
                "what was billed",
                "latency",
                "what was asked",
                "workspace, key, user, feature",
            ],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        let told = |word: &str| head.text.contains(&format!("\"{word}\""));
        // Right behind the batch's object, the first result's keys are not seen.
        let results = head.has_all(SIGNATURE) || (SIGNATURE.iter().all(|key| told(key)) && BATCH.first(head).is_some());
        (head.is_json() && results && ENDS.iter().any(|end| told(end))).then(|| Match {
            certainty: Certainty::Exact,
            weight: 3,
            why: "its lines have custom_id and a result that succeeded or did not".to_owned(),
        })
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        if !input.head().text.contains(BATCH.mark.1) {
            return Err(ImportError::TimeNeeded { name: input.name, address: ADDRESS });
        }
        let account = options.account.as_deref().unwrap_or("");
        let mut beside = 0_u64;
        // Results of the batch at hand, by how they ended.
        let seen = Cell::new([0_i64; 4]);
        let mixed = Cell::new(false);
        let mut summary = batches::read(
            input,
            &BATCH,
            sink,
            |at, line, batch, feed| {
                let result = line.object("result")?;
                let end = result.text("type")?;
                if let Some(which) = ENDS.iter().position(|known| *known == end) {
                    let mut counts = seen.get();
                    counts[which] += 1;
                    seen.set(counts);
                }
                let time = batch.time.ok_or_else(|| {
                    let why =
                        format!("no batch with a time stands before this line: put the answer of GET {ADDRESS} there");
                    Fault::new("created_at", why, "")
                })?;
                let message = result.object("message")?;
                let mut call = call(line, &result, &message, &end, account)?;
                call.time = time;
                let output = message.raw("content").and_then(written);
                call.texts = Texts { output: output.as_deref(), ..Texts::default() };
                beside += u64::from(has_usage_beside(&message));
                Ok(feed.push(at, Record::Call(&call)))
            },
            |batch, feed| {
                let found = seen.replace([0; 4]);
                let differs = ENDS.iter().zip(found).find_map(|(end, found)| {
                    let (_, told) = batch.counts.iter().find(|(kind, told)| kind == end && *told != found)?;
                    Some((end, *told, found))
                });
                // The first batch that differs is enough to say that something is amiss.
                if let Some((end, told, found)) = differs.filter(|_| !mixed.replace(true)) {
                    feed.note(format!(
                        "a batch says that {told} of its results are \"{end}\", the file has {found}: some are \
                         missing, or are of another batch"
                    ));
                }
            },
        )?;
        if beside > 0 {
            summary.notes.push(format!(
                "results with usage beside the message's own (compaction, an advisor), which is not counted: {beside}"
            ));
        }
        if summary.rows > 0 {
            summary.notes.push("all results of a batch have the time at which it was created".to_owned());
        }
        Ok(summary)
    }
}

fn call<'a>(
    line: &Object<'a>,
    result: &Object<'a>,
    message: &Object<'a>,
    end: &str,
    account: &'a str,
) -> Result<Call<'a>, Fault> {
    let succeeded = match end {
        "succeeded" if message.fields().is_empty() => return Err(result.fault("message", "is not told")),
        "succeeded" => true,
        "errored" | "canceled" | "expired" => false,
        _ => return Err(result.fault("type", "is neither succeeded nor errored, canceled or expired")),
    };
    let error = match result.any("error") {
        error if error.any("error").fields().is_empty() => error.word("type"),
        error => error.any("error").word("type"),
    };
    let error = if error.is_empty() { Cow::Owned(end.to_owned()) } else { error };
    let usage = message.object("usage")?;
    let region = usage.text("inference_geo")?;
    Ok(Call {
        dims: Dimensions {
            provider: "anthropic".into(),
            account: account.into(),
            model: message.text("model")?,
            operation: "chat".into(),
            tier: "batch".into(),
            region: if region == "global" { Cow::Borrowed("") } else { region },
            ..Dimensions::default()
        },
        tokens: if succeeded { tokens(&usage)? } else { None },
        status: if succeeded { "ok" } else { "error" }.into(),
        error_type: if succeeded { Cow::Borrowed("") } else { error },
        finish_reason: message.text("stop_reason")?,
        request_id: message.text("id")?,
        trace_id: line.text("custom_id")?,
        ..Call::default()
    })
}

/// Tokens of a `usage` object as the Messages API writes it; `None` where there is none.
fn tokens(usage: &Object<'_>) -> Result<Option<Tokens>, Fault> {
    let (input, output) = (usage.count("input_tokens")?, usage.count("output_tokens")?);
    if input.is_none() && output.is_none() {
        return Ok(None);
    }
    let or_0 = |object: &Object<'_>, key: &str| object.count(key).map(Option::unwrap_or_default);
    let lives = usage.object("cache_creation")?;
    let (short, long) = (or_0(&lives, "ephemeral_5m_input_tokens")?, or_0(&lives, "ephemeral_1h_input_tokens")?);
    let written = usage.count("cache_creation_input_tokens")?.unwrap_or(short + long);
    if written < short + long {
        let why = format!("is smaller than its parts by lifetime, {short} + {long}");
        return Err(usage.fault("cache_creation_input_tokens", &why));
    }
    let tokens = Tokens {
        uncached_input: input.ok_or_else(|| usage.fault("input_tokens", "is not told"))?,
        cache_read: or_0(usage, "cache_read_input_tokens")?,
        cache_write_5m: short,
        cache_write_1h: long,
        cache_write_unknown: written - short - long,
        output: output.ok_or_else(|| usage.fault("output_tokens", "is not told"))?,
        reasoning: or_0(&usage.object("output_tokens_details")?, "thinking_tokens")?,
        ..Tokens::default()
    };
    tokens.check(MAX_CALL_TOKENS).map_err(|fault| usage.fault("output_tokens", &fault.to_string()))?;
    Ok(Some(tokens))
}

/// Whether parts of the answer were billed beside what its usage says.
fn has_usage_beside(message: &Object<'_>) -> bool {
    let parts = message.any("usage").raw("iterations").map(items).unwrap_or_default();
    parts.into_iter().any(|part| matches!(Object::of(part).word("type").as_ref(), "compaction" | "advisor_message"))
}
