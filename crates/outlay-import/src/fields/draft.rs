//! A row under construction, and how it becomes a record: token nesting, time and money are settled here for every
//! reader that goes by the table of fields.

use std::borrow::Cow;

use chrono_tz::Tz;
use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Call, Charge, Score, ScoreValue, Texts, Usage};
use outlay_model::time::{DAY, HOUR, Micros};
use outlay_model::tokens::{MAX_CALL_TOKENS, MAX_USAGE_TOKENS, TokenFault, Tokens};

use crate::error::{Broken, Fault};
use crate::value::{self, Naive, NoInstant, Stamp};

use super::Shape;

/// Token counts that a row may tell.
#[derive(Clone, Copy)]
pub(crate) enum Tok {
    Input,
    ToolUse,
    Cached,
    Write,
    Write5m,
    Write1h,
    Write30m,
    Write12h,
    Output,
    Reasoning,
    AudioIn,
    AudioOut,
    ImageIn,
    ImageOut,
    Total,
}

/// How a source is to be understood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether the input number contains the cached and written parts.
    pub cached_inside: bool,
    /// Whether a recorded 0 with tokens present means that the cost is unknown.
    pub zero_cost_is_unknown: bool,
    /// What local times are.
    pub naive: Naive,
}

/// What the times of a file turned out to be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Zone in which local times were read.
    pub zone: Option<Tz>,
}

/// Everything that a row told so far.
#[derive(Default)]
pub(crate) struct Draft<'a> {
    pub call: Call<'a>,
    pub told: [Option<i64>; Tok::Total as usize + 1],
    /// Whether the source counts reasoning beside its output, and not inside.
    pub reasoning_beside: bool,
    pub time: Option<Stamp>,
    pub end: Option<Stamp>,
    pub batch: bool,
    pub failed: bool,
    pub cost: Option<Pico>,
    pub currency: Option<Currency>,
    pub system: Cow<'a, str>,
    pub prompt: Cow<'a, str>,
    pub output: Cow<'a, str>,
    pub requests: Option<i64>,
    pub web_searches: Option<i64>,
    pub context_window: Cow<'a, str>,
    pub discriminator: Cow<'a, str>,
    pub billed: Option<Pico>,
    pub effective: Option<Pico>,
    pub list: Option<Pico>,
    pub contracted: Option<Pico>,
    pub category: Cow<'a, str>,
    pub line_item: Cow<'a, str>,
    pub meter: Cow<'a, str>,
    pub quantity: Option<Pico>,
    pub unit: Cow<'a, str>,
    pub invoice_id: Cow<'a, str>,
    pub score: ScoreValue<'a>,
    pub item: Cow<'a, str>,
}

/// An amount of money.
pub(super) fn money(text: &str) -> Result<Pico, &'static str> {
    Pico::parse(text).map_err(|_| "is not an amount")
}

/// Whole numbers or hexadecimal texts, separated by spaces, or as a JSON list.
pub(super) fn hashes(text: &str) -> Result<Vec<u64>, &'static str> {
    text.split(|c: char| c.is_ascii_whitespace() || matches!(c, '[' | ']' | ',' | '"'))
        .filter(|part| !part.is_empty())
        .map(|part| {
            let hex = part.strip_prefix("0x").unwrap_or(part);
            if hex.len() < 16 && part.len() == hex.len() && part.bytes().all(|b| b.is_ascii_digit()) {
                return part.parse().map_err(|_| "has an item that is not a hash");
            }
            u64::from_str_radix(hex, 16)
                .or_else(|_| part.parse())
                .map_err(|_| "has an item that is neither a whole number nor 16 hexadecimal digits")
        })
        .collect()
}

/// The word of an error that is a JSON object, as providers answer them.
fn error_word(told: &str) -> Option<String> {
    if !told.trim_start().starts_with('{') {
        return None;
    }
    let word = |path: &[&str]| match crate::json::scalar(sonic_rs::get_from_str(told, path).ok()?.as_raw_cow()) {
        Ok(Some(word)) if !word.is_empty() && !word.starts_with(['{', '[']) => Some(word.into_owned()),
        _ => None,
    };
    [&["type"][..], &["code"], &["error", "type"], &["error", "code"], &["status"], &["name"]]
        .into_iter()
        .find_map(word)
}

