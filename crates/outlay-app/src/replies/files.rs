//! Imports, formats and mappings.

use outlay_import::mapping::{CachedInput, EndDay, LatencyUnit, MoneyUnit, Reasoning, RowIs, TimeFormat, TimeUnit};
use outlay_model::money::Money;
use outlay_model::report::{FileReport, Kind, RejectedRow};
use outlay_model::view::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Asks for an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ImportRequest {
    /// Files or folders.
    pub paths: Vec<String>,
    /// Format id, where it is not to be detected.
    pub format: Option<String>,
    /// Mapping as TOML, where the files are to be read through one.
    pub mapping: Option<String>,
    /// Zone of naive local times.
    pub zone: Option<String>,
    /// Provider account that the records belong to, where there are several.
    pub account: Option<String>,
    /// Rows of a kind that wait in memory before they go to the company file's scratch folder; none: 262,144.
    #[ts(optional)]
    pub rows_in_memory: Option<usize>,
    /// Import to read again: its rows leave when those of this one come in. What is not told here is as it was told
    /// then; without paths the same files are read.
    #[ts(optional, type = "number")]
    pub replaces: Option<i64>,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportReply {
    /// Import id; 0 where nothing was kept.
    #[ts(type = "number")]
    pub import: i64,
    /// One entry a file.
    pub files: Vec<FileReport>,
    /// Sums over the files.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows now in the ledger.
    #[ts(type = "number")]
    pub imported: u64,
    /// Rows that were there already.
    #[ts(type = "number")]
    pub duplicate: u64,
    /// Rows refused.
    #[ts(type = "number")]
    pub rejected: u64,
    /// Secrets removed.
    #[ts(type = "number")]
    pub secrets_removed: u64,
    /// Data version after it.
    #[ts(type = "number")]
    pub data_version: i64,
    /// Month to look at next.
    pub month: Option<String>,
}

/// A past import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportEntry {
    /// Id.
    #[ts(type = "number")]
    pub import: i64,
    /// When, RFC 3339.
    pub at: String,
    /// `kept` or `undone`.
    pub state: String,
    /// Files and folders that were named, as absolute paths; none where an earlier build made it.
    pub paths: Vec<String>,
    /// Import whose place it took: the same files, read again.
    #[ts(type = "number | null")]
    pub replaces: Option<i64>,
    /// Files.
    pub files: Vec<FileReport>,
}

/// All imports, latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportsReply {
    /// Imports.
    pub imports: Vec<ImportEntry>,
    /// Days with records by source, for the strip.
    pub strips: Vec<SourceStrip>,
}

/// Which days a source has records for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourceStrip {
    /// Provider.
    pub provider: String,
    /// Account.
    pub account: String,
    /// Kind.
    pub kind: Kind,
    /// First date.
    pub from: String,
    /// Last date.
    pub to: String,
    /// One letter a day from `from` to `to`: `x` present, `.` missing.
    pub days: String,
}

/// Names one import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportId {
    /// Id.
    #[ts(type = "number")]
    pub import: i64,
}

/// Asks for rows that an import refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RejectsRequest {
    /// Import.
    #[ts(type = "number")]
    pub import: i64,
    /// Number of the file within it, from 0; none: of all files.
    #[ts(optional, type = "number")]
    pub file: Option<i64>,
    /// Rows to skip.
    #[ts(type = "number")]
    pub offset: i64,
    /// Rows to give: 1 to 1,000.
    #[ts(optional, type = "number")]
    pub limit: Option<i64>,
}

/// A refused row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RejectEntry {
    /// File, as its report calls it.
    pub file: String,
    /// Place, reason and value.
    #[serde(flatten)]
    pub row: RejectedRow,
}

/// Refused rows, by file and line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RejectsReply {
    /// How many are kept in all.
    #[ts(type = "number")]
    pub total: i64,
    /// This page.
    pub rows: Vec<RejectEntry>,
}

