//! Requests and replies that are not analyses: plain data, the same for the window and the command line.

use std::collections::BTreeMap;

use outlay_analysis::analyses::calls::CallOrder;
use outlay_analysis::analyses::trend::TrendBy;
use outlay_analysis::answer::HeadlineSource;
use outlay_import::mapping::{CachedInput, LatencyUnit, MoneyUnit, RowIs, TimeUnit};
use outlay_model::dimension::Dimension;
use outlay_model::money::Money;
use outlay_model::query::Filter;
use outlay_model::report::{FileReport, Kind};
use outlay_model::view::Unit;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Nothing asked, or nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// A request that only filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct FilterRequest {
    /// Which records.
    pub filter: Filter,
}

/// Asks for a trend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct TrendRequest {
    /// Which records.
    pub filter: Filter,
    /// How it is cut.
    pub by: TrendBy,
}

/// Asks for hotspots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct HotspotsRequest {
    /// Which records.
    pub filter: Filter,
    /// One to three dimensions; none: feature, or model where no record knows a feature.
    pub by: Vec<Dimension>,
    /// How many rows; none: 20.
    pub top: Option<usize>,
    /// Answer from sums alone: at once, however many calls there are, but without medians, repeats and the dearest calls.
    pub from_sums: bool,
}

/// Asks for a page of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CallsRequest {
    /// Which records.
    pub filter: Filter,
    /// Order.
    pub order: CallOrder,
    /// First row.
    #[ts(type = "number")]
    pub offset: i64,
    /// How many; none: 100.
    pub limit: Option<usize>,
}

/// A question whose answer has a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "question", content = "request", rename_all = "snake_case")]
pub enum ExportOf {
    /// What did the period cost?
    Overview(FilterRequest),
    /// How does spend move?
    Trend(TrendRequest),
    /// Where do I start?
    Hotspots(HotspotsRequest),
    /// Which calls are these? Without a limit: all from the offset on.
    Calls(CallsRequest),
}

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Its table.
    Csv,
    /// Its chart.
    Svg,
}

/// Asks for a file of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportRequest {
    /// Question and request, as the screen asks it.
    pub of: ExportOf,
    /// Table or chart.
    pub format: ExportFormat,
    /// The file, as the user named it; one that is there is replaced.
    pub path: String,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportReply {
    /// The file.
    pub path: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Asks about one thing by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IdRequest {
    /// Id.
    pub id: String,
}

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
    /// Unit of times that are numbers.
    pub time_unit: TimeUnit,
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
    /// What is still to be decided, in words.
    pub questions: Vec<String>,
    /// The first row as it would be read: field and value.
    pub example: Vec<(String, String)>,
    /// Its cost: tokens × price, or the amount of a billed line; none where it has no price, or costs nothing by nature.
    pub example_cost: Option<Money>,
    /// Why the first row would be refused, where it would.
    pub fault: Option<String>,
}

/// Asks the book for a price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PriceRequest {
    /// Provider.
    pub provider: String,
    /// Model as seen.
    pub model: String,
    /// Date or RFC 3339 instant; a date means noon UTC.
    pub date: String,
    /// Service tier.
    pub tier: String,
    /// Region.
    pub region: String,
    /// Tokens.
    pub tokens: outlay_model::tokens::Tokens,
}

/// A line of a priced call.
pub type PriceLine = outlay_analysis::analyses::bill::BillLine;

/// One call priced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceReply {
    /// Cost; `None` = unpriced, which is never 0.
    pub cost: Option<Money>,
    /// Upper end, where cache writes of unknown duration leave it open.
    pub high: Option<Money>,
    /// Line by line.
    pub rate_set: Vec<PriceLine>,
    /// Which rule matched, in words.
    pub rule: String,
    /// Book and its version.
    pub book: String,
    /// Valid from, RFC 3339.
    pub valid_from: Option<String>,
    /// Valid to, RFC 3339, excluded.
    pub valid_to: Option<String>,
    /// Why there is no price, where there is none.
    pub unpriced: Option<String>,
}

/// Searches the book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PricesRequest {
    /// Part of a provider or model id.
    pub search: String,
    /// Explain how this exact id is matched, with its history.
    pub explain: Option<String>,
    /// Provider, for the explanation.
    pub provider: Option<String>,
}

