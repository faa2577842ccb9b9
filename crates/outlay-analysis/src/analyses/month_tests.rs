use super::*;
use crate::bridge::place;
use crate::cells::USAGE;
use crate::testing::*;

fn asked(cubes: &[(usize, Cube)], params: &Params, context: &Context) -> Month {
    let all = slices(params, context);
    let mut given: Vec<Cube> = all.iter().map(|slice| cube(&slice.by, &[])).collect();
    for (at, cube) in cubes {
        given[*at] = cube.clone();
    }
    run(&given, params, context, &TestPrices)
}

fn told(month: &Month) -> Vec<(Step, Pico)> {
    let moved = month.bars.iter().filter(|bar| bar.change.amount != Pico::ZERO);
    moved.map(|bar| (bar.step, bar.change.amount)).collect()
}

/// October and September of a provider that is billed, with logs of most of it: the steps lead from bill to bill.
fn billed_and_logged(params: &Params, more: &[(usize, Cube)]) -> Month {
    let mut context = october();
    context.presence = vec![
        present("openai", "", Kind::Charge, "2026-07-01", "2026-10-31"),
        present("openai", "", Kind::Call, "2026-07-01", "2026-10-31"),
    ];
    let bill = |at: &str, amount: &str, kind: &str| crate::testing::billed(at, &["openai", "", kind], amount, "USD");
    let lines = |at: &str, usage: &str, credit: &str| {
        cube(
            &[Dimension::Provider, Dimension::Account, Dimension::Category],
            &[bill(at, usage, USAGE), bill(at, credit, "Credit")],
        )
    };
    let heads =
        |at: &str, amount: &str| cube(&headline::BY, &[crate::testing::billed(at, &["openai", "", ""], amount, "USD")]);
    let logged =
        |at: &str, calls: i64, input: i64| cube(&BY, &[used(at, &["openai", "", "m", "", "chat"], 2, calls, input, 0)]);
    let models =
        |at: &str, calls: i64, input: i64| cube(&headline::BY, &[used(at, &["openai", "", "m"], 2, calls, input, 0)]);
    let mut cubes = vec![
        (0, heads("2026-10-05", "80")),
        (2, models("2026-10-05", 310, 31_000_000)),
        (3, heads("2026-09-05", "65")),
        (5, models("2026-09-05", 300, 30_000_000)),
        (6, lines("2026-10-05", "90", "-10")),
        (7, lines("2026-09-05", "70", "-5")),
        (8, logged("2026-10-05", 310, 31_000_000)),
        (9, logged("2026-09-05", 300, 30_000_000)),
    ];
    cubes.extend(more.iter().cloned());
    asked(&cubes, params, &context)
}

#[test]
fn the_bridge_leads_from_bill_to_bill() {
    let month = billed_and_logged(&Params::default(), &[]);
    // Logs: 60 then 62 dollars, a day more and nothing else. Billed beyond them: 10 then 28, credits aside.
    assert_eq!(
        told(&month),
        [(Step::Days, usd("2")), (Step::ContractAndCredits, usd("-5")), (Step::NotExplained, usd("18"))]
    );
    assert_eq!((month.total.amount, month.before.map(|m| m.amount)), (usd("80"), Some(usd("65"))));
    assert_eq!(month.state, State::Ready);
    assert_eq!(month.chart.categories.len(), 5);
    assert_eq!(
        month.detail.text(),
        "Most of it: billed, not in the logs +$18.00, contract and credits −$5.00, days in the month +$2.00."
    );
    let whole: Pico = month.bars.iter().map(|bar| bar.change.amount).sum();
    assert_eq!(whole, usd("15"));
}

#[test]
fn values_of_a_dimension_and_what_lies_between_them_are_the_whole() {
    for by in [Dimension::Provider, Dimension::Feature, Dimension::Customer] {
        let params = Params { by: Some(by), ..Params::default() };
        let of = |at: &str, customers: [(&str, i64); 2]| {
            let all: Vec<Dimension> = BY.iter().copied().chain([Dimension::Customer]).collect();
            let rows = customers.map(|(customer, calls)| {
                used(at, &["openai", "", "m", "", "chat", customer], 2, calls, calls * 100_000, 0)
            });
            cube(&all, &rows)
        };
        let finer =
            [(14, of("2026-10-05", [("x", 110), ("y", 200)])), (15, of("2026-09-05", [("x", 200), ("y", 100)]))];
        let month = billed_and_logged(&params, if by == Dimension::Customer { &finer } else { &[] });
        let table = month.by.expect("was asked for");
        for column in table.columns.iter().filter(|column| column.unit == Unit::Money) {
            let sums = table_sums(&table, &column.key);
            assert_eq!(sums["parts"], sums["total"], "{by:?} {}", column.key);
        }
        let few = narrow(&table, 1);
        assert!(few.columns.len() < table.columns.len() && few.columns.len() == BEFORE_STEPS + 2);
        for column in few.columns.iter().filter(|column| column.unit == Unit::Money) {
            let sums = table_sums(&few, &column.key);
            assert_eq!(sums["parts"], sums["total"], "{by:?} {}", column.key);
        }
        let change = table_sums(&table, "change");
        assert_eq!(change["total"], usd("15"));
    }
}

