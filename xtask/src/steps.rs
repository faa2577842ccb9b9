//! Named steps, one after the other, going on after a failed one.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::counts::Counts;

/// Steps done so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: String,
    took: Duration,
    counts: Counts,
    fault: Option<String>,
}

impl Steps {
    /// Does a step and keeps what came of it; whether all of it passed.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let (counts, fault) = match work() {
            Ok(counts) => (counts, None),
            Err(e) => (Counts { failed: 1, ..Counts::default() }, Some(format!("{e:#}"))),
        };
        if let Some(fault) = &fault {
            println!("FAILED: {fault}");
        }
        let good = counts.failed == 0;
        self.done.push(Step { name: name.to_owned(), took: start.elapsed(), counts, fault });
        good
    }

    /// A step that is one check: it holds or it does not.
    pub fn holds(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        self.step(name, || work().map(|()| Counts::ONE))
    }

    /// Prints every step with its seconds and, as the very last line, the sum of all tests.
    /// Gives whether something ran and nothing failed.
    pub fn close(self) -> bool {
        println!("\n== Steps");
        let mut sum = Counts::default();
        for Step { name, took, counts, fault } in &self.done {
            sum = sum.plus(*counts);
            let Counts { passed, failed, skipped } = counts;
            let word = if *failed > 0 {
                "FAILED"
            } else if *passed == 0 {
                "skipped"
            } else {
                "ok"
            };
            let skips = if *skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
            println!("{word:>8} {:7.1} s  {name}: {passed} passed, {failed} failed{skips}", took.as_secs_f64());
            if let Some(fault) = fault {
                println!("{:19} {}", "", fault.lines().next().unwrap_or_default());
            }
        }
        let skips = if sum.skipped > 0 { format!(", {} skipped", sum.skipped) } else { String::new() };
        println!("{} passed, {} failed{skips}", sum.passed, sum.failed);
        sum.failed == 0 && sum.passed > 0
    }
}
