//! A line of two gigabytes costs itself, and no memory. Alone in its process, so that memory can be told.

mod common;

use std::io::{Cursor, Read};

use common::Sums;
use outlay_import::{Input, ReadOptions, Source, detect};

/// Two gigabytes of one letter, between a beginning and an end.
struct Endless {
    before: Cursor<Vec<u8>>,
    left: u64,
    after: Cursor<Vec<u8>>,
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let read = self.before.read(buf)?;
        if read > 0 || buf.is_empty() {
            return Ok(read);
        }
        let much = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        if much > 0 {
            buf[..much].fill(b'x');
            self.left -= much as u64;
            return Ok(much);
        }
        self.after.read(buf)
    }
}

/// The most that the process has held, in kB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_line_of_two_gigabytes() {
    let json = r#"{"timestamp":"2026-10-03T14:05:00Z","model":"m","input_tokens":10,"output_tokens":1}"#;
    let row = "2026-10-03T14:05:00Z,m,10,1,x";
    let header = "timestamp,model,input_tokens,output_tokens,feature";
    let cases = [
        ("trace-jsonl", format!("{json}\n{{\"feature\":\""), format!("\"}}\n{json}\n")),
        ("trace-csv", format!("{header}\n{row}\n"), format!(",m,10,1\n{row}\n")),
        // A cell that is opened and closed again at its far end.
        ("trace-csv", format!("{header}\n{row}\n{row}\",m,10,1,\""), format!("\"\n{row}\n")),
    ];
    let before = peak();
    for (format, before, after) in cases {
        let stream = Endless { before: Cursor::new(before.into()), left: 2 << 30, after: Cursor::new(after.into()) };
        let input = Input::open(Source::new("endless", stream)).expect("opens");
        let found = detect(input.head(), None).expect("is known");
        assert_eq!(found.format.id(), format);
        let mut sums = Sums::default();
        let summary = found.format.read(input, &ReadOptions::default(), &mut sums).expect("reads");
        assert_eq!((summary.rows, sums.pushed), (3, 2), "{format}: {:?}", sums.rejects);
        assert!(sums.rejects[0].reason.contains("16 MiB"), "{format}: {:?}", sums.rejects);
        assert!(sums.bytes > 2 << 30);
    }
    match (before, peak()) {
        (Some(before), Some(after)) => assert!(after - before < 120_000, "{} kB were held", after - before),
        _ => eprintln!("not tested: the system does not tell what a process holds"),
    }
}
