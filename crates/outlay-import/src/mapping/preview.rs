//! What the first rows of a file would become.

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Dimensions, Place, Record, Refusal, Rejected, Sink};
use outlay_model::report::RejectedRow;
use outlay_model::tokens::{BUCKETS, Tokens};
use serde::Serialize;

use super::Mapping;
use crate::error::ImportError;
use crate::format::ReadOptions;
use crate::head::{Head, Layout};
use crate::source::{Input, Source};

/// A row as it would be imported, or why not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PreviewRow {
    /// Line, from 1.
    pub line: u64,
    /// Names and texts of what the row tells, in our units; empty where it is rejected.
    pub fields: Vec<(String, String)>,
    /// Why it would be rejected.
    pub fault: Option<RejectedRow>,
}

/// What the first `most` rows of a file, which is read no further, would become.
///
/// # Errors
/// [`ImportError`] where the mapping cannot be used for this file, or a zone is missing.
pub fn preview_of(input: Input, mapping: &Mapping, most: usize) -> Result<Vec<PreviewRow>, ImportError> {
    let mut first = First { rows: Vec::new(), most };
    match super::read(input, mapping, &ReadOptions::default(), &mut first) {
        Ok(_) | Err(ImportError::Stopped) => Ok(first.rows),
        Err(error) => Err(error),
    }
}

/// What the first `most` rows that lie whole inside a head would become.
///
/// # Errors
/// As [`preview_of`].
pub fn preview(head: &Head, mapping: &Mapping, most: usize) -> Result<Vec<PreviewRow>, ImportError> {
    let input = Input::open(Source::from_bytes(head.name.clone(), whole_rows(head)))?;
    let mut rows = preview_of(input, mapping, most)?;
    if !head.whole && rows.len() < most && head.is_json() && rows.last().is_some_and(|r| r.fault.is_some()) {
        // The last object of a head that is not the whole file is cut off by us, not by the file.
        rows.pop();
    }
    Ok(rows)
}

/// The text up to the last whole line.
pub(super) fn whole_rows(head: &Head) -> &str {
    match head.text.rfind('\n') {
        Some(end) if !head.whole && head.layout != Layout::Json => &head.text[..=end],
        _ => &head.text,
    }
}

struct First {
    rows: Vec<PreviewRow>,
    most: usize,
}

impl Sink for First {
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> Result<(), Refusal> {
        if self.rows.len() >= self.most {
            return Err(Refusal::Stop);
        }
        let mut told = Told(Vec::new());
        match record {
            Record::Call(call) => {
                told.time("time", call.time);
                told.dimensions(&call.dims);
                told.tokens(call.tokens.as_ref());
                told.money(
                    "recorded_cost",
                    call.recorded_cost.map(|(amount, _)| amount),
                    call.recorded_cost.map(|c| c.1),
                );
                told.number("latency_ms", call.latency_ms);
                told.number("ttft_ms", call.ttft_ms);
                for (name, text) in [
                    ("status", &call.status),
                    ("error_type", &call.error_type),
                    ("finish_reason", &call.finish_reason),
                    ("request_id", &call.request_id),
                    ("trace_id", &call.trace_id),
                    ("span_id", &call.span_id),
                    ("parent_id", &call.parent_id),
                    ("session", &call.session),
                    ("step_kind", &call.step_kind),
                    ("tool", &call.tool),
                    ("system_prompt_hash", &call.system_prompt_hash),
                    ("prompt_hash", &call.prompt_hash),
                ] {
                    told.text(name, text);
                }
                for (name, text) in
                    [("system", call.texts.system), ("prompt", call.texts.prompt), ("output", call.texts.output)]
                {
                    told.number(&format!("{name} (characters)"), text.map(|t| t.chars().count() as i64));
                }
                for score in &call.scores {
                    told.score(score);
                }
            }
            Record::Usage(usage) => {
                told.time("time", usage.time);
                told.time("end", usage.end);
                told.dimensions(&usage.dims);
                told.tokens(usage.tokens.as_ref());
                told.number("requests", usage.requests);
                told.number("web_searches", usage.web_searches);
                told.text("context_window", &usage.context_window);
                told.text("discriminator", &usage.discriminator);
            }
            Record::Charge(charge) => {
                told.time("time", charge.time);
                told.time("end", charge.end);
                told.dimensions(&charge.dims);
                let currency = Some(charge.currency);
                told.money("billed", Some(charge.billed), currency);
                told.money("effective", charge.effective, currency);
                told.money("list", charge.list, currency);
                told.money("contracted", charge.contracted, currency);
                told.text("category", &charge.category);
                told.text("line_item", &charge.line_item);
                told.text("meter", &charge.meter);
                told.text("invoice_id", &charge.invoice_id);
            }
            Record::Score(score) => {
                told.time("time", score.time);
                told.score(&score.score);
                told.text("request_id", &score.request_id);
                told.text("trace_id", &score.trace_id);
                told.text("span_id", &score.span_id);
                told.text("session", &score.session);
                told.text("item", &score.item);
                told.dimensions(&score.dims);
            }
        }
        self.rows.push(PreviewRow { line: place.line, fields: told.0, fault: None });
        Ok(())
    }

