//! Usage and cost reports of providers' admin APIs: a real file, the published examples, and what saved answers look
//! like. A report and the export of the same buckets must come to the same records.

mod common;

use common::{Sums, read_as, read_into, shared};
use outlay_import::{Head, ImportError, MAX_ROW, ReadOptions, detect};
use outlay_model::money::Pico;

fn usd(text: &str) -> Pico {
    Pico::parse(text).expect("an amount")
}

/// What was pushed, without lines.
/// What was pushed, without the line and the section of the file, which an export has none of.
fn records(sums: &Sums) -> Vec<&str> {
    let record = |shown: &'_ String| -> usize { shown.find(", section: ").unwrap_or(shown.len()) };
    sums.shown.iter().map(|shown| shown[..record(shown)].split_once(' ').map_or("", |(_, record)| record)).collect()
}

fn rejects(sums: &Sums) -> Vec<(u64, &str)> {
    sums.rejects.iter().map(|r| (r.line, r.column.as_str())).collect()
}

fn page(buckets: &[String], more: bool) -> String {
    format!("{{\"object\":\"page\",\"data\":[{}],\"has_more\":{more},\"next_page\":null}}", buckets.join(","))
}

fn bucket(start: u64, results: &[String]) -> String {
    let end = start + 86_400;
    format!("{{\"object\":\"bucket\",\"start_time\":{start},\"end_time\":{end},\"results\":[{}]}}", results.join(","))
}

const DAY: u64 = 1_759_622_400;
const TIMES: &str = "start_time,end_time,start_time_iso,end_time_iso";

/// A row of the dashboard's export of the day `day` after [`DAY`].
fn csv_day(day: u64) -> String {
    let (start, end) = (DAY + day * 86_400, DAY + (day + 1) * 86_400);
    format!("{start},{end},2025-10-{:02}T00:00:00+00:00,2025-10-{:02}T00:00:00+00:00", 5 + day, 6 + day)
}

#[test]
fn a_real_report_of_openai() {
    let file = "formats/samples/openai-admin-api/usage_completions_buckets_2025-01_ungrouped.json";
    let Some(text) = shared(file) else { return };
    // Python: rs = [r for b in json.load(f) for r in b["results"]]; sum(r[key] for r in rs)
    // 31 buckets, of which 26 have a result; input 16951009, cached 168128, audio 49963, output 729421, audio 18042,
    // requests 19347.
    let (summary, sums) = read_as("openai-admin-usage", text.clone());
    assert_eq!((summary.rows, sums.pushed, sums.idle, sums.requests), (31, 31, 5, 19_347), "{:?}", sums.rejects);
    let total = sums.total();
    assert_eq!((total.cache_read, total.audio_input, total.audio_output), (168_128, 49_963, 18_042));
    // Audio lies beside the text in answers of that time: one day has 822 tokens out, and 3103 of audio out.
    assert_eq!((total.uncached_input, total.output), (16_951_009 - 168_128, 729_421));
    assert!(sums.shown[0].contains("time: 1736616660000000, end: 1736640000000000"), "{}", sums.shown[0]);
    assert!(sums.shown[0].contains("discriminator: \"completions\"") && sums.shown[0].contains("model: \"\""));
    // The first bucket begins at 17:31; the running one at the end is as it should be.
    let notes = &summary.notes;
    assert_eq!(notes.iter().filter(|n| n.contains("cut off at its beginning")).count(), 1, "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("2025-01-11 17:31 UTC")), "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("group_by=model")), "{notes:?}");

    // The same as a page, as two in a list, and as one a line; pretty and not.
    let buckets = String::from_utf8(text).expect("text");
    let flat: String = buckets.lines().map(str::trim).collect();
    let of_page = |list: &str, more: bool| format!("{{\"object\":\"page\",\"data\":{list},\"has_more\":{more}}}");
    let two = format!("[{},\n{}]", of_page(&flat, true), of_page("[]", false));
    let lines = format!("{}\n{}\n", of_page(&flat, true), of_page("null", false));
    let by_bucket = flat[1..flat.len() - 1].replace("},{\"object\": \"bucket\"", "}\n{\"object\": \"bucket\"");
    let after = format!("{}\n{}", of_page(&buckets, true).replace(",\"has", ",\n\"has"), of_page("[\n]", false));
    for text in [of_page(&buckets, false), of_page(&flat, false), two, lines, by_bucket, after] {
        let (summary, again) = read_as("openai-admin-usage", text);
        assert_eq!((summary.rows, records(&again)), (31, records(&sums)));
        assert!(!summary.notes.iter().any(|n| n.contains("has_more")), "{:?}", summary.notes);
    }
    let (summary, _) = read_as("openai-admin-usage", of_page(&flat, true));
    assert!(summary.notes.iter().any(|n| n.contains("has_more")), "{:?}", summary.notes);
}