/// A column that says that, or why, a call failed.
pub(super) fn error<'a>(draft: &mut Draft<'a>, told: &Cow<'a, str>) {
    match told.trim() {
        "" | "false" | "False" | "FALSE" | "0" | "None" | "none" | "null" => {}
        "true" | "True" | "TRUE" | "1" => draft.failed = true,
        _ => {
            draft.failed = true;
            if draft.call.error_type.is_empty() {
                draft.call.error_type = error_word(told).map_or_else(|| told.clone(), Cow::Owned);
            }
        }
    }
}

impl<'a> Draft<'a> {
    fn tokens(&self, rules: &Rules, most: i64) -> Result<Option<Tokens>, Fault> {
        let told = |which: Tok| self.told[which as usize];
        let or_0 = |which: Tok| told(which).unwrap_or(0);
        if self.told.iter().all(Option::is_none) {
            return Ok(None);
        }
        if told(Tok::Input).is_none() && told(Tok::Output).is_none() {
            if self.told.iter().flatten().all(|n| *n == 0) {
                return Ok(None);
            }
            return Err(Fault::new("input_tokens", "is missing, while a total or a part of it is given", ""));
        }
        let by_life = [or_0(Tok::Write5m), or_0(Tok::Write1h), or_0(Tok::Write30m), or_0(Tok::Write12h)];
        let lived: i64 = by_life.iter().sum();
        let unknown = told(Tok::Write).map_or(0, |all| all - lived);
        if unknown < 0 {
            let told = or_0(Tok::Write).to_string();
            return Err(Fault::new("cache_write_tokens", "is smaller than its parts by lifetime", &told));
        }
        let input = self.input(rules)?;
        let reasoning = or_0(Tok::Reasoning);
        let beside = if self.reasoning_beside { reasoning } else { 0 };
        let mut tokens = Tokens {
            cache_read: or_0(Tok::Cached),
            cache_write_5m: by_life[0],
            cache_write_1h: by_life[1],
            cache_write_30m: by_life[2],
            cache_write_12h: by_life[3],
            cache_write_unknown: unknown,
            output: or_0(Tok::Output) + beside - or_0(Tok::AudioOut) - or_0(Tok::ImageOut),
            reasoning,
            audio_input: or_0(Tok::AudioIn),
            audio_output: or_0(Tok::AudioOut),
            image_input: or_0(Tok::ImageIn),
            image_output: or_0(Tok::ImageOut),
            ..Tokens::default()
        };
        if !rules.cached_inside {
            tokens.uncached_input = input - tokens.audio_input - tokens.image_input;
        } else if tokens.set_inclusive_input(input).is_err() {
            let parts = input - tokens.uncached_input;
            let reason = format!(
                "{parts} cached, written, audio and image tokens are more than the {input} input tokens that should \
                 contain them; where the source counts them apart, import it with a mapping that says \
                 cached_input = \"outside\""
            );
            let fault = Fault::new("cached_input_tokens", reason, &parts.to_string());
            return Err(Fault { proves_outside: tokens.cache_read > input, ..fault });
        }
        tokens.check(most).map_err(|fault| {
            let (column, value) = match fault {
                TokenFault::Negative("reasoning") => ("reasoning_tokens", reasoning),
                TokenFault::Negative("output") => ("output_tokens", or_0(Tok::Output)),
                _ => ("input_tokens", input),
            };
            let mut reason = fault.to_string();
            if column == "reasoning_tokens" && reasoning > 0 {
                reason.push_str(
                    "; where the source counts it apart, import it with a mapping that says reasoning = \"outside\"",
                );
            }
            Fault::new(column, reason, &value.to_string())
        })?;
        if let Some(total) = told(Tok::Total) {
            let parts = tokens.total();
            // Where cached tokens are counted apart, a total may leave them out.
            if total != parts && (rules.cached_inside || total != parts - tokens.cached_input()) {
                let reason = TokenFault::Total { told: total, parts }.to_string();
                return Err(Fault::new("total_tokens", reason, &total.to_string()));
            }
        }
        Ok(Some(tokens))
    }

