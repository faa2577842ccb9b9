//! The bill of one call: bucket × price = amount.
//!
//! # Question
//! Why did this one cost that?
//!
//! # Definition
//! One line for every bucket that has tokens: tokens × price per token = amount, exactly; reasoning is inside output.
//! The lines add up to the cost.
//!
//! # Reads
//! The row of the call, and the price book's lines, rule and validity for its rate set.
//!
//! # Caveats
//! A bucket without a price has no amount and is not in the cost. Cache writes of unknown duration are billed at the
//! shorter one's price; the upper end says what the longer one would cost. The log's own estimate is shown beside, and
//! used for nothing.
//!
//! # Reading the chart
//! There is none: the lines are the answer.

use crate::analyses::calls::CallRow;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::time::{Micros, to_utc};
use outlay_model::tokens::{BUCKETS, Tokens};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A line of a call's bill: tokens × rate = amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BillLine {
    /// Token bucket.
    pub bucket: String,
    /// Tokens.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Price per million tokens; `None` where the book has none for this bucket.
    pub per_million: Option<Money>,
    /// Amount; `None` where unpriced.
    pub amount: Option<Money>,
}

/// The bill of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Bill {
    /// The call.
    pub call: CallRow,
    /// Lines; they add up to the cost exactly.
    pub lines: Vec<BillLine>,
    /// Cost; `None` where nothing prices the call.
    pub cost: Option<Money>,
    /// Upper end, where cache writes of unknown duration leave it open.
    pub high: Option<Money>,
    /// Which rule found the price, in words.
    pub rule: String,
    /// Price book.
    pub book: String,
    /// Price valid from, RFC 3339.
    pub valid_from: Option<String>,
    /// Price valid to, RFC 3339, excluded.
    pub valid_to: Option<String>,
    /// Why there is no price and what to do, where there is none.
    pub unpriced: Option<String>,
    /// The `outlay price …` command that prices the same tokens.
    pub command: String,
    /// Signals about this call.
    pub scores: Vec<CallScore>,
}

/// A signal about a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallScore {
    /// Scorer.
    pub name: String,
    /// Version of the scorer.
    pub version: String,
    /// `judge`, `human`, `feedback`, `check`.
    pub kind: String,
    /// Value.
    pub value: Option<f64>,
    /// Label.
    pub label: String,
}

/// A line as the price book gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// A name of [`BUCKETS`].
    pub bucket: &'static str,
    /// Tokens.
    pub tokens: i64,
    /// Pico-units per token; `None` where the bucket has no price.
    pub rate: Option<i64>,
    /// `tokens × rate`; 0 without a price.
    pub amount: Pico,
    /// The most it can be.
    pub amount_high: Pico,
}

/// What the price book says about the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Lines, in the order of [`BUCKETS`]; none where nothing prices the call.
    pub lines: Vec<Line>,
    /// Currency of the prices; none: US dollars.
    pub currency: Option<Currency>,
    /// Which rule found the price, in words.
    pub rule: String,
    /// Price book.
    pub book: String,
    /// Valid from.
    pub valid_from: Option<Micros>,
    /// Valid to, excluded.
    pub valid_to: Option<Micros>,
    /// Why there is no price and what to do, where there is none.
    pub unpriced: Option<String>,
    /// Region, for the command.
    pub region: String,
}

/// Shapes the bill of a call.
#[must_use]
pub fn run(call: CallRow, found: Found, scores: Vec<CallScore>) -> Bill {
    let currency = found.currency.unwrap_or(Currency::USD);
    let money = |amount: Pico| Money::new(amount, currency);
    let lines: Vec<BillLine> = found
        .lines
        .iter()
        .map(|line| BillLine {
            bucket: line.bucket.to_owned(),
            tokens: line.tokens,
            per_million: line.rate.map(|rate| money(Pico(i128::from(rate) * 1_000_000))),
            amount: line.rate.map(|_| money(line.amount)),
        })
        .collect();
    let priced: Vec<&Line> = found.lines.iter().filter(|line| line.rate.is_some()).collect();
    let free = call.tokens.is_some_and(|tokens| tokens.total() == 0) && found.unpriced.is_none();
    let cost = (!priced.is_empty() || free).then(|| priced.iter().map(|line| line.amount).sum::<Pico>());
    let high = priced.iter().map(|line| line.amount_high).sum::<Pico>();
    let instant = |at: Micros| to_utc(at).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let command = command(&call, &found.region);
    Bill {
        lines,
        cost: cost.map(money),
        high: cost.filter(|cost| high > *cost).map(|_| money(high)),
        rule: found.rule,
        book: found.book,
        valid_from: found.valid_from.map(instant),
        valid_to: found.valid_to.map(instant),
        unpriced: unpriced(&call, &found.lines, found.unpriced),
        command,
        scores,
        call,
    }
}

