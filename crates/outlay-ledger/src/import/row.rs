//! What rows of all kinds are written with: dimensions, tokens, and their identity, precedence and origin.

use outlay_model::record::{Dimensions, Refusal};
use outlay_model::time::{EARLIEST, LATEST, Micros};
use outlay_model::tokens::Tokens;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::Import;
use crate::datasets::buffer::Buffer;
use crate::datasets::dedupe::Known;
use crate::datasets::identity::halves;

impl Import {
    pub(super) fn write_dims(buffer: &mut Buffer, codes: &[u32; 18]) {
        for code in codes {
            buffer.dim(*code);
        }
    }

    pub(super) fn write_tokens(buffer: &mut Buffer, tokens: Option<&Tokens>) {
        match tokens {
            Some(t) => {
                for count in t.buckets() {
                    buffer.int(Some(count));
                }
                buffer.int(Some(t.reasoning));
            }
            None => (0..13).for_each(|_| buffer.int(None)),
        }
    }

    /// The key of a row whose identity lies in the first bytes of `self.content`. Rows that have no id are known by what
    /// they say: their keys are of this ledger alone, so that nothing can be guessed from them.
    pub(super) fn content_key(&self, identity: usize) -> (i64, i64) {
        halves(xxh3_128_with_seed(&self.content[..identity], self.seed))
    }

    /// Identity, precedence and origin of a row.
    pub(super) fn write_control(&mut self, at: usize, key: (i64, i64), known: Known, rank: i64, file: i64, row: u64) {
        let buffer = &mut self.buffers[at];
        buffer.must(key.0);
        buffer.must(key.1);
        buffer.must(known.stored());
        buffer.must(rank);
        buffer.must(self.id);
        buffer.must(file);
        buffer.must(row as i64);
        buffer.end();
    }
}

pub(super) fn refuse(column: &'static str, reason: String) -> Refusal {
    Refusal::Row { column, reason }
}

pub(super) fn check_time(column: &'static str, at: Micros) -> std::result::Result<(), Refusal> {
    if (EARLIEST..LATEST).contains(&at) {
        Ok(())
    } else {
        Err(refuse(column, "the time lies outside 2000 to 2100: is its unit or format another one?".to_owned()))
    }
}

pub(super) fn number(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&value.to_le_bytes());
}

pub(super) fn text(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
        out.push(0x1f);
    }
}

pub(super) fn describe(out: &mut Vec<u8>, d: &Dimensions<'_>) {
    text(out, &[&d.provider, &d.channel, &d.account, &d.model, &d.operation, &d.tier, &d.region, &d.environment]);
    text(out, &[&d.feature, &d.team, &d.project, &d.api_key, &d.workspace, &d.customer, &d.user]);
    text(out, &[&d.prompt_name, &d.prompt_version, &d.agent]);
}
