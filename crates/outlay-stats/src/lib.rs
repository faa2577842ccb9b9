//! Numbers in; exact quantiles and running shares out.
//!
//! Pure functions over slices, called by the analyses and by the ledger's row scans. Nothing here knows money, time
//! or files. What is not defined for the input (a quantile of nothing) is `None`, never 0.
//!
//! ```
//! use outlay_stats::{quantile, shares};
//! assert_eq!(quantile::median(&[1.0, 2.0, 4.0, 8.0]), Some(3.0));
//! let running = shares::running(&[60, 30, 10], 100);
//! assert_eq!(shares::head(&running, 0.7), Some(2));
//! ```
#![deny(missing_docs)]

pub mod quantile;
pub mod shares;
