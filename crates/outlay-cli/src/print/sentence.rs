//! Sentences, and how far an answer can be trusted.

use std::fmt::Write as _;

use outlay_analysis::answer::{PeriodView, Sentence, Tone, Trust};

use super::{DOWN, FAINT, Look, STRONG, UP, WARN, inert};

/// A sentence on a line of its own; nothing where it is empty.
pub fn sentence(sentence: &Sentence, look: &Look) -> String {
    let words: String = sentence
        .0
        .iter()
        .map(|span| {
            let text = inert(&span.text);
            match span.tone {
                Tone::Plain => text,
                Tone::Strong => look.paint(STRONG, &text),
                Tone::Up => look.paint(UP, &text),
                Tone::Down => look.paint(DOWN, &text),
                Tone::Warn => look.paint(WARN, &text),
            }
        })
        .collect();
    if words.is_empty() { words } else { format!("{words}\n") }
}

/// Files told not to be added; a log may come in one an hour.
const MOST_LEFT_OUT: usize = 3;

/// What stands beside every total: priced, explained, days present, what is missing.
pub fn trust(trust: &Trust, look: &Look) -> String {
    let n = look.numbers;
    let mut out = String::new();
    let mut line = |name: &str, text: String, warn: bool| {
        let text = if warn { look.paint(WARN, &text) } else { text };
        let _ = writeln!(out, "{}{text}", look.paint(FAINT, &format!("{name:<14}")));
    };
    match trust.priced {
        Some(share) => line("priced", format!("{} of tokens", n.percent(share)), share < 1.0),
        None => line("priced", "no tokens in this period".to_owned(), false),
    }
    for unpriced in &trust.unpriced {
        line(
            "",
            format!(
                "no price for {} at {}: {} tokens, {} calls",
                if unpriced.model.is_empty() { "what tells no model".to_owned() } else { inert(&unpriced.model) },
                inert(&unpriced.provider),
                n.count(unpriced.tokens),
                n.count(unpriced.calls)
            ),
            true,
        );
    }
    if trust.unknown_usage_calls > 0 {
        line("", format!("{} calls tell no tokens: their cost is unknown", n.count(trust.unknown_usage_calls)), true);
    }
    if let Some(share) = trust.explained {
        line("explained", format!("{} by own logs", n.percent(share)), false);
    }
    if trust.days > 0 {
        let days = format!("{} of {}", n.count(trust.days_present), n.count(trust.days));
        line("days present", days, trust.days_present < trust.days);
    }
    for missing in &trust.missing {
        let account = account(&missing.provider, &missing.account);
        for (name, label) in [("missing", &missing.label), ("in part", &missing.partial_label)] {
            if !label.is_empty() {
                line(name, format!("{account} {}", inert(label)), true);
            }
        }
    }
    for export in trust.left_out.iter().take(MOST_LEFT_OUT) {
        line("not added", inert(&export.sentence), true);
    }
    if trust.left_out.len() > MOST_LEFT_OUT {
        line("not added", format!("{} more files", n.count((trust.left_out.len() - MOST_LEFT_OUT) as i64)), true);
    }
    if let Some((low, high)) = trust.range {
        let range = format!("{} to {}: cache writes of unknown duration", n.phrase(low), n.phrase(high));
        line("range", range, true);
    }
    if !trust.other_currencies.is_empty() {
        let amounts: Vec<String> = trust.other_currencies.iter().map(|m| n.phrase(*m)).collect();
        line("not added", format!("{}, in other currencies", amounts.join(", ")), true);
    }
    out
}

/// The footer: period, zone, source, prices, data version.
pub fn footer(period: &PeriodView, trust: &Trust, look: &Look) -> String {
    let n = look.numbers;
    let mut sources: Vec<String> = trust
        .sources
        .iter()
        .map(|s| {
            let account = account(&s.provider, &s.account);
            format!("{account} by {}, {} on {} days", s.source.title(), n.phrase(s.amount), n.count(s.days))
        })
        .collect();
    if sources.is_empty() {
        sources.push("none".to_owned());
    }
    let mut parts = Vec::new();
    if !period.from.is_empty() {
        parts.push(format!("{} ({} to {})", inert(&period.label), inert(&period.from), inert(&period.to)));
    }
    if !period.zone.is_empty() {
        parts.push(format!("zone {}", inert(&period.zone)));
    }
    parts.push(format!("source: {}", sources.join("; ")));
    if !trust.book.is_empty() {
        parts.push(format!("prices {}", inert(&trust.book)));
    }
    parts.push(format!("data version {}", trust.data_version));
    format!("{}\n", look.paint(FAINT, &parts.join(" · ")))
}

/// A provider with its account, where it has several.
pub fn account(provider: &str, account: &str) -> String {
    if account.is_empty() { inert(provider) } else { format!("{} ({})", inert(provider), inert(account)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_analysis::answer::{HeadlineSource, MissingDays, SourceShare, Unpriced};
    use outlay_model::money::{Money, Pico};

    #[test]
    fn trust_names_what_is_missing() {
        let shown = Trust {
            sources: vec![SourceShare {
                provider: "openai".to_owned(),
                account: String::new(),
                source: HeadlineSource::Invoice,
                days: 31,
                amount: Money::usd(Pico(80_112 * outlay_model::money::PICO)),
            }],
            priced: Some(0.982),
            unpriced: vec![Unpriced {
                provider: "azure".to_owned(),
                model: "my\u{1b}dep".to_owned(),
                tokens: 1_204_000,
                calls: 3,
            }],
            explained: Some(0.76),
            days_present: 28,
            days: 31,
            missing: vec![MissingDays {
                provider: "azure".to_owned(),
                account: "eu".to_owned(),
                label: "29 to 31 Oct".to_owned(),
                ..MissingDays::default()
            }],
            book: "2026-11".to_owned(),
            data_version: 7,
            ..Trust::default()
        };
        let look = Look::plain();
        let want = "\
priced        98.2 % of tokens
              no price for my\\u{1b}dep at azure: 1,204,000 tokens, 3 calls
explained     76 % by own logs
days present  28 of 31
missing       azure (eu) 29 to 31 Oct
";
        assert_eq!(trust(&shown, &look), want);
        let period = PeriodView {
            from: "2026-10-01".to_owned(),
            to: "2026-10-31".to_owned(),
            label: "October 2026".to_owned(),
            month: None,
            zone: "UTC".to_owned(),
        };
        assert_eq!(
            footer(&period, &shown, &look),
            "October 2026 (2026-10-01 to 2026-10-31) · zone UTC · source: openai by invoice, $80,112.00 on 31 days · \
             prices 2026-11 · data version 7\n"
        );
    }

    #[test]
    fn colours_only_where_they_are_shown() {
        let said = Sentence::default().say(Tone::Up, "+$9,480").say(Tone::Plain, " more");
        assert_eq!(sentence(&said, &Look::plain()), "+$9,480 more\n");
        assert!(sentence(&said, &Look { colour: true, ..Look::plain() }).contains("\u{1b}["));
        assert_eq!(sentence(&Sentence::default(), &Look::plain()), "");
    }
}
