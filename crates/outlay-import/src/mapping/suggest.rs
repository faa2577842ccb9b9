//! Suggests a mapping from names and values.

use std::collections::BTreeMap;

use outlay_model::money::Pico;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::path::nodes;
use super::samples::{Column, columns};
use super::synonyms::{SYNONYMS, plain};
use super::times::{self, Pattern, patterns_of};
use super::{CachedInput, LatencyUnit, Mapping, MoneyUnit, RowIs};
use crate::fields::{self, Field, SCORE_PREFIX, Shape, Slot};
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
        if !all.taken[at] && lower.len() > SCORE_PREFIX.len() && lower.starts_with(SCORE_PREFIX) {
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
    let Assigned { fields, mut reasons, mut questions, taken } = assign(head, columns, kind);
    mapping.columns = fields;
    if !mapping.rows.is_empty() {
        let why = "a list of objects that look like rows".to_owned();
        reasons.insert(0, Reason { field: "rows".to_owned(), column: mapping.rows.clone(), why });
    }
    units(columns, &mut mapping, &mut questions);
    ask(columns, &mapping, &mut questions);
    cached(columns, &mut mapping, &mut reasons, &mut questions);
    let unmapped =
        columns.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(column, _)| column.name.clone()).collect();
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
    let has = |field: &str| {
        SYNONYMS.iter().any(|(name, synonyms)| {
            *name == field
                && synonyms.iter().any(|s| columns.iter().any(|c| !is_in_list(&c.name) && is_called(&c.name, s)))
        })
    };
    if has("input_tokens") || has("output_tokens") {
        if has("requests") && has("end") { RowIs::Usage } else { RowIs::Call }
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
    let told = || values(column);
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
    match told().find(|text| !good(text)) {
        // As people write them: which way is settled with the units.
        Some(_) if field.shape == Shape::Time && !patterns_of(told()).is_empty() => Ok(told().next()),
        Some(bad) => Err(bad),
        None => Ok(told().next()),
    }
}

fn of<'c>(columns: &'c [Column], mapping: &Mapping, field: &str) -> Option<&'c Column> {
    let name = mapping.columns.get(field)?;
    columns.iter().find(|c| c.name == *name)
}

fn units(columns: &[Column], mapping: &mut Mapping, questions: &mut Vec<String>) {
    if let Some(time) = of(columns, mapping, "timestamp")
        && let [pattern] = patterns_of(values(time))[..]
    {
        pattern.clone_into(&mut mapping.time_format);
    }
    if let Some(latency) = of(columns, mapping, "latency_ms").or(of(columns, mapping, "ttft_ms")) {
        let name = plain(&latency.name);
        if name.ends_with("seconds")
            || name.ends_with("latencys")
            || name.ends_with("durations")
            || name.ends_with("sec")
        {
            mapping.latency_unit = LatencyUnit::Seconds;
        } else if !name.ends_with("ms") {
            if latency.told().any(|text| text.contains('.')) {
                mapping.latency_unit = LatencyUnit::Seconds;
            }
            questions.push(format!("Is \"{}\" in milliseconds or seconds?", latency.name));
        }
    }
    if let Some(money) = of(columns, mapping, "cost_usd").or(of(columns, mapping, "billed")) {
        let name = plain(&money.name);
        if name.contains("cents") {
            mapping.money_unit = MoneyUnit::Cents;
        } else if !name.contains("usd") && !name.contains("dollar") && !mapping.columns.contains_key("currency") {
            questions.push(format!("Is \"{}\" in US dollars?", money.name));
        }
    }
}

/// A way in which times may be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimeFormat {
    /// Pattern, as a mapping has it.
    pub pattern: String,
    /// What it writes for 3 October 2026, 14:05:09.
    pub example: String,
}

/// The ways in which the times of a file may be written, as its first rows show them; all that are known, where they
/// fit none.
#[must_use]
pub fn time_formats(head: &Head, mapping: &Mapping) -> Vec<TimeFormat> {
    let columns = columns(head, &mapping.rows);
    let fitting = of(&columns, mapping, "timestamp").map(|time| patterns_of(values(time))).unwrap_or_default();
    let mut all = if fitting.is_empty() { times::PATTERNS.to_vec() } else { fitting };
    if !mapping.time_format.is_empty() && !all.contains(&mapping.time_format.as_str()) {
        all.push(&mapping.time_format);
    }
    all.into_iter()
        .filter_map(|pattern| Some(TimeFormat { pattern: pattern.to_owned(), example: times::shown(pattern)? }))
        .collect()
}

/// Texts that say something, and are no word for nothing.
fn values(column: &Column) -> impl Iterator<Item = &str> + Clone {
    column.texts.iter().map(String::as_str).filter(|text| !text.is_empty() && !value::is_null(text))
}

