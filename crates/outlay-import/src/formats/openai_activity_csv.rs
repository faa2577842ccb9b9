//! OpenAI's older activity export.
//!
//! # Where the file comes from
//! The usage page of the dashboard before its present form; the files are still around.
//!
//! # Shape
//! CSV with `n_context_tokens_total` and `n_generated_tokens_total`; one row for each day, model, key, user and kind.
//!
//! # Mapping
//! `n_context_tokens_total` includes cached and audio tokens, `n_generated_tokens_total` includes audio; both are cut
//! into disjoint buckets. `timestamp` is the UTC day.
//!
//! # Known quirks
//! Integers are printed as floats. Images and speech have no tokens; their numbers of images and characters are not
//! kept.

use std::borrow::Cow;

use outlay_model::record::{Dimensions, Record, Sink, Usage};
use outlay_model::report::Kind;
use outlay_model::time::DAY;
use outlay_model::tokens::{MAX_USAGE_TOKENS, Tokens};

use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &["timestamp", "model", "n_context_tokens_total", "n_generated_tokens_total"];

const PLAN: Plan = Plan { format: "openai-activity-csv", required: SIGNATURE };

pub(crate) struct OpenaiActivityCsv;

impl Format for OpenaiActivityCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "OpenAI activity export (older)"
    }
    fn about(&self) -> About {
        About {
            from: "The dashboard's older usage page: Activity, Export",
            kind: Some(Kind::Usage),
            cannot_tell: &["cost", "single calls", "service tier", "numbers of images and characters"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_table() && head.has_all(SIGNATURE)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        buckets::read(input, &PLAN, sink, |line, cells, feed| {
            let usage = row(&cells, options.account.as_deref())?;
            Ok(feed.push(line, Record::Usage(&usage)))
        })
    }
}

fn row<'a>(cells: &Cells<'a>, account: Option<&'a str>) -> Result<Usage<'a>, Fault> {
    buckets::full(cells)?;
    let (time, _) = cells.time(&["timestamp"])?;
    let kind = cells.text("usage_type");
    let operation = match (kind, cells.text("operation")) {
        (_, "completion") => "chat",
        ("dalle", _) | (_, "generations") => "image",
        ("tts", _) => "speech",
        (_, told) => told,
    };
    let parts: Vec<&str> =
        [kind, cells.text("request_type"), cells.text("image_size")].into_iter().filter(|t| !t.is_empty()).collect();
    Ok(Usage {
        time,
        end: time + DAY,
        dims: Dimensions {
            provider: "openai".into(),
            account: account.unwrap_or(cells.text("organization_id")).into(),
            model: cells.text("model").into(),
            operation: operation.into(),
            project: cells.text("project_id").into(),
            api_key: cells.text("api_key_id").into(),
            user: cells.text("user").into(),
            ..Dimensions::default()
        },
        tokens: tokens(cells)?,
        requests: cells.count("num_requests")?,
        discriminator: Cow::Owned(parts.join(" ")),
        ..Usage::default()
    })
}

fn tokens(cells: &Cells<'_>) -> Result<Option<Tokens>, Fault> {
    let output = cells.count("n_generated_tokens_total")?;
    if cells.text("n_context_tokens_total").is_empty() && output.is_none() {
        return Ok(None);
    }
    let input = cells.needed("n_context_tokens_total")?;
    if output.is_none() && cells.text("operation") == "completion" {
        cells.needed("n_generated_tokens_total")?;
    }
    let mut tokens = Tokens {
        cache_read: cells.count_or_0("n_cached_context_tokens_total")?,
        audio_input: cells.count_or_0("n_context_audio_tokens_total")?,
        audio_output: cells.count_or_0("n_generated_audio_tokens_total")?,
        ..Tokens::default()
    };
    tokens.output = output.unwrap_or(0) - tokens.audio_output;
    tokens
        .set_inclusive_input(input)
        .and_then(|()| tokens.check(MAX_USAGE_TOKENS))
        .map_err(|fault| Fault::new("n_context_tokens_total", fault.to_string(), cells.whole()))?;
    Ok(Some(tokens))
}
