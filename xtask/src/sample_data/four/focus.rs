//! The FOCUS export of the company's other AWS account.

use anyhow::Result;

use super::super::calendar::{date, day};
use super::aws::tax;
use super::calls::FROM;
use super::sheet::{Columns, Sheet, decimal, spoilt};
use super::truth;
use super::used::{Line, Meter, sum};
use super::world::{AWS_OTHER, Vendor};

const COLUMNS: Columns = Columns(&[
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "PricingCurrency",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ServiceCategory",
    "ServiceName",
    "SkuMeter",
    "SubAccountId",
    "SubAccountName",
    "Tags",
    "x_ServiceCode",
]);

/// The bill, a line for each day and kind of token, and the month's tax.
pub fn sheet(lines: &[Line]) -> Result<Sheet> {
    let mut sheet = Sheet::new("focus-csv/aws-focus-2026-10.csv");
    sheet.line(&COLUMNS.header());
    for (place, line) in lines.iter().enumerate() {
        let kind = if line.meter == Meter::Output { "output" } else { "input" };
        let thousands = decimal(line.tokens, 3);
        let mut row = of_day(line.key.day, &decimal(line.nano, 9));
        row.extend([
            ("ChargeCategory", "Usage".to_owned()),
            ("ChargeDescription", format!("NovaPro {kind} tokens in EU (Ireland)")),
            ("ChargeFrequency", "Usage-Based".to_owned()),
            ("ConsumedQuantity", thousands.clone()),
            ("ConsumedUnit", "1K tokens".to_owned()),
            ("PricingQuantity", thousands),
            ("PricingUnit", "1K tokens".to_owned()),
            ("SkuMeter", format!("EUW1-NovaPro-{kind}-tokens")),
            ("Tags", format!("{{\"team\": \"{}\"}}", line.key.lane().team)),
        ]);
        row.extend(service("AI and Machine Learning", "Amazon Bedrock", "AmazonBedrock"));
        let row = COLUMNS.line(&row)?;
        sheet.row(&row);
        match place {
            10 => sheet.bad(&spoilt(&row, &decimal(line.nano, 9), "free")?, "bad number"),
            40 => {
                // A day before its month.
                let from = format!("{} 00:00:00,{}", date(line.key.day + 1), date(line.key.day));
                let to = format!("{} 00:00:00,13/05/2026", date(line.key.day + 1));
                sheet.bad(&spoilt(&row, &from, &to)?, "no date");
            }
            _ => {}
        }
        if line.meter == Meter::Output && (line.key.day - FROM) % 10 == 4 {
            let mut other = of_day(line.key.day, "0.412800000");
            other.push(("ChargeCategory", "Usage".to_owned()));
            other.extend(service("Storage", "Amazon Simple Storage Service", "AmazonS3"));
            sheet.other(&COLUMNS.line(&other)?);
        }
    }
    let tax = tax(Vendor::Other);
    let mut row = of_day(day(10, 31), &decimal(tax, 9));
    row.extend([
        ("ChargeCategory", "Tax".to_owned()),
        ("ChargeDescription", "Tax for Amazon Bedrock".to_owned()),
        ("ChargeFrequency", "Recurring".to_owned()),
    ]);
    row.extend(service("AI and Machine Learning", "Amazon Bedrock", "AmazonBedrock"));
    sheet.row(&COLUMNS.line(&row)?);
    sheet.sums = truth::billed(sum(lines) + tax);
    Ok(sheet)
}

fn service(category: &str, name: &str, code: &str) -> [(&'static str, String); 3] {
    [("ServiceCategory", category.to_owned()), ("ServiceName", name.to_owned()), ("x_ServiceCode", code.to_owned())]
}

fn of_day(day: i64, cost: &str) -> Vec<(&'static str, String)> {
    let all: [(&'static str, String); 21] = [
        ("BilledCost", cost.to_owned()),
        ("EffectiveCost", cost.to_owned()),
        ("ListCost", cost.to_owned()),
        ("ContractedCost", cost.to_owned()),
        ("BillingAccountId", AWS_OTHER.to_owned()),
        ("BillingAccountName", "saltmarsh-planning".to_owned()),
        ("BillingCurrency", "USD".to_owned()),
        ("PricingCurrency", "USD".to_owned()),
        ("BillingPeriodStart", "2026-10-01 00:00:00".to_owned()),
        ("BillingPeriodEnd", "2026-11-01 00:00:00".to_owned()),
        ("ChargeClass", "NULL".to_owned()),
        ("ChargePeriodStart", format!("{} 00:00:00", date(day))),
        ("ChargePeriodEnd", format!("{} 00:00:00", date(day + 1))),
        ("InvoiceId", "2610590183".to_owned()),
        ("InvoiceIssuerName", "Amazon Web Services".to_owned()),
        ("ProviderName", "AWS".to_owned()),
        ("PublisherName", "AWS".to_owned()),
        ("RegionId", "eu-west-1".to_owned()),
        ("RegionName", "EU (Ireland)".to_owned()),
        ("SubAccountId", AWS_OTHER.to_owned()),
        ("SubAccountName", "saltmarsh-planning".to_owned()),
    ];
    all.into_iter().collect()
}
