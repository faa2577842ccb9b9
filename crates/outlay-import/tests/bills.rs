//! Bills of clouds. Public samples with lines of language models do not exist, so the real files show the accounting
//! and the sums, with the name of one service replaced where that is said; other rows are made up to the published
//! columns. Figures of the real files come from Python's csv module and Decimal (`sum(Decimal(row[column].strip()))`
//! over `csv.DictReader`).

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;

use common::shared;
use outlay_import::{ImportError, Input, ReadOptions, ReadSummary, Source, detect};
use outlay_model::money::Pico;
use outlay_model::record::{Charge, Place, Record, Refusal, Rejected, Sink};
use proptest::prelude::*;

/// A sink of billed lines.
#[derive(Default)]
struct Bill {
    pushed: u64,
    rejects: Vec<Rejected>,
    /// Billed, effective, list and contracted amounts.
    sums: [Pico; 4],
    by_category: BTreeMap<String, (u64, Pico)>,
    by_meter: BTreeMap<String, Pico>,
    /// Quantities by unit.
    quantities: BTreeMap<String, Pico>,
    shown: Vec<String>,
}

impl Bill {
    fn add(&mut self, charge: &Charge<'_>) {
        let amounts = [Some(charge.billed), charge.effective, charge.list, charge.contracted];
        for (sum, amount) in self.sums.iter_mut().zip(amounts) {
            *sum += amount.unwrap_or_default();
        }
        let category = self.by_category.entry(charge.category.to_string()).or_default();
        category.0 += 1;
        category.1 += charge.billed;
        *self.by_meter.entry(charge.meter.to_string()).or_default() += charge.billed;
        *self.quantities.entry(charge.unit.to_string()).or_default() += charge.quantity.unwrap_or_default();
    }
    fn category(&self, category: &str) -> (u64, String) {
        let (count, amount) = self.by_category.get(category).copied().unwrap_or_default();
        (count, amount.to_string())
    }
    fn billed(&self) -> String {
        self.sums[0].to_string()
    }
    fn faults(&self) -> Vec<(u64, &str)> {
        self.rejects.iter().map(|r| (r.line, r.column.as_str())).collect()
    }
    #[track_caller]
    fn shows(&self, at: usize, parts: &[&str]) {
        for part in parts {
            assert!(self.shown[at].contains(part), "{part} in {}", self.shown[at]);
        }
    }
}

impl Sink for Bill {
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> Result<(), Refusal> {
        let Record::Charge(charge) = record else { panic!("not a billed line: {record:?}") };
        self.pushed += 1;
        self.shown.push(format!("{} {charge:?}", place.line));
        self.add(charge);
        Ok(())
    }
    fn reject(&mut self, rejected: Rejected) {
        self.rejects.push(rejected);
    }
    fn progress(&mut self, _: u64) -> Result<(), Refusal> {
        Ok(())
    }
}

fn open(text: impl Into<Vec<u8>>) -> (Input, &'static str) {
    let input = Input::open(Source::from_bytes("bill", text)).expect("opens");
    let id = detect(input.head(), None).expect("recognised").format.id();
    (input, id)
}

#[track_caller]
fn read_with(format: &str, text: impl Into<Vec<u8>>, options: &ReadOptions) -> (ReadSummary, Bill) {
    let (input, id) = open(text);
    assert_eq!(id, format);
    let mut bill = Bill::default();
    let found = detect(input.head(), None).expect("recognised").format;
    let summary = found.read(input, options, &mut bill).expect("reads");
    assert_eq!(summary.rows, bill.pushed + bill.rejects.len() as u64, "rows are accounted for");
    (summary, bill)
}

#[track_caller]
fn read(format: &str, text: impl Into<Vec<u8>>) -> (ReadSummary, Bill) {
    read_with(format, text, &ReadOptions::default())
}

fn noted(summary: &ReadSummary, part: &str) -> bool {
    summary.notes.iter().any(|note| note.contains(part))
}

/// A table of these columns; each row is told by some of them.
fn table(columns: &str, rows: &[&[(&str, &str)]]) -> String {
    let mut text = format!("{columns}\n");
    for row in rows {
        let known: Vec<&str> = columns.split(',').collect();
        assert!(
            row.iter().all(|(column, _)| known.contains(column)),
            "a column of the row is not in the header: {row:?}"
        );
        let cells: Vec<String> = known
            .iter()
            .map(|column| {
                let cell = row.iter().find(|(name, _)| name == column).map_or("", |(_, cell)| cell);
                if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
            })
            .collect();
        writeln!(text, "{}", cells.join(",")).expect("writes");
    }
    text
}

fn row<'a>(base: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    more.iter().chain(base.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name))).copied().collect()
}

// FOCUS

/// Columns of AWS' "FOCUS 1.2 with AWS columns".
const FOCUS: &str = "AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,BillingAccountType,BillingCurrency,\
BillingPeriodEnd,BillingPeriodStart,CapacityReservationId,CapacityReservationStatus,ChargeCategory,ChargeClass,\
ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,CommitmentDiscountCategory,CommitmentDiscountId,\
CommitmentDiscountName,CommitmentDiscountQuantity,CommitmentDiscountStatus,CommitmentDiscountType,CommitmentDiscountUnit,\
ConsumedQuantity,ConsumedUnit,ContractedCost,ContractedUnitPrice,EffectiveCost,InvoiceId,InvoiceIssuerName,ListCost,\
ListUnitPrice,PricingCategory,PricingCurrency,PricingCurrencyContractedUnitPrice,PricingCurrencyEffectiveCost,\
PricingCurrencyListUnitPrice,PricingQuantity,PricingUnit,ProviderName,PublisherName,RegionId,RegionName,ResourceId,\
ResourceName,ResourceType,ServiceCategory,ServiceName,ServiceSubcategory,SkuId,SkuMeter,SkuPriceDetails,SkuPriceId,\
SubAccountId,SubAccountName,SubAccountType,Tags,x_Discounts,x_Operation,x_ServiceCode";

