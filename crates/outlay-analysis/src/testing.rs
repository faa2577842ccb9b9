//! Tiny cubes, prices and contexts for the cases beside each analysis.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use outlay_model::cube::{Cube, Group, Sums};
use outlay_model::dimension::Dimension;
use outlay_model::money::Pico;
use outlay_model::report::Kind;
use outlay_model::time::{Micros, Period, date_day, day_start};
use outlay_model::tokens::Tokens;

use crate::context::{Context, Presence};
use crate::prices::{Priced, Prices};

/// A row of a test cube.
#[derive(Clone, Debug)]
pub struct R {
    pub day: i32,
    pub hour: u8,
    pub keys: Vec<String>,
    pub rate_set: u32,
    pub currency: &'static str,
    pub sums: Sums,
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}
pub fn day(text: &str) -> i32 {
    date_day(date(text))
}
pub fn usd(text: &str) -> Pico {
    Pico::parse(text).expect("an amount")
}

/// October 2026 in UTC, seen from December.
pub fn october() -> Context {
    let mut context = Context::new(Period::month_of(date("2026-10-01"), Tz::UTC), date("2026-12-01"));
    context.book = "book-1".to_owned();
    context.data_version = 41;
    context
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|k| (*k).to_owned()).collect()
}

/// A billed amount on a day of October.
pub fn billed(at: &str, by: &[&str], amount: &str, currency: &'static str) -> R {
    let sums = Sums { records: 1, amount: usd(amount).0, with_amount: 1, ..Sums::default() };
    R { day: day(at), hour: 0, keys: keys(by), rate_set: 0, currency, sums }
}

/// `calls` calls of `input` and `output` tokens in all.
pub fn used(at: &str, by: &[&str], rate_set: u32, calls: i64, input: i64, output: i64) -> R {
    let tokens = Tokens { uncached_input: input, output, ..Tokens::default() };
    let sums = Sums { records: calls, requests: Some(calls), tokens, ..Sums::default() };
    R { day: day(at), hour: 0, keys: keys(by), rate_set, currency: "", sums }
}

/// Sorts and interns rows as the ledger does.
pub fn cube(by: &[Dimension], rows: &[R]) -> Cube {
    let mut values: Vec<Vec<String>> = vec![Vec::new(); by.len()];
    for (at, column) in values.iter_mut().enumerate() {
        *column = rows.iter().map(|r| r.keys[at].clone()).collect::<BTreeSet<_>>().into_iter().collect();
    }
    let currencies: Vec<String> =
        rows.iter().map(|r| r.currency.to_owned()).collect::<BTreeSet<_>>().into_iter().collect();
    let code = |list: &[String], value: &str| list.iter().position(|v| v == value).expect("interned") as u32;
    let mut groups: Vec<Group> = rows
        .iter()
        .map(|r| Group {
            day: r.day,
            hour: r.hour,
            keys: r.keys.iter().enumerate().map(|(at, k)| code(&values[at], k)).collect(),
            rate_set: r.rate_set,
            currency: code(&currencies, r.currency),
            sums: r.sums,
        })
        .collect();
    groups.sort_by_key(|g| (g.day, g.hour, g.keys.clone(), g.rate_set, g.currency));
    Cube { by: by.to_vec(), values, currencies, groups, from_rows: false }
}

/// Rate set n: n dollars per million tokens in, 4 n out; 9 is a cheaper one from 21 October on; 7 leaves unknown
/// cache writes open between 1 and 2.
pub struct TestPrices;

impl Prices for TestPrices {
    fn cost(&self, rate_set: u32, tokens: &Tokens, web_searches: i64) -> Option<Priced> {
        let rate = match rate_set {
            0 => return None,
            9 => 1,
            n => i128::from(n),
        } * 1_000_000;
        let priced = i128::from(tokens.uncached_input) * rate
            + i128::from(tokens.output) * 4 * rate
            + i128::from(tokens.cache_read) * rate / 10
            + i128::from(web_searches) * 10_000_000_000;
        let open = i128::from(tokens.cache_write_unknown) * rate;
        let known = tokens.uncached_input + tokens.output + tokens.cache_read + tokens.cache_write_unknown;
        Some(Priced {
            low: Pico(priced + open),
            high: Pico(priced + 2 * open),
            unpriced_tokens: tokens.total() - known,
        })
    }
    fn valid_from(&self, rate_set: u32) -> Option<Micros> {
        (rate_set == 9).then(|| day_start(date("2026-10-21"), Tz::UTC))
    }
    fn valid_to(&self, rate_set: u32) -> Option<Micros> {
        (rate_set == 2).then(|| day_start(date("2026-10-21"), Tz::UTC))
    }
}

/// Presence on a span of days.
pub fn present(provider: &str, account: &str, kind: Kind, from: &str, to: &str) -> Presence {
    let days = date(from).iter_days().take_while(|d| *d <= date(to)).collect();
    Presence { provider: provider.to_owned(), account: account.to_owned(), kind, days, partial: BTreeSet::new() }
}

/// Sums of a table's item, rest and total rows in the column `key`.
pub fn table_sums(table: &outlay_model::view::TableSpec, key: &str) -> BTreeMap<&'static str, Pico> {
    use outlay_model::view::{Cell, RowKind};
    let at = table.columns.iter().position(|c| c.key == key).expect("a column");
    let mut sums = BTreeMap::from([("parts", Pico::ZERO), ("total", Pico::ZERO)]);
    for row in &table.rows {
        if let Cell::Money(money) = &row.cells[at] {
            *sums.entry(if row.kind == RowKind::Total { "total" } else { "parts" }).or_default() += money.amount;
        }
    }
    sums
}
