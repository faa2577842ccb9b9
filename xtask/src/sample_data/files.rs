//! A file of the sample with what truth.json says of it.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use super::cells::{Broken, Lines};
use super::logs::recorded;
use super::row::{Row, Tokens};

/// One file.
pub struct File {
    /// Below sample-data; the folder is the format's id.
    pub path: String,
    pub text: String,
    pub good: u64,
    pub broken: Vec<Broken>,
    /// What its good rows add up to.
    pub sums: Value,
}

/// Token sums in the words of truth.json.
pub fn tokens(t: &Tokens) -> Value {
    json!({
        "input": t.input(),
        "uncached_input": t.uncached,
        "cache_read": t.read,
        "cache_write_5m": t.write_5m,
        "cache_write_1h": t.write_1h,
        "output": t.output,
        "reasoning": t.reasoning,
    })
}

impl File {
    /// A file without anything known of it but its rows.
    pub fn new(path: &str, lines: Lines, sums: Value) -> File {
        File { path: path.to_owned(), text: lines.text, good: lines.good, broken: lines.broken, sums }
    }

    /// A log; each row counts once, however often it is written.
    pub fn log(path: &str, lines: Lines, rows: &[&Row]) -> Result<File> {
        let mut seen = HashSet::new();
        let mut sum = Tokens::default();
        let (mut calls, mut steps, mut duplicates, mut unpriced, mut list, mut told) = (0, 0, 0, 0, 0, 0);
        for row in rows {
            if !seen.insert(row.span) {
                duplicates += 1;
                continue;
            }
            if !row.is_call() {
                steps += 1;
                continue;
            }
            calls += 1;
            sum.add(&row.tokens);
            if row.deployment.is_some() {
                unpriced += 1;
            } else {
                list += row.list()?;
            }
            told += recorded(row)?.unwrap_or(0);
        }
        let sums = json!({
            "calls": calls,
            "steps": steps,
            "duplicates": duplicates,
            "unpriced_calls": unpriced,
            "tokens": tokens(&sum),
            "list_nano": list,
            "recorded_nano": told,
        });
        Ok(File::new(path, lines, sums))
    }

    /// The file's entry in truth.json.
    pub fn truth(&self) -> Value {
        let broken: Vec<Value> = self.broken.iter().map(|b| json!({"line": b.line, "fault": b.fault.name()})).collect();
        json!({
            "path": self.path,
            "format": self.path.split('/').next().unwrap_or_default(),
            "rows": self.good + self.broken.len() as u64,
            "good": self.good,
            "broken": broken,
            "sums": self.sums,
        })
    }

    /// Writes it below `root`, packed where its name ends in `.gz`; gives the size on disk.
    pub fn write(&self, root: &Path) -> Result<u64> {
        put(root, &self.path, &self.text)
    }
}

/// Writes a text below `root`, packed where its name ends in `.gz`; gives the size on disk.
pub fn put(root: &Path, path: &str, text: &str) -> Result<u64> {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let packed = path.extension().is_some_and(|end| end == "gz");
    let bytes = if packed {
        let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        packer.write_all(text.as_bytes()).and_then(|()| packer.finish()).context("packing")?
    } else {
        text.as_bytes().to_vec()
    };
    std::fs::write(&path, &bytes).with_context(|| format!("writing {}", path.display()))?;
    Ok(bytes.len() as u64)
}