const BEDROCK: &[(&str, &str)] = &[
    ("BilledCost", "0.000012345678"),
    ("BillingAccountId", "111122223333"),
    ("BillingCurrency", "USD"),
    ("ChargeCategory", "Usage"),
    ("ChargeClass", "NULL"),
    ("ChargeDescription", "$0.005 per 1K tokens"),
    ("ChargePeriodStart", "2026-07-01 13:00:00"),
    ("ChargePeriodEnd", "2026-07-01 14:00:00"),
    ("ConsumedQuantity", "2.469"),
    ("ConsumedUnit", "1K tokens"),
    ("ContractedCost", "0.02"),
    ("EffectiveCost", "0.01"),
    ("InvoiceId", "NULL"),
    ("ListCost", "0.03"),
    ("PricingCurrency", "USD"),
    ("ProviderName", "AWS"),
    ("PublisherName", "AWS"),
    ("RegionId", "us-east-1"),
    ("ResourceId", "arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/abc"),
    ("ResourceName", "NULL"),
    ("ServiceCategory", "AI and Machine Learning"),
    ("ServiceName", "Amazon Bedrock"),
    ("SkuMeter", "USE1-Claude4.6Opus-input-tokens-cross-region-global"),
    ("SubAccountId", "444455556666"),
    (
        "Tags",
        "{\"user:team\": \"search\", \"Feature\": \"answers\", \"environment\": \"prod\", \"cost_center\": \"7\"}",
    ),
    ("x_ServiceCode", "AmazonBedrock"),
];

#[test]
fn focus_examples_of_the_specification() {
    // Billed, effective, list, contracted; rows.
    for (file, rows, sums) in [
        ("a1", 1, ["200000.00", "0.00", "200000.00", "200000.00"]),
        ("a2", 3, ["0.00", "1230.00", "1230.00", "1230.00"]),
        ("b1", 1, ["100000.00", "0.00", "200000.00", "100000.00"]),
        ("b2", 3, ["0.00", "615.00", "1230.00", "615.00"]),
        ("c", 2, ["53000.00", "0.00", "53000.00", "53000.00"]),
    ] {
        let path = format!("formats/samples/focus/spec_v1.2_virtual_currency_pricing_model_{file}.csv");
        let Some(text) = shared(&path) else { return };
        // As they are, they are about widgets.
        let (summary, bill) = read("focus-csv", text.clone());
        assert_eq!((summary.rows, summary.left_out, bill.pushed), (0, rows, 0), "{file}");
        assert!(noted(&summary, "ACMECORP SERVICE") && noted(&summary, "no line of this bill"), "{:?}", summary.notes);
        // The same with a service of models in the place of theirs.
        let text = String::from_utf8(text).expect("UTF-8").replace("ACMECORP SERVICE", "Vertex AI");
        let (summary, bill) = read("focus-csv", text);
        assert_eq!((summary.rows, summary.left_out, bill.rejects.len()), (rows, 0, 0), "{file}");
        assert_eq!(bill.sums, sums.map(|text| Pico::parse(text).expect("an amount")), "{file}");
        // Tokens of a virtual currency are no tokens of a model.
        assert!(!bill.quantities.contains_key("tokens"), "{file}: {:?}", bill.quantities);
        // 4/1/25 is the first of April: date -u -d 2025-04-01 +%s.
        bill.shows(0, &["time: 1743465600000000", "currency: Currency([85, 83, 68])"]);
    }
}

#[test]
fn focus_of_aws() {
    let text = table(
        FOCUS,
        &[
            BEDROCK,
            &row(
                BEDROCK,
                &[
                    ("ServiceName", "Claude Sonnet 4.5 (Amazon Bedrock Edition)"),
                    ("PublisherName", "Anthropic"),
                    ("ServiceCategory", "NULL"),
                    ("SkuMeter", "USW2-MP:USW2_OutputTokenCount_Global_Batch-Units"),
                    ("SkuPriceDetails", "{\"inferenceType\": \"Output tokens\"}"),
                    ("ConsumedQuantity", "NULL"),
                    ("PricingQuantity", "1.5"),
                    ("PricingUnit", "1M tokens"),
                    ("InvoiceId", "2026-77"),
                ],
            ),
            &row(
                BEDROCK,
                &[
                    ("ServiceName", "Amazon S3"),
                    ("ServiceCategory", "Storage"),
                    ("x_ServiceCode", "AmazonS3"),
                    ("BilledCost", "12.5"),
                ],
            ),
            &row(
                BEDROCK,
                &[("ChargeCategory", "Tax"), ("BilledCost", "1.9"), ("ConsumedQuantity", ""), ("EffectiveCost", "1.9")],
            ),
            &row(
                BEDROCK,
                &[
                    ("SkuPriceDetails", "{\"model\": \"Claude Opus 4.6\"}"),
                    ("ChargeCategory", "Credit"),
                    ("BilledCost", "-3.25"),
                    ("EffectiveCost", "-3.25"),
                ],
            ),
            &row(
                BEDROCK,
                &[("ServiceName", "Amazon SageMaker"), ("x_ServiceCode", "AmazonSageMaker"), ("BilledCost", "4")],
            ),
        ],
    );
    let (summary, bill) = read("focus-csv", text);
    assert_eq!((summary.rows, summary.left_out, bill.rejects.len()), (5, 1, 0), "{:?}", bill.rejects);
    assert!(noted(&summary, "models: 1 (Amazon S3 1), worth 12.50 USD"), "{:?}", summary.notes);
    // 2 × 0.000012345678 + 1.9 - 3.25 + 4
    assert_eq!(bill.billed(), "2.650024691356");
    assert_eq!(bill.category("Credit"), (1, "-3.250000000".to_owned()));
    assert_eq!(bill.category("Tax"), (1, "1.900000000".to_owned()));
    // date -u -d '2026-07-01 13:00' +%s
    bill.shows(
        0,
        &[
            "time: 1782910800000000",
            "end: 1782914400000000",
            "provider: \"bedrock\"",
            "account: \"444455556666\"",
            "model: \"Claude4.6Opus\"",
            "meter: \"input-tokens-cross-region-global\"",
            "workspace: \"arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/abc\"",
            "team: \"search\"",
            "feature: \"answers\"",
            "environment: \"prod\"",
            "project: \"\"",
            "region: \"us-east-1\"",
            "quantity: Some(Pico(2469000000000000)), unit: \"tokens\"",
            "invoice_id: \"\"",
            "line_item: \"$0.005 per 1K tokens\"",
        ],
    );
    bill.shows(
        1,
        &[
            "model: \"Claude Sonnet 4.5\"",
            "tier: \"batch\"",
            "quantity: Some(Pico(1500000000000000000))",
            "invoice_id: \"2026-77\"",
            "provider: \"bedrock\"",
        ],
    );
    bill.shows(3, &["model: \"Claude Opus 4.6\"", "category: \"Credit\""]);
    bill.shows(4, &["provider: \"amazon web services\""]);
}

