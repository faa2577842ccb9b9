//! What only the ledger can say of files that came in.

use std::collections::BTreeMap;

use outlay_ledger::Ledger;
use outlay_model::report::{FileReport, Kind};
use outlay_model::time::{date_day, day_date, utc_day};

use crate::now;
use crate::replies::ErrorReply;

/// Other files that a report names because they tell the same.
const MOST_REPEATS: usize = 3;

/// Says of files that had been imported before something was forgotten that it may be back with them.
pub async fn forgotten(
    ledger: &Ledger,
    import: i64,
    hashes: &[String],
    files: &mut [FileReport],
) -> Result<(), ErrorReply> {
    for (report, hash) in files.iter_mut().zip(hashes).filter(|(report, _)| report.imported > 0) {
        if let Some(at) = ledger.forgotten_after(import, hash).await? {
            report.notes.push(format!(
                "this file was here before something was forgotten on {}: what it holds of that is back",
                day_date(utc_day(at))
            ));
        }
    }
    Ok(())
}

/// Says of the files which of their rows another export tells too, or which other export they take the place of.
pub async fn repeats(ledger: &Ledger, import: i64, files: &mut [FileReport]) -> Result<(), ErrorReply> {
    let view = ledger.view(now()).await?;
    for kind in [Kind::Charge, Kind::Usage, Kind::Call] {
        let (another, how) = match kind {
            Kind::Call => ("another log", "without shared ids"),
            _ => ("another export", "in another cut"),
        };
        let mut repeats: BTreeMap<(i64, i64, String), (i32, i32)> = BTreeMap::new();
        for row in view.left_out(kind).await?.iter() {
            let days = repeats.entry((row.file.0, row.file.1, row.name.clone())).or_insert((row.from, row.to));
            *days = (days.0.min(row.from), days.1.max(row.to));
        }
        let what = kind.records();
        let span = |from: i32, to: i32| format!("{} to {}", day_date(from), day_date(to));
        for ((_, file, _), (from, to)) in repeats.iter().filter(|((of, ..), _)| *of == import) {
            if let Some(report) = usize::try_from(*file).ok().and_then(|at| files.get_mut(at)) {
                report.notes.push(format!(
                    "{another} tells the same {what} {how}: rows of this one from {} are not added to it",
                    span(*from, *to)
                ));
            }
        }
        // What an earlier import left out was told when it came in, unless one of these took its place.
        for report in files.iter_mut().filter(|r| r.kind == Some(kind) && r.imported > 0) {
            let date = |told: &Option<String>| told.as_deref().and_then(|at| at.get(..10)?.parse().ok()).map(date_day);
            let (Some(first), Some(last)) = (date(&report.from), date(&report.to)) else { continue };
            let others = repeats.iter().filter(|((of, ..), (from, to))| *of != import && *from <= last && *to >= first);
            let others: Vec<String> = others
                .map(|((.., name), (from, to))| format!("{name} tells {what} from {}", span(*from, *to)))
                .collect();
            for other in others.iter().take(MOST_REPEATS) {
                report.notes.push(format!("{other} {how}: where both do, only the fuller one counts"));
            }
            if others.len() > MOST_REPEATS {
                report.notes.push(format!("{} more files tell the same {what}", others.len() - MOST_REPEATS));
            }
        }
    }
    view.close().await?;
    Ok(())
}
