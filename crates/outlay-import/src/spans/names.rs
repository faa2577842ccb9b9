//! The attributes that are read, under every name that instrumentations have given them.

use std::sync::LazyLock;

/// What an attribute tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Provider,
    Product,
    Model,
    Operation,
    Kind,
    Tier,
    Environment,
    Feature,
    Service,
    Project,
    User,
    Session,
    PromptName,
    PromptVersion,
    Agent,
    Tool,
    Entity,
    RequestId,
    ErrorType,
    Finish,
    Cost,
    TtftSeconds,
    TtftMillis,
    Input,
    Output,
    Cached,
    Write,
    Reasoning,
    AudioIn,
    AudioOut,
    Total,
    System,
    Prompt,
    Answer,
}

impl Word {
    /// Whether it is text of prompts and answers, which is unescaped only where it is handed on.
    pub fn is_content(self) -> bool {
        matches!(self, Word::System | Word::Prompt | Word::Answer)
    }

    /// Whether it is a number, so that anything else is a fault.
    pub fn is_number(self) -> bool {
        (Word::Cost as usize..=Word::Total as usize).contains(&(self as usize))
    }
}

/// How many there are.
pub(crate) const WORDS: usize = Word::Answer as usize + 1;

/// Names by what they tell, in the order of [`Word`]; of several in one span the earlier one counts.
///
/// `gen_ai.prompt` and `gen_ai.completion` are texts, not counts.
const NAMES: [(Word, &[&str]); WORDS] = [
    (Word::Provider, &["gen_ai.provider.name", "gen_ai.system", "llm.provider", "ai.model.provider"]),
    (Word::Product, &["llm.system"]),
    (
        Word::Model,
        &[
            "gen_ai.response.model",
            "gen_ai.request.model",
            "llm.response.model",
            "llm.response.model_name",
            "llm.model_name",
            "llm.request.model_name",
            "ai.response.model",
            "ai.model.id",
            "embedding.model_name",
            "reranker.model_name",
        ],
    ),
    (Word::Operation, &["gen_ai.operation.name", "llm.request.type"]),
    (
        Word::Kind,
        &["openinference.span.kind", "ai.operationId", "langfuse.observation.type", "traceloop.span.kind", "span_kind"],
    ),
    (Word::Tier, &["openai.response.service_tier", "gen_ai.openai.response.service_tier"]),
    (Word::Environment, &["langfuse.environment", "deployment.environment.name", "deployment.environment"]),
    (Word::Feature, &["gen_ai.workflow.name", "traceloop.workflow.name", "ai.telemetry.functionId"]),
    (Word::Service, &["service.name"]),
    (Word::Project, &["openinference.project.name"]),
    (
        Word::User,
        &[
            "user.id",
            "enduser.id",
            "gen_ai.user",
            "llm.user",
            "traceloop.association.properties.user_id",
            "langfuse.user.id",
            "ai.telemetry.metadata.userId",
        ],
    ),
    (
        Word::Session,
        &[
            "gen_ai.conversation.id",
            "session.id",
            "traceloop.association.properties.session_id",
            "langfuse.session.id",
            "ai.telemetry.metadata.sessionId",
        ],
    ),
    (
        Word::PromptName,
        &["gen_ai.prompt.name", "traceloop.prompt.key", "prompt.id", "langfuse.observation.prompt.name"],
    ),
    (
        Word::PromptVersion,
        &[
            "gen_ai.prompt.version",
            "traceloop.prompt.version",
            "traceloop.prompt.version_hash",
            "llm.prompt_template.version",
            "langfuse.observation.prompt.version",
        ],
    ),
    (Word::Agent, &["gen_ai.agent.name", "agent.name"]),
    (Word::Tool, &["gen_ai.tool.name", "tool.name", "ai.toolCall.name"]),
    (Word::Entity, &["traceloop.entity.name"]),
    (Word::RequestId, &["gen_ai.response.id", "ai.response.id"]),
    (Word::ErrorType, &["error.type"]),
    (
        Word::Finish,
        &[
            "gen_ai.response.finish_reasons",
            "gen_ai.response.finish_reason",
            "llm.response.finish_reason",
            "llm.response.stop_reason",
            "ai.response.finishReason",
        ],
    ),
    (Word::Cost, &["gen_ai.usage.cost", "llm.cost.total", "operation.cost"]),
    (Word::TtftSeconds, &["gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token"]),
    (Word::TtftMillis, &["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]),
    (
        Word::Input,
        &[
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.usage.prompt_tokens",
            "llm.token_count.prompt",
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
        ],
    ),
    (
        Word::Output,
        &[
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.usage.completion_tokens",
            "llm.token_count.completion",
            "ai.usage.outputTokens",
            "ai.usage.completionTokens",
        ],
    ),
    (
        Word::Cached,
        &[
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.cached_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.details.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
            "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens",
        ],
    ),
    (
        Word::Write,
        &[
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.details.cache_write_tokens",
            "gen_ai.usage.details.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
        ],
    ),
    (
        Word::Reasoning,
        &[
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.details.reasoning_tokens",
            "llm.usage.reasoning_tokens",
            "llm.token_count.completion_details.reasoning",
            "ai.usage.reasoningTokens",
            "ai.usage.outputTokenDetails.reasoningTokens",
        ],
    ),
    (Word::AudioIn, &["llm.token_count.prompt_details.audio"]),
    (Word::AudioOut, &["llm.token_count.completion_details.audio"]),
    (
        Word::Total,
        &["gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "ai.usage.totalTokens"],
    ),
    (Word::System, &["gen_ai.system_instructions"]),
    (
        Word::Prompt,
        &[
            "gen_ai.input.messages",
            "ai.prompt.messages",
            "gen_ai.prompt",
            "ai.prompt",
            "traceloop.entity.input",
            "input.value",
        ],
    ),
    (
        Word::Answer,
        &[
            "gen_ai.output.messages",
            "ai.response.text",
            "gen_ai.completion",
            "ai.response.object",
            "traceloop.entity.output",
            "output.value",
        ],
    ),
];

/// Beginnings of names that only programs around language models use.
const OF_MODELS: &[&str] = &["gen_ai.", "llm.", "openinference.", "traceloop.", "ai."];

/// A name that is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    text: &'static str,
    /// What it tells.
    pub word: Word,
    /// Place among the names that tell it: the lower one counts.
    pub rank: u8,
    /// Whether a span that has it has to do with language models.
    pub of_models: bool,
}

/// All names by length, so that few have to be compared.
static BY_LENGTH: LazyLock<Vec<Vec<Name>>> = LazyLock::new(|| {
    let mut all: Vec<Vec<Name>> = Vec::new();
    for (word, names) in &NAMES {
        for (rank, text) in names.iter().enumerate() {
            if all.len() <= text.len() {
                all.resize(text.len() + 1, Vec::new());
            }
            let of_models = OF_MODELS.iter().any(|begin| text.starts_with(begin));
            all[text.len()].push(Name { text, word: *word, rank: rank as u8, of_models });
        }
    }
    all
});

/// What an attribute of this name tells, if it is read.
pub(crate) fn name(key: &str) -> Option<Name> {
    BY_LENGTH.get(key.len())?.iter().find(|name| name.text == key).copied()
}

/// The name of this place, for a message.
pub(crate) fn named(word: Word, rank: u8) -> &'static str {
    NAMES[word as usize].1.get(usize::from(rank)).copied().unwrap_or("")
}

/// A name with a number inside: one message of several, or one score of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbered {
    /// Message that was sent.
    Sent(u32, Part),
    /// Message that came back.
    Came(u32, Part),
    /// Score of a list.
    Score(u8, u32, Part),
}

