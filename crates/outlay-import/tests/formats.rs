//! Small cases of each format, and of what every format must do.

mod common;

use std::io::Write;

use common::{Sums, read_as, read_into};
use outlay_import::{Head, ImportError, Input, MAX_ROW, ReadOptions, Source, detect, formats};

const TRACE: &str = "{\"timestamp\":\"2026-10-03T14:05:00Z\",\"model\":\"claude-sonnet-4\",\"input_tokens\":1000,\
    \"cached_input_tokens\":600,\"cache_write_tokens\":100,\"output_tokens\":50,\"reasoning_tokens\":20,\
    \"cost_usd\":0.001234567891,\"user_feedback\":\"up\",\"eval_score\":0.75,\"scores\":{\"tone\":4},\"block_hashes\":[1,\"ff00000000000000\"],\"extra\":{\"deep\":[{}]}}";

fn fails(hint: Option<&str>, text: &str) -> String {
    read_into(None, hint, text, &ReadOptions::default(), &mut Sums::default()).expect_err("refused").to_string()
}

#[test]
fn trace_tokens_become_disjoint() {
    let (_, sums) = read_as("trace-jsonl", TRACE);
    let t = sums.total();
    assert_eq!((t.uncached_input, t.cache_read, t.cache_write_unknown, t.output, t.reasoning), (300, 600, 100, 50, 20));
    assert_eq!(sums.recorded.to_string(), "0.001234567891");
    for part in [
        "kind: \"feedback\"",
        "label: \"up\"",
        "kind: \"judge\"",
        "name: \"tone\"",
        "block_hashes: [1, 18374686479671623680]",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
}

#[test]
fn trace_csv_reads_the_same_as_json() {
    let csv = "\u{feff}Timestamp;model;input_tokens;cached_input_tokens;cache_write_tokens;output_tokens;reasoning_tokens;cost_usd;user_feedback;eval_score;score.tone;block_hashes;other\r\n\
        2026-10-03T14:05:00Z;claude-sonnet-4;1000;600;100;50;20;0.001234567891;up;0.75;4;1 ff00000000000000;x\r\n";
    let (_, from_csv) = read_as("trace-csv", csv);
    let (_, from_json) = read_as("trace-jsonl", TRACE);
    let line = |sums: &Sums| sums.shown[0].split_once(' ').map(|(_, rest)| rest.to_owned());
    assert_eq!(line(&from_csv), line(&from_json));
}

#[test]
fn faults_name_line_column_and_reason() {
    let rows = "timestamp,model,input_tokens,output_tokens,cached_input_tokens,total_tokens\n\
        2026-10-03T14:05:00Z,m,10,1,20,\n\
        2026-10-03,m,10,1,0,12\n\
        yesterday,m,10,1,0,\n\
        1996-01-01T00:00:00Z,m,10,1,0,\n\
        2026-10-03T14:05:00Z,m,-10,1,0,\n\
        2026-10-03T14:05:00Z,m,10\n\
        \n\
        2026-10-03T14:05:00Z,m,10,1,0,11\n\
        2026-10-03T14:05:00Z,m,,,,\n";
    let (summary, sums) = read_as("trace-csv", rows);
    let told: Vec<(u64, &str)> = sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect();
    assert_eq!(
        told,
        [
            (2, "cached_input_tokens"),
            (3, "total_tokens"),
            (4, "timestamp"),
            (5, "timestamp"),
            (6, "input_tokens"),
            (7, "")
        ]
    );
    assert!(sums.rejects[0].reason.contains("cached_input = \"outside\""), "{}", sums.rejects[0].reason);
    assert_eq!((summary.rows, sums.pushed), (8, 2));
    assert!(!summary.notes.iter().any(|n| n.contains("outside")), "one row is a fault of its own: {:?}", summary.notes);
    let twice = "timestamp,model,input_tokens,output_tokens,cached_input_tokens\n\
        2026-10-03T14:05:00Z,m,10,1,20\n2026-10-03T14:06:00Z,m,10,1,20\n2026-10-03T14:07:00Z,m,10,1,0\n";
    let (summary, _) = read_as("trace-csv", twice);
    assert!(summary.notes.iter().any(|n| n.contains("2 rows prove it, the first on line 2")), "{:?}", summary.notes);
    assert!(sums.shown[1].contains("tokens: None"), "nothing told is unknown, not 0");
}

#[test]
fn a_recorded_zero_with_tokens_is_unknown() {
    let rows = "timestamp,model,input_tokens,output_tokens,cost_usd\n\
        2026-10-03T14:05:00Z,m,10,1,0.0\n2026-10-03T14:05:00Z,m,0,0,0\n";
    let (_, sums) = read_as("trace-csv", rows);
    assert_eq!((sums.unknown_cost, sums.zero_cost), (1, 1));
}

#[test]
fn broken_rows_cost_only_themselves() {
    let text =
        format!("{TRACE}\n{{\"timestamp\": nope}}\n[1,2]\n\n{}\n{TRACE}\n{}", "{\"a\":".repeat(200_000), &TRACE[..90]);
    let mut bytes = text.into_bytes();
    bytes.splice(0..0, [TRACE.as_bytes(), b"\n{\"model\":\"\xff\"}\n"].concat());
    let (summary, sums) = read_as("trace-jsonl", bytes);
    assert_eq!((summary.rows, sums.pushed), (8, 3));
    let reasons: Vec<(u64, bool)> = sums.rejects.iter().map(|r| (r.line, r.reason.is_empty())).collect();
    assert_eq!(reasons, [(2, false), (4, false), (5, false), (7, false), (9, false)]);
    assert!(sums.rejects[4].reason.contains("cut off"), "{:?}", sums.rejects[4]);
}

#[test]
fn a_line_without_end_is_not_held() {
    let mut text = format!("{TRACE}\n").into_bytes();
    text.extend(std::iter::repeat_n(b'x', MAX_ROW + 5));
    text.extend(format!("\n{TRACE}\n").bytes());
    let (summary, sums) = read_as("trace-jsonl", text);
    assert_eq!((summary.rows, sums.pushed, sums.rejects[0].line), (3, 2, 2));
}

#[test]
fn broken_compression_keeps_the_good_rows() {
    let rows: String = (0..5_000).map(|i| format!("2026-10-03T14:05:00Z,m,{},{i}\n", i * 7919 % 10_007)).collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    write!(gz, "timestamp,model,input_tokens,output_tokens\n{rows}").expect("writes");
    let bytes = gz.finish().expect("ends");
    let (summary, sums) = read_as("trace-csv", bytes[..bytes.len() / 2].to_vec());
    assert!(sums.pushed > 100);
    assert!(sums.rejects.len() <= 1);
    assert!(sums.rejects.iter().all(|r| r.reason.contains("breaks off")));
    assert!(summary.notes.iter().any(|n| n.contains("gzip compression breaks off")), "{:?}", summary.notes);
}

#[test]
fn refusals_are_rejects_and_stop_stops() {
    let text = format!("{TRACE}\n{TRACE}\n{TRACE}\n");
    let mut sums = Sums { refuse: Some(2), ..Sums::default() };
    read_into(None, None, text.as_str(), &ReadOptions::default(), &mut sums).expect("reads");
    assert_eq!((sums.pushed, sums.rejects[0].line, sums.rejects[0].column.as_str()), (2, 2, "model"));
    assert_eq!(sums.bytes, text.len() as u64);
    let mut sums = Sums { stop: Some(1), ..Sums::default() };
    let stopped = read_into(None, None, text, &ReadOptions::default(), &mut sums);
    assert!(matches!(stopped, Err(ImportError::Stopped)));
}

const EVAL: &str = "trace_id,timestamp,model,prompt_version,environment,feature,system_prompt_hash,input_tokens,user_message_length,\
    output_tokens,latency_ms,finish_reason,cost_usd,user_feedback,automated_eval_score";

#[test]
fn inhouse_eval() {
    let text = format!(
        "{EVAL},owner\nt1,2026-03-01 10:00:00,gpt-4o,v2,production,search,abc,100,55,20,812.4,stop,,true,0.9,x\n"
    );
    let options =
        ReadOptions { zone: Some(chrono_tz::Asia::Tokyo), account: Some("acme".into()), ..ReadOptions::default() };
    let mut sums = Sums::default();
    let summary = read_into(Some("inhouse-eval"), None, text, &options, &mut sums).expect("reads");
    // 2026-03-01T10:00:00Z: its documentation says UTC, so the zone does not matter.
    for part in [
        "time: 1772359200000000",
        "prompt_chars: Some(55)",
        "account: \"acme\"",
        "recorded_cost: None",
        "automated_eval_score",
        "value: Some(1.0)",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
    assert_eq!(summary.zone, Some(chrono_tz::Tz::UTC));
}

#[test]
fn inhouse_calls() {
    let text = "timestamp,provider,model,operation,prompt_tokens,completion_tokens,total_tokens,latency_ms,cost_usd,error\n\
        2026-03-01 10:00:00,openai,gpt-4o,chat,100,20,120,800,0.001,\n\
        2026-03-01 10:00:00,openai,gpt-4o,chat,100,20,125,800,0.001,\n\
        2026-03-29 02:30:00,openai,gpt-4o,chat,,,,90,,rate_limit\n\
        2026-03-29 03:30:00,openai,gpt-4o,chat,,,,90,,rate_limit\n";
    assert!(fails(None, text).contains("--zone Europe/Berlin"));
    let options = ReadOptions { zone: Some(chrono_tz::Europe::Berlin), ..ReadOptions::default() };
    let mut sums = Sums::default();
    let summary = read_into(Some("inhouse-calls"), None, text, &options, &mut sums).expect("reads");
    assert_eq!((summary.rows, sums.pushed, summary.zone), (4, 2, options.zone));
    let told: Vec<(u64, &str)> = sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect();
    assert_eq!(told, [(3, "total_tokens"), (4, "timestamp")]);
    assert!(sums.shown[0].contains("time: 1772355600000000"), "{}", sums.shown[0]);
    assert!(sums.shown[1].contains("status: \"error\"") && sums.shown[1].contains("error_type: \"rate_limit\""));
}

#[test]
fn openai_usage_siblings_and_faults() {
    let times = "1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00";
    let header = "start_time,end_time,start_time_iso,end_time_iso";
    let (summary, sums) = read_as("openai-usage-csv", format!("{header}\n{times}\n"));
    assert_eq!((summary.rows, sums.idle), (1, 1));
    assert!(summary.notes.iter().any(|n| n.contains("without usage")));

    let text = format!(
        "{header},num_model_requests,model,batch,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens\n\
        {times},2.0,gpt-4o,TRUE,100.0,5.0,40.0,60.0\n{times}\n{times},2.0,gpt-4o,FALSE,100.0,5.0,40.0,61.0\n{times},2.0,gpt-4o\n"
    );
    let (_, sums) = read_as("openai-usage-csv", text);
    assert_eq!((sums.pushed, sums.idle), (2, 1));
    assert_eq!(sums.rejects.iter().map(|r| r.line).collect::<Vec<_>>(), [4, 5]);
    assert!(sums.shown[0].contains("tier: \"batch\""));

    let (_, sums) = read_as(
        "openai-usage-csv",
        format!("{header},num_model_requests,images,size,model\n{times},3,4,1024x1024,gpt-image-1\n"),
    );
    assert!(sums.shown[0].contains("discriminator: \"images 1024x1024\"") && sums.shown[0].contains("tokens: None"));
    let (_, sums) = read_as(
        "openai-usage-csv",
        format!("{header},num_model_requests,input_tokens,model\n{times},3,40,omni-moderation-latest\n"),
    );
    assert!(sums.shown[0].contains("moderations"));
}

#[test]
fn openai_searches_are_not_the_requests_that_made_them() {
    // Two completions made seven searches. The completions export counts the two.
    let text = "start_time,end_time,start_time_iso,end_time_iso,num_requests,num_model_requests,model,context_level\n\
        1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00,7.0,2.0,gpt-4o,high\n";
    let (_, sums) = read_as("openai-usage-csv", text);
    assert!(sums.shown[0].contains("requests: None, web_searches: Some(7)"), "{}", sums.shown[0]);
}

#[test]
fn openai_cost_lines() {
    let text = "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id\n\
        1759622400,1759708800,,,0.89587400000000001,usd,\"gpt-4o-2024-08-06, cached input\",p\n\
        1759622400,1759708800,,,1,euros,x,p\n";
    let (_, sums) = read_as("openai-cost-csv", text);
    assert_eq!(
        (sums.billed.to_string(), sums.rejects[0].column.as_str()),
        ("0.895874000".to_owned(), "amount_currency")
    );
    assert!(
        sums.shown[0].contains("model: \"gpt-4o-2024-08-06\"") && sums.shown[0].contains("meter: \"cached input\"")
    );
}

#[test]
fn anthropic_speed_and_minutes() {
    let text = "usage_date_utc,model_version,api_key,workspace,usage_type,usage_input_tokens_no_cache,usage_output_tokens,web_search_count,inference_geo,speed\n\
        2026-07-03 01:07,claude-opus-4-8,k,Default,standard,5,6,2,us,fast\n";
    let (_, sums) = read_as("anthropic-usage-csv", text);
    for part in ["tier: \"fast\"", "region: \"us\"", "web_searches: Some(2)", "end: 1783040880000000"] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
}

#[test]
fn unknown_and_empty_files_say_so() {
    assert!(fails(None, "  \n").contains("empty"));
    assert!(fails(None, "").contains("empty"));
    let told = fails(None, "colour,weight\nred,3\n");
    assert!(told.contains("colour, weight") && told.contains("mapping"), "{told}");
    assert!(fails(None, "{\"colour\": 1}").contains("keys colour"));
    assert!(fails(Some("nothing"), "a").contains("trace-jsonl"));
    assert!(fails(Some("openai-cost-csv"), "a,b\n1,2\n").contains("amount_value"));
    // A page of OpenAI's API has keys of the same names as the columns.
    let page = "{\"start_time\":1759622400,\"end_time\":1759708800,\"results\":[]}\n";
    let told = fails(Some("openai-usage-csv"), page);
    assert!(told.contains("there is no column start_time, end_time: the file is JSON"), "{told}");
    assert!(fails(Some("openai-usage-csv"), " \n").contains("empty"));
    let (summary, _) = read_as("trace-csv", "timestamp,model,input_tokens\n");
    assert_eq!(summary.notes, ["a file without any rows"]);
}

#[test]
fn each_format_has_an_id_of_its_own_and_says_where_it_comes_from() {
    let mut ids: Vec<&str> = formats().iter().map(|f| f.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), formats().len());
    for format in formats() {
        assert!(!format.about().from.is_empty() && !format.about().cannot_tell.is_empty(), "{}", format.id());
    }
    let head = Head::new("x", format!("{EVAL}\n").as_bytes(), true);
    assert_eq!(detect(&head, None).expect("known").format.id(), "inhouse-eval");
    assert!(Input::open(Source::from_bytes("x", *b"PAR1....")).is_err());
}
