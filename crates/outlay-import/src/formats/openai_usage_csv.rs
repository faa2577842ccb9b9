//! OpenAI's usage export from the dashboard, one file a capability.
//!
//! # Where the file comes from
//! platform.openai.com, Usage, choose a capability and a period, Export.
//!
//! # Shape
//! CSV (also re-saved with tabs or semicolons) that begins with `start_time`, `end_time`, `start_time_iso` and
//! `end_time_iso`; one row for each bucket and each combination of project, user, key, model, batch and tier.
//! Embeddings, images, audio and other capabilities have fewer or other columns.
//!
//! # Mapping
//! `input_tokens` includes cached and written tokens, which become buckets of their own; text, audio and image columns
//! split the uncached part. `output_tokens` includes reasoning, which is not told apart. The row must add up. The
//! capability, read from the columns, is part of a row's identity, as is what else a row was grouped by (image size
//! and source, search context, vector store, `api_source`). `batch` TRUE is the batch tier. Web searches are counted as
//! such; the model requests beside them belong to the completions, and are not kept.
//!
//! # Known quirks
//! Integers are printed as floats, and copies out of a spreadsheet may have decimal commas. A time that contradicts its
//! `_iso` twin, or that a spreadsheet shortened to `1.75962E+09`, rejects its row. An idle bucket is a row with only
//! its times: it is kept, as idle. A period without any usage has only the four time columns. Today's rows grow from
//! export to export. The model requests of a web-search export are in the completions export as well: it gives the
//! number of searches alone.

use std::borrow::Cow;

use outlay_model::record::{Dimensions, Record, Sink, Usage};
use outlay_model::report::Kind;
use outlay_model::tokens::{MAX_USAGE_TOKENS, Tokens};

use crate::buckets::{self, Cells, Plan, agree};
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;
use crate::value;

/// The columns that all of OpenAI's bucket exports share.
const TIMES: &[&str] = &["start_time", "end_time", "start_time_iso", "end_time_iso"];

/// Columns that an idle bucket may have: its times, and whose it is.
const IDLE: [&str; 6] =
    ["start_time", "end_time", "start_time_iso", "end_time_iso", "organization_id", "organization_name"];

const PLAN: Plan = Plan { format: "openai-usage-csv", required: &["start_time", "end_time"] };

pub(crate) struct OpenaiUsageCsv;

impl Format for OpenaiUsageCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "OpenAI usage export"
    }
    fn about(&self) -> About {
        About {
            from: "platform.openai.com: Usage, choose a capability and a period, Export",
            kind: Some(Kind::Usage),
            cannot_tell: &["cost", "single calls", "reasoning tokens", "feature, team, customer"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        if !head.is_table() || !head.has_all(TIMES) || head.has("amount_value") {
            return None;
        }
        let mut found = Match::exact(TIMES);
        if head.signature().len() == TIMES.len() {
            found.why = "it has only OpenAI's four time columns: a period without usage".to_owned();
        }
        Some(found)
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let head = input.head();
        let capability = Capability::of(|column| head.has(column));
        let empty = head.signature().len() == TIMES.len();
        let account = options.account.as_deref().unwrap_or("");
        let mut summary = buckets::read(input, &PLAN, sink, |line, cells, feed| {
            let usage = row(&cells, capability, account)?;
            Ok(feed.push(line, Record::Usage(&usage)))
        })?;
        if empty {
            summary.notes.push("a period without usage: the export has only the four time columns".to_owned());
        }
        Ok(summary)
    }
}

/// What the usage is of, in the words of the usage API and in ours.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Capability<'a> {
    name: &'a str,
    operation: &'static str,
}

/// The column that shows a capability, its name, and the operation that it is.
const CAPABILITIES: &[(&str, &str, &str)] = &[
    ("images", "images", "image"),
    ("characters", "audio_speeches", "speech"),
    ("seconds", "audio_transcriptions", "transcription"),
    ("usage_bytes", "vector_stores", "vector_store"),
    ("num_sessions", "code_interpreter_sessions", "code_interpreter"),
    ("context_level", "web_searches", "web_search"),
    ("vector_store_id", "file_searches", "file_search"),
    ("output_tokens", "completions", "chat"),
    ("input_tokens", "embeddings", "embeddings"),
    ("", "moderations", "moderation"),
];

impl<'a> Capability<'a> {
    /// The capability that these columns show.
    pub(super) fn of(has: impl Fn(&str) -> bool) -> Capability<'a> {
        CAPABILITIES
            .iter()
            .find(|(column, ..)| !column.is_empty() && has(column))
            .map_or(Capability { name: "", operation: "" }, |(_, name, operation)| Capability { name, operation })
    }

    /// The capability of this name.
    pub(super) fn named(name: &'a str) -> Capability<'a> {
        let operation = CAPABILITIES.iter().find(|(_, known, _)| *known == name).map_or("", |(_, _, told)| told);
        Capability { name, operation }
    }
}

