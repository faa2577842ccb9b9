//! The month on the sample company: the steps add up to the change, and what was planted is found where it belongs.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Company, pico, sample_data, truth, usd};

fn bar(month: &Value, step: &str) -> i128 {
    let bars = month["bars"].as_array().unwrap();
    pico(&bars.iter().find(|bar| bar["step"] == step).unwrap()["change"])
}

#[tokio::test]
async fn steps_lead_from_one_bill_to_the_next() {
    let company = Company::sample().await;
    let told = &truth()["headline"]["berlin"];
    for (month, before) in [("2026-10", "2026-09"), ("2026-09", "2026-08")] {
        for by in [
            Value::Null,
            json!("feature"),
            json!("model"),
            json!("provider"),
            json!("customer"),
            json!("prompt_version"),
        ] {
            let reply = company.ask("month", json!({ "filter": { "month": month }, "by": by })).await;
            assert_eq!(reply["total"], usd(told[month]["total_nano"].as_i64().unwrap()), "{month}");
            assert_eq!(reply["before"], usd(told[before]["total_nano"].as_i64().unwrap()), "{month}");
            let change = pico(&reply["total"]) - pico(&reply["before"]);
            let bars: i128 = reply["bars"].as_array().unwrap().iter().map(|bar| pico(&bar["change"])).sum();
            assert_eq!(bars, change, "{month} {by}");
            let Some(columns) = reply["by"]["columns"].as_array() else { continue };
            for (at, column) in columns.iter().enumerate().filter(|(_, column)| column["unit"] == "money") {
                let mut sums = [0_i128; 2];
                for row in reply["by"]["rows"].as_array().unwrap() {
                    sums[usize::from(row["kind"] == "total")] += pico(&row["cells"][at]["value"]);
                }
                assert_eq!(sums[0], sums[1], "{month} {by} {}", column["key"]);
            }
        }
    }
}

/// Nano-dollars of calls that are listed in the sample's log of August: at the new price and at the old one; all, and
/// errors and second attempts alone.
fn logged(model: &str, days: std::ops::RangeInclusive<&str>) -> [[i64; 2]; 2] {
    let packed = sample_data().join("trace-jsonl/gateway-2026-08.jsonl.gz");
    let out = Command::new("gzip").arg("-dc").arg(packed).output().unwrap();
    let mut seen = BTreeSet::new();
    let mut sums = [[0; 2]; 2];
    for row in String::from_utf8(out.stdout).unwrap().lines().filter_map(|l| serde_json::from_str::<Value>(l).ok()) {
        let Some(at) = row["timestamp"].as_str().and_then(|at| at.get(..10)) else { continue };
        if row["model"] != model || !days.contains(&at) || !seen.insert(row["span_id"].to_string()) {
            continue;
        }
        let count = |name: &str| row[name].as_i64().unwrap_or(0);
        let (input, cached, output) = (count("input_tokens"), count("cached_input_tokens"), count("output_tokens"));
        // Uncached input, cached input and output of a million tokens: 4, 0.4 and 20 dollars; before, 5, 0.5 and 30.
        let new = (input - cached) * 4_000 + cached * 400 + output * 20_000;
        let old = (input - cached) * 5_000 + cached * 500 + output * 30_000;
        let waste = row["status"] != "ok" || count("attempt") > 1;
        for sum in &mut sums[..1 + usize::from(waste)] {
            sum[0] += new;
            sum[1] += old;
        }
    }
    sums
}

/// The price of a model falls within the sample: the step is what its calls cost less than at the old price.
#[tokio::test]
async fn a_price_cut_is_the_step_of_prices() {
    let company = Company::sample().await;
    let planted = truth()["planted"].as_array().unwrap();
    let cut = &planted.iter().find(|p| p["id"] == "price_change").unwrap()["detail"];
    let [all, waste] = logged(cut["model"].as_str().unwrap(), "2026-08-21"..="2026-08-31");
    assert_eq!(json!(all), json!([cut["august_nano"], cut["august_at_old_price_nano"]]));
    let filter = json!({
        "from": "2026-08-21", "to": "2026-08-31", "zone": "UTC",
        "conditions": [{ "dimension": "model", "values": [cut["model"]], "negate": false }],
    });
    let reply = company.ask("month", json!({ "filter": filter, "by": null })).await;
    // Errors and second attempts are a step of their own.
    let nano = (all[0] - all[1]) - (waste[0] - waste[1]);
    assert_eq!(bar(&reply, "unit_price"), i128::from(nano) * 1000);
    assert_eq!(bar(&reply, "mix"), 0);
    assert_eq!(bar(&reply, "days"), 0);
}
