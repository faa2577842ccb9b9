//! What every command needs: the app, the ledger, and how to print.

use std::path::{Path, PathBuf};

use outlay_app::numbers::Numbers;
use outlay_app::replies::{ErrorReply, ExportFormat, ExportOf, ExportRequest};
use outlay_app::task::Task;
use outlay_app::{App, use_cases};
use serde::Serialize;

use crate::args::Cli;
use crate::exit::Exit;
use crate::print::{self, Look};

/// What a command says, and how the process ends.
#[derive(Debug)]
pub struct Answer {
    /// For standard output.
    pub text: String,
    /// Exit code.
    pub exit: Exit,
}

impl From<String> for Answer {
    fn from(text: String) -> Answer {
        Answer { text, exit: Exit::Done }
    }
}

/// What becomes of a ledger that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The question cannot be answered.
    Fail,
    /// It is made.
    Create,
    /// The question can be answered without one.
    GoOn,
}

/// What every command needs.
#[derive(Debug)]
pub struct Context {
    /// The app.
    pub app: App,
    /// `--zone`
    pub zone: Option<String>,
    /// `--json`
    pub json: bool,
    /// The company file asked for.
    pub ledger: Option<PathBuf>,
}

impl Context {
    /// From the arguments that all commands share.
    pub fn new(cli: &Cli) -> Context {
        let ledger = cli.ledger.clone().or_else(|| Some(dirs::data_dir()?.join("outlay").join("default")));
        Context { app: App::new(None), zone: cli.zone.clone(), json: cli.json, ledger }
    }

    /// The ledger's folder.
    pub fn folder(&self) -> Result<&Path, ErrorReply> {
        self.ledger.as_deref().ok_or_else(|| {
            ErrorReply::new(
                "no_ledger",
                "this account has no data folder to keep a ledger in",
                "Name a folder with --ledger DIR or the environment variable OUTLAY_LEDGER.",
            )
        })
    }

    /// Opens the ledger.
    pub async fn open(&self, missing: Missing) -> Result<(), ErrorReply> {
        let ledger = match self.folder() {
            Ok(ledger) => ledger,
            Err(_) if missing == Missing::GoOn => return Ok(()),
            Err(error) => return Err(error),
        };
        match self.app.open(ledger, missing == Missing::Create).await {
            Err(error) if error.code == "no_ledger" && missing == Missing::GoOn => Ok(()),
            other => other,
        }
    }

    /// How to print for people: the terminal's width and colours, the ledger's number format.
    pub async fn look(&self) -> Look {
        let mut look = Look::of_stdout();
        if let Ok(settings) = use_cases::settings(&self.app).await {
            look.numbers = Numbers::parse(&settings.number_format);
        }
        look
    }

    /// The table of an answer as CSV, as the window writes it.
    pub async fn as_csv(&self, of: ExportOf, most: Option<usize>) -> Result<Answer, ErrorReply> {
        let mut bytes = Vec::new();
        use_cases::export_csv(&self.app, of, most, &mut bytes, &Task::silent()).await?;
        let csv = String::from_utf8(bytes).map_err(|e| ErrorReply::fault(e.to_string()))?;
        Ok(Answer::from(print::table::as_shown(csv, &Look::of_stdout())))
    }

    /// The chart of an answer as SVG, as the window writes it.
    pub async fn as_svg(&self, of: ExportOf) -> Result<Answer, ErrorReply> {
        use_cases::export_svg(&self.app, of, &Task::silent()).await.map(Answer::from)
    }

    /// An answer on paper, as the window writes it.
    pub async fn as_pdf(&self, of: ExportOf, file: &Path) -> Result<Answer, ErrorReply> {
        let request = ExportRequest { of, format: ExportFormat::Pdf, path: path_text(file)? };
        let made = use_cases::export(&self.app, request, &Task::silent()).await?;
        let size = Numbers::default().bytes(made.bytes);
        Ok(Answer::from(format!("Written to {}, {size}.\n", print::inert(&made.path))))
    }

    /// A reply as JSON.
    pub fn as_json(&self, reply: &impl Serialize) -> Result<Answer, ErrorReply> {
        let text = serde_json::to_string_pretty(reply).map_err(|e| ErrorReply::fault(e.to_string()))?;
        Ok(Answer::from(print::inert_json(&text)))
    }
}

/// Reads a small text file that the user named.
pub fn read_text(path: &Path) -> Result<String, ErrorReply> {
    std::fs::read_to_string(path).map_err(|e| {
        ErrorReply::new(
            "bad_request",
            format!("cannot read {}: {e}", path.display()),
            "Check the name and the access rights.",
        )
    })
}

/// A path as the app takes it.
pub fn path_text(path: &Path) -> Result<String, ErrorReply> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        ErrorReply::new("bad_request", format!("the name of {} is not Unicode", path.display()), "Rename the file.")
    })
}