    fn reject(&mut self, rejected: Rejected) {
        if self.rows.len() < self.most {
            let Rejected { line, column, reason, value } = rejected;
            let fault = Some(RejectedRow { line, column, reason, value });
            self.rows.push(PreviewRow { line, fields: Vec::new(), fault });
        }
    }

    fn progress(&mut self, _bytes: u64) -> Result<(), Refusal> {
        if self.rows.len() >= self.most { Err(Refusal::Stop) } else { Ok(()) }
    }
}

struct Told(Vec<(String, String)>);

impl Told {
    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.0.push((name.to_owned(), outlay_model::record::shorten(text, 80)));
        }
    }
    fn number(&mut self, name: &str, number: Option<i64>) {
        if let Some(number) = number {
            self.0.push((name.to_owned(), number.to_string()));
        }
    }
    fn money(&mut self, name: &str, amount: Option<Pico>, currency: Option<Currency>) {
        if let (Some(amount), Some(currency)) = (amount, currency) {
            self.0.push((name.to_owned(), format!("{amount} {currency}")));
        }
    }
    fn time(&mut self, name: &str, at: i64) {
        let text = outlay_model::time::to_utc(at).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        self.0.push((name.to_owned(), text));
    }
    fn tokens(&mut self, tokens: Option<&Tokens>) {
        let Some(tokens) = tokens else { return };
        for (name, count) in BUCKETS.iter().zip(tokens.buckets()) {
            if count > 0 || matches!(*name, "uncached_input" | "output") {
                self.number(name, Some(count));
            }
        }
        if tokens.reasoning > 0 {
            self.number("reasoning", Some(tokens.reasoning));
        }
    }
    fn score(&mut self, score: &outlay_model::record::ScoreValue<'_>) {
        let value = score.value.map_or_else(|| score.label.to_string(), |value| value.to_string());
        self.0.push((format!("score {}", score.name), value));
    }
    fn dimensions(&mut self, dims: &Dimensions<'_>) {
        for (name, text) in [
            ("provider", &dims.provider),
            ("channel", &dims.channel),
            ("account", &dims.account),
            ("model", &dims.model),
            ("operation", &dims.operation),
            ("tier", &dims.tier),
            ("region", &dims.region),
            ("environment", &dims.environment),
            ("feature", &dims.feature),
            ("team", &dims.team),
            ("project", &dims.project),
            ("api_key", &dims.api_key),
            ("workspace", &dims.workspace),
            ("customer", &dims.customer),
            ("user", &dims.user),
            ("prompt_name", &dims.prompt_name),
            ("prompt_version", &dims.prompt_version),
            ("agent", &dims.agent),
        ] {
            self.text(name, text);
        }
    }
}
