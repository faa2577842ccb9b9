//! The declared other spellings of ids: gateway prefixes, resource paths, ARNs, compact dates, fine-tuned ids.

use outlay_model::names;

/// Names of our providers in the base book.
pub(crate) fn base_name(provider: &str) -> &str {
    match provider {
        "bedrock" => "aws",
        "vertex" => "google",
        "xai" => "x-ai",
        "moonshot" => "moonshotai",
        "z-ai" => "zai",
        "voyage" => "voyageai",
        other => other,
    }
}

/// Providers of LiteLLM's map to look in, in order.
pub(crate) fn litellm_names(provider: &str) -> &[&str] {
    match provider {
        "openai" => &["openai"],
        "azure" => &["azure"],
        "bedrock" => &["bedrock"],
        "google" => &["google", "vertex"],
        "vertex" => &["vertex", "google"],
        "moonshotai" => &["moonshot"],
        "voyageai" => &["voyage"],
        _ => &[],
    }
}

/// Providers that serve models on the user's own machines.
pub(crate) fn self_hosted(provider: &str) -> bool {
    const NAMES: &[&str] = &[
        "ollama",
        "ollama_chat",
        "vllm",
        "hosted_vllm",
        "llama.cpp",
        "llamacpp",
        "llama_cpp",
        "llamafile",
        "lmstudio",
        "lm_studio",
        "lemonade",
        "localai",
        "local",
        "self",
        "self-hosted",
        "self_hosted",
        "tgi",
        "sglang",
        "mlx",
        "xinference",
    ];
    NAMES.contains(&provider)
}

/// Names that say how a call went out and not who bills: the model's id has to say it.
pub(crate) fn is_gateway(provider: &str) -> bool {
    const NAMES: &[&str] = &[
        "",
        "litellm",
        "litellm_proxy",
        "gateway",
        "proxy",
        "unknown",
        "portkey",
        "helicone",
        "langfuse",
        "langchain",
        "langsmith",
        "other",
        "none",
        "null",
    ];
    NAMES.contains(&provider)
}

/// Hosts of many makers' models, whose ids begin with the maker's name.
fn is_host(provider: &str) -> bool {
    const NAMES: &[&str] = &[
        "openrouter",
        "together",
        "fireworks",
        "groq",
        "deepinfra",
        "novita",
        "baseten",
        "nebius",
        "hyperbolic",
        "replicate",
        "databricks",
        "cerebras",
        "sambanova",
        "cloudflare",
        "perplexity",
        "github-copilot",
        "vercel_ai_gateway",
        "nvidia_nim",
    ];
    NAMES.contains(&provider) || provider.starts_with("huggingface")
}

/// An ARN's model, or `None` where it names none (application profiles, provisioned throughput, custom models).
pub(crate) fn arn_model(arn: &str) -> Option<&str> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let (kind, id) = resource.split_once('/')?;
    matches!(kind, "foundation-model" | "inference-profile" | "system-defined-inference-profile").then_some(id)
}

/// `-20251211` as `-2025-12-11`, where that is a date.
fn dashed_date(id: &str) -> Option<String> {
    let at = id.char_indices().filter(|(_, c)| *c == '-').map(|(at, _)| at).find(|at| {
        let Some(digits) = id.get(at + 1..at + 9) else { return false };
        let follows = id[at + 9..].chars().next();
        digits.starts_with("20")
            && chrono::NaiveDate::parse_from_str(digits, "%Y%m%d").is_ok()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && matches!(follows, None | Some('-' | ':'))
    })?;
    Some(format!("{}-{}-{}-{}", &id[..at], &id[at + 1..at + 5], &id[at + 5..at + 7], &id[at + 7..]))
}

/// `us-east-1`, `ap-southeast-2`, `us-gov-west-1`.
fn is_aws_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
    first.len() == 2 && parts.next().is_some() && last.len() == 1 && last.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a Bedrock id begins with a geography or region other than the United States at large.
