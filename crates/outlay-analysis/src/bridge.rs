//! From one period's cost to the next, in steps that add up exactly.
//!
//! Cost is taken apart by **cells**: what one model, service tier and feature of a provider account did in both periods.
//! Every step changes one factor and keeps the rest; a cell's step is the difference of two running totals, each rounded
//! once to a whole pico-unit, so that steps, cells and totals add up to the last unit. With c the cost, v the volume
//! (calls, or tokens where the source knows no calls), t and p the tokens and the price of a bucket, I all input, D days,
//! P days present, V all volume (that of before at the pace of the days present now), 0 before and 1 now:
//!
//! | step | running total of a cell behind it |
//! |---|---|
//! | days in the month | c₀ × D₁/D₀ |
//! | not yet imported | c₀ × P₁/P₀ |
//! | volume | c₀ × P₁/P₀ × V₁/V₀ |
//! | mix | c₀ × v₁/v₀ |
//! | tokens per call | Σ t₁ p₀, where input is I₁, cut into cached and uncached as before; without calls, a part of mix |
//! | prompt-cache share | Σ t₁ p₀ |
//! | unit price | c₁ without errors and retries |
//!
//! Prices come last, so that a change of price is what it makes of this period's tokens, which anybody can work out from
//! a price list. The steps are shown in the order of [`STEPS`].
//!
//! What lies on an account that has no day at all in one of the periods is "not yet imported". Errors and retries are
//! taken out beforehand and are a step of their own, and so are cells whose feature or model has
//! no cost in one of the periods: new and gone. A cell that is in one period only, while its feature and its model are
//! in both, is a change of mix.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use outlay_model::money::Pico;
use outlay_model::tokens::{BUCKETS, Tokens};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A step of the bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The periods have different numbers of days.
    Days,
    /// More or fewer calls (or tokens) a day.
    Volume,
    /// Other shares of models, service tiers and features.
    Mix,
    /// Other prices for the same tokens.
    UnitPrice,
    /// More or fewer tokens for a call.
    TokensPerCall,
    /// Another share of the input read from or written to the prompt cache.
    CacheShare,
    /// Failed calls and second attempts.
    ErrorsAndRetries,
    /// Credits, commitments, taxes and adjustments on the bill.
    ContractAndCredits,
    /// The same amounts at another exchange rate.
    ExchangeRate,
    /// Features and models that only one of the periods has.
    NewAndGone,
    /// Billed beyond what logs and provider usage explain.
    NotExplained,
    /// Days that should be there and are not.
    NotImported,
}

/// The steps in the order in which they are shown.
pub const STEPS: [Step; 12] = [
    Step::Days,
    Step::Volume,
    Step::Mix,
    Step::UnitPrice,
    Step::TokensPerCall,
    Step::CacheShare,
    Step::ErrorsAndRetries,
    Step::ContractAndCredits,
    Step::ExchangeRate,
    Step::NewAndGone,
    Step::NotExplained,
    Step::NotImported,
];

impl Step {
    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Step::Days => "days in the month",
            Step::Volume => "volume",
            Step::Mix => "mix",
            Step::UnitPrice => "unit price",
            Step::TokensPerCall => "tokens per call",
            Step::CacheShare => "prompt-cache share",
            Step::ErrorsAndRetries => "errors and retries",
            Step::ContractAndCredits => "contract and credits",
            Step::ExchangeRate => "exchange rate",
            Step::NewAndGone => "new and gone",
            Step::NotExplained => "billed, not in the logs",
            Step::NotImported => "not yet imported",
        }
    }
}

/// One amount a step.
pub type Effects = [Pico; STEPS.len()];

/// Where a step is in [`Effects`].
#[must_use]
pub fn place(step: Step) -> usize {
    STEPS.iter().position(|s| *s == step).unwrap_or_default()
}

/// What a cell did in one period, errors and retries left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Calls; `None` where the source does not tell.
    pub calls: Option<i64>,
    /// Tokens.
    pub tokens: Tokens,
    /// Cost of each bucket, in the order of [`BUCKETS`].
    pub costs: [Pico; BUCKETS.len()],
    /// Cost of what has no tokens, such as web searches.
    pub other: Pico,
    /// Cost of the errors and retries that are left out.
    pub waste: Pico,
}

