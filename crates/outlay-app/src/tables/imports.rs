//! Imports.

use outlay_analysis::words::provider;
use outlay_model::view::{Cell, TableSpec, Unit};

use super::{column, item, text};
use crate::replies::{ImportsReply, RejectsReply};

/// Imports, the latest first, with what became of their rows.
#[must_use]
pub fn imports(reply: &ImportsReply) -> TableSpec {
    let count = |c: u64| Cell::Count(i64::try_from(c).unwrap_or(i64::MAX));
    TableSpec {
        title: "Imports".to_owned(),
        columns: vec![
            column("id", "Import", Unit::Count),
            column("at", "When", Unit::Instant),
            column("state", "State", Unit::Text),
            column("rows", "Rows", Unit::Count),
            column("imported", "In", Unit::Count),
            column("duplicate", "Already there", Unit::Count),
            column("rejected", "Refused", Unit::Count),
            column("files", "Files", Unit::Text),
        ],
        rows: reply
            .imports
            .iter()
            .map(|entry| {
                let names: Vec<&str> = entry.files.iter().map(|f| f.file.as_str()).collect();
                item(vec![
                    Cell::Count(entry.import),
                    text(&entry.at),
                    text(&entry.state),
                    count(entry.files.iter().map(|f| f.rows).sum()),
                    count(entry.files.iter().map(|f| f.imported).sum()),
                    count(entry.files.iter().map(|f| f.duplicate).sum()),
                    count(entry.files.iter().map(|f| f.rejected).sum()),
                    text(&names.join(", ")),
                ])
            })
            .collect(),
    }
}

/// Files of imports that stand, the latest import first, with what became of their rows.
#[must_use]
pub fn files(reply: &ImportsReply) -> TableSpec {
    let count = |c: u64| Cell::Count(i64::try_from(c).unwrap_or(i64::MAX));
    let rows = reply.imports.iter().filter(|entry| entry.state == "kept").flat_map(|entry| {
        entry.files.iter().map(move |file| {
            item(vec![
                Cell::Count(entry.import),
                text(&file.file),
                text(&file.format),
                count(file.rows),
                count(file.imported),
                count(file.duplicate),
                count(file.rejected),
            ])
        })
    });
    TableSpec {
        title: String::new(),
        columns: vec![
            column("import", "Import", Unit::Count),
            column("file", "File", Unit::Text),
            column("format", "Read as", Unit::Text),
            column("rows", "Rows", Unit::Count),
            column("imported", "In", Unit::Count),
            column("duplicate", "Already there", Unit::Count),
            column("rejected", "Refused", Unit::Count),
        ],
        rows: rows.collect(),
    }
}

/// Rows that an import refused.
#[must_use]
pub fn rejects(reply: &RejectsReply) -> TableSpec {
    let line = |line: u64| Cell::Count(i64::try_from(line).unwrap_or(i64::MAX));
    TableSpec {
        title: "Refused rows".to_owned(),
        columns: vec![
            column("file", "File", Unit::Text),
            column("line", "Line", Unit::Count),
            column("column", "Column", Unit::Text),
            column("reason", "Reason", Unit::Text),
            column("value", "Value", Unit::Text),
        ],
        rows: reply
            .rows
            .iter()
            .map(|entry| {
                let row = &entry.row;
                item(vec![text(&entry.file), line(row.line), text(&row.column), text(&row.reason), text(&row.value)])
            })
            .collect(),
    }
}

/// Days with records by source.
#[must_use]
pub fn days(reply: &ImportsReply) -> TableSpec {
    TableSpec {
        title: "Days with records".to_owned(),
        columns: vec![
            column("provider", "Provider", Unit::Text),
            column("account", "Account", Unit::Text),
            column("kind", "Kind", Unit::Text),
            column("from", "First day", Unit::Date),
            column("to", "Last day", Unit::Date),
            column("present", "Days", Unit::Count),
            column("missing", "Missing", Unit::Count),
        ],
        rows: reply
            .strips
            .iter()
            .map(|strip| {
                let days = |mark: char| strip.days.chars().filter(|day| *day == mark).count();
                let count = |n: usize| Cell::Count(i64::try_from(n).unwrap_or(i64::MAX));
                item(vec![
                    text(&provider(&strip.provider)),
                    text(&strip.account),
                    text(strip.kind.title()),
                    text(&strip.from),
                    text(&strip.to),
                    count(days('x')),
                    count(days('.')),
                ])
            })
            .collect(),
    }
}
