//! Spans that wait for what others decide about them, in one piece of memory each.

use std::borrow::Cow;
use std::collections::VecDeque;

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Call, ScoreValue};
use outlay_model::time::Micros;

use super::kind::Kind;
use super::span::Entry;
use super::tree::Key;
use super::usage::Usage;

/// Texts of an entry.
const TEXTS: usize = 23;

/// What is known of a span beside what it told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ties {
    /// The span.
    pub span: Option<Key>,
    /// Its trace.
    pub trace: Option<Key>,
    /// Instrumentation that wrote it.
    pub scope: u32,
    /// Line on which it begins.
    pub line: u64,
}

/// A span that waits.
pub(crate) struct Held {
    pub ties: Ties,
    texts: Box<str>,
    ends: [u32; TEXTS],
    time: Micros,
    recorded_cost: Option<(Pico, Currency)>,
    latency_ms: Option<i64>,
    ttft_ms: Option<i64>,
    scores: Vec<ScoreValue<'static>>,
    usage: Usage,
    kind: Option<Kind>,
}

/// All texts that an entry may have, in one order.
fn texts<'e, 'a>(entry: &'e mut Entry<'a>) -> [&'e mut Cow<'a, str>; TEXTS] {
    let Entry { call, contents: [system, prompt, answer], .. } = entry;
    let dims = &mut call.dims;
    [
        &mut dims.provider,
        &mut dims.model,
        &mut dims.operation,
        &mut dims.tier,
        &mut dims.environment,
        &mut dims.feature,
        &mut dims.project,
        &mut dims.user,
        &mut dims.prompt_name,
        &mut dims.prompt_version,
        &mut dims.agent,
        &mut call.status,
        &mut call.error_type,
        &mut call.finish_reason,
        &mut call.request_id,
        &mut call.trace_id,
        &mut call.span_id,
        &mut call.parent_id,
        &mut call.session,
        &mut call.tool,
        system,
        prompt,
        answer,
    ]
}

impl Held {
    pub fn new(mut entry: Entry<'_>, ties: Ties) -> Held {
        let parts = texts(&mut entry);
        let mut all = String::with_capacity(parts.iter().map(|part| part.len()).sum());
        let mut ends = [0; TEXTS];
        for (end, part) in ends.iter_mut().zip(parts) {
            all.push_str(part);
            // A row has at most 16 MiB.
            *end = u32::try_from(all.len()).unwrap_or(u32::MAX);
        }
        let Call { time, recorded_cost, latency_ms, ttft_ms, scores, .. } = entry.call;
        let scores = scores.into_iter().map(owned).collect();
        let texts = all.into_boxed_str();
        let (usage, kind) = (entry.usage, entry.kind);
        Held { ties, texts, ends, time, recorded_cost, latency_ms, ttft_ms, scores, usage, kind }
    }

    /// The span as it came.
    pub fn entry(&self) -> Entry<'_> {
        let Held { time, recorded_cost, latency_ms, ttft_ms, usage, kind, .. } = *self;
        let scores = self.scores.clone();
        let call = Call { time, recorded_cost, latency_ms, ttft_ms, scores, ..Call::default() };
        let mut entry = Entry { call, usage, kind, contents: Default::default() };
        let mut from = 0;
        for (end, part) in self.ends.iter().zip(texts(&mut entry)) {
            let to = *end as usize;
            *part = Cow::Borrowed(self.texts.get(from..to).unwrap_or(""));
            from = to;
        }
        entry
    }

    fn bytes(&self) -> usize {
        let score = |score: &ScoreValue<'_>| size_of::<ScoreValue<'_>>() + score.name.len() + score.label.len();
        size_of::<Held>() + self.texts.len() + self.scores.iter().map(score).sum::<usize>()
    }
}

fn owned(score: ScoreValue<'_>) -> ScoreValue<'static> {
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    let ScoreValue { name, version, kind, value, label } = score;
    ScoreValue { name: own(name), version: own(version), kind: own(kind), value, label: own(label) }
}

/// Spans that wait, in the order in which they came.
#[derive(Default)]
pub(crate) struct Queue {
    all: VecDeque<Held>,
    bytes: usize,
}

impl Queue {
    pub fn push(&mut self, held: Held) {
        self.bytes += held.bytes();
        self.all.push_back(held);
    }

    /// The one that waits longest, where all together are larger than this.
    pub fn beyond(&mut self, most: usize) -> Option<Held> {
        if self.bytes <= most { None } else { self.pop() }
    }

    /// The one that waits longest.
    pub fn pop(&mut self) -> Option<Held> {
        let held = self.all.pop_front()?;
        self.bytes -= held.bytes();
        Some(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_comes_back_as_it_was() {
        let mut entry = Entry { kind: Some(Kind::Llm), ..Entry::default() };
        for (at, text) in texts(&mut entry).into_iter().enumerate() {
            *text = if at % 3 == 0 { Cow::Borrowed("") } else { Cow::Owned(format!("tëxt {at}")) };
        }
        entry.call.time = 7;
        entry.call.scores.push(ScoreValue { name: "tone".into(), value: Some(0.5), ..ScoreValue::default() });
        entry.usage.input = Some(5);
        let shown = format!("{entry:?}");
        let mut queue = Queue::default();
        queue.push(Held::new(entry, Ties { span: None, trace: None, scope: 3, line: 9 }));
        assert!(queue.beyond(100_000).is_none() && queue.bytes > 23 * 4);
        let held = queue.beyond(10).expect("waits");
        assert_eq!((format!("{:?}", held.entry()), held.ties.line, queue.bytes), (shown, 9, 0));
    }
}