#[test]
fn without_calls_volume_is_tokens_and_the_rest_says_so() {
    let mut context = october();
    context.presence = vec![present("anthropic", "", Kind::Usage, "2026-07-01", "2026-10-31")];
    let row = |at: &str, by: &[&str], input: i64| {
        let mut row = used(at, by, 1, 1, input, 0);
        row.sums.requests = None;
        row
    };
    let cells = |at: &str, input| cube(&BY[..OF_USAGE], &[row(at, &["anthropic", "", "m", ""], input)]);
    let heads = |at: &str, input| cube(&headline::BY, &[row(at, &["anthropic", "", "m"], input)]);
    let cubes = [
        (1, heads("2026-10-05", 62_000_000)),
        (4, heads("2026-09-05", 30_000_000)),
        (12, cells("2026-10-05", 62_000_000)),
        (13, cells("2026-09-05", 30_000_000)),
    ];
    let month = asked(&cubes, &Params::default(), &context);
    assert_eq!(told(&month), [(Step::Days, usd("1")), (Step::Volume, usd("31"))]);
    let bar = |step: Step| &month.bars[place(step)];
    assert_eq!(bar(Step::Volume).note, "tokens, for no calls are told: Anthropic");
    assert!(!bar(Step::TokensPerCall).told && !bar(Step::ErrorsAndRetries).told);
}

#[test]
fn a_month_without_one_before_it_has_no_bridge() {
    let month = asked(&[], &Params::default(), &october());
    assert_eq!((month.state, month.bars.len(), month.before), (State::Empty, 0, None));
}

/// Anthropic's bill of September and, where there is one, of October; OpenAI's is there in both.
fn with_bills(context: &Context, before: &str, now: Option<&str>, more: &[(usize, Cube)]) -> Month {
    let rows = |at: &str, amount: Option<&str>| {
        let mut rows = vec![crate::testing::billed(at, &["openai", "", "m"], "10", "USD")];
        rows.extend(amount.map(|amount| crate::testing::billed(at, &["anthropic", "", "c"], amount, "USD")));
        cube(&headline::BY, &rows)
    };
    let mut cubes = vec![(0, rows("2026-10-05", now)), (3, rows("2026-09-05", Some(before)))];
    cubes.extend(more.iter().cloned());
    asked(&cubes, &Params::default(), context)
}

#[test]
fn a_bill_that_has_not_come_is_not_yet_imported() {
    let mut context = october();
    context.presence = vec![
        present("openai", "", Kind::Charge, "2026-07-01", "2026-10-31"),
        present("anthropic", "", Kind::Charge, "2026-07-01", "2026-09-30"),
    ];
    let month = with_bills(&context, "30", None, &[]);
    // 31 days at the pace of September are missing; they would have been a dollar more.
    assert_eq!(told(&month), [(Step::NotExplained, usd("1")), (Step::NotImported, usd("-31"))]);
    assert_eq!(month.state, State::Incomplete);
}

#[test]
fn logs_of_one_month_alone_explain_no_change() {
    let mut context = october();
    context.presence = vec![
        present("openai", "", Kind::Charge, "2026-07-01", "2026-10-31"),
        present("anthropic", "", Kind::Charge, "2026-07-01", "2026-10-31"),
        present("anthropic", "", Kind::Call, "2026-10-01", "2026-10-31"),
    ];
    let logs = [
        (2, cube(&headline::BY, &[used("2026-10-05", &["anthropic", "", "c"], 1, 10, 30_000_000, 0)])),
        (8, cube(&BY, &[used("2026-10-05", &["anthropic", "", "c", "", "chat"], 1, 10, 30_000_000, 0)])),
    ];
    let month = with_bills(&context, "30", Some("33"), &logs);
    assert_eq!(told(&month), [(Step::NotExplained, usd("3"))]);
}

#[test]
fn a_running_month_is_set_against_the_same_days() {
    let mut context = october();
    context.today = date("2026-10-12");
    context.presence = vec![
        present("openai", "", Kind::Charge, "2026-07-01", "2026-10-12"),
        present("anthropic", "", Kind::Charge, "2026-07-01", "2026-10-12"),
    ];
    let month = with_bills(&context, "30", Some("30"), &[]);
    assert_eq!((month.state, month.against.as_str()), (State::Running, "1 to 12 Sep"));
    assert_eq!((month.previous.from.as_str(), month.previous.to.as_str()), ("2026-09-01", "2026-09-12"));
    assert_eq!(month.chart.categories, ["1 to 12 Sep", "October 2026"]);
}
