//! Spans of traces to calls and steps, whatever their container: OpenTelemetry's conventions for language models, their
//! older names, those of OpenLLMetry, of the AI SDK, and OpenInference.
//!
//! A span with tokens becomes a call if no span below it carries any, and a step otherwise. One below may come later, so
//! that calls wait in the order in which they came, until the file ends or others of [`WAITING`] bytes have come behind
//! them; and so do spans of something else, until their trace is seen to have to do with models. A source is read only
//! once, so that nothing can be looked up ahead. What is kept of every span is its place in the tree.

mod cursor;
mod held;
mod kind;
mod names;
mod span;
mod tree;
mod usage;
mod value;

use outlay_model::money::Pico;
use outlay_model::record::{Call, Record, Score, Texts};

pub(crate) use self::cursor::Cursor;
use self::held::{Held, Queue, Ties};
use self::span::Entry;
pub(crate) use self::span::{EVALUATION, Evaluation, Event, Resource, Span};
use self::tree::{Load, Tree};
use self::usage::Scopes;
pub(crate) use self::value::{Attributes, nothing_else, plain};
use crate::error::ImportError;
use crate::feed::{Feed, InDocument, Spot};

/// Bytes of spans that wait at a time.
const WAITING: usize = 64 * 1024 * 1024;

/// Takes the spans of a file and pushes what they are.
pub(crate) struct Spans<'f, 's> {
    feed: &'f mut Feed<'s>,
    account: &'f str,
    most: usize,
    tree: Tree,
    scopes: Scopes,
    waiting: Queue,
    /// Whether any span was decided about before the end.
    early: bool,
    repeated: u64,
    late: u64,
    only_total: u64,
    unrelated: u64,
}

/// A span in a message: its id finds it in any file.
struct Named<'a>(&'a str);

impl InDocument for Named<'_> {
    fn place(&self) -> String {
        format!("span {}", self.0)
    }
}

impl<'f, 's> Spans<'f, 's> {
    pub fn new(feed: &'f mut Feed<'s>, account: Option<&'f str>) -> Self {
        Spans {
            feed,
            account: account.unwrap_or(""),
            most: WAITING,
            tree: Tree::default(),
            scopes: Scopes::default(),
            waiting: Queue::default(),
            early: false,
            repeated: 0,
            late: 0,
            only_total: 0,
            unrelated: 0,
        }
    }

