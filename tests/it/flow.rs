//! The sample company, from files to answers: every figure is the generator's own.

use std::collections::BTreeMap;

use outlay_app::App;
use outlay_app::task::Task;
use outlay_ledger::Ledger;
use outlay_model::cube::{Grain, Slice, Sums};
use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;
use outlay_model::time::Period;
use serde_json::{Value, json};

use crate::support::{Company, month, pico, same, truth, usd};

const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];
const ALL: (&str, &str) = ("2026-08-01", "2026-10-31");

fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// A filter by days, with conditions as (dimension, value).
fn days(from: &str, to: &str, conditions: &[(&str, &str)]) -> Value {
    let conditions: Vec<Value> =
        conditions.iter().map(|(dimension, value)| json!({ "dimension": dimension, "values": [value] })).collect();
    // Prices change at midnight UTC.
    json!({ "from": from, "to": to, "zone": "UTC", "conditions": conditions })
}

async fn hotspots(company: &Company, filter: Value, by: &[&str]) -> Value {
    company.ask("hotspots", json!({ "filter": filter, "by": by, "top": 1000 })).await
}

/// Rows of hotspots by their keys.
fn rows(hotspots: &Value) -> BTreeMap<Vec<String>, Value> {
    let key = |row: &Value| row["keys"].as_array().unwrap().iter().map(|k| k.as_str().unwrap().to_owned()).collect();
    hotspots["rows"].as_array().unwrap().iter().map(|row| (key(row), row.clone())).collect()
}

#[tokio::test]
async fn every_row_of_every_file_is_accounted_for() {
    let company = Company::sample().await;
    let imports = company.ask("imports", json!({})).await;
    assert_eq!(imports["imports"].as_array().unwrap().len(), 1);
    let files = imports["imports"][0]["files"].as_array().unwrap();
    let told = truth()["files"].as_array().unwrap();
    assert_eq!(files.len(), told.len());
    for want in told {
        let path = want["path"].as_str().unwrap();
        let file = files.iter().find(|f| f["file"] == want["path"]).unwrap_or_else(|| panic!("{path} is missing"));
        let broken = want["broken"].as_array().unwrap();
        let duplicates = want["sums"]["duplicates"].as_i64().unwrap_or(0);
        assert_eq!(int(&want["rows"]), int(&want["good"]) + broken.len() as i64);
        let got = ["rows", "imported", "duplicate", "rejected"].map(|name| int(&file[name]));
        let wanted = [int(&want["rows"]), int(&want["good"]) - duplicates, duplicates, broken.len() as i64];
        assert_eq!(got, wanted, "{path}");
        let lines = |rows: &[Value]| rows.iter().map(|r| int(&r["line"])).collect::<Vec<_>>();
        assert_eq!(lines(file["rejects"].as_array().unwrap()), lines(broken), "{path}");
        assert_eq!(file["format"], want["format"], "{path}");
        assert_eq!(file["refused"], Value::Null, "{path}");
    }
    let sum = |name: &str| files.iter().map(|f| int(&f[name])).sum::<i64>();
    assert_eq!((sum("rows"), sum("duplicate"), sum("rejected")), (33_534, 24, 35));
}