#[test]
fn focus_of_other_clouds_and_newer_versions() {
    let header = "ServiceProviderName,HostProviderName,BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,\
ChargePeriodStart,ChargePeriodEnd,ServiceName,ServiceCategory,SubAccountId,SubAccountType,SkuMeter,ConsumedQuantity,\
ConsumedUnit,PricingCurrency,InvoiceDetailId,Tags,x_Anything";
    let base: &[(&str, &str)] = &[
        ("ServiceProviderName", "Acme Models"),
        ("HostProviderName", "AWS"),
        ("BilledCost", "1E-3"),
        ("BillingAccountId", "b"),
        ("BillingCurrency", "eur"),
        ("ChargeCategory", "Usage"),
        ("ChargePeriodStart", "2026-07-01T00:00:00Z"),
        ("ChargePeriodEnd", "2026-07-02T00:00:00Z"),
        ("SkuMeter", "gpt 4o 0806 Inp glbl Tokens"),
    ];
    let text = table(
        header,
        &[
            &row(
                base,
                &[
                    ("BillingAccountId", "b"),
                    ("ServiceName", "Azure OpenAI"),
                    ("SubAccountId", "/subscriptions/1caa5a3-2b"),
                    ("Tags", "team=search;project=p7"),
                ],
            ),
            &row(
                base,
                &[
                    ("ServiceName", "Vertex AI"),
                    ("SubAccountId", "my-project"),
                    ("SubAccountType", "Project"),
                    ("ConsumedQuantity", "9"),
                    ("ConsumedUnit", "Tokens"),
                    ("PricingCurrency", "Tokens"),
                ],
            ),
            &row(
                base,
                &[("ServiceName", "Embeddings"), ("ServiceCategory", "ai and machine learning"), ("Tags", "not tags")],
            ),
        ],
    );
    let (summary, bill) = read("focus-csv", format!("\u{feff}{text}"));
    assert_eq!(
        (summary.rows, bill.rejects.len(), bill.billed()),
        (3, 0, "0.003000000".to_owned()),
        "{:?}",
        bill.rejects
    );
    bill.shows(
        0,
        &[
            "provider: \"azure\"",
            "account: \"1caa5a3-2b\"",
            "meter: \"gpt 4o 0806 Inp glbl Tokens\"",
            "team: \"search\"",
            "project: \"p7\"",
            "Currency([69, 85, 82])",
            "model: \"\"",
        ],
    );
    bill.shows(
        1,
        &[
            "provider: \"vertex\"",
            "account: \"b\"",
            "project: \"my-project\"",
            "quantity: Some(Pico(9000000000000)), unit: \"Tokens\"",
        ],
    );
    bill.shows(2, &["provider: \"Acme Models\"", "effective: None", "list: None", "quantity: None"]);
    assert!(noted(&summary, "tags are neither JSON nor k=v"), "{:?}", summary.notes);

    let options = ReadOptions { account: Some("acme".to_owned()), ..ReadOptions::default() };
    let (_, bill) = read_with("focus-csv", table(FOCUS, &[BEDROCK]), &options);
    bill.shows(0, &["account: \"acme\""]);
    // Google's projects, also where no type of sub-account is told.
    let google = row(
        BEDROCK,
        &[("ProviderName", "Google Cloud"), ("ServiceName", "Gemini API"), ("SubAccountId", "p"), ("Tags", "")],
    );
    let (_, bill) = read("focus-csv", table(FOCUS, &[&google]));
    bill.shows(0, &["provider: \"google\"", "account: \"111122223333\"", "project: \"p\""]);
}

#[test]
fn focus_rows_that_are_none() {
    let fault = |more: &'static [(&'static str, &'static str)]| row(BEDROCK, more);
    let text = table(
        FOCUS,
        &[
            &fault(&[("BilledCost", "NULL")]),
            &fault(&[("BilledCost", "free")]),
            &fault(&[("BilledCost", "1000000000000")]),
            &fault(&[("BillingCurrency", "Tokens")]),
            &fault(&[("ChargePeriodStart", "13/05/2026")]),
            &fault(&[("ChargePeriodEnd", "6/30/26")]),
            &fault(&[("ChargePeriodStart", "")]),
            &fault(&[("EffectiveCost", "?")]),
            &fault(&[("ConsumedQuantity", "many")]),
            &fault(&[("ChargePeriodEnd", "2026-07-01 13:00:00")]),
        ],
    );
    let cut = format!("{text}0.1,2,3\n,,,\"open\n");
    let (summary, bill) = read("focus-csv", cut);
    assert_eq!(
        bill.faults(),
        [
            (2, "billedcost"),
            (3, "billedcost"),
            (4, "billedcost"),
            (5, "billingcurrency"),
            (6, "chargeperiodstart"),
            (7, "chargeperiodend"),
            (8, "chargeperiodstart"),
            (9, "effectivecost"),
            (10, "consumedquantity"),
            (12, ""),
            (13, "")
        ]
    );
    assert!(bill.rejects[4].reason.contains("MM/DD/YYYY"), "{:?}", bill.rejects[4]);
    // A charge of an instant is dated to its day.
    assert_eq!((summary.rows, bill.pushed), (12, 1));
    bill.shows(0, &["time: 1782910800000000, end: 1782997200000000"]);
    let (summary, _) = read("focus-csv", format!("{FOCUS}\n"));
    assert_eq!(summary.notes, ["a file without any rows"]);
}

// AWS

const CUR: &str = "bill_bill_type,bill_billing_entity,bill_invoice_id,bill_payer_account_id,identity_line_item_id,\
line_item_currency_code,line_item_iam_principal,line_item_line_item_description,line_item_line_item_type,\
line_item_net_unblended_cost,line_item_operation,line_item_product_code,line_item_resource_id,line_item_unblended_cost,\
line_item_unblended_rate,line_item_usage_account_id,line_item_usage_amount,line_item_usage_end_date,\
line_item_usage_start_date,line_item_usage_type,discount_total_discount,pricing_public_on_demand_cost,pricing_unit,product,\
product_region_code,reservation_effective_cost,resource_tags,savings_plan_savings_plan_effective_cost,tags";