impl Side {
    /// Cost without errors and retries.
    #[must_use]
    pub fn cost(&self) -> Pico {
        self.costs.iter().copied().sum::<Pico>() + self.other
    }

    fn is_empty(&self) -> bool {
        *self == Side { calls: self.calls.filter(|calls| *calls != 0), ..Side::default() }
    }
}

/// What a model, service tier and feature of an account did in both periods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Before.
    pub then: Side,
    /// Now.
    pub now: Side,
    /// Whether its feature or model is in one period only.
    pub new_or_gone: bool,
    /// Days of its account in the period before, and now.
    pub present: (i64, i64),
}

impl Cell {
    /// The volume of both sides: calls where both tell them, else tokens.
    fn volume(&self, by_calls: bool) -> (i64, i64) {
        let of = |side: &Side| if by_calls { side.calls.unwrap_or_default() } else { side.tokens.total() };
        (of(&self.then), of(&self.now))
    }

    /// Whether its volume is counted in calls.
    #[must_use]
    pub fn by_calls(&self) -> bool {
        let told = |side: &Side| side.calls.is_some() || side.is_empty();
        told(&self.then) && told(&self.now)
    }
}

/// Takes the cost of cells apart. `days` are the days of the period before, and of this one.
#[must_use]
pub fn bridge(cells: &[Cell], days: (i64, i64)) -> Vec<Effects> {
    // Calls and tokens cannot be added: each has a volume of its own.
    let mut all = [(BigRational::zero(), BigRational::zero()), (BigRational::zero(), BigRational::zero())];
    for cell in cells.iter().filter(|cell| !cell.new_or_gone) {
        let (then, now) = cell.volume(cell.by_calls());
        let sum = &mut all[usize::from(cell.by_calls())];
        sum.0 += whole(i128::from(then)) * pace(cell, days);
        sum.1 += whole(i128::from(now));
    }
    let more = all.map(|(then, now)| (!then.is_zero()).then(|| now / then));
    cells.iter().map(|cell| effects(cell, more[usize::from(cell.by_calls())].as_ref(), days)).collect()
}

/// How much more a cell has now at the pace of before: by the days that are there.
fn pace(cell: &Cell, days: (i64, i64)) -> BigRational {
    let there = ratio(cell.present.1, cell.present.0).or_else(|| ratio(days.1, days.0));
    there.unwrap_or_else(BigRational::one)
}

/// An amount times a fraction, rounded once; the amount itself where there is nothing to divide by.
#[must_use]
pub fn scaled(amount: Pico, numerator: i64, denominator: i64) -> Pico {
    ratio(numerator, denominator).map_or(amount, |ratio| rounded(&(whole(amount.0) * ratio)))
}

fn effects(cell: &Cell, more_volume: Option<&BigRational>, days: (i64, i64)) -> Effects {
    let mut out = [Pico::ZERO; STEPS.len()];
    out[place(Step::ErrorsAndRetries)] = cell.now.waste - cell.then.waste;
    let (before, after) = (cell.then.cost(), cell.now.cost());
    if cell.new_or_gone {
        // Of a period of which nothing is there, nobody knows what was new.
        let nothing = cell.present.0 == 0 || cell.present.1 == 0;
        out[place(if nothing { Step::NotImported } else { Step::NewAndGone })] = after - before;
        return out;
    }
    let mut at = before;
    let mut step = |step: Step, to: Pico| {
        out[place(step)] = to - at;
        at = to;
    };
    let start = whole(before.0);
    let (then, now) = cell.volume(cell.by_calls());
    if then > 0 {
        if let Some(ratio) = ratio(days.1, days.0) {
            step(Step::Days, rounded(&(&start * ratio)));
        }
        let there = &start * pace(cell, days);
        step(Step::NotImported, rounded(&there));
        if let Some(more) = more_volume {
            step(Step::Volume, rounded(&(&there * more)));
        }
        if now > 0 {
            let (cut_as_before, at_old_prices) = at_old_prices(cell);
            if cell.by_calls() {
                let more = ratio(now, then).unwrap_or_else(BigRational::zero);
                step(Step::Mix, rounded(&(&start * more)));
                step(Step::TokensPerCall, rounded(&cut_as_before));
            } else {
                step(Step::Mix, rounded(&cut_as_before));
            }
            step(Step::CacheShare, rounded(&at_old_prices));
            step(Step::UnitPrice, after);
            return out;
        }
    }
    step(Step::Mix, after);
    out
}

