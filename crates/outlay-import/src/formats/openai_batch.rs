//! OpenAI's batches, their output and error files.
//!
//! # Where the file comes from
//! The Files API or the dashboard: `output_file_id` and `error_file_id` of a batch.
//!
//! # Shape
//! One JSON object a line: `custom_id`, `response` with `status_code` and `body` (the answer as the endpoint gives it),
//! and `error`. The batch's own object (the answer of `GET /v1/batches/<id>`) may stand before the lines.
//!
//! # Mapping
//! A line is a call of the batch tier; `response.body.id` is its request id, `custom_id` its trace and the line's own
//! `id` its span. Its time is `created` or `created_at` of the body. `usage` is read as the chat, responses, embeddings
//! and images endpoints write it: input includes what was cached and written, output includes reasoning, and
//! `total_tokens` must be their sum. A status outside 200 to 299, or an `error`, is a failed call, whose usage is
//! unknown.
//!
//! # Known quirks
//! Answers of the embeddings endpoint and failed requests have no time of their own: such a line takes the batch's
//! `in_progress_at` or `created_at`, and is rejected where the batch's object does not stand before it. The two files
//! of a batch do not overlap. Other providers write the same shape: a model whose id names its provider stays with
//! that one. There is no latency; the usage that newer batch objects add up themselves is not counted again.

use std::borrow::Cow;

use outlay_model::names;
use outlay_model::record::{Call, Dimensions, Record, Sink, Texts};
use outlay_model::report::Kind;
use outlay_model::time::Micros;
use outlay_model::tokens::{MAX_CALL_TOKENS, Tokens};

use crate::batches::{self, Batch};
use crate::error::{Fault, ImportError};
use crate::format::{About, Certainty, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::object::{Object, items, written};
use crate::source::Input;

const SIGNATURE: &[&str] = &["custom_id", "response", "error"];

const BATCH: batches::Kind = batches::Kind { mark: ("object", "batch"), times: &["in_progress_at", "created_at"] };

pub(crate) struct OpenaiBatch;

impl Format for OpenaiBatch {
    fn id(&self) -> &'static str {
        "openai-batch"
    }
    fn title(&self) -> &'static str {
        "OpenAI batch output"
    }
    fn about(&self) -> About {
        About {
            from: "platform.openai.com: Batches, or the Files API: the output file and the error file of a batch",
            kind: Some(Kind::Call),
            cannot_tell: &["what was billed", "latency", "what was asked", "project, key, user, feature"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        let told = |key: &&str| head.text.contains(&format!("\"{key}\""));
        // Right behind the batch's object, the first line's keys are not seen.
        let lines = head.has_all(&SIGNATURE[..2]) || (SIGNATURE.iter().all(told) && BATCH.first(head).is_some());
        (head.is_json() && lines).then(|| Match {
            certainty: Certainty::Exact,
            weight: SIGNATURE.len(),
            why: format!("its lines have {}", SIGNATURE.join(", ")),
        })
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref().unwrap_or("");
        let mut lent = 0_u64;
        let mut summary = batches::read(
            input,
            &BATCH,
            sink,
            |at, line, batch, feed| {
                let response = line.object("response")?;
                let body = response.object("body")?;
                let (time, own) = time(&body, batch)?;
                let output = output(&body);
                let mut call = call(line, &response, &body, account)?;
                call.time = time;
                call.texts = Texts { output: output.as_deref(), ..Texts::default() };
                lent += u64::from(!own);
                Ok(feed.push(at, Record::Call(&call)))
            },
            |_, _| {},
        )?;
        if lent > 0 {
            summary.notes.push(format!("lines without a time of their own, which have their batch's: {lent}"));
        }
        Ok(summary)
    }
}

/// When the answer was made, and whether it says so itself.
fn time(body: &Object<'_>, batch: &Batch) -> Result<(Micros, bool), Fault> {
    for key in ["created", "created_at"] {
        if let Some(time) = body.time(key)? {
            return Ok((time, true));
        }
    }
    batch.time.map(|time| (time, false)).ok_or_else(|| {
        Fault::new(
            "response.body.created",
            "the line tells no time, as those of embeddings and failed requests do not; put the batch's own object \
             (the answer of GET /v1/batches/<id>) before the lines, and import that",
            "",
        )
    })
}

fn call<'a>(line: &Object<'a>, response: &Object<'a>, body: &Object<'a>, account: &'a str) -> Result<Call<'a>, Fault> {
    let model = body.text("model")?;
    let status = response.count("status_code")?;
    let (failure, inner) = (line.any("error"), body.any("error"));
    let failed = line.raw("error").is_some()
        || body.raw("error").is_some()
        || status.is_some_and(|status| !(200..300).contains(&status));
    if !failed && response.raw("body").is_none() {
        return Err(Fault::new("response.body", "the line has neither a body nor an error", ""));
    }
    let error = [failure.word("code"), inner.word("code"), inner.word("type"), failure.word("message")]
        .into_iter()
        .find(|word| !word.is_empty())
        .or_else(|| status.map(|status| Cow::Owned(status.to_string())))
        .unwrap_or(Cow::Borrowed("error"));
    let (operation, finish_reason) = kind(body);
    Ok(Call {
        dims: Dimensions {
            provider: names::provider_of_model(&model).unwrap_or("openai").into(),
            account: account.into(),
            model,
            operation: operation.into(),
            tier: "batch".into(),
            ..Dimensions::default()
        },
        tokens: if failed { None } else { tokens(&body.object("usage")?)? },
        status: if failed { "error" } else { "ok" }.into(),
        error_type: if failed { error } else { Cow::Borrowed("") },
        finish_reason,
        request_id: body.text("id")?,
        trace_id: line.text("custom_id")?,
        span_id: line.text("id")?,
        ..Call::default()
    })
}

/// What the body is an answer of, and why it ended.
fn kind<'a>(body: &Object<'a>) -> (&'static str, Cow<'a, str>) {
    let choice = body.raw("choices").and_then(|list| items(list).first().copied()).map(Object::of);
    let reason = choice.map(|choice| choice.word("finish_reason")).unwrap_or_default();
    match body.word("object").as_ref() {
        "chat.completion" => ("chat", reason),
        "text_completion" => ("text_completion", reason),
        "response" => match body.any("incomplete_details").word("reason") {
            why if why.is_empty() => ("chat", body.word("status")),
            why => ("chat", why),
        },
        "list" => ("embeddings", reason),
        "" if body.has("results") => ("moderation", reason),
        "" if body.has("data") => ("image", reason),
        _ => ("", reason),
    }
}

