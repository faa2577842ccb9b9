//! Requests in, replies out: the only crate that the window and the command line call.
//!
//! [`App`] has at most one company file open. Every command is listed once in [`commands`]; its body is one file of
//! [`use_cases`], which opens a view of the ledger, asks it for what an analysis reads, and runs the analysis.
#![deny(missing_docs)]

pub mod commands;
mod error;
pub mod export;
pub mod numbers;
mod opened;
pub mod prices;
pub mod printed;
mod recent;
pub mod replies;
pub mod tables;
pub mod task;
pub mod use_cases;
mod warm;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use outlay_ledger::Ledger;
use replies::ErrorReply;
use tokio::sync::RwLock;

/// An application with at most one company file open.
#[derive(Debug, Default)]
pub struct App {
    app_data: Option<PathBuf>,
    sample_data: Option<PathBuf>,
    open: RwLock<Option<Arc<Opened>>>,
    /// The company file that could not be opened last, for the check of it.
    failed: RwLock<Option<PathBuf>>,
}

/// An open company file.
#[derive(Debug)]
pub(crate) struct Opened {
    pub ledger: Ledger,
}

/// Microseconds since 1970, now.
pub(crate) fn now() -> i64 {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp_micros()
}

impl App {
    /// An application without an open company file. `app_data` is the operating system's folder for window state and
    /// recent files; `None` = nothing is remembered (command line).
    #[must_use]
    pub fn new(app_data: Option<PathBuf>) -> App {
        App { app_data, ..App::default() }
    }

    /// Where the files of the sample company lie.
    #[must_use]
    pub fn with_sample_data(mut self, folder: PathBuf) -> App {
        self.sample_data = Some(folder);
        self
    }

    /// Opens a company file (folder), or makes it where `create` is set and it does not exist.
    ///
    /// # Errors
    /// `no_ledger`, `newer_ledger`, `damaged`, `disk`, each with its remedy.
    pub async fn open(&self, path: &Path, create: bool) -> Result<(), ErrorReply> {
        let opened = Ledger::open(path, create).await;
        *self.failed.write().await = opened.is_err().then(|| path.to_path_buf());
        let ledger = opened?;
        if let Some(folder) = &self.app_data {
            let settings = opened::settings(&ledger).await?;
            recent::remember(folder, path, &settings.company);
        }
        *self.open.write().await = Some(Arc::new(Opened { ledger }));
        Ok(())
    }

    /// Opens the company file that was open last, where it is still there; whether one was.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_last(&self) -> Result<bool, ErrorReply> {
        let recent = self.app_data.as_deref().map(recent::list).unwrap_or_default();
        match recent.into_iter().find(|ledger| ledger.exists) {
            Some(last) => self.open(Path::new(&last.path), false).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// The folder of the company file that is open, or else of the one that could not be opened.
    pub(crate) async fn at_hand(&self) -> Option<PathBuf> {
        let open = self.open.read().await.as_ref().map(|open| open.ledger.root().to_path_buf());
        match open {
            Some(root) => Some(root),
            None => self.failed.read().await.clone(),
        }
    }

    /// Lets go of the open company file.
    pub(crate) async fn close(&self) {
        if let Some(open) = self.open.write().await.take() {
            open.ledger.close().await;
        }
    }

    /// The open company file.
    pub(crate) async fn opened(&self) -> Result<Arc<Opened>, ErrorReply> {
        self.open.read().await.clone().ok_or_else(|| {
            ErrorReply::new(
                "no_ledger",
                "no company file is open",
                "Open one, or make a new one and drop files into it.",
            )
        })
    }
}
