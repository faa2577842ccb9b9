//! Which spans lie below which: 16 bytes and a little for each span of a file.
//!
//! A span's tokens count only where no span below it carries any. Parents may come before or behind their children,
//! in other blocks of the file, or never; ids are compared as 60 bits of a hash.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// A span, or a trace as a whole: the upper bits of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(u64);

/// No span.
const NONE: u64 = 0;
/// Lower bits of a node's parent, which say something about the node itself.
const SEEN: u64 = 1;
/// A span below carries tokens.
const TOKENS: u64 = 2;
/// A span below is an attempt at a provider.
const CALLS: u64 = 4;
/// Its own tokens were counted; of a trace: it has to do with language models.
const MARKED: u64 = 8;
const BITS: u64 = SEEN | TOKENS | CALLS | MARKED;

/// Longest way up that is followed to find out whether parents run in a circle.
const HIGHEST: usize = 10_000;

/// What a span brings to those above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub tokens: bool,
    pub call: bool,
}

/// Hashes are spread well already.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, key: u64) {
        // The lowest bits are always 0.
        self.0 = key.rotate_right(4);
    }
}

#[derive(Default)]
pub(crate) struct Tree {
    hasher: RandomState,
    /// Parent and bits of every span that was seen or named as a parent.
    nodes: HashMap<u64, u64, BuildHasherDefault<Spread>>,
}

impl Tree {
    /// The keys of a trace, a span of it and the span's parent, where they are told.
    pub fn keys(&self, trace: &str, span: &str, parent: &str) -> [Option<Key>; 3] {
        let mut begun = self.hasher.build_hasher();
        begun.write(trace.as_bytes());
        begun.write_u8(0xff);
        let key = |hash: u64| match hash & !BITS {
            NONE => Key(BITS + 1),
            key => Key(key),
        };
        let of = |id: &str| {
            let mut hasher = self.hasher.build_hasher();
            hasher.write_u64(begun.finish());
            hasher.write(id.as_bytes());
            key(hasher.finish())
        };
        [
            (!trace.is_empty()).then(|| key(begun.finish())),
            (!is_nothing(span)).then(|| of(span)),
            (!is_nothing(parent)).then(|| of(parent)),
        ]
    }

    /// A span has come.
    pub fn add(&mut self, span: Key, parent: Option<Key>, load: Load) {
        let node = self.nodes.get(&span.0).copied();
        let known = node.unwrap_or(NONE);
        let mut above = known & !BITS;
        // A span that came before keeps its parent.
        if known & SEEN == 0
            && let Some(parent) = parent
            && (node.is_none() || !self.is_above(parent.0, span.0))
            && parent != span
        {
            above = parent.0;
        }
        self.nodes.insert(span.0, above | SEEN | (known & BITS));
        if above != NONE {
            // That somebody lies below it has to be known when it comes, or a circle would go unseen.
            self.nodes.entry(above).or_insert(NONE);
        }
        let mut brings = known & (TOKENS | CALLS);
        if load.tokens {
            brings |= TOKENS;
        }
        if load.call {
            brings |= CALLS;
        }
        self.raise(above, brings);
    }

    /// Tells what lies below to a span and those above it.
    fn raise(&mut self, mut span: u64, brings: u64) {
        while span != NONE && brings != 0 {
            let node = self.nodes.entry(span).or_insert(NONE);
            if *node & brings == brings {
                // Those above were told then.
                return;
            }
            *node |= brings;
            span = *node & !BITS;
        }
    }

    /// Whether the way up from a span leads to another; one that is too long is taken for a circle.
    fn is_above(&self, mut span: u64, other: u64) -> bool {
        for _ in 0..HIGHEST {
            if span == other {
                return true;
            }
            match self.nodes.get(&span) {
                Some(node) if node & !BITS != NONE => span = node & !BITS,
                _ => return false,
            }
        }
        true
    }

    /// What lies below a span.
    pub fn below(&self, span: Key) -> Load {
        let node = self.nodes.get(&span.0).copied().unwrap_or(NONE);
        Load { tokens: node & TOKENS != 0, call: node & CALLS != 0 }
    }

    /// Remembers that a span's tokens were counted, or that a trace has to do with language models.
    pub fn mark(&mut self, key: Key) {
        *self.nodes.entry(key.0).or_insert(NONE) |= MARKED;
    }

