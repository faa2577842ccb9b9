//! The second imaginary company, `four-providers/`: every format that the first has no file of.
//!
//! One month of calls is drawn ([`calls`]), and each file tells its part of them: reports of usage and cost, bills of
//! clouds, and own logs. So they agree by construction. All arithmetic is in whole numbers.

mod activity;
mod anthropic;
mod anthropic_batch;
mod aws;
mod azure;
mod calls;
mod cur;
mod focus;
mod google;
mod invocations;
mod openai;
mod openai_batch;
mod otlp;
mod phoenix;
mod rates;
mod sheet;
mod sources;
mod truth;
mod used;
mod world;

use std::path::Path;

use anyhow::{Context, Result};

use super::files::put;
use sheet::Sheet;
use used::lines;
use world::Vendor;

/// Everything that is written: path below the company's folder, and text.
fn files(seed: u64) -> Result<Vec<(String, String)>> {
    let calls = calls::october(seed);
    let (activity, november) = activity::sheet(seed)?;
    let mut sheets: Vec<Sheet> = vec![
        activity,
        openai_batch::sheet(&calls)?,
        anthropic_batch::sheet(&calls)?,
        invocations::sheet(&calls)?,
        cur::sheet(&lines(&calls, Vendor::Bedrock)?)?,
        focus::sheet(&lines(&calls, Vendor::Other)?)?,
        azure::costs(&lines(&calls, Vendor::Azure)?)?,
        otlp::traces(&calls)?,
        google::billing(&lines(&calls, Vendor::Vertex)?)?,
        phoenix::spans(&calls)?,
    ];
    sheets.extend(openai::sheets(&calls)?);
    sheets.extend(anthropic::sheets(&calls)?);
    sheets.sort_by(|a, b| a.path.cmp(&b.path));
    let accounts = truth::Account::all(&calls)?;
    let truth = truth::document(seed, &sheets, &accounts, november);
    let truth = serde_json::to_string_pretty(&truth).context("writing truth.json as text")? + "\n";
    let page = sources::page(seed, &sheets, &accounts, november)?;
    let mut files: Vec<(String, String)> = sheets.into_iter().map(|sheet| (sheet.path, sheet.text)).collect();
    files.extend([("truth.json".to_owned(), truth), ("SOURCES.md".to_owned(), page)]);
    Ok(files)
}

/// Writes the company below `out`; gives the bytes that it takes.
pub fn write(seed: u64, out: &Path) -> Result<u64> {
    let mut bytes = 0;
    for (path, text) in files(seed)? {
        let path = format!("{}/{path}", world::FOLDER);
        let size = put(out, &path, &text)?;
        println!("{size:>9}  {path}");
        bytes += size;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bills come to what the calls cost, and whatever the seed every broken row is a spoilt copy.
    #[test]
    fn any_seed_makes_a_company() {
        for seed in 1..=20 {
            let files = files(seed).expect("a company");
            // 14 formats, one of them in two files, and the two about them.
            assert_eq!(files.len(), 17);
            assert!(files.iter().all(|(_, text)| !text.is_empty()));
        }
        assert_eq!(files(7).expect("a company"), files(7).expect("a company"));
    }
}
