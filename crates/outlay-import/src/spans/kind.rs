//! What a span is, by the words of the several conventions.

/// Kind of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Llm,
    Embedding,
    Tool,
    Retriever,
    Reranker,
    Agent,
    Chain,
    Guardrail,
    Evaluator,
    Prompt,
    Decision,
    /// Something around language models that says no more.
    Other,
}

impl Kind {
    /// The kind that a word of any convention means.
    pub fn of(word: &str) -> Option<Kind> {
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        Some(if is(&["chat", "generate_content", "text_completion", "completion", "llm", "generation"]) {
            Kind::Llm
        } else if is(&["embeddings", "embedding"]) {
            Kind::Embedding
        } else if is(&["execute_tool", "tool", "ai.toolCall"]) {
            Kind::Tool
        } else if is(&["retrieval", "retriever"]) {
            Kind::Retriever
        } else if is(&["rerank", "reranker"]) {
            Kind::Reranker
        } else if is(&["invoke_agent", "create_agent", "agent"]) {
            Kind::Agent
        } else if is(&["invoke_workflow", "workflow", "chain", "task"]) {
            Kind::Chain
        } else if is(&["guardrail"]) {
            Kind::Guardrail
        } else if is(&["evaluator"]) {
            Kind::Evaluator
        } else if is(&["prompt"]) {
            Kind::Prompt
        } else if is(&["decision"]) {
            Kind::Decision
        } else {
            // The AI SDK: the inner span is the call, the outer one only holds those of its steps together.
            match word.rsplit_once('.') {
                Some((outer, "doGenerate" | "doStream")) if outer.starts_with("ai.") => Kind::Llm,
                Some((outer, "doEmbed")) if outer.starts_with("ai.") => Kind::Embedding,
                Some(("ai", _)) => Kind::Chain,
                _ => return None,
            }
        })
    }

    /// Whether it is an attempt at a provider.
    pub fn is_call(self) -> bool {
        matches!(self, Kind::Llm | Kind::Embedding)
    }

    /// The kind of step; a call that only wraps others is a link of the chain.
    pub fn step(self) -> &'static str {
        match self {
            Kind::Llm | Kind::Embedding | Kind::Chain => "chain",
            Kind::Tool => "tool",
            Kind::Retriever => "retriever",
            Kind::Reranker => "reranker",
            Kind::Agent => "agent",
            Kind::Guardrail => "guardrail",
            Kind::Evaluator => "evaluator",
            Kind::Prompt => "prompt",
            Kind::Decision => "decision",
            Kind::Other => "other",
        }
    }
}

/// What a call does, in OpenTelemetry's words.
pub(crate) fn operation(told: &str, kind: Kind) -> &str {
    match (if told == "unknown" { "" } else { told }, kind) {
        ("completion", _) => "text_completion",
        ("embedding", _) | ("", Kind::Embedding) => "embeddings",
        ("", Kind::Llm) => "chat",
        (told, _) => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (word, kind) in [
            ("LLM", Some(Kind::Llm)),
            ("generate_content", Some(Kind::Llm)),
            ("ai.streamText.doStream", Some(Kind::Llm)),
            ("ai.embedMany.doEmbed", Some(Kind::Embedding)),
            ("ai.streamText", Some(Kind::Chain)),
            ("ai.toolCall", Some(Kind::Tool)),
            ("invoke_agent", Some(Kind::Agent)),
            ("task", Some(Kind::Chain)),
            ("unknown", None),
            ("x.doStream", None),
            ("", None),
        ] {
            assert_eq!(Kind::of(word), kind, "{word}");
        }
    }
}
