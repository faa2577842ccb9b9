//! What a mapping leaves open that only a person can tell.

use super::samples::{Column, columns, of};
use super::times::{Pattern, patterns_of};
use super::{Mapping, RowIs};
use crate::fields;
use crate::head::Head;
use crate::value::{self, Epoch};

/// What a mapping leaves open that only a person can tell.
#[must_use]
pub fn questions(head: &Head, mapping: &Mapping) -> Vec<String> {
    let mut questions = Vec::new();
    ask(&columns(head, &mapping.rows), mapping, &mut questions);
    questions
}

pub(super) fn ask(columns: &[Column], mapping: &Mapping, questions: &mut Vec<String>) {
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
            if let ([first, .., last], true) = (&patterns_of(&time.values())[..], pattern.is_none()) {
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
    let named = mapping.columns.keys().any(|field| fields::is_score(field));
    if mapping.kind.bits() == RowIs::Score.bits() && !says("score_name") && !named {
        questions.push("What is the score called? Map a column, or set the constant score_name.".to_owned());
    }
}
