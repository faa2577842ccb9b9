//! Rows that an import refused are looked at, mended by another mapping or in the file, and read again: nothing counts
//! twice, and nothing is lost where that fails.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{code, run, stdout};
use crate::support::{Company, temporary};

const FIRST: &str = "name = \"own\"\nkind = \"call\"\n\n[columns]\ntimestamp = \"ts\"\nmodel = \"llm\"\ninput_tokens = \"in\"\noutput_tokens = \"out\"\n";

/// Ten calls, of which two have a text for their input; every second row is of one customer.
fn file(folder: &Path, name: &str) -> std::path::PathBuf {
    let mut text = String::from("ts,llm,in,out,client,billed_in\n");
    for row in 0..10 {
        let input = if row % 4 == 3 { "tbd".to_owned() } else { format!("{}", 1000 + row) };
        let client = if row % 2 == 0 { "alpha" } else { "beta" };
        text += &format!("2026-10-03T10:{row:02}:00Z,gpt-4o,{input},10,{client},{}\n", 1000 + row);
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn calls(company: &Company, customer: Option<&str>) -> Value {
    let conditions: Vec<Value> =
        customer.into_iter().map(|c| json!({ "dimension": "customer", "values": [c] })).collect();
    let filter = json!({ "month": "2026-10", "zone": "UTC", "conditions": conditions });
    company.ask("calls", json!({ "filter": filter, "limit": 100 })).await["total"].clone()
}

fn counts(reply: &Value) -> [u64; 4] {
    ["rows", "imported", "duplicate", "rejected"].map(|key| reply[key].as_u64().unwrap())
}

#[tokio::test]
async fn refused_rows_are_mended_and_nothing_counts_twice() {
    let folder = temporary();
    let path = file(folder.path(), "own.csv");
    let company = Company::in_zone("UTC").await;
    let reply = company.ask("import", json!({ "paths": [path], "mapping": FIRST })).await;
    assert_eq!(counts(&reply), [10, 8, 0, 2]);

    let refused = company.ask("rejects", json!({ "import": 1 })).await;
    assert_eq!(refused["total"], 2);
    let places: Vec<(u64, &str, &str)> = refused["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["line"].as_u64().unwrap(), row["column"].as_str().unwrap(), row["value"].as_str().unwrap()))
        .collect();
    assert_eq!(places, [(5, "in", "tbd"), (9, "in", "tbd")]);
    let second = company.ask("rejects", json!({ "import": 1, "offset": 1, "limit": 1 })).await;
    assert_eq!((&second["total"], &second["rows"][0]["line"]), (&json!(2), &json!(9)));

    // With the customer every row is another record: imported beside the first ones, eight calls would count twice.
    let mended = format!("{}customer = \"client\"\n", FIRST.replace("\"in\"", "\"billed_in\""));
    let reply = company.ask("import", json!({ "replaces": 1, "mapping": mended })).await;
    assert_eq!(counts(&reply), [10, 10, 0, 0]);
    assert_eq!((calls(&company, None).await, calls(&company, Some("beta")).await), (json!(10), json!(5)));
    let imports = company.ask("imports", json!({})).await;
    let states: Vec<(i64, &str, &Value)> = imports["imports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["import"].as_i64().unwrap(), e["state"].as_str().unwrap(), &e["replaces"]))
        .collect();
    assert_eq!(states, [(2, "kept", &json!(1)), (1, "undone", &Value::Null)]);

    // As it is now, without a word: the mapping was kept.
    let reply = company.ask("import", json!({ "replaces": 2 })).await;
    assert_eq!((counts(&reply), calls(&company, None).await), ([10, 10, 0, 0], json!(10)));
    // What was read again cannot be read again as it was.
    assert_eq!(company.refused("import", json!({ "replaces": 1 })).await.code, "bad_request");
    company.ask("import_undo", json!({ "import": 3 })).await;
    assert_eq!(calls(&company, None).await, 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_again_leaves_what_is_there() {
    let folder = temporary();
    let (one, two) = (file(folder.path(), "one.csv"), folder.path().join("two.csv"));
    std::fs::write(&two, "ts,llm,in,out,client,billed_in\n2026-10-04T10:00:00Z,gpt-4o,5,5,gamma,5\n").unwrap();
    let company = Company::in_zone("UTC").await;
    company.ask("import", json!({ "paths": [one, two], "mapping": FIRST })).await;
    assert_eq!(calls(&company, None).await, 9);

    std::fs::write(&two, "Dear Ada,\n").unwrap();
    let error = company.refused("import", json!({ "replaces": 1 })).await;
    assert!(error.message.contains("two.csv") && error.message.contains("nothing was changed"), "{error:?}");
    // It has become another log.
    std::fs::write(&two, "ts,llm,in,out,client,billed_in\n").unwrap();
    let error = company.refused("import", json!({ "replaces": 1 })).await;
    assert!(error.message.contains("good rows"), "{error:?}");
    std::fs::remove_file(&two).unwrap();
    let error = company.refused("import", json!({ "replaces": 1 })).await;
    assert!(error.message.contains("two.csv") && error.remedy.contains("imports again 1"), "{error:?}");
    assert_eq!(calls(&company, None).await, 9);
    assert_eq!(company.ask("imports", json!({})).await["imports"][0]["state"], "kept");

    // Named where it is now, with a row more.
    let moved = folder.path().join("moved.csv");
    std::fs::write(
        &moved,
        "ts,llm,in,out,client,billed_in\n2026-10-04T10:00:00Z,gpt-4o,5,5,gamma,5\n2026-10-04T11:00:00Z,gpt-4o,5,5,gamma,5\n",
    )
    .unwrap();
    let reply = company.ask("import", json!({ "paths": [one, moved], "replaces": 1 })).await;
    assert_eq!((counts(&reply), calls(&company, None).await), ([12, 10, 0, 2], json!(10)));
}

#[test]
fn the_command_line_lists_and_reads_again() {
    let folder = temporary();
    let (path, map, ledger) = (file(folder.path(), "own.csv"), folder.path().join("m.toml"), folder.path().join("l"));
    std::fs::write(&map, FIRST).unwrap();
    let words = |args: &[&str]| {
        let out = run(&ledger, args);
        (code(&out), stdout(&out))
    };
    let (path, map) = (path.to_string_lossy().into_owned(), map.to_string_lossy().into_owned());
    assert_eq!(words(&["import", &path, "--map", &map]).0, 0);
    let (exit, listed) = words(&["imports", "refused", "1"]);
    assert!(exit == 0 && listed.contains("tbd") && listed.contains("outlay imports again 1"), "{listed}");
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace("tbd", "77")).unwrap();
    let (exit, said) = words(&["imports", "again", "1", "--json"]);
    let reply: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((exit, counts(&reply)), (0, [10, 10, 0, 0]), "{said}");
    let (_, listed) = words(&["imports", "refused", "2"]);
    assert!(listed.contains("refused no row"), "{listed}");
}

/// A folder that was imported twice: read another way, the first import would bring the rows of the second back beside it.
#[tokio::test]
async fn rows_that_another_import_holds_are_not_counted_beside_it() {
    let folder = temporary();
    let path = file(folder.path(), "own.csv");
    let company = Company::in_zone("UTC").await;
    company.ask("import", json!({ "paths": [path], "mapping": FIRST })).await;
    company.ask("import", json!({ "paths": [path] })).await;
    let mended = format!("{}customer = \"client\"\n", FIRST.replace("\"in\"", "\"billed_in\""));
    let error = company.refused("import", json!({ "replaces": 1, "mapping": mended })).await;
    assert!(error.message.contains("import 2") && error.remedy.contains("Undo import 2"), "{error:?}");
    assert_eq!(calls(&company, None).await, 8);
    company.ask("import_undo", json!({ "import": 2 })).await;
    company.ask("import", json!({ "replaces": 1, "mapping": mended })).await;
    assert_eq!(calls(&company, None).await, 10);
}

/// What was refused the first time is no reason to refuse all of it the second time.
#[tokio::test]
async fn files_that_were_never_read_are_not_missed() {
    let folder = temporary();
    let path = file(folder.path(), "own.csv");
    std::fs::write(folder.path().join("notes.txt"), "Dear Ada,\n").unwrap();
    let company = Company::in_zone("UTC").await;
    company.ask("import", json!({ "paths": [path], "mapping": FIRST })).await;
    company.ask("import_undo", json!({ "import": 1 })).await;
    company.ask("import", json!({ "paths": [folder.path()] })).await;
    assert_eq!(calls(&company, None).await, 8);
    let reply = company.ask("import", json!({ "replaces": 2 })).await;
    assert_eq!((&reply["imported"], calls(&company, None).await), (&json!(8), json!(8)));
}
