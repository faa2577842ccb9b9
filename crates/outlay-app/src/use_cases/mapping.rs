//! Formats that can be read, and mappings for files that none of them knows.

use std::collections::{BTreeMap, BTreeSet};

use outlay_import::mapping::{
    Mapping, RowIs, Suggestion, columns, preview_of, questions, suggest, suggest_as, time_formats,
};
use outlay_import::{Head, ImportError, Input, SCORE_PREFIX, Shape, detect, fields, formats as registry};
use outlay_ledger::Ledger;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::record::shorten;
use outlay_model::report::{Kind, RejectedRow};
use outlay_model::tokens::{BUCKETS, Tokens};
use outlay_model::view::Unit;

use super::files::{Found, open};
use super::price::price;
use crate::replies::{
    ErrorReply, FormatEntry, FormatsReply, MappingField, MappingReply, MappingRequest, MappingSpec, Nothing,
    PriceRequest,
};
use crate::task::Task;
use crate::{App, opened};

/// Rows of a file that a preview shows.
const PREVIEW: usize = 12;

/// Formats that can be read.
///
/// # Errors
/// None.
pub async fn formats(_: &App, _: Nothing, _: &Task) -> Result<FormatsReply, ErrorReply> {
    let formats = registry()
        .iter()
        .map(|format| {
            let about = format.about();
            FormatEntry {
                id: format.id().to_owned(),
                title: format.title().to_owned(),
                origin: about.from.to_owned(),
                kind: about.kind.unwrap_or(Kind::Call),
                cannot_tell: about.cannot_tell.iter().map(|t| (*t).to_owned()).collect(),
            }
        })
        .collect();
    Ok(FormatsReply { formats })
}

