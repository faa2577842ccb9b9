//! The outline of a JSON text that may break off: the keys of its first object, and the lists of objects inside it.

use crate::documents::Scan;

/// Deepest object in which a list is looked for.
const DEEPEST: usize = 4;
/// Most lists that are looked at.
const MOST_LISTS: usize = 20;

/// Keys of the first object of a text, as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub keys: Vec<String>,
    /// Paths of lists whose first item is an object, such as `result.items`.
    pub lists: Vec<String>,
}

/// Reads as far as the text goes; what is not JSON gives an outline of what came before.
pub(crate) fn outline(text: &str) -> Outline {
    let bytes = text.as_bytes();
    let mut found = Outline::default();
    // Keys of the open objects; the first one has none.
    let mut open: Vec<&str> = Vec::new();
    let mut key = "";
    let mut at = bytes.iter().position(|b| *b == b'{').unwrap_or(bytes.len());
    while at < bytes.len() {
        match bytes[at] {
            b'{' => {
                open.push(key);
                key = "";
            }
            b'}' => {
                open.pop();
                if open.is_empty() {
                    break;
                }
            }
            b'[' => {
                if open.len() <= DEEPEST && !key.is_empty() && next(bytes, at + 1) == Some(b'{') {
                    let path: Vec<&str> = open.iter().skip(1).copied().chain([key]).collect();
                    // A key with a dot in it cannot be a step of a path.
                    if path.iter().all(|step| !step.contains('.')) && found.lists.len() < MOST_LISTS {
                        found.lists.push(path.join("."));
                    }
                }
                at = end_of(bytes, at);
            }
            b'"' => {
                let end = end_of(bytes, at);
                if next(bytes, end + 1) == Some(b':') {
                    key = text.get(at + 1..end).unwrap_or("");
                    if open.len() == 1 {
                        found.keys.push(key.to_owned());
                    }
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where the text, list or object that begins here ends.
fn end_of(bytes: &[u8], from: usize) -> usize {
    let mut scan = Scan::default();
    bytes[from..].iter().position(|byte| scan.ends(*byte)).map_or(bytes.len(), |length| from + length)
}

/// The next byte that is no white space.
fn next(bytes: &[u8], from: usize) -> Option<u8> {
    bytes.get(from..)?.iter().copied().find(|b| !b.is_ascii_whitespace())
}

/// Whether a text is exactly one object.
pub(crate) fn is_one_object(text: &str) -> bool {
    let text = text.trim().as_bytes();
    text.first() == Some(&b'{') && end_of(text, 0) + 1 == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_lists() {
        let text = r#"[{"a": {"x": [ {"y": 1}], "z": [1]}, "b\"c": ["k", {"y":2}], "data": [{"no": [{}]}], "d.e": [{}], "f": "e"#;
        let found = outline(text);
        assert_eq!(found.keys, ["a", "b\\\"c", "data", "d.e", "f"]);
        assert_eq!(found.lists, ["a.x", "data"]);
        assert_eq!(outline("{\"a\":1}{\"b\":1}").keys, ["a"]);
        assert_eq!(outline("no"), Outline::default());
        assert!(is_one_object(" {\"a\":\"}\"} ") && !is_one_object("{\"a\":1},") && !is_one_object("{\"a\":"));
    }
}
