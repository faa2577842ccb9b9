//! Azure's cost details.

use anyhow::Result;

use super::super::calendar::{DAY_MS, START_MS, day, written};
use super::super::price::GPT_41_MINI;
use super::calls::FROM;
use super::sheet::{Columns, Sheet, decimal, spoilt};
use super::truth;
use super::used::{Line, Meter, sum};
use super::world::AZURE_SUBSCRIPTION;

/// Columns of a customer agreement's export.
const COSTS: Columns = Columns(&[
    "invoiceId",
    "billingAccountName",
    "billingProfileName",
    "invoiceSectionName",
    "costCenter",
    "billingPeriodEndDate",
    "billingPeriodStartDate",
    "date",
    "serviceFamily",
    "consumedService",
    "meterName",
    "meterCategory",
    "meterSubCategory",
    "meterRegion",
    "ProductName",
    "SubscriptionId",
    "subscriptionName",
    "publisherType",
    "publisherName",
    "resourceGroupName",
    "ResourceId",
    "resourceLocation",
    "quantity",
    "unitOfMeasure",
    "chargeType",
    "billingCurrency",
    "pricingCurrency",
    "costInBillingCurrency",
    "costInUsd",
    "paygCostInBillingCurrency",
    "tags",
    "frequency",
    "pricingModel",
    "provider",
]);

fn american(day: i64) -> String {
    written(START_MS + day * DAY_MS, "%m/%d/%Y")
}

/// The bill, a line for each day and meter.
pub fn costs(lines: &[Line]) -> Result<Sheet> {
    let mut sheet = Sheet::new("azure-cost-csv/saltmarsh-actual-2026-10.csv.gz");
    // The export begins with a byte-order mark.
    sheet.line(&format!("\u{feff}{}", COSTS.header()));
    let mut last = String::new();
    for (place, line) in lines.iter().enumerate() {
        let size = if line.key.model == GPT_41_MINI { "4.1 mini" } else { "4.1" };
        let kind = match line.meter {
            Meter::Cached => "cchd Inp",
            Meter::Output => "Outp",
            Meter::Input | Meter::Write => "Inp",
        };
        let cost = decimal(line.nano, 9);
        let mut row = of_day(line.key.day, &cost);
        row.extend([
            ("serviceFamily", "AI + Machine Learning".to_owned()),
            ("consumedService", "Microsoft.CognitiveServices".to_owned()),
            ("meterName", format!("gpt {size} {kind} glbl Tokens")),
            ("meterCategory", "Foundry Models".to_owned()),
            ("meterSubCategory", "Azure OpenAI".to_owned()),
            ("ProductName", format!("Azure OpenAI - gpt {size} {kind} glbl - EU West")),
            ("ResourceId", resource("Microsoft.CognitiveServices/accounts/tenders-openai")),
            ("quantity", decimal(line.tokens, 3)),
            ("unitOfMeasure", "1K".to_owned()),
            ("paygCostInBillingCurrency", cost.clone()),
            ("tags", format!("\"team\": \"{}\",\"environment\": \"production\"", line.key.lane().team)),
        ]);
        let row = COSTS.line(&row)?;
        sheet.row(&row);
        match place {
            18 => sheet.bad(&spoilt(&row, &format!(",{cost},"), ",,")?, "no amount"),
            59 => sheet.bad(&spoilt(&row, &american(line.key.day), "13/07/2026")?, "no date"),
            _ => {}
        }
        if line.meter == Meter::Output && line.key.model == GPT_41_MINI && (line.key.day - FROM) % 9 == 3 {
            let mut other = of_day(line.key.day, "1.032000000");
            other.extend([
                ("serviceFamily", "Storage".to_owned()),
                ("consumedService", "Microsoft.Storage".to_owned()),
                ("meterName", "Hot LRS Data Stored".to_owned()),
                ("meterCategory", "Storage".to_owned()),
                ("ProductName", "Blob Storage - Hot LRS - EU West".to_owned()),
                ("ResourceId", resource("Microsoft.Storage/storageAccounts/tendersfiles")),
                ("quantity", "51.6".to_owned()),
                ("unitOfMeasure", "1 GB/Month".to_owned()),
            ]);
            sheet.other(&COSTS.line(&other)?);
        }
        last = row;
    }
    sheet.cut(&last, 90);
    sheet.sums = truth::billed(sum(lines));
    Ok(sheet)
}

fn resource(path: &str) -> String {
    format!("/subscriptions/{AZURE_SUBSCRIPTION}/resourceGroups/tenders/providers/{path}")
}

fn of_day(on: i64, cost: &str) -> Vec<(&'static str, String)> {
    let all: [(&'static str, String); 18] = [
        ("invoiceId", "G061554210".to_owned()),
        ("billingAccountName", "Saltmarsh Supply".to_owned()),
        ("billingProfileName", "Saltmarsh Supply".to_owned()),
        ("invoiceSectionName", "Tenders".to_owned()),
        ("billingPeriodStartDate", american(FROM)),
        ("billingPeriodEndDate", american(day(10, 31))),
        ("date", american(on)),
        ("meterRegion", "EU West".to_owned()),
        ("SubscriptionId", AZURE_SUBSCRIPTION.to_owned()),
        ("subscriptionName", "saltmarsh-tenders".to_owned()),
        ("publisherType", "Microsoft".to_owned()),
        ("resourceGroupName", "tenders".to_owned()),
        ("resourceLocation", "westeurope".to_owned()),
        ("chargeType", "Usage".to_owned()),
        ("billingCurrency", "USD".to_owned()),
        ("pricingCurrency", "USD".to_owned()),
        ("costInBillingCurrency", cost.to_owned()),
        ("costInUsd", cost.to_owned()),
    ];
    all.into_iter().collect()
}
