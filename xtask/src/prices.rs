//! `cargo xtask prices`: converts the price packages into the files that `outlay-price` bundles.
//!
//! Takes the wheels of genai-prices, LiteLLM and tokencost (an older LiteLLM map) and writes, per package, one
//! zstd-compressed file of lines `provider TAB model TAB json` under a header line, plus `SOURCES.md` and the licence
//! texts. Rates become whole pico-dollars per token straight from the decimal texts; no float is involved. The same
//! wheels give the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// Prices of one meter: the base rate, then pairs of (threshold, rate above it).
type Meter = Vec<i64>;
/// Meters by our short names.
type Prices = BTreeMap<String, Meter>;
/// Provider, model, and what is known of it.
type Line = (String, String, Value);

/// Runs the conversion: `prices [--out FOLDER] [--as-of DATE] GENAI.whl LITELLM.whl TOKENCOST.whl`.
///
/// # Errors
/// Where a wheel cannot be read or holds something that is not known here.
pub fn run(args: &[String]) -> Result<()> {
    let mut out = PathBuf::from("crates/outlay-price/prices");
    let mut as_of = "2026-11-12".to_owned();
    let mut wheels = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = args.next().context("--out needs a folder")?.into(),
            "--as-of" => as_of = args.next().context("--as-of needs a date")?.clone(),
            wheel => wheels.push(wheel.to_owned()),
        }
    }
    if wheels.len() != 3 {
        bail!("needs three wheels: genai-prices, litellm, tokencost");
    }
    let dump = Command::new("python3").args(["-c", include_str!("prices_dump.py")]).args(&wheels).output()?;
    if !dump.status.success() {
        bail!("reading the wheels: {}", String::from_utf8_lossy(&dump.stderr));
    }
    let documents: Vec<Value> = serde_json::from_slice(&dump.stdout)?;
    std::fs::create_dir_all(out.join("licences"))?;
    let mut sources = String::from(
        "# Where the bundled prices come from\n\nWritten by `cargo xtask prices`; corrections are our own.\n\n\
         | file | package | version | as of | licence | sha256 of the wheel |\n|---|---|---|---|---|---|\n",
    );
    let frozen_as_of = "2025-08-13";
    for (document, (file, date)) in
        documents.iter().zip([("base", as_of.as_str()), ("litellm", &as_of), ("litellm-frozen", frozen_as_of)])
    {
        let about = &document["about"];
        let (header, lines) =
            if file == "base" { base(&document["data"])? } else { litellm(&document["data"], file != "litellm")? };
        write_book(&out, file, about, date, &header, &lines)?;
        let (name, version) = (text(about, "name")?, text(about, "version")?);
        writeln!(sources, "| `{file}.zst` | {name} | {version} | {date} | MIT | `{}` |", text(about, "sha256")?)?;
        std::fs::write(out.join("licences").join(format!("{name}.txt")), text(about, "licence")?)?;
    }
    std::fs::write(out.join("SOURCES.md"), sources)?;
    Ok(())
}

fn write_book(out: &Path, file: &str, about: &Value, as_of: &str, extra: &Value, lines: &[Line]) -> Result<()> {
    let mut thresholds = BTreeSet::new();
    for (_, _, model) in lines {
        for prices in model["s"].as_array().into_iter().chain(model["v"].as_array()).flatten() {
            for meter in prices["p"].as_object().into_iter().flat_map(Map::values) {
                thresholds.extend(meter.as_array().into_iter().flatten().skip(1).step_by(2).filter_map(Value::as_i64));
            }
        }
    }
    let header = json!({
        "source": text(about, "name")?, "version": text(about, "version")?, "as_of": as_of,
        "thresholds": thresholds, "models": lines.len(), "fallback": extra,
    });
    let mut body = header.to_string();
    body.push('\n');
    for (provider, id, model) in lines {
        writeln!(body, "{provider}\t{id}\t{model}")?;
    }
    let packed = zstd::encode_all(body.as_bytes(), 19)?;
    eprintln!("{file}: {} models, {} bytes, {} packed", lines.len(), body.len(), packed.len());
    std::fs::write(out.join(format!("{file}.zst")), packed)?;
    Ok(())
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("{key} is missing in {value:.80}"))
}

