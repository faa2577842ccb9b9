//! What is kept of a text before it goes: hashes, a similarity signature, lengths and deterministic checks.
//!
//! All hashes are keyed with the ledger's own salt, so that they say nothing outside it.

use std::sync::LazyLock;

use outlay_model::record::Texts;
use regex::Regex;

/// Characters in a block of the chained prefix hashes, near 128 tokens of English.
pub const BLOCK_CHARS: usize = 512;
/// Values in a MinHash signature.
pub const MINHASH: usize = 16;

/// Bits of the checks column.
pub mod check {
    /// The output is a JSON document.
    pub const JSON: i64 = 1;
    /// The output begins like JSON and is not.
    pub const BROKEN_JSON: i64 = 1 << 1;
    /// The output says that it cannot or will not.
    pub const REFUSAL: i64 = 1 << 2;
    /// An e-mail address stands in prompt or output.
    pub const EMAIL: i64 = 1 << 3;
    /// A telephone number.
    pub const PHONE: i64 = 1 << 4;
    /// A payment-card number with a valid check digit.
    pub const CARD: i64 = 1 << 5;
    /// The output is empty.
    pub const EMPTY: i64 = 1 << 6;
}

/// What is kept of a call's texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// Hash of system prompt and prompt, exactly.
    pub exact: Option<i64>,
    /// The same after lower-casing and with runs of anything but letters and digits as one blank.
    pub normal: Option<i64>,
    /// Hash of the stable prefix: the system prompt.
    pub prefix: Option<i64>,
    /// Chained hashes of the blocks of system prompt and prompt, eight bytes each.
    pub blocks: Vec<u8>,
    /// MinHash of word 3-shingles, four bytes each.
    pub minhash: Vec<u8>,
    /// Characters of the system prompt.
    pub system_chars: Option<i64>,
    /// Characters of the prompt.
    pub prompt_chars: Option<i64>,
    /// Characters of the output.
    pub output_chars: Option<i64>,
    /// Bits of [`check`].
    pub checks: Option<i64>,
}

/// Makes digests with a ledger's salt.
#[derive(Clone, Debug)]
pub struct Digester {
    salt: [u8; 32],
}

static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b[a-z0-9._%+\-]+@[a-z0-9.\-]+\.[a-z]{2,}\b").ok());
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|\s)\+\d[\d \-()]{8,16}\d\b").ok());
static CARD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(?:\d[ \-]?){13,19}\b").ok());
static REFUSAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:as an ai (?:language )?model|i(?:'m| am) (?:unable|not able) to|i can(?:no|')t (?:help|assist) with)\b").ok()
});

fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    let mut count = 0;
    for (i, d) in digits.bytes().rev().filter(u8::is_ascii_digit).map(|b| u32::from(b - b'0')).enumerate() {
        sum += if i % 2 == 1 { if d > 4 { 2 * d - 9 } else { 2 * d } } else { d };
        count += 1;
    }
    (13..=19).contains(&count) && sum % 10 == 0
}

fn found(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|p| p.is_match(text))
}

impl Digester {
    /// A digester with a ledger's salt.
    #[must_use]
    pub fn new(salt: [u8; 32]) -> Digester {
        Digester { salt }
    }

