//! The analyses: one file each, listed once.

pub mod bill;
pub mod calls;
pub mod coverage;
pub mod hotspots;
pub mod month;
pub mod overview;
pub mod trace;
pub mod trend;
