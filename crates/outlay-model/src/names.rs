//! Names at the edge: which provider bills, through which channel, what a step is, and what statuses mean.
//!
//! Normalisation is by declared spelling only; an unknown name is kept as it is.

/// Who bills the tokens, under the name that prices and exports use here.
///
/// Known spellings of OpenTelemetry, OpenInference, LiteLLM and clouds are mapped to one; anything else comes back
/// trimmed and in lower case.
#[must_use]
pub fn provider(told: &str) -> String {
    let lower = told.trim().to_ascii_lowercase();
    let known = match lower.as_str() {
        "openai" | "open_ai" | "openai-api" => "openai",
        "anthropic" | "claude" => "anthropic",
        "azure" | "azure.ai.openai" | "azure_openai" | "azure-openai" | "az.ai.openai" | "azure.ai.inference"
        | "az.ai.inference" | "azure_ai" | "azureopenai" => "azure",
        "aws" | "bedrock" | "aws.bedrock" | "aws_bedrock" | "bedrock_converse" | "amazon bedrock"
        | "amazon_bedrock" => "bedrock",
        "gcp.gemini" | "gemini" | "google" | "google_ai" | "google-gla" | "google_genai" | "gcp.gen_ai" => "google",
        "gcp.vertex_ai" | "vertex_ai" | "vertexai" | "vertex" | "google-vertex" => "vertex",
        "mistral_ai" | "mistral" | "mistralai" => "mistral",
        "x_ai" | "xai" => "xai",
        "deepseek" => "deepseek",
        "groq" => "groq",
        "cohere" => "cohere",
        "openrouter" => "openrouter",
        "perplexity" => "perplexity",
        "together_ai" | "together" => "together",
        "fireworks_ai" | "fireworks" => "fireworks",
        _ => return lower,
    };
    known.to_owned()
}

/// Who bills a model whose row names no provider, by declared prefixes of the model's id; `None` where the id does
/// not say. A prefix such as `openrouter/` or `bedrock/` names the channel and so wins over the maker's name.
#[must_use]
pub fn provider_of_model(model: &str) -> Option<&'static str> {
    const PREFIXES: &[(&str, &str)] = &[
        ("openrouter/", "openrouter"),
        ("bedrock/", "bedrock"),
        ("azure/", "azure"),
        ("azure_ai/", "azure"),
        ("vertex_ai/", "vertex"),
        ("vertex/", "vertex"),
        ("gemini/", "google"),
        ("anthropic/", "anthropic"),
        ("openai/", "openai"),
        ("mistral/", "mistral"),
        ("deepseek/", "deepseek"),
        ("groq/", "groq"),
        ("xai/", "xai"),
        ("cohere/", "cohere"),
        ("ollama/", "ollama"),
        ("ollama_chat/", "ollama"),
        ("us.anthropic.", "bedrock"),
        ("eu.anthropic.", "bedrock"),
        ("apac.anthropic.", "bedrock"),
        ("global.anthropic.", "bedrock"),
        ("anthropic.claude", "bedrock"),
        ("amazon.", "bedrock"),
        ("us.amazon.", "bedrock"),
        ("meta.llama", "bedrock"),
        ("arn:aws", "bedrock"),
        ("claude", "anthropic"),
        ("gpt-", "openai"),
        ("chatgpt-", "openai"),
        ("ft:gpt-", "openai"),
        ("o1", "openai"),
        ("o3", "openai"),
        ("o4-", "openai"),
        ("text-embedding-", "openai"),
        ("whisper-", "openai"),
        ("tts-", "openai"),
        ("dall-e-", "openai"),
        ("omni-moderation", "openai"),
        ("gemini-", "google"),
        ("mistral-", "mistral"),
        ("codestral-", "mistral"),
        ("deepseek-", "deepseek"),
        ("grok-", "xai"),
    ];
    let lower = model.to_ascii_lowercase();
    PREFIXES.iter().find(|(prefix, _)| lower.starts_with(prefix)).map(|(_, provider)| *provider)
}

/// The service tier under one spelling: `standard`, `batch`, `flex`, `priority`, `scale`, `fast`; others as they are.
#[must_use]
pub fn tier(told: &str) -> String {
    let lower = told.trim().to_ascii_lowercase();
    match lower.as_str() {
        "" | "default" | "standard" | "auto" | "on_demand" | "none" | "null" => "standard".to_owned(),
        "batch" | "batched" => "batch".to_owned(),
        _ => lower,
    }
}

/// Whether a row of this kind (`step_kind`) is a step inside a trace, which carries no tokens, and not a call: anything
/// but nothing, `llm` and `embedding`, in any case.
#[must_use]
pub fn is_step(kind: &str) -> bool {
    let kind = kind.trim();
    !(kind.is_empty() || kind.eq_ignore_ascii_case("llm") || kind.eq_ignore_ascii_case("embedding"))
}

/// Error classes, so that providers' many spellings can be counted together.
#[must_use]
pub fn error_class(told: &str) -> &'static str {
    let t = told.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| t.contains(w));
    if has(&["429", "rate_limit", "rate limit", "ratelimit", "too many", "throttl", "quota"]) {
        "rate_limit"
    } else if has(&["timeout", "timed out", "deadline", "408", "504"]) {
        "timeout"
    } else if has(&["context_length", "context length", "context window", "too long", "max_tokens"]) {
        "context_length"
    } else if has(&["content_filter", "content filter", "safety", "blocked", "moderation", "refusal"]) {
        "content_filter"
    } else if has(&["401", "403", "auth", "permission", "api key"]) {
        "auth"
    } else if has(&[
        "500",
        "502",
        "503",
        "529",
        "server_error",
        "server error",
        "overloaded",
        "unavailable",
        "internal",
    ]) {
        "server_error"
    } else if has(&["cancel", "abort", "disconnect"]) {
        "cancelled"
    } else if has(&["400", "404", "422", "invalid", "bad request", "not found"]) {
        "invalid_request"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_no_steps() {
        for call in ["", "llm", "LLM", "Llm", "embedding", "EMBEDDING", " llm "] {
            assert!(!is_step(call), "{call}");
        }
        for step in ["tool", "RETRIEVER", "agent", "llms", "embeddings of it"] {
            assert!(is_step(step), "{step}");
        }
    }

    #[test]
    fn declared_spellings_only() {
        assert_eq!(provider("gcp.gemini"), "google");
        assert_eq!(provider("Azure.AI.OpenAI"), "azure");
        assert_eq!(provider("Some-Gateway"), "some-gateway");
        assert_eq!(provider_of_model("openrouter/anthropic/claude-3.7-sonnet"), Some("openrouter"));
        assert_eq!(provider_of_model("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), Some("bedrock"));
        assert_eq!(provider_of_model("acme-chat-prod"), None);
        assert_eq!(error_class("Error 429: slow down"), "rate_limit");
    }
}
