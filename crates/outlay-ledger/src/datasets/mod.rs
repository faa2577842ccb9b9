//! Parquet datasets: columns, buffers, de-duplication, rollups, files.

pub mod buffer;
pub mod dedupe;
pub mod files;
pub mod frames;
pub mod identity;
pub mod ids;
pub mod lean;
pub mod likeness;
pub mod lineage;
pub mod matching;
pub mod parquet;
pub mod parts;
pub mod rollup;
pub mod schema;
pub mod spill;
pub mod told;
pub mod words;
