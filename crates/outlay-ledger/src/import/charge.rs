//! Billed lines.

use outlay_model::record::{Charge, Place, Refusal};
use outlay_model::report::Kind;
use outlay_model::time::utc_day;

use super::Import;
use super::dims::{ACCOUNT, PROVIDER};
use super::row::{check_time, describe, number, text};
use crate::datasets::dedupe::Known;
use crate::datasets::schema::Dataset;

impl Import {
    pub(super) fn push_charge(&mut self, place: Place, charge: &Charge<'_>) -> std::result::Result<(), Refusal> {
        check_time("start", charge.time)?;
        check_time("end", charge.end)?;
        let codes = self.dims(&charge.dims);
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        number(&mut content, charge.time);
        describe(&mut content, &charge.dims);
        text(&mut content, &[&charge.category, &charge.line_item, &charge.meter, &charge.unit, &charge.invoice_id]);
        text(&mut content, &[charge.currency.as_str()]);
        self.content = content;
        let key = self.content_key(self.content.len());
        let dims = [
            (self.slots.currency, charge.currency.as_str()),
            (self.slots.category, if charge.category.is_empty() { "Usage" } else { &charge.category }),
            (self.slots.line_item, &charge.line_item),
            (self.slots.meter, &charge.meter),
            (self.slots.unit, &charge.unit),
            (self.slots.invoice_id, &charge.invoice_id),
        ]
        .map(|(slot, word)| self.words.code(slot, word));
        // Of two exports of a running day the larger amount is the later one.
        let rank = i64::try_from(charge.billed.0.abs() / 1000).unwrap_or(i64::MAX);
        let file = self.file_number();
        let buffer = &mut self.buffers[Dataset::Charges as usize];
        buffer.must(charge.time);
        Self::write_dims(buffer, &codes);
        buffer.must(charge.end);
        buffer.amount(Some(charge.billed.0));
        for amount in [charge.effective, charge.list, charge.contracted, charge.quantity] {
            buffer.amount(amount.map(|a| a.0));
        }
        buffer.amount(Some(charge.rounding.0));
        for code in dims {
            buffer.dim(code);
        }
        self.write_control(
            Dataset::Charges as usize,
            key,
            Known::Content { section: charge.section },
            rank,
            file,
            place.line,
        );
        self.see(Kind::Charge, &codes, charge.time);
        // A line of usage covers every day of its charge period, whichever day it is dated. A commitment, a tax or a
        // credit is no other account of what was used on those days.
        let first = utc_day(charge.time);
        let last = match charge.category.as_ref() {
            "" | "Usage" => utc_day(charge.end - 1).min(first + 366),
            _ => first,
        };
        for day in first + 1..=last {
            self.presence.entry((Kind::Charge, codes[PROVIDER], codes[ACCOUNT], day)).or_default();
        }
        self.full(Dataset::Charges as usize)
    }
}
