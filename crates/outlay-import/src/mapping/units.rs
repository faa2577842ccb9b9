//! In which units a file counts, as its names and first rows show them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::samples::{Column, columns, of};
use super::suggest::Reason;
use super::synonyms::plain;
use super::times::{self, are_days, patterns_of};
use super::{EndDay, LatencyUnit, Mapping, MoneyUnit};
use crate::head::Head;

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
    let fitting = of(&columns, mapping, "timestamp").map(|time| patterns_of(&time.values())).unwrap_or_default();
    let mut all = if fitting.is_empty() { times::PATTERNS.to_vec() } else { fitting };
    if !mapping.time_format.is_empty() && !all.contains(&mapping.time_format.as_str()) {
        all.push(&mapping.time_format);
    }
    all.into_iter()
        .filter_map(|pattern| Some(TimeFormat { pattern: pattern.to_owned(), example: times::shown(pattern)? }))
        .collect()
}

/// Settles the units, or asks.
pub(super) fn settle(
    columns: &[Column],
    mapping: &mut Mapping,
    reasons: &mut Vec<Reason>,
    questions: &mut Vec<String>,
) {
    if let Some(time) = of(columns, mapping, "timestamp")
        && let [pattern] = patterns_of(&time.values())[..]
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
    end_day(columns, mapping, reasons, questions);
}

/// Whether the day that an end names is still part of the row.
fn end_day(columns: &[Column], mapping: &mut Mapping, reasons: &mut Vec<Reason>, questions: &mut Vec<String>) {
    let Some(end) = of(columns, mapping, "end").filter(|end| are_days(&end.values())) else { return };
    let start = of(columns, mapping, "timestamp");
    let one_day = (0..end.texts.len())
        .find(|row| !end.text(*row).is_empty() && start.is_some_and(|start| start.text(*row) == end.text(*row)));
    if let Some(row) = one_day {
        mapping.end_day = EndDay::Included;
        let why = format!("row {} begins and ends on {}", row + 1, end.text(row));
        reasons.push(Reason { field: "end_day".to_owned(), column: end.name.clone(), why });
    } else if let Some(example) = end.values().first() {
        questions.push(format!(
            "Is {example}, as in \"{}\", the last day of its row or the first day after it? Taken as the first day \
             after it; else set end_day = \"included\".",
            end.name
        ));
    }
}
