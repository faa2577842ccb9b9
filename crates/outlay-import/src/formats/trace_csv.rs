//! Outlay's own trace format as delimited text.
//!
//! # Where the file comes from
//! Your own program, or a query on its database, writes one row for each attempt at a provider.
//!
//! # Shape
//! A header and one row an attempt; commas, tabs or semicolons. `timestamp`, `model` and `input_tokens` make it
//! recognised; the order of the columns does not matter. Columns that are not in the table of fields are left out, and
//! the import names them. As for JSON lines, a column for tokens that is not in the table, such as
//! `cache_read_input_tokens`, makes the file one that needs a mapping.
//!
//! # Mapping
//! As for JSON lines: each column is a field of the same name ([`crate::fields()`]). Other scores are columns
//! `score.<name>`; `block_hashes` are separated by spaces.
//!
//! # Known quirks
//! An empty cell means "not told", and so do `NULL`, `null`, `None`, `NaN`, `N/A`, `\N` and `not_available`. Numbers
//! may have decimal commas or thousands separators where they can mean only one thing. A row with fewer or more cells
//! than the header is rejected, since it may have shifted.

use outlay_model::record::Sink;
use outlay_model::report::Kind;

use super::trace_jsonl::{CANNOT_TELL, DIALECT, SIGNATURE};
use crate::calls;
use crate::error::ImportError;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::source::Input;

pub(crate) struct TraceCsv;

impl Format for TraceCsv {
    fn id(&self) -> &'static str {
        "trace-csv"
    }
    fn title(&self) -> &'static str {
        "Trace, CSV"
    }
    fn about(&self) -> About {
        About {
            from: "Your own program: one row for each attempt at a provider",
            kind: Some(Kind::Call),
            cannot_tell: CANNOT_TELL,
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        (head.is_table() && head.has_all(SIGNATURE) && !DIALECT.would_lose_tokens(head))
            .then(|| Match::exact(SIGNATURE))
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        calls::read(input, &DIALECT, options, sink)
    }
}
