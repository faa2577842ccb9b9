use super::*;
use crate::testing::*;
use proptest::prelude::*;

/// October billed by OpenAI (60) and Azure (20, until the 28th), logs explain 61 of it; September cost 70 in all.
fn company() -> (Vec<Cube>, Context) {
    let mut context = october();
    context.presence = vec![
        present("openai", "", Kind::Charge, "2026-09-01", "2026-10-31"),
        present("azure", "", Kind::Charge, "2026-09-01", "2026-10-28"),
    ];
    let h = headline::BY;
    let charges = cube(
        &h,
        &[
            billed("2026-10-12", &["openai", "", ""], "60.40", "USD"),
            billed("2026-10-02", &["azure", "", ""], "20", "USD"),
        ],
    );
    let before = cube(&h, &[billed("2026-09-12", &["openai", "", ""], "70", "USD")]);
    let calls = cube(&h, &[used("2026-10-12", &["openai", "", "m"], 1, 100, 61_000_000, 0)]);
    let by = marks::BY;
    let features = cube(
        &by,
        &[
            used("2026-10-12", &["review", "m", "", ""], 1, 60, 40_000_000, 0),
            used("2026-10-12", &["chat", "m", "", ""], 1, 30, 20_000_000, 0),
            used("2026-10-12", &["a", "m", "", ""], 1, 4, 400_000, 0),
            used("2026-10-12", &["b", "m", "", ""], 1, 3, 300_000, 0),
            used("2026-10-12", &["c", "m", "", ""], 1, 2, 200_000, 0),
            used("2026-10-12", &["d", "m", "", ""], 1, 1, 100_000, 0),
        ],
    );
    let waste =
        cube(&[Dimension::Feature, Dimension::Model], &[used("2026-10-12", &["chat", "m"], 1, 5, 5_000_000, 0)]);
    let none = Cube::default;
    let cubes = vec![charges, none(), calls, before, none(), none(), features, none(), waste, none()];
    (cubes, context)
}

#[test]
fn the_headline_is_told_and_adds_up() {
    let (cubes, context) = company();
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    let t = '\u{202f}';
    assert_eq!(answer.sentence.text(), format!("October 2026: $80.40 billed, $10.40 more than September (+14.9{t}%)"));
    assert_eq!(
        answer.detail.text(),
        format!("76{t}% is explained by your logs. Incomplete: Azure 29 to 31 Oct not imported")
    );
    assert_eq!((answer.complete, answer.trust.days_present), (false, 28));
    let sums = table_sums(&answer.table, "cost");
    assert_eq!((sums["parts"], sums["total"]), (usd("80.40"), usd("80.40")));
    let first: Vec<String> = answer.table.rows.iter().map(|r| format!("{:?}", r.cells[0])).collect();
    assert_eq!(first.len(), 8);
    assert!(first[5].contains("1 other") && first[6].contains("billed, not in the logs"));
    let last = |row: usize| format!("{:?}", answer.table.rows[row].cells.last());
    assert!(last(1).contains("errors and retries, $5.00 on 5 calls"));
    assert!(last(6).contains("Azure: no logs imported"));
    let names: Vec<&str> = answer.chart.series.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["OpenAI", "Azure", "September"]);
    assert_eq!(answer.chart.missing, [28, 29, 30]);
    assert_eq!(answer.chart.categories.len(), 31);
    assert_eq!(run(&cubes, &Params::default(), &context, &TestPrices), answer);
}

#[test]
fn a_running_month_is_compared_with_the_same_days() {
    let (cubes, mut context) = company();
    context.today = date("2026-10-12");
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    assert!(answer.sentence.text().contains("$80.40 billed so far, $10.40 more than 1 to 12 Sep"));
    context.today = date("2026-10-11");
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    assert!(answer.sentence.text().ends_with("so far, $80.40 more than 1 to 11 Sep"), "{}", answer.sentence.text());
}

