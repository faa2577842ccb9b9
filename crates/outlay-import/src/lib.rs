//! A source in, borrowed records and rejected rows out.
//!
//! The app opens files; this crate undoes their compression and encoding, recognises their format by content, and
//! pushes what it reads into a [`outlay_model::record::Sink`], row by row in bounded memory. A bad row is data: it is
//! rejected with its line and reason, and reading goes on.
//!
//! ```
//! use outlay_import::{Input, ReadOptions, Source, detect};
//! use outlay_model::record::{Place, Record, Refusal, Rejected, Sink};
//!
//! #[derive(Default)]
//! struct Count(u64, u64);
//! impl Sink for Count {
//!     fn push(&mut self, _: Place, _: Record<'_, '_>) -> Result<(), Refusal> { self.0 += 1; Ok(()) }
//!     fn reject(&mut self, _: Rejected) { self.1 += 1; }
//!     fn progress(&mut self, _: u64) -> Result<(), Refusal> { Ok(()) }
//! }
//!
//! let text = "timestamp,model,input_tokens,output_tokens\n2026-10-03T14:05:00Z,gpt-4o,1200,80\n";
//! let input = Input::open(Source::from_bytes("calls.csv", text))?;
//! let format = detect(input.head(), None)?.format;
//! assert_eq!(format.id(), "trace-csv");
//! let mut sink = Count::default();
//! let summary = format.read(input, &ReadOptions::default(), &mut sink)?;
//! assert_eq!((summary.rows, sink.0, sink.1), (1, 1, 0));
//! # Ok::<(), outlay_import::ImportError>(())
//! ```
#![deny(missing_docs)]

mod batches;
mod bills;
mod buckets;
mod calls;
mod detect;
mod documents;
mod error;
mod feed;
mod fields;
mod flat;
mod format;
mod formats;
mod head;
mod json;
mod lines;
pub mod mapping;
mod object;
mod outline;
mod pages;
mod source;
mod spans;
mod table;
mod value;

pub use detect::{Detected, detect};
pub use error::ImportError;
pub use fields::{Field, SCORE_PREFIX, Shape, fields};
pub use format::{About, Certainty, Format, Match, ReadOptions, ReadSummary};
pub use formats::formats;
pub use head::{Head, Layout, Wrapped};
pub use lines::MAX_ROW;
pub use source::{Input, Source};