#[tokio::test]
async fn months_cost_what_was_billed_and_google_at_list() {
    let company = Company::sample().await;
    // Bills and usage are by UTC days and keep their dates in every zone.
    for (zone, name) in [("Europe/Berlin", "berlin"), ("UTC", "utc")] {
        for at in MONTHS {
            let overview = company.ask("overview", month(at, zone)).await;
            let want = &truth()["headline"][name][at];
            assert_eq!(overview["total"], usd(int(&want["total_nano"])), "{zone} {at}");
            let sources: Vec<(&str, &str, &Value)> = overview["trust"]["sources"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| (s["provider"].as_str().unwrap(), s["source"].as_str().unwrap(), &s["amount"]))
                .collect();
            let [anthropic, google, openai] =
                ["anthropic_billed_nano", "google_list_nano", "openai_billed_nano"].map(|k| usd(int(&want[k])));
            assert_eq!(
                sources,
                [("anthropic", "invoice", &anthropic), ("google", "own_logs", &google), ("openai", "invoice", &openai)],
                "{zone} {at}"
            );
            let (present, of) = (int(&overview["trust"]["days_present"]), int(&overview["trust"]["days"]));
            let long = if at == "2026-09" { 30 } else { 31 };
            assert_eq!((present, of), (long, long), "{zone} {at}");
            assert_eq!(overview["complete"], true);
        }
    }
    // Three literals, so that truth.json itself cannot slip.
    for (at, total) in MONTHS.into_iter().zip(["8809.332246440", "9853.705320820", "11268.488724050"]) {
        assert_eq!(company.ask("overview", month(at, "Europe/Berlin")).await["total"]["amount"], total);
    }
}

#[tokio::test]
async fn features_cost_their_list_price_and_the_rest_is_told() {
    let company = Company::sample().await;
    for (zone, name) in [("Europe/Berlin", "berlin"), ("UTC", "utc")] {
        for at in MONTHS {
            let want = truth()["features"][name][at].as_object().unwrap();
            let filter = json!({ "month": at, "zone": zone });
            let answer = hotspots(&company, filter, &["feature"]).await;
            let got = rows(&answer);
            assert_eq!(got.len(), want.len());
            let mut sum = 0;
            for (feature, want) in want {
                let row = &got[std::slice::from_ref(feature)];
                assert_eq!(row["cost"], usd(int(&want["list_nano"])), "{zone} {at} {feature}");
                assert_eq!(row["calls"], want["calls"], "{zone} {at} {feature}");
                let tokens = int(&want["tokens"]["input"]) + int(&want["tokens"]["output"]);
                assert_eq!(int(&row["tokens"]), tokens, "{zone} {at} {feature}");
                sum += int(&want["list_nano"]);
            }
            // Billed, and in no log: the rows and the rest are the headline, exactly.
            let total = int(&truth()["headline"][name][at]["total_nano"]);
            assert_eq!(answer["not_in_logs"], usd(total - sum), "{zone} {at}");
        }
    }
}

#[tokio::test]
async fn models_cost_their_list_price() {
    let company = Company::sample().await;
    for at in MONTHS {
        let filter = json!({ "month": at, "zone": "Europe/Berlin" });
        // With the feature beside it, only own logs know the answer.
        let answer = hotspots(&company, filter, &["model", "feature"]).await;
        let mut got: BTreeMap<&str, (i128, i64, i64)> = BTreeMap::new();
        for row in answer["rows"].as_array().unwrap() {
            let sum = got.entry(row["keys"][0].as_str().unwrap()).or_default();
            sum.0 += pico(&row["cost"]);
            sum.1 += int(&row["calls"]);
            sum.2 += int(&row["tokens"]);
        }
        let told = truth()["models"]["berlin"][at].as_object().unwrap();
        let want: BTreeMap<&str, (i128, i64, i64)> = told
            .iter()
            .map(|(model, w)| {
                let tokens = int(&w["tokens"]["input"]) + int(&w["tokens"]["output"]);
                (model.as_str(), (i128::from(int(&w["list_nano"])) * 1000, int(&w["calls"]), tokens))
            })
            .collect();
        assert_eq!(got, want, "{at}");
    }
}

