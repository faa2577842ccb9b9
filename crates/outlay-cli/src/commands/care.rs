//! `outlay doctor`, `outlay forget`, `outlay backup` and `outlay restore`

use std::fmt::Write as _;
use std::path::Path;

use outlay_app::replies::{BackupRequest, DoctorReply, DoctorRequest, ErrorReply, ForgetRequest, RestoreRequest};
use outlay_app::use_cases;

use crate::args::{DoctorArgs, ForgetArgs, RestoreArgs};
use crate::context::{Answer, Context, Missing, path_text};
use crate::exit::Exit;
use crate::print::{FAINT, Look, STRONG, WARN, inert, progress};

/// Files to read again that are named; the rest is counted.
const NAMED: usize = 10;

pub async fn doctor(context: &Context, args: DoctorArgs) -> Result<Answer, ErrorReply> {
    let path = context.folder()?;
    let request = DoctorRequest {
        path: Some(path_text(path)?),
        repair: args.repair || args.set_aside,
        set_aside: args.set_aside,
    };
    let (task, bar) = progress::watched();
    let reply = use_cases::doctor(&context.app, request, &task).await;
    bar.finish_and_clear();
    let reply = reply?;
    let exit = if reply.healthy { Exit::Done } else { Exit::Mend };
    if context.json {
        return Ok(Answer { exit, ..context.as_json(&reply)? });
    }
    Ok(Answer { text: printed(&reply, &Look::of_stdout()), exit })
}

fn printed(reply: &DoctorReply, look: &Look) -> String {
    let n = look.numbers;
    let count = |count: usize| n.count(i64::try_from(count).unwrap_or(i64::MAX));
    let mut out = String::new();
    let head = match (reply.healthy, reply.files) {
        (true, _) => format!("All {} data files ({}) are whole.", count(reply.files), n.bytes(reply.bytes)),
        (false, 0) => "Nothing else can be checked until the catalogue is whole.".to_owned(),
        (false, _) => format!("{} data files ({}) were checked.", count(reply.files), n.bytes(reply.bytes)),
    };
    let _ = writeln!(out, "{}", look.paint(STRONG, &head));
    for finding in &reply.findings {
        let style = if finding.mended { FAINT } else { WARN };
        let _ = writeln!(out, "\n{}\n  {}", look.paint(style, &inert(&finding.path)), inert(&finding.message));
        let _ = writeln!(out, "  {}", inert(&finding.remedy));
        for file in finding.read_again.iter().take(NAMED) {
            let _ = writeln!(out, "    {}", inert(file));
        }
        if let Some(more) = finding.read_again.len().checked_sub(NAMED).filter(|more| *more > 0) {
            let _ = writeln!(out, "    and {} more", count(more));
        }
    }
    out
}

pub async fn forget(context: &Context, args: ForgetArgs) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    let request = ForgetRequest { user: args.user, texts: args.texts, from: args.from, to: args.to };
    let (task, bar) = progress::watched();
    let reply = use_cases::forget(&context.app, request, &task).await;
    bar.finish_and_clear();
    let reply = reply?;
    if context.json {
        return context.as_json(&reply);
    }
    let n = Look::of_stdout().numbers;
    let (records, version) = (n.count(reply.records), reply.data_version);
    Ok(Answer::from(format!("{records} records forgotten, in every data version. Data version {version}.\n")))
}

pub async fn backup(context: &Context, file: &Path) -> Result<Answer, ErrorReply> {
    context.open(Missing::Fail).await?;
    let (task, bar) = progress::watched();
    let reply = use_cases::backup(&context.app, BackupRequest { path: path_text(file)? }, &task).await;
    bar.finish_and_clear();
    let reply = reply?;
    if context.json {
        return context.as_json(&reply);
    }
    let size = Look::of_stdout().numbers.bytes(reply.bytes);
    let (path, version) = (inert(&reply.path), reply.data_version);
    Ok(Answer::from(format!(
        "Written to {path}, {size}, data version {version}.\nBack: outlay --ledger DIR restore {path}\n"
    )))
}

pub async fn restore(context: &Context, args: RestoreArgs) -> Result<Answer, ErrorReply> {
    let to = context.folder()?;
    let request = RestoreRequest { from: path_text(&args.file)?, to: path_text(to)? };
    let (task, bar) = progress::watched();
    let reply = use_cases::restore(&context.app, request, &task).await;
    bar.finish_and_clear();
    let reply = reply?;
    if context.json {
        return context.as_json(&reply);
    }
    Ok(Answer::from(format!("Restored to {}, data version {}.\n", inert(&reply.path), reply.data_version)))
}
