//! Amazon Bedrock's model invocation log.
//!
//! # Where the file comes from
//! Bedrock, Settings, Model invocation logging: the objects in the S3 bucket (leave out those below `data/`, which are
//! bodies alone), or what CloudWatch Logs exports of the log group.
//!
//! # Shape
//! Records with `"schemaType":"ModelInvocationLog"`: one a line, in a list, as `message` of CloudWatch's `events` or
//! `logEvents`, behind a time stamp on each line, or in the column `@message` or `message` of a CSV from Logs Insights.
//!
//! # Mapping
//! `input.inputTokenCount` is without cache; `cacheReadInputTokenCount` and `cacheWriteInputTokenCount` lie beside it,
//! in `input` or at the top. The lifetime of writes is told only by a body (`usage.cacheDetails`, `cache_creation`),
//! and is unknown without. `output.outputTokenCount` is the output, and 0 for embeddings, which have none.
//!
//! `modelId` is kept as written, with the ARN of an inference profile or the prefix of a region group. `requestId` is
//! the request id, `accountId` the account and `region` the region whose price counts. Of `identity.arn` the last part
//! is the user and the role, where one was assumed, the key. `requestMetadata` tells feature, team, environment and
//! other fields of the trace format by their names. Latency comes from a body (`metrics.latencyMs`, or
//! `amazon-bedrock-invocationMetrics` of the last chunk). An `errorCode` is a failed call.
//!
//! # Known quirks
//! Without bodies there is no latency. A profile of one's own hides the model behind its ARN: name its model by an
//! alias. Only calls through the runtime endpoint are logged, one region at a time. The time is that of the record, and
//! whether the call began or ended then is not documented.

use std::borrow::Cow;

use outlay_model::record::{Call, Dimensions, Record, Sink, Texts};
use outlay_model::report::Kind;
use outlay_model::tokens::{MAX_CALL_TOKENS, Tokens};

