//! Calls that are resolved and priced in a second of one core, for `cargo xtask bench`: `rate CALLS`. Models, times, sizes
//! and tokens change from call to call; what a model costs is looked up once, as an import does it.

use std::collections::HashMap;
use std::time::Instant;

use outlay_model::time::DAY;
use outlay_model::tokens::{BUCKETS, Tokens};
use outlay_price::{Book, Key, Schedule, cost};

const MODELS: [(&str, &str); 8] = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-4.1"),
    ("anthropic", "claude-sonnet-4"),
    ("anthropic", "claude-opus-4"),
    ("anthropic", "claude-3-5-haiku-20241022"),
    ("google", "gemini-2.5-pro"),
    ("google", "gemini-2.5-flash"),
];
/// 2025-09-01, and 90 days from there.
const FROM: i64 = 1_756_684_800_000_000;
const DAYS: i64 = 90;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let calls: u64 = std::env::args().nth(1).ok_or("rate CALLS")?.parse()?;
    let book = Book::bundled()?;
    let mut schedules: HashMap<usize, Schedule> = HashMap::new();
    let (mut pico, mut unpriced, mut mixed) = (0_i128, 0_u64, 1_u64);
    let start = Instant::now();
    for _ in 0..calls {
        mixed = mixed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let model = (mixed >> 60) as usize % MODELS.len();
        let at = FROM + ((mixed >> 20) as i64).rem_euclid(DAYS * DAY);
        let mut buckets = [0; BUCKETS.len()];
        buckets[0] = (mixed >> 30) as i64 % 250_000;
        buckets[1] = (mixed >> 40) as i64 % 20_000;
        let tokens = Tokens { reasoning: 0, ..Tokens::from_buckets(buckets) };
        let tokens = Tokens { output: (mixed >> 50) as i64 % 4_000, ..tokens };
        let schedule = schedules.entry(model).or_insert_with(|| {
            let (provider, model) = MODELS[model];
            book.schedule(&Key::new(provider, model))
        });
        match schedule.at(at, tokens.total_input()) {
            Some(set) => pico += cost(&set.rates, &tokens).low,
            None => unpriced += 1,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{{\"calls\": {calls}, \"seconds\": {seconds}, \"pico\": \"{pico}\", \"unpriced\": {unpriced}}}");
    Ok(())
}
