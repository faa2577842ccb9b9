//! Interned words of one import, column by column: dimensions are codes until a file is written.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use polars::prelude::*;

use super::frames::constant;
use super::schema::{Column, Dataset, Type};
use crate::redact::Redactor;

/// Code of "not told".
pub const NONE: u32 = 0;

/// Words of one column; code 0 is "not told".
#[derive(Debug)]
pub struct Interner {
    codes: std::collections::HashMap<Box<str>, u32, FixedState>,
    words: Vec<Box<str>>,
    last: u32,
}

impl Default for Interner {
    fn default() -> Self {
        Interner {
            codes: std::collections::HashMap::with_hasher(FixedState::default()),
            words: vec!["".into()],
            last: 0,
        }
    }
}

impl Interner {
    /// The code of a word, made where it is new; `clean` is applied to new words only.
    pub fn code(&mut self, word: &str, clean: impl FnOnce(&str) -> Option<String>) -> u32 {
        if word.is_empty() {
            return NONE;
        }
        // Logs repeat themselves: the word of the row before is the likeliest.
        if self.words[self.last as usize].as_ref() == word {
            return self.last;
        }
        if let Some(&code) = self.codes.get(word) {
            self.last = code;
            return code;
        }
        let code = match clean(word) {
            Some(cleaned) => {
                let code = self.add(&cleaned);
                self.codes.insert(word.into(), code);
                return code;
            }
            None => self.add(word),
        };
        self.last = code;
        code
    }

    fn add(&mut self, word: &str) -> u32 {
        if let Some(&code) = self.codes.get(word) {
            return code;
        }
        let code = self.words.len() as u32;
        self.words.push(word.into());
        self.codes.insert(word.into(), code);
        code
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
    index: std::collections::HashMap<&'static str, usize, FixedState>,
    /// Replaces secrets in words before they are interned.
    pub redactor: Redactor,
}

impl Words {
    /// No words yet.
    #[must_use]
    pub fn new(redactor: Redactor) -> Words {
        let mut words = Words {
            columns: Vec::new(),
            index: std::collections::HashMap::with_hasher(FixedState::default()),
            redactor,
        };
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

    fn dictionary(&self, slot: usize) -> StringChunked {
        let words = &self.columns[slot].1.words;
        let all = words.iter().enumerate().map(|(code, word)| (code > 0).then_some(word.as_ref()));
        StringChunked::from_iter_options(PlSmallStr::EMPTY, all)
    }

    /// Turns the code columns of a frame into words, as files hold them.
    pub fn spell(&self, frame: &DataFrame, columns: &[Column]) -> PolarsResult<DataFrame> {
        let mut out = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            let name = column.name().as_str();
            let is_dim = columns.iter().any(|(n, t)| *n == name && *t == Type::Dim);
            match (is_dim, self.slot(name)) {
                (true, Some(slot)) => {
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

/// Hashes a few codes quickly; the same within one process only.
#[must_use]
pub fn hash_codes(codes: &[u32]) -> u64 {
    FixedState::default().hash_one(codes)
}
