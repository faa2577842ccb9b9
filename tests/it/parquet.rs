//! Tables in Parquet files, written by DuckDB, are read as the same tables in CSV files.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Company, python, sample_data, temporary};

/// Runs SQL in DuckDB; `None` where there is none.
fn duckdb(sql: &str) -> Option<()> {
    let script = "import duckdb, sys; duckdb.sql(\"SET TimeZone = 'UTC'\"); duckdb.sql(sys.argv[1])";
    let run = Command::new(python()?).args(["-c", script, sql]).output().unwrap();
    assert!(run.status.success(), "{sql}: {}", String::from_utf8_lossy(&run.stderr));
    Some(())
}

/// The sample table as Parquet, with the types that DuckDB finds in it.
fn packed(folder: &Path, file: &str, how: &str) -> Option<PathBuf> {
    let (from, to) = (sample_data().join(file), folder.join(format!("{}.parquet", how.to_lowercase())));
    duckdb(&format!(
        "COPY (SELECT * FROM read_csv('{}', ignore_errors = true, null_padding = false)) TO '{}' (FORMAT parquet, COMPRESSION {how}, ROW_GROUP_SIZE 2048)",
        from.display(),
        to.display()
    ))?;
    Some(to)
}

async fn month(paths: &[PathBuf]) -> (Value, Value) {
    let company = Company::in_zone("UTC").await;
    let reply = company.import(paths).await;
    let filter = json!({ "filter": { "month": "2026-10", "zone": "UTC" } });
    (reply, company.ask("overview", filter).await["total"].clone())
}

#[tokio::test]
async fn a_table_is_the_same_in_parquet() {
    let folder = temporary();
    let file = "anthropic-usage-csv/claude_api_tokens_2026_10.csv";
    let (as_csv, total) = month(&[sample_data().join(file)]).await;
    for how in ["SNAPPY", "ZSTD", "GZIP", "UNCOMPRESSED"] {
        let Some(path) = packed(folder.path(), file, how) else { return };
        let (reply, packed) = month(&[path]).await;
        assert_eq!(reply["files"][0]["format"], as_csv["files"][0]["format"], "{how}: {reply}");
        assert_eq!(reply["files"][0]["refused"], Value::Null, "{how}: {reply}");
        // DuckDB leaves out the rows that are broken on purpose.
        assert_eq!((&reply["imported"], &packed), (&as_csv["imported"], &total), "{how}");
    }
}

#[tokio::test]
async fn a_parquet_file_in_an_archive_is_read_like_one_beside_it() {
    let folder = temporary();
    let file = "anthropic-usage-csv/claude_api_tokens_2026_10.csv";
    let Some(path) = packed(folder.path(), file, "ZSTD") else { return };
    let (alone, total) = month(std::slice::from_ref(&path)).await;
    let pack = |program: &str, args: &[&str]| {
        let out = Command::new(program).current_dir(folder.path()).args(args).output().unwrap();
        assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
    };
    pack("python3", &["-m", "zipfile", "-c", "a.zip", "zstd.parquet"]);
    pack("tar", &["-czf", "a.tar.gz", "zstd.parquet"]);
    for archive in ["a.zip", "a.tar.gz"] {
        let (reply, packed) = month(&[folder.path().join(archive)]).await;
        assert_eq!(reply["files"][0]["refused"], Value::Null, "{archive}: {reply}");
        assert_eq!((&reply["imported"], &packed), (&alone["imported"], &total), "{archive}");
    }
}

#[tokio::test]
async fn maps_structs_decimals_and_instants_are_cells() {
    let folder = temporary();
    let path = folder.path().join("focus.parquet");
    // 20,000 rows: more than are held at a time.
    let made = duckdb(&format!(
        "COPY (SELECT 'AWS' AS ProviderName, '111122223333' AS BillingAccountId, 'USD' AS BillingCurrency, 'Usage' AS ChargeCategory,
            TIMESTAMPTZ '2026-10-03 00:00:00+00' AS ChargePeriodStart, TIMESTAMPTZ '2026-10-04 00:00:00+00' AS ChargePeriodEnd,
            'Amazon Bedrock' AS ServiceName, 'AI and Machine Learning' AS ServiceCategory, 'Claude Sonnet 4.5 input tokens' AS SkuMeter,
            CAST(0.0000125 AS DECIMAL(18, 7)) AS BilledCost, CAST(1.5 AS DOUBLE) AS ConsumedQuantity, 'Tokens' AS ConsumedUnit,
            MAP {{'team': 'core ' || (i % 3), 'owner': 'x'}} AS Tags, {{'a': 1, 'b': [1, 2]}} AS x_Other, CAST(i % 100 AS TINYINT) AS x_Small
          FROM range(20000) t(i)) TO '{}' (FORMAT parquet)",
        path.display()
    ));
    if made.is_none() {
        return;
    }
    let company = Company::in_zone("UTC").await;
    let reply = company.import(&[path]).await;
    assert_eq!((&reply["files"][0]["format"], &reply["imported"]), (&json!("focus-csv"), &json!(20_000)), "{reply}");
    let filter = json!({ "month": "2026-10", "zone": "UTC" });
    let overview = company.ask("overview", json!({ "filter": filter })).await;
    // 20,000 times 0.0000125.
    assert_eq!(overview["total"], json!({ "amount": "0.250000000", "currency": "USD" }));
    let teams = company.ask("hotspots", json!({ "filter": filter, "by": ["team"] })).await;
    let found: Vec<&str> =
        teams["rows"].as_array().unwrap().iter().map(|row| row["keys"][0].as_str().unwrap()).collect();
    assert_eq!(found.len(), 3, "{found:?}");
}

#[tokio::test]
async fn a_parquet_file_that_is_not_whole_is_refused() {
    let folder = temporary();
    let file = "anthropic-usage-csv/claude_api_tokens_2026_10.csv";
    let Some(path) = packed(folder.path(), file, "SNAPPY") else { return };
    let bytes = std::fs::read(&path).unwrap();
    for (name, part) in
        [("half", &bytes[..bytes.len() / 2]), ("begin", &bytes[..4]), ("tail", &bytes[..bytes.len() - 1])]
    {
        let torn = folder.path().join(format!("{name}.parquet"));
        std::fs::write(&torn, part).unwrap();
        let company = Company::in_zone("UTC").await;
        match company.try_ask("import", json!({ "paths": [torn] })).await {
            Ok(reply) => assert!(reply["files"][0]["refused"].is_string(), "{name}: {reply}"),
            Err(error) => assert!(error.message.contains(name), "{error:?}"),
        }
    }
}
