//! Answers on paper: question, sentence, charts, tables with the CSV of each attached, and what the figures rest on.

use chrono::{DateTime, Utc};
use outlay_analysis::answer::{Sentence, Tone};
use outlay_model::view::{Cell, ChartSpec, TableSpec};
use outlay_report::{Attached, Entry, Heading, Line, Page, Said, Sheet};

use crate::numbers::Numbers;
use crate::printed::{is_figure, printed};
use crate::replies::ErrorReply;

/// Columns that are for copying, and those of prices that paper has no room for: they are in the attached CSV.
const LEFT_TO_CSV: [&str; 5] = ["id", "trace_id", "region", "book", "used_tokens"];

/// An answer to be laid out.
#[derive(Debug, Default)]
pub(crate) struct Paper {
    pub question: &'static str,
    pub answer: Sentence,
    pub charts: Vec<ChartSpec>,
    pub tables: Vec<Table>,
    pub notes: Vec<String>,
}

/// A table of it.
#[derive(Debug)]
pub(crate) struct Table {
    pub spec: TableSpec,
    /// The CSV that goes with it: name and content.
    pub attached: Option<(String, Vec<u8>)>,
}

impl Table {
    /// A table without a file of its own.
    pub fn of(title: &str, spec: TableSpec) -> Table {
        Table { spec: TableSpec { title: title.to_owned(), ..spec }, attached: None }
    }
}

/// Lays an answer out as PDF. The same data version gives the same bytes: `made` is when it was made.
///
/// # Errors
/// Our fault where it cannot be laid out.
pub(crate) fn pdf(paper: &Paper, company: &str, numbers: Numbers, made: DateTime<Utc>) -> Result<Vec<u8>, ErrorReply> {
    let page = Page {
        company,
        question: paper.question,
        answer: paper
            .answer
            .0
            .iter()
            .map(|span| Said { text: span.text.clone(), strong: span.tone != Tone::Plain })
            .collect(),
        charts: paper.charts.iter().filter(|chart| !chart.series.is_empty()).collect(),
        tables: paper.tables.iter().filter(|t| !t.spec.rows.is_empty()).map(|t| sheet(t, numbers)).collect(),
        notes: &paper.notes,
        made,
    };
    outlay_report::pdf(&page).map_err(|e| ErrorReply::fault(e.to_string()))
}

fn sheet(table: &Table, numbers: Numbers) -> Sheet {
    let spec = &table.spec;
    let printed = printed(spec, numbers);
    let shown: Vec<usize> =
        (0..spec.columns.len()).filter(|at| !LEFT_TO_CSV.contains(&spec.columns[*at].key.as_str())).collect();
    let rows = spec.rows.iter().zip(&printed.rows).map(|(row, texts)| {
        let entry = |at: &usize| Entry {
            text: texts[*at].clone(),
            unknown: matches!(row.cells.get(*at), Some(Cell::Unknown(_)) | None),
        };
        Line { cells: shown.iter().map(entry).collect(), kind: row.kind }
    });
    Sheet {
        title: spec.title.clone(),
        columns: shown
            .iter()
            .map(|at| Heading { title: printed.headings[*at].clone(), number: is_figure(spec.columns[*at].unit) })
            .collect(),
        rows: rows.collect(),
        more: String::new(),
        attached: table.attached.clone().map(|(name, bytes)| Attached { name, bytes }),
    }
}
