//! `outlay watch`

use std::time::Duration;

use outlay_app::replies::{ErrorReply, ImportRequest};
use outlay_app::use_cases::Watch;

use super::import::printed;
use crate::args::WatchArgs;
use crate::context::{Answer, Context, Missing, path_text, read_text};
use crate::print::{self, progress};

/// Runs until it is stopped; what each look brought in is printed at once.
pub async fn run(context: &Context, args: WatchArgs) -> Result<Answer, ErrorReply> {
    let request = ImportRequest {
        paths: args.folders.iter().map(|f| path_text(f)).collect::<Result<_, _>>()?,
        mapping: args.map.as_deref().map(read_text).transpose()?,
        zone: context.zone.clone(),
        account: args.account,
        ..ImportRequest::default()
    };
    context.open(Missing::Create).await?;
    let (task, bar) = progress::watched();
    let mut watch = Watch::default();
    let every = Duration::from_secs(args.every.max(1));
    loop {
        match watch.look(&context.app, &request, &task).await {
            Ok(Some(reply)) => {
                let text = if context.json {
                    serde_json::to_string(&reply).map_err(|e| ErrorReply::fault(e.to_string()))? + "\n"
                } else {
                    printed(&reply, &context.look().await)
                };
                bar.suspend(|| print::write(&text)).map_err(|e| ErrorReply::fault(e.to_string()))?;
            }
            Ok(None) => {}
            // The other one will have finished by the next look.
            Err(error) if error.code == "locked" => {}
            Err(error) if error.code == "cancelled" => break,
            Err(error) => {
                bar.finish_and_clear();
                return Err(error);
            }
        }
        if args.once && watch.rests() {
            break;
        }
        tokio::time::sleep(every).await;
        if task.is_cancelled() {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(Answer::from(String::new()))
}
