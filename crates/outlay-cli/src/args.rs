//! The arguments of every command, with examples.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use outlay_analysis::analyses::calls::CallOrder;
use outlay_analysis::analyses::trend::TrendBy;
use outlay_model::dimension::Dimension;
use outlay_model::query::{Condition, Filter};
use outlay_model::tokens::Tokens;

/// What your LLMs cost, from the files that providers and tracers export. Offline: nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(
    name = "outlay",
    version,
    arg_required_else_help = true,
    propagate_version = true,
    after_help = "\
Examples:
  outlay import usage.csv logs.jsonl      read exports and logs
  outlay overview                         what the last full month cost
  outlay hotspots --by feature,model      where the money goes
  outlay price --provider openai --model gpt-4o --uncached-input 12000 --output 800

Exit codes: 0 answered, 1 a defect of Outlay, 2 something you can mend, 130 stopped by Ctrl-C.
NO_COLOR switches colours off; they are only used on a terminal."
)]
pub struct Cli {
    /// Ledger (company file): a folder [default: outlay/default in your data folder]
    #[arg(long, global = true, value_name = "DIR", env = "OUTLAY_LEDGER", hide_env_values = true)]
    pub ledger: Option<PathBuf>,
    /// IANA time zone that days begin in, and that times without a zone are read in [default: the ledger's]
    #[arg(long, global = true, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Print the reply as JSON; money as exact decimal text
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports, invoices and logs into the ledger
    Import(ImportArgs),
    /// List the formats that can be read
    Formats,
    /// Make the sample company from a folder of sample files
    #[command(after_help = "\
Examples:
  outlay --ledger /tmp/sample sample sample-data   then: outlay --ledger /tmp/sample overview")]
    Sample {
        /// Folder with one folder a format, such as sample-data
        folder: PathBuf,
    },
    /// List, show or undo past imports
    Imports(ImportsArgs),
    /// What did the period cost, and is that number right?
    Overview(OverviewArgs),
    /// How does spend move over time?
    Trend(TrendArgs),
    /// Where do I start?
    Hotspots(HotspotsArgs),
    /// List calls, dearest first; or show one, or its trace
    Calls(CallsArgs),
    /// Price a call
    Price(PriceArgs),
    /// Search prices, explain a match, add your own
    Prices(PricesArgs),
    /// List or give names, teams and cost centres to ids
    Names(NamesArgs),
    /// Show or set the ledger's settings
    Settings(SettingsArgs),
    /// Suggest or try a mapping for a file that no format knows
    Mapping(MappingArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Which records a question is about.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which records")]
pub struct FilterArgs {
    /// First day, such as 2026-10-01
    #[arg(long, value_name = "DATE", conflicts_with = "month")]
    pub from: Option<NaiveDate>,
    /// Last day, included
    #[arg(long, value_name = "DATE", conflicts_with = "month")]
    pub to: Option<NaiveDate>,
    /// A month, such as 2026-10 [default: the last full month with records]
    #[arg(long, value_name = "MONTH", value_parser = month)]
    pub month: Option<String>,
    /// KEY=VALUE or KEY!=VALUE; a comma means any of (`\,` is a comma itself), an empty value "not told". Repeatable:
    /// all must hold
    #[arg(long = "where", value_name = "KEY=VALUE", value_parser = condition)]
    pub conditions: Vec<Condition>,
}

impl FilterArgs {
    /// As the app wants it.
    pub fn filter(self, zone: Option<String>) -> Filter {
        Filter { from: self.from, to: self.to, month: self.month, zone, conditions: self.conditions }
    }
}

/// The other way to print an answer that has a table.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct CsvArgs {
    /// Print the table as CSV: exact decimals; unknown is an empty cell
    #[arg(long, conflicts_with = "json", help_heading = "Options")]
    pub csv: bool,
}

/// The other ways to print an answer that has a table and a chart.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct ChartArgs {
    /// Print the table as CSV: exact decimals; unknown is an empty cell
    #[arg(long, conflicts_with = "json", help_heading = "Options")]
    pub csv: bool,
    /// Print the chart as SVG, as the report draws it
    #[arg(long, conflicts_with_all = ["json", "csv"], help_heading = "Options")]
    pub svg: bool,
}

/// `outlay import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay import ~/Downloads/openai-usage.csv
  outlay import logs/ --account production       every file of a folder
  outlay import own.csv --map own.toml           a file of your own; see `outlay mapping`
  outlay import naive.csv --zone Europe/Berlin   times without a zone

