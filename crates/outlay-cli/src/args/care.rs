//! Arguments of `doctor`, `backup` and `restore`.

use std::path::PathBuf;

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
