//! How many tests passed and failed, read from what each runner prints.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Tests counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Left out, with a reason that was printed.
    pub skipped: u64,
}

impl Counts {
    /// A step that is one check.
    pub const ONE: Counts = Counts { passed: 1, failed: 0, skipped: 0 };
    /// A check that cannot be made here.
    pub const SKIPPED: Counts = Counts { passed: 0, failed: 0, skipped: 1 };

    /// Both together.
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// A runner that failed, or ran nothing, fails its step even where its counts say nothing of it.
    pub fn of_runner(self, succeeded: bool) -> Result<Counts> {
        ensure!(self.passed + self.failed > 0, "no test ran");
        ensure!(succeeded || self.failed > 0, "the runner failed after {} passed tests", self.passed);
        Ok(self)
    }
}

/// `test result: ok. 12 passed; 1 failed; 0 ignored; …`, once a test binary.
pub fn cargo(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines().filter_map(|l| l.trim().strip_prefix("test result: ")) {
        let number = |word: &str| {
            line.split(';')
                .find_map(|part| part.trim().strip_suffix(word)?.split_whitespace().next_back()?.parse().ok())
        };
        counts.passed += number(" passed").unwrap_or(0);
        counts.failed += number(" failed").unwrap_or(0);
        counts.skipped += number(" ignored").unwrap_or(0);
    }
    counts
}

/// `# pass 3` and `# fail 0` of `node --test --test-reporter=tap`.
pub fn tap(text: &str) -> Counts {
    let number = |head: &str| text.lines().rev().find_map(|l| l.strip_prefix(head)?.trim().parse().ok()).unwrap_or(0);
    Counts {
        passed: number("# pass "),
        failed: number("# fail ") + number("# cancelled "),
        skipped: number("# skipped "),
    }
}

/// Vitest's JSON reporter.
pub fn vitest(json: &str) -> Result<Counts> {
    let json: Value = serde_json::from_str(json).context("vitest's report")?;
    let number = |key: &str| json[key].as_u64().unwrap_or(0);
    Ok(Counts {
        passed: number("numPassedTests"),
        failed: number("numFailedTests").max(number("numFailedTestSuites")),
        skipped: number("numPendingTests"),
    })
}

/// Playwright's JSON reporter.
pub fn playwright(json: &str) -> Result<Counts> {
    let json: Value = serde_json::from_str(json).context("Playwright's report")?;
    let number = |key: &str| json["stats"][key].as_u64().unwrap_or(0);
    Ok(Counts {
        passed: number("expected") + number("flaky"),
        failed: number("unexpected"),
        skipped: number("skipped"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_results_add_up() {
        let text = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                    test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(cargo(text), Counts { passed: 5, failed: 4, skipped: 1 });
    }

    #[test]
    fn the_outermost_tap_summary_counts() {
        assert_eq!(tap("ok 1\n# pass 1\n1..2\n# tests 2\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n").failed, 2);
    }

    #[test]
    fn reports_of_the_page_runners() {
        let report = r#"{"numPassedTests":7,"numFailedTests":0,"numFailedTestSuites":1,"numPendingTests":2}"#;
        assert_eq!(vitest(report).ok(), Some(Counts { passed: 7, failed: 1, skipped: 2 }));
        let report = r#"{"stats":{"expected":5,"flaky":1,"unexpected":2,"skipped":3}}"#;
        assert_eq!(playwright(report).ok(), Some(Counts { passed: 6, failed: 2, skipped: 3 }));
    }

    #[test]
    fn a_run_of_nothing_is_a_failure() {
        assert!(Counts::default().of_runner(true).is_err());
        assert!(Counts::ONE.of_runner(false).is_err());
        assert!(Counts::ONE.of_runner(true).is_ok());
    }
}
