//! A company file: what it is, its settings, and names of ids.

use outlay_model::dimension::Dimension;
use outlay_model::report::Kind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names a company file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LedgerRequest {
    /// Folder.
    pub path: String,
    /// Whether to make it where it does not exist.
    #[serde(default)]
    pub create: bool,
}

/// A company file that was opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecentLedger {
    /// Folder.
    pub path: String,
    /// Company name.
    pub company: String,
    /// Whether it is still there.
    pub exists: bool,
}

/// What is open, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LedgerInfo {
    /// Folder.
    pub path: String,
    /// Whether this is the sample company: own files never enter it.
    pub sample: bool,
    /// Settings.
    pub settings: Settings,
    /// Data version.
    #[ts(type = "number")]
    pub data_version: i64,
    /// Price book version.
    pub book: String,
    /// Months with records, oldest first, as `2026-10`.
    pub months: Vec<String>,
    /// The month that is shown first: the last full one with records.
    pub month: Option<String>,
    /// Records by kind.
    pub records: Vec<KindCount>,
    /// Dimensions that any record knows, in the order to offer.
    pub dimensions: Vec<Dimension>,
    /// Company files opened before, latest first.
    pub recent: Vec<RecentLedger>,
}

/// How many records of a kind there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KindCount {
    /// Kind.
    pub kind: Kind,
    /// Records.
    #[ts(type = "number")]
    pub records: i64,
}

/// Settings of a company file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Company name.
    pub company: String,
    /// Reporting zone, IANA name.
    pub zone: String,
    /// Reporting currency.
    pub currency: String,
    /// `1,234.56`, `1.234,56`, `1 234,56`: how figures are printed.
    pub number_format: String,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_year_start: u32,
    /// Whether prompt and answer texts are kept.
    pub keep_text: bool,
    /// Whether user ids are stored as keyed hashes.
    pub hash_users: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            company: String::new(),
            zone: "UTC".to_owned(),
            currency: "USD".to_owned(),
            number_format: "1,234.56".to_owned(),
            fiscal_year_start: 1,
            keep_text: false,
            hash_users: false,
        }
    }
}

/// A name given to an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct NameEntry {
    /// `api_key`, `project`, `workspace`, `account`, `customer` …
    pub dimension: Option<Dimension>,
    /// Id as the sources spell it.
    pub id: String,
    /// Name; empty = none.
    pub name: String,
    /// Team; empty = none.
    pub team: String,
    /// Cost centre; empty = none.
    pub cost_centre: String,
}

/// All names, and ids that have none yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NamesReply {
    /// Names given.
    pub names: Vec<NameEntry>,
    /// Ids without a name, by dimension.
    pub unnamed: Vec<NameEntry>,
}

/// Gives names, in place or by CSV (dimension, id, name, team, cost_centre).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct NamesRequest {
    /// Names to set.
    pub set: Vec<NameEntry>,
    /// CSV to read.
    pub csv: Option<String>,
}
