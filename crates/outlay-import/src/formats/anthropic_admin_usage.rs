//! Anthropic's usage API, its answers saved as files.
//!
//! # Where the file comes from
//! `GET /v1/organizations/usage_report/messages` with an admin key, or the newer
//! `GET /v1/organizations/analytics/usage_report`; the answer as it came, or what a client library made of it.
//!
//! # Shape
//! Pages `{"data":[…],"has_more":…,"next_page":…}`, one, several after another, one a line, or in a list; or the
//! buckets alone. A bucket has `starting_at`, `ending_at` and a list `results`; a result has `uncached_input_tokens`,
//! `cache_read_input_tokens`, `cache_creation` by lifetime, `output_tokens` and `server_tool_use`.
//!
//! # Mapping
//! As the console's usage export: the counts are disjoint as they stand, and output includes thinking. `service_tier`
//! is the tier, and a `speed` other than standard takes its place; `inference_geo` is the region, where it is not
//! `global`. `context_window` `0-200k` is what the console calls `≤ 200k`. `account_id`, `service_account_id` or
//! `claude_tag_user_id` is the user. The analytics report tells `requests`, and `product`, which is the feature. A
//! bucket without results is one idle row.
//!
//! # Known quirks
//! Keys and workspaces are ids here and names in the console's export, so that rows of both are not known to be the
//! same: import one of them for each day, and only one of the two reports. `null` means that the report was not grouped
//! by it, and also the default workspace, or the console in place of a key.
//!
//! Analytics rows grouped by `rbac_group_id` overlap, since a user may be in several groups: they are rejected. That
//! report has at most 100 groups a bucket and leaves the rest out without a word: a bucket with that many is pointed
//! out. So is a last page that says `has_more`.

use outlay_model::record::{Record, Sink, Usage};
use outlay_model::report::Kind;
use outlay_model::time::HOUR;

use super::anthropic_usage_csv as csv;
use crate::buckets::Cells;
use crate::error::{Fault, ImportError};
use crate::format::{About, Certainty, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::pages::{self, Api};
use crate::source::Input;

const API: Api = Api {
    format: "anthropic-admin-usage",
    bucket: &["starting_at", "ending_at"],
    nested: &["cache_creation", "server_tool_use"],
    renamed: &[
        ("starting_at", "usage_date_utc"),
        ("model", "model_version"),
        ("api_key_id", "api_key"),
        ("workspace_id", "workspace"),
        ("service_tier", "usage_type"),
        ("uncached_input_tokens", "usage_input_tokens_no_cache"),
        ("cache_creation.ephemeral_5m_input_tokens", "usage_input_tokens_cache_write_5m"),
        ("cache_creation.ephemeral_1h_input_tokens", "usage_input_tokens_cache_write_1h"),
        ("cache_read_input_tokens", "usage_input_tokens_cache_read"),
        ("output_tokens", "usage_output_tokens"),
        ("server_tool_use.web_search_requests", "web_search_count"),
    ],
};

/// Who used it; at most one of them is told.
const USERS: [&str; 3] = ["account_id", "service_account_id", "claude_tag_user_id"];

/// Texts of a result.
const WORDS: &[&str] = &[
    "model_version",
    "api_key",
    "workspace",
    "usage_type",
    "context_window",
    "inference_geo",
    "speed",
    "product",
    "account_id",
    "service_account_id",
    "claude_tag_user_id",
    "claude_tag_category",
    "slack_channel_id",
    "rbac_group_id",
];

/// Groups that the analytics reports have at most in a bucket.
pub(super) const MOST_GROUPS: usize = 100;

pub(crate) struct AnthropicAdminUsage;

impl Format for AnthropicAdminUsage {
    fn id(&self) -> &'static str {
        API.format
    }
    fn title(&self) -> &'static str {
        "Anthropic usage API"
    }
    fn about(&self) -> About {
        About {
            from: "GET /v1/organizations/usage_report/messages with an admin key, group_by[]=model and more",
            kind: Some(Kind::Usage),
            cannot_tell: &["cost", "single calls", "names of keys and workspaces", "feature, team, customer"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        sniff(head, "uncached_input_tokens", "usage")
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref().unwrap_or("");
        let (mut counted, mut modelled, mut named) = (false, false, false);
        let mut late = pages::Late::default();
        let mut summary = pages::read(input, &API, sink, |found, feed| {
            let cells = &found.cells;
            pages::words(cells, WORDS)?;
            ungrouped(cells)?;
            let usage = Usage { section: found.section, ..row(cells, found.idle, account)? };
            counted |= usage.tokens.is_some_and(|tokens| tokens.total() > 0);
            modelled |= !usage.dims.model.is_empty();
            named |= !usage.dims.api_key.is_empty() || !usage.dims.workspace.is_empty();
            if cells.has("product") && found.of >= MOST_GROUPS {
                feed.note(MANY_GROUPS);
            }
            late.see(usage.time, usage.end);
            Ok(feed.push(found.at, Record::Usage(&usage)))
        })?;
        if counted && !modelled {
            summary.notes.push(
                "not grouped by model, so that tokens cannot be priced: ask for the report with group_by[]=model"
                    .to_owned(),
            );
        }
        if named {
            summary.notes.push(BESIDE_CONSOLE.to_owned());
        }
        summary.notes.extend(late.note());
        Ok(summary)
    }
}

/// What to say of a bucket of an analytics report that is full.
pub(super) const MANY_GROUPS: &str =
    "a bucket has 100 groups, the most that the report gives: others may be missing; group it by less";

/// What to say of a report by key or workspace.
const BESIDE_CONSOLE: &str = "keys and workspaces are told by id, and by name in the console's exports: rows of both \
    are not known to be the same, so import only one of them for each day";

/// Rows by group overlap, and cannot be added up.
pub(super) fn ungrouped(cells: &Cells<'_>) -> Result<(), Fault> {
    match cells.text("rbac_group_id") {
        "" => Ok(()),
        group => Err(Fault::new(
            "rbac_group_id",
            "rows by group overlap, since a user may be in several: ask for the report without rbac_group_id",
            group,
        )),
    }
}

/// What else makes results of one bucket differ.
pub(super) fn apart<'a>(cells: &Cells<'a>) -> Vec<&'a str> {
    ["claude_tag_category", "slack_channel_id"]
        .map(|key| cells.text(key))
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect()
}

