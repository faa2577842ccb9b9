//! Is it all here, and who may say which source counts: against the generator's own sums.

use std::process::Command;

use serde_json::{Value, json};

use crate::care::own;
use crate::cli::{code, run, stdout};
use crate::support::{Company, month, pico, python, temporary, truth, usd};

fn nano(path: &[&str]) -> i64 {
    let node = path.iter().fold(truth(), |node, key| &node[*key]);
    node.as_i64().unwrap_or_else(|| panic!("{path:?}: {node}"))
}

fn account<'a>(coverage: &'a Value, provider: &str) -> &'a Value {
    let all = coverage["accounts"].as_array().unwrap();
    let mut of = all.iter().filter(|a| a["provider"] == provider);
    let found = of.next().unwrap_or_else(|| panic!("no {provider} in {coverage}"));
    assert!(of.next().is_none(), "two accounts of {provider}");
    found
}

fn gave<'a>(account: &'a Value, source: &str) -> &'a Value {
    let all = account["sources"].as_array().unwrap();
    all.iter().find(|s| s["source"] == source).unwrap_or_else(|| panic!("no {source} in {account}"))
}

#[tokio::test]
async fn every_source_says_what_its_own_files_say() {
    let company = Company::sample().await;
    let (mut listed, mut priced) = (0, 0);
    for m in ["2026-08", "2026-09", "2026-10"] {
        let coverage = company.ask("coverage", month(m, "Europe/Berlin")).await;
        let openai = account(&coverage, "openai");
        assert_eq!(gave(openai, "invoice")["amount"], usd(nano(&["headline", "berlin", m, "openai_billed_nano"])));
        // The usage export tells which calls were batches; their discount is planted.
        listed += i128::from(nano(&["usage", m, "openai", "list_nano"])) * 1000;
        priced += pico(&gave(openai, "provider_usage")["amount"]);
        assert_eq!(gave(openai, "own_logs")["amount"], usd(nano(&["logs", "berlin", m, "openai", "list_nano"])));
        let anthropic = account(&coverage, "anthropic");
        assert_eq!(
            gave(anthropic, "invoice")["amount"],
            usd(nano(&["headline", "berlin", m, "anthropic_billed_nano"]))
        );
        assert_eq!(gave(anthropic, "provider_usage")["amount"], usd(nano(&["usage", m, "anthropic", "list_nano"])));
        assert_eq!(gave(anthropic, "own_logs")["amount"], usd(nano(&["logs", "berlin", m, "anthropic", "list_nano"])));
        let google = account(&coverage, "google");
        assert_eq!(google["sources"].as_array().unwrap().len(), 1);
        assert_eq!(google["explained"], Value::Null);
        let used = gave(google, "own_logs");
        assert_eq!(used["used_days"], used["days"]);
    }
    let planted = truth()["planted"].as_array().unwrap();
    let batches = planted.iter().find(|p| p["id"] == "difference_service_tier").unwrap();
    assert_eq!(priced - listed, i128::from(batches["detail"]["nano"].as_i64().unwrap()) * 1000, "{batches}");

    // The planted day: no row of Anthropic reached the logs, and its invoice has it.
    let september = company.ask("coverage", month("2026-09", "UTC")).await;
    let day = &account(&september, "anthropic")["days"][16];
    assert_eq!((&day["date"], &day["used"]), (&json!("2026-09-17"), &json!("invoice")));
    assert_eq!(day["sources"], json!(["invoice", "provider_usage"]));
}

