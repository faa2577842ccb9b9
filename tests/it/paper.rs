//! Answers on paper, read back by another program: their figures are the screen's, and the CSV in them is the exported one.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::cli::{code, run, stdout};
use crate::support::{Company, temporary};

/// What poppler prints; the test ends with a clear word where it is not there.
fn poppler(program: &str, args: &[&str], file: &Path) -> String {
    let out = Command::new(program)
        .args(args)
        .arg(file)
        .args(if program == "pdftotext" { &["-"][..] } else { &[] })
        .output()
        .unwrap_or_else(|e| panic!("{program} of Debian's poppler-utils is needed: {e}"));
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The words of a PDF, in the order of reading, spaces and line ends alike.
fn words(file: &Path) -> String {
    let text = poppler("pdftotext", &["-nopgbrk"], file);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn exported(company: &Company, of: &Value, format: &str, path: &Path) {
    let reply = company.ask("export", json!({ "of": of, "format": format, "path": path })).await;
    assert_eq!(reply["bytes"], path.metadata().unwrap().len());
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_screen_goes_on_paper_with_its_figures_and_its_csv() {
    let company = Company::sample().await;
    let folder = temporary();
    let filter = json!({ "month": "2026-10" });
    let asked = [
        ("overview", json!({ "filter": filter })),
        ("trend", json!({ "filter": filter, "by": "week" })),
        ("hotspots", json!({ "filter": filter, "by": ["feature"] })),
        ("imports", json!({})),
        ("prices", json!({ "search": "sonnet", "explain": null, "provider": null })),
    ];
    for (question, request) in asked {
        let of = json!({ "question": question, "request": request });
        let [pdf, again, csv] = ["pdf", "again.pdf", "csv"].map(|end| folder.path().join(format!("{question}.{end}")));
        exported(&company, &of, "pdf", &pdf).await;
        exported(&company, &of, "pdf", &again).await;
        exported(&company, &of, "csv", &csv).await;
        assert_eq!(std::fs::read(&pdf).unwrap(), std::fs::read(&again).unwrap(), "{question}");

        let attached = folder.path().join(format!("{question}.attached.csv"));
        let to = attached.to_str().unwrap().to_owned();
        poppler("pdfdetach", &["-save", "1", "-o", &to], &pdf);
        assert_eq!(std::fs::read(&attached).unwrap(), std::fs::read(&csv).unwrap(), "{question}");

        let info = poppler("pdfinfo", &[], &pdf);
        assert!(info.contains("Tagged:") && info.contains("yes"), "{info}");
        let read = words(&pdf);
        if question != "imports" && question != "prices" {
            let reply = company.ask(question, request.clone()).await;
            let sentence: String =
                reply["sentence"].as_array().unwrap().iter().map(|s| s["text"].as_str().unwrap()).collect();
            assert!(read.contains(&plain(&sentence)), "{question}: no {sentence:?} in {read}");
            for row in reply["table"]["rows"].as_array().unwrap() {
                let label = row["cells"][0]["value"].as_str().unwrap();
                assert!(read.contains(&plain(label)), "{question}: no {label:?}");
            }
            for note in ["Europe/Berlin", "Price book", "Data version"] {
                assert!(read.contains(note), "{question}: no {note:?}");
            }
        }
    }
    // The month's total, known from the truth beside the sample data.
    let total = "$11,268.49";
    assert!(words(&folder.path().join("overview.pdf")).contains(total));
}

#[tokio::test]
async fn a_list_of_calls_on_paper_adds_up() {
    let company = Company::sample().await;
    let folder = temporary();
    let request = json!({ "filter": { "month": "2026-10" }, "order": "cost", "offset": 0, "limit": 40 });
    let of = json!({ "question": "calls", "request": request });
    let pdf = folder.path().join("calls.pdf");
    exported(&company, &of, "pdf", &pdf).await;
    let page = company.ask("calls", request).await;
    let read = words(&pdf);
    let total = page["total"].as_i64().unwrap();
    assert!(read.contains(&format!("{} further calls", total - 40)), "{read}");
    assert!(read.contains(&format!("total of {total} calls")), "{read}");
}

#[tokio::test]
async fn the_command_line_writes_the_same_page() {
    let company = Company::sample().await;
    let folder = temporary();
    let (window, shell) = (folder.path().join("window.pdf"), folder.path().join("shell.pdf"));
    let of = json!({ "question": "overview", "request": { "filter": { "month": "2026-10" } } });
    exported(&company, &of, "pdf", &window).await;
    let out = run(&company.path, &["overview", "--month", "2026-10", "--pdf", shell.to_str().unwrap()]);
    assert_eq!(code(&out), 0, "{out:?}");
    assert!(stdout(&out).contains("shell.pdf"));
    assert_eq!(std::fs::read(&window).unwrap(), std::fs::read(&shell).unwrap());
    // Never into the company file.
    let inside = company.path.join("page.pdf");
    let out = run(&company.path, &["overview", "--month", "2026-10", "--pdf", inside.to_str().unwrap()]);
    assert_eq!(code(&out), 2);
    assert!(!inside.exists());
}