const CUR_ROW: &[(&str, &str)] = &[
    ("bill_invoice_id", "7001"),
    ("line_item_currency_code", "USD"),
    ("line_item_iam_principal", "arn:aws:sts::444455556666:assumed-role/AnswersRole/worker-1"),
    ("line_item_line_item_description", "$0.005 per 1K tokens for Claude4.6Opus-input-tokens in US East (N. Virginia)"),
    ("line_item_line_item_type", "Usage"),
    ("line_item_product_code", "AmazonBedrock"),
    ("line_item_resource_id", "arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/abc"),
    ("line_item_unblended_cost", "6.1728395061728395"),
    ("line_item_usage_account_id", "444455556666"),
    ("line_item_usage_amount", "1234.5679012345"),
    ("line_item_usage_end_date", "2026-07-01T14:00:00.000Z"),
    ("line_item_usage_start_date", "2026-07-01T13:00:00.000Z"),
    ("line_item_usage_type", "USE1-Claude4.6Opus-input-tokens-cross-region-global"),
    ("pricing_public_on_demand_cost", "6.1728395061728395"),
    ("pricing_unit", "1K tokens"),
    ("product", "{\"product_name\":\"Amazon Bedrock\",\"region\":\"us-east-1\"}"),
    ("product_region_code", "us-east-1"),
    ("resource_tags", "{\"user_team\":\"search\",\"aws_createdBy\":\"x\"}"),
    ("tags", "{\"resourceTags/x\":\"y\",\"user_feature\":\"answers\"}"),
];

#[test]
fn aws_lines() {
    let text = table(
        CUR,
        &[
            CUR_ROW,
            &row(
                CUR_ROW,
                &[
                    ("line_item_product_code", "3m79w7q2hkkhz4w3tbzj1xbfe"),
                    ("product", "{\"product_name\":\"Claude Opus 4.5 (Amazon Bedrock Edition)\"}"),
                    ("line_item_usage_type", "USW2-MP:USW2_InputTokenCount_Global_Batch-Units"),
                    ("pricing_unit", "Units"),
                    ("line_item_usage_amount", "2.5"),
                    ("line_item_unblended_cost", "12.5"),
                    ("line_item_net_unblended_cost", "11.25"),
                    ("discount_total_discount", "-1.25"),
                    ("product_region_code", ""),
                ],
            ),
            &row(
                CUR_ROW,
                &[
                    ("line_item_product_code", "AmazonEC2"),
                    ("product", "{\"product_name\":\"Amazon Elastic Compute Cloud\"}"),
                    ("line_item_unblended_cost", "99"),
                ],
            ),
            &row(
                CUR_ROW,
                &[
                    ("line_item_iam_principal", "arn:aws:iam::444455556666:root"),
                    ("line_item_line_item_type", "Tax"),
                    ("line_item_unblended_cost", "1.17"),
                    ("line_item_usage_type", ""),
                ],
            ),
            &row(
                CUR_ROW,
                &[
                    ("line_item_line_item_type", "Credit"),
                    ("line_item_unblended_cost", "-5"),
                    ("line_item_net_unblended_cost", "-5"),
                ],
            ),
            &row(
                CUR_ROW,
                &[
                    ("line_item_line_item_type", "EdpDiscount"),
                    ("line_item_unblended_cost", "-0.5"),
                    ("line_item_net_unblended_cost", "0"),
                ],
            ),
            &row(
                CUR_ROW,
                &[
                    ("line_item_line_item_type", "SavingsPlanCoveredUsage"),
                    ("line_item_unblended_cost", "3"),
                    ("savings_plan_savings_plan_effective_cost", "2.4"),
                ],
            ),
            &row(CUR_ROW, &[("line_item_line_item_type", "SavingsPlanNegation"), ("line_item_unblended_cost", "-3")]),
            &row(
                CUR_ROW,
                &[
                    ("line_item_line_item_type", "RIFee"),
                    ("line_item_unblended_cost", "100"),
                    ("line_item_net_unblended_cost", "100"),
                ],
            ),
            &row(
                CUR_ROW,
                &[
                    ("line_item_line_item_type", "SomethingNew"),
                    ("line_item_unblended_cost", "0.25"),
                    ("product", "{\"product_name\":"),
                ],
            ),
        ],
    );
    let (summary, bill) = read("aws-cur-csv", text);
    assert_eq!((summary.rows, summary.left_out, bill.rejects.len()), (9, 1, 0), "{:?}", bill.rejects);
    assert!(noted(&summary, "AmazonEC2 1), worth 99.00 USD"), "{:?}", summary.notes);
    // 6.172839506173 (the twelfth decimal rounded) + 11.25 + 1.17 - 5 - 0.5 + 3 - 3 + 100 + 0.25
    assert_eq!(bill.billed(), "113.342839506173");
    for (category, told) in [
        ("Usage", (3, "20.422839506173")),
        ("Tax", (1, "1.170000000")),
        ("Credit", (1, "-5.000000000")),
        ("Adjustment", (2, "-3.500000000")),
        ("Purchase", (1, "100.000000000")),
        ("SomethingNew", (1, "0.250000000")),
    ] {
        assert_eq!(bill.category(category), (told.0, told.1.to_owned()), "{category}");
    }
    bill.shows(
        0,
        &[
            "time: 1782910800000000",
            "end: 1782914400000000",
            "provider: \"bedrock\"",
            "account: \"444455556666\"",
            "model: \"Claude4.6Opus\"",
            "meter: \"input-tokens-cross-region-global\"",
            "workspace: \"arn:aws:bedrock:us-east-1:444455556666:application-inference-profile/abc\"",
            "user: \"worker-1\"",
            "team: \"search\"",
            "feature: \"answers\"",
            "region: \"us-east-1\"",
            "effective: None",
            // 1234.5679012345 × 1000
            "quantity: Some(Pico(1234567901234500000)), unit: \"tokens\"",
            "invoice_id: \"7001\"",
        ],
    );
    // The discount lies inside of the line: what is paid is the net cost.
    bill.shows(
        1,
        &[
            "model: \"Claude Opus 4.5\"",
            "tier: \"batch\"",
            "billed: Pico(11250000000000)",
            "effective: Some(Pico(11250000000000))",
            "unit: \"Units\"",
            "meter: \"InputTokenCount_Global_Batch\"",
        ],
    );
    bill.shows(2, &["user: \"root\"", "category: \"Tax\"", "unit: \"1K tokens\""]);
    bill.shows(4, &["billed: Pico(-500000000000)", "effective: Some(Pico(0))"]);
    bill.shows(5, &["effective: Some(Pico(2400000000000))"]);
    bill.shows(6, &["effective: Some(Pico(0))"]);
    bill.shows(7, &["effective: None"]);
}