    /// All input as the source counts it. Of a row that tells no input, but a total, it is what the output leaves of
    /// that.
    fn input(&self, rules: &Rules) -> Result<i64, Fault> {
        let told = |which: Tok| self.told[which as usize].unwrap_or(0);
        if let Some(input) = self.told[Tok::Input as usize] {
            return Ok(input + told(Tok::ToolUse));
        }
        let parts = [Tok::Cached, Tok::Write, Tok::Write5m, Tok::Write1h, Tok::Write30m, Tok::Write12h];
        let cached: i64 = parts.into_iter().map(told).sum();
        // Whether the total has in it what is counted beside input and output, no row can tell.
        let beside = told(Tok::ToolUse)
            + if rules.cached_inside { 0 } else { cached }
            + if self.reasoning_beside { told(Tok::Reasoning) } else { 0 };
        let output = told(Tok::Output);
        match self.told[Tok::Total as usize] {
            Some(total) if beside == 0 && total < output => {
                let reason = format!("{output} output tokens are more than the total that contains them");
                Err(Fault::new("total_tokens", reason, &total.to_string()))
            }
            Some(total) if beside == 0 => Ok(total - output),
            _ if beside + cached + output + told(Tok::AudioIn) + told(Tok::ImageIn) > 0 => {
                Err(Fault::new("input_tokens", "is missing, while output or a part of the input is given", ""))
            }
            _ => Ok(0),
        }
    }

    fn place(&self, stamp: Option<Stamp>, column: &str, rules: &Rules, times: &mut Times) -> Result<Micros, Broken> {
        let stamp = stamp.ok_or_else(|| Fault::new(column, "is missing", ""))?;
        let shown = || outlay_model::time::to_utc(stamp.micros).format("%Y-%m-%d %H:%M:%S").to_string();
        if !stamp.zoned && times.zone.is_none() {
            times.zone = match rules.naive {
                Naive::Utc => Some(Tz::UTC),
                Naive::Zone(zone) => Some(zone),
                Naive::Ask => None,
            };
        }
        stamp.place(rules.naive).map_err(|why| match why {
            NoInstant::Zone => Broken::Zone(shown()),
            NoInstant::Fault(reason) => Broken::Row(Fault::new(column, reason, &shown())),
        })
    }

    fn span(&self, rules: &Rules, times: &mut Times) -> Result<(Micros, Micros), Broken> {
        let time = self.place(self.time, "timestamp", rules, times)?;
        let end = match (self.end, self.time) {
            (Some(_), _) => self.place(self.end, "end", rules, times)?,
            (None, Some(Stamp { date_only: true, .. })) => time + DAY,
            (None, _) => time + HOUR,
        };
        if end <= time {
            let reason = match end == time {
                true => {
                    "is not after the start; where it is the last day itself, say end_day = \"included\" in a mapping"
                }
                false => "is not after the start",
            };
            return Err(Fault::new("end", reason, "").into());
        }
        Ok((time, end))
    }

    fn settle(&mut self, account: Option<&'a str>) {
        if let Some(account) = account {
            self.call.dims.account = Cow::Borrowed(account);
        }
        if self.batch
            && (self.call.dims.tier.is_empty() || outlay_model::names::tier(&self.call.dims.tier) == "standard")
        {
            self.call.dims.tier = Cow::Borrowed("batch");
        }
    }