Reading a file again adds nothing: what is there already is counted and left out. Ctrl-C leaves nothing behind.")]
pub struct ImportArgs {
    /// Files or folders; .gz and .zst are read as they are
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Format id, where it is not to be detected; see `outlay formats`
    #[arg(long)]
    pub format: Option<String>,
    /// Read through a mapping
    #[arg(long, value_name = "M.toml")]
    pub map: Option<PathBuf>,
    /// Provider account that the records belong to, where there are several
    #[arg(long)]
    pub account: Option<String>,
}

/// `outlay imports`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay imports          all imports, and which days each source has
  outlay imports show 3   one import, file by file
  outlay imports undo 3   take its records out again")]
pub struct ImportsArgs {
    /// What to do; none: list.
    #[command(subcommand)]
    pub command: Option<ImportsCommand>,
}

/// `outlay imports …`
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ImportsCommand {
    /// Show one import, file by file
    Show {
        /// Import id
        id: i64,
    },
    /// Take an import's records out of the ledger
    Undo {
        /// Import id
        id: i64,
    },
}

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
    pub output: CsvArgs,
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

/// `outlay price`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay price --provider openai --model gpt-4o --date 2026-11-05 --uncached-input 12000 --output 800
  outlay price --provider anthropic --model claude-sonnet-4-5 --cache-read 90000 --cache-write-5m 4000 --output 600
  outlay price --provider openai --model gpt-4.1 --tier batch --uncached-input 50000 --output 4000 --json

Input buckets are disjoint: cached tokens are not part of --uncached-input. No ledger is needed; where there is one, its
own prices and aliases count.")]
pub struct PriceArgs {
    /// Provider that bills
    #[arg(long)]
    pub provider: String,
    /// Model id as your files spell it
    #[arg(long)]
    pub model: String,
    /// Date, or instant such as 2026-11-05T12:00:00Z; a date means noon UTC [default: today]
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// Service tier: standard, batch, priority …
    #[arg(long, default_value = "standard")]
    pub tier: String,
    /// Region
    #[arg(long, default_value = "")]
    pub region: String,
    #[command(flatten)]
    pub tokens: TokensArgs,
}

/// Token buckets.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Tokens")]
pub struct TokensArgs {
    /// Text input that no cache served or stored
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub uncached_input: i64,
    /// Input read from the prompt cache
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_read: i64,
    /// Input written to the cache for five minutes
    #[arg(long = "cache-write-5m", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_5m: i64,
    /// Input written to the cache for one hour
    #[arg(long = "cache-write-1h", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_1h: i64,
    /// Input written to the cache for thirty minutes
    #[arg(long = "cache-write-30m", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_30m: i64,
    /// Input written to the cache for twelve hours
    #[arg(long = "cache-write-12h", value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_12h: i64,
    /// Input written to the cache for an unknown time: priced as a range
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub cache_write_unknown: i64,
    /// Text output, reasoning included
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub output: i64,
    /// Audio input
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub audio_input: i64,
    /// Audio output
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub audio_output: i64,
    /// Image input
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub image_input: i64,
    /// Image output
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = tokens())]
    pub image_output: i64,
}

impl From<TokensArgs> for Tokens {
    fn from(t: TokensArgs) -> Tokens {
        Tokens {
            uncached_input: t.uncached_input,
            cache_read: t.cache_read,
            cache_write_5m: t.cache_write_5m,
            cache_write_1h: t.cache_write_1h,
            cache_write_30m: t.cache_write_30m,
            cache_write_12h: t.cache_write_12h,
            cache_write_unknown: t.cache_write_unknown,
            output: t.output,
            reasoning: 0,
            audio_input: t.audio_input,
            audio_output: t.audio_output,
            image_input: t.image_input,
            image_output: t.image_output,
        }
    }
}

fn tokens() -> clap::builder::RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(0..)
}

/// `outlay prices`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  outlay prices sonnet                             prices per million tokens
  outlay prices explain gpt-4o-2024-08-06 --provider openai
  outlay prices import contract.csv                your own prices; they win over the book
  outlay prices alias azure my-deployment --means azure gpt-4o

The CSV has the columns provider, model, valid_from, valid_to, tier, uncached_input, cache_read, cache_write_5m,
cache_write_1h, output, currency; per million tokens."
)]
pub struct PricesArgs {
    /// What to do; none: search.
    #[command(subcommand)]
    pub command: Option<PricesCommand>,
    /// Part of a provider or model id
    #[arg(default_value = "", hide_default_value = true)]
    pub search: String,
    #[command(flatten)]
    pub output: CsvArgs,
}

