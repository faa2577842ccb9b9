//! Pages much like those of the sample company.

use chrono::{DateTime, Utc};
use outlay_model::view::{ChartSpec, Hue, Mark, RowKind, Series, Shape, Unit};
use outlay_report::{Attached, Entry, Heading, Line, Page, Said, Sheet};

pub fn made() -> DateTime<Utc> {
    "2026-11-21T09:14:05Z".parse().expect("a time")
}

pub fn said(text: &str, strong: bool) -> Said {
    Said { text: text.to_owned(), strong }
}

pub fn entry(text: &str) -> Entry {
    Entry { text: text.to_owned(), unknown: false }
}

pub fn line(kind: RowKind, cells: Vec<Entry>) -> Line {
    Line { cells, kind }
}

fn unknown(text: &str) -> Entry {
    Entry { text: text.to_owned(), unknown: true }
}

fn columns(of: &[(&str, bool)]) -> Vec<Heading> {
    of.iter().map(|(title, number)| Heading { title: (*title).to_owned(), number: *number }).collect()
}

pub fn month() -> ChartSpec {
    let weekend = |day: usize| if [2, 3].contains(&(day % 7)) { 0.24 } else { 1.0 };
    let wobble = |day: usize, salt: usize| 0.92 + ((day * 7 + salt * 5) % 11) as f64 / 70.0;
    let values = |base: f64, salt: usize| -> Vec<Option<f64>> {
        (0..31).map(|day| Some(base * weekend(day) * wobble(day, salt) * if day == 21 { 1.9 } else { 1.0 })).collect()
    };
    let provider = |name: &str, id: &str, base: f64, salt: usize| Series {
        name: name.to_owned(),
        values: values(base, salt),
        hue: Hue::Provider(id.to_owned()),
    };
    ChartSpec {
        title: "When did it move?".to_owned(),
        subtitle: "US$ a day, by provider; grey line: September".to_owned(),
        shape: Shape::StackedBars,
        unit: Unit::Money,
        categories: (1..=31).map(|day| day.to_string()).collect(),
        missing: vec![30],
        series: vec![
            provider("OpenAI", "openai", 290.0, 1),
            provider("Anthropic", "anthropic", 93.0, 2),
            provider("Google", "google", 51.0, 3),
            Series { name: "September".to_owned(), values: values(400.0, 4), hue: Hue::Reference },
        ],
        marks: vec![Mark { at: 4, label: "research-agent.main v6".to_owned() }],
    }
}

pub fn pareto(count: usize) -> ChartSpec {
    let amounts: Vec<f64> = (0..count).map(|at| 5_000.0 * 0.72_f64.powi(at as i32)).collect();
    let total: f64 = amounts.iter().sum::<f64>() + 49.5;
    let mut sum = 0.0;
    let mut running: Vec<f64> = amounts
        .iter()
        .map(|amount| {
            sum += amount;
            sum / total
        })
        .collect();
    running.push(1.0);
    let names = [
        "contract-check",
        "research-agent",
        "doc-summarize",
        "code-agent",
        "code-review",
        "support-reply",
        "lead-score",
    ];
    let mut categories: Vec<String> =
        (0..count).map(|at| if at < 7 { names[at].to_owned() } else { format!("{}-{at}", names[at % 7]) }).collect();
    categories.push("billed, not in the logs".to_owned());
    let mut main: Vec<Option<f64>> = amounts.into_iter().map(Some).collect();
    main.push(None);
    let mut rest = vec![None; count];
    rest.push(Some(49.5));
    ChartSpec {
        title: "Where do I start?".to_owned(),
        subtitle: "US$; line: running share".to_owned(),
        shape: Shape::Pareto { running },
        unit: Unit::Money,
        categories,
        missing: vec![],
        series: vec![
            Series { name: "cost".to_owned(), values: main, hue: Hue::Main },
            Series { name: "billed, not in the logs".to_owned(), values: rest, hue: Hue::Missing },
        ],
        marks: vec![],
    }
}

pub fn notes() -> Vec<String> {
    [
        "Period: October 2026 (2026-10-01 to 2026-10-31)",
        "Zone: Europe/Berlin",
        "Source: Anthropic by invoice, $2,619.37 on 31 days; Google by own logs, $1,450.13 on 31 days; OpenAI by invoice, $7,198.98 on 31 days",
        "Priced: 97.8\u{202f}% of tokens; no price for harbour-contracts-prod at OpenAI: 43,954,338 tokens, 73 calls",
        "Explained: 99.5\u{202f}% by own logs",
        "Days present: 31 of 31",
        "Price book: 2026-11-12+genai-prices-0.2.3+litellm-1.109.1",
        "Data version: 7",
    ]
    .map(str::to_owned)
    .to_vec()
}

