//! A total cut by dimensions, so that the parts and the rest add up to it exactly.
//!
//! Where the headline's own sources know every dimension asked for, the headline itself is cut. Otherwise the first of
//! own logs × price, provider usage × price and billed lines that tells any of them is cut, and what is left of the
//! headline is the last row: "billed, not in the logs". It is negative where the logs say more than the bill.

use std::collections::{BTreeMap, BTreeSet};

use outlay_model::cube::Cube;
use outlay_model::dimension::Dimension;
use outlay_model::money::Pico;
use outlay_model::view::{Cell, Column, Row, RowKind, TableSpec, Unit};

use crate::answer::HeadlineSource;
use crate::context::Context;
use crate::headline::{Headline, amount_of};
use crate::prices::Prices;
use crate::words;

/// One value, or one combination of values, of the dimensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// One value per dimension; empty = not told.
    pub keys: Vec<String>,
    /// Cost, at its lowest.
    pub cost: Pico,
    /// Calls; `None` where the source does not tell.
    pub calls: Option<i64>,
    /// Tokens.
    pub tokens: i64,
    /// Tokens without a price among them.
    pub unpriced_tokens: i64,
}

impl Item {
    /// Whether nothing of it has a price: its cost is unknown then, and not 0.
    #[must_use]
    pub fn is_unpriced(&self) -> bool {
        self.cost == Pico::ZERO && self.tokens > 0 && self.unpriced_tokens == self.tokens
    }
}

/// Where the parts of a total come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The sources of the total itself.
    #[default]
    Headline,
    /// Own logs × price.
    OwnLogs,
    /// Provider usage × price.
    ProviderUsage,
    /// Billed lines.
    Invoice,
}

/// A total and its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// Where the parts come from.
    pub detail: Detail,
    /// Dearest first; ties by key.
    pub items: Vec<Item>,
    /// What the items leave of the total; `None` where they are cut from the headline itself, or where nothing is left.
    pub rest: Option<Pico>,
    /// What items and rest add up to.
    pub total: Pico,
}

impl Breakdown {
    /// Cuts the headline itself; `None` where one of its sources does not know a dimension.
    #[must_use]
    pub fn of_headline(headline: &Headline, by: &[Dimension]) -> Option<Breakdown> {
        let known = |d: &Dimension| matches!(d, Dimension::Provider | Dimension::Account | Dimension::Model);
        if !by.iter().all(known) {
            return None;
        }
        let silent =
            |p: &crate::headline::Part| p.source == HeadlineSource::Invoice && p.model.is_empty() && p.low.0 != 0;
        if by.contains(&Dimension::Model) && headline.parts.iter().any(silent) {
            return None;
        }
        let mut items: BTreeMap<Vec<String>, Item> = BTreeMap::new();
        for part in &headline.parts {
            let keys: Vec<String> = by
                .iter()
                .map(|d| match d {
                    Dimension::Provider => part.provider.clone(),
                    Dimension::Account => part.account.clone(),
                    _ => part.model.clone(),
                })
                .collect();
            let item = items.entry(keys).or_insert_with_key(|keys| Item {
                keys: keys.clone(),
                calls: Some(0),
                ..Item::default()
            });
            item.cost += part.low;
            item.calls = item.calls.zip(part.calls).map(|(a, b)| a + b);
            item.tokens += part.tokens;
            item.unpriced_tokens += part.unpriced_tokens;
        }
        Some(Breakdown { detail: Detail::Headline, items: sorted(items), rest: None, total: headline.total })
    }

    /// Cuts own logs × price by the keys of a cube of calls that stand at `keys`, against the headline.
    #[must_use]
    pub fn of_calls(
        calls: &Cube,
        keys: &[usize],
        headline: &Headline,
        context: &Context,
        prices: &dyn Prices,
    ) -> Breakdown {
        Breakdown::of_source(calls, keys, Detail::OwnLogs, headline, context, prices)
    }

