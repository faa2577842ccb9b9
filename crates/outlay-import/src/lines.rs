//! Lines of bounded length in one reused buffer.

use std::io::BufRead;

/// The longest row that is read; a longer one is rejected and skipped without being held in memory.
pub const MAX_ROW: usize = 16 * 1024 * 1024;

/// What was found; its bytes are in [`Lines::bytes`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// From 1.
    pub number: u64,
    /// Longer than [`MAX_ROW`]: only its beginning is there.
    pub too_long: bool,
}

pub(crate) struct Lines<R> {
    reader: R,
    /// Text that was given back, and how much of it was read again.
    again: Vec<u8>,
    taken: usize,
    buffer: Vec<u8>,
    number: u64,
    end: usize,
    /// Whether the line found last had a line ending.
    pub ended: bool,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Lines { reader, again: Vec::new(), taken: 0, buffer: Vec::with_capacity(4096), number: 0, end: 0, ended: true }
    }

    /// The line found last as it stands, with its line ending.
    pub fn raw(&self) -> &[u8] {
        &self.buffer
    }

    /// Puts a text in the place of the line found last.
    pub fn replace(&mut self, text: Vec<u8>) {
        self.end = text.len();
        self.buffer = text;
    }

    /// Gives lines back to be read again, after the line of this number.
    pub fn unread(&mut self, text: &[u8], number: u64) {
        let rest = self.again.split_off(self.taken);
        self.again.clear();
        self.again.extend_from_slice(text);
        self.again.extend_from_slice(&rest);
        self.taken = 0;
        self.number = number;
    }

    /// Takes what was given back, up to the end of a line; whether that was reached.
    fn take_again(&mut self) -> bool {
        let rest = &self.again[self.taken..];
        let (length, whole) = match memchr::memchr(b'\n', rest) {
            Some(at) => (at + 1, true),
            None => (rest.len(), false),
        };
        self.buffer.extend_from_slice(&rest[..length]);
        self.taken += length;
        if self.taken == self.again.len() {
            self.again = Vec::new();
            self.taken = 0;
        }
        whole
    }

    /// The line found last, without its line ending.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.end]
    }

    /// The next line, or `None` at the end. Errors of the source are the end: the meter keeps them.
    pub fn advance(&mut self) -> Option<Line> {
        self.buffer.clear();
        self.end = 0;
        if self.again.is_empty() || !self.take_again() {
            let room = (MAX_ROW + 2).saturating_sub(self.buffer.len());
            if !read_line(&mut self.reader, room, &mut self.buffer) || self.buffer.is_empty() {
                return None;
            }
        }
        self.number += 1;
        let mut end = self.buffer.len();
        let mut too_long = false;
        self.ended = self.buffer[end - 1] == b'\n';
        if self.ended {
            end -= 1;
            if end > 0 && self.buffer[end - 1] == b'\r' {
                end -= 1;
            }
        } else if end > MAX_ROW {
            too_long = true;
            let _ = self.reader.skip_until(b'\n');
            self.buffer.truncate(1024);
            self.buffer.shrink_to(64 * 1024);
            end = 1024;
        }
        self.end = end;
        Some(Line { number: self.number, too_long })
    }
}

/// Reads up to and including the end of a line, `room` bytes at most; whether the source could be read. The standard
/// library's own way looks at a few bytes at a time.
fn read_line(reader: &mut impl BufRead, mut room: usize, line: &mut Vec<u8>) -> bool {
    while room > 0 {
        let found = match reader.fill_buf() {
            Ok(found) => &found[..found.len().min(room)],
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return false,
        };
        let end = memchr::memchr(b'\n', found);
        let read = end.map_or(found.len(), |at| at + 1);
        line.extend_from_slice(&found[..read]);
        reader.consume(read);
        room -= read;
        if end.is_some() || read == 0 {
            break;
        }
    }
    true
}

/// Whether a line holds nothing.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_bounds() {
        let mut text = b"a\r\n\nb\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', MAX_ROW + 10));
        text.extend(b"\nlast");
        let mut lines = Lines::new(text.as_slice());
        let mut seen = Vec::new();
        while let Some(line) = lines.advance() {
            seen.push((line.number, line.too_long, lines.bytes().len()));
        }
        assert_eq!(seen, [(1, false, 1), (2, false, 0), (3, false, 1), (4, true, 1024), (5, false, 4)]);
    }
}
