//! Traces of OpenTelemetry and OpenInference: real files against figures that jq gave, and trees of spans whose tokens
//! are told more than once.
//!
//! Tokens of the real OTLP files: `jq -s '[.[].resourceSpans[].scopeSpans[].spans[].attributes[]
//! | select(.key == "gen_ai.usage.input_tokens").value.intValue | tonumber] | add'`, and the same for output.

mod common;

use std::io::Write;

use common::shared;
use outlay_import::{ImportError, Input, ReadOptions, ReadSummary, Source, detect};
use outlay_model::money::Pico;
use outlay_model::record::{Place, Record, Refusal, Rejected, ScoreValue, Sink};
use outlay_model::tokens::Tokens;
use proptest::prelude::*;

/// What a record became.
#[derive(Clone, Debug, Default)]
struct Row {
    line: u64,
    trace: String,
    span: String,
    parent: String,
    request: String,
    kind: String,
    tokens: Option<Tokens>,
    cost: Option<Pico>,
    scores: Vec<(String, String, Option<f64>, String)>,
    texts: [Option<String>; 3],
    /// Everything else.
    shown: String,
}

impl Row {
    fn is_call(&self) -> bool {
        self.kind.is_empty()
    }
    fn has(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.shown.contains(part), "{part} in {}", self.shown);
        }
    }
}

#[derive(Default)]
struct All {
    rows: Vec<Row>,
    scores: Vec<Row>,
    rejects: Vec<Rejected>,
}

fn score(score: &ScoreValue<'_>) -> (String, String, Option<f64>, String) {
    (score.name.to_string(), score.kind.to_string(), score.value, score.label.to_string())
}

impl Sink for All {
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> Result<(), Refusal> {
        let shown = format!("{record:?}");
        match record {
            Record::Call(call) => {
                let own = |text: Option<&str>| text.map(str::to_owned);
                self.rows.push(Row {
                    line: place.line,
                    trace: call.trace_id.to_string(),
                    span: call.span_id.to_string(),
                    parent: call.parent_id.to_string(),
                    request: call.request_id.to_string(),
                    kind: call.step_kind.to_string(),
                    tokens: call.tokens,
                    cost: call.recorded_cost.map(|(cost, _)| cost),
                    scores: call.scores.iter().map(score).collect(),
                    texts: [own(call.texts.system), own(call.texts.prompt), own(call.texts.output)],
                    shown,
                });
            }
            Record::Score(told) => self.scores.push(Row {
                line: place.line,
                trace: told.trace_id.to_string(),
                span: told.span_id.to_string(),
                request: told.request_id.to_string(),
                scores: vec![score(&told.score)],
                shown,
                ..Row::default()
            }),
            other => panic!("neither a call nor a score: {other:?}"),
        }
        Ok(())
    }
    fn reject(&mut self, rejected: Rejected) {
        self.rejects.push(rejected);
    }
    fn progress(&mut self, _: u64) -> Result<(), Refusal> {
        Ok(())
    }
}

impl All {
    fn row(&self, span: &str) -> &Row {
        let mut found = self.rows.iter().filter(|row| row.span == span);
        let row = found.next().unwrap_or_else(|| panic!("no span {span}: {:?} {:?}", self.rows, self.rejects));
        assert!(found.next().is_none(), "span {span} came twice");
        row
    }
    /// Ids of the calls, in order.
    fn calls(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.rows.iter().filter(|row| row.is_call()).map(|row| row.span.as_str()).collect();
        ids.sort_unstable();
        ids
    }
    /// All input, all output.
    fn sum(&self) -> (i64, i64) {
        let all = self.rows.iter().filter_map(|row| row.tokens);
        all.fold((0, 0), |(input, output), t| (input + t.total_input(), output + t.total_output()))
    }
    /// Lines and columns of what was rejected.
    fn faults(&self) -> Vec<(u64, &str)> {
        self.rejects.iter().map(|r| (r.line, r.column.as_str())).collect()
    }
}

fn try_read(format: &str, text: impl Into<Vec<u8>>, options: &ReadOptions) -> Result<(ReadSummary, All), ImportError> {
    let input = Input::open(Source::from_bytes("test", text))?;
    let found = detect(input.head(), None)?;
    assert_eq!(found.format.id(), format);
    let mut all = All::default();
    let summary = found.format.read(input, options, &mut all)?;
    let accounted = all.rows.len() + all.scores.len() + all.rejects.len();
    assert_eq!(summary.rows, accounted as u64, "rows are accounted for");
    Ok((summary, all))
}

fn read(format: &str, text: impl Into<Vec<u8>>) -> (ReadSummary, All) {
    try_read(format, text, &ReadOptions::default()).expect("reads")
}

fn otlp(text: impl Into<Vec<u8>>) -> (ReadSummary, All) {
    read("otlp-json", text)
}

/// A span of trace `t` as JSON; attributes are written as `key=5`, `key='text'` or `key:` and a wrapped value.
fn span(id: &str, parent: &str, attributes: &[&str]) -> String {
    let attributes: Vec<String> = attributes
        .iter()
        .map(|text| {
            let (key, value) = match text.split_once('=') {
                Some((key, text)) if text.starts_with('\'') => {
                    (key, format!("{{\"stringValue\":\"{}\"}}", text.trim_matches('\'')))
                }
                Some((key, number)) if !key.contains(':') => (key, format!("{{\"intValue\":\"{number}\"}}")),
                _ => text.split_once(':').map(|(key, value)| (key, value.to_owned())).expect("an attribute"),
            };
            format!("{{\"key\":\"{key}\",\"value\":{value}}}")
        })
        .collect();
    format!(
        "{{\"traceId\":\"t\",\"spanId\":\"{id}\",\"parentSpanId\":\"{parent}\",\"name\":\"{id}\",\
         \"startTimeUnixNano\":\"1748000000000000000\",\"endTimeUnixNano\":\"1748000001500000000\",\
         \"attributes\":[{}]}}",
        attributes.join(",")
    )
}

/// A span that used tokens.
fn used(id: &str, parent: &str, operation: &str, input: i64, output: i64) -> String {
    let operation = format!("gen_ai.operation.name='{operation}'");
    let (input, output) =
        (format!("gen_ai.usage.input_tokens={input}"), format!("gen_ai.usage.output_tokens={output}"));
    span(id, parent, &[&operation, "gen_ai.request.model='gpt-4o'", &input, &output])
}

/// A request of the collector with these spans in one scope.
fn request(scope: &str, spans: &[String]) -> String {
    format!(
        "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[]}},\"scopeSpans\":[{{\"scope\":{{\"name\":\"{scope}\"}},\
         \"spans\":[{}]}}]}}]}}",
        spans.join(",")
    )
}

fn tree(spans: &[String]) -> (ReadSummary, All) {
    otlp(request("s", spans))
}