#[tokio::test]
async fn provider_usage_is_kept_to_the_token() {
    let company = Company::sample().await;
    let view = Ledger::open(&company.path, false).await.unwrap().view(0).await.unwrap();
    for at in MONTHS {
        let period = Period::month_of(format!("{at}-01").parse().unwrap(), "UTC".parse().unwrap());
        let by = vec![Dimension::Provider];
        let mut slice =
            Slice { kind: Kind::Usage, period, grain: Grain::Whole, by, conditions: Vec::new(), only_waste: false };
        let usage = view.slice(&slice).await.unwrap();
        slice.kind = Kind::Charge;
        let charges = view.slice(&slice).await.unwrap();
        for provider in ["anthropic", "openai"] {
            let sum = |cube: &outlay_model::cube::Cube| {
                let mut all = Sums::default();
                cube.groups.iter().filter(|g| cube.key(g, 0) == provider).for_each(|g| all.add(&g.sums));
                all
            };
            let (used, want) = (sum(&usage), &truth()["usage"][at][provider]);
            let tokens = used.tokens;
            let written = tokens.cache_write_5m + tokens.cache_write_1h;
            let got = [
                tokens.uncached_input,
                tokens.cache_read,
                tokens.cache_write_5m,
                tokens.cache_write_1h,
                tokens.uncached_input + tokens.cache_read + written,
                tokens.output,
            ];
            let wanted = &want["tokens"];
            let wanted = [
                &wanted["uncached_input"],
                &wanted["cache_read"],
                &wanted["cache_write_5m"],
                &wanted["cache_write_1h"],
                &wanted["input"],
                &wanted["output"],
            ]
            .map(int);
            assert_eq!(got, wanted, "{provider} {at}");
            let billed = int(&truth()["headline"]["utc"][at][format!("{provider}_billed_nano")]);
            assert_eq!(sum(&charges).amount, i128::from(billed) * 1000, "{provider} {at}");
        }
    }
    view.close().await.unwrap();
}

#[tokio::test]
async fn the_spike_is_the_dearest_day_and_a_mover() {
    let company = Company::sample().await;
    let overview = company.ask("overview", month("2026-10", "Europe/Berlin")).await;
    let chart = &overview["chart"];
    let days: Vec<f64> = (0..31)
        .map(|day| {
            let series = chart["series"].as_array().unwrap();
            let spend = series.iter().filter(|s| s["hue"]["role"] == "provider");
            spend.filter_map(|s| s["values"][day].as_f64()).sum()
        })
        .collect();
    let dearest = (0..31).max_by(|a, b| days[*a].total_cmp(&days[*b])).unwrap();
    assert_eq!(chart["categories"][dearest], "22");
    let movers = overview["movers"].as_array().unwrap();
    let change = |month: &str| int(&truth()["features"]["berlin"][month]["code-review"]["list_nano"]);
    let mover = movers.iter().find(|m| m["value"] == "code-review").expect("code-review moved the total");
    assert_eq!(mover["change"], usd(change("2026-10") - change("2026-09")));
    let answer = hotspots(&company, days_of("2026-10-21"), &["feature"]).await;
    assert_eq!(rows(&answer)[&vec!["code-review".to_owned()]]["cost"]["amount"], "2.885255000");
}

fn days_of(day: &str) -> Value {
    days(day, day, &[])
}

