//! What is inside a PDF, without a reader: its streams, inflated.

use std::io::Read;

use flate2::read::ZlibDecoder;

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|window| window == what).map(|at| at + from)
}

/// The content of every stream.
pub fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let (head, tail) = (b"stream\n".as_slice(), b"\nendstream".as_slice());
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = find(pdf, head, at) {
        let start = start + head.len();
        let end = find(pdf, tail, start.saturating_sub(1)).expect("an end");
        let packed = &pdf[start.min(end)..end];
        let mut plain = Vec::new();
        let inflated = ZlibDecoder::new(packed).read_to_end(&mut plain).is_ok();
        out.push(if inflated && !packed.is_empty() { plain } else { packed.to_vec() });
        at = end + tail.len();
    }
    out
}

/// How often a text stands in the file or in one of its streams.
pub fn count(pdf: &[u8], what: &str) -> usize {
    let mut all = streams(pdf);
    all.push(pdf.to_vec());
    let times = |bytes: &Vec<u8>| bytes.windows(what.len()).filter(|window| *window == what.as_bytes()).count();
    all.iter().map(times).sum()
}

/// Whether it stands there at all.
pub fn holds(pdf: &[u8], what: &str) -> bool {
    count(pdf, what) > 0
}

/// An ASCII text as a PDF writes it.
pub fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\");
    // Brackets that close each other need no escape.
    format!("({escaped})")
}