#[test]
fn real_files_of_the_collector() {
    for (file, tokens, model, time) in [
        ("akmon_chat-plus-tool_gen_ai.provider.name.ndjson", (31, 19), "gpt-4o-2024-08-06", 1_748_000_000_000_000),
        (
            "akmon_openai_v2_weather_legacy-gen_ai.system.otlp.json",
            (34, 21),
            "gpt-4o-mini-2024-07-18",
            1_748_462_400_000_000_i64,
        ),
    ] {
        let Some(text) = shared(&format!("formats/samples/otlp-genai/{file}")) else { return };
        let (summary, all) = otlp(text);
        assert_eq!((summary.rows, all.rejects.len(), summary.left_out), (2, 0, 0), "{file}");
        assert_eq!((all.calls(), all.sum()), (vec!["00f067aa0ba902b7"], tokens), "{file}");
        let call = all.row("00f067aa0ba902b7");
        let (model, time) = (format!("model: \"{model}\""), format!("time: {time}"));
        call.has(&[&model, &time, "provider: \"openai\"", "operation: \"chat\"", "finish_reason: \"tool_calls\""]);
        call.has(&["latency_ms: Some(1500)", "status: \"ok\"", "feature: \"", "-agent\""]);
        assert!(call.request.starts_with("chatcmpl-") && call.parent.is_empty());
        let step = all.row("1a2b3c4d5e6f7081");
        assert_eq!((step.kind.as_str(), step.parent.as_str(), step.tokens), ("tool", "00f067aa0ba902b7", None));
        step.has(&["tool: \"get_weather\"", "latency_ms: Some(300)"]);
    }
    // A span of something else, in a trace without any model.
    let Some(text) = shared("formats/samples/otlp-genai/opentelemetry-proto_trace_integer-nanos_uppercase-ids.json")
    else {
        return;
    };
    let (summary, _) = otlp(text);
    assert_eq!((summary.rows, summary.left_out), (0, 1));
    assert!(summary.notes[0].contains("1 spans of traces without any language model"), "{:?}", summary.notes);
}

#[test]
fn real_texts_of_the_collector() {
    let Some(text) = shared("formats/samples/otlp-genai/akmon_chat-plus-tool_gen_ai.provider.name.ndjson") else {
        return;
    };
    let (_, all) = otlp(text);
    let [system, prompt, output] = all.row("00f067aa0ba902b7").texts.clone();
    assert_eq!(system.as_deref(), Some("[{\"type\":\"text\",\"content\":\"You are a helpful weather assistant.\"}]"));
    assert!(prompt.is_some_and(|text| text.contains("Weather in Paris?")));
    assert!(output.is_some_and(|text| text.contains("get_weather")));
    assert_eq!(all.row("1a2b3c4d5e6f7081").texts, [None, None, None]);
}

#[test]
fn real_files_of_openinference() {
    // Rows, rejected, calls, then input and output as the file prints them.
    for (file, told) in [
        ("spec_llm_spans_example2.json", (1, 0, 1, (229, 21))),
        ("spec_llm_spans_example3.json", (1, 0, 1, (259, 14))),
        // Fragments without a time.
        ("spec_llm_spans_example4.json", (1, 1, 0, (0, 0))),
        ("spec_llm_spans_example5.json", (1, 1, 0, (0, 0))),
        ("spec_llm_spans_example6.json", (1, 1, 0, (0, 0))),
        ("spec_llm_spans_example7.json", (1, 1, 0, (0, 0))),
        ("spec_llm_spans_example8.json", (1, 0, 1, (31, 25))),
        ("spec_traces_example1.json", (1, 0, 0, (0, 0))),
        ("spec_traces_example2.json", (1, 0, 1, (0, 0))),
        ("spec_traces_example3.json", (1, 0, 0, (0, 0))),
    ] {
        let Some(text) = shared(&format!("formats/samples/openinference/{file}")) else { return };
        let (summary, all) = read("openinference-json", text);
        assert_eq!((summary.rows, all.rejects.len(), all.calls().len(), all.sum()), told, "{file} {:?}", all.rejects);
    }
    // One message is no span.
    let Some(text) = shared("formats/samples/openinference/spec_llm_spans_example1.json") else { return };
    let input = Input::open(Source::from_bytes("test", text)).expect("opens");
    assert!(matches!(detect(input.head(), None), Err(ImportError::Unknown { .. })));

    let Some(text) = shared("formats/samples/openinference/spec_llm_spans_example2.json") else { return };
    let (_, all) = read("openinference-json", text);
    let call = &all.rows[0];
    // Python: datetime.fromisoformat("2024-01-11T16:45:17.982858-07:00").timestamp(), and the difference of the times.
    call.has(&["time: 1705016717982858", "latency_ms: Some(535)", "provider: \"openai\"", "gpt-3.5-turbo-0613"]);
    assert_eq!(call.parent, "2fe8a793-2cf1-42d7-a1df-bd7d46e017ef");
    assert!(call.texts[0].as_ref().is_some_and(|text| text.starts_with("You are a Shakespearean")));
    assert_eq!(call.texts[1].as_deref(), Some("what is 23 times 87"));
}

#[test]
fn the_ai_sdk_repeats_the_steps_of_a_call() {
    // generateText with a tool: two steps of the model, whose sum stands above them under the older names.
    let spans = [
        span(
            "outer",
            "",
            &[
                "ai.operationId='ai.generateText'",
                "ai.usage.promptTokens=300",
                "ai.usage.completionTokens=50",
                "ai.model.provider='openai.chat'",
                "ai.model.id='gpt-4o'",
                "ai.telemetry.functionId='answer'",
            ],
        ),
        span(
            "step1",
            "outer",
            &[
                "ai.operationId='ai.generateText.doGenerate'",
                "ai.usage.promptTokens=100",
                "ai.usage.completionTokens=20",
                "gen_ai.usage.input_tokens=100",
                "gen_ai.usage.output_tokens=20",
                "gen_ai.system='openai.chat'",
                "gen_ai.response.id='r1'",
                "ai.response.msToFirstChunk=120",
                "ai.response.finishReason='tool-calls'",
            ],
        ),
        span("tool", "outer", &["ai.operationId='ai.toolCall'", "ai.toolCall.name='search'"]),
        span(
            "step2",
            "outer",
            &[
                "ai.operationId='ai.generateText.doGenerate'",
                "ai.usage.promptTokens=200",
                "ai.usage.completionTokens=30",
                "gen_ai.system='openai.chat'",
            ],
        ),
    ];
    let (summary, all) = tree(&spans);
    assert_eq!((all.calls(), all.sum()), (vec!["step1", "step2"], (300, 50)));
    assert_eq!((all.row("outer").kind.as_str(), all.row("tool").kind.as_str()), ("chain", "tool"));
    assert_eq!((all.row("outer").tokens, all.row("step1").request.as_str()), (None, "r1"));
    all.row("step1").has(&["provider: \"openai\"", "ttft_ms: Some(120)", "finish_reason: \"tool-calls\""]);
    all.row("outer").has(&["feature: \"answer\""]);
    assert!(summary.notes.iter().any(|note| note.starts_with("1 spans repeat the tokens")), "{:?}", summary.notes);
}