/// A decimal text times ten to the `shift`, rounded half-even to a whole number.
fn scaled(decimal: &str, shift: i64) -> Result<i64> {
    let (mantissa, exponent) = match decimal.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>()?),
        None => (decimal, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().with_context(|| format!("{decimal} is not a number"))?;
    let power = exponent + shift - fraction.len() as i64;
    if power >= 0 {
        return Ok(i64::try_from(digits * 10_i128.pow(power as u32))?);
    }
    let unit = 10_i128.pow(u32::try_from(-power)?);
    let (floor, rest) = (digits.div_euclid(unit), digits.rem_euclid(unit));
    let up = rest * 2 > unit || (rest * 2 == unit && floor % 2 != 0);
    Ok(i64::try_from(floor + i128::from(up))?)
}

// ---- genai-prices ----

/// Our meter for a price key of genai-prices, and the power of ten from its unit to pico-dollars per token or unit.
fn base_meter(key: &str) -> Option<(&'static str, i64)> {
    Some(match key {
        "input_mtok" => ("in", 6),
        "output_mtok" => ("out", 6),
        "cache_read_mtok" => ("cr", 6),
        "cache_write_mtok" => ("cw", 6),
        "cache_write_1h_mtok" => ("cw1h", 6),
        "input_audio_mtok" => ("ai", 6),
        "output_audio_mtok" => ("ao", 6),
        "input_image_mtok" => ("ii", 6),
        "output_image_mtok" => ("io", 6),
        "web_searches_kcount" => ("ws", 9),
        "requests_kcount" => ("rq", 9),
        _ => return None,
    })
}

fn base(providers: &Value) -> Result<(Value, Vec<Line>)> {
    let mut fallback = Map::new();
    let mut lines = Vec::new();
    let mut providers: Vec<&Value> = providers.as_array().context("providers")?.iter().collect();
    providers.sort_by_key(|p| p["id"].as_str().unwrap_or_default().to_owned());
    for provider in providers {
        let id = text(provider, "id")?;
        if provider["fallback_model_providers"].is_array() {
            fallback.insert(id.to_owned(), provider["fallback_model_providers"].clone());
        }
        // The order of models is kept: the first that matches wins.
        for model in provider["models"].as_array().into_iter().flatten() {
            lines.push((id.to_owned(), text(model, "id")?.to_lowercase(), base_model(model)?));
        }
    }
    Ok((Value::Object(fallback), lines))
}

fn base_model(model: &Value) -> Result<Value> {
    let mut clauses = Vec::new();
    clause(&model["match"], &mut clauses)?;
    let (mut entries, mut variants) = (Vec::new(), Vec::new());
    match &model["prices"] {
        Value::Array(list) => {
            for conditional in list {
                let mut entry = when(&conditional["constraint"])?;
                entry.insert("p".to_owned(), json!(base_prices(&conditional["prices"])?));
                entries.push(Value::Object(entry));
            }
        }
        prices => entries.push(json!({"p": base_prices(prices)?})),
    }
    for variant in model["price_variants"].as_array().into_iter().flatten() {
        let Some((key, value)) = variant["when"].as_object().and_then(|w| w.iter().next()) else { continue };
        let tier = match (key.as_str(), value.as_str().unwrap_or_default()) {
            ("processing", "batch") => "batch",
            ("service_tier", tier @ ("priority" | "flex" | "fast")) => tier,
            ("speed", "fast") => "fast",
            // The default tier is the standard one; routes and search types are no service tiers.
            _ => continue,
        };
        let prices = base_prices(&variant["prices"])?;
        if prices.is_empty() {
            continue;
        }
        let mut entry = when(&variant["constraint"])?;
        entry.insert("t".to_owned(), json!(tier));
        entry.insert("p".to_owned(), json!(prices));
        variants.push(Value::Object(entry));
    }
    let mut line = Map::new();
    // A price set without any key is the source's way to say "free"; one whose keys are all other meters is not.
    let free = |p: &Value| p.as_object().is_some_and(|o| o.iter().all(|(k, v)| k == "_" || v.is_null()));
    if free(&model["prices"]) {
        line.insert("free".to_owned(), json!(true));
    }
    line.insert("m".to_owned(), json!(clauses));
    line.insert("s".to_owned(), json!(entries));
    if !variants.is_empty() {
        line.insert("v".to_owned(), json!(variants));
    }
    Ok(Value::Object(line))
}