#[test]
fn a_period_before_that_is_cut_short_is_told() {
    let (cubes, mut context) = company();
    context.presence = vec![present("openai", "", Kind::Charge, "2026-09-12", "2026-10-31")];
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    let end = "more than September, where records begin on 12 Sep (+14.9\u{202f}%)";
    assert!(answer.sentence.text().ends_with(end), "{}", answer.sentence.text());
}

#[test]
fn without_features_by_model_and_without_models_by_provider() {
    let (mut cubes, context) = company();
    cubes[6] = cube(&marks::BY, &[used("2026-10-12", &["", "m", "", ""], 1, 60, 61_000_000, 0)]);
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    let first = |answer: &Overview| format!("{:?}", answer.table.rows[0].cells[0]);
    assert_eq!(answer.table.columns[0].key, "model");
    assert!(first(&answer).contains("\"m\""));
    let sums = table_sums(&answer.table, "cost");
    assert_eq!((sums["parts"], sums["total"]), (usd("80.40"), usd("80.40")));
    cubes[6] = Cube::default();
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    assert_eq!(answer.table.columns[0].key, "provider");
    assert!(first(&answer).contains("OpenAI"));
}

#[test]
fn an_empty_ledger_says_what_to_do() {
    let answer = run(&[], &Params::default(), &october(), &TestPrices);
    assert_eq!(answer.sentence.text(), "Drop this month's exports here");
    assert!(answer.table.rows.is_empty() && answer.movers.is_empty() && answer.chart.series.is_empty());
    assert_eq!(answer.previous, None);
}

#[test]
fn the_verb_says_the_source() {
    let context = october();
    let calls = cube(&headline::BY, &[used("2026-10-12", &["openai", "", "m"], 1, 1, 1_000_000, 0)]);
    let cubes = [Cube::default(), Cube::default(), calls];
    let answer = run(&cubes, &Params::default(), &context, &TestPrices);
    assert_eq!(answer.sentence.text(), "October 2026: $1.00 priced from your own logs");
    assert_eq!(answer.detail.text(), "No invoice or provider usage to check it against.");
    assert_eq!(answer.trust.explained, None);
    assert_eq!(slices(&Params::default(), &context).len(), 11);
}

proptest! {
    #[test]
    fn the_table_adds_up_whatever_the_sources(
        rows in proptest::collection::vec((0_usize..3, 1_u32..5, 0_usize..2, 0_usize..9, 0_u32..4, 0_i64..5_000_000), 0..40)
    ) {
        let mut kinds: [Vec<R>; 3] = Default::default();
        let mut features: Vec<R> = Vec::new();
        for (kind, d, p, f, rate, n) in rows {
            let at = format!("2026-10-{d:02}");
            let keys = [["openai", "azure"][p], "", "m"];
            if kind == 0 {
                kinds[0].push(billed(&at, &keys, &n.to_string(), "USD"));
                continue;
            }
            kinds[kind].push(used(&at, &keys, rate, 1, n, n / 3));
            if kind == 2 {
                features.push(used(&at, &[&format!("f{f}"), "m", "", ""], rate, 1, n, n / 3));
            }
        }
        let build = |kinds: &[Vec<R>; 3], features: &[R]| {
            let mut cubes: Vec<Cube> = kinds.iter().map(|rows| cube(&headline::BY, rows)).collect();
            cubes.extend([Cube::default(), Cube::default(), Cube::default(), cube(&marks::BY, features)]);
            run(&cubes, &Params::default(), &october(), &TestPrices)
        };
        let answer = build(&kinds, &features);
        let sums = table_sums(&answer.table, "cost");
        prop_assert_eq!(sums["parts"], answer.total.amount);
        prop_assert_eq!(sums["total"], answer.total.amount);
        kinds.iter_mut().for_each(|rows| rows.reverse());
        features.reverse();
        prop_assert_eq!(build(&kinds, &features), answer);
    }
}