#[test]
fn aws_older_report_and_faults() {
    let header = "identity/LineItemId,bill/InvoiceId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,\
lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/UsageAmount,lineItem/CurrencyCode,\
lineItem/UnblendedCost,lineItem/LineItemDescription,product/ProductName,product/region,pricing/unit,resourceTags/user:team";
    let base: &[(&str, &str)] = &[
        ("lineItem/UsageAccountId", "1"),
        ("lineItem/LineItemType", "Usage"),
        ("lineItem/UsageStartDate", "2026-07-01T00:00:00Z"),
        ("lineItem/UsageEndDate", "2026-08-01T00:00:00Z"),
        ("lineItem/ProductCode", "AmazonBedrock"),
        ("lineItem/UsageType", "EUC1-Nova2.0Lite-output-tokens"),
        ("lineItem/UsageAmount", "4.0"),
        ("lineItem/CurrencyCode", "USD"),
        ("lineItem/UnblendedCost", "0.0000096000"),
        ("product/region", "eu-central-1"),
        ("pricing/unit", "1K tokens"),
        ("resourceTags/user:team", "search"),
    ];
    let text = table(
        header,
        &[
            base,
            &row(base, &[("lineItem/UnblendedCost", "")]),
            &row(base, &[("lineItem/CurrencyCode", "")]),
            &row(base, &[("lineItem/UsageEndDate", "2026-06-01T00:00:00Z")]),
            &row(base, &[("lineItem/UsageStartDate", "July")]),
            &row(base, &[("lineItem/UsageAmount", "4 tokens")]),
            &row(base, &[("lineItem/ProductCode", ""), ("lineItem/UnblendedCost", "")]),
            &row(base, &[("lineItem/UsageEndDate", "")]),
        ],
    );
    let (summary, bill) = read("aws-cur-csv", text);
    assert_eq!((summary.rows, summary.left_out, bill.pushed), (7, 1, 2), "{:?}", bill.rejects);
    assert_eq!(
        bill.faults(),
        [
            (3, "lineitem/unblendedcost"),
            (4, "lineitem/currencycode"),
            (5, "lineitem/usageenddate"),
            (6, "lineitem/usagestartdate"),
            (7, "lineitem/usageamount")
        ]
    );
    assert!(noted(&summary, "no service told 1"), "{:?}", summary.notes);
    bill.shows(
        0,
        &[
            "model: \"Nova2.0Lite\"",
            "meter: \"output-tokens\"",
            "team: \"search\"",
            "billed: Pico(9600000)",
            "quantity: Some(Pico(4000000000000000))",
            "region: \"eu-central-1\"",
        ],
    );
    // date -u -d 2026-07-02 +%s
    bill.shows(1, &["end: 1782950400000000"]);
    let (input, _) = open(format!("{CUR}\n"));
    let other = outlay_import::formats().iter().find(|f| f.id() == "gcp-billing").expect("there");
    let refused = other.read(input, &ReadOptions::default(), &mut Bill::default());
    assert!(matches!(refused, Err(ImportError::Header { .. })), "{refused:?}");
}

// Azure

#[test]
fn azure_sample() {
    let Some(text) = shared("formats/samples/azure-cost-management/EA_ActualCost_Small.csv") else { return };
    let (summary, bill) = read("azure-cost-csv", text.clone());
    assert_eq!((summary.rows, summary.left_out, bill.pushed), (0, 11, 0));
    // sum(Decimal(row['Cost'])) = 8.5450077867419368
    assert!(
        noted(&summary, "models: 11 (SQL Managed Instance 3, Storage 3, Virtual Machines 2"),
        "{:?}",
        summary.notes
    );
    assert!(noted(&summary, "worth 8.55 USD") && noted(&summary, "no line of this bill"), "{:?}", summary.notes);

    // The same with a category of models in the place of storage.
    let text = String::from_utf8(text).expect("UTF-8").replace(",Storage,", ",Foundry Models,");
    let (summary, bill) = read("azure-cost-csv", text);
    assert_eq!((summary.rows, summary.left_out, bill.rejects.len()), (3, 8, 0));
    // sum(Decimal(row['Cost'])) of the rows whose MeterCategory is Storage: 0.00004 + 0.000011139 + 0.21268368
    assert_eq!(bill.billed(), "0.212734819");
    // date -u -d 2023-09-04 +%s
    bill.shows(
        0,
        &[
            "time: 1693785600000000, end: 1693872000000000",
            "provider: \"azure\"",
            "account: \"ed570627-0265-4620-bb42-bae06bcfa914\"",
            "workspace: \"dbstoragewp6hglwvvrad2\"",
            "meter: \"GRS List and Create Container Operations\"",
            "line_item: \"Tiered Block Blob - GRS - List and Create Container Operations - US East 2\"",
            "category: \"Usage\"",
            "quantity: Some(Pico(400000000)), unit: \"10K\"",
            "region: \"EastUS2\"",
            "environment: \"\"",
        ],
    );
}

#[test]
fn azure_without_rows() {
    let Some(text) = shared("formats/samples/azure-cost-management/EA_NoRows_header-only.csv") else { return };
    let (summary, bill) = read("azure-cost-csv", text);
    assert_eq!((summary.rows, summary.left_out, bill.pushed), (0, 0, 0));
    assert_eq!(summary.notes, ["a file without any rows"]);
}

/// Columns of a customer agreement, version 2025-03-01.
const MCA: &str = "invoiceId,previousInvoiceId,billingAccountId,billingAccountName,billingProfileId,\
billingProfileName,invoiceSectionId,invoiceSectionName,resellerName,resellerMpnId,costCenter,billingPeriodEndDate,\
billingPeriodStartDate,servicePeriodEndDate,servicePeriodStartDate,date,serviceFamily,productOrderId,productOrderName,\
consumedService,meterId,meterName,meterCategory,meterSubCategory,meterRegion,ProductId,ProductName,SubscriptionId,\
subscriptionName,publisherType,publisherId,publisherName,resourceGroupName,ResourceId,resourceLocation,location,\
effectivePrice,quantity,unitOfMeasure,chargeType,billingCurrency,pricingCurrency,costInBillingCurrency,\
costInPricingCurrency,costInUsd,paygCostInBillingCurrency,paygCostInUsd,exchangeRatePricingToBilling,exchangeRateDate,\
isAzureCreditEligible,serviceInfo1,serviceInfo2,additionalInfo,tags,PayGPrice,frequency,term,reservationId,\
reservationName,pricingModel,unitPrice,costAllocationRuleName,benefitId,benefitName,provider";