    /// Where rows and rejected rows go that are none of the spans' business.
    pub fn feed(&mut self) -> &mut Feed<'s> {
        self.feed
    }

    /// Takes a span; `begin` names the field of its start.
    pub fn add(
        &mut self,
        at: Spot<'_>,
        span: Span<'_>,
        scope: &str,
        resource: &Resource,
        begin: &str,
    ) -> Result<(), ImportError> {
        let mut others = Vec::new();
        let mut entry = match span.entry(resource, begin, &mut others) {
            Ok(entry) => entry,
            Err(fault) => return self.feed.reject(at, &fault),
        };
        let call = &mut entry.call;
        let [trace, span, parent] = self.tree.keys(&call.trace_id, &call.span_id, &call.parent_id);
        if parent.is_none() {
            call.parent_id = "".into();
        }
        if span.is_none() {
            call.span_id = "".into();
        }
        for other in others {
            // The evaluator's own trace says nothing about where the response was given.
            self.score(at, other, ["", "", ""], call.time)?;
        }
        let mut ties = Ties { span, trace, scope: 0, line: at.line };
        if entry.usage.is_told() {
            ties.scope = self.scopes.number(scope, &call.dims.provider);
            self.scopes.learn(ties.scope, &entry.usage, at.line);
        }
        let counts = entry.usage.is_some();
        let calls = entry.kind.is_some_and(kind::Kind::is_call);
        if let Some(span) = span {
            self.tree.add(span, parent, Load { tokens: counts, call: calls });
        }
        if entry.kind.is_some()
            && let Some(trace) = trace
        {
            self.tree.mark(trace);
        }
        let waits = match entry.kind {
            Some(_) if counts || calls => span.is_some_and(|span| !self.is_repeated(span, counts)),
            Some(_) => false,
            None => trace.is_some_and(|trace| !self.tree.is_marked(trace)),
        };
        if !waits {
            return self.decide(at, entry, ties, false);
        }
        self.waiting.push(Held::new(entry, ties));
        while let Some(held) = self.waiting.beyond(self.most) {
            self.early = true;
            self.settle(&held, true)?;
        }
        self.feed.tick()
    }

    /// A score of something else than the span that it stands in.
    pub fn score(
        &mut self,
        at: Spot<'_>,
        told: Evaluation<'_>,
        [trace_id, span_id, session]: [&str; 3],
        time: i64,
    ) -> Result<(), ImportError> {
        let mut score = Score {
            time: told.time.unwrap_or(time),
            score: told.score,
            request_id: told.request_id,
            trace_id: trace_id.into(),
            span_id: span_id.into(),
            session: session.into(),
            ..Score::default()
        };
        score.dims.account = self.account.into();
        self.feed.push(at, Record::Score(&score))
    }

    /// Whether spans below tell the same: their tokens, or, where this one has none, that there was a call.
    fn is_repeated(&self, span: tree::Key, counts: bool) -> bool {
        let below = self.tree.below(span);
        below.tokens || (below.call && !counts)
    }

    fn settle(&mut self, held: &Held, early: bool) -> Result<(), ImportError> {
        let entry = held.entry();
        let id = entry.call.span_id.to_string();
        let named = Named(&id);
        self.decide(Spot { line: held.ties.line, document: Some(&named) }, entry, held.ties, early)
    }

    /// Pushes a span as what it is by all that is known now.
    fn decide(&mut self, at: Spot<'_>, entry: Entry<'_>, ties: Ties, early: bool) -> Result<(), ImportError> {
        let counts = entry.usage.is_some();
        let Some(kind) = entry.kind else {
            if ties.trace.is_some_and(|trace| self.tree.is_marked(trace)) {
                return self.step(at, entry, "other");
            }
            self.unrelated += 1;
            return self.feed.leave_out();
        };
        if !counts && !kind.is_call() {
            return self.step(at, entry, kind.step());
        }
        if ties.span.is_some_and(|span| self.is_repeated(span, counts)) {
            self.repeated += u64::from(counts);
            return self.step(at, without_call(entry), kind.step());
        }
        if let (true, true, Some(span)) = (self.early, counts, ties.span) {
            if self.tree.is_counted_above(span) {
                self.late += 1;
                return self.step(at, without_call(entry), kind.step());
            }
            if early {
                self.tree.mark(span);
            }
        }
        self.call(at, entry, kind, ties.scope)
    }

    fn step(&mut self, at: Spot<'_>, entry: Entry<'_>, kind: &'static str) -> Result<(), ImportError> {
        let mut call = entry.call;
        call.dims.account = self.account.into();
        call.step_kind = kind.into();
        call.recorded_cost = None;
        self.feed.push(at, Record::Call(&call))
    }

    fn call(&mut self, at: Spot<'_>, entry: Entry<'_>, kind: kind::Kind, scope: u32) -> Result<(), ImportError> {
        let Entry { mut call, contents: [system, prompt, answer], usage, .. } = entry;
        call.tokens = match usage.is_told() {
            true => match usage.tokens(self.scopes.nesting(scope, &usage)) {
                Ok(tokens) => Some(tokens),
                Err(fault) => return self.feed.reject(at, &fault),
            },
            // A total cannot be priced, and no part of it is known.
            false => {
                self.only_total += u64::from(usage.total.is_some_and(|total| total > 0));
                None
            }
        };
        if call.tokens.is_some_and(|tokens| tokens.total() > 0) {
            call.recorded_cost = call.recorded_cost.filter(|(cost, _)| *cost != Pico::ZERO);
        }
        let operation = std::mem::take(&mut call.dims.operation);
        let texts = Texts { system: told(&system), prompt: told(&prompt), output: told(&answer) };
        let mut call: Call<'_> = Call { texts, ..call };
        call.dims.account = self.account.into();
        call.dims.operation = kind::operation(&operation, kind).into();
        self.feed.push(at, Record::Call(&call))
    }

    /// The end of the file: what waits is decided about, and what was found out is told.
    pub fn finish(mut self) -> Result<(), ImportError> {
        while let Some(held) = self.waiting.pop() {
            self.settle(&held, false)?;
        }
        let Spans { repeated, late, only_total, unrelated, .. } = self;
        if repeated > 0 {
            self.feed.note(format!(
                "{repeated} spans repeat the tokens of spans below them, as agents and second instrumentations do: they \
                 are steps, and the tokens were counted once"
            ));
        }
        if late > 0 {
            self.feed.note(format!(
                "{late} calls stand far behind a span above them whose tokens were counted already: they are steps \
                 without tokens; sort the file by trace and import it again"
            ));
        }
        if only_total > 0 {
            self.feed
                .note(format!("{only_total} calls tell only a total of tokens: how much of it was input is unknown"));
        }
        for note in self.scopes.notes() {
            self.feed.note(note);
        }
        if unrelated > 0 {
            self.feed.note(format!("{unrelated} spans of traces without any language model were left out"));
        }
        Ok(())
    }
}

