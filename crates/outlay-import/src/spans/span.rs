//! One span under construction: what its attributes and events told, and how that becomes a call or a step.

use std::borrow::Cow;

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Call, ScoreValue};
use outlay_model::time::Micros;
use serde::de::DeserializeSeed;

use super::kind::Kind;
use super::names::{self, Numbered, Part, WORDS, Word};
use super::usage::Usage;
use super::value::{Attributes, Take, items};
use crate::error::Fault;
use crate::json;
use crate::value::{self, Naive, NoInstant, Stamp};

/// Nothing told yet.
const UNTOLD: u8 = u8::MAX;

/// Messages or scores of one span that are read; those behind are left out.
const MOST_PARTS: usize = 10_000;

/// Events that tell when the first token came.
const FIRST_TOKEN: &[&str] =
    &["gen_ai.content.completion.chunk", "llm.content.completion.chunk", "First Token Stream Event"];

/// The event that holds a score.
pub(crate) const EVALUATION: &str = "gen_ai.evaluation.result";

/// A message of a conversation.
struct Message<'a> {
    number: u32,
    role: Cow<'a, str>,
    content: Cow<'a, str>,
}

/// A score that may be about another span.
#[derive(Debug, Default)]
pub(crate) struct Evaluation<'a> {
    pub score: ScoreValue<'a>,
    /// Response that it is about; empty = this one.
    pub request_id: Cow<'a, str>,
    /// When it was given.
    pub time: Option<Micros>,
}

/// What was told.
pub(crate) struct Span<'a> {
    pub trace: Cow<'a, str>,
    pub id: Cow<'a, str>,
    pub parent: Cow<'a, str>,
    pub name: Cow<'a, str>,
    /// Nanoseconds since 1970.
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub failed: bool,
    ranks: [u8; WORDS],
    texts: [Cow<'a, str>; WORDS],
    /// Whether anything showed that it has to do with language models.
    of_models: bool,
    exception: Cow<'a, str>,
    first_token: Option<i64>,
    sent: Vec<Message<'a>>,
    came: Vec<Message<'a>>,
    scores: Vec<(u8, u32, ScoreValue<'a>)>,
    evaluations: Vec<Evaluation<'a>>,
    /// What the key asked about last is.
    asked: Asked,
    /// Whether texts are cells of a table, and not JSON.
    of_cells: bool,
}

#[derive(Clone, Copy)]
enum Asked {
    Nothing,
    Word(Word, u8),
    Numbered(Numbered),
}

impl Default for Span<'_> {
    fn default() -> Self {
        Span {
            trace: Cow::Borrowed(""),
            id: Cow::Borrowed(""),
            parent: Cow::Borrowed(""),
            name: Cow::Borrowed(""),
            start: None,
            end: None,
            failed: false,
            ranks: [UNTOLD; WORDS],
            texts: [const { Cow::Borrowed("") }; WORDS],
            of_models: false,
            exception: Cow::Borrowed(""),
            first_token: None,
            sent: Vec::new(),
            came: Vec::new(),
            scores: Vec::new(),
            evaluations: Vec::new(),
            asked: Asked::Nothing,
            of_cells: false,
        }
    }
}

/// What the resource of spans tells about all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resource {
    service: String,
    environment: String,
    project: String,
}

impl Resource {
    /// From the attributes of a resource object, if they are JSON.
    pub fn of(object: &str) -> Resource {
        let mut span = Span::default();
        if let Ok(attributes) = sonic_rs::get_from_str(object, &["attributes"]) {
            span.attributes(&attributes.as_raw_cow());
        }
        let mut text = |word: Word| std::mem::take(&mut span.texts[word as usize]).into_owned();
        Resource { service: text(Word::Service), environment: text(Word::Environment), project: text(Word::Project) }
    }
}

/// A span as it will be pushed, but for what other spans decide about it.
#[derive(Debug, Default)]
pub(crate) struct Entry<'a> {
    pub call: Call<'a>,
    /// Texts of system prompt, prompt and answer.
    pub contents: [Cow<'a, str>; 3],
    pub usage: Usage,
    pub kind: Option<Kind>,
}