#[test]
fn tokens_count_where_no_span_below_has_any() {
    // An agent with the sum; one with only its first child's; a chain with none; and one that alone tells its tokens.
    let sums = [used("a", "", "invoke_agent", 30, 3), used("b", "a", "chat", 10, 1), used("c", "a", "chat", 20, 2)];
    let first = [used("d", "", "invoke_agent", 10, 1), used("e", "d", "chat", 10, 1), used("f", "d", "chat", 20, 2)];
    let far = [
        used("g", "", "invoke_workflow", 7, 1),
        span("h", "g", &["gen_ai.operation.name='execute_tool'"]),
        used("i", "h", "chat", 7, 1),
    ];
    let alone = [used("j", "", "invoke_agent", 5, 1), span("k", "j", &["gen_ai.operation.name='execute_tool'"])];
    let spans: Vec<String> = [sums.to_vec(), first.to_vec(), far.to_vec(), alone.to_vec()].concat();
    let (summary, all) = tree(&spans);
    assert_eq!(all.calls(), ["b", "c", "e", "f", "i", "j"]);
    assert_eq!((all.sum(), summary.rows), ((10 + 20 + 10 + 20 + 7 + 5, 1 + 2 + 1 + 2 + 1 + 1), 11));
    for (id, kind) in [("a", "agent"), ("d", "agent"), ("g", "chain"), ("h", "tool"), ("k", "tool")] {
        assert_eq!((all.row(id).kind.as_str(), all.row(id).tokens), (kind, None), "{id}");
    }
    // However the spans are ordered, cut into blocks or lines, and spelled.
    let mut backwards = spans.clone();
    backwards.reverse();
    let blocks = format!("{}\n{}\n", request("one", &backwards[..4]), request("two", &backwards[4..]));
    let (front, back) = (request("one", &spans[..6]), request("two", &spans[6..]));
    let joined = format!("[{front},\n{back}]");
    for text in [request("s", &backwards), blocks, joined] {
        let (_, again) = otlp(text);
        assert_eq!((again.calls(), again.sum()), (all.calls(), all.sum()));
    }
}

#[test]
fn two_instrumentations_of_one_call() {
    let id = "gen_ai.response.id='chatcmpl-1'";
    let model = ["gen_ai.operation.name='chat'", "gen_ai.usage.input_tokens=10", "gen_ai.usage.output_tokens=2", id];
    let (_, all) = tree(&[span("outer", "", &model), span("inner", "outer", &model), span("twin", "", &model)]);
    assert_eq!(all.calls(), ["inner", "twin"]);
    // The ledger takes calls of one response id for one; a wrapper goes by its own span.
    let requests = ["outer", "inner", "twin"].map(|id| all.row(id).request.as_str());
    assert_eq!(requests, ["", "chatcmpl-1", "chatcmpl-1"]);
    // Neither tells tokens, as where the call failed: the inner one is the attempt.
    let (_, all) = tree(&[span("outer", "", &model[..1]), span("inner", "outer", &model[..1])]);
    assert_eq!((all.calls(), all.row("inner").tokens, all.row("outer").kind.as_str()), (vec!["inner"], None, "chain"));
}

#[test]
fn orphans_circles_and_spans_without_ids() {
    let (_, all) = tree(&[used("a", "gone", "chat", 1, 1), used("b", "gone", "chat", 2, 1)]);
    assert_eq!((all.calls(), all.sum()), (vec!["a", "b"], (3, 2)));
    assert_eq!(all.row("a").parent, "gone");
    // In a circle one span is taken for the root.
    let (_, all) = tree(&[used("a", "b", "chat", 5, 1), used("b", "a", "chat", 5, 1), used("c", "c", "chat", 2, 1)]);
    assert_eq!((all.calls().len(), all.sum(), all.rows.len()), (2, (7, 2), 3));
    let (_, all) = tree(&[
        used("", "", "chat", 1, 1),
        used("0000000000000000", "", "chat", 2, 1),
        used("d", "0000000000000000", "chat", 4, 1),
    ]);
    assert_eq!((all.sum(), all.rows.len()), ((7, 3), 3));
    assert_eq!((all.row("d").parent.as_str(), all.calls()), ("", vec!["", "", "d"]));
    // The same span in another trace is another span.
    let other = used("x", "", "chat", 1, 1).replace("\"traceId\":\"t\"", "\"traceId\":\"u\"");
    let (_, all) = tree(&[other, used("y", "x", "chat", 2, 1)]);
    assert_eq!(all.calls(), ["x", "y"]);
    // A retried export repeats a span: both are pushed under one identity.
    let (_, all) = tree(&[
        used("p", "", "invoke_agent", 1, 1),
        used("q", "p", "chat", 1, 1),
        used("p", "", "invoke_agent", 1, 1),
        used("q", "p", "chat", 1, 1),
    ]);
    assert_eq!(all.calls(), ["q", "q"]);
}

#[test]
fn scopes_that_count_cached_tokens_apart() {
    let call = |id: &str, provider: &str, input: i64, cached: i64, written: i64| {
        let counts = [
            format!("gen_ai.provider.name='{provider}'"),
            format!("gen_ai.usage.input_tokens={input}"),
            "gen_ai.usage.output_tokens=10".to_owned(),
            format!("gen_ai.usage.cache_read.input_tokens={cached}"),
            format!("gen_ai.usage.cache_creation.input_tokens={written}"),
        ];
        span(id, "", &counts.each_ref().map(String::as_str))
    };
    // The proof comes behind the first call that it is about.
    let apart =
        [call("a", "anthropic", 100, 40, 10), call("b", "anthropic", 5, 4000, 0), call("c", "openai", 100, 40, 10)];
    let text = format!("{}\n{}\n", request("native", &apart), request("other", &[call("d", "anthropic", 100, 40, 10)]));
    let (summary, all) = otlp(text);
    let buckets = |id: &str| {
        let t = all.row(id).tokens.expect("tokens");
        (t.uncached_input, t.cache_read, t.cache_write_unknown)
    };
    assert_eq!((buckets("a"), buckets("b")), ((100, 40, 10), (5, 4000, 0)));
    assert_eq!((buckets("c"), buckets("d")), ((50, 40, 10), (50, 40, 10)));
    let notes: Vec<&String> = summary.notes.iter().filter(|note| note.contains("beside the input")).collect();
    assert!(notes.len() == 1 && notes[0].starts_with("native (anthropic)") && notes[0].contains("line 1"), "{notes:?}");
}

#[test]
fn reasoning_beside_the_output() {
    // Gemini counts thoughts apart: total = prompt + candidates + thoughts.
    let told = [
        "gen_ai.usage.input_tokens=100",
        "gen_ai.usage.output_tokens=20",
        "gen_ai.usage.total_tokens=150",
        "gen_ai.usage.reasoning.output_tokens=30",
    ];
    let (_, all) = tree(&[
        span("a", "", &told),
        span(
            "b",
            "",
            &[
                "llm.token_count.prompt=9",
                "llm.token_count.completion=5",
                "llm.token_count.completion_details.reasoning=4",
                "llm.token_count.total=14",
            ],
        ),
    ]);
    let [a, b] = ["a", "b"].map(|id| all.row(id).tokens.expect("tokens"));
    assert_eq!((a.uncached_input, a.output, a.reasoning), (100, 50, 30));
    assert_eq!((b.uncached_input, b.output, b.reasoning), (9, 5, 4));
}

