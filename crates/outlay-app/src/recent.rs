//! Company files opened before, kept in the operating system's app-data folder.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::replies::RecentLedger;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Recent {
    ledgers: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    path: String,
    company: String,
}

const MOST: usize = 12;
const FILE: &str = "recent.json";

fn read(folder: &Path) -> Recent {
    std::fs::read_to_string(folder.join(FILE)).ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
}

/// Puts a company file first. Convenience only: a folder that cannot be written is no reason to fail.
pub fn remember(folder: &Path, path: &Path, company: &str) {
    let mut recent = read(folder);
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).to_string_lossy().into_owned();
    recent.ledgers.retain(|e| e.path != path);
    recent.ledgers.insert(0, Entry { path, company: company.to_owned() });
    recent.ledgers.truncate(MOST);
    if let Ok(text) = serde_json::to_string_pretty(&recent) {
        let _ = std::fs::create_dir_all(folder);
        let temporary = folder.join("recent.json.new");
        if std::fs::write(&temporary, text).is_ok() {
            let _ = std::fs::rename(temporary, folder.join(FILE));
        }
    }
}

/// Company files opened before, latest first.
#[must_use]
pub fn list(folder: &Path) -> Vec<RecentLedger> {
    let entry = |e: Entry| RecentLedger {
        exists: Path::new(&e.path).join("outlay.db").is_file(),
        path: e.path,
        company: e.company,
    };
    read(folder).ledgers.into_iter().map(entry).collect()
}