/// Who used it, where that is told.
pub(super) fn user<'a>(cells: &Cells<'a>) -> &'a str {
    USERS.into_iter().map(|key| cells.text(key)).find(|text| !text.is_empty()).unwrap_or("")
}

fn row<'a>(cells: &Cells<'a>, idle: bool, account: &'a str) -> Result<Usage<'a>, Fault> {
    let mut usage = csv::row(cells, HOUR, account)?;
    usage.end = cells.time(&["ending_at"])?.0;
    if usage.end <= usage.time {
        return Err(Fault::new("ending_at", "ending_at is not after starting_at", cells.text("ending_at")));
    }
    if idle {
        usage.idle = true;
        return Ok(usage);
    }
    usage.context_window = match cells.text("context_window") {
        // The lower band, as in the export of the console.
        "0-200k" => "",
        "200k-1M" => "> 200k",
        told => told,
    }
    .into();
    usage.requests = cells.count("requests")?;
    usage.dims.user = user(cells).into();
    usage.dims.feature = cells.text("product").into();
    let known = std::mem::take(&mut usage.discriminator);
    let parts: Vec<&str> = [known.as_ref()].into_iter().chain(apart(cells)).filter(|part| !part.is_empty()).collect();
    usage.discriminator = parts.join(" ").into();
    Ok(usage)
}

/// Recognises buckets whose results have this key; idle buckets alone may be of usage or of costs.
pub(super) fn sniff(head: &Head, key: &str, what: &str) -> Option<Match> {
    let keys = pages::first_result(head, "starting_at")?;
    let found = keys.iter().any(|told| told == key);
    if !found && !keys.is_empty() {
        return None;
    }
    Some(Match {
        certainty: if found { Certainty::Exact } else { Certainty::Partial },
        weight: 4,
        why: match found {
            true => format!("it has buckets from starting_at to ending_at whose results have {key}"),
            false => format!("it has buckets from starting_at to ending_at without results, which may be of {what}"),
        },
    })
}
