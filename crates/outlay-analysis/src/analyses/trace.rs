//! The steps of one trace, with what each cost.
//!
//! # Question
//! Why did this task cost that: which steps, how often, and what was paid for attempts that a later one replaced?
//!
//! # Definition
//! Steps hang below the span that they name as parent; a step whose parent is not in the trace stands at the root, and
//! where parents run in a circle its earliest step does. Siblings are in order of time. An attempt is *retried* where a
//! later attempt under the same parent carries the next number (and not a different prompt), or where it failed and a
//! later call under the same parent sends the same prompt. Wasted = cost of retried attempts.
//!
//! # Reads
//! All calls and steps with the trace's id.
//!
//! # Caveats
//! A log that tells neither attempt numbers nor prompt hashes shows no retries. Calls without a price are counted and
//! are not in the cost.
//!
//! # Reading the chart
//! There is none: the tree is the answer. Retried attempts are struck through.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyses::calls::CallRow;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::names::is_step;
use outlay_model::time::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A step of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TraceNode {
    /// Identity of the call, for its bill.
    pub id: String,
    /// Depth in the tree.
    pub depth: usize,
    /// What it is: model, tool or agent.
    pub label: String,
    /// `llm`, `tool`, `retriever`, `chain` …
    pub kind: String,
    /// Milliseconds after the trace began.
    #[ts(type = "number")]
    pub start_ms: i64,
    /// Milliseconds.
    #[ts(type = "number | null")]
    pub duration_ms: Option<i64>,
    /// Tokens.
    #[ts(type = "number | null")]
    pub tokens: Option<i64>,
    /// Cost of the step itself.
    pub cost: Option<Money>,
    /// `ok` or `error`.
    pub status: String,
    /// Attempt, 0 where not told.
    #[ts(type = "number")]
    pub attempt: i64,
    /// A later attempt replaced this one: its money bought nothing.
    pub retried: bool,
}

/// A trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Trace {
    /// Trace id.
    pub trace_id: String,
    /// Steps, parents before children.
    pub nodes: Vec<TraceNode>,
    /// Sum of the steps' costs.
    pub cost: Money,
    /// Of it, for attempts that a later one replaced.
    pub wasted: Money,
    /// Calls without a price.
    #[ts(type = "number")]
    pub unpriced_calls: i64,
    /// Milliseconds from first start to last end.
    #[ts(type = "number")]
    pub duration_ms: i64,
}

/// A trace in a list: the calls of it that were asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TraceRow {
    /// Trace id.
    pub trace_id: String,
    /// Start of its first call, local.
    pub local_time: String,
    /// Calls.
    #[ts(type = "number")]
    pub calls: i64,
    /// Calls without a known cost among them.
    #[ts(type = "number")]
    pub unpriced_calls: i64,
    /// What the others cost together.
    pub cost: Money,
    /// Milliseconds from first start to last end.
    #[ts(type = "number")]
    pub duration_ms: i64,
    /// The dearest call.
    pub dearest: CallRow,
}

/// A row of the trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The call or step as listed.
    pub call: CallRow,
    /// When it began.
    pub start: Micros,
    /// Its span; empty = not told.
    pub span_id: String,
    /// The span it hangs below; empty = none.
    pub parent_id: String,
    /// Name of the tool or agent; empty = not told.
    pub name: String,
    /// Hash of its prompt; empty = not told.
    pub prompt_hash: String,
}