    /// Whether that was so.
    pub fn is_marked(&self, key: Key) -> bool {
        self.nodes.get(&key.0).is_some_and(|node| node & MARKED != 0)
    }

    /// Whether the tokens of a span above were counted.
    pub fn is_counted_above(&self, span: Key) -> bool {
        let parent = |span: u64| self.nodes.get(&span).map_or(NONE, |node| node & !BITS);
        let mut at = parent(span.0);
        for _ in 0..HIGHEST {
            if at == NONE {
                return false;
            }
            if self.is_marked(Key(at)) {
                return true;
            }
            at = parent(at);
        }
        false
    }
}

/// Whether an id says that there is none: nothing at all, or zeros in hexadecimal digits or base64.
pub(crate) fn is_nothing(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
        || (id.len().is_multiple_of(4) && id.bytes().all(|byte| matches!(byte, b'A' | b'=')) && id.ends_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKENED: Load = Load { tokens: true, call: true };

    fn key(tree: &Tree, id: &str) -> Key {
        tree.keys("t", id, "")[1].expect("an id")
    }

    /// Adds spans as (id, parent, whether it carries tokens).
    fn grown(spans: &[(&str, &str, bool)]) -> Tree {
        let mut tree = Tree::default();
        for (id, parent, tokens) in spans {
            let [_, span, parent] = tree.keys("t", id, parent);
            tree.add(span.expect("an id"), parent, if *tokens { TOKENED } else { Load::default() });
        }
        tree
    }

    #[test]
    fn in_any_order() {
        let spans = [("a", "", true), ("b", "a", false), ("c", "b", true), ("d", "a", true), ("e", "x", true)];
        let backwards: Vec<_> = spans.iter().rev().copied().collect();
        for order in [&spans[..], &backwards] {
            let tree = grown(order);
            let with: Vec<&str> =
                ["a", "b", "c", "d", "e", "x"].into_iter().filter(|id| tree.below(key(&tree, id)).tokens).collect();
            assert_eq!(with, ["a", "b", "x"]);
        }
    }

    #[test]
    fn circles_lose_no_tokens() {
        for spans in [
            &[("a", "b", true), ("b", "a", true)][..],
            &[("a", "a", true)],
            &[("a", "b", true), ("b", "c", true), ("c", "a", true), ("a", "b", true)],
            &[("a", "b", false), ("b", "a", true)],
        ] {
            let tree = grown(spans);
            let counted = spans.iter().filter(|(id, _, tokens)| *tokens && !tree.below(key(&tree, id)).tokens).count();
            assert!(counted >= 1, "{spans:?}");
        }
    }

    #[test]
    fn ids_that_are_none() {
        for id in ["", "0000000000000000", "AAAAAAAAAAA="] {
            assert!(is_nothing(id), "{id}");
        }
        for id in ["00f067aa0ba902b7", "AAAA", "A"] {
            assert!(!is_nothing(id), "{id}");
        }
        let tree = Tree::default();
        assert_ne!(tree.keys("t", "a", "")[1], tree.keys("u", "a", "")[1]);
        assert_eq!(tree.keys("", "", "0000")[..], [None, None, None]);
    }

    proptest! {
        /// Against all pairs of spans: the order in which they come does not matter.
        #[test]
        fn as_counted_by_hand(
            parents in proptest::collection::vec((0_usize..12, any::<bool>()), 1..12),
            order in Just((0_usize..12).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            // A parent is an earlier span, or one that never comes.
            let parent = |at: usize| parents[at].0.checked_rem(at + 1).filter(|up| *up != at);
            let mut tree = Tree::default();
            for at in order.into_iter().filter(|at| *at < parents.len()) {
                let up = parent(at).map_or_else(String::new, |up| format!("s{up}"));
                let [_, span, up] = tree.keys("t", &format!("s{at}"), &up);
                tree.add(span.expect("an id"), up, if parents[at].1 { TOKENED } else { Load::default() });
            }
            for at in 0..parents.len() {
                let below = (0..parents.len()).any(|other| {
                    let mut up = parent(other);
                    let mut found = false;
                    while let Some(above) = up {
                        found |= above == at;
                        up = parent(above);
                    }
                    found && parents[other].1
                });
                prop_assert_eq!(tree.below(key(&tree, &format!("s{at}"))).tokens, below);
            }
        }
    }
}
