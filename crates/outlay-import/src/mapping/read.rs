//! Reads any table or JSON through a mapping.

use std::borrow::Cow;
use std::cell::Cell;

use outlay_model::money::Pico;
use outlay_model::record::{Record, Sink};
use sonic_rs::PointerNode;

use super::path::{lookup, nodes};
use super::times::{Pattern, rfc3339};
use super::{CachedInput, EndDay, LatencyUnit, Mapping, MoneyUnit, Reasoning, RowIs, TimeUnit};
use crate::error::{Broken, Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::fields::{self, Draft, Rules, Shape, Slot, Times};
use crate::format::{ReadOptions, ReadSummary};
use crate::head::Layout;
use crate::json::{self, JsonRows};
use crate::source::Input;
use crate::table::{self, Splitter};
use crate::value::{self, Epoch, Naive, Stamp};

/// A column or path, and where it goes.
struct Target<'m> {
    field: &'m str,
    slot: Slot,
    path: &'m str,
    nodes: Vec<PointerNode>,
    column: usize,
    /// Whether any row had something there.
    found: Cell<bool>,
}

struct Reader<'m> {
    mapping: &'m Mapping,
    targets: Vec<Target<'m>>,
    constants: Vec<(&'m str, Slot, &'m str)>,
    /// How times are written, where that is not RFC 3339 or a number.
    pattern: Option<Pattern>,
    rules: Rules,
    account: Option<&'m str>,
}

/// Reads a whole file through a mapping.
pub(crate) fn read(
    input: Input,
    mapping: &Mapping,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<ReadSummary, ImportError> {
    mapping.check()?;
    let bits = mapping.kind.bits();
    let slot = |name: &'_ str| {
        fields::slot(name, bits).ok_or_else(|| ImportError::Mapping {
            what: format!("there is no field \"{name}\""),
            remedy: "remove it".to_owned(),
        })
    };
    let mut targets = Vec::new();
    for (field, path) in &mapping.columns {
        targets.push(Target {
            field,
            slot: slot(field)?,
            path,
            nodes: nodes(path),
            column: 0,
            found: Cell::new(false),
        });
    }
    let mut constants = Vec::new();
    for (field, text) in &mapping.constants {
        constants.push((field.as_str(), slot(field)?, text.as_str()));
    }
    let zone = options.zone.or(mapping.zone);
    let mut reader = Reader {
        mapping,
        targets,
        constants,
        pattern: Some(mapping.time_format.as_str()).filter(|text| !text.is_empty()).and_then(|t| Pattern::new(t).ok()),
        rules: Rules {
            cached_inside: mapping.cached_input == CachedInput::Inside,
            zero_cost_is_unknown: mapping.zero_cost_is_unknown,
            naive: zone.map_or(Naive::Ask, Naive::Zone),
        },
        account: options.account.as_deref(),
    };
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut times = Times::default();
    match input.head().layout {
        Layout::Table { .. } if !mapping.rows.is_empty() => {
            return Err(ImportError::Mapping {
                what: format!("rows = \"{}\" is a path into JSON, and {} is delimited text", mapping.rows, input.name),
                remedy: "remove it".to_owned(),
            });
        }
        Layout::Table { delimiter } => reader.table(input, delimiter, &mut times, &mut feed)?,
        layout => reader.json(input, layout, &mut times, &mut feed)?,
    }
    feed.finish(times.zone)
}

