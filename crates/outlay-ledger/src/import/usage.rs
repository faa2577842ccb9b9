//! Buckets of provider usage.

use outlay_model::record::{Place, Refusal, Usage};
use outlay_model::report::Kind;
use outlay_model::tokens::MAX_USAGE_TOKENS;

use super::Import;
use super::row::{check_time, describe, number, refuse, text};
use crate::datasets::dedupe::Known;
use crate::datasets::schema::Dataset;
use crate::view::step;

impl Import {
    pub(super) fn push_usage(&mut self, place: Place, usage: &Usage<'_>) -> std::result::Result<(), Refusal> {
        check_time("start", usage.time)?;
        check_time("end", usage.end)?;
        if usage.end < usage.time {
            return Err(refuse("end", "the bucket ends before it begins".to_owned()));
        }
        if let Some(tokens) = &usage.tokens {
            tokens.check(MAX_USAGE_TOKENS).map_err(|f| refuse("tokens", f.to_string()))?;
        }
        for (column, value) in [("requests", usage.requests), ("web_searches", usage.web_searches)] {
            if value.is_some_and(|v| !(0..=MAX_USAGE_TOKENS).contains(&v)) {
                return Err(refuse(column, "a count must not be negative or absurd".to_owned()));
            }
        }
        let codes = self.dims(&usage.dims);
        // A bucket sums many calls and cannot choose a size band; its own context-window column can.
        let size = band_size(&usage.context_window);
        let rate_set = if usage.tokens.is_some() { self.rate_set(&codes, usage.time, size) } else { 0 };
        let size_bin = self.pricer.size_bin(size);
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        number(&mut content, usage.time);
        // A running bucket grows: its end is not part of what it is, but a day is not its first hour.
        number(&mut content, step(usage.end - usage.time));
        describe(&mut content, &usage.dims);
        text(&mut content, &[&usage.context_window, &usage.discriminator]);
        number(&mut content, i64::from(usage.idle));
        self.content = content;
        let key = self.content_key(self.content.len());
        let window = self.words.code(self.slots.context_window, &usage.context_window);
        let discriminator = self.words.code(self.slots.discriminator, &usage.discriminator);
        let rank = usage.tokens.map_or(0, |t| t.total()).saturating_add(usage.requests.unwrap_or(0));
        let file = self.file_number();
        let buffer = &mut self.buffers[Dataset::Usage as usize];
        buffer.must(usage.time);
        Self::write_dims(buffer, &codes);
        buffer.must(usage.end);
        buffer.int(usage.requests);
        buffer.int(usage.web_searches);
        buffer.dim(window);
        buffer.dim(discriminator);
        buffer.must(i64::from(usage.idle));
        buffer.must(i64::from(rate_set));
        buffer.must(size_bin);
        Self::write_tokens(buffer, usage.tokens.as_ref());
        self.write_control(
            Dataset::Usage as usize,
            key,
            Known::Content { section: usage.section },
            rank,
            file,
            place.line,
        );
        self.see(Kind::Usage, &codes, usage.time);
        self.full(Dataset::Usage as usize)
    }
}

/// A representative size for a provider's context-window band.
fn band_size(window: &str) -> i64 {
    let above = window.contains('>') || window.starts_with("200k-");
    let thousands: String = window.chars().filter(char::is_ascii_digit).take(4).collect();
    match (above, thousands.parse::<i64>()) {
        (true, Ok(k)) => k.min(10_000) * 1000 + 1,
        _ => 0,
    }
}
