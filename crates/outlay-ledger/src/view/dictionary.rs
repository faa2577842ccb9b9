//! Words as small numbers, over all files of a question.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use polars::prelude::*;

use crate::error::Result;

/// Codes of words in the order in which they were met.
#[derive(Default)]
pub struct Dictionary {
    codes: HashMap<String, u32, FixedState>,
    /// The words, by code.
    pub words: Vec<String>,
}

impl Dictionary {
    /// The code of a word.
    pub fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        let code = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.codes.insert(word.to_owned(), code);
        code
    }

    /// The codes of a column of words or ids; null = the empty word.
    pub fn column(&mut self, column: &Column) -> Result<Vec<u32>> {
        let mut out = Vec::with_capacity(column.len());
        match column.dtype() {
            DataType::Null => out.resize(column.len(), self.code("")),
            DataType::Binary => {
                for id in column.binary()?.iter() {
                    out.push(self.code(&id.map_or_else(String::new, crate::datasets::ids::unpack)));
                }
            }
            _ => {
                // Rows repeat themselves: the word of the row before is the likeliest.
                let mut last: Option<(&str, u32)> = None;
                for word in column.str()?.iter() {
                    let word = word.unwrap_or_default();
                    let code = match last {
                        Some((before, code)) if before == word => code,
                        _ => self.code(word),
                    };
                    out.push(code);
                    last = Some((word, code));
                }
            }
        }
        Ok(out)
    }

    /// Sorts the words; returns the new code of each old one.
    pub fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.words.len() as u32).collect();
        order.sort_by(|a, b| self.words[*a as usize].cmp(&self.words[*b as usize]));
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old as usize] = new as u32;
        }
        self.words.sort_unstable();
        self.codes = self.words.iter().enumerate().map(|(code, word)| (word.clone(), code as u32)).collect();
        place
    }
}