#[tokio::test]
async fn a_decision_changes_the_source_for_its_days_and_is_kept() {
    let folder = temporary();
    let (_, root) = own(folder.path()).await;
    let company = Company::at(&root, false).await;
    let of = |key: &str| nano(&["headline", "berlin", "2026-10", key]);
    let total = async || company.ask("overview", month("2026-10", "Europe/Berlin")).await["total"].clone();
    let decide = async |source: Value, from: &str, to: &str| {
        let request =
            json!({ "provider": "OpenAI", "from": from, "to": to, "source": source, "reason": "invoice is late" });
        company.ask("source_set", request).await
    };
    let before = total().await;
    assert_eq!(before, usd(of("total_nano")));

    let logs = nano(&["logs", "berlin", "2026-10", "openai", "list_nano"]);
    let coverage = decide(json!("own_logs"), "2026-10-01", "2026-10-31").await;
    assert_eq!(gave(account(&coverage, "openai"), "own_logs")["used_days"], 31);
    assert_eq!(coverage["decisions"][0]["reason"], "invoice is late");
    assert_eq!(total().await, usd(of("anthropic_billed_nano") + of("google_list_nano") + logs));

    let coverage = decide(json!("provider_usage"), "2026-10-01", "2026-10-31").await;
    let usage = pico(&gave(account(&coverage, "openai"), "provider_usage")["amount"]);
    let others = i128::from(of("anthropic_billed_nano") + of("google_list_nano")) * 1000;
    assert_eq!(pico(&total().await), others + usage);

    // The usual order again; other months were never touched.
    let coverage = decide(Value::Null, "2026-10-01", "2026-10-31").await;
    assert_eq!(coverage["decisions"].as_array().unwrap().len(), 3);
    assert_eq!(total().await, before);
    let doctor = company.ask("doctor", json!({ "path": root })).await;
    assert_eq!(doctor["healthy"], true);

    for (provider, account, from, to) in [
        ("nobody", "", "2026-10-01", "2026-10-31"),
        ("openai", "no such account", "2026-10-01", "2026-10-31"),
        ("openai", "", "2026-10-31", "2026-10-01"),
    ] {
        let request = json!({ "provider": provider, "account": account, "from": from, "to": to, "source": "own_logs" });
        assert_eq!(company.refused("source_set", request).await.code, "bad_request");
    }
}

#[tokio::test]
async fn the_command_line_shows_days_and_takes_decisions() {
    let folder = temporary();
    let (_, root) = own(folder.path()).await;
    let out = run(&root, &["coverage", "--month", "2026-09", "--zone", "UTC"]);
    assert_eq!(code(&out), 0);
    let text = stdout(&out);
    assert!(text.contains("3 provider accounts") && text.contains(", provider usage × price"), "{text}");
    let logs = text.lines().find(|line| line.starts_with("Anthropic") && line.contains("own logs")).unwrap();
    assert!(logs.ends_with(&format!("{}·{}", "▒".repeat(16), "▒".repeat(13))), "{logs}");
    let decide = ["coverage", "decide", "openai", "--from", "2026-09-01", "--to", "2026-09-30", "--source", "own-logs"];
    let text = stdout(&run(&root, &decide));
    assert!(text.contains("decided: openai, 2026-09-01 to 2026-09-30: own logs × price"), "{text}");
    assert_eq!(
        code(&run(
            &root,
            &["coverage", "decide", "nobody", "--from", "2026-09-01", "--to", "2026-09-30", "--source", "own-logs"]
        )),
        2
    );
}

/// What was exported while a day was running has a part of it: the total says so until the rest comes in.
#[tokio::test]
async fn a_day_that_was_still_running_is_there_in_part() {
    let Some(python) = python() else { return };
    let folder = temporary();
    let log = |name: &str, last: i64| {
        let line = |day: i64, hour: i64| {
            format!(
                "{{\"timestamp\":\"2026-10-{day:02}T{hour:02}:00:00Z\",\"provider\":\"openai\",\"model\":\"gpt-4o\",\"input_tokens\":10,\"output_tokens\":{hour}}}\n"
            )
        };
        let path = folder.path().join(name);
        std::fs::write(&path, (1..=last).flat_map(|day| [line(day, 9), line(day, 14)]).collect::<String>()).unwrap();
        path
    };
    let company = Company::in_zone("UTC").await;
    company.import(&[log("early.jsonl", 20)]).await;
    // As if it had been made on 20 October at noon.
    let script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('UPDATE import SET at = 1792497600000000'); db.commit()";
    let done = Command::new(python).args(["-c", script]).arg(company.path.join("outlay.db")).status().unwrap();
    assert!(done.success());
    let to_20 = json!({ "filter": { "from": "2026-10-01", "to": "2026-10-20", "zone": "UTC" } });
    let overview = company.ask("overview", to_20.clone()).await;
    let said = overview.to_string();
    assert!(said.contains("Incomplete: OpenAI 20 Oct only in part"), "{said}");
    let missing = &overview["trust"]["missing"][0];
    assert_eq!((&missing["dates"], &missing["partial"]), (&json!([]), &json!(["2026-10-20"])));
    assert_eq!(overview["trust"]["days_present"], 19);

    // The same file once more tells nothing new.
    company.import(&[log("again.jsonl", 20)]).await;
    assert_eq!(company.ask("overview", to_20.clone()).await["trust"]["days_present"], 19);
    company.import(&[log("late.jsonl", 21)]).await;
    let overview = company.ask("overview", to_20).await;
    assert_eq!((&overview["trust"]["missing"], &overview["trust"]["days_present"]), (&json!([]), &json!(20)));
}

