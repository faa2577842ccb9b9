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
    /// Name and place of a table to write.
    SaveCsv,
    /// Name and place of a chart to write.
    SaveSvg,
    /// Name and place of a page to write.
    SavePdf,
    /// Name and place of a backup to write.
    SaveBackup,
    /// One backup to read.
    OpenBackup,
}

/// Shows a dialog and gives the paths that were chosen; none where it was closed. `name` is the file name that a dialog
/// for saving begins with; the system asks before one that is there is replaced.
///
/// # Errors
/// A fault where the window is gone.
#[tauri::command]
pub async fn pick(window: WebviewWindow, kind: Kind, name: Option<String>) -> Result<Vec<String>, ErrorReply> {
    let (send, chosen) = oneshot::channel();
    let parent = window.clone();
    // Dialogs belong to the thread that the window belongs to.
    window
        .run_on_main_thread(move || {
            let dialog = AsyncFileDialog::new().set_parent(&parent);
            tauri::async_runtime::spawn(async move {
                let handles = ask(dialog, kind, &name.unwrap_or_default()).await;
                // The page may have gone meanwhile.
                let _ = send.send(handles.iter().map(path).collect());
            });
        })
        .map_err(|e| ErrorReply::fault(format!("no file dialog: {e}")))?;
    chosen.await.map_err(|e| ErrorReply::fault(format!("the file dialog ended without an answer: {e}")))
}

async fn ask(dialog: AsyncFileDialog, kind: Kind, name: &str) -> Vec<FileHandle> {
    match kind {
        Kind::Files => dialog.pick_files().await.unwrap_or_default(),
        Kind::Folder | Kind::OpenLedger => dialog.pick_folder().await.into_iter().collect(),
        Kind::Csv => dialog.add_filter("CSV", &["csv"]).pick_file().await.into_iter().collect(),
        Kind::NewLedger => dialog.save_file().await.into_iter().collect(),
        Kind::SaveCsv => save(dialog.add_filter("CSV", &["csv"]), name).await,
        Kind::SaveSvg => save(dialog.add_filter("SVG", &["svg"]), name).await,
        Kind::SaveBackup => save(dialog.add_filter("Outlay backup", &["tar"]), name).await,
        Kind::OpenBackup => dialog.add_filter("Outlay backup", &["tar"]).pick_file().await.into_iter().collect(),
        Kind::SavePdf => save(dialog.add_filter("PDF", &["pdf"]), name).await,
    }
}

async fn save(dialog: AsyncFileDialog, name: &str) -> Vec<FileHandle> {
    dialog.set_file_name(bare(name)).save_file().await.into_iter().collect()
}

/// A file name alone: a page must not choose the folder.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).map(|c| if "/\\:".contains(c) { '-' } else { c }).collect()
}

fn path(handle: &FileHandle) -> String {
    handle.path().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_chooses_no_folder() {
        assert_eq!(bare("outlay-calls-2026-10.csv"), "outlay-calls-2026-10.csv");
        assert_eq!(bare("../etc\n/c:\\x.csv"), "..-etc-c--x.csv");
    }
}
