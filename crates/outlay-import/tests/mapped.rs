//! Mappings, among them the one for a real log whose totals are published.

mod common;

use common::{Sums, read_into, shared};
use outlay_import::mapping::{
    CachedInput, EndDay, LatencyUnit, Mapping, MoneyUnit, Reasoning, RowIs, Suggestion, preview, preview_of, suggest,
    suggest_as,
};
use outlay_import::{Head, ImportError, Input, ReadOptions, ReadSummary, Source};
use outlay_model::money::Pico;

fn mapped(mapping: &Mapping, text: impl Into<Vec<u8>>) -> (ReadSummary, Sums) {
    let mut sums = Sums::default();
    let options = ReadOptions { mapping: Some(mapping.clone()), ..ReadOptions::default() };
    let summary = read_into(None, Some("mapped"), text, &options, &mut sums).expect("reads");
    (summary, sums)
}

fn head(text: &str) -> Head {
    Head::new("test", text.as_bytes(), true)
}

#[test]
fn the_aider_log_gives_its_published_totals() {
    let Some(bytes) = shared("evidence/data/aider/aider_message_send_2024-08_2025-04.csv.gz") else { return };
    let input = Input::open(Source::from_bytes("aider.csv.gz", bytes.clone())).expect("opens");
    let suggestion = suggest(input.head());
    let columns = &suggestion.mapping.columns;
    for (field, column) in [
        ("timestamp", "time_unix"),
        ("model", "main_model"),
        ("input_tokens", "prompt_tokens"),
        ("output_tokens", "completion_tokens"),
        ("total_tokens", "total_tokens"),
        ("cost_usd", "cost_usd"),
        ("user_id", "user"),
    ] {
        assert_eq!(columns.get(field).map(String::as_str), Some(column), "{suggestion:?}");
    }
    assert!(suggestion.unmapped.contains(&"session_total_cost_usd".to_owned()));
    let (summary, sums) = mapped(&suggestion.mapping, bytes);
    assert_eq!((summary.rows, sums.rejects.len()), (4_991, 0));
    // Python's Decimal over csv.DictReader, each row rounded half-even to 12 decimals: 163.129580296000.
    assert_eq!(sums.recorded, Pico::parse("163.129580296").expect("an amount"));
    assert_eq!(sums.recorded.fixed(8), "163.12958030");
    assert_eq!((sums.total().uncached_input, sums.total().output), (63_232_331, 2_529_283));
    // 942 rows say 0; 5 of them have no tokens, so that 0 is what they cost.
    assert_eq!((sums.unknown_cost, sums.zero_cost), (937, 5));
    let months: Vec<(&str, String, u64)> =
        sums.by_month.iter().map(|(month, (cost, rows))| (month.as_str(), cost.fixed(6), *rows)).collect();
    let published = [
        ("2024-08", "0.249494", 14),
        ("2024-10", "0.760365", 19),
        ("2024-11", "25.420730", 844),
        ("2024-12", "31.665670", 956),
        ("2025-01", "7.902199", 497),
        ("2025-02", "9.621099", 339),
        ("2025-03", "80.918653", 1_777),
        ("2025-04", "6.591370", 545),
    ];
    assert_eq!(months, published.map(|(month, cost, rows)| (month, cost.to_owned(), rows)));
}

#[test]
fn json_paths_units_and_constants() {
    let mapping = Mapping::from_toml(
        r#"
        kind = "call"
        zone = "Europe/Berlin"
        cached_input = "outside"
        latency_unit = "seconds"
        money_unit = "cents"
        token_multiplier = 1000
        skip_values = ["None"]
        [columns]
        timestamp = "at"
        model = "choices[0].model"
        input_tokens = "usage.in_k"
        output_tokens = "usage.out_k"
        cached_input_tokens = "cache.read"
        cost_usd = "cents"
        latency_ms = "took"
        "score.tone" = "tone"
        [constants]
        provider = "anthropic"
        "#,
    )
    .expect("a mapping");
    let text = r#"[
      {"at": "2026-07-01 12:00:00", "choices": [{"model": "m"}], "usage": {"in_k": 1.5, "out_k": "0.25"},
       "cache.read": 2, "cents": 12.5, "took": 0.75, "tone": "warm"},
      {"at": "2026-07-01 12:00:00", "usage": {"in_k": 0.0001, "out_k": 1}},
      {"at": "2026-07-01 12:00:00", "usage": {"in_k": "None", "out_k": null}, "cents": "None"}
    ]"#;
    let (summary, sums) = mapped(&mapping, text);
    assert_eq!((summary.rows, sums.pushed), (3, 2));
    assert_eq!(sums.rejects[0].column, "[1].usage.in_k");
    let t = sums.total();
    assert_eq!((t.uncached_input, t.cache_read, t.output), (1_500, 2_000, 250));
    assert_eq!(sums.recorded, Pico::parse("0.125").expect("an amount"));
    let first = &sums.shown[0];
    for part in
        ["model: \"m\"", "provider: \"anthropic\"", "latency_ms: Some(750)", "name: \"tone\"", "label: \"warm\""]
    {
        assert!(first.contains(part), "{part} in {first}");
    }
    // Noon in Berlin in summer is 10:00 UTC.
    assert!(first.contains("time: 1782900000000000"), "{first}");
    assert!(sums.shown[1].contains("tokens: None"));
}