/// Validity: `f` the first UTC day as a date, `h` the minutes of the UTC day between which it holds.
fn when(constraint: &Value) -> Result<Map<String, Value>> {
    let mut entry = Map::new();
    match constraint["_"].as_str() {
        None => {}
        Some("StartDateConstraint") => {
            entry.insert("f".to_owned(), constraint["start_date"].clone());
        }
        Some("TimeOfDateConstraint") => {
            let minute = |key: &str| -> Result<i64> {
                let told = text(constraint, key)?;
                if !told.ends_with("+00:00") {
                    bail!("a time of day that is not UTC: {told}");
                }
                let mut parts = told.split(':');
                let mut next = || -> Result<i64> { Ok(parts.next().context("time")?.parse()?) };
                Ok(next()? * 60 + next()?)
            };
            entry.insert("h".to_owned(), json!([minute("start_time")?, minute("end_time")?]));
        }
        Some(other) => bail!("unknown constraint {other}"),
    }
    Ok(entry)
}

fn base_prices(prices: &Value) -> Result<Prices> {
    let mut meters = Prices::new();
    for (key, price) in prices.as_object().context("prices")? {
        let Some((meter, shift)) = base_meter(key) else { continue };
        if price.is_null() {
            continue;
        }
        let mut rates = Vec::new();
        match price {
            Value::String(rate) => rates.push(scaled(rate, shift)?),
            tiered => {
                rates.push(scaled(text(tiered, "base")?, shift)?);
                let mut tiers = Vec::new();
                for tier in tiered["tiers"].as_array().into_iter().flatten() {
                    tiers.push((text(tier, "start")?.parse::<i64>()?, scaled(text(tier, "price")?, shift)?));
                }
                tiers.sort_unstable();
                rates.extend(tiers.into_iter().flat_map(|(start, rate)| [start, rate]));
            }
        }
        meters.insert(meter.to_owned(), rates);
    }
    Ok(meters)
}

/// Adds a matching clause to alternatives. Regular expressions that only forbid something become `nre`, since our
/// matcher has no look-ahead.
fn clause(told: &Value, any: &mut Vec<Value>) -> Result<()> {
    let of = |key: &str| -> Result<String> { Ok(text(told, key)?.to_owned()) };
    let lower = |key: &str| -> Result<String> { Ok(text(told, key)?.to_lowercase()) };
    match text(told, "_")? {
        "ClauseOr" => {
            for inner in told["or_"].as_array().into_iter().flatten() {
                clause(inner, any)?;
            }
        }
        "ClauseAnd" => {
            let mut all = Vec::new();
            for inner in told["and_"].as_array().into_iter().flatten() {
                clause(inner, &mut all)?;
            }
            any.push(json!({"all": all}));
        }
        "ClauseEquals" => any.push(json!({"eq": lower("equals")?})),
        "ClauseStartsWith" => any.push(json!({"pre": lower("starts_with")?})),
        "ClauseEndsWith" => any.push(json!({"suf": lower("ends_with")?})),
        "ClauseContains" => any.push(json!({"has": lower("contains")?})),
        "ClauseRegex" => {
            let pattern = of("regex")?;
            match pattern.strip_prefix("^(?!.*").and_then(|p| p.strip_suffix(')')) {
                Some(forbidden) => any.push(json!({"nre": forbidden})),
                None if pattern.contains("(?!") || pattern.contains("(?=") => bail!("look-ahead in {pattern}"),
                None => any.push(json!({"re": pattern})),
            }
        }
        other => bail!("unknown clause {other}"),
    }
    Ok(())
}

