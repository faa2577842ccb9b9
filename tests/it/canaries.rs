//! Planted secrets and planted persons: whatever the format, none of them is found in the company file, in what is
//! printed, or in an export.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::cli::run;
use crate::support::{python, root, temporary};

/// Secrets of every shape that is known by its look, each followed by the mark of where it was planted.
fn secrets(mark: &str) -> Vec<String> {
    let long = format!("{mark}Q7w8E9r0T1y2U3i4O5p6A7s8D9f0");
    vec![
        format!("sk-proj-{long}"),
        format!("sk-ant-api03-{long}"),
        format!("ghp_{long}"),
        format!("xoxb-{long}"),
        format!("Bearer {long}"),
        format!("api_key={long}"),
        format!("https://me:{long}@host/path"),
        format!("eyJhbGciOi{mark}.eyJzdWIiOi{mark}.{long}"),
    ]
}

/// A text as people write prompts: with a person in it, and a secret.
fn text(mark: &str) -> String {
    format!("I am Erika{mark} Mustermann, erika{mark}@example.org, my key is sk-proj-{mark}Q7w8E9r0T1y2U3i4O5p6")
}

/// Each format that can carry texts or free words, with everything planted. The name of the file, and its text.
fn planted() -> Vec<(&'static str, String)> {
    let attribute = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    let number = |key: &str, value: i64| json!({ "key": key, "value": { "intValue": value.to_string() } });
    let lines = |rows: Vec<Value>| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    let names = |mark: &str| secrets(mark);
    let mut out = Vec::new();

    let mut rows = Vec::new();
    for (at, secret) in names("JL").iter().enumerate() {
        rows.push(json!({
            "timestamp": format!("2026-10-03T10:00:{at:02}Z"), "model": "gpt-4o", "provider": "openai",
            "input_tokens": 10, "output_tokens": 1, "feature": secret, "customer": format!("x {secret}"),
            "error_type": secret, "prompt_text": text("JL"), "output_text": text("JL"), "system_text": text("JL"),
            "note": text("JL"), "prompt": text("JL"),
        }));
        // Refused rows are kept to be looked at.
        rows.push(json!({ "timestamp": secret, "model": "gpt-4o", "input_tokens": 10, "output_tokens": 1 }));
        rows.push(json!({ "timestamp": "2026-10-03T10:00:00Z", "model": "gpt-4o", "input_tokens": secret }));
    }
    out.push(("trace.jsonl", lines(rows)));

    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let mut table = String::from("timestamp,model,input_tokens,output_tokens,feature,prompt_text,note\n");
    for secret in names("TC") {
        let (secret, words) = (quoted(&secret), quoted(&text("TC")));
        table += &format!("2026-10-03T11:00:00Z,gpt-4o,10,1,{secret},{words},{words}\n");
        table += &format!("{secret},gpt-4o,10,1,x,{words},{words}\n");
    }
    out.push(("trace.csv", table));

    let span = |at: usize, secret: &str| {
        let message = json!([{ "role": "user", "parts": [{ "type": "text", "content": text("OT") }] }]).to_string();
        json!({
            "traceId": format!("{at:032x}"), "spanId": format!("{:016x}", at + 1), "name": format!("chat {secret}"),
            "startTimeUnixNano": "1791021600000000000", "endTimeUnixNano": "1791021601000000000",
            "status": { "code": 2, "message": text("OT") },
            "attributes": [
                attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.provider.name", "openai"),
                attribute("gen_ai.request.model", "gpt-4o"), number("gen_ai.usage.input_tokens", 10),
                number("gen_ai.usage.output_tokens", 1), attribute("gen_ai.input.messages", &message),
                attribute("gen_ai.output.messages", &message), attribute("gen_ai.system_instructions", &message),
                attribute("gen_ai.prompt", &text("OT")), attribute("gen_ai.completion", &text("OT")),
                attribute("gen_ai.agent.name", secret), attribute("error.type", secret), attribute("custom", secret),
            ],
            "events": [{ "name": "exception", "timeUnixNano": "1791021600500000000",
                "attributes": [attribute("exception.message", &text("OT")), attribute("exception.type", secret)] }],
        })
    };
    let spans: Vec<Value> = names("OT").iter().enumerate().map(|(at, secret)| span(at, secret)).collect();
    out.push((
        "otlp.json",
        json!({ "resourceSpans": [{ "resource": { "attributes": [attribute("service.name", &names("OT")[0])] },
        "scopeSpans": [{ "scope": { "name": "s" }, "spans": spans }] }] })
        .to_string(),
    ));

    let inference = |at: usize, secret: &str| {
        json!({
            "name": secret, "context": { "trace_id": format!("{:032x}", at + 900), "span_id": format!("{:016x}", at + 901) },
            "parent_id": null, "start_time": "2026-10-03T12:00:00Z", "end_time": "2026-10-03T12:00:01Z",
            "status_code": "ERROR", "status_message": text("OI"),
            "attributes": { "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o",
                "llm.token_count.prompt": 10, "llm.token_count.completion": 1, "input.value": text("OI"),
                "output.value": text("OI"), "llm.input_messages.0.message.content": text("OI"),
                "metadata": text("OI"), "session.id": secret },
        })
    };
    out.push(("inference.jsonl", lines(names("OI").iter().enumerate().map(|(at, s)| inference(at, s)).collect())));

    let bedrock = |at: usize, secret: &str| {
        json!({
            "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-10-03T13:00:00Z",
            "accountId": "111122223333", "identity": { "arn": "arn:aws:iam::111122223333:user/app" },
            "region": "eu-central-1", "requestId": format!("r-{at}"), "operation": "Converse",
            "modelId": "amazon.nova-lite-v1:0", "requestMetadata": { "feature": secret, "ticket": secret },
            "input": { "inputBodyJson": { "messages": [{ "role": "user", "content": [{ "text": text("BR") }] }] }, "inputTokenCount": 10 },
            "output": { "outputBodyJson": { "output": { "message": { "content": [{ "text": text("BR") }] } } }, "outputTokenCount": 1 },
        })
    };
    out.push(("bedrock.jsonl", lines(names("BR").iter().enumerate().map(|(at, s)| bedrock(at, s)).collect())));

    let batch = |at: usize, secret: &str| {
        json!({
            "id": format!("batch_req_{at}"), "custom_id": secret, "error": null,
            "response": { "status_code": 200, "request_id": format!("req_{at}"), "body": {
                "id": format!("chatcmpl-{at}"), "object": "chat.completion", "created": 1_791_021_600, "model": "gpt-4o",
                "choices": [{ "index": 0, "message": { "role": "assistant", "content": text("OB") }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11 } } },
        })
    };
    out.push(("batch.jsonl", lines(names("OB").iter().enumerate().map(|(at, s)| batch(at, s)).collect())));

    let result = |at: usize, secret: &str| {
        json!({ "custom_id": secret, "result": { "type": "succeeded", "message": {
            "id": format!("msg_{at}"), "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
            "content": [{ "type": "text", "text": text("AB") }], "stop_reason": "end_turn", "stop_sequence": null,
            "usage": { "input_tokens": 10, "output_tokens": 1 } } } })
    };
    let of = json!({ "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended",
        "request_counts": { "processing": 0, "succeeded": 8, "errored": 0, "canceled": 0, "expired": 0 },
        "ended_at": "2026-10-03T14:00:00Z", "created_at": "2026-10-03T13:00:00Z", "expires_at": "2026-10-04T13:00:00Z" });
    let results: Vec<Value> = names("AB").iter().enumerate().map(|(at, s)| result(at, s)).collect();
    out.push(("results.jsonl", format!("{of}\n{}", lines(results))));

    let mut usage = String::from(
        "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,\
         input_tokens,output_tokens,input_cached_tokens,input_audio_tokens,output_audio_tokens\n",
    );
    for secret in names("OU") {
        let secret = quoted(&secret);
        usage += &format!(
            "1790985600,1791072000,2026-10-03T00:00:00+00:00,2026-10-04T00:00:00+00:00,{secret},1,{secret},{secret},gpt-4o,False,10,1,0,0,0\n"
        );
    }
    out.push(("usage.csv", usage));

    let mut focus = String::from(
        "ProviderName,BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,\
         ServiceName,ServiceCategory,SkuMeter,ConsumedQuantity,ConsumedUnit,ChargeDescription,ResourceName,Tags\n",
    );
    for secret in names("FO") {
        let tags = quoted(&json!({ "team": secret, "owner": secret, "feature": secret }).to_string());
        let secret = quoted(&secret);
        focus += &format!(
            "Amazon Web Services,1.5,{secret},USD,Usage,2026-10-03T00:00:00Z,2026-10-04T00:00:00Z,Amazon Bedrock,AI and Machine Learning,Nova input tokens,10,Tokens,{secret},{secret},{tags}\n"
        );
    }
    out.push(("focus.csv", focus));

    // Nobody knows these: they are refused, and the refusal tells what was seen.
    out.push(("unknown.csv", format!("colour,{}\nred,{}\n", quoted(&names("UC")[0]), quoted(&text("UC")))));
    out.push(("unknown.txt", format!("Dear Ada,\n{}\n{}\n", names("UT").join("\n"), text("UT"))));
    out
}

/// What of the planted is in a text.
fn found(text: &str) -> Vec<String> {
    let marks = ["JL", "TC", "OT", "OI", "BR", "OB", "AB", "OU", "FO", "UC", "UT"];
    let needle = |mark: &&str| [format!("{mark}Q7w8E9"), format!("Erika{mark}"), format!("erika{mark}")];
    marks.iter().flat_map(needle).filter(|needle| text.contains(needle.as_str())).collect()
}

fn dump(ledger: &Path) -> Option<String> {
    let script = root().join("tests/outside/dump.py");
    let run = Command::new(python()?).arg(script).arg(ledger).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(String::from_utf8_lossy(&run.stdout).into_owned())
}

#[test]
fn what_was_planted_is_nowhere() {
    let folder = temporary();
    let ledger = folder.path().join("ledger");
    let mut leaks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut look = |place: String, text: &str| {
        let found = found(text);
        if !found.is_empty() {
            leaks.insert(place, found);
        }
    };
    let mut imported = 0;
    for (name, text) in planted() {
        let file: PathBuf = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let out = run(&ledger, &["import", "--json", &file.to_string_lossy()]);
        look(
            format!("{name}: what the import prints"),
            &String::from_utf8_lossy(&[out.stdout.clone(), out.stderr].concat()),
        );
        let people = run(&ledger, &["import", &file.to_string_lossy()]);
        look(format!("{name}: for people"), &String::from_utf8_lossy(&[people.stdout, people.stderr].concat()));
        let reply: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
        let rows = reply["imported"].as_u64().unwrap_or(0);
        assert!(rows > 0 || name.starts_with("unknown"), "{name}: nothing came in: {reply}");
        imported += rows;
    }
    assert!(imported > 60, "{imported}");
    for arguments in [
        vec!["imports", "--json"],
        vec!["imports", "show", "1", "--json"],
        vec!["imports", "show", "2"],
        vec!["calls", "--month", "2026-10", "--csv"],
        vec!["calls", "--month", "2026-10", "--json"],
        vec!["hotspots", "--month", "2026-10", "--by", "feature,customer,error", "--csv"],
        vec!["hotspots", "--month", "2026-10", "--by", "agent,session,project", "--json"],
        vec!["coverage", "--month", "2026-10", "--json"],
        vec!["overview", "--month", "2026-10"],
        vec!["names", "--json"],
        vec!["prices", "--json"],
        vec!["doctor"],
    ] {
        let out = run(&ledger, &arguments);
        look(arguments.join(" "), &String::from_utf8_lossy(&[out.stdout, out.stderr].concat()));
    }
    if let Some(tables) = dump(&ledger) {
        assert!(tables.contains("[secret removed]"), "nothing was planted where it is kept");
        for line in tables.lines() {
            look(format!("table: {}", line.chars().take(300).collect::<String>()), line);
        }
    }
    let raw = Command::new("grep").args(["-rlaE", "Q7w8E9|Erika|erika"]).arg(&ledger).output().unwrap();
    assert!(raw.stdout.is_empty(), "in the bytes of {}", String::from_utf8_lossy(&raw.stdout));
    assert!(leaks.is_empty(), "{leaks:#?}");
}
