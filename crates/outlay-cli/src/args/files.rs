//! Arguments of what reads files: `import`, `watch`, `imports`, `mapping`.

use std::path::PathBuf;

use super::filter::ListArgs;
use clap::{Args, Subcommand};

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
    /// Files, folders or archives (zip, tar); .gz and .zst are read as they are
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
    /// Rows of a kind that wait in memory before they go to the ledger's scratch folder [default: 262144]
    #[arg(long, value_name = "N")]
    pub rows_in_memory: Option<usize>,
}

/// `outlay watch`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay watch ~/exports                 import what appears there, until Ctrl-C
  outlay watch ~/exports logs/ --every 60
  outlay watch ~/exports --once          import what is new, and end

A file is imported once it no longer grows. What an import has read before is not read again.")]
pub struct WatchArgs {
    /// Folders
    #[arg(required = true, value_name = "FOLDERS")]
    pub folders: Vec<PathBuf>,
    /// Seconds between two looks
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub every: u64,
    /// End once everything that is there was imported or refused
    #[arg(long)]
    pub once: bool,
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
  outlay imports undo 3   take its records out again
  outlay imports --pdf imports.pdf   the list to file, with the days of each source")]
pub struct ImportsArgs {
    /// What to do; none: list.
    #[command(subcommand)]
    pub command: Option<ImportsCommand>,
    #[command(flatten)]
    pub output: ListArgs,
}

/// `outlay imports …`
#[derive(Clone, Debug, Subcommand)]
pub enum ImportsCommand {
    /// Show one import, file by file
    Show {
        /// Import id
        id: i64,
    },
    /// List the rows that an import refused, with line and reason
    Refused {
        /// Import id
        id: i64,
    },
    /// Take an import's records out of the ledger
    Undo {
        /// Import id
        id: i64,
    },
    /// Read an import's files again, with another mapping or where they have changed; its records leave as these come in
    Again {
        /// Import id
        id: i64,
        /// Where its files are, if not where they were
        files: Vec<PathBuf>,
        /// Mapping to read them through
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
    },
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
