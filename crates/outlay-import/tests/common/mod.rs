//! A sink that adds up, for all tests.
#![allow(dead_code)]

use std::path::PathBuf;

use outlay_import::{ImportError, Input, ReadOptions, ReadSummary, Source, detect};
use outlay_model::money::Pico;
use outlay_model::record::{Call, Charge, Place, Record, Refusal, Rejected, Score, Sink, Usage};
use outlay_model::tokens::Tokens;

/// Sums, and a line of text for each record.
#[derive(Default)]
pub struct Sums {
    pub pushed: u64,
    pub rejects: Vec<Rejected>,
    pub shown: Vec<String>,
    pub buckets: [i64; 12],
    pub reasoning: i64,
    pub recorded: Pico,
    pub zero_cost: u64,
    pub unknown_cost: u64,
    pub billed: Pico,
    pub requests: i64,
    pub idle: u64,
    pub by_month: std::collections::BTreeMap<String, (Pico, u64)>,
    pub bytes: u64,
    /// Refuse the row on this line.
    pub refuse: Option<u64>,
    /// Stop after this many records.
    pub stop: Option<u64>,
}

impl Sums {
    fn tokens(&mut self, tokens: Option<Tokens>) {
        if let Some(tokens) = tokens {
            for (sum, count) in self.buckets.iter_mut().zip(tokens.buckets()) {
                *sum += count;
            }
            self.reasoning += tokens.reasoning;
        }
    }
    pub fn total(&self) -> Tokens {
        Tokens { reasoning: self.reasoning, ..Tokens::from_buckets(self.buckets) }
    }
    fn call(&mut self, call: &Call<'_>) {
        self.tokens(call.tokens);
        let month = outlay_model::time::to_utc(call.time).format("%Y-%m").to_string();
        let sum = self.by_month.entry(month).or_default();
        sum.1 += 1;
        match call.recorded_cost {
            Some((cost, _)) => {
                self.recorded += cost;
                sum.0 += cost;
                self.zero_cost += u64::from(cost == Pico::ZERO);
            }
            None => self.unknown_cost += 1,
        }
    }
    fn usage(&mut self, usage: &Usage<'_>) {
        self.tokens(usage.tokens);
        self.requests += usage.requests.unwrap_or(0);
        self.idle += u64::from(usage.idle);
    }
    fn charge(&mut self, charge: &Charge<'_>) {
        self.billed += charge.billed;
    }
    fn score(&mut self, _: &Score<'_>) {}
}

impl Sink for Sums {
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> Result<(), Refusal> {
        if self.stop.is_some_and(|most| self.pushed >= most) {
            return Err(Refusal::Stop);
        }
        if self.refuse == Some(place.line) {
            return Err(Refusal::Row { column: "model", reason: "not wanted".to_owned() });
        }
        self.pushed += 1;
        if self.shown.len() < 100 {
            self.shown.push(format!("{} {record:?}", place.line));
        }
        match record {
            Record::Call(call) => self.call(call),
            Record::Usage(usage) => self.usage(usage),
            Record::Charge(charge) => self.charge(charge),
            Record::Score(score) => self.score(score),
        }
        Ok(())
    }
    fn reject(&mut self, rejected: Rejected) {
        self.rejects.push(rejected);
    }
    fn progress(&mut self, bytes: u64) -> Result<(), Refusal> {
        assert!(bytes >= self.bytes, "progress goes back");
        self.bytes = bytes;
        Ok(())
    }
}

/// Reads a text of the format that is recognised, which must be this one.
pub fn read_as(format: &str, text: impl Into<Vec<u8>>) -> (ReadSummary, Sums) {
    let mut sums = Sums::default();
    let summary = read_into(Some(format), None, text, &ReadOptions::default(), &mut sums).expect("reads");
    (summary, sums)
}

/// Reads a text; where `expected` is given the format must be recognised as that, where `hint` is, that is used.
pub fn read_into(
    expected: Option<&str>,
    hint: Option<&str>,
    text: impl Into<Vec<u8>>,
    options: &ReadOptions,
    sums: &mut Sums,
) -> Result<ReadSummary, ImportError> {
    let input = Input::open(Source::from_bytes("test", text))?;
    let found = detect(input.head(), hint)?;
    if let Some(expected) = expected {
        assert_eq!(found.format.id(), expected);
    }
    let summary = found.format.read(input, options, sums)?;
    assert_eq!(summary.rows, sums.pushed + sums.rejects.len() as u64, "rows are accounted for");
    Ok(summary)
}

/// A file of the facts that lie beside the project, where they are there.
pub fn shared(path: &str) -> Option<Vec<u8>> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    let bytes = std::fs::read(full).ok();
    if bytes.is_none() {
        eprintln!("not tested: {path} is not there");
    }
    bytes
}
