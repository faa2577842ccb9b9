//! Azure's cost and usage details: the lines of Azure OpenAI, Foundry and Cognitive Services.
//!
//! # Where the file comes from
//! Azure portal, Cost Management, Exports (or Download), Cost and usage details, as CSV. One of actual and amortised
//! cost, not both.
//!
//! # Shape
//! CSV with a byte-order mark, one row a meter, resource and day. Enterprise agreements write `Date`, `Cost` and
//! `BillingCurrency`, customer agreements `date`, `costInBillingCurrency` and `billingCurrency`; schema versions differ
//! in the case of letters and in a few names, so columns are found in any case and under each of their names.
//!
//! # Mapping
//! | column | becomes |
//! | --- | --- |
//! | `Date` | period: that UTC day |
//! | `CostInBillingCurrency`, else `Cost`, `PreTaxCost` | billed |
//! | `BillingCurrency`, else `BillingCurrencyCode`, `Currency` | currency; often not US dollars |
//! | `paygCostInBillingCurrency` | list |
//! | `ChargeType` | category: Usage (also of unused reservations), Purchase, Tax; Refund is Credit, rounding Adjustment |
//! | `MeterName` | meter, word for word: `gpt 4o 0806 Inp glbl Tokens` |
//! | `ProductName`, else `Product`, `MeterName` | text of the line |
//! | `Quantity` in `UnitOfMeasure` | quantity: `1K` and `1M` of a meter that ends in "Tokens" become tokens |
//! | `SubscriptionId` | account |
//! | `ResourceName`, else the last part of `ResourceId` | workspace |
//! | `ResourceLocation`, else `MeterRegion` | region |
//! | `InvoiceId` | invoice |
//! | `Tags` | team, feature, environment and project, where a key is exactly that word |
//!
//! Read are the meter categories Azure OpenAI, Cognitive Services, Foundry Models and Foundry Tools, whatever
//! `Microsoft.CognitiveServices` consumed, and publishers on the marketplace that sell nothing but models. Lines of
//! other services are counted, their sum is told, and they are left out.
//!
//! # Known quirks
//! Dates are `MM/DD/YYYY`, in American order, or `YYYY-MM-DD`; a first number of more than 12 is rejected and not
//! turned round. Meter names abbreviate differently from model to model (Inp, Outp, cchd, glbl, DZ), so the model is
//! not taken from them. Cognitive Services also bill speech, vision and translation; the meter says which.
//!
//! Actual and amortised files have the same header. Importing both for one period counts reservations twice; a file
//! that has lines of unused reservations is an amortised one, and that is said. Tags lack their outer braces. Taxes are
//! not in these files, as a rule.

use outlay_model::money::Pico;
use outlay_model::record::{Charge, Dimensions, Record, Sink};
use outlay_model::report::Kind;
use outlay_model::time::DAY;

use crate::bills::tags::Tags;
use crate::bills::{self, Others, services};
use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::feed::Feed;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &["metercategory", "metername", "unitofmeasure"];
const DATE: &[&str] = &["date", "usagedatetime", "usagedate"];
const COST: &[&str] = &["costinbillingcurrency", "cost", "pretaxcost"];
const CURRENCY: &[&str] = &["billingcurrency", "billingcurrencycode", "currency"];

const PLAN: Plan = Plan { format: "azure-cost-csv", required: SIGNATURE };

pub(crate) struct AzureCostCsv;

