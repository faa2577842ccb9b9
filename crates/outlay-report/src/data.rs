//! A page as values for the template. All texts are cleaned here, and all widths that depend on them are measured.

use std::collections::BTreeSet;

use outlay_model::view::{ChartSpec, RowKind};
use typst::foundations::{Array, Bytes, Dict, IntoValue, Str, Value, dict};
use typst::layout::{Abs, Length};

use crate::columns::{self, Columns, HEAD};
use crate::face::{self, Cut};
use crate::words::{LACKING, Words, breakable, fit, head};
use crate::{Attached, Entry, Error, Heading, Line, Page, Sheet, charts};

/// Room between the margins of A4, in points: 174 mm.
const ROOM: f64 = 174.0 / 25.4 * 72.0;
/// Sizes of letters in points.
const COMPANY: f64 = 8.5;
const QUESTION: f64 = 10.0;
const TITLE: f64 = 9.5;
const SUBTITLE: f64 = 8.0;
const NOTE: f64 = 7.5;
const FOOT: f64 = 7.0;
/// Room for "page 12 of 34" and the gap before it, in em.
const PAGES: f64 = 10.0;
/// The widest label beside the notes, in em.
const LABEL: f64 = 15.0;
/// Texts for programs that read a page aloud or list it end somewhere.
const LONGEST: usize = 2_000;
/// From about this many lines on, a row may be cut by the end of a page.
const TALL: f64 = 16.0;

/// The page as `sys.inputs`.
pub fn inputs(page: &Page<'_>) -> Result<Dict, Error> {
    let mut words = Words::default();
    let company = words.clean(page.company);
    let question = words.clean(page.question);
    let answer: Vec<(String, bool)> = page.answer.iter().map(|said| (words.clean(&said.text), said.strong)).collect();
    let said: String = answer.iter().map(|(text, _)| text.as_str()).collect();
    let size = answer_size(&said);
    let charts = page.charts.iter().map(|spec| chart(spec, &mut words)).collect::<Result<Array, Error>>()?;
    let mut names = BTreeSet::new();
    let tables: Array = page.tables.iter().filter_map(|sheet| table(sheet, &mut words, &mut names)).collect();
    let mut notes: Vec<(String, String)> = page.notes.iter().map(|note| labelled(&words.clean(note))).collect();
    if words.lacking {
        notes.push(("Letters".to_owned(), format!("{LACKING} stands for a letter that this typeface does not have")));
    }
    let said_parts: Array = answer
        .iter()
        .map(|(text, strong)| dict! { "text" => breakable(text, Cut::SemiBold, ROOM / size), "strong" => *strong })
        .map(Value::Dict)
        .collect();
    let title = if question.trim().is_empty() { "Outlay".to_owned() } else { head(&question, LONGEST) };
    Ok(dict! {
        "room" => points(ROOM),
        "title" => title,
        "author" => head(&company, LONGEST),
        "summary" => head(&said, LONGEST),
        "company" => dict! { "text" => breakable(&company, Cut::SemiBold, ROOM / COMPANY), "size" => points(COMPANY) },
        "question" => dict! { "text" => breakable(&question, Cut::Regular, ROOM / QUESTION), "size" => points(QUESTION) },
        "answer" => dict! { "parts" => said_parts, "size" => points(size) },
        "title-size" => points(TITLE),
        "subtitle-size" => points(SUBTITLE),
        "charts" => charts,
        "tables" => tables,
        "notes" => note_block(&notes),
        "foot" => dict! { "text" => foot(&company, &question), "size" => points(FOOT) },
    })
}

fn points(size: f64) -> Length {
    Length::from(Abs::pt(size))
}

/// A long answer in smaller letters.
fn answer_size(answer: &str) -> f64 {
    match answer.chars().count() {
        0..=180 => 17.0,
        181..=360 => 13.0,
        _ => 10.5,
    }
}

