//! From a model of a book to dated, banded rate sets.
//!
//! Time is cut where any rate begins or ends. In every piece the last entry in force is the standard rate, entries
//! with hours go before it, and the tier's variants replace single meters.

use std::collections::BTreeSet;

use outlay_model::money::Currency;
use outlay_model::time::{DAY, Micros, date_day};

use crate::corrections::Corrections;
use crate::error::Unpriced;
use crate::layer::{Entry, Layer, Meter, Model, Prices, Variant};
use crate::rates::{
    AUDIO_IN, AUDIO_OUT, IMAGE_IN, IMAGE_OUT, OUTPUT, READ, Rates, UNCACHED, WRITE_1H, WRITE_5M, WRITE_12H, WRITE_30M,
};
use crate::schedule::{Band, Hours, RateSet, Rule, RuleKind, Source, Status};

/// Everything that the rate sets of one key are made from.
pub(crate) struct Inputs<'a> {
    pub corrections: &'a Corrections,
    /// The layer that the model is in.
    pub layer: &'a Layer,
    pub source: Source,
    /// The book's provider id that the model stands under.
    pub book_provider: &'a str,
    pub model: &'a Model,
    /// The model of a later book with the same id: fills meters that the base leaves out.
    pub filler: Option<&'a Model>,
    /// Models to borrow a tier's proportion from, in order.
    pub lenders: Vec<(&'a Model, &'a str)>,
    /// The provider whose declared tier rules apply, as the base book spells it.
    pub rule_provider: &'a str,
    /// Whether the model is another provider's, offered by this one.
    pub foreign: bool,
    pub provider: &'a str,
    pub channel: &'a str,
    pub region: &'a str,
    pub tier: &'a str,
    /// The id as resolved.
    pub id: &'a str,
    pub kind: RuleKind,
    pub matched: &'a str,
}

/// A piece of time with its prices.
struct Piece {
    from: Option<Micros>,
    to: Option<Micros>,
    hours: Option<Hours>,
    prices: Prices,
    corrected: Option<Status>,
    notes: Vec<String>,
}

pub(crate) fn compile(inputs: &Inputs<'_>) -> Result<Vec<RateSet>, Unpriced> {
    let variants = variants(inputs)?;
    let mut pieces = Vec::new();
    let now = current(inputs, variants.as_ref());
    for (from, to) in pieces_of_time(inputs, variants.as_ref()) {
        for mut piece in standard(inputs, from, to) {
            let before = piece.prices.clone();
            if let Some(tier) = &variants {
                overlay(tier, &mut piece, &now);
            }
            fill(inputs, &before, &mut piece);
            uplift(inputs, &mut piece);
            pieces.push(piece);
        }
    }
    let merged = merge(pieces);
    let free = inputs.model.free && ["free", "moderation", "gemma"].iter().any(|word| inputs.model.id.contains(word));
    let sets: Vec<RateSet> = merged.iter().flat_map(|piece| bands(inputs, piece, free)).collect();
    if sets.iter().all(|set| set.rates.buckets.iter().all(Option::is_none)) {
        return Err(Unpriced::NoTokenRate { model: inputs.model.id.clone() });
    }
    Ok(sets)
}

/// What the tier changes: rates from a date, and where they come from when the book itself has none.
struct Tier {
    variants: Vec<Variant>,
    /// Rates of which the variants are a proportion, when they are another book's.
    lender: Option<Prices>,
    note: Option<String>,
    open: String,
}