/// Columns of one capability, rows as the export has them, and results as the report has them; `,` alone is an idle day.
struct Capability {
    name: &'static str,
    columns: &'static str,
    csv: &'static [&'static str],
    json: &'static [&'static str],
}

const CAPABILITIES: &[Capability] = &[
    Capability {
        name: "completions",
        columns: "project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,output_tokens,\
            input_cached_tokens,input_uncached_tokens,input_text_tokens,output_text_tokens,input_cached_text_tokens,\
            input_audio_tokens,input_cached_audio_tokens,output_audio_tokens,input_image_tokens,\
            input_cached_image_tokens,output_image_tokens,input_cache_write_tokens,input_cache_write_30m_tokens,\
            input_cache_write_12h_tokens,api_source",
        csv: &[
            "p,10.0,u,k,gpt-4o-2024-08-06,TRUE,default,59200.0,10646.0,5760.0,53440.0,53440.0,10646.0,5760.0,0.0,0.0,\
                0.0,0.0,0.0,0.0,0.0,0.0,0.0,",
            "p,3.0,u,k,gpt-5.2,FALSE,flex,1000.0,70.0,300.0,400.0,350.0,40.0,300.0,30.0,0.0,20.0,20.0,0.0,10.0,300.0,\
                200.0,90.0,",
            ",4.0,,,,,,100.0,5.0,0.0,100.0,100.0,5.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,,,,agents_api",
        ],
        json: &[
            r#""project_id":"p","num_model_requests":10,"user_id":"u","api_key_id":"k","model":"gpt-4o-2024-08-06","batch":true,
                "service_tier":"default","input_tokens":59200,"output_tokens":10646,"input_cached_tokens":5760,
                "input_uncached_tokens":53440,"input_text_tokens":53440,"output_text_tokens":10646,
                "input_cached_text_tokens":5760,"input_audio_tokens":0,"input_cached_audio_tokens":0,"output_audio_tokens":0,
                "input_image_tokens":0,"input_cached_image_tokens":0,"output_image_tokens":0,"input_cache_write_tokens":0,
                "input_cache_write_30m_tokens":0,"input_cache_write_12h_tokens":0,"api_source":null"#,
            // Numbers as texts and as floats.
            r#""project_id":"p","num_model_requests":"3","user_id":"u","api_key_id":"k","model":"gpt-5.2","batch":false,
                "service_tier":"flex","input_tokens":"1000","output_tokens":70.0,"input_cached_tokens":300,
                "input_uncached_tokens":400,"input_text_tokens":350,"output_text_tokens":40,"input_audio_tokens":30,
                "output_audio_tokens":20,"input_image_tokens":20,"output_image_tokens":10,"input_cache_write_tokens":300,
                "input_cache_write_30m_tokens":200,"input_cache_write_12h_tokens":90,"new_field":{"a":[1]}"#,
            r#""project_id":null,"num_model_requests":4,"user_id":null,"api_key_id":null,"model":null,"batch":null,
                "service_tier":null,"input_tokens":100,"output_tokens":5,"input_cached_tokens":0,"api_source":"agents_api""#,
        ],
    },
    Capability {
        name: "embeddings",
        columns: "project_id,num_model_requests,user_id,api_key_id,model,input_tokens",
        csv: &["p,2.0,u,k,text-embedding-3-large,500.0"],
        json: &[
            r#""input_tokens":500,"num_model_requests":2,"project_id":"p","user_id":"u","api_key_id":"k","model":"text-embedding-3-large""#,
        ],
    },
    Capability {
        name: "moderations",
        columns: "project_id,num_model_requests,user_id,api_key_id,model,input_tokens",
        csv: &["p,2.0,,,omni-moderation-latest,40.0"],
        json: &[r#""input_tokens":40,"num_model_requests":2,"project_id":"p","model":"omni-moderation-latest""#],
    },
    Capability {
        name: "images",
        columns: "project_id,num_model_requests,user_id,api_key_id,model,images,size,source",
        csv: &["p,3.0,,,gpt-image-1,4.0,1024x1024,image.generation"],
        json: &[
            r#""images":4,"num_model_requests":3,"size":"1024x1024","source":"image.generation","project_id":"p","model":"gpt-image-1""#,
        ],
    },
    Capability {
        name: "audio_speeches",
        columns: "project_id,num_model_requests,user_id,api_key_id,model,characters",
        csv: &["p,3.0,,,tts-1,4000.0"],
        json: &[r#""characters":4000,"num_model_requests":3,"project_id":"p","model":"tts-1""#],
    },
    Capability {
        name: "audio_transcriptions",
        columns: "project_id,num_model_requests,user_id,api_key_id,model,seconds",
        csv: &["p,3.0,,,whisper-1,90.0"],
        json: &[r#""seconds":90,"num_model_requests":3,"project_id":"p","model":"whisper-1""#],
    },
    Capability {
        name: "vector_stores",
        columns: "project_id,usage_bytes",
        csv: &["p,4096.0"],
        json: &[r#""usage_bytes":4096,"project_id":"p""#],
    },
    Capability {
        name: "code_interpreter_sessions",
        columns: "project_id,num_sessions",
        csv: &["p,7.0"],
        json: &[r#""num_sessions":7,"project_id":"p""#],
    },
    Capability {
        name: "file_searches",
        columns: "project_id,num_requests,user_id,api_key_id,vector_store_id",
        csv: &["p,7.0,,,vs_1"],
        json: &[r#""num_requests":7,"project_id":"p","vector_store_id":"vs_1""#],
    },
    Capability {
        name: "web_searches",
        columns: "project_id,num_requests,num_model_requests,user_id,api_key_id,model,context_level",
        csv: &["p,7.0,5.0,,,gpt-5.2,high"],
        json: &[r#""num_requests":7,"num_model_requests":5,"project_id":"p","model":"gpt-5.2","context_level":"high""#],
    },
];

#[test]
fn a_report_and_the_export_of_the_same_buckets_are_the_same_records() {
    for capability in CAPABILITIES {
        let name = capability.name;
        let mut csv = format!("{TIMES},{}\n", capability.columns.replace(' ', ""));
        let mut results = Vec::new();
        for row in capability.csv {
            csv.push_str(&format!("{},{}\n", csv_day(0), row.replace(' ', "")));
        }
        for result in capability.json {
            results.push(format!("{{\"object\":\"organization.usage.{name}.result\",{result}}}"));
        }
        // A day without usage has only its times in one, and no results in the other.
        let columns = capability.columns.split(',').count();
        csv.push_str(&format!("{}{}\n", csv_day(1), ",".repeat(columns)));
        let json = page(&[bucket(DAY, &results), bucket(DAY + 86_400, &[])], false);
        let (_, of_csv) = read_as("openai-usage-csv", csv);
        let (summary, of_json) = read_as("openai-admin-usage", json);
        assert_eq!(records(&of_json), records(&of_csv), "{name}");
        assert_eq!((summary.rows, of_json.idle), (capability.json.len() as u64 + 1, 1), "{name}");
        // Each bucket is a section of the file.
        assert!(
            of_json.shown[0].contains("section: 1") && of_json.shown[summary.rows as usize - 1].contains("section: 2")
        );
        assert!(of_csv.shown.iter().all(|shown| shown.contains("section: 0")));
        assert!(of_json.shown[0].contains(&format!("discriminator: \"{name}")), "{}", of_json.shown[0]);
        assert!(of_json.shown[0].contains("idle: false"), "{}", of_json.shown[0]);
        assert!(of_json.rejects.is_empty() && of_csv.rejects.is_empty(), "{name} {:?}", of_json.rejects);
    }
    // Audio inside, where the row splits its text, and beside, where it is of the older kind.
    for (split, uncached, output) in [("\"output_text_tokens\":30,", 60, 30), ("", 100, 50)] {
        let audio = format!(
            "{{\"object\":\"organization.usage.completions.result\",{split}\"input_tokens\":100,\"output_tokens\":50,\
            \"input_cached_tokens\":0,\"input_audio_tokens\":40,\"output_audio_tokens\":20}}"
        );
        let t = read_as("openai-admin-usage", bucket(DAY, &[audio])).1.total();
        assert_eq!((t.uncached_input, t.audio_input, t.output, t.audio_output), (uncached, 40, output, 20));
    }
    // Searches are counted as searches; the model's requests are among the completions'.
    let (_, sums) = read_as(
        "openai-admin-usage",
        bucket(
            DAY,
            &[r#"{"object":"organization.usage.web_searches.result","num_requests":7,"num_model_requests":5}"#
                .to_owned()],
        ),
    );
    assert!(sums.shown[0].contains("requests: None, web_searches: Some(7)"), "{}", sums.shown[0]);
    let (_, sums) = read_as(
        "openai-admin-usage",
        bucket(DAY, &[format!("{{\"object\":\"organization.usage.completions.result\",{}}}", CAPABILITIES[0].json[1])]),
    );
    let t = sums.total();
    // 1000 in = 350 text + 300 read + 200 + 90 + 10 written + 30 audio + 20 image; 70 out = 40 + 20 audio + 10 image.
    assert_eq!((t.uncached_input, t.cache_read, t.audio_input, t.image_input), (350, 300, 30, 20));
    assert_eq!((t.cache_write_30m, t.cache_write_12h, t.cache_write_unknown), (200, 90, 10));
    assert_eq!((t.output, t.audio_output, t.image_output), (40, 20, 10));
}

#[test]
fn results_that_are_none_cost_themselves() {
    let result = |inner: &str| format!("{{\"object\":\"organization.usage.completions.result\",{inner}}}");
    let good = result("\"input_tokens\":5,\"output_tokens\":1,\"model\":\"gpt-4o\"");
    let results = [
        good.clone(),
        result("\"input_tokens\":null,\"output_tokens\":1"),
        result("\"input_tokens\":-5,\"output_tokens\":1"),
        result("\"input_tokens\":5.5,\"output_tokens\":1"),
        result("\"input_tokens\":[5],\"output_tokens\":1"),
        result("\"input_tokens\":5,\"output_tokens\":true"),
        result("\"input_tokens\":5,\"output_tokens\":1,\"input_cached_tokens\":6"),
        result("\"input_tokens\":99999999999999999999,\"output_tokens\":1"),
        result("\"input_tokens\":5,\"output_tokens\":1,\"batch\":\"perhaps\""),
        result("\"input_tokens\":5,\"output_tokens\":1,\"model\":{\"id\":\"gpt-4o\"}"),
        result("\"input_tokens\":5,\"output_tokens\":1,\"input_uncached_tokens\":4"),
        "{\"object\":\"organization.costs.result\",\"amount\":{\"value\":1}}".to_owned(),
        "7".to_owned(),
        // Of a key that is there twice the last one counts.
        result("\"input_tokens\":5,\"output_tokens\":1,\"output_tokens\":2"),
    ];
    let text = format!("[\n{}\n]", bucket(DAY, &results.map(|r| format!("\n{r}"))).replace("\n,", ",\n"));
    let (summary, sums) = read_as("openai-admin-usage", text);
    assert_eq!((summary.rows, sums.pushed, sums.total().output), (14, 2, 3));
    let columns: Vec<&str> = sums.rejects.iter().map(|r| r.column.as_str()).collect();
    assert_eq!(
        columns,
        [
            "[0].results[1].input_tokens",
            "[0].results[2].input_tokens",
            "[0].results[3].input_tokens",
            "[0].results[4].input_tokens",
            "[0].results[5].output_tokens",
            "[0].results[6].input_tokens",
            "[0].results[7].input_tokens",
            "[0].results[8].batch",
            "[0].results[9].model",
            "[0].results[10].input_uncached_tokens",
            "[0].results[11].object",
            "[0].results[12]",
        ]
    );
    let lines: Vec<u64> = sums.rejects.iter().map(|r| r.line).collect();
    assert_eq!(lines, (4..=15).collect::<Vec<u64>>(), "a result is named by its own line");
}

#[test]
fn buckets_that_are_none() {
    let good = bucket(
        DAY,
        &["{\"object\":\"organization.usage.completions.result\",\"input_tokens\":5,\"output_tokens\":1}".to_owned()],
    );
    let text = [
        good.as_str(),
        r#"{"object":"bucket","start_time":1759622400,"end_time":1759708800}"#,
        r#"{"object":"bucket","start_time":1759622400,"end_time":1759708800,"results":{}}"#,
        r#"{"object":"bucket","start_time":1759622400,"end_time":1759622400,"results":[]}"#,
        r#"{"object":"bucket","start_time":"yesterday","end_time":1759708800,"results":[]}"#,
        r#"{"object":"bucket","start_time":1759622400,"end_time":1759708800,"result":[]}"#,
        r#"{"object":"bucket","start_time":1759622400,"end_time":1759708800,"results":null}"#,
        &good[..60],
    ];
    let (summary, sums) = read_as("openai-admin-usage", text.join("\n"));
    assert_eq!((summary.rows, sums.pushed, sums.idle), (8, 3, 2));
    assert_eq!(rejects(&sums), [(2, "results"), (3, "results"), (4, "end_time"), (5, "start_time"), (8, "")]);
    assert!(sums.rejects[4].reason.contains("cut off"), "{:?}", sums.rejects[4]);
    // A page that breaks off keeps what came before.
    let whole = page(&[good.clone(), good.clone()], false);
    let (summary, sums) = read_as("openai-admin-usage", &whole.as_bytes()[..whole.len() - 60]);
    assert_eq!((sums.pushed, sums.rejects.len()), (1, 1));
    assert!(summary.notes.iter().any(|n| n.contains("not closed")), "{:?}", summary.notes);
    // What an API answers in place of a page.
    let mut sums = Sums::default();
    let refused = "{\"error\":{\"message\":\"no such key\"}}";
    read_into(None, Some("openai-admin-usage"), refused, &ReadOptions::default(), &mut sums).expect("reads");
    assert_eq!((sums.pushed, sums.rejects.len()), (0, 1));
    let refused = read_into(None, Some("openai-admin-usage"), "a,b\n1,2\n", &ReadOptions::default(), &mut sums);
    assert!(matches!(refused, Err(ImportError::Header { .. })));
}

#[test]
fn a_bucket_without_end_is_not_held() {
    let result =
        "{\"object\":\"organization.usage.completions.result\",\"input_tokens\":5,\"output_tokens\":1}".to_owned();
    let many = vec![result.clone(); MAX_ROW / result.len() + 10];
    let text = page(&[bucket(DAY, std::slice::from_ref(&result)), bucket(DAY, &many), bucket(DAY, &[result])], false);
    let (summary, sums) = read_as("openai-admin-usage", text);
    assert_eq!((summary.rows, sums.pushed, rejects(&sums)), (3, 2, vec![(1, "data[1]")]));
    assert!(sums.rejects[0].reason.contains("16 MiB"), "{:?}", sums.rejects[0]);
}

#[test]
fn buckets_without_results_are_asked_about() {
    let candidates = |text: &str| match detect(&Head::new("t", text.as_bytes(), true), None) {
        Err(ImportError::Ambiguous { candidates, .. }) => candidates,
        other => panic!("{:?}", other.map(|found| found.format.id())),
    };
    assert_eq!(candidates(&page(&[bucket(DAY, &[])], false)), ["openai-admin-usage", "openai-admin-costs"]);
    let idle = r#"{"data":[{"starting_at":"2026-02-01T00:00:00Z","ending_at":"2026-02-02T00:00:00Z","results":[]}],"has_more":false}"#;
    assert_eq!(candidates(idle), ["anthropic-admin-usage", "anthropic-admin-cost"]);
    // Named, they are read: a day that was there, and on which nothing was used or charged.
    for (format, part) in [("anthropic-admin-usage", "idle: true"), ("anthropic-admin-cost", "billed: Pico(0)")] {
        let mut sums = Sums::default();
        read_into(None, Some(format), idle, &ReadOptions::default(), &mut sums).expect("reads");
        assert!(sums.shown[0].contains(part), "{}", sums.shown[0]);
        assert!(sums.shown[0].contains("time: 1769904000000000, end: 1769990400000000"), "{}", sums.shown[0]);
    }
}

#[test]
fn a_cost_report_and_the_cost_export_are_the_same_records() {
    let header = format!("{TIMES},amount_value,amount_currency,line_item,project_id,organization_id,organization_name");
    let csv = format!(
        "{header}\n{},0.8958740000000000,usd,\"gpt-4o-2024-08-06, cached input\",proj_1,org-1,Acme\n\
        {},0.0600000000000000001,usd,\"web search, high, calls\",,org-1,Acme\n\
        {},-1.5,eur,Image models,,org-1,Acme\n{},,,,,,\n",
        csv_day(0),
        csv_day(0),
        csv_day(0),
        csv_day(1)
    );
    let result =
        |inner: &str| format!("{{\"object\":\"organization.costs.result\",{inner},\"organization_id\":\"org-1\"}}");
    let results = [
        result(
            r#""amount":{"value":0.8958740000000000,"currency":"usd"},"line_item":"gpt-4o-2024-08-06, cached input","project_id":"proj_1","quantity":716699.2,"quantity_unit":"tokens""#,
        ),
        result(
            r#""amount":{"value":"0.0600000000000000001","currency":"usd"},"line_item":"web search, high, calls","project_id":null"#,
        ),
        result(r#""amount":{"value":-1.5,"currency":"eur"},"line_item":"Image models","api_key_id":null"#),
    ];
    let json = page(&[bucket(DAY, &results), bucket(DAY + 86_400, &[])], false);
    let (_, of_csv) = read_as("openai-cost-csv", csv);
    let (summary, of_json) = read_as("openai-admin-costs", json);
    assert_eq!(records(&of_json), records(&of_csv));
    assert_eq!((summary.rows, of_json.billed), (4, usd("-0.544126")));
    assert!(
        of_json.shown[0].contains("model: \"gpt-4o-2024-08-06\"") && of_json.shown[0].contains("account: \"org-1\"")
    );
    assert!(!summary.notes.iter().any(|n| n.contains("organisation")), "{:?}", summary.notes);
}

#[test]
fn costs_of_openai_as_documented() {
    // The example of the API reference: 0.06 US dollars, neither grouped nor with an organisation.
    let text = r#"{
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": 1730419200,
            "end_time": 1730505600,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {
                        "value": 0.06,
                        "currency": "usd"
                    },
                    "line_item": null,
                    "project_id": null
                }
            ]
        }
    ],
    "has_more": false,
    "next_page": null
}"#;
    let (summary, sums) = read_as("openai-admin-costs", text);
    assert_eq!((summary.rows, sums.billed), (1, usd("0.06")));
    assert!(sums.shown[0].starts_with("9 "), "{}", sums.shown[0]);
    assert!(
        summary.notes.iter().any(|n| n.contains("line item"))
            && summary.notes.iter().any(|n| n.contains("organisation"))
    );
    let with = |amount: &str| text.replace("\"value\": 0.06", amount);
    for (amount, column) in [
        ("\"value\": null", "data[0].results[0].amount.value"),
        ("\"value\": \"six\"", "data[0].results[0].amount.value"),
        ("\"value\": [6]", "data[0].results[0].amount.value"),
        ("\"value\": 1e13", "data[0].results[0].amount.value"),
    ] {
        let (_, sums) = read_as("openai-admin-costs", with(amount));
        assert_eq!(rejects(&sums), [(9, column)], "{amount}");
        assert!(sums.rejects[0].reason.starts_with("amount.value"), "{:?}", sums.rejects[0]);
    }
    let (_, sums) = read_as("openai-admin-costs", with("\"value\": 6e-2"));
    assert_eq!(sums.billed, usd("0.06"));
    let (_, sums) = read_as("openai-admin-costs", with("\"value\": 1").replace("usd", "dollars"));
    assert_eq!(rejects(&sums), [(9, "data[0].results[0].amount.currency")]);
    let flat = r#"{"object":"bucket","start_time":1730419200,"end_time":1730505600,"results":[{"object":"organization.costs.result","amount":0.06}]}"#;
    let (_, sums) = read_as("openai-admin-costs", flat);
    assert_eq!(rejects(&sums), [(1, "results[0].amount")]);
}

fn claude(results: &str, more: bool) -> String {
    format!(
        "{{\"data\":[{{\"starting_at\":\"2026-02-01T00:00:00Z\",\"ending_at\":\"2026-02-02T00:00:00Z\",\
        \"results\":[{results}]}}],\"has_more\":{more},\"next_page\":null}}"
    )
}

#[test]
fn a_usage_report_of_anthropic_and_the_export_are_the_same_records() {
    let csv = "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,\
        usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,\
        usage_output_tokens,web_search_count,inference_geo,speed\n\
        2026-02-01,claude-opus-4-5-20251101,,,standard,≤ 200k,1500,500,1000,200,300,10,global,standard\n\
        2026-02-01,claude-sonnet-4-6,,,batch,> 200k,7,0,0,0,8,0,us,standard\n\
        2026-02-01,claude-opus-4-8,,,standard,≤ 200k,9,0,0,0,4,0,not_available,fast\n";
    let tokens = |input: i64, short: i64, long: i64, read: i64, out: i64, searches: i64| {
        format!(
            "\"uncached_input_tokens\":{input},\"cache_creation\":{{\"ephemeral_1h_input_tokens\":{long},\
            \"ephemeral_5m_input_tokens\":{short}}},\"cache_read_input_tokens\":{read},\"output_tokens\":{out},\
            \"server_tool_use\":{{\"web_search_requests\":{searches}}},\"api_key_id\":null,\"workspace_id\":null"
        )
    };
    let results = [
        format!(
            "{{{},\"model\":\"claude-opus-4-5-20251101\",\"service_tier\":\"standard\",\"context_window\":\"0-200k\",\"inference_geo\":\"global\",\"speed\":null}}",
            tokens(1500, 500, 1000, 200, 300, 10)
        ),
        format!(
            "{{{},\"model\":\"claude-sonnet-4-6\",\"service_tier\":\"batch\",\"context_window\":\"200k-1M\",\"inference_geo\":\"us\"}}",
            tokens(7, 0, 0, 0, 8, 0)
        ),
        format!(
            "{{{},\"model\":\"claude-opus-4-8\",\"service_tier\":\"standard\",\"context_window\":\"0-200k\",\"inference_geo\":\"not_available\",\"speed\":\"fast\"}}",
            tokens(9, 0, 0, 0, 4, 0)
        ),
    ];
    let (_, of_csv) = read_as("anthropic-usage-csv", csv);
    let (summary, of_json) = read_as("anthropic-admin-usage", claude(&results.join(","), false));
    assert_eq!(records(&of_json), records(&of_csv));
    assert_eq!((summary.rows, summary.notes.len()), (3, 0), "{:?}", summary.notes);
    assert!(of_json.shown[1].contains("region: \"us\"") && of_json.shown[2].contains("tier: \"fast\""));
}

#[test]
fn what_only_the_api_of_anthropic_tells() {
    // The example of the API reference: 1500 uncached, 1000 written for an hour and 500 for five minutes, 200 read, 500
    // out, 10 searches.
    let result = r#"{"api_key_id":"apikey_01Rj2N8SVvo6BePZj99NhmiT","cache_creation":{"ephemeral_1h_input_tokens":1000,"ephemeral_5m_input_tokens":500},"cache_read_input_tokens":200,"context_window":"0-200k","model":"claude-sonnet-4-20250514","output_tokens":500,"server_tool_use":{"web_search_requests":10},"service_tier":"standard","uncached_input_tokens":1500,"workspace_id":"wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ","account_id":"user_1"}"#;
    let (summary, sums) = read_as("anthropic-admin-usage", claude(result, true));
    let t = sums.total();
    assert_eq!(
        [t.uncached_input, t.cache_write_5m, t.cache_write_1h, t.cache_read, t.output],
        [1500, 500, 1000, 200, 500]
    );
    for part in [
        "api_key: \"apikey_01Rj2N8SVvo6BePZj99NhmiT\"",
        "workspace: \"wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ\"",
        "user: \"user_1\"",
        "web_searches: Some(10)",
        "requests: None",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
    assert!(summary.notes.iter().any(|n| n.contains("only one of them")), "{:?}", summary.notes);
    assert!(summary.notes.iter().any(|n| n.contains("has_more")), "{:?}", summary.notes);
    // Hours and minutes have the width that they say.
    let (_, sums) =
        read_as("anthropic-admin-usage", claude(result, false).replace("2026-02-02T00:00:00Z", "2026-02-01T00:01:00Z"));
    assert!(sums.shown[0].contains("end: 1769904060000000"), "{}", sums.shown[0]);
    // The analytics report: requests, a product, and groups that overlap.
    let analytics = result.replace(
        "\"account_id\":\"user_1\"",
        "\"requests\":12,\"product\":\"claude_code\",\"slack_channel_id\":\"C1\",\"claude_tag_category\":\"dm\",\"rbac_group_id\":null",
    );
    let grouped = analytics.replace("\"rbac_group_id\":null", "\"rbac_group_id\":\"rbac_group_1\"");
    let (_, sums) = read_as("anthropic-admin-usage", claude(&format!("{analytics},{grouped}"), false));
    assert_eq!(rejects(&sums), [(1, "data[0].results[1].rbac_group_id")]);
    for part in ["requests: Some(12)", "feature: \"claude_code\"", "discriminator: \"dm C1\""] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
    let (summary, _) = read_as("anthropic-admin-usage", claude(&vec![analytics; 100].join(","), false));
    assert!(summary.notes.iter().any(|n| n.contains("100 groups")), "{:?}", summary.notes);
    // What is wrong is told in the words of the API.
    let spoiled = [
        result.replace(":1500", ":null"),
        result.replace("\"ephemeral_5m_input_tokens\":500", "\"ephemeral_5m_input_tokens\":-1"),
        result.replace("{\"web_search_requests\":10}", "10"),
        result.replace("\"output_tokens\":500", "\"output_tokens\":2000000000000000"),
    ];
    let text = claude(&format!("{result},{}", spoiled.join(",")), false);
    let (_, sums) = read_as("anthropic-admin-usage", text);
    assert_eq!(
        rejects(&sums),
        [
            (1, "data[0].results[1].uncached_input_tokens"),
            (1, "data[0].results[2].cache_creation.ephemeral_5m_input_tokens"),
            (1, "data[0].results[3].server_tool_use"),
            (1, "data[0].results[4]"),
        ]
    );
    let backward = claude(result, false).replace("2026-02-02", "2026-01-31");
    assert_eq!(rejects(&read_as("anthropic-admin-usage", backward).1), [(1, "data[0].results[0].ending_at")]);
}

#[test]
fn costs_of_anthropic_are_cents() {
    // The example of the API reference, whose amount is 123.45 cents.
    let result = r#"{"amount":"123.45","context_window":"0-200k","cost_type":"tokens","currency":"USD","description":"Claude Sonnet 4 Usage - Input Tokens","model":"claude-sonnet-4-20250514","service_tier":"standard","token_type":"uncached_input_tokens","workspace_id":"wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"}"#;
    let (summary, sums) = read_as("anthropic-admin-cost", claude(result, false));
    assert_eq!((summary.rows, sums.billed), (1, usd("1.2345")));
    for part in [
        "model: \"claude-sonnet-4-20250514\"",
        "meter: \"uncached_input_tokens\"",
        "line_item: \"Claude Sonnet 4 Usage - Input Tokens, 0-200k\"",
        "rounding: Pico(0)",
        "list: None",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
    assert!(summary.notes.iter().any(|n| n.contains("priority tier")), "{:?}", summary.notes);
    let amounts = [
        ("\"0.0000000001\"", "0.000000000001"),
        ("\"78912.3456789\"", "789.123456789"),
        ("\"-5\"", "-0.05"),
        ("7.5", "0.075"),
        ("\"1e-2\"", "0.0001"),
        ("0", "0"),
    ];
    for (amount, dollars) in amounts {
        let (_, sums) = read_as("anthropic-admin-cost", claude(&result.replace("\"123.45\"", amount), false));
        assert_eq!(sums.billed, usd(dollars), "{amount}");
    }
    for amount in ["null", "\"\"", "\"1,5\"", "\"12 cents\"", "{}", "true"] {
        let (_, sums) = read_as(
            "anthropic-admin-cost",
            claude(&format!("{},{result}", result.replace("\"123.45\"", amount)), false),
        );
        let told: Vec<(u64, &str)> = rejects(&sums);
        if amount == "\"1,5\"" {
            // A comma with one digit behind it can only be before decimals.
            assert_eq!((told, sums.billed), (vec![], usd("1.2495")));
        } else {
            assert_eq!(told, [(1, "data[0].results[0].amount")], "{amount}");
        }
    }
    // Analytics: after and before discounts; what makes lines differ is in their text.
    let analytics = r#"{"amount":"90","list_amount":"100","currency":"USD","cost_type":"web_search","token_type":null,"model":null,"product":"chat","requests":null,"speed":"fast","inference_geo":"us"}"#;
    let (_, sums) = read_as("anthropic-admin-cost", claude(analytics, false));
    for part in [
        "billed: Pico(900000000000)",
        "list: Some(Pico(1000000000000))",
        "feature: \"chat\"",
        "line_item: \"web_search, fast, us\"",
        "tier: \"fast\"",
        "meter: \"web_search\"",
    ] {
        assert!(sums.shown[0].contains(part), "{part} in {}", sums.shown[0]);
    }
}

#[test]
fn reports_are_recognised_by_what_is_in_them() {
    let known = |text: &str| detect(&Head::new("t", text.as_bytes(), true), None).map(|found| found.format.id()).ok();
    // The token type of a cost has the name of a count of usage.
    let cost = r#"{"amount":"1","currency":"USD","token_type":"uncached_input_tokens"}"#;
    assert_eq!(known(&claude(cost, false)), Some("anthropic-admin-cost"));
    let usage = r#"{"uncached_input_tokens":1,"output_tokens":1,"amount":"x"}"#;
    assert!(read_into(None, None, claude(usage, false), &ReadOptions::default(), &mut Sums::default()).is_err());
    // A list of something else in data.
    assert_eq!(known(r#"{"data":[{"id":"x","results":[{"amount":"1"}]}]}"#), None);
    assert_eq!(known(r#"{"data":[{"start_time":1,"results":[{"object":"other"}]}]}"#), None);
    // Keys in another order, and the wrapping of a client library.
    let keys = r#"{"has_more":false,"next_page":null,"data":[{"results":[{"output_tokens":1,"object":"organization.usage.completions.result","input_tokens":2}],"end_time":1759708800,"start_time":1759622400}]}"#;
    assert_eq!(known(keys), Some("openai-admin-usage"));
    assert_eq!(read_as("openai-admin-usage", keys).1.total().total(), 3);
}
