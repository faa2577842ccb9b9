//! AWS Cost and Usage Report: the lines of Amazon Bedrock.
//!
//! # Where the file comes from
//! Billing and Cost Management, Data Exports, Standard data export "CUR 2.0" as CSV (gzip); or the older Cost and Usage
//! Report as CSV. A query result over either with the same columns is read too.
//!
//! # Shape
//! CSV, one row a line item and hour, day or month. CUR 2.0 writes `line_item_usage_type`, with maps as JSON in
//! `product`, `resource_tags` and `tags`; the older report writes `lineItem/UsageType`, `product/ProductName` and
//! `resourceTags/user:team`. Which one it is shows in the header.
//!
//! # Mapping
//! | column (CUR 2.0) | becomes |
//! | --- | --- |
//! | `line_item_usage_start_date`, `…_end_date` | period |
//! | `line_item_unblended_cost` | billed; see below where a row has a discount inside |
//! | `line_item_net_unblended_cost`, or the effective cost of a savings plan or reservation | effective |
//! | `pricing_public_on_demand_cost` | list |
//! | `line_item_currency_code` | currency |
//! | `line_item_line_item_type` | category (next paragraph) |
//! | `line_item_usage_type` | meter and tier: what is left when region and model are cut off |
//! | `model` in `product`, else the product's name on the AWS Marketplace, else the usage type | model |
//! | `line_item_usage_amount` in `pricing_unit` | quantity: `1K tokens` become tokens |
//! | `line_item_line_item_description` | text of the line |
//! | `line_item_usage_account_id` | account |
//! | `line_item_resource_id` | workspace: the ARN of an application inference profile, which can be given a name |
//! | `line_item_iam_principal` | user: what is behind the last slash |
//! | `product_region_code` | region |
//! | `bill_invoice_id` | invoice |
//! | `resource_tags`, `tags` | team, feature, environment and project, where a key (behind `user_`) is exactly that |
//!
//! Usage, discounted usage, and usage that a savings plan covers are Usage; fees are Purchase; Tax is Tax; Credit and
//! Refund are Credit; discounts on lines of their own and what a savings plan takes back are Adjustment. Other types are
//! kept as they are.
//!
//! Where a row says in `discount_total_discount` that a discount lies inside of it, its unblended cost is not what is
//! paid; then `line_item_net_unblended_cost` is billed. In reports with discounts on lines of their own, each line is
//! billed at its unblended cost, and they add up.
//!
//! Read are the product codes `AmazonBedrock`, `AmazonBedrockService`, `AmazonBedrockFoundationModels`,
//! `AmazonBedrockAgentCore`, and products of the AWS Marketplace named `… (Amazon Bedrock Edition)`, with their taxes,
//! credits and fees. Lines of other products are counted, their sum is told, and they are left out.
//!
//! # Known quirks
//! Models have names of Amazon's billing there (`Claude4.6Opus`, `Claude Opus 4.6`), which are kept and not translated
//! into ids. How a call was routed (`cross-region-global`) stays in the meter. Units of the Marketplace (`Units`) are
//! millions of tokens as a rule, but do not say so, and are kept as told.
//!
//! A FOCUS export of the same account has the same money once more: import one of the two.
//!
//! The effective cost of the fees of savings plans and reservations is not computed: unknown, but 0 for a fee paid in
//! advance and for what a plan takes back.

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

/// Columns under the names that one of the two reports has for them.
struct Columns {
    start: &'static str,
    end: &'static str,
    product: &'static str,
    /// The marketplace's and Amazon's name of the product, as a column of its own.
    product_name: &'static [&'static str],
    usage_type: &'static str,
    kind: &'static str,
    unblended: &'static str,
    net: &'static str,
    discount: &'static str,
    plan_cost: &'static [&'static str],
    reserved_cost: &'static [&'static str],
    on_demand: &'static str,
    currency: &'static str,
    amount: &'static str,
    unit: &'static str,
    text: &'static str,
    account: &'static str,
    resource: &'static str,
    principal: &'static str,
    region: &'static [&'static str],
    invoice: &'static str,
    model: &'static [&'static str],
    /// Cells with maps in them.
    maps: &'static [&'static str],
    /// What the columns of single tags begin with.
    tag: &'static str,
}