use crate::buckets::{self, Plan};
use crate::error::{Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::format::{About, Certainty, Format, Match, ReadOptions, ReadSummary};
use crate::head::{Head, Layout};
use crate::json::{self, JsonRows, Step};
use crate::lines::{Lines, MAX_ROW, is_blank};
use crate::object::{Object, items, written};
use crate::source::Input;

const SCHEMA: &str = "ModelInvocationLog";

/// Lists in which programs wrap records, and what they call a record inside an event.
const LISTS: [&str; 4] = ["events", "logEvents", "records", "Records"];
const MESSAGES: [&str; 2] = ["@message", "message"];

const METRICS: &str = "amazon-bedrock-invocationMetrics";

pub(crate) struct BedrockInvocationLog;

impl Format for BedrockInvocationLog {
    fn id(&self) -> &'static str {
        "bedrock-invocation-log"
    }
    fn title(&self) -> &'static str {
        "Bedrock invocation log"
    }
    fn about(&self) -> About {
        About {
            from: "Amazon Bedrock: Settings, Model invocation logging, to S3 or CloudWatch; the objects or an export",
            kind: Some(Kind::Call),
            cannot_tell: &["cost", "latency, without bodies", "the model behind an inference profile of one's own"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        // In a wrapped record every quotation mark has others or backslashes around it.
        let named = head.text.split("schemaType").skip(1).any(|rest| {
            rest.trim_start_matches(|c: char| matches!(c, '"' | '\\' | ':') || c.is_whitespace()).starts_with(SCHEMA)
        });
        let known = ["schemaType"].iter().chain(&LISTS).chain(&MESSAGES);
        let placed = head.is_table() || known.into_iter().any(|key| head.columns.iter().any(|column| column == key));
        (named && placed).then(|| Match {
            certainty: Certainty::Exact,
            weight: 4,
            why: format!("it has records whose schemaType is {SCHEMA}"),
        })
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref();
        match input.head().layout {
            Layout::Table { .. } => match MESSAGES.iter().find(|column| input.head().has(column)) {
                Some(column) => {
                    let plan = Plan { format: self.id(), required: std::slice::from_ref(column) };
                    buckets::read(input, &plan, sink, |line, cells, feed| {
                        wrapped(cells.text(column), column, line.into(), account, feed)
                    })
                }
                None => stamped(input, account, sink),
            },
            layout => records(input, layout, account, sink),
        }
    }
}

/// JSON in any layout.
fn records(
    input: Input,
    layout: Layout,
    account: Option<&str>,
    sink: &mut dyn Sink,
) -> Result<ReadSummary, ImportError> {
    let columns = &input.head().columns;
    let path = LISTS.into_iter().find(|list| columns.iter().any(|column| column == list)).unwrap_or("");
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut rows = JsonRows::new(input.reader, layout, path);
    while let Some(step) = rows.advance() {
        let (line, broken) = match step {
            Step::Object(line) => (line, rows.check()),
            Step::Bad(line, reason) => (line, Some(Fault::new("", reason, &rows.lossy()))),
        };
        let at = Spot { line, document: Some(&rows) };
        let done = match broken {
            Some(mut fault) => {
                if let (true, Some(broken)) = (rows.is_cut(), feed.broken_tail()) {
                    fault.reason = format!("{}; {broken}", fault.reason);
                }
                Err(fault)
            }
            None => {
                let row = Object::of(rows.text().unwrap_or_default());
                match MESSAGES.iter().find(|key| !row.has("schemaType") && row.has(key)) {
                    Some(key) => match row.raw(key) {
                        Some(raw) if raw.starts_with('{') => {
                            record(&Object::at((*key).to_owned(), raw), at, account, &mut feed)
                        }
                        _ => row.text(key).and_then(|text| wrapped(&text, key, at, account, &mut feed)),
                    },
                    None => record(&row, at, account, &mut feed),
                }
            }
        };
        match done {
            Ok(pushed) => pushed?,
            Err(fault) => feed.reject(at, &fault)?,
        }
    }
    if rows.is_open() {
        feed.unclosed();
    }
    feed.finish(None)
}

/// Lines that begin with a time stamp.
fn stamped(input: Input, account: Option<&str>, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut lines = Lines::new(input.reader);
    while let Some(line) = lines.advance() {
        if is_blank(lines.bytes()) {
            continue;
        }
        let at = Spot::from(line.number);
        let done = match std::str::from_utf8(lines.bytes()) {
            _ if line.too_long => Err(Fault::new("", format!("the line is longer than {} MiB", MAX_ROW >> 20), "")),
            Err(_) => Err(Fault::new("", "the row is not UTF-8 text", &String::from_utf8_lossy(lines.bytes()))),
            Ok(text) => match text.find('{') {
                Some(begins) => wrapped(&text[begins..], "", at, account, &mut feed),
                None => Err(Fault::new("", "the line has no JSON object", text)),
            },
        };
        match done {
            Ok(pushed) => pushed?,
            Err(mut fault) => {
                if let (false, Some(broken)) = (lines.ended, feed.broken_tail()) {
                    fault.reason = format!("{}; {broken}", fault.reason);
                }
                feed.reject(at, &fault)?;
            }
        }
    }
    feed.finish(None)
}

/// A record that is a text inside something else.
fn wrapped(
    text: &str,
    key: &str,
    at: Spot<'_>,
    account: Option<&str>,
    feed: &mut Feed<'_>,
) -> Result<Result<(), ImportError>, Fault> {
    let deep =
        json::too_deep(text.as_bytes()).then(|| Fault::new("", "the row is nested deeper than 100 levels", text));
    match deep.or_else(|| json::fault(text)) {
        None => record(&Object::at(key.to_owned(), text), at, account, feed),
        Some(fault) => Err(Fault { column: key.to_owned(), ..fault }),
    }
}

/// One record.
fn record(
    row: &Object<'_>,
    at: Spot<'_>,
    account: Option<&str>,
    feed: &mut Feed<'_>,
) -> Result<Result<(), ImportError>, Fault> {
    let schema = row.text("schemaType")?;
    if schema != SCHEMA {
        let why = if schema.is_empty() { "is not told: this is no record of an invocation" } else { "is another one" };
        return Err(row.fault("schemaType", why));
    }
    let (input, output) = (row.object("input")?, row.object("output")?);
    let (asked, answered) = (input.any("inputBodyJson"), Answer::of(&output));
    let mut call = call(row, &input, &output, &answered)?;
    if let Some(account) = account {
        call.dims.account = account.into();
    }
    let (system, prompt) = (asked.raw("system").and_then(written), prompt(&asked));
    let told = answered.text();
    let mut call: Call<'_> = call;
    call.texts = Texts { system: system.as_deref(), prompt: prompt.as_deref(), output: told.as_deref() };
    Ok(feed.push(at, Record::Call(&call)))
}

fn call<'a>(
    row: &Object<'a>,
    input: &Object<'a>,
    output: &Object<'a>,
    answered: &Answer<'a>,
) -> Result<Call<'a>, Fault> {
    let model = row.text("modelId")?;
    let operation = row.text("operation")?;
    let is_embedding = model.contains("embed") || ["embedding", "embeddings"].iter().any(|key| answered.whole.has(key));
    let error = row.text("errorCode")?;
    let status = row.text("status")?;
    let failed = !error.is_empty() || status.parse::<u32>().is_ok_and(|status| status >= 400);
    let tokens = tokens(row, input, output, answered, failed, is_embedding)?;
    let arn = row.object("identity")?.text("arn")?;
    let (user, role) = who(&arn);
    let (latency_ms, ttft_ms) = answered.durations()?;
    let tier = match answered.tier() {
        tier if tier.is_empty() => row.any("performanceConfig").word("latency"),
        tier => tier,
    };
    let mut call = Call {
        time: row.time("timestamp")?.ok_or_else(|| row.fault("timestamp", "is not told"))?,
        dims: Dimensions {
            provider: "bedrock".into(),
            account: row.text("accountId")?,
            operation: match operation.as_ref() {
                _ if is_embedding => "embeddings",
                "Converse" | "ConverseStream" => "chat",
                _ if tokens.is_some_and(|tokens| tokens.output > 0) => "chat",
                _ => "",
            }
            .into(),
            tier: if tier == "standard" { Cow::Borrowed("") } else { tier },
            region: row.text("region")?,
            api_key: role.to_owned().into(),
            user: user.to_owned().into(),
            model,
            ..Dimensions::default()
        },
        tokens,
        latency_ms,
        ttft_ms,
        status: if failed { "error" } else { "ok" }.into(),
        error_type: if failed && error.is_empty() { status } else { error },
        finish_reason: answered.stop_reason(),
        request_id: row.text("requestId")?,
        ..Call::default()
    };
    described(&mut call, &row.object("requestMetadata")?)?;
    Ok(call)
}