// ---- LiteLLM ----

/// Our provider name for LiteLLM's, or `None` where its entries are no list prices (self-hosted, subscriptions).
fn litellm_provider(told: &str) -> Option<String> {
    Some(
        match told {
            "text-completion-openai" => "openai",
            "azure_ai" | "azure_text" => "azure",
            "bedrock_converse" | "bedrock_mantle" | "amazon_nova" => "bedrock",
            "gemini" | "palm" => "google",
            "codestral" | "text-completion-codestral" => "mistral",
            "cohere_chat" => "cohere",
            "together_ai" => "together",
            told if told.starts_with("fireworks_ai") => "fireworks",
            told if told.starts_with("vertex_ai") => "vertex",
            "ollama"
            | "ollama_chat"
            | "lemonade"
            | "github_copilot"
            | "chatgpt"
            | "nvidia_nim"
            | "llamagate"
            | "microsoft_365_copilot" => return None,
            other => other,
        }
        .to_owned(),
    )
}

/// What a field of LiteLLM's map prices: meter, threshold, tier.
fn litellm_field(field: &str) -> Option<(&'static str, i64, &'static str)> {
    const METERS: &[(&str, &str)] = &[
        ("input_cost_per_token_cache_hit", "hit"),
        ("input_cost_per_token", "in"),
        ("output_cost_per_token", "out"),
        ("cache_read_input_token_cost", "cr"),
        ("cache_creation_input_token_cost", "cw"),
        ("input_cost_per_audio_token", "ai"),
        ("output_cost_per_audio_token", "ao"),
        ("input_cost_per_image_token", "ii"),
        ("output_cost_per_image_token", "io"),
    ];
    let (name, mut meter) = *METERS.iter().find(|(name, _)| field.starts_with(name))?;
    let mut rest = &field[name.len()..];
    for (suffix, longer) in [("_above_1hr", "cw1h"), ("_above_12hr", "cw12h")] {
        if let Some(after) = rest.strip_prefix(suffix) {
            meter = longer;
            rest = after;
        }
    }
    let mut threshold = 0;
    if let Some(after) = rest.strip_prefix("_above_") {
        let (thousands, after) = after.split_once("k_tokens")?;
        threshold = thousands.parse::<i64>().ok()? * 1000;
        rest = after;
    }
    let tier = match rest {
        "" => "standard",
        "_batches" => "batch",
        "_flex" => "flex",
        "_priority" => "priority",
        "_ultrafast" => "ultrafast",
        _ => return None,
    };
    Some((meter, threshold, tier))
}

fn litellm(map: &Value, frozen: bool) -> Result<(Value, Vec<Line>)> {
    let mut lines: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut keys: Vec<(&String, &Value)> = map.as_object().context("map")?.iter().collect();
    // Where two keys name one model, the one without a provider's prefix speaks for it.
    keys.sort_by_key(|(key, _)| (key.matches('/').count(), (*key).clone()));
    for (key, entry) in keys {
        let Some(told) = entry["litellm_provider"].as_str() else { continue };
        let Some(provider) = litellm_provider(told) else { continue };
        let id = key.to_lowercase();
        let id = [told, provider.as_str(), "vertex_ai", "bedrock"]
            .iter()
            .find_map(|prefix| id.strip_prefix(prefix)?.strip_prefix('/'))
            .unwrap_or(&id)
            .to_owned();
        if key == "sample_spec" || id.contains(['\t', '\n']) {
            continue;
        }
        if let Some(model) = litellm_model(entry, frozen).with_context(|| key.clone())? {
            lines.entry((provider, id)).or_insert(model);
        }
    }
    Ok((json!({}), lines.into_iter().map(|((provider, id), model)| (provider, id, model)).collect()))
}

