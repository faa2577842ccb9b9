//! The first rows of a head as names and texts, for suggestions and for choosing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Mapping, path};
use crate::head::{Head, Layout};
use crate::json::{self, JsonRows, Step};
use crate::outline::outline;
use crate::table::{self, Splitter};
use crate::value;

const MOST_ROWS: usize = 50;
const MOST_COLUMNS: usize = 1000;

/// A column or JSON path and what the first rows have in it (an empty text where they have nothing).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Column as the header spells it, or JSON path.
    pub name: String,
    /// A text for each of the first rows; those at the end that have none may be left out.
    pub texts: Vec<String>,
}

impl Column {
    /// Texts that say something.
    pub(super) fn told(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Texts that say something, and are no word for nothing.
    pub(super) fn values(&self) -> Vec<&str> {
        self.told().filter(|text| !value::is_null(text)).collect()
    }

    /// The text of a row, counted from 0; empty where it has none.
    pub(super) fn text(&self, row: usize) -> &str {
        self.texts.get(row).map_or("", String::as_str)
    }
}

/// The column that a mapping reads a field from.
pub(super) fn of<'c>(columns: &'c [Column], mapping: &Mapping, field: &str) -> Option<&'c Column> {
    let name = mapping.columns.get(field)?;
    columns.iter().find(|c| c.name == *name)
}

/// The columns, or JSON paths, of the first rows; in JSON documents `rows` is the path of their list, as in a mapping.
#[must_use]
pub fn columns(head: &Head, rows: &str) -> Vec<Column> {
    let path = rows;
    let text = super::preview::whole_rows(head);
    match &head.layout {
        Layout::Table { delimiter } => {
            let mut rows = Splitter::new(text.as_bytes(), *delimiter);
            let names = rows.header().unwrap_or_default();
            let mut columns: Vec<Column> = names.into_iter().map(|name| Column { name, texts: Vec::new() }).collect();
            for _ in 0..MOST_ROWS {
                let Some(step) = rows.advance() else { break };
                if let (table::Step::Row(_), Ok(row)) = (step, rows.row()) {
                    for (at, column) in columns.iter_mut().enumerate() {
                        column.texts.push(row.get(at).to_owned());
                    }
                }
            }
            columns
        }
        layout => {
            let mut rows = JsonRows::new(text.as_bytes(), *layout, path);
            let mut columns: Vec<Column> = Vec::new();
            let mut row = 0;
            while let Some(step) = rows.advance() {
                if let (Step::Object(_), Ok(text)) = (step, rows.text()) {
                    flatten(text, "", 0, row, &mut columns);
                    row += 1;
                }
                if row >= MOST_ROWS {
                    break;
                }
            }
            columns
        }
    }
}

/// The keys of the first object behind this path.
pub(crate) fn keys_behind(head: &Head, path: &str) -> Vec<String> {
    let mut rows = JsonRows::new(head.text.as_bytes(), head.layout, path);
    while let Some(step) = rows.advance() {
        if let (Step::Object(_), Ok(row)) = (step, rows.text()) {
            return outline(row).keys;
        }
    }
    Vec::new()
}

/// The keys of all objects behind this path, as written.
pub(crate) fn all_keys_behind(text: &str, layout: Layout, path: &str) -> BTreeSet<String> {
    let mut rows = JsonRows::new(text.as_bytes(), layout, path);
    let mut keys = BTreeSet::new();
    while let Some(step) = rows.advance() {
        if let (Step::Object(_), Ok(row)) = (step, rows.text()) {
            keys.extend(outline(row).keys);
        }
    }
    keys
}

fn flatten(object: &str, prefix: &str, depth: usize, row: usize, columns: &mut Vec<Column>) {
    for pair in sonic_rs::to_object_iter(object) {
        let Ok((key, value)) = pair else { return };
        let nested = value.as_raw_str().starts_with(['{', '[']);
        // A key of the row itself is found by its very name.
        let name = if prefix.is_empty() && !nested { key.to_string() } else { path::join(prefix, &key) };
        inside(value.as_raw_str(), name, depth, row, columns);
    }
}

fn inside(raw: &str, name: String, depth: usize, row: usize, columns: &mut Vec<Column>) {
    match raw.as_bytes().first() {
        Some(b'{') if depth < 5 => flatten(raw, &name, depth + 1, row, columns),
        Some(b'[') if depth < 5 => {
            if let Some(Ok(first)) = sonic_rs::to_array_iter(raw).next() {
                inside(first.as_raw_str(), format!("{name}[0]"), depth + 1, row, columns);
            }
        }
        _ => {
            let text = json::scalar(Cow::Borrowed(raw)).ok().flatten().unwrap_or_default().into_owned();
            let at = match columns.iter().position(|c| c.name == name) {
                Some(at) => at,
                None if columns.len() < MOST_COLUMNS => {
                    columns.push(Column { name, texts: Vec::new() });
                    columns.len() - 1
                }
                None => return,
            };
            columns[at].texts.resize(row, String::new());
            columns[at].texts.push(text);
        }
    }
}