impl<'a> Take<'a> for Span<'a> {
    fn wants(&mut self, key: &str) -> bool {
        self.asked = match names::name(key) {
            Some(name) => {
                self.of_models |= name.of_models;
                // Of one that is there twice the last counts.
                if name.rank > self.ranks[name.word as usize] {
                    return false;
                }
                Asked::Word(name.word, name.rank)
            }
            None => match names::numbered(key) {
                Some(numbered) => Asked::Numbered(numbered),
                None => {
                    self.of_models |= key.starts_with("gen_ai.") || key.starts_with("llm.");
                    return false;
                }
            },
        };
        true
    }

    fn take(&mut self, _: &str, raw: Cow<'a, str>) {
        match std::mem::replace(&mut self.asked, Asked::Nothing) {
            Asked::Nothing => {}
            Asked::Word(word, rank) => self.word(word, rank, raw),
            Asked::Numbered(Numbered::Score(list, number, part)) => self.score(list, number, part, text(raw)),
            Asked::Numbered(Numbered::Sent(number, part)) => {
                self.of_models = true;
                message(&mut self.sent, number, part, raw);
            }
            Asked::Numbered(Numbered::Came(_, Part::Finish)) => {
                if self.ranks[Word::Finish as usize] == UNTOLD {
                    self.texts[Word::Finish as usize] = text(raw);
                }
            }
            Asked::Numbered(Numbered::Came(number, part)) => {
                self.of_models = true;
                message(&mut self.came, number, part, raw);
            }
        }
    }
}

/// A raw JSON scalar as a text without white space around it; empty where it is none, or a word for nothing.
fn text(raw: Cow<'_, str>) -> Cow<'_, str> {
    match json::scalar(raw) {
        Ok(Some(Cow::Borrowed(text))) if !value::is_null(text) => Cow::Borrowed(text.trim_ascii()),
        Ok(Some(Cow::Owned(text))) if !value::is_null(&text) => match text.trim_ascii() {
            trimmed if trimmed.len() == text.len() => Cow::Owned(text),
            trimmed => Cow::Owned(trimmed.to_owned()),
        },
        _ => Cow::Borrowed(""),
    }
}

fn message<'a>(messages: &mut Vec<Message<'a>>, number: u32, part: Part, raw: Cow<'a, str>) {
    let at = messages.iter().rposition(|message| message.number == number);
    let at = at.unwrap_or_else(|| {
        messages.push(Message { number, role: Cow::Borrowed(""), content: Cow::Borrowed("") });
        messages.len() - 1
    });
    if at >= MOST_PARTS {
        messages.pop();
        return;
    }
    let message = &mut messages[at];
    match part {
        Part::Role => message.role = text(raw),
        _ => {
            let more = json::scalar(raw).ok().flatten().unwrap_or_default();
            if message.content.is_empty() {
                message.content = more;
            } else {
                message.content.to_mut().push('\n');
                message.content.to_mut().push_str(&more);
            }
        }
    }
}

/// Messages one after another.
fn joined<'a>(messages: Vec<Message<'a>>) -> Cow<'a, str> {
    let mut all = Cow::Borrowed("");
    for message in messages.into_iter().filter(|message| !message.content.is_empty()) {
        if all.is_empty() {
            all = message.content;
        } else {
            all.to_mut().push('\n');
            all.to_mut().push_str(&message.content);
        }
    }
    all
}

/// Who gave a score.
fn judge(told: &str) -> &'static str {
    match told {
        "LLM" | "llm" => "judge",
        "HUMAN" | "human" => "human",
        "CODE" | "code" => "check",
        _ => "",
    }
}

/// A score's value: a number, or yes or no; any other text is its label.
fn valued<'a>(score: &mut ScoreValue<'a>, told: Cow<'a, str>) {
    match (value::number(&told), value::truth(&told)) {
        (Ok(number), _) => score.value = Some(number),
        (_, Some(yes)) if !told.is_empty() => score.value = Some(f64::from(u8::from(yes))),
        _ if score.label.is_empty() => score.label = told,
        _ => {}
    }
}

impl<'a> Span<'a> {
    fn word(&mut self, word: Word, rank: u8, raw: Cow<'a, str>) {
        let told = match (word, raw.as_bytes().first()) {
            (word, _) if word.is_content() => raw,
            (Word::Finish, Some(b'[' | b'{')) => reasons(&raw),
            (Word::Finish, _) => match text(raw) {
                // Some write the list as a text.
                list if list.starts_with('[') => reasons(&list),
                one => one,
            },
            (word, Some(b'[' | b'{')) if !word.is_number() => return,
            (_, Some(b'[' | b'{')) => raw,
            _ => text(raw),
        };
        if !told.is_empty() {
            self.ranks[word as usize] = rank;
            self.texts[word as usize] = told;
        }
    }

