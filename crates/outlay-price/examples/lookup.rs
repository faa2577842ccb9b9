//! Reads lines of `provider TAB model TAB region TAB tier TAB microseconds TAB input tokens` and prints, for each, the
//! rates by bucket or why there are none. For comparing the book with other price packages.

use std::io::{BufRead, Write};

use outlay_price::{Book, Key, Query, Resolution};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = std::time::Instant::now();
    let book = Book::bundled()?;
    eprintln!("loaded {} in {:?}", book.version(), start.elapsed());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let cells: Vec<&str> = line.split('\t').collect();
        let [provider, model, region, tier, at, total_input] = cells[..] else { return Err("six columns".into()) };
        let key = Key::new(provider, model).region(region).tier(tier);
        let query = Query { key, at: at.parse()?, total_input: total_input.parse()? };
        match book.resolve(&query) {
            Resolution::Priced(set) => writeln!(out, "{}", serde_json::to_string(&set)?)?,
            Resolution::Unpriced(why) => writeln!(out, "{}", serde_json::to_string(&why)?)?,
        }
    }
    eprintln!("done after {:?}", start.elapsed());
    Ok(())
}
