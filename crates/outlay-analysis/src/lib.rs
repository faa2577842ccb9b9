//! Grouped sums, parameters and a period in; plain typed answers with chart and table out.
//!
//! Each analysis is one file in [`analyses`] and one line in [`registry`]. It says which [`outlay_model::cube::Slice`]s
//! it needs; the app fetches them from the ledger and hands the cubes, in that order, to `run` with a [`context`] and
//! [`prices`]. Everything is a pure function: the same input gives the same answer, to the byte. Money is summed in
//! whole pico-units; a float is only a share or a length on a chart.
//!
//! [`headline`] is the one rule of where a total comes from; [`trust`] says how far it can be relied on; [`breakdown`]
//! cuts a total so that its parts and its rest add up to it.
#![deny(missing_docs)]

pub mod analyses;
pub mod answer;
pub mod breakdown;
pub mod bridge;
pub mod causes;
mod cells;
pub mod context;
pub mod headline;
pub mod marks;
pub mod movers;
pub mod prices;
pub mod registry;
#[cfg(test)]
mod testing;
pub mod trust;
pub mod words;
