//! `outlay price`

use outlay_analysis::analyses::bill::BillLine;
use outlay_app::replies::{ErrorReply, PriceReply, PriceRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;
use outlay_model::money::Money;
use outlay_model::view::{Cell, Row, RowKind, TableSpec, Unit};

use super::calls::validity;
use super::overview::paragraph;
use crate::args::PriceArgs;
use crate::context::{Answer, Context, Missing};
use crate::print::table::{column, item, money_or, pairs, table, text};
use crate::print::{Look, STRONG, WARN, inert};

pub async fn run(context: &Context, args: PriceArgs) -> Result<Answer, ErrorReply> {
    let request = PriceRequest {
        provider: args.provider,
        model: args.model,
        date: args.date.unwrap_or_else(|| chrono::Utc::now().date_naive().to_string()),
        tier: args.tier,
        region: args.region,
        tokens: args.tokens.into(),
    };
    // A ledger only adds its own prices and aliases.
    context.open(Missing::GoOn).await?;
    let reply = use_cases::price(&context.app, request.clone(), &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    Ok(Answer::from(printed(&request, &reply, &context.look().await)))
}

fn printed(request: &PriceRequest, reply: &PriceReply, look: &Look) -> String {
    let n = look.numbers;
    let call = format!("{} at {}, {}", inert(&request.model), inert(&request.provider), inert(&request.date));
    let mut out = match (reply.cost, reply.high) {
        (Some(cost), Some(high)) if high != cost => format!(
            "{} to {} for {call}: how long the cache writes are kept is not told.\n",
            look.paint(STRONG, &n.phrase(cost)),
            look.paint(STRONG, &n.phrase(high))
        ),
        (Some(cost), _) => format!("{} for {call}.\n", look.paint(STRONG, &n.phrase(cost))),
        (None, _) => {
            let why = reply.unpriced.as_deref().map(|why| format!(" {}", inert(why))).unwrap_or_default();
            format!("{}{why}\n", look.paint(WARN, &format!("No price for {call}.")))
        }
    };
    if !reply.rate_set.is_empty() {
        out.push_str(&paragraph(&table(&bill_table(&reply.rate_set, reply.cost), look)));
    }
    let price = [
        ("rule", reply.rule.clone()),
        ("prices", reply.book.clone()),
        ("valid", validity(reply.valid_from.as_deref(), reply.valid_to.as_deref())),
    ];
    out.push_str(&paragraph(&pairs(&price, look)));
    out
}

/// Tokens × price = amount, line by line.
pub fn bill_table(lines: &[BillLine], cost: Option<Money>) -> TableSpec {
    let mut rows: Vec<Row> = lines
        .iter()
        .map(|l| {
            item(vec![
                text(&l.bucket.replace('_', " ")),
                Cell::Count(l.tokens),
                money_or(l.per_million, "no price"),
                money_or(l.amount, "unpriced"),
            ])
        })
        .collect();
    rows.push(Row {
        cells: vec![
            text("All"),
            Cell::Count(lines.iter().map(|l| l.tokens).sum()),
            text(""),
            money_or(cost, "unpriced"),
        ],
        kind: RowKind::Total,
        keys: None,
    });
    TableSpec {
        title: String::new(),
        columns: vec![
            column("bucket", "Bucket", Unit::Text),
            column("tokens", "Tokens", Unit::Tokens),
            column("per_million", "Per million", Unit::Money),
            column("amount", "Amount", Unit::Money),
        ],
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_model::money::Pico;

    fn usd(text: &str) -> Money {
        Money::usd(Pico::parse(text).expect("an amount"))
    }

    #[test]
    fn a_price_is_a_bill() {
        let line = |bucket: &str, tokens, per_million, amount| BillLine {
            bucket: bucket.to_owned(),
            tokens,
            per_million: Some(usd(per_million)),
            amount: Some(usd(amount)),
        };
        let reply = PriceReply {
            cost: Some(usd("0.038")),
            high: None,
            rate_set: vec![line("uncached_input", 12_000, "2.5", "0.03"), line("output", 800, "10", "0.008")],
            rule: "exact id".to_owned(),
            book: "2026-11".to_owned(),
            valid_from: Some("2024-10-02".to_owned()),
            valid_to: None,
            unpriced: None,
        };
        let request = PriceRequest {
            provider: "openai".to_owned(),
            model: "gpt-4o".to_owned(),
            date: "2026-11-05".to_owned(),
            ..PriceRequest::default()
        };
        let want = "\
$0.0380 for gpt-4o at openai, 2026-11-05.

Bucket          Tokens  Per million, USD  Amount, USD
uncached input  12,000              2.50       0.0300
output             800             10.00       0.0080
─────────────────────────────────────────────────────
All             12,800                         0.0380

rule    exact id
prices  2026-11
valid   since 2024-10-02
";
        assert_eq!(printed(&request, &reply, &Look::plain()), want);
        let unpriced = PriceReply { cost: None, rate_set: Vec::new(), unpriced: Some("Add one.".to_owned()), ..reply };
        let text = printed(&request, &unpriced, &Look::plain());
        assert!(text.starts_with("No price for gpt-4o at openai, 2026-11-05. Add one.\n"), "{text}");
    }
}
