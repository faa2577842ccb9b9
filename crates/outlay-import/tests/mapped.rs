//! Mappings, among them the one for a real log whose totals are published.

mod common;

use common::{Sums, read_into, shared};
use outlay_import::mapping::{CachedInput, LatencyUnit, Mapping, MoneyUnit, RowIs, preview, suggest};
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
