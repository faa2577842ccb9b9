//! Pages made whole and read back, their words with poppler's programs; the PDFs lie in the target folder's `tmp` afterwards, to be
//! looked at.

mod poppler;
mod raw;
mod samples;

use std::time::Instant;

use outlay_model::view::RowKind;
use outlay_report::{Attached, Heading, Page, Said, Sheet, pdf};

use crate::poppler::{Poppler, there};
use crate::samples::{entry, line, made, month, pareto, said};

/// Makes a page, and leaves it to be looked at.
fn keep(name: &str, page: &Page<'_>) -> Vec<u8> {
    let started = Instant::now();
    let bytes = pdf(page).expect("a page");
    println!("{name}: {} ms, {} bytes", started.elapsed().as_millis(), bytes.len());
    std::fs::write(format!("{}/{name}.pdf", env!("CARGO_TARGET_TMPDIR")), &bytes).expect("written");
    bytes
}

fn bare() -> Page<'static> {
    Page { company: "", question: "", answer: vec![], charts: vec![], tables: vec![], notes: &[], made: made() }
}

/// Blanks and line breaks are the layout's.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_month_says_what_it_was_given() {
    let (chart, notes) = (month(), samples::notes());
    let page = samples::overview(&chart, &notes);
    let bytes = keep("overview", &page);
    if !there() {
        return;
    }
    let read = Poppler::of("overview", &bytes);
    let text = flat(&read.text());
    for want in [
        "Harbour Labs",
        "What did the month cost, and is that number right?",
        "October 2026: $11,268.49 spent, $1,415 more than September (+14.4 %)",
        "When did it move?",
        "contract-check 4,985.97",
        "billed, not in the logs 49.54",
        "total 11,268.49",
        "Zone Europe/Berlin",
        "Data version 7",
        "12 more are in the attached CSV",
        "attached: overview.csv",
        "Harbour Labs · What did the month cost, and is that number right? page 1 of 1",
    ] {
        assert!(text.contains(want), "{want} is not in\n{text}");
    }
    let info = read.info();
    for want in ["Tagged: yes", "Pages: 1", "595.276 x 841.89", "Outlay 0", "PDF version: 1.7"] {
        assert!(flat(&info).contains(want), "{want} is not in\n{info}");
    }
    let tags = flat(&read.structure());
    for want in ["Table", "THead", "TH", "TD", "Figure", "H1", "P (block)"] {
        assert!(tags.contains(want), "{want} is not in\n{tags}");
    }
    let alt = "/Alt(Chart: When did it move? US$ a day, by provider; grey line: September)";
    assert!(raw::holds(&bytes, alt), "a chart says what it shows");
}

#[test]
fn hotspots_have_their_bars_and_their_table() {
    let (chart, notes) = (pareto(20), samples::notes());
    let bytes = keep("hotspots", &samples::hotspots(&chart, &notes));
    if there() {
        let text = flat(&Poppler::of("hotspots", &bytes).text());
        assert!(text.contains("3 of 20 features make 71 %") && text.contains("unpriced"), "{text}");
    }
}

#[test]
fn it_claims_what_it_is() {
    let bytes = keep("claims", &bare());
    // The metadata of PDF/A are never compressed.
    let text = String::from_utf8_lossy(&bytes);
    for want in ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1<"] {
        assert!(text.contains(want), "{want}");
    }
    assert!(text.contains("2026-11-21T09:14:05"), "the time that the caller gave");
}

#[test]
fn the_same_page_gives_the_same_bytes() {
    let (chart, notes) = (month(), samples::notes());
    let page = samples::overview(&chart, &notes);
    let first = pdf(&page).expect("a page");
    assert_eq!(pdf(&page).expect("a page"), first);
    let other = std::thread::scope(|threads| threads.spawn(|| pdf(&page).expect("a page")).join().expect("a thread"));
    assert_eq!(other, first);
    let later = Page { made: made() + chrono::Duration::seconds(1), ..page };
    assert_ne!(pdf(&later).expect("a page"), first);
}