const CUR2: Columns = Columns {
    start: "line_item_usage_start_date",
    end: "line_item_usage_end_date",
    product: "line_item_product_code",
    product_name: &["product_product_name", "product_name"],
    usage_type: "line_item_usage_type",
    kind: "line_item_line_item_type",
    unblended: "line_item_unblended_cost",
    net: "line_item_net_unblended_cost",
    discount: "discount_total_discount",
    plan_cost: &["savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost"],
    reserved_cost: &["reservation_net_effective_cost", "reservation_effective_cost"],
    on_demand: "pricing_public_on_demand_cost",
    currency: "line_item_currency_code",
    amount: "line_item_usage_amount",
    unit: "pricing_unit",
    text: "line_item_line_item_description",
    account: "line_item_usage_account_id",
    resource: "line_item_resource_id",
    principal: "line_item_iam_principal",
    region: &["product_region_code", "product_region"],
    invoice: "bill_invoice_id",
    model: &["product_model"],
    maps: &["resource_tags", "tags"],
    tag: "resource_tags_user_",
};

const LEGACY: Columns = Columns {
    start: "lineitem/usagestartdate",
    end: "lineitem/usageenddate",
    product: "lineitem/productcode",
    product_name: &["product/productname"],
    usage_type: "lineitem/usagetype",
    kind: "lineitem/lineitemtype",
    unblended: "lineitem/unblendedcost",
    net: "lineitem/netunblendedcost",
    discount: "discount/totaldiscount",
    plan_cost: &["savingsplan/netsavingsplaneffectivecost", "savingsplan/savingsplaneffectivecost"],
    reserved_cost: &["reservation/neteffectivecost", "reservation/effectivecost"],
    on_demand: "pricing/publicondemandcost",
    currency: "lineitem/currencycode",
    amount: "lineitem/usageamount",
    unit: "pricing/unit",
    text: "lineitem/lineitemdescription",
    account: "lineitem/usageaccountid",
    resource: "lineitem/resourceid",
    principal: "lineitem/iamprincipal",
    region: &["product/regioncode", "product/region"],
    invoice: "bill/invoiceid",
    model: &["product/model"],
    maps: &[],
    tag: "resourcetags/user:",
};

const SIGNATURE: &[&str] = &[CUR2.start, CUR2.product, CUR2.usage_type, CUR2.unblended];
const LEGACY_SIGNATURE: &[&str] = &[LEGACY.start, LEGACY.product, LEGACY.usage_type, LEGACY.unblended];

const ID: &str = "aws-cur-csv";

pub(crate) struct AwsCurCsv;

impl Format for AwsCurCsv {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "AWS cost and usage report"
    }
    fn about(&self) -> About {
        About {
            from: "AWS Billing and Cost Management: Data Exports, CUR 2.0 as CSV, with resource ids",
            kind: Some(Kind::Charge),
            cannot_tell: &["calls", "the model's id: bills have names of their own", "customer, prompt"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        let found = [SIGNATURE, LEGACY_SIGNATURE].into_iter().find(|signature| head.has_all(signature));
        found.filter(|_| head.is_table()).map(Match::exact)
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let (names, required) =
            if input.head().has(LEGACY.usage_type) { (&LEGACY, LEGACY_SIGNATURE) } else { (&CUR2, SIGNATURE) };
        let mut others = Others::default();
        let mut summary = buckets::read(input, &Plan { format: ID, required }, sink, |line, cells, feed| {
            buckets::full(&cells)?;
            let code = cells.text(names.product);
            let map = Product::of(&cells, names);
            if services::seller(code).is_none() && services::seller(&map.name).is_none() {
                let worth = bills::worth(&cells, &[names.unblended], &[names.currency]);
                return Ok(others.leave_out(if code.is_empty() { &map.name } else { code }, worth, feed));
            }
            let charge = row(&cells, names, map, options.account.as_deref(), feed)?;
            Ok(feed.push(line, Record::Charge(&charge)))
        })?;
        others.tell(&mut summary);
        Ok(summary)
    }
}

/// What a row says of its product.
#[derive(Default)]
struct Product<'a> {
    name: Cow<'a, str>,
    model: Cow<'a, str>,
    region: Cow<'a, str>,
}

