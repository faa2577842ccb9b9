//! `outlay import`

use std::fmt::Write as _;

use outlay_app::replies::{ErrorReply, ImportReply, ImportRequest};
use outlay_app::use_cases;
use outlay_model::report::FileReport;

use crate::args::ImportArgs;
use crate::context::{Answer, Context, Missing, path_text, read_text};
use crate::exit::Exit;
use crate::print::{FAINT, Look, STRONG, WARN, inert, progress};
use outlay_app::numbers::Numbers;

/// Rejected rows printed per file; the rest is counted.
const REJECTS: usize = 5;

pub async fn run(context: &Context, args: ImportArgs) -> Result<Answer, ErrorReply> {
    let request = ImportRequest {
        paths: args.files.iter().map(|f| path_text(f)).collect::<Result<_, _>>()?,
        format: args.format,
        mapping: args.map.as_deref().map(read_text).transpose()?,
        zone: context.zone.clone(),
        account: args.account,
        rows_in_memory: args.rows_in_memory,
        replaces: None,
    };
    context.open(Missing::Create).await?;
    read(context, request).await
}

/// Imports, with a bar while it lasts.
pub async fn read(context: &Context, request: ImportRequest) -> Result<Answer, ErrorReply> {
    let (task, bar) = progress::watched();
    let reply = use_cases::import(&context.app, request, &task).await;
    bar.finish_and_clear();
    let reply = reply?;
    let exit = Exit::of_import(&reply);
    if context.json {
        return Ok(Answer { exit, ..context.as_json(&reply)? });
    }
    Ok(Answer { text: printed(&reply, &context.look().await), exit })
}

/// `41,210 rows: 40,988 in, 212 already there, 10 refused; 3 secrets removed.`
pub fn summary(n: Numbers, [rows, imported, duplicate, rejected]: [u64; 4], secrets: u64) -> String {
    let count = |c: u64| n.count(i64::try_from(c).unwrap_or(i64::MAX));
    let row = if rows == 1 { "row" } else { "rows" };
    let mut out = format!(
        "{} {row}: {} in, {} already there, {} refused",
        count(rows),
        count(imported),
        count(duplicate),
        count(rejected)
    );
    if secrets > 0 {
        let _ = write!(out, "; {} {} removed", count(secrets), if secrets == 1 { "secret" } else { "secrets" });
    }
    out.push('.');
    out
}

pub fn printed(reply: &ImportReply, look: &Look) -> String {
    let counts = [reply.rows, reply.imported, reply.duplicate, reply.rejected];
    let mut out = look.paint(STRONG, &summary(look.numbers, counts, reply.secrets_removed));
    out.push('\n');
    for report in &reply.files {
        out.push('\n');
        out.push_str(&file(report, look));
    }
    if reply.imported > 0 {
        let month = reply.month.as_ref().map(|m| format!(" --month {}", inert(m))).unwrap_or_default();
        let undo = format!("outlay imports undo {}", reply.import);
        let _ = writeln!(out, "\n{}", look.paint(FAINT, &format!("Next: outlay overview{month}   Back: {undo}")));
    }
    out
}

/// What became of one file.
pub fn file(report: &FileReport, look: &Look) -> String {
    let mut out = look.paint(STRONG, &inert(&report.file));
    if !report.format.is_empty() {
        let _ = write!(out, "  {}", inert(&report.format));
    }
    if let Some(kind) = report.kind {
        let _ = write!(out, ", {}", kind.title());
    }
    out.push('\n');
    let mut line = |text: &str, warn: bool| {
        let text = if warn { look.paint(WARN, text) } else { text.to_owned() };
        let _ = writeln!(out, "  {text}");
    };
    if let Some(why) = &report.refused {
        line(&format!("refused: {}", inert(why)), true);
    }
    if !report.why.is_empty() {
        line(&format!("taken for it because {}", inert(&report.why)), false);
    }
    if report.refused.is_none() {
        let counts = [report.rows, report.imported, report.duplicate, report.rejected];
        line(&summary(look.numbers, counts, report.secrets_removed), false);
    }
    if let (Some(from), Some(to)) = (&report.from, &report.to) {
        let zone = if report.zone.is_empty() { String::new() } else { format!(", zone {}", inert(&report.zone)) };
        line(&format!("{} to {}{zone}", inert(from), inert(to)), false);
    }
    if !report.cannot_tell.is_empty() {
        let told: Vec<String> = report.cannot_tell.iter().map(|t| inert(t)).collect();
        line(&format!("cannot tell: {}", told.join(", ")), false);
    }
    for note in &report.notes {
        line(&format!("note: {}", inert(note)), false);
    }
    for row in report.rejects.iter().take(REJECTS) {
        let column = if row.column.is_empty() { String::new() } else { format!(" {}", inert(&row.column)) };
        let value = if row.value.is_empty() { String::new() } else { format!(": \"{}\"", inert(&row.value)) };
        line(&format!("{}:{}{column}: {}{value}", inert(&report.file), row.line, inert(&row.reason)), true);
    }
    let shown = report.rejects.len().min(REJECTS) as u64;
    if shown > 0 && report.rejected > shown {
        let more = i64::try_from(report.rejected - shown).unwrap_or(i64::MAX);
        line(&format!("… and {} more", look.numbers.count(more)), true);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::report::RejectedRow;

    #[test]
    fn the_summary_accounts_for_every_row() {
        let n = Numbers::default();
        assert_eq!(
            summary(n, [41_210, 40_988, 212, 10], 3),
            "41,210 rows: 40,988 in, 212 already there, 10 refused; 3 secrets removed."
        );
        assert_eq!(summary(n, [1, 1, 0, 0], 0), "1 row: 1 in, 0 already there, 0 refused.");
    }

    #[test]
    fn rejected_rows_are_named_with_place_and_reason() {
        let report = FileReport {
            file: "usage.csv".to_owned(),
            format: "openai_usage_csv".to_owned(),
            rows: 9,
            rejected: 7,
            imported: 2,
            rejects: (0..6)
                .map(|i| RejectedRow {
                    line: 17 + i,
                    column: "cost".to_owned(),
                    reason: "not a decimal number".to_owned(),
                    value: "a\u{1b}b".to_owned(),
                })
                .collect(),
            ..FileReport::default()
        };
        let printed = file(&report, &Look::plain());
        assert!(printed.contains("  usage.csv:17 cost: not a decimal number: \"a\\u{1b}b\"\n"), "{printed}");
        assert!(printed.ends_with("  … and 2 more\n"), "{printed}");
    }
}
