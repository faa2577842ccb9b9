//! AWS' cost and usage report of the account whose calls are logged.

use anyhow::Result;

use super::super::calendar::date;
use super::aws::tax;
use super::calls::FROM;
use super::rates::{HAIKU_US, NOVA_LITE};
use super::sheet::{Columns, Sheet, decimal, spoilt};
use super::truth;
use super::used::{Line, Meter, sum};
use super::world::{AWS_ACCOUNT, Vendor};

const COLUMNS: Columns = Columns(&[
    "bill_bill_type",
    "bill_billing_entity",
    "bill_invoice_id",
    "bill_payer_account_id",
    "identity_line_item_id",
    "line_item_currency_code",
    "line_item_line_item_description",
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_unblended_cost",
    "line_item_usage_account_id",
    "line_item_usage_amount",
    "line_item_usage_end_date",
    "line_item_usage_start_date",
    "line_item_usage_type",
    "pricing_public_on_demand_cost",
    "pricing_unit",
    "product",
    "product_region_code",
    "resource_tags",
]);

/// Claude is sold over the Marketplace, in millions of tokens; Amazon's own models in thousands.
pub fn sheet(lines: &[Line]) -> Result<Sheet> {
    let mut sheet = Sheet::new("aws-cur-csv/saltmarsh-cur-2026-10.csv.gz");
    sheet.line(&COLUMNS.header());
    let mut last = String::new();
    for (place, line) in lines.iter().enumerate() {
        let row = COLUMNS.line(&row(line, place))?;
        sheet.row(&row);
        let cost = decimal(line.nano, 9);
        match (place, sheet.broken.len()) {
            (31, _) => sheet.bad(&spoilt(&row, &cost, "12k")?, "bad number"),
            (77, _) => sheet.bad(&spoilt(&row, &date(line.key.day), "0001-01-01")?, "year 1"),
            _ => {}
        }
        if line.meter == Meter::Output && line.key.model == NOVA_LITE && (line.key.day - FROM) % 8 == 2 {
            for (code, name, cost) in [
                ("AmazonEC2", "Amazon Elastic Compute Cloud", "4.6080000000"),
                ("AmazonS3", "Amazon S3", "0.0812300000"),
            ] {
                let mut other = of_day(line.key.day, &format!("{code}-{place}"));
                other.extend([
                    ("line_item_line_item_type", "Usage".to_owned()),
                    ("line_item_product_code", code.to_owned()),
                    ("line_item_unblended_cost", cost.to_owned()),
                    ("product", format!("{{\"product_name\":\"{name}\"}}")),
                ]);
                sheet.other(&COLUMNS.line(&other)?);
            }
        }
        last = row;
    }
    let tax = tax(Vendor::Bedrock);
    let mut row = of_day(FROM, "tax");
    row.retain(|(name, _)| *name != "line_item_usage_end_date");
    row.extend([
        ("line_item_usage_end_date", "2026-11-01T00:00:00.000Z".to_owned()),
        ("line_item_line_item_description", "Tax for product code AmazonBedrock".to_owned()),
        ("line_item_line_item_type", "Tax".to_owned()),
        ("line_item_product_code", "AmazonBedrock".to_owned()),
        ("line_item_unblended_cost", decimal(tax, 9)),
    ]);
    sheet.row(&COLUMNS.line(&row)?);
    sheet.cut(&last, 120);
    sheet.sums = truth::billed(sum(lines) + tax);
    Ok(sheet)
}

fn of_day(day: i64, id: &str) -> Vec<(&'static str, String)> {
    vec![
        ("bill_bill_type", "Anniversary".to_owned()),
        ("bill_billing_entity", "AWS".to_owned()),
        ("bill_invoice_id", "2610417203".to_owned()),
        ("bill_payer_account_id", AWS_ACCOUNT.to_owned()),
        ("identity_line_item_id", format!("smline{}{id}", day - FROM + 1)),
        ("line_item_currency_code", "USD".to_owned()),
        ("line_item_usage_account_id", AWS_ACCOUNT.to_owned()),
        ("line_item_usage_start_date", format!("{}T00:00:00.000Z", date(day))),
        ("line_item_usage_end_date", format!("{}T00:00:00.000Z", date(day + 1))),
    ]
}

fn row(line: &Line, place: usize) -> Vec<(&'static str, String)> {
    let sold = line.key.model == HAIKU_US;
    let (count, kind) = match line.meter {
        Meter::Input => ("InputTokenCount", "input-tokens"),
        Meter::Cached => ("CacheReadInputTokenCount", "cache-read-input-token-count"),
        Meter::Write => ("CacheWriteInputTokenCount", "cache-write-input-token-count"),
        Meter::Output => ("OutputTokenCount", "output-tokens"),
    };
    let cost = decimal(line.nano, 9);
    let mut row = of_day(line.key.day, &format!("n{place}"));
    row.extend([
        ("line_item_line_item_type", "Usage".to_owned()),
        ("line_item_unblended_cost", cost.clone()),
        ("pricing_public_on_demand_cost", cost),
        ("product_region_code", "us-east-1".to_owned()),
        (
            "resource_tags",
            format!("{{\"user_team\":\"{}\",\"user_environment\":\"production\"}}", line.key.lane().team),
        ),
    ]);
    if sold {
        row.extend([
            ("line_item_product_code", "4u8kz0q2m5n7w1x3c6v9b2t4y".to_owned()),
            ("line_item_usage_type", format!("USE1-MP:USE1_{count}-Units")),
            ("line_item_usage_amount", decimal(line.tokens, 6)),
            ("pricing_unit", "Units".to_owned()),
            ("product", "{\"product_name\":\"Claude Haiku 4.5 (Amazon Bedrock Edition)\"}".to_owned()),
            ("line_item_line_item_description", format!("AWS Marketplace software usage|us-east-1|{count}")),
        ]);
    } else {
        row.extend([
            ("line_item_product_code", "AmazonBedrock".to_owned()),
            ("line_item_usage_type", format!("USE1-NovaLite-{kind}")),
            ("line_item_usage_amount", decimal(line.tokens, 3)),
            ("pricing_unit", "1K tokens".to_owned()),
            ("product", "{\"product_name\":\"Amazon Bedrock\"}".to_owned()),
            ("line_item_line_item_description", format!("NovaLite {kind} in US East (N. Virginia)")),
        ]);
    }
    row
}
