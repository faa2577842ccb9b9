//! From a key to a model of a book: user rate, then exact id, declared alias and declared pattern, book by book.

use std::sync::Arc;

use outlay_model::names;

use crate::aliases::{self, Attempt};
use crate::book::Book;
use crate::compile::{self, Inputs};
use crate::error::Unpriced;
use crate::layer::{Layer, Model};
use crate::schedule::{Key, RateSet, RuleKind, Source};

/// A model that matched, and how.
pub(crate) struct Found<'a> {
    pub layer: &'a Layer,
    pub source: Source,
    /// The provider under whose id the book keeps the model.
    pub book_provider: String,
    pub model: Arc<Model>,
    pub kind: RuleKind,
    pub matched: String,
    pub attempt: Attempt,
    /// Another provider's model, offered by this one at the maker's price.
    pub foreign: bool,
}

impl Found<'_> {
    /// Whether the base took the id in with others that cost something else, so that an exact entry of LiteLLM's map
    /// knows better: Azure's own prices of models that their makers sell at other ones, and Bedrock's geographies other
    /// than the United States, which the base tells apart for Claude and GPT only.
    fn is_broad(&self) -> bool {
        let id = self.attempt.id.as_str();
        match self.attempt.provider.as_str() {
            "azure" if self.foreign => {
                ["deepseek", "x-ai", "moonshotai"].contains(&self.book_provider.as_str()) || id.starts_with("gpt-oss")
            }
            "bedrock" if self.kind == RuleKind::Pattern => {
                let apart = ["regional.", "global."].iter().any(|start| self.model.id.starts_with(start));
                !apart && aliases::is_abroad(id)
            }
            _ => false,
        }
    }
}

/// The key's provider and id, as books are asked for them.
pub(crate) fn normal(key: &Key) -> Result<(String, String), Unpriced> {
    let told = key.model.trim();
    if told.is_empty() {
        return Err(Unpriced::NoModel);
    }
    let lower = told.to_ascii_lowercase();
    let named = names::provider(&key.provider);
    let hosted = || Unpriced::SelfHosted { model: told.to_owned() };
    if key.channel.trim().eq_ignore_ascii_case("self") || aliases::self_hosted(&named) {
        return Err(hosted());
    }
    let id = if lower.starts_with("arn:") {
        let opaque = || Unpriced::OpaqueArn { model: told.to_owned() };
        aliases::arn_model(&lower).ok_or_else(opaque)?.to_owned()
    } else {
        lower
    };
    let provider = if aliases::is_gateway(&named) {
        let bare = id.strip_prefix(&format!("{named}/")).unwrap_or(&id);
        let deduced = names::provider_of_model(bare).map(str::to_owned);
        deduced.ok_or_else(|| Unpriced::NoProvider { model: told.to_owned() })?
    } else {
        named
    };
    if aliases::self_hosted(&provider) || id.split_once('/').is_some_and(|(head, _)| aliases::self_hosted(head)) {
        return Err(hosted());
    }
    Ok((provider, id))
}

