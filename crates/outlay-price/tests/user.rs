//! The user's own rates and names.

use outlay_model::tokens::Tokens;
use outlay_price::{Book, Key, Query, Resolution, RuleKind, Source, Status, Unpriced, UserAliases, UserRates, cost};

const HEADER: &str =
    "provider,model,valid_from,valid_to,tier,uncached_input,cache_read,cache_write_5m,cache_write_1h,output,currency\n";
const NOON: i64 = 1_793_880_000_000_000; // 2026-11-05T12:00Z

fn read(rows: &str) -> Result<UserRates, String> {
    UserRates::from_csv(&format!("{HEADER}{rows}"), false).map_err(|e| e.to_string())
}

#[test]
fn user_rates_go_first_and_end_when_they_say() {
    let rates = read("openai,gpt-4o,2026-11-01,2026-11-05,,2.00,1.00,,,8,USD\n").expect("rates");
    let book = Book::bundled().expect("the bundled book").with_user(rates, UserAliases::default());
    let schedule = book.schedule(&Key::new("openai", "gpt-4o"));
    let mine = schedule.at(NOON, 10).expect("a rate");
    assert_eq!(
        (mine.rates.uncached_input(), mine.rule.kind, mine.rule.status),
        (Some(2_000_000), RuleKind::User, Status::User)
    );
    let later = schedule.at(NOON + 86_400_000_000, 10).expect("a rate");
    assert_eq!((later.rates.uncached_input(), later.rule.book), (Some(2_500_000), Source::Base));
    let batch = book.schedule(&Key::new("openai", "gpt-4o").tier("batch"));
    assert_eq!(batch.at(NOON, 10).and_then(|set| set.rates.uncached_input()), Some(1_250_000));
    assert!(book.version().ends_with("+1-user-rates"));
}

#[test]
fn aliases_name_deployments_and_arns() {
    let mut names = UserAliases::default();
    names.add("azure", "acme-chat-prod", "", "gpt-4o");
    let arn = "arn:aws:bedrock:us-east-1:1:application-inference-profile/x1";
    names.add("", arn, "bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    let book = Book::bundled().expect("the bundled book").with_user(UserRates::default(), names);
    let azure = book.schedule(&Key::new("azure", "acme-chat-prod"));
    assert_eq!(azure.at(NOON, 10).and_then(|set| set.rates.uncached_input()), Some(2_500_000));
    let profile = book.schedule(&Key::new("bedrock", arn));
    assert_eq!(profile.at(NOON, 10).and_then(|set| set.rates.uncached_input()), Some(3_300_000));
}

#[test]
fn a_self_hosted_model_is_priced_only_by_the_user() {
    let rates = read(",llama3,,,,0.10,,,,0.10,EUR\n").expect("rates");
    let book = Book::bundled().expect("the bundled book").with_user(rates, UserAliases::default());
    let schedule = book.schedule(&Key::new("ollama", "llama3"));
    let set = schedule.at(NOON, 10).expect("a rate");
    assert_eq!(set.currency.as_str(), "EUR");
    let tokens = Tokens { uncached_input: 10, cache_read: 5, ..Tokens::default() };
    assert_eq!(cost(&set.rates, &tokens).unpriced_tokens, 5, "an empty rate is unknown");
}

#[test]
fn faults_name_line_column_and_remedy() {
    for (row, line, column) in [
        ("openai,,,,,2.5,,,,10,\n", "line 2", "column model"),
        ("openai,x,,,,2500,,,,10,\n", "line 2", "column uncached_input"),
        ("openai,x,,,,0.0000025,,,,10,\n", "line 2", "column uncached_input"),
        ("openai,x,,,,1,,,,10,\nopenai,x,,,,1,,,,\"10,5\",\n", "line 3", "column output"),
        ("openai,x,5.11.2026,,,1,,,,10,\n", "line 2", "column valid_from"),
        ("openai,x,2026-11-05,2026-11-01,,1,,,,10,\n", "line 2", "column valid_to"),
        ("openai,x,,,,-1,,,,10,\n", "line 2", "column uncached_input"),
        ("openai,x,,,,1,,,,10,dollars\n", "line 2", "column currency"),
        ("openai,x,,,,,,,,,\n", "line 2", "column uncached_input"),
    ] {
        let told = read(row).expect_err(row);
        assert!(told.starts_with(&format!("{line}, {column}: ")) && told.contains("; "), "{told}");
    }
    assert!(UserRates::from_csv(&format!("{HEADER}openai,x,,,,2500,,,,10,\n"), true).is_ok());
    assert!(UserRates::from_csv("model,price\nx,1\n", false).is_err());
}

#[test]
fn cache_writes_of_unknown_age_are_a_range() {
    let book = Book::bundled().expect("the bundled book");
    let schedule = book.schedule(&Key::new("anthropic", "claude-sonnet-4-5"));
    let tokens = Tokens { cache_write_unknown: 1_000_000, ..Tokens::default() };
    let range = cost(&schedule.at(NOON, 1_000).expect("a rate").rates, &tokens);
    assert_eq!((range.low, range.high), (3_750_000_000_000, 6_000_000_000_000));
    let long = Tokens { cache_write_12h: 1_000_000, cache_write_30m: 1_000_000, ..Tokens::default() };
    let openai = book.schedule(&Key::new("openai", "gpt-6-astra"));
    let both = cost(&openai.at(NOON, 1_000).expect("a rate").rates, &long);
    assert_eq!((both.low, both.unpriced_tokens), (37_500_000_000_000, 0));
}

#[test]
fn reasons_and_announcements_are_told() {
    let book = Book::bundled().expect("the bundled book");
    let ask =
        |provider: &str, model: &str| book.resolve(&Query { key: Key::new(provider, model), at: NOON, total_input: 1 });
    assert!(matches!(ask("azure", "acme-chat-prod"), Resolution::Unpriced(Unpriced::NoRule { .. })));
    assert!(matches!(ask("ollama", "llama3"), Resolution::Unpriced(Unpriced::SelfHosted { .. })));
    assert!(matches!(ask("openai", " "), Resolution::Unpriced(Unpriced::NoModel)));
    assert!(matches!(ask("openai", "whisper-1"), Resolution::Unpriced(Unpriced::NoTokenRate { .. })));
    let history = book.history("google", "gemini-3.6-flash");
    assert!(history.iter().any(|set| set.rule.status == Status::Announced && set.tier == "standard"));
    assert!(history.iter().any(|set| set.tier == "batch"));
    assert_eq!(book.search("gpt-4o-mini", NOON, 5).len(), 5);
    assert!(book.corrections().iter().all(|c| c.source.len() > 10));
}
