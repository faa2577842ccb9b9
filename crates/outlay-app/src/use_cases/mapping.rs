//! Formats that can be read, and mappings for files that none of them knows.

use outlay_import::mapping::{Mapping, RowIs, preview, suggest};
use outlay_import::{Input, fields, formats as registry};
use outlay_model::money::Money;
use outlay_model::report::Kind;
use outlay_model::tokens::Tokens;

use super::files::{Found, open};
use super::price::price;
use crate::replies::{
    ErrorReply, FormatEntry, FormatsReply, MappingField, MappingReply, MappingRequest, Nothing, PriceRequest,
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
    let found = Found { path: request.path.clone().into(), name: request.path.clone(), bytes };
    let (source, _) = open(&found)?;
    let bad = |e: outlay_import::ImportError| ErrorReply::bad_request(e.to_string());
    let input = tokio::task::spawn_blocking(move || Input::open(source))
        .await
        .map_err(|e| ErrorReply::fault(e.to_string()))?
        .map_err(bad)?;
    let head = input.head();
    let suggestion = suggest(head);
    let saved = match (&request.mapping, app.opened().await) {
        (None, Ok(open)) => open.ledger.mapping(&head.signature().join(",")).await?,
        _ => None,
    };
    let mut chosen = match request.mapping.as_ref().or(saved.as_ref()) {
        Some(text) => Mapping::from_toml(text).map_err(bad)?,
        None => suggestion.mapping.clone(),
    };
    if chosen.headers.is_empty() {
        chosen.headers = head.signature().to_vec();
    }
    if let Some(name) = &request.zone {
        chosen.zone = Some(opened::zone(name)?);
    }
    let kind = chosen.kind.kind();
    let listed = fields().iter().filter(|f| f.is_of(kind)).map(|field| MappingField {
        name: field.name.to_owned(),
        about: field.about.to_owned(),
        column: chosen.columns.get(field.name).cloned().unwrap_or_default(),
        reason: suggestion.reasons.iter().find(|r| r.field == field.name).map(|r| r.why.clone()).unwrap_or_default(),
    });
    let listed: Vec<MappingField> = listed.collect();
    let rows = sample_rows(head);
    let previews = preview(head, &chosen, 1);
    let (example, fault) = match previews {
        Ok(rows) => match rows.into_iter().next() {
            Some(row) => {
                let fault = row.fault.map(|f| format!("line {}, {}: {}", f.line, f.column, f.reason));
                (row.fields, fault)
            }
            None => (Vec::new(), Some("the file has no row".to_owned())),
        },
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let example_cost =
        if chosen.kind == RowIs::Call && fault.is_none() { cost_of(app, &example, task).await } else { None };
    Ok(MappingReply {
        mapping: chosen.to_toml().map_err(bad)?,
        fields: listed,
        columns: head.columns.clone(),
        rows,
        questions: suggestion.questions,
        example,
        example_cost,
        fault,
    })
}

/// The cost of an example row, from the fields that it became.
async fn cost_of(app: &App, example: &[(String, String)], task: &Task) -> Option<Money> {
    let text = |name: &str| example.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
    let count = |name: &str| text(name).parse::<i64>().unwrap_or_default();
    let tokens = Tokens {
        uncached_input: count("uncached_input"),
        cache_read: count("cache_read"),
        cache_write_5m: count("cache_write_5m"),
        cache_write_1h: count("cache_write_1h"),
        cache_write_unknown: count("cache_write_unknown"),
        output: count("output"),
        ..Tokens::default()
    };
    let request = PriceRequest {
        provider: text("provider").to_owned(),
        model: text("model").to_owned(),
        date: text("timestamp").to_owned(),
        tier: text("tier").to_owned(),
        tokens,
        ..PriceRequest::default()
    };
    price(app, request, task).await.ok()?.cost
}

fn sample_rows(head: &outlay_import::Head) -> Vec<Vec<String>> {
    use outlay_import::Layout;
    match head.layout {
        Layout::Table { delimiter } => csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(head.text.as_bytes())
            .records()
            .filter_map(Result::ok)
            .take(PREVIEW)
            .map(|record| record.iter().map(|cell| outlay_model::record::shorten(cell, 60)).collect())
            .collect(),
        _ => head
            .text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line.trim_end_matches(',')).ok())
            .take(PREVIEW)
            .map(|row| {
                head.columns.iter().map(|path| outlay_model::record::shorten(&at_path(&row, path), 60)).collect()
            })
            .collect(),
    }
}

fn at_path(row: &serde_json::Value, path: &str) -> String {
    let found = path.split('.').try_fold(row, |value, key| value.get(key));
    match found {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