const MCA_ROW: &[(&str, &str)] = &[
    ("date", "07/01/2026"),
    ("consumedService", "Microsoft.CognitiveServices"),
    ("meterName", "gpt 4o 0806 Inp glbl Tokens"),
    ("meterCategory", "Foundry Models"),
    ("ProductName", "Azure OpenAI - gpt 4o 0806 Inp glbl - US East 2"),
    ("SubscriptionId", "s1"),
    ("ResourceId", "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/answers-prod"),
    ("resourceLocation", "eastus2"),
    ("quantity", "1234.5"),
    ("unitOfMeasure", "1K"),
    ("chargeType", "Usage"),
    ("billingCurrency", "EUR"),
    ("pricingCurrency", "USD"),
    ("costInBillingCurrency", "2.83"),
    ("costInUsd", "3.08625"),
    ("paygCostInBillingCurrency", "3.1"),
    ("tags", "\"team\": \"search\",\"environment\": \"prod\""),
];

#[test]
fn azure_lines() {
    let text = table(
        MCA,
        &[
            MCA_ROW,
            &row(MCA_ROW, &[("meterCategory", "Storage"), ("consumedService", "Microsoft.Storage")]),
            &row(MCA_ROW, &[("unitOfMeasure", "1M"), ("date", "2026-07-02"), ("quantity", "0.5")]),
            &row(
                MCA_ROW,
                &[
                    ("meterCategory", ""),
                    ("chargeType", "Refund"),
                    ("costInBillingCurrency", "-1.5"),
                    ("invoiceId", "G1"),
                ],
            ),
            &row(
                MCA_ROW,
                &[
                    ("meterCategory", ""),
                    ("consumedService", ""),
                    ("publisherName", "Anthropic"),
                    ("chargeType", "Purchase"),
                    ("meterName", ""),
                ],
            ),
            &row(
                MCA_ROW,
                &[
                    ("chargeType", "UnusedReservation"),
                    ("unitOfMeasure", "1 Hour"),
                    ("meterName", "Provisioned Managed"),
                ],
            ),
            &row(
                MCA_ROW,
                &[
                    ("chargeType", "RoundingAdjustment"),
                    ("unitOfMeasure", "1K Tokens"),
                    ("costInBillingCurrency", "0.0000001"),
                ],
            ),
            &row(MCA_ROW, &[("date", "13/07/2026")]),
            &row(MCA_ROW, &[("costInBillingCurrency", "")]),
            &row(MCA_ROW, &[("billingCurrency", "")]),
            &row(MCA_ROW, &[("quantity", "lots")]),
        ],
    );
    let (summary, bill) = read("azure-cost-csv", format!("\u{feff}{text}a,b\n"));
    assert_eq!((summary.rows, summary.left_out, bill.pushed), (11, 1, 6), "{:?}", bill.rejects);
    assert_eq!(
        bill.faults(),
        [(9, "date"), (10, "costinbillingcurrency"), (11, "billingcurrency"), (12, "quantity"), (13, "")]
    );
    assert!(noted(&summary, "amortised") && noted(&summary, "worth 2.83 EUR"), "{:?}", summary.notes);
    // 4 × 2.83 - 1.5 + 0.0000001
    assert_eq!(bill.billed(), "9.820000100");
    assert_eq!(bill.category("Credit"), (1, "-1.500000000".to_owned()));
    bill.shows(
        0,
        &[
            "time: 1782864000000000, end: 1782950400000000",
            "account: \"s1\"",
            "workspace: \"answers-prod\"",
            "meter: \"gpt 4o 0806 Inp glbl Tokens\"",
            "model: \"\"",
            "team: \"search\"",
            "environment: \"prod\"",
            "quantity: Some(Pico(1234500000000000000)), unit: \"tokens\"",
            "list: Some(Pico(3100000000000))",
            "Currency([69, 85, 82])",
        ],
    );
    bill.shows(1, &["quantity: Some(Pico(500000000000000000)), unit: \"tokens\"", "time: 1782950400000000"]);
    bill.shows(2, &["invoice_id: \"G1\"", "category: \"Credit\""]);
    bill.shows(3, &["category: \"Purchase\"", "unit: \"1K\""]);
    bill.shows(4, &["category: \"Usage\"", "unit: \"1 Hour\""]);
    bill.shows(5, &["category: \"Adjustment\"", "unit: \"1K Tokens\""]);
}

// Google

const JSON_ROW: &str = r#"{"billing_account_id":"01ABCD-2","service":{"id":"S","description":"Vertex AI"},"sku":{"id":"K","description":"Gemini 2.5 Flash GA Text Output - Predictions"},"usage_start_time":"2026-07-01 13:00:00 UTC","usage_end_time":"2026-07-01 14:00:00 UTC","project":{"id":"answers-prod","number":"7","labels":[{"key":"environment","value":"prod"}]},"labels":[{"key":"team","value":"search"}],"location":{"location":"europe-west1","region":"europe-west1"},"cost":0.123456789012,"currency":"CHF","currency_conversion_rate":0.9,"usage":{"amount":49382,"unit":"count"},"credits":[{"name":"Promo","full_name":"Free trial","amount":-0.1,"type":"PROMOTION"},{"name":"Deal","amount":"-0.02","type":"DISCOUNT"}],"invoice":{"month":"202607"},"cost_type":"regular","cost_at_list":0.2}"#;

#[test]
fn google_rows_of_bigquery() {
    let storage = JSON_ROW
        .replace("Vertex AI", "Cloud Storage")
        .replace("Gemini 2.5 Flash GA Text Output - Predictions", "Standard Storage");
    let claude = JSON_ROW
        .replace("Vertex AI", "Marketplace")
        .replace("Gemini 2.5 Flash GA Text Output - Predictions", "Claude Opus 4 Input Tokens");
    let bare = r#"{"service":{"description":"Gemini API"},"sku":{"description":"x"},"usage_start_time":1782910800,"usage_end_time":"2026-07-01T14:00:00Z","cost":"-0.5","currency":"USD","credits":[],"cost_type":"adjustment","labels":null}"#;
    let text = format!("{JSON_ROW}\n{storage}\n{claude}\n{bare}\n");
    let (summary, bill) = read("gcp-billing", text.clone());
    // Each credit is a row of its own.
    assert_eq!((summary.rows, summary.left_out, bill.rejects.len()), (7, 1, 0), "{:?}", bill.rejects);
    // 2 × (0.123456789012 - 0.1 - 0.02) - 0.5
    assert_eq!(bill.billed(), "-0.493086421976");
    assert_eq!(bill.category("Usage"), (2, "0.246913578024".to_owned()));
    assert_eq!(bill.category("Credit"), (4, "-0.240000000".to_owned()));
    assert_eq!(bill.category("Adjustment"), (1, "-0.500000000".to_owned()));
    assert!(noted(&summary, "Cloud Storage 1), worth 0.12 CHF"), "{:?}", summary.notes);
    bill.shows(
        0,
        &[
            "1 Charge",
            "time: 1782910800000000, end: 1782914400000000",
            "provider: \"vertex\"",
            "account: \"01ABCD-2\"",
            "project: \"answers-prod\"",
            "region: \"europe-west1\"",
            "team: \"search\"",
            "environment: \"prod\"",
            "Currency([67, 72, 70])",
            "list: Some(Pico(200000000000))",
            "quantity: Some(Pico(49382000000000000)), unit: \"count\"",
            "invoice_id: \"202607\"",
            "meter: \"Gemini 2.5 Flash GA Text Output - Predictions\"",
        ],
    );
    bill.shows(
        1,
        &[
            "line_item: \"Free trial: Gemini 2.5 Flash GA Text Output - Predictions\"",
            "quantity: None",
            "list: None",
            "team: \"search\"",
        ],
    );
    bill.shows(2, &["line_item: \"Deal: Gemini", "billed: Pico(-20000000000)"]);
    bill.shows(6, &["provider: \"google\"", "category: \"Adjustment\""]);
    // The same as an array.
    let array = format!("[{}]", text.trim_end().replace("}\n{", "},\n{"));
    assert_eq!(read("gcp-billing", array).1.sums, bill.sums);
}