/// `outlay prices …`
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// How an id is matched, with the history of its price
    Explain {
        /// Model id as your files spell it
        id: String,
        /// Provider that bills
        #[arg(long)]
        provider: Option<String>,
    },
    /// Add your own prices
    Import {
        /// CSV file
        file: PathBuf,
        /// Take prices far outside the usual range too
        #[arg(long)]
        allow_odd: bool,
    },
    /// Say which model an id means, such as an Azure deployment
    Alias {
        /// Provider as seen
        provider: String,
        /// Id as seen
        id: String,
        /// Provider and model whose price applies
        #[arg(long, required = true, num_args = 2, value_names = ["PROVIDER", "MODEL"])]
        means: Vec<String>,
    },
}

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

/// `outlay mapping`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay mapping suggest own.csv > own.toml       then answer the questions in it
  outlay mapping try own.csv --map own.toml       the first row, as it would be read and priced
  outlay import own.csv --map own.toml")]
pub struct MappingArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: MappingCommand,
}

/// `outlay mapping …`
#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// Print a suggested mapping as TOML
    Suggest {
        /// File
        file: PathBuf,
    },
    /// Try a mapping on the first rows
    Try {
        /// File
        file: PathBuf,
        /// Mapping
        #[arg(long, value_name = "M.toml")]
        map: PathBuf,
    },
}

/// `outlay completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay completions bash > ~/.local/share/bash-completion/completions/outlay
  outlay completions zsh > \"${fpath[1]}/_outlay\"
  outlay completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// Shell
    pub shell: clap_complete::Shell,
}

fn month(text: &str) -> Result<String, String> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
        .ok()
        .filter(|_| text.len() == 7)
        .map(|_| text.to_owned())
        .ok_or_else(|| "a month looks like 2026-10".to_owned())
}

fn dimension(text: &str) -> Result<Dimension, String> {
    text.trim().replace('-', "_").parse()
}

/// Reads `key=value`, `key!=value`, `key=a,b`.
fn condition(text: &str) -> Result<Condition, String> {
    let (key, rest) =
        text.split_once('=').ok_or_else(|| "a condition looks like feature=search or feature!=search".to_owned())?;
    let (key, negate) = key.strip_suffix('!').map_or((key, false), |key| (key, true));
    let mut values = vec![String::new()];
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&',') => {
                chars.next();
                if let Some(last) = values.last_mut() {
                    last.push(',');
                }
            }
            ',' => values.push(String::new()),
            c => {
                if let Some(last) = values.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    Ok(Condition { dimension: dimension(key)?, values, negate })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let known = command.get_name() == "formats" || help.starts_with("Examples:\n  outlay ");
            assert!(known, "{} has no examples", command.get_name());
        }
    }

    #[test]
    fn conditions_are_read() {
        let told = condition("feature=search,chat").expect("a condition");
        assert_eq!((told.dimension, told.negate), (Dimension::Feature, false));
        assert_eq!(told.values, ["search", "chat"]);
        let told = condition("prompt-name!=a\\,b=c").expect("a condition");
        assert_eq!((told.dimension, told.negate), (Dimension::PromptName, true));
        assert_eq!(told.values, ["a,b=c"]);
        assert_eq!(condition("team=").expect("a condition").values, [""]);
        assert!(condition("team").is_err());
        assert!(condition("colour=red").is_err());
    }

    #[test]
    fn months_are_read() {
        assert!(month("2026-10").is_ok());
        for bad in ["2026-13", "2026-1", "October", "2026-10-01"] {
            assert!(month(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_documented_lines_parse() {
        for line in [
            "outlay --ledger x price --provider openai --model gpt-4o --date 2026-11-05 --uncached-input 1 --cache-read 2 \
             --cache-write-5m 3 --cache-write-1h 4 --output 5 --tier batch --json",
            "outlay --ledger x import --json file.csv",
            "outlay imports undo 3",
            "outlay calls --order latency --top 5 --offset 10 --where status=ok",
            "outlay calls trace abc",
            "outlay prices alias azure d --means azure gpt-4o",
            "outlay prices sonnet --csv",
            "outlay prices explain gpt-4o --provider openai",
            "outlay names set api_key k --team search",
            "outlay settings set number-format 1.234,56",
            "outlay hotspots --by feature,model --month 2026-10",
            "outlay trend --by weekday-hour --zone Europe/Berlin",
            "outlay mapping suggest own.csv",
            "outlay completions fish",
        ] {
            let parsed = Cli::try_parse_from(line.split_whitespace());
            assert!(parsed.is_ok(), "{line}: {}", parsed.err().map(|e| e.to_string()).unwrap_or_default());
        }
        for line in [
            "outlay overview --csv --json",
            "outlay names set api_key k",
            "outlay overview --month 2026-10 --from 2026-10-01",
            "outlay price --provider openai --model gpt-4o --output -1",
        ] {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err(), "{line}");
        }
    }
}
