//! Grouped sums, parameters and a period in; plain typed answers with chart and table out.
#![deny(missing_docs)]

pub mod analyses;
pub mod answer;