#[test]
fn every_spelling_of_a_call() {
    let current = span(
        "a",
        "",
        &[
            "gen_ai.operation.name='chat'",
            "gen_ai.provider.name='anthropic'",
            "gen_ai.request.model='m'",
            "gen_ai.response.model='m-1'",
            "gen_ai.usage.input_tokens=100",
            "gen_ai.usage.output_tokens=20",
            "gen_ai.usage.cache_read.input_tokens=30",
            "gen_ai.usage.cache_creation.input_tokens=10",
            "gen_ai.usage.reasoning.output_tokens=5",
            "gen_ai.conversation.id='conv'",
            "user.id='u'",
            "gen_ai.prompt.name='greet'",
            "traceloop.prompt.version='3'",
            "openai.response.service_tier='flex'",
            "gen_ai.response.id='r'",
            "gen_ai.usage.cost:{\"doubleValue\":0.00012345}",
            "gen_ai.response.time_to_first_chunk:{\"doubleValue\":0.25}",
            "gen_ai.response.finish_reasons:{\"arrayValue\":{\"values\":[{\"stringValue\":\"stop\"}]}}",
            "gen_ai.agent.name='bot'",
        ],
    );
    let openllmetry = span(
        "a",
        "",
        &[
            "llm.request.type='chat'",
            "gen_ai.system='anthropic'",
            "gen_ai.request.model='m'",
            "gen_ai.response.model='m-1'",
            "gen_ai.usage.prompt_tokens=100",
            "gen_ai.usage.completion_tokens=20",
            "llm.usage.total_tokens=120",
            "gen_ai.usage.cache_read_input_tokens=30",
            "gen_ai.usage.cache_creation_input_tokens=10",
            "gen_ai.usage.reasoning_tokens=5",
            "traceloop.association.properties.session_id='conv'",
            "traceloop.association.properties.user_id='u'",
            "traceloop.prompt.key='greet'",
            "traceloop.prompt.version=3",
            "gen_ai.openai.response.service_tier='flex'",
            "gen_ai.response.id='r'",
            "gen_ai.usage.cost='1.2345e-4'",
            "ai.response.msToFirstChunk:{\"doubleValue\":250.2}",
            "llm.response.finish_reason='stop'",
            "gen_ai.agent.name='bot'",
        ],
    );
    let openinference = span(
        "a",
        "",
        &[
            "openinference.span.kind='LLM'",
            "llm.provider='anthropic'",
            "llm.system='other'",
            "llm.model_name='m-1'",
            "llm.token_count.prompt=100",
            "llm.token_count.completion=20",
            "llm.token_count.total=120",
            "llm.token_count.prompt_details.cache_read=30",
            "llm.token_count.prompt_details.cache_write=10",
            "llm.token_count.completion_details.reasoning=5",
            "session.id='conv'",
            "llm.user='u'",
            "prompt.id='greet'",
            "llm.prompt_template.version='3'",
            "openai.response.service_tier='flex'",
            "gen_ai.response.id='r'",
            "llm.cost.total:{\"doubleValue\":0.00012345}",
            "ai.response.msToFirstChunk=250",
            "llm.response.stop_reason='stop'",
            "gen_ai.agent.name='bot'",
        ],
    );
    let vercel = span(
        "a",
        "",
        &[
            "ai.operationId='ai.streamText.doStream'",
            "ai.model.provider='anthropic.messages'",
            "ai.model.id='m-1'",
            "ai.usage.inputTokens=100",
            "ai.usage.outputTokens=20",
            "ai.usage.totalTokens=120",
            "ai.usage.cachedInputTokens=30",
            "ai.usage.inputTokenDetails.cacheWriteTokens=10",
            "ai.usage.reasoningTokens=5",
            "ai.telemetry.metadata.sessionId='conv'",
            "ai.telemetry.metadata.userId='u'",
            "langfuse.observation.prompt.name='greet'",
            "langfuse.observation.prompt.version=3",
            "openai.response.service_tier='flex'",
            "ai.response.id='r'",
            "operation.cost:{\"doubleValue\":0.00012345}",
            "ai.response.msToFirstChunk=250",
            "gen_ai.response.finish_reasons='[\\\"stop\\\"]'",
            "gen_ai.agent.name='bot'",
        ],
    );
    let (_, want) = tree(&[current]);
    let call = &want.rows[0];
    let tokens = call.tokens.expect("tokens");
    assert_eq!(
        (tokens.uncached_input, tokens.cache_read, tokens.cache_write_unknown, tokens.output, tokens.reasoning),
        (60, 30, 10, 20, 5)
    );
    assert_eq!(call.cost, Some(Pico(123_450_000)));
    call.has(&[
        "provider: \"anthropic\"",
        "model: \"m-1\"",
        "operation: \"chat\"",
        "tier: \"flex\"",
        "user: \"u\"",
        "prompt_name: \"greet\"",
        "prompt_version: \"3\"",
        "session: \"conv\"",
        "ttft_ms: Some(250)",
        "finish_reason: \"stop\"",
        "agent: \"bot\"",
        "feature: \"bot\"",
        "request_id: \"r\"",
    ]);
    for other in [openllmetry, openinference, vercel] {
        assert_eq!(tree(&[other]).1.rows[0].shown, call.shown);
    }
}

#[test]
fn resources_fill_dimensions() {
    let resource = |name: &str, environment: &str| {
        format!(
            "\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"{name}\"}}}},{{\"key\":\"{environment}\",\"value\":{{\"stringValue\":\"prod\"}}}}]}}"
        )
    };
    let [a, b, c] = ["a", "b", "c"].map(|id| used(id, "", "chat", 1, 1));
    let d =
        span("d", "", &["gen_ai.request.model='m'", "traceloop.workflow.name='flow'", "deployment.environment='test'"]);
    let text = format!(
        "{{\"resourceSpans\":[{{{},\"scopeSpans\":[{{\"spans\":[{a}]}},{{\"spans\":[{d}]}}]}},{{\"scopeSpans\":[{{\"spans\":[{b}]}}]}},{{{},\"scopeSpans\":[{{\"spans\":[{c}]}}]}}]}}",
        resource("one", "deployment.environment.name"),
        resource("two", "deployment.environment")
    );
    let (_, all) = otlp(text);
    for (id, feature, environment) in [("a", "one", "prod"), ("b", "", ""), ("c", "two", "prod"), ("d", "flow", "test")]
    {
        let (feature, environment) = (format!("feature: \"{feature}\""), format!("environment: \"{environment}\""));
        all.row(id).has(&[&feature, &environment]);
    }
    // A resource behind its spans is told, and not applied.
    let late = format!(
        "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{}]}}],{}}}]}}",
        used("a", "", "chat", 1, 1),
        resource("one", "x")
    );
    let (summary, all) = otlp(late);
    all.row("a").has(&["feature: \"\""]);
    assert!(summary.notes.iter().any(|note| note.contains("stands behind its spans")), "{:?}", summary.notes);
}