    /// Cuts the first source that tells any of the dimensions: `sources` are cubes of calls, usage and charges by them.
    #[must_use]
    pub fn of_details(
        sources: [&Cube; 3],
        dimensions: usize,
        headline: &Headline,
        context: &Context,
        prices: &dyn Prices,
    ) -> Breakdown {
        let keys: Vec<usize> = (0..dimensions).collect();
        let tells =
            |cube: &Cube| cube.groups.iter().any(|group| keys.iter().any(|at| !cube.key(group, *at).is_empty()));
        let details = [Detail::OwnLogs, Detail::ProviderUsage, Detail::Invoice];
        let (cube, detail) =
            sources.into_iter().zip(details).find(|(cube, _)| tells(cube)).unwrap_or((sources[0], Detail::OwnLogs));
        Breakdown::of_source(cube, &keys, detail, headline, context, prices)
    }

    fn of_source(
        cube: &Cube,
        keys: &[usize],
        detail: Detail,
        headline: &Headline,
        context: &Context,
        prices: &dyn Prices,
    ) -> Breakdown {
        let source = match detail {
            Detail::Invoice => HeadlineSource::Invoice,
            Detail::ProviderUsage => HeadlineSource::ProviderUsage,
            Detail::Headline | Detail::OwnLogs => HeadlineSource::OwnLogs,
        };
        let mut items: BTreeMap<Vec<String>, Item> = BTreeMap::new();
        let mut sum = Pico::ZERO;
        for group in &cube.groups {
            let keys: Vec<String> = keys.iter().map(|at| cube.key(group, *at).to_owned()).collect();
            let cost = amount_of(cube, group, source, context, prices);
            let item = items.entry(keys).or_insert_with_key(|keys| Item {
                keys: keys.clone(),
                calls: Some(0),
                ..Item::default()
            });
            item.cost += cost.low;
            let calls = if source == HeadlineSource::OwnLogs { Some(group.sums.records) } else { group.sums.requests };
            item.calls = item.calls.zip(calls).map(|(a, b)| a + b);
            item.tokens += cost.tokens;
            item.unpriced_tokens += cost.unpriced_tokens;
            sum += cost.low;
        }
        let rest = headline.total - sum;
        Breakdown { detail, items: sorted(items), rest: (rest != Pico::ZERO).then_some(rest), total: headline.total }
    }

    /// Number and sum of the items below the first `top`.
    #[must_use]
    pub fn others(&self, top: usize) -> Option<(usize, Pico)> {
        let below = self.items.get(top..).unwrap_or_default();
        (!below.is_empty()).then(|| (below.len(), below.iter().map(|item| item.cost).sum()))
    }

    /// The table of the first `top` items, the others, the rest and the total. `cause` and `rest_note` fill the last
    /// column.
    #[must_use]
    pub fn table(&self, layout: &Layout<'_>, cause: impl Fn(&Item) -> String) -> TableSpec {
        let context = layout.context;
        let mut columns: Vec<Column> = layout.by.iter().map(|d| column(d.name(), d.title(), Unit::Text)).collect();
        columns.push(column("cost", &words::unit(context.currency), Unit::Money));
        columns.push(column("share", "share", Unit::Share));
        columns.push(column("calls", "calls", Unit::Count));
        columns.push(column("tokens", "tokens", Unit::Tokens));
        columns.push(column("cause", "dear because of", Unit::Text));
        let row = |labels: Vec<String>, cost: Pico, calls: Cell, tokens: Cell, cause: String, kind: RowKind| {
            let mut cells: Vec<Cell> = labels.into_iter().map(Cell::Text).collect();
            cells.resize(layout.by.len(), Cell::Text(String::new()));
            cells.push(Cell::Money(context.money(cost)));
            cells.push(Cell::Share(cost.share_of(self.total)));
            cells.extend([calls, tokens, Cell::Text(cause)]);
            Row { cells, kind, keys: None }
        };
        let count =
            |calls: Option<i64>| calls.map_or_else(|| Cell::Unknown("not in this source".to_owned()), Cell::Count);
        let mut rows: Vec<Row> = Vec::new();
        for item in self.items.iter().take(layout.top) {
            let labels = labels(layout.by, &item.keys, context);
            let unpriced = item.is_unpriced();
            let mut row =
                row(labels, item.cost, count(item.calls), Cell::Count(item.tokens), cause(item), RowKind::Item);
            row.keys = Some(item.keys.clone());
            if unpriced {
                row.cells[layout.by.len()] = Cell::Unknown("unpriced".to_owned());
                row.cells[layout.by.len() + 1] = Cell::Unknown("unpriced".to_owned());
            }
            rows.push(row);
        }
        let below = self.items.get(layout.top..).unwrap_or_default();
        if let Some((number, cost)) = self.others(layout.top) {
            let calls = below.iter().map(|item| item.calls).sum::<Option<i64>>();
            let tokens = below.iter().map(|item| item.tokens).sum();
            let label = words::several(context.style, number, "other", "others");
            rows.push(row(vec![label], cost, count(calls), Cell::Count(tokens), String::new(), RowKind::Item));
        }
        let none = || Cell::Unknown("not in this source".to_owned());
        if let Some(rest) = self.rest {
            let label = vec![layout.rest_label.clone()];
            rows.push(row(label, rest, none(), none(), layout.rest_note.clone(), RowKind::Rest));
        }
        if !rows.is_empty() {
            let calls = self.items.iter().map(|item| item.calls).sum::<Option<i64>>();
            let tokens = self.items.iter().map(|item| item.tokens).sum();
            let label = vec!["total".to_owned()];
            rows.push(row(label, self.total, count(calls), Cell::Count(tokens), String::new(), RowKind::Total));
        }
        TableSpec { title: layout.title.to_owned(), columns, rows }
    }
}