impl<'a> Product<'a> {
    fn of(cells: &Cells<'a>, names: &Columns) -> Product<'a> {
        let mut product = Product {
            name: bills::first(cells, names.product_name).1.into(),
            model: bills::first(cells, names.model).1.into(),
            region: bills::first(cells, names.region).1.into(),
        };
        // Only the newer report has a map, and only what it does not tell elsewhere is taken from there.
        let map = if names.maps.is_empty() { "" } else { cells.text("product") };
        for (key, value) in tags::pairs(map).unwrap_or_default() {
            let field = match key.as_str() {
                "product_name" => &mut product.name,
                "model" => &mut product.model,
                "region" | "region_code" => &mut product.region,
                _ => continue,
            };
            if field.is_empty() {
                *field = value.into();
            }
        }
        product
    }
}

/// FOCUS' word for a type of line; types that are not known stay as they are.
fn category(kind: &str) -> &str {
    match kind {
        "Usage" | "DiscountedUsage" | "SavingsPlanCoveredUsage" => "Usage",
        "Fee" | "RIFee" | "SavingsPlanRecurringFee" | "SavingsPlanUpfrontFee" => "Purchase",
        "Tax" => "Tax",
        "Credit" | "Refund" => "Credit",
        "SavingsPlanNegation" => "Adjustment",
        other if other.ends_with("Discount") => "Adjustment",
        other => other,
    }
}

fn row<'a>(
    cells: &Cells<'a>,
    names: &Columns,
    product: Product<'a>,
    account: Option<&'a str>,
    feed: &mut Feed<'_>,
) -> Result<Charge<'a>, Fault> {
    let (time, _) = bills::time(cells, &[names.start])?;
    let end = match cells.text(names.end) {
        "" => time + DAY,
        text => {
            let (end, _) = bills::time(cells, &[names.end])?;
            if end < time {
                return Err(Fault::new(names.end, format!("{} is before {}", names.end, names.start), text));
            }
            if end == time { time + DAY } else { end }
        }
    };
    let kind = cells.text(names.kind);
    let (unblended, net) = (bills::amount(cells, &[names.unblended])?, cells.money(names.net)?);
    let inside = cells.money(names.discount)?.is_some_and(|discount| discount != Pico::ZERO);
    let billed = if inside { net.unwrap_or(unblended) } else { unblended };
    let effective = match kind {
        "SavingsPlanCoveredUsage" => cells.money(bills::first(cells, names.plan_cost).0)?,
        "DiscountedUsage" => cells.money(bills::first(cells, names.reserved_cost).0)?,
        "SavingsPlanNegation" | "SavingsPlanUpfrontFee" => Some(Pico::ZERO),
        "SavingsPlanRecurringFee" | "RIFee" => None,
        _ => net,
    };
    let metered = bedrock::metered(cells.text(names.usage_type));
    let model = match (services::edition(&product.name), metered.model) {
        _ if !product.model.is_empty() => product.model,
        (Some(sold), _) => Cow::Owned(sold.to_owned()),
        (None, told) => told.into(),
    };
    // `arn:aws:sts::1:assumed-role/role/session`, `arn:aws:iam::1:root`.
    let principal = cells.text(names.principal);
    let principal = principal.rsplit_once(':').map_or(principal, |(_, resource)| resource);
    let mut dims = Dimensions {
        provider: "bedrock".into(),
        account: account.unwrap_or(cells.text(names.account)).into(),
        model,
        tier: metered.tier.into(),
        region: product.region,
        workspace: cells.text(names.resource).into(),
        user: bills::last_step(principal).into(),
        ..Dimensions::default()
    };
    let mut tags = Tags::default();
    for key in ["team", "feature", "environment", "project"] {
        tags.set(key, cells.text(&format!("{}{key}", names.tag)));
    }
    for map in names.maps {
        tags.take(cells.text(map), feed);
    }
    tags.fill(&mut dims);
    let category = category(kind);
    let (amount, unit) = (cells.money(names.amount)?, cells.text(names.unit));
    let (quantity, unit) = if category == "Usage" { bills::quantity(amount, unit) } else { (amount, unit.into()) };
    Ok(Charge {
        dims,
        effective,
        list: cells.money(names.on_demand)?,
        category: category.into(),
        line_item: bills::first(cells, &[names.text, names.usage_type]).1.into(),
        meter: metered.meter.into(),
        quantity,
        unit,
        invoice_id: cells.text(names.invoice).into(),
        ..bills::charge(time, end, billed, bills::currency(cells, &[names.currency])?)
    })
}