fn litellm_model(entry: &Value, frozen: bool) -> Result<Option<Value>> {
    let mut tiers: BTreeMap<&str, BTreeMap<&str, BTreeMap<i64, i64>>> = BTreeMap::new();
    for (field, value) in entry.as_object().context("entry")? {
        let (Some((meter, threshold, tier)), Some(rate)) = (litellm_field(field), value.as_str()) else { continue };
        tiers.entry(tier).or_default().entry(meter).or_default().insert(threshold, scaled(rate, 12)?);
    }
    for range in entry["tiered_pricing"].as_array().into_iter().flatten() {
        let Some(start) = range["range"][0].as_str() else { continue };
        for (field, value) in range.as_object().into_iter().flatten() {
            let (Some((meter, 0, tier)), Some(rate)) = (litellm_field(field), value.as_str()) else { continue };
            let rates = tiers.entry(tier).or_default().entry(meter).or_default();
            rates.insert(scaled(start, 0)?, scaled(rate, 12)?);
        }
    }
    let mut priced: BTreeMap<&str, Prices> = BTreeMap::new();
    for (tier, mut meters) in tiers {
        if let Some(hit) = meters.remove("hit") {
            meters.entry("cr").or_insert(hit);
        }
        let prices = priced.entry(tier).or_default();
        for (meter, rates) in meters {
            // A band without a base, and a cache or audio rate of 0, say that the map does not know.
            let Some(first) = rates.get(&0).filter(|rate| **rate > 0 || meter == "out") else { continue };
            let bands = rates.iter().filter(|(start, _)| **start > 0).flat_map(|(start, rate)| [*start, *rate]);
            prices.insert(meter.to_owned(), std::iter::once(*first).chain(bands).collect());
        }
    }
    // 0.0001 to 2,000 USD per million tokens: anything else is a price in the wrong unit, and no price is better.
    let odd = |rate: &i64| *rate != 0 && !(100..=2_000_000_000).contains(rate);
    let mut rates = priced.values().flat_map(Prices::values).flat_map(|meter| meter.iter().step_by(2));
    if let Some(rate) = rates.find(|rate| odd(rate)) {
        eprintln!("left out, a rate of {rate} pico-dollars per token: {entry:.200}");
        return Ok(None);
    }
    let mut standard = priced.remove("standard").unwrap_or_default();
    // Entries without an input or output rate above 0 are free trials, subscriptions, or other meters.
    if !standard.contains_key("in") && standard.get("out").is_none_or(|rates| rates[0] == 0) {
        return Ok(None);
    }
    if let Some(rate) = entry["search_context_cost_per_query"]["search_context_size_medium"].as_str() {
        standard.insert("ws".to_owned(), vec![scaled(rate, 12)?]);
    }
    let mut line = Map::new();
    line.insert("s".to_owned(), json!([{ "p": standard }]));
    let variants: Vec<Value> =
        priced.iter().filter(|(_, p)| !p.is_empty()).map(|(tier, prices)| json!({"t": tier, "p": prices})).collect();
    if !variants.is_empty() {
        line.insert("v".to_owned(), json!(variants));
    }
    if entry["supports_prompt_caching"].as_bool() == Some(true) {
        line.insert("c".to_owned(), json!(true));
    }
    // Uplifts by region, in thousandths; the frozen map has none.
    let mut uplift = Map::new();
    for (field, region) in [
        ("regional_processing_uplift_multiplier_eu", "eu"),
        ("regional_processing_uplift_multiplier_us", "us"),
        ("regional_endpoint_uplift_multiplier", "regional"),
    ] {
        if let Some(rate) = entry[field].as_str() {
            uplift.insert(region.to_owned(), json!(scaled(rate, 3)?));
        }
    }
    if let Some(rate) = entry["provider_specific_entry"]["us"].as_str() {
        uplift.insert("us".to_owned(), json!(scaled(rate, 3)?));
    }
    if !uplift.is_empty() && !frozen {
        line.insert("g".to_owned(), Value::Object(uplift));
    }
    Ok(Some(Value::Object(line)))
}
