//! The declared ways in which a book says that an id means a model.

use serde::Deserialize;

use crate::schedule::RuleKind;

/// One condition on an id in lower case.
#[derive(Debug, Deserialize)]
pub(crate) enum Clause {
    #[serde(rename = "eq")]
    Equals(String),
    #[serde(rename = "pre")]
    Starts(String),
    #[serde(rename = "suf")]
    Ends(String),
    #[serde(rename = "has")]
    Contains(String),
    #[serde(rename = "re")]
    Regex(String),
    #[serde(rename = "nre")]
    NotRegex(String),
    #[serde(rename = "all")]
    All(Vec<Clause>),
}

impl Clause {
    /// How the clause matches `id`, or `None`. With `strict`, ids that merely contain or end with the text do not
    /// count, nor do those that go on after it with more than a date or a version: deployment names are free text.
    pub(crate) fn matches(&self, id: &str, strict: bool) -> Option<(RuleKind, String)> {
        let pattern = |hit: bool, told: String| hit.then_some((RuleKind::Pattern, told));
        match self {
            Clause::Equals(text) => (id == text).then(|| (RuleKind::Alias, format!("is \"{text}\""))),
            Clause::Starts(text) => {
                // Behind these a fine-tuned model's own name follows.
                let named = text.starts_with("ft:") || text.ends_with(".ft-");
                let rest = id.strip_prefix(text.as_str());
                let hit = rest.is_some_and(|rest| !strict || named || is_version(rest));
                pattern(hit, format!("starts with \"{text}\""))
            }
            Clause::Ends(text) => pattern(!strict && id.ends_with(text), format!("ends with \"{text}\"")),
            Clause::Contains(text) => pattern(!strict && id.contains(text), format!("contains \"{text}\"")),
            Clause::Regex(text) => pattern(regex(text, id), format!("fits {text}")),
            Clause::NotRegex(text) => pattern(!regex(text, id), format!("does not fit {text}")),
            Clause::All(clauses) => {
                let told: Option<Vec<String>> =
                    clauses.iter().map(|clause| clause.matches(id, strict).map(|(_, told)| told)).collect();
                told.map(|told| (RuleKind::Pattern, told.join(" and ")))
            }
        }
    }
}

/// `-2025-08-07`, `@20250929`, `-20241022-v2:0`, `-latest`, `-preview`: what a maker puts behind a model's name.
fn is_version(rest: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = rest.split(['-', '@', ':', '.']);
    parts.all(|part| ["latest", "preview", "default"].contains(&part) || digits(part.strip_prefix('v').unwrap_or(part)))
}

/// Compiling an expression costs more than the rest of a look-up, so an id that does not begin as the expression
/// does is refused first.
fn regex(pattern: &str, id: &str) -> bool {
    if let Some(anchored) = pattern.strip_prefix('^') {
        let literal: String = anchored
            .split(['\\', '[', '(', '.', '*', '+', '?', '$', '|'])
            .next()
            .map(str::to_owned)
            .unwrap_or_default();
        if !anchored.contains('|') && !id.starts_with(&literal) {
            return false;
        }
    }
    regex::Regex::new(pattern).is_ok_and(|compiled| compiled.is_match(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_match_as_declared() {
        let dated = Clause::Regex("^gpt-5\\.2-\\d{4}-\\d{2}-\\d{2}$".to_owned());
        assert!(dated.matches("gpt-5.2-2025-12-11", true).is_some());
        assert!(dated.matches("gpt-5.2-mini", true).is_none());
        let tts = Clause::NotRegex("-[tT][tT][sS](?:$|-)".to_owned());
        assert!(tts.matches("gemini-2.5-pro", false).is_some());
        assert!(tts.matches("gemini-2.5-pro-tts", false).is_none());
        let contains = Clause::Contains("o4-mini".to_owned());
        assert!(contains.matches("acme-o4-mini", false).is_some());
        assert!(contains.matches("acme-o4-mini", true).is_none());
        let starts = Clause::Starts("claude-sonnet-4-5".to_owned());
        for id in ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929-v1:0"] {
            assert!(starts.matches(id, true).is_some(), "{id}");
        }
        assert!(starts.matches("claude-sonnet-4-5-prod", true).is_none());
        assert!(starts.matches("claude-sonnet-4-5-prod", false).is_some());
        let tuned = Clause::Starts("gpt-4o-mini-2024-07-18.ft-".to_owned());
        assert!(tuned.matches("gpt-4o-mini-2024-07-18.ft-0a1b", true).is_some());
    }
}