impl Book {
    pub(crate) fn find(&self, provider: &str, id: &str, region: &str) -> Option<Found<'_>> {
        for attempt in aliases::attempts(provider, id) {
            // A data zone or region that LiteLLM's map prices apart.
            if ["azure", "bedrock"].contains(&attempt.provider.as_str()) && !region.is_empty() {
                let regional = Attempt { id: format!("{region}/{}", attempt.id), ..attempt.clone() };
                if let Some(found) = self.in_litellm(&self.litellm, Source::Litellm, &regional) {
                    return Some(found);
                }
            }
            let mut found = self.in_base(&attempt);
            if found.as_ref().is_some_and(Found::is_broad) {
                found = self.in_litellm(&self.litellm, Source::Litellm, &attempt).or(found);
            }
            let found = found
                .or_else(|| self.in_litellm(&self.litellm, Source::Litellm, &attempt))
                .or_else(|| self.in_litellm(&self.frozen, Source::LitellmFrozen, &attempt));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn in_base(&self, attempt: &Attempt) -> Option<Found<'_>> {
        let provider = aliases::base_name(&attempt.provider);
        let none = Vec::new();
        let fallback = self.base.header.fallback.get(provider).unwrap_or(&none);
        let strict = provider == "azure";
        let own = std::iter::once(provider);
        for (at, name) in own.chain(fallback.iter().map(String::as_str)).enumerate() {
            let hit = self.base.exact(name, &attempt.id).map(|model| (model, RuleKind::Exact, String::new()));
            let hit = hit.or_else(|| {
                self.base.models(name).find_map(|model| {
                    let (kind, matched) =
                        model.clauses.iter().find_map(|clause| clause.matches(&attempt.id, strict || at > 0))?;
                    Some((model, kind, matched))
                })
            });
            if let Some((model, kind, matched)) = hit {
                return Some(Found {
                    layer: &self.base,
                    source: Source::Base,
                    book_provider: name.to_owned(),
                    matched: told(attempt, &matched, &model.id),
                    kind: if attempt.rewritten.is_some() && kind == RuleKind::Exact { RuleKind::Alias } else { kind },
                    model,
                    attempt: attempt.clone(),
                    foreign: at > 0,
                });
            }
        }
        None
    }

    fn in_litellm<'a>(&self, layer: &'a Layer, source: Source, attempt: &Attempt) -> Option<Found<'a>> {
        let (name, model) = litellm(layer, &attempt.provider, &attempt.id)?;
        Some(Found {
            layer,
            source,
            book_provider: name,
            kind: if attempt.rewritten.is_some() { RuleKind::Alias } else { RuleKind::Exact },
            matched: told(attempt, "", &model.id),
            model,
            attempt: attempt.clone(),
            foreign: false,
        })
    }

    /// The rate sets of a found model for a key.
    pub(crate) fn sets(&self, found: &Found<'_>, key: &Key) -> Result<Vec<RateSet>, Unpriced> {
        let provider = &found.attempt.provider;
        let base = found.source == Source::Base;
        // The same model in the later books: to fill in what the base leaves out, and to borrow tiers from.
        let ids = [found.attempt.id.as_str(), &found.model.id];
        let spellings: Vec<String> =
            ids.iter().flat_map(|id| aliases::attempts(provider, id)).map(|attempt| attempt.id).collect();
        let twin = |layer, provider: &str| spellings.iter().find_map(|id| litellm(layer, provider, id)).map(|(_, m)| m);
        let mut lenders = Vec::new();
        let mut filler = None;
        if base {
            let maker = found.book_provider.as_str();
            filler = twin(&self.litellm, provider).or_else(|| twin(&self.litellm, maker));
            lenders.extend(twin(&self.litellm, provider).map(|m| (m, "LiteLLM's map")));
            lenders.extend(twin(&self.frozen, provider).map(|m| (m, "the older LiteLLM map")));
        }
        let tier = names::tier(&key.tier);
        compile::compile(&Inputs {
            corrections: &self.corrections,
            layer: found.layer,
            source: found.source,
            book_provider: &found.book_provider,
            model: &found.model,
            filler: filler.as_deref(),
            lenders: lenders.iter().map(|(model, name)| (model.as_ref(), *name)).collect(),
            rule_provider: aliases::base_name(provider),
            foreign: found.foreign,
            provider,
            channel: &key.channel,
            region: &key.region,
            tier: &tier,
            id: &found.attempt.id,
            kind: found.kind,
            matched: &found.matched,
        })
    }
}

fn litellm(layer: &Layer, provider: &str, id: &str) -> Option<(String, Arc<Model>)> {
    let known = aliases::litellm_names(provider);
    let own = [provider];
    let names: &[&str] = if known.is_empty() { &own } else { known };
    names.iter().find_map(|name| Some(((*name).to_owned(), layer.exact(name, id)?)))
}

fn told(attempt: &Attempt, matched: &str, model: &str) -> String {
    let mut text = if matched.is_empty() { format!("is \"{model}\"") } else { format!("{matched}: {model}") };
    if let Some(why) = &attempt.rewritten {
        text = format!("{why}, {text}");
    }
    text
}
