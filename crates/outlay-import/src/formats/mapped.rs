//! Any other file, read through a mapping.
//!
//! # Where the file comes from
//! A log, a query result or an export that no format knows.
//!
//! # Shape
//! CSV with a header (commas, tabs, semicolons), JSON lines, a JSON array of objects, or JSON documents that wrap a
//! list of them: `{"data": [...], "has_more": true}`, one document, one a line, or several in an array. All of it is
//! streamed.
//!
//! # Mapping
//! A saved mapping says which column or JSON path is which field, in which units, what every row has in common, where
//! cached tokens are counted and which zone local times are in. One is suggested from names and values. It can only
//! name fields that rows of its kind have.
//!
//! `cached_input` says whether cached and written tokens are `"inside"` the input or `"outside"` of it, and
//! `reasoning` the same of reasoning tokens and the output, which Gemini alone is known to count outside; Gemini's
//! input from tools (`tool_use_input_tokens`) is always beside. Where a total or a part larger than its whole proves
//! it, the suggestion says so, else it is asked.
//!
//! `end_day = "included"` says that an end which names a day (a date, or its midnight) is the last day of its row, as
//! invoices mostly have it; without it, it is the first day after.
//!
//! `rows = "data"` says where a document has its rows: the path of the list, such as `data` or `result.items`. Lists on
//! the way are gone through, a single object in the list's place is one row, and whatever else the document has is
//! passed over, whatever its size. It is suggested where the document itself has no time or nothing to count, and a
//! list in it has both. Without it each object of the file is a row.
//!
//! Paths are `usage.input_tokens`, `choices[0].model`, or `attributes["gen_ai.system"]` where a key has a dot in it. A
//! row that has no such path does not tell that field; a path that no row has is pointed out.
//!
//! # Known quirks
//! Never recognised by itself: a mapping is always chosen by a person, or found by the set of columns that it was made
//! for; behind `rows` these are the keys of the first row, such as `data[].model`. A mapping that does not say what it
//! was made for is made for the file that it is first used for. Where no format and no such set fits a JSON file, a
//! mapping is taken whose paths all begin with keys of its first rows: objects leave keys out. JSON inside a text cell
//! is not looked into, and of a list inside a row only one item can be named.
//!
//! A row that tells its output and not its input is rejected, unless a total tells the input too; one that tells only
//! its input, as embeddings do, is whole.
//!
//! Ids that name nothing (`-`, `0`, `unknown`) are none. A column of request ids in which rows share an id and differ
//! is suggested as the trace: two calls of one request id and attempt would pass for one.
//!
//! A rejected row of a list is named by its line and its place in the list, `data[17].usage.input_tokens`, counted from
//! 0. A document that lacks the list is one rejected row; one that ends inside of it keeps the rows before, and that is
//! said.
//!
//! Times that begin with the year, and numbers of seconds, are read as they stand. Others need a `time_format` in the
//! words of `strftime`, such as `%m/%d/%Y %H:%M`; it is suggested where the first rows fit only one order of day and
//! month, and asked for where they fit both.
//!
//! Cells of a table may have decimal commas, thousands separators or a dollar sign where they can mean only one thing;
//! `1,234` can mean two, and is rejected unless other numbers of the file show which.

use outlay_model::record::Sink;

use crate::error::ImportError;
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::Head;
use crate::mapping;
use crate::source::Input;

pub(crate) struct Mapped;

impl Format for Mapped {
    fn id(&self) -> &'static str {
        "mapped"
    }
    fn title(&self) -> &'static str {
        "Other file, through a mapping"
    }
    fn about(&self) -> About {
        About {
            from: "Any CSV, JSON lines, JSON array or JSON document with a list; say once which column is which",
            kind: None,
            cannot_tell: &["whatever the mapping has no column for"],
        }
    }
    fn sniff(&self, _head: &Head) -> Option<Match> {
        None
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        match &options.mapping {
            Some(mapping) => mapping::read(input, mapping, options, sink),
            None => Err(ImportError::Mapping {
                what: "none was given".to_owned(),
                remedy: "choose a saved mapping, or let one be suggested".to_owned(),
            }),
        }
    }
}