#[test]
fn whole_numbers_names_and_containers_of_every_spelling() {
    let a = used("a", "", "chat", 1, 1)
        .replace("\"1748000000000000000\"", "1748000000000001999")
        .replace("{\"intValue\":\"1\"}", "{\"intValue\":1}");
    let b = used("b", "", "chat", 1, 1)
        .replace("traceId", "trace_id")
        .replace("spanId", "span_id")
        .replace("parentSpanId", "parent_span_id")
        .replace("startTimeUnixNano", "start_time_unix_nano")
        .replace("endTimeUnixNano", "end_time_unix_nano")
        .replace("stringValue", "string_value")
        .replace("intValue", "int_value");
    let c = used("4BF92F3577B34DA6", "", "chat", 1, 1)
        .replace("\"traceId\":\"t\"", "\"traceId\":\"S/kvNXezTaajzpKdDg5HNg==\"");
    let old = format!(
        "{{\"resourceSpans\":[{{\"instrumentationLibrarySpans\":[{{\"instrumentationLibrary\":{{\"name\":\"x\"}},\"spans\":[{a}]}}]}}]}}"
    );
    let snake = format!("{{\"resource_spans\":[{{\"scope_spans\":[{{\"spans\":[{b}]}}]}}]}}");
    let c = request("s", &[c]);
    let pretty = |text: &str| text.replace("[{", "[\n  {").replace(",\"", ",\n\"");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(format!("{old} {snake} {c}").as_bytes()).expect("writes");
    let gz = gz.finish().expect("ends");
    for (text, rows) in [
        (format!("{old}\n{snake}\n").into_bytes(), 2),
        (format!("{}\n{}\n{}", pretty(&c), pretty(&old), pretty(&snake)).into_bytes(), 3),
        (format!("\u{feff}[{old}\n,{snake},{c}]").into_bytes(), 3),
        (gz, 3),
    ] {
        let (summary, all) = otlp(text);
        assert_eq!((summary.rows, all.sum(), all.rejects.len()), (rows, (rows as i64, rows as i64), 0));
        // Nanoseconds are cut to microseconds, and never pass through a float.
        all.row("a").has(&["time: 1748000000000001,", "latency_ms: Some(1500)"]);
        if rows == 3 {
            assert_eq!(all.row("4BF92F3577B34DA6").trace, "S/kvNXezTaajzpKdDg5HNg==");
        }
    }
}

#[test]
fn spans_that_exporters_would_write_otherwise() {
    let plain = span(
        "a",
        "b",
        &[
            "gen_ai.request.model='m'",
            "gen_ai.usage.input_tokens=5",
            "gen_ai.usage.output_tokens=2",
            "gen_ai.prompt='x\\n'",
        ],
    );
    let (_, want) = tree(std::slice::from_ref(&plain));
    assert_eq!((want.sum(), want.rows[0].texts[1].as_deref()), ((5, 2), Some("x\n")));
    let swapped = plain.replace(
        "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"5\"}}",
        "{ \"value\" : {\"intValue\":\"5\"} , \"x\":1, \"key\" : \"gen_ai.usage.input_tokens\" }",
    );
    let escaped = plain.replace("\"name\"", "\"n\\u0061me\"").replace("gen_ai.request", "gen_ai.req\\u0075est");
    let spread = plain.replace("\":", "\" :\t").replace(",\"", " , \"");
    for other in [swapped, escaped, spread] {
        assert_ne!(other, plain);
        assert_eq!(tree(std::slice::from_ref(&other)).1.rows[0].shown, want.rows[0].shown, "{other}");
    }
}

#[test]
fn evaluations_are_scores() {
    let event = "\"events\":[{\"name\":\"gen_ai.evaluation.result\",\"timeUnixNano\":\"1748000002000000000\",\"attributes\":[\
        {\"key\":\"gen_ai.evaluation.name\",\"value\":{\"stringValue\":\"Relevance\"}},{\"key\":\"gen_ai.evaluation.score.value\",\"value\":{\"doubleValue\":4.0}},\
        {\"key\":\"gen_ai.evaluation.score.label\",\"value\":{\"stringValue\":\"relevant\"}},{\"key\":\"gen_ai.evaluation.explanation\",\"value\":{\"stringValue\":\"why\"}}ID]}]";
    let of = |id: &str| event.replace("ID", id);
    let own = used("a", "", "chat", 1, 1).replace("\"attributes\"", &format!("{},\"attributes\"", of("")));
    let other = "{\"key\":\"gen_ai.response.id\",\"value\":{\"stringValue\":\"r9\"}}";
    let about = span("b", "", &["openinference.span.kind='EVALUATOR'"])
        .replace("\"attributes\"", &format!("{},\"attributes\"", of(&format!(",{other}"))));
    let phoenix = span(
        "c",
        "",
        &[
            "openinference.span.kind='LLM'",
            "evaluations.0.evaluation.name='correct'",
            "evaluations.0.evaluation.score:{\"boolValue\":true}",
            "evaluations.0.evaluation.annotator_kind='LLM'",
            "annotations.0.annotation.label='good'",
            "annotations.0.annotation.name='tone'",
            "annotations.0.annotation.annotator_kind='HUMAN'",
            "trace.evaluations.0.evaluation.name='whole'",
            "trace.evaluations.0.evaluation.score:{\"doubleValue\":0.5}",
            "evaluations.1.evaluation.name='empty'",
        ],
    );
    let log = format!(
        "{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"timeUnixNano\":\"1748000003000000000\",\"traceId\":\"t\",\"spanId\":\"a\",\"eventName\":\"gen_ai.evaluation.result\",\"attributes\":[{{\"key\":\"gen_ai.evaluation.name\",\"value\":{{\"stringValue\":\"Groundedness\"}}}},{{\"key\":\"gen_ai.evaluation.score.value\",\"value\":{{\"intValue\":\"3\"}}}},{other}]}},\
         {{\"timeUnixNano\":\"1748000003000000000\",\"body\":{{\"stringValue\":\"hello\"}}}},{{\"eventName\":\"gen_ai.evaluation.result\",\"attributes\":[]}}]}}]}}]}}"
    );
    let metrics = "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"gen_ai.client.token.usage\",\"histogram\":{\"dataPoints\":[{\"sum\":500}]}}]}]}]}";
    let (summary, all) = otlp(format!("{}\n{log}\n{metrics}\n{{}}\n", request("s", &[own, about, phoenix])));
    let relevance = ("Relevance".to_owned(), String::new(), Some(4.0), "relevant".to_owned());
    assert_eq!(all.row("a").scores, std::slice::from_ref(&relevance));
    assert_eq!(all.row("b").scores, []);
    assert_eq!(all.scores[0].scores, [relevance]);
    assert_eq!((all.scores[0].request.as_str(), all.scores[0].line), ("r9", 1));
    all.scores[0].has(&["time: 1748000002000000"]);
    let text = |text: &str| text.to_owned();
    assert_eq!(
        all.row("c").scores,
        [
            (text("correct"), text("judge"), Some(1.0), text("")),
            (text("tone"), text("human"), None, text("good")),
            (text("whole"), text(""), Some(0.5), text("")),
        ]
    );
    assert_eq!(all.scores[1].scores, [(text("Groundedness"), text(""), Some(3.0), text(""))]);
    assert_eq!((all.scores[1].span.as_str(), all.scores[1].request.as_str(), all.scores[1].line), ("a", "r9", 2));
    assert_eq!(all.faults(), [(2, "resourceLogs[0].scopeLogs[0].logRecords[2].timeUnixNano")]);
    // Spans, scores, a bad record; a log line and a metric are left out.
    assert_eq!((summary.rows, summary.left_out), (3 + 2 + 1, 2));
}

