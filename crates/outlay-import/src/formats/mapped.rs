//! Any other file, read through a mapping.
//!
//! # Where the file comes from
//! A log, a query result or an export that no format knows.
//!
//! # Shape
//! CSV with a header (commas, tabs, semicolons), JSON lines, or a JSON array of objects, which is streamed.
//!
//! # Mapping
//! A saved mapping says which column or JSON path is which field, in which units, what every row has in common, where
//! cached tokens are counted and which zone local times are in. One is suggested from names and values.
//!
//! # Known quirks
//! Never recognised by itself: a mapping is always chosen by a person, or found by the set of columns that it was made
//! for. JSON inside a text cell is not looked into.

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
            from: "Any CSV, JSON lines or JSON array; say once which column is which",
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
