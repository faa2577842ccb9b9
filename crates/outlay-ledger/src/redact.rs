//! Secrets and key-like texts are replaced before anything is written.

use std::sync::LazyLock;

use regex::Regex;

/// Shapes of secrets: provider keys, cloud keys, tokens, private keys, credentials in addresses.
static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shapes = [
        r"\bsk-(?:ant-|proj-|or-|svcacct-|admin-)?[A-Za-z0-9_\-]{16,}",
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}",
        r"\bAIza[0-9A-Za-z_\-]{30,}",
        r"gh[pousr]_[A-Za-z0-9]{20,}",
        r"github_pat_[A-Za-z0-9_]{20,}",
        r"glpat-[A-Za-z0-9_\-]{16,}",
        r"\bxox[abprs]-[A-Za-z0-9\-]{10,}",
        r"\bhf_[A-Za-z0-9]{20,}",
        r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}",
        r"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
        r"(?i:bearer) [A-Za-z0-9_\-\.=]{16,}",
        r"(?i:password|passwd|secret|api[_-]?key|access[_-]?token)(?:%3[dD]|[=:])[^\s&,;]{6,}",
        r"://[^/\s:@]{1,64}:[^/\s:@]{3,}@",
    ];
    // The pattern is a literal and is compiled in the tests below; without it nothing would be cleaned.
    Regex::new(&shapes.join("|")).ok()
});

/// What stands where a secret stood.
pub const REMOVED: &str = "[secret removed]";

/// Replaces secrets and counts them.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// How many were replaced.
    pub removed: u64,
}

impl Redactor {
    /// The text without secrets, or `None` where it holds none.
    pub fn clean(&mut self, text: &str) -> Option<String> {
        // Every shape needs at least this many characters, and one that no number, hash or UUID has.
        if text.len() < 12 || text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-' | b'.' | b' ')) {
            return None;
        }
        let secrets = SECRETS.as_ref()?;
        let mut found = 0;
        let cleaned = secrets.replace_all(text, |_: &regex::Captures<'_>| {
            found += 1;
            REMOVED
        });
        if found == 0 {
            return None;
        }
        let cleaned = cleaned.into_owned();
        self.removed += found;
        Some(cleaned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_names_stay() {
        let mut redactor = Redactor::default();
        for (text, left) in [
            ("key sk-ant-api03-AbCdEf0123456789AbCd here", "key [secret removed] here"),
            ("AKIAIOSFODNN7EXAMPLE", REMOVED),
            ("Authorization: Bearer abcdefghijklmnop.qrst", "Authorization: [secret removed]"),
            ("https://me:hunter22@host/path", "https[secret removed]host/path"),
            ("api_key=abcdef123456", REMOVED),
        ] {
            assert_eq!(redactor.clean(text).as_deref(), Some(left));
        }
        for text in
            ["contract-review", "claude-sonnet-4-5-20250929", "key_01HXYZ", "sk-...abcd", "task-force-assistants-v2"]
        {
            assert_eq!(redactor.clean(text), None, "{text}");
        }
        assert_eq!(redactor.removed, 5);
    }
}
