//! Exit codes: 0 answered, 1 our fault, 2 what the user can mend, 130 stopped by Ctrl-C.

use std::process::ExitCode;

use outlay_app::replies::{ErrorReply, ImportReply};
use outlay_model::report::FileReport;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Answered.
    Done = 0,
    /// Our fault.
    Fault = 1,
    /// The user can mend it.
    Mend = 2,
    /// Stopped by Ctrl-C.
    Stopped = 130,
}

impl Exit {
    /// The code of an error.
    pub fn of(error: &ErrorReply) -> Exit {
        match error.code.as_str() {
            "cancelled" => Exit::Stopped,
            _ if error.is_fault() => Exit::Fault,
            _ => Exit::Mend,
        }
    }

    /// The code of an import: something to mend only where no file gave anything.
    pub fn of_import(reply: &ImportReply) -> Exit {
        let useless = |f: &FileReport| f.refused.is_some() || (f.rows > 0 && f.rejected == f.rows);
        if reply.files.iter().all(useless) { Exit::Mend } else { Exit::Done }
    }

    /// For the operating system.
    pub fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_tell_whose_they_are() {
        assert_eq!(Exit::of(&ErrorReply::fault("it broke")), Exit::Fault);
        assert_eq!(Exit::of(&ErrorReply::bad_request("no such month")), Exit::Mend);
        assert_eq!(Exit::of(&ErrorReply::new("no_ledger", "there is none", "")), Exit::Mend);
        assert_eq!(Exit::of(&ErrorReply::new("cancelled", "stopped", "")), Exit::Stopped);
    }

    #[test]
    fn an_import_fails_only_where_no_file_gave_anything() {
        let refused = FileReport { refused: Some("no format knows it".to_owned()), ..FileReport::default() };
        let rejected = FileReport { rows: 3, rejected: 3, ..FileReport::default() };
        let partly = FileReport { rows: 3, rejected: 2, imported: 1, ..FileReport::default() };
        let empty = FileReport::default();
        let reply = |files: &[&FileReport]| ImportReply {
            import: 1,
            files: files.iter().map(|f| (*f).clone()).collect(),
            rows: 0,
            imported: 0,
            duplicate: 0,
            rejected: 0,
            secrets_removed: 0,
            data_version: 1,
            month: None,
        };
        assert_eq!(Exit::of_import(&reply(&[&refused, &rejected])), Exit::Mend);
        assert_eq!(Exit::of_import(&reply(&[&refused, &partly])), Exit::Done);
        assert_eq!(Exit::of_import(&reply(&[&empty])), Exit::Done);
    }
}
