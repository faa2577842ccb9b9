//! One bundled book: unpacked and indexed at load, its models parsed when they are asked for.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use outlay_model::time::{DAY, Micros, date_day};
use serde::Deserialize;

use crate::error::PriceError;
use crate::matcher::Clause;

/// Rates of one meter: the base rate, then pairs of (threshold, rate above it), pico-units per token.
pub(crate) type Meter = Vec<i64>;
/// Rates by meter: `in`, `out`, `cr` (cache read), `cw` (cache write), `cw1h`, `cw12h`, `ai`/`ao` (audio), `ii`/`io`
/// (image), `ws` (web search), `rq` (request).
pub(crate) type Prices = BTreeMap<String, Meter>;

/// Rates for a time.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entry {
    /// First instant.
    #[serde(rename = "f", default, deserialize_with = "day")]
    pub from: Option<Micros>,
    /// First instant after.
    #[serde(skip)]
    pub until: Option<Micros>,
    /// Minutes of the UTC day.
    #[serde(rename = "h", default)]
    pub hours: Option<(u16, u16)>,
    /// Days of the week on which `hours` hold, Monday the lowest bit; 0 is every day.
    #[serde(skip)]
    pub weekdays: u8,
    #[serde(rename = "p")]
    pub prices: Prices,
}

/// What a service tier changes.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Variant {
    #[serde(rename = "t")]
    pub tier: String,
    #[serde(rename = "f", default, deserialize_with = "day")]
    pub from: Option<Micros>,
    #[serde(rename = "p")]
    pub prices: Prices,
}

/// A model of a book.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    #[serde(skip)]
    pub id: String,
    /// Alternatives, any of which matches.
    #[serde(rename = "m", default)]
    pub clauses: Vec<Clause>,
    /// The last that is in force wins.
    #[serde(rename = "s")]
    pub entries: Vec<Entry>,
    /// The first that is in force wins, meter by meter.
    #[serde(rename = "v", default)]
    pub variants: Vec<Variant>,
    /// The book lists the model without any rate.
    #[serde(default)]
    pub free: bool,
    /// The book says that the model has a prompt cache.
    #[serde(rename = "c", default)]
    pub cached: bool,
    /// Price factors by region, in thousandths.
    #[serde(rename = "g", default)]
    pub uplift: BTreeMap<String, i64>,
}

fn day<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Micros>, D::Error> {
    let date = NaiveDate::deserialize(d)?;
    Ok(Some(Micros::from(date_day(date)) * DAY))
}

/// The header line of a bundled file.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Header {
    pub source: String,
    pub version: String,
    pub as_of: NaiveDate,
    pub thresholds: Vec<i64>,
    pub fallback: BTreeMap<String, Vec<String>>,
}

struct Line {
    id: Range<usize>,
    json: Range<usize>,
    model: OnceLock<Option<Arc<Model>>>,
}

/// A bundled book.
pub(crate) struct Layer {
    pub header: Header,
    text: String,
    lines: Vec<Line>,
    providers: HashMap<String, Vec<usize>>,
}

impl Layer {
    /// Unpacks and indexes; no model is parsed yet.
    pub(crate) fn load(file: &'static str, packed: &[u8]) -> Result<Layer, PriceError> {
        let bytes = zstd::decode_all(packed).map_err(|e| PriceError::Unpack(file, e))?;
        let fault = |line: usize, why: String| PriceError::Format { file, line, why };
        let text = String::from_utf8(bytes).map_err(|e| fault(0, e.to_string()))?;
        let head = text.find('\n').ok_or_else(|| fault(1, "no header line".to_owned()))?;
        let header: Header = serde_json::from_str(&text[..head]).map_err(|e| fault(1, e.to_string()))?;
        let mut layer =
            Layer { header, lines: Vec::with_capacity(4096), providers: HashMap::new(), text: String::new() };
        let mut start = head + 1;
        let (mut provider, mut members) = ("", Vec::new());
        while start < text.len() {
            let number = layer.lines.len() + 2;
            let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
            let line = &text[start..end];
            let mut tabs = line.match_indices('\t').map(|(at, _)| at);
            let (Some(first), Some(second)) = (tabs.next(), tabs.next()) else {
                return Err(fault(number, "not three columns".to_owned()));
            };
            if line[..first] != *provider {
                if !members.is_empty() {
                    layer.providers.insert(provider.to_owned(), std::mem::take(&mut members));
                }
                provider = &line[..first];
            }
            members.push(layer.lines.len());
            layer.lines.push(Line {
                id: start + first + 1..start + second,
                json: start + second + 1..end,
                model: OnceLock::new(),
            });
            start = end + 1;
        }
        layer.providers.insert(provider.to_owned(), members);
        layer.text = text;
        Ok(layer)
    }

    fn model(&self, at: usize) -> Option<Arc<Model>> {
        let line = self.lines.get(at)?;
        let parse = || {
            let mut model: Model = serde_json::from_str(&self.text[line.json.clone()]).ok()?;
            self.text[line.id.clone()].clone_into(&mut model.id);
            Some(Arc::new(model))
        };
        line.model.get_or_init(parse).clone()
    }

    /// The model with exactly this id.
    pub(crate) fn exact(&self, provider: &str, id: &str) -> Option<Arc<Model>> {
        let members = self.providers.get(provider)?;
        let at = members.iter().find(|at| self.text[self.lines[**at].id.clone()] == *id)?;
        self.model(*at)
    }

    /// All models of a provider, in the book's order.
    pub(crate) fn models(&self, provider: &str) -> impl Iterator<Item = Arc<Model>> {
        self.providers.get(provider).into_iter().flatten().filter_map(|at| self.model(*at))
    }

    /// Whether the book knows the provider at all.
    pub(crate) fn has_provider(&self, provider: &str) -> bool {
        self.providers.contains_key(provider)
    }

    /// Providers and ids that contain `text`.
    pub(crate) fn ids_with<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut providers: Vec<&String> = self.providers.keys().collect();
        providers.sort_unstable();
        providers.into_iter().flat_map(move |provider| {
            let members = self.providers.get(provider).into_iter().flatten();
            members.filter_map(move |at| {
                let id = &self.text[self.lines[*at].id.clone()];
                id.contains(text).then_some((provider.as_str(), id))
            })
        })
    }

    /// Every line that does not parse, for the book check.
    pub(crate) fn faults(&self) -> Vec<String> {
        let bad = |at: &usize| self.model(*at).is_none();
        (0..self.lines.len()).filter(bad).map(|at| self.text[self.lines[at].id.clone()].to_owned()).collect()
    }

    /// Every provider and model id.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ids_with("")
    }
}