/// Part of a message or a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Role,
    Content,
    Finish,
    Name,
    Value,
    Label,
    Judge,
}

/// Reads a name such as `gen_ai.prompt.0.content` or `evaluations.2.evaluation.score`.
pub(crate) fn numbered(key: &str) -> Option<Numbered> {
    const SENT: &[&str] = &["gen_ai.prompt.", "llm.input_messages."];
    const CAME: &[&str] = &["gen_ai.completion.", "llm.output_messages."];
    const SCORES: &[&str] = &[
        "evaluations.",
        "annotations.",
        "trace.evaluations.",
        "trace.annotations.",
        "session.evaluations.",
        "session.annotations.",
    ];
    if !matches!(key.as_bytes().first(), Some(b'g' | b'l' | b'e' | b'a' | b't' | b's')) {
        return None;
    }
    let of = |lists: &[&str]| {
        let at = lists.iter().position(|list| key.starts_with(list))?;
        let (number, rest) = key[lists[at].len()..].split_once('.')?;
        Some((at as u8, number.parse::<u32>().ok()?, rest))
    };
    let message = |rest: &str| match rest.strip_prefix("message.").unwrap_or(rest) {
        "role" => Some(Part::Role),
        "content" => Some(Part::Content),
        "finish_reason" => Some(Part::Finish),
        // One message may have several parts.
        parts if parts.starts_with("contents.") && parts.ends_with(".message_content.text") => Some(Part::Content),
        _ => None,
    };
    if let Some((_, number, rest)) = of(SENT) {
        return message(rest).map(|part| Numbered::Sent(number, part));
    }
    if let Some((_, number, rest)) = of(CAME) {
        return message(rest).map(|part| Numbered::Came(number, part));
    }
    let (list, number, rest) = of(SCORES)?;
    let part = match rest.strip_prefix("evaluation.").or_else(|| rest.strip_prefix("annotation."))? {
        "name" => Part::Name,
        "score" => Part::Value,
        "label" => Part::Label,
        "annotator_kind" => Part::Judge,
        _ => return None,
    };
    Some(Numbered::Score(list, number, part))
}

