//! Small cases of what real exports and re-saved copies of them do to numbers, words, times and quotes. Each of them was
//! once read wrongly, or refused without need.

mod common;

use std::io::Write;
use std::path::Path;

use common::{Sums, read_as, read_into};
use outlay_import::mapping::{CachedInput, Mapping, suggest};
use outlay_import::{Head, ImportError, Input, ReadOptions, Source};
use outlay_model::money::Pico;

const TIMES: &str = "start_time,end_time,start_time_iso,end_time_iso";
const DAY: &str = "1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00";

fn usd(text: &str) -> Pico {
    Pico::parse(text).expect("an amount")
}

fn reasons(sums: &Sums) -> Vec<(u64, &str)> {
    sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect()
}

#[test]
fn decimal_commas_of_a_spreadsheet() {
    let header = format!("{TIMES},amount_value,amount_currency,line_item").replace(',', ";");
    let row = |amount: &str| format!("{};{amount};usd;x\n", DAY.replace(',', ";"));
    let text = format!("{header}\n{}{}{}", row("0,895874"), row("1,250"), row("-1.234,50"));
    let (_, sums) = read_as("openai-cost-csv", text);
    assert_eq!(sums.billed, usd("-1232.354126"), "{:?}", sums.rejects);

    let header = format!("{TIMES}\tmodel\tinput_tokens\toutput_tokens").replace(',', "\t");
    let row = |numbers: &str| format!("{}\tm\t{numbers}\n", DAY.replace(',', "\t"));
    let text = format!("{header}\n{}{}{}", row("59200,0\t10646,0"), row("1,200,300\t5"), row("1,200\t5"));
    let (_, sums) = read_as("openai-usage-csv", text);
    assert_eq!((sums.total().uncached_input, sums.total().output), (1_259_500, 10_651));
    // In a file that shows decimal commas elsewhere, 1,200 is one and a fifth, and no number of tokens.
    assert_eq!(reasons(&sums), [(4, "input_tokens")]);
    // Commas in a column of other texts show nothing about numbers.
    let text = "timestamp;model;input_tokens;output_tokens;latency_ms;feature\n\
        2026-10-03;m;1;1;812.456;1,2\n2026-10-03;m;1;1;113.250;x\n";
    assert_eq!(read_as("trace-csv", text).1.pushed, 2);
}

#[test]
fn separators_that_may_mean_either_are_not_guessed() {
    let text = "timestamp,model,input_tokens,output_tokens,cost_usd\n\
        2026-10-03,m,10,1,\"1,234\"\n2026-10-03,m,10,1,\"1,234.50\"\n2026-10-03,m,10,1,$0.25\n2026-10-03,m,10,1,€1\n\
        2026-10-03,m,\"1,200\",1,\n";
    let (_, sums) = read_as("trace-csv", text);
    assert_eq!(sums.recorded, usd("1234.75"));
    assert_eq!(reasons(&sums), [(2, "cost_usd"), (5, "cost_usd"), (6, "input_tokens")]);
    assert!(sums.rejects[0].reason.contains("thousands or decimals"), "{:?}", sums.rejects[0]);
}

#[test]
fn words_for_nothing_are_unknown_and_not_zero() {
    let text = "timestamp,model,input_tokens,output_tokens,cached_input_tokens,cost_usd,latency_ms,user_id,error,batch\n\
        2026-10-03,m,10,1,NULL,None,nan,\\N,None,False\n2026-10-03,None,NULL,NULL,N/A,null,NaN,null,NULL,t\n";
    let (summary, sums) = read_as("trace-csv", text);
    assert_eq!((summary.rows, sums.pushed, sums.unknown_cost), (2, 2, 2), "{:?}", sums.rejects);
    assert!(sums.shown[0].contains("user: \"\"") && sums.shown[0].contains("latency_ms: None"), "{}", sums.shown[0]);
    for part in ["tokens: None", "model: \"\"", "tier: \"batch\"", "status: \"\""] {
        assert!(sums.shown[1].contains(part), "{part} in {}", sums.shown[1]);
    }
    // What Python writes for a number that is none is no JSON.
    let text = "{\"timestamp\":\"2026-10-03\",\"model\":\" m \",\"input_tokens\":10,\"output_tokens\":1,\"cost_usd\":NaN,\"eval_score\":-Infinity}\n";
    let (_, sums) = read_as("trace-jsonl", text);
    assert_eq!((sums.pushed, sums.unknown_cost), (1, 1), "{:?}", sums.rejects);
    assert!(sums.shown[0].contains("model: \"m\"") && sums.shown[0].contains("scores: []"), "{}", sums.shown[0]);
}