pub(crate) fn is_abroad(id: &str) -> bool {
    const GEOGRAPHIES: &[&str] = &["eu.", "apac.", "jp.", "au.", "ca.", "sa.", "in.", "us-gov."];
    GEOGRAPHIES.iter().any(|start| id.starts_with(start))
        || id.split_once('/').is_some_and(|(region, _)| is_aws_region(region))
}

/// One spelling to look up, with the declared rewriting that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub provider: String,
    pub id: String,
    pub rewritten: Option<String>,
}

/// The spellings under which an id may stand in a book, in order.
pub(crate) fn attempts(provider: &str, id: &str) -> Vec<Attempt> {
    let mut list = vec![Attempt { provider: provider.to_owned(), id: id.to_owned(), rewritten: None }];
    let (mut provider, mut rest) = (provider.to_owned(), id);
    // Resource paths: projects/…/models/x, publishers/…/models/x, models/x.
    if let Some((path, last)) = rest.rsplit_once("models/")
        && (path.is_empty() || path.ends_with('/'))
        && matches!(provider.as_str(), "google" | "vertex" | "azure")
    {
        push(&mut list, &provider, last, "the last part of a resource path".to_owned());
        rest = last;
    }
    while let Some((head, tail)) = rest.split_once('/') {
        let named = names::provider(head);
        let own = named == provider || names::provider_of_model(rest) == Some(provider.as_str());
        let path = match provider.as_str() {
            "bedrock" => is_aws_region(head) || ["converse", "invoke"].contains(&head),
            "azure" => ["global", "global-standard"].contains(&head),
            _ => false,
        };
        if own || path || (is_gateway(&named) && !named.is_empty()) {
            push(&mut list, &provider, tail, format!("without the prefix {head}/"));
        } else if !is_host(&provider)
            && names::provider_of_model(rest).is_some_and(|deduced| deduced == named)
            && provider != "azure"
        {
            push(&mut list, &named, tail, format!("the prefix {head}/ says who bills"));
            provider = named;
        } else {
            break;
        }
        rest = tail;
    }
    for at in 0..list.len() {
        let attempt = list[at].clone();
        if let Some(dashed) = dashed_date(&attempt.id) {
            push(&mut list, &attempt.provider, &dashed, "with the date in dashes".to_owned());
        }
        if let Some(tuned) = attempt.id.strip_prefix("ft:")
            && let Some((base, _)) = tuned.split_once(':')
        {
            push(&mut list, &attempt.provider, &format!("ft:{base}"), "a fine-tuned model by its base".to_owned());
        }
    }
    list
}

fn push(list: &mut Vec<Attempt>, provider: &str, id: &str, why: String) {
    let attempt = Attempt { provider: provider.to_owned(), id: id.to_owned(), rewritten: Some(why) };
    if !list.iter().any(|known| known.provider == attempt.provider && known.id == attempt.id) {
        list.push(attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_rewritten_only_as_declared() {
        let ids = |provider: &str, id: &str| -> Vec<String> {
            attempts(provider, id).into_iter().map(|a| format!("{}|{}", a.provider, a.id)).collect()
        };
        assert_eq!(ids("openai", "gpt-5.2-20251211"), ["openai|gpt-5.2-20251211", "openai|gpt-5.2-2025-12-11"]);
        assert_eq!(ids("openai", "openai/gpt-4o"), ["openai|openai/gpt-4o", "openai|gpt-4o"]);
        assert_eq!(ids("openrouter", "anthropic/claude-3.7-sonnet"), ["openrouter|anthropic/claude-3.7-sonnet"]);
        assert_eq!(ids("openai", "gpt-4o-99999999"), ["openai|gpt-4o-99999999"]);
        assert_eq!(arn_model("arn:aws:bedrock:us-east-1:1:inference-profile/us.a.b"), Some("us.a.b"));
        assert_eq!(arn_model("arn:aws:bedrock:us-east-1:1:application-inference-profile/x1"), None);
    }
}
