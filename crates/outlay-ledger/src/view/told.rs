//! Which dimensions a data version tells anything of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;

use super::View;
use crate::datasets::told::told;
use crate::error::Result;
use crate::ledger::blocking;

/// What files tell, by path: a file never changes.
pub(crate) type Cache = Arc<Mutex<BTreeMap<String, BTreeSet<Dimension>>>>;

impl View {
    /// The dimensions that any record of a kind tells, whether or not it counts; read from the footers of its files.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`] where a footer cannot be read.
    pub async fn told(&self, kind: Kind) -> Result<BTreeSet<Dimension>> {
        let (cache, layout) = (self.told.clone(), self.layout.clone());
        let files = self.files(kind.dataset()).await?;
        blocking(move || {
            let names: Vec<&str> = Dimension::ALL.iter().map(|dimension| dimension.name()).collect();
            let lock = || cache.lock().unwrap_or_else(PoisonError::into_inner);
            let mut out = BTreeSet::new();
            for file in files {
                let known = lock().get(&file.path).cloned();
                let found = match known {
                    Some(found) => found,
                    None => {
                        let tells = told(&layout.file(&file.path), &names)?;
                        let found = Dimension::ALL.iter().copied().zip(tells);
                        let found: BTreeSet<Dimension> = found.filter(|(_, tells)| *tells).map(|(d, _)| d).collect();
                        lock().insert(file.path, found.clone());
                        found
                    }
                };
                out.extend(found);
            }
            Ok(out)
        })
        .await
    }
}
