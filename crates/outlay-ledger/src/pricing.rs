//! Rate sets: interned while importing, read back as a table of prices for a data version.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use outlay_model::time::Micros;
use outlay_model::tokens::Tokens;
use outlay_price::{Book, Cost, Key, RateSet, Schedule};

/// Identity of a rate set: whose price, and which of its dated, banded entries. An unpriced set has no entries yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RateKey {
    /// Provider that bills.
    pub provider: String,
    /// Channel.
    pub channel: String,
    /// Model as seen.
    pub model: String,
    /// Region.
    pub region: String,
    /// Service tier.
    pub tier: String,
    /// Validity, hours and size band of the entry; `unpriced` where there was none.
    pub slot: String,
}

fn slot_of(set: &RateSet) -> String {
    let show = |at: Option<i64>| at.map_or_else(String::new, |at| at.to_string());
    let hours = set.hours.as_ref().map_or_else(String::new, |h| format!("@{}-{}/{}", h.from, h.to, h.weekdays));
    format!(
        "{}..{}{hours}#{}..{}",
        show(set.valid_from),
        show(set.valid_to),
        show(set.band.min_exclusive),
        show(set.band.max_inclusive)
    )
}

/// A rate set made by an import, to be catalogued with it.
#[derive(Clone, Debug)]
pub struct NewRateSet {
    /// Id.
    pub id: u32,
    /// Identity.
    pub key: RateKey,
    /// Entries, empty where unpriced.
    pub entries: Vec<RateSet>,
}

#[derive(Debug)]
struct Resolved {
    schedule: Schedule,
    /// Rate set per entry of the schedule; the last is for "unpriced".
    ids: Vec<u32>,
    key: Key,
}

/// Resolves prices once per distinct provider, channel, model, region and tier.
#[derive(Debug)]
pub struct Pricer {
    book: std::sync::Arc<Book>,
    known: HashMap<RateKey, u32>,
    resolved: Vec<Resolved>,
    by_codes: HashMap<[u32; 5], usize, FixedState>,
    last: Option<([u32; 5], usize)>,
    next: u32,
    /// Made since the start.
    pub made: Vec<NewRateSet>,
    thresholds: Vec<i64>,
}

impl Pricer {
    /// A pricer that goes on from the sets a ledger knows.
    #[must_use]
    pub fn new(book: std::sync::Arc<Book>, known: HashMap<RateKey, u32>) -> Pricer {
        let next = known.values().max().map_or(1, |id| id + 1);
        let thresholds = book.thresholds().to_vec();
        Pricer {
            book,
            known,
            resolved: Vec::new(),
            by_codes: HashMap::with_hasher(FixedState::default()),
            last: None,
            next,
            made: Vec::new(),
            thresholds,
        }
    }

    /// The bin of a call's whole input: the largest threshold of any book that it exceeds, 0 where it exceeds none. The
    /// threshold itself is stored, so that a book with other thresholds reads old bins rightly.
    #[must_use]
    pub fn size_bin(&self, total_input: i64) -> i64 {
        let above = self.thresholds.partition_point(|t| total_input > *t);
        above.checked_sub(1).map_or(0, |at| self.thresholds[at])
    }

    /// The rate set of a call. `codes` stand for the key's texts, which `texts` gives when they are new.
    pub fn rate_set(&mut self, codes: [u32; 5], texts: impl FnOnce() -> Key, at: Micros, total_input: i64) -> u32 {
        let index = match self.last {
            Some((last, index)) if last == codes => index,
            _ => match self.by_codes.get(&codes) {
                Some(&index) => index,
                None => {
                    let key = texts();
                    let schedule = self.book.schedule(&key);
                    let ids = vec![0; schedule.sets().len() + 1];
                    self.resolved.push(Resolved { schedule, ids, key });
                    self.by_codes.insert(codes, self.resolved.len() - 1);
                    self.resolved.len() - 1
                }
            },
        };
        self.last = Some((codes, index));
        let resolved = &mut self.resolved[index];
        let entry = resolved.schedule.index_at(at, total_input);
        let place = entry.unwrap_or(resolved.ids.len() - 1);
        if resolved.ids[place] == 0 {
            let set = entry.map(|e| resolved.schedule.sets()[e].clone());
            let k = &resolved.key;
            let key = RateKey {
                provider: k.provider.clone(),
                channel: k.channel.clone(),
                model: k.model.clone(),
                region: k.region.clone(),
                tier: k.tier.clone(),
                slot: set.as_ref().map_or_else(|| "unpriced".to_owned(), slot_of),
            };
            resolved.ids[place] = match self.known.get(&key) {
                Some(&id) => id,
                None => {
                    let id = self.next;
                    self.next += 1;
                    self.known.insert(key.clone(), id);
                    self.made.push(NewRateSet { id, key, entries: set.into_iter().collect() });
                    id
                }
            };
        }
        resolved.ids[place]
    }
}

/// A rate set as a data version prices it.
#[derive(Clone, Debug)]
pub struct PricedSet {
    /// Whose price.
    pub key: RateKey,
    /// Entries in force; empty = unpriced; more than one where a later price divides the set by time or size.
    pub entries: Vec<RateSet>,
}