/// What a mapping leaves open that only a person can tell.
#[must_use]
pub fn questions(head: &Head, mapping: &Mapping) -> Vec<String> {
    let mut questions = Vec::new();
    ask(&columns(head, &mapping.rows), mapping, &mut questions);
    questions
}

fn ask(columns: &[Column], mapping: &Mapping, questions: &mut Vec<String>) {
    let says = |field: &str| mapping.columns.contains_key(field) || mapping.constants.contains_key(field);
    match of(columns, mapping, "timestamp") {
        None if !says("timestamp") => {
            questions.push("Which column is the time? Map it, or set the constant timestamp for all rows.".to_owned());
        }
        None => {}
        Some(time) => {
            let pattern = Pattern::new(&mapping.time_format).ok();
            let stamp = |text: &str| match &pattern {
                Some(pattern) => pattern.stamp(text),
                None => value::stamp(text, Epoch::Auto),
            };
            if let ([first, .., last], true) = (&patterns_of(values(time))[..], pattern.is_none()) {
                let example = time.told().next().unwrap_or_default();
                questions.push(format!(
                    "Is the day or the month first in \"{example}\"? Set time_format = \"{first}\" or \"{last}\"."
                ));
            }
            let local = time.told().find(|text| stamp(text).is_ok_and(|stamp| !stamp.zoned));
            if let (Some(local), None) = (local, mapping.zone) {
                questions.push(format!("Which zone are times such as \"{local}\" in? Set zone = \"UTC\" or another."));
            }
        }
    }
    if mapping.kind == RowIs::Call && !says("model") {
        questions.push("Which model was it? Map a column, or set the constant model.".to_owned());
    }
    let named = mapping.columns.keys().any(|field| field.starts_with(SCORE_PREFIX));
    if mapping.kind.bits() == RowIs::Score.bits() && !says("score_name") && !named {
        questions.push("What is the score called? Map a column, or set the constant score_name.".to_owned());
    }
}

fn cached(columns: &[Column], mapping: &mut Mapping, reasons: &mut Vec<Reason>, questions: &mut Vec<String>) {
    let Some(cached) = of(columns, mapping, "cached_input_tokens").or(of(columns, mapping, "cache_write_tokens"))
    else {
        return;
    };
    let number = |column: Option<&Column>, row: usize| {
        column.and_then(|c| c.texts.get(row)).and_then(|text| value::count(text).ok())
    };
    let (input, output) = (of(columns, mapping, "input_tokens"), of(columns, mapping, "output_tokens"));
    let (read, write) = (of(columns, mapping, "cached_input_tokens"), of(columns, mapping, "cache_write_tokens"));
    let total = of(columns, mapping, "total_tokens");
    let mut proof = None;
    for row in 0..cached.texts.len() {
        let Some(input) = number(input, row) else { continue };
        let parts = number(read, row).unwrap_or(0) + number(write, row).unwrap_or(0);
        if parts == 0 {
            continue;
        }
        if parts > input {
            proof =
                Some((CachedInput::Outside, format!("row {} has {parts} cached and {input} input tokens", row + 1)));
            break;
        }
        if let (Some(total), Some(output)) = (number(total, row), number(output, row)) {
            if total == input + output {
                proof = Some((CachedInput::Inside, format!("the total of row {} has no room for more", row + 1)));
            } else if total == input + parts + output {
                proof = Some((CachedInput::Outside, format!("the total of row {} needs them", row + 1)));
                break;
            }
        }
    }
    match proof {
        Some((place, why)) => {
            mapping.cached_input = place;
            reasons.push(Reason { field: "cached_input".to_owned(), column: cached.name.clone(), why });
        }
        None => {
            // The names of Anthropic's own responses, whose input does not have them inside.
            let raw = |field: &str, names: &[&str]| {
                let last = |column: &str| plain(column.rsplit('.').next().unwrap_or(column));
                mapping.columns.get(field).is_some_and(|column| names.contains(&last(column).as_str()))
            };
            let models = of(columns, mapping, "model");
            let claude = models.is_some_and(|c| c.told().next().is_some() && c.told().all(|m| m.contains("claude")));
            let named = raw("cached_input_tokens", &["cachereadinputtokens"])
                || raw("cache_write_tokens", &["cachecreationinputtokens"]);
            let taken = if raw("input_tokens", &["inputtokens"]) && (named || claude) {
                mapping.cached_input = CachedInput::Outside;
                "beside, as Anthropic counts"
            } else {
                "inside; Anthropic's own numbers are beside"
            };
            questions.push(format!("Is \"{}\" inside the input tokens or beside them? Taken as {taken}.", cached.name));
        }
    }
}