/// The provider under a name that is known elsewhere: the AI SDK names the interface behind it, and some
/// instrumentations name the framework in its place, which bills nothing.
pub(crate) fn provider(told: &str) -> &str {
    const INTERFACES: &[&str] =
        &["chat", "responses", "completion", "embedding", "messages", "image", "speech", "transcription"];
    const MAKERS: &[(&str, &str)] = &[
        ("openai", "openai"),
        ("azure", "azure"),
        ("azure-openai", "azure"),
        ("anthropic", "anthropic"),
        ("google.generative-ai", "google"),
        ("google.vertex", "vertex"),
        ("vertex.anthropic", "vertex"),
        ("amazon-bedrock", "bedrock"),
        ("mistral", "mistral"),
        ("cohere", "cohere"),
        ("groq", "groq"),
        ("xai", "xai"),
        ("deepseek", "deepseek"),
        ("perplexity", "perplexity"),
        ("togetherai", "together"),
        ("fireworks", "fireworks"),
        ("openrouter", "openrouter"),
    ];
    const FRAMEWORKS: &[&str] =
        &["langchain", "llamaindex", "llama_index", "haystack", "crewai", "pydantic-ai", "pydantic_ai"];
    let told = told.trim();
    if FRAMEWORKS.iter().any(|word| told.eq_ignore_ascii_case(word)) {
        return "";
    }
    let maker = match told.rsplit_once('.') {
        Some((maker, interface)) if INTERFACES.contains(&interface) => maker,
        _ => told,
    };
    MAKERS.iter().find(|(word, _)| *word == maker).map_or(told, |(_, name)| name)
}

/// Who bills, by the host and the product that a span names. OpenInference calls both products of Google's host
/// `google`, and only its product tells which bill a call is on.
pub(crate) fn payer<'t>(host: &'t str, product: &'t str) -> &'t str {
    match (provider(host), provider(product)) {
        ("", product) => product,
        ("google" | "gcp", product) if product.eq_ignore_ascii_case("vertexai") => product,
        (host, _) => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_words() {
        for (at, (word, names)) in NAMES.iter().enumerate() {
            assert_eq!(*word as usize, at);
            for (rank, text) in names.iter().enumerate() {
                let found = name(text).expect("is found");
                assert_eq!((found.word, found.rank, named(*word, rank as u8)), (*word, rank as u8, *text));
            }
        }
        assert!(name("gen_ai.usage.input_token").is_none() && name("").is_none());
        assert!(name(&"x".repeat(500)).is_none());
    }

    #[test]
    fn numbers_inside_names() {
        assert_eq!(numbered("gen_ai.prompt.0.content"), Some(Numbered::Sent(0, Part::Content)));
        assert_eq!(numbered("llm.output_messages.12.message.role"), Some(Numbered::Came(12, Part::Role)));
        assert_eq!(
            numbered("llm.input_messages.1.message.contents.0.message_content.text"),
            Some(Numbered::Sent(1, Part::Content))
        );
        assert_eq!(numbered("trace.evaluations.2.evaluation.score"), Some(Numbered::Score(2, 2, Part::Value)));
        for other in
            ["gen_ai.prompt.name", "gen_ai.prompt.0.tool_calls.0.name", "llm.token_count.prompt", "evaluations.x"]
        {
            assert_eq!(numbered(other), None, "{other}");
        }
    }

    #[test]
    fn providers_by_declared_names() {
        for (told, name) in [
            ("openai.chat", "openai"),
            ("anthropic.messages", "anthropic"),
            ("google.vertex.chat", "vertex"),
            ("google.generative-ai", "google"),
            ("amazon-bedrock", "bedrock"),
            ("Langchain", ""),
            ("gcp.vertex_ai", "gcp.vertex_ai"),
            ("acme.chat", "acme.chat"),
        ] {
            assert_eq!(provider(told), name, "{told}");
        }
    }

    #[test]
    fn the_product_tells_what_the_host_leaves_open() {
        for (host, product, name) in [
            ("google", "vertexai", "vertexai"),
            ("google", "google", "google"),
            ("google", "", "google"),
            ("azure", "openai", "azure"),
            ("aws", "anthropic", "aws"),
            ("langchain", "openai", "openai"),
            ("", "vertexai", "vertexai"),
            ("", "", ""),
        ] {
            assert_eq!(payer(host, product), name, "{host} {product}");
        }
    }
}
