//! Anthropic's usage export from the console.
//!
//! # Where the file comes from
//! The Claude console, Usage, choose a period, Export.
//!
//! # Shape
//! CSV with `usage_date_utc`, `model_version`, `api_key`, `workspace`, `usage_type` and columns of tokens; three
//! generations of the header (11, 12 and 14 columns) differ by `context_window`, `inference_geo` and `speed`. One row
//! for each day (hour, minute) and combination of them.
//!
//! # Mapping
//! Input without cache, writes for five minutes and one hour, reads and output are disjoint as they stand; output
//! includes thinking. `usage_type` is the service tier, and a `speed` other than standard takes its place;
//! `inference_geo` is the region, where it is not `global`. `api_key` and `workspace` are names.
//!
//! # Known quirks
//! `usage_date_utc` is a date, or `YYYY-MM-DD HH:MM` where the export was by hour or minute; the file does not say
//! which, so a bucket is an hour long unless the head of the file shows minutes. `not_available` means not told.
//!
//! The same days may be exported under two generations of the header, and must not count twice: the lower context
//! window `≤ 200k` is left empty as in files without that column, and so are `global` and a `standard` speed. A row of
//! the first generation above 200k tokens cannot be told from one below, and counts beside its newer twin.

use outlay_model::record::{Dimensions, Record, Sink, Usage};
use outlay_model::report::Kind;
use outlay_model::time::{DAY, HOUR, Micros};
use outlay_model::tokens::{MAX_USAGE_TOKENS, Tokens};

use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

const SIGNATURE: &[&str] = &["usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens"];

const PLAN: Plan = Plan { format: "anthropic-usage-csv", required: SIGNATURE };

const TOKENS: &[&str] = &[
    "usage_input_tokens_no_cache",
    "usage_input_tokens_cache_write_5m",
    "usage_input_tokens_cache_write_1h",
    "usage_input_tokens_cache_read",
    "usage_output_tokens",
];

const MINUTE: Micros = HOUR / 60;

pub(crate) struct AnthropicUsageCsv;

impl Format for AnthropicUsageCsv {
    fn id(&self) -> &'static str {
        PLAN.format
    }
    fn title(&self) -> &'static str {
        "Anthropic usage export"
    }
    fn about(&self) -> About {
        About {
            from: "Claude console: Usage, choose a period, Export",
            kind: Some(Kind::Usage),
            cannot_tell: &["cost", "number of requests", "single calls", "users", "feature, team, customer"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_table() && head.has_all(SIGNATURE)).then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let step = if shows_minutes(&input.head().text) { MINUTE } else { HOUR };
        let account = options.account.as_deref().unwrap_or("");
        buckets::read(input, &PLAN, sink, |line, cells, feed| {
            let usage = row(&cells, step, account)?;
            Ok(feed.push(line, Record::Usage(&usage)))
        })
    }
}

/// Whether any time of day in the text is not a full hour.
fn shows_minutes(text: &str) -> bool {
    // A time of day such as `2026-07-03 01:07`, wherever its column stands.
    text.as_bytes().windows(16).any(|at| {
        at[4] == b'-'
            && at[7] == b'-'
            && at[10] == b' '
            && at[13] == b':'
            && &at[14..16] != b"00"
            && [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15].iter().all(|i| at[*i].is_ascii_digit())
    })
}

/// A row, also one of the usage API, whose fields have the names of the columns: both must come to the same record
/// where they are grouped by the same things.
pub(super) fn row<'a>(cells: &Cells<'a>, step: Micros, account: &'a str) -> Result<Usage<'a>, Fault> {
    buckets::full(cells)?;
    let (time, day) = cells.time(&["usage_date_utc"])?;
    let step = if time % HOUR == 0 { step } else { MINUTE };
    let (speed, region) = (cells.text("speed"), cells.text("inference_geo"));
    let tokens = tokens(cells)?;
    Ok(Usage {
        time,
        end: time + if day { DAY } else { step },
        dims: Dimensions {
            provider: "anthropic".into(),
            account: account.into(),
            model: cells.text("model_version").into(),
            tier: if matches!(speed, "" | "standard") { cells.text("usage_type") } else { speed }.into(),
            // Older exports of the same days have no such column: a row must not differ from itself by that.
            region: if region == "global" { "" } else { region }.into(),
            api_key: cells.text("api_key").into(),
            workspace: cells.text("workspace").into(),
            ..Dimensions::default()
        },
        tokens,
        requests: None,
        web_searches: cells.count("web_search_count")?,
        context_window: buckets::upper_band(cells.text("context_window")).into(),
        idle: false,
        // Where speed took the place of the tier, the tier still makes the row differ.
        discriminator: if matches!(speed, "" | "standard") { "" } else { cells.text("usage_type") }.into(),
        section: 0,
    })
}

fn tokens(cells: &Cells<'_>) -> Result<Option<Tokens>, Fault> {
    if TOKENS.iter().all(|column| cells.text(column).is_empty()) {
        return Ok(None);
    }
    let tokens = Tokens {
        uncached_input: cells.needed("usage_input_tokens_no_cache")?,
        cache_write_5m: cells.count_or_0("usage_input_tokens_cache_write_5m")?,
        cache_write_1h: cells.count_or_0("usage_input_tokens_cache_write_1h")?,
        cache_read: cells.count_or_0("usage_input_tokens_cache_read")?,
        output: cells.needed("usage_output_tokens")?,
        ..Tokens::default()
    };
    tokens.check(MAX_USAGE_TOKENS).map_err(|fault| Fault::new("", fault.to_string(), cells.whole()))?;
    Ok(Some(tokens))
}
