//! Ids that several rows share.

use std::collections::HashMap;

use super::samples::{Column, of};
use super::suggest::Reason;
use super::{Mapping, RowIs};
use crate::value;

/// Two calls of one request id and attempt are one call told twice. Where rows of one id differ, the column names what
/// they have in common, which a trace is, and each of them is a call.
pub(super) fn settle(
    columns: &[Column],
    mapping: &mut Mapping,
    reasons: &mut Vec<Reason>,
    questions: &mut Vec<String>,
) {
    let Some(id) = of(columns, mapping, "request_id").filter(|_| mapping.kind == RowIs::Call) else { return };
    let Some((one, other)) = shared(columns, id, of(columns, mapping, "attempt")) else { return };
    let same = format!("rows {} and {} have the same \"{}\" and differ", one + 1, other + 1, id.name);
    mapping.columns.remove("request_id");
    reasons.retain(|reason| reason.field != "request_id");
    let taken = if mapping.columns.contains_key("trace_id") {
        "It is left out"
    } else {
        mapping.columns.insert("trace_id".to_owned(), id.name.clone());
        let why = format!("its name, and {same}");
        reasons.push(Reason { field: "trace_id".to_owned(), column: id.name.clone(), why });
        "It is taken as the trace"
    };
    questions.push(format!(
        "Are rows that share \"{}\" calls of their own? {taken}, since {same}. Map it to request_id if such rows tell \
         one call several times.",
        id.name
    ));
}

/// The first two rows of one id and attempt that are not the same row again.
fn shared(columns: &[Column], id: &Column, attempt: Option<&Column>) -> Option<(usize, usize)> {
    let mut first = HashMap::new();
    for row in (0..id.texts.len()).filter(|row| !value::is_no_id(id.text(*row))) {
        let key = (id.text(row), attempt.map_or("", |column| column.text(row)));
        match first.get(&key) {
            Some(before) if columns.iter().any(|c| c.text(*before) != c.text(row)) => return Some((*before, row)),
            Some(_) => {}
            None => {
                first.insert(key, row);
            }
        }
    }
    None
}
