//! A FOCUS file: billed lines of any cloud or vendor in the FinOps Foundation's common columns.
//!
//! # Where the file comes from
//! AWS: Billing and Cost Management, Data Exports, FOCUS with AWS columns. Azure: Cost Management, Exports, Cost and
//! usage details (FOCUS). Google Cloud: the FOCUS view over the billing export, saved as CSV. Other vendors and FinOps
//! tools write the same columns.
//!
//! # Shape
//! CSV, one row a charge. Versions 1.0 to 1.2 are read as they are specified; of newer ones (1.3, 1.4) the columns that
//! carry the same names, and `ServiceProviderName` before `ProviderName`. Required are `BilledCost`, `BillingCurrency`,
//! `ChargePeriodStart`, `ChargePeriodEnd` and `ChargeCategory`; any other column may be missing, and unknown ones
//! (`x_…`) are passed over.
//!
//! # Mapping
//! | column | becomes |
//! | --- | --- |
//! | `BilledCost`, `EffectiveCost`, `ListCost`, `ContractedCost` | billed, effective, list and contracted amount |
//! | `BillingCurrency` | currency of all four |
//! | `ChargePeriodStart`, `ChargePeriodEnd` | period, end excluded |
//! | `ChargeCategory` | category: Usage, Purchase, Tax, Credit, Adjustment |
//! | `ChargeDescription`, else the meter | text of the line |
//! | `SkuMeter`, else `x_SkuMeterName`, `x_UsageType` | meter; of Bedrock the kind of token in it |
//! | `x_Model`, else the model in `SkuPriceDetails`, in Bedrock's usage type, in the name of a marketplace's product | model |
//! | `ConsumedQuantity` and its unit, else `PricingQuantity` and its unit | quantity, as tokens where the unit says so |
//! | `SubAccountId`, else `BillingAccountId` | account; Google's projects are projects, and the billing account pays |
//! | `ResourceName`, else `ResourceId` | workspace, such as the ARN of an inference profile |
//! | `RegionId`, else `RegionName` | region |
//! | `InvoiceId` | invoice |
//! | `Tags` | team, feature, environment and project, where a key is exactly that word |
//!
//! Only lines about language models are read: `ServiceCategory` "AI and Machine Learning", a service on our list (Amazon
//! Bedrock, Azure OpenAI, Foundry Models, Cognitive Services, Vertex AI, Gemini API and their other spellings), or a
//! vendor or publisher that sells nothing but models. Lines of other services are counted, their sum is told, and they
//! are left out. Taxes, credits and commitments of such services are lines like others.
//!
//! A service on the list is known under the name that own logs use (bedrock, azure, vertex, google). Other services of
//! the category keep the cloud's own name, so that they hide no usage of models.
//!
//! # Known quirks
//! Dates such as `5/1/25` are in American order, as in the examples of the specification; where the first number is
//! more than 12 the row is rejected. Times without a zone are UTC. A byte-order mark, quoted `NULL` and blanks around
//! numbers are passed over.
//!
//! `PricingCurrency` may be "Token" or "Credit": a virtual currency that the customer paid for before, and nothing to
//! do with tokens of a model. Tokens are counted only of usage, by its unit, and not where the virtual currency has the
//! same name.
//!
//! What was paid before is billed by its Purchase line; the Usage lines then are billed 0 and have an effective cost.
//! The two are never added. A cloud's own report of the same account tells the same money once more: import one of the
//! two. A charge whose end is its start is dated to that day.

use std::borrow::Cow;

use outlay_model::money::Pico;
use outlay_model::record::{Charge, Dimensions, Record, Sink};
use outlay_model::report::Kind;
use outlay_model::time::DAY;

use crate::bills::tags::{self, Tags};
use crate::bills::{self, Others, bedrock, services};
use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::feed::Feed;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &["billedcost", "billingcurrency", "chargeperiodstart", "chargeperiodend", "chargecategory"];

const PLAN: Plan = Plan { format: "focus-csv", required: SIGNATURE };

/// Keys of `SkuPriceDetails` that name the model.
const MODEL_KEYS: &[&str] = &["x_Model", "Model", "model"];

pub(crate) struct FocusCsv;

