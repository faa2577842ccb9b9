//! What figures rest on, a line each: no file goes out without it.

use outlay_analysis::answer::{PeriodView, Trust};
use outlay_analysis::words::{Style, THIN, provider};
use outlay_model::money::Money;
use outlay_model::query::Condition;

/// Period, zone, filter, source, what is priced, explained and present, price book and data version.
pub fn notes(period: &PeriodView, trust: &Trust, conditions: &[Condition], style: Style) -> Vec<String> {
    let money = |money: Money| style.total(money.amount, money.currency);
    let mut out = Vec::new();
    let mut note = |name: &str, text: String| out.push(format!("{name}: {text}"));
    note("Period", format!("{} ({} to {})", period.label, period.from, period.to));
    note("Zone", period.zone.clone());
    for condition in conditions {
        let values: Vec<&str> =
            condition.values.iter().map(|v| if v.is_empty() { "not told" } else { v.as_str() }).collect();
        let verb = if condition.negate { "is not" } else { "is" };
        note("Filter", format!("{} {verb} {}", condition.dimension.title(), values.join(" or ")));
    }
    let sources: Vec<String> = trust
        .sources
        .iter()
        .map(|s| {
            let days = if s.days == 1 { "day" } else { "days" };
            let who = account(&s.provider, &s.account);
            format!("{who} by {}, {} on {} {days}", s.source.title(), money(s.amount), style.count(s.days))
        })
        .collect();
    note("Source", if sources.is_empty() { "none".to_owned() } else { sources.join("; ") });
    if !trust.other_currencies.is_empty() {
        let amounts: Vec<String> = trust.other_currencies.iter().map(|m| money(*m)).collect();
        note("Not added, in other currencies", amounts.join(", "));
    }
    if !trust.left_out.is_empty() {
        let exports: Vec<&str> = trust.left_out.iter().map(|export| export.sentence.as_str()).collect();
        note("Not added, told twice", exports.join("; "));
    }
    let mut priced = vec![match trust.priced {
        Some(share) => format!("{} of tokens", tenths(share, style)),
        None => "no tokens in this period".to_owned(),
    }];
    for unpriced in &trust.unpriced {
        let model = if unpriced.model.is_empty() { "what tells no model" } else { &unpriced.model };
        let at = provider(&unpriced.provider);
        let (tokens, calls) = (style.count(unpriced.tokens), style.count(unpriced.calls));
        priced.push(format!("no price for {model} at {at}: {tokens} tokens, {calls} calls"));
    }
    if trust.unknown_usage_calls > 0 {
        priced.push(format!("{} calls tell no tokens: their cost is unknown", style.count(trust.unknown_usage_calls)));
    }
    note("Priced", priced.join("; "));
    if let Some((low, high)) = trust.range {
        note(
            "Range",
            format!("{} to {}: cache writes of unknown duration; the total is the low end", money(low), money(high)),
        );
    }
    if let Some(share) = trust.explained {
        note("Explained", format!("{} by own logs", tenths(share, style)));
    }
    if trust.days > 0 {
        let mut days = vec![format!("{} of {}", style.count(trust.days_present), style.count(trust.days))];
        for m in &trust.missing {
            let who = account(&m.provider, &m.account);
            days.extend((!m.label.is_empty()).then(|| format!("{who} misses {}", m.label)));
            days.extend((!m.partial_label.is_empty()).then(|| format!("{who} has {} in part", m.partial_label)));
        }
        note("Days present", days.join("; "));
    }
    note("Price book", trust.book.clone());
    note("Data version", trust.data_version.to_string());
    out
}

/// A provider with its account, where it has several.
fn account(id: &str, account: &str) -> String {
    if account.is_empty() { provider(id) } else { format!("{} ({account})", provider(id)) }
}

/// `97.8 %`; only all is 100 and only nothing is 0.
fn tenths(share: f64, style: Style) -> String {
    let text = match share {
        s if s < 1.0 && s > 0.9995 => "99.9".to_owned(),
        s if s > 0.0 && s < 0.0005 => "<0.1".to_owned(),
        s => format!("{:.1}", s * 100.0),
    };
    let text = text.strip_suffix(".0").unwrap_or(&text).replace('.', &style.decimal.to_string());
    format!("{text}{THIN}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_analysis::answer::{HeadlineSource, MissingDays, SourceShare, Unpriced};
    use outlay_model::dimension::Dimension;
    use outlay_model::money::Pico;

    #[test]
    fn everything_that_a_figure_rests_on_is_said() {
        let usd = |text: &str| Money::usd(Pico::parse(text).expect("an amount"));
        let period = PeriodView {
            from: "2026-10-01".to_owned(),
            to: "2026-10-31".to_owned(),
            label: "October 2026".to_owned(),
            month: None,
            zone: "Europe/Berlin".to_owned(),
        };
        let trust = Trust {
            sources: vec![SourceShare {
                provider: "openai".to_owned(),
                account: "eu".to_owned(),
                source: HeadlineSource::Invoice,
                days: 28,
                amount: usd("80112.4"),
            }],
            priced: Some(0.978),
            unpriced: vec![Unpriced {
                provider: "azure".to_owned(),
                model: "my-dep".to_owned(),
                tokens: 1_204_000,
                calls: 3,
            }],
            explained: Some(0.76),
            days_present: 28,
            days: 31,
            missing: vec![MissingDays {
                provider: "azure".to_owned(),
                account: String::new(),
                label: "29 to 31 Oct".to_owned(),
                ..MissingDays::default()
            }],
            range: Some((usd("80112.4"), usd("80120"))),
            book: "2026-11".to_owned(),
            data_version: 7,
            ..Trust::default()
        };
        let not =
            Condition { dimension: Dimension::Feature, values: vec![String::new(), "=a".to_owned()], negate: true };
        assert_eq!(
            notes(&period, &trust, &[not], Style::default()),
            [
                "Period: October 2026 (2026-10-01 to 2026-10-31)",
                "Zone: Europe/Berlin",
                "Filter: Feature is not not told or =a",
                "Source: OpenAI (eu) by invoice, $80,112.40 on 28 days",
                "Priced: 97.8\u{202f}% of tokens; no price for my-dep at Azure: 1,204,000 tokens, 3 calls",
                "Range: $80,112.40 to $80,120.00: cache writes of unknown duration; the total is the low end",
                "Explained: 76\u{202f}% by own logs",
                "Days present: 28 of 31; Azure misses 29 to 31 Oct",
                "Price book: 2026-11",
                "Data version: 7",
            ]
        );
        let none = notes(&period, &Trust::default(), &[], Style::default());
        assert!(
            none.contains(&"Source: none".to_owned()) && none.contains(&"Priced: no tokens in this period".to_owned())
        );
    }

    #[test]
    fn shares_do_not_claim_too_much() {
        let said = [1.0, 0.99999, 0.0, 0.00001].map(|s| tenths(s, Style::default()));
        assert_eq!(said, ["100\u{202f}%", "99.9\u{202f}%", "0\u{202f}%", "<0.1\u{202f}%"]);
        assert_eq!(tenths(0.125, Style::like("1.234,56")), "12,5\u{202f}%");
    }
}
