//! What a call is and how complete it is: columns that are worked out of its other columns when they are asked for.
//!
//! A call with an id of its own is known by that id, which its file holds anyway: stored again as a hash, it would be a
//! fifth of all bytes. Only the key of a row without an id, made of all that the row said, cannot be had from its file.

use std::collections::BTreeSet;

use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

use super::frames::constant;
use super::schema::{CONTROL, Column as Declared};
use super::words::Words;
use crate::error::Result;

const KEYS: [&str; 2] = ["key_a", "key_b"];
/// What keys are made of.
const IDS: [&str; 6] = ["by_id", "account", "request_id", "trace_id", "span_id", "attempt"];
/// What precedence is made of, beside the token buckets.
const MARKS: [&str; 3] = ["status", "finish_reason", "score_name"];
/// Columns that say nothing about the content of a row: where it came from, and what our prices made of it.
const NOT_CONTENT: [&str; 2] = ["rate_set", "size_bin"];

/// Whether columns are those of calls or steps, the only ones of which anything is derived.
pub fn of_calls<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| name == "attempt")
}

/// Writes what a call is known by into `out`: its request id, else its span; nothing, and `false`, where it has neither.
/// Ids are packed (see [`super::ids`]).
pub fn identify(out: &mut Vec<u8>, account: &str, request: &[u8], trace: &[u8], span: &[u8], attempt: i64) -> bool {
    out.clear();
    let mut part = |bytes: &[u8]| {
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    part(account.as_bytes());
    if !request.is_empty() {
        part(request);
    } else if !span.is_empty() {
        part(trace);
        part(span);
    } else {
        out.clear();
        return false;
    }
    out.extend_from_slice(&attempt.to_le_bytes());
    true
}

/// The key of what [`identify`] wrote.
#[must_use]
pub fn key(identity: &[u8]) -> (i64, i64) {
    halves(xxh3_128(identity))
}

/// A key as two columns.
#[must_use]
pub fn halves(key: u128) -> (i64, i64) {
    ((key >> 64) as u64 as i64, key as u64 as i64)
}

/// How complete a call is: final over partial, more known usage, larger output, then one with a score.
#[must_use]
pub fn rank(is_final: bool, tokens: Option<&Tokens>, scored: bool) -> i64 {
    let known = tokens.map_or(0, |t| 1 + t.buckets().iter().filter(|count| **count > 0).count() as i64);
    let output = tokens.map_or(0, Tokens::total_output).clamp(0, (1 << 49) - 1);
    i64::from(is_final) << 60 | known << 50 | output << 1 | i64::from(scored)
}

/// The stored columns that are needed for some wanted ones.
pub fn stored<'a>(wanted: &'a [&'a str], schema: &ArrowSchema) -> BTreeSet<&'a str> {
    let mut needed: BTreeSet<&str> = wanted.iter().copied().collect();
    if of_calls(schema.iter_names().map(PlSmallStr::as_str)) {
        if KEYS.iter().any(|name| needed.contains(name)) {
            needed.extend(IDS.iter().chain(&KEYS));
        }
        if needed.contains("recorded_cost") {
            needed.insert(super::lean::UNIT);
        }
        if needed.remove("rank") {
            needed.extend(MARKS.iter().chain(&BUCKETS));
        }
    }
    needed.retain(|name| schema.contains(name));
    needed
}

/// Adds the derived columns among `wanted` to stored columns of calls.
pub fn derive(frame: &mut DataFrame, wanted: impl Fn(&str) -> bool) -> PolarsResult<()> {
    if KEYS.iter().any(|name| wanted(name)) {
        let (a, b) = keys(frame)?;
        frame.with_column(Int64Chunked::from_vec("key_a".into(), a).into_column())?;
        frame.with_column(Int64Chunked::from_vec("key_b".into(), b).into_column())?;
    }
    if wanted("rank") {
        let ranks = Int64Chunked::from_vec("rank".into(), ranks(frame)?);
        frame.with_column(ranks.into_column())?;
    }
    Ok(())
}

fn keys(frame: &DataFrame) -> PolarsResult<(Vec<i64>, Vec<i64>)> {
    let (by_id, attempt) = (frame.column("by_id")?.i64()?, frame.column("attempt")?.i64()?);
    let (kept_a, kept_b) = (frame.column("key_a")?.i64()?, frame.column("key_b")?.i64()?);
    let account = frame.column("account")?.str()?;
    let [request, trace, span] = ["request_id", "trace_id", "span_id"].map(|name| frame.column(name)?.binary());
    let (mut request, mut trace, mut span) = (request?.iter(), trace?.iter(), span?.iter());
    let mut kept = kept_a.iter().zip(kept_b.iter());
    let (mut a, mut b) = (Vec::with_capacity(frame.height()), Vec::with_capacity(frame.height()));
    let mut identity = Vec::new();
    for ((by_id, attempt), account) in by_id.iter().zip(attempt.iter()).zip(account.iter()) {
        let (request, trace, span) = (
            request.next().flatten().unwrap_or_default(),
            trace.next().flatten().unwrap_or_default(),
            span.next().flatten().unwrap_or_default(),
        );
        let (kept_a, kept_b) = kept.next().unwrap_or_default();
        let own = by_id == Some(1)
            && identify(&mut identity, account.unwrap_or_default(), request, trace, span, attempt.unwrap_or_default());
        let (first, second) =
            if own { key(&identity) } else { (kept_a.unwrap_or_default(), kept_b.unwrap_or_default()) };
        a.push(first);
        b.push(second);
    }
    Ok((a, b))
}

fn ranks(frame: &DataFrame) -> PolarsResult<Vec<i64>> {
    let (status, reason) = (frame.column("status")?.str()?, frame.column("finish_reason")?);
    let scored = frame.column("score_name").ok();
    let buckets = BUCKETS.map(|name| frame.column(name)?.i64());
    let mut counts = Vec::with_capacity(BUCKETS.len());
    for bucket in buckets {
        counts.push(bucket?.iter());
    }
    let told = reason.is_not_null();
    let scored = scored.map(Column::is_not_null);
    let mut scored = scored.iter().flat_map(ChunkedArray::iter);
    let mut out = Vec::with_capacity(frame.height());
    for (status, told) in status.iter().zip(told.iter()) {
        let mut row = [0; BUCKETS.len()];
        let mut known = true;
        for (at, (to, from)) in row.iter_mut().zip(&mut counts).enumerate() {
            let count = from.next().flatten();
            known &= at > 0 || count.is_some();
            *to = count.unwrap_or_default();
        }
        let tokens = known.then(|| Tokens::from_buckets(row));
        let is_final = told == Some(true) || status == Some("error");
        out.push(rank(is_final, tokens.as_ref(), scored.next().flatten() == Some(true)));
    }
    Ok(out)
}

/// A frame of calls or steps as it is stored: without what is derived. Any other frame as it is.
pub fn without_derived(frame: &DataFrame) -> PolarsResult<DataFrame> {
    let mut frame = frame.clone();
    if !of_calls(frame.columns().iter().map(|column| column.name().as_str())) {
        return Ok(frame);
    }
    let rows = frame.height();
    let null = |name: &str| constant(name.into(), DataType::Int64, AnyValue::Null, rows);
    let by_id = frame.column("by_id")?.i64()?.clone();
    let all = by_id.iter().all(|by_id| by_id == Some(1));
    if all {
        KEYS.into_iter().try_for_each(|name| frame.with_column(null(name)).map(drop))?;
    } else if by_id.iter().any(|by_id| by_id == Some(1)) {
        for name in KEYS {
            let kept = frame.column(name)?.i64()?.iter().zip(by_id.iter());
            let kept = kept.map(|(key, by_id)| key.filter(|_| by_id != Some(1)));
            let kept = Int64Chunked::from_iter_options(name.into(), kept).into_column();
            frame.with_column(kept)?;
        }
    }
    frame.with_column(null("rank"))?;
    Ok(frame)
}

/// A hash of all that each row says, by which rows of equal precedence are put in an order that does not depend on
/// where they came from. Words are hashed as text, for codes are of one import.
pub fn contents(frame: &DataFrame, words: &Words, columns: &[Declared]) -> Result<Vec<i64>> {
    let rows = frame.height();
    let mut out = vec![0_i64; rows];
    let is_content = |name: &str| !CONTROL.iter().any(|(n, _)| *n == name) && !NOT_CONTENT.contains(&name);
    for (at, (name, _)) in columns.iter().enumerate().filter(|(_, (name, _))| is_content(name)) {
        let Ok(column) = frame.column(name) else { continue };
        let mut add = |row: usize, bytes: &[u8]| {
            out[row] = out[row].wrapping_add(xxh3_64_with_seed(bytes, at as u64) as i64);
        };
        let series = column.as_materialized_series().to_physical_repr().into_owned();
        match series.dtype() {
            DataType::UInt32 => {
                let Some(slot) = words.slot(name) else { continue };
                for (row, code) in series.u32()?.iter().enumerate() {
                    if let Some(code) = code.filter(|code| *code != super::words::NONE) {
                        add(row, words.word(slot, code).as_bytes());
                    }
                }
            }
            DataType::Int64 => {
                for (row, value) in series.i64()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, &value.to_le_bytes());
                    }
                }
            }
            DataType::Int128 => {
                for (row, value) in series.i128()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, &value.to_le_bytes());
                    }
                }
            }
            DataType::Float64 => {
                for (row, value) in series.f64()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, &value.to_bits().to_le_bytes());
                    }
                }
            }
            DataType::Binary => {
                for (row, value) in series.binary()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, value);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(out)
}
