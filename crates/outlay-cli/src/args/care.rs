//! Arguments of `doctor`, `forget`, `backup` and `restore`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

/// `outlay doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay doctor                  check every file of the ledger against the catalogue
  outlay doctor --repair         and make again what can be made again without loss
  outlay doctor --set-aside      and take damaged rows out, so that their files can be imported again

Exit codes: 0 all is whole or was mended, 2 something is left to mend.")]
pub struct DoctorArgs {
    /// Put a damaged catalogue's copy in its place, make damaged sums again, remove what a killed writer left
    #[arg(long)]
    pub repair: bool,
    /// Take damaged rows out in a new data version as well
    #[arg(long)]
    pub set_aside: bool,
}

/// `outlay forget`
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true).args(["user", "texts", "from"]),
    after_help = "\
Examples:
  outlay forget --user ada@example.org --yes
  outlay forget --texts --yes
  outlay forget --from 2025-01-01 --to 2025-12-31 --yes

It goes out of every data version, and older data versions go with it. It cannot be undone; importing the same files
again would bring it back. Backups and exports that were made before still have it."
)]
pub struct ForgetArgs {
    /// Every record of a user, by the id as the sources spell it
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
    /// All prompt and answer texts; the records stay
    #[arg(long)]
    pub texts: bool,
    /// Every record from this day on
    #[arg(long, value_name = "DATE", requires = "to")]
    pub from: Option<NaiveDate>,
    /// Up to this day, included
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<NaiveDate>,
    /// Do it: there is no way back
    #[arg(long, required = true)]
    pub yes: bool,
}

/// `outlay backup`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay backup /media/disk/outlay-2026-11.tar
  outlay --ledger DIR restore /media/disk/outlay-2026-11.tar")]
pub struct BackupArgs {
    /// File to write; one that is there already is replaced once the new one is whole
    pub file: PathBuf,
}

/// `outlay restore`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  outlay --ledger ~/restored restore /media/disk/outlay-2026-11.tar")]
pub struct RestoreArgs {
    /// Backup to read; the ledger's folder must be new
    pub file: PathBuf,
}
