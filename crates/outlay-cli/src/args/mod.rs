//! The arguments of every command, with examples.

mod care;
mod company;
mod coverage;
mod files;
mod filter;
mod prices;
mod questions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use care::{BackupArgs, DoctorArgs, ForgetArgs, RestoreArgs};
pub use company::{NamesArgs, NamesCommand, SettingArg, SettingsArgs, SettingsCommand};
pub use coverage::{CoverageArgs, CoverageCommand, DecideArgs};
pub use files::{ImportArgs, ImportsArgs, ImportsCommand, MappingArgs, MappingCommand, WatchArgs};
pub use prices::{PriceArgs, PricesArgs, PricesCommand};
pub use questions::{CallsArgs, CallsCommand, HotspotsArgs, MonthArgs, OrderArg, OverviewArgs, TrendArgs};

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
    /// Import what appears in a folder, until stopped
    Watch(WatchArgs),
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
    /// Why did it change, and can I close it?
    Month(MonthArgs),
    /// How does spend move over time?
    Trend(TrendArgs),
    /// Where do I start?
    Hotspots(HotspotsArgs),
    /// Is it all here? And which source makes each day's total
    Coverage(CoverageArgs),
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
    /// Is all that was imported still there and whole?
    Doctor(DoctorArgs),
    /// Take a user, texts or a time range out for good
    Forget(ForgetArgs),
    /// Write the ledger into one file
    Backup(BackupArgs),
    /// Make the ledger that a backup holds
    Restore(RestoreArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
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
            "outlay coverage --month 2026-10 --csv",
            "outlay coverage decide openai --from 2026-10-01 --to 2026-10-31 --source own-logs --reason late",
            "outlay watch ~/exports --every 60 --once",
            "outlay forget --user ada@example.org --yes",
            "outlay forget --from 2025-01-01 --to 2025-12-31 --yes",
            "outlay doctor --repair",
            "outlay backup b.tar",
            "outlay --ledger d restore b.tar",
            "outlay completions fish",
        ] {
            let parsed = Cli::try_parse_from(line.split_whitespace());
            assert!(parsed.is_ok(), "{line}: {}", parsed.err().map(|e| e.to_string()).unwrap_or_default());
        }
        for line in [
            "outlay forget --user ada@example.org",
            "outlay forget --yes",
            "outlay forget --user a --texts --yes",
            "outlay overview --csv --json",
            "outlay names set api_key k",
            "outlay overview --month 2026-10 --from 2026-10-01",
            "outlay price --provider openai --model gpt-4o --output -1",
        ] {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err(), "{line}");
        }
    }
}