/// Shapes the tree of a trace.
#[must_use]
pub fn run(trace_id: &str, mut steps: Vec<Step>, currency: Currency) -> Trace {
    steps.sort_by(|a, b| (a.start, a.call.attempt, &a.call.id).cmp(&(b.start, b.call.attempt, &b.call.id)));
    let retried = retried(&steps);
    let begin = steps.first().map_or(0, |step| step.start);
    let end = |step: &Step| step.start.saturating_add(step.call.latency_ms.unwrap_or(0).max(0).saturating_mul(1000));
    let finish = steps.iter().map(end).max().unwrap_or(begin);
    let amount = |step: &Step| step.call.cost.filter(|m| m.currency == currency).map_or(Pico::ZERO, |m| m.amount);
    let nodes: Vec<TraceNode> = in_order(&steps)
        .into_iter()
        .map(|(at, depth)| {
            let step = &steps[at];
            TraceNode {
                id: step.call.id.clone(),
                depth,
                label: label(step),
                kind: if is_call(step) { "llm".to_owned() } else { step.call.step_kind.clone() },
                start_ms: (step.start - begin) / 1000,
                duration_ms: step.call.latency_ms,
                tokens: step.call.tokens.map(|tokens| tokens.total()),
                cost: step.call.cost,
                status: step.call.status.clone(),
                attempt: step.call.attempt,
                retried: retried.contains(&at),
            }
        })
        .collect();
    Trace {
        trace_id: trace_id.to_owned(),
        nodes,
        cost: Money::new(steps.iter().map(amount).sum(), currency),
        wasted: Money::new(retried.iter().map(|at| amount(&steps[*at])).sum(), currency),
        unpriced_calls: steps.iter().filter(|s| is_call(s) && s.call.cost.is_none()).count() as i64,
        duration_ms: (finish - begin) / 1000,
    }
}

fn is_call(step: &Step) -> bool {
    !is_step(&step.call.step_kind)
}

fn label(step: &Step) -> String {
    let words = if is_call(step) {
        [&step.call.model, &step.name, &step.call.operation]
    } else {
        [&step.name, &step.call.step_kind, &step.call.model]
    };
    words.into_iter().find(|word| !word.is_empty()).cloned().unwrap_or_else(|| "call".to_owned())
}

/// Indices into the sorted steps with their depth, parents before children.
fn in_order(steps: &[Step]) -> Vec<(usize, usize)> {
    let mut by_span: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| !step.span_id.is_empty()) {
        by_span.entry(&step.span_id).or_insert(at);
    }
    let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        let parent = by_span.get(step.parent_id.as_str()).copied().filter(|parent| *parent != at);
        children.entry(parent).or_default().push(at);
    }
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut order = Vec::with_capacity(steps.len());
    let mut walk = |roots: &[usize], seen: &mut BTreeSet<usize>| {
        let mut stack: Vec<(usize, usize)> = roots.iter().rev().map(|at| (*at, 0)).collect();
        while let Some((at, depth)) = stack.pop() {
            if seen.insert(at) {
                order.push((at, depth));
                let below = children.get(&Some(at)).map(Vec::as_slice).unwrap_or_default();
                stack.extend(below.iter().rev().map(|child| (*child, depth + 1)));
            }
        }
    };
    walk(children.get(&None).map(Vec::as_slice).unwrap_or_default(), &mut seen);
    // What is left hangs in a circle: its earliest step becomes a root.
    for at in 0..steps.len() {
        if !seen.contains(&at) {
            walk(&[at], &mut seen);
        }
    }
    order
}

