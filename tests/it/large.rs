//! More calls than a month's one part holds, and more customers a day than a rollup keeps apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Company, pico, same, temporary};

const DAYS: u64 = 31;
const CUSTOMERS: u64 = 12_000;

struct Call {
    day: u64,
    customer: u64,
    input: u64,
}

/// The n-th call of the month: one in ten is of fifty customers, the rest of anyone.
fn call(n: u64) -> Call {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let customer = if mixed.is_multiple_of(10) { mixed / 10 % 50 } else { mixed / 10 % CUSTOMERS };
    Call { day: n % DAYS + 1, customer, input: 100 + mixed % 977 }
}

fn write(path: &Path, calls: std::ops::Range<u64>) {
    let mut text = String::from("span_id,timestamp,provider,model,customer,input_tokens,output_tokens\n");
    for n in calls {
        let Call { day, customer, input } = call(n);
        let (hour, minute, second) = (n / DAYS % 24, n / 744 % 60, n % 60);
        let _ = writeln!(
            text,
            "{n:016x},2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}Z,openai,gpt-4o-mini,c{customer},{input},10"
        );
    }
    std::fs::write(path, text).unwrap();
}

/// Cost in pico-dollars: 0.15 dollars a million tokens in, 0.60 out, as OpenAI publishes it.
fn cost(call: &Call) -> i128 {
    i128::from(call.input) * 150_000 + 10 * 600_000
}

/// Cost a day, and calls, of a customer or of all.
fn truth(calls: u64, customer: Option<u64>) -> (BTreeMap<u64, i128>, u64) {
    let (mut days, mut number) = (BTreeMap::new(), 0);
    for call in (0..calls).map(call).filter(|call| customer.is_none_or(|customer| call.customer == customer)) {
        *days.entry(call.day).or_default() += cost(&call);
        number += 1;
    }
    (days, number)
}

async fn by_day(company: &Company, customer: Option<u64>) -> (BTreeMap<u64, i128>, bool) {
    let condition =
        |customer| json!([{ "dimension": "customer", "values": [format!("c{customer}")], "negate": false }]);
    let filter = json!({ "month": "2026-10", "zone": "UTC", "conditions": customer.map_or(json!([]), condition) });
    let reply = company.ask("trend", json!({ "filter": filter, "by": "day" })).await;
    let rows = reply["table"]["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == "item");
    let cost = |row: &Value| pico(&row["cells"][1]["value"]);
    let days = rows.enumerate().map(|(at, row)| (at as u64 + 1, cost(row))).filter(|(_, cost)| *cost != 0);
    (days.collect(), reply["trust"]["from_rows"] == json!(true))
}

async fn check(company: &Company, calls: u64) {
    // The first two are among the dearest of any day; the last is one of thousands whose calls are summed together.
    for customer in [None, Some(0), Some(49), Some(5999)] {
        let (expected, _) = truth(calls, customer);
        let (found, from_rows) = by_day(company, customer).await;
        assert_eq!(found, expected, "{customer:?} of {calls}");
        assert_eq!(from_rows, customer.is_some(), "{customer:?}");
    }
}

#[tokio::test]
async fn a_month_grows_beyond_one_part_and_its_answers_stay_right() {
    let folder = temporary();
    let (first, second) = (folder.path().join("first.csv"), folder.path().join("second.csv"));
    write(&first, 0..320_000);
    // Two in five were there before.
    write(&second, 200_000..520_000);
    let company = Company::in_zone("UTC").await;
    let reply = company.import(std::slice::from_ref(&first)).await;
    assert_eq!(reply["imported"], 320_000);
    let parts = |company: &Company| {
        let mut parts: Vec<String> = std::fs::read_dir(company.path.join("data/calls"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        parts.sort();
        parts
    };
    assert_eq!(parts(&company), ["month=2026-10"]);
    check(&company, 320_000).await;

    let reply = company.import(std::slice::from_ref(&second)).await;
    assert_eq!((&reply["imported"], &reply["duplicate"]), (&json!(200_000), &json!(120_000)));
    let cut: Vec<String> = parts(&company).into_iter().filter(|part| !part.starts_with("month")).collect();
    assert_eq!(cut.len(), 11, "{cut:?}");
    check(&company, 520_000).await;
    let doctor = company.ask("doctor", json!({})).await;
    assert_eq!((&doctor["healthy"], doctor["findings"].as_array().unwrap().len()), (&json!(true), 0));

    // In one import, the other way round, it is the same.
    let other = Company::in_zone("UTC").await;
    other.import(&[second, first]).await;
    for customer in [None, Some(49)] {
        assert_eq!(by_day(&other, customer).await, by_day(&company, customer).await);
    }
    let overview = |company: Company| async move {
        let mut reply = company.ask("overview", json!({ "filter": { "month": "2026-10", "zone": "UTC" } })).await;
        reply["trust"]["data_version"] = Value::Null;
        reply
    };
    same(&overview(company).await, &overview(other).await, "the order of imports");
}
