//! The published oracle: every row exact to the pico-dollar. Skipped, loudly, where the file is not there.

use std::path::Path;

use outlay_model::money::Pico;
use outlay_model::time::{DAY, date_day};
use outlay_model::tokens::Tokens;
use outlay_price::{Book, Key, cost};

#[test]
fn every_oracle_row_is_exact() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/evidence/price-oracle.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: the oracle is not at {}", path.display());
        return;
    };
    let book = Book::bundled().expect("the bundled book");
    let mut wrong = Vec::new();
    let mut rows = 0;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.expect("a row");
        let count = |at: usize| record[at].parse::<i64>().expect("a count");
        let tokens = Tokens {
            uncached_input: count(3),
            cache_read: count(4),
            cache_write_5m: count(5),
            cache_write_1h: count(6),
            output: count(7),
            ..Tokens::default()
        };
        let day = record[2].parse().map(date_day).expect("a date");
        let at = i64::from(day) * DAY + DAY / 2;
        let schedule = book.schedule(&Key::new(&record[0], &record[1]).tier(&record[8]));
        let got = schedule.at(at, tokens.total_input()).map(|set| cost(&set.rates, &tokens));
        let note = &record[11];
        let told = note.split_once("expected_usd=").expect("an expectation").1;
        let told: String = told.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let want = Pico::parse(told.trim_end_matches('.')).ok();
        let exact = got.map(|cost| (Pico(cost.low), cost.low == cost.high && cost.unpriced_tokens == 0));
        if exact != want.map(|pico| (pico, true)) {
            wrong.push(format!("{} {} {}: {got:?}, expected {want:?}", &record[1], &record[2], &record[8]));
        }
        rows += 1;
    }
    assert!(wrong.is_empty(), "{} of {rows} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(rows, 25);
}
