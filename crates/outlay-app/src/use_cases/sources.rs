//! Is it all here, and which source makes each day's total?

use outlay_analysis::analyses::coverage::{self, Coverage};
use outlay_analysis::answer::HeadlineSource;
use outlay_ledger::catalogue::words::DecisionRow;
use outlay_model::names;
use outlay_model::query::Filter;
use outlay_model::time::date_day;

use super::answers::Asked;
use crate::prices::Table;
use crate::replies::{ErrorReply, FilterRequest, SourceRequest};
use crate::task::Task;
use crate::{App, now};

/// Is it all here?
///
/// # Errors
/// `no_ledger`, `bad_request`, `cancelled`.
pub async fn coverage(app: &App, request: FilterRequest, task: &Task) -> Result<Coverage, ErrorReply> {
    let asked = Asked::new(app, &request.filter).await?;
    let params = coverage::Params { conditions: request.filter.conditions };
    let cubes = asked.cubes(&coverage::slices(&params, &asked.context), task).await?;
    let reply = coverage::run(&cubes, &params, &asked.context, &Table(&asked.view.rates));
    asked.done(reply).await
}

/// Chooses the source of a provider account from a day to a day; the answer is the coverage of these days.
///
/// # Errors
/// `bad_request` where no record is of such an account, or the days are in the wrong order.
pub async fn source_set(app: &App, request: SourceRequest, task: &Task) -> Result<Coverage, ErrorReply> {
    let open = app.opened().await?;
    let provider = names::provider(&request.provider);
    if request.from > request.to {
        return Err(ErrorReply::new(
            "bad_request",
            format!("the last day ({}) is before the first ({})", request.to, request.from),
            "Swap them.",
        ));
    }
    let presence = open.ledger.presence().await?;
    let of_provider: Vec<&str> =
        presence.iter().filter(|row| row.provider == provider).map(|row| row.account.as_str()).collect();
    if of_provider.is_empty() {
        return Err(ErrorReply::new(
            "bad_request",
            format!("there is no record of the provider {provider}"),
            "`outlay coverage` lists those that there are.",
        ));
    }
    if !request.account.is_empty() && !of_provider.contains(&request.account.as_str()) {
        return Err(ErrorReply::new(
            "bad_request",
            format!("there is no record of the account {} at {provider}", request.account),
            "`outlay coverage` lists those that there are.",
        ));
    }
    let row = DecisionRow {
        provider,
        account: request.account,
        first_day: date_day(request.from),
        last_day: date_day(request.to),
        source: request.source.map_or("", id).to_owned(),
        reason: request.reason.trim().to_owned(),
    };
    open.ledger.decide(&row, now()).await?;
    let filter = Filter { from: Some(request.from), to: Some(request.to), ..Filter::default() };
    coverage(app, FilterRequest { filter }, task).await
}

/// How a source is kept in the ledger.
pub(crate) fn id(source: HeadlineSource) -> &'static str {
    match source {
        HeadlineSource::Invoice => "invoice",
        HeadlineSource::ProviderUsage => "provider_usage",
        HeadlineSource::OwnLogs => "own_logs",
    }
}
