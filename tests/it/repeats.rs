//! Exports that tell the same money twice, in different cuts: only one of them counts, whatever came first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Company, pico, sample_data, temporary, usd};

const OCTOBER: &str = "2026-10";

fn read(path: &str) -> csv::Reader<std::fs::File> {
    csv::ReaderBuilder::new().flexible(true).from_path(sample_data().join(path)).unwrap()
}

/// OpenAI's bill of October by line item, and the same without any grouping, as the console exports it; its total in
/// nano-dollars.
fn openai_bill(folder: &Path) -> (PathBuf, PathBuf, i64) {
    let grouped = sample_data().join("openai-cost-csv/cost_2026-10-01_2026-10-31.csv");
    // Amounts have 16 decimals; the sums are theirs to the last one.
    let mut days: BTreeMap<[String; 4], i128> = BTreeMap::new();
    for row in read("openai-cost-csv/cost_2026-10-01_2026-10-31.csv").records().map(Result::unwrap) {
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let amount: Option<i128> =
            cell(4).split_once('.').and_then(|(whole, rest)| format!("{whole}{rest}").parse().ok());
        // The file has a few broken rows on purpose.
        if let (Some(amount), true, 16) = (amount, row.len() == 10, cell(4).split('.').nth(1).map_or(0, str::len)) {
            *days.entry([cell(0), cell(1), cell(2), cell(3)]).or_default() += amount;
        }
    }
    let mut text = String::from(
        "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,\
         organization_id,organization_name\n",
    );
    for ([start, end, from, to], sum) in &days {
        let amount = format!("{}.{:016}", sum / 10_i128.pow(16), sum % 10_i128.pow(16));
        writeln!(text, "{start},{end},{from},{to},{amount},usd,,,org-HarbourLabs00000000000001,Harbour Labs").unwrap();
    }
    let plain = folder.join("cost_not_grouped.csv");
    std::fs::write(&plain, text).unwrap();
    let pico = days.values().map(|sum| sum / 10_000).sum::<i128>();
    (grouped, plain, i64::try_from((pico + 500) / 1000).unwrap())
}

async fn overview(company: &Company) -> Value {
    company.ask("overview", json!({ "filter": { "month": OCTOBER, "zone": "UTC" } })).await
}

fn near(found: &Value, nano: i64) {
    // Rows are kept to a trillionth of a dollar each: below a nano-dollar in all.
    let all = [nano - 1, nano, nano + 1].map(usd);
    assert!(all.contains(found), "{found} is not {}", all[1]);
}

#[tokio::test]
async fn a_bill_exported_twice_is_paid_once() {
    let folder = temporary();
    let (grouped, plain, nano) = openai_bill(folder.path());
    let company = Company::in_zone("UTC").await;
    company.import(std::slice::from_ref(&plain)).await;
    let before = overview(&company).await;
    near(&before["total"], nano);
    assert_eq!(before["trust"]["left_out"], json!([]));

    company.import(&[sample_data().join("openai-usage-csv")]).await;
    let reply = company.import(std::slice::from_ref(&grouped)).await;
    let notes = reply["files"][0]["notes"].to_string();
    assert!(notes.contains("cost_not_grouped.csv tells billed lines from 2026-10-01 to 2026-10-31"), "{notes}");
    let both = overview(&company).await;
    near(&both["total"], nano);
    let left_out = &both["trust"]["left_out"];
    assert_eq!(left_out.as_array().unwrap().len(), 1, "{left_out}");
    let sentence = left_out[0]["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("cost_not_grouped.csv tells OpenAI's billed lines of 1 to 31 Oct once more"),
        "{sentence}"
    );
    // What the fuller export tells is there: models.
    let hotspots =
        company.ask("hotspots", json!({ "filter": { "month": OCTOBER, "zone": "UTC" }, "by": ["model"] })).await;
    assert!(hotspots["rows"].as_array().unwrap().len() > 5, "{hotspots}");

    // The other way round it is the same.
    let other = Company::in_zone("UTC").await;
    other.import(std::slice::from_ref(&grouped)).await;
    let reply = other.import(std::slice::from_ref(&plain)).await;
    assert!(reply["files"][0]["notes"].to_string().contains("are not added to it"), "{reply}");
    assert_eq!(overview(&other).await["total"], both["total"]);

    // Without the grouped one the plain one counts again.
    let imports = company.ask("imports", json!({})).await;
    company.ask("import_undo", json!({ "import": imports["imports"][0]["import"] })).await;
    let after = overview(&company).await;
    assert_eq!((&after["total"], &after["trust"]["left_out"]), (&before["total"], &json!([])));
}

