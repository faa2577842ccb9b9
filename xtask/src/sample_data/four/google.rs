//! Google Cloud's billing export: Vertex AI, with a credit.

use anyhow::Result;

use super::super::calendar::{date, day};
use super::super::cells::{Cell, Cells, json, number, text};
use super::super::price::GEMINI_PRO;
use super::super::world::hashed;
use super::calls::FROM;
use super::sheet::{Sheet, decimal, list, object, spoilt};
use super::truth;
use super::used::{Line, Meter, sum};
use super::world::{BILLING_ACCOUNT, GOOGLE_PROJECT};

/// A credit on the month's last line, in nano-dollars.
pub const CREDIT: i64 = -750_000_000;

/// Rows of the export to BigQuery, saved as JSON lines. A credit is a row of its own for whoever counts.
pub fn billing(lines: &[Line]) -> Result<Sheet> {
    let mut sheet = Sheet::new("gcp-billing/billing-export_2026-10.jsonl.gz");
    let mut last = String::new();
    for (place, line) in lines.iter().enumerate() {
        let ends = place + 1 == lines.len();
        let row = of_vertex(line, ends);
        sheet.row(&row);
        if ends {
            sheet.good += 1;
        }
        let cost = format!("\"cost\":{}", decimal(line.nano, 9));
        match place {
            12 => sheet.bad(&spoilt(&row, &cost, "\"cost\":null")?, "no amount"),
            47 => sheet.bad(&spoilt(&row, "\"currency\":\"USD\"", "\"currency\":\"dollars\"")?, "no currency"),
            _ => {}
        }
        if line.meter == Meter::Output && line.key.model != GEMINI_PRO && (line.key.day - FROM) % 7 == 5 {
            let cells = service("95FF-2EF5-5EA1", "Cloud Storage", "E5F0-6A5D-7BAD", "Standard Storage Europe");
            sheet.other(&export(cells, line.key.day, "0.184200000", ("1208.4", "gibibyte month"), &[]));
        }
        last = row;
    }
    let cells = service("42B9-5C1A-77D0", "Invoice", "1F3A-08CE-9D41", "Tax");
    sheet.other(&export(cells, day(10, 31), "3.120000000", ("0", "count"), &[]));
    sheet.cut(&last, 200);
    sheet.sums = truth::billed(sum(lines) + CREDIT);
    Ok(sheet)
}

fn service(service_id: &str, service: &str, sku_id: &str, sku: &str) -> Cells {
    vec![
        ("billing_account_id", text(BILLING_ACCOUNT)),
        ("service", object(&vec![("id", text(service_id)), ("description", text(service))])),
        ("sku", object(&vec![("id", text(sku_id)), ("description", text(sku))])),
    ]
}

fn of_vertex(line: &Line, credited: bool) -> String {
    let model = if line.key.model == GEMINI_PRO { "Gemini 2.5 Pro" } else { "Gemini 2.5 Flash GA" };
    let long = if line.key.long { " Long" } else { "" };
    let what = match line.meter {
        Meter::Cached => format!("{model} Input Text Caching{long} - Predictions"),
        Meter::Output => format!("{model} Text Output{long} - Predictions"),
        Meter::Input | Meter::Write => format!("{model} Text Input{long} - Predictions"),
    };
    let id = format!("{:08X}", hashed(&[line.meter as u64, line.key.lane as u64, u64::from(line.key.long)]) >> 32);
    let cells = service("C7E2-9256-1C43", "Vertex AI", &format!("{}-{}", &id[..4], &id[4..]), &what);
    let credit = json(&vec![
        ("name", text("Cloud migration promotion")),
        ("amount", Cell::Raw(decimal(CREDIT, 9))),
        ("full_name", text("Cloud migration promotion 2026")),
        ("id", text("promo-2026-10")),
        ("type", text("PROMOTION")),
    ]);
    let credits = if credited { vec![credit] } else { Vec::new() };
    let used = (line.tokens.to_string(), "count");
    export(cells, line.key.day, &decimal(line.nano, 9), (&used.0, used.1), &credits)
}

fn export(mut cells: Cells, on: i64, cost: &str, used: (&str, &str), credits: &[String]) -> String {
    let label = json(&vec![("key", text("team")), ("value", text("documents"))]);
    let project = vec![("id", text(GOOGLE_PROJECT)), ("number", text("604817329951")), ("name", text("Documents"))];
    cells.extend([
        ("usage_start_time", text(format!("{} 00:00:00 UTC", date(on)))),
        ("usage_end_time", text(format!("{} 00:00:00 UTC", date(on + 1)))),
        ("project", object(&project)),
        ("labels", list(&[label])),
        ("location", object(&vec![("location", text("europe-west4")), ("region", text("europe-west4"))])),
        ("export_time", text(format!("{} 06:41:12 UTC", date(on + 1)))),
        ("cost", Cell::Raw(cost.to_owned())),
        ("currency", text("USD")),
        ("currency_conversion_rate", number(1)),
        ("usage", object(&vec![("amount", Cell::Raw(used.0.to_owned())), ("unit", text(used.1))])),
        ("credits", list(credits)),
        ("invoice", object(&vec![("month", text("202610"))])),
        ("cost_type", text("regular")),
        ("cost_at_list", Cell::Raw(cost.to_owned())),
    ]);
    json(&cells)
}
