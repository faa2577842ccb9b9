//! Suggests a mapping from names and values.

use std::collections::BTreeMap;

use outlay_model::money::Pico;
use serde::Serialize;

use super::path::nodes;
use super::questions::ask;
use super::samples::{Column, columns};
use super::synonyms::{SYNONYMS, plain};
use super::times::{are_days, patterns_of};
use super::{Mapping, RowIs, ids, nesting, units};
use crate::fields::{self, Field, Shape, Slot};
use crate::head::Head;
use crate::value::{self, Epoch};

/// Why a column is taken for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Field.
    pub field: String,
    /// Column or JSON path.
    pub column: String,
    /// Why, in words, with an example from the file.
    pub why: String,
}

/// A mapping to look at, correct and save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The mapping; it may still lack what a question asks for.
    pub mapping: Mapping,
    /// Why each column is taken for its field.
    pub reasons: Vec<Reason>,
    /// Columns that go nowhere.
    pub unmapped: Vec<String>,
    /// What the file does not answer.
    pub questions: Vec<String>,
}

/// Names of lists that wrap rows, by what programs commonly call them.
const LISTS: &[&str] = &[
    "data",
    "results",
    "records",
    "observations",
    "items",
    "rows",
    "entries",
    "logs",
    "events",
    "calls",
    "requests",
    "traces",
    "runs",
    "spans",
    "generations",
    "usage",
    "costs",
    "scores",
];

/// Which fields the columns are, by name and value.
#[derive(Default)]
struct Assigned {
    fields: BTreeMap<String, String>,
    reasons: Vec<Reason>,
    questions: Vec<String>,
    /// Whether each column goes somewhere.
    taken: Vec<bool>,
}

fn assign(head: &Head, columns: &[Column], kind: RowIs) -> Assigned {
    let mut all = Assigned { taken: vec![false; columns.len()], ..Assigned::default() };
    for (name, synonyms) in SYNONYMS {
        let Some(field) = fields::field(name).filter(|f| f.kinds & kind.bits() != 0) else { continue };
        if field.name == "billed" && kind != RowIs::Charge || field.name == "cost_usd" && kind != RowIs::Call {
            continue;
        }
        for synonym in *synonyms {
            // The one that is least deep inside the row.
            let called = (0..columns.len()).filter(|i| !all.taken[*i] && is_called(&columns[*i].name, synonym));
            let depth = |i: &usize| (is_in_list(&columns[*i].name), nodes(&columns[*i].name).len());
            let Some(at) = called.min_by_key(depth) else { continue };
            let column = &columns[at];
            if is_in_list(&column.name) && !["model", "finish_reason"].contains(name) {
                if matches!(field.shape, Shape::Tokens | Shape::Money) {
                    all.questions.push(format!(
                        "Is \"{}\" the {name}? It lies in a list, of which a mapping reads one item.",
                        column.name
                    ));
                }
                continue;
            }
            match fits(field, column, head) {
                Err(text) => all.questions.push(format!(
                    "Is \"{}\" the {name}? Its name says so, but \"{}\" is none.",
                    column.name,
                    outlay_model::record::shorten(text, 40)
                )),
                Ok(example) => {
                    all.taken[at] = true;
                    all.fields.insert((*name).to_owned(), column.name.clone());
                    let why = match example {
                        Some(example) => {
                            format!("its name, and values such as {}", outlay_model::record::shorten(example, 40))
                        }
                        None => "its name; the first rows have no value".to_owned(),
                    };
                    all.reasons.push(Reason { field: (*name).to_owned(), column: column.name.clone(), why });
                    break;
                }
            }
        }
    }
    for (at, column) in columns.iter().enumerate() {
        let lower = column.name.to_lowercase();
        if !all.taken[at] && fields::is_score(&lower) && kind.has(&lower) {
            all.taken[at] = true;
            all.fields.insert(lower.clone(), column.name.clone());
            let why = "its name begins with score.".to_owned();
            all.reasons.push(Reason { field: lower, column: column.name.clone(), why });
        }
    }
    all
}

/// The list of the first document that holds the rows, of these: the one whose objects have a time and something to
/// count, where the document itself has not.
pub(crate) fn wrapped(head: &Head, lists: &[String]) -> Option<String> {
    /// Whether there is a time, whether there is something to count, and how many fields there are.
    fn weigh(head: &Head, path: &str) -> (bool, bool, usize) {
        let mut columns = columns(head, path);
        columns.retain(|column| !is_in_list(&column.name));
        let fields = assign(head, &columns, kind_of(&columns)).fields;
        let counts = ["input_tokens", "output_tokens", "total_tokens", "cost_usd", "billed", "score_value", "requests"];
        (fields.contains_key("timestamp"), counts.iter().any(|name| fields.contains_key(*name)), fields.len())
    }
    if lists.is_empty() {
        return None;
    }
    let (has_time, has_counts, _) = weigh(head, "");
    if has_time && has_counts {
        return None;
    }
    let known = |path: &str| path.rsplit('.').next().is_some_and(|name| LISTS.contains(&plain(name).as_str()));
    lists
        .iter()
        .map(|path| (weigh(head, path), path))
        .filter(|((time, counts, _), path)| (*time && *counts) || (!has_time && (*time || known(path))))
        // Of equals the first.
        .rev()
        .max_by_key(|((time, counts, fields), path)| (*time && *counts, *time, known(path), *fields))
        .map(|(_, path)| path.clone())
}

