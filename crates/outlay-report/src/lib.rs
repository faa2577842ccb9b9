//! One answer in, one PDF out: the page that a screen exports.
//!
//! `outlay-app` fills a [`Page`] with texts that are already printed, and with charts as data; typst sets them. The
//! result is PDF/A-3a and PDF/UA-1: tagged, charts with a text that says what they show, the rows of every table
//! attached as CSV. Texts come from files that anyone may have written: they reach the template as values, never as
//! markup. The same page gives the same bytes; no file is opened, no font of the system is read, no clock is asked.
//!
//! ```
//! use outlay_model::view::RowKind;
//! use outlay_report::{Entry, Heading, Line, Page, Said, Sheet, pdf};
//! let entry = |text: &str| Entry { text: text.to_owned(), unknown: false };
//! let page = Page {
//!     company: "Harbour Labs",
//!     question: "What did the month cost?",
//!     answer: vec![Said { text: "$42.00".to_owned(), strong: true }, Said { text: " spent".to_owned(), strong: false }],
//!     charts: vec![],
//!     tables: vec![Sheet {
//!         columns: vec![
//!             Heading { title: "Feature".to_owned(), number: false },
//!             Heading { title: "US$".to_owned(), number: true },
//!         ],
//!         rows: vec![Line { cells: vec![entry("search"), entry("42.00")], kind: RowKind::Item }],
//!         ..Sheet::default()
//!     }],
//!     notes: &["Zone: Europe/Berlin".to_owned()],
//!     made: "2026-11-21T09:00:00Z".parse().expect("a time"),
//! };
//! assert!(pdf(&page)?.starts_with(b"%PDF-1.7"));
//! # Ok::<(), outlay_report::Error>(())
//! ```
#![deny(missing_docs)]

mod charts;
mod columns;
mod data;
mod error;
mod face;
mod words;
mod world;
mod write;

use chrono::{DateTime, Utc};
use outlay_model::view::{ChartSpec, RowKind};

pub use crate::error::Error;

/// One answer on paper.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Whose answer it is; may be empty.
    pub company: &'a str,
    /// What was asked, such as `What did the month cost, and is that number right?`.
    pub question: &'a str,
    /// The sentence that answers it, in parts.
    pub answer: Vec<Said>,
    /// Charts in the order to print. Whoever calls leaves out those that show nothing.
    pub charts: Vec<&'a ChartSpec>,
    /// Tables in the order to print.
    pub tables: Vec<Sheet>,
    /// What the figures rest on, a line each: `Zone: Europe/Berlin`. What is before the first colon is its label.
    pub notes: &'a [String],
    /// When the page was made; goes into the metadata, in whole seconds.
    pub made: DateTime<Utc>,
}

/// A part of a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Words, with the blanks around them.
    pub text: String,
    /// Whether they are what the sentence is about.
    pub strong: bool,
}

/// A table whose cells are already printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The question that it answers.
    pub title: String,
    /// Columns.
    pub columns: Vec<Heading>,
    /// Rows, in the order to print.
    pub rows: Vec<Line>,
    /// What was left out, such as `12 more are in the attached CSV`, or empty.
    pub more: String,
    /// The whole table, to be attached.
    pub attached: Option<Attached>,
}

/// Heads a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Words above the column.
    pub title: String,
    /// Whether the column holds figures: aligned right and never broken.
    pub number: bool,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// One cell per column; missing ones are empty, further ones are left out.
    pub cells: Vec<Entry>,
    /// What the row is: a rest is printed in italics, a total below a rule.
    pub kind: RowKind,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What to print.
    pub text: String,
    /// Whether it stands for something that is not known; grey italics.
    pub unknown: bool,
}

/// A file inside the PDF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// Its name, such as `overview.csv`; a second file of the same name gets a number.
    pub name: String,
    /// A table as CSV.
    pub bytes: Vec<u8>,
}

/// Sets a page.
///
/// # Errors
/// Where a chart cannot be drawn, where typst refuses (no input is known that makes it do so), and where `made` is not
/// between the years 1 and 9999.
pub fn pdf(page: &Page<'_>) -> Result<Vec<u8>, Error> {
    let written = data::inputs(page).and_then(|inputs| write::written(inputs, page.made));
    // typst keeps what it made for the next time; a desktop application would keep it for good.
    typst::comemo::evict(0);
    written
}