impl Format for FocusCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "FOCUS bill"
    }
    fn about(&self) -> About {
        About {
            from: "AWS Data Exports, Azure Cost Management or a FinOps tool: export in FOCUS columns as CSV",
            kind: Some(Kind::Charge),
            cannot_tell: &["calls", "user, customer, prompt", "the model, where the meter does not name it"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_table() && head.has_all(SIGNATURE)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let mut others = Others::default();
        let mut summary = buckets::read(input, &PLAN, sink, |line, cells, feed| {
            buckets::full(&cells)?;
            let (_, provider) = bills::first(&cells, &["serviceprovidername", "providername"]);
            let service = cells.text("servicename");
            let named = [service, cells.text("x_servicecode"), cells.text("x_skumetercategory")];
            let category = cells.text("servicecategory");
            let Some(billed_by) = services::billed_by(&named, category, provider, cells.text("publishername")) else {
                let worth = bills::worth(&cells, &["billedcost"], &["billingcurrency"]);
                return Ok(others.leave_out(service, worth, feed));
            };
            let charge = row(&cells, options.account.as_deref(), provider, billed_by, feed)?;
            Ok(feed.push(line, Record::Charge(&charge)))
        })?;
        others.tell(&mut summary);
        Ok(summary)
    }
}

fn row<'a>(
    cells: &Cells<'a>,
    account: Option<&'a str>,
    provider: &str,
    billed_by: Cow<'a, str>,
    feed: &mut Feed<'_>,
) -> Result<Charge<'a>, Fault> {
    let (time, _) = bills::time(cells, &["chargeperiodstart"])?;
    let (end, _) = bills::time(cells, &["chargeperiodend"])?;
    if end < time {
        let text = cells.text("chargeperiodend");
        return Err(Fault::new("chargeperiodend", "chargeperiodend is before chargeperiodstart", text));
    }
    let (_, meter) = bills::first(cells, &["skumeter", "x_skumetername", "x_usagetype"]);
    let metered = match billed_by.as_ref() {
        "bedrock" => bedrock::metered(bills::first(cells, &["x_usagetype", "skumeter"]).1),
        _ => bedrock::Metered { meter, ..bedrock::Metered::default() },
    };
    let category = cells.text("chargecategory");
    let (quantity, unit) = quantity(cells, category)?;
    let line_item = match cells.text("chargedescription") {
        "" => meter,
        told => told,
    };
    let mut dims = Dimensions {
        account: account.unwrap_or(cells.text("billingaccountid")).into(),
        model: model(cells, metered.model),
        tier: metered.tier.into(),
        region: bills::first(cells, &["regionid", "regionname"]).1.into(),
        workspace: bills::first(cells, &["resourcename", "resourceid"]).1.into(),
        provider: billed_by,
        ..Dimensions::default()
    };
    let sub = subscription(cells.text("subaccountid"));
    let kind = cells.text("subaccounttype");
    if kind.eq_ignore_ascii_case("project") || (kind.is_empty() && services::is_google(provider)) {
        dims.project = sub.into();
    } else if account.is_none() && !sub.is_empty() {
        dims.account = sub.into();
    }
    let mut tags = Tags::default();
    tags.take(cells.text("tags"), feed);
    tags.fill(&mut dims);
    Ok(Charge {
        dims,
        effective: cells.money("effectivecost")?,
        list: cells.money("listcost")?,
        contracted: cells.money("contractedcost")?,
        category: category.into(),
        line_item: line_item.into(),
        meter: metered.meter.into(),
        quantity,
        unit,
        invoice_id: cells.text("invoiceid").into(),
        ..bills::charge(
            time,
            if end == time { time + DAY } else { end },
            bills::amount(cells, &["billedcost"])?,
            bills::currency(cells, &["billingcurrency"])?,
        )
    })
}

/// Azure's subscriptions without the path before them, as its other files write them.
fn subscription(id: &str) -> &str {
    const PATH: &str = "/subscriptions/";
    match id.split_at_checked(PATH.len()) {
        Some((path, rest)) if path.eq_ignore_ascii_case(PATH) => rest,
        _ => id,
    }
}

fn model<'a>(cells: &Cells<'a>, metered: &'a str) -> Cow<'a, str> {
    let told = cells.text("x_model");
    if !told.is_empty() {
        return told.into();
    }
    let details = tags::pairs(cells.text("skupricedetails")).unwrap_or_default();
    let named = MODEL_KEYS.iter().find_map(|key| details.iter().find(|(told, value)| told == key && !value.is_empty()));
    match named {
        Some((_, value)) => Cow::Owned(value.clone()),
        None if metered.is_empty() => services::edition(cells.text("servicename")).unwrap_or_default().into(),
        None => metered.into(),
    }
}

/// What was consumed, else what was priced. A unit that is called like the virtual currency is no token of a model.
fn quantity<'a>(cells: &Cells<'a>, category: &str) -> Result<(Option<Pico>, Cow<'a, str>), Fault> {
    let consumed = cells.money("consumedquantity")?;
    let (told, unit) = match consumed {
        Some(_) => (consumed, cells.text("consumedunit")),
        None => (cells.money("pricingquantity")?, cells.text("pricingunit")),
    };
    let is_usage = category.is_empty() || category.eq_ignore_ascii_case("usage");
    let is_money = cells.text("pricingcurrency").eq_ignore_ascii_case(unit);
    Ok(if is_usage && !is_money { bills::quantity(told, unit) } else { (told, unit.into()) })
}
