//! The window: one webview over [`outlay_app`], and nothing of its own but native file dialogs.
//!
//! Takes requests from the pages in `ui/` through [`bridge`], gives replies and progress. Pages are baked in and run
//! under the policy in `tauri.conf.json`: nothing is fetched from anywhere, and nothing can be sent.
#![deny(missing_docs)]

pub mod bridge;
pub mod dialogs;

use std::path::PathBuf;

use clap::Parser;
use tauri::Manager;

/// Opens Outlay's window.
#[derive(Debug, Parser)]
#[command(name = "outlay-desktop", version)]
pub struct Args {
    /// Ledger (company file) to open; made where it does not exist [default: the last one]
    #[arg(long, value_name = "DIR", env = "OUTLAY_LEDGER", hide_env_values = true)]
    pub ledger: Option<PathBuf>,
}

/// Reads the arguments and shows the window until it is closed.
///
/// # Errors
/// Where the system gives no window or no application-data folder.
pub fn run() -> tauri::Result<()> {
    let args = Args::parse();
    tauri::Builder::default()
        .setup(move |app| {
            let data = app.path().app_data_dir()?;
            app.manage(bridge::Bridge::new(data, args.ledger));
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![bridge::call, bridge::cancel, dialogs::pick])
        .run(tauri::generate_context!())
}