#[test]
fn data_are_no_markup() {
    let hostile = r#"#read("/etc/passwd") $x$ *b* _i_ `c` \ @a <b> [c] #sys.inputs // x /* y */ -> 3x4 = - + "q" 'r'"#;
    let text = |end: &str| format!("{hostile}{end}");
    let mut chart = pareto(4);
    chart.title = text(" 1");
    chart.subtitle = text(" 2");
    chart.categories[0] = text(" 3");
    let notes = [text(" 4"), format!("Zone: {hostile} 5")];
    let page = Page {
        company: hostile,
        question: hostile,
        answer: vec![said(&text(" 6"), true), said(&text(" 7"), false)],
        charts: vec![&chart],
        tables: vec![Sheet {
            title: text(" 8"),
            columns: vec![
                Heading { title: text(" 9"), number: false },
                Heading { title: "n".to_owned(), number: true },
            ],
            rows: vec![line(RowKind::Item, vec![entry(&text(" 10")), entry("1")])],
            more: text(" 11"),
            attached: Some(Attached { name: "../#read(\"x\").csv".to_owned(), bytes: b"a,b\n".to_vec() }),
        }],
        notes: &notes,
        made: made(),
    };
    let bytes = keep("hostile", &page);
    if !there() {
        return;
    }
    let read = flat(&Poppler::of("hostile", &bytes).text());
    // Words may be broken by the layout's lines, and nothing else.
    let close = |text: &str| text.replace(' ', "");
    assert!(!read.contains("root:"), "{read}");
    // Title and subtitle of the chart stand beside each other, which interleaves their lines: its tag has them in order.
    let alt = format!("Chart: {} {}", text(" 1"), text(" 2"));
    assert!(raw::holds(&bytes, &raw::literal(&alt)));
    for at in [4, 5, 6, 7, 8, 9, 10, 11] {
        let want = close(&text(&format!(" {at}")));
        assert!(close(&read).contains(&want), "{want}\nis not in\n{read}");
    }
}

#[test]
fn letters_that_the_typeface_lacks_are_told() {
    let odd =
        "模型 \u{1f600} \u{202e}א\u{0}\u{7}\u{e071}\u{fb01}\u{200b}\u{ad}e\u{301} x\u{325}\u{30a} \u{fffe}\u{10ffff}";
    let mut chart = month();
    chart.series[0].name = odd.to_owned();
    chart.marks[0].label = odd.to_owned();
    chart.categories[0] = odd.to_owned();
    chart.title = odd.to_owned();
    let page = Page {
        company: odd,
        question: odd,
        answer: vec![said(odd, true)],
        charts: vec![&chart],
        tables: vec![Sheet {
            title: odd.to_owned(),
            columns: vec![Heading { title: odd.to_owned(), number: true }],
            rows: vec![line(RowKind::Total, vec![entry(odd)])],
            attached: Some(Attached { name: odd.to_owned(), bytes: odd.as_bytes().to_vec() }),
            ..Sheet::default()
        }],
        ..bare()
    };
    let bytes = keep("letters", &page);
    if there() {
        let read = flat(&Poppler::of("letters", &bytes).text());
        assert!(read.contains("□□ □ □") && read.contains("Letters □ stands for"), "{read}");
    }
}

#[test]
fn every_letter_can_be_printed() {
    let letters: Vec<char> =
        ('\u{1}'..'\u{3000}').chain('\u{e000}'..'\u{e100}').chain('\u{f600}'..'\u{10000}').collect();
    let mut chart = month();
    let lines: Vec<String> = letters.chunks(48).map(|some| some.iter().collect()).collect();
    chart.categories = lines.iter().take(31).cloned().collect();
    let mut bars = pareto(0);
    bars.categories = lines.clone();
    let rows = lines.iter().map(|text| line(RowKind::Item, vec![entry(text), entry(&text.repeat(2))])).collect();
    let heading = |number| Heading { title: "letters".to_owned(), number };
    let table = Sheet { columns: vec![heading(false), heading(false)], rows, ..Sheet::default() };
    keep("every-letter", &Page { charts: vec![&chart, &bars], tables: vec![table], ..bare() });
}

