//! What moved a total against the period before: the largest changes, each taken apart in a sentence.
//!
//! The change of a feature's (or model's) cost is taken apart in a fixed order: calls first, at the old cost per call;
//! then input and output tokens per call, at their old prices; what is left is price and mix. A factor is told where it
//! made a tenth of the change or more; one that worked against the change is told as "despite".

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::{Cube, Group};
use outlay_model::dimension::Dimension;
use outlay_model::money::Pico;
use outlay_model::time::day_date;
use outlay_model::tokens::Tokens;

use crate::analyses::overview::Mover;
use crate::answer::{Sentence, Tone};
use crate::context::Context;
use crate::headline::Headline;
use crate::marks::{NewVersion, PriceChange, new_versions, price_changes, version_words};
use crate::prices::{Cost, Prices};
use crate::words;

/// How many movers are told.
const MOST: usize = 5;

#[derive(Clone, Debug, Default)]
struct Side {
    cost: Pico,
    calls: i64,
    input: i64,
    output: i64,
    input_cost: Pico,
    output_cost: Pico,
    waste: Pico,
    first: Option<i32>,
    last: Option<i32>,
    models: BTreeMap<String, Pico>,
}

/// Cubes that movers are found in: calls and wasted calls, cut by feature and model first, of both periods.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Calls of the period, cut as [`crate::marks::BY`].
    pub calls: &'a Cube,
    /// Calls of the period before.
    pub before: &'a Cube,
    /// Errors and retries of the period, by day, feature and model.
    pub waste: &'a Cube,
    /// Errors and retries of the period before.
    pub waste_before: &'a Cube,
}

/// The largest changes by feature, or by model where no call tells a feature; by what the headline knows where there
/// are no calls. Empty without a period before.
#[must_use]
pub fn movers(
    inputs: &Inputs<'_>,
    headline: &Headline,
    previous: &Headline,
    context: &Context,
    prices: &dyn Prices,
) -> Vec<Mover> {
    if !previous.has_records() {
        return Vec::new();
    }
    if inputs.calls.groups.is_empty() && inputs.before.groups.is_empty() {
        return from_headline(headline, previous, context);
    }
    let told = |cube: &Cube| cube.groups.iter().any(|group| !cube.key(group, 0).is_empty());
    let by_feature = told(inputs.calls) || told(inputs.before);
    let (at, dimension) = if by_feature { (0, Dimension::Feature) } else { (1, Dimension::Model) };
    let now = sides(inputs.calls, inputs.waste, at, |_| true, context, prices);
    let then = sides(inputs.before, inputs.waste_before, at, |day| context.compared(day), context, prices);
    let versions = new_versions(inputs.calls, inputs.before, context, prices);
    let changes = price_changes(inputs.calls, inputs.before, context, prices);
    let values: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let none = Side::default();
    let mut movers: Vec<Mover> = values
        .into_iter()
        .filter_map(|value| {
            let (now, then) = (now.get(value).unwrap_or(&none), then.get(value).unwrap_or(&none));
            let change = now.cost - then.cost;
            let about = About { value, dimension, versions: &versions, changes: &changes, context };
            (change != Pico::ZERO).then(|| Mover {
                change: context.money(change),
                dimension,
                value: value.clone(),
                sentence: about.sentence(now, then),
            })
        })
        .collect();
    movers.sort_by_key(|mover| std::cmp::Reverse(mover.change.amount.0.abs()));
    movers.truncate(MOST);
    movers
}

fn sides(
    calls: &Cube,
    waste: &Cube,
    at: usize,
    counts: impl Fn(i32) -> bool,
    context: &Context,
    prices: &dyn Prices,
) -> BTreeMap<String, Side> {
    let mut sides: BTreeMap<String, Side> = BTreeMap::new();
    for group in calls.groups.iter().filter(|group| counts(group.day)) {
        let side = sides.entry(calls.key(group, at).to_owned()).or_default();
        let tokens = group.sums.tokens;
        let output = Tokens {
            output: tokens.output,
            audio_output: tokens.audio_output,
            image_output: tokens.image_output,
            ..Tokens::default()
        };
        let cost = Cost::of(group.rate_set, &group.sums, context, prices).low;
        let output_cost = Cost::of_tokens(group.rate_set, &output, 0, context, prices).low;
        side.cost += cost;
        side.calls += group.sums.records;
        side.input += tokens.total_input();
        side.output += tokens.total_output();
        side.output_cost += output_cost;
        side.input_cost += cost - output_cost;
        side.first = Some(side.first.map_or(group.day, |day| day.min(group.day)));
        side.last = Some(side.last.map_or(group.day, |day| day.max(group.day)));
        *side.models.entry(calls.key(group, 1).to_owned()).or_default() += cost;
    }
    for group in waste.groups.iter().filter(|group| counts(group.day)) {
        let cost = |group: &Group| Cost::of(group.rate_set, &group.sums, context, prices).low;
        sides.entry(waste.key(group, at).to_owned()).or_default().waste += cost(group);
    }
    sides
}

