//! Scores, of their own or in the row of a call.

use outlay_model::record::{Place, Refusal, Score, ScoreValue};
use outlay_model::report::Kind;
use outlay_model::time::Micros;

use super::Import;
use super::row::{check_time, number, refuse, text};
use crate::datasets::dedupe::Known;
use crate::datasets::schema::Dataset;

impl Import {
    /// Writes a score. Its identity is that of what it is about (the first `about` bytes of `self.content`) and of
    /// the scorer; the latest value stands.
    #[expect(clippy::too_many_arguments, reason = "one row, written once for two kinds of record")]
    pub(super) fn push_score_row(
        &mut self,
        time: Micros,
        score: &ScoreValue<'_>,
        ids: [&str; 5],
        codes: &[u32; 18],
        about: usize,
        by_id: bool,
        file: i64,
        row: u64,
    ) {
        let mut content = std::mem::take(&mut self.content);
        let whole = content.split_off(about);
        text(&mut content, &[&score.name, &score.version, &score.kind]);
        self.content = content;
        let key = self.content_key(self.content.len());
        let dims = [
            self.words.code(self.slots.name, &score.name),
            self.words.code(self.slots.version, &score.version),
            self.words.code(self.slots.scorer_kind, &score.kind),
            self.words.code(self.slots.label, &score.label),
        ];
        let buffer = &mut self.buffers[Dataset::Scores as usize];
        buffer.must(time);
        Self::write_dims(buffer, codes);
        for code in dims {
            buffer.dim(code);
        }
        buffer.real(score.value);
        for id in ids {
            match self.words.redactor.clean(id) {
                Some(cleaned) => buffer.id(&cleaned),
                None => buffer.id(id),
            }
        }
        let known = Known::by(by_id);
        self.write_control(Dataset::Scores as usize, key, known, i64::from(score.value.is_some()), file, row);
        self.content.truncate(about);
        self.content.extend_from_slice(&whole);
    }

    pub(super) fn push_score(&mut self, place: Place, score: &Score<'_>) -> std::result::Result<(), Refusal> {
        check_time("timestamp", score.time)?;
        if score.score.value.is_some_and(|v| !v.is_finite()) {
            return Err(refuse("value", "a score must be a finite number".to_owned()));
        }
        let codes = self.dims(&score.dims);
        self.content.clear();
        text(&mut self.content, &["score", &score.request_id, &score.trace_id, &score.span_id]);
        text(&mut self.content, &[&score.session, &score.user, &score.item]);
        number(&mut self.content, score.time);
        let about = self.content.len();
        let file = self.file_number();
        self.push_score_row(
            score.time,
            &score.score,
            [&score.request_id, &score.trace_id, &score.span_id, &score.session, &score.item],
            &codes,
            about,
            false,
            file,
            place.line,
        );
        self.see(Kind::Score, &codes, score.time);
        self.full(Dataset::Scores as usize)
    }
}
