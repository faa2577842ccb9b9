//! Results of batches: the providers' published examples, and what comes of lines without a time.

mod common;

use common::{Sums, read_as, read_into};
use outlay_import::{ImportError, ReadOptions};
use outlay_model::tokens::Tokens;

fn rejects(sums: &Sums) -> Vec<(u64, &str)> {
    sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect()
}

/// The example of OpenAI's API reference ("The request output object"), with its model's name.
const CHAT: &str = r#"{"id": "batch_req_wnaDys", "custom_id": "request-2", "response": {"status_code": 200, "request_id": "req_c187b3", "body": {"id": "chatcmpl-9758Iw", "object": "chat.completion", "created": 1711475054, "model": "gpt-3.5-turbo", "choices": [{"index": 0, "message": {"role": "assistant", "content": "2 + 2 equals 4."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 24, "completion_tokens": 15, "total_tokens": 39}, "system_fingerprint": null}}, "error": null}"#;

/// A batch object as the API reference shows one, over several lines as it comes.
const OPENAI_BATCH: &str = r#"{
  "id": "batch_abc123",
  "object": "batch",
  "endpoint": "/v1/chat/completions",
  "errors": null,
  "input_file_id": "file-abc123",
  "completion_window": "24h",
  "status": "completed",
  "output_file_id": "file-cvaTdG",
  "error_file_id": "file-HOWS94",
  "created_at": 1711471533,
  "in_progress_at": 1711471538,
  "expires_at": 1711557933,
  "finalizing_at": 1711493133,
  "completed_at": 1711493163,
  "failed_at": null,
  "expired_at": null,
  "request_counts": {
    "total": 100,
    "completed": 95,
    "failed": 5
  },
  "metadata": {
    "customer_id": "user_123456789"
  }
}
"#;

fn embeddings(id: &str) -> String {
    format!(
        "{{\"id\":\"batch_req_{id}\",\"custom_id\":\"{id}\",\"response\":{{\"status_code\":200,\"request_id\":\"r\",\"body\":{{\
        \"object\":\"list\",\"data\":[{{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,-0.2]}}],\
        \"model\":\"text-embedding-3-small\",\"usage\":{{\"prompt_tokens\":8,\"total_tokens\":8}}}}}},\"error\":null}}"
    )
}

const EXPIRED: &str = r#"{"id": "batch_req_123", "custom_id": "request-3", "response": null, "error": {"code": "batch_expired", "message": "This request could not be executed before the completion window expired."}}"#;
const REFUSED: &str = r#"{"id":"batch_req_124","custom_id":"request-4","response":{"status_code":400,"request_id":"r","body":{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}},"error":null}"#;