struct About<'a> {
    value: &'a str,
    dimension: Dimension,
    versions: &'a [NewVersion],
    changes: &'a [PriceChange],
    context: &'a Context,
}

impl About<'_> {
    fn sentence(&self, now: &Side, then: &Side) -> Sentence {
        let name = self.context.label(self.dimension, self.value);
        let sentence = Sentence::default().say(Tone::Strong, name);
        let on = |day: Option<i32>| day.map(|day| words::date(day_date(day))).unwrap_or_default();
        if then.calls == 0 {
            return sentence.say(Tone::Plain, " is new since ").say(Tone::Strong, on(now.first));
        }
        if now.calls == 0 {
            return sentence.say(Tone::Plain, " is gone, last seen ").say(Tone::Strong, on(then.last));
        }
        let change = now.cost - then.cost;
        let (mut with, mut against): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (share, text) in self.factors(now, then, change) {
            if share >= 0.1 {
                with.push(text);
            } else if share <= -0.1 {
                against.push(text);
            }
        }
        with.truncate(2);
        against.truncate(1);
        let waste = now.waste - then.waste;
        let same_way = (waste.0 > 0) == (change.0 > 0);
        if waste.0 != 0 && same_way && waste.0.abs().saturating_mul(4) >= change.0.abs() {
            let amount = self.context.style.part(Pico(waste.0.abs()), self.context.currency);
            with.push(format!("errors and retries cost {amount} {}", if waste.0 > 0 { "more" } else { "less" }));
        }
        let mut text = if with.is_empty() { "a little of everything".to_owned() } else { with.join(", ") };
        if !against.is_empty() {
            text.push_str(&format!(", despite {}", against.join(", ")));
        }
        sentence.say(Tone::Plain, format!(": {text}"))
    }

    /// Each factor's share of the change (for ranking) and its words, largest first.
    fn factors(&self, now: &Side, then: &Side, change: Pico) -> Vec<(f64, String)> {
        let (c0, c1) = (then.calls as f64, now.calls as f64);
        let per = |tokens: i64, calls: f64| tokens as f64 / calls;
        let unit = |cost: Pico, tokens: i64| if tokens == 0 { 0.0 } else { cost.to_plot() / tokens as f64 };
        let whole = change.to_plot();
        let volume = (c1 - c0) * then.cost.to_plot() / c0;
        let (in0, in1) = (per(then.input, c0), per(now.input, c1));
        let (out0, out1) = (per(then.output, c0), per(now.output, c1));
        let input = c1 * (in1 - in0) * unit(then.input_cost, then.input);
        let output = c1 * (out1 - out0) * unit(then.output_cost, then.output);
        let price = whole - volume - input - output;
        let mut found = vec![(volume / whole, self.ratio(c1 / c0, "calls", "more", "fewer"))];
        let since = self.since(now);
        for (part, before, after, what) in
            [(input, in0, in1, "input per call"), (output, out0, out1, "output per call")]
        {
            let text =
                if before > 0.0 { self.ratio(after / before, what, "more", "less") } else { format!("now {what}") };
            found.push((part / whole, format!("{text}{since}")));
        }
        let at_old = now.cost.to_plot() - price;
        if at_old > 0.0 {
            found.push((price / whole, self.price(now.cost.to_plot() / at_old, now, then)));
        }
        found.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        found
    }

    fn ratio(&self, ratio: f64, what: &str, more: &str, less: &str) -> String {
        let style = self.context.style;
        if ratio >= 2.0 {
            let the = if what == "calls" { "the" } else { "as much" };
            return format!("{} times {the} {what}", style.times(ratio));
        }
        let word = if ratio >= 1.0 { more } else { less };
        format!("{} {word} {what}", style.share((ratio - 1.0).abs()))
    }

    fn price(&self, ratio: f64, now: &Side, then: &Side) -> String {
        let most = |side: &Side| side.models.iter().max_by_key(|(_, cost)| **cost).map(|(model, _)| model.clone());
        let word = if ratio >= 1.0 { "dearer" } else { "cheaper" };
        let size = self.context.style.share((ratio - 1.0).abs());
        let why = match (most(now), most(then)) {
            (Some(new), Some(old)) if new != old && self.dimension != Dimension::Model => {
                format!(", now mostly on {}", self.context.label(Dimension::Model, &new))
            }
            (Some(model), _) => match self.changes.iter().find(|change| change.model == model) {
                Some(change) => format!(" since its model's price changed on {}", words::date(day_date(change.day))),
                None => String::new(),
            },
            _ => String::new(),
        };
        format!("{size} {word} per token{why}")
    }

    /// ` since prompt v7 (12 Oct)`, where a new version carries half of the feature's cost.
    fn since(&self, now: &Side) -> String {
        if self.dimension != Dimension::Feature {
            return String::new();
        }
        let carried = |version: &NewVersion| version.features.get(self.value).copied().unwrap_or_default();
        match self.versions.iter().max_by_key(|version| carried(version)) {
            Some(version) if carried(version).0 > 0 && carried(version).0 * 2 >= now.cost.0 => {
                let prompt = if version.prompt == self.value { "" } else { version.prompt.as_str() };
                format!(" since {} ({})", version_words(prompt, &version.version), words::date(day_date(version.day)))
            }
            _ => String::new(),
        }
    }
}

