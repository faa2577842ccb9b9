//! One writer, by a lock that the operating system lets go of when the process dies.

use std::fs::{File, OpenOptions, TryLockError};

use crate::error::{Error, Result};
use crate::layout::Layout;

/// Held while writing; let go of when dropped.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process or handle holds it.
    pub fn take(layout: &Layout) -> Result<WriterLock> {
        let path = layout.lock();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(layout.root().to_path_buf())),
            Err(TryLockError::Error(e)) => Err(Error::Io { path, source: e }),
        }
    }
}