#[tokio::test]
async fn what_has_no_price_is_told_with_its_tokens() {
    let company = Company::sample().await;
    let overview = company.ask("overview", month("2026-10", "Europe/Berlin")).await;
    let want = &truth()["models"]["berlin"]["2026-10"]["harbour-contracts-prod"];
    let tokens = int(&want["tokens"]["input"]) + int(&want["tokens"]["output"]);
    let unpriced = json!([{ "provider": "openai", "model": "harbour-contracts-prod", "tokens": tokens, "calls": 73 }]);
    assert_eq!((&overview["trust"]["unpriced"], tokens), (&unpriced, 43_954_338));
    let august = company.ask("overview", month("2026-08", "Europe/Berlin")).await;
    assert_eq!(august["trust"]["unpriced"], json!([]));
    assert_eq!(august["trust"]["priced"], 1.0);
    // Said which model it is, it costs what the generator says, and nothing else changes.
    let own = Company::in_zone("Europe/Berlin").await;
    let gateway = crate::support::sample_data().join("trace-jsonl/gateway-2026-10.jsonl.gz");
    own.import(&[gateway]).await;
    let before = rows(&hotspots(&own, json!({ "month": "2026-10" }), &["feature"]).await);
    let mut alias = json!({ "provider": "openai", "id": "harbour-contracts-prod", "means_provider": "openai", "means_model": "gpt-4.1-2025-04-14" });
    alias["preview"] = json!(true);
    let preview = own.ask("alias_set", alias.clone()).await;
    let effect = json!({
        "source": "own_logs", "provider": "openai", "model": "harbour-contracts-prod", "records": 73, "tokens": tokens,
        "before": [], "before_unpriced_tokens": tokens, "after": [usd(89_842_014_000)], "after_unpriced_tokens": 0,
    });
    assert_eq!((&preview["effects"], &preview["data_version"]), (&json!([effect]), &Value::Null));
    assert_eq!(rows(&hotspots(&own, json!({ "month": "2026-10" }), &["feature"]).await), before);
    alias["preview"] = json!(false);
    let accepted = own.ask("alias_set", alias).await;
    assert_eq!(accepted["effects"], preview["effects"]);
    assert!(accepted["data_version"].is_i64());
    let after = rows(&hotspots(&own, json!({ "month": "2026-10" }), &["feature"]).await);
    for (feature, row) in &before {
        let planted = if feature[0] == "contract-check" { 89_842_014_000_000 } else { 0 };
        assert_eq!(pico(&after[feature]["cost"]) - pico(&row["cost"]), planted, "{feature:?}");
    }
}

#[tokio::test]
async fn a_price_change_divides_calls_at_its_day() {
    let company = Company::sample().await;
    let sol = [("model", "gpt-5.6-sol")];
    let cost = |answer: &Value| pico(&rows(answer)[&vec!["research-agent".to_owned()]]["cost"]);
    let after = hotspots(&company, days("2026-08-21", "2026-08-31", &sol), &["feature"]).await;
    assert_eq!(cost(&after), 511_490_740_000_000);
    let october = hotspots(&company, days("2026-10-01", "2026-10-31", &sol), &["feature"]).await;
    assert_eq!(cost(&october), 1_811_654_458_400_000);
    // Each side of the day pays its own price, as the bill of a call says.
    for (from, to, input, output) in [
        ("2026-08-01", "2026-08-20", "5.000000000", "30.000000000"),
        ("2026-08-21", "2026-08-31", "4.000000000", "20.000000000"),
    ] {
        let mut conditions = sol.to_vec();
        conditions.push(("status", "ok"));
        let page = company.ask("calls", json!({ "filter": days(from, to, &conditions), "limit": 3 })).await;
        let calls = page["rows"].as_array().unwrap();
        assert_eq!(calls.len(), 3);
        for call in calls {
            let bill = company.ask("bill", json!({ "id": call["id"] })).await;
            let lines = bill["lines"].as_array().unwrap();
            let rate = |bucket: &str| &lines.iter().find(|l| l["bucket"] == bucket).unwrap()["per_million"]["amount"];
            assert_eq!((rate("uncached_input"), rate("output")), (&json!(input), &json!(output)), "{from}");
        }
    }
    let marks = company.ask("overview", month("2026-08", "Europe/Berlin")).await["chart"]["marks"].clone();
    assert!(
        marks.as_array().unwrap().iter().any(|m| m["at"] == 20 && m["label"] == "price cut: gpt-5.6-sol"),
        "{marks}"
    );
}

