//! Mappings: how the columns or JSON paths of any other file become fields, as a small TOML text that can be saved.
//!
//! ```
//! use outlay_import::mapping::Mapping;
//! let mapping = Mapping::from_toml(r#"
//!     kind = "call"
//!     zone = "UTC"
//!     [columns]
//!     timestamp = "TIMESTAMP"
//!     input_tokens = "ContextTokens"
//!     output_tokens = "GeneratedTokens"
//!     [constants]
//!     model = "llama-3-70b"
//! "#)?;
//! assert_eq!(Mapping::from_toml(&mapping.to_toml()?)?, mapping);
//! # Ok::<(), outlay_import::ImportError>(())
//! ```

mod fit;
mod ids;
mod nesting;
mod path;
mod preview;
mod questions;
mod read;
mod samples;
mod suggest;
mod synonyms;
mod times;
mod units;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use outlay_model::report::Kind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::ImportError;
use crate::fields::{self, kinds};

pub use preview::{PreviewRow, preview, preview_of};
pub use questions::questions;
pub(crate) use read::read;
pub use samples::{Column, columns};
pub(crate) use samples::{all_keys_behind, keys_behind};
pub(crate) use suggest::wrapped;
pub use suggest::{Reason, Suggestion, suggest, suggest_as};
pub use units::{TimeFormat, time_formats};

/// What a row of a mapped file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowIs {
    /// An attempt at a provider.
    #[default]
    Call,
    /// A bucket of usage.
    Usage,
    /// A billed line.
    Charge,
    /// A score.
    Score,
    /// A result of an evaluation run: a score with an item.
    Evaluation,
}

impl RowIs {
    /// The kind of record that such a row becomes.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            RowIs::Call => Kind::Call,
            RowIs::Usage => Kind::Usage,
            RowIs::Charge => Kind::Charge,
            RowIs::Score | RowIs::Evaluation => Kind::Score,
        }
    }

    /// Whether such a row can have this field, or a score of this name.
    #[must_use]
    pub fn has(self, field: &str) -> bool {
        fields::slot(field, self.bits()).is_some()
    }

    pub(crate) fn bits(self) -> u8 {
        match self {
            RowIs::Call => kinds::CALL,
            RowIs::Usage => kinds::USAGE,
            RowIs::Charge => kinds::CHARGE,
            RowIs::Score | RowIs::Evaluation => kinds::SCORE,
        }
    }
}

/// Where a source counts cached and written tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CachedInput {
    /// Inside the input number.
    #[default]
    Inside,
    /// Beside it.
    Outside,
}

/// Where a source counts reasoning (thinking) tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reasoning {
    /// Inside the output number.
    #[default]
    Inside,
    /// Beside it, as Gemini does.
    Outside,
}

/// Whether the day that an end names is still part of the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EndDay {
    /// It is the first day after it.
    #[default]
    Excluded,
    /// It is its last day.
    Included,
}

/// Unit of times that are numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// By magnitude.
    #[default]
    Auto,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    /// Nanoseconds since 1970.
    Nanoseconds,
}

/// Unit of durations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LatencyUnit {
    /// Milliseconds.
    #[default]
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// Unit of amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MoneyUnit {
    /// Dollars, or units of the currency.
    #[default]
    Dollars,
    /// Hundredths.
    Cents,
}

/// How the columns of a file become fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What a person calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What a row is.
    pub kind: RowIs,
    /// Where a JSON document has its list of rows: a path such as `data` or `result.items`; empty where each object of
    /// the file is a row. Lists on the way are gone through, and whatever else the document has is passed over.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rows: String,
    /// Zone of times that tell none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// Where cached and written tokens are counted.
    #[serde(default)]
    pub cached_input: CachedInput,
    /// Where reasoning tokens are counted.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub reasoning: Reasoning,
    /// Unit of times that are numbers.
    #[serde(default)]
    pub time_unit: TimeUnit,
    /// How times are written, in the words of `strftime` (`%m/%d/%Y %H:%M`); empty where they are RFC 3339, begin with
    /// the year as it does, or are numbers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_format: String,
    /// Whether the day that an end names is still part of the row, where it names a day.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub end_day: EndDay,
    /// Unit of latencies.
    #[serde(default)]
    pub latency_unit: LatencyUnit,
    /// Unit of amounts.
    #[serde(default)]
    pub money_unit: MoneyUnit,
    /// Tokens in one unit of the token columns: 1, 1,000 or 1,000,000.
    #[serde(default = "one")]
    pub token_multiplier: i64,
    /// Whether a recorded cost of 0 with tokens present is unknown.
    #[serde(default = "yes")]
    pub zero_cost_is_unknown: bool,
    /// Texts that mean "not told".
    #[serde(default)]
    pub skip_values: Vec<String>,
    /// The columns of the file that it was made for, in lower case, sorted.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Field to column, or to JSON path such as `usage.input_tokens`, `items[0].x` or `attributes["gen_ai.system"]`.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Field to a text that every row has.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
}