/// Buckets of text input, which the prompt cache cuts.
const INPUT: usize = 7;

/// The tokens of now at the prices of before: with the input cut into cached and uncached as it was then, and as it is.
/// A bucket that was not used then has its price of now.
fn at_old_prices(cell: &Cell) -> (BigRational, BigRational) {
    let (then, now) = (cell.then.tokens.buckets(), cell.now.tokens.buckets());
    let input = |buckets: &[i64; BUCKETS.len()]| buckets[..INPUT].iter().sum::<i64>();
    let more = ratio(input(&now), input(&then));
    let mut sums = [whole(cell.now.other.0), whole(cell.now.other.0)];
    for at in 0..BUCKETS.len() {
        let before = whole(cell.then.costs[at].0);
        let cost = match ratio(now[at], then[at]) {
            Some(ratio) => &before * ratio,
            None => whole(cell.now.costs[at].0),
        };
        sums[0] += match &more {
            Some(more) if at < INPUT => before * more,
            _ => cost.clone(),
        };
        sums[1] += cost;
    }
    let [cut_as_before, as_it_is] = sums;
    (cut_as_before, as_it_is)
}

fn whole(number: i128) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

/// `a / b`, where `b` is more than 0.
fn ratio(a: i64, b: i64) -> Option<BigRational> {
    (b > 0).then(|| BigRational::new(BigInt::from(a), BigInt::from(b)))
}