impl Format for AzureCostCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "Azure cost details"
    }
    fn about(&self) -> About {
        About {
            from: "Azure portal: Cost Management, Exports, Cost and usage details (actual cost) as CSV",
            kind: Some(Kind::Charge),
            cannot_tell: &[
                "calls",
                "the model's id: the meter has it in short words",
                "the time of day",
                "user, customer",
            ],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        let any = |columns: &[&str]| columns.iter().any(|column| head.has(column));
        let found = head.is_table() && head.has_all(SIGNATURE) && any(DATE) && any(COST);
        found.then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        for columns in [DATE, COST, CURRENCY] {
            if !columns.iter().any(|column| input.head().has(column)) {
                return Err(ImportError::Header {
                    name: input.name.clone(),
                    format: PLAN.format.to_owned(),
                    missing: columns.join(" or "),
                });
            }
        }
        let mut others = Others::default();
        let mut summary = buckets::read(input, &PLAN, sink, |line, cells, feed| {
            buckets::full(&cells)?;
            let category = cells.text("metercategory");
            let consumed = cells.text("consumedservice");
            let is_model = [category, consumed].iter().any(|service| services::seller(service).is_some())
                || services::maker(cells.text("publishername")).is_some();
            if !is_model {
                let service = if category.is_empty() { consumed } else { category };
                return Ok(others.leave_out(service, bills::worth(&cells, COST, CURRENCY), feed));
            }
            let charge = row(&cells, options.account.as_deref(), feed)?;
            Ok(feed.push(line, Record::Charge(&charge)))
        })?;
        others.tell(&mut summary);
        Ok(summary)
    }
}

/// FOCUS' word for a type of charge; types that are not known stay as they are.
fn category(told: &str) -> &str {
    const WORDS: &[(&str, &str)] = &[
        ("Usage", "Usage"),
        ("UnusedReservation", "Usage"),
        ("UnusedSavingsPlan", "Usage"),
        ("Purchase", "Purchase"),
        ("Refund", "Credit"),
        ("Credit", "Credit"),
        ("Tax", "Tax"),
        ("Adjustment", "Adjustment"),
        ("RoundingAdjustment", "Adjustment"),
    ];
    WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(told)).map_or(told, |(_, category)| *category)
}

fn row<'a>(cells: &Cells<'a>, account: Option<&'a str>, feed: &mut Feed<'_>) -> Result<Charge<'a>, Fault> {
    let (time, _) = bills::time(cells, DATE)?;
    let time = time - time.rem_euclid(DAY);
    let told = cells.text("chargetype");
    if ["UnusedReservation", "UnusedSavingsPlan"].iter().any(|unused| unused.eq_ignore_ascii_case(told)) {
        feed.note("this is an amortised export; do not import the actual costs of the same days too");
    }
    let category = category(told);
    let meter = cells.text("metername");
    let (amount, measure) = (cells.money("quantity")?, cells.text("unitofmeasure"));
    // `1K` of what is told by the meter alone.
    let of_tokens = meter.len() >= 6 && meter.as_bytes()[meter.len() - 6..].eq_ignore_ascii_case(b"tokens");
    let (quantity, unit) = match bills::multiple(measure).filter(|_| of_tokens && !measure.is_empty()) {
        Some(each) if category == "Usage" => (amount.map(|a| Pico(a.0 * each)), "tokens".into()),
        _ if category == "Usage" => bills::quantity(amount, measure),
        _ => (amount, measure.into()),
    };
    let workspace = match bills::first(cells, &["resourcename", "instancename"]).1 {
        "" => bills::last_step(bills::first(cells, &["resourceid", "instanceid"]).1),
        name => name,
    };
    let mut dims = Dimensions {
        provider: "azure".into(),
        account: account.unwrap_or(bills::first(cells, &["subscriptionid", "subscriptionguid"]).1).into(),
        region: bills::first(cells, &["resourcelocation", "meterregion"]).1.into(),
        workspace: workspace.into(),
        ..Dimensions::default()
    };
    let mut tags = Tags::default();
    tags.take(cells.text("tags"), feed);
    tags.fill(&mut dims);
    Ok(Charge {
        dims,
        list: cells.money("paygcostinbillingcurrency")?,
        category: category.into(),
        line_item: bills::first(cells, &["productname", "product", "metername"]).1.into(),
        meter: meter.into(),
        quantity,
        unit,
        invoice_id: cells.text("invoiceid").into(),
        ..bills::charge(time, time + DAY, bills::amount(cells, COST)?, bills::currency(cells, CURRENCY)?)
    })
}