#[test]
fn failures() {
    let status = |span: String, status: &str, events: &str| {
        span.replace("\"attributes\"", &format!("\"status\":{status},\"events\":{events},\"attributes\""))
    };
    let exception = "[{\"name\":\"exception\",\"attributes\":[{\"key\":\"exception.type\",\"value\":{\"stringValue\":\"RateLimitError\"}},{\"key\":\"exception.message\",\"value\":{\"stringValue\":\"slow\"}}]}]";
    let chat = |id: &str, more: &[&str]| {
        span(id, "", &[&["gen_ai.operation.name='chat'", "gen_ai.request.model='m'"], more].concat())
    };
    let (_, all) = tree(&[
        status(chat("a", &["error.type='429'"]), "{\"code\":2,\"message\":\"x\"}", exception),
        status(chat("b", &[]), "{\"message\":\"x\",\"code\":\"STATUS_CODE_ERROR\"}", exception),
        status(chat("c", &[]), "{\"code\":1}", exception),
        status(chat("d", &[]), "{}", "null"),
    ]);
    for (id, status, error) in
        [("a", "error", "429"), ("b", "error", "RateLimitError"), ("c", "ok", ""), ("d", "ok", "")]
    {
        all.row(id).has(&[&format!("status: \"{status}\""), &format!("error_type: \"{error}\"")]);
        // Nobody says what a failed call used.
        assert_eq!((all.row(id).tokens, all.row(id).is_call()), (None, true));
    }
}

#[test]
fn first_tokens_by_event() {
    for name in ["gen_ai.content.completion.chunk", "First Token Stream Event"] {
        let chunk = |at: &str| format!("{{\"timeUnixNano\":\"{at}\",\"name\":\"{name}\"}}");
        let events =
            format!("\"events\":[{},{}],\"attributes\"", chunk("1748000000700000000"), chunk("1748000000400000000"));
        let (_, all) = tree(&[used("a", "", "chat", 1, 1).replace("\"attributes\"", &events)]);
        all.row("a").has(&["ttft_ms: Some(400)"]);
    }
}

#[test]
fn a_recorded_cost_of_nothing_is_unknown() {
    let cost = |id: &str, parent: &str, cost: &str| {
        span(
            id,
            parent,
            &["gen_ai.usage.input_tokens=5", "gen_ai.usage.output_tokens=1", &format!("gen_ai.usage.cost:{cost}")],
        )
    };
    let (_, all) = tree(&[
        cost("a", "", "{\"doubleValue\":0.5}"),
        cost("b", "a", "{\"doubleValue\":0}"),
        cost("c", "a", "{\"doubleValue\":0.25}"),
        cost("d", "", "{\"doubleValue\":-1}"),
    ]);
    assert_eq!(["a", "b", "c"].map(|id| all.row(id).cost), [None, None, Some(Pico(250_000_000_000))]);
    assert_eq!(all.faults(), [(1, "resourceSpans[0].scopeSpans[0].spans[3].gen_ai.usage.cost")]);
}

#[test]
fn spans_that_cannot_be_read() {
    let bad = |attribute: &str| span("x", "", &["gen_ai.operation.name='chat'", attribute]);
    let spans = [
        used("good", "", "chat", 1, 1),
        bad("gen_ai.usage.input_tokens='many'"),
        bad("gen_ai.usage.input_tokens=-5"),
        bad("gen_ai.usage.output_tokens=99999999999999999999"),
        bad("gen_ai.usage.input_tokens:{\"doubleValue\":1.5}"),
        bad("gen_ai.usage.input_tokens:{\"arrayValue\":{\"values\":[]}}"),
        used("late", "", "chat", 1, 1).replace("1748000000000000000", "4200000000000000000"),
        used("never", "", "chat", 1, 1).replace("\"1748000000000000000\"", "\"0\""),
        used("list", "", "chat", 1, 1).replace("\"list\"", "[1]"),
        "7".to_owned(),
        // Nothing told, and unknown fields.
        bad("gen_ai.usage.input_tokens:null")
            .replace("\"x\"", "\"fine\"")
            .replace("\"attributes\"", "\"zzz\":{\"a\":[1]},\"links\":[{}],\"attributes\""),
        used("odd", "", "chat", 1, 1).replace(
            "\"attributes\":[",
            "\"events\":{\"a\":1},\"status\":7,\"attributes\":[null,5,{\"value\":{\"intValue\":1}},",
        ),
    ];
    let (summary, all) = tree(&spans);
    assert_eq!(all.calls(), ["fine", "good", "odd"]);
    assert_eq!((summary.rows, all.rejects.len()), (12, 9));
    for (reject, part) in all.rejects.iter().zip([
        "is not a number",
        "is negative",
        "larger than any real",
        "not a whole",
        "is not a number",
        "before 2000 or after 2100",
        "is missing",
        "not a text",
        "not a JSON object",
    ]) {
        assert!(reject.reason.contains(part), "{part} in {reject:?}");
    }
    // Judged at the end, these are named by their span.
    let (_, all) = tree(&[
        span(
            "sum",
            "",
            &["gen_ai.usage.input_tokens=10", "gen_ai.usage.output_tokens=2", "gen_ai.usage.total_tokens=13"],
        ),
        used("huge", "", "chat", 2_000_000_000, 1),
        span("audio", "", &["llm.token_count.prompt=10", "llm.token_count.prompt_details.audio=11"]),
    ]);
    assert_eq!(
        all.faults(),
        [(1, "span sum.total_tokens"), (1, "span huge.input_tokens"), (1, "span audio.input_tokens")]
    );
}

#[test]
fn lines_that_break_off() {
    let whole = request("s", &[used("a", "", "chat", 1, 1), used("b", "", "chat", 2, 1)]);
    let cut = &whole[..whole.len() - 40];
    let (summary, all) = otlp(format!(
        "{whole}\n{cut}\n{{\"nothing\":1}}\n{}",
        whole.replace("\"a\"", "\"c\"").replace("\"b\"", "\"d\"")
    ));
    // The first span of the cut line is whole.
    assert_eq!((all.sum(), all.rejects.len(), summary.rows), ((3 + 1 + 3, 5), 2, 7));
    assert!(all.rejects[0].reason.contains("cut off") && all.rejects[0].line == 2);
    assert!(all.rejects[1].reason.contains("no \"resourceSpans\"") && all.rejects[1].line == 3);
    let (summary, all) = otlp(cut);
    assert_eq!((all.sum(), all.rejects.len()), ((1, 1), 1));
    assert!(summary.notes.iter().any(|note| note.contains("not closed")), "{:?}", summary.notes);
    // Numbers that are none, as Python writes them.
    let (_, all) = tree(&[span("a", "", &["gen_ai.usage.input_tokens=1", "gen_ai.usage.cost:{\"doubleValue\":NaN}"])]);
    assert_eq!((all.sum(), all.row("a").cost), ((1, 0), None));
    for empty in [
        "{\"resourceSpans\":[]}",
        "{\"resourceSpans\":null}\n{}",
        "{\"resourceSpans\":[{}]}",
        "{\"resourceSpans\":[{\"resource\":{},\"scopeSpans\":[{\"scope\":{}}]}]}",
    ] {
        assert_eq!(otlp(empty).0.rows, 0, "{empty}");
    }
}

