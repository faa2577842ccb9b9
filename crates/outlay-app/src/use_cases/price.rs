//! Prices: one call priced, the book searched and explained.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use outlay_analysis::answer::Unpriced;
use outlay_model::cube::{Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Money, Pico};
use outlay_model::names;
use outlay_model::report::Kind;
use outlay_model::time::{HOUR, Micros, Period};
use outlay_price::{Book, Key, Query, RateSet, Resolution};

use crate::prices::{bill, entry, instant, rule};
use crate::replies::{ErrorReply, PriceEntry, PriceReply, PriceRequest, PricesReply, PricesRequest};
use crate::task::Task;
use crate::{App, now, opened};

/// How many prices a search lists.
const LISTED: usize = 200;

/// The open company file's book, or the bundled one.
async fn book(app: &App) -> Result<Book, ErrorReply> {
    match app.opened().await {
        Ok(open) => Ok(open.ledger.book().as_ref().clone()),
        Err(_) => Book::bundled().map_err(|e| ErrorReply::fault(e.to_string())),
    }
}

/// A date (noon UTC) or an RFC 3339 instant; empty = now.
fn at(date: &str) -> Result<Micros, ErrorReply> {
    if date.is_empty() {
        return Ok(now());
    }
    if let Ok(date) = date.parse::<NaiveDate>() {
        return Ok(date.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc().timestamp_micros() + 12 * HOUR);
    }
    DateTime::parse_from_rfc3339(date).map(|t| t.timestamp_micros()).map_err(|_| {
        ErrorReply::new("bad_request", format!("\"{date}\" is not a date"), "Write 2026-10-03 or 2026-10-03T14:05:00Z.")
    })
}

/// Prices one call.
///
/// # Errors
/// `bad_request` where counts are negative or the date is none. An unpriced call is an answer, not an error.
pub async fn price(app: &App, request: PriceRequest, _: &Task) -> Result<PriceReply, ErrorReply> {
    let book = book(app).await?;
    let tokens = request.tokens;
    tokens.check(outlay_model::tokens::MAX_USAGE_TOKENS).map_err(|f| ErrorReply::bad_request(f.to_string()))?;
    let provider = if request.provider.is_empty() {
        names::provider_of_model(&request.model).unwrap_or_default().to_owned()
    } else {
        names::provider(&request.provider)
    };
    let key = Key::new(&provider, &request.model).tier(&names::tier(&request.tier)).region(&request.region);
    let query = Query { key, at: at(&request.date)?, total_input: tokens.total_input() };
    Ok(match book.resolve(&query) {
        Resolution::Priced(set) => {
            let cost = outlay_price::cost(&set.rates, &tokens);
            let whole = cost.unpriced_tokens == 0;
            PriceReply {
                cost: whole.then(|| Money::new(Pico(cost.low), set.currency)),
                high: (whole && cost.high > cost.low).then(|| Money::new(Pico(cost.high), set.currency)),
                rate_set: bill(&set, &tokens),
                rule: rule(&set),
                book: book.version().to_owned(),
                valid_from: set.valid_from.map(instant),
                valid_to: set.valid_to.map(instant),
                unpriced: (!whole)
                    .then(|| format!("{} tokens are in buckets that have no price", cost.unpriced_tokens)),
            }
        }
        Resolution::Unpriced(reason) => PriceReply {
            cost: None,
            high: None,
            rate_set: Vec::new(),
            rule: "none".to_owned(),
            book: book.version().to_owned(),
            valid_from: None,
            valid_to: None,
            unpriced: Some(reason.to_string()),
        },
    })
}

