//! The one declaration of the columns of every dataset.

/// What a column holds, and how it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// UTC instant in microseconds.
    Time,
    /// A word of few values, interned while importing; null = not told.
    Dim,
    /// A whole number; null = unknown.
    Int,
    /// A number that every row has.
    Must,
    /// An id or hash: hexadecimal digits are packed (see [`crate::datasets::ids`]); null = not told.
    Id,
    /// An amount of money, decimal(38, 12).
    Amount,
    /// A score.
    Real,
}

/// A column.
pub type Column = (&'static str, Type);

use Type::{Amount, Dim, Id, Int, Must, Real, Time};

/// Identity, precedence and origin: the last columns of every dataset. Files of calls and steps hold the first two only
/// where a row has no id of its own, and the precedence never: see [`crate::datasets::identity`].
pub const CONTROL: &[Column] = &[
    ("key_a", Must),
    ("key_b", Must),
    ("by_id", Must),
    ("rank", Must),
    ("import", Must),
    ("file", Must),
    ("row", Must),
];

/// Dimensions that all money kinds share.
pub const DIMENSIONS: &[Column] = &[
    ("provider", Dim),
    ("channel", Dim),
    ("account", Dim),
    ("model", Dim),
    ("operation", Dim),
    ("tier", Dim),
    ("region", Dim),
    ("environment", Dim),
    ("feature", Dim),
    ("team", Dim),
    ("project", Dim),
    ("api_key", Dim),
    ("workspace", Dim),
    ("customer", Dim),
    ("user", Dim),
    ("prompt_name", Dim),
    ("prompt_version", Dim),
    ("agent", Dim),
];

const TOKENS: &[Column] = &[
    ("uncached_input", Int),
    ("cache_read", Int),
    ("cache_write_5m", Int),
    ("cache_write_1h", Int),
    ("cache_write_30m", Int),
    ("cache_write_12h", Int),
    ("cache_write_unknown", Int),
    ("output", Int),
    ("audio_input", Int),
    ("audio_output", Int),
    ("image_input", Int),
    ("image_output", Int),
    ("reasoning", Int),
];

const CALL: &[Column] = &[
    ("status", Dim),
    ("error_type", Dim),
    ("finish_reason", Dim),
    ("step_kind", Dim),
    ("tool", Dim),
    ("index_version", Dim),
    ("system_prompt_hash", Dim),
    ("recorded_currency", Dim),
    ("score_name", Dim),
    ("score_version", Dim),
    ("score_kind", Dim),
    ("score_label", Dim),
    ("session", Id),
    ("request_id", Id),
    ("trace_id", Id),
    ("span_id", Id),
    ("parent_id", Id),
    ("prompt_hash", Id),
    ("block_hashes", Id),
    ("minhash", Id),
    ("system_text", Id),
    ("prompt_text", Id),
    ("output_text", Id),
    ("attempt", Must),
    ("recorded_cost", Int),
    ("latency_ms", Int),
    ("ttft_ms", Int),
    ("system_chars", Int),
    ("prompt_chars", Int),
    ("output_chars", Int),
    ("exact_hash", Int),
    ("normal_hash", Int),
    ("prefix_hash", Int),
    ("checks", Int),
    ("rate_set", Must),
    ("size_bin", Must),
    // The first score in the row of a call; any other is a row of the scores.
    ("score", Real),
];

const USAGE: &[Column] = &[
    ("end", Must),
    ("requests", Int),
    ("web_searches", Int),
    ("context_window", Dim),
    ("discriminator", Dim),
    ("idle", Must),
    ("rate_set", Must),
    ("size_bin", Must),
];

const CHARGE: &[Column] = &[
    ("end", Must),
    ("billed", Amount),
    ("effective", Amount),
    ("list", Amount),
    ("contracted", Amount),
    ("quantity", Amount),
    ("rounding", Amount),
    ("currency", Dim),
    ("category", Dim),
    ("line_item", Dim),
    ("meter", Dim),
    ("unit", Dim),
    ("invoice_id", Dim),
];

const SCORE: &[Column] = &[
    ("name", Dim),
    ("version", Dim),
    ("scorer_kind", Dim),
    ("label", Dim),
    ("value", Real),
    ("request_id", Id),
    ("trace_id", Id),
    ("span_id", Id),
    ("session", Id),
    ("item", Id),
];

/// A dataset of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    /// Attempts at a provider.
    Calls,
    /// Steps of traces without tokens.
    Steps,
    /// Usage buckets.
    Usage,
    /// Billed lines.
    Charges,
    /// Scores.
    Scores,
}

impl Dataset {
    /// All of them.
    pub const ALL: [Dataset; 5] = [Dataset::Calls, Dataset::Steps, Dataset::Usage, Dataset::Charges, Dataset::Scores];

    /// Folder and catalogue name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dataset::Calls => "calls",
            Dataset::Steps => "steps",
            Dataset::Usage => "usage",
            Dataset::Charges => "charges",
            Dataset::Scores => "scores",
        }
    }

    /// Folder and catalogue name of the rows that another row displaced.
    #[must_use]
    pub fn aside(self) -> String {
        format!("{}-aside", self.name())
    }

    /// Columns, in order.
    #[must_use]
    pub fn columns(self) -> Vec<Column> {
        let own: &[&[Column]] = match self {
            Dataset::Calls | Dataset::Steps => &[DIMENSIONS, CALL, TOKENS],
            Dataset::Usage => &[DIMENSIONS, USAGE, TOKENS],
            Dataset::Charges => &[DIMENSIONS, CHARGE],
            Dataset::Scores => &[DIMENSIONS, SCORE],
        };
        let mut all = vec![("time", Time)];
        for part in own {
            all.extend_from_slice(part);
        }
        all.extend_from_slice(CONTROL);
        all
    }
}
