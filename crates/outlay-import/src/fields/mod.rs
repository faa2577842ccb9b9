//! The one table of fields: what a column of our own trace format, or the target of a mapping, may be called, what it
//! means, and how its text gets into a [`Draft`]. Readers, mappings and documentation all go by it.

// A setter keeps the cell by cloning its Cow, which copies nothing where it is borrowed; a &str could not be kept.
#![allow(clippy::ptr_arg)]

mod draft;
mod scores;

use std::borrow::Cow;

pub(crate) use draft::{Draft, Rules, Times};

use crate::value::{self, Epoch, Numbers};
use draft::Tok;

/// What the text of a field is: decides which units of a mapping apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    Text,
    /// An instant.
    Time,
    /// Tokens.
    Tokens,
    /// A count of something else.
    Count,
    /// Money.
    Money,
    /// Milliseconds.
    Millis,
    /// A number on a scale of its own.
    Number,
    /// Yes or no.
    Flag,
    /// A list.
    List,
}

/// Kinds of record that know a field, as bits.
pub(crate) mod kinds {
    pub const CALL: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const CHARGE: u8 = 4;
    pub const SCORE: u8 = 8;
    /// Kinds that count tokens.
    pub const TOKENS: u8 = CALL | USAGE;
    /// Kinds that last from a time to a time.
    pub const SPAN: u8 = USAGE | CHARGE;
    /// Kinds that amounts stand in.
    pub const MONEY: u8 = CALL | CHARGE;
    /// Kinds that are told apart by ids, and may have a score in each row.
    pub const ONE: u8 = CALL | SCORE;
    pub const ALL: u8 = CALL | USAGE | CHARGE | SCORE;
}

pub(crate) type Set = for<'a> fn(&mut Draft<'a>, &Cow<'a, str>) -> Result<(), &'static str>;

/// A field.
pub struct Field {
    /// Name, as a column of the trace format and as the target of a mapping.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What its text is.
    pub shape: Shape,
    pub(crate) kinds: u8,
    pub(crate) set: Set,
}

macro_rules! fields {
    ($($name:literal $about:literal $shape:ident $kinds:ident $set:expr;)*) => {
        &[$(Field { name: $name, about: $about, shape: Shape::$shape, kinds: kinds::$kinds, set: $set }),*]
    };
}

macro_rules! text {
    ($($path:ident).+) => { |d, v| { d.$($path).+ = v.clone(); Ok(()) } };
}

macro_rules! id {
    ($($path:ident).+) => {
        |d, v| {
            if !value::is_no_id(v) {
                d.$($path).+ = v.clone();
            }
            Ok(())
        }
    };
}

macro_rules! tokens {
    ($which:ident) => {
        |d, v| {
            d.told[Tok::$which as usize] = Some(value::count(v)?);
            Ok(())
        }
    };
}

macro_rules! money {
    ($($path:ident).+) => { |d, v| { d.$($path).+ = Some(draft::money(v)?); Ok(()) } };
}