/// A day that is missing in the zone asked about lies between two UTC days that are there.
#[tokio::test]
async fn a_local_day_without_calls_is_missing_although_no_utc_day_is() {
    let folder = temporary();
    let path = folder.path().join("calls.jsonl");
    // Los Angeles is seven hours behind UTC in October: its day of the 15th ends at 07:00 UTC on the 16th.
    let hours = (1..=30 * 24).map(|hour| hour + 7).filter(|hour| !(14 * 24 + 7..15 * 24 + 7).contains(hour));
    let lines: String = hours
        .map(|hour| {
            let (day, hour) = (1 + hour / 24, hour % 24);
            let row = json!({
                "timestamp": format!("2026-10-{day:02}T{hour:02}:30:00Z"), "provider": "openai", "model": "gpt-5",
                "operation": "chat", "input_tokens": 100, "output_tokens": 10, "request_id": format!("r{day}-{hour}"),
            });
            format!("{row}\n")
        })
        .collect();
    std::fs::write(&path, lines).unwrap();
    let missing = |zone: &'static str| {
        let path = path.clone();
        async move {
            let company = Company::in_zone(zone).await;
            company.import(&[path]).await;
            let filter = json!({ "from": "2026-10-02", "to": "2026-10-29", "zone": zone });
            let reply = company.ask("coverage", json!({ "filter": filter })).await;
            let days = reply["accounts"][0]["days"].as_array().unwrap().iter();
            days.filter(|day| day["missing"] == true).map(|day| day["date"].clone()).collect::<Vec<_>>()
        }
    };
    assert!(missing("UTC").await.is_empty());
    assert_eq!(missing("America/Los_Angeles").await, [json!("2026-10-15")]);
}

/// A provider's whole day keeps its date in every zone; an hour that begins with it does not.
#[tokio::test]
async fn a_billed_day_keeps_its_date_beside_a_billed_hour() {
    let folder = temporary();
    let path = folder.path().join("focus.csv");
    let line = |end: &str, cost: &str| {
        format!(
            "AWS,111122223333,USD,Usage,2026-10-03T00:00:00Z,{end},Amazon Bedrock,AI and Machine Learning,\
             Claude Sonnet 4.5 input tokens,{cost},1,Tokens\n"
        )
    };
    let text = format!(
        "ProviderName,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,\
         ServiceCategory,SkuMeter,BilledCost,ConsumedQuantity,ConsumedUnit\n{}{}{}",
        line("2026-10-04T00:00:00Z", "24"),
        line("2026-10-03T01:00:00Z", "1"),
        line("2026-10-04T00:00:00Z", "48"),
    );
    std::fs::write(&path, text).unwrap();
    let company = Company::in_zone("America/New_York").await;
    company.import(&[path]).await;
    for (date, cost) in [("2026-10-02", "1"), ("2026-10-03", "72")] {
        let filter = json!({ "from": date, "to": date, "zone": "America/New_York" });
        let total = company.ask("overview", json!({ "filter": filter })).await["total"]["amount"].clone();
        assert!(total.as_str().unwrap().starts_with(&format!("{cost}.0000")), "{date}: {total}");
    }
}