#[test]
fn a_document_on_one_line_may_be_larger_than_any_row() {
    // 18 MiB: a root, and calls below it with a long text each.
    let text = format!("gen_ai.output.messages='{}'", "x".repeat(60_000));
    let call = |id: usize| {
        span(&format!("s{id}"), "root", &["gen_ai.usage.input_tokens=2", "gen_ai.usage.output_tokens=1", &text])
    };
    let spans: Vec<String> = (0..310).map(call).chain([used("root", "", "invoke_agent", 620, 310)]).collect();
    let text = request("s", &spans);
    assert!(text.len() > outlay_import::MAX_ROW);
    let (summary, all) = otlp(text);
    assert_eq!((summary.rows, all.sum(), all.row("root").kind.as_str()), (311, (620, 310), "agent"));
}

#[test]
fn of_several_values_the_best_name_and_the_last_one_count() {
    let (_, all) = tree(&[span(
        "a",
        "",
        &[
            "gen_ai.usage.prompt_tokens=7",
            "gen_ai.usage.input_tokens=5",
            "gen_ai.usage.input_tokens=6",
            "gen_ai.response.model=''",
            "gen_ai.request.model='m'",
            "gen_ai.usage.completion_tokens=3",
            "gen_ai.usage.output_tokens:null",
            "gen_ai.prompt='hello'",
            "gen_ai.completion='1'",
        ],
    )]);
    assert_eq!(all.sum(), (6, 3));
    all.row("a").has(&["model: \"m\""]);
    assert_eq!(all.row("a").texts[1].as_deref(), Some("hello"));
}

#[test]
fn messages_one_by_one() {
    let (_, all) = tree(&[span(
        "a",
        "",
        &[
            "gen_ai.request.model='m'",
            "gen_ai.prompt.1.role='user'",
            "gen_ai.prompt.1.content='Hi \\\"you\\\"'",
            "gen_ai.prompt.0.role='system'",
            "gen_ai.prompt.0.content='Be kind'",
            "gen_ai.prompt.2.content='and now?'",
            "gen_ai.completion.0.content='Well'",
            "gen_ai.completion.0.finish_reason='stop'",
            "traceloop.entity.input='{}'",
        ],
    )]);
    let texts = all.row("a").texts.each_ref().map(Option::as_deref);
    assert_eq!(texts, [Some("Be kind"), Some("Hi \"you\"\nand now?"), Some("Well")]);
    all.row("a").has(&["finish_reason: \"stop\""]);
}

#[test]
fn spans_of_something_else() {
    let http = |id: &str, parent: &str| span(id, parent, &["http.route='/chat'"]);
    // In a trace with a model they keep the tree whole, also where they come first.
    let (summary, all) = tree(&[http("a", ""), used("b", "a", "chat", 1, 1), http("c", "b")]);
    assert_eq!((summary.rows, summary.left_out, all.calls()), (3, 0, vec!["b"]));
    assert_eq!((all.row("a").kind.as_str(), all.row("c").kind.as_str()), ("other", "other"));
    let other = http("d", "").replace("\"traceId\":\"t\"", "\"traceId\":\"u\"");
    let (summary, _) = tree(&[http("a", ""), other, used("b", "a", "chat", 1, 1)]);
    assert_eq!((summary.rows, summary.left_out), (2, 1));
    // Tokens above and below something else are the same tokens.
    let (_, all) = tree(&[used("a", "", "chat", 1, 1), http("b", "a"), used("c", "b", "chat", 1, 1)]);
    assert_eq!(all.calls(), ["c"]);
}

#[test]
fn calls_that_tell_a_total_only() {
    let (summary, all) = tree(&[span("a", "", &["gen_ai.operation.name='chat'", "gen_ai.usage.total_tokens=50"])]);
    assert_eq!((all.calls(), all.row("a").tokens), (vec!["a"], None));
    assert!(summary.notes.iter().any(|note| note.contains("only a total")), "{:?}", summary.notes);
}

#[test]
fn an_account_is_given_from_outside() {
    let options = ReadOptions { account: Some("acme".to_owned()), ..ReadOptions::default() };
    let text = request("s", &[used("a", "", "chat", 1, 1), span("b", "a", &["gen_ai.operation.name='execute_tool'"])]);
    let (_, all) = try_read("otlp-json", text, &options).expect("reads");
    all.rows.iter().for_each(|row| row.has(&["account: \"acme\""]));
}

const PYTHON: &str = r#"{
    "name": "ChatCompletion", "context": {"trace_id": "0x5b8efff798038103d269b633813fc60c", "span_id": "0xeee19b7ec3c1b174", "trace_state": "[]"},
    "kind": "SpanKind.INTERNAL", "parent_id": null, "start_time": "2026-01-01T00:00:00.000001Z", "end_time": "2026-01-01T00:00:01.5Z",
    "status": {"status_code": "ERROR", "description": "x"},
    "attributes": {"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 3, "gen_ai.response.finish_reasons": ["stop", "length", "stop"]},
    "events": [{"name": "exception", "timestamp": "2026-01-01T00:00:01Z", "attributes": {"exception.type": "TimeoutError"}}, {"name": "First Token Stream Event", "timestamp": "2026-01-01T00:00:00.300001Z"}],
    "links": [], "resource": {"attributes": {"service.name": "shop", "deployment.environment": "prod"}, "schema_url": ""}
}"#;

#[test]
fn spans_of_pythons_console() {
    let tool = PYTHON
        .replace("eee19b7ec3c1b174", "eee19b7ec3c1b175")
        .replace("\"parent_id\": null", "\"parent_id\": \"0xeee19b7ec3c1b174\"")
        .replace("\"chat\"", "\"execute_tool\"")
        .replace("gen_ai.usage", "x");
    let (summary, all) = read("openinference-json", format!("{PYTHON}\n{tool}\n"));
    assert_eq!((summary.rows, all.calls(), all.sum()), (2, vec!["eee19b7ec3c1b174"], (12, 3)));
    all.row("eee19b7ec3c1b174").has(&[
        "time: 1767225600000001",
        "latency_ms: Some(1500)",
        "ttft_ms: Some(300)",
        "finish_reason: \"stop,length\"",
        "error_type: \"TimeoutError\"",
        "feature: \"shop\"",
        "environment: \"prod\"",
        "trace_id: \"5b8efff798038103d269b633813fc60c\"",
    ]);
    assert_eq!(all.row("eee19b7ec3c1b175").parent, "eee19b7ec3c1b174");
}

