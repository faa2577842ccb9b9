//! What importers push: borrowed records of four kinds, and the sink that takes them.
//!
//! Everything here borrows from the reader's buffer, so that a row costs no allocation of its own; the ledger interns
//! the dimensions. An empty text means "not in this source"; `None` in a number means unknown, which is never 0.

use std::borrow::Cow;

use crate::money::{Currency, Pico};
use crate::time::Micros;
use crate::tokens::Tokens;

/// Where in a source a record or a fault stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1; for a JSON document the line on which the object begins.
    pub line: u64,
}

/// Who, what and where a record's money belongs to. All texts as the source spells them; empty = not told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dimensions<'a> {
    /// Who bills; empty: deduced from the model's id where that says it.
    pub provider: Cow<'a, str>,
    /// How the provider was reached where that changes the price: `direct`, `gateway`, `self`; empty = direct.
    pub channel: Cow<'a, str>,
    /// The provider account (organisation, subscription) that pays; empty = the provider's only one.
    pub account: Cow<'a, str>,
    /// The model as the source names it, as served where the source tells requested and served apart.
    pub model: Cow<'a, str>,
    /// `chat`, `embeddings`, `image` and so on, in OpenTelemetry's words.
    pub operation: Cow<'a, str>,
    /// Service tier as served; see [`crate::names::tier`].
    pub tier: Cow<'a, str>,
    /// Inference region or geography.
    pub region: Cow<'a, str>,
    /// Production, staging and so on.
    pub environment: Cow<'a, str>,
    /// Product feature.
    pub feature: Cow<'a, str>,
    /// Team.
    pub team: Cow<'a, str>,
    /// Provider project id.
    pub project: Cow<'a, str>,
    /// API key id or name; never a secret.
    pub api_key: Cow<'a, str>,
    /// Provider workspace.
    pub workspace: Cow<'a, str>,
    /// Customer of the product.
    pub customer: Cow<'a, str>,
    /// End user, or the provider's user id.
    pub user: Cow<'a, str>,
    /// Prompt name.
    pub prompt_name: Cow<'a, str>,
    /// Prompt version.
    pub prompt_version: Cow<'a, str>,
    /// Agent name.
    pub agent: Cow<'a, str>,
}

/// Texts of a call, kept only as hashes, lengths and check results unless the ledger is told to keep text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Texts<'a> {
    /// System prompt or other stable prefix.
    pub system: Option<&'a str>,
    /// What the user or program sent.
    pub prompt: Option<&'a str>,
    /// What the model answered.
    pub output: Option<&'a str>,
}

/// A quality or outcome signal, inside a call's own row or on its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreValue<'a> {
    /// What was measured: the name of the evaluator or the column.
    pub name: Cow<'a, str>,
    /// Version of the scorer, where told.
    pub version: Cow<'a, str>,
    /// `judge`, `human`, `feedback`, `check` or empty.
    pub kind: Cow<'a, str>,
    /// Raw value on the scorer's own scale.
    pub value: Option<f64>,
    /// Label such as `pass`.
    pub label: Cow<'a, str>,
}

/// One attempt at a provider, or one step of a trace without tokens of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call<'a> {
    /// When the attempt began, UTC.
    pub time: Micros,
    /// Dimensions.
    pub dims: Dimensions<'a>,
    /// `None` where the source tells no usage (a failed attempt, a broken stream): unknown, not 0.
    pub tokens: Option<Tokens>,
    /// The source's own estimate of the cost; a recorded 0 with tokens present must be pushed as `None`.
    pub recorded_cost: Option<(Pico, Currency)>,
    /// Whole duration in milliseconds.
    pub latency_ms: Option<i64>,
    /// Time to first token in milliseconds.
    pub ttft_ms: Option<i64>,
    /// `ok` or `error`; empty is taken as ok.
    pub status: Cow<'a, str>,
    /// The source's error word.
    pub error_type: Cow<'a, str>,
    /// The source's finish reason.
    pub finish_reason: Cow<'a, str>,
    /// 1 for the first attempt; 0 where not told.
    pub attempt: i64,
    /// Provider request or response id: the best identity a row can have.
    pub request_id: Cow<'a, str>,
    /// Trace.
    pub trace_id: Cow<'a, str>,
    /// Span inside the trace.
    pub span_id: Cow<'a, str>,
    /// Parent span.
    pub parent_id: Cow<'a, str>,
    /// Conversation.
    pub session: Cow<'a, str>,
    /// Empty, `llm` or `embedding` for calls; `tool`, `retriever`, `chain`, `agent` … for steps, which carry no tokens
    /// ([`crate::names::is_step`]).
    pub step_kind: Cow<'a, str>,
    /// Name of the tool, for a tool step.
    pub tool: Cow<'a, str>,
    /// Version of the retrieval index.
    pub index_version: Cow<'a, str>,
    /// Hash of the system prompt that the source gave, verbatim.
    pub system_prompt_hash: Cow<'a, str>,
    /// Hash of the prompt that the source gave, verbatim.
    pub prompt_hash: Cow<'a, str>,
    /// Prefix block hashes that the source gave.
    pub block_hashes: Vec<u64>,
    /// Length of the user's message in characters, where the source tells only that.
    pub prompt_chars: Option<i64>,
    /// Texts, hashed and checked by the ledger and then dropped.
    pub texts: Texts<'a>,
    /// Signals in the same row.
    pub scores: Vec<ScoreValue<'a>>,
}