/// All fields.
pub(crate) static FIELDS: &[Field] = fields! {
    "timestamp" "When the attempt, bucket, charge period or score began: RFC 3339, or seconds, ms, µs or ns since 1970" Time ALL
        |d, v| { d.time = Some(value::stamp(v, Epoch::Auto)?); Ok(()) };
    "end" "End of the bucket or charge period, excluded" Time SPAN
        |d, v| { d.end = Some(value::stamp(v, Epoch::Auto)?); Ok(()) };
    "trace_id" "Trace; the same for all attempts and steps of one request" Text ONE id!(call.trace_id);
    "span_id" "Span inside the trace" Text ONE id!(call.span_id);
    "parent_id" "Parent span" Text CALL id!(call.parent_id);
    "request_id" "The provider's request or response id: the best identity a row can have" Text ONE id!(call.request_id);
    "session_id" "Conversation" Text ONE id!(call.session);
    "provider" "Who bills the tokens" Text ALL text!(call.dims.provider);
    "channel" "How the provider was reached where that changes the price: direct, gateway, self" Text ALL text!(call.dims.channel);
    "account" "Provider account that pays" Text ALL text!(call.dims.account);
    "model" "Model as served" Text ALL text!(call.dims.model);
    "operation" "chat, embeddings, image and so on" Text ALL text!(call.dims.operation);
    "service_tier" "Service tier as served" Text ALL text!(call.dims.tier);
    "batch" "Yes where it went through the batch interface" Flag ALL
        |d, v| { d.batch = value::truth(v).ok_or("is neither true nor false")?; Ok(()) };
    "region" "Inference region" Text ALL text!(call.dims.region);
    "environment" "production, staging and so on" Text ALL text!(call.dims.environment);
    "feature" "Product feature" Text ALL text!(call.dims.feature);
    "team" "Team" Text ALL text!(call.dims.team);
    "project" "Provider project" Text ALL text!(call.dims.project);
    "api_key_id" "Id or name of the API key, never the key" Text ALL text!(call.dims.api_key);
    "workspace" "Provider workspace" Text ALL text!(call.dims.workspace);
    "customer" "Customer of the product" Text ALL text!(call.dims.customer);
    "user_id" "End user" Text ALL text!(call.dims.user);
    "user_id_hash" "End user, hashed by the program that logged; used where there is no user_id" Text ALL
        |d, v| { if d.call.dims.user.is_empty() { d.call.dims.user = v.clone(); } Ok(()) };
    "prompt_name" "Prompt template" Text ALL text!(call.dims.prompt_name);
    "prompt_version" "Version of the prompt template" Text ALL text!(call.dims.prompt_version);
    "agent" "Agent" Text ALL text!(call.dims.agent);
    "system_prompt_hash" "Hash of the system prompt" Text CALL text!(call.system_prompt_hash);
    "prompt_hash" "Hash of the whole prompt" Text CALL text!(call.prompt_hash);
    "block_hashes" "Hashes of the prompt's prefix blocks: a list of whole numbers or hexadecimal texts; in CSV separated by spaces" List CALL
        |d, v| { d.call.block_hashes = draft::hashes(v)?; Ok(()) };
    "attempt" "1 for the first attempt at a request, 2 for its first retry" Count CALL
        |d, v| { d.call.attempt = value::count(v)?; Ok(()) };
    "input_tokens" "All input, cached and written parts, audio and images included" Tokens TOKENS tokens!(Input);
    "cached_input_tokens" "The part of the input that the provider's cache served" Tokens TOKENS tokens!(Cached);
    "cached_tokens" "The same as cached_input_tokens" Tokens TOKENS tokens!(Cached);
    "cache_write_tokens" "The part of the input that was written to the cache, whatever the lifetime" Tokens TOKENS tokens!(Write);
    "cache_write_5m_tokens" "The part written for five minutes" Tokens TOKENS tokens!(Write5m);
    "cache_write_1h_tokens" "The part written for one hour" Tokens TOKENS tokens!(Write1h);
    "cache_write_30m_tokens" "The part written for thirty minutes" Tokens TOKENS tokens!(Write30m);
    "cache_write_12h_tokens" "The part written for twelve hours" Tokens TOKENS tokens!(Write12h);
    "tool_use_input_tokens" "Input that tools gave back, counted beside input_tokens, as Gemini does" Tokens TOKENS tokens!(ToolUse);
    "output_tokens" "All output, reasoning, audio and images included" Tokens TOKENS tokens!(Output);
    "reasoning_tokens" "The part of the output that was reasoning" Tokens TOKENS tokens!(Reasoning);
    "audio_input_tokens" "The part of the input that was audio" Tokens TOKENS tokens!(AudioIn);
    "audio_output_tokens" "The part of the output that was audio" Tokens TOKENS tokens!(AudioOut);
    "image_input_tokens" "The part of the input that was images" Tokens TOKENS tokens!(ImageIn);
    "image_output_tokens" "The part of the output that was images" Tokens TOKENS tokens!(ImageOut);
    "total_tokens" "Input and output together; a row whose parts do not add up to it is rejected" Tokens TOKENS tokens!(Total);
    "latency_ms" "Whole duration in milliseconds" Millis CALL
        |d, v| { d.call.latency_ms = Some(value::millis(v, false)?); Ok(()) };
    "ttft_ms" "Time to the first token in milliseconds" Millis CALL
        |d, v| { d.call.ttft_ms = Some(value::millis(v, false)?); Ok(()) };
    "status" "ok or error" Text CALL text!(call.status);
    "error_type" "Error word; empty where there was none" Text CALL text!(call.error_type);
    "error" "Error word or text, where there is no error_type" Text CALL
        |d, v| { draft::error(d, v); Ok(()) };
    "finish_reason" "Why the model stopped" Text CALL text!(call.finish_reason);
    "cost_usd" "The program's own estimate of the cost in US dollars; 0 with tokens present counts as unknown" Money CALL money!(cost);
    "step_kind" "Empty, llm or embedding for calls; tool, retriever, chain, agent for steps without tokens of their own" Text CALL text!(call.step_kind);
    "tool" "Name of the tool, for a tool step" Text CALL text!(call.tool);
    "index_version" "Version of the retrieval index" Text CALL text!(call.index_version);
    "user_message_length" "Length of the user's message in characters" Count CALL
        |d, v| { d.call.prompt_chars = Some(value::count(v)?); Ok(()) };
    "system" "Text of the system prompt; hashed and dropped unless the ledger keeps text" Text CALL text!(system);
    "prompt" "Text that was sent; hashed and dropped likewise" Text CALL text!(prompt);
    "output" "Text that came back; hashed and dropped likewise" Text CALL text!(output);
    "user_feedback" "What the user thought of it: a number, true or false, up or down, or a word" Number CALL
        |d, v| { scores::feedback(d, "user_feedback", v); Ok(()) };
    "eval_score" "Score that a judge gave" Number CALL |d, v| scores::judged(d, "eval_score", v);
    "automated_eval_score" "Score that a judge gave" Number CALL |d, v| scores::judged(d, "automated_eval_score", v);
    "scores" "Other scores by name: an object; in CSV and mappings one column score.<name> each" List CALL
        scores::several;
    "requests" "Number of requests of the bucket" Count USAGE
        |d, v| { d.requests = Some(value::count(v)?); Ok(()) };
    "web_searches" "Number of web searches of the bucket" Count USAGE
        |d, v| { d.web_searches = Some(value::count(v)?); Ok(()) };
    "context_window" "Context-window band of the bucket" Text USAGE text!(context_window);
    "discriminator" "Anything else that makes rows of one bucket differ" Text USAGE text!(discriminator);
    "billed" "Amount invoiced" Money CHARGE money!(billed);
    "effective" "Amortised cost" Money CHARGE money!(effective);
    "list" "Cost at list price" Money CHARGE money!(list);
    "contracted" "Cost at contracted price" Money CHARGE money!(contracted);
    "currency" "Three-letter currency code of the amounts; US dollars where missing" Text MONEY
        |d, v| { d.currency = Some(outlay_model::money::Currency::parse(v).ok_or("is not a three-letter currency code")?); Ok(()) };
    "category" "Usage, Purchase, Tax, Credit or Adjustment" Text CHARGE text!(category);
    "line_item" "The billed line's text" Text CHARGE text!(line_item);
    "meter" "What the line bills" Text CHARGE text!(meter);
    "quantity" "Quantity of the line" Number CHARGE
        |d, v| { d.quantity = Some(outlay_model::money::Pico::parse(v).map_err(|_| "is not a number")?); Ok(()) };
    "unit" "Unit of the quantity" Text CHARGE text!(unit);
    "invoice_id" "Invoice" Text CHARGE text!(invoice_id);
    "score_name" "Name of the score or its evaluator" Text SCORE text!(score.name);
    "score_version" "Version of the scorer" Text SCORE text!(score.version);
    "score_kind" "judge, human, feedback or check" Text SCORE text!(score.kind);
    "score_value" "Value on the scorer's own scale" Number SCORE
        |d, v| { d.score.value = Some(value::number(v)?); Ok(()) };
    "score_label" "Label such as pass" Text SCORE text!(score.label);
    "item" "Item of the evaluation" Text SCORE text!(item);
};

