//! What must hold for every book and every count of tokens.

use outlay_model::tokens::Tokens;
use outlay_price::{Book, Key, RateSet, Source, bill, cost};
use proptest::prelude::*;

fn keys() -> Vec<Key> {
    let book = Book::bundled().expect("the bundled book");
    book.search("4", 1_790_000_000_000_000, 60).into_iter().map(|m| Key::new(&m.provider, &m.model)).collect()
}

fn tokens() -> impl Strategy<Value = Tokens> {
    prop::array::uniform12(prop_oneof![Just(0_i64), 0..2_000_000_i64]).prop_map(Tokens::from_buckets)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cost_is_linear_and_the_bill_adds_up(a in tokens(), b in tokens(), pick in any::<prop::sample::Index>()) {
        let sets = sample();
        let set = &sets[pick.index(sets.len())];
        let mut both = a.buckets();
        for (sum, more) in both.iter_mut().zip(b.buckets()) {
            *sum += more;
        }
        let (one, other, all) = (cost(&set.rates, &a), cost(&set.rates, &b), cost(&set.rates, &Tokens::from_buckets(both)));
        prop_assert_eq!(all.low, one.low + other.low);
        prop_assert_eq!(all.high, one.high + other.high);
        prop_assert_eq!(all.unpriced_tokens, one.unpriced_tokens + other.unpriced_tokens);
        prop_assert!(one.low <= one.high && one.low >= 0);
        let lines = bill(set, &a);
        prop_assert_eq!(lines.iter().map(|line| line.amount).sum::<i128>(), one.low);
        prop_assert_eq!(lines.iter().map(|line| line.amount_high).sum::<i128>(), one.high);
        let unpriced: i64 = lines.iter().filter(|line| line.rate.is_none()).map(|line| line.tokens).sum();
        prop_assert_eq!(unpriced, one.unpriced_tokens);
    }
}

fn sample() -> &'static [RateSet] {
    static SETS: std::sync::OnceLock<Vec<RateSet>> = std::sync::OnceLock::new();
    SETS.get_or_init(|| {
        let book = Book::bundled().expect("the bundled book");
        keys().iter().flat_map(|key| book.schedule(key).sets().to_vec()).collect()
    })
}

#[test]
fn a_rate_set_reads_back_equal() {
    for set in sample() {
        let text = serde_json::to_string(set).expect("a text");
        assert_eq!(&serde_json::from_str::<RateSet>(&text).expect("a rate set"), set);
    }
}

#[test]
fn exactly_one_set_holds_at_any_time_and_size() {
    let book = Book::bundled().expect("the bundled book");
    for key in [
        Key::new("deepseek", "deepseek-v4-flash"),
        Key::new("anthropic", "claude-sonnet-4-6"),
        Key::new("openai", "o3").tier("flex"),
        Key::new("google", "gemini-3.6-flash").tier("batch"),
    ] {
        let schedule = book.schedule(&key);
        for at in (1_700_000_000_000_000..1_830_000_000_000_000_i64).step_by(3_500_000_000_000) {
            for size in [0, 200_000, 200_001, 272_001, 5_000_000] {
                let holding = schedule.sets().iter().filter(|set| set.hours.is_none() && set.holds(at, size)).count();
                assert_eq!(holding, 1, "{key:?} {at} {size}");
                assert!(schedule.at(at, size).is_some());
            }
        }
    }
}

/// Findings that are known and why they stand.
const EXPLAINED: &[(&str, &str)] = &[(
    "openai gpt-3.5-turbo-1106: batch is not below standard",
    "OpenAI's batch table gives the standard price for it",
)];

#[test]
fn the_book_check_finds_nothing_unexplained() {
    let book = Book::bundled().expect("the bundled book");
    let found = book.check();
    let odd: Vec<&String> = found.iter().filter(|f| !EXPLAINED.iter().any(|(part, _)| f.contains(part))).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    for (part, why) in EXPLAINED {
        assert!(found.iter().any(|f| f.contains(part)), "{part} ({why}) is no longer found: take it off the list");
    }
}

#[test]
fn thresholds_are_sorted_and_complete() {
    let book = Book::bundled().expect("the bundled book");
    let all = book.thresholds();
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    for needed in [100_000, 128_000, 199_999, 200_000, 272_000] {
        assert!(all.contains(&needed), "{needed}");
    }
    for set in sample() {
        assert!(set.band.min_exclusive.is_none_or(|min| all.contains(&min)));
    }
}

#[test]
fn every_set_of_a_later_book_says_so() {
    for set in sample() {
        if set.rule.book == Source::Litellm || set.rule.book == Source::LitellmFrozen {
            assert!(set.rule.note.contains("undated, as of 20"), "{set:?}");
        }
    }
}

#[test]
fn disagreements_are_listed() {
    let book = Book::bundled().expect("the bundled book");
    let all = book.disagreements();
    assert!(!all.is_empty());
    assert!(all.iter().all(|d| d.base != d.litellm));
}
