//! A running request: where its progress goes, and whether it was cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::replies::Progress;

/// Progress and cancellation of one request.
#[derive(Clone)]
pub struct Task {
    cancelled: Arc<AtomicBool>,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Task {
    /// A task whose progress goes to `progress`.
    pub fn new(progress: impl Fn(Progress) + Send + Sync + 'static) -> Task {
        Task { cancelled: Arc::default(), progress: Arc::new(progress) }
    }
    /// A task that nobody watches.
    #[must_use]
    pub fn silent() -> Task {
        Task::new(|_| {})
    }
    /// Asks the work to stop; it leaves nothing behind.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
    /// Whether [`Task::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
    /// Tells how far the work has come.
    pub fn report(&self, progress: Progress) {
        (self.progress)(progress);
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