fn rounded(number: &BigRational) -> Pico {
    let whole = number.round().to_integer();
    let limit = if number < &BigRational::zero() { i128::MIN } else { i128::MAX };
    Pico(whole.to_i128().unwrap_or(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NANO: i128 = 1_000;

    /// Calls, tokens and their price in nano-dollars: uncached input, cached input, output.
    fn side(calls: i64, tokens: [i64; 3], prices: [i128; 3]) -> Side {
        let [uncached_input, cache_read, output] = tokens;
        let mut side = Side {
            calls: Some(calls),
            tokens: Tokens { uncached_input, cache_read, output, ..Tokens::default() },
            ..Side::default()
        };
        for (at, (tokens, price)) in [0, 1, 7].into_iter().zip(tokens.into_iter().zip(prices)) {
            side.costs[at] = Pico(i128::from(tokens) * price * NANO);
        }
        side
    }

    fn cell(then: Side, now: Side) -> Cell {
        Cell { then, now, new_or_gone: false, present: (30, 31) }
    }

    fn told(effects: &[Effects]) -> Vec<(Step, Pico)> {
        let sum = |at: usize| effects.iter().map(|effects| effects[at]).sum();
        STEPS.into_iter().enumerate().map(|(at, step)| (step, sum(at))).filter(|(_, sum)| *sum != Pico::ZERO).collect()
    }

    fn usd(text: &str) -> Pico {
        Pico::parse(text).expect("an amount")
    }

    /// Worked out by hand: a at 2 then 3 dollars a million, b at 4.
    #[test]
    fn each_step_by_hand() {
        let a = cell(side(300, [30_000_000, 0, 0], [2_000, 0, 0]), side(310, [37_200_000, 0, 0], [3_000, 0, 0]));
        let b = cell(side(100, [10_000_000, 0, 0], [4_000, 0, 0]), side(310, [31_000_000, 0, 0], [4_000, 0, 0]));
        let effects = bridge(&[a, b], (30, 31));
        assert_eq!(
            told(&effects),
            [
                (Step::Days, usd("3.333333333333")),
                (Step::Volume, usd("51.666666666667")),
                (Step::Mix, usd("31")),
                (Step::UnitPrice, usd("37.2")),
                (Step::TokensPerCall, usd("12.4")),
            ]
        );
    }

    #[test]
    fn the_share_of_cached_input_is_a_step() {
        let then = side(100, [10_000_000, 0, 0], [1_000, 100, 4_000]);
        let now = side(100, [5_000_000, 5_000_000, 0], [1_000, 100, 4_000]);
        let effects = bridge(&[Cell { present: (31, 31), ..cell(then, now) }], (31, 31));
        assert_eq!(told(&effects), [(Step::CacheShare, usd("-4.5"))]);
    }

    #[test]
    fn missing_days_errors_and_what_is_new() {
        let then = side(100, [10_000_000, 0, 0], [1_000, 0, 0]);
        let mut now = side(90, [9_000_000, 0, 0], [1_000, 0, 0]);
        now.waste = usd("0.5");
        let three_missing = Cell { present: (30, 27), ..cell(then, now) };
        assert_eq!(
            told(&bridge(&[three_missing], (30, 30))),
            [(Step::ErrorsAndRetries, usd("0.5")), (Step::NotImported, usd("-1"))]
        );
        let absent = Cell { new_or_gone: true, present: (30, 0), ..cell(then, Side::default()) };
        assert_eq!(told(&bridge(&[absent], (30, 30))), [(Step::NotImported, usd("-10"))]);
        // A hole of one account is no change of volume or mix of another.
        let whole = Cell { present: (30, 30), ..cell(then, then) };
        let half = side(50, [5_000_000, 0, 0], [1_000, 0, 0]);
        let holed = Cell { present: (30, 15), ..cell(then, half) };
        assert_eq!(told(&bridge(&[whole, holed], (30, 30))), [(Step::NotImported, usd("-5"))]);
        let fresh = Cell { new_or_gone: true, ..cell(Side::default(), now) };
        let gone = Cell { new_or_gone: true, ..cell(then, Side::default()) };
        let found = told(&bridge(&[fresh, gone], (30, 30)));
        assert_eq!(found, [(Step::ErrorsAndRetries, usd("0.5")), (Step::NewAndGone, usd("-1"))]);
    }

    #[test]
    fn without_calls_more_output_is_mix() {
        let tokens = |output| Side { calls: None, ..side(0, [10_000_000, 0, output], [1_000, 0, 4_000]) };
        let same_days = Cell { present: (30, 30), ..cell(tokens(1_000_000), tokens(2_000_000)) };
        // 12 tokens for 11 before, at 14 dollars; then 4 dollars of output more.
        let found = told(&bridge(&[same_days], (30, 30)));
        assert_eq!(found, [(Step::Volume, usd("1.272727272727")), (Step::Mix, usd("2.727272727273"))]);
    }

    fn sides() -> impl Strategy<Value = Side> {
        let count = || prop_oneof![Just(0_i64), 1_i64..5_000_000_000_000];
        let price = || 0_i128..100_000;
        let tokens = (count(), count(), count());
        (0_i64..2_000_000_000, tokens, (price(), price(), price()), any::<bool>(), 0_i128..1_000_000_000_000_000)
            .prop_map(|(calls, (a, b, c), (p, q, r), told, waste)| Side {
                calls: told.then_some(calls),
                waste: Pico(waste),
                ..side(calls, [a, b, c], [p, q, r])
            })
    }

    proptest! {
        #[test]
        fn steps_add_up_to_the_last_unit(
            pairs in prop::collection::vec((sides(), sides(), any::<bool>(), 0_i64..32, 0_i64..32), 0..8),
        ) {
            let cells: Vec<Cell> = pairs.into_iter()
                .map(|(then, now, new_or_gone, p0, p1)| Cell { then, now, new_or_gone, present: (p0, p1) })
                .collect();
            let change = |cell: &Cell| cell.now.cost() + cell.now.waste - cell.then.cost() - cell.then.waste;
            for (cell, effects) in cells.iter().zip(bridge(&cells, (30, 31))) {
                prop_assert_eq!(effects.into_iter().sum::<Pico>(), change(cell));
            }
        }

        #[test]
        fn the_same_shares_are_no_mix(
            calls in prop::collection::vec((1_i64..1_000_000, 1_i64..100_000), 1..8), more in 1_i64..9,
        ) {
            let cells: Vec<Cell> = calls.iter()
                .map(|(calls, each)| cell(
                    side(*calls, [calls * each, 0, 0], [1_234, 0, 0]),
                    side(calls * more, [calls * each * more, 0, 0], [1_234, 0, 0]),
                ))
                .collect();
            for effects in bridge(&cells, (30, 31)) {
                prop_assert_eq!(effects[place(Step::Mix)], Pico::ZERO);
                prop_assert_eq!(effects[place(Step::UnitPrice)], Pico::ZERO);
            }
        }
    }
}
