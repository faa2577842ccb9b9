//! `outlay sample`

use std::path::Path;

use outlay_app::replies::ErrorReply;
use outlay_app::task::Task;
use outlay_app::use_cases;

use crate::context::{Answer, Context};

pub async fn run(context: &Context, folder: &Path) -> Result<Answer, ErrorReply> {
    let ledger = context.folder()?;
    use_cases::make_sample(&context.app, ledger, folder, &Task::silent()).await?;
    Ok(Answer::from(format!("The sample company is in {}.\n", ledger.display())))
}