#[test]
fn other_kinds_of_row() {
    let charge = Mapping::from_toml(
        "kind = \"charge\"\nzone = \"UTC\"\n[columns]\ntimestamp = \"Day\"\nbilled = \"Amount\"\nline_item = \"What\"\n",
    )
    .expect("a mapping");
    let (summary, sums) = mapped(&charge, "Day;Amount;What\n2026-01-01;-1.25;Credit\n2026-01-02;;x\n");
    assert_eq!((summary.rows, sums.pushed, sums.billed.to_string()), (2, 1, "-1.250000000".to_owned()));

    let score = Mapping::from_toml(
        "kind = \"evaluation\"\n[columns]\ntimestamp = \"ts\"\nitem = \"id\"\nscore_value = \"s\"\nmodel = \"m\"\n[constants]\nscore_name = \"exact\"\n",
    )
    .expect("a mapping");
    let (_, sums) = mapped(&score, "ts,id,s,m\n1767225600,q1,0.5,gpt-4o\n1767225600,,1,gpt-4o\n");
    assert_eq!((sums.pushed, sums.rejects[0].column.as_str()), (1, "item"));

    let usage = Mapping::from_toml(
        "kind = \"usage\"\nzone = \"UTC\"\n[columns]\ntimestamp = \"d\"\ninput_tokens = \"i\"\noutput_tokens = \"o\"\nrequests = \"n\"\n",
    )
    .expect("a mapping");
    let (_, sums) = mapped(&usage, "d,i,o,n\n2026-01-01,9007199254740,2,3\n");
    assert_eq!((sums.total().uncached_input, sums.requests), (9_007_199_254_740, 3));
}

#[test]
fn results_that_were_all_made_at_one_time() {
    let mapping = Mapping::from_toml(
        "kind = \"evaluation\"\nzone = \"UTC\"\n[columns]\nitem = \"question_id\"\nscore_value = \"score\"\n\
         [constants]\ntimestamp = \"2026-01-01\"\nscore_name = \"judge\"\n",
    )
    .expect("a mapping");
    let (_, sums) = mapped(&mapping, "question_id,score\n81,9.0\n82,8.5\n");
    assert_eq!(sums.pushed, 2);
    assert!(
        sums.shown[1].contains("time: 1767225600000000") && sums.shown[1].contains("item: \"82\""),
        "{:?}",
        sums.shown
    );
    let asked = suggest(&head("question_id,score\n81,9.0\n")).questions;
    assert!(asked.iter().any(|q| q.contains("constant timestamp")), "{asked:?}");
}

#[test]
fn a_mapping_says_what_is_wrong_with_it() {
    for (text, part) in [
        ("kind = \"call\"\n[columns]\ntimestamp = \"t\"\ncolour = \"c\"\n", "no field \"colour\""),
        ("kind = \"call\"\n[columns]\nmodel = \"m\"\n", "no column is the timestamp"),
        ("kind = \"score\"\n[columns]\ntimestamp = \"t\"\nttft_ms = \"x\"\n", "have no field"),
        ("kind = \"usage\"\n[columns]\ntimestamp = \"t\"\nrequest_id = \"x\"\n", "have no field \"request_id\""),
        ("kind = \"usage\"\n[columns]\ntimestamp = \"t\"\n\"score.x\" = \"x\"\n", "have no field \"score.x\""),
        ("kind = \"usage\"\n[columns]\ntimestamp = \"t\"\ncurrency = \"x\"\n", "have no field \"currency\""),
        ("kind = \"charge\"\n[columns]\ntimestamp = \"t\"\ninput_tokens = \"x\"\n", "have no field \"input_tokens\""),
        ("kind = \"charge\"\n[columns]\ntimestamp = \"t\"\ntrace_id = \"x\"\n", "have no field \"trace_id\""),
        ("kind = \"score\"\n[columns]\ntimestamp = \"t\"\noutput_tokens = \"x\"\n", "have no field \"output_tokens\""),
        ("kind = \"call\"\n[columns]\ntimestamp = \"t\"\nend = \"x\"\n", "have no field \"end\""),
        ("kind = \"call\"\ntoken_multiplier = 7\n[columns]\ntimestamp = \"t\"\n", "token_multiplier is 7"),
        ("kind = \"spell\"\n", "spell"),
    ] {
        let error = Mapping::from_toml(text).expect_err("refused").to_string();
        assert!(error.contains(part), "{error}");
    }
    let mut mapping = Mapping::new(RowIs::Call);
    mapping.columns.insert("timestamp".to_owned(), "when".to_owned());
    let options = ReadOptions { mapping: Some(mapping.clone()), ..ReadOptions::default() };
    let missing = read_into(None, Some("mapped"), "a,b\n1,2\n", &options, &mut Sums::default());
    assert!(matches!(missing, Err(ImportError::Header { .. })));
    let zone = read_into(None, Some("mapped"), "when,b\n2026-01-01 10:00,2\n", &options, &mut Sums::default());
    let told = zone.expect_err("needs a zone").to_string();
    assert!(told.contains("--zone Europe/Berlin") && told.contains("line 2"), "{told}");
}