#[test]
fn a_count_that_is_not_told_is_not_zero() {
    let header = format!("{TIMES},model,input_tokens,output_tokens");
    let (_, sums) = read_as("openai-usage-csv", format!("{header}\n{DAY},m,,5\n{DAY},m,5,\n{DAY},m,,\n{DAY},m,5,5\n"));
    assert_eq!((sums.pushed, reasons(&sums)), (2, vec![(2, "input_tokens"), (3, "output_tokens")]));
    assert!(sums.shown[0].contains("tokens: None") && sums.idle == 0);

    let text = "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens,web_search_count\n\
        2026-02-01,m,,,3\n2026-02-01,m,5,NULL,\n";
    let (_, sums) = read_as("anthropic-usage-csv", text);
    assert!(sums.shown[0].contains("tokens: None") && sums.shown[0].contains("web_searches: Some(3)"));
    assert_eq!(reasons(&sums), [(3, "usage_output_tokens")]);

    let header = format!("{TIMES},amount_value,amount_currency,line_item,organization_id,owner");
    let (summary, sums) = read_as("openai-cost-csv", format!("{header}\n{DAY},,,x,o,\n{DAY},,,,o,me\n"));
    assert_eq!((sums.pushed, reasons(&sums)), (1, vec![(2, "amount_value")]));
    assert!(summary.notes.iter().any(|n| n.contains("without an amount: 1")), "{:?}", summary.notes);
}

#[test]
fn times_that_a_spreadsheet_spoiled() {
    let header = format!("{TIMES},model,input_tokens,output_tokens");
    let spoiled = DAY.replace("1759622400", "1759622401");
    let short = DAY.replace("1759622400", "1.75962E+09");
    let iso = DAY.replace("1759622400,1759708800", ",");
    let text = format!("{header}\n{spoiled},m,1,1\n{short},m,1,1\n{iso},m,1,1\n");
    let (_, sums) = read_as("openai-usage-csv", text);
    assert_eq!((sums.pushed, reasons(&sums)), (1, vec![(2, "start_time_iso"), (3, "start_time")]));
    assert!(sums.rejects[1].reason.contains("shortened by a spreadsheet"));
}

#[test]
fn a_stray_quotation_mark_costs_one_line() {
    let good = "2026-10-03T14:05:00Z,m,10,1,fine\n";
    let text = format!(
        "timestamp,model,input_tokens,output_tokens,feature\n\
        2026-10-03T14:05:00Z,m,10,1,\"open\n{}2026-10-03T14:05:00Z,m,10,1,\"two\nlines\"\n2026-10-03T14:05:00Z,m,10,1,\"open again\n{good}",
        good.repeat(300)
    );
    let (summary, sums) = read_as("trace-csv", text);
    assert_eq!((summary.rows, sums.pushed), (304, 302));
    assert_eq!(reasons(&sums), [(2, ""), (305, "")]);
    assert!(sums.rejects[0].value.starts_with("2026-10-03T14:05:00Z,m,10,1,\"open"), "{:?}", sums.rejects[0]);
}

#[test]
fn lines_that_end_in_carriage_returns() {
    let text = "timestamp,model,input_tokens,output_tokens\r2026-10-03,m,10,1\r2026-10-03,m,20,1\r";
    let (summary, sums) = read_as("trace-csv", text);
    assert_eq!((summary.rows, sums.total().uncached_input), (2, 30));
}

