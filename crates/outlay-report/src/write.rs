//! Sets the template and writes it as PDF/A-3a.

use chrono::{DateTime, Datelike, Timelike, Utc};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Dict, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::Error;
use crate::world::Desk;

/// An archive's format with tags and attachments, and the one that programs that read aloud rely on.
const STANDARDS: [PdfStandard; 2] = [PdfStandard::A_3a, PdfStandard::Ua_1];

/// The page that the values make.
pub fn written(inputs: Dict, made: DateTime<Utc>) -> Result<Vec<u8>, Error> {
    let options = PdfOptions {
        // From title, author and content.
        ident: Smart::Auto,
        creator: Smart::Custom(Some(concat!("Outlay ", env!("CARGO_PKG_VERSION")).to_owned())),
        timestamp: Some(timestamp(made).ok_or_else(|| Error::Date(made.to_string()))?),
        page_ranges: None,
        standards: PdfStandards::new(&STANDARDS).map_err(|e| Error::Write(e.message().to_string()))?,
        tagged: true,
        pretty: false,
    };
    let set = typst::compile::<PagedDocument>(&Desk::new(inputs)).output;
    let document = set.map_err(|errors| Error::Layout(said(&errors)))?;
    typst_pdf::pdf(&document, &options).map_err(|errors| Error::Write(said(&errors)))
}

fn said(errors: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.join("; ")
}

fn timestamp(made: DateTime<Utc>) -> Option<Timestamp> {
    // In a leap second chrono counts nanoseconds beyond a second, so its seconds end at 59.
    let part = |value: u32| u8::try_from(value).ok();
    let (month, day) = (part(made.month())?, part(made.day())?);
    let (hour, minute, second) = (part(made.hour())?, part(made.minute())?, part(made.second())?);
    if !(1..=9999).contains(&made.year()) {
        return None;
    }
    Datetime::from_ymd_hms(made.year(), month, day, hour, minute, second).map(Timestamp::new_utc)
}