#[test]
fn suggestions_come_with_reasons_and_questions() {
    let trace = suggest(&head("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n"));
    assert_eq!(trace.mapping.columns.get("input_tokens").map(String::as_str), Some("ContextTokens"));
    assert!(trace.questions.iter().any(|q| q.contains("zone")), "{trace:?}");
    assert!(trace.questions.iter().any(|q| q.contains("model")), "{trace:?}");
    assert_eq!(trace.mapping.signature(), ["contexttokens", "generatedtokens", "timestamp"]);

    let nested = head(
        "{\"created\":1767225600,\"model\":\"claude\",\"usage\":{\"input_tokens\":10,\"output_tokens\":5,\"cache_read_input_tokens\":900},\"duration_seconds\":1.5,\"cost_cents\":3}\n",
    );
    let suggestion = suggest(&nested);
    let m = &suggestion.mapping;
    assert_eq!(m.columns.get("input_tokens").map(String::as_str), Some("usage.input_tokens"));
    assert_eq!((m.cached_input, m.latency_unit), (CachedInput::Outside, LatencyUnit::Seconds));
    assert_eq!(m.money_unit, MoneyUnit::Cents);
    assert_eq!(Mapping::from_toml(&m.to_toml().expect("writes")).expect("reads"), *m);
    let rows = preview(&nested, m, 5).expect("previews");
    let told = |name: &str| rows[0].fields.iter().find(|f| f.0 == name).map(|f| f.1.as_str());
    assert_eq!(told("cache_read"), Some("900"));
    assert_eq!(told("recorded_cost"), Some("0.030000000 USD"));
    assert_eq!(told("latency_ms"), Some("1500"));
}

#[test]
fn times_as_people_write_them() {
    let (month_first, day_first) = ("When,Model,Tokens In\n10/3/2026 2:05 PM,m,5\n", "10/14/2026 11:59 PM,m,7\n");
    let asked = suggest(&head(month_first));
    assert_eq!(asked.mapping.time_format, "");
    assert!(asked.questions.iter().any(|q| q.contains("day or the month first")), "{asked:?}");

    let text = format!("{month_first}{day_first}");
    let told = suggest(&head(&text));
    assert_eq!(told.mapping.time_format, "%m/%d/%Y %I:%M %p");
    assert!(told.questions.iter().any(|q| q.contains("zone")), "{told:?}");
    let mut mapping = told.mapping;
    mapping.zone = Some(chrono_tz::America::New_York);
    assert_eq!(Mapping::from_toml(&mapping.to_toml().expect("writes")).expect("reads"), mapping);
    let (summary, sums) = mapped(&mapping, format!("{text}31/3/2026 2:05 PM,m,9\n"));
    assert_eq!((summary.rows, sums.pushed, sums.rejects.len()), (3, 2, 1));
    // TZ=America/New_York date -d '2026-10-03 14:05' +%s
    assert!(sums.shown[0].contains("time: 1791050700000000"), "{:?}", sums.shown);
    assert!(sums.rejects[0].reason.contains("time_format"), "{:?}", sums.rejects);

    let days = Mapping::from_toml(
        "kind = \"usage\"\nzone = \"UTC\"\ntime_format = \"%d.%m.%Y\"\n[columns]\ntimestamp = \"Tag\"\nmodel = \"M\"\ninput_tokens = \"I\"\n",
    )
    .expect("a mapping");
    let (_, sums) = mapped(&days, "Tag;M;I\n03.10.2026;m;1.234.567\n");
    assert_eq!((sums.pushed, sums.total().uncached_input), (1, 1_234_567));
    assert!(sums.shown[0].contains("time: 1790985600000000, end: 1791072000000000"), "{:?}", sums.shown);

    let bad = Mapping::from_toml("kind = \"call\"\ntime_format = \"%H:%M\"\n[columns]\ntimestamp = \"t\"\n");
    assert!(bad.expect_err("refused").to_string().contains("does not tell year, month and day"));
}