fn variants(inputs: &Inputs<'_>) -> Result<Option<Tier>, Unpriced> {
    if inputs.tier == "standard" {
        return Ok(None);
    }
    let of = |model: &Model| -> Vec<Variant> {
        model.variants.iter().filter(|variant| variant.tier == inputs.tier).cloned().collect()
    };
    let open = inputs.corrections.open_tiers.clone();
    let own = of(inputs.model);
    if !own.is_empty() && !inputs.foreign {
        return Ok(Some(Tier { variants: own, lender: None, note: None, open }));
    }
    for (lender, name) in &inputs.lenders {
        let lent = of(lender);
        if let (false, Some(entry)) = (lent.is_empty(), lender.entries.first()) {
            let note = format!("the {} rates are in the proportion that {name} gives", inputs.tier);
            return Ok(Some(Tier { variants: lent, lender: Some(entry.prices.clone()), note: Some(note), open }));
        }
    }
    if !own.is_empty() {
        let note = format!("the {} rates are those of {} itself", inputs.tier, inputs.book_provider);
        return Ok(Some(Tier { variants: own, lender: None, note: Some(note), open }));
    }
    let rules = inputs.corrections.tiers.iter();
    let mut rules = rules.filter(|rule| rule.tier == inputs.tier);
    let rule = rules.find(|rule| rule.place.starts(inputs.rule_provider, &inputs.model.id));
    let Some(rule) = rule else {
        return Err(Unpriced::NoTier { model: inputs.model.id.clone(), tier: inputs.tier.to_owned() });
    };
    // A discount as a variant of a rate of 1,000 thousandths.
    let meter = |factor: i64| rule.meters.iter().map(|meter| (meter.clone(), vec![factor])).collect::<Prices>();
    let variant = Variant { tier: inputs.tier.to_owned(), from: None, prices: meter(rule.factor) };
    let note = Some(rule.place.source.clone());
    Ok(Some(Tier { variants: vec![variant], lender: Some(meter(1000)), note, open }))
}

fn entries<'a>(inputs: &'a Inputs<'_>) -> (&'a [Entry], Option<(Status, &'a str)>) {
    let corrected = inputs.source == Source::Base;
    let history = inputs
        .corrections
        .histories
        .iter()
        .find(|h| corrected && h.place.names(inputs.book_provider, &inputs.model.id));
    match history {
        Some(history) => (&history.entries, Some((history.status, &history.place.source))),
        None => (&inputs.model.entries, None),
    }
}

fn patches<'a>(inputs: &'a Inputs<'_>) -> impl Iterator<Item = &'a crate::corrections::Patch> {
    let named = inputs.id.rsplit('/').next().unwrap_or_default();
    inputs.corrections.patches.iter().filter(move |patch| {
        patch.book == inputs.source
            && patch.place.names(inputs.book_provider, &inputs.model.id)
            && (patch.ids.is_empty() || patch.ids.iter().any(|id| id == inputs.id || id == named))
            && patch.asked.as_ref().is_none_or(|provider| provider == inputs.provider)
    })
}

fn pieces_of_time(inputs: &Inputs<'_>, tier: Option<&Tier>) -> Vec<(Option<Micros>, Option<Micros>)> {
    let mut cuts = BTreeSet::new();
    for entry in entries(inputs).0 {
        cuts.extend(entry.from);
        cuts.extend(entry.until);
    }
    for patch in patches(inputs) {
        cuts.extend(patch.from);
        cuts.extend(patch.until);
    }
    if let Some(tier) = tier {
        cuts.extend(tier.variants.iter().filter_map(|variant| variant.from));
    }
    let cuts: Vec<Option<Micros>> = std::iter::once(None).chain(cuts.into_iter().map(Some)).collect();
    let ends = cuts.iter().skip(1).copied().chain(std::iter::once(None));
    cuts.iter().copied().zip(ends).collect()
}

/// Whether something that begins and ends covers a piece, which no date cuts.
fn covers(from: Option<Micros>, until: Option<Micros>, piece: (Option<Micros>, Option<Micros>)) -> bool {
    let begun = match (from, piece.0) {
        (None, _) => true,
        (Some(from), Some(start)) => from <= start,
        (Some(_), None) => false,
    };
    let ended = match (until, piece.0) {
        (None, _) | (Some(_), None) => false,
        (Some(until), Some(start)) => until <= start,
    };
    begun && !ended
}

