//! Arguments of what belongs to a company file itself: `names` and `settings`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use outlay_model::dimension::Dimension;

use super::filter::{CsvArgs, dimension};

/// `outlay names`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  outlay names                                     names given, and ids that have none
  outlay names --csv > names.csv                   the same, to fill in
  outlay names import names.csv                    columns dimension, id, name, team, cost_centre
  outlay names set api_key key_7f2 --name \"Search, production\" --team search --cost-centre 4711"
)]
pub struct NamesArgs {
    /// What to do; none: list.
    #[command(subcommand)]
    pub command: Option<NamesCommand>,
    #[command(flatten)]
    pub output: CsvArgs,
}

/// `outlay names …`
#[derive(Debug, Subcommand)]
pub enum NamesCommand {
    /// List names given, and ids that have none
    List,
    /// Read names from a CSV file
    Import {
        /// CSV file
        file: PathBuf,
    },
    /// Name one id; what is not told stays as it is, and an empty text takes it away
    #[command(group = clap::ArgGroup::new("told").required(true).multiple(true).args(["name", "team", "cost_centre"]))]
    Set {
        /// api_key, project, workspace, account, customer …
        #[arg(value_parser = dimension)]
        dimension: Dimension,
        /// Id as the sources spell it
        id: String,
        /// Name
        #[arg(long)]
        name: Option<String>,
        /// Team
        #[arg(long)]
        team: Option<String>,
        /// Cost centre
        #[arg(long)]
        cost_centre: Option<String>,
    },
}

/// `outlay settings`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay settings
  outlay settings set company \"Example Ltd\"
  outlay settings set zone Europe/Berlin
  outlay settings set number-format 1.234,56")]
pub struct SettingsArgs {
    /// What to do; none: show.
    #[command(subcommand)]
    pub command: Option<SettingsCommand>,
}

/// `outlay settings …`
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show the settings and what the ledger holds
    Show,
    /// Set one
    Set {
        /// Which
        #[arg(value_enum)]
        key: SettingArg,
        /// To what
        value: String,
    },
}

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SettingArg {
    /// Company name
    Company,
    /// Reporting zone, IANA name
    Zone,
    /// Reporting currency, such as EUR
    Currency,
    /// 1,234.56 or 1.234,56 or "1 234,56"
    NumberFormat,
    /// First month of the fiscal year, 1 to 12
    FiscalYearStart,
    /// Whether prompt and answer texts are kept: yes or no
    KeepText,
    /// Whether user ids are stored as keyed hashes: yes or no
    HashUsers,
}
