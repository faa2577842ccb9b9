//! A source as stored, and the same source as decoded text: decompressed, without byte-order mark, in UTF-8.
//!
//! Memory is bounded: one decompression window, one 256 KiB buffer and the head. A compressed file that breaks off is
//! read as far as it goes; the break is kept in the [`Meter`] and told at the end, so that its good rows stay.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::ImportError;
use crate::head::Head;

const BUFFER: usize = 256 * 1024;
const HEAD: u64 = 64 * 1024;

/// Something to import: opened by the caller, read once from the beginning.
pub struct Source {
    /// Name to use in messages.
    pub name: String,
    /// The bytes as stored.
    pub reader: Box<dyn Read + Send>,
}

impl Source {
    /// A source that is read as it comes.
    pub fn new(name: impl Into<String>, reader: impl Read + Send + 'static) -> Source {
        Source { name: name.into(), reader: Box::new(reader) }
    }

    /// A source in memory, for tests and previews.
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Source {
        Source::new(name, Cursor::new(bytes.into()))
    }
}

/// How far reading has come, shared between the bottom of the stack and the reader of rows.
#[derive(Default)]
pub(crate) struct Meter {
    bytes: AtomicU64,
    failed: Mutex<Option<io::Error>>,
    broken: Mutex<Option<String>>,
}

impl Meter {
    /// Bytes read, as stored.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
    /// The error of the system that ended reading, if one did.
    pub fn take_failure(&self) -> Option<io::Error> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
    /// Where the compression broke off, if it did.
    pub fn broken(&self) -> Option<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Counts stored bytes and keeps the first error of the system, which ends the stream.
struct Counted {
    inner: Box<dyn Read + Send>,
    meter: Arc<Meter>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(into) {
            Ok(n) => {
                self.meter.bytes.fetch_add(n as u64, Ordering::Relaxed);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                *self.meter.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Ok(0)
            }
        }
    }
}

/// Turns the error of a decompressor into the end of the stream, and remembers it.
struct Mended<R> {
    inner: R,
    meter: Arc<Meter>,
    kind: &'static str,
    read: u64,
    ended: bool,
}

impl<R: Read> Read for Mended<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        match self.inner.read(into) {
            Ok(n) => {
                self.read += n as u64;
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.ended = true;
                let told =
                    format!("the {} compression breaks off after {} bytes of text ({error})", self.kind, self.read);
                *self.meter.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
                Ok(0)
            }
        }
    }
}

/// The members of a gzip file one after another. Zeros behind the last one only fill up a block.
struct Members<R> {
    member: Option<flate2::bufread::GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Some(mut stored) = self.member.take().map(flate2::bufread::GzDecoder::into_inner) else { break };
            loop {
                let rest = stored.fill_buf()?;
                let zeros = rest.iter().take_while(|byte| **byte == 0).count();
                if rest.is_empty() {
                    return Ok(0);
                }
                if zeros == 0 {
                    break;
                }
                stored.consume(zeros);
            }
            self.member = Some(flate2::bufread::GzDecoder::new(stored));
        }
        Ok(0)
    }
}

/// UTF-16 to UTF-8. What is not valid becomes the byte FF, which no UTF-8 has, so that its row is rejected.
struct Utf16<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    used: usize,
    filled: usize,
    out: Vec<u8>,
    given: usize,
    last: bool,
    done: bool,
}

