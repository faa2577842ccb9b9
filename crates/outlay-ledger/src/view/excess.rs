//! How far calls go beyond their own group's usual: from rows, because a sum cannot tell.

use std::collections::{BTreeMap, HashMap, HashSet};

use outlay_model::dimension::Dimension;
use outlay_model::tokens::{BUCKETS, Tokens};
use polars::prelude::*;

use super::scan::{Columns, holds, in_period, scan, within};
use super::{Selection, View};
use crate::datasets::schema::Dataset;
use crate::error::Result;
use crate::ledger::blocking;

/// Tokens beyond a group's median call, and tokens of prompts sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Rate set.
    pub rate_set: u32,
    /// Input tokens above the group's median, summed over its calls.
    pub input: i64,
    /// Output tokens above the group's median.
    pub output: i64,
    /// Tokens of calls whose prompt hash an earlier call of the selection had, and that read nothing from a cache.
    pub repeats: Tokens,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExcessGroup {
    /// One value per dimension.
    pub keys: Vec<String>,
    /// Median of whole input tokens.
    pub median_input: i64,
    /// Median of output tokens.
    pub median_output: i64,
    /// By rate set.
    pub by_rate_set: Vec<Excess>,
}

impl View {
    /// Excess of every group, sorted by keys. Reads rows.
    ///
    /// # Errors
    /// Where files of the data version cannot be read.
    pub async fn excess(&self, selection: &Selection, by: &[Dimension]) -> Result<Vec<ExcessGroup>> {
        let files = self.files(Dataset::Calls.name()).await?;
        let files = within(files, selection.period.start(), selection.period.end());
        let (layout, wanted, by) = (self.layout.clone(), selection.clone(), by.to_vec());
        let rates = self.rates.clone();
        blocking(move || {
            let Some(lazy) = scan(&layout, &files)? else { return Ok(Vec::new()) };
            let time = col("time").cast(DataType::Int64);
            let mut lazy = lazy.filter(in_period(&time, &wanted.period)).filter(col("uncached_input").is_not_null());
            for condition in &wanted.conditions {
                lazy = lazy.filter(holds(condition));
            }
            let mut columns: Vec<Expr> = BUCKETS.iter().map(|b| col(*b)).collect();
            columns.extend(["time", "rate_set", "prompt_hash"].map(col));
            for (place, dimension) in by.iter().enumerate() {
                columns.push(col(dimension.name()).alias(format!("k{place}")));
            }
            let frame = lazy.select(columns).collect()?;
            let read = Columns(&frame);
            let keys = (0..by.len()).map(|p| read.texts(&format!("k{p}"))).collect::<Result<Vec<_>>>()?;
            let buckets = BUCKETS.iter().map(|b| read.ints(b)).collect::<Result<Vec<_>>>()?;
            let (time, set) = (read.ints("time")?, read.ints("rate_set")?);
            let hashes: Vec<Option<Vec<u8>>> =
                frame.column("prompt_hash")?.binary()?.iter().map(|h| h.map(<[u8]>::to_vec)).collect();
            let tokens: Vec<Tokens> = (0..frame.height())
                .map(|row| {
                    let mut counts = [0; BUCKETS.len()];
                    for (to, from) in counts.iter_mut().zip(&buckets) {
                        *to = from[row];
                    }
                    Tokens::from_buckets(counts)
                })
                .collect();
            let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
            for row in 0..frame.height() {
                groups.entry(keys.iter().map(|k| k[row].as_str()).collect()).or_default().push(row);
            }
            let mut order: Vec<usize> = (0..frame.height()).collect();
            order.sort_by_key(|row| time[*row]);
            let mut seen: HashSet<&[u8]> = HashSet::new();
            let mut repeated = vec![false; frame.height()];
            for row in order {
                if let Some(hash) = &hashes[row] {
                    repeated[row] = !seen.insert(hash) && tokens[row].cache_read == 0;
                }
            }
            Ok(groups
                .into_iter()
                .map(|(keys, rows)| {
                    let median = |pick: &dyn Fn(&Tokens) -> i64| {
                        let mut values: Vec<i64> = rows.iter().map(|r| pick(&tokens[*r])).collect();
                        let middle = values.len() / 2;
                        *values.select_nth_unstable(middle).1
                    };
                    let median_input = median(&Tokens::total_input);
                    let median_output = median(&|t| t.output);
                    let mut by_rate_set: HashMap<u32, Excess> = HashMap::new();
                    for row in &rows {
                        let t = &tokens[*row];
                        let id = rates.resolve(set[*row] as u32, time[*row], t.total_input());
                        let excess =
                            by_rate_set.entry(id).or_insert_with(|| Excess { rate_set: id, ..Excess::default() });
                        excess.input += (t.total_input() - median_input).max(0);
                        excess.output += (t.output - median_output).max(0);
                        if repeated[*row] {
                            let mut sum = excess.repeats.buckets();
                            sum.iter_mut().zip(t.buckets()).for_each(|(a, b)| *a += b);
                            excess.repeats = Tokens::from_buckets(sum);
                        }
                    }
                    let mut by_rate_set: Vec<Excess> = by_rate_set.into_values().collect();
                    by_rate_set.sort_by_key(|e| e.rate_set);
                    let keys = keys.into_iter().map(str::to_owned).collect();
                    ExcessGroup { keys, median_input, median_output, by_rate_set }
                })
                .collect())
        })
        .await
    }
}
