//! Arguments of the questions: `overview`, `month`, `trend`, `hotspots`, `calls`.

use clap::{Args, Subcommand, ValueEnum};
use outlay_analysis::analyses::calls::CallOrder;
use outlay_analysis::analyses::trend::TrendBy;
use outlay_model::dimension::Dimension;

use super::filter::{ChartArgs, FilterArgs, ListArgs, dimension};

/// `outlay overview`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay overview
  outlay overview --month 2026-10 --where provider=openai,azure
  outlay overview --from 2026-10-01 --to 2026-10-14 --zone Europe/Berlin --csv")]
pub struct OverviewArgs {
    #[command(flatten)]
    pub filter: FilterArgs,
    /// How many rows of the table to print
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    #[command(flatten)]
    pub output: ChartArgs,
}

/// `outlay month`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay month
  outlay month --month 2026-10 --by feature
  outlay month --month 2026-10 --where provider=anthropic --pdf october.pdf")]
pub struct MonthArgs {
    /// Dimension that the change is cut by besides
    #[arg(long, value_parser = dimension)]
    pub by: Option<Dimension>,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// How many rows of the second table to print
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    #[command(flatten)]
    pub output: ChartArgs,
}

/// `outlay trend`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay trend
  outlay trend --by month --from 2026-01-01 --to 2026-10-31
  outlay trend --by weekday-hour --where feature=search")]
pub struct TrendArgs {
    /// How it is cut
    #[arg(long, value_enum, default_value_t)]
    pub by: ByArg,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// How many rows of the table to print
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    #[command(flatten)]
    pub output: ChartArgs,
}

/// How a trend is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ByArg {
    /// By day
    #[default]
    Day,
    /// By week from Monday
    Week,
    /// By calendar month
    Month,
    /// Weekday by hour, from own logs
    WeekdayHour,
}

impl From<ByArg> for TrendBy {
    fn from(by: ByArg) -> TrendBy {
        match by {
            ByArg::Day => TrendBy::Day,
            ByArg::Week => TrendBy::Week,
            ByArg::Month => TrendBy::Month,
            ByArg::WeekdayHour => TrendBy::WeekdayHour,
        }
    }
}

/// `outlay hotspots`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay hotspots
  outlay hotspots --by feature,model --top 10
  outlay hotspots --by customer --where environment=production --where feature!=playground")]
pub struct HotspotsArgs {
    /// One to three dimensions, by commas [default: feature, or model where no record knows a feature]
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',', value_parser = dimension)]
    pub by: Vec<Dimension>,
    /// How many rows [default: 20]
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub output: ChartArgs,
}

/// `outlay calls`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  outlay calls --month 2026-10                    the dearest 100
  outlay calls --order latency --where status=ok --top 20
  outlay calls --order time --top 50 --offset 50  the second page of the latest
  outlay calls show ID                            the bill of one call
  outlay calls trace TRACE_ID                     the steps of a trace, with what each cost"
)]
pub struct CallsArgs {
    /// What to do; none: list.
    #[command(subcommand)]
    pub command: Option<CallsCommand>,
    /// Order
    #[arg(long, value_enum, default_value_t)]
    pub order: OrderArg,
    /// How many [default: 100]
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// How many to leave out before the first
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    pub offset: i64,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub output: ListArgs,
}

/// `outlay calls …`
#[derive(Debug, Subcommand)]
pub enum CallsCommand {
    /// The bill of one call: tokens × price = amount
    Show {
        /// Call id, as listed
        id: String,
    },
    /// The steps of a trace, with what each cost
    Trace {
        /// Trace id
        id: String,
    },
}

/// What calls are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OrderArg {
    /// Dearest first; unpriced last
    #[default]
    Cost,
    /// Latest first
    Time,
    /// Most tokens first
    Tokens,
    /// Slowest first
    Latency,
}

impl From<OrderArg> for CallOrder {
    fn from(order: OrderArg) -> CallOrder {
        match order {
            OrderArg::Cost => CallOrder::Cost,
            OrderArg::Time => CallOrder::Time,
            OrderArg::Tokens => CallOrder::Tokens,
            OrderArg::Latency => CallOrder::Latency,
        }
    }
}
