//! JSON paths of a mapping: `usage.input_tokens`, `items[0].x`, and `attributes["gen_ai.usage.input_tokens"]` where a
//! key has a dot or a bracket in it.

use std::borrow::Cow;

use sonic_rs::PointerNode;

/// A path as steps into a JSON value.
pub(super) fn nodes(path: &str) -> Vec<PointerNode> {
    let mut nodes = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some((key, behind)) = rest.strip_prefix("[\"").and_then(|quoted| quoted.split_once("\"]")) {
            nodes.push(PointerNode::Key(key.to_owned().into()));
            rest = behind;
        } else if let Some((index, behind)) = rest.strip_prefix('[').and_then(|open| open.split_once(']')) {
            if let Ok(index) = index.parse() {
                nodes.push(PointerNode::Index(index));
            }
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('.') {
            rest = behind;
        } else {
            // At least one character, so that whatever was typed comes to an end.
            let end =
                rest.char_indices().skip(1).find(|(_, c)| matches!(c, '.' | '[')).map_or(rest.len(), |(at, _)| at);
            nodes.push(PointerNode::Key(rest[..end].to_owned().into()));
            rest = &rest[end..];
        }
    }
    nodes
}

/// The path of a key behind another path, which is empty for the row itself.
pub(super) fn join(path: &str, key: &str) -> String {
    if key.contains(['.', '[', '"']) || key.is_empty() {
        format!("{path}[\"{key}\"]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The value at a path: a key of that very name, else step by step.
pub(super) fn lookup<'a>(row: &'a str, path: &str, nodes: &[PointerNode]) -> Option<Cow<'a, str>> {
    let literal = (nodes.len() != 1).then(|| sonic_rs::get_from_str(row, [path]).ok()).flatten();
    literal.or_else(|| sonic_rs::get_from_str(row, nodes).ok()).map(|value| value.as_raw_cow())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_that_is_made_is_found() {
        let row = r#"{"a": {"b.c": [{"d[0]": 1}], "e": 2}, "f.g": {"h": 3}, "i.j": 4}"#;
        let at = |path: &str| lookup(row, path, &nodes(path)).map(Cow::into_owned);
        let inner = join(&format!("{}[0]", join(&join("", "a"), "b.c")), "d[0]");
        assert_eq!(inner, r#"a["b.c"][0]["d[0]"]"#);
        assert_eq!(at(&inner).as_deref(), Some("1"));
        assert_eq!(at(&join(&join("", "f.g"), "h")).as_deref(), Some("3"));
        assert_eq!([at("a.e").as_deref(), at("i.j").as_deref(), at("a.b.c").as_deref()], [Some("2"), Some("4"), None]);
        for odd in ["", ".", "[", "[\"", "[x]", "]", "a[", "é[é"] {
            let _ = at(odd);
        }
    }
}