fn from_headline(headline: &Headline, previous: &Headline, context: &Context) -> Vec<Mover> {
    let told = |h: &Headline| h.parts.iter().all(|part| !part.model.is_empty());
    let by_model = told(headline) && told(previous);
    let dimension = if by_model { Dimension::Model } else { Dimension::Provider };
    let mut sums: BTreeMap<&str, [Pico; 2]> = BTreeMap::new();
    for (at, (side, all)) in [(previous, false), (headline, true)].into_iter().enumerate() {
        for part in side.parts.iter().filter(|part| all || context.compared(part.day)) {
            let key = if by_model { &part.model } else { &part.provider };
            sums.entry(key).or_default()[at] += part.low;
        }
    }
    let mut movers: Vec<Mover> = sums
        .into_iter()
        .filter(|(_, [then, now])| then != now)
        .map(|(value, [then, now])| {
            let name = Sentence::default().say(Tone::Strong, context.label(dimension, value));
            let part = |amount| context.style.part(amount, context.currency);
            let sentence = match (then.0, now.0) {
                (0, _) => name.say(Tone::Plain, " is new"),
                (_, 0) => name.say(Tone::Plain, " is gone"),
                _ => name.say(Tone::Plain, format!(": from {} to {}", part(then), part(now))),
            };
            Mover { change: context.money(now - then), dimension, value: value.to_owned(), sentence }
        })
        .collect();
    movers.sort_by_key(|mover| std::cmp::Reverse(mover.change.amount.0.abs()));
    movers.truncate(MOST);
    movers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headline;
    use crate::marks::BY;
    use crate::testing::*;

    fn tell(calls: &[R], before: &[R], waste: &[R]) -> Vec<(Pico, String)> {
        let context = october();
        let by_waste = [Dimension::Feature, Dimension::Model];
        let (calls, before, waste) = (cube(&BY, calls), cube(&BY, before), cube(&by_waste, waste));
        let inputs = Inputs { calls: &calls, before: &before, waste: &waste, waste_before: &Cube::default() };
        let some = [used("2026-09-01", &["openai", "", "m"], 1, 1, 1, 1)];
        let previous = [Cube::default(), Cube::default(), cube(&headline::BY, &some)];
        let previous = Headline::of(&previous, &context.previous, &[], &context, &TestPrices);
        let found = movers(&inputs, &Headline::default(), &previous, &context, &TestPrices);
        found.into_iter().map(|m| (m.change.amount, m.sentence.text())).collect()
    }

    #[test]
    fn each_change_is_taken_apart() {
        let before = [
            used("2026-09-10", &["review", "m", "review", "6"], 1, 100, 10_000_000, 0),
            used("2026-09-10", &["chat", "m", "", ""], 1, 100, 8_000_000, 0),
            used("2026-09-28", &["old", "m", "", ""], 1, 10, 1_000_000, 0),
            used("2026-09-11", &["rag", "dear", "", ""], 4, 50, 1_000_000, 0),
        ];
        let calls = [
            used("2026-10-12", &["review", "m", "review", "7"], 1, 100, 21_000_000, 0),
            used("2026-10-12", &["chat", "m", "", ""], 1, 118, 9_440_000, 0),
            used("2026-10-12", &["fresh", "m", "", ""], 1, 10, 2_000_000, 0),
            used("2026-10-12", &["rag", "cheap", "", ""], 2, 50, 1_000_000, 0),
        ];
        let waste = [used("2026-10-14", &["chat", "m"], 1, 5, 500_000, 0)];
        let told = tell(&calls, &before, &waste);
        let lines: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            lines,
            [
                "review: 2.1 times as much input per call since prompt v7 (12 Oct)",
                "fresh is new since 12 Oct",
                "rag: 50\u{202f}% cheaper per token, now mostly on cheap",
                "chat: 18\u{202f}% more calls, errors and retries cost $0.50 more",
                "old is gone, last seen 28 Sep",
            ]
        );
        assert_eq!(told[0].0, usd("11"));
        assert_eq!(told[2].0, usd("-2"));
    }

    #[test]
    fn without_a_feature_by_model() {
        let told = tell(
            &[used("2026-10-12", &["", "m", "", ""], 1, 50, 1_000_000, 0)],
            &[used("2026-09-12", &["", "m", "", ""], 1, 100, 1_000_000, 0)],
            &[],
        );
        assert!(told.is_empty(), "the same cost is no mover: {told:?}");
        let told = tell(
            &[used("2026-10-12", &["", "m", "", ""], 1, 50, 1_500_000, 0)],
            &[used("2026-09-12", &["", "m", "", ""], 1, 100, 1_000_000, 0)],
            &[],
        );
        assert_eq!(told[0].1, "m: 3.0 times as much input per call, despite 50\u{202f}% fewer calls");
    }
}