/// A mapping for a file that begins like this.
#[must_use]
pub fn suggest(head: &Head) -> Suggestion {
    let columns = columns(head, rows_of(head));
    suggested(head, &columns, kind_of(&columns))
}

/// A mapping for a file that begins like this, whose rows are of this kind.
#[must_use]
pub fn suggest_as(head: &Head, kind: RowIs) -> Suggestion {
    suggested(head, &columns(head, rows_of(head)), kind)
}

fn rows_of(head: &Head) -> &str {
    head.wrapped.as_ref().map_or("", |wrapped| wrapped.path.as_str())
}

fn suggested(head: &Head, columns: &[Column], kind: RowIs) -> Suggestion {
    let mut mapping = Mapping::new(kind);
    mapping.headers = head.signature().to_vec();
    rows_of(head).clone_into(&mut mapping.rows);
    let Assigned { fields, mut reasons, mut questions, .. } = assign(head, columns, kind);
    mapping.columns = fields;
    if !mapping.rows.is_empty() {
        let why = "a list of objects that look like rows".to_owned();
        reasons.insert(0, Reason { field: "rows".to_owned(), column: mapping.rows.clone(), why });
    }
    units::settle(columns, &mut mapping, &mut reasons, &mut questions);
    ask(columns, &mapping, &mut questions);
    ids::settle(columns, &mut mapping, &mut reasons, &mut questions);
    nesting::settle(columns, &mut mapping, &mut reasons, &mut questions);
    let goes = |column: &&Column| mapping.columns.values().any(|name| *name == column.name);
    let unmapped = columns.iter().filter(|column| !goes(column)).map(|column| column.name.clone()).collect();
    Suggestion { mapping, reasons, unmapped, questions }
}

/// Names that mean something else inside what was sent, what came back, or a tool's arguments.
const GENERIC: &[&str] = &[
    "agent",
    "app",
    "client",
    "date",
    "day",
    "description",
    "end",
    "engine",
    "error",
    "exception",
    "feedback",
    "grade",
    "item",
    "label",
    "location",
    "metric",
    "outcome",
    "rating",
    "result",
    "route",
    "score",
    "service",
    "session",
    "start",
    "state",
    "status",
    "system",
    "task",
    "time",
    "tool",
    "trace",
    "user",
    "value",
    "verdict",
    "when",
];

/// Whether a column has this name, or the last step of a path has it and it says enough by itself.
fn is_called(column: &str, synonym: &str) -> bool {
    plain(column) == synonym
        || (!GENERIC.contains(&synonym) && column.rsplit_once('.').is_some_and(|(_, last)| plain(last) == synonym))
}

fn is_in_list(path: &str) -> bool {
    path.contains("[0]")
}

fn kind_of(columns: &[Column]) -> RowIs {
    let find = |field: &str| {
        let (_, synonyms) = SYNONYMS.iter().find(|(name, _)| *name == field)?;
        let called = |s: &&str| columns.iter().find(|c| !is_in_list(&c.name) && is_called(&c.name, s));
        synonyms.iter().find_map(called)
    };
    let has = |field: &str| find(field).is_some();
    if has("input_tokens") || has("output_tokens") {
        // Many requests in a row that has an end, or a whole day to itself, are a bucket and not a call.
        let of_days = || find("timestamp").is_some_and(|time| are_days(&time.values()));
        if has("requests") && (has("end") || of_days()) { RowIs::Usage } else { RowIs::Call }
    } else if has("billed") && !has("latency_ms") && !has("trace_id") {
        RowIs::Charge
    } else if has("score_value") {
        if has("item") { RowIs::Evaluation } else { RowIs::Score }
    } else {
        RowIs::Call
    }
}

/// Whether all values can be read as the field; the first example, or the first value that cannot.
fn fits<'c>(field: &'static Field, column: &'c Column, head: &Head) -> Result<Option<&'c str>, &'c str> {
    let told = column.values();
    let good = |text: &str| {
        let plain = match head.is_table() {
            true => Slot::Field(field).plain(text, head.numbers),
            false => Ok(text.into()),
        };
        plain.is_ok_and(|text| match field.shape {
            Shape::Time => value::stamp(&text, Epoch::Auto).is_ok(),
            Shape::Tokens | Shape::Money | Shape::Millis => Pico::parse(&text).is_ok(),
            Shape::Count => value::count(&text).is_ok(),
            Shape::Flag => value::truth(&text).is_some(),
            Shape::Text | Shape::Number | Shape::List => true,
        })
    };
    match told.iter().find(|text| !good(text)) {
        // As people write them: which way is settled with the units.
        Some(_) if field.shape == Shape::Time && !patterns_of(&told).is_empty() => Ok(told.first().copied()),
        Some(bad) => Err(bad),
        None => Ok(told.first().copied()),
    }
}