/// The text of the first answer.
fn output<'a>(body: &Object<'a>) -> Option<Cow<'a, str>> {
    if let Some(choice) = body.raw("choices").and_then(|list| items(list).first().copied()) {
        let choice = Object::of(choice);
        return choice.any("message").raw("content").or_else(|| choice.raw("text")).and_then(written);
    }
    items(body.raw("output")?).into_iter().find_map(|item| Object::of(item).raw("content").and_then(written))
}

/// Tokens of a `usage` object as OpenAI's endpoints write them; `None` where there is none.
fn tokens(usage: &Object<'_>) -> Result<Option<Tokens>, Fault> {
    // The responses and images endpoints, and the older ones.
    let newer = usage.has("input_tokens") || usage.has("output_tokens");
    let (ins, outs) = if newer { ("input_tokens", "output_tokens") } else { ("prompt_tokens", "completion_tokens") };
    let (input, output, total) = (usage.count(ins)?, usage.count(outs)?, usage.count("total_tokens")?);
    if input.is_none() && output.is_none() && total.is_none() {
        return Ok(None);
    }
    let input = input.ok_or_else(|| usage.fault(ins, "is not told"))?;
    // Embeddings have no output, and say so by their total.
    let output = match (output, total) {
        (Some(output), _) => output,
        (None, Some(total)) if total == input => 0,
        _ => return Err(usage.fault(outs, "is not told")),
    };
    if total.is_some_and(|total| total != input + output) {
        return Err(usage.fault("total_tokens", &format!("says another number than {input} + {output}")));
    }
    let (of_input, of_output) = (usage.object(&format!("{ins}_details"))?, usage.object(&format!("{outs}_details"))?);
    let or_0 = |object: &Object<'_>, key: &str| object.count(key).map(Option::unwrap_or_default);
    let lives = of_input.object("cache_write_tokens_details")?;
    let (short, long) = (or_0(&lives, "ttl_30m_tokens")?, or_0(&lives, "ttl_12h_tokens")?);
    let written = of_input.count("cache_write_tokens")?.unwrap_or(short + long);
    let mut tokens = Tokens {
        cache_read: or_0(&of_input, "cached_tokens")?,
        cache_write_30m: short,
        cache_write_12h: long,
        cache_write_unknown: written - short - long,
        audio_input: or_0(&of_input, "audio_tokens")?,
        image_input: or_0(&of_input, "image_tokens")?,
        reasoning: or_0(&of_output, "reasoning_tokens")?,
        audio_output: or_0(&of_output, "audio_tokens")?,
        image_output: or_0(&of_output, "image_tokens")?,
        ..Tokens::default()
    };
    tokens.set_inclusive_input(input).map_err(|fault| usage.fault(ins, &fault.to_string()))?;
    tokens.output = output - tokens.audio_output - tokens.image_output;
    tokens.check(MAX_CALL_TOKENS).map_err(|fault| usage.fault(outs, &fault.to_string()))?;
    Ok(Some(tokens))
}