impl Reader<'_> {
    fn table(
        &mut self,
        input: Input,
        delimiter: u8,
        times: &mut Times,
        feed: &mut Feed<'_>,
    ) -> Result<(), ImportError> {
        let name = input.name.clone();
        let numbers = input.head().numbers;
        let mut rows = Splitter::new(input.reader, delimiter);
        let header: Vec<String> = rows.header().unwrap_or_default().iter().map(|c| table::normal(c)).collect();
        for target in &mut self.targets {
            let wanted = table::normal(target.path);
            target.column = header.iter().position(|c| *c == wanted).ok_or_else(|| ImportError::Header {
                name: name.clone(),
                format: "mapped".to_owned(),
                missing: target.path.to_owned(),
            })?;
        }
        let doubles = table::doubles(&header, self.targets.iter().map(|target| target.column));
        while let Some(step) = rows.advance() {
            let line = match step {
                table::Step::Row(line) => line,
                table::Step::Bad(line, reason) => {
                    feed.reject(line, &Fault::new("", reason, &rows.lossy()))?;
                    continue;
                }
            };
            let row = rows.cells(header.len(), false, feed.broken_tail());
            match row.and_then(|row| table::agree(row, &header, &doubles).map(|()| row)) {
                Ok(row) => {
                    let cell = |target: &Target<'_>| {
                        let text = row.get(target.column);
                        let plain = target.slot.plain(text, numbers);
                        plain.map(Some).map_err(|why| Fault::new(target.path, format!("{} {why}", target.field), text))
                    };
                    self.row(line.into(), cell, times, feed)?;
                }
                Err(fault) => feed.reject(line, &fault)?,
            }
        }
        Ok(())
    }

    fn json(
        &mut self,
        input: Input,
        layout: Layout,
        times: &mut Times,
        feed: &mut Feed<'_>,
    ) -> Result<(), ImportError> {
        let mut rows = JsonRows::new(input.reader, layout, &self.mapping.rows);
        while let Some(step) = rows.advance() {
            let at = |line| Spot { line, document: Some(&rows) };
            let line = match step {
                json::Step::Object(line) => line,
                json::Step::Bad(line, reason) => {
                    feed.reject(at(line), &Fault::new("", reason, &rows.lossy()))?;
                    continue;
                }
            };
            let mut fault = match rows.text() {
                Ok(text) => json::fault(text),
                Err(reason) => Some(Fault::new("", reason, &rows.lossy())),
            };
            if fault.is_some() && rows.mend() {
                fault = json::fault(rows.text().unwrap_or_default());
            }
            let at = |line| Spot { line, document: Some(&rows) };
            let text = rows.text().unwrap_or_default();
            if let Some(mut fault) = fault {
                if let (true, Some(broken)) = (rows.is_cut(), feed.broken_tail()) {
                    fault.reason = format!("{}; {broken}", fault.reason);
                }
                feed.reject(at(line), &fault)?;
                continue;
            }
            let cell = |target: &Target<'_>| match lookup(text, target.path, &target.nodes) {
                None => Ok(None),
                Some(raw) => {
                    target.found.set(true);
                    json::scalar(raw).map_err(|reason| Fault::new(target.path, reason, ""))
                }
            };
            self.row(at(line), cell, times, feed)?;
        }
        if rows.is_open() {
            feed.unclosed();
        }
        // A path with a typing error would otherwise pass for a field that nobody told.
        let none: Vec<&str> = self.targets.iter().filter(|t| !t.found.get()).map(|t| t.path).collect();
        if !none.is_empty() {
            feed.note(format!("no row has {}: check the mapping if some should", none.join(", ")));
        }
        Ok(())
    }

    /// One row, whose cells `cell` finds.
    fn row<'a>(
        &self,
        at: Spot<'_>,
        cell: impl Fn(&Target<'_>) -> Result<Option<Cow<'a, str>>, Fault>,
        times: &mut Times,
        feed: &mut Feed<'_>,
    ) -> Result<(), ImportError> {
        match self.fill(cell) {
            Ok(draft) => self.deliver(draft, at, times, feed),
            Err(fault) => feed.reject(at, &fault),
        }
    }

    fn fill<'b, 'a: 'b>(
        &'b self,
        cell: impl Fn(&Target<'_>) -> Result<Option<Cow<'a, str>>, Fault>,
    ) -> Result<Draft<'b>, Fault> {
        let mut draft: Draft<'b> = Draft::default();
        for (field, slot, text) in &self.constants {
            draft.set(*slot, &Cow::Borrowed(*field), &Cow::Borrowed(*text))?;
        }
        for target in &self.targets {
            let Some(text) = cell(target)? else { continue };
            let text: Cow<'b, str> = text;
            let skipped = self.mapping.skip_values.iter().any(|skip| *skip == *text);
            if text.is_empty() || skipped || (value::is_null(&text) && !target.slot.is_free_text()) {
                continue;
            }
            let key = match target.slot {
                Slot::Score => Cow::Borrowed(target.field),
                Slot::Field(field) => {
                    let text = in_our_unit(field.shape, &text, self.mapping, self.pattern.as_ref())
                        .map_err(|reason| Fault::new(target.path, format!("{} {reason}", field.name), &text))?;
                    if let Some(text) = text {
                        draft.set(target.slot, &Cow::Borrowed(target.path), &Cow::Owned(text))?;
                        continue;
                    }
                    Cow::Borrowed(target.path)
                }
            };
            draft.set(target.slot, &key, &text)?;
        }
        draft.reasoning_beside = self.mapping.reasoning == Reasoning::Outside;
        if self.mapping.end_day == EndDay::Included {
            draft.end = draft.end.map(Stamp::end_of_day);
        }
        Ok(draft)
    }

    fn deliver<'a>(
        &'a self,
        draft: Draft<'a>,
        at: Spot<'_>,
        times: &mut Times,
        feed: &mut Feed<'_>,
    ) -> Result<(), ImportError> {
        let (account, rules) = (self.account, &self.rules);
        let pushed: Result<Result<(), ImportError>, Broken> = match self.mapping.kind {
            RowIs::Call => draft.call(account, rules, times, |call| feed.push(at, Record::Call(call))),
            RowIs::Usage => draft.usage(account, rules, times).map(|usage| feed.push(at, Record::Usage(&usage))),
            RowIs::Charge => draft.charge(account, rules, times).map(|charge| feed.push(at, Record::Charge(&charge))),
            RowIs::Score => draft.score(account, rules, times).map(|score| feed.push(at, Record::Score(&score))),
            RowIs::Evaluation => draft.score(account, rules, times).and_then(|score| {
                if score.item.is_empty() {
                    return Err(Fault::new("item", "is missing: an evaluation needs the item it was about", "").into());
                }
                Ok(feed.push(at, Record::Score(&score)))
            }),
        };
        match pushed {
            Ok(pushed) => pushed,
            Err(broken) => feed.broken(at, broken),
        }
    }
}

