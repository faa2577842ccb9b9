//! A trace whose spans came with several files counts like one that came with a single file.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Company, temporary};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A span of 2026-10-05, some seconds after eight.
fn span(id: &str, parent: &str, second: u64, operation: &str, tokens: Option<(u64, u64)>) -> Value {
    let start = 1_791_187_200_000_000_000_u64 + second * 1_000_000_000;
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    let mut attributes = vec![
        text("gen_ai.operation.name", operation),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-5"),
    ];
    if let Some((input, output)) = tokens {
        for (key, count) in [("gen_ai.usage.input_tokens", input), ("gen_ai.usage.output_tokens", output)] {
            attributes.push(json!({ "key": key, "value": { "intValue": count.to_string() } }));
        }
    }
    json!({
        "traceId": TRACE, "spanId": id, "parentSpanId": parent, "name": operation, "attributes": attributes,
        "startTimeUnixNano": start.to_string(), "endTimeUnixNano": (start + 500_000_000).to_string(),
    })
}

fn file(folder: &std::path::Path, name: &str, spans: &[&Value]) -> PathBuf {
    let path = folder.join(name);
    let document =
        json!({ "resourceSpans": [{ "resource": {}, "scopeSpans": [{ "scope": { "name": "t" }, "spans": spans }] }] });
    std::fs::write(&path, document.to_string()).unwrap();
    path
}

/// Total, number of calls, and the spans of the trace with what each is and costs.
async fn told(company: &Company) -> Value {
    let filter = json!({ "month": "2026-10", "zone": "UTC" });
    let overview = company.ask("overview", json!({ "filter": filter })).await;
    let calls = company.ask("calls", json!({ "filter": filter })).await;
    let trace = company.ask("trace", json!({ "id": TRACE })).await;
    json!([overview["total"], calls["total"], trace["cost"], trace["nodes"].as_array().map(Vec::len)])
}

#[tokio::test]
async fn a_trace_in_two_files_counts_once() {
    let folder = temporary();
    let agent = span("00f067aa0ba902b1", "", 0, "invoke_agent", Some((30_000, 900)));
    let step = span("00f067aa0ba902b2", "00f067aa0ba902b1", 1, "execute_tool", None);
    let chats = [
        span("00f067aa0ba902b3", "00f067aa0ba902b2", 2, "chat", Some((20_000, 600))),
        span("00f067aa0ba902b4", "00f067aa0ba902b1", 3, "chat", Some((10_000, 300))),
    ];
    let whole = file(folder.path(), "whole.json", &[&agent, &step, &chats[0], &chats[1]]);
    let (first, second) =
        (file(folder.path(), "a.json", &[&agent]), file(folder.path(), "b.json", &[&step, &chats[0], &chats[1]]));
    // The one step that ties them together comes by itself, last of all.
    let apart = [
        file(folder.path(), "c.json", &[&agent]),
        file(folder.path(), "d.json", &[&chats[0]]),
        file(folder.path(), "e.json", &[&step]),
    ];
    let one = Company::in_zone("UTC").await;
    one.import(&[whole]).await;
    let expected = told(&one).await;
    assert_eq!((&expected[1], &expected[3]), (&json!(2), &json!(4)), "{expected}");

    let alone = Company::in_zone("UTC").await;
    alone.import(std::slice::from_ref(&first)).await;
    let of_agent = told(&alone).await;
    for order in [[&first, &second], [&second, &first]] {
        let company = Company::in_zone("UTC").await;
        for path in order {
            company.import(std::slice::from_ref(path)).await;
        }
        assert_eq!(told(&company).await, expected, "one after the other");
        let second_is = if order[0] == &second { 1 } else { 2 };
        company.ask("import_undo", json!({ "import": second_is })).await;
        assert_eq!(told(&company).await, of_agent, "undone");
    }
    let together = Company::in_zone("UTC").await;
    together.import(&[first, second]).await;
    assert_eq!(told(&together).await, expected, "with one import");

    let company = Company::in_zone("UTC").await;
    for path in &apart[..2] {
        company.import(std::slice::from_ref(path)).await;
    }
    // Nothing tells yet that one lies below the other.
    assert_eq!(told(&company).await[1], json!(2));
    company.import(&apart[2..]).await;
    assert_eq!(told(&company).await[1], json!(1));
}

#[tokio::test]
async fn what_was_forgotten_does_not_come_back_through_the_span_above() {
    let folder = temporary();
    // The agent begins ten seconds before midnight, its call at midnight.
    let agent = span("00f067aa0ba902b1", "", 57_590, "invoke_agent", Some((30_000, 900)));
    let mut chat = span("00f067aa0ba902b3", "00f067aa0ba902b1", 57_600, "chat", Some((30_000, 900)));
    let user = json!({ "key": "user.id", "value": { "stringValue": "u-4711" } });
    chat["attributes"].as_array_mut().unwrap().push(user);
    let (first, second) = (file(folder.path(), "a.json", &[&agent]), file(folder.path(), "b.json", &[&chat]));
    let mut other = span("00f067aa0ba902c1", "", 40, "chat", Some((1_000, 10)));
    other["traceId"] = json!("5bf92f3577b34da6a3ce929d0e0e4737");
    let later = file(folder.path(), "later.json", &[&other]);
    let filter = json!({ "filter": { "month": "2026-10", "zone": "UTC" } });
    for what in [json!({ "user": "u-4711" }), json!({ "from": "2026-10-06", "to": "2026-10-06" })] {
        let company = Company::in_zone("UTC").await;
        company.import(std::slice::from_ref(&first)).await;
        company.import(std::slice::from_ref(&second)).await;
        assert_eq!(company.ask("calls", filter.clone()).await["total"], 1);
        company.ask("forget", what).await;
        assert_eq!(company.ask("calls", filter.clone()).await["total"], 0);
        // The agent's day is decided about again.
        company.import(std::slice::from_ref(&later)).await;
        assert_eq!(company.ask("calls", filter.clone()).await["total"], 1);
    }
}