/// A price as listed: dollars per million tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceEntry {
    /// Provider.
    pub provider: String,
    /// Model.
    pub model: String,
    /// Tier.
    pub tier: String,
    /// Size band, such as `> 200,000 tokens`; empty = any.
    pub band: String,
    /// Region; empty = any.
    pub region: String,
    /// Valid from, as a date or instant; none = from the start.
    pub valid_from: Option<String>,
    /// Valid to, excluded.
    pub valid_to: Option<String>,
    /// Per million tokens: uncached input.
    pub uncached_input: Option<Money>,
    /// Cache read.
    pub cache_read: Option<Money>,
    /// Five-minute cache write.
    pub cache_write_5m: Option<Money>,
    /// One-hour cache write.
    pub cache_write_1h: Option<Money>,
    /// Output.
    pub output: Option<Money>,
    /// `published`, `assumed`, `undated`, `user`, `announced`.
    pub status: String,
    /// Which book.
    pub book: String,
    /// Used by this ledger: tokens at this price.
    #[ts(type = "number")]
    pub used_tokens: i64,
}

/// Prices found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PricesReply {
    /// Book version.
    pub book: String,
    /// Entries.
    pub entries: Vec<PriceEntry>,
    /// How the asked id was matched, in words.
    pub explanation: Option<String>,
    /// What the ledger has without a price.
    pub unpriced: Vec<outlay_analysis::answer::Unpriced>,
}

/// Adds the user's own prices or aliases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserPricesRequest {
    /// CSV: provider, model, valid_from, valid_to, tier, uncached_input, cache_read, cache_write_5m, cache_write_1h,
    /// output, currency; dollars per million tokens.
    pub csv: String,
    /// Take prices far outside the usual range too.
    #[serde(default)]
    pub allow_odd: bool,
    /// Only tell what it would change.
    #[serde(default)]
    pub preview: bool,
}

/// Says which model an id means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AliasRequest {
    /// Provider as seen.
    pub provider: String,
    /// Id as seen, such as an Azure deployment.
    pub id: String,
    /// Provider whose price applies.
    pub means_provider: String,
    /// Model whose price applies.
    pub means_model: String,
    /// Only tell what it would change.
    #[serde(default)]
    pub preview: bool,
}

/// What a change of prices makes of the stored records of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceEffect {
    /// Own logs or provider usage. The two describe the same money and are not added.
    pub source: HeadlineSource,
    /// Provider.
    pub provider: String,
    /// Model as seen.
    pub model: String,
    /// Calls or usage buckets whose price changes.
    #[ts(type = "number")]
    pub records: i64,
    /// Their tokens.
    #[ts(type = "number")]
    pub tokens: i64,
    /// Their cost until now, a currency each; none where nothing had a price.
    pub before: Vec<Money>,
    /// Tokens without a price until now.
    #[ts(type = "number")]
    pub before_unpriced_tokens: i64,
    /// Their cost after the change.
    pub after: Vec<Money>,
    /// Tokens without a price after it.
    #[ts(type = "number")]
    pub after_unpriced_tokens: i64,
}

/// What changing prices did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RepriceReply {
    /// Rates or aliases taken.
    pub taken: usize,
    /// Rate sets whose price changed.
    pub changed: usize,
    /// What that makes of the stored records, by source, the most tokens first.
    pub effects: Vec<PriceEffect>,
    /// Data version after it; `None` for a preview, which changes nothing.
    #[ts(type = "number | null")]
    pub data_version: Option<i64>,
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

/// How far long work has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// `reading`, `merging`, `publishing`; `rows` while a question reads the ledger's rows.
    pub phase: String,
    /// File being read.
    pub file: String,
    /// Bytes read of all files.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes of all files.
    #[ts(type = "number")]
    pub of_bytes: u64,
    /// Rows read.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows a second.
    pub rate: f64,
    /// Seconds left; `None` while unknown.
    pub seconds_left: Option<f64>,
}

/// An error as the shells show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErrorReply {
    /// What the window must decide on: `no_ledger`, `needs_mapping`, `needs_zone`, `locked`, `cancelled`, `bad_request`,
    /// `newer_ledger`, `damaged`, `fault`.
    pub code: String,
    /// What happened and where.
    pub message: String,
    /// What to do.
    pub remedy: String,
}
