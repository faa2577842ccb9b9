//! Charts and tables as data, drawn alike by the window, the command line and the report.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::money::Money;

/// What the numbers of a column or axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Words.
    Text,
    /// A count.
    Count,
    /// Tokens.
    Tokens,
    /// An amount of money.
    Money,
    /// A share of 1.
    Share,
    /// Milliseconds.
    Milliseconds,
    /// An instant, RFC 3339.
    Instant,
    /// A date.
    Date,
}

/// One cell of a table. Unknown is a cell of its own, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Count(i64),
    /// Money, exact.
    Money(Money),
    /// A share of 1.
    Share(f64),
    /// Not known, with what to print for it, such as `unpriced` or `not in this source`.
    Unknown(String),
}

/// What a row of a table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// One of the things that the table lists.
    #[default]
    Item,
    /// What is left, such as `billed, not in the logs`; drawn hatched and in italics.
    Rest,
    /// The sum.
    Total,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Column {
    /// Stable name, also the CSV header.
    pub key: String,
    /// Heading.
    pub title: String,
    /// What its numbers are.
    pub unit: Unit,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Row {
    /// One cell per column.
    pub cells: Vec<Cell>,
    /// What the row is.
    pub kind: RowKind,
    /// The values that the row stands for, one per dimension of the table, as records spell them: what a filter needs to
    /// show the same records. `None` where the row is not one group of records.
    #[serde(default)]
    pub keys: Option<Vec<String>>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct TableSpec {
    /// The question that it answers.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, in the order to show.
    pub rows: Vec<Row>,
}

/// How a series or mark is to be read, so that every shell gives it the same hue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "role", content = "of", rename_all = "snake_case")]
pub enum Hue {
    /// The one thing shown.
    Main,
    /// A provider family, by name.
    Provider(String),
    /// A comparison, such as the month before: grey.
    Reference,
    /// Not known or missing: hatched or dashed.
    Missing,
}

/// A series of a chart: one value per category, `None` where there is no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Series {
    /// Name, printed at the data.
    pub name: String,
    /// Values for drawing only; figures are in the table.
    pub values: Vec<Option<f64>>,
    /// How it is to be read.
    pub hue: Hue,
}

/// Something that happened at a category: a new model, a price change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mark {
    /// Index of the category.
    pub at: usize,
    /// What happened, in a few words.
    pub label: String,
}

/// The shape of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shape {
    /// Bars stacked by series, with reference series as lines.
    StackedBars,
    /// Horizontal bars, largest first, with the running share as a line.
    Pareto {
        /// Running share per category.
        running: Vec<f64>,
    },
    /// Cells of rows (series) by columns (categories).
    HeatMap,
    /// Lines.
    Lines,
    /// One series of changes, each bar beginning where the one before ended, between bars that stand on the axis.
    Waterfall {
        /// Categories that are totals.
        totals: Vec<usize>,
    },
    /// A strip per series with a mark per category, a day each.
    Days {
        /// Marks per series, a category each.
        strips: Vec<Vec<DayMark>>,
    },
}

/// Where the bars of a [`Shape::Waterfall`] lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Where each bar begins and ends.
    pub bars: Vec<(f64, f64)>,
    /// The least and the most that has to be drawn.
    pub range: (f64, f64),
    /// Whether the range begins above 0, so that the bars of totals are cut: steps that are small beside them would not
    /// be seen otherwise.
    pub cut: bool,
}

impl Waterfall {
    /// Lays out changes between totals; what is not known moves nothing.
    #[must_use]
    pub fn of(values: &[Option<f64>], totals: &[usize]) -> Waterfall {
        let mut reached = 0.0;
        let mut bars = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            let from = if totals.contains(&at) { 0.0 } else { reached };
            reached = from + value.filter(|value| value.is_finite()).unwrap_or_default();
            bars.push((from, reached));
        }
        let ends = || bars.iter().map(|(_, to)| *to);
        let (low, high) = (ends().fold(f64::INFINITY, f64::min), ends().fold(0.0, f64::max));
        // A third of the picture is left for what is cut.
        let floor = low - (high - low) / 2.0;
        let cut = low.is_finite() && high > low && floor > high / 4.0;
        Waterfall { range: (if cut { floor } else { low.min(0.0) }, high), cut, bars }
    }
}

/// What a source is on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DayMark {
    /// It makes the total.
    Used,
    /// It makes the total, and was imported before the day was over.
    Partial,
    /// It has records, and another source makes the total.
    There,
    /// It has no record, and none is missed.
    Absent,
    /// A record is expected, and no source has one.
    Missing,
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChartSpec {
    /// The question that it answers, printed above it.
    pub title: String,
    /// What the values are, and any reference, such as `US$ a day, by provider; grey line: September`.
    pub subtitle: String,
    /// Shape.
    pub shape: Shape,
    /// Unit of the values.
    pub unit: Unit,
    /// Labels along the category axis.
    pub categories: Vec<String>,
    /// Categories whose data is incomplete or missing: drawn dashed.
    pub missing: Vec<usize>,
    /// Series in drawing order.
    pub series: Vec<Series>,
    /// Marks.
    pub marks: Vec<Mark>,
}
