//! All end-to-end tests in one binary: real files, real SQLite, real Parquet, an outside reader.
//!
//! Expected figures are literals, `sample-data/truth.json` (written by the generator of the sample company, not by the
//! code under test) or published numbers of `../shared`; a test that needs `../shared` says so where it is not there.
#![allow(clippy::unwrap_used)]

mod again;
mod aider;
mod architecture;
mod archives;
mod bench;
mod canaries;
mod care;
mod cli;
mod contract;
mod coverage;
mod export;
mod faults;
mod flow;
mod forget;
mod four_providers;
#[cfg(target_os = "linux")]
mod killed;
mod large;
mod ledger;
mod lineage;
mod month;
mod outside;
mod paper;
mod parquet;
mod prices;
mod repeats;
mod support;
mod twins;
mod watch;
