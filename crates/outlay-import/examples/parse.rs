//! Measures reading alone: `cargo run --release --example parse -- [--mapping MAPPING.toml] FILE`.

use std::fs::File;
use std::time::Instant;

use outlay_import::mapping::Mapping;
use outlay_import::{Input, ReadOptions, Source, detect};
use outlay_model::record::{Place, Record, Refusal, Rejected, Sink};

#[derive(Default)]
struct Null {
    imported: u64,
    rejected: u64,
    tokens: i64,
    cost: i128,
    first: Option<Rejected>,
}

impl Sink for Null {
    fn push(&mut self, _: Place, record: Record<'_, '_>) -> Result<(), Refusal> {
        self.imported += 1;
        if let Record::Call(call) = record {
            self.tokens += call.tokens.map_or(0, |t| t.total());
            self.cost += call.recorded_cost.map_or(0, |(cost, _)| cost.0);
        }
        Ok(())
    }
    fn reject(&mut self, rejected: Rejected) {
        self.rejected += 1;
        self.first.get_or_insert(rejected);
    }
    fn progress(&mut self, _: u64) -> Result<(), Refusal> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = ReadOptions::default();
    let mut hint = None;
    let mut args = std::env::args().skip(1);
    while let Some(path) = args.next() {
        if path == "--mapping" {
            let mapping = std::fs::read_to_string(args.next().ok_or("--mapping needs a file")?)?;
            options.mapping = Some(Mapping::from_toml(&mapping)?);
            hint = Some("mapped");
            continue;
        }
        let start = Instant::now();
        let input = Input::open(Source::new(&path, File::open(&path)?))?;
        let found = detect(input.head(), hint)?;
        let mut sink = Null::default();
        let summary = found.format.read(input, &options, &mut sink)?;
        println!("{path}: {} ({}), {:.3} s", found.format.id(), found.why, start.elapsed().as_secs_f64());
        println!(
            "  {} rows, {} imported, {} rejected, {} tokens, {} recorded; {:?} {:?}",
            summary.rows,
            sink.imported,
            sink.rejected,
            sink.tokens,
            outlay_model::money::Pico(sink.cost),
            summary.notes,
            sink.first
        );
    }
    Ok(())
}