    fn score(&mut self, list: u8, number: u32, part: Part, told: Cow<'a, str>) {
        let known = self.scores.iter().rposition(|(in_list, at, _)| (*in_list, *at) == (list, number));
        let at = match known {
            Some(at) => at,
            None if self.scores.len() >= MOST_PARTS => return,
            None => {
                self.scores.push((list, number, ScoreValue::default()));
                self.scores.len() - 1
            }
        };
        let score = &mut self.scores[at].2;
        match part {
            Part::Name => score.name = told,
            Part::Label => score.label = told,
            Part::Judge => score.kind = Cow::Borrowed(judge(&told)),
            _ => valued(score, told),
        }
    }

    /// Reads attributes from a text of their own.
    pub fn attributes(&mut self, raw: &str) {
        // The text is a piece of JSON that was parsed before; it does not live as long as the span.
        let mut inner = Owning(self);
        let mut parser = sonic_rs::Deserializer::from_str(raw);
        let _ = Attributes(&mut inner).deserialize(&mut parser);
    }

    /// An attribute that is a cell of a table, where nothing is quoted.
    pub fn cell(&mut self, key: &str, cell: &'a str) {
        self.of_cells = true;
        if cell.is_empty() || !self.wants(key) {
            return;
        }
        match std::mem::replace(&mut self.asked, Asked::Nothing) {
            Asked::Word(word, rank) => {
                self.ranks[word as usize] = rank;
                self.texts[word as usize] = if word == Word::Finish { reasons(cell) } else { Cow::Borrowed(cell) };
            }
            Asked::Numbered(Numbered::Score(list, number, part)) => self.score(list, number, part, Cow::Borrowed(cell)),
            _ => {}
        }
    }

    /// Whether an event of this name is read.
    pub fn minds(event: &str) -> bool {
        matches!(event, "exception" | EVALUATION) || FIRST_TOKEN.contains(&event)
    }

    /// An event of the span, and its attributes as a text.
    pub fn event(&mut self, name: &str, nanos: Option<i64>, attributes: &str) {
        if FIRST_TOKEN.contains(&name) {
            self.first_token = self.first_token.into_iter().chain(nanos).min();
            return;
        }
        let told = Event::of(attributes);
        if name == EVALUATION {
            let evaluation = told.evaluation(nanos.map(|nanos| nanos / 1000));
            if self.evaluations.len() < MOST_PARTS
                && !evaluation.score.name.is_empty()
                && (evaluation.score.value.is_some() || !evaluation.score.label.is_empty())
            {
                self.evaluations.push(evaluation);
            }
        } else if self.exception.is_empty() {
            self.exception = Cow::Owned(told.exception);
        }
    }

    fn is_told(&self, word: Word) -> bool {
        self.ranks[word as usize] != UNTOLD
    }