/// Without any log, provider usage says which model and which key it was, and the bill what it cost.
#[tokio::test]
async fn exports_alone_are_cut_by_what_they_tell() {
    let company = Company::in_zone("UTC").await;
    company.import(&[sample_data().join("openai-usage-csv"), sample_data().join("openai-cost-csv")]).await;
    let total = overview(&company).await["total"].clone();
    for (dimension, column) in [("model", "model"), ("api_key", "api_key_id"), ("project", "project_id")] {
        let filter = json!({ "month": OCTOBER, "zone": "UTC" });
        let hotspots = company.ask("hotspots", json!({ "filter": filter, "by": [dimension], "top": 1000 })).await;
        assert_eq!(hotspots["total"], total);
        let rows = hotspots["rows"].as_array().unwrap();
        let found: BTreeSet<&str> = rows.iter().map(|row| row["keys"][0].as_str().unwrap()).collect();
        let mut told: BTreeSet<String> = BTreeSet::new();
        for file in std::fs::read_dir(sample_data().join("openai-usage-csv")).unwrap() {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file.unwrap().path()).unwrap();
            let at = |reader: &mut csv::Reader<_>, name: &str| reader.headers().unwrap().iter().position(|c| c == name);
            // An export of a month without usage has four columns.
            let (Some(time), Some(value)) = (at(&mut reader, "start_time_iso"), at(&mut reader, column)) else {
                continue;
            };
            let rows = reader.records().map(Result::unwrap);
            let october = rows.filter(|row| row.get(time).is_some_and(|t| t.starts_with(OCTOBER)));
            told.extend(october.filter_map(|row| row.get(value).map(str::to_owned)).filter(|v| !v.is_empty()));
        }
        assert!(
            told.len() > 1 && told.iter().all(|value| found.contains(value.as_str())),
            "{dimension}: {told:?} {found:?}"
        );
        let sum: i128 = rows.iter().map(|row| pico(&row["cost"])).sum();
        let rest = if hotspots["not_in_logs"].is_null() { 0 } else { pico(&hotspots["not_in_logs"]) };
        assert_eq!(sum + rest, pico(&total), "{dimension}");
        assert!(hotspots["rest_label"].as_str().unwrap().contains("provider usage"), "{}", hotspots["rest_label"]);
        assert!(rest.abs() * 20 < sum, "{dimension}: {rest} of {sum}");
    }
    let info = company.ask("ledger_info", json!({})).await;
    for dimension in ["model", "api_key", "project"] {
        assert!(info["dimensions"].as_array().unwrap().contains(&json!(dimension)), "{info}");
    }
}

#[tokio::test]
async fn usage_by_day_and_by_hour_is_used_once() {
    let folder = temporary();
    let daily = sample_data().join("anthropic-usage-csv/claude_api_tokens_2026_10.csv");
    // Every day's third is of the first hour, the rest of another.
    let mut reader = read("anthropic-usage-csv/claude_api_tokens_2026_10.csv");
    let mut hours = csv::Writer::from_path(folder.path().join("by_hour.csv")).unwrap();
    hours.write_record(reader.headers().unwrap()).unwrap();
    for row in reader.records().map(Result::unwrap) {
        let counts: Vec<Option<u64>> = (6..11).map(|at| row.get(at).and_then(|n| n.parse().ok())).collect();
        if counts.iter().any(Option::is_none) || row.len() != 14 || row[0].len() != 10 {
            continue;
        }
        for first in [true, false] {
            let mut cells: Vec<String> = row.iter().map(str::to_owned).collect();
            cells[0] = format!("{} {}", &row[0], if first { "00:00" } else { "13:00" });
            for (at, count) in counts.iter().flatten().enumerate() {
                cells[6 + at] = if first { count / 3 } else { count - count / 3 }.to_string();
            }
            hours.write_record(&cells).unwrap();
        }
    }
    hours.flush().unwrap();
    let of = |overview: &Value| {
        let sources = overview["trust"]["sources"].as_array().unwrap().clone();
        assert_eq!(sources.len(), 1, "{sources:?}");
        sources[0]["amount"].clone()
    };
    let company = Company::in_zone("UTC").await;
    company.import(std::slice::from_ref(&daily)).await;
    let by_day = of(&overview(&company).await);
    company.import(&[folder.path().join("by_hour.csv")]).await;
    let both = overview(&company).await;
    assert_eq!(of(&both), by_day);
    // They agree to the token, so the finer one counts.
    assert!(
        both["trust"]["left_out"][0]["file"].as_str().unwrap().ends_with("claude_api_tokens_2026_10.csv"),
        "{both}"
    );
}

/// A nightly script appends what the last days' pages say: most buckets are in the file again and again.
#[tokio::test]
async fn pages_that_repeat_buckets_count_them_once() {
    let folder = temporary();
    for name in [
        "openai-admin-usage/completions_2026-10.json",
        "openai-admin-costs/costs_2026-10.json",
        "anthropic-admin-usage/messages_2026-10.json",
    ] {
        let once = sample_data().join("four-providers").join(name);
        let text = std::fs::read_to_string(&once).unwrap();
        let twice = folder.path().join(name.replace('/', "-"));
        std::fs::write(&twice, format!("{text}\n{text}")).unwrap();
        let (one, two) = (Company::in_zone("UTC").await, Company::in_zone("UTC").await);
        let first = one.import(&[once]).await;
        let second = two.import(std::slice::from_ref(&twice)).await;
        let count = |reply: &Value, key: &str| reply["files"][0][key].as_u64().unwrap();
        assert_eq!(count(&first, "duplicate"), 0, "{name}");
        assert_eq!(count(&second, "imported"), count(&first, "imported"), "{name}");
        assert_eq!(count(&second, "duplicate"), count(&first, "imported"), "{name}");
        assert_eq!(overview(&two).await["total"], overview(&one).await["total"], "{name}");
    }
}