pub fn overview<'a>(chart: &'a ChartSpec, notes: &'a [String]) -> Page<'a> {
    let row = |kind, cells: [&str; 6]| line(kind, cells.map(entry).to_vec());
    let mut rows = vec![
        row(
            RowKind::Item,
            [
                "contract-check",
                "4,985.97",
                "44\u{202f}%",
                "1,281",
                "431,125,510",
                "dear model, $3,710 above the price of claude-opus-4-5-20251101, which its peers mostly use",
            ],
        ),
        row(
            RowKind::Item,
            [
                "research-agent",
                "1,811.65",
                "16\u{202f}%",
                "1,385",
                "287,662,153",
                "errors and retries, $63.04 on 84 calls",
            ],
        ),
        row(
            RowKind::Item,
            [
                "doc-summarize",
                "1,440.72",
                "13\u{202f}%",
                "9,402",
                "611,048,220",
                "dear model, $1,262 above the price of gpt-5-mini",
            ],
        ),
        row(
            RowKind::Item,
            ["code-agent", "1,402.65", "12\u{202f}%", "2,214", "198,377,091", "errors and retries, $45.76 on 88 calls"],
        ),
        row(RowKind::Item, ["code-review", "587.63", "5\u{202f}%", "811", "54,201,377", ""]),
        row(RowKind::Item, ["10 others", "990.33", "9\u{202f}%", "26,117", "402,118,904", ""]),
        row(RowKind::Rest, ["billed, not in the logs", "49.54", "<1\u{202f}%", "", "", ""]),
        row(RowKind::Total, ["total", "11,268.49", "100\u{202f}%", "41,210", "1,984,533,255", ""]),
    ];
    for at in [3, 4] {
        rows[6].cells[at] = unknown("not told");
    }
    let moved = |amount: &str, words: &str| line(RowKind::Item, vec![entry(amount), entry(words)]);
    Page {
        company: "Harbour Labs",
        question: "What did the month cost, and is that number right?",
        answer: vec![
            said("October 2026: ", false),
            said("$11,268.49", true),
            said(" spent, ", false),
            said("$1,415 more", true),
            said(" than September (+14.4\u{202f}%)", false),
        ],
        charts: vec![chart],
        tables: vec![
            Sheet {
                title: "Where do I start?".to_owned(),
                columns: columns(&[
                    ("Feature", false),
                    ("US$", true),
                    ("share", true),
                    ("calls", true),
                    ("tokens", true),
                    ("dear because of", false),
                ]),
                rows,
                more: "12 more are in the attached CSV".to_owned(),
                attached: Some(Attached { name: "overview.csv".to_owned(), bytes: b"feature,cost\nx,1\n".to_vec() }),
            },
            Sheet {
                title: "What moved it?".to_owned(),
                columns: columns(&[("against September", true), ("because of", false)]),
                rows: vec![
                    moved("+$609", "contract-check: 15\u{202f}% more calls"),
                    moved("+$532", "code-review: 4.3 times as much input per call, 3.3 times the calls"),
                    moved("+$178", "doc-summarize: 12\u{202f}% more calls, 2\u{202f}% dearer per token"),
                    moved("\u{2212}$168", "code-agent: 13\u{202f}% fewer calls"),
                ],
                ..Sheet::default()
            },
        ],
        notes,
        made: made(),
    }
}

pub fn hotspots<'a>(chart: &'a ChartSpec, notes: &'a [String]) -> Page<'a> {
    let mut rows: Vec<Line> = chart
        .categories
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cost = 5_000.0 * 0.72_f64.powi(at as i32);
            let words = if at % 3 == 0 {
                "long output, $953 above its median of 2,470 tokens; overlaps dear model"
            } else {
                ""
            };
            let cells = vec![
                entry(name),
                entry(["openai", "anthropic", "google"][at % 3]),
                if at == 7 { unknown("unpriced") } else { entry(&format!("{cost:.2}")) },
                entry(&format!("{:.1}\u{202f}%", cost / 180.0)),
                entry(&format!("{}", 12_345 / (at + 1))),
                entry(words),
            ];
            line(RowKind::Item, cells)
        })
        .collect();
    if let Some(last) = rows.last_mut() {
        last.kind = RowKind::Rest;
    }
    let cells = ["total", "", "17,906.83", "100\u{202f}%", "44,310", ""].map(entry).to_vec();
    rows.push(line(RowKind::Total, cells));
    Page {
        company: "Harbour Labs",
        question: "Where do I start?",
        answer: vec![
            said("3 of 20 features", true),
            said(" make ", false),
            said("71\u{202f}%", true),
            said(" of $17,906.83 in October 2026", false),
        ],
        charts: vec![chart],
        tables: vec![Sheet {
            title: "Features by cost".to_owned(),
            columns: columns(&[
                ("Feature", false),
                ("Provider", false),
                ("US$", true),
                ("share", true),
                ("calls", true),
                ("dear because of", false),
            ]),
            rows,
            more: String::new(),
            attached: Some(Attached { name: "hotspots.csv".to_owned(), bytes: b"a\n".to_vec() }),
        }],
        notes,
        made: made(),
    }
}

/// Calls, ten columns each.
pub fn long_table(count: usize) -> Sheet {
    let row = |at: usize| {
        let cells = [
            &format!("call-{at:05}"),
            ["gpt-5.4-pro-2026-03-05", "claude-haiku-4-5", "gemini-3-flash"][at % 3],
            "contract-check",
            "legal",
            &format!("{}", at * 37 % 200_000),
            &format!("{}", at * 13 % 40_000),
            "0",
            &format!("{}", at * 7 % 9_000),
            &format!("{}.{:04}", at % 12, at * 7919 % 10_000),
            &format!("{}", at * 31 % 190_000),
        ];
        line(RowKind::Item, cells.map(entry).to_vec())
    };
    Sheet {
        title: "Calls, dearest first".to_owned(),
        columns: columns(&[
            ("Id", false),
            ("Model", false),
            ("Feature", false),
            ("Team", false),
            ("input", true),
            ("cache read", true),
            ("cache write", true),
            ("output", true),
            ("US$", true),
            ("ms", true),
        ]),
        rows: (1..=count).map(row).collect(),
        ..Sheet::default()
    }
}