fn retried(steps: &[Step]) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = BTreeSet::new();
    for (at, later) in steps.iter().enumerate().filter(|(_, step)| is_call(step)) {
        let same_prompt = |a: &Step| !a.prompt_hash.is_empty() && a.prompt_hash == later.prompt_hash;
        let other_prompt =
            |a: &Step| !a.prompt_hash.is_empty() && !later.prompt_hash.is_empty() && a.prompt_hash != later.prompt_hash;
        let failed = |a: &Step| a.call.status == "error";
        let replaced = |(index, a): &(usize, &Step)| {
            if found.contains(index) || !is_call(a) || a.parent_id != later.parent_id || other_prompt(a) {
                return false;
            }
            let numbered = later.call.attempt > 1 && a.call.attempt == later.call.attempt - 1;
            let untold = later.call.attempt == 2 && a.call.attempt == 0 && failed(a);
            let again = failed(a) && same_prompt(a) && later.call.attempt != 1;
            numbered || untold || again
        };
        let rank = |(index, a): &(usize, &Step)| (same_prompt(a), failed(a), a.call.model == later.call.model, *index);
        if let Some((index, _)) = steps[..at].iter().enumerate().filter(replaced).max_by_key(rank) {
            found.insert(index);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(id: &str, parent: &str, start_ms: i64, cost: i64) -> Step {
        Step {
            call: CallRow {
                id: id.to_owned(),
                model: "m".to_owned(),
                status: "ok".to_owned(),
                latency_ms: Some(10),
                cost: Some(Money::usd(Pico(i128::from(cost)))),
                ..CallRow::default()
            },
            start: start_ms * 1000,
            span_id: id.to_owned(),
            parent_id: parent.to_owned(),
            ..Step::default()
        }
    }
    fn attempt(id: &str, start: i64, attempt: i64, status: &str, hash: &str) -> Step {
        let mut step = step(id, "root", start, 5);
        step.call.attempt = attempt;
        step.call.status = status.to_owned();
        step.prompt_hash = hash.to_owned();
        step
    }
    fn shape(trace: &Trace) -> Vec<(&str, usize, bool)> {
        trace.nodes.iter().map(|n| (n.id.as_str(), n.depth, n.retried)).collect()
    }

    #[test]
    fn a_tree_in_order_of_time() {
        let mut agent = step("a", "", 0, 0);
        agent.call = CallRow { id: "a".to_owned(), step_kind: "agent".to_owned(), ..CallRow::default() };
        let steps =
            vec![step("c", "a", 30, 2), step("b", "a", 10, 1), agent, step("d", "b", 15, 4), step("o", "gone", 20, 8)];
        let trace = run("t", steps, Currency::USD);
        let expected = [("a", 0, false), ("b", 1, false), ("d", 2, false), ("c", 1, false), ("o", 0, false)];
        assert_eq!(shape(&trace), expected);
        assert_eq!((trace.cost.amount, trace.duration_ms, trace.unpriced_calls), (Pico(15), 40, 0));
        assert_eq!((trace.nodes[0].kind.as_str(), trace.nodes[1].kind.as_str()), ("agent", "llm"));
    }

    #[test]
    fn a_retry_replaces_the_attempt_before_it() {
        let numbered =
            vec![attempt("1", 0, 1, "error", "p"), attempt("x", 1, 1, "ok", "q"), attempt("2", 2, 2, "ok", "p")];
        let trace = run("t", numbered, Currency::USD);
        assert_eq!(shape(&trace), [("1", 0, true), ("x", 0, false), ("2", 0, false)]);
        assert_eq!((trace.wasted.amount, trace.cost.amount), (Pico(5), Pico(15)));
        // Without numbers: a failure, then the same prompt again. The same prompt twice without failure is no retry.
        let again =
            vec![attempt("1", 0, 0, "error", "p"), attempt("2", 1, 0, "ok", "p"), attempt("3", 2, 0, "ok", "p")];
        assert_eq!(shape(&run("t", again, Currency::USD)), [("1", 0, true), ("2", 0, false), ("3", 0, false)]);
    }

    #[test]
    fn circles_and_empty_traces_end() {
        let steps = vec![step("a", "b", 0, 1), step("b", "a", 1, 1), step("c", "c", 2, 1)];
        let trace = run("t", steps, Currency::USD);
        assert_eq!(shape(&trace), [("c", 0, false), ("a", 0, false), ("b", 1, false)]);
        let empty = run("t", Vec::new(), Currency::USD);
        assert!(empty.nodes.is_empty() && empty.duration_ms == 0);
    }

    proptest! {
        #[test]
        fn every_step_is_there_once(parents in proptest::collection::vec((0_usize..12, 0_i64..50), 0..12)) {
            let steps: Vec<Step> =
                parents.iter().enumerate().map(|(at, (p, t))| step(&at.to_string(), &p.to_string(), *t, 1)).collect();
            let trace = run("t", steps.clone(), Currency::USD);
            let mut ids: Vec<&str> = trace.nodes.iter().map(|n| n.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), steps.len());
            prop_assert_eq!(trace.cost.amount, Pico(steps.len() as i128));
            let mut back = steps;
            back.reverse();
            prop_assert_eq!(run("t", back, Currency::USD), trace);
        }
    }
}