    /// 64 bits of a keyed hash.
    #[must_use]
    pub fn hash(&self, parts: &[&[u8]]) -> i64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.salt);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut out = [0; 8];
        out.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        i64::from_le_bytes(out)
    }

    /// A user id as a keyed hash that can be printed.
    #[must_use]
    pub fn pseudonym(&self, user: &str) -> String {
        format!("u-{:016x}", self.hash(&[b"user", user.as_bytes()]))
    }

    /// The digest of a call's texts; `scope` is account and model, within which block hashes may be compared.
    #[must_use]
    pub fn digest(&self, texts: &Texts<'_>, scope: &str) -> Digest {
        let mut out = Digest::default();
        let chars = |text: &str| text.chars().count() as i64;
        out.system_chars = texts.system.map(chars);
        out.prompt_chars = texts.prompt.map(chars);
        out.output_chars = texts.output.map(chars);
        let (system, prompt) = (texts.system.unwrap_or_default(), texts.prompt.unwrap_or_default());
        if texts.system.is_some() {
            out.prefix = Some(self.hash(&[b"prefix", system.as_bytes()]));
        }
        if texts.system.is_some() || texts.prompt.is_some() {
            out.exact = Some(self.hash(&[b"exact", system.as_bytes(), prompt.as_bytes()]));
            let words = normal_words(prompt);
            out.normal = Some(self.hash(&[b"normal", words.join(" ").as_bytes()]));
            out.blocks = self.blocks(system, prompt, scope);
            out.minhash = self.minhash(&words);
        }
        let mut bits = 0;
        if let Some(output) = texts.output {
            let trimmed = output.trim();
            if trimmed.is_empty() {
                bits |= check::EMPTY;
            }
            if trimmed.starts_with(['{', '[']) {
                let valid = serde_json::from_str::<serde::de::IgnoredAny>(trimmed).is_ok();
                bits |= if valid { check::JSON } else { check::BROKEN_JSON };
            }
            if found(&REFUSAL, output) {
                bits |= check::REFUSAL;
            }
        }
        for text in [texts.system, texts.prompt, texts.output].into_iter().flatten() {
            if found(&EMAIL, text) {
                bits |= check::EMAIL;
            }
            if found(&PHONE, text) {
                bits |= check::PHONE;
            }
            if CARD.as_ref().is_some_and(|p| p.find_iter(text).any(|m| luhn(m.as_str()))) {
                bits |= check::CARD;
            }
        }
        if texts.system.is_some() || texts.prompt.is_some() || texts.output.is_some() {
            out.checks = Some(bits);
        }
        out
    }

    fn blocks(&self, system: &str, prompt: &str, scope: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut chain = self.hash(&[b"blocks", scope.as_bytes()]);
        let mut block = String::with_capacity(BLOCK_CHARS * 2);
        let mut length = 0;
        for c in system.chars().chain(prompt.chars()) {
            block.push(c);
            length += 1;
            if length == BLOCK_CHARS {
                chain = self.hash(&[&chain.to_le_bytes(), block.as_bytes()]);
                out.extend_from_slice(&chain.to_le_bytes());
                block.clear();
                length = 0;
            }
        }
        out
    }

    fn minhash(&self, words: &[String]) -> Vec<u8> {
        if words.is_empty() {
            return Vec::new();
        }
        let mut lowest = [u32::MAX; MINHASH];
        let size = words.len().min(3);
        for shingle in words.windows(size) {
            let mut hasher = blake3::Hasher::new_keyed(&self.salt);
            for word in shingle {
                hasher.update(word.as_bytes());
                hasher.update(b" ");
            }
            let mut bytes = [0; MINHASH * 4];
            hasher.finalize_xof().fill(&mut bytes);
            for (low, four) in lowest.iter_mut().zip(bytes.chunks_exact(4)) {
                *low = (*low).min(u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            }
        }
        lowest.iter().flat_map(|v| v.to_le_bytes()).collect()
    }
}

fn normal_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_say_what_repeats_and_what_was_seen() {
        let digester = Digester::new([7; 32]);
        let texts =
            |prompt, output| Texts { system: Some("You are kind."), prompt: Some(prompt), output: Some(output) };
        let a = digester.digest(&texts("Where is my order?", "{\"a\": 1}"), "s");
        let b = digester.digest(&texts("where is my ORDER", "{\"a\": "), "s");
        assert_ne!(a.exact, b.exact);
        assert_eq!((a.normal, a.prefix, &a.minhash), (b.normal, b.prefix, &b.minhash));
        assert_eq!(a.checks, Some(check::JSON));
        assert_eq!(b.checks, Some(check::BROKEN_JSON));
        let c = digester.digest(&texts("mail me@example.org, card 4111 1111 1111 1111", ""), "s");
        assert_eq!(c.checks, Some(check::EMPTY | check::EMAIL | check::CARD));
        assert_ne!(
            Digester::new([8; 32]).digest(&texts("x", ""), "s").exact,
            digester.digest(&texts("x", ""), "s").exact
        );
    }
}