/// One bucket of a provider's usage export.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage<'a> {
    /// Start of the bucket, UTC.
    pub time: Micros,
    /// End of the bucket, excluded.
    pub end: Micros,
    /// Dimensions.
    pub dims: Dimensions<'a>,
    /// Tokens; `None` for kinds of usage without any.
    pub tokens: Option<Tokens>,
    /// Number of requests, where told.
    pub requests: Option<i64>,
    /// Web searches, billed apart.
    pub web_searches: Option<i64>,
    /// The source's context-window band, as it writes it (`≤ 200k`); empty = not told.
    pub context_window: Cow<'a, str>,
    /// A bucket that the source lists as idle: the day is present, nothing was used.
    pub idle: bool,
    /// What makes the row unique beside time and dimensions (speed, capability).
    pub discriminator: Cow<'a, str>,
    /// Which section of its file the row is in, from 1 on, where a later one may repeat an earlier; 0 = the file is one.
    pub section: u32,
}

/// One line of an invoice or cost export.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge<'a> {
    /// Start of the charge period, UTC.
    pub time: Micros,
    /// End of the charge period, excluded.
    pub end: Micros,
    /// Dimensions.
    pub dims: Dimensions<'a>,
    /// Amount invoiced (FOCUS BilledCost).
    pub billed: Pico,
    /// Amortised cost (FOCUS EffectiveCost), where the source tells it apart.
    pub effective: Option<Pico>,
    /// Cost at list price (FOCUS ListCost), where told.
    pub list: Option<Pico>,
    /// Cost at contracted price (FOCUS ContractedCost), where told.
    pub contracted: Option<Pico>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// FOCUS ChargeCategory: Usage, Purchase, Tax, Credit, Adjustment; empty = Usage.
    pub category: Cow<'a, str>,
    /// The line's text as printed.
    pub line_item: Cow<'a, str>,
    /// Token kind or meter that the line bills, where told.
    pub meter: Cow<'a, str>,
    /// Quantity in `unit`, where told, in 10⁻¹² units.
    pub quantity: Option<Pico>,
    /// Unit of the quantity.
    pub unit: Cow<'a, str>,
    /// Invoice, where told.
    pub invoice_id: Cow<'a, str>,
    /// Half the last printed unit: how far the source's own rounding may lie from the truth.
    pub rounding: Pico,
    /// Which section of its file the row is in, from 1 on, where a later one may repeat an earlier; 0 = the file is one.
    pub section: u32,
}

/// A signal that came on its own, tied to something by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score<'a> {
    /// When it was given, UTC.
    pub time: Micros,
    /// The signal.
    pub score: ScoreValue<'a>,
    /// Call it is about.
    pub request_id: Cow<'a, str>,
    /// Trace it is about.
    pub trace_id: Cow<'a, str>,
    /// Span it is about.
    pub span_id: Cow<'a, str>,
    /// Session it is about.
    pub session: Cow<'a, str>,
    /// User it is about.
    pub user: Cow<'a, str>,
    /// Evaluation item, for results of an evaluation run.
    pub item: Cow<'a, str>,
    /// Dimensions told beside it.
    pub dims: Dimensions<'a>,
}

/// Any record.
#[derive(Clone, Copy, Debug)]
pub enum Record<'a, 'b> {
    /// A call or step.
    Call(&'b Call<'a>),
    /// A usage bucket.
    Usage(&'b Usage<'a>),
    /// A billed line.
    Charge(&'b Charge<'a>),
    /// A score on its own.
    Score(&'b Score<'a>),
}

/// A row that could not become a record. Data to report, never a panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Line, from 1.
    pub line: u64,
    /// Column name or JSON path; empty where the whole row is at fault.
    pub column: String,
    /// What is wrong, in words that a person can act on.
    pub reason: String,
    /// The offending value, shortened, redacted by the sink before it is kept.
    pub value: String,
}

impl Rejected {
    /// A fault in `column` of `line`. The value is cut to a few hundred characters; the sink redacts and then shortens it.
    #[must_use]
    pub fn new(line: u64, column: &str, reason: impl Into<String>, value: &str) -> Rejected {
        Rejected { line, column: column.to_owned(), reason: reason.into(), value: shorten(value, 400) }
    }
}

/// The first `most` characters, with an ellipsis where more followed; control characters become spaces.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    let mut out: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

/// Why a sink did not take a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The record is at fault: reject the row and go on.
    Row {
        /// Column or field.
        column: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Stop reading: cancelled, or the sink can take no more. The sink's owner knows why.
    Stop,
}

/// Takes records as a reader finds them.
///
/// A reader calls exactly one of [`Sink::push`] and [`Sink::reject`] per row that it reads, and [`Sink::progress`]
/// now and then. A `push` refused with [`Refusal::Row`] must be followed by `reject` for the same row, so that
/// imported + duplicate + rejected = rows read.
pub trait Sink {
    /// Takes one record.
    ///
    /// # Errors
    /// [`Refusal`].
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> Result<(), Refusal>;

    /// Takes one row that could not be read.
    fn reject(&mut self, rejected: Rejected);

    /// Tells how many bytes of the source (as stored, before decompression) have been read.
    ///
    /// # Errors
    /// [`Refusal::Stop`] when the import was cancelled.
    fn progress(&mut self, bytes: u64) -> Result<(), Refusal>;
}