    /// The row as a call, handed to `take`.
    pub fn call<R>(
        mut self,
        account: Option<&'a str>,
        rules: &Rules,
        times: &mut Times,
        take: impl FnOnce(&Call<'_>) -> R,
    ) -> Result<R, Broken> {
        self.settle(account);
        let time = self.place(self.time, "timestamp", rules, times)?;
        let tokens = self.tokens(rules, MAX_CALL_TOKENS)?;
        let used = tokens.is_some_and(|t| t.total() > 0);
        let step = outlay_model::names::is_step(&self.call.step_kind);
        if step && used {
            return Err(Fault::new("step_kind", "a step carries no tokens; its calls do", &self.call.step_kind).into());
        }
        let recorded_cost = match self.cost {
            Some(cost) if cost < Pico::ZERO => {
                return Err(Fault::new("cost_usd", "is negative", &cost.to_string()).into());
            }
            Some(Pico(0)) if used && rules.zero_cost_is_unknown => None,
            told => told.map(|cost| (cost, self.currency.unwrap_or(Currency::USD))),
        };
        let mut call = self.call;
        call.time = time;
        call.tokens = if step { None } else { tokens };
        call.recorded_cost = recorded_cost;
        // Some logs tell a failure only by why the model stopped.
        let stopped = call.finish_reason.eq_ignore_ascii_case("error");
        if call.status.is_empty() && (self.failed || stopped || !call.error_type.is_empty()) {
            call.status = Cow::Borrowed("error");
        }
        let mut call: Call<'_> = call;
        call.texts = Texts { system: told(&self.system), prompt: told(&self.prompt), output: told(&self.output) };
        Ok(take(&call))
    }

    /// The row as a usage bucket.
    pub fn usage(mut self, account: Option<&'a str>, rules: &Rules, times: &mut Times) -> Result<Usage<'a>, Broken> {
        self.settle(account);
        let (time, end) = self.span(rules, times)?;
        let tokens = self.tokens(rules, MAX_USAGE_TOKENS)?;
        Ok(Usage {
            time,
            end,
            dims: self.call.dims,
            tokens,
            requests: self.requests,
            web_searches: self.web_searches,
            context_window: self.context_window,
            idle: false,
            discriminator: self.discriminator,
            section: 0,
        })
    }

    /// The row as a billed line.
    pub fn charge(mut self, account: Option<&'a str>, rules: &Rules, times: &mut Times) -> Result<Charge<'a>, Broken> {
        self.settle(account);
        let (time, end) = self.span(rules, times)?;
        Ok(Charge {
            time,
            end,
            dims: self.call.dims,
            billed: self.billed.ok_or_else(|| Fault::new("billed", "is missing", ""))?,
            effective: self.effective,
            list: self.list,
            contracted: self.contracted,
            currency: self.currency.unwrap_or(Currency::USD),
            category: self.category,
            line_item: self.line_item,
            meter: self.meter,
            quantity: self.quantity,
            unit: self.unit,
            invoice_id: self.invoice_id,
            rounding: Pico::ZERO,
            section: 0,
        })
    }

    /// The row as a score.
    pub fn score(mut self, account: Option<&'a str>, rules: &Rules, times: &mut Times) -> Result<Score<'a>, Broken> {
        self.settle(account);
        let time = self.place(self.time, "timestamp", rules, times)?;
        let mut score = self.score;
        match (self.call.scores.len(), score.value.is_none() && score.label.is_empty()) {
            (0, false) => {}
            (1, true) => {
                let own = self.call.scores.remove(0);
                score = ScoreValue { version: score.version, kind: score.kind, ..own };
            }
            (0, true) => return Err(Fault::new("score_value", "is missing", "").into()),
            _ => return Err(Fault::new("score_value", "the row has more than one score; map one of them", "").into()),
        }
        if score.name.is_empty() {
            return Err(Fault::new("score_name", "is missing", "").into());
        }
        Ok(Score {
            time,
            score,
            request_id: self.call.request_id,
            trace_id: self.call.trace_id,
            span_id: self.call.span_id,
            session: self.call.session,
            user: self.call.dims.user.clone(),
            item: self.item,
            dims: self.call.dims,
        })
    }

    /// Sets one field, naming the column as the file spells it where the text is at fault. A word for nothing sets
    /// nothing.
    pub fn set(&mut self, slot: super::Slot, key: &Cow<'a, str>, text: &Cow<'a, str>) -> Result<(), Fault> {
        if value::is_null(text) && !slot.is_free_text() {
            return Ok(());
        }
        match slot {
            super::Slot::Field(field) => {
                let blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
                let bytes = text.as_bytes();
                let set = if field.shape == Shape::Text
                    && (blank(bytes.first()) || blank(bytes.last()))
                    && !slot.is_free_text()
                {
                    (field.set)(self, &trimmed(text))
                } else {
                    (field.set)(self, text)
                };
                set.map_err(|reason| Fault::new(key, format!("{} {reason}", field.name), text))
            }
            super::Slot::Score => {
                let from = super::SCORE_PREFIX.len();
                let name = match key {
                    Cow::Borrowed(key) => Cow::Borrowed(key.get(from..).unwrap_or(key)),
                    Cow::Owned(key) => Cow::Owned(key.get(from..).unwrap_or(key).to_owned()),
                };
                super::scores::named(self, name, text);
                Ok(())
            }
        }
    }
}

fn trimmed<'a>(text: &Cow<'a, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    }
}

fn told<'t>(text: &'t Cow<'_, str>) -> Option<&'t str> {
    (!text.is_empty()).then_some(text.as_ref())
}