/// Prices of all rate sets of a data version. Set ids that a query hands out may be *virtual*: one per entry, where a
/// set has several.
#[derive(Clone, Debug, Default)]
pub struct RateTable {
    sets: HashMap<u32, PricedSet>,
}

const VIRTUAL_SHIFT: u32 = 24;

impl RateTable {
    /// A table of sets.
    #[must_use]
    pub fn new(sets: HashMap<u32, PricedSet>) -> RateTable {
        RateTable { sets }
    }

    /// The same with other entries for some sets.
    #[must_use]
    pub fn with(mut self, changes: Vec<(u32, Vec<RateSet>)>) -> RateTable {
        for (id, entries) in changes {
            if let Some(set) = self.sets.get_mut(&id) {
                set.entries = entries;
            }
        }
        self
    }

    /// All sets.
    pub fn sets(&self) -> impl Iterator<Item = (u32, &PricedSet)> {
        self.sets.iter().map(|(id, set)| (*id, set))
    }

    /// Ids of the sets that time or size divides.
    #[must_use]
    pub fn divided(&self) -> Vec<u32> {
        let mut ids: Vec<u32> = self.sets.iter().filter(|(_, s)| s.entries.len() > 1).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// The id to hand out for a record of a set at a time and of a size.
    #[must_use]
    pub fn resolve(&self, set: u32, at: Micros, total_input: i64) -> u32 {
        match self.sets.get(&set) {
            Some(priced) if priced.entries.len() > 1 => {
                match priced.entries.iter().position(|e| e.holds(at, total_input)) {
                    Some(entry) => set | ((entry as u32 + 1) << VIRTUAL_SHIFT),
                    None => set | (0xff << VIRTUAL_SHIFT),
                }
            }
            _ => set,
        }
    }

    /// The stored set of an id that may be virtual.
    #[must_use]
    pub fn base(&self, id: u32) -> u32 {
        id & ((1 << VIRTUAL_SHIFT) - 1)
    }

    /// The identity of a set, virtual or not.
    #[must_use]
    pub fn key(&self, id: u32) -> Option<&RateKey> {
        self.sets.get(&(id & ((1 << VIRTUAL_SHIFT) - 1))).map(|s| &s.key)
    }

    /// The price of a set; `None` = unpriced.
    #[must_use]
    pub fn price(&self, id: u32) -> Option<&RateSet> {
        let set = self.sets.get(&(id & ((1 << VIRTUAL_SHIFT) - 1)))?;
        match id >> VIRTUAL_SHIFT {
            0 if set.entries.len() == 1 => set.entries.first(),
            0 => None,
            entry => set.entries.get(entry as usize - 1),
        }
    }

    /// What tokens of a set cost; `None` = unpriced, which is never 0.
    #[must_use]
    pub fn cost(&self, id: u32, tokens: &Tokens) -> Option<Cost> {
        self.price(id).map(|set| outlay_price::cost(&set.rates, tokens))
    }
}

/// What changes in the known sets when `after` takes the place of `before`: the entries that then apply within each
/// set's own validity and band. Sets that both books price alike keep what they have, so that a change of the user's
/// prices takes up nothing else.
#[must_use]
pub fn recalculate(before: &Book, after: &Book, table: &RateTable) -> Vec<(u32, Vec<RateSet>)> {
    let mut changed = Vec::new();
    for (id, set) in table.sets() {
        let key = Key {
            provider: set.key.provider.clone(),
            channel: set.key.channel.clone(),
            model: set.key.model.clone(),
            region: set.key.region.clone(),
            tier: set.key.tier.clone(),
        };
        let (old, new) = (before.schedule(&key), after.schedule(&key));
        if old.sets() == new.sets() {
            continue;
        }
        let entries: Vec<RateSet> = new.sets().iter().filter(|e| meets(&set.key.slot, e)).cloned().collect();
        if entries != set.entries {
            changed.push((id, entries));
        }
    }
    changed.sort_by_key(|(id, _)| *id);
    changed
}

/// Whether an entry can apply to records that were filed under a slot: their validities and bands overlap.
fn meets(slot: &str, entry: &RateSet) -> bool {
    let Some((time, band)) = slot.split_once('#') else { return true };
    let span = |text: &str| -> (Option<i64>, Option<i64>) {
        let (from, to) = text.split_once("..").unwrap_or(("", ""));
        (from.parse().ok(), to.parse().ok())
    };
    let overlap = |(a, b): (Option<i64>, Option<i64>), (c, d): (Option<i64>, Option<i64>)| {
        a.unwrap_or(i64::MIN) < d.unwrap_or(i64::MAX) && c.unwrap_or(i64::MIN) < b.unwrap_or(i64::MAX)
    };
    let time = time.split('@').next().unwrap_or_default();
    overlap(span(time), (entry.valid_from, entry.valid_to))
        && overlap(span(band), (entry.band.min_exclusive, entry.band.max_inclusive))
}