#[test]
fn an_output_file_of_openai() {
    let (summary, sums) = read_as("openai-batch", format!("{CHAT}\n"));
    assert_eq!((summary.rows, sums.total().uncached_input, sums.total().output), (1, 24, 15));
    for part in [
        "time: 1711475054000000",
        "provider: \"openai\"",
        "model: \"gpt-3.5-turbo\"",
        "operation: \"chat\"",
        "tier: \"batch\"",
        "status: \"ok\"",
        "finish_reason: \"stop\"",
        "request_id: \"chatcmpl-9758Iw\"",
        "trace_id: \"request-2\"",
        "span_id: \"batch_req_wnaDys\"",
        "output: Some(\"2 + 2 equals 4.\")",
        "latency_ms: None",
        "recorded_cost: None",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
    // Another provider's file of the same shape is not OpenAI's.
    let (_, sums) = read_as("openai-batch", CHAT.replace("gpt-3.5-turbo", "deepseek-chat"));
    assert!(sums.shown[0].contains("provider: \"deepseek\""), "{}", sums.shown[0]);
}

#[test]
fn usage_of_each_endpoint() {
    let line = |body: &str| {
        format!(
            "{{\"id\":\"b\",\"custom_id\":\"c\",\"response\":{{\"status_code\":200,\"body\":{{{body}}}}},\"error\":null}}\n"
        )
    };
    let of = |body: &str| {
        let (_, sums) = read_as("openai-batch", line(body));
        assert!(sums.rejects.is_empty(), "{:?}", sums.rejects);
        (sums.total(), sums.shown[0].clone())
    };
    let (t, _) = of(
        r#""id":"x","object":"chat.completion","created":1711475054,"model":"gpt-5.2","usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":300,"cache_write_tokens":200,"audio_tokens":40,"image_tokens":60},"completion_tokens_details":{"reasoning_tokens":25,"audio_tokens":10,"accepted_prediction_tokens":0,"rejected_prediction_tokens":5}}"#,
    );
    assert_eq!(
        t,
        Tokens {
            uncached_input: 400,
            cache_read: 300,
            cache_write_unknown: 200,
            audio_input: 40,
            image_input: 60,
            output: 90,
            reasoning: 25,
            audio_output: 10,
            ..Tokens::default()
        }
    );
    let (t, shown) = of(
        r#""id":"resp_1","object":"response","created_at":1741476542.0,"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"model":"gpt-5.2","output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"Half an"}]}],"usage":{"input_tokens":500,"input_tokens_details":{"cached_tokens":100,"cache_write_tokens":70,"cache_write_tokens_details":{"ttl_30m_tokens":40,"ttl_12h_tokens":20}},"output_tokens":60,"output_tokens_details":{"reasoning_tokens":50},"total_tokens":560}"#,
    );
    assert_eq!((t.uncached_input, t.cache_read, t.output, t.reasoning), (330, 100, 60, 50));
    assert_eq!((t.cache_write_30m, t.cache_write_12h, t.cache_write_unknown), (40, 20, 10));
    for part in ["time: 1741476542000000", "finish_reason: \"max_output_tokens\"", "output: Some(\"Half an\")"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let (t, shown) = of(
        r#""created":1711475054,"model":"gpt-image-1","data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":50,"input_tokens_details":{"image_tokens":40,"text_tokens":10},"output_tokens":100,"output_tokens_details":{"image_tokens":100},"total_tokens":150}"#,
    );
    assert_eq!((t.uncached_input, t.image_input, t.output, t.image_output), (10, 40, 0, 100));
    assert!(shown.contains("operation: \"image\""), "{shown}");
    // Without usage it is unknown.
    let (_, shown) = of(r#""id":"x","object":"chat.completion","created":1711475054,"model":"gpt-5.2","usage":null"#);
    assert!(shown.contains("tokens: None") && shown.contains("status: \"ok\""), "{shown}");
}

#[test]
fn lines_without_a_time_take_that_of_their_batch() {
    let text = format!("{OPENAI_BATCH}{CHAT}\n{}\n{EXPIRED}\n{REFUSED}\n", embeddings("e1"));
    let (summary, sums) = read_as("openai-batch", text);
    assert_eq!((summary.rows, sums.pushed), (4, 4), "{:?}", sums.rejects);
    assert!(summary.notes.iter().any(|n| n.contains("have their batch's: 3")), "{:?}", summary.notes);
    // The batch began 5 seconds after it was made; a line's own time goes before that.
    assert!(sums.shown[0].starts_with("27 ") && sums.shown[0].contains("time: 1711475054000000"), "{}", sums.shown[0]);
    assert!(sums.shown[1].starts_with("28 ") && sums.shown[1].contains("time: 1711471538000000"), "{}", sums.shown[1]);
    assert!(sums.shown[1].contains("operation: \"embeddings\"") && sums.shown[1].contains("uncached_input: 8,"));
    for (shown, word) in sums.shown[2..].iter().zip(["batch_expired", "context_length_exceeded"]) {
        for part in ["tokens: None", "status: \"error\"", "tier: \"batch\"", &format!("error_type: \"{word}\"")] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
    // Without the batch such lines are refused, and say what to do.
    let (_, sums) = read_as("openai-batch", format!("{CHAT}\n{}\n{EXPIRED}\n", embeddings("e1")));
    assert_eq!((sums.pushed, rejects(&sums)), (1, vec![(2, "response.body.created"), (3, "response.body.created")]));
    assert!(sums.rejects[0].reason.contains("GET /v1/batches/<id>"), "{:?}", sums.rejects[0]);
    // The object may also stand on a line, in the middle, or right before the first result.
    let flat: String = OPENAI_BATCH.lines().map(str::trim).collect();
    for text in [
        format!("{flat}\n{}\n", embeddings("e1")),
        format!("{flat}{}\n", embeddings("e1")),
        format!("{CHAT}\n{flat}\n{}\n", embeddings("e1")),
    ] {
        let (_, sums) = read_as("openai-batch", text);
        assert!(sums.shown.last().is_some_and(|s| s.contains("time: 1711471538000000")), "{:?}", sums.rejects);
    }
}

#[test]
fn lines_of_openai_that_are_none() {
    let with = |from: &str, to: &str| CHAT.replace(from, to);
    let text = [
        CHAT.to_owned(),
        with("\"total_tokens\": 39", "\"total_tokens\": 40"),
        with("\"prompt_tokens\": 24", "\"prompt_tokens\": -24"),
        with("\"prompt_tokens\": 24", "\"prompt_tokens\": \"24\""),
        with("\"completion_tokens\": 15, ", ""),
        with("\"prompt_tokens\": 24, ", ""),
        with("\"usage\": {", "\"usage\": [1], \"x\": {"),
        with("1711475054", "0"),
        with("\"created\": 1711475054", "\"created\": \"yesterday\""),
        with("\"body\": {", "\"other\": {"),
        with("\"model\": \"gpt-3.5-turbo\"", "\"model\": {}"),
        with("\"prompt_tokens\": 24", "\"prompt_tokens\": 24, \"prompt_tokens_details\": {\"cached_tokens\": 25}"),
        with(
            "\"prompt_tokens\": 24, \"completion_tokens\": 15, \"total_tokens\": 39",
            "\"prompt_tokens\": 2000000000, \"completion_tokens\": 0",
        ),
        "[1,2]".to_owned(),
        "{\"custom_id\": nope}".to_owned(),
        CHAT[..120].to_owned(),
    ]
    .join("\n");
    let (summary, sums) = read_as("openai-batch", text);
    assert_eq!((summary.rows, sums.pushed), (16, 2));
    assert_eq!(
        rejects(&sums),
        [
            (2, "response.body.usage.total_tokens"),
            (3, "response.body.usage.prompt_tokens"),
            (5, "response.body.usage.completion_tokens"),
            (6, "response.body.usage.prompt_tokens"),
            (7, "response.body.usage"),
            (8, "response.body.created"),
            (9, "response.body.created"),
            (10, "response.body.created"),
            (11, "response.body.model"),
            (12, "response.body.usage.prompt_tokens"),
            (13, "response.body.usage.completion_tokens"),
            (14, ""),
            (15, ""),
            (16, ""),
        ]
    );
    assert!(sums.rejects[13].reason.contains("cut off"), "{:?}", sums.rejects[13]);
}

/// The results that Anthropic's documentation shows, with one of each kind that did not succeed.
const RESULTS: &str = r#"{"custom_id":"my-second-request","result":{"type":"succeeded","message":{"id":"msg_014VwiXbi91y3JMjcpyGBHX5","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{"type":"text","text":"Hello again!"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":36}}}}
{"custom_id":"my-first-request","result":{"type":"succeeded","message":{"id":"msg_01FqfsLoHwgeFbguDgpz48m7","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{"type":"text","text":"Hello!"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":34}}}}
{"custom_id":"third","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"},"request_id":null}}}
{"custom_id":"fourth","result":{"type":"canceled"}}
{"custom_id":"fifth","result":{"type":"expired"}}
"#;