/// What the caller said of the call, under the names that the trace format has for it.
fn described<'a>(call: &mut Call<'a>, told: &Object<'a>) -> Result<(), Fault> {
    for (key, _) in told.fields() {
        let dims = &mut call.dims;
        let field = match key.as_ref() {
            "feature" => &mut dims.feature,
            "team" => &mut dims.team,
            "environment" => &mut dims.environment,
            "project" => &mut dims.project,
            "workspace" => &mut dims.workspace,
            "customer" => &mut dims.customer,
            "user_id" => &mut dims.user,
            "agent" => &mut dims.agent,
            "prompt_name" => &mut dims.prompt_name,
            "prompt_version" => &mut dims.prompt_version,
            "trace_id" => &mut call.trace_id,
            "span_id" => &mut call.span_id,
            "parent_id" => &mut call.parent_id,
            "session_id" => &mut call.session,
            _ => continue,
        };
        let text = told.text(key)?;
        if !text.is_empty() {
            *field = text;
        }
    }
    Ok(())
}

/// User and role of an identity: `arn:aws:sts::123456789012:assumed-role/<role>/<session>`,
/// `arn:aws:iam::123456789012:user/<path>/<user>`.
fn who(arn: &str) -> (&str, &str) {
    let resource = arn.rsplit_once(':').map_or(arn, |(_, resource)| resource);
    let user = resource.rsplit_once('/').map_or(resource, |(_, user)| user);
    let role =
        resource.strip_prefix("assumed-role/").and_then(|rest| rest.rsplit_once('/')).map_or("", |(role, _)| role);
    (user, role)
}

fn tokens(
    row: &Object<'_>,
    input: &Object<'_>,
    output: &Object<'_>,
    answered: &Answer<'_>,
    failed: bool,
    is_embedding: bool,
) -> Result<Option<Tokens>, Fault> {
    // Some programs that pass records on lift the counts of the cache out of the input.
    let cache = |key: &str| match input.count(key)? {
        None => row.count(key),
        told => Ok(told),
    };
    let (uncached, read, write) =
        (input.count("inputTokenCount")?, cache("cacheReadInputTokenCount")?, cache("cacheWriteInputTokenCount")?);
    let out = output.count("outputTokenCount")?;
    let (uncached, out) = match (uncached, out) {
        (Some(uncached), Some(out)) => (uncached, out),
        (Some(uncached), None) if is_embedding => (uncached, 0),
        (None, None) if read.unwrap_or(0) + write.unwrap_or(0) == 0 => return Ok(None),
        // A stream that broke: what came of it is unknown.
        _ if failed => return Ok(None),
        (None, _) => return Err(input.fault("inputTokenCount", "is not told, while other counts are")),
        (_, None) => return Err(output.fault("outputTokenCount", "is not told, while inputTokenCount is")),
    };
    let (short, long) = answered.lives()?;
    let write = write.unwrap_or(short + long);
    if write < short + long {
        let why = format!("is less than the {short} + {long} that the body says by lifetime");
        return Err(input.fault("cacheWriteInputTokenCount", &why));
    }
    let tokens = Tokens {
        uncached_input: uncached,
        cache_read: read.unwrap_or(0),
        cache_write_5m: short,
        cache_write_1h: long,
        cache_write_unknown: write - short - long,
        output: out,
        ..Tokens::default()
    };
    tokens.check(MAX_CALL_TOKENS).map_err(|fault| input.fault("inputTokenCount", &fault.to_string()))?;
    Ok(Some(tokens))
}

