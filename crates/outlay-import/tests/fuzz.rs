//! A fuzz target for each reader: its sample files cut, spliced, repeated and scratched. Nothing may panic, and every row
//! is accounted for. `cargo xtask fuzz --minutes N` goes on for longer; what once broke a reader lies in `tests/corpus`, a
//! folder a reader, and is read first.

mod common;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{Sums, read_into};
use outlay_import::mapping::{preview, suggest};
use outlay_import::{Head, ReadOptions, formats};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{FileFailurePersistence, TestError, TestRunner};

/// Of a sample file, as much as has a few rows of each kind.
const SEED: usize = 12_000;

/// Texts at which readers branch.
const TOKENS: &[&str] = &[
    "\"",
    "\"\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "[]",
    "{}",
    "null",
    "NaN",
    "-1",
    "1e999",
    "9223372036854775808",
    "0.1",
    "\n",
    "\r\n",
    "\u{feff}",
    "\0",
    ",",
    ";",
    "\t",
    ":",
    "\\ud800",
    "\u{202e}",
    "0001-01-01T00:00:00Z",
    "9999-12-31",
    "%",
    "'",
];

/// A change of a file's bytes.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index),
    Scratch(Index, u8),
    Remove(Index, u8),
    Repeat(Index, u8, u8),
    Insert(Index, usize),
    /// Goes on with the same file from elsewhere.
    Splice(Index, Index),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let span = |at: usize, length: u8| at..(at + usize::from(length)).min(bytes.len());
        match self {
            Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Change::Scratch(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] ^= byte;
            }
            Change::Remove(at, length) => {
                let span = span(at.index(bytes.len()), *length);
                bytes.drain(span);
            }
            Change::Repeat(at, length, times) => {
                let span = span(at.index(bytes.len()), *length);
                let part = bytes[span.clone()].repeat(usize::from(*times));
                bytes.splice(span, part);
            }
            Change::Insert(at, token) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, TOKENS[*token].bytes());
            }
            Change::Splice(to, from) => {
                let tail = bytes[from.index(bytes.len())..].to_vec();
                bytes.truncate(to.index(bytes.len()));
                bytes.extend(tail);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        at().prop_map(Change::Cut),
        (at(), 1_u8..).prop_map(|(at, byte)| Change::Scratch(at, byte)),
        (at(), 1_u8..).prop_map(|(at, length)| Change::Remove(at, length)),
        (at(), 1_u8.., 2_u8..40).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (at(), 0..TOKENS.len()).prop_map(|(at, token)| Change::Insert(at, token)),
        (at(), at()).prop_map(|(to, from)| Change::Splice(to, from)),
    ]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn own(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(part)
}

/// The beginnings of a reader's sample files in either company, decompressed.
fn seeds(format: &str) -> Vec<Vec<u8>> {
    let begin = |path: &PathBuf| {
        let file = std::fs::File::open(path).expect("a sample file");
        let reader: Box<dyn Read> = match path.extension().is_some_and(|e| e == "gz") {
            true => Box::new(flate2::read::GzDecoder::new(file)),
            false => Box::new(file),
        };
        let mut bytes = Vec::new();
        reader.take(SEED as u64).read_to_end(&mut bytes).expect("reads");
        bytes
    };
    let companies = ["../../sample-data", "../../sample-data/four-providers"];
    companies.iter().flat_map(|company| files(&own(company).join(format))).map(|path| begin(&path)).collect()
}

/// Reads as this format, and as whatever it is taken for.
fn check(format: &str, bytes: &[u8]) {
    let mut options = ReadOptions { zone: Some(chrono_tz::Europe::Berlin), ..ReadOptions::default() };
    if format == "mapped" {
        let head = Head::new("test", bytes, true);
        let suggestion = suggest(&head);
        let _ = preview(&head, &suggestion.mapping, 3);
        options.mapping = Some(suggestion.mapping);
    }
    let _ = read_into(None, Some(format), bytes, &options, &mut Sums::default());
    options.mapping = None;
    let _ = read_into(None, None, bytes, &options, &mut Sums::default());
}

#[test]
fn what_once_broke_a_reader_is_read() {
    for format in formats() {
        for file in files(&own("tests/corpus").join(format.id())) {
            check(format.id(), &std::fs::read(file).expect("a case"));
        }
    }
}

#[test]
fn every_reader_takes_whatever_comes() {
    let minutes = std::env::var("OUTLAY_FUZZ_MINUTES").ok().and_then(|text| text.parse::<f64>().ok());
    let cases = if minutes.is_some() { 500 } else { 40 };
    let until = Instant::now() + Duration::from_secs_f64(60.0 * minutes.unwrap_or(0.0));
    let mut rounds = 0;
    loop {
        for format in formats() {
            let seeds = seeds(format.id());
            assert!(!seeds.is_empty(), "{} has no sample", format.id());
            let config = ProptestConfig {
                cases,
                failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
                ..ProptestConfig::default()
            };
            let strategy = (0..seeds.len(), prop::collection::vec(change(), 1..8)).prop_map(|(seed, changes)| {
                let mut bytes = seeds[seed].clone();
                changes.iter().for_each(|change| change.apply(&mut bytes));
                bytes
            });
            let run = TestRunner::new(config).run(&strategy, |bytes| {
                check(format.id(), &bytes);
                Ok(())
            });
            if let Err(TestError::Fail(reason, bytes)) = run {
                let case = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}.bin", format.id()));
                std::fs::write(&case, bytes).expect("writes");
                panic!("{}: {reason}\nput {} into tests/corpus/{}", format.id(), case.display(), format.id());
            }
        }
        rounds += 1;
        if Instant::now() >= until {
            break;
        }
    }
    println!("{} changed files of each of {} readers", rounds * cases, formats().len());
}
