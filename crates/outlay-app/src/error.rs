//! Errors as the shells show them: a code only where the window decides on it, a message, and what to do.

use crate::replies::ErrorReply;

impl ErrorReply {
    /// Something the user can mend.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>, remedy: impl Into<String>) -> ErrorReply {
        ErrorReply { code: code.to_owned(), message: message.into(), remedy: remedy.into() }
    }
    /// A request that makes no sense.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> ErrorReply {
        ErrorReply::new("bad_request", message, "")
    }
    /// Our own fault.
    #[must_use]
    pub fn fault(message: impl Into<String>) -> ErrorReply {
        ErrorReply::new("fault", message, "This is a defect of Outlay; your data is unchanged.")
    }
    /// Whether it is our own fault, not something that the user can mend.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.code == "fault"
    }
}

impl std::fmt::Display for ErrorReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n{}", self.remedy) }
    }
}

impl std::error::Error for ErrorReply {}

impl From<outlay_ledger::Error> for ErrorReply {
    fn from(error: outlay_ledger::Error) -> ErrorReply {
        ErrorReply::new(error.code(), error.to_string(), error.remedy())
    }
}
