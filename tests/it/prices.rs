//! The oracle: 25 calls whose cost was worked out from published prices, and was checked with two other price books.

use outlay_app::App;
use outlay_app::replies::PriceRequest;
use outlay_app::task::Task;
use outlay_app::use_cases;
use outlay_model::tokens::Tokens;

use crate::support::shared;

/// Cells of a CSV line with quotes.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// A decimal text in pico-dollars, cut after 12 decimals.
fn pico(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<12}")[..whole.len() + 12].parse().unwrap()
}

#[tokio::test]
async fn the_oracle() {
    let Some(path) = shared("evidence/price-oracle.csv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header = cells(lines.next().unwrap());
    let app = App::new(None);
    let (mut right, mut wrong) = (0, Vec::new());
    for line in lines {
        let row = cells(line);
        let cell = |name: &str| row[header.iter().position(|h| h == name).unwrap()].as_str();
        let count = |name: &str| cell(name).parse::<i64>().unwrap();
        let want = cell("note").split("expected_usd=").nth(1).map(|rest| {
            let end = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].trim_end_matches('.')
        });
        // Where there is no price, the note says expected_usd=UNPRICED.
        let want = want.filter(|w| !w.is_empty()).map(pico);
        let request = PriceRequest {
            provider: cell("provider").to_owned(),
            model: cell("model_id_as_seen").to_owned(),
            date: cell("date").to_owned(),
            tier: cell("tier").to_owned(),
            tokens: Tokens {
                uncached_input: count("uncached_in"),
                cache_read: count("cache_read"),
                cache_write_5m: count("cache_write_5m"),
                cache_write_1h: count("cache_write_1h"),
                output: count("out"),
                ..Tokens::default()
            },
            ..PriceRequest::default()
        };
        let reply = use_cases::price(&app, request, &Task::silent()).await.unwrap();
        let amount = |money| serde_json::to_value(money).unwrap()["amount"].as_str().unwrap().to_owned();
        let got = reply.cost.map(|money| pico(&amount(money)));
        let same = match (got, want) {
            // Below a nano-dollar apart: one of the published figures has more decimals than that.
            (Some(got), Some(want)) => (got - want).abs() < 1000,
            (got, want) => got == want,
        };
        if same { right += 1 } else { wrong.push(format!("{line}: {got:?}, expected {want:?}")) }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(right, 25);
}