#[test]
fn a_preview_shows_faults() {
    let head = head("when,in\n1767225600,5\nyesterday,7\n1767225600,8\n");
    let mut mapping = Mapping::new(RowIs::Call);
    mapping.columns.insert("timestamp".to_owned(), "when".to_owned());
    mapping.columns.insert("input_tokens".to_owned(), "in".to_owned());
    let rows = preview(&head, &mapping, 2).expect("previews");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].fault.as_ref().map(|f| (f.line, f.column.as_str())), Some((3, "when")));
}

const ROWS: &str = r#"{"created": 1767225600, "model": "m", "usage": {"input_tokens": 10, "output_tokens": 5}},
    {"created": 1767225601, "model": "m", "usage": {"input_tokens": 20, "output_tokens": -5}},
    {"created": 1767225602, "model": "m", "usage": {"input_tokens": 30, "output_tokens": 7}}"#;

#[test]
fn rows_inside_a_document() {
    let pages = [
        format!("{{\"object\": \"list\", \"data\": [{ROWS}], \"has_more\": false}}"),
        format!("{{\n \"meta\": {{\"data\": [1]}},\n \"data\": [\n{ROWS}\n]\n}}\n"),
        format!("[{{\"data\": []}}, {{\"data\": [{ROWS}]}}]"),
        format!("{{\"data\": [], \"more\": true}}\n{{\"data\": [{}]}}\n", ROWS.replace('\n', "")),
    ];
    let mut headers = Vec::new();
    for (page, place) in pages.iter().zip(["data[1]", "data[1]", "[1].data[1]", "data[1]"]) {
        let head = head(page);
        let suggestion = suggest(&head);
        if head.wrapped.is_none() {
            // A first page without rows shows nothing.
            assert!(page.contains("\"data\": []"), "{page}");
        } else {
            assert_eq!(suggestion.mapping.rows, "data", "{page}");
            assert_eq!(suggestion.mapping.columns.get("input_tokens").map(String::as_str), Some("usage.input_tokens"));
            let first = preview(&head, &suggestion.mapping, 1).expect("previews");
            assert!(first[0].fields.contains(&("uncached_input".to_owned(), "10".to_owned())), "{first:?}");
            headers.push(suggestion.mapping.signature());
        }
        let text = r#"
            kind = "call"
            rows = "data"
            [columns]
            timestamp = "created"
            input_tokens = "usage.input_tokens"
            output_tokens = "usage.output_tokens"
        "#;
        let mapping = Mapping::from_toml(text).expect("a mapping");
        assert_eq!(Mapping::from_toml(&mapping.to_toml().expect("writes")).expect("reads"), mapping);
        let (summary, sums) = mapped(&mapping, page.as_str());
        assert_eq!((summary.rows, sums.pushed, sums.total().uncached_input, sums.total().output), (3, 2, 40, 12));
        assert_eq!(sums.rejects[0].column, format!("{place}.usage.output_tokens"), "{page}");
        assert_eq!(summary.notes, Vec::<String>::new());
        // The list breaks off: the rows before that stay, and it is said.
        let cut = &page[..page.rfind(']').expect("a list")];
        let (summary, sums) = mapped(&mapping, cut);
        assert_eq!((summary.rows, sums.pushed), (3, 2));
        assert!(summary.notes.iter().any(|n| n.contains("not closed")), "{:?}", summary.notes);
    }
    assert_eq!(headers[0], ["data[].created", "data[].model", "data[].usage"]);
    assert!(headers.iter().all(|set| *set == headers[0]), "what wraps the rows does not matter: {headers:?}");
}