/// Keys that few files need are left out of the text where they say what holds anyway.
fn is_usual<T: Default + PartialEq>(told: &T) -> bool {
    *told == T::default()
}

fn one() -> i64 {
    1
}

fn yes() -> bool {
    true
}

impl Mapping {
    /// A mapping without any columns.
    #[must_use]
    pub fn new(kind: RowIs) -> Mapping {
        Mapping {
            name: String::new(),
            kind,
            rows: String::new(),
            zone: None,
            cached_input: CachedInput::default(),
            reasoning: Reasoning::default(),
            time_unit: TimeUnit::default(),
            time_format: String::new(),
            end_day: EndDay::default(),
            latency_unit: LatencyUnit::default(),
            money_unit: MoneyUnit::default(),
            token_multiplier: 1,
            zero_cost_is_unknown: true,
            skip_values: Vec::new(),
            headers: Vec::new(),
            columns: BTreeMap::new(),
            constants: BTreeMap::new(),
        }
    }

    /// Reads a mapping, and checks it.
    ///
    /// # Errors
    /// [`ImportError::Mapping`].
    pub fn from_toml(text: &str) -> Result<Mapping, ImportError> {
        let mapping: Mapping = toml::from_str(text).map_err(|error| ImportError::Mapping {
            what: error.to_string().trim_end().to_owned(),
            remedy: "correct that line of the mapping".to_owned(),
        })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// The mapping as text.
    ///
    /// # Errors
    /// [`ImportError::Mapping`].
    pub fn to_toml(&self) -> Result<String, ImportError> {
        toml::to_string_pretty(self).map_err(|error| ImportError::Mapping {
            what: error.to_string(),
            remedy: "remove the text that cannot be written".to_owned(),
        })
    }

    /// Whether it can be used at all.
    ///
    /// # Errors
    /// [`ImportError::Mapping`] with the first thing that is wrong.
    pub fn check(&self) -> Result<(), ImportError> {
        let fault = |what: String, remedy: &str| Err(ImportError::Mapping { what, remedy: remedy.to_owned() });
        for name in self.columns.keys().chain(self.constants.keys()) {
            if fields::field(name).is_none() && !fields::is_score(name) {
                let all: Vec<&str> = fields::FIELDS.iter().map(|f| f.name).collect();
                return fault(format!("there is no field \"{name}\""), &format!("use one of {}", all.join(", ")));
            }
            if !self.kind.has(name) {
                return fault(format!("rows of kind {:?} have no field \"{name}\"", self.kind), "remove it");
            }
        }
        if !self.columns.contains_key("timestamp") && !self.constants.contains_key("timestamp") {
            return fault(
                "no column is the timestamp".to_owned(),
                "add timestamp = \"<column>\" under [columns], or one time for all rows under [constants]",
            );
        }
        if !self.rows.is_empty() && crate::documents::steps(&self.rows).is_empty() {
            return fault(
                format!("rows is \"{}\", which is no path", self.rows),
                "write it as \"data\" or \"result.items\"",
            );
        }
        if !self.time_format.is_empty()
            && let Err(why) = times::Pattern::new(&self.time_format)
        {
            return fault(
                format!("time_format is \"{}\", which {why}", self.time_format),
                "write it in the words of strftime, such as \"%m/%d/%Y %H:%M\"",
            );
        }
        if ![1, 1_000, 1_000_000].contains(&self.token_multiplier) {
            return fault(format!("token_multiplier is {}", self.token_multiplier), "make it 1, 1000 or 1000000");
        }
        Ok(())
    }
}
