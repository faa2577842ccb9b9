//! Which token counts lie inside which others, as the numbers of the first rows prove it.

use super::samples::{Column, of};
use super::suggest::Reason;
use super::synonyms::plain;
use super::{CachedInput, Mapping, Reasoning};
use crate::value;

/// What a row counts, and whether a part is counted beside the number that may contain it.
struct Row {
    at: usize,
    input: i64,
    tool_use: i64,
    output: i64,
    cached: i64,
    reasoning: i64,
    total: Option<i64>,
}

/// How a source may count: cached tokens beside the input, reasoning beside the output.
#[derive(Clone, Copy)]
struct Way {
    cached: bool,
    reasoning: bool,
}

const WAYS: [Way; 4] = [
    Way { cached: false, reasoning: false },
    Way { cached: true, reasoning: false },
    Way { cached: false, reasoning: true },
    Way { cached: true, reasoning: true },
];

impl Row {
    /// The ways that the row allows. No part is larger than what contains it; and where a total fits any of the ways,
    /// it allows only those.
    fn ways(&self) -> Vec<Way> {
        let possible: Vec<Way> = WAYS
            .into_iter()
            .filter(|way| (way.cached || self.cached <= self.input) && (way.reasoning || self.reasoning <= self.output))
            .collect();
        let sum = |way: &Way| {
            self.input
                + self.tool_use
                + self.output
                + if way.cached { self.cached } else { 0 }
                + if way.reasoning { self.reasoning } else { 0 }
        };
        let fitting: Vec<Way> = possible.iter().copied().filter(|way| self.total == Some(sum(way))).collect();
        if fitting.is_empty() { possible } else { fitting }
    }

    /// Whether a part is beside what may contain it, where all ways that the row allows say the same.
    fn tells(&self, part: i64, beside: impl Fn(&Way) -> bool) -> Option<bool> {
        let ways = self.ways();
        let first = beside(ways.first()?);
        (part > 0 && ways.iter().all(|way| beside(way) == first)).then_some(first)
    }
}

fn rows(columns: &[Column], mapping: &Mapping) -> Vec<Row> {
    let column = |field| of(columns, mapping, field);
    let number = |column: Option<&Column>, at: usize| column.and_then(|c| value::count(c.text(at)).ok());
    let fields = ["input_tokens", "tool_use_input_tokens", "output_tokens", "total_tokens"].map(column);
    let parts = ["cached_input_tokens", "cache_write_tokens", "reasoning_tokens"].map(column);
    let most = columns.iter().map(|c| c.texts.len()).max().unwrap_or(0);
    let row = |at: usize| {
        let [input, tool_use, output, total] = fields.map(|column| number(column, at));
        let [read, write, reasoning] = parts.map(|column| number(column, at).unwrap_or(0));
        // Gemini leaves the output out where all of it was thinking.
        let output = output.or(fields[2].map(|_| 0));
        Some(Row {
            at: at + 1,
            input: input?,
            tool_use: tool_use.unwrap_or(0),
            output: output.unwrap_or(0),
            cached: read + write,
            reasoning,
            total: output.and(total),
        })
    };
    (0..most).filter_map(row).collect()
}

/// Whether a part is counted beside what may contain it, and which row proves it. A row that proves it beside wins: a
/// total may leave out what is beside, so that it looks as if it were inside.
fn proof(rows: &[Row], part: fn(&Row) -> i64, beside: fn(&Way) -> bool) -> Option<(bool, &Row)> {
    let told = || rows.iter().filter_map(|row| row.tells(part(row), beside).map(|beside| (beside, row)));
    told().find(|(beside, _)| *beside).or_else(|| told().next())
}

fn why(beside: bool, row: &Row, part: (i64, &str), whole: (i64, &str)) -> String {
    match beside {
        true if part.0 > whole.0 => {
            format!("row {} has {} {} and {} {} tokens", row.at, part.0, part.1, whole.0, whole.1)
        }
        true => format!("the total of row {} needs them", row.at),
        false => format!("the total of row {} has no room for more", row.at),
    }
}

/// Settles where cached and reasoning tokens are counted, or asks.
pub(super) fn settle(
    columns: &[Column],
    mapping: &mut Mapping,
    reasons: &mut Vec<Reason>,
    questions: &mut Vec<String>,
) {
    let rows = rows(columns, mapping);
    cached(columns, &rows, mapping, reasons, questions);
    reasoning(columns, &rows, mapping, reasons, questions);
}

/// Whether the column of a field, or the last step of its path, has one of these names.
fn is_named(mapping: &Mapping, field: &str, names: &[&str]) -> bool {
    let last = |column: &str| plain(column.rsplit('.').next().unwrap_or(column));
    mapping.columns.get(field).is_some_and(|column| names.contains(&last(column).as_str()))
}

fn cached(
    columns: &[Column],
    rows: &[Row],
    mapping: &mut Mapping,
    reasons: &mut Vec<Reason>,
    questions: &mut Vec<String>,
) {
    let Some(cached) = of(columns, mapping, "cached_input_tokens").or(of(columns, mapping, "cache_write_tokens"))
    else {
        return;
    };
    if let Some((beside, row)) = proof(rows, |row| row.cached, |way| way.cached) {
        mapping.cached_input = if beside { CachedInput::Outside } else { CachedInput::Inside };
        let why = why(beside, row, (row.cached, "cached"), (row.input, "input"));
        reasons.push(Reason { field: "cached_input".to_owned(), column: cached.name.clone(), why });
        return;
    }
    // The names of Anthropic's own responses, whose input does not have them inside.
    let models = of(columns, mapping, "model");
    let claude = models.is_some_and(|c| c.told().next().is_some() && c.told().all(|m| m.contains("claude")));
    let named = is_named(mapping, "cached_input_tokens", &["cachereadinputtokens"])
        || is_named(mapping, "cache_write_tokens", &["cachecreationinputtokens"]);
    let taken = if is_named(mapping, "input_tokens", &["inputtokens"]) && (named || claude) {
        mapping.cached_input = CachedInput::Outside;
        "beside, as Anthropic counts"
    } else {
        "inside; Anthropic's own numbers are beside"
    };
    questions.push(format!("Is \"{}\" inside the input tokens or beside them? Taken as {taken}.", cached.name));
}

fn reasoning(
    columns: &[Column],
    rows: &[Row],
    mapping: &mut Mapping,
    reasons: &mut Vec<Reason>,
    questions: &mut Vec<String>,
) {
    let Some(reasoning) = of(columns, mapping, "reasoning_tokens") else { return };
    if let Some((beside, row)) = proof(rows, |row| row.reasoning, |way| way.reasoning) {
        mapping.reasoning = if beside { Reasoning::Outside } else { Reasoning::Inside };
        let why = why(beside, row, (row.reasoning, "reasoning"), (row.output, "output"));
        reasons.push(Reason { field: "reasoning".to_owned(), column: reasoning.name.clone(), why });
        return;
    }
    // Gemini's own names, whose output does not have them inside; nobody else is known to count so.
    if !is_named(mapping, "reasoning_tokens", &["thoughtstokencount"]) {
        return;
    }
    let taken = if is_named(mapping, "output_tokens", &["candidatestokencount", "responsetokencount"]) {
        mapping.reasoning = Reasoning::Outside;
        "beside, as Gemini counts"
    } else {
        "inside; Gemini's own numbers are beside"
    };
    questions.push(format!("Is \"{}\" inside the output tokens or beside them? Taken as {taken}.", reasoning.name));
}