/// What a table of a breakdown needs beside it.
#[derive(Clone, Debug)]
pub struct Layout<'a> {
    /// Question.
    pub title: &'a str,
    /// Dimensions.
    pub by: &'a [Dimension],
    /// Items shown one by one.
    pub top: usize,
    /// Words of the rest row.
    pub rest_label: String,
    /// Why there is a rest.
    pub rest_note: String,
    /// Context.
    pub context: &'a Context,
}

/// A column of a table.
#[must_use]
pub fn column(key: &str, title: &str, unit: Unit) -> Column {
    Column { key: key.to_owned(), title: title.to_owned(), unit }
}

/// What to print for an item's keys.
#[must_use]
pub fn labels(by: &[Dimension], keys: &[String], context: &Context) -> Vec<String> {
    by.iter().zip(keys).map(|(dimension, key)| context.label(*dimension, key)).collect()
}

/// What the rest of a headline is called.
#[must_use]
pub fn rest_label(headline: &Headline, cut: &Breakdown) -> String {
    let billed = headline.won.values().any(|s| *s == HeadlineSource::Invoice);
    let less = cut.rest.is_some_and(|rest| rest.0 < 0);
    match (cut.detail, billed, less) {
        (Detail::ProviderUsage, _, false) => "not in provider usage",
        (Detail::ProviderUsage, _, true) => "in provider usage, not in the total",
        (Detail::Invoice, ..) => "not in the billed lines",
        (_, true, false) => "billed, not in the logs",
        (_, true, true) => "in the logs, not billed",
        (_, false, false) => "in provider usage, not in the logs",
        (_, false, true) => "in the logs, not in provider usage",
    }
    .to_owned()
}

/// Why there is a rest: the providers that no log tells of, or that the logs say more than the bill.
#[must_use]
pub fn rest_note(headline: &Headline, calls: &Cube, cut: &Breakdown, context: &Context) -> String {
    if matches!(cut.detail, Detail::ProviderUsage | Detail::Invoice) {
        return String::new();
    }
    if cut.rest.is_some_and(|rest| rest.0 < 0) {
        return "the logs say more than the bill".to_owned();
    }
    let logged: BTreeSet<&str> = calls.groups.iter().map(|group| calls.key(group, 0)).collect();
    let silent: BTreeSet<&str> = headline
        .parts
        .iter()
        .filter(|p| p.source != HeadlineSource::OwnLogs && p.low.0 != 0 && !logged.contains(p.provider.as_str()))
        .map(|p| p.provider.as_str())
        .collect();
    let names: Vec<String> = silent.iter().take(2).map(|id| context.label(Dimension::Provider, id)).collect();
    match silent.len() {
        0 => String::new(),
        1 | 2 => format!("{}: no logs imported", names.join(", ")),
        n => format!("{} and {} more: no logs imported", names.join(", "), n - 2),
    }
}

fn sorted(items: BTreeMap<Vec<String>, Item>) -> Vec<Item> {
    let mut items: Vec<Item> = items.into_values().collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.cost));
    items
}