#[test]
fn google_rows_that_are_none() {
    let faults = [
        JSON_ROW.replace("\"cost\":0.123456789012", "\"cost\":null"),
        JSON_ROW.replace("\"cost\":0.123456789012", "\"cost\":{\"x\":1}"),
        JSON_ROW.replace("\"amount\":-0.1,", ""),
        JSON_ROW.replace("\"amount\":-0.1,", "\"amount\":\"less\","),
        JSON_ROW.replace("\"CHF\"", "\"Swiss\""),
        JSON_ROW.replace("2026-07-01 14:00:00 UTC", "2026-06-01 14:00:00 UTC"),
        JSON_ROW.replace("{\"id\":\"S\",\"description\":\"Vertex AI\"}", "\"Vertex AI\""),
        JSON_ROW.replace("2026-07-01 13:00:00 UTC", "then"),
        JSON_ROW.replace("\"amount\":49382,", "\"amount\":1e40,"),
        "{\"service\":".to_owned(),
        "7".to_owned(),
    ];
    let cut = &JSON_ROW[..300];
    let text = format!("{JSON_ROW}\n{}\n{cut}", faults.join("\n"));
    let (summary, bill) = read("gcp-billing", text);
    assert_eq!((summary.rows, bill.pushed), (15, 3));
    assert_eq!(
        bill.faults(),
        [
            (2, "cost"),
            (3, "cost"),
            (4, "credits[0].amount"),
            (5, "credits[0].amount"),
            (6, "currency"),
            (7, "usage_end_time"),
            (8, "service.description"),
            (9, "usage_start_time"),
            (10, "usage.amount"),
            (11, ""),
            (12, ""),
            (13, "")
        ]
    );
}

#[test]
fn google_rows_of_bigquery_as_csv() {
    for joint in ['.', '_'] {
        let header = "billing_account_id,service|description,sku|description,usage_start_time,usage_end_time,project|id,cost,currency,usage|amount,usage|unit,credits,labels,cost_type".replace('|', &joint.to_string());
        let rows = "A,Vertex AI,Gemini x,2026-07-01 13:00:00 UTC,2026-07-01 14:00:00 UTC,p,1.5,USD,3,count,\"[{\"\"name\"\":\"\"Promo\"\",\"\"amount\"\":-0.5}]\",\"[{\"\"key\"\":\"\"team\"\",\"\"value\"\":\"\"search\"\"}]\",regular\n\
            A,Compute Engine,N2,2026-07-01 13:00:00 UTC,2026-07-01 14:00:00 UTC,p,7,USD,3,hour,[],,regular\n\
            A,Vertex AI,Gemini x,2026-07-01 13:00:00 UTC,2026-07-01 14:00:00 UTC,p,1.5,USD,3,count,none,,regular\n";
        let (summary, bill) = read("gcp-billing", format!("{header}\n{rows}"));
        assert_eq!((summary.rows, summary.left_out, bill.pushed), (3, 1, 2));
        assert_eq!((bill.billed(), bill.faults()), ("1.000000000".to_owned(), vec![(4, "credits")]));
        bill.shows(0, &["team: \"search\"", "project: \"p\"", "quantity: Some(Pico(3000000000000))"]);
        bill.shows(1, &["category: \"Credit\"", "line_item: \"Promo: Gemini x\""]);
    }
}

#[test]
fn google_cost_table_of_the_console() {
    let text = "Invoice number,5123456789,\nInvoice date,2026-07-31,\nBilling account ID,01ABCD-2,\nCurrency,AUD,\n\
Currency exchange rate,1.4389,\nTotal amount due,\"$1,000.00\",\n\n\
Billing account name,Billing account ID,Project name,Project ID,Project hierarchy,Service description,Service ID,SKU description,SKU ID,Consumption model description,Credit type,Cost type,Usage start date,Usage end date,Usage amount,Usage unit,Unrounded Cost ($),Cost ($)\n\
Acme,01ABCD-2,answers,answers-prod,acme.com,Gemini API,G,Generate content output token count gemini 2.5 flash short input text,K,Default,,Usage,2026-07-01,2026-07-31,\"622,403\",count,\"1,155.599000\",\"1,155.60\"\n\
Acme,01ABCD-2,answers,answers-prod,acme.com,Gemini API,G,Generate content output token count gemini 2.5 flash short input text,K,Default,PROMOTION,Usage,2026-07-01,2026-07-31,\"622,403\",count,-0.500000,-0.50\n\
Acme,01ABCD-2,answers,answers-prod,acme.com,Compute Engine,E,N2 Core,K,Default,,Usage,2026-07-01,2026-07-31,10,hour,20.5,20.50\n\
,,,,,,,,,,,Rounding error,,,,,-0.003441,-0.00\n\
,,,,,,,,,,,Total,,,,,1509.995,1510.00\n\
Acme,01ABCD-2,answers,answers-prod,acme.com,Gemini API,G,x,K,Default,,Usage,,2026-07-31,1,count,1.0,1.00\n\
Acme,01ABCD-2,answers,answers-pr";
    let (summary, bill) = read("gcp-billing", text);
    assert_eq!((summary.rows, summary.left_out, bill.pushed), (4, 3, 2), "{:?}", bill.rejects);
    assert_eq!(bill.faults(), [(14, "usage start date"), (15, "")]);
    assert_eq!(bill.billed(), "1155.099000000");
    assert!(noted(&summary, "the table's total 1") && noted(&summary, "worth 20.50 AUD"), "{:?}", summary.notes);
    bill.shows(
        0,
        &[
            "9 Charge",
            // date -u -d 2026-07-01 +%s, and of 2026-08-01: the last day is included.
            "time: 1782864000000000, end: 1785542400000000",
            "provider: \"google\"",
            "Currency([65, 85, 68])",
            "invoice_id: \"5123456789\"",
            "account: \"01ABCD-2\"",
            "project: \"answers-prod\"",
            "quantity: Some(Pico(622403000000000000)), unit: \"count\"",
            "rounding: Pico(0)",
        ],
    );
    bill.shows(1, &["category: \"Credit\"", "line_item: \"PROMOTION: Generate", "quantity: None"]);
    assert!(!noted(&summary, "without savings"));
}