    fn told(&mut self, word: Word) -> Cow<'a, str> {
        std::mem::replace(&mut self.texts[word as usize], Cow::Borrowed(""))
    }

    /// A word as the file spells it: the fault of its value.
    fn fault(&self, word: Word, why: &str) -> Fault {
        let name = names::named(word, self.ranks[word as usize]);
        Fault::new(name, format!("{name} {why}"), &self.texts[word as usize])
    }

    fn usage(&self) -> Result<Usage, Fault> {
        let mut usage = Usage::default();
        for word in [
            Word::Input,
            Word::Output,
            Word::Cached,
            Word::Write,
            Word::Reasoning,
            Word::AudioIn,
            Word::AudioOut,
            Word::Total,
        ] {
            if self.is_told(word)
                && let Some(slot) = usage.slot(word)
            {
                *slot = Some(value::count(&self.texts[word as usize]).map_err(|why| self.fault(word, why))?);
            }
        }
        Ok(usage)
    }

    fn cost(&self) -> Result<Option<(Pico, Currency)>, Fault> {
        if !self.is_told(Word::Cost) {
            return Ok(None);
        }
        match Pico::parse(&self.texts[Word::Cost as usize]) {
            Ok(cost) if cost < Pico::ZERO => Err(self.fault(Word::Cost, "is negative")),
            Ok(cost) => Ok(Some((cost, Currency::USD))),
            Err(_) => Err(self.fault(Word::Cost, "is not an amount")),
        }
    }

    fn first_token(&self, start: i64) -> Result<Option<i64>, Fault> {
        for (word, seconds) in [(Word::TtftSeconds, true), (Word::TtftMillis, false)] {
            if self.is_told(word) {
                let millis = value::millis(&self.texts[word as usize], seconds);
                return millis.map(Some).map_err(|why| self.fault(word, why));
            }
        }
        Ok(self.first_token.and_then(|at| between(start, at)))
    }

    /// What it is; scores about other spans go into `others`.
    ///
    /// `begin` names the field of the start in messages.
    pub fn entry(
        mut self,
        resource: &'a Resource,
        begin: &str,
        others: &mut Vec<Evaluation<'a>>,
    ) -> Result<Entry<'a>, Fault> {
        let start = self.start.ok_or_else(|| Fault::new(begin, format!("{begin} is missing"), ""))?;
        let stamp = Stamp { micros: start.div_euclid(1000), zoned: true, date_only: false };
        let time = stamp.place(Naive::Utc).map_err(|why| {
            let why = if let NoInstant::Fault(why) = why { why } else { "has no zone" };
            Fault::new(begin, format!("{begin} {why}"), &start.to_string())
        })?;
        let (usage, cost) = (self.usage()?, self.cost()?);
        let ttft_ms = self.first_token(start)?;
        let word = |span: &Self, word: Word| Kind::of(&span.texts[word as usize]);
        let named = word(&self, Word::Operation).or_else(|| word(&self, Word::Kind));
        let of_models = self.of_models || named.is_some();
        let guessed = if usage.is_told() || self.is_told(Word::Model) { Kind::Llm } else { Kind::Other };
        let kind = of_models.then(|| named.unwrap_or(guessed));
        let contents = match kind.is_some_and(Kind::is_call) || usage.is_some() {
            true => self.contents(),
            false => Default::default(),
        };
        let request_id = self.told(Word::RequestId);
        let mut scores: Vec<ScoreValue<'a>> = std::mem::take(&mut self.scores)
            .into_iter()
            .map(|(.., score)| score)
            .filter(|score| !score.name.is_empty() && (score.value.is_some() || !score.label.is_empty()))
            .collect();
        for evaluation in std::mem::take(&mut self.evaluations) {
            if evaluation.request_id.is_empty() || evaluation.request_id == request_id {
                scores.push(evaluation.score);
            } else {
                others.push(evaluation);
            }
        }
        let (name, entity) = (std::mem::take(&mut self.name), self.told(Word::Entity));
        let mut agent = self.told(Word::Agent);
        let mut tool = self.told(Word::Tool);
        let called = |own: &mut Cow<'a, str>, before: &str| {
            if own.is_empty() {
                *own = if entity.is_empty() { after(name.clone(), before) } else { entity.clone() };
            }
        };
        match kind {
            Some(Kind::Tool) => called(&mut tool, "execute_tool "),
            Some(Kind::Agent) => called(&mut agent, "invoke_agent "),
            _ => {}
        }
        let mut call = Call { time, recorded_cost: cost, ttft_ms, request_id, tool, scores, ..Call::default() };
        call.latency_ms = self.end.and_then(|end| between(start, end));
        call.trace_id = std::mem::take(&mut self.trace);
        call.span_id = std::mem::take(&mut self.id);
        call.parent_id = std::mem::take(&mut self.parent);
        call.session = self.told(Word::Session);
        call.finish_reason = self.told(Word::Finish);
        call.error_type = self.told(Word::ErrorType);
        if self.failed && call.error_type.is_empty() {
            call.error_type = std::mem::take(&mut self.exception);
        }
        let failed = self.failed || !call.error_type.is_empty() || call.finish_reason.eq_ignore_ascii_case("error");
        call.status = Cow::Borrowed(if failed { "error" } else { "ok" });
        let dims = &mut call.dims;
        dims.provider = match (self.told(Word::Provider), self.told(Word::Product)) {
            (Cow::Borrowed(host), Cow::Borrowed(product)) => Cow::Borrowed(names::payer(host, product)),
            (host, product) => Cow::Owned(names::payer(&host, &product).to_owned()),
        };
        dims.model = self.told(Word::Model);
        dims.operation = self.told(Word::Operation);
        dims.tier = self.told(Word::Tier);
        dims.environment = or(self.told(Word::Environment), &resource.environment);
        dims.project = or(self.told(Word::Project), &resource.project);
        dims.feature = self.told(Word::Feature);
        if dims.feature.is_empty() {
            dims.feature.clone_from(&agent);
        }
        if dims.feature.is_empty() {
            dims.feature = or(self.told(Word::Service), &resource.service);
        }
        dims.agent = agent;
        dims.user = self.told(Word::User);
        dims.prompt_name = self.told(Word::PromptName);
        dims.prompt_version = self.told(Word::PromptVersion);
        Ok(Entry { call, contents, usage, kind })
    }

    /// System prompt, prompt and answer. Single messages tell more than the body of a whole request.
    fn contents(&mut self) -> [Cow<'a, str>; 3] {
        let of_cells = self.of_cells;
        let text = |raw: Cow<'a, str>| match of_cells {
            true => raw,
            false => json::scalar(raw).ok().flatten().unwrap_or_default(),
        };
        let whole = |span: &Self, word: Word, body: &str| {
            let rank = span.ranks[word as usize];
            rank != UNTOLD && names::named(word, rank) != body && !names::named(word, rank).starts_with("traceloop.")
        };
        let mut sent = std::mem::take(&mut self.sent);
        let mut came = std::mem::take(&mut self.came);
        sent.sort_by_key(|message| message.number);
        came.sort_by_key(|message| message.number);
        let (system, sent): (Vec<_>, Vec<_>) =
            sent.into_iter().partition(|message| matches!(message.role.as_ref(), "system" | "developer"));
        let (system, sent, came) = (joined(system), joined(sent), joined(came));
        let of = |span: &mut Self, word: Word, body: &str, messages: Cow<'a, str>| {
            if messages.is_empty() || whole(span, word, body) { text(span.told(word)) } else { messages }
        };
        [
            of(self, Word::System, "", system),
            of(self, Word::Prompt, "input.value", sent),
            of(self, Word::Answer, "output.value", came),
        ]
    }
}

