//! Suggests a mapping from names and values.

use outlay_model::money::Pico;
use serde::Serialize;

use super::samples::{Column, columns};
use super::synonyms::{SYNONYMS, plain};
use super::{CachedInput, LatencyUnit, Mapping, MoneyUnit, RowIs};
use crate::fields::{self, SCORE_PREFIX, Shape};
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

const NOT_TOLD: &[&str] = &["None", "NULL", "null", "NaN", "nan", "N/A", "n/a"];

/// A mapping for a file that begins like this.
#[must_use]
pub fn suggest(head: &Head) -> Suggestion {
    let columns = columns(head);
    let kind = kind_of(&columns);
    let mut mapping = Mapping::new(kind);
    mapping.headers = head.signature().to_vec();
    let mut reasons = Vec::new();
    let mut questions = Vec::new();
    let mut taken = vec![false; columns.len()];
    for skip in NOT_TOLD {
        if columns.iter().any(|c| c.texts.iter().any(|text| text == skip)) {
            mapping.skip_values.push((*skip).to_owned());
        }
    }
    for (name, synonyms) in SYNONYMS {
        let Some(field) = fields::field(name).filter(|f| f.kinds & kind.bits() != 0) else { continue };
        if field.name == "billed" && kind != RowIs::Charge || field.name == "cost_usd" && kind != RowIs::Call {
            continue;
        }
        for synonym in *synonyms {
            let Some(at) = (0..columns.len()).find(|i| !taken[*i] && is_called(&columns[*i].name, synonym)) else {
                continue;
            };
            let column = &columns[at];
            match fits(field.shape, column) {
                Err(text) => questions.push(format!(
                    "Is \"{}\" the {name}? Its name says so, but \"{}\" is none.",
                    column.name,
                    outlay_model::record::shorten(text, 40)
                )),
                Ok(example) => {
                    taken[at] = true;
                    mapping.columns.insert((*name).to_owned(), column.name.clone());
                    let why = match example {
                        Some(example) => {
                            format!("its name, and values such as {}", outlay_model::record::shorten(example, 40))
                        }
                        None => "its name; the first rows have no value".to_owned(),
                    };
                    reasons.push(Reason { field: (*name).to_owned(), column: column.name.clone(), why });
                    break;
                }
            }
        }
    }
    for (at, column) in columns.iter().enumerate() {
        let lower = column.name.to_lowercase();
        if !taken[at] && lower.len() > SCORE_PREFIX.len() && lower.starts_with(SCORE_PREFIX) {
            taken[at] = true;
            mapping.columns.insert(lower.clone(), column.name.clone());
            let why = "its name begins with score.".to_owned();
            reasons.push(Reason { field: lower, column: column.name.clone(), why });
        }
    }
    units(&columns, &mut mapping, &mut questions);
    ask(&columns, &mapping, &mut questions);
    cached(&columns, &mut mapping, &mut reasons, &mut questions);
    let unmapped =
        columns.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(column, _)| column.name.clone()).collect();
    Suggestion { mapping, reasons, unmapped, questions }
}

/// Whether a column, or the last step of a path, has this name.
fn is_called(column: &str, synonym: &str) -> bool {
    plain(column) == synonym || column.rsplit_once('.').is_some_and(|(_, last)| plain(last) == synonym)
}

fn kind_of(columns: &[Column]) -> RowIs {
    let has = |field: &str| {
        SYNONYMS.iter().any(|(name, synonyms)| {
            *name == field && synonyms.iter().any(|s| columns.iter().any(|c| is_called(&c.name, s)))
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
fn fits(shape: Shape, column: &Column) -> Result<Option<&str>, &str> {
    let told = || column.told().filter(|text| !NOT_TOLD.contains(text));
    let good = |text: &str| match shape {
        Shape::Time => value::stamp(text, Epoch::Auto).is_ok(),
        Shape::Tokens | Shape::Money | Shape::Millis => Pico::parse(text).is_ok(),
        Shape::Count => value::count(text).is_ok(),
        Shape::Flag => value::truth(text).is_some(),
        Shape::Text | Shape::Number | Shape::List => true,
    };
    match told().find(|text| !good(text)) {
        Some(bad) => Err(bad),
        None => Ok(told().next()),
    }
}

fn of<'c>(columns: &'c [Column], mapping: &Mapping, field: &str) -> Option<&'c Column> {
    let name = mapping.columns.get(field)?;
    columns.iter().find(|c| c.name == *name)
}

fn units(columns: &[Column], mapping: &mut Mapping, questions: &mut Vec<String>) {
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

fn ask(columns: &[Column], mapping: &Mapping, questions: &mut Vec<String>) {
    match of(columns, mapping, "timestamp") {
        None => questions.push("Which column is the time?".to_owned()),
        Some(time) => {
            let local = time.told().find(|text| value::stamp(text, Epoch::Auto).is_ok_and(|stamp| !stamp.zoned));
            if let Some(local) = local {
                questions.push(format!("Which zone are times such as \"{local}\" in? Set zone = \"UTC\" or another."));
            }
        }
    }
    if mapping.kind == RowIs::Call && !mapping.columns.contains_key("model") {
        questions.push("Which model was it? Map a column, or set the constant model.".to_owned());
    }
    if mapping.kind.bits() == RowIs::Score.bits() && !mapping.columns.contains_key("score_name") {
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
        None => questions.push(format!(
            "Is \"{}\" inside the input tokens or beside them? Taken as inside; Anthropic's own numbers are beside.",
            cached.name
        )),
    }
}