#[test]
fn what_is_a_wrapper_and_what_is_not() {
    let rows = |text: &str| suggest(&head(text)).mapping.rows;
    // A list inside a row that has a time and tokens of its own.
    assert_eq!(rows(r#"{"timestamp": 1767225600, "input_tokens": 1, "results": [{"time": 1, "cost": 2}]}"#), "");
    assert_eq!(
        rows(r#"{"status": "ok", "result": {"items": [{"time": 1767225600, "prompt_tokens": 2}]}}"#),
        "result.items"
    );
    assert_eq!(
        rows(
            r#"{"trace": {"timestamp": "2026-01-01T00:00:00Z"}, "scores": [{"name": "x"}], "spans": [{"startTime": "2026-01-01T00:00:00Z", "usage": {"promptTokens": 3}}]}"#
        ),
        "spans"
    );
    assert_eq!(rows(r#"{"payload": [{"colour": 1}]}"#), "");
    let told = Head::new("t", br#"{"records": [{"colour": 1, "weight": 2}], "next": null}"#, true).seen();
    assert!(told.contains("keys records, next") && told.contains("colour, weight"), "{told}");
    let mapping =
        Mapping::from_toml("kind = \"call\"\nrows = \"data\"\n[columns]\ntimestamp = \"t\"\n").expect("a mapping");
    let options = ReadOptions { mapping: Some(mapping.clone()), ..ReadOptions::default() };
    let table = read_into(None, Some("mapped"), "t,b\n1767225600,2\n", &options, &mut Sums::default());
    assert!(table.expect_err("no JSON").to_string().contains("delimited text"));
    let (summary, sums) = mapped(&mapping, "{\"error\": \"limit\"}\n{\"data\": [{\"t\": 1767225600}]}\n");
    assert_eq!((summary.rows, sums.pushed, sums.rejects[0].line), (2, 1, 1));
    assert!(sums.rejects[0].reason.contains("no \"data\""), "{:?}", sums.rejects);
    assert!(Mapping::from_toml("kind = \"call\"\nrows = \"..\"\n[columns]\ntimestamp = \"t\"\n").is_err());
}

#[test]
fn a_path_that_no_row_has_is_told() {
    let mapping = Mapping::from_toml("kind = \"call\"\n[columns]\ntimestamp = \"t\"\ninput_tokens = \"usage.in\"\n")
        .expect("a mapping");
    let (summary, _) = mapped(&mapping, "{\"t\": 1767225600, \"usage\": {\"inn\": 5}}\n");
    assert!(summary.notes.iter().any(|n| n.contains("no row has usage.in")), "{:?}", summary.notes);
}

/// A mapping of calls by the names of the trace format, with these lines in front.
fn by_name(head: &str, fields: &[&str]) -> Mapping {
    let columns: Vec<String> = fields.iter().map(|field| format!("{field} = \"{field}\"\n")).collect();
    Mapping::from_toml(&format!("kind = \"call\"\n{head}\n[columns]\n{}", columns.concat())).expect("a mapping")
}

#[test]
fn output_without_input_is_no_free_call() {
    const FIELDS: &[&str] = &["timestamp", "input_tokens", "cached_input_tokens", "output_tokens", "total_tokens"];
    let text = format!(
        "{}\n1767225600,,,50,\n1767225600,100,,,100\n1767225600,,,50,1050\n1767225600,,900,50,1050\n1767225600,,,50,40\n\
         1767225600,,,0,\n1767225600,,900,0,\n",
        FIELDS.join(",")
    );
    let (_, sums) = mapped(&by_name("", FIELDS), text.as_str());
    let rejects: Vec<(u64, &str)> = sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect();
    // Line 3 is an embedding, which tells no output; lines 4 and 5 leave 1,050 - 50 = 1,000 for the input.
    assert_eq!(rejects, [(2, "input_tokens"), (6, "total_tokens"), (8, "input_tokens")]);
    assert!(sums.rejects[0].reason.contains("is missing"), "{:?}", sums.rejects);
    let t = sums.total();
    assert_eq!((t.uncached_input, t.cache_read, t.output), (100 + 1_000 + 100, 900, 50 + 50));
    // Cached tokens beside the input may be in the total or not, so that nothing tells the input.
    let (_, sums) = mapped(&by_name("cached_input = \"outside\"", FIELDS), text);
    assert_eq!(sums.rejects.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 5, 6, 8]);

    let mut sums = Sums::default();
    let trace = "{\"timestamp\":1767225600,\"model\":\"m\",\"input_tokens\":1}\n{\"timestamp\":1767225600,\"model\":\"m\",\"output_tokens\":9}\n";
    read_into(Some("trace-jsonl"), None, trace, &ReadOptions::default(), &mut sums).expect("reads");
    assert_eq!((sums.pushed, sums.rejects[0].column.as_str()), (1, "input_tokens"));
}

/// What Gemini answered: real counts, of which prompt + candidates + tool use + thoughts are the total.
const GEMINI: &str = r#"{"createTime": "2026-07-28T15:44:18.615090Z", "modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 21, "candidatesTokenCount": 96, "totalTokenCount": 363, "toolUsePromptTokenCount": 160, "thoughtsTokenCount": 86}}
{"createTime": "2026-07-28T15:45:18Z", "modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 12013, "candidatesTokenCount": 15, "totalTokenCount": 12101, "cachedContentTokenCount": 11243, "thoughtsTokenCount": 73}}
{"createTime": "2026-07-28T15:46:18Z", "modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 13, "candidatesTokenCount": 2, "totalTokenCount": 54, "thoughtsTokenCount": 39}}
{"createTime": "2026-07-28T15:47:18Z", "modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 6}}
{"createTime": "2026-07-28T15:48:18Z", "modelVersion": "gemini-2.5-flash", "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 1008, "thoughtsTokenCount": 1000}}
"#;

#[test]
fn gemini_counts_thoughts_beside_its_output() {
    let suggestion = suggest(&head(GEMINI));
    let m = &suggestion.mapping;
    assert_eq!((m.cached_input, m.reasoning), (CachedInput::Inside, Reasoning::Outside), "{suggestion:?}");
    assert_eq!((&suggestion.questions, &suggestion.unmapped), (&Vec::new(), &Vec::new()));
    assert_eq!(Mapping::from_toml(&m.to_toml().expect("writes")).expect("reads"), *m);
    let (_, sums) = mapped(m, GEMINI);
    assert_eq!(sums.rejects.len(), 0, "{:?}", sums.rejects);
    let t = sums.total();
    assert_eq!((t.uncached_input, t.cache_read), (21 + 160 + (12_013 - 11_243) + 13 + 6 + 8, 11_243));
    assert_eq!((t.output, t.reasoning), (96 + 86 + 15 + 73 + 2 + 39 + 1_000, 86 + 73 + 39 + 1_000));
    assert_eq!(t.total(), 363 + 12_101 + 54 + 6 + 1_008);

    // Read as if they were inside, the rows refuse to be wrong and say what helps.
    let (_, sums) = mapped(&Mapping { reasoning: Reasoning::Inside, ..m.clone() }, GEMINI);
    assert!(sums.rejects.iter().any(|r| r.reason.contains("reasoning = \"outside\"")), "{:?}", sums.rejects);
    assert_eq!(sums.rejects.len(), 4);
}

#[test]
fn where_reasoning_is_counted_is_proved_or_asked() {
    let of = |text: &str| {
        let Suggestion { mapping, questions, .. } = suggest(&head(text));
        (mapping.reasoning, questions.iter().filter(|q| q.contains("inside the output")).count())
    };
    let header = "timestamp,model,input_tokens,output_tokens,reasoning_tokens,total_tokens";
    // 100 + 50 = 150 has no room for 20 more; 170 needs them.
    assert_eq!(of(&format!("{header}\n1767225600,m,100,50,20,150\n")), (Reasoning::Inside, 0));
    assert_eq!(of(&format!("{header}\n1767225600,m,100,50,20,170\n")), (Reasoning::Outside, 0));
    // No part is larger than the whole.
    let larger = suggest(&head(&format!("{header}\n1767225600,m,100,50,60,\n"))).reasons;
    let why = larger.iter().find(|r| r.field == "reasoning").map(|r| r.why.as_str());
    assert_eq!(why, Some("row 1 has 60 reasoning and 50 output tokens"));
    assert_eq!(of(&format!("{header}\n1767225600,m,100,50,60,\n")), (Reasoning::Outside, 0));
    assert_eq!(of(&format!("{header}\n1767225600,m,100,50,20,\n")), (Reasoning::Inside, 0));
    // Of equal parts one is beside, and nobody can say which.
    let both = "timestamp,model,input_tokens,cached_tokens,output_tokens,reasoning_tokens,total_tokens\n1767225600,m,100,20,50,20,170\n";
    assert_eq!(of(both), (Reasoning::Inside, 0));
    assert!(suggest(&head(both)).questions.iter().any(|q| q.contains("inside the input")));
    let gemini =
        "time,model,promptTokenCount,candidatesTokenCount,thoughtsTokenCount\n1767225600,gemini-2.5-pro,100,50,20\n";
    assert_eq!(of(gemini), (Reasoning::Outside, 1));
    assert_eq!(of(&gemini.replace("candidatesTokenCount", "output_tokens")), (Reasoning::Inside, 1));
}

#[test]
fn aggregates_of_days_are_no_calls() {
    let kind = |text: &str| suggest(&head(text)).mapping.kind;
    assert_eq!(kind("date,model,requests,input_tokens,output_tokens\n2026-10-01,gpt-4o,12,1000,50\n"), RowIs::Usage);
    assert_eq!(kind("day,model,num_requests,prompt_tokens\n10/14/2026,gpt-4o,12,1000\n"), RowIs::Usage);
    assert_eq!(kind("date,model,requests,input_tokens\n2026-10-01 00:00:00,gpt-4o,12,1000\n"), RowIs::Usage);
    assert_eq!(kind("time,model,requests,input_tokens\n2026-10-01 09:12:44,gpt-4o,1,1000\n"), RowIs::Call);
    assert_eq!(kind("date,model,input_tokens\n2026-10-01,gpt-4o,1000\n"), RowIs::Call);
}

#[test]
fn an_id_that_rows_share_is_no_request() {
    let suggested = |rows: &str| suggest(&head(&format!("timestamp,model,request_id,attempt,input_tokens\n{rows}")));
    let column = |s: &Suggestion, field: &str| s.mapping.columns.get(field).cloned();
    let shared = suggested("1767225600,m,r1,,10\n1767225601,m,-,,10\n1767225602,m,r1,,20\n");
    assert_eq!((column(&shared, "trace_id").as_deref(), column(&shared, "request_id")), (Some("request_id"), None));
    assert!(shared.reasons.iter().any(|r| r.field == "trace_id" && r.why.contains("rows 1 and 3")), "{shared:?}");
    assert!(shared.questions.iter().any(|q| q.contains("\"request_id\"")) && shared.unmapped.is_empty(), "{shared:?}");
    for own in [
        "1767225600,m,r1,,10\n1767225602,m,r2,,10\n",
        // The second attempt at one request, and a row that was exported twice.
        "1767225600,m,r1,1,10\n1767225602,m,r1,2,10\n",
        "1767225600,m,r1,,10\n1767225600,m,r1,,10\n",
        "1767225600,m,-,,10\n1767225602,m,-,,20\n1767225602,m,null,,20\n1767225602,m,null,,30\n",
    ] {
        let own = suggested(own);
        assert_eq!(column(&own, "request_id").as_deref(), Some("request_id"), "{own:?}");
    }
    // Three calls without an id, and not one call told three times.
    let text = "timestamp,request_id,trace_id\n1767225600,-,0\n1767225601,-,00000000000000000000000000000000\n1767225602,N/A,t\n";
    let (_, sums) = mapped(&by_name("", &["timestamp", "request_id", "trace_id"]), text);
    assert!(sums.shown.iter().all(|call| call.contains("request_id: \"\"")), "{:?}", sums.shown);
    let traces = sums.shown.iter().filter(|call| call.contains("trace_id: \"\"")).count();
    assert_eq!((sums.pushed, traces), (3, 2));
}

#[test]
fn a_number_of_retries_is_no_attempt() {
    let told = suggest(&head("timestamp,model,input_tokens,retry_count\n1767225600,m,10,0\n"));
    assert_eq!((told.mapping.columns.get("attempt"), told.unmapped), (None, vec!["retry_count".to_owned()]));
}

#[test]
fn the_last_day_of_an_invoice_counts() {
    const HEADER: &str = "start_date,end_date,description,amount_usd\n";
    let month = format!("{HEADER}2026-10-01,2026-10-31,Tokens,12.5\n");
    let asked = suggest(&head(&month));
    assert_eq!((asked.mapping.kind, asked.mapping.end_day), (RowIs::Charge, EndDay::Excluded));
    assert!(asked.questions.iter().any(|q| q.contains("end_day")), "{asked:?}");

    let told = suggest(&head(&format!("{month}2026-10-25,2026-10-25,Storage,1\n")));
    assert_eq!(told.mapping.end_day, EndDay::Included);
    assert!(!told.questions.iter().any(|q| q.contains("end_day")), "{told:?}");
    let mut mapping = told.mapping;
    mapping.zone = Some(chrono_tz::Europe::Berlin);
    assert_eq!(Mapping::from_toml(&mapping.to_toml().expect("writes")).expect("reads"), mapping);
    let text = format!("{month}2026-10-25,2026-10-25,Storage,1\n2026-10-02 09:00,2026-10-02 12:00,Search,1\n");
    let (_, sums) = mapped(&mapping, text.as_str());
    assert_eq!(sums.pushed, 3, "{:?}", sums.rejects);
    // TZ=Europe/Berlin date -d '2026-10-01' +%s and so on; the 25th has 25 hours, and hours are no days.
    for (row, span) in [
        "time: 1790805600000000, end: 1793487600000000",
        "time: 1792879200000000, end: 1792969200000000",
        "time: 1790924400000000, end: 1790935200000000",
    ]
    .iter()
    .enumerate()
    {
        assert!(sums.shown[row].contains(span), "{span} in {:?}", sums.shown[row]);
    }
    mapping.end_day = EndDay::Excluded;
    let (_, sums) = mapped(&mapping, text);
    assert_eq!((sums.pushed, sums.rejects[0].line), (2, 3));
    assert!(sums.rejects[0].reason.contains("end_day = \"included\""), "{:?}", sums.rejects);
}

#[test]
fn calls_and_steps_are_told_apart_by_one_rule() {
    let mapping = by_name("", &["timestamp", "step_kind", "input_tokens"]);
    let text = "timestamp,step_kind,input_tokens\n1767225600,Embedding,10\n1767225600,LLM,10\n1767225600,llm,10\n1767225600,tool,10\n1767225600,tool,\n";
    let (_, sums) = mapped(&mapping, text);
    assert_eq!((sums.pushed, sums.total().uncached_input), (4, 30));
    assert_eq!((sums.rejects[0].line, sums.rejects[0].column.as_str()), (5, "step_kind"));
}

#[test]
fn what_is_suggested_can_be_used() {
    let text = "timestamp,end,model,request_id,trace_id,session_id,input_tokens,output_tokens,total_tokens,requests,\
                amount,currency,score.tone,score_value,score_name,item\n\
                1767225600,1767229200,m,r,t,s,1,2,3,4,5,USD,6,7,x,i\n";
    for kind in [RowIs::Call, RowIs::Usage, RowIs::Charge, RowIs::Score, RowIs::Evaluation] {
        let mapping = suggest_as(&head(text), kind).mapping;
        mapping.check().expect("no field that such rows throw away");
        assert_eq!(mapping.columns.contains_key("score.tone"), kind.has("score.tone"), "{kind:?}");
        assert_eq!(mapping.columns.contains_key("end"), matches!(kind, RowIs::Usage | RowIs::Charge), "{kind:?}");
    }
}

#[test]
fn a_mapping_is_found_for_files_that_have_all_it_reads() {
    let example =
        "kind = \"call\"\nzone = \"UTC\"\n[columns]\ntimestamp = \"TIMESTAMP\"\ninput_tokens = \"ContextTokens\"\n";
    let mut mapping = Mapping::from_toml(example).expect("a mapping");
    let table = head("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,374,44\n");
    assert!(mapping.covers(&table) && !mapping.covers(&head("TIMESTAMP,GeneratedTokens\n1,2\n")));
    mapping.made_for(&table);
    assert_eq!(mapping.signature(), table.signature());
    // Now it says what it is for: another table is not it, though it has the columns.
    assert!(!mapping.covers(&head("TIMESTAMP,ContextTokens,GeneratedTokens,Region\n2023-11-16,1,2,x\n")));
    mapping.made_for(&head("a,b\n1,2\n"));
    assert_eq!(mapping.signature(), table.signature());

    let log = "{\"at\": 1767225600, \"usage\": {\"in\": 5}, \"gen_ai.system\": \"x\", \"error\": null}\n";
    let mut mapping = Mapping::from_toml(
        "kind = \"call\"\n[columns]\ntimestamp = \"at\"\ninput_tokens = \"usage.in\"\nprovider = \"gen_ai.system\"\n",
    )
    .expect("a mapping");
    mapping.made_for(&head(log));
    // The first object leaves keys out that the others have.
    let other = head(&format!("{{\"at\": 1767225601, \"warmup\": true}}\n{log}"));
    assert!(mapping.signature() != other.signature() && mapping.covers(&other));
    assert!(!mapping.covers(&head("{\"at\": 1767225601, \"gen_ai.system\": \"x\"}\n")));
    // Behind a list only the rows' keys count.
    let mut pages = mapping.clone();
    "data".clone_into(&mut pages.rows);
    assert!(pages.covers(&head(&format!("{{\"more\": false, \"data\": [{}]}}", log.trim()))));
    let outside = r#"{"at": 1, "usage": 2, "gen_ai.system": 3, "data": [{"at": 1}]}"#;
    assert!(!pages.covers(&head(outside)));
    assert!(!Mapping::new(RowIs::Call).covers(&head(log)));
}

#[test]
fn a_first_row_that_is_longer_than_the_head_is_shown() {
    let long = "x".repeat(100_000);
    let lines = format!("{{\"timestamp\": 1767225600, \"prompt\": \"{long}\", \"input_tokens\": 7}}\n").repeat(2);
    let table = format!("timestamp,prompt,input_tokens\n1767225600,{long},7\n");
    let array = format!("[\n{}]\n", lines.trim_end().replace("}\n", "},\n"));
    for text in [lines, table, array] {
        let input = Input::open(Source::from_bytes("test", text)).expect("opens");
        assert!(!input.head().whole);
        let rows = preview_of(input, &by_name("", &["timestamp", "prompt", "input_tokens"]), 1).expect("previews");
        assert_eq!((rows.len(), &rows[0].fault), (1, &None));
        for told in [("uncached_input", "7"), ("prompt (characters)", "100000")] {
            assert!(rows[0].fields.contains(&(told.0.to_owned(), told.1.to_owned())), "{told:?} in {:?}", rows[0]);
        }
    }
}
