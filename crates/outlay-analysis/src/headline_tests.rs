use super::*;
use crate::context::Decision;
use crate::testing::*;
use proptest::prelude::*;

fn run(context: &Context, charges: &[R], usage: &[R], calls: &[R]) -> Headline {
    let cubes = [cube(&BY, charges), cube(&BY, usage), cube(&BY, calls)];
    Headline::of(&cubes, &context.period, &[], context, &TestPrices)
}

#[test]
fn one_source_an_account_and_day() {
    // 1 Oct: billed 10 hides usage (2) and calls (1). 2 Oct: usage 2 hides calls (1). 3 Oct: calls 1.
    let h = run(
        &october(),
        &[billed("2026-10-01", &["openai", "a", ""], "10", "USD")],
        &[
            used("2026-10-01", &["openai", "a", "m"], 1, 5, 2_000_000, 0),
            used("2026-10-02", &["openai", "a", "m"], 1, 5, 2_000_000, 0),
        ],
        &[
            used("2026-10-01", &["openai", "", "m"], 1, 5, 1_000_000, 0),
            used("2026-10-02", &["openai", "", "m"], 1, 5, 1_000_000, 0),
            used("2026-10-03", &["openai", "", "m"], 1, 5, 1_000_000, 0),
        ],
    );
    assert_eq!(h.total, usd("13"));
    assert_eq!((h.explained, h.explained_of), (usd("2"), usd("12")));
    let shares: Vec<_> = h.shares.iter().map(|s| (s.source, s.days, s.amount.amount)).collect();
    assert_eq!(shares[0], (HeadlineSource::Invoice, 1, usd("10")));
    assert_eq!(shares[2], (HeadlineSource::OwnLogs, 1, usd("1")));
    assert_eq!(h.only_source(), None);
    assert_eq!(h.shares[0].account, "");
}

#[test]
fn a_decision_overrides_and_the_last_one_holds() {
    let mut context = october();
    let decision = |source| Decision {
        provider: "openai".to_owned(),
        account: String::new(),
        from: date("2026-10-01"),
        to: date("2026-10-01"),
        source: Some(source),
        reason: String::new(),
    };
    context.decisions = vec![decision(HeadlineSource::ProviderUsage), decision(HeadlineSource::OwnLogs)];
    let charges = [
        billed("2026-10-01", &["openai", "a", ""], "10", "USD"),
        billed("2026-10-02", &["openai", "a", ""], "10", "USD"),
    ];
    let h = run(&context, &charges, &[], &[used("2026-10-01", &["openai", "a", "m"], 1, 5, 1_000_000, 0)]);
    assert_eq!(h.total, usd("11"));
    // A decided source without a record that day gives nothing, and nothing takes its place.
    assert_eq!(run(&context, &charges, &[], &[]).total, usd("10"));
}

#[test]
fn a_monthly_line_hides_the_usage_of_its_month() {
    let mut context = october();
    context.presence = vec![present("openai", "a", Kind::Charge, "2026-10-01", "2026-10-31")];
    let charges = [billed("2026-10-01", &["openai", "a", ""], "100", "USD")];
    let calls = [used("2026-10-20", &["openai", "", "m"], 1, 5, 30_000_000, 0)];
    let h = run(&context, &charges, &[], &calls);
    assert_eq!((h.total, h.explained), (usd("100"), usd("30")));
    assert_eq!(h.shares[0].days, 31);
    // Asked by feature, no line is selected and the logs answer.
    let conditions = [Condition { dimension: Dimension::Feature, values: vec!["chat".to_owned()], negate: false }];
    let cubes = [Cube::default(), Cube::default(), cube(&BY, &calls)];
    let h = Headline::of(&cubes, &context.period, &conditions, &context, &TestPrices);
    assert_eq!(h.total, usd("30"));
}

#[test]
fn logs_without_account_beside_two_named_accounts() {
    let charges = [
        billed("2026-10-01", &["openai", "a", ""], "10", "USD"),
        billed("2026-10-01", &["openai", "b", ""], "5", "USD"),
    ];
    let calls = [
        used("2026-10-01", &["openai", "", "m"], 1, 5, 12_000_000, 0),
        used("2026-10-02", &["openai", "", "m"], 1, 5, 3_000_000, 0),
    ];
    let h = run(&october(), &charges, &[], &calls);
    assert_eq!((h.total, h.explained, h.explained_of), (usd("18"), usd("12"), usd("15")));
    // An invoice without account hides the named accounts' usage.
    let usage = [
        used("2026-10-01", &["openai", "a", "m"], 1, 5, 4_000_000, 0),
        used("2026-10-01", &["openai", "b", "m"], 1, 5, 4_000_000, 0),
    ];
    let h = run(&october(), &[billed("2026-10-01", &["openai", "", ""], "9", "USD")], &usage, &[]);
    assert_eq!(h.total, usd("9"));
}

#[test]
fn other_currencies_are_told_apart() {
    let charges =
        [billed("2026-10-01", &["azure", "s", ""], "10", "EUR"), billed("2026-10-02", &["azure", "s", ""], "4", "USD")];
    let usage = [used("2026-10-01", &["azure", "s", "m"], 1, 5, 9_000_000, 0)];
    let h = run(&october(), &charges, &usage, &[]);
    assert_eq!(h.total, usd("4"));
    let eur = Currency::parse("EUR").expect("a code");
    assert_eq!(h.other_currencies, BTreeMap::from([(eur, usd("10"))]));
}

#[test]
fn nothing_gives_nothing() {
    let h = run(&october(), &[], &[], &[]);
    assert_eq!(h, Headline::default());
    assert!(!h.has_records());
}

#[test]
fn unpriced_is_not_zero() {
    let h = run(&october(), &[], &[], &[used("2026-10-01", &["x", "", "odd"], 0, 3, 700, 300)]);
    assert_eq!((h.total, h.tokens, h.unpriced_tokens), (Pico::ZERO, 1000, 1000));
    assert_eq!((h.unpriced[0].model.as_str(), h.unpriced[0].calls), ("odd", 3));
}

proptest! {
    #[test]
    fn parts_add_up_and_order_does_not_matter(
        rows in proptest::collection::vec((0_usize..3, 1_u32..5, 0_usize..3, 0_usize..3, 0_u32..4, 0_i64..5_000_000), 0..40)
    ) {
        let mut kinds: [Vec<R>; 3] = Default::default();
        for (kind, d, p, a, rate, n) in rows {
            let at = format!("2026-10-{d:02}");
            let keys = [["openai", "azure", ""][p], ["", "a", "b"][a], "m"];
            kinds[kind].push(if kind == 0 { billed(&at, &keys, &n.to_string(), "USD") } else { used(&at, &keys, rate, 1, n, n / 3) });
        }
        let context = october();
        let h = run(&context, &kinds[0], &kinds[1], &kinds[2]);
        prop_assert_eq!(h.parts.iter().map(|p| p.low).sum::<Pico>(), h.total);
        prop_assert_eq!(h.shares.iter().map(|s| s.amount.amount).sum::<Pico>(), h.total);
        let own: Pico = h.parts.iter().filter(|p| p.source == HeadlineSource::OwnLogs).map(|p| p.low).sum();
        prop_assert_eq!(own + h.explained_of, h.total);
        let mut back = kinds.clone();
        back.iter_mut().for_each(|rows| rows.reverse());
        prop_assert_eq!(run(&context, &back[0], &back[1], &back[2]), h);
    }
}