/// The standard rates of a piece of time: entries with hours first, the last told winning.
fn standard(inputs: &Inputs<'_>, from: Option<Micros>, to: Option<Micros>) -> Vec<Piece> {
    let (entries, correction) = entries(inputs);
    let mut found = Vec::new();
    let in_force: Vec<&Entry> = entries.iter().filter(|entry| covers(entry.from, entry.until, (from, to))).collect();
    let last = in_force.iter().rposition(|entry| entry.hours.is_none());
    let windows = &in_force[last.unwrap_or(0)..];
    for entry in windows.iter().rev() {
        found.push(*entry);
    }
    if last.is_none()
        && let Some(first) = entries.first()
    {
        // Where nothing is in force the first entry is taken, as the base book does.
        found.push(first);
    }
    let mut pieces = Vec::new();
    for entry in found {
        let every_day = if entry.weekdays == 0 { 0x7f } else { entry.weekdays };
        let mut piece = Piece {
            from,
            to,
            hours: entry.hours.map(|(from, to)| Hours { from, to, weekdays: every_day }),
            prices: entry.prices.clone(),
            corrected: correction.map(|(status, _)| status),
            notes: correction.iter().map(|(_, source)| (*source).to_owned()).collect(),
        };
        for patch in patches(inputs).filter(|patch| covers(patch.from, patch.until, (from, to))) {
            piece.prices.extend(patch.prices.clone());
            piece.corrected = Some(patch.status);
            piece.notes.push(patch.place.source.clone());
        }
        pieces.push(piece);
    }
    pieces
}

/// The standard rates when the tier's rates were first told: what those are a proportion of.
fn current(inputs: &Inputs<'_>, tier: Option<&Tier>) -> Prices {
    let Some(tier) = tier else { return Prices::new() };
    if let Some(lender) = &tier.lender {
        return lender.clone();
    }
    let first = tier.variants.iter().filter_map(|variant| variant.from).min();
    standard(inputs, first, None).pop().map(|piece| piece.prices).unwrap_or_default()
}

fn overlay(tier: &Tier, piece: &mut Piece, reference: &Prices) {
    let active = tier.variants.iter().filter(|variant| covers(variant.from, None, (piece.from, piece.to)));
    let mut active: Vec<&Variant> = active.collect();
    let opened = active.is_empty();
    if opened {
        let first = tier.variants.iter().filter_map(|variant| variant.from).min();
        active = tier.variants.iter().filter(|variant| variant.from == first).collect();
    }
    let mut done = BTreeSet::new();
    let short_writes = piece.prices.get("cw").cloned();
    for variant in active {
        for (meter, rates) in &variant.prices {
            if !done.insert(meter.clone()) {
                continue;
            }
            let lent = tier.lender.is_some();
            let scaled = match (opened || lent, piece.prices.get(meter), reference.get(meter)) {
                (true, Some(standard), Some(then)) if standard != then || (lent && rates.len() < standard.len()) => {
                    proportion(standard, then, rates)
                }
                (true, None, _) if lent => continue,
                _ => rates.clone(),
            };
            piece.prices.insert(meter.clone(), scaled);
        }
    }
    // A book that tells the tier's short cache writes and not its long ones means the same discount for both.
    if let (Some(before), Some(after)) = (short_writes, piece.prices.get("cw").cloned()) {
        for meter in ["cw1h", "cw12h"] {
            if let (false, Some(rates)) = (done.contains(meter), piece.prices.get(meter)) {
                let scaled = proportion(rates, &before, &after);
                piece.prices.insert(meter.to_owned(), scaled);
            }
        }
    }
    if let Some(note) = &tier.note {
        piece.corrected = Some(Status::Assumed);
        piece.notes.push(note.clone());
    } else if opened {
        piece.corrected = Some(Status::Assumed);
        piece.notes.push(tier.open.clone());
    }
}

/// `standard` times the tier's rate over the standard rate of the same band (of the lowest band where the tier has one
/// rate only); rounded half-even where not whole.
fn proportion(standard: &Meter, then: &Meter, tier: &Meter) -> Meter {
    let in_band = |meter: &Meter, above: i64| {
        let bands = meter[1..].chunks_exact(2).rev();
        bands.into_iter().find(|band| above >= band[0]).map_or(meter[0], |band| band[1])
    };
    let scale = |rate: i64, above: i64| {
        let base = if tier.len() == 1 { then[0] } else { in_band(then, above) };
        let (top, bottom) = (i128::from(rate) * i128::from(in_band(tier, above)), i128::from(base));
        if bottom == 0 {
            return rate;
        }
        let (floor, rest) = (top.div_euclid(bottom), top.rem_euclid(bottom));
        let up = rest * 2 > bottom || (rest * 2 == bottom && floor % 2 != 0);
        i64::try_from(floor + i128::from(up)).unwrap_or(rate)
    };
    let mut scaled = vec![scale(standard[0], 0)];
    for band in standard[1..].chunks_exact(2) {
        scaled.extend([band[0], scale(band[1], band[0])]);
    }
    scaled
}

