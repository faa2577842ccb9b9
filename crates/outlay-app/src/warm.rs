//! Asks a just opened company file what its first screens ask, so that these answer from memory.

use outlay_model::report::Kind;

use crate::replies::{ErrorReply, FilterRequest, HotspotsRequest};
use crate::task::Task;
use crate::{App, now, use_cases};

/// Calls of a company file of which the rows of a month are read ahead; in a larger one that would keep a core busy
/// for something that nobody has asked.
const FEW_CALLS: i64 = 200_000;

impl App {
    /// Reads what Overview and Hotspots of the first month need; a cancelled task reads no further.
    ///
    /// # Errors
    /// As these screens', which will say the same.
    pub async fn warm(&self, task: &Task) -> Result<(), ErrorReply> {
        use_cases::overview(self, FilterRequest::default(), task).await?;
        use_cases::hotspots(self, HotspotsRequest { from_sums: true, ..HotspotsRequest::default() }, task).await?;
        let view = self.opened().await?.ledger.view(now()).await?;
        let calls = view.records(Kind::Call).await?;
        view.close().await?;
        if calls <= FEW_CALLS && !task.is_cancelled() {
            use_cases::hotspots(self, HotspotsRequest::default(), task).await?;
        }
        Ok(())
    }
}