impl<R: Read> Utf16<R> {
    fn new(inner: R, encoding: &'static encoding_rs::Encoding) -> Self {
        Utf16 {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; BUFFER],
            used: 0,
            filled: 0,
            out: Vec::new(),
            given: 0,
            last: false,
            done: false,
        }
    }

    /// Decodes until there is something to give, or nothing is left.
    fn fill(&mut self) -> io::Result<()> {
        while self.given == self.out.len() && !self.done {
            if self.used == self.filled && !self.last {
                self.used = 0;
                self.filled = self.inner.read(&mut self.raw)?;
                self.last = self.filled == 0;
            }
            self.given = 0;
            self.out.resize(BUFFER, 0);
            let raw = &self.raw[self.used..self.filled];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, &mut self.out, self.last);
            self.used += read;
            self.out.truncate(written);
            match result {
                encoding_rs::DecoderResult::Malformed(..) => self.out.push(0xff),
                encoding_rs::DecoderResult::InputEmpty => self.done = self.last,
                encoding_rs::DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let n = into.len().min(self.out.len() - self.given);
        into[..n].copy_from_slice(&self.out[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// Carriage returns, where they end lines by themselves, to line feeds.
struct Returns<R> {
    inner: R,
}

impl<R: Read> Read for Returns<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        into[..n].iter_mut().for_each(turn);
        Ok(n)
    }
}

fn turn(byte: &mut u8) {
    if *byte == b'\r' {
        *byte = b'\n';
    }
}

/// Bytes that are looked at to tell a container.
const MAGIC: u64 = 8;

/// What has to be opened by another program first: how it begins, what it is, and what to do.
const CONTAINERS: &[(&[u8], &str, &str)] = &[
    (
        b"PK\x03\x04",
        "a zip archive (or a spreadsheet)",
        "unpack it, or save the sheet as CSV, and import what is inside",
    ),
    (b"PAR1", "a Parquet file", "export it as CSV or JSON lines"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook", "save the sheet as CSV UTF-8"),
    (b"%PDF-", "a PDF", "export the figures as CSV"),
    (b"SQLite f", "an SQLite database", "export the table as CSV or JSON lines"),
    (b"BZh", "a bzip2 file", "unpack it, or compress it with gzip or zstd"),
    (b"\xfd7zXZ\x00", "an xz file", "unpack it, or compress it with gzip or zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it, and import what is inside"),
];

/// A frame of zstd, or one that may be skipped, which parallel compressors begin with.
fn is_zstd(magic: &[u8]) -> bool {
    match magic {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
        [first, 0x2a, 0x4d, 0x18, ..] => first & 0xf0 == 0x50,
        _ => false,
    }
}

type Decoded = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>>;

/// An opened source: its head for recognition, then all of its text from the beginning.
pub struct Input {
    pub(crate) name: String,
    pub(crate) reader: Decoded,
    pub(crate) meter: Arc<Meter>,
    head: Head,
}

impl Input {
    /// Looks at the first bytes, undoes compression and encoding, and reads the head.
    ///
    /// # Errors
    /// [`ImportError::Read`], [`ImportError::Container`].
    pub fn open(source: Source) -> Result<Input, ImportError> {
        let Source { name, reader } = source;
        let meter = Arc::new(Meter::default());
        let counted = Counted { inner: reader, meter: Arc::clone(&meter) };
        let mut stored = BufReader::with_capacity(BUFFER, counted);
        let magic = first(&mut stored, MAGIC);
        let stored = Cursor::new(magic.clone()).chain(stored);
        let plain: Box<dyn Read + Send> = if magic.starts_with(&[0x1f, 0x8b]) {
            mended(Members { member: Some(flate2::bufread::GzDecoder::new(stored)) }, &meter, "gzip")
        } else if is_zstd(&magic) {
            let decoder = zstd::stream::read::Decoder::with_buffer(stored).map_err(|source| ImportError::Read {
                name: name.clone(),
                bytes: meter.bytes(),
                source,
            })?;
            mended(decoder, &meter, "zstd")
        } else if let Some((_, what, remedy)) = CONTAINERS.iter().find(|(begins, ..)| magic.starts_with(begins)) {
            return Err(ImportError::Container { name, what, remedy });
        } else {
            Box::new(stored)
        };
        let mut plain = BufReader::with_capacity(BUFFER, plain);
        let start = first(&mut plain, 4);
        let rest = Cursor::new(start.clone()).chain(plain);
        let mut text: Box<dyn Read + Send> = match start.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => {
                let mut rest = rest;
                let _ = rest.read_exact(&mut [0_u8; 3]);
                Box::new(rest)
            }
            [0xff, 0xfe, ..] => Box::new(Utf16::new(rest, encoding_rs::UTF_16LE)),
            [0xfe, 0xff, ..] => Box::new(Utf16::new(rest, encoding_rs::UTF_16BE)),
            // Without a mark: ASCII in UTF-16 has every other byte 0.
            [a, 0, b, 0] if *a != 0 && *b != 0 => Box::new(Utf16::new(rest, encoding_rs::UTF_16LE)),
            [0, a, 0, b] if *a != 0 && *b != 0 => Box::new(Utf16::new(rest, encoding_rs::UTF_16BE)),
            _ => Box::new(rest),
        };
        let mut head = Vec::new();
        let read = (&mut text).take(HEAD).read_to_end(&mut head);
        if let Some(source) = meter.take_failure().or(read.err()) {
            return Err(ImportError::Read { name, bytes: meter.bytes(), source });
        }
        if let (true, Some(broken)) = (head.is_empty(), meter.broken()) {
            return Err(ImportError::Container {
                name,
                what: "a compressed file without any text that can be read",
                remedy: if broken.contains("memory") {
                    "compress it again with a smaller window (without --long or --ultra)"
                } else {
                    "download or copy it again"
                },
            });
        }
        let whole = (head.len() as u64) < HEAD;
        // What older spreadsheets for the Mac write.
        if head.contains(&b'\r') && !head.contains(&b'\n') {
            text = Box::new(Returns { inner: text });
            head.iter_mut().for_each(turn);
        }
        Ok(Input {
            head: Head::new(&name, &head, whole),
            name,
            reader: BufReader::with_capacity(BUFFER, Cursor::new(head).chain(text)),
            meter,
        })
    }

    /// What the text begins with.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }
}

fn mended(inner: impl Read + Send + 'static, meter: &Arc<Meter>, kind: &'static str) -> Box<dyn Read + Send> {
    Box::new(Mended { inner, meter: Arc::clone(meter), kind, read: 0, ended: false })
}

/// Up to `most` bytes from the beginning; errors end the stream and are kept by the meter.
fn first(reader: &mut impl BufRead, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = reader.take(most).read_to_end(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn text(bytes: Vec<u8>) -> (String, Option<String>) {
        let mut input = Input::open(Source::from_bytes("t", bytes)).expect("opens");
        let mut out = Vec::new();
        input.reader.read_to_end(&mut out).expect("reads");
        (String::from_utf8_lossy(&out).into_owned(), input.meter.broken())
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text).expect("writes");
        out.finish().expect("ends")
    }

    #[test]
    fn every_spelling_of_the_same_text() {
        let plain = "a,b\n1,ü≤\n";
        let utf16: Vec<u8> = "\u{feff}a,b\n1,ü≤\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let two = [gzip(&plain.as_bytes()[..5]), gzip(&plain.as_bytes()[5..])].concat();
        let padded = [two.clone(), vec![0; 512]].concat();
        let zstd = zstd::encode_all(plain.as_bytes(), 1).expect("packs");
        let frames = [b"\x50\x2a\x4d\x18\x02\x00\x00\x00ab".to_vec(), zstd.clone()].concat();
        let bom = [b"\xef\xbb\xbf", plain.as_bytes()].concat();
        let returns = plain.replace('\n', "\r").into_bytes();
        for bytes in
            [plain.as_bytes().to_vec(), utf16.clone(), utf16be, two, padded, zstd, frames, bom, gzip(&utf16), returns]
        {
            assert_eq!(text(bytes), (plain.to_owned(), None));
        }
    }

    #[test]
    fn a_broken_tail_keeps_what_came_before() {
        let long: String = (0..20_000).map(|i| format!("{i},{}\n", i * 7919)).collect();
        for packed in [gzip(long.as_bytes()), zstd::encode_all(long.as_bytes(), 1).expect("packs")] {
            let (read, broken) = text(packed[..packed.len() * 3 / 4].to_vec());
            assert!(broken.is_some_and(|b| b.contains("breaks off")));
            assert!(long.starts_with(&read));
        }
    }

    #[test]
    fn a_container_says_what_it_is() {
        let whole = gzip(b"a,b\n");
        for bytes in [b"PK\x03\x04rest".as_slice(), b"%PDF-1.7", b"BZh91AY&SY", &whole[..10]] {
            let refused = Input::open(Source::from_bytes("a.csv", bytes));
            assert!(matches!(refused, Err(ImportError::Container { .. })), "{bytes:?}");
        }
    }
}