fn told(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A span whose call is told by one below it. Without the response's id, which is that one's.
fn without_call(mut entry: Entry<'_>) -> Entry<'_> {
    entry.call.request_id = "".into();
    entry.call.ttft_ms = None;
    entry
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use outlay_model::record::{Place, Refusal, Rejected, Sink};

    use super::*;
    use crate::source::Meter;

    /// What was pushed: the span, its kind, its tokens.
    #[derive(Default)]
    struct All(Vec<String>);

    impl Sink for All {
        fn push(&mut self, _: Place, record: Record<'_, '_>) -> Result<(), Refusal> {
            if let Record::Call(call) = record {
                let tokens = call.tokens.map_or(0, |tokens| tokens.total_input());
                self.0.push(format!("{} {} {tokens}", call.span_id, call.step_kind));
            }
            Ok(())
        }
        fn reject(&mut self, rejected: Rejected) {
            self.0.push(rejected.reason);
        }
        fn progress(&mut self, _: u64) -> Result<(), Refusal> {
            Ok(())
        }
    }

    /// Reads spans of (id, parent, input tokens) with room for few that wait; what was pushed, and the notes.
    fn read(spans: &[(&str, &str, &str)], most: usize) -> (Vec<String>, Vec<String>) {
        let mut all = All::default();
        let mut feed = Feed::new("t", &Arc::new(Meter::default()), &mut all);
        let mut flow = Spans { most, ..Spans::new(&mut feed, None) };
        for (id, parent, tokens) in spans {
            let mut span = Span::default();
            (span.trace, span.id, span.parent) = ("t".into(), (*id).into(), (*parent).into());
            span.start = Some(1_748_000_000_000_000_000);
            span.cell("gen_ai.usage.input_tokens", tokens);
            flow.add(Spot::from(1), span, "", &Resource::default(), "start").expect("goes on");
        }
        flow.finish().expect("ends");
        let notes = feed.finish(None).expect("ends").notes;
        (all.0, notes)
    }

    #[test]
    fn a_child_far_behind_its_parent_is_not_counted_again() {
        let spans = [
            ("parent", "", "30"),
            ("other", "", "1"),
            ("another", "", "1"),
            ("child", "parent", "10"),
            ("between", "child", ""),
            ("grandchild", "between", "5"),
        ];
        // Everything waits: only what has nothing below it counts.
        let (rows, notes) = read(&spans, usize::MAX);
        assert_eq!(
            rows,
            ["between other 0", "parent chain 0", "other  1", "another  1", "child chain 0", "grandchild  5"]
        );
        assert!(notes.iter().any(|note| note.starts_with("2 spans repeat")), "{notes:?}");
        // Nearly nothing waits: the parent was counted before its child was seen.
        let (rows, notes) = read(&spans, 1);
        assert_eq!(
            rows,
            ["parent  30", "other  1", "another  1", "child chain 0", "between other 0", "grandchild chain 0"]
        );
        assert!(notes.iter().any(|note| note.starts_with("2 calls stand far behind")), "{notes:?}");
    }
}