/// What was sent: the text of a lone message, or of all messages with their roles.
fn prompt<'a>(asked: &Object<'a>) -> Option<Cow<'a, str>> {
    let messages = asked.raw("messages").or_else(|| asked.raw("prompt")).or_else(|| asked.raw("inputText"))?;
    let content = |message: &'a str| Object::of(message).raw("content");
    match items(messages).as_slice() {
        [only] => content(only).and_then(written),
        [] => written(messages),
        several => {
            let told = several.iter().map(|message| {
                let content = content(message).unwrap_or_default();
                format!("{}: {}", Object::of(message).word("role"), written(content).unwrap_or(Cow::Borrowed(content)))
            });
            Some(Cow::Owned(told.collect::<Vec<_>>().join("\n\n")))
        }
    }
}

/// A body of an answer: an object, or the chunks of a stream.
struct Answer<'a> {
    whole: Object<'a>,
    chunks: Vec<&'a str>,
    path: String,
}

impl<'a> Answer<'a> {
    fn of(output: &Object<'a>) -> Answer<'a> {
        Answer {
            whole: output.any("outputBodyJson"),
            chunks: output.raw("outputBodyJson").map(items).unwrap_or_default(),
            path: output.path("outputBodyJson"),
        }
    }

    /// Chunks of a stream of Claude's, by their type.
    fn of_type(&self, kind: &'static str) -> impl Iterator<Item = Object<'a>> {
        let found = self.chunks.iter().filter(move |chunk| chunk.contains(kind)).map(|chunk| Object::of(chunk));
        found.filter(move |chunk| chunk.word("type") == kind)
    }

    /// Whole duration and time to the first token, in milliseconds.
    fn durations(&self) -> Result<(Option<i64>, Option<i64>), Fault> {
        let last = self.chunks.iter().rev().find(|chunk| chunk.contains(METRICS));
        let last = last.map(|chunk| Object::at(self.path.clone(), chunk));
        let metrics = last.as_ref().unwrap_or(&self.whole).any(METRICS);
        let whole = match self.whole.any("metrics").millis("latencyMs")? {
            None => metrics.millis("invocationLatency")?,
            told => told,
        };
        Ok((whole, metrics.millis("firstByteLatency")?))
    }

    /// Tokens written to the cache for five minutes and for an hour.
    fn lives(&self) -> Result<(i64, i64), Fault> {
        let usage = match self.of_type("message_start").next() {
            Some(start) => start.any("message").any("usage"),
            None => self.whole.any("usage"),
        };
        let claude = usage.any("cache_creation");
        let mut lives = (
            claude.count("ephemeral_5m_input_tokens")?.unwrap_or(0),
            claude.count("ephemeral_1h_input_tokens")?.unwrap_or(0),
        );
        for detail in usage.raw("cacheDetails").map(items).unwrap_or_default() {
            let detail = Object::at(usage.path("cacheDetails"), detail);
            let count = detail.count("inputTokens")?.unwrap_or(0);
            match detail.word("ttl").as_ref() {
                "5m" => lives.0 += count,
                "1h" => lives.1 += count,
                _ => {}
            }
        }
        Ok(lives)
    }

    fn tier(&self) -> Cow<'a, str> {
        match self.whole.any("serviceTier").word("type") {
            tier if tier.is_empty() => self.whole.any("performanceConfig").word("latency"),
            tier if tier == "default" => Cow::Borrowed(""),
            tier => tier,
        }
    }

    fn stop_reason(&self) -> Cow<'a, str> {
        let stopped = self.of_type("message_delta").last().map(|delta| delta.any("delta").word("stop_reason"));
        stopped
            .into_iter()
            .chain([self.whole.word("stopReason"), self.whole.word("stop_reason")])
            .find(|reason| !reason.is_empty())
            .unwrap_or_default()
    }

    fn text(&self) -> Option<Cow<'a, str>> {
        let content = match self.whole.any("output").any("message").raw("content") {
            None => self.whole.raw("content"),
            told => told,
        };
        if let Some(content) = content {
            return written(content);
        }
        let told: String = self.of_type("content_block_delta").map(|chunk| spoken(&chunk)).collect();
        (!told.is_empty()).then_some(Cow::Owned(told))
    }
}

/// The text of one chunk, white space and all.
fn spoken(chunk: &Object<'_>) -> String {
    chunk.any("delta").raw("text").and_then(written).map(Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        assert_eq!(who("arn:aws:iam::111122223333:user/ops/jo"), ("jo", ""));
        assert_eq!(who("arn:aws:sts::111122223333:assumed-role/chat-api/i-0abc"), ("i-0abc", "chat-api"));
        assert_eq!(who("arn:aws:iam::111122223333:root"), ("root", ""));
        assert_eq!((who(""), who("jo")), (("", ""), ("jo", "")));
    }
}
