//! Rows that mean harm, or come out of a broken program: each is taken, or refused with a reason, and the rows beside it
//! are read.

mod common;

use common::{Sums, read_as, read_into};
use outlay_import::ReadOptions;

const HEADER: &str = "timestamp,model,input_tokens,output_tokens,feature";
const GOOD: &str = "2026-10-03T10:00:00Z,gpt-4o,100,20,good";

/// What became of rows between two good ones: the column and reason of each refusal.
fn between(rows: &[String]) -> Vec<(u64, String, String)> {
    let text = format!("{HEADER}\n{GOOD}\n{}\n{GOOD}\n", rows.join("\n"));
    let (summary, sums) = read_as("trace-csv", text);
    assert_eq!(summary.rows, rows.len() as u64 + 2);
    assert!(sums.pushed >= 2, "{:?}", sums.rejects);
    sums.rejects.into_iter().map(|r| (r.line, r.column, r.reason)).collect()
}

#[test]
fn encodings_line_ends_and_separators_make_no_difference() {
    let text = format!("{HEADER}\n{GOOD}\n2026-10-04T10:00:00Z,gpt-4o,300,40,prüfung 审查\n");
    let (_, plain) = read_as("trace-csv", text.as_str());
    assert!(plain.shown[1].contains("prüfung 审查"), "{:?}", plain.shown);
    let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let variants: [(&str, Vec<u8>); 7] = [
        ("byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16, little end first", wide(u16::to_le_bytes)),
        ("UTF-16, big end first", wide(u16::to_be_bytes)),
        ("CRLF", text.replace('\n', "\r\n").into_bytes()),
        ("tabs", text.replace(',', "\t").into_bytes()),
        ("semicolons", text.replace(',', ";").into_bytes()),
        ("all cells quoted", {
            let lines = text.lines().map(|line| format!("\"{}\"\n", line.replace(',', "\",\"")));
            lines.collect::<String>().into_bytes()
        }),
    ];
    for (what, bytes) in variants {
        let (_, sums) = read_as("trace-csv", bytes);
        assert_eq!(sums.shown, plain.shown, "{what}");
    }
}

#[test]
fn bytes_that_are_no_text_cost_their_row() {
    for bytes in [&b"\xff\xfe\x00"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x98"] {
        let mut text = format!("{HEADER}\n{GOOD}\n2026-10-03T10:00:00Z,gpt-4o,1,1,").into_bytes();
        text.extend_from_slice(bytes);
        text.extend_from_slice(format!("\n{GOOD}\n").as_bytes());
        let (summary, sums) = read_as("trace-csv", text);
        assert_eq!((summary.rows, sums.pushed), (3, 2));
        assert!(sums.rejects[0].reason.contains("UTF-8"), "{:?}", sums.rejects);
    }
}

#[test]
fn counts_that_are_none() {
    let absurd = [
        "-5",
        "inf",
        "-inf",
        "1e400",
        "99999999999999999999",
        "9223372036854775807",
        "1.5",
        "0x10",
        "１００",
        "--",
        "5 5",
    ];
    let rows: Vec<String> = absurd.iter().map(|count| format!("2026-10-03T10:00:00Z,gpt-4o,{count},1,x")).collect();
    let found = between(&rows);
    let lines: Vec<u64> = found.iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, (3..3 + absurd.len() as u64).collect::<Vec<_>>(), "{found:?}");
    assert!(found.iter().all(|(_, column, reason)| column == "input_tokens" && !reason.is_empty()), "{found:?}");
    // NaN is how tables spell that nobody knows.
    assert_eq!(between(&["2026-10-03T10:00:00Z,gpt-4o,NaN,NaN,x".to_owned()]), []);
}

#[test]
fn times_that_are_none() {
    let absurd = [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "2026-10-03T25:00:00Z",
        "-1",
        "253402300799999999999",
        "yesterday",
        "1e308",
    ];
    let rows: Vec<String> = absurd.iter().map(|time| format!("{time},gpt-4o,1,1,x")).collect();
    let found = between(&rows);
    assert_eq!(found.len(), absurd.len(), "{found:?}");
    assert!(found.iter().all(|(_, column, reason)| column == "timestamp" && !reason.is_empty()), "{found:?}");
}

#[test]
fn a_column_that_is_there_twice_must_say_one_thing() {
    let text = "timestamp,model,input_tokens,output_tokens,input_tokens,notes,notes\n\
        2026-10-03T10:00:00Z,m,10,1,10,a,b\n2026-10-03T10:00:00Z,m,10,1,99,a,b\n2026-10-03T10:00:00Z,m,7,1,7,,\n";
    let (_, sums) = read_as("trace-csv", text);
    assert_eq!((sums.pushed, sums.total().uncached_input), (2, 17));
    assert!(sums.rejects[0].reason.contains("there twice"), "{:?}", sums.rejects);
    assert_eq!((sums.rejects[0].line, sums.rejects[0].value.as_str()), (3, "10 and 99"));
}

#[test]
fn names_of_every_kind_are_only_names() {
    let long = "n".repeat(100_000);
    let names = [
        "<script>alert(1)</script>",
        "=cmd|'/C calc'!A0",
        "[link](javascript:alert(1))",
        "\\u001b[2J\\u0007",
        "\\u202eevil\\u2066",
        "\\u0000",
        "\\ud83d\\ude00",
        "'; DROP TABLE file; --",
        "../../../../etc/passwd",
        long.as_str(),
    ];
    let row = |name: &str| {
        format!(
            "{{\"timestamp\":\"2026-10-03T10:00:00Z\",\"model\":\"{name}\",\"input_tokens\":1,\"output_tokens\":1,\"feature\":\"{name}\"}}\n"
        )
    };
    let text: String = names.iter().map(|name| row(name)).collect();
    let (summary, sums) = read_as("trace-jsonl", text);
    assert_eq!((summary.rows, sums.pushed), (names.len() as u64, names.len() as u64), "{:?}", sums.rejects);
    // Half of a pair is no letter.
    let (summary, sums) = read_as("trace-jsonl", format!("{}{}{}", row("a"), row("\\ud800"), row("b")));
    assert_eq!((summary.rows, sums.rejects.iter().all(|r| r.line == 2)), (3, true), "{:?}", sums.rejects);
}

#[test]
fn objects_that_break_off_or_nest_without_end() {
    let good = r#"{"timestamp":"2026-10-03T10:00:00Z","model":"m","input_tokens":1,"output_tokens":1}"#;
    let deep = format!("{{\"feature\":{}1{}}}", "[".repeat(200_000), "]".repeat(200_000));
    let open = format!("{{\"feature\":{}", "{\"a\":".repeat(200_000));
    for (what, bad) in [("half", &good[..40]), ("deep", &deep), ("open", &open), ("nothing", "{}"), ("a number", "7")] {
        let (summary, sums) = read_as("trace-jsonl", format!("{good}\n{bad}\n{good}\n"));
        assert_eq!((summary.rows, sums.pushed), (3, 2), "{what}: {:?}", sums.rejects);
        assert_eq!(sums.rejects[0].line, 2, "{what}");
    }
    // The whole file is half an object.
    let mut sums = Sums::default();
    let read = read_into(None, Some("trace-jsonl"), &good[..40], &ReadOptions::default(), &mut sums);
    assert!(read.is_err() || sums.rejects.len() == 1, "{:?}", sums.shown);
}
