//! What questions ask, and where their answers are written.

use outlay_analysis::analyses::calls::CallOrder;
use outlay_analysis::analyses::trend::TrendBy;
use outlay_model::dimension::Dimension;
use outlay_model::query::Filter;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Nothing, PricesRequest};

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

/// Asks for a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MonthRequest {
    /// Which records.
    pub filter: Filter,
    /// The dimension that the bridge is cut by besides.
    pub by: Option<Dimension>,
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
    /// Why did it change?
    Month(MonthRequest),
    /// Is it all here?
    Coverage(FilterRequest),
    /// Which calls are these? Without a limit: all from the offset on; on paper the first few hundred.
    Calls(CallsRequest),
    /// Did everything come in?
    Imports(Nothing),
    /// What do tokens cost?
    Prices(PricesRequest),
}

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Its table.
    Csv,
    /// Its chart.
    Svg,
    /// All of it on paper, with the table's CSV attached.
    Pdf,
}

/// Asks for a file of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportRequest {
    /// Question and request, as the screen asks it.
    pub of: ExportOf,
    /// Table, chart or paper.
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