fn unpriced(call: &CallRow, lines: &[Line], told: Option<String>) -> Option<String> {
    if call.tokens.is_none() {
        return Some("No source tells the tokens of this call: its cost is unknown.".to_owned());
    }
    if told.is_some() {
        return told;
    }
    let without: Vec<String> =
        lines.iter().filter(|line| line.rate.is_none()).map(|line| line.bucket.replace('_', " ")).collect();
    (!without.is_empty()).then(|| format!("No price for {} of {}: add one.", without.join(", "), call.model))
}

/// The command that prices the same tokens. Every word that came from a file is quoted for a POSIX shell.
fn command(call: &CallRow, region: &str) -> String {
    let mut command = "outlay price".to_owned();
    let mut say = |flag: &str, value: &str| {
        if !value.is_empty() {
            command.push_str(&format!(" --{flag}={}", quoted(value)));
        }
    };
    say("provider", &call.provider);
    say("model", &call.model);
    say("date", &call.time);
    say("tier", if call.tier == "standard" { "" } else { &call.tier });
    say("region", region);
    let tokens: Tokens = call.tokens.unwrap_or_default();
    for (bucket, count) in BUCKETS.iter().zip(tokens.buckets()).filter(|(_, count)| *count != 0) {
        say(&bucket.replace('_', "-"), &count.to_string());
    }
    command
}

/// `--flag=value` keeps a value that begins with a dash from being read as another flag.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+".contains(c);
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    if value.chars().all(plain) { value } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> CallRow {
        CallRow {
            time: "2026-10-14T09:12:03Z".to_owned(),
            provider: "openai".to_owned(),
            model: "gpt-4o".to_owned(),
            tier: "batch".to_owned(),
            tokens: Some(Tokens { uncached_input: 12_000, output: 800, ..Tokens::default() }),
            ..CallRow::default()
        }
    }

    #[test]
    fn lines_add_up_to_the_cost() {
        let line = |bucket, tokens: i64, rate: i64| Line {
            bucket,
            tokens,
            rate: Some(rate),
            amount: Pico(i128::from(tokens) * i128::from(rate)),
            amount_high: Pico(i128::from(tokens) * i128::from(rate)),
        };
        let lines = vec![line("uncached_input", 12_000, 2_500_000), line("output", 800, 10_000_000)];
        let bill = run(call(), Found { lines, valid_from: Some(0), ..Found::default() }, Vec::new());
        assert_eq!(bill.cost.map(|m| m.amount.to_string()).as_deref(), Some("0.038000000"));
        assert_eq!(bill.lines[0].per_million.map(|m| m.amount.to_string()).as_deref(), Some("2.500000000"));
        assert_eq!(bill.lines.iter().filter_map(|l| l.amount).map(|m| m.amount).sum::<Pico>(), Pico(38_000_000_000));
        assert_eq!((bill.high, bill.unpriced), (None, None));
        assert_eq!(bill.valid_from.as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(
            bill.command,
            "outlay price --provider=openai --model=gpt-4o --date=2026-10-14T09:12:03Z --tier=batch \
             --uncached-input=12000 --output=800"
        );
    }

    #[test]
    fn unknown_usage_is_told() {
        let bill = run(CallRow { tokens: None, ..call() }, Found::default(), Vec::new());
        assert_eq!(bill.cost, None);
        assert!(bill.unpriced.expect("a reason").contains("unknown"));
    }

    #[test]
    fn a_bucket_without_a_price_is_named() {
        let line = Line { bucket: "audio_input", tokens: 5, rate: None, amount: Pico::ZERO, amount_high: Pico::ZERO };
        let bill = run(call(), Found { lines: vec![line], ..Found::default() }, Vec::new());
        assert_eq!(bill.cost, None);
        assert_eq!(bill.unpriced.as_deref(), Some("No price for audio input of gpt-4o: add one."));
    }

    #[test]
    fn hostile_names_stay_words() {
        let row = CallRow { model: "x'; rm -rf ~ #\n".to_owned(), ..call() };
        let bill = run(row, Found::default(), Vec::new());
        assert!(bill.command.contains(r"--model='x'\''; rm -rf ~ #' --date"), "{}", bill.command);
    }
}