#[test]
fn anthropic_exports_of_the_same_days_are_alike() {
    let older = "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_output_tokens\n\
        2026-02-01,claude-opus-4-5,k,Default,standard,≤ 200k,5,6\n";
    let newer = "model_version,usage_date_utc,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_output_tokens,inference_geo,speed\n\
        claude-opus-4-5,2026-02-01,k,Default,standard,≤ 200k,5,6,global,standard\n";
    let oldest = older.replace(",context_window", "").replace(",≤ 200k", "");
    let saved_again = older.replace('≤', "<=");
    let (_, newer) = read_as("anthropic-usage-csv", newer);
    for older in [older, &oldest, &saved_again] {
        let (_, older) = read_as("anthropic-usage-csv", older);
        assert_eq!(older.shown, newer.shown);
    }
    // The upper band has prices of its own.
    let (_, long) = read_as("anthropic-usage-csv", older.replace("≤ 200k", "> 200k"));
    assert!(long.shown[0].contains("context_window: \"> 200k\""), "{}", long.shown[0]);
    // Minutes are seen wherever the column of the time stands: both buckets are a minute long.
    let text = "model_version,usage_date_utc,usage_input_tokens_no_cache,usage_output_tokens\n\
        m,2026-07-03 01:00,5,6\nm,2026-07-03 01:07,5,6\n";
    let (_, sums) = read_as("anthropic-usage-csv", text);
    assert!(sums.shown[0].contains("end: 1783040460000000"), "{}", sums.shown[0]);
}

#[test]
fn anthropic_costs_say_how_far_they_are_rounded() {
    let text = "usage_date_utc,model,token_type,cost_usd,cost_type\n\
        2026-02-01,claude OPUS 4.5,output,-1.00,token\n2026-02-01,,,0.1234,web_search\n2026-02-01,x,output,NULL,token\n";
    let (_, sums) = read_as("anthropic-cost-csv", text);
    assert_eq!((sums.billed, reasons(&sums)), (usd("-0.8766"), vec![(4, "cost_usd")]));
    assert!(sums.shown[0].contains("claude-opus-4-5-20251101") && sums.shown[0].contains("rounding: Pico(5000000000)"));
    assert!(sums.shown[1].contains("meter: \"web_search\"") && sums.shown[1].contains("rounding: Pico(50000000)"));
}

#[test]
fn anthropic_costs_of_the_same_days_are_alike() {
    let newest = "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type,inference_geo,speed\n\
        2026-02-01,Claude Opus 4.5,Default,k,message,≤ 200k,output,0.82,token,not_available,\n";
    let newer = newest.replace(",inference_geo,speed", "").replace(",not_available,", "");
    let oldest = newer.replace(",context_window", "").replace(",≤ 200k", "");
    let (_, newest) = read_as("anthropic-cost-csv", newest);
    for older in [newer.clone(), oldest, newer.replace('≤', "<=")] {
        let (_, older) = read_as("anthropic-cost-csv", older);
        assert_eq!(older.shown, newest.shown);
    }
    assert!(newest.shown[0].contains("line_item: \"Claude Opus 4.5, output\""), "{}", newest.shown[0]);
    let (_, long) = read_as("anthropic-cost-csv", newer.replace("≤ 200k", "> 200k"));
    assert!(long.shown[0].contains("line_item: \"Claude Opus 4.5, output, > 200k\""), "{}", long.shown[0]);
}