fn chart(spec: &ChartSpec, words: &mut Words) -> Result<Value, Error> {
    let drawn = charts::picture(spec, words)?;
    let (title, subtitle) = (words.clean(&spec.title), words.clean(&spec.subtitle));
    // Title and subtitle share a line, two parts to three.
    Ok(Value::Dict(dict! {
        "title" => breakable(&title, Cut::SemiBold, ROOM * 0.38 / TITLE),
        "subtitle" => breakable(&subtitle, Cut::Regular, ROOM * 0.58 / SUBTITLE),
        "alt" => head(&format!("Chart: {title} {subtitle}"), LONGEST),
        "picture" => Bytes::from_string(drawn),
    }))
}

fn table(sheet: &Sheet, words: &mut Words, names: &mut BTreeSet<String>) -> Option<Value> {
    if sheet.columns.is_empty() {
        return None;
    }
    let sheet = cleaned(sheet, words);
    let columns = columns::measure(&sheet, ROOM);
    let head = |(column, width): (&Heading, &f64)| {
        let text = breakable(&column.title, Cut::Regular, width / HEAD);
        Value::Dict(dict! { "text" => text, "number" => column.number })
    };
    let heads: Array = sheet.columns.iter().zip(&columns.widths).map(head).collect();
    let attached = sheet.attached.as_ref().map_or(Value::None, |file| attached(file, &sheet.title, words, names));
    Some(Value::Dict(dict! {
        "title" => breakable(&sheet.title, Cut::SemiBold, ROOM / TITLE),
        "size" => points(columns.size),
        "widths" => widths(&columns),
        "gaps" => columns.gaps.iter().map(|gap| points(gap * columns.size).into_value()).collect::<Array>(),
        "heads" => heads,
        "head-size" => points(columns.size * HEAD),
        "rows" => rows(&sheet, &columns),
        "whole" => columns.whole,
        "more" => breakable(&sheet.more, Cut::Regular, ROOM / NOTE),
        "attached" => attached,
    }))
}

/// The table with texts that can be printed, and one cell per column.
fn cleaned(sheet: &Sheet, words: &mut Words) -> Sheet {
    let mut sheet = sheet.clone();
    sheet.title = words.clean(&sheet.title);
    sheet.more = words.clean(&sheet.more);
    for column in &mut sheet.columns {
        column.title = words.clean(&column.title);
    }
    for line in &mut sheet.rows {
        line.cells.resize_with(sheet.columns.len(), Default::default);
        for entry in &mut line.cells {
            entry.text = words.clean(&entry.text);
        }
    }
    sheet
}

/// A column's width with the gap after it.
fn widths(columns: &Columns) -> Array {
    let both = columns.widths.iter().zip(&columns.gaps);
    both.map(|(width, gap)| points((width + gap) * columns.size).into_value()).collect()
}

fn rows(sheet: &Sheet, columns: &Columns) -> Array {
    let row = |line: &Line| {
        let cut = columns::cut(line);
        let cell = |(at, entry): (usize, &Entry)| {
            let cut = if entry.unknown { Cut::Italic } else { cut };
            let whole = columns.whole && sheet.columns[at].number && !entry.unknown;
            let text = if whole { entry.text.clone() } else { breakable(&entry.text, cut, columns.widths[at]) };
            Value::Dict(dict! { "text" => text, "unknown" => entry.unknown, "whole" => whole })
        };
        Value::Dict(dict! {
            "kind" => match line.kind { RowKind::Item => "item", RowKind::Rest => "rest", RowKind::Total => "total" },
            "tall" => line.cells.iter().zip(&columns.widths).any(|(entry, width)| face::width(&entry.text, cut) / width > TALL),
            "cells" => line.cells.iter().enumerate().map(cell).collect::<Array>(),
        })
    };
    sheet.rows.iter().map(row).collect()
}

