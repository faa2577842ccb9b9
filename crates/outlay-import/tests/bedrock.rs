//! Bedrock's invocation log: a real record, and made ones in every wrapping that they are exported in.

mod common;

use common::{Sums, read_as, read_into, shared};
use outlay_import::ReadOptions;
use proptest::prelude::*;

fn rejects(sums: &Sums) -> Vec<(u64, &str)> {
    sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect()
}

fn records(sums: &Sums) -> Vec<&str> {
    sums.shown.iter().map(|shown| shown.split_once(' ').map_or("", |(_, record)| record)).collect()
}

#[test]
fn a_real_record() {
    let Some(text) = shared("formats/samples/bedrock-invocation-log/converse_stream_nova.jsonl") else { return };
    let (summary, sums) = read_as("bedrock-invocation-log", text);
    // jq '.input.inputTokenCount, .output.outputTokenCount, .output.outputBodyJson.metrics.latencyMs': 4, 38, 302.
    assert_eq!((summary.rows, sums.pushed, sums.total().uncached_input, sums.total().output), (1, 1, 4, 38));
    assert_eq!(sums.total().total(), 42);
    // date -u -d 2025-03-11T00:38:02Z +%s is 1741653482.
    for part in [
        "time: 1741653482000000",
        "provider: \"bedrock\"",
        "account: \"XXXXXXXXXXXXX\"",
        "model: \"amazon.nova-lite-v1:0\"",
        "operation: \"chat\"",
        "region: \"us-east-1\"",
        "user: \"dheeraj\"",
        "api_key: \"\"",
        "request_id: \"ff4b6c63-5561-4431-93b8-06a817275900\"",
        "latency_ms: Some(302)",
        "ttft_ms: None",
        "finish_reason: \"end_turn\"",
        "prompt: Some(\"hello how are you\")",
        "status: \"ok\"",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
}

fn record(id: &str, rest: &str) -> String {
    format!(
        "{{\"schemaType\":\"ModelInvocationLog\",\"schemaVersion\":\"1.0\",\"timestamp\":\"2026-10-03T14:05:00.250Z\",\
        \"accountId\":\"111122223333\",\"identity\":{{\"arn\":\"arn:aws:sts::111122223333:assumed-role/chat-api/jo@example.com\"}},\
        \"region\":\"eu-central-1\",\"requestId\":\"{id}\",{rest}}}"
    )
}

/// Counts alone, as they come without bodies.
const PLAIN: &str = r#""operation":"Converse","modelId":"eu.anthropic.claude-sonnet-4-5-20250929-v1:0","inferenceRegion":"eu-west-1","requestMetadata":{"feature":"search","team":"core","user_id":"u-7","ticket":"T1"},"input":{"inputContentType":"application/json","inputTokenCount":10,"cacheReadInputTokenCount":900,"cacheWriteInputTokenCount":70},"output":{"outputContentType":"application/json","outputTokenCount":20}"#;

/// A Claude stream, as chunks.
const STREAM: &str = r#""operation":"InvokeModelWithResponseStream","modelId":"arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0","input":{"inputBodyJson":{"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"user","content":"One?"},{"role":"assistant","content":"1"},{"role":"user","content":"Two?"}]},"inputTokenCount":3,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":25037},"output":{"outputBodyJson":[{"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":3,"cache_creation_input_tokens":25037,"cache_creation":{"ephemeral_5m_input_tokens":25000,"ephemeral_1h_input_tokens":37},"output_tokens":2}}},{"type":"content_block_delta","delta":{"type":"text_delta","text":"It is "}},{"type":"content_block_delta","delta":{"type":"text_delta","text":"2."}},{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":13}},{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":13,"invocationLatency":3037,"firstByteLatency":2635}}],"outputTokenCount":13}"#;

/// Refused calls have no counts.
const FAILED: &str = r#""operation":"Converse","modelId":"amazon.nova-lite-v1:0","errorCode":"ThrottlingException","input":{},"output":{}"#;

/// Embeddings have no output.
const EMBEDDED: &str = r#""operation":"InvokeModel","modelId":"amazon.titan-embed-text-v2:0","input":{"inputBodyJson":{"inputText":"a text"},"inputTokenCount":3},"output":{"outputBodyJson":{"embedding":[0.5]}}"#;

fn all() -> [String; 4] {
    [record("r1", PLAIN), record("r2", STREAM), record("r3", FAILED), record("r4", EMBEDDED)]
}

#[test]
fn what_records_tell() {
    let (summary, sums) = read_as("bedrock-invocation-log", all().join("\n"));
    assert_eq!((summary.rows, sums.pushed), (4, 4), "{:?}", sums.rejects);
    let expected: [&[&str]; 4] = [
        &[
            // date -u -d 2026-10-03T14:05:00Z +%s is 1791036300.
            "time: 1791036300250000",
            "account: \"111122223333\"",
            "model: \"eu.anthropic.claude-sonnet-4-5-20250929-v1:0\"",
            "region: \"eu-central-1\"",
            "feature: \"search\"",
            "team: \"core\"",
            "user: \"u-7\"",
            "api_key: \"chat-api\"",
            "uncached_input: 10, cache_read: 900, cache_write_5m: 0, cache_write_1h: 0",
            "cache_write_unknown: 70, output: 20,",
            "latency_ms: None",
        ],
        &[
            "model: \"arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0\"",
            "user: \"jo@example.com\"",
            "operation: \"chat\"",
            "uncached_input: 3, cache_read: 0, cache_write_5m: 25000, cache_write_1h: 37",
            "cache_write_unknown: 0, output: 13,",
            "latency_ms: Some(3037), ttft_ms: Some(2635)",
            "finish_reason: \"end_turn\"",
            "system: Some(\"Be brief.\")",
            "prompt: Some(\"user: One?\\n\\nassistant: 1\\n\\nuser: Two?\")",
            "output: Some(\"It is 2.\")",
        ],
        &["tokens: None", "status: \"error\"", "error_type: \"ThrottlingException\""],
        &[
            "operation: \"embeddings\"",
            "uncached_input: 3,",
            "output: 0,",
            "status: \"ok\"",
            "prompt: Some(\"a text\")",
        ],
    ];
    for (shown, parts) in sums.shown.iter().zip(expected) {
        for part in parts {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
    assert_eq!(sums.total().total(), 10 + 900 + 70 + 20 + 3 + 25_037 + 13 + 3);
}

#[test]
fn every_wrapping_gives_the_same_records() {
    let (_, plain) = read_as("bedrock-invocation-log", all().join("\n"));
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let event =
        |text: &String| format!("{{\"timestamp\":1791036300250,\"message\":{},\"eventId\":\"1\"}}", quoted(text));
    let insight = |text: &String| format!("{{\"@timestamp\":\"2026-10-03 14:05:00.250\",\"@message\":{text}}}");
    let events: Vec<String> = all().iter().map(event).collect();
    let insights: Vec<String> = all().iter().map(insight).collect();
    let csv = |header: &str| {
        let rows: String = all().iter().map(|text| format!("2026-10-03 14:05:00.250,{}\n", cell(text))).collect();
        format!("{header}\n{rows}")
    };
    let stamped: String = all().iter().map(|text| format!("2026-10-03T14:05:00.250Z {text}\n")).collect();
    for (text, place) in [
        (format!("[{}]", all().join(",\n")), ""),
        (format!("[\n  {}\n]", all().join(",\n  ").replace(",\"", ",\n    \"")), ""),
        (format!("{{\"events\":[{}],\"nextForwardToken\":\"f/1\"}}", events.join(",")), "events"),
        (
            format!("{{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"logEvents\":[{}]}}", events.join(",")),
            "logEvents",
        ),
        (events.join("\n"), "message"),
        (format!("[{}]", insights.join(",")), "@message"),
        (csv("@timestamp,@message"), "@message"),
        (csv("timestamp,message"), "message"),
        (stamped, ""),
    ] {
        let (summary, sums) = read_as("bedrock-invocation-log", text.clone());
        assert_eq!(records(&sums), records(&plain), "{place} {:?}", sums.rejects);
        assert_eq!(summary.rows, 4, "{place}");
        // A fault inside of the wrapping is named with its place there.
        let (summary, sums) = read_as("bedrock-invocation-log", text.replace("25037", "-7"));
        assert_eq!((summary.rows, sums.rejects.len()), (4, 1), "{place}");
        let column = &sums.rejects[0].column;
        assert!(column.contains(place) && column.ends_with("input.cacheWriteInputTokenCount"), "{place} {column}");
    }
    // Counts of the cache at the top, as some programs pass them on.
    let hoisted = PLAIN.replace(
        ",\"cacheReadInputTokenCount\":900,\"cacheWriteInputTokenCount\":70}",
        "},\"cacheReadInputTokenCount\":\"900\",\"cacheWriteInputTokenCount\":70.0",
    );
    let (_, sums) = read_as("bedrock-invocation-log", record("r1", &hoisted));
    assert_eq!(records(&sums), records(&plain)[..1]);
}

#[test]
fn bodies_that_tell_more() {
    let converse = PLAIN.replace(
        "\"outputTokenCount\":20",
        r#""outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"A"},{"text":"B"}]}},"stopReason":"max_tokens","metrics":{"latencyMs":302.6},"usage":{"inputTokens":10,"outputTokens":20,"cacheDetails":[{"ttl":"1h","inputTokens":30},{"ttl":"5m","inputTokens":25},{"ttl":"2h","inputTokens":5}]},"serviceTier":{"type":"priority"}},"outputTokenCount":20"#,
    );
    let (_, sums) = read_as("bedrock-invocation-log", record("r1", &converse));
    for part in [
        "cache_write_5m: 25, cache_write_1h: 30",
        "cache_write_unknown: 15",
        "latency_ms: Some(303)",
        "tier: \"priority\"",
        "finish_reason: \"max_tokens\"",
        "output: Some(\"A\\nB\")",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
    let fast =
        PLAIN.replacen('{', "{\"performanceConfig\":0,", 0) + ",\"performanceConfig\":{\"latency\":\"optimized\"}";
    let (_, sums) = read_as("bedrock-invocation-log", record("r1", &fast));
    assert!(sums.shown[0].contains("tier: \"optimized\""), "{}", sums.shown[0]);
    // The account that the caller names goes before the one in the file.
    let options = ReadOptions { account: Some("acme".into()), ..ReadOptions::default() };
    let mut sums = Sums::default();
    read_into(None, None, record("r1", PLAIN), &options, &mut sums).expect("reads");
    assert!(sums.shown[0].contains("account: \"acme\""), "{}", sums.shown[0]);
}

#[test]
fn records_that_are_none() {
    let plain = |from: &str, to: &str| record("r", &PLAIN.replace(from, to));
    let good = record("r0", PLAIN);
    let text = [
        good.clone(),
        good.replace("ModelInvocationLog\"", "Other\""),
        good.replace("2026-10-03T14:05:00.250Z", "yesterday"),
        good.replace("\"timestamp\":\"2026-10-03T14:05:00.250Z\",", ""),
        plain("\"inputTokenCount\":10", "\"inputTokenCount\":-10"),
        plain("\"inputTokenCount\":10,", ""),
        plain(",\"outputTokenCount\":20", ""),
        plain("\"outputTokenCount\":20", "\"outputTokenCount\":1e30"),
        plain("\"cacheReadInputTokenCount\":900", "\"cacheReadInputTokenCount\":{}"),
        plain("\"input\":{", "\"input\":5,\"x\":{"),
        plain("\"modelId\":\"eu.", "\"modelId\":[],\"x\":\"eu."),
        record("r", &STREAM.replace("25000,", "25001,")),
        record("r", &STREAM.replace("3037", "\"soon\"")),
        r#"{"eventId":"x"}"#.to_owned(),
        good[..300].to_owned(),
    ]
    .join("\n");
    let (summary, sums) = read_as("bedrock-invocation-log", text);
    assert_eq!((summary.rows, sums.pushed), (15, 1));
    assert_eq!(
        rejects(&sums),
        [
            (2, "schemaType"),
            (3, "timestamp"),
            (4, "timestamp"),
            (5, "input.inputTokenCount"),
            (6, "input.inputTokenCount"),
            (7, "output.outputTokenCount"),
            (8, "output.outputTokenCount"),
            (9, "input.cacheReadInputTokenCount"),
            (10, "input"),
            (11, "modelId"),
            (12, "input.cacheWriteInputTokenCount"),
            (13, "output.outputBodyJson.amazon-bedrock-invocationMetrics.invocationLatency"),
            (14, "schemaType"),
            (15, ""),
        ]
    );
    // A call that failed may have told half of its counts: they are unknown.
    let failed =
        record("r", &(PLAIN.replace(",\"outputTokenCount\":20", "") + ",\"errorCode\":\"ModelStreamErrorException\""));
    let (_, sums) = read_as("bedrock-invocation-log", failed);
    assert!(sums.shown[0].contains("tokens: None") && sums.shown[0].contains("status: \"error\""), "{}", sums.shown[0]);
    // Wrapped texts that are no records.
    let csv = format!(
        "@timestamp,@message\n2026-10-03,\"{}\"\n2026-10-03,permission check\n2026-10-03,\n",
        good.replace('"', "\"\"")
    );
    let (_, sums) = read_as("bedrock-invocation-log", csv);
    assert_eq!((sums.pushed, rejects(&sums)), (1, vec![(3, "@message"), (4, "@message")]));
    let lines = format!("2026-10-03T14:05:00Z {good}\nno object here\n2026-10-03T14:05:00Z {}", &good[..90]);
    let (_, sums) = read_as("bedrock-invocation-log", lines);
    assert_eq!((sums.pushed, rejects(&sums)), (1, vec![(2, ""), (3, "")]));
    // Somebody else's log that speaks of such records is none.
    let other = r#"{"timestamp":"2026-10-03","model":"m","input_tokens":5,"output_tokens":1,"prompt":"\"schemaType\":\"ModelInvocationLog\""}"#;
    assert_eq!(read_as("trace-jsonl", other).1.pushed, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is cut out of sound files or put into them: no panic, and every row is accounted for.
    #[test]
    fn spoiled_files(
        which in 0_usize..6,
        from in 0.0_f64..1.0,
        length in 0_usize..40,
        put in "(\\{|\\}|\\[|\\]|\"|,|:|null|-1|1e9|\\\\|\n|é|[0-9]{1,25}|){0,4}",
    ) {
        let pages = r#"{"object":"page","data":[{"object":"bucket","start_time":1759622400,"end_time":1759708800,"results":[{"object":"organization.usage.completions.result","input_tokens":5,"output_tokens":1,"batch":false}]},{"object":"bucket","start_time":1759708800,"end_time":1759795200,"results":[]}],"has_more":true}"#;
        let costs = pages.replace("usage.completions", "costs").replace("\"input_tokens\":5", "\"amount\":{\"value\":0.06,\"currency\":\"usd\"}");
        let claude = r#"{"data":[{"starting_at":"2026-02-01T00:00:00Z","ending_at":"2026-02-02T00:00:00Z","results":[{"uncached_input_tokens":1,"amount":"12.5","output_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":3}}]}],"has_more":false}"#;
        let batch = r#"{"id":"b","type":"message_batch","object":"batch","created_at":"2024-08-20T18:37:24Z","request_counts":{"succeeded":1}}
{"custom_id":"c","result":{"type":"succeeded","message":{"id":"m","model":"x","content":[{"text":"t"}],"usage":{"input_tokens":1,"output_tokens":2}}},"response":{"status_code":200,"body":{"created":1711475054,"usage":{"prompt_tokens":1,"total_tokens":1}}},"error":null}"#;
        let texts = [pages.to_owned(), costs, claude.to_owned(), batch.to_owned(), all().join("\n"), format!("[{}]", all().join(","))];
        let text = texts[which].as_bytes();
        let from = (from * text.len() as f64) as usize;
        let to = (from + length).min(text.len());
        let spoiled = [&text[..from], put.as_bytes(), &text[to..]].concat();
        for format in [
            "openai-admin-usage", "openai-admin-costs", "openai-batch", "anthropic-admin-usage", "anthropic-admin-cost",
            "anthropic-batch", "bedrock-invocation-log",
        ] {
            let _ = read_into(None, Some(format), spoiled.clone(), &ReadOptions::default(), &mut Sums::default());
        }
    }
}