#[test]
fn attached_files_come_out_as_they_went_in() {
    let csv = b"\xef\xbb\xbffeature,cost\r\n\"a,\"\"b\",1.5\n\0\xff".to_vec();
    let large: Vec<u8> =
        (0..200_000_u32).flat_map(|n| format!("{n},{}\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect();
    let table = |bytes: &[u8]| Sheet {
        columns: vec![Heading { title: "a".to_owned(), number: false }],
        attached: Some(Attached { name: "table.csv".to_owned(), bytes: bytes.to_vec() }),
        ..Sheet::default()
    };
    let page = Page { tables: vec![table(&csv), table(&large), table(b"")], ..bare() };
    let bytes = keep("attached", &page);
    let streams = raw::streams(&bytes);
    for file in [&csv, &large, &Vec::new()] {
        assert_eq!(streams.iter().filter(|stream| *stream == file).count(), 1, "{} bytes", file.len());
    }
    for (want, count) in [("(table.csv)", 2), ("(table-2.csv)", 2), ("(table-3.csv)", 2), ("/AFRelationship/Data", 3)] {
        assert!(raw::count(&bytes, want) >= count, "{want}");
    }
    assert_eq!(raw::count(&bytes, "/Subtype/text#2Fcsv"), 3);
}

#[test]
fn a_long_table_repeats_its_headings_on_every_page() {
    long(400, 8);
}

fn long(rows: usize, least: usize) {
    let page = Page { tables: vec![samples::long_table(rows)], company: "Harbour Labs", ..bare() };
    let bytes = keep("long", &page);
    if !there() {
        return;
    }
    let text = Poppler::of("long", &bytes).text();
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() >= least, "{} pages", pages.len());
    assert!(pages.iter().all(|page| page.contains("Model") && page.contains("US$")), "{}", pages[1]);
    assert!(pages[1].contains(&format!("page 2 of {}", pages.len())));
    assert!((1..=rows).all(|row| text.contains(&format!("call-{row:05}"))));
}

#[test]
fn nothing_runs_over_the_edge() {
    let digits = "1,234,567,890.12";
    let id =
        "projects/harbour-labs/locations/europe-west3/publishers/anthropic/models/claude_opus_4_5_20251101".repeat(2);
    let headings = (0..10).map(|at| Heading { title: format!("column {at}"), number: at > 1 }).collect();
    let mut cells = vec![entry(&id), entry(&"W".repeat(300))];
    cells.extend((0..8).map(|_| entry(digits)));
    let rows =
        vec![line(RowKind::Item, cells.clone()), line(RowKind::Rest, cells.clone()), line(RowKind::Total, cells)];
    let wide = Sheet { title: id.clone(), columns: headings, rows, more: id.clone(), attached: None };
    let many = Sheet {
        columns: (0..40).map(|at| Heading { title: format!("heading-{at}"), number: at % 2 == 0 }).collect(),
        rows: vec![line(RowKind::Item, (0..40).map(|_| entry(digits)).collect())],
        ..Sheet::default()
    };
    let notes = [format!("{id}: {id}"), format!("Source: {id}"), "x".repeat(3_000)];
    let page = Page {
        company: &id,
        question: &id,
        answer: vec![said(&id, true), said(&id, false)],
        charts: vec![],
        tables: vec![wide, many],
        notes: &notes,
        made: made(),
    };
    let bytes = keep("wide", &page);
    if there() {
        let read = Poppler::of("wide", &bytes);
        let right = read.boxes().into_iter().map(|(_, right)| right).fold(0.0, f64::max);
        assert!(right > 400.0 && right <= 595.3 - 51.0 + 2.0, "{right}");
        assert_eq!(flat(&read.text()).matches(digits).count(), 24, "figures of the first table are whole");
    }
}

#[test]
fn odd_pages_are_pages() {
    keep("empty", &bare());
    let blank = Sheet::default();
    let no_rows =
        Sheet { columns: vec![Heading::default(), Heading { number: true, ..Heading::default() }], ..Sheet::default() };
    let ragged = Sheet {
        title: "ragged".to_owned(),
        rows: vec![
            line(RowKind::Item, vec![]),
            line(RowKind::Total, (0..9).map(|n| entry(&n.to_string())).collect()),
            line(RowKind::Rest, vec![entry(&"very long text ".repeat(800))]),
        ],
        ..no_rows.clone()
    };
    let notes = vec!["n: ".to_owned(), String::new(), ": ".to_owned(), "long ".repeat(1_000)];
    let page = Page {
        company: " ",
        question: "",
        answer: vec![Said::default(), said(&"a long answer ".repeat(400), true)],
        tables: vec![blank, no_rows, ragged],
        notes: &notes,
        ..bare()
    };
    keep("odd", &page);
    let mut spec = month();
    spec.categories.clear();
    let mut tall = pareto(300);
    tall.title = "long ".repeat(500);
    keep("odd-charts", &Page { charts: vec![&spec, &tall], ..bare() });
    let before = chrono::DateTime::<chrono::Utc>::MIN_UTC;
    assert!(pdf(&Page { made: before, ..bare() }).is_err());
}
