//! Calls and steps.

use std::borrow::Cow;

use outlay_model::names;
use outlay_model::record::{Call, Place, Refusal};
use outlay_model::report::Kind;
use outlay_model::tokens::MAX_CALL_TOKENS;

use super::dims::ACCOUNT;
use super::row::{check_time, describe, number, refuse, text};
use super::{IN_ROW, Import};
use crate::datasets::dedupe::Known;
use crate::datasets::schema::Dataset;
use crate::datasets::words::NONE;
use crate::datasets::{identity, ids};
use crate::digest::Digest;

impl Import {
    pub(super) fn push_call(&mut self, place: Place, call: &Call<'_>) -> std::result::Result<(), Refusal> {
        check_time("timestamp", call.time)?;
        if let Some(tokens) = &call.tokens {
            tokens.check(MAX_CALL_TOKENS).map_err(|f| refuse("tokens", f.to_string()))?;
        }
        for (column, value) in [("latency_ms", call.latency_ms), ("ttft_ms", call.ttft_ms)] {
            if value.is_some_and(|v| !(0..=31_536_000_000).contains(&v)) {
                return Err(refuse(column, "a duration must lie between 0 and a year".to_owned()));
            }
        }
        if !(0..=1_000_000).contains(&call.attempt) {
            return Err(refuse("attempt", "an attempt counts from 1".to_owned()));
        }
        let recorded = match call.recorded_cost {
            Some((amount, currency)) => match i64::try_from(amount.0) {
                Ok(pico) => Some((pico, currency)),
                Err(_) => return Err(refuse("cost", "more than 9 million for one call".to_owned())),
            },
            None => None,
        };
        let codes = self.dims(&call.dims);
        let is_step = call.tokens.is_none() && names::is_step(&call.step_kind);
        let dataset = if is_step { Dataset::Steps } else { Dataset::Calls };
        let at = dataset as usize;
        let size = call.tokens.map_or(0, |t| t.total_input());
        let rate_set = if is_step { 0 } else { self.rate_set(&codes, call.time, size) };
        let size_bin = self.pricer.size_bin(size);
        let failed = !call.error_type.is_empty() || is_failure(&call.status);

        let ids: [Cow<'_, str>; 6] =
            [&call.session, &call.request_id, &call.trace_id, &call.span_id, &call.parent_id, &call.prompt_hash]
                .map(|id| self.words.redactor.clean(id).map_or_else(|| id.as_ref().into(), Into::into));
        let mut packed = std::mem::take(&mut self.ids);
        for (id, packed) in ids.iter().zip(&mut packed) {
            ids::pack(id, packed);
        }

        // Identity: what the provider or tracer calls it, else all that the row says.
        let mut content = std::mem::take(&mut self.content);
        let account = self.words.word(self.slots.dims[ACCOUNT], codes[ACCOUNT]);
        let [_, request, trace, span, ..] = &packed;
        let by_id = identity::identify(&mut content, account, request, trace, span, call.attempt);
        let texts = call.texts;
        if !by_id {
            self.describe_call(&mut content, call, recorded.map(|r| r.0));
        }
        self.content = content;
        let key = if by_id { identity::key(&self.content) } else { self.content_key(self.content.len()) };

        let digest = if texts.system.is_some() || texts.prompt.is_some() || texts.output.is_some() {
            let scope = format!("{}\u{1f}{}", call.dims.account, call.dims.model);
            self.digester.digest(&texts, &scope)
        } else {
            Digest::default()
        };
        let blocks: Vec<u8> = if call.block_hashes.is_empty() {
            digest.blocks
        } else {
            call.block_hashes.iter().flat_map(|h| h.to_le_bytes()).collect()
        };
        let status = self.words.code(self.slots.status, if failed { "error" } else { "ok" });
        let dims = [
            status,
            self.words.code(self.slots.error_type, &call.error_type),
            self.words.code(self.slots.finish_reason, &call.finish_reason),
            self.words.code(self.slots.step_kind, &call.step_kind),
            self.words.code(self.slots.tool, &call.tool),
            self.words.code(self.slots.index_version, &call.index_version),
            self.words.code(self.slots.system_prompt_hash, &call.system_prompt_hash),
            self.words.code(self.slots.recorded_currency, recorded.as_ref().map_or("", |r| r.1.as_str())),
        ];
        let kept = |text: Option<&str>| if self.options.keep_text { text.unwrap_or_default() } else { "" }.to_owned();
        let kept = [kept(texts.system), kept(texts.prompt), kept(texts.output)]
            .map(|t| if t.is_empty() { t } else { self.words.redactor.clean(&t).unwrap_or(t) });
        let (scores, first) = (&call.scores, call.scores.first());
        let score_dims = match first {
            Some(score) => [
                self.words.code(self.slots.score_name, &score.name),
                self.words.code(self.slots.score_version, &score.version),
                self.words.code(self.slots.score_kind, &score.kind),
                self.words.code(self.slots.score_label, &score.label),
            ],
            None => [NONE; 4],
        };
        // Final is what has an end, be it a failure.
        let rank = identity::rank(
            !call.finish_reason.is_empty() || failed,
            call.tokens.as_ref(),
            first.is_some_and(|s| !s.name.is_empty()),
        );
        let file = self.file_number();
        let buffer = &mut self.buffers[at];
        buffer.must(call.time);
        Self::write_dims(buffer, &codes);
        for code in dims.into_iter().chain(score_dims) {
            buffer.dim(code);
        }
        for id in &packed {
            buffer.bytes(id);
        }
        self.ids = packed;
        buffer.bytes(&blocks);
        buffer.bytes(&digest.minhash);
        for text in &kept {
            buffer.id(text);
        }
        buffer.must(call.attempt);
        buffer.int(recorded.map(|r| r.0));
        buffer.int(call.latency_ms);
        buffer.int(call.ttft_ms);
        buffer.int(digest.system_chars);
        buffer.int(digest.prompt_chars.or(call.prompt_chars));
        buffer.int(digest.output_chars);
        buffer.int(digest.exact);
        buffer.int(digest.normal);
        buffer.int(digest.prefix);
        buffer.int(digest.checks);
        buffer.must(i64::from(rate_set));
        buffer.must(size_bin);
        buffer.real(first.and_then(|score| score.value));
        Self::write_tokens(buffer, call.tokens.as_ref());
        let known = Known::by(by_id);
        self.write_control(at, key, known, rank, file, place.line);

        let about = self.content.len();
        for score in scores.iter().skip(1) {
            self.push_score_row(
                call.time,
                score,
                [&call.request_id, &call.trace_id, &call.span_id, &call.session, ""],
                &codes,
                about,
                by_id,
                file | IN_ROW,
                place.line,
            );
        }
        self.count(Kind::Call, call.time);
        // A step bills nothing: it does not make its source's day present.
        if !is_step {
            self.present(Kind::Call, &codes, call.time);
        }
        self.full(at)?;
        self.full(Dataset::Scores as usize)
    }

    /// All that a call says, by which one without an id is known.
    fn describe_call(&self, content: &mut Vec<u8>, call: &Call<'_>, recorded: Option<i64>) {
        number(content, call.time);
        describe(content, &call.dims);
        text(
            content,
            &[
                &call.status,
                &call.error_type,
                &call.finish_reason,
                &call.trace_id,
                &call.parent_id,
                &call.session,
                &call.step_kind,
                &call.tool,
                &call.index_version,
                &call.system_prompt_hash,
                &call.prompt_hash,
            ],
        );
        match &call.tokens {
            Some(t) => t.buckets().into_iter().chain([t.reasoning]).for_each(|n| number(content, n)),
            None => content.push(b'?'),
        }
        for value in [call.latency_ms, call.ttft_ms, recorded, Some(call.attempt), call.prompt_chars] {
            number(content, value.unwrap_or(i64::MIN));
        }
        for score in &call.scores {
            text(content, &[&score.name, &score.version, &score.kind, &score.label]);
            number(content, score.value.unwrap_or(f64::NAN).to_bits() as i64);
        }
        for part in [call.texts.system, call.texts.prompt, call.texts.output].into_iter().flatten() {
            number(content, self.digester.hash(&[b"content", part.as_bytes()]));
        }
    }
}

fn is_failure(status: &str) -> bool {
    !matches!(
        status.to_ascii_lowercase().as_str(),
        "" | "ok" | "success" | "succeeded" | "completed" | "200" | "unset" | "status_code_ok" | "true" | "none"
    )
}
