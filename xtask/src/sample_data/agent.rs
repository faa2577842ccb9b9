//! Agents: a root step, calls whose context grows, and tools between them, linked by trace, span and parent.

use super::calendar::{DAYS, START_MS};
use super::draw::Draw;
use super::price::HAIKU;
use super::row::{Kind, Outcome, Row, Tokens};
use super::traffic::{attempts, count, instant, one};
use super::world::{CODE_AGENT, FEATURES, customer_weights};

const RESEARCH_TOOLS: [&str; 3] = ["web_search", "fetch_page", "read_table"];
/// Longest answer of a step.
const LONGEST_ANSWER: i64 = 60_000;
const CODE_TOOLS: [&str; 3] = ["read_file", "run_tests", "apply_patch"];

/// All traces of an agent.
pub fn traces(seed: u64, index: usize) -> Vec<Row> {
    let feature = &FEATURES[index];
    let weights = customer_weights();
    let mut rows = Vec::new();
    for day in 0..DAYS {
        let mut draw = Draw::new(seed, index as u64, day.unsigned_abs());
        for _ in 0..count(feature, day, &mut draw) {
            let at = instant(day, feature.hours, &mut draw);
            if at >= START_MS {
                rows.extend(trace(seed, index, at, &weights, &mut draw));
            }
        }
    }
    rows
}

/// One trace: its rows in the order of time, the root first.
fn trace(seed: u64, index: usize, at: i64, weights: &[i64], draw: &mut Draw) -> Vec<Row> {
    let first = one(seed, index, at, weights, draw);
    let feature = &FEATURES[index];
    let (root_span, session) = (draw.bits(), draw.bits() >> 32);
    let steps = draw.within(4, 8);
    let tools = if index == CODE_AGENT { CODE_TOOLS } else { RESEARCH_TOOLS };
    let mut context = first.tokens.input().min(feature.limit * 6 / 10);
    let mut clock = at + draw.within(5, 60);
    let mut before = 0;
    let mut inner = Vec::new();
    for step in 0..steps {
        let mut call = first.clone();
        call.at = clock;
        call.span = draw.bits();
        call.prompt = draw.bits();
        call.outcome = if step + 1 < steps { Outcome::ToolCalls } else { Outcome::Stop };
        if step + 1 < steps {
            (call.feedback, call.score) = (0, None);
        }
        call.tokens = if index == CODE_AGENT { claude_step(context, before, draw) } else { sol_step(context, before) };
        let output = draw.spread(feature.output).min(LONGEST_ANSWER);
        call.tokens.output = output;
        call.tokens.reasoning = output * feature.reasoning / 1000;
        call.first_token = Some(draw.spread(700) + context / 60);
        call.latency = draw.spread(900) + context / 60 + output * 8;
        link(&mut call, root_span, session);
        clock = push(&mut inner, call, draw);
        before = context;
        let grown = context + output / 3 + draw.spread(feature.input / 6);
        if step + 1 == steps || grown > feature.limit {
            break;
        }
        context = grown;
        if draw.chance(550) {
            clock = tool(&mut inner, &first, tools[draw.pick(&[4, 3, 2])], clock, draw, (root_span, session));
        }
        if index == CODE_AGENT && draw.chance(160) {
            let mut helper = first.clone();
            (helper.at, helper.model, helper.span, helper.prompt) = (clock, HAIKU, draw.bits(), draw.bits());
            (helper.feedback, helper.score, helper.outcome) = (0, None, Outcome::Stop);
            helper.tokens = Tokens { uncached: draw.spread(52_000), output: draw.spread(1800), ..Tokens::default() };
            helper.latency = 700 + helper.tokens.output * 5;
            link(&mut helper, root_span, session);
            clock = push(&mut inner, helper, draw);
        }
    }
    let mut root = step_row(&first, Kind::Chain, at, clock - at);
    (root.span, root.session) = (root_span, Some(session));
    let mut rows = vec![root];
    rows.extend(inner);
    rows
}

fn link(row: &mut Row, root: u64, session: u64) {
    row.parent = Some(root);
    row.session = Some(session);
}

/// Adds a call with its failed attempts; gives the instant at which it ended.
fn push(rows: &mut Vec<Row>, call: Row, draw: &mut Draw) -> i64 {
    rows.extend(attempts(call, draw));
    rows.last().map_or(0, |row| row.at + row.latency + 20)
}

fn tool(rows: &mut Vec<Row>, like: &Row, name: &'static str, at: i64, draw: &mut Draw, to: (u64, u64)) -> i64 {
    let mut row = step_row(like, Kind::Tool(name), at, draw.spread(1800));
    row.span = draw.bits();
    link(&mut row, to.0, to.1);
    let end = at + row.latency + 20;
    rows.push(row);
    end
}

fn step_row(like: &Row, kind: Kind, at: i64, latency: i64) -> Row {
    Row {
        at,
        kind,
        latency,
        tokens: Tokens::default(),
        first_token: None,
        feedback: 0,
        score: None,
        outcome: Outcome::Stop,
        ..like.clone()
    }
}

/// Claude caches what it is told to: the first step writes, later ones read it and write what was added.
fn claude_step(context: i64, before: i64, draw: &mut Draw) -> Tokens {
    let read = before * 96 / 100;
    let write = (context - read) * 85 / 100;
    let long = before == 0 && draw.chance(150);
    Tokens {
        uncached: context - read - write,
        read,
        write_5m: if long { 0 } else { write },
        write_1h: if long { write } else { 0 },
        ..Tokens::default()
    }
}

/// The OpenAI cache holds part of what the step before sent.
fn sol_step(context: i64, before: i64) -> Tokens {
    let read = before * 45 / 100 / 128 * 128;
    Tokens { uncached: context - read, read, ..Tokens::default() }
}
