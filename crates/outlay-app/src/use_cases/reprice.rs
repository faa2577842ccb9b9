//! Changing prices: what a change would do, model by model, and accepting it.

use std::collections::{BTreeMap, BTreeSet};

use outlay_analysis::answer::HeadlineSource;
use outlay_analysis::prices::Prices as _;
use outlay_ledger::Ledger;
use outlay_ledger::catalogue::prices::AliasRow;
use outlay_ledger::reprice::{PriceChange, Recalculated};
use outlay_ledger::view::View;
use outlay_model::cube::{Grain, Slice};
use outlay_model::dimension::Dimension;
use outlay_model::money::{Currency, Money, Pico};
use outlay_model::names;
use outlay_model::report::Kind;
use outlay_model::time::Period;
use outlay_price::Key;

use crate::prices::Table;
use crate::replies::{AliasRequest, ErrorReply, PriceEffect, RepriceReply, UserPricesRequest};
use crate::task::Task;
use crate::{App, now, opened};

/// Adds the user's own prices, or previews what they would change.
///
/// # Errors
/// `bad_request` with line and column where the CSV is at fault; nothing is changed then.
pub async fn user_prices(app: &App, request: UserPricesRequest, _: &Task) -> Result<RepriceReply, ErrorReply> {
    let change = PriceChange::Rates { csv: request.csv, allow_odd: request.allow_odd };
    reprice(app, &change, request.preview).await
}

/// Says which model an id means, or previews what that would change.
///
/// # Errors
/// `bad_request` where the model meant has no price itself.
pub async fn alias_set(app: &App, request: AliasRequest, _: &Task) -> Result<RepriceReply, ErrorReply> {
    let open = app.opened().await?;
    let means = Key::new(&names::provider(&request.means_provider), &request.means_model);
    if open.ledger.book().schedule(&means).sets().is_empty() {
        return Err(ErrorReply::new(
            "bad_request",
            format!("{} of {} has no price itself", request.means_model, request.means_provider),
            "Search the price book for the model's id.",
        ));
    }
    let alias = AliasRow {
        provider: names::provider(&request.provider),
        id: request.id,
        means_provider: means.provider,
        means_model: means.model,
    };
    reprice(app, &PriceChange::Alias(alias), request.preview).await
}

async fn reprice(app: &App, change: &PriceChange, preview: bool) -> Result<RepriceReply, ErrorReply> {
    let open = app.opened().await?;
    let ledger = &open.ledger;
    // What is stored is priced before and after in one data version: the change adds no record.
    let mut view = ledger.view(now()).await?;
    let (done, data_version) = if preview {
        (ledger.preview_prices(change).await?, None)
    } else {
        let (done, snapshot) = ledger.accept_prices(change, now()).await?;
        (done, Some(snapshot))
    };
    let effects = effects(ledger, &mut view, &done).await?;
    view.close().await?;
    Ok(RepriceReply { taken: done.taken, changed: done.changed.len(), effects, data_version })
}

/// What a source, a provider and a model cost with one set of prices.
#[derive(Default)]
struct Side {
    records: i64,
    tokens: i64,
    unpriced_tokens: i64,
    cost: BTreeMap<Currency, Pico>,
}

type Sides = BTreeMap<(HeadlineSource, String, String), Side>;

async fn effects(ledger: &Ledger, view: &mut View, done: &Recalculated) -> Result<Vec<PriceEffect>, ErrorReply> {
    let months = opened::months(&ledger.presence().await?);
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
    let zone = ledger.zone().await?;
    // A month to each side: a zone may put a record into the month before or after its UTC day.
    let period = Period {
        from: *first - chrono::Months::new(1),
        to: Period::month_of(*last + chrono::Months::new(1), zone).to,
        zone,
    };
    let changed: BTreeSet<u32> = done.changed.iter().copied().collect();
    let before = sides(view, period, &changed).await?;
    view.price_with(done.rates.clone());
    let mut after = sides(view, period, &changed).await?;
    let moneys = |cost: &BTreeMap<Currency, Pico>| cost.iter().map(|(c, amount)| Money::new(*amount, *c)).collect();
    let mut out: Vec<PriceEffect> = before
        .into_iter()
        .map(|(key, before)| {
            let after = after.remove(&key).unwrap_or_default();
            let (source, provider, model) = key;
            PriceEffect {
                source,
                provider,
                model,
                records: before.records,
                tokens: before.tokens,
                before: moneys(&before.cost),
                before_unpriced_tokens: before.unpriced_tokens,
                after: moneys(&after.cost),
                after_unpriced_tokens: after.unpriced_tokens,
            }
        })
        .collect();
    out.sort_by(|a, b| (a.source, b.tokens, &a.provider, &a.model).cmp(&(b.source, a.tokens, &b.provider, &b.model)));
    Ok(out)
}

async fn sides(view: &View, period: Period, changed: &BTreeSet<u32>) -> Result<Sides, ErrorReply> {
    let table = Table(&view.rates);
    let mut out = Sides::new();
    for (kind, source) in [(Kind::Call, HeadlineSource::OwnLogs), (Kind::Usage, HeadlineSource::ProviderUsage)] {
        let by = vec![Dimension::Provider, Dimension::Model];
        let slice = Slice { kind, period, grain: Grain::Whole, by, conditions: Vec::new(), only_waste: false };
        let cube = view.slice(&slice).await?;
        for group in cube.groups.iter().filter(|g| changed.contains(&view.rates.base(g.rate_set))) {
            let key = (source, cube.key(group, 0).to_owned(), cube.key(group, 1).to_owned());
            let side = out.entry(key).or_default();
            side.records += group.sums.records;
            side.tokens += group.sums.tokens.total();
            match table.cost(group.rate_set, &group.sums.tokens, group.sums.web_searches) {
                Some(priced) => {
                    *side.cost.entry(table.currency(group.rate_set)).or_default() += priced.low;
                    side.unpriced_tokens += priced.unpriced_tokens;
                }
                None => side.unpriced_tokens += group.sums.tokens.total(),
            }
        }
    }
    Ok(out)
}