/// The field of this name.
pub(crate) fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|f| f.name == name)
}

/// What a column or key goes to.
#[derive(Clone, Copy)]
pub(crate) enum Slot {
    /// A field of the table.
    Field(&'static Field),
    /// A score of its own: the name begins at this byte of the key.
    Score,
}

impl Slot {
    /// Whether its texts are what people and models wrote, where no word means nothing.
    pub fn is_free_text(self) -> bool {
        matches!(self, Slot::Field(Field { name: "system" | "prompt" | "output", .. }))
    }

    /// Whether its texts may be numbers.
    pub fn is_number(self) -> bool {
        match self {
            Slot::Field(field) => !matches!(field.shape, Shape::Text | Shape::Flag | Shape::List),
            Slot::Score => true,
        }
    }

    /// A table's cell with its number written as everywhere else.
    pub fn plain<'t>(self, text: &'t str, numbers: Numbers) -> Result<Cow<'t, str>, &'static str> {
        // Most cells need no second look.
        if !numbers.comma && !text.bytes().any(|b| matches!(b, b',' | b'$' | b'(')) {
            return Ok(Cow::Borrowed(text));
        }
        match self {
            Slot::Field(Field { shape: Shape::Money, .. }) => numbers.amount(text),
            Slot::Field(Field { shape: Shape::Tokens | Shape::Count | Shape::Millis, .. }) => numbers.plain(text),
            // A time may be a number of seconds with decimals, and a score may be a word.
            Slot::Field(Field { shape: Shape::Time | Shape::Number, .. }) | Slot::Score => {
                if value::is_numeral(text) {
                    numbers.plain(text)
                } else {
                    Ok(Cow::Borrowed(text))
                }
            }
            Slot::Field(_) => Ok(Cow::Borrowed(text)),
        }
    }
}

/// Begins the names of fields that are scores by a name of their own.
pub const SCORE_PREFIX: &str = "score.";

/// Whether a name (in lower case) is that of a score of its own.
pub(crate) fn is_score(name: &str) -> bool {
    name.len() > SCORE_PREFIX.len() && name.starts_with(SCORE_PREFIX)
}

/// What a column of this name (in lower case) goes to, for records of these kinds.
pub(crate) fn slot(name: &str, kinds: u8) -> Option<Slot> {
    if is_score(name) {
        return (kinds & kinds::ONE != 0).then_some(Slot::Score);
    }
    field(name).filter(|f| f.kinds & kinds != 0).map(Slot::Field)
}

/// Every field that a column of the trace format or a mapping can go to.
#[must_use]
pub fn fields() -> &'static [Field] {
    FIELDS
}

impl Field {
    /// Whether records of this kind have the field.
    #[must_use]
    pub fn is_of(&self, kind: outlay_model::report::Kind) -> bool {
        use outlay_model::report::Kind;
        let bit = match kind {
            Kind::Call => kinds::CALL,
            Kind::Usage => kinds::USAGE,
            Kind::Charge => kinds::CHARGE,
            Kind::Score => kinds::SCORE,
        };
        self.kinds & bit != 0
    }
}
