//! What is asked: a period, a zone, conditions and cuts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dimension::Dimension;

/// Rows whose `dimension` is (or is not) one of `values`; an empty text means "not told".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Condition {
    /// What is looked at.
    pub dimension: Dimension,
    /// Values, any of which will do.
    pub values: Vec<String>,
    /// Whether the values are left out instead.
    #[serde(default)]
    pub negate: bool,
}

/// Which records an answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Filter {
    /// First day, in the zone; none: from the month or from the first record.
    #[ts(type = "string | null")]
    pub from: Option<NaiveDate>,
    /// Last day, included.
    #[ts(type = "string | null")]
    pub to: Option<NaiveDate>,
    /// A month as `2026-10`; wins over `from` and `to`. With none of the three: the last full month with records.
    pub month: Option<String>,
    /// IANA zone name; none: the ledger's.
    pub zone: Option<String>,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

impl Filter {
    /// The condition on one dimension, where there is one.
    #[must_use]
    pub fn condition(&self, dimension: Dimension) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.dimension == dimension)
    }
}