/// A batch object as the API reference shows one.
const ANTHROPIC_BATCH: &str = r#"{"id":"msgbatch_013Zva2CMHLNnXjNJJKqJ2EF","archived_at":null,"cancel_initiated_at":null,"created_at":"2024-08-20T18:37:24.100435Z","ended_at":"2024-08-20T19:02:00Z","expires_at":"2024-08-21T18:37:24.100435Z","processing_status":"ended","request_counts":{"canceled":1,"errored":1,"expired":1,"processing":0,"succeeded":2},"results_url":"https://api.anthropic.com/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/results","type":"message_batch"}"#;

#[test]
fn results_of_anthropic_need_their_batch() {
    let mut sums = Sums::default();
    let refused = read_into(Some("anthropic-batch"), None, RESULTS, &ReadOptions::default(), &mut sums);
    let told = refused.as_ref().map_err(ToString::to_string).expect_err("refused");
    assert!(matches!(refused, Err(ImportError::TimeNeeded { .. })), "{told}");
    assert!(told.contains("GET /v1/messages/batches/<id>") && sums.pushed == 0, "{told}");

    // date -u -d 2024-08-20T18:37:24Z +%s is 1724179044.
    let pretty = ANTHROPIC_BATCH.replace(',', ",\n  ").replace("{\"id", "{\n  \"id").replace("batch\"}", "batch\"\n}");
    for (text, line) in [
        (format!("{ANTHROPIC_BATCH}\n{RESULTS}"), 2),
        (format!("{ANTHROPIC_BATCH}{RESULTS}"), 1),
        (format!("{pretty}\n{RESULTS}"), 17),
    ] {
        let (summary, sums) = read_as("anthropic-batch", text);
        assert_eq!((summary.rows, sums.pushed, sums.rejects.len()), (5, 5, 0), "{:?}", sums.rejects);
        assert_eq!((sums.total().uncached_input, sums.total().output), (21, 70));
        assert!(sums.shown[0].starts_with(&format!("{line} ")), "{}", sums.shown[0]);
        assert!(sums.shown.iter().all(|s| s.contains("time: 1724179044100435") && s.contains("tier: \"batch\"")));
        for part in [
            "request_id: \"msg_014VwiXbi91y3JMjcpyGBHX5\"",
            "trace_id: \"my-second-request\"",
            "model: \"claude-opus-4-8\"",
            "finish_reason: \"end_turn\"",
            "output: Some(\"Hello again!\")",
        ] {
            assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
        }
        for (shown, word) in sums.shown[2..].iter().zip(["invalid_request_error", "canceled", "expired"]) {
            for part in ["tokens: None", "status: \"error\"", &format!("error_type: \"{word}\"")] {
                assert!(shown.contains(part), "{part} in {shown}");
            }
        }
        assert!(!summary.notes.iter().any(|n| n.contains("missing")), "{:?}", summary.notes);
    }
}

