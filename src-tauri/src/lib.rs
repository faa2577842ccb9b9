//! The window: one webview over [`outlay_app`], and nothing of its own but native file dialogs.
//!
//! Takes requests from the pages in `ui/` through [`bridge`], gives replies and progress. Pages are baked in and run
//! under the policy in `tauri.conf.json`: nothing is fetched from anywhere, and nothing can be sent.
#![deny(missing_docs)]

pub mod bridge;
pub mod dialogs;

use std::path::{Path, PathBuf};

use clap::Parser;
use outlay_app::App;
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
            let core =
                App::new(Some(app.path().app_data_dir()?)).with_sample_data(sample_data(&app.path().resource_dir()?));
            app.manage(bridge::Bridge::new(core, args.ledger));
            // The file opens while the page does.
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move { handle.state::<bridge::Bridge>().open_first().await });
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![bridge::call, bridge::cancel, dialogs::pick])
        .run(tauri::generate_context!())
}

/// Where the sample company's files lie: beside an installed program, else in the workspace that this was built from.
fn sample_data(resources: &Path) -> PathBuf {
    let installed = resources.join("sample-data");
    if installed.is_dir() { installed } else { PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../sample-data")) }
}
