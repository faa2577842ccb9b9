//! Quality signals inside a row.

use std::borrow::Cow;

use outlay_model::record::ScoreValue;

use super::Draft;
use crate::value;

/// Feedback of a user: a number, yes or no, thumbs, or a word that is kept as a label.
pub(crate) fn feedback<'a>(draft: &mut Draft<'a>, name: &'static str, told: &Cow<'a, str>) {
    let text = told.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return;
    }
    let (value, label) = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => (Some(1.0), told.clone()),
        "false" | "no" => (Some(0.0), told.clone()),
        "up" | "thumbs_up" | "positive" => (Some(1.0), told.clone()),
        "down" | "thumbs_down" | "negative" => (Some(-1.0), told.clone()),
        _ => match value::number(text) {
            Ok(number) => (Some(number), Cow::Borrowed("")),
            Err(_) => (None, told.clone()),
        },
    };
    draft.call.scores.push(ScoreValue {
        name: Cow::Borrowed(name),
        kind: Cow::Borrowed("feedback"),
        value,
        label,
        ..ScoreValue::default()
    });
}

/// The score of a judge: a number.
pub(crate) fn judged(draft: &mut Draft<'_>, name: &'static str, told: &str) -> Result<(), &'static str> {
    draft.call.scores.push(ScoreValue {
        name: Cow::Borrowed(name),
        kind: Cow::Borrowed("judge"),
        value: Some(value::number(told)?),
        ..ScoreValue::default()
    });
    Ok(())
}

/// A score of any name: a number, or a word that is kept as a label.
pub(crate) fn named<'a>(draft: &mut Draft<'a>, name: Cow<'a, str>, told: &Cow<'a, str>) {
    let (value, label) = match (value::number(told), value::truth(told)) {
        (Ok(number), _) => (Some(number), Cow::Borrowed("")),
        (_, Some(yes)) => (Some(f64::from(u8::from(yes))), told.clone()),
        _ => (None, told.clone()),
    };
    draft.call.scores.push(ScoreValue { name, value, label, ..ScoreValue::default() });
}

/// An object of scores by name.
pub(crate) fn several<'a>(draft: &mut Draft<'a>, told: &Cow<'a, str>) -> Result<(), &'static str> {
    const BAD: &str = "is not an object of numbers by name";
    if !told.trim_start().starts_with('{') {
        return Err(BAD);
    }
    for pair in sonic_rs::to_object_iter(told.as_ref()) {
        let (name, value) = pair.map_err(|_| BAD)?;
        let text = crate::json::scalar(Cow::Owned(value.as_raw_str().to_owned())).map_err(|_| BAD)?;
        if let Some(text) = text {
            named(draft, Cow::Owned(name.to_string()), &Cow::Owned(text.into_owned()));
        }
    }
    Ok(())
}