/// The text in the unit of the field, where the mapping says that the file has another.
fn in_our_unit(
    shape: Shape,
    text: &str,
    mapping: &Mapping,
    pattern: Option<&Pattern>,
) -> Result<Option<String>, &'static str> {
    if let (Shape::Time, Some(pattern)) = (shape, pattern) {
        return pattern.stamp(text).and_then(rfc3339).map(Some);
    }
    match shape {
        Shape::Tokens if mapping.token_multiplier != 1 => {
            Ok(Some(value::tokens_in(text, mapping.token_multiplier)?.to_string()))
        }
        Shape::Money if mapping.money_unit == MoneyUnit::Cents => {
            Ok(Some(Pico::parse_cents(text).map_err(|_| "is not an amount")?.to_string()))
        }
        Shape::Millis if mapping.latency_unit == LatencyUnit::Seconds => {
            Ok(Some(value::millis(text, true)?.to_string()))
        }
        Shape::Time if mapping.time_unit != TimeUnit::Auto => {
            let epoch = match mapping.time_unit {
                TimeUnit::Auto => Epoch::Auto,
                TimeUnit::Seconds => Epoch::Seconds,
                TimeUnit::Milliseconds => Epoch::Millis,
                TimeUnit::Microseconds => Epoch::Micros,
                TimeUnit::Nanoseconds => Epoch::Nanos,
            };
            let stamp = value::stamp(text, epoch)?;
            // Microseconds of 2000 to 2100 are told from other units by their magnitude; others are out of range anyway.
            if !stamp.zoned {
                Ok(None)
            } else if stamp.micros.abs() < 100_000_000_000_000 {
                Err("is before 2000 or after 2100; check its unit")
            } else {
                Ok(Some(stamp.micros.to_string()))
            }
        }
        _ => Ok(None),
    }
}