#[test]
fn google_report_of_the_console() {
    let text = "Date,Service description,Service ID,SKU description,SKU ID,Usage amount,Usage unit,List cost ($),Negotiated savings ($),Savings programs ($),Other savings ($),Unrounded subtotal ($),Subtotal ($)\n\
2026-08-15,Gemini API,AEFD-7695-64FA,Generate content output token count gemini 2.5 flash short input text,911A-8880-A243,\"622,403\",count,1.56,0.00,0.00,0.00,1.555990,1.56\n\
2026-08-14,Gemini API,AEFD-7695-64FA,other,911A,\"1,000\",count,2,0.00,0.00,-1.00,1,1\n";
    let (summary, bill) = read("gcp-billing", text);
    assert_eq!(
        (summary.rows, bill.rejects.len(), bill.billed()),
        (2, 0, "2.555990000".to_owned()),
        "{:?}",
        bill.rejects
    );
    // date -u -d 2026-08-15 +%s
    bill.shows(
        0,
        &["time: 1786752000000000, end: 1786838400000000", "list: Some(Pico(1560000000000))", "Currency([85, 83, 68])"],
    );
    // Nothing in the row shows what its comma means.
    bill.shows(1, &["quantity: None", "unit: \"count\""]);
    let rounded = "Service description,SKU description,Cost type,Usage start date,Usage end date,Cost (€)\n\
Vertex AI,x,Usage,7/1/2026,7/1/2026,0.30\nVertex AI,x,Tax,2026-07-01,2026-07-01,0.06\n";
    let (summary, bill) = read("gcp-billing", rounded);
    assert_eq!((bill.billed(), bill.category("Tax").0), ("0.360000000".to_owned(), 1));
    bill.shows(0, &["rounding: Pico(5000000000)", "Currency([69, 85, 82])"]);
    assert!(noted(&summary, "without savings"), "{:?}", summary.notes);
    let (_, bill) = read("gcp-billing", rounded.replace('€', "¥"));
    assert_eq!(bill.faults(), [(2, "cost (¥)"), (3, "cost (¥)")]);
}

#[test]
fn services_of_a_large_bill_are_counted_in_bounded_memory() {
    let mut text = format!("{FOCUS}\n");
    for at in 0..500 {
        let service = format!("Service {at}");
        let line = row(BEDROCK, &[("ServiceCategory", "Compute"), ("x_ServiceCode", ""), ("BilledCost", "0.1")]);
        let line = row(&line, &[("ServiceName", service.as_str())]);
        text.push_str(table(FOCUS, &[&line]).split_once('\n').expect("a row").1);
    }
    let (summary, _) = read("focus-csv", text);
    assert_eq!((summary.rows, summary.left_out), (0, 500));
    assert!(noted(&summary, "models: 500 (") && noted(&summary, "worth 50.00 USD"), "{:?}", summary.notes);
    assert!(summary.notes.iter().all(|note| note.len() < 300), "{:?}", summary.notes);
}

const CELL: &str = "(-?[0-9]{0,14}\\.?[0-9]{0,14}(e-?[0-9]{1,3})?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}( [0-9]:[0-9]{2})?|\
2026-0[1-9]-[0-9]{2}T00:00:00Z|(1K|1M|999999999M|x)? ?[Tt]okens|USD|NULL|\\{\"team\":\\[?\"x\"\\]?\\}|\
\\[\\{\"amount\":-?[0-9.]{1,3}\\}\\]?|Gemini API|[a-zé/:;=\\-]{0,9})";

proptest! {
    /// Whatever stands in the cells of lines about models, nothing panics and every row is accounted for.
    #[test]
    fn any_cells(cells in prop::collection::vec(CELL, 9), more in prop::collection::vec(CELL, 9)) {
        let quoted: Vec<String> = cells.iter().chain(&more).map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        for (format, header, service) in [
            ("focus-csv", "ServiceName,BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ConsumedQuantity,ConsumedUnit,Tags,EffectiveCost", "Amazon Bedrock"),
            ("aws-cur-csv", "line_item_product_code,line_item_unblended_cost,line_item_currency_code,line_item_usage_start_date,line_item_usage_end_date,line_item_usage_type,line_item_usage_amount,pricing_unit,product,tags", "AmazonBedrock"),
            ("azure-cost-csv", "MeterCategory,Cost,BillingCurrency,Date,MeterName,ChargeType,Quantity,UnitOfMeasure,Tags,ResourceId", "Foundry Models"),
            ("gcp-billing", "service.description,cost,currency,usage_start_time,usage_end_time,sku.description,usage.amount,usage.unit,labels,credits", "Vertex AI"),
            ("gcp-billing", "Service description,Cost ($),Cost type,Usage start date,Usage end date,SKU description,Usage amount,Usage unit,Credit type,Project ID", "Gemini API"),
        ] {
            let text = format!("{header}\n{service},{}\n{service},{}\n{service},1.5,USD,2026-07-01,2026-07-02,x,{}\n", quoted[..9].join(","), quoted[9..].join(","), quoted[5..9].join(","));
            read(format, text);
        }
        let values = quoted.iter().map(|cell| cell.replace("\"\"", "\\\"")).collect::<Vec<_>>();
        let json = format!(
            "{{\"service\":{{\"description\":\"Vertex AI\"}},\"sku\":{{\"description\":{}}},\"usage_start_time\":{},\"usage_end_time\":\"2026-07-02\",\"cost\":{},\"currency\":\"USD\",\"credits\":{},\"labels\":{},\"usage\":{}}}",
            values[0], values[1], values[2], cells[3], values[4], cells[5]
        );
        read("gcp-billing", format!("{{\"service\":1,\"sku\":2,\"usage_start_time\":3,\"cost\":4}}\n{json}\n"));
    }
}
