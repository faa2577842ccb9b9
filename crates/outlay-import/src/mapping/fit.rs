//! Which files a mapping is for.

use sonic_rs::PointerNode;

use super::{Mapping, path, samples};
use crate::head::Head;
use crate::table::normal;

impl Mapping {
    /// The set of columns that it was made for: lower case, sorted; compare with [`Head::signature`].
    #[must_use]
    pub fn signature(&self) -> Vec<String> {
        let mut set: Vec<String> = self.headers.iter().map(|h| normal(h)).collect();
        set.sort();
        set.dedup();
        set
    }

    /// Makes it one for files that begin like this, where it does not say what it was made for.
    pub fn made_for(&mut self, head: &Head) {
        if self.headers.is_empty() {
            self.headers = head.signature().to_vec();
        }
    }

    /// Whether a file has all that it reads, though its set of columns may be another: objects leave keys out, so that
    /// the first one of a JSON file does not tell what the others have. Of a table only a mapping that does not say
    /// what it was made for is asked.
    ///
    /// This is less than [`Mapping::signature`] being that of the file, which is to be looked for first.
    #[must_use]
    pub fn covers(&self, head: &Head) -> bool {
        if self.columns.is_empty() || !(head.is_json() || (self.headers.is_empty() && self.rows.is_empty())) {
            return false;
        }
        if head.is_table() {
            return self.columns.values().all(|column| head.has(&normal(column)));
        }
        let keys = samples::all_keys_behind(&head.text, head.layout, &self.rows);
        self.columns.values().all(|path| {
            let first = match path::nodes(path).into_iter().next() {
                Some(PointerNode::Key(key)) => key.to_string(),
                _ => String::new(),
            };
            keys.contains(path) || keys.contains(&first)
        })
    }
}