#[test]
fn pages_lists_and_tables_of_phoenix() {
    let row = |id: &str, parent: &str, kind: &str, rest: &str| {
        format!(
            "{{\"id\":\"x\",\"name\":\"n\",\"context\":{{\"trace_id\":\"t\",\"span_id\":\"{id}\"}},\"span_kind\":\"{kind}\",\"parent_id\":{parent},\"start_time\":\"2026-01-01T00:00:00+00:00\",\"end_time\":\"2026-01-01T00:00:02+00:00\",\"status_code\":\"OK\",\"attributes\":{{\"openinference.span.kind\":\"{kind}\"{rest}}},\"events\":[]}}"
        )
    };
    let agent = row("a", "null", "AGENT", ",\"llm.token_count.prompt\":30");
    let flat = row(
        "b",
        "\"a\"",
        "LLM",
        ",\"llm.token_count.prompt\":10,\"llm.token_count.completion\":1,\"llm.model_name\":\"m\"",
    );
    let nested = row(
        "c",
        "\"a\"",
        "LLM",
        ",\"llm\":{\"token_count\":{\"prompt\":20,\"completion\":2,\"prompt_details\":{\"cache_read\":5}},\"model_name\":\"m\",\"cost\":{\"total\":0.5}},\"evaluations\":[{\"evaluation\":{\"name\":\"ok\",\"score\":1}}]",
    );
    let dotted = "{\"name\":\"n\",\"span_kind\":\"EMBEDDING\",\"parent_id\":\"a\",\"start_time\":1767225600000,\"context.trace_id\":\"t\",\"context.span_id\":\"d\",\"attributes.llm.token_count.prompt\":4.0,\"attributes.embedding.model_name\":\"e\",\"attributes.llm.token_count.completion\":null}";
    let page = format!("{{\"data\":[{agent},{flat},{nested}],\"next_cursor\":null}}");
    for text in [format!("[{agent},{flat},{nested}]"), format!("{agent}\n{flat}\n{nested}\n"), page] {
        let (summary, all) = read("openinference-json", text);
        assert_eq!((summary.rows, all.calls(), all.sum()), (3, vec!["b", "c"], (30, 3)));
        assert_eq!(
            (all.row("c").cost, all.row("c").tokens.map(|t| t.cache_read)),
            (Some(Pico(500_000_000_000)), Some(5))
        );
        assert_eq!(all.row("c").scores, [("ok".to_owned(), String::new(), Some(1.0), String::new())]);
        all.row("b").has(&["latency_ms: Some(2000)", "operation: \"chat\""]);
    }
    let (_, all) = read("openinference-json", dotted);
    all.row("d").has(&["time: 1767225600000000", "operation: \"embeddings\"", "model: \"e\"", "uncached_input: 4"]);

    let table = "context.span_id,name,span_kind,parent_id,start_time,end_time,status_code,context.trace_id,attributes.llm.token_count.prompt,attributes.llm.token_count.completion,attributes.llm.model_name,attributes.ai.operationId,attributes.input.value\n\
        a,n,AGENT,,2026-01-01 00:00:00+00:00,2026-01-01 00:00:02+00:00,OK,t,30.0,3.0,nan,,\n\
        b,n,LLM,a,2026-01-01 00:00:00.5+00:00,2026-01-01 00:00:02+00:00,ERROR,t,30.0,3.0,m,,\"none, {'a': 1}\"\n\
        c,n,LLM,a,yesterday,,OK,t,1,1,m,,\n";
    let (summary, all) = read("openinference-json", table);
    assert_eq!((summary.rows, all.calls(), all.sum(), all.faults()), (3, vec!["b"], (30, 3), vec![(4, "start_time")]));
    all.row("b").has(&["status: \"error\"", "latency_ms: Some(1500)", "model: \"m\""]);
    assert_eq!(all.row("b").texts[1].as_deref(), Some("none, {'a': 1}"));
}

#[test]
fn local_times_ask_for_their_zone() {
    let text = PYTHON.replace("00.000001Z", "00.000001").replace("01.5Z", "01.5");
    let asked = try_read("openinference-json", text.as_str(), &ReadOptions::default()).map(|_| ());
    assert!(matches!(asked, Err(ImportError::ZoneNeeded { line: 1, .. })), "{asked:?}");
    let options = ReadOptions { zone: Some(chrono_tz::Europe::Berlin), ..ReadOptions::default() };
    let (summary, all) = try_read("openinference-json", text.as_str(), &options).expect("reads");
    all.rows[0].has(&["time: 1767222000000001"]);
    assert_eq!(summary.zone, options.zone);
}

/// Spans of a random forest: parent and tokens, where there are any.
fn forest() -> impl Strategy<Value = Vec<(Option<usize>, Option<i64>)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, prop::option::of(1_i64..100)), 1..14).prop_map(
        |all| {
            let parent = |at: usize, index: &prop::sample::Index, of: u8| (at > 0 && of > 0).then(|| index.index(at));
            all.iter().enumerate().map(|(at, (index, of, tokens))| (parent(at, index, *of), *tokens)).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whatever the order and the lines: a span's tokens count if no other that has any lies below it, pair by pair.
    #[test]
    fn tokens_of_any_forest(
        spans in forest(),
        order in Just((0_usize..14).collect::<Vec<_>>()).prop_shuffle(),
        cut in 0_usize..14,
    ) {
        let texts: Vec<String> = order
            .into_iter()
            .filter_map(|at| spans.get(at).map(|told| (at, told)))
            .map(|(at, (parent, tokens))| {
                let parent = parent.map_or_else(String::new, |parent| format!("s{parent}"));
                match tokens {
                    Some(tokens) => used(&format!("s{at}"), &parent, "invoke_agent", *tokens, 1),
                    None => span(&format!("s{at}"), &parent, &["gen_ai.operation.name='execute_tool'"]),
                }
            })
            .collect();
        let (one, two) = texts.split_at(cut.min(texts.len()));
        let (_, all) = otlp(format!("{}\n{}\n", request("s", one), request("s", two)));
        let is_below = |mut at: usize, top: usize| {
            while let Some(above) = spans[at].0 {
                if above == top {
                    return true;
                }
                at = above;
            }
            false
        };
        let repeats = |at: usize| (0..spans.len()).any(|other| spans[other].1.is_some() && is_below(other, at));
        let want: i64 = (0..spans.len()).filter(|at| !repeats(*at)).filter_map(|at| spans[at].1).sum();
        prop_assert_eq!((all.sum().0, all.rows.len()), (want, spans.len()));
    }

    /// No panic, and every row accounted for, whatever stands where.
    #[test]
    fn any_values(
        values in prop::collection::vec(
            "(-?[0-9]{1,20}(\\.[0-9]{1,3})?|\"[a-z0-9:\\\\u-]{0,9}\"|null|true|\\[1,\\{\\}\\]|\\{\"intValue\":[1-9]\\}|\\{\"a\")",
            8,
        ),
        cut in 0_usize..900,
    ) {
        let keys = ["traceId", "spanId", "startTimeUnixNano", "attributes", "events", "status", "name", "zzz"];
        let parts: Vec<String> = keys.iter().zip(&values).map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let odd = format!("{{{}}}", parts.join(","));
        let attribute = used("a", "", "chat", 1, 1).replace("{\"intValue\":\"1\"}", &values[0]);
        let text = request("s", &[odd.clone(), attribute, used("b", "", "chat", 1, 1)]);
        let text = format!("{text}\n{}", text.replace(&odd, &values[1]));
        let mut end = cut.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        for text in [text.as_str(), &text[..end]] {
            for id in ["otlp-json", "openinference-json"] {
                let mut all = All::default();
                let input = Input::open(Source::from_bytes("test", text)).expect("opens");
                let format = detect(input.head(), Some(id)).expect("is named").format;
                if let Ok(summary) = format.read(input, &ReadOptions::default(), &mut all) {
                    prop_assert_eq!(summary.rows as usize, all.rows.len() + all.scores.len() + all.rejects.len());
                }
            }
        }
    }
}
