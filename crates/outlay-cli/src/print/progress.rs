//! Long work on standard error, where that is a terminal; Ctrl-C cancels it.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use outlay_app::replies::Progress;
use outlay_app::task::Task;

use super::{fit, inert};
use crate::exit::Exit;
use outlay_app::numbers::Numbers;

/// A task whose progress is shown, and which Ctrl-C cancels; a second Ctrl-C does not wait for it.
/// The bar is to be cleared when the work is done.
pub fn watched() -> (Task, ProgressBar) {
    // Draws on standard error, and nothing where that is not a terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:24} {msg}") {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    let task = Task::new({
        let bar = bar.clone();
        move |progress| show(&bar, &progress)
    });
    tokio::spawn({
        let (task, bar) = (task.clone(), bar.clone());
        async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if task.is_cancelled() {
                    std::process::exit(Exit::Stopped as i32);
                }
                task.cancel();
                bar.set_message("stopping; nothing is kept");
            }
        }
    });
    (task, bar)
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.of_bytes);
    bar.set_position(progress.bytes);
    bar.set_prefix(progress.phase.clone());
    bar.set_message(words(progress));
}

fn words(progress: &Progress) -> String {
    let n = Numbers::default();
    let mut parts = Vec::new();
    if progress.of_bytes > 0 {
        parts.push(format!("{} of {}", n.bytes(progress.bytes), n.bytes(progress.of_bytes)));
    }
    if progress.rows > 0 {
        parts.push(format!("{} rows", n.count(i64::try_from(progress.rows).unwrap_or(i64::MAX))));
    }
    if progress.rate > 0.0 {
        parts.push(format!("{}/s", n.count(progress.rate as i64)));
    }
    if let Some(seconds) = progress.seconds_left.filter(|s| s.is_finite() && *s >= 0.0) {
        let seconds = seconds.ceil() as u64;
        parts.push(if seconds < 100 {
            format!("{seconds} s left")
        } else {
            format!("{} min left", seconds.div_ceil(60))
        });
    }
    if !progress.file.is_empty() {
        let name = progress.file.rsplit(['/', '\\']).next().unwrap_or_default();
        parts.push(fit(&inert(name), 30));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_in_words() {
        let progress = Progress {
            phase: "reading".to_owned(),
            file: "exports/big.jsonl".to_owned(),
            bytes: 312_000_000,
            of_bytes: 704_000_000,
            rows: 1_204_000,
            rate: 410_000.4,
            seconds_left: Some(11.2),
        };
        assert_eq!(words(&progress), "312 MB of 704 MB · 1,204,000 rows · 410,000/s · 12 s left · big.jsonl");
        assert_eq!(words(&Progress::default()), "");
    }
}
