//! Arguments of `coverage`.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use outlay_analysis::answer::HeadlineSource;

use super::filter::{FilterArgs, ListArgs};

/// `outlay coverage`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  outlay coverage                                  days of every source in the last full month
  outlay coverage --month 2026-10 --where provider=openai
  outlay coverage decide openai --from 2026-10-01 --to 2026-10-31 --source own-logs --reason \"invoice is late\"
  outlay coverage decide openai --from 2026-10-01 --to 2026-10-31 --source usual"
)]
pub struct CoverageArgs {
    /// What to do; none: show.
    #[command(subcommand)]
    pub command: Option<CoverageCommand>,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub output: ListArgs,
}

/// `outlay coverage …`
#[derive(Debug, Subcommand)]
pub enum CoverageCommand {
    /// Choose the source of a provider account from a day to a day; the last choice for a day holds, and all are kept
    Decide(DecideArgs),
}

/// `outlay coverage decide`
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Provider, such as openai
    pub provider: String,
    /// Account, where the provider has several
    #[arg(long)]
    pub account: Option<String>,
    /// First day
    #[arg(long, value_name = "DATE")]
    pub from: NaiveDate,
    /// Last day, included
    #[arg(long, value_name = "DATE")]
    pub to: NaiveDate,
    /// The source to use, whether or not it has a record on a day
    #[arg(long, value_enum)]
    pub source: SourceArg,
    /// Why: kept with the decision
    #[arg(long)]
    pub reason: Option<String>,
}

/// Where a total comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SourceArg {
    /// Billed lines
    Invoice,
    /// Provider usage × price
    ProviderUsage,
    /// Own logs × price
    OwnLogs,
    /// Billed lines, else provider usage, else own logs
    Usual,
}

impl From<SourceArg> for Option<HeadlineSource> {
    fn from(source: SourceArg) -> Option<HeadlineSource> {
        match source {
            SourceArg::Invoice => Some(HeadlineSource::Invoice),
            SourceArg::ProviderUsage => Some(HeadlineSource::ProviderUsage),
            SourceArg::OwnLogs => Some(HeadlineSource::OwnLogs),
            SourceArg::Usual => None,
        }
    }
}