/// A bucket of a capability in which nothing was used.
pub(super) fn idle<'a>(cells: &Cells<'a>, capability: Capability<'a>, account: &'a str) -> Result<Usage<'a>, Fault> {
    let (time, _) = cells.time(&["start_time", "start_time_iso"])?;
    let (end, _) = cells.time(&["end_time", "end_time_iso"])?;
    buckets::same_time(cells, "start_time", "start_time_iso", time)?;
    buckets::same_time(cells, "end_time", "end_time_iso", end)?;
    if end <= time {
        return Err(Fault::new("end_time", "end_time is not after start_time", cells.text("end_time")));
    }
    let dims = Dimensions { provider: "openai".into(), account: account.into(), ..Dimensions::default() };
    Ok(Usage { time, end, dims, idle: true, discriminator: capability.name.into(), ..Usage::default() })
}

/// A row, also one of the usage API, whose fields have the names of the columns: both must come to the same record.
pub(super) fn row<'a>(cells: &Cells<'a>, capability: Capability<'a>, account: &'a str) -> Result<Usage<'a>, Fault> {
    let bucket = idle(cells, capability, account)?;
    if cells.tells_only(&IDLE) && (cells.is_full() || !cells.text("end_time_iso").is_empty()) {
        return Ok(bucket);
    }
    buckets::full(cells)?;
    let model = cells.text("model");
    let moderation = capability.name == "embeddings" && model.contains("moderation");
    let batch = value::truth(cells.text("batch"))
        .ok_or_else(|| Fault::new("batch", "batch is neither TRUE nor FALSE", cells.text("batch")))?;
    let split: Vec<&str> = ["size", "source", "context_level", "vector_store_id", "api_source"]
        .into_iter()
        .map(|c| cells.text(c))
        .filter(|text| !text.is_empty())
        .collect();
    let name = if moderation { "moderations" } else { capability.name };
    let calls = cells.count("num_requests")?;
    // The model requests of a web search are among those of the completions.
    let (requests, searches) = match capability.name {
        "web_searches" => (None, calls),
        "file_searches" => (calls, None),
        _ => (cells.count("num_model_requests")?, None),
    };
    Ok(Usage {
        dims: Dimensions {
            model: model.into(),
            operation: if moderation { "moderation" } else { capability.operation }.into(),
            tier: if batch { "batch" } else { cells.text("service_tier") }.into(),
            project: cells.text("project_id").into(),
            api_key: cells.text("api_key_id").into(),
            user: cells.text("user_id").into(),
            ..bucket.dims
        },
        tokens: tokens(cells)?,
        requests,
        web_searches: searches,
        discriminator: match split.is_empty() {
            true => Cow::Borrowed(name),
            false => Cow::Owned(format!("{name} {}", split.join(" "))),
        },
        idle: false,
        ..bucket
    })
}

fn tokens(cells: &Cells<'_>) -> Result<Option<Tokens>, Fault> {
    if cells.text("input_tokens").is_empty() && cells.text("output_tokens").is_empty() {
        return Ok(None);
    }
    let input = cells.needed("input_tokens")?;
    let output = if cells.has("output_tokens") { cells.needed("output_tokens")? } else { 0 };
    let (short, long) =
        (cells.count_or_0("input_cache_write_30m_tokens")?, cells.count_or_0("input_cache_write_12h_tokens")?);
    let written = cells.count("input_cache_write_tokens")?.unwrap_or(short + long);
    let mut tokens = Tokens {
        cache_read: cells.count_or_0("input_cached_tokens")?,
        cache_write_30m: short,
        cache_write_12h: long,
        cache_write_unknown: written - short - long,
        audio_input: cells.count_or_0("input_audio_tokens")?,
        image_input: cells.count_or_0("input_image_tokens")?,
        audio_output: cells.count_or_0("output_audio_tokens")?,
        image_output: cells.count_or_0("output_image_tokens")?,
        ..Tokens::default()
    };
    // Answers of early 2025 count only text here, and audio beside it; since then the rows also split their text.
    let beside =
        ["input_uncached_tokens", "input_text_tokens", "output_text_tokens"].iter().all(|c| cells.text(c).is_empty());
    let apart = if beside { (tokens.audio_input, tokens.audio_output) } else { (0, 0) };
    tokens
        .set_inclusive_input(input + apart.0)
        .map_err(|fault| Fault::new("input_tokens", format!("input_tokens: {fault}"), &input.to_string()))?;
    tokens.output = output + apart.1 - tokens.audio_output - tokens.image_output;
    tokens.check(MAX_USAGE_TOKENS).map_err(|fault| Fault::new("", fault.to_string(), cells.whole()))?;
    agree("input_uncached_tokens", cells.count("input_uncached_tokens")?, input - tokens.cached_input())?;
    // Text of the uncached part; some rows count what was written to the cache there too.
    match cells.count("input_text_tokens")? {
        Some(text) if text != 0 && text != tokens.uncached_input + written => {
            agree("input_text_tokens", Some(text), tokens.uncached_input)?;
        }
        _ => {}
    }
    match cells.count("output_text_tokens")? {
        Some(text) if text != 0 => agree("output_text_tokens", Some(text), tokens.output)?,
        _ => {}
    }
    Ok(Some(tokens))
}