/// Suggests a mapping for a file, or tries one on its first rows.
///
/// # Errors
/// `bad_request` where the file cannot be read or the mapping is malformed.
pub async fn mapping(app: &App, request: MappingRequest, task: &Task) -> Result<MappingReply, ErrorReply> {
    let bytes = std::fs::metadata(&request.path).map(|m| m.len()).unwrap_or_default();
    let found = Found { path: request.path.clone().into(), name: request.path.clone(), bytes, member: None };
    let input = opened_input(&found).await?;
    let head = input.head();
    let suggested = suggest(head);
    let saved = match (&request.spec, &request.mapping, app.opened().await) {
        (None, None, Ok(open)) => match saved_for(&open.ledger, head).await? {
            None if matches!(detect(head, None), Err(ImportError::Unknown { .. })) => {
                saved_alike(&open.ledger, head).await?
            }
            saved => saved,
        },
        _ => None,
    };
    let mut chosen = match (&request.spec, &request.mapping, saved) {
        (Some(spec), ..) => spec.mapping()?,
        (None, Some(text), _) => Mapping::from_toml(text).map_err(|e| bad(&e))?,
        (None, None, Some(saved)) => saved,
        (None, None, None) => suggested.mapping.clone(),
    };
    chosen.made_for(head);
    if let Some(name) = &request.zone {
        chosen.zone = Some(opened::zone(name)?);
    }
    let kind = request.kind.unwrap_or(chosen.kind);
    let suggestion = if kind == suggested.mapping.kind { suggested } else { suggest_as(head, kind) };
    if kind != chosen.kind {
        change(&mut chosen, &suggestion.mapping);
    }
    let columns = columns(head, &chosen.rows);
    // Read from the file again: its first row may be longer than what was looked at.
    let (again, tried) = (opened_input(&found).await?, chosen.clone());
    let previews = tokio::task::spawn_blocking(move || preview_of(again, &tried, 1))
        .await
        .map_err(|e| ErrorReply::fault(e.to_string()))?;
    let (example, fault) = match previews {
        Ok(rows) => match rows.into_iter().next() {
            Some(row) => (row.fields, row.fault.map(|fault| refusal(&fault))),
            None => (Vec::new(), Some("the file has no row".to_owned())),
        },
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let example_cost = if fault.is_none() { cost_of(app, chosen.kind, &example, task).await } else { None };
    Ok(MappingReply {
        mapping: chosen.to_toml().map_err(|e| bad(&e))?,
        spec: MappingSpec::of(&chosen),
        fields: listed(&chosen, &suggestion),
        rows: (0..PREVIEW)
            .take_while(|row| columns.iter().any(|c| c.texts.len() > *row))
            .map(|row| columns.iter().map(|c| shorten(c.texts.get(row).map_or("", String::as_str), 60)).collect())
            .collect(),
        columns: columns.into_iter().map(|c| c.name).collect(),
        paths: head.is_json(),
        time_formats: time_formats(head, &chosen),
        questions: open_questions(head, &chosen, suggestion),
        example,
        example_cost,
        fault,
    })
}

async fn opened_input(found: &Found) -> Result<Input, ErrorReply> {
    let (source, _) = open(found)?;
    tokio::task::spawn_blocking(move || Input::open(source))
        .await
        .map_err(|e| ErrorReply::fault(e.to_string()))?
        .map_err(|e| bad(&e))
}

/// The mapping saved for files that begin like this. One that was saved by an older version, and that cannot be used
/// any more, is none.
pub(super) async fn saved_for(ledger: &Ledger, head: &Head) -> Result<Option<Mapping>, ErrorReply> {
    let text = ledger.mapping(&head.signature().join(",")).await?;
    Ok(text.and_then(|text| Mapping::from_toml(&text).ok()))
}

/// Of the saved mappings that find all they read in a file which no format knows, the one that reads most.
pub(super) async fn saved_alike(ledger: &Ledger, head: &Head) -> Result<Option<Mapping>, ErrorReply> {
    let saved = ledger.mappings().await?;
    let fitting = saved.iter().filter_map(|text| Mapping::from_toml(text).ok()).filter(|m| m.covers(head));
    Ok(fitting.max_by_key(|m| m.columns.len()))
}

/// Why a row is refused, with its place.
fn refusal(fault: &RejectedRow) -> String {
    let RejectedRow { line, column, reason, .. } = fault;
    match column.as_str() {
        "" => format!("line {line}: {reason}"),
        column => format!("line {line}, {column}: {reason}"),
    }
}

fn bad(error: &ImportError) -> ErrorReply {
    ErrorReply::bad_request(error.to_string())
}

impl Default for MappingSpec {
    fn default() -> Self {
        MappingSpec::of(&Mapping::new(RowIs::default()))
    }
}

impl MappingSpec {
    fn of(mapping: &Mapping) -> MappingSpec {
        let Mapping { kind, cached_input, reasoning, time_unit, end_day, latency_unit, .. } = *mapping;
        let Mapping { money_unit, token_multiplier, zero_cost_is_unknown, .. } = *mapping;
        MappingSpec {
            name: mapping.name.clone(),
            kind,
            rows: mapping.rows.clone(),
            zone: mapping.zone.map(|zone| zone.name().to_owned()),
            cached_input,
            reasoning,
            time_unit,
            time_format: mapping.time_format.clone(),
            end_day,
            latency_unit,
            money_unit,
            token_multiplier,
            zero_cost_is_unknown,
            skip_values: mapping.skip_values.clone(),
            headers: mapping.headers.clone(),
            columns: mapping.columns.clone(),
            constants: mapping.constants.clone(),
        }
    }

    /// The mapping, unchecked: what is wrong with it is part of the answer. Empty texts choose nothing.
    fn mapping(&self) -> Result<Mapping, ErrorReply> {
        let told = |map: &BTreeMap<String, String>| {
            map.iter().filter(|(_, text)| !text.is_empty()).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        Ok(Mapping {
            name: self.name.clone(),
            kind: self.kind,
            rows: self.rows.trim().to_owned(),
            zone: self.zone.as_deref().map(opened::zone).transpose()?,
            cached_input: self.cached_input,
            reasoning: self.reasoning,
            time_unit: self.time_unit,
            time_format: self.time_format.trim().to_owned(),
            end_day: self.end_day,
            latency_unit: self.latency_unit,
            money_unit: self.money_unit,
            token_multiplier: self.token_multiplier,
            zero_cost_is_unknown: self.zero_cost_is_unknown,
            skip_values: self.skip_values.iter().filter(|text| !text.is_empty()).cloned().collect(),
            headers: self.headers.clone(),
            columns: told(&self.columns),
            constants: told(&self.constants),
        })
    }
}

/// Makes a mapping one of another kind: what rows of that kind have no field for goes, and what is suggested for them
/// comes where nothing is chosen yet.
fn change(mapping: &mut Mapping, suggested: &Mapping) {
    mapping.kind = suggested.kind;
    mapping.columns.retain(|field, _| suggested.kind.has(field));
    mapping.constants.retain(|field, _| suggested.kind.has(field));
    // Where parts and ends are counted is a question only once there are any.
    let reads = |field: &str| mapping.columns.contains_key(field);
    let (cached, reasoning, end) =
        (reads("cached_input_tokens") || reads("cache_write_tokens"), reads("reasoning_tokens"), reads("end"));
    if !cached {
        mapping.cached_input = suggested.cached_input;
    }
    if !reasoning {
        mapping.reasoning = suggested.reasoning;
    }
    if !end {
        mapping.end_day = suggested.end_day;
    }
    for (field, column) in &suggested.columns {
        if !mapping.constants.contains_key(field) && !mapping.columns.values().any(|c| c == column) {
            mapping.columns.entry(field.clone()).or_insert_with(|| column.clone());
        }
    }
}

/// Fields that most files have, by kind.
fn usual(kind: RowIs) -> &'static [&'static str] {
    match kind {
        RowIs::Call => {
            &["timestamp", "provider", "model", "feature", "input_tokens", "cached_input_tokens", "output_tokens"]
        }
        RowIs::Usage => {
            &["timestamp", "end", "provider", "model", "input_tokens", "cached_input_tokens", "output_tokens"]
        }
        RowIs::Charge => &["timestamp", "end", "provider", "billed", "currency", "line_item"],
        RowIs::Score => &["timestamp", "trace_id", "request_id", "score_name", "score_value"],
        RowIs::Evaluation => &["timestamp", "model", "score_name", "score_value", "item"],
    }
}

/// The fields of a mapping's kind; scores that it names itself come last.
fn listed(mapping: &Mapping, suggestion: &Suggestion) -> Vec<MappingField> {
    let entry = |name: &str, about: &str, unit: Unit| {
        let column = mapping.columns.get(name).cloned().unwrap_or_default();
        let reason = suggestion.reasons.iter().find(|r| r.field == name && r.column == column);
        MappingField {
            name: name.to_owned(),
            about: about.to_owned(),
            unit,
            usual: usual(mapping.kind).contains(&name),
            reason: reason.map(|r| r.why.clone()).unwrap_or_default(),
            column,
        }
    };
    let own: BTreeSet<&String> =
        mapping.columns.keys().chain(mapping.constants.keys()).filter(|name| name.starts_with(SCORE_PREFIX)).collect();
    fields()
        .iter()
        .filter(|field| field.is_of(mapping.kind.kind()))
        .map(|field| entry(field.name, field.about, unit(field.shape)))
        .chain(own.into_iter().map(|name| entry(name, "A score by this name", Unit::Text)))
        .collect()
}

/// Which unit of a mapping applies; none does to numbers on a scale of their own.
fn unit(shape: Shape) -> Unit {
    match shape {
        Shape::Time => Unit::Instant,
        Shape::Tokens => Unit::Tokens,
        Shape::Count => Unit::Count,
        Shape::Money => Unit::Money,
        Shape::Millis => Unit::Milliseconds,
        Shape::Text | Shape::Number | Shape::Flag | Shape::List => Unit::Text,
    }
}

/// What is still to be decided: what no mapping can go without, and what looking at the file could not settle.
fn open_questions(head: &Head, chosen: &Mapping, suggestion: Suggestion) -> Vec<String> {
    if *chosen == suggestion.mapping {
        return suggestion.questions;
    }
    let of_suggestion = questions(head, &suggestion.mapping);
    let unsettled = suggestion.questions.into_iter().filter(|q| !of_suggestion.contains(q));
    questions(head, chosen).into_iter().chain(unsettled).collect()
}

/// The cost of an example row, from the fields that it became.
async fn cost_of(app: &App, kind: RowIs, example: &[(String, String)], task: &Task) -> Option<Money> {
    let told = |name: &str| example.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let text = |name: &str| told(name).unwrap_or_default().to_owned();
    match kind {
        RowIs::Call | RowIs::Usage => {}
        RowIs::Charge => {
            let (amount, currency) = told("billed")?.split_once(' ')?;
            return Some(Money::new(Pico::parse(amount).ok()?, Currency::parse(currency)?));
        }
        RowIs::Score | RowIs::Evaluation => return None,
    }
    // A row that tells no tokens has no cost, which is not a cost of 0.
    told("uncached_input")?;
    let count = |name: &str| told(name).and_then(|v| v.parse::<i64>().ok()).unwrap_or_default();
    let request = PriceRequest {
        provider: text("provider"),
        model: text("model"),
        date: text("time"),
        tier: text("tier"),
        region: text("region"),
        tokens: Tokens::from_buckets(BUCKETS.map(count)),
    };
    price(app, request, task).await.ok()?.cost
}
