//! Why there is no page.

/// Why a page could not be made. None of these is the reader's fault: any text and any number of rows can be laid out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] outlay_draw::DrawError),
    /// The typesetter refused the page.
    #[error("the page could not be laid out: {0}")]
    Layout(String),
    /// The page could not be written as PDF/A-3a.
    #[error("the page could not be written as PDF: {0}")]
    Write(String),
    /// The time at which it is made lies outside of the years 1 to 9999.
    #[error("{0} is no date that a PDF can carry")]
    Date(String),
}