/// Searches the book, explains a match, and lists what the ledger has without a price.
///
/// # Errors
/// Where the ledger cannot be read.
pub async fn prices(app: &App, request: PricesRequest, _: &Task) -> Result<PricesReply, ErrorReply> {
    let book = book(app).await?;
    let used = used(app).await?;
    let tokens_of =
        |set: &RateSet| used.iter().filter(|u| u.price.as_ref() == Some(set)).map(|u| u.tokens).sum::<i64>();
    let mut reply = PricesReply {
        book: book.version().to_owned(),
        entries: Vec::new(),
        explanation: None,
        unpriced: unpriced(&used),
    };
    if let Some(id) = &request.explain {
        let provider = request
            .provider
            .clone()
            .filter(|p| !p.is_empty())
            .map_or_else(|| names::provider_of_model(id).unwrap_or_default().to_owned(), |told| names::provider(&told));
        let query = Query { key: Key::new(&provider, id), at: now(), total_input: 0 };
        reply.explanation = Some(match book.resolve(&query) {
            Resolution::Priced(set) => format!("{id}: {}", rule(&set)),
            Resolution::Unpriced(reason) => format!("{id}: unpriced: {reason}"),
        });
        reply.entries = book.history(&provider, id).iter().map(|set| entry(set, tokens_of(set))).collect();
        return Ok(reply);
    }
    if request.search.is_empty() && !used.is_empty() {
        // With nothing asked: what this company file is priced with.
        let mut seen: BTreeMap<String, PriceEntry> = BTreeMap::new();
        for u in &used {
            if let Some(set) = &u.price {
                let listed = entry(set, 0);
                let key = format!(
                    "{}\u{1}{}\u{1}{}\u{1}{:?}\u{1}{}",
                    listed.provider, listed.model, listed.tier, listed.valid_from, listed.band
                );
                seen.entry(key).or_insert(listed).used_tokens += u.tokens;
            }
        }
        reply.entries = seen.into_values().collect();
        return Ok(reply);
    }
    for listed in book.search(&request.search, now(), LISTED) {
        match listed.current {
            Some(set) => reply.entries.push(entry(&set, tokens_of(&set))),
            None => {
                if let Some(last) = book.history(&listed.provider, &listed.model).last() {
                    reply.entries.push(entry(last, tokens_of(last)));
                }
            }
        }
    }
    Ok(reply)
}

/// A rate set that the ledger uses.
struct Used {
    provider: String,
    model: String,
    price: Option<RateSet>,
    tokens: i64,
    calls: i64,
}

async fn used(app: &App) -> Result<Vec<Used>, ErrorReply> {
    let Ok(open) = app.opened().await else { return Ok(Vec::new()) };
    let months = opened::months(&open.ledger.presence().await?);
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
    let zone = open.ledger.zone().await?;
    let period = Period { from: *first, to: Period::month_of(*last, zone).to, zone };
    let view = open.ledger.view(now()).await?;
    let mut out = Vec::new();
    for kind in [Kind::Call, Kind::Usage] {
        let by = vec![Dimension::Provider, Dimension::Model];
        let slice = Slice { kind, period, grain: Grain::Whole, by, conditions: Vec::new(), only_waste: false };
        let cube = view.slice(&slice).await?;
        for group in &cube.groups {
            let tokens = group.sums.tokens.total();
            if tokens > 0 {
                out.push(Used {
                    provider: cube.key(group, 0).to_owned(),
                    model: cube.key(group, 1).to_owned(),
                    price: view.rates.price(group.rate_set).cloned(),
                    tokens,
                    calls: if kind == Kind::Call { group.sums.records } else { group.sums.requests.unwrap_or(0) },
                });
            }
        }
    }
    view.close().await?;
    Ok(out)
}

fn unpriced(used: &[Used]) -> Vec<Unpriced> {
    let mut sums: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for u in used.iter().filter(|u| u.price.is_none()) {
        let sum = sums.entry((u.provider.clone(), u.model.clone())).or_default();
        sum.0 += u.tokens;
        sum.1 += u.calls;
    }
    let mut out: Vec<Unpriced> = sums
        .into_iter()
        .map(|((provider, model), (tokens, calls))| Unpriced { provider, model, tokens, calls })
        .collect();
    out.sort_by_key(|u| std::cmp::Reverse(u.tokens));
    out
}