#[test]
fn an_idle_day_is_of_the_organisation_that_the_file_is_of() {
    // As OpenAI exports a month: the idle days have their times and nothing else.
    let header = format!("{TIMES},amount_value,amount_currency,line_item,project_id,organization_id,organization_name");
    let idle = format!("{DAY},,,,,,");
    let text = format!("{header}\n{idle}\n{DAY},0.5,usd,,,org-a,Personal\n{DAY},0.25,usd,,,,\n{idle}\n{DAY}\n");
    let accounts = |sums: &Sums| -> Vec<String> {
        let account = |shown: &String| {
            shown.split("account: \"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
        };
        sums.shown.iter().filter_map(account).collect()
    };
    let (_, sums) = read_as("openai-cost-csv", text.as_str());
    // A billed line that does not say whose it is remains nobody's.
    assert_eq!(accounts(&sums), ["org-a", "org-a", "", "org-a", "org-a"], "{:?}", sums.rejects);
    assert_eq!(sums.billed, usd("0.75"));

    let options = ReadOptions { account: Some("mine".to_owned()), ..ReadOptions::default() };
    let mut sums = Sums::default();
    read_into(None, None, text, &options, &mut sums).expect("reads");
    assert_eq!(accounts(&sums), ["mine"; 5]);
    let (_, sums) = read_as("openai-cost-csv", format!("{header}\n{idle}\n"));
    assert_eq!(accounts(&sums), [""]);
}

#[test]
fn openai_lines_without_a_model() {
    let header = format!("{TIMES},amount_value,amount_currency,line_item,api_key_id");
    let lines = ["\"gpt-4o-audio, audio, input\"", "\"web search, high, calls\"", "Image models"];
    let rows: String = lines.iter().map(|line| format!("{DAY},1,usd,{line},k\n")).collect();
    let (_, sums) = read_as("openai-cost-csv", format!("{header}\n{rows}"));
    for (shown, (model, meter)) in sums.shown.iter().zip([("gpt-4o-audio", "audio, input"), ("", "calls"), ("", "")]) {
        assert!(shown.contains(&format!("model: \"{model}\"")), "{shown}");
        assert!(shown.contains(&format!("meter: \"{meter}\"")) && shown.contains("api_key: \"k\""), "{shown}");
    }
}

#[test]
fn logs_whose_first_row_is_unlike_the_others() {
    // A tool step has no tokens and no model.
    let text = "{\"timestamp\":\"2026-10-03T14:05:00Z\",\"trace_id\":\"t\",\"step_kind\":\"tool\",\"tool\":\"search\"}\n\
        {\"timestamp\":\"2026-10-03T14:05:01Z\",\"trace_id\":\"t\",\"model\":\"m\",\"input_tokens\":5,\"output_tokens\":1}\n";
    let (_, sums) = read_as("trace-jsonl", text);
    assert_eq!((sums.pushed, sums.total().uncached_input), (2, 5));
    // Nothing went wrong, so nothing was logged.
    let row = "{\"timestamp\":\"2026-03-01 10:00:00\",\"provider\":\"openai\",\"model\":\"m\",\"operation\":\"chat\",\
        \"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120,\"latency_ms\":800,\"cost_usd\":0.001}\n";
    let failed = row.replace("}", ",\"error\":{\"error\":{\"type\":\"rate_limit\",\"message\":\"slow down\"}}}");
    let options = ReadOptions { zone: Some(chrono_tz::UTC), ..ReadOptions::default() };
    let mut sums = Sums::default();
    read_into(Some("inhouse-calls"), None, format!("{row}{failed}"), &options, &mut sums).expect("reads");
    assert!(sums.shown[1].contains("error_type: \"rate_limit\""), "{}", sums.shown[1]);
}

#[test]
fn rows_of_a_list_on_one_line_say_which_they_are() {
    let row =
        |input: i64| format!("{{\"timestamp\":\"2026-10-03T14:05:00Z\",\"model\":\"m\",\"input_tokens\":{input}}}");
    let (_, sums) = read_as("trace-jsonl", format!("[{},{},{}]", row(1), row(-2), row(3)));
    assert_eq!(reasons(&sums), [(1, "[1].input_tokens")]);
}

#[test]
fn keys_with_dots_and_lists_in_suggestions() {
    let text = r#"{"start_time":"2026-01-01T00:00:00Z","attributes":{"gen_ai.request.model":"m","gen_ai.usage.input_tokens":7,"gen_ai.usage.output_tokens":2},"output":{"value":3,"status":"x"},"results":[{"input_tokens":900}]}"#;
    let suggestion = suggest(&Head::new("t", text.as_bytes(), true));
    let column = |field: &str| suggestion.mapping.columns.get(field).map(String::as_str);
    assert_eq!(column("input_tokens"), Some("attributes[\"gen_ai.usage.input_tokens\"]"));
    assert_eq!((column("status"), column("score_value")), (None, None), "{suggestion:?}");
    let mapping = Mapping::from_toml(&suggestion.mapping.to_toml().expect("writes")).expect("reads");
    let options = ReadOptions { mapping: Some(mapping), ..ReadOptions::default() };
    let mut sums = Sums::default();
    read_into(None, Some("mapped"), text, &options, &mut sums).expect("reads");
    assert_eq!((sums.total().uncached_input, sums.total().output), (7, 2));
    // One item of a list is not all of it: that is asked, and not taken.
    let buckets =
        r#"[{"start_time":1767225600,"end_time":1767312000,"results":[{"input_tokens":900},{"input_tokens":1}]}]"#;
    let suggestion = suggest(&Head::new("t", buckets.as_bytes(), true));
    assert!(!suggestion.mapping.columns.contains_key("input_tokens"));
    assert!(suggestion.questions.iter().any(|q| q.contains("results[0].input_tokens")), "{suggestion:?}");
}

/// A log that has the three names of a trace, and Anthropic's own ones for its cache.
const CACHED_APART: &str = "{\"timestamp\":\"2026-10-03T14:05:00Z\",\"model\":\"claude-sonnet-4-5\",\"input_tokens\":100,\
    \"cache_read_input_tokens\":90000,\"cache_creation_input_tokens\":4000,\"output_tokens\":50}\n";

#[test]
fn tokens_under_other_names_are_not_left_out() {
    let refused = |text: &str| {
        let read = read_into(None, None, text, &ReadOptions::default(), &mut Sums::default());
        matches!(read, Err(ImportError::Unknown { .. }))
    };
    let trace = "{\"timestamp\":\"2026-10-03T14:05:00Z\",\"model\":\"m\",\"input_tokens\":100,\"output_tokens\":50}\n";
    assert!(refused(CACHED_APART) && refused(&format!("{trace}{CACHED_APART}")) && !refused(trace));
    for other in [
        "\"input_tokens_details\":{\"cached_tokens\":64}",
        "\"usage\":{\"cache_read_input_tokens\":90000}",
        "\"usageMetadata\":{\"thoughtsTokenCount\":12}",
        "\"cachedContentTokenCount\":64",
        "\"prompt_cache_hit_tokens\":64",
        "\"cache_creation\":{\"ephemeral_1h_input_tokens\":4000}",
        "\"thinking_tokens\":12",
    ] {
        assert!(refused(&trace.replace('}', &format!(",{other}}}"))), "{other}");
    }
    assert!(refused("timestamp,model,input_tokens,output_tokens,cache_read_input_tokens\n2026-10-03,m,100,50,90000\n"));
    let inhouse = "timestamp,provider,model,operation,prompt_tokens,completion_tokens,total_tokens,latency_ms,cost_usd";
    assert!(refused(&format!("{inhouse},cache_read_input_tokens\n")) && !refused(&format!("{inhouse}\n")));
    let inhouse = "trace_id,timestamp,model,prompt_version,environment,feature,system_prompt_hash,input_tokens,\
        user_message_length,output_tokens,latency_ms,finish_reason,cost_usd,user_feedback,automated_eval_score";
    assert!(refused(&format!("{inhouse},cache_read_input_tokens\n")) && !refused(&format!("{inhouse}\n")));

    // What is suggested instead counts all of them: 100 + 90,000 + 4,000 + 50.
    let mapping = suggest(&Head::new("t", CACHED_APART.as_bytes(), true)).mapping;
    let options = ReadOptions { mapping: Some(mapping), ..ReadOptions::default() };
    let mut sums = Sums::default();
    read_into(None, Some("mapped"), CACHED_APART, &options, &mut sums).expect("reads");
    assert_eq!(sums.total().total(), 94_150, "{:?}", sums.rejects);
    // Whoever calls it a trace is told what is missing from it.
    let mut sums = Sums::default();
    let summary =
        read_into(None, Some("trace-jsonl"), CACHED_APART, &ReadOptions::default(), &mut sums).expect("reads");
    let told = "left out, although they may hold tokens: cache_read_input_tokens, cache_creation_input_tokens;";
    assert!(summary.notes.iter().any(|note| note.starts_with(told)), "{:?}", summary.notes);
}

#[test]
fn names_that_only_speak_of_tokens_are_left_out_and_named() {
    let others = "tokens_per_second,max_tokens,time_to_first_token,first_token_ms,tokens_remaining,cache_hit,cache_key,\
        cache_hit_rate,cache_ttl,cache_read_cost_usd,tokenizer,owner";
    let values = "41.5,4096,380,380,9000,True,k,0.9,300,0.1,o200k,me";
    let text = format!("timestamp,model,input_tokens,output_tokens,{others},\n2026-10-03,m,100,50,{values},\n");
    let note = format!("left out, because no field has their name: {}", others.replace(',', ", "));
    let (summary, sums) = read_as("trace-csv", text);
    assert_eq!((sums.total().total(), summary.notes.contains(&note)), (150, true), "{:?}", summary.notes);

    // Keys of all rows, each of them once, and no more than twenty.
    let row = |keys: &str| format!("{{\"timestamp\":\"2026-10-03\",\"model\":\"m\",\"input_tokens\":1{keys}}}\n");
    let many: String = (0..30).map(|n| row(&format!(",\"k{n:02}\":1,\"max_tokens\":9"))).collect();
    let (summary, _) = read_as("trace-jsonl", many);
    let names: Vec<String> = (1..19).map(|n| format!("k{n:02}")).collect();
    let note = format!("left out, because no field has their name: k00, max_tokens, {} and more", names.join(", "));
    assert!(summary.notes.contains(&note), "{:?}", summary.notes);
}

#[test]
fn our_own_traces_are_recognised_with_all_their_columns() {
    // The columns that the benchmark's generator writes.
    let columns = "trace_id,span_id,timestamp,provider,model,operation,prompt_name,prompt_version,environment,feature,team,\
        customer,user_id_hash,system_prompt_hash,prompt_hash,attempt,input_tokens,cached_input_tokens,cache_write_tokens,\
        output_tokens,reasoning_tokens,latency_ms,ttft_ms,status,error_type,finish_reason,cost_usd,user_feedback,eval_score\n";
    let (summary, _) = read_as("trace-csv", columns);
    assert_eq!(summary.notes, ["a file without any rows"]);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-data");
    for (format, file) in [
        ("trace-csv", "trace-csv/search-service.csv.gz"),
        ("trace-jsonl", "trace-jsonl/gateway-2026-10.jsonl.gz"),
        ("inhouse-eval", "inhouse-eval/chat-assist.jsonl"),
    ] {
        let (summary, _) = read_as(format, std::fs::read(samples.join(file)).expect("a sample"));
        assert!(!summary.notes.iter().any(|note| note.starts_with("left out")), "{file}: {:?}", summary.notes);
    }
}

#[test]
fn anthropics_own_names_count_beside() {
    let text = r#"{"timestamp":1767225600,"message":{"model":"claude-opus-4-5","usage":{"input_tokens":100,"cache_read_input_tokens":10,"output_tokens":5}}}"#;
    let suggestion = suggest(&Head::new("t", text.as_bytes(), true));
    assert_eq!(suggestion.mapping.cached_input, CachedInput::Outside);
    assert!(suggestion.questions.iter().any(|q| q.contains("beside, as Anthropic counts")), "{suggestion:?}");
    let told = text.replace("cache_read_input_tokens", "cached_tokens").replace("claude-opus-4-5", "gpt-4o");
    assert_eq!(suggest(&Head::new("t", told.as_bytes(), true)).mapping.cached_input, CachedInput::Inside);
}

#[test]
fn a_compressed_file_that_ends_before_its_text_says_so() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(b"timestamp,model,input_tokens\n").expect("writes");
    let bytes = gz.finish().expect("ends");
    let refused = Input::open(Source::from_bytes("a.csv.gz", &bytes[..10])).err().map(|e| e.to_string());
    assert!(refused.is_some_and(|told| told.contains("copy it again")));
}
