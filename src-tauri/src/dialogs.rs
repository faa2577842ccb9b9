//! Native file dialogs: the pages get paths, never a file's content.

use rfd::{AsyncFileDialog, FileHandle};
use serde::Deserialize;
use tauri::WebviewWindow;
use tokio::sync::oneshot;

use outlay_app::replies::ErrorReply;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any number of files to read.
    Files,
    /// A folder of files to read.
    Folder,
    /// One CSV file to read.
    Csv,
    /// A company file that there is: a folder.
    OpenLedger,
    /// Name and place of a company file that there is not yet.
    NewLedger,
}

/// Shows a dialog and gives the paths that were chosen; none where it was closed.
///
/// # Errors
/// A fault where the window is gone.
#[tauri::command]
pub async fn pick(window: WebviewWindow, kind: Kind) -> Result<Vec<String>, ErrorReply> {
    let (send, chosen) = oneshot::channel();
    let parent = window.clone();
    // Dialogs belong to the thread that the window belongs to.
    window
        .run_on_main_thread(move || {
            let dialog = AsyncFileDialog::new().set_parent(&parent);
            tauri::async_runtime::spawn(async move {
                let handles = ask(dialog, kind).await;
                // The page may have gone meanwhile.
                let _ = send.send(handles.iter().map(path).collect());
            });
        })
        .map_err(|e| ErrorReply::fault(format!("no file dialog: {e}")))?;
    chosen.await.map_err(|e| ErrorReply::fault(format!("the file dialog ended without an answer: {e}")))
}

async fn ask(dialog: AsyncFileDialog, kind: Kind) -> Vec<FileHandle> {
    match kind {
        Kind::Files => dialog.pick_files().await.unwrap_or_default(),
        Kind::Folder | Kind::OpenLedger => dialog.pick_folder().await.into_iter().collect(),
        Kind::Csv => dialog.add_filter("CSV", &["csv"]).pick_file().await.into_iter().collect(),
        Kind::NewLedger => dialog.save_file().await.into_iter().collect(),
    }
}

fn path(handle: &FileHandle) -> String {
    handle.path().to_string_lossy().into_owned()
}