/// The names of a list of reasons, each once.
fn reasons<'a>(list: &str) -> Cow<'a, str> {
    let mut all: Vec<String> = Vec::new();
    let items = items(list);
    let one = items.is_empty().then(|| Cow::Borrowed(list.trim_matches(['[', ']', '\'', '"', '(', ')', ','])));
    for item in items.into_iter().map(text).chain(one) {
        if !item.is_empty() && !all.iter().any(|known| *known == item) {
            all.push(item.into_owned());
        }
    }
    Cow::Owned(all.join(","))
}

/// What stands behind the first words of a name.
fn after<'a>(name: Cow<'a, str>, before: &str) -> Cow<'a, str> {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.strip_prefix(before).unwrap_or(name)),
        Cow::Owned(name) => Cow::Owned(name.strip_prefix(before).unwrap_or(&name).to_owned()),
    }
}

fn or<'a>(told: Cow<'a, str>, else_told: &'a str) -> Cow<'a, str> {
    if told.is_empty() { Cow::Borrowed(else_told) } else { told }
}

/// Milliseconds between two times in nanoseconds; unknown where clocks ran backwards.
fn between(from: i64, to: i64) -> Option<i64> {
    to.checked_sub(from).filter(|nanos| *nanos >= 0).map(|nanos| nanos.saturating_add(500_000) / 1_000_000)
}

/// Takes attributes of a text that does not live as long as the span.
struct Owning<'s, 'a>(&'s mut Span<'a>);

impl<'t> Take<'t> for Owning<'_, '_> {
    fn wants(&mut self, key: &str) -> bool {
        self.0.wants(key)
    }
    fn take(&mut self, key: &str, value: Cow<'t, str>) {
        self.0.take(key, Cow::Owned(value.into_owned()));
    }
}

/// What the attributes of an event told.
#[derive(Default)]
pub(crate) struct Event {
    name: String,
    value: String,
    label: String,
    request_id: String,
    exception: String,
    /// The event's own name, where it stands among its attributes.
    pub event: String,
    asked: Option<fn(&mut Event) -> &mut String>,
}

impl Event {
    /// From the text of the attributes.
    pub fn of(attributes: &str) -> Event {
        let mut event = Event::default();
        let mut parser = sonic_rs::Deserializer::from_str(attributes);
        let _ = Attributes(&mut event).deserialize(&mut parser);
        event
    }

    /// As a score.
    pub fn evaluation<'a>(self, time: Option<Micros>) -> Evaluation<'a> {
        let mut score = ScoreValue { name: self.name.into(), label: self.label.into(), ..ScoreValue::default() };
        if !self.value.is_empty() {
            valued(&mut score, Cow::Owned(self.value));
        }
        Evaluation { score, request_id: self.request_id.into(), time }
    }
}

impl<'t> Take<'t> for Event {
    fn wants(&mut self, key: &str) -> bool {
        self.asked = match key {
            "gen_ai.evaluation.name" => Some(|event| &mut event.name),
            "gen_ai.evaluation.score.value" => Some(|event| &mut event.value),
            "gen_ai.evaluation.score.label" => Some(|event| &mut event.label),
            "gen_ai.response.id" => Some(|event| &mut event.request_id),
            "exception.type" => Some(|event| &mut event.exception),
            "event.name" => Some(|event| &mut event.event),
            _ => None,
        };
        self.asked.is_some()
    }
    fn take(&mut self, _: &str, raw: Cow<'t, str>) {
        if let Some(slot) = self.asked {
            *slot(self) = text(raw).into_owned();
        }
    }
}
