//! Which lines of a bill are about language models, by declared names only.

use std::borrow::Cow;

/// What FOCUS calls the services that are about models.
const CATEGORY: &str = "AI and Machine Learning";

/// Services, and the provider under whose name own logs know them.
const SERVICES: &[(&str, &str)] = &[
    ("Amazon Bedrock", "bedrock"),
    ("AmazonBedrock", "bedrock"),
    ("AmazonBedrockService", "bedrock"),
    ("Amazon Bedrock Service", "bedrock"),
    ("AmazonBedrockFoundationModels", "bedrock"),
    ("Amazon Bedrock Foundation Models", "bedrock"),
    ("AmazonBedrockAgentCore", "bedrock"),
    ("Amazon Bedrock AgentCore", "bedrock"),
    ("Azure OpenAI", "azure"),
    ("Azure OpenAI Service", "azure"),
    ("Cognitive Services", "azure"),
    ("Azure Cognitive Services", "azure"),
    ("Azure AI services", "azure"),
    ("Microsoft.CognitiveServices", "azure"),
    ("Foundry Models", "azure"),
    ("Foundry Tools", "azure"),
    ("Azure AI Foundry", "azure"),
    ("Azure AI Foundry Models", "azure"),
    ("Microsoft Foundry", "azure"),
    ("Vertex AI", "vertex"),
    ("Gemini API", "google"),
    ("Generative Language API", "google"),
];

/// How the AWS Marketplace ends the names of models that it sells for Bedrock.
const EDITION: &str = " (Amazon Bedrock Edition)";

/// Companies that sell models and nothing else.
const MAKERS: &[(&str, &str)] = &[
    ("OpenAI", "openai"),
    ("Anthropic", "anthropic"),
    ("Anthropic, PBC", "anthropic"),
    ("Mistral", "mistral"),
    ("Mistral AI", "mistral"),
    ("Cohere", "cohere"),
    ("DeepSeek", "deepseek"),
    ("xAI", "xai"),
    ("Groq", "groq"),
    ("OpenRouter", "openrouter"),
    ("Perplexity", "perplexity"),
    ("Perplexity AI", "perplexity"),
    ("Together AI", "together"),
    ("Fireworks AI", "fireworks"),
];

/// Clouds: as bills name them, who they are for their models, and for everything else.
const CLOUDS: &[(&str, &str, &str)] = &[
    ("AWS", "bedrock", "amazon web services"),
    ("Amazon", "bedrock", "amazon web services"),
    ("Amazon Web Services", "bedrock", "amazon web services"),
    ("Amazon Web Services, Inc.", "bedrock", "amazon web services"),
    ("Microsoft", "azure", "microsoft"),
    ("Azure", "azure", "microsoft"),
    ("Microsoft Azure", "azure", "microsoft"),
    ("Google", "vertex", GOOGLE_CLOUD),
    ("GCP", "vertex", GOOGLE_CLOUD),
    ("Google Cloud", "vertex", GOOGLE_CLOUD),
    ("Google Cloud Platform", "vertex", GOOGLE_CLOUD),
];

const GOOGLE_CLOUD: &str = "google cloud";

/// Words that name a model where Google's price texts have them.
const SKU_WORDS: &[&str] = &["gemini", "claude"];

/// Who sells a service of models; `None` for any other service.
pub(crate) fn seller(service: &str) -> Option<&'static str> {
    let listed = SERVICES.iter().find(|(name, _)| name.eq_ignore_ascii_case(service)).map(|(_, provider)| *provider);
    listed.or_else(|| edition(service).map(|_| "bedrock"))
}

/// The model that the AWS Marketplace sells for Bedrock under this name.
pub(crate) fn edition(service: &str) -> Option<&str> {
    let at = service.len().checked_sub(EDITION.len())?;
    let (model, end) = service.split_at_checked(at)?;
    (!model.is_empty() && end.eq_ignore_ascii_case(EDITION)).then_some(model)
}

/// A company that sells nothing but models.
pub(crate) fn maker(name: &str) -> Option<&'static str> {
    MAKERS.iter().find(|(told, _)| told.eq_ignore_ascii_case(name)).map(|(_, provider)| *provider)
}

fn cloud(name: &str) -> Option<(&'static str, &'static str)> {
    CLOUDS.iter().find(|(told, ..)| told.eq_ignore_ascii_case(name)).map(|(_, models, rest)| (*models, *rest))
}

/// Whether a cloud of this name is Google's.
pub(crate) fn is_google(provider: &str) -> bool {
    cloud(provider).is_some_and(|(_, rest)| rest == GOOGLE_CLOUD)
}

/// Whether a text of Google's price list names a model that other services sell, too.
pub(crate) fn names_a_model(sku: &str) -> bool {
    sku.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| SKU_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// Who bills a line of a FOCUS file that is about models; `None` for other lines.
///
/// A service on the list is known under the name that own logs use. So is a maker's model on a cloud's marketplace.
/// Another service of FOCUS' category keeps the cloud's own name, so that it hides no usage of the cloud's models.
pub(crate) fn billed_by<'a>(
    services: &[&str],
    category: &str,
    provider: &'a str,
    publisher: &str,
) -> Option<Cow<'a, str>> {
    if let Some(found) = services.iter().find_map(|service| seller(service)).or_else(|| maker(provider)) {
        return Some(found.into());
    }
    let (models, rest) = match cloud(provider) {
        Some((models, rest)) => (models.into(), rest.into()),
        None => (Cow::Borrowed(provider), Cow::Borrowed(provider)),
    };
    if maker(publisher).is_some() {
        Some(models)
    } else if category.eq_ignore_ascii_case(CATEGORY) {
        Some(rest)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_names_only() {
        assert_eq!(
            [seller("amazon bedrock"), seller("Azure OpenAI"), seller("Vertex AI")],
            [Some("bedrock"), Some("azure"), Some("vertex")]
        );
        assert_eq!(seller("Claude Sonnet 4.5 (Amazon Bedrock Edition)"), Some("bedrock"));
        assert_eq!(edition("Claude Sonnet 4.5 (Amazon Bedrock Edition)"), Some("Claude Sonnet 4.5"));
        assert_eq!(
            [seller("Amazon S3"), seller(" (Amazon Bedrock Edition)"), seller(""), seller("Bedrock-like é")],
            [None; 4]
        );
        assert!(names_a_model("Claude Opus 4 output tokens") && names_a_model("count gemini 2.5 flash"));
        assert!(!names_a_model("Claudette token") && !names_a_model(""));
    }

    #[test]
    fn who_bills() {
        let by = |service: &str, category: &str, provider: &'static str, publisher: &str| {
            billed_by(&[service], category, provider, publisher).map(Cow::into_owned)
        };
        let ai = "AI and Machine Learning";
        assert_eq!(by("Amazon Bedrock", ai, "AWS", "AWS").as_deref(), Some("bedrock"));
        assert_eq!(by("Amazon SageMaker", ai, "AWS", "AWS").as_deref(), Some("amazon web services"));
        assert_eq!(by("Virtual Machines", "Compute", "Microsoft", "Microsoft"), None);
        assert_eq!(by("SaaS", "Other", "Microsoft", "Anthropic").as_deref(), Some("azure"));
        assert_eq!(by("API", "", "OpenAI", "").as_deref(), Some("openai"));
        assert_eq!(by("Cortex", ai, "Snowflake", "").as_deref(), Some("Snowflake"));
        assert_eq!(by("", "", "", ""), None);
    }
}