/// Meters that a later book has for a model of the same id and the same input and output rate, tier first.
fn fill(inputs: &Inputs<'_>, before: &Prices, piece: &mut Piece) {
    let Some(filler) = inputs.filler else { return };
    let Some(entry) = filler.entries.first() else { return };
    let same = |a: &Prices, b: &Prices| {
        let base = |prices: &Prices, meter: &str| prices.get(meter).map(|rates| rates[0]).unwrap_or_default();
        base(a, "in") == base(b, "in") && base(a, "out") == base(b, "out")
    };
    let mut filled = Vec::new();
    let mut from = |prices: &Prices, into: &mut Prices| {
        for meter in ["cr", "cw", "cw1h", "cw12h", "ai", "ao", "ii", "io", "ws"] {
            if let (Some(rates), false) = (prices.get(meter), into.contains_key(meter)) {
                into.insert(meter.to_owned(), rates.clone());
                filled.push(meter);
            }
        }
    };
    if inputs.tier != "standard" {
        for variant in filler.variants.iter().filter(|variant| variant.tier == inputs.tier) {
            if same(&variant.prices, &piece.prices) {
                from(&variant.prices, &mut piece.prices);
            }
        }
    }
    // What a tier does not mention stays at the standard rate.
    if same(&entry.prices, before)
        && (inputs.tier == "standard" || !filler.variants.iter().any(|v| v.tier == inputs.tier))
    {
        from(&entry.prices, &mut piece.prices);
    }
    filled.retain(|meter| *meter != "ws");
    if !filled.is_empty() {
        piece.notes.push(format!("{} from LiteLLM's map, undated", filled.join(", ")));
    }
}

/// What a region adds, where the book knows it.
fn uplift(inputs: &Inputs<'_>, piece: &mut Piece) {
    let Some((factor, _)) = factor(inputs) else { return };
    for (meter, rates) in &mut piece.prices {
        if meter == "ws" || meter == "rq" {
            continue;
        }
        for (at, rate) in rates.iter_mut().enumerate() {
            // Thresholds stand at odd places.
            if at % 2 == 0 {
                *rate = (*rate * factor + 500) / 1000;
            }
        }
    }
    piece.notes.push(format!("{} costs {factor} thousandths of the price, as LiteLLM's map has it", inputs.region));
}

fn factor(inputs: &Inputs<'_>) -> Option<(i64, &'static str)> {
    let known = &inputs.filler.unwrap_or(inputs.model).uplift;
    let region = inputs.region;
    if region.is_empty() || region == "global" {
        return None;
    }
    let name = match inputs.provider {
        "vertex" => "regional",
        "openai" if region == "eu" || region.starts_with("eu-") => "eu",
        "openai" | "anthropic" if region == "us" || region.starts_with("us-") => "us",
        _ => return None,
    };
    known.get(name).map(|factor| (*factor, name))
}

/// Joins pieces of time whose prices do not change.
fn merge(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(group) if group[0].from == piece.from => group.push(piece),
            _ => merged.push(vec![piece]),
        }
    }
    let same = |a: &[Piece], b: &[Piece]| {
        let told = |p: &Piece| (p.hours, p.prices.clone(), p.corrected, p.notes.clone());
        a.len() == b.len() && a.iter().map(told).eq(b.iter().map(told))
    };
    let mut joined: Vec<Vec<Piece>> = Vec::new();
    for group in merged {
        match joined.last_mut() {
            Some(last) if same(last, &group) => {
                for piece in last {
                    piece.to = group[0].to;
                }
            }
            _ => joined.push(group),
        }
    }
    joined.into_iter().flatten().collect()
}

