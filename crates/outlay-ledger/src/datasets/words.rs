//! Interned words of one import, column by column: dimensions are codes until a file is written.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use polars::prelude::*;

use super::frames::constant;
use super::schema::{Column, Dataset, Type};
use crate::redact::Redactor;

/// Code of "not told".
pub const NONE: u32 = 0;

/// A word of at most sixteen bytes as two numbers and its length, which no other word shares.
type Short = (u64, u64, usize);

fn short(word: &str) -> Option<Short> {
    let (bytes, length) = (word.as_bytes(), word.len());
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    match length {
        0..8 => Some((number(bytes), 0, length)),
        // The two halves overlap.
        8..=16 => match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last), length)),
            _ => None,
        },
        _ => None,
    }
}

/// Words of one column; code 0 is "not told".
#[derive(Debug)]
pub struct Interner {
    short: HashMap<Short, u32, FixedState>,
    long: HashMap<Box<str>, u32, FixedState>,
    words: Vec<Box<str>>,
    /// The long word found last.
    last: u32,
}

impl Default for Interner {
    fn default() -> Self {
        Interner { short: HashMap::default(), long: HashMap::default(), words: vec!["".into()], last: 0 }
    }
}

impl Interner {
    /// The code of a word, made where it is new; `clean` is applied to new words only.
    pub fn code(&mut self, word: &str, clean: impl FnOnce(&str) -> Option<String>) -> u32 {
        if word.is_empty() {
            return NONE;
        }
        if let Some(code) = self.find(word) {
            return code;
        }
        match clean(word) {
            Some(cleaned) => {
                let code = self.find(&cleaned).unwrap_or_else(|| self.add(&cleaned));
                self.remember(word, code);
                code
            }
            None => self.add(word),
        }
    }

    fn find(&mut self, word: &str) -> Option<u32> {
        if let Some(word) = short(word) {
            return self.short.get(&word).copied();
        }
        // Logs repeat themselves: the word of the row before is the likeliest.
        if self.words[self.last as usize].as_ref() == word {
            return Some(self.last);
        }
        let code = self.long.get(word).copied();
        // A word that was cleaned is not the word of its code.
        if let Some(code) = code.filter(|code| self.words[*code as usize].as_ref() == word) {
            self.last = code;
        }
        code
    }

    fn add(&mut self, word: &str) -> u32 {
        let code = self.words.len() as u32;
        self.words.push(word.into());
        self.remember(word, code);
        code
    }

    fn remember(&mut self, word: &str, code: u32) {
        match short(word) {
            Some(word) => self.short.insert(word, code),
            None => self.long.insert(word.into(), code),
        };
    }

    /// The word of a code.
    #[must_use]
    pub fn word(&self, code: u32) -> &str {
        self.words.get(code as usize).map_or("", AsRef::as_ref)
    }
}

/// All words of an import.
#[derive(Debug)]
pub struct Words {
    columns: Vec<(&'static str, Interner)>,
    index: HashMap<&'static str, usize, FixedState>,
    /// Replaces secrets in words before they are interned.
    pub redactor: Redactor,
}

impl Words {
    /// No words yet.
    #[must_use]
    pub fn new(redactor: Redactor) -> Words {
        let mut words = Words { columns: Vec::new(), index: HashMap::default(), redactor };
        for dataset in Dataset::ALL {
            for (name, kind) in dataset.columns() {
                if kind == Type::Dim && !words.index.contains_key(name) {
                    words.index.insert(name, words.columns.len());
                    words.columns.push((name, Interner::default()));
                }
            }
        }
        words
    }

    /// Where a column's words are.
    #[must_use]
    pub fn slot(&self, column: &str) -> Option<usize> {
        self.index.get(column).copied()
    }

    /// The code of a word in a column's slot.
    pub fn code(&mut self, slot: usize, word: &str) -> u32 {
        let redactor = &mut self.redactor;
        self.columns[slot].1.code(word, |w| redactor.clean(w))
    }

    /// The word of a code.
    #[must_use]
    pub fn word(&self, slot: usize, code: u32) -> &str {
        self.columns[slot].1.word(code)
    }

    /// How many words a column has.
    #[must_use]
    pub fn count(&self, slot: usize) -> usize {
        self.columns[slot].1.words.len()
    }

    fn dictionary(&self, slot: usize) -> StringChunked {
        let words = &self.columns[slot].1.words;
        let all = words.iter().enumerate().map(|(code, word)| (code > 0).then_some(word.as_ref()));
        StringChunked::from_iter_options(PlSmallStr::EMPTY, all)
    }

    /// Turns the code columns of a frame into words, as files hold them.
    pub fn spell(&self, frame: &DataFrame) -> PolarsResult<DataFrame> {
        let mut out = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            match (column.dtype(), self.slot(column.name())) {
                (DataType::UInt32, Some(slot)) => {
                    if let Some(one) = column.as_scalar_column() {
                        let word = match one.scalar().value().extract::<u32>() {
                            None | Some(NONE) => AnyValue::Null,
                            Some(code) => AnyValue::StringOwned(self.word(slot, code).into()),
                        };
                        out.push(constant(column.name().clone(), DataType::String, word, frame.height()));
                        continue;
                    }
                    let codes = column.as_materialized_series().u32()?.clone();
                    let spelled = self.dictionary(slot).take(&codes)?;
                    out.push(spelled.with_name(column.name().clone()).into_column());
                }
                _ => out.push(column.clone()),
            }
        }
        DataFrame::new(frame.height(), out)
    }

    /// Turns the word columns of a frame read from a file into codes.
    pub fn encode(&mut self, frame: &DataFrame, columns: &[Column]) -> PolarsResult<DataFrame> {
        let mut out = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            let name = column.name().as_str();
            let is_dim = columns.iter().any(|(n, t)| *n == name && *t == Type::Dim);
            match (is_dim, self.slot(name)) {
                (true, Some(slot)) => {
                    let series = column.as_materialized_series();
                    let interner = &mut self.columns[slot].1;
                    let codes: Vec<u32> =
                        series.str()?.iter().map(|word| word.map_or(NONE, |w| interner.code(w, |_| None))).collect();
                    out.push(UInt32Chunked::from_vec(column.name().clone(), codes).into_column());
                }
                _ => out.push(column.clone()),
            }
        }
        DataFrame::new(frame.height(), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_own_code() {
        let mut words = Interner::default();
        let mut told: Vec<String> = (0..40).map(|length| "a".repeat(length)).collect();
        told.extend((0..40).map(|length| format!("{}b", "a".repeat(length))));
        told.extend(["a\0", "a\0\0", "é", "aaaabaaaa", "aaaaaaaab"].map(str::to_owned));
        told.sort();
        told.dedup();
        let codes: Vec<u32> = told.iter().map(|word| words.code(word, |_| None)).collect();
        for (word, code) in told.iter().zip(&codes) {
            assert_eq!((words.code(word, |_| None), words.word(*code)), (*code, word.as_str()));
        }
        let different: std::collections::HashSet<u32> = codes.iter().copied().collect();
        assert_eq!(different.len(), told.len());
    }

    #[test]
    fn a_cleaned_word_shares_the_code_of_what_is_left() {
        let mut words = Interner::default();
        for (told, left) in [("secret", "gone"), ("a much longer secret", "gone"), ("secret", "other")] {
            let code = words.code(told, |_| Some(left.to_owned()));
            assert_eq!((code, words.word(code)), (1, "gone"));
        }
        assert_eq!(words.code("gone", |_| None), 1);
    }
}