#[tokio::test]
async fn planted_facts_are_found_at_their_price() {
    let company = Company::sample().await;
    // Failed attempts of three months, and what the charged ones cost.
    let answer = hotspots(&company, days(ALL.0, ALL.1, &[("status", "error")]), &["status"]).await;
    let failed = &rows(&answer)[&vec!["error".to_owned()]];
    assert_eq!(int(&failed["calls"]), 313 + 116 + 239);
    assert_eq!(failed["cost"]["amount"], "188.477139410");
    // The model upgrade of ticket-triage.
    let sonnet = [("model", "claude-sonnet-4-5-20250929"), ("feature", "ticket-triage")];
    let answer = hotspots(&company, days("2026-09-14", "2026-10-31", &sonnet), &["feature"]).await;
    assert_eq!(rows(&answer)[&vec!["ticket-triage".to_owned()]]["cost"]["amount"], "222.725052000");
    // Two versions of a prompt.
    let answer =
        hotspots(&company, days(ALL.0, ALL.1, &[("prompt_name", "sql-copilot.main")]), &["prompt_version"]).await;
    let versions = rows(&answer);
    for (version, cost) in [("v6", "141.118622000"), ("v7", "102.923480000")] {
        assert_eq!(versions[&vec![version.to_owned()]]["cost"]["amount"], cost, "{version}");
    }
    // Easy calls on a dear model.
    let answer = hotspots(&company, days(ALL.0, ALL.1, &[]), &["feature"]).await;
    assert_eq!(rows(&answer)[&vec!["lead-score".to_owned()]]["cost"]["amount"], "412.647660000");
    // Traffic past the gateway: billed to a project that no log knows.
    let project = [("project", "proj_HLNotebooks0000000000004")];
    let answer = hotspots(&company, days("2026-09-01", "2026-10-31", &project), &["feature"]).await;
    assert_eq!((&answer["total"], &answer["not_in_logs"]), (&usd(497_072_500_000), &usd(497_072_500_000)));
    // The day that no log has.
    let strips = company.ask("imports", json!({})).await["strips"].clone();
    let strip =
        strips.as_array().unwrap().iter().find(|s| s["provider"] == "anthropic" && s["kind"] == "call").unwrap();
    assert_eq!(strip["from"], "2026-08-01");
    let missing: Vec<usize> = strip["days"].as_str().unwrap().match_indices('.').map(|(at, _)| at).collect();
    assert_eq!(missing, [31 + 16]);
}

#[tokio::test]
async fn the_zone_moves_the_call_at_the_edge_of_the_month() {
    let company = Company::sample().await;
    // 23:41 UTC on 30 September is October in Berlin: one call of $6.477 changes the month.
    let calls = |zone: &'static str, month: &'static str| {
        let company = &company;
        async move {
            let answer = hotspots(company, json!({ "month": month, "zone": zone }), &["feature"]).await;
            rows(&answer).values().map(|r| int(&r["calls"])).sum::<i64>()
        }
    };
    for at in MONTHS {
        for (zone, name) in [("Europe/Berlin", "berlin"), ("UTC", "utc")] {
            let want: i64 = truth()["logs"][name][at].as_object().unwrap().values().map(|p| int(&p["calls"])).sum();
            assert_eq!(calls(zone, at).await, want, "{zone} {at}");
        }
    }
    assert_ne!(calls("UTC", "2026-10").await, calls("Europe/Berlin", "2026-10").await);
}

#[tokio::test]
async fn reading_ahead_changes_no_answer_and_can_be_stopped() {
    let (ahead, asked) = (Company::sample().await, Company::sample().await);
    ahead.app.warm(&Task::silent()).await.unwrap();
    for (command, request) in
        [("overview", json!({})), ("hotspots", json!({ "from_sums": true })), ("hotspots", json!({}))]
    {
        same(&ahead.ask(command, request.clone()).await, &asked.ask(command, request).await, command);
    }
    let stopped = Task::silent();
    stopped.cancel();
    assert_eq!(ahead.app.warm(&stopped).await.map_err(|e| e.code), Err("cancelled".to_owned()));
    assert_eq!(App::new(None).warm(&Task::silent()).await.map_err(|e| e.code), Err("no_ledger".to_owned()));
}