fn bands(inputs: &Inputs<'_>, piece: &Piece, free: bool) -> Vec<RateSet> {
    let mut thresholds = BTreeSet::new();
    for rates in piece.prices.values() {
        thresholds.extend(rates[1..].iter().step_by(2).copied());
    }
    let starts: Vec<Option<i64>> = std::iter::once(None).chain(thresholds.into_iter().map(Some)).collect();
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(None));
    let as_of = Micros::from(date_day(inputs.layer.header.as_of)) * DAY;
    let (book, status) = match (piece.corrected, inputs.source) {
        (Some(status), _) => (Source::Correction, status),
        (None, Source::Base) => (Source::Base, Status::Published),
        (None, source) => (source, Status::Undated),
    };
    let status = if piece.from.is_some_and(|from| from > as_of + DAY) { Status::Announced } else { status };
    let mut notes = piece.notes.clone();
    if status == Status::Undated {
        notes.push(format!("undated, as of {}", inputs.layer.header.as_of));
    }
    let region = if factor(inputs).is_some() { inputs.region } else { "" };
    let set = |(min, max): (Option<i64>, Option<i64>)| {
        let mut notes = notes.clone();
        let rates = if free { nothing() } else { rates(inputs, &piece.prices, min.unwrap_or(0), &mut notes) };
        RateSet {
            provider: inputs.provider.to_owned(),
            channel: inputs.channel.to_owned(),
            model: inputs.model.id.clone(),
            region: region.to_owned(),
            tier: inputs.tier.to_owned(),
            band: Band { min_exclusive: min, max_inclusive: max },
            valid_from: piece.from,
            valid_to: piece.to,
            hours: piece.hours,
            rates,
            currency: Currency::USD,
            rule: Rule { kind: inputs.kind, matched: inputs.matched.to_owned(), book, status, note: notes.join("; ") },
        }
    };
    starts.iter().copied().zip(ends).map(set).collect()
}

/// A model that the book lists as free.
fn nothing() -> Rates {
    let mut rates = Rates { buckets: [Some(0); 12], ..Rates::default() };
    rates.buckets[crate::rates::WRITE_UNKNOWN] = None;
    rates
}

/// Rates of a band by bucket, with what a missing meter means.
///
/// The base book prices a kind of token without a meter of its own at the rate of the kind that contains it: cached
/// input as input, for models without a cache discount. LiteLLM's map says so only for models that it does not mark as
/// caching. A one-hour write of Claude is twice its input rate, which Anthropic publishes for all models. Audio of
/// audio models, which costs many times the text rate, is never taken as text.
fn rates(inputs: &Inputs<'_>, prices: &Prices, above: i64, notes: &mut Vec<String>) -> Rates {
    let rate = |meter: &str| {
        prices.get(meter).map(|rates| {
            rates[1..].chunks_exact(2).rev().find(|band| above >= band[0]).map_or(rates[0], |band| band[1])
        })
    };
    let base = inputs.source == Source::Base;
    let id = &inputs.model.id;
    let (input, output, write) = (rate("in"), rate("out"), rate("cw"));
    let claude = id.contains("claude");
    let plain = if base || !inputs.model.cached { input } else { None };
    // A model without a write meter charges writes as input, unless it is Claude, whose writes always cost more.
    let no_surcharge = if claude || (!base && inputs.model.cached && rate("cr").is_none()) { None } else { input };
    let long = |meter: Option<i64>| meter.or(if write.is_none() { no_surcharge } else { None });
    let mut buckets = [None; 12];
    buckets[UNCACHED] = input;
    buckets[READ] = rate("cr").or(plain);
    buckets[WRITE_5M] = write.or(no_surcharge);
    buckets[WRITE_1H] = long(rate("cw1h"));
    if claude && write.is_some() && buckets[WRITE_1H].is_none() {
        buckets[WRITE_1H] = input.map(|rate| rate * 2);
        notes.push("one-hour writes derived: twice the input rate".to_owned());
    }
    buckets[WRITE_30M] = if claude { None } else { write.or(no_surcharge) };
    buckets[WRITE_12H] = if claude { None } else { long(rate("cw12h")) };
    buckets[OUTPUT] = output;
    let voiced = ["audio", "realtime", "live", "sonic", "voice", "omni"].iter().any(|word| id.contains(word));
    let text_in = if base && !voiced { input } else { None };
    let text_out = if base && !voiced { output } else { None };
    buckets[AUDIO_IN] = rate("ai").or(text_in);
    buckets[AUDIO_OUT] = rate("ao").or(text_out);
    buckets[IMAGE_IN] = rate("ii").or(if base || !id.contains("image") { input } else { None });
    buckets[IMAGE_OUT] = rate("io").or(text_out);
    Rates { buckets, web_search: rate("ws"), request: rate("rq") }
}
