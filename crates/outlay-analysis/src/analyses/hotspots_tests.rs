use super::*;
use crate::testing::*;
use proptest::prelude::*;

fn build(billed_amount: &str, rows: &[(usize, i64)], top: usize) -> Hotspots {
    let charges = cube(&headline::BY, &[billed("2026-10-12", &["openai", "", ""], billed_amount, "USD")]);
    let features: Vec<R> = rows.iter().map(|(f, n)| used("2026-10-12", &[&format!("f{f}")], 1, 1, *n, 0)).collect();
    let all: Vec<R> = rows.iter().map(|(_, n)| used("2026-10-12", &["openai", "", "m"], 1, 1, *n, 0)).collect();
    let cubes = [charges, Cube::default(), cube(&headline::BY, &all), cube(&[Dimension::Feature], &features)];
    let params = Params { top, ..Params::default() };
    run(&cubes, None, &params, &october(), &TestPrices)
}

#[test]
fn three_make_most_of_it() {
    let rows = [(1, 40_000_000), (2, 20_000_000), (3, 11_000_000), (4, 3_000_000), (5, 2_000_000)];
    let answer = build("100", &rows, 3);
    let t = '\u{202f}';
    assert_eq!(answer.sentence.text(), format!("3 of 5 features make 71{t}%. 24{t}% is billed, not in the logs."));
    assert_eq!((answer.found, answer.rows.len()), (5, 3));
    assert_eq!(answer.others.map(|m| m.amount), Some(usd("5")));
    assert_eq!(answer.not_in_logs.map(|m| m.amount), Some(usd("24")));
    assert_eq!(answer.chart.categories, ["f1", "f2", "f3", "2 others", "billed, not in the logs"]);
    let Shape::Pareto { running } = &answer.chart.shape else { panic!("a Pareto chart") };
    assert!((running[4] - 1.0).abs() < 1e-12);
    // The logs may say more than the bill.
    assert_eq!(build("70", &rows, 3).not_in_logs.map(|m| m.amount), Some(usd("-6")));
}

#[test]
fn what_the_headline_knows_is_cut_from_it() {
    let charges = cube(&headline::BY, &[billed("2026-10-12", &["openai", "", ""], "9", "USD")]);
    let usage = cube(&headline::BY, &[used("2026-10-12", &["azure", "", "m"], 1, 7, 1_000_000, 0)]);
    let params = Params { by: vec![Dimension::Provider], ..Params::default() };
    let cubes = [charges, usage, Cube::default()];
    let answer = run(&cubes, None, &params, &october(), &TestPrices);
    assert_eq!(answer.not_in_logs, None);
    let rows: Vec<_> = answer.rows.iter().map(|r| (r.labels[0].as_str(), r.cost.amount, r.calls)).collect();
    assert_eq!(rows, [("OpenAI", usd("9"), None), ("Azure", usd("1"), Some(7))]);
    // An invoice that names no model cannot be cut by model.
    let params = Params { by: vec![Dimension::Model], ..Params::default() };
    let answer = run(&cubes, None, &params, &october(), &TestPrices);
    assert_eq!(answer.not_in_logs.map(|m| m.amount), Some(usd("10")));
    assert!(answer.sentence.text().starts_with("These exports carry no model"));
}

#[test]
fn what_has_no_price_is_unknown_in_the_chart_too() {
    // Rate set 0 has no price.
    let features = [used("2026-10-12", &["chat"], 1, 1, 1_000_000, 0), used("2026-10-12", &["own"], 0, 1, 500, 0)];
    let all = [used("2026-10-12", &["openai", "", "m"], 1, 1, 1_000_000, 0)];
    let cubes = [Cube::default(), Cube::default(), cube(&headline::BY, &all), cube(&[Dimension::Feature], &features)];
    let answer = run(&cubes, None, &Params::default(), &october(), &TestPrices);
    assert_eq!(answer.chart.categories[..2], ["chat", "own"]);
    assert_eq!(answer.chart.series[0].values[..2], [Some(1.0), None]);
}

#[test]
fn an_empty_ledger_has_no_hotspots() {
    let answer = run(&[], None, &Params::default(), &october(), &TestPrices);
    assert_eq!(answer.sentence.text(), "October 2026: nothing was spent.");
    assert!(answer.rows.is_empty() && answer.chart.series.is_empty() && answer.when.series.is_empty());
    assert_eq!(slices(&Params::default(), &october()).len(), 9);
    assert_eq!(default_by(&[Dimension::Model]), [Dimension::Model]);
}

#[test]
fn hours_fall_on_their_weekday() {
    // 12 October 2026 is a Monday.
    let mut row = used("2026-10-12", &[], 1, 1, 1_000_000, 0);
    row.hour = 9;
    let chart = when(&cube(&[], &[row]), &october(), &TestPrices);
    assert_eq!(chart.series[0].values[9], Some(1.0));
    assert_eq!(chart.series.len(), 7);
}

proptest! {
    #[test]
    fn rows_others_and_rest_make_the_headline(
        rows in proptest::collection::vec((0_usize..12, 0_i64..5_000_000), 0..40), top in 1_usize..6, bill in 0_u32..200
    ) {
        let answer = build(&bill.to_string(), &rows, top);
        let sum = answer.rows.iter().map(|r| r.cost.amount).sum::<Pico>()
            + answer.others.map_or(Pico::ZERO, |m| m.amount)
            + answer.not_in_logs.map_or(Pico::ZERO, |m| m.amount);
        prop_assert_eq!(sum, answer.total.amount);
        let sums = table_sums(&answer.table, "cost");
        prop_assert_eq!(sums["parts"], answer.total.amount);
        let mut back = rows.clone();
        back.reverse();
        prop_assert_eq!(build(&bill.to_string(), &back, top), answer);
    }
}