/// A format that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormatEntry {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where the file comes from, with the click path.
    pub origin: String,
    /// Kind of record.
    pub kind: Kind,
    /// What it cannot tell.
    pub cannot_tell: Vec<String>,
}

/// All formats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormatsReply {
    /// Formats.
    pub formats: Vec<FormatEntry>,
}

/// Everything that a mapping says, as widgets show and set it; the core alone turns it into TOML and back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MappingSpec {
    /// What a person calls it; empty = nothing.
    pub name: String,
    /// What a row is.
    pub kind: RowIs,
    /// Path of the list of rows inside a JSON document; empty where each object is a row.
    #[serde(default)]
    pub rows: String,
    /// Zone of times that tell none.
    pub zone: Option<String>,
    /// Where cached and written tokens are counted.
    pub cached_input: CachedInput,
    /// Where reasoning tokens are counted.
    #[serde(default)]
    pub reasoning: Reasoning,
    /// Unit of times that are numbers.
    pub time_unit: TimeUnit,
    /// How times are written, in the words of `strftime`; empty where they are RFC 3339 or numbers.
    #[serde(default)]
    pub time_format: String,
    /// Whether the day that an end names is still part of the row, where it names a day.
    #[serde(default)]
    pub end_day: EndDay,
    /// Unit of latencies.
    pub latency_unit: LatencyUnit,
    /// Unit of amounts.
    pub money_unit: MoneyUnit,
    /// Tokens in one unit of the token columns: 1, 1,000 or 1,000,000.
    #[ts(type = "number")]
    pub token_multiplier: i64,
    /// Whether a recorded cost of 0 with tokens present is unknown.
    pub zero_cost_is_unknown: bool,
    /// Texts that mean "not told".
    pub skip_values: Vec<String>,
    /// The columns of the file that it was made for.
    pub headers: Vec<String>,
    /// Field to column or JSON path.
    pub columns: BTreeMap<String, String>,
    /// Field to a text that every row has.
    pub constants: BTreeMap<String, String>,
}

/// Asks how an unknown file could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MappingRequest {
    /// File.
    pub path: String,
    /// Mapping as widgets set it.
    pub spec: Option<MappingSpec>,
    /// Mapping as TOML. Without it and without `spec`: the one saved for this header, else a suggestion.
    pub mapping: Option<String>,
    /// What a row is, where the mapping is to be changed to that: fields of another kind go, those of this one are
    /// suggested.
    pub kind: Option<RowIs>,
    /// Zone of naive local times.
    pub zone: Option<String>,
}

/// A field that a mapping can fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MappingField {
    /// Name in the TOML.
    pub name: String,
    /// What it means.
    pub about: String,
    /// What its numbers are: decides which unit of the mapping applies to it.
    pub unit: Unit,
    /// Whether most files of this kind have it, so that it is worth offering unasked.
    pub usual: bool,
    /// Column or JSON path chosen for it; empty = none.
    pub column: String,
    /// Why this column was suggested; empty where it was not.
    pub reason: String,
}

/// A mapping, tried on the first rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MappingReply {
    /// The mapping as TOML: what is saved.
    pub mapping: String,
    /// The same for widgets.
    pub spec: MappingSpec,
    /// Fields that rows of its kind have.
    pub fields: Vec<MappingField>,
    /// Columns of the file, or JSON paths of its first rows.
    pub columns: Vec<String>,
    /// Whether columns are JSON paths, so that one may name further ones.
    pub paths: bool,
    /// The first rows, one text per column.
    pub rows: Vec<Vec<String>>,
    /// The ways in which its times may be written, as the first rows show them.
    pub time_formats: Vec<TimeFormat>,
    /// What is still to be decided, in words.
    pub questions: Vec<String>,
    /// The first row as it would be read: field and value.
    pub example: Vec<(String, String)>,
    /// Its cost: tokens × price, or the amount of a billed line; none where it has no price, or costs nothing by nature.
    pub example_cost: Option<Money>,
    /// Why the first row would be refused, where it would.
    pub fault: Option<String>,
}
