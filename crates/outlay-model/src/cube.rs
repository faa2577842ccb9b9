//! Grouped sums: what the ledger gives an analysis.
//!
//! A [`Slice`] says which records and by what; the ledger answers with a [`Cube`], from a rollup where one holds the
//! answer and from rows where not. Costs are not in it: they are tokens × rate set, by the one pricing function.

use crate::dimension::Dimension;
use crate::query::Condition;
use crate::report::Kind;
use crate::time::Period;
use crate::tokens::Tokens;

/// How finely a slice cuts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grain {
    /// Not at all.
    Whole,
    /// By local date.
    Day,
    /// By local date and hour.
    Hour,
}

/// Which records, by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Calls, usage or charges.
    pub kind: Kind,
    /// Period, in its zone.
    pub period: Period,
    /// Time cut.
    pub grain: Grain,
    /// Cuts.
    pub by: Vec<Dimension>,
    /// All must hold. A condition on a dimension that the kind does not know selects nothing.
    pub conditions: Vec<Condition>,
    /// Sum only retries and failed calls, for the waste of a month.
    pub only_waste: bool,
}

/// Sums of a group of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Records: calls, usage rows or billed lines.
    pub records: i64,
    /// Calls made: records for calls, the told number of requests for usage; `None` where any row does not tell.
    pub requests: Option<i64>,
    /// Calls that failed.
    pub errors: i64,
    /// Calls that were a second or later attempt.
    pub retries: i64,
    /// Calls whose usage is unknown.
    pub unknown_usage: i64,
    /// Tokens.
    pub tokens: Tokens,
    /// The sources' own cost estimates in pico-units (calls), or billed amounts (charges).
    pub amount: i128,
    /// Records that carried an amount.
    pub with_amount: i64,
    /// Web searches.
    pub web_searches: i64,
}

impl Sums {
    /// Adds another group.
    pub fn add(&mut self, other: &Sums) {
        self.requests = match (self.records, self.requests, other.requests) {
            (0, _, theirs) => theirs,
            (_, Some(ours), Some(theirs)) => Some(ours + theirs),
            _ => None,
        };
        self.records += other.records;
        self.errors += other.errors;
        self.retries += other.retries;
        self.unknown_usage += other.unknown_usage;
        let (mut buckets, theirs) = (self.tokens.buckets(), other.tokens.buckets());
        for (a, b) in buckets.iter_mut().zip(theirs) {
            *a += b;
        }
        let reasoning = self.tokens.reasoning + other.tokens.reasoning;
        self.tokens = Tokens { reasoning, ..Tokens::from_buckets(buckets) };
        self.amount += other.amount;
        self.with_amount += other.with_amount;
        self.web_searches += other.web_searches;
    }
}

/// One group of a cube.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Local day number since 1970 in the slice's zone; 0 with [`Grain::Whole`].
    pub day: i32,
    /// Local hour; 0 unless [`Grain::Hour`].
    pub hour: u8,
    /// Codes into [`Cube::values`], one per dimension of the slice.
    pub keys: Vec<u32>,
    /// Rate set of calls and usage; 0 for charges and where nothing prices the group.
    pub rate_set: u32,
    /// Currency code of [`Sums::amount`], as an index into [`Cube::currencies`].
    pub currency: u32,
    /// Sums.
    pub sums: Sums,
}

/// Grouped sums, sorted by day, hour, keys, rate set and currency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cube {
    /// The dimensions, in the order of [`Group::keys`].
    pub by: Vec<Dimension>,
    /// Values per dimension; an empty text means "not told".
    pub values: Vec<Vec<String>>,
    /// Currency codes; an empty text where no amount was told.
    pub currencies: Vec<String>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Whether rows had to be read, because no rollup holds the answer.
    pub from_rows: bool,
}

impl Cube {
    /// The text of dimension `at` of a group.
    #[must_use]
    pub fn key<'a>(&'a self, group: &Group, at: usize) -> &'a str {
        group.keys.get(at).and_then(|code| self.values.get(at)?.get(*code as usize)).map_or("", String::as_str)
    }
    /// The currency of a group's amount.
    #[must_use]
    pub fn currency<'a>(&'a self, group: &Group) -> &'a str {
        self.currencies.get(group.currency as usize).map_or("", String::as_str)
    }
}