#[test]
fn a_batch_knows_how_many_results_it_has() {
    let short: String = RESULTS.lines().skip(1).map(|line| format!("{line}\n")).collect();
    let (summary, _) = read_as("anthropic-batch", format!("{ANTHROPIC_BATCH}\n{short}"));
    assert!(
        summary.notes.iter().any(|n| n.contains("2 of its results are \"succeeded\", the file has 1")),
        "{:?}",
        summary.notes
    );
    // Each of two batches has its own time and its own numbers.
    let second = ANTHROPIC_BATCH.replace("2024-08-20T18", "2024-08-22T18");
    let (summary, sums) = read_as("anthropic-batch", format!("{ANTHROPIC_BATCH}\n{RESULTS}{second}\n{RESULTS}"));
    assert_eq!((summary.rows, sums.pushed), (10, 10));
    assert!(sums.shown[4].contains("time: 1724179044100435") && sums.shown[5].contains("time: 1724351844100435"));
    assert!(!summary.notes.iter().any(|n| n.contains("missing")), "{:?}", summary.notes);
}

#[test]
fn usage_of_a_message() {
    let of = |usage: &str| {
        let line = format!(
            "{{\"custom_id\":\"c\",\"result\":{{\"type\":\"succeeded\",\"message\":{{\"id\":\"m\",\"model\":\"claude-opus-4-8\",\"usage\":{usage}}}}}}}"
        );
        read_as("anthropic-batch", format!("{ANTHROPIC_BATCH}\n{line}\n"))
    };
    let (_, sums) = of(
        r#"{"input_tokens":5,"cache_creation_input_tokens":70,"cache_read_input_tokens":900,"cache_creation":{"ephemeral_5m_input_tokens":40,"ephemeral_1h_input_tokens":20},"output_tokens":50,"output_tokens_details":{"thinking_tokens":30},"service_tier":"batch","inference_geo":"us"}"#,
    );
    let t = sums.total();
    assert_eq!((t.uncached_input, t.cache_read, t.output, t.reasoning), (5, 900, 50, 30));
    assert_eq!((t.cache_write_5m, t.cache_write_1h, t.cache_write_unknown), (40, 20, 10));
    assert!(sums.shown[0].contains("region: \"us\""), "{}", sums.shown[0]);
    let (_, sums) =
        of(r#"{"input_tokens":5,"cache_creation_input_tokens":70,"output_tokens":50,"inference_geo":"not_available"}"#);
    assert_eq!(sums.total().cache_write_unknown, 70);
    assert!(sums.shown[0].contains("region: \"\""), "{}", sums.shown[0]);
    let (_, sums) = of("null");
    assert!(sums.shown[0].contains("tokens: None"), "{}", sums.shown[0]);
    let (summary, _) = of(
        r#"{"input_tokens":5,"output_tokens":50,"iterations":[{"type":"message"},{"type":"compaction","input_tokens":9}]}"#,
    );
    assert!(summary.notes.iter().any(|n| n.contains("compaction")), "{:?}", summary.notes);
    for (usage, column) in [
        (r#"{"input_tokens":5}"#, "output_tokens"),
        (r#"{"output_tokens":5}"#, "input_tokens"),
        (r#"{"input_tokens":5,"output_tokens":5,"output_tokens_details":{"thinking_tokens":6}}"#, "output_tokens"),
        (
            r#"{"input_tokens":5,"output_tokens":5,"cache_creation_input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":2}}"#,
            "cache_creation_input_tokens",
        ),
        (r#"{"input_tokens":"five","output_tokens":5}"#, "input_tokens"),
        (r#"{"input_tokens":[],"output_tokens":5}"#, "input_tokens"),
    ] {
        let column = format!("result.message.usage.{column}");
        assert_eq!(rejects(&of(usage).1), [(2, column.as_str())], "{usage}");
    }
}

#[test]
fn lines_of_anthropic_that_are_none() {
    let good = RESULTS.lines().next().unwrap_or_default();
    let text = [
        ANTHROPIC_BATCH,
        good,
        r#"{"custom_id":"a","result":{"type":"succeeded"}}"#,
        r#"{"custom_id":"b","result":{"type":"perhaps"}}"#,
        r#"{"custom_id":"c","result":"errored"}"#,
        r#"{"custom_id":"d"}"#,
        "{nope}",
        r#"{"id":"msgbatch_2","type":"message_batch","created_at":null}"#,
        good,
        &good[..100],
    ]
    .join("\n");
    let (summary, sums) = read_as("anthropic-batch", text);
    assert_eq!((summary.rows, sums.pushed), (8, 1));
    assert_eq!(
        rejects(&sums),
        [
            (3, "result.message"),
            (4, "result.type"),
            (5, "result"),
            (6, "result.type"),
            (7, ""),
            (9, "created_at"),
            (10, "")
        ]
    );
    // What is to be sent is no result.
    let input =
        r#"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[]}}"#;
    let refused = read_into(None, None, input, &ReadOptions::default(), &mut Sums::default());
    assert!(matches!(refused, Err(ImportError::Unknown { .. })));
}