/// The file of a table under a name of its own. It goes into a flat list, so a name has no folders.
fn attached(file: &Attached, title: &str, words: &mut Words, names: &mut BTreeSet<String>) -> Value {
    let name = words.clean(file.name.rsplit(['/', '\\']).next().unwrap_or_default());
    let name = head(name.trim().trim_start_matches('.'), 120);
    let name = if name.is_empty() { "table.csv".to_owned() } else { name };
    let (stem, end) = name.rsplit_once('.').unwrap_or((&name, ""));
    let dot = if end.is_empty() { "" } else { "." };
    let mut free = name.clone();
    let mut count = 1;
    while !names.insert(free.clone()) {
        count += 1;
        free = format!("{stem}-{count}{dot}{end}");
    }
    let about =
        if title.trim().is_empty() { "The rows of a table".to_owned() } else { format!("The rows of: {title}") };
    Value::Dict(dict! {
        "label" => breakable(&free, Cut::Regular, ROOM / NOTE),
        "name" => free,
        "bytes" => Bytes::new(file.bytes.clone()),
        "about" => head(&about, LONGEST),
    })
}

/// `Period: October` as label and text; a note without a short label is text alone.
fn labelled(note: &str) -> (String, String) {
    match note.split_once(": ") {
        Some((label, text)) if !label.is_empty() && label.chars().count() <= 40 => (label.to_owned(), text.to_owned()),
        _ => (String::new(), note.to_owned()),
    }
}

fn note_block(notes: &[(String, String)]) -> Dict {
    let label = notes.iter().map(|(label, _)| face::width(label, Cut::SemiBold)).fold(0.0, f64::max).min(LABEL) + 0.1;
    let text = ROOM / NOTE - label - 1.5;
    let each = |(name, words): &(String, String)| {
        let name = breakable(name, Cut::SemiBold, label);
        Value::Dict(dict! { "label" => name, "text" => breakable(words, Cut::Regular, text) })
    };
    let letters: usize = notes.iter().map(|(_, text)| text.len()).sum();
    dict! {
        "size" => points(NOTE),
        "label" => points(label * NOTE),
        "list" => notes.iter().map(each).collect::<Array>(),
        // On one page where that is no waste of it.
        "together" => notes.len() <= 16 && letters <= 2_000,
    }
}

/// `Harbour Labs · What did the month cost?` in one line.
fn foot(company: &str, question: &str) -> Str {
    let parts: Vec<&str> = [company.trim(), question.trim()].into_iter().filter(|part| !part.is_empty()).collect();
    fit(&parts.join(" · "), Cut::Regular, ROOM / FOOT - PAGES).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_labels() {
        let both = |label: &str, text: &str| (label.to_owned(), text.to_owned());
        assert_eq!(labelled("Zone: Europe/Berlin"), both("Zone", "Europe/Berlin"));
        assert_eq!(labelled("Filter: model is a: b"), both("Filter", "model is a: b"));
        assert_eq!(labelled("no label"), both("", "no label"));
        assert_eq!(labelled(": x"), both("", ": x"));
    }

    #[test]
    fn attached_files_have_names_of_their_own() {
        let mut names = BTreeSet::new();
        let mut name = |given: &str| {
            let file = Attached { name: given.to_owned(), bytes: Vec::new() };
            let Value::Dict(value) = attached(&file, "", &mut Words::default(), &mut names) else { return Value::None };
            value.get("name").cloned().unwrap_or_default()
        };
        let given = ["a.csv", "a.csv", "../x/a.csv", "..", "", "C:\\b.csv", "/etc/passwd", "a-2.csv"];
        let got = ["a.csv", "a-2.csv", "a-3.csv", "table.csv", "table-2.csv", "b.csv", "passwd", "a-2-2.csv"];
        for (given, got) in given.into_iter().zip(got) {
            assert_eq!(name(given), Value::Str(got.into()), "{given}");
        }
    }
}
