//! A folder that is looked at again and again: what appears in it is imported once it no longer grows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use super::files::{Found, expand, hash_of};
use super::import;
use crate::App;
use crate::replies::{ErrorReply, ImportReply, ImportRequest};
use crate::task::Task;

/// How a file was at the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    bytes: u64,
    changed: Option<SystemTime>,
    /// It was imported, or refused, as it is.
    done: bool,
}

/// What is known of a folder.
#[derive(Debug, Default)]
pub struct Watch {
    files: BTreeMap<PathBuf, Look>,
}

impl Watch {
    /// Whether all that is there was imported or refused.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.files.values().all(|file| file.done)
    }

    /// Looks once: imports the files that are as they were at the look before and that no import has read yet. Of a
    /// folder that is there before it is watched, only what was never imported comes in. `None` where nothing is ready.
    ///
    /// # Errors
    /// As import; `locked` where another process writes: the next look tries again.
    pub async fn look(
        &mut self,
        app: &App,
        request: &ImportRequest,
        task: &Task,
    ) -> Result<Option<ImportReply>, ErrorReply> {
        let there = match expand(&request.paths) {
            Ok(files) => files.found,
            // An empty folder is waited for.
            Err(_) if request.paths.iter().all(|path| std::path::Path::new(path).is_dir()) => Vec::new(),
            Err(error) => return Err(error),
        };
        // An archive is one file, whatever is in it.
        let mut paths: BTreeMap<PathBuf, Vec<Found>> = BTreeMap::new();
        for found in there {
            paths.entry(found.path.clone()).or_default().push(found);
        }
        self.files.retain(|path, _| paths.contains_key(path));
        let known = app.opened().await?.ledger.imported_hashes().await?;
        let mut ready = Vec::new();
        for (path, found) in paths {
            let Ok(meta) = std::fs::metadata(&path) else { continue };
            let now = Look { bytes: meta.len(), changed: meta.modified().ok(), done: false };
            let before = self.files.insert(path.clone(), now);
            let rests = before.is_some_and(|b| (b.bytes, b.changed) == (now.bytes, now.changed));
            let done = rests && before.is_some_and(|b| b.done);
            if done || (rests && found.iter().all(|file| hash_of(file).is_some_and(|hash| known.contains(&hash)))) {
                self.files.insert(path, Look { done: true, ..now });
            } else if rests {
                ready.push(path);
            }
        }
        if ready.is_empty() {
            return Ok(None);
        }
        let names = ready.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let reply = import(app, ImportRequest { paths: names, ..request.clone() }, task).await?;
        for path in ready {
            if let Some(look) = self.files.get_mut(&path) {
                look.done = true;
            }
        }
        Ok(Some(reply))
    }
}
