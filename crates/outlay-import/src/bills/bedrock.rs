//! What Amazon's usage types say of Bedrock: `USE1-Claude4.6Opus-input-tokens-cross-region-global`.

/// A usage type cut into what it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Metered<'a> {
    /// The name under which the model is billed; empty where the usage type has none.
    pub model: &'a str,
    /// Kind of token and how it was routed.
    pub meter: &'a str,
    /// Service tier; empty = standard.
    pub tier: &'static str,
}

/// What begins the kind of token.
const KINDS: &[&str] = &["-cache-read-", "-cache-write-", "-input-token", "-output-token"];
/// What may stand between the model and the kind of token: what the tokens are of, and an endpoint.
const BETWEEN: &[&str] = &["-text", "-image", "-video", "-audio", "-speech", "-mantle"];
/// Service tiers that cost something else.
const TIERS: &[&str] = &["batch", "flex", "priority"];

/// Cuts a usage type. One without a known kind of token is a meter as it stands.
pub(crate) fn metered(usage_type: &str) -> Metered<'_> {
    let rest = match usage_type.split_once('-') {
        Some((region, rest)) if is_region(region) => rest,
        _ => usage_type,
    };
    let tier = rest
        .split(['-', '_'])
        .find_map(|word| TIERS.iter().find(|tier| tier.eq_ignore_ascii_case(word)))
        .copied()
        .unwrap_or_default();
    // The AWS Marketplace: MP:USW2_InputTokenCount_Global-Units; the product's name tells the model.
    if let Some(sold) = rest.strip_prefix("MP:") {
        let meter = match sold.split_once('_') {
            Some((region, meter)) if is_region(region) => meter,
            _ => sold,
        };
        return Metered { model: "", meter: meter.strip_suffix("-Units").unwrap_or(meter), tier };
    }
    let Some(at) = KINDS.iter().filter_map(|kind| rest.find(kind)).min() else {
        return Metered { model: "", meter: rest, tier };
    };
    let mut model = &rest[..at];
    while let Some(shorter) = BETWEEN.iter().find_map(|word| model.strip_suffix(word)) {
        model = shorter;
    }
    Metered { model, meter: rest[model.len()..].trim_start_matches('-'), tier }
}

/// Whether a text is how Amazon's bills write a region: `USE1`, `APN1`, `EU`.
fn is_region(text: &str) -> bool {
    text == "EU"
        || (matches!(text.len(), 3..=6)
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.ends_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_types() {
        // Usage types of Amazon's public price list.
        for (usage_type, model, meter, tier) in [
            ("USE1-Claude4.6Opus-input-tokens", "Claude4.6Opus", "input-tokens", ""),
            (
                "USE1-Claude4.6Opus-cache-read-input-token-count-cross-region-global",
                "Claude4.6Opus",
                "cache-read-input-token-count-cross-region-global",
                "",
            ),
            ("EUW1-claude-sonnet-4-cache-write-tokens", "claude-sonnet-4", "cache-write-tokens", ""),
            (
                "USE1-Nova2.0Lite-input-tokens-cross-region-global-batch",
                "Nova2.0Lite",
                "input-tokens-cross-region-global-batch",
                "batch",
            ),
            ("USE1-Gemma-3-4B-IT-input-tokens-flex", "Gemma-3-4B-IT", "input-tokens-flex", "flex"),
            (
                "USE1-GPT-OSS-Safeguard-20B-input-tokens-priority",
                "GPT-OSS-Safeguard-20B",
                "input-tokens-priority",
                "priority",
            ),
            (
                "USE1-Nova2.0Pro-text-input-tokens-priority-cross-region-global",
                "Nova2.0Pro",
                "text-input-tokens-priority-cross-region-global",
                "priority",
            ),
            (
                "USE1-anthropic.claude-opus-4-8-mantle-input-tokens-standard",
                "anthropic.claude-opus-4-8",
                "mantle-input-tokens-standard",
                "",
            ),
            ("USW2-MP:USW2_InputTokenCount-Units", "", "InputTokenCount", ""),
            ("USW2-MP:USW2_OutputTokenCount_Global_Batch-Units", "", "OutputTokenCount_Global_Batch", "batch"),
            ("USE1-cohere.rerank-english-v3-search-units", "", "cohere.rerank-english-v3-search-units", ""),
            ("Llama3-2-1B-output-tokens", "Llama3-2-1B", "output-tokens", ""),
            ("", "", "", ""),
            ("-input-tokens", "", "input-tokens", ""),
            ("MP:", "", "", ""),
        ] {
            assert_eq!(metered(usage_type), Metered { model, meter, tier }, "{usage_type}");
        }
    }
}
